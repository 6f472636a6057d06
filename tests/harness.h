/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all tests share: running a suite, and the folder of reference data that may be absent. */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <gpusim/status.h>

#define TEST_SKIPPED 77

/* One test case of a suite made of `static void xxx(int _i)` functions declared by START_TEST. */
#define TEST_CASE(suite, seconds, ...)                                                             \
    do {                                                                                           \
        const TTest *const functions_[] = {__VA_ARGS__};                                           \
        TCase *case_ = tcase_create("all");                                                        \
        tcase_set_timeout(case_, (seconds));                                                       \
        for (size_t i_ = 0; i_ < sizeof functions_ / sizeof functions_[0]; i_++) {                 \
            tcase_add_test(case_, functions_[i_]);                                                 \
        }                                                                                          \
        suite_add_tcase((suite), case_);                                                           \
    } while (0)

/* Runs a suite and frees it; what main returns. */
static inline int test_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Path of a file of the reference data in a buffer that the next call reuses; NULL when it is
 * absent, and then it says so. */
static inline const char *test_shared(const char *file)
{
    static char path[4096];
    const char *folder = getenv("GPUSIM_SHARED");
    struct stat about;
    if (!folder || snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path ||
        stat(path, &about) != 0) {
        printf("skipped: %s is not here\n", file);
        return NULL;
    }
    return path;
}

/* Asserts that a call succeeds, else shows its error. */
#define ASSERT_OK(call, err)                                                                       \
    do {                                                                                           \
        gpusim_status status_ = (call);                                                            \
        ck_assert_msg(status_ == GPUSIM_OK, "%s: %s (%s)", #call, (err)->message,                  \
                      gpusim_status_name(status_));                                                \
    } while (0)

#endif
