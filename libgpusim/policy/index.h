/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rest of policy/ asks of an index beyond policy.h. */
#ifndef GS_POLICY_INDEX_H
#define GS_POLICY_INDEX_H

#include "policy/partly.h"
#include "policy/policy.h"

/* Lowest node >= from of a group that is up and has at least, or exactly, so many free GPUs. */
uint32_t gs_index_first(const gs_index *index, uint32_t group, uint32_t gpus, uint32_t from);
uint32_t gs_index_with(const gs_index *index, uint32_t group, uint32_t exactly, uint32_t from);

/* GPUs of nodes that are up, in all; and thousandths of them that nobody holds. */
uint64_t gs_index_installed(const gs_index *index);
uint64_t gs_index_free_milli(const gs_index *index);

/* How each group's GPUs are shared; NULL: none is. */
const gs_cut *gs_index_cuts(const gs_index *index);
/* Its partly used GPUs; NULL where none is shared. */
gs_partly *gs_index_partly(const gs_index *index);

#endif
