/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `energy`: where the energy of runs went. */
#include <math.h>
#include <stdio.h>

#include "plot/figures.h"

#define JOULES_PER_KWH 3.6e6

/* A part of the facility's energy. */
static const struct {
    const char *name;
    size_t offset;
} parts[] = {
    {"GPUs", offsetof(gpusim_summary, energy_gpu_j)},
    {"CPUs", offsetof(gpusim_summary, energy_cpu_j)},
    {"memory", offsetof(gpusim_summary, energy_memory_j)},
    {"NICs", offsetof(gpusim_summary, energy_nic_j)},
    {"storage", offsetof(gpusim_summary, energy_storage_j)},
    {"other", offsetof(gpusim_summary, energy_other_j)},
    {"fans", offsetof(gpusim_summary, energy_fans_j)},
    {"node losses", offsetof(gpusim_summary, energy_node_losses_j)},
    {"switches", offsetof(gpusim_summary, energy_switches_j)},
    {"rack losses", offsetof(gpusim_summary, energy_rack_losses_j)},
    {"CDU", offsetof(gpusim_summary, energy_cdu_j)},
    {"overhead", offsetof(gpusim_summary, energy_overhead_j)},
};

#define PARTS (sizeof parts / sizeof parts[0])

static double part_of(const gpusim_summary *summary, size_t part)
{
    return *(const double *)(const void *)((const char *)summary + parts[part].offset);
}

gpusim_status gs_plot_energy(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    double of[PARTS][GS_TRACES_MOST], total = 0;
    gpusim_summary summary;
    for (uint32_t t = 0; t < plot->count; t++) {
        summary = (gpusim_summary){.size = sizeof summary};
        GPUSIM_TRY(gpusim_trace_summary(plot->traces[t], &summary, err));
        for (size_t p = 0; p < PARTS; p++) {
            // a run without power has bars of no height
            double part = part_of(&summary, p) / JOULES_PER_KWH;
            of[p][t] = isfinite(part) ? part : 0;
            total += of[p][t];
        }
    }
    // a line for each part that any run has: its name, then its kWh in each
    gs_plot_block(plot, "energy");
    for (size_t p = 0; p < PARTS; p++) {
        double most = 0;
        for (uint32_t t = 0; t < plot->count; t++) {
            most = fmax(most, of[p][t]);
        }
        if (most > 0) {
            fprintf(plot->data, "\"%s\" ", parts[p].name);
            gs_plot_row(plot, plot->count, of[p]);
        }
    }
    gs_plot_say_number(plot, "total", total);
cleanup:
    return status;
}
