/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings of instruments in any order, each with a time, on their way to samples of all at equal
 * distances, with gaps where there are none. */
#ifndef GS_DETECT_READINGS_H
#define GS_DETECT_READINGS_H

#include "base/names.h"
#include "detect/samples.h"

typedef struct gs_readings {
    gs_array rows;      /* reading */
    gs_array node;      /* uint32_t, by entity: its node, GPUSIM_NONE: unknown */
    gs_names *entities; /* numbered from 1 */
    gs_names *signals;
    gs_names *nodes;
} gs_readings;

gpusim_status gs_readings_begin(gs_readings *readings, gpusim_error *err);
void gs_readings_end(gs_readings *readings);

/* The number of an entity or of a signal by its name; `node` "" where nobody said. */
gpusim_status gs_readings_entity(gs_readings *readings, const char *name, const char *node,
                                 uint32_t *entity, gpusim_error *err);
gpusim_status gs_readings_signal(gs_readings *readings, const char *name, uint32_t *signal,
                                 gpusim_error *err);

gpusim_status gs_readings_add(gs_readings *readings, gpusim_time time, uint32_t entity,
                              uint32_t signal, double value, gpusim_error *err);

/* All readings as samples: those less than half an interval apart are of one sample, the interval
 * being the median of those between readings of one signal; where a sample is overdue there are
 * samples without values, at most 1,000 in a row; of two readings of the same the later counts.
 * Signals come in order of name. Readings are reordered. */
gpusim_status gs_readings_sample(gs_readings *readings, gpusim_samples *samples, gpusim_error *err);

#endif
