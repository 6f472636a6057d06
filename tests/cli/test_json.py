# SPDX-License-Identifier: GPL-3.0-or-later
"""What --json prints: the fields that are promised, with values worked by hand."""
import json
import sys

import gpusim
from gpusim import check, expect


def close(found, expected):
    check(abs(found - expected) < 1e-9 * max(1.0, abs(expected)), found, "instead of", expected)


def test_run_has_the_promised_fields():
    with gpusim.scratch() as folder:
        result, summary = gpusim.run_json("run", "small.yaml", cwd=folder)
    expect(result, 0)
    for name in ("schema_version scenario scheduler seed model_hash sim_time_s wall_time_s events "
                 "events_per_s makespan_s gpu_allocated_fraction gpu_utilization faults alerts "
                 "peak_memory_bytes").split():
        check(name in summary, name, "is missing")
    check(set(summary["jobs"]) >= set(
        "submitted completed failed cancelled timeout oom rejected unfinished restarts".split()))
    for name in ("wait_s", "jct_s", "bounded_slowdown"):
        check(set(summary[name]) >= set("mean p50 p95 p99 max".split()), name)
    check(set(summary["energy_j"]) == set("gpu cpu memory nic storage other fans node_losses switches "
                                              "rack_losses it cdu overhead facility jobs "
                                              "unallocated".split()))
    check(set(summary["power_w"]) == set("mean peak".split()))
    check(len(summary["model_hash"]) == 32)


def test_run_by_hand():
    # a 0..60 on one node, b 0..100 on the other, c waits for both until 100, d behind it
    with gpusim.scratch() as folder:
        _, summary = gpusim.run_json("run", "small.yaml", cwd=folder)
    check(summary["schema_version"] == 1)
    check(summary["scenario"] == "small")
    check(summary["seed"] == 1)
    jobs = summary["jobs"]
    check((jobs["submitted"], jobs["completed"], jobs["failed"]) == (4, 3, 1), jobs)
    close(summary["makespan_s"], 180.0)
    close(summary["sim_time_s"], 180.0)
    close(summary["wait_s"]["mean"], (0 + 0 + 90 + 130) / 4)
    close(summary["wait_s"]["max"], 130.0)
    close(summary["jct_s"]["mean"], (60 + 100 + 140) / 3)
    close(summary["jct_s"]["p50"], 100.0)
    close(summary["gpu_allocated_fraction"], (4 * 60 + 4 * 100 + 8 * 50 + 30) / (8 * 180))
    check(summary["jct_s"]["count"] == 3)
    check(summary["energy_j"]["gpu"] is None)


def test_seed_of_the_command_line():
    with gpusim.scratch() as folder:
        _, one = gpusim.run_json("run", "small.yaml", "--seed", "7", cwd=folder)
        _, two = gpusim.run_json("run", "small.yaml", cwd=folder)
    check(one["seed"] == 7 and two["seed"] == 1)
    check(one["model_hash"] == two["model_hash"], "the seed is no part of the model")


def test_seed_beyond_signed_numbers():
    seed = 2**64 - 1
    with gpusim.scratch() as folder:
        _, ran = gpusim.run_json("run", "small.yaml", "--seed", seed, "-o", "t.h5", cwd=folder)
        _, kept = gpusim.run_json("info", "t.h5", cwd=folder)
    check(int(ran["seed"]) == seed and int(kept["seed"]) == seed, ran["seed"], kept["seed"])


def test_errors_are_json_too():
    with gpusim.scratch() as folder:
        result, answer = gpusim.run_json("run", "many-errors.yaml", cwd=folder)
    expect(result, 3)
    check(answer["schema_version"] == 1 and answer["exit_code"] == 3)
    check(len(answer["errors"]) >= 5, answer)
    for error in answer["errors"]:
        check(error["status"] == "GPUSIM_SCENARIO" and error["message"] and error["line"] > 0, error)
        check(error["file"] == "many-errors.yaml")
    result, answer = gpusim.run_json("run", "nowhere.yaml")
    expect(result, 4)
    check(answer["errors"][0]["status"] == "GPUSIM_IO", answer)
    short = gpusim.run("run", "nowhere.yaml", "--js")
    check(json.loads(short.stdout) == answer, short.stdout)


def test_lists():
    for topic in ("schedulers", "gpus", "formats", "metrics"):
        result, answer = gpusim.run_json("list", topic)
        expect(result, 0)
        check(len(answer[topic]) > 2, topic, answer)


def test_schema_is_json_schema():
    result = expect(gpusim.run("schema"), 0)
    schema = json.loads(result.stdout)
    check("draft-07" in schema["$schema"], schema["$schema"])
    top = schema["definitions"]["scenario"]
    check({"cluster", "workload", "scheduler"} <= set(top["properties"]), top)


def test_doctor():
    with gpusim.scratch() as folder:
        result, answer = gpusim.run_json("doctor", cwd=folder)
        expect(result, 0)
        subjects = {finding["subject"]: finding for finding in answer["findings"]}
        check(subjects["this folder"]["ok"], answer)
        check(sorted(p.name for p in folder.iterdir() if "doctor" in p.name) == [])
    for finding in answer["findings"]:
        check(finding["ok"] or finding["advice"], finding)


sys.exit(gpusim.main(gpusim.this_module()))
