/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of a comparison: where its files are. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "study/compare.h"

#define NAME_LENGTH 60 // of a folder made from a label

gpusim_status gs_compare_path(gpusim_compare *compare, const char **path, gpusim_error *err,
                              const char *format, ...)
{
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof text) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "the path '%.200s...' is too long", text);
    }
    *path = gs_arena_text(&compare->arena, text, strlen(text));
    return *path ? GPUSIM_OK : gpusim_fail(err, GPUSIM_MEMORY, "no memory for a path");
}

static gpusim_status make_folder(const char *path, gpusim_error *err)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST) {
        return GPUSIM_OK;
    }
    return gpusim_fail(err, GPUSIM_IO, "cannot make the folder '%.300s': %s", path,
                       errno == ENOENT   ? "the one above it is not there"
                       : errno == EACCES ? "no permission"
                                         : "input or output failed");
}

// A label as the name of a folder: what is awkward there becomes '-', and a hash tells two such
// labels apart.
static void folder_name(const char *label, char *name, size_t size)
{
    static const char fine[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+=-";
    int changed = label[0] == '.' || strlen(label) > NAME_LENGTH || label[0] == '\0';
    size_t length = 0;
    for (; length < NAME_LENGTH && label[length]; length++) {
        int ok = strchr(fine, label[length]) != NULL && !(length == 0 && label[0] == '.');
        name[length] = ok ? label[length] : '-';
        changed |= !ok;
    }
    name[length] = '\0';
    if (changed) {
        snprintf(name + length, size - length, "-%08llx",
                 (unsigned long long)(gs_hash64(label, strlen(label), 0) & 0xffffffff));
    }
}

gpusim_status gs_compare_make_folders(gpusim_compare *compare, const char *folder,
                                      gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char name[NAME_LENGTH + 16];
    uint32_t schedulers = compare->schedulers.count;
    size_t cells = (size_t)compare->scenarios.count * (schedulers + 1);
    GPUSIM_TRY(gs_allocate(&compare->folders, cells, sizeof *compare->folders, err));
    GPUSIM_TRY(make_folder(folder, err));
    for (uint32_t s = 0; s < compare->scenarios.count; s++) {
        const char **cell = compare->folders + (size_t)s * (schedulers + 1);
        folder_name(GS_AT(compare->scenarios, const char *, s), name, sizeof name);
        GPUSIM_TRY(gs_compare_path(compare, &cell[schedulers], err, "%s/%s", folder, name));
        GPUSIM_TRY(make_folder(cell[schedulers], err));
        for (uint32_t k = 0; k < schedulers; k++) {
            folder_name(GS_AT(compare->schedulers, const char *, k), name, sizeof name);
            GPUSIM_TRY(gs_compare_path(compare, &cell[k], err, "%s/%s", cell[schedulers], name));
            GPUSIM_TRY(make_folder(cell[k], err));
        }
    }
cleanup:
    return status;
}

const char *gpusim_compare_folder(const gpusim_compare *compare, uint32_t scenario,
                                  uint32_t scheduler)
{
    uint32_t schedulers = compare->schedulers.count;
    if (!compare->folders || scenario >= compare->scenarios.count) {
        return NULL;
    }
    uint32_t cell = scheduler < schedulers ? scheduler : schedulers;
    return compare->folders[(size_t)scenario * (schedulers + 1) + cell];
}
