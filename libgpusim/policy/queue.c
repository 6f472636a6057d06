/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who waits: lines of jobs in queues, and whose turn it is. */
#include "base/hash.h"
#include "policy/inside.h"

gpusim_status gs_queues_create(gs_policy *policy, gpusim_error *err)
{
    gpusim_status status;
    const gpusim_view *view = policy->view;
    gs_queue queue = {.heads = GPUSIM_NONE, .vc = GPUSIM_NONE};
    GPUSIM_TRY(gs_array_push(&policy->queues, &queue, err));
    for (uint32_t vc = 0; vc < view->vc_count; vc++) {
        if (view->vcs[vc].quota != GPUSIM_NONE) {
            queue.vc = vc;
            GPUSIM_TRY(gs_array_push(&policy->queues, &queue, err));
        }
    }
    status = GPUSIM_OK;
cleanup:
    return status;
}

static uint32_t queue_of(const gs_policy *policy, const gpusim_job_info *job)
{
    for (uint32_t i = 1; i < policy->queues.count && job->vc != GPUSIM_NONE; i++) {
        if (gs_queue_of(policy, i)->vc == job->vc) {
            return i;
        }
    }
    return 0;
}

uint32_t gs_line_candidate(const gs_policy *policy, uint32_t line)
{
    const gs_line *it = gs_line_of(policy, line);
    return gs_ordered_seek(policy->members.data, it->jobs, it->bound);
}

void gs_line_refresh(gs_policy *policy, uint32_t line)
{
    gs_line *it = gs_line_of(policy, line);
    gs_queue *queue = gs_queue_of(policy, it->queue);
    gs_ordered *heads = policy->line_members.data;
    uint32_t slot = gs_line_candidate(policy, line);
    const gs_ordered *first =
        slot == GPUSIM_NONE ? NULL : &GS_AT(policy->members, gs_ordered, slot);
    double key = !first             ? 0
                 : policy->by_class ? gs_order_rank(policy, gs_job_of(policy, slot))
                                    : first->key;
    if (it->listed) {
        if (first && first->order == heads[line].order && key == heads[line].key) {
            return;
        }
        gs_ordered_remove(heads, &queue->heads, line);
        it->listed = 0;
    }
    if (first) {
        gs_ordered_insert(heads, &queue->heads, line, key, first->order, 0);
        it->listed = 1;
    }
}

void gs_line_bound(gs_policy *policy, uint32_t line, gpusim_time bound)
{
    gs_line *it = gs_line_of(policy, line);
    if (it->bound != bound) {
        it->bound = bound;
        gs_line_refresh(policy, line);
    }
}

// ---- lines by class ----

static uint32_t *bucket_of(const gs_policy *policy, uint64_t class)
{
    uint64_t hash = gs_hash64(&class, sizeof class, 0);
    return (uint32_t *)policy->buckets.data + (hash & (policy->buckets.count - 1));
}

// Twice as many buckets; chains are rebuilt in order of index.
static gpusim_status grow_buckets(gs_policy *policy, gpusim_error *err)
{
    uint32_t count = policy->buckets.count ? policy->buckets.count * 2 : 64;
    gpusim_status status = gs_array_resize(&policy->buckets, count, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    for (uint32_t i = 0; i < count; i++) {
        GS_AT(policy->buckets, uint32_t, i) = GPUSIM_NONE;
    }
    for (uint32_t i = 0; i < policy->lines.count; i++) {
        gs_line *line = gs_line_of(policy, i);
        if (line->used) {
            uint32_t *bucket = bucket_of(policy, line->of);
            line->next = *bucket;
            *bucket = i;
        }
    }
    return GPUSIM_OK;
}

// The line of a class in this queue or shape; a new one if there is none.
static gpusim_status line_of_class(gs_policy *policy, uint32_t base, uint64_t class, uint32_t *line,
                                   gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_books *books = gs_books_of(policy);
    if (books->used_lines >= policy->buckets.count) {
        GPUSIM_TRY(grow_buckets(policy, err));
    }
    uint32_t *bucket = bucket_of(policy, class);
    for (uint32_t i = *bucket; i != GPUSIM_NONE; i = gs_line_of(policy, i)->next) {
        if (gs_line_of(policy, i)->of == class && gs_line_of(policy, i)->base == base) {
            *line = i;
            return GPUSIM_OK;
        }
    }
    uint32_t at = books->free_line;
    if (at != GPUSIM_NONE) {
        books->free_line = gs_line_of(policy, at)->next;
    } else {
        at = policy->lines.count;
        GPUSIM_TRY(gs_array_resize(&policy->line_members, at + 1, err));
        GPUSIM_TRY(gs_array_push(&policy->lines, NULL, err));
    }
    *gs_line_of(policy, at) = (gs_line){.bound = GPUSIM_TIME_MAX,
                                        .jobs = GPUSIM_NONE,
                                        .queue = GPUSIM_NONE,
                                        .base = base,
                                        .of = class,
                                        .next = *bucket,
                                        .used = 1};
    *bucket = at;
    books->used_lines++;
    *line = at;
cleanup:
    return status;
}

// A line that nobody stands in any more.
static void free_line(gs_policy *policy, uint32_t line)
{
    gs_line *it = gs_line_of(policy, line);
    gs_books *books = gs_books_of(policy);
    uint32_t *link = bucket_of(policy, it->of);
    while (*link != line) {
        link = &gs_line_of(policy, *link)->next;
    }
    *link = it->next;
    *it = (gs_line){.jobs = GPUSIM_NONE, .queue = GPUSIM_NONE, .next = books->free_line};
    books->free_line = line;
    books->used_lines--;
}

void gs_class_rank(gs_policy *policy, uint64_t class)
{
    if (policy->buckets.count == 0) {
        return;
    }
    for (uint32_t i = *bucket_of(policy, class); i != GPUSIM_NONE;
         i = gs_line_of(policy, i)->next) {
        if (gs_line_of(policy, i)->of == class && gs_line_of(policy, i)->listed) {
            gs_line_refresh(policy, i);
        }
    }
}

void gs_queues_rank(gs_policy *policy)
{
    gs_books *books = gs_books_of(policy);
    if (!policy->by_class || policy->view->now < books->ranked) {
        return;
    }
    gpusim_context context = gs_order_context(policy);
    const gpusim_order *order = policy->setup->order.module->operations;
    books->ranked = order->holds ? order->holds(&context) : policy->view->now;
    for (uint32_t i = 0; i < policy->lines.count; i++) {
        if (gs_line_of(policy, i)->listed) {
            gs_line_refresh(policy, i);
        }
    }
}

// ---- joining and leaving ----

// Lines up to this one exist.
static gpusim_status make_lines(gs_policy *policy, uint32_t line, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_line empty = {.bound = GPUSIM_TIME_MAX, .jobs = GPUSIM_NONE, .queue = GPUSIM_NONE};
    while (policy->lines.count <= line) {
        GPUSIM_TRY(gs_array_resize(&policy->line_members, policy->lines.count + 1, err));
        GPUSIM_TRY(gs_array_push(&policy->lines, &empty, err));
    }
cleanup:
    return status;
}

gpusim_status gs_queue_join(gs_policy *policy, uint32_t slot, gpusim_error *err)
{
    gpusim_status status;
    const gpusim_job_info *job = gs_job_of(policy, slot);
    gs_waiter *waiter = gs_waiter_of(policy, slot);
    uint32_t queue = queue_of(policy, job);
    uint32_t line = policy->by_shape ? job->shape : queue;
    if (policy->by_class) {
        GPUSIM_TRY(line_of_class(policy, line, gs_order_class(policy, job), &line, err));
    } else {
        GPUSIM_TRY(make_lines(policy, line, err));
    }

    // a line that was empty has failed nobody who waits now; its number may have meant another
    // shape
    gs_line *it = gs_line_of(policy, line);
    if (it->jobs == GPUSIM_NONE) {
        it->bound = GPUSIM_TIME_MAX;
    }
    it->queue = queue;
    waiter->where = GS_WAITING;
    waiter->line = line;
    waiter->queue = queue;
    waiter->gpus = job->gpus;
    waiter->milli = gs_job_milli(job);
    waiter->order = job->order;
    gs_ordered_insert(policy->members.data, &it->jobs, slot, gs_order_key(policy, job), job->order,
                      gpusim_view_remaining(policy->view, job));
    gs_queue_of(policy, queue)->waiting++;
    gs_books_of(policy)->waiting++;

    // a new first of a queue's only line has not been tried yet
    if (!policy->by_shape && gs_ordered_first(policy->members.data, it->jobs) == slot) {
        it->bound = GPUSIM_TIME_MAX;
        gs_queue_of(policy, queue)->blocked = 0;
    }
    gs_line_refresh(policy, line);
cleanup:
    return status;
}

void gs_queue_leave(gs_policy *policy, uint32_t slot)
{
    gs_waiter *waiter = gs_waiter_of(policy, slot);
    gs_line *it = gs_line_of(policy, waiter->line);
    gs_queue *queue = gs_queue_of(policy, waiter->queue);

    // whoever waits behind a first job that goes has not been tried yet
    if (!policy->by_shape && gs_ordered_first(policy->members.data, it->jobs) == slot) {
        it->bound = GPUSIM_TIME_MAX;
        queue->blocked = 0;
    }
    gs_ordered_remove(policy->members.data, &it->jobs, slot);
    queue->waiting--;
    gs_books_of(policy)->waiting--;
    gs_line_refresh(policy, waiter->line);
    if (policy->by_class && it->jobs == GPUSIM_NONE) {
        free_line(policy, waiter->line);
    }
    waiter->where = GS_ABSENT;
}

// GPUs that a queue is entitled to: its quota, or the cluster.
static uint64_t entitlement(const gs_policy *policy, const gs_queue *queue)
{
    return queue->vc == GPUSIM_NONE ? gs_index_installed(policy->view->index)
                                    : policy->view->vcs[queue->vc].quota;
}

uint32_t gs_queue_next(const gs_policy *policy)
{
    uint32_t best = GPUSIM_NONE;
    for (uint32_t i = 0; i < policy->queues.count; i++) {
        const gs_queue *queue = gs_queue_of(policy, i);
        if (queue->heads == GPUSIM_NONE || queue->blocked) {
            continue;
        }
        if (best == GPUSIM_NONE) {
            best = i;
            continue;
        }
        // used / quota, compared without dividing
        const gs_queue *other = gs_queue_of(policy, best);
        if (queue->used * entitlement(policy, other) < other->used * entitlement(policy, queue)) {
            best = i;
        }
    }
    return best;
}

int gs_quota_leaves(const gs_policy *policy, uint32_t queue, uint64_t used, uint64_t milli)
{
    uint32_t vc = gs_queue_of(policy, queue)->vc;
    return vc == GPUSIM_NONE || milli == 0 ||
           used + milli <= (uint64_t)policy->view->vcs[vc].quota * 1000;
}

// Whether a job of a line's shape fits, asked once a shape in each thaw.
static gpusim_status shape_fits(gs_policy *policy, uint32_t line, int *fits, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t shape = gs_line_of(policy, line)->base;
    if (shape >= policy->looked.count) {
        GPUSIM_TRY(gs_array_resize(&policy->looked, shape + 1, err));
    }
    uint64_t *looked = &GS_AT(policy->looked, uint64_t, shape);
    if (*looked >> 1 != policy->thaws) {
        int would = gs_would_start(policy, gs_line_of(policy, line)->jobs);
        *looked = policy->thaws << 1 | (uint64_t)would;
    }
    *fits = (int)(*looked & 1);
cleanup:
    return status;
}

gpusim_status gs_queues_thaw(gs_policy *policy, int only_fitting, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t free = gs_index_free_milli(policy->view->index);
    policy->thaws++;
    for (uint32_t i = 0; i < policy->queues.count; i++) {
        gs_queue_of(policy, i)->blocked = 0;
    }
    for (uint32_t i = 0; i < policy->lines.count; i++) {
        const gs_line *line = gs_line_of(policy, i);
        if (line->bound == GPUSIM_TIME_MAX || line->jobs == GPUSIM_NONE) {
            continue;
        }
        // jobs of one shape want equally much of GPUs, so the root speaks for all
        int fits = !policy->by_shape || gs_makes_room(policy) ||
                   gs_waiter_of(policy, line->jobs)->milli <= free;
        if (fits && only_fitting && policy->by_class && policy->by_shape) {
            GPUSIM_TRY(shape_fits(policy, i, &fits, err));
        }
        if (fits) {
            gs_line_bound(policy, i, GPUSIM_TIME_MAX);
        }
    }
cleanup:
    return status;
}

void gs_queues_open(gs_policy *policy)
{
    for (uint32_t i = 0; i < policy->queues.count; i++) {
        gs_queue_of(policy, i)->blocked = 0;
    }
    for (uint32_t i = 0; i < policy->lines.count; i++) {
        if (gs_line_of(policy, i)->jobs != GPUSIM_NONE) {
            gs_line_bound(policy, i, GPUSIM_TIME_MAX);
        }
    }
}
