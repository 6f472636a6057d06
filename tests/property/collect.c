/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps everything a run tells. */
#include "property/collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void print_error(const char *what, const gpusim_error *err)
{
    char text[2048];

    gpusim_error_format(err, text, (int)sizeof(text));
    printf("%s: %s\n", what, text);
}

/* Appends `size` bytes to an array of `*count` such items. */
static gpusim_status append(void **items, size_t *count, size_t *room, const void *item,
                            size_t size, size_t unit, gpusim_error *err)
{
    const size_t more = size / unit;

    if (*count + more > *room) {
        const size_t wanted = 2 * (*count + more) + 64;
        void *grown = realloc(*items, wanted * unit);
        if (grown == NULL) {
            return gpusim_fail(err, GPUSIM_MEMORY, "the test has no memory left");
        }
        *items = grown;
        *room = wanted;
    }
    memcpy((char *)*items + *count * unit, item, size);
    *count += more;
    return GPUSIM_OK;
}

static gpusim_status on_begin(void *context, const gpusim_model *model, uint64_t seed,
                              gpusim_error *err)
{
    (void)model, (void)seed, (void)err;
    ((collected *)context)->begins++;
    return GPUSIM_OK;
}

/* When a row was told: each table says that in a column of its own. */
static gpusim_time time_of(gpusim_table table, const void *row)
{
    switch (table) {
    case GPUSIM_TABLE_JOBS:
        return ((const gpusim_job_row *)row)->end;
    case GPUSIM_TABLE_EVENTS:
        return ((const gpusim_event_row *)row)->time;
    case GPUSIM_TABLE_DECISIONS:
        return ((const gpusim_decision_row *)row)->time;
    case GPUSIM_TABLE_ALLOCATIONS:
        return ((const gpusim_allocation_row *)row)->end;
    case GPUSIM_TABLE_ACTIONS:
        return ((const gpusim_action_row *)row)->time;
    default:
        return GPUSIM_TIME_MAX;
    }
}

static gpusim_status on_row(void *context, gpusim_table table, const void *row, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    collected *all = context;
    const unsigned char tag = (unsigned char)table;
    const size_t size = gpusim_table_record(table)->size;
    const gpusim_time time = time_of(table, row);

    if (table >= GPUSIM_TABLE_NODES) {
        return GPUSIM_OK;
    }
    if (time != GPUSIM_TIME_MAX) {
        all->backward += time < all->last;
        all->last = time;
    }
    GPUSIM_TRY(append((void **)&all->bytes, &all->size, &all->room, &tag, 1, 1, err));
    GPUSIM_TRY(append((void **)&all->bytes, &all->size, &all->room, row, size, 1, err));
    if (table == GPUSIM_TABLE_JOBS) {
        GPUSIM_TRY(
            append((void **)&all->jobs, &all->job_count, &all->job_room, row, size, size, err));
    } else if (table == GPUSIM_TABLE_ALLOCATIONS) {
        GPUSIM_TRY(append((void **)&all->allocations, &all->allocation_count, &all->allocation_room,
                          row, size, size, err));
    }
cleanup:
    return status;
}

static int by_index(const void *a, const void *b)
{
    const uint64_t x = ((const gpusim_job_row *)a)->index;
    const uint64_t y = ((const gpusim_job_row *)b)->index;

    return (x > y) - (x < y);
}

static gpusim_status on_end(void *context, const gpusim_summary *summary, int complete,
                            gpusim_error *err)
{
    collected *all = context;

    (void)err;
    all->ends++;
    all->complete = complete;
    all->summary = *summary;
    if (all->job_count > 0) {
        qsort(all->jobs, all->job_count, sizeof(all->jobs[0]), by_index);
    }
    return GPUSIM_OK;
}

void collect_into(collected *all, gpusim_observer *observer)
{
    gpusim_observer_default(observer);
    observer->context = all;
    observer->begin = on_begin;
    observer->row = on_row;
    observer->end = on_end;
}

void collect_release(collected *all)
{
    free(all->jobs);
    free(all->allocations);
    free(all->bytes);
    free(all->vcs);
    memset(all, 0, sizeof(*all));
}

void collect_vcs(collected *all, const gpusim_sim *sim)
{
    const gpusim_view *view = gpusim_sim_view(sim);

    all->vcs = calloc(view->vc_count + 1, sizeof(all->vcs[0]));
    all->vc_count = all->vcs != NULL ? view->vc_count : 0;
    if (all->vc_count > 0) {
        memcpy(all->vcs, view->vcs, view->vc_count * sizeof(all->vcs[0]));
    }
}

static gpusim_model *compile(gpusim_spec *spec, gpusim_status status, gpusim_error *err,
                             const char *what)
{
    gpusim_model *model = NULL;

    if (status == GPUSIM_OK) {
        status = gpusim_model_compile(spec, &model, err);
    }
    if (status != GPUSIM_OK) {
        print_error(what, err);
        model = NULL;
    }
    gpusim_spec_destroy(spec);
    return model;
}

gpusim_model *load_model(const char *path)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    const gpusim_status status = gpusim_spec_load(path, &spec, &err);

    return compile(spec, status, &err, path);
}

gpusim_model *parse_model(const char *text, const char *folder)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    const gpusim_status status = gpusim_spec_parse(text, strlen(text), "text", folder, &spec, &err);
    gpusim_model *model = compile(spec, status, &err, "scenario");

    if (model == NULL) {
        printf("%s", text);
    }
    return model;
}

int run_model(const gpusim_model *model, uint64_t seed, int paranoid, collected *all)
{
    gpusim_status status;
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    gpusim_observer observer;

    collect_into(all, &observer);
    GPUSIM_TRY(gpusim_sim_create(model, seed, &sim, &err));
    GPUSIM_TRY(gpusim_sim_observe(sim, &observer, &err));
    gpusim_sim_paranoid(sim, paranoid);
    GPUSIM_TRY(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err));
    GPUSIM_TRY(gpusim_sim_finish(sim, &err));
    collect_vcs(all, sim);
cleanup:
    if (status != GPUSIM_OK) {
        print_error("run", &err);
    }
    gpusim_sim_destroy(sim);
    return status == GPUSIM_OK;
}

gpusim_status collect_resumed(const gpusim_model *model, const void *saved, size_t size,
                              char hash[33], gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_sim *sim = NULL;
    GPUSIM_TRY(gpusim_sim_create(model, 1, &sim, err));
    GPUSIM_TRY(gpusim_sim_restore(sim, saved, size, err));
    GPUSIM_TRY(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, err));
    GPUSIM_TRY(gpusim_sim_hash(sim, hash, err));
cleanup:
    gpusim_sim_destroy(sim);
    return status;
}
