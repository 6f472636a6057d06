/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a rule strikes, whom, for how long, how hard: each a function of streams and ordinals. */
#include "chaos/chaos.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chaos/tables.h"

gpusim_stream gs_rule_stream(const gs_rule *rule, uint64_t seed, const char *purpose,
                             const char *target)
{
    char text[320];
    snprintf(text, sizeof text, "fault/%s/%s", rule->name, purpose);
    return gpusim_stream_make(seed, text, target);
}

// seconds to ns; beyond what a time can say: never
static gpusim_time to_time(double seconds)
{
    double ns = seconds * 1e9;
    return ns < 9.2e18 ? (gpusim_time)ceil(ns > 0 ? ns : 0) : GPUSIM_TIME_MAX;
}

// strikes leave the target as old as it was: the sum of the unit exponentials says its age
static double aged_gap(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal, double *age)
{
    double before = *age;
    *age += gpusim_draw_exponential(stream, ordinal);
    return gs_distribution_age(&rule->every, *age) - gs_distribution_age(&rule->every, before);
}

gpusim_time gs_rule_gap(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal, double *age)
{
    if (ordinal >= rule->most && rule->most != GPUSIM_NONE) {
        return GPUSIM_TIME_MAX;
    }
    return to_time(rule->ages ? aged_gap(rule, stream, ordinal, age)
                              : gs_distribution_draw(&rule->every, stream, ordinal));
}

gpusim_time gs_rule_time(const gs_rule *rule, uint64_t ordinal)
{
    if (rule->at_count == 0 || (ordinal >= rule->most && rule->most != GPUSIM_NONE)) {
        return GPUSIM_TIME_MAX;
    }
    uint64_t round = ordinal / rule->at_count;
    if (round > 0 && rule->period == 0) {
        return GPUSIM_TIME_MAX;
    }
    double far = (double)rule->at[ordinal % rule->at_count] + (double)round * (double)rule->period;
    if (!(far < 9.2e18)) {
        return GPUSIM_TIME_MAX;
    }
    return rule->at[ordinal % rule->at_count] + (gpusim_time)round * rule->period;
}

// Floyd's way to n of m without replacement: marks of who is chosen, then their numbers
uint32_t gs_rule_pick(const gs_rule *rule, uint64_t seed, uint64_t ordinal, uint32_t *chosen)
{
    uint32_t of = rule->target_count, count = 0;
    uint32_t wanted = rule->pick && rule->pick < of ? rule->pick : of;
    gpusim_stream stream = gpusim_stream_indexed(gs_rule_stream(rule, seed, "pick", ""), ordinal);
    memset(chosen, 0, of * sizeof *chosen);
    for (uint32_t top = of - wanted; top < of; top++) {
        // one that is there already makes room for the newest, which is above all others
        uint64_t drawn = gpusim_draw_index(stream, top - (of - wanted), (uint64_t)top + 1);
        chosen[chosen[drawn] ? top : drawn] = 1;
    }
    for (uint32_t t = 0; t < of; t++) {
        if (chosen[t]) {
            chosen[count++] = t; // at or before t
        }
    }
    return count;
}

gpusim_time gs_rule_lasts(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal)
{
    return rule->ends ? to_time(gs_distribution_draw(&rule->lasts, stream, ordinal))
                      : GPUSIM_TIME_MAX;
}

gpusim_time gs_rule_repair(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal)
{
    return to_time(gs_distribution_draw(&rule->repair, stream, ordinal));
}

gpusim_time gs_rule_after(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal)
{
    return to_time(gs_distribution_draw(&rule->after, stream, ordinal));
}

void gs_rule_parameters(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal,
                        double parameters[GS_FAULT_PARAMETERS])
{
    for (uint32_t i = 0; i < GS_FAULT_PARAMETERS; i++) {
        const gpusim_field *field = gs_fault_parameter(rule->kind, i);
        parameters[i] = 0;
        if (!field) {
            continue;
        }
        // each parameter has ordinals of its own, unless all hang on the first's
        uint64_t at = ordinal * GS_FAULT_PARAMETERS + (rule->together ? 0 : i);
        double value = gs_distribution_draw(&rule->parameters[i], stream, at);
        double most = field->maximum > field->minimum ? field->maximum : (double)INFINITY;
        parameters[i] = fmin(fmax(value, field->minimum), most);
    }
}

int gs_rule_reaches(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal)
{
    return rule->reaches >= 1 || gpusim_draw_uniform(stream, ordinal) < rule->reaches;
}

int gs_rule_spreads(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal, uint32_t neighbour)
{
    if (!(rule->spread > 0)) {
        return 0;
    }
    gpusim_stream own = gpusim_stream_indexed(stream, ordinal);
    return gpusim_draw_uniform(own, neighbour) < rule->spread;
}

gpusim_time gs_rule_period(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal)
{
    return to_time(gs_distribution_draw(ordinal % 2 ? &rule->storm : &rule->calm, stream, ordinal));
}
