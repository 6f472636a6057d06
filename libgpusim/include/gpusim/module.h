/* SPDX-License-Identifier: 0BSD */
/* Modules: what a scheduler is shown, what it may decide, and how it describes itself. A module's
 * source needs this header and nothing else; it may carry any licence compatible with the GPL's
 * terms on linking. */
#ifndef GPUSIM_MODULE_H
#define GPUSIM_MODULE_H

#include <stdint.h>

#include <gpusim/field.h>
#include <gpusim/random.h>
#include <gpusim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what a module sees ---- */

typedef enum gpusim_job_state {
    GPUSIM_JOB_QUEUED,
    GPUSIM_JOB_RUNNING,
    GPUSIM_JOB_COMPLETED,
    GPUSIM_JOB_FAILED,
    GPUSIM_JOB_CANCELLED,
    GPUSIM_JOB_TIMEOUT,
    GPUSIM_JOB_OOM,
    GPUSIM_JOB_REJECTED,
} gpusim_job_state;

typedef enum gpusim_node_state {
    GPUSIM_NODE_UP,
    GPUSIM_NODE_DRAINING,
    GPUSIM_NODE_DRAINED,
    GPUSIM_NODE_DOWN,
    GPUSIM_NODE_REPAIRING,
    GPUSIM_NODE_REMOVED,
} gpusim_node_state;

/* One job that is queued or running, as its scheduler knows it. No true duration is in here: only
 * what was requested or estimated. */
typedef struct gpusim_job_info {
    gpusim_job_id id; /* index is the job's slot; 0,0 when the slot is free */
    uint64_t order;   /* submission order over the whole run, 0 .. ; ties are broken by it */
    gpusim_time submit;
    gpusim_time start;       /* of the current or last attempt; GPUSIM_TIME_MAX: none yet */
    gpusim_time walltime;    /* limit requested per attempt; GPUSIM_TIME_MAX: none */
    gpusim_time estimate;    /* expected run time at rate 1, from the scenario's kind of estimate */
    gpusim_time attained;    /* time holding GPUs over all attempts, up to `settled` */
    gpusim_time settled;     /* when `attained` was last brought up to date */
    uint64_t memory;         /* host memory, bytes per GPU */
    uint64_t gpu_memory;     /* bytes per GPU */
    uint32_t gpus;           /* whole GPUs, all or nothing */
    uint32_t cpus;           /* thousandths of a CPU core per GPU, or of the job when it wants
                              * no GPU */
    uint32_t group;          /* the only node group it may use, or GPUSIM_NONE */
    uint32_t name, user, vc; /* names; vc counts from 0 in the table of VCs, GPUSIM_NONE: no VC */
    int32_t priority;        /* larger goes first */
    uint32_t shape;          /* jobs of one shape fit exactly the same places: same gpus, share,
                              * cpus, memory, storage, group, cluster, selector, GPU models, VC and
                              * node avoided; dense from 0 */
    uint32_t attempts;       /* times started */
    uint32_t preemptions;
    uint32_t first_part, parts; /* its current allocation, in the view's parts; 0 parts: queued */
    uint32_t state;             /* gpusim_job_state */
    uint32_t milli;             /* thousandths it takes of each of its GPUs; 1000: whole ones.
                                 * Of a MIG instance its compute slices, k / 7, rounded down */
    uint32_t mig;               /* MIG profile it wants of each, a name; 0: none */
    uint32_t cluster;           /* the only cluster it may use, or GPUSIM_NONE; on one at a time it
                                 * is in any case */
    gpusim_time done;           /* work done up to `settled`, in run time at rate 1 */
    double rate;          /* work a second now, 1 is the reference; 0 while it writes a checkpoint,
                           * starts again or hangs, and before it runs the share of a GPU that it asks
                           * for */
    gpusim_time deadline; /* when it should have ended; GPUSIM_TIME_MAX: none */
    uint32_t owner;       /* its user's place in the view's users */
    uint32_t qos, kind;   /* names of its quality of service and of what sort of work it is; 0 */
    uint32_t latency;     /* 1 .. 10: how much it wants to be near; 0: not said */
    uint32_t thrift;      /* 1 .. 10: how much it wants to be cheap; 0: not said */
    uint32_t
        preemptible; /* 1: a spot job, which may run on what is lent and be stopped for others */
    uint64_t gpu_models; /* 0: any GPU will do; else bit k: one of kind k (see gpusim_group_info)
                          * will, for k < 63. Bit 63 is no kind: it stands for models that are not
                          * in the cluster */
    uint32_t selector;   /* which nodes it may use by their labels and names, as gpusim_view_room
                          * and _may_use know; 0: any */
    uint32_t avoid; /* the node, plus 1, that it was moved away from and does not go to; 0: none */

    /* Since minor 3. An elastic job runs on any number of GPUs from `least_gpus` to `most_gpus`, as
     * the scheduler starts and resizes it; `gpus` is then what it holds while it runs. */
    uint32_t requested; /* GPUs that its work and estimate are for; of a waiting job also `gpus` */
    uint32_t least_gpus, most_gpus; /* of other jobs: `requested` */
    uint32_t resizes;
    double serial;    /* 0..1 of its work on one GPU that further ones do not shorten */
    uint64_t storage; /* of its nodes, bytes per GPU, or of the job when it wants no GPU */
} gpusim_job_info;

/* GPU time, exactly: of everything held up to `settled`; gpusim_usage_seconds goes on from there.
 */
typedef struct gpusim_usage {
    uint64_t gpu_seconds; /* whole GPU-seconds ... */
    uint64_t gpu_rest;    /* ... and thousandths of GPU-nanoseconds beside them, below 1e12 */
    gpusim_time settled;
    uint64_t milli; /* thousandths of GPUs held now */
} gpusim_usage;

/* One who has submitted jobs, in order of the first. Jobs that name no user are all of one, whose
 * name is 0. */
typedef struct gpusim_user_info {
    gpusim_usage usage;
    uint32_t name;
    uint32_t queued, running; /* jobs */
    uint32_t reserved;
} gpusim_user_info;

typedef struct gpusim_node_info {
    uint64_t memory, free_memory; /* bytes of host memory */
    uint32_t gpus, free_gpus;
    uint32_t cpus, free_cpus; /* thousandths of a core; UINT32_MAX: no limit */
    uint32_t group, rack;
    uint32_t state;                 /* gpusim_node_state; only nodes that are `up` take new jobs */
    uint32_t jobs;                  /* with at least one part here */
    uint64_t storage, free_storage; /* bytes; UINT64_MAX: no limit */
} gpusim_node_info;

/* Where a group's nodes stand, for who routes by that: `class:` of the group. */
typedef enum gpusim_node_class {
    GPUSIM_CLASS_NONE, /* not said */
    GPUSIM_CLASS_EDGE,
    GPUSIM_CLASS_CLOUD,
    GPUSIM_CLASS_GPU,
    GPUSIM_CLASS_COUNT
} gpusim_node_class;

typedef struct gpusim_group_info {
    uint64_t memory, storage;   /* of one node */
    uint64_t gpu_memory;        /* of one GPU, what the driver leaves of it; 0: no limit */
    uint32_t first_node, nodes; /* nodes of a group are adjacent */
    uint32_t gpus, cpus;        /* of one node; cpus in thousandths of a core */
    uint32_t gpu_model;         /* kind of GPU, counted from 0 as groups come: groups whose GPU
                                 * model has the same name have the same number */
    uint32_t name;
    uint32_t cut; /* 1: its GPUs are cut into MIG instances; only jobs that want one run on them */
    uint32_t node_class; /* gpusim_node_class */
    double latency;      /* s: of a message to one of its nodes */
    double cost;         /* of a node, an hour */
    uint32_t cluster;    /* the cluster it is in, counted from 0 as groups come */
    uint32_t reserved;
} gpusim_group_info;

/* Failures of a node that are remembered one by one. */
#define GPUSIM_FAILURES 8

/* What a monitoring system could say of a node now: its sensors without noise or delay, and what
 * operators keep in their books. NaN: unknown, as all is of a node without physics but for
 * `utilisation` and what is counted. */
typedef struct gpusim_hardware_info {
    double temperature; /* degC, of its hottest GPU */
    double inlet;       /* degC, of the air or water that the node takes in */
    double power;       /* W at its input */
    double power_cap;   /* W that it may draw; INFINITY: no cap */
    double gpu_power;   /* W of its GPUs, and what they may draw by themselves */
    double gpu_power_limit;
    double utilisation;   /* 0..1: mean of its GPUs, as GPU_UTIL; without physics the share of
                           * its GPUs (of its cores, if it has none) that jobs hold */
    double gpu_memory;    /* 0..1 of the memory of its GPUs that is in use */
    double recirculation; /* K/W: by how much each watt here warms all inlets of the rack */
    double rack_power;    /* W of its rack, and what that may draw; INFINITY: no cap */
    double rack_power_cap;
    gpusim_time failed[GPUSIM_FAILURES]; /* when it failed, the last time first; GPUSIM_TIME_MAX:
                                          * not so often. A failure is a fault that takes the node
                                          * or a GPU of it away, or makes jobs on them fail or
                                          * hang; or a GPU that turns itself off for heat */
    uint64_t failures;                   /* in all */
} gpusim_hardware_info;

typedef struct gpusim_vc_info {
    uint32_t name;
    uint32_t quota;  /* GPUs; GPUSIM_NONE: no limit */
    uint32_t used;   /* GPUs allocated now */
    uint32_t queued; /* jobs waiting */
    uint32_t milli;  /* thousandths of a GPU allocated beside `used`, 0 .. 999 */
    uint32_t reserved;
    gpusim_usage usage;
    uint64_t preemptible; /* thousandths of GPUs that its preemptible jobs hold */
} gpusim_vc_info;

/* One GPU, where jobs share some. A node's `free_gpus` are those that nobody holds a part of. */
typedef struct gpusim_gpu_info {
    uint64_t free_memory; /* bytes that no job on it has asked for; UINT64_MAX: no limit */
    uint32_t free_milli;  /* thousandths that nobody holds; 1000: it is free */
    uint32_t free_slices; /* MIG: bits of the memory slices that are in no instance, of 8 */
} gpusim_gpu_info;

/* A part of a placement: GPUs of one node. first_gpu GPUSIM_NONE lets the host take the free ones
 * with the lowest numbers; for a job that shares GPUs, those with the least room that is enough,
 * and free ones after these. The number of a shared GPU is a wish: when it has no room for the job,
 * the host takes another one of the node. */
typedef struct gpusim_part {
    uint32_t node;
    uint32_t first_gpu;
    uint32_t gpus;   /* 0 for a job without GPUs */
    uint32_t milli;  /* thousandths of each GPU, as the job asks for */
    uint32_t slices; /* MIG: bits of the instance's memory slices; 0 lets the host choose */
} gpusim_part;

/* Jobs as a workload has them: what this share of all jobs asks for, each in all. */
typedef struct gpusim_demand {
    double share;        /* 0..1 */
    uint64_t gpu_models; /* as in gpusim_job_info */
    uint32_t cpus;       /* thousandths of a core */
    uint32_t gpus;       /* GPUs, and the thousandths that it takes of each; 0: none */
    uint32_t milli;
    uint32_t reserved;
} gpusim_demand;

/* The cluster and its jobs at one moment. Arrays belong to the host and change as decisions are
 * carried out. Copies with other `nodes` are hypothetical clusters (a backfill's tomorrow); the
 * functions below work on them alike. */
typedef struct gpusim_view {
    uint32_t size;
    uint32_t node_count, group_count, vc_count;
    uint32_t job_capacity; /* slots */
    uint32_t running_count;
    gpusim_time now;
    const gpusim_node_info *nodes;   /* [node_count] */
    const gpusim_group_info *groups; /* [group_count] */
    const gpusim_vc_info *vcs;       /* [vc_count] */
    const gpusim_job_info *jobs;     /* [job_capacity], by slot */
    const uint32_t *running;         /* [running_count] slots, in no promised order */
    const gpusim_part *parts;        /* allocations, see gpusim_view_parts */
    const void *index;               /* the host's: nodes by free GPUs */
    const uint32_t *node_first_gpu;  /* [node_count + 1]: GPUs of node n are first[n] .. first[n+1]
                                      * - 1 over the whole cluster */
    const gpusim_gpu_info *gpus;     /* by GPU over the whole cluster; NULL where none is shared */
    const void *host;                /* the host's: whom the view asks about hardware and names */
    const gpusim_user_info *users;   /* [user_count] */
    uint32_t user_count;
    uint32_t demand_count;
    const gpusim_demand *demands; /* [demand_count]: the workload against which fragmentation is
                                   * measured, see gpusim_view_fragmentation; none where nobody
                                   * asked for that */
    const uint32_t *node_rank;    /* [node_count]: of nodes that are equally good, the one with the
                                   * least goes first; NULL: the one with the least number */
    const uint64_t *node_changes; /* [node_count]: what `changes` was when the node last did; NULL:
                                   * nobody follows */
    uint64_t changes;             /* how often any node, or `demands`, has changed */
    uint64_t demands_changed;     /* what that was when `demands` last did */
    const uint32_t *clusters; /* [cluster_count] names, see gpusim_group_info; 0: nobody named the
                               * only one there is. No job runs in two of them at a time */
    uint32_t cluster_count;
    uint32_t reserved;
    const void *selectors; /* the host's: which nodes jobs' selectors mean */
} gpusim_view;

typedef struct gpusim_placement {
    gpusim_part *parts; /* [capacity], the host's; capacity is at least the job's GPUs, and 1 */
    uint32_t count, capacity;
    double score;           /* optional, recorded with the decision */
    double runner_up_score; /* of the next best node, ... */
    uint32_t runner_up;     /* ... which is this one less 1; 0: none */
    uint32_t reserved;
} gpusim_placement;

/* Time holding GPUs so far; and run time expected to remain, (estimate - done) / rate, never below
 * 0; at rate 0 as if that were 1, and before it runs at the share of a GPU that it asks for. */
GPUSIM_API gpusim_time gpusim_view_attained(const gpusim_view *view, const gpusim_job_info *job);
GPUSIM_API gpusim_time gpusim_view_remaining(const gpusim_view *view, const gpusim_job_info *job);

/* GPU-seconds of a user or a virtual cluster up to the view's time. */
GPUSIM_API double gpusim_usage_seconds(const gpusim_view *view, const gpusim_usage *usage);

/* How fast an elastic job computes on so many GPUs, over what it does on those it requested:
 * S(gpus) / S(requested), S(n) = 1 / (serial + (1 - serial) / n) (Amdahl). What communication costs
 * is not in it. */
GPUSIM_API double gpusim_job_speed(const gpusim_job_info *job, uint32_t gpus);

/* The text of a name that the view shows; "" of none. */
GPUSIM_API const char *gpusim_view_name(const gpusim_view *view, uint32_t name);

/* Parts of a running job's allocation; *count of them. Several may be on one node. */
GPUSIM_API const gpusim_part *gpusim_view_parts(const gpusim_view *view, const gpusim_job_info *job,
                                                uint32_t *count);

/* Nodes of a group that are up and have at least `gpus` free GPUs, in three orders; GPUSIM_NONE
 * when there is none. CPU and memory are for the caller to look at. O(free counts that occur). */
GPUSIM_API uint32_t gpusim_view_first(const gpusim_view *view, uint32_t group, uint32_t gpus,
                                      uint32_t from); /* lowest index >= from */
GPUSIM_API uint32_t gpusim_view_with(const gpusim_view *view, uint32_t group, uint32_t exactly,
                                     uint32_t from); /* exactly so many free, index >= from */

/* 1 when the job's group and cluster, its selector, its GPU models and, of jobs that share GPUs,
 * how GPUs are cut let it run on nodes of this group at all. Of a selector that names nodes these
 * may be some of them. */
GPUSIM_API int gpusim_view_may_use(const gpusim_view *view, const gpusim_job_info *job,
                                   uint32_t group);

/* The same of one node. */
GPUSIM_API int gpusim_view_may_use_node(const gpusim_view *view, const gpusim_job_info *job,
                                        uint32_t node);

/* GPUs' worth of this job that a node can take now: bounded by its free GPUs (for a job that shares
 * GPUs, by those with room for its share), cores and memory. */
GPUSIM_API uint32_t gpusim_view_room(const gpusim_view *view, const gpusim_job_info *job,
                                     uint32_t node);

/* Slots of the jobs that hold something of a GPU, by its number over the whole cluster; returns how
 * many there are and fills in no more than `room`. Of a hypothetical cluster it is those of the
 * real one. For modules with GPUSIM_MODULE_SHARES. */
GPUSIM_API uint32_t gpusim_view_tenants(const gpusim_view *view, uint32_t gpu, uint32_t *slots,
                                        uint32_t room);

/* Thousandths of the GPUs of a node that are left and no use to jobs as `demands` has them, on the
 * mean over these (Weng et al., USENIX ATC 2023): F of a node of this group with so many
 * thousandths of cores and of each GPU left. What stands idle is all a fragment to a demand that
 * the node cannot serve, or that wants no GPU; to another it is what is left of GPUs that are too
 * full for it. */
GPUSIM_API double gpusim_view_fragmentation(const gpusim_view *view, uint32_t group, uint32_t cpus,
                                            const uint32_t *left, uint32_t gpus);

/* Hardware of a node, for modules with GPUSIM_MODULE_READS_HARDWARE; to others all is unknown. In a
 * pass it is as it was when the module first asked for that node in it: O(GPUs of the node) then,
 * afterwards O(1). Of a hypothetical cluster it is that of the real one. */
GPUSIM_API void gpusim_view_hardware(const gpusim_view *view, uint32_t node,
                                     gpusim_hardware_info *hardware);

/* How long a job would run on nodes of a group, over its duration: by its kind. */
GPUSIM_API double gpusim_view_run_time(const gpusim_view *view, const gpusim_job_info *job,
                                       uint32_t group);

/* The node of that name ("train-0003"), or GPUSIM_NONE. */
GPUSIM_API uint32_t gpusim_view_find_node(const gpusim_view *view, const char *name);

/* ---- what a module decides ---- */

typedef struct gpusim_decisions gpusim_decisions; /* where decisions go; the host's */

/* Each is checked and carried out at once, so that the view shows it. A refusal (returned, recorded
 * with its reason) changes nothing. `reason` is a short word or two, or NULL. */
typedef enum gpusim_refusal {
    GPUSIM_ACCEPTED,
    GPUSIM_REFUSED_NO_JOB,  /* no such job, or in the wrong state */
    GPUSIM_REFUSED_NO_NODE, /* no such node, or it is not up */
    GPUSIM_REFUSED_GPUS,    /* GPUs are not free, or not as many as the job needs */
    GPUSIM_REFUSED_CPUS,
    GPUSIM_REFUSED_MEMORY,
    GPUSIM_REFUSED_QUOTA,
    GPUSIM_REFUSED_GROUP,    /* a node outside the job's group */
    GPUSIM_REFUSED_CLUSTER,  /* a node outside the job's cluster, or nodes of two clusters */
    GPUSIM_REFUSED_SELECTOR, /* a node that the job's selector does not mean */
    GPUSIM_REFUSED_AVOIDED,  /* the node that the job was moved away from */
    GPUSIM_REFUSED_STORAGE,
} gpusim_refusal;

GPUSIM_API gpusim_refusal gpusim_decide_start(gpusim_decisions *decisions, gpusim_job_id job,
                                              const gpusim_placement *placement,
                                              const char *reason);
GPUSIM_API gpusim_refusal gpusim_decide_preempt(gpusim_decisions *decisions, gpusim_job_id job,
                                                const char *reason);
/* Another placement without leaving the running state: free and immediate. */
GPUSIM_API gpusim_refusal gpusim_decide_migrate(gpusim_decisions *decisions, gpusim_job_id job,
                                                const gpusim_placement *placement,
                                                const char *reason);
/* A running elastic job goes on with another number of GPUs, on this placement; it may keep some of
 * its own. It holds them at rate 0 for as long as starting again takes it. Since minor 3. */
GPUSIM_API gpusim_refusal gpusim_decide_resize(gpusim_decisions *decisions, gpusim_job_id job,
                                               const gpusim_placement *placement,
                                               const char *reason);
GPUSIM_API gpusim_refusal gpusim_decide_cancel(gpusim_decisions *decisions, gpusim_job_id job,
                                               const char *reason);
/* Ask again at `time` at the latest, even if nothing has happened; holds for the next pass only. */
GPUSIM_API void gpusim_decide_wait(gpusim_decisions *decisions, gpusim_time time);

/* ---- what a module is ---- */

#define GPUSIM_MODULE_MAGIC     UINT32_C(0x6d707367) /* "gspm" */
#define GPUSIM_MODULE_ABI_MAJOR 1
#define GPUSIM_MODULE_ABI_MINOR 5

typedef enum gpusim_module_kind {
    GPUSIM_MODULE_ORDER = 1, /* who is next */
    GPUSIM_MODULE_PLACEMENT, /* where */
    GPUSIM_MODULE_BACKFILL,  /* who may overtake a blocked head */
    GPUSIM_MODULE_PREEMPTION,
    GPUSIM_MODULE_SCHEDULER, /* decides everything by itself */
    GPUSIM_MODULE_DETECTOR,
} gpusim_module_kind;

typedef enum gpusim_module_flag {
    /* It looks at `estimate`, or at gpusim_view_remaining: where estimates are true durations, the
     * summary says `oracle`. */
    GPUSIM_MODULE_READS_ESTIMATES = 1,
    /* An order that is little without preemption: `repack` makes it what it is called. */
    GPUSIM_MODULE_PREEMPTS = 2,
    /* It asks gpusim_view_hardware. */
    GPUSIM_MODULE_READS_HARDWARE = 4,
    /* A detector that wants its values in standard deviations (gpusim/detector.h). */
    GPUSIM_MODULE_STANDARDISED = 8,
    /* A detector over others: its parameters begin with a gpusim_list of `const char *`, detectors
     * in words. The host keeps these; it is shown their scores in place of signals, and a cause
     * that it names is one of them. */
    GPUSIM_MODULE_OVER_SCORES = 16,
    /* A placement that places parts of GPUs itself and may name the GPU (see gpusim_part); others
     * are asked only where no partly used GPU has room, and then for free ones. */
    GPUSIM_MODULE_SHARES = 32,
    /* A detector that learns from what is known to have been anomalous, with some of its parameters
     * at least (gpusim/detector.h). */
    GPUSIM_MODULE_READS_LABELS = 64,
} gpusim_module_flag;

/* What each operation is handed. */
typedef struct gpusim_context {
    const void *parameters; /* the module's record, filled from the scenario */
    void *state;            /* its state_bytes, zeroed at creation; saved and restored bit by bit */
    void *job_state;        /* job_bytes for each slot: use gpusim_job_state_of */
    const gpusim_view *view;
    gpusim_stream stream; /* randomness of this module in this run */
    uint32_t job_bytes;
    uint32_t node_bytes;
    void *node_state;            /* node_bytes for each node: use gpusim_node_state_of */
    void *memory;                /* the host's: see gpusim_remember */
    gpusim_placement *placement; /* of schedulers: room for any job that waits; else NULL */
    void *cache; /* of a placement with a `cache`: so many bytes, zeroed in the beginning and
                  * whenever the run was restored; NULL on hypothetical clusters */
    uint64_t cache_bytes;
} gpusim_context;

static inline void *gpusim_job_state_of(const gpusim_context *context, uint32_t slot)
{
    return (char *)context->job_state + (uint64_t)slot * context->job_bytes;
}

static inline void *gpusim_node_state_of(const gpusim_context *context, uint32_t node)
{
    return (char *)context->node_state + (uint64_t)node * context->node_bytes;
}

/* What a module remembers under keys of its own making (a user, a name, both), however many there
 * come to be: `memory_bytes` for each, zeroed when the key is new; saved and restored bit by bit.
 * Recall is NULL for a key that is not there; remember makes it, and is NULL only when memory is
 * short, which ends the run. Both hold until the next call of remember. O(1) expected. Only where
 * the operation is told that something has happened may anything be remembered or changed. */
GPUSIM_API void *gpusim_recall(const gpusim_context *context, uint64_t key);
GPUSIM_API void *gpusim_remember(const gpusim_context *context, uint64_t key);

/* How a job ended, for modules that learn. */
typedef struct gpusim_outcome {
    gpusim_time run;  /* work it had done, in run time at rate 1: all of it, if it completed */
    gpusim_time held; /* time holding GPUs over all attempts */
    uint32_t state;   /* gpusim_job_state */
    uint32_t reserved;
} gpusim_outcome;

typedef struct gpusim_module {
    /* These five never move. */
    uint32_t magic;
    uint32_t size;
    uint16_t abi_major, abi_minor;
    uint32_t kind;
    const char *name;
    const char *version;
    const char *doc;                 /* one or two sentences */
    const gpusim_record *parameters; /* NULL: none */
    const void *operations;          /* by kind: gpusim_order, gpusim_placer, gpusim_scheduler or
                                      * gpusim_detector */
    uint32_t state_bytes;            /* flat and without pointers */
    uint32_t job_bytes;              /* the same for each job; zeroed at its submission */
    uint32_t flags;                  /* gpusim_module_flag */
    uint32_t node_bytes;   /* the same for each node; zeroed at creation. Of schedulers and
                            * orders */
    uint32_t memory_bytes; /* of each key remembered */
    uint32_t reserved;
    const char *const *reasons; /* since minor 2: those that it gives with decisions, ended by
                                 * NULL; another is not recorded. NULL: none */
} gpusim_module;

/* Order: the smaller key goes first; equal keys in order of submission. Under preemption `repack`
 * the jobs, running and queued, form one lasting list in which equal keys keep their places. */
typedef struct gpusim_order {
    double (*key)(const gpusim_context *context, const gpusim_job_info *job);
    /* The rest only under `repack`, each may be NULL. Arrange: permutes slots[count] (new jobs are
     * last) in place of sorting by key. Granted: told who runs after the pass, may permute again.
     * Wake: the next time the order changes by itself. */
    void (*arrange)(const gpusim_context *context, uint32_t *slots, uint32_t count);
    void (*granted)(const gpusim_context *context, uint32_t *slots, const uint8_t *runs,
                    uint32_t count);
    gpusim_time (*wake)(const gpusim_context *context);

    /* Since minor 2, each may be NULL. A job was submitted (it has no key yet); one that the
     * scheduler knew has ended, running or queued, and is about to leave the view. */
    void (*submitted)(const gpusim_context *context, const gpusim_job_info *job);
    void (*ended)(const gpusim_context *context, const gpusim_job_info *job,
                  const gpusim_outcome *outcome);

    /* Where places change with time, or with what others get, a lasting order of all who wait would
     * have to be sorted again and again. Instead jobs are in classes, within which the key holds
     * (and may not change while a job waits); of each class only the first is ranked, smaller ranks
     * go first, then smaller keys, then earlier jobs. A pass costs O(classes x shapes) then, not
     * O(jobs). Both or none. */
    uint64_t (*class_of)(const gpusim_context *context, const gpusim_job_info *job);
    double (*rank)(const gpusim_context *context, const gpusim_job_info *job);
    /* Until when ranks hold, but for those of a class in which a job starts or ends; called before
     * they are asked for anew, so that the order brings its state up to date in it. NULL: they are
     * asked for in every pass. */
    gpusim_time (*holds)(const gpusim_context *context);
    /* What the order takes for the run time of a job that ends; the summary holds it against what
     * it was. Below 0: it made no prediction. */
    gpusim_time (*predicted)(const gpusim_context *context, const gpusim_job_info *job);
    /* Looks at parameters before a run, as a scheduler's does. */
    gpusim_status (*check)(const gpusim_view *view, const void *parameters, gpusim_error *err);
} gpusim_order;

/* Placement: fills `placement` for one job on context->view and returns 1, or 0 when it does not
 * fit. Changes nothing but its own state. */
typedef struct gpusim_placer {
    int (*place)(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement);

    /* Since minor 2, as of an order. */
    void (*submitted)(const gpusim_context *context, const gpusim_job_info *job);
    void (*ended)(const gpusim_context *context, const gpusim_job_info *job,
                  const gpusim_outcome *outcome);
    /* Bytes for what it wants to remember although it could find it out again. */
    uint64_t (*cache)(const gpusim_view *view);
} gpusim_placer;

/* A scheduler that decides everything: one pass after each batch in which jobs or nodes changed.
 * The queue is in order of submission. */
typedef struct gpusim_scheduler {
    gpusim_status (*pass)(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                          gpusim_decisions *decisions, gpusim_error *err);

    /* Since minor 2, as of an order. */
    void (*submitted)(const gpusim_context *context, const gpusim_job_info *job);
    void (*ended)(const gpusim_context *context, const gpusim_job_info *job,
                  const gpusim_outcome *outcome);

    /* Since minor 2, may be NULL: looks at parameters before a run, on a view that has nodes,
     * groups and names alone. GPUSIM_SCENARIO with err->key, the key within the parameters, when
     * something is wrong with them. */
    gpusim_status (*check)(const gpusim_view *view, const void *parameters, gpusim_error *err);
} gpusim_scheduler;

#ifdef __cplusplus
}
#endif
#endif
