/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The faults of a trace as events. A fault with all it brought along is one event, which has a
 * window on each GPU that it struck, and on those of the jobs that ran there. */
#include "study/truth.h"

#include <math.h>

#include <gpusim/study.h>

#include "base/memory.h"
#include "base/sort.h"
#include "study/read.h"

/* ---- reading ---- */

static int by_root(const void *a, const void *b)
{
    const gpusim_fault_row *x = a, *y = b;
    if (x->root != y->root) {
        return x->root < y->root ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static int by_job(const void *a, const void *b)
{
    const gpusim_allocation_row *x = a, *y = b;
    if (x->job != y->job) {
        return x->job < y->job ? -1 : 1;
    }
    return (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

// A file may say anything: nodes lie within the telemetry, and allocations within their nodes.
static gpusim_status check_places(const gs_truth *t, gpusim_error *err)
{
    for (uint64_t n = 0; n < t->node_count; n++) {
        if ((uint64_t)t->nodes[n].first_gpu + t->nodes[n].gpus > t->gpus) {
            return gpusim_fail(err, GPUSIM_FORMAT, "node %llu has GPUs without telemetry",
                               (unsigned long long)n);
        }
    }
    for (uint64_t i = 0; i < t->part_count; i++) {
        const gpusim_allocation_row *part = &t->parts[i];
        if (part->node >= t->node_count ||
            (uint64_t)part->first_gpu + part->gpus > t->nodes[part->node].gpus) {
            return gpusim_fail(err, GPUSIM_FORMAT, "allocation %llu is on no GPU of the trace",
                               (unsigned long long)i);
        }
    }
    return GPUSIM_OK;
}

// Parts node by node, by counting.
static gpusim_status index_parts(gs_truth *t, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_allocate(&t->on_node, t->part_count + 1, sizeof *t->on_node, err));
    GPUSIM_TRY(gs_allocate(&t->first_on_node, t->node_count + 2, sizeof *t->first_on_node, err));
    uint64_t *next = t->first_on_node + 1;
    for (uint64_t i = 0; i < t->part_count; i++) {
        next[t->parts[i].node + 1]++;
    }
    for (uint64_t n = 0; n < t->node_count; n++) {
        next[n + 1] += next[n];
    }
    for (uint64_t i = 0; i < t->part_count; i++) {
        t->on_node[next[t->parts[i].node]++] = i;
    }
cleanup:
    return status;
}

static gpusim_status read_tables(gs_truth *t, uint32_t grace, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_whole_table(t->trace, GPUSIM_TABLE_FAULTS, &t->faults, &t->fault_count, err));
    GPUSIM_TRY(gs_whole_table(t->trace, GPUSIM_TABLE_NODES, &t->nodes, &t->node_count, err));
    GPUSIM_TRY(gs_whole_table(t->trace, GPUSIM_TABLE_ALLOCATIONS, &t->parts, &t->part_count, err));
    GPUSIM_TRY(gs_sort(t->faults, t->fault_count, sizeof *t->faults, by_root, err));
    GPUSIM_TRY(gs_allocate(&t->times, t->samples + 1, sizeof *t->times, err));
    GPUSIM_TRY(gpusim_trace_times(t->trace, t->first, t->samples, t->times, err));
    GPUSIM_TRY(check_places(t, err));
    GPUSIM_TRY(gs_sort(t->parts, t->part_count, sizeof *t->parts, by_job, err));
    GPUSIM_TRY(index_parts(t, err));
    double interval = t->samples > 1 ? t->times[1] - t->times[0] : 0;
    t->grace = gpusim_time_from_seconds(grace * interval);
cleanup:
    return status;
}

void gs_truth_release(gs_truth *t)
{
    gs_release(&t->faults);
    gs_release(&t->nodes);
    gs_release(&t->parts);
    gs_release(&t->on_node);
    gs_release(&t->first_on_node);
    gs_release(&t->times);
    gs_array_release(&t->events);
    gs_array_release(&t->windows);
}

/* ---- events ---- */

gpusim_time gs_truth_end(const gs_truth *t)
{
    return t->samples ? gpusim_time_from_seconds(t->times[t->samples - 1]) : 0;
}

gpusim_time gs_truth_begin(const gs_truth *t)
{
    return t->samples ? gpusim_time_from_seconds(t->times[0]) : 0;
}

// Silent faults, and those that had no effect while there were samples, are nothing to find.
static int is_felt(const gs_truth *t, const gpusim_fault_row *fault)
{
    return fault->observable && fault->first_effect <= gs_truth_end(t) &&
           gpusim_time_add(fault->last_effect, t->grace) >= gs_truth_begin(t);
}

static gpusim_status add_window(gs_truth *t, uint32_t gpu, gpusim_time from, gpusim_time to,
                                gpusim_error *err)
{
    gs_window w = {.gpu = gpu, .event = t->events.count - 1, .from = from, .to = to};
    return gs_array_push(&t->windows, &w, err);
}

// The GPUs of a job that ran on one that was struck; its parts are adjacent.
static gpusim_status add_gang(gs_truth *t, uint64_t hit, gpusim_time from, gpusim_time to,
                              gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t first = hit, end = hit + 1;
    while (first > 0 && by_job(&t->parts[first - 1], &t->parts[hit]) == 0) {
        first--;
    }
    while (end < t->part_count && by_job(&t->parts[end], &t->parts[hit]) == 0) {
        end++;
    }
    from = from > t->parts[hit].start ? from : t->parts[hit].start;
    to = to < t->parts[hit].end ? to : t->parts[hit].end;
    for (uint64_t i = first; i < end; i++) {
        const gpusim_allocation_row *part = &t->parts[i];
        uint32_t gpu = t->nodes[part->node].first_gpu + part->first_gpu;
        for (uint32_t g = 0; g < part->gpus; g++) {
            GPUSIM_TRY(add_window(t, gpu + g, from, to, err));
        }
    }
cleanup:
    return status;
}

static gpusim_status add_node(gs_truth *t, uint32_t node, uint32_t first, uint32_t count,
                              gpusim_time from, gpusim_time to, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t g = first; g < first + count; g++) {
        GPUSIM_TRY(add_window(t, t->nodes[node].first_gpu + g, from, to, err));
    }
    for (uint64_t k = t->first_on_node[node]; k < t->first_on_node[node + 1]; k++) {
        const gpusim_allocation_row *part = &t->parts[t->on_node[k]];
        if (part->first_gpu < first + count && first < part->first_gpu + part->gpus &&
            part->start <= to && part->end >= from) {
            GPUSIM_TRY(add_gang(t, t->on_node[k], from, to, err));
        }
    }
cleanup:
    return status;
}

// Windows of what one fault struck.
static gpusim_status add_struck(gs_truth *t, const gpusim_fault_row *fault, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_time to = gpusim_time_add(fault->last_effect, t->grace);
    for (uint32_t n = 0; n < t->node_count; n++) {
        const gpusim_node_row *node = &t->nodes[n];
        uint32_t first = 0, count = node->gpus;
        switch (fault->scope) {
        case GPUSIM_OF_GPU:
            first = fault->entity - node->first_gpu;
            count = fault->entity >= node->first_gpu && first < node->gpus;
            break;
        case GPUSIM_OF_NODE:
            count = fault->entity == n ? count : 0;
            break;
        case GPUSIM_OF_RACK:
            count = fault->entity == node->rack ? count : 0;
            break;
        default:
            break;
        }
        if (count > 0) {
            GPUSIM_TRY(add_node(t, n, first, count, fault->first_effect, to, err));
        }
    }
cleanup:
    return status;
}

static int by_gpu(const void *a, const void *b)
{
    const gs_window *x = a, *y = b;
    if (x->gpu != y->gpu) {
        return x->gpu < y->gpu ? -1 : 1;
    }
    return (x->from > y->from) - (x->from < y->from);
}

static gpusim_status find_events(gs_truth *t, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t root = UINT64_MAX;
    for (uint64_t i = 0; i < t->fault_count; i++) {
        const gpusim_fault_row *fault = &t->faults[i];
        if (!is_felt(t, fault)) {
            continue;
        }
        if (t->events.count == 0 || fault->root != root) {
            gs_event e = {.root = fault->root,
                          .first = fault->first_effect,
                          .kind = fault->kind,
                          .before = fault->first_effect < gs_truth_begin(t),
                          .delay = NAN};
            GPUSIM_TRY(gs_array_push(&t->events, &e, err));
            root = fault->root;
        }
        gs_event *e = &GS_AT(t->events, gs_event, t->events.count - 1);
        e->first = e->first < fault->first_effect ? e->first : fault->first_effect;
        GPUSIM_TRY(add_struck(t, fault, err));
    }
    GPUSIM_TRY(gs_sort(t->windows.data, t->windows.count, sizeof(gs_window), by_gpu, err));
cleanup:
    return status;
}

int gs_truth_class(const gs_truth *t, uint32_t first, uint32_t end, gpusim_time from,
                   gpusim_time to)
{
    for (uint32_t w = first; w < end; w++) {
        const gs_window *window = &GS_AT(t->windows, gs_window, w);
        if (window->from <= to && window->to >= from) {
            uint32_t kind = GS_AT(t->events, gs_event, window->event).kind;
            const char *name = gpusim_trace_name(t->trace, kind);
            return name ? (int)gpusim_class_of_fault(name) : 0;
        }
    }
    return -1;
}

gpusim_status gs_truth_read(gpusim_trace *trace, uint64_t first, uint64_t count, uint32_t gpus,
                            uint32_t grace, gs_truth *t, gpusim_error *err)
{
    gpusim_status status;
    *t = (gs_truth){.trace = trace, .first = first, .samples = count, .gpus = gpus};
    t->events = GS_ARRAY(gs_event);
    t->windows = GS_ARRAY(gs_window);
    GPUSIM_TRY(read_tables(t, grace, err));
    GPUSIM_TRY(find_events(t, err));
cleanup:
    return status;
}
