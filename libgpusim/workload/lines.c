/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text file line by line: bytes from a file or memory, through zlib where they are gzip. */
#include "workload/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/memory.h"

#define GS_RAW_BYTES  65536u
#define GS_TEXT_BYTES 131072u

struct gs_lines {
    const char *name;
    gs_hasher *hasher;

    // bytes as they are stored
    int file; // -1: in memory
    const unsigned char *memory;
    size_t memory_left;
    const unsigned char *raw;
    size_t raw_left;
    int raw_end;
    unsigned char raw_buffer[GS_RAW_BYTES];

    // decompression; begun 0: not yet known what the file is
    int begun, gzip, member; // member 1: within a gzip member
    z_stream stream;

    // text: [from, to) of buffer is not handed out yet
    char *buffer;
    size_t size, from, to;
    int text_end;
    const char *line;
    size_t line_length;
    uint32_t number;
};

static gpusim_status fail_io(const gs_lines *lines, gpusim_error *err, const char *what, int code)
{
    char text[128] = "";
    (void)strerror_r(code, text, sizeof text);
    return gpusim_fail(err, GPUSIM_IO, "cannot %s '%s': %s", what, lines->name, text);
}

static void *take(void *unused, unsigned count, unsigned size)
{
    (void)unused;
    return gs_resize(NULL, (size_t)count * size);
}

static void give(void *unused, void *memory)
{
    (void)unused;
    gs_release(&memory);
}

static gpusim_status begin(const char *name, gs_hasher *hasher, gs_lines **lines, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_allocate(lines, 1, sizeof **lines, err));
    (*lines)->name = name;
    (*lines)->hasher = hasher;
    (*lines)->file = -1;
    (*lines)->size = GS_TEXT_BYTES;
    (*lines)->stream.zalloc = take;
    (*lines)->stream.zfree = give;
    GPUSIM_TRY(gs_allocate(&(*lines)->buffer, (*lines)->size, 1, err));
cleanup:
    return status;
}

gpusim_status gs_lines_open(const char *path, gs_hasher *hasher, gs_lines **lines,
                            gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(begin(path, hasher, lines, err));
    (*lines)->file = open(path, O_RDONLY | O_CLOEXEC);
    if ((*lines)->file < 0) {
        status = fail_io(*lines, err, "open", errno);
    }
cleanup:
    if (status != GPUSIM_OK) {
        gs_lines_close(*lines);
        *lines = NULL;
    }
    return status;
}

gpusim_status gs_lines_over(const char *name, const void *bytes, size_t size, gs_hasher *hasher,
                            gs_lines **lines, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(begin(name, hasher, lines, err));
    (*lines)->memory = bytes;
    (*lines)->memory_left = size;
cleanup:
    if (status != GPUSIM_OK) {
        gs_lines_close(*lines);
        *lines = NULL;
    }
    return status;
}

void gs_lines_close(gs_lines *lines)
{
    if (lines) {
        if (lines->file >= 0) {
            (void)close(lines->file); // only read from
        }
        if (lines->gzip) {
            (void)inflateEnd(&lines->stream);
        }
        gs_release(&lines->buffer);
        gs_release(&lines);
    }
}

// the next stored bytes into raw; raw_end when there are none
static gpusim_status fill_raw(gs_lines *lines, gpusim_error *err)
{
    if (lines->raw_left || lines->raw_end) {
        return GPUSIM_OK;
    }
    if (lines->file < 0) {
        lines->raw = lines->memory;
        lines->raw_left = lines->memory_left < GS_RAW_BYTES ? lines->memory_left : GS_RAW_BYTES;
        lines->memory_left -= lines->raw_left;
        lines->memory = lines->raw_left ? lines->memory + lines->raw_left : lines->memory;
    } else {
        ssize_t got;
        do {
            got = read(lines->file, lines->raw_buffer, GS_RAW_BYTES);
        } while (got < 0 && errno == EINTR);
        if (got < 0) {
            return fail_io(lines, err, "read", errno);
        }
        lines->raw = lines->raw_buffer;
        lines->raw_left = (size_t)got;
    }
    lines->raw_end = lines->raw_left == 0;
    if (lines->hasher) {
        gs_hasher_add(lines->hasher, lines->raw, lines->raw_left);
    }
    return GPUSIM_OK;
}

static gpusim_status fail_gzip(gs_lines *lines, gpusim_error *err, const char *what)
{
    gpusim_status status = gpusim_fail(err, GPUSIM_WORKLOAD, "the compressed data %s after line %u",
                                       what, (unsigned)lines->number);
    if (err) {
        snprintf(err->file, sizeof err->file, "%s", lines->name);
    }
    return status;
}

// decompresses into buffer from `to` on; a file may be several members one after the other
static gpusim_status fill_gzip(gs_lines *lines, gpusim_error *err)
{
    gpusim_status status;
    size_t before = lines->to;
    while (lines->to == before) {
        GPUSIM_TRY(fill_raw(lines, err));
        if (lines->raw_end) {
            if (lines->member) {
                return fail_gzip(lines, err, "ends too early,");
            }
            lines->text_end = 1;
            return GPUSIM_OK;
        }
        if (!lines->member) {
            if (inflateReset(&lines->stream) != Z_OK) {
                return gpusim_fail(err, GPUSIM_INTERNAL, "zlib could not be reset");
            }
            lines->member = 1;
        }
        lines->stream.next_in = (unsigned char *)(uintptr_t)lines->raw;
        lines->stream.avail_in = (unsigned)lines->raw_left;
        lines->stream.next_out = (unsigned char *)lines->buffer + lines->to;
        lines->stream.avail_out = (unsigned)(lines->size - 1 - lines->to);
        int code = inflate(&lines->stream, Z_NO_FLUSH);
        lines->raw = lines->stream.next_in;
        lines->raw_left = lines->stream.avail_in;
        lines->to = lines->size - 1 - lines->stream.avail_out;
        if (code == Z_STREAM_END) {
            lines->member = 0;
        } else if (code == Z_MEM_ERROR) {
            return gpusim_fail(err, GPUSIM_MEMORY, "no memory to decompress '%s'", lines->name);
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            return fail_gzip(lines, err, "is damaged");
        }
    }
cleanup:
    return status;
}

static gpusim_status fill_plain(gs_lines *lines, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(fill_raw(lines, err));
    size_t room = lines->size - 1 - lines->to;
    size_t count = lines->raw_left < room ? lines->raw_left : room;
    if (count) {
        memcpy(lines->buffer + lines->to, lines->raw, count);
        lines->raw += count;
        lines->raw_left -= count;
        lines->to += count;
    }
    lines->text_end = lines->raw_end;
cleanup:
    return status;
}

// more text behind what is still in the buffer, which moves to its front and grows when it is full
static gpusim_status fill(gs_lines *lines, gpusim_error *err)
{
    gpusim_status status;
    if (!lines->begun) {
        // gzip begins with 1f 8b; what is shorter than that is text
        GPUSIM_TRY(fill_raw(lines, err));
        lines->begun = 1;
        if (lines->raw_left >= 2 && lines->raw[0] == 0x1f && lines->raw[1] == 0x8b) {
            if (inflateInit2(&lines->stream, 15 + 16) != Z_OK) {
                return gpusim_fail(err, GPUSIM_MEMORY, "no memory to decompress '%s'", lines->name);
            }
            lines->gzip = 1;
        }
    }
    if (lines->from) {
        memmove(lines->buffer, lines->buffer + lines->from, lines->to - lines->from);
        lines->to -= lines->from;
        lines->from = 0;
    }
    if (lines->to + 1 == lines->size) {
        if (lines->size >= GS_LINE_LIMIT) {
            lines->number++;
            lines->line = "";
            lines->line_length = 0;
            return gs_lines_fail(lines, NULL, err, "the line is longer than %u MiB",
                                 GS_LINE_LIMIT >> 20);
        }
        char *larger = gs_resize(lines->buffer, lines->size * 2);
        if (!larger) {
            return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a line of %zu bytes",
                               lines->size * 2);
        }
        lines->buffer = larger;
        lines->size *= 2;
    }
    status = lines->gzip ? fill_gzip(lines, err) : fill_plain(lines, err);
cleanup:
    return status;
}

gpusim_status gs_lines_next(gs_lines *lines, const char **text, size_t *length, int *more,
                            gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    size_t searched = 0;
    for (;;) {
        // look for the end of the line in what was not searched yet
        char *start = lines->buffer + lines->from;
        size_t held = lines->to - lines->from;
        char *end = memchr(start + searched, '\n', held - searched);
        if (!end && !lines->text_end) {
            searched = held;
            GPUSIM_TRY(fill(lines, err));
            continue;
        }
        if (!end && held == 0) {
            *more = 0;
            return GPUSIM_OK;
        }

        // the last line may lack its end
        size_t size = end ? (size_t)(end - start) : held;
        lines->from += end ? size + 1 : size;
        if (size && start[size - 1] == '\r') {
            size--;
        }
        start[size] = '\0';
        lines->line = start;
        lines->line_length = size;
        lines->number++;
        *text = start;
        *length = size;
        *more = 1;
        return GPUSIM_OK;
    }
cleanup:
    return status;
}

uint32_t gs_lines_number(const gs_lines *lines)
{
    return lines->number;
}

// what could steer a terminal is not shown
static char shown(char c)
{
    unsigned char byte = (unsigned char)c;
    return (byte >= ' ' && byte != 0x7f) || byte == '\t' ? c : '?';
}

gpusim_status gs_lines_fail(const gs_lines *lines, const char *at, gpusim_error *err,
                            const char *format, ...)
{
    if (!err) {
        return GPUSIM_WORKLOAD;
    }
    char message[sizeof err->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    for (char *c = message; *c; c++) {
        *c = shown(*c);
    }
    gpusim_fail(err, GPUSIM_WORKLOAD, "%s", message);
    snprintf(err->file, sizeof err->file, "%s", lines->name);
    err->line = (int32_t)lines->number;
    err->column = at ? (int32_t)(at - lines->line) + 1 : 0;

    // the line itself, cut to what fits
    size_t room = sizeof err->source - 1;
    size_t count = lines->line_length < room ? lines->line_length : room;
    for (size_t i = 0; i < count; i++) {
        err->source[i] = shown(lines->line[i]);
    }
    if (lines->line_length > room) {
        memcpy(err->source + room - 3, "...", 3);
    }
    return GPUSIM_WORKLOAD;
}
