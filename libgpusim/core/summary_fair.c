/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How evenly jobs and tenants were served (definitions 20): finish-time fairness against what
 * contention explains and against a static share of the cluster, and Jain's index. */
#include <math.h>

#include "base/memory.h"
#include "base/sort.h"
#include "core/summary.h"
#include "stats/stats.h"

/* Ratios of jobs, gathered. */
typedef struct gathered {
    gs_sum sum;
    uint64_t count, above;
    double worst;
} gathered;

static void gather(gathered *g, double ratio)
{
    gs_sum_add(&g->sum, ratio);
    g->count++;
    g->above += ratio > 1;
    g->worst = fmax(g->worst, ratio);
}

static gpusim_fairness fairness_of(const gathered *g)
{
    double count = (double)g->count; // 0 / 0 is none
    return (gpusim_fairness){.count = g->count,
                             .mean = gs_sum_value(&g->sum) / count,
                             .worst = g->count ? g->worst : (double)NAN,
                             .above_1 = (double)g->above / count};
}

static double jct_of(const gs_ended *job)
{
    return gpusim_seconds(job->end - job->submit);
}

// a job that counts: it completed, and there was something to do
static int counts(const gpusim_sim *sim, const gs_ended *job)
{
    return job->state == GPUSIM_JOB_COMPLETED && job->duration > 0 && gs_summary_counts(sim, job);
}

// JCT / (ideal x max(1, mean demand / GPUs)) (Mahajan 2020)
static void fill_themis(gpusim_sim *sim)
{
    gathered all = {0};
    for (uint32_t i = 0; i < sim->ended_jobs.count; i++) {
        const gs_ended *job = &GS_AT(sim->ended_jobs, gs_ended, i);
        if (counts(sim, job)) {
            double ideal = gpusim_seconds(job->duration) * fmax(1, job->contention);
            gather(&all, jct_of(job) / ideal);
        }
    }
    sim->summary.ftf_themis = fairness_of(&all);
}

// ---- tenants ----

/* A job in the order of its tenant, then of submission. */
typedef struct entry {
    uint64_t tenant, order;
    uint32_t job, reserved;
} entry;

static int compare_entries(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->tenant != y->tenant) {
        return x->tenant < y->tenant ? -1 : 1;
    }
    return (x->order > y->order) - (x->order < y->order);
}

#define NOBODY UINT64_MAX

static uint64_t user_of(const gs_ended *job)
{
    return job->user ? job->user : NOBODY;
}

static uint64_t vc_of(const gs_ended *job)
{
    return job->vc == GPUSIM_NONE ? NOBODY : job->vc;
}

// virtual clusters are tenants where there are any, else users
static uint64_t tenant_of(const gpusim_sim *sim, const gs_ended *job)
{
    return sim->vcs.count > 0 ? vc_of(job) : user_of(job);
}

// completed jobs by tenant, without those of nobody; *tenants of them
static gpusim_status list_jobs(const gpusim_sim *sim, uint64_t (*whose)(const gs_ended *),
                               entry **entries, uint32_t *count, uint32_t *tenants,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    *count = *tenants = 0;
    GPUSIM_TRY(gs_allocate(entries, sim->ended_jobs.count, sizeof **entries, err));
    for (uint32_t i = 0; i < sim->ended_jobs.count; i++) {
        const gs_ended *job = &GS_AT(sim->ended_jobs, gs_ended, i);
        uint64_t tenant = whose ? whose(job) : tenant_of(sim, job);
        if (job->state == GPUSIM_JOB_COMPLETED && job->duration > 0 && tenant != NOBODY) {
            (*entries)[(*count)++] = (entry){.tenant = tenant, .order = job->order, .job = i};
        }
    }
    GPUSIM_TRY(gs_sort(*entries, *count, sizeof **entries, compare_entries, err));
    for (uint32_t i = 0; i < *count; i++) {
        *tenants += i == 0 || (*entries)[i].tenant != (*entries)[i - 1].tenant;
    }
cleanup:
    return status;
}

// ---- a static share ----

/* What runs in a tenant's share: a heap, the next to end first. */
typedef struct held {
    double end, gpus;
} held;

typedef struct pool {
    held *running; /* a heap of `count` */
    uint32_t count;
    double free, now;
} pool;

static void pool_push(pool *p, held added)
{
    uint32_t i = p->count++;
    for (; i > 0 && added.end < p->running[(i - 1) / 2].end; i = (i - 1) / 2) {
        p->running[i] = p->running[(i - 1) / 2];
    }
    p->running[i] = added;
}

static held pool_pop(pool *p)
{
    held top = p->running[0], moved = p->running[--p->count];
    uint32_t i = 0;
    for (uint32_t child = 1; child < p->count; child = 2 * i + 1) {
        child += child + 1 < p->count && p->running[child + 1].end < p->running[child].end;
        if (!(p->running[child].end < moved.end)) {
            break;
        }
        p->running[i] = p->running[child];
        i = child;
    }
    p->running[i] = moved;
    return top;
}

// First come, first served in `share` GPUs: one that asks for more takes them all, for as much
// longer. When it would have completed.
static double isolated_end(pool *p, const gs_ended *job, double share)
{
    double wants = (double)job->gpus * job->milli / 1000;
    double gets = fmin(wants, share);
    double run = gpusim_seconds(job->duration) * (wants > gets ? wants / gets : 1);
    p->now = fmax(p->now, gpusim_seconds(job->submit));
    while (p->count > 0 && (p->running[0].end <= p->now || p->free < gets * (1 - 1e-12))) {
        held over = pool_pop(p);
        p->now = fmax(p->now, over.end);
        p->free += over.gpus;
    }
    p->free -= gets;
    pool_push(p, (held){.end = p->now + run, .gpus = gets});
    return p->now + run;
}

// JCT / JCT in a static 1/N share of the cluster, N tenants
static gpusim_status fill_isolated(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    entry *entries = NULL;
    pool p = {0};
    gathered all = {0};
    uint32_t count, tenants;
    GPUSIM_TRY(list_jobs(sim, NULL, &entries, &count, &tenants, err));
    GPUSIM_TRY(gs_allocate(&p.running, count + 1, sizeof *p.running, err));
    double share = tenants ? (double)sim->model->cluster.gpu_count / tenants : 0;
    for (uint32_t i = 0; i < count && tenants > 1 && share > 0; i++) {
        const gs_ended *job = &GS_AT(sim->ended_jobs, gs_ended, entries[i].job);
        if (i == 0 || entries[i].tenant != entries[i - 1].tenant) {
            p.count = 0;
            p.now = 0;
            p.free = share;
        }
        double end = isolated_end(&p, job, share);
        if (gs_summary_counts(sim, job)) {
            gather(&all, jct_of(job) / (end - gpusim_seconds(job->submit)));
        }
    }
    sim->summary.ftf_isolated = fairness_of(&all);
cleanup:
    gs_release(&entries);
    gs_release(&p.running);
    return status;
}

// ---- Jain's index ----

// (sum x)^2 / (n sum x^2) over tenants (Jain, Chiu and Hawe 1984), x being the run time of a
// tenant's jobs over their completion time: the speed at which it was served. NaN for fewer than
// two.
static gpusim_status jain_of(const gpusim_sim *sim, uint64_t (*whose)(const gs_ended *),
                             double *index, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    entry *entries = NULL;
    uint32_t count, tenants;
    double sum = 0, squares = 0, n = 0;
    gs_sum ideal = {0}, jct = {0};
    GPUSIM_TRY(list_jobs(sim, whose, &entries, &count, &tenants, err));
    for (uint32_t i = 0; i < count; i++) {
        const gs_ended *job = &GS_AT(sim->ended_jobs, gs_ended, entries[i].job);
        if (gs_summary_counts(sim, job)) {
            gs_sum_add(&ideal, gpusim_seconds(job->duration));
            gs_sum_add(&jct, jct_of(job));
        }
        int last = i + 1 == count || entries[i + 1].tenant != entries[i].tenant;
        if (last && gs_sum_value(&jct) > 0) {
            double speed = gs_sum_value(&ideal) / gs_sum_value(&jct);
            sum += speed;
            squares += speed * speed;
            n++;
        }
        if (last) {
            ideal = jct = (gs_sum){0};
        }
    }
    *index = n > 1 ? sum * sum / (n * squares) : (double)NAN;
cleanup:
    gs_release(&entries);
    return status;
}

gpusim_status gs_summary_fairness(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    fill_themis(sim);
    GPUSIM_TRY(fill_isolated(sim, err));
    GPUSIM_TRY(jain_of(sim, user_of, &sim->summary.jain_users, err));
    GPUSIM_TRY(jain_of(sim, vc_of, &sim->summary.jain_vcs, err));
cleanup:
    return status;
}
