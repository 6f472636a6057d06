/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written is read again: rows, names, telemetry, summary; digests and differences. */
#define _DEFAULT_SOURCE // flock
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <hdf5.h>

#include "fake.h"
#include "harness.h"
#include "telemetry/metrics.h"

static const char *folder;
static gpusim_error err;

static const char *path(const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *text = paths[next++ % 4];
    snprintf(text, sizeof paths[0], "%s%s", folder, name);
    return text;
}

static void setup(void)
{
    folder = fake_folder();
    memset(&err, 0, sizeof err);
}

static gpusim_trace *opened(const char *file)
{
    gpusim_trace *trace = NULL;
    ASSERT_OK(gpusim_trace_open(file, &trace, &err), &err);
    return trace;
}

static void digest_of(const char *file, char digest[33])
{
    gpusim_trace *trace = opened(file);
    ASSERT_OK(gpusim_trace_digest(trace, digest, &err), &err);
    gpusim_trace_close(trace);
}

static void check_jobs(gpusim_trace *trace, uint64_t seed, uint64_t steps)
{
    gpusim_job_row *jobs = calloc(steps + 1, sizeof *jobs);
    ASSERT_OK(gpusim_trace_rows(trace, GPUSIM_TABLE_JOBS, 0, steps, jobs, &err), &err);
    for (uint32_t i = 0; i < steps; i++) {
        gpusim_job_row told = fake_job(seed, i);
        ck_assert_mem_eq(&jobs[i], &told, sizeof told);
    }
    free(jobs);
}

static void check_rows(gpusim_trace *trace, uint64_t seed, uint64_t steps)
{
    const gpusim_trace_info *info = gpusim_trace_get_info(trace);
    gpusim_job_row job;
    gpusim_event_row event;
    ck_assert_uint_eq(info->rows[GPUSIM_TABLE_JOBS], steps);
    ck_assert_uint_eq(info->rows[GPUSIM_TABLE_EVENTS], steps);
    ck_assert_uint_eq(info->rows[GPUSIM_TABLE_ALLOCATIONS], 3 * steps);
    check_jobs(trace, seed, steps);
    ASSERT_OK(gpusim_trace_rows(trace, GPUSIM_TABLE_EVENTS, 5, 1, &event, &err), &err);
    ck_assert_int_eq(event.time, 5 * GPUSIM_MINUTE);
    ck_assert_int_eq(event.detail, -1);
    ck_assert_int_eq(gpusim_trace_rows(trace, GPUSIM_TABLE_JOBS, steps, 1, &job, &err),
                     GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_trace_rows(trace, GPUSIM_TABLE_JOBS, 1, UINT64_MAX, &job, &err),
                     GPUSIM_ARGUMENT);
}

static void check_values(gpusim_trace *trace, uint64_t seed, uint32_t steps)
{
    uint32_t metric = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "gpu_util");
    const gpusim_trace_metric *about = gpusim_trace_get_metric(trace, metric);
    ck_assert_ptr_nonnull(about);
    ck_assert_str_eq(about->unit, "%");
    ck_assert_str_eq(about->dcgm, "DCGM_FI_DEV_GPU_UTIL");
    ck_assert_uint_eq(about->entities, 24);
    ck_assert_uint_eq(gpusim_trace_get_info(trace)->samples, steps);
    ck_assert_uint_eq(gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "none"), GPUSIM_NONE);
    ck_assert_str_eq(gpusim_trace_entity(trace, GPUSIM_OF_GPU, 9), "train-0001/gpu1");
    ck_assert_ptr_null(gpusim_trace_entity(trace, GPUSIM_OF_GPU, 24));

    float *values = calloc((size_t)24 * steps, sizeof *values);
    double *times = calloc(steps, sizeof *times);
    ASSERT_OK(gpusim_trace_values(trace, metric, 0, 24, 0, steps, values, &err), &err);
    ASSERT_OK(gpusim_trace_times(trace, 0, steps, times, &err), &err);
    for (uint32_t step = 0; step < steps; step++) {
        ck_assert(times[step] == 60.0 * (step + 1));
        ck_assert(isnan(values[step]));
        for (uint32_t gpu = 1; gpu < 24; gpu++) {
            ck_assert(values[gpu * steps + step] == fake_util(seed, step, gpu));
        }
    }
    float one = 0;
    ASSERT_OK(gpusim_trace_values(trace, metric, 17, 1, steps - 1, 1, &one, &err), &err);
    ck_assert(one == fake_util(seed, steps - 1, 17));
    ck_assert_int_eq(gpusim_trace_values(trace, metric, 24, 1, 0, 1, &one, &err), GPUSIM_ARGUMENT);
    free(values);
    free(times);
}

// 3,000 steps fill several chunks of each table, and end inside of one
START_TEST(all_that_was_told_is_read)
{
    setup();
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 7, 3000, &err), &err);
    gpusim_trace *trace = opened(path("a.h5"));
    const gpusim_trace_info *info = gpusim_trace_get_info(trace);
    ck_assert_uint_eq(info->complete, 1);
    ck_assert_uint_eq(info->live, 0);
    ck_assert_uint_eq(info->repaired, 0);
    ck_assert_uint_eq(info->seed, 7);
    ck_assert_str_eq(info->scenario, "gpusim: 1\n");
    ck_assert_str_eq(info->scheduler, "fifo, first-fit");
    ck_assert_uint_eq(strlen(info->file_time), 20);
    ck_assert_uint_eq(info->rows[GPUSIM_TABLE_NODES], 3);
    ck_assert_uint_eq(info->rows[GPUSIM_TABLE_GPUS], 24);
    check_rows(trace, 7, 3000);
    check_values(trace, 7, 3000);
    ck_assert_str_eq(gpusim_trace_name(trace, 8), "train-0000");
    ck_assert_ptr_null(gpusim_trace_name(trace, 12));

    gpusim_summary summary, told = fake_summary(7);
    ASSERT_OK(gpusim_trace_summary(trace, &summary, &err), &err);
    ck_assert(summary.sim_time_s == told.sim_time_s && summary.wall_time_s == told.wall_time_s);
    ck_assert_uint_eq(summary.restarts, told.restarts);
    ck_assert(summary.wait_s.p99 == told.wait_s.p99);
    ck_assert(isnan(summary.bounded_slowdown.max) && isnan(summary.power_mean_w));
    ck_assert_uint_eq(summary.oracle, 1);
    ck_assert_str_eq(summary.stall_reason, "because");
    gpusim_trace_close(trace);
    fake_folder_remove();
}
END_TEST

// the same run through other chunks and other flushes, with stamps and without
START_TEST(digest_is_of_the_run_not_of_the_file)
{
    setup();
    char a[33], b[33], c[33], d[33];
    gpusim_trace_options options;
    gpusim_trace_options_default(&options);
    options.buffer_bytes = 1; // the shortest chunks
    options.reproducible = 1;
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 7, 700, &err), &err);
    ASSERT_OK(fake_trace(path("b.h5"), &options, 7, 700, &err), &err);
    ASSERT_OK(fake_trace(path("c.h5"), NULL, 8, 700, &err), &err);
    ASSERT_OK(fake_trace(path("d.h5"), NULL, 7, 699, &err), &err);
    digest_of(path("a.h5"), a);
    digest_of(path("b.h5"), b);
    digest_of(path("c.h5"), c);
    digest_of(path("d.h5"), d);
    ck_assert_str_eq(a, b);
    ck_assert_str_ne(a, c);
    ck_assert_str_ne(a, d);
    ck_assert_uint_eq(strlen(a), 32);
    fake_folder_remove();
}
END_TEST

// chunks of 16 GPUs that are equal (reasons), missing (memory) and all different (energy)
START_TEST(equal_chunks)
{
    enum { STEPS = 700, GPUS = 48 };
    setup();
    fake_model.nodes = 6;
    fake_model.devices = 1;
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 7, STEPS, &err), &err);
    gpusim_trace *trace = opened(path("a.h5"));
    uint32_t reasons = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "clock_throttle_reasons");
    uint32_t memory = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "memory_temp");
    uint32_t energy = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "total_energy_consumption");
    uint32_t *bits = calloc(GPUS * STEPS, sizeof *bits);
    float *degrees = calloc(GPUS * STEPS, sizeof *degrees);
    uint64_t *joules = calloc(GPUS * STEPS, sizeof *joules);
    ASSERT_OK(gpusim_trace_values(trace, reasons, 0, GPUS, 0, STEPS, bits, &err), &err);
    ASSERT_OK(gpusim_trace_values(trace, memory, 0, GPUS, 0, STEPS, degrees, &err), &err);
    ASSERT_OK(gpusim_trace_values(trace, energy, 0, GPUS, 0, STEPS, joules, &err), &err);
    for (uint32_t g = 0; g < GPUS; g++) {
        for (uint32_t s = 0; s < STEPS; s++) {
            ck_assert_uint_eq(bits[g * STEPS + s], fake_reasons(s));
            ck_assert_uint_eq(joules[g * STEPS + s], fake_energy(s, g));
            float told = fake_memory_temperature(g);
            ck_assert(degrees[g * STEPS + s] == told ||
                      (isnan(told) && isnan(degrees[g * STEPS + s])));
        }
    }
    free(bits);
    free(degrees);
    free(joules);
    gpusim_trace_close(trace);
    fake_folder_remove();
}
END_TEST

static void read_bytes(const char *file, char **bytes, size_t *size)
{
    FILE *from = fopen(file, "rb");
    ck_assert_ptr_nonnull(from);
    *bytes = calloc(1, 1 << 20);
    *size = fread(*bytes, 1, 1 << 20, from);
    fclose(from);
}

// a second passes between two equal runs, and no stamp tells
START_TEST(reproducible_to_the_byte)
{
    setup();
    gpusim_trace_options options;
    gpusim_trace_options_default(&options);
    options.reproducible = 1;
    ASSERT_OK(fake_trace(path("a.h5"), &options, 7, 100, &err), &err);
    nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 100000000}, NULL);
    ASSERT_OK(fake_trace(path("b.h5"), &options, 7, 100, &err), &err);
    char *a, *b;
    size_t size_a, size_b;
    read_bytes(path("a.h5"), &a, &size_a);
    read_bytes(path("b.h5"), &b, &size_b);
    ck_assert_uint_eq(size_a, size_b);
    ck_assert_uint_lt(size_a, 1 << 20);
    ck_assert_mem_eq(a, b, size_a);
    free(a);
    free(b);
    fake_folder_remove();
}
END_TEST

static void *write_one(void *file)
{
    gpusim_error own = {0};
    ASSERT_OK(fake_trace(file, NULL, 7, 700, &own), &own);
    return NULL;
}

START_TEST(two_threads_write_two_traces)
{
    setup();
    pthread_t threads[2];
    char digests[2][33];
    char *files[2] = {(char *)(uintptr_t)path("a.h5"), (char *)(uintptr_t)path("b.h5")};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_one, files[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        digest_of(files[i], digests[i]);
    }
    ck_assert_str_eq(digests[0], digests[1]);
    fake_folder_remove();
}
END_TEST

// a row told by hand at one step of an otherwise equal run
static void write_changed(const char *file, uint32_t step)
{
    gpusim_trace_writer *writer = NULL;
    gpusim_observer observer;
    gpusim_summary summary = fake_summary(7);
    gpusim_decision_row odd = {.time = 1234 * GPUSIM_SECOND, .job = step, .what = 3};
    ASSERT_OK(gpusim_trace_writer_create(file, NULL, &writer, &observer, &err), &err);
    ASSERT_OK(observer.begin(observer.context, NULL, 7, &err), &err);
    ASSERT_OK(fake_steps(&observer, 7, 0, step, &err), &err);
    ASSERT_OK(observer.row(observer.context, GPUSIM_TABLE_DECISIONS, &odd, &err), &err);
    ASSERT_OK(fake_steps(&observer, 7, step, 100, &err), &err);
    ASSERT_OK(observer.end(observer.context, &summary, 1, &err), &err);
    gpusim_trace_writer_destroy(writer);
}

START_TEST(first_difference)
{
    setup();
    gpusim_trace_difference found[16];
    uint32_t count = 99;
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 7, 100, &err), &err);
    ASSERT_OK(fake_trace(path("b.h5"), NULL, 7, 100, &err), &err);
    write_changed(path("c.h5"), 40);
    char digests[2][33];
    digest_of(path("a.h5"), digests[0]);
    digest_of(path("c.h5"), digests[1]);
    ck_assert_str_ne(digests[0], digests[1]);
    gpusim_trace *a = opened(path("a.h5")), *b = opened(path("b.h5")), *c = opened(path("c.h5"));
    ASSERT_OK(gpusim_trace_diff(a, b, found, 16, &count, &err), &err);
    ck_assert_uint_eq(count, 0);
    ASSERT_OK(gpusim_trace_diff(a, c, found, 16, &count, &err), &err);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(found[0].where, "decisions");
    ck_assert_uint_eq(found[0].row, 40);
    ck_assert_str_eq(found[0].field, "time");
    ck_assert_str_eq(found[0].b, "1234");
    ck_assert_int_eq(found[0].time, 1234 * GPUSIM_SECOND);
    gpusim_trace_close(b);
    gpusim_trace_close(c);

    // a run that went on for longer
    ASSERT_OK(fake_trace(path("e.h5"), NULL, 7, 101, &err), &err);
    gpusim_trace *e = opened(path("e.h5"));
    ASSERT_OK(gpusim_trace_diff(a, e, found, 16, &count, &err), &err);
    uint32_t jobs = 0;
    while (jobs < count && strcmp(found[jobs].where, "jobs") != 0) {
        jobs++;
    }
    ck_assert_uint_lt(jobs, count);
    ck_assert_str_eq(found[jobs].field, "rows");
    ck_assert_str_eq(found[jobs].a, "100");
    ck_assert_str_eq(found[jobs].b, "101");
    ck_assert_uint_eq(found[jobs].row, 100);
    gpusim_trace_close(e);

    // another seed: the earliest of many, in order of time, and only as many as there is room for
    ASSERT_OK(fake_trace(path("d.h5"), NULL, 8, 100, &err), &err);
    gpusim_trace *d = opened(path("d.h5"));
    ASSERT_OK(gpusim_trace_diff(a, d, found, 16, &count, &err), &err);
    ck_assert_uint_ge(count, 5);
    for (uint32_t i = 1; i < count; i++) {
        ck_assert_int_le(found[i - 1].time, found[i].time);
    }
    uint32_t at = 0;
    while (at < count && strcmp(found[at].where, "telemetry/gpu/gpu_util") != 0) {
        at++;
    }
    ck_assert_uint_lt(at, count);
    ck_assert_str_eq(found[at].field, "train-0000/gpu1");
    ck_assert_int_eq(found[at].time, GPUSIM_MINUTE);
    ck_assert_str_eq(found[0].where, "decisions"); // the first wait differs, and is short
    gpusim_trace_difference first;
    ASSERT_OK(gpusim_trace_diff(a, d, &first, 1, &count, &err), &err);
    ck_assert_str_eq(first.where, found[0].where);
    gpusim_trace_close(a);
    gpusim_trace_close(d);
    fake_folder_remove();
}
END_TEST

START_TEST(long_texts)
{
    setup();
    char *text = calloc(1, 300001), name[400];
    memset(text, 'x', 300000);
    memset(name, 'n', 399);
    memcpy(name + 250, "\xc3\xa9\xc3\xa9", 4); // two characters of two bytes, the cut is in one
    name[399] = 0;
    fake_model.text = text;
    fake_model.long_name = name;
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 1, 3, &err), &err);
    gpusim_trace *trace = opened(path("a.h5"));
    ck_assert_str_eq(gpusim_trace_get_info(trace)->scenario, text);
    const char *kept = gpusim_trace_name(trace, 4);
    ck_assert_uint_eq(strlen(kept), 255);
    ck_assert_str_eq(kept + 250, "\xc3\xa9...");
    gpusim_trace_close(trace);
    fake_model.text = "gpusim: 1\n";
    fake_model.long_name = NULL;
    free(text);
    fake_folder_remove();
}
END_TEST

START_TEST(nothing_to_tell)
{
    setup();
    fake_model.telemetry = 0;
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 1, 0, &err), &err);
    fake_model.telemetry = 1;
    ASSERT_OK(fake_trace(path("b.h5"), NULL, 1, 0, &err), &err);
    for (int i = 0; i < 2; i++) {
        char digest[33];
        gpusim_trace *trace = opened(path(i ? "b.h5" : "a.h5"));
        const gpusim_trace_info *info = gpusim_trace_get_info(trace);
        ck_assert_uint_eq(info->metrics, i ? 3 : 0);
        ck_assert_uint_eq(info->samples, 0);
        ck_assert_uint_eq(info->rows[GPUSIM_TABLE_JOBS], 0);
        ck_assert(isnan(info->first_sample_s));
        ASSERT_OK(gpusim_trace_digest(trace, digest, &err), &err);
        gpusim_trace_close(trace);
    }
    fake_folder_remove();
}
END_TEST

// while the run goes on, and after it was given up
START_TEST(live_and_given_up)
{
    setup();
    gpusim_trace_writer *writer = NULL;
    gpusim_observer observer;
    ASSERT_OK(gpusim_trace_writer_create(path("a.h5"), NULL, &writer, &observer, &err), &err);
    ck_assert_int_eq(gpusim_trace_open(path("a.h5"), &(gpusim_trace *){0}, &err), GPUSIM_IO);
    ASSERT_OK(observer.begin(observer.context, NULL, 1, &err), &err);
    struct stat about;
    ck_assert_int_eq(stat(path("a.h5"), &about), 0);
    ck_assert_int_gt(about.st_size, 1 << 20); // room for what HDF5 may write is reserved
    ASSERT_OK(fake_steps(&observer, 1, 0, 1000, &err), &err);

    gpusim_trace *trace = opened(path("a.h5"));
    const gpusim_trace_info *info = gpusim_trace_get_info(trace);
    ck_assert_uint_eq(info->live, 1);
    ck_assert_uint_eq(info->complete, 0);
    uint64_t rows = info->rows[GPUSIM_TABLE_JOBS];
    ck_assert_uint_gt(rows, 0);
    check_jobs(trace, 1, rows);
    ASSERT_OK(fake_steps(&observer, 1, 1000, 5000, &err), &err);
    ASSERT_OK(gpusim_trace_refresh(trace, &err), &err);
    ck_assert_uint_gt(info->rows[GPUSIM_TABLE_JOBS], rows);
    gpusim_trace_close(trace);

    // interrupted: all rows are there, and no writer is left
    gpusim_summary summary = fake_summary(1);
    ASSERT_OK(observer.end(observer.context, &summary, 0, &err), &err);
    trace = opened(path("a.h5"));
    info = gpusim_trace_get_info(trace);
    ck_assert_uint_eq(info->live, 0);
    ck_assert_uint_eq(info->repaired, 0);
    ck_assert_uint_eq(info->complete, 0);
    check_rows(trace, 1, 5000);
    check_values(trace, 1, 5000);
    gpusim_trace_close(trace);
    gpusim_trace_writer_destroy(writer);
    fake_folder_remove();
}
END_TEST

// other programs look at the file while it is closed: their locks are not our concern
START_TEST(a_reader_has_locked_it)
{
    setup();
    gpusim_trace_writer *writer = NULL;
    gpusim_observer observer;
    gpusim_summary summary = fake_summary(1);
    ASSERT_OK(gpusim_trace_writer_create(path("a.h5"), NULL, &writer, &observer, &err), &err);
    ASSERT_OK(observer.begin(observer.context, NULL, 1, &err), &err);
    FILE *reader = fopen(path("a.h5"), "r");
    ck_assert_ptr_nonnull(reader);
    ck_assert_int_eq(flock(fileno(reader), LOCK_SH), 0);
    ASSERT_OK(observer.end(observer.context, &summary, 1, &err), &err);
    fclose(reader);
    gpusim_trace_writer_destroy(writer);
    fake_folder_remove();
}
END_TEST

// a trace that another program is changing is not one whose writer has died
START_TEST(another_program_changes_it)
{
    setup();
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 1, 10, &err), &err);
    hid_t other = H5Fopen(path("a.h5"), H5F_ACC_RDWR, H5P_DEFAULT);
    ck_assert_int_gt(other, 0);
    gpusim_trace *trace = NULL;
    ck_assert_int_eq(gpusim_trace_open(path("a.h5"), &trace, &err), GPUSIM_FORMAT);
    char *bytes;
    size_t size;
    read_bytes(path("a.h5"), &bytes, &size);
    ck_assert_int_ne(bytes[11], 0); // its mark
    free(bytes);
    ck_assert_int_ge(H5Fclose(other), 0);
    gpusim_trace_close(opened(path("a.h5")));
    fake_folder_remove();
}
END_TEST

static herr_t count_errors(hid_t stack, void *count)
{
    (void)stack;
    ++*(int *)count;
    return 0;
}

// the program that embeds us keeps its handler of HDF5's errors, and is not told of ours
START_TEST(the_handler_of_errors_is_the_callers)
{
    setup();
    int errors = 0;
    ck_assert_int_ge(H5Eset_auto2(H5E_DEFAULT, count_errors, &errors), 0);
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 1, 5000, &err), &err);
    gpusim_trace_close(opened(path("a.h5")));
    ck_assert_int_eq(truncate(path("a.h5"), 20000), 0);
    gpusim_trace *trace = NULL;
    ck_assert_int_eq(gpusim_trace_open(path("a.h5"), &trace, &err), GPUSIM_FORMAT);
    ck_assert_int_eq(errors, 0);
    (void)H5Dopen2(-1, "none", H5P_DEFAULT);
    ck_assert_int_eq(errors, 1);
    fake_folder_remove();
}
END_TEST

START_TEST(a_writer_serves_one_run)
{
    setup();
    gpusim_trace_writer *writer = NULL;
    gpusim_observer observer;
    ASSERT_OK(gpusim_trace_writer_create(path("a.h5"), NULL, &writer, &observer, &err), &err);
    ASSERT_OK(observer.begin(observer.context, NULL, 1, &err), &err);
    ck_assert_int_eq(observer.begin(observer.context, NULL, 1, &err), GPUSIM_ARGUMENT);
    ASSERT_OK(observer.end(observer.context, NULL, 0, &err), &err);
    ck_assert_int_eq(observer.begin(observer.context, NULL, 1, &err), GPUSIM_ARGUMENT);
    gpusim_trace_writer_destroy(writer);
    gpusim_trace_close(opened(path("a.h5")));
    fake_folder_remove();
}
END_TEST

// with force, what a link names is replaced, and the link stays
START_TEST(a_link)
{
    setup();
    gpusim_trace_options force;
    gpusim_trace_options_default(&force);
    force.force = 1;
    struct stat about;
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 1, 10, &err), &err);
    ck_assert_int_eq(symlink("a.h5", path("link.h5")), 0);
    ck_assert_int_eq(fake_trace(path("link.h5"), NULL, 2, 10, &err), GPUSIM_EXISTS);
    ASSERT_OK(fake_trace(path("link.h5"), &force, 2, 10, &err), &err);
    ck_assert_int_eq(lstat(path("link.h5"), &about), 0);
    ck_assert(S_ISLNK(about.st_mode));
    gpusim_trace *trace = opened(path("a.h5"));
    ck_assert_uint_eq(gpusim_trace_get_info(trace)->seed, 2);
    gpusim_trace_close(trace);
    fake_folder_remove();
}
END_TEST

// a cluster of CPUs: metrics of GPUs are there, of none, and hide nothing else
START_TEST(no_gpus)
{
    setup();
    fake_model.gpus_per_node = 0;
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 1, 300, &err), &err);
    fake_model.gpus_per_node = 8;
    gpusim_trace *trace = opened(path("a.h5"));
    uint32_t metric = gpusim_trace_find_metric(trace, GPUSIM_OF_CLUSTER, "queue_length");
    float value = -1;
    ck_assert_uint_eq(gpusim_trace_get_info(trace)->samples, 300);
    ASSERT_OK(gpusim_trace_values(trace, metric, 0, 1, 299, 1, &value, &err), &err);
    ck_assert(value == 299 % 13);
    gpusim_trace_close(trace);
    fake_folder_remove();
}
END_TEST

START_TEST(where_it_cannot_be_written)
{
    setup();
    gpusim_trace_options force;
    gpusim_trace_options_default(&force);
    force.force = 1;
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 1, 10, &err), &err);
    ck_assert_int_eq(fake_trace(path("a.h5"), NULL, 2, 10, &err), GPUSIM_EXISTS);
    ck_assert_ptr_nonnull(strstr(err.message, "exists"));
    ck_assert_ptr_nonnull(strstr(err.hint, "--force"));
    gpusim_trace *trace = opened(path("a.h5"));
    ck_assert_uint_eq(gpusim_trace_get_info(trace)->seed, 1);
    gpusim_trace_close(trace);
    ASSERT_OK(fake_trace(path("a.h5"), &force, 2, 10, &err), &err);
    trace = opened(path("a.h5"));
    ck_assert_uint_eq(gpusim_trace_get_info(trace)->seed, 2);
    gpusim_trace_close(trace);

    // something appears between the check and the beginning
    gpusim_trace_writer *writer = NULL;
    gpusim_observer observer;
    ASSERT_OK(gpusim_trace_writer_create(path("b.h5"), NULL, &writer, &observer, &err), &err);
    fclose(fopen(path("b.h5"), "w"));
    ck_assert_int_eq(observer.begin(observer.context, NULL, 1, &err), GPUSIM_EXISTS);
    gpusim_trace_writer_destroy(writer);
    struct stat about;
    ck_assert_int_eq(stat(path("b.h5"), &about), 0);
    ck_assert_int_eq(about.st_size, 0);

    ck_assert_int_eq(fake_trace(path("none/a.h5"), NULL, 1, 10, &err), GPUSIM_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "there is no folder"));
    ck_assert_int_eq(fake_trace(folder, &force, 1, 10, &err), GPUSIM_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "is a folder"));
    ck_assert_int_eq(fake_trace("", &force, 1, 10, &err), GPUSIM_IO);
    fake_folder_remove();
}
END_TEST

static gpusim_status collect(void *context, const char *text, size_t length)
{
    char *all = context;
    size_t used = strlen(all);
    if (used + length >= 65536) {
        return GPUSIM_IO;
    }
    memcpy(all + used, text, length);
    all[used + length] = 0;
    return GPUSIM_OK;
}

START_TEST(exports)
{
    setup();
    static char text[65536];
    ASSERT_OK(fake_trace(path("a.h5"), NULL, 1, 5, &err), &err);
    gpusim_trace *trace = opened(path("a.h5"));
    ASSERT_OK(
        gpusim_trace_export_table(trace, GPUSIM_TABLE_JOBS, GPUSIM_EXPORT_CSV, collect, text, &err),
        &err);
    const char *expected =
        "id,name,user,vc,submit_s,start_s,end_s,state,gpus,nodes,gpu_ids,preemptions,restarts,"
        "energy_j,wait_s,duration_s,walltime_s,cpus,memory,reason,source,index,"
        "done_s,slowed_s,checkpointing_s,redone_s,restarting_s,hung_s,failures\n"
        "-5,\"job, \"\"quoted\"\"\",alice,vc-0,0,465.000000001,48575.000000001,timeout,1,"
        "train-0001 train-0002,9 10 18,0,0,,465.000000001,48110,96220,4,1,walltime,log.csv,0,"
        "48095,1,2,3,4,5,6\n";
    ck_assert_msg(strncmp(text, expected, strlen(expected)) == 0, "%s", text);

    text[0] = 0;
    ASSERT_OK(gpusim_trace_export_table(trace, GPUSIM_TABLE_JOBS, GPUSIM_EXPORT_JSONL, collect,
                                        text, &err),
              &err);
    expected = "{\"id\":-5,\"name\":\"job, \\\"quoted\\\"\",\"user\":\"alice\",\"vc\":\"vc-0\","
               "\"submit_s\":0,\"start_s\":465.000000001,\"end_s\":48575.000000001,"
               "\"state\":\"timeout\",\"gpus\":1,\"nodes\":[\"train-0001\",\"train-0002\"],"
               "\"gpu_ids\":[9,10,18],\"preemptions\":0,\"restarts\":0,\"energy_j\":null,";
    ck_assert_msg(strncmp(text, expected, strlen(expected)) == 0, "%s", text);

    text[0] = 0;
    uint32_t metric = gpusim_trace_find_metric(trace, GPUSIM_OF_CLUSTER, "queue_length");
    gpusim_export_filter filter;
    gpusim_export_filter_default(&filter);
    filter.metric_count = 1;
    filter.metrics = &metric;
    ASSERT_OK(gpusim_trace_export_metrics(trace, &filter, GPUSIM_EXPORT_CSV, collect, text, &err),
              &err);
    ck_assert_str_eq(text, "time_s,cluster\n60,0\n120,1\n180,2\n240,3\n300,4\n");

    // a write that fails ends it
    memset(text, 'x', sizeof text - 1);
    ck_assert_int_eq(
        gpusim_trace_export_table(trace, GPUSIM_TABLE_JOBS, GPUSIM_EXPORT_CSV, collect, text, &err),
        GPUSIM_IO);
    gpusim_trace_close(trace);
    fake_folder_remove();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace");
    TEST_CASE(suite, 60, all_that_was_told_is_read, equal_chunks,
              digest_is_of_the_run_not_of_the_file, reproducible_to_the_byte,
              two_threads_write_two_traces, first_difference, long_texts, nothing_to_tell,
              live_and_given_up, a_reader_has_locked_it, another_program_changes_it,
              the_handler_of_errors_is_the_callers, a_writer_serves_one_run, a_link, no_gpus,
              where_it_cannot_be_written, exports);
    return test_run(suite);
}
