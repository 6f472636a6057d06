/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples come all entities at a time and leave by entity: they wait in a buffer until every chunk
 * of 16 entities has its samples. */
#include "trace/telemetry.h"

#include <string.h>

#include "base/memory.h"

static uint32_t padded(uint32_t entities)
{
    uint32_t each = gs_chunk_entities(entities);
    return (entities + each - 1) / each * each;
}

uint32_t gs_chunk_entities(uint32_t entities)
{
    return entities == 0 ? 1 : entities < GS_CHUNK_ENTITIES ? entities : GS_CHUNK_ENTITIES;
}

gpusim_status gs_telemetry_plan(gs_telemetry *telemetry, const gpusim_model *model, uint64_t budget,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_metric *metrics = gpusim_metrics(&telemetry->metrics);
    const uint32_t *chosen = gpusim_model_metrics(model, &telemetry->count);
    uint32_t widest = 8; // the times
    GPUSIM_TRY(gs_allocate(&telemetry->series, telemetry->count, sizeof(gs_series), err));
    GPUSIM_TRY(gs_allocate(&telemetry->series_of, telemetry->metrics, sizeof(uint32_t), err));
    memset(telemetry->series_of, 0xff, telemetry->metrics * sizeof(uint32_t));

    for (uint32_t i = 0; i < telemetry->count; i++) {
        gs_series *series = &telemetry->series[i];
        series->metric = &metrics[chosen[i]];
        series->entities = gpusim_model_entities(model, (gpusim_entity)series->metric->entity);
        series->bytes = (uint32_t)gs_h5_bytes((gpusim_field_type)series->metric->type);
        telemetry->series_of[chosen[i]] = i;
        telemetry->sample_bytes += (uint64_t)padded(series->entities) * series->bytes;
        widest = series->bytes > widest ? series->bytes : widest;
    }

    // as many samples as the budget holds: long chunks make one entity's series cheap to read
    uint32_t samples = GS_SAMPLES_MAX;
    while (samples > GS_SAMPLES_MIN && samples * telemetry->sample_bytes > budget) {
        samples /= 2;
    }
    telemetry->samples = samples;
    telemetry->stage = samples < GS_SAMPLES_STAGED ? samples : GS_SAMPLES_STAGED;
    telemetry->chunk_bytes = (uint64_t)GS_CHUNK_ENTITIES * samples * widest;
    for (uint32_t i = 0; i < telemetry->count; i++) {
        gs_series *series = &telemetry->series[i];
        GPUSIM_TRY(gs_allocate(&series->values, (size_t)padded(series->entities) * samples,
                               series->bytes, err));
        GPUSIM_TRY(gs_allocate(&series->staged, (size_t)series->entities * telemetry->stage + 1,
                               series->bytes, err));
    }
    GPUSIM_TRY(gs_allocate(&telemetry->times, samples, sizeof(double), err));

cleanup:
    return status;
}

// one chunk of the time axis
static gpusim_status write_times(gs_telemetry *telemetry, gs_file *file, gpusim_error *err)
{
    hsize_t extent = telemetry->before + telemetry->filled, offset = telemetry->before;
    return gs_file_chunk(file, telemetry->time, &extent, &offset, telemetry->times,
                         telemetry->samples * sizeof(double), sizeof(double), err);
}

// the chunks of one metric, 16 entities each
static gpusim_status write_series(const gs_telemetry *telemetry, const gs_series *series,
                                  gs_file *file, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hsize_t extent[2] = {series->entities, telemetry->before + telemetry->filled};
    uint32_t each = gs_chunk_entities(series->entities);
    size_t bytes = (size_t)each * telemetry->samples * series->bytes;
    for (uint32_t first = 0; first < series->entities; first += each) {
        hsize_t offset[2] = {first, telemetry->before};
        const unsigned char *chunk = series->values + bytes * (first / each);
        GPUSIM_TRY(gs_file_chunk(file, series->set, first ? NULL : extent, offset, chunk, bytes,
                                 series->bytes, err));
    }

cleanup:
    return status;
}

typedef uint32_t gs_four __attribute__((vector_size(16)));

// four by four values turned: rows become columns
static void turn_square(uint32_t *to, size_t to_row, const uint32_t *from, size_t from_row)
{
    gs_four a, b, c, d;
    memcpy(&a, from, sizeof a);
    memcpy(&b, from + from_row, sizeof b);
    memcpy(&c, from + 2 * from_row, sizeof c);
    memcpy(&d, from + 3 * from_row, sizeof d);

    // pairs first: a0 b0 a1 b1, ...
    gs_four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    gs_four cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    gs_four ab_rest = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    gs_four cd_rest = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    gs_four turned[4] = {__builtin_shufflevector(ab, cd, 0, 1, 4, 5),
                         __builtin_shufflevector(ab, cd, 2, 3, 6, 7),
                         __builtin_shufflevector(ab_rest, cd_rest, 0, 1, 4, 5),
                         __builtin_shufflevector(ab_rest, cd_rest, 2, 3, 6, 7)};
    for (size_t i = 0; i < 4; i++) {
        memcpy(to + i * to_row, &turned[i], sizeof turned[i]);
    }
}

// the samples staged last become the ends of their entities' series: whole cache lines, where
// sample by sample each value would touch a line of its own
static void turn(const gs_telemetry *telemetry, gs_series *series)
{
    uint32_t at = (telemetry->filled - 1) / telemetry->stage * telemetry->stage;
    uint32_t rows = telemetry->filled - at;
    size_t samples = telemetry->samples, entities = series->entities;
    if (series->bytes == 4) {
        uint32_t *to = (uint32_t *)(void *)series->values + at;
        const uint32_t *from = (const uint32_t *)(const void *)series->staged;
        size_t whole = rows == GS_SAMPLES_STAGED ? entities / 4 * 4 : 0;
        for (size_t e = 0; e < whole; e += 4) {
            for (size_t r = 0; r < GS_SAMPLES_STAGED; r += 4) {
                turn_square(to + e * samples + r, samples, from + r * entities + e, entities);
            }
        }
        for (size_t e = whole; e < entities; e++) {
            for (size_t r = 0; r < rows; r++) {
                to[e * samples + r] = from[r * entities + e];
            }
        }
    } else {
        uint64_t *to = (uint64_t *)(void *)series->values + at;
        const uint64_t *from = (const uint64_t *)(const void *)series->staged;
        for (size_t e = 0; e < entities; e++) {
            for (size_t r = 0; r < rows; r++) {
                to[e * samples + r] = from[r * entities + e];
            }
        }
    }
}

gpusim_status gs_telemetry_sync(gs_telemetry *telemetry, gs_file *file, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (telemetry->synced == telemetry->filled) {
        return GPUSIM_OK;
    }
    for (uint32_t i = 0; i < telemetry->count; i++) {
        turn(telemetry, &telemetry->series[i]);
    }

    // values first: a time in the file says that its values are there
    for (uint32_t i = 0; i < telemetry->count; i++) {
        GPUSIM_TRY(write_series(telemetry, &telemetry->series[i], file, err));
    }
    GPUSIM_TRY(write_times(telemetry, file, err));
    telemetry->synced = telemetry->filled;

cleanup:
    return status;
}

// where a metric's sample is staged
static unsigned char *row_of(const gs_telemetry *telemetry, const gs_series *series)
{
    size_t row = telemetry->filled % telemetry->stage;
    return series->staged + row * series->entities * series->bytes;
}

// "no value" of a metric's type
static void stage_missing(const gs_telemetry *telemetry, const gs_series *series)
{
    uint64_t missing = series->metric->type == GPUSIM_FLOAT32 ? UINT64_C(0x7fc00000) : UINT64_MAX;
    unsigned char *row = row_of(telemetry, series);
    for (size_t i = 0; i < series->entities; i++) {
        memcpy(row + i * series->bytes, &missing, series->bytes);
    }
}

gpusim_status gs_telemetry_add(gs_telemetry *telemetry, gs_file *file, gpusim_time time,
                               const gpusim_sample *samples, uint32_t count, gpusim_error *err)
{
    for (uint32_t i = 0; count < telemetry->count && i < telemetry->count; i++) {
        stage_missing(telemetry, &telemetry->series[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t metric = samples[i].metric;
        uint32_t which = metric < telemetry->metrics ? telemetry->series_of[metric] : GPUSIM_NONE;
        if (which == GPUSIM_NONE || samples[i].count != telemetry->series[which].entities) {
            return gpusim_fail(err, GPUSIM_INTERNAL, "metric %u was not announced with %u entities",
                               metric, samples[i].count);
        }
        const gs_series *series = &telemetry->series[which];
        memcpy(row_of(telemetry, series), samples[i].values,
               (size_t)series->entities * series->bytes);
    }
    telemetry->times[telemetry->filled++] = (double)time / 1e9;
    file->unflushed += telemetry->sample_bytes;
    if (telemetry->filled % telemetry->stage == 0) {
        for (uint32_t i = 0; i < telemetry->count; i++) {
            turn(telemetry, &telemetry->series[i]);
        }
    }
    if (telemetry->filled < telemetry->samples) {
        return GPUSIM_OK;
    }
    gpusim_status status = gs_telemetry_sync(telemetry, file, err);
    telemetry->before += telemetry->filled;
    telemetry->filled = telemetry->synced = 0;
    return status;
}

void gs_telemetry_release(gs_telemetry *telemetry)
{
    for (uint32_t i = 0; telemetry->series && i < telemetry->count; i++) {
        gs_h5_close(&telemetry->series[i].set);
        gs_release(&telemetry->series[i].values);
        gs_release(&telemetry->series[i].staged);
    }
    gs_h5_close(&telemetry->time);
    gs_release(&telemetry->series);
    gs_release(&telemetry->series_of);
    gs_release(&telemetry->times);
}
