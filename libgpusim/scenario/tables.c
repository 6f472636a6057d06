/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of a scenario: every key that is not a module's or the workload's. */
#include <math.h>

#include <gpusim/record.h>

#include "cluster/gpu.h"
#include "core/model.h"
#include "policy/policy.h"
#include "scenario/scenario.h"
#include "telemetry/metrics.h"
#include "workload/tables.h"

#define AT(type, member)    (uint32_t) offsetof(gs_scenario_##type, member)
#define OF_SCENARIO(member) (uint32_t) offsetof(gs_scenario, member)

static const gpusim_choice walltime_choices[] = {
    {"auto", GS_WALLTIME_AUTO, "jobs of a log run on past their request, others are killed"},
    {"extend", GS_WALLTIME_EXTEND, "every job runs on past its request"},
    {"kill", GS_WALLTIME_KILL, "a job that reaches its limit ends as `timeout`"},
    {NULL, 0, NULL},
};

static const gpusim_choice no_fit_choices[] = {
    {"wait", 0, "it waits"},
    {"fail", 1,
     "it ends as `failed`, reason `no_fit`, when its turn comes and there is no place for it; no "
     "backfill, no preemption"},
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
    {.name = "no_fit",
     .type = GPUSIM_ENUM,
     .offset = AT(limits, no_fit),
     .fallback = "wait",
     .detail.choices = no_fit_choices,
     .doc = "What becomes of a job for which there is no place."},
    {.name = "hang",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = AT(limits, hang),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,
     .minimum = 0,
     .maximum = 1e9,
     .doc = "Time-out of collectives: a job that hangs for so long fails; absent: 10 min."},
};

static const gpusim_record limits_record = {
    .name = "limits",
    GPUSIM_FIELDS(limits_fields),
    .size = sizeof(gs_scenario_limits),
    .doc = "How limits are enforced.",
};

static const gpusim_field cohort_fields[] = {
    {.name = "from",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = AT(cohort, from),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 0,
     .maximum = 9e9,
     .doc = "Jobs submitted from then on; also where the measured window of time begins."},
    {.name = "to",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = AT(cohort, to),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,
     .minimum = 0,
     .maximum = 9e9,
     .doc = "Jobs submitted before then; also where the window ends."},
    {.name = "first",
     .type = GPUSIM_UINT64,
     .offset = AT(cohort, first),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 0,
     .maximum = 9e15,
     .doc = "Number of the first job in order of submission, from 0."},
    {.name = "last",
     .type = GPUSIM_UINT64,
     .offset = AT(cohort, last),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 0,
     .maximum = 9e15,
     .doc = "Number of the last."},
};

static const gpusim_record cohort_record = {
    .name = "cohort",
    GPUSIM_FIELDS(cohort_fields),
    .size = sizeof(gs_scenario_cohort),
    .doc = "Jobs that are measured, by when they were submitted or by their number, the same for "
           "every scheduler and seed. Fractions of GPU time, goodput, throughput, the mean queue "
           "and the variance of load are those of the window; energy and counts are of the whole "
           "run.",
};

static const gpusim_field resample_fields[] = {
    {.name = "period",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = AT(resample, period),
     .flags = GPUSIM_EXCLUSIVE,
     .fallback = "7 d",
     .minimum = 0,
     .maximum = 9e9,
     .doc = "What a user's jobs are turned by whole numbers of, so that cycles within it stay."},
};

static const gpusim_record resample_record = {
    .name = "resample",
    GPUSIM_FIELDS(resample_fields),
    .size = sizeof(gs_scenario_resample),
    .doc = "Logs and lists drawn anew for each seed: as many users as there are, with replacement, "
           "each with its weeks in their order, begun at a random one (Zakay and Feitelson 2014).",
};

static const gpusim_field measure_fields[] = {
    {.name = "cohort",
     .type = GPUSIM_RECORD,
     .offset = AT(measure, cohort),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &cohort_record,
     .doc = "Jobs that are measured; absent: all."},
    {.name = "starvation",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     .offset = AT(measure, starvation),
     .fallback = "10",
     .minimum = 0,
     .maximum = 1e9,
     .doc = "A job that waits longer than so many times its run time, which counts as 10 s at "
            "least, is starved."},
};

static const gpusim_record measure_record = {
    .name = "measure",
    GPUSIM_FIELDS(measure_fields),
    .size = sizeof(gs_scenario_measure),
    .doc = "What the summary is about.",
};

static const gpusim_field metric_element = {
    .name = "metric", .type = GPUSIM_STRING, .doc = "A metric (`gpusim list metrics`)."};
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
    GS_DISTRIBUTION_FIELD("delay", second, gs_scenario_telemetry, delay, GPUSIM_OPTIONAL, NULL,
                          "From when a sample is taken until detectors and the rules of `response` "
                          "see it; none overtakes another. Absent: at once. A trace has samples "
                          "when they are taken."),
};

static const gpusim_record telemetry_record = {
    .name = "telemetry",
    GPUSIM_FIELDS(telemetry_fields),
    .size = sizeof(gs_scenario_telemetry),
    .doc = "What a monitoring system would record.",
};

static const gpusim_choice target_choices[] = {
    {"workload", GS_TARGET_WORKLOAD,
     "all jobs of logs and lists, and the first 1000 of each synthetic source"},
    {"file", GS_TARGET_FILE, "`path`"},
    {"window", GS_TARGET_WINDOW,
     "the last `jobs` that were submitted, counted anew with each tenth of them"},
    {NULL, 0, NULL},
};

static const gpusim_field fragmentation_fields[] = {
    {.name = "target",
     .type = GPUSIM_ENUM,
     .offset = (uint32_t)offsetof(gs_fragmentation_fields, target),
     .fallback = "workload",
     .detail.choices = target_choices,
     .doc =
         "The workload M that it is measured against, and that the placement `fgd` looks at: the "
         "kinds of jobs (cores, GPUs, thousandths of each, GPU models) that are most frequent "
         "and together 95 % of all."},
    {.name = "path",
     .type = GPUSIM_STRING,
     .offset = (uint32_t)offsetof(gs_fragmentation_fields, path),
     .flags = GPUSIM_OPTIONAL,
     .doc = "Of a file: cpu_milli,gpu_milli,num_gpu,gpu_spec,freq; counted from the scenario's "
            "folder."},
    {.name = "jobs",
     .type = GPUSIM_UINT32,
     .offset = (uint32_t)offsetof(gs_fragmentation_fields, jobs),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e6,
     .doc = "Of a window."},
};

static const gpusim_record fragmentation_record = {
    .name = "fragmentation",
    GPUSIM_FIELDS(fragmentation_fields),
    .size = sizeof(gs_fragmentation_fields),
    .doc = "Fragmentation as in Weng et al., USENIX ATC 2023.",
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

static const gpusim_field action_element = {.name = "action",
                                            .type = GPUSIM_RECORD,
                                            .detail.record = &gs_action_record,
                                            .doc = "An action."};

static const gpusim_choice until_choices[] = {
    {"duration", 0, "the run ends after `duration`"},
    {"drained", 1, "the run ends when no job runs, waits or will come"},
    {"cohort", 2, "the run ends when every job of `measure.cohort` has ended"},
    {"arrived", 3, "the run ends when the last job has come and had its turn"},
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
     .detail.record = &gs_cluster_record,
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
    {.name = "resample",
     .type = GPUSIM_RECORD,
     .offset = OF_SCENARIO(resample),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &resample_record,
     .doc = "Logs and lists drawn anew for each seed; absent: they are as they are."},
    {.name = "measure",
     .type = GPUSIM_RECORD,
     .offset = OF_SCENARIO(measure),
     .fallback = "{}",
     .detail.record = &measure_record,
     .doc = "What the summary is about."},
    {.name = "fragmentation",
     .type = GPUSIM_RECORD,
     .offset = OF_SCENARIO(fragmentation),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &fragmentation_record,
     .doc = "How much of what is idle is no use to anybody. Absent: not measured, but against the "
            "workload where jobs share GPUs or the placement looks at single ones."},
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
    {.name = "chaos",
     .type = GPUSIM_LIST,
     .offset = OF_SCENARIO(chaos),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &gs_chaos_element,
     .doc = "What fails, when and where."},
    {.name = "repairs",
     .type = GPUSIM_RECORD,
     .offset = OF_SCENARIO(repairs),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_repairs_record,
     .doc = "Who repairs what is down; absent: as many as are needed."},
    {.name = "detectors",
     .type = GPUSIM_LIST,
     .offset = OF_SCENARIO(detectors),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &gs_detector_element,
     .doc = "Who watches telemetry while the run goes on, and raises alerts."},
    {.name = "response",
     .type = GPUSIM_LIST,
     .offset = OF_SCENARIO(response),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &gs_response_element,
     .doc = "Who acts on what telemetry shows."},
    {.name = "remedies",
     .type = GPUSIM_RECORD,
     .offset = OF_SCENARIO(remedies),
     .fallback = "{}",
     .detail.record = &gs_remedies_record,
     .doc = "What responses that do the `cheapest` weigh."},
    {.name = "heartbeat",
     .type = GPUSIM_RECORD,
     .offset = OF_SCENARIO(heartbeat),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_heartbeat_record,
     .doc = "When a silent node is seen offline; absent: nobody listens."},
    {.name = "control",
     .type = GPUSIM_RECORD,
     .offset = OF_SCENARIO(control),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_control_record,
     .doc = "Actions fail where a node cannot be reached, and are tried again; absent: all work."},
    {.name = "maintenance",
     .type = GPUSIM_LIST,
     .offset = OF_SCENARIO(maintenance),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &gs_window_element,
     .doc = "Nodes that are taken out at given times."},
};

const gpusim_record gs_scenario_record = {
    .name = "scenario",
    GPUSIM_FIELDS(scenario_fields),
    .size = sizeof(gs_scenario),
    .doc = "A scenario: what there is, what is asked of it, and who decides.",
};
