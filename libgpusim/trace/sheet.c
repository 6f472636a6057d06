/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quoting and layout of CSV (RFC 4180) and JSON lines (RFC 8259). */
#include "trace/sheet.h"

#include <stdio.h>
#include <string.h>

gpusim_status gs_sheet_begin(gs_sheet *sheet, gpusim_export_format format, gpusim_write_fn write,
                             void *context, gpusim_error *err)
{
    *sheet = (gs_sheet){.write = write, .context = context, .format = format};
    return gs_allocate(&sheet->buffer, GS_SHEET_BYTES, 1, err);
}

static void empty(gs_sheet *sheet)
{
    if (sheet->used > 0 && sheet->status == GPUSIM_OK) {
        sheet->status = sheet->write(sheet->context, sheet->buffer, sheet->used);
    }
    sheet->used = 0;
}

void gs_sheet_put(gs_sheet *sheet, const char *text, size_t length)
{
    while (length > 0) {
        size_t room = GS_SHEET_BYTES - sheet->used, some = length < room ? length : room;
        memcpy(sheet->buffer + sheet->used, text, some);
        sheet->used += some;
        text += some;
        length -= some;
        if (sheet->used == GS_SHEET_BYTES) {
            empty(sheet);
        }
    }
}

static void put_text(gs_sheet *sheet, const char *text)
{
    gs_sheet_put(sheet, text, strlen(text));
}

static void put_csv(gs_sheet *sheet, const char *text)
{
    if (!strpbrk(text, ",\"\n\r")) {
        put_text(sheet, text);
        return;
    }
    gs_sheet_put(sheet, "\"", 1);
    for (; *text; text++) {
        gs_sheet_put(sheet, "\"\"", *text == '"' ? 2 : 0);
        gs_sheet_put(sheet, text, *text != '"');
    }
    gs_sheet_put(sheet, "\"", 1);
}

// bytes of the UTF-8 character at `text`, 0 when it is none
static size_t character(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t length = at[0] < 0x80   ? 1
                    : at[0] < 0xc2 ? 0
                    : at[0] < 0xe0 ? 2
                    : at[0] < 0xf0 ? 3
                    : at[0] < 0xf5 ? 4
                                   : 0;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    int is_bad = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
                 (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f);
    return is_bad ? 0 : length;
}

static void put_json(gs_sheet *sheet, const char *text)
{
    gs_sheet_put(sheet, "\"", 1);
    while (*text) {
        size_t length = character(text);
        unsigned char first = (unsigned char)*text;
        char escape[8];
        if (length == 0) {
            gs_sheet_put(sheet, "\xef\xbf\xbd", 3); // not UTF-8: the replacement character
            length = 1;
        } else if (first < 0x20 || first == '"' || first == '\\') {
            int size = first < 0x20 ? snprintf(escape, sizeof escape, "\\u%04x", first)
                                    : snprintf(escape, sizeof escape, "\\%c", first);
            gs_sheet_put(sheet, escape, (size_t)size);
        } else {
            gs_sheet_put(sheet, text, length);
        }
        text += length;
    }
    gs_sheet_put(sheet, "\"", 1);
}

// what stands before a cell's value
static void lead(gs_sheet *sheet, const char *name)
{
    if (sheet->format == GPUSIM_EXPORT_CSV) {
        gs_sheet_put(sheet, ",", sheet->cells > 0);
    } else {
        gs_sheet_put(sheet, sheet->cells > 0 ? "," : "{", 1);
        put_json(sheet, name);
        gs_sheet_put(sheet, ":", 1);
    }
    sheet->cells++;
}

void gs_sheet_cell(gs_sheet *sheet, const char *name, gs_cell_kind kind, const char *text)
{
    lead(sheet, name);
    if (sheet->header) {
        put_csv(sheet, name);
    } else if (sheet->format == GPUSIM_EXPORT_CSV) {
        put_csv(sheet, kind == GS_CELL_NONE ? "" : text);
    } else if (kind == GS_CELL_TEXT) {
        put_json(sheet, text);
    } else {
        put_text(sheet, kind == GS_CELL_NONE ? "null" : text);
    }
}

void gs_sheet_list(gs_sheet *sheet, const char *name)
{
    lead(sheet, name);
    if (sheet->header) {
        put_csv(sheet, name);
    }
    gs_sheet_put(sheet, "[", sheet->format == GPUSIM_EXPORT_JSONL);
}

void gs_sheet_item(gs_sheet *sheet, int first, gs_cell_kind kind, const char *text)
{
    if (sheet->format == GPUSIM_EXPORT_CSV) {
        gs_sheet_put(sheet, " ", !first);
        for (; *text; text++) {
            gs_sheet_put(sheet, strchr(",\"\n\r ", *text) ? "_" : text,
                         1); // the list stays one cell
        }
    } else {
        gs_sheet_put(sheet, ",", !first);
        if (kind == GS_CELL_TEXT) {
            put_json(sheet, text);
        } else {
            put_text(sheet, text);
        }
    }
}

void gs_sheet_list_end(gs_sheet *sheet)
{
    gs_sheet_put(sheet, "]", sheet->format == GPUSIM_EXPORT_JSONL);
}

void gs_sheet_row_end(gs_sheet *sheet)
{
    gs_sheet_put(sheet, sheet->format == GPUSIM_EXPORT_CSV ? "\n" : "}\n",
                 sheet->format == GPUSIM_EXPORT_CSV ? 1 : 2);
    sheet->cells = 0;
    sheet->header = 0;
}

gpusim_status gs_sheet_end(gs_sheet *sheet, gpusim_error *err)
{
    if (sheet->buffer) {
        empty(sheet);
        gs_release(&sheet->buffer);
    }
    return sheet->status == GPUSIM_OK
               ? GPUSIM_OK
               : gpusim_fail(err, sheet->status, "the export could not be written");
}
