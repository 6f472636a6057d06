/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The invariants of work, rates and shares of links, recomputed by looking at everything. */
#include <math.h>

#include "core/sim.h"

#define GS_BROKEN(...) gpusim_fail(err, GPUSIM_INTERNAL, __VA_ARGS__)

static gpusim_status check_work(const gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gs_live *live = GS_LIVE(sim, slot);
    unsigned long long order = job->order;
    if (job->done < 0 || job->done > live->duration || !(live->carried >= 0 && live->carried < 1)) {
        return GS_BROKEN("job %llu has done more than its work, or less than nothing", order);
    }
    if (live->checkpointed > job->done || live->tried > job->done) {
        return GS_BROKEN("job %llu has saved what it has not done", order);
    }
    if (live->worked + live->written + live->restarting + live->hung != job->attained ||
        live->allocated + (job->settled - job->start) != job->attained) {
        return GS_BROKEN("job %llu spent %lld ns on GPUs, of which something is missing", order,
                         (long long)job->attained);
    }
    double shown = gs_stands_still(live) ? 0 : live->plain ? 1 : live->rate;
    if (job->rate != shown || !(live->rate >= 0 && live->rate < INFINITY)) {
        return GS_BROKEN("job %llu is shown a rate of %g", order, job->rate);
    }

    // beyond the end of time there are no events
    gpusim_time end = gs_progress_end(sim, slot);
    gpusim_event pending = {.time = GPUSIM_TIME_MAX};
    (void)gpusim_engine_pending(sim->engine, live->end, &pending);
    gpusim_time apart = end > pending.time ? end - pending.time : pending.time - end;
    if (!live->marked && apart > (live->plain ? 0 : 1)) {
        return GS_BROKEN("job %llu is to reach its milestone at %lld ns, not at %lld", order,
                         (long long)end, (long long)pending.time);
    }
    return GPUSIM_OK;
}

// the gang waits for the slowest of its GPUs, and it alone
static gpusim_status check_pace(const gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gs_live *live = GS_LIVE(sim, slot);
    double slowest = 0;
    for (uint32_t p = 0; p < job->parts && job->gpus > 0; p++) {
        const gpusim_part *part = &GS_AT(sim->parts, gpusim_part, job->first_part + p);
        uint32_t first = sim->model->cluster.node_first_gpu[part->node] + part->first_gpu;
        for (uint32_t g = first; g < first + part->gpus; g++) {
            slowest = fmax(slowest, gs_gpu_time(sim, slot, g));
        }
    }
    if (job->gpus > 0 && live->compute != slowest) {
        return GS_BROKEN("job %llu goes at the pace of no GPU: %.17g, not %.17g",
                         (unsigned long long)job->order, live->compute, slowest);
    }
    return GPUSIM_OK;
}

gpusim_status gs_progress_check(const gpusim_sim *sim, uint32_t slot, gpusim_error *err)
{
    const gs_live *live = GS_LIVE(sim, slot);
    gpusim_status status = check_work(sim, slot, err);
    return status != GPUSIM_OK || live->plain || live->marked ? status : check_pace(sim, slot, err);
}

gpusim_status gs_network_check(const gpusim_sim *sim, gpusim_error *err)
{
    for (uint32_t l = 0; l < sim->links.count; l++) {
        const gs_link *link = &GS_AT(sim->links, gs_link, l);
        uint32_t hops = 0, before = GPUSIM_NONE;
        double asked = 0;
        int writes = l == gs_link_of_storage(sim);
        for (uint32_t h = link->first; h != GPUSIM_NONE; hops++) {
            const gs_hop *hop = &GS_AT(sim->hops, gs_hop, h);
            const gs_live *live = GS_LIVE(sim, hop->job);
            if (hop->link != l || hop->previous_on_link != before || hops == link->hops ||
                GS_JOB(sim, hop->job)->state != GPUSIM_JOB_RUNNING) {
                return GS_BROKEN("link %u has lost track of who crosses it", l);
            }
            asked += writes ? live->write_rate : hop->times * live->bandwidth;
            before = h;
            h = hop->next_on_link;
        }
        if (hops != link->hops) {
            return GS_BROKEN("link %u has %u hops, not %u", l, hops, link->hops);
        }
        if (!link->marked && asked > gs_link_capacity(sim, l) * (1 + 1e-12 * hops)) {
            return GS_BROKEN("link %u carries %g of %g B/s", l, asked, gs_link_capacity(sim, l));
        }
    }
    return GPUSIM_OK;
}
