/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field tables of synthetic sources. */
#include <math.h>
#include <stddef.h>

#include "base/distribution.h"
#include "workload/synthetic.h"
#include "workload/tables.h"

#define AT(struct_, member) .offset = (uint32_t)offsetof(struct_, member)
#define RATE(struct_, doc_)                                                                        \
    {                                                                                              \
        .name = "rate", .type = GPUSIM_FLOAT64, .unit = GPUSIM_UNIT_PER_SECOND, AT(struct_, rate), \
        .flags = GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE, .maximum = INFINITY, .doc = (doc_)            \
    }
#define SHARE(member, doc_)                                                                        \
    {                                                                                              \
        .name = #member, .type = GPUSIM_FLOAT64, .unit = GPUSIM_UNIT_RATIO,                        \
        AT(gs_synthetic_fields, member), .fallback = "0", .maximum = 1, .doc = (doc_)              \
    }

static const gpusim_field poisson_fields[] = {RATE(gs_poisson_fields, "Mean jobs a time.")};
static const gpusim_record poisson = {"Poisson arrivals", GPUSIM_FIELDS(poisson_fields),
                                      (uint32_t)sizeof(gs_poisson_fields),
                                      "Independent arrivals at a constant rate."};

static const gpusim_field periodic_fields[] = {
    {.name = "every",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_periodic_fields, every),
     .flags = GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE,
     .maximum = INFINITY,
     .doc = "Time between two jobs; the first comes at once."}};
static const gpusim_record periodic = {"periodic arrivals", GPUSIM_FIELDS(periodic_fields),
                                       (uint32_t)sizeof(gs_periodic_fields),
                                       "One job after the other at equal distances."};

static const gpusim_field renewal_fields[] = {
    GS_DISTRIBUTION_FIELD("interarrival", second, gs_renewal_fields, interarrival, GPUSIM_REQUIRED,
                          NULL, "Time from one job to the next.")};
static const gpusim_record renewal = {"renewal arrivals", GPUSIM_FIELDS(renewal_fields),
                                      (uint32_t)sizeof(gs_renewal_fields),
                                      "Independent times between jobs, of any distribution."};

static const gpusim_field bursts_fields[] = {
    RATE(gs_bursts_fields, "Mean bursts a time, counted from the last job of a burst."),
    GS_DISTRIBUTION_FIELD(
        "size", number, gs_bursts_fields, size, GPUSIM_REQUIRED, NULL,
        "Jobs of a burst, rounded to 1 at least. Where sizes vary, one burst in 64 is cut short."),
    GS_DISTRIBUTION_FIELD("spacing", second, gs_bursts_fields, spacing, 0, "0 s",
                          "Time between two jobs of a burst."),
};
static const gpusim_record bursts = {"arrivals in bursts", GPUSIM_FIELDS(bursts_fields),
                                     (uint32_t)sizeof(gs_bursts_fields),
                                     "Several jobs at once, then none for an exponential time."};

static const gpusim_choice days[] = {{"monday", 0, "Monday"},       {"tuesday", 1, "Tuesday"},
                                     {"wednesday", 2, "Wednesday"}, {"thursday", 3, "Thursday"},
                                     {"friday", 4, "Friday"},       {"saturday", 5, "Saturday"},
                                     {"sunday", 6, "Sunday"},       {NULL, 0, NULL}};
static const gpusim_field profile_weight = {.name = "weight",
                                            .type = GPUSIM_FLOAT64,
                                            .unit = GPUSIM_UNIT_RATIO,
                                            .maximum = INFINITY,
                                            .doc = "Weight of one part of the day."};
static const gpusim_field diurnal_fields[] = {
    RATE(gs_diurnal_fields, "Mean jobs a time over a working day."),
    {.name = "profile",
     .type = GPUSIM_LIST,
     AT(gs_diurnal_fields, profile),
     .flags = GPUSIM_REQUIRED,
     .detail = {&profile_weight},
     .doc = "Weights of equal parts of the day, the first from midnight; 24 are hours."},
    {.name = "weekend",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     AT(gs_diurnal_fields, weekend),
     .fallback = "1",
     .maximum = INFINITY,
     .doc = "Rate of Saturdays and Sundays as a share of that of working days."},
    {.name = "first_day",
     .type = GPUSIM_ENUM,
     AT(gs_diurnal_fields, first_day),
     .fallback = "monday",
     .detail = {days},
     .doc = "Day of the week with which the simulation begins, at midnight."},
};
static const gpusim_record diurnal = {"diurnal arrivals", GPUSIM_FIELDS(diurnal_fields),
                                      (uint32_t)sizeof(gs_diurnal_fields),
                                      "Poisson arrivals whose rate follows the day and the week."};

// in the order of GS_ARRIVALS_POISSON ...
static const gpusim_field processes[] = {
    {.name = "poisson",
     .type = GPUSIM_RECORD,
     .detail = {&poisson},
     .doc = "Independent arrivals at a constant rate."},
    {.name = "periodic",
     .type = GPUSIM_RECORD,
     .detail = {&periodic},
     .doc = "One job after the other at equal distances."},
    {.name = "renewal",
     .type = GPUSIM_RECORD,
     .detail = {&renewal},
     .doc = "Independent times between jobs, of any distribution."},
    {.name = "bursts",
     .type = GPUSIM_RECORD,
     .detail = {&bursts},
     .doc = "Several jobs at once, then none for an exponential time."},
    {.name = "diurnal",
     .type = GPUSIM_RECORD,
     .detail = {&diurnal},
     .doc = "Poisson arrivals whose rate follows the day and the week."},
};
static const gpusim_record arrivals = {"arrivals", GPUSIM_FIELDS(processes),
                                       (uint32_t)sizeof(gpusim_one_of), "How jobs arrive."};

static const gpusim_field walltime_fields[] = {
    GS_DISTRIBUTION_FIELD(
        "factor", number, gs_walltime_fields, factor, 0, "1",
        "The limit as a multiple of the true duration (on the part of a GPU that the "
        "job asks for); below 1 it is too short."),
    {.name = "round_up",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_walltime_fields, round_up),
     .fallback = "0 s",
     .maximum = INFINITY,
     .doc = "Limits are rounded up to multiples of this, as people do."},
};
static const gpusim_record walltime = {"walltime", GPUSIM_FIELDS(walltime_fields),
                                       (uint32_t)sizeof(gs_walltime_fields),
                                       "What time limit jobs request."};

static const gpusim_field deadline_fields[] = {
    GS_DISTRIBUTION_FIELD("factor", number, gs_drawn_deadline_fields, factor, 0, "1",
                          "So many times its run time at full speed after its submission; 0: "
                          "`slack` alone."),
    {.name = "slack",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_drawn_deadline_fields, slack),
     .fallback = "0 s",
     .maximum = INFINITY,
     .doc = "So much later than that."},
};
static const gpusim_record deadline = {"deadlines", GPUSIM_FIELDS(deadline_fields),
                                       (uint32_t)sizeof(gs_drawn_deadline_fields),
                                       "When jobs should have ended."};

static const gpusim_field tenant_weight = {.name = "weight",
                                           .type = GPUSIM_FLOAT64,
                                           .unit = GPUSIM_UNIT_RATIO,
                                           AT(gs_tenant_fields, weight),
                                           .maximum = INFINITY,
                                           .doc = "Share of jobs; weights are divided by their "
                                                  "sum."};

static const gpusim_field fields[] = {
    {.name = "name",
     .type = GPUSIM_STRING,
     AT(gs_synthetic_fields, name),
     .flags = GPUSIM_OPTIONAL,
     .doc = "Name of this source; its jobs depend on the seed and this name alone. Absent: "
            "synthetic, synthetic-2, ..."},
    {.name = "arrivals",
     .type = GPUSIM_ONE_OF,
     AT(gs_synthetic_fields, arrivals),
     .flags = GPUSIM_REQUIRED | GPUSIM_TAGGED,
     .detail = {&arrivals},
     .tag = "process",
     .doc = "When jobs are submitted."},
    {.name = "count",
     .type = GPUSIM_UINT64,
     AT(gs_synthetic_fields, count),
     .flags = GPUSIM_OPTIONAL,
     .doc = "How many jobs there are; absent: no limit."},
    {.name = "from",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_synthetic_fields, from),
     .fallback = "0 s",
     .maximum = INFINITY,
     .doc = "When arrivals begin."},
    {.name = "until",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_synthetic_fields, until),
     .flags = GPUSIM_OPTIONAL,
     .maximum = INFINITY,
     .doc = "No job is submitted at this time or later; absent: no end."},
    GS_DISTRIBUTION_FIELD("gpus", number, gs_synthetic_fields, gpus, 0, "1",
                          "GPUs of a job, rounded; what is above 0 becomes 1 at least."),
    GS_DISTRIBUTION_FIELD("gpu_share", ratio, gs_synthetic_fields, gpu_share, 0, "1",
                          "What a job takes of each of its GPUs, in thousandths; 1: whole ones, "
                          "which nobody shares."),
    {.name = "mig",
     .type = GPUSIM_STRING,
     AT(gs_synthetic_fields, mig),
     .flags = GPUSIM_OPTIONAL,
     .doc = "MIG profile, like 1g.10gb: a job takes such an instance of each of its GPUs."},
    {.name = "gpu_models",
     .type = GPUSIM_LIST,
     AT(gs_synthetic_fields, gpu_models),
     .flags = GPUSIM_OPTIONAL | GPUSIM_PLAIN,
     .detail = {&gs_gpu_model_element},
     .doc = "GPU models that its jobs may use; absent: any."},
    {.name = "selector",
     .type = GPUSIM_MAP,
     AT(gs_synthetic_fields, selector),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_selector_element},
     .doc = "Labels that the nodes of its jobs must have; absent: any node."},
    GS_DISTRIBUTION_FIELD("duration", second, gs_synthetic_fields, duration, GPUSIM_REQUIRED, NULL,
                          "How long a job runs at full speed."),
    GS_DISTRIBUTION_FIELD("cpus", number, gs_synthetic_fields, cpus, 0, "0",
                          "CPU cores for each GPU, in thousandths; in all when a job has no GPU."),
    GS_DISTRIBUTION_FIELD("memory", byte, gs_synthetic_fields, memory, 0, "0 B",
                          "Host memory for each GPU; in all when a job has no GPU."),
    GS_DISTRIBUTION_FIELD("storage", byte, gs_synthetic_fields, storage, 0, "0 B",
                          "Storage of its nodes for each GPU; in all when a job has no GPU."),
    GS_DISTRIBUTION_FIELD("gpu_memory", byte, gs_synthetic_fields, gpu_memory, 0, "0 B",
                          "Memory needed on each GPU."),
    GS_DISTRIBUTION_FIELD("priority", number, gs_synthetic_fields, priority, 0, "0",
                          "Larger goes first, with an order that looks at it; rounded."),
    GS_DISTRIBUTION_FIELD(
        "latency", number, gs_synthetic_fields, latency, 0, "0",
        "How much a job wants a near node, 1 to 10, for a scheduler that looks at "
        "it; rounded, 0: not said."),
    GS_DISTRIBUTION_FIELD("cost_sensitivity", number, gs_synthetic_fields, thrift, 0, "0",
                          "How much a job wants a cheap node, in the same way."),
    {.name = "walltime",
     .type = GPUSIM_RECORD,
     AT(gs_synthetic_fields, walltime),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&walltime},
     .doc = "What time limit jobs request; absent: none."},
    {.name = "users",
     .type = GPUSIM_UINT32,
     AT(gs_synthetic_fields, users),
     .fallback = "0",
     .maximum = 1000000,
     .doc = "How many users there are, user-1 and so on; 0: jobs have none."},
    {.name = "user_skew",
     .type = GPUSIM_FLOAT64,
     AT(gs_synthetic_fields, user_skew),
     .fallback = "1",
     .maximum = 10,
     .doc = "User k submits in proportion to 1/k to this power (Zipf); 0: all alike."},
    {.name = "vc",
     .type = GPUSIM_MAP,
     AT(gs_synthetic_fields, vc),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&tenant_weight},
     .doc = "Virtual clusters and their shares of jobs: `{research: 3, product: 1}`."},
    {.name = "group",
     .type = GPUSIM_STRING,
     AT(gs_synthetic_fields, group),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The only node group its jobs may use."},
    {.name = "cluster",
     .type = GPUSIM_STRING,
     AT(gs_synthetic_fields, cluster),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The only cluster its jobs may use."},
    {.name = "qos",
     .type = GPUSIM_MAP,
     AT(gs_synthetic_fields, qos),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&tenant_weight},
     .doc = "Qualities of service and their shares of jobs, for an order that looks at them."},
    {.name = "kind",
     .type = GPUSIM_MAP,
     AT(gs_synthetic_fields, kind),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&tenant_weight},
     .doc = "Sorts of work and their shares of jobs, for a module that looks at them: "
            "`{train: 3, infer: 1}`."},
    {.name = "deadline",
     .type = GPUSIM_RECORD,
     AT(gs_synthetic_fields, deadline),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&deadline},
     .doc = "When jobs should have ended; absent: at no time in particular."},
    {.name = "elastic",
     .type = GPUSIM_RECORD,
     AT(gs_synthetic_fields, elastic),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_elastic_record},
     .doc = "On how many GPUs its jobs may run; absent: on `gpus` alone."},
    SHARE(preemptible, "Share of jobs that are spot jobs: they may run on GPUs that are lent, and "
                       "be stopped when these are claimed back."),
    SHARE(failed, "Share of jobs that end as failed when they have run."),
    SHARE(cancelled, "Share of jobs that end as cancelled when they have run."),
    {.name = "profile",
     .type = GPUSIM_RECORD,
     AT(gs_synthetic_fields, profile),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_profile_record},
     .doc = "What its jobs do to the hardware; absent: as the defaults say."},
    {.name = "checkpoint",
     .type = GPUSIM_RECORD,
     AT(gs_synthetic_fields, checkpoint),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_checkpoint_record},
     .doc = "In place of `profile: {checkpoint: ...}`."},
};

const gpusim_record gs_synthetic_record = {"synthetic source", GPUSIM_FIELDS(fields),
                                           (uint32_t)sizeof(gs_synthetic_fields),
                                           "Jobs drawn at random, each a function of the seed, the "
                                           "source's name and its ordinal."};
