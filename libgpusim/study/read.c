/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading tables of a trace whole, and what they say of its end and of jobs that wait. */
#include "study/read.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

gpusim_status gs_whole_table(gpusim_trace *trace, gpusim_table table, void *rows, uint64_t *count,
                             gpusim_error *err)
{
    gpusim_status status;
    void *read = NULL;
    *count = gpusim_trace_get_info(trace)->rows[table];
    GPUSIM_TRY(gs_allocate(&read, *count + 1, gpusim_table_record(table)->size, err));
    memcpy(rows, &read, sizeof read);
    GPUSIM_TRY(gpusim_trace_rows(trace, table, 0, *count, read, err));
cleanup:
    return status;
}

// as the summary says; of a run that was killed the last that is known
gpusim_status gs_trace_end(gpusim_trace *trace, gpusim_time *end, gpusim_error *err)
{
    gpusim_status status;
    gpusim_summary summary = {.size = sizeof summary};
    const gpusim_trace_info *info = gpusim_trace_get_info(trace);
    uint64_t events = info->rows[GPUSIM_TABLE_EVENTS];
    gpusim_event_row last = {0};
    GPUSIM_TRY(gpusim_trace_summary(trace, &summary, err));
    if (summary.sim_time_s > 0) {
        *end = gpusim_time_from_seconds(summary.sim_time_s);
        return GPUSIM_OK;
    }
    *end = isnan(info->last_sample_s) ? 0 : gpusim_time_from_seconds(info->last_sample_s);
    if (events > 0) {
        GPUSIM_TRY(gpusim_trace_rows(trace, GPUSIM_TABLE_EVENTS, events - 1, 1, &last, err));
        *end = last.time > *end ? last.time : *end;
    }
cleanup:
    return status;
}

int gs_waits_after(const gpusim_event_row *event)
{
    switch ((gpusim_event_type)event->type) {
    case GPUSIM_EVENT_SUBMIT:
    case GPUSIM_EVENT_PREEMPT:
    case GPUSIM_EVENT_FAIL:
        return 1;
    case GPUSIM_EVENT_START:
    case GPUSIM_EVENT_END:
        return 0;
    default:
        return -1;
    }
}
