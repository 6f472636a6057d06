/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates of the (proleptic) Gregorian calendar, UTC, computed: nothing is asked of the C library. */
#ifndef GS_BASE_DATE_H
#define GS_BASE_DATE_H

#include <stddef.h>

#include <gpusim/types.h>

typedef struct gs_date {
    int year, month, day; /* from 1 */
    int hour, minute, second;
} gs_date;

/* The date of a second since 1970-01-01, which may be negative. */
gs_date gs_date_of(int64_t second);

/* Reads "2017-10-09", "2017-10-09 07:01:55" (or with a T) as the time since 1970; 0 when it is no
 * such date, or none from 1970 to 2261, which is what 64-bit nanoseconds hold. */
int gs_date_read(const char *text, size_t length, gpusim_time *since_1970);

#endif
