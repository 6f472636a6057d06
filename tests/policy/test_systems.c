/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies of other systems against rankings worked out by hand. A module's pass is called on a
 * small cluster whose sensors say what a test says; what it starts is taken off the view. */
#include "../core/collect.h"
#include "hardware.h"

#include "core/model.h"

#define MOST_JOBS 16

static struct {
    world *w;
    gpusim_model *model;
    known_hardware known;
    gpusim_job_info jobs[MOST_JOBS];
    uint32_t queue[MOST_JOBS], running[MOST_JOBS];
    gpusim_part running_parts[MOST_JOBS];
    uint64_t state[16];
    uint64_t node_state[16 * 16], job_state[MOST_JOBS * 16];
    uint32_t count;
    char log[1000]; /* "job:node job:node" */
    double scores[MOST_JOBS], second_scores[MOST_JOBS];
    char reasons[MOST_JOBS][32];
    uint32_t seconds[MOST_JOBS]; /* runner-ups */
    uint32_t started;
} t;

static gpusim_refusal on_start(void *core, gpusim_job_id id, const gpusim_placement *placement,
                               const char *reason)
{
    (void)core;
    gpusim_job_info *job = &t.jobs[id.index];
    ck_assert_uint_eq(job->state, GPUSIM_JOB_QUEUED);
    size_t at = strlen(t.log);
    snprintf(t.log + at, sizeof t.log - at, "%s%u:%u", at ? " " : "", id.index,
             placement->parts[0].node);
    job->state = GPUSIM_JOB_RUNNING;
    job->settled = job->start = t.w->view.now;
    job->first_part = id.index;
    job->parts = 1;
    t.running_parts[id.index] = placement->parts[0];
    t.running[t.w->view.running_count++] = id.index;
    gpusim_node_info *node = &t.w->nodes[placement->parts[0].node];
    node->free_gpus -= job->gpus;
    node->free_cpus -= job->cpus;
    node->jobs++;
    gs_index_update(t.w->index, &t.w->view, placement->parts[0].node);
    t.scores[t.started] = placement->score;
    t.second_scores[t.started] = placement->runner_up_score;
    t.seconds[t.started] = placement->runner_up;
    snprintf(t.reasons[t.started++], 32, "%s", reason);
    return GPUSIM_ACCEPTED;
}

/* A cluster of n nodes with 8 GPUs, and the module that a scenario's `scheduler:` names. */
static void begin(const char *scheduler, uint32_t nodes)
{
    char text[2000];
    snprintf(text, sizeof text,
             "gpusim: 1\ncluster: {nodes: [{name: n, count: 4, gpus: 8}]}\nworkload: []\n"
             "scheduler: %s\n",
             scheduler);
    memset(&t, 0, sizeof t);
    t.model = compile_text(text);
    world_group group = {.nodes = nodes, .gpus = 8, .cpus = 64, .memory = UINT64_MAX};
    t.w = world_make(&group, 1, NULL, 0);
    known_begin(&t.known, &t.w->view);
    t.w->view.jobs = t.jobs;
    t.w->view.job_capacity = MOST_JOBS;
    t.w->view.running = t.running;
    t.w->view.parts = t.running_parts;
    t.w->decisions.start = on_start;
}

static void end(void)
{
    gpusim_model_destroy(t.model);
    world_free(t.w);
}

static gpusim_job_info *add(uint32_t gpus, double estimate)
{
    uint32_t slot = t.count++;
    t.jobs[slot] = (gpusim_job_info){.id = {slot, 1},
                                     .order = slot,
                                     .gpus = gpus,
                                     .milli = 1000,
                                     .rate = 1,
                                     .shape = slot,
                                     .group = GPUSIM_NONE,
                                     .vc = GPUSIM_NONE,
                                     .start = GPUSIM_TIME_MAX,
                                     .estimate = gpusim_time_from_seconds(estimate)};
    return &t.jobs[slot];
}

static void load(uint32_t node, uint32_t gpus)
{
    t.w->nodes[node].free_gpus -= gpus;
    t.w->nodes[node].jobs += gpus > 0;
    gs_index_update(t.w->index, &t.w->view, node);
}

static const char *pass(double at)
{
    gpusim_error err = {0};
    gpusim_part parts[64];
    gpusim_placement room = {.parts = parts, .capacity = 64};
    const gpusim_module *module = t.model->setup.scheduler.module;
    gpusim_context context = {.parameters = t.model->setup.scheduler.parameters,
                              .state = t.state,
                              .job_state = t.job_state,
                              .view = &t.w->view,
                              .job_bytes = module->job_bytes,
                              .node_bytes = module->node_bytes,
                              .node_state = t.node_state,
                              .placement = &room};
    const gpusim_scheduler *scheduler = module->operations;
    ck_assert_uint_le(module->state_bytes, sizeof t.state);
    ck_assert_uint_le(module->node_bytes, 128);
    ck_assert_uint_le(module->job_bytes, 128);
    uint32_t queued = 0;
    for (uint32_t i = 0; i < t.count; i++) {
        if (t.jobs[i].state == GPUSIM_JOB_QUEUED) {
            t.queue[queued++] = i;
        }
    }
    t.w->view.now = gpusim_time_from_seconds(at);
    t.w->decisions.wait = GPUSIM_TIME_MAX;
    t.log[0] = '\0';
    t.started = 0;
    ASSERT_OK(scheduler->pass(&context, t.queue, queued, &t.w->decisions, &err), &err);
    return t.log;
}

static uint32_t named_node(void *core, const char *name)
{
    (void)core;
    return (uint32_t)atoi(strrchr(name, '-') + 1);
}

static const char *kind_name(void *core, uint32_t name)
{
    (void)core;
    return name == 1 ? "cpu-heavy" : name == 2 ? "gpu-heavy" : NULL;
}

#define CLOSE(a, b) ck_assert_double_eq_tol((a), (b), 1e-9)

// ---- Astera ----

/* 0.4 (85 - T) / 85 + 0.3 + 0.3 (1 - u):
 *   node 0: T 60, u 0.1: 0.4 x 25/85 + 0.3 + 0.27 = 0.117647 + 0.57 = 0.687647
 *   node 1: T 70, u 0:   0.4 x 15/85 + 0.3 + 0.30 = 0.070588 + 0.60 = 0.670588
 *   node 2: T 40, u 0.5: 0.4 x 45/85 + 0.3 + 0.15 = 0.211765 + 0.45 = 0.661765
 *   node 3: T 20, but a job is on it; node 4: T 85, throttled */
static void astera_nodes(void)
{
    static const double temperatures[] = {60, 70, 40, 20, 85}, used[] = {0.1, 0, 0.5, 0, 0};
    for (uint32_t i = 0; i < 5; i++) {
        t.known.nodes[i].temperature = temperatures[i];
        t.known.nodes[i].utilisation = used[i];
    }
    load(3, 1);
    for (int i = 0; i < 5; i++) {
        add(1, 60);
    }
}

START_TEST(astera_score)
{
    begin("{module: astera-score}", 5);
    astera_nodes();
    ck_assert_str_eq(pass(0), "0:0 1:1 2:2");
    CLOSE(t.scores[0], 0.4 * 25 / 85 + 0.57);
    CLOSE(t.scores[1], 0.4 * 15 / 85 + 0.60);
    CLOSE(t.scores[2], 0.4 * 45 / 85 + 0.45);
    ck_assert_uint_eq(t.seconds[0], 1 + 1);
    CLOSE(t.second_scores[0], t.scores[1]);
    ck_assert_uint_eq(t.seconds[2], 0); // nobody else
    ck_assert_str_eq(t.reasons[0], "score");
    end();
}
END_TEST

START_TEST(astera_fifo)
{
    begin("{module: astera-fifo}", 5);
    astera_nodes();
    ck_assert_str_eq(pass(0), "0:0 1:1 2:2 3:4"); // whatever the temperature
    end();

    // it decides every 5 s
    begin("{module: astera-fifo}", 5);
    astera_nodes();
    ck_assert_str_eq(pass(7), "");
    ck_assert_int_eq(t.w->decisions.wait, 10 * GPUSIM_SECOND);
    ck_assert_str_eq(pass(10), "0:0 1:1 2:2 3:4");
    end();
}
END_TEST

// what its README promised: with memory, power and priority
START_TEST(astera_promises)
{
    begin("{module: astera-score, free_memory: true, power: 1, by_priority: true}", 3);
    static const double watts[] = {2000, 500, 2800}, memory[] = {0.5, 1, 1};
    for (uint32_t i = 0; i < 3; i++) {
        t.known.nodes[i].temperature = 51;
        t.known.nodes[i].utilisation = 0;
        t.known.nodes[i].gpu_power = watts[i];
        t.known.nodes[i].gpu_power_limit = 4000;
        t.w->nodes[i].memory = 1000;
        t.w->nodes[i].free_memory = (uint64_t)(1000 * memory[i]);
    }
    add(1, 60)->priority = 1;
    add(1, 60)->priority = 7;
    add(1, 60)->priority = 7;

    /* 0.4 x 34/85 + 0.3 = 0.46, and
     *   node 0: 0.3 x 0.5 + (1 - 2000/4000) = 0.65   -> 1.11
     *   node 1: 0.3 x 1   + (1 - 500/4000)  = 1.175  -> 1.635
     *   node 2: 0.3 x 1   + (1 - 2800/4000) = 0.6    -> 1.06 */
    ck_assert_str_eq(pass(0), "1:1 2:0 0:2");
    CLOSE(t.scores[0], 1.635);
    CLOSE(t.scores[1], 1.11);
    CLOSE(t.scores[2], 1.06);
    end();
}
END_TEST

// ---- SAGE ----

/* 0.6 max(0, 1 - (u + s)) + 0.35 trust + 0.05 (1 - u), s = 2/8:
 *   node 0, u 0.5:  0.6 x 0.25 + 0.35 x 0.8 + 0.05 x 0.5  = 0.15 + 0.28 + 0.025  = 0.455
 *   node 1, u 0.25: 0.6 x 0.50 + 0.35 x 0.8 + 0.05 x 0.75 = 0.30 + 0.28 + 0.0375 = 0.6175
 *   node 2, u 0:    0.6 x 0.75 + 0.35 x 0.8 + 0.05 x 1    = 0.45 + 0.28 + 0.05   = 0.78
 * Node 2 takes the first job. Its trust is then 1 / (1 + 1e-6) + 0.1, capped at 1:
 *   node 2, u 0.25: 0.30 + 0.35 + 0.0375 = 0.6875, before node 1
 *   node 2, u 0.5:  0.15 + 0.35 + 0.025  = 0.525, behind node 1 */
START_TEST(sage_score)
{
    begin("{module: sage-score}", 3);
    load(0, 4);
    load(1, 2);
    for (int i = 0; i < 3; i++) {
        add(2, 60);
    }
    ck_assert_str_eq(pass(0), "0:2 1:2 2:1");
    CLOSE(t.scores[0], 0.78);
    CLOSE(t.second_scores[0], 0.6175);
    CLOSE(t.scores[1], 0.6875);
    CLOSE(t.scores[2], 0.6175);

    /* 130 s later what they were trusted for is no longer fresh: 1 / (1 + 1e-6) and 2 / (2 + 1e-6).
     * A job of one GPU, s = 0.125:
     *   node 0, u 0.5: 0.6 x 0.375 + 0.35 x 0.8 + 0.025       = 0.53
     *   node 1, u 0.5: 0.6 x 0.375 + 0.35 / (1 + 1e-6) + 0.025 = 0.6 - 3.5e-7
     *   node 2, u 0.5: 0.6 x 0.375 + 0.35 x 2 / (2 + 1e-6) + 0.025 = 0.6 - 1.75e-7 */
    add(1, 60);
    ck_assert_str_eq(pass(130), "3:2");
    CLOSE(t.scores[0], 0.25 + 0.35 * 2 / (2 + 1e-6));
    CLOSE(t.second_scores[0], 0.25 + 0.35 / (1 + 1e-6));
    end();
}
END_TEST

START_TEST(sage_least)
{
    begin("{module: sage-least}", 3);
    load(0, 4);
    load(1, 2);
    t.known.nodes[2].temperature = 85; // hot
    add(2, 60);
    add(2, 60);
    ck_assert_str_eq(pass(0), "0:1 1:0"); // 0.25, then 0.5 against 0.5: the first
    CLOSE(t.scores[0], 0.75);
    CLOSE(t.second_scores[0], 0.5);
    end();
}
END_TEST

// nobody may take it: it comes back in 5 s, and not before, whatever becomes free
START_TEST(sage_back_pressure)
{
    begin("{module: sage-score}", 1);
    t.known.nodes[0].temperature = 90;
    add(2, 60);
    ck_assert_str_eq(pass(10), "");
    ck_assert_int_eq(t.w->decisions.wait, 15 * GPUSIM_SECOND);
    t.known.nodes[0].temperature = 50;
    ck_assert_str_eq(pass(12), "");
    ck_assert_int_eq(t.w->decisions.wait, 15 * GPUSIM_SECOND);
    ck_assert_str_eq(pass(15), "0:0");
    ck_assert_str_eq(t.reasons[0], "came back");
    end();
}
END_TEST

/* Node 1, the emptier one, is down, which nobody knows: asked at 0, 0.2 and 0.6 s, the third
 * failure opens its breaker and the job goes to node 0. Others do not ask it for 30 s. */
START_TEST(sage_breaker)
{
    begin("{module: sage-score}", 2);
    load(0, 4);
    t.w->nodes[1].state = GPUSIM_NODE_DOWN;
    gs_index_update(t.w->index, &t.w->view, 1);
    add(2, 60);
    ck_assert_str_eq(pass(0), "");
    ck_assert_int_eq(t.w->decisions.wait, GPUSIM_SECOND / 5);
    ck_assert_str_eq(pass(0.2), "");
    ck_assert_int_eq(t.w->decisions.wait, 3 * GPUSIM_SECOND / 5);
    ck_assert_str_eq(pass(0.6), "0:0");
    add(1, 60);
    ck_assert_str_eq(pass(29), "1:0");

    // up again, and its breaker closed: trust is at its floor, (0 - 3) / 3 -> 0.05
    t.w->nodes[1].state = GPUSIM_NODE_UP;
    gs_index_update(t.w->index, &t.w->view, 1);
    add(1, 60);
    ck_assert_str_eq(pass(31), "2:1");
    CLOSE(t.scores[0], 0.6 * 0.875 + 0.35 * 0.05 + 0.05);
    end();
}
END_TEST

// ---- baselines ----

START_TEST(baselines)
{
    begin("{module: greedy}", 3);
    load(0, 7);
    add(2, 60), add(9, 60), add(1, 60), add(8, 60);
    t.jobs[1].gpus = 30; // larger than all there is: skipped
    ck_assert_str_eq(pass(0), "0:1 2:0 3:2");
    end();

    begin("{module: roundrobin}", 3);
    for (int i = 0; i < 5; i++) {
        add(3, 60);
    }
    load(1, 8);
    ck_assert_str_eq(pass(0), "0:0 1:2 2:0 3:2");
    end();
}
END_TEST

// ---- CloudAI ----

/* Loads 4/8, 2/8, 0. A job of 4 GPUs leads to {8 2 0}, {4 6 0} or {4 2 4} eighths; means are 10/24.
 *   variances of eighths: (64 + 4 + 0)/3 - (10/3)^2 = 22.67 - 11.11 = 11.56
 *                         (16 + 36 + 0)/3 - 11.11 = 6.22;  (16 + 4 + 16)/3 - 11.11 = 0.89
 * The next, of 2, from {4 2 4}: node 1 gives {4 4 4}, variance 0. */
START_TEST(cloudai_balanced)
{
    begin("{module: cloudai-balanced}", 3);
    load(0, 4);
    load(1, 2);
    add(4, 60);
    add(2, 60);
    ck_assert_str_eq(pass(0), "0:2 1:1");
    CLOSE(t.scores[0], (12 - 100.0 / 9) / 64);
    CLOSE(t.second_scores[0], (52.0 / 3 - 100.0 / 9) / 64);
    CLOSE(t.scores[1], 0);
    end();
}
END_TEST

/* Large from 4 of 8 on: 6, then 5 (submitted before it), each on the tightest node; then 3 and 1
 * into the gaps that are used: 3 beside 5, 1 beside 6; then whoever is left. */
START_TEST(cloudai_aggressive)
{
    begin("{module: cloudai-aggressive}", 4);
    load(1, 1); // 7 free: the tightest for 6
    add(1, 60), add(5, 60), add(3, 60), add(6, 60), add(2, 60);
    ck_assert_str_eq(pass(0), "3:1 1:0 2:0 0:1 4:2");
    ck_assert_str_eq(t.reasons[0], "large");
    ck_assert_str_eq(t.reasons[2], "gap");
    ck_assert_str_eq(t.reasons[4], "opportunistic"); // 2 find no gap: one is left beside 6
    end();
}
END_TEST

/* The longest first, where the last job ends first: nodes run until 100, 30 and 60 s. */
START_TEST(cloudai_predictive)
{
    begin("{module: cloudai-predictive}", 3);
    add(1, 100), add(1, 30), add(1, 60);
    for (uint32_t i = 0; i < 3; i++) { // one on each node
        gpusim_part part = {.node = i, .first_gpu = GPUSIM_NONE, .gpus = 1, .milli = 1000};
        gpusim_placement placement = {.parts = &part, .count = 1, .capacity = 1};
        (void)on_start(NULL, t.jobs[i].id, &placement, "");
    }
    add(1, 10), add(1, 50), add(1, 20);

    // 50 s go to node 1 (30 s), whose last job then ends at 50; 20 s there, too; and so do 10
    ck_assert_str_eq(pass(0), "4:1 5:1 3:1");
    CLOSE(t.scores[0], 30);
    CLOSE(t.scores[1], 50);
    CLOSE(t.second_scores[1], 60);
    end();
}
END_TEST

/* Two nodes, loads 4/8 and 0; job 0 of 4 GPUs, 50 s, waits for 10 s; job 1 of 4 GPUs, 100 s, for
 * 40 s. On node 0 loads become {8 0}/8: U 1, sigma 0.5, B 0; on node 1 {4 4}/8: U 0.5, B 1:
 *   node 0: 0.45 x 1,  node 1: 0.45 x 0.5 + 0.20 x 1 = 0.425
 *   job 0: 0.25 x 0.5 + 0.10 x 0.25 = 0.15;  job 1: 0.25 + 0.10 = 0.35
 * Job 1 goes to node 0 with 0.80. Then loads are {8 0}/8; job 0 alone has M = S = 1, on node 1
 *   U 0.5, loads {8 4}/8, sigma 0.25, B 0.5: 0.225 + 0.10 + 0.35 = 0.675 */
START_TEST(cloudai_multi)
{
    begin("{module: cloudai-multi}", 2);
    load(0, 4);
    add(4, 50)->submit = 30 * GPUSIM_SECOND;
    add(4, 100);
    ck_assert_str_eq(pass(40), "1:0 0:1");
    CLOSE(t.scores[0], 0.80);
    CLOSE(t.second_scores[0], 0.775);
    CLOSE(t.scores[1], 0.675);
    end();
}
END_TEST

// ---- RTS ----

/* Nodes of 8 GPUs and 64 cores; of node 0, 4 GPUs and 32 cores are in use. A job wants 4 GPUs with
 * 2 cores each: training, tau 60 s, submitted at 0, so due at 2 x 60 = 120 s. At 100 s: node 0: L =
 * (16 x 0.5 + 64 x 0.5) / 80 = 0.5 E = 60 (1 + 0.1 x 8/32 + 0.3 x 4/4 + 0.2 x 0.5) = 60 x 1.425
 * = 85.5 R = 10 (100 + 85.5 - 120) + 0.5 = 655.5 node 1: L = 0, E = 60 (1 + 0.1 x 8/64 + 0.3 x 4/8)
 * = 60 x 1.1625 = 69.75, R = 497.5 */
static gpusim_job_info *rts_begin(const char *scheduler)
{
    begin(scheduler, 2);
    t.known.host.find_node = named_node;
    t.known.host.name = kind_name;
    for (uint32_t i = 0; i < 2; i++) {
        t.w->nodes[i].cpus = t.w->nodes[i].free_cpus = 64000;
    }
    t.w->nodes[0].free_cpus = 32000;
    load(0, 4);
    gpusim_job_info *job = add(4, 1);
    job->cpus = 2000;
    job->deadline = GPUSIM_TIME_MAX;
    return job;
}

START_TEST(rts_risk)
{
    rts_begin("{module: rts}");
    ck_assert_str_eq(pass(100), "0:1");
    CLOSE(t.scores[0], 497.5);
    CLOSE(t.second_scores[0], 655.5);
    ck_assert_uint_eq(t.seconds[0], 0 + 1);
    end();

    // it decides every 5 s; a job that has time enough goes where the load is least
    gpusim_job_info *job = rts_begin("{module: rts}");
    job->deadline = 1000 * GPUSIM_SECOND;
    ck_assert_str_eq(pass(101), "");
    ck_assert_str_eq(pass(105), "0:1");
    CLOSE(t.scores[0], 0);
    CLOSE(t.second_scores[0], 0.5);
    end();

    // what was learned: 655.5 - 200 and 497.5 + 3; of other types, and the other node, nothing
    rts_begin("{module: rts, affinity: {gpu-training: {n-0000: 200}, mixed: {n-0001: 999}},"
              " penalty: {n-0001: 3}}");
    ck_assert_str_eq(pass(100), "0:0");
    CLOSE(t.scores[0], 455.5);
    CLOSE(t.second_scores[0], 500.5);
    end();
}
END_TEST

static double risk_alone(gpusim_job_info *job, uint32_t gpus, uint32_t cpus, uint64_t memory,
                         uint32_t kind)
{
    job->gpus = gpus, job->cpus = cpus, job->memory = memory, job->kind = kind;
    ck_assert_str_eq(pass(1000000), "0:0");
    return t.scores[0];
}

/* With theta 0 and beta 0 the risk at 10^6 s of a job submitted at 0 is 10 (10^6 + tau - 2 tau) =
 * 10^7 - 10 tau: its type's tau can be read off it. */
START_TEST(rts_types)
{
    static const struct {
        uint32_t gpus, cpus; // cores of the job
        uint64_t memory;
        uint32_t kind;
        double tau;
    } cases[] = {
        {3, 6, 0, 0, 60},          {3, 3, 0, 0, 10},         {2, 8, 0, 0, 10}, {1, 0, 0, 0, 10},
        {0, 1, 9000000000, 0, 20}, {0, 1, 8000000000, 0, 5}, {0, 5, 0, 0, 15}, {0, 4, 0, 0, 5},
        {0, 0, 0, 0, 10},          {3, 6, 0, 1, 15}, // its kind says cpu-heavy
        {3, 6, 0, 2, 60},                            // gpu-heavy is none of the six: it is inferred
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin("{module: rts, theta: {cpu: 0, memory: 0, gpu: 0, load: 0}, beta: 0}", 1);
        t.known.host.name = kind_name;
        t.w->nodes[0].cpus = t.w->nodes[0].free_cpus = 64000;
        gpusim_job_info *job = add(0, 1);
        job->deadline = GPUSIM_TIME_MAX;
        uint32_t each = cases[i].cpus * 1000 / (cases[i].gpus ? cases[i].gpus : 1);
        double risk = risk_alone(job, cases[i].gpus, each, cases[i].memory, cases[i].kind);
        ck_assert_double_eq_tol((1e7 - risk) / 10, cases[i].tau, 1e-6);
        end();
    }
}
END_TEST

// tau moves with each completed job: 0.8 x 60 + 0.2 x 10 = 50; others do not move it
START_TEST(rts_learns_run_times)
{
    begin("{module: rts, theta: {cpu: 0, memory: 0, gpu: 0, load: 0}, beta: 0}", 1);
    t.w->nodes[0].cpus = t.w->nodes[0].free_cpus = 64000;
    gpusim_job_info *job = add(3, 1);
    job->cpus = 2000;
    job->deadline = GPUSIM_TIME_MAX;
    const gpusim_module *module = t.model->setup.scheduler.module;
    const gpusim_scheduler *scheduler = module->operations;
    gpusim_context context = {.parameters = t.model->setup.scheduler.parameters,
                              .state = t.state,
                              .view = &t.w->view,
                              .node_bytes = module->node_bytes,
                              .node_state = t.node_state};
    gpusim_outcome outcome = {.held = 10 * GPUSIM_SECOND, .state = GPUSIM_JOB_COMPLETED};
    scheduler->ended(&context, job, &outcome);
    outcome.state = GPUSIM_JOB_FAILED;
    scheduler->ended(&context, job, &outcome);
    ck_assert_str_eq(pass(1000000), "0:0");
    ck_assert_double_eq_tol((1e7 - t.scores[0]) / 10, 50, 1e-6);
    end();
}
END_TEST

// ---- the routing rule ----

/* All branches, on both sides of each threshold. Loads in percent of edge, cloud and gpu. */
enum { E = GPUSIM_CLASS_EDGE, C = GPUSIM_CLASS_CLOUD, G = GPUSIM_CLASS_GPU };
static const struct {
    uint32_t gpus;
    int32_t priority;
    uint32_t latency, cost, edge, cloud, gpu, to;
    const char *why;
} routes[] = {
    {1, 9, 0, 0, 0, 0, 95, G, "needs a GPU"},  {1, 3, 0, 0, 0, 0, 90, G, "needs a GPU"},
    {1, 4, 0, 0, 0, 0, 91, G, "needs a GPU"},  {1, 3, 9, 9, 0, 0, 91, C, "gpu is full"},
    {0, 1, 8, 0, 79, 0, 0, E, "near"},         {0, 1, 8, 0, 80, 69, 0, C, "near"},
    {0, 1, 8, 0, 80, 70, 99, G, "near"},       {0, 9, 10, 10, 79, 0, 0, E, "near"},
    {0, 4, 7, 8, 99, 84, 0, C, "cheap"},       {0, 4, 7, 8, 99, 85, 0, E, "cheap"},
    {0, 5, 0, 8, 20, 30, 10, G, "least load"}, {0, 4, 0, 7, 10, 30, 20, E, "least load"},
    {0, 7, 6, 0, 74, 0, 0, E, "urgent"},       {0, 7, 6, 0, 75, 99, 0, C, "urgent"},
    {0, 7, 7, 9, 74, 0, 0, E, "urgent"},       {0, 6, 6, 0, 50, 40, 30, G, "least load"},
    {0, 7, 5, 0, 50, 40, 45, C, "least load"}, {0, 6, 4, 0, 0, 69, 0, C, "important"},
    {0, 6, 4, 0, 0, 70, 59, G, "important"},   {0, 6, 4, 0, 99, 70, 60, E, "important"},
    {0, 5, 4, 0, 10, 5, 10, C, "least load"},  {0, 1, 1, 1, 20, 20, 20, E, "least load"},
};

static void classes_begin(const char *scheduler, uint32_t edge, uint32_t cloud, uint32_t gpu)
{
    begin(scheduler, 1);
    world_free(t.w);
    static const world_group groups[] = {
        {1, 100, 64, UINT64_MAX}, {1, 100, 64, UINT64_MAX}, {1, 100, 64, UINT64_MAX}};
    t.w = world_make(groups, 3, NULL, 0);
    t.w->view.jobs = t.jobs;
    t.w->view.running = t.running;
    t.w->view.parts = t.running_parts;
    t.w->decisions.start = on_start;
    t.w->groups[0].node_class = E;
    t.w->groups[1].node_class = C;
    t.w->groups[2].node_class = G;
    load(0, edge);
    load(1, cloud);
    load(2, gpu);
}

START_TEST(route_rule)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        classes_begin("{module: route-rule}", routes[i].edge, routes[i].cloud, routes[i].gpu);
        gpusim_job_info *job = add(routes[i].gpus, 1);
        job->priority = routes[i].priority;
        job->latency = routes[i].latency;
        job->thrift = routes[i].cost;
        const char *log = pass(0);
        ck_assert_msg(log[0] == '0' && log[2] == (char)('0' + routes[i].to - E) &&
                          strcmp(t.reasons[0], routes[i].why) == 0,
                      "row %zu: %s, %s", i, log, t.reasons[0]);
        end();
    }
}
END_TEST

// it is sent once, and then waits for its class; one that no node of the class could hold goes to
// the least loaded of the others
START_TEST(route_rule_waits)
{
    classes_begin("{module: route-rule}", 0, 0, 100);
    add(1, 1)->priority = 9;
    ck_assert_str_eq(pass(0), "");
    t.w->nodes[2].free_gpus = 1;
    gs_index_update(t.w->index, &t.w->view, 2);
    ck_assert_str_eq(pass(1), "0:2");
    ck_assert_str_eq(t.reasons[0], "needs a GPU");
    end();

    classes_begin("{module: route-rule}", 0, 10, 0);
    gpusim_job_info *job = add(0, 1);
    job->latency = 9;
    job->memory = 1000;
    t.w->groups[0].memory = t.w->nodes[0].free_memory = 999;
    ck_assert_str_eq(pass(0), "0:2");
    ck_assert_str_eq(t.reasons[0], "only there");
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("systems");
    TEST_CASE(suite, 20, astera_score, astera_fifo, astera_promises, sage_score, sage_least,
              sage_back_pressure, sage_breaker, baselines, cloudai_balanced, cloudai_aggressive,
              cloudai_predictive, cloudai_multi, rts_risk, rts_types, rts_learns_run_times,
              route_rule, route_rule_waits);
    return test_run(suite);
}
