/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs listed in the scenario itself. */
#include "workload/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "workload/variate.h"

void gs_error_key(gpusim_error *err, const char *format, ...)
{
    if (err) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(err->key, sizeof err->key, format, arguments);
        va_end(arguments);
    }
}

static gpusim_status add_name(const gs_log *log, const char *text, uint32_t *name,
                              gpusim_error *err)
{
    return text ? gs_names_add(log->names, text, strlen(text), name, err) : GPUSIM_OK;
}

gpusim_status gs_models_name(const gpusim_list *models, gs_names *names, uint32_t *name,
                             gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const char *const *model = models->items;
    gs_array text = GS_ARRAY(char);
    for (uint32_t i = 0; i < models->count; i++) {
        uint32_t at = text.count;
        size_t length = strlen(model[i]);
        GPUSIM_TRY(gs_array_resize(&text, at + (at > 0) + (uint32_t)length, err));
        char *to = (char *)text.data + at;
        if (at > 0) {
            *to++ = '|';
        }
        memcpy(to, model[i], length);
    }
    if (text.count > 0) {
        GPUSIM_TRY(gs_names_add(names, text.data, text.count, name, err));
    }
cleanup:
    gs_array_release(&text);
    return status;
}

// what a label, or a value, may be: not empty, and without what stands between them
static int is_word(const char *text, size_t length, int several)
{
    size_t since = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ',' || text[i] == '=' || (text[i] == '|' && (!several || since == 0))) {
            return 0;
        }
        since = text[i] == '|' ? 0 : since + 1;
    }
    return since > 0;
}

int gs_is_selector(const char *text, size_t length)
{
    const char *end = text + length;
    for (;;) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        const char *last = comma ? comma : end;
        const char *equals = memchr(text, '=', (size_t)(last - text));
        if (!equals || !is_word(text, (size_t)(equals - text), 0) ||
            !is_word(equals + 1, (size_t)(last - equals - 1), 1)) {
            return 0;
        }
        if (!comma) {
            return 1;
        }
        text = comma + 1;
    }
}

gpusim_status gs_labels_name(const gpusim_list *labels, int selector, gs_names *names,
                             uint32_t *name, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_label *label = labels->items;
    gs_array text = GS_ARRAY(char);
    for (uint32_t i = 0; i < labels->count; i++) {
        size_t key = strlen(label[i].key), value = strlen(label[i].value);
        if (!is_word(label[i].key, key, 0) || !is_word(label[i].value, value, selector)) {
            status = gpusim_fail(err, GPUSIM_SCENARIO,
                                 "neither a label nor its value is empty or has one of , = |");
            gs_error_key(err, "%s.%.40s", selector ? "selector" : "labels", label[i].key);
            goto cleanup;
        }
        uint32_t at = text.count;
        GPUSIM_TRY(gs_array_resize(&text, at + (at > 0) + (uint32_t)(key + 1 + value), err));
        char *to = (char *)text.data + at;
        if (at > 0) {
            *to++ = ',';
        }
        memcpy(to, label[i].key, key);
        to[key] = '=';
        memcpy(to + key + 1, label[i].value, value);
    }
    if (text.count > 0) {
        GPUSIM_TRY(gs_names_add(names, text.data, text.count, name, err));
    }
cleanup:
    gs_array_release(&text);
    return status;
}

// where it may run
static gpusim_status read_selector(const gs_listed_job *listed, const gs_log *log, gs_job *job,
                                   gpusim_error *err)
{
    gpusim_status status = gs_labels_name(&listed->selector, 1, log->names, &job->selector, err);
    if (status == GPUSIM_SCENARIO && err) {
        char key[64];
        snprintf(key, sizeof key, "%.63s", err->key);
        gs_error_key(err, "[%u].%s", (unsigned)log->jobs.count, key);
    }
    return status;
}

// the part of each GPU that it asks for
static gpusim_status read_share(const gs_listed_job *listed, const gs_log *log, gs_job *job,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    job->milli = gs_milli_of(listed->gpu_share);
    if (job->milli == 0) {
        status = gpusim_fail(err, GPUSIM_SCENARIO, "less than a thousandth of a GPU");
    } else if (listed->mig && listed->gpu_share < 1) {
        status = gpusim_fail(err, GPUSIM_SCENARIO,
                             "a MIG instance is a part of a GPU already: `mig` and `gpu_share` do "
                             "not go together");
    }
    if (status != GPUSIM_OK) {
        gs_error_key(err, "[%u].gpu_share", (unsigned)log->jobs.count);
        return status;
    }
    if (job->gpus == 0) {
        job->milli = 1000;
        return GPUSIM_OK;
    }
    return add_name(log, listed->mig, &job->mig, err);
}

static gpusim_status read_elastic(const gs_listed_job *listed, const gs_log *log, gs_job *job,
                                  gpusim_error *err)
{
    if (listed->elastic.present && (job->milli != 1000 || job->mig != 0)) {
        gs_fail_elastic_parts(err);
        gs_error_key(err, "[%u].elastic", (unsigned)log->jobs.count);
        return GPUSIM_SCENARIO;
    }
    gs_make_elastic(&listed->elastic, job);
    return GPUSIM_OK;
}

// a name is known as an id that no id can be: a text with this beside it
#define BY_NAME 1

// the job's id and name, which `after` of those that follow may use
static gpusim_status read_identity(const gs_listed_job *listed, gs_log *log, gs_job *job,
                                   gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t index = log->jobs.count;
    job->id = index;
    if (listed->id) {
        gs_id id = {0};
        GPUSIM_TRY(gs_log_id(log, listed->id, strlen(listed->id), &id, err));
        uint32_t first = gs_ids_find(&log->ids, id);
        if (first != GPUSIM_NONE) {
            status = gpusim_fail(err, GPUSIM_SCENARIO, "jobs %u and %u have the same id, '%.100s'",
                                 (unsigned)first, (unsigned)index, listed->id);
            gs_error_key(err, "[%u].id", (unsigned)index);
            return status;
        }
        GPUSIM_TRY(gs_ids_add(&log->ids, id, index, err));
        job->id = id.text ? job->id : id.value;
        job->name = id.text;
    }
    if (listed->name) {
        gs_id name = {.value = BY_NAME};
        GPUSIM_TRY(add_name(log, listed->name, &name.text, err));
        job->name = job->name ? job->name : name.text;
        if (gs_ids_find(&log->ids, name) == GPUSIM_NONE) {
            GPUSIM_TRY(gs_ids_add(&log->ids, name, index, err));
        }
    }
cleanup:
    return status;
}

// which job it waits for: one listed before, by id or by name
static gpusim_status read_after(const gs_listed_job *listed, gs_log *log, gs_job *job,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t index = log->jobs.count;
    gs_id id = {0};
    GPUSIM_TRY(gs_log_id(log, listed->after, strlen(listed->after), &id, err));
    uint32_t on = gs_ids_find(&log->ids, id);
    if (on == GPUSIM_NONE) {
        id = (gs_id){.value = BY_NAME};
        GPUSIM_TRY(add_name(log, listed->after, &id.text, err));
        on = gs_ids_find(&log->ids, id);
    }
    if (on == GPUSIM_NONE || on == index) {
        status = gpusim_fail(err, GPUSIM_SCENARIO,
                             "no job listed before this one is called '%.100s'", listed->after);
        gpusim_error_hint(err, "a job is listed behind the one it waits for");
        gs_error_key(err, "[%u].after", (unsigned)index);
        return status;
    }
    gpusim_time earliest = GS_AT(log->jobs, gs_job, on).submit;
    if (listed->at == GPUSIM_TIME_MAX) {
        job->submit = earliest;
    } else if (job->submit < earliest) {
        status =
            gpusim_fail(err, GPUSIM_SCENARIO,
                        "the job is submitted before '%.100s', for which it waits", listed->after);
        gs_error_key(err, "[%u].at", (unsigned)index);
        return status;
    }
    gs_job_extra extra = {.start = GPUSIM_TIME_MAX, .think = listed->think, .after = on};
    job->extra = log->extras.count;
    GPUSIM_TRY(gs_array_push(&log->extras, &extra, err));
cleanup:
    return status;
}

static int has_profile(const gs_listed_job *listed)
{
    return listed->profile.present || listed->checkpoint.present;
}

static gpusim_time due_of(const gs_listed_job *listed)
{
    const gs_deadline_fields *deadline = &listed->deadline;
    return deadline->present ? gs_due(listed->duration, deadline->factor, deadline->slack)
                             : GPUSIM_TIME_MAX;
}

gpusim_status gs_list_read(const gpusim_list *list, gs_log *log, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; i < list->count; i++) {
        const gs_listed_job *listed = &((const gs_listed_job *)list->items)[i];
        gs_job job = {.submit = listed->at == GPUSIM_TIME_MAX ? 0 : listed->at,
                      .duration = listed->duration,
                      .walltime = listed->walltime,
                      .memory = listed->memory,
                      .gpu_memory = listed->gpu_memory,
                      .storage = listed->storage,
                      .source = log->source,
                      .gpus = listed->gpus,
                      .cpus = gs_thousandths(listed->cpus),
                      .priority = listed->priority,
                      .latency = (uint8_t)listed->latency,
                      .thrift = (uint8_t)listed->thrift,
                      .due = due_of(listed),
                      .preemptible = listed->preemptible,
                      .profile = has_profile(listed) ? log->profile++ : GPUSIM_NONE,
                      .extra = GPUSIM_NONE,
                      .final_state = (uint8_t)listed->state};
        GPUSIM_TRY(read_identity(listed, log, &job, err));
        GPUSIM_TRY(read_share(listed, log, &job, err));
        GPUSIM_TRY(read_elastic(listed, log, &job, err));
        GPUSIM_TRY(gs_models_name(&listed->gpu_models, log->names, &job.models, err));
        GPUSIM_TRY(read_selector(listed, log, &job, err));
        GPUSIM_TRY(add_name(log, listed->user, &job.user, err));
        GPUSIM_TRY(add_name(log, listed->vc, &job.vc, err));
        GPUSIM_TRY(add_name(log, listed->group, &job.group, err));
        GPUSIM_TRY(add_name(log, listed->cluster, &job.cluster, err));
        GPUSIM_TRY(add_name(log, listed->qos, &job.qos, err));
        GPUSIM_TRY(add_name(log, listed->kind, &job.kind, err));
        if (listed->after) {
            GPUSIM_TRY(read_after(listed, log, &job, err));
        }
        GPUSIM_TRY(gs_array_push(&log->jobs, &job, err));
    }
    GPUSIM_TRY(gs_jobs_sort(&log->jobs, &log->extras, err));
cleanup:
    return status;
}
