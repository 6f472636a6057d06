/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order `qssf`: quasi-shortest service first (Hu et al., Helios, SC'21): the smallest predicted
 * GPU time first, predicted from what similar jobs took.
 *
 *   mean <- mean + max(1/n, recent) (run time - mean)      at the end of the n-th of its kind
 *
 * of the first of these that has ended before: its user's jobs of this name, of this kind and size,
 * all of its user, of its virtual cluster, all. The paper mixes such a rolling mean with a learnt
 * model; here is the rolling mean alone. */
#include <gpusim/order.h>

typedef struct parameters {
    double recent;
    gpusim_time first;
} parameters;

static const gpusim_field fields[] = {
    {.name = "recent",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     .offset = offsetof(parameters, recent),
     .fallback = "0.2",
     .maximum = 1,
     .doc = "Weight of the last job in the rolling mean; 0: all weigh the same."},
    {.name = "first",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = offsetof(parameters, first),
     .fallback = "1 h",
     .maximum = 3.2e9,
     .doc = "What is predicted before any job has ended."},
};
const gpusim_record gs_parameters_qssf = {"qssf", GPUSIM_FIELDS(fields), sizeof(parameters),
                                          "Parameters of the order qssf."};

typedef struct history {
    double mean; /* ns */
    uint64_t jobs;
} history;

/* What is known of a job since it was submitted. */
typedef struct prediction {
    gpusim_time run;
} prediction;

enum { BY_NAME, BY_KIND, BY_USER, BY_VC, BY_ALL, LEVELS };

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

// Where jobs like this one are remembered; 0: it has nothing of that sort.
static uint64_t key_at(const gpusim_job_info *job, uint32_t level)
{
    uint64_t hash = mix(UINT64_C(0x51ed27), level + 1);
    switch (level) {
    case BY_NAME:
        return job->name && job->user ? mix(mix(hash, job->user), job->name) : 0;
    case BY_KIND:
        return job->user ? mix(mix(mix(hash, job->user), job->kind), job->gpus) : 0;
    case BY_USER:
        return job->user ? mix(hash, job->user) : 0;
    case BY_VC:
        return job->vc != GPUSIM_NONE ? mix(hash, job->vc) : 0;
    default:
        return hash;
    }
}

static const parameters defaults = {.recent = 0.2, .first = GPUSIM_HOUR};

static const parameters *given(const gpusim_context *context)
{
    return context->parameters ? context->parameters : &defaults;
}

static prediction *prediction_of(const gpusim_context *context, const gpusim_job_info *job)
{
    return gpusim_job_state_of(context, job->id.index);
}

static void submitted(const gpusim_context *context, const gpusim_job_info *job)
{
    prediction *it = prediction_of(context, job);
    it->run = given(context)->first;
    for (uint32_t level = 0; level < LEVELS; level++) {
        uint64_t at = key_at(job, level);
        const history *known = at ? gpusim_recall(context, at) : NULL;
        if (known) {
            it->run = (gpusim_time)known->mean;
            return;
        }
    }
}

// Jobs that did all their work teach; how long another would have run nobody knows.
static void ended(const gpusim_context *context, const gpusim_job_info *job,
                  const gpusim_outcome *outcome)
{
    for (uint32_t level = 0; level < LEVELS && outcome->state == GPUSIM_JOB_COMPLETED; level++) {
        uint64_t at = key_at(job, level);
        history *known = at ? gpusim_remember(context, at) : NULL;
        if (known) {
            double all = 1 / (double)++known->jobs;
            double weight = all > given(context)->recent ? all : given(context)->recent;
            known->mean += weight * ((double)outcome->run - known->mean);
        }
    }
}

static gpusim_time predicted(const gpusim_context *context, const gpusim_job_info *job)
{
    return prediction_of(context, job)->run;
}

static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    return (double)prediction_of(context, job)->run * job->gpus * (job->milli / 1e3);
}

static const gpusim_order operations = {
    .key = key, .submitted = submitted, .ended = ended, .predicted = predicted};

const gpusim_module gs_module_qssf = {
    GPUSIM_ORDER_MODULE("qssf", "Quasi-shortest service first: the smallest predicted GPU time, "
                                "from a rolling mean of what the user's jobs of that name took, "
                                "else those like it. The summary says how well it predicted."),
    .parameters = &gs_parameters_qssf,
    .operations = &operations,
    .job_bytes = sizeof(prediction),
    .memory_bytes = sizeof(history),
};
