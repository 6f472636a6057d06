/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads logs of power and temperature: nvidia-smi's CSV, or time_s, power_w, temperature_c. */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "calibrate/measured.h"

static const char *const time_names[] = {"time_s", NULL};
static const char *const stamp_names[] = {"timestamp", NULL};
static const char *const power_names[] = {"power_w", "power.draw", "power.draw.average",
                                          "power.draw.instant", NULL};
static const char *const temperature_names[] = {"temperature_c", "temperature.gpu", NULL};
static const char *const memory_names[] = {"memory_c", "temperature.memory", NULL};
static const char *const use_names[] = {"utilization.memory", NULL};
static const char *const share_names[] = {"memory_use", NULL};
static const char *const index_names[] = {"index", "gpu", NULL};

static const gs_column time_column = {time_names, "s"};
static const gs_column stamp_column = {stamp_names, ""};
static const gs_column power_column = {power_names, "W"};
const gs_column gs_column_temperature = {temperature_names, "C"};
static const gs_column memory_column = {memory_names, "C"};
static const gs_column use_column = {use_names, "%"};
static const gs_column share_column = {share_names, ""};
static const gs_column index_column = {index_names, ""};

typedef struct point {
    double time, power, temperature, memory, memory_use;
} point;

typedef struct reader {
    const gs_columns *columns;
    int32_t gpu;
    int32_t first_gpu;                                /* seen; -1: none yet */
    uint32_t time, stamp, power, temperature;         /* columns; time or stamp is GPUSIM_NONE */
    uint32_t memory, memory_use, memory_share, index; /* each may be GPUSIM_NONE */
    double begin;                                     /* of the log */
    gs_array points;
} reader;

static gpusim_status optional(const reader *r, uint32_t which, const gs_column *column,
                              double *value, gpusim_error *err)
{
    *value = (double)NAN;
    return which == GPUSIM_NONE ? GPUSIM_OK
                                : gs_columns_number(r->columns, which, column, value, err);
}

// 1 in *ours when the line is of the GPU that is wanted
static gpusim_status check_gpu(reader *r, int *ours, gpusim_error *err)
{
    double index;
    gpusim_status status = optional(r, r->index, &index_column, &index, err);
    *ours = 1;
    if (status != GPUSIM_OK || isnan(index)) {
        return status;
    }
    if (r->gpu >= 0) {
        *ours = index == r->gpu;
        return GPUSIM_OK;
    }
    if (r->first_gpu >= 0 && index != r->first_gpu) {
        status = gs_columns_fail(r->columns, r->index, "is a second GPU", err);
        gpusim_error_hint(err, "choose one with --gpu");
        return status;
    }
    r->first_gpu = index >= 0 && index < 1e6 ? (int32_t)index : 0;
    return GPUSIM_OK;
}

static gpusim_status read_time(const reader *r, double *time, gpusim_error *err)
{
    if (r->time == GPUSIM_NONE) {
        return gs_columns_stamp(r->columns, r->stamp, time, err);
    }
    gpusim_status status = gs_columns_number(r->columns, r->time, &time_column, time, err);
    if (status == GPUSIM_OK && !(*time >= 0)) {
        return gs_columns_fail(r->columns, r->time, "is no time", err);
    }
    return status;
}

static gpusim_status check_point(const reader *r, const point *p, gpusim_error *err)
{
    uint32_t time = r->time == GPUSIM_NONE ? r->stamp : r->time;
    const point *last = r->points.count ? &GS_AT(r->points, point, r->points.count - 1) : NULL;
    if (last && p->time < last->time) {
        return gs_columns_fail(r->columns, time, "lies before the line above", err);
    }
    if (p->power < 0) {
        return gs_columns_fail(r->columns, r->power, "is less than nothing", err);
    }
    if (p->temperature < -100 || p->temperature > 300) {
        return gs_columns_fail(r->columns, r->temperature, "is no temperature of a GPU", err);
    }
    return GPUSIM_OK;
}

// a line into points; one without power or temperature is left out
static gpusim_status take_line(reader *r, gpusim_error *err)
{
    gpusim_status status;
    point p;
    double share;
    int ours;
    GPUSIM_TRY(check_gpu(r, &ours, err));
    if (!ours) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(read_time(r, &p.time, err));
    GPUSIM_TRY(gs_columns_number(r->columns, r->power, &power_column, &p.power, err));
    GPUSIM_TRY(
        gs_columns_number(r->columns, r->temperature, &gs_column_temperature, &p.temperature, err));
    GPUSIM_TRY(optional(r, r->memory, &memory_column, &p.memory, err));
    GPUSIM_TRY(optional(r, r->memory_use, &use_column, &p.memory_use, err));
    GPUSIM_TRY(optional(r, r->memory_share, &share_column, &share, err));
    p.memory_use = isnan(share) ? p.memory_use / 100 : share;
    if (isnan(p.power) || isnan(p.temperature)) {
        return GPUSIM_OK;
    }
    if (r->points.count == 0) {
        r->begin = p.time;
    }
    p.time -= r->begin;
    GPUSIM_TRY(check_point(r, &p, err));
    GPUSIM_TRY(gs_array_push(&r->points, &p, err));
cleanup:
    return status;
}

// one member of all points as an array; NULL with *whole_array 0 when some have none
static gpusim_status gather(const reader *r, gs_arena *arena, size_t offset, const double **array,
                            int *complete, gpusim_error *err)
{
    double *values = gs_arena_get(arena, r->points.count * sizeof *values + 1);
    if (!values) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u points", r->points.count);
    }
    *complete = 1;
    for (uint32_t i = 0; i < r->points.count; i++) {
        memcpy(&values[i], (const char *)&GS_AT(r->points, point, i) + offset, sizeof *values);
        *complete &= !isnan(values[i]);
    }
    *array = *complete ? values : NULL;
    return GPUSIM_OK;
}

static gpusim_status build(const reader *r, gs_arena *arena, gs_heat_log *log, gpusim_error *err)
{
    gpusim_status status;
    int complete;
    log->points = r->points.count;
    log->lines = gs_lines_number(r->columns->lines) - 1;
    GPUSIM_TRY(gather(r, arena, offsetof(point, time), &log->time, &complete, err));
    GPUSIM_TRY(gather(r, arena, offsetof(point, power), &log->power, &complete, err));
    GPUSIM_TRY(gather(r, arena, offsetof(point, temperature), &log->temperature, &complete, err));
    GPUSIM_TRY(gather(r, arena, offsetof(point, memory), &log->memory, &complete, err));
    GPUSIM_TRY(gather(r, arena, offsetof(point, memory_use), &log->memory_use, &complete, err));
    log->whole = 1;
    for (uint32_t i = 0; i < log->points; i++) {
        log->whole &= log->temperature[i] == floor(log->temperature[i]);
    }
cleanup:
    return status;
}

static gpusim_status find_columns(reader *r, gpusim_error *err)
{
    gpusim_status status;
    r->time = gs_columns_find(r->columns, &time_column);
    r->stamp = GPUSIM_NONE;
    if (r->time == GPUSIM_NONE) {
        GPUSIM_TRY(gs_columns_need(r->columns, &stamp_column, &r->stamp, err));
    } else {
        GPUSIM_TRY(gs_columns_need(r->columns, &time_column, &r->time, err));
    }
    GPUSIM_TRY(gs_columns_need(r->columns, &power_column, &r->power, err));
    GPUSIM_TRY(gs_columns_need(r->columns, &gs_column_temperature, &r->temperature, err));
    r->memory = gs_columns_find(r->columns, &memory_column);
    r->memory_use = gs_columns_find(r->columns, &use_column);
    r->memory_share = gs_columns_find(r->columns, &share_column);
    r->index = gs_columns_find(r->columns, &index_column);
cleanup:
    return status;
}

gpusim_status gs_heat_log_read(gs_columns *columns, int32_t gpu, gs_arena *arena, gs_heat_log *log,
                               gpusim_error *err)
{
    gpusim_status status;
    reader r = {.columns = columns, .gpu = gpu, .first_gpu = -1};
    r.points = GS_ARRAY(point);
    int more;
    GPUSIM_TRY(find_columns(&r, err));
    for (;;) {
        GPUSIM_TRY(gs_columns_next(columns, &more, err));
        if (!more) {
            break;
        }
        GPUSIM_TRY(take_line(&r, err));
    }
    GPUSIM_TRY(build(&r, arena, log, err));
cleanup:
    gs_array_release(&r.points);
    return status;
}
