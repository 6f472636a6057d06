# SPDX-License-Identifier: GPL-3.0-or-later
"""gpusim calibrate: what it prints and writes is what other commands read."""
import csv

import gpusim
from gpusim import check, expect


def dynamic_power(clock):
    """Of 1 W: voltage is 0.7 below a clock of 0.6."""
    return clock * max(0.7, 0.7 + 0.3 * (clock - 0.6) / 0.4) ** 2


def clock_at(power):
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if dynamic_power(middle) <= power else (low, middle)
    return high


def table(path):
    """Runs under power caps of a made GPU, 40 W of static power, with five workloads."""
    lines = ["network,batch,power_limit,time_per_epoch,average_power"]
    for batch, (dynamic, bound, host) in enumerate(
            [(180, 0.1, 0.05), (170, 0.4, 0.1), (150, 0.2, 0.3), (175, 0.3, 0.2), (160, 0, 0.1)]):
        for cap in range(70, 241, 10):
            clock = clock_at((cap - 40) / dynamic)
            busy = (1 - host) * ((1 - bound) / clock + bound)
            power = (busy * (40 + dynamic * dynamic_power(clock)) + host * 50) / (busy + host)
            lines.append(f"net{batch % 2},{batch},{cap},{busy + host},{power}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_caps(folder):
    table(folder / "caps.csv")
    result, told = gpusim.run_json("calibrate", "caps.csv", "-o", "mine.yaml", "--profiles",
                                   "jobs.yaml", "--residuals", "rest.csv", "--base", "A40",
                                   "--name", "mine", "--starts", 4, "--splits", 0, cwd=folder)
    expect(result, 0)
    check(told["kind"] == "caps" and told["used"] == 5, told)
    check(told["optimum_w"] == told["optimum_model_w"], told)
    values = {p["key"]: p for p in told["parameters"]}
    check(abs(values["power.fixed"]["value"] - 40) < 2, values)
    check(values["power.fixed"]["low"] <= values["power.fixed"]["value"], values)
    check(len(told["caps"]) == 18 and told["caps"][0]["throughput_halves"] is None, told["caps"])

    # the entry is a catalogue: list shows it, and a scenario runs on it
    result = gpusim.run("list", "gpus", "--catalogue", "mine.yaml", cwd=folder)
    expect(result, 0)
    check("mine" in result.stdout, result.stdout)
    with open(folder / "rest.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    check(len(rows) == 90, len(rows))
    check(all(abs(float(r["throughput"]) - float(r["throughput_model"])) < 0.02 for r in rows),
          rows)
    profile = (folder / "jobs.yaml").read_text(encoding="utf-8").splitlines()[2]
    check(profile.startswith('"net0/0": {intensity: '), profile)
    scenario = f"""gpusim: 1
name: calibrated
duration: 1 h
cluster:
  catalogue: mine.yaml
  nodes: [{{name: n, count: 1, gpu: mine, gpus: 1}}]
workload:
  - synthetic:
      arrivals: {{process: poisson, rate: 4/h}}
      gpus: 1
      duration: 5 min
      profile: {profile.split(": ", 1)[1]}
scheduler: {{order: fifo}}
"""
    (folder / "calibrated.yaml").write_text(scenario, encoding="utf-8")
    expect(gpusim.run("run", "calibrated.yaml", cwd=folder), 0)


def test_heat(folder):
    result, told = gpusim.run_json("calibrate", "summit.csv", "--steady", "--inlet", "22 C",
                                   cwd=folder)
    expect(result, 0)
    values = {p["key"]: p for p in told["parameters"]}
    check(abs(values["thermal.resistance"]["value"] - 0.095) < 1e-4, values)
    check(values["inlet"]["given"] and values["inlet"]["standard_error"] is None, values)
    check(told["kind"] == "heat" and "caps" not in told, told)


def main():
    if not gpusim.PROGRAM.exists():
        print(f"skipped: {gpusim.PROGRAM} is not there")
        return 77
    for test in (test_caps, test_heat):
        with gpusim.scratch() as folder:
            test(folder)
    return 0


raise SystemExit(main())
