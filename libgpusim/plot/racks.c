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

static gpusim_status find_peaks(const gs_plot *plot, gs_wanted want, peak *peaks, uint32_t racks,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t r = 0; r < racks; r++) {
        double most;
        want.first = r;
        GPUSIM_TRY(gs_plot_peak(plot, &want, &most, err));
        peaks[r] = (peak){isnan(most) ? -1 : most, r};
    }
    GPUSIM_TRY(gs_sort(peaks, racks, sizeof *peaks, by_peak, err));
cleanup:
    return status;
}

gpusim_status gs_plot_racks(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_trace *trace = plot->traces[0];
    gs_wanted power = {.metric = gpusim_trace_find_metric(trace, GPUSIM_OF_RACK, "power"),
                       .entities = 1};
    gs_wanted cap = {.metric = gpusim_trace_find_metric(trace, GPUSIM_OF_RACK, "power_cap"),
                     .entities = 1};
    const gpusim_trace_metric *known = gpusim_trace_get_metric(trace, power.metric);
    uint32_t racks = known ? known->entities : 0;
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
        power.first = cap.first = peaks[r].rack;
        snprintf(name, sizeof name, "power %u", ++shown);
        GPUSIM_TRY(gs_plot_draw(plot, &power, name, 1000, &drawn, err));
        snprintf(name, sizeof name, "cap %u", shown);
        GPUSIM_TRY(gs_plot_draw(plot, &cap, name, 1000, &capped, err));
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
