/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of core/ do with the state of a run. */
#ifndef GS_CORE_SIM_H
#define GS_CORE_SIM_H

#include "core/state.h"

/* ---- core/sim.c ---- */
void gs_sim_refresh_view(gpusim_sim *sim); /* after an array may have moved */
double gs_wall_clock(void);                /* s */
void gs_sim_integrate(gpusim_sim *sim);    /* brings integrals up to now; call before a change */
gpusim_status gs_sim_register(gpusim_sim *sim, gpusim_error *err);
/* Empty arrays of the right elements; and what is in them before anything happens. */
void gs_sim_lay_out(gpusim_sim *sim);
gpusim_status gs_sim_fill(gpusim_sim *sim, gpusim_error *err);
void gs_node_changed(gpusim_sim *sim, uint32_t node); /* what is free of it, or its state */
/* Observers hear the beginning, once. A run that has failed says again what it failed of. */
gpusim_status gs_sim_begin(gpusim_sim *sim, gpusim_error *err);
/* What a call from outside returns: a failure is kept, since the state is in the middle of
 * something and the run cannot go on. */
gpusim_status gs_sim_return(gpusim_sim *sim, gpusim_status status, const gpusim_error *said,
                            gpusim_error *err);

/* ---- core/hardware.c: what modules see of hardware ---- */
void gs_hardware_offer(gpusim_sim *sim); /* fills sim->host */
gpusim_status gs_hardware_create(gpusim_sim *sim, gpusim_error *err);
/* Something of a node has failed, now. */
void gs_node_failed(gpusim_sim *sim, uint32_t node);

/* ---- core/users.c ---- */
/* *owner is the place among users of who bears this name (0: nobody). */
gpusim_status gs_user_of(gpusim_sim *sim, uint32_t name, uint32_t *owner, gpusim_error *err);
/* Thousandths of GPUs more or fewer from now on. */
void gs_usage_add(gpusim_usage *usage, gpusim_time now, uint64_t milli, int sign);
/* Thousandths of GPU-nanoseconds up to now. */
gs_wide gs_usage_now(const gpusim_usage *usage, gpusim_time now);

/* ---- core/shapes.c ---- */
gpusim_status gs_shape_take(gpusim_sim *sim, const gpusim_job_info *job, uint32_t *shape,
                            gpusim_error *err);
void gs_shape_leave(gpusim_sim *sim, uint32_t shape);
/* *reason is 0 when a cluster without jobs could run the one in this slot, else why not
 * (gpusim_job_reason). Found out once a shape. */
gpusim_status gs_shape_misfit(gpusim_sim *sim, uint32_t slot, uint32_t *reason, gpusim_error *err);
/* A running job, about to leave a node, does not go back there as long as it lives, if any other
 * would take it. It has another shape then. */
gpusim_status gs_job_avoid(gpusim_sim *sim, uint32_t slot, uint32_t node, gpusim_error *err);

/* ---- core/fragments.c; nothing may be called but the first two and the last where
 * fragment_totals is empty ---- */
gpusim_status gs_fragments_create(gpusim_sim *sim, gpusim_error *err);
void gs_fragments_refresh_view(gpusim_sim *sim);
void gs_fragments_node(gpusim_sim *sim, uint32_t node); /* a node has changed */
gpusim_status gs_fragments_submitted(gpusim_sim *sim, const gs_job *job, gpusim_error *err);
/* After a batch: a row if anything has changed. */
gpusim_status gs_fragments_tell(gpusim_sim *sim, gpusim_error *err);
void gs_fragments_restored(gpusim_sim *sim);
gpusim_status gs_fragments_check(const gpusim_sim *sim, gpusim_error *err);
void gs_fragments_summarise(gpusim_sim *sim);

/* ---- core/jobs.c: a job's life ---- */
gpusim_status gs_job_submit(gpusim_sim *sim, const gs_job *job, uint32_t log, gpusim_error *err);
gpusim_status gs_job_end(gpusim_sim *sim, uint32_t slot, gpusim_job_state state,
                         gpusim_job_reason reason, gpusim_error *err);
gpusim_time gs_job_worked(const gpusim_sim *sim, uint32_t slot); /* work done by now */
void gs_job_stop(gpusim_sim *sim, uint32_t slot);                /* takes it off its GPUs */
/* Takes a running job off its GPUs and back into the queue, at the place of its submission. */
gpusim_status gs_job_requeue(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
/* The same by decision of the scheduler: its profile says what becomes of its work. */
gpusim_status gs_job_preempt(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
/* A fault ends an attempt of a running job: work since its last checkpoint is lost, and it waits
 * for GPUs again, unless its retries are used up: then it has failed for that reason. */
gpusim_status gs_job_fail(gpusim_sim *sim, uint32_t slot, gpusim_job_reason reason,
                          gpusim_error *err);
int gs_job_alive(const gpusim_sim *sim, gpusim_job_id id);

/* ---- core/account.c: where time went ---- */
/* What a job's time on GPUs by now went into: held is the sum of the others. */
typedef struct gs_times {
    gpusim_time held, done, slowed, written, redone, restarting, hung;
} gs_times;
/* Computing of a step on so many nominal GPUs (a share of one, or a faster one), over that on one:
 * what runs on the host is no slower for it. */
static inline double gs_step_on(double gpus, double host_bound)
{
    return 1 + (1 - host_bound) * (1 / gpus - 1);
}
gs_times gs_job_times(const gpusim_sim *sim, uint32_t slot);
/* Adds a job that is in this state, or ends in it now, to an account; nothing if it never ran. */
void gs_account_job(const gpusim_sim *sim, uint32_t slot, gpusim_job_state state,
                    gs_account *account);

/* ---- core/setback.c: what faults do to a running job short of ending its attempt ---- */
/* Something that it computes on stands still, and all of it waits: GPUs spin. It fails when that
 * has lasted as long as collectives wait. Nothing happens to one that hangs already. */
gpusim_status gs_job_hang(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
/* ... and goes on where it was. Nothing happens to one that does not hang. */
gpusim_status gs_job_unhang(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
/* Checkpoints of a running job cannot be completed from here on, or can again; one that is being
 * written when the disk fills up is lost, too. An attempt begins with room on the disk. */
void gs_job_disk(gpusim_sim *sim, uint32_t slot, int full);
gpusim_status gs_on_timeout(void *context, const gpusim_event *event, gpusim_error *err);
/* What the attempt that begins spends on starting again; and a checkpoint of the job, alone at the
 * storage. */
gpusim_time gs_restart_span(const gpusim_sim *sim, uint32_t slot);
gpusim_time gs_checkpoint_span(const gpusim_sim *sim, uint32_t slot);
/* ---- core/failure_rate.c ---- */
/* What a job holds, or would, and what is around that; 0: no more than it holds. */
typedef struct gs_held_of {
    uint32_t racks, nodes, gpus;
    uint32_t near_nodes;           /* in these racks */
    uint32_t near_gpus, rack_gpus; /* in these nodes; in these racks */
} gs_held_of;
gs_held_of gs_held_by(const gpusim_sim *sim, uint32_t slot);
/* Failures a second of a job that holds so much, as the scenario's rules have it on the mean:
 * strikes that take it off its GPUs, with those that they bring along, wherever in the cluster it
 * is, and as if it held as much of each of its nodes and racks. */
double gs_chaos_rate(const gpusim_model *model, const gs_held_of *job);

/* ---- core/setback.c ---- */
/* Work between checkpoints of a job that has just got its GPUs; GPUSIM_TIME_MAX: there are none. */
gpusim_time gs_checkpoint_interval(const gpusim_sim *sim, uint32_t slot);
/* s, from the cost of a checkpoint and the mean time between failures: sqrt(2 w M) (Young 1974);
 * with x = sqrt(w / 2M) that times 1 + x/3 + x^2/9, less w, or M where w >= 2M (Daly 2006). */
double gs_young_interval(double cost, double mttf);
double gs_daly_interval(double cost, double mttf);

/* ---- core/arrivals.c ---- */
gpusim_status gs_arrivals_begin(gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_on_log(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_on_synthetic(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_on_release(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_release_dependents(gpusim_sim *sim, uint32_t log, gpusim_error *err);
int gs_arrivals_over(const gpusim_sim *sim);

/* ---- core/allocate.c: GPUs, cores and memory of nodes ---- */
/* Gives a job without GPUs what the placement says, or changes nothing and says why not. With
 * `back` it had them a moment ago: then its nodes may be draining. */
gpusim_refusal gs_allocation_take(gpusim_sim *sim, uint32_t slot, const gpusim_placement *placement,
                                  int back);
void gs_allocation_release(gpusim_sim *sim, uint32_t slot);
uint64_t gs_placement_gpus(const gpusim_placement *placement);
/* Any free GPUs, lowest nodes first, scattered if need be; 0 when there are too few. */
int gs_allocation_anywhere(gpusim_sim *sim, uint32_t slot, gpusim_placement *placement);

/* ---- core/share.c: jobs that share GPUs; called by allocate.c ---- */
/* Takes a part's share of as many GPUs of its node as it says, and names them in sim->scratch;
 * gives one such part back. */
gpusim_refusal gs_share_take_part(gpusim_sim *sim, const gpusim_job_info *job,
                                  const gpusim_part *part);
void gs_share_give_part(gpusim_sim *sim, const gpusim_job_info *job, const gpusim_part *part);
/* Counts what any job holds in totals and its virtual cluster, or counts it out. */
void gs_share_count(gpusim_sim *sim, const gpusim_job_info *job, int sign);
/* Thousandths of GPUs that a virtual cluster's jobs hold. */
uint64_t gs_vc_milli(const gpusim_vc_info *vc);

/* ---- core/vram.c: memory of GPUs; live.began is set before a job joins ---- */
/* B that all tenants of a GPU hold of it now. */
uint64_t gs_vram_used(const gpusim_sim *sim, uint32_t gpu);
/* A job has joined the tenants of its GPUs, or has left them: when it and those who share memory
 * with it run out of that. */
gpusim_status gs_vram_join(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
gpusim_status gs_vram_leave(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
/* Memory can leak from now on; a tenant has come to its GPU; a GPU's leak is about to be another,
 * and has become one. */
gpusim_status gs_leaks_create(gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_leaks_join(gpusim_sim *sim, uint32_t tenant, gpusim_error *err);
void gs_leak_settle(gpusim_sim *sim, uint32_t gpu);
gpusim_status gs_leak_changed(gpusim_sim *sim, uint32_t gpu, gpusim_error *err);
gpusim_status gs_on_oom(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_vram_check(const gpusim_sim *sim, gpusim_error *err);

/* ---- core/actions.c: what can be done to a cluster, whoever asks ---- */
void gs_actions_offer(gpusim_sim *sim); /* fills sim->decisions */
gpusim_refusal gs_start(gpusim_sim *sim, uint32_t slot, const gpusim_placement *placement);
gpusim_status gs_node_set(gpusim_sim *sim, uint32_t node, gpusim_node_state state,
                          gpusim_error *err);
gpusim_status gs_node_drain(gpusim_sim *sim, uint32_t node, gpusim_error *err);
gpusim_status gs_node_undrain(gpusim_sim *sim, uint32_t node, gpusim_error *err);
/* Nodes that were draining and have no job any more are drained. */
gpusim_status gs_nodes_drained(gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_on_action(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_wake(gpusim_sim *sim, gpusim_error *err); /* what was done takes effect now */

/* ---- core/node_actions.c ---- */
/* Something done to a node, or a GPU, now; value as in gpusim_action_row. */
gpusim_status gs_act(gpusim_sim *sim, gpusim_action what, uint32_t entity, double value,
                     gpusim_error *err);
/* Cancels what runs on a GPU or node; each job is a row of /actions. */
gpusim_status gs_cancel_on(gpusim_sim *sim, int of_gpu, uint32_t entity, uint32_t who,
                           gpusim_error *err);
/* Whether an action needs nodes that can be down. */
int gs_acts_on_life(gpusim_action what);

/* ---- core/responses.c: rules that act on what telemetry shows ---- */
gpusim_status gs_responses_begin(gpusim_sim *sim, gpusim_error *err);
/* A sample has arrived. */
gpusim_status gs_responses_see(gpusim_sim *sim, const gs_sampling *sampling, gpusim_error *err);
gpusim_status gs_on_response(void *context, const gpusim_event *event, gpusim_error *err);
/* Whether a rule may still act on what is there now, with nothing but samples to come: until one is
 * seen that was taken since that is so. gs_responses_wait is told after each batch whether it is.
 */
void gs_responses_wait(gpusim_sim *sim, int alone);
int gs_responses_may_act(const gpusim_sim *sim);
/* Actions of all rules, what they cost, and what nodes wasted (NaN: there are no remedies). */
uint64_t gs_responses_count(const gpusim_sim *sim, double *cost, double *waste);

/* ---- core/detectors.c: what detectors make of samples ---- */
gpusim_status gs_detectors_create(gpusim_sim *sim, gpusim_error *err);
void gs_detectors_destroy(gpusim_sim *sim);
/* A sample was taken. */
/* Those that have learnt elsewhere say so at the first sample. */
gpusim_status gs_detectors_ready(gpusim_sim *sim, gpusim_error *err);
/* Who has which GPU now goes with the sample at hand. */
void gs_detectors_see_jobs(gpusim_sim *sim);
gpusim_status gs_detectors_see(gpusim_sim *sim, const gs_sampling *sampling, gpusim_error *err);
/* 1: the alert of a detector on a GPU is raised; 0: nothing points to one; -1: between the two. */
int gs_detectors_say(const gpusim_sim *sim, uint32_t detector, uint32_t gpu);
/* Alerts that are not over get their rows. */
gpusim_status gs_detectors_unfinished(gpusim_sim *sim, gpusim_error *err);
uint64_t gs_detectors_alerts(const gpusim_sim *sim);
double gs_detectors_cost(const gpusim_sim *sim); /* us a sample; NaN: there are none */
gpusim_status gs_detectors_before_save(const gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_detectors_restored(gpusim_sim *sim, gpusim_error *err);

/* ---- core/cap_actions.c: one GPU, node or rack; GPUSIM_NONE: every GPU that has physics ---- */
gpusim_status gs_action_cap(gpusim_sim *sim, gpusim_action what, uint32_t entity, double watts,
                            gpusim_error *err);

/* ---- core/faults.c; see core/faults.h for what its files share ---- */
gpusim_status gs_faults_begin(gpusim_sim *sim, gpusim_error *err); /* clocks, first strikes */
gpusim_status gs_on_fault(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_on_fault_over(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_on_repair(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_on_back(void *context, const gpusim_event *event, gpusim_error *err);
/* Whether anything can fail, or has been done to a node that lasts. */
static inline int gs_may_fail(const gpusim_sim *sim)
{
    return sim->fault_totals.count > 0;
}
/* Where something may fail: a running job has got what it holds, or is about to leave it. */
gpusim_status gs_faults_joined(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
void gs_faults_left(gpusim_sim *sim, uint32_t slot);
/* What faults leave of the links of a job, at the worst of its members. */
typedef struct gs_link_effect {
    double nvlink, pcie, network; /* shares of their bandwidth */
    double delay;                 /* s, of each message between nodes */
} gs_link_effect;
gs_link_effect gs_faults_links(const gpusim_sim *sim, uint32_t slot);
/* Load or temperatures of a node are others: the clocks of its hazards follow after the batch. */
void gs_clocks_mark(gpusim_sim *sim, uint32_t node);
gpusim_status gs_clocks_flush(gpusim_sim *sim, gpusim_error *err);
/* Faults that are still there get their rows at the end of a run. */
gpusim_status gs_faults_unfinished(gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_faults_check(const gpusim_sim *sim, gpusim_error *err);
/* core/fleet_check.c */
gpusim_status gs_fleet_check(const gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_faults_restored(gpusim_sim *sim, gpusim_error *err);
uint64_t gs_faults_count(const gpusim_sim *sim);
/* Errors of a GPU by now. */
gs_gpu_errors gs_gpu_errors_now(const gpusim_sim *sim, uint32_t gpu);
/* What all faults that reach it do to a GPU, node or rack. */
static inline const gs_effect *gs_gpu_effect(const gpusim_sim *sim, uint32_t gpu)
{
    return sim->gpu_effects.count ? &GS_AT(sim->gpu_effects, gs_effect, gpu) : &gs_effect_none;
}
static inline const gs_effect *gs_node_effect(const gpusim_sim *sim, uint32_t node)
{
    return sim->node_effects.count ? &GS_AT(sim->node_effects, gs_effect, node) : &gs_effect_none;
}
static inline const gs_effect *gs_rack_effect(const gpusim_sim *sim, uint32_t rack)
{
    return sim->rack_effects.count ? &GS_AT(sim->rack_effects, gs_effect, rack) : &gs_effect_none;
}

/* ---- core/corruption.c: work that is wrong, and who finds that ---- */
/* A running job's checkpoint is `checkpointed` from now on. */
void gs_corruption_saved(gs_live *live);
/* Its work has gone back to `done`, which may be from before it was corrupted. */
gpusim_status gs_corruption_undone(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
/* It ends; 1: with its work complete. */
gpusim_status gs_corruption_left(gpusim_sim *sim, uint32_t slot, int completed, gpusim_error *err);

/* ---- core/replay.c ---- */
gpusim_status gs_replay_submitted(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
gpusim_status gs_on_replay(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_replay_retry(gpusim_sim *sim, gpusim_error *err);
void gs_replay_left(gpusim_sim *sim, uint32_t slot);

/* ---- core/sample.c ---- */
/* Room for what sensors remember, and the first event; after the physical state was made. */
gpusim_status gs_sampling_begin(gpusim_sim *sim, gpusim_error *err);
void gs_sampling_destroy(gs_sampling *sampling);
gpusim_status gs_on_sample(void *context, const gpusim_event *event, gpusim_error *err);

/* ---- core/emit.c: what observers hear ---- */
gpusim_status gs_emit(gpusim_sim *sim, gpusim_table table, const void *row, gpusim_error *err);
gpusim_status gs_emit_event(gpusim_sim *sim, gpusim_event_type type, uint64_t entity,
                            int64_t detail, gpusim_error *err);
gpusim_status gs_emit_job(gpusim_sim *sim, uint32_t slot, gpusim_job_state state,
                          gpusim_job_reason reason, gpusim_error *err);
/* The allocation of a job that ends now: its current one, or one that it has just left. */
gpusim_status gs_emit_allocation(gpusim_sim *sim, uint32_t slot, const gpusim_part *parts,
                                 uint32_t count, gpusim_error *err);
gpusim_status gs_emit_decision(gpusim_sim *sim, gpusim_decision what, uint64_t job,
                               const gpusim_placement *placement, const char *reason,
                               gpusim_refusal refused, gpusim_error *err);
/* value: NaN where it means nothing. */
gpusim_status gs_emit_action(gpusim_sim *sim, uint32_t who, gpusim_action what, uint64_t entity,
                             double value, gpusim_error *err);
/* The same of what may not have been done. */
gpusim_status gs_emit_outcome(gpusim_sim *sim, uint32_t who, gpusim_action what, uint64_t entity,
                              double value, gpusim_action_outcome outcome, gpusim_error *err);
gpusim_status gs_emit_begin(gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_emit_end(gpusim_sim *sim, int complete, gpusim_error *err);

/* ---- core/summary.c ---- */
gpusim_status gs_summary_make(gpusim_sim *sim, gpusim_error *err);

#endif
