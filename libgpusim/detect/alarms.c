/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From scores to alarms: a threshold that was found beforehand, and runs of what reaches it. */
#include <math.h>

#include <gpusim/detect.h>

#include "stats/stats.h"

double gpusim_threshold_of(double *scores, uint64_t count, double quantile)
{
    if (count == 0) {
        return INFINITY;
    }
    double lowest = scores[0];
    for (uint64_t i = 1; i < count; i++) {
        lowest = fmin(lowest, scores[i]);
    }
    // where nothing was above the lowest score, that score is no alarm
    double threshold = gs_quantile(scores, count, quantile);
    return threshold > lowest ? threshold : nextafter(lowest, INFINITY);
}

uint64_t gpusim_alarms_of(const double *scores, uint64_t count, double threshold, uint32_t gap,
                          gpusim_alarm *alarms)
{
    uint64_t found = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (!(scores[i] >= threshold)) {
            continue;
        }
        gpusim_alarm *open = found ? &alarms[found - 1] : NULL;
        if (!open || i - open->last - 1 > gap) {
            open = &alarms[found++];
            *open = (gpusim_alarm){.first = i, .peak = i};
        }
        open->last = i;
        if (scores[i] > scores[open->peak]) {
            open->peak = i;
        }
    }
    return found;
}
