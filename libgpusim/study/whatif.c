/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stragglers cost jobs, from samples and the log of allocations. */
#include <math.h>
#include <string.h>

#include <gpusim/study.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/sort.h"
#include "study/peers.h"
#include "study/read.h"

#define VALUES_AT_ONCE 1048576u /* of a metric */
#define STRAGGLES      1.1
#define AT_WORK        0.01 /* activity of its busiest GPU below which a job computes nothing */

enum { ACTIVE, COMPUTES, STEP, CLOCK, METRICS };

static const char *const metric_names[METRICS] = {
    [ACTIVE] = "gr_engine_active",
    [COMPUTES] = "sm_active",
    [STEP] = "step_time",
    [CLOCK] = "sm_clock",
};

struct gpusim_whatif {
    gpusim_whatif_job *jobs;
    uint64_t count;
    gpusim_whatif_fleet fleet;
};

/* All that is known while jobs are looked at. */
typedef struct study {
    gpusim_trace *trace;
    uint32_t metrics[METRICS]; /* GPUSIM_NONE: the trace has none */
    double *times;             /* [samples] s */
    uint64_t samples;
    gpusim_node_row *nodes;
    gpusim_allocation_row *parts; /* by job, then time */
    uint64_t part_count;
    uint32_t gpu_count;
    double *lost;       /* [gpu_count] GPU time of the present job that each GPU is to blame for */
    double *slow_clock; /* [gpu_count] the same times how fast its clock was */

    // one attempt: its GPUs, and some of its samples, [member][sample]
    gs_array members; /* uint32_t */
    gs_array values[METRICS];
    gs_array at; /* double, two for each member: of one sample, and to sort */
} study;

// ---- reading ----

static int compare_parts(const void *a, const void *b)
{
    const gpusim_allocation_row *x = a, *y = b;
    if (x->job != y->job) {
        return x->job < y->job ? -1 : 1;
    }
    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    return (x->end > y->end) - (x->end < y->end);
}

static gpusim_status find_metrics(study *all, gpusim_error *err)
{
    for (unsigned m = 0; m < METRICS; m++) {
        all->metrics[m] = gpusim_trace_find_metric(all->trace, GPUSIM_OF_GPU, metric_names[m]);
        if (all->metrics[m] == GPUSIM_NONE && (m == ACTIVE || m == COMPUTES)) {
            gpusim_status status =
                gpusim_fail(err, GPUSIM_ARGUMENT, "the trace has no metric '%s'", metric_names[m]);
            gpusim_error_hint(err, "record it: `telemetry: {sets: [default, profiling]}`");
            return status;
        }
    }
    all->gpu_count = gpusim_trace_get_metric(all->trace, all->metrics[ACTIVE])->entities;
    return GPUSIM_OK;
}

// a file may say anything: all parts are on GPUs of their nodes, and those are in the telemetry
static gpusim_status check_places(const study *all, uint64_t nodes, gpusim_error *err)
{
    for (uint64_t i = 0; i < all->part_count; i++) {
        const gpusim_allocation_row *part = &all->parts[i];
        const gpusim_node_row *node = part->node < nodes ? &all->nodes[part->node] : NULL;
        if (!node || (uint64_t)part->first_gpu + part->gpus > node->gpus ||
            (uint64_t)node->first_gpu + node->gpus > all->gpu_count) {
            return gpusim_fail(err, GPUSIM_FORMAT, "allocation %llu is on no GPU of the trace",
                               (unsigned long long)i);
        }
    }
    return GPUSIM_OK;
}

static gpusim_status prepare(study *all, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t nodes;
    GPUSIM_TRY(find_metrics(all, err));
    all->samples = gpusim_trace_get_info(all->trace)->samples;
    GPUSIM_TRY(gs_allocate(&all->times, all->samples + 1, sizeof *all->times, err));
    GPUSIM_TRY(gpusim_trace_times(all->trace, 0, all->samples, all->times, err));
    GPUSIM_TRY(gs_whole_table(all->trace, GPUSIM_TABLE_NODES, &all->nodes, &nodes, err));
    GPUSIM_TRY(
        gs_whole_table(all->trace, GPUSIM_TABLE_ALLOCATIONS, &all->parts, &all->part_count, err));
    GPUSIM_TRY(gs_sort(all->parts, all->part_count, sizeof *all->parts, compare_parts, err));
    GPUSIM_TRY(check_places(all, nodes, err));
    GPUSIM_TRY(gs_allocate(&all->lost, all->gpu_count + 1, sizeof *all->lost, err));
    GPUSIM_TRY(gs_allocate(&all->slow_clock, all->gpu_count + 1, sizeof *all->slow_clock, err));
cleanup:
    return status;
}

static void release(study *all)
{
    gs_release(&all->times);
    gs_release(&all->nodes);
    gs_release(&all->parts);
    gs_release(&all->lost);
    gs_release(&all->slow_clock);
    gs_array_release(&all->members);
    gs_array_release(&all->at);
    for (unsigned m = 0; m < METRICS; m++) {
        gs_array_release(&all->values[m]);
    }
}

// ---- one sampling interval of an attempt ----

static double value_at(const study *all, unsigned metric, uint32_t member, uint32_t samples,
                       uint32_t sample)
{
    if (all->metrics[metric] == GPUSIM_NONE) {
        return (double)NAN;
    }
    return (double)GS_AT(all->values[metric], float, (size_t)member *samples + sample);
}

// What each straggler is to blame for: all of the loss in parts, as they are late.
static void blame(study *all, const double *times, const gs_peers *peers, double loss,
                  uint32_t samples, uint32_t sample)
{
    uint32_t count = all->members.count;
    double late = 0, *scratch = (double *)all->at.data + count;
    for (uint32_t i = 0; i < count; i++) {
        late += times[i] > peers->limit ? times[i] - peers->ideal : 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        scratch[i] = value_at(all, CLOCK, i, samples, sample);
    }
    double usual = gs_peers_median(scratch, count, scratch);
    for (uint32_t i = 0; i < count; i++) {
        if (times[i] > peers->limit) {
            uint32_t gpu = GS_AT(all->members, uint32_t, i);
            double part = loss * (times[i] - peers->ideal) / late;
            all->lost[gpu] += part;
            all->slow_clock[gpu] += part * value_at(all, CLOCK, i, samples, sample) / usual;
        }
    }
}

static void judge_sample(study *all, gpusim_whatif_job *job, uint32_t samples, uint32_t sample,
                         double span)
{
    uint32_t count = all->members.count;
    double *times = all->at.data, busiest = 0, step = (double)NAN;
    for (uint32_t i = 0; i < count; i++) {
        double computes = value_at(all, COMPUTES, i, samples, sample);
        double waits = value_at(all, ACTIVE, i, samples, sample) - computes;
        times[i] = 1 - waits; // of the step
        busiest = fmax(busiest, computes);
        step = fmin(step, value_at(all, STEP, i, samples, sample));
    }
    gs_peers peers = gs_peers_compare(times, count, times + count);
    if (isnan(peers.slowest) || busiest < AT_WORK) {
        return;
    }
    double loss = peers.slowest - peers.ideal;
    job->observed_s += span;
    job->wasted_gpu_hours += span * loss; // seconds of one GPU, so far
    job->step_s += span * step;
    job->ideal_step_s += span * step * (1 - loss);
    if (loss > 0) {
        blame(all, times, &peers, span * loss, samples, sample);
    }
}

// ---- one attempt ----

// its samples that are about nothing but the attempt, which has been there `since`: first .. end -
// 1
static void find_samples(const study *all, const gpusim_allocation_row *part, gpusim_time since,
                         uint64_t *first, uint64_t *end)
{
    double from = gpusim_seconds(since);
    double to = part->end == GPUSIM_TIME_MAX ? INFINITY : gpusim_seconds(part->end);
    uint64_t low = 0, high = all->samples;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if ((middle ? all->times[middle - 1] : 0) < from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *first = *end = low;
    while (*end < all->samples && all->times[*end] <= to) {
        (*end)++;
    }
}

static gpusim_status read_values(study *all, const gpusim_allocation_row *parts, uint32_t count,
                                 uint64_t first, uint32_t samples, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (unsigned m = 0; m < METRICS; m++) {
        uint32_t member = 0;
        if (all->metrics[m] == GPUSIM_NONE) {
            continue;
        }
        GPUSIM_TRY(gs_array_resize(&all->values[m], all->members.count * samples, err));
        for (uint32_t p = 0; p < count; p++) {
            uint32_t gpu = all->nodes[parts[p].node].first_gpu + parts[p].first_gpu;
            float *to = (float *)all->values[m].data + (size_t)member * samples;
            GPUSIM_TRY(gpusim_trace_values(all->trace, all->metrics[m], gpu, parts[p].gpus, first,
                                           samples, to, err));
            member += parts[p].gpus;
        }
    }
cleanup:
    return status;
}

static gpusim_status find_members(study *all, const gpusim_allocation_row *parts, uint32_t count,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    all->members.count = 0;
    for (uint32_t p = 0; p < count; p++) {
        uint32_t gpu = all->nodes[parts[p].node].first_gpu + parts[p].first_gpu;
        for (uint32_t i = 0; i < parts[p].gpus; i++, gpu++) {
            GPUSIM_TRY(gs_array_push(&all->members, &gpu, err));
        }
    }
    GPUSIM_TRY(gs_array_resize(&all->at, 2 * all->members.count, err));
cleanup:
    return status;
}

static gpusim_status judge_attempt(study *all, const gpusim_allocation_row *parts, uint32_t count,
                                   gpusim_time since, gpusim_whatif_job *job, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t first, end;
    GPUSIM_TRY(find_members(all, parts, count, err));
    find_samples(all, parts, since, &first, &end);
    if (all->members.count < 2 || parts[0].milli != 1000 || parts[0].mig != 0) {
        return GPUSIM_OK; // nobody to compare with, or others are seen as well
    }
    uint64_t most = VALUES_AT_ONCE / all->members.count + 1;
    while (first < end) {
        uint32_t samples = (uint32_t)(end - first < most ? end - first : most);
        GPUSIM_TRY(read_values(all, parts, count, first, samples, err));
        for (uint32_t s = 0; s < samples; s++) {
            double before = first + s ? all->times[first + s - 1] : 0;
            judge_sample(all, job, samples, s, all->times[first + s] - before);
        }
        first += samples;
    }
cleanup:
    return status;
}

// ---- one job ----

// the GPU that costs most; its node, where it is not most of what that costs
static void find_blamed(const study *all, const gpusim_allocation_row *parts, uint64_t count,
                        gpusim_whatif_job *job)
{
    double worst = 0, of_node = 0, clock = 0;
    uint32_t gpu = 0, node = 0;
    for (uint64_t p = 0; p < count; p++) {
        uint32_t first = all->nodes[parts[p].node].first_gpu;
        for (uint32_t g = first + parts[p].first_gpu;
             g < first + parts[p].first_gpu + parts[p].gpus; g++) {
            if (all->lost[g] > worst) {
                worst = all->lost[g];
                gpu = g;
                node = parts[p].node;
            }
        }
    }
    if (!(worst > 0)) {
        return;
    }
    for (uint32_t g = all->nodes[node].first_gpu;
         g < all->nodes[node].first_gpu + all->nodes[node].gpus; g++) {
        of_node += all->lost[g];
        clock += all->slow_clock[g];
    }
    int alone = worst > 0.5 * of_node;
    job->blamed = alone ? gpusim_trace_entity(all->trace, GPUSIM_OF_GPU, gpu)
                        : gpusim_trace_name(all->trace, all->nodes[node].name);
    job->blamed_share = (alone ? worst : of_node) / job->wasted_gpu_hours;
    job->blamed_clock = alone ? all->slow_clock[gpu] / worst : clock / of_node;
}

// sums become means, and seconds of one GPU hours of all
static void finish_job(gpusim_whatif_job *job)
{
    double seconds = job->observed_s, lost = job->wasted_gpu_hours;
    job->slowdown = seconds > 0 ? seconds / (seconds - lost) : (double)NAN;
    job->step_s = seconds > 0 ? job->step_s / seconds : (double)NAN;
    job->ideal_step_s = seconds > 0 ? job->ideal_step_s / seconds : (double)NAN;
    job->gpu_hours = seconds * job->gpus / 3600;
    job->wasted_gpu_hours = lost * job->gpus / 3600;
}

static gpusim_status judge_job(study *all, const gpusim_allocation_row *parts, uint64_t count,
                               gpusim_whatif_job *job, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_time left = 0; // when it left its last place; one that moves keeps its start
    for (uint64_t p = 0; p < count;) {
        const gpusim_allocation_row *part = &parts[p];
        uint32_t together = 1;
        while (p + together < count && parts[p + together].start == part->start &&
               parts[p + together].end == part->end) {
            together++;
        }
        gpusim_time since = part->start > left ? part->start : left;
        GPUSIM_TRY(judge_attempt(all, part, together, since, job, err));
        left = part->end;
        p += together;
    }
    find_blamed(all, parts, count, job);
    finish_job(job);

    // the next job begins with nobody to blame
    for (uint64_t p = 0; p < count; p++) {
        uint32_t gpu = all->nodes[parts[p].node].first_gpu + parts[p].first_gpu;
        memset(all->lost + gpu, 0, parts[p].gpus * sizeof *all->lost);
        memset(all->slow_clock + gpu, 0, parts[p].gpus * sizeof *all->slow_clock);
    }
cleanup:
    return status;
}

// ---- all of them ----

static int compare_jobs(const void *a, const void *b)
{
    const gpusim_job_row *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

static void add_to_fleet(gpusim_whatif_fleet *fleet, const gpusim_whatif_job *job)
{
    fleet->jobs++;
    if (isnan(job->slowdown)) {
        return;
    }
    fleet->judged++;
    fleet->straggling += job->slowdown > STRAGGLES;
    fleet->gpu_hours += job->gpu_hours;
    fleet->wasted_gpu_hours += job->wasted_gpu_hours;
}

static gpusim_status judge_jobs(study *all, const gpusim_job_row *rows, uint64_t count,
                                gpusim_whatif *whatif, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t p = 0;
    for (uint64_t r = 0; r < count; r++) {
        uint64_t first = p;
        while (p < all->part_count && all->parts[p].job == rows[r].index) {
            p++;
        }
        if (p == first || rows[r].gpus == 0) {
            continue;
        }
        gpusim_whatif_job *job = &whatif->jobs[whatif->count++];
        *job = (gpusim_whatif_job){.index = rows[r].index,
                                   .id = rows[r].id,
                                   .blamed_share = (double)NAN,
                                   .blamed_clock = (double)NAN,
                                   .name = gpusim_trace_name(all->trace, rows[r].name),
                                   .gpus = rows[r].gpus};
        GPUSIM_TRY(judge_job(all, all->parts + first, p - first, job, err));
        add_to_fleet(&whatif->fleet, job);
    }
    gpusim_whatif_fleet *fleet = &whatif->fleet;
    fleet->straggling_share = (double)fleet->straggling / (double)fleet->judged;
    fleet->wasted_share = fleet->wasted_gpu_hours / fleet->gpu_hours;
cleanup:
    return status;
}

gpusim_status gpusim_whatif_create(gpusim_trace *trace, gpusim_whatif **whatif, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_whatif *made = NULL;
    gpusim_job_row *rows = NULL;
    uint64_t count;
    study all = {.trace = trace, .members = GS_ARRAY(uint32_t), .at = GS_ARRAY(double)};
    for (unsigned m = 0; m < METRICS; m++) {
        all.values[m] = GS_ARRAY(float);
    }
    *whatif = NULL;
    GPUSIM_TRY(prepare(&all, err));
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_JOBS, &rows, &count, err));
    GPUSIM_TRY(gs_sort(rows, count, sizeof *rows, compare_jobs, err));
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    GPUSIM_TRY(gs_allocate(&made->jobs, count + 1, sizeof *made->jobs, err));
    GPUSIM_TRY(judge_jobs(&all, rows, count, made, err));
    *whatif = made;
    made = NULL;
cleanup:
    gpusim_whatif_destroy(made);
    gs_release(&rows);
    release(&all);
    return status;
}

void gpusim_whatif_destroy(gpusim_whatif *whatif)
{
    if (whatif) {
        gs_release(&whatif->jobs);
        gs_release(&whatif);
    }
}

const gpusim_whatif_job *gpusim_whatif_jobs(const gpusim_whatif *whatif, uint64_t *count)
{
    *count = whatif->count;
    return whatif->jobs;
}

const gpusim_whatif_fleet *gpusim_whatif_of_fleet(const gpusim_whatif *whatif)
{
    return &whatif->fleet;
}
