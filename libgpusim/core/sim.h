/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of one run, and what the files of core/ do with it. */
#ifndef GS_CORE_SIM_H
#define GS_CORE_SIM_H

#include <stdatomic.h>

#include <gpusim/sim.h>

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
    gpusim_time blocked;       /* a checkpoint that is being written blocks at least until then */
    gpusim_time written;       /* time spent writing checkpoints */
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
    uint32_t reserved;
    uint8_t final_state; /* when it has run to its end */
    uint8_t marked;
    uint8_t plain;  /* its rate is 1 whatever happens */
    uint8_t writes; /* a checkpoint, and does nothing else */
} gs_live;
_Static_assert(sizeof(gs_live) == 240, "no padding: it is hashed");

/* What is kept of a job that has ended, for exact quantiles and the lower bound. */
typedef struct gs_ended {
    gpusim_time submit, end, first_start, duration, allocated;
    double share, host_bound; /* what its step is made of: see gs_step_on */
    uint32_t gpus, milli;
    uint32_t state; /* gpusim_job_state */
    uint32_t communicates;
} gs_ended;
_Static_assert(sizeof(gs_ended) == 72, "no padding: it is hashed");

/* One distinct request; see core/shapes.c. */
typedef struct gs_shape {
    uint64_t memory, gpu_memory;
    uint32_t gpus, cpus, group, vc;
    uint32_t milli, mig;
    uint32_t jobs; /* alive with this shape; 0: the entry is free */
    uint32_t next; /* in its bucket, or among the free */
    uint32_t fits; /* an empty cluster can take it: 0 unknown, 1 yes, else a gpusim_job_reason */
    uint32_t reserved;
} gs_shape;

/* A synthetic source's place. */
typedef struct gs_source {
    gpusim_time previous;
    uint64_t ordinal; /* of its next job */
    gs_job next;
    uint8_t more;
    uint8_t reserved[7];
} gs_source;

/* Scalars of the state: counters, and integrals brought up to `integrated`. */
typedef struct gs_totals {
    gs_wide gpu_allocated; /* integral of GPUs allocated whole, GPU-nanoseconds */
    gs_wide gpu_parted;    /* of what sharing jobs hold, in thousandths of that */
    gs_wide gpu_up;        /* of GPUs on nodes that are up or draining */
    gs_wide queue;         /* of the queue's length */
    gpusim_time integrated;
    gpusim_time first_submit, last_end;
    uint64_t submitted, completed, failed, cancelled, timeout, oom, rejected;
    uint64_t restarts, preemptions, refused, passes;
    uint64_t next_log; /* log jobs handed out */
    uint64_t held;     /* log jobs that wait for another */
    uint64_t refused_in_row;
    uint64_t parted; /* thousandths of GPUs that sharing jobs hold now */
    double useful;   /* work done by jobs that completed, GPU-seconds */
    double slowed;   /* run time beyond the work of jobs that ended, GPU-seconds */
    double checkpointing;
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
    uint32_t reserved[4];
} gs_totals;
_Static_assert(sizeof(gs_totals) == 448, "no padding: it is hashed");

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
    gs_array part_marks; /* double, beside parts: the node's `rest` when the allocation began */
    gs_array plant;      /* gs_node */
    gs_array racks;      /* gs_rack_state */
    gs_array facility;   /* gs_facility, one */
    gs_array legacy;     /* gs_legacy_state, by GPU; empty where no group has such a model */
    gs_array links;      /* gs_link: nodes, racks, spine, storage; empty where none is limited */
    gs_array hops;       /* gs_hop */
    gs_array marked_jobs, marked_gpus, marked_nodes, marked_racks, marked_links; /* uint32_t */

    gs_array sampler; /* gs_sampler, one; see core/sampling.h for these */
    gs_array second_marks, part_time_marks,
        sample_marks; /* by GPU; empty where nobody needs them */

    /* derived, or not state at all */
    gpusim_view view;
    gs_index *index;
    gs_network *network;
    gpusim_decisions decisions;
    gs_array scratch;      /* gpusim_part: runs being taken */
    gs_array anywhere;     /* gpusim_part: of gs_allocation_anywhere */
    gs_array sharers;      /* double: demands, floors and grants of a cap that is divided */
    gs_array priorities;   /* int32_t: beside them */
    gs_array observers;    /* gpusim_observer */
    gs_sampling *sampling; /* the sample at hand; NULL before the first that anybody hears */
    gpusim_summary summary;
    double wall_time_s;
    gpusim_status failure; /* what ended the run, or is about to when the pass returns */
    gpusim_error failure_error;
    _Atomic int interrupted;
    uint8_t begun, paranoid, finished;
};

#define GS_TOTALS(sim)        ((gs_totals *)(sim)->totals_array.data)
#define GS_JOB(sim, slot)     (&GS_AT((sim)->jobs, gpusim_job_info, slot))
#define GS_LIVE(sim, slot)    (&GS_AT((sim)->live, gs_live, slot))
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

/* ---- core/sim.c ---- */
void gs_sim_refresh_view(gpusim_sim *sim); /* after an array may have moved */
void gs_sim_integrate(gpusim_sim *sim);    /* brings integrals up to now; call before a change */
gpusim_status gs_sim_register(gpusim_sim *sim, gpusim_error *err);
/* Observers hear the beginning, once. A run that has failed says again what it failed of. */
gpusim_status gs_sim_begin(gpusim_sim *sim, gpusim_error *err);
/* What a call from outside returns: a failure is kept, since the state is in the middle of
 * something and the run cannot go on. */
gpusim_status gs_sim_return(gpusim_sim *sim, gpusim_status status, const gpusim_error *said,
                            gpusim_error *err);

/* ---- core/shapes.c ---- */
gpusim_status gs_shape_take(gpusim_sim *sim, const gpusim_job_info *job, uint32_t *shape,
                            gpusim_error *err);
void gs_shape_leave(gpusim_sim *sim, uint32_t shape);
/* *reason is 0 when a cluster without jobs could run the one in this slot, else why not
 * (gpusim_job_reason). Found out once a shape. */
gpusim_status gs_shape_misfit(gpusim_sim *sim, uint32_t slot, uint32_t *reason, gpusim_error *err);

/* ---- core/jobs.c: a job's life ---- */
gpusim_status gs_job_submit(gpusim_sim *sim, const gs_job *job, uint32_t log, gpusim_error *err);
gpusim_status gs_job_end(gpusim_sim *sim, uint32_t slot, gpusim_job_state state,
                         gpusim_job_reason reason, gpusim_error *err);
gpusim_time gs_job_worked(const gpusim_sim *sim, uint32_t slot); /* work done by now */
void gs_job_stop(gpusim_sim *sim, uint32_t slot);                /* takes it off its GPUs */
/* What its time on GPUs by now went into; and GPU-seconds that it held beyond its work, and held
 * while it wrote. */
typedef struct gs_times {
    gpusim_time done, slowed, written;
    double useful_gpu_s; /* what its work takes on its own share of nominal GPUs */
    double slowed_gpu_s, written_gpu_s;
} gs_times;
/* Computing of a step on so many nominal GPUs (a share of one, or a faster one), over that on one:
 * what runs on the host is no slower for it. */
static inline double gs_step_on(double gpus, double host_bound)
{
    return 1 + (1 - host_bound) * (1 / gpus - 1);
}
gs_times gs_job_times(const gpusim_sim *sim, uint32_t slot);
int gs_job_alive(const gpusim_sim *sim, gpusim_job_id id);

/* ---- core/arrivals.c ---- */
gpusim_status gs_arrivals_begin(gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_on_log(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_on_synthetic(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_on_release(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_release_dependents(gpusim_sim *sim, uint32_t log, gpusim_error *err);
int gs_arrivals_over(const gpusim_sim *sim);

/* ---- core/allocate.c: GPUs, cores and memory of nodes ---- */
/* Gives a job without GPUs what the placement says, or changes nothing and says why not. With
 * `back` it had them a moment ago: then its nodes may be draining. */
gpusim_refusal gs_allocation_take(gpusim_sim *sim, uint32_t slot, const gpusim_placement *placement,
                                  int back);
void gs_allocation_release(gpusim_sim *sim, uint32_t slot);
/* Any free GPUs, lowest nodes first, scattered if need be; 0 when there are too few. */
int gs_allocation_anywhere(gpusim_sim *sim, uint32_t slot, gpusim_placement *placement);

/* ---- core/share.c: jobs that share GPUs; called by allocate.c ---- */
/* Takes a part's share of as many GPUs of its node as it says, and names them in sim->scratch;
 * gives one such part back. */
gpusim_refusal gs_share_take_part(gpusim_sim *sim, const gpusim_job_info *job,
                                  const gpusim_part *part);
void gs_share_give_part(gpusim_sim *sim, const gpusim_job_info *job, const gpusim_part *part);
/* Counts what any job holds in totals and its virtual cluster, or counts it out. */
void gs_share_count(gpusim_sim *sim, const gpusim_job_info *job, int sign);
/* Thousandths of GPUs that a virtual cluster's jobs hold. */
uint64_t gs_vc_milli(const gpusim_vc_info *vc);

/* ---- core/vram.c: memory of GPUs; live.began is set before a job joins ---- */
/* B that all tenants of a GPU hold of it now. */
uint64_t gs_vram_used(const gpusim_sim *sim, uint32_t gpu);
/* A job has joined the tenants of its GPUs, or has left them: when it and those who share memory
 * with it run out of that. */
gpusim_status gs_vram_join(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
gpusim_status gs_vram_leave(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
gpusim_status gs_on_oom(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_vram_check(const gpusim_sim *sim, gpusim_error *err);

/* ---- core/actions.c: what can be done to a cluster, whoever asks ---- */
void gs_actions_offer(gpusim_sim *sim); /* fills sim->decisions */
gpusim_refusal gs_start(gpusim_sim *sim, uint32_t slot, const gpusim_placement *placement);
gpusim_status gs_node_set(gpusim_sim *sim, uint32_t node, gpusim_node_state state,
                          gpusim_error *err);
gpusim_status gs_node_drain(gpusim_sim *sim, uint32_t node, gpusim_error *err);
/* Nodes that were draining and have no job any more are drained. */
gpusim_status gs_nodes_drained(gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_on_action(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_wake(gpusim_sim *sim, gpusim_error *err); /* what was done takes effect now */

/* ---- core/cap_actions.c: one GPU, node or rack; GPUSIM_NONE: every GPU that has physics ---- */
gpusim_status gs_action_cap(gpusim_sim *sim, gpusim_action what, uint32_t entity, double watts,
                            gpusim_error *err);

/* ---- core/replay.c ---- */
gpusim_status gs_replay_submitted(gpusim_sim *sim, uint32_t slot, gpusim_error *err);
gpusim_status gs_on_replay(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_replay_retry(gpusim_sim *sim, gpusim_error *err);
void gs_replay_left(gpusim_sim *sim, uint32_t slot);

/* ---- core/sample.c ---- */
/* Room for what sensors remember, and the first event; after the physical state was made. */
gpusim_status gs_sampling_begin(gpusim_sim *sim, gpusim_error *err);
void gs_sampling_destroy(gs_sampling *sampling);
gpusim_status gs_on_sample(void *context, const gpusim_event *event, gpusim_error *err);

/* ---- core/emit.c: what observers hear ---- */
gpusim_status gs_emit(gpusim_sim *sim, gpusim_table table, const void *row, gpusim_error *err);
gpusim_status gs_emit_event(gpusim_sim *sim, gpusim_event_type type, uint64_t entity,
                            int64_t detail, gpusim_error *err);
gpusim_status gs_emit_job(gpusim_sim *sim, uint32_t slot, gpusim_job_state state,
                          gpusim_job_reason reason, gpusim_error *err);
/* The allocation of a job that ends now: its current one, or one that it has just left. */
gpusim_status gs_emit_allocation(gpusim_sim *sim, uint32_t slot, const gpusim_part *parts,
                                 uint32_t count, gpusim_error *err);
gpusim_status gs_emit_decision(gpusim_sim *sim, gpusim_decision what, uint64_t job,
                               const gpusim_placement *placement, const char *reason,
                               gpusim_refusal refused, gpusim_error *err);
/* value: NaN where it means nothing. */
gpusim_status gs_emit_action(gpusim_sim *sim, uint32_t who, gpusim_action what, uint64_t entity,
                             double value, gpusim_error *err);
gpusim_status gs_emit_begin(gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_emit_end(gpusim_sim *sim, int complete, gpusim_error *err);

/* ---- core/summary.c ---- */
gpusim_status gs_summary_make(gpusim_sim *sim, gpusim_error *err);

#endif
