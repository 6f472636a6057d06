/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where two traces part. Of each table, each metric, the attributes and the summary the first
 * difference is found; then all are put in order of time. */
#include <stdio.h>
#include <string.h>

#include "trace/cell.h"

#define ROWS_AT_ONCE    4096u
#define SAMPLES_AT_ONCE 256u

/* Causes before consequences, where the time is the same. */
static const gpusim_table table_order[] = {
    GPUSIM_TABLE_DECISIONS,     GPUSIM_TABLE_EVENTS, GPUSIM_TABLE_ACTIONS,
    GPUSIM_TABLE_ALLOCATIONS,   GPUSIM_TABLE_JOBS,   GPUSIM_TABLE_FAULTS,
    GPUSIM_TABLE_FRAGMENTATION, GPUSIM_TABLE_ALERTS, GPUSIM_TABLE_NODES,
    GPUSIM_TABLE_GPUS,          GPUSIM_TABLE_RACKS};
_Static_assert(sizeof table_order / sizeof table_order[0] == GPUSIM_TABLE_COUNT,
               "every table is compared");

typedef struct comparison {
    gpusim_trace *a, *b;
    gpusim_trace_difference *found;
    uint32_t capacity, count;
} comparison;

// keeps a difference in order of time; the last one falls out when there is no room
static void keep(comparison *all, const gpusim_trace_difference *difference)
{
    uint32_t held = all->count < all->capacity ? all->count : all->capacity, at = held;
    all->count++;
    while (at > 0 && all->found[at - 1].time > difference->time) {
        at--;
    }
    if (at == all->capacity) {
        return;
    }
    uint32_t last = held < all->capacity ? held : all->capacity - 1;
    memmove(&all->found[at + 1], &all->found[at], (last - at) * sizeof *difference);
    all->found[at] = *difference;
}

// when a row was told: the field that its table is in order of
static gpusim_time time_of(gpusim_table table, const void *row)
{
    const gpusim_record *record = gpusim_table_record(table);
    const gpusim_field *field = gpusim_record_find(record, "time");
    field = field ? field : gpusim_record_find(record, "end");
    gpusim_time time = GPUSIM_TIME_MAX;
    if (field) {
        memcpy(&time, (const unsigned char *)row + field->offset, sizeof time);
    }
    return time;
}

static void earlier(gpusim_time *time, gpusim_time other)
{
    *time = other < *time ? other : *time;
}

// fills in how two rows differ; 0 when they do not
static int differ(const comparison *all, gpusim_table table, const unsigned char *row_a,
                  const unsigned char *row_b, gpusim_trace_difference *difference)
{
    const gpusim_record *record = gpusim_table_record(table);
    const gpusim_field *field = record->fields, *end = record->fields + record->count;
    while (field < end && (field->flags & GPUSIM_UNMEASURED ||
                           gs_cell_equal(all->a, row_a, all->b, row_b, field))) {
        field++;
    }
    if (field == end) {
        return 0;
    }
    char text[GS_CELL_BYTES];
    snprintf(difference->field, sizeof difference->field, "%s", field->name);
    (void)gs_cell(all->a, field, row_a, text);
    snprintf(difference->a, sizeof difference->a, "%.*s", (int)sizeof difference->a - 1, text);
    (void)gs_cell(all->b, field, row_b, text);
    snprintf(difference->b, sizeof difference->b, "%.*s", (int)sizeof difference->b - 1, text);
    difference->time = time_of(table, row_a);
    earlier(&difference->time, time_of(table, row_b));
    if (field->type == GPUSIM_TIME) {
        gpusim_time time;
        memcpy(&time, row_a + field->offset, sizeof time);
        earlier(&difference->time, time);
        memcpy(&time, row_b + field->offset, sizeof time);
        earlier(&difference->time, time);
    }
    return 1;
}

// one trace has more rows
static gpusim_status compare_ends(comparison *all, gpusim_table table, uint64_t row,
                                  unsigned char *buffer, gpusim_trace_difference *difference,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    int a_goes_on = all->a->info.rows[table] > row;
    GPUSIM_TRY(gs_read_rows(a_goes_on ? all->a : all->b, table, row, 1, buffer, err));
    difference->row = row;
    difference->time = time_of(table, buffer);
    snprintf(difference->field, sizeof difference->field, "rows");
    snprintf(difference->a, sizeof difference->a, "%llu",
             (unsigned long long)all->a->info.rows[table]);
    snprintf(difference->b, sizeof difference->b, "%llu",
             (unsigned long long)all->b->info.rows[table]);
    keep(all, difference);

cleanup:
    return status;
}

static gpusim_status compare_table(comparison *all, gpusim_table table, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_record *record = gpusim_table_record(table);
    gpusim_trace_difference difference = {0};
    unsigned char *rows = NULL;
    uint64_t rows_a = all->a->info.rows[table], rows_b = all->b->info.rows[table];
    uint64_t both = rows_a < rows_b ? rows_a : rows_b;
    GPUSIM_TRY(gs_allocate(&rows, 2 * ROWS_AT_ONCE, record->size, err));
    unsigned char *other = rows + (size_t)ROWS_AT_ONCE * record->size;
    snprintf(difference.where, sizeof difference.where, "%s", record->name);

    for (uint64_t first = 0; first < both; first += ROWS_AT_ONCE) {
        uint64_t some = both - first < ROWS_AT_ONCE ? both - first : ROWS_AT_ONCE;
        GPUSIM_TRY(gs_read_rows(all->a, table, first, some, rows, err));
        GPUSIM_TRY(gs_read_rows(all->b, table, first, some, other, err));
        for (uint64_t i = 0; i < some; i++) {
            difference.row = first + i;
            if (differ(all, table, rows + i * record->size, other + i * record->size,
                       &difference)) {
                keep(all, &difference);
                goto cleanup;
            }
        }
    }
    if (rows_a != rows_b) {
        GPUSIM_TRY(compare_ends(all, table, both, rows, &difference, err));
    }

cleanup:
    gs_release(&rows);
    return status;
}

// the first sample of a block in which any entity differs
static int first_in_block(const unsigned char *a, const unsigned char *b, gpusim_field_type type,
                          uint32_t entities, uint64_t samples, uint32_t *entity, uint64_t *sample)
{
    gpusim_field field = {.type = type};
    size_t bytes = gs_h5_bytes(type);
    for (*sample = 0; *sample < samples; ++*sample) {
        for (*entity = 0; *entity < entities; ++*entity) {
            size_t at = (*entity * samples + *sample) * bytes;
            if (memcmp(a + at, b + at, bytes) != 0 &&
                !gs_cell_equal(NULL, a + at, NULL, b + at, &field)) {
                return 1;
            }
        }
    }
    return 0;
}

static gpusim_status describe_sample(comparison *all, uint32_t metric, uint64_t sample,
                                     uint32_t entity, gpusim_trace_difference *difference,
                                     const unsigned char *a, const unsigned char *b,
                                     gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_trace_metric *about = &all->a->series[metric].metric;
    char text[GS_CELL_BYTES];
    double seconds = 0;
    GPUSIM_TRY(gs_read_times(all->a, sample, 1, &seconds, err));
    difference->time = gpusim_time_from_seconds(seconds);
    difference->row = sample;
    snprintf(difference->field, sizeof difference->field, "%.*s", (int)sizeof difference->field - 1,
             gpusim_trace_entity(all->a, (gpusim_entity)about->entity, entity));
    (void)gs_cell_value((gpusim_field_type)about->type, a, text);
    snprintf(difference->a, sizeof difference->a, "%.*s", (int)sizeof difference->a - 1, text);
    (void)gs_cell_value((gpusim_field_type)about->type, b, text);
    snprintf(difference->b, sizeof difference->b, "%.*s", (int)sizeof difference->b - 1, text);
    keep(all, difference);

cleanup:
    return status;
}

static gpusim_status compare_values(comparison *all, uint32_t in_a, uint32_t in_b, uint64_t both,
                                    gpusim_trace_difference *difference, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_trace_metric *about = &all->a->series[in_a].metric;
    gpusim_field_type type = (gpusim_field_type)about->type;
    uint32_t entities = about->entities, entity = 0;
    size_t bytes = gs_h5_bytes(type), block = (size_t)entities * SAMPLES_AT_ONCE * bytes;
    uint64_t at = 0;
    unsigned char *values = NULL;
    GPUSIM_TRY(gs_allocate(&values, 2, block, err));
    for (uint64_t first = 0; first < both; first += SAMPLES_AT_ONCE) {
        uint64_t some = both - first < SAMPLES_AT_ONCE ? both - first : SAMPLES_AT_ONCE;
        GPUSIM_TRY(gs_read_values(all->a, in_a, 0, entities, first, some, values, err));
        GPUSIM_TRY(gs_read_values(all->b, in_b, 0, entities, first, some, values + block, err));
        if (first_in_block(values, values + block, type, entities, some, &entity, &at)) {
            const unsigned char *a = values + (entity * some + at) * bytes;
            GPUSIM_TRY(
                describe_sample(all, in_a, first + at, entity, difference, a, a + block, err));
            break;
        }
    }

cleanup:
    gs_release(&values);
    return status;
}

static gpusim_status compare_metrics(comparison *all, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t samples_a = all->a->info.samples, samples_b = all->b->info.samples;
    uint64_t both = samples_a < samples_b ? samples_a : samples_b;
    for (uint32_t i = 0; i < all->a->series_count; i++) {
        gpusim_trace_difference difference = {.time = GPUSIM_TIME_MAX};
        const gpusim_trace_metric *about = &all->a->series[i].metric;
        gs_metric_path(about, difference.where, sizeof difference.where);
        uint32_t j = gpusim_trace_find_metric(all->b, (gpusim_entity)about->entity, about->name);
        if (j == GPUSIM_NONE || all->b->series[j].metric.type != about->type ||
            all->b->series[j].metric.entities != about->entities) {
            snprintf(difference.field, sizeof difference.field, "entities");
            snprintf(difference.a, sizeof difference.a, "%u", about->entities);
            snprintf(difference.b, sizeof difference.b, "%u",
                     j == GPUSIM_NONE ? 0 : all->b->series[j].metric.entities);
            keep(all, &difference);
        } else {
            GPUSIM_TRY(compare_values(all, i, j, both, &difference, err));
        }
    }
    if (samples_a != samples_b || all->a->series_count != all->b->series_count) {
        int by_samples = samples_a != samples_b;
        gpusim_trace_difference difference = {.time = GPUSIM_TIME_MAX, .where = "telemetry"};
        snprintf(difference.field, sizeof difference.field, by_samples ? "samples" : "metrics");
        snprintf(difference.a, sizeof difference.a, "%llu",
                 (unsigned long long)(by_samples ? samples_a : all->a->series_count));
        snprintf(difference.b, sizeof difference.b, "%llu",
                 (unsigned long long)(by_samples ? samples_b : all->b->series_count));
        keep(all, &difference);
    }

cleanup:
    return status;
}

static void compare_attributes(comparison *all)
{
    const gpusim_trace_info *a = &all->a->info, *b = &all->b->info;
    gpusim_trace_difference difference = {.time = GPUSIM_TIME_MAX, .where = "attributes"};
    const char *field = strcmp(a->model_hash, b->model_hash) != 0 ? "model_hash"
                        : strcmp(a->scheduler, b->scheduler) != 0 ? "scheduler"
                        : a->seed != b->seed                      ? "seed"
                        : a->complete != b->complete              ? "complete"
                                                                  : NULL;
    if (!field) {
        return;
    }
    snprintf(difference.field, sizeof difference.field, "%s", field);
    if (strcmp(field, "model_hash") == 0 || strcmp(field, "scheduler") == 0) {
        int is_hash = field[0] == 'm';
        snprintf(difference.a, sizeof difference.a, "%.*s", (int)sizeof difference.a - 1,
                 is_hash ? a->model_hash : a->scheduler);
        snprintf(difference.b, sizeof difference.b, "%.*s", (int)sizeof difference.b - 1,
                 is_hash ? b->model_hash : b->scheduler);
    } else {
        int is_seed = field[0] == 's';
        snprintf(difference.a, sizeof difference.a, "%llu",
                 (unsigned long long)(is_seed ? a->seed : a->complete));
        snprintf(difference.b, sizeof difference.b, "%llu",
                 (unsigned long long)(is_seed ? b->seed : b->complete));
    }
    keep(all, &difference);
}

// the first field of a summary that differs; 1 when there is one
static int compare_records(comparison *all, const gpusim_record *record, const void *a,
                           const void *b, gpusim_trace_difference *difference)
{
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        char text[GS_CELL_BYTES];
        if (field->type == GPUSIM_RECORD) {
            size_t used = strlen(difference->field);
            snprintf(difference->field + used, sizeof difference->field - used, "%s.", field->name);
            if (compare_records(all, field->detail.record, (const char *)a + field->offset,
                                (const char *)b + field->offset, difference)) {
                return 1;
            }
            difference->field[used] = 0;
        } else if (!(field->flags & GPUSIM_UNMEASURED) &&
                   !gs_cell_equal(all->a, a, all->b, b, field)) {
            size_t used = strlen(difference->field);
            snprintf(difference->field + used, sizeof difference->field - used, "%s", field->name);
            (void)gs_cell(all->a, field, a, text);
            snprintf(difference->a, sizeof difference->a, "%.100s", text);
            (void)gs_cell(all->b, field, b, text);
            snprintf(difference->b, sizeof difference->b, "%.100s", text);
            return 1;
        }
    }
    return 0;
}

gpusim_status gpusim_trace_diff(gpusim_trace *a, gpusim_trace *b,
                                gpusim_trace_difference *differences, uint32_t capacity,
                                uint32_t *count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    comparison all = {.a = a, .b = b, .found = differences, .capacity = capacity};
    gpusim_trace_difference difference = {.time = GPUSIM_TIME_MAX, .where = "summary"};
    gpusim_summary summary_a, summary_b;
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    for (unsigned i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        GPUSIM_TRY(compare_table(&all, table_order[i], err));
    }
    GPUSIM_TRY(compare_metrics(&all, err));
    compare_attributes(&all);
    GPUSIM_TRY(gpusim_trace_summary(a, &summary_a, err));
    GPUSIM_TRY(gpusim_trace_summary(b, &summary_b, err));
    if (compare_records(&all, gpusim_summary_record(), &summary_a, &summary_b, &difference)) {
        keep(&all, &difference);
    }
    *count = all.count;

cleanup:
    gs_h5_leave(&quiet);
    return status;
}
