/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scheduler that puts jobs where a table says, when it says so: "0 0 3" is two GPUs of node 0 and
 * one of node 3. A job that runs moves to its next place. */
#ifndef TESTS_CORE_PLACED_H
#define TESTS_CORE_PLACED_H

#include "collect.h"

#include "core/sim.h"

typedef struct placed {
    uint64_t order; /* the job's index */
    gpusim_time at;
    const char *nodes; /* one for each GPU; NULL: back to the queue */
} placed;

static const placed *placed_table; /* ends with nodes NULL and at -1 */
static int placed_done[64];

static inline uint32_t placed_parts(const char *nodes, gpusim_part *parts)
{
    uint32_t count = 0;
    for (char *end; *nodes; nodes = end) {
        uint32_t node = (uint32_t)strtoul(nodes, &end, 10);
        if (count > 0 && parts[count - 1].node == node) {
            parts[count - 1].gpus++;
        } else {
            parts[count++] =
                (gpusim_part){.node = node, .first_gpu = GPUSIM_NONE, .gpus = 1, .milli = 1000};
        }
    }
    return count;
}

static inline void placed_put(const gpusim_job_info *job, const placed *to,
                              gpusim_decisions *decisions)
{
    gpusim_part parts[256];
    gpusim_placement placement = {.parts = parts, .capacity = 256};
    gpusim_refusal refusal = GPUSIM_ACCEPTED;
    if (!to->nodes) {
        refusal = gpusim_decide_preempt(decisions, job->id, NULL);
    } else {
        placement.count = placed_parts(to->nodes, parts);
        refusal = job->state == GPUSIM_JOB_RUNNING
                      ? gpusim_decide_migrate(decisions, job->id, &placement, NULL)
                      : gpusim_decide_start(decisions, job->id, &placement, NULL);
    }
    ck_assert_int_eq(refusal, GPUSIM_ACCEPTED);
}

static inline gpusim_status placed_pass(const gpusim_context *context, const uint32_t *queue,
                                        uint32_t queued, gpusim_decisions *decisions,
                                        gpusim_error *error)
{
    (void)queue;
    (void)queued;
    (void)error;
    const gpusim_view *view = context->view;
    for (int i = 0; placed_table[i].at >= 0; i++) {
        const placed *to = &placed_table[i];
        for (uint32_t slot = 0; slot < view->job_capacity; slot++) {
            const gpusim_job_info *job = &view->jobs[slot];
            if (job->id.generation && job->order == to->order && !placed_done[i] &&
                to->at <= view->now) {
                placed_put(job, to, decisions);
                placed_done[i] = 1;
            }
        }
        if (to->at > view->now) {
            gpusim_decide_wait(decisions, to->at);
        }
    }
    return GPUSIM_OK;
}

static const gpusim_scheduler placed_operations = {.pass = placed_pass};
static const gpusim_module placed_module = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "placed",
    .version = "1",
    .doc = "Puts jobs where it is told.",
    .operations = &placed_operations,
};

/* A run of a scenario whose jobs go where the table says, checked after each batch. */
static inline gpusim_sim *placed_begin(gpusim_model *model, const placed *table, collected *rows)
{
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    placed_table = table;
    memset(placed_done, 0, sizeof placed_done);
    model->setup.scheduler.module = &placed_module;
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    return sim;
}

#endif
