/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes that a detector is written to and read from, piece by piece. */
#ifndef GS_DETECT_BYTES_H
#define GS_DETECT_BYTES_H

#include "base/array.h"

#define GS_BYTES_MOST ((uint64_t)1 << 31) /* of all that one is written to */

/* Appends to an array of char; a text with its end. */
gpusim_status gs_bytes_put(gs_array *to, const void *from, uint64_t bytes, gpusim_error *err);
gpusim_status gs_bytes_put_text(gs_array *to, const char *text, gpusim_error *err);

/* What is left to be read. */
typedef struct gs_rest {
    const char *at;
    uint64_t bytes;
} gs_rest;

/* The next bytes; GPUSIM_FORMAT where there are too few. */
gpusim_status gs_rest_take(gs_rest *from, void *to, uint64_t bytes, gpusim_error *err);
/* A text where it is. */
gpusim_status gs_rest_take_text(gs_rest *from, const char **text, gpusim_error *err);
/* A block in the place of another, `block` being the address of its pointer. */
gpusim_status gs_rest_take_block(gs_rest *from, void *block, uint64_t *size, uint64_t bytes,
                                 gpusim_error *err);

#endif
