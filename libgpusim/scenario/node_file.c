/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes from a file: an entry of `cluster.nodes` with `file` becomes a group for each kind of node
 * in it. */
#include <stdio.h>
#include <string.h>

#include "scenario/compile.h"
#include "scenario/files.h"
#include "workload/nodes.h"

/* Groups in the making. */
typedef struct expansion {
    const gs_compilation *at;
    gs_array groups; /* gs_scenario_group */
    gs_array nodes;  /* gs_listed_node of the file at hand */
} expansion;

static const char *keep_text(const expansion *e, const char *text)
{
    return gs_arena_text(&e->at->model->arena, text, strlen(text));
}

// the catalogue's name for a model of the file; the entry's own GPU where it says none
static const char *catalogue_name(const gs_scenario_group *entry, const char *model)
{
    const gs_node_file_model *models = entry->models.items;
    for (uint32_t i = 0; i < entry->models.count; i++) {
        if (strcmp(models[i].key, model) == 0) {
            return models[i].gpu;
        }
    }
    return entry->gpu;
}

static int is_alike(const gs_listed_node *a, const gs_listed_node *b)
{
    return a->memory == b->memory && a->model == b->model && a->gpus == b->gpus &&
           a->cpus == b->cpus;
}

// the nodes that are like the one at `first`, as a group
static gpusim_status add_group(expansion *e, const gs_scenario_group *entry, uint32_t first,
                               uint8_t *done, uint32_t number, gpusim_error *err)
{
    const gs_names *names = e->at->model->names;
    const gs_listed_node *like = &GS_AT(e->nodes, gs_listed_node, first);
    gs_scenario_group group = *entry;
    const char *model = like->model ? keep_text(e, gs_names_text(names, like->model)) : NULL;
    char text[256];
    uint32_t count = 0;
    for (uint32_t i = first; i < e->nodes.count; i++) {
        count += !done[i] && is_alike(like, &GS_AT(e->nodes, gs_listed_node, i));
    }
    const char **node_names = gs_arena_get(&e->at->model->arena, count * sizeof *node_names);
    uint32_t *rows = gs_arena_get(&e->at->model->arena, count * sizeof *rows);
    snprintf(text, sizeof text, "%.160s-%u", entry->name, (unsigned)number);
    group.name = keep_text(e, text);
    if (!node_names || !rows || !group.name || (like->model && !model)) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u nodes", count);
    }
    for (uint32_t i = first, k = 0; k < count; i++) {
        if (!done[i] && is_alike(like, &GS_AT(e->nodes, gs_listed_node, i))) {
            node_names[k] =
                keep_text(e, gs_names_text(names, GS_AT(e->nodes, gs_listed_node, i).name));
            if (!node_names[k]) {
                return gpusim_fail(err, GPUSIM_MEMORY, "no memory for the name of a node");
            }
            rows[k++] = i;
            done[i] = 1;
        }
    }
    group.count = count;
    group.gpus = like->gpus;
    group.cpus = like->cpus / 1000.0;
    group.memory = like->memory;
    group.gpu = model ? catalogue_name(entry, model) : entry->gpu;
    group.label = model;
    group.node_names = node_names;
    group.rows = rows;
    return gs_array_push(&e->groups, &group, err);
}

static gpusim_status expand(expansion *e, const gs_scenario_group *entry, uint32_t index,
                            gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char *full = NULL;
    gs_lines *lines = NULL;
    uint8_t *done = NULL;
    char key[64];
    snprintf(key, sizeof key, "cluster.nodes[%u].file", index);
    e->nodes.count = 0;
    GPUSIM_TRY(gs_open_input(e->at, key, entry->file, &full, &lines, err));
    GPUSIM_TRY(gs_nodes_read(lines, e->at->model->names, &e->nodes, err));
    GPUSIM_TRY(gs_allocate(&done, e->nodes.count, 1, err));
    uint32_t number = 0;
    for (uint32_t i = 0; i < e->nodes.count; i++) {
        if (!done[i]) {
            GPUSIM_TRY(add_group(e, entry, i, done, number++, err));
        }
    }
cleanup:
    gs_release(&done);
    gs_lines_close(lines);
    gs_release(&full);
    return status;
}

static gpusim_status add_entry(expansion *e, uint32_t index, gpusim_error *err)
{
    const gs_scenario_group *entry =
        (const gs_scenario_group *)e->at->written->cluster.nodes.items + index;
    if (entry->file) {
        return expand(e, entry, index, err);
    }
    if (entry->gpus == UINT32_MAX) {
        char key[64];
        snprintf(key, sizeof key, "cluster.nodes[%u]", index);
        gpusim_status status = gs_compile_fail(e->at, err, key, "key 'gpus' is missing");
        gpusim_error_hint(err, "how many GPUs each node has; or a `file` that lists the nodes");
        return status;
    }
    return gs_array_push(&e->groups, entry, err);
}

gpusim_status gs_compile_node_files(const gs_compilation *at, gpusim_list *groups,
                                    gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    expansion e = {
        .at = at, .groups = GS_ARRAY(gs_scenario_group), .nodes = GS_ARRAY(gs_listed_node)};
    for (uint32_t i = 0; i < at->written->cluster.nodes.count; i++) {
        GPUSIM_TRY(gs_compile_note(at, add_entry(&e, i, err), err));
    }
    size_t bytes = e.groups.count * sizeof(gs_scenario_group);
    gs_scenario_group *items = gs_arena_get(&at->model->arena, bytes);
    if (!items) {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u groups", e.groups.count);
        goto cleanup;
    }
    if (bytes > 0) {
        memcpy(items, e.groups.data, bytes);
    }
    *groups = (gpusim_list){.items = items, .count = e.groups.count};
cleanup:
    gs_array_release(&e.groups);
    gs_array_release(&e.nodes);
    return status;
}
