#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Measures the engine and the replay of a log against peers and prints one table of ratios: rounds in which each program
# has its turn, the least CPU time of the rounds, all on this machine in this run.
# usage: benchmarks/run.sh BUILD [ROUNDS]
set -eu

build=${1:?usage: benchmarks/run.sh BUILD [ROUNDS]}
rounds=${2:-5}
here=$(cd "$(dirname "$0")" && pwd)
python=$(test -x /usr/bin/python3 && echo /usr/bin/python3 || echo python3)
philly=$here/../../shared/data/philly/philly.csv.gz
results=$(mktemp)
trap 'rm -f "$results"' EXIT

# subject|what it is|command; one round runs them all, from top to bottom
subjects() {
    for n in 100 10000 1000000; do
        echo "hold $n|gpusim|$build/benchmarks/benchmark_hold engine $n"
        echo "hold $n|radix heap, keys alone|$build/benchmarks/benchmark_hold bare $n"
        echo "hold $n|radix heap and event table|$build/benchmarks/benchmark_hold table $n"
    done
    for n in 100 10000; do
        echo "hold $n|SimGrid timers|$build/benchmarks/benchmark_simgrid hold timers $n"
        echo "hold $n|SimGrid actors|$build/benchmarks/benchmark_simgrid hold actors $n"
        echo "hold $n|SimPy callbacks|$python $here/peers/simpy_models.py hold callbacks $n"
        echo "hold $n|SimPy processes|$python $here/peers/simpy_models.py hold processes $n"
    done
    echo "M/M/1|gpusim|$build/benchmarks/benchmark_mm1"
    echo "M/M/1|SimGrid timers|$build/benchmarks/benchmark_simgrid mm1 timers"
    echo "M/M/1|SimGrid actors|$build/benchmarks/benchmark_simgrid mm1 actors"
    echo "M/M/1|SimPy callbacks|$python $here/peers/simpy_models.py mm1 callbacks"
    echo "M/M/1|SimPy two processes|$python $here/peers/simpy_models.py mm1 processes"
    echo "M/M/1|SimPy a process each|$python $here/peers/simpy_models.py mm1 customers"
    for load in as-is 0.95; do
        echo "Philly $load|gpusim|$build/benchmarks/benchmark_replay $philly $load"
        echo "Philly $load|SimPy|$python $here/peers/simpy_replay.py $philly $load"
    done
}

round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    subjects | while IFS='|' read -r subject name command; do
        # a peer that is not installed, or has no such thing, has no number
        # shellcheck disable=SC2086 # the command is split on purpose
        ns=$($command 2>/dev/null) || ns=skipped
        echo "$subject|$name|${ns:-skipped}" >>"$results"
    done
done

awk -F'|' -v rounds="$rounds" '
    !(($1, $2) in least) { order[++n] = $1 SUBSEP $2; least[$1, $2] = $3 }
    $3 != "skipped" && (least[$1, $2] == "skipped" || $3 + 0 < least[$1, $2] + 0) {
        least[$1, $2] = $3
    }
    END {
        printf "ns of CPU time per hold, customer or job, least of %d rounds; ratio to gpusim\n", rounds
        for (i = 1; i <= n; i++) {
            split(order[i], key, SUBSEP)
            ns = least[key[1], key[2]]
            ours = least[key[1], "gpusim"]
            if (ns == "skipped")
                printf "%-13s %-28s %s\n", key[1], key[2], "skipped: not here"
            else if (ours == "skipped")
                printf "%-13s %-28s %10.1f\n", key[1], key[2], ns
            else
                printf "%-13s %-28s %10.1f %9.2f\n", key[1], key[2], ns, ns / ours
        }
    }' "$results"

# what the replays were like: the queue says which of them is a test of the scheduler
for load in as-is 0.95; do
    "$build/benchmarks/benchmark_replay" "$philly" "$load" report 2>/dev/null ||
        echo "Philly $load: skipped, the log is not here"
done
