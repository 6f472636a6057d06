/* SPDX-License-Identifier: 0BSD */
/* Reads a trace through the library: how long each job ran.
 *
 *     examples/read_trace week.h5
 */
#include <stdio.h>

#include <gpusim/gpusim.h>
#include <gpusim/trace.h>

int main(int argc, char **argv)
{
    gpusim_status status;
    gpusim_error err = {0};
    gpusim_trace *trace = NULL;
    if (argc != 2) {
        fprintf(stderr, "usage: %s TRACE\n", argv[0]);
        return 2;
    }

    GPUSIM_TRY(gpusim_trace_open(argv[1], &trace, &err));
    uint64_t jobs = gpusim_trace_get_info(trace)->rows[GPUSIM_TABLE_JOBS];
    for (uint64_t i = 0; i < jobs; i++) {
        gpusim_job_row job;
        GPUSIM_TRY(gpusim_trace_rows(trace, GPUSIM_TABLE_JOBS, i, 1, &job, &err));
        if (job.start != GPUSIM_TIME_MAX && job.end != GPUSIM_TIME_MAX) {
            printf("%llu %.3f\n", (unsigned long long)job.index,
                   gpusim_seconds(job.end - job.submit - job.wait));
        }
    }

cleanup:
    if (status != GPUSIM_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
    }
    gpusim_trace_close(trace);
    return status == GPUSIM_OK ? 0 : 1;
}
