/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a variate costs: streams against GSL's generators and the C library's functions, in the same
 * run. Ratios above 1 mean that ours is faster. */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <gpusim/random.h>

#define DRAWS  5000000u
#define ROUNDS 5

static gsl_rng *rng;
static volatile double sink;

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

// Each loop draws DRAWS variates (EXPRESSION of i) and returns the nanoseconds a draw took.
#define LOOP(name, EXPRESSION)                                                                     \
    static double name(void)                                                                       \
    {                                                                                              \
        gpusim_stream stream = gpusim_stream_make(1, "benchmark", #name);                          \
        (void)stream;                                                                              \
        double sum = 0;                                                                            \
        double start = now_ns();                                                                   \
        for (uint64_t i = 0; i < DRAWS; i++) {                                                     \
            sum += (EXPRESSION);                                                                   \
        }                                                                                          \
        sink = sum;                                                                                \
        return (now_ns() - start) / DRAWS;                                                         \
    }

LOOP(our_bits, (double)(gpusim_draw_bits(stream, i) & 1))
LOOP(gsl_bits, (double)(gsl_rng_get(rng) & 1))
LOOP(our_uniform, gpusim_draw_uniform(stream, i))
LOOP(gsl_uniform, gsl_rng_uniform_pos(rng))
LOOP(our_exponential, gpusim_draw_exponential(stream, i))
LOOP(gsl_exponential, gsl_ran_exponential(rng, 1))
LOOP(our_normal, gpusim_draw_normal(stream, i))
LOOP(gsl_normal, gsl_ran_gaussian_ziggurat(rng, 1))
LOOP(our_gamma, gpusim_draw_gamma(stream, i, 2.5))
LOOP(gsl_gamma, gsl_ran_gamma_mt(rng, 2.5, 1))
LOOP(our_index, (double)gpusim_draw_index(stream, i, 1000))
LOOP(gsl_index, (double)gsl_rng_uniform_int(rng, 1000))
LOOP(our_indexed, (double)(gpusim_stream_indexed(stream, i).key & 1))
LOOP(our_make, (double)(gpusim_stream_make(i, "fault", "train-0003/gpu2").key & 1))

// arguments that change, so that nothing is computed once
#define X ((double)(i & 1023) * 0.01)
LOOP(our_exp, gpusim_exp(X))
LOOP(libm_exp, exp(X))
LOOP(our_log, gpusim_log(X + 0.1))
LOOP(libm_log, log(X + 0.1))
LOOP(our_log1p, gpusim_log1p(X))
LOOP(libm_log1p, log1p(X))
LOOP(our_pow, gpusim_pow(X + 0.1, 1.7))
LOOP(libm_pow, pow(X + 0.1, 1.7))

// the best of a few rounds: what disturbs only ever adds
static double best(double (*loop)(void))
{
    double least = INFINITY;
    for (int i = 0; loop && i < ROUNDS; i++) {
        least = fmin(least, loop());
    }
    return least;
}

int main(void)
{
    static const struct {
        const char *name;
        double (*ours)(void), (*theirs)(void);
    } rows[] = {
        {"64 bits", our_bits, gsl_bits},
        {"uniform", our_uniform, gsl_uniform},
        {"exponential", our_exponential, gsl_exponential},
        {"normal", our_normal, gsl_normal},
        {"gamma 2.5", our_gamma, gsl_gamma},
        {"index of 1000", our_index, gsl_index},
        {"stream by number", our_indexed, NULL},
        {"stream by name", our_make, NULL},
        {"exp", our_exp, libm_exp},
        {"log", our_log, libm_log},
        {"log1p", our_log1p, libm_log1p},
        {"pow", our_pow, libm_pow},
    };
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (!rng) {
        return 1;
    }
    printf("%-18s %9s %9s %7s   (peers: GSL with mt19937, libm)\n", "", "gpusim ns", "peer ns",
           "ratio");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double ours = best(rows[i].ours);
        if (rows[i].theirs) {
            double theirs = best(rows[i].theirs);
            printf("%-18s %9.2f %9.2f %7.2f\n", rows[i].name, ours, theirs, theirs / ours);
        } else {
            printf("%-18s %9.2f\n", rows[i].name, ours);
        }
    }
    gsl_rng_free(rng);
    return 0;
}
