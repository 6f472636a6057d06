/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scheduling pass costs on 10^4 nodes of 8 GPUs with 10^5 jobs of 200 users waiting: one job
 * ends and one arrives, then the pass. Prints ns of CPU time an event (an end, an arrival, the
 * starts that follow, and what a plain core does about them) for each policy: every order, blocking
 * and skipping. A second argument is how many jobs wait. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gpusim/model.h>

#include "policy/policy.h"
#include "policy/tables.h"

enum { NODES = 10000, GPUS = 8, MOST = 100000, SLOTS = MOST + NODES * GPUS + 1, PARTS = 8 };
enum { USERS = 200 };

static uint32_t waiting = MOST;

static const uint32_t sizes[] = {1, 1, 1, 1, 1, 2, 2, 4, 8, 8, 16, 32, 64};
#define SIZES (sizeof sizes / sizeof sizes[0])

typedef struct cluster {
    gpusim_view view;
    gpusim_node_info nodes[NODES];
    gpusim_group_info group;
    gpusim_user_info users[USERS];
    gpusim_job_info jobs[SLOTS];
    gpusim_part parts[(size_t)SLOTS * PARTS];
    uint32_t running[SLOTS], place[SLOTS]; /* and where in it a slot stands */
    uint32_t heap[SLOTS], unused[SLOTS];   /* running by end; free slots */
    gpusim_time end[SLOTS];
    uint32_t heap_count, unused_count;
    uint64_t order, starts;
    gs_index *index;
    gs_policy *policy;
    gpusim_stream stream;
} cluster;

static void fail(const gpusim_error *err)
{
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static void push(cluster *c, uint32_t slot)
{
    uint32_t at = c->heap_count++;
    while (at && c->end[c->heap[(at - 1) / 2]] > c->end[slot]) {
        c->heap[at] = c->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    c->heap[at] = slot;
}

static uint32_t pop(cluster *c)
{
    uint32_t first = c->heap[0], slot = c->heap[--c->heap_count], at = 0;
    for (uint32_t child; (child = 2 * at + 1) < c->heap_count; at = child) {
        child += child + 1 < c->heap_count && c->end[c->heap[child + 1]] < c->end[c->heap[child]];
        if (c->end[slot] <= c->end[c->heap[child]]) {
            break;
        }
        c->heap[at] = c->heap[child];
    }
    c->heap[at] = slot;
    return first;
}

// GPU time of a job's user up to now, and GPUs from now on.
static void charge(cluster *c, const gpusim_job_info *job, int sign)
{
    gpusim_usage *usage = &c->users[job->owner].usage;
    double held = gpusim_seconds(c->view.now - usage->settled) * (double)usage->milli / 1e3;
    usage->gpu_seconds += (uint64_t)held;
    usage->settled = c->view.now;
    usage->milli += (uint64_t)(sign * 1000 * (int64_t)job->gpus);
}

static gpusim_refusal start(void *core, gpusim_job_id id, const gpusim_placement *placement,
                            const char *reason)
{
    (void)reason;
    cluster *c = core;
    gpusim_job_info *job = &c->jobs[id.index];
    charge(c, job, 1);
    job->state = GPUSIM_JOB_RUNNING;
    job->attempts++;
    job->start = job->settled = c->view.now;
    job->first_part = id.index * PARTS;
    job->parts = placement->count;
    for (uint32_t i = 0; i < placement->count; i++) {
        c->parts[job->first_part + i] = placement->parts[i];
        c->nodes[placement->parts[i].node].free_gpus -= placement->parts[i].gpus;
        gs_index_update(c->index, &c->view, placement->parts[i].node);
    }
    c->place[id.index] = c->view.running_count;
    c->running[c->view.running_count++] = id.index;
    c->end[id.index] = c->view.now + job->estimate;
    push(c, id.index);
    c->starts++;
    gs_policy_started(c->policy, id.index);
    return GPUSIM_ACCEPTED;
}

static void end_one(cluster *c)
{
    uint32_t slot = pop(c);
    gpusim_job_info *job = &c->jobs[slot];
    c->view.now = c->end[slot];
    for (uint32_t i = 0; i < job->parts; i++) {
        const gpusim_part *part = &c->parts[job->first_part + i];
        c->nodes[part->node].free_gpus += part->gpus;
        gs_index_update(c->index, &c->view, part->node);
    }
    uint32_t last = c->running[--c->view.running_count];
    c->running[c->place[slot]] = last;
    c->place[last] = c->place[slot];
    charge(c, job, -1);
    gpusim_error err = {0};
    gpusim_outcome outcome = {
        .run = job->estimate, .held = job->estimate, .state = GPUSIM_JOB_COMPLETED};
    if (gs_policy_ended(c->policy, slot, &outcome, &err) != GPUSIM_OK) {
        fail(&err);
    }
    gs_policy_left(c->policy, slot);
    gs_policy_freed(c->policy);
    job->id.generation = 0;
    c->unused[c->unused_count++] = slot;
}

static void arrive(cluster *c)
{
    gpusim_error err = {0};
    uint32_t slot = c->unused[--c->unused_count];
    uint64_t number = c->order++;
    gpusim_stream more = gpusim_stream_indexed(c->stream, 1);
    uint32_t kind = (uint32_t)gpusim_draw_index(c->stream, 2 * number, SIZES);
    uint32_t user = (uint32_t)gpusim_draw_index(more, 3 * number, USERS);
    double seconds = 600 + 36000 * gpusim_draw_exponential(c->stream, 2 * number + 1);
    double late = seconds * (1 + 9 * gpusim_draw_uniform(more, 3 * number + 1));
    c->jobs[slot] =
        (gpusim_job_info){.id = {slot, 1},
                          .order = number,
                          .submit = c->view.now,
                          .start = GPUSIM_TIME_MAX,
                          .walltime = GPUSIM_TIME_MAX,
                          .estimate = gpusim_time_from_seconds(seconds),
                          .gpus = sizes[kind],
                          .milli = 1000,
                          .group = GPUSIM_NONE,
                          .vc = GPUSIM_NONE,
                          .user = user + 1,
                          .owner = user,
                          .name = kind + 1,
                          .priority = (int32_t)(number % 4),
                          .deadline = gpusim_time_add(c->view.now, gpusim_time_from_seconds(late)),
                          .shape = (uint32_t)__builtin_ctz(sizes[kind])};
    if (slot >= c->view.job_capacity) {
        c->view.job_capacity = slot + 1;
    }
    if (gs_policy_queued(c->policy, slot, &err) != GPUSIM_OK) {
        fail(&err);
    }
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void measure(const char *order, int blocking, int backfill, uint32_t events)
{
    gpusim_error err = {0};
    cluster *c = calloc(1, sizeof *c);
    gs_setup setup = {.blocking = blocking != 0, .backfill = backfill};
    const gpusim_module *module;
    for (uint32_t i = 0; (module = gpusim_module_builtin(GPUSIM_MODULE_ORDER, i)); i++) {
        setup.order.module = strcmp(module->name, order) == 0 ? module : setup.order.module;
    }
    for (uint32_t i = 0; (module = gpusim_module_builtin(GPUSIM_MODULE_PLACEMENT, i)); i++) {
        int chosen = strcmp(module->name, "first-fit") == 0;
        setup.placement.module = chosen ? module : setup.placement.module;
    }
    if (!c) {
        exit(1);
    }
    c->group = (gpusim_group_info){.nodes = NODES, .gpus = GPUS, .gpu_model = GPUSIM_NONE};
    for (uint32_t i = 0; i < NODES; i++) {
        c->nodes[i] = (gpusim_node_info){.gpus = GPUS, .free_gpus = GPUS};
    }
    for (uint32_t i = 0; i < SLOTS; i++) {
        c->unused[c->unused_count++] = SLOTS - 1 - i;
    }
    for (uint32_t i = 0; i < USERS; i++) {
        c->users[i].name = i + 1;
    }
    c->view = (gpusim_view){.size = sizeof c->view,
                            .users = c->users,
                            .user_count = USERS,
                            .node_count = NODES,
                            .group_count = 1,
                            .nodes = c->nodes,
                            .groups = &c->group,
                            .jobs = c->jobs,
                            .running = c->running,
                            .parts = c->parts};
    c->stream = gpusim_stream_make(1, "benchmark", "pass");
    gs_state state = {0};
    gpusim_decisions decisions = {.core = c, .start = start};
    if (gs_index_create(&c->view, NULL, &c->index, &err) != GPUSIM_OK) {
        fail(&err);
    }
    c->view.index = c->index;
    if (gs_policy_create(&setup, &c->view, 1, &state, &c->policy, &err) != GPUSIM_OK) {
        fail(&err);
    }

    // fill the cluster and the queue, let it mix, then measure
    while (gs_policy_queue_length(c->policy) < waiting) {
        arrive(c);
        if (c->order % 1000 == 0 && gs_policy_pass(c->policy, &decisions, &err) != GPUSIM_OK) {
            fail(&err);
        }
    }
    double begun = 0;
    uint64_t starts = 0;
    for (uint32_t i = 0; i < 2 * events; i++) {
        if (i == events) {
            begun = seconds_now();
            starts = c->starts;
        }
        end_one(c);
        while (gs_policy_queue_length(c->policy) < waiting) {
            arrive(c);
        }
        if (gs_policy_wants_pass(c->policy) &&
            gs_policy_pass(c->policy, &decisions, &err) != GPUSIM_OK) {
            fail(&err);
        }
    }
    double took = seconds_now() - begun;
    const char *how = backfill == GS_BACKFILL_EASY ? "easy" : blocking ? "blocking" : "skipping";
    printf("%-12s %-9s %9.0f ns an event, %.2f starts an event, %u running\n", order, how,
           took * 1e9 / events, (double)(c->starts - starts) / events, c->view.running_count);
    fflush(stdout);
    gs_policy_destroy(c->policy);
    gs_index_destroy(c->index);
    free(c);
}

int main(int argc, char **argv)
{
    uint32_t events = argc > 1 ? (uint32_t)atoi(argv[1]) : 20000;
    waiting =
        argc > 2 && atoi(argv[2]) > 0 && atoi(argv[2]) < MOST ? (uint32_t)atoi(argv[2]) : MOST;
    printf("%d nodes of %d GPUs, %u jobs waiting\n", NODES, GPUS, waiting);
    const gpusim_module *module;
    for (uint32_t i = 0; (module = gpusim_module_builtin(GPUSIM_MODULE_ORDER, i)); i++) {
        measure(module->name, 1, GS_BACKFILL_NONE, events);
        measure(module->name, 0, GS_BACKFILL_NONE, events);
    }
    measure("fifo", 1, GS_BACKFILL_EASY, events);
    return 0;
}
