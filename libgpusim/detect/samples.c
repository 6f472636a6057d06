/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of a CSV log in memory, and frames made of them. */
#include <math.h>
#include <string.h>

#include <gpusim/detect.h>

#include "calibrate/columns.h"
#include "detect/samples.h"

static int next_sample(gpusim_frames *self, gpusim_frame *frame)
{
    gpusim_samples *samples = (gpusim_samples *)self;
    if (samples->at == samples->base.count) {
        return 0;
    }
    uint64_t width = (uint64_t)samples->scene.entity_count * samples->scene.signal_count;
    const double *values =
        (const double *)samples->values.data + (samples->first + samples->at) * width;
    *frame = (gpusim_frame){
        .time = GS_AT(samples->times, gpusim_time, samples->first + samples->at),
        .values = values,
        .raw = values,
    };
    const uint8_t *labels = gpusim_samples_labels(samples);
    self->labels = labels ? labels + samples->first + samples->at : NULL;
    samples->at++;
    return 1;
}

static void rewind_samples(gpusim_frames *self)
{
    ((gpusim_samples *)self)->at = 0;
}

/* ---- reading ---- */

// What each column is.
typedef struct header {
    uint32_t time, label; // GPUSIM_NONE: there is none
    uint32_t signals;
    uint32_t signal[GS_COLUMNS]; // column of each
} header;

static const char *const time_names[] = {"t", "time", "timestamp", "time_s", NULL};
static const char *const label_names[] = {"label", "anomaly", NULL};
static const gs_column time_column = {time_names, "s"};
static const gs_column label_column = {label_names, ""};
static const gs_column any_column = {(const char *const[]){"value", NULL}, ""};

static gpusim_status read_header(gpusim_samples *samples, const gs_columns *columns, header *h,
                                 gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    h->time = gs_columns_find(columns, &time_column);
    h->label = gs_columns_find(columns, &label_column);
    h->signals = 0;
    for (uint32_t c = 0; c < columns->count; c++) {
        if (c != h->time && c != h->label) {
            h->signal[h->signals++] = c;
        }
    }
    gpusim_signal *signals = gs_arena_get(&samples->arena, (h->signals + 1) * sizeof *signals);
    if (!signals) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_MEMORY, "no memory for a log's columns"));
    }
    for (uint32_t s = 0; s < h->signals; s++) {
        const char *name = columns->name[h->signal[s]];
        signals[s] = (gpusim_signal){.span = 1};
        signals[s].name = gs_arena_text(&samples->arena, name, strlen(name));
        if (!signals[s].name) {
            GPUSIM_TRY(gpusim_fail(err, GPUSIM_MEMORY, "no memory for a log's columns"));
        }
    }
    samples->scene.signals = signals;
    samples->scene.signal_count = h->signals;
cleanup:
    return status;
}

// A time as seconds, else as a date, else the number of the line.
static gpusim_status read_time(gpusim_samples *samples, const gs_columns *columns, const header *h,
                               gpusim_error *err)
{
    gpusim_status status;
    double seconds = (double)samples->times.count;
    if (h->time != GPUSIM_NONE &&
        gs_columns_number(columns, h->time, &time_column, &seconds, NULL) != GPUSIM_OK) {
        GPUSIM_TRY(gs_columns_stamp(columns, h->time, &seconds, err));
    }
    gpusim_time time = gpusim_time_from_seconds(seconds);
    GPUSIM_TRY(gs_array_push(&samples->times, &time, err));
cleanup:
    return status;
}

static gpusim_status read_line(gpusim_samples *samples, const gs_columns *columns, const header *h,
                               gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(read_time(samples, columns, h, err));
    for (uint32_t s = 0; s < h->signals; s++) {
        double value;
        GPUSIM_TRY(gs_columns_number(columns, h->signal[s], &any_column, &value, err));
        GPUSIM_TRY(gs_array_push(&samples->values, &value, err));
    }
    if (h->label != GPUSIM_NONE) {
        double value;
        GPUSIM_TRY(gs_columns_number(columns, h->label, &label_column, &value, err));
        if (value != 0 && value != 1) {
            GPUSIM_TRY(gs_columns_fail(columns, h->label, "is neither 0 nor 1", err));
        }
        uint8_t label = value != 0;
        GPUSIM_TRY(gs_array_push(&samples->labels, &label, err));
    }
cleanup:
    return status;
}

static gpusim_status read_columns(gpusim_samples *samples, gs_lines *lines, gpusim_error *err)
{
    gpusim_status status;
    gs_columns columns = {0};
    header h;
    int more;
    GPUSIM_TRY(gs_columns_open(lines, &samples->arena, &columns, err));
    GPUSIM_TRY(read_header(samples, &columns, &h, err));
    for (;;) {
        GPUSIM_TRY(gs_columns_next(&columns, &more, err));
        if (!more) {
            break;
        }
        GPUSIM_TRY(read_line(samples, &columns, &h, err));
    }
    if (samples->times.count > 1) {
        samples->scene.interval = gpusim_seconds(GS_AT(samples->times, gpusim_time, 1) -
                                                 GS_AT(samples->times, gpusim_time, 0));
    }
cleanup:
    gs_columns_close(&columns);
    return status;
}

/* ---- any log ---- */

// A file, or bytes in memory: opened once to see what it is and once to read it.
typedef struct source {
    const char *name;
    const void *bytes; // NULL: a file
    size_t size;
} source;

typedef gpusim_status (*reader)(gpusim_samples *samples, gs_lines *lines, gpusim_error *err);

static gpusim_status open_source(const source *from, gs_lines **lines, gpusim_error *err)
{
    return from->bytes ? gs_lines_over(from->name, from->bytes, from->size, NULL, lines, err)
                       : gs_lines_open(from->name, NULL, lines, err);
}

// What a log is, its first line that is not empty says.
static gpusim_status recognise(const source *from, reader *read, gpusim_error *err)
{
    gpusim_status status;
    gs_lines *lines = NULL;
    const char *text = "";
    size_t length = 0;
    int more = 1;
    GPUSIM_TRY(open_source(from, &lines, err));
    while (more && length == 0) {
        GPUSIM_TRY(gs_lines_next(lines, &text, &length, &more, err));
    }
    *read = !more                            ? read_columns
            : gs_is_prometheus(text, length) ? gs_samples_prometheus
            : gs_is_smi(text, length)        ? gs_samples_smi
                                             : read_columns;
cleanup:
    gs_lines_close(lines);
    return status;
}

static gpusim_status read_source(const source *from, gpusim_samples **result, gpusim_error *err)
{
    gpusim_status status;
    gpusim_samples *samples = NULL;
    gs_lines *lines = NULL;
    reader read = read_columns;
    *result = NULL;
    GPUSIM_TRY(gs_allocate(&samples, 1, sizeof *samples, err));
    samples->base.next = next_sample;
    samples->base.rewind = rewind_samples;
    samples->times = GS_ARRAY(gpusim_time);
    samples->values = GS_ARRAY(double);
    samples->labels = GS_ARRAY(uint8_t);
    samples->scene = (gpusim_scene){.size = sizeof samples->scene, .entity_count = 1};
    GPUSIM_TRY(recognise(from, &read, err));
    GPUSIM_TRY(open_source(from, &lines, err));
    GPUSIM_TRY(read(samples, lines, err)); // closes it
    samples->base.count = samples->times.count;
    samples->base.scene = &samples->scene;
    *result = samples;
    samples = NULL;
cleanup:
    gpusim_samples_destroy(samples);
    return status;
}

gpusim_status gpusim_samples_read(const char *path, gpusim_samples **samples, gpusim_error *err)
{
    return read_source(&(source){.name = path}, samples, err);
}

gpusim_status gs_samples_over(const char *name, const void *bytes, size_t size,
                              gpusim_samples **samples, gpusim_error *err)
{
    return read_source(&(source){name, bytes ? bytes : "", size}, samples, err);
}

void gpusim_samples_destroy(gpusim_samples *samples)
{
    if (samples) {
        gs_array_release(&samples->times);
        gs_array_release(&samples->values);
        gs_array_release(&samples->labels);
        gs_arena_release(&samples->arena);
        gs_release(&samples);
    }
}

const gpusim_scene *gpusim_samples_scene(const gpusim_samples *samples)
{
    return &samples->scene;
}

uint64_t gpusim_samples_count(const gpusim_samples *samples)
{
    return samples->times.count;
}

const uint8_t *gpusim_samples_labels(const gpusim_samples *samples)
{
    return samples->labels.count ? samples->labels.data : NULL;
}

const char *gpusim_samples_entity(const gpusim_samples *samples, uint32_t entity)
{
    return samples->entities ? samples->entities[entity] : "";
}

gpusim_frames *gpusim_samples_frames(gpusim_samples *samples)
{
    return &samples->base;
}

void gpusim_samples_select(gpusim_samples *samples, uint64_t first, uint64_t count)
{
    uint64_t all = samples->times.count;
    samples->first = first < all ? first : all;
    samples->base.count = count < all - samples->first ? count : all - samples->first;
    samples->at = 0;
}

gpusim_time gpusim_samples_time(const gpusim_samples *samples, uint64_t sample)
{
    return GS_AT(samples->times, gpusim_time, sample);
}
