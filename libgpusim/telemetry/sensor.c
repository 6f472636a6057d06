/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings: noise, overshoot, steps. */
#include "telemetry/sensor.h"

#include <math.h>
#include <stdio.h>

gpusim_stream gs_sensor_stream(uint64_t seed, const char *metric, const char *entity)
{
    char purpose[96];
    snprintf(purpose, sizeof purpose, "sensor %s", metric);
    return gpusim_stream_make(seed, purpose, entity);
}

double gs_sense_temperature(double value, double deviation, gpusim_stream stream, uint64_t sample)
{
    return deviation > 0 ? value + deviation * gpusim_draw_normal(stream, 2 * sample) : value;
}

double gs_sense_power(double value, int under_load, const gpusim_gpu_sensor *sensor,
                      gpusim_stream stream, uint64_t sample)
{
    if (sensor->power_noise > 0) {
        value *= fmax(0, 1 + sensor->power_noise * gpusim_draw_normal(stream, 2 * sample));
    }
    if (under_load && sensor->overshoot_probability > 0) {
        // below the probability, what is left of the variate is uniform again
        double u = gpusim_draw_uniform(stream, 2 * sample + 1) / sensor->overshoot_probability;
        if (u < 1) {
            value *= 1 - sensor->overshoot * gpusim_log(u);
        }
    }
    return value;
}

double gs_sense_share(double integral, double span)
{
    return span > 0 ? fmin(1, integral / span) : 0;
}
