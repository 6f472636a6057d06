/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs that end badly: killed at any moment, or on a disk that is full. What was flushed stays. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "harness.h"

static const char *folder;
static gpusim_error err;

// all rows of the file are those that were told; returns how many
static uint64_t check_file(const char *path, uint64_t seed, int *repaired)
{
    gpusim_trace *trace = NULL;
    ASSERT_OK(gpusim_trace_open(path, &trace, &err), &err);
    const gpusim_trace_info *info = gpusim_trace_get_info(trace);
    uint64_t rows = info->rows[GPUSIM_TABLE_JOBS];
    ck_assert_uint_eq(info->complete, 0);
    ck_assert_uint_eq(info->live, 0);
    if (repaired) {
        *repaired = info->repaired;
    }
    gpusim_job_row *jobs = calloc(rows + 1, sizeof *jobs);
    ASSERT_OK(gpusim_trace_rows(trace, GPUSIM_TABLE_JOBS, 0, rows, jobs, &err), &err);
    for (uint64_t i = 0; i < rows; i++) {
        gpusim_job_row told = fake_job(seed, (uint32_t)i);
        ck_assert_mem_eq(&jobs[i], &told, sizeof told);
    }
    free(jobs);
    uint32_t metric = gpusim_trace_find_metric(trace, GPUSIM_OF_GPU, "gpu_util");
    float *values = calloc(info->samples + 1, sizeof *values);
    ASSERT_OK(gpusim_trace_values(trace, metric, 23, 1, 0, info->samples, values, &err), &err);
    for (uint64_t i = 0; i < info->samples; i++) {
        ck_assert(values[i] == fake_util(seed, (uint32_t)i, 23));
    }
    free(values);
    gpusim_trace_close(trace);

    // it stays put right
    ASSERT_OK(gpusim_trace_open(path, &trace, &err), &err);
    ck_assert_uint_eq(gpusim_trace_get_info(trace)->repaired, 0);
    gpusim_trace_close(trace);
    return rows;
}

START_TEST(killed_at_any_moment)
{
    folder = fake_folder();
    unsigned repaired_files = 0, files = 0;
    uint64_t most = 0;
    for (unsigned i = 0; i < 40; i++) {
        char path[128];
        struct stat about;
        snprintf(path, sizeof path, "%sk%u.h5", folder, i);
        pid_t child = fork();
        if (child == 0) {
            (void)fake_trace(path, NULL, i, 10000000, NULL);
            _exit(0);
        }
        // moments spread over the beginning and the first second
        usleep(i < 20 ? 1000 + 700 * i : 80000 + 20011 * (i - 20));
        ck_assert_int_eq(kill(child, SIGKILL), 0);
        waitpid(child, NULL, 0);

        // a file has its name only once it can be read
        if (stat(path, &about) == 0) {
            int repaired = 0;
            uint64_t rows = check_file(path, i, &repaired);
            most = rows > most ? rows : most;
            repaired_files += repaired;
            files++;
        }
    }
    ck_assert_uint_ge(files, 20);
    ck_assert_uint_ge(repaired_files, 20);
    ck_assert_uint_gt(most, 500);
    fake_folder_remove();
}
END_TEST

/* The system gives up a write of a killed process only between two of its pages. HDF5 calls this
 * function in place of the C library's: among the writes that reach over the end of a page to what
 * had been written before, the one of that number stops there, and the process with it. */
static unsigned writes_left;

ssize_t written(int descriptor, const void *bytes, size_t size, off64_t offset) __asm__("pwrite");
ssize_t written(int descriptor, const void *bytes, size_t size, off64_t offset)
{
    static off64_t end;
    off64_t next = (offset / 4096 + 1) * 4096, after = offset + (off64_t)size;
    if (next < after && next < end && writes_left > 0 && --writes_left == 0) {
        (void)syscall(SYS_pwrite64, descriptor, bytes, (size_t)(next - offset), offset);
        (void)kill(getpid(), SIGKILL);
    }
    end = after > end ? after : end;
    return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}

START_TEST(killed_within_a_write)
{
    folder = fake_folder();
    int result = 0;
    for (unsigned i = 1; i < 100; i++) {
        char path[128];
        snprintf(path, sizeof path, "%sw%u.h5", folder, i);
        pid_t child = fork();
        if (child == 0) {
            writes_left = i;
            _exit(fake_trace(path, NULL, 1, 100000, NULL) == GPUSIM_OK ? 0 : 1);
        }
        waitpid(child, &result, 0);
        if (WIFEXITED(result)) {
            break; // there is no such write
        }
        struct stat about;
        if (stat(path, &about) == 0) {
            (void)check_file(path, 1, NULL);
            (void)unlink(path);
        }
    }
    ck_assert_msg(WIFSIGNALED(result) || WEXITSTATUS(result) == 0, "ended with %d", result);
    fake_folder_remove();
}
END_TEST

// SIGXFSZ is not ignored: writing beyond the limit would end the child
static int write_with_limit(const char *path, rlim_t limit)
{
    pid_t child = fork();
    if (child == 0) {
        struct rlimit bytes = {limit, limit};
        setrlimit(RLIMIT_FSIZE, &bytes);
        gpusim_error why = {0};
        int status = (int)fake_trace(path, NULL, 3, 100000, &why);
        _exit(status == GPUSIM_IO && strstr(why.message, path) ? 40 : status);
    }
    int result = 0;
    waitpid(child, &result, 0);
    return WIFEXITED(result) ? WEXITSTATUS(result) : 1000 + WTERMSIG(result);
}

START_TEST(file_size_limit)
{
    folder = fake_folder();
    char path[128];
    struct stat about;
    snprintf(path, sizeof path, "%sl.h5", folder);
    unsigned readable = 0;
    for (rlim_t limit = 1000; limit < 6000000; limit += limit / 3 + 7) {
        ck_assert_int_eq(write_with_limit(path, limit), 40);
        if (stat(path, &about) == 0) {
            int repaired = 1;
            (void)check_file(path, 3, &repaired);
            ck_assert_int_eq(repaired, 0); // it was closed in good order
            ck_assert_int_le(about.st_size, (off_t)limit);
            readable++;
            unlink(path);
        }
    }
    ck_assert_uint_ge(readable, 4);
    fake_folder_remove();
}
END_TEST

// a disk of a few megabytes, where that may be mounted
START_TEST(full_disk)
{
    folder = fake_folder();
    char path[128];
    snprintf(path, sizeof path, "%sf.h5", folder);
    for (int megabytes = 1; megabytes < 7; megabytes++) {
        char options[32];
        struct stat about;
        snprintf(options, sizeof options, "size=%dm", megabytes);
        if (mount("tmpfs", folder, "tmpfs", 0, options) != 0) {
            printf("skipped: no tmpfs may be mounted here: %s\n", strerror(errno));
            break;
        }
        gpusim_status status = fake_trace(path, NULL, 3, 100000, &err);
        int there = stat(path, &about) == 0;
        if (there) {
            int repaired = 1;
            (void)check_file(path, 3, &repaired);
            ck_assert_int_eq(repaired, 0);
        }
        ck_assert_int_eq(umount(folder), 0);
        ck_assert_int_eq(status, GPUSIM_IO);
        ck_assert(there || megabytes < 3);
    }
    fake_folder_remove();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace of a run that ends badly");
    TEST_CASE(suite, 120, killed_at_any_moment, killed_within_a_write, file_size_limit, full_disk);
    return test_run(suite);
}
