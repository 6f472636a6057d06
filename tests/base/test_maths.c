/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exp, log, log1p and pow against long double, at their special values, and to the bit. */
#include <float.h>
#include <math.h>
#include <string.h>

#include <gpusim/random.h>

#include "base/hash.h"
#include "harness.h"

#define POINTS 2000000

// a plain xorshift: this test must not lean on what is built on these functions
static double next_uniform(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (double)(*state >> 11) * 0x1p-53;
}

// the distance from the true value in units of the last place of the double nearest to it
static double ulps(double found, long double exact)
{
    double nearest = (double)exact;
    if (isnan(nearest) || isinf(nearest) || isnan(found) || isinf(found)) {
        return (isnan(nearest) && isnan(found)) || nearest == found ? 0 : INFINITY;
    }
    double unit = nextafter(fabs(nearest), INFINITY) - fabs(nearest);
    return (double)(fabsl(found - exact) / unit);
}

typedef struct worst {
    double error, x, y;
} worst;

static void look(worst *w, double found, long double exact, double x, double y)
{
    double error = ulps(found, exact);
    if (!(error <= w->error)) {
        *w = (worst){error, x, y};
    }
}

static void report(const char *name, const worst *w, double limit)
{
    printf("%-22s %.3f ulp at %a, %a\n", name, w->error, w->x, w->y);
    ck_assert_msg(w->error <= limit, "%s: %g ulp at %a, %a", name, w->error, w->x, w->y);
}

START_TEST(exp_is_close)
{
    uint64_t state = 88172645463325252u;
    worst all = {0}, small = {0}, subnormal = {0};
    for (int i = 0; i < POINTS; i++) {
        double x = next_uniform(&state) * 1418 - 708.3;
        look(&all, gpusim_exp(x), expl(x), x, 0);
        x = ldexp(next_uniform(&state) * 2 - 1, -(i % 60));
        look(&small, gpusim_exp(x), expl(x), x, 0);
        x = -708.3 - next_uniform(&state) * 37;
        look(&subnormal, gpusim_exp(x), expl(x), x, 0);
    }
    report("exp", &all, 0.53);
    report("exp near 0", &small, 0.53);
    report("exp, subnormal", &subnormal, 1);
}
END_TEST

START_TEST(log_is_close)
{
    uint64_t state = 88172645463325253u;
    worst all = {0}, near_one = {0}, plus_one = {0}, plus_small = {0};
    for (int i = 0; i < POINTS; i++) {
        double x = ldexp(1 + next_uniform(&state), (int)(next_uniform(&state) * 2098) - 1074);
        look(&all, gpusim_log(x), logl(x), x, 0);
        x = 1 + ldexp(next_uniform(&state) - 0.5, -(i % 52));
        look(&near_one, gpusim_log(x), logl(x), x, 0);
        x = ldexp(next_uniform(&state), (int)(next_uniform(&state) * 1080) - 60);
        look(&plus_one, gpusim_log1p(x), log1pl(x), x, 0);
        x = ldexp(next_uniform(&state) * 2 - 1, -(i % 60));
        look(&plus_small, gpusim_log1p(x), log1pl(x), x, 0);
    }
    report("log", &all, 0.8);
    report("log near 1", &near_one, 0.8);
    report("log1p", &plus_one, 0.8);
    report("log1p near 0", &plus_small, 0.8);
}
END_TEST

START_TEST(pow_is_close)
{
    uint64_t state = 88172645463325254u;
    worst usual = {0}, wide = {0}, near_one = {0}, negative = {0}, subnormal = {0};
    for (int i = 0; i < POINTS / 2; i++) {
        double x = next_uniform(&state) * 100;
        double y = (next_uniform(&state) - 0.5) * 20;
        look(&usual, gpusim_pow(x, y), powl(x, y), x, y);
        x = exp((next_uniform(&state) - 0.5) * 1400);
        y = (next_uniform(&state) * 2 - 1) * 700 / log(x);
        look(&wide, gpusim_pow(x, y), powl(x, y), x, y);
        x = 1 + ldexp(next_uniform(&state) - 0.5, -(i % 40));
        y = (next_uniform(&state) * 2 - 1) * 700 / log(x);
        look(&near_one, gpusim_pow(x, y), powl(x, y), x, y);
        x = -next_uniform(&state) * 20;
        y = floor(next_uniform(&state) * 100 - 50);
        look(&negative, gpusim_pow(x, y), powl(x, y), x, y);
        x = next_uniform(&state);
        y = -(708.5 + next_uniform(&state) * 36) / log(x);
        look(&subnormal, gpusim_pow(x, -y), powl(x, -y), x, -y);
    }
    report("pow", &usual, 0.53);
    report("pow, wide", &wide, 0.53);
    report("pow near 1", &near_one, 0.53);
    report("pow of negatives", &negative, 0.53);
    report("pow, subnormal", &subnormal, 1);
}
END_TEST

// alike: both NaN, or the same to 1 ulp and in sign
static void assert_alike(const char *name, double x, double y, double found, double libm)
{
    int alike = (isnan(found) && isnan(libm)) ||
                (!isnan(found) && signbit(found) == signbit(libm) && ulps(found, libm) <= 1);
    ck_assert_msg(alike, "%s(%a, %a) is %a, not %a", name, x, y, found, libm);
}

START_TEST(special_values)
{
    static const double values[] = {0,
                                    -0.0,
                                    1,
                                    -1,
                                    INFINITY,
                                    -INFINITY,
                                    NAN,
                                    DBL_TRUE_MIN,
                                    -DBL_TRUE_MIN,
                                    DBL_MIN,
                                    -DBL_MIN,
                                    1e-310,
                                    DBL_MAX,
                                    -DBL_MAX,
                                    DBL_EPSILON,
                                    -DBL_EPSILON / 2,
                                    2,
                                    3,
                                    -3,
                                    0.5,
                                    -0.5,
                                    1.0 / 3,
                                    1e16,
                                    -1e16,
                                    0x1p53,
                                    0x1p53 - 1,
                                    -(0x1p53 - 1),
                                    0x1p52 + 0.5,
                                    -2.5,
                                    709.78,
                                    709.79,
                                    -745.1,
                                    -745.2,
                                    -708.5,
                                    1e-20,
                                    1 + DBL_EPSILON,
                                    1 - DBL_EPSILON / 2,
                                    1e300,
                                    0x1.62e42fefa39efp+9,
                                    0x1.62e42fefa39f0p+9,
                                    -0x1.74910d52d3051p+9,
                                    -0x1.74910d52d3053p+9};
    size_t count = sizeof values / sizeof values[0];
    for (size_t i = 0; i < count; i++) {
        double x = values[i];
        assert_alike("exp", x, 0, gpusim_exp(x), exp(x));
        assert_alike("log", x, 0, gpusim_log(x), log(x));
        assert_alike("log1p", x, 0, gpusim_log1p(x), log1p(x));
        for (size_t j = 0; j < count; j++) {
            assert_alike("pow", x, values[j], gpusim_pow(x, values[j]), pow(x, values[j]));
        }
    }
}
END_TEST

// the same bits with every compiler and on every machine: written down once
START_TEST(bits_are_what_they_were)
{
    uint64_t state = 88172645463325255u;
    uint64_t hash = 0;
    for (int i = 0; i < 100000; i++) {
        double x = (next_uniform(&state) - 0.5) * 1500;
        double y = next_uniform(&state) * 10;
        const double results[] = {gpusim_exp(x), gpusim_log(fabs(x)), gpusim_log1p(x / 750),
                                  gpusim_pow(y, x / 10), gpusim_exp(y - 5)};
        hash = gs_hash64(results, sizeof results, hash);
    }
    ck_assert_uint_eq(hash, UINT64_C(16647714856753954834));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("maths");
    TEST_CASE(suite, 120, exp_is_close, log_is_close, pow_is_close, special_values,
              bits_are_what_they_were);
    return test_run(suite);
}
