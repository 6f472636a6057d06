/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stragglers by their distance from the median, in median deviations: neither is moved by them as
 * long as they are fewer than half. */
#include "study/peers.h"

#include <math.h>

#include "stats/stats.h"

double gs_peers_median(const double *values, uint32_t count, double *scratch)
{
    uint32_t known = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!isnan(values[i])) {
            scratch[known++] = values[i];
        }
    }
    if (known < 2) {
        return known ? scratch[0] : (double)NAN;
    }
    // the lower one, so that of two the faster is the measure of the other
    uint32_t lower = (known - 1) / 2;
    return gs_quantile(scratch, known, (double)lower / (double)(known - 1));
}

gs_peers gs_peers_compare(const double *times, uint32_t count, double *scratch)
{
    gs_peers peers = {(double)NAN, (double)NAN, (double)NAN};
    uint32_t known = 0;
    double median = gs_peers_median(times, count, scratch);
    for (uint32_t i = 0; i < count; i++) {
        if (!isnan(times[i])) {
            scratch[known++] = fabs(times[i] - median);
        }
    }
    if (known < 2) {
        return peers;
    }
    double deviation = gs_peers_median(scratch, known, scratch);
    peers.limit = median + fmax(GS_STRAGGLER_DEVIATIONS * deviation, GS_STRAGGLER_SHARE * median);
    peers.slowest = peers.ideal = median;
    for (uint32_t i = 0; i < count; i++) {
        peers.slowest = fmax(peers.slowest, times[i]); // which takes no notice of NaN
        if (times[i] <= peers.limit) {
            peers.ideal = fmax(peers.ideal, times[i]);
        }
    }
    return peers;
}
