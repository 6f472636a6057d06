#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Checks what the library's own objects call: nothing that prints, ends the process, reads the
# environment, keeps global state, depends on the locale, or differs from one libm to the next.
# usage: tools/check-symbols.sh BUILD
set -eu
library=$1/libgpusim.a
[ -f "$library" ] || { echo "$library is not there" >&2; exit 1; }

prints='printf vprintf puts putchar putc fputc_unlocked perror psignal stdout stderr stdin'
ends='exit _exit _Exit quick_exit abort atexit at_quick_exit __assert_fail raise'
environment='getenv secure_getenv setenv putenv unsetenv environ'
signals='signal sigaction sigprocmask sigset'
locale='setlocale uselocale localeconv nl_langinfo'
numbers='strtod strtof strtold atof atoi atol atoll sscanf fscanf scanf vsscanf vfscanf'
dates='localtime localtime_r gmtime gmtime_r mktime timegm strftime strptime tzset ctime asctime'
chance='rand srand rand_r random srandom drand48 lrand48 getrandom getentropy'
maths='exp exp2 exp10 expm1 log log2 log10 log1p pow sin cos tan sinh cosh tanh lgamma tgamma erf erfc'
processes='system popen fork vfork'
forbidden=" $prints $ends $environment $signals $locale $numbers $dates $chance $maths $processes "
# all memory comes from base/resize.c, so that running out of it can be tested
memory=' qsort malloc calloc realloc reallocarray aligned_alloc posix_memalign strdup strndup asprintf vasprintf '

wrong=0
object=''
while read -r line; do
    case $line in
    *.o:) object=${line%:} ;;
    U\ *)
        symbol=${line#U }
        symbol=${symbol%%@*}
        plain=$symbol
        case $symbol in
        __*_chk) # the fortified form of a function
            plain=${symbol#__}
            plain=${plain%_chk}
            ;;
        __isoc99_*) plain=${symbol#__isoc99_} ;;
        esac
        case $forbidden in
        *" $plain "*)
            echo "$object calls $symbol"
            wrong=1
            ;;
        esac
        case $memory in
        *" $plain "*)
            case $object in
            *base_resize.c.o) ;;
            *)
                echo "$object allocates by itself: $symbol"
                wrong=1
                ;;
            esac
            ;;
        esac
        ;;
    esac
done <<END
$(nm -u "$library" | sed 's/^ *//')
END

# what the shared library shows is gpusim's and nothing else
for symbol in $(nm -D --defined-only "$1/libgpusim.so" | awk '{print $3}'); do
    case $symbol in
    gpusim_*) ;;
    *)
        echo "libgpusim.so exports $symbol"
        wrong=1
        ;;
    esac
done
exit $wrong
