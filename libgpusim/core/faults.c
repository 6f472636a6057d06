/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules strike and faults end. Each draw is a function of the rule, the target's name and which of
 * its strikes it is (definitions 8), so that adding a rule shifts nothing. */
#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "core/faults.h"

uint64_t gs_faults_count(const gpusim_sim *sim)
{
    return sim->fault_totals.count > 0 ? GS_FAULT_TOTALS(sim)->struck : 0;
}

// ---- the end of a fault ----

static gpusim_status emit_fault(gpusim_sim *sim, const gs_fault *fault, gpusim_time end,
                                gpusim_error *err)
{
    const gs_rule *rule = GS_RULE(sim, fault->rule);
    const gs_fault_kind *kind = GS_KIND_OF(sim, fault->rule);
    const gs_names *names = sim->model->names;
    gpusim_fault_row row = {
        .index = fault->index,
        .root = fault->root,
        .start = fault->start,
        .end = end,
        .first_effect = fault->first_effect,
        .last_effect = fault->last_effect,
        .p0 = fault->parameters[0],
        .p1 = fault->parameters[1],
        .p2 = fault->parameters[2],
        .p3 = fault->parameters[3],
        .rule = gs_names_find(names, rule->name, strlen(rule->name)),
        .kind = gs_names_find(names, kind->name, strlen(kind->name)),
        .entity = fault->entity,
        .jobs_hit = fault->jobs_hit,
        .corrupted = fault->corrupted,
        .scope = (uint8_t)fault->scope,
        .observable = !kind->strike.silent,
    };
    return gs_emit(sim, GPUSIM_TABLE_FAULTS, &row, err);
}

// whether a monitor could see it where nobody runs
static int shows(const gpusim_sim *sim, const gs_fault *fault)
{
    const gs_fault_kind *kind = GS_KIND_OF(sim, fault->rule);
    gs_effect full = gs_fault_effect((uint32_t)(kind - gs_fault_kinds), fault->parameters, 1);
    return kind->flags || full.load > 0 || full.held > 0 || full.power > 0 || full.warmth > 0;
}

gpusim_status gs_fault_end(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_fault *fault = GS_FAULT(sim, index);
    gs_fault ended = *fault;
    gpusim_time now = gpusim_engine_now(sim->engine);
    GPUSIM_TRY(gs_fault_jobs(sim, ended.scope, ended.entity, err));
    if (sim->fault_jobs.count > 0 || shows(sim, &ended) ||
        GS_KIND_OF(sim, ended.rule)->strike.corrupts) {
        ended.last_effect = now; // to the end somebody, or a monitor, felt it
    }
    gs_node_life_forget(sim, index);
    (void)gpusim_engine_cancel(sim->engine, &fault->over);
    gs_background_cancel(sim, &fault->ramp);
    gs_fault_remove(sim, index);
    GPUSIM_TRY(emit_fault(sim, &ended, now, err));
    GPUSIM_TRY(gs_faults_changed(sim, ended.scope, ended.entity, err));

    // the renewal begins anew
    if (ended.clock != GPUSIM_NONE) {
        GS_CLOCK(sim, ended.clock)->fault = GPUSIM_NONE;
        GPUSIM_TRY(gs_clock_next(sim, ended.clock, err));
    }
cleanup:
    return status;
}

static gpusim_status worsen(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gs_fault *fault = GS_FAULT(sim, index);
    const gs_rule *rule = GS_RULE(sim, fault->rule);
    if (fault->worsened == GS_RAMP_STEPS) {
        return GPUSIM_OK;
    }
    gpusim_time step = rule->ramp / GS_RAMP_STEPS;
    gpusim_time next = gpusim_time_add(gpusim_engine_now(sim->engine), step > 0 ? step : 1);
    return gs_background_schedule(sim, next, GS_ON_FAULT_OVER, index, GS_FAULT_WORSENS,
                                  &fault->ramp, err);
}

gpusim_status gs_on_fault_over(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    gs_fault *fault = GS_FAULT(sim, event->entity);
    if (event->payload == GS_FAULT_ENDS) {
        fault->over = (gpusim_event_id){0};
        GPUSIM_TRY(fault->victims > 0 ? gs_corruption_found(sim, event->entity, err) : GPUSIM_OK);
        return gs_fault_end(sim, event->entity, err);
    }
    gs_background_fired(sim);
    fault->ramp = (gpusim_event_id){0};
    fault->worsened++;
    gs_fault_refresh(sim, event->entity);
    GPUSIM_TRY(worsen(sim, event->entity, err));
    GPUSIM_TRY(gs_faults_changed(sim, fault->scope, fault->entity, err));
cleanup:
    return status;
}

// ---- strikes ----

// a strike that spread has draws of its own
static gpusim_stream draws(const gpusim_sim *sim, const gs_struck *struck, const char *own,
                           const char *spread)
{
    return gs_fault_stream(sim, struck->rule, struck->entity == struck->origin ? own : spread,
                           struck->entity);
}

// what ends it, and when; *at_once: it is over as it begins
static void set_length(gpusim_sim *sim, const gs_struck *struck, gs_fault *made, gpusim_time *lasts,
                       int *at_once)
{
    const gs_rule *rule = GS_RULE(sim, struck->rule);
    const gs_fault_kind *kind = GS_KIND_OF(sim, struck->rule);
    *lasts = struck->lasts;
    int given = *lasts != GPUSIM_TIME_MAX || rule->ends;
    if (*lasts == GPUSIM_TIME_MAX) {
        *lasts = gs_rule_lasts(rule, draws(sim, struck, "lasts", "spread lasts"), struck->ordinal);
    }
    int holds = kind->flags != 0 || kind->effect != NULL;
    if (given) { // if only for longer than a time can say
        *at_once = *lasts == 0 && !holds;
        *lasts += *lasts == 0; // what has an effect has it for a moment
        return;
    }
    if (kind->strike.needs == GS_NEEDS_NOTHING) {
        *at_once = !holds;
        if (kind->flags & GS_FAULT_HANG) {
            *lasts = sim->model->chaos.hang_timeout; // until who hangs has failed
        }
        return;
    }
    made->work =
        gs_rule_repair(rule, draws(sim, struck, "repair", "spread repair"), struck->ordinal);
    int on_node = kind->scope == GS_FAULT_ON_GPU || kind->scope == GS_FAULT_ON_NODE;
    if (!on_node) {
        *lasts = made->work; // what is not of a node waits for no crew
    } else if (kind->strike.needs == GS_NEEDS_REPAIR || made->work > 0) {
        made->mend = GS_MEND_REPAIR;
    } else {
        made->mend = GS_MEND_RESET;
    }
}

// what an operator would call a failure of the nodes it strikes
static void note_failure(gpusim_sim *sim, const gs_fault *made)
{
    const gs_fault_kind *kind = GS_KIND_OF(sim, made->rule);
    uint32_t fatal = GS_FAULT_DOWN | GS_FAULT_OFF | GS_FAULT_HANG;
    if (kind->strike.silent || !(kind->strike.kills || (kind->flags & fatal))) {
        return;
    }
    gs_reach reach = gs_reach_of(sim, made->scope, made->entity);
    for (uint32_t n = reach.first_node; n < reach.end_node; n++) {
        gs_node_failed(sim, n);
    }
}

// who runs there ends as whoever runs out of memory does
static gpusim_status run_out_of_memory(gpusim_sim *sim, const gs_fault *made, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_fault_jobs(sim, made->scope, made->entity, err));
    for (uint32_t i = 0; i < sim->fault_jobs.count; i++) {
        GPUSIM_TRY(gs_job_end(sim, GS_AT(sim->fault_jobs, uint32_t, i), GPUSIM_JOB_OOM,
                              GPUSIM_REASON_GPU_MEMORY, err));
    }
cleanup:
    return status;
}

// what a strike does once
static gpusim_status hit(gpusim_sim *sim, const gs_fault *made, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_fault_kind *kind = GS_KIND_OF(sim, made->rule);
    const gs_strike *strike = &kind->strike;
    if (made->scope == GS_FAULT_ON_GPU) {
        gs_gpu_errors_strike(sim, made->entity, strike);
    }
    if (strike->xid != 0 && made->scope == GS_FAULT_ON_GPU) {
        if (sim->gpus.count > 0) {
            GS_GPU(sim, made->entity)->xid = strike->xid;
        }
        int off = (kind->flags & GS_FAULT_OFF) != 0;
        GPUSIM_TRY(gs_emit_event(sim, off ? GPUSIM_EVENT_GPU_OFF : GPUSIM_EVENT_XID, made->entity,
                                 strike->xid, err));
    }
    if (strike->kills == GS_KILLS_BY_MEMORY) {
        GPUSIM_TRY(run_out_of_memory(sim, made, err));
    }
    if (strike->kills == GS_KILLS_JOBS && !(kind->flags & (GS_FAULT_DOWN | GS_FAULT_OFF))) {
        GPUSIM_TRY(gs_fault_kill(
            sim, made->scope, made->entity,
            made->scope == GS_FAULT_ON_GPU ? GPUSIM_REASON_GPU_ERROR : GPUSIM_REASON_FAULT, err));
    }
cleanup:
    return status;
}

// until somebody finds that work is corrupted, if anybody does
static gpusim_time found_after(const gpusim_sim *sim, const gs_struck *struck, const gs_fault *made)
{
    gpusim_stream stream = draws(sim, struck, "found", "spread found");
    int found = gpusim_draw_uniform(stream, struck->ordinal) < made->parameters[0];
    return found ? gpusim_time_from_seconds(made->parameters[1]) : GPUSIM_TIME_MAX;
}

static gpusim_status begin_fault(gpusim_sim *sim, const gs_struck *struck, gs_fault *made,
                                 gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_time lasts = GPUSIM_TIME_MAX, now = gpusim_engine_now(sim->engine);
    int at_once = 0;
    uint32_t index = 0;
    gs_rule_parameters(GS_RULE(sim, struck->rule),
                       draws(sim, struck, "parameters", "spread parameters"), struck->ordinal,
                       made->parameters);
    GPUSIM_TRY(gs_fault_jobs(sim, made->scope, made->entity, err));
    made->jobs_hit = sim->fault_jobs.count;
    int corrupts = GS_KIND_OF(sim, made->rule)->strike.corrupts;
    if (corrupts) {
        at_once = gs_corruption_finds(sim) == 0;
        lasts = found_after(sim, struck, made);
    } else {
        set_length(sim, struck, made, &lasts, &at_once);
    }
    int felt = made->jobs_hit > 0 || shows(sim, made);
    made->first_effect = felt ? now : GPUSIM_TIME_MAX;
    made->last_effect = GPUSIM_TIME_MAX;
    note_failure(sim, made);
    GPUSIM_TRY(hit(sim, made, err));
    if (at_once) {
        made->last_effect = made->first_effect;
        return emit_fault(sim, made, now, err);
    }
    // what is corrupted is no longer the GPU's, whose clock goes on at once
    made->clock = corrupts ? GPUSIM_NONE : struck->clock;
    GPUSIM_TRY(gs_fault_add(sim, made, &index, err));
    if (made->clock != GPUSIM_NONE) {
        GS_CLOCK(sim, made->clock)->fault = index;
    }
    if (corrupts) {
        gs_corruption_strikes(sim, index);
    }
    if (GS_RULE(sim, struck->rule)->ramp > 0) {
        GPUSIM_TRY(worsen(sim, index, err));
    }
    if (lasts != GPUSIM_TIME_MAX) {
        GPUSIM_TRY(gpusim_engine_schedule(sim->engine, gpusim_time_add(now, lasts), GS_CLASS_REPAIR,
                                          GS_ON_FAULT_OVER, index, GS_FAULT_ENDS,
                                          &GS_FAULT(sim, index)->over, err));
    }
    GPUSIM_TRY(gs_faults_changed(sim, made->scope, made->entity, err));
cleanup:
    return status;
}

// whether as many of a rule's targets have faults as it wants to see: O(targets)
static int has_enough(const gpusim_sim *sim, const gs_rule *rule)
{
    double wanted = rule->while_below * rule->target_count, found = 0;
    uint32_t scope = gs_fault_kinds[rule->kind].scope;
    for (uint32_t t = 0; t < rule->target_count && rule->while_below > 0 && found < wanted; t++) {
        found += gs_fault_first(sim, scope, rule->targets[t]) != GPUSIM_NONE;
    }
    return rule->while_below > 0 && found >= wanted;
}

gpusim_status gs_fault_strike(gpusim_sim *sim, const gs_struck *struck, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_rule *rule = GS_RULE(sim, struck->rule);
    if (has_enough(sim, rule)) {
        return GPUSIM_OK;
    }
    if (!gs_rule_reaches(rule, draws(sim, struck, "reaches", "spread reaches"), struck->ordinal)) {
        return GPUSIM_OK;
    }
    uint64_t index = GS_FAULT_TOTALS(sim)->struck++;
    gs_fault made = {
        .start = gpusim_engine_now(sim->engine),
        .index = index,
        .root = struck->root == UINT64_MAX ? index : struck->root,
        .ordinal = struck->ordinal,
        .rule = struck->rule,
        .scope = GS_KIND_OF(sim, struck->rule)->scope,
        .entity = struck->entity,
        .origin = struck->origin,
        .clock = GPUSIM_NONE,
    };
    GPUSIM_TRY(begin_fault(sim, struck, &made, err));
    GPUSIM_TRY(gs_fault_brings(sim, struck, made.root, err));
cleanup:
    return status;
}

// it may take its neighbours with it: the other GPUs of the node, the other nodes of the rack
static gpusim_status strike_and_spread(gpusim_sim *sim, gs_struck struck, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_rule *rule = GS_RULE(sim, struck.rule);
    uint32_t scope = GS_KIND_OF(sim, struck.rule)->scope;
    uint64_t root = GS_FAULT_TOTALS(sim)->struck;
    GPUSIM_TRY(gs_fault_strike(sim, &struck, err));
    if (!(rule->spread > 0) || scope > GS_FAULT_ON_NODE || root == GS_FAULT_TOTALS(sim)->struck) {
        return GPUSIM_OK;
    }
    gpusim_stream stream = gs_fault_stream(sim, struck.rule, "spread", struck.origin);
    uint64_t ordinal = struck.ordinal;
    uint32_t first, end;
    gs_fault_neighbours(sim, scope, struck.origin, &first, &end);
    struck.ordinal = gs_fault_elsewhere(sim, &struck);
    struck.clock = GPUSIM_NONE;
    struck.root = root;
    for (uint32_t e = first; e < end; e++) {
        if (e != struck.origin && gs_rule_spreads(rule, stream, ordinal, e - first)) {
            struck.entity = e;
            GPUSIM_TRY(gs_fault_strike(sim, &struck, err));
        }
    }
cleanup:
    return status;
}

typedef struct gs_warm {
    double heat;
    uint32_t target, reserved;
} gs_warm;

static int hotter(const void *a, const void *b)
{
    double x = ((const gs_warm *)a)->heat, y = ((const gs_warm *)b)->heat;
    return (x < y) - (x > y);
}

// the hottest of its targets, rising; of those as hot as each other the first
static gpusim_status pick_hottest(const gpusim_sim *sim, uint32_t rule, uint32_t *chosen,
                                  uint32_t *count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_rule *about = GS_RULE(sim, rule);
    uint32_t scope = GS_KIND_OF(sim, rule)->scope;
    gs_warm *warm = NULL;
    GPUSIM_TRY(gs_allocate(&warm, about->target_count + 1, sizeof *warm, err));
    for (uint32_t t = 0; t < about->target_count; t++) {
        // who has no temperature is colder than all who have
        double heat = fmax(gs_fault_temperature(sim, scope, about->targets[t]), -1e9);
        warm[t] = (gs_warm){.heat = heat, .target = t};
    }
    GPUSIM_TRY(gs_sort(warm, about->target_count, sizeof *warm, hotter, err));
    *count = about->pick < about->target_count ? about->pick : about->target_count;
    for (uint32_t i = 0; i < *count; i++) {
        chosen[i] = warm[i].target;
    }
    gs_sort_numbers(chosen, *count);
cleanup:
    gs_release(&warm);
    return status;
}

static int stands_still(const gpusim_sim *sim, const gs_struck *struck)
{
    uint32_t scope = GS_KIND_OF(sim, struck->rule)->scope;
    return scope <= GS_FAULT_ON_NODE &&
           gs_node_is_down(sim, gs_reach_of(sim, scope, struck->entity).first_node);
}

// at a time of `at`, or of a pool: all targets, or those that are picked
static gpusim_status strike_many(gpusim_sim *sim, gs_struck struck, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_rule *rule = GS_RULE(sim, struck.rule);
    uint32_t count = rule->target_count, *chosen = NULL;
    if (rule->pick) {
        GPUSIM_TRY(gs_allocate(&chosen, rule->target_count + 1, sizeof *chosen, err));
        if (rule->hottest) {
            GPUSIM_TRY(pick_hottest(sim, struck.rule, chosen, &count, err));
        } else {
            count = gs_rule_pick(rule, sim->seed, struck.ordinal, chosen);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        struck.entity = struck.origin = rule->targets[rule->pick ? chosen[i] : i];
        if (rule->when == GS_WHEN_POOL && stands_still(sim, &struck)) {
            continue; // its clock would not have run
        }
        GPUSIM_TRY(strike_and_spread(sim, struck, err));
    }
cleanup:
    gs_release(&chosen);
    return status;
}

gpusim_status gs_on_fault(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gpusim_status status = GPUSIM_OK;
    uint32_t index = event->entity;
    gs_background_fired(sim);
    if (event->payload == GS_FAULT_BURSTS) {
        return gs_clocks_burst(sim, index, err);
    }
    if (event->payload == GS_FAULT_FOLLOWS) {
        return gs_fault_follows(sim, index, err);
    }
    gs_fault_clock *clock = GS_CLOCK(sim, index);
    const gs_rule *rule = GS_RULE(sim, clock->rule);
    clock->event = (gpusim_event_id){0};
    gs_struck struck = {
        .rule = clock->rule,
        .entity = clock->entity,
        .origin = clock->entity,
        .clock = GPUSIM_NONE,
        .ordinal = clock->ordinal++,
        .root = UINT64_MAX,
        .lasts = GPUSIM_TIME_MAX,
    };
    if (rule->when == GS_WHEN_EVERY) {
        struck.clock = index;
        GPUSIM_TRY(strike_and_spread(sim, struck, err));
    } else if (rule->when == GS_WHEN_TRACE) {
        const gs_listed_fault *listed = &rule->list[struck.ordinal];
        struck.entity = struck.origin = listed->entity;
        struck.lasts = listed->lasts;
        GPUSIM_TRY(strike_and_spread(sim, struck, err));
    } else {
        GPUSIM_TRY(strike_many(sim, struck, err));
    }
    if (clock->fault == GPUSIM_NONE) {
        GPUSIM_TRY(gs_clock_next(sim, index, err));
    }
cleanup:
    return status;
}

// ---- begin and end of a run ----

// whether a fault of this rule can change the pace of a job
static int can_slow(const gs_rule *rule)
{
    const gs_fault_kind *kind = &gs_fault_kinds[rule->kind];
    return kind->effect || (kind->flags & ~(uint32_t)(GS_FAULT_DOWN | GS_FAULT_OFF)) != 0;
}

// whether a fault of this rule makes memory leak
static int can_leak(const gs_rule *rule)
{
    const double most[GS_FAULT_PARAMETERS] = {1, 1, 1, 1};
    return gs_fault_effect(rule->kind, most, 1).leak > 0;
}

gpusim_status gs_faults_begin(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (sim->model->chaos.count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_fault_set_create(sim, err));
    for (uint32_t r = 0; r < sim->model->chaos.count; r++) {
        sim->slows = (uint8_t)(sim->slows || can_slow(GS_RULE(sim, r)));
        sim->holds = (uint8_t)(sim->holds || (GS_KIND_OF(sim, r)->flags & GS_FAULT_STUCK));
        sim->hazards =
            (uint8_t)(sim->hazards || GS_RULE(sim, r)->busy || GS_RULE(sim, r)->activation > 0);
        GPUSIM_TRY(can_leak(GS_RULE(sim, r)) ? gs_leaks_create(sim, err) : GPUSIM_OK);
        GPUSIM_TRY(gs_clocks_create(sim, r, err));
    }
cleanup:
    return status;
}

gpusim_status gs_faults_unfinished(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t f = 0; f < sim->faults.count; f++) {
        const gs_fault *fault = GS_FAULT(sim, f);
        if (!fault->alive) {
            continue;
        }
        // what nobody goes on with any more is over in this instant
        int over = GS_KIND_OF(sim, fault->rule)->strike.corrupts && fault->victims == 0;
        gpusim_time now = gpusim_engine_now(sim->engine);
        GPUSIM_TRY(emit_fault(sim, fault, over ? now : GPUSIM_TIME_MAX, err));
    }
cleanup:
    return status;
}

gpusim_status gs_faults_restored(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_effects_create(sim, err));
    GPUSIM_TRY(gs_fault_trees_restore(sim, err));
    if (sim->fault_totals.count > 0) {
        gs_effects_restore(sim);
    }
cleanup:
    return status;
}
