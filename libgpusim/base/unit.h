/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The units that quantities may be written in, and the words for what they measure. */
#ifndef GS_BASE_UNIT_H
#define GS_BASE_UNIT_H

#include <gpusim/field.h>

/* One unit: value in the stored unit = number x factor x 10^exponent / divisor. */
typedef struct gs_unit_word {
    const char *text; /* "min", "GiB", "/h" */
    gpusim_unit unit;
    uint64_t factor;
    int32_t exponent;
    uint32_t divisor;
    int32_t printed; /* chosen when a value is written; the others are only read */
} gs_unit_word;

/* All of them, units of a kind side by side, large before small; *count of them. */
const gs_unit_word *gs_unit_words(uint32_t *count);

/* The unit written so: of that kind, or (GPUSIM_UNIT_COUNT) of any. NULL: there is none. */
const gs_unit_word *gs_unit_find(const char *text, size_t length, gpusim_unit unit);

/* "a time", "a size", "a number", ...; and how one looks: "30 min". */
const char *gs_unit_noun(gpusim_unit unit);
const char *gs_unit_example(gpusim_unit unit);

/* The units that people use most, for hints; NULL ends them. */
const char *const *gs_unit_usual(gpusim_unit unit);

/* 1 when a bare number is allowed. */
int gs_unit_is_bare(gpusim_unit unit);

#endif
