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

static void add_losses(const gs_times *times, double gpus, double share, gs_account *account)
{
    // a share of a GPU is not slow for being one
    double lost = gpusim_seconds(times->redone);
    account->slowed += gpus * (share * gpusim_seconds(times->slowed) -
                               (1 - share) * (gpusim_seconds(times->done) + lost));
    account->checkpointing += gpus * share * gpusim_seconds(times->written);
    account->redone += gpus * lost;
    account->restarting += gpus * share * gpusim_seconds(times->restarting);
    account->hung += gpus * share * gpusim_seconds(times->hung);
}

void gs_account_job(const gpusim_sim *sim, uint32_t slot, gpusim_job_state state,
                    gs_account *account)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    gs_times times = gs_job_times(sim, slot);
    if (times.held == 0) {
        return;
    }
    double gpus = job->gpus, share = gs_job_share(job), done = gpusim_seconds(times.done);
    double held =
        times.done == times.held && share == 1 ? done : share * gpusim_seconds(times.held);

    // who neither completed nor is on the way to that has worked for nothing
    int useful =
        state == GPUSIM_JOB_COMPLETED || state == GPUSIM_JOB_RUNNING || state == GPUSIM_JOB_QUEUED;
    *(useful ? &account->useful : &account->abandoned) += done * gpus;
    if (times.done != times.held) {
        add_losses(&times, gpus, share, account);
    }

    // ETTR, by job and weighted by GPU time
    gpusim_time elapsed = gpusim_engine_now(sim->engine) - job->submit;
    double weight = gpus * held, scheduled = done / held;
    double ettr = elapsed == times.held ? scheduled : done / (share * gpusim_seconds(elapsed));
    account->jobs++;
    account->weight += weight;
    account->ettr += ettr;
    account->ettr_weighted += weight * ettr;
    account->scheduled += scheduled;
    account->scheduled_weighted += weight * scheduled;
}
