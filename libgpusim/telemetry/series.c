/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals that are made of metrics. Bits of a mask have the names that nvidia-smi has for them,
 * else their numbers. */
#include "telemetry/series.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NUMBERED 4 /* bits of a mask that have no names */

static const char *const scopes[] = {
    [GPUSIM_OF_GPU] = "", [GPUSIM_OF_NODE] = "node/", [GPUSIM_OF_RACK] = "rack/"};

static uint32_t unit_of(const char *metric, gpusim_entity entity)
{
    uint32_t known;
    const gpusim_metric *metrics = gpusim_metrics(&known);
    for (uint32_t m = 0; m < known; m++) {
        if (metrics[m].entity == entity && strcmp(metrics[m].name, metric) == 0) {
            return metrics[m].unit;
        }
    }
    return GPUSIM_UNIT_NONE;
}

static uint32_t per_second(uint32_t unit)
{
    return unit == GPUSIM_UNIT_NONE   ? GPUSIM_UNIT_PER_SECOND
           : unit == GPUSIM_UNIT_BYTE ? GPUSIM_UNIT_BYTE_PER_SECOND
                                      : GPUSIM_UNIT_NONE;
}

static uint32_t bits_of(const char *metric, const gs_series *like, gs_series *made)
{
    uint32_t columns, count = 0;
    const gpusim_smi_column *all = gpusim_smi_columns(&columns);
    for (uint32_t c = 0; c < columns && count < GS_SERIES_MOST; c++) {
        const char *dot = strrchr(all[c].query, '.');
        if (all[c].metric && strcmp(all[c].metric, metric) == 0 && all[c].kind == GPUSIM_SMI_BIT) {
            made[count] = *like;
            made[count].bit = all[c].bit;
            snprintf(made[count++].name, GS_SERIES_NAME, "%.70s%.24s", like->name, dot);
        }
    }
    for (uint32_t bit = 0; count <= bit && bit < NUMBERED; bit++) {
        made[count] = *like;
        made[count].bit = UINT32_C(1) << bit;
        snprintf(made[count++].name, GS_SERIES_NAME, "%.80s.%u", like->name, bit);
    }
    return count;
}

uint32_t gs_series_of(const char *metric, uint32_t number, gpusim_entity entity, uint32_t type,
                      gs_series *made)
{
    gs_series one = {.metric = number, .entity = (uint8_t)entity, .type = (uint8_t)type};
    if (entity != GPUSIM_OF_GPU && entity != GPUSIM_OF_NODE && entity != GPUSIM_OF_RACK) {
        return 0;
    }
    snprintf(one.name, sizeof one.name, "%s%.60s%s", scopes[entity], metric,
             type == GPUSIM_UINT64 ? "_rate" : "");
    if (type == GPUSIM_UINT32) {
        one.kind = GS_SERIES_BIT;
        return bits_of(metric, &one, made);
    }
    one.kind = type == GPUSIM_UINT64 ? GS_SERIES_RATE : GS_SERIES_GAUGE;
    one.unit = unit_of(metric, entity);
    one.unit = one.kind == GS_SERIES_RATE ? per_second(one.unit) : one.unit;
    *made = one;
    return type == GPUSIM_UINT64 || type == GPUSIM_FLOAT32;
}

int gs_series_called(const gs_series *series, const char *name)
{
    if (strcmp(name, "all") == 0 || strcmp(name, series->name) == 0) {
        return 1;
    }
    if (strcmp(name, "gauges") == 0) {
        return series->entity == GPUSIM_OF_GPU && series->kind == GS_SERIES_GAUGE;
    }
    size_t length = strlen(name);
    if (strncmp(series->name, name, length) != 0) {
        return 0;
    }
    const char *rest = series->name + length;
    return series->kind == GS_SERIES_RATE  ? strcmp(rest, "_rate") == 0
           : series->kind == GS_SERIES_BIT ? *rest == '.'
                                           : 0;
}

double gs_series_span(const gs_series *series)
{
    static const struct {
        gpusim_unit unit;
        double span;
    } spans[] = {{GPUSIM_UNIT_PERCENT, 100},    {GPUSIM_UNIT_CELSIUS, 50},
                 {GPUSIM_UNIT_WATT, 500},       {GPUSIM_UNIT_MEGAHERTZ, 1000},
                 {GPUSIM_UNIT_MEBIBYTE, 10000}, {GPUSIM_UNIT_BYTE_PER_SECOND, 1e9}};
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        if (series->unit == (uint32_t)spans[i].unit) {
            return spans[i].span;
        }
    }
    return 1;
}

double gs_series_read(const gs_series *series, const void *values, uint64_t i)
{
    switch (series->type) {
    case GPUSIM_UINT64: {
        uint64_t value = ((const uint64_t *)values)[i];
        return value == UINT64_MAX ? (double)NAN : (double)value;
    }
    case GPUSIM_UINT32: {
        uint32_t value = ((const uint32_t *)values)[i];
        return value == UINT32_MAX ? (double)NAN : (value & series->bit) != 0;
    }
    default:
        return (double)((const float *)values)[i];
    }
}

double gs_series_rate(double before, double now, double seconds)
{
    return now >= before && seconds > 0 ? (now - before) / seconds : (double)NAN;
}
