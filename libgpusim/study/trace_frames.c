/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of a trace's telemetry: all GPUs at each sample, with the job that each has. Read in
 * blocks of samples, so that memory does not grow with the length of the run. Samples stand where
 * their nodes' clocks put them. */
#include <math.h>
#include <string.h>

#include <gpusim/study.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/sort.h"
#include "detect/frames.h"
#include "study/late.h"
#include "study/read.h"
#include "telemetry/series.h"

#define BLOCK 64u /* samples at once */

struct gpusim_trace_frames {
    gpusim_frames base;
    gpusim_trace *trace;
    gpusim_scene scene;
    gpusim_signal *signals;
    gs_series *series; // [signals]: metrics of the trace
    uint32_t *node, *rack;
    double *times;                // [count] s
    float *block;                 // [signals][entities][BLOCK]
    double *values;               // [entities][signals]: the frame
    gs_array late;                // gs_late_run
    float *moved;                 // [GPUs of one node][BLOCK]: scratch
    void *raw;                    // [widest][BLOCK + 1] of any type: scratch
    uint32_t widest;              // most entities of any metric
    gpusim_allocation_row *parts; // by start
    uint64_t part_count, next_part;
    gpusim_node_row *nodes;
    uint64_t node_count;
    uint32_t *job; // [entities]
    gpusim_time *job_start, *job_end;
    uint8_t *marks;                    // [entities][samples]: what to learn; NULL: nobody asked
    uint8_t *labels;                   // [entities]: of one frame
    uint64_t first;                    // sample that is the first frame
    uint64_t at;                       // the next frame, from there
    uint64_t block_first, block_count; // samples
};

/* ---- jobs ---- */

static int by_start(const void *a, const void *b)
{
    const gpusim_allocation_row *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

// Who has which GPU at a time; times rise from call to call.
static void advance_jobs(gpusim_trace_frames *f, gpusim_time now)
{
    for (; f->next_part < f->part_count && f->parts[f->next_part].start <= now; f->next_part++) {
        const gpusim_allocation_row *part = &f->parts[f->next_part];
        uint32_t first = f->nodes[part->node].first_gpu + part->first_gpu;
        for (uint32_t g = first; g < first + part->gpus; g++) {
            f->job[g] = (uint32_t)part->job;
            f->job_start[g] = part->start;
            f->job_end[g] = part->end;
        }
    }
    for (uint32_t g = 0; g < f->scene.entity_count; g++) {
        if (f->job[g] != GPUSIM_NONE && f->job_end[g] <= now) {
            f->job[g] = GPUSIM_NONE;
        }
    }
}

/* ---- what there was to find ---- */

gpusim_status gpusim_trace_frames_mark(gpusim_trace_frames *f, gpusim_error *err)
{
    gpusim_status status;
    uint32_t entities = f->scene.entity_count;
    uint64_t samples = gpusim_trace_get_info(f->trace)->samples;
    if (f->marks) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_allocate(&f->labels, entities, sizeof *f->labels, err));
    GPUSIM_TRY(gs_allocate(&f->marks, samples * entities + 1, sizeof *f->marks, err));
    GPUSIM_TRY(gpusim_fault_labels(f->trace, 0, samples, entities, f->marks, err));
cleanup:
    if (status != GPUSIM_OK) {
        gs_release(&f->marks);
        gs_release(&f->labels);
    }
    return status;
}

static void see_labels(gpusim_trace_frames *f, uint64_t sample)
{
    uint64_t samples = gpusim_trace_get_info(f->trace)->samples;
    for (uint32_t e = 0; e < f->scene.entity_count; e++) {
        f->labels[e] = f->marks[e * samples + sample];
    }
    f->base.labels = f->labels;
}

static void rewind_trace(gpusim_frames *self)
{
    gpusim_trace_frames *f = (gpusim_trace_frames *)self;
    f->at = 0;
    f->next_part = 0;
    for (uint32_t g = 0; g < f->scene.entity_count; g++) {
        f->job[g] = GPUSIM_NONE;
    }
}

/* ---- samples ---- */

// A GPU's place among those whose metric it is.
static uint32_t owner_of(const gpusim_trace_frames *f, const gs_series *series, uint32_t gpu)
{
    return series->entity == GPUSIM_OF_NODE   ? f->node[gpu]
           : series->entity == GPUSIM_OF_RACK ? f->rack[gpu]
                                              : gpu;
}

// A signal of adjacent GPUs, out[gpus][count]. A rate needs the sample before the first, too.
static gpusim_status read_series(gpusim_trace_frames *f, const gs_series *series,
                                 uint32_t first_gpu, uint32_t gpus, uint64_t from, uint64_t count,
                                 float *out, gpusim_error *err)
{
    gpusim_status status;
    uint64_t before = series->kind == GS_SERIES_RATE && from > 0;
    uint32_t first = UINT32_MAX, last = 0;
    if (series->entity == GPUSIM_OF_GPU && series->kind == GS_SERIES_GAUGE) {
        return gpusim_trace_values(f->trace, series->metric, first_gpu, gpus, from, count, out,
                                   err);
    }
    for (uint32_t g = first_gpu; g < first_gpu + gpus; g++) {
        uint32_t owner = owner_of(f, series, g);
        first = owner < first ? owner : first;
        last = owner > last ? owner : last;
    }
    GPUSIM_TRY(gpusim_trace_values(f->trace, series->metric, first, last - first + 1, from - before,
                                   count + before, f->raw, err));
    for (uint32_t g = 0; g < gpus; g++) {
        uint64_t at = (owner_of(f, series, first_gpu + g) - first) * (count + before) + before;
        for (uint64_t i = 0; i < count; i++) {
            double value = gs_series_read(series, f->raw, at + i);
            if (series->kind == GS_SERIES_RATE) {
                value = i + before == 0
                            ? (double)NAN
                            : gs_series_rate(gs_series_read(series, f->raw, at + i - 1), value,
                                             f->times[from + i] - f->times[from + i - 1]);
            }
            out[g * count + i] = (float)value;
        }
    }
cleanup:
    return status;
}

// What a node's clock has put into samples [from, to) of the block: from elsewhere, or nothing.
static gpusim_status move_samples(gpusim_trace_frames *f, const gs_late_run *run, uint64_t from,
                                  uint64_t to, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_node_row *node = &f->nodes[run->node];
    uint64_t count = to - from;
    for (uint32_t s = 0; s < f->scene.signal_count; s++) {
        float *of = f->block + (size_t)s * f->scene.entity_count * BLOCK;
        if (run->shift != GS_LATE_NONE) {
            GPUSIM_TRY(read_series(f, &f->series[s], node->first_gpu, node->gpus,
                                   from - (uint64_t)run->shift, count, f->moved, err));
        }
        for (uint32_t g = 0; g < node->gpus; g++) {
            float *to_gpu = of + (node->first_gpu + g) * f->block_count + (from - f->block_first);
            for (uint64_t i = 0; i < count; i++) {
                to_gpu[i] = run->shift == GS_LATE_NONE ? NAN : f->moved[g * count + i];
            }
        }
    }
cleanup:
    return status;
}

static gpusim_status move_late(gpusim_trace_frames *f, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t begin = f->block_first, end = f->block_first + f->block_count;
    for (uint32_t r = 0; r < f->late.count; r++) {
        const gs_late_run *run = &GS_AT(f->late, gs_late_run, r);
        int last = r + 1 == f->late.count || run[1].node != run->node;
        uint64_t from = run->from > begin ? run->from : begin;
        uint64_t to = last || run[1].from > end ? end : run[1].from;
        if (from < to && run->shift != 0) {
            GPUSIM_TRY(move_samples(f, run, from, to, err));
        }
    }
cleanup:
    return status;
}

static gpusim_status read_block(gpusim_trace_frames *f, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t left = f->base.count - f->at;
    uint32_t entities = f->scene.entity_count;
    f->block_first = f->first + f->at;
    f->block_count = left < BLOCK ? left : BLOCK;
    for (uint32_t s = 0; s < f->scene.signal_count; s++) {
        GPUSIM_TRY(read_series(f, &f->series[s], 0, entities, f->block_first, f->block_count,
                               f->block + (size_t)s * entities * BLOCK, err));
    }
    GPUSIM_TRY(move_late(f, err));
cleanup:
    f->block_count = status == GPUSIM_OK ? f->block_count : 0;
    return status;
}

static int next_of_trace(gpusim_frames *self, gpusim_frame *frame)
{
    gpusim_trace_frames *f = (gpusim_trace_frames *)self;
    uint32_t entities = f->scene.entity_count, signals = f->scene.signal_count;
    if (f->at == f->base.count || self->status != GPUSIM_OK) {
        return 0;
    }
    uint64_t sample = f->first + f->at;
    if (sample < f->block_first || sample >= f->block_first + f->block_count) {
        self->status = read_block(f, &self->problem);
        if (self->status != GPUSIM_OK) {
            return 0;
        }
    }
    uint64_t offset = sample - f->block_first;
    for (uint32_t s = 0; s < signals; s++) {
        const float *of = f->block + (size_t)s * entities * BLOCK;
        for (uint32_t e = 0; e < entities; e++) {
            f->values[(size_t)e * signals + s] = (double)of[e * f->block_count + offset];
        }
    }
    gpusim_time now = gpusim_time_from_seconds(f->times[sample]);
    advance_jobs(f, now);
    if (f->marks) {
        see_labels(f, sample);
    }
    *frame = (gpusim_frame){
        .time = now,
        .values = f->values,
        .raw = f->values,
        .job = f->job,
        .job_start = f->job_start,
    };
    f->at++;
    return 1;
}

/* ---- what is there ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const gs_series *)a)->name, ((const gs_series *)b)->name);
}

// Of one metric what is wanted.
static uint32_t add_series(gpusim_trace_frames *f, uint32_t m, const char *const *names,
                           uint32_t count, uint32_t signals)
{
    const gpusim_trace_metric *metric = gpusim_trace_get_metric(f->trace, m);
    gs_series made[GS_SERIES_MOST];
    uint32_t several =
        gs_series_of(metric->name, m, (gpusim_entity)metric->entity, metric->type, made);
    for (uint32_t k = 0; k < several; k++) {
        int wanted = count == 0 && gs_series_called(&made[k], "gauges");
        for (uint32_t i = 0; i < count; i++) {
            wanted |= gs_series_called(&made[k], names[i]);
        }
        if (wanted) {
            f->series[signals++] = made[k];
        }
    }
    return signals;
}

// Every name must be of something that was sampled.
static gpusim_status check_names(const gpusim_trace_frames *f, const char *const *names,
                                 uint32_t count, uint32_t signals, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const char **known = NULL;
    uint32_t all = gpusim_trace_get_info(f->trace)->metrics;
    for (uint32_t i = 0; i < count; i++) {
        int found = 0;
        for (uint32_t k = 0; k < signals; k++) {
            found |= gs_series_called(&f->series[k], names[i]);
        }
        if (found) {
            continue;
        }
        GPUSIM_TRY(gs_allocate(&known, (size_t)all + 1, sizeof *known, err));
        for (uint32_t m = 0; m < all; m++) {
            known[m] = gpusim_trace_get_metric(f->trace, m)->name;
        }
        const char *nearest = gpusim_nearest(names[i], known, all);
        (void)gpusim_fail(err, GPUSIM_ARGUMENT, "the trace has no samples of '%.80s'", names[i]);
        if (nearest) {
            gpusim_error_hint(err, "did you mean '%s'?", nearest);
        }
        status = GPUSIM_ARGUMENT;
        break;
    }
cleanup:
    gs_release(&known);
    return status;
}

static gpusim_status choose_signals(gpusim_trace_frames *f, const char *const *metrics,
                                    uint32_t count, gpusim_error *err)
{
    gpusim_status status;
    const gpusim_trace_info *info = gpusim_trace_get_info(f->trace);
    uint32_t all = info->metrics, signals = 0;
    size_t most = (size_t)all * GS_SERIES_MOST + 1;
    GPUSIM_TRY(gs_allocate(&f->signals, most, sizeof *f->signals, err));
    GPUSIM_TRY(gs_allocate(&f->series, most, sizeof *f->series, err));
    for (uint32_t m = 0; m < all; m++) {
        signals = add_series(f, m, metrics, count, signals);
    }
    GPUSIM_TRY(check_names(f, metrics, count, signals, err));
    if (signals == 0) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_ARGUMENT, "the trace has no samples of GPUs"));
    }
    GPUSIM_TRY(gs_sort(f->series, signals, sizeof *f->series, by_name, err));
    for (uint32_t s = 0; s < signals; s++) {
        f->signals[s] = (gpusim_signal){.name = f->series[s].name,
                                        .span = gs_series_span(&f->series[s]),
                                        .unit = (gpusim_unit)f->series[s].unit};
    }
    f->scene = (gpusim_scene){
        .size = sizeof f->scene,
        .entity_count = (uint32_t)info->rows[GPUSIM_TABLE_GPUS],
        .signal_count = signals,
        .signals = f->signals,
    };
cleanup:
    return status;
}

// A file may say anything: metrics have as many entities as there are of their kind.
static gpusim_status check_entities(gpusim_trace_frames *f, gpusim_error *err)
{
    for (uint32_t s = 0; s < f->scene.signal_count; s++) {
        uint32_t there = gpusim_trace_get_metric(f->trace, f->series[s].metric)->entities;
        f->widest = there > f->widest ? there : f->widest;
        for (uint32_t g = 0; g < f->scene.entity_count; g++) {
            if (owner_of(f, &f->series[s], g) >= there) {
                return gpusim_fail(err, GPUSIM_FORMAT, "signal %s is not of GPU %u",
                                   f->series[s].name, g);
            }
        }
    }
    return GPUSIM_OK;
}

// A file may say anything: nodes and allocations lie within the telemetry.
static gpusim_status check_places(const gpusim_trace_frames *f, gpusim_error *err)
{
    for (uint64_t n = 0; n < f->node_count; n++) {
        if ((uint64_t)f->nodes[n].first_gpu + f->nodes[n].gpus > f->scene.entity_count) {
            return gpusim_fail(err, GPUSIM_FORMAT, "node %llu has GPUs without telemetry",
                               (unsigned long long)n);
        }
    }
    for (uint64_t i = 0; i < f->part_count; i++) {
        const gpusim_allocation_row *part = &f->parts[i];
        if (part->node >= f->node_count ||
            (uint64_t)part->first_gpu + part->gpus > f->nodes[part->node].gpus) {
            return gpusim_fail(err, GPUSIM_FORMAT, "allocation %llu is on no GPU of the trace",
                               (unsigned long long)i);
        }
    }
    return GPUSIM_OK;
}

static gpusim_status read_places(gpusim_trace_frames *f, gpusim_error *err)
{
    gpusim_status status;
    uint32_t entities = f->scene.entity_count;
    GPUSIM_TRY(gs_whole_table(f->trace, GPUSIM_TABLE_NODES, &f->nodes, &f->node_count, err));
    GPUSIM_TRY(gs_whole_table(f->trace, GPUSIM_TABLE_ALLOCATIONS, &f->parts, &f->part_count, err));
    GPUSIM_TRY(check_places(f, err));
    GPUSIM_TRY(gs_sort(f->parts, f->part_count, sizeof *f->parts, by_start, err));
    GPUSIM_TRY(gs_allocate(&f->node, entities, sizeof *f->node, err));
    GPUSIM_TRY(gs_allocate(&f->rack, entities, sizeof *f->rack, err));
    for (uint64_t n = 0; n < f->node_count; n++) {
        for (uint32_t g = 0; g < f->nodes[n].gpus; g++) {
            f->node[f->nodes[n].first_gpu + g] = (uint32_t)n;
            f->rack[f->nodes[n].first_gpu + g] = f->nodes[n].rack;
        }
    }
    f->scene.node = f->node;
    f->scene.rack = f->rack;
    GPUSIM_TRY(check_entities(f, err));
cleanup:
    return status;
}

// Nodes whose clocks were wrong, and room to move what they said.
static gpusim_status find_late(gpusim_trace_frames *f, gpusim_error *err)
{
    gpusim_status status;
    uint32_t most = 0;
    GPUSIM_TRY(gs_late_runs(f->trace, f->times, f->base.count, &f->late, err));
    for (uint32_t r = 0; r < f->late.count; r++) {
        uint32_t node = GS_AT(f->late, gs_late_run, r).node;
        if (node >= f->node_count) {
            return gpusim_fail(err, GPUSIM_FORMAT, "there is no node %u", node);
        }
        most = f->nodes[node].gpus > most ? f->nodes[node].gpus : most;
    }
    GPUSIM_TRY(gs_allocate(&f->moved, (size_t)most * BLOCK + 1, sizeof *f->moved, err));
cleanup:
    return status;
}

static gpusim_status make_room(gpusim_trace_frames *f, gpusim_error *err)
{
    gpusim_status status;
    size_t entities = f->scene.entity_count, values = entities * f->scene.signal_count;
    f->base.count = gpusim_trace_get_info(f->trace)->samples;
    GPUSIM_TRY(gs_allocate(&f->times, f->base.count + 1, sizeof *f->times, err));
    GPUSIM_TRY(gpusim_trace_times(f->trace, 0, f->base.count, f->times, err));
    GPUSIM_TRY(gs_allocate(&f->raw, (size_t)f->widest * (BLOCK + 1), sizeof(uint64_t), err));
    GPUSIM_TRY(gs_allocate(&f->block, values * BLOCK, sizeof *f->block, err));
    GPUSIM_TRY(gs_allocate(&f->values, values, sizeof *f->values, err));
    GPUSIM_TRY(gs_allocate(&f->job, entities, sizeof *f->job, err));
    GPUSIM_TRY(gs_allocate(&f->job_start, entities, sizeof *f->job_start, err));
    GPUSIM_TRY(gs_allocate(&f->job_end, entities, sizeof *f->job_end, err));
    GPUSIM_TRY(find_late(f, err));
    f->base.scene = &f->scene;
    f->scene.interval = f->base.count > 1 ? f->times[1] - f->times[0] : 1;
cleanup:
    return status;
}

gpusim_status gpusim_trace_frames_create(gpusim_trace *trace, const char *const *metrics,
                                         uint32_t count, gpusim_trace_frames **result,
                                         gpusim_error *err)
{
    gpusim_status status;
    gpusim_trace_frames *f = NULL;
    *result = NULL;
    GPUSIM_TRY(gs_allocate(&f, 1, sizeof *f, err));
    f->late = GS_ARRAY(gs_late_run);
    f->base.next = next_of_trace;
    f->base.rewind = rewind_trace;
    f->trace = trace;
    GPUSIM_TRY(choose_signals(f, metrics, count, err));
    GPUSIM_TRY(read_places(f, err));
    GPUSIM_TRY(make_room(f, err));
    rewind_trace(&f->base);
    *result = f;
    f = NULL;
cleanup:
    gpusim_trace_frames_destroy(f);
    return status;
}

void gpusim_trace_frames_destroy(gpusim_trace_frames *f)
{
    if (f) {
        gs_release(&f->signals);
        gs_release(&f->series);
        gs_release(&f->raw);
        gs_release(&f->node);
        gs_release(&f->rack);
        gs_release(&f->times);
        gs_release(&f->block);
        gs_release(&f->values);
        gs_array_release(&f->late);
        gs_release(&f->moved);
        gs_release(&f->marks);
        gs_release(&f->labels);
        gs_release(&f->parts);
        gs_release(&f->nodes);
        gs_release(&f->job);
        gs_release(&f->job_start);
        gs_release(&f->job_end);
        gs_release(&f);
    }
}

const gpusim_scene *gpusim_trace_frames_scene(const gpusim_trace_frames *f)
{
    return &f->scene;
}

gpusim_frames *gpusim_trace_frames_frames(gpusim_trace_frames *f)
{
    return &f->base;
}

void gpusim_trace_frames_select(gpusim_trace_frames *f, uint64_t first, uint64_t count)
{
    uint64_t all = gpusim_trace_get_info(f->trace)->samples;
    f->first = first < all ? first : all;
    f->base.count = count < all - f->first ? count : all - f->first;
    rewind_trace(&f->base);
}
