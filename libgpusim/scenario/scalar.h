/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single values of a field table: from text to their storage and back. */
#ifndef GS_SCENARIO_SCALAR_H
#define GS_SCENARIO_SCALAR_H

#include <gpusim/field.h>

#include "base/memory.h"

/* 1 for the types that are written as one word. */
int gs_is_scalar(gpusim_field_type type);

/* Reads one value into *out; GPUSIM_SCENARIO with message and hint when it is wrong. */
gpusim_status gs_scalar_read(const gpusim_field *field, const char *text, size_t length,
                             gs_arena *arena, void *out, gpusim_error *err);

/* Writes what stands for "absent" (any type); and 1 when *value is that. */
void gs_field_absent(const gpusim_field *field, void *out);
int gs_field_is_absent(const gpusim_field *field, const void *value);

/* What the field wants, for people: "a time such as '30 min'", "a list". */
void gs_expected(const gpusim_field *field, char *buffer, int size);

/* Checks that a length is within the range of a list, map or string. */
gpusim_status gs_check_length(const gpusim_field *field, uint64_t length, gpusim_error *err);

/* The names of a list of choices or of a record's fields, "a, b, c"; cut with "..." where the
 * buffer ends. Returns how many there are. */
uint32_t gs_join_choices(const gpusim_choice *choices, char *buffer, int size);
uint32_t gs_join_fields(const gpusim_record *record, const char *tag, char *buffer, int size);

#endif
