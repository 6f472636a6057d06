/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binding: records, values and defaults. Alternatives, lists and maps are in collect.c, single
 * values in scalar.c, messages in report.c. */
#include "scenario/binder.h"

#include <string.h>

#include "base/field.h"
#include "scenario/binding.h"
#include "scenario/scalar.h"

static gpusim_status bind_fallback(gs_binder *b, const gpusim_field *field, void *out);

// ---- records ----

typedef struct record_reader {
    gs_binder *b;
    const gpusim_record *record;
    const char *tag;                  // a key that is not the record's own; NULL: none
    uint32_t found[GS_RECORD_FIELDS]; // the slot of each field, 0: absent
    gpusim_status status;
} record_reader;

static int visit_field(void *self, uint32_t slot)
{
    record_reader *r = self;
    const gs_yaml_node *key = gs_node_at(r->b, slot);
    const gpusim_field *field = gpusim_record_find(r->record, key->text);
    if (field && strlen(key->text) == key->length) {
        uint32_t *found = &r->found[field - r->record->fields];
        *found = *found ? *found : slot;
    } else if (!r->tag || strcmp(key->text, r->tag) != 0) {
        r->status = gs_report_unknown(r->b, r->record, r->tag, slot);
    }
    return r->status != GPUSIM_OK;
}

static int visit_wrong_merge(void *self, uint32_t slot)
{
    record_reader *r = self;
    r->status = gs_report_merge(r->b, slot);
    return r->status != GPUSIM_OK;
}

static gpusim_status bind_absent(gs_binder *b, const gpusim_record *record,
                                 const gpusim_field *field, void *out)
{
    if (b->steps == 0) {
        return GPUSIM_OK;
    }
    b->steps--;
    if (field->flags & GPUSIM_REQUIRED) {
        return gs_report_missing(b, record, field);
    }
    if (field->fallback) {
        return bind_fallback(b, field, out);
    }
    if (field->flags & GPUSIM_OPTIONAL) {
        gs_field_absent(field, out);
    } else if (field->type == GPUSIM_RECORD) {
        // an empty map: every field has its default
        uint32_t length = b->length;
        gs_enter_key(b, field->name);
        gpusim_status status = gs_bind_record(b, field->detail.record, NULL, 0, out);
        gs_leave(b, length);
        return status;
    }
    return GPUSIM_OK;
}

// slot: whose value is the map; 0 or a null value: an empty map
gpusim_status gs_bind_record(gs_binder *b, const gpusim_record *record, const char *tag,
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
    uint32_t value = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
    if (slot && value && gs_node_at(b, value)->kind == GS_YAML_MAP) {
        gs_tree_visitor visitor = {visit_field, visit_wrong_merge, &r, &b->steps};
        if (gs_tree_walk(b->yaml, value, &visitor) < 0) {
            r.status = gs_report_too_large(b, slot);
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
        gs_enter_key(b, field->name);
        r.status = gs_bind_value(b, field, r.found[i], place);
        gs_leave(b, length);
    }
    b->depth--;
    b->place = outer;
    return r.status;
}

// ---- values of any kind ----

static gpusim_status bind_scalar(gs_binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    gpusim_error problem = {0};
    uint32_t value = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
    const gs_yaml_node *node = gs_node_at(b, value);
    if (gs_yaml_is_null(b->yaml, value) || node->kind != GS_YAML_SCALAR) {
        return gs_report_type(b, field, slot);
    }
    gpusim_status status = gs_scalar_read(field, node->text, node->length, b->arena, out, &problem);
    if (status == GPUSIM_SCENARIO) {
        return gs_report(b, value, &problem);
    }
    if (status != GPUSIM_OK) {
        *b->err = problem;
    }
    return status;
}

static gpusim_status bind_map_record(gs_binder *b, const gpusim_field *field, uint32_t slot,
                                     void *out)
{
    uint32_t value = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
    if (!gs_yaml_is_null(b->yaml, value) && gs_node_at(b, value)->kind != GS_YAML_MAP) {
        return gs_report_type(b, field, slot);
    }
    gpusim_status status = gs_bind_record(b, field->detail.record, NULL, slot, out);
    if (field->flags & GPUSIM_OPTIONAL) {
        *(uint8_t *)out = 1; // `present`
    }
    return status;
}

gpusim_status gs_bind_value(gs_binder *b, const gpusim_field *field, uint32_t slot, void *out)
{
    // a tree that aliases have blown up is reported once and then left alone
    if (b->steps == 0) {
        return GPUSIM_OK;
    }
    if (--b->steps == 0) {
        return gs_report_too_large(b, slot);
    }
    uint32_t value = gs_yaml_resolve(b->yaml, gs_node_at(b, slot)->first);
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
        return gs_report(b, slot, &problem);
    }
    gpusim_status status = GPUSIM_OK;
    b->depth++;
    switch (field->type) {
    case GPUSIM_RECORD:
        status = bind_map_record(b, field, slot, out);
        break;
    case GPUSIM_LIST:
        status = gs_bind_list(b, field, slot, out);
        break;
    case GPUSIM_MAP:
        status = gs_bind_map(b, field, slot, out);
        break;
    default:
        status = gs_bind_one_of(b, field, slot, out);
        break;
    }
    b->depth--;
    return status;
}

// ---- defaults ----

static gpusim_status bind_fallback_tree(gs_binder *b, const gpusim_field *field, void *out)
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
        GPUSIM_TRY(gs_report(b, slot, &problems->items[0]));
    }
    GPUSIM_TRY(gs_bind_value(b, field, slot, out));
cleanup:
    b->yaml = outer;
    gs_release(&problems);
    gs_yaml_release(&yaml);
    return status;
}

static gpusim_status bind_fallback(gs_binder *b, const gpusim_field *field, void *out)
{
    gpusim_status status = GPUSIM_OK;
    const char *outer = b->fallback;
    uint32_t length = b->length;
    gs_enter_key(b, field->name);
    if (gs_is_scalar(field->type)) {
        gpusim_error problem = {0};
        const char *text = field->fallback;
        b->fallback = text;
        status = gs_scalar_read(field, text, strlen(text), b->arena, out, &problem);
        if (status == GPUSIM_SCENARIO) {
            status = gs_report(b, 0, &problem);
        } else if (status != GPUSIM_OK) {
            *b->err = problem;
        }
    } else if (field->type == GPUSIM_RECORD && strcmp(field->fallback, "{}") == 0) {
        // what is required within it is the author's to give
        status = gs_bind_record(b, field->detail.record, NULL, 0, out);
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
    gs_leave(b, length);
    return status;
}

gpusim_status gs_bind_tree(const gs_yaml *yaml, uint32_t slot, const gpusim_record *record,
                           gs_arena *arena, void *out, gs_problems *problems, gpusim_error *err)
{
    gpusim_error unused;
    gs_binder b = {.yaml = yaml,
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
        gpusim_fail(&problem, GPUSIM_SCENARIO, "the %s is empty", record->name);
        gpusim_error_hint(&problem, "it is %s", expected);
        return gs_report(&b, slot, &problem);
    }
    return gs_bind_value(&b, &whole, slot, out);
}
