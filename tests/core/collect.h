/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a scenario given as text and keeps the rows that observers hear. */
#ifndef TESTS_CORE_COLLECT_H
#define TESTS_CORE_COLLECT_H

#include <string.h>

#include <gpusim/sim.h>

#include "base/array.h"
#include "harness.h"

typedef struct collected {
    gs_array tables[GPUSIM_TABLE_COUNT]; /* rows as they came */
    uint32_t samples;
    int begun, ended, complete;
} collected;

static inline gpusim_status collect_begin(void *context, const gpusim_model *model, uint64_t seed,
                                          gpusim_error *err)
{
    (void)model;
    (void)seed;
    (void)err;
    ((collected *)context)->begun++;
    return GPUSIM_OK;
}

static inline gpusim_status collect_row(void *context, gpusim_table table, const void *row,
                                        gpusim_error *err)
{
    gs_array *rows = &((collected *)context)->tables[table];
    rows->element = gpusim_table_record(table)->size;
    return gs_array_push(rows, row, err);
}

static inline gpusim_status collect_sample(void *context, gpusim_time time,
                                           const gpusim_sample *samples, uint32_t count,
                                           gpusim_error *err)
{
    (void)time;
    (void)samples;
    (void)count;
    (void)err;
    ((collected *)context)->samples++;
    return GPUSIM_OK;
}

static inline gpusim_status collect_end(void *context, const gpusim_summary *summary, int complete,
                                        gpusim_error *err)
{
    (void)summary;
    (void)err;
    ((collected *)context)->ended++;
    ((collected *)context)->complete = complete;
    return GPUSIM_OK;
}

static inline gpusim_observer collect_observer(collected *rows)
{
    gpusim_observer observer;
    gpusim_observer_default(&observer);
    observer.context = rows;
    observer.begin = collect_begin;
    observer.row = collect_row;
    observer.sample = collect_sample;
    observer.end = collect_end;
    return observer;
}

static inline void collect_release(collected *rows)
{
    for (int t = 0; t < GPUSIM_TABLE_COUNT; t++) {
        gs_array_release(&rows->tables[t]);
    }
}

/* Compiles a scenario; fails the test when that fails. */
static inline gpusim_model *compile_text(const char *text)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "test.yaml", NULL, &spec, &err), &err);
    ASSERT_OK(gpusim_model_compile(spec, &model, &err), &err);
    gpusim_spec_destroy(spec);
    return model;
}

/* Runs a model to its end, checking every invariant after each batch. */
static inline gpusim_sim *run_model(const gpusim_model *model, uint64_t seed, collected *rows)
{
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    ASSERT_OK(gpusim_sim_create(model, seed, &sim, &err), &err);
    if (rows) {
        gpusim_observer observer = collect_observer(rows);
        ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    }
    gpusim_sim_paranoid(sim, 1);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    return sim;
}

/* The row of the job submitted as number `index`. */
static inline const gpusim_job_row *job_row(const collected *rows, uint64_t index)
{
    const gs_array *jobs = &rows->tables[GPUSIM_TABLE_JOBS];
    for (uint32_t i = 0; i < jobs->count; i++) {
        const gpusim_job_row *row = &GS_AT(*jobs, gpusim_job_row, i);
        if (row->index == index) {
            return row;
        }
    }
    ck_abort_msg("job %llu has no row", (unsigned long long)index);
    return NULL;
}

#endif
