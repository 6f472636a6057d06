# SPDX-License-Identifier: 0BSD
"""Reads a trace with h5py and pandas: jobs by user, and the power of the GPU that drew most.
Usage: python3 read_trace.py TRACE"""
import sys

import h5py
import pandas

trace = h5py.File(sys.argv[1])
jobs = pandas.DataFrame(trace["jobs"][:])
power = pandas.DataFrame(trace["telemetry/gpu/power_usage"][:].T, trace["telemetry/time"][:])

# names are numbers of rows of /names, times are nanoseconds
jobs["user"] = trace["names"].asstr()[:][jobs["user"]]
print((jobs.groupby("user")["wait"].median() / 1e9).round(1).to_string())
power.columns = trace["telemetry/gpu/name"].asstr()[:]
most = power.max().idxmax()
print(f"{most}: {power[most].max():.1f} W at {power[most].idxmax():g} s")
