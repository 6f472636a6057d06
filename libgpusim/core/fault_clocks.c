/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When rules strike: clocks that count nominal time, run faster where a hazard is higher, and stand
 * still while their target is down or what they struck is not over (definitions 8 and 9). */
#include <math.h>
#include <string.h>

#include "core/faults.h"

static void name_of(const gpusim_sim *sim, uint32_t scope, uint32_t entity, char *name, int size)
{
    static const gpusim_entity entities[GS_FAULT_SCOPES] = {
        [GS_FAULT_ON_GPU] = GPUSIM_OF_GPU,
        [GS_FAULT_ON_NODE] = GPUSIM_OF_NODE,
        [GS_FAULT_ON_RACK] = GPUSIM_OF_RACK,
        [GS_FAULT_ON_CLUSTER] = GPUSIM_OF_CLUSTER,
    };
    (void)gpusim_model_entity_name(sim->model, entities[scope], entity, name, size);
}

gpusim_stream gs_fault_stream(const gpusim_sim *sim, uint32_t rule, const char *purpose,
                              uint32_t entity)
{
    char name[256] = "";
    if (entity != GPUSIM_NONE) {
        name_of(sim, GS_KIND_OF(sim, rule)->scope, entity, name, sizeof name);
    }
    return gs_rule_stream(GS_RULE(sim, rule), sim->seed, purpose, name);
}

int gs_node_is_down(const gpusim_sim *sim, uint32_t node)
{
    uint32_t state = GS_NODE(sim, node)->state;
    return state == GPUSIM_NODE_DOWN || state == GPUSIM_NODE_REPAIRING ||
           state == GPUSIM_NODE_REMOVED;
}

// ---- how fast a clock runs ----

static int is_busy(const gpusim_sim *sim, uint32_t scope, uint32_t entity, uint32_t node)
{
    if (scope != GS_FAULT_ON_GPU) {
        return GS_NODE(sim, node)->jobs > 0;
    }
    const uint64_t *words =
        (const uint64_t *)sim->gpu_free.data + sim->model->cluster.node_first_word[node];
    uint32_t gpu = entity - sim->model->cluster.node_first_gpu[node];
    return !(words[gpu / 64] >> (gpu % 64) & 1);
}

double gs_fault_temperature(const gpusim_sim *sim, uint32_t scope, uint32_t entity)
{
    gs_reach reach = gs_reach_of(sim, scope, entity);
    double hottest = (double)NAN;
    for (uint32_t g = reach.first_gpu; g < reach.end_gpu && gs_is_physical(sim); g++) {
        double die = (double)NAN, memory;
        if (gs_gpu_hardware(sim, g)->physical) {
            gs_gpu_temperatures(sim, g, &die, &memory);
        }
        hottest = fmax(hottest, die);
    }
    return hottest;
}

// of nominal time in simulated time
static double speed_of(const gpusim_sim *sim, const gs_fault_clock *clock)
{
    const gs_rule *rule = GS_RULE(sim, clock->rule);
    uint32_t scope = GS_KIND_OF(sim, clock->rule)->scope;
    double speed = clock->lemon;
    if (clock->fault != GPUSIM_NONE) {
        return 0;
    }
    if (rule->burst > 0 && GS_BURST(sim, clock->rule)->ordinal % 2 == 1) {
        speed *= rule->burst;
    }
    if (clock->entity == GPUSIM_NONE || scope > GS_FAULT_ON_NODE) {
        return speed;
    }
    uint32_t node = gs_reach_of(sim, scope, clock->entity).first_node;
    if (gs_node_is_down(sim, node) || (rule->busy && !is_busy(sim, scope, clock->entity, node))) {
        return 0;
    }
    if (rule->activation > 0) {
        speed *= gs_rule_heat(rule, gs_fault_temperature(sim, scope, clock->entity));
    }
    return speed;
}

// what lies behind the end of the run needs no event
static gpusim_status arm(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gs_fault_clock *clock = GS_CLOCK(sim, index);
    gpusim_time due = gpusim_time_add(clock->since, gs_clock_due(clock->left, clock->speed));
    gs_background_cancel(sim, &clock->event);
    if (due >= sim->model->info.duration || due >= GS_RULE(sim, clock->rule)->until) {
        return GPUSIM_OK;
    }
    return gs_background_schedule(sim, due, GS_ON_FAULT, index, GS_FAULT_STRIKES, &clock->event,
                                  err);
}

// at another speed it has counted up to now at the old one
static gpusim_status set_speed(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gs_fault_clock *clock = GS_CLOCK(sim, index);
    gpusim_time now = gpusim_engine_now(sim->engine);
    double speed = speed_of(sim, clock);
    if (speed == clock->speed) {
        return GPUSIM_OK;
    }
    if (now > clock->since) {
        clock->left = gs_clock_left(clock->left, clock->speed, now - clock->since);
        clock->since = now;
    }
    clock->speed = speed;
    return arm(sim, index, err);
}

// ---- strike after strike ----

// from now on, or from when its rule begins, it counts the gap to the next strike
static gpusim_status next_gap(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gs_fault_clock *clock = GS_CLOCK(sim, index);
    const gs_rule *rule = GS_RULE(sim, clock->rule);
    gpusim_time now = gpusim_engine_now(sim->engine);
    gpusim_stream stream = gs_fault_stream(sim, clock->rule, "gap", clock->entity);
    gpusim_time gap = gs_rule_gap(rule, stream, clock->ordinal, &clock->age);
    clock->left = gap == GPUSIM_TIME_MAX ? (double)INFINITY : gap > 0 ? (double)gap : 1;
    clock->since = rule->from > now ? rule->from : now;
    clock->speed = speed_of(sim, clock);
    return arm(sim, index, err);
}

static gpusim_status next_time(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    gs_fault_clock *clock = GS_CLOCK(sim, index);
    const gs_rule *rule = GS_RULE(sim, clock->rule);
    gpusim_time time = GPUSIM_TIME_MAX;
    for (;; clock->ordinal++) {
        if (rule->when == GS_WHEN_TRACE) {
            int more = clock->ordinal < rule->list_count;
            time = more ? rule->list[clock->ordinal].at : GPUSIM_TIME_MAX;
        } else {
            time = gs_rule_time(rule, clock->ordinal);
        }
        if (time >= rule->from) {
            break;
        }
    }
    if (time >= sim->model->info.duration || time >= rule->until) {
        return GPUSIM_OK;
    }
    return gs_background_schedule(sim, time, GS_ON_FAULT, index, GS_FAULT_STRIKES, &clock->event,
                                  err);
}

gpusim_status gs_clock_next(gpusim_sim *sim, uint32_t index, gpusim_error *err)
{
    uint32_t when = GS_RULE(sim, GS_CLOCK(sim, index)->rule)->when;
    return when == GS_WHEN_AT || when == GS_WHEN_TRACE ? next_time(sim, index, err)
                                                       : next_gap(sim, index, err);
}

// ---- all clocks of something ----

// the first of a rule's targets at or behind an entity
static uint32_t target_from(const gs_rule *rule, uint32_t entity)
{
    uint32_t low = 0, high = rule->target_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (rule->targets[middle] < entity) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

gpusim_status gs_clocks_of_node(gpusim_sim *sim, uint32_t node, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_reach reach = gs_reach_of(sim, GS_FAULT_ON_NODE, node);
    for (uint32_t r = 0; r < sim->model->chaos.count; r++) {
        const gs_rule *rule = GS_RULE(sim, r);
        uint32_t scope = GS_KIND_OF(sim, r)->scope;
        if (rule->when != GS_WHEN_EVERY || scope > GS_FAULT_ON_NODE) {
            continue;
        }
        uint32_t first = scope == GS_FAULT_ON_GPU ? reach.first_gpu : reach.first_node;
        uint32_t end = scope == GS_FAULT_ON_GPU ? reach.end_gpu : reach.end_node;
        for (uint32_t t = target_from(rule, first);
             t < rule->target_count && rule->targets[t] < end; t++) {
            GPUSIM_TRY(set_speed(sim, GS_AT(sim->rule_clocks, uint32_t, r) + t, err));
        }
    }
cleanup:
    return status;
}

void gs_clocks_mark(gpusim_sim *sim, uint32_t node)
{
    uint32_t count = sim->clock_marks.count;
    if (sim->hazards && (count == 0 || GS_AT(sim->clock_marks, uint32_t, count - 1) != node)) {
        GS_KEEP(sim, gs_array_push(&sim->clock_marks, &node, &sim->failure_error));
    }
}

gpusim_status gs_clocks_flush(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; i < sim->clock_marks.count; i++) {
        GPUSIM_TRY(gs_clocks_of_node(sim, GS_AT(sim->clock_marks, uint32_t, i), err));
    }
    sim->clock_marks.count = 0;
cleanup:
    return status;
}

// ---- bursts ----

static gpusim_status set_burst(gpusim_sim *sim, uint32_t rule, gpusim_error *err)
{
    gs_fault_burst *burst = GS_BURST(sim, rule);
    gpusim_stream stream = gs_fault_stream(sim, rule, "burst", GPUSIM_NONE);
    gpusim_time period = gs_rule_period(GS_RULE(sim, rule), stream, burst->ordinal);
    gpusim_time end = gpusim_time_add(gpusim_engine_now(sim->engine), period > 0 ? period : 1);
    if (end >= sim->model->info.duration) {
        return GPUSIM_OK;
    }
    return gs_background_schedule(sim, end, GS_ON_FAULT, rule, GS_FAULT_BURSTS, &burst->event, err);
}

gpusim_status gs_clocks_burst(gpusim_sim *sim, uint32_t rule, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_fault_burst *burst = GS_BURST(sim, rule);
    burst->event = (gpusim_event_id){0};
    burst->ordinal++;
    GPUSIM_TRY(set_burst(sim, rule, err));
    uint32_t first = GS_AT(sim->rule_clocks, uint32_t, rule);
    for (uint32_t c = first; c < sim->fault_clocks.count && GS_CLOCK(sim, c)->rule == rule; c++) {
        GPUSIM_TRY(set_speed(sim, c, err));
    }
cleanup:
    return status;
}

// ---- the beginning ----

gpusim_status gs_clocks_create(gpusim_sim *sim, uint32_t rule, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_rule *about = GS_RULE(sim, rule);
    int each = about->when == GS_WHEN_EVERY;
    uint32_t first = sim->fault_clocks.count;
    uint32_t count = each ? about->target_count : about->when != GS_WHEN_FOLLOWS;
    GPUSIM_TRY(gs_array_push(&sim->rule_clocks, &first, err));
    GPUSIM_TRY(gs_array_push(&sim->fault_bursts, NULL, err));
    GPUSIM_TRY(gs_array_resize(&sim->fault_clocks, first + count, err));
    if (about->burst > 0) {
        GPUSIM_TRY(set_burst(sim, rule, err));
    }
    for (uint32_t i = 0; i < count; i++) {
        gs_fault_clock *clock = GS_CLOCK(sim, first + i);
        *clock = (gs_fault_clock){.lemon = 1,
                                  .rule = rule,
                                  .entity = each ? about->targets[i] : GPUSIM_NONE,
                                  .fault = GPUSIM_NONE};
        if (about->lemon_share > 0 && each) {
            char name[256];
            name_of(sim, gs_fault_kinds[about->kind].scope, clock->entity, name, sizeof name);
            clock->lemon = gs_rule_lemon(about, sim->seed, name);
        }
        GPUSIM_TRY(gs_clock_next(sim, first + i, err));
    }
cleanup:
    return status;
}
