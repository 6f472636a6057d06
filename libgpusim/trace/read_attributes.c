/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attributes and strings of a trace, read with the distrust that a file from elsewhere deserves. */
#include <string.h>

#include "trace/reader.h"

/* No text of ours is longer. */
#define TEXT_BYTES_MAX ((size_t)1 << 28)

/* Deflate makes at most 1032 bytes of one. */
#define INFLATES_TO 1032u

gpusim_status gs_read_extent(hid_t set, const char *name, int rank, hsize_t *extent,
                             gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t type = 0, space = H5Dget_space(set);
    GS_H5(space, "cannot read the space of", name);
    if (H5Sget_simple_extent_type(space) != H5S_SIMPLE ||
        H5Sget_simple_extent_ndims(space) != rank) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "'%s' does not have %d axes", name, rank);
        goto cleanup;
    }
    GS_H5(H5Sget_simple_extent_dims(space, extent, NULL), "cannot read the extent of", name);

    // what the extent claims must be able to come out of what is stored, or one chunk more
    type = H5Dget_type(set);
    GS_H5(type, "cannot read the type of", name);
    double claimed = (double)H5Tget_size(type), stored = (double)H5Dget_storage_size(set);
    for (int i = 0; i < rank; i++) {
        claimed *= (double)extent[i];
    }
    if (claimed > (stored + 65536.0) * INFLATES_TO) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "'%s' claims more than the file holds", name);
    }

cleanup:
    gs_h5_close(&type);
    gs_h5_close(&space);
    return status;
}

gpusim_status gs_read_text(hid_t at, const char *name, gs_arena *arena, const char **text,
                           gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t attribute = 0, type = 0;
    *text = "";
    if (H5Aexists(at, name) <= 0) {
        return GPUSIM_OK;
    }
    attribute = H5Aopen(at, name, H5P_DEFAULT);
    GS_H5(attribute, "cannot open attribute", name);
    type = H5Aget_type(attribute);
    GS_H5(type, "cannot read the type of", name);
    size_t size = H5Tget_size(type);
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0 ||
        size > TEXT_BYTES_MAX || H5Aget_storage_size(attribute) != size) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "attribute '%s' is no text", name);
        goto cleanup;
    }
    char *copy = gs_arena_get(arena, size + 1);
    if (!copy) {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for attribute '%s'", name);
        goto cleanup;
    }
    GS_H5(H5Aread(attribute, type, copy), "cannot read attribute", name);
    *text = copy;

cleanup:
    gs_h5_close(&type);
    gs_h5_close(&attribute);
    return status;
}

gpusim_status gs_read_number(hid_t at, const char *name, gpusim_field_type type, void *value,
                             gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t attribute = 0, stored = 0, space = 0;
    if (H5Aexists(at, name) <= 0) {
        return GPUSIM_OK;
    }
    attribute = H5Aopen(at, name, H5P_DEFAULT);
    GS_H5(attribute, "cannot open attribute", name);
    stored = H5Aget_type(attribute);
    GS_H5(stored, "cannot read the type of", name);
    space = H5Aget_space(attribute);
    GS_H5(space, "cannot read the space of", name);
    H5T_class_t class = H5Tget_class(stored);
    if ((class != H5T_INTEGER && class != H5T_FLOAT) || H5Sget_simple_extent_npoints(space) != 1) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "attribute '%s' is no number", name);
        goto cleanup;
    }
    GS_H5(H5Aread(attribute, gs_h5_memory_type(type), value), "cannot read attribute", name);

cleanup:
    gs_h5_close(&space);
    gs_h5_close(&stored);
    gs_h5_close(&attribute);
    return status;
}

gpusim_status gs_read_texts(hid_t at, const char *name, gs_texts *texts, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hsize_t count = 0;
    hid_t type = 0, memory = 0, set = H5Dopen2(at, name, H5P_DEFAULT);
    GS_H5(set, "cannot open", name);
    type = H5Dget_type(set);
    GS_H5(type, "cannot read the type of", name);
    GPUSIM_TRY(gs_read_extent(set, name, 1, &count, err));
    size_t width = H5Tget_size(type);
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0 || width > 65536 ||
        count >= GPUSIM_NONE) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "'%s' does not hold names", name);
        goto cleanup;
    }

    // a byte wider in memory, so that each is terminated
    texts->width = width + 1;
    GPUSIM_TRY(gs_allocate(&texts->bytes, (size_t)count + 1, texts->width, err));
    memory = gs_h5_text_type(texts->width);
    GS_H5(memory, "cannot make the type of", name);
    if (count > 0) {
        GS_H5(H5Tset_cset(memory, H5Tget_cset(type)), "cannot make the type of", name);
        GS_H5(H5Dread(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts->bytes), "cannot read",
              name);
    }
    for (hsize_t i = 0; i < count; i++) {
        texts->bytes[(i + 1) * texts->width - 1] = 0;
    }
    texts->count = (uint32_t)count;

cleanup:
    gs_h5_close(&memory);
    gs_h5_close(&type);
    gs_h5_close(&set);
    return status;
}

const char *gs_text(const gs_texts *texts, uint32_t i)
{
    return i < texts->count ? texts->bytes + i * texts->width : NULL;
}
