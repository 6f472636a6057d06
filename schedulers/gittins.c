/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order `gittins`: the Gittins index of jobs whose sizes are known as a distribution only
 * (Gittins 1979; as Tiresias has it, Gu et al., NSDI'19).
 *
 *   G(a) = max over d of  P(S - a <= d | S > a) / E[min(S - a, d) | S > a]
 *
 * S is a job's size, a what it has attained. The largest index goes first. Over a distribution of
 * finitely many sizes only the d that end at one of them have to be looked at. */
#include <gpusim/order.h>

enum { BY_TIME, BY_GPU_TIME };

typedef struct parameters {
    gpusim_list sizes; /* gpusim_time */
    int32_t by, reserved;
} parameters;

static const gpusim_choice bys[] = {{"time", BY_TIME, "its run time"},
                                    {"gpu-time", BY_GPU_TIME, "its GPUs x its run time"},
                                    {NULL, 0, NULL}};
static const gpusim_field size = {.name = "size",
                                  .type = GPUSIM_TIME,
                                  .unit = GPUSIM_UNIT_SECOND,
                                  .minimum = 1e-9,
                                  .maximum = 3.2e9,
                                  .doc = "One size."};
static const gpusim_field fields[] = {
    {.name = "by",
     .type = GPUSIM_ENUM,
     .offset = offsetof(parameters, by),
     .fallback = "gpu-time",
     .detail.any = bys,
     .doc = "What a job's size and its attained service are measured in."},
    {.name = "sizes",
     .type = GPUSIM_LIST,
     .offset = offsetof(parameters, sizes),
     .flags = GPUSIM_OPTIONAL,
     .detail.any = &size,
     .doc = "The distribution: sizes that are equally likely, rising, one may be there more than "
            "once. Absent: it is learnt from jobs as they complete, and until then all are alike."},
};
const gpusim_record gs_parameters_gittins = {"gittins", GPUSIM_FIELDS(fields), sizeof(parameters),
                                             "Parameters of the order gittins."};

/* Sizes that were seen, four classes an octave of ns: each stands for its mean. */
#define BINS 256u
typedef struct learnt {
    double mean[BINS];
    uint64_t count[BINS];
} learnt;

static const parameters defaults = {.by = BY_GPU_TIME};

static const parameters *given(const gpusim_context *context)
{
    return context->parameters ? context->parameters : &defaults;
}

static double pace_of(const gpusim_context *context, const gpusim_job_info *job)
{
    return given(context)->by == BY_GPU_TIME ? job->gpus * (job->milli / 1e3) : 1;
}

static double attained_of(const gpusim_context *context, const gpusim_job_info *job)
{
    return (double)gpusim_view_attained(context->view, job) * pace_of(context, job);
}

static uint32_t bin_of(double ns)
{
    double at_least = ns >= 1 ? ns : 1;
    uint64_t bits;
    memcpy(&bits, &at_least, sizeof bits);
    uint64_t bin = (bits >> 50) - (UINT64_C(1023) << 2);
    return bin < BINS ? (uint32_t)bin : BINS - 1;
}

// The i-th size of the distribution, rising, and how often it is there; 0: there are no more.
static int atom(const gpusim_context *context, uint32_t i, double *at, double *weight)
{
    const gpusim_list *sizes = &given(context)->sizes;
    const learnt *seen = context->state;
    if (sizes->count) {
        *at = i < sizes->count ? (double)((const gpusim_time *)sizes->items)[i] : 0;
        *weight = 1;
        return i < sizes->count;
    }
    *at = i < BINS ? seen->mean[i] : 0;
    *weight = i < BINS ? (double)seen->count[i] : 0;
    return i < BINS;
}

static double index_at(const gpusim_context *context, double attained)
{
    double at, weight, above = 0, best = 0, ended = 0, spent = 0;
    for (uint32_t i = 0; atom(context, i, &at, &weight); i++) {
        above += at > attained ? weight : 0;
    }
    for (uint32_t i = 0; atom(context, i, &at, &weight); i++) {
        if (at > attained && weight > 0) {
            ended += weight;
            spent += weight * (at - attained);
            double index = ended / (spent + (above - ended) * (at - attained));
            best = index > best ? index : best;
        }
    }
    return best;
}

// A job larger than all known sizes goes last.
static double rank(const gpusim_context *context, const gpusim_job_info *job)
{
    return -index_at(context, attained_of(context, job));
}

static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    (void)context;
    return (double)job->submit;
}

// Jobs that have not run are all alike.
static uint64_t class_of(const gpusim_context *context, const gpusim_job_info *job)
{
    return attained_of(context, job) > 0 ? UINT64_C(1) << 63 | job->order : 0;
}

static void ended(const gpusim_context *context, const gpusim_job_info *job,
                  const gpusim_outcome *outcome)
{
    learnt *seen = context->state;
    if (outcome->state == GPUSIM_JOB_COMPLETED && outcome->held > 0) {
        double took = (double)outcome->held * pace_of(context, job); // as attained service counts
        uint32_t bin = bin_of(took);
        seen->count[bin]++;
        seen->mean[bin] += (took - seen->mean[bin]) / (double)seen->count[bin];
    }
}

// Between two sizes the index of a running job only rises; as it passes one, it falls.
static gpusim_time wake(const gpusim_context *context)
{
    const gpusim_view *view = context->view;
    gpusim_time next = GPUSIM_TIME_MAX;
    for (uint32_t i = 0; i < view->running_count; i++) {
        const gpusim_job_info *job = &view->jobs[view->running[i]];
        double attained = attained_of(context, job), pace = pace_of(context, job);
        double at, weight;
        for (uint32_t k = 0; pace > 0 && atom(context, k, &at, &weight); k++) {
            if (weight > 0 && at > attained && (at - attained) / pace < 9e18) {
                double left = (at - attained) / pace;
                gpusim_time span = (gpusim_time)left;
                gpusim_time time = gpusim_time_add(view->now, span + ((double)span < left));
                next = time < next ? time : next;
                break;
            }
        }
    }
    return next;
}

static gpusim_status check(const gpusim_view *view, const void *parameters_given, gpusim_error *err)
{
    (void)view;
    return gpusim_check_rising("sizes", &((const parameters *)parameters_given)->sizes, err);
}

static const gpusim_order operations = {
    .check = check, .key = key, .wake = wake, .ended = ended, .class_of = class_of, .rank = rank};

const gpusim_module gs_module_gittins = {
    GPUSIM_ORDER_MODULE("gittins", "Gittins index: the job most likely to end soon for what it "
                                   "would take goes first, by what it has attained and a "
                                   "distribution of sizes, given or learnt from jobs that ended."),
    .parameters = &gs_parameters_gittins,
    .operations = &operations,
    .state_bytes = sizeof(learnt),
    .flags = GPUSIM_MODULE_PREEMPTS,
};
