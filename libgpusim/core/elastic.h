/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs that run on other numbers of GPUs than they requested. */
#ifndef GS_CORE_ELASTIC_H
#define GS_CORE_ELASTIC_H

#include "core/sim.h"

static inline int gs_job_elastic(const gpusim_job_info *job)
{
    return job->least_gpus < job->most_gpus;
}

/* GPU-seconds of a span that an elastic job holds beyond the GPUs that it requested. */
static inline void gs_live_extra(const gpusim_job_info *job, gs_live *live, const gs_spent *spent)
{
    if (job->gpus != job->requested) {
        double more = (double)job->gpus - (double)job->requested;
        live->extra_worked += more * gpusim_seconds(spent->worked);
        live->extra_written += more * gpusim_seconds(spent->written);
        live->extra_restarting += more * gpusim_seconds(spent->restarting);
        live->extra_hung += more * gpusim_seconds(spent->hung);
    }
}

/* core/resize.c: what becomes of a running job that has just taken another number of GPUs. */
void gs_job_resized(gpusim_sim *sim, uint32_t slot);

#endif
