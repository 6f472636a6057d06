#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The checks that take long: valgrind over quickstart, the tests with clang, every fuzzer for a
# minute under the sanitizers, and more cases of the property tests.
# usage: tools/check-more.sh BUILD        SECONDS_PER_FUZZER=60 GPUSIM_CASES=2000
set -eu
cd "$(dirname "$0")/.."
build=$1
seconds=${SECONDS_PER_FUZZER:-60}
meson=meson
[ -x /usr/bin/meson ] && meson=/usr/bin/meson
python=python3
[ -x /usr/bin/python3 ] && python=/usr/bin/python3

echo '--- valgrind on quickstart'
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect \
    --errors-for-leak-kinds=definite,indirect --suppressions=tools/valgrind.supp \
    "$build/sim/gpusim" run scenarios/quickstart.yaml --quiet -o "$scratch/quickstart.h5"

echo '--- the tests with clang'
[ -f build-clang/build.ninja ] || CC=clang "$meson" setup build-clang
ninja -C build-clang
"$python" tools/run-tests.py build-clang

echo '--- the tests that take long'
"$python" tools/run-tests.py "$build" --suite long

echo '--- property tests with more cases'
GPUSIM_CASES=${GPUSIM_CASES:-2000} "$python" tools/run-tests.py "$build" \
    --suite property --timeout-multiplier 20

echo "--- fuzzers, $seconds s each"
[ -f build-fuzz/build.ninja ] || CC=clang "$meson" setup build-fuzz -Dfuzzers=true \
    -Db_sanitize=address,undefined -Db_lundef=false -Dbuildtype=debugoptimized
ninja -C build-fuzz
for fuzzer in build-fuzz/tests/fuzz/fuzz_*; do
    [ -f "$fuzzer" ] && [ -x "$fuzzer" ] || continue
    name=$(basename "$fuzzer")
    name=${name#fuzz_}
    mkdir -p "$scratch/$name"
    set -- "$scratch/$name"
    for corpus in "tests/fuzz/found/$name" "tests/fuzz/corpus/$name" "tests/$name/cases"; do
        [ -d "$corpus" ] && set -- "$@" "$corpus"
    done
    echo "$fuzzer"
    "$fuzzer" -max_total_time="$seconds" -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 "$@"
done
echo 'check-all: all is well'
