/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of one run: what is kept of jobs, nodes and totals, and where. */
#ifndef GS_CORE_STATE_H
#define GS_CORE_STATE_H

#include <stdatomic.h>

#include <gpusim/sim.h>

#include "core/fragments.h"
#include "core/model.h"
#include "core/physical.h"
#include "engine/engine.h"

/* Event classes, in the order in which one instant is worked off. */
enum {
    GS_CLASS_SAMPLE,
    GS_CLASS_END,
    GS_CLASS_LIMIT,
    GS_CLASS_REPAIR,
    GS_CLASS_FAULT,
    GS_CLASS_ARRIVAL,
    GS_CLASS_PHYSICS,
    GS_CLASS_CONTROL,
};

/* Handlers. */
enum {
    GS_ON_SAMPLE,
    GS_ON_END,
    GS_ON_LIMIT,
    GS_ON_LOG,       /* entity: none; the next jobs of the log */
    GS_ON_SYNTHETIC, /* entity: source */
    GS_ON_RELEASE,   /* entity: log job whose dependency has ended */
    GS_ON_REPLAY,    /* entity: slot; its recorded start */
    GS_ON_ACTION,    /* entity: action of the scenario */
    GS_ON_WAKE,
    GS_ON_CROSSING,     /* entity: GPU */
    GS_ON_NODE_CONTROL, /* entity: node */
    GS_ON_RACK_CONTROL, /* entity: rack */
    GS_ON_STEP,         /* payload: which series; a held value has a new one */
    GS_ON_LEGACY,       /* entity: group */
    GS_ON_OOM,          /* entity: slot; it runs out of memory on one of its GPUs */
    GS_ON_TIMEOUT,      /* entity: slot; it has hung for as long as a collective does */
    GS_ON_FAULT,        /* entity: clock of a rule */
    GS_ON_FAULT_OVER,   /* entity: fault; payload: it ends, or its ramp gets worse */
    GS_ON_REPAIR,       /* entity: node; a crew is done with a fault of it */
    GS_ON_BACK,         /* entity: node; it has started again */
    GS_ON_RESPONSE,     /* entity: of gs_watch; payload: 1 for the end of what it does */
    GS_ON_MEASURE,      /* entity: 0 the window begins, 1 it is over */
    GS_ON_PULSE,        /* entity: node; it is seen offline, or online */
    GS_ON_RETRY,        /* entity: of gs_order; it is told once more */
    GS_ON_MAINTENANCE,  /* entity: window; its next phase; payload: 1 in the background */
    GS_ON_JOIN,         /* entity: node; GPUSIM_NONE: the beginning */
    GS_ON_LEAVE,        /* entity: group; idle nodes leave */
    GS_ON_ARRIVAL,      /* the first of the samples on their way */
    GS_HANDLERS
};

/* Keeps the first failure of a decision or row, which have no status to return, for the pass. */
#define GS_KEEP(sim, call)                                                                         \
    do {                                                                                           \
        if ((sim)->failure == GPUSIM_OK) {                                                         \
            (sim)->failure = (call);                                                               \
        }                                                                                          \
    } while (0)

/* What the host knows of a live job and its scheduler does not; same slot as its gpusim_job_info.
 */
typedef struct gs_live {
    gpusim_time duration;       /* run time at rate 1 */
    gpusim_time allocated;      /* time holding GPUs in attempts that have ended */
    gpusim_time first_start;    /* GPUSIM_TIME_MAX: none yet */
    gpusim_event_id end, limit; /* end: or the next checkpoint, whatever comes first */
    gpusim_event_id oom;
    gpusim_event_id timeout;   /* of the collective that hangs */
    gpusim_time began;         /* this attempt, wherever it has moved since */
    double rate;               /* work a second; as gpusim_job_info's, without being shown as 0 */
    double carried;            /* ns of work below a whole one */
    double reference;          /* length of a step at the reference over its compute part */
    double compute;            /* of the slowest GPU now, in the same unit */
    double exposed;            /* what communication adds to that, in the same unit */
    double step;               /* length of a step now, in the same unit */
    double shown_step;         /* the same when loads were last made of it */
    double bandwidth;          /* B/s its collective gets through each node's NICs */
    double writing;            /* B of a checkpoint that are still to be written */
    double write_rate;         /* B/s of the storage that it gets for that */
    double energy, energy_gpu; /* J of attempts that have ended, at the nodes' input and at GPUs */
    gpusim_time checkpointed;  /* work at the start of the last checkpoint that completed */
    gpusim_time tried;         /* ... of the last that completed or failed */
    gpusim_time every;         /* work from there to the next; GPUSIM_TIME_MAX: there is none */
    gpusim_time blocked;       /* a checkpoint that is being written blocks at least until then;
                                * while it hangs: for at least so long */
    gpusim_time corrupted;     /* work by when it was corrupted */
    gpusim_time sound;         /* as checkpointed, of the last that is not corrupted */
    gpusim_time owed;          /* still to be spent on the checkpoint of a preemption, ... */
    gpusim_time loading;       /* ... and then on starting again */
    gpusim_time worked;        /* time spent on work, kept or lost, at whatever rate */
    gpusim_time written;       /* time spent writing checkpoints */
    gpusim_time redone;        /* work lost to failures, at rate 1 */
    gpusim_time restarting;    /* time spent starting again */
    gpusim_time hung;          /* time spent hanging */
    int64_t id;
    uint32_t log;        /* in the workload's jobs; GPUSIM_NONE: synthetic */
    uint32_t source;     /* name */
    uint32_t running_at; /* place in the running list */
    uint32_t generation;
    uint32_t profile;      /* in the workload's profiles; GPUSIM_NONE: the defaults */
    uint32_t first_tenant; /* of its GPUs; GPUSIM_NONE: it has none */
    uint32_t slowest;      /* the GPU it waits for; GPUSIM_NONE: to be found again */
    uint32_t tier;         /* gs_tier: how far its collective reaches */
    uint32_t first_hop;    /* on the links that it shares; GPUSIM_NONE: it shares none */
    uint32_t spread;       /* nodes that it is on */
    uint32_t most, least;  /* GPUs on any of them */
    uint32_t failures;     /* attempts that faults ended */
    uint8_t final_state;   /* when it has run to its end */
    uint8_t marked;
    uint8_t plain;   /* its rate is 1 whatever happens */
    uint8_t writes;  /* a checkpoint, and does nothing else */
    uint8_t begins;  /* this attempt has not come to its work yet */
    uint8_t hangs;   /* it waits in a collective, whatever it did before */
    uint8_t full;    /* the disk that its checkpoints go to */
    uint8_t spoiled; /* what it writes cannot be completed */
    uint32_t models; /* name of the GPU models that it may use; 0: any */
    uint32_t poison; /* the fault that corrupted its work; GPUSIM_NONE: none has */
    uint32_t reserved;
    gpusim_time resize; /* what resizing it costs; GPUSIM_TIME_MAX: as starting again */
    double scale;       /* how fast it computes on the GPUs it has, over those it requested */
    double extra_worked, extra_written, extra_restarting, extra_hung; /* GPU-s held beyond those, or
                                                                       * (below 0) short of them */
    uint64_t asked;                                                   /* thousandths of GPUs */
    double demand_before; /* thousandths of GPU-s that all had asked for when it was submitted */
} gs_live;
_Static_assert(sizeof(gs_live) == 408, "no padding: it is hashed");

/* What is kept of a job that has ended, for exact quantiles and the lower bound. */
typedef struct gs_ended {
    uint64_t order;
    double contention; /* see gs_measure_contention */
    gpusim_time submit, end, first_start, duration, allocated;
    double share, host_bound; /* what its step is made of: see gs_step_on */
    uint32_t gpus, milli;
    uint32_t state; /* gpusim_job_state */
    uint32_t communicates;
    uint32_t user, vc; /* as in gpusim_job_info */
    double least;      /* how long its kind takes where it is fastest, over its duration; 0: it is
                        * elastic, and no bound knows of it */
} gs_ended;
_Static_assert(sizeof(gs_ended) == 104, "no padding: it is hashed");

/* One distinct request; see core/shapes.c. */
typedef struct gs_shape {
    uint64_t memory, gpu_memory, gpu_models, storage;
    uint32_t gpus, cpus, group, vc;
    uint32_t milli, mig, cluster;
    uint32_t jobs; /* alive with this shape; 0: the entry is free */
    uint32_t next; /* in its bucket, or among the free */
    uint32_t fits; /* an empty cluster can take it: 0 unknown, 1 yes, else a gpusim_job_reason */
    uint32_t preemptible, selector, avoid, reserved;
    uint32_t least_gpus, most_gpus;
} gs_shape;

/* A synthetic source's place. */
typedef struct gs_source {
    gpusim_time previous;
    uint64_t ordinal; /* of its next job */
    gs_job next;
    uint8_t more;
    uint8_t reserved[7];
} gs_source;

/* Sums over jobs, GPU-seconds but for the last six: useful work, work of jobs that ended otherwise
 * than by completing, and what else they held GPUs for. */
typedef struct gs_account {
    double useful, abandoned, slowed, checkpointing, redone, restarting, hung;
    double weight; /* of means by GPU time: GPU-seconds held */
    double ettr, ettr_weighted, scheduled, scheduled_weighted;
    uint64_t jobs;
} gs_account;

/* Scalars of the state: counters, and integrals brought up to `integrated`. */
typedef struct gs_totals {
    gs_wide gpu_allocated; /* integral of GPUs allocated whole, GPU-nanoseconds */
    gs_wide gpu_parted;    /* of what sharing jobs hold, in thousandths of that */
    gs_wide gpu_up;        /* of GPUs on nodes that are up or draining */
    gs_wide queue;         /* of the queue's length */
    gpusim_time integrated;
    gpusim_time first_submit, last_end;
    uint64_t submitted, completed, failed, cancelled, timeout, oom, rejected;
    uint64_t restarts, preemptions, failures, refused, passes;
    uint64_t next_log; /* log jobs handed out */
    uint64_t held;     /* log jobs that wait for another */
    uint64_t refused_in_row;
    uint64_t parted;                   /* thousandths of GPUs that sharing jobs hold now */
    uint64_t deadlines, deadlines_met; /* of jobs that ended */
    uint64_t resizes, reserved2;
    gs_account account; /* of jobs that ended */
    gpusim_event_id wake;
    uint32_t allocated; /* GPUs now, whole */
    uint32_t up;        /* GPUs now */
    uint32_t draining;  /* nodes now */
    uint32_t queue_peak;
    uint32_t queued_now; /* jobs waiting */
    uint32_t alive;      /* queued and running */
    uint32_t ended;      /* the run has come to its end */
    uint32_t stalled;    /* ... because no job could ever run again */
    uint32_t oracle;     /* the scheduler saw a true duration */
    uint32_t emptied;    /* a draining node has lost its last job */
    uint32_t first_free_slot;
    uint32_t first_free_shape;
    uint32_t freed;          /* replay: something was released since the last try */
    uint32_t free_parts[32]; /* first free block of 2^k parts, or GPUSIM_NONE */
    uint32_t background;     /* pending events that bring no waiting job forward */
    uint32_t first_free_hop;
    uint32_t first_free_tenant;
    uint32_t idle_wakes; /* waits of the scheduler that have come since it decided anything */
    uint32_t reserved;
} gs_totals;
_Static_assert(sizeof(gs_totals) == 560, "no padding: it is hashed");

/* When a node failed, for modules that read hardware. */
typedef struct gs_node_failures {
    gpusim_time times[GPUSIM_FAILURES]; /* the last first */
    uint64_t count;
} gs_node_failures;

/* What a module was told of a node, and in which pass. No state. */
typedef struct gs_reading {
    gpusim_hardware_info info;
    uint64_t pass;
} gs_reading;

typedef struct gs_sampling gs_sampling;

struct gpusim_sim {
    const gpusim_model *model;
    uint64_t seed;
    gpusim_engine *engine;
    gs_policy *policy;
    gs_state state;

    /* the state, all flat; names are those of gs_sim_register */
    gs_array totals_array; /* gs_totals, one */
    gs_array jobs;         /* gpusim_job_info, by slot */
    gs_array live;         /* gs_live, by slot */
    gs_array running;      /* slots */
    gs_array late;         /* replay: slots past their recorded start, in that order */
    gs_array nodes;        /* gpusim_node_info */
    gs_array vcs;          /* gpusim_vc_info */
    gs_array users;        /* gpusim_user_info, in order of their first jobs */
    gs_array user_by_name; /* uint32_t: place among users + 1, by name; 0: not yet */
    gs_array gpu_free;     /* bits, 64 a word, nodes begin with a new word */
    gs_array shares;       /* gpusim_gpu_info, by GPU; empty where no job shares one */
    gs_array parts;        /* gpusim_part, blocks of powers of two */
    gs_array shapes;       /* gs_shape */
    gs_array buckets;      /* first shape of each hash bucket; a power of two of them */
    gs_array sources;      /* gs_source */
    gs_array log_end; /* gpusim_time: when a log job ended, -1 before; empty without dependencies */
    gs_array ended_jobs; /* gs_ended */
    gs_array profiles;   /* gs_job_profile, by slot; empty where no source has any */
    gs_array gpus;       /* gs_gpu; see core/physical.h for these */
    gs_array tenants;    /* gs_tenant */
    gs_array leaks;      /* gs_leak, by GPU; empty where no rule makes memory leak */
    gs_array leak_marks; /* double, beside tenants: what had leaked there when each came */
    gs_array part_marks; /* double, beside parts: the node's `rest` when the allocation began */
    gs_array plant;      /* gs_node */
    gs_array racks;      /* gs_rack_state */
    gs_array facility;   /* gs_facility, one */
    gs_array legacy;     /* gs_legacy_state, by GPU; empty where no group has such a model */
    gs_array links;      /* gs_link: nodes, racks, spine, storage; empty where none is limited */
    gs_array hops;       /* gs_hop */
    gs_array marked_jobs, marked_gpus, marked_nodes, marked_racks, marked_links; /* uint32_t */

    gs_array faults;       /* gs_fault; see core/faults.h for these; empty without rules */
    gs_array fault_clocks; /* gs_fault_clock */
    gs_array fault_lists;  /* uint32_t: first fault of each GPU, node, rack and of the cluster */
    gs_array fault_totals; /* gs_fault_totals, one */
    gs_array lives;        /* gs_node_life, by node */
    gs_array fault_bursts; /* gs_fault_burst, by rule */
    gs_array coming;       /* gs_coming: strikes that follow others later */
    gs_array gpu_errors;   /* gs_gpu_errors, by GPU */
    gs_array held_samples; /* uint8_t: the last sample, where series may stand still */
    gs_array transit;      /* gs_in_transit, in order: samples on their way; empty without delays */
    gs_array transit_values, transit_jobs; /* uint8_t, gs_lesson_job: what they show */
    gs_array clock_marks; /* uint32_t: nodes whose clocks may run at another speed */
    gs_array failures;    /* gs_node_failures; empty where no module reads hardware */

    gs_array measured;        /* gs_measure_totals, one; see core/measure.h */
    gs_array measure_marks;   /* gs_measure_mark: begin and end of the window; empty without one */
    gs_array node_held;       /* uint64_t: thousandths of a GPU that jobs hold on each node */
    gs_array fragment_totals; /* gs_fragment_totals, one; see core/fragments.h for these */
    gs_array fragments;       /* gs_fragment, by node */
    gs_array demands;         /* gpusim_demand */
    gs_array recent;          /* gs_request: the last jobs, where M is a window of them */

    gs_array watches;  /* gs_watch; see core/responses.c for these; empty without rules */
    gs_array watchers; /* gs_watcher, by rule */

    gs_array detecting; /* gs_detecting, by detector; see core/detectors.h for these */
    gs_array alarms;    /* gs_alarm, of each detector on each GPU */
    gs_array lesson_times, lesson_values, lesson_jobs; /* gpusim_time, float, gs_lesson_job: what
                                                        * is being learnt from */
    gs_array counted; /* double: readings of counters at the last sample, by counter and GPU */
    gs_array detectors_saved; /* char: what detectors have learnt and seen, filled by saving */

    gs_array pulses;   /* gs_pulse, by node; see core/fleet.h for these */
    gs_array breakers; /* gs_breaker, by node */
    gs_array orders;   /* gs_order */
    gs_array services; /* gs_service, by window */
    gs_array pools;    /* gs_pool_state, by group */
    gs_array members;  /* gs_member, by node */

    gs_array sampler; /* gs_sampler, one; see core/sampling.h for these */
    gs_array second_marks, part_time_marks,
        sample_marks; /* by GPU; empty where nobody needs them */

    /* derived, or not state at all */
    gpusim_view view;
    gs_view_host host;
    gs_array readings;     /* gs_reading, by node; empty where no module reads hardware */
    uint64_t reading_pass; /* counts passes, never back */
    gs_index *index;
    gs_network *network;
    gpusim_decisions decisions;
    gs_array drawn;        /* gs_drawn: see core/resample.h; empty where no log is drawn anew */
    gs_array node_changes; /* uint64_t: the view's; empty where no placement follows them */
    uint64_t changes, demands_changed;
    gs_array left;        /* uint32_t: thousandths left of the GPUs of a node at hand */
    gs_array scratch;     /* gpusim_part: runs being taken */
    gs_array anywhere;    /* gpusim_part: of gs_allocation_anywhere */
    gs_array sharers;     /* double: demands, floors and grants of a cap that is divided */
    gs_array priorities;  /* int32_t: beside them */
    gs_array observers;   /* gpusim_observer */
    gs_array rule_clocks; /* uint32_t: the first clock of each rule */
    gs_array gpu_effects, node_effects, rack_effects; /* gs_effect: sums over their faults */
    gs_array fault_sums;                              /* gs_fault_sum, by fault */
    gs_array fault_jobs;                              /* uint32_t: slots of jobs being struck */
    gs_sampling *sampling; /* the sample at hand; NULL before the first that anybody hears */
    struct gs_detectors *detectors; /* at work; NULL where there are none */
    gpusim_summary summary;
    double wall_time_s;
    uint32_t gpu_nodes;    /* nodes with GPUs */
    gpusim_status failure; /* what ended the run, or is about to when the pass returns */
    gpusim_error failure_error;
    _Atomic int interrupted;
    uint8_t begun, paranoid, finished;
    uint8_t slows;   /* faults may change rates of jobs */
    uint8_t hazards; /* clocks of rules run by load or temperature */
    uint8_t holds;   /* series may stand still */
    uint8_t in_pass;
};

/* 1 while a running job holds its GPUs and does no work. */
static inline int gs_stands_still(const gs_live *live)
{
    return live->hangs || live->writes || live->begins;
}

/* What a span since a running job was settled went into: together the span. */
typedef struct gs_spent {
    gpusim_time worked, written, restarting, hung;
} gs_spent;

static inline gs_spent gs_progress_spent(const gs_live *live, gpusim_time span)
{
    gs_spent spent = {0};
    if (!gs_stands_still(live)) {
        spent.worked = span;
    } else if (live->hangs) {
        spent.hung = span;
    } else if (live->begins) {
        spent.written = live->owed < span ? live->owed : span;
        spent.restarting = span - spent.written;
    } else {
        spent.written = span;
    }
    return spent;
}

#define GS_TOTALS(sim)        ((gs_totals *)(sim)->totals_array.data)
#define GS_JOB(sim, slot)     (&GS_AT((sim)->jobs, gpusim_job_info, slot))
#define GS_LIVE(sim, slot)    (&GS_AT((sim)->live, gs_live, slot))
#define GS_USER(sim, slot)    (&GS_AT((sim)->users, gpusim_user_info, GS_JOB(sim, slot)->owner))
#define GS_NODE(sim, node)    (&GS_AT((sim)->nodes, gpusim_node_info, node))
#define GS_GPU(sim, gpu)      (&GS_AT((sim)->gpus, gs_gpu, gpu))
#define GS_PLANT(sim, node)   (&GS_AT((sim)->plant, gs_node, node))
#define GS_RACK(sim, rack)    (&GS_AT((sim)->racks, gs_rack_state, rack))
#define GS_FACILITY(sim)      ((gs_facility *)(sim)->facility.data)
#define GS_PROFILE(sim, slot) gs_profile_of(sim, slot)

static inline const gs_job_profile *gs_profile_of(const gpusim_sim *sim, uint32_t slot)
{
    return slot < sim->profiles.count ? &GS_AT(sim->profiles, gs_job_profile, slot)
                                      : &gs_profile_defaults;
}

#endif
