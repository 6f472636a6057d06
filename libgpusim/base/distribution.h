/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The distributions of a scenario, `{lognormal: {median: 35 min, sigma: 1.9}}`: their field tables,
 * their check, and draws from them. */
#ifndef GS_BASE_DISTRIBUTION_H
#define GS_BASE_DISTRIBUTION_H

#include <gpusim/field.h>
#include <gpusim/random.h>

#include "base/memory.h"

/* The alternatives of a distribution over times (s), sizes (bytes), B/s, ratios, pure numbers, 1/s,
 * W or K (differences), for fields that are a GPUSIM_ONE_OF; the storage of such a field is a
 * gpusim_one_of. All but pure numbers, and K that are constant or uniform, are never negative; what
 * is written of a ratio lies within 0 .. 1, and who draws one cuts off what a tail has beyond.
 * GS_DISTRIBUTION_FIELD makes such a field's entry in a table. */
extern const gpusim_record gs_distribution_record_second;
extern const gpusim_record gs_distribution_record_interval; /* or the words young (-1), daly (-2) */
extern const gpusim_record gs_distribution_record_byte;
extern const gpusim_record gs_distribution_record_byte_per_second;
extern const gpusim_record gs_distribution_record_ratio;
extern const gpusim_record gs_distribution_record_number;
extern const gpusim_record gs_distribution_record_per_second;
extern const gpusim_record gs_distribution_record_watt;
extern const gpusim_record gs_distribution_record_kelvin;

#define GS_DISTRIBUTION_FIELD(field, kind, struct_, member, flags_, fallback_, doc_)               \
    {                                                                                              \
        .name = (field), .type = GPUSIM_ONE_OF, .offset = (uint32_t)offsetof(struct_, member),     \
        .flags = GPUSIM_PLAIN | (flags_), .fallback = (fallback_),                                 \
        .detail = {&gs_distribution_record_##kind}, .doc = (doc_)                                  \
    }

typedef enum gs_distribution_kind {
    GS_CONSTANT, /* in the order of the tables */
    GS_UNIFORM,
    GS_EXPONENTIAL,
    GS_LOGNORMAL,
    GS_WEIBULL,
    GS_PARETO,
    GS_GAMMA,
    GS_NORMAL,
    GS_CHOICE,
    GS_EMPIRICAL,
    GS_BATHTUB,
} gs_distribution_kind;

/* A distribution ready to draw from: what a..d mean is up to its kind. Values are in the unit of
 * the table it was made from. */
typedef struct gs_distribution {
    int32_t kind;
    uint32_t count; /* of values */
    double a, b, c, d;
    double mean;
    const double *values; /* choice, empirical, bathtub (count 0): in the arena */
    const double *upto;   /* choice: cumulated weights, the last is 1 */
} gs_distribution;

/* Checks what the user wrote and prepares it. `unit` is the table's (GPUSIM_UNIT_SECOND, _BYTE
 * ...). GPUSIM_SCENARIO with a message that names the parameter when
 * the values do not go together; the caller adds the position. */
gpusim_status gs_distribution_make(const gpusim_one_of *written, gpusim_unit unit, gs_arena *arena,
                                   gs_distribution *distribution, gpusim_error *err);

/* A constant, for defaults that no user wrote. */
gs_distribution gs_distribution_constant(double value);

/* The variate with this ordinal: a function of distribution, stream and ordinal alone. */
double gs_distribution_draw(const gs_distribution *distribution, gpusim_stream stream,
                            uint64_t ordinal);

/* The smallest value that the user wrote as one that occurs; INFINITY for those of which only
 * moments, limits or a scale are written. */
double gs_distribution_least(const gs_distribution *distribution);

/* The value at which the integrated hazard -log(1 - F) is e >= 0; NaN for distributions other than
 * exponential, Weibull and bathtub. These draw it at a unit exponential. */
double gs_distribution_age(const gs_distribution *distribution, double e);

/* Its expectation; INFINITY when it has none. */
double gs_distribution_mean(const gs_distribution *distribution);

#endif
