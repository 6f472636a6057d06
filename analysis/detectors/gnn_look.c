/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the nodes are off: at all, off what they were of late in their job, off the other members
 * of their job, and that against what it was of late. The first tells a job that is unlike all that
 * was learnt from a fault by nothing; the others do, as all members have in common what is odd
 * about a job, and have it all the time. */
#include "gnn_look.h"

#include <math.h>
#include <string.h>

#define OF_LATE 0.03 /* least weight of the newest sample in what is of late */
#define KNOWN   6u   /* samples before that is compared with */

uint32_t gs_gnn_views(const gs_gnn_way *way, unsigned relations[GS_GNN_VIEWS])
{
    const unsigned job = 1u << GS_GNN_BY_JOB, rack = 1u << GS_GNN_BY_RACK;
    uint32_t count = 1;
    relations[0] = 0;
    if (way->relations & job) {
        relations[count++] = job;
    }
    if (way->relations & rack) {
        relations[count++] = way->relations;
    }
    return count;
}

// How far each node is off; sums over jobs, [jobs][signals].
static void foretell(const gs_gnn_tick *tick, const double *network, gs_gnn_memory *m, float *off)
{
    uint32_t signals = tick->signals;
    memset(m->sums, 0, (size_t)m->groups[GS_GNN_BY_JOB] * signals * sizeof *m->sums);
    for (uint32_t i = 0; i < tick->nodes; i++) {
        uint32_t job = m->group[GS_GNN_BY_JOB][i];
        gs_gnn_foretell_all(network, tick, i, m->work, m->foretold);
        for (uint32_t s = 0; s < signals; s++) {
            size_t at = (size_t)i * signals + s;
            off[at] = tick->now[at] - (float)m->foretold[s];
            if (job != GPUSIM_NONE) {
                m->sums[(size_t)job * signals + s] += (double)off[at];
            }
        }
    }
}

// What each is further off than the others of its job, itself left out.
static void set_apart(const gpusim_scene *scene, const gs_gnn_way *way, const gs_gnn_memory *m,
                      const float *off, float *apart)
{
    uint32_t signals = scene->signal_count;
    for (uint32_t i = 0; i < scene->entity_count; i++) {
        int among = gs_gnn_state(way->relations, i, m) == GS_GNN_AMONG;
        uint32_t job = m->group[GS_GNN_BY_JOB][i];
        for (uint32_t s = 0; s < signals; s++) {
            size_t at = (size_t)i * signals + s;
            apart[at] = NAN;
            if (among) {
                double others = m->sums[(size_t)job * signals + s] - (double)off[at];
                apart[at] = off[at] - (float)(others / (m->members[GS_GNN_BY_JOB][job] - 1));
            }
        }
    }
}

void gs_gnn_foretell_views(const gpusim_scene *scene, const gs_gnn_way *way, const double *network,
                           gs_gnn_memory *m)
{
    unsigned relations[GS_GNN_VIEWS];
    uint32_t views = gs_gnn_views(way, relations);
    size_t values = (size_t)scene->entity_count * scene->signal_count;
    gs_gnn_tick all = gs_gnn_tick_of(scene, way->relations, m);
    gs_gnn_exchange(network, &all, m->work);
    for (uint32_t v = 0; v < views; v++) {
        float *off = m->off + 2 * v * values;
        gs_gnn_tick tick = gs_gnn_tick_of(scene, relations[v], m);
        foretell(&tick, network, m, off);
        set_apart(scene, way, m, off, off + values);
    }
}

static int too_new(const gs_gnn_way *way, uint32_t node, const gs_gnn_memory *m)
{
    return m->seen <= GS_GNN_WARM || m->age[node] < way->settle;
}

uint32_t gs_gnn_look(const gpusim_scene *scene, const gs_gnn_way *way, uint32_t view, uint32_t node,
                     gs_gnn_memory *m, double *kinds)
{
    unsigned relations[GS_GNN_VIEWS];
    uint32_t signals = scene->signal_count, count = m->rested[node];
    size_t values = (size_t)scene->entity_count * signals;
    float weight = (float)fmax(1 / (count + 1.0), OF_LATE);
    gs_gnn_views(way, relations);
    if (too_new(way, node, m)) {
        return GS_GNN_STATES;
    }
    // off and apart, and each against its mean of late
    for (uint32_t a = 0; a < 2; a++) {
        size_t at = (2 * view + a) * values + (size_t)node * signals;
        double *to = kinds + (size_t)2 * a * signals;
        for (uint32_t s = 0; s < signals; s++) {
            float off = m->off[at + s], *rest = &m->rest[at + s];
            to[s] = (double)off;
            to[signals + s] = count >= KNOWN ? (double)(off - *rest) : NAN;
            *rest = count == 0 || isnan(*rest) ? off : *rest + weight * (off - *rest);
        }
    }
    return gs_gnn_state(relations[view], node, m);
}

void gs_gnn_looked(const gs_gnn_way *way, uint32_t node, gs_gnn_memory *m)
{
    m->rested[node] = too_new(way, node, m) ? 0 : m->rested[node] + (m->rested[node] < UINT32_MAX);
}
