/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a rule of faults strikes: what all keys of `target:` have in common. */
#include <stdio.h>
#include <string.h>

#include "scenario/compile_chaos.h"

/* Sets of what the keys name, a byte each; NULL: the key is not given. */
typedef struct target_sets {
    uint8_t *gpus, *nodes, *racks, *groups;
} target_sets;

static void release(target_sets *sets)
{
    gs_release(&sets->gpus);
    gs_release(&sets->nodes);
    gs_release(&sets->racks);
    gs_release(&sets->groups);
}

static gpusim_status fail_name(const gs_rule_maker *m, const char *key, const gpusim_list *list,
                               uint32_t i, gs_fault_scope scope, const char *what,
                               gpusim_error *err)
{
    char inner[64], example[256];
    snprintf(inner, sizeof inner, list->count > 1 ? "target.%s[%u]" : "target.%s", key, i);
    gpusim_status status = GS_RULE_FAIL(m, inner, err, "no %s is called '%.100s'", what,
                                        ((const char *const *)list->items)[i]);
    if (scope != GS_FAULT_SCOPES) {
        gs_entities_example(m->entities, scope, example, sizeof example);
        gpusim_error_hint(err, "'%.200s' is the first", example);
    }
    return status;
}

// GPUs, nodes or racks by name; an empty list is not there
static gpusim_status name_entities(const gs_rule_maker *m, const char *key, const gpusim_list *list,
                                   gs_fault_scope scope, uint32_t count, uint8_t **set,
                                   gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (list->count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_allocate(set, count ? count : 1, 1, err));
    for (uint32_t i = 0; i < list->count; i++) {
        const char *name = ((const char *const *)list->items)[i];
        uint32_t found = gs_entities_find(m->entities, scope, name, strlen(name));
        if (found == GPUSIM_NONE) {
            return fail_name(m, key, list, i, scope, gs_fault_scope_names[scope], err);
        }
        (*set)[found] = 1;
    }
cleanup:
    return status;
}

// groups by their own name, their cluster's or that of their GPUs; given several, those that have
// all of them
static gpusim_status name_groups(const gs_rule_maker *m, const char *key, const char *what,
                                 const gpusim_list *list, const uint32_t *names, uint8_t **set,
                                 gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = m->entities->cluster;
    uint8_t *named = NULL;
    if (list->count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_allocate(&named, cluster->group_count, 1, err));
    for (uint32_t i = 0; i < list->count && status == GPUSIM_OK; i++) {
        const char *name = ((const char *const *)list->items)[i];
        uint32_t number = gs_names_find(m->entities->names, name, strlen(name));
        int any = 0;
        for (uint32_t g = 0; g < cluster->group_count; g++) {
            named[g] |= names[g] == number;
            any |= names[g] == number;
        }
        if (!any) {
            status = fail_name(m, key, list, i, GS_FAULT_SCOPES, what, err);
            if (names[0] != 0) {
                gpusim_error_hint(err, "'%s' is the first",
                                  gs_names_text(m->entities->names, names[0]));
            } else {
                gpusim_error_hint(err, "node groups say theirs by `cluster: NAME`");
            }
        }
    }
    for (uint32_t g = 0; *set && g < cluster->group_count; g++) {
        (*set)[g] &= named[g];
    }
    if (!*set) {
        *set = named;
        named = NULL;
    }
cleanup:
    gs_release(&named);
    return status;
}

// a kind that strikes racks has no use for the name of a node
static gpusim_status check_scope(const gs_rule_maker *m, gpusim_error *err)
{
    const gs_target_fields *target = &m->fields->target;
    const gs_fault_kind *kind = m->kind;
    const char *key = NULL;
    if (!target->present) {
        return GPUSIM_OK;
    }
    if (target->gpus.count && kind->scope > GS_FAULT_ON_GPU) {
        key = "target.gpu";
    } else if (target->nodes.count && kind->scope > GS_FAULT_ON_NODE) {
        key = "target.node";
    } else if (kind->scope == GS_FAULT_ON_CLUSTER) {
        key = "target";
    } else if (target->each != INT32_MAX && (uint32_t)target->each != kind->scope) {
        key = "target.each";
    }
    if (!key) {
        return GPUSIM_OK;
    }
    if (kind->scope == GS_FAULT_ON_CLUSTER) {
        gpusim_status status =
            GS_RULE_FAIL(m, key, err, "%s strikes the whole cluster", kind->name);
        gpusim_error_hint(err, "leave `target:` out");
        return status;
    }
    const char *scope = gs_fault_scope_names[kind->scope];
    gpusim_status status = GS_RULE_FAIL(m, key, err, "%s strikes %ss", kind->name, scope);
    gpusim_error_hint(
        err, "name %ss, or %s%s", scope,
        kind->scope == GS_FAULT_ON_RACK   ? "groups of nodes"
        : kind->scope == GS_FAULT_ON_NODE ? "what they are in: racks, groups"
                                          : "what they are in: nodes, racks, groups",
        kind->scope == GS_FAULT_ON_RACK ? "" : "; with `spread:` a strike takes neighbours along");
    return status;
}

static int node_is_in(const gs_cluster *cluster, const target_sets *sets, uint32_t node)
{
    return (!sets->nodes || sets->nodes[node]) &&
           (!sets->racks || sets->racks[cluster->node_rack[node]]) &&
           (!sets->groups || sets->groups[cluster->node_group[node]]);
}

static int rack_is_in(const gs_cluster *cluster, const target_sets *sets, uint32_t rack)
{
    uint32_t group = cluster->node_group[cluster->racks[rack].first_node];
    return (!sets->racks || sets->racks[rack]) && (!sets->groups || sets->groups[group]);
}

// writes the targets to `list`, rising; how many
static uint32_t collect(const gs_rule_maker *m, const target_sets *sets, uint32_t *list)
{
    const gs_cluster *cluster = m->entities->cluster;
    uint32_t count = 0;
    if (m->kind->scope == GS_FAULT_ON_CLUSTER) {
        list[count++] = 0;
    }
    for (uint32_t r = 0; m->kind->scope == GS_FAULT_ON_RACK && r < cluster->rack_count; r++) {
        if (rack_is_in(cluster, sets, r)) {
            list[count++] = r;
        }
    }
    for (uint32_t n = 0; m->kind->scope <= GS_FAULT_ON_NODE && n < cluster->node_count; n++) {
        if (!node_is_in(cluster, sets, n)) {
            continue;
        }
        if (m->kind->scope == GS_FAULT_ON_NODE) {
            list[count++] = n;
            continue;
        }
        for (uint32_t g = cluster->node_first_gpu[n]; g < cluster->node_first_gpu[n + 1]; g++) {
            if (!sets->gpus || sets->gpus[g]) {
                list[count++] = g;
            }
        }
    }
    return count;
}

// rules without targets of their own share one list of all: a mix has many of them
static gpusim_status find_all(gs_rule_maker *m, uint32_t most, gpusim_error *err)
{
    uint32_t *all = m->all[m->kind->scope];
    if (!all) {
        const target_sets none = {0};
        all = gs_arena_get(&m->at->model->arena, (most ? most : 1) * sizeof *all);
        if (!all) {
            return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u targets", most);
        }
        m->all[m->kind->scope] = all;
        m->all_count[m->kind->scope] = collect(m, &none, all);
    }
    m->rule->targets = all;
    m->rule->target_count = m->all_count[m->kind->scope];
    return GPUSIM_OK;
}

static gpusim_status find_named(gs_rule_maker *m, uint32_t most, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_target_fields *target = &m->fields->target;
    const gs_cluster *cluster = m->entities->cluster;
    target_sets sets = {0};
    uint32_t *list = NULL, *names = NULL;
    GPUSIM_TRY(name_entities(m, "gpu", &target->gpus, GS_FAULT_ON_GPU, cluster->gpu_count,
                             &sets.gpus, err));
    GPUSIM_TRY(name_entities(m, "node", &target->nodes, GS_FAULT_ON_NODE, cluster->node_count,
                             &sets.nodes, err));
    GPUSIM_TRY(name_entities(m, "rack", &target->racks, GS_FAULT_ON_RACK, cluster->rack_count,
                             &sets.racks, err));
    GPUSIM_TRY(gs_allocate(&names, cluster->group_count, sizeof *names, err));
    for (uint32_t g = 0; g < cluster->group_count; g++) {
        names[g] = cluster->groups[g].name;
    }
    GPUSIM_TRY(name_groups(m, "group", "node group", &target->groups, names, &sets.groups, err));
    for (uint32_t g = 0; g < cluster->group_count; g++) {
        names[g] = cluster->cluster_name[cluster->groups[g].cluster];
    }
    GPUSIM_TRY(name_groups(m, "cluster", "cluster", &target->clusters, names, &sets.groups, err));
    GPUSIM_TRY(name_groups(m, "model", "GPU model of this cluster", &target->models,
                           cluster->group_gpu, &sets.groups, err));
    GPUSIM_TRY(gs_allocate(&list, most ? most : 1, sizeof *list, err));
    m->rule->target_count = collect(m, &sets, list);
    uint32_t *kept = gs_arena_get(&m->at->model->arena, (m->rule->target_count + 1) * sizeof *kept);
    if (!kept) {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for targets");
        goto cleanup;
    }
    memcpy(kept, list, m->rule->target_count * sizeof *kept);
    m->rule->targets = kept;
cleanup:
    gs_release(&names);
    gs_release(&list);
    release(&sets);
    return status;
}

// whoever writes `target:` means somebody
static int says_nothing(const gs_target_fields *target)
{
    uint32_t names = target->gpus.count + target->nodes.count + target->racks.count +
                     target->groups.count + target->clusters.count + target->models.count;
    return names == 0 && target->each == INT32_MAX && target->random == UINT32_MAX &&
           target->hottest == UINT32_MAX && !target->lemons.present;
}

gpusim_status gs_compile_targets(gs_rule_maker *m, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_target_fields *target = &m->fields->target;
    const gs_cluster *cluster = m->entities->cluster;
    const uint32_t counts[GS_FAULT_SCOPES] = {cluster->gpu_count, cluster->node_count,
                                              cluster->rack_count, 1};
    int named =
        target->present && (target->gpus.count || target->nodes.count || target->racks.count ||
                            target->groups.count || target->clusters.count || target->models.count);
    if (target->present && says_nothing(target)) {
        status = GS_RULE_FAIL(m, "target", err, "this target names nobody");
        gpusim_error_hint(err, "for all of them: `target: {each: %s}`",
                          m->kind->scope == GS_FAULT_ON_GPU ? "gpu" : "node");
        return status;
    }
    GPUSIM_TRY(check_scope(m, err));
    if (named) {
        GPUSIM_TRY(find_named(m, counts[m->kind->scope], err));
    } else {
        GPUSIM_TRY(find_all(m, counts[m->kind->scope], err));
    }
    if (m->rule->target_count == 0) {
        return GS_RULE_FAIL(m, target->present ? "target" : "", err,
                            "there is no %s that this could strike",
                            gs_fault_scope_names[m->kind->scope]);
    }
cleanup:
    return status;
}
