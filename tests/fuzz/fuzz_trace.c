/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes, opened as a trace, must end in rows or in an error that says why. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gpusim/trace.h>

#include "fuzz.h"

static gpusim_status ignore(void *context, const char *text, size_t length)
{
    (void)context, (void)text, (void)length;
    return GPUSIM_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gpusim_error err = {0};
    gpusim_trace *trace = NULL;
    char path[64], digest[33];
    int file = memfd_create("trace", 0);
    if (file < 0 || write(file, data, size) != (ssize_t)size) {
        abort();
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    gpusim_status status;
    GPUSIM_TRY(gpusim_trace_open(path, &trace, &err));
    GPUSIM_TRY(gpusim_trace_digest(trace, digest, &err));
    GPUSIM_TRY(gpusim_trace_export_table(trace, GPUSIM_TABLE_JOBS, GPUSIM_EXPORT_JSONL, ignore,
                                         NULL, &err));

cleanup:
    gpusim_trace_close(trace);
    (void)close(file);
    if (status != GPUSIM_OK && (err.status != (int32_t)status || !err.message[0])) {
        abort();
    }
    return 0;
}
