/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arenas, arrays and the state table; and every allocation of base/ and stats/ failing in turn.
 * This file's gs_resize takes the place of the library's. */
#include "base/memory.h"

#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/distribution.h"
#include "base/distribution_fields.h"
#include "base/hash.h"
#include "base/names.h"
#include "harness.h"
#include "stats/bound.h"

static uint64_t calls;
static uint64_t fails_at = UINT64_MAX;

void *gs_resize(void *memory, size_t size)
{
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return calls++ == fails_at ? NULL : realloc(memory, size);
}

START_TEST(arenas)
{
    gs_arena arena = {0};
    // small and large ones, aligned, zeroed and apart
    char *kept[200];
    for (size_t i = 0; i < 200; i++) {
        size_t size = i % 50 == 49 ? 40000 : i;
        kept[i] = gs_arena_get(&arena, size);
        ck_assert_ptr_nonnull(kept[i]);
        ck_assert_uint_eq((uintptr_t)kept[i] % 16, 0);
        for (size_t k = 0; k < size; k++) {
            ck_assert_int_eq(kept[i][k], 0);
        }
        memset(kept[i], (int)i, size);
    }
    for (size_t i = 1; i < 200; i++) {
        size_t size = i % 50 == 49 ? 40000 : i;
        ck_assert_int_eq((unsigned char)kept[i][0], i);
        ck_assert_int_eq((unsigned char)kept[i][size - 1], i);
    }
    ck_assert_str_eq(gs_arena_text(&arena, "racks", 4), "rack");
    ck_assert_str_eq(gs_arena_text(&arena, NULL, 0), "");
    ck_assert_ptr_null(gs_arena_get(&arena, SIZE_MAX));
    gs_arena_release(&arena);
    ck_assert_ptr_null(arena.blocks);
    gs_arena_release(&arena);
}
END_TEST

START_TEST(arrays)
{
    gpusim_error err = {0};
    gs_array array = GS_ARRAY(uint32_t);
    for (uint32_t i = 0; i < 1000; i++) {
        ASSERT_OK(gs_array_push(&array, &i, &err), &err);
    }
    ASSERT_OK(gs_array_push(&array, NULL, &err), &err);
    ck_assert_uint_eq(array.count, 1001);
    ck_assert_uint_eq(GS_AT(array, uint32_t, 999), 999);
    ck_assert_uint_eq(GS_AT(array, uint32_t, 1000), 0);

    // what grows again is zero again
    ASSERT_OK(gs_array_resize(&array, 10, &err), &err);
    ASSERT_OK(gs_array_resize(&array, 12, &err), &err);
    ck_assert_uint_eq(GS_AT(array, uint32_t, 9), 9);
    ck_assert_uint_eq(GS_AT(array, uint32_t, 10), 0);
    gs_array_release(&array);
    ck_assert_uint_eq(array.count, 0);

    uint64_t *none = NULL;
    ck_assert_int_eq(gs_allocate(&none, SIZE_MAX / 4, 8, &err), GPUSIM_MEMORY);
    ck_assert_ptr_null(none);
}
END_TEST

START_TEST(a_state_table_comes_back)
{
    gpusim_error err = {0};
    gs_array a = GS_ARRAY(uint64_t), b = GS_ARRAY(uint16_t), c = GS_ARRAY(uint32_t);
    gs_state state = {0};
    ASSERT_OK(gs_state_add(&state, "jobs", &a, &err), &err);
    ASSERT_OK(gs_state_add(&state, "nodes", &b, &err), &err);
    ASSERT_OK(gs_state_add(&state, "none", &c, &err), &err);
    for (uint16_t i = 0; i < 5; i++) {
        uint64_t wide = i * UINT64_C(1000000007);
        ASSERT_OK(gs_array_push(&a, &wide, &err), &err);
        ASSERT_OK(gs_array_push(&b, &i, &err), &err);
    }
    size_t size = gs_state_size(&state);
    char *saved = malloc(size + 1);
    char *again = malloc(size);
    gs_state_write(&state, saved);

    // changed, and read back
    ASSERT_OK(gs_array_resize(&a, 1, &err), &err);
    ASSERT_OK(gs_array_resize(&c, 3, &err), &err);
    ASSERT_OK(gs_state_read(&state, saved, size, &err), &err);
    ck_assert_uint_eq(gs_state_size(&state), size);
    gs_state_write(&state, again);
    ck_assert_int_eq(memcmp(saved, again, size), 0);
    ck_assert_uint_eq(GS_AT(a, uint64_t, 4), UINT64_C(4000000028));

    // cut anywhere, too long, or of another table
    for (size_t cut = 0; cut < size; cut++) {
        ck_assert_int_eq(gs_state_read(&state, saved, cut, &err), GPUSIM_FORMAT);
    }
    ck_assert_int_eq(gs_state_read(&state, saved, size + 1, &err), GPUSIM_FORMAT);
    state.entries[1].name = "racks";
    ck_assert_int_eq(gs_state_read(&state, saved, size, &err), GPUSIM_FORMAT);
    state.entries[1].name = "nodes";
    gs_array wider = GS_ARRAY(uint32_t);
    state.entries[1].array = &wider;
    ck_assert_int_eq(gs_state_read(&state, saved, size, &err), GPUSIM_FORMAT);
    gs_array_release(&wider);

    gs_state full = {0};
    for (int i = 0; i < GS_STATE_ARRAYS; i++) {
        ASSERT_OK(gs_state_add(&full, "a", &a, &err), &err);
    }
    ck_assert_int_eq(gs_state_add(&full, "b", &b, &err), GPUSIM_INTERNAL);
    free(saved);
    free(again);
    gs_array_release(&a);
    gs_array_release(&b);
    gs_array_release(&c);
}
END_TEST

// enough of everything that allocates to meet every allocation; stops at the first failure
static gpusim_status live(gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_names *names = NULL;
    gs_hasher *hasher = NULL;
    gs_arena arena = {0};
    gs_distribution distribution;
    GPUSIM_TRY(gs_names_create(&names, err));
    for (int i = 0; i < 2000; i++) {
        char text[32];
        uint32_t before = gs_names_count(names);
        uint32_t number = 0;
        int length = snprintf(text, sizeof text, "node-%d", i);
        status = gs_names_add(names, text, (size_t)length, &number, err);

        // a name that could not be added is not there, all others are
        ck_assert_uint_eq(gs_names_count(names), before + (status == GPUSIM_OK));
        ck_assert_int_eq(gs_names_find(names, text, (size_t)length) == before, status == GPUSIM_OK);
        ck_assert_uint_eq(gs_names_find(names, "node-0", 6),
                          before > 1 || !status ? 1 : UINT32_MAX);
        if (status != GPUSIM_OK) {
            gpusim_error later = {0};
            ASSERT_OK(gs_names_add(names, text, (size_t)length, &number, &later), &later);
            ck_assert_uint_eq(number, before);
            goto cleanup;
        }
    }
    GPUSIM_TRY(gs_hasher_create(&hasher, err));
    gs_choice_fields items[] = {{"1", 1}, {"2", 3}};
    gpusim_list list = {.items = items, .count = 2};
    double values[5000] = {1, 2};
    gpusim_list many = {.items = values, .count = 5000};
    GPUSIM_TRY(gs_distribution_make(&(gpusim_one_of){.value = &list, .which = GS_CHOICE},
                                    GPUSIM_UNIT_NONE, &arena, &distribution, err));
    GPUSIM_TRY(gs_distribution_make(&(gpusim_one_of){.value = &many, .which = GS_EMPIRICAL},
                                    GPUSIM_UNIT_NONE, &arena, &distribution, err));
    const gpusim_time times[] = {1, 2, 3};
    const uint64_t gpus[] = {1, 1, 1};
    double bound = 0;
    GPUSIM_TRY(gs_lower_bound_jct(times, times, gpus, 3, 1, &bound, err));
cleanup:
    gs_names_destroy(names);
    gs_hasher_destroy(hasher);
    gs_arena_release(&arena);
    return status;
}

START_TEST(every_allocation_fails)
{
    gpusim_error err = {0};
    calls = 0;
    ASSERT_OK(live(&err), &err);
    uint64_t all = calls;
    ck_assert_uint_gt(all, 10);
    for (uint64_t i = 0; i < all; i++) {
        calls = 0;
        fails_at = i;
        gpusim_status status = live(&err);
        ck_assert_msg(status == GPUSIM_MEMORY, "allocation %llu: %s", (unsigned long long)i,
                      gpusim_status_name(status));
    }
    fails_at = UINT64_MAX;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TEST_CASE(suite, 60, arenas, arrays, a_state_table_comes_back, every_allocation_fails);
    return test_run(suite);
}
