/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that appears under its name when it is whole. */
#include "base/whole.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

gpusim_status gs_whole_open(gs_whole *whole, gpusim_error *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(whole->path, sizeof whole->path, format, arguments);
    va_end(arguments);
    int more = snprintf(whole->temporary, sizeof whole->temporary, "%s.part", whole->path);
    if (length >= (int)sizeof whole->path || more >= (int)sizeof whole->temporary) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "the path '%.200s...' is too long", whole->path);
    }
    whole->file = fopen(whole->temporary, "wb");
    return whole->file ? GPUSIM_OK
                       : gpusim_fail(err, GPUSIM_IO, "cannot write '%.300s': %s", whole->path,
                                     strerror(errno));
}

gpusim_status gs_whole_close(gs_whole *whole, gpusim_status status, gpusim_error *err)
{
    if (!whole->file) {
        return status;
    }
    int wrong = ferror(whole->file);
    wrong |= fclose(whole->file) != 0;
    whole->file = NULL;
    if (status == GPUSIM_OK && !wrong && rename(whole->temporary, whole->path) == 0) {
        return GPUSIM_OK;
    }
    (void)remove(whole->temporary);
    return status != GPUSIM_OK ? status
                               : gpusim_fail(err, GPUSIM_IO, "cannot write '%.300s'", whole->path);
}
