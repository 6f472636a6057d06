/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim learn: parameters of a scheduler from a trace. */
#include <stdio.h>

#include <gpusim/learn.h>

#include "options.h"
#include "report.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_OUTPUT, 'o', "output", "FILE", "write the parameters to this file; stdout"},
    CLI_OPTION_HELP,
};

static gpusim_status to_file(void *context, const char *text, size_t length)
{
    return fwrite(text, 1, length, context) == length ? GPUSIM_OK : GPUSIM_IO;
}

static int learn(const cli_arguments *arguments)
{
    gpusim_error err = {0};
    gpusim_status status;
    gpusim_trace *trace = NULL;
    gpusim_rts_learned learned = {.size = sizeof learned};
    const char *path = arguments->values[CLI_OUTPUT];
    FILE *file = NULL;
    GPUSIM_TRY(gpusim_trace_open(arguments->operands[0], &trace, &err));
    file = path ? fopen(path, "w") : stdout;
    if (!file) {
        status = gpusim_fail(&err, GPUSIM_IO, "cannot write '%.200s'", path);
        goto cleanup;
    }
    GPUSIM_TRY(gpusim_learn_rts(trace, NULL, &learned, to_file, file, &err));
cleanup:
    if (path && file && fclose(file) != 0 && status == GPUSIM_OK) {
        status = gpusim_fail(&err, GPUSIM_IO, "cannot write '%.200s'", path);
    }
    gpusim_trace_close(trace);
    return status == GPUSIM_OK ? CLI_OK : cli_fail(0, &err, 1);
}

const cli_command cli_learn = {
    .name = "learn",
    .operands = "TRACE",
    .doc = "learn the parameters of the scheduler rts from a trace",
    .examples = "gpusim learn week.h5 -o rts.yaml\n"
                "gpusim run next.yaml --set 'scheduler={module: rts, parameters: rts.yaml}'\tuse "
                "them\n",
    .more = "Weights and run times by least squares, affinities and penalties of nodes, from jobs "
            "of the trace's last 24 h that completed on one node.",
    CLI_OPTIONS(options),
    .least = 1,
    .most = 1,
    .run = learn,
};
