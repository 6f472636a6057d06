/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adds up rows by sorting them. */
#include "property/audit.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A change of how much of something is used. Ends come before starts at one time. */
typedef struct change {
    gpusim_time time;
    uint64_t where; /* a GPU, a node, a VC */
    int64_t by;
    uint64_t job;
} change;

static int in_order(const void *a, const void *b)
{
    const change *x = a, *y = b;

    if (x->where != y->where) {
        return x->where < y->where ? -1 : 1;
    }
    if (x->time != y->time) {
        return x->time < y->time ? -1 : 1;
    }
    return (x->by > y->by) - (x->by < y->by);
}

/* What is used of `where` never passes limit(where). */
typedef int64_t limit_fn(const gpusim_model *model, uint64_t where);

static int sweep(const char *what, const char *of, const gpusim_model *model, change *changes,
                 size_t count, limit_fn *limit)
{
    int64_t used = 0;

    if (count > 0) {
        qsort(changes, count, sizeof(changes[0]), in_order);
    }
    for (size_t i = 0; i < count; i++) {
        used = i > 0 && changes[i].where == changes[i - 1].where ? used + changes[i].by
                                                                 : changes[i].by;
        if (used > limit(model, changes[i].where)) {
            printf("%s: %s %" PRIu64 " has %" PRId64 " in use at %" PRId64 " ns, as job %" PRIu64
                   " starts\n",
                   what, of, changes[i].where, used, changes[i].time, changes[i].job);
            return 1;
        }
    }
    return 0;
}

static int64_t one(const gpusim_model *model, uint64_t where)
{
    (void)model, (void)where;
    return 1;
}

static int64_t thousand(const gpusim_model *model, uint64_t where)
{
    (void)model, (void)where;
    return 1000;
}

// thousandths of them
static int64_t cores_of(const gpusim_model *model, uint64_t node)
{
    gpusim_node_row row;

    return gpusim_model_row(model, GPUSIM_TABLE_NODES, (uint32_t)node, &row)
               ? (int64_t)row.cpus * 1000 + row.cpu_milli
               : 0;
}

static int64_t quota_of(const gpusim_model *model, uint64_t vc)
{
    (void)model;
    return (int64_t)(vc >> 32) * 1000; // packed by the caller
}

static const gpusim_job_row *job_of(const collected *all, uint64_t index)
{
    return index < all->job_count && all->jobs[index].index == index ? &all->jobs[index] : NULL;
}

/* Whether a job may have such a part of a GPU at all. */
static int possible(const gpusim_job_row *job, const gpusim_allocation_row *a)
{
    const int width = __builtin_popcount(a->slices);
    const int first = a->slices ? __builtin_ctz(a->slices) : 0;

    // adjacent slices of one GPU, as many as seven compute slices or fewer can have
    if (a->gpus > 0 && (a->milli != job->milli || a->mig != job->mig)) {
        return 0;
    }
    return a->mig == 0 ? a->slices == 0
                       : a->gpus == 1 && width > 0 && a->slices == ((1u << width) - 1) << first &&
                             first % (width > 2 ? 4 : width) == 0;
}

/* Every GPU of every allocation as two changes, every memory slice, and every node's cores. */
static int audit_nodes(const char *what, const gpusim_model *model, const collected *all)
{
    size_t gpus = 0, slices = 0, cores = 0;
    int wrong = 0;

    for (size_t i = 0; i < all->allocation_count; i++) {
        gpus += 2 * all->allocations[i].gpus;
    }
    change *by_gpu = calloc(gpus + 1, sizeof(change));
    change *by_slice = calloc(8 * gpus + 1, sizeof(change));
    change *by_node = calloc(2 * all->allocation_count + 1, sizeof(change));
    gpus = 0;
    for (size_t i = 0; i < all->allocation_count && by_gpu && by_slice && by_node; i++) {
        const gpusim_allocation_row *a = &all->allocations[i];
        const gpusim_job_row *job = job_of(all, a->job);
        gpusim_node_row node;
        if (job == NULL || !gpusim_model_row(model, GPUSIM_TABLE_NODES, a->node, &node) ||
            (a->gpus > 0 && a->first_gpu + a->gpus > node.gpus) || a->end < a->start ||
            !possible(job, a)) {
            printf("%s: an allocation of job %" PRIu64 " on node %u is impossible\n", what, a->job,
                   a->node);
            wrong++;
            continue;
        }
        if (a->end == a->start) {
            continue; // begun and ended in one instant
        }
        for (uint32_t g = 0; g < a->gpus; g++) {
            const uint64_t gpu = (uint64_t)a->node << 32 | (a->first_gpu + g);
            by_gpu[gpus++] = (change){a->start, gpu, a->milli, a->job};
            by_gpu[gpus++] = (change){a->end, gpu, -(int64_t)a->milli, a->job};
            for (uint32_t s = 0; s < 8; s++) {
                if (a->slices >> s & 1) {
                    by_slice[slices++] = (change){a->start, gpu << 3 | s, 1, a->job};
                    by_slice[slices++] = (change){a->end, gpu << 3 | s, -1, a->job};
                }
            }
        }
        const int64_t each = (int64_t)job->cpus * 1000 + job->cpu_milli;
        const int64_t used = each * (job->gpus > 0 ? a->gpus : 1);
        by_node[cores++] = (change){a->start, a->node, used, a->job};
        by_node[cores++] = (change){a->end, a->node, -used, a->job};
    }
    wrong += sweep(what, "GPU", model, by_gpu, gpus, thousand);
    wrong += sweep(what, "memory slice", model, by_slice, slices, one);
    wrong += sweep(what, "cores of node", model, by_node, cores, cores_of);
    free(by_gpu);
    free(by_slice);
    free(by_node);
    return wrong;
}

/* GPUs of a VC against its quota; a VC without one is left out, and so are all where some is lent:
 * then the run itself has checked who holds what. */
static int audit_vcs(const char *what, const gpusim_model *model, const collected *all,
                     const gpusim_vc_info *vcs, uint32_t vc_count)
{
    size_t count = 0;
    gpusim_model_info info;
    gpusim_model_info_get(model, &info);
    if (info.scheduler != NULL && strstr(info.scheduler, "borrow") != NULL) {
        return 0;
    }
    change *changes = calloc(2 * all->allocation_count + 1, sizeof(change));

    for (size_t i = 0; i < all->allocation_count && changes != NULL; i++) {
        const gpusim_allocation_row *a = &all->allocations[i];
        const gpusim_job_row *job = job_of(all, a->job);
        for (uint32_t v = 0; v < vc_count && job != NULL && a->end > a->start; v++) {
            if (vcs[v].name == job->vc && vcs[v].quota != GPUSIM_NONE) {
                const uint64_t where = (uint64_t)vcs[v].quota << 32 | v;
                const int64_t milli = (int64_t)a->gpus * a->milli;
                changes[count++] = (change){a->start, where, milli, a->job};
                changes[count++] = (change){a->end, where, -milli, a->job};
            }
        }
    }
    const int wrong = sweep(what, "GPUs of VC", model, changes, count, quota_of);
    free(changes);
    return wrong;
}

static int a_fault(uint32_t reason)
{
    return reason == GPUSIM_REASON_GPU_LOST || reason == GPUSIM_REASON_NODE_FAIL ||
           reason == GPUSIM_REASON_GPU_ERROR || reason == GPUSIM_REASON_HANG ||
           reason == GPUSIM_REASON_FAULT || reason == GPUSIM_REASON_CORRUPTED;
}

/* Whether the time that a job held GPUs went into its work, kept or lost, into slowness,
 * checkpoints, restarts and hanging, and all of its work was done if it has run to its end. */
static int job_adds_up(const gpusim_job_row *job, double held)
{
    const double said = (double)(job->done + job->slowed + job->checkpointing + job->redone +
                                 job->restarting + job->hung);
    const int ended = (job->state == GPUSIM_JOB_COMPLETED || job->state == GPUSIM_JOB_FAILED) &&
                      !a_fault(job->reason);
    return fabs(held - said) < 0.5 && job->done >= 0 && job->done <= job->duration &&
           (!ended || job->done == job->duration);
}

/* Each job once, its times in order, and as much time on GPUs as it ran for. */
static int audit_jobs(const char *what, const collected *all)
{
    int wrong = 0;
    double *held = calloc(all->job_count + 1, sizeof(double)); // nanoseconds

    // parts of one allocation follow one another; their number of GPUs may be another each time
    for (size_t i = 0; i < all->allocation_count && held != NULL; i++) {
        const gpusim_allocation_row *a = &all->allocations[i], *next = a + 1;
        const int last = i + 1 == all->allocation_count || next->job != a->job ||
                         next->start != a->start || next->end != a->end;
        if (a->job < all->job_count && last) {
            held[a->job] += (double)(a->end - a->start);
        }
    }
    for (size_t i = 0; i < all->job_count && held != NULL; i++) {
        const gpusim_job_row *job = &all->jobs[i];
        const int ran = job->start != GPUSIM_TIME_MAX;
        if (job->index != i || (ran && job->start < job->submit) ||
            (job->end != GPUSIM_TIME_MAX && job->end < (ran ? job->start : job->submit)) ||
            job->wait < 0 || (job->duration >= 0 && !job_adds_up(job, held[i]))) {
            printf("%s: job %zu (row %" PRIu64 ", state %u) does not add up: submit %" PRId64
                   ", start %" PRId64 ", end %" PRId64 ", duration %" PRId64
                   ", on GPUs for %.0f: done %" PRId64 ", slowed %" PRId64
                   ", checkpointing %" PRId64 "\n",
                   what, i, job->index, job->state, job->submit, job->start, job->end,
                   job->duration, held[i], job->done, job->slowed, job->checkpointing);
            wrong++;
        }
    }
    free(held);
    return wrong;
}

static int audit_summary(const char *what, const gpusim_model *model, const collected *all)
{
    const gpusim_summary *s = &all->summary;
    uint64_t states[GPUSIM_JOB_REJECTED + 1] = {0};
    double held = 0;
    gpusim_model_info info;
    int wrong = 0, cut = 0;

    gpusim_model_info_get(model, &info);
    for (size_t i = 0; i < all->job_count; i++) {
        states[all->jobs[i].state]++;
    }
    for (size_t i = 0; i < all->allocation_count; i++) {
        held += gpusim_seconds(all->allocations[i].end - all->allocations[i].start) *
                all->allocations[i].gpus * all->allocations[i].milli / 1000;
        cut |= all->allocations[i].mig != 0;
    }
    const uint64_t alive = states[GPUSIM_JOB_QUEUED] + states[GPUSIM_JOB_RUNNING];
    const double share = s->sim_time_s > 0 ? held / (s->sim_time_s * info.gpus) : 0;
    if (s->submitted != s->completed + s->failed + s->cancelled + s->timeout + s->oom +
                            s->rejected + s->unfinished) {
        printf("%s: jobs are lost: %" PRIu64 " were submitted\n", what, s->submitted);
        wrong++;
    }
    if (s->submitted != all->job_count || s->completed != states[GPUSIM_JOB_COMPLETED] ||
        s->failed != states[GPUSIM_JOB_FAILED] || s->cancelled != states[GPUSIM_JOB_CANCELLED] ||
        s->timeout != states[GPUSIM_JOB_TIMEOUT] || s->oom != states[GPUSIM_JOB_OOM] ||
        s->rejected != states[GPUSIM_JOB_REJECTED] || s->unfinished != alive) {
        printf("%s: the summary counts %" PRIu64 " jobs, there are %zu rows\n", what, s->submitted,
               all->job_count);
        wrong++;
    }
    if (s->sim_time_s > 0 && fabs(share - s->gpu_allocated_fraction) > 1e-9 * (1 + share)) {
        printf("%s: GPUs are allocated %.12g by rows, %.12g by the summary\n", what, share,
               s->gpu_allocated_fraction);
        wrong++;
    }
    const double lost = s->slowdown_lost_gpu_s + s->checkpoint_lost_gpu_s + s->redone_lost_gpu_s +
                        s->restart_lost_gpu_s + s->hang_lost_gpu_s + s->abandoned_lost_gpu_s;
    const double useful = s->sim_time_s > 0 ? s->goodput * s->sim_time_s * info.gpus : 0;
    // thousandths of an instance are rounded down
    if (!cut && fabs(useful + lost - held) > 1e-6 * (1 + held)) {
        printf("%s: %.12g GPU-seconds were held, %.12g useful and %.12g lost\n", what, held, useful,
               lost);
        wrong++;
    }
    return wrong;
}

int audit(const char *what, const gpusim_model *model, const collected *all)
{
    int wrong = audit_nodes(what, model, all) + audit_jobs(what, all) +
                audit_summary(what, model, all) +
                audit_vcs(what, model, all, all->vcs, all->vc_count);

    if (all->backward > 0 || all->begins != 1 || all->ends != 1 || !all->complete) {
        printf("%s: %" PRIu64 " rows went back in time; %" PRIu64 " begins, %" PRIu64 " ends\n",
               what, all->backward, all->begins, all->ends);
        wrong++;
    }
    return wrong;
}
