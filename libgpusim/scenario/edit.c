/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Editing a spec by key path: the path is held against the table, then the tree is changed in
 * place, and what aliases share is copied first. */
#include <stdio.h>
#include <string.h>

#include "base/field.h"
#include "base/quantity.h"
#include "base/suggest.h"
#include "scenario/scalar.h"
#include "scenario/spec.h"
#include "scenario/tree.h"

#define EDIT_NAME "--set"

typedef struct editor {
    gs_yaml *yaml;
    const char *key;
    const char *name; // stands for the file in messages
    uint32_t source;  // the text "KEY=VALUE"
    uint32_t steps;
    gpusim_error *err;
} editor;

// ---- the path against the table ----

static gpusim_status fail_path(editor *e, const char *at, const char *message, const char *hint)
{
    gpusim_fail(e->err, GPUSIM_ARGUMENT, "%s", message);
    if (hint) {
        gpusim_error_hint(e->err, "%s", hint);
    }
    if (e->err) {
        gs_yaml_locate(e->yaml, e->source, 1, (int)(at - e->key) + 1, e->err);
        snprintf(e->err->key, sizeof e->err->key, "%s", e->key);
    }
    return GPUSIM_ARGUMENT;
}

// the field a name stands for in a list of fields
static const gpusim_field *find_field(const gpusim_record *record, const gs_tree_step *step)
{
    for (uint32_t i = 0; record && i < record->count; i++) {
        const char *name = record->fields[i].name;
        if (strlen(name) == step->length && memcmp(name, step->name, step->length) == 0) {
            return &record->fields[i];
        }
    }
    return NULL;
}

// a field of any alternative of a tagged one-of: the one that the tree names, if it has it
static const gpusim_field *find_tagged(editor *e, const gpusim_field *field, uint32_t map,
                                       const gs_tree_step *step)
{
    static const gpusim_field tag = {.name = "tag", .type = GPUSIM_STRING};
    const gpusim_record *record = field->detail.record;
    if (strlen(field->tag) == step->length && memcmp(field->tag, step->name, step->length) == 0) {
        return &tag;
    }
    const gpusim_field *chosen = &record->fields[0];
    if (map && gs_yaml_at(e->yaml, map)->kind == GS_YAML_MAP) {
        uint32_t slot = gs_tree_find(e->yaml, map, field->tag, strlen(field->tag), &e->steps);
        uint32_t value = gs_yaml_resolve(e->yaml, gs_yaml_at(e->yaml, slot)->first);
        const char *name = slot && value ? gs_yaml_at(e->yaml, value)->text : NULL;
        const gpusim_field *named = name ? gpusim_record_find(record, name) : NULL;
        chosen = named ? named : chosen;
    }
    const gpusim_field *found = find_field(chosen->detail.record, step);
    for (uint32_t i = 0; i < record->count && !found; i++) {
        found = find_field(record->fields[i].detail.record, step);
    }
    return found;
}

static gpusim_status fail_name(editor *e, const gpusim_field *field, const gs_tree_step *step)
{
    char word[72], message[200], hint[256], known[160];
    gs_quote(step->name, step->length, word);
    gs_suggestion suggestion = {.word = word};
    const gpusim_record *record = field->detail.record;
    if (field->tag) {
        gs_suggest(&suggestion, field->tag);
    }
    for (uint32_t i = 0; record && i < record->count; i++) {
        const gpusim_record *inner = record->fields[i].detail.record;
        if (!field->tag) {
            gs_suggest(&suggestion, record->fields[i].name);
            continue;
        }
        for (uint32_t j = 0; inner && j < inner->count; j++) {
            gs_suggest(&suggestion, inner->fields[j].name);
        }
    }
    snprintf(message, sizeof message, "unknown key '%s' in %s", word,
             record && record->name ? record->name : field->name);
    gs_join_fields(field->tag ? record->fields[0].detail.record : record, field->tag, known,
                   sizeof known);
    if (gs_suggested(&suggestion)) {
        snprintf(hint, sizeof hint, "did you mean '%.60s'? Known: %s", gs_suggested(&suggestion),
                 known);
    } else {
        snprintf(hint, sizeof hint, "known: %s", known);
    }
    return fail_path(e, step->name, message, hint);
}

static uint32_t list_length(const gs_yaml *yaml, uint32_t list)
{
    uint32_t count = 0;
    if (list && gs_yaml_at(yaml, list)->kind == GS_YAML_LIST) {
        for (uint32_t i = gs_yaml_at(yaml, list)->first; i; i = gs_yaml_at(yaml, i)->next) {
            count++;
        }
    }
    return count;
}

static gpusim_status check_index(editor *e, const char *at, const gs_tree_step *step,
                                 uint32_t value)
{
    char message[120];
    uint32_t count = list_length(e->yaml, value);
    if (step->index <= count) {
        return GPUSIM_OK;
    }
    snprintf(message, sizeof message, "there is no element %u: the list has %u", step->index,
             count);
    return fail_path(e, at, message, "elements count from 0; the next index appends one");
}

// what the next step of a path may be is decided by the field it starts from
static gpusim_status check_step(editor *e, const char *at, const gs_tree_step *step, uint32_t value,
                                const gpusim_field **field)
{
    char message[200];
    const gpusim_field *from = *field, *to = NULL;
    if (step->name && from->type == GPUSIM_ONE_OF && (from->flags & GPUSIM_EITHER)) {
        from = &from->detail.record->fields[1];
    }
    if (!step->name) {
        if (from->type == GPUSIM_ONE_OF && (from->flags & GPUSIM_PLAIN)) {
            from = &from->detail.record->fields[0];
        }
        if (from->type != GPUSIM_LIST) {
            snprintf(message, sizeof message, "'%.60s' is no list", from->name);
            return fail_path(e, at, message, NULL);
        }
        *field = from->detail.element;
        return check_index(e, at, step, value);
    }
    if (from->type == GPUSIM_MAP) {
        to = from->detail.element;
    } else if (from->type == GPUSIM_RECORD ||
               (from->type == GPUSIM_ONE_OF && !(from->flags & GPUSIM_TAGGED))) {
        to = find_field(from->detail.record, step);
    } else if (from->type == GPUSIM_ONE_OF) {
        to = find_tagged(e, from, value, step);
    } else if (from->type == GPUSIM_LIST) {
        snprintf(message, sizeof message, "'%.60s' is a list: its elements are '[0]', '[1]', ...",
                 from->name);
        return fail_path(e, step->name, message, NULL);
    } else {
        snprintf(message, sizeof message, "'%.60s' is a single value and has no keys", from->name);
        return fail_path(e, step->name, message, NULL);
    }
    if (!to) {
        return fail_name(e, from, step);
    }
    *field = to;
    return GPUSIM_OK;
}

static gpusim_status check_path(editor *e, const gpusim_spec *spec)
{
    const gpusim_field whole = {
        .name = spec->record->name, .type = GPUSIM_RECORD, .detail.record = spec->record};
    const gpusim_field *field = &whole;
    uint32_t slot = spec->document;
    const char *rest = e->key;
    gs_tree_step step;
    for (;;) {
        const char *at = rest;
        int more = gs_tree_next(&rest, &step);
        if (more < 0 || (more == 0 && rest == e->key)) {
            return fail_path(e, at, "not a key path",
                             "write one like 'cluster.nodes[0].count' or 'scheduler.order'");
        }
        if (more == 0) {
            return GPUSIM_OK;
        }
        uint32_t value = slot ? gs_yaml_resolve(e->yaml, gs_yaml_at(e->yaml, slot)->first) : 0;
        gpusim_status status = check_step(e, at, &step, value, &field);
        if (status != GPUSIM_OK) {
            return status;
        }
        uint8_t kind = gs_yaml_at(e->yaml, value)->kind;
        slot = 0;
        if (value && step.name && kind == GS_YAML_MAP) {
            slot = gs_tree_find(e->yaml, value, step.name, step.length, &e->steps);
        } else if (value && !step.name && kind == GS_YAML_LIST) {
            slot = gs_tree_element(e->yaml, value, step.index);
        }
    }
}

// ---- changing the tree ----

static void append_slot(gs_yaml *yaml, uint32_t parent, uint32_t slot)
{
    gs_yaml_node *node = gs_yaml_at(yaml, parent);
    if (node->last) {
        gs_yaml_at(yaml, node->last)->next = slot;
    } else {
        node->first = slot;
    }
    node->last = slot;
}

static gpusim_status new_slot(editor *e, uint32_t parent, const char *key, size_t length,
                              uint32_t value, uint32_t *slot)
{
    gs_yaml_node node = {.kind = GS_YAML_SLOT, .first = value, .source = e->source};
    node.line = node.column = 1;
    if (key) {
        node.length = (uint32_t)length;
        node.text = gs_arena_text(&e->yaml->arena, key, length);
        if (!node.text) {
            return gpusim_fail(e->err, GPUSIM_MEMORY, "no memory for a key");
        }
    }
    gpusim_status status = gs_yaml_push(e->yaml, &node, slot, e->err);
    if (status == GPUSIM_OK) {
        append_slot(e->yaml, parent, *slot);
    }
    return status;
}

// a list or map of our own with the same slots; their values are shared from now on
static gpusim_status copy_collection(editor *e, uint32_t original, uint32_t *copy)
{
    gs_yaml_node node = *gs_yaml_at(e->yaml, original);
    uint32_t from = node.first;
    node.first = node.last = 0;
    node.shared = 0;
    gpusim_status status = gs_yaml_push(e->yaml, &node, copy, e->err);
    while (from && status == GPUSIM_OK) {
        gs_yaml_node slot = *gs_yaml_at(e->yaml, from);
        uint32_t number = 0;
        from = slot.next;
        slot.next = 0;
        if (slot.first) {
            gs_yaml_at(e->yaml, slot.first)->shared = 1;
        }
        status = gs_yaml_push(e->yaml, &slot, &number, e->err);
        if (status == GPUSIM_OK) {
            append_slot(e->yaml, *copy, number);
        }
    }
    return status;
}

// the list or map in a slot, made if there is none, and nobody else's
static gpusim_status own_collection(editor *e, uint32_t slot, gs_yaml_kind kind, uint32_t *own)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t value = gs_yaml_at(e->yaml, slot)->first;
    uint32_t target = gs_yaml_resolve(e->yaml, value);
    if (target == 0 || gs_yaml_at(e->yaml, target)->kind != (uint8_t)kind) {
        gs_yaml_node node = {.kind = (uint8_t)kind, .source = e->source, .line = 1, .column = 1};
        status = gs_yaml_push(e->yaml, &node, own, e->err);
    } else if (value != target || gs_yaml_at(e->yaml, target)->shared) {
        status = copy_collection(e, target, own);
    } else {
        *own = target;
        return GPUSIM_OK;
    }
    if (status == GPUSIM_OK) {
        gs_yaml_at(e->yaml, slot)->first = *own;
    }
    return status;
}

// the slot that one step of the path leads to, made if there is none
static gpusim_status take_step(editor *e, const gs_tree_step *step, uint32_t *slot)
{
    uint32_t parent = 0;
    gpusim_status status =
        own_collection(e, *slot, step->name ? GS_YAML_MAP : GS_YAML_LIST, &parent);
    if (status != GPUSIM_OK) {
        return status;
    }
    uint32_t found = 0;
    if (!step->name) {
        found = gs_tree_element(e->yaml, parent, step->index);
        if (!found) {
            return new_slot(e, parent, NULL, 0, 0, slot);
        }
        *slot = found;
        return GPUSIM_OK;
    }

    // its own key; or one that `<<` brought, which becomes its own
    for (uint32_t i = gs_yaml_at(e->yaml, parent)->first; i && !found;
         i = gs_yaml_at(e->yaml, i)->next) {
        const gs_yaml_node *key = gs_yaml_at(e->yaml, i);
        found =
            key->length == step->length && memcmp(key->text, step->name, step->length) == 0 ? i : 0;
    }
    if (found) {
        *slot = found;
        return GPUSIM_OK;
    }
    uint32_t merged = gs_tree_find(e->yaml, parent, step->name, step->length, &e->steps);
    uint32_t value = merged ? gs_yaml_at(e->yaml, merged)->first : 0;
    if (value) {
        gs_yaml_at(e->yaml, value)->shared = 1;
    }
    return new_slot(e, parent, step->name, step->length, value, slot);
}

static gpusim_status put_value(editor *e, const gpusim_spec *spec, uint32_t value)
{
    uint32_t slot = spec->document;
    const char *rest = e->key;
    gs_tree_step step;
    while (gs_tree_next(&rest, &step) > 0) {
        gpusim_status status = take_step(e, &step, &slot);
        if (status != GPUSIM_OK) {
            return status;
        }
    }
    gs_yaml_at(e->yaml, slot)->first = value;
    return GPUSIM_OK;
}

// reads the value out of "KEY=VALUE"; *value is its node
static gpusim_status read_value(editor *e, const char *value, uint32_t *node)
{
    gpusim_status status;
    gs_problems *problems = NULL;
    gs_array text = GS_ARRAY(char);
    uint32_t slot = 0;
    size_t key = strlen(e->key), length = strlen(value);
    if (key > GS_YAML_BYTES || length > GS_YAML_BYTES) {
        return gpusim_fail(e->err, GPUSIM_ARGUMENT, "key or value is larger than 16 MiB");
    }
    GPUSIM_TRY(gs_allocate(&problems, 1, sizeof *problems, e->err));
    GPUSIM_TRY(gs_array_resize(&text, (uint32_t)(key + length + 2), e->err));
    memcpy(text.data, e->key, key);
    memcpy((char *)text.data + key, "=", 1);
    memcpy((char *)text.data + key + 1, value, length);
    GPUSIM_TRY(
        gs_yaml_add_source(e->yaml, e->name, text.data, key + 1 + length, &e->source, e->err));
    GPUSIM_TRY(gs_yaml_read(e->yaml, e->source, key + 1, &slot, problems, e->err));
    if (problems->count) {
        status = GPUSIM_SCENARIO;
        if (e->err) {
            *e->err = problems->items[0];
        }
        goto cleanup;
    }
    *node = gs_yaml_at(e->yaml, slot)->first;

    // no value at all is written down as what it means, so that messages find a place
    if (*node == 0) {
        gs_yaml_node nothing = {.kind = GS_YAML_SCALAR, .text = "", .source = e->source};
        nothing.line = 1;
        nothing.column = (int32_t)key + 2;
        GPUSIM_TRY(gs_yaml_push(e->yaml, &nothing, node, e->err));
    }
cleanup:
    gs_array_release(&text);
    gs_release(&problems);
    return status;
}

gpusim_status gpusim_spec_set(gpusim_spec *spec, const char *key, const char *value,
                              gpusim_error *err)
{
    return gs_spec_set_as(spec, EDIT_NAME, key, value, err);
}

gpusim_status gs_spec_set_as(gpusim_spec *spec, const char *name, const char *key,
                             const char *value, gpusim_error *err)
{
    gpusim_status status;
    if (!spec || !key || !value) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "spec, key and value are needed");
    }
    if (!spec->document) {
        if (err) {
            *err = spec->problems->items[0];
        }
        return GPUSIM_SCENARIO;
    }
    editor e = {.yaml = &spec->yaml, .key = key, .name = name, .steps = GS_TREE_STEPS, .err = err};
    void *before = NULL;
    uint32_t count = spec->yaml.nodes.count, node = 0;
    size_t bytes = (size_t)count * sizeof(gs_yaml_node);

    // all or nothing: what fails on the way leaves the tree as it was
    GPUSIM_TRY(gs_allocate(&before, bytes, 1, err));
    memcpy(before, spec->yaml.nodes.data, bytes);
    GPUSIM_TRY(read_value(&e, value, &node));
    GPUSIM_TRY(check_path(&e, spec));
    GPUSIM_TRY(put_value(&e, spec, node));
    GPUSIM_TRY(gs_spec_examine(spec, err));
    gs_release(&spec->effective);

cleanup:
    if (status != GPUSIM_OK && before) {
        memcpy(spec->yaml.nodes.data, before, bytes);
        spec->yaml.nodes.count = count;
    }
    gs_release(&before);
    return status;
}
