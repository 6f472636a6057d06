/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bound struct back to YAML: canonical, every default spelled out, in the order of the tables. */
#include <stdio.h>
#include <string.h>

#include "base/field.h"
#include "base/number.h"
#include "base/unit.h"
#include "scenario/scalar.h"
#include "scenario/spec.h"

typedef struct writer {
    gs_array text; // char
    uint32_t indent;
    int dash; // the next line begins an item of a list
    gpusim_error *err;
} writer;

static gpusim_status write_value(writer *w, const gpusim_field *field, const void *value);

static gpusim_status put(writer *w, const char *text, size_t length)
{
    if (length > UINT32_MAX / 2 - w->text.count) {
        return gpusim_fail(w->err, GPUSIM_MEMORY, "the effective scenario is too large");
    }
    uint32_t at = w->text.count;
    gpusim_status status = gs_array_resize(&w->text, at + (uint32_t)length, w->err);
    if (status == GPUSIM_OK && length) {
        memcpy((char *)w->text.data + at, text, length);
    }
    return status;
}

static gpusim_status put_text(writer *w, const char *text)
{
    return put(w, text, strlen(text));
}

static gpusim_status put_indent(writer *w)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t spaces = w->dash ? w->indent - 2 : w->indent;
    for (uint32_t i = 0; i < spaces && status == GPUSIM_OK; i++) {
        status = put(w, " ", 1);
    }
    if (w->dash && status == GPUSIM_OK) {
        status = put(w, "- ", 2);
    }
    w->dash = 0;
    return status;
}

// ---- single values ----

static int is_plain(const char *text)
{
    static const char *const words[] = {"null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            return 0;
        }
    }
    for (const char *at = text; *at; at++) {
        int letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_' ||
                     (*at >= '0' && *at <= '9');
        if (!letter && (at == text || (*at != '-' && *at != '.' && *at != '/'))) {
            return *at == '/' && at == text ? 1 : 0;
        }
    }
    return text[0] != '\0';
}

// bytes of a character that YAML would fold or refuse if it stood there itself, written as an
// escape; 0: it may stand. The text is UTF-8.
static size_t escape_character(const char *text, char escape[8])
{
    unsigned first = (unsigned char)text[0];
    if (first == '"' || first == '\\') {
        snprintf(escape, 8, "\\%c", (int)first);
        return 1;
    }
    if (first < 0x20 || first == 0x7F) {
        snprintf(escape, 8, "\\x%02x", first);
        return 1;
    }
    unsigned second = first >= 0xC2 ? (unsigned char)text[1] : 0;
    if (first == 0xC2 && second < 0xA0) {
        snprintf(escape, 8, "\\x%02x", second);
        return 2;
    }
    if (first == 0xE2 || first == 0xEF) {
        unsigned third = second ? (unsigned char)text[2] : 0;
        unsigned code = (first & 0x0F) << 12 | (second & 0x3F) << 6 | (third & 0x3F);
        if (code == 0x2028 || code == 0x2029 || code == 0xFEFF || code >= 0xFFFE) {
            snprintf(escape, 8, "\\u%04x", code);
            return 3;
        }
    }
    return 0;
}

// a word that YAML reads as itself, else in double quotes
static gpusim_status put_string(writer *w, const char *text)
{
    gpusim_status status;
    if (is_plain(text)) {
        return put_text(w, text);
    }
    GPUSIM_TRY(put(w, "\"", 1));
    for (const char *at = text; *at;) {
        char escape[8];
        size_t length = escape_character(at, escape);
        if (length) {
            GPUSIM_TRY(put_text(w, escape));
        } else {
            length = 1;
            GPUSIM_TRY(put(w, at, 1));
        }
        at += length;
    }
    GPUSIM_TRY(put(w, "\"", 1));
cleanup:
    return status;
}

// a whole number in the unit that makes it shortest and stays exact
static void print_integer(uint64_t magnitude, int negative, gpusim_unit unit, char buffer[64])
{
    uint32_t count;
    const gs_unit_word *words = gs_unit_words(&count);
    const char *sign = negative ? "-" : "";
    snprintf(buffer, 64, "%s%llu%s%s", sign, (unsigned long long)magnitude,
             gs_unit_is_bare(unit) ? "" : " ",
             gs_unit_is_bare(unit) ? "" : gpusim_unit_symbol(unit));
    for (uint32_t i = 0; i < count && !gs_unit_is_bare(unit); i++) {
        const gs_unit_word *word = &words[i];
        if (word->unit != unit || !word->printed || word->divisor != 1 || word->exponent < 0) {
            continue;
        }
        uint64_t scale = word->factor;
        for (int k = 0; k < word->exponent; k++) {
            scale *= 10;
        }
        char text[64];
        if (magnitude % scale == 0 && magnitude) {
            snprintf(text, sizeof text, "%s%llu%s%s", sign, (unsigned long long)(magnitude / scale),
                     word->text[0] == '/' ? "" : " ", word->text);
            if (strlen(text) < strlen(buffer)) {
                memcpy(buffer, text, sizeof text);
            }
        }
    }
}

static void print_scalar(const gpusim_field *field, const void *value, char buffer[64])
{
    int64_t number = 0;
    switch (field->type) {
    case GPUSIM_BOOL:
        snprintf(buffer, 64, "%s", *(const uint8_t *)value ? "true" : "false");
        return;
    case GPUSIM_FLOAT32:
        gpusim_quantity_format((double)*(const float *)value, field->unit, 1, buffer, 64);
        return;
    case GPUSIM_FLOAT64:
        gpusim_quantity_format(*(const double *)value, field->unit, 1, buffer, 64);
        return;
    case GPUSIM_TIME:
        gpusim_time_format(*(const gpusim_time *)value, buffer, 64);
        return;
    case GPUSIM_UINT32:
        print_integer(*(const uint32_t *)value, 0, field->unit, buffer);
        return;
    case GPUSIM_UINT64:
        print_integer(*(const uint64_t *)value, 0, field->unit, buffer);
        return;
    case GPUSIM_INT32:
        number = *(const int32_t *)value;
        break;
    default:
        number = *(const int64_t *)value;
        break;
    }
    print_integer(number < 0 ? 0 - (uint64_t)number : (uint64_t)number, number < 0, field->unit,
                  buffer);
}

// the name of an enum's value, or of the word that stands for a number; NULL: none
static const char *word_of(const gpusim_field *field, const void *value)
{
    const gpusim_choice *choice = NULL;
    if (field->type == GPUSIM_ENUM) {
        choice = gs_choice_of(field->detail.choices, *(const int32_t *)value);
    } else if (field->flags & GPUSIM_WORD) {
        for (const gpusim_choice *c = field->detail.choices; c && c->name && !choice; c++) {
            int same = field->type == GPUSIM_FLOAT64   ? *(const double *)value == c->value
                       : field->type == GPUSIM_FLOAT32 ? *(const float *)value == (float)c->value
                       : gs_field_size(field) == 4     ? *(const int32_t *)value == c->value
                                                       : *(const int64_t *)value == c->value;
            choice = same ? c : NULL;
        }
    }
    return choice ? choice->name : NULL;
}

static gpusim_status put_scalar(writer *w, const gpusim_field *field, const void *value)
{
    const char *word = word_of(field, value);
    if (word) {
        return put_string(w, word);
    }
    if (field->type == GPUSIM_STRING) {
        return put_string(w, *(const char *const *)value);
    }
    char buffer[64];
    print_scalar(field, value, buffer);
    return put_text(w, buffer);
}

// ---- everything else ----

// 1 when there is nothing to be written: the key stays away
static int is_silent(const gpusim_field *field, const void *value)
{
    if (field->flags & GPUSIM_OPTIONAL) {
        return gs_field_is_absent(field, value) && !field->fallback;
    }
    // a map in which nothing is given is what its absence means
    if (field->type == GPUSIM_RECORD && !(field->flags & GPUSIM_REQUIRED)) {
        const gpusim_record *record = field->detail.record;
        int silent = record != NULL;
        for (uint32_t i = 0; silent && i < record->count; i++) {
            const gpusim_field *inner = &record->fields[i];
            silent = is_silent(inner, (const char *)value + inner->offset);
        }
        return silent;
    }
    return (field->type == GPUSIM_STRING && *(const char *const *)value == NULL) ||
           (field->type == GPUSIM_ONE_OF && ((const gpusim_one_of *)value)->value == NULL) ||
           (field->type == GPUSIM_ENUM && !word_of(field, value));
}

static gpusim_status write_entry(writer *w, const char *key, const gpusim_field *field,
                                 const void *value)
{
    gpusim_status status;
    GPUSIM_TRY(put_indent(w));
    GPUSIM_TRY(put_string(w, key));
    GPUSIM_TRY(put(w, ":", 1));
    if ((field->flags & GPUSIM_OPTIONAL) && gs_field_is_absent(field, value)) {
        GPUSIM_TRY(put_text(w, " null\n"));
    } else {
        GPUSIM_TRY(write_value(w, field, value));
    }
cleanup:
    return status;
}

// lines of a record, or 0 lines
static gpusim_status write_fields(writer *w, const gpusim_record *record, const void *values)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; record && i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        const void *value = (const char *)values + field->offset;
        if (!is_silent(field, value)) {
            GPUSIM_TRY(write_entry(w, field->name, field, value));
        }
    }
cleanup:
    return status;
}

static gpusim_status write_entries(writer *w, const gpusim_field *field, const void *value)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_list *list = value;
    const gpusim_field *element = field->detail.element;
    size_t size = gs_entry_size(element);
    for (uint32_t i = 0; i < list->count; i++) {
        const char *entry = (const char *)list->items + i * size;
        const char *key = NULL;
        memcpy(&key, entry, sizeof key);
        GPUSIM_TRY(write_entry(w, key, element, entry + element->offset));
    }
cleanup:
    return status;
}

static const gpusim_field *plain_alternative(const gpusim_field *field, const void *value)
{
    const gpusim_one_of *chosen = value;
    const gpusim_field *first = &field->detail.record->fields[0];
    int plain = (field->flags & GPUSIM_PLAIN) && chosen->which == 0 &&
                (gs_is_scalar(first->type) || first->type == GPUSIM_LIST);
    return plain ? first : NULL;
}

static gpusim_status write_alternative(writer *w, const gpusim_field *field, const void *value)
{
    gpusim_status status;
    const gpusim_one_of *chosen = value;
    const gpusim_field *alternative = &field->detail.record->fields[chosen->which];
    if (field->flags & GPUSIM_EITHER) {
        return write_fields(w, alternative->detail.record, chosen->value);
    }
    if (!(field->flags & GPUSIM_TAGGED)) {
        return write_entry(w, alternative->name, alternative, chosen->value);
    }
    GPUSIM_TRY(put_indent(w));
    GPUSIM_TRY(put_string(w, field->tag));
    GPUSIM_TRY(put_text(w, ": "));
    GPUSIM_TRY(put_string(w, alternative->name));
    GPUSIM_TRY(put(w, "\n", 1));
    if (alternative->type == GPUSIM_RECORD) {
        GPUSIM_TRY(write_fields(w, alternative->detail.record, chosen->value));
    }
cleanup:
    return status;
}

static gpusim_status write_items(writer *w, const gpusim_field *element, const gpusim_list *list)
{
    gpusim_status status = GPUSIM_OK;
    size_t size = gs_field_size(element);
    for (uint32_t i = 0; i < list->count; i++) {
        const void *item = (const char *)list->items + i * size;
        const void *inner = item;
        const gpusim_field *plain =
            element->type == GPUSIM_ONE_OF ? plain_alternative(element, item) : NULL;
        const gpusim_field *kind = plain ? plain : element;
        if (plain) {
            inner = ((const gpusim_one_of *)item)->value;
        }
        w->dash = 1;
        if ((element->flags & GPUSIM_OPTIONAL) && gs_field_is_absent(element, item)) {
            GPUSIM_TRY(put_indent(w));
            GPUSIM_TRY(put_text(w, "null\n"));
            continue;
        }
        if (gs_is_scalar(kind->type)) {
            GPUSIM_TRY(put_indent(w));
            GPUSIM_TRY(put_scalar(w, kind, inner));
            GPUSIM_TRY(put(w, "\n", 1));
            continue;
        }
        // the first line of what is inside carries the dash; without one, it is an empty map
        uint32_t before = w->text.count;
        if (kind->type == GPUSIM_RECORD) {
            GPUSIM_TRY(write_fields(w, kind->detail.record, inner));
        } else if (kind->type == GPUSIM_MAP) {
            GPUSIM_TRY(write_entries(w, kind, inner));
        } else if (kind->type == GPUSIM_ONE_OF) {
            GPUSIM_TRY(write_alternative(w, kind, inner));
        } else {
            // a list within a list begins on a line of its own
            GPUSIM_TRY(put_indent(w));
            w->text.count--;
            w->indent -= 2;
            status = write_value(w, kind, inner);
            w->indent += 2;
            GPUSIM_TRY(status);
        }
        if (w->text.count == before) {
            GPUSIM_TRY(put_indent(w));
            GPUSIM_TRY(put_text(w, "{}\n"));
        }
    }
cleanup:
    w->dash = 0;
    return status;
}

// what follows "key:"
static gpusim_status write_value(writer *w, const gpusim_field *field, const void *value)
{
    gpusim_status status;
    if (field->type == GPUSIM_ONE_OF && plain_alternative(field, value)) {
        return write_value(w, plain_alternative(field, value),
                           ((const gpusim_one_of *)value)->value);
    }
    if (gs_is_scalar(field->type)) {
        GPUSIM_TRY(put(w, " ", 1));
        GPUSIM_TRY(put_scalar(w, field, value));
        return put(w, "\n", 1);
    }
    GPUSIM_TRY(put(w, "\n", 1));
    uint32_t before = w->text.count;
    w->indent += 2;
    switch (field->type) {
    case GPUSIM_RECORD:
        status = write_fields(w, field->detail.record, value);
        break;
    case GPUSIM_LIST:
        w->indent += 2;
        status = write_items(w, field->detail.element, value);
        w->indent -= 2;
        break;
    case GPUSIM_MAP:
        status = write_entries(w, field, value);
        break;
    default:
        status = write_alternative(w, field, value);
        break;
    }
    w->indent -= 2;
    if (status == GPUSIM_OK && w->text.count == before) {
        w->text.count--;
        status = put_text(w, field->type == GPUSIM_LIST ? " []\n" : " {}\n");
    }
cleanup:
    return status;
}

gpusim_status gs_effective_write(const gpusim_record *record, const void *values, char **text,
                                 size_t *length, gpusim_error *err)
{
    gpusim_status status;
    writer w = {.text = GS_ARRAY(char), .err = err};
    GPUSIM_TRY(write_fields(&w, record, values));
    GPUSIM_TRY(put(&w, "", 1));
    *text = w.text.data;
    *length = w.text.count - 1;
    return GPUSIM_OK;
cleanup:
    gs_array_release(&w.text);
    return status;
}
