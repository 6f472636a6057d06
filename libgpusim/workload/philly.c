/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Microsoft Philly traces as a table: timestamp,duration,num_gpus,gpu_time,cluster. Stamps are
 * wall clock and unsorted; the earliest submit is time zero; clusters are virtual clusters. */
#include <string.h>

#include "base/number.h"
#include "workload/cells.h"

enum { TIMESTAMP, DURATION, NUM_GPUS, CLUSTER, COLUMNS };

static const char *const names[COLUMNS] = {"timestamp", "duration", "num_gpus", "cluster"};

// two digits, or -1
static int two_digits(const char *text)
{
    int high = text[0] - '0';
    int low = text[1] - '0';
    return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1;
}

static int is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

// days from 1970-01-01 in the Gregorian calendar, by counting leap years
static int64_t days_before(int year, int month, int day)
{
    int64_t y = year - 1;
    int64_t days = (int64_t)(year - 1970) * 365 + (y / 4 - y / 100 + y / 400) - 477;
    for (int m = 1; m < month; m++) {
        days += days_of_month(year, m);
    }
    return days + day - 1;
}

// "2017-10-09 07:01:55" (or with a T) to Unix time; 0 when it is no such date
static int read_stamp(const char *text, size_t length, gpusim_time *value)
{
    if (length != 19 || text[4] != '-' || text[7] != '-' || (text[10] != ' ' && text[10] != 'T') ||
        text[13] != ':' || text[16] != ':') {
        return 0;
    }
    int century = two_digits(text);
    int year = two_digits(text + 2);
    int month = two_digits(text + 5);
    int day = two_digits(text + 8);
    int hour = two_digits(text + 11);
    int minute = two_digits(text + 14);
    int second = two_digits(text + 17);
    if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59 || second < 0 || second > 60) {
        return 0;
    }
    // times are 64-bit nanoseconds: 1970 to 2261
    year += century * 100;
    if (year < 1970 || year > 2261 || day > days_of_month(year, month)) {
        return 0;
    }
    int64_t seconds = days_before(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *value = seconds * GPUSIM_SECOND;
    return 1;
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
