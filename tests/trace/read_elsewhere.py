# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples that read traces say the same as `gpusim export`, and viewers that know NeXus find
what to plot. Usage: read_elsewhere.py WRITER GPUSIM READ_TRACE READ_TRACE_HDF5."""
import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile

WRITER, GPUSIM, READ_TRACE, READ_TRACE_HDF5 = sys.argv[1:5]
SOURCE = os.environ["GPUSIM_SOURCE"]
GOLDEN = os.path.join(SOURCE, "tests", "trace", "golden", "1.2.h5")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def check_c():
    jobs = list(csv.DictReader(io.StringIO(output(GPUSIM, "export", GOLDEN, "--table", "jobs"))))
    ran = {job["index"]: float(job["end_s"]) - float(job["submit_s"]) - float(job["wait_s"])
           for job in jobs if job["start_s"] and job["end_s"]}
    for example in (READ_TRACE, READ_TRACE_HDF5):
        told = dict(line.split() for line in output(example, GOLDEN).splitlines())
        assert set(told) == set(ran) and len(ran) > 20
        assert all(abs(float(told[job]) - ran[job]) <= 0.0005 + 1e-9 for job in ran), example
    return jobs


def check_python(jobs):
    told = output(sys.executable, os.path.join(SOURCE, "examples", "read_trace.py"), GOLDEN)
    lines = told.splitlines()
    users = dict(line.split() for line in lines[1:-1])
    assert set(users) == {job["user"] for job in jobs}
    rows = list(csv.DictReader(io.StringIO(
        output(GPUSIM, "export", GOLDEN, "--metric", "gpu/power_usage"))))
    most = max((float(value), gpu, row["time_s"]) for row in rows for gpu, value in row.items()
               if gpu != "time_s")
    assert lines[-1] == f"{most[1]}: {most[0]:.1f} W at {float(most[2]):g} s", (lines[-1], most)


def check_nexus(path):
    """From the root down to a signal by `default`, as NeXus has it: an NXentry, an NXdata, axes as
    many as the signal has, each of them of that length, with numbers in it and a unit."""
    with h5py.File(path) as file:
        assert file.attrs["NX_class"] == b"NXroot"
        entry = file[file.attrs["default"]]
        assert entry.attrs["NX_class"] == b"NXentry"
        assert entry[entry.attrs["default"]].attrs["NX_class"] == b"NXdata"
        groups = [group for group in entry.values() if isinstance(group, h5py.Group)]
        assert len(groups) >= 2
        for group in groups:
            assert group.attrs["NX_class"] == b"NXdata"
            signal = group[group.attrs["signal"]]
            assert len(group.attrs["axes"]) == signal.ndim == 2
            for length, axis in zip(signal.shape, group.attrs["axes"]):
                if axis != b".":
                    assert group[axis].shape == (length,) and group[axis].dtype.kind == "f"
                    assert group[axis].attrs["units"] == b"s"
            assert group.attrs["axes"][1] == b"time" and group["time"] == entry["time"]


def check_overflow(folder):
    """Times whose sum no 64 bits hold are much in a report, not less than nothing."""
    damaged, page = os.path.join(folder, "damaged.h5"), os.path.join(folder, "damaged.md")
    shutil.copyfile(GOLDEN, damaged)
    with h5py.File(damaged, "r+") as file:
        jobs = file["jobs"][:]
        for name in ("done", "slowed", "redone"):
            jobs[name][0] = 2**62
        file["jobs"][...] = jobs
    # without gnuplot there is a page, too
    subprocess.run([GPUSIM, "report", damaged, "-o", page, "--quick", "--rows", "1"],
                   check=False, capture_output=True)
    with open(page, encoding="utf-8") as file:
        lines = file.read().splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("| job | name |"))
    columns, first = ([cell.strip() for cell in lines[i].split("|")] for i in (head, head + 2))
    assert first[columns.index("GPU-hours")] == f"{3 * 2**62 / 3.6e12:,.0f}", first


rows = check_c()
try:
    import h5py
    import pandas
    assert pandas
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)
check_python(rows)
with tempfile.TemporaryDirectory() as folder:
    made = os.path.join(folder, "t.h5")
    subprocess.run([WRITER, made, "20", "devices"], check=True)
    check_nexus(made)
    check_overflow(folder)
