/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedulers of SAGE (reference S2-11 .. S2-15). Of the nodes that may take a job (not drained,
 * below the hot temperature, with room) `sage-score` takes the one of the highest score
 *
 *   0.6 max(0, 1 - (u + s)) + 0.35 trust + 0.05 (1 - u)
 *
 * with u the share of it that is in use and s the share that the job wants, and `sage-least` the
 * least used one.
 *
 *   trust = (ok - 0.7 rejected - 1.0 unreachable) / (all + 1e-6), at least 0.05; 0.8 before the
 *   first; 0.1 more within 120 s of the last success; at most 1
 *
 * The control plane does not know that a node is down before it asks it: a node that is down or
 * under repair may be tried, which fails, and again after 0.2 s and 0.4 s; three failures in a row
 * open its breaker for 30 s. When nobody may take a job, its client is told to come back in 5 s,
 * and until then it is not looked at, whatever becomes free. Nodes that a detector calls anomalous,
 * which SAGE leaves out, are not known here. */
#include <math.h>

#include <gpusim/placement.h>

typedef struct parameters {
    double hot;                            /* degC */
    double room, trust, idle;              /* weights */
    double prior, floor, bonus;            /* of trust */
    double rejected, unreachable;          /* what each counts */
    gpusim_time fresh, retry, open, delay; /* delay: of the first attempt again */
    uint32_t failures, retries;
} parameters;

#define AT(member) (uint32_t) offsetof(parameters, member)
#define NUMBER(its_name, default_, its_doc)                                                        \
    {                                                                                              \
        .name = #its_name, .type = GPUSIM_FLOAT64, .unit = GPUSIM_UNIT_RATIO,                      \
        .offset = AT(its_name), .fallback = (default_), .minimum = 0, .maximum = 1e6,              \
        .doc = (its_doc)                                                                           \
    }
#define SPAN(its_name, default_, its_doc)                                                          \
    {                                                                                              \
        .name = #its_name, .type = GPUSIM_TIME, .unit = GPUSIM_UNIT_SECOND,                        \
        .offset = AT(its_name), .fallback = (default_), .minimum = 0, .maximum = 1e9,              \
        .doc = (its_doc)                                                                           \
    }
#define FILTERS                                                                                    \
    {.name = "hot",                                                                                \
     .type = GPUSIM_FLOAT64,                                                                       \
     .unit = GPUSIM_UNIT_CELSIUS,                                                                  \
     .offset = AT(hot),                                                                            \
     .fallback = "85 C",                                                                           \
     .minimum = -273.15,                                                                           \
     .maximum = 1000,                                                                              \
     .doc = "A node whose hottest GPU is as warm as this takes no jobs."},                         \
        {.name = "retry",                                                                          \
         .type = GPUSIM_TIME,                                                                      \
         .unit = GPUSIM_UNIT_SECOND,                                                               \
         .offset = AT(retry),                                                                      \
         .flags = GPUSIM_EXCLUSIVE,                                                                \
         .fallback = "5 s",                                                                        \
         .minimum = 0,                                                                             \
         .maximum = 1e9,                                                                           \
         .doc = "A job that nobody may take is looked at again after this time."},                 \
        {.name = "failures",                                                                       \
         .type = GPUSIM_UINT32,                                                                    \
         .offset = AT(failures),                                                                   \
         .fallback = "3",                                                                          \
         .minimum = 1,                                                                             \
         .maximum = 1e6,                                                                           \
         .doc = "Failures in a row that open a node's breaker."},                                  \
        SPAN(open, "30 s", "How long a breaker stays open."),                                      \
        {.name = "retries",                                                                        \
         .type = GPUSIM_UINT32,                                                                    \
         .offset = AT(retries),                                                                    \
         .fallback = "2",                                                                          \
         .minimum = 0,                                                                             \
         .maximum = 16,                                                                            \
         .doc = "How often a node that did not answer is asked again for the same job."},          \
    {                                                                                              \
        .name = "delay", .type = GPUSIM_TIME, .unit = GPUSIM_UNIT_SECOND, .offset = AT(delay),     \
        .flags = GPUSIM_EXCLUSIVE, .fallback = "0.2 s", .minimum = 0, .maximum = 1e6,              \
        .doc = "Before the first time; twice as long before each further one."                     \
    }

static const gpusim_field least_fields[] = {FILTERS};
static const gpusim_field score_fields[] = {
    FILTERS,
    NUMBER(room, "0.6", "Weight of what the node has left with the job."),
    NUMBER(trust, "0.35", "Weight of trust."),
    NUMBER(idle, "0.05", "Weight of what is not in use."),
    NUMBER(prior, "0.8", "Trust in a node that was never asked."),
    NUMBER(floor, "0.05", "The least trust."),
    NUMBER(bonus, "0.1", "More trust while a success is fresh."),
    SPAN(fresh, "120 s", "How long that is."),
    NUMBER(rejected, "0.7", "What a rejection takes off the successes."),
    NUMBER(unreachable, "1", "What an unanswered call takes off the successes."),
};

const gpusim_record gs_parameters_sage_least = {
    .name = "sage-least",
    GPUSIM_FIELDS(least_fields),
    .size = sizeof(parameters),
    .doc = "The least used node of those that are not hot and answer.",
};

const gpusim_record gs_parameters_sage_score = {
    .name = "sage-score",
    GPUSIM_FIELDS(score_fields),
    .size = sizeof(parameters),
    .doc = "The node of the highest score of those that are not hot and answer: room x "
           "max(0, 1 - (u + s)) + trust x its trust + idle x (1 - u).",
};

/* What is remembered of a node, and of a job. */
typedef struct standing {
    uint64_t ok, rejected, unreachable;
    gpusim_time last_ok;
    gpusim_time open_until; /* of its breaker; 0: it is closed */
    uint32_t failures;      /* in a row */
    uint32_t reserved;
} standing;

typedef struct patience {
    gpusim_time next; /* not looked at before */
    uint32_t node;    /* that did not answer, plus 1; 0: none */
    uint32_t tries;   /* how often it was asked */
    uint32_t waited;  /* 1: it was told to come back */
    uint32_t reserved;
} patience;

static double trust_in(const gpusim_context *context, uint32_t node)
{
    const parameters *given = context->parameters;
    const standing *its = gpusim_node_state_of(context, node);
    double ok = (double)its->ok, rejected = (double)its->rejected;
    double unreachable = (double)its->unreachable, all = ok + rejected + unreachable;
    double trust = given->prior;
    if (all > 0) {
        trust = (ok - given->rejected * rejected - given->unreachable * unreachable) / (all + 1e-6);
    }
    trust = fmax(trust, given->floor);
    if (its->ok > 0 && context->view->now - its->last_ok < given->fresh) {
        trust += given->bonus;
    }
    return fmin(trust, 1);
}

static double score_of(const gpusim_context *context, const gpusim_job_info *job, uint32_t node)
{
    const parameters *given = context->parameters;
    double used = gpusim_view_load(context->view, node);
    double size = gpusim_view_size(context->view, job, node);
    return given->room * fmax(0, 1 - (used + size)) + given->trust * trust_in(context, node) +
           given->idle * (1 - used);
}

static double idle_share(const gpusim_context *context, const gpusim_job_info *job, uint32_t node)
{
    (void)job;
    return 1 - gpusim_view_load(context->view, node);
}

static int is_allowed(const gpusim_context *context, uint32_t node)
{
    const parameters *given = context->parameters;
    const standing *its = gpusim_node_state_of(context, node);
    gpusim_hardware_info hardware;
    if (its->open_until > context->view->now) {
        return 0;
    }
    gpusim_view_hardware(context->view, node, &hardware);
    return !(hardware.temperature >= given->hot);
}

static double filtered_score(const gpusim_context *context, const gpusim_job_info *job,
                             uint32_t node)
{
    return is_allowed(context, node) ? score_of(context, job, node) : -(double)INFINITY;
}

static double filtered_idle(const gpusim_context *context, const gpusim_job_info *job,
                            uint32_t node)
{
    return is_allowed(context, node) ? idle_share(context, job, node) : -(double)INFINITY;
}

// ---- nodes that do not answer ----

// a node that is down, of which nobody knows that: it would have room for the job
static int is_silent(const gpusim_view *view, const gpusim_job_info *job, uint32_t node)
{
    const gpusim_node_info *info = &view->nodes[node];
    uint64_t gpus = job->gpus ? job->gpus : 1;
    int down = info->state == GPUSIM_NODE_DOWN || info->state == GPUSIM_NODE_REPAIRING;
    return down && gpusim_view_may_use_node(view, job, node) && info->free_gpus >= job->gpus &&
           info->free_cpus / gpus >= job->cpus && info->free_memory / gpus >= job->memory &&
           info->free_storage / gpus >= job->storage;
}

// the best of these, or GPUSIM_NONE
static uint32_t best_silent(const gpusim_context *context, const gpusim_job_info *job,
                            gpusim_figure_of_node score, double *best)
{
    uint32_t found = GPUSIM_NONE;
    for (uint32_t node = 0; node < context->view->node_count; node++) {
        if (!is_silent(context->view, job, node) || !is_allowed(context, node)) {
            continue;
        }
        double its = score(context, job, node);
        if (found == GPUSIM_NONE || its > *best) {
            found = node;
            *best = its;
        }
    }
    return found;
}

// it was asked and did not answer; the job waits a moment before it is asked again
static void miss(const gpusim_context *context, uint32_t node, patience *its)
{
    const parameters *given = context->parameters;
    standing *about = gpusim_node_state_of(context, node);
    about->unreachable++;
    if (++about->failures >= given->failures) {
        about->open_until = gpusim_time_add(context->view->now, given->open);
        about->failures = 0;
    }
    its->tries = its->node == node + 1 ? its->tries + 1 : 0;
    its->node = node + 1;
    if (its->tries < given->retries) {
        int fits = given->delay <= GPUSIM_TIME_MAX >> its->tries;
        its->next = gpusim_time_add(context->view->now,
                                    fits ? given->delay << its->tries : GPUSIM_TIME_MAX);
    } else {
        its->node = its->tries = 0; // another one, at once
    }
}

// ---- the pass ----

static void dispatch(const gpusim_context *context, const gpusim_job_info *job, patience *its,
                     gpusim_decisions *decisions, const char *reason)
{
    gpusim_placement *placement = context->placement;
    uint32_t node = placement->parts[0].node;
    gpusim_refusal refusal =
        gpusim_decide_start(decisions, job->id, placement, its->waited ? "came back" : reason);
    standing *about = gpusim_node_state_of(context, node);
    if (refusal == GPUSIM_ACCEPTED) {
        about->ok++;
        about->last_ok = context->view->now;
        about->failures = 0;
        *its = (patience){0}; // for its next attempt
    } else {
        about->rejected++;
    }
}

// one job: dispatched, or told when to come again
static void serve(const gpusim_context *context, uint32_t slot, gpusim_figure_of_node plain,
                  gpusim_figure_of_node filtered, gpusim_decisions *decisions, const char *reason)
{
    const parameters *given = context->parameters;
    const gpusim_job_info *job = &context->view->jobs[slot];
    patience *its = gpusim_job_state_of(context, slot);
    its->next = 0;
    for (;;) {
        int fits = gpusim_place_by_score(context, job, context->placement, filtered, 0);
        double best = 0;
        uint32_t silent = best_silent(context, job, plain, &best);
        if (silent != GPUSIM_NONE && (!fits || best > context->placement->score)) {
            miss(context, silent, its);
            if (its->next > 0) {
                return;
            }
            // its breaker may be closed still: then this job goes to who answers
            const standing *about = gpusim_node_state_of(context, silent);
            if (about->open_until > context->view->now) {
                continue;
            }
        }
        if (fits) {
            dispatch(context, job, its, decisions, reason);
        } else {
            its->next = gpusim_time_add(context->view->now, given->retry);
            its->waited = 1;
        }
        return;
    }
}

static void pass(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                 gpusim_figure_of_node plain, gpusim_figure_of_node filtered,
                 gpusim_decisions *decisions, const char *reason)
{
    for (uint32_t i = 0; i < queued; i++) {
        patience *its = gpusim_job_state_of(context, queue[i]);
        if (its->next <= context->view->now) {
            serve(context, queue[i], plain, filtered, decisions, reason);
        }
        if (its->next > context->view->now) {
            gpusim_decide_wait(decisions, its->next);
        }
    }
}

static gpusim_status pass_score(const gpusim_context *context, const uint32_t *queue,
                                uint32_t queued, gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    pass(context, queue, queued, score_of, filtered_score, decisions, "score");
    return GPUSIM_OK;
}

static gpusim_status pass_least(const gpusim_context *context, const uint32_t *queue,
                                uint32_t queued, gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    pass(context, queue, queued, idle_share, filtered_idle, decisions, "least used");
    return GPUSIM_OK;
}

static const gpusim_scheduler score_operations = {.pass = pass_score};
static const gpusim_scheduler least_operations = {.pass = pass_least};

static const char *const reasons_sage_score[] = {"score", "came back", NULL};

const gpusim_module gs_module_sage_score = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "sage-score",
    .version = "1.0.0",
    .doc = "SAGE's score: the node with most room, trust and idle share, with circuit breakers and "
           "back-pressure.",
    .parameters = &gs_parameters_sage_score,
    .operations = &score_operations,
    .job_bytes = sizeof(patience),
    .node_bytes = sizeof(standing),
    .flags = GPUSIM_MODULE_READS_HARDWARE,
    .reasons = reasons_sage_score,
};

static const char *const reasons_sage_least[] = {"least used", "came back", NULL};

const gpusim_module gs_module_sage_least = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "sage-least",
    .version = "1.0.0",
    .doc = "SAGE's least: the least used node, with circuit breakers and back-pressure.",
    .parameters = &gs_parameters_sage_least,
    .operations = &least_operations,
    .job_bytes = sizeof(patience),
    .node_bytes = sizeof(standing),
    .flags = GPUSIM_MODULE_READS_HARDWARE,
    .reasons = reasons_sage_least,
};
