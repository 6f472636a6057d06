# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens a trace with h5py and pandas, with no code of ours: tables as data frames, telemetry as
arrays with scales. Usage: read_trace.py WRITER; WRITER PATH STEPS makes a trace."""
import subprocess
import sys
import tempfile
import os
import shutil

try:
    import h5py
    import numpy
    import pandas
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

STEPS = 1000
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "t.h5")
    subprocess.run([sys.argv[1], path, str(STEPS), "devices"], check=True)
    with h5py.File(path, "r") as file:
        # the root says what this is
        assert file.attrs["complete"] == 1 and file.attrs["seed"] == 5
        assert file.attrs["NX_class"] == b"NXroot" and file.attrs["scenario"] == b"gpusim: 1\n"

        # /jobs as a table
        jobs = pandas.DataFrame(file["jobs"][:])
        assert len(jobs) == STEPS and list(jobs["index"]) == list(range(STEPS))
        assert jobs["submit"].dtype == numpy.int64 and jobs["submit"][7] == 7 * 60 * 10**9
        assert numpy.isnan(jobs["energy_j"][0]) and abs(jobs["energy_j"][10] - 1.0) < 1e-12
        assert ((jobs["end"] - jobs["start"]) == jobs["duration"]).all()
        states = h5py.check_enum_dtype(file["jobs"].dtype["state"])
        assert states["completed"] == jobs["state"][1] and states["timeout"] == jobs["state"][11]
        columns = list(file["jobs"].dtype.names)
        units = dict(zip(columns, file["jobs"].attrs["column_units"]))
        assert units["submit"] == b"ns" and units["energy_j"] == b"J" and units["memory"] == b"B"
        kinds = dict(zip(columns, file["jobs"].attrs["column_kind"]))
        assert kinds["user"] == b"index of /names" and kinds["state"] == b"enum"
        users = file["names"][:][jobs["user"]]
        assert set(users) == {b"alice", b"bob"}
        assert file["jobs"].dtype.itemsize == sum(
            file["jobs"].dtype[i].itemsize for i in range(len(columns)))

        # telemetry ready to plot
        util = file["telemetry/gpu/gpu_util"]
        assert util.shape == (24, STEPS) and util.dtype == numpy.float32
        assert util.chunks == (16, 512) and util.shuffle and util.compression == "gzip"
        assert util.attrs["units"] == b"%"
        times, names = util.dims[1][0][:], util.dims[0][0][:]
        assert times[0] == 60 and times[-1] == 60.0 * STEPS and len(times) == STEPS
        assert names[9] == b"train-0001/gpu1"
        series = pandas.Series(util[9], index=times)
        assert series.between(0, 100).all() and series.nunique() > 50
        assert numpy.isnan(util[0]).all()
        assert file["telemetry/cluster/queue_length"][0, 12] == 12

        # each metric in its own type, what is missing in the type's way
        temperature, memory = file["telemetry/gpu/gpu_temp"], file["telemetry/gpu/memory_temp"]
        energy = file["telemetry/gpu/total_energy_consumption"]
        reasons = file["telemetry/gpu/clock_throttle_reasons"]
        steps = numpy.arange(STEPS)
        assert temperature.dtype == numpy.float32 and temperature.attrs["units"] == b"degC"
        assert (temperature[3] == 30 + (steps + 3) % 50).all()
        assert numpy.isnan(memory[1]).all() and (memory[2] == 42).all()
        assert energy.dtype == numpy.uint64 and energy.attrs["units"] == b"mJ"
        assert (energy[23] == 23 * 10**12 + 1000003 * steps.astype(numpy.uint64)).all()
        assert energy.fillvalue == 2**64 - 1
        assert energy.attrs["dcgm_field"] == b"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"
        assert energy.attrs["dcgm_id"] == 156
        assert reasons.dtype == numpy.uint32
        expected = numpy.where(steps % 7 == 6, 2**32 - 1, numpy.where(steps % 4, 4, 0x68))
        assert (reasons[5] == expected).all()

        # the summary
        assert file["summary/wait_s"].attrs["p99"] == 13.5
        assert file["summary"].attrs["stall_reason"] == b"because"

    # HDF5's own tools agree that it is whole
    if shutil.which("h5dump") and shutil.which("h5clear"):
        subprocess.run(["h5dump", path], check=True, stdout=subprocess.DEVNULL)
        before = open(path, "rb").read(48)  # opening alone stamps an object behind these
        subprocess.run(["h5clear", "-s", path], check=True, stdout=subprocess.DEVNULL)
        assert open(path, "rb").read(48) == before, "h5clear found something to clear"
