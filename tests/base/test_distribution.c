/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scenario's distributions: fit and mean against GSL, and what is refused. */
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_statistics_double.h>
#include <string.h>

#include "base/distribution.h"
#include "base/distribution_fields.h"
#include "fit.h"

#define DRAWS 200000

static gs_arena arena;

static gpusim_status make(gs_distribution_kind kind, const void *fields, gpusim_unit unit,
                          gs_distribution *d, gpusim_error *err)
{
    union {
        const void *constant;
        void *value;
    } storage = {.constant = fields};
    gpusim_one_of written = {.value = storage.value, .which = kind};
    return gs_distribution_make(&written, unit, &arena, d, err);
}

// draws, compares with a distribution function, and the mean with the true one
static void assert_fits(const char *name, const gs_distribution *d, fit_cdf cdf,
                        const double *parameters, double mean)
{
    static double draws[DRAWS];
    gpusim_stream stream = gpusim_stream_make(1, "test", name);
    for (uint64_t i = 0; i < DRAWS; i++) {
        draws[i] = gs_distribution_draw(d, stream, i);
        ck_assert(draws[i] == gs_distribution_draw(d, stream, i));
    }
    ASSERT_FITS(fit_ks(draws, DRAWS, cdf, parameters), "%s", name);
    ck_assert_msg(fabs(gs_distribution_mean(d) - mean) <= 1e-9 * fabs(mean),
                  "%s: mean %.17g of %.17g", name, gs_distribution_mean(d), mean);
}

static double cdf_uniform(double x, const double *p)
{
    return gsl_cdf_flat_P(x, p[0], p[1]);
}

static double cdf_exponential(double x, const double *p)
{
    return gsl_cdf_exponential_P(x, p[0]);
}

static double cdf_lognormal(double x, const double *p)
{
    return gsl_cdf_lognormal_P(x, p[0], p[1]);
}

static double cdf_weibull(double x, const double *p)
{
    return gsl_cdf_weibull_P(x, p[0], p[1]);
}

static double cdf_gamma(double x, const double *p)
{
    return gsl_cdf_gamma_P(x, p[0], p[1]);
}

// shape, minimum, maximum
static double cdf_pareto(double x, const double *p)
{
    return gsl_cdf_pareto_P(x, p[0], p[1]) / gsl_cdf_pareto_P(p[2], p[0], p[1]);
}

// mean, sd, min, max
static double cdf_truncated(double x, const double *p)
{
    double low = gsl_cdf_gaussian_Q(p[2] - p[0], p[1]);
    double high = gsl_cdf_gaussian_Q(p[3] - p[0], p[1]);
    return (low - gsl_cdf_gaussian_Q(x - p[0], p[1])) / (low - high);
}

START_TEST(continuous_ones_fit)
{
    gpusim_error err = {0};
    gs_distribution d;
    const gpusim_unit s = GPUSIM_UNIT_SECOND;

    const double uniform[] = {-3, 8};
    ASSERT_OK(make(GS_UNIFORM, &(gs_uniform_fields){-3, 8}, GPUSIM_UNIT_NONE, &d, &err), &err);
    assert_fits("uniform", &d, cdf_uniform, uniform, 2.5);

    const double mean = 12960000;
    ASSERT_OK(make(GS_EXPONENTIAL, &(gs_exponential_fields){mean}, s, &d, &err), &err);
    assert_fits("exponential", &d, cdf_exponential, &mean, mean);

    // given by sigma, and by mean and median
    const double lognormal[] = {log(2100), 1.9};
    ASSERT_OK(make(GS_LOGNORMAL, &(gs_lognormal_fields){2100, NAN, 1.9}, s, &d, &err), &err);
    assert_fits("lognormal sigma", &d, cdf_lognormal, lognormal, 2100 * exp(1.9 * 1.9 / 2));
    const double by_mean[] = {log(54 * 60), sqrt(2 * log(355.0 / 54))};
    ASSERT_OK(make(GS_LOGNORMAL, &(gs_lognormal_fields){54 * 60, 355 * 60, NAN}, s, &d, &err),
              &err);
    assert_fits("lognormal mean", &d, cdf_lognormal, by_mean, 355 * 60);

    static const double shapes[] = {0.1, 0.5, 1, 1.7, 30};
    for (size_t i = 0; i < 5; i++) {
        const double weibull[] = {3600, shapes[i]};
        ASSERT_OK(make(GS_WEIBULL, &(gs_weibull_fields){3600, shapes[i]}, s, &d, &err), &err);
        assert_fits("weibull", &d, cdf_weibull, weibull, 3600 * gsl_sf_gamma(1 + 1 / shapes[i]));
        const double gamma[] = {shapes[i], 90 / shapes[i]};
        ASSERT_OK(make(GS_GAMMA, &(gs_gamma_fields){90, shapes[i]}, s, &d, &err), &err);
        assert_fits("gamma", &d, cdf_gamma, gamma, 90);
    }
}
END_TEST

START_TEST(paretos_fit)
{
    gpusim_error err = {0};
    gs_distribution d;
    const double free_tail[] = {2.5, 10, INFINITY};
    ASSERT_OK(make(GS_PARETO, &(gs_pareto_fields){10, 2.5, NAN}, GPUSIM_UNIT_SECOND, &d, &err),
              &err);
    assert_fits("pareto", &d, cdf_pareto, free_tail, 10 * 2.5 / 1.5);
    ASSERT_OK(make(GS_PARETO, &(gs_pareto_fields){10, 1, NAN}, GPUSIM_UNIT_SECOND, &d, &err), &err);
    ck_assert(isinf(gs_distribution_mean(&d)));

    // bounded: the mean in closed form, with its limit at shape 1
    static const double shapes[] = {0.4, 1, 1 + 1e-9, 1.1, 3};
    for (size_t i = 0; i < 5; i++) {
        double a = shapes[i];
        const double bounded[] = {a, 10, 500};
        ASSERT_OK(make(GS_PARETO, &(gs_pareto_fields){10, a, 500}, GPUSIM_UNIT_SECOND, &d, &err),
                  &err);
        double mean = fabs(a - 1) < 1e-6 ? 10 * log(50) / (1 - 1.0 / 50)
                                         : pow(10, a) / (1 - pow(1.0 / 50, a)) * a / (a - 1) *
                                               (pow(10, 1 - a) - pow(500, 1 - a));
        gs_distribution closed = d;
        ck_assert_double_eq_tol(gs_distribution_mean(&d), mean, 1e-7 * mean);
        assert_fits("bounded pareto", &closed, cdf_pareto, bounded, gs_distribution_mean(&d));
    }
}
END_TEST

START_TEST(normals_fit)
{
    // mean, sd, min, max: whole, half cut, narrow, and far in either tail
    static const double cases[][4] = {{5, 2, NAN, NAN},     {5, 2, 0, NAN},       {0, 1, -0.5, 0.5},
                                      {0, 1, 0, 1},         {0, 1, 4, NAN},       {0, 1, 4, 4.1},
                                      {0, 1, NAN, -4},      {0, 1, -30, -20},     {0, 1, 0.3, 8},
                                      {100, 5, NAN, 90},    {100, 5, 85, 115},    {0, 1, 30, 31},
                                      {3600, 600, 0, 7200}, {1, 10, NAN, 1.0625}, {0, 1, -2.6, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double *c = cases[i];
        gpusim_error err = {0};
        gs_distribution d;
        ASSERT_OK(make(GS_NORMAL, &(gs_normal_fields){c[0], c[1], c[2], c[3]}, GPUSIM_UNIT_NONE, &d,
                       &err),
                  &err);
        double p[] = {c[0], c[1], isnan(c[2]) ? -INFINITY : c[2], isnan(c[3]) ? INFINITY : c[3]};

        // mean = mu + sd (phi(a) - phi(b)) / (Q(a) - Q(b)); mirrored where Q has no digits left
        double side = p[3] < c[0] ? -1 : 1;
        double a = side * ((side > 0 ? p[2] : p[3]) - c[0]) / c[1];
        double b = side * ((side > 0 ? p[3] : p[2]) - c[0]) / c[1];
        double mean = c[0] + side * c[1] * (gsl_ran_ugaussian_pdf(a) - gsl_ran_ugaussian_pdf(b)) /
                                 (gsl_cdf_ugaussian_Q(a) - gsl_cdf_ugaussian_Q(b));
        double mirrored[] = {side * c[0], c[1], side > 0 ? p[2] : -p[3], side > 0 ? p[3] : -p[2]};
        static double draws[DRAWS];
        gpusim_stream stream = gpusim_stream_indexed(gpusim_stream_make(1, "test", "normal"), i);
        for (uint64_t n = 0; n < DRAWS; n++) {
            double x = gs_distribution_draw(&d, stream, n);
            ck_assert(x >= p[2] && x <= p[3]);
            draws[n] = side * x;
        }
        ASSERT_FITS(fit_ks(draws, DRAWS, cdf_truncated, mirrored), "normal %zu", i);
        ck_assert_msg(fabs(gs_distribution_mean(&d) - mean) < 1e-8 * c[1],
                      "normal %zu: %.12g, %.12g", i, gs_distribution_mean(&d), mean);
    }

    // a time never falls below 0
    gpusim_error err = {0};
    gs_distribution d;
    ASSERT_OK(make(GS_NORMAL, &(gs_normal_fields){1, 5, NAN, NAN}, GPUSIM_UNIT_SECOND, &d, &err),
              &err);
    for (uint64_t i = 0; i < 1000; i++) {
        ck_assert_double_ge(gs_distribution_draw(&d, (gpusim_stream){1, 1}, i), 0);
    }
}
END_TEST

START_TEST(discrete_ones_fit)
{
    gpusim_error err = {0};
    gs_distribution d;
    gs_choice_fields items[] = {{"1", 55}, {"2", 15}, {"4", 10}, {"8", 20}, {"16", 0}};
    gpusim_list list = {.items = items, .count = 5};
    ASSERT_OK(make(GS_CHOICE, &list, GPUSIM_UNIT_NONE, &d, &err), &err);
    ck_assert_double_eq_tol(gs_distribution_mean(&d), 0.55 + 0.3 + 0.4 + 1.6, 1e-14);
    gpusim_stream stream = gpusim_stream_make(2, "test", "choice");
    uint64_t counts[17] = {0};
    for (uint64_t i = 0; i < DRAWS; i++) {
        counts[(int)gs_distribution_draw(&d, stream, i)]++;
    }
    const uint64_t found[] = {counts[1], counts[2], counts[4], counts[8]};
    const double expected[] = {0.55 * DRAWS, 0.15 * DRAWS, 0.1 * DRAWS, 0.2 * DRAWS};
    ASSERT_FITS(fit_chi_square(found, expected, 4), "choice");
    ck_assert_uint_eq(counts[16], 0);

    // keys are quantities
    gs_choice_fields times[] = {{"5 min", 1}, {"2 h", 1}};
    list = (gpusim_list){.items = times, .count = 2};
    ASSERT_OK(make(GS_CHOICE, &list, GPUSIM_UNIT_SECOND, &d, &err), &err);
    ck_assert_double_eq_tol(gs_distribution_mean(&d), 3750, 1e-9);

    double values[] = {3, 5, 5, 11};
    list = (gpusim_list){.items = values, .count = 4};
    ASSERT_OK(make(GS_EMPIRICAL, &list, GPUSIM_UNIT_NONE, &d, &err), &err);
    ck_assert_double_eq(gs_distribution_mean(&d), 6);
    memset(counts, 0, sizeof counts);
    for (uint64_t i = 0; i < DRAWS; i++) {
        counts[(int)gs_distribution_draw(&d, stream, i)]++;
    }
    const uint64_t seen[] = {counts[3], counts[5], counts[11]};
    const double shares[] = {0.25 * DRAWS, 0.5 * DRAWS, 0.25 * DRAWS};
    ASSERT_FITS(fit_chi_square(seen, shares, 3), "empirical");

    double five = 5;
    ASSERT_OK(make(GS_CONSTANT, &five, GPUSIM_UNIT_SECOND, &d, &err), &err);
    ck_assert_double_eq(gs_distribution_draw(&d, stream, 3), 5);
    ck_assert_double_eq(gs_distribution_mean(&d), 5);
}
END_TEST

START_TEST(nonsense_is_refused)
{
    gs_choice_fields nothing[] = {{"1", 0}};
    gs_choice_fields no_unit[] = {{"5", 1}};
    gs_choice_fields negative[] = {{"-5 s", 1}};
    gs_choice_fields weight[] = {{"5 s", -1}};
    gpusim_list empty = {0};
    gpusim_list lists[] = {{.items = nothing, .count = 1},
                           {.items = no_unit, .count = 1},
                           {.items = negative, .count = 1},
                           {.items = weight, .count = 1}};
    const struct {
        gs_distribution_kind kind;
        const void *fields;
        const char *word; // of the message
    } cases[] = {
        {GS_UNIFORM, &(gs_uniform_fields){2, 2}, "min must be below max"},
        {GS_UNIFORM, &(gs_uniform_fields){2, INFINITY}, "min must be below max"},
        {GS_EXPONENTIAL, &(gs_exponential_fields){0}, "mean must be above 0"},
        {GS_LOGNORMAL, &(gs_lognormal_fields){10, NAN, NAN}, "either sigma or the mean"},
        {GS_LOGNORMAL, &(gs_lognormal_fields){10, 20, 1}, "either sigma or the mean"},
        {GS_LOGNORMAL, &(gs_lognormal_fields){10, 10, NAN}, "mean must be above the median"},
        {GS_LOGNORMAL, &(gs_lognormal_fields){10, NAN, 0}, "sigma must be above 0"},
        {GS_LOGNORMAL, &(gs_lognormal_fields){0, NAN, 1}, "median must be above 0"},
        {GS_WEIBULL, &(gs_weibull_fields){1, 0}, "shape must be above 0"},
        {GS_PARETO, &(gs_pareto_fields){0, 1, NAN}, "shape must be above 0"},
        {GS_PARETO, &(gs_pareto_fields){5, 1, 5}, "maximum must be above the minimum"},
        {GS_GAMMA, &(gs_gamma_fields){1, -1}, "shape must be above 0"},
        {GS_NORMAL, &(gs_normal_fields){1, 0, NAN, NAN}, "sd must be above 0"},
        {GS_NORMAL, &(gs_normal_fields){1, 1, 5, 4}, "min must be below max"},
        {GS_NORMAL, &(gs_normal_fields){1, 1, NAN, 0}, "min must be below max"},
        {GS_CHOICE, &empty, "at least one weight"},
        {GS_CHOICE, &lists[1], "5"},
        {GS_CHOICE, &lists[2], "negative"},
        {GS_CHOICE, &lists[3], "weight of '5 s'"},
        {GS_EMPIRICAL, &empty, "at least one value"},
        {GS_BATHTUB, &(gs_bathtub_fields){0, 0.5, 1, 1, 4}, "scales and mean must be above 0"},
        {GS_BATHTUB, &(gs_bathtub_fields){1, 0.5, INFINITY, 1, 4}, "scales and mean"},
        {GS_BATHTUB, &(gs_bathtub_fields){1, 1.5, 1, 1, 4}, "early_shape must be above 0"},
        {GS_BATHTUB, &(gs_bathtub_fields){1, 0.5, 1, 1, 1}, "wear_shape must be above 1"},
        {GS_CONSTANT, NULL, "a distribution or a value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gpusim_error err = {0};
        gs_distribution d;
        gpusim_status status = make(cases[i].kind, cases[i].fields, GPUSIM_UNIT_SECOND, &d, &err);
        ck_assert_msg(status == GPUSIM_SCENARIO, "case %zu: %s", i, gpusim_status_name(status));
        ck_assert_msg(strstr(err.message, cases[i].word) != NULL, "case %zu: %s", i, err.message);
    }
    gpusim_error err = {0};
    gs_distribution d;
    ck_assert_int_eq(make(GS_CHOICE, &lists[0], GPUSIM_UNIT_NONE, &d, &err), GPUSIM_SCENARIO);
}
END_TEST

// what a table with ranges cannot hold: the values of a choice, which are keys
START_TEST(a_ratio_is_not_above_one)
{
    gs_choice_fields items[] = {{"0.5", 1}, {"120 %", 1}};
    gpusim_list list = {.items = items, .count = 2};
    gs_distribution d;
    gpusim_error err = {0};
    ck_assert_int_eq(make(GS_CHOICE, &list, GPUSIM_UNIT_RATIO, &d, &err), GPUSIM_SCENARIO);
    ck_assert_str_eq(err.message, "choice: '120 %' is more than 1");
    items[1].key = "100 %";
    err = (gpusim_error){0};
    ASSERT_OK(make(GS_CHOICE, &list, GPUSIM_UNIT_RATIO, &d, &err), &err);
    ck_assert_double_eq(d.mean, 0.75);

    // a normal one is cut off at both ends: by symmetry the mean stays
    gs_normal_fields normal = {.mean = 0.5, .sd = 0.5, .min = NAN, .max = NAN};
    ASSERT_OK(make(GS_NORMAL, &normal, GPUSIM_UNIT_RATIO, &d, &err), &err);
    ck_assert_double_eq(d.c, 0);
    ck_assert_double_eq(d.d, 1);
    ck_assert_double_eq_tol(d.mean, 0.5, 1e-12);
}
END_TEST

static double survives(double u, void *fields)
{
    const gs_bathtub_fields *f = fields;
    double t = exp(u);
    return t * exp(-pow(t / f->early_scale, f->early_shape) - t / f->mean -
                   pow(t / f->wear_scale, f->wear_shape));
}

// also where one of the three hazards is all there is, or has an edge
START_TEST(bathtubs_have_their_mean)
{
    static gs_bathtub_fields of[] = {{900, 0.5, 1000, 2000, 4},
                                     {1e12, 1, 50, 1e12, 2},
                                     {1e12, 1, 1e12, 7, 100},
                                     {3, 0.2, 1e9, 1e9, 1.5},
                                     {1e9, 0.05, 4e4, 4e4, 30}};
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        gpusim_error err = {0};
        gs_distribution d;
        double mean = 0, unsure = 0, last = 0;
        ASSERT_OK(make(GS_BATHTUB, &of[i], GPUSIM_UNIT_SECOND, &d, &err), &err);
        gsl_integration_workspace *space = gsl_integration_workspace_alloc(5000);
        gsl_integration_qag(&(gsl_function){survives, &of[i]}, -60, 60, 0, 1e-10, 5000, 6, space,
                            &mean, &unsure);
        gsl_integration_workspace_free(space);
        ck_assert_msg(fabs(d.mean / mean - 1) < 1e-8, "%zu: mean %.12g of %.12g", i, d.mean, mean);

        // ages rise with the integrated hazard, and are where it is reached
        for (double e = 1e-6; e < 100; e *= 3) {
            double t = gs_distribution_age(&d, e);
            double hazard = pow(t / of[i].early_scale, of[i].early_shape) + t / of[i].mean +
                            pow(t / of[i].wear_scale, of[i].wear_shape);
            ck_assert_msg(t > last && fabs(hazard / e - 1) < 1e-9, "%zu: %g at %g", i, hazard, e);
            last = t;
        }
        ck_assert(gs_distribution_age(&d, 0) == 0);
    }
}
END_TEST

START_TEST(tables_agree_with_the_code)
{
    static const char *const names[] = {"constant", "uniform",   "exponential", "lognormal",
                                        "weibull",  "pareto",    "gamma",       "normal",
                                        "choice",   "empirical", "bathtub"};
    const gpusim_record *records[] = {&gs_distribution_record_second,
                                      &gs_distribution_record_byte,
                                      &gs_distribution_record_byte_per_second,
                                      &gs_distribution_record_ratio,
                                      &gs_distribution_record_number,
                                      &gs_distribution_record_per_second,
                                      &gs_distribution_record_watt,
                                      &gs_distribution_record_kelvin};
    const gpusim_unit units[] = {GPUSIM_UNIT_SECOND, GPUSIM_UNIT_BYTE,  GPUSIM_UNIT_BYTE_PER_SECOND,
                                 GPUSIM_UNIT_RATIO,  GPUSIM_UNIT_NONE,  GPUSIM_UNIT_PER_SECOND,
                                 GPUSIM_UNIT_WATT,   GPUSIM_UNIT_KELVIN};
    for (int r = 0; r < 8; r++) {
        ck_assert_uint_eq(records[r]->count, GS_BATHTUB + 1);
        for (uint32_t i = 0; i < records[r]->count; i++) {
            const gpusim_field *field = &records[r]->fields[i];
            ck_assert_str_eq(field->name, names[i]);
            ck_assert_ptr_nonnull(field->doc);
            if (field->type != GPUSIM_RECORD) {
                continue;
            }
            // every parameter is a double that lies within its struct
            const gpusim_record *record = field->detail.record;
            ck_assert_str_eq(record->name, names[i]);
            ck_assert_uint_eq(record->size, record->count * sizeof(double));
            for (uint32_t k = 0; k < record->count; k++) {
                ck_assert_int_eq(record->fields[k].type, GPUSIM_FLOAT64);
                ck_assert_uint_eq(record->fields[k].offset, k * sizeof(double));
            }
            ck_assert_int_eq(record->fields[0].unit, units[r]);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("distribution");
    TEST_CASE(suite, 120, continuous_ones_fit, paretos_fit, normals_fit, bathtubs_have_their_mean,
              discrete_ones_fit, nonsense_is_refused, a_ratio_is_not_above_one,
              tables_agree_with_the_code);
    int result = test_run(suite);
    gs_arena_release(&arena);
    return result;
}
