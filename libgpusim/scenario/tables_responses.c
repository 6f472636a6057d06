/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of rules that act on what telemetry shows. */
#include <gpusim/module.h>
#include <gpusim/record.h>

#include "scenario/scenario.h"
#include "scenario/table_macros.h"

#define OF(member) AT(gs_response_fields, member)

static const gpusim_choice state_choices[] = {
    {"up", GPUSIM_NODE_UP, "takes jobs"},
    {"draining", GPUSIM_NODE_DRAINING, "takes no more jobs, and some still run"},
    {"drained", GPUSIM_NODE_DRAINED, "takes no jobs, and none run"},
    {"down", GPUSIM_NODE_DOWN, "failed, killed or booting"},
    {"repairing", GPUSIM_NODE_REPAIRING, "a crew is there"},
    {"removed", GPUSIM_NODE_REMOVED, "no part of the cluster"},
    {"any", -1, "whatever it is: the rule is about a metric"},
    {NULL, 0, NULL},
};

static const gpusim_choice do_choices[] = {
    {"drain", GPUSIM_ACTION_DRAIN, "no new jobs; undone by `undrain`"},
    {"undrain", GPUSIM_ACTION_UNDRAIN, "take it back into service"},
    {"cordon", GPUSIM_ACTION_CORDON,
     "no new jobs, whoever drains it besides; undone by `uncordon`"},
    {"uncordon", GPUSIM_ACTION_UNCORDON, "end that"},
    {"kill", GPUSIM_ACTION_KILL, "down until `repair`"},
    {"repair", GPUSIM_ACTION_REPAIR, "well again"},
    {"reboot", GPUSIM_ACTION_REBOOT, "down for what it `takes`"},
    {"remove", GPUSIM_ACTION_REMOVE, "out of the cluster; undone by `add`"},
    {"add", GPUSIM_ACTION_ADD, "back into it"},
    {"fan", GPUSIM_ACTION_FAN, "fans held at a `speed`; undone by `auto`"},
    {"reset", GPUSIM_ACTION_RESET, "of the GPU"},
    {"pause", GPUSIM_ACTION_PAUSE, "its jobs stand still; undone by `resume`"},
    {"resume", GPUSIM_ACTION_RESUME, "they go on"},
    {NULL, 0, NULL},
};

static const gpusim_choice speed_words[] = {{"auto", GS_SPEED_AUTO, "as hot as its GPUs are"},
                                            {NULL, 0, NULL}};

static const gpusim_field response_fields[] = {
    {.name = "name",
     .type = GPUSIM_STRING,
     OF(name),
     .flags = GPUSIM_OPTIONAL,
     .doc = "What `/actions` calls it; else `response-` and its place in the list."},
    {.name = "metric",
     .type = GPUSIM_STRING,
     OF(metric),
     .flags = GPUSIM_OPTIONAL,
     .doc = "Of a GPU or a node, as `telemetry` has it; or `state`."},
    NUMBER("above", gs_response_fields, above, GPUSIM_OPTIONAL, NULL, -1e18, 1e18,
           "It begins where the metric is as high, in the metric's own unit."),
    NUMBER("below", gs_response_fields, below, GPUSIM_OPTIONAL, NULL, -1e18, 1e18,
           "It begins where the metric is as low."),
    NUMBER("until", gs_response_fields, until, GPUSIM_OPTIONAL, NULL, -1e18, 1e18,
           "It is over where the metric is back at this; absent: past the threshold."),
    {.name = "state",
     .type = GPUSIM_ENUM,
     OF(state),
     .fallback = "any",
     .detail.choices = state_choices,
     .doc = "It holds while a node is in this state."},
    {.name = "group",
     .type = GPUSIM_STRING,
     OF(group),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The group of nodes it is about; absent: all."},
    {.name = "for",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     OF(hold),
     .fallback = "0 s",
     .maximum = 9e9,
     .doc = "How long it must have held, from sample to sample."},
    {.name = "do",
     .type = GPUSIM_ENUM,
     OF(what),
     .flags = GPUSIM_REQUIRED,
     .detail.choices = do_choices,
     .doc = "What is then done: to the node, once for all of its GPUs; `reset` to the GPU."},
    {.name = "delay",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     OF(delay),
     .fallback = "0 s",
     .maximum = 9e9,
     .doc = "... so much later."},
    {.name = "undo",
     .type = GPUSIM_BOOL,
     OF(undo),
     .doc = "Whether it is taken back when it is over (for all GPUs of the node)."},
    COUNT("budget", gs_response_fields, budget, GPUSIM_OPTIONAL, NULL, 1, 1e9,
          "Actions a day of simulated time at most; what is beyond is left out."),
    NUMBER("cost", gs_response_fields, cost, 0, "0", 0, 1e15,
           "Of each action; the summary has the sum."),
    {.name = "takes",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     OF(takes),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,
     .maximum = 9e9,
     .doc = "How long a `reboot` takes."},
    {.name = "speed",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     OF(speed),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE | GPUSIM_WORD,
     .maximum = 1,
     .detail.choices = speed_words,
     .doc = "Of `fan`: share of full speed."},
    {.name = "restart_jobs",
     .type = GPUSIM_BOOL,
     OF(restart_jobs),
     .doc = "Whether a `drain` queues jobs on the node again at once."},
};

static const gpusim_record response_record = {
    .name = "response",
    GPUSIM_FIELDS(response_fields),
    .size = sizeof(gs_response_fields),
    .doc = "A rule by which somebody acts.",
};

const gpusim_field gs_response_element = {
    .name = "response",
    .type = GPUSIM_RECORD,
    .detail.record = &response_record,
    .doc = "A rule by which somebody acts.",
};
