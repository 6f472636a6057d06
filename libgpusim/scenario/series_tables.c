/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field tables of series, one set for each unit. */
#include "scenario/series.h"

#include <math.h>
#include <stddef.h>

#define AT(struct_, member) .offset = (uint32_t)offsetof(struct_, member)

// All tables for one unit; values lie in [low, high] (equal: anywhere), differences of them are
// measured in `difference`.
#define SERIES(kind, words, unit_, difference, low, high)                                          \
    static const gpusim_field step_fields_##kind[] = {                                             \
        {.name = "at",                                                                             \
         .type = GPUSIM_TIME,                                                                      \
         .unit = GPUSIM_UNIT_SECOND,                                                               \
         AT(gs_series_step, at),                                                                   \
         .flags = GPUSIM_REQUIRED,                                                                 \
         .maximum = 9e9,                                                                           \
         .doc = "From when the value holds; the first step is at 0 s."},                           \
        {.name = "value",                                                                          \
         .type = GPUSIM_FLOAT64,                                                                   \
         .unit = (unit_),                                                                          \
         AT(gs_series_step, value),                                                                \
         .flags = GPUSIM_REQUIRED,                                                                 \
         .minimum = (low),                                                                         \
         .maximum = (high),                                                                        \
         .doc = "The value, until the next step."},                                                \
    };                                                                                             \
    static const gpusim_record step_record_##kind = {                                              \
        "step of " words, GPUSIM_FIELDS(step_fields_##kind), (uint32_t)sizeof(gs_series_step),     \
        "A value and from when it holds."};                                                        \
    static const gpusim_field step_##kind = {                                                      \
        .name = "step", .type = GPUSIM_RECORD, .detail = {&step_record_##kind}, .doc = "A step."}; \
    static const gpusim_field wave_fields_##kind[] = {                                             \
        {.name = "mean",                                                                           \
         .type = GPUSIM_FLOAT64,                                                                   \
         .unit = (unit_),                                                                          \
         AT(gs_wave_fields, mean),                                                                 \
         .flags = GPUSIM_REQUIRED,                                                                 \
         .minimum = (low),                                                                         \
         .maximum = (high),                                                                        \
         .doc = "Mean over a period."},                                                            \
        {.name = "amplitude",                                                                      \
         .type = GPUSIM_FLOAT64,                                                                   \
         .unit = (difference),                                                                     \
         AT(gs_wave_fields, amplitude),                                                            \
         .flags = GPUSIM_REQUIRED,                                                                 \
         .maximum = INFINITY,                                                                      \
         .doc = "From the mean to the peak."},                                                     \
        {.name = "period",                                                                         \
         .type = GPUSIM_TIME,                                                                      \
         .unit = GPUSIM_UNIT_SECOND,                                                               \
         AT(gs_wave_fields, period),                                                               \
         .fallback = "1 d",                                                                        \
         .flags = GPUSIM_EXCLUSIVE,                                                                \
         .maximum = 9e9,                                                                           \
         .doc = "From peak to peak."},                                                             \
        {.name = "peak",                                                                           \
         .type = GPUSIM_TIME,                                                                      \
         .unit = GPUSIM_UNIT_SECOND,                                                               \
         AT(gs_wave_fields, peak),                                                                 \
         .fallback = "15 h",                                                                       \
         .maximum = 9e9,                                                                           \
         .doc = "When it is highest."},                                                            \
        {.name = "step",                                                                           \
         .type = GPUSIM_TIME,                                                                      \
         .unit = GPUSIM_UNIT_SECOND,                                                               \
         AT(gs_wave_fields, step),                                                                 \
         .fallback = "1 h",                                                                        \
         .flags = GPUSIM_EXCLUSIVE,                                                                \
         .maximum = 9e9,                                                                           \
         .doc = "How long each value of the wave, that in the middle of the step, is held; a "     \
                "whole number of steps makes a period."},                                          \
    };                                                                                             \
    static const gpusim_record wave_record_##kind = {                                              \
        "wave of " words, GPUSIM_FIELDS(wave_fields_##kind), (uint32_t)sizeof(gs_wave_fields),     \
        "A cosine, held in steps: a day or a year."};                                              \
    static const gpusim_field series_fields_##kind[] = {                                           \
        {.name = "steps",                                                                          \
         .type = GPUSIM_LIST,                                                                      \
         AT(gs_series_fields, steps),                                                              \
         .flags = GPUSIM_OPTIONAL,                                                                 \
         .minimum = 1,                                                                             \
         .maximum = 1e6,                                                                           \
         .detail = {&step_##kind},                                                                 \
         .doc = "Values, each held until the next."},                                              \
        {.name = "file",                                                                           \
         .type = GPUSIM_STRING,                                                                    \
         AT(gs_series_fields, file),                                                               \
         .flags = GPUSIM_OPTIONAL,                                                                 \
         .doc = "A CSV file with the columns `time_s,value`, counted from the scenario's folder "  \
                "(temperatures in C, power in W, carbon in g/kWh, prices per kWh, where no other " \
                "unit stands beside the number). Its bytes are in the model's hash."},             \
        {.name = "wave",                                                                           \
         .type = GPUSIM_RECORD,                                                                    \
         AT(gs_series_fields, wave),                                                               \
         .flags = GPUSIM_OPTIONAL,                                                                 \
         .detail = {&wave_record_##kind},                                                          \
         .doc = "A cosine, in steps."},                                                            \
        {.name = "repeat",                                                                         \
         .type = GPUSIM_TIME,                                                                      \
         .unit = GPUSIM_UNIT_SECOND,                                                               \
         AT(gs_series_fields, repeat),                                                             \
         .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,                                              \
         .maximum = 9e9,                                                                           \
         .doc = "After so long steps or a file begin anew; absent: the last value stays. A wave "  \
                "repeats by itself."},                                                             \
    };                                                                                             \
    static const gpusim_record inner_record_##kind = {                                             \
        "series of " words, GPUSIM_FIELDS(series_fields_##kind),                                   \
        (uint32_t)sizeof(gs_series_fields),                                                        \
        "A value over time: `steps`, `file` or `wave`, one of them."};                             \
    static const gpusim_field fields_##kind[] = {                                                  \
        {.name = "value",                                                                          \
         .type = GPUSIM_FLOAT64,                                                                   \
         .unit = (unit_),                                                                          \
         .minimum = (low),                                                                         \
         .maximum = (high),                                                                        \
         .doc = "The same value always."},                                                         \
        {.name = "series",                                                                         \
         .type = GPUSIM_RECORD,                                                                    \
         .detail = {&inner_record_##kind},                                                         \
         .doc = "A value over time."},                                                             \
    };                                                                                             \
    const gpusim_record gs_series_record_##kind = {                                                \
        "value or series", GPUSIM_FIELDS(fields_##kind), (uint32_t)sizeof(gpusim_one_of),          \
        "A plain value, or a map of steps over time."}

SERIES(celsius, "temperatures", GPUSIM_UNIT_CELSIUS, GPUSIM_UNIT_KELVIN, -50, 150);
SERIES(watt, "power", GPUSIM_UNIT_WATT, GPUSIM_UNIT_WATT, 0, 1e9);
SERIES(carbon, "carbon intensity", GPUSIM_UNIT_KILOGRAM_PER_JOULE, GPUSIM_UNIT_KILOGRAM_PER_JOULE,
       0, INFINITY);
SERIES(price, "prices", GPUSIM_UNIT_PER_JOULE, GPUSIM_UNIT_PER_JOULE, 0, 0);
