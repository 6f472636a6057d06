/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a message about a wrong scenario says, and where. */
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "base/suggest.h"
#include "scenario/binding.h"
#include "scenario/scalar.h"

// appends to the key path; the caller restores b->length. What does not fit is left out.
void gs_enter_key(gs_binder *b, const char *key)
{
    int more = snprintf(b->path + b->length, sizeof b->path - b->length, "%s%s",
                        b->length ? "." : "", key);
    b->length += (uint32_t)more;
    b->length = b->length < sizeof b->path ? b->length : (uint32_t)sizeof b->path - 1;
}

void gs_enter_index(gs_binder *b, uint32_t index)
{
    int more = snprintf(b->path + b->length, sizeof b->path - b->length, "[%u]", index);
    b->length += (uint32_t)more;
    b->length = b->length < sizeof b->path ? b->length : (uint32_t)sizeof b->path - 1;
}

void gs_leave(gs_binder *b, uint32_t length)
{
    b->length = length;
    b->path[length] = '\0';
}

// records a problem at a node. A default that is wrong is nobody's but ours.
gpusim_status gs_report(gs_binder *b, uint32_t node, gpusim_error *problem)
{
    if (b->fallback) {
        return gpusim_fail(b->err, GPUSIM_INTERNAL, "the default '%s' of '%s' is wrong: %s",
                           b->fallback, b->path, problem->message);
    }
    const gs_yaml_node *place = gs_node_at(b, node);
    problem->status = GPUSIM_SCENARIO;
    gs_yaml_locate(b->yaml, place->source, place->line, place->column, problem);
    snprintf(problem->key, sizeof problem->key, "%.*s%s",
             b->length < sizeof problem->key ? (int)b->length : (int)sizeof problem->key - 4,
             b->path, b->length < sizeof problem->key ? "" : "...");
    gs_problems_add(b->problems, place->source, problem);
    return GPUSIM_OK;
}

// a value's own place, else that of its slot
uint32_t gs_place_of(const gs_binder *b, uint32_t slot)
{
    uint32_t value = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
    return value ? value : slot;
}

// the one key that a table needs; NULL: it needs none, or several
static const char *only_needed(const gpusim_field *field)
{
    const gpusim_record *record = field->detail.record;
    const char *name = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < record->count; i++) {
        int needed = (record->fields[i].flags & GPUSIM_REQUIRED) != 0;
        name = needed ? record->fields[i].name : name;
        count += (uint32_t)needed;
    }
    return count == 1 ? name : NULL;
}

gpusim_status gs_report_type(gs_binder *b, const gpusim_field *field, uint32_t slot)
{
    gpusim_error problem;
    char expected[220], found[80], quoted[72];
    const gs_yaml_node *value = gs_node_at(b, gs_place_of(b, slot));
    gs_expected(field, expected, sizeof expected);
    if (value->kind == GS_YAML_LIST || value->kind == GS_YAML_MAP) {
        snprintf(found, sizeof found, "%s", value->kind == GS_YAML_LIST ? "a list" : "a map");
    } else if (gs_yaml_is_null(b->yaml, gs_node_at(b, slot)->first)) {
        snprintf(found, sizeof found, "nothing");
    } else {
        snprintf(found, sizeof found, "'%s'", gs_quote(value->text, value->length, quoted));
    }
    gpusim_fail(&problem, GPUSIM_SCENARIO, "expected %s, found %s", expected, found);
    if (field->fallback && gs_yaml_is_null(b->yaml, gs_node_at(b, slot)->first)) {
        gpusim_error_hint(&problem, "remove the key to have its default, %.100s", field->fallback);
    } else if (field->type == GPUSIM_RECORD && value->kind == GS_YAML_SCALAR &&
               only_needed(field)) {
        gpusim_error_hint(&problem, "write `{%s: %s}`", only_needed(field), quoted);
    } else if (field->type == GPUSIM_LIST && value->kind == GS_YAML_MAP) {
        gpusim_error_hint(&problem, "begin each entry with '- ', or put the only one into []");
    }
    return gs_report(b, gs_place_of(b, slot), &problem);
}

// the part of a table that knows the key; NULL: none
static const char *find_owner(const gpusim_record *record, const char *key)
{
    for (uint32_t i = 0; record && i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        if (field->type == GPUSIM_RECORD && gpusim_record_find(field->detail.record, key)) {
            return field->name;
        }
    }
    return NULL;
}

// a name that a table does not know; b->path ends before it
gpusim_status gs_report_unknown(gs_binder *b, const gpusim_record *record, const char *tag,
                                uint32_t slot)
{
    gpusim_error problem;
    char quoted[72], known[180];
    const gs_yaml_node *key = gs_node_at(b, slot);
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
    const char *nearest = gs_suggested(&suggestion), *owner = find_owner(record, key->text);
    if (owner) {
        gpusim_error_hint(&problem, "it belongs into `%s: {%s: ...}`", owner, quoted);
    } else if (nearest) {
        gpusim_error_hint(&problem, "did you mean '%s'? Known: %s", nearest, known);
    } else if (known[0]) {
        gpusim_error_hint(&problem, "known: %s", known);
    } else {
        gpusim_error_hint(&problem, "there is nothing to be set here");
    }
    uint32_t length = b->length;
    gs_enter_key(b, quoted);
    gpusim_status status = gs_report(b, slot, &problem);
    gs_leave(b, length);
    return status;
}

gpusim_status gs_report_missing(gs_binder *b, const gpusim_record *record,
                                const gpusim_field *field)
{
    gpusim_error problem;
    char expected[220];
    gs_expected(field, expected, sizeof expected);
    gpusim_fail(&problem, GPUSIM_SCENARIO, "'%s' is missing in %s", field->name,
                record->name ? record->name : "this map");
    gpusim_error_hint(&problem, "'%s' wants %s", field->name, expected);

    // at the key of the map, or at the beginning of an item of a list
    const gs_yaml_node *slot = gs_node_at(b, b->place);
    uint32_t length = b->length;
    gs_enter_key(b, field->name);
    gpusim_status status = gs_report(b, slot->text ? b->place : gs_place_of(b, b->place), &problem);
    gs_leave(b, length);
    return status;
}

gpusim_status gs_report_too_large(gs_binder *b, uint32_t slot)
{
    gpusim_error problem;
    gpusim_fail(&problem, GPUSIM_SCENARIO, "aliases make this file larger than %u values",
                GS_TREE_STEPS);
    return gs_report(b, slot, &problem);
}

gpusim_status gs_report_merge(gs_binder *b, uint32_t slot)
{
    gpusim_error problem;
    gpusim_fail(&problem, GPUSIM_SCENARIO, "'<<' wants a map or a list of maps to merge");
    return gs_report(b, slot, &problem);
}

gpusim_status gs_report_alternative(gs_binder *b, const gpusim_field *field, uint32_t slot)
{
    gpusim_error problem;
    char quoted[72], known[180];
    const gs_yaml_node *value = gs_node_at(b, slot);
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
    return gs_report(b, slot, &problem);
}
