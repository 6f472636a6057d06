/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be asked of a field table without data. */
#ifndef GS_BASE_FIELD_H
#define GS_BASE_FIELD_H

#include <gpusim/field.h>

/* Bytes of a scenario field's value in its struct; and of one entry of a map whose values the
 * element describes: `const char *key`, the value at its offset, rounded up to whole pointers. */
size_t gs_field_size(const gpusim_field *field);
size_t gs_entry_size(const gpusim_field *element);

/* 1 when minimum and maximum mean something. */
int gs_field_has_range(const gpusim_field *field);

/* The choice of that name or value, or NULL. */
const gpusim_choice *gs_choice_named(const gpusim_choice *choices, const char *name);
const gpusim_choice *gs_choice_of(const gpusim_choice *choices, int64_t value);

#endif
