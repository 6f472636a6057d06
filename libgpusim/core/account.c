/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the time of jobs went: useful work, and what was lost to slowness, checkpoints, failures,
 * restarts and hanging (definitions 3, 18 and 19). */
#include "core/elastic.h"
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

// of each second of work, how much longer it takes on its own share of nominal GPUs: a part of a
// GPU is not slow for being one
static double longer_on_share(const gpusim_sim *sim, uint32_t slot, double share)
{
    double reference = GS_LIVE(sim, slot)->reference;
    double longer = gs_step_on(share, gs_profile_of(sim, slot)->host_bound) - 1;
    return longer / (reference > 1 ? reference : 1);
}

static void add_losses(const gs_times *times, double held, double longer, gs_account *account)
{
    double lost = gpusim_seconds(times->redone);
    account->slowed +=
        held * (gpusim_seconds(times->slowed) - longer * (gpusim_seconds(times->done) + lost));
    account->checkpointing += held * gpusim_seconds(times->written);
    account->redone += held * (1 + longer) * lost;
    account->restarting += held * gpusim_seconds(times->restarting);
    account->hung += held * gpusim_seconds(times->hung);
}

// GPU-seconds that it has held beyond what it requested, by now
static gs_live extra_of(const gpusim_sim *sim, uint32_t slot)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    gs_live live = *GS_LIVE(sim, slot);
    if (job->state == GPUSIM_JOB_RUNNING) {
        gs_spent spent = gs_progress_spent(&live, gpusim_engine_now(sim->engine) - job->settled);
        gs_live_extra(job, &live, &spent);
    }
    return live;
}

/* Seconds that it held GPUs for work done and kept. Of a job on the GPUs it requested that is its
 * run time at rate 1; on other numbers it does more or less a second, so that an elastic job's is
 * the time it worked, less what failures undid of that at its mean rate. */
static double useful_time(const gpusim_job_info *job, const gs_times *times, double done)
{
    gpusim_time all = times->done + times->redone;
    if (!gs_job_elastic(job) || all == 0) {
        return done;
    }
    return gpusim_seconds(all + times->slowed) * ((double)times->done / (double)all);
}

void gs_account_job(const gpusim_sim *sim, uint32_t slot, gpusim_job_state state,
                    gs_account *account)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    gs_times times = gs_job_times(sim, slot);
    if (times.held == 0) {
        return;
    }
    double share = gs_job_share(job), gpus = job->requested * share;
    double longer = share == 1 ? 0 : longer_on_share(sim, slot, share);
    gs_live extra = extra_of(sim, slot);
    double held = gpusim_seconds(times.held), done = (1 + longer) * gpusim_seconds(times.done);

    // who neither completed nor is on the way to that has worked for nothing
    int useful =
        state == GPUSIM_JOB_COMPLETED || state == GPUSIM_JOB_RUNNING || state == GPUSIM_JOB_QUEUED;
    *(useful ? &account->useful : &account->abandoned) += gpus * done;
    if (times.done != times.held || longer > 0) {
        add_losses(&times, gpus, longer, account);
    }
    account->slowed += extra.extra_worked;
    account->checkpointing += extra.extra_written;
    account->restarting += extra.extra_restarting;
    account->hung += extra.extra_hung;

    // ETTR, by job and weighted by GPU time
    gpusim_time elapsed = gpusim_engine_now(sim->engine) - job->submit;
    double weight = gpus * held + extra.extra_worked + extra.extra_written +
                    extra.extra_restarting + extra.extra_hung;
    double kept = useful_time(job, &times, done), scheduled = kept / held;
    double ettr = elapsed == times.held ? scheduled : kept / gpusim_seconds(elapsed);
    account->jobs++;
    account->weight += weight;
    account->ettr += ettr;
    account->ettr_weighted += weight * ettr;
    account->scheduled += scheduled;
    account->scheduled_weighted += weight * scheduled;
}
