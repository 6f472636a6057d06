/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedulers of astera-zap (reference S3-09 .. S3-12): `astera-fifo` takes the first idle node,
 * `astera-score` the idle node of the highest score
 *
 *   a (Tref - T) / Tref + m M + u (100 - U) / 100 + p (1 - P / Pcap)
 *
 * with T degC of its hottest GPU, U % its utilisation. There M is the constant 1 and p is 0,
 * whatever its README says of memory and power: `free_memory: true` makes M the share of the node's
 * memory that is free, `power:` weighs P over what its GPUs may draw, `by_priority: true` serves
 * the most urgent first. What is not known of a node counts nothing. */
#include <math.h>

#include <gpusim/placement.h>

typedef struct parameters {
    gpusim_time period;
    double reference; /* degC */
    double temperature, memory, utilisation, power;
    uint8_t exclusive, throttled, free_memory, by_priority;
    uint8_t reserved[4];
} parameters;

#define AT(member) (uint32_t) offsetof(parameters, member)
#define WEIGHT(its_name, default_, its_doc)                                                        \
    {                                                                                              \
        .name = #its_name, .type = GPUSIM_FLOAT64, .unit = GPUSIM_UNIT_RATIO,                      \
        .offset = AT(its_name), .fallback = (default_), .minimum = 0, .maximum = 1e6,              \
        .doc = (its_doc)                                                                           \
    }
#define FLAG(its_name, default_, its_doc)                                                          \
    {                                                                                              \
        .name = #its_name, .type = GPUSIM_BOOL, .offset = AT(its_name), .fallback = (default_),    \
        .doc = (its_doc)                                                                           \
    }
#define EXCLUSIVE                                                                                  \
    FLAG(exclusive, "true", "Whether a node takes one job at a time; else any node with room.")
#define BY_PRIORITY                                                                                \
    FLAG(by_priority, "false",                                                                     \
         "Whether jobs of higher priority are served first; else in order of submission.")

static const gpusim_field fifo_fields[] = {
    GPUSIM_PERIOD_FIELD(parameters, period, "5 s"),
    EXCLUSIVE,
    BY_PRIORITY,
};

static const gpusim_field score_fields[] = {
    GPUSIM_PERIOD_FIELD(parameters, period, "5 s"),
    EXCLUSIVE,
    BY_PRIORITY,
    {.name = "reference",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_CELSIUS,
     .offset = AT(reference),
     .flags = GPUSIM_EXCLUSIVE,
     .fallback = "85 C",
     .minimum = 0,
     .maximum = 1000,
     .doc = "The temperature at which a node's term for it is 0."},
    WEIGHT(temperature, "0.4", "Weight of how far below that the hottest GPU is."),
    WEIGHT(memory, "0.3", "Weight of memory, which is a constant without `free_memory`."),
    WEIGHT(utilisation, "0.3", "Weight of what is not utilised."),
    WEIGHT(power, "0", "Weight of the power that the GPUs do not draw of what they may."),
    FLAG(free_memory, "false", "Whether memory is the share of the host's that is free."),
    FLAG(throttled, "false", "Whether nodes at the reference temperature or above are taken."),
};

const gpusim_record gs_parameters_astera_fifo = {
    .name = "astera-fifo",
    GPUSIM_FIELDS(fifo_fields),
    .size = sizeof(parameters),
    .doc = "The first idle node, at multiples of a period.",
};

const gpusim_record gs_parameters_astera_score = {
    .name = "astera-score",
    GPUSIM_FIELDS(score_fields),
    .size = sizeof(parameters),
    .doc = "The idle node of the highest score, at multiples of a period: "
           "temperature x (reference - T) / reference + memory x M + utilisation x (1 - u) + "
           "power x (1 - P / limit).",
};

// 1 when a node may take another job
static int is_open(const gpusim_context *context, uint32_t node)
{
    const parameters *given = context->parameters;
    return !given->exclusive || context->view->nodes[node].jobs == 0;
}

static double first(const gpusim_context *context, const gpusim_job_info *job, uint32_t node)
{
    (void)job;
    return is_open(context, node) ? node : (double)INFINITY;
}

static double known(double value)
{
    return isnan(value) ? 0 : value;
}

static double score(const gpusim_context *context, const gpusim_job_info *job, uint32_t node)
{
    (void)job;
    const parameters *given = context->parameters;
    const gpusim_node_info *info = &context->view->nodes[node];
    gpusim_hardware_info hardware;
    gpusim_view_hardware(context->view, node, &hardware);
    if (!is_open(context, node) ||
        (!given->throttled && hardware.temperature >= given->reference)) {
        return -(double)INFINITY;
    }
    double memory = 1;
    if (given->free_memory) {
        memory = info->memory != UINT64_MAX ? (double)info->free_memory / (double)info->memory : 0;
    }
    return given->temperature *
               known((given->reference - hardware.temperature) / given->reference) +
           given->memory * memory + given->utilisation * known(1 - hardware.utilisation) +
           given->power * known(1 - hardware.gpu_power / hardware.gpu_power_limit);
}

// the most urgent of those below a priority, or INT64_MIN: there are none
static int64_t next_priority(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                             int64_t below)
{
    int64_t next = INT64_MIN;
    for (uint32_t i = 0; i < queued; i++) {
        int64_t priority = context->view->jobs[queue[i]].priority;
        next = priority < below && priority > next ? priority : next;
    }
    return next;
}

static void start_some(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                       int64_t priority, gpusim_decisions *decisions, int by_score)
{
    gpusim_placement *placement = context->placement;
    gpusim_tried tried = {0};
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &context->view->jobs[queue[i]];
        int waits = job->state == GPUSIM_JOB_QUEUED && job->id.generation != 0;
        if (!waits || (priority != INT64_MIN && job->priority != priority) ||
            gpusim_was_tried(&tried, job->shape)) {
            continue;
        }
        int fits = by_score ? gpusim_place_by_score(context, job, placement, score, 0)
                            : gpusim_place_by_figure(context, job, placement, first, 0);
        if (!fits) {
            gpusim_note_tried(&tried, job->shape);
            continue;
        }
        (void)gpusim_decide_start(decisions, job->id, placement, by_score ? "score" : "idle");
    }
}

static void pass(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                 gpusim_decisions *decisions, int by_score)
{
    const parameters *given = context->parameters;
    if (!gpusim_is_due(context, given->period, queued, decisions)) {
        return;
    }
    if (queued > 0 && by_score) {
        gpusim_decide_wait(decisions, context->view->now +
                                          (given->period > 0 ? given->period : 5 * GPUSIM_SECOND));
    }
    if (!given->by_priority) {
        start_some(context, queue, queued, INT64_MIN, decisions, by_score);
        return;
    }
    int64_t priority = INT64_MAX;
    while ((priority = next_priority(context, queue, queued, priority)) != INT64_MIN) {
        start_some(context, queue, queued, priority, decisions, by_score);
    }
}

static gpusim_status pass_fifo(const gpusim_context *context, const uint32_t *queue,
                               uint32_t queued, gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    pass(context, queue, queued, decisions, 0);
    return GPUSIM_OK;
}

static gpusim_status pass_score(const gpusim_context *context, const uint32_t *queue,
                                uint32_t queued, gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    pass(context, queue, queued, decisions, 1);
    return GPUSIM_OK;
}

static const gpusim_scheduler fifo_operations = {.pass = pass_fifo};
static const gpusim_scheduler score_operations = {.pass = pass_score};

static const char *const reasons_astera_fifo[] = {"idle", NULL};

const gpusim_module gs_module_astera_fifo = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "astera-fifo",
    .version = "1.0.0",
    .doc = "Astera's FIFO: the first idle node, every 5 s.",
    .parameters = &gs_parameters_astera_fifo,
    .operations = &fifo_operations,
    .reasons = reasons_astera_fifo,
};

static const char *const reasons_astera_score[] = {"score", NULL};

const gpusim_module gs_module_astera_score = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "astera-score",
    .version = "1.0.0",
    .doc = "Astera's intelligent scheduler: the coolest and least utilised idle node, every 5 s; "
           "memory, power and priority, which it promised, are parameters.",
    .parameters = &gs_parameters_astera_score,
    .operations = &score_operations,
    .flags = GPUSIM_MODULE_READS_HARDWARE,
    .reasons = reasons_astera_score,
};
