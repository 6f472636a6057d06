/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of faults: from what was written to what strikes whom, and when. */
#include "scenario/compile_chaos.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/sort.h"

// ---- distributions ----

gpusim_status gs_rule_distribution(const gs_rule_maker *m, const char *key,
                                   const gpusim_one_of *written, gpusim_unit unit,
                                   gs_distribution *made, gpusim_error *err)
{
    gpusim_error problem;
    gpusim_status status =
        gs_distribution_make(written, unit, &m->at->model->arena, made, &problem);
    if (status == GPUSIM_SCENARIO) {
        return GS_RULE_FAIL(m, key, err, "%s", problem.message);
    }
    if (status != GPUSIM_OK && err) {
        *err = problem;
    }
    return status;
}

// what is written must lie within the field's range; what a tail has beyond is cut off
static gpusim_status check_range(const gs_rule_maker *m, const gpusim_field *field,
                                 gpusim_unit unit, const gs_distribution *made, gpusim_error *err)
{
    char bound[48], found[48];
    double least = gs_distribution_least(made), mean = gs_distribution_mean(made);
    int above = mean > field->maximum && field->maximum > field->minimum;
    int nothing = (field->flags & GPUSIM_EXCLUSIVE) && !(mean > field->minimum);
    if (!(least < field->minimum) && !(mean < field->minimum) && !above && !nothing) {
        return GPUSIM_OK;
    }
    double wrong = above ? mean : least < field->minimum ? least : mean;
    gpusim_quantity_format(above ? field->maximum : field->minimum, unit, 0, bound, sizeof bound);
    gpusim_quantity_format(wrong, unit, 0, found, sizeof found);
    return GS_RULE_FAIL(m, field->name, err, "'%s' must be %s %s, not %s", field->name,
                        above                             ? "at most"
                        : field->flags & GPUSIM_EXCLUSIVE ? "more than"
                                                          : "at least",
                        bound, found);
}

gpusim_status gs_rule_strength(const gs_rule_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; i < GS_FAULT_PARAMETERS; i++) {
        const gpusim_field *field = gs_fault_parameter(m->rule->kind, i);
        if (!field) {
            continue;
        }
        gpusim_unit unit = gs_fault_parameter_unit(field);
        GPUSIM_TRY(gs_rule_distribution(m, field->name, &m->fields->parameters[i], unit,
                                        &m->rule->parameters[i], err));
        GPUSIM_TRY(check_range(m, field, unit, &m->rule->parameters[i], err));
    }
cleanup:
    return status;
}

// how long it lasts, and how long a repair takes
gpusim_status gs_rule_lengths(const gs_rule_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_rule_fields *fields = m->fields;
    m->rule->ends = fields->lasts.value != NULL;
    if (fields->lasts.value && m->kind->strike.corrupts) {
        return GS_RULE_FAIL(m, "for", err, "%s lasts until somebody finds it: `after:`",
                            m->kind->name);
    }
    if (fields->lasts.value) {
        GPUSIM_TRY(gs_rule_distribution(m, "for", &fields->lasts, GPUSIM_UNIT_SECOND,
                                        &m->rule->lasts, err));
    }
    m->rule->repair = gs_distribution_constant(0);
    if (fields->repair.value) {
        GPUSIM_TRY(gs_rule_distribution(m, "repair", &fields->repair, GPUSIM_UNIT_SECOND,
                                        &m->rule->repair, err));
    }
cleanup:
    return status;
}

// ---- when ----

static int compare_times(const void *a, const void *b)
{
    gpusim_time x = *(const gpusim_time *)a, y = *(const gpusim_time *)b;
    return (x > y) - (x < y);
}

// times before `from` come in the first round behind it, or never
static void begin_at(gs_rule *rule, gpusim_time *times, gpusim_time from)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < rule->at_count; i++) {
        gpusim_time time = times[i];
        if (time < from && rule->period > 0) {
            gpusim_time rounds = (from - time - 1) / rule->period + 1;
            time = rounds <= (GPUSIM_TIME_MAX - time) / rule->period ? time + rounds * rule->period
                                                                     : GPUSIM_TIME_MAX;
        }
        if (time >= from) {
            times[kept++] = time;
        }
    }
    rule->at_count = kept;
}

static gpusim_status make_times(gs_rule_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_rule_fields *fields = m->fields;
    gs_rule *rule = m->rule;
    uint32_t count = fields->at.count ? fields->at.count : 1;
    gpusim_time *times = gs_arena_get(&m->at->model->arena, count * sizeof *times);
    if (!times) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u times", count);
    }
    if (fields->at.count) {
        memcpy(times, fields->at.items, count * sizeof *times);
    } else {
        times[0] = gpusim_time_add(fields->from, fields->period);
    }
    GPUSIM_TRY(gs_sort(times, count, sizeof *times, compare_times, err));
    rule->when = GS_WHEN_AT;
    rule->at = times;
    rule->at_count = count;
    rule->period = fields->period == GPUSIM_TIME_MAX ? 0 : fields->period;

    // a round must be over before the next begins, or times would not rise
    if (rule->period && times[count - 1] - times[0] >= rule->period) {
        return GS_RULE_FAIL(m, "period", err, "the times of `at` span more than one period");
    }

    // strikes are counted from the first that may be
    begin_at(rule, times, fields->from);
    GPUSIM_TRY(gs_sort(times, rule->at_count, sizeof *times, compare_times, err));
cleanup:
    return status;
}

gpusim_status gs_rule_speeds(const gs_rule_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_rule_fields *fields = m->fields;
    gs_rule *rule = m->rule;
    if (fields->burst.present) {
        GPUSIM_TRY(gs_rule_distribution(m, "burst.calm", &fields->burst.calm, GPUSIM_UNIT_SECOND,
                                        &rule->calm, err));
        GPUSIM_TRY(gs_rule_distribution(m, "burst.storm", &fields->burst.storm, GPUSIM_UNIT_SECOND,
                                        &rule->storm, err));
        rule->burst = fields->burst.factor;
        if (!(gs_distribution_mean(&rule->calm) > 0 && gs_distribution_mean(&rule->storm) > 0)) {
            return GS_RULE_FAIL(m, "burst", err, "calm and storm must take some time");
        }
    }
    if (fields->heats.present) {
        rule->activation = fields->heats.activation;
        rule->reference = fields->heats.reference;
    }
    if (fields->target.lemons.present) {
        rule->lemon_share = fields->target.lemons.share;
        rule->lemon_factor = fields->target.lemons.factor;
    }
cleanup:
    return status;
}

// its clock
static gpusim_status make_clock(gs_rule_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_rule_fields *fields = m->fields;
    gs_rule *rule = m->rule;
    GPUSIM_TRY(
        gs_rule_distribution(m, "every", &fields->every, GPUSIM_UNIT_SECOND, &rule->every, err));
    rule->when = rule->pick ? GS_WHEN_POOL : GS_WHEN_EVERY;
    rule->ages = fields->ages;
    if (!(gs_distribution_mean(&rule->every) > 0)) {
        return GS_RULE_FAIL(m, "every", err, "strikes must be some time apart");
    }
    if (fields->ages && isnan(gs_distribution_age(&rule->every, 1))) {
        return GS_RULE_FAIL(m, "ages", err,
                            "only what is exponential, Weibull or a bathtub can age");
    }
    GPUSIM_TRY(gs_rule_speeds(m, err));
cleanup:
    return status;
}

// keys that only rules with a clock have
static gpusim_status check_clockless(const gs_rule_maker *m, gpusim_error *err)
{
    const gs_rule_fields *fields = m->fields;
    const char *key = fields->ages                    ? "ages"
                      : fields->burst.present         ? "burst"
                      : fields->heats.present         ? "heats"
                      : fields->busy                  ? "clock"
                      : fields->target.lemons.present ? "target.lemons"
                                                      : NULL;
    return key ? GS_RULE_FAIL(m, key, err, "only rules with `every:` have a clock") : GPUSIM_OK;
}

static gpusim_status make_when(gs_rule_maker *m, gpusim_error *err)
{
    const gs_rule_fields *fields = m->fields;
    int timed = fields->at.count > 0 || fields->period != GPUSIM_TIME_MAX;
    int ways = timed + (fields->every.value != NULL) + (fields->trace != NULL);
    if (ways != 1) {
        gpusim_status status = GS_RULE_FAIL(m, "", err,
                                            ways ? "this rule says more than once when it strikes"
                                                 : "this rule does not say when it strikes");
        gpusim_error_hint(err, "give one of `at:` (with `period:`), `every:` and `trace:`");
        return status;
    }
    if (fields->from >= fields->until) {
        return GS_RULE_FAIL(m, "until", err, "`until` must be after `from`");
    }
    if (fields->every.value) {
        return make_clock(m, err);
    }
    gpusim_status status = check_clockless(m, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    if (fields->trace) {
        return gs_compile_failures(m, err);
    }
    int named = fields->target.present || m->kind->scope == GS_FAULT_ON_CLUSTER;
    if (!named) {
        status = GS_RULE_FAIL(m, "", err, "this rule does not say whom it strikes");
        gpusim_error_hint(err,
                          "`target: {%s: NAME}`, `target: {random: 1}`, or, for all of them, "
                          "`target: {each: %s}`",
                          m->kind->scope == GS_FAULT_ON_GPU    ? "gpu"
                          : m->kind->scope == GS_FAULT_ON_NODE ? "node"
                                                               : "rack",
                          m->kind->scope == GS_FAULT_ON_GPU    ? "gpu"
                          : m->kind->scope == GS_FAULT_ON_NODE ? "node"
                                                               : "rack");
        return status;
    }
    return make_times(m, err);
}

// some of them, at random or the hottest
static gpusim_status make_pick(const gs_rule_maker *m, gpusim_error *err)
{
    const gs_target_fields *target = &m->fields->target;
    if (!target->present) {
        return GPUSIM_OK;
    }
    int random = target->random != UINT32_MAX, hottest = target->hottest != UINT32_MAX;
    if (random && hottest) {
        return GS_RULE_FAIL(m, "target.hottest", err, "the hottest are not random");
    }
    if ((random || hottest) && target->lemons.present) {
        return GS_RULE_FAIL(m, "target.lemons", err,
                            "what is picked for each strike has no clock of its own");
    }
    m->rule->hottest = (uint8_t)hottest;
    m->rule->pick = random ? target->random : hottest ? target->hottest : 0;
    return GPUSIM_OK;
}

// ---- names ----

gpusim_status gs_rule_call(const gs_rule_maker *m, const char *name, gpusim_error *err)
{
    const gs_rule *made = m->rules->data;
    for (uint32_t i = 0; i < m->rules->count; i++) {
        if (strcmp(made[i].name, name) == 0) {
            return GS_RULE_FAIL(m, "name", err, "another rule is called '%.100s' too", name);
        }
    }
    m->rule->name = gs_arena_text(&m->at->model->arena, name, strlen(name));
    return m->rule->name ? GPUSIM_OK : gpusim_fail(err, GPUSIM_MEMORY, "no memory for a name");
}

// the kind and which of its kind it is, where no name is given
static gpusim_status make_name(const gs_rule_maker *m, gpusim_error *err)
{
    char text[128];
    snprintf(text, sizeof text, "%s-%u", m->kind->name, m->unnamed[m->rule->kind]);
    m->unnamed[m->rule->kind]++;
    return gs_rule_call(m, m->fields->name ? m->fields->name : text, err);
}

// rules and kinds stand in tables of the trace
static gpusim_status add_names(const gs_rule_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_names *names = m->at->model->names;
    uint32_t number;
    GPUSIM_TRY(gs_names_add(names, m->rule->name, strlen(m->rule->name), &number, err));
    GPUSIM_TRY(gs_names_add(names, m->kind->name, strlen(m->kind->name), &number, err));
cleanup:
    return status;
}

gpusim_status gs_rule_keep(const gs_rule_maker *m, gpusim_error *err)
{
    gpusim_status status = add_names(m, err);
    return status == GPUSIM_OK ? gs_array_push(m->rules, m->rule, err) : status;
}

// ---- all of it ----

static gpusim_status compile_rule(gs_rule_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_rule_fields *fields = m->fields;
    *m->rule = (gs_rule){.kind = (uint32_t)(m->kind - gs_fault_kinds),
                         .from = fields->from,
                         .until = fields->until,
                         .ramp = fields->ramp,
                         .most = fields->times,
                         .busy = (uint8_t)fields->busy,
                         .lemon_factor = 1,
                         .spread = fields->spread,
                         .reaches = fields->reaches,
                         .together = fields->together,
                         .while_below = fields->while_below > 0 ? fields->while_below : 0};
    GPUSIM_TRY(make_name(m, err));
    GPUSIM_TRY(make_pick(m, err));
    GPUSIM_TRY(make_when(m, err));
    if (m->rule->when != GS_WHEN_TRACE) {
        GPUSIM_TRY(gs_compile_targets(m, err));
    }
    GPUSIM_TRY(gs_rule_lengths(m, err));
    GPUSIM_TRY(gs_rule_strength(m, err));
    GPUSIM_TRY(gs_rule_keep_all(m, err));
cleanup:
    return status;
}

static gpusim_status compile_rules(const gs_compilation *at, gs_array *rules, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_entities entities = {0};
    uint32_t unnamed[GS_KINDS] = {0};
    gs_rule rule;
    gs_rule_maker m = {
        .at = at, .entities = &entities, .rule = &rule, .rules = rules, .unnamed = unnamed};
    GPUSIM_TRY(gs_entities_index(at->model, &entities, err));
    for (uint32_t i = 0; i < at->scenario->chaos.count; i++) {
        const gpusim_one_of *item = (const gpusim_one_of *)at->scenario->chaos.items + i;
        m.number = i;
        m.fields = item->value;
        if (item->which >= gs_fault_kind_count) {
            const gpusim_fault_mix *mix = &gs_fault_mixes[item->which - gs_fault_kind_count];
            GPUSIM_TRY(gs_compile_note(at, gs_compile_mix(&m, mix, err), err));
            continue;
        }
        m.kind = &gs_fault_kinds[item->which];
        GPUSIM_TRY(gs_compile_note(at, compile_rule(&m, err), err));
    }
cleanup:
    gs_entities_release(&entities);
    return status;
}

gpusim_status gs_compile_chaos(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_scenario *scenario = at->scenario;
    gs_chaos *chaos = &at->model->chaos;
    gs_array rules = GS_ARRAY(gs_rule);
    chaos->crews = scenario->repairs.present ? scenario->repairs.crews : GPUSIM_NONE;
    chaos->hang_timeout =
        scenario->limits.hang == GPUSIM_TIME_MAX ? INT64_C(600000000000) : scenario->limits.hang;

    // without a cluster nothing has a name, and what is wrong with it has been said
    if (scenario->chaos.count == 0 || at->model->cluster.node_count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(compile_rules(at, &rules, err));
    gs_rule *kept = gs_arena_get(&at->model->arena, (rules.count + 1) * sizeof *kept);
    if (!kept) {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u rules", rules.count);
        goto cleanup;
    }
    if (rules.count) {
        memcpy(kept, rules.data, rules.count * sizeof *kept);
    }
    chaos->rules = kept;
    chaos->count = rules.count;
cleanup:
    gs_array_release(&rules);
    return status;
}
