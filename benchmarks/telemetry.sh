#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Telemetry of 1,000 nodes x 8 GPUs x 20 metrics: sampled, written by us, by fwrite, by h5py; one run, one table.
# usage: benchmarks/telemetry.sh BENCHMARK_TELEMETRY [SAMPLES]
set -eu
program=${1:?usage: benchmarks/telemetry.sh BENCHMARK_TELEMETRY [SAMPLES]}
here=$(cd "$(dirname "$0")" && pwd)
python=$(test -x /usr/bin/python3 && echo /usr/bin/python3 || echo python3)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$program" "$folder" ${2:+"$2"}
"$python" "$here/peers/h5py_write.py" "$folder"
