/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interned names: each text once, by number and back, with pointers that stay. */
#include <string.h>

#include <gpusim/types.h>

#include "base/names.h"
#include "harness.h"

START_TEST(each_text_once)
{
    gpusim_error err = {0};
    gs_names *names = NULL;
    ASSERT_OK(gs_names_create(&names, &err), &err);
    ck_assert_uint_eq(gs_names_count(names), 1);
    ck_assert_str_eq(gs_names_text(names, 0), "");
    ck_assert_uint_eq(gs_names_find(names, "", 0), 0);

    uint32_t a, b, again;
    ASSERT_OK(gs_names_add(names, "train-0003", 10, &a, &err), &err);
    const char *kept = gs_names_text(names, a);
    ASSERT_OK(gs_names_add(names, "train-0003/gpu2", 15, &b, &err), &err);
    ASSERT_OK(gs_names_add(names, "train-0003/gpu2", 10, &again, &err), &err);
    ck_assert_uint_eq(a, 1);
    ck_assert_uint_eq(b, 2);
    ck_assert_uint_eq(again, a);

    // many more, so that the table grows several times
    for (uint32_t i = 0; i < 100000; i++) {
        char text[32];
        uint32_t number;
        int length = snprintf(text, sizeof text, "job-%u", i);
        ASSERT_OK(gs_names_add(names, text, (size_t)length, &number, &err), &err);
        ck_assert_uint_eq(number, i + 3);
    }
    ck_assert_ptr_eq(gs_names_text(names, a), kept);
    ck_assert_str_eq(kept, "train-0003");
    ck_assert_uint_eq(gs_names_find(names, "job-77777", 9), 77780);
    ck_assert_str_eq(gs_names_text(names, 77780), "job-77777");
    ck_assert_uint_eq(gs_names_find(names, "job-100000", 10), GPUSIM_NONE);
    ck_assert_ptr_null(gs_names_text(names, gs_names_count(names)));
    gs_names_destroy(names);
    gs_names_destroy(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names");
    TEST_CASE(suite, 60, each_text_once);
    return test_run(suite);
}
