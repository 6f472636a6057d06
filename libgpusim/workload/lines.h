/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text file line by line, gzip or plain alike, never held whole. */
#ifndef GS_WORKLOAD_LINES_H
#define GS_WORKLOAD_LINES_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/status.h>

#include "base/hash.h"

typedef struct gs_lines gs_lines;

/* Longest line that is read; longer ones are an error, so that a hostile file cannot eat the
 * memory. */
#define GS_LINE_LIMIT (16u << 20)

/* Opens a file. `path` must outlive the reader. The bytes of the file as they are on disk go into
 * `hasher` (NULL: nowhere) while they are read. */
gpusim_status gs_lines_open(const char *path, gs_hasher *hasher, gs_lines **lines,
                            gpusim_error *err);
/* The same over bytes in memory, called `name` in messages; both must outlive the reader. */
gpusim_status gs_lines_over(const char *name, const void *bytes, size_t size, gs_hasher *hasher,
                            gs_lines **lines, gpusim_error *err);
void gs_lines_close(gs_lines *lines);

/* The next line without its end ("\n" or "\r\n"), terminated, valid until the next call; *more is 0
 * at the end of the file. */
gpusim_status gs_lines_next(gs_lines *lines, const char **text, size_t *length, int *more,
                            gpusim_error *err);

/* Number of the last line read, from 1. */
uint32_t gs_lines_number(const gs_lines *lines);

/* GPUSIM_WORKLOAD at a place in the last line read (`at` points into it; NULL: no place in it). */
gpusim_status gs_lines_fail(const gs_lines *lines, const char *at, gpusim_error *err,
                            const char *format, ...) GPUSIM_PRINTF(4, 5);

#endif
