# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the samples that benchmark_telemetry left with h5py: the same datasets, chunks and filters.

usage: h5py_write.py FOLDER
"""
import os
import sys
import time

try:
    import h5py
    import numpy
except ImportError as error:
    print(f"h5py, same chunks and filters: skipped ({error})")
    sys.exit(0)

folder = sys.argv[1]
with open(os.path.join(folder, "raw.txt"), encoding="utf-8") as lines:
    metrics = [line.split() for line in lines]
gpus, samples = int(metrics[0][2]), int(metrics[0][3])
sample_bytes = sum(int(width) * gpus for _, width, _, _ in metrics)
raw = numpy.fromfile(os.path.join(folder, "raw.bin"), numpy.uint8).reshape(samples, sample_bytes)

# arrays [GPU, sample] in memory before the clock starts: h5py only writes
arrays, at = [], 0
for name, width, _, _ in metrics:
    end = at + int(width) * gpus
    kind = numpy.uint64 if width == "8" else numpy.float32
    block = numpy.ascontiguousarray(raw[:, at:end]).view(kind)
    arrays.append((name, numpy.ascontiguousarray(block.T)))
    at = end

began = time.process_time()
path = os.path.join(folder, "h5py.h5")
with h5py.File(path, "w", libver="latest") as file:
    for name, values in arrays:
        file.create_dataset(name, data=values, chunks=(16, min(256, samples)), shuffle=True,
                            compression="gzip", compression_opts=1)
took = time.process_time() - began
size = raw.nbytes / 1e6
print(f"{'h5py, same chunks and filters':<44} {1e3 * took / samples:9.1f} "
      f"{samples * gpus * len(metrics) / took / 1e6:10.1f} {size / took:8.1f}"
      f"   ({os.path.getsize(path) / 1e6:.1f} MB)")
