/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of GPUs: a running job holds on each of its GPUs
 *
 *     used + growth x (time since this attempt began) + what it has leaked there,
 *
 * `used` being what its profile says, or else what it asks for. Where a fault makes a GPU leak,
 * each job on it loses memory at that rate for as long as both are there. A MIG instance has its
 * own memory; all other tenants of a GPU share what the driver leaves of it, whatever their shares.
 * Who exceeds that runs out of memory, and nobody else does: at a start it is the one that came
 * last, of several the first (in order of submission) that does not fit beside those before it;
 * later the one that grows fastest, whose allocation is the likeliest to fail, ties to the one that
 * came last. The moment is solved for, rounded up to the next nanosecond, and depends on nothing
 * but who is there. A migration takes the memory along, but for what was leaked: nobody knows of
 * that.
 */
#include <math.h>

#include "core/faults.h"
#include "policy/share.h"

// ---- what is held ----

static double used_by(const gpusim_sim *sim, uint32_t slot)
{
    uint64_t used = gs_profile_of(sim, slot)->memory_used;
    return (double)(used == UINT64_MAX ? GS_JOB(sim, slot)->gpu_memory : used);
}

// what each job that was on a GPU from the begin of the run on would have leaked there
static double leaked_by(const gpusim_sim *sim, uint32_t gpu, gpusim_time time)
{
    if (sim->leaks.count == 0) {
        return 0;
    }
    const gs_leak *leak = &GS_AT(sim->leaks, gs_leak, gpu);
    return leak->lost + gs_gpu_effect(sim, gpu)->leak * gpusim_seconds(time - leak->since);
}

static double held_at(const gpusim_sim *sim, const gs_tenant *tenant, gpusim_time time)
{
    double growth = gs_profile_of(sim, tenant->job)->memory_growth;
    gpusim_time span = time - GS_LIVE(sim, tenant->job)->began;
    double held = used_by(sim, tenant->job) + (growth > 0 ? growth * gpusim_seconds(span) : 0);
    if (sim->leaks.count > 0) {
        uint32_t index = (uint32_t)(tenant - (const gs_tenant *)sim->tenants.data);
        held += leaked_by(sim, tenant->gpu, time) - GS_AT(sim->leak_marks, double, index);
    }
    return held;
}

// B/s
static double growth_of(const gpusim_sim *sim, const gs_tenant *tenant)
{
    double leak = sim->leaks.count > 0 ? gs_gpu_effect(sim, tenant->gpu)->leak : 0;
    return gs_profile_of(sim, tenant->job)->memory_growth + leak;
}

// B of its memory that is held by what is no job
static double taken(const gpusim_sim *sim, const gs_node_hardware *hardware, uint32_t gpu)
{
    double share = fmin(gs_gpu_effect(sim, gpu)->held, 1);
    return share * (double)(hardware->gpu.memory - hardware->gpu.memory_reserved);
}

// what a tenant and those it shares memory with may hold; INFINITY: no limit
static double capacity_of(const gpusim_sim *sim, const gs_tenant *tenant)
{
    const gs_node_hardware *hardware = gs_gpu_hardware(sim, tenant->gpu);
    if (!hardware->physical || hardware->gpu.memory == 0) {
        return (double)INFINITY;
    }
    if (tenant->slices) {
        const gs_cut *cut = &sim->model->cuts[GS_NODE(sim, gs_gpu_node(sim, tenant->gpu))->group];
        return (double)gs_mig_find(cut, GS_JOB(sim, tenant->job)->mig)->memory;
    }
    return (double)(hardware->gpu.memory - hardware->gpu.memory_reserved) -
           taken(sim, hardware, tenant->gpu);
}

// the next of the tenants that share memory with one; an instance shares with nobody
static const gs_tenant *next_sharer(const gpusim_sim *sim, const gs_tenant *one, uint32_t *at)
{
    while (*at != GPUSIM_NONE) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, *at);
        *at = tenant->next_on_gpu;
        if (tenant == one || (tenant->slices == 0 && one->slices == 0)) {
            return tenant;
        }
    }
    return NULL;
}

uint64_t gs_vram_used(const gpusim_sim *sim, uint32_t gpu)
{
    double sum = taken(sim, gs_gpu_hardware(sim, gpu), gpu);
    gpusim_time now = gpusim_engine_now(sim->engine);
    for (uint32_t t = GS_GPU(sim, gpu)->first_tenant; t != GPUSIM_NONE;) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        sum += held_at(sim, tenant, now);
        t = tenant->next_on_gpu;
    }
    return sum < 0x1p63 ? (uint64_t)sum : UINT64_C(1) << 63;
}

// ---- when it is too much, and whose fault that is ----

typedef struct gs_excess {
    gpusim_time time; // GPUSIM_TIME_MAX: never
    uint32_t slot;
} gs_excess;

static int came_later(const gpusim_sim *sim, uint32_t slot, uint32_t other)
{
    gpusim_time a = GS_LIVE(sim, slot)->began;
    gpusim_time b = GS_LIVE(sim, other)->began;
    return a > b || (a == b && GS_JOB(sim, slot)->order > GS_JOB(sim, other)->order);
}

// what those hold now that came before a job
static double held_before(const gpusim_sim *sim, const gs_tenant *one, uint32_t slot)
{
    gpusim_time now = gpusim_engine_now(sim->engine);
    double sum = 0;
    const gs_tenant *tenant = NULL;
    for (uint32_t at = GS_GPU(sim, one->gpu)->first_tenant;
         (tenant = next_sharer(sim, one, &at)) != NULL;) {
        sum += came_later(sim, slot, tenant->job) ? held_at(sim, tenant, now) : 0;
    }
    return sum;
}

// it is too much already: the first that does not fit beside those before it
static gs_excess excess_now(const gpusim_sim *sim, const gs_tenant *one, double capacity)
{
    gpusim_time now = gpusim_engine_now(sim->engine);
    gs_excess excess = {.time = now, .slot = GPUSIM_NONE};
    const gs_tenant *tenant = NULL;
    for (uint32_t at = GS_GPU(sim, one->gpu)->first_tenant;
         (tenant = next_sharer(sim, one, &at)) != NULL;) {
        uint32_t slot = tenant->job;
        double held = held_before(sim, one, slot) + held_at(sim, tenant, now);
        if (held >= capacity + 1 &&
            (excess.slot == GPUSIM_NONE || came_later(sim, excess.slot, slot))) {
            excess.slot = slot;
        }
    }
    return excess;
}

// what all that share memory with one hold at a time, all of them being there
static double held_together(const gpusim_sim *sim, const gs_tenant *one, gpusim_time time)
{
    double sum = 0;
    const gs_tenant *tenant = NULL;
    for (uint32_t at = GS_GPU(sim, one->gpu)->first_tenant;
         (tenant = next_sharer(sim, one, &at)) != NULL;) {
        sum += held_at(sim, tenant, time);
    }
    return sum;
}

/* From the last one's beginning on, and from when a leak was last another, all hold what is a line
 * in time, so that the moment at which it meets the limit does not depend on when it is asked for.
 */
static gs_excess next_excess(const gpusim_sim *sim, const gs_tenant *one)
{
    gs_excess excess = {.time = GPUSIM_TIME_MAX, .slot = GPUSIM_NONE};
    double capacity = capacity_of(sim, one);
    double growth = 0, fastest = 0;
    gpusim_time now = gpusim_engine_now(sim->engine);
    gpusim_time from = sim->leaks.count > 0 ? GS_AT(sim->leaks, gs_leak, one->gpu).since : 0;
    const gs_tenant *tenant = NULL;
    for (uint32_t at = GS_GPU(sim, one->gpu)->first_tenant;
         (tenant = next_sharer(sim, one, &at)) != NULL;) {
        uint32_t slot = tenant->job;
        double grows = growth_of(sim, tenant);
        growth += grows;
        from = GS_LIVE(sim, slot)->began > from ? GS_LIVE(sim, slot)->began : from;
        if (grows > fastest ||
            (grows > 0 && grows == fastest && came_later(sim, slot, excess.slot))) {
            fastest = grows;
            excess.slot = slot;
        }
    }
    if (held_together(sim, one, now) >= capacity + 1) { // bytes are whole; less is rounding
        return excess_now(sim, one, capacity);
    }
    if (!(growth > 0) || !(capacity < (double)INFINITY)) {
        return excess;
    }
    double left = capacity - held_together(sim, one, from);
    gpusim_time time = gpusim_time_add(from, gpusim_time_ceil(left / growth));
    if (time > from && held_together(sim, one, time - 1) >= capacity) {
        time--; // the quotient's rounding alone had gone past a whole nanosecond
    }
    excess.time = time > now ? time : now;
    return excess;
}

// ---- events ----

// when a job runs out of memory on any of its GPUs; GPUSIM_TIME_MAX: never
static gpusim_time excess_of(const gpusim_sim *sim, uint32_t slot)
{
    gpusim_time time = GPUSIM_TIME_MAX;
    for (uint32_t t = GS_LIVE(sim, slot)->first_tenant; t != GPUSIM_NONE;) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        gs_excess excess = next_excess(sim, tenant);
        time = excess.slot == slot && excess.time < time ? excess.time : time;
        t = tenant->next_of_job;
    }
    return time;
}

static gpusim_status expect(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gs_live *live = GS_LIVE(sim, slot);
    gpusim_time time = excess_of(sim, slot);
    gpusim_event pending;
    if (gpusim_engine_pending(sim->engine, live->oom, &pending) && pending.time == time) {
        return GPUSIM_OK;
    }
    (void)gpusim_engine_cancel(sim->engine, &live->oom);
    if (time == GPUSIM_TIME_MAX) {
        return GPUSIM_OK;
    }
    return gpusim_engine_schedule(sim->engine, time, GS_CLASS_LIMIT, GS_ON_OOM, slot, 0, &live->oom,
                                  err);
}

// those who share memory with a job on any of its GPUs have more or less to share
static gpusim_status tell_others(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_job_info *job = GS_JOB(sim, slot);
    if (!gs_job_shares(job) || job->mig) {
        return GPUSIM_OK;
    }
    for (uint32_t i = job->first_part; i < job->first_part + job->parts; i++) {
        const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, i);
        uint32_t gpu = sim->model->cluster.node_first_gpu[part->node] + part->first_gpu;
        for (uint32_t t = GS_GPU(sim, gpu)->first_tenant; t != GPUSIM_NONE;) {
            const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
            if (tenant->job != slot) {
                GPUSIM_TRY(expect(sim, tenant->job, err));
            }
            t = tenant->next_on_gpu;
        }
    }
cleanup:
    return status;
}

// ---- leaks ----

gpusim_status gs_leaks_create(gpusim_sim *sim, gpusim_error *err)
{
    return gs_array_resize(&sim->leaks, sim->model->cluster.gpu_count, err);
}

gpusim_status gs_leaks_join(gpusim_sim *sim, uint32_t tenant, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (sim->leaks.count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_array_resize(&sim->leak_marks, sim->tenants.count, err));
    GS_AT(sim->leak_marks, double, tenant) =
        leaked_by(sim, GS_AT(sim->tenants, gs_tenant, tenant).gpu, gpusim_engine_now(sim->engine));
cleanup:
    return status;
}

void gs_leak_settle(gpusim_sim *sim, uint32_t gpu)
{
    gpusim_time now = gpusim_engine_now(sim->engine);
    GS_AT(sim->leaks, gs_leak, gpu) = (gs_leak){.lost = leaked_by(sim, gpu, now), .since = now};
}

gpusim_status gs_leak_changed(gpusim_sim *sim, uint32_t gpu, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (!gs_is_physical(sim)) {
        return GPUSIM_OK;
    }
    for (uint32_t t = GS_GPU(sim, gpu)->first_tenant; t != GPUSIM_NONE;) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        GPUSIM_TRY(expect(sim, tenant->job, err));
        t = tenant->next_on_gpu;
    }
cleanup:
    return status;
}

// ---- begin and end of an allocation ----

gpusim_status gs_vram_join(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (!gs_is_physical(sim)) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(expect(sim, slot, err));
    GPUSIM_TRY(tell_others(sim, slot, err));
cleanup:
    return status;
}

gpusim_status gs_vram_leave(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    if (!gs_is_physical(sim)) {
        return GPUSIM_OK;
    }
    (void)gpusim_engine_cancel(sim->engine, &GS_LIVE(sim, slot)->oom);
    return tell_others(sim, slot, err);
}

gpusim_status gs_on_oom(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    GS_LIVE(sim, event->entity)->oom = (gpusim_event_id){0};
    return gs_job_end(sim, event->entity, GPUSIM_JOB_OOM, GPUSIM_REASON_GPU_MEMORY, err);
}

gpusim_status gs_vram_check(const gpusim_sim *sim, gpusim_error *err)
{
    for (uint32_t i = 0; gs_is_physical(sim) && i < sim->running.count; i++) {
        uint32_t slot = GS_AT(sim->running, uint32_t, i);
        gpusim_time time = excess_of(sim, slot);
        gpusim_event pending = {.time = GPUSIM_TIME_MAX};
        (void)gpusim_engine_pending(sim->engine, GS_LIVE(sim, slot)->oom, &pending);
        if (pending.time != time) {
            return gpusim_fail(
                err, GPUSIM_INTERNAL,
                "job %llu runs out of memory at %lld ns, but the event comes at %lld",
                (unsigned long long)GS_JOB(sim, slot)->order, (long long)time,
                (long long)pending.time);
        }
    }
    return GPUSIM_OK;
}
