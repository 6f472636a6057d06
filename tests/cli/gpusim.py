# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs gpusim for the tests: a scratch folder, an environment that says nothing by chance."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = pathlib.Path(os.environ.get("GPUSIM_SOURCE", HERE.parent.parent))
BUILD = pathlib.Path(os.environ.get("GPUSIM_BUILD", SOURCE / "build"))
PROGRAM = BUILD / "sim" / "gpusim"
SCENARIOS = HERE / "scenarios"


def environment(**more):
    """Only what a program needs, so that the tester's own settings change nothing."""
    kept = ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TMPDIR")
    result = {name: os.environ[name] for name in kept if name in os.environ}
    result["LC_ALL"] = "C"
    result.update(more)
    return result


def run(*arguments, cwd=None, env=None, **options):
    """A finished gpusim: returncode, stdout, stderr."""
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], cwd=cwd, env=env or environment(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, **options)


def run_json(*arguments, **options):
    result = run(*arguments, "--json", **options)
    return result, json.loads(result.stdout)


@contextlib.contextmanager
def scratch():
    """A folder of its own with the test scenarios in it, removed afterwards."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gpusim test "))  # a space, on purpose
    try:
        for scenario in SCENARIOS.iterdir():
            shutil.copy(scenario, folder)
        yield folder
    finally:
        shutil.rmtree(folder)


def check(condition, *said):
    """assert that python -O keeps."""
    if not condition:
        raise AssertionError(" ".join(map(str, said)))


def expect(result, code, *, stderr=None):
    """The exit code, and words that stderr must hold."""
    check(result.returncode == code, "exit", result.returncode, "instead of", code,
          "\nstdout:", result.stdout, "\nstderr:", result.stderr)
    if stderr is not None:
        check(stderr in result.stderr, repr(stderr), "is not in", result.stderr)
    return result


class Skipped(Exception):
    """What a test needs is not here."""


def main(module):
    """Runs every test_... function of a module, in order; 77 when there is no program."""
    if not PROGRAM.exists():
        print(f"skipped: {PROGRAM} is not there")
        return 77
    failed = 0
    for name, function in list(vars(module).items()):
        if not name.startswith("test_"):
            continue
        try:
            function()
            print(f"ok      {name}")
        except Skipped as lacking:
            print(f"skipped: {name}: {lacking}")
        except AssertionError as problem:
            failed += 1
            print(f"FAILED  {name}: {problem}")
    return 1 if failed else 0


def this_module():
    return sys.modules["__main__"]
