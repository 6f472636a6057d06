/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters of exports: times to samples, a node's name to its entities. */
#include "trace/select.h"

#include <string.h>

/* 2026-01-01, as the time since 1970. */
#define GS_EXPORT_START (INT64_C(1767225600) * GPUSIM_SECOND)

void gpusim_export_filter_init(gpusim_export_filter *filter, uint32_t size)
{
    gpusim_export_filter all = {
        .size = size, .from = -GPUSIM_TIME_MAX, .to = GPUSIM_TIME_MAX, .start = GS_EXPORT_START};
    memcpy(filter, &all, size < sizeof all ? size : sizeof all);
}

// the first sample at or after a time, or (with `behind`) after it
static gpusim_status find_sample(gpusim_trace *trace, gpusim_time time, int behind, uint64_t *found,
                                 gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t low = 0, high = trace->info.samples;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        double seconds = 0;
        GPUSIM_TRY(gs_read_times(trace, middle, 1, &seconds, err));
        gpusim_time at = gpusim_time_from_seconds(seconds);
        if (at < time || (behind && at == time)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *found = low;

cleanup:
    return status;
}

void gs_select_filter(const gpusim_export_filter *filter, gpusim_export_filter *whole)
{
    gpusim_export_filter_default(whole);
    if (filter) {
        memcpy(whole, filter, filter->size < sizeof *filter ? filter->size : sizeof *filter);
        whole->size = (uint32_t)sizeof *whole;
    }
}

gpusim_status gs_select(gpusim_trace *trace, const gpusim_export_filter *filter,
                        gs_selection *selection, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t end = trace->info.samples;
    memset(selection, 0, sizeof *selection);
    gs_select_filter(filter, &selection->filter);
    for (uint32_t i = 0; i < selection->filter.metric_count; i++) {
        if (selection->filter.metrics[i] >= trace->series_count) {
            return gpusim_fail(err, GPUSIM_ARGUMENT, "there is no metric %u",
                               selection->filter.metrics[i]);
        }
    }
    if (selection->filter.from > -GPUSIM_TIME_MAX) {
        GPUSIM_TRY(find_sample(trace, selection->filter.from, 0, &selection->first, err));
    }
    if (selection->filter.to < GPUSIM_TIME_MAX) {
        GPUSIM_TRY(find_sample(trace, selection->filter.to, 1, &end, err));
    }
    selection->count = end > selection->first ? end - selection->first : 0;

cleanup:
    return status;
}

gpusim_status gs_select_node(gpusim_trace *trace, const char *name, gpusim_node_row *node,
                             gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_node_row rows[64];
    uint64_t count = trace->info.rows[GPUSIM_TABLE_NODES];
    const char *nearest = NULL;
    for (uint64_t first = 0; first < count; first += 64) {
        uint64_t some = count - first < 64 ? count - first : 64;
        GPUSIM_TRY(gs_read_rows(trace, GPUSIM_TABLE_NODES, first, some, rows, err));
        for (uint64_t i = 0; i < some; i++) {
            const char *is = gpusim_trace_name(trace, rows[i].name);
            if (is && strcmp(is, name) == 0) {
                *node = rows[i];
                return GPUSIM_OK;
            }
            nearest = nearest ? nearest : is;
        }
    }
    status = gpusim_fail(err, GPUSIM_ARGUMENT, "the trace has no node '%s'", name);
    if (nearest) {
        gpusim_error_hint(err, "its first node is '%s'", nearest);
    }

cleanup:
    return status;
}

gpusim_status gs_select_entities(gpusim_trace *trace, const gs_selection *selection,
                                 gpusim_entity entity, uint32_t most, uint32_t *first,
                                 uint32_t *count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_node_row node = {0};
    if (selection->filter.job || selection->filter.user) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "metrics are of no job and no user");
    }
    *first = 0;
    *count = most;
    if (!selection->filter.node) {
        return GPUSIM_OK;
    }
    if (entity != GPUSIM_OF_GPU && entity != GPUSIM_OF_NODE) {
        return gpusim_fail(err, GPUSIM_ARGUMENT,
                           "metrics of racks and of the cluster are of no "
                           "single node");
    }
    GPUSIM_TRY(gs_select_node(trace, selection->filter.node, &node, err));
    *first = entity == GPUSIM_OF_GPU ? node.first_gpu : node.node;
    *count = entity == GPUSIM_OF_GPU ? node.gpus : 1;
    if (*first > most || *count > most - *first) {
        return gpusim_fail(err, GPUSIM_FORMAT, "node '%s' has GPUs without telemetry",
                           selection->filter.node);
    }

cleanup:
    return status;
}
