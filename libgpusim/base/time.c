/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seconds to simulated time. */
#include <gpusim/types.h>

// 2^63 as a double; the largest double below it is the last that fits
#define GS_TIME_LIMIT 9223372036854775808.0

static gpusim_time saturate(double nanoseconds)
{
    if (!(nanoseconds < GS_TIME_LIMIT)) {
        return GPUSIM_TIME_MAX; // too large, or NaN
    }
    return nanoseconds <= -GS_TIME_LIMIT ? -GPUSIM_TIME_MAX : (gpusim_time)nanoseconds;
}

// (gpusim_time) cuts towards zero, so nearest and up need one step at most; no libm, no rounding
// mode
gpusim_time gpusim_time_from_seconds(double seconds)
{
    double nanoseconds = seconds * 1e9;
    gpusim_time cut = saturate(nanoseconds);
    if (cut == GPUSIM_TIME_MAX || cut == -GPUSIM_TIME_MAX) {
        return cut;
    }
    double rest = nanoseconds - (double)cut;
    // without a branch, which would be guessed wrong half the time
    return cut + (rest >= 0.5) - (rest <= -0.5);
}

gpusim_time gpusim_time_ceil(double seconds)
{
    double nanoseconds = seconds * 1e9;
    gpusim_time cut = saturate(nanoseconds);
    return cut < GPUSIM_TIME_MAX && (double)cut < nanoseconds ? cut + 1 : cut;
}
