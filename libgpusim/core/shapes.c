/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shapes: what jobs ask for, each distinct request once while a job with it is alive. Jobs of a
 * shape fit exactly the same places, which lets a pass try one of them instead of all. */
#include "base/hash.h"
#include "core/sim.h"

#define GS_FITS  1u
#define GS_UNFIT 256u /* + gpusim_job_reason */

static gs_shape key_of(const gpusim_job_info *job)
{
    return (gs_shape){.gpu_models = job->gpu_models,
                      .memory = job->memory,
                      .storage = job->storage,
                      .gpu_memory = job->gpu_memory,
                      .gpus = job->gpus,
                      .cpus = job->cpus,
                      .group = job->group,
                      .cluster = job->cluster,
                      .avoid = job->avoid,
                      .vc = job->vc,
                      .milli = job->milli,
                      .mig = job->mig,
                      .preemptible = job->preemptible,
                      .selector = job->selector,
                      .least_gpus = job->least_gpus,
                      .most_gpus = job->most_gpus};
}

static int same(const gs_shape *a, const gs_shape *b)
{
    return a->memory == b->memory && a->gpu_memory == b->gpu_memory && a->gpus == b->gpus &&
           a->cpus == b->cpus && a->group == b->group && a->cluster == b->cluster &&
           a->vc == b->vc && a->milli == b->milli && a->mig == b->mig &&
           a->preemptible == b->preemptible && a->gpu_models == b->gpu_models &&
           a->selector == b->selector && a->avoid == b->avoid && a->storage == b->storage &&
           a->least_gpus == b->least_gpus && a->most_gpus == b->most_gpus;
}

static uint32_t *bucket_of(gpusim_sim *sim, const gs_shape *key)
{
    struct {
        uint64_t memory, gpu_memory, gpu_models, storage;
        uint32_t gpus, cpus, group, cluster, vc, milli, mig, selector, avoid, none;
    } bytes = {key->memory,     key->gpu_memory,
               key->gpu_models, key->storage,
               key->gpus,       key->cpus,
               key->group,      key->cluster,
               key->vc,         key->milli,
               key->mig,        key->selector,
               key->avoid,      0};
    uint64_t hash = gs_hash64(&bytes, sizeof bytes, 0);
    return (uint32_t *)sim->buckets.data + (hash & (sim->buckets.count - 1));
}

// twice as many buckets; chains are rebuilt in order of index
static gpusim_status grow(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = gs_array_resize(&sim->buckets, sim->buckets.count * 2, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    for (uint32_t i = 0; i < sim->buckets.count; i++) {
        GS_AT(sim->buckets, uint32_t, i) = GPUSIM_NONE;
    }
    for (uint32_t i = 0; i < sim->shapes.count; i++) {
        gs_shape *shape = &GS_AT(sim->shapes, gs_shape, i);
        if (shape->jobs > 0) {
            uint32_t *bucket = bucket_of(sim, shape);
            shape->next = *bucket;
            *bucket = i;
        }
    }
    return GPUSIM_OK;
}

gpusim_status gs_shape_take(gpusim_sim *sim, const gpusim_job_info *job, uint32_t *shape,
                            gpusim_error *err)
{
    gs_shape key = key_of(job);
    for (uint32_t i = *bucket_of(sim, &key); i != GPUSIM_NONE;
         i = GS_AT(sim->shapes, gs_shape, i).next) {
        gs_shape *entry = &GS_AT(sim->shapes, gs_shape, i);
        if (same(entry, &key)) {
            entry->jobs++;
            *shape = i;
            return GPUSIM_OK;
        }
    }

    // a new one: a free entry, or one more
    gpusim_status status = GPUSIM_OK;
    gs_totals *totals = GS_TOTALS(sim);
    uint32_t at = totals->first_free_shape;
    if (at != GPUSIM_NONE) {
        totals->first_free_shape = GS_AT(sim->shapes, gs_shape, at).next;
    } else {
        at = sim->shapes.count;
        GPUSIM_TRY(gs_array_push(&sim->shapes, NULL, err));
    }
    key.jobs = 1;
    uint32_t *bucket = bucket_of(sim, &key);
    key.next = *bucket;
    GS_AT(sim->shapes, gs_shape, at) = key;
    *bucket = at;
    *shape = at;
    if (sim->shapes.count > sim->buckets.count) {
        GPUSIM_TRY(grow(sim, err));
    }
cleanup:
    return status;
}

void gs_shape_leave(gpusim_sim *sim, uint32_t shape)
{
    gs_shape *entry = &GS_AT(sim->shapes, gs_shape, shape);
    if (--entry->jobs > 0) {
        return;
    }
    uint32_t *link = bucket_of(sim, entry);
    while (*link != shape) {
        link = &GS_AT(sim->shapes, gs_shape, *link).next;
    }
    *link = entry->next;
    *entry = (gs_shape){.next = GS_TOTALS(sim)->first_free_shape};
    GS_TOTALS(sim)->first_free_shape = shape;
}

gpusim_status gs_shape_misfit(gpusim_sim *sim, uint32_t slot, uint32_t *reason, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_job_info *job = GS_JOB(sim, slot);
    gs_shape *shape = &GS_AT(sim->shapes, gs_shape, job->shape);
    *reason = GPUSIM_REASON_NONE;
    if (shape->fits == 0) {
        uint32_t misfit = gs_model_misfit(sim->model, job);
        int takes = 1;
        if (misfit == GPUSIM_REASON_NONE && sim->policy) {
            GPUSIM_TRY(gs_policy_takes(sim->policy, slot, &takes, err));
        }
        misfit = takes ? misfit : GPUSIM_REASON_NO_PLACEMENT;
        shape->fits = misfit == GPUSIM_REASON_NONE ? GS_FITS : GS_UNFIT + misfit;
    }
    *reason = shape->fits >= GS_UNFIT ? shape->fits - GS_UNFIT : GPUSIM_REASON_NONE;
cleanup:
    return status;
}

// where nothing else would take it, it may come back
gpusim_status gs_job_avoid(gpusim_sim *sim, uint32_t slot, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_job_info *job = GS_JOB(sim, slot);
    uint32_t before = job->avoid, shape = job->shape, misfit = GPUSIM_REASON_NONE;
    job->avoid = node + 1;
    GPUSIM_TRY(gs_shape_take(sim, job, &job->shape, err));
    GPUSIM_TRY(gs_shape_misfit(sim, slot, &misfit, err));
    gs_shape_leave(sim, misfit == GPUSIM_REASON_NONE ? shape : job->shape);
    if (misfit != GPUSIM_REASON_NONE) {
        job->avoid = before;
        job->shape = shape;
    }
cleanup:
    return status;
}
