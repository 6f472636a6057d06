/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file under a trace that is being written: how it appears, what it may grow to, how it stays
 * readable. */
#ifndef GS_TRACE_FILE_H
#define GS_TRACE_FILE_H

#include "trace/chunk.h"

typedef struct gs_file {
    hid_t id;           /* 0: closed */
    int descriptor;     /* our own, for the lock and for reserving; -1: none */
    int published;      /* it has its final name */
    char *path;         /* its final name */
    char *temporary;    /* its name until it can be read */
    uint64_t reserved;  /* bytes that it can grow to without meeting a full disk */
    uint64_t unflushed; /* bytes told since the last flush */
    uint64_t flush_at;  /* flush when so many are */
    uint32_t datasets;
    gs_packer packer;
} gs_file;

/* Takes the path; GPUSIM_EXISTS without `force` when something is there, and with it when that is
 * no HDF5 file; GPUSIM_IO when the folder is not there. Touches nothing. */
gpusim_status gs_file_init(gs_file *file, const char *path, int force, gpusim_error *err);

/* Creates it under a temporary name in the same folder, with room for chunks of this many bytes. */
gpusim_status gs_file_create(gs_file *file, size_t chunk_bytes, gpusim_error *err);

/* Makes sure of room for so many bytes more, and for what closing needs. Whatever HDF5 writes is
 * reserved before. GPUSIM_IO when the disk is full; then the file can still be closed. */
gpusim_status gs_file_reserve(gs_file *file, uint64_t bytes, gpusim_error *err);

/* All objects are there: from now on the file is readable at any moment, under its own name. */
gpusim_status gs_file_publish(gs_file *file, int force, gpusim_error *err);

/* Packs a chunk and writes it at `offset` of a dataset whose extent becomes `extent` (NULL: stays).
 * Reserves what it needs. */
gpusim_status gs_file_chunk(gs_file *file, hid_t set, const hsize_t *extent, const hsize_t *offset,
                            const void *chunk, size_t bytes, size_t element, gpusim_error *err);

/* Hands everything written so far to the system. */
gpusim_status gs_file_flush(gs_file *file, gpusim_error *err);

/* Closes the file, which ends SWMR; objects of it must be closed before. */
gpusim_status gs_file_close(gs_file *file, gpusim_error *err);

/* Opens it again to change attributes that exist. */
gpusim_status gs_file_reopen(gs_file *file, gpusim_error *err);

/* Lets go of everything; removes a file that never became readable. */
void gs_file_release(gs_file *file);

#endif
