/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order `themis`: finish-time fairness (Mahajan et al., Themis, NSDI'20).
 *
 *   rho = T_shared / T_ideal = (time since submission + run time left) / (estimate x N)
 *
 * N, how much contention there is, is the same for all at one moment and cancels. The largest rho
 * is next. Under `repack` a job keeps its GPUs for a lease; then all without one are ranked anew.
 */
#include <gpusim/order.h>

typedef struct parameters {
    gpusim_time lease;
} parameters;

static const gpusim_field fields[] = {
    {.name = "lease",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = offsetof(parameters, lease),
     .fallback = "20 min",
     .minimum = 1,
     .maximum = 3.2e7,
     .doc = "Under repack: how long a job keeps its GPUs before others may have them."},
};
const gpusim_record gs_parameters_themis = {"themis", GPUSIM_FIELDS(fields), sizeof(parameters),
                                            "Parameters of the order themis."};

/* Of each job under repack. */
typedef struct hold {
    gpusim_time until; /* its lease ends; 0: it has none */
    double rank;
    uint64_t at;
} hold;

static double rank(const gpusim_context *context, const gpusim_job_info *job)
{
    const gpusim_view *view = context->view;
    double estimate = (double)(job->estimate > 0 ? job->estimate : 1);
    double shared = (double)(view->now - job->submit) + (double)gpusim_view_remaining(view, job);
    return -shared / estimate;
}

static double key(const gpusim_context *context, const gpusim_job_info *job)
{
    (void)context;
    return (double)job->submit;
}

// Jobs that have done nothing yet rise as fast as others of their length; any other for itself.
static uint64_t class_of(const gpusim_context *context, const gpusim_job_info *job)
{
    (void)context;
    return job->attempts > 0 ? UINT64_C(1) << 63 | job->order
                             : gpusim_class_of_length(job->estimate);
}

// ---- under repack ----

static gpusim_time lease_of(const gpusim_context *context)
{
    const parameters *given = context->parameters;
    return given ? given->lease : 20 * GPUSIM_MINUTE;
}

static hold *hold_of(const gpusim_context *context, uint32_t slot)
{
    return gpusim_job_state_of(context, slot);
}

static int before(const gpusim_context *context, uint32_t slot, uint32_t other)
{
    const hold *a = hold_of(context, slot), *b = hold_of(context, other);
    gpusim_time now = context->view->now;
    if ((a->until > now) != (b->until > now)) {
        return a->until > now;
    }
    return a->rank != b->rank ? a->rank < b->rank : a->at < b->at;
}

static void arrange(const gpusim_context *context, uint32_t *slots, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        hold *it = hold_of(context, slots[i]);
        it->rank = rank(context, &context->view->jobs[slots[i]]);
        it->at = i;
    }
    gpusim_sort_slots(context, slots, count, before);
}

// Who runs without a lease that still holds gets one.
static void granted(const gpusim_context *context, uint32_t *slots, const uint8_t *runs,
                    uint32_t count)
{
    gpusim_time now = context->view->now;
    for (uint32_t i = 0; i < count; i++) {
        hold *it = hold_of(context, slots[i]);
        if (!runs[i]) {
            it->until = 0;
        } else if (it->until <= now) {
            it->until = gpusim_time_add(now, lease_of(context));
        }
    }
}

static gpusim_time wake(const gpusim_context *context)
{
    const gpusim_view *view = context->view;
    gpusim_time next = GPUSIM_TIME_MAX;
    for (uint32_t i = 0; i < view->running_count; i++) {
        gpusim_time until = hold_of(context, view->running[i])->until;
        next = until < next ? until : next;
    }
    return next;
}

static const gpusim_order operations = {.key = key,
                                        .arrange = arrange,
                                        .granted = granted,
                                        .wake = wake,
                                        .class_of = class_of,
                                        .rank = rank};

const gpusim_module gs_module_themis = {
    GPUSIM_ORDER_MODULE("themis", "Finish-time fairness: the job whose time to its end is longest "
                                  "over what it would be alone goes first; under repack GPUs are "
                                  "leased. Of jobs that have not run and whose estimates differ by "
                                  "less than 1/32 the one that has waited longest is compared."),
    .parameters = &gs_parameters_themis,
    .operations = &operations,
    .job_bytes = sizeof(hold),
    .flags = GPUSIM_MODULE_READS_ESTIMATES,
};
