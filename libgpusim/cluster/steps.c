/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values held from one time to the next. */
#include <math.h>

#include "cluster/hardware.h"

double gs_steps_at(const gs_steps *steps, gpusim_time time, gpusim_time *next)
{
    if (steps->count == 0) {
        *next = GPUSIM_TIME_MAX;
        return (double)NAN;
    }

    // the round that `time` is in; a constant has none
    int rounds = steps->repeat != GPUSIM_TIME_MAX && steps->count > 1;
    gpusim_time begin = rounds ? time - time % steps->repeat : 0;

    // the last step that has begun
    uint32_t low = 0, high = steps->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (steps->at[middle] <= time - begin) {
            low = middle;
        } else {
            high = middle;
        }
    }
    gpusim_time step = high < steps->count ? steps->at[high] : rounds ? steps->repeat : 0;
    *next = step == 0 || step > GPUSIM_TIME_MAX - begin ? GPUSIM_TIME_MAX : begin + step;
    return steps->value[low];
}

void gs_steps_extremes(const gs_steps *steps, double *least, double *largest)
{
    *least = *largest = steps->count ? steps->value[0] : (double)NAN;
    for (uint32_t i = 1; i < steps->count; i++) {
        *least = fmin(*least, steps->value[i]);
        *largest = fmax(*largest, steps->value[i]);
    }
}
