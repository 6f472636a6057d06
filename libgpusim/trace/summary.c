/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The summary as attributes, one group for each record of its table. They are created before the
 * first event and only overwritten at the end, so that a kill in between leaves a file that can be
 * read. */
#include "trace/summary.h"

#include <math.h>
#include <string.h>

#include "trace/reader.h"

#define STALL    "stall_reason"
#define CURRENCY "cost_currency"

void gs_missing(const gpusim_field *field, void *struct_)
{
    unsigned char *at = (unsigned char *)struct_ + field->offset;
    size_t bytes = gs_h5_bytes(field->type);
    double nan64 = (double)NAN;
    float nan32 = NAN;
    gpusim_time never = GPUSIM_TIME_MAX;
    if (field->type == GPUSIM_FLOAT64) {
        memcpy(at, &nan64, bytes);
    } else if (field->type == GPUSIM_FLOAT32) {
        memcpy(at, &nan32, bytes);
    } else if (!(field->flags & GPUSIM_OPTIONAL)) {
        memset(at, 0, bytes);
    } else if (field->type == GPUSIM_TIME || field->type == GPUSIM_INT64) {
        memcpy(at, &never, bytes);
    } else {
        memset(at, 0xff, bytes);
    }
}

static gpusim_status create(hid_t parent, const char *name, const gpusim_record *record,
                            gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    unsigned char blank[sizeof(gpusim_summary)] = {0};
    hid_t group = gs_h5_group(parent, name);
    GS_H5(group, "cannot create group", name);
    GPUSIM_TRY(gs_h5_put_text(group, "long_name", record->doc, err));
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        if (field->type == GPUSIM_RECORD) {
            GPUSIM_TRY(create(group, field->name, field->detail.record, err));
        } else {
            gs_missing(field, blank);
            GPUSIM_TRY(
                gs_h5_put_number(group, field->name, field->type, blank + field->offset, err));
        }
    }

cleanup:
    gs_h5_close(&group);
    return status;
}

// a text as wide as it may become: one that is full has `size` bytes with its end
static gpusim_status make_room(hid_t group, const char *name, size_t size, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char room[sizeof((gpusim_summary *)0)->stall_reason];
    memset(room, ' ', size);
    room[size - 1] = 0;
    GPUSIM_TRY(gs_h5_put_text(group, name, room, err));
    GPUSIM_TRY(gs_h5_set_text(group, name, "", err));
cleanup:
    return status;
}

gpusim_status gs_summary_create(gs_file *file, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t group = 0;
    GPUSIM_TRY(create(file->id, "summary", gpusim_summary_record(), err));
    group = H5Gopen2(file->id, "summary", H5P_DEFAULT);
    GS_H5(group, "cannot open group", "summary");
    GPUSIM_TRY(make_room(group, STALL, sizeof((gpusim_summary *)0)->stall_reason, err));
    GPUSIM_TRY(make_room(group, CURRENCY, sizeof((gpusim_summary *)0)->cost_currency, err));

cleanup:
    gs_h5_close(&group);
    return status;
}

static gpusim_status fill(hid_t parent, const char *name, const gpusim_record *record,
                          const void *struct_, int reproducible, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t group = H5Gopen2(parent, name, H5P_DEFAULT);
    GS_H5(group, "cannot open group", name);
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        const void *value = (const unsigned char *)struct_ + field->offset;
        if (field->type == GPUSIM_RECORD) {
            GPUSIM_TRY(fill(group, field->name, field->detail.record, value, reproducible, err));
        } else if (!reproducible || !(field->flags & GPUSIM_UNMEASURED)) {
            GPUSIM_TRY(gs_h5_set_number(group, field->name, field->type, value, err));
        }
    }

cleanup:
    gs_h5_close(&group);
    return status;
}

gpusim_status gs_summary_write(const gpusim_summary *summary, int complete, int reproducible,
                               gs_file *file, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t group = 0;
    uint8_t flag = complete != 0;
    if (summary) {
        GPUSIM_TRY(fill(file->id, "summary", gpusim_summary_record(), summary, reproducible, err));
        group = H5Gopen2(file->id, "summary", H5P_DEFAULT);
        GS_H5(group, "cannot open group", "summary");
        GPUSIM_TRY(gs_h5_set_text(group, STALL, summary->stall_reason, err));
        GPUSIM_TRY(gs_h5_set_text(group, CURRENCY, summary->cost_currency, err));
    }
    GPUSIM_TRY(gs_h5_set_number(file->id, "complete", GPUSIM_BOOL, &flag, err));

cleanup:
    gs_h5_close(&group);
    return status;
}

// what traces from before there was such a group say of it
static void all_missing(const gpusim_record *record, void *struct_)
{
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        if (field->type == GPUSIM_RECORD) {
            all_missing(field->detail.record, (unsigned char *)struct_ + field->offset);
        } else {
            gs_missing(field, struct_);
        }
    }
}

static gpusim_status read_group(hid_t parent, const char *name, const gpusim_record *record,
                                void *struct_, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t group = 0;
    if (H5Lexists(parent, name, H5P_DEFAULT) == 0) {
        all_missing(record, struct_);
        return GPUSIM_OK;
    }
    group = H5Gopen2(parent, name, H5P_DEFAULT);
    GS_H5(group, "cannot open group", name);
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        void *value = (unsigned char *)struct_ + field->offset;
        if (field->type == GPUSIM_RECORD) {
            GPUSIM_TRY(read_group(group, field->name, field->detail.record, value, err));
        } else {
            gs_missing(field, struct_);
            GPUSIM_TRY(gs_read_number(group, field->name, field->type, value, err));
        }
    }

cleanup:
    gs_h5_close(&group);
    return status;
}

gpusim_status gs_summary_read(hid_t file, gpusim_summary *summary, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const char *text = "";
    gs_arena arena = {0};
    hid_t group = 0;
    memset(summary, 0, sizeof *summary);
    summary->size = (uint32_t)sizeof *summary;
    GPUSIM_TRY(read_group(file, "summary", gpusim_summary_record(), summary, err));
    group = H5Gopen2(file, "summary", H5P_DEFAULT);
    GS_H5(group, "cannot open group", "summary");
    GPUSIM_TRY(gs_read_text(group, STALL, &arena, &text, err));
    memcpy(summary->stall_reason, text, strnlen(text, sizeof summary->stall_reason - 1));
    GPUSIM_TRY(gs_read_text(group, CURRENCY, &arena, &text, err));
    memcpy(summary->cost_currency, text, strnlen(text, sizeof summary->cost_currency - 1));

cleanup:
    gs_h5_close(&group);
    gs_arena_release(&arena);
    return status;
}
