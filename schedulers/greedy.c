/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedulers `greedy` and `roundrobin`: whoever fits starts, in order of submission; on the
 * first node that has room, or on the next one after the node that was used last. Baselines of
 * CloudAI's comparison (reference S5-05, S5-10) and the policy `roundrobin` of SAGE (S2-11). */
#include <gpusim/placement.h>

typedef struct parameters {
    gpusim_time period;
} parameters;

static const gpusim_field fields[] = {GPUSIM_PERIOD_FIELD(parameters, period, "0 s")};

const gpusim_record gs_parameters_greedy = {
    .name = "greedy",
    GPUSIM_FIELDS(fields),
    .size = sizeof(parameters),
    .doc = "Each job in order of submission on the first node with room; who does not fit is "
           "skipped.",
};

const gpusim_record gs_parameters_roundrobin = {
    .name = "roundrobin",
    GPUSIM_FIELDS(fields),
    .size = sizeof(parameters),
    .doc = "Each job in order of submission on the next node with room after the one used last; "
           "who does not fit is skipped.",
};

static uint32_t first_node(const gpusim_context *context, const gpusim_search *search)
{
    (void)context;
    return gpusim_search_first(search, search->first);
}

typedef struct cursor {
    uint32_t next; /* node to begin at */
} cursor;

static uint32_t next_node(const gpusim_context *context, const gpusim_search *search)
{
    const cursor *at = context->state;
    uint32_t node = gpusim_search_first(search, at->next);
    return node != GPUSIM_NONE ? node : gpusim_search_first(search, search->first);
}

static void start_all(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                      gpusim_decisions *decisions, gpusim_choice_of_node rule, const char *reason)
{
    const parameters *given = context->parameters;
    gpusim_placement *placement = context->placement;
    gpusim_tried tried = {0};
    cursor *at = context->state;
    if (!gpusim_is_due(context, given->period, queued, decisions)) {
        return;
    }
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &context->view->jobs[queue[i]];
        if (gpusim_was_tried(&tried, job->shape)) {
            continue;
        }
        if (!gpusim_place_job(context, job, placement, rule, 0)) {
            gpusim_note_tried(&tried, job->shape);
            continue;
        }
        uint32_t last = placement->parts[placement->count - 1].node;
        if (gpusim_decide_start(decisions, job->id, placement, reason) == GPUSIM_ACCEPTED) {
            at->next = last + 1;
        }
    }
}

static gpusim_status pass_greedy(const gpusim_context *context, const uint32_t *queue,
                                 uint32_t queued, gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    start_all(context, queue, queued, decisions, first_node, "first");
    return GPUSIM_OK;
}

static gpusim_status pass_roundrobin(const gpusim_context *context, const uint32_t *queue,
                                     uint32_t queued, gpusim_decisions *decisions,
                                     gpusim_error *err)
{
    (void)err;
    start_all(context, queue, queued, decisions, next_node, "turn");
    return GPUSIM_OK;
}

static const gpusim_scheduler greedy_operations = {.pass = pass_greedy};
static const gpusim_scheduler roundrobin_operations = {.pass = pass_roundrobin};

static const char *const reasons_greedy[] = {"first", NULL};

const gpusim_module gs_module_greedy = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "greedy",
    .version = "1.0.0",
    .doc = "Whoever fits, in order of submission, on the first node that fits.",
    .parameters = &gs_parameters_greedy,
    .operations = &greedy_operations,
    .state_bytes = sizeof(cursor),
    .reasons = reasons_greedy,
};

static const char *const reasons_roundrobin[] = {"turn", NULL};

const gpusim_module gs_module_roundrobin = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "roundrobin",
    .version = "1.0.0",
    .doc = "Whoever fits, in order of submission, on the next node that fits after the one used "
           "last.",
    .parameters = &gs_parameters_roundrobin,
    .operations = &roundrobin_operations,
    .state_bytes = sizeof(cursor),
    .reasons = reasons_roundrobin,
};
