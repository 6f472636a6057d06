/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run: created from a model, moved by its engine, ended, saved and restored. */
#include "core/faults.h"
#include "core/fleet.h"
#include "core/measure.h"
#include "core/resample.h"
#include "core/responses.h"
#include "core/sampling.h"

#include <string.h>
#include <time.h>

/* Refusals in a row after which a scheduler is taken to be broken. */
#define GS_REFUSALS_MAX 1000u

/* Times that a scheduler may ask to be asked again, with nothing decided and nothing else to come,
 * before nobody expects anything of it any more. */
#define GS_IDLE_WAKES_MAX 1000u

// ---- what happens at an event ----

static gpusim_status on_end(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    gs_live *live = GS_LIVE(sim, event->entity);
    int over = 1;
    live->end = (gpusim_event_id){0};
    if (!live->plain) {
        GPUSIM_TRY(gs_progress_reached(sim, event->entity, &over, err));
    }
    if (!over) {
        return GPUSIM_OK;
    }
    gpusim_job_state state = (gpusim_job_state)live->final_state;
    GPUSIM_TRY(gs_job_end(
        sim, event->entity, state,
        state == GPUSIM_JOB_COMPLETED ? GPUSIM_REASON_NONE : GPUSIM_REASON_RECORDED, err));
cleanup:
    return status;
}

static gpusim_status on_limit(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    GS_LIVE(sim, event->entity)->limit = (gpusim_event_id){0};
    return gs_job_end(sim, event->entity, GPUSIM_JOB_TIMEOUT, GPUSIM_REASON_WALLTIME, err);
}

static gpusim_status on_wake(void *context, const gpusim_event *event, gpusim_error *err)
{
    (void)event;
    (void)err;
    gpusim_sim *sim = context;
    // while something runs its end is what may be waited for
    gs_totals *totals = GS_TOTALS(sim);
    totals->idle_wakes = sim->running.count > 0 ? 0 : totals->idle_wakes + 1;
    if (sim->policy) {
        gs_policy_freed(sim->policy);
    }
    return GPUSIM_OK;
}

// ---- after each batch ----

// the first time from `time` on at which the scheduler passes
static gpusim_time next_tick(const gpusim_sim *sim, gpusim_time time)
{
    gpusim_time period = sim->model->setup.period;
    gpusim_time over = period > 0 ? time % period : 0;
    return over > 0 ? gpusim_time_add(time, period - over) : time;
}

static gpusim_status ask_policy(gpusim_sim *sim, gpusim_time now, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_totals *totals = GS_TOTALS(sim);
    if (!gs_policy_wants_pass(sim->policy)) {
        return GPUSIM_OK;
    }
    gpusim_time tick = next_tick(sim, now);
    if (tick != now) {
        (void)gpusim_engine_cancel(sim->engine, &totals->wake);
        return gpusim_engine_schedule(sim->engine, tick, GS_CLASS_CONTROL, GS_ON_WAKE, GPUSIM_NONE,
                                      0, &totals->wake, err);
    }
    totals->passes++;
    sim->decisions.wait = GPUSIM_TIME_MAX;
    sim->in_pass = 1;
    sim->reading_pass++;
    status = gs_policy_pass(sim->policy, &sim->decisions, err);
    sim->in_pass = 0;
    GPUSIM_TRY(status);
    if (totals->refused_in_row >= GS_REFUSALS_MAX) {
        return gpusim_fail(err, GPUSIM_MODULE, "scheduler '%s' was refused %u times running",
                           sim->model->setup.text, GS_REFUSALS_MAX);
    }

    // a wait holds for the next pass only
    (void)gpusim_engine_cancel(sim->engine, &totals->wake);
    if (sim->decisions.wait != GPUSIM_TIME_MAX) {
        gpusim_time wait = next_tick(sim, sim->decisions.wait < now ? now : sim->decisions.wait);
        GPUSIM_TRY(gpusim_engine_schedule(sim->engine, wait, GS_CLASS_CONTROL, GS_ON_WAKE,
                                          GPUSIM_NONE, 0, &totals->wake, err));
    }
cleanup:
    return status;
}

// a run until drained is over when nobody runs, waits or will come; or when nothing can change that
static int over(gpusim_sim *sim)
{
    gs_totals *totals = GS_TOTALS(sim);
    if (sim->model->until_cohort && gs_measure_over(sim)) {
        return 1;
    }
    if (sim->model->until_arrived && gs_arrivals_over(sim)) {
        return 1;
    }
    if (!sim->model->until_drained) {
        return 0;
    }
    if (totals->alive == 0 && gs_arrivals_over(sim)) {
        return 1;
    }
    uint64_t samples = (sim->model->info.sample_every != GPUSIM_TIME_MAX) + sim->transit.count;
    uint64_t background = sim->running.count == 0 ? totals->background : 0;
    int waits = gpusim_engine_pending(sim->engine, totals->wake, NULL);
    background += sim->running.count == 0 && waits && totals->idle_wakes >= GS_IDLE_WAKES_MAX;
    int alone = gpusim_engine_count(sim->engine) <= samples + background;
    gs_responses_wait(sim, alone);
    if (alone && !gs_responses_may_act(sim)) {
        totals->stalled = 1;
        return 1;
    }
    return 0;
}

static gpusim_status on_pass(void *context, gpusim_time now, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    gs_sim_integrate(sim); // the policy is shown this instant, whatever the batch was
    if (sim->failure == GPUSIM_OK && GS_TOTALS(sim)->emptied) {
        GPUSIM_TRY(gs_nodes_drained(sim, err));
    }
    if (sim->failure == GPUSIM_OK) {
        GPUSIM_TRY(gs_physics_flush(sim, err)); // rates that the policy is shown
        GPUSIM_TRY(sim->policy ? ask_policy(sim, now, err) : gs_replay_retry(sim, err));
    }
    if (sim->failure == GPUSIM_OK) {
        GPUSIM_TRY(sim->pools.count > 0 ? gs_pools_pass(sim, err) : GPUSIM_OK);
        GPUSIM_TRY(gs_physics_flush(sim, err));
        GPUSIM_TRY(gs_may_fail(sim) ? gs_clocks_flush(sim, err) : GPUSIM_OK);
    }
    if (sim->failure != GPUSIM_OK) {
        if (err) {
            *err = sim->failure_error;
        }
        return sim->failure;
    }
    if (sim->fragment_totals.count > 0) {
        GPUSIM_TRY(gs_fragments_tell(sim, err));
    }
    if (sim->paranoid) {
        GPUSIM_TRY(gpusim_sim_check(sim, err));
    }
    if (over(sim)) {
        GS_TOTALS(sim)->ended = 1;
        gpusim_engine_stop(sim->engine);
    }
    if (atomic_load_explicit(&sim->interrupted, memory_order_relaxed)) {
        atomic_store_explicit(&sim->interrupted, 0, memory_order_relaxed);
        return gpusim_fail(err, GPUSIM_INTERRUPTED, "interrupted");
    }
cleanup:
    return status;
}

// ---- creation ----

static const struct {
    const char *name;
    gpusim_event_fn function;
} handlers[GS_HANDLERS] = {
    [GS_ON_SAMPLE] = {"sample", gs_on_sample},
    [GS_ON_END] = {"job end", on_end},
    [GS_ON_LIMIT] = {"walltime limit", on_limit},
    [GS_ON_LOG] = {"arrival from a log", gs_on_log},
    [GS_ON_SYNTHETIC] = {"synthetic arrival", gs_on_synthetic},
    [GS_ON_RELEASE] = {"arrival after a dependency", gs_on_release},
    [GS_ON_REPLAY] = {"recorded start", gs_on_replay},
    [GS_ON_ACTION] = {"action", gs_on_action},
    [GS_ON_WAKE] = {"scheduler's wait", on_wake},
    [GS_ON_CROSSING] = {"temperature", gs_on_crossing},
    [GS_ON_NODE_CONTROL] = {"control of a node", gs_on_node_control},
    [GS_ON_RACK_CONTROL] = {"control of a rack", gs_on_rack_control},
    [GS_ON_STEP] = {"step of a series", gs_on_step},
    [GS_ON_LEGACY] = {"tick of another simulator's nodes", gs_on_legacy},
    [GS_ON_OOM] = {"out of memory", gs_on_oom},
    [GS_ON_TIMEOUT] = {"collective time-out", gs_on_timeout},
    [GS_ON_FAULT] = {"fault", gs_on_fault},
    [GS_ON_FAULT_OVER] = {"end of a fault", gs_on_fault_over},
    [GS_ON_REPAIR] = {"repair", gs_on_repair},
    [GS_ON_BACK] = {"end of a reboot", gs_on_back},
    [GS_ON_RESPONSE] = {"response", gs_on_response},
    [GS_ON_MEASURE] = {"measured window", gs_on_measure},
    [GS_ON_PULSE] = {"heartbeat", gs_on_pulse},
    [GS_ON_RETRY] = {"action once more", gs_on_retry},
    [GS_ON_MAINTENANCE] = {"maintenance", gs_on_maintenance},
    [GS_ON_JOIN] = {"node joins", gs_on_join},
    [GS_ON_LEAVE] = {"idle nodes leave", gs_on_leave},
    [GS_ON_ARRIVAL] = {"sample arrives", gs_on_arrival},
};

void gs_sim_refresh_view(gpusim_sim *sim)
{
    const gs_cluster *cluster = &sim->model->cluster;
    sim->view = (gpusim_view){
        .size = sizeof sim->view,
        .node_count = sim->nodes.count,
        .group_count = cluster->group_count,
        .vc_count = sim->vcs.count,
        .job_capacity = sim->jobs.count,
        .running_count = sim->running.count,
        .now = gpusim_engine_now(sim->engine),
        .nodes = sim->nodes.data,
        .groups = cluster->groups,
        .vcs = sim->vcs.data,
        .jobs = sim->jobs.data,
        .running = sim->running.data,
        .parts = sim->parts.data,
        .index = sim->index,
        .node_first_gpu = cluster->node_first_gpu,
        .gpus = sim->model->cuts ? sim->shares.data : NULL,
        .node_rank = cluster->node_rank,
        .node_changes = sim->node_changes.data,
        .changes = sim->changes,
        .host = &sim->host,
        .users = sim->users.data,
        .user_count = sim->users.count,
        .clusters = cluster->cluster_name,
        .cluster_count = cluster->cluster_count,
        .selectors = sim->model->selectors,
    };
    gs_fragments_refresh_view(sim);
}

void gs_node_changed(gpusim_sim *sim, uint32_t node)
{
    gs_index_update(sim->index, &sim->view, node);
    if (sim->node_changes.count > 0) {
        sim->view.changes = ++sim->changes;
        GS_AT(sim->node_changes, uint64_t, node) = sim->changes;
    }
    if (sim->fragment_totals.count > 0) {
        gs_fragments_node(sim, node);
    }
}

void gs_sim_integrate(gpusim_sim *sim)
{
    gs_totals *totals = GS_TOTALS(sim);
    gpusim_time now = gpusim_engine_now(sim->engine);
    sim->view.now = now;
    if (now > totals->integrated) {
        gs_wide span = (uint64_t)(now - totals->integrated);
        totals->gpu_allocated += span * totals->allocated;
        totals->gpu_parted += span * totals->parted;
        totals->gpu_up += span * totals->up;
        totals->queue += span * totals->queued_now;
        gs_measure_integrate(sim, (uint64_t)span);
        totals->integrated = now;
    }
}

static gpusim_status schedule_first(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_model *model = sim->model;
    GPUSIM_TRY(gs_resample(sim, err));
    GPUSIM_TRY(gs_arrivals_begin(sim, err));
    GPUSIM_TRY(gs_sampling_begin(sim, err));
    GPUSIM_TRY(gs_faults_begin(sim, err));
    GPUSIM_TRY(gs_responses_begin(sim, err));
    GPUSIM_TRY(gs_measure_begin(sim, err));
    GPUSIM_TRY(gs_pulses_begin(sim, err));
    GPUSIM_TRY(gs_control_begin(sim, err));
    GPUSIM_TRY(gs_maintenance_begin(sim, err));
    GPUSIM_TRY(gs_pools_begin(sim, err));
    for (uint32_t i = 0; i < model->actions.count; i++) {
        GPUSIM_TRY(gpusim_engine_schedule(sim->engine, GS_AT(model->actions, gs_timed_action, i).at,
                                          GS_CLASS_CONTROL, GS_ON_ACTION, i, 0, NULL, err));
    }
cleanup:
    return status;
}

gpusim_status gpusim_sim_create(const gpusim_model *model, uint64_t seed, gpusim_sim **created,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_sim *sim = NULL;
    gpusim_engine_config config;
    *created = NULL;
    GPUSIM_TRY(gs_allocate(&sim, 1, sizeof *sim, err));
    sim->model = model;
    sim->seed = seed;
    gs_sim_lay_out(sim);

    // the engine and its handlers
    gpusim_engine_config_default(&config);
    config.context = sim;
    config.pass = on_pass;
    GPUSIM_TRY(gpusim_engine_create(&config, &sim->engine, err));
    for (uint16_t i = 0; i < GS_HANDLERS; i++) {
        GPUSIM_TRY(
            gpusim_engine_handle(sim->engine, i, handlers[i].name, handlers[i].function, err));
    }

    // the state, what is derived from it, and the policy on top
    GPUSIM_TRY(gs_sim_fill(sim, err));
    gs_hardware_offer(sim);
    GPUSIM_TRY(gs_hardware_create(sim, err));
    GPUSIM_TRY(gs_sim_register(sim, err));
    if (gs_setup_reads(&model->setup, GPUSIM_MODULE_SHARES)) {
        GPUSIM_TRY(gs_array_resize(&sim->node_changes, sim->nodes.count, err));
    }
    gs_sim_refresh_view(sim);
    GPUSIM_TRY(gs_index_create(&sim->view, model->cuts, &sim->index, err));
    gs_sim_refresh_view(sim);
    GPUSIM_TRY(gs_fragments_create(sim, err));
    gs_actions_offer(sim);
    if (!model->replay) {
        GPUSIM_TRY(
            gs_policy_create(&model->setup, &sim->view, seed, &sim->state, &sim->policy, err));
    }
    GPUSIM_TRY(gs_physics_create(sim, err));
    if (model->cuts) {
        GPUSIM_TRY(gs_gpus_create(sim, err)); // shares of GPUs without physics
    }
    GPUSIM_TRY(gs_detectors_create(sim, err));
    GPUSIM_TRY(schedule_first(sim, err));
    *created = sim;
    return GPUSIM_OK;
cleanup:
    gpusim_sim_destroy(sim);
    return status;
}

void gpusim_sim_destroy(gpusim_sim *sim)
{
    if (!sim) {
        return;
    }
    gs_sampling_destroy(sim->sampling);
    gs_detectors_destroy(sim);
    gs_policy_destroy(sim->policy);
    gs_index_destroy(sim->index);
    gs_network_destroy(sim);
    gpusim_engine_destroy(sim->engine);
    gs_array *arrays[] = {
        &sim->totals_array,
        &sim->jobs,
        &sim->live,
        &sim->running,
        &sim->late,
        &sim->nodes,
        &sim->vcs,
        &sim->gpu_free,
        &sim->parts,
        &sim->shapes,
        &sim->buckets,
        &sim->sources,
        &sim->log_end,
        &sim->ended_jobs,
        &sim->scratch,
        &sim->anywhere,
        &sim->observers,
        &sim->profiles,
        &sim->gpus,
        &sim->tenants,
        &sim->part_marks,
        &sim->plant,
        &sim->leaks,
        &sim->leak_marks,
        &sim->racks,
        &sim->facility,
        &sim->links,
        &sim->legacy,
        &sim->marked_jobs,
        &sim->marked_gpus,
        &sim->marked_nodes,
        &sim->marked_racks,
        &sim->hops,
        &sim->marked_links,
        &sim->sharers,
        &sim->priorities,
        &sim->shares,
        &sim->sampler,
        &sim->second_marks,
        &sim->part_time_marks,
        &sim->sample_marks,
        &sim->faults,
        &sim->fault_clocks,
        &sim->fault_lists,
        &sim->fault_totals,
        &sim->lives,
        &sim->watches,
        &sim->watchers,
        &sim->detecting,
        &sim->alarms,
        &sim->lesson_times,
        &sim->lesson_values,
        &sim->lesson_jobs,
        &sim->counted,
        &sim->detectors_saved,
        &sim->rule_clocks,
        &sim->fault_jobs,
        &sim->gpu_effects,
        &sim->node_effects,
        &sim->rack_effects,
        &sim->fault_bursts,
        &sim->clock_marks,
        &sim->gpu_errors,
        &sim->held_samples,
        &sim->transit,
        &sim->transit_values,
        &sim->transit_jobs,
        &sim->failures,
        &sim->readings,
        &sim->users,
        &sim->user_by_name,
        &sim->coming,
        &sim->fault_sums,
        &sim->measured,
        &sim->measure_marks,
        &sim->node_held,
        &sim->drawn,
        &sim->pulses,
        &sim->breakers,
        &sim->orders,
        &sim->services,
        &sim->pools,
        &sim->members,
        &sim->node_changes,
        &sim->fragment_totals,
        &sim->fragments,
        &sim->demands,
        &sim->recent,
        &sim->left,
    };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        gs_array_release(arrays[i]);
    }
    gs_release(&sim);
}

gpusim_status gpusim_sim_observe(gpusim_sim *sim, const gpusim_observer *observer,
                                 gpusim_error *err)
{
    if (sim->begun) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "observers join before the first event");
    }
    gpusim_observer copy;
    gpusim_observer_default(&copy);
    uint32_t size = observer->size < copy.size ? observer->size : copy.size;
    memcpy(&copy, observer, size);
    return gs_array_push(&sim->observers, &copy, err);
}

// ---- running ----

double gs_wall_clock(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

gpusim_status gs_sim_begin(gpusim_sim *sim, gpusim_error *err)
{
    if (sim->failure != GPUSIM_OK) {
        if (err) {
            *err = sim->failure_error;
        }
        return sim->failure;
    }
    if (sim->begun) {
        return GPUSIM_OK;
    }
    sim->begun = 1;
    return gs_emit_begin(sim, err);
}

gpusim_status gs_sim_return(gpusim_sim *sim, gpusim_status status, const gpusim_error *said,
                            gpusim_error *err)
{
    if (status == GPUSIM_OK) {
        return GPUSIM_OK;
    }
    if (status != GPUSIM_INTERRUPTED) {
        sim->failure_error = *said;
        sim->failure = status;
    }
    if (err) {
        *err = *said;
    }
    return status;
}

// after running or stepping: the clocks, a failure if there was one, and the end if it has come
static gpusim_status halt(gpusim_sim *sim, double started, gpusim_status status,
                          const gpusim_error *said, gpusim_error *err)
{
    sim->wall_time_s += gs_wall_clock() - started;
    gs_sim_integrate(sim);
    status = gs_sim_return(sim, status, said, err);
    return status == GPUSIM_OK && GS_TOTALS(sim)->ended ? gpusim_sim_finish(sim, err) : status;
}

gpusim_status gpusim_sim_run_until(gpusim_sim *sim, gpusim_time until, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_error said = {0};
    double started = gs_wall_clock();
    gpusim_time end = sim->model->info.duration;
    GPUSIM_TRY(gs_sim_begin(sim, &said));
    if (!gpusim_sim_ended(sim)) {
        GPUSIM_TRY(gpusim_engine_run_until(sim->engine, until < end ? until : end, &said));
        int horizon = end != GPUSIM_TIME_MAX && gpusim_engine_now(sim->engine) >= end;
        int nothing = end == GPUSIM_TIME_MAX && gpusim_engine_count(sim->engine) == 0;
        GS_TOTALS(sim)->ended |= horizon || nothing;
    }
cleanup:
    return halt(sim, started, status, &said, err);
}

gpusim_status gpusim_sim_step(gpusim_sim *sim, int *ran, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_error said = {0};
    double started = gs_wall_clock();
    *ran = 0;
    GPUSIM_TRY(gs_sim_begin(sim, &said));
    if (!gpusim_sim_ended(sim)) {
        gpusim_time end = sim->model->info.duration;
        GPUSIM_TRY(gpusim_engine_step(sim->engine, end, ran, &said));
        if (!*ran) {
            // nothing more to come: the clock goes to the end
            GPUSIM_TRY(gpusim_engine_run_until(sim->engine, end, &said));
            GS_TOTALS(sim)->ended = 1;
        }
    }
cleanup:
    return halt(sim, started, status, &said, err);
}

int gpusim_sim_ended(const gpusim_sim *sim)
{
    return sim->finished || GS_TOTALS(sim)->ended;
}

gpusim_time gpusim_sim_now(const gpusim_sim *sim)
{
    return gpusim_engine_now(sim->engine);
}

void gpusim_sim_interrupt(gpusim_sim *sim)
{
    atomic_store_explicit(&sim->interrupted, 1, memory_order_relaxed);
}

void gpusim_sim_paranoid(gpusim_sim *sim, int paranoid)
{
    sim->paranoid = paranoid != 0;
}

const gpusim_view *gpusim_sim_view(const gpusim_sim *sim)
{
    return &sim->view;
}

// jobs that have not ended get their rows, in order of slots; those that run leave an allocation
static gpusim_status tell_unfinished(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t slot = 0; slot < sim->jobs.count; slot++) {
        const gpusim_job_info *job = GS_JOB(sim, slot);
        if (job->id.generation == 0) {
            continue;
        }
        if (job->state == GPUSIM_JOB_RUNNING) {
            const gpusim_part *parts = (const gpusim_part *)sim->parts.data + job->first_part;
            GPUSIM_TRY(gs_emit_allocation(sim, slot, parts, job->parts, err));
        }
        GPUSIM_TRY(
            gs_emit_job(sim, slot, (gpusim_job_state)job->state, GPUSIM_REASON_HORIZON, err));
    }
cleanup:
    return status;
}

gpusim_status gpusim_sim_finish(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (sim->finished) {
        return GPUSIM_OK;
    }
    sim->finished = 1;
    if (!sim->begun) {
        GPUSIM_TRY(gs_sim_begin(sim, err));
    }
    GPUSIM_TRY(gs_summary_make(sim, err));
    GPUSIM_TRY(tell_unfinished(sim, err));
    GPUSIM_TRY(gs_faults_unfinished(sim, err));
    GPUSIM_TRY(gs_detectors_unfinished(sim, err));
cleanup:;
    int complete = GS_TOTALS(sim)->ended && sim->failure == GPUSIM_OK && status == GPUSIM_OK;
    gpusim_status end = gs_emit_end(sim, complete, status == GPUSIM_OK ? err : NULL);
    return status != GPUSIM_OK ? status : end;
}
