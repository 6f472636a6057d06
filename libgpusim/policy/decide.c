/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a module calls to decide: each call goes to the core, which checks it and carries it out. */
#include "policy/policy.h"

#define GS_REASON_TEXT(identifier, text) [GS_REASON_##identifier] = (text),
const char *const gs_reasons[GS_REASON_COUNT] = {GS_REASON_LIST(GS_REASON_TEXT)};

gpusim_refusal gpusim_decide_start(gpusim_decisions *decisions, gpusim_job_id job,
                                   const gpusim_placement *placement, const char *reason)
{
    return decisions->start(decisions->core, job, placement, reason);
}

gpusim_refusal gpusim_decide_preempt(gpusim_decisions *decisions, gpusim_job_id job,
                                     const char *reason)
{
    return decisions->preempt(decisions->core, job, reason);
}

gpusim_refusal gpusim_decide_migrate(gpusim_decisions *decisions, gpusim_job_id job,
                                     const gpusim_placement *placement, const char *reason)
{
    return decisions->migrate(decisions->core, job, placement, reason);
}

gpusim_refusal gpusim_decide_resize(gpusim_decisions *decisions, gpusim_job_id job,
                                    const gpusim_placement *placement, const char *reason)
{
    return decisions->resize ? decisions->resize(decisions->core, job, placement, reason)
                             : GPUSIM_REFUSED_NO_JOB;
}

gpusim_refusal gpusim_decide_cancel(gpusim_decisions *decisions, gpusim_job_id job,
                                    const char *reason)
{
    return decisions->cancel(decisions->core, job, reason);
}

void gpusim_decide_wait(gpusim_decisions *decisions, gpusim_time time)
{
    if (time < decisions->wait) {
        decisions->wait = time;
    }
}
