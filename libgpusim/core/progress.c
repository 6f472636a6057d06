/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work of running jobs. A step takes t_i on GPU i,
 *     t_i = (1 - h) ((1 - m)/f_i + m)/(speed_i share_i interference_i) + h,
 * the gang T = max t_i + (1 - overlap) T_communication, and the rate is T at the reference over T
 * now (definitions 1), in units of the reference's computing; on other GPUs than an
 * elastic job requested computing is divided by gpusim_job_speed. What changes a rate settles the
 * work done so far and moves the event of the next milestone: a checkpoint, or the end. */
#include <math.h>

#include "base/work.h"
#include "core/elastic.h"
#include "policy/share.h"

/* A step that is so much longer or shorter is seen by the power of the gang's GPUs (definitions 2,
 * the design's section 6), and by the scheduler's expectation of its end. */
#define GS_STEP_SHOWN 0.01

// ---- the GPUs of a job ----

typedef struct gs_held {
    uint32_t part, at; /* the next */
    uint32_t gpu;      /* over the whole cluster; GPUSIM_NONE: there are no more */
} gs_held;

static void held_next(const gpusim_sim *sim, uint32_t slot, gs_held *held)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    held->gpu = GPUSIM_NONE;
    for (; held->part < job->parts; held->part++, held->at = 0) {
        const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, job->first_part + held->part);
        if (held->at < part->gpus) {
            held->gpu =
                sim->model->cluster.node_first_gpu[part->node] + part->first_gpu + held->at++;
            return;
        }
    }
}

static gs_held held_first(const gpusim_sim *sim, uint32_t slot)
{
    gs_held held = {0};
    held_next(sim, slot, &held);
    return held;
}

// ---- how long a step takes ----

// what other tenants of a GPU hold of it, and what this job does, 0..1
static double share_of(const gpusim_sim *sim, uint32_t slot, const gs_gpu *gpu, double *others)
{
    *others = 0;
    for (uint32_t t = gpu->first_tenant; t != GPUSIM_NONE;) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        if (tenant->job != slot && tenant->slices == 0) {
            *others += tenant->milli / 1000.0; // MIG instances do not get into each other's way
        }
        t = tenant->next_on_gpu;
    }
    return gs_job_share(GS_JOB(sim, slot));
}

// ... and how long its kind takes there, over its duration
static double kind_takes(const gpusim_sim *sim, uint32_t slot, uint32_t node)
{
    if (sim->model->run_times.count == 0) {
        return 1;
    }
    return gs_model_run_time(sim->model, GS_NODE(sim, node)->group, GS_JOB(sim, slot)->kind);
}

double gs_gpu_time_at(const gpusim_sim *sim, uint32_t slot, const gs_gpu *gpu, double clock)
{
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    double others = 0, speed = gpu->speed / gpu->slowdown * share_of(sim, slot, gpu, &others);
    double memory = (gpu->memory_slow ? GS_MEMORY_SLOWDOWN : 1) * gpu->memory_slowdown - 1;
    if (others > 0) {
        speed *= 1 - sim->model->hardware.interference * others;
    }
    if (!(clock > 0 && speed > 0)) {
        return INFINITY; // it is off, or others leave nothing of it
    }

    // written so that nothing is rounded at the reference
    double longer = (1 - profile->memory_bound) * (1 / clock - 1) + profile->memory_bound * memory;
    double time = 1 + (1 - profile->host_bound) * ((1 + longer) / speed - 1);
    return time * kind_takes(sim, slot, gpu->node);
}

// by search: where nothing is physical GPUs have no state that says it
static uint32_t node_of_gpu(const gpusim_sim *sim, uint32_t gpu)
{
    const uint32_t *first = sim->model->cluster.node_first_gpu;
    uint32_t low = 0, high = sim->nodes.count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (first[middle] <= gpu) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

double gs_gpu_time(const gpusim_sim *sim, uint32_t slot, uint32_t gpu)
{
    if (sim->gpus.count > 0) {
        return gs_gpu_time_at(sim, slot, GS_GPU(sim, gpu), gs_gpu_clock(sim, gpu));
    }

    // where nothing is physical and nobody shares, faults alone say how fast a GPU is
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    const gs_effect *effect = gs_gpu_effect(sim, gpu);
    double longer = profile->memory_bound * (effect->memory - 1);
    double time = 1 + (1 - profile->host_bound) * ((1 + longer) * effect->slowdown - 1);
    int same = sim->model->run_times.count == 0;
    return same ? time : time * kind_takes(sim, slot, node_of_gpu(sim, gpu));
}

// a job without GPUs is as fast as its node's P-state
static double cpu_time(const gpusim_sim *sim, uint32_t slot)
{
    const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, GS_JOB(sim, slot)->first_part);
    const gs_node_hardware *hardware = sim->model->hardware.groups;
    double takes = kind_takes(sim, slot, part->node);
    if (sim->plant.count == 0 || !hardware) {
        return takes;
    }
    hardware += sim->model->cluster.node_group[part->node];
    uint32_t state = GS_PLANT(sim, part->node)->cpu_state;
    return state < hardware->cpu_state_count ? takes / hardware->cpu_states[state].speed : takes;
}

// O(gang): only when the GPU that everybody waited for has become faster
static void find_slowest(gpusim_sim *sim, uint32_t slot)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    gs_live *live = GS_LIVE(sim, slot);
    live->compute = 0;
    if (job->gpus == 0) {
        live->compute = cpu_time(sim, slot);
        return;
    }
    for (gs_held at = held_first(sim, slot); at.gpu != GPUSIM_NONE; held_next(sim, slot, &at)) {
        double time = gs_gpu_time(sim, slot, at.gpu);
        if (time > live->compute) {
            live->compute = time;
            live->slowest = at.gpu;
        }
    }
}

// of a step, what communication adds to computing
static double exposed(const gs_job_profile *profile, double seconds)
{
    return seconds > 0 ? (1 - profile->overlap) * seconds / profile->step : 0;
}

// ---- work ----

void gs_progress_settle(gpusim_sim *sim, uint32_t slot)
{
    gpusim_job_info *job = GS_JOB(sim, slot);
    gs_live *live = GS_LIVE(sim, slot);
    gpusim_time now = gpusim_engine_now(sim->engine);
    gpusim_time span = now - job->settled;
    if (span <= 0) {
        return;
    }
    job->settled = now;
    job->attained += span;
    if (!gs_stands_still(live)) {
        gs_live_extra(job, live, &(gs_spent){.worked = span});
        live->worked += span;
        job->done += gs_work_done(live->rate, span, &live->carried);
        return;
    }
    gs_spent spent = gs_progress_spent(live, span);
    gs_live_extra(job, live, &spent);
    live->written += spent.written;
    live->restarting += spent.restarting;
    live->hung += spent.hung;
    if (live->begins) {
        live->owed -= spent.written;
        live->loading -= spent.restarting;
    } else {
        live->writing = fmax(0, live->writing - live->write_rate * gpusim_seconds(spent.written));
    }
}

// the work at which a job stops working: to write a checkpoint, or for good
static gpusim_time milestone(const gpusim_sim *sim, uint32_t slot)
{
    const gs_live *live = GS_LIVE(sim, slot);
    gpusim_time next = gpusim_time_add(live->tried, live->every);
    gpusim_time done =
        GS_JOB(sim, slot)->done; // beyond it, if checkpoints have become more frequent
    next = next > done ? next : done;
    return next < live->duration ? next : live->duration;
}

gpusim_time gs_progress_end(const gpusim_sim *sim, uint32_t slot)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gs_live *live = GS_LIVE(sim, slot);
    if (live->hangs) {
        return GPUSIM_TIME_MAX;
    }
    if (live->begins) {
        return gpusim_time_add(job->settled, gpusim_time_add(live->owed, live->loading));
    }
    if (live->writes) {
        double seconds = live->writing > 0 ? live->writing / live->write_rate : 0;
        gpusim_time written = gpusim_time_add(job->settled, gpusim_time_ceil(seconds));
        return written > live->blocked ? written : live->blocked;
    }
    gpusim_time left = milestone(sim, slot) - job->done;
    return gpusim_time_add(job->settled, gs_work_span(live->rate, left, live->carried));
}

static gpusim_status set_end(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gs_live *live = GS_LIVE(sim, slot);
    gpusim_time end = gs_progress_end(sim, slot);
    gpusim_event pending;
    if (!gpusim_engine_pending(sim->engine, live->end, &pending)) {
        return gpusim_engine_schedule(sim->engine, end, GS_CLASS_END, GS_ON_END, slot, 0,
                                      &live->end, err);
    }
    if (end == GPUSIM_TIME_MAX) {
        (void)gpusim_engine_cancel(sim->engine, &live->end);
        return GPUSIM_OK;
    }
    return end == pending.time ? GPUSIM_OK : gpusim_engine_move(sim->engine, &live->end, end, err);
}

// the loads of its GPUs are others
static void mark_gpus(gpusim_sim *sim, uint32_t slot)
{
    if (!gs_is_physical(sim)) {
        return;
    }
    for (gs_held at = held_first(sim, slot); at.gpu != GPUSIM_NONE; held_next(sim, slot, &at)) {
        gs_mark_gpu(sim, at.gpu);
    }
}

// the scheduler's expectation of its end is another
static void expect(gpusim_sim *sim, uint32_t slot)
{
    if (sim->policy) {
        gs_policy_rated(sim->policy, slot);
    }
}

gpusim_status gs_job_update(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_job_info *job = GS_JOB(sim, slot);
    gs_live *live = GS_LIVE(sim, slot);
    if (job->state != GPUSIM_JOB_RUNNING || live->plain) {
        return GPUSIM_OK; // it has left since it was marked
    }
    gs_progress_settle(sim, slot);
    if (live->slowest == GPUSIM_NONE) {
        find_slowest(sim, slot);
    }
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    live->exposed = exposed(profile, gs_collective_time(sim, slot));
    live->step = live->compute / live->scale + live->exposed;
    live->rate = live->step < INFINITY ? live->reference / live->step : 0;
    job->rate = gs_stands_still(live) ? 0 : live->rate;
    if (live->step > (1 + GS_STEP_SHOWN) * live->shown_step ||
        live->step < (1 - GS_STEP_SHOWN) * live->shown_step) {
        live->shown_step = live->step;
        mark_gpus(sim, slot);
        expect(sim, slot);
    }
    return set_end(sim, slot, err);
}

// ---- begin and end of an allocation ----

// whoever shares a GPU with it goes faster or slower
static void disturb(gpusim_sim *sim, uint32_t slot)
{
    if (GS_JOB(sim, slot)->milli == 1000 || sim->gpus.count == 0) {
        return;
    }
    for (gs_held at = held_first(sim, slot); at.gpu != GPUSIM_NONE; held_next(sim, slot, &at)) {
        for (uint32_t t = GS_GPU(sim, at.gpu)->first_tenant; t != GPUSIM_NONE;) {
            const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
            if (tenant->job != slot) {
                GS_LIVE(sim, tenant->job)->slowest = GPUSIM_NONE;
                gs_mark_job(sim, tenant->job);
            }
            t = tenant->next_on_gpu;
        }
    }
}

// 1 when nothing can change the rate of a job: such runs are pure scheduling
static int is_plain(const gpusim_sim *sim, uint32_t slot)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    if (gs_is_physical(sim) || sim->slows || job->milli != 1000 || job->mig != 0 ||
        gs_job_elastic(job) || (job->kind != 0 && sim->model->run_times.count > 0)) {
        return 0;
    }
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    const gs_live *live = GS_LIVE(sim, slot);
    return !(profile->volume > 0) && live->every == GPUSIM_TIME_MAX && !live->begins;
}

static void join_links(gpusim_sim *sim, uint32_t slot)
{
    gs_network_join(sim, slot);
    if (GS_LIVE(sim, slot)->writes && !GS_LIVE(sim, slot)->hangs) {
        gs_network_write(sim, slot); // it has moved while it wrote
    }
}

gpusim_status gs_progress_start(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gs_live *live = GS_LIVE(sim, slot);
    live->scale = gpusim_job_speed(GS_JOB(sim, slot), GS_JOB(sim, slot)->gpus);
    if (sim->profiles.count > 0) {
        live->every = gs_checkpoint_interval(sim, slot);
    }
    live->plain = (uint8_t)is_plain(sim, slot);
    live->slowest = GPUSIM_NONE;
    live->first_hop = GPUSIM_NONE;
    if (live->plain) {
        live->rate = 1;
        return set_end(sim, slot, err);
    }
    join_links(sim, slot);
    disturb(sim, slot);
    live->reference = 1 + exposed(gs_profile_of(sim, slot), gs_collective_reference(sim, slot));
    live->shown_step = 0;
    return gs_job_update(sim, slot, err);
}

void gs_progress_leave(gpusim_sim *sim, uint32_t slot)
{
    if (gs_may_fail(sim)) {
        gs_faults_left(sim, slot);
    }
    if (!GS_LIVE(sim, slot)->plain) {
        gs_network_leave(sim, slot);
        disturb(sim, slot);
    }
}

void gs_progress_back(gpusim_sim *sim, uint32_t slot)
{
    gs_live *live = GS_LIVE(sim, slot);
    if (live->plain) {
        return;
    }
    double bandwidth = live->bandwidth, write_rate = live->write_rate;
    join_links(sim, slot);
    disturb(sim, slot);
    live->bandwidth = bandwidth;
    live->write_rate = write_rate;
}

void gs_progress_stop(gpusim_sim *sim, uint32_t slot)
{
    gs_progress_settle(sim, slot);
    gs_progress_leave(sim, slot);
    GS_JOB(sim, slot)->rate = gs_job_share(GS_JOB(sim, slot)); // as far as anybody can know
}

gpusim_status gs_progress_lose(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_job_info *job = GS_JOB(sim, slot);
    gs_live *live = GS_LIVE(sim, slot);
    gs_progress_settle(sim, slot);
    live->redone += job->done - live->checkpointed;
    job->done = live->tried = live->checkpointed;
    live->carried = 0;
    return gs_corruption_undone(sim, slot, err);
}

// ---- milestones ----

static gpusim_status begin_checkpoint(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gs_live *live = GS_LIVE(sim, slot);
    const gs_job_profile *profile = gs_profile_of(sim, slot);
    live->writes = 1;
    live->spoiled = live->full;
    live->writing = profile->checkpoint_bytes;
    live->blocked = gpusim_time_add(gpusim_engine_now(sim->engine), profile->checkpoint_cost);
    gs_network_write(sim, slot);
    return gs_emit_event(sim, GPUSIM_EVENT_CHECKPOINT, GS_JOB(sim, slot)->order,
                         GS_JOB(sim, slot)->done, err);
}

static gpusim_status end_checkpoint(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gs_live *live = GS_LIVE(sim, slot);
    live->writes = 0;
    live->writing = 0;
    live->tried = GS_JOB(sim, slot)->done;
    live->checkpointed = live->spoiled ? live->checkpointed : live->tried;
    gs_corruption_saved(live);
    gs_network_written(sim, slot);
    return gs_emit_event(sim,
                         live->spoiled ? GPUSIM_EVENT_CHECKPOINT_LOST : GPUSIM_EVENT_CHECKPOINTED,
                         GS_JOB(sim, slot)->order, live->tried, err);
}

gpusim_status gs_progress_reached(gpusim_sim *sim, uint32_t slot, int *over, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_live *live = GS_LIVE(sim, slot);
    gs_sim_integrate(sim); // the policy is told, and asks what time it is
    int begins = live->begins, writes = live->writes;
    gs_progress_settle(sim, slot);

    // the milestone is reached because its event has come, whatever rounding says
    *over = 0;
    if (begins) {
        live->begins = 0;
    } else if (writes) {
        GPUSIM_TRY(end_checkpoint(sim, slot, err));
    } else {
        GS_JOB(sim, slot)->done = milestone(sim, slot);
        live->carried = 0;
        if (GS_JOB(sim, slot)->done == live->duration) {
            *over = 1;
            return GPUSIM_OK;
        }
        GPUSIM_TRY(begin_checkpoint(sim, slot, err));
    }
    GPUSIM_TRY(gs_job_update(sim, slot, err));
    mark_gpus(sim, slot);
    if (writes || begins) {
        expect(sim, slot); // later by the time that it took
    }
cleanup:
    return status;
}

gpusim_status gs_progress_changed(gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_sim_integrate(sim); // as above
    if (GS_LIVE(sim, slot)->plain) {
        GS_JOB(sim, slot)->rate = gs_stands_still(GS_LIVE(sim, slot)) ? 0 : 1;
        GPUSIM_TRY(set_end(sim, slot, err));
    } else {
        GPUSIM_TRY(gs_job_update(sim, slot, err));
    }
    mark_gpus(sim, slot);
    expect(sim, slot);
cleanup:
    return status;
}

// ---- what changes a rate ----

void gs_progress_gpu(gpusim_sim *sim, uint32_t gpu)
{
    for (uint32_t t = GS_GPU(sim, gpu)->first_tenant; t != GPUSIM_NONE;) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        gs_live *live = GS_LIVE(sim, tenant->job);
        double time = gs_gpu_time(sim, tenant->job, gpu);
        if (live->slowest == GPUSIM_NONE) {
            // it will be found again anyway
        } else if (time > live->compute) {
            live->slowest = gpu;
            live->compute = time;
            gs_mark_job(sim, tenant->job);
        } else if (gpu == live->slowest && time < live->compute) {
            live->slowest = GPUSIM_NONE;
            gs_mark_job(sim, tenant->job);
        }
        t = tenant->next_on_gpu;
    }
}
