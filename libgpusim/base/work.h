/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work done at a rate: whole nanoseconds and a carried fraction, exact whatever the rate and the
 * span (products in 128 bits), so that work settled a thousand times is the work settled once. */
#ifndef GS_BASE_WORK_H
#define GS_BASE_WORK_H

#include <gpusim/types.h>

/* Whole ns of work that `span` >= 0 at `rate` >= 0 brings, with what was carried: *carried, 0 <= it
 * < 1, is the rest afterwards. At rate 1 the span itself. Saturates at GPUSIM_TIME_MAX. */
gpusim_time gs_work_done(double rate, gpusim_time span, double *carried);

/* The shortest span after which `work` is done; 0 when none is left, GPUSIM_TIME_MAX: never. */
gpusim_time gs_work_span(double rate, gpusim_time work, double carried);

#endif
