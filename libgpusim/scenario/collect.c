/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binding of alternatives, lists and maps. */
#include <string.h>

#include "base/field.h"
#include "base/suggest.h"
#include "scenario/binding.h"
#include "scenario/scalar.h"

// ---- alternatives ----

static gpusim_status bind_alternative(gs_binder *b, const gpusim_field *field, uint32_t which,
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
        return gs_bind_record(b, record, field->tag, slot, chosen->value);
    }
    return gs_bind_value(b, alternative, slot, chosen->value);
}

/* The key of a map that may have been meant for a tag. */
typedef struct meant {
    gs_binder *b;
    const char *tag;
    uint32_t slot; // 0: none
} meant;

static int visit_meant(void *self, uint32_t slot)
{
    meant *m = self;
    gs_suggestion suggestion = {.word = gs_node_at(m->b, slot)->text};
    gs_suggest(&suggestion, m->tag);
    m->slot = gs_suggested(&suggestion) ? slot : 0;
    return m->slot != 0;
}

static int visit_nothing(void *self, uint32_t slot)
{
    (void)self, (void)slot;
    return 0;
}

static gpusim_status report_untagged(gs_binder *b, const gpusim_field *field, uint32_t slot)
{
    meant m = {.b = b, .tag = field->tag};
    uint32_t map = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
    if (map && gs_node_at(b, map)->kind == GS_YAML_MAP) {
        gs_tree_visitor visitor = {visit_meant, visit_nothing, &m, &b->steps};
        (void)gs_tree_walk(b->yaml, map, &visitor);
    }
    if (m.slot) {
        const gpusim_record tags = {.name = field->detail.record->name};
        return gs_report_unknown(b, &tags, field->tag, m.slot);
    }
    const gpusim_field word = {.name = field->tag, .type = GPUSIM_STRING};
    uint32_t outer = b->place;
    b->place = slot;
    gpusim_status status = gs_report_missing(b, field->detail.record, &word);
    b->place = outer;
    return status;
}

static gpusim_status bind_tagged(gs_binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    // without the tag it is the first one, or nothing
    uint32_t map = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
    uint32_t tag = 0;
    if (map && gs_node_at(b, map)->kind == GS_YAML_MAP) {
        tag = gs_tree_find(b->yaml, map, field->tag, strlen(field->tag), &b->steps);
    }
    if (tag == 0 && (field->flags & GPUSIM_REQUIRED)) {
        return report_untagged(b, field, slot);
    }
    if (tag == 0) {
        return bind_alternative(b, field, 0, slot, out);
    }
    uint32_t value = gs_yaml_resolve(b->yaml, gs_node_at(b, tag)->first);
    uint32_t length = b->length;
    gs_enter_key(b, field->tag);
    gpusim_status status = GPUSIM_OK;
    if (gs_yaml_is_null(b->yaml, value) || gs_node_at(b, value)->kind != GS_YAML_SCALAR) {
        gpusim_field word = {.name = field->tag, .type = GPUSIM_STRING};
        status = gs_report_type(b, &word, tag);
        gs_leave(b, length);
        return status;
    }
    const gpusim_field *found =
        gpusim_record_find(field->detail.record, gs_node_at(b, value)->text);
    if (!found) {
        status = gs_report_alternative(b, field, value);
    }
    gs_leave(b, length);
    if (!found) {
        return status;
    }
    return bind_alternative(b, field, (uint32_t)(found - field->detail.record->fields), slot, out);
}

typedef struct key_counter {
    uint32_t first, count;
    gs_binder *b;
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
    c->status = gs_report_merge(c->b, slot);
    return c->status != GPUSIM_OK;
}

static gpusim_status bind_only_key(gs_binder *b, const gpusim_field *field, uint32_t slot,
                                   void *out)
{
    uint32_t map = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
    key_counter keys = {.b = b};
    gs_tree_visitor visitor = {visit_count, visit_count_wrong, &keys, &b->steps};
    if (gs_tree_walk(b->yaml, map, &visitor) < 0) {
        return gs_report_too_large(b, slot);
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
        return gs_report(b, gs_place_of(b, slot), &problem);
    }
    const gpusim_field *found =
        gpusim_record_find(field->detail.record, gs_node_at(b, keys.first)->text);
    if (!found) {
        return gs_report_unknown(b, field->detail.record, NULL, keys.first);
    }
    uint32_t length = b->length;
    gs_enter_key(b, found->name);
    gpusim_status status = bind_alternative(
        b, field, (uint32_t)(found - field->detail.record->fields), keys.first, out);
    gs_leave(b, length);
    return status;
}

// the name alone: the alternative's defaults
static gpusim_status bind_named(gs_binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    uint32_t value = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
    const gs_yaml_node *word = gs_node_at(b, value);
    if (word->kind != GS_YAML_SCALAR) {
        return gs_report_type(b, field, slot);
    }
    const gpusim_field *found = gpusim_record_find(field->detail.record, word->text);
    if (!found) {
        return gs_report_alternative(b, field, value);
    }
    gpusim_one_of *chosen = out;
    chosen->which = (uint32_t)(found - field->detail.record->fields);
    chosen->value = gs_arena_get(b->arena, gs_field_size(found));
    if (!chosen->value) {
        return gpusim_fail(b->err, GPUSIM_MEMORY, "no memory for a scenario");
    }
    uint32_t length = b->length;
    gs_enter_key(b, found->name);
    gpusim_status status = gs_bind_record(b, found->detail.record, NULL, 0, chosen->value);
    gs_leave(b, length);
    return status;
}

gpusim_status gs_bind_one_of(gs_binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    uint32_t value = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
    int is_map = value && gs_node_at(b, value)->kind == GS_YAML_MAP;
    int is_null = gs_yaml_is_null(b->yaml, value);
    if (field->detail.record->count == 0) {
        return gpusim_fail(b->err, GPUSIM_INTERNAL, "'%s' has no alternatives", field->name);
    }
    if (!is_map && !is_null && (field->flags & GPUSIM_NAMED)) {
        return bind_named(b, field, slot, out);
    }
    if (!is_map && !is_null && (field->flags & GPUSIM_PLAIN)) {
        const gpusim_field *first = &field->detail.record->fields[0];
        gpusim_one_of *chosen = out;
        chosen->which = 0;
        chosen->value = gs_arena_get(b->arena, gs_field_size(first));
        if (!chosen->value) {
            return gpusim_fail(b->err, GPUSIM_MEMORY, "no memory for a scenario");
        }
        return gs_bind_value(b, first, slot, chosen->value);
    }
    if ((field->flags & GPUSIM_TAGGED) && (is_map || is_null)) {
        return bind_tagged(b, field, slot, out);
    }
    if ((field->flags & GPUSIM_EITHER) && is_map) {
        return bind_alternative(b, field, 1, slot, out);
    }
    return is_map ? bind_only_key(b, field, slot, out) : gs_report_type(b, field, slot);
}

// ---- lists and maps ----

static gpusim_status report_length(gs_binder *b, const gpusim_field *field, uint32_t slot,
                                   uint32_t count)
{
    gpusim_error problem;
    if (gs_check_length(field, count, &problem) == GPUSIM_OK) {
        return GPUSIM_OK;
    }
    return gs_report(b, gs_place_of(b, slot), &problem);
}

static gpusim_status make_items(gs_binder *b, gpusim_list *list, uint32_t count, size_t size)
{
    list->count = count;
    list->items = count ? gs_arena_get(b->arena, size * count) : NULL;
    if (count && !list->items) {
        return gpusim_fail(b->err, GPUSIM_MEMORY, "no memory for a list of %u", count);
    }
    return GPUSIM_OK;
}

gpusim_status gs_bind_list(gs_binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    gpusim_status status;
    gpusim_list *list = out;
    const gpusim_field *element = field->detail.element;
    uint32_t value = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
    if ((field->flags & GPUSIM_PLAIN) && !gs_yaml_is_null(b->yaml, value) &&
        gs_node_at(b, value)->kind == GS_YAML_SCALAR) {
        status = make_items(b, list, 1, gs_field_size(element));
        return status == GPUSIM_OK ? gs_bind_value(b, element, slot, list->items) : status;
    }
    if (!gs_yaml_is_null(b->yaml, value) && gs_node_at(b, value)->kind != GS_YAML_LIST) {
        return gs_report_type(b, field, slot);
    }
    uint32_t first = value ? gs_node_at(b, value)->first : 0, count = 0;
    for (uint32_t i = first; i; i = gs_node_at(b, i)->next) {
        count++;
    }
    if (count > b->steps) {
        b->steps = 0;
        return gs_report_too_large(b, slot);
    }
    GPUSIM_TRY(report_length(b, field, slot, count));
    size_t size = gs_field_size(element);
    GPUSIM_TRY(make_items(b, list, count, size));
    uint32_t length = b->length, index = 0;
    for (uint32_t i = first; i; i = gs_node_at(b, i)->next, index++) {
        gs_enter_index(b, index);
        GPUSIM_TRY(gs_bind_value(b, element, i, (char *)list->items + index * size));
        gs_leave(b, length);
    }
cleanup:
    return status;
}

// The slots of a map in order; of merged ones only keys that are new.
typedef struct entry_reader {
    gs_binder *b;
    gs_array slots; // uint32_t
    uint32_t own;   // the map's own, which differ and come first
    gpusim_status status;
} entry_reader;

static int visit_entry(void *self, uint32_t slot)
{
    entry_reader *r = self;
    const gs_yaml_node *key = gs_node_at(r->b, slot);
    for (uint32_t i = 0; r->slots.count >= r->own && i < r->slots.count; i++) {
        const gs_yaml_node *other = gs_node_at(r->b, GS_AT(r->slots, uint32_t, i));
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
    r->status = gs_report_merge(r->b, slot);
    return r->status != GPUSIM_OK;
}

static gpusim_status bind_entry(gs_binder *b, const gpusim_field *element, uint32_t slot,
                                char *entry)
{
    const gs_yaml_node *key = gs_node_at(b, slot);
    gpusim_error problem;
    if (strlen(key->text) != key->length || key->length == 0) {
        gpusim_fail(&problem, GPUSIM_SCENARIO, "a key must not be empty or contain a zero byte");
        return gs_report(b, slot, &problem);
    }
    const char *copy = gs_arena_text(b->arena, key->text, key->length);
    if (!copy) {
        return gpusim_fail(b->err, GPUSIM_MEMORY, "no memory for a key");
    }
    uint32_t length = b->length;
    gs_enter_key(b, copy);
    gpusim_status status = gs_bind_value(b, element, slot, entry + element->offset);
    gs_leave(b, length);
    // after the value: a table may count its offsets from the start of the entry
    memcpy(entry, &copy, sizeof copy);
    return status;
}

gpusim_status gs_bind_map(gs_binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    gpusim_status status;
    gpusim_list *list = out;
    const gpusim_field *element = field->detail.element;
    uint32_t value = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
    entry_reader r = {.b = b, .slots = GS_ARRAY(uint32_t)};
    if (!gs_yaml_is_null(b->yaml, value) && gs_node_at(b, value)->kind != GS_YAML_MAP) {
        return gs_report_type(b, field, slot);
    }
    if (value && gs_node_at(b, value)->kind == GS_YAML_MAP) {
        for (uint32_t i = gs_node_at(b, value)->first; i; i = gs_node_at(b, i)->next) {
            r.own += !gs_tree_is_merge(gs_node_at(b, i));
        }
        gs_tree_visitor visitor = {visit_entry, visit_entry_wrong, &r, &b->steps};
        int answer = gs_tree_walk(b->yaml, value, &visitor);
        GPUSIM_TRY(r.status);
        if (answer < 0) {
            GPUSIM_TRY(gs_report_too_large(b, slot));
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
