/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps from an item of `chaos:` to rules. */
#ifndef GS_SCENARIO_COMPILE_CHAOS_H
#define GS_SCENARIO_COMPILE_CHAOS_H

#include "chaos/tables.h"
#include "scenario/entities.h"

/* A rule in the making, and where it stands. */
typedef struct gs_rule_maker {
    const gs_compilation *at;
    const gs_entities *entities;
    const gs_rule_fields *fields;
    const gs_fault_kind *kind;
    gs_rule *rule;
    gs_array *rules;                /* gs_rule, those that are made */
    uint32_t *all[GS_FAULT_SCOPES]; /* everything of a scope, once somebody wanted it */
    uint32_t all_count[GS_FAULT_SCOPES];
    uint32_t number; /* of the item */
    uint32_t reserved;
} gs_rule_maker;

/* Fails at a key of the item ("": at the item itself). */
gpusim_status gs_rule_fail(const gs_rule_maker *m, const char *inner, gpusim_error *err,
                           const char *format, ...) GPUSIM_PRINTF(4, 5);

/* compile_targets.c: fills rule->targets. */
gpusim_status gs_compile_targets(gs_rule_maker *m, gpusim_error *err);
/* compile_failures.c: fills rule->list from the file that `trace:` names. */
gpusim_status gs_compile_failures(gs_rule_maker *m, gpusim_error *err);

#endif
