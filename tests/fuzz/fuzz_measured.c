/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of measurements; what can be read and is small is fitted. */
#include <math.h>

#include "base/gsl.h"
#include "calibrate/caps.h"
#include "calibrate/heat.h"
#include "fuzz.h"

static void fit_caps(const gs_cap_table *table)
{
    uint32_t chosen[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    gs_caps_fit fit;
    gpusim_error err;
    if (table->configurations <= 8 && table->caps <= 12 &&
        gs_caps_fit_make(table, chosen, table->configurations, 1, 1, &fit, &err) == GPUSIM_OK) {
        gs_caps_fit_release(&fit);
    }
}

static void fit_heat(const gs_heat_log *log)
{
    gs_heat_fit fit;
    gpusim_error err;
    if (log->points <= 64 && gs_heat_fit_core(log, (double)NAN, 0, &fit, &err) == GPUSIM_OK) {
        gs_heat_fit_release(&fit);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    gs_arena arena = {0};
    gs_measured measured = {0};
    gs_lines *lines;
    gpusim_error err;
    gs_gsl_prepare();
    if (gs_lines_over("fuzz", bytes, size, NULL, &lines, &err) == GPUSIM_OK &&
        gs_measured_read(lines, -1, &arena, &measured, &err) == GPUSIM_OK) {
        if (measured.kind == GPUSIM_CALIBRATION_CAPS) {
            fit_caps(&measured.caps);
        } else {
            fit_heat(&measured.heat);
        }
    }
    gs_arena_release(&arena);
    return 0;
}
