/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The root's attributes: which program, which model, which seed, and the scenario itself. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <gpusim/version.h>

#include "base/date.h"
#include "trace/layout.h"
#include "trace/summary.h"

// ISO 8601 of a second since 1970, UTC
static void stamp(int64_t second, char *buffer, size_t size)
{
    gs_date at = gs_date_of(second);
    snprintf(buffer, size, "%04d-%02d-%02dT%02d:%02d:%02dZ", at.year, at.month, at.day, at.hour,
             at.minute, at.second);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

gpusim_status gs_root_write(const gpusim_model *model, uint64_t seed, int reproducible,
                            gs_file *file, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model_info info;
    gpusim_model_info_get(model, &info);
    hid_t root = file->id;
    uint32_t major = GPUSIM_TRACE_FORMAT, minor = GS_TRACE_FORMAT_MINOR;
    uint8_t complete = 0;

    GPUSIM_TRY(
        gs_file_reserve(file, strlen(or_empty(info.text)) + strlen(or_empty(info.effective)), err));

    // what HDF5 viewers look for (NeXus)
    GPUSIM_TRY(gs_h5_put_text(root, "NX_class", "NXroot", err));
    GPUSIM_TRY(gs_h5_put_text(root, "default", "telemetry", err));
    GPUSIM_TRY(gs_h5_put_text(root, "creator", "gpusim", err));
    if (!reproducible) {
        char now[64];
        stamp((int64_t)time(NULL), now, sizeof now);
        GPUSIM_TRY(gs_h5_put_text(root, "file_time", now, err));
    }

    // what our readers look for
    GPUSIM_TRY(gs_h5_put_text(root, "gpusim_version", gpusim_version(), err));
    GPUSIM_TRY(gs_h5_put_number(root, "format_version", GPUSIM_UINT32, &major, err));
    GPUSIM_TRY(gs_h5_put_number(root, "format_minor", GPUSIM_UINT32, &minor, err));
    GPUSIM_TRY(gs_h5_put_number(root, "complete", GPUSIM_BOOL, &complete, err));
    GPUSIM_TRY(gs_h5_put_number(root, "seed", GPUSIM_UINT64, &seed, err));
    GPUSIM_TRY(gs_h5_put_text(root, "model_hash", info.hash, err));
    GPUSIM_TRY(gs_h5_put_text(root, "name", or_empty(info.name), err));
    GPUSIM_TRY(gs_h5_put_text(root, "scheduler", or_empty(info.scheduler), err));
    GPUSIM_TRY(gs_h5_put_text(root, "scenario_file", or_empty(info.file), err));
    GPUSIM_TRY(gs_h5_put_text(root, "scenario", or_empty(info.text), err));
    GPUSIM_TRY(gs_h5_put_text(root, "effective_scenario", or_empty(info.effective), err));

cleanup:
    return status;
}
