/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names go into one dataset of strings as wide as the longest, some thousands at a time. */
#include "trace/names.h"

#include <string.h>

#include "base/memory.h"
#include "trace/layout.h"

#define NAMES_AT_ONCE 4096u

// length of a name in the file; a long one is cut where no character of UTF-8 is torn
static size_t cut(const char *text, int *is_cut)
{
    size_t length = strnlen(text, GS_NAME_BYTES + 1);
    *is_cut = length > GS_NAME_BYTES;
    if (*is_cut) {
        length = GS_NAME_BYTES - 3;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
            length--;
        }
    }
    return length;
}

static void put(char *to, const char *text)
{
    int is_cut = 0;
    size_t length = cut(text, &is_cut);
    memcpy(to, text, length);
    if (is_cut) {
        memcpy(to + length, "...", 3);
    }
}

static size_t widest(const gpusim_model *model, uint32_t count)
{
    size_t width = 1;
    for (uint32_t i = 0; i < count; i++) {
        int is_cut = 0;
        size_t length = cut(gpusim_model_name(model, i), &is_cut);
        length += is_cut ? 3 : 0;
        width = length > width ? length : width;
    }
    return width;
}

// names first .. first + count - 1 of the dataset
static gpusim_status write_some(const gpusim_model *model, hid_t set, hid_t type, hid_t space,
                                uint32_t first, uint32_t count, char *block, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    size_t width = H5Tget_size(type);
    hsize_t start = first, length = count;
    hid_t memory = H5Screate_simple(1, &length, NULL);
    GS_H5(memory, "cannot make the space of", "names");
    memset(block, 0, count * width);
    for (uint32_t i = 0; i < count; i++) {
        put(block + i * width, gpusim_model_name(model, first + i));
    }
    GS_H5(H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &length, NULL),
          "cannot choose a part of", "names");
    GS_H5(H5Dwrite(set, type, memory, space, H5P_DEFAULT, block), "cannot write", "names");

cleanup:
    gs_h5_close(&memory);
    return status;
}

gpusim_status gs_trace_names_write(const gpusim_model *model, gs_file *file, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model_info info;
    gpusim_model_info_get(model, &info);
    size_t width = widest(model, info.names);
    uint32_t at_once = info.names < NAMES_AT_ONCE ? info.names : NAMES_AT_ONCE;
    hsize_t extent = info.names, chunk = at_once ? at_once : 1;
    hid_t type = 0, space = 0, list = 0, set = 0;
    char *block = NULL;
    GPUSIM_TRY(gs_allocate(&block, chunk, width, err));
    GPUSIM_TRY(gs_file_reserve(file, extent * width, err));

    type = gs_h5_text_type(width);
    GS_H5(type, "cannot make the type of", "names");
    space = H5Screate_simple(1, &extent, NULL);
    GS_H5(space, "cannot make the space of", "names");
    list = gs_chunked(1, &chunk);
    GS_H5(list, "cannot make the chunks of", "names");
    set = H5Dcreate2(file->id, "names", type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    GS_H5(set, "cannot create", "names");
    for (uint32_t first = 0; first < info.names; first += at_once) {
        uint32_t left = info.names - first;
        GPUSIM_TRY(write_some(model, set, type, space, first, left < at_once ? left : at_once,
                              block, err));
    }
    GPUSIM_TRY(
        gs_h5_put_text(set, "long_name", "What columns of the kind 'index of /names' mean.", err));

cleanup:
    gs_h5_close(&set);
    gs_h5_close(&list);
    gs_h5_close(&space);
    gs_h5_close(&type);
    gs_release(&block);
    return status;
}
