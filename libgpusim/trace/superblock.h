/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first bytes of an HDF5 file: whether a writer died over it, and how to make it whole again.
 */
#ifndef GS_TRACE_SUPERBLOCK_H
#define GS_TRACE_SUPERBLOCK_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/status.h>

/* How a trace was found. */
typedef enum gs_trace_found {
    GS_FOUND_CLEAN,    /* closed by its writer */
    GS_FOUND_LIVE,     /* its writer is at work */
    GS_FOUND_REPAIRED, /* its writer died; flags and end mark were put right */
    GS_FOUND_READONLY, /* its writer died, but we may not write, or another program changes it: read
                          it as if it were live */
} gs_trace_found;

/* Marks the file behind this descriptor as being written, until the descriptor is closed. 0: done;
 * -1: another writer holds it, or it cannot be locked. */
int gs_writer_lock(int descriptor);

/* Looks at a file before HDF5 opens it, and does what `h5clear -s --increment=0` does when its
 * writer is gone. GPUSIM_FORMAT when it is no HDF5 file of ours. */
gpusim_status gs_superblock_mend(const char *path, gs_trace_found *found, gpusim_error *err);

/* Where the file ends, as the superblock has it; 0 when it cannot be told. */
uint64_t gs_superblock_end(int descriptor);

/* Clears the moments at which HDF5 made and changed the superblock's extension, an object that it
 * keeps for itself and whose times no property turns off. 0, or -1 when it is not as HDF5 writes
 * it. */
int gs_superblock_forget_times(int descriptor);

/* Jenkins' lookup3, as HDF5 uses it for metadata. */
uint32_t gs_lookup3(const unsigned char *bytes, size_t size);

#endif
