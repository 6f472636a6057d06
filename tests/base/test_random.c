/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random streams: Philox's known answers, distributions against GSL, independence, and that nothing
 * shifts anything else. */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_statistics_double.h>
#include <string.h>

#include "base/random.h"
#include "fit.h"

#define MANY 1000000

static double draws[MANY];

START_TEST(philox_gives_the_known_answers)
{
    // philox4x32-10 of Random123's kat_vectors: counter, key, result as 32-bit words
    static const uint32_t known[3][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
         0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
         0x94fdcceb, 0x5001e420, 0x24126ea1}};
    for (int i = 0; i < 3; i++) {
        const uint32_t *k = known[i];
        gs_block block = gs_philox(k[4] | (uint64_t)k[5] << 32, k[0] | (uint64_t)k[1] << 32,
                                   k[2] | (uint64_t)k[3] << 32);
        ck_assert(block.words[0] == (k[6] | (uint64_t)k[7] << 32));
        ck_assert(block.words[1] == (k[8] | (uint64_t)k[9] << 32));
    }
}
END_TEST

// the same bits on every machine and with every compiler: written down once
START_TEST(values_are_what_they_were)
{
    gpusim_stream s = gpusim_stream_make(1, "fault", "train-0003/gpu2");
    gpusim_stream child = gpusim_stream_indexed(s, 7);
    const uint64_t golden[] = {UINT64_C(7468818780737604814), UINT64_C(10087246613797818618),
                               UINT64_C(9745934543194271792)};
    ck_assert_uint_eq(gpusim_draw_bits(s, 0), golden[0]);
    ck_assert_uint_eq(gpusim_draw_bits(s, UINT64_C(1) << 40), golden[1]);
    ck_assert_uint_eq(gpusim_draw_bits(child, 3), golden[2]);

    // 10,000 of each kind, rejections included
    uint64_t hash = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        const double values[] = {
            gpusim_draw_uniform(s, i),    gpusim_draw_exponential(s, i),
            gpusim_draw_normal(s, i),     gpusim_draw_gamma(s, i, 0.3),
            gpusim_draw_gamma(s, i, 4.5), (double)gpusim_draw_index(s, i, UINT64_C(3) << 62)};
        hash = gs_hash64(values, sizeof values, hash);
    }
    ck_assert_uint_eq(hash, UINT64_C(16347729078766041388));
}
END_TEST

// ---- distributions ----

typedef double (*draw_fn)(gpusim_stream stream, uint64_t ordinal);

static double cdf_uniform(double x, const double *p)
{
    (void)p;
    return gsl_cdf_flat_P(x, 0, 1);
}

static double cdf_exponential(double x, const double *p)
{
    (void)p;
    return gsl_cdf_exponential_P(x, 1);
}

static double cdf_normal(double x, const double *p)
{
    (void)p;
    return gsl_cdf_ugaussian_P(x);
}

static double cdf_gamma(double x, const double *p)
{
    return gsl_cdf_gamma_P(x, p[0], 1);
}

static double inverse_uniform(double p)
{
    return p;
}

static double inverse_exponential(double p)
{
    return gsl_cdf_exponential_Pinv(p, 1);
}

static const struct {
    const char *name;
    draw_fn draw;
    fit_cdf cdf;
    double (*inverse)(double p);
    double mean, variance, skewness, kurtosis; // excess
} kinds[] = {
    {"uniform", gpusim_draw_uniform, cdf_uniform, inverse_uniform, 0.5, 1.0 / 12, 0, -1.2},
    {"exponential", gpusim_draw_exponential, cdf_exponential, inverse_exponential, 1, 1, 2, 6},
    {"normal", gpusim_draw_normal, cdf_normal, gsl_cdf_ugaussian_Pinv, 0, 1, 0, 0},
};

START_TEST(distributions_fit)
{
    const char *name = kinds[_i].name;
    gpusim_stream stream = gpusim_stream_make(11, "test", name);
    for (uint64_t i = 0; i < MANY; i++) {
        draws[i] = kinds[_i].draw(stream, i);
    }

    // moments within 4 standard errors, those estimated from 8 moments of the sample
    double mean = kinds[_i].mean;
    double central[9] = {0};
    for (size_t i = 0; i < MANY; i++) {
        double power = 1;
        for (int k = 0; k <= 8; k++, power *= draws[i] - mean) {
            central[k] += power / MANY;
        }
    }
    double v = kinds[_i].variance;
    const double expected[] = {0, v, kinds[_i].skewness * v * sqrt(v),
                               (kinds[_i].kurtosis + 3) * v * v};
    for (int k = 1; k <= 4; k++) {
        double error = sqrt((central[2 * k] - central[k] * central[k]) / MANY);
        ck_assert_msg(fabs(central[k] - expected[k - 1]) < 4 * error, "%s: moment %d is %g", name,
                      k, central[k]);
    }
    ASSERT_FITS(fit_ks(draws, MANY, kinds[_i].cdf, NULL), "%s", name);
}
END_TEST

START_TEST(layers_fit_in_detail)
{
    // 4 million draws in 4,096 equally likely cells, whose edges fall into every layer
    enum { CELLS = 4096, DRAWS = 4000000 };
    static double edges[CELLS];
    static uint64_t counts[CELLS];
    for (int i = 1; i < CELLS; i++) {
        edges[i] = kinds[_i].inverse((double)i / CELLS);
    }
    edges[0] = -INFINITY;
    gpusim_stream stream = gpusim_stream_make(12, "test", kinds[_i].name);
    for (uint64_t n = 0; n < DRAWS; n++) {
        double x = kinds[_i].draw(stream, n);
        size_t low = 0;
        for (size_t step = CELLS / 2; step > 0; step /= 2) {
            low += x >= edges[low + step] ? step : 0;
        }
        counts[low]++;
    }
    ASSERT_FITS(fit_equal(counts, CELLS, DRAWS), "%s", kinds[_i].name);
}
END_TEST

static double cdf_normal_tail(double x, const double *p)
{
    return 1 - gsl_cdf_ugaussian_Q(x) / gsl_cdf_ugaussian_Q(p[0]);
}

static double cdf_exponential_tail(double x, const double *p)
{
    return -expm1(p[0] - x);
}

START_TEST(tails_fit)
{
    // beyond the ziggurats' last layers, of 10 million draws
    enum { DRAWS = 10000000 };
    const double normal_from = 3.6541528853610088;
    const double exponential_from = 7.6971174701310497;
    size_t normals = 0, exponentials = 0;
    static double tail[2][100000];
    gpusim_stream stream = gpusim_stream_make(13, "test", "tails");
    gpusim_stream other = gpusim_stream_make(14, "test", "tails");
    for (uint64_t i = 0; i < DRAWS; i++) {
        double z = fabs(gpusim_draw_normal(stream, i));
        double e = gpusim_draw_exponential(other, i);
        if (z > normal_from) {
            tail[0][normals++] = z;
        }
        if (e > exponential_from) {
            tail[1][exponentials++] = e;
        }
    }
    double expected = DRAWS * 2 * gsl_cdf_ugaussian_Q(normal_from);
    ck_assert_double_lt(fabs((double)normals - expected), 4 * sqrt(expected));
    expected = DRAWS * exp(-exponential_from);
    ck_assert_double_lt(fabs((double)exponentials - expected), 4 * sqrt(expected));
    ASSERT_FITS(fit_ks(tail[0], normals, cdf_normal_tail, &normal_from), "normal tail");
    ASSERT_FITS(fit_ks(tail[1], exponentials, cdf_exponential_tail, &exponential_from),
                "exponential tail");
}
END_TEST

START_TEST(gammas_fit)
{
    static const double shapes[] = {0.05, 0.3, 0.999, 1, 1.5, 4, 100, 1000};
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        gpusim_stream stream = gpusim_stream_make(15 + k, "test", "gamma");
        enum { DRAWS = 200000 };
        for (uint64_t i = 0; i < DRAWS; i++) {
            draws[i] = gpusim_draw_gamma(stream, i, shapes[k]);
        }
        double error = sqrt(shapes[k] / DRAWS);
        ck_assert_double_lt(fabs(gsl_stats_mean(draws, 1, DRAWS) - shapes[k]), 4 * error);
        ASSERT_FITS(fit_ks(draws, DRAWS, cdf_gamma, &shapes[k]), "gamma %g", shapes[k]);
    }
    gpusim_stream stream = gpusim_stream_make(1, "test", "gamma");
    ck_assert(isnan(gpusim_draw_gamma(stream, 0, 0)));
    ck_assert(isnan(gpusim_draw_gamma(stream, 0, NAN)));
}
END_TEST

START_TEST(indices_are_unbiased)
{
    static const uint64_t ns[] = {1, 2, 3, 6, 1000};
    for (size_t k = 0; k < sizeof ns / sizeof ns[0]; k++) {
        uint64_t counts[1000] = {0};
        gpusim_stream stream = gpusim_stream_make(30 + k, "test", "index");
        for (uint64_t i = 0; i < MANY; i++) {
            uint64_t index = gpusim_draw_index(stream, i, ns[k]);
            ck_assert_uint_lt(index, ns[k]);
            counts[index]++;
        }
        if (ns[k] > 1) {
            ASSERT_FITS(fit_equal(counts, ns[k], MANY), "index of %llu", (unsigned long long)ns[k]);
        }
    }

    // 3/4 of all words: without rejection every third index would come twice as often
    uint64_t n = UINT64_C(3) << 62;
    uint64_t counts[3] = {0};
    gpusim_stream stream = gpusim_stream_make(40, "test", "index");
    for (uint64_t i = 0; i < MANY; i++) {
        counts[gpusim_draw_index(stream, i, n) % 3]++;
    }
    ASSERT_FITS(fit_equal(counts, 3, MANY), "index of 3 x 2^62");
}
END_TEST

// ---- independence ----

// pairs of uniforms in 64 x 64 cells
static double pairs_fit(gpusim_stream (*stream)(uint64_t i), uint64_t (*ordinal)(uint64_t i))
{
    static uint64_t counts[4096];
    memset(counts, 0, sizeof counts);
    uint64_t previous = gpusim_draw_bits(stream(0), ordinal(0)) >> 58;
    for (uint64_t i = 1; i <= MANY; i++) {
        uint64_t next = gpusim_draw_bits(stream(i), ordinal(i)) >> 58;
        counts[previous << 6 | next]++;
        previous = next;
    }
    return fit_equal(counts, 4096, MANY);
}

static gpusim_stream same_stream(uint64_t i)
{
    (void)i;
    return (gpusim_stream){1, 2};
}

static gpusim_stream indexed_stream(uint64_t i)
{
    return gpusim_stream_indexed(gpusim_stream_make(5, "job", "log"), i);
}

static gpusim_stream named_stream(uint64_t i)
{
    char name[32];
    snprintf(name, sizeof name, "node-%llu", (unsigned long long)i);
    return gpusim_stream_make(6, "fault", name);
}

static gpusim_stream seeded_stream(uint64_t i)
{
    return gpusim_stream_make(i, "fault", "node-0");
}

static uint64_t counting(uint64_t i)
{
    return i;
}

static uint64_t zero(uint64_t i)
{
    (void)i;
    return 0;
}

START_TEST(neighbours_are_independent)
{
    ASSERT_FITS(pairs_fit(same_stream, counting), "ordinals");
    ASSERT_FITS(pairs_fit(indexed_stream, zero), "indexed streams");
    ASSERT_FITS(pairs_fit(named_stream, zero), "named streams");
    ASSERT_FITS(pairs_fit(seeded_stream, zero), "seeds");
}
END_TEST

START_TEST(every_bit_is_fair)
{
    uint64_t ones[64] = {0}, changes[64] = {0};
    uint64_t previous = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        uint64_t bits = gpusim_draw_bits(named_stream(i / 1000), i % 1000);
        for (int b = 0; b < 64; b++) {
            ones[b] += bits >> b & 1;
            changes[b] += (bits ^ previous) >> b & 1;
        }
        previous = bits;
    }
    for (int b = 0; b < 64; b++) {
        double deviation =
            fmax(fabs((double)ones[b] - MANY / 2.0), fabs((double)changes[b] - MANY / 2.0));
        ck_assert_double_lt(deviation, 4.5 * sqrt(MANY) / 2);
    }
}
END_TEST

START_TEST(streams_differ_in_every_part)
{
    const gpusim_stream streams[] = {
        gpusim_stream_make(1, "fault", "node-1"),
        gpusim_stream_make(2, "fault", "node-1"),
        gpusim_stream_make(1, "repair", "node-1"),
        gpusim_stream_make(1, "fault", "node-2"),
        gpusim_stream_make(1, "faultn", "ode-1"),
        gpusim_stream_make(1, "", "faultnode-1"),
        gpusim_stream_make(1, "node-1", "fault"),
        gpusim_stream_indexed(gpusim_stream_make(1, "fault", "node-1"), 0),
        gpusim_stream_indexed(gpusim_stream_make(1, "fault", "node-1"), 1),
    };
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        for (size_t j = 0; j < i; j++) {
            ck_assert(streams[i].key != streams[j].key && streams[i].nonce != streams[j].nonce);
            ck_assert(gpusim_draw_bits(streams[i], 0) != gpusim_draw_bits(streams[j], 0));
        }
    }

    // streams that share their key or all that a counter holds of the nonce are different still
    gpusim_stream a = {5, 6}, b = {5, 7};
    ck_assert(gpusim_draw_bits(a, 0) != gpusim_draw_bits(b, 0));
}
END_TEST

START_TEST(nothing_shifts_anything)
{
    // drawn in order, backwards and with others in between: the same variates
    enum { DRAWS = 10000 };
    static double once[DRAWS];
    gpusim_stream stream = gpusim_stream_make(9, "fault", "node-7");
    gpusim_stream other = gpusim_stream_make(9, "fault", "node-8");
    for (uint64_t i = 0; i < DRAWS; i++) {
        once[i] = gpusim_draw_gamma(stream, i, 1.3) + gpusim_draw_normal(stream, i);
    }
    for (uint64_t i = DRAWS; i-- > 0;) {
        (void)gpusim_draw_gamma(other, i, 0.4);
        double again = gpusim_draw_gamma(stream, i, 1.3) + gpusim_draw_normal(stream, i);
        ck_assert(again == once[i]);
    }
}
END_TEST

START_TEST(uniforms_stay_open)
{
    // the ends of the words' range, through the words of a block
    gs_words lowest = {.block = {{0, UINT64_MAX}}};
    ck_assert_double_gt(gs_next_uniform(&lowest), 0);
    ck_assert_double_lt(gs_next_uniform(&lowest), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random");
    TEST_CASE(suite, 120, philox_gives_the_known_answers, values_are_what_they_were, tails_fit,
              gammas_fit, indices_are_unbiased, neighbours_are_independent, every_bit_is_fair,
              streams_differ_in_every_part, nothing_shifts_anything, uniforms_stay_open);
    TCase *fits = tcase_create("fits");
    tcase_set_timeout(fits, 120);
    tcase_add_loop_test(fits, distributions_fit, 0, 3);
    tcase_add_loop_test(fits, layers_fit_in_detail, 0, 3);
    suite_add_tcase(suite, fits);
    return test_run(suite);
}
