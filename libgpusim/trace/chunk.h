/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunks: shuffled and deflated here, then handed to HDF5 as they are. */
#ifndef GS_TRACE_CHUNK_H
#define GS_TRACE_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include <zlib.h>

#include "trace/h5.h"

/* Scratch for one chunk at a time, of at most `capacity` bytes. */
typedef struct gs_packer {
    z_stream stream;
    unsigned char *shuffled, *packed;
    unsigned char
        *plain; /* the chunk that `packed` or `shuffled` is of, for the next may be equal */
    size_t plain_bytes, plain_element, packed_bytes;
    size_t capacity, bound;
    int started;
} gs_packer;

gpusim_status gs_packer_create(gs_packer *packer, size_t capacity, gpusim_error *err);
void gs_packer_release(gs_packer *packer);

/* Packs `bytes` (elements of `element` bytes). *result points into the packer; *mask tells HDF5
 * which filters were left out because they did not help. */
gpusim_status gs_packer_pack(gs_packer *packer, const void *chunk, size_t bytes, size_t element,
                             const unsigned char **result, size_t *size, uint32_t *mask,
                             gpusim_error *err);

/* Chunk sizes and filters for a dataset, such that every reader undoes what the packer does. The
 * caller closes the property list. */
hid_t gs_chunked(int rank, const hsize_t *chunk);

#endif
