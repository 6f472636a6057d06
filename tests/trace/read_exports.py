# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads exports back with readers of its own: Prometheus' text format after its published rules,
nvidia-smi's CSV with the csv module. Usage: read_exports.py WRITER GPUSIM."""
import csv
import datetime
import decimal
import io
import json
import os
import re
import resource
import subprocess
import sys
import tempfile

WRITER, GPUSIM = sys.argv[1:3]
STEPS = 700
GPUS = 24

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})\{{(.*)\}} (\S+) (-?\d+)$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|$)')


def exposition(text):
    """{metric: {"type", "help", "samples": [(labels, value, ms)]}}; all of a metric's lines are one
    group, and no series has two samples at one time."""
    families, at = {}, None
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, about = line.split(" ", 3)
            assert name not in families, f"{name} is not one group"
            at = families[name] = {"name": name, "help": about, "samples": [], "seen": set()}
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert at["name"] == name and kind in ("gauge", "counter") and not at["samples"]
            at["type"] = kind
        else:
            found = SAMPLE.match(line)
            assert found, line
            name, inner, value, time = found.groups()
            labels, place = {}, 0
            while place < len(inner):
                label = LABEL.match(inner, place)
                assert label, inner
                assert label[1] not in labels
                labels[label[1]] = label[2]
                place = label.end()
            assert at["name"] == name and "type" in at
            key = (tuple(sorted(labels.items())), int(time))
            assert key not in at["seen"], line
            at["seen"].add(key)
            at["samples"].append((labels, float(value), int(time)))
    return families


def temperature(step, gpu):
    return 30 + (step + gpu) % 50


def power(step, gpu):
    return 100 + gpu + 0.125 * (step % 1000)


def energy(step, gpu):
    return 10**12 * gpu + 1000003 * step


def reasons(step):
    return None if step % 7 == 6 else 4 if step % 4 else 0x68


def export(*more):
    return subprocess.run([GPUSIM, "export", *more], check=True, capture_output=True,
                          text=True).stdout


def check_dcgm(trace):
    families = exposition(export(trace, "--format", "dcgm", "--start", "2025-06-01"))
    assert set(families) == {
        "DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_GPU_TEMP", "DCGM_FI_DEV_MEMORY_TEMP",
        "DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
        "DCGM_FI_DEV_CLOCK_THROTTLE_REASONS"}, set(families)
    start = datetime.datetime(2025, 6, 1, tzinfo=datetime.timezone.utc).timestamp() * 1000
    uuids = {}
    for name, of, missing in (
            ("DCGM_FI_DEV_GPU_TEMP", temperature, 0),
            ("DCGM_FI_DEV_POWER_USAGE", power, 0),
            ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", energy, 0),
            ("DCGM_FI_DEV_MEMORY_TEMP", lambda step, gpu: 40 + gpu, GPUS // 2 * STEPS),
            ("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS", lambda step, gpu: reasons(step),
             GPUS * (STEPS // 7))):
        family = families[name]
        assert family["type"] == ("counter" if "ENERGY" in name else "gauge")
        assert len(family["samples"]) == GPUS * STEPS - missing, (name, len(family["samples"]))
        last = {}
        for labels, value, time in family["samples"]:
            assert set(labels) == {"gpu", "UUID", "pci_bus_id", "device", "modelName", "hostname"}
            gpu = int(labels["hostname"].removeprefix("train-")) * 8 + int(labels["gpu"])
            step = (time - int(start)) // 60000 - 1
            assert (time - int(start)) % 60000 == 0 and value == of(step, gpu), (name, step, gpu)
            assert labels["device"] == f"nvidia{labels['gpu']}"
            assert labels["modelName"] == "NVIDIA H100 80GB HBM3"
            assert re.fullmatch("GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", labels["UUID"])
            assert uuids.setdefault(gpu, labels["UUID"]) == labels["UUID"]
            assert last.get(gpu, 0) < time  # each series in order
            last[gpu] = time
    assert len(set(uuids.values())) == GPUS


def check_smi(trace):
    text = export(trace, "--format", "nvidia-smi", "--start", "2025-06-01T10:00:00",
                  "--node", "train-0001")
    rows = list(csv.DictReader(io.StringIO(text), skipinitialspace=True))
    assert len(rows) == 8 * STEPS
    begin = datetime.datetime(2025, 6, 1, 10)
    for i, row in enumerate(rows):
        step, slot = divmod(i, 8)
        gpu = 8 + slot
        at = datetime.datetime.strptime(row["timestamp"], "%Y/%m/%d %H:%M:%S.%f")
        assert at == begin + datetime.timedelta(minutes=step + 1)
        assert row["index"] == str(slot) and row["name"] == "NVIDIA H100 80GB HBM3"
        assert row["temperature.gpu"] == str(temperature(step, gpu))
        assert row["temperature.memory"] == ("N/A" if gpu % 2 else str(40 + gpu))
        value, unit = row["power.draw [W]"].split(" ")
        assert unit == "W" and abs(float(value) - power(step, gpu)) <= 0.005 + 1e-9
        assert re.fullmatch(r"\d+ %", row["utilization.gpu [%]"])
        bits = reasons(step)
        if bits is None:
            assert row["clocks_event_reasons.active"] == "[N/A]"
        else:
            assert int(row["clocks_event_reasons.active"], 16) == bits
            assert row["clocks_event_reasons.sw_power_cap"] == (
                "Active" if bits & 4 else "Not Active")


def check_csv(trace):
    pandas_like = csv.DictReader(io.StringIO(
        export(trace, "--metric", "gpu_temp,DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
               "--from", "10 min", "--to", "20 min")))
    rows = list(pandas_like)
    assert len(rows) == 11 * GPUS
    for i, row in enumerate(rows):
        step, gpu = 9 + i // GPUS, i % GPUS
        assert float(row["time_s"]) == 60 * (step + 1)
        assert row["gpu"] == f"train-{gpu // 8:04}/gpu{gpu % 8}"
        assert float(row["gpu_temp"]) == temperature(step, gpu)
        assert int(row["total_energy_consumption"]) == energy(step, gpu)


SCENARIO = """
gpusim: 1
duration: 20 min
cluster:
  nodes:
    - {name: h, count: 2, gpu: H100-SXM5-80GB, gpus: 4}
    - {name: t, count: 1, gpu: T4, gpus: 2}
workload: [{synthetic: {arrivals: {process: poisson, rate: 60/h}, gpus: {choice: {1: 0.5, 4: 0.5}},
                        duration: {exponential: {mean: 5 min}}}}]
telemetry: {every: 30 s, sets: [all]}
"""


def check_run(folder):
    """A simulated run: what is exported is what is in the trace."""
    scenario, trace = os.path.join(folder, "run.yaml"), os.path.join(folder, "run.h5")
    with open(scenario, "w", encoding="utf-8") as file:
        file.write(SCENARIO)
    subprocess.run([GPUSIM, "run", scenario, "-o", trace, "-q"], check=True, capture_output=True)
    families = exposition(export(trace, "--format", "dcgm"))
    listed = subprocess.run([GPUSIM, "list", "metrics", "--json"], check=True, capture_output=True,
                            text=True).stdout
    metrics = {m["dcgm"]: m for m in json.loads(listed)["metrics"] if m["dcgm"]}
    assert set(families) == set(metrics)
    start = 1767225600000
    for name, family in families.items():
        table = csv.DictReader(io.StringIO(export(trace, "--metric", f"gpu/{metrics[name]['name']}")))
        kept = {(round(float(row["time_s"]) * 1000), gpu): float(value) for row in table
                for gpu, value in row.items() if gpu != "time_s" and value}
        found = {(time - start, f"{labels['hostname']}/gpu{labels['gpu']}"): value
                 for labels, value, time in family["samples"]}
        assert set(found) == set(kept), name
        assert all(abs(found[key] - kept[key]) <= 5e-7 + 1e-12 * abs(kept[key]) for key in kept), name
        if family["type"] == "counter":  # counters never fall
            for gpu in {gpu for _, gpu in found}:
                series = [value for (_, of), value in sorted(found.items()) if of == gpu]
                assert series == sorted(series), (name, gpu)
    assert len({gpu for _, gpu in kept}) == 10

    # the T4 has neither NVLink nor a sensor in its memory
    for name in ("DCGM_FI_DEV_MEMORY_TEMP", "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL"):
        hosts = {labels["hostname"] for labels, _, _ in families[name]["samples"]}
        assert hosts == {"h-0000", "h-0001"}, hosts
    rows = list(csv.DictReader(io.StringIO(export(trace, "--format", "nvidia-smi")),
                               skipinitialspace=True))
    assert len(rows) == 40 * 10
    for row in rows:
        total, used, free, kept = (int(row[f"memory.{of} [MiB]"].removesuffix(" MiB"))
                                   for of in ("total", "used", "free", "reserved"))
        assert abs(total - used - free - kept) <= 1
        assert row["name"] in ("NVIDIA H100 80GB HBM3", "Tesla T4")
        assert re.fullmatch(r"\d+\.\d\d W", row["power.draw [W]"])
        assert row["pstate"] in ("P0", "P8")
        assert (row["temperature.memory"] == "N/A") == (row["name"] == "Tesla T4")


SCHEDULE = """
gpusim: 1
name: schedule
duration: 12 h
cluster:
  nodes: [{name: h, count: 3, gpu: H100-SXM5-80GB, gpus: 4, cpus: 64, memory: 512 GiB}]
workload:
  - synthetic: {name: users, arrivals: {process: poisson, rate: 12/h}, users: 3, memory: 32 GiB,
                gpus: {choice: {1: 0.5, 2: 0.2, 4: 0.2, 8: 0.1}}, failed: 0.1,
                duration: {exponential: {mean: 30 min}}, walltime: {factor: {uniform: {min: 0.9, max: 2}}}}
  - jobs: [{name: large, at: 1 h, gpus: 400, duration: 1 h}]
chaos: [{fault: node-crash, target: {each: node}, every: {exponential: {mean: 6 h}}, for: 20 min}]
scheduler: {order: fifo, placement: best-fit, backfill: easy}
"""

REPLAY = """
gpusim: 1
duration: 30 h
cluster:
  nodes: [{name: h, count: 3, gpu: H100-SXM5-80GB, gpus: 4}]
workload: [{trace: {format: swf, path: log.swf}}]
scheduler: {order: fifo}
"""


def simulate(folder, name, text):
    scenario, trace = (os.path.join(folder, name + end) for end in (".yaml", ".h5"))
    with open(scenario, "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run([GPUSIM, "run", scenario, "-o", trace, "-q"], check=True, capture_output=True)
    return trace


def table(trace, name, *more):
    return list(csv.DictReader(io.StringIO(export(trace, "--table", name, *more))))


def seconds(text):
    return decimal.Decimal(text)


def check_swf(folder, trace, jobs):
    """The standard's fields, and our reader makes the same jobs of them again."""
    text = export(trace, "--format", "swf", "--start", "2025-06-01")
    heads = [line[2:].split(": ", 1) for line in text.splitlines() if line.startswith(";")]
    fields = dict(head for head in heads if head[0] != "Note")
    assert fields["Version"] == "2.2" and fields["MaxProcs"] == "12" and fields["MaxNodes"] == "3"
    assert fields["UnixStartTime"] == str(int(
        datetime.datetime(2025, 6, 1, tzinfo=datetime.timezone.utc).timestamp()))
    assert fields["StartTime"] == "Sun Jun 01 00:00:00 UTC 2025"
    users = dict(note.split()[1:] for label, note in heads if note.startswith("user "))
    lines = [line.split() for line in text.splitlines() if not line.startswith(";")]
    assert fields["MaxJobs"] == str(len(lines)) == str(len(jobs))
    codes = {"completed": "1", "failed": "0", "timeout": "0", "rejected": "5", "queued": "-1",
             "running": "-1"}
    before = seconds(0)
    for number, (line, job) in enumerate(zip(lines, jobs), 1):
        assert len(line) == 18 and line[0] == str(number)
        assert before <= (before := seconds(line[1])) == seconds(job["submit_s"])
        if job["end_s"] and job["start_s"]:
            wait, run = seconds(line[2]), seconds(line[3])
            assert seconds(line[1]) + wait + run == seconds(job["end_s"])
            assert line[4] == job["gpus"] and wait == seconds(job["wait_s"])
            if job["restarts"] == "0":
                assert run == seconds(job["end_s"]) - seconds(job["start_s"])
        else:
            assert line[3] == "-1" and line[4] == (job["gpus"] if job["start_s"] else "-1")
        assert line[7] == job["gpus"] and line[10] == codes[job["state"]], (line, job)
        assert line[8] == (job["walltime_s"] or "-1")
        assert line[9] == (str(32 * 1024**2) if job["user"] else "-1")
        assert users.get(line[11], "") == job["user"]
        assert all(line[i] == "-1" for i in (5, 6, 12, 13, 15, 16, 17))
    assert {"completed", "failed", "timeout", "rejected"} <= {job["state"] for job in jobs}
    assert any(job["restarts"] != "0" for job in jobs)

    # read again
    with open(os.path.join(folder, "log.swf"), "w", encoding="utf-8") as file:
        file.write(text)
    again = table(simulate(folder, "replay", REPLAY), "jobs")
    assert [int(job["id"]) for job in again] == list(range(1, len(jobs) + 1))
    for line, job in zip(lines, again):
        assert seconds(job["submit_s"]) == seconds(line[1]) and job["gpus"] == line[7]
        assert job["user"] == line[11].replace("-1", "")
        if line[3] != "-1":
            assert seconds(job["duration_s"]) == seconds(line[3]), (line, job)


def check_batsim(trace, jobs):
    """What Evalys takes from jobs.csv: the columns by name, numbers in them, sets of intervals as
    resources, times that agree with each other, and no resource twice at one time."""
    text = export(trace, "--format", "batsim")
    reader = csv.DictReader(io.StringIO(text))
    assert reader.fieldnames == [
        "job_id", "workload_name", "profile", "submission_time", "requested_number_of_resources",
        "requested_time", "success", "final_state", "starting_time", "execution_time",
        "finish_time", "waiting_time", "turnaround_time", "stretch", "allocated_resources",
        "consumed_energy", "metadata"]
    rows, held = list(reader), {}
    states = {"completed": "COMPLETED_SUCCESSFULLY", "failed": "COMPLETED_FAILED",
              "timeout": "COMPLETED_WALLTIME_REACHED", "rejected": "REJECTED"}
    ended = [job for job in jobs if job["end_s"]]
    assert [row["job_id"] for row in rows] == [job["index"] for job in ended]
    for row, job in zip(rows, ended):
        assert row["final_state"] == states[job["state"]]
        assert row["success"] == str(int(job["state"] == "completed"))
        submit, start, run, finish, wait, turnaround = (seconds(row[name]) for name in (
            "submission_time", "starting_time", "execution_time", "finish_time", "waiting_time",
            "turnaround_time"))
        if row["final_state"] == "REJECTED":
            assert start == run == finish == wait == turnaround == -1
            assert row["allocated_resources"] == ""
            continue
        assert start - submit == wait >= 0 and finish - start == run
        assert finish - submit == turnaround and finish == seconds(job["end_s"])
        assert abs(float(row["stretch"]) - float(turnaround / run)) < 1e-9
        gpus = []
        for part in row["allocated_resources"].split(" "):
            bounds = [int(bound) for bound in part.split("-")]
            assert len(bounds) <= 2 and bounds[0] <= bounds[-1]
            assert not gpus or bounds[0] > gpus[-1] + 1  # as few intervals as can be
            gpus += range(bounds[0], bounds[-1] + 1)
        assert len(gpus) == int(row["requested_number_of_resources"]) == int(job["gpus"])
        assert gpus == sorted(int(gpu) for gpu in job["gpu_ids"].split(" "))
        for gpu in gpus:
            held.setdefault(gpu, []).append((start, finish))
    for spans in held.values():
        spans.sort()
        assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:]))


def check_filters(trace, jobs):
    """A filtered table is the rows of the whole that fit, in the same order."""
    hour = 3600
    inside = ("--from", "2h", "--to", "3h")
    assert table(trace, "jobs", *inside) == [
        job for job in jobs if float(job["submit_s"]) <= 3 * hour
        and (not job["end_s"] or float(job["end_s"]) >= 2 * hour)]
    events = table(trace, "events")
    assert table(trace, "events", *inside) == [
        event for event in events if 2 * hour <= float(event["time_s"]) <= 3 * hour]
    parts = table(trace, "allocations")
    assert table(trace, "allocations", *inside) == [
        part for part in parts
        if float(part["start_s"]) <= 3 * hour and float(part["end_s"]) >= 2 * hour]

    mine = {job["index"] for job in jobs if job["user"] == "user-2"}
    about = ("submit", "start", "end", "fail")
    assert {event["type"] for event in events} == {*about, "node"}
    assert table(trace, "jobs", "--user", "user-2") == [
        job for job in jobs if job["user"] == "user-2"]
    assert table(trace, "events", "--user", "user-2") == [
        event for event in events if event["entity"] in mine and event["type"] in about]
    there = {part["job"] for part in parts if part["node"] == "1"}
    assert table(trace, "jobs", "--node", "h-0001") == [
        job for job in jobs if job["index"] in there]
    assert table(trace, "events", "--node", "h-0001") == [
        event for event in events
        if (event["entity"] in there if event["type"] in about else event["entity"] == "1")]
    assert table(trace, "allocations", "--node", "h-0001", "--user", "user-2") == [
        part for part in parts if part["node"] == "1" and part["job"] in mine]
    faults = table(trace, "faults")
    assert faults and table(trace, "faults", "--node", "h-0001") == [
        fault for fault in faults if fault["entity"] == "1"]
    assert [gpu["gpu"] for gpu in table(trace, "gpus", "--node", "h-0001")] == ["4", "5", "6", "7"]

    # one job by its name, by its number, and by source and number
    large, = table(trace, "jobs", "--job", "large")
    assert large["state"] == "rejected"
    one, = table(trace, "jobs", "--job", "users/7")
    assert (one["source"], one["id"]) == ("users", "7")
    assert table(trace, "decisions", "--job", "users/7") == [
        row for row in table(trace, "decisions") if row["job"] == one["index"]]
    for wrong in (("--table", "jobs", "--job", "nobody"), ("--table", "jobs", "--user", "nobody"),
                  ("--table", "faults", "--job", "users/7"), ("--table", "gpus", "--from", "1 h"),
                  ("--metric", "cluster/queue_length", "--job", "users/7"),
                  ("--table", "jobs", "--node", "nobody")):
        asked = subprocess.run([GPUSIM, "export", trace, *wrong], capture_output=True, text=True)
        assert asked.returncode != 0 and asked.stdout == "" and "error:" in asked.stderr, wrong


def check_schedule(folder):
    trace = simulate(folder, "schedule", SCHEDULE)
    jobs = table(trace, "jobs")
    check_swf(folder, trace, jobs)
    check_batsim(trace, jobs)
    check_filters(trace, jobs)


def check_memory(folder):
    """The largest process so far was small: exporting eight times as much takes no more."""
    most = []
    for steps in (1000, 8000):
        trace = os.path.join(folder, f"{steps}.h5")
        subprocess.run([WRITER, trace, str(steps), "devices"], check=True)
        for form in ("dcgm", "nvidia-smi"):
            with open(os.devnull, "wb") as nowhere:
                process = subprocess.Popen([GPUSIM, "export", trace, "--format", form],
                                           stdout=nowhere)
                _, status, usage = os.wait4(process.pid, 0)
                assert status == 0
                most.append(usage.ru_maxrss)
        os.unlink(trace)
    assert most[2] < 1.25 * most[0] and most[3] < 1.25 * most[1], most


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "t.h5")
    subprocess.run([WRITER, path, str(STEPS), "devices"], check=True)
    check_dcgm(path)
    check_smi(path)
    check_csv(path)
    check_run(folder)
    check_schedule(folder)
    check_memory(folder)
