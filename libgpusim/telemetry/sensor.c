/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings: noise, overshoot, steps. */
#include "telemetry/sensor.h"

#include <stdio.h>

gpusim_stream gs_sensor_stream(uint64_t seed, const char *sensor, const char *entity)
{
    char purpose[96];
    snprintf(purpose, sizeof purpose, "sensor %s", sensor);
    return gpusim_stream_make(seed, purpose, entity);
}

double gs_sense_temperature(double value, double deviation, const gs_pair *draw, uint32_t which)
{
    return deviation > 0 ? value + deviation * gs_pair_normal(draw, which) : value;
}

double gs_sense_power(double value, int under_load, const gpusim_gpu_sensor *sensor,
                      const gs_pair *draw)
{
    if (sensor->power_noise > 0) {
        double factor = 1 + sensor->power_noise * gs_pair_normal(draw, 0);
        value *= factor > 0 ? factor : 0;
    }
    if (under_load && sensor->overshoot_probability > 0) {
        // below the probability, what is left of the variate is uniform again
        double u = gs_pair_uniform(draw, 1) / sensor->overshoot_probability;
        if (u < 1) {
            value *= 1 - sensor->overshoot * gpusim_log(u);
        }
    }
    return value;
}
