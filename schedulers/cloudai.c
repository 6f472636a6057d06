/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The four "agentic" schedulers of CloudAI, *reconstructed*: its documentation names what they
 * weigh (reference S5-09) and its code has none of them. How the words became formulas here, a
 * node's load being the largest of its shares of GPUs, cores and memory that are in use:
 *
 * cloudai-multi: of the jobs that wait and the nodes that have room the pair of the highest
 *   0.45 U + 0.25 M + 0.20 B + 0.10 S
 * with U the node's load with the job, M the job's estimate over the longest one (the longest
 * first is what keeps a makespan short), B = 1 - 2 sigma with sigma the standard deviation of all
 * nodes' loads with the job there, S its wait over the longest wait.
 *
 * cloudai-aggressive: three passes of packing: large jobs, the largest first, each on the tightest
 * node; the rest, the largest first, into the gaps of nodes that are used already; whoever is
 * left, in order of submission, on the first node with room.
 *
 * cloudai-predictive: the longest estimate first (of jobs that do not depend on each other that is
 * the critical path), each on the node that is expected to be free of its jobs first.
 *
 * cloudai-balanced: in order of submission, where the variance of loads is smallest afterwards.
 */
#include <math.h>

#include <gpusim/placement.h>

typedef struct parameters {
    gpusim_time period;
    double utilisation, makespan, balance, starvation; /* of multi */
    double large;                                      /* of aggressive */
    uint32_t window;                                   /* of multi and predictive */
    uint32_t reserved;
} parameters;

#define AT(member) (uint32_t) offsetof(parameters, member)
#define WEIGHT(its_name, default_, its_doc)                                                        \
    {                                                                                              \
        .name = #its_name, .type = GPUSIM_FLOAT64, .unit = GPUSIM_UNIT_RATIO,                      \
        .offset = AT(its_name), .fallback = (default_), .minimum = 0, .maximum = 1e6,              \
        .doc = (its_doc)                                                                           \
    }
#define MOST 256u
#define WINDOW                                                                                     \
    {                                                                                              \
        .name = "window", .type = GPUSIM_UINT32, .offset = AT(window), .fallback = "100",          \
        .minimum = 1, .maximum = MOST,                                                             \
        .doc = "Only so many of the jobs that wait are compared, the first ones."                  \
    }

static const gpusim_field plain_fields[] = {GPUSIM_PERIOD_FIELD(parameters, period, "0 s")};
static const gpusim_field predictive_fields[] = {
    GPUSIM_PERIOD_FIELD(parameters, period, "0 s"),
    WINDOW,
};
static const gpusim_field aggressive_fields[] = {
    GPUSIM_PERIOD_FIELD(parameters, period, "0 s"),
    {.name = "large",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     .offset = AT(large),
     .fallback = "0.5",
     .minimum = 0,
     .maximum = 1,
     .doc = "A job is large from this share of the largest node on."},
};
static const gpusim_field multi_fields[] = {
    GPUSIM_PERIOD_FIELD(parameters, period, "0 s"),
    WEIGHT(utilisation, "0.45", "Weight of the share of the node that is in use with the job."),
    WEIGHT(makespan, "0.25", "Weight of the job's estimate over the longest."),
    WEIGHT(balance, "0.20", "Weight of how little the nodes' loads differ with the job."),
    WEIGHT(starvation, "0.10", "Weight of the job's wait over the longest."),
    WINDOW,
};

#define RECORD(identifier, its_name, its_fields, its_doc)                                          \
    const gpusim_record gs_parameters_##identifier = {                                             \
        .name = (its_name),                                                                        \
        GPUSIM_FIELDS(its_fields),                                                                 \
        .size = sizeof(parameters),                                                                \
        .doc = (its_doc),                                                                          \
    }

RECORD(cloudai_multi, "cloudai-multi", multi_fields,
       "Reconstructed: the pair of job and node of the highest weighted sum.");
RECORD(cloudai_aggressive, "cloudai-aggressive", aggressive_fields,
       "Reconstructed: packing in three passes.");
RECORD(cloudai_predictive, "cloudai-predictive", predictive_fields,
       "Reconstructed: the longest first, on the node expected to be free first.");
RECORD(cloudai_balanced, "cloudai-balanced", plain_fields,
       "Reconstructed: where the variance of loads is smallest afterwards.");

// ---- loads of all nodes ----

// the share of a node that is in use: of GPUs, cores or memory, whatever is used most
static double load_of(const gpusim_view *view, uint32_t node)
{
    const gpusim_node_info *info = &view->nodes[node];
    double load = gpusim_view_load(view, node);
    if (info->cpus > 0 && info->cpus != UINT32_MAX) {
        load = fmax(load, (double)(info->cpus - info->free_cpus) / info->cpus);
    }
    if (info->memory > 0 && info->memory != UINT64_MAX) {
        load = fmax(load, (double)(info->memory - info->free_memory) / (double)info->memory);
    }
    return load;
}

// the same with a job there, or with what a node takes of one that needs several
static double load_with(const gpusim_view *view, const gpusim_job_info *job, uint32_t node)
{
    const gpusim_node_info *info = &view->nodes[node];
    double gpus = job->gpus < info->gpus ? job->gpus : info->gpus, times = job->gpus ? gpus : 1;
    double load = gpusim_view_load(view, node);
    if (info->gpus > 0) {
        load += gpus * job->milli / 1000 / info->gpus;
    }
    if (info->cpus > 0 && info->cpus != UINT32_MAX) {
        load = fmax(load, (info->cpus - info->free_cpus + times * job->cpus) / info->cpus);
    }
    if (info->memory > 0 && info->memory != UINT64_MAX) {
        double used = (double)(info->memory - info->free_memory);
        load = fmax(load, (used + times * (double)job->memory) / (double)info->memory);
    }
    return fmin(1, load);
}

/* Sums over nodes that are up; part of the state, and made anew in each pass. */
typedef struct sums {
    double nodes, load, squares;
} sums;

static void sum_up(const gpusim_context *context)
{
    const gpusim_view *view = context->view;
    sums *all = context->state;
    *all = (sums){0};
    for (uint32_t node = 0; node < view->node_count; node++) {
        if (view->nodes[node].state == GPUSIM_NODE_UP) {
            double load = load_of(view, node);
            all->nodes++;
            all->load += load;
            all->squares += load * load;
        }
    }
}

static double variance_with(const gpusim_context *context, const gpusim_job_info *job,
                            uint32_t node)
{
    const sums *all = context->state;
    double before = load_of(context->view, node);
    double after = load_with(context->view, job, node);
    double mean = (all->load + after - before) / all->nodes;
    double squares = all->squares + after * after - before * before;
    return fmax(0, squares / all->nodes - mean * mean);
}

static int waits(const gpusim_job_info *job)
{
    return job->state == GPUSIM_JOB_QUEUED && job->id.generation != 0;
}

// starts a job that is placed, and counts it; 0 when that is refused
static int start(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_decisions *decisions, const char *reason)
{
    gpusim_refusal refusal = gpusim_decide_start(decisions, job->id, context->placement, reason);
    sum_up(context);
    return refusal == GPUSIM_ACCEPTED;
}

// ---- multi ----

static double node_part(const gpusim_context *context, const gpusim_job_info *job, uint32_t node)
{
    const parameters *given = context->parameters;
    double used = load_with(context->view, job, node);
    double spread = sqrt(variance_with(context, job, node));
    return given->utilisation * used + given->balance * (1 - 2 * spread);
}

static double over(gpusim_time part, gpusim_time all)
{
    return all > 0 ? (double)part / (double)all : 0;
}

// the best pair among the first jobs that wait: its job, placed; GPUSIM_NONE: nobody fits
static uint32_t best_pair(const gpusim_context *context, const uint32_t *queue, uint32_t window,
                          gpusim_tried *tried)
{
    const parameters *given = context->parameters;
    const gpusim_view *view = context->view;
    gpusim_time longest = 0, oldest = 0;
    uint32_t best = GPUSIM_NONE;
    double highest = 0;
    for (uint32_t i = 0; i < window; i++) {
        const gpusim_job_info *job = &view->jobs[queue[i]];
        if (waits(job)) {
            longest = job->estimate > longest ? job->estimate : longest;
            oldest = view->now - job->submit > oldest ? view->now - job->submit : oldest;
        }
    }
    for (uint32_t i = 0; i < window; i++) {
        const gpusim_job_info *job = &view->jobs[queue[i]];
        if (!waits(job) || gpusim_was_tried(tried, job->shape)) {
            continue;
        }
        if (!gpusim_place_by_score(context, job, context->placement, node_part, 0)) {
            gpusim_note_tried(tried, job->shape);
            continue;
        }
        double score = context->placement->score + given->makespan * over(job->estimate, longest) +
                       given->starvation * over(view->now - job->submit, oldest);
        if (best == GPUSIM_NONE || score > highest) {
            best = queue[i];
            highest = score;
        }
    }
    if (best != GPUSIM_NONE) {
        (void)gpusim_place_by_score(context, &view->jobs[best], context->placement, node_part, 0);
        double jobs_part = highest - context->placement->score;
        context->placement->score = highest;
        context->placement->runner_up_score += jobs_part;
    }
    return best;
}

static gpusim_status pass_multi(const gpusim_context *context, const uint32_t *queue,
                                uint32_t queued, gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    const parameters *given = context->parameters;
    gpusim_tried tried = {0};
    if (!gpusim_is_due(context, given->period, queued, decisions)) {
        return GPUSIM_OK;
    }

    // of a long queue the first that wait, and when they have gone the next ones
    sum_up(context);
    uint32_t from = 0, slot;
    do {
        while (from < queued && !waits(&context->view->jobs[queue[from]])) {
            from++;
        }
        uint32_t window = queued - from < given->window ? queued - from : given->window;
        slot = best_pair(context, queue + from, window, &tried);
        if (slot != GPUSIM_NONE &&
            !start(context, &context->view->jobs[slot], decisions, "weighed")) {
            gpusim_note_tried(&tried, context->view->jobs[slot].shape);
        }
    } while (slot != GPUSIM_NONE);
    return GPUSIM_OK;
}

// ---- aggressive ----

static uint32_t tightest(const gpusim_context *context, const gpusim_search *search)
{
    (void)context;
    return gpusim_search_tightest(search);
}

// the tightest of nodes that are used already
static uint32_t gap(const gpusim_context *context, const gpusim_search *search)
{
    uint32_t largest = gpusim_search_largest(search);
    for (uint32_t free = search->gpus; free <= largest; free++) {
        uint32_t node = gpusim_search_with(search, free, search->first);
        while (node != GPUSIM_NONE && context->view->nodes[node].jobs == 0) {
            node = gpusim_search_with(search, free, node + 1);
        }
        if (node != GPUSIM_NONE) {
            return node;
        }
    }
    return GPUSIM_NONE;
}

static uint32_t first_node(const gpusim_context *context, const gpusim_search *search)
{
    (void)context;
    return gpusim_search_first(search, search->first);
}

// starts jobs that want so many thousandths of GPUs
static void pack(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                 uint64_t least, uint64_t most, gpusim_choice_of_node rule,
                 gpusim_decisions *decisions, const char *reason)
{
    gpusim_tried tried = {0};
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &context->view->jobs[queue[i]];
        uint64_t size = (uint64_t)job->gpus * job->milli;
        if (!waits(job) || size < least || size > most || gpusim_was_tried(&tried, job->shape)) {
            continue;
        }
        context->placement->score = (double)NAN;
        if (gpusim_place_job(context, job, context->placement, rule, 0)) {
            (void)gpusim_decide_start(decisions, job->id, context->placement, reason);
        } else {
            gpusim_note_tried(&tried, job->shape);
        }
    }
}

// the largest size below another; UINT64_MAX: there is none
static uint64_t size_below(const gpusim_view *view, const uint32_t *queue, uint32_t queued,
                           uint64_t below)
{
    uint64_t largest = UINT64_MAX;
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &view->jobs[queue[i]];
        uint64_t size = (uint64_t)job->gpus * job->milli;
        if (waits(job) && size < below && (largest == UINT64_MAX || size > largest)) {
            largest = size;
        }
    }
    return largest;
}

static gpusim_status pass_aggressive(const gpusim_context *context, const uint32_t *queue,
                                     uint32_t queued, gpusim_decisions *decisions,
                                     gpusim_error *err)
{
    (void)err;
    const parameters *given = context->parameters;
    const gpusim_view *view = context->view;
    if (!gpusim_is_due(context, given->period, queued, decisions)) {
        return GPUSIM_OK;
    }
    uint32_t largest = 0;
    for (uint32_t g = 0; g < view->group_count; g++) {
        largest = view->groups[g].gpus > largest ? view->groups[g].gpus : largest;
    }
    double large = given->large * largest * 1000;
    uint64_t size = UINT64_MAX;
    while ((size = size_below(view, queue, queued, size)) != UINT64_MAX) {
        int is_large = size > 0 && (double)size >= large;
        pack(context, queue, queued, size, size, is_large ? tightest : gap, decisions,
             is_large ? "large" : "gap");
    }
    pack(context, queue, queued, 0, UINT64_MAX, first_node, decisions, "opportunistic");
    return GPUSIM_OK;
}

// ---- predictive ----

// when the last of a node's jobs is expected to end, s from now; kept by node, made in each pass
static void predict(const gpusim_context *context)
{
    const gpusim_view *view = context->view;
    for (uint32_t node = 0; node < view->node_count; node++) {
        *(double *)gpusim_node_state_of(context, node) = 0;
    }
    for (uint32_t i = 0; i < view->running_count; i++) {
        const gpusim_job_info *job = &view->jobs[view->running[i]];
        double left = gpusim_seconds(gpusim_view_remaining(view, job));
        uint32_t count;
        const gpusim_part *parts = gpusim_view_parts(view, job, &count);
        for (uint32_t k = 0; k < count; k++) {
            double *end = gpusim_node_state_of(context, parts[k].node);
            *end = left > *end ? left : *end;
        }
    }
}

static double free_in(const gpusim_context *context, const gpusim_job_info *job, uint32_t node)
{
    (void)job;
    return *(const double *)gpusim_node_state_of(context, node);
}

// the first that wait, the longest estimate first; of equals the first submitted
static uint32_t longest_first(const gpusim_view *view, const uint32_t *queue, uint32_t queued,
                              uint32_t window, uint32_t *sorted)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < queued && count < window; i++) {
        uint32_t at = count++;
        while (at > 0 && view->jobs[sorted[at - 1]].estimate < view->jobs[queue[i]].estimate) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = queue[i];
    }
    return count;
}

static gpusim_status pass_predictive(const gpusim_context *context, const uint32_t *queue,
                                     uint32_t queued, gpusim_decisions *decisions,
                                     gpusim_error *err)
{
    (void)err;
    const parameters *given = context->parameters;
    uint32_t sorted[MOST];
    gpusim_tried tried = {0};
    if (!gpusim_is_due(context, given->period, queued, decisions)) {
        return GPUSIM_OK;
    }
    uint32_t window = given->window < MOST ? given->window : MOST;
    uint32_t count = longest_first(context->view, queue, queued, window, sorted);
    predict(context);
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_job_info *job = &context->view->jobs[sorted[i]];
        if (gpusim_was_tried(&tried, job->shape)) {
            continue;
        }
        if (!gpusim_place_by_figure(context, job, context->placement, free_in, 0)) {
            gpusim_note_tried(&tried, job->shape);
            continue;
        }
        (void)gpusim_decide_start(decisions, job->id, context->placement, "longest");
        predict(context);
    }
    return GPUSIM_OK;
}

// ---- balanced ----

static gpusim_status pass_balanced(const gpusim_context *context, const uint32_t *queue,
                                   uint32_t queued, gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    const parameters *given = context->parameters;
    gpusim_tried tried = {0};
    if (!gpusim_is_due(context, given->period, queued, decisions)) {
        return GPUSIM_OK;
    }
    sum_up(context);
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &context->view->jobs[queue[i]];
        if (gpusim_was_tried(&tried, job->shape)) {
            continue;
        }
        if (gpusim_place_by_figure(context, job, context->placement, variance_with, 0)) {
            start(context, job, decisions, "balance");
        } else {
            gpusim_note_tried(&tried, job->shape);
        }
    }
    return GPUSIM_OK;
}

// ---- modules ----

static const char *const reasons[] = {"weighed", "large",   "gap", "opportunistic",
                                      "longest", "balance", NULL};

#define MODULE(identifier, its_name, its_pass, its_flags, its_doc, ...)                            \
    static const gpusim_scheduler operations_##identifier = {.pass = its_pass};                    \
    const gpusim_module gs_module_##identifier = {.magic = GPUSIM_MODULE_MAGIC,                    \
                                                  .size = sizeof(gpusim_module),                   \
                                                  .abi_major = GPUSIM_MODULE_ABI_MAJOR,            \
                                                  .abi_minor = GPUSIM_MODULE_ABI_MINOR,            \
                                                  .kind = GPUSIM_MODULE_SCHEDULER,                 \
                                                  .name = (its_name),                              \
                                                  .version = "1.0.0",                              \
                                                  .doc = (its_doc),                                \
                                                  .parameters = &gs_parameters_##identifier,       \
                                                  .operations = &operations_##identifier,          \
                                                  .flags = (its_flags),                            \
                                                  .reasons = reasons,                              \
                                                  __VA_ARGS__}

MODULE(cloudai_multi, "cloudai-multi", pass_multi, GPUSIM_MODULE_READS_ESTIMATES,
       "CloudAI's multi-objective scheduler, reconstructed from its documentation.",
       .state_bytes = sizeof(sums));
MODULE(cloudai_aggressive, "cloudai-aggressive", pass_aggressive, 0,
       "CloudAI's aggressive packing, reconstructed from its documentation.", .state_bytes = 0);
MODULE(cloudai_predictive, "cloudai-predictive", pass_predictive, GPUSIM_MODULE_READS_ESTIMATES,
       "CloudAI's predictive scheduler, reconstructed from its documentation.",
       .node_bytes = sizeof(double));
MODULE(cloudai_balanced, "cloudai-balanced", pass_balanced, 0,
       "CloudAI's load-balanced scheduler, reconstructed from its documentation.",
       .state_bytes = sizeof(sums));
