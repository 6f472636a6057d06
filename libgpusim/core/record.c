/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of a trace: every column declared once, with its type, its unit and what it means. */
#include <gpusim/record.h>

#include <gpusim/module.h>

#define COLUMN(row, member, type_, unit_, flags_, doc_)                                            \
    {                                                                                              \
        .name = #member, .type = GPUSIM_##type_, .unit = GPUSIM_UNIT_##unit_,                      \
        .offset = (uint32_t)offsetof(row, member), .flags = (flags_), .doc = (doc_)                \
    }

#define CHOICE_COLUMN(row, member, choices_, doc_)                                                 \
    {                                                                                              \
        .name = #member, .type = GPUSIM_ENUM, .offset = (uint32_t)offsetof(row, member),           \
        .detail = {choices_}, .doc = (doc_)                                                        \
    }

#define TABLE(name_, row, columns, doc_)                                                           \
    {                                                                                              \
        .name = (name_), .fields = (columns),                                                      \
        .count = (uint32_t)(sizeof(columns) / sizeof((columns)[0])),                               \
        .size = (uint32_t)sizeof(row), .doc = (doc_)                                               \
    }

static const gpusim_choice job_states[] = {
    {"queued", GPUSIM_JOB_QUEUED, "waits for GPUs"},
    {"running", GPUSIM_JOB_RUNNING, "holds GPUs"},
    {"completed", GPUSIM_JOB_COMPLETED, "did all its work"},
    {"failed", GPUSIM_JOB_FAILED, "ended by a failure of its own"},
    {"cancelled", GPUSIM_JOB_CANCELLED, "ended by its user, the scheduler or the log"},
    {"timeout", GPUSIM_JOB_TIMEOUT, "reached its walltime limit"},
    {"oom", GPUSIM_JOB_OOM, "exceeded the memory of its GPUs"},
    {"rejected", GPUSIM_JOB_REJECTED, "could never have run"},
    {NULL, 0, NULL},
};

static const gpusim_choice job_reasons[] = {
    {"none", GPUSIM_REASON_NONE, "nothing to explain"},
    {"recorded", GPUSIM_REASON_RECORDED, "the log says so"},
    {"walltime", GPUSIM_REASON_WALLTIME, "reached its limit"},
    {"too_large", GPUSIM_REASON_TOO_LARGE, "wants more GPUs than there are for it"},
    {"no_cpus", GPUSIM_REASON_NO_CPUS, "wants more CPU cores than a node has"},
    {"no_memory", GPUSIM_REASON_NO_MEMORY, "wants more host memory than a node has"},
    {"no_gpu_memory", GPUSIM_REASON_NO_GPU_MEMORY, "wants more memory than a GPU has"},
    {"over_quota", GPUSIM_REASON_OVER_QUOTA, "wants more than the whole quota of its VC"},
    {"user", GPUSIM_REASON_USER, "cancelled by an action"},
    {"scheduler", GPUSIM_REASON_SCHEDULER, "cancelled by a decision"},
    {"preempted", GPUSIM_REASON_PREEMPTED, "lost its GPUs to another job"},
    {"horizon", GPUSIM_REASON_HORIZON, "the run ended first"},
    {"no_placement", GPUSIM_REASON_NO_PLACEMENT,
     "the scheduler's placement would not take it if all nodes were idle"},
    {"no_mig", GPUSIM_REASON_NO_MIG, "wants a MIG profile into which no GPU is cut for it"},
    {"cut", GPUSIM_REASON_CUT, "wants GPUs that are cut into MIG instances"},
    {"gpu_lost", GPUSIM_REASON_GPU_LOST, "one of its GPUs turned itself off"},
    {"gpu_memory", GPUSIM_REASON_GPU_MEMORY, "ran out of memory on one of its GPUs"},
    {"node_fail", GPUSIM_REASON_NODE_FAIL, "one of its nodes failed"},
    {"gpu_error", GPUSIM_REASON_GPU_ERROR, "an error of one of its GPUs ended it"},
    {"hang", GPUSIM_REASON_HANG, "waited for peers until its collective timed out"},
    {"fault", GPUSIM_REASON_FAULT, "another fault ended it"},
    {"no_gpu_model", GPUSIM_REASON_NO_GPU_MODEL,
     "wants more GPUs than there are of the models that it may use"},
    {"corrupted", GPUSIM_REASON_CORRUPTED, "somebody found its work to be wrong"},
    {"no_fit", GPUSIM_REASON_NO_FIT, "there was no place for it, and jobs do not wait"},
    {"no_node", GPUSIM_REASON_NO_NODE,
     "wants more than there is on the nodes that its selector means"},
    {"no_storage", GPUSIM_REASON_NO_STORAGE, "wants more storage than a node has"},
    {NULL, 0, NULL},
};

static const gpusim_choice event_types[] = {
    {"submit", GPUSIM_EVENT_SUBMIT, "a job arrives"},
    {"start", GPUSIM_EVENT_START, "a job gets its GPUs"},
    {"end", GPUSIM_EVENT_END, "a job ends; the detail is its final state, as in /jobs"},
    {"preempt", GPUSIM_EVENT_PREEMPT, "a job goes back to the queue"},
    {"migrate", GPUSIM_EVENT_MIGRATE, "a job moves to other GPUs"},
    {"node", GPUSIM_EVENT_NODE,
     "a node changes; the detail is its new state: 0 up, 1 draining, 2 drained, 3 down, "
     "4 repairing, 5 removed"},
    {"throttle", GPUSIM_EVENT_THROTTLE,
     "a GPU is slowed by heat, the power brake or a cap below its TDP; the detail is the sum of "
     "the driver's bits: 4 software power cap, 8 hardware slowdown, 32 software thermal "
     "slowdown, 64 hardware thermal slowdown, 128 hardware power brake; 0: over"},
    {"gpu_off", GPUSIM_EVENT_GPU_OFF,
     "a GPU turns itself off; the detail is the driver's error (XID): 79, it is off the bus"},
    {"node_cap", GPUSIM_EVENT_NODE_CAP,
     "what a node's GPUs draw at the least is more than its cap leaves them: the detail is 1, the "
     "power brake is pulled and clocks are at their lowest; 0 it is let go"},
    {"rack_cap", GPUSIM_EVENT_RACK_CAP, "the same of a rack"},
    {"checkpoint", GPUSIM_EVENT_CHECKPOINT,
     "a job begins to write a checkpoint; the detail is its work by then, in ns"},
    {"checkpointed", GPUSIM_EVENT_CHECKPOINTED,
     "a checkpoint is complete; the detail is the work that it keeps, in ns"},
    {"hang", GPUSIM_EVENT_HANG, "a job hangs (detail 1), or goes on (0)"},
    {"checkpoint_lost", GPUSIM_EVENT_CHECKPOINT_LOST,
     "a checkpoint could not be completed; the detail is the work that it had, in ns"},
    {"fail", GPUSIM_EVENT_FAIL, "a fault takes a job off its GPUs; the detail is the reason"},
    {"xid", GPUSIM_EVENT_XID, "a GPU's driver logs an error; the detail is the XID"},
    {"offline", GPUSIM_EVENT_OFFLINE,
     "no heartbeat of a node has been heard for too long (detail 1), or one is heard again (0)"},
    {"learnt", GPUSIM_EVENT_LEARNT,
     "a detector has learnt: the entity is its place among `detectors`, from 1, the detail its "
     "name's in /names"},
    {"alert", GPUSIM_EVENT_ALERT,
     "a detector raises an alert on a GPU: the detail is its place among `detectors`, from 1; "
     "below "
     "0: that is over"},
    {"resize", GPUSIM_EVENT_RESIZE, "a job has another number of GPUs, which is the detail"},
    {NULL, 0, NULL},
};

static const gpusim_choice decisions[] = {
    {"start", GPUSIM_DECISION_START, "give a queued job GPUs"},
    {"preempt", GPUSIM_DECISION_PREEMPT, "send a running job back to the queue"},
    {"migrate", GPUSIM_DECISION_MIGRATE, "move a running job"},
    {"cancel", GPUSIM_DECISION_CANCEL, "end a job"},
    {"resize", GPUSIM_DECISION_RESIZE, "give a running job more or fewer GPUs"},
    {NULL, 0, NULL},
};

static const gpusim_choice refusals[] = {
    {"accepted", GPUSIM_ACCEPTED, "carried out"},
    {"no_job", GPUSIM_REFUSED_NO_JOB, "no such job, or in the wrong state"},
    {"no_node", GPUSIM_REFUSED_NO_NODE, "no such node, or it is not up"},
    {"gpus", GPUSIM_REFUSED_GPUS, "GPUs are not free, or not as many as the job needs"},
    {"cpus", GPUSIM_REFUSED_CPUS, "not enough CPU cores"},
    {"memory", GPUSIM_REFUSED_MEMORY, "not enough host memory"},
    {"quota", GPUSIM_REFUSED_QUOTA, "over the quota of the job's VC"},
    {"group", GPUSIM_REFUSED_GROUP, "a node outside the job's group"},
    {"cluster", GPUSIM_REFUSED_CLUSTER,
     "a node outside the job's cluster, or nodes of two clusters"},
    {"selector", GPUSIM_REFUSED_SELECTOR, "a node that the job's selector does not mean"},
    {"avoided", GPUSIM_REFUSED_AVOIDED, "the node that the job was moved away from"},
    {"storage", GPUSIM_REFUSED_STORAGE, "not enough storage"},
    {NULL, 0, NULL},
};

static const gpusim_choice actions[] = {
    {"cancel_job", GPUSIM_ACTION_CANCEL_JOB, "end a job"},
    {"drain", GPUSIM_ACTION_DRAIN, "no new jobs on a node"},
    {"undrain", GPUSIM_ACTION_UNDRAIN, "a node takes jobs again"},
    {"cap_gpu", GPUSIM_ACTION_CAP_GPU, "what a GPU may draw"},
    {"cap_node", GPUSIM_ACTION_CAP_NODE, "what a node may draw"},
    {"cap_rack", GPUSIM_ACTION_CAP_RACK, "what a rack may draw"},
    {"pstate", GPUSIM_ACTION_PSTATE, "state of a node's CPUs"},
    {"cordon", GPUSIM_ACTION_CORDON, "no new jobs on a node, whoever drains it besides"},
    {"uncordon", GPUSIM_ACTION_UNCORDON, "the end of that"},
    {"kill", GPUSIM_ACTION_KILL, "a node is down until it is repaired"},
    {"repair", GPUSIM_ACTION_REPAIR, "a node and its GPUs are well"},
    {"reboot", GPUSIM_ACTION_REBOOT, "a node is down for a time, and starts again"},
    {"remove", GPUSIM_ACTION_REMOVE, "a node leaves the cluster"},
    {"add", GPUSIM_ACTION_ADD, "a node that was removed joins the cluster"},
    {"fan", GPUSIM_ACTION_FAN, "speed of a node's fans"},
    {"reset", GPUSIM_ACTION_RESET, "a GPU starts again"},
    {"pause", GPUSIM_ACTION_PAUSE, "jobs on a node stand still, and it takes no others"},
    {"resume", GPUSIM_ACTION_RESUME, "the end of that"},
    {"requeue", GPUSIM_ACTION_REQUEUE, "jobs on a node start elsewhere, and it takes no others"},
    {"ignore", GPUSIM_ACTION_IGNORE, "nothing: it is not worth it"},
    {"move", GPUSIM_ACTION_MOVE, "jobs on a node start on others, and it takes others"},
    {NULL, 0, NULL},
};

#define JOB(member, type, unit, flags, doc) COLUMN(gpusim_job_row, member, type, unit, flags, doc)
static const gpusim_field job_columns[] = {
    JOB(index, UINT64, NONE, 0, "Order of submission, from 0; what other tables call a job."),
    JOB(id, INT64, NONE, 0, "The log's own number, or the ordinal within its source."),
    JOB(name, NAME, NONE, 0, "Name given by the scenario or the log."),
    JOB(source, NAME, NONE, 0, "Entry of the workload it came from."),
    JOB(user, NAME, NONE, 0, "Who submitted it."),
    JOB(vc, NAME, NONE, 0, "Virtual cluster it is charged to."),
    JOB(submit, TIME, SECOND, 0, "When it was submitted."),
    JOB(start, TIME, SECOND, GPUSIM_OPTIONAL, "When it first got its GPUs."),
    JOB(end, TIME, SECOND, GPUSIM_OPTIONAL, "When it ended."),
    JOB(wait, TIME, SECOND, GPUSIM_OPTIONAL, "Time without GPUs between submission and end."),
    JOB(duration, TIME, SECOND, GPUSIM_OPTIONAL, "Its work: run time at rate 1."),
    JOB(walltime, TIME, SECOND, GPUSIM_OPTIONAL, "Limit on one attempt's run time."),
    JOB(done, TIME, SECOND, 0, "Work that it did and kept, in run time at rate 1."),
    JOB(slowed, TIME, SECOND, 0,
        "Run time beyond the work done, kept or lost; below 0 where its GPUs were faster than the "
        "reference."),
    JOB(checkpointing, TIME, SECOND, 0, "Run time in which it wrote checkpoints."),
    JOB(redone, TIME, SECOND, 0, "Work that it lost to failures, in run time at rate 1."),
    JOB(restarting, TIME, SECOND, 0, "Run time in which it started again."),
    JOB(hung, TIME, SECOND, 0, "Run time in which it hung."),
    JOB(gpus, UINT32, NONE, 0, "GPUs it holds while it runs."),
    JOB(milli, UINT32, NONE, 0, "Thousandths that it takes of each GPU."),
    JOB(mig, NAME, NONE, 0, "MIG profile of which it takes an instance of each GPU."),
    JOB(cpus, UINT32, NONE, 0, "Whole CPU cores for each GPU, or of the job when it wants no GPU."),
    JOB(cpu_milli, UINT32, NONE, GPUSIM_SILENT, "Thousandths of a core beside `cpus`."),
    JOB(gpu_models, NAME, NONE, GPUSIM_SILENT, "GPU models that it may use, | between them."),
    JOB(selector, NAME, NONE, GPUSIM_SILENT,
        "Labels that its nodes must have: key=value, | between values and , between labels."),
    JOB(memory, UINT64, BYTE, 0, "Host memory for each GPU, or of the job when it wants no GPU."),
    JOB(storage, UINT64, BYTE, GPUSIM_SILENT,
        "Storage for each GPU, or of the job when it wants no GPU."),
    JOB(preemptions, UINT32, NONE, 0, "Times it was sent back to the queue by the scheduler."),
    JOB(restarts, UINT32, NONE, 0, "Times it was started again, whatever the cause."),
    JOB(failures, UINT32, NONE, 0, "Times that a fault took it off its GPUs."),
    JOB(energy_j, FLOAT64, JOULE, GPUSIM_OPTIONAL,
        "Energy charged to it, at the input of its nodes."),
    JOB(energy_gpu_j, FLOAT64, JOULE, GPUSIM_OPTIONAL, "Of that, what its GPUs drew themselves."),
    CHOICE_COLUMN(gpusim_job_row, state, job_states, "State it ended in."),
    CHOICE_COLUMN(gpusim_job_row, reason, job_reasons, "Why it ended so."),
};

#define EVENT(member, type, unit, flags, doc)                                                      \
    COLUMN(gpusim_event_row, member, type, unit, flags, doc)
static const gpusim_field event_columns[] = {
    EVENT(time, TIME, SECOND, 0, "When it happened."),
    CHOICE_COLUMN(gpusim_event_row, type, event_types, "What happened."),
    EVENT(entity, UINT64, NONE, 0, "The job's index, the node, the GPU or the rack."),
    EVENT(detail, INT64, NONE, 0,
          "What more there is to say, by type (see `type`); 0 where that says nothing of it."),
};

#define DECISION(member, type, unit, flags, doc)                                                   \
    COLUMN(gpusim_decision_row, member, type, unit, flags, doc)
static const gpusim_field decision_columns[] = {
    DECISION(time, TIME, SECOND, 0, "When the scheduler decided."),
    DECISION(job, UINT64, NONE, 0, "The job's index."),
    CHOICE_COLUMN(gpusim_decision_row, what, decisions, "What it decided."),
    DECISION(node, UINT32, NONE, GPUSIM_OPTIONAL, "First node of the placement."),
    DECISION(gpus, UINT32, NONE, 0, "GPUs of the placement."),
    DECISION(score, FLOAT64, NONE, GPUSIM_OPTIONAL, "The scheduler's own score."),
    DECISION(second, UINT32, NONE, GPUSIM_OPTIONAL, "The node that would have been next."),
    DECISION(second_score, FLOAT64, NONE, GPUSIM_OPTIONAL, "And its score."),
    DECISION(reason, NAME, NONE, 0, "The scheduler's own reason."),
    CHOICE_COLUMN(gpusim_decision_row, refused, refusals, "Why it was not carried out."),
};

#define ALLOCATION(member, type, unit, flags, doc)                                                 \
    COLUMN(gpusim_allocation_row, member, type, unit, flags, doc)
static const gpusim_field allocation_columns[] = {
    ALLOCATION(job, UINT64, NONE, 0, "The job's index."),
    ALLOCATION(attempt, UINT32, NONE, 0, "Which of the job's starts, from 1."),
    ALLOCATION(node, UINT32, NONE, 0, "The node."),
    ALLOCATION(first_gpu, UINT32, NONE, GPUSIM_OPTIONAL,
               "First GPU within the node; none for a job without GPUs."),
    ALLOCATION(gpus, UINT32, NONE, 0, "Adjacent GPUs from there."),
    ALLOCATION(milli, UINT32, NONE, 0, "Thousandths of each GPU."),
    ALLOCATION(mig, NAME, NONE, 0, "MIG profile of the instance it has."),
    ALLOCATION(slices, UINT32, NONE, 0, "Memory slices of that instance, as bits."),
    ALLOCATION(start, TIME, SECOND, 0, "When the job got them."),
    ALLOCATION(end, TIME, SECOND, 0, "When it gave them back, or the run ended."),
};

static const gpusim_choice outcomes[] = {
    {"done", GPUSIM_OUTCOME_DONE, "it was done"},
    {"failed", GPUSIM_OUTCOME_FAILED, "the node could not be reached"},
    {"refused", GPUSIM_OUTCOME_REFUSED,
     "not tried: the node could not be reached too often of late"},
    {NULL, 0, NULL},
};

#define ACTION(member, type, unit, flags, doc)                                                     \
    COLUMN(gpusim_action_row, member, type, unit, flags, doc)
static const gpusim_field action_columns[] = {
    ACTION(time, TIME, SECOND, 0, "When it was done."),
    ACTION(who, NAME, NONE, 0,
           "Who asked: scenario, scheduler, api, replay or a response by its name."),
    CHOICE_COLUMN(gpusim_action_row, what, actions, "What was done."),
    ACTION(entity, UINT64, NONE, GPUSIM_OPTIONAL,
           "The job's index, the GPU, the node or the rack; none: every one, or no such job."),
    ACTION(value, FLOAT64, NONE, GPUSIM_OPTIONAL,
           "How much, where that means something: watts of a cap (none: it was lifted), the state "
           "of CPUs, share of the fans' full speed (none: automatic), seconds of a reboot, 1 for a "
           "drain that restarted jobs, the one GPU of the node whose jobs were queued again."),
    {.name = "outcome",
     .type = GPUSIM_ENUM,
     .offset = (uint32_t)offsetof(gpusim_action_row, outcome),
     .flags = GPUSIM_SILENT,
     .detail = {outcomes},
     .doc = "What came of it."},
};

#define NODE(member, type, unit, flags, doc) COLUMN(gpusim_node_row, member, type, unit, flags, doc)
static const gpusim_field node_columns[] = {
    NODE(node, UINT32, NONE, 0, "Its number, from 0; what other tables call a node."),
    NODE(name, NAME, NONE, 0, "Its name."),
    NODE(group, NAME, NONE, 0, "Its node group."),
    NODE(rack, UINT32, NONE, GPUSIM_OPTIONAL, "Its rack."),
    NODE(gpu_model, NAME, NONE, 0, "Model of its GPUs."),
    NODE(gpus, UINT32, NONE, 0, "GPUs in it."),
    NODE(first_gpu, UINT32, NONE, 0, "Number of the first of them over the whole cluster."),
    NODE(cpus, UINT32, NONE, GPUSIM_OPTIONAL, "Whole CPU cores; none: not limited."),
    NODE(cpu_milli, UINT32, NONE, GPUSIM_SILENT, "Thousandths of a core beside `cpus`."),
    NODE(memory, UINT64, BYTE, GPUSIM_OPTIONAL, "Host memory; none: not limited."),
    NODE(cluster, NAME, NONE, GPUSIM_SILENT, "Its cluster; empty where none is named."),
    NODE(storage, UINT64, BYTE, GPUSIM_SILENT, "Storage; 0: not limited."),
    NODE(labels, NAME, NONE, GPUSIM_SILENT, "What it is labelled with: key=value, with , between."),
};

#define GPU(member, type, unit, flags, doc) COLUMN(gpusim_gpu_row, member, type, unit, flags, doc)
static const gpusim_field gpu_columns[] = {
    GPU(gpu, UINT32, NONE, 0, "Its number over the whole cluster, from 0."),
    GPU(node, UINT32, NONE, 0, "The node it is in."),
    GPU(slot, UINT32, NONE, 0, "Its number within the node."),
    GPU(model, NAME, NONE, 0, "Name of its model, as scenarios call it."),
    GPU(product, NAME, NONE, 0, "What the driver calls that."),
};

#define RACK(member, type, unit, flags, doc) COLUMN(gpusim_rack_row, member, type, unit, flags, doc)
static const gpusim_field rack_columns[] = {
    RACK(rack, UINT32, NONE, 0, "Its number, from 0."),
    RACK(name, NAME, NONE, 0, "Its name."),
    RACK(first_node, UINT32, NONE, 0, "The first node in it."),
    RACK(nodes, UINT32, NONE, 0, "How many nodes, adjacent from there."),
};

static const gpusim_choice scopes[] = {
    {"gpu", GPUSIM_OF_GPU, "a GPU"},
    {"node", GPUSIM_OF_NODE, "a node and its GPUs"},
    {"rack", GPUSIM_OF_RACK, "a rack and its nodes"},
    {"cluster", GPUSIM_OF_CLUSTER, "everything"},
    {NULL, 0, NULL},
};

static const gpusim_choice observable[] = {
    {"no", 0, "it leaves no sign in telemetry"},
    {"yes", 1, "a monitor could see it"},
    {NULL, 0, NULL},
};

#define FAULT(member, type, unit, flags, doc)                                                      \
    COLUMN(gpusim_fault_row, member, type, unit, flags, doc)
static const gpusim_field fault_columns[] = {
    FAULT(index, UINT64, NONE, 0, "Its number, in the order in which faults began."),
    FAULT(root, UINT64, NONE, 0, "The fault that brought it along; its own number: none did."),
    FAULT(rule, NAME, NONE, 0, "The rule of the scenario that struck."),
    FAULT(kind, NAME, NONE, 0, "What kind of fault it is."),
    CHOICE_COLUMN(gpusim_fault_row, scope, scopes, "What it struck."),
    FAULT(entity, UINT32, NONE, 0, "The number of the GPU, node or rack that it struck."),
    FAULT(start, TIME, SECOND, 0, "When it began."),
    FAULT(end, TIME, SECOND, GPUSIM_OPTIONAL, "When it was over; none: it was not."),
    FAULT(first_effect, TIME, SECOND, GPUSIM_OPTIONAL,
          "When a job, or what a monitor could have seen, first felt it; none: nothing did."),
    FAULT(last_effect, TIME, SECOND, GPUSIM_OPTIONAL, "When that was over."),
    FAULT(p0, FLOAT64, NONE, 0, "The first parameter of its kind, as it was drawn."),
    FAULT(p1, FLOAT64, NONE, 0, "The second."),
    FAULT(p2, FLOAT64, NONE, 0, "The third."),
    FAULT(p3, FLOAT64, NONE, 0, "The fourth."),
    FAULT(jobs_hit, UINT32, NONE, 0, "Jobs that ran where it struck."),
    FAULT(corrupted, UINT32, NONE, 0, "Jobs that completed with work that it had made wrong."),
    CHOICE_COLUMN(gpusim_fault_row, observable, observable,
                  "Whether telemetry shows a sign of it."),
};

#define FRAGMENTATION(member, type, unit, flags, doc)                                              \
    COLUMN(gpusim_fragmentation_row, member, type, unit, flags, doc)
static const gpusim_field fragmentation_columns[] = {
    FRAGMENTATION(time, TIME, SECOND, 0, "From when on."),
    FRAGMENTATION(useless, FLOAT64, NONE, 0,
                  "Thousandths of GPUs that are idle and no use to jobs as M has them."),
    FRAGMENTATION(idle, UINT64, NONE, 0,
                  "Thousandths of GPUs that are idle, on nodes that are up."),
    FRAGMENTATION(used, UINT64, NONE, 0, "Thousandths of GPUs that jobs hold."),
};

static const gpusim_choice classes[] = {
    {"none", GPUSIM_ANOMALY_NONE, "nothing points to any of these"},
    {"cooling", GPUSIM_ANOMALY_COOLING, "heat is not carried away"},
    {"power", GPUSIM_ANOMALY_POWER, "power is short, or capped"},
    {"memory", GPUSIM_ANOMALY_MEMORY, "GPU memory: errors, leaks, slowness"},
    {"network", GPUSIM_ANOMALY_NETWORK, "links: NVLink, PCIe, between nodes"},
    {"straggler", GPUSIM_ANOMALY_STRAGGLER, "a GPU is slow for no other reason"},
    {"job", GPUSIM_ANOMALY_JOB, "what runs there"},
    {"sensor", GPUSIM_ANOMALY_SENSOR, "what is read is wrong, or missing"},
    {"node", GPUSIM_ANOMALY_NODE, "a node or a GPU is gone"},
    {NULL, 0, NULL},
};

const gpusim_choice *gpusim_anomaly_classes(void)
{
    return classes;
}

#define ALERT(member, type, unit, flags, doc)                                                      \
    COLUMN(gpusim_alert_row, member, type, unit, flags, doc)
static const gpusim_field alert_columns[] = {
    ALERT(time, TIME, SECOND, 0, "When it was raised."),
    ALERT(detector, NAME, NONE, 0, "By which detector."),
    CHOICE_COLUMN(gpusim_alert_row, scope, scopes, "What it is about."),
    ALERT(entity, UINT32, NONE, 0, "The number of the GPU."),
    ALERT(begin, TIME, SECOND, 0, "The first sample whose score reached the threshold."),
    ALERT(end, TIME, SECOND, GPUSIM_OPTIONAL, "The last one; none: the run ended first."),
    ALERT(score, FLOAT64, NONE, 0, "The highest score."),
    ALERT(threshold, FLOAT64, NONE, 0, "The detector's threshold."),
    ALERT(cause, NAME, NONE, 0, "The metric that spoke most for it at its highest."),
    {.name = "class",
     .type = GPUSIM_ENUM,
     .offset = (uint32_t)offsetof(gpusim_alert_row, class_),
     .detail = {classes},
     .doc = "Where the cause lies, as the detector's `class` says, or else that metric."},
};

static const gpusim_record tables[GPUSIM_TABLE_COUNT] = {
    [GPUSIM_TABLE_JOBS] = TABLE("jobs", gpusim_job_row, job_columns,
                                "One row a job, in the order in which they ended."),
    [GPUSIM_TABLE_EVENTS] = TABLE("events", gpusim_event_row, event_columns,
                                  "What happened to jobs and nodes, in order."),
    [GPUSIM_TABLE_DECISIONS] = TABLE("decisions", gpusim_decision_row, decision_columns,
                                     "What the scheduler decided, in order."),
    [GPUSIM_TABLE_ALLOCATIONS] = TABLE("allocations", gpusim_allocation_row, allocation_columns,
                                       "Who held which GPUs; a row as each allocation ends."),
    [GPUSIM_TABLE_ACTIONS] = TABLE("actions", gpusim_action_row, action_columns,
                                   "What was done to the cluster by anyone, in order."),
    [GPUSIM_TABLE_NODES] = TABLE("cluster/nodes", gpusim_node_row, node_columns, "The nodes."),
    [GPUSIM_TABLE_GPUS] = TABLE("cluster/gpus", gpusim_gpu_row, gpu_columns, "The GPUs."),
    [GPUSIM_TABLE_RACKS] = TABLE("cluster/racks", gpusim_rack_row, rack_columns, "The racks."),
    [GPUSIM_TABLE_FRAGMENTATION] =
        TABLE("fragmentation", gpusim_fragmentation_row, fragmentation_columns,
              "Fragmentation of what is idle, as it changes."),
    [GPUSIM_TABLE_FAULTS] = TABLE("faults", gpusim_fault_row, fault_columns,
                                  "Every fault as it was, in the order in which they ended."),
    [GPUSIM_TABLE_ALERTS] = TABLE("alerts", gpusim_alert_row, alert_columns,
                                  "Every alert of a detector, in the order in which they ended."),
};

const gpusim_record *gpusim_table_record(gpusim_table table)
{
    return (unsigned)table < GPUSIM_TABLE_COUNT ? &tables[table] : NULL;
}
