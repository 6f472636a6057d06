# SPDX-License-Identifier: GPL-3.0-or-later
"""The Philly trace on one pool of 2,500 GPUs, first come first served, as SimPy models it: a process
a job, the pool as a container that hands out what is asked for in order. Prints ns of CPU time per
job, and with a third argument the mean wait instead.

usage: simpy_replay.py LOG [LOAD|as-is [report]]
"""
import calendar
import csv
import gzip
import sys
import time

GPUS = 2500


def read(path):
    jobs = []
    with gzip.open(path, "rt") as log:
        for row in csv.DictReader(log):
            stamp = row["timestamp"]
            when = calendar.timegm(
                (int(stamp[0:4]), int(stamp[5:7]), int(stamp[8:10]),
                 int(stamp[11:13]), int(stamp[14:16]), int(stamp[17:19])))
            jobs.append((when, float(row["duration"]), int(row["num_gpus"])))
    jobs.sort(key=lambda job: job[0])
    first = jobs[0][0]
    return [(when - first, duration, gpus) for when, duration, gpus in jobs]


def scale(jobs, load):
    asked = sum(duration * gpus for _, duration, gpus in jobs)
    factor = asked / (GPUS * jobs[-1][0]) / load
    return [(when * factor, duration, gpus) for when, duration, gpus in jobs]


def run_simpy2(jobs):
    from SimPy import Simulation as simpy

    simulation = simpy.Simulation()
    pool = simpy.Level(capacity=GPUS, initialBuffered=GPUS, sim=simulation)
    # a Level lets newcomers pass who want less: one at a time may ask, so that the first blocks
    turn = simpy.Resource(capacity=1, sim=simulation)
    waits = []

    class Job(simpy.Process):
        def run(self, duration, gpus):
            submitted = self.sim.now()
            yield simpy.request, self, turn
            yield simpy.get, self, pool, gpus
            yield simpy.release, self, turn
            waits.append(self.sim.now() - submitted)
            yield simpy.hold, self, duration
            yield simpy.put, self, pool, gpus

    for when, duration, gpus in jobs:
        job = Job(sim=simulation)
        simulation.activate(job, job.run(duration, gpus), at=when)
    simulation.simulate(until=1e12)
    return waits


def run_simpy3(jobs):
    import simpy

    environment = simpy.Environment()
    pool = simpy.Container(environment, capacity=GPUS, init=GPUS)
    waits = []

    def job(when, duration, gpus):
        yield environment.timeout(when)
        submitted = environment.now
        yield pool.get(gpus)
        waits.append(environment.now - submitted)
        yield environment.timeout(duration)
        yield pool.put(gpus)

    for one in jobs:
        environment.process(job(*one))
    environment.run()
    return waits


def main():
    load = sys.argv[2] if len(sys.argv) > 2 else "as-is"
    begun = time.process_time()
    jobs = read(sys.argv[1])
    if load != "as-is":
        jobs = scale(jobs, float(load))
    try:
        import simpy  # noqa: F401  (version 3 or later)

        waits = run_simpy3(jobs)
    except ImportError:
        waits = run_simpy2(jobs)
    spent = time.process_time() - begun
    if len(sys.argv) > 3:
        print("%d jobs, load %s: %.3f s of CPU; mean wait %.1f s"
              % (len(waits), load, spent, sum(waits) / len(waits)))
    else:
        print("%.1f" % (spent * 1e9 / len(waits)))


main()
