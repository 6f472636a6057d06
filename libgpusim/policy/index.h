/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rest of policy/ asks of an index beyond policy.h. */
#ifndef GS_POLICY_INDEX_H
#define GS_POLICY_INDEX_H

#include "policy/policy.h"

/* Lowest node >= from of a group that is up and has at least, or exactly, so many free GPUs. */
uint32_t gs_index_first(const gs_index *index, uint32_t group, uint32_t gpus, uint32_t from);
uint32_t gs_index_with(const gs_index *index, uint32_t group, uint32_t exactly, uint32_t from);

/* GPUs of nodes that are up: free, and in all. */
uint64_t gs_index_free(const gs_index *index);
uint64_t gs_index_installed(const gs_index *index);

#endif
