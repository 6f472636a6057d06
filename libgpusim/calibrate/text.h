/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that grow. */
#ifndef GS_CALIBRATE_TEXT_H
#define GS_CALIBRATE_TEXT_H

#include <stddef.h>

#include <gpusim/field.h>

#include "base/array.h"

/* Zero it to begin with; what fails is kept and stops all that follows. */
typedef struct gs_text {
    gs_array bytes;
    gpusim_status status;
    uint32_t reserved;
} gs_text;

/* printf, for texts and whole numbers (a fraction's point would follow the locale). */
void gs_text_add(gs_text *text, const char *format, ...) GPUSIM_PRINTF(2, 3);
/* A number rounded to so many digits; nothing when it is NaN. */
void gs_text_number(gs_text *text, double value, int digits);
/* The same as a scenario would write it, with its unit. */
void gs_text_quantity(gs_text *text, double value, gpusim_unit unit, int digits);

/* Ends it with a zero. GPUSIM_MEMORY when something could not be added. */
gpusim_status gs_text_end(gs_text *text, gpusim_error *err);
void gs_text_release(gs_text *text);

/* value rounded to so many significant digits. */
double gs_round_to(double value, int digits);

#endif
