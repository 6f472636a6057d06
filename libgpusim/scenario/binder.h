/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binding: a tree and a field table to a C struct, and everything that is wrong on the way. */
#ifndef GS_SCENARIO_BINDER_H
#define GS_SCENARIO_BINDER_H

#include <gpusim/field.h>

#include "scenario/tree.h"

#define GS_RECORD_FIELDS 64 /* at most, in a table of a scenario */

/* Binds the value of `slot` (a document) to a record whose zeroed struct is `out`; strings, lists
 * and alternatives go to the arena. What the author has to mend is added to `problems`, and then
 * *out is filled as far as it was possible. Fails only for want of memory, or when a table is wrong
 * (GPUSIM_INTERNAL). */
gpusim_status gs_bind_tree(const gs_yaml *yaml, uint32_t slot, const gpusim_record *record,
                           gs_arena *arena, void *out, gs_problems *problems, gpusim_error *err);

#endif
