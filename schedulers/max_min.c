/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order `max-min`: whoever has the fewest GPUs for their weight is next (max-min fairness by
 * progressive filling; Bertsekas and Gallager, Data Networks, section 6.5.2).
 *
 *   rank = GPUs held now by the job's user or virtual cluster / weight
 *
 * Under `repack` the cluster is filled so from nothing at every event, and every `round`: then of
 * one user's jobs those that have run the fewest rounds come first. */
#include <gpusim/order.h>

enum { BY_USER, BY_VC };

typedef struct parameters {
    gpusim_list weights; /* gpusim_weight */
    gpusim_time round;
    int32_t by, reserved;
} parameters;

static const gpusim_choice bys[] = {
    {"user", BY_USER, "users"}, {"vc", BY_VC, "virtual clusters"}, {NULL, 0, NULL}};
static const gpusim_field weight = {.name = "weight",
                                    .type = GPUSIM_FLOAT64,
                                    .offset = offsetof(gpusim_weight, value),
                                    .flags = GPUSIM_EXCLUSIVE,
                                    .maximum = 1e9,
                                    .doc = "Share of one name; others have 1."};
static const gpusim_field fields[] = {
    {.name = "by",
     .type = GPUSIM_ENUM,
     .offset = offsetof(parameters, by),
     .fallback = "user",
     .detail.any = bys,
     .doc = "Who is to have equal shares."},
    {.name = "weights",
     .type = GPUSIM_MAP,
     .offset = offsetof(parameters, weights),
     .flags = GPUSIM_OPTIONAL | GPUSIM_OF_USERS | GPUSIM_OF_VCS,
     .detail.any = &weight,
     .doc = "Who is to have more: `{ann: 2}`; weights of names that are not there are 1."},
    {.name = "round",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = offsetof(parameters, round),
     .fallback = "6 min",
     .minimum = 1,
     .maximum = 3.2e7,
     .doc = "Under repack: how often the cluster is filled anew, at least."},
};
const gpusim_record gs_parameters_max_min = {"max-min", GPUSIM_FIELDS(fields), sizeof(parameters),
                                             "Parameters of the order max-min."};

/* What repack's filling has given to one owner so far, and in which filling that was. */
typedef struct filling {
    uint64_t number;
    double milli;
} filling;

/* Of each job, while repack orders them. */
typedef struct place {
    double rank;
    uint64_t rounds, at;
} place;

static const parameters defaults = {.round = 6 * GPUSIM_MINUTE};

static const parameters *given(const gpusim_context *context)
{
    return context->parameters ? context->parameters : &defaults;
}

static uint64_t class_of(const gpusim_context *context, const gpusim_job_info *job)
{
    return given(context)->by == BY_VC ? job->vc : job->owner;
}

static double weight_of(const gpusim_context *context, const gpusim_job_info *job)
{
    const gpusim_view *view = context->view;
    uint32_t name = given(context)->by == BY_USER ? job->user
                    : job->vc == GPUSIM_NONE      ? 0
                                                  : view->vcs[job->vc].name;
    return gpusim_weight_of(&given(context)->weights, view, name, 1);
}

// Jobs without a virtual cluster have no share of their own: they come as if it held nothing.
static double rank(const gpusim_context *context, const gpusim_job_info *job)
{
    const gpusim_view *view = context->view;
    double held = 0;
    if (given(context)->by == BY_USER) {
        held = job->owner < view->user_count ? (double)view->users[job->owner].usage.milli : 0;
    } else if (job->vc != GPUSIM_NONE) {
        held = (double)view->vcs[job->vc].usage.milli;
    }
    return held / weight_of(context, job);
}

static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    (void)context;
    return (double)job->submit;
}

// Ranks change with what is held alone, and then they are asked for.
static gpusim_time holds(const gpusim_context *context)
{
    (void)context;
    return GPUSIM_TIME_MAX;
}

// ---- under repack ----

static place *place_of(const gpusim_context *context, uint32_t slot)
{
    return gpusim_job_state_of(context, slot);
}

static int by_rounds(const gpusim_context *context, uint32_t slot, uint32_t other)
{
    const place *a = place_of(context, slot), *b = place_of(context, other);
    return a->rounds != b->rounds ? a->rounds < b->rounds : a->at < b->at;
}

static int by_rank(const gpusim_context *context, uint32_t slot, uint32_t other)
{
    const place *a = place_of(context, slot), *b = place_of(context, other);
    return a->rank != b->rank ? a->rank < b->rank : by_rounds(context, slot, other);
}

static void arrange(const gpusim_context *context, uint32_t *slots, uint32_t count)
{
    const gpusim_view *view = context->view;
    uint64_t *number = context->state;
    ++*number;
    for (uint32_t i = 0; i < count; i++) {
        place *it = place_of(context, slots[i]);
        gpusim_time attained = gpusim_view_attained(view, &view->jobs[slots[i]]);
        it->rounds = (uint64_t)(attained / given(context)->round);
        it->at = i;
    }
    gpusim_sort_slots(context, slots, count, by_rounds);

    // each job counts what those of its owner before it take
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_job_info *job = &view->jobs[slots[i]];
        place *it = place_of(context, slots[i]);
        filling *owner = gpusim_remember(context, class_of(context, job));
        it->rank = 0;
        if (owner) {
            owner->milli = owner->number == *number ? owner->milli : 0;
            owner->number = *number;
            it->rank = owner->milli / weight_of(context, job);
            owner->milli += (double)job->gpus * job->milli;
        }
    }
    gpusim_sort_slots(context, slots, count, by_rank);
}

static gpusim_time wake(const gpusim_context *context)
{
    return context->view->running_count ? gpusim_time_add(context->view->now, given(context)->round)
                                        : GPUSIM_TIME_MAX;
}

static const gpusim_order operations = {.key = key,
                                        .arrange = arrange,
                                        .wake = wake,
                                        .class_of = class_of,
                                        .rank = rank,
                                        .holds = holds};

const gpusim_module gs_module_max_min = {
    GPUSIM_ORDER_MODULE("max-min", "Max-min fairness: whoever holds the fewest GPUs for their "
                                   "weight is next, users or virtual clusters; under repack the "
                                   "cluster is filled so from nothing, in rounds."),
    .parameters = &gs_parameters_max_min,
    .operations = &operations,
    .state_bytes = sizeof(uint64_t),
    .job_bytes = sizeof(place),
    .memory_bytes = sizeof(filling),
};
