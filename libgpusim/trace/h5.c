/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HDF5's errors in our words, and its types for our fields. */
#include "trace/h5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// the rows are copied as they lie in memory
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "rows are stored little-endian");

void gs_h5_enter(gs_h5_quiet *quiet)
{
    if (H5Eget_auto2(H5E_DEFAULT, &quiet->function, &quiet->data) < 0) {
        *quiet = (gs_h5_quiet){0};
    }
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void gs_h5_leave(const gs_h5_quiet *quiet)
{
    (void)H5Eset_auto2(H5E_DEFAULT, quiet->function, quiet->data);
}

// keeps the first message it is shown: the walk begins at the inmost
static herr_t keep_first(unsigned n, const H5E_error2_t *error, void *context)
{
    char *message = context;
    if (n == 0 && error->desc) {
        snprintf(message, 256, "%s", error->desc);
    }
    return 0;
}

gpusim_status gs_h5_fail(gpusim_error *err, gpusim_status status, const char *what,
                         const char *path)
{
    char message[256] = "";
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, message);
    (void)H5Eclear2(H5E_DEFAULT);

    // a failed system call is told with time stamps and addresses; its own words are enough
    char *words = strstr(message, "error message = '");
    if (words) {
        words += strlen("error message = '");
        char *end = strchr(words, '\'');
        if (end) {
            *end = 0;
        }
    }
    return gpusim_fail(err, status, "%s '%s': %s", what, path,
                       words        ? words
                       : message[0] ? message
                                    : "HDF5 does not say why");
}

void gs_h5_close(hid_t *id)
{
    if (*id > 0) {
        switch (H5Iget_type(*id)) {
        case H5I_FILE:
            (void)H5Fclose(*id);
            break;
        case H5I_GROUP:
            (void)H5Gclose(*id);
            break;
        case H5I_DATASET:
            (void)H5Dclose(*id);
            break;
        case H5I_DATATYPE:
            (void)H5Tclose(*id);
            break;
        case H5I_DATASPACE:
            (void)H5Sclose(*id);
            break;
        case H5I_ATTR:
            (void)H5Aclose(*id);
            break;
        case H5I_GENPROP_LST:
            (void)H5Pclose(*id);
            break;
        default:
            break;
        }
    }
    *id = 0;
}

hid_t gs_h5_memory_type(gpusim_field_type type)
{
    switch (type) {
    case GPUSIM_BOOL:
    case GPUSIM_ENUM:
        return H5T_NATIVE_UINT8;
    case GPUSIM_INT32:
        return H5T_NATIVE_INT32;
    case GPUSIM_UINT32:
    case GPUSIM_NAME:
        return H5T_NATIVE_UINT32;
    case GPUSIM_INT64:
    case GPUSIM_TIME:
        return H5T_NATIVE_INT64;
    case GPUSIM_UINT64:
        return H5T_NATIVE_UINT64;
    case GPUSIM_FLOAT32:
        return H5T_NATIVE_FLOAT;
    case GPUSIM_FLOAT64:
        return H5T_NATIVE_DOUBLE;
    default:
        return -1;
    }
}

size_t gs_h5_bytes(gpusim_field_type type)
{
    switch (type) {
    case GPUSIM_BOOL:
    case GPUSIM_ENUM:
        return 1;
    case GPUSIM_INT32:
    case GPUSIM_UINT32:
    case GPUSIM_NAME:
    case GPUSIM_FLOAT32:
        return 4;
    case GPUSIM_INT64:
    case GPUSIM_TIME:
    case GPUSIM_UINT64:
    case GPUSIM_FLOAT64:
        return 8;
    default:
        return 0;
    }
}

static hid_t enum_type(const gpusim_choice *choices)
{
    hid_t type = H5Tenum_create(H5T_STD_U8LE);
    for (; type >= 0 && choices->name; choices++) {
        uint8_t value = (uint8_t)choices->value;
        if (H5Tenum_insert(type, choices->name, &value) < 0) {
            (void)H5Tclose(type);
            return -1;
        }
    }
    return type;
}

hid_t gs_h5_file_type(const gpusim_field *field)
{
    if (field->type == GPUSIM_ENUM) {
        return enum_type(field->detail.choices);
    }
    return H5Tcopy(gs_h5_memory_type(field->type));
}

hid_t gs_h5_access(void)
{
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list >= 0 &&
        (H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) < 0 || H5Pset_file_locking(list, 0, 1) < 0)) {
        (void)H5Pclose(list);
        return -1;
    }
    return list;
}

hid_t gs_h5_group(hid_t at, const char *name)
{
    hid_t list = H5Pcreate(H5P_GROUP_CREATE), group = -1;
    if (list >= 0 && H5Pset_obj_track_times(list, 0) >= 0) {
        group = H5Gcreate2(at, name, H5P_DEFAULT, list, H5P_DEFAULT);
    }
    gs_h5_close(&list);
    return group;
}

hid_t gs_h5_text_type(size_t width)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 &&
        (H5Tset_size(type, width ? width : 1) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ||
         H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        (void)H5Tclose(type);
        return -1;
    }
    return type;
}
