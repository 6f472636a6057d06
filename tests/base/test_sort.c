/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sorting: in order, stable, nothing lost, at every length around powers of two. */
#include "base/sort.h"

#include "harness.h"

typedef struct row {
    unsigned key, place;
    char odd; // rows are not a power of two long
} row;

static int by_key(const void *a, const void *b)
{
    unsigned x = ((const row *)a)->key, y = ((const row *)b)->key;
    return (x > y) - (x < y);
}

START_TEST(in_order_and_stable)
{
    static row rows[300];
    gpusim_error err = {0};
    for (unsigned count = 0; count <= 300; count++) {
        unsigned long long sum = 0;
        for (unsigned i = 0; i < count; i++) {
            rows[i] = (row){.key = i * 2654435761u >> 27, .place = i, .odd = 'x'};
            sum += i;
        }
        ASSERT_OK(gs_sort(rows, count, sizeof rows[0], by_key, &err), &err);
        for (unsigned i = 0; i < count; i++) {
            sum -= rows[i].place;
            ck_assert(rows[i].key == rows[i].place * 2654435761u >> 27);
            ck_assert(i == 0 || rows[i - 1].key < rows[i].key ||
                      (rows[i - 1].key == rows[i].key && rows[i - 1].place < rows[i].place));
        }
        ck_assert(sum == 0);
    }
}
END_TEST

START_TEST(numbers_in_place)
{
    for (uint32_t count = 0; count <= 300; count++) {
        for (uint32_t bits = 2; bits <= 32; bits += 10) { // many equal ones, or hardly any
            uint32_t numbers[300];
            uint64_t sum = 0;
            for (uint32_t i = 0; i < count; i++) {
                numbers[i] = i * 2654435761u >> (32 - bits);
                sum += numbers[i];
            }
            gs_sort_numbers(numbers, count);
            for (uint32_t i = 0; i < count; i++) {
                ck_assert(i == 0 || numbers[i - 1] <= numbers[i]);
                sum -= numbers[i];
            }
            ck_assert(sum == 0);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sort");
    TEST_CASE(suite, 60, in_order_and_stable, numbers_in_place);
    return test_run(suite);
}
