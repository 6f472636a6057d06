#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Everything that can be wrong with the sources without running them.
# usage: tools/lint.sh BUILD
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
wrong=0

step() {
    title=$1
    shift
    if "$@"; then
        echo "ok      $title"
    else
        echo "FAILED  $title"
        wrong=1
    fi
}

sources() {
    git ls-files -- '*.c' '*.h'
}

layout() {
    sources | tr '\n' '\0' | xargs -0 clang-format --dry-run -Werror
}

# each installed header compiles alone, in C and in C++
headers() {
    status=0
    for header in libgpusim/include/gpusim/*.h; do
        name=gpusim/$(basename "$header")
        for compiler in 'gcc -x c -std=c17' 'g++ -x c++ -std=c++17'; do
            # shellcheck disable=SC2086 # a compiler and its options
            echo "#include <$name>" | $compiler -Wall -Wextra -Werror -fsyntax-only \
                -Ilibgpusim/include -I"$build/libgpusim/include/gpusim/.." - || {
                echo "$name does not compile alone with $compiler"
                status=1
            }
        done
    done
    return $status
}

sizes() {
    status=0
    for file in $(sources); do
        lines=$(wc -l <"$file")
        case $file in
        *_tables.h) continue ;; # made by a program
        esac
        if [ "$lines" -gt 700 ]; then
            echo "$file has $lines lines; 700 at most"
            status=1
        fi
    done
    return $status
}

licences() {
    status=0
    for file in $(git ls-files -- '*.c' '*.h' '*.py' '*.sh' '*.in' meson_options.txt Makefile \
        '*meson.build' .ci/run '*.yaml'); do
        case $file in
        tests/*/cases/* | tests/scenario/catalogues/* | tests/fuzz/*/*.yaml) continue ;; # input as it is, also when it is hostile
        examples/meson.build) licence='\(GPL-3.0-or-later\|0BSD\)' ;;
        examples/* | */gpusim/module.h | */gpusim/placement.h) licence='0BSD' ;;
        */gpusim/detector.h | */gpusim/order.h) licence='0BSD' ;;
        *) licence='GPL-3.0-or-later' ;;
        esac
        head -n 3 "$file" | grep -q "SPDX-License-Identifier: $licence" || {
            echo "$file does not begin with SPDX-License-Identifier: $licence"
            status=1
        }
    done
    return $status
}

faults() {
    command -v cppcheck >/dev/null || return 0
    sources | grep -E '^(libgpusim|schedulers|analysis|sim|examples)/' | tr '\n' '\0' |
        xargs -0 cppcheck --quiet --std=c11 --error-exitcode=1 --enable=warning,portability \
            --suppressions-list=tools/cppcheck-suppressions.txt -Ilibgpusim/include -Ilibgpusim -j 2
}

step 'layout (clang-format)' layout
step 'headers compile alone' headers
step 'symbols of the library' tools/check-symbols.sh "$build"
step 'includes run along the arrows' python3 tools/check-includes.py
step 'file sizes' sizes
step 'licence lines' licences
step 'cppcheck' faults
exit $wrong
