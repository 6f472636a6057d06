/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run at a time of a scenario given as text, and the rows that it leaves. To be included last:
 * the core's headers call their own runs `sim`. */
#ifndef TESTS_CORE_ONE_RUN_H
#define TESTS_CORE_ONE_RUN_H

#include "collect.h"
#include "core/sim.h"

static gpusim_model *model;
static gpusim_sim *sim;
static collected rows;

static inline void run(const char *text)
{
    model = compile_text(text);
    sim = run_model(model, 1, &rows);
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
