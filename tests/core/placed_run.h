/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run at a time of jobs that are put where a table says, and the rows that it leaves. */
#ifndef TESTS_CORE_PLACED_RUN_H
#define TESTS_CORE_PLACED_RUN_H

#include "placed.h"

static gpusim_model *model;
static gpusim_sim *sim;
static collected rows;
static gpusim_error err;

static inline void begin(const char *text, const placed *table)
{
    model = compile_text(text);
    sim = placed_begin(model, table, &rows);
}

static inline void run_to(double seconds)
{
    ASSERT_OK(gpusim_sim_run_until(sim, gpusim_time_from_seconds(seconds), &err), &err);
}

static inline void run_out(void)
{
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
}

static inline void teardown(void)
{
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    collect_release(&rows);
    memset(&rows, 0, sizeof rows);
    sim = NULL;
    model = NULL;
}

#endif
