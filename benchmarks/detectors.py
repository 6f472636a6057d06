#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every detector against every kind of fault on simulated clusters, by the command line alone: trained on
three runs without faults, thresholds for 0.05 false alarms of a node and a day chosen on two others, then
tried on runs that nothing was learnt from or chosen on, half of them of another mix of jobs.

usage: benchmarks/detectors.py GPUSIM FOLDER [DETECTOR...]      what FOLDER has already is not made again
"""
import csv
import pathlib
import random
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
RATE = "0.05"

# runs: name of the part, mix of jobs, faults or not, seeds; no seed twice
PARTS = {
    "train": ("training", False, [1, 4, 5]),
    "validation": ("training", False, [2, 3]),
    "quiet": ("training", False, [304, 305, 306, 307]),
    "quiet-other": ("mixed", False, [308, 309]),
    "faults": ("training", True, [311, 312, 313]),
    "faults-other": ("mixed", True, [314, 315]),
}

# Windows of the two that compare peers: half an hour, as their defaults mean it at a sample a minute; and a
# quarter of an hour in which a job settles.
PEERS = "job-peer:window=6,settle=3"
GNN = "gnn:settle=3,steps=8000"

# Fewer trees than the default, for time.
DETECTORS = {
    "random": "random",
    "first-difference": "first-difference",
    "zscore": "zscore",
    "ewma": "ewma",
    "cusum": "cusum",
    "rolling-mad": "rolling-mad",
    "ecod": "ecod",
    "mahalanobis": "mahalanobis",
    "pca": "pca",
    "sub-pca": "sub-pca",
    "ar": "ar",
    "var": "var",
    "kmeans": "kmeans",
    "knn": "knn",
    "lof": "lof",
    "isolation-forest": "isolation-forest",
    "random-cut-forest": "random-cut-forest:trees=20",
    "bocd": "bocd",
    "trend": "trend",
    "liveness": "liveness",
    "rules": f"threshold:@{HERE / 'detectors' / 'rules.yaml'}",
    "job-peer": PEERS,
    "rack-peer": "rack-peer:window=6",
    "gnn": GNN,
    "gnn, no graph": f"{GNN},relations=none",
    "gnn, levels": f"{GNN},levels=true",
    "gnn, no graph, levels": f"{GNN},relations=none,levels=true",
    "gnn, racks too": f"{GNN},relations=both",
    "ensemble": f"ensemble:of=['{GNN}','{PEERS}',liveness],combine=mean",
    "ensemble, levels": f"ensemble:of=['{GNN}','{GNN},levels=true','{PEERS}',liveness],combine=mean",
}


def gpusim(program, *words):
    result = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"gpusim {' '.join(map(str, words))}:\n{result.stderr}")
    return result.stdout


def make_runs(program, folder):
    runs = {}
    for part, (mix, faults, seeds) in PARTS.items():
        text = (HERE / "detectors" / "cluster.yaml").read_text(encoding="utf-8")
        for name in [mix] + ["faults"] * faults:
            text += (HERE / "detectors" / f"{name}.yaml").read_text(encoding="utf-8")
        scenario = folder / f"{part}.yaml"
        scenario.write_text(text, encoding="utf-8")
        runs[part] = [folder / f"{part}-{seed}.h5" for seed in seeds]
        for seed, trace in zip(seeds, runs[part]):
            if not trace.exists():
                gpusim(program, "run", scenario, "--seed", seed, "-o", trace, "--quiet")
    return runs


def measure(program, folder, runs, name, words):
    """Rows of the evaluation of one detector, one for each run and kind and some for all runs."""
    stem = "".join(c if c.isalnum() or c == "-" else "_" for c in name)
    model, table = folder / f"{stem}.model", folder / f"{stem}.csv"
    if not table.exists():
        begin = time.monotonic()
        gpusim(program, "train", *runs["train"], "-d", words, "-o", model, "--force")
        gpusim(program, "tune", *runs["validation"], "-d", model, "--false-alarms", RATE,
               "-o", model, "--force")
        text = "".join(f"part,{line}\n" if i == 0 else f"{part},{line}\n"
                       for part in list(PARTS)[2:]
                       for i, line in enumerate(gpusim(
                           program, "detect", *runs[part], "-d", model, "-e", "--format",
                           "csv").splitlines())
                       if i > 0 or part == "quiet")
        table.write_text(text, encoding="utf-8")
        print(f"{name}: {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    with open(table, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pick(rows, part, fault="all", trace="all"):
    for row in rows:
        if row["part"] == part and row["fault"] == fault and row["trace"] == trace:
            return row
    return None


def rate(row):
    return (f"{float(row['false_alarms_per_node_day']):.3f} [{float(row['rate_low']):.3f}, "
            f"{float(row['rate_high']):.3f}]")


def found(row):
    share = int(row["found"]) / int(row["events"])
    return (f"{row['found']} / {row['events']} = {share:.2f} [{float(row['found_low']):.2f}, "
            f"{float(row['found_high']):.2f}]")


def minutes(row):
    return f"{float(row['delay_p50_s']) / 60:.0f}" if row["delay_p50_s"] else "-"


def print_summary(results):
    print("| detector | false alarms | of other jobs | found | alarmed before | delay, min | found, other jobs | alarmed |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, rows in results.items():
        faults, quiet = pick(rows, "faults"), pick(rows, "quiet")
        print(f"| {name} | {rate(quiet)} | {rate(pick(rows, 'quiet-other'))} | {found(faults)} | "
              f"{faults['already']} | {minutes(faults)} | {found(pick(rows, 'faults-other'))} | "
              f"{100 * float(quiet['alarmed_share']):.2f} % |")
    days = float(pick(next(iter(results.values())), "quiet")["node_days"])
    other = float(pick(next(iter(results.values())), "quiet-other")["node_days"])
    print(f"\nnode-days without faults: {days:.0f}, of other jobs {other:.0f}\n")


def print_kinds(results):
    first = next(iter(results.values()))
    kinds = sorted({row["fault"] for row in first if row["fault"] != "all"})

    def sums(rows, kind):
        both = [pick(rows, part, kind) for part in ("faults", "faults-other")]
        return (sum(int(row["found"]) for row in both if row),
                sum(int(row["events"]) for row in both if row))

    print("| detector | " + " | ".join(f"{kind} ({sums(first, kind)[1]})" for kind in kinds) + " |")
    print("|---|" + "---:|" * len(kinds))
    for name, rows in results.items():
        print(f"| {name} | " + " | ".join(str(sums(rows, kind)[0]) for kind in kinds) + " |")
    print()


def differences(results, one, other):
    """Events that one finds and the other does not, less the reverse, run by run, as a share."""
    pairs = []
    for part in ("faults", "faults-other"):
        for row in results[one]:
            if row["part"] == part and row["fault"] == "all" and row["trace"] != "all":
                than = pick(results[other], part, "all", row["trace"])
                pairs.append((int(row["found"]) - int(than["found"]), int(row["events"])))
    draw = random.Random(1)
    shares = []
    for _ in range(4000):
        sample = draw.choices(pairs, k=len(pairs))
        shares.append(sum(p[0] for p in sample) / sum(p[1] for p in sample))
    cuts = statistics.quantiles(shares, n=40)
    mean = sum(p[0] for p in pairs) / sum(p[1] for p in pairs)
    return mean, cuts[0], cuts[-1]


def print_differences(results):
    print("| more events found by | than by | difference of the share [95 %] |\n|---|---|---:|")
    pairs = [("gnn", "gnn, no graph"), ("gnn", "job-peer"), ("gnn, levels", "gnn, no graph, levels")]
    pairs += [("ensemble", name) for name in results if name != "ensemble"]
    for one, other in pairs:
        if one in results and other in results:
            mean, low, high = differences(results, one, other)
            print(f"| {one} | {other} | {mean:+.3f} [{low:+.3f}, {high:+.3f}] |")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    runs = make_runs(program, folder)
    results = {name: measure(program, folder, runs, name, words)
               for name, words in DETECTORS.items() if len(sys.argv) == 3 or name in sys.argv[3:]}
    print_summary(results)
    print_kinds(results)
    print_differences(results)


main()
