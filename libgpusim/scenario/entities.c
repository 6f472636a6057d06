/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes, racks and GPUs by name, looked up in constant time. */
#include "scenario/entities.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"

gpusim_status gs_entities_index(const gpusim_model *model, gs_entities *entities, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &model->cluster;
    entities->cluster = cluster;
    entities->names = model->names;
    entities->count = gs_names_count(model->names);
    GPUSIM_TRY(gs_allocate(&entities->node, entities->count, sizeof(uint32_t), err));
    GPUSIM_TRY(gs_allocate(&entities->rack, entities->count, sizeof(uint32_t), err));
    for (uint32_t i = 0; i < entities->count; i++) {
        entities->node[i] = entities->rack[i] = GPUSIM_NONE;
    }
    for (uint32_t n = cluster->node_count; n-- > 0;) {
        entities->node[cluster->node_name[n]] = n;
    }
    for (uint32_t r = cluster->rack_count; r-- > 0;) {
        entities->rack[cluster->racks[r].name] = r;
    }
cleanup:
    return status;
}

void gs_entities_release(gs_entities *entities)
{
    gs_release(&entities->node);
    gs_release(&entities->rack);
}

static uint32_t look_up(const gs_entities *entities, const uint32_t *by_name, const char *name,
                        size_t length)
{
    uint32_t number = gs_names_find(entities->names, name, length);
    return number < entities->count ? by_name[number] : GPUSIM_NONE;
}

// "train-0000/gpu3"
static uint32_t find_gpu(const gs_entities *entities, const char *name, size_t length)
{
    size_t slash = length;
    uint64_t slot = 0;
    while (slash > 0 && name[slash - 1] != '/') {
        slash--;
    }
    if (slash == 0 || length - slash < 4 || memcmp(name + slash, "gpu", 3) != 0 ||
        !gs_parse_uint64(name + slash + 3, length - slash - 3, &slot)) {
        return GPUSIM_NONE;
    }
    uint32_t node = look_up(entities, entities->node, name, slash - 1);
    if (node == GPUSIM_NONE) {
        return GPUSIM_NONE;
    }
    const uint32_t *first = &entities->cluster->node_first_gpu[node];
    return slot < first[1] - first[0] ? first[0] + (uint32_t)slot : GPUSIM_NONE;
}

uint32_t gs_entities_find(const gs_entities *entities, gs_fault_scope scope, const char *name,
                          size_t length)
{
    switch (scope) {
    case GS_FAULT_ON_GPU:
        return find_gpu(entities, name, length);
    case GS_FAULT_ON_NODE:
        return look_up(entities, entities->node, name, length);
    case GS_FAULT_ON_RACK:
        return look_up(entities, entities->rack, name, length);
    default:
        return length == 7 && memcmp(name, "cluster", 7) == 0 ? 0 : GPUSIM_NONE;
    }
}

void gs_entities_example(const gs_entities *entities, gs_fault_scope scope, char *text, int size)
{
    const gs_cluster *cluster = entities->cluster;
    uint32_t name = scope == GS_FAULT_ON_RACK ? cluster->racks[0].name : cluster->node_name[0];
    snprintf(text, (size_t)size, "%.200s%s",
             scope == GS_FAULT_ON_CLUSTER ? "cluster" : gs_names_text(entities->names, name),
             scope == GS_FAULT_ON_GPU ? "/gpu0" : "");
}
