/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binding: records, lists, maps and alternatives; single values are in scalar.c. */
#include "scenario/binder.h"

#include <stdio.h>
#include <string.h>

#include "base/field.h"
#include "base/quantity.h"
#include "base/suggest.h"
#include "scenario/scalar.h"

typedef struct binder {
    const gs_yaml *yaml;
    gs_arena *arena;
    gs_problems *problems;
    gpusim_error *err;
    const char *fallback; // the default that is being bound; NULL: what the author wrote
    uint32_t steps;       // left before the tree counts as too large
    uint32_t depth;
    uint32_t place;  // the innermost slot of the tree we are in
    uint32_t length; // of path
    char path[512];
} binder;

static gpusim_status bind_value(binder *b, const gpusim_field *field, uint32_t slot, void *out);
static gpusim_status bind_fallback(binder *b, const gpusim_field *field, void *out);
static gpusim_status bind_record(binder *b, const gpusim_record *record, const char *tag,
                                 uint32_t slot, void *out);

// ---- where we are, and what is wrong there ----

// appends to the key path; the caller restores b->length. What does not fit is left out.
static void enter_key(binder *b, const char *key)
{
    int more = snprintf(b->path + b->length, sizeof b->path - b->length, "%s%s",
                        b->length ? "." : "", key);
    b->length += (uint32_t)more;
    b->length = b->length < sizeof b->path ? b->length : (uint32_t)sizeof b->path - 1;
}

static void enter_index(binder *b, uint32_t index)
{
    int more = snprintf(b->path + b->length, sizeof b->path - b->length, "[%u]", index);
    b->length += (uint32_t)more;
    b->length = b->length < sizeof b->path ? b->length : (uint32_t)sizeof b->path - 1;
}

static void leave(binder *b, uint32_t length)
{
    b->length = length;
    b->path[length] = '\0';
}

static const gs_yaml_node *node_at(const binder *b, uint32_t number)
{
    return gs_yaml_at(b->yaml, number);
}

// records a problem at a node. A default that is wrong is nobody's but ours.
static gpusim_status report(binder *b, uint32_t node, gpusim_error *problem)
{
    if (b->fallback) {
        return gpusim_fail(b->err, GPUSIM_INTERNAL, "the default '%s' of '%s' is wrong: %s",
                           b->fallback, b->path, problem->message);
    }
    const gs_yaml_node *place = node_at(b, node);
    problem->status = GPUSIM_SCENARIO;
    gs_yaml_locate(b->yaml, place->source, place->line, place->column, problem);
    snprintf(problem->key, sizeof problem->key, "%.*s%s",
             b->length < sizeof problem->key ? (int)b->length : (int)sizeof problem->key - 4,
             b->path, b->length < sizeof problem->key ? "" : "...");
    gs_problems_add(b->problems, place->source, problem);
    return GPUSIM_OK;
}

// a value's own place, else that of its slot
static uint32_t place_of(const binder *b, uint32_t slot)
{
    uint32_t value = gs_yaml_resolve(b->yaml, node_at(b, slot)->first);
    return value ? value : slot;
}

static gpusim_status report_type(binder *b, const gpusim_field *field, uint32_t slot)
{
    gpusim_error problem;
    char expected[220], found[80], quoted[72];
    const gs_yaml_node *value = node_at(b, place_of(b, slot));
    gs_expected(field, expected, sizeof expected);
    if (value->kind == GS_YAML_LIST || value->kind == GS_YAML_MAP) {
        snprintf(found, sizeof found, "%s", value->kind == GS_YAML_LIST ? "a list" : "a map");
    } else if (gs_yaml_is_null(b->yaml, node_at(b, slot)->first)) {
        snprintf(found, sizeof found, "nothing");
    } else {
        snprintf(found, sizeof found, "'%s'", gs_quote(value->text, value->length, quoted));
    }
    gpusim_fail(&problem, GPUSIM_SCENARIO, "expected %s, found %s", expected, found);
    if (field->fallback && gs_yaml_is_null(b->yaml, node_at(b, slot)->first)) {
        gpusim_error_hint(&problem, "remove the key to have its default, %.100s", field->fallback);
    }
    return report(b, place_of(b, slot), &problem);
}

// a name that a table does not know; b->path ends before it
static gpusim_status report_unknown(binder *b, const gpusim_record *record, const char *tag,
                                    uint32_t slot)
{
    gpusim_error problem;
    char quoted[72], known[180];
    const gs_yaml_node *key = node_at(b, slot);
    gs_suggestion suggestion = {.word = key->text};
    if (tag) {
        gs_suggest(&suggestion, tag);
    }
    for (uint32_t i = 0; record && i < record->count; i++) {
        gs_suggest(&suggestion, record->fields[i].name);
    }
    gs_quote(key->text, key->length, quoted);
    gpusim_fail(&problem, GPUSIM_SCENARIO, "unknown key '%s' in %s", quoted,
                record && record->name ? record->name : "this map");
    gs_join_fields(record, tag, known, sizeof known);
    const char *nearest = gs_suggested(&suggestion);
    if (nearest) {
        gpusim_error_hint(&problem, "did you mean '%s'? Known: %s", nearest, known);
    } else if (known[0]) {
        gpusim_error_hint(&problem, "known: %s", known);
    } else {
        gpusim_error_hint(&problem, "there is nothing to be set here");
    }
    uint32_t length = b->length;
    enter_key(b, quoted);
    gpusim_status status = report(b, slot, &problem);
    leave(b, length);
    return status;
}

static gpusim_status report_missing(binder *b, const gpusim_record *record,
                                    const gpusim_field *field)
{
    gpusim_error problem;
    char expected[220];
    gs_expected(field, expected, sizeof expected);
    gpusim_fail(&problem, GPUSIM_SCENARIO, "'%s' is missing in %s", field->name,
                record->name ? record->name : "this map");
    gpusim_error_hint(&problem, "'%s' wants %s", field->name, expected);

    // at the key of the map, or at the beginning of an item of a list
    const gs_yaml_node *slot = node_at(b, b->place);
    uint32_t length = b->length;
    enter_key(b, field->name);
    gpusim_status status = report(b, slot->text ? b->place : place_of(b, b->place), &problem);
    leave(b, length);
    return status;
}

static gpusim_status report_too_large(binder *b, uint32_t slot)
{
    gpusim_error problem;
    gpusim_fail(&problem, GPUSIM_SCENARIO, "aliases make this scenario larger than %u values",
                GS_TREE_STEPS);
    return report(b, slot, &problem);
}

// ---- records ----

typedef struct record_reader {
    binder *b;
    const gpusim_record *record;
    const char *tag;                  // a key that is not the record's own; NULL: none
    uint32_t found[GS_RECORD_FIELDS]; // the slot of each field, 0: absent
    gpusim_status status;
} record_reader;

static int visit_field(void *self, uint32_t slot)
{
    record_reader *r = self;
    const gs_yaml_node *key = node_at(r->b, slot);
    const gpusim_field *field = gpusim_record_find(r->record, key->text);
    if (field && strlen(key->text) == key->length) {
        uint32_t *found = &r->found[field - r->record->fields];
        *found = *found ? *found : slot;
    } else if (!r->tag || strcmp(key->text, r->tag) != 0) {
        r->status = report_unknown(r->b, r->record, r->tag, slot);
    }
    return r->status != GPUSIM_OK;
}

static gpusim_status report_merge(binder *b, uint32_t slot)
{
    gpusim_error problem;
    gpusim_fail(&problem, GPUSIM_SCENARIO, "'<<' wants a map or a list of maps to merge");
    return report(b, slot, &problem);
}

static int visit_wrong_merge(void *self, uint32_t slot)
{
    record_reader *r = self;
    r->status = report_merge(r->b, slot);
    return r->status != GPUSIM_OK;
}

static gpusim_status bind_absent(binder *b, const gpusim_record *record, const gpusim_field *field,
                                 void *out)
{
    if (b->steps == 0) {
        return GPUSIM_OK;
    }
    b->steps--;
    if (field->flags & GPUSIM_REQUIRED) {
        return report_missing(b, record, field);
    }
    if (field->fallback) {
        return bind_fallback(b, field, out);
    }
    if (field->flags & GPUSIM_OPTIONAL) {
        gs_field_absent(field, out);
    } else if (field->type == GPUSIM_RECORD) {
        // an empty map: every field has its default
        uint32_t length = b->length;
        enter_key(b, field->name);
        gpusim_status status = bind_record(b, field->detail.record, NULL, 0, out);
        leave(b, length);
        return status;
    }
    return GPUSIM_OK;
}

// slot: whose value is the map; 0 or a null value: an empty map
static gpusim_status bind_record(binder *b, const gpusim_record *record, const char *tag,
                                 uint32_t slot, void *out)
{
    static const gpusim_record nothing = {.name = "this map"};
    record_reader r = {.b = b, .record = record ? record : &nothing, .tag = tag};
    uint32_t outer = b->place;
    if (r.record->count > GS_RECORD_FIELDS || b->depth >= 2 * GS_YAML_DEPTH) {
        return gpusim_fail(b->err, GPUSIM_INTERNAL, "table '%s' is too large or contains itself",
                           r.record->name);
    }
    b->depth++;
    b->place = slot && !b->fallback ? slot : b->place;
    uint32_t value = gs_yaml_resolve(b->yaml, node_at(b, slot)->first);
    if (slot && value && node_at(b, value)->kind == GS_YAML_MAP) {
        gs_tree_visitor visitor = {visit_field, visit_wrong_merge, &r, &b->steps};
        if (gs_tree_walk(b->yaml, value, &visitor) < 0) {
            r.status = report_too_large(b, slot);
        }
    }
    for (uint32_t i = 0; i < r.record->count && r.status == GPUSIM_OK; i++) {
        const gpusim_field *field = &r.record->fields[i];
        void *place = (char *)out + field->offset;
        if (r.found[i] == 0) {
            r.status = bind_absent(b, r.record, field, place);
            continue;
        }
        uint32_t length = b->length;
        enter_key(b, field->name);
        r.status = bind_value(b, field, r.found[i], place);
        leave(b, length);
    }
    b->depth--;
    b->place = outer;
    return r.status;
}

// ---- alternatives ----

static gpusim_status bind_alternative(binder *b, const gpusim_field *field, uint32_t which,
                                      uint32_t slot, void *out)
{
    const gpusim_field *alternative = &field->detail.record->fields[which];
    gpusim_one_of *chosen = out;
    size_t size = gs_field_size(alternative);
    chosen->which = which;
    chosen->value = gs_arena_get(b->arena, size ? size : 1);
    if (!chosen->value) {
        return gpusim_fail(b->err, GPUSIM_MEMORY, "no memory for a scenario");
    }
    if (field->flags & GPUSIM_TAGGED) {
        const gpusim_record *record =
            alternative->type == GPUSIM_RECORD ? alternative->detail.record : NULL;
        return bind_record(b, record, field->tag, slot, chosen->value);
    }
    return bind_value(b, alternative, slot, chosen->value);
}

static gpusim_status report_alternative(binder *b, const gpusim_field *field, uint32_t slot)
{
    gpusim_error problem;
    char quoted[72], known[180];
    const gs_yaml_node *value = node_at(b, slot);
    const gpusim_record *record = field->detail.record;
    gs_suggestion suggestion = {.word = value->text};
    for (uint32_t i = 0; i < record->count; i++) {
        gs_suggest(&suggestion, record->fields[i].name);
    }
    gpusim_fail(&problem, GPUSIM_SCENARIO, "unknown %s '%s'", field->tag ? field->tag : field->name,
                gs_quote(value->text, value->length, quoted));
    gs_join_fields(record, NULL, known, sizeof known);
    if (gs_suggested(&suggestion)) {
        gpusim_error_hint(&problem, "did you mean '%s'? Known: %s", gs_suggested(&suggestion),
                          known);
    } else {
        gpusim_error_hint(&problem, "known: %s", known);
    }
    return report(b, slot, &problem);
}

static gpusim_status bind_tagged(binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    // without the tag it is the first one
    uint32_t map = gs_yaml_resolve(b->yaml, node_at(b, slot)->first);
    uint32_t tag = 0;
    if (map && node_at(b, map)->kind == GS_YAML_MAP) {
        tag = gs_tree_find(b->yaml, map, field->tag, strlen(field->tag), &b->steps);
    }
    if (tag == 0) {
        return bind_alternative(b, field, 0, slot, out);
    }
    uint32_t value = gs_yaml_resolve(b->yaml, node_at(b, tag)->first);
    uint32_t length = b->length;
    enter_key(b, field->tag);
    gpusim_status status = GPUSIM_OK;
    if (gs_yaml_is_null(b->yaml, value) || node_at(b, value)->kind != GS_YAML_SCALAR) {
        gpusim_field word = {.name = field->tag, .type = GPUSIM_STRING};
        status = report_type(b, &word, tag);
        leave(b, length);
        return status;
    }
    const gpusim_field *found = gpusim_record_find(field->detail.record, node_at(b, value)->text);
    if (!found) {
        status = report_alternative(b, field, value);
    }
    leave(b, length);
    if (!found) {
        return status;
    }
    return bind_alternative(b, field, (uint32_t)(found - field->detail.record->fields), slot, out);
}

typedef struct key_counter {
    uint32_t first, count;
    binder *b;
    gpusim_status status;
} key_counter;

static int visit_count(void *self, uint32_t slot)
{
    key_counter *c = self;
    c->first = c->first ? c->first : slot;
    c->count++;
    return 0;
}

static int visit_count_wrong(void *self, uint32_t slot)
{
    key_counter *c = self;
    c->status = report_merge(c->b, slot);
    return c->status != GPUSIM_OK;
}

static gpusim_status bind_only_key(binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    uint32_t map = gs_yaml_resolve(b->yaml, node_at(b, slot)->first);
    key_counter keys = {.b = b};
    gs_tree_visitor visitor = {visit_count, visit_count_wrong, &keys, &b->steps};
    if (gs_tree_walk(b->yaml, map, &visitor) < 0) {
        return report_too_large(b, slot);
    }
    if (keys.status != GPUSIM_OK) {
        return keys.status;
    }
    if (keys.count != 1) {
        gpusim_error problem;
        char known[180];
        gs_join_fields(field->detail.record, NULL, known, sizeof known);
        gpusim_fail(&problem, GPUSIM_SCENARIO, "%s wants exactly one key, found %u",
                    field->detail.record->name, keys.count);
        gpusim_error_hint(&problem, "one of %s", known);
        return report(b, place_of(b, slot), &problem);
    }
    const gpusim_field *found =
        gpusim_record_find(field->detail.record, node_at(b, keys.first)->text);
    if (!found) {
        return report_unknown(b, field->detail.record, NULL, keys.first);
    }
    uint32_t length = b->length;
    enter_key(b, found->name);
    gpusim_status status = bind_alternative(
        b, field, (uint32_t)(found - field->detail.record->fields), keys.first, out);
    leave(b, length);
    return status;
}

static gpusim_status bind_one_of(binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    uint32_t value = gs_yaml_resolve(b->yaml, node_at(b, slot)->first);
    int is_map = value && node_at(b, value)->kind == GS_YAML_MAP;
    int is_null = gs_yaml_is_null(b->yaml, value);
    if (field->detail.record->count == 0) {
        return gpusim_fail(b->err, GPUSIM_INTERNAL, "'%s' has no alternatives", field->name);
    }
    if (!is_map && !is_null && (field->flags & GPUSIM_PLAIN)) {
        const gpusim_field *first = &field->detail.record->fields[0];
        gpusim_one_of *chosen = out;
        chosen->which = 0;
        chosen->value = gs_arena_get(b->arena, gs_field_size(first));
        if (!chosen->value) {
            return gpusim_fail(b->err, GPUSIM_MEMORY, "no memory for a scenario");
        }
        return bind_value(b, first, slot, chosen->value);
    }
    if ((field->flags & GPUSIM_TAGGED) && (is_map || is_null)) {
        return bind_tagged(b, field, slot, out);
    }
    return is_map ? bind_only_key(b, field, slot, out) : report_type(b, field, slot);
}

// ---- lists and maps ----

static gpusim_status report_length(binder *b, const gpusim_field *field, uint32_t slot,
                                   uint32_t count)
{
    gpusim_error problem;
    if (gs_check_length(field, count, &problem) == GPUSIM_OK) {
        return GPUSIM_OK;
    }
    return report(b, place_of(b, slot), &problem);
}

static gpusim_status make_items(binder *b, gpusim_list *list, uint32_t count, size_t size)
{
    list->count = count;
    list->items = count ? gs_arena_get(b->arena, size * count) : NULL;
    if (count && !list->items) {
        return gpusim_fail(b->err, GPUSIM_MEMORY, "no memory for a list of %u", count);
    }
    return GPUSIM_OK;
}

static gpusim_status bind_list(binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    gpusim_status status;
    gpusim_list *list = out;
    const gpusim_field *element = field->detail.element;
    uint32_t value = gs_yaml_resolve(b->yaml, node_at(b, slot)->first);
    if (!gs_yaml_is_null(b->yaml, value) && node_at(b, value)->kind != GS_YAML_LIST) {
        return report_type(b, field, slot);
    }
    uint32_t first = value ? node_at(b, value)->first : 0, count = 0;
    for (uint32_t i = first; i; i = node_at(b, i)->next) {
        count++;
    }
    if (count > b->steps) {
        b->steps = 0;
        return report_too_large(b, slot);
    }
    GPUSIM_TRY(report_length(b, field, slot, count));
    size_t size = gs_field_size(element);
    GPUSIM_TRY(make_items(b, list, count, size));
    uint32_t length = b->length, index = 0;
    for (uint32_t i = first; i; i = node_at(b, i)->next, index++) {
        enter_index(b, index);
        GPUSIM_TRY(bind_value(b, element, i, (char *)list->items + index * size));
        leave(b, length);
    }
cleanup:
    return status;
}

// The slots of a map in order; of merged ones only keys that are new.
typedef struct entry_reader {
    binder *b;
    gs_array slots; // uint32_t
    uint32_t own;   // the map's own, which differ and come first
    gpusim_status status;
} entry_reader;

static int visit_entry(void *self, uint32_t slot)
{
    entry_reader *r = self;
    const gs_yaml_node *key = node_at(r->b, slot);
    for (uint32_t i = 0; r->slots.count >= r->own && i < r->slots.count; i++) {
        const gs_yaml_node *other = node_at(r->b, GS_AT(r->slots, uint32_t, i));
        if (r->b->steps == 0) {
            return -1;
        }
        r->b->steps--;
        if (other->length == key->length && memcmp(other->text, key->text, key->length) == 0) {
            return 0;
        }
    }
    r->status = gs_array_push(&r->slots, &slot, r->b->err);
    return r->status != GPUSIM_OK;
}

static int visit_entry_wrong(void *self, uint32_t slot)
{
    entry_reader *r = self;
    r->status = report_merge(r->b, slot);
    return r->status != GPUSIM_OK;
}

static gpusim_status bind_entry(binder *b, const gpusim_field *element, uint32_t slot, char *entry)
{
    const gs_yaml_node *key = node_at(b, slot);
    gpusim_error problem;
    if (strlen(key->text) != key->length || key->length == 0) {
        gpusim_fail(&problem, GPUSIM_SCENARIO, "a key must not be empty or contain a zero byte");
        return report(b, slot, &problem);
    }
    const char *copy = gs_arena_text(b->arena, key->text, key->length);
    if (!copy) {
        return gpusim_fail(b->err, GPUSIM_MEMORY, "no memory for a key");
    }
    uint32_t length = b->length;
    enter_key(b, copy);
    gpusim_status status = bind_value(b, element, slot, entry + element->offset);
    leave(b, length);
    // after the value: a table may count its offsets from the start of the entry
    memcpy(entry, &copy, sizeof copy);
    return status;
}

static gpusim_status bind_map(binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    gpusim_status status;
    gpusim_list *list = out;
    const gpusim_field *element = field->detail.element;
    uint32_t value = gs_yaml_resolve(b->yaml, node_at(b, slot)->first);
    entry_reader r = {.b = b, .slots = GS_ARRAY(uint32_t)};
    if (!gs_yaml_is_null(b->yaml, value) && node_at(b, value)->kind != GS_YAML_MAP) {
        return report_type(b, field, slot);
    }
    if (value && node_at(b, value)->kind == GS_YAML_MAP) {
        for (uint32_t i = node_at(b, value)->first; i; i = node_at(b, i)->next) {
            r.own += !gs_tree_is_merge(node_at(b, i));
        }
        gs_tree_visitor visitor = {visit_entry, visit_entry_wrong, &r, &b->steps};
        int answer = gs_tree_walk(b->yaml, value, &visitor);
        GPUSIM_TRY(r.status);
        if (answer < 0) {
            GPUSIM_TRY(report_too_large(b, slot));
            r.slots.count = 0;
        }
    }
    GPUSIM_TRY(report_length(b, field, slot, r.slots.count));
    size_t size = gs_entry_size(element);
    GPUSIM_TRY(make_items(b, list, r.slots.count, size));
    for (uint32_t i = 0; i < r.slots.count; i++) {
        GPUSIM_TRY(
            bind_entry(b, element, GS_AT(r.slots, uint32_t, i), (char *)list->items + i * size));
    }
cleanup:
    gs_array_release(&r.slots);
    return status;
}

// ---- values of any kind ----

static gpusim_status bind_scalar(binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    gpusim_error problem = {0};
    uint32_t value = gs_yaml_resolve(b->yaml, node_at(b, slot)->first);
    const gs_yaml_node *node = node_at(b, value);
    if (gs_yaml_is_null(b->yaml, value) || node->kind != GS_YAML_SCALAR) {
        return report_type(b, field, slot);
    }
    gpusim_status status = gs_scalar_read(field, node->text, node->length, b->arena, out, &problem);
    if (status == GPUSIM_SCENARIO) {
        return report(b, value, &problem);
    }
    if (status != GPUSIM_OK) {
        *b->err = problem;
    }
    return status;
}

static gpusim_status bind_map_record(binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    uint32_t value = gs_yaml_resolve(b->yaml, node_at(b, slot)->first);
    if (!gs_yaml_is_null(b->yaml, value) && node_at(b, value)->kind != GS_YAML_MAP) {
        return report_type(b, field, slot);
    }
    gpusim_status status = bind_record(b, field->detail.record, NULL, slot, out);
    if (field->flags & GPUSIM_OPTIONAL) {
        *(uint8_t *)out = 1; // `present`
    }
    return status;
}

static gpusim_status bind_value(binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    // a tree that aliases have blown up is reported once and then left alone
    if (b->steps == 0) {
        return GPUSIM_OK;
    }
    if (--b->steps == 0) {
        return report_too_large(b, slot);
    }
    uint32_t value = gs_yaml_resolve(b->yaml, node_at(b, slot)->first);
    if ((field->flags & GPUSIM_OPTIONAL) && gs_yaml_is_null(b->yaml, value)) {
        gs_field_absent(field, out);
        return GPUSIM_OK;
    }
    if (gs_is_scalar(field->type)) {
        return bind_scalar(b, field, slot, out);
    }
    if (b->depth >= 2 * GS_YAML_DEPTH) {
        gpusim_error problem;
        gpusim_fail(&problem, GPUSIM_SCENARIO, "lists and maps are nested too deeply");
        return report(b, slot, &problem);
    }
    gpusim_status status = GPUSIM_OK;
    b->depth++;
    switch (field->type) {
    case GPUSIM_RECORD:
        status = bind_map_record(b, field, slot, out);
        break;
    case GPUSIM_LIST:
        status = bind_list(b, field, slot, out);
        break;
    case GPUSIM_MAP:
        status = bind_map(b, field, slot, out);
        break;
    default:
        status = bind_one_of(b, field, slot, out);
        break;
    }
    b->depth--;
    return status;
}

// ---- defaults ----

static gpusim_status bind_fallback_tree(binder *b, const gpusim_field *field, void *out)
{
    // defaults that are more than a word go the way of everything else, in a tree of their own
    gpusim_status status;
    const gs_yaml *outer = b->yaml;
    gs_yaml yaml;
    gs_problems *problems = NULL;
    uint32_t source = 0, slot = 0;
    GPUSIM_TRY(gs_yaml_create(&yaml, b->err));
    GPUSIM_TRY(gs_allocate(&problems, 1, sizeof *problems, b->err));
    GPUSIM_TRY(
        gs_yaml_add_source(&yaml, field->name, b->fallback, strlen(b->fallback), &source, b->err));
    GPUSIM_TRY(gs_yaml_read(&yaml, source, 0, &slot, problems, b->err));
    b->yaml = &yaml;
    if (problems->count) {
        GPUSIM_TRY(report(b, slot, &problems->items[0]));
    }
    GPUSIM_TRY(bind_value(b, field, slot, out));
cleanup:
    b->yaml = outer;
    gs_release(&problems);
    gs_yaml_release(&yaml);
    return status;
}

static gpusim_status bind_fallback(binder *b, const gpusim_field *field, void *out)
{
    gpusim_status status = GPUSIM_OK;
    const char *outer = b->fallback;
    uint32_t length = b->length;
    enter_key(b, field->name);
    if (gs_is_scalar(field->type)) {
        gpusim_error problem = {0};
        const char *text = field->fallback;
        b->fallback = text;
        status = gs_scalar_read(field, text, strlen(text), b->arena, out, &problem);
        if (status == GPUSIM_SCENARIO) {
            status = report(b, 0, &problem);
        } else if (status != GPUSIM_OK) {
            *b->err = problem;
        }
    } else if (field->type == GPUSIM_RECORD && strcmp(field->fallback, "{}") == 0) {
        // what is required within it is the author's to give
        status = bind_record(b, field->detail.record, NULL, 0, out);
        if (field->flags & GPUSIM_OPTIONAL) {
            *(uint8_t *)out = 1;
        }
    } else {
        b->fallback = field->fallback;
        // a list without anything is what zeroed storage says already
        int nothing = field->type == GPUSIM_LIST && strcmp(field->fallback, "[]") == 0;
        status = nothing ? GPUSIM_OK : bind_fallback_tree(b, field, out);
    }
    b->fallback = outer;
    leave(b, length);
    return status;
}

gpusim_status gs_bind_tree(const gs_yaml *yaml, uint32_t slot, const gpusim_record *record,
                           gs_arena *arena, void *out, gs_problems *problems, gpusim_error *err)
{
    gpusim_error unused;
    binder b = {.yaml = yaml,
                .arena = arena,
                .problems = problems,
                .err = err ? err : &unused,
                .steps = GS_TREE_STEPS};
    const gpusim_field whole = {
        .name = record->name, .type = GPUSIM_RECORD, .detail.record = record};
    uint32_t value = gs_yaml_resolve(yaml, gs_yaml_at(yaml, slot)->first);
    b.place = slot;
    if (gs_yaml_is_null(yaml, value)) {
        gpusim_error problem;
        char expected[220];
        gs_expected(&whole, expected, sizeof expected);
        gpusim_fail(&problem, GPUSIM_SCENARIO, "the scenario is empty");
        gpusim_error_hint(&problem, "it is %s", expected);
        return report(&b, slot, &problem);
    }
    return bind_value(&b, &whole, slot, out);
}
