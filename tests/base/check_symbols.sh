#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the library must never call: usage check_symbols.sh LIBRARY.so
# It does not print, exit, abort, read the environment or handle signals; it allocates in one place;
# its numbers and dates do not depend on the locale or on libm's last bit.
command -v nm >/dev/null || { echo "skipped: no nm"; exit 77; }

ends='exit|_exit|abort|__assert_fail|quick_exit'
prints='printf|vprintf|puts|putchar|perror|stdout|stderr|__printf_chk'
surroundings='getenv|secure_getenv|setenv|putenv|environ|signal|sigaction|setlocale'
allocates='malloc|calloc|reallocarray|strdup|strndup|asprintf|vasprintf|getline|getdelim|qsort'
numbers='strtod|strtof|strtold|atof|sscanf|__isoc99_sscanf|scanf|fscanf|__isoc99_fscanf'
dates='localtime|localtime_r|gmtime|gmtime_r|mktime|timegm|strftime|strptime|ctime'
chance='rand|rand_r|srand|random|srandom|drand48|erand48|getrandom'
maths='exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|cbrt|sin|cos|tan|atan|atan2|tgamma|lgamma|erf|erfc'
forbidden="$ends|$prints|$surroundings|$allocates|$numbers|$dates|$chance|$maths"

found=$(nm -D --undefined-only "$1" | sed 's/.* U //; s/@.*//' | grep -xE "$forbidden")
if [ -n "$found" ]; then
    echo "the library calls:" $found
    exit 1
fi
