/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attributes: texts of fixed length, lists of them, and numbers. */
#include "trace/h5.h"

#include <string.h>

#include "base/memory.h"

// creates the attribute and writes its value; `type` is the caller's
static gpusim_status put(hid_t at, const char *name, hid_t type, hid_t space, const void *value,
                         gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t attribute = H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    GS_H5(attribute, "cannot create attribute", name);
    GS_H5(H5Awrite(attribute, type, value), "cannot write attribute", name);

cleanup:
    gs_h5_close(&attribute);
    return status;
}

gpusim_status gs_h5_put_text(hid_t at, const char *name, const char *text, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t space = 0, type = gs_h5_text_type(strlen(text));
    GS_H5(type, "cannot make the type of", name);
    space = H5Screate(H5S_SCALAR);
    GS_H5(space, "cannot make the space of", name);
    status = put(at, name, type, space, text, err);

cleanup:
    gs_h5_close(&space);
    gs_h5_close(&type);
    return status;
}

gpusim_status gs_h5_put_texts(hid_t at, const char *name, const char *const *texts, uint32_t count,
                              gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t space = 0, type = 0;
    char *joined = NULL;
    hsize_t length = count;

    // all in one block, each as wide as the longest
    size_t width = 1;
    for (uint32_t i = 0; i < count; i++) {
        width = strlen(texts[i]) > width ? strlen(texts[i]) : width;
    }
    GPUSIM_TRY(gs_allocate(&joined, count, width, err));
    for (uint32_t i = 0; i < count; i++) {
        memcpy(joined + i * width, texts[i], strlen(texts[i]));
    }

    type = gs_h5_text_type(width);
    GS_H5(type, "cannot make the type of", name);
    space = H5Screate_simple(1, &length, NULL);
    GS_H5(space, "cannot make the space of", name);
    status = put(at, name, type, space, joined, err);

cleanup:
    gs_h5_close(&space);
    gs_h5_close(&type);
    gs_release(&joined);
    return status;
}

gpusim_status gs_h5_put_number(hid_t at, const char *name, gpusim_field_type type,
                               const void *value, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t space = H5Screate(H5S_SCALAR);
    GS_H5(space, "cannot make the space of", name);
    status = put(at, name, gs_h5_memory_type(type), space, value, err);

cleanup:
    gs_h5_close(&space);
    return status;
}

gpusim_status gs_h5_set_number(hid_t at, const char *name, gpusim_field_type type,
                               const void *value, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t attribute = H5Aopen(at, name, H5P_DEFAULT);
    GS_H5(attribute, "cannot open attribute", name);
    GS_H5(H5Awrite(attribute, gs_h5_memory_type(type), value), "cannot write attribute", name);

cleanup:
    gs_h5_close(&attribute);
    return status;
}

gpusim_status gs_h5_set_text(hid_t at, const char *name, const char *text, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t type = 0, attribute = H5Aopen(at, name, H5P_DEFAULT);
    char *padded = NULL;
    GS_H5(attribute, "cannot open attribute", name);
    type = H5Aget_type(attribute);
    GS_H5(type, "cannot read the type of", name);
    size_t width = H5Tget_size(type);
    GPUSIM_TRY(gs_allocate(&padded, width, 1, err));
    memcpy(padded, text, strnlen(text, width));
    GS_H5(H5Awrite(attribute, type, padded), "cannot write attribute", name);

cleanup:
    gs_release(&padded);
    gs_h5_close(&type);
    gs_h5_close(&attribute);
    return status;
}
