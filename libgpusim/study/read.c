/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading tables of a trace whole. */
#include "study/read.h"

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
