/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a run: which arrays there are, their names in what is saved and hashed, and what is
 * in them at the beginning. */
#include "core/detectors.h"
#include "core/faults.h"
#include "core/fleet.h"
#include "core/measure.h"
#include "core/resample.h"
#include "core/responses.h"
#include "core/sampling.h"

#include <string.h>

void gs_sim_lay_out(gpusim_sim *sim)
{
    sim->totals_array = GS_ARRAY(gs_totals);
    sim->jobs = GS_ARRAY(gpusim_job_info);
    sim->live = GS_ARRAY(gs_live);
    sim->running = GS_ARRAY(uint32_t);
    sim->late = GS_ARRAY(uint32_t);
    sim->nodes = GS_ARRAY(gpusim_node_info);
    sim->vcs = GS_ARRAY(gpusim_vc_info);
    sim->users = GS_ARRAY(gpusim_user_info);
    sim->user_by_name = GS_ARRAY(uint32_t);
    sim->gpu_free = GS_ARRAY(uint64_t);
    sim->shares = GS_ARRAY(gpusim_gpu_info);
    sim->parts = GS_ARRAY(gpusim_part);
    sim->shapes = GS_ARRAY(gs_shape);
    sim->buckets = GS_ARRAY(uint32_t);
    sim->sources = GS_ARRAY(gs_source);
    sim->log_end = GS_ARRAY(gpusim_time);
    sim->ended_jobs = GS_ARRAY(gs_ended);
    sim->profiles = GS_ARRAY(gs_job_profile);
    sim->gpus = GS_ARRAY(gs_gpu);
    sim->tenants = GS_ARRAY(gs_tenant);
    sim->leaks = GS_ARRAY(gs_leak);
    sim->leak_marks = GS_ARRAY(double);
    sim->part_marks = GS_ARRAY(double);
    sim->plant = GS_ARRAY(gs_node);
    sim->racks = GS_ARRAY(gs_rack_state);
    sim->facility = GS_ARRAY(gs_facility);
    sim->links = GS_ARRAY(gs_link);
    sim->legacy = GS_ARRAY(gs_legacy_state);
    sim->hops = GS_ARRAY(gs_hop);
    sim->marked_jobs = sim->marked_gpus = GS_ARRAY(uint32_t);
    sim->marked_nodes = sim->marked_racks = sim->marked_links = GS_ARRAY(uint32_t);
    sim->faults = GS_ARRAY(gs_fault);
    sim->fault_clocks = GS_ARRAY(gs_fault_clock);
    sim->fault_lists = sim->rule_clocks = sim->fault_jobs = GS_ARRAY(uint32_t);
    sim->fault_totals = GS_ARRAY(gs_fault_totals);
    sim->lives = GS_ARRAY(gs_node_life);
    sim->measured = GS_ARRAY(gs_measure_totals);
    sim->measure_marks = GS_ARRAY(gs_measure_mark);
    sim->node_held = GS_ARRAY(uint64_t);
    sim->drawn = GS_ARRAY(gs_drawn);
    sim->watches = GS_ARRAY(gs_watch);
    sim->watchers = GS_ARRAY(gs_watcher);
    sim->detecting = GS_ARRAY(gs_detecting);
    sim->alarms = GS_ARRAY(gs_alarm);
    sim->lesson_times = GS_ARRAY(gpusim_time);
    sim->lesson_values = GS_ARRAY(float);
    sim->lesson_jobs = GS_ARRAY(gs_lesson_job);
    sim->counted = GS_ARRAY(double);
    sim->detectors_saved = GS_ARRAY(char);
    sim->pulses = GS_ARRAY(gs_pulse);
    sim->breakers = GS_ARRAY(gs_breaker);
    sim->orders = GS_ARRAY(gs_order);
    sim->services = GS_ARRAY(gs_service);
    sim->pools = GS_ARRAY(gs_pool_state);
    sim->members = GS_ARRAY(gs_member);
    sim->fault_bursts = GS_ARRAY(gs_fault_burst);
    sim->coming = GS_ARRAY(gs_coming);
    sim->fault_sums = GS_ARRAY(gs_fault_sum);
    sim->clock_marks = GS_ARRAY(uint32_t);
    sim->failures = GS_ARRAY(gs_node_failures);
    sim->readings = GS_ARRAY(gs_reading);
    sim->gpu_errors = GS_ARRAY(gs_gpu_errors);
    sim->held_samples = GS_ARRAY(uint8_t);
    sim->transit = GS_ARRAY(gs_in_transit);
    sim->transit_values = GS_ARRAY(uint8_t);
    sim->transit_jobs = GS_ARRAY(gs_lesson_job);
    sim->gpu_effects = sim->node_effects = sim->rack_effects = GS_ARRAY(gs_effect);
    sim->sampler = GS_ARRAY(gs_sampler);
    sim->second_marks = GS_ARRAY(gs_second_mark);
    sim->part_time_marks = GS_ARRAY(gs_part_mark);
    sim->sample_marks = GS_ARRAY(gs_sample_mark);
    sim->node_changes = GS_ARRAY(uint64_t);
    sim->fragment_totals = GS_ARRAY(gs_fragment_totals);
    sim->fragments = GS_ARRAY(gs_fragment);
    sim->demands = GS_ARRAY(gpusim_demand);
    sim->recent = GS_ARRAY(gs_request);
    sim->left = GS_ARRAY(uint32_t);
    sim->scratch = GS_ARRAY(gpusim_part);
    sim->sharers = GS_ARRAY(double);
    sim->priorities = GS_ARRAY(int32_t);
    sim->anywhere = GS_ARRAY(gpusim_part);
    sim->observers = GS_ARRAY(gpusim_observer);
}

gpusim_status gs_sim_register(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    struct {
        const char *name;
        gs_array *array;
    } arrays[] = {
        {"totals", &sim->totals_array},
        {"jobs", &sim->jobs},
        {"jobs.live", &sim->live},
        {"jobs.running", &sim->running},
        {"jobs.late", &sim->late},
        {"jobs.ended", &sim->ended_jobs},
        {"jobs.log_end", &sim->log_end},
        {"jobs.sources", &sim->sources},
        {"nodes", &sim->nodes},
        {"vcs", &sim->vcs},
        {"users", &sim->users},
        {"users.by_name", &sim->user_by_name},
        {"gpus.free", &sim->gpu_free},
        {"gpus.shares", &sim->shares},
        {"parts", &sim->parts},
        {"shapes", &sim->shapes},
        {"shapes.buckets", &sim->buckets},
        {"jobs.profiles", &sim->profiles},
        {"gpus", &sim->gpus},
        {"tenants", &sim->tenants},
        {"leaks", &sim->leaks},
        {"leaks.marks", &sim->leak_marks},
        {"parts.marks", &sim->part_marks},
        {"plant", &sim->plant},
        {"racks", &sim->racks},
        {"facility", &sim->facility},
        {"links", &sim->links},
        {"legacy", &sim->legacy},
        {"links.hops", &sim->hops},
        {"marked.jobs", &sim->marked_jobs},
        {"marked.gpus", &sim->marked_gpus},
        {"marked.nodes", &sim->marked_nodes},
        {"marked.racks", &sim->marked_racks},
        {"marked.links", &sim->marked_links},
        {"faults", &sim->faults},
        {"faults.clocks", &sim->fault_clocks},
        {"faults.lists", &sim->fault_lists},
        {"faults.totals", &sim->fault_totals},
        {"nodes.lives", &sim->lives},
        {"faults.bursts", &sim->fault_bursts},
        {"faults.coming", &sim->coming},
        {"marked.clocks", &sim->clock_marks},
        {"nodes.failures", &sim->failures},
        {"gpus.errors", &sim->gpu_errors},
        {"samples.held", &sim->held_samples},
        {"samples.transit", &sim->transit},
        {"samples.transit_values", &sim->transit_values},
        {"samples.transit_jobs", &sim->transit_jobs},
        {"measured", &sim->measured},
        {"measured.marks", &sim->measure_marks},
        {"nodes.held", &sim->node_held},
        {"responses.watches", &sim->watches},
        {"responses.watchers", &sim->watchers},
        {"detectors", &sim->detecting},
        {"detectors.alarms", &sim->alarms},
        {"detectors.times", &sim->lesson_times},
        {"detectors.values", &sim->lesson_values},
        {"detectors.jobs", &sim->lesson_jobs},
        {"detectors.counted", &sim->counted},
        {"detectors.saved", &sim->detectors_saved},
        {"nodes.pulses", &sim->pulses},
        {"nodes.breakers", &sim->breakers},
        {"nodes.orders", &sim->orders},
        {"maintenance", &sim->services},
        {"pools", &sim->pools},
        {"pools.members", &sim->members},
        {"fragments.totals", &sim->fragment_totals},
        {"fragments", &sim->fragments},
        {"fragments.demands", &sim->demands},
        {"fragments.recent", &sim->recent},
        {"samples", &sim->sampler},
        {"samples.second", &sim->second_marks},
        {"samples.part_time", &sim->part_time_marks},
        {"samples.last", &sim->sample_marks},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        GPUSIM_TRY(gs_state_add(&sim->state, arrays[i].name, arrays[i].array, err));
    }
    GPUSIM_TRY(gs_engine_register(sim->engine, &sim->state, err));
cleanup:
    return status;
}

static gpusim_status fill_nodes(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &sim->model->cluster;
    GPUSIM_TRY(gs_array_resize(&sim->nodes, cluster->node_count, err));
    GPUSIM_TRY(gs_array_resize(&sim->gpu_free, cluster->word_count, err));
    GPUSIM_TRY(gs_array_resize(&sim->shares, sim->model->cuts ? cluster->gpu_count : 0, err));
    for (uint32_t n = 0; n < cluster->node_count; n++) {
        const gpusim_group_info *group = &cluster->groups[cluster->node_group[n]];
        *GS_NODE(sim, n) = (gpusim_node_info){
            .memory = group->memory,
            .free_memory = group->memory,
            .storage = group->storage,
            .free_storage = group->storage,
            .gpus = group->gpus,
            .free_gpus = group->gpus,
            .cpus = group->cpus,
            .free_cpus = group->cpus,
            .group = cluster->node_group[n],
            .rack = cluster->node_rack[n],
            .state = GPUSIM_NODE_UP,
        };
        uint64_t *words = (uint64_t *)sim->gpu_free.data + cluster->node_first_word[n];
        for (uint32_t g = 0; g < group->gpus; g++) {
            words[g / 64] |= UINT64_C(1) << (g % 64);
        }
        for (uint32_t g = 0; sim->model->cuts && g < group->gpus; g++) {
            GS_AT(sim->shares, gpusim_gpu_info, cluster->node_first_gpu[n] + g) =
                gs_share_empty(group);
        }
    }
cleanup:
    return status;
}

static gpusim_status fill_totals(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = gs_array_resize(&sim->totals_array, 1, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    gs_totals *totals = GS_TOTALS(sim);
    totals->up = sim->model->cluster.gpu_count;
    totals->first_free_slot = totals->first_free_shape = totals->first_free_hop = GPUSIM_NONE;
    totals->first_free_tenant = GPUSIM_NONE;
    for (size_t k = 0; k < sizeof totals->free_parts / sizeof totals->free_parts[0]; k++) {
        totals->free_parts[k] = GPUSIM_NONE;
    }
    return GPUSIM_OK;
}

gpusim_status gs_sim_fill(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_model *model = sim->model;
    GPUSIM_TRY(fill_totals(sim, err));
    GPUSIM_TRY(fill_nodes(sim, err));
    GPUSIM_TRY(gs_array_resize(&sim->vcs, model->vcs.count, err));
    if (model->vcs.count > 0) {
        memcpy(sim->vcs.data, model->vcs.data, model->vcs.count * sizeof(gpusim_vc_info));
    }
    GPUSIM_TRY(gs_array_resize(&sim->buckets, 64, err));
    memset(sim->buckets.data, 0xff, 64 * sizeof(uint32_t)); // GPUSIM_NONE
    GPUSIM_TRY(gs_array_resize(&sim->sources, model->workload.synthetic_count, err));
    GPUSIM_TRY(gs_network_create(sim, err));
    GPUSIM_TRY(gs_measure_create(sim, err));
    if (model->dependents_first) {
        GPUSIM_TRY(gs_array_resize(&sim->log_end, model->workload.jobs.count, err));
        memset(sim->log_end.data, 0xff, model->workload.jobs.count * sizeof(gpusim_time)); // -1
    }
cleanup:
    return status;
}
