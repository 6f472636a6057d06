/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes that a detector is written to and read from, piece by piece. */
#include "detect/bytes.h"

#include <string.h>

#include "base/memory.h"

gpusim_status gs_bytes_put(gs_array *to, const void *from, uint64_t bytes, gpusim_error *err)
{
    gpusim_status status;
    if (to->count + bytes > GS_BYTES_MOST) {
        return gpusim_fail(err, GPUSIM_MEMORY, "what a detector knows is too large to be kept");
    }
    GPUSIM_TRY(gs_array_reserve(to, (uint32_t)(to->count + bytes), err));
    if (bytes > 0) {
        memcpy((char *)to->data + to->count, from, bytes);
    }
    to->count += (uint32_t)bytes;
cleanup:
    return status;
}

gpusim_status gs_bytes_put_text(gs_array *to, const char *text, gpusim_error *err)
{
    return gs_bytes_put(to, text, strlen(text) + 1, err);
}

static gpusim_status too_short(gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_FORMAT, "what a detector was kept in ends too early");
}

gpusim_status gs_rest_take(gs_rest *from, void *to, uint64_t bytes, gpusim_error *err)
{
    if (bytes > from->bytes) {
        return too_short(err);
    }
    if (bytes > 0) {
        memcpy(to, from->at, bytes);
    }
    from->at += bytes;
    from->bytes -= bytes;
    return GPUSIM_OK;
}

gpusim_status gs_rest_take_text(gs_rest *from, const char **text, gpusim_error *err)
{
    const char *end = from->bytes ? memchr(from->at, 0, from->bytes) : NULL;
    if (!end) {
        return too_short(err);
    }
    *text = from->at;
    from->bytes -= (uint64_t)(end + 1 - from->at);
    from->at = end + 1;
    return GPUSIM_OK;
}

gpusim_status gs_rest_take_block(gs_rest *from, void *block, uint64_t *size, uint64_t bytes,
                                 gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    void *made = NULL;
    gs_release(block);
    *size = 0;
    // what is said may be a lie: there is room only for what is there
    if (bytes > from->bytes) {
        return too_short(err);
    }
    if (bytes > 0) {
        GPUSIM_TRY(gs_allocate(&made, bytes, 1, err));
        GPUSIM_TRY(gs_rest_take(from, made, bytes, err));
        memcpy(block, &made, sizeof made);
        *size = bytes;
    }
cleanup:
    return status;
}
