/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults that bring others along: each becomes a rule behind the one that it follows, with the
 * defaults of its kind. */
#include <stdio.h>

#include "scenario/binder.h"
#include "scenario/compile_chaos.h"
#include "scenario/problems.h"

// what a rule of a kind is when only the kind is given; a problem is a key that it needs besides
static gpusim_status bind_defaults(const gs_rule_maker *m, const gs_fault_kind *kind,
                                   gs_rule_fields *fields, gs_problems *problems, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t source = 0, slot = 0;
    gs_yaml nothing;
    GPUSIM_TRY(gs_yaml_create(&nothing, err));
    GPUSIM_TRY(gs_yaml_add_source(&nothing, kind->name, "{}", 2, &source, err));
    GPUSIM_TRY(gs_yaml_read(&nothing, source, 0, &slot, problems, err));
    GPUSIM_TRY(
        gs_bind_tree(&nothing, slot, kind->record, &m->at->model->arena, fields, problems, err));
cleanup:
    gs_yaml_release(&nothing);
    return status;
}

// neighbours are of one kind with what was struck, and racks have none
static gpusim_status check_whom(const gs_rule_maker *m, const char *key,
                                const gs_cause_fields *written, gpusim_error *err)
{
    const gs_fault_kind *kind = &gs_fault_kinds[written->kind];
    if (written->neighbours && (kind->scope != m->kind->scope || kind->scope > GS_FAULT_ON_NODE)) {
        return GS_RULE_FAIL(m, key, err, "%s strikes a %s, which has no %ss for neighbours",
                            m->kind->name, gs_fault_scope_names[m->kind->scope],
                            gs_fault_scope_names[kind->scope]);
    }
    return GPUSIM_OK;
}

static gpusim_status fill(const gs_rule_maker *m, const gs_rule_maker *own, const char *key,
                          const gs_cause_fields *written, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    *own->rule = (gs_rule){.kind = (uint32_t)written->kind,
                           .when = GS_WHEN_FOLLOWS,
                           .until = GPUSIM_TIME_MAX,
                           .ramp = own->fields->ramp,
                           .most = GPUSIM_NONE,
                           .lemon_factor = 1,
                           .reaches = written->probability,
                           .neighbours = (uint32_t)written->neighbours};
    GPUSIM_TRY(check_whom(m, key, written, err));
    GPUSIM_TRY(gs_rule_lengths(own, err));
    GPUSIM_TRY(gs_rule_strength(own, err));
    GPUSIM_TRY(gs_rule_distribution(m, "causes", &written->after, GPUSIM_UNIT_SECOND,
                                    &own->rule->after, err));
    if (written->lasts.value) {
        own->rule->ends = 1;
        GPUSIM_TRY(gs_rule_distribution(m, "causes", &written->lasts, GPUSIM_UNIT_SECOND,
                                        &own->rule->lasts, err));
    }
cleanup:
    return status;
}

static gpusim_status compile_cause(const gs_rule_maker *m, const char *parent, uint32_t i,
                                   gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cause_fields *written = (const gs_cause_fields *)m->fields->causes.items + i;
    gs_rule_fields defaults = {0};
    gs_rule rule;
    gs_rule_maker own = *m;
    gs_problems *problems = NULL;
    char name[256], key[64];
    own.kind = &gs_fault_kinds[written->kind];
    own.fields = &defaults;
    own.rule = &rule;
    snprintf(key, sizeof key, "causes[%u].fault", i);
    GPUSIM_TRY(gs_allocate(&problems, 1, sizeof *problems, err));
    GPUSIM_TRY(bind_defaults(m, own.kind, &defaults, problems, err));
    if (problems->count > 0) {
        status = GS_RULE_FAIL(m, key, err, "%s cannot follow another fault: %s", own.kind->name,
                              problems->items[0].message);
        goto cleanup;
    }
    GPUSIM_TRY(fill(m, &own, key, written, err));
    snprintf(name, sizeof name, i ? "%.120s/%s-%u" : "%.120s/%s", parent, own.kind->name, i);
    GPUSIM_TRY(gs_rule_call(&own, name, err));
    GPUSIM_TRY(gs_rule_keep(&own, err));
cleanup:
    gs_release(&problems);
    return status;
}

gpusim_status gs_rule_keep_all(gs_rule_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    m->rule->causes = m->fields->causes.count;
    GPUSIM_TRY(gs_rule_keep(m, err));
    for (uint32_t i = 0; i < m->fields->causes.count; i++) {
        GPUSIM_TRY(compile_cause(m, m->rule->name, i, err));
    }
cleanup:
    return status;
}
