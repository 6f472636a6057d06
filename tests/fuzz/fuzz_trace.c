/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes, opened as a trace, must end in rows or in an error that says why. */
#include <stdlib.h>
#include <unistd.h>

#include <gpusim/trace.h>

#include "fuzz.h"

// HDF5 itself loses memory over broken files
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5\n";
}

static gpusim_status ignore(void *context, const char *text, size_t length)
{
    (void)context, (void)text, (void)length;
    return GPUSIM_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gpusim_error err = {0};
    gpusim_trace *trace = NULL;
    gpusim_trace_difference found;
    uint32_t differences = 0;
    char path[] = "/tmp/gpusim-fuzz-XXXXXX", digest[33]; // HDF5 wants a file with a name
    int file = mkstemp(path);
    if (file < 0 || write(file, data, size) != (ssize_t)size) {
        abort();
    }
    gpusim_status status;
    GPUSIM_TRY(gpusim_trace_open(path, &trace, &err));
    GPUSIM_TRY(gpusim_trace_digest(trace, digest, &err));
    GPUSIM_TRY(gpusim_trace_export_table(trace, GPUSIM_TABLE_JOBS, GPUSIM_EXPORT_JSONL, ignore,
                                         NULL, &err));
    gpusim_export_filter one;
    gpusim_export_filter_default(&one);
    for (uint32_t i = 0; gpusim_trace_get_metric(trace, i); i++) {
        one.metric_count = 1;
        one.metrics = &i;
        GPUSIM_TRY(gpusim_trace_export_metrics(trace, &one, GPUSIM_EXPORT_CSV, ignore, NULL, &err));
    }
    GPUSIM_TRY(gpusim_trace_export_dcgm(trace, NULL, ignore, NULL, &err));
    GPUSIM_TRY(gpusim_trace_export_smi(trace, NULL, NULL, ignore, NULL, &err));
    GPUSIM_TRY(gpusim_trace_diff(trace, trace, &found, 1, &differences, &err));
    if (differences) {
        abort();
    }

cleanup:
    gpusim_trace_close(trace);
    (void)close(file);
    (void)unlink(path);
    if (status != GPUSIM_OK && (err.status != (int32_t)status || !err.message[0])) {
        abort();
    }
    return 0;
}
