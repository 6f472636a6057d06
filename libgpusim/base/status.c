/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statuses and errors: their names, their texts, and how an error reads. */
#include <gpusim/status.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *text;
} statuses[] = {
#define GS_STATUS_ENTRY(name, text) {"GPUSIM_" #name, text},
    GPUSIM_STATUS_LIST(GS_STATUS_ENTRY)
#undef GS_STATUS_ENTRY
};

#define GS_STATUS_COUNT (sizeof statuses / sizeof statuses[0])

const char *gpusim_status_name(gpusim_status status)
{
    return (unsigned)status < GS_STATUS_COUNT ? statuses[status].name : "GPUSIM_UNKNOWN";
}

const char *gpusim_status_text(gpusim_status status)
{
    return (unsigned)status < GS_STATUS_COUNT ? statuses[status].text : "unknown status";
}

// vsnprintf that shows where it had to cut
static void print_cut(char *buffer, size_t size, const char *format, va_list arguments)
{
    int length = vsnprintf(buffer, size, format, arguments);
    if (length >= (int)size) {
        memcpy(buffer + size - 4, "...", 4);
    }
}

gpusim_status gpusim_fail(gpusim_error *err, gpusim_status status, const char *format, ...)
{
    if (err) {
        // into a buffer of our own first: an argument may be a string of *err itself
        char message[sizeof err->message];
        va_list arguments;
        va_start(arguments, format);
        print_cut(message, sizeof message, format, arguments);
        va_end(arguments);
        memset(err, 0, sizeof *err);
        err->status = (int32_t)status;
        memcpy(err->message, message, strlen(message) + 1);
    }
    return status;
}

void gpusim_error_hint(gpusim_error *err, const char *format, ...)
{
    if (err) {
        va_list arguments;
        va_start(arguments, format);
        print_cut(err->hint, sizeof err->hint, format, arguments);
        va_end(arguments);
    }
}

// appends to buffer[size] at *length, which goes on counting past the end like snprintf's result
static void append(char *buffer, int size, int *length, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int room = *length < size ? size - *length : 0;
    int more = vsnprintf(room ? buffer + *length : NULL, (size_t)room, format, arguments);
    va_end(arguments);
    *length += more > 0 ? more : 0;
}

int gpusim_error_format(const gpusim_error *err, char *buffer, int size)
{
    int length = 0;
    if (err->file[0] && err->line > 0 && err->column > 0) {
        append(buffer, size, &length, "%s:%d:%d: ", err->file, err->line, err->column);
    } else if (err->file[0] && err->line > 0) {
        append(buffer, size, &length, "%s:%d: ", err->file, err->line);
    } else if (err->file[0]) {
        append(buffer, size, &length, "%s: ", err->file);
    }
    append(buffer, size, &length, "error: %s", err->message);

    // the offending line, and a caret under the place; tabs are kept so that they line up, and a
    // character of several bytes takes one column
    if (err->source[0]) {
        append(buffer, size, &length, "\n    %s", err->source);
        int cut = (int)strlen(err->source);
        int caret = err->caret > 0 ? err->caret : err->column;
        if (caret > 0 && caret <= cut + 1) {
            append(buffer, size, &length, "\n    ");
            for (int i = 0; i < caret - 1; i++) {
                if (((unsigned char)err->source[i] & 0xC0) != 0x80) {
                    append(buffer, size, &length, "%c", err->source[i] == '\t' ? '\t' : ' ');
                }
            }
            append(buffer, size, &length, "^");
        }
    }
    if (err->key[0]) {
        append(buffer, size, &length, "\n    in: %s", err->key);
    }
    if (err->hint[0]) {
        append(buffer, size, &length, "\n    hint: %s", err->hint);
    }
    return length;
}
