# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparisons that are interrupted, resumed, run on several threads, and what they leave behind."""
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import gpusim
from gpusim import check, expect

PLAN = ["two-vcs.yaml", "-S", "fifo", "-S", "sjf+easy", "--metrics", "jct,wait"]


def compare(folder, *more, **options):
    return gpusim.run("compare", *PLAN, *more, cwd=folder, **options)


def lines(folder):
    return (folder / "out" / "results.csv").read_text(encoding="utf-8").splitlines()


def test_the_number_of_threads_changes_nothing():
    with gpusim.scratch() as folder:
        one = expect(compare(folder, "--seeds", "1..6", "-j", "1", "-o", "out"), 0)
        first = sorted(lines(folder))
        shutil.rmtree(folder / "out")
        four = expect(compare(folder, "--seeds", "1..6", "-j", "4", "-o", "out"), 0)
        check(one.stdout == four.stdout, four.stdout)
        check(first == sorted(lines(folder)), "other results")


def test_what_is_there_is_not_run_again():
    with gpusim.scratch() as folder:
        whole = expect(compare(folder, "--seeds", "1..4", "-o", "whole"), 0)
        expect(compare(folder, "--seeds", "1..2", "-o", "out"), 0)
        before = lines(folder)
        expect(compare(folder, "--seeds", "1..4", "-o", "out"), 4, stderr="--resume")
        check(lines(folder) == before, "it was written to")
        resumed = expect(compare(folder, "--seeds", "1..4", "-o", "out", "--resume"), 0)
        check(lines(folder)[:len(before)] == before, "what was there has changed")
        check(len(lines(folder)) == 1 + 2 * 4, lines(folder))
        check(resumed.stdout == whole.stdout, resumed.stdout)
        expect(compare(folder, "--seeds", "1..4", "--resume"), 2, stderr="needs the folder")


def test_a_line_that_was_cut_off_is_run_again():
    with gpusim.scratch() as folder:
        whole = expect(compare(folder, "--seeds", "1..3", "-o", "out"), 0)
        file = folder / "out" / "results.csv"
        text = file.read_bytes()
        for keep in (len(text) - 1, len(text) - 30, text.index(b"\n") + 1, 5, 0):
            file.write_bytes(text[:keep])
            again = expect(compare(folder, "--seeds", "1..3", "-o", "out", "-r"), 0)
            check(again.stdout == whole.stdout, keep, again.stdout)
            check(sorted(file.read_bytes().splitlines()) == sorted(text.splitlines()), keep)


def test_results_of_something_else_are_refused():
    with gpusim.scratch() as folder:
        expect(compare(folder, "--seeds", "1..2", "-o", "out"), 0)
        expect(compare(folder, "--seeds", "1..3", "-o", "out", "-r", "--set",
                       "workload[0].synthetic.users=4"), 4, stderr="is not what it was")
        file = folder / "out" / "results.csv"
        text = file.read_text(encoding="utf-8").splitlines()
        cells = text[1].split(",")
        cells[5] += "1"
        file.write_text("\n".join([text[0], ",".join(cells)] + text[2:]) + "\n", encoding="utf-8")
        expect(compare(folder, "--seeds", "1..2", "-o", "out", "-r"), 4,
               stderr="not as it was written")
        file.write_text("a,b\n", encoding="utf-8")
        expect(compare(folder, "--seeds", "1..2", "-o", "out", "-r"), 4, stderr="no results of this")


def test_interrupted_and_resumed():
    with gpusim.scratch() as folder:
        plan = ["--seeds", "1..1500", "-o", "out", "-j", "2", "-q"]
        process = subprocess.Popen(
            [gpusim.PROGRAM, "compare", *PLAN, *plan], cwd=folder, env=gpusim.environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            limit = time.monotonic() + 30
            while not (folder / "out" / "results.csv").exists() or len(lines(folder)) < 5:
                check(time.monotonic() < limit and process.poll() is None, "no results")
                time.sleep(0.002)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
        check(process.returncode == 130, process.returncode, out, err)
        check("--resume" in err and out == "", err, out)
        ran = len(lines(folder)) - 1
        check(4 <= ran < 3000, ran)
        few = ["--seeds", "1..40", "-o", "out", "-r"]
        resumed = expect(compare(folder, *few), 0)
        fresh = expect(compare(folder, "--seeds", "1..40"), 0)
        check(resumed.stdout == fresh.stdout, resumed.stdout)


def test_the_folder():
    with gpusim.scratch() as folder:
        result = expect(compare(folder, "--seeds", "1..3", "-o", "out", "--format", "json"), 0)
        answer = json.loads(result.stdout)
        check(json.loads((folder / "out" / "table.json").read_text()) == answer)
        own = folder / "out" / "two-vcs"
        for name in ("table.txt", "table.csv", "table.md", "table.tex"):
            check((folder / "out" / name).stat().st_size > 100, name)
        with open(own / "sjf+easy" / "assignments-seed-1.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        ran = gpusim.run_json("run", "two-vcs.yaml", "--seed", "1", "--set", "scheduler.order=sjf",
                              "--set", "scheduler.backfill=easy", cwd=folder)[1]
        check(len({row["job"] for row in rows}) == ran["jobs"]["completed"], len(rows))
        held = sum(int(row["gpus"]) * (float(row["end_s"]) - float(row["start_s"])) for row in rows)
        all_gpus = ran["gpu_allocated_fraction"] * 8 * ran["sim_time_s"]
        check(abs(held - all_gpus) < 1e-6 * all_gpus, held, all_gpus)
        # the mean is that of the runs, and the curves end at their maxima
        jct = answer["scenarios"][0]["metrics"][0]["schedulers"][1]
        with open(folder / "out" / "results.csv", newline="", encoding="utf-8") as file:
            runs = [row for row in csv.DictReader(file) if row["scheduler"] == "sjf+easy"]
        mean = sum(float(row["jct_s.mean"]) for row in runs) / 3
        check(abs(jct["mean"] - mean) < 1e-9 * mean, jct, mean)
        with open(own / "sjf+easy" / "curves.csv", newline="", encoding="utf-8") as file:
            curve = [float(row["x"]) for row in csv.DictReader(file) if row["curve"] == "jct"]
        highest = sum(float(row["jct_s.max"]) for row in runs) / 3
        check(abs(curve[-1] - highest) < 1e-9 * highest, curve[-1], highest)
        check(curve == sorted(curve) and len(curve) == 201)


def test_figures_with_and_without_gnuplot():
    with gpusim.scratch() as folder:
        bare = folder / "bin"
        bare.mkdir()
        result = expect(compare(folder, "--seeds", "1..3", "-o", "out",
                                env=gpusim.environment(PATH=str(bare))), 0, stderr="gnuplot figures.gp")
        own = folder / "out" / "two-vcs"
        check((own / "figures.gp").exists() and (own / "boxes.csv").exists())
        if not shutil.which("gnuplot"):
            raise gpusim.Skipped("gnuplot")
        again = expect(compare(folder, "--seeds", "1..3", "-o", "out", "-r"), 0)
        check("gnuplot" not in again.stderr, again.stderr)
        check(again.stdout == result.stdout)
        for name in ("cdf.png", "allocated.png", "boxes.png"):
            check((own / name).read_bytes()[:4] == b"\x89PNG", name)


def test_schedulers_from_files():
    with gpusim.scratch() as folder:
        (folder / "mine.yaml").write_text("order: sjf\nbackfill: easy # as I like it\n")
        same = ["--seeds", "1..2", "--format", "csv"]
        file = expect(gpusim.run("compare", "two-vcs.yaml", "-S", "@mine.yaml", *same, cwd=folder), 0)
        words = expect(gpusim.run("compare", "two-vcs.yaml", "-S", "sjf+easy", *same, cwd=folder), 0)
        check(file.stdout.replace("two-vcs,mine,", "two-vcs,sjf+easy,") == words.stdout, file.stdout)


def test_the_last_of_all_seeds():
    with gpusim.scratch() as folder:
        last = 2**64 - 1
        result = expect(compare(folder, "--seeds", f"{last - 1}..{last}", "-o", "out"), 0)
        check(len(lines(folder)) == 1 + 2 * 2, lines(folder))
        check(str(last) in result.stdout, result.stdout)


def test_a_folder_that_cannot_be():
    with gpusim.scratch() as folder:
        expect(compare(folder, "--seeds", "1", "-o", "no/where"), 4, stderr="cannot make the folder")
        if os.geteuid() != 0:
            (folder / "closed").mkdir(mode=0o500)
            expect(compare(folder, "--seeds", "1", "-o", "closed"), 4)


sys.exit(gpusim.main(gpusim.this_module()))
