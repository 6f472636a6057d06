/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field tables of distributions, one set for each unit. */
#include <math.h>
#include <stddef.h>

#include "base/distribution.h"
#include "base/distribution_fields.h"

// A parameter in the distribution's own unit within [low, high], and one that must be positive.
#define VALUE(struct_, member, unit_, flags_, low, high, doc_)                                     \
    {                                                                                              \
        .name = #member, .type = GPUSIM_FLOAT64, .unit = (unit_),                                  \
        .offset = (uint32_t)offsetof(struct_, member), .flags = (flags_), .minimum = (low),        \
        .maximum = (high), .doc = (doc_)                                                           \
    }
#define POSITIVE(struct_, member, unit_, flags_, doc_)                                             \
    VALUE(struct_, member, unit_, (flags_) | GPUSIM_EXCLUSIVE, 0, INFINITY, doc_)

#define SHAPE(member, fallback_, high, doc_)                                                       \
    {                                                                                              \
        .name = #member, .type = GPUSIM_FLOAT64,                                                   \
        .offset = (uint32_t)offsetof(gs_bathtub_fields, member), .flags = GPUSIM_EXCLUSIVE,        \
        .fallback = (fallback_), .minimum = 0, .maximum = (high), .doc = (doc_)                    \
    }

// An alternative that is a record.
#define ALTERNATIVE(name_, kind, doc_)                                                             \
    {                                                                                              \
        .name = #name_, .type = GPUSIM_RECORD, .detail = {&name_##_##kind}, .doc = (doc_)          \
    }
#define RECORD(name_, kind, doc_)                                                                  \
    static const gpusim_record name_##_##kind = {#name_, GPUSIM_FIELDS(name_##_fields_##kind),     \
                                                 (uint32_t)sizeof(gs_##name_##_fields), doc_}

// All tables for one unit; values lie in [low, high] (both 0: anywhere).
#define DISTRIBUTION_OR_WORDS(kind, unit_, low, high, flags_, words_)                              \
    static const gpusim_field uniform_fields_##kind[] = {                                          \
        VALUE(gs_uniform_fields, min, unit_, GPUSIM_REQUIRED, low, high, "Smallest value."),       \
        VALUE(gs_uniform_fields, max, unit_, GPUSIM_REQUIRED, low, high, "Largest value."),        \
    };                                                                                             \
    RECORD(uniform, kind, "Every value between two limits is equally likely.");                    \
    static const gpusim_field exponential_fields_##kind[] = {                                      \
        POSITIVE(gs_exponential_fields, mean, unit_, GPUSIM_REQUIRED, "Mean."),                    \
    };                                                                                             \
    RECORD(exponential, kind, "Without memory: times between independent events.");                \
    static const gpusim_field lognormal_fields_##kind[] = {                                        \
        POSITIVE(gs_lognormal_fields, median, unit_, GPUSIM_REQUIRED, "Median."),                  \
        POSITIVE(gs_lognormal_fields, mean, unit_, GPUSIM_OPTIONAL,                                \
                 "Mean, above the median; in place of sigma."),                                    \
        VALUE(gs_lognormal_fields, sigma, GPUSIM_UNIT_NONE, GPUSIM_OPTIONAL, 0, INFINITY,          \
              "Standard deviation of the logarithm; in place of the mean."),                       \
    };                                                                                             \
    RECORD(lognormal, kind, "Its logarithm is normal; give sigma or the mean.");                   \
    static const gpusim_field weibull_fields_##kind[] = {                                          \
        POSITIVE(gs_weibull_fields, scale, unit_, GPUSIM_REQUIRED,                                 \
                 "Scale: 63.2 % of values are below."),                                            \
        POSITIVE(gs_weibull_fields, shape, GPUSIM_UNIT_NONE, GPUSIM_REQUIRED,                      \
                 "Shape: below 1 the hazard falls with time, above 1 it grows."),                  \
    };                                                                                             \
    RECORD(weibull, kind, "Life times whose hazard is a power of age.");                           \
    static const gpusim_field pareto_fields_##kind[] = {                                           \
        POSITIVE(gs_pareto_fields, minimum, unit_, GPUSIM_REQUIRED, "Smallest value."),            \
        POSITIVE(gs_pareto_fields, shape, GPUSIM_UNIT_NONE, GPUSIM_REQUIRED,                       \
                 "Tail index; without a maximum the mean is infinite at 1 and below."),            \
        POSITIVE(gs_pareto_fields, maximum, unit_, GPUSIM_OPTIONAL,                                \
                 "Largest value; absent: no limit."),                                              \
    };                                                                                             \
    RECORD(pareto, kind, "A power-law tail, bounded when a maximum is given.");                    \
    static const gpusim_field gamma_fields_##kind[] = {                                            \
        POSITIVE(gs_gamma_fields, mean, unit_, GPUSIM_REQUIRED, "Mean."),                          \
        POSITIVE(gs_gamma_fields, shape, GPUSIM_UNIT_NONE, GPUSIM_REQUIRED,                        \
                 "Shape; 1 is exponential, k is Erlang-k."),                                       \
    };                                                                                             \
    RECORD(gamma, kind, "Gamma; Erlang when the shape is whole.");                                 \
    static const gpusim_field normal_fields_##kind[] = {                                           \
        VALUE(gs_normal_fields, mean, unit_, GPUSIM_REQUIRED, low, high,                           \
              "Mean before anything is cut off."),                                                 \
        POSITIVE(gs_normal_fields, sd, unit_, GPUSIM_REQUIRED,                                     \
                 "Standard deviation before anything is cut off."),                                \
        VALUE(gs_normal_fields, min, unit_, GPUSIM_OPTIONAL, low, high,                            \
              "Values below do not occur; absent: 0, but for pure numbers no limit."),             \
        VALUE(gs_normal_fields, max, unit_, GPUSIM_OPTIONAL, low, high,                            \
              "Values above do not occur; absent: 1 for ratios, else no limit."),                  \
    };                                                                                             \
    RECORD(normal, kind, "Normal, cut off at limits.");                                            \
    static const gpusim_field bathtub_fields_##kind[] = {                                          \
        POSITIVE(gs_bathtub_fields, early_scale, unit_, GPUSIM_REQUIRED,                           \
                 "Scale of the Weibull of early failures."),                                       \
        SHAPE(early_shape, "0.5", 1, "Its shape, at most 1: the hazard falls."),                   \
        POSITIVE(gs_bathtub_fields, mean, unit_, GPUSIM_REQUIRED,                                  \
                 "Mean of what has no age: the bottom of the tub."),                               \
        POSITIVE(gs_bathtub_fields, wear_scale, unit_, GPUSIM_REQUIRED,                            \
                 "Scale of the Weibull of wear."),                                                 \
        SHAPE(wear_shape, "4", 100, "Its shape, above 1: the hazard grows."),                      \
    };                                                                                             \
    RECORD(bathtub, kind, "The earliest of three: early failures, chance and wear.");              \
    static const gpusim_field choice_weight_##kind = {                                             \
        .name = "weight",                                                                          \
        .type = GPUSIM_FLOAT64,                                                                    \
        .unit = GPUSIM_UNIT_RATIO,                                                                 \
        .offset = (uint32_t)offsetof(gs_choice_fields, weight),                                    \
        .maximum = INFINITY,                                                                       \
        .doc = "Weight of the value; weights are divided by their sum."};                          \
    static const gpusim_field empirical_value_##kind = {.name = "value",                           \
                                                        .type = GPUSIM_FLOAT64,                    \
                                                        .unit = (unit_),                           \
                                                        .minimum = (low),                          \
                                                        .maximum = (high),                         \
                                                        .doc = "One of the values."};              \
    static const gpusim_field fields_##kind[] = {                                                  \
        {.name = "constant",                                                                       \
         .type = GPUSIM_FLOAT64,                                                                   \
         .unit = (unit_),                                                                          \
         .minimum = (low),                                                                         \
         .maximum = (high),                                                                        \
         .flags = (flags_),                                                                        \
         .detail = {words_},                                                                       \
         .doc = "Always this value; a plain value means the same."},                               \
        ALTERNATIVE(uniform, kind, "Uniform between two limits."),                                 \
        ALTERNATIVE(exponential, kind, "Exponential."),                                            \
        ALTERNATIVE(lognormal, kind, "Lognormal."),                                                \
        ALTERNATIVE(weibull, kind, "Weibull."),                                                    \
        ALTERNATIVE(pareto, kind, "Pareto."),                                                      \
        ALTERNATIVE(gamma, kind, "Gamma."),                                                        \
        ALTERNATIVE(normal, kind, "Normal, cut off at limits."),                                   \
        {.name = "choice",                                                                         \
         .type = GPUSIM_MAP,                                                                       \
         .detail = {&choice_weight_##kind},                                                        \
         .doc = "One of several values, each with its weight: `{1: 0.6, 2: 0.4}`."},               \
        {.name = "empirical",                                                                      \
         .type = GPUSIM_LIST,                                                                      \
         .detail = {&empirical_value_##kind},                                                      \
         .doc = "One of a list of values, all equally likely."},                                   \
        ALTERNATIVE(bathtub, kind, "Life times of what fails early, by chance and by wear."),      \
    };                                                                                             \
    const gpusim_record gs_distribution_record_##kind = {                                          \
        "distribution", GPUSIM_FIELDS(fields_##kind), (uint32_t)sizeof(gpusim_one_of),             \
        "A distribution; a plain value is a constant."}

#define DISTRIBUTION(kind, unit_, low, high) DISTRIBUTION_OR_WORDS(kind, unit_, low, high, 0, NULL)

static const gpusim_choice interval_words[] = {
    {"young", -1, "after Young (1974): the root of twice cost times mean time between failures"},
    {"daly", -2, "after Daly (2006): the same with two more terms, for failures that are frequent"},
    {NULL, 0, NULL},
};
DISTRIBUTION_OR_WORDS(interval, GPUSIM_UNIT_SECOND, 0, INFINITY, GPUSIM_WORD, interval_words);

DISTRIBUTION(second, GPUSIM_UNIT_SECOND, 0, INFINITY);
DISTRIBUTION(byte, GPUSIM_UNIT_BYTE, 0, INFINITY);
DISTRIBUTION(byte_per_second, GPUSIM_UNIT_BYTE_PER_SECOND, 0, INFINITY);
DISTRIBUTION(ratio, GPUSIM_UNIT_RATIO, 0, 1);
DISTRIBUTION(number, GPUSIM_UNIT_NONE, 0, 0);
DISTRIBUTION(per_second, GPUSIM_UNIT_PER_SECOND, 0, INFINITY);
DISTRIBUTION(watt, GPUSIM_UNIT_WATT, 0, INFINITY);
DISTRIBUTION(kelvin, GPUSIM_UNIT_KELVIN, 0, 0);
