/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving means, jobs and groups of the detector `gnn`, in one block without pointers into it. */
#include "gnn_memory.h"

#include <string.h>

#define FAST  0.2f /* weights of the newest sample in the moving means */
#define SLOW  0.03f
#define YOUTH 10.0 /* samples in which a job's youth falls to 1/e */

static uint32_t slots_for(uint32_t nodes)
{
    uint32_t slots = 4;
    while (slots < 2 * nodes) {
        slots *= 2;
    }
    return slots;
}

uint64_t gs_gnn_lay_out(const gpusim_scene *scene, char *block, gs_gnn_memory *m)
{
    uint64_t nodes = scene->entity_count, values = nodes * scene->signal_count, at = 0;
    uint32_t slots = slots_for(scene->entity_count);
    uint64_t work = gs_gnn_work(scene->entity_count, scene->signal_count, scene->entity_count);
    const struct {
        void *part;
        uint64_t bytes;
    } parts[] = {
        {&m->work, work * sizeof(double)},
        {&m->foretold, scene->signal_count * sizeof(double)},
        {&m->kinds, (uint64_t)GS_GNN_KINDS * scene->signal_count * sizeof(double)},
        {&m->sums, values * sizeof(double)},
        {&m->now, values * sizeof(float)},
        {&m->fast, values * sizeof(float)},
        {&m->slow, values * sizeof(float)},
        {&m->off, 2 * GS_GNN_VIEWS * values * sizeof(float)},
        {&m->rest, 2 * GS_GNN_VIEWS * values * sizeof(float)},
        {&m->score, (uint64_t)GS_GNN_VIEWS * GS_GNN_KINDS * values * sizeof(float)},
        {&m->has_job, nodes * sizeof(float)},
        {&m->young, nodes * sizeof(float)},
        {&m->job, nodes * 4},
        {&m->age, nodes * 4},
        {&m->rested, nodes * 4},
        {&m->group[0], nodes * 4},
        {&m->group[1], nodes * 4},
        {&m->members[0], nodes * 4},
        {&m->members[1], nodes * 4},
        {&m->table, slots * 4},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char *part = block ? block + at : NULL;
        memcpy(parts[i].part, &part, sizeof part);
        at += (parts[i].bytes + 7) / 8 * 8;
    }
    m->slots = slots;
    return at;
}

// Dense groups of equal labels, in order of their first node, and how many each has; GPUSIM_NONE
// has none.
static void group_by(const uint32_t *labels, uint32_t nodes, uint32_t relation, gs_gnn_memory *m)
{
    uint32_t *groups = m->group[relation], *members = m->members[relation], count = 0;
    memset(m->table, 0xff, m->slots * sizeof *m->table);
    for (uint32_t i = 0; i < nodes; i++) {
        if (labels[i] == GPUSIM_NONE) {
            groups[i] = GPUSIM_NONE;
            continue;
        }
        uint32_t slot = labels[i] * UINT32_C(2654435769) & (m->slots - 1);
        while (m->table[slot] != GPUSIM_NONE && labels[m->table[slot]] != labels[i]) {
            slot = (slot + 1) & (m->slots - 1);
        }
        if (m->table[slot] == GPUSIM_NONE) {
            m->table[slot] = i;
            members[count] = 0;
            groups[i] = count++;
        } else {
            groups[i] = groups[m->table[slot]];
        }
        members[groups[i]]++;
    }
    m->groups[relation] = count;
}

static void note_job(const gpusim_frame *frame, uint32_t node, gs_gnn_memory *m)
{
    uint32_t job = frame->job ? frame->job[node] : GPUSIM_NONE;
    if (m->seen == 0) {
        m->age[node] = UINT32_MAX; // nobody knows since when
    } else if (job != m->job[node]) {
        m->age[node] = 0;
    } else {
        m->age[node] += m->age[node] < UINT32_MAX;
    }
    m->job[node] = job;
    m->has_job[node] = job != GPUSIM_NONE;
    m->young[node] = job == GPUSIM_NONE || m->age[node] == UINT32_MAX
                         ? 0
                         : (float)gpusim_exp(-(double)m->age[node] / YOUTH);
}

void gs_gnn_note(const gpusim_scene *scene, const gpusim_frame *frame, gs_gnn_memory *m)
{
    uint32_t nodes = scene->entity_count;
    for (size_t i = 0; i < (size_t)nodes * scene->signal_count; i++) {
        float z = (float)frame->values[i];
        m->now[i] = z;
        m->fast[i] = m->seen == 0 ? z : m->fast[i] + FAST * (z - m->fast[i]);
        m->slow[i] = m->seen == 0 ? z : m->slow[i] + SLOW * (z - m->slow[i]);
    }
    for (uint32_t i = 0; i < nodes; i++) {
        note_job(frame, i, m);
    }
    group_by(m->job, nodes, GS_GNN_BY_JOB, m);
    if (m->seen == 0 && scene->rack) {
        group_by(scene->rack, nodes, GS_GNN_BY_RACK, m);
    }
    m->seen++;
}

gs_gnn_tick gs_gnn_tick_of(const gpusim_scene *scene, unsigned relations, const gs_gnn_memory *m)
{
    int job = (relations >> GS_GNN_BY_JOB & 1) != 0;
    int rack = (relations >> GS_GNN_BY_RACK & 1) != 0 && scene->rack;
    return (gs_gnn_tick){
        .nodes = scene->entity_count,
        .signals = scene->signal_count,
        .now = m->now,
        .fast = m->fast,
        .slow = m->slow,
        .has_job = m->has_job,
        .young = m->young,
        .group = {job ? m->group[GS_GNN_BY_JOB] : NULL, rack ? m->group[GS_GNN_BY_RACK] : NULL},
        .groups = {m->groups[GS_GNN_BY_JOB], m->groups[GS_GNN_BY_RACK]},
    };
}

uint32_t gs_gnn_state(unsigned relations, uint32_t node, const gs_gnn_memory *m)
{
    uint32_t group = m->group[GS_GNN_BY_JOB][node];
    if (group == GPUSIM_NONE) {
        return GS_GNN_IDLE;
    }
    int among = (relations >> GS_GNN_BY_JOB & 1) && m->members[GS_GNN_BY_JOB][group] > 1;
    return among ? GS_GNN_AMONG : GS_GNN_ALONE;
}
