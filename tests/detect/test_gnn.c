/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network of the detector `gnn`: gradients against finite differences, all signals at once
 * against one by one, and peers that are told apart from oneself. */
#include <math.h>
#include <string.h>

#include <gpusim/detect.h>
#include <gpusim/spec.h>

#include "../analysis/detectors/gnn_look.h"
#include "detect/frames.h"
#include "harness.h"
#include "stats/scores.h"

enum { NODES = 9, SIGNALS = 5, GROUPS = 3 };

typedef struct made {
    float now[NODES * SIGNALS], fast[NODES * SIGNALS], slow[NODES * SIGNALS];
    float has_job[NODES], young[NODES];
    uint32_t job[NODES], rack[NODES], of[NODES];
    gs_gnn_tick tick;
    double *parameters, *gradient, *work;
    size_t count;
} made;

static void make(made *m)
{
    gpusim_stream stream = gpusim_stream_make(1, "test", "gnn");
    for (uint32_t i = 0; i < NODES * SIGNALS; i++) {
        m->now[i] = (float)gpusim_draw_normal(stream, i);
        m->fast[i] = (float)gpusim_draw_normal(stream, 1000 + i);
        m->slow[i] = (float)gpusim_draw_normal(stream, 2000 + i);
    }
    for (uint32_t i = 0; i < NODES; i++) {
        // a pair, one alone, four together, two without
        static const uint32_t jobs[NODES] = {0, 0, 1, 2, 2, 2, 2, UINT32_MAX, UINT32_MAX};
        m->job[i] = jobs[i];
        m->rack[i] = i / 3;
        m->of[i] = i % SIGNALS;
        m->has_job[i] = jobs[i] != UINT32_MAX;
        m->young[i] = (float)gpusim_draw_uniform(stream, 3000 + i);
    }
    m->tick = (gs_gnn_tick){
        .nodes = NODES,
        .signals = SIGNALS,
        .now = m->now,
        .fast = m->fast,
        .slow = m->slow,
        .has_job = m->has_job,
        .young = m->young,
        .group = {m->job, m->rack},
        .groups = {GROUPS, GROUPS},
    };
    m->count = gs_gnn_parameters(SIGNALS);
    m->parameters = calloc(m->count, sizeof(double));
    m->gradient = calloc(m->count, sizeof(double));
    m->work = calloc(gs_gnn_work(NODES, SIGNALS, GROUPS), sizeof(double));
    for (size_t i = 0; i < m->count; i++) {
        m->parameters[i] = 0.3 * gpusim_draw_normal(stream, 10000 + i);
    }
}

static void forget(made *m)
{
    free(m->parameters);
    free(m->gradient);
    free(m->work);
}

static double loss_of(made *m)
{
    double loss = 0, foretold[NODES];
    gs_gnn_exchange(m->parameters, &m->tick, m->work);
    gs_gnn_foretell(m->parameters, &m->tick, m->of, m->work, foretold);
    for (uint32_t i = 0; i < NODES; i++) {
        double off = foretold[i] - (double)m->now[i * SIGNALS + m->of[i]];
        loss += fabs(off) <= 1 ? 0.5 * off * off : fabs(off) - 0.5;
    }
    return loss / NODES;
}

// With eight signals the network has as many parameters as its prototype, 3,464.
START_TEST(as_many_parameters_as_the_prototype)
{
    ck_assert_uint_eq(gs_gnn_parameters(8), 3464);
}
END_TEST

START_TEST(gradients_are_differences)
{
    static made m;
    for (int relations = 0; relations < 4; relations++) {
        make(&m);
        m.tick.group[0] = relations & 1 ? m.job : NULL;
        m.tick.group[1] = relations & 2 ? m.rack : NULL;
        double loss = gs_gnn_gradient(m.parameters, &m.tick, m.of, m.work, m.gradient);
        ck_assert_double_eq_tol(loss, loss_of(&m), 1e-14);
        double worst = 0;
        for (size_t i = 0; i < m.count; i++) {
            double kept = m.parameters[i], step = 1e-6;
            m.parameters[i] = kept + step;
            double above = loss_of(&m);
            m.parameters[i] = kept - step;
            double below = loss_of(&m);
            m.parameters[i] = kept;
            double slope = (above - below) / (2 * step);
            worst = fmax(worst, fabs(slope - m.gradient[i]) / fmax(1e-2, fabs(slope)));
        }
        ck_assert_msg(worst < 1e-6, "relations %d: off by %g", relations, worst);
        forget(&m);
    }
}
END_TEST

START_TEST(all_signals_are_those_one_by_one)
{
    static made m;
    double all[SIGNALS], one[NODES];
    make(&m);
    gs_gnn_exchange(m.parameters, &m.tick, m.work);
    for (uint32_t f = 0; f < SIGNALS; f++) {
        for (uint32_t i = 0; i < NODES; i++) {
            m.of[i] = f;
        }
        gs_gnn_foretell(m.parameters, &m.tick, m.of, m.work, one);
        for (uint32_t i = 0; i < NODES; i++) {
            gs_gnn_foretell_all(m.parameters, &m.tick, i, m.work, all);
            ck_assert_double_eq_tol(all[f], one[i], 1e-12);
        }
    }
    forget(&m);
}
END_TEST

// What is asked for is not among what is known: a node's own signal moves what is foretold of its
// peers, never of itself.
START_TEST(nothing_leaks)
{
    static made m;
    double before[NODES], after[NODES];
    make(&m);
    m.tick.group[1] = NULL;
    for (uint32_t i = 0; i < NODES; i++) {
        m.of[i] = 2;
    }
    gs_gnn_exchange(m.parameters, &m.tick, m.work);
    gs_gnn_foretell(m.parameters, &m.tick, m.of, m.work, before);
    m.now[4 * SIGNALS + 2] += 3; // node 4, of the job of nodes 3 .. 6
    gs_gnn_exchange(m.parameters, &m.tick, m.work);
    gs_gnn_foretell(m.parameters, &m.tick, m.of, m.work, after);
    for (uint32_t i = 0; i < NODES; i++) {
        if (i == 3 || i == 5 || i == 6) {
            ck_assert(fabs(after[i] - before[i]) > 1e-3);
        } else {
            ck_assert_double_eq_tol(after[i], before[i], 1e-13);
        }
    }
    forget(&m);
}
END_TEST

/* ---- views ---- */

// What is said of a node of the scene: its state, and its four kinds of being off.
static void check_look(const gpusim_scene *scene, gs_gnn_memory *m, uint32_t node, uint32_t state,
                       const double wanted[GS_GNN_KINDS])
{
    const gs_gnn_way way = {.relations = 1u << GS_GNN_BY_JOB};
    double kinds[GS_GNN_KINDS];
    ck_assert_uint_eq(gs_gnn_look(scene, &way, 1, node, m, kinds), state);
    for (int k = 0; state < GS_GNN_STATES && k < GS_GNN_KINDS; k++) {
        ck_assert_msg(isnan(wanted[k]) ? isnan(kinds[k]) : fabs(kinds[k] - wanted[k]) < 1e-6,
                      "kind %d of node %u: %g, not %g", k, node, kinds[k], wanted[k]);
    }
    gs_gnn_looked(&way, node, m);
}

/* A network of zeros foretells 0. Nodes 0, 1, 2 run one job, 3 runs another; until they are known
 * they are at 1, 2, 6 and 5, then node 2 is at 9: it has moved by 3, and parted from the others by
 * as much; node 0 was 1 - (2 + 6) / 2 = -3 apart and is 1 - (2 + 9) / 2 = -4.5. Node 4 has none. */
START_TEST(moved_and_apart_by_hand)
{
    const gpusim_signal signal = {.name = "a", .span = 1};
    const gpusim_scene scene = {
        .size = sizeof scene, .entity_count = 5, .signal_count = 1, .signals = &signal};
    const uint32_t jobs[] = {7, 7, 7, 9, GPUSIM_NONE};
    const gs_gnn_way way = {.relations = 1u << GS_GNN_BY_JOB};
    double values[] = {1, 2, 6, 5, 4};
    double *network = calloc(gs_gnn_parameters(1), sizeof *network);
    char *block = calloc(1, gs_gnn_lay_out(&scene, NULL, &(gs_gnn_memory){0}));
    gs_gnn_memory m = {0};
    gs_gnn_lay_out(&scene, block, &m);
    const gpusim_frame frame = {.values = values, .raw = values, .job = jobs};
    for (uint32_t i = 0; i < GS_GNN_WARM + 20; i++) {
        int known = i >= GS_GNN_WARM + 6; // six samples of what is of late
        values[2] = i == GS_GNN_WARM + 19 ? 9 : 6;
        gs_gnn_note(&scene, &frame, &m);
        gs_gnn_foretell_views(&scene, &way, network, &m);
        if (i < GS_GNN_WARM) {
            check_look(&scene, &m, 0, GS_GNN_STATES, (double[4]){NAN, NAN, NAN, NAN});
            continue;
        }
        int moved = i == GS_GNN_WARM + 19;
        double none = known ? 0 : NAN;
        check_look(&scene, &m, 0, GS_GNN_AMONG,
                   moved ? (double[4]){1, 0, -4.5, -1.5} : (double[4]){1, none, -3, none});
        check_look(&scene, &m, 2, GS_GNN_AMONG,
                   moved ? (double[4]){9, 3, 7.5, 3} : (double[4]){6, none, 4.5, none});
        check_look(&scene, &m, 3, GS_GNN_ALONE, (double[4]){5, none, NAN, NAN});
        check_look(&scene, &m, 4, GS_GNN_IDLE, (double[4]){4, none, NAN, NAN});
    }
    free(network);
    free(block);
}
END_TEST

/* ---- the detector ---- */

/* Sixteen nodes in four jobs; the load of a job wanders, and both signals of its nodes follow it
 * with noise. When `ill`, node 5 lags behind its job in samples 300 .. 339, within what others
 * have. `above` is added to all loads, and `bent` to the second signal alone. */
enum { ENTITIES = 16, LENGTH = 600 };

typedef struct cluster {
    gpusim_frames base;
    gpusim_scene scene;
    double values[ENTITIES * 2];
    double load[4];
    double above, bent;
    uint32_t job[ENTITIES];
    uint64_t at, seed;
    int ill;
} cluster;

static void rewind_cluster(gpusim_frames *self)
{
    cluster *c = (cluster *)self;
    c->at = 0;
    memset(c->load, 0, sizeof c->load);
}

static int next_of_cluster(gpusim_frames *self, gpusim_frame *frame)
{
    cluster *c = (cluster *)self;
    gpusim_stream stream = gpusim_stream_make(c->seed, "test", "cluster");
    if (c->at == LENGTH) {
        return 0;
    }
    for (uint32_t j = 0; j < 4; j++) {
        double shock = gpusim_draw_normal(stream, c->at * 64 + j);
        c->load[j] = 0.95 * c->load[j] + 0.31 * shock;
    }
    for (uint32_t e = 0; e < ENTITIES; e++) {
        double load = c->load[e / 4] + c->above;
        load -= c->ill && e == 5 && c->at >= 300 && c->at < 340 ? 0.8 : 0;
        for (uint32_t s = 0; s < 2; s++) {
            double noise = gpusim_draw_normal(stream, c->at * 64 + 8 + e * 2 + s);
            c->values[e * 2 + s] = load + (s == 1 ? c->bent : 0) + 0.1 * noise;
        }
        c->job[e] = 100 + e / 4;
    }
    *frame = (gpusim_frame){.time = (gpusim_time)c->at * GPUSIM_MINUTE,
                            .values = c->values,
                            .raw = c->values,
                            .job = c->job};
    c->at++;
    return 1;
}

static void make_cluster(cluster *c, uint64_t seed, int ill)
{
    static const gpusim_signal signals[2] = {{.name = "load", .span = 1},
                                             {.name = "power", .span = 1}};
    *c = (cluster){.seed = seed, .ill = ill};
    c->base = (gpusim_frames){
        .next = next_of_cluster, .rewind = rewind_cluster, .count = LENGTH, .scene = &c->scene};
    c->scene = (gpusim_scene){.size = sizeof c->scene,
                              .entity_count = ENTITIES,
                              .signal_count = 2,
                              .signals = signals,
                              .interval = 60};
}

// Scores of one cluster, by a detector that learnt from another.
static void score(const char *words, cluster *normal, cluster *shown,
                  double scores[LENGTH * ENTITIES])
{
    gpusim_error err = {0};
    const gpusim_module *module;
    gpusim_parameters *parameters;
    gpusim_watcher *watcher;
    ASSERT_OK(gpusim_detector_read(words, &module, &parameters, &err), &err);
    ASSERT_OK(gpusim_watcher_create(module, gpusim_parameters_value(parameters), &normal->scene, 3,
                                    &watcher, &err),
              &err);
    ASSERT_OK(gpusim_watcher_train(watcher, &normal->base, &err), &err);
    ASSERT_OK(gpusim_watcher_score(watcher, &shown->base, scores, NULL, &err), &err);
    gpusim_watcher_destroy(watcher);
    gpusim_parameters_destroy(parameters);
}

// Area under the ROC curve of node 5 in the ill samples against all others.
static double area(const char *words)
{
    static double scores[LENGTH * ENTITIES];
    static uint8_t labels[LENGTH * ENTITIES];
    static cluster normal, ill;
    gpusim_error err = {0};
    gs_scored scored = {0};
    make_cluster(&normal, 1, 0);
    make_cluster(&ill, 2, 1);
    score(words, &normal, &ill, scores);
    for (uint32_t i = 300; i < 340; i++) {
        labels[i * ENTITIES + 5] = 1;
    }
    ASSERT_OK(gs_scored_make(labels, scores, LENGTH * ENTITIES, &scored, &err), &err);
    double found = gs_auc_roc(&scored);
    gs_scored_release(&scored);
    return found;
}

// The highest score of some nodes.
static double highest(const double *scores, uint32_t first, uint32_t end)
{
    double most = 0;
    for (uint32_t t = 0; t < LENGTH; t++) {
        for (uint32_t e = first; e < end; e++) {
            most = fmax(most, scores[t * ENTITIES + e]);
        }
    }
    return most;
}

// Both signals of the ill node agree with each other and with what others have: only its peers
// tell.
START_TEST(peers_tell_what_a_node_alone_cannot)
{
    double with = area("gnn:steps=3000"), without = area("gnn:steps=3000,relations=none");
    ck_assert_msg(with > 0.95, "%g with peers, %g without", with, without);
    ck_assert_msg(without < 0.8, "%g without", without);
    // the same seed learns the same
    ck_assert_double_eq(area("gnn:steps=3000"), with);
}
END_TEST

// Jobs that are unlike all that was learnt from are off by level, always and all their members
// alike: neither has moved, and nobody is apart from the others.
START_TEST(unlike_jobs_are_no_faults)
{
    static double scores[LENGTH * ENTITIES];
    static cluster learnt, like, unlike;
    make_cluster(&learnt, 1, 0);
    make_cluster(&like, 2, 0);
    make_cluster(&unlike, 4, 0);
    unlike.above = 1;
    unlike.bent = 1;
    const char *const words[] = {"gnn:steps=3000", "gnn:steps=3000,levels=true"};
    double raised[2];
    for (int i = 0; i < 2; i++) {
        score(words[i], &learnt, &like, scores);
        double usual = highest(scores, 0, ENTITIES);
        score(words[i], &learnt, &unlike, scores);
        raised[i] = highest(scores, 0, ENTITIES) / usual;
    }
    ck_assert_msg(raised[0] < 1.5, "%g", raised[0]);
    ck_assert_msg(raised[1] > 2, "%g by levels", raised[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gnn");
    TEST_CASE(suite, 60, as_many_parameters_as_the_prototype, gradients_are_differences,
              all_signals_are_those_one_by_one, nothing_leaks, peers_tell_what_a_node_alone_cannot,
              moved_and_apart_by_hand, unlike_jobs_are_no_faults);
    return test_run(suite);
}
