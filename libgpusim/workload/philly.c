/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Microsoft Philly traces as a table: timestamp,duration,num_gpus,gpu_time,cluster. Stamps are
 * wall clock and unsorted; the earliest submit is time zero; clusters are virtual clusters. */
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "workload/cells.h"

enum { TIMESTAMP, DURATION, NUM_GPUS, CLUSTER, COLUMNS };

static const char *const names[COLUMNS] = {"timestamp", "duration", "num_gpus", "cluster"};

// "2017-10-09 07:01:55": never the day alone
static int read_stamp(const char *text, size_t length, gpusim_time *value)
{
    return length == 19 && gs_date_read(text, length, value);
}

static gpusim_status need(const gs_log *log, const gs_cells *cells, uint32_t column, uint32_t *cell,
                          gpusim_error *err)
{
    if (!gs_cell_find(log, cells, column, cell)) {
        return gs_lines_fail(log->lines, NULL, err, "the line has no %s", names[column]);
    }
    return GPUSIM_OK;
}

gpusim_status gs_philly_line(gs_log *log, const char *text, size_t length, gpusim_error *err)
{
    gpusim_status status;
    gs_cells cells;
    GPUSIM_TRY(gs_cells_split(log, text, length, &cells, err));
    if (cells.count == 1 && cells.length[0] == 0) {
        return GPUSIM_OK;
    }
    if (!log->header) {
        log->stamps = 1;
        return gs_cells_header(log, &cells, names, COLUMNS, CLUSTER, 0, err);
    }
    gs_log_entry entry;
    gs_log_entry_begin(log, &entry);
    uint32_t cell = 0;
    entry.job.id = log->jobs.count;
    GPUSIM_TRY(need(log, &cells, TIMESTAMP, &cell, err));
    if (!read_stamp(cells.at[cell], cells.length[cell], &entry.job.submit)) {
        return gs_cell_fail(log, &cells, cell, names[TIMESTAMP],
                            "not a date like 2017-10-09 07:01:55", err);
    }
    GPUSIM_TRY(need(log, &cells, DURATION, &cell, err));
    GPUSIM_TRY(gs_cell_time(log, &cells, cell, names[DURATION], &entry.job.duration, err));
    GPUSIM_TRY(need(log, &cells, NUM_GPUS, &cell, err));
    GPUSIM_TRY(gs_cell_count(log, &cells, cell, names[NUM_GPUS], &entry.job.gpus, err));
    if (!log->vc && gs_cell_find(log, &cells, CLUSTER, &cell)) {
        GPUSIM_TRY(gs_cell_name(log, &cells, cell, &entry.job.vc, err));
    }
    GPUSIM_TRY(gs_log_add(log, &entry, err));
cleanup:
    return status;
}
