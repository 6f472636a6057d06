/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a sensor makes of the truth: noise, overshoot and steps (definitions 26). A reading depends
 * on (seed, entity's name, metric, number of the sample) and on nothing else that is sampled, and
 * nothing here reaches the physical state. */
#ifndef GS_TELEMETRY_SENSOR_H
#define GS_TELEMETRY_SENSOR_H

#include <math.h>

#include <gpusim/gpu.h>
#include <gpusim/random.h>

#include "base/random.h"

/* The stream of one sensor of one entity; sample k has its ordinal k: a pair, of which a die's
 * temperature and its memory's take one each, noise and overshoot of power likewise. */
gpusim_stream gs_sensor_stream(uint64_t seed, const char *sensor, const char *entity);

/* Adds noise of this standard deviation, from this one of the draw. */
double gs_sense_temperature(double value, double deviation, const gs_pair *draw, uint32_t which);

/* A power reading: noise in proportion, and under load now and then more than is drawn, by an
 * exponential share of it (on A100s one sample in ten lies above the cap, the highest by half:
 * reference physics.md 2.4). Never below 0. */
double gs_sense_power(double value, int under_load, const gpusim_gpu_sensor *sensor,
                      const gs_pair *draw);

/* The nearest multiple of a step, the even one of two; 0: as it is. Adding and taking away 1.5 x
 * 2^52 leaves an integer, and is two instructions. */
static inline double gs_sense_step(double value, double step)
{
    double steps = value / step;
    double rounded = (steps + 0x1.8p52) - 0x1.8p52;
    return step > 0 && fabs(steps) < 0x1p51 ? rounded * step : value;
}

/* Share of the last `span` that a share integrated over it (in the span's own unit) was, 0..1:
 * sums of many parts round, and a share is never above 1. */
static inline double gs_sense_share(double integral, double span)
{
    double share = integral / span;
    return !(span > 0) ? 0 : share > 1 ? 1 : share;
}

#endif
