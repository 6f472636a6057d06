/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run of a scenario, seed 1, and its trace, opened. */
#ifndef TRACED_RUN_H
#define TRACED_RUN_H

#include <stdio.h>
#include <unistd.h>

#include <gpusim/gpusim.h>

#include "../core/collect.h"

static char path[64];
static gpusim_trace *trace;
static gpusim_error err;

static void write_run(const char *text)
{
    gpusim_trace_options options;
    gpusim_trace_writer *writer;
    gpusim_observer tracer;
    gpusim_sim *sim;
    gpusim_model *model = compile_text(text);
    snprintf(path, sizeof path, "/tmp/gpusim-traced-XXXXXX");
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    gpusim_trace_options_default(&options);
    options.force = 1;
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    ASSERT_OK(gpusim_trace_writer_create(path, &options, &writer, &tracer, &err), &err);
    ASSERT_OK(gpusim_sim_observe(sim, &tracer, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    gpusim_sim_destroy(sim);
    gpusim_trace_writer_destroy(writer);
    gpusim_model_destroy(model);
    ASSERT_OK(gpusim_trace_open(path, &trace, &err), &err);
}

static void forget_run(void)
{
    gpusim_trace_close(trace);
    unlink(path);
}

#endif
