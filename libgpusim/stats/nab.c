/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015): early in a window is worth
 * more than late, and a false alarm right behind a window costs less than one far from it. */
#include <math.h>

#include <gpusim/random.h>

#include "stats/scores.h"

const gs_nab_profile gs_nab_profiles[GS_NAB_PROFILES] = {
    [GS_NAB_STANDARD] = {"standard", 1, 1, 0.11},
    [GS_NAB_LOW_FP] = {"low-fp", 1, 1, 0.22},
    [GS_NAB_LOW_FN] = {"low-fn", 1, 2, 0.11},
};

// 1 far before, 0 at the end of a window, -1 far behind it; p in widths of the window
static double worth(double p)
{
    return 2 / (1 + gpusim_exp(5 * p)) - 1;
}

static double within(const gs_nab_profile *profile, gs_range window, size_t sample)
{
    double width = (double)(window.last - window.first + 1);
    double p = -((double)(window.last - sample) + 1) / width;
    return profile->found * worth(p) / worth(-1);
}

static double outside(const gs_nab_profile *profile, const gs_range *before, size_t sample)
{
    double width = before ? (double)(before->last - before->first) : 0;
    double p = before && width > 0 ? (double)(sample - before->last) / width : INFINITY;
    return profile->false_alarm * (p > 3 ? -1 : worth(p));
}

size_t gs_nab_probation(size_t count)
{
    size_t share = (size_t)(0.15 * (double)count);
    return share < 750 ? share : 750;
}

double gs_nab_score(const gs_nab_profile *profile, const gs_range *windows, size_t window_count,
                    const uint8_t *detected, size_t count, size_t probation)
{
    double score = 0, best = -INFINITY;
    size_t next = 0; // the window that ends next
    for (size_t i = 0; i < count; i++) {
        if (detected[i] && i >= probation) {
            if (next < window_count && i >= windows[next].first) {
                best = fmax(best, within(profile, windows[next], i));
            } else {
                score += outside(profile, next > 0 ? &windows[next - 1] : NULL, i);
            }
        }
        if (next < window_count && i == windows[next].last) {
            score += isinf(best) ? -profile->missed : best;
            best = -INFINITY;
            next++;
        }
    }
    return score;
}

double gs_nab_normalised(const gs_nab_profile *profile, double raw, size_t windows)
{
    double nothing = -(double)windows * profile->missed;
    double perfect = (double)windows * profile->found;
    return windows > 0 ? 100 * (raw - nothing) / (perfect - nothing) : NAN;
}
