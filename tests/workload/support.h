/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of workloads share: building from structs made by hand, and files made of text. */
#ifndef TESTS_WORKLOAD_SUPPORT_H
#define TESTS_WORKLOAD_SUPPORT_H

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "harness.h"
#include "workload/synthetic.h"
#include "workload/tables.h"
#include "workload/workload.h"

/* A workload with all that it lives in. */
typedef struct built {
    gs_workload workload;
    gs_workload_context context;
    gs_names *names;
    gs_arena arena;
    gpusim_error err;
} built;

static inline gs_trace a_trace(int32_t format, const char *path)
{
    return (gs_trace){.path = path,
                      .format = format,
                      .speed = 1,
                      .load = NAN,
                      .walltime = GS_REQUEST_REQUESTED,
                      .vc_from = GS_VC_FROM_QUEUE,
                      .processors_per_gpu = 1,
                      .spacing = GPUSIM_TIME_MAX,
                      .duration = GPUSIM_TIME_MAX,
                      .select = {.first = UINT32_MAX, .until = GPUSIM_TIME_MAX}};
}

static inline gs_listed_job a_job(const char *id, gpusim_time at)
{
    return (gs_listed_job){.id = id,
                           .at = at,
                           .duration = GPUSIM_MINUTE,
                           .walltime = GPUSIM_TIME_MAX,
                           .gpus = 1,
                           .gpu_share = 1,
                           .state = GPUSIM_JOB_COMPLETED};
}

static inline gs_synthetic_fields a_source(void)
{
    return (gs_synthetic_fields){
        .count = UINT64_MAX, .until = GPUSIM_TIME_MAX, .user_skew = 1, .users = 0};
}

/* Builds `count` items; gpus are installed. */
static inline gpusim_status build_all(built *b, gpusim_one_of *items, uint32_t count, double gpus)
{
    *b = (built){0};
    gpusim_status status = gs_names_create(&b->names, &b->err);
    if (status == GPUSIM_OK) {
        b->context = (gs_workload_context){.names = b->names, .arena = &b->arena, .gpus = gpus};
        gpusim_list list = {.items = items, .count = count};
        status = gs_workload_build(&list, &b->context, &b->workload, &b->err);
    }
    return status;
}

static inline gpusim_status build_trace(built *b, gs_trace *trace, double gpus)
{
    gpusim_one_of item = {.value = trace, .which = GS_WORKLOAD_TRACE};
    return build_all(b, &item, 1, gpus);
}

static inline void release(built *b)
{
    gs_workload_release(&b->workload);
    gs_names_destroy(b->names);
    gs_arena_release(&b->arena);
}

static inline const gs_job *job_at(const built *b, uint32_t i)
{
    ck_assert_uint_lt(i, b->workload.jobs.count);
    return &GS_AT(b->workload.jobs, gs_job, i);
}

static inline const gs_job_extra *extra_of(const built *b, uint32_t i)
{
    uint32_t extra = job_at(b, i)->extra;
    ck_assert_uint_lt(extra, b->workload.extras.count);
    return &GS_AT(b->workload.extras, gs_job_extra, extra);
}

static inline const char *name_of(const built *b, uint32_t name)
{
    return gs_names_text(b->names, name);
}

/* The job of a log with this id. */
static inline const gs_job *job_with(const built *b, int64_t id)
{
    for (uint32_t i = 0; i < b->workload.jobs.count; i++) {
        if (job_at(b, i)->id == id) {
            return job_at(b, i);
        }
    }
    ck_abort_msg("no job %lld", (long long)id);
    return NULL;
}

/* A file in the working folder, gone when the test's process removes it. */
static inline const char *make_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, strlen(text), file), strlen(text));
    ck_assert_int_eq(fclose(file), 0);
    return name;
}

static inline const char *make_gzip(const char *name, const void *bytes, size_t size)
{
    gzFile file = gzopen(name, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(gzwrite(file, bytes, (unsigned)size), (int)size);
    ck_assert_int_eq(gzclose(file), Z_OK);
    return name;
}

/* All of a file; *size bytes and an end. */
static inline char *read_all(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t room = 16 << 20;
    char *bytes = malloc(room);
    ck_assert_ptr_nonnull(bytes);
    *size = fread(bytes, 1, room - 1, file);
    ck_assert_uint_lt(*size, room - 1);
    bytes[*size] = '\0';
    fclose(file);
    return bytes;
}

#endif
