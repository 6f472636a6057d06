/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scheduler `rts` of CloudAI (reference S5-03, S5-04, S5-06 .. S5-08): each job, in order of
 * submission, goes to the node of the least risk
 *
 *   E = tau (1 + t1 C/Ca + t2 M/Ma + t3 G/Ga + t4 L)     expected run time
 *   R = alpha max(0, now + E - D) + beta L - affinity + penalty
 *
 * C, M, G are the cores, bytes and GPUs that it wants, Ca, Ma, Ga those that are free, D is its
 * deadline (k tau after its submission when it has none) and L the node's load, the mean of the
 * shares in use weighted by cores, memory / 10 GB and 2 x GPUs. tau is that of its type, which is
 * its kind where that is one of the six and follows from what it wants otherwise, and moves with
 * each job of the type that completes. Affinity is by type and node, penalty by node; `gpusim
 * learn` makes both, and the weights t, from a trace. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gpusim/placement.h>

enum { CPU_LIGHT, CPU_HEAVY, MEMORY_HEAVY, GPU_INFERENCE, GPU_TRAINING, MIXED, TYPES };

static const char *const type_names[TYPES] = {"cpu-light",     "cpu-heavy",    "memory-heavy",
                                              "gpu-inference", "gpu-training", "mixed"};

/* An entry of a map from names of nodes to numbers. */
typedef struct of_node {
    const char *key;
    double value;
} of_node;

typedef struct parameters {
    const char *parameters; /* the file that the others stand in; NULL: none */
    gpusim_time period;
    double theta[4]; /* cores, memory, GPUs, load */
    double alpha, beta, k, lambda;
    gpusim_time tau[TYPES];
    gpusim_list affinity[TYPES]; /* of_node */
    gpusim_list penalty;         /* of_node */
} parameters;

#define AT(member) (uint32_t) offsetof(parameters, member)
#define NUMBER(its_name, member, default_, its_doc)                                                \
    {                                                                                              \
        .name = (its_name), .type = GPUSIM_FLOAT64, .unit = GPUSIM_UNIT_RATIO,                     \
        .offset = AT(member), .fallback = (default_), .minimum = 0, .maximum = 1e6,                \
        .doc = (its_doc)                                                                           \
    }

static const gpusim_field node_number = {
    .name = "number",
    .type = GPUSIM_FLOAT64,
    .unit = GPUSIM_UNIT_RATIO,
    .offset = (uint32_t)offsetof(of_node, value),
    .minimum = -1e6,
    .maximum = 1e6,
    .doc = "Of one node, by its name.",
};

/* theta, tau and affinity are records within the same struct: their offsets count from it. */
#define WITHIN(its_name, type_, unit_, offset_, default_, low, high, its_doc)                      \
    {                                                                                              \
        .name = (its_name), .type = (type_), .unit = (unit_), .offset = (uint32_t)(offset_),       \
        .fallback = (default_), .minimum = (low), .maximum = (high), .doc = (its_doc)              \
    }
#define WEIGHT(i, its_name, default_, its_doc)                                                     \
    WITHIN(its_name, GPUSIM_FLOAT64, GPUSIM_UNIT_RATIO, (i) * sizeof(double), default_, 0, 1e6,    \
           its_doc)
#define TAU(i, its_name, default_)                                                                 \
    WITHIN(its_name, GPUSIM_TIME, GPUSIM_UNIT_SECOND, (i) * sizeof(gpusim_time), default_, 0, 1e9, \
           "Expected run time of such a job at first.")
#define AFFINITY(i, its_name)                                                                      \
    {                                                                                              \
        .name = (its_name), .type = GPUSIM_MAP, .offset = (uint32_t)((i) * sizeof(gpusim_list)),   \
        .flags = GPUSIM_OPTIONAL, .detail.element = &node_number,                                  \
        .doc = "Of such jobs, by name of node; 0 where nothing is said."                           \
    }

static const gpusim_field theta_fields[] = {
    WEIGHT(0, "cpu", "0.1", "Of the cores wanted over those free."),
    WEIGHT(1, "memory", "0.1", "Of the memory wanted over that free."),
    WEIGHT(2, "gpu", "0.3", "Of the GPUs wanted over those free."),
    WEIGHT(3, "load", "0.2", "Of the node's load."),
};
static const gpusim_field tau_fields[] = {
    TAU(CPU_LIGHT, "cpu-light", "5 s"),        TAU(CPU_HEAVY, "cpu-heavy", "15 s"),
    TAU(MEMORY_HEAVY, "memory-heavy", "20 s"), TAU(GPU_INFERENCE, "gpu-inference", "10 s"),
    TAU(GPU_TRAINING, "gpu-training", "60 s"), TAU(MIXED, "mixed", "10 s"),
};
static const gpusim_field affinity_fields[] = {
    AFFINITY(CPU_LIGHT, "cpu-light"),       AFFINITY(CPU_HEAVY, "cpu-heavy"),
    AFFINITY(MEMORY_HEAVY, "memory-heavy"), AFFINITY(GPU_INFERENCE, "gpu-inference"),
    AFFINITY(GPU_TRAINING, "gpu-training"), AFFINITY(MIXED, "mixed"),
};

static const gpusim_record theta_record = {
    .name = "weights of a run time",
    GPUSIM_FIELDS(theta_fields),
    .size = 4 * sizeof(double),
    .doc = "What makes a run longer than its type's.",
};
static const gpusim_record tau_record = {
    .name = "run times of types",
    GPUSIM_FIELDS(tau_fields),
    .size = TYPES * sizeof(gpusim_time),
    .doc = "Expected run times by type of job.",
};
static const gpusim_record affinity_record = {
    .name = "affinity of types",
    GPUSIM_FIELDS(affinity_fields),
    .size = TYPES * sizeof(gpusim_list),
    .doc = "How well types of jobs go with nodes.",
};

static const gpusim_field fields[] = {
    {.name = "parameters",
     .type = GPUSIM_STRING,
     .offset = AT(parameters),
     .flags = GPUSIM_OPTIONAL,
     .doc = "A file that the others of these keys stand in, as `gpusim learn` writes it; counted "
            "from the scenario's folder. Its bytes are in the model's hash. What is wrong with it "
            "is an error."},
    GPUSIM_PERIOD_FIELD(parameters, period, "5 s"),
    {.name = "theta",
     .type = GPUSIM_RECORD,
     .offset = AT(theta),
     .fallback = "{}",
     .detail.any = &theta_record,
     .doc = "Weights of the expected run time."},
    NUMBER("alpha", alpha, "10", "Risk of a second beyond the deadline."),
    NUMBER("beta", beta, "1", "Risk of the node's load."),
    NUMBER("k", k, "2",
           "The deadline of a job that has none: so many times its type's run time after its "
           "submission."),
    {.name = "lambda",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     .offset = AT(lambda),
     .fallback = "0.2",
     .minimum = 0,
     .maximum = 1,
     .doc = "How much of each completed job's run time goes into its type's."},
    {.name = "tau",
     .type = GPUSIM_RECORD,
     .offset = AT(tau),
     .fallback = "{}",
     .detail.any = &tau_record,
     .doc = "Run times that are expected of types at first."},
    {.name = "affinity",
     .type = GPUSIM_RECORD,
     .offset = AT(affinity),
     .fallback = "{}",
     .detail.any = &affinity_record,
     .doc = "How well types go with nodes: taken off the risk."},
    {.name = "penalty",
     .type = GPUSIM_MAP,
     .offset = AT(penalty),
     .flags = GPUSIM_OPTIONAL,
     .detail.any = &node_number,
     .doc = "Of nodes, by name: added to the risk."},
};

const gpusim_record gs_parameters_rts = {
    .name = "rts",
    GPUSIM_FIELDS(fields),
    .size = sizeof(parameters),
    .doc = "Each job on the node of the least risk of missing its deadline.",
};

// ---- what it remembers ----

typedef struct memory {
    double tau[TYPES]; /* s */
    uint64_t begun;
} memory;

typedef struct bond {
    double affinity[TYPES], penalty;
} bond;

static void begin(const gpusim_context *context)
{
    const parameters *given = context->parameters;
    memory *all = context->state;
    if (all->begun) {
        return;
    }
    all->begun = 1;
    for (int type = 0; type < TYPES; type++) {
        const of_node *entry = given->affinity[type].items;
        all->tau[type] = gpusim_seconds(given->tau[type]);
        for (uint32_t i = 0; i < given->affinity[type].count; i++) {
            uint32_t node = gpusim_view_find_node(context->view, entry[i].key);
            bond *its = gpusim_node_state_of(context, node);
            its->affinity[type] = entry[i].value;
        }
    }
    const of_node *entry = given->penalty.items;
    for (uint32_t i = 0; i < given->penalty.count; i++) {
        uint32_t node = gpusim_view_find_node(context->view, entry[i].key);
        bond *its = gpusim_node_state_of(context, node);
        its->penalty = entry[i].value;
    }
}

// ---- jobs ----

static double gpus_of(const gpusim_job_info *job)
{
    return (double)job->gpus * job->milli / 1000;
}

static double cores_of(const gpusim_job_info *job)
{
    return (double)job->cpus / 1000 * (job->gpus ? job->gpus : 1);
}

static double bytes_of(const gpusim_job_info *job)
{
    return (double)job->memory * (job->gpus ? job->gpus : 1);
}

static int type_of(const gpusim_view *view, const gpusim_job_info *job)
{
    const char *kind = gpusim_view_name(view, job->kind);
    for (int type = 0; kind && type < TYPES; type++) {
        if (strcmp(kind, type_names[type]) == 0) {
            return type;
        }
    }
    double gpus = gpus_of(job), cores = cores_of(job);
    return gpus > 2 && cores > 4 ? GPU_TRAINING
           : gpus > 0            ? GPU_INFERENCE
           : bytes_of(job) > 8e9 ? MEMORY_HEAVY
           : cores > 4           ? CPU_HEAVY
           : cores > 0           ? CPU_LIGHT
                                 : MIXED;
}

// ---- nodes ----

static double load_of(const gpusim_view *view, uint32_t node)
{
    const gpusim_node_info *info = &view->nodes[node];
    double used = 0, weights = 0;
    if (info->gpus > 0) {
        used += 2.0 * info->gpus * gpusim_view_load(view, node);
        weights += 2.0 * info->gpus;
    }
    if (info->cpus > 0 && info->cpus != UINT32_MAX) {
        used += (info->cpus - info->free_cpus) / 1000.0;
        weights += info->cpus / 1000.0;
    }
    if (info->memory > 0 && info->memory != UINT64_MAX) {
        used += (double)(info->memory - info->free_memory) / 1e10;
        weights += (double)info->memory / 1e10;
    }
    return weights > 0 ? used / weights : 0;
}

static double over(double wanted, double free)
{
    return wanted > 0 && free > 0 ? wanted / free : 0;
}

static double risk(const gpusim_context *context, const gpusim_job_info *job, uint32_t node)
{
    const parameters *given = context->parameters;
    const gpusim_view *view = context->view;
    const gpusim_node_info *info = &view->nodes[node];
    const memory *all = context->state;
    const bond *its = gpusim_node_state_of(context, node);
    int type = type_of(view, job);
    double tau = all->tau[type], load = load_of(view, node);
    double free_gpus = info->gpus * (1 - gpusim_view_load(view, node));
    double cores = info->cpus != UINT32_MAX ? info->free_cpus / 1000.0 : INFINITY;
    double bytes = info->memory != UINT64_MAX ? (double)info->free_memory : INFINITY;
    double expected =
        tau * (1 + given->theta[0] * over(cores_of(job), cores) +
               given->theta[1] * over(bytes_of(job), bytes) +
               given->theta[2] * over(gpus_of(job), free_gpus) + given->theta[3] * load);
    double due = job->deadline != GPUSIM_TIME_MAX ? gpusim_seconds(job->deadline)
                                                  : gpusim_seconds(job->submit) + given->k * tau;
    double late = fmax(0, gpusim_seconds(view->now) + expected - due);
    return given->alpha * late + given->beta * load - its->affinity[type] + its->penalty;
}

// ---- the pass, and what it learns ----

static gpusim_status pass(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                          gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    const parameters *given = context->parameters;
    gpusim_tried tried = {0};
    begin(context);
    if (!gpusim_is_due(context, given->period, queued, decisions)) {
        return GPUSIM_OK;
    }
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &context->view->jobs[queue[i]];
        if (gpusim_was_tried(&tried, job->shape)) {
            continue;
        }
        if (gpusim_place_by_figure(context, job, context->placement, risk, 0)) {
            (void)gpusim_decide_start(decisions, job->id, context->placement, "risk");
        } else {
            gpusim_note_tried(&tried, job->shape);
        }
    }
    return GPUSIM_OK;
}

static void ended(const gpusim_context *context, const gpusim_job_info *job,
                  const gpusim_outcome *outcome)
{
    const parameters *given = context->parameters;
    memory *all = context->state;
    begin(context);
    if (outcome->state == GPUSIM_JOB_COMPLETED) {
        double *tau = &all->tau[type_of(context->view, job)];
        *tau = (1 - given->lambda) * *tau + given->lambda * gpusim_seconds(outcome->held);
    }
}

// every node that is named must be there
static gpusim_status check_nodes(const gpusim_view *view, const gpusim_list *map, const char *place,
                                 gpusim_error *err)
{
    const of_node *entry = map->items;
    for (uint32_t i = 0; i < map->count; i++) {
        if (gpusim_view_find_node(view, entry[i].key) == GPUSIM_NONE) {
            gpusim_status status =
                gpusim_fail(err, GPUSIM_SCENARIO, "the cluster has no node '%.100s'", entry[i].key);
            if (err) {
                snprintf(err->key, sizeof err->key, "%s.%.60s", place, entry[i].key);
            }
            return status;
        }
    }
    return GPUSIM_OK;
}

static gpusim_status check(const gpusim_view *view, const void *record, gpusim_error *err)
{
    const parameters *given = record;
    gpusim_status status = GPUSIM_OK;
    for (int type = 0; type < TYPES && status == GPUSIM_OK; type++) {
        char place[64];
        snprintf(place, sizeof place, "affinity.%s", type_names[type]);
        status = check_nodes(view, &given->affinity[type], place, err);
    }
    return status == GPUSIM_OK ? check_nodes(view, &given->penalty, "penalty", err) : status;
}

static const gpusim_scheduler operations = {.pass = pass, .check = check, .ended = ended};

static const char *const reasons_rts[] = {"risk", NULL};

const gpusim_module gs_module_rts = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "rts",
    .version = "1.0.0",
    .doc = "CloudAI's risk-aware scheduler: the node of the least risk of missing the deadline, "
           "with learned affinities.",
    .parameters = &gs_parameters_rts,
    .operations = &operations,
    .state_bytes = sizeof(memory),
    .node_bytes = sizeof(bond),
    .reasons = reasons_rts,
};
