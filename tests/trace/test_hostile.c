/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are no traces, are cut off, or say what cannot be: refused with a message. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hdf5.h>

#include "fake.h"
#include "harness.h"
#include "trace/superblock.h"

static const char *folder;
static gpusim_error err;
static char path[128];

static void setup(void)
{
    folder = fake_folder();
    snprintf(path, sizeof path, "%sa.h5", folder);
    memset(&err, 0, sizeof err);
    ASSERT_OK(fake_trace(path, NULL, 1, 300, &err), &err);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static gpusim_status ignore(void *context, const char *text, size_t length)
{
    (void)context, (void)text, (void)length;
    return GPUSIM_OK;
}

// everything a command might do with a file; any status will do, as long as it says why
static gpusim_status use(void)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_trace *trace = NULL;
    char digest[33];
    memset(&err, 0, sizeof err);
    GPUSIM_TRY(gpusim_trace_open(path, &trace, &err));
    GPUSIM_TRY(gpusim_trace_digest(trace, digest, &err));
    for (int i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        GPUSIM_TRY(gpusim_trace_export_table(trace, (gpusim_table)i, GPUSIM_EXPORT_CSV, ignore,
                                             NULL, &err));
    }

cleanup:
    gpusim_trace_close(trace);
    ck_assert_int_eq(err.status, status);
    ck_assert(status == GPUSIM_OK || err.message[0]);
    return status;
}

static void put_bytes(const char *bytes, size_t size)
{
    FILE *file = fopen(path, "w");
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

START_TEST(not_a_trace)
{
    setup();
    put_bytes("", 0);
    ck_assert_int_eq(use(), GPUSIM_FORMAT);
    put_bytes("gpusim: 1\n", 10);
    ck_assert_int_eq(use(), GPUSIM_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.message, "not an HDF5 file"));
    put_bytes("\x89HDF\r\n\x1a\n", 8);
    ck_assert_int_eq(use(), GPUSIM_FORMAT);
    unlink(path);
    ck_assert_int_eq(use(), GPUSIM_IO);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(use(), GPUSIM_IO);
    rmdir(path);

    // HDF5, but none of ours
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    ck_assert_int_eq(use(), GPUSIM_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.message, "no trace of gpusim"));
    fake_folder_remove();
}
END_TEST

START_TEST(cut_off)
{
    setup();
    struct stat about;
    ck_assert_int_eq(stat(path, &about), 0);
    for (off_t size = about.st_size - 1; size > 0; size -= size / 40 + 1) {
        ck_assert_int_eq(truncate(path, size), 0);
        ck_assert_int_ne(use(), GPUSIM_OK);
    }
    fake_folder_remove();
}
END_TEST

START_TEST(damaged_first_bytes)
{
    setup();
    unsigned char block[48];
    FILE *file = fopen(path, "r+");
    ck_assert_uint_eq(fread(block, 1, sizeof block, file), sizeof block);
    for (unsigned i = 0; i < sizeof block; i++) {
        if (i == 8) {
            continue; // other versions of the superblock are HDF5's to read
        }
        block[i] ^= 0x55;
        rewind(file);
        fwrite(block, 1, sizeof block, file);
        fflush(file);
        ck_assert_int_eq(use(), GPUSIM_FORMAT);
        block[i] ^= 0x55;
    }

    // flags of a writer that is gone, and an end far beyond the file: nothing grows to it
    block[11] = 5;
    memset(block + 28, 0x7f, 6);
    uint32_t sum = gs_lookup3(block, 44);
    memcpy(block + 44, &sum, 4);
    rewind(file);
    fwrite(block, 1, sizeof block, file);
    fclose(file);
    ck_assert_int_eq(use(), GPUSIM_IO);
    struct stat about;
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_int_lt(about.st_size, 10000000);
    fake_folder_remove();
}
END_TEST

// replaces a dataset of the trace by one of this type and extent
static void replace(const char *name, hid_t type, int rank, hsize_t extent)
{
    hsize_t extents[2] = {extent, extent}, chunk[2] = {16, 16};
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t space = H5Screate_simple(rank, extents, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
    ck_assert_int_gt(file, 0);
    H5Pset_chunk(list, rank, chunk);
    ck_assert_int_ge(H5Ldelete(file, name, H5P_DEFAULT), 0);
    hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    ck_assert_int_gt(set, 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(list);
    H5Fclose(file);
}

START_TEST(other_shapes)
{
    hid_t row = 0;
    for (int i = 0; i < 8; i++) {
        setup();
        switch (i) {
        case 0:
            replace("jobs", H5T_NATIVE_DOUBLE, 1, 100);
            break;
        case 1:
            row = H5Tcreate(H5T_COMPOUND, 8);
            H5Tinsert(row, "submit", 0, H5T_NATIVE_DOUBLE);
            replace("jobs", row, 1, 100);
            H5Tclose(row);
            break;
        case 2:
            row = H5Tcreate(H5T_COMPOUND, 8);
            H5Tinsert(row, "submit", 0, H5T_NATIVE_INT64);
            replace("jobs", row, 1, (hsize_t)1 << 50); // claims a petabyte
            H5Tclose(row);
            break;
        case 3:
            replace("names", H5T_NATIVE_INT, 1, 100);
            break;
        case 4:
            replace("names", H5T_C_S1, 1, (hsize_t)1 << 45);
            break;
        case 5:
            replace("telemetry/time", H5T_NATIVE_DOUBLE, 2, 100);
            break;
        case 6:
            replace("telemetry/gpu/gpu_util", H5T_NATIVE_FLOAT, 2, 10000); // entities without names
            break;
        default:
            replace("telemetry/gpu/gpu_util", H5T_C_S1, 2, 24);
            break;
        }
        ck_assert_msg(use() == GPUSIM_FORMAT, "%d: %d %s", i, err.status, err.message);
        fake_folder_remove();
    }
}
END_TEST

// a trace of an older minor version lacks columns: they are "no value"
START_TEST(missing_columns)
{
    setup();
    hid_t row = H5Tcreate(H5T_COMPOUND, 12);
    H5Tinsert(row, "submit", 0, H5T_NATIVE_INT64);
    H5Tinsert(row, "gpus", 8, H5T_NATIVE_UINT32);
    replace("jobs", row, 1, 100);
    H5Tclose(row);
    gpusim_trace *trace = NULL;
    gpusim_job_row job;
    memset(&job, 0x11, sizeof job);
    ASSERT_OK(gpusim_trace_open(path, &trace, &err), &err);
    ASSERT_OK(gpusim_trace_rows(trace, GPUSIM_TABLE_JOBS, 99, 1, &job, &err), &err);
    ck_assert_int_eq(job.submit, 0);
    ck_assert_int_eq(job.start, GPUSIM_TIME_MAX);
    ck_assert(job.energy_j != job.energy_j);
    ck_assert_uint_eq(job.restarts, 0);
    gpusim_trace_close(trace);
    fake_folder_remove();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("traces from elsewhere");
    TEST_CASE(suite, 60, not_a_trace, cut_off, damaged_first_bytes, other_shapes, missing_columns);
    return test_run(suite);
}
