# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as a whole: terminal, colours, completion, man page, determinism, two traces."""
import fcntl
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import time
import termios

import gpusim
from gpusim import check, expect


def on_terminal(*arguments, cwd, columns=80, **env):
    """stderr of a run whose stderr is a terminal."""
    try:
        leader, follower = pty.openpty()
    except OSError as problem:  # a bare container may have none
        raise gpusim.Skipped(problem) from problem
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([gpusim.PROGRAM, *arguments], cwd=cwd, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=follower,
                               env=gpusim.environment(TERM="xterm", **env))
    os.close(follower)
    said = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        said += piece
    os.close(leader)
    process.wait(timeout=60)
    return process.returncode, said.decode()


def test_progress_on_a_terminal_only():
    with gpusim.scratch() as folder:
        run = ("run", "long.yaml", "--until", "400 d")
        code, said = on_terminal(*run, cwd=folder)
        check(code == 0, said)
        check("%" in said and "x real time" in said and "left" in said, said[-500:])
        check(said.endswith("\r\x1b[K"), "the bar stays:", repr(said[-80:]))
        result = expect(gpusim.run(*run, cwd=folder), 0)
        check("real time" not in result.stderr, result.stderr)
        _, said = on_terminal(*run, "--quiet", cwd=folder)
        check(said == "", said)


def test_progress_fits_the_terminal():
    with gpusim.scratch() as folder:
        for columns in 20, 40, 80, 200:
            code, said = on_terminal("run", "long.yaml", "--until", "60 d", cwd=folder,
                                     columns=columns)
            drawn = said.replace("\n", "\r").split("\r\x1b[K")[1:]
            check(code == 0 and len(drawn) > 2, said)
            check(max(map(len, drawn)) < columns, columns, drawn)
            check(("[#" in said or "[." in said) == (columns >= 80), columns, drawn)


def test_nothing_is_drawn_when_the_run_is_over():
    with gpusim.scratch() as folder:
        # the jobs that did not end are told after the last event, and there are very many
        for _ in range(4):
            code, said = on_terminal("run", "long.yaml", "--until", "40 d", "--set",
                                     "cluster.nodes[0].count=2", cwd=folder)
            check(code == 0 and said.endswith("\r\x1b[K"), code, said[-200:])


def test_colours():
    with gpusim.scratch() as folder:
        _, said = on_terminal("run", "nowhere.yaml", cwd=folder)
        check("\x1b[1;31merror:" in said, said)
        _, said = on_terminal("run", "nowhere.yaml", cwd=folder, NO_COLOR="1")
        check("\x1b[" not in said, said)
        result = gpusim.run("run", "nowhere.yaml", cwd=folder)
        check("\x1b[" not in result.stderr)


def test_completion_is_bash():
    script = expect(gpusim.run("completion", "bash"), 0).stdout
    bash = shutil.which("bash")
    if not bash:
        return
    ask = ('COMP_WORDS=(gpusim run --rep); COMP_CWORD=2; _gpusim; echo "${COMPREPLY[@]}"; '
           'COMP_WORDS=(gpusim desc); COMP_CWORD=1; COMPREPLY=(); _gpusim; echo "${COMPREPLY[@]}"')
    result = subprocess.run([bash, "-c", script + ask], capture_output=True, text=True, check=False)
    check(result.stdout.split() == ["--reproducible", "describe"], result.stdout, result.stderr)


def test_man_page_names_every_command():
    page = expect(gpusim.run("man"), 0).stdout
    for command in ("run", "validate", "describe", "list", "info", "diff", "export", "whatif",
                    "schema", "doctor"):
        check(f".SS {command}" in page, command)


def test_locale_changes_nothing():
    arguments = ("run", "small.yaml", "--json", "--set", "workload[0].jobs[0].duration=60.5 s")
    with gpusim.scratch() as folder:
        plain = expect(gpusim.run(*arguments, cwd=folder), 0)
        other = expect(gpusim.run(*arguments, cwd=folder,
                                  env=gpusim.environment(LC_ALL="de_DE.UTF-8", LANG="de_DE.UTF-8")),
                       0)

    def steady(text):
        return [line for line in text.splitlines()
                if "wall_time" not in line and "per_s" not in line]

    check(steady(plain.stdout) == steady(other.stdout))


def test_same_seed_same_digest():
    with gpusim.scratch() as folder:
        for name, seed in (("a", 3), ("b", 3), ("c", 4)):
            expect(gpusim.run("run", "long.yaml", "--until", "2 d", "--seed", seed, "-o",
                              f"{name}.h5", "-q", cwd=folder), 0)
        digests = [expect(gpusim.run("info", f"{name}.h5", "--digest", cwd=folder), 0).stdout
                   for name in "abc"]
        check(digests[0] == digests[1], "the same seed gave", digests)
        check(digests[0] != digests[2], "another seed gave the same digest")
        expect(gpusim.run("diff", "a.h5", "b.h5", cwd=folder), 0)
        result = expect(gpusim.run("diff", "a.h5", "c.h5", cwd=folder), 1)
        check("seed" in result.stdout or "time" in result.stdout, result.stdout)


def test_paranoid_and_telemetry_change_nothing():
    with gpusim.scratch() as folder:
        expect(gpusim.run("run", "small.yaml", "-o", "a.h5", "-q", cwd=folder), 0)
        expect(gpusim.run("run", "small.yaml", "-o", "b.h5", "-q", "--paranoid", cwd=folder), 0)
        expect(gpusim.run("diff", "a.h5", "b.h5", cwd=folder), 0)


def test_reproducible_files_are_equal():
    with gpusim.scratch() as folder:
        for name in "ab":
            expect(gpusim.run("run", "small.yaml", "-o", f"{name}.h5", "-q", "--reproducible",
                              cwd=folder), 0)
            time.sleep(1.1)  # a stamp would be another
        check((folder / "a.h5").read_bytes() == (folder / "b.h5").read_bytes())


def test_reproducible_leaves_stamps_out():
    with gpusim.scratch() as folder:
        expect(gpusim.run("run", "small.yaml", "-o", "a.h5", "-q", cwd=folder), 0)
        expect(gpusim.run("run", "small.yaml", "-o", "b.h5", "-q", "--reproducible", cwd=folder), 0)
        _, plain = gpusim.run_json("info", "a.h5", cwd=folder)
        _, bare = gpusim.run_json("info", "b.h5", cwd=folder)
        check(plain["file_time"] != "" and bare["file_time"] == "", plain, bare)
        check(plain["digest"] == bare["digest"])


def test_export_of_jobs():
    with gpusim.scratch() as folder:
        expect(gpusim.run("run", "small.yaml", "-o", "t.h5", "-q", cwd=folder), 0)
        text = expect(gpusim.run("export", "t.h5", "--table", "jobs", cwd=folder), 0).stdout
        lines = [line.split(",") for line in text.splitlines()]
        for name in ("id name user vc submit_s start_s end_s state gpus nodes gpu_ids preemptions "
                     "restarts energy_j").split():
            check(name in lines[0], name, "is missing in", lines[0])
        rows = {row["name"]: row for row in (dict(zip(lines[0], line)) for line in lines[1:])}
        check(set(rows) == set("abcd"), rows)
        check((float(rows["c"]["start_s"]), float(rows["c"]["end_s"])) == (100.0, 150.0), rows["c"])
        check(rows["c"]["nodes"] == "n-0000 n-0001", rows["c"])
        check(rows["d"]["state"] == "failed" and rows["b"]["user"] == "ann", rows)


def test_export_of_a_metric():
    with gpusim.scratch() as folder:
        expect(gpusim.run("run", "small.yaml", "-o", "t.h5", "-q", cwd=folder), 0)
        text = expect(gpusim.run("export", "t.h5", "--metric", "node/gpus_allocated", "--format",
                                 "jsonl", cwd=folder), 0).stdout
        samples = [json.loads(line) for line in text.splitlines()]
        at_50 = [sample for sample in samples if sample["time_s"] == 50.0]
        check(at_50 == [{"time_s": 50.0, "n-0000": 4.0, "n-0001": 4.0}], at_50)


def test_export_into_a_file():
    with gpusim.scratch() as folder:
        expect(gpusim.run("run", "small.yaml", "-o", "t.h5", "-q", cwd=folder), 0)
        export = ("export", "t.h5", "--table", "events", "-o", "e.csv")
        result = expect(gpusim.run(*export, cwd=folder), 0)
        check(result.stdout == "" and (folder / "e.csv").stat().st_size > 0)
        expect(gpusim.run(*export, cwd=folder), 4, stderr="--force")


def test_labels_are_for_those_who_learn_from_them():
    """One log with and without its labels: only the supervised form may say something else."""
    with gpusim.scratch() as folder:
        rows = [(i, i * 7919 % 101, int(i % 50 < 5)) for i in range(600)]
        for name, columns in (("marked", 4), ("plain", 3)):
            (folder / f"{name}.csv").write_text("".join(
                ",".join(map(str, row[:columns])) + "\n" for row in [("t", "a", "b", "label")] + [
                    (t, a, 150 - a if odd else 2 * a, odd) for t, a, odd in rows]),
                encoding="utf-8")

        def threshold(log, words):
            told = gpusim.run("train", log, "-d", words, "-o", "m", "--force", cwd=folder)
            if "XGBoost is not there" in told.stderr:
                raise gpusim.Skipped("this build cannot learn")
            said = expect(told, 0)
            return (said.stdout + said.stderr).split("alarms from ")[1].split()[0]

        for words in ("zscore", "xgboost:rounds=5", "ensemble:of=[xgboost:rounds=5,zscore]"):
            marked, plain = threshold("marked.csv", words), threshold("plain.csv", words)
            check(marked == plain, f"{words}: {marked} and {plain}")
        # of a supervised one those that are marked do not count, also when it is one of several
        low = threshold("marked.csv", "xgboost:form=supervised")
        check(float(low) < 0, f"{low}: more likely marked than not")
        threshold("marked.csv", "ensemble:of=[xgboost:form=supervised,zscore]")
        expect(gpusim.run("train", "plain.csv", "-d", "xgboost:form=supervised", "-o", "m",
                          "--force", cwd=folder), 2, stderr="nobody has marked these")


sys.exit(gpusim.main(gpusim.this_module()))
