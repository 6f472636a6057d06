/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that appears under its name when it is whole. */
#ifndef GS_BASE_WHOLE_H
#define GS_BASE_WHOLE_H

#include <stdio.h>

#include <gpusim/status.h>

typedef struct gs_whole {
    FILE *file; /* NULL: none */
    char path[4096], temporary[4104];
} gs_whole;

gpusim_status gs_whole_open(gs_whole *whole, gpusim_error *err, const char *format, ...)
    GPUSIM_PRINTF(3, 4);
/* With GPUSIM_OK it gets its name, else it goes; returns that status, or what went wrong. */
gpusim_status gs_whole_close(gs_whole *whole, gpusim_status status, gpusim_error *err);

#endif
