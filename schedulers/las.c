/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order `las`: least attained service in queues, as in Tiresias (NSDI'19, its discretised LAS
 * without GPUs in the product). */
#include <stddef.h>

#include <gpusim/module.h>

typedef struct parameters {
    gpusim_list limits; /* gpusim_time, rising */
} parameters;

static const gpusim_field limits_element = {
    .name = "limit",
    .type = GPUSIM_TIME,
    .unit = GPUSIM_UNIT_SECOND,
    .doc = "Attained service at which a job leaves a queue for the next.",
};

static const gpusim_field fields[] = {
    {.name = "limits",
     .type = GPUSIM_LIST,
     .offset = offsetof(parameters, limits),
     .fallback = "[3250 s, 7200 s]",
     .detail.any = &limits_element,
     .doc = "Run time at which a job is demoted from the first queue, the second, and so on; the "
            "last queue has no limit."},
};

const gpusim_record gs_parameters_las = {
    .name = "las",
    .fields = fields,
    .count = 1,
    .size = sizeof(parameters),
    .doc = "Parameters of the order las.",
};

/* Of each job: where it stands in the list, by level, then rank, then place. */
typedef struct standing {
    uint64_t place;
    uint32_t level; /* its queue, from 0 */
    uint32_t rank;
    uint32_t known; /* 0 until it was arranged once */
    uint32_t reserved;
} standing;

enum { STAYS, NEW, DEMOTED };

static const gpusim_time default_limits[] = {3250 * GPUSIM_SECOND, 7200 * GPUSIM_SECOND};

// Limit of a level; GPUSIM_TIME_MAX for the last. Without parameters the defaults hold.
static gpusim_time limit_of(const gpusim_context *context, uint32_t level)
{
    const parameters *given = context->parameters;
    const gpusim_time *limits = given && given->limits.count ? given->limits.items : default_limits;
    uint32_t count = given && given->limits.count ? given->limits.count : 2;
    return level < count ? limits[level] : GPUSIM_TIME_MAX;
}

static standing *standing_of(const gpusim_context *context, uint32_t slot)
{
    return gpusim_job_state_of(context, slot);
}

static int before(const gpusim_context *context, uint32_t slot, uint32_t other)
{
    const standing *a = standing_of(context, slot), *b = standing_of(context, other);
    if (a->level != b->level) {
        return a->level < b->level;
    }
    return a->rank != b->rank ? a->rank < b->rank : a->place < b->place;
}

static void sift(const gpusim_context *context, uint32_t *slots, uint32_t at, uint32_t count)
{
    uint32_t slot = slots[at];
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && before(context, slots[child], slots[child + 1])) {
            child++;
        }
        if (!before(context, slot, slots[child])) {
            break;
        }
        slots[at] = slots[child];
    }
    slots[at] = slot;
}

// Sorts by standing, which differs for all, in place; most often nothing is to be done.
static void sort(const gpusim_context *context, uint32_t *slots, uint32_t count)
{
    uint32_t sorted = 1;
    while (sorted < count && before(context, slots[sorted - 1], slots[sorted])) {
        sorted++;
    }
    if (sorted >= count) {
        return;
    }
    for (uint32_t i = count / 2; i-- > 0;) {
        sift(context, slots, i, count);
    }
    for (uint32_t last = count; last-- > 1;) {
        uint32_t slot = slots[0];
        slots[0] = slots[last];
        slots[last] = slot;
        sift(context, slots, 0, last);
    }
}

// Without preemption: the queue that the attained service of a job belongs to.
static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    gpusim_time attained = gpusim_view_attained(context->view, job);
    uint32_t level = 0;
    while (attained >= limit_of(context, level)) {
        level++;
    }
    return level;
}

// New jobs go to the tail of the first queue; a running job that has reached its queue's limit goes
// to the tail of the next, one level at a time, several in order of submission.
static void arrange(const gpusim_context *context, uint32_t *slots, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_job_info *job = &context->view->jobs[slots[i]];
        standing *at = standing_of(context, slots[i]);
        at->rank = at->known ? STAYS : NEW;
        at->place = i;
        at->known = 1;
        if (job->state == GPUSIM_JOB_RUNNING &&
            gpusim_view_attained(context->view, job) >= limit_of(context, at->level)) {
            at->level++;
            at->rank = DEMOTED;
            at->place = job->order;
        }
    }
    sort(context, slots, count);
}

// Each queue: those that run, then those that wait.
static void granted(const gpusim_context *context, uint32_t *slots, const uint8_t *runs,
                    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        standing *at = standing_of(context, slots[i]);
        at->rank = !runs[i];
        at->place = i;
    }
    sort(context, slots, count);
}

// The next demotion of a job that runs.
static gpusim_time wake(const gpusim_context *context)
{
    const gpusim_view *view = context->view;
    gpusim_time next = GPUSIM_TIME_MAX;
    for (uint32_t i = 0; i < view->running_count; i++) {
        uint32_t slot = view->running[i];
        gpusim_time limit = limit_of(context, standing_of(context, slot)->level);
        gpusim_time attained = gpusim_view_attained(view, &view->jobs[slot]);
        gpusim_time left = limit > attained ? limit - attained : 0;
        if (limit != GPUSIM_TIME_MAX && gpusim_time_add(view->now, left) < next) {
            next = view->now + left;
        }
    }
    return next;
}

static const gpusim_order operations = {
    .key = key,
    .arrange = arrange,
    .granted = granted,
    .wake = wake,
};

const gpusim_module gs_module_las = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_ORDER,
    .name = "las",
    .version = "1.0.0",
    .doc = "Least attained service: jobs begin in the first of several queues and are demoted as "
           "their run time reaches the limits; within a queue those that run come first.",
    .parameters = &gs_parameters_las,
    .operations = &operations,
    .job_bytes = sizeof(standing),
    .flags = GPUSIM_MODULE_PREEMPTS,
};
