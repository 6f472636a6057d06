/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order `multifactor`: priorities as Slurm's plugin priority/multifactor makes them
 * (slurm.schedmd.com/priority_multifactor.html, and classic_fair_share.html for F).
 *
 *   priority = age A + size S + fair_share F + qos Q + vc V + priority
 *   A = min(1, time since submission without GPUs / max_age)
 *   S = GPUs / all GPUs, or 1 - that with `favor: small`
 *   F = 2^(-U / share): U is the user's part of all users' GPU time, in which time halves every
 *       half_life; share the user's weight over that of all
 *   Q, V = factor of its quality of service and of its virtual cluster, as the scenario says
 *
 * The largest goes first. As there, priorities are found anew every `period`, and those of new jobs
 * as they come. */
#include <gpusim/order.h>

enum { FAVOR_LARGE, FAVOR_SMALL };

typedef struct parameters {
    double age, size, fair_share, qos, vc;
    gpusim_time max_age, half_life, period;
    gpusim_list shares, qos_factors, vc_factors; /* gpusim_weight */
    int32_t favor, reserved;
} parameters;

static const gpusim_choice favors[] = {{"large", FAVOR_LARGE, "jobs with many GPUs"},
                                       {"small", FAVOR_SMALL, "jobs with few"},
                                       {NULL, 0, NULL}};
static const gpusim_field share = {.name = "share",
                                   .type = GPUSIM_FLOAT64,
                                   .offset = offsetof(gpusim_weight, value),
                                   .flags = GPUSIM_EXCLUSIVE,
                                   .maximum = 1e9,
                                   .doc = "Share of one user; others have 1."};
static const gpusim_field factor = {.name = "factor",
                                    .type = GPUSIM_FLOAT64,
                                    .offset = offsetof(gpusim_weight, value),
                                    .maximum = 1,
                                    .doc = "Factor of one name; others have 0."};

#define WEIGHT(member, fallback_, doc_)                                                            \
    {                                                                                              \
        .name = #member, .type = GPUSIM_FLOAT64, .offset = offsetof(parameters, member),           \
        .fallback = (fallback_), .maximum = 1e12, .doc = (doc_)                                    \
    }
#define SPAN(member, fallback_, least_, doc_)                                                      \
    {                                                                                              \
        .name = #member, .type = GPUSIM_TIME, .unit = GPUSIM_UNIT_SECOND,                          \
        .offset = offsetof(parameters, member), .fallback = (fallback_), .minimum = (least_),      \
        .maximum = 3.2e9, .doc = (doc_)                                                            \
    }
#define MAP(name_, member, element_, names_, doc_)                                                 \
    {                                                                                              \
        .name = (name_), .type = GPUSIM_MAP, .offset = offsetof(parameters, member),               \
        .flags = GPUSIM_OPTIONAL | (names_), .detail.any = &(element_), .doc = (doc_)              \
    }

static const gpusim_field fields[] = {
    WEIGHT(age, "1000", "Weight of the time that a job has waited."),
    WEIGHT(size, "0", "Weight of how many GPUs it wants."),
    WEIGHT(fair_share, "10000", "Weight of how little its user has had of the cluster."),
    WEIGHT(qos, "0", "Weight of its quality of service."),
    WEIGHT(vc, "0", "Weight of its virtual cluster, where Slurm has partitions."),
    SPAN(max_age, "7 d", 1, "Wait at which a job's age counts in full."),
    SPAN(half_life, "7 d", 0, "GPU time counts half after so long; 0: always in full."),
    SPAN(period, "5 min", 0, "How often priorities are found anew; 0: in every pass."),
    {.name = "favor",
     .type = GPUSIM_ENUM,
     .offset = offsetof(parameters, favor),
     .fallback = "large",
     .detail.any = favors,
     .doc = "Whom the size is good for."},
    MAP("shares", shares, share, GPUSIM_OF_USERS, "Users who are to have more: `{ann: 2}`."),
    MAP("qos_factors", qos_factors, factor, GPUSIM_OF_QOS,
        "Factor of each quality of service, 0 to 1."),
    MAP("vc_factors", vc_factors, factor, GPUSIM_OF_VCS, "Factor of each virtual cluster, 0 to 1."),
};
const gpusim_record gs_parameters_multifactor = {"multifactor", GPUSIM_FIELDS(fields),
                                                 sizeof(parameters),
                                                 "Parameters of the order multifactor."};

/* When priorities were found last, what all users had had then, and all users' shares. */
typedef struct found {
    gpusim_time at;
    double used, shares;
    double gpus;
} found;

/* Of each user: GPU-seconds up to then, all of them and as they count. */
typedef struct user {
    double seen, used;
} user;

static const parameters defaults = {.age = 1000,
                                    .fair_share = 10000,
                                    .max_age = 7 * 24 * GPUSIM_HOUR,
                                    .half_life = 7 * 24 * GPUSIM_HOUR,
                                    .period = 5 * GPUSIM_MINUTE};

static const parameters *given(const gpusim_context *context)
{
    return context->parameters ? context->parameters : &defaults;
}

// What is left of GPU time after a span; and of GPU time that came evenly over it.
static double decay(const gpusim_context *context, gpusim_time span, double *evenly)
{
    double half_lives =
        given(context)->half_life > 0 ? (double)span / (double)given(context)->half_life : 0;
    double exponent = half_lives * 0.69314718055994530942;
    double left = gpusim_exp(-exponent);
    *evenly = exponent > 1e-9 ? (1 - left) / exponent : 1;
    return left;
}

static gpusim_time holds(const gpusim_context *context)
{
    const gpusim_view *view = context->view;
    found *all = context->state;
    double evenly, left = decay(context, view->now - all->at, &evenly);
    *all = (found){.at = view->now};
    for (uint32_t i = 0; i < view->user_count; i++) {
        user *it = gpusim_remember(context, i);
        if (it) {
            double seen = gpusim_usage_seconds(view, &view->users[i].usage);
            it->used = it->used * left + (seen - it->seen) * evenly;
            it->seen = seen;
            all->used += it->used;
            all->shares += gpusim_weight_of(&given(context)->shares, view, view->users[i].name, 1);
        }
    }
    for (uint32_t g = 0; g < view->group_count; g++) {
        all->gpus += (double)view->groups[g].gpus * view->groups[g].nodes;
    }
    gpusim_time period = given(context)->period;
    return gpusim_time_add(view->now, period);
}

static double fair_share(const gpusim_context *context, const gpusim_job_info *job)
{
    const found *all = context->state;
    const user *it = gpusim_recall(context, job->owner);
    if (!it || !(all->used > 0)) {
        return 1;
    }
    double weight = gpusim_weight_of(&given(context)->shares, context->view, job->user, 1);
    double part = it->used / all->used;
    return gpusim_exp(-0.69314718055994530942 * part / (weight / all->shares));
}

static double rank(const gpusim_context *context, const gpusim_job_info *job)
{
    const parameters *p = given(context);
    const gpusim_view *view = context->view;
    const found *all = context->state;

    // a job that came since then is as old as it was: not at all
    double waited = (double)(all->at - job->submit - gpusim_view_attained(view, job));
    double age = waited > 0 ? waited / (double)p->max_age : 0;
    double size = all->gpus > 0 ? job->gpus * (job->milli / 1e3) / all->gpus : 0;
    uint32_t vc = job->vc == GPUSIM_NONE ? 0 : view->vcs[job->vc].name;
    return -(p->age * (age < 1 ? age : 1) + p->size * (p->favor == FAVOR_SMALL ? 1 - size : size) +
             p->fair_share * fair_share(context, job) +
             p->qos * gpusim_weight_of(&p->qos_factors, view, job->qos, 0) +
             p->vc * gpusim_weight_of(&p->vc_factors, view, vc, 0) + job->priority);
}

static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    return (double)job->submit + (double)gpusim_view_attained(context->view, job);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

// All that a job's priority is made of but its age.
static uint64_t class_of(const gpusim_context *context, const gpusim_job_info *job)
{
    (void)context;
    uint64_t hash = mix(mix(1, job->owner), (uint64_t)job->gpus * job->milli);
    return mix(mix(mix(hash, job->vc), job->qos), (uint32_t)job->priority);
}

static const gpusim_order operations = {
    .key = key, .class_of = class_of, .rank = rank, .holds = holds};

const gpusim_module gs_module_multifactor = {
    GPUSIM_ORDER_MODULE("multifactor", "Priorities as Slurm's priority/multifactor makes them: "
                                       "age, size, fair share with decay, quality of service, "
                                       "virtual cluster and the job's own priority, each by its "
                                       "weight."),
    .parameters = &gs_parameters_multifactor,
    .operations = &operations,
    .state_bytes = sizeof(found),
    .memory_bytes = sizeof(user),
};
