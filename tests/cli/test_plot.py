# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures: what they are drawn from, that they are there, and what is said where they cannot be."""
import shutil
import struct
import subprocess
import sys

import gpusim
from gpusim import Skipped, check, expect


def traced(folder, scenario="by-hand.yaml", name="run.h5"):
    expect(gpusim.run("run", scenario, "-o", name, "--quiet", "--force", cwd=folder), 0)
    return folder / name


def needs_gnuplot():
    if not shutil.which("gnuplot"):
        raise Skipped("gnuplot is not there")


def blocks(path):
    """The blocks of a data file by name, rows as floats where they are numbers."""
    found, rows = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            rows = found.setdefault(line[2:], [])
        elif line:
            rows.append([float(cell) for cell in line.split(' "')[0].split()])
    return found


def at(rows, time):
    """The row nearest to a time."""
    return min(rows, key=lambda row: abs(row[0] - time))


def size_of(png):
    data = png.read_bytes()
    check(data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG")
    return struct.unpack(">II", data[16:24])


def test_what_detectors_found():
    """100 samples of which ten are marked and stand out, and one more that does."""
    with gpusim.scratch() as folder:
        rows = [(i, 5 if 40 <= i < 50 or i == 80 else 0.3 if i == 3 else i % 3 / 10,
                 int(40 <= i < 50)) for i in range(100)]
        for name, kept in (("quiet", rows[:40]), ("test", rows)):
            (folder / f"{name}.csv").write_text(
                "t,x,label\n" + "".join(f"{t},{x},{label}\n" for t, x, label in kept),
                encoding="utf-8")
        done = expect(gpusim.run("detect", "test.csv", "--train", "quiet.csv", "-d", "zscore",
                                 "-d", "random", "--evaluate", "--figures", "out", cwd=folder), 0)
        # eleven score ten standard deviations, as no more counts; then all do something
        curve = blocks(folder / "out" / "precision.dat")["curve 1"]
        check(curve[0] == [1, 10 / 11] and curve[-1] == [1, 0.1], curve)
        seen = blocks(folder / "out" / "scores.dat")
        # the highest score that was learnt is the threshold
        check([round(row[0]) for row in seen["alarms 1"]] == [3, 40, 80], seen["alarms 1"])
        check(at(seen["scores 1"], 45)[1] == 10 and at(seen["scores 1"], 20)[1] < 2, "other scores")
        script = (folder / "out" / "scores.gp").read_text(encoding="utf-8")
        check("rectangle from 39, graph 0 to 49, graph 1" in script, script)
        if shutil.which("gnuplot"):
            check(size_of(folder / "out" / "precision.png") == (800, 700), "another size")
            check(size_of(folder / "out" / "scores.png")[0] == 1200, "another size")
        else:
            check("no pictures" in done.stderr, done.stderr)
        # of several logs each has its own folder
        expect(gpusim.run("detect", "test.csv", "quiet.csv", "-d", "random", "--figures", "two",
                          cwd=folder), 0)
        check((folder / "two" / "quiet" / "scores.gp").exists(), "no figures of quiet")


def test_figures_of_several_logs_stay_apart():
    with gpusim.scratch() as folder:
        text = "t,x\n" + "".join(f"{i},{i % 7}\n" for i in range(100))
        for name in ("run.1.csv", "run.2.csv", "other/run.1.csv"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

        def draw(*words):
            return gpusim.run("detect", *words, "-d", "zscore", "--figures", "figs", cwd=folder)

        expect(draw("run.1.csv", "run.2.csv"), 0)
        check(sorted(p.name for p in (folder / "figs").iterdir()) == ["run.1", "run.2"],
              "other folders")
        # what is there is not overwritten, and nothing is drawn by halves
        mark = folder / "figs" / "run.2" / "scores.gp"
        mark.write_text("mine", encoding="utf-8")
        expect(draw("run.1.csv", "run.2.csv"), 4, stderr="--force")
        check(mark.read_text(encoding="utf-8") == "mine", "overwritten")
        expect(draw("run.1.csv", "run.2.csv", "--force"), 0)
        check(mark.read_text(encoding="utf-8") != "mine", "not overwritten with --force")
        shutil.rmtree(folder / "figs")
        expect(draw("run.1.csv", "other/run.1.csv"), 2, stderr="would both be in 'figs/run.1'")
        check(not (folder / "figs").exists(), "a folder for what is not drawn")


def test_data_is_what_happened():
    needs_gnuplot()
    with gpusim.scratch() as folder:
        traced(folder)
        expect(gpusim.run("plot", "run.h5", "-f", "all", "-o", "out", "--keep", cwd=folder), 0)
        seen = blocks(folder / "out" / "overview.dat")
        # the first job until 40 min; the second, which wants all, until 60; then the third until 70
        for minute, gpus, waiting in ((5, 2, 0), (15, 2, 1), (30, 2, 2), (50, 4, 1), (65, 1, 0),
                                      (90, 0, 0)):
            check(at(seen["allocated"], minute)[1] == gpus, minute, at(seen["allocated"], minute))
            check(at(seen["waiting"], minute)[1] == waiting, minute, at(seen["waiting"], minute))
        check(at(seen["power"], 50)[1] > 2 * at(seen["power"], 90)[1], "no power")
        check(at(seen["hottest"], 50)[1] > at(seen["hottest"], 99)[1] + 10, "no heat")
        script = (folder / "out" / "overview.gp").read_text(encoding="utf-8")
        check("rectangle from 70, graph 0 to 80, graph 1" in script, script)
        bars = blocks(folder / "out" / "gantt.dat")["bars"]
        check(sorted(row[:4] for row in bars) ==
              [[0, 40, 0, 2], [40, 60, 0, 2], [40, 60, 2, 4], [60, 70, 0, 1]], bars)
        cdf = blocks(folder / "out" / "cdf.dat")
        check([row for row in cdf["wait 1"]] == [[0, 1 / 3], [1800, 2 / 3], [2400, 1]],
              cdf["wait 1"])
        check(cdf["completion 1"][-1] == [3000, 1], cdf["completion 1"])
        check(abs(cdf["slowdown 1"][-1][0] - 5) < 1e-12, cdf["slowdown 1"])


def test_a_gpu_and_what_was_wrong():
    needs_gnuplot()
    with gpusim.scratch() as folder:
        traced(folder)
        expect(gpusim.run("plot", "run.h5", "-f", "gpu,faults,heatmap,racks,energy", "-o", "out",
                          "--gpu", "n-0001/gpu1", "--keep", cwd=folder), 2, stderr="not about")
        for more, name in (([], "n-0000/gpu"), (["--gpu", "n-0001/gpu1"], "n-0001/gpu1")):
            expect(gpusim.run("plot", "run.h5", "-f", "gpu", "-o", "g.svg", "--force", "--keep",
                              *more, cwd=folder), 0)
            check(name in (folder / "g.svg").read_text(encoding="utf-8"), name)
            seen = blocks(folder / "g.gnuplot" / "gpu.dat")
            # n-0001/gpu1 works from 40 to 60 min only
            busy = at(seen["gpu_util"], 20)[1]
            check(busy == (0 if more else 100), name, busy)
            check(at(seen["power_usage"], 50)[1] > 3 * at(seen["power_usage"], 99)[1], "power")
        expect(gpusim.run("plot", "run.h5", "-f", "gpu", "-o", "x.svg", "--gpu", "n-0001/gpu7",
                          cwd=folder), 2, stderr="did you mean 'n-0001/gpu")
        expect(gpusim.run("plot", "run.h5", "-f", "faults,heatmap,racks,energy", "-o", "out",
                          "--keep", cwd=folder), 0)
        spans = blocks(folder / "out" / "faults.dat")["spans"]
        check(spans == [[70, 80, 1, 2]], spans)
        cells = [row for row in blocks(folder / "out" / "heatmap.dat")["map"] if 45 < row[0] < 55]
        check(cells and all(row[2] == 100 for row in cells), "heat map")
        parts = (folder / "out" / "energy.dat").read_text(encoding="utf-8").splitlines()[1:]
        total = sum(float(line.split('" ')[1]) for line in parts)
        _, summary = gpusim.run_json("info", "run.h5", cwd=folder)
        facility = summary["summary"]["energy_j"]["facility"] / 3.6e6
        check(abs(total / facility - 1) < 1e-9, total, facility)


def test_what_failed_waits_and_lines_end_with_their_run():
    needs_gnuplot()
    with gpusim.scratch() as folder:
        traced(folder, "crash-and-wait.yaml")
        traced(folder, name="longer.h5")
        expect(gpusim.run("plot", "run.h5", "longer.h5", "-f", "queue", "-o", "q.png", "--keep",
                          cwd=folder), 0)
        seen = blocks(folder / "q.gnuplot" / "queue.dat")
        for minute, gpus, waiting in ((2, 3, 0), (10, 2, 0), (30, 0, 1), (70, 2, 0)):
            check(at(seen["allocated 1"], minute)[1] == gpus, minute, seen["allocated 1"])
            check(at(seen["waiting 1"], minute)[1] == waiting, minute, seen["waiting 1"])
        for name in ("allocated 1", "waiting 1"):
            check(79 < seen[name][-1][0] <= 80, name, seen[name][-1])
        check(99 < seen["allocated 2"][-1][0] <= 100, seen["allocated 2"][-1])
        # the rack that draws more is the first
        expect(gpusim.run("plot", "run.h5", "-f", "racks", "-o", "r.svg", "--keep", cwd=folder), 0)
        script = (folder / "r.gnuplot" / "racks.gp").read_text(encoding="utf-8")
        check("rack[1] = 'rack-01'\n" in script and "rack[2] = 'rack-00'\n" in script, script)
        seen = blocks(folder / "r.gnuplot" / "racks.dat")
        check(at(seen["power 1"], 10)[1] > at(seen["power 2"], 10)[1], "order of racks")


def test_a_part_of_the_run():
    needs_gnuplot()
    with gpusim.scratch() as folder:
        traced(folder)
        expect(gpusim.run("plot", "run.h5", "-f", "gantt", "--from", "45 min", "--to", "65 min",
                          "--keep", "-o", "part.png", cwd=folder), 0)
        bars = blocks(folder / "part.gnuplot" / "gantt.dat")["bars"]
        check(sorted(row[:4] for row in bars) == [[45, 60, 0, 2], [45, 60, 2, 4], [60, 65, 0, 1]],
              bars)
        expect(gpusim.run("plot", "run.h5", "--from", "3 h", "-o", "x.png", cwd=folder), 2,
               stderr="nothing between")
        check(not (folder / "x.gnuplot").exists(), "a folder was left behind")


def test_pictures():
    needs_gnuplot()
    with gpusim.scratch() as folder:
        traced(folder)
        traced(folder, "small.yaml", "other.h5")
        expect(gpusim.run("plot", "run.h5", cwd=folder), 0, stderr="run-overview.png")
        check(size_of(folder / "run-overview.png") == (1200, 900), "size")
        check(not (folder / "run-overview.gnuplot").exists(), "a folder was left behind")
        expect(gpusim.run("plot", "run.h5", "-f", "gantt", "--size", "800x500", "-o", "g.png",
                          cwd=folder), 0)
        check(size_of(folder / "g.png") == (800, 500), "size")
        for figure in ("cdf", "queue"):
            expect(gpusim.run("plot", "run.h5", "other.h5", "-f", figure, "-o", figure + ".svg",
                              cwd=folder), 0)
            text = (folder / (figure + ".svg")).read_text(encoding="utf-8")
            for word in ("<svg", "run", "other"):
                check(word in text, figure, word)
        expect(gpusim.run("plot", "run.h5", "-f", "queue", "-o", "q.pdf", cwd=folder), 0)
        check((folder / "q.pdf").read_bytes()[:5] == b"%PDF-", "no PDF")
        # nothing is overwritten, and gnuplot has nothing to complain of
        expect(gpusim.run("plot", "run.h5", cwd=folder), 4, stderr="--force")
        again = expect(gpusim.run("plot", "run.h5", "--force", "-q", cwd=folder), 0)
        check(again.stderr == "", again.stderr)


def test_memory_fragmentation_and_runs():
    needs_gnuplot()
    with gpusim.scratch() as folder:
        text = (folder / "by-hand.yaml").read_text(encoding="utf-8")
        text = text.replace("duration: 40 min}", "duration: 40 min, gpu_memory: 40 GiB}")
        text += "fragmentation: {target: workload}\n"
        (folder / "memory.yaml").write_text(text, encoding="utf-8")
        traced(folder, "memory.yaml")
        traced(folder, name="other.h5")
        expect(gpusim.run("plot", "run.h5", "-f", "vram,fragmentation", "-o", "out", "--keep",
                          cwd=folder), 0)
        seen = blocks(folder / "out" / "vram.dat")
        # two GPUs with 40 GiB each until 40 min
        check(abs(at(seen["used"], 20)[1] - 80) < 0.01, at(seen["used"], 20))
        check(at(seen["used"], 90)[1] == 0, at(seen["used"], 90))
        check(abs(at(seen["fullest"], 20)[1] - 40) < 0.01, at(seen["fullest"], 20))
        cells = [row for row in seen["map"] if 15 < row[0] < 35]
        check({round(row[2]) for row in cells if row[1] == 0.5} == {40}, "first node")
        check({row[2] for row in cells if row[1] == 1.5} == {0}, "second node")
        script = (folder / "out" / "vram.gp").read_text(encoding="utf-8")
        total = float(script.split("most_total = ")[1].split()[0])
        check(4 * 79 < total < 4 * 80, total)
        seen = blocks(folder / "out" / "fragmentation.dat")
        check([at(seen["idle"], minute)[1] for minute in (30, 50, 65)] == [2, 0, 3], "idle")
        expect(gpusim.run("plot", "run.h5", "-f", "vram", "--gpu", "n-0000/gpu0", "-o", "one.svg",
                          "--keep", cwd=folder), 0)
        seen = blocks(folder / "one.gnuplot" / "vram.dat")
        check(abs(at(seen["used"], 20)[1] - 40) < 0.01 and "map" not in seen, seen.keys())
        expect(gpusim.run("plot", "run.h5", "other.h5", "-f", "runs", "-o", "runs.svg", "--keep",
                          cwd=folder), 0)
        seen = blocks(folder / "runs.gnuplot" / "runs.dat")
        check([at(seen["utilization 2"], minute)[1] for minute in (20, 50, 90)] == [50, 100, 0],
              "utilization")
        check(seen["wait 1"] == seen["wait 2"], "waits")
        text = (folder / "runs.svg").read_text(encoding="utf-8")
        check(">other<" in text and "{" not in text.split("</defs>")[1], "words of runs")


def test_dates_and_latex():
    needs_gnuplot()
    with gpusim.scratch() as folder:
        traced(folder, name="a_b.h5")
        expect(gpusim.run("plot", "a_b.h5", "-o", "d.svg", "--start", "2026-02-28T23:00:00",
                          cwd=folder), 0)
        text = (folder / "d.svg").read_text(encoding="utf-8")
        for word in ("23:30", "00:00", "00:30", "time, UTC"):
            check(word in text, word)
        expect(gpusim.run("plot", "a_b.h5", "-o", "d.svg", "--start", "yesterday", "--force",
                          cwd=folder), 2, stderr="yesterday")
        for figure in ("overview", "cdf", "gantt", "heatmap"):
            expect(gpusim.run("plot", "a_b.h5", "-f", figure, "-o", f"my-{figure}.tex",
                              cwd=folder), 0)
            text = (folder / f"my-{figure}.tex").read_text(encoding="utf-8")
            check(f"{{my-{figure}}}" in text, "it shows another picture")
            check((folder / f"my-{figure}.pdf").read_bytes()[:5] == b"%PDF-", "no PDF")
            put = "".join(line for line in text.splitlines() if "\\put(" in line)
            check("a_b" not in put and "&" not in put, put)
            check(put.count("%") == put.count("\\%") + put.count("}}%"), put)
        check("a\\_b" in (folder / "my-overview.tex").read_text(encoding="utf-8"), "its name")


def test_nothing_to_show():
    needs_gnuplot()
    with gpusim.scratch() as folder:
        (folder / "empty.yaml").write_text(
            "gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 1, gpus: 1}]}\n"
            "workload: []\n", encoding="utf-8")
        traced(folder, "empty.yaml")
        drawn = expect(gpusim.run("plot", "run.h5", "-f", "all", "--format", "svg", "-o", "out",
                                  "-q", cwd=folder), 0)
        check(drawn.stderr == "", drawn.stderr)
        for figure, word in (("overview", "no faults"), ("gantt", "no job ran"),
                             ("cdf", "no job completed"), ("gpu", "no telemetry of GPUs"),
                             ("heatmap", "utilization (gpu_util) was not sampled"),
                             ("vram", "memory of GPUs was not sampled"),
                             ("fragmentation", "fragmentation was not measured"),
                             ("runs", "no job completed"),
                             ("racks", "no power of racks"), ("energy", "no power in these runs"),
                             ("faults", "no faults in this run")):
            text = (folder / "out" / (figure + ".svg")).read_text(encoding="utf-8")
            check(word in text, figure, word)


def test_wrong_words():
    with gpusim.scratch() as folder:
        traced(folder)
        for words, code, said in (
                (["run.h5", "-f", "overveiw"], 2, "did you mean 'overview'?"),
                (["run.h5", "-f", ""], 2, "there is no figure ''"),
                (["run.h5", "-f", "gantt", "--size", "20x20"], 2, "WIDTHxHEIGHT"),
                (["run.h5", "-o", "a.gif"], 2, "no kind of picture ends in 'gif'"),
                (["run.h5", "--format", "pgn"], 2, "did you mean 'png'?"),
                (["run.h5", "run.h5", "-f", "gantt"], 2, "figure 'gantt' is of 1 trace, not of 2"),
                (["run.h5", "-o", "no/where.png"], 4, "no/where"),
                (["by-hand.yaml"], 4, "by-hand.yaml"),
                ([], 2, "TRACE")):
            expect(gpusim.run("plot", *words, cwd=folder), code, stderr=said)


def test_names_are_no_commands():
    needs_gnuplot()
    with gpusim.scratch() as folder:
        traced(folder, name="|echo x >TAKEN;.h5")
        gpusim.run("plot", "|echo x >TAKEN;.h5", "--format", "tex", "--keep", cwd=folder)
        gpusim.run("plot", "|echo x >TAKEN;.h5", cwd=folder)
        check(not list(folder.rglob("TAKEN*")), "a name was taken for a command")


def test_without_gnuplot():
    with gpusim.scratch() as folder:
        traced(folder)
        result = expect(gpusim.run("plot", "run.h5", "-o", "p.png", cwd=folder,
                                   env=gpusim.environment(PATH=str(folder))), 1,
                        stderr="gnuplot is not there")
        check("p.gnuplot" in result.stderr, result.stderr)
        check((folder / "p.gnuplot" / "overview.gp").exists(), "no script")
        check((folder / "p.gnuplot" / "overview.dat").exists(), "no data")
        check(not (folder / "p.png").exists(), "a picture")
        if shutil.which("gnuplot"):
            subprocess.run(["gnuplot", "overview.gp"], cwd=folder / "p.gnuplot", check=True)
            check(size_of(folder / "p.gnuplot" / "overview.png") == (1200, 900), "size")


sys.exit(gpusim.main(gpusim.this_module()))
