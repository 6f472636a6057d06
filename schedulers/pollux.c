/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scheduler `pollux`: elastic jobs get GPUs by goodput (Qiao et al., Pollux, OSDI'21, sections
 * 4.2 and 5), as far as the model of jobs here goes: goodput is throughput, batch sizes stay.
 *
 *   maximise  (1/J sum_j speedup_j^p)^(1/p),  p = -1,  speedup_j(n) = S_j(n) / S_j(fair)
 *
 * S_j is gpusim_job_speed, fair = GPUs / jobs. With p = -1 the sum of 1 / speedup is convex in each
 * n, so that giving one GPU at a time to whom it helps most is exact where jobs may use any GPU. A
 * running job is resized to n' only if S(n') x realloc > S(n), or to make room;
 * realloc = (age - resizes x delay) / (age + delay). */
#include <math.h>

#include <gpusim/order.h>
#include <gpusim/placement.h>

#include "schedulers/resizing.h"

typedef struct parameters {
    gpusim_time period, delay;
} parameters;

static const gpusim_field fields[] = {
    GPUSIM_PERIOD_FIELD(parameters, period, "60 s"),
    {.name = "delay",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = offsetof(parameters, delay),
     .fallback = "30 s",
     .maximum = 1e9,
     .doc = "What it takes a resize to cost a job, in the choice of whether to grow it."},
};

const gpusim_record gs_parameters_pollux = {
    "pollux", GPUSIM_FIELDS(fields), sizeof(parameters),
    "Elastic jobs are started with and resized to numbers of GPUs that maximise the harmonic mean "
    "of their speedups."};

/* Of the module. */
typedef struct ledger {
    double room, fair; /* GPUs that are left to give; of each job */
    uint32_t entries, reserved;
} ledger;

/* Of each job; `heap` is entry i of a heap of slots, for record i. */
typedef struct place {
    double gain; /* of one more GPU */
    uint32_t target, heap;
} place;

static place *place_of(const gpusim_context *context, uint32_t slot)
{
    return gpusim_job_state_of(context, slot);
}

static const gpusim_job_info *job_at(const gpusim_context *context, uint32_t slot)
{
    return &context->view->jobs[slot];
}

// ---- how many GPUs each is to have ----

static double gain_of(const gpusim_context *context, uint32_t slot)
{
    const ledger *all = context->state;
    const gpusim_job_info *job = job_at(context, slot);
    uint32_t gpus = place_of(context, slot)->target;
    if (gpus >= job->most_gpus || gpus == 0) {
        return 0;
    }
    double fair = fmin(fmax(all->fair, job->least_gpus), job->most_gpus);
    double reference = gpusim_job_speed(job, (uint32_t)fair);
    return reference / gpusim_job_speed(job, gpus) - reference / gpusim_job_speed(job, gpus + 1);
}

static uint32_t *entry(const gpusim_context *context, uint32_t i)
{
    return &place_of(context, i)->heap;
}

static int precedes(const gpusim_context *context, uint32_t slot, uint32_t other)
{
    double a = place_of(context, slot)->gain, b = place_of(context, other)->gain;
    return a != b ? a > b : job_at(context, slot)->order < job_at(context, other)->order;
}

static void sift(const gpusim_context *context, uint32_t at)
{
    const ledger *all = context->state;
    uint32_t slot = *entry(context, at);
    for (uint32_t child; (child = 2 * at + 1) < all->entries; at = child) {
        if (child + 1 < all->entries &&
            precedes(context, *entry(context, child + 1), *entry(context, child))) {
            child++;
        }
        if (!precedes(context, *entry(context, child), slot)) {
            break;
        }
        *entry(context, at) = *entry(context, child);
    }
    *entry(context, at) = slot;
}

// the fewest that it runs on, if there is room
static void admit(const gpusim_context *context, uint32_t slot)
{
    ledger *all = context->state;
    const gpusim_job_info *job = job_at(context, slot);
    place *it = place_of(context, slot);
    it->target = 0;
    if (job->gpus == 0 || job->milli != 1000 || job->least_gpus > all->room) {
        return;
    }
    it->target = job->least_gpus;
    all->room -= job->least_gpus;
    *entry(context, all->entries++) = slot;
}

static void share_out(const gpusim_context *context, const uint32_t *queue, uint32_t queued)
{
    const gpusim_view *view = context->view;
    ledger *all = context->state;
    *all = (ledger){.room = 0};
    for (uint32_t n = 0; n < view->node_count; n++) {
        all->room += view->nodes[n].state == GPUSIM_NODE_UP ? view->nodes[n].free_gpus : 0;
    }
    for (uint32_t i = 0; i < view->running_count; i++) {
        const gpusim_job_info *job = job_at(context, view->running[i]);
        all->room += job->milli == 1000 ? job->gpus : 0;
    }
    all->fair = floor(all->room / (view->running_count + queued));

    // who runs keeps the least; who waits comes in order of submission, and who does not fit waits
    for (uint32_t i = 0; i < view->running_count; i++) {
        admit(context, view->running[i]);
    }
    for (uint32_t i = 0; i < queued; i++) {
        admit(context, queue[i]);
    }

    // one GPU at a time to whom it helps most
    for (uint32_t i = 0; i < all->entries; i++) {
        place_of(context, *entry(context, i))->gain = gain_of(context, *entry(context, i));
    }
    for (uint32_t i = all->entries / 2; i-- > 0;) {
        sift(context, i);
    }
    while (all->entries > 0 && all->room > 0 && place_of(context, *entry(context, 0))->gain > 0) {
        place *best = place_of(context, *entry(context, 0));
        best->target++;
        all->room--;
        best->gain = gain_of(context, *entry(context, 0));
        sift(context, 0);
    }
}

// ---- making it so ----

// whether what it gains is worth what a resize costs it
static int pays(const gpusim_context *context, const gpusim_job_info *job, uint32_t gpus)
{
    const parameters *given = context->parameters;
    double age = gpusim_seconds(context->view->now - job->submit);
    double delay = gpusim_seconds(given->delay);
    double kept = fmax(0, age - job->resizes * delay) / (age + delay);
    return gpusim_job_speed(job, gpus) * kept > gpusim_job_speed(job, job->gpus);
}

static void resize(const gpusim_context *context, gpusim_decisions *decisions, int grow)
{
    const gpusim_view *view = context->view;
    for (uint32_t i = 0; i < view->running_count; i++) {
        const gpusim_job_info *job = job_at(context, view->running[i]);
        uint32_t target = place_of(context, view->running[i])->target;
        context->placement->score = target;
        if (!grow && target > 0 && target < job->gpus) {
            gs_keep_some(context, job, target);
            gpusim_decide_resize(decisions, job->id, context->placement, "shrink");
        } else if (grow && target > job->gpus) {
            uint32_t gpus = gs_keep_and_add(context, job, target);
            if (gpus > job->gpus && pays(context, job, gpus)) {
                gpusim_decide_resize(decisions, job->id, context->placement, "grow");
            }
        }
    }
}

static uint32_t tightest(const gpusim_context *context, const gpusim_search *search)
{
    (void)context;
    return gpusim_search_tightest(search);
}

static void start(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                  gpusim_decisions *decisions)
{
    gpusim_tried tried = {0};
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = job_at(context, queue[i]);
        gpusim_job_info wish = *job;
        int shares = job->gpus == 0 || job->milli != 1000;
        wish.gpus = shares ? job->gpus : place_of(context, queue[i])->target;
        if ((!shares && wish.gpus == 0) || (shares && gpusim_was_tried(&tried, job->shape))) {
            continue;
        }
        context->placement->score = wish.gpus;
        if (gpusim_place_job(context, &wish, context->placement, tightest, 0) ||
            gpusim_place_job(context, &wish, context->placement, tightest, 1)) {
            gpusim_decide_start(decisions, job->id, context->placement, "goodput");
        } else if (shares) {
            gpusim_note_tried(&tried, job->shape);
        }
    }
}

static gpusim_status pass(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                          gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    const gpusim_view *view = context->view;
    const parameters *given = context->parameters;
    if (!gpusim_is_due(context, given->period, queued + view->running_count, decisions)) {
        return GPUSIM_OK;
    }
    if (queued + view->running_count == 0) {
        return GPUSIM_OK;
    }
    share_out(context, queue, queued);
    resize(context, decisions, 0);
    start(context, queue, queued, decisions);
    resize(context, decisions, 1);
    return GPUSIM_OK;
}

static const char *const reasons[] = {"goodput", "shrink", "grow", NULL};
static const gpusim_scheduler operations = {.pass = pass};

const gpusim_module gs_module_pollux = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "pollux",
    .version = "1.0.0",
    .doc =
        "Elastic jobs get GPUs one by one where another speeds up most, harmonic mean over jobs; "
        "nobody is preempted.",
    .parameters = &gs_parameters_pollux,
    .operations = &operations,
    .state_bytes = sizeof(ledger),
    .job_bytes = sizeof(place),
    .reasons = reasons,
};
