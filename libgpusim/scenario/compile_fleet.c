/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heartbeats, control, maintenance, spares and groups that grow: names looked up, and what they ask
 * for checked. */
#include <stdio.h>
#include <string.h>

#include "scenario/compile.h"
#include "scenario/entities.h"

// ---- heartbeats, control ----

static gpusim_status compile_heartbeat(const gs_compilation *at, gpusim_error *err)
{
    const gs_heartbeat_fields *written = &at->scenario->heartbeat;
    if (!written->present) {
        return GPUSIM_OK;
    }
    at->model->heartbeat =
        (gs_heartbeat){.every = written->every, .offline_after = written->offline_after};
    return written->offline_after < written->every
               ? gs_compile_fail(at, err, "heartbeat.offline_after",
                                 "every node would be offline between two heartbeats")
               : GPUSIM_OK;
}

static void compile_control(const gs_compilation *at)
{
    const gs_control_fields *written = &at->scenario->control;
    at->model->control = (gs_control){.backoff = written->backoff,
                                      .open = written->open,
                                      .retries = written->retries,
                                      .failures = written->failures,
                                      .present = written->present};
}

// ---- maintenance ----

static gpusim_status fail_name(const gs_compilation *at, const gs_entities *entities, uint32_t w,
                               const char *key, gs_fault_scope scope, const char *name,
                               gpusim_error *err)
{
    char example[256];
    gpusim_status status =
        gs_compile_fail_at(at, err, "maintenance", w, key, "no %s is called '%.100s'", key, name);
    if (scope == GS_FAULT_SCOPES) {
        snprintf(example, sizeof example, "%.200s",
                 gs_names_text(at->model->names, at->model->cluster.groups[0].name));
    } else {
        gs_entities_example(entities, scope, example, sizeof example);
    }
    gpusim_error_hint(err, "'%s' is the first", example);
    return status;
}

static gpusim_status name_all(const gs_compilation *at, const gs_entities *entities, uint32_t w,
                              const gs_window_fields *written, uint8_t *set, gpusim_error *err)
{
    const gs_cluster *cluster = &at->model->cluster;
    const struct {
        const char *key;
        const gpusim_list *list;
        gs_fault_scope scope;
    } lists[] = {{"node", &written->nodes, GS_FAULT_ON_NODE},
                 {"rack", &written->racks, GS_FAULT_ON_RACK},
                 {"group", &written->groups, GS_FAULT_SCOPES},
                 {"cluster", &written->clusters, GS_FAULT_SCOPES}};
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        for (uint32_t i = 0; i < lists[k].list->count; i++) {
            const char *name = ((const char *const *)lists[k].list->items)[i];
            uint32_t named = 0, number = gs_names_find(at->model->names, name, strlen(name));
            uint32_t found = k == 3 ? gs_model_find_cluster(at->model, number)
                             : k == 2
                                 ? gs_model_find_group(at->model, number)
                                 : gs_entities_find(entities, lists[k].scope, name, strlen(name));
            for (uint32_t n = 0; found != GPUSIM_NONE && n < cluster->node_count; n++) {
                uint32_t group = cluster->node_group[n];
                uint32_t of = k == 0   ? n
                              : k == 1 ? cluster->node_rack[n]
                              : k == 2 ? group
                                       : cluster->groups[group].cluster;
                set[n] |= of == found;
                named |= of == found;
            }
            if (!named) {
                return fail_name(at, entities, w, lists[k].key, lists[k].scope, name, err);
            }
        }
    }
    return GPUSIM_OK;
}

static gpusim_status fill_nodes(const gs_compilation *at, const gs_entities *entities, uint32_t w,
                                const gs_window_fields *written, gs_maintenance *window,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t count = at->model->cluster.node_count;
    int all = !written->nodes.count && !written->racks.count && !written->groups.count &&
              !written->clusters.count;
    uint8_t *set = NULL;
    uint32_t *nodes = gs_arena_get(&at->model->arena, count * sizeof *nodes);
    GPUSIM_TRY(nodes ? GPUSIM_OK
                     : gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u nodes", count));
    GPUSIM_TRY(gs_allocate(&set, count, 1, err));
    GPUSIM_TRY(name_all(at, entities, w, written, set, err));
    for (uint32_t n = 0; n < count; n++) {
        if (all || set[n]) {
            nodes[window->count++] = n;
        }
    }
    window->nodes = nodes;
cleanup:
    gs_release(&set);
    return status;
}

static gpusim_status compile_window(const gs_compilation *at, const gs_entities *entities,
                                    uint32_t w, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_window_fields *written = (const gs_window_fields *)at->scenario->maintenance.items + w;
    gs_maintenance window = {
        .at = written->at, .every = written->every, .span = written->span, .ahead = written->ahead};
    char name[32];
    snprintf(name, sizeof name, "maintenance-%u", w);
    const char *who = written->name ? written->name : name;
    if (written->every != GPUSIM_TIME_MAX && written->every <= written->span) {
        return gs_compile_fail_at(at, err, "maintenance", w, "every",
                                  "the next would begin before this is over");
    }
    GPUSIM_TRY(fill_nodes(at, entities, w, written, &window, err));
    GPUSIM_TRY(gs_names_add(at->model->names, who, strlen(who), &window.who, err));
    GPUSIM_TRY(gs_array_push(&at->model->windows, &window, err));
cleanup:
    return status;
}

static gpusim_status compile_windows(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_entities entities = {0};
    if (at->scenario->maintenance.count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_entities_index(at->model, &entities, err));
    for (uint32_t w = 0; w < at->scenario->maintenance.count; w++) {
        GPUSIM_TRY(gs_compile_note(at, compile_window(at, &entities, w, err), err));
    }
cleanup:
    gs_entities_release(&entities);
    return status;
}

// ---- spares, groups that grow ----

// a group is made of all nodes that it may ever have
void gs_compile_sizes(gs_scenario *scenario)
{
    gs_scenario_group *group = scenario->cluster.nodes.items;
    for (uint32_t g = 0; g < scenario->cluster.nodes.count; g++) {
        group[g].least = group[g].count;
        if (group[g].most != UINT32_MAX && group[g].most > group[g].count) {
            group[g].count = group[g].most;
        }
    }
}

static gpusim_status compile_pool(const gs_compilation *at, uint32_t g, gs_pool *pool,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_scenario_group *group = &((gs_scenario_group *)at->scenario->cluster.nodes.items)[g];
    const gs_autoscale_fields *scale = &group->autoscale;
    int spares = group->spares != UINT32_MAX, grows = group->most != UINT32_MAX;
    const char *who = grows ? "autoscale" : "spares";
    char key[64];
    snprintf(key, sizeof key, "cluster.nodes[%u]", g);
    if (grows != scale->present || (grows && (spares || group->most < group->least))) {
        return gs_compile_fail(at, err, key,
                               "a group grows by `autoscale:` from `count:` to `max:`, which is no "
                               "less, and has no spares then");
    }
    if (spares && group->spares >= group->count) {
        return gs_compile_fail(at, err, key, "of %u nodes no more than %u can be spares",
                               group->count, group->count - 1);
    }
    if (group->join != GPUSIM_TIME_MAX && !spares) {
        return gs_compile_fail(at, err, key, "`join:` is of spares, or stands in `autoscale:`");
    }
    *pool = (gs_pool){.count = group->least, .spares = spares ? group->spares : 0};
    pool->join = group->join != GPUSIM_TIME_MAX ? group->join : 0;
    if (grows) {
        pool->join = scale->join;
        pool->idle = scale->idle;
        pool->queue = scale->queue;
        pool->step = scale->step;
    }
    GPUSIM_TRY(gs_names_add(at->model->names, who, strlen(who), &pool->who, err));
cleanup:
    return status;
}

static gpusim_status compile_pools(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t count = at->scenario->cluster.nodes.count, some = 0;
    const gs_scenario_group *group = at->scenario->cluster.nodes.items;
    for (uint32_t g = 0; g < count; g++) {
        some |= group[g].spares != UINT32_MAX || group[g].most != UINT32_MAX ||
                group[g].join != GPUSIM_TIME_MAX || group[g].autoscale.present;
    }
    if (!some) {
        return GPUSIM_OK;
    }
    gs_pool *pools = gs_arena_get(&at->model->arena, count * sizeof *pools);
    if (!pools) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u groups", count);
    }
    for (uint32_t g = 0; g < count; g++) {
        GPUSIM_TRY(gs_compile_note(at, compile_pool(at, g, &pools[g], err), err));
    }
    at->model->pools = pools;
cleanup:
    return status;
}

gpusim_status gs_compile_fleet(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_compile_note(at, compile_heartbeat(at, err), err));
    compile_control(at);
    if (at->model->cluster.node_count > 0) {
        GPUSIM_TRY(compile_windows(at, err));
        GPUSIM_TRY(compile_pools(at, err));
    }
cleanup:
    return status;
}
