/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values over time as a scenario writes them: `250 W` for always, `{steps: [{at: 0 h, value: 22 C},
 * ...], repeat: 1 d}`, `{file: supply.csv}` or `{wave: {mean: 22 C, amplitude: 4 K, ...}}`. */
#ifndef GS_SCENARIO_SERIES_H
#define GS_SCENARIO_SERIES_H

#include <gpusim/field.h>

#include "cluster/hardware.h"

typedef struct gs_series_step {
    gpusim_time at;
    double value;
} gs_series_step;

typedef struct gs_wave_fields {
    uint8_t present, reserved[7];
    double mean, amplitude;
    gpusim_time period, peak, step;
} gs_wave_fields;

typedef struct gs_series_fields {
    gpusim_list steps; /* gs_series_step */
    const char *file;  /* NULL: none */
    gs_wave_fields wave;
    gpusim_time repeat; /* GPUSIM_TIME_MAX: the last value stays */
} gs_series_fields;

/* The alternatives of a series of temperatures (C), powers (W), carbon intensities (kg/J) or prices
 * (1/J); storage is a gpusim_one_of of a double or a gs_series_fields. */
extern const gpusim_record gs_series_record_celsius;
extern const gpusim_record gs_series_record_watt;
extern const gpusim_record gs_series_record_carbon;
extern const gpusim_record gs_series_record_price;

#define GS_SERIES_FIELD(field, kind, struct_, member, flags_, fallback_, doc_)                     \
    {                                                                                              \
        .name = (field), .type = GPUSIM_ONE_OF, .offset = (uint32_t)offsetof(struct_, member),     \
        .flags = GPUSIM_PLAIN | GPUSIM_EITHER | (flags_), .fallback = (fallback_),                 \
        .detail = {&gs_series_record_##kind}, .doc = (doc_)                                        \
    }

struct gs_compilation;

/* Makes steps of what stands at `key`; absent: count 0. `unit` is that of the stored values. */
gpusim_status gs_series_compile(const struct gs_compilation *at, const char *key,
                                const gpusim_one_of *written, gpusim_unit unit, gs_steps *steps,
                                gpusim_error *err);

#endif
