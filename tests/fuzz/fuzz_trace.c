/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes, opened as a trace, must end in rows or in an error that says why. */
#include <stdlib.h>
#include <unistd.h>

#include <gpusim/spec.h>
#include <gpusim/story.h>
#include <gpusim/study.h>

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

// what is told of a run
static gpusim_status tell(gpusim_trace *trace, gpusim_error *err)
{
    gpusim_status status;
    gpusim_story *story = NULL;
    gpusim_waited waits[4];
    gpusim_minute minutes[3];
    const gpusim_fault_story *faults;
    gpusim_breakdown_row *parts = NULL;
    uint64_t fault_count;
    uint32_t count;
    for (int by = 0; by < GPUSIM_BREAKDOWNS; by++) {
        gpusim_free(parts);
        parts = NULL;
        GPUSIM_TRY(gpusim_breakdown(trace, (gpusim_breakdown_by)by, &parts, &count, err));
    }
    GPUSIM_TRY(gpusim_story_create(trace, &story, err));
    GPUSIM_TRY(gpusim_story_waits(story, 4, waits, &count, err));
    GPUSIM_TRY(gpusim_story_minutes(story, 3, minutes, &count, err));
    GPUSIM_TRY(gpusim_story_faults(story, &faults, &fault_count, err));
cleanup:
    gpusim_free(parts);
    gpusim_story_destroy(story);
    return status;
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
    GPUSIM_TRY(gpusim_trace_export_swf(trace, NULL, ignore, NULL, &err));
    GPUSIM_TRY(gpusim_trace_export_batsim(trace, NULL, ignore, NULL, &err));
    GPUSIM_TRY(tell(trace, &err));
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
