/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A digest sees every value that was simulated: each column, samples, the summary. */
#include <string.h>

#include "fake.h"
#include "harness.h"
#include "telemetry/metrics.h"

static const char *folder;
static gpusim_error err;

static const char *path(const char *name)
{
    static char text[256];
    snprintf(text, sizeof text, "%s%s", folder, name);
    return text;
}

static void digest_of(const char *file, char digest[33])
{
    gpusim_trace *trace = NULL;
    ASSERT_OK(gpusim_trace_open(file, &trace, &err), &err);
    ASSERT_OK(gpusim_trace_digest(trace, digest, &err), &err);
    gpusim_trace_close(trace);
}

// an equal run but for one bit of one field of one row, one sample, or the summary
typedef struct tamper {
    gpusim_observer inner;
    int table; // -1: none
    uint32_t field, rows;
    int sample;
} tamper;

static gpusim_status tamper_row(void *context, gpusim_table table, const void *row,
                                gpusim_error *error)
{
    tamper *it = context;
    unsigned char copy[512];
    const gpusim_record *record = gpusim_table_record(table);
    memcpy(copy, row, record->size);
    if ((int)table == it->table && it->rows++ == 5) {
        const gpusim_field *field = &record->fields[it->field];
        double number = 12345; // a bit of a NaN makes another NaN, which is the same value
        if (field->type == GPUSIM_FLOAT64) {
            memcpy(copy + field->offset, &number, sizeof number);
        } else {
            copy[field->offset] ^= 1;
        }
    }
    return it->inner.row(it->inner.context, table, copy, error);
}

static gpusim_status tamper_sample(void *context, gpusim_time time, const gpusim_sample *samples,
                                   uint32_t count, gpusim_error *error)
{
    tamper *it = context;
    gpusim_sample copy[GS_METRIC_COUNT];
    float values[4096];
    memcpy(copy, samples, count * sizeof *samples);
    if (it->sample && time == 3 * GPUSIM_MINUTE) {
        memcpy(values, samples[0].values, samples[0].count * sizeof *values);
        values[0] = 77; // it may have been missing
        copy[0].values = values;
    }
    return it->inner.sample(it->inner.context, time, copy, count, error);
}

static void digest_of_tampered(tamper *it, const gpusim_summary *summary, char digest[33])
{
    gpusim_trace_writer *writer = NULL;
    gpusim_observer outer;
    gpusim_trace_options options;
    gpusim_trace_options_default(&options);
    options.force = 1;
    it->rows = 0;
    ASSERT_OK(gpusim_trace_writer_create(path("t.h5"), &options, &writer, &it->inner, &err), &err);
    outer = it->inner;
    outer.context = it;
    outer.row = tamper_row;
    outer.sample = tamper_sample;
    ASSERT_OK(it->inner.begin(it->inner.context, NULL, 7, &err), &err);
    ASSERT_OK(fake_steps(&outer, 7, 0, 12, &err), &err);
    ASSERT_OK(it->inner.end(it->inner.context, summary, 1, &err), &err);
    gpusim_trace_writer_destroy(writer);
    digest_of(path("t.h5"), digest);
}

START_TEST(digest_sees_every_value)
{
    folder = fake_folder();
    char plain[33], other[33];
    gpusim_summary summary = fake_summary(7);
    tamper it = {.table = -1};
    digest_of_tampered(&it, &summary, plain);

    // every column of the tables that have rows here
    uint32_t columns = 0;
    for (int t = 0; t < GPUSIM_TABLE_COUNT; t++) {
        const gpusim_record *record = gpusim_table_record((gpusim_table)t);
        for (uint32_t f = 0; f < record->count; f++) {
            it = (tamper){.table = t, .field = f};
            digest_of_tampered(&it, &summary, other);
            if (it.rows > 5) {
                ck_assert_msg(strcmp(plain, other) != 0, "%s.%s is not in the digest", record->name,
                              record->fields[f].name);
                columns++;
            }
        }
    }
    ck_assert_uint_ge(columns, 30);

    // a sample; what the summary says of the run, and not what it says of the machine
    it = (tamper){.table = -1, .sample = 1};
    digest_of_tampered(&it, &summary, other);
    ck_assert_str_ne(plain, other);
    it = (tamper){.table = -1};
    summary.wall_time_s += 1;
    digest_of_tampered(&it, &summary, other);
    ck_assert_str_eq(plain, other);
    summary.completed++;
    digest_of_tampered(&it, &summary, other);
    ck_assert_str_ne(plain, other);
    fake_folder_remove();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace/digest");
    TEST_CASE(suite, 60, digest_sees_every_value);
    return test_run(suite);
}
