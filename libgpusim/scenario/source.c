/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that a tree was read from: where their lines begin, and how a message shows one. */
#include <string.h>

#include "scenario/yaml.h"

// bytes of the line break at text[0], as YAML 1.1 knows them; 0: none
static size_t break_length(const char *text, size_t left)
{
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] == '\r') {
        return left > 1 && at[1] == '\n' ? 2 : 1;
    }
    if (at[0] == '\n') {
        return 1;
    }
    if (left > 1 && at[0] == 0xC2 && at[1] == 0x85) {
        return 2;
    }
    return left > 2 && at[0] == 0xE2 && at[1] == 0x80 && (at[2] == 0xA8 || at[2] == 0xA9) ? 3 : 0;
}

static size_t character_length(unsigned char first)
{
    return first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
}

gpusim_status gs_yaml_add_source(gs_yaml *yaml, const char *name, const char *text, size_t length,
                                 uint32_t *source, gpusim_error *err)
{
    gpusim_status status;
    gs_yaml_source new = {.length = length, .lines = GS_ARRAY(uint32_t)};
    new.name = gs_arena_text(&yaml->arena, name, strlen(name));
    new.text = gs_arena_text(&yaml->arena, text, length);
    if (!new.name || !new.text) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a text of %zu bytes", length);
    }
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        new.begin = 3;
    }

    uint32_t place = (uint32_t) new.begin;
    GPUSIM_TRY(gs_array_push(&new.lines, &place, err));
    for (size_t at = new.begin; at < length;) {
        size_t skip = break_length(new.text + at, length - at);
        at += skip ? skip : 1;
        if (skip) {
            place = (uint32_t)at;
            GPUSIM_TRY(gs_array_push(&new.lines, &place, err));
        }
    }
    *source = yaml->sources.count;
    status = gs_array_push(&yaml->sources, &new, err);

cleanup:
    if (status != GPUSIM_OK) {
        gs_array_release(&new.lines);
    }
    return status;
}

int gs_yaml_column(const gs_yaml_source *source, size_t start, size_t line, size_t column,
                   gs_yaml_cursor *cursor)
{
    if (line >= source->lines.count) {
        return 1;
    }
    size_t begin = GS_AT(source->lines, uint32_t, line);

    // go on from the last place asked for when it is before this one on the same line
    size_t first = begin < start ? start : begin;
    if (cursor->line != line || cursor->column > column || cursor->byte < first) {
        *cursor = (gs_yaml_cursor){line, 0, first};
    }
    while (cursor->column < column && cursor->byte < source->length) {
        cursor->byte += character_length((unsigned char)source->text[cursor->byte]);
        cursor->column++;
    }
    return (int)(cursor->byte - begin) + 1;
}

// bytes of the character at text[0] if it is well-formed UTF-8, else 0
static size_t valid_length(const char *text, size_t left)
{
    size_t length = character_length((unsigned char)text[0]);
    unsigned first = (unsigned char)text[0];
    if ((first & 0xC0) == 0x80 || first == 0xC0 || first == 0xC1 || first > 0xF4 || length > left) {
        return 0;
    }

    // longer than need be, a surrogate, or beyond the last character
    unsigned second = length > 1 ? (unsigned char)text[1] : 0;
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

// the first byte at or after `at` that begins a character
static size_t boundary(const char *text, size_t at, size_t end)
{
    while (at < end && ((unsigned char)text[at] & 0xC0) == 0x80) {
        at++;
    }
    return at;
}

void gs_yaml_locate(const gs_yaml *yaml, uint32_t number, int line, int column, gpusim_error *err)
{
    const gs_yaml_source *source = &GS_AT(yaml->sources, gs_yaml_source, number);
    const char *text = source->text;
    size_t name = strlen(source->name);
    size_t kept = name < sizeof err->file ? name : sizeof err->file - 1;
    memcpy(err->file, source->name, kept);
    err->file[kept] = '\0';
    if (kept < name) {
        memcpy(err->file + kept - 3, "...", 3);
    }
    err->line = line;
    err->column = column;
    err->caret = 0;
    err->source[0] = '\0';
    if (line < 1 || (uint32_t)line > source->lines.count) {
        return;
    }

    // the line without its break
    size_t begin = GS_AT(source->lines, uint32_t, line - 1);
    size_t end = begin;
    while (end < source->length && !break_length(text + end, source->length - end)) {
        end++;
    }

    // a window of a long line, with the caret in its first half
    const size_t room = sizeof err->source - 1;
    size_t from = begin, to = end;
    size_t wanted = begin + (column > 0 ? (size_t)column - 1 : 0);
    if (end - begin > room) {
        if (wanted > begin + room / 2) {
            from = boundary(text, wanted - room / 2, end);
        }
        size_t left = room - (from > begin ? 3 : 0);
        if (end - from > left) {
            to = boundary(text, from + left - 3 - 4, end);
        }
    }
    char *at = err->source;
    if (from > begin) {
        memcpy(at, "...", 3);
        at += 3;
        err->caret = (int32_t)(wanted - from) + 4;
    }
    for (size_t i = from; i < to;) {
        // what no terminal can show becomes a question mark
        size_t length = valid_length(text + i, to - i);
        unsigned char byte = (unsigned char)text[i];
        if (length == 0 || (byte < 0x20 && byte != '\t') || byte == 0x7F) {
            *at++ = '?';
            i++;
            continue;
        }
        memcpy(at, text + i, length);
        at += length;
        i += length;
    }
    if (to < end) {
        memcpy(at, "...", 3);
        at += 3;
    }
    *at = '\0';
}
