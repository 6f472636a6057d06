/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the time of jobs went: useful work, and what was lost to slowness, checkpoints, failures,
 * restarts and hanging (definitions 3, 18 and 19). */
#include "core/sim.h"
#include "policy/share.h"

gs_times gs_job_times(const gpusim_sim *sim, uint32_t slot)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gs_live *live = GS_LIVE(sim, slot);
    gpusim_time span = 0;
    if (job->state == GPUSIM_JOB_RUNNING) {
        span = gpusim_engine_now(sim->engine) - job->settled;
    }
    gs_spent spent = gs_progress_spent(live, span);
    gs_times times = {.held = job->attained + span,
                      .done = gs_job_worked(sim, slot),
                      .written = live->written + spent.written,
                      .redone = live->redone,
                      .restarting = live->restarting + spent.restarting,
                      .hung = live->hung + spent.hung};
    times.slowed = live->worked + spent.worked - times.done - times.redone;
    return times;
}

void gs_account_job(const gpusim_sim *sim, uint32_t slot, gpusim_job_state state,
                    gs_account *account)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    gs_times times = gs_job_times(sim, slot);
    double gpus = job->gpus, share = gs_job_share(job), held = gpus * share;
    double done = gpusim_seconds(times.done);

    // who neither completed nor is on the way to that has worked for nothing
    int useful =
        state == GPUSIM_JOB_COMPLETED || state == GPUSIM_JOB_RUNNING || state == GPUSIM_JOB_QUEUED;
    *(useful ? &account->useful : &account->abandoned) += done * gpus;

    // a share of a GPU is not slow for being one
    account->slowed += gpus * (share * gpusim_seconds(times.slowed) -
                               (1 - share) * gpusim_seconds(times.done + times.redone));
    account->checkpointing += held * gpusim_seconds(times.written);
    account->redone += gpus * gpusim_seconds(times.redone);
    account->restarting += held * gpusim_seconds(times.restarting);
    account->hung += held * gpusim_seconds(times.hung);

    // ETTR, by job and weighted by GPU time; there is none of a moment
    gpusim_time elapsed = gpusim_engine_now(sim->engine) - job->submit;
    if (times.held > 0) {
        double weight = held * gpusim_seconds(times.held);
        double ettr = done / (share * gpusim_seconds(elapsed));
        double scheduled = done / (share * gpusim_seconds(times.held));
        account->jobs++;
        account->weight += weight;
        account->ettr += ettr;
        account->ettr_weighted += weight * ettr;
        account->scheduled += scheduled;
        account->scheduled_weighted += weight * scheduled;
    }
}
