/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fragmentation of what stands idle (definitions 21): the workload M that it is measured against,
 * what it is now, node by node, and over time. */
#include "core/fragments.h"

#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "core/sim.h"
#include "policy/share.h"

#define COVERED   0.95  // of all jobs, by the kinds that count (Weng et al. 2023)
#define PEEKED    1000u // jobs of a synthetic source that stand for all
#define FRACTIONS 4294967296.0

// ---- M: the kinds of jobs that there are, the most frequent ones ----

static gs_request request_of(const gpusim_sim *sim, const gs_job *job)
{
    uint64_t cpus = (uint64_t)job->cpus * (job->gpus ? job->gpus : 1);
    return (gs_request){.gpu_models = gs_model_find_models(sim->model, job),
                        .models = job->gpus ? job->models : 0,
                        .cpus = cpus < UINT32_MAX ? (uint32_t)cpus : UINT32_MAX - 1,
                        .gpus = job->gpus,
                        .milli = job->gpus ? gs_model_milli(sim->model, job) : 0};
}

static int compare(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

/* A kind and how many jobs are of it. */
typedef struct counted {
    gs_request request;
    const char *models; // as a text
    uint64_t count;
} counted;

// by cores, thousandths, GPUs, and the text of the models
static int by_kind(const void *a, const void *b)
{
    const counted *x = a, *y = b;
    int order = compare(x->request.cpus, y->request.cpus);
    order = order ? order : compare(x->request.milli, y->request.milli);
    order = order ? order : compare(x->request.gpus, y->request.gpus);
    return order ? order : strcmp(x->models, y->models);
}

// the most frequent first; of those that are as frequent, the largest
static int by_count(const void *a, const void *b)
{
    const counted *x = a, *y = b;
    if (x->count != y->count) {
        return x->count > y->count ? -1 : 1;
    }
    return by_kind(b, a);
}

// the kinds that together are COVERED of all, and their shares of these
static gpusim_status take_most(gpusim_sim *sim, const gs_array *kinds, uint64_t total,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t covered = 0;
    uint32_t count = 0;
    const counted *kind = kinds->data;
    while (count < kinds->count && (double)covered < COVERED * (double)total) {
        covered += kind[count++].count;
    }
    GPUSIM_TRY(gs_array_resize(&sim->demands, count, err));
    double share = (double)covered / (double)total;
    for (uint32_t i = 0; i < count; i++) {
        GS_AT(sim->demands, gpusim_demand, i) = (gpusim_demand){
            .share = (double)kind[i].count / (double)total / share,
            .gpu_models = kind[i].request.gpu_models,
            .cpus = kind[i].request.cpus,
            .gpus = kind[i].request.gpus,
            .milli = kind[i].request.milli,
        };
    }
cleanup:
    return status;
}

static gpusim_status count_kinds(gpusim_sim *sim, const gs_array *requests, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_array kinds = GS_ARRAY(counted);
    uint32_t count = 0;
    GPUSIM_TRY(gs_array_resize(&kinds, requests->count, err));
    counted *kind = kinds.data;
    for (uint32_t i = 0; i < requests->count; i++) {
        const gs_request *request = &GS_AT(*requests, gs_request, i);
        kind[i] = (counted){*request, gs_names_text(sim->model->names, request->models), 1};
    }
    GPUSIM_TRY(gs_sort(kind, kinds.count, sizeof *kind, by_kind, err));
    for (uint32_t i = 0; i < kinds.count; i++) {
        if (count > 0 && by_kind(&kind[count - 1], &kind[i]) == 0) {
            kind[count - 1].count++;
        } else {
            kind[count++] = kind[i];
        }
    }
    kinds.count = count;
    GPUSIM_TRY(gs_sort(kind, count, sizeof *kind, by_count, err));
    GPUSIM_TRY(take_most(sim, &kinds, requests->count, err));
cleanup:
    gs_array_release(&kinds);
    return status;
}

// instances of GPUs that are cut are no fragments of anything
static gpusim_status add_request(const gpusim_sim *sim, gs_array *requests, const gs_job *job,
                                 gpusim_error *err)
{
    if (job->duration < 0 || job->mig) {
        return GPUSIM_OK;
    }
    gs_request request = request_of(sim, job);
    return gs_array_push(requests, &request, err);
}

// all jobs of logs and lists, and the first ones of synthetic sources
static gpusim_status count_workload(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_workload *workload = &sim->model->workload;
    gs_array requests = GS_ARRAY(gs_request);
    for (uint32_t i = 0; i < workload->jobs.count; i++) {
        GPUSIM_TRY(add_request(sim, &requests, &GS_AT(workload->jobs, gs_job, i), err));
    }
    for (uint32_t s = 0; s < workload->synthetic_count; s++) {
        gs_job job = {0};
        int more = 1;
        for (uint32_t k = 0; k < PEEKED && more; k++) {
            GPUSIM_TRY(gs_synthetic_job(workload->synthetic[s], sim->seed, k, job.submit, &job,
                                        &more, err));
            if (more) {
                GPUSIM_TRY(add_request(sim, &requests, &job, err));
            }
        }
    }
    GPUSIM_TRY(count_kinds(sim, &requests, err));
cleanup:
    gs_array_release(&requests);
    return status;
}

// ---- what it is now ----

// 1 when nothing of a node counts: it is not up, or its GPUs are cut
static int is_out(const gpusim_sim *sim, uint32_t node)
{
    const gpusim_node_info *info = GS_NODE(sim, node);
    return info->state != GPUSIM_NODE_UP || sim->view.groups[info->group].cut;
}

static uint64_t read_left(const gpusim_sim *sim, uint32_t node)
{
    uint32_t *left = sim->left.data;
    uint32_t first = sim->model->cluster.node_first_gpu[node];
    const gpusim_node_info *info = GS_NODE(sim, node);
    uint64_t total = 0;
    for (uint32_t i = 0; i < info->gpus; i++) {
        left[i] = sim->view.gpus        ? sim->view.gpus[first + i].free_milli
                  : i < info->free_gpus ? 1000u
                                        : 0u;
        total += left[i];
    }
    return total;
}

static gs_fragment look_at(const gpusim_sim *sim, uint32_t node)
{
    gs_fragment now = {0};
    const gpusim_node_info *info = GS_NODE(sim, node);
    if (!is_out(sim, node)) {
        uint32_t cpus = info->cpus == UINT32_MAX ? UINT32_MAX : info->free_cpus;
        now.idle = read_left(sim, node);
        now.useless = (uint64_t)(gpusim_view_fragmentation(&sim->view, info->group, cpus,
                                                           sim->left.data, info->gpus) *
                                     FRACTIONS +
                                 0.5);
    }
    return now;
}

static double to_double(gs_wide value)
{
    return (double)(uint64_t)(value >> 32) + (double)(uint32_t)value / FRACTIONS;
}

// The integrals up to now. Kept only where values change, so that who looks changes nothing.
static gs_fragment_totals totals_now(const gpusim_sim *sim)
{
    gs_fragment_totals totals = *(const gs_fragment_totals *)sim->fragment_totals.data;
    gpusim_time now = gpusim_engine_now(sim->engine);
    double seconds = gpusim_seconds(now - totals.since), useless = to_double(totals.useless);
    totals.integral += seconds * useless;
    totals.of_idle += totals.idle > 0 ? seconds * (useless / (double)totals.idle) : 0;
    totals.since = now;
    return totals;
}

void gs_fragments_node(gpusim_sim *sim, uint32_t node)
{
    gs_fragment_totals *totals = sim->fragment_totals.data;
    gs_fragment *held = &GS_AT(sim->fragments, gs_fragment, node);
    gs_fragment now = look_at(sim, node);
    if (now.idle != held->idle || now.useless != held->useless) {
        *totals = totals_now(sim);
        totals->useless = totals->useless + now.useless - held->useless;
        totals->idle = totals->idle + now.idle - held->idle;
        totals->changed = 1;
        *held = now;
    }
}

gpusim_status gs_fragments_tell(gpusim_sim *sim, gpusim_error *err)
{
    gs_fragment_totals *totals = sim->fragment_totals.data;
    if (!totals->changed) {
        return GPUSIM_OK;
    }
    totals->changed = 0;
    gpusim_fragmentation_row row = {.time = gpusim_engine_now(sim->engine),
                                    .useless = to_double(totals->useless),
                                    .idle = totals->idle,
                                    .used = 1000 * (uint64_t)GS_TOTALS(sim)->allocated +
                                            GS_TOTALS(sim)->parted};
    return gs_emit(sim, GPUSIM_TABLE_FRAGMENTATION, &row, err);
}

// ---- from the beginning on ----

void gs_fragments_refresh_view(gpusim_sim *sim)
{
    sim->view.demands = sim->demands.data;
    sim->view.demand_count = sim->demands.count;
    sim->view.demands_changed = sim->demands_changed;
}

static void demands_changed(gpusim_sim *sim)
{
    sim->demands_changed = ++sim->changes;
    sim->view.changes = sim->changes;
    gs_fragments_refresh_view(sim);
    for (uint32_t n = 0; n < sim->nodes.count; n++) {
        gs_fragments_node(sim, n);
    }
}

gpusim_status gs_fragments_create(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_model *model = sim->model;
    if (!model->fragmentation && !model->cuts) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_array_resize(&sim->fragment_totals, 1, err));
    GPUSIM_TRY(gs_array_resize(&sim->fragments, sim->nodes.count, err));
    GPUSIM_TRY(gs_array_resize(&sim->left, model->cluster.largest_node, err));
    if (model->target == GS_TARGET_FILE) {
        GPUSIM_TRY(gs_array_resize(&sim->demands, model->demand_count, err));
        memcpy(sim->demands.data, model->demands, model->demand_count * sizeof(gpusim_demand));
    } else if (model->target == GS_TARGET_WORKLOAD) {
        GPUSIM_TRY(count_workload(sim, err));
    }
    demands_changed(sim);
    ((gs_fragment_totals *)sim->fragment_totals.data)->changed = 1;
cleanup:
    return status;
}

// counted anew each time that a tenth of a window has come; in the beginning more often
static int is_due(uint64_t seen, uint32_t window)
{
    uint64_t step = window / 10 ? window / 10 : 1;
    return seen % step == 0 || (seen < step && (seen & (seen - 1)) == 0);
}

gpusim_status gs_fragments_submitted(gpusim_sim *sim, const gs_job *job, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t window = sim->model->target_window;
    if (sim->model->target != GS_TARGET_WINDOW || job->duration < 0 || job->mig) {
        return GPUSIM_OK;
    }
    gs_fragment_totals *totals = sim->fragment_totals.data;
    gs_request request = request_of(sim, job);
    if (sim->recent.count < window) {
        GPUSIM_TRY(gs_array_push(&sim->recent, &request, err));
    } else {
        GS_AT(sim->recent, gs_request, totals->seen % window) = request;
    }
    if (!is_due(++totals->seen, window)) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(count_kinds(sim, &sim->recent, err));
    demands_changed(sim);
cleanup:
    return status;
}

void gs_fragments_restored(gpusim_sim *sim)
{
    sim->demands_changed = ++sim->changes;
    for (uint32_t n = 0; n < sim->node_changes.count; n++) {
        GS_AT(sim->node_changes, uint64_t, n) = sim->changes;
    }
}

gpusim_status gs_fragments_check(const gpusim_sim *sim, gpusim_error *err)
{
    const gs_fragment_totals *totals = sim->fragment_totals.data;
    uint64_t idle = 0;
    gs_wide useless = 0;
    for (uint32_t n = 0; n < sim->fragments.count; n++) {
        gs_fragment now = look_at(sim, n), held = GS_AT(sim->fragments, gs_fragment, n);
        if (now.useless != held.useless || now.idle != held.idle) {
            return gpusim_fail(err, GPUSIM_INTERNAL, "fragmentation has not followed node %u", n);
        }
        useless += now.useless;
        idle += now.idle;
    }
    if (sim->fragment_totals.count > 0 && (useless != totals->useless || idle != totals->idle)) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "fragmentation of nodes does not add up");
    }
    return GPUSIM_OK;
}

void gs_fragments_summarise(gpusim_sim *sim)
{
    gpusim_summary *summary = &sim->summary;
    summary->fragmentation = summary->fragmentation_of_idle = (double)NAN;
    if (sim->fragment_totals.count == 0) {
        return;
    }
    const gs_fragment_totals totals = totals_now(sim);
    double span = gpusim_seconds(gpusim_engine_now(sim->engine));
    double milli = 1000.0 * sim->model->cluster.gpu_count;
    summary->fragmentation = totals.integral / (span * milli);
    summary->fragmentation_of_idle = totals.of_idle / span;
    summary->fragmentation_demands = sim->demands.count;
}
