# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are interrupted or killed leave a trace that opens."""
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import gpusim
from gpusim import check, expect

KILLS = 40


@contextlib.contextmanager
def running(folder, *more, **options):
    """A long run whose trace has appeared; killed at the latest when the block is left."""
    process = subprocess.Popen(
        [gpusim.PROGRAM, "run", "long.yaml", "-o", "t.h5", *more], cwd=folder,
        env=gpusim.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, **options)
    try:
        wait_for_file(folder / "t.h5", process)
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_file(path, process):
    limit = time.monotonic() + 30
    while not path.exists():
        if process.poll() is not None:
            check(False, "it ended by itself:", *process.communicate())
        check(time.monotonic() < limit, "no trace after 30 s")
        time.sleep(0.005)


def interrupted_by(*signals):
    with gpusim.scratch() as folder, running(folder) as process:
        time.sleep(0.2)
        for number in signals:
            process.send_signal(number)
            time.sleep(0.01)
        out, err = process.communicate(timeout=30)
        check(process.returncode == 130, process.returncode, out, err)
        check("readable" in err, err)
        check("jobs" in out, "no summary:", out)
        result, facts = gpusim.run_json("info", "t.h5", cwd=folder)
        expect(result, 0)
        check(facts["complete"] is False, facts)
        check(facts["summary"]["sim_time_s"] > 0, facts)


def test_sigint():
    interrupted_by(signal.SIGINT)


def test_sigterm():
    interrupted_by(signal.SIGTERM)


def test_sigint_twice():
    interrupted_by(signal.SIGINT, signal.SIGINT)


def test_nohup():
    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with gpusim.scratch() as folder, running(folder, preexec_fn=ignore) as process:
        process.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        check(process.poll() is None, "what nohup protects has ended")


def test_interrupted_before_it_runs():
    with gpusim.scratch() as folder:
        os.mkfifo(folder / "slow.yaml")
        process = subprocess.Popen(
            [gpusim.PROGRAM, "run", "slow.yaml", "--json"], cwd=folder, env=gpusim.environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with open(folder / "slow.yaml", "w", encoding="utf-8") as scenario:
            process.send_signal(signal.SIGINT)
            scenario.write((folder / "small.yaml").read_text(encoding="utf-8"))
        out, err = process.communicate(timeout=30)
        check(process.returncode == 130, process.returncode, err)
        check("interrupted" in err, err)
        check(json.loads(out)["exit_code"] == 130, out)


def test_json_of_an_interrupted_run():
    with gpusim.scratch() as folder, running(folder, "--json") as process:
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        check(process.returncode == 130)
        check(json.loads(out)["interrupted"] is True)


def test_killed_at_random_moments():
    moments = random.Random(1)
    rows = 0
    for number in range(KILLS):
        with gpusim.scratch() as folder:
            with running(folder) as process:
                time.sleep(moments.uniform(0.0, 0.25))
                process.kill()
            result, facts = gpusim.run_json("info", "t.h5", cwd=folder)
            check(result.returncode == 0, "kill", number, result.stderr)
            check(facts["complete"] is False, facts)
            rows += facts["tables"]["events"]["rows"]
    check(rows > 0, "no killed run kept a row")


sys.exit(gpusim.main(gpusim.this_module()))
