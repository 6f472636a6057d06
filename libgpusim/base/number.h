/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers to text and back, alike in every locale. */
#ifndef GS_BASE_NUMBER_H
#define GS_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Room for every number that gs_print_double writes, and its end. */
#define GS_NUMBER_SIZE 32

/* Each returns 1 and sets *value when the whole text is one number, else 0 and leaves *value alone.
 * No spaces, no hexadecimal, no "nan" or "inf"; a sign is allowed ('-' not for unsigned). */

/* "12", "-0.5", ".5", "5.", "1e3"; rounded correctly. Too large gives 0, too small gives a zero. */
int gs_parse_double(const char *text, size_t length, double *value);
/* What does not fit gives 0. */
int gs_parse_int64(const char *text, size_t length, int64_t *value);
int gs_parse_uint64(const char *text, size_t length, uint64_t *value);

/* Few digits, never a decimal comma, and gs_parse_double reads back the same value ("nan", "inf"
 * and "-inf" excepted). Always terminated when size > 0; returns the length like snprintf. */
int gs_print_double(double value, char *buffer, int size);

/* The nearest number of thousandths, at least 1 of what is above 0; at most 4e9. */
static inline uint32_t gs_thousandths(double value)
{
    if (!(value > 0)) {
        return 0;
    }
    double thousandths = value * 1000 + 0.5;
    return thousandths < 1 ? 1 : thousandths >= 4e9 ? UINT32_C(4000000000) : (uint32_t)thousandths;
}

#endif
