/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzzers of log readers share: any bytes, read as a format, must end in jobs or in an
 * error with its place. */
#ifndef TESTS_FUZZ_LOG_H
#define TESTS_FUZZ_LOG_H

#include <math.h>
#include <stdlib.h>

#include "fuzz.h"
#include "workload/log.h"

static void demand(int holds)
{
    if (!holds) {
        abort();
    }
}

// jobs in order (a duration of -1: it never ran), dependencies on what comes before, nodes that
// exist
static void check_jobs(const gs_log *log)
{
    gpusim_time before = 0;
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const gs_job *job = &GS_AT(log->jobs, gs_job, i);
        demand(job->submit >= before && job->duration >= -1 && job->walltime >= 0);
        before = job->submit;
        demand(gs_names_text(log->names, job->name) && gs_names_text(log->names, job->vc));
        if (job->extra != GPUSIM_NONE) {
            demand(job->extra < log->extras.count);
            const gs_job_extra *extra = &GS_AT(log->extras, gs_job_extra, job->extra);
            demand(extra->after == GPUSIM_NONE || extra->after < i);
            demand(extra->start >= job->submit && extra->think >= 0);
            demand((uint64_t)extra->first_node + extra->nodes <= log->recorded_nodes.count);
        }
    }
}

// the first byte chooses options, the rest is the file
static int read_log(int32_t format, const uint8_t *bytes, size_t size)
{
    unsigned options = size ? bytes[0] : 0;
    gs_trace trace = {.format = format,
                      .spacing = GPUSIM_TIME_MAX,
                      .duration = GPUSIM_TIME_MAX,
                      .speed = options & 1 ? 2.5 : 1,
                      .load = NAN,
                      .on_error = options & 2 ? GS_ON_ERROR_SKIP : GS_ON_ERROR_STOP,
                      .dependencies = options & 4 ? 1 : 0,
                      .walltime = GS_REQUEST_REQUESTED,
                      .memory = options & 8 ? GS_REQUEST_REQUESTED : GS_REQUEST_NONE,
                      .vc_from = GS_VC_FROM_QUEUE,
                      .processors_per_gpu = options & 16 ? 7 : 1,
                      .select = {.present = options & 32 ? 1 : 0,
                                 .first = 100,
                                 .from = 5 * GPUSIM_SECOND,
                                 .until = GPUSIM_TIME_MAX}};
    gpusim_error err = {0};
    gs_log log;
    gs_log_begin(&log);
    log.trace = &trace;
    gpusim_status status;
    GPUSIM_TRY(gs_names_create(&log.names, &err));
    GPUSIM_TRY(
        gs_lines_over("fuzz", bytes + (size ? 1 : 0), size ? size - 1 : 0, NULL, &log.lines, &err));
    GPUSIM_TRY(gs_log_read(&log, &err));
    GPUSIM_TRY(gs_log_order(&log, &err));
    GPUSIM_TRY(gs_log_select(&log, &err));
    GPUSIM_TRY(gs_log_scale(&log, 8, &err));
    check_jobs(&log);
cleanup:
    demand(err.status == (int32_t)status);
    demand(status != GPUSIM_WORKLOAD || (err.file[0] && err.message[0]));
    gs_log_release(&log);
    gs_names_destroy(log.names);
    return 0;
}

#endif
