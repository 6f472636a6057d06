/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The workload of a scenario: every source read, selected and scaled, then all jobs as one list in
 * order of submission. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "workload/list.h"
#include "workload/log.h"
#include "workload/synthetic.h"

typedef struct builder {
    const gpusim_list *items;
    const gs_workload_context *context;
    gs_workload *workload;
    gs_hasher *hasher;
    uint64_t logs;     /* read */
    uint32_t *sources; /* names taken so far */
    uint32_t source_count;
    uint32_t synthetic; /* made so far */
} builder;

// where the item at fault stands in the scenario, unless the error points into a log
static void place_error(gpusim_error *err, uint32_t item, const char *key)
{
    if (err && !err->file[0]) {
        char inner[64];
        snprintf(inner, sizeof inner, "%.63s", err->key);
        snprintf(err->key, sizeof err->key, "workload[%u].%s%s%s", (unsigned)item, key,
                 inner[0] && inner[0] != '[' ? "." : "", inner);
    }
}

// A source's name: as written, and then it must be new, or a default made new with a number.
static gpusim_status name_source(builder *b, const char *written, const char *fallback,
                                 size_t length, uint32_t *name, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char text[512];
    size_t cut = length < 480 ? length : 480;
    for (uint32_t n = 1;; n++) {
        if (written) {
            snprintf(text, sizeof text, "%s", written);
        } else if (n == 1) {
            snprintf(text, sizeof text, "%.*s", (int)cut, fallback);
        } else {
            snprintf(text, sizeof text, "%.*s-%u", (int)cut, fallback, (unsigned)n);
        }
        GPUSIM_TRY(gs_names_add(b->context->names, text, strlen(text), name, err));
        uint32_t i = 0;
        while (i < b->source_count && b->sources[i] != *name) {
            i++;
        }
        if (i == b->source_count) {
            b->sources[b->source_count++] = *name;
            return GPUSIM_OK;
        }
        if (written) {
            status = gpusim_fail(err, GPUSIM_SCENARIO, "two sources of jobs are called '%.100s'",
                                 written);
            gs_error_key(err, "name");
            return status;
        }
    }
cleanup:
    return status;
}

// makes a profile where there is one, or checkpoints alone; *number in the workload's, or
// GPUSIM_NONE
static gpusim_status add_profile(builder *b, const gs_profile_fields *fields,
                                 const gs_checkpoint_fields *checkpoint, uint32_t *number,
                                 gpusim_error *err)
{
    *number = GPUSIM_NONE;
    if (!fields->present && !checkpoint->present) {
        return GPUSIM_OK;
    }
    gs_workload *workload = b->workload;
    gs_profile_fields all = fields->present ? *fields : (gs_profile_fields){.retries = GPUSIM_NONE};
    if (checkpoint->present && all.checkpoint.present) {
        gpusim_status twice = gpusim_fail(err, GPUSIM_SCENARIO,
                                          "checkpoints are here and in `profile:`; once is enough");
        gs_error_key(err, "checkpoint");
        return twice;
    }
    all.checkpoint = checkpoint->present ? *checkpoint : all.checkpoint;
    gpusim_status status =
        gs_profile_make(&all, b->context->arena, &workload->profiles[workload->profile_count], err);
    if (status == GPUSIM_OK) {
        *number = workload->profile_count++;
    } else if (err && !(checkpoint->present && strncmp(err->key, "checkpoint.", 11) == 0)) {
        char key[64];
        snprintf(key, sizeof key, "%.63s", err->key);
        gs_error_key(err, "profile.%s", key);
    }
    return status;
}

// the file's name without folders, ".gz", and its last extension
static void base_name(const char *path, const char **name, size_t *length)
{
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    *length = strlen(*name);
    if (*length > 3 && strcmp(*name + *length - 3, ".gz") == 0) {
        *length -= 3;
    }
    size_t dot = *length;
    while (dot > 1 && (*name)[dot - 1] != '.') {
        dot--;
    }
    if (dot > 1) {
        *length = dot - 1;
    }
}

// one dependency, list of nodes and recorded start into the workload; `jobs` is what counts there
static gpusim_status append_extra(gs_workload *workload, const gs_log *log, uint32_t base,
                                  gs_job *job, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_job_extra extra = GS_AT(log->extras, gs_job_extra, job->extra);
    uint32_t first = workload->recorded_nodes.count;
    for (uint32_t i = 0; i < extra.nodes; i++) {
        GPUSIM_TRY(gs_array_push(&workload->recorded_nodes,
                                 &GS_AT(log->recorded_nodes, uint32_t, extra.first_node + i), err));
    }
    extra.first_node = extra.nodes ? first : 0;
    extra.after += extra.after == GPUSIM_NONE ? 0 : base;
    job->extra = workload->extras.count;
    GPUSIM_TRY(gs_array_push(&workload->extras, &extra, err));
cleanup:
    return status;
}

static gpusim_status append_log(gs_workload *workload, const gs_log *log, int is_log,
                                gpusim_error *err)
{
    gpusim_status status;
    uint32_t base = workload->jobs.count;
    if (log->jobs.count > GPUSIM_NONE - 1 - base) {
        return gpusim_fail(err, GPUSIM_MEMORY, "more jobs than can be numbered");
    }
    GPUSIM_TRY(gs_array_reserve(&workload->jobs, base + log->jobs.count, err));
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        gs_job job = GS_AT(log->jobs, gs_job, i);
        job.is_log = (uint8_t)is_log;
        if (job.extra != GPUSIM_NONE) {
            GPUSIM_TRY(append_extra(workload, log, base, &job, err));
        }
        GPUSIM_TRY(gs_array_push(&workload->jobs, &job, err));
    }
    workload->bad_lines += log->bad_lines;
cleanup:
    return status;
}

static gpusim_status add_trace(builder *b, const gs_trace *trace, gpusim_error *err)
{
    gpusim_status status;
    const gs_workload_context *context = b->context;
    char *path = NULL;
    gs_log log;
    gs_log_begin(&log);
    log.trace = trace;
    log.names = context->names;

    const char *base = NULL;
    size_t length = 0;
    base_name(trace->path, &base, &length);
    GPUSIM_TRY(name_source(b, trace->name, base, length, &log.source, err));
    if (trace->group) {
        GPUSIM_TRY(
            gs_names_add(context->names, trace->group, strlen(trace->group), &log.group, err));
    }
    if (trace->cluster) {
        GPUSIM_TRY(gs_names_add(context->names, trace->cluster, strlen(trace->cluster),
                                &log.cluster, err));
    }
    GPUSIM_TRY(gs_models_name(&trace->gpu_models, context->names, &log.models, err));
    GPUSIM_TRY(gs_labels_name(&trace->selector, 1, context->names, &log.selector, err));
    GPUSIM_TRY(add_profile(b, &trace->profile, &trace->checkpoint, &log.profile, err));
    if (trace->vc) {
        GPUSIM_TRY(gs_names_add(context->names, trace->vc, strlen(trace->vc), &log.vc, err));
    }

    // relative paths count from the scenario's folder
    int relative = context->folder && trace->path[0] != '/';
    size_t size = (relative ? strlen(context->folder) + 1 : 0) + strlen(trace->path) + 1;
    GPUSIM_TRY(gs_allocate(&path, size, 1, err));
    snprintf(path, size, "%s%s%s", relative ? context->folder : "", relative ? "/" : "",
             trace->path);
    status = gs_lines_open(path, b->hasher, &log.lines, err);
    if (status == GPUSIM_IO) {
        gs_error_key(err, "path");
    }
    GPUSIM_TRY(status);
    b->logs++;
    GPUSIM_TRY(gs_log_read(&log, err));
    GPUSIM_TRY(gs_log_order(&log, err));
    GPUSIM_TRY(gs_log_select(&log, err));
    GPUSIM_TRY(gs_log_scale(&log, context->gpus, err));
    GPUSIM_TRY(append_log(b->workload, &log, 1, err));
cleanup:
    gs_log_release(&log);
    gs_release(&path);
    return status;
}

static gpusim_status add_jobs(builder *b, const gpusim_list *list, gpusim_error *err)
{
    gpusim_status status;
    gs_log log;
    gs_log_begin(&log);
    log.names = b->context->names;
    GPUSIM_TRY(name_source(b, NULL, "jobs", 4, &log.source, err));
    log.profile = b->workload->profile_count;
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t number = 0;
        const gs_listed_job *listed = (const gs_listed_job *)list->items + i;
        status = add_profile(b, &listed->profile, &listed->checkpoint, &number, err);
        if (status != GPUSIM_OK && err) {
            char key[64];
            snprintf(key, sizeof key, "%.63s", err->key);
            gs_error_key(err, "[%u].%s", (unsigned)i, key);
        }
        GPUSIM_TRY(status);
    }
    GPUSIM_TRY(gs_list_read(list, &log, err));
    GPUSIM_TRY(append_log(b->workload, &log, 0, err));
cleanup:
    gs_log_release(&log);
    return status;
}

static gpusim_status add_synthetic(builder *b, const gs_synthetic_fields *fields, gpusim_error *err)
{
    gpusim_status status;
    uint32_t name = 0;
    uint32_t profile = 0;
    GPUSIM_TRY(name_source(b, fields->name, "synthetic", 9, &name, err));
    GPUSIM_TRY(add_profile(b, &fields->profile, &fields->checkpoint, &profile, err));
    GPUSIM_TRY(gs_synthetic_make(fields, name, profile, b->context->names, b->context->arena,
                                 &b->workload->synthetic[b->synthetic], err));
    b->workload->synthetic_count = ++b->synthetic;
cleanup:
    return status;
}

static gpusim_status add_item(builder *b, uint32_t i, gpusim_error *err)
{
    const gpusim_one_of *item = &((const gpusim_one_of *)b->items->items)[i];
    gpusim_status status = GPUSIM_OK;
    const char *key = "";
    if (item->which == GS_WORKLOAD_TRACE) {
        key = "trace";
        status = add_trace(b, item->value, err);
    } else if (item->which == GS_WORKLOAD_SYNTHETIC) {
        key = "synthetic";
        status = add_synthetic(b, item->value, err);
    } else {
        key = "jobs";
        status = add_jobs(b, item->value, err);
    }
    if (status != GPUSIM_OK) {
        place_error(err, i, key);
    }
    return status;
}

// how many profiles there can be
static uint64_t count_profiles(const gpusim_list *items)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < items->count; i++) {
        const gpusim_one_of *item = (const gpusim_one_of *)items->items + i;
        count += item->which == GS_WORKLOAD_JOBS ? ((const gpusim_list *)item->value)->count : 1;
    }
    return count;
}

// the scenario or its logs are wrong, not the machine
static int is_of_input(gpusim_status status)
{
    return status == GPUSIM_SCENARIO || status == GPUSIM_WORKLOAD || status == GPUSIM_IO;
}

gpusim_status gs_workload_build(const gpusim_list *items, const gs_workload_context *context,
                                gs_workload *workload, gpusim_error *err)
{
    gpusim_status status, wrong = GPUSIM_OK;
    builder b = {.items = items, .context = context, .workload = workload};
    *workload = (gs_workload){0};
    workload->jobs = GS_ARRAY(gs_job);
    workload->extras = GS_ARRAY(gs_job_extra);
    workload->recorded_nodes = GS_ARRAY(uint32_t);
    workload->synthetic = gs_arena_get(context->arena, items->count * sizeof(gs_synthetic *));
    workload->profiles = gs_arena_get(context->arena, count_profiles(items) * sizeof(gs_profile *));
    if (!workload->synthetic || !workload->profiles) {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u sources", items->count);
        goto cleanup;
    }
    GPUSIM_TRY(gs_allocate(&b.sources, items->count, sizeof *b.sources, err));
    GPUSIM_TRY(gs_hasher_create(&b.hasher, err));
    for (uint32_t i = 0; i < items->count; i++) {
        status = add_item(&b, i, err);
        if (status != GPUSIM_OK && (!context->report || !err || !is_of_input(status))) {
            goto cleanup;
        }
        if (status != GPUSIM_OK) {
            context->report(context->report_context, err);
            wrong = wrong == GPUSIM_OK ? status : wrong;
            *err = (gpusim_error){0};
        }
    }
    GPUSIM_TRY(wrong);
    if (items->count > 1) {
        GPUSIM_TRY(gs_jobs_sort(&workload->jobs, &workload->extras, err));
    }
    if (b.logs) {
        gs_hasher_hex(b.hasher, workload->input_hash);
    }
cleanup:
    gs_hasher_destroy(b.hasher);
    gs_release(&b.sources);
    if (status != GPUSIM_OK) {
        gs_workload_release(workload);
    }
    return status;
}

void gs_workload_release(gs_workload *workload)
{
    gs_array_release(&workload->jobs);
    gs_array_release(&workload->extras);
    gs_array_release(&workload->recorded_nodes);
    workload->synthetic = NULL;
    workload->synthetic_count = 0;
    workload->profiles = NULL;
    workload->profile_count = 0;
}
