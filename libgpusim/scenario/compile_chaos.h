/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps from an item of `chaos:` to rules. */
#ifndef GS_SCENARIO_COMPILE_CHAOS_H
#define GS_SCENARIO_COMPILE_CHAOS_H

#include "chaos/kinds.h"
#include "chaos/mixes.h"
#include "chaos/tables.h"
#include "scenario/entities.h"
#include "workload/lines.h"

/* A rule in the making, and where it stands. */
typedef struct gs_rule_maker {
    const gs_compilation *at;
    const gs_entities *entities;
    const gs_rule_fields *fields;
    const gs_fault_kind *kind;
    gs_rule *rule;                  /* room for it */
    gs_array *rules;                /* gs_rule, those that are made */
    uint32_t *all[GS_FAULT_SCOPES]; /* everything of a scope, once somebody wanted it */
    uint32_t all_count[GS_FAULT_SCOPES];
    uint32_t *unnamed; /* [GS_KINDS] items so far */
    uint32_t number;   /* of the item */
    uint32_t reserved;
} gs_rule_maker;

/* Fails at a key of the item ("": at the item itself). */
#define GS_RULE_FAIL(m, inner, err, ...)                                                           \
    gs_compile_fail_at((m)->at, err, "chaos", (m)->number, inner, __VA_ARGS__)

/* A distribution that is written at a key of the item. */
gpusim_status gs_rule_distribution(const gs_rule_maker *m, const char *key,
                                   const gpusim_one_of *written, gpusim_unit unit,
                                   gs_distribution *made, gpusim_error *err);
/* Fills in what makes clocks run faster: bursts, heat, lemons. */
gpusim_status gs_rule_speeds(const gs_rule_maker *m, gpusim_error *err);
/* Names the rule, which must be the only one of that name; and takes it over when it is whole. */
gpusim_status gs_rule_call(const gs_rule_maker *m, const char *name, gpusim_error *err);
gpusim_status gs_rule_keep(const gs_rule_maker *m, gpusim_error *err);

/* Fills in how long strikes last, what repairs take and what the kind's parameters are. */
gpusim_status gs_rule_lengths(const gs_rule_maker *m, gpusim_error *err);
gpusim_status gs_rule_strength(const gs_rule_maker *m, gpusim_error *err);
/* compile_causes.c: takes over the rule that is made, and behind it those that follow it. */
gpusim_status gs_rule_keep_all(gs_rule_maker *m, gpusim_error *err);
/* compile_mix.c: a rule for each cause of a mix. */
gpusim_status gs_compile_mix(gs_rule_maker *m, const gpusim_fault_mix *mix, gpusim_error *err);
/* compile_targets.c: fills rule->targets. */
gpusim_status gs_compile_targets(gs_rule_maker *m, gpusim_error *err);
/* compile_failures.c: fills rule->list from the file that `trace:` names. */
gpusim_status gs_compile_failures(gs_rule_maker *m, gpusim_error *err);
/* The same from lines that are open. */
gpusim_status gs_failures_read(gs_rule_maker *m, gs_lines *lines, gpusim_error *err);

#endif
