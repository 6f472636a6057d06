/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The orders `las` and `2d-las`: least attained service in queues, as in Tiresias (Gu et al.,
 * NSDI'19, discretised LAS). The one counts run time, the other GPUs x run time. */
#include <gpusim/order.h>

enum { BY_TIME, BY_GPU_TIME };

typedef struct parameters {
    gpusim_list limits; /* gpusim_time, rising */
    double promote;     /* 0: never */
    int32_t by, reserved;
} parameters;

static const gpusim_field limits_element = {
    .name = "limit",
    .type = GPUSIM_TIME,
    .unit = GPUSIM_UNIT_SECOND,
    .doc = "Attained service at which a job leaves a queue for the next.",
};

static const gpusim_choice bys[] = {{"time", BY_TIME, "its run time"},
                                    {"gpu-time", BY_GPU_TIME, "its GPUs x its run time"},
                                    {NULL, 0, NULL}};

#define LIMITS(doc_)                                                                               \
    {                                                                                              \
        .name = "limits", .type = GPUSIM_LIST, .offset = offsetof(parameters, limits),             \
        .fallback = "[3250 s, 7200 s]", .detail.any = &limits_element, .doc = (doc_)               \
    }
#define PROMOTE(fallback_)                                                                         \
    {                                                                                              \
        .name = "promote", .type = GPUSIM_FLOAT64, .offset = offsetof(parameters, promote),        \
        .fallback = (fallback_), .maximum = 1e9,                                                   \
        .doc =                                                                                     \
            "A job that has waited since it last ran for so many times its run time goes back to " \
            "the first queue, as if it had attained nothing; 0: never."                            \
    }
#define BY(fallback_)                                                                              \
    {                                                                                              \
        .name = "by", .type = GPUSIM_ENUM, .offset = offsetof(parameters, by),                     \
        .fallback = (fallback_), .detail.any = bys, .doc = "What counts as attained service."      \
    }

static const gpusim_field fields[] = {
    LIMITS("Attained service at which a job is demoted from the first queue, the second, and so "
           "on; the last queue has no limit."),
    PROMOTE("0"),
    BY("time"),
};
static const gpusim_field fields_2d[] = {
    LIMITS("Attained service, in GPU-seconds, at which a job is demoted from the first queue, the "
           "second, and so on; the last queue has no limit."),
    PROMOTE("8"),
    BY("gpu-time"),
};

const gpusim_record gs_parameters_las = {"las", GPUSIM_FIELDS(fields), sizeof(parameters),
                                         "Parameters of the order las."};
const gpusim_record gs_parameters_las_2d = {"2d-las", GPUSIM_FIELDS(fields_2d), sizeof(parameters),
                                            "Parameters of the order 2d-las."};

/* Of each job: where it stands in the list, by level, then rank, then place. */
typedef struct standing {
    uint64_t place;
    gpusim_time forgiven; /* service at its last promotion, which counts no more */
    uint32_t level;       /* its queue, from 0 */
    uint32_t rank;
    uint32_t known; /* 0 until it was arranged once */
    uint32_t reserved;
} standing;

enum { STAYS, NEW, DEMOTED, PROMOTED };

static const gpusim_time default_limits[] = {3250 * GPUSIM_SECOND, 7200 * GPUSIM_SECOND};

// Limit of a level; GPUSIM_TIME_MAX for the last. Without parameters the defaults hold.
static gpusim_time limit_of(const gpusim_context *context, uint32_t level)
{
    const parameters *given = context->parameters;
    const gpusim_time *limits = given && given->limits.count ? given->limits.items : default_limits;
    uint32_t count = given && given->limits.count ? given->limits.count : 2;
    return level < count ? limits[level] : GPUSIM_TIME_MAX;
}

static int counts_gpus(const gpusim_context *context)
{
    const parameters *given = context->parameters;
    return given && given->by == BY_GPU_TIME;
}

// Service a second of run time brings.
static double pace_of(const gpusim_context *context, const gpusim_job_info *job)
{
    return counts_gpus(context) ? job->gpus * (job->milli / 1e3) : 1;
}

static gpusim_time service_of(const gpusim_context *context, const gpusim_job_info *job)
{
    gpusim_time attained = gpusim_view_attained(context->view, job);
    double service = (double)attained * pace_of(context, job);
    return !counts_gpus(context) ? attained
           : service < 9e18      ? (gpusim_time)service
                                 : GPUSIM_TIME_MAX;
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

// Without preemption: the queue that the attained service of a job belongs to.
static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    gpusim_time attained = service_of(context, job);
    uint32_t level = 0;
    while (attained >= limit_of(context, level)) {
        level++;
    }
    return level;
}

// When a job that waits is promoted; GPUSIM_TIME_MAX: never.
static gpusim_time promotion_of(const gpusim_context *context, const gpusim_job_info *job,
                                const standing *at)
{
    const parameters *given = context->parameters;
    double promote = given ? given->promote : 0;
    if (promote == 0 || at->level == 0 || job->state != GPUSIM_JOB_QUEUED) {
        return GPUSIM_TIME_MAX;
    }
    double wait = (double)job->attained * promote;
    return wait < 9e18 ? gpusim_time_add(job->settled, (gpusim_time)wait) : GPUSIM_TIME_MAX;
}

// New jobs go to the tail of the first queue; a running job that has reached its queue's limit goes
// to the tail of the next, one level at a time, several in order of submission; one that starves
// goes to the tail of the first.
static void arrange(const gpusim_context *context, uint32_t *slots, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_job_info *job = &context->view->jobs[slots[i]];
        standing *at = standing_of(context, slots[i]);
        at->rank = at->known ? STAYS : NEW;
        at->place = i;
        at->known = 1;
        if (job->state == GPUSIM_JOB_RUNNING &&
            service_of(context, job) - at->forgiven >= limit_of(context, at->level)) {
            at->level++;
            at->rank = DEMOTED;
            at->place = job->order;
        } else if (promotion_of(context, job, at) <= context->view->now) {
            at->level = 0;
            at->forgiven = service_of(context, job);
            at->rank = PROMOTED;
            at->place = job->order;
        }
    }
    gpusim_sort_slots(context, slots, count, before);
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
    gpusim_sort_slots(context, slots, count, before);
}

// When a running job is demoted next, rounded up.
static gpusim_time demotion_of(const gpusim_context *context, const gpusim_job_info *job,
                               const standing *at)
{
    gpusim_time limit = limit_of(context, at->level);
    gpusim_time service = service_of(context, job) - at->forgiven;
    double pace = pace_of(context, job);
    if (limit == GPUSIM_TIME_MAX || !(pace > 0)) {
        return GPUSIM_TIME_MAX;
    }
    gpusim_time left = limit > service ? limit - service : 0;
    if ((double)left / pace >= 9e18) {
        return GPUSIM_TIME_MAX;
    }
    gpusim_time span = (gpusim_time)((double)left / pace);
    while ((double)span * pace < (double)left) {
        span++;
    }
    return gpusim_time_add(context->view->now, counts_gpus(context) ? span : left);
}

// The next demotion of a job that runs, or promotion of one that waits.
static gpusim_time wake(const gpusim_context *context)
{
    const gpusim_view *view = context->view;
    const parameters *given = context->parameters;
    gpusim_time next = GPUSIM_TIME_MAX;
    for (uint32_t i = 0; i < view->running_count; i++) {
        uint32_t slot = view->running[i];
        gpusim_time time = demotion_of(context, &view->jobs[slot], standing_of(context, slot));
        next = time < next ? time : next;
    }
    for (uint32_t slot = 0; given && given->promote > 0 && slot < view->job_capacity; slot++) {
        const gpusim_job_info *job = &view->jobs[slot];
        if (job->id.generation != 0) {
            gpusim_time time = promotion_of(context, job, standing_of(context, slot));
            next = time < next ? time : next;
        }
    }
    return next;
}

static gpusim_status check(const gpusim_view *view, const void *given, gpusim_error *err)
{
    (void)view;
    return gpusim_check_rising("limits", &((const parameters *)given)->limits, err);
}

static const gpusim_order operations = {
    .check = check,
    .key = key,
    .arrange = arrange,
    .granted = granted,
    .wake = wake,
};

const gpusim_module gs_module_las = {
    GPUSIM_ORDER_MODULE("las", "Least attained service: jobs begin in the first of several queues "
                               "and are demoted as their run time reaches the limits; within a "
                               "queue those that run come first."),
    .parameters = &gs_parameters_las,
    .operations = &operations,
    .job_bytes = sizeof(standing),
    .flags = GPUSIM_MODULE_PREEMPTS,
};

const gpusim_module gs_module_las_2d = {
    GPUSIM_ORDER_MODULE("2d-las", "Least attained service in two dimensions: las by GPUs x run "
                                  "time, and jobs that starve go back to the first queue."),
    .parameters = &gs_parameters_las_2d,
    .operations = &operations,
    .job_bytes = sizeof(standing),
    .flags = GPUSIM_MODULE_PREEMPTS,
};
