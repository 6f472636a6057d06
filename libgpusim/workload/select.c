/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `select:` keeps a part of a log: a window of submission, some virtual clusters, the first few. */
#include <string.h>

#include "workload/log.h"

static int wants_vc(const gs_log *log, const gs_trace_select *select, uint32_t vc)
{
    const char *name = gs_names_text(log->names, vc);
    for (uint32_t i = 0; i < select->vc.count; i++) {
        if (strcmp(((const char *const *)select->vc.items)[i], name) == 0) {
            return 1;
        }
    }
    return select->vc.count == 0;
}

gpusim_status gs_log_select(gs_log *log, gpusim_error *err)
{
    const gs_trace_select *select = &log->trace->select;
    if (!select->present) {
        return GPUSIM_OK;
    }
    gpusim_status status;
    gs_job *jobs = log->jobs.data;
    uint32_t count = log->jobs.count;
    uint32_t kept = 0;
    uint32_t *place = NULL; // of each job among the kept, or GPUSIM_NONE
    GPUSIM_TRY(gs_allocate(&place, count, sizeof *place, err));
    for (uint32_t i = 0; i < count; i++) {
        gs_job job = jobs[i];
        place[i] = GPUSIM_NONE;
        if (job.submit < select->from || job.submit >= select->until || kept >= select->first ||
            !wants_vc(log, select, job.vc)) {
            continue;
        }
        place[i] = kept;
        job.submit -= select->from;
        if (job.extra != GPUSIM_NONE) {
            // who waited for a job that is left out waits for nothing
            gs_job_extra *extra = &GS_AT(log->extras, gs_job_extra, job.extra);
            extra->start -= extra->start == GPUSIM_TIME_MAX ? 0 : select->from;
            extra->after = extra->after == GPUSIM_NONE ? GPUSIM_NONE : place[extra->after];
        }
        jobs[kept++] = job;
    }
    log->jobs.count = kept;
cleanup:
    gs_release(&place);
    return status;
}
