/* SPDX-License-Identifier: 0BSD */
/* The same through HDF5 alone: a struct with the columns that are wanted, by their names.
 *
 *     h5cc read_trace_hdf5.c && ./a.out week.h5
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <hdf5.h>

typedef struct job {
    uint64_t index;
    int64_t submit, start, end, wait; /* ns; the largest number: never */
} job;

int main(int argc, char **argv)
{
    hid_t file = argc == 2 ? H5Fopen(argv[1], H5F_ACC_RDONLY, H5P_DEFAULT) : -1;
    if (file < 0) {
        fprintf(stderr, "usage: %s TRACE\n", argv[0]);
        return 2;
    }
    hid_t set = H5Dopen2(file, "jobs", H5P_DEFAULT), space = H5Dget_space(set);
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(job));
    H5Tinsert(type, "index", offsetof(job, index), H5T_NATIVE_UINT64);
    H5Tinsert(type, "submit", offsetof(job, submit), H5T_NATIVE_INT64);
    H5Tinsert(type, "start", offsetof(job, start), H5T_NATIVE_INT64);
    H5Tinsert(type, "end", offsetof(job, end), H5T_NATIVE_INT64);
    H5Tinsert(type, "wait", offsetof(job, wait), H5T_NATIVE_INT64);

    hssize_t count = H5Sget_simple_extent_npoints(space);
    job *jobs = calloc((size_t)count + 1, sizeof *jobs);
    int is_read = jobs && H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, jobs) >= 0;
    for (hssize_t i = 0; is_read && i < count; i++) {
        if (jobs[i].start != INT64_MAX && jobs[i].end != INT64_MAX) {
            printf("%llu %.3f\n", (unsigned long long)jobs[i].index,
                   (double)(jobs[i].end - jobs[i].submit - jobs[i].wait) / 1e9);
        }
    }

    free(jobs);
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(set);
    H5Fclose(file);
    return is_read ? 0 : 1;
}
