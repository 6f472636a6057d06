/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that act on what telemetry shows. Each looks at every sample at each GPU or node it is
 * about: a condition begins at its threshold, holds, and is over beyond `until`; between the two
 * nothing changes, and neither does it where the value is missing. What follows is done once while
 * it lasts, for several GPUs of one node together, and taken back when it is over for all of them.
 */
#include <math.h>

#include "core/fleet.h"
#include "core/responses.h"
#include "core/sampling.h"

#define WATCH(sim, i)   (&GS_AT((sim)->watches, gs_watch, i))
#define WATCHER(sim, r) (&GS_AT((sim)->watchers, gs_watcher, r))
#define RULE(sim, r)    (&GS_AT((sim)->model->responses, gs_response, r))

// ---- who is watched ----

static int is_of_gpus(const gpusim_model *model, const gs_response *rule)
{
    return rule->detector != GPUSIM_NONE ||
           (rule->metric != GPUSIM_NONE &&
            gpusim_metrics(&(uint32_t){0})[model->metrics[rule->metric]].entity == GPUSIM_OF_GPU);
}

static int is_cap(uint32_t what)
{
    return what == GPUSIM_ACTION_CAP_GPU || what == GPUSIM_ACTION_CAP_NODE;
}

static gpusim_status watch(gpusim_sim *sim, uint32_t r, uint32_t entity, gpusim_error *err)
{
    const gpusim_model *model = sim->model;
    const gs_response *rule = RULE(sim, r);
    int gpus = is_of_gpus(model, rule) && !rule->remedy;
    uint32_t node = gpus ? gs_reach_of(sim, GS_FAULT_ON_GPU, entity).first_node : entity;
    uint32_t group = GS_NODE(sim, node)->group;
    if ((rule->group != GPUSIM_NONE && group != rule->group) ||
        (rule->cluster != GPUSIM_NONE && sim->view.groups[group].cluster != rule->cluster) ||
        (rule->what == GPUSIM_ACTION_FAN && !gs_node_has_fans(model, node)) ||
        (is_cap(rule->what) && !gs_node_hardware_of(sim, node)->physical)) {
        return GPUSIM_OK;
    }
    gs_watch made = {.since = GPUSIM_TIME_MAX,
                     .rule = r,
                     .entity = entity,
                     .target = rule->of_gpu ? entity : node};
    return gs_array_push(&sim->watches, &made, err);
}

gpusim_status gs_responses_begin(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_model *model = sim->model;
    GPUSIM_TRY(gs_array_resize(&sim->watchers, model->responses.count, err));
    for (uint32_t r = 0; r < model->responses.count; r++) {
        WATCHER(sim, r)->calm = GPUSIM_TIME_MAX;
        int gpus = is_of_gpus(model, RULE(sim, r)) && !RULE(sim, r)->remedy;
        uint32_t count = gpus ? model->cluster.gpu_count : model->cluster.node_count;
        for (uint32_t e = 0; e < count; e++) {
            GPUSIM_TRY(watch(sim, r, e, err));
        }
    }
cleanup:
    return status;
}

// ---- conditions ----

/* What a condition says of a value: begin, end, or neither. */
typedef enum gs_sign { GS_SIGN_NEITHER, GS_SIGN_BEGIN, GS_SIGN_END } gs_sign;

static double value_of(const gpusim_sim *sim, const gs_sampling *sampling, uint32_t place,
                       uint32_t entity)
{
    uint32_t metric = sim->model->metrics[place];
    const void *values = sampling->values[metric];
    switch (gpusim_metrics(&(uint32_t){0})[metric].type) {
    case GPUSIM_FLOAT32:
        return (double)((const float *)values)[entity];
    case GPUSIM_UINT64: {
        uint64_t value = ((const uint64_t *)values)[entity];
        return value == UINT64_MAX ? (double)NAN : (double)value;
    }
    default: {
        uint32_t value = ((const uint32_t *)values)[entity];
        return value == UINT32_MAX ? (double)NAN : value;
    }
    }
}

// of the worst GPU of a node; NaN where none has a value
static double worst_of(const gpusim_sim *sim, const gs_sampling *sampling, const gs_response *rule,
                       uint32_t node)
{
    const uint32_t *first = sim->model->cluster.node_first_gpu;
    double worst = (double)NAN;
    for (uint32_t g = first[node]; g < first[node + 1]; g++) {
        double value = value_of(sim, sampling, rule->metric, g);
        worst = rule->below ? fmin(worst, value) : fmax(worst, value); // a number wins over NaN
    }
    return worst;
}

// what a detector says of a GPU; of a node that remedies are for, of the worst of its GPUs
static gs_sign sign_of_alert(const gpusim_sim *sim, const gs_response *rule, const gs_watch *at)
{
    const uint32_t *first = sim->model->cluster.node_first_gpu;
    int worst = -2;
    uint32_t from = rule->remedy ? first[at->entity] : at->entity;
    uint32_t to = rule->remedy ? first[at->entity + 1] : at->entity + 1;
    for (uint32_t g = from; g < to; g++) {
        int says = gs_detectors_say(sim, rule->detector, g);
        worst = says == 1 || worst == 1 ? 1 : says == -1 || worst == -1 ? -1 : 0;
    }
    return worst == 1 ? GS_SIGN_BEGIN : worst == -1 ? GS_SIGN_NEITHER : GS_SIGN_END;
}

static gs_sign sign_of(const gpusim_sim *sim, const gs_sampling *sampling, const gs_watch *at)
{
    const gs_response *rule = RULE(sim, at->rule);
    if (rule->detector != GPUSIM_NONE) {
        return sign_of_alert(sim, rule, at);
    }
    if (rule->metric == GPUSIM_NONE) {
        int holds = rule->state == GS_SEEN_OFFLINE ? gs_is_offline(sim, at->entity)
                                                   : GS_NODE(sim, at->entity)->state == rule->state;
        return holds ? GS_SIGN_BEGIN : GS_SIGN_END;
    }
    double value = rule->remedy && is_of_gpus(sim->model, rule)
                       ? worst_of(sim, sampling, rule, at->entity)
                       : value_of(sim, sampling, rule->metric, at->entity);
    double sign = rule->below ? -1 : 1;
    if (isnan(value)) {
        return GS_SIGN_NEITHER;
    }
    if (sign * value >= sign * rule->threshold) {
        return GS_SIGN_BEGIN;
    }
    return rule->until == rule->threshold || sign * value <= sign * rule->until ? GS_SIGN_END
                                                                                : GS_SIGN_NEITHER;
}

static gpusim_status fire(gpusim_sim *sim, uint32_t index, uint64_t over, gpusim_error *err)
{
    gpusim_time delay = RULE(sim, WATCH(sim, index)->rule)->delay;
    return gpusim_engine_schedule(sim->engine,
                                  gpusim_time_add(gpusim_engine_now(sim->engine), delay),
                                  GS_CLASS_CONTROL, GS_ON_RESPONSE, index, over, NULL, err);
}

static gpusim_status see(gpusim_sim *sim, const gs_sampling *sampling, uint32_t index,
                         gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_watch *at = WATCH(sim, index);
    gs_sign sign = sign_of(sim, sampling, at);
    if (sign == GS_SIGN_BEGIN && at->since == GPUSIM_TIME_MAX) {
        at->since = sampling->taken;
    } else if (sign == GS_SIGN_END && at->since != GPUSIM_TIME_MAX) {
        at->since = GPUSIM_TIME_MAX;
        GPUSIM_TRY(at->fired ? fire(sim, index, 1, err) : GPUSIM_OK);
        at->fired = at->ignored = 0;
    }
    if (RULE(sim, at->rule)->remedy && sign == GS_SIGN_BEGIN) {
        at->waste = gs_remedy_waste(sim, sampling, at->entity);
        if (at->ignored && at->waste >= sim->model->remedies.ignore_below) {
            at->fired = 0;
        }
    }
    // an alert that may be about to be raised
    int awaited = sign == GS_SIGN_NEITHER && RULE(sim, at->rule)->detector != GPUSIM_NONE;
    if (at->since == GPUSIM_TIME_MAX || at->fired) {
        WATCHER(sim, at->rule)->holding += awaited && !at->fired;
        return GPUSIM_OK;
    }
    if (sign == GS_SIGN_BEGIN && sampling->taken - at->since >= RULE(sim, at->rule)->hold) {
        at->fired = 1;
        GPUSIM_TRY(fire(sim, index, 0, err));
    } else {
        WATCHER(sim, at->rule)->holding++;
    }
cleanup:
    return status;
}

gpusim_status gs_responses_see(gpusim_sim *sim, const gs_sampling *sampling, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t r = 0; r < sim->watchers.count; r++) {
        WATCHER(sim, r)->seen = sampling->taken;
        WATCHER(sim, r)->holding = 0;
    }
    gs_remedies_count(sim, sampling);
    for (uint32_t i = 0; i < sim->watches.count; i++) {
        GPUSIM_TRY(see(sim, sampling, i, err));
    }
cleanup:
    return status;
}

void gs_responses_wait(gpusim_sim *sim, int alone)
{
    for (uint32_t r = 0; r < sim->watchers.count; r++) {
        gpusim_time *calm = &WATCHER(sim, r)->calm;
        if (!alone) {
            *calm = GPUSIM_TIME_MAX;
        } else if (*calm == GPUSIM_TIME_MAX) {
            *calm = gpusim_engine_now(sim->engine);
        }
    }
}

int gs_responses_may_act(const gpusim_sim *sim)
{
    for (uint32_t r = 0; r < sim->watchers.count; r++) {
        const gs_watcher *rule = WATCHER(sim, r);
        if (rule->holding > 0 || rule->seen < rule->calm) {
            return 1;
        }
    }
    return 0;
}

uint64_t gs_responses_count(const gpusim_sim *sim, double *cost, double *waste)
{
    uint64_t actions = 0;
    *cost = sim->watchers.count > 0 ? 0 : (double)NAN;
    *waste = (double)NAN;
    for (uint32_t r = 0; r < sim->watchers.count; r++) {
        if (RULE(sim, r)->remedy) {
            *waste = isnan(*waste) ? WATCHER(sim, r)->waste : *waste + WATCHER(sim, r)->waste;
        }
        actions += WATCHER(sim, r)->actions;
        *cost += WATCHER(sim, r)->cost;
    }
    return actions;
}

// ---- what is done ----

// whether its rule has done it to the same target because of another GPU; those stand together
static int done_for_another(const gpusim_sim *sim, uint32_t index)
{
    const gs_watch *at = WATCH(sim, index);
    for (uint32_t i = index;
         i > 0 && WATCH(sim, i - 1)->rule == at->rule && WATCH(sim, i - 1)->target == at->target;
         i--) {
        if (WATCH(sim, i - 1)->done) {
            return 1;
        }
    }
    for (uint32_t i = index + 1; i < sim->watches.count && WATCH(sim, i)->rule == at->rule &&
                                 WATCH(sim, i)->target == at->target;
         i++) {
        if (WATCH(sim, i)->done) {
            return 1;
        }
    }
    return 0;
}

static gpusim_status act(gpusim_sim *sim, const gs_watch *at, gpusim_action what, double value,
                         gpusim_error *err)
{
    uint32_t who = RULE(sim, at->rule)->who;
    if (what == GPUSIM_ACTION_CANCEL_JOB) {
        return gs_cancel_on(sim, (int)RULE(sim, at->rule)->of_gpu, at->target, who, err);
    }
    return gs_tell(sim, who, what, at->target, value, err);
}

// within the budget of the day
static int may_spend(gpusim_sim *sim, uint32_t r, double cost)
{
    gs_watcher *watcher = WATCHER(sim, r);
    int64_t day = gpusim_engine_now(sim->engine) / (24 * GPUSIM_HOUR);
    watcher->today = day == watcher->day ? watcher->today : 0;
    watcher->day = day;
    if (watcher->today >= RULE(sim, r)->budget) {
        return 0;
    }
    watcher->today++;
    watcher->actions++;
    watcher->cost += RULE(sim, r)->cost + cost;
    return 1;
}

static int sends_back(const gs_response *rule)
{
    return rule->what == GPUSIM_ACTION_REQUEUE || rule->what == GPUSIM_ACTION_MOVE;
}

// of the action, or of the one that takes it back
static double value_for(const gpusim_sim *sim, const gs_watch *at, int undo)
{
    const gs_response *rule = RULE(sim, at->rule);
    if (sends_back(rule) && !undo && is_of_gpus(sim->model, rule)) {
        return at->entity - sim->model->cluster.node_first_gpu[at->target];
    }
    return undo ? rule->undo_value : rule->value;
}

// what is worth it; doing nothing is within any budget
static gpusim_status remedy(gpusim_sim *sim, gs_watch *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    double value, cost;
    gpusim_action what = gs_remedy_choose(sim, at, &value, &cost);
    if (what == GPUSIM_ACTION_IGNORE && at->ignored) {
        return GPUSIM_OK;
    }
    if (what != GPUSIM_ACTION_IGNORE && !may_spend(sim, at->rule, cost)) {
        return GPUSIM_OK;
    }
    gs_remedy_done(sim, at, what);
    GPUSIM_TRY(act(sim, at, what, value, err));
cleanup:
    return status;
}

// it is over: what was done is taken back, unless it has to be kept, or it has begun again
static gpusim_status take_back(gpusim_sim *sim, uint32_t index, int others, gpusim_error *err)
{
    gs_watch *at = WATCH(sim, index);
    const gs_response *rule = RULE(sim, at->rule);
    gpusim_time least = gpusim_time_add(at->acted, rule->keep);
    if (rule->keep > 0 && at->done) {
        if (at->since != GPUSIM_TIME_MAX) {
            return GPUSIM_OK;
        }
        if (gpusim_engine_now(sim->engine) < least) {
            return gpusim_engine_schedule(sim->engine, least, GS_CLASS_CONTROL, GS_ON_RESPONSE,
                                          index, 1, NULL, err);
        }
    }
    int was = at->done;
    at->done = 0;
    return was && !others && rule->undo != GPUSIM_NONE
               ? act(sim, at, (gpusim_action)rule->undo, value_for(sim, at, 1), err)
               : GPUSIM_OK;
}

gpusim_status gs_on_response(void *context, const gpusim_event *event, gpusim_error *err)
{
    gpusim_sim *sim = context;
    gs_watch *at = WATCH(sim, event->entity);
    const gs_response *rule = RULE(sim, at->rule);
    int others = done_for_another(sim, event->entity);
    if (event->payload) {
        return take_back(sim, event->entity, others, err);
    }
    if (rule->remedy) {
        return remedy(sim, at, err);
    }
    if (rule->keep > 0 && at->done) {
        return GPUSIM_OK; // it has begun again while what was done still holds
    }
    at->acted = gpusim_engine_now(sim->engine);
    if (others && !sends_back(rule)) { // jobs of each GPU by themselves
        at->done = 1;
        return GPUSIM_OK;
    }
    at->done = (uint8_t)may_spend(sim, at->rule, 0);
    return at->done ? act(sim, at, (gpusim_action)rule->what, value_for(sim, at, 0), err)
                    : GPUSIM_OK;
}
