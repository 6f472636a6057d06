/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who had what of a run: its jobs and GPU-hours by where they ran, or whose they were. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "study/read.h"
#include <gpusim/study.h>

#define FIELD(member_, type_, unit_, doc_)                                                         \
    {                                                                                              \
        .name = #member_, .type = GPUSIM_##type_, .unit = GPUSIM_UNIT_##unit_,                     \
        .offset = (uint32_t)offsetof(gpusim_breakdown_row, member_), .flags = GPUSIM_OPTIONAL,     \
        .doc = (doc_)                                                                              \
    }

static const gpusim_field fields[] = {
    FIELD(jobs, UINT64, NONE, "Jobs."),
    FIELD(completed, UINT64, NONE, "Of those, completed."),
    FIELD(gpus, FLOAT64, NONE, "GPUs installed."),
    FIELD(gpu_hours, FLOAT64, NONE, "GPU-hours."),
    FIELD(share, FLOAT64, RATIO, "Of all GPU-hours."),
    FIELD(allocated, FLOAT64, RATIO, "GPU-hours over GPUs times the time of the run."),
    FIELD(wait_s, FLOAT64, SECOND, "Mean wait of those that completed."),
    FIELD(jct_s, FLOAT64, SECOND, "Their mean time from submission to end."),
    FIELD(energy_kwh, FLOAT64, NONE, "Energy charged to them, kWh."),
};
static const gpusim_record record = {"part", GPUSIM_FIELDS(fields), sizeof(gpusim_breakdown_row),
                                     "A part of a run."};

const gpusim_record *gpusim_breakdown_record(void)
{
    return &record;
}

const char *const *gpusim_breakdown_names(uint32_t *count)
{
    static const char *const names[GPUSIM_BREAKDOWNS] = {"cluster", "group", "rack",  "gpu-model",
                                                         "vc",      "user",  "source"};
    *count = GPUSIM_BREAKDOWNS;
    return names;
}

/* ---- keys: names, by their numbers in the trace ---- */

typedef struct breakdown {
    gpusim_trace *trace;
    gpusim_breakdown_by by;
    gpusim_job_row *jobs;
    gpusim_allocation_row *allocations;
    gpusim_node_row *nodes;
    gpusim_rack_row *racks;
    uint64_t job_count, allocation_count, node_count, rack_count;
    uint32_t *part_of;     // [names]: 1 + its part; 0: none yet
    uint32_t *part_of_job; // [by index]: 1 + its part; 0: none is known
    uint64_t names, indices;
    double time_s;
    gpusim_breakdown_row *parts;
    uint32_t count;
    uint32_t reserved;
} breakdown;

static int by_place(gpusim_breakdown_by by)
{
    return by <= GPUSIM_BY_GPU_MODEL;
}

static uint32_t key_of_node(const breakdown *s, const gpusim_node_row *node)
{
    switch (s->by) {
    case GPUSIM_BY_CLUSTER:
        return node->cluster;
    case GPUSIM_BY_GROUP:
        return node->group;
    case GPUSIM_BY_RACK:
        return node->rack < s->rack_count ? s->racks[node->rack].name : 0;
    default:
        return node->gpu_model;
    }
}

static uint32_t key_of_job(const breakdown *s, const gpusim_job_row *job)
{
    return s->by == GPUSIM_BY_VC ? job->vc : s->by == GPUSIM_BY_USER ? job->user : job->source;
}

// the part of a name, begun when it is met first; there is room for one of each name
static uint32_t part_of(breakdown *s, uint32_t key)
{
    uint32_t name = key < s->names ? key : 0;
    if (s->part_of[name] == 0) {
        gpusim_breakdown_row *part = &s->parts[s->count];
        const char *known = gpusim_trace_name(s->trace, name);
        part->name = known ? known : "";
        part->gpus = by_place(s->by) ? 0 : (double)NAN;
        part->energy_kwh = part->share = part->allocated = (double)NAN;
        s->part_of[name] = ++s->count;
    }
    return s->part_of[name] - 1;
}

/* ---- adding up ---- */

// Jobs are numbered as they come, and each that came is an event.
static gpusim_status count_indices(breakdown *s, gpusim_error *err)
{
    uint64_t most = 0;
    for (uint64_t i = 0; i < s->job_count; i++) {
        most = s->jobs[i].index > most ? s->jobs[i].index : most;
    }
    for (uint64_t i = 0; i < s->allocation_count; i++) {
        most = s->allocations[i].job > most ? s->allocations[i].job : most;
    }
    if (most > s->job_count + gpusim_trace_get_info(s->trace)->rows[GPUSIM_TABLE_EVENTS]) {
        return gpusim_fail(err, GPUSIM_FORMAT, "a job has number %" PRIu64 ", of %" PRIu64 " rows",
                           most, s->job_count);
    }
    s->indices = most + 1;
    return GPUSIM_OK;
}

static gpusim_status read_all(breakdown *s, gpusim_error *err)
{
    gpusim_status status;
    gpusim_trace *trace = s->trace;
    gpusim_summary summary = {.size = (uint32_t)sizeof summary};
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_JOBS, &s->jobs, &s->job_count, err));
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_ALLOCATIONS, &s->allocations,
                              &s->allocation_count, err));
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_NODES, &s->nodes, &s->node_count, err));
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_RACKS, &s->racks, &s->rack_count, err));
    GPUSIM_TRY(gpusim_trace_summary(trace, &summary, err));
    s->time_s = summary.sim_time_s;
    while (gpusim_trace_name(trace, (uint32_t)s->names)) {
        s->names++;
    }
    GPUSIM_TRY(count_indices(s, err));
    GPUSIM_TRY(gs_allocate(&s->part_of, s->names + 1, sizeof *s->part_of, err));
    GPUSIM_TRY(gs_allocate(&s->part_of_job, s->indices + 1, sizeof *s->part_of_job, err));
    GPUSIM_TRY(gs_allocate(&s->parts, s->names + 1, sizeof *s->parts, err));
cleanup:
    return status;
}

// of a run that was killed, the last that is known
static double time_of(const breakdown *s)
{
    double last = s->time_s;
    for (uint64_t i = 0; isnan(s->time_s) && i < s->allocation_count; i++) {
        const gpusim_allocation_row *row = &s->allocations[i];
        last = fmax(last, gpusim_seconds(row->end != GPUSIM_TIME_MAX ? row->end : row->start));
    }
    return last;
}

static void add_places(breakdown *s)
{
    for (uint64_t i = 0; by_place(s->by) && i < s->node_count; i++) {
        s->parts[part_of(s, key_of_node(s, &s->nodes[i]))].gpus += s->nodes[i].gpus;
    }
}

static void add_owners(breakdown *s)
{
    for (uint64_t i = 0; !by_place(s->by) && i < s->job_count; i++) {
        s->part_of_job[s->jobs[i].index] = 1 + part_of(s, key_of_job(s, &s->jobs[i]));
    }
}

static void add_hours(breakdown *s)
{
    for (uint64_t i = 0; i < s->allocation_count; i++) {
        const gpusim_allocation_row *row = &s->allocations[i];
        double end = row->end == GPUSIM_TIME_MAX ? s->time_s : gpusim_seconds(row->end);
        uint32_t *part = &s->part_of_job[row->job];
        // rows are in the order in which they were given back: the last one stays
        if (by_place(s->by) && row->node < s->node_count) {
            *part = 1 + part_of(s, key_of_node(s, &s->nodes[row->node]));
        }
        s->parts[*part ? *part - 1 : part_of(s, 0)].gpu_hours +=
            row->gpus * (row->milli / 1000.0) * fmax(end - gpusim_seconds(row->start), 0) / 3600;
    }
}

static void add_jobs(breakdown *s)
{
    for (uint64_t i = 0; i < s->job_count; i++) {
        const gpusim_job_row *job = &s->jobs[i];
        uint32_t known = s->part_of_job[job->index];
        gpusim_breakdown_row *part = &s->parts[known ? known - 1 : part_of(s, 0)];
        part->jobs++;
        if (!isnan(job->energy_j)) {
            double before = isnan(part->energy_kwh) ? 0 : part->energy_kwh;
            part->energy_kwh = before + job->energy_j / 3.6e6;
        }
        if (job->state == GPUSIM_JOB_COMPLETED) {
            part->completed++;
            part->wait_s += gpusim_seconds(job->wait);
            part->jct_s += gpusim_seconds(gpusim_time_between(job->submit, job->end));
        }
    }
}

// sums become means and shares
static void finish(breakdown *s)
{
    double hours = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        hours += s->parts[i].gpu_hours;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        gpusim_breakdown_row *part = &s->parts[i];
        double completed = part->completed ? (double)part->completed : (double)NAN;
        part->share = hours > 0 ? part->gpu_hours / hours : (double)NAN;
        if (part->gpus > 0 && s->time_s > 0) {
            part->allocated = part->gpu_hours / (part->gpus * s->time_s / 3600);
        }
        part->wait_s /= completed;
        part->jct_s /= completed;
    }
}

static int by_hours(const void *a, const void *b)
{
    const gpusim_breakdown_row *x = a, *y = b;
    int less = (x->gpu_hours < y->gpu_hours) - (x->gpu_hours > y->gpu_hours);
    return less ? less : strcmp(x->name, y->name);
}

gpusim_status gpusim_breakdown(gpusim_trace *trace, gpusim_breakdown_by by,
                               gpusim_breakdown_row **parts, uint32_t *count, gpusim_error *err)
{
    gpusim_status status;
    breakdown s = {.trace = trace, .by = by};
    GPUSIM_TRY(read_all(&s, err));
    s.time_s = time_of(&s);
    add_places(&s);
    add_owners(&s);
    add_hours(&s);
    add_jobs(&s);
    finish(&s);
    GPUSIM_TRY(gs_sort(s.parts, s.count, sizeof *s.parts, by_hours, err));
    *parts = s.parts;
    *count = s.count;
    s.parts = NULL;
cleanup:
    gs_release(&s.jobs);
    gs_release(&s.allocations);
    gs_release(&s.nodes);
    gs_release(&s.racks);
    gs_release(&s.part_of);
    gs_release(&s.part_of_job);
    gs_release(&s.parts);
    return status;
}
