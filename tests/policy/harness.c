/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The world that harness.h describes. */
#include "harness.h"

#include <gpusim/model.h>
#include <string.h>

// A call that may fail for want of memory where that is what is tested; then the world stands
// still.
static void keep(world *w, gpusim_status status, const gpusim_error *err)
{
    if (status == GPUSIM_MEMORY && w->may_run_out) {
        w->ran_out = 1;
        return;
    }
    ck_assert_msg(status == GPUSIM_OK, "%s (%s)", err->message, gpusim_status_name(status));
}

static void *zeros(size_t count, size_t element)
{
    void *memory = calloc(count ? count : 1, element);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

static const gpusim_module *module_of(gpusim_module_kind kind, const char *name)
{
    const gpusim_module *module;
    for (uint32_t i = 0; (module = gpusim_module_builtin(kind, i)); i++) {
        if (strcmp(module->name, name) == 0) {
            return module;
        }
    }
    ck_abort_msg("no module '%s'", name);
    return NULL;
}

gs_setup world_setup(const char *order, int blocking, const char *placement, int backfill,
                     int preemption)
{
    gs_setup setup = {.backfill = backfill, .preemption = preemption, .blocking = blocking != 0};
    setup.order.module = module_of(GPUSIM_MODULE_ORDER, order);
    setup.placement.module = module_of(GPUSIM_MODULE_PLACEMENT, placement);
    return setup;
}

/* ---- decisions ---- */

static void index_node(world *w, uint32_t node)
{
    gs_index_update(w->index, &w->view, node);
}

// Why a placement cannot be carried out; NULL-free: GPUSIM_ACCEPTED when it can.
static gpusim_refusal examine(world *w, uint32_t slot, const gpusim_placement *placement)
{
    const gpusim_job_info *job = &w->infos[slot];
    uint64_t gpus = 0;
    if (placement->count == 0 || placement->count > w->part_room) {
        return GPUSIM_REFUSED_GPUS;
    }
    uint32_t *used = zeros(w->view.node_count, 3 * sizeof *used);
    gpusim_refusal refusal = GPUSIM_ACCEPTED;
    for (uint32_t i = 0; i < placement->count && refusal == GPUSIM_ACCEPTED; i++) {
        const gpusim_part *part = &placement->parts[i];
        if (part->node >= w->view.node_count || w->nodes[part->node].state != GPUSIM_NODE_UP) {
            refusal = GPUSIM_REFUSED_NO_NODE;
            break;
        }
        const gpusim_node_info *node = &w->nodes[part->node];
        uint32_t *mine = &used[3 * part->node];
        uint32_t units = job->gpus ? part->gpus : 1;
        mine[0] += part->gpus;
        mine[1] += units;
        gpus += part->gpus;
        if (job->group != GPUSIM_NONE && node->group != job->group) {
            refusal = GPUSIM_REFUSED_GROUP;
        } else if (mine[0] > node->free_gpus || (job->gpus && part->gpus == 0)) {
            refusal = GPUSIM_REFUSED_GPUS;
        } else if ((uint64_t)mine[1] * job->cpus > node->free_cpus) {
            refusal = GPUSIM_REFUSED_CPUS;
        } else if (mine[1] * job->memory > node->free_memory) {
            refusal = GPUSIM_REFUSED_MEMORY;
        }
    }
    free(used);
    if (refusal == GPUSIM_ACCEPTED && gpus != job->gpus) {
        refusal = GPUSIM_REFUSED_GPUS;
    }
    if (refusal == GPUSIM_ACCEPTED && job->state == GPUSIM_JOB_QUEUED && job->vc != GPUSIM_NONE &&
        w->vcs[job->vc].quota != GPUSIM_NONE && job->gpus &&
        w->vcs[job->vc].used + job->gpus > w->vcs[job->vc].quota) {
        refusal = GPUSIM_REFUSED_QUOTA;
    }
    return refusal;
}

static void occupy(world *w, uint32_t slot, const gpusim_placement *placement)
{
    gpusim_job_info *job = &w->infos[slot];
    job->first_part = slot * w->part_room;
    job->parts = placement->count;
    for (uint32_t i = 0; i < placement->count; i++) {
        gpusim_part part = placement->parts[i];
        gpusim_node_info *node = &w->nodes[part.node];
        uint32_t left = part.gpus, units = job->gpus ? part.gpus : 1;
        part.first_gpu = GPUSIM_NONE;
        for (uint32_t g = 0; g < node->gpus && left; g++) {
            uint32_t *owner = &w->owner[part.node * w->gpu_room + g];
            if (*owner == GPUSIM_NONE) {
                *owner = w->job_of[slot];
                part.first_gpu = part.first_gpu == GPUSIM_NONE ? g : part.first_gpu;
                left--;
            }
        }
        ck_assert_uint_eq(left, 0);
        node->free_gpus -= part.gpus;
        node->free_cpus -= units * job->cpus;
        node->free_memory -= units * job->memory;
        node->jobs++;
        w->parts[job->first_part + i] = part;
        index_node(w, part.node);
    }
    if (job->vc != GPUSIM_NONE) {
        w->vcs[job->vc].used += job->gpus;
    }
    w->jobs[w->job_of[slot]].first_node = placement->parts[0].node;
}

static void vacate(world *w, uint32_t slot)
{
    gpusim_job_info *job = &w->infos[slot];
    for (uint32_t i = 0; i < job->parts; i++) {
        gpusim_part part = w->parts[job->first_part + i];
        gpusim_node_info *node = &w->nodes[part.node];
        uint32_t units = job->gpus ? part.gpus : 1, seen = 0;
        for (uint32_t g = 0; g < node->gpus; g++) {
            uint32_t *owner = &w->owner[part.node * w->gpu_room + g];
            if (*owner == w->job_of[slot] && seen < part.gpus) {
                *owner = GPUSIM_NONE;
                seen++;
            }
        }
        ck_assert_uint_eq(seen, part.gpus);
        node->free_gpus += part.gpus;
        node->free_cpus += units * job->cpus;
        node->free_memory += units * job->memory;
        node->jobs--;
        index_node(w, part.node);
    }
    job->parts = 0;
    if (job->vc != GPUSIM_NONE) {
        w->vcs[job->vc].used -= job->gpus;
    }
}

static int refuse(world *w, gpusim_refusal refusal)
{
    w->refusals++;
    return (int)refusal;
}

static uint32_t slot_of(world *w, gpusim_job_id id, gpusim_job_state state)
{
    if (id.index >= w->view.job_capacity || id.generation == 0 ||
        w->infos[id.index].id.generation != id.generation ||
        w->infos[id.index].state != (uint32_t)state) {
        return GPUSIM_NONE;
    }
    return id.index;
}

static gpusim_refusal on_start(void *core, gpusim_job_id id, const gpusim_placement *placement,
                               const char *reason)
{
    (void)reason;
    world *w = core;
    uint32_t slot = slot_of(w, id, GPUSIM_JOB_QUEUED);
    if (slot == GPUSIM_NONE) {
        return (gpusim_refusal)refuse(w, GPUSIM_REFUSED_NO_JOB);
    }
    gpusim_refusal refusal = examine(w, slot, placement);
    if (refusal != GPUSIM_ACCEPTED) {
        return (gpusim_refusal)refuse(w, refusal);
    }
    gpusim_job_info *info = &w->infos[slot];
    world_job *job = &w->jobs[w->job_of[slot]];
    occupy(w, slot, placement);
    info->state = GPUSIM_JOB_RUNNING;
    info->start = info->settled = w->view.now;
    info->attempts++;
    job->starts++;
    if (job->start < 0) {
        job->start = w->view.now;
    }
    w->running[w->view.running_count++] = slot;
    gs_policy_started(w->policy, slot);
    return GPUSIM_ACCEPTED;
}

static void drop_running(world *w, uint32_t slot)
{
    for (uint32_t i = 0; i < w->view.running_count; i++) {
        if (w->running[i] == slot) {
            w->running[i] = w->running[--w->view.running_count];
            return;
        }
    }
    ck_abort_msg("slot %u does not run", slot);
}

static gpusim_refusal on_preempt(void *core, gpusim_job_id id, const char *reason)
{
    (void)reason;
    world *w = core;
    gpusim_error err = {0};
    uint32_t slot = slot_of(w, id, GPUSIM_JOB_RUNNING);
    if (slot == GPUSIM_NONE) {
        return (gpusim_refusal)refuse(w, GPUSIM_REFUSED_NO_JOB);
    }
    gpusim_job_info *info = &w->infos[slot];
    info->attained = info->done = gpusim_view_attained(&w->view, info);
    info->settled = w->view.now;
    info->state = GPUSIM_JOB_QUEUED;
    info->preemptions++;
    w->jobs[w->job_of[slot]].preemptions++;
    vacate(w, slot);
    drop_running(w, slot);
    keep(w, gs_policy_queued(w->policy, slot, &err), &err);
    gs_policy_freed(w->policy);
    return GPUSIM_ACCEPTED;
}

static gpusim_refusal on_exchange(void *core, uint32_t count, const gpusim_job_id *ids,
                                  const gpusim_placement *placements, const char *reason)
{
    (void)reason;
    world *w = core;
    gpusim_placement *back = zeros(count, sizeof *back);
    gpusim_refusal refusal = GPUSIM_ACCEPTED;
    uint32_t i, taken = 0;
    for (i = 0; i < count; i++) {
        if (slot_of(w, ids[i], GPUSIM_JOB_RUNNING) == GPUSIM_NONE) {
            free(back);
            return (gpusim_refusal)refuse(w, GPUSIM_REFUSED_NO_JOB);
        }
    }

    // all leave, then each takes, and if one cannot, all go back
    for (i = 0; i < count; i++) {
        gpusim_job_info *info = &w->infos[ids[i].index];
        back[i].count = info->parts;
        back[i].parts = zeros(info->parts, sizeof *back[i].parts);
        memcpy(back[i].parts, &w->parts[info->first_part], info->parts * sizeof(gpusim_part));
        vacate(w, ids[i].index);
    }
    for (; taken < count && refusal == GPUSIM_ACCEPTED; taken++) {
        refusal = examine(w, ids[taken].index, &placements[taken]);
        if (refusal != GPUSIM_ACCEPTED) {
            break;
        }
        occupy(w, ids[taken].index, &placements[taken]);
    }
    for (i = 0; i < taken && refusal != GPUSIM_ACCEPTED; i++) {
        vacate(w, ids[i].index);
    }
    for (i = 0; i < count; i++) {
        if (refusal != GPUSIM_ACCEPTED) {
            occupy(w, ids[i].index, &back[i]);
        } else {
            w->jobs[w->job_of[ids[i].index]].migrations++;
        }
        free(back[i].parts);
    }
    free(back);
    return refusal == GPUSIM_ACCEPTED ? refusal : (gpusim_refusal)refuse(w, refusal);
}

static gpusim_refusal on_migrate(void *core, gpusim_job_id id, const gpusim_placement *placement,
                                 const char *reason)
{
    return on_exchange(core, 1, &id, placement, reason);
}

static void leave(world *w, uint32_t slot)
{
    world_job *job = &w->jobs[w->job_of[slot]];
    if (w->infos[slot].state == GPUSIM_JOB_RUNNING) {
        vacate(w, slot);
        drop_running(w, slot);
        gs_policy_freed(w->policy);
    }
    gs_policy_left(w->policy, slot);
    memset(&w->infos[slot], 0, sizeof w->infos[slot]);
    job->end = w->view.now;
    job->slot = GPUSIM_NONE;
    w->ended++;
}

static gpusim_refusal on_cancel(void *core, gpusim_job_id id, const char *reason)
{
    (void)reason;
    world *w = core;
    uint32_t slot = slot_of(w, id, GPUSIM_JOB_QUEUED);
    if (slot == GPUSIM_NONE) {
        slot = slot_of(w, id, GPUSIM_JOB_RUNNING);
    }
    if (slot == GPUSIM_NONE) {
        return (gpusim_refusal)refuse(w, GPUSIM_REFUSED_NO_JOB);
    }
    leave(w, slot);
    return GPUSIM_ACCEPTED;
}

/* ---- life of a world ---- */

world *world_make(const world_group *groups, uint32_t group_count, const uint32_t *quotas,
                  uint32_t vc_count)
{
    gpusim_error err = {0};
    world *w = zeros(1, sizeof *w);
    uint32_t nodes = 0, g;
    for (g = 0; g < group_count; g++) {
        nodes += groups[g].nodes;
        w->gpu_room = groups[g].gpus > w->gpu_room ? groups[g].gpus : w->gpu_room;
    }
    w->nodes = zeros(nodes, sizeof *w->nodes);
    w->groups = zeros(group_count, sizeof *w->groups);
    w->vcs = zeros(vc_count, sizeof *w->vcs);
    w->owner = zeros((size_t)nodes * w->gpu_room, sizeof *w->owner);
    memset(w->owner, 0xff, (size_t)nodes * w->gpu_room * sizeof *w->owner);
    nodes = 0;
    for (g = 0; g < group_count; g++) {
        w->groups[g] = (gpusim_group_info){.memory = groups[g].memory,
                                           .first_node = nodes,
                                           .nodes = groups[g].nodes,
                                           .gpus = groups[g].gpus,
                                           .cpus = groups[g].cpus,
                                           .gpu_model = GPUSIM_NONE};
        for (uint32_t i = 0; i < groups[g].nodes; i++) {
            w->nodes[nodes++] = (gpusim_node_info){.memory = groups[g].memory,
                                                   .free_memory = groups[g].memory,
                                                   .gpus = groups[g].gpus,
                                                   .free_gpus = groups[g].gpus,
                                                   .cpus = groups[g].cpus,
                                                   .free_cpus = groups[g].cpus,
                                                   .group = g};
        }
    }
    for (uint32_t vc = 0; vc < vc_count; vc++) {
        w->vcs[vc] = (gpusim_vc_info){.name = vc, .quota = quotas[vc]};
    }
    w->view = (gpusim_view){.size = sizeof w->view,
                            .node_count = nodes,
                            .group_count = group_count,
                            .vc_count = vc_count,
                            .nodes = w->nodes,
                            .groups = w->groups,
                            .vcs = w->vcs};
    ASSERT_OK(gs_index_create(&w->view, NULL, &w->index, &err), &err);
    w->view.index = w->index;
    w->decisions = (gpusim_decisions){.core = w,
                                      .start = on_start,
                                      .preempt = on_preempt,
                                      .migrate = on_migrate,
                                      .cancel = on_cancel,
                                      .exchange = on_exchange,
                                      .wait = GPUSIM_TIME_MAX};
    w->seed = 1;
    return w;
}

void world_free(world *w)
{
    gs_policy_destroy(w->policy);
    gs_index_destroy(w->index);
    free(w->nodes);
    free(w->groups);
    free(w->vcs);
    free(w->infos);
    free(w->job_of);
    free(w->running);
    free(w->parts);
    free(w->owner);
    free(w->jobs);
    free(w);
}

static void make_policy(world *w)
{
    gpusim_error err = {0};
    w->state = (gs_state){0};
    keep(w, gs_policy_create(&w->setup, &w->view, w->seed, &w->state, &w->policy, &err), &err);
}

void world_jobs(world *w, const world_job *jobs, uint32_t count)
{
    w->jobs = zeros(count, sizeof *w->jobs);
    memcpy(w->jobs, jobs, count * sizeof *jobs);
    w->job_count = count;
    w->part_room = 1;
    for (uint32_t i = 0; i < count; i++) {
        w->jobs[i].start = w->jobs[i].end = -1;
        w->jobs[i].slot = GPUSIM_NONE;
        w->part_room = jobs[i].gpus > w->part_room ? jobs[i].gpus : w->part_room;
    }
    w->part_room = w->part_room < w->view.node_count ? w->part_room : w->view.node_count;
    w->slots = count + 1;
    w->infos = zeros(w->slots, sizeof *w->infos);
    w->job_of = zeros(w->slots, sizeof *w->job_of);
    w->running = zeros(w->slots, sizeof *w->running);
    w->parts = zeros((size_t)w->slots * w->part_room, sizeof *w->parts);
    w->view.jobs = w->infos;
    w->view.running = w->running;
    w->view.parts = w->parts;
}

static uint32_t shape_of(world *w, const world_job *job)
{
    uint32_t i = 0;
    for (; i < w->shape_count; i++) {
        if (w->shapes[i].gpus == job->gpus && w->shapes[i].cpus == job->cpus &&
            w->shapes[i].vc == job->vc && w->shapes[i].group == job->group &&
            w->shapes[i].memory == job->memory) {
            return i;
        }
    }
    ck_assert_uint_lt(i, 4096);
    w->shapes[i].gpus = job->gpus;
    w->shapes[i].cpus = job->cpus;
    w->shapes[i].vc = job->vc;
    w->shapes[i].group = job->group;
    w->shapes[i].memory = job->memory;
    return w->shape_count++;
}

static void arrive(world *w)
{
    gpusim_error err = {0};
    uint32_t number = w->next_job++;
    world_job *job = &w->jobs[number];
    uint32_t slot = 0;
    while (slot < w->view.job_capacity && w->infos[slot].id.generation) {
        slot++;
    }
    if (slot == w->view.job_capacity) {
        w->view.job_capacity++;
    }
    w->infos[slot] = (gpusim_job_info){.id = {slot, ++w->generation},
                                       .order = number,
                                       .submit = job->submit,
                                       .start = GPUSIM_TIME_MAX,
                                       .walltime = GPUSIM_TIME_MAX,
                                       .estimate = job->estimate,
                                       .settled = w->view.now,
                                       .rate = 1,
                                       .memory = job->memory,
                                       .gpus = job->gpus,
                                       .milli = 1000,
                                       .cpus = job->cpus,
                                       .group = job->group,
                                       .vc = job->vc,
                                       .priority = job->priority,
                                       .shape = shape_of(w, job)};
    w->job_of[slot] = number;
    job->slot = slot;
    keep(w, gs_policy_queued(w->policy, slot, &err), &err);
}

static gpusim_time end_of(const world *w, uint32_t slot)
{
    const gpusim_job_info *info = &w->infos[slot];
    return info->settled + w->jobs[w->job_of[slot]].duration - info->attained;
}

static void end_jobs(world *w)
{
    // in order of submission, so that the world itself is deterministic
    for (;;) {
        uint32_t first = GPUSIM_NONE;
        for (uint32_t i = 0; i < w->view.running_count; i++) {
            uint32_t slot = w->running[i];
            if (end_of(w, slot) <= w->view.now &&
                (first == GPUSIM_NONE || w->infos[slot].order < w->infos[first].order)) {
                first = slot;
            }
        }
        if (first == GPUSIM_NONE) {
            return;
        }
        leave(w, first);
    }
}

// The policy's state goes through bytes into a new policy.
static void restore(world *w)
{
    gpusim_error err = {0};
    size_t size = gs_state_size(&w->state);
    char *bytes = zeros(size, 1), *again = zeros(size, 1);
    gs_state_write(&w->state, bytes);
    gs_policy_destroy(w->policy);
    make_policy(w);
    ASSERT_OK(gs_state_read(&w->state, bytes, size, &err), &err);
    ASSERT_OK(gs_policy_restored(w->policy, &err), &err);
    ck_assert_uint_eq(gs_state_size(&w->state), size);
    gs_state_write(&w->state, again);
    ck_assert_mem_eq(bytes, again, size);
    free(bytes);
    free(again);
}

static void pass(world *w)
{
    gpusim_error err = {0};
    if (w->check) {
        ASSERT_OK(gs_policy_check(w->policy, &err), &err);
    }
    keep(w, gs_policy_pass(w->policy, &w->decisions, &err), &err);
    w->passes++;
    if (w->check && !w->ran_out) {
        ASSERT_OK(gs_policy_check(w->policy, &err), &err);
        ASSERT_OK(gs_index_check(w->index, &w->view, &err), &err);
    }
    if (w->restore && w->passes % (uint64_t)w->restore == 0) {
        restore(w);
    }
    if (w->after_pass) {
        w->after_pass(w);
    }
}

void world_run_until(world *w, gpusim_time until)
{
    if (!w->policy) {
        make_policy(w);
    }
    while (!w->ran_out) {
        // what comes next
        gpusim_time next = w->decisions.wait;
        if (w->next_job < w->job_count && w->jobs[w->next_job].submit < next) {
            next = w->jobs[w->next_job].submit;
        }
        for (uint32_t i = 0; i < w->view.running_count; i++) {
            gpusim_time end = end_of(w, w->running[i]);
            next = end < next ? end : next;
        }
        if (next > until || next == GPUSIM_TIME_MAX) {
            return;
        }
        ck_assert_int_ge(next, w->view.now);
        w->view.now = next;

        // one batch: ends, arrivals, pass
        end_jobs(w);
        while (!w->ran_out && w->next_job < w->job_count && w->jobs[w->next_job].submit <= next) {
            arrive(w);
        }
        if (!w->ran_out && (gs_policy_wants_pass(w->policy) || w->decisions.wait <= next)) {
            pass(w);
        }
    }
}

void world_run(world *w)
{
    world_run_until(w, GPUSIM_TIME_MAX);
}

void world_node_state(world *w, uint32_t node, gpusim_node_state state)
{
    w->nodes[node].state = state;
    index_node(w, node);
    gs_policy_freed(w->policy);
}
