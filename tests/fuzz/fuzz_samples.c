/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a log of telemetry: CSV, nvidia-smi, scrapes of dcgm-exporter, by their first line.
 * What can be read has as many values as it says. */
#include <stdlib.h>

#include "detect/samples.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    gpusim_samples *samples = NULL;
    gpusim_error err;
    gpusim_frame frame;
    if (gs_samples_over("fuzz", bytes, size, &samples, &err) != GPUSIM_OK) {
        return 0;
    }
    const gpusim_scene *scene = gpusim_samples_scene(samples);
    uint64_t width = (uint64_t)scene->entity_count * scene->signal_count, seen = 0;
    gpusim_time last = INT64_MIN;
    while (gpusim_frames_next(gpusim_samples_frames(samples), &frame)) {
        volatile double sum = 0;
        for (uint64_t i = 0; i < width; i++) {
            sum = sum + frame.values[i];
        }
        if (scene->node && frame.time < last) {
            abort();
        }
        last = frame.time;
        seen++;
    }
    if (seen != gpusim_samples_count(samples)) {
        abort();
    }
    gpusim_samples_destroy(samples);
    return 0;
}
