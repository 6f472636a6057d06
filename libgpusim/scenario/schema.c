/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON Schema (draft-7) of a field table, for editors that know YAML. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/field.h"
#include "base/number.h"
#include "base/unit.h"
#include "scenario/scalar.h"
#include "scenario/spec.h"

#define MOST_RECORDS 256
#define MOST_CHOICES 64

typedef struct builder {
    const gpusim_record *records[MOST_RECORDS]; // each becomes a definition
    uint32_t count;
    const gpusim_field *choices[MOST_CHOICES]; // and so does each kind of one-of
    uint32_t choice_count;
    int failed; // no memory, or too many tables
} builder;

static json_t *field_schema(builder *b, const gpusim_field *field);

// ---- objects that may fail ----

static void set(builder *b, json_t *object, const char *key, json_t *value)
{
    // jansson takes the value also when it cannot keep it, and refuses a NULL
    b->failed |= json_object_set_new(object, key, value) != 0;
}

static void add(builder *b, json_t *array, json_t *value)
{
    b->failed |= json_array_append_new(array, value) != 0;
}

// 1 rather than 1.0
static json_t *number(double value)
{
    int whole = value > -9e15 && value < 9e15 && (double)(json_int_t)value == value;
    return whole ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *typed(builder *b, const char *type)
{
    json_t *object = json_object();
    set(b, object, "type", json_string(type));
    return object;
}

// ---- single values ----

static void add_text(char *buffer, size_t size, const char *text)
{
    size_t used = strlen(buffer);
    snprintf(buffer + used, size - used, "%s", text);
}

static void add_escaped(char *buffer, size_t size, const char *text)
{
    for (const char *at = text; *at; at++) {
        char piece[3] = {*at, '\0', '\0'};
        if (strchr("/.*+?()[]{}^$|\\", *at) && *at != '/') {
            piece[0] = '\\';
            piece[1] = *at;
        }
        add_text(buffer, size, piece);
    }
}

// a number and one of the units, or one of the words
static json_t *quantity_schema(builder *b, const gpusim_field *field, gpusim_unit unit)
{
    char pattern[1024] = "^ *[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)? *(1?(";
    uint32_t count;
    const gs_unit_word *words = gs_unit_words(&count);
    int any = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (words[i].unit == unit) {
            add_text(pattern, sizeof pattern, any ? "|" : "");
            add_escaped(pattern, sizeof pattern, words[i].text);
            any = 1;
        }
    }
    add_text(pattern, sizeof pattern, "))");
    add_text(pattern, sizeof pattern, gs_unit_is_bare(unit) ? "? *$" : " *$");
    // "1/h" is how only rates may begin their unit
    char *one = strstr(pattern, "(1?(");
    if (unit != GPUSIM_UNIT_PER_SECOND && one) {
        memmove(one + 1, one + 3, strlen(one + 3) + 1);
    }
    if (field->type == GPUSIM_TIME) {
        add_text(pattern, sizeof pattern, "|^never$");
    }
    for (const gpusim_choice *c = field->flags & GPUSIM_WORD ? field->detail.choices : NULL;
         c && c->name; c++) {
        add_text(pattern, sizeof pattern, "|^");
        add_escaped(pattern, sizeof pattern, c->name);
        add_text(pattern, sizeof pattern, "$");
    }
    json_t *object = typed(b, "string");
    set(b, object, "pattern", json_string(pattern));
    return object;
}

static json_t *number_schema(builder *b, const gpusim_field *field, int whole)
{
    json_t *object = typed(b, whole ? "integer" : "number");
    if (gs_field_has_range(field)) {
        const char *least = field->flags & GPUSIM_EXCLUSIVE ? "exclusiveMinimum" : "minimum";
        if (field->minimum > -1e300) {
            set(b, object, least, number(field->minimum));
        }
        if (field->maximum < 1e300) {
            set(b, object, "maximum", number(field->maximum));
        }
    }
    int words = (field->flags & GPUSIM_WORD) != 0;
    if (!words && field->unit != GPUSIM_UNIT_RATIO) {
        return object;
    }

    // words, and ratios in percent, are texts
    json_t *either = json_object(), *list = json_array();
    add(b, list, object);
    add(b, list, quantity_schema(b, field, field->unit));
    set(b, either, "anyOf", list);
    return either;
}

static json_t *choice_schema(builder *b, const gpusim_choice *choices)
{
    json_t *object = json_object(), *names = json_array();
    for (const gpusim_choice *c = choices; c && c->name; c++) {
        add(b, names, json_string(c->name));
    }
    set(b, object, "enum", names);
    return object;
}

static json_t *bool_schema(builder *b)
{
    static const char *const words[] = {"yes", "no", "on", "off"};
    json_t *object = json_object(), *values = json_array();
    add(b, values, json_true());
    add(b, values, json_false());
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        add(b, values, json_string(words[i]));
    }
    set(b, object, "enum", values);
    return object;
}

static json_t *text_schema(builder *b, const gpusim_field *field)
{
    // a name such as 42 is a text here and a number elsewhere
    json_t *object = json_object(), *types = json_array();
    add(b, types, json_string("string"));
    add(b, types, json_string("number"));
    set(b, object, "type", types);
    if (gs_field_has_range(field) && field->minimum > 0) {
        set(b, object, "minLength", json_integer(field->minimum > 0 ? 1 : 0));
    }
    return object;
}

// ---- tables ----

static void definition_name(const builder *b, uint32_t index, char *name, size_t size)
{
    uint32_t same = 1;
    for (uint32_t i = 0; i < index; i++) {
        same += strcmp(b->records[i]->name, b->records[index]->name) == 0;
    }
    snprintf(name, size, same > 1 ? "%.100s-%u" : "%.100s", b->records[index]->name, same);
    for (char *at = name; *at; at++) {
        *at = *at == ' ' ? '-' : *at;
    }
}

static json_t *record_reference(builder *b, const gpusim_record *record)
{
    char name[128], path[160];
    uint32_t index = 0;
    while (index < b->count && b->records[index] != record) {
        index++;
    }
    if (index == MOST_RECORDS) {
        b->failed = 1;
        return json_object();
    }
    if (index == b->count) {
        b->records[b->count++] = record;
    }
    definition_name(b, index, name, sizeof name);
    snprintf(path, sizeof path, "#/definitions/%s", name);
    json_t *object = json_object();
    set(b, object, "$ref", json_string(path));
    return object;
}

// {type: object, properties, required, additionalProperties: false}; a tag is one more property
static json_t *record_schema(builder *b, const gpusim_record *record, const char *tag,
                             const char *tag_value, int tag_required)
{
    json_t *object = typed(b, "object");
    json_t *properties = json_object(), *required = json_array();
    if (record && record->doc) {
        set(b, object, "description", json_string(record->doc));
    }
    if (tag) {
        json_t *constant = json_object();
        set(b, constant, "const", json_string(tag_value));
        set(b, properties, tag, constant);
    }
    if (tag_required) {
        add(b, required, json_string(tag));
    }
    for (uint32_t i = 0; record && i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        set(b, properties, field->name, field_schema(b, field));
        if (field->flags & GPUSIM_REQUIRED) {
            add(b, required, json_string(field->name));
        }
    }
    set(b, object, "properties", properties);
    set(b, object, "required", required);
    set(b, object, "additionalProperties", json_false());
    return object;
}

static json_t *tagged_schema(builder *b, const gpusim_field *field)
{
    const gpusim_record *record = field->detail.record;
    json_t *object = json_object(), *list = json_array();
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *alternative = &record->fields[i];
        const gpusim_record *inner =
            alternative->type == GPUSIM_RECORD ? alternative->detail.record : NULL;
        add(b, list,
            record_schema(b, inner, field->tag, alternative->name,
                          i > 0 || (field->flags & GPUSIM_REQUIRED)));
    }
    set(b, object, "anyOf", list);
    return object;
}

static json_t *names_schema(builder *b, const gpusim_record *record)
{
    json_t *object = typed(b, "string"), *names = json_array();
    for (uint32_t i = 0; i < record->count; i++) {
        add(b, names, json_string(record->fields[i].name));
    }
    set(b, object, "enum", names);
    return object;
}

static json_t *one_of_schema(builder *b, const gpusim_field *field)
{
    const gpusim_record *record = field->detail.record;
    json_t *object = NULL;
    if (field->flags & GPUSIM_TAGGED) {
        object = tagged_schema(b, field);
    } else if (field->flags & GPUSIM_EITHER) {
        object = field_schema(b, &record->fields[1]);
    } else {
        json_t *properties = json_object();
        object = typed(b, "object");
        for (uint32_t i = 0; i < record->count; i++) {
            set(b, properties, record->fields[i].name, field_schema(b, &record->fields[i]));
        }
        set(b, object, "properties", properties);
        set(b, object, "additionalProperties", json_false());
        set(b, object, "minProperties", json_integer(1));
        set(b, object, "maxProperties", json_integer(1));
    }
    if (!(field->flags & (GPUSIM_PLAIN | GPUSIM_NAMED))) {
        return object;
    }
    json_t *either = json_object(), *list = json_array();
    add(b, list,
        field->flags & GPUSIM_NAMED ? names_schema(b, record)
                                    : field_schema(b, &record->fields[0]));
    add(b, list, object);
    set(b, either, "anyOf", list);
    return either;
}

// one-ofs of the same alternatives that are read alike are told once: there are many distributions
static json_t *one_of_reference(builder *b, const gpusim_field *field)
{
    const uint32_t told = GPUSIM_PLAIN | GPUSIM_EITHER | GPUSIM_NAMED;
    char path[64];
    uint32_t index = 0;
    if (field->flags & GPUSIM_TAGGED) {
        return one_of_schema(b, field);
    }
    while (index < b->choice_count &&
           (b->choices[index]->detail.record != field->detail.record ||
            (b->choices[index]->flags & told) != (field->flags & told))) {
        index++;
    }
    if (index == MOST_CHOICES) {
        b->failed = 1;
        return json_object();
    }
    if (index == b->choice_count) {
        b->choices[b->choice_count++] = field;
    }
    snprintf(path, sizeof path, "#/definitions/one-of-%u", index);
    json_t *object = json_object();
    set(b, object, "$ref", json_string(path));
    return object;
}

static json_t *collection_schema(builder *b, const gpusim_field *field)
{
    // one that stands alone is an entry
    if (field->type == GPUSIM_LIST && (field->flags & GPUSIM_PLAIN)) {
        gpusim_field list = *field;
        list.flags &= ~(uint32_t)GPUSIM_PLAIN;
        json_t *either = json_object(), *both = json_array();
        add(b, both, field_schema(b, field->detail.element));
        add(b, both, collection_schema(b, &list));
        set(b, either, "anyOf", both);
        return either;
    }
    int is_list = field->type == GPUSIM_LIST;
    json_t *object = typed(b, is_list ? "array" : "object");
    set(b, object, is_list ? "items" : "additionalProperties",
        field_schema(b, field->detail.element));
    if (gs_field_has_range(field)) {
        set(b, object, is_list ? "minItems" : "minProperties",
            json_integer((json_int_t)field->minimum));
        if (field->maximum < 1e15) {
            set(b, object, is_list ? "maxItems" : "maxProperties",
                json_integer((json_int_t)field->maximum));
        }
    }
    return object;
}

// the default as JSON has it; NULL: only YAML can say it
static json_t *default_value(const gpusim_field *field)
{
    const char *text = field->fallback;
    int64_t whole = 0;
    double number = 0.0;
    if (!text || !gs_is_scalar(field->type)) {
        return NULL;
    }
    if (field->type == GPUSIM_BOOL) {
        return json_boolean(strcmp(text, "true") == 0);
    }
    int bare = field->type != GPUSIM_TIME && gs_unit_is_bare(field->unit) &&
               field->type != GPUSIM_STRING && field->type != GPUSIM_ENUM;
    if (bare && gs_parse_int64(text, strlen(text), &whole)) {
        return json_integer(whole);
    }
    if (bare && gs_parse_double(text, strlen(text), &number)) {
        return json_real(number);
    }
    return json_string(text);
}

static json_t *type_schema(builder *b, const gpusim_field *field)
{
    switch (field->type) {
    case GPUSIM_BOOL:
        return bool_schema(b);
    case GPUSIM_ENUM:
        return choice_schema(b, field->detail.choices);
    case GPUSIM_NAME:
    case GPUSIM_STRING:
        return text_schema(b, field);
    case GPUSIM_TIME:
        return quantity_schema(b, field, GPUSIM_UNIT_SECOND);
    case GPUSIM_RECORD:
        return field->detail.record ? record_reference(b, field->detail.record)
                                    : record_schema(b, NULL, NULL, NULL, 0);
    case GPUSIM_LIST:
    case GPUSIM_MAP:
        return collection_schema(b, field);
    case GPUSIM_ONE_OF:
        return one_of_reference(b, field);
    default:
        break;
    }
    int whole = field->type != GPUSIM_FLOAT32 && field->type != GPUSIM_FLOAT64;
    return gs_unit_is_bare(field->unit) ? number_schema(b, field, whole)
                                        : quantity_schema(b, field, field->unit);
}

static json_t *field_schema(builder *b, const gpusim_field *field)
{
    json_t *object = type_schema(b, field);

    // nothing may stand beside a $ref in draft-7, and null says "absent" where that is no default
    if (json_object_get(object, "$ref") || ((field->flags & GPUSIM_OPTIONAL) && field->fallback)) {
        json_t *outer = json_object(), *list = json_array();
        add(b, list, object);
        if ((field->flags & GPUSIM_OPTIONAL) && field->fallback) {
            add(b, list, typed(b, "null"));
        }
        set(b, outer, "anyOf", list);
        object = outer;
    }
    if (field->doc) {
        set(b, object, "description", json_string(field->doc));
    }
    json_t *value = default_value(field);
    if (value) {
        set(b, object, "default", value);
    }
    return object;
}

gpusim_status gs_schema_write(const gpusim_record *record, char **text, gpusim_error *err)
{
    builder b = {0};
    json_t *root = json_object(), *definitions = json_object();
    set(&b, root, "$schema", json_string("http://json-schema.org/draft-07/schema#"));
    set(&b, root, "title", json_string(record->name));
    json_t *whole = json_array();
    add(&b, whole, record_reference(&b, record));
    set(&b, root, "allOf", whole);

    // tables and one-ofs ask for others; the lists of them grow while they are walked
    uint32_t record_count = 0, choice_count = 0;
    while ((record_count < b.count || choice_count < b.choice_count) && !b.failed) {
        char name[128];
        if (record_count < b.count) {
            definition_name(&b, record_count, name, sizeof name);
            set(&b, definitions, name, record_schema(&b, b.records[record_count++], NULL, NULL, 0));
        } else {
            snprintf(name, sizeof name, "one-of-%u", choice_count);
            set(&b, definitions, name, one_of_schema(&b, b.choices[choice_count++]));
        }
    }
    set(&b, root, "definitions", definitions);
    *text = b.failed ? NULL : json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    if (!*text) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for the schema");
    }
    return GPUSIM_OK;
}
