/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantities as they are written, taken apart without rounding. */
#ifndef GS_BASE_QUANTITY_H
#define GS_BASE_QUANTITY_H

#include <gpusim/field.h>

/* (-1)^negative x digits x 10^exponent x factor / divisor, in the stored unit. */
typedef struct gs_quantity {
    uint64_t digits, factor;
    int32_t exponent;
    uint32_t divisor;
    uint8_t negative;
    uint8_t cut; /* digits that did not fit and were not zero are missing */
    uint8_t reserved[6];
} gs_quantity;

/* GPUSIM_ARGUMENT with a message and a hint when the text is no quantity of this unit. */
gpusim_status gs_quantity_read(const char *text, gpusim_unit unit, gs_quantity *quantity,
                               gpusim_error *err);

/* The nearest double; infinite when too large. */
double gs_quantity_double(const gs_quantity *quantity);

typedef enum gs_integer_fit { GS_FIT_EXACT, GS_FIT_ROUNDED, GS_FIT_TOO_LARGE } gs_integer_fit;

/* The nearest whole multiple of 10^-places of the stored unit (9: nanoseconds of seconds), without
 * its sign, halves up. */
gs_integer_fit gs_quantity_integer(const gs_quantity *quantity, int places, uint64_t *magnitude);

/* A text as messages quote it: at most 60 bytes of it, control characters as '?'. Returns buffer.
 */
const char *gs_quote(const char *text, size_t length, char buffer[72]);

#endif
