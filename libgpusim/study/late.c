/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which samples of a node bear which time, by the metric `node/clock_offset`. */
#include "study/late.h"

#include <math.h>

#include "base/memory.h"

/* One node's: its offsets, and which of its samples stands at each. */
typedef struct late_node {
    const double *times; // [samples], rising
    uint64_t samples;
    float *offsets;
    uint64_t *stands; // UINT64_MAX: none
} late_node;

// the sample whose time is nearest; UINT64_MAX: it lies before all, or behind all
static uint64_t nearest(const late_node *n, double seconds)
{
    uint64_t low = 0, high = n->samples - 1;
    double half = n->samples > 1 ? (n->times[1] - n->times[0]) / 2 : 0;
    if (seconds < n->times[0] - half || seconds > n->times[high] + half) {
        return UINT64_MAX;
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (n->times[middle] < seconds) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 && seconds - n->times[low - 1] < n->times[low] - seconds ? low - 1 : low;
}

static int place_samples(late_node *n)
{
    int wrong = 0;
    for (uint64_t s = 0; s < n->samples; s++) {
        n->stands[s] = UINT64_MAX;
        wrong |= isfinite(n->offsets[s]) && n->offsets[s] != 0;
    }
    for (uint64_t s = 0; wrong && s < n->samples; s++) {
        double offset = isfinite(n->offsets[s]) ? (double)n->offsets[s] : 0;
        uint64_t at = nearest(n, n->times[s] + offset);
        if (at != UINT64_MAX) {
            n->stands[at] = s;
        }
    }
    return wrong;
}

static gpusim_status push_runs(const late_node *n, uint32_t node, gs_array *runs, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_late_run run = {.node = node};
    for (uint64_t s = 0; s < n->samples; s++) {
        int64_t shift = n->stands[s] == UINT64_MAX ? GS_LATE_NONE : (int64_t)(s - n->stands[s]);
        if (s == 0 || shift != run.shift) {
            run.from = s;
            run.shift = shift;
            GPUSIM_TRY(gs_array_push(runs, &run, err));
        }
    }
cleanup:
    return status;
}

gpusim_status gs_late_runs(gpusim_trace *trace, const double *times, uint64_t samples,
                           gs_array *runs, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    late_node n = {.times = times, .samples = samples};
    uint32_t metric = gpusim_trace_find_metric(trace, GPUSIM_OF_NODE, "clock_offset");
    if (metric == GPUSIM_NONE || samples == 0) {
        return GPUSIM_OK;
    }
    const gpusim_trace_metric *about = gpusim_trace_get_metric(trace, metric);
    if (about->type != GPUSIM_FLOAT32) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_allocate(&n.offsets, samples, sizeof *n.offsets, err));
    GPUSIM_TRY(gs_allocate(&n.stands, samples, sizeof *n.stands, err));
    for (uint32_t node = 0; node < about->entities; node++) {
        GPUSIM_TRY(gpusim_trace_values(trace, metric, node, 1, 0, samples, n.offsets, err));
        if (place_samples(&n)) {
            GPUSIM_TRY(push_runs(&n, node, runs, err));
        }
    }
cleanup:
    gs_release(&n.offsets);
    gs_release(&n.stands);
    return status;
}
