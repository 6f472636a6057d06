#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the Debian packages that are missing, and only these; says what it does. With nothing
# missing it is silent and touches no network.
# usage: tools/install-dependencies.sh build|test|bench|lint|check...
set -eu

needed=''
wanted='' # good to have: the tests that use them are skipped without
for purpose in "$@"; do
    case $purpose in
    build)
        needed="$needed gcc libc6-dev meson ninja-build pkg-config libgsl-dev libyaml-dev"
        needed="$needed libhdf5-dev libjansson-dev uthash-dev libxxhash-dev zlib1g-dev check"
        wanted="$wanted gnuplot-nox libglpk-dev libxgboost-dev"
        ;;
    test)
        needed="$needed python3"
        wanted="$wanted python3-h5py python3-pandas python3-jsonschema python3-yaml hdf5-tools"
        ;;
    bench)
        needed="$needed python3"
        wanted="$wanted python3-simpy python3-h5py libsimgrid-dev g++"
        ;;
    lint) needed="$needed clang-format g++ binutils python3 cppcheck" ;;
    check) needed="$needed clang libclang-rt-14-dev valgrind" ;;
    *)
        echo "$0: unknown purpose '$purpose'" >&2
        exit 2
        ;;
    esac
done

if ! command -v dpkg-query >/dev/null; then
    # not Debian: the build says by itself what it misses
    exit 0
fi

installed() {
    case $1 in
    pkg-config) set -- pkg-config pkgconf ;;             # either will do
    gnuplot-nox) set -- gnuplot-nox gnuplot-qt gnuplot-x11 ;;
    esac
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^.i' && return 0
    done
    return 1
}

missing() {
    for package in "$@"; do
        installed "$package" || printf ' %s' "$package"
    done
}

# shellcheck disable=SC2086 # lists of package names
needed=$(missing $needed)
# shellcheck disable=SC2086
wanted=$(missing $wanted)
[ -n "$needed$wanted" ] || exit 0

as_root=''
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        [ -n "$needed" ] || exit 0
        echo "these packages are missing, and there is no sudo here; as root, run:" >&2
        echo "    apt-get install$needed$wanted" >&2
        exit 1
    fi
    as_root=sudo
fi

install_packages() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

refreshed=0
for list in "$needed" "$wanted"; do
    [ -n "$list" ] || continue
    echo "installing the Debian packages that are missing:$list" >&2
    # shellcheck disable=SC2086
    if install_packages $list >&2; then
        continue
    fi
    # lists of packages that are old or absent: fetch them once and try again
    if [ $refreshed -eq 0 ]; then
        refreshed=1
        # shellcheck disable=SC2086
        if $as_root apt-get update -q >&2 && install_packages $list >&2; then
            continue
        fi
    fi
    if [ "$list" = "$needed" ]; then
        echo "could not install$needed; without them gpusim cannot be built" >&2
        exit 1
    fi
    echo "going on without$wanted; what needs them is skipped" >&2
done
