/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often faults take a job off its GPUs, as the rules have it:
 *
 *   rate     sum over rules: strikes a second of one entity, times the sum of P over all entities
 *   P        1 - (1 - own) (1 - near)^(k - 1) (1 - above)   of an entity that the job has,
 *            1 - (1 - near)^k (1 - above)                   of one beside those
 *   own      the strike stops the job, or a sequel on what was struck, or on something in it, does
 *   near     it takes a neighbour along (`spread`, `causes` of neighbours), and that stops the job
 *   above    a sequel on the node, rack or cluster around it does
 *
 * with k of the job's entities in the unit around one (GPUs in a node, nodes in a rack). What one
 * strike brings along counts as one failure, and goes one generation far. */
#include <math.h>

#include "core/faults.h"
#include <gpusim/random.h>

/* Entities of each scope: in all, of the job, and in all units of a larger scope that it touches.
 */
typedef struct reached {
    double all[GS_FAULT_SCOPES];
    double held[GS_FAULT_SCOPES];
    double within[GS_FAULT_SCOPES][GS_FAULT_SCOPES];
} reached;

static reached reached_of(const gpusim_model *model, const gs_held_of *job)
{
    const gs_cluster *cluster = &model->cluster;
    reached r = {.all = {cluster->gpu_count, cluster->node_count, cluster->rack_count, 1},
                 .held = {job->gpus, job->nodes, job->racks, 1}};
    r.within[GS_FAULT_ON_GPU][GS_FAULT_ON_NODE] = fmax(job->near_gpus, job->gpus);
    r.within[GS_FAULT_ON_GPU][GS_FAULT_ON_RACK] =
        fmax(job->rack_gpus, r.within[GS_FAULT_ON_GPU][GS_FAULT_ON_NODE]);
    r.within[GS_FAULT_ON_NODE][GS_FAULT_ON_RACK] = fmax(job->near_nodes, job->nodes);
    for (uint32_t s = 0; s < GS_FAULT_ON_CLUSTER; s++) {
        r.within[s][GS_FAULT_ON_CLUSTER] = r.all[s];
    }
    return r;
}

gs_held_of gs_held_by(const gpusim_sim *sim, uint32_t slot)
{
    const gpusim_job_info *job = GS_JOB(sim, slot);
    const gs_cluster *cluster = &sim->model->cluster;
    const uint32_t *first_gpu = cluster->node_first_gpu;
    gs_held_of held = {.gpus = job->gpus};
    uint32_t last = GPUSIM_NONE, rack = GPUSIM_NONE;
    for (uint32_t i = job->first_part; i < job->first_part + job->parts; i++) {
        uint32_t node = GS_AT(sim->parts, gpusim_part, i).node;
        if (node != last) {
            held.nodes++;
            held.near_gpus += first_gpu[node + 1] - first_gpu[node];
        }
        if (GS_NODE(sim, node)->rack != rack) {
            rack = GS_NODE(sim, node)->rack;
            const gs_rack *all = &cluster->racks[rack];
            held.racks++;
            held.near_nodes += all->nodes;
            held.rack_gpus += first_gpu[all->first_node + all->nodes] - first_gpu[all->first_node];
        }
        last = node;
    }
    return held;
}

// 1 when a strike of a kind takes a gang off its GPUs, if only after a time-out; who is alone on a
// node, or in a rack, misses nobody who is cut off
static int interrupts(const gs_chaos *chaos, const gs_rule *rule, const gs_held_of *job)
{
    const gs_fault_kind *kind = &gs_fault_kinds[rule->kind];
    uint32_t apart = kind->scope == GS_FAULT_ON_RACK ? job->racks : job->nodes;
    uint32_t stopping = GS_FAULT_HANG | (apart > 1 ? GS_FAULT_CUT_OFF : 0);
    int stops = (kind->flags & stopping) != 0;
    if (stops && rule->ends &&
        gs_distribution_mean(&rule->lasts) < gpusim_seconds(chaos->hang_timeout)) {
        stops = 0;
    }
    return kind->strike.kills == GS_KILLS_JOBS ||
           (kind->flags & (GS_FAULT_DOWN | GS_FAULT_OFF)) != 0 || stops;
}

// ---- one strike ----

/* The chances that a strike spares the job, by what it would reach it. */
typedef struct spared {
    double own, near;
    double share;                  // 1 - own
    double above[GS_FAULT_SCOPES]; // by the scope of the sequel
} spared;

// neighbours that are taken along bring sequels of their own; a unit has so many others
static void add_taken(const gs_rule *rule, uint32_t scope, double others, spared *s)
{
    double taken = rule->spread * rule->reaches;
    s->near *= 1 - taken * s->share;
    for (uint32_t c = scope + 1; c < GS_FAULT_SCOPES; c++) {
        if (s->above[c] < 1) {
            s->above[c] *= gpusim_pow(1 - taken * (1 - s->above[c]), others);
        }
    }
}

static spared spared_by(const gs_chaos *chaos, const gs_rule *rule, const gs_held_of *job,
                        const reached *r)
{
    const gs_fault_kind *kind = &gs_fault_kinds[rule->kind];
    uint32_t scope = kind->scope;
    spared s = {.own = interrupts(chaos, rule, job) ? 0 : 1, .near = 1, .above = {1, 1, 1, 1}};
    s.share = 1 - s.own;
    if (kind->strike.corrupts) {
        s.share = gs_distribution_mean(&rule->parameters[0]); // those that somebody finds
        s.own = 1 - s.share;
    }
    for (uint32_t i = 1; i <= rule->causes; i++) {
        const gs_rule *next = rule + i;
        uint32_t on = gs_fault_kinds[next->kind].scope;
        double spares = interrupts(chaos, next, job) ? 1 - next->reaches : 1;
        if (next->neighbours) {
            s.near *= spares;
        } else if (on > scope) {
            s.above[on] *= spares;
        } else if (on == scope) {
            s.own *= spares;
        } else if (spares < 1) {
            s.own *= gpusim_pow(spares, r->held[on] / r->held[scope]); // each thing in it
        }
    }
    s.share = rule->causes ? 1 - s.own : s.share;
    if (scope <= GS_FAULT_ON_NODE && rule->spread > 0) {
        const double *all = r->all;
        add_taken(rule, scope, fmax(all[scope] / all[scope + 1] - 1, 0), &s);
    }
    return s;
}

// entities whose strikes stop the job, each counted by its chance, beyond `own` of those it has
static double brought_along(const spared *s, uint32_t scope, const reached *r)
{
    double held = r->held[scope], above = 1, near = 1, hits = 0;
    if (scope == GS_FAULT_ON_CLUSTER) {
        return 0;
    }
    // from the cluster inwards: those in a unit that the job touches, and in none within it
    for (uint32_t c = GS_FAULT_ON_CLUSTER; c > scope + 1; c--) {
        above *= s->above[c];
        hits += (r->within[scope][c] - r->within[scope][c - 1]) * (1 - above);
    }
    above *= s->above[scope + 1];
    double beside = fmax(r->within[scope][scope + 1] - held, 0), k = held / r->held[scope + 1];
    near = s->near < 1 ? gpusim_pow(s->near, k) : 1;
    hits += beside * (1 - near * above);
    near = s->near < 1 ? gpusim_pow(s->near, fmax(k - 1, 0)) : 1;
    return hits + held * s->own * (1 - near * above);
}

// strikes a second on one target of a rule with a clock, on the mean
static double strikes_of(const gs_rule *rule)
{
    double rate = gs_rule_rate(rule);
    if (rule->when == GS_WHEN_POOL) {
        uint32_t taken = rule->pick < rule->target_count ? rule->pick : rule->target_count;
        rate *= (double)taken / rule->target_count;
    }
    return rate;
}

double gs_chaos_rate(const gpusim_model *model, const gs_held_of *job)
{
    reached r = reached_of(model, job);
    double rate = 0;
    for (uint32_t i = 0; i < model->chaos.count; i++) {
        const gs_rule *rule = &model->chaos.rules[i];
        uint32_t scope = gs_fault_kinds[rule->kind].scope;
        int clocked = rule->when == GS_WHEN_EVERY || rule->when == GS_WHEN_POOL;
        if (!clocked || rule->target_count == 0) {
            continue;
        }
        spared s = spared_by(&model->chaos, rule, job, &r);
        double strikes = strikes_of(rule);
        rate += s.share * strikes * rule->target_count / r.all[scope] * r.held[scope];
        if (rule->spread > 0 || rule->causes > 0) {
            rate += strikes * rule->target_count / r.all[scope] * brought_along(&s, scope, &r);
        }
    }
    return rate;
}
