/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interned names: each text once, known by a number; number 0 is "". */
#ifndef GS_BASE_NAMES_H
#define GS_BASE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/status.h>

typedef struct gs_names gs_names;

gpusim_status gs_names_create(gs_names **names, gpusim_error *err);
void gs_names_destroy(gs_names *names);

/* The number of a text, which is added if it is new. Amortised O(length). */
gpusim_status gs_names_add(gs_names *names, const char *text, size_t length, uint32_t *number,
                           gpusim_error *err);

/* The number of a text, or GPUSIM_NONE. */
uint32_t gs_names_find(const gs_names *names, const char *text, size_t length);

/* The text of a number, terminated, valid until the table is destroyed; NULL when there is none. */
const char *gs_names_text(const gs_names *names, uint32_t number);
uint32_t gs_names_count(const gs_names *names);

#endif
