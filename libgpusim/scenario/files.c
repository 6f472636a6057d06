/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that a scenario names besides its logs. */
#include "scenario/files.h"

#include <stdio.h>
#include <string.h>

gpusim_status gs_input_path(const gs_compilation *at, const char *path, char **full,
                            gpusim_error *err)
{
    const char *folder = gs_spec_folder(at->spec);
    int relative = folder && path[0] != '/';
    size_t size = (relative ? strlen(folder) + 1 : 0) + strlen(path) + 1;
    gpusim_status status = gs_allocate(full, size, 1, err);
    if (status == GPUSIM_OK) {
        snprintf(*full, size, "%s%s%s", relative ? folder : "", relative ? "/" : "", path);
    }
    return status;
}

gpusim_status gs_open_input(const gs_compilation *at, const char *key, const char *path,
                            char **full, gs_lines **lines, gpusim_error *err)
{
    gpusim_status status = gs_input_path(at, path, full, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    status = gs_lines_open(*full, at->inputs, lines, err);
    if (status != GPUSIM_OK && err && !err->file[0]) {
        gs_spec_locate(at->spec, key, err);
    }
    return status;
}

gpusim_status gs_hash_input(const gs_compilation *at, const char *key, const char *path,
                            gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char *full = NULL;
    gs_lines *lines = NULL;
    const char *text;
    size_t length;
    int more = 1;
    GPUSIM_TRY(gs_open_input(at, key, path, &full, &lines, err));
    while (more) {
        GPUSIM_TRY(gs_lines_next(lines, &text, &length, &more, err));
    }
cleanup:
    gs_lines_close(lines);
    gs_release(&full);
    return status;
}
