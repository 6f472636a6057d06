/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table behind `scheduler:`. */
#include "policy/tables.h"

#include <gpusim/model.h>

#include "../schedulers/registry.h"

#define CHOICE(identifier, name, doc) {name, GS_MODULE_##identifier, doc},

static const gpusim_choice orders[] = {GS_ORDER_LIST(CHOICE){NULL, 0, NULL}};
static const gpusim_choice placements[] = {GS_PLACEMENT_LIST(CHOICE){NULL, 0, NULL}};

static const gpusim_choice backfills[] = {
    {"none", GS_BACKFILL_NONE, "nobody overtakes a job that blocks"},
    {"easy", GS_BACKFILL_EASY, "whoever does not delay the first job that waits"},
    {"conservative", GS_BACKFILL_CONSERVATIVE, "whoever delays nobody that came before"},
    {NULL, 0, NULL},
};

static const gpusim_choice preemptions[] = {
    {"none", GS_PREEMPTION_NONE, "a job that runs keeps its GPUs"},
    {"repack", GS_PREEMPTION_REPACK, "the cluster is filled anew, in order, whenever jobs change"},
    {"priority", GS_PREEMPTION_PRIORITY,
     "a job that does not fit stops jobs of lower priority, the lowest and then the youngest "
     "first, "
     "if that makes it fit"},
    {"spot", GS_PREEMPTION_SPOT,
     "a job that does not fit stops preemptible ones, the youngest first, if that makes it fit"},
    {NULL, 0, NULL},
};

static const gpusim_choice evictions[] = {
    {"none", GS_EVICT_NONE, "jobs stay"},
    {"random", GS_EVICT_RANDOM, "one of its jobs, drawn by chance, is queued again"},
    {NULL, 0, NULL},
};

static const gpusim_choice estimates[] = {
    {"requested", GS_ESTIMATE_REQUESTED, "the time limit; the true run time where a job has none"},
    {"exact", GS_ESTIMATE_EXACT, "the true run time"},
    {"noise", GS_ESTIMATE_NOISE, "the true run time x (1 + U(0, noise))"},
    {NULL, 0, NULL},
};

#define PLACE_NUMBER(identifier, name) PLACE_##identifier,
enum { GS_PARAMETERS_LIST(PLACE_NUMBER) PLACES };
_Static_assert((int)PLACES == GS_PARAMETER_PLACES, "a place for each module with parameters");

#define PARAMETERS(identifier, its_name)                                                           \
    {.name = its_name,                                                                             \
     .type = GPUSIM_RECORD,                                                                        \
     .offset = (uint32_t)(offsetof(gs_composition, parameters) +                                   \
                          PLACE_##identifier * GS_PARAMETER_BYTES),                                \
     .fallback = "{}",                                                                             \
     .detail.any = &gs_parameters_##identifier,                                                    \
     .doc = "Parameters of the module " its_name "; they matter where it is chosen."},

static const gpusim_field composition_fields[] = {
    {.name = "order",
     .type = GPUSIM_ENUM,
     .offset = offsetof(gs_composition, order),
     .fallback = "fifo",
     .detail.choices = orders,
     .doc = "Who is next: the module that orders the queue."},
    {.name = "blocking",
     .type = GPUSIM_BOOL,
     .offset = offsetof(gs_composition, blocking),
     .fallback = "true",
     .doc = "Whether the first job that does not fit holds back the rest; otherwise it is skipped. "
            "Backfill has rules of its own."},
    {.name = "placement",
     .type = GPUSIM_ENUM,
     .offset = offsetof(gs_composition, placement),
     .fallback = "first-fit",
     .detail.choices = placements,
     .doc = "Where jobs run: the module that picks nodes."},
    {.name = "backfill",
     .type = GPUSIM_ENUM,
     .offset = offsetof(gs_composition, backfill),
     .fallback = "none",
     .detail.choices = backfills,
     .doc = "Who may overtake a job that blocks."},
    {.name = "preemption",
     .type = GPUSIM_ENUM,
     .offset = offsetof(gs_composition, preemption),
     .fallback = "none",
     .detail.choices = preemptions,
     .doc = "Whether jobs that run may be stopped or moved for others."},
    {.name = "borrow",
     .type = GPUSIM_BOOL,
     .offset = offsetof(gs_composition, borrow),
     .fallback = "false",
     .doc =
         "Whether preemptible jobs may run beyond their virtual cluster's quota on what is free. "
         "A job within its own quota that does not fit stops them, the youngest first."},
    {.name = "period",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = offsetof(gs_composition, period),
     .fallback = "0 s",
     .maximum = 3.2e7,
     .doc = "The scheduler passes at multiples of this alone; 0: whenever something happens."},
    {.name = "evict",
     .type = GPUSIM_ENUM,
     .offset = offsetof(gs_composition, evict),
     .fallback = "none",
     .detail.choices = evictions,
     .doc = "What happens on a node whose utilisation is above `evict_above`, looked at every "
            "`evict_every`."},
    {.name = "evict_above",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     .offset = offsetof(gs_composition, evict_above),
     .fallback = "0.95",
     .minimum = 0,
     .maximum = 1,
     .doc = "Utilisation of a node's GPUs, on their mean, above which it is too busy; without "
            "physics it is the share of them that jobs hold."},
    {.name = "evict_every",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = offsetof(gs_composition, evict_every),
     .fallback = "15 s",
     .minimum = 1e-3,
     .maximum = 3.2e7,
     .doc = "At multiples of this nodes are looked at; of a `period`, if there is one, a multiple "
            "of that."},
    {.name = "estimates",
     .type = GPUSIM_ENUM,
     .offset = offsetof(gs_composition, estimates),
     .fallback = "requested",
     .detail.choices = estimates,
     .doc = "What the scheduler takes for a job's run time."},
    {.name = "noise",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     .offset = offsetof(gs_composition, noise),
     .fallback = "2.0",
     .minimum = 0,
     .maximum = 1e6,
     .doc = "How wrong estimates are with `estimates: noise`: by up to so many times too long."},
    GS_PARAMETERS_LIST(PARAMETERS)};

static const gpusim_record composition = {
    .name = "composition",
    .fields = composition_fields,
    .count = sizeof composition_fields / sizeof composition_fields[0],
    .size = sizeof(gs_composition),
    .doc =
        "A scheduler composed of an order, a placement, a backfill and a kind of preemption. A job "
        "no larger than a node gets one node. A larger one takes fully idle nodes of one group, "
        "in order of number whatever the placement, as long as it fills them, and the placement "
        "picks one more for what is left; nodes of several groups only where no group is large "
        "enough. With `scatter` of the placement a job for which that fails takes what is free "
        "in pieces, large ones first, and the placement picks the node of each.",
};

#define ALTERNATIVE(identifier, its_name, its_doc)                                                 \
    {.name = its_name,                                                                             \
     .type = GPUSIM_RECORD,                                                                        \
     .detail.any = &gs_parameters_##identifier,                                                    \
     .doc = its_doc},

static const gpusim_field alternatives[] = {
    {.name = "composition",
     .type = GPUSIM_RECORD,
     .detail.record = &composition,
     .doc = "Composed of modules: the alternative taken where `module` is absent."},
    GS_SCHEDULER_LIST(ALTERNATIVE)};

const gpusim_record gs_scheduler_record = {
    .name = "scheduler",
    .fields = alternatives,
    .count = sizeof alternatives / sizeof alternatives[0],
    .size = 0,
    .doc = "Who decides which job runs when and where.",
};
