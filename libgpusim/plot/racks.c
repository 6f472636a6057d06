/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `racks`: power of racks against their caps, of those with the highest peaks. */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/sort.h"
#include "plot/figures.h"

#define SHOWN 6

typedef struct peak {
    double most; // W
    uint32_t rack;
} peak;

static int by_peak(const void *a, const void *b)
{
    const peak *x = a, *y = b;
    return x->most != y->most ? (x->most < y->most) - (x->most > y->most)
                              : (x->rack > y->rack) - (x->rack < y->rack);
}

static gpusim_status find_peaks(gs_plot *plot, uint32_t metric, peak *peaks, uint32_t racks,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_bins bins = {0};
    for (uint32_t r = 0; r < racks; r++) {
        GPUSIM_TRY(gs_bins_create(&bins, plot->from, plot->to, 1, err));
        GPUSIM_TRY(gs_plot_metric(plot->traces[0], metric, r, 0, &bins, err));
        peaks[r] = (peak){bins.bins[0].weight > 0 ? bins.bins[0].most : -1, r};
        gs_release(&bins.bins);
    }
    GPUSIM_TRY(gs_sort(peaks, racks, sizeof *peaks, by_peak, err));
cleanup:
    gs_release(&bins.bins);
    return status;
}

// a block in kW; *most: its largest value, NaN when there is none
static gpusim_status draw(gs_plot *plot, uint32_t metric, uint32_t rack, const char *block,
                          double *most, gpusim_error *err)
{
    gpusim_status status;
    gs_bins bins = {0};
    GPUSIM_TRY(gs_bins_create(&bins, plot->from, plot->to, plot->bins, err));
    if (metric != GPUSIM_NONE) {
        GPUSIM_TRY(gs_plot_metric(plot->traces[0], metric, rack, 0, &bins, err));
    }
    *most = gs_plot_bins(plot, block, &bins, 1000);
cleanup:
    gs_release(&bins.bins);
    return status;
}

gpusim_status gs_plot_racks(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_trace *trace = plot->traces[0];
    uint32_t power = gpusim_trace_find_metric(trace, GPUSIM_OF_RACK, "power");
    uint32_t cap = gpusim_trace_find_metric(trace, GPUSIM_OF_RACK, "power_cap");
    uint32_t racks = power == GPUSIM_NONE ? 0 : gpusim_trace_get_metric(trace, power)->entities;
    uint32_t shown = 0;
    double most = 0;
    peak *peaks = NULL;
    GPUSIM_TRY(gs_allocate(&peaks, racks + 1, sizeof *peaks, err));
    GPUSIM_TRY(find_peaks(plot, power, peaks, racks, err));
    fprintf(plot->script, "array rack[%d]\narray capped[%d]\n", SHOWN, SHOWN);
    for (uint32_t r = 0; r < racks && shown < SHOWN && peaks[r].most >= 0; r++) {
        const char *called = gpusim_trace_entity(trace, GPUSIM_OF_RACK, peaks[r].rack);
        char name[32];
        double drawn, capped;
        snprintf(name, sizeof name, "power %u", ++shown);
        GPUSIM_TRY(draw(plot, power, peaks[r].rack, name, &drawn, err));
        snprintf(name, sizeof name, "cap %u", shown);
        GPUSIM_TRY(draw(plot, cap, peaks[r].rack, name, &capped, err));
        snprintf(name, sizeof name, "rack[%u]", shown);
        gs_plot_say_text(plot, name, "%s", called ? called : "");
        snprintf(name, sizeof name, "capped[%u]", shown);
        gs_plot_say_number(plot, name, !isnan(capped));
        most = fmax(most, fmax(drawn, capped));
    }
    gs_plot_say_number(plot, "most", most);
    gs_plot_say_number(plot, "shown", shown);
    gs_plot_say_number(plot, "racks", racks);
cleanup:
    gs_release(&peaks);
    return status;
}
