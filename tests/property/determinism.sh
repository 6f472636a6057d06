#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same digests with libm's FMA variants masked, and from the other compiler without optimisation.
# usage: determinism.sh DIGEST_PROGRAM SOURCE BUILD COMPILER
set -eu
digest=$1 source=$2 build=$3 compiler=$4
work=$build/determinism
mkdir -p "$work"

"$digest" "$source" >"$work/plain"
echo "$(wc -l <"$work/plain") runs by $compiler"

# glibc picks exp by CPU; where the mask does not change its last bits, nothing is shown
mask=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4
if [ "$("$digest" --libm)" = "$(GLIBC_TUNABLES=$mask "$digest" --libm)" ]; then
    echo 'skipped: on this machine libm has no FMA variant of exp to mask'
else
    GLIBC_TUNABLES=$mask "$digest" "$source" >"$work/masked"
    diff "$work/plain" "$work/masked"
    echo "equal with FMA masked, where libm's own exp differs"
fi

case $compiler in
clang*) other=gcc ;;
*) other=clang ;;
esac
if ! command -v "$other" >/dev/null; then
    echo "skipped: no $other to compare with"
    exit 0
fi
if [ ! -f "$work/$other/build.ninja" ]; then
    meson=$(command -v /usr/bin/meson || command -v meson)
    CC=$other "$meson" setup --buildtype=debug "$work/$other" "$source" >"$work/setup.txt"
fi
ninja -C "$work/$other" tests/property/digest >"$work/ninja.txt" || { tail "$work/ninja.txt"; exit 1; }
"$work/$other/tests/property/digest" "$source" >"$work/other"
diff "$work/plain" "$work/other"
echo "equal by $other"
