/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HDF5 with our errors: its own printing is off while we call it, and what it says inmost is quoted
 * in our message. */
#ifndef GS_TRACE_H5_H
#define GS_TRACE_H5_H

#include <hdf5.h>

#include <gpusim/field.h>

/* What the caller had set; enter and leave embrace whatever calls HDF5. Rows that only fill a
 * buffer do without: each of HDF5's calls takes its one lock. They may nest. */
typedef struct gs_h5_quiet {
    H5E_auto2_t function;
    void *data;
} gs_h5_quiet;

void gs_h5_enter(gs_h5_quiet *quiet);
void gs_h5_leave(const gs_h5_quiet *quiet);

/* GPUSIM_IO (or another status) with "what 'path': inmost message of HDF5". */
gpusim_status gs_h5_fail(gpusim_error *err, gpusim_status status, const char *what,
                         const char *path);

/* Leaves for `cleanup` when an HDF5 call answers with a negative number. */
#define GS_H5(call, what, path)                                                                    \
    do {                                                                                           \
        if ((call) < 0) {                                                                          \
            status = gs_h5_fail(err, GPUSIM_IO, (what), (path));                                   \
            goto cleanup;                                                                          \
        }                                                                                          \
    } while (0)

/* Close if open, for cleanup. */
void gs_h5_close(hid_t *id);

/* The type of a field in the file (little-endian, no padding) and in a row's memory, and its bytes.
 * The result of gs_h5_file_type is closed by the caller. */
hid_t gs_h5_file_type(const gpusim_field *field);
hid_t gs_h5_memory_type(gpusim_field_type type);
size_t gs_h5_bytes(gpusim_field_type type);

/* How every trace is opened: what is left open closes with it, and HDF5 asks for no locks of its
 * own. Those fail where the file system knows none, or while somebody looks at the file. */
hid_t gs_h5_access(void);

/* A new group without time stamps. */
hid_t gs_h5_group(hid_t at, const char *name);

/* A string type of fixed width (at least 1), UTF-8, padded with zeros. */
hid_t gs_h5_text_type(size_t width);

/* Attributes of the object `at`; each creates it. */
gpusim_status gs_h5_put_text(hid_t at, const char *name, const char *text, gpusim_error *err);
gpusim_status gs_h5_put_texts(hid_t at, const char *name, const char *const *texts, uint32_t count,
                              gpusim_error *err);
gpusim_status gs_h5_put_number(hid_t at, const char *name, gpusim_field_type type,
                               const void *value, gpusim_error *err);
/* Overwrites one that exists. */
gpusim_status gs_h5_set_number(hid_t at, const char *name, gpusim_field_type type,
                               const void *value, gpusim_error *err);

/* Overwrites a text attribute that exists, cut to its width. */
gpusim_status gs_h5_set_text(hid_t at, const char *name, const char *text, gpusim_error *err);

#endif
