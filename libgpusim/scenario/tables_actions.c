/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of what is done to a cluster at stated times. */
#include <math.h>

#include <gpusim/record.h>

#include "core/model.h"
#include "scenario/scenario.h"

#define AT(type, member) (uint32_t) offsetof(gs_scenario_##type, member)

static const gpusim_choice action_choices[] = {
    {"cancel", GPUSIM_ACTION_CANCEL_JOB, "end a job, queued or running, as `cancelled`"},
    {"drain", GPUSIM_ACTION_DRAIN,
     "let a node's jobs finish (or, with `restart_jobs`, queue them again at once) and give it no "
     "new ones"},
    {"undrain", GPUSIM_ACTION_UNDRAIN, "take a node back into service; its GPUs are reset"},
    {"cordon", GPUSIM_ACTION_CORDON,
     "give a node no new jobs until `uncordon`, whether it is drained besides or not"},
    {"uncordon", GPUSIM_ACTION_UNCORDON, "end that"},
    {"kill", GPUSIM_ACTION_KILL,
     "turn a node off: its jobs fail, and it stays down until `repair`, whatever else is done"},
    {"repair", GPUSIM_ACTION_REPAIR,
     "make a node well: faults of it and its GPUs end, and it is no longer killed"},
    {"reboot", GPUSIM_ACTION_REBOOT,
     "start a node again: its jobs fail, it is down `for` a time, and then its GPUs are reset"},
    {"remove", GPUSIM_ACTION_REMOVE, "take a node out of the cluster: its jobs fail"},
    {"add", GPUSIM_ACTION_ADD, "put a node that was removed back, as it was"},
    {"fan", GPUSIM_ACTION_FAN, "hold the fans of a node at a `speed`"},
    {"reset", GPUSIM_ACTION_RESET,
     "reset a GPU: its jobs fail, faults that a reset ends are over, and one that is off comes "
     "back"},
    {"cap", GPUSIM_ACTION_CAP_GPU, "limit what a GPU, a node, a rack or every GPU may draw"},
    {"pstate", GPUSIM_ACTION_PSTATE, "set the P-state of a node's CPUs"},
    {"pause", GPUSIM_ACTION_PAUSE,
     "let jobs on a node stand still (they fail when collectives time out), and give it no others"},
    {"resume", GPUSIM_ACTION_RESUME, "let them go on"},
    {"requeue", GPUSIM_ACTION_REQUEUE,
     "queue jobs of a node, or of a GPU, again, and give the node no others until `uncordon`: they "
     "start elsewhere"},
    {"move", GPUSIM_ACTION_MOVE,
     "queue them again, and let them start on other nodes, if any would take them; this one takes "
     "others"},
    {NULL, 0, NULL},
};

static const gpusim_choice speed_words[] = {{"auto", GS_SPEED_AUTO, "as hot as its GPUs are"},
                                            {NULL, 0, NULL}};

static const gpusim_choice power_words[] = {
    {"none", GS_POWER_NONE, "the action's cap is lifted: the scenario's own holds again"},
    {NULL, 0, NULL}};

static const gpusim_field action_fields[] = {
    {.name = "at",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = AT(action, at),
     .flags = GPUSIM_REQUIRED,
     .minimum = 0,
     .maximum = 9e9,
     .doc = "When."},
    {.name = "do",
     .type = GPUSIM_ENUM,
     .offset = AT(action, what),
     .flags = GPUSIM_REQUIRED,
     .detail.choices = action_choices,
     .doc = "What."},
    {.name = "job",
     .type = GPUSIM_STRING,
     .offset = AT(action, job),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The job, as SOURCE/ID or by its name; for `cancel`."},
    {.name = "node",
     .type = GPUSIM_STRING,
     .offset = AT(action, node),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The node; for all but `cancel` and `reset`."},
    {.name = "cluster",
     .type = GPUSIM_STRING,
     .offset = AT(action, cluster),
     .flags = GPUSIM_OPTIONAL,
     .doc = "In place of `node`: every node of this cluster; not for `cap`."},
    {.name = "gpu",
     .type = GPUSIM_STRING,
     .offset = AT(action, gpu),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The GPU, as NODE/gpuN; for `cap`, `reset`, `requeue` and `move`."},
    {.name = "rack",
     .type = GPUSIM_STRING,
     .offset = AT(action, rack),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The rack; for `cap`. A cap without gpu, node and rack is that of every GPU."},
    {.name = "power",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_WATT,
     .offset = AT(action, power),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE | GPUSIM_WORD,
     .maximum = INFINITY,
     .detail.choices = power_words,
     .doc = "What it may draw from then on, however often the scenario's own cap changes; `none` "
            "lifts "
            "that, and the scenario's own cap holds again."},
    {.name = "state",
     .type = GPUSIM_UINT32,
     .offset = AT(action, state),
     .flags = GPUSIM_OPTIONAL,
     .maximum = 255,
     .doc = "Which of `cpu_states`, from 0; for `pstate`."},
    {.name = "for",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = AT(action, span),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,
     .minimum = 0,
     .maximum = 9e9,
     .doc = "How long the node is down; for `reboot`."},
    {.name = "speed",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     .offset = AT(action, speed),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE | GPUSIM_WORD,
     .minimum = 0,
     .maximum = 1,
     .detail.choices = speed_words,
     .doc = "Share of full speed, or `auto`; for `fan`."},
    {.name = "restart_jobs",
     .type = GPUSIM_BOOL,
     .offset = AT(action, restart_jobs),
     .doc = "Whether jobs on it are queued again at once; for `drain`."},
};

const gpusim_record gs_action_record = {
    .name = "action",
    GPUSIM_FIELDS(action_fields),
    .size = sizeof(gs_scenario_action),
    .doc = "Something done to the cluster at a given time.",
};
