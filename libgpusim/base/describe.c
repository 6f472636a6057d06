/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is to say about a field table, as text: for `gpusim list -v` and the reference. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/field.h"
#include "base/unit.h"

#define DEEPEST 32

typedef struct describer {
    gpusim_write write;
    void *to;
    const gpusim_record *open[DEEPEST]; // tables within each other; one that contains itself stops
    uint32_t depth;
    char path[256];
} describer;

static void say(describer *d, const char *format, ...) GPUSIM_PRINTF(2, 3);
static void say(describer *d, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0) {
        size_t kept = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
        d->write(d->to, text, kept);
    }
}

static const char *type_text(const gpusim_field *field)
{
    switch (field->type) {
    case GPUSIM_BOOL:
        return "true or false";
    case GPUSIM_INT32:
    case GPUSIM_UINT32:
    case GPUSIM_INT64:
    case GPUSIM_UINT64:
        return gs_unit_is_bare(field->unit) ? "whole number" : "quantity";
    case GPUSIM_FLOAT32:
    case GPUSIM_FLOAT64:
        return gs_unit_is_bare(field->unit) ? "number" : "quantity";
    case GPUSIM_TIME:
        return "time";
    case GPUSIM_ENUM:
        return "choice";
    case GPUSIM_NAME:
    case GPUSIM_STRING:
        return "text";
    case GPUSIM_RECORD:
        return "map";
    case GPUSIM_LIST:
        return "list";
    case GPUSIM_MAP:
        return "map by name";
    case GPUSIM_ONE_OF:
        return field->flags & GPUSIM_EITHER ? "quantity or map" : "one of";
    }
    return "";
}

static void say_choices(describer *d, const gpusim_choice *choices)
{
    for (const gpusim_choice *c = choices; c && c->name; c++) {
        say(d, "%s%s", c == choices ? ": " : " | ", c->name);
    }
}

static void say_range(describer *d, const gpusim_field *field)
{
    char low[64], high[64];
    int counts = field->type == GPUSIM_LIST || field->type == GPUSIM_MAP;
    gpusim_unit unit = counts ? GPUSIM_UNIT_NONE : field->unit;
    if (field->type == GPUSIM_TIME) {
        unit = GPUSIM_UNIT_SECOND;
    }
    gpusim_quantity_format(field->minimum, unit, 1, low, sizeof low);
    gpusim_quantity_format(field->maximum, unit, 1, high, sizeof high);
    const char *open = field->flags & GPUSIM_EXCLUSIVE ? "more than " : "at least ";
    if (field->maximum > 1e300) {
        say(d, ", %s%s", open, low);
    } else if (field->flags & GPUSIM_EXCLUSIVE) {
        say(d, ", more than %s, at most %s", low, high);
    } else {
        say(d, ", %s .. %s", low, high);
    }
    if (counts) {
        say(d, " entries");
    } else if (field->type == GPUSIM_STRING) {
        say(d, " bytes");
    }
}

static void describe_fields(describer *d, const gpusim_record *record);

static void describe_field(describer *d, const gpusim_field *field)
{
    const gpusim_choice *choices =
        field->type == GPUSIM_ENUM || (field->flags & GPUSIM_WORD) ? field->detail.choices : NULL;
    say(d, "%s: %s", d->path, type_text(field));
    say_choices(d, choices);
    if (field->type != GPUSIM_TIME && gpusim_unit_symbol(field->unit)[0]) {
        say(d, " in %s", gpusim_unit_symbol(field->unit));
    }
    if (field->flags & GPUSIM_REQUIRED) {
        say(d, ", required");
    }
    if (field->fallback) {
        say(d, ", default %s", field->fallback);
    } else if (field->flags & GPUSIM_OPTIONAL) {
        say(d, ", optional");
    }
    if (gs_field_has_range(field)) {
        say_range(d, field);
    }
    say(d, "\n");
    if (field->doc && field->doc[0]) {
        d->write(d->to, "    ", 4);
        d->write(d->to, field->doc, strlen(field->doc));
        d->write(d->to, "\n", 1);
    }

    // what stands within it, under its own path
    size_t length = strlen(d->path);
    const gpusim_field *element = field->detail.element;
    if (field->type == GPUSIM_ONE_OF && (field->flags & GPUSIM_EITHER)) {
        describe_fields(d, field->detail.record->fields[1].detail.record);
    } else if (field->type == GPUSIM_RECORD || field->type == GPUSIM_ONE_OF) {
        describe_fields(d, field->detail.record);
    } else if ((field->type == GPUSIM_LIST || field->type == GPUSIM_MAP) && element) {
        snprintf(d->path + length, sizeof d->path - length, "%s",
                 field->type == GPUSIM_LIST ? "[]" : ".*");
        if (element->type == GPUSIM_RECORD || element->type == GPUSIM_ONE_OF) {
            describe_fields(d, element->detail.record);
        } else {
            describe_field(d, element);
        }
    }
    d->path[length] = '\0';
}

static void describe_fields(describer *d, const gpusim_record *record)
{
    for (uint32_t i = 0; i < d->depth; i++) {
        if (d->open[i] == record) {
            return;
        }
    }
    if (!record || d->depth == DEEPEST) {
        return;
    }
    d->open[d->depth++] = record;
    size_t length = strlen(d->path);
    for (uint32_t i = 0; i < record->count; i++) {
        snprintf(d->path + length, sizeof d->path - length, "%s%s", length ? "." : "",
                 record->fields[i].name);
        describe_field(d, &record->fields[i]);
        d->path[length] = '\0';
    }
    d->depth--;
}

void gpusim_record_describe(const gpusim_record *record, gpusim_write write, void *to)
{
    describer d = {.write = write, .to = to};
    describe_fields(&d, record);
}
