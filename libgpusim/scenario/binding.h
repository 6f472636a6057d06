/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What binding is made of: where it is in the tree, and the pieces that call each other. */
#ifndef GS_SCENARIO_BINDING_H
#define GS_SCENARIO_BINDING_H

#include <gpusim/field.h>

#include "scenario/tree.h"

typedef struct gs_binder {
    const gs_yaml *yaml;
    gs_arena *arena;
    gs_problems *problems;
    gpusim_error *err;
    const char *fallback; /* the default that is being bound; NULL: what the author wrote */
    uint32_t steps;       /* left before the tree counts as too large */
    uint32_t depth;
    uint32_t place;  /* the innermost slot of the tree we are in */
    uint32_t length; /* of path */
    char path[512];
} gs_binder;

static inline const gs_yaml_node *gs_node_at(const gs_binder *b, uint32_t number)
{
    return gs_yaml_at(b->yaml, number);
}

/* ---- report.c ---- */

/* Appends to the key path; the caller goes back with gs_leave(b, length before). */
void gs_enter_key(gs_binder *b, const char *key);
void gs_enter_index(gs_binder *b, uint32_t index);
void gs_leave(gs_binder *b, uint32_t length);

/* A value's own place, else that of its slot. */
uint32_t gs_place_of(const gs_binder *b, uint32_t slot);

/* Adds a problem at a node, under the key path as it is. A default that is wrong is nobody's but
 * ours: GPUSIM_INTERNAL. */
gpusim_status gs_report(gs_binder *b, uint32_t node, gpusim_error *problem);

/* The value is of another kind than the field wants. */
gpusim_status gs_report_type(gs_binder *b, const gpusim_field *field, uint32_t slot);
/* A key that the table does not know. */
gpusim_status gs_report_unknown(gs_binder *b, const gpusim_record *record, const char *tag,
                                uint32_t slot);
gpusim_status gs_report_missing(gs_binder *b, const gpusim_record *record,
                                const gpusim_field *field);
/* A tag whose value names no alternative. */
gpusim_status gs_report_alternative(gs_binder *b, const gpusim_field *field, uint32_t slot);
gpusim_status gs_report_merge(gs_binder *b, uint32_t slot);
gpusim_status gs_report_too_large(gs_binder *b, uint32_t slot);

/* ---- binder.c ---- */

/* slot: the place of the value (for records 0 or a null value: an empty map). */
gpusim_status gs_bind_value(gs_binder *b, const gpusim_field *field, uint32_t slot, void *out);
gpusim_status gs_bind_record(gs_binder *b, const gpusim_record *record, const char *tag,
                             uint32_t slot, void *out);

/* ---- collect.c ---- */

gpusim_status gs_bind_one_of(gs_binder *b, const gpusim_field *field, uint32_t slot, void *out);
gpusim_status gs_bind_list(gs_binder *b, const gpusim_field *field, uint32_t slot, void *out);
gpusim_status gs_bind_map(gs_binder *b, const gpusim_field *field, uint32_t slot, void *out);

#endif
