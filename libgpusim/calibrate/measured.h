/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was measured, as files hold it: runs under power caps, or power and temperature in time. */
#ifndef GS_CALIBRATE_MEASURED_H
#define GS_CALIBRATE_MEASURED_H

#include <gpusim/calibrate.h>

#include "calibrate/columns.h"

#define GS_CAPS_MAX 256u /* different caps in a table */

/* Runs of configurations that are complete over all caps; everything in the arena. Relative to the
 * highest cap, as the fit needs them. */
typedef struct gs_cap_table {
    uint32_t caps, configurations, groups;
    uint32_t seen;                 /* configurations in the file, complete or not */
    const double *cap;             /* [caps] W, rising */
    const double *throughput;      /* [configurations][caps] */
    const double *power;           /* [configurations][caps] of the mean power */
    const double *top_power;       /* [configurations] W under the highest cap */
    const char *const *name;       /* [configurations] */
    const char *const *group_name; /* [groups] */
    const uint32_t *group;         /* [configurations] */
} gs_cap_table;

/* Power and temperature of one GPU; in the arena. */
typedef struct gs_heat_log {
    uint32_t points;
    uint32_t lines;            /* of the file, those of other GPUs too */
    const double *time;        /* [points] s since the first */
    const double *power;       /* [points] W, the mean since the point before */
    const double *temperature; /* [points] degC */
    const double *memory;      /* [points] degC, or NULL */
    const double *memory_use;  /* [points] 0..1 of the time that the memory was at work, or NULL */
    uint8_t whole;             /* temperatures are whole degrees */
    uint8_t reserved[7];
} gs_heat_log;

typedef struct gs_measured {
    int32_t kind; /* gpusim_calibration_kind */
    int32_t reserved;
    gs_cap_table caps;
    gs_heat_log heat;
} gs_measured;

/* Reads what is of either kind, and closes `lines`. gpu: as in the options. */
gpusim_status gs_measured_read(gs_lines *lines, int32_t gpu, gs_arena *arena, gs_measured *measured,
                               gpusim_error *err);

/* The two kinds, with the header read. */
gpusim_status gs_cap_table_read(gs_columns *columns, gs_arena *arena, gs_cap_table *table,
                                gpusim_error *err);
gpusim_status gs_heat_log_read(gs_columns *columns, int32_t gpu, gs_arena *arena, gs_heat_log *log,
                               gpusim_error *err);

extern const gs_column gs_column_cap, gs_column_temperature;

#endif
