# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines with what they print, as text: golden/NAME.txt holds lines `$ gpusim ...`, each
followed by its stdout, its stderr with `2> ` before each line, and `[exit code]`.

usage: test_golden.py NAME      GPUSIM_UPDATE_GOLDENS=1 writes what came out into the file
"""
import difflib
import os
import re
import shlex
import sys

import gpusim


def transcript(commands, folder):
    lines = []
    for command in commands:
        lines.append(f"$ {command}")
        words = shlex.split(command)
        more = {}
        while "=" in words[0]:  # settings before the command
            name, value = words.pop(0).split("=", 1)
            more[name] = value
        result = gpusim.run(*words[1:], cwd=folder, env=gpusim.environment(**more))
        lines += result.stdout.splitlines()
        lines += [f"2> {line}" for line in result.stderr.splitlines()]
        lines += [f"[{result.returncode}]", ""]
    return lines


def steady(line):
    """Without what changes from machine to machine and from version to version."""
    line = line.replace(str(gpusim.SOURCE), "SOURCE")
    line = re.sub(r"\b0\.\d+\.\d+(?=\b)", "VERSION", line)
    line = re.sub(r"(wall time +)\S.*", r"\1TIME", line)
    line = re.sub(r"(peak memory +)\S.*", r"\1SIZE", line)
    line = re.sub(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", line)
    line = re.sub(r"\b[0-9a-f]{32}\b", "HASH", line)
    return line


def main():
    if not gpusim.PROGRAM.exists():
        print(f"skipped: {gpusim.PROGRAM} is not there")
        return 77
    golden = gpusim.HERE / "golden" / f"{sys.argv[1]}.txt"
    expected = golden.read_text(encoding="utf-8").splitlines()
    commands = [line[2:] for line in expected if line.startswith("$ ")]
    with gpusim.scratch() as folder:
        found = [steady(line).rstrip() for line in transcript(commands, folder)]
    if found == expected:
        return 0
    if os.environ.get("GPUSIM_UPDATE_GOLDENS") == "1":
        golden.write_text("\n".join(found) + "\n", encoding="utf-8")
        print(f"updated: {golden}")
        return 0
    sys.stdout.writelines(
        line + "\n" for line in difflib.unified_diff(
            expected, found, str(golden), "what came out", lineterm=""))
    print("GPUSIM_UPDATE_GOLDENS=1 takes what came out as the new golden")
    return 1


sys.exit(main())
