/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mixes of causes: each becomes a rule of its kind. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/distribution_fields.h"
#include "scenario/compile_chaos.h"

static const gs_fault_kind *find_kind(const char *name)
{
    uint32_t i = 0;
    while (i < gs_fault_kind_count && strcmp(gs_fault_kinds[i].name, name) != 0) {
        i++;
    }
    return i < gs_fault_kind_count ? &gs_fault_kinds[i] : NULL;
}

// exponential, or a Weibull of the same mean
static gpusim_status make_every(const gs_rule_maker *m, double mean, gpusim_error *err)
{
    double shape = m->fields->shape;
    gs_exponential_fields exponential = {.mean = mean};
    gs_weibull_fields weibull = {.scale = 1, .shape = shape};
    gpusim_one_of written = {.value = &exponential, .which = GS_EXPONENTIAL};
    if (shape < 1 || shape > 1) {
        gs_distribution unit;
        written = (gpusim_one_of){.value = &weibull, .which = GS_WEIBULL};
        gpusim_status status =
            gs_rule_distribution(m, "shape", &written, GPUSIM_UNIT_SECOND, &unit, err);
        if (status != GPUSIM_OK) {
            return status;
        }
        weibull.scale = mean / gs_distribution_mean(&unit);
    }
    return gs_rule_distribution(m, "scale", &written, GPUSIM_UNIT_SECOND, &m->rule->every, err);
}

// how long the cause lasts and its first parameter, where it gives them
static gpusim_status make_effect(const gs_rule_maker *m, const gpusim_fault_cause *cause,
                                 gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_exponential_fields lasts = {.mean = cause->lasts * 3600};
    gs_pareto_fields tail = {.minimum = cause->least, .shape = cause->tail, .maximum = (double)NAN};
    gpusim_one_of written = {.value = &lasts, .which = GS_EXPONENTIAL};
    if (cause->lasts > 0) {
        GPUSIM_TRY(
            gs_rule_distribution(m, "scale", &written, GPUSIM_UNIT_SECOND, &m->rule->lasts, err));
        m->rule->ends = 1;
    }
    if (cause->tail > 0) {
        written = (gpusim_one_of){.value = &tail, .which = GS_PARETO};
        GPUSIM_TRY(gs_rule_distribution(m, "scale", &written, GPUSIM_UNIT_NONE,
                                        &m->rule->parameters[0], err));
    } else if (cause->least > 0) {
        m->rule->parameters[0] = gs_distribution_constant(cause->least);
    }
cleanup:
    return status;
}

// what needs a reset gets it after the time of a repair; what hangs does so until jobs have failed
static gpusim_status make_end(const gs_rule_maker *m, gpusim_error *err)
{
    gs_rule *rule = m->rule;
    gpusim_status status = gs_rule_distribution(m, "repair", &m->fields->repair, GPUSIM_UNIT_SECOND,
                                                &rule->repair, err);
    if (status != GPUSIM_OK || m->kind->strike.needs == GS_NEEDS_REPAIR) {
        return status;
    }
    uint32_t hangs = m->kind->flags & (GS_FAULT_HANG | GS_FAULT_CUT_OFF);
    if (m->kind->strike.needs == GS_NEEDS_RESET) {
        rule->lasts = rule->repair;
        rule->ends = 1;
    } else if (hangs) {
        double timeout = (double)m->at->model->chaos.hang_timeout * 1e-9;
        rule->lasts = gs_distribution_constant(timeout + 1);
        rule->ends = 1;
    }
    return GPUSIM_OK;
}

// parameters that the cause does not give are 0: those of kinds that have none
static gpusim_status compile_cause(gs_rule_maker *m, const char *name,
                                   const gpusim_fault_cause *cause, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char text[256];
    m->kind = find_kind(cause->kind);
    if (!m->kind) {
        return gpusim_fail(err, GPUSIM_INTERNAL, "no kind of fault is called '%s'", cause->kind);
    }
    *m->rule = (gs_rule){.kind = (uint32_t)(m->kind - gs_fault_kinds),
                         .when = GS_WHEN_EVERY,
                         .from = m->fields->from,
                         .until = m->fields->until,
                         .most = GPUSIM_NONE,
                         .busy = (uint8_t)m->fields->busy,
                         .lemon_factor = 1,
                         .reaches = 1};
    snprintf(text, sizeof text, "%.120s/%s", name, cause->name);
    GPUSIM_TRY(gs_rule_call(m, text, err));
    GPUSIM_TRY(make_every(m, cause->hours * 3600 / m->fields->scale, err));
    GPUSIM_TRY(gs_rule_speeds(m, err));
    GPUSIM_TRY(make_end(m, err));
    GPUSIM_TRY(make_effect(m, cause, err));
    GPUSIM_TRY(gs_compile_targets(m, err));
    GPUSIM_TRY(gs_rule_keep(m, err));
cleanup:
    return status;
}

// a mix strikes GPUs and nodes: only what both are in can be its target
static gpusim_status check_targets(const gs_rule_maker *m, gpusim_error *err)
{
    const gs_target_fields *target = &m->fields->target;
    if (!target->present) {
        return GPUSIM_OK;
    }
    const char *key = target->gpus.count              ? "target.gpu"
                      : target->each != INT32_MAX     ? "target.each"
                      : target->random != UINT32_MAX  ? "target.random"
                      : target->hottest != UINT32_MAX ? "target.hottest"
                                                      : NULL;
    if (!key) {
        return GPUSIM_OK;
    }
    gpusim_status status = GS_RULE_FAIL(m, key, err,
                                        "a mix strikes GPUs and nodes, each on its "
                                        "own");
    gpusim_error_hint(err, "name nodes, racks, groups or GPU models");
    return status;
}

gpusim_status gs_compile_mix(gs_rule_maker *m, const gpusim_fault_mix *mix, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const char *name = m->fields->name ? m->fields->name : mix->name;
    if (m->fields->from >= m->fields->until) {
        return GS_RULE_FAIL(m, "until", err, "`until` must be after `from`");
    }
    GPUSIM_TRY(check_targets(m, err));
    for (uint32_t i = 0; i < mix->count; i++) {
        GPUSIM_TRY(compile_cause(m, name, &mix->causes[i], err));
    }
cleanup:
    return status;
}
