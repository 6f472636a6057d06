/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole tables of a trace in memory, and what all who read them ask. */
#ifndef GS_STUDY_READ_H
#define GS_STUDY_READ_H

#include <gpusim/trace.h>

/* `rows` is where to put a pointer to the table's row structs; release them with gs_release. There
 * is always room for one, so that a table without rows is no special case. */
gpusim_status gs_whole_table(gpusim_trace *trace, gpusim_table table, void *rows, uint64_t *count,
                             gpusim_error *err);

/* When the run ended; of one that was killed the last that is known. */
gpusim_status gs_trace_end(gpusim_trace *trace, gpusim_time *end, gpusim_error *err);

/* What an event makes of a job: 1 it waits, 0 it does not, -1 nothing changes. */
int gs_waits_after(const gpusim_event_row *event);

#endif
