/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of a scenario: every key that is not a module's or the workload's. */
#include <math.h>

#include <gpusim/record.h>

#include "cluster/gpu.h"
#include "policy/policy.h"
#include "scenario/scenario.h"
#include "telemetry/metrics.h"
#include "workload/tables.h"

#define AT(type, member)    (uint32_t) offsetof(gs_scenario_##type, member)
#define OF_SCENARIO(member) (uint32_t) offsetof(gs_scenario, member)

static const gpusim_field group_fields[] = {
    {.name = "name",
     .type = GPUSIM_STRING,
     .offset = AT(group, name),
     .flags = GPUSIM_REQUIRED,
     .doc = "Nodes are called NAME-0000, NAME-0001 and so on; unique among groups."},
    {.name = "count",
     .type = GPUSIM_UINT32,
     .offset = AT(group, count),
     .fallback = "1",
     .minimum = 1,
     .maximum = 10e6,
     .doc = "Nodes in the group."},
    {.name = "per_rack",
     .type = GPUSIM_UINT32,
     .offset = AT(group, per_rack),
     .fallback = "0",
     .minimum = 0,
     .maximum = 10e6,
     .doc = "Nodes in a rack; 0 puts the whole group into one. Groups do not share racks."},
    {.name = "gpu",
     .type = GPUSIM_STRING,
     .offset = AT(group, gpu),
     .fallback = "generic",
     .doc = "GPU model by its name in the catalogue (`gpusim list gpus`); `generic` has neither "
            "physics nor a memory limit."},
    {.name = "gpu_model",
     .type = GPUSIM_RECORD,
     .offset = AT(group, gpu_model),
     .detail.record = &gs_gpu_override_record,
     .doc = "Figures of these GPUs that are other than in the catalogue."},
    {.name = "gpus",
     .type = GPUSIM_UINT32,
     .offset = AT(group, gpus),
     .flags = GPUSIM_REQUIRED,
     .minimum = 0,
     .maximum = 1e6,
     .doc = "GPUs in each node."},
    {.name = "cpus",
     .type = GPUSIM_UINT32,
     .offset = AT(group, cpus),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e6,
     .doc = "CPU cores in each node; without it jobs' CPUs are not limited here."},
    {.name = "memory",
     .type = GPUSIM_UINT64,
     .unit = GPUSIM_UNIT_BYTE,
     .offset = AT(group, memory),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e18,
     .doc = "Host memory of each node; without it jobs' memory is not limited here."},
    {.name = "mig",
     .type = GPUSIM_BOOL,
     .offset = AT(group, mig),
     .fallback = "false",
     .doc = "Whether the GPUs are cut into MIG instances as jobs ask for them."},
    {.name = "legacy",
     .type = GPUSIM_ONE_OF,
     .offset = AT(group, legacy),
     .flags = GPUSIM_OPTIONAL | GPUSIM_NAMED,
     .detail.record = &gs_legacy_record,
     .doc = "The node model of another simulator in place of ours, for comparison, by name or with "
            "other constants; each GPU is one of its nodes."},
    {.name = "uplink",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_BYTE_PER_SECOND,
     .offset = AT(group, uplink),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1e3,
     .maximum = 1e18,
     .doc = "From each of its racks to the spine, one way; absent: not limited."},
    {.name = "power",
     .type = GPUSIM_RECORD,
     .offset = AT(group, power),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_power_record,
     .doc = "What a node draws besides its GPUs and may draw; absent: its GPUs alone."},
    {.name = "cooling",
     .type = GPUSIM_RECORD,
     .offset = AT(group, cooling),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_cooling_record,
     .doc = "Cooling of a node; absent: air, with fans at full speed."},
    {.name = "spread",
     .type = GPUSIM_RECORD,
     .offset = AT(group, spread),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_spread_record,
     .doc = "How the GPUs differ; absent: not at all."},
    {.name = "network",
     .type = GPUSIM_RECORD,
     .offset = AT(group, network),
     .detail.record = &gs_node_network_record,
     .doc = "Links of a node."},
    {.name = "rack",
     .type = GPUSIM_RECORD,
     .offset = AT(group, rack),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_racks_record,
     .doc = "Its racks, where they are not as `cluster.racks` says."},
};

static const gpusim_record group_record = {
    .name = "node group",
    GPUSIM_FIELDS(group_fields),
    .size = sizeof(gs_scenario_group),
    .doc = "Nodes that are all alike.",
};

static const gpusim_field vc_fields[] = {
    {.name = "quota",
     .type = GPUSIM_UINT32,
     .offset = AT(vc, quota),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e9,
     .doc = "GPUs its jobs may hold at a time; without it as many as there are."},
};

static const gpusim_record vc_record = {
    .name = "virtual cluster",
    GPUSIM_FIELDS(vc_fields),
    .size = sizeof(gs_scenario_vc),
    .doc = "A tenant with a queue and a quota of its own.",
};

static const gpusim_field group_element = {
    .name = "group", .type = GPUSIM_RECORD, .detail.record = &group_record, .doc = "A group."};
static const gpusim_field vc_element = {
    .name = "vc", .type = GPUSIM_RECORD, .detail.record = &vc_record, .doc = "A virtual cluster."};
static const gpusim_field metric_element = {
    .name = "metric", .type = GPUSIM_STRING, .doc = "A metric (`gpusim list metrics`)."};

static const gpusim_field cluster_fields[] = {
    {.name = "nodes",
     .type = GPUSIM_LIST,
     .offset = AT(cluster, nodes),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 10000,
     .detail.element = &group_element,
     .doc = "Groups of nodes."},
    {.name = "virtual_clusters",
     .type = GPUSIM_MAP,
     .offset = AT(cluster, virtual_clusters),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &vc_element,
     .doc = "Tenants by name. Each has one queue; a job of a tenant that is not listed has no "
            "quota and shares the common queue."},
    {.name = "physics",
     .type = GPUSIM_BOOL,
     .offset = AT(cluster, physics),
     .fallback = "true",
     .doc = "Whether nodes whose GPUs are not `generic` have power, heat and clocks; `false` for "
            "studies of scheduling alone."},
    {.name = "catalogue",
     .type = GPUSIM_STRING,
     .offset = AT(cluster, catalogue),
     .flags = GPUSIM_OPTIONAL,
     .doc = "A file of GPU models of one's own, laid over the built-in ones (`gpusim list gpus`); "
            "counted from the scenario's folder. Its bytes are in the model's hash."},
    {.name = "racks",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, racks),
     .fallback = "{}",
     .detail.record = &gs_racks_record,
     .doc = "What racks add to their nodes; all racks are alike where a group does not say "
            "otherwise."},
    {.name = "power",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, power),
     .fallback = "{}",
     .detail.record = &gs_facility_power_record,
     .doc = "Power of the facility."},
    {.name = "cooling",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, cooling),
     .fallback = "{}",
     .detail.record = &gs_facility_cooling_record,
     .doc = "Cooling of the facility."},
    {.name = "network",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, network),
     .fallback = "{}",
     .detail.record = &gs_facility_network_record,
     .doc = "What nodes and racks are connected by."},
    {.name = "sharing",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, sharing),
     .fallback = "{}",
     .detail.record = &gs_sharing_record,
     .doc = "What sharing a GPU costs."},
    {.name = "sensors",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, sensors),
     .fallback = "{}",
     .detail.record = &gs_sensors_record,
     .doc = "Readings of sensors."},
};

static const gpusim_record cluster_record = {
    .name = "cluster",
    GPUSIM_FIELDS(cluster_fields),
    .size = sizeof(gs_scenario_cluster),
    .doc = "What there is to run on.",
};

static const gpusim_choice walltime_choices[] = {
    {"auto", GS_WALLTIME_AUTO, "jobs of a log run on past their request, others are killed"},
    {"extend", GS_WALLTIME_EXTEND, "every job runs on past its request"},
    {"kill", GS_WALLTIME_KILL, "a job that reaches its limit ends as `timeout`"},
    {NULL, 0, NULL},
};

static const gpusim_field limits_fields[] = {
    {.name = "walltime",
     .type = GPUSIM_ENUM,
     .offset = AT(limits, walltime),
     .fallback = "auto",
     .detail.choices = walltime_choices,
     .doc = "What becomes of a job that reaches the run time it requested; counted for each "
            "attempt from its allocation."},
    {.name = "grace",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = AT(limits, grace),
     .fallback = "0 s",
     .minimum = 0,
     .maximum = 1e9,
     .doc = "Time after the limit before the job is killed."},
};

static const gpusim_record limits_record = {
    .name = "limits",
    GPUSIM_FIELDS(limits_fields),
    .size = sizeof(gs_scenario_limits),
    .doc = "How limits are enforced.",
};

static const gpusim_field set_element = {.name = "set",
                                         .type = GPUSIM_ENUM,
                                         .detail.choices = gs_metric_sets,
                                         .doc = "A set of metrics."};

static const gpusim_field telemetry_fields[] = {
    {.name = "every",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = AT(telemetry, every),
     .flags = GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE,
     .minimum = 0,
     .maximum = 1e9,
     .doc = "Time between samples; the first is taken after one such interval."},
    {.name = "metrics",
     .type = GPUSIM_LIST,
     .offset = AT(telemetry, metrics),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &metric_element,
     .doc = "Which metrics are sampled (`gpusim list metrics`), by name or by DCGM's. A name "
            "without its entity stands for all: `gpus_allocated` for those of nodes, racks and the "
            "cluster."},
    {.name = "sets",
     .type = GPUSIM_LIST,
     .offset = AT(telemetry, sets),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &set_element,
     .doc = "Sets of metrics to sample besides those; `default` where neither is given. What "
            "needs power and heat is left out of a cluster that has none."},
};

static const gpusim_record telemetry_record = {
    .name = "telemetry",
    GPUSIM_FIELDS(telemetry_fields),
    .size = sizeof(gs_scenario_telemetry),
    .doc = "What a monitoring system would record.",
};

static const gpusim_field trace_fields[] = {
    {.name = "path",
     .type = GPUSIM_STRING,
     .offset = AT(trace, path),
     .flags = GPUSIM_OPTIONAL,
     .doc = "Where `gpusim run` writes the trace, counted from the working folder; `-o` wins. "
            "Not part of the model's hash."},
};

static const gpusim_record trace_record = {
    .name = "trace",
    GPUSIM_FIELDS(trace_fields),
    .size = sizeof(gs_scenario_trace),
    .doc = "The file a run leaves behind.",
};

static const gpusim_choice action_choices[] = {
    {"cancel", GPUSIM_ACTION_CANCEL_JOB, "end a job, queued or running, as `cancelled`"},
    {"drain", GPUSIM_ACTION_DRAIN, "let a node's jobs finish and give it no new ones"},
    {"undrain", GPUSIM_ACTION_UNDRAIN, "take a node back into service"},
    {"cap", GPUSIM_ACTION_CAP_GPU, "limit what a GPU, a node, a rack or every GPU may draw"},
    {"pstate", GPUSIM_ACTION_PSTATE, "set the P-state of a node's CPUs"},
    {NULL, 0, NULL},
};

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
     .doc = "The node; for `drain`, `undrain`, `cap` and `pstate`."},
    {.name = "gpu",
     .type = GPUSIM_STRING,
     .offset = AT(action, gpu),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The GPU, as NODE/gpuN; for `cap`."},
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
};

static const gpusim_record action_record = {
    .name = "action",
    GPUSIM_FIELDS(action_fields),
    .size = sizeof(gs_scenario_action),
    .doc = "Something done to the cluster at a given time.",
};

static const gpusim_field action_element = {
    .name = "action", .type = GPUSIM_RECORD, .detail.record = &action_record, .doc = "An action."};

static const gpusim_choice until_choices[] = {
    {"duration", 0, "the run ends after `duration`"},
    {"drained", 1, "the run ends when no job runs, waits or will come"},
    {NULL, 0, NULL},
};

static const gpusim_choice replay_choices[] = {
    {"scheduler", 0, "the scheduler decides"},
    {"recorded", 1, "jobs start when (and, where recorded, where) the log says they did"},
    {NULL, 0, NULL},
};

static const gpusim_field scenario_fields[] = {
    {.name = "gpusim",
     .type = GPUSIM_INT64,
     .offset = OF_SCENARIO(format),
     .flags = GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE,
     .minimum = 0,
     .maximum = 1,
     .doc = "Version of the scenario format: 1."},
    {.name = "name",
     .type = GPUSIM_STRING,
     .offset = OF_SCENARIO(name),
     .fallback = "unnamed",
     .doc = "What people call it."},
    {.name = "seed",
     .type = GPUSIM_UINT64,
     .offset = OF_SCENARIO(seed),
     .fallback = "1",
     .minimum = 0,
     .maximum = 9e15,
     .doc = "Seed of all randomness; `--seed` wins."},
    {.name = "duration",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = OF_SCENARIO(duration),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,
     .minimum = 0,
     .maximum = 9e9,
     .doc = "Simulated time to run."},
    {.name = "until",
     .type = GPUSIM_ENUM,
     .offset = OF_SCENARIO(until),
     .fallback = "duration",
     .detail.choices = until_choices,
     .doc = "What ends the run. Without `duration` a run always goes on until it is drained."},
    {.name = "replay",
     .type = GPUSIM_ENUM,
     .offset = OF_SCENARIO(replay),
     .fallback = "scheduler",
     .detail.choices = replay_choices,
     .doc = "Who decides when jobs start."},
    {.name = "cluster",
     .type = GPUSIM_RECORD,
     .offset = OF_SCENARIO(cluster),
     .flags = GPUSIM_REQUIRED,
     .detail.record = &cluster_record,
     .doc = "Nodes and tenants."},
    {.name = "workload",
     .type = GPUSIM_LIST,
     .offset = OF_SCENARIO(workload),
     .flags = GPUSIM_REQUIRED,
     .detail.element = &gs_workload_element,
     .doc = "Where jobs come from: logs, generators, lists."},
    {.name = "scheduler",
     .type = GPUSIM_ONE_OF,
     .offset = OF_SCENARIO(scheduler),
     .flags = GPUSIM_TAGGED,
     .fallback = "{}",
     .detail.record = &gs_scheduler_record,
     .tag = "module",
     .doc = "Who runs where, and when."},
    {.name = "limits",
     .type = GPUSIM_RECORD,
     .offset = OF_SCENARIO(limits),
     .fallback = "{}",
     .detail.record = &limits_record,
     .doc = "Walltime limits."},
    {.name = "telemetry",
     .type = GPUSIM_RECORD,
     .offset = OF_SCENARIO(telemetry),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &telemetry_record,
     .doc = "Sampling; without it none."},
    {.name = "trace",
     .type = GPUSIM_RECORD,
     .offset = OF_SCENARIO(trace),
     .fallback = "{}",
     .detail.record = &trace_record,
     .doc = "The trace."},
    {.name = "actions",
     .type = GPUSIM_LIST,
     .offset = OF_SCENARIO(actions),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &action_element,
     .doc = "Things done to the cluster at given times."},
};

const gpusim_record gs_scenario_record = {
    .name = "scenario",
    GPUSIM_FIELDS(scenario_fields),
    .size = sizeof(gs_scenario),
    .doc = "A scenario: what there is, what is asked of it, and who decides.",
};
