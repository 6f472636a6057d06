# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads exports back with readers of its own: Prometheus' text format after its published rules,
nvidia-smi's CSV with the csv module. Usage: read_exports.py WRITER GPUSIM."""
import csv
import datetime
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
    check_memory(folder)
