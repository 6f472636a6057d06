/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two filters of every chunk, shuffle and deflate at level 1, done without HDF5's lock. */
#include "trace/chunk.h"

#include <string.h>

#include "base/memory.h"

static void *zlib_get(void *context, unsigned items, unsigned size)
{
    (void)context;
    return gs_resize(NULL, (size_t)items * size);
}

static void zlib_free(void *context, void *block)
{
    (void)context;
    gs_release(&block);
}

gpusim_status gs_packer_create(gs_packer *packer, size_t capacity, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    packer->stream = (z_stream){.zalloc = zlib_get, .zfree = zlib_free};
    if (deflateInit(&packer->stream, 1) != Z_OK) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a compressor");
    }
    packer->started = 1;
    packer->capacity = capacity;
    packer->bound = deflateBound(&packer->stream, (uLong)capacity) + 1;
    GPUSIM_TRY(gs_allocate(&packer->shuffled, capacity, 1, err));
    GPUSIM_TRY(gs_allocate(&packer->packed, packer->bound, 1, err));
    GPUSIM_TRY(gs_allocate(&packer->plain, capacity, 1, err));

cleanup:
    return status;
}

void gs_packer_release(gs_packer *packer)
{
    if (packer->started) {
        (void)deflateEnd(&packer->stream);
    }
    gs_release(&packer->shuffled);
    gs_release(&packer->packed);
    gs_release(&packer->plain);
    *packer = (gs_packer){0};
}

// all first bytes, then all second bytes, ...: what HDF5's shuffle filter does. Each loop over
// values of a known size becomes vector instructions
static void shuffle(const unsigned char *from, unsigned char *to, size_t bytes, size_t element)
{
    size_t count = bytes / element;
    if (element == 4) {
        const uint32_t *values = (const uint32_t *)(const void *)from;
        for (uint32_t j = 0; j < 4; j++, to += count) {
            for (size_t i = 0; i < count; i++) {
                to[i] = (unsigned char)(values[i] >> (8 * j));
            }
        }
        return;
    }
    if (element == 8) {
        const uint64_t *values = (const uint64_t *)(const void *)from;
        for (uint32_t j = 0; j < 8; j++, to += count) {
            for (size_t i = 0; i < count; i++) {
                to[i] = (unsigned char)(values[i] >> (8 * j));
            }
        }
        return;
    }
    for (size_t j = 0; j < element; j++) {
        for (size_t i = 0; i < count; i++) {
            to[j * count + i] = from[i * element + j];
        }
    }
}

/* Runs alone are looked for in samples of 4 bytes: once shuffled, what holds still is a run and
 * what is noise has no repeats, so that a search for them is time lost; what grows steadily,
 * counters of 8 bytes, does repeat. */
static int strategy_of(size_t element)
{
    return element == 4 ? Z_RLE : Z_DEFAULT_STRATEGY;
}

static gpusim_status pack(gs_packer *packer, const void *chunk, size_t bytes, size_t element,
                          gpusim_error *err)
{
    z_stream *stream = &packer->stream;
    packer->plain_bytes = 0; // nothing is known until all is done
    if (bytes > packer->capacity || deflateReset(stream) != Z_OK ||
        deflateParams(stream, 1, strategy_of(element)) != Z_OK) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "a chunk of %zu bytes does not fit its packer",
                           bytes);
    }
    shuffle(chunk, packer->shuffled, bytes, element);
    stream->next_in = packer->shuffled;
    stream->avail_in = (unsigned)bytes;
    stream->next_out = packer->packed;
    stream->avail_out = (unsigned)packer->bound;
    if (deflate(stream, Z_FINISH) != Z_STREAM_END) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "a chunk of %zu bytes could not be deflated",
                           bytes);
    }
    memcpy(packer->plain, chunk, bytes);
    packer->plain_bytes = bytes;
    packer->plain_element = element;
    packer->packed_bytes = stream->total_out;
    return GPUSIM_OK;
}

gpusim_status gs_packer_pack(gs_packer *packer, const void *chunk, size_t bytes, size_t element,
                             const unsigned char **result, size_t *size, uint32_t *mask,
                             gpusim_error *err)
{
    // counters of errors, clocks of memory, states: chunk after chunk is the same
    int known = bytes > 0 && packer->plain_bytes == bytes && packer->plain_element == element &&
                memcmp(packer->plain, chunk, bytes) == 0;
    if (!known) {
        gpusim_status status = pack(packer, chunk, bytes, element, err);
        if (status != GPUSIM_OK) {
            return status;
        }
    }

    // noise does not shrink: then the second filter is skipped
    int helps = packer->packed_bytes < bytes;
    *result = helps ? packer->packed : packer->shuffled;
    *size = helps ? packer->packed_bytes : bytes;
    *mask = helps ? 0 : 1u << 1;
    return GPUSIM_OK;
}

hid_t gs_chunked(int rank, const hsize_t *chunk)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    if (list >= 0 && (H5Pset_chunk(list, rank, chunk) < 0 || H5Pset_shuffle(list) < 0 ||
                      H5Pset_deflate(list, 1) < 0 || H5Pset_obj_track_times(list, 0) < 0)) {
        (void)H5Pclose(list);
        return -1;
    }
    return list;
}
