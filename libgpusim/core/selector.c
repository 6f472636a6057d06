/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nodes that jobs' selectors mean, by labels of groups and names of nodes. */
#include <string.h>

#include "core/model.h"

/* A piece of a text. */
typedef struct piece {
    const char *at;
    size_t length;
} piece;

static int same(piece a, piece b)
{
    return a.length == b.length && memcmp(a.at, b.at, a.length) == 0;
}

// cuts what stands before a mark off a text; 0 when nothing is left
static int next_piece(const char **text, char mark, piece *cut)
{
    const char marks[] = {mark, '\0'};
    if (!**text) {
        return 0;
    }
    *cut = (piece){*text, strcspn(*text, marks)};
    *text += cut->length;
    *text += **text == mark;
    return 1;
}

// "zone=a" into its halves
static void halve(piece whole, piece *key, piece *value)
{
    const char *equals = memchr(whole.at, '=', whole.length);
    size_t before = equals ? (size_t)(equals - whole.at) : whole.length;
    size_t used = equals ? before + 1 : before;
    *key = (piece){whole.at, before};
    *value = (piece){whole.at + used, whole.length - used};
}

static int is_node(piece key)
{
    return same(key, (piece){"node", 4});
}

// 1 when one of the values, with | between them, is this text
static int is_one_of(piece values, piece text)
{
    const char *at = values.at, *end = values.at + values.length;
    while (at <= end) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        const char *last = bar ? bar : end;
        if (same((piece){at, (size_t)(last - at)}, text)) {
            return 1;
        }
        at = last + 1;
    }
    return 0;
}

static int has_label(const char *labels, piece key, piece values)
{
    piece label, its_key, its_value;
    while (next_piece(&labels, ',', &label)) {
        halve(label, &its_key, &its_value);
        if (same(its_key, key)) {
            return is_one_of(values, its_value);
        }
    }
    return 0;
}

int gpusim_selector_means(const char *selector, const char *labels, const char *node)
{
    piece wish, key, values;
    while (next_piece(&selector, ',', &wish)) {
        halve(wish, &key, &values);
        int met = is_node(key) ? is_one_of(values, (piece){node, strlen(node)})
                               : has_label(labels, key, values);
        if (!met) {
            return 0;
        }
    }
    return 1;
}

static int names_nodes(const char *selector)
{
    piece wish, key, values;
    while (next_piece(&selector, ',', &wish)) {
        halve(wish, &key, &values);
        if (is_node(key)) {
            return 1;
        }
    }
    return 0;
}

// how many nodes of each group it means, and which where it names some; `found` is room for all
static void match(const gpusim_model *model, const char *text, int by_name, uint32_t *matching,
                  gs_array *found)
{
    const gs_cluster *cluster = &model->cluster;
    found->count = 0;
    for (uint32_t g = 0; g < cluster->group_count; g++) {
        const gpusim_group_info *group = &cluster->groups[g];
        const char *labels = gs_names_text(model->names, cluster->group_labels[g]);
        matching[g] = 0;
        if (!by_name) {
            matching[g] = gpusim_selector_means(text, labels, "") ? group->nodes : 0;
            continue;
        }
        for (uint32_t n = group->first_node; n < group->first_node + group->nodes; n++) {
            const char *name = gs_names_text(model->names, cluster->node_name[n]);
            if (gpusim_selector_means(text, labels, name)) {
                GS_AT(*found, uint32_t, found->count++) = n;
                matching[g]++;
            }
        }
    }
}

static gpusim_status add_selector(gpusim_model *model, uint32_t name, gs_selector *selector,
                                  gs_array *found, gpusim_error *err)
{
    const char *text = gs_names_text(model->names, name);
    int by_name = names_nodes(text);
    uint32_t *matching = gs_arena_get(&model->arena, model->cluster.group_count * sizeof *matching);
    if (!matching) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for selectors");
    }
    match(model, text, by_name, matching, found);
    *selector = (gs_selector){.matching = matching, .name = name};
    if (by_name) {
        uint32_t *nodes = gs_arena_get(&model->arena, (found->count + (size_t)1) * sizeof *nodes);
        if (!nodes) {
            return gpusim_fail(err, GPUSIM_MEMORY, "no memory for selectors");
        }
        memcpy(nodes, found->data, found->count * sizeof *nodes);
        selector->nodes = nodes;
        selector->count = found->count;
    }
    return GPUSIM_OK;
}

// gives a name its number, if it has none
static gpusim_status number(gpusim_model *model, uint32_t name, gpusim_error *err)
{
    if (name == 0) {
        return GPUSIM_OK;
    }
    if (!model->selector_by_name) {
        uint32_t count = gs_names_count(model->names);
        model->selector_by_name =
            gs_arena_get(&model->arena, count * sizeof *model->selector_by_name);
        if (!model->selector_by_name) {
            return gpusim_fail(err, GPUSIM_MEMORY, "no memory to look up selectors");
        }
        memset(model->selector_by_name, 0, count * sizeof *model->selector_by_name);
        model->selector_names = count;
    }
    uint32_t *its = &model->selector_by_name[name];
    *its = *its ? *its : ++model->selector_count;
    return GPUSIM_OK;
}

gpusim_status gs_model_index_selectors(gpusim_model *model, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_workload *workload = &model->workload;
    gs_array found = GS_ARRAY(uint32_t);
    for (uint32_t i = 0; i < workload->jobs.count; i++) {
        GPUSIM_TRY(number(model, GS_AT(workload->jobs, gs_job, i).selector, err));
    }
    for (uint32_t i = 0; i < workload->synthetic_count; i++) {
        GPUSIM_TRY(number(model, gs_synthetic_selector(workload->synthetic[i]), err));
    }
    if (model->selector_count == 0) {
        return GPUSIM_OK;
    }
    model->selectors =
        gs_arena_get(&model->arena, model->selector_count * sizeof *model->selectors);
    if (!model->selectors) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for selectors");
    }
    GPUSIM_TRY(gs_array_resize(&found, model->cluster.node_count, err));
    for (uint32_t name = 0; name < model->selector_names; name++) {
        uint32_t its = model->selector_by_name[name];
        if (its != 0) {
            GPUSIM_TRY(add_selector(model, name, &model->selectors[its - 1], &found, err));
        }
    }
cleanup:
    gs_array_release(&found);
    return status;
}

uint32_t gs_model_find_selector(const gpusim_model *model, const gs_job *job)
{
    return job->selector != 0 && job->selector < model->selector_names
               ? model->selector_by_name[job->selector]
               : 0;
}

uint32_t gs_selector_name(const gpusim_model *model, const gpusim_job_info *job)
{
    return job->selector ? model->selectors[job->selector - 1].name : 0;
}
