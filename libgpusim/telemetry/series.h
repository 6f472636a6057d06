/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What detectors see of a metric, as signals of GPUs: a gauge as it is, a counter as its rate, a
 * mask bit by bit; what is of a node or a rack as that of the GPUs there. */
#ifndef GS_TELEMETRY_SERIES_H
#define GS_TELEMETRY_SERIES_H

#include <gpusim/record.h>

typedef enum gs_series_kind { GS_SERIES_GAUGE, GS_SERIES_RATE, GS_SERIES_BIT } gs_series_kind;

enum { GS_SERIES_NAME = 96, GS_SERIES_MOST = 8 /* of one metric */ };

typedef struct gs_series {
    char name[GS_SERIES_NAME]; /* gpu_temp, ecc_sbe_vol_total_rate, node/fan_speed,
                                * clock_throttle_reasons.hw_slowdown */
    uint32_t metric;           /* its number, as the caller counts */
    uint32_t unit;             /* gpusim_unit */
    uint32_t bit;              /* of a mask */
    uint8_t kind;              /* gs_series_kind */
    uint8_t entity;            /* gpusim_entity: whose metric it is */
    uint8_t type;              /* GPUSIM_FLOAT32, _UINT64, _UINT32 */
    uint8_t reserved;
} gs_series;

/* Those of a metric into made[GS_SERIES_MOST]; how many. None of what is of the whole cluster. */
uint32_t gs_series_of(const char *metric, uint32_t number, gpusim_entity entity, uint32_t type,
                      gs_series *made);

/* Whether a name in a list means this one: its own, its metric's ("node/fan_speed"), "gauges" for
 * all gauges of GPUs, or "all". */
int gs_series_called(const gs_series *series, const char *name);

/* How far its values usually lie apart. */
double gs_series_span(const gs_series *series);

/* A value as it was sampled; NaN: missing. Of a counter it is its reading. */
double gs_series_read(const gs_series *series, const void *values, uint64_t i);
/* Of a counter in a second, from what it was before; NaN where either is missing, or where it has
 * begun anew. */
double gs_series_rate(double before, double now, double seconds);

#endif
