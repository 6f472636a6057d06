# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are interrupted or killed leave a trace that opens."""
import random
import signal
import subprocess
import sys
import time

import gpusim
from gpusim import check, expect

KILLS = 40


def begin(folder, *more, scenario="long.yaml"):
    return subprocess.Popen(
        [gpusim.PROGRAM, "run", scenario, "-o", "t.h5", "--force", *more], cwd=folder,
        env=gpusim.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)


def wait_for_file(path, process):
    limit = time.monotonic() + 30
    while not path.exists():
        check(process.poll() is None, "it ended by itself:", process.communicate())
        check(time.monotonic() < limit, "no trace after 30 s")
        time.sleep(0.005)


def interrupted_by(*signals):
    with gpusim.scratch() as folder:
        process = begin(folder)
        wait_for_file(folder / "t.h5", process)
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


def test_sigint():
    interrupted_by(signal.SIGINT)


def test_sigterm():
    interrupted_by(signal.SIGTERM)


def test_sigint_twice():
    interrupted_by(signal.SIGINT, signal.SIGINT)


def test_json_of_an_interrupted_run():
    import json
    with gpusim.scratch() as folder:
        process = begin(folder, "--json")
        wait_for_file(folder / "t.h5", process)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        check(process.returncode == 130)
        check(json.loads(out)["interrupted"] is True)


def test_killed_at_random_moments():
    moments = random.Random(1)
    rows = 0
    for number in range(KILLS):
        with gpusim.scratch() as folder:
            process = begin(folder)
            wait_for_file(folder / "t.h5", process)
            time.sleep(moments.uniform(0.0, 0.25))
            process.kill()
            process.communicate()
            result, facts = gpusim.run_json("info", "t.h5", cwd=folder)
            check(result.returncode == 0, "kill", number, result.stderr)
            check(facts["complete"] is False, facts)
            rows += facts["tables"]["events"]["rows"]
    check(rows > 0, "no killed run kept a row")


sys.exit(gpusim.main(gpusim.this_module()))
