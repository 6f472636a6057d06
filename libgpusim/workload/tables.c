/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field tables of an item of `workload:`, but for those of synthetic sources. */
#include "workload/tables.h"

#include <math.h>
#include <stddef.h>

#include <gpusim/module.h>

#include "workload/synthetic.h"

#define AT(struct_, member) .offset = (uint32_t)offsetof(struct_, member)

const gpusim_field gs_gpu_model_element = {.name = "gpu model",
                                           .type = GPUSIM_STRING,
                                           .doc = "GPU model, as a node group's `gpu` has it."};

const gpusim_field gs_selector_element = {
    .name = "value",
    .type = GPUSIM_STRING,
    AT(gs_label, value),
    .doc = "What the label must be; one of several with | between them."};

static const gpusim_field vc_name = {
    .name = "vc", .type = GPUSIM_STRING, .doc = "Name of a virtual cluster."};

static const gpusim_field select_fields[] = {
    {.name = "from",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_trace_select, from),
     .fallback = "0 s",
     .maximum = INFINITY,
     .doc = "Keeps jobs submitted at this time of the log or later, which becomes time zero."},
    {.name = "until",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_trace_select, until),
     .flags = GPUSIM_OPTIONAL,
     .maximum = INFINITY,
     .doc = "Keeps jobs submitted before this time of the log."},
    {.name = "vc",
     .type = GPUSIM_LIST,
     AT(gs_trace_select, vc),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&vc_name},
     .doc = "Keeps jobs of these virtual clusters."},
    {.name = "first",
     .type = GPUSIM_UINT32,
     AT(gs_trace_select, first),
     .flags = GPUSIM_OPTIONAL,
     .doc = "Keeps the first so many jobs of what the other keys leave."},
};

static const gpusim_record select_record = {"selection", GPUSIM_FIELDS(select_fields),
                                            (uint32_t)sizeof(gs_trace_select),
                                            "Which jobs of a log are used."};

static const gpusim_choice formats[] = {
    {"swf", GS_TRACE_SWF, "Standard Workload Format of the Parallel Workloads Archive"},
    {"philly", GS_TRACE_PHILLY, "timestamp,duration,num_gpus,gpu_time,cluster; wall-clock times"},
    {"csv", GS_TRACE_CSV,
     "gpusim's own: id,submit_s,duration_s,gpus and, by name, name, user, vc, walltime_s, cpus, "
     "memory, gpu_memory, gpu_milli, mig, min_gpus, max_gpus, serial, resize_s, gpu_models (A|B), "
     "selector, storage, priority, group, "
     "cluster, "
     "start_s, nodes, "
     "after, think_s, state, "
     "qos, kind, preemptible, deadline_s"},
    {"openb", GS_TRACE_OPENB,
     "name,cpu_milli,memory_mib,num_gpu,gpu_milli and, by name, gpu_spec, creation_time, "
     "deletion_time: pods of the openb trace; cores and memory are of the whole pod"},
    {NULL, 0, NULL}};
static const gpusim_choice forever[] = {{"forever", GS_DURATION_FOREVER, "it never ends"},
                                        {NULL, 0, NULL}};
static const gpusim_choice on_errors[] = {
    {"stop", GS_ON_ERROR_STOP, "the first bad line is an error"},
    {"skip", GS_ON_ERROR_SKIP, "bad lines are left out and counted"},
    {NULL, 0, NULL}};
static const gpusim_choice origins[] = {
    {"auto", GS_ORIGIN_AUTO, "the earliest submit when times are dates or Unix times, else log"},
    {"log", GS_ORIGIN_LOG, "zero as the log has it"},
    {"first", GS_ORIGIN_FIRST, "the earliest submit"},
    {NULL, 0, NULL}};
static const gpusim_choice requests[] = {{"none", GS_REQUEST_NONE, "what was requested is ignored"},
                                         {"requested", GS_REQUEST_REQUESTED, "as requested"},
                                         {NULL, 0, NULL}};
static const gpusim_choice vc_sources[] = {
    {"none", GS_VC_FROM_NONE, "jobs have no virtual cluster"},
    {"user", GS_VC_FROM_USER, "field 12"},
    {"group", GS_VC_FROM_GROUP, "field 13"},
    {"queue", GS_VC_FROM_QUEUE, "field 15"},
    {"partition", GS_VC_FROM_PARTITION, "field 16"},
    {NULL, 0, NULL}};

static const gpusim_field trace_fields[] = {
    {.name = "format",
     .type = GPUSIM_ENUM,
     AT(gs_trace, format),
     .flags = GPUSIM_REQUIRED,
     .detail = {formats},
     .doc = "How the log is written. Files that are gzip are read as they are."},
    {.name = "path",
     .type = GPUSIM_STRING,
     AT(gs_trace, path),
     .flags = GPUSIM_REQUIRED,
     .doc = "The file; relative paths count from the scenario's folder."},
    {.name = "name",
     .type = GPUSIM_STRING,
     AT(gs_trace, name),
     .flags = GPUSIM_OPTIONAL,
     .doc = "Name of this source of jobs; absent: the file's name without its extensions."},
    {.name = "select",
     .type = GPUSIM_RECORD,
     AT(gs_trace, select),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&select_record},
     .doc = "Which jobs of the log are used; absent: all."},
    {.name = "speed",
     .type = GPUSIM_FLOAT64,
     AT(gs_trace, speed),
     .flags = GPUSIM_EXCLUSIVE,
     .fallback = "1",
     .maximum = INFINITY,
     .doc = "Submit times are divided by this: 2 makes jobs arrive twice as fast."},
    {.name = "load",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     AT(gs_trace, load),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,
     .maximum = INFINITY,
     .doc = "Submit times are scaled so that these jobs ask for this share of all GPUs between the "
            "first and the last submit; in place of `speed`."},
    {.name = "spacing",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_trace, spacing),
     .flags = GPUSIM_OPTIONAL,
     .maximum = 1e9,
     .doc = "Jobs are submitted in the file's order, so long after one another, the first at 0; "
            "absent: when the log says."},
    {.name = "duration",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_trace, duration),
     .flags = GPUSIM_OPTIONAL | GPUSIM_WORD,
     .maximum = INFINITY,
     .detail = {forever},
     .doc = "How long each job runs at full speed; absent: as the log says."},
    {.name = "origin",
     .type = GPUSIM_ENUM,
     AT(gs_trace, origin),
     .fallback = "auto",
     .detail = {origins},
     .doc = "What time of the log is time zero."},
    {.name = "on_error",
     .type = GPUSIM_ENUM,
     AT(gs_trace, on_error),
     .fallback = "stop",
     .detail = {on_errors},
     .doc = "What a bad line does."},
    {.name = "dependencies",
     .type = GPUSIM_BOOL,
     AT(gs_trace, dependencies),
     .fallback = "false",
     .doc = "Whether a job waits for its preceding job and the think time (SWF fields 17 and 18). "
            "Preceding jobs that are not submitted before are ignored."},
    {.name = "processors_per_gpu",
     .type = GPUSIM_UINT32,
     AT(gs_trace, processors_per_gpu),
     .fallback = "1",
     .minimum = 1,
     .maximum = 1048576,
     .doc = "How many processors of an SWF log become one GPU, rounded up for each job."},
    {.name = "cpus",
     .type = GPUSIM_FLOAT64,
     AT(gs_trace, cpus),
     .fallback = "0",
     .maximum = 1e6,
     .doc = "CPU cores for each GPU, in thousandths, where the log has no such column."},
    {.name = "walltime",
     .type = GPUSIM_ENUM,
     AT(gs_trace, walltime),
     .fallback = "requested",
     .detail = {requests},
     .doc = "Whether jobs have the time limit that the log says was requested."},
    {.name = "memory",
     .type = GPUSIM_ENUM,
     AT(gs_trace, memory),
     .fallback = "none",
     .detail = {requests},
     .doc = "Whether jobs need the host memory that an SWF log says was requested (field 10)."},
    {.name = "vc_from",
     .type = GPUSIM_ENUM,
     AT(gs_trace, vc_from),
     .fallback = "queue",
     .detail = {vc_sources},
     .doc = "What in an SWF log names the virtual cluster."},
    {.name = "vc",
     .type = GPUSIM_STRING,
     AT(gs_trace, vc),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The virtual cluster of all its jobs; a column of the same name goes first."},
    {.name = "group",
     .type = GPUSIM_STRING,
     AT(gs_trace, group),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The only node group its jobs may use; a column of the same name goes first."},
    {.name = "cluster",
     .type = GPUSIM_STRING,
     AT(gs_trace, cluster),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The only cluster its jobs may use; a column of the same name goes first."},
    {.name = "gpu_models",
     .type = GPUSIM_LIST,
     AT(gs_trace, gpu_models),
     .flags = GPUSIM_OPTIONAL | GPUSIM_PLAIN,
     .detail = {&gs_gpu_model_element},
     .doc = "GPU models that its jobs may use; absent: any; a column of the same name goes first."
            ""},
    {.name = "selector",
     .type = GPUSIM_MAP,
     AT(gs_trace, selector),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_selector_element},
     .doc = "Labels that the nodes of its jobs must have; absent: any node; a column of the same "
            "name goes first."},
    {.name = "profile",
     .type = GPUSIM_RECORD,
     AT(gs_trace, profile),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_profile_record},
     .doc = "What its jobs do to the hardware; absent: as the defaults say."},
    {.name = "checkpoint",
     .type = GPUSIM_RECORD,
     AT(gs_trace, checkpoint),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_checkpoint_record},
     .doc = "In place of `profile: {checkpoint: ...}`."},
};

static const gpusim_record trace_record = {"trace", GPUSIM_FIELDS(trace_fields),
                                           (uint32_t)sizeof(gs_trace), "Jobs of a log."};

static const gpusim_choice final_states[] = {
    {"completed", GPUSIM_JOB_COMPLETED, "it ends well"},
    {"failed", GPUSIM_JOB_FAILED, "it ends with an error"},
    {"cancelled", GPUSIM_JOB_CANCELLED, "its user ends it"},
    {NULL, 0, NULL}};

// A time of a listed job, a size, a count.
#define TIME(member, flags_, fallback_, doc_)                                                      \
    {                                                                                              \
        .name = #member, .type = GPUSIM_TIME, .unit = GPUSIM_UNIT_SECOND,                          \
        AT(gs_listed_job, member), .flags = (flags_), .fallback = (fallback_),                     \
        .maximum = INFINITY, .doc = (doc_)                                                         \
    }
#define BYTES(member, doc_)                                                                        \
    {                                                                                              \
        .name = #member, .type = GPUSIM_UINT64, .unit = GPUSIM_UNIT_BYTE,                          \
        AT(gs_listed_job, member), .fallback = "0 B", .doc = (doc_)                                \
    }
#define COUNT(member, fallback_, doc_)                                                             \
    {                                                                                              \
        .name = #member, .type = GPUSIM_UINT32, AT(gs_listed_job, member),                         \
        .fallback = (fallback_), .doc = (doc_)                                                     \
    }
#define TEXT(member, doc_)                                                                         \
    {                                                                                              \
        .name = #member, .type = GPUSIM_STRING, AT(gs_listed_job, member),                         \
        .flags = GPUSIM_OPTIONAL, .doc = (doc_)                                                    \
    }

static const gpusim_field deadline_fields[] = {
    {.name = "factor",
     .type = GPUSIM_FLOAT64,
     AT(gs_deadline_fields, factor),
     .fallback = "1",
     .maximum = 1e6,
     .doc = "So many times its run time at full speed after its submission; 0: `slack` alone."},
    {.name = "slack",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_deadline_fields, slack),
     .fallback = "0 s",
     .maximum = INFINITY,
     .doc = "So much later than that."},
};
static const gpusim_record deadline_record = {"deadline", GPUSIM_FIELDS(deadline_fields),
                                              (uint32_t)sizeof(gs_deadline_fields),
                                              "When a job should have ended."};

static const gpusim_field listed_fields[] = {
    TEXT(id, "Number or name, unique in the list; absent: its place in the list, from 0."),
    TIME(at, GPUSIM_OPTIONAL, NULL,
         "When it is submitted; absent: 0, or with the job that it waits for."),
    TIME(duration, GPUSIM_REQUIRED, NULL, "How long it runs at full speed."),
    COUNT(gpus, "1", "GPUs, all or nothing; 0: only cores."),
    {.name = "gpu_share",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     AT(gs_listed_job, gpu_share),
     .flags = GPUSIM_EXCLUSIVE,
     .fallback = "1",
     .maximum = 1,
     .doc = "What it takes of each of its GPUs, in thousandths; 1: whole ones, which nobody "
            "shares."},
    TEXT(mig, "MIG profile, like 1g.10gb: it takes such an instance of each of its GPUs."),
    TEXT(name, "What it is called."),
    TEXT(user, "Whose it is."),
    TEXT(vc, "Its virtual cluster."),
    TIME(walltime, GPUSIM_OPTIONAL, NULL, "Limit of its run time; absent: none."),
    {.name = "cpus",
     .type = GPUSIM_FLOAT64,
     AT(gs_listed_job, cpus),
     .fallback = "0",
     .maximum = 1e6,
     .doc = "CPU cores for each GPU, in thousandths; in all when it has no GPU."},
    BYTES(memory, "Host memory for each GPU; in all when it has no GPU."),
    BYTES(gpu_memory, "Memory it needs on each GPU."),
    BYTES(storage, "Storage of its nodes for each GPU; in all when it has no GPU."),
    {.name = "priority",
     .type = GPUSIM_INT32,
     AT(gs_listed_job, priority),
     .fallback = "0",
     .doc = "Larger goes first, with an order that looks at it."},
    TEXT(group, "The only node group it may use."),
    TEXT(cluster, "The only cluster it may use."),
    {.name = "gpu_models",
     .type = GPUSIM_LIST,
     AT(gs_listed_job, gpu_models),
     .flags = GPUSIM_OPTIONAL | GPUSIM_PLAIN,
     .detail = {&gs_gpu_model_element},
     .doc = "GPU models that it may use; absent: any."},
    {.name = "selector",
     .type = GPUSIM_MAP,
     AT(gs_listed_job, selector),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_selector_element},
     .doc = "Labels that its nodes must have, as a group's `labels` say: `{zone: a, disk: "
            "ssd|nvme}`; the label `node` is the node's name, so that `{node: train-0003}` pins "
            "it. Absent: any node."},
    TEXT(after, "Id or name of a job listed before, whose end it waits for."),
    TIME(think, 0, "0 s", "From the end of that job to its own submission."),
    TEXT(qos, "Its quality of service, for an order that looks at it."),
    TEXT(kind, "What sort of work it is, for a module that looks at it."),
    {.name = "latency",
     .type = GPUSIM_UINT32,
     AT(gs_listed_job, latency),
     .fallback = "0",
     .maximum = 10,
     .doc = "How much it wants a near node, 1 to 10, for a scheduler that looks at it; 0: not "
            "said."},
    {.name = "cost_sensitivity",
     .type = GPUSIM_UINT32,
     AT(gs_listed_job, thrift),
     .fallback = "0",
     .maximum = 10,
     .doc = "How much it wants a cheap node, 1 to 10, for a scheduler that looks at it; 0: not "
            "said."},
    {.name = "elastic",
     .type = GPUSIM_RECORD,
     AT(gs_listed_job, elastic),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_elastic_record},
     .doc = "On how many GPUs it may run; absent: on `gpus` alone."},
    {.name = "preemptible",
     .type = GPUSIM_BOOL,
     AT(gs_listed_job, preemptible),
     .fallback = "false",
     .doc = "Whether it is a spot job: it may run on GPUs that are lent, and be stopped when they "
            "are claimed back."},
    {.name = "deadline",
     .type = GPUSIM_RECORD,
     AT(gs_listed_job, deadline),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&deadline_record},
     .doc = "When it should have ended; absent: at no time in particular."},
    {.name = "state",
     .type = GPUSIM_ENUM,
     AT(gs_listed_job, state),
     .fallback = "completed",
     .detail = {final_states},
     .doc = "How it ends when it has run."},
    {.name = "profile",
     .type = GPUSIM_RECORD,
     AT(gs_listed_job, profile),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_profile_record},
     .doc = "What it does to the hardware; absent: as the defaults say."},
    {.name = "checkpoint",
     .type = GPUSIM_RECORD,
     AT(gs_listed_job, checkpoint),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_checkpoint_record},
     .doc = "In place of `profile: {checkpoint: ...}`."},
};

static const gpusim_record listed_record = {"job", GPUSIM_FIELDS(listed_fields),
                                            (uint32_t)sizeof(gs_listed_job), "One job."};

static const gpusim_field listed_element = {
    .name = "job", .type = GPUSIM_RECORD, .detail = {&listed_record}, .doc = "One job."};

// in the order of GS_WORKLOAD_TRACE, GS_WORKLOAD_SYNTHETIC, GS_WORKLOAD_JOBS
static const gpusim_field alternatives[] = {
    {.name = "trace",
     .type = GPUSIM_RECORD,
     .detail = {&trace_record},
     .doc = "Jobs of a log: SWF, Philly or CSV."},
    {.name = "synthetic",
     .type = GPUSIM_RECORD,
     .detail = {&gs_synthetic_record},
     .doc = "Jobs drawn at random."},
    {.name = "jobs",
     .type = GPUSIM_LIST,
     .detail = {&listed_element},
     .doc = "Jobs listed one by one."},
};

const gpusim_record gs_workload_record = {"source of jobs", GPUSIM_FIELDS(alternatives),
                                          (uint32_t)sizeof(gpusim_one_of),
                                          "Where jobs come from: a log, chance, or a list."};

const gpusim_field gs_workload_element = {.name = "source",
                                          .type = GPUSIM_ONE_OF,
                                          .detail = {&gs_workload_record},
                                          .doc = "A source of jobs."};
