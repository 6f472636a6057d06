/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation of ours failing in turn, while a trace is written and while it is read. This
 * file's gs_resize takes the place of the library's. */
#include "base/memory.h"

#include <string.h>
#include <unistd.h>

#include <hdf5.h>

#include "fake.h"
#include "harness.h"

static uint64_t calls;
static uint64_t fails_at = UINT64_MAX;

void *gs_resize(void *memory, size_t size)
{
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return calls++ >= fails_at ? NULL : realloc(memory, size);
}

static gpusim_status ignore(void *context, const char *text, size_t length)
{
    (void)context, (void)text, (void)length;
    return GPUSIM_OK;
}

static gpusim_status read_all(const char *path, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_trace *a = NULL, *b = NULL;
    gpusim_trace_difference found[4];
    uint32_t count = 0;
    char digest[33];
    gpusim_export_filter one;
    gpusim_export_filter_default(&one);
    one.metric_count = 1;
    one.metrics = &(uint32_t){0};
    GPUSIM_TRY(gpusim_trace_open(path, &a, err));
    GPUSIM_TRY(gpusim_trace_open(path, &b, err));
    GPUSIM_TRY(gpusim_trace_digest(a, digest, err));
    GPUSIM_TRY(gpusim_trace_diff(a, b, found, 4, &count, err));
    GPUSIM_TRY(
        gpusim_trace_export_table(a, GPUSIM_TABLE_JOBS, GPUSIM_EXPORT_CSV, ignore, NULL, err));
    GPUSIM_TRY(
        gpusim_trace_export_table(a, GPUSIM_TABLE_EVENTS, GPUSIM_EXPORT_JSONL, ignore, NULL, err));
    GPUSIM_TRY(gpusim_trace_export_metrics(a, &one, GPUSIM_EXPORT_CSV, ignore, NULL, err));
    GPUSIM_TRY(gpusim_trace_export_dcgm(a, NULL, ignore, NULL, err));
    GPUSIM_TRY(gpusim_trace_export_smi(a, NULL, NULL, ignore, NULL, err));

cleanup:
    gpusim_trace_close(a);
    gpusim_trace_close(b);
    return status;
}

static void nothing_of_hdf5_is_open(void)
{
    ck_assert_int_eq(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

START_TEST(writing_without_memory)
{
    const char *folder = fake_folder();
    gpusim_error err;
    gpusim_status status = GPUSIM_MEMORY;
    char path[128];
    snprintf(path, sizeof path, "%sa.h5", folder);
    uint64_t n = 0;
    for (; status != GPUSIM_OK && n < 2000; n++) {
        memset(&err, 0, sizeof err);
        calls = 0;
        fails_at = n;
        status = fake_trace(path, NULL, 1, 300, &err);
        fails_at = UINT64_MAX;
        ck_assert(status == GPUSIM_OK || status == GPUSIM_MEMORY);
        ck_assert_int_eq(err.status, status);
        nothing_of_hdf5_is_open();
        if (access(path, F_OK) == 0) {
            ASSERT_OK(read_all(path, &err), &err); // what has its name can be read
            unlink(path);
        }
    }
    ck_assert_uint_gt(n, 30);
    ck_assert_int_eq(status, GPUSIM_OK);
    fake_folder_remove();
}
END_TEST

START_TEST(reading_without_memory)
{
    const char *folder = fake_folder();
    gpusim_error err = {0};
    char path[128];
    snprintf(path, sizeof path, "%sa.h5", folder);
    ASSERT_OK(fake_trace(path, NULL, 1, 300, &err), &err);
    gpusim_status status = GPUSIM_MEMORY;
    uint64_t n = 0;
    for (; status != GPUSIM_OK && n < 2000; n++) {
        memset(&err, 0, sizeof err);
        calls = 0;
        fails_at = n;
        status = read_all(path, &err);
        fails_at = UINT64_MAX;
        ck_assert(status == GPUSIM_OK || status == GPUSIM_MEMORY);
        ck_assert_int_eq(err.status, status);
        nothing_of_hdf5_is_open();
    }
    ck_assert_uint_gt(n, 20);
    ck_assert_int_eq(status, GPUSIM_OK);
    fake_folder_remove();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace without memory");
    TEST_CASE(suite, 60, writing_without_memory, reading_without_memory);
    return test_run(suite);
}
