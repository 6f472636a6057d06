/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single values: numbers with units, words, texts. */
#include "scenario/scalar.h"

#include <stdio.h>
#include <string.h>

#include "base/field.h"
#include "base/quantity.h"
#include "base/suggest.h"
#include "base/unit.h"

int gs_is_scalar(gpusim_field_type type)
{
    return type != GPUSIM_RECORD && type != GPUSIM_LIST && type != GPUSIM_MAP &&
           type != GPUSIM_ONE_OF;
}

static int is_integer(gpusim_field_type type)
{
    return type == GPUSIM_INT32 || type == GPUSIM_UINT32 || type == GPUSIM_INT64 ||
           type == GPUSIM_UINT64;
}

static gpusim_unit unit_of(const gpusim_field *field)
{
    return field->type == GPUSIM_TIME ? GPUSIM_UNIT_SECOND : field->unit;
}

// ---- words for people ----

static void join(const char *name, uint32_t *count, char *buffer, int size)
{
    size_t used = strlen(buffer), length = strlen(name);
    if (used + length + 8 < (size_t)size) {
        snprintf(buffer + used, (size_t)size - used, "%s%s", *count ? ", " : "", name);
    } else if (used + 6 < (size_t)size && (used < 3 || strcmp(buffer + used - 3, "...") != 0)) {
        snprintf(buffer + used, (size_t)size - used, ", ...");
    }
    ++*count;
}

uint32_t gs_join_choices(const gpusim_choice *choices, char *buffer, int size)
{
    uint32_t count = 0;
    buffer[0] = '\0';
    for (const gpusim_choice *c = choices; c && c->name; c++) {
        join(c->name, &count, buffer, size);
    }
    return count;
}

uint32_t gs_join_fields(const gpusim_record *record, const char *tag, char *buffer, int size)
{
    uint32_t count = 0;
    buffer[0] = '\0';
    if (tag) {
        join(tag, &count, buffer, size);
    }
    for (uint32_t i = 0; record && i < record->count; i++) {
        join(record->fields[i].name, &count, buffer, size);
    }
    return count;
}

// what the plain alternative wants, or the map
static void expected_either(const gpusim_record *record, char *buffer, int size)
{
    gs_expected(&record->fields[0], buffer, size);
    size_t used = strlen(buffer);
    snprintf(buffer + used, (size_t)size - used, ", or ");
    used = strlen(buffer);
    gs_expected(&record->fields[1], buffer + used, size - (int)used);
}

void gs_expected(const gpusim_field *field, char *buffer, int size)
{
    char names[160];
    gpusim_unit unit = unit_of(field);
    switch (field->type) {
    case GPUSIM_BOOL:
        snprintf(buffer, (size_t)size, "true or false");
        return;
    case GPUSIM_ENUM:
        gs_join_choices(field->detail.choices, names, sizeof names);
        snprintf(buffer, (size_t)size, "one of %s", names);
        return;
    case GPUSIM_NAME:
    case GPUSIM_STRING:
        snprintf(buffer, (size_t)size, "a text");
        return;
    case GPUSIM_RECORD:
        gs_join_fields(field->detail.record, NULL, names, sizeof names);
        snprintf(buffer, (size_t)size, "a map (keys: %s)", names);
        return;
    case GPUSIM_LIST:
        snprintf(buffer, (size_t)size, "a list");
        return;
    case GPUSIM_MAP:
        snprintf(buffer, (size_t)size, "a map");
        return;
    case GPUSIM_ONE_OF:
        if (field->flags & GPUSIM_TAGGED) {
            gs_join_fields(field->detail.record->fields[0].detail.record, field->tag, names,
                           sizeof names);
            snprintf(buffer, (size_t)size, "a map (keys: %s)", names);
            return;
        }
        if (field->flags & GPUSIM_EITHER) {
            expected_either(field->detail.record, buffer, size);
            return;
        }
        gs_join_fields(field->detail.record, NULL, names, sizeof names);
        snprintf(buffer, (size_t)size, "a map with one of %s", names);
        return;
    default:
        break;
    }
    const char *noun =
        is_integer(field->type) && unit == GPUSIM_UNIT_NONE ? "a whole number" : gs_unit_noun(unit);
    snprintf(buffer, (size_t)size, "%s such as '%s'", noun, gs_unit_example(unit));
    if (field->flags & GPUSIM_WORD) {
        size_t used = strlen(buffer);
        gs_join_choices(field->detail.choices, names, sizeof names);
        snprintf(buffer + used, (size_t)size - used, ", or %s", names);
    }
}

// ---- ranges ----

static void print_bound(double value, gpusim_unit unit, char *buffer, int size)
{
    gpusim_quantity_format(value, unit, 1, buffer, size);
}

static gpusim_status fail_range(const gpusim_field *field, gpusim_unit unit, const char *quoted,
                                gpusim_error *err)
{
    int counts = field->type == GPUSIM_STRING || !gs_is_scalar(field->type);
    const char *what = counts ? ": there must be" : " is not possible: it must be";
    char low[64], high[64];
    print_bound(field->minimum, unit, low, sizeof low);
    print_bound(field->maximum, unit, high, sizeof high);
    const char *least = field->flags & GPUSIM_EXCLUSIVE ? "more than" : "at least";
    if (field->maximum > 1e300) {
        return gpusim_fail(err, GPUSIM_SCENARIO, "%s%s %s %s", quoted, what, least, low);
    }
    if (field->minimum < -1e300) {
        return gpusim_fail(err, GPUSIM_SCENARIO, "%s%s at most %s", quoted, what, high);
    }
    return gpusim_fail(err, GPUSIM_SCENARIO, "%s%s %s %s and at most %s", quoted, what, least, low,
                       high);
}

static gpusim_status check_range(const gpusim_field *field, double value, const char *text,
                                 size_t length, gpusim_error *err)
{
    int low = field->flags & GPUSIM_EXCLUSIVE ? value > field->minimum : value >= field->minimum;
    if (!gs_field_has_range(field) || (low && value <= field->maximum)) {
        return GPUSIM_OK;
    }
    char quoted[72], shown[80];
    snprintf(shown, sizeof shown, "'%s'", gs_quote(text, length, quoted));
    gpusim_status status = fail_range(field, unit_of(field), shown, err);
    if (unit_of(field) == GPUSIM_UNIT_RATIO && field->maximum <= 1 && value >= 2 && value <= 100) {
        gpusim_error_hint(err, "write '%.10g %%' or '%.10g'", value, value / 100);
    }
    return status;
}

gpusim_status gs_check_length(const gpusim_field *field, uint64_t length, gpusim_error *err)
{
    double value = (double)length;
    if (!gs_field_has_range(field) || (value >= field->minimum && value <= field->maximum)) {
        return GPUSIM_OK;
    }
    char shown[80];
    snprintf(shown, sizeof shown, "found %llu %s", (unsigned long long)length,
             field->type == GPUSIM_STRING ? "bytes" : "entries");
    return fail_range(field, GPUSIM_UNIT_NONE, shown, err);
}

// ---- reading ----

static gpusim_status read_integer(const gpusim_field *field, const char *text, size_t length,
                                  void *out, gpusim_error *err)
{
    gs_quantity q;
    uint64_t magnitude = 0;
    char quoted[72], expected[200];
    gpusim_status status = gs_quantity_read(text, unit_of(field), &q, err);
    if (status != GPUSIM_OK) {
        if (err && !err->hint[0]) {
            gs_expected(field, expected, sizeof expected);
            gpusim_fail(err, status, "expected %s, found '%s'", expected,
                        gs_quote(text, length, quoted));
        }
        return status;
    }

    // counts must be whole as written; sizes are rounded to the byte
    gs_quote(text, length, quoted);
    gs_integer_fit fit = gs_quantity_integer(&q, 0, &magnitude);
    if (fit == GS_FIT_ROUNDED && gs_unit_is_bare(field->unit)) {
        gs_expected(field, expected, sizeof expected);
        return gpusim_fail(err, GPUSIM_SCENARIO, "expected %s, found '%s'", expected, quoted);
    }
    double value = q.negative ? -(double)magnitude : (double)magnitude;
    if (fit != GS_FIT_TOO_LARGE) {
        status = check_range(field, value, text, length, err);
        if (status != GPUSIM_OK) {
            return status;
        }
    }

    // what the type itself can hold; the largest value is kept for "absent"
    uint64_t limit = field->type == GPUSIM_INT32    ? (uint64_t)INT32_MAX
                     : field->type == GPUSIM_UINT32 ? UINT32_MAX
                     : field->type == GPUSIM_INT64  ? (uint64_t)INT64_MAX
                                                    : UINT64_MAX;
    int is_unsigned = field->type == GPUSIM_UINT32 || field->type == GPUSIM_UINT64;
    if (q.negative && magnitude && is_unsigned) {
        return gpusim_fail(err, GPUSIM_SCENARIO, "'%s' is not possible: it must not be negative",
                           quoted);
    }
    limit -= (field->flags & GPUSIM_OPTIONAL) != 0;
    if (fit == GS_FIT_TOO_LARGE || magnitude > limit) {
        return gpusim_fail(err, GPUSIM_SCENARIO, "'%s' is not possible: it must be at most %llu",
                           quoted, (unsigned long long)limit);
    }
    int64_t small = q.negative ? -(int64_t)magnitude : (int64_t)magnitude;
    if (field->type == GPUSIM_INT32) {
        *(int32_t *)out = (int32_t)small;
    } else if (field->type == GPUSIM_UINT32) {
        *(uint32_t *)out = (uint32_t)magnitude;
    } else if (field->type == GPUSIM_INT64) {
        *(int64_t *)out = small;
    } else {
        *(uint64_t *)out = magnitude;
    }
    return GPUSIM_OK;
}

static gpusim_status read_number(const gpusim_field *field, const char *text, size_t length,
                                 void *out, gpusim_error *err)
{
    double value = 0.0;
    gpusim_status status = gpusim_quantity_parse(text, field->unit, &value, err);
    if (status == GPUSIM_OK) {
        status = check_range(field, value, text, length, err);
    }
    if (status == GPUSIM_OK && field->type == GPUSIM_FLOAT32) {
        *(float *)out = (float)value;
    } else if (status == GPUSIM_OK) {
        *(double *)out = value;
    }
    return status;
}

static gpusim_status read_time(const gpusim_field *field, const char *text, size_t length,
                               void *out, gpusim_error *err)
{
    gpusim_time value = 0;
    gpusim_status status = gpusim_time_parse(text, &value, err);
    if (status == GPUSIM_OK) {
        status = check_range(field, gpusim_seconds(value), text, length, err);
    }
    if (status == GPUSIM_OK) {
        *(gpusim_time *)out = value;
    }
    return status;
}

static gpusim_status read_bool(const char *text, size_t length, void *out, gpusim_error *err)
{
    static const char *const words[2][6] = {
        {"false", "no", "off", "False", "No", "Off"},
        {"true", "yes", "on", "True", "Yes", "On"},
    };
    for (uint8_t value = 0; value < 2; value++) {
        for (int i = 0; i < 6; i++) {
            if (strcmp(text, words[value][i]) == 0) {
                *(uint8_t *)out = value;
                return GPUSIM_OK;
            }
        }
    }
    char quoted[72];
    return gpusim_fail(err, GPUSIM_SCENARIO, "expected true or false, found '%s'",
                       gs_quote(text, length, quoted));
}

static gpusim_status read_choice(const gpusim_field *field, const char *text, size_t length,
                                 void *out, gpusim_error *err)
{
    const gpusim_choice *choice = gs_choice_named(field->detail.choices, text);
    if (choice) {
        *(int32_t *)out = choice->value;
        return GPUSIM_OK;
    }
    char quoted[72], known[180];
    gpusim_fail(err, GPUSIM_SCENARIO, "unknown value '%s'", gs_quote(text, length, quoted));
    gs_suggestion suggestion = {.word = text};
    for (const gpusim_choice *c = field->detail.choices; c && c->name; c++) {
        gs_suggest(&suggestion, c->name);
    }
    gs_join_choices(field->detail.choices, known, sizeof known);
    if (gs_suggested(&suggestion)) {
        gpusim_error_hint(err, "did you mean '%s'? Known: %s", gs_suggested(&suggestion), known);
    } else {
        gpusim_error_hint(err, "known: %s", known);
    }
    return GPUSIM_SCENARIO;
}

static gpusim_status read_text(const gpusim_field *field, const char *text, size_t length,
                               gs_arena *arena, void *out, gpusim_error *err)
{
    if (strlen(text) != length) {
        return gpusim_fail(err, GPUSIM_SCENARIO, "a text must not contain a zero byte");
    }
    gpusim_status status = gs_check_length(field, length, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    const char *copy = gs_arena_text(arena, text, length);
    if (!copy) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a text");
    }
    *(const char **)out = copy;
    return GPUSIM_OK;
}

static void store_word(const gpusim_field *field, int32_t value, void *out)
{
    switch (field->type) {
    case GPUSIM_TIME:
    case GPUSIM_INT64:
        *(int64_t *)out = value;
        break;
    case GPUSIM_UINT64:
        *(uint64_t *)out = (uint64_t)value;
        break;
    case GPUSIM_FLOAT64:
        *(double *)out = value;
        break;
    case GPUSIM_FLOAT32:
        *(float *)out = (float)value;
        break;
    default:
        *(int32_t *)out = value;
        break;
    }
}

gpusim_status gs_scalar_read(const gpusim_field *field, const char *text, size_t length,
                             gs_arena *arena, void *out, gpusim_error *err)
{
    gpusim_status status = GPUSIM_SCENARIO;
    if (field->flags & GPUSIM_WORD) {
        const gpusim_choice *word = gs_choice_named(field->detail.choices, text);
        if (word) {
            store_word(field, word->value, out);
            return GPUSIM_OK;
        }
    }
    switch (field->type) {
    case GPUSIM_BOOL:
        status = read_bool(text, length, out, err);
        break;
    case GPUSIM_ENUM:
        status = read_choice(field, text, length, out, err);
        break;
    case GPUSIM_STRING:
        status = read_text(field, text, length, arena, out, err);
        break;
    case GPUSIM_FLOAT32:
    case GPUSIM_FLOAT64:
        status = read_number(field, text, length, out, err);
        break;
    case GPUSIM_TIME:
        status = read_time(field, text, length, out, err);
        break;
    case GPUSIM_INT32:
    case GPUSIM_UINT32:
    case GPUSIM_INT64:
    case GPUSIM_UINT64:
        status = read_integer(field, text, length, out, err);
        break;
    default:
        status = gpusim_fail(err, GPUSIM_INTERNAL,
                             "field '%s' has a type that no scenario can give", field->name);
        break;
    }

    // a word that is neither a number nor one of the words deserves to hear of both
    if (status == GPUSIM_ARGUMENT && (field->flags & GPUSIM_WORD) && !err->hint[0]) {
        char expected[200], quoted[72];
        gs_expected(field, expected, sizeof expected);
        gpusim_fail(err, GPUSIM_SCENARIO, "expected %s, found '%s'", expected,
                    gs_quote(text, length, quoted));
    }
    return status == GPUSIM_ARGUMENT ? GPUSIM_SCENARIO : status;
}

// ---- absence ----

void gs_field_absent(const gpusim_field *field, void *out)
{
    switch (field->type) {
    case GPUSIM_BOOL:
        *(uint8_t *)out = UINT8_MAX;
        break;
    case GPUSIM_INT32:
    case GPUSIM_ENUM:
        *(int32_t *)out = INT32_MAX;
        break;
    case GPUSIM_UINT32:
    case GPUSIM_NAME:
        *(uint32_t *)out = UINT32_MAX;
        break;
    case GPUSIM_INT64:
    case GPUSIM_TIME:
        *(int64_t *)out = INT64_MAX;
        break;
    case GPUSIM_UINT64:
        *(uint64_t *)out = UINT64_MAX;
        break;
    case GPUSIM_FLOAT32:
        *(float *)out = __builtin_nanf("");
        break;
    case GPUSIM_FLOAT64:
        *(double *)out = __builtin_nan("");
        break;
    case GPUSIM_STRING:
        *(const char **)out = NULL;
        break;
    case GPUSIM_RECORD:
        *(uint8_t *)out = 0;
        break;
    case GPUSIM_LIST:
    case GPUSIM_MAP:
        *(gpusim_list *)out = (gpusim_list){0};
        break;
    case GPUSIM_ONE_OF:
        *(gpusim_one_of *)out = (gpusim_one_of){0};
        break;
    }
}

int gs_field_is_absent(const gpusim_field *field, const void *value)
{
    switch (field->type) {
    case GPUSIM_BOOL:
        return *(const uint8_t *)value == UINT8_MAX;
    case GPUSIM_INT32:
    case GPUSIM_ENUM:
        return *(const int32_t *)value == INT32_MAX;
    case GPUSIM_UINT32:
    case GPUSIM_NAME:
        return *(const uint32_t *)value == UINT32_MAX;
    case GPUSIM_INT64:
    case GPUSIM_TIME:
        return *(const int64_t *)value == INT64_MAX;
    case GPUSIM_UINT64:
        return *(const uint64_t *)value == UINT64_MAX;
    case GPUSIM_FLOAT32:
        return *(const float *)value != *(const float *)value;
    case GPUSIM_FLOAT64:
        return *(const double *)value != *(const double *)value;
    case GPUSIM_STRING:
        return *(const char *const *)value == NULL;
    case GPUSIM_RECORD:
        return *(const uint8_t *)value == 0;
    case GPUSIM_LIST:
    case GPUSIM_MAP:
        return ((const gpusim_list *)value)->count == 0;
    case GPUSIM_ONE_OF:
        return ((const gpusim_one_of *)value)->value == NULL;
    }
    return 0;
}
