/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings of instruments in any order become samples of all at equal distances. */
#include "detect/readings.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "stats/stats.h"
#include "telemetry/series.h"

#define BLANKS_IN_A_ROW 1000u
#define LARGEST         ((uint64_t)1 << 27) /* values of all samples */

typedef struct reading {
    gpusim_time time;
    uint32_t entity, signal;
    double value;
} reading;

gpusim_status gs_readings_begin(gs_readings *readings, gpusim_error *err)
{
    gpusim_status status;
    *readings = (gs_readings){.rows = GS_ARRAY(reading), .node = GS_ARRAY(uint32_t)};
    GPUSIM_TRY(gs_names_create(&readings->entities, err));
    GPUSIM_TRY(gs_names_create(&readings->signals, err));
    GPUSIM_TRY(gs_names_create(&readings->nodes, err));
cleanup:
    return status;
}

void gs_readings_end(gs_readings *readings)
{
    gs_array_release(&readings->rows);
    gs_array_release(&readings->node);
    gs_names_destroy(readings->entities);
    gs_names_destroy(readings->signals);
    gs_names_destroy(readings->nodes);
}

// Names count from 1, for "" is the first; entities and signals from 0.
gpusim_status gs_readings_entity(gs_readings *readings, const char *name, const char *node,
                                 uint32_t *entity, gpusim_error *err)
{
    gpusim_status status;
    uint32_t where = GPUSIM_NONE;
    GPUSIM_TRY(gs_names_add(readings->entities, name, strlen(name), entity, err));
    *entity = *entity ? *entity - 1 : 0;
    if (*node) {
        GPUSIM_TRY(gs_names_add(readings->nodes, node, strlen(node), &where, err));
        where--;
    }
    if (*entity >= readings->node.count) {
        GPUSIM_TRY(gs_array_push(&readings->node, &where, err));
    }
cleanup:
    return status;
}

gpusim_status gs_readings_signal(gs_readings *readings, const char *name, uint32_t *signal,
                                 gpusim_error *err)
{
    gpusim_status status = gs_names_add(readings->signals, name, strlen(name), signal, err);
    *signal = *signal ? *signal - 1 : 0;
    return status;
}

gpusim_status gs_readings_add(gs_readings *readings, gpusim_time time, uint32_t entity,
                              uint32_t signal, double value, gpusim_error *err)
{
    reading row = {time, entity, signal, value};
    return gs_array_push(&readings->rows, &row, err);
}

/* ---- times ---- */

static int by_time(const void *a, const void *b)
{
    const reading *x = a, *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

// The usual time between readings of the first signal that there is; 1 s where there is but one.
static gpusim_status find_interval(const gs_readings *readings, gpusim_time *interval,
                                   gpusim_error *err)
{
    gpusim_status status;
    double *steps = NULL;
    size_t count = 0;
    const reading *last = NULL;
    GPUSIM_TRY(gs_allocate(&steps, readings->rows.count + 1, sizeof *steps, err));
    for (uint32_t i = 0; i < readings->rows.count; i++) {
        const reading *row = &GS_AT(readings->rows, reading, i);
        if (last && (row->entity != last->entity || row->signal != last->signal)) {
            continue;
        }
        if (last && row->time > last->time) {
            steps[count++] = gpusim_seconds(row->time) - gpusim_seconds(last->time);
        }
        last = row;
    }
    double usual = count ? gs_quantile(steps, count, 0.5) : 1;
    *interval = gpusim_time_from_seconds(usual);
cleanup:
    gs_release(&steps);
    return status;
}

// Samples begin with the first reading that is half an interval behind the last one's begin; those
// that are overdue stand between.
static gpusim_status find_samples(const gs_readings *readings, gpusim_time interval,
                                  gs_array *times, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; i < readings->rows.count; i++) {
        gpusim_time at = GS_AT(readings->rows, reading, i).time;
        gpusim_time last = times->count ? GS_AT(*times, gpusim_time, times->count - 1) : 0;
        if (times->count && at - last <= interval / 2) {
            continue;
        }
        for (uint32_t k = 0; times->count && k < BLANKS_IN_A_ROW; k++) {
            gpusim_time overdue = gpusim_time_add(last, interval);
            if (at - overdue <= interval / 2) {
                break;
            }
            GPUSIM_TRY(gs_array_push(times, &overdue, err));
            last = overdue;
        }
        GPUSIM_TRY(gs_array_push(times, &at, err));
    }
cleanup:
    return status;
}

/* ---- who and what ---- */

static gpusim_status no_memory(gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a log's samples");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const gpusim_signal *)a)->name, ((const gpusim_signal *)b)->name);
}

// Unit and span of what is one of our metrics; of others nobody knows.
static gpusim_signal signal_of(const char *name)
{
    gs_series series[GS_SERIES_MOST];
    (void)gs_series_of(name, 0, GPUSIM_OF_GPU, GPUSIM_FLOAT32, series);
    return (gpusim_signal){
        .name = name, .span = gs_series_span(series), .unit = (gpusim_unit)series->unit};
}

// `place` of each signal as it was numbered: where it stands in order of name.
static gpusim_status name_signals(const gs_readings *readings, gpusim_samples *samples,
                                  uint32_t *place, gpusim_error *err)
{
    gpusim_status status;
    uint32_t count = gs_names_count(readings->signals) - 1;
    gpusim_signal *signals = gs_arena_get(&samples->arena, (count + 1) * sizeof *signals);
    if (!signals) {
        return no_memory(err);
    }
    for (uint32_t s = 0; s < count; s++) {
        const char *name = gs_names_text(readings->signals, s + 1);
        signals[s] = signal_of(name);
        signals[s].name = gs_arena_text(&samples->arena, name, strlen(name));
        if (!signals[s].name) {
            return no_memory(err);
        }
    }
    GPUSIM_TRY(gs_sort(signals, count, sizeof *signals, by_name, err));
    for (uint32_t s = 0; s < count; s++) {
        place[gs_names_find(readings->signals, signals[s].name, strlen(signals[s].name)) - 1] = s;
    }
    samples->scene.signals = signals;
    samples->scene.signal_count = count;
cleanup:
    return status;
}

static gpusim_status name_entities(const gs_readings *readings, gpusim_samples *samples,
                                   gpusim_error *err)
{
    uint32_t count = readings->node.count;
    uint32_t *node = gs_arena_get(&samples->arena, (count + 1) * sizeof *node);
    samples->entities = gs_arena_get(&samples->arena, (count + 1) * sizeof(const char *));
    if (!node || !samples->entities) {
        return no_memory(err);
    }
    int known = count > 0;
    for (uint32_t e = 0; e < count; e++) {
        const char *name = gs_names_text(readings->entities, e + 1);
        samples->entities[e] = name ? gs_arena_text(&samples->arena, name, strlen(name)) : "";
        node[e] = GS_AT(readings->node, uint32_t, e);
        known &= node[e] != GPUSIM_NONE;
        if (!samples->entities[e]) {
            return no_memory(err);
        }
    }
    samples->scene.node = known ? node : NULL;
    samples->scene.entity_count = count;
    return GPUSIM_OK;
}

/* ---- all ---- */

static gpusim_status fill(const gs_readings *readings, const uint32_t *place,
                          gpusim_samples *samples, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t width = (uint64_t)samples->scene.entity_count * samples->scene.signal_count;
    uint64_t all = width * samples->times.count, sample = 0;
    if (all > LARGEST) {
        return gpusim_fail(
            err, GPUSIM_ARGUMENT, "%u samples of %u signals of %u GPUs are too many for one log",
            samples->times.count, samples->scene.signal_count, samples->scene.entity_count);
    }
    GPUSIM_TRY(gs_array_reserve(&samples->values, (uint32_t)all + 1, err));
    samples->values.count = (uint32_t)all;
    double *values = samples->values.data;
    for (uint64_t i = 0; i < all; i++) {
        values[i] = NAN;
    }
    for (uint32_t i = 0; i < readings->rows.count; i++) {
        const reading *row = &GS_AT(readings->rows, reading, i);
        while (sample + 1 < samples->times.count &&
               GS_AT(samples->times, gpusim_time, sample + 1) <= row->time) {
            sample++;
        }
        values[sample * width + (uint64_t)row->entity * samples->scene.signal_count +
               place[row->signal]] = row->value;
    }
cleanup:
    return status;
}

gpusim_status gs_readings_sample(gs_readings *readings, gpusim_samples *samples, gpusim_error *err)
{
    gpusim_status status;
    uint32_t *place = NULL;
    gpusim_time interval = 0;
    GPUSIM_TRY(gs_allocate(&place, gs_names_count(readings->signals), sizeof *place, err));
    GPUSIM_TRY(gs_sort(readings->rows.data, readings->rows.count, sizeof(reading), by_time, err));
    GPUSIM_TRY(find_interval(readings, &interval, err));
    GPUSIM_TRY(find_samples(readings, interval, &samples->times, err));
    GPUSIM_TRY(name_signals(readings, samples, place, err));
    GPUSIM_TRY(name_entities(readings, samples, err));
    GPUSIM_TRY(fill(readings, place, samples, err));
    samples->scene.interval = gpusim_seconds(interval);
cleanup:
    gs_release(&place);
    return status;
}
