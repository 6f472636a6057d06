/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ordered sets over one flat array: element i of the array is in at most one set, and a set is its
 * root. Treaps whose priorities are a hash of the order, so that equal contents have equal shapes
 * whatever came before. Insertion, removal, successor and search are O(log n) expected. */
#ifndef GS_BASE_ORDERED_H
#define GS_BASE_ORDERED_H

#include <stdint.h>

#include <gpusim/types.h>

/* What the array holds for each element. Sorted by key, then by order, which must be unique within
 * a set. `value` is any number to search by. Not to be written but by the functions below. */
typedef struct gs_ordered {
    double key;
    uint64_t order;
    int64_t value, least; /* the smallest value below and including this one */
    uint64_t weight;
    uint32_t left, right;
} gs_ordered;

/* An empty set is GPUSIM_NONE. */
void gs_ordered_insert(gs_ordered *nodes, uint32_t *root, uint32_t element, double key,
                       uint64_t order, int64_t value);
/* The element must be in the set; it is all zero afterwards. */
void gs_ordered_remove(gs_ordered *nodes, uint32_t *root, uint32_t element);

/* The first, the one after an element that is in the set, the first whose key is at least `key`,
 * and the first whose value is at most `bound`; GPUSIM_NONE when there is none. */
uint32_t gs_ordered_first(const gs_ordered *nodes, uint32_t root);
uint32_t gs_ordered_next(const gs_ordered *nodes, uint32_t root, uint32_t element);
uint32_t gs_ordered_from(const gs_ordered *nodes, uint32_t root, double key);
uint32_t gs_ordered_seek(const gs_ordered *nodes, uint32_t root, int64_t bound);

/* Writes all elements in order to `elements`, which has room for them; how many. O(n). */
uint32_t gs_ordered_list(const gs_ordered *nodes, uint32_t root, uint32_t *elements);

/* 1 when the set is in order and its sums are right; *count becomes its size. O(n). */
int gs_ordered_valid(const gs_ordered *nodes, uint32_t root, uint32_t *count);

#endif
