/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ordered sets against a sorted array. */
#include "../harness.h"

#include <gpusim/random.h>
#include <string.h>

#include "base/ordered.h"

enum { ELEMENTS = 300, SETS = 3 };

typedef struct entry {
    double key;
    uint64_t order;
    int64_t value;
    uint32_t set; /* SETS: in none */
} entry;

static entry entries[ELEMENTS];

// The first of a set after *after (NULL: from the beginning) whose value is at most bound.
static uint32_t slow_next(uint32_t set, const entry *after, int64_t bound)
{
    uint32_t best = GPUSIM_NONE;
    for (uint32_t i = 0; i < ELEMENTS; i++) {
        const entry *e = &entries[i];
        if (e->set != set || e->value > bound ||
            (after &&
             !(e->key > after->key || (e->key == after->key && e->order > after->order)))) {
            continue;
        }
        const entry *b = best == GPUSIM_NONE ? NULL : &entries[best];
        if (!b || e->key < b->key || (e->key == b->key && e->order < b->order)) {
            best = i;
        }
    }
    return best;
}

START_TEST(as_a_sorted_array)
{
    static gs_ordered nodes[ELEMENTS];
    uint32_t roots[SETS] = {GPUSIM_NONE, GPUSIM_NONE, GPUSIM_NONE}, sizes[SETS] = {0};
    gpusim_stream stream = gpusim_stream_make(3, "test", "ordered");
    uint64_t draw = 0;
    for (uint32_t i = 0; i < ELEMENTS; i++) {
        entries[i].set = SETS;
    }
    for (uint32_t step = 0; step < 20000; step++) {
        uint32_t i = (uint32_t)gpusim_draw_index(stream, draw++, ELEMENTS);
        entry *e = &entries[i];
        if (e->set == SETS) {
            e->set = (uint32_t)gpusim_draw_index(stream, draw++, SETS);
            e->key = (double)gpusim_draw_index(stream, draw++, 20);
            e->order = step;
            e->value = (int64_t)gpusim_draw_index(stream, draw++, 1000);
            gs_ordered_insert(nodes, &roots[e->set], i, e->key, e->order, e->value);
            sizes[e->set]++;
        } else {
            sizes[e->set]--;
            gs_ordered_remove(nodes, &roots[e->set], i);
            e->set = SETS;
        }
        uint32_t set = step % SETS, count = 0;
        ck_assert(gs_ordered_valid(nodes, roots[set], &count));
        ck_assert_uint_eq(count, sizes[set]);
        int64_t bound = (int64_t)gpusim_draw_index(stream, draw++, 1100) - 50;
        ck_assert_uint_eq(gs_ordered_first(nodes, roots[set]), slow_next(set, NULL, INT64_MAX));
        ck_assert_uint_eq(gs_ordered_seek(nodes, roots[set], bound), slow_next(set, NULL, bound));
        if (e->set == set) {
            ck_assert_uint_eq(gs_ordered_next(nodes, roots[set], i), slow_next(set, e, INT64_MAX));
        }
    }

    // listed, and the same whatever the order in which elements came
    uint32_t list[ELEMENTS], count = gs_ordered_list(nodes, roots[0], list);
    ck_assert_uint_eq(count, sizes[0]);
    static gs_ordered other[ELEMENTS];
    uint32_t root = GPUSIM_NONE;
    for (uint32_t i = 0; i < count; i++) {
        const entry *e = &entries[list[i]];
        ck_assert_uint_eq(list[i], slow_next(0, i ? &entries[list[i - 1]] : NULL, INT64_MAX));
        gs_ordered_insert(other, &root, list[i], e->key, e->order, e->value);
    }
    ck_assert_uint_eq(root, roots[0]);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_mem_eq(&other[list[i]], &nodes[list[i]], sizeof other[0]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ordered");
    TEST_CASE(suite, 60, as_a_sorted_array);
    return test_run(suite);
}
