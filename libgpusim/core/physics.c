/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The physical state is marked by whatever happens, and worked off after each batch in one order:
 * network, jobs, GPUs, nodes, racks, facility. */
#include "core/plant.h"
#include "physics/power.h"

int gs_is_physical(const gpusim_sim *sim)
{
    return sim->facility.count > 0;
}

// ---- marks ----

static void mark(gpusim_sim *sim, gs_array *marked, uint8_t *flag, uint32_t index)
{
    if (!*flag) {
        *flag = 1;
        GS_KEEP(sim, gs_array_push(marked, &index, &sim->failure_error));
    }
}

void gs_mark_job(gpusim_sim *sim, uint32_t slot)
{
    mark(sim, &sim->marked_jobs, &GS_LIVE(sim, slot)->marked, slot);
}

void gs_mark_gpu(gpusim_sim *sim, uint32_t gpu)
{
    mark(sim, &sim->marked_gpus, &GS_GPU(sim, gpu)->marked, gpu);
}

void gs_mark_node(gpusim_sim *sim, uint32_t node)
{
    mark(sim, &sim->marked_nodes, &GS_PLANT(sim, node)->marked, node);
}

void gs_mark_rack(gpusim_sim *sim, uint32_t rack)
{
    mark(sim, &sim->marked_racks, &GS_RACK(sim, rack)->marked, rack);
}

// ---- events that bring no job forward ----

gpusim_status gs_background_schedule(gpusim_sim *sim, gpusim_time time, uint16_t handler,
                                     uint32_t entity, uint64_t payload, gpusim_event_id *id,
                                     gpusim_error *err)
{
    int control = handler == GS_ON_NODE_CONTROL || handler == GS_ON_RACK_CONTROL;
    int fault = handler == GS_ON_FAULT || handler == GS_ON_FAULT_OVER;
    uint16_t class = control ? GS_CLASS_CONTROL : fault ? GS_CLASS_FAULT : GS_CLASS_PHYSICS;
    gpusim_status status =
        gpusim_engine_schedule(sim->engine, time, class, handler, entity, payload, id, err);
    if (status == GPUSIM_OK && time != GPUSIM_TIME_MAX) {
        GS_TOTALS(sim)->background++;
    }
    return status;
}

void gs_background_cancel(gpusim_sim *sim, gpusim_event_id *id)
{
    GS_TOTALS(sim)->background -= gpusim_engine_cancel(sim->engine, id) != 0;
}

void gs_background_fired(gpusim_sim *sim)
{
    GS_TOTALS(sim)->background--;
}

// ---- jobs come and go ----

// nanocores that a part of an allocation keeps busy; where cores are not limited, GPUs stand for
// them
static int64_t busy_cpus(const gpusim_sim *sim, uint32_t slot, const gpusim_part *part)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gpusim_node_info *node = GS_NODE(sim, part->node);
    double cores = node->cpus == UINT32_MAX
                       ? part->gpus
                       : (double)job->cpus * (job->gpus ? part->gpus : 1) / 1000;
    return (int64_t)(cores * gs_profile_of(sim, slot)->cpu_activity * 1e9 + 0.5);
}

static void mark_part(gpusim_sim *sim, const gpusim_part *part)
{
    uint32_t first = sim->model->cluster.node_first_gpu[part->node] + part->first_gpu;
    for (uint32_t g = first; g < first + part->gpus; g++) {
        gs_mark_gpu(sim, g);
    }
    gs_mark_node(sim, part->node);
}

void gs_physics_join(gpusim_sim *sim, uint32_t slot)
{
    if (!gs_is_physical(sim)) {
        return;
    }
    const gpusim_job_info *job = GS_JOB(sim, slot);
    if (sim->part_marks.count < sim->parts.count) {
        GS_KEEP(sim, gs_array_resize(&sim->part_marks, sim->parts.count, &sim->failure_error));
    }
    for (uint32_t i = job->first_part; i < job->first_part + job->parts; i++) {
        if (i >= sim->part_marks.count) {
            return; // no memory, and that is kept
        }
        const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, i);
        GS_AT(sim->part_marks, double, i) = gs_node_rest(sim, part->node);
        GS_PLANT(sim, part->node)->busy_cpus += busy_cpus(sim, slot, part);
        mark_part(sim, part);
    }
    for (uint32_t t = GS_LIVE(sim, slot)->first_tenant; t != GPUSIM_NONE;) {
        gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        gs_gpu_settle(sim, tenant->gpu);
        tenant->mark = gs_node_ratio(sim, GS_GPU(sim, tenant->gpu)->node);
        t = tenant->next_of_job;
    }
}

void gs_physics_leave(gpusim_sim *sim, uint32_t slot)
{
    if (!gs_is_physical(sim)) {
        return;
    }
    const gpusim_job_info *job = GS_JOB(sim, slot);
    gs_live *live = GS_LIVE(sim, slot);
    gs_facility *facility = GS_FACILITY(sim);

    // the last of what it pays
    for (uint32_t t = live->first_tenant; t != GPUSIM_NONE;) {
        const gs_tenant *tenant = &GS_AT(sim->tenants, gs_tenant, t);
        gs_gpu_settle(sim, tenant->gpu);
        facility->jobs += tenant->energy;
        t = tenant->next_of_job;
    }
    double gpu = 0, input = gs_energy_of_job(sim, slot, &gpu);
    facility->jobs_input += input - live->energy;
    live->energy = input;
    live->energy_gpu = gpu;

    for (uint32_t i = job->first_part; i < job->first_part + job->parts; i++) {
        const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, i);
        GS_PLANT(sim, part->node)->busy_cpus -= busy_cpus(sim, slot, part);
        mark_part(sim, part);
    }
}

void gs_physics_gpu_up(gpusim_sim *sim, uint32_t g)
{
    if (!gs_is_physical(sim) || GS_GPU(sim, g)->level != GS_GPU_OFF) {
        return;
    }
    gs_gpu *gpu = GS_GPU(sim, g);
    gs_gpu_settle(sim, g);
    gpu->shut = 0;
    if (gpu->faults & (GS_FAULT_OFF | GS_FAULT_DOWN)) {
        return;
    }
    gpu->fast = gpu->slow = gpu->memory = gpu->drift = 0;
    gpu->level = GS_GPU_IDLE;
    gs_mark_gpu(sim, g);
}

void gs_physics_node_up(gpusim_sim *sim, uint32_t node)
{
    const gs_cluster *cluster = &sim->model->cluster;
    for (uint32_t g = cluster->node_first_gpu[node]; g < cluster->node_first_gpu[node + 1]; g++) {
        gs_physics_gpu_up(sim, g);
    }
}

// ---- working the marks off ----

// what a GPU that has turned itself off takes with it: its jobs, and the node for new ones
static gpusim_status shut_down(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_gpu *gpu = GS_GPU(sim, index);
    gs_gpu_settle(sim, index);
    gpu->level = GS_GPU_OFF;
    gpu->shut = 1;
    gpu->xid = GS_XID_OFF_BUS;
    gpu->steady = gpu->slowed = gpu->memory_slow = 0;
    gpu->thermal_clock = gs_gpu_hardware(sim, index)->clock_count - 1;
    GS_FACILITY(sim)->shutdowns++;
    gs_node_failed(sim, gpu->node);
    gs_mark_gpu(sim, index);
    GPUSIM_TRY(gs_emit_event(sim, GPUSIM_EVENT_GPU_OFF, index, gpu->xid, err));
    while (gpu->first_tenant != GPUSIM_NONE) {
        uint32_t slot = GS_AT(sim->tenants, gs_tenant, gpu->first_tenant).job;
        GPUSIM_TRY(gs_job_fail(sim, slot, GPUSIM_REASON_GPU_LOST, err));
    }
    GPUSIM_TRY(gs_node_drain(sim, gpu->node, err));
cleanup:
    return status;
}

gpusim_status gs_on_crossing(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gs_background_fired(sim);
    GS_GPU(sim, event->entity)->crossing = (gpusim_event_id){0};
    if (event->payload == GS_CROSSING_SHUTDOWN) {
        return shut_down(sim, event->entity, err);
    }
    GS_GPU(sim, event->entity)->settling = event->payload == GS_CROSSING_SETTLED;
    gs_mark_gpu(sim, event->entity);
    return GPUSIM_OK;
}

// GPUs may mark jobs (a clock has moved) and jobs GPUs (a load has); clocks do not depend on what
// other GPUs do at this moment, so this ends
static gpusim_status flush_jobs(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_network_update(sim, err));
    while (sim->marked_jobs.count > 0 || sim->marked_gpus.count > 0) {
        for (uint32_t i = 0; i < sim->marked_jobs.count; i++) {
            uint32_t slot = GS_AT(sim->marked_jobs, uint32_t, i);
            GS_LIVE(sim, slot)->marked = 0;
            GPUSIM_TRY(gs_job_update(sim, slot, err));
        }
        sim->marked_jobs.count = 0;
        for (uint32_t i = 0; i < sim->marked_gpus.count; i++) {
            GPUSIM_TRY(gs_gpu_update(sim, GS_AT(sim->marked_gpus, uint32_t, i), err));
        }
        sim->marked_gpus.count = 0;
    }
cleanup:
    return status;
}

void gs_facility_update(gpusim_sim *sim)
{
    const gs_hardware *hardware = &sim->model->hardware;
    gs_facility *facility = GS_FACILITY(sim);
    int64_t it = 0;
    for (int c = 0; c < GS_POWER_CDU; c++) {
        it += facility->power[c];
    }
    facility->power[GS_POWER_CDU] = gs_nanowatts(hardware->cdu);
    facility->power[GS_POWER_OVERHEAD] =
        gs_nanowatts(gs_facility_overhead(hardware->fixed, hardware->linear, gs_watts(it)));
}

// nothing is marked after most batches of a run that only schedules
static int is_quiet(const gpusim_sim *sim)
{
    return (sim->marked_links.count | sim->marked_jobs.count | sim->marked_gpus.count |
            sim->marked_nodes.count | sim->marked_racks.count) == 0;
}

gpusim_status gs_physics_flush(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (is_quiet(sim)) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(flush_jobs(sim, err));
    if (sim->marked_nodes.count == 0 && sim->marked_racks.count == 0) {
        return GPUSIM_OK;
    }
    gs_energy_settle(sim);
    for (uint32_t i = 0; i < sim->marked_nodes.count; i++) {
        GPUSIM_TRY(gs_node_update(sim, GS_AT(sim->marked_nodes, uint32_t, i), err));
    }
    sim->marked_nodes.count = 0;
    for (uint32_t i = 0; i < sim->marked_racks.count; i++) {
        GPUSIM_TRY(gs_rack_update(sim, GS_AT(sim->marked_racks, uint32_t, i), err));
    }
    sim->marked_racks.count = 0;
    gs_facility_update(sim);
cleanup:
    return status;
}
