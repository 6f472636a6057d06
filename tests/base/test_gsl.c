/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream as a generator of GSL, and GSL's handler out of the way. */
#include <gpusim/gsl.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

#include "fit.h"

static double cdf_beta(double x, const double *p)
{
    return gsl_cdf_beta_P(x, p[0], p[1]);
}

START_TEST(gsl_draws_from_a_stream)
{
    gpusim_error err = {0};
    gpusim_stream stream = gpusim_stream_make(3, "test", "gsl");
    gsl_rng *rng = NULL;
    ASSERT_OK(gpusim_gsl_rng_create(stream, &rng, &err), &err);
    ck_assert_str_eq(gsl_rng_name(rng), "gpusim");
    ck_assert(gsl_rng_get(rng) == gpusim_draw_bits(stream, 0));
    ck_assert_double_eq(gsl_rng_uniform(rng), gpusim_draw_uniform(stream, 1));
    ck_assert_uint_lt(gsl_rng_uniform_int(rng, 6), 6);

    const double parameters[] = {2, 3};
    static double draws[100000];
    for (size_t i = 0; i < 100000; i++) {
        draws[i] = gsl_ran_beta(rng, 2, 3);
    }
    ASSERT_FITS(fit_ks(draws, 100000, cdf_beta, parameters), "beta");

    // copies go on alike; seeds start anew
    gsl_rng *copy = gsl_rng_clone(rng);
    ck_assert(gsl_rng_get(copy) == gsl_rng_get(rng));
    gsl_rng_set(rng, 8);
    unsigned long first = gsl_rng_get(rng);
    gsl_rng_set(copy, 9);
    ck_assert(gsl_rng_get(copy) != first);
    gsl_rng_set(copy, 8);
    ck_assert(gsl_rng_get(copy) == first);
    gsl_rng_free(copy);
    gsl_rng_free(rng);
}
END_TEST

START_TEST(gsl_does_not_abort)
{
    gpusim_error err = {0};
    gsl_rng *rng = NULL;
    ASSERT_OK(gpusim_gsl_rng_create((gpusim_stream){1, 2}, &rng, &err), &err);
    gsl_error("an error of GSL", __FILE__, __LINE__, GSL_EDOM);
    gsl_rng_free(rng);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gsl");
    TEST_CASE(suite, 60, gsl_draws_from_a_stream, gsl_does_not_abort);
    return test_run(suite);
}
