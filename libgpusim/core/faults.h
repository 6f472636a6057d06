/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of a run: when rules strike, which faults there are, what they do together, who mends
 * them.
 *
 * What holds of a GPU, node or rack is a function of the set of its active faults: each has a list
 * of them in an order that does not depend on when they came, and gs_effect is added up anew
 * whenever the list changes. All arrays are empty where the scenario has no `chaos:`.
 */
#ifndef GS_CORE_FAULTS_H
#define GS_CORE_FAULTS_H

#include "core/sim.h"

/* Parts in which a ramp gets worse. */
#define GS_RAMP_STEPS 32u

/* Payloads of GS_ON_FAULT. */
enum { GS_FAULT_STRIKES, GS_FAULT_BURSTS, GS_FAULT_FOLLOWS };

/* Payloads of GS_ON_FAULT_OVER. */
enum { GS_FAULT_ENDS, GS_FAULT_WORSENS };

/* Of a rule on one of its targets, or of the rule itself when it has but one. It stands still while
 * what it struck last is not over. */
typedef struct gs_fault_clock {
    gpusim_event_id event; /* the next strike */
    gpusim_time since;     /* `left` is what was left to count then */
    double left;           /* ns of nominal time */
    double speed;          /* since then */
    double lemon;          /* because of who it is */
    double age;            /* of a target that ages: see gs_rule_gap */
    uint64_t ordinal;      /* of the next strike */
    uint32_t rule;
    uint32_t entity; /* GPUSIM_NONE: the rule's own clock */
    uint32_t fault;  /* its last one, while that lasts; GPUSIM_NONE: it is over */
    uint32_t reserved;
} gs_fault_clock;

/* An active fault; free ones are chained by `next`. */
typedef struct gs_fault {
    gpusim_event_id over, ramp;
    gpusim_time start;
    gpusim_time first_effect, last_effect; /* GPUSIM_TIME_MAX: none yet, or still going on */
    gpusim_time work;                      /* of its repair */
    double parameters[GS_FAULT_PARAMETERS];
    uint64_t index, root; /* in the order of strikes */
    uint64_t ordinal;
    uint32_t rule;
    uint32_t scope, entity; /* gs_fault_scope, and which */
    uint32_t origin;        /* where the rule struck; another than `entity` when it spread */
    uint32_t clock;         /* that waits for its end; GPUSIM_NONE: none does */
    uint32_t next;          /* of the same entity, in order */
    uint32_t left, right;   /* in its tree: core/fault_tree.c */
    uint32_t jobs_hit;
    uint32_t worsened; /* parts of its ramp that have passed */
    uint32_t alive;
    uint32_t victims;   /* jobs whose work it has corrupted, and which go on with it */
    uint32_t corrupted; /* those that have completed like this */
    uint8_t mend;       /* gs_mend */
    uint8_t links;      /* it makes a link slower */
    uint8_t reserved[2];
} gs_fault;

/* A strike that an earlier one brings along, later; free ones are chained by `next`. */
typedef struct gs_coming {
    uint64_t root, ordinal;
    uint32_t rule, entity, origin;
    uint32_t next;
} gs_coming;

/* What ends a fault. */
typedef enum gs_mend {
    GS_MEND_TIME,   /* its event, or nothing */
    GS_MEND_RESET,  /* the next start of its node */
    GS_MEND_REPAIR, /* a crew */
} gs_mend;

typedef struct gs_fault_totals {
    uint64_t struck;
    uint32_t first_free;
    uint32_t active;
    uint32_t crews;   /* at work */
    uint32_t waiting; /* nodes that wait for one */
    uint32_t links;   /* active faults of links */
    uint32_t paused;  /* nodes */
    uint32_t first_free_coming;
    uint32_t reserved;
} gs_fault_totals;

/* Of a rule whose clocks run faster in storms. */
typedef struct gs_fault_burst {
    gpusim_event_id event; /* this period is over */
    uint64_t ordinal;      /* of the period; odd ones are storms */
} gs_fault_burst;

/* What somebody has done to a node; each ends by its own opposite. */
enum {
    GS_HELD_DRAINED = 1 << 0,
    GS_HELD_CORDONED = 1 << 1,
    GS_HELD_KILLED = 1 << 2,   /* until it is repaired */
    GS_HELD_STARTING = 1 << 3, /* it reboots */
    GS_HELD_REMOVED = 1 << 4,
    GS_HELD_PAUSED = 1 << 5,   /* whoever computes there stands still */
    GS_HELD_CLOSING = 1 << 6,  /* maintenance is coming, or there */
    GS_HELD_SERVICED = 1 << 7, /* it is there */
    GS_HELD_SPARE = 1 << 8,    /* it waits until it is needed */
    GS_HELD_AWAY = 1 << 9,     /* its group has shrunk */
};

/* No job, no power, no signs of life. */
#define GS_HELD_DEAD                                                                               \
    (GS_HELD_KILLED | GS_HELD_STARTING | GS_HELD_REMOVED | GS_HELD_SERVICED | GS_HELD_AWAY)

/* What a node's state comes of, besides its faults. */
typedef struct gs_node_life {
    gpusim_event_id mended; /* the crew is done with one fault */
    gpusim_event_id back;   /* from its reboot */
    gpusim_time asked;      /* for a crew; GPUSIM_TIME_MAX: it needs none */
    uint32_t mends;         /* the fault at hand; GPUSIM_NONE: no crew is there */
    uint16_t held;          /* GS_HELD bits */
    uint8_t starts;         /* it is resetting its GPUs just now */
    uint8_t reserved;
} gs_node_life;
_Static_assert(sizeof(gs_fault_clock) == 72 && sizeof(gs_fault) == 160 &&
                   sizeof(gs_fault_totals) == 40 && sizeof(gs_node_life) == 32 &&
                   sizeof(gs_coming) == 32,
               "no padding: they are hashed");

#define GS_FAULT(sim, fault)  (&GS_AT((sim)->faults, gs_fault, fault))
#define GS_CLOCK(sim, clock)  (&GS_AT((sim)->fault_clocks, gs_fault_clock, clock))
#define GS_LIFE(sim, node)    (&GS_AT((sim)->lives, gs_node_life, node))
#define GS_FAULT_TOTALS(sim)  ((gs_fault_totals *)(sim)->fault_totals.data)
#define GS_BURST(sim, rule)   (&GS_AT((sim)->fault_bursts, gs_fault_burst, rule))
#define GS_RULE(sim, rule)    (&(sim)->model->chaos.rules[rule])
#define GS_KIND_OF(sim, rule) (&gs_fault_kinds[GS_RULE(sim, rule)->kind])

/* GPUs and nodes that an entity stands for. */
typedef struct gs_reach {
    uint32_t first_gpu, end_gpu, first_node, end_node;
} gs_reach;
gs_reach gs_reach_of(const gpusim_sim *sim, uint32_t scope, uint32_t entity);

/* ---- core/fault_set.c: which faults there are, and what they do together ---- */
gpusim_status gs_fault_set_create(gpusim_sim *sim, gpusim_error *err);
/* Room for the sums, which are no state, where there is a set. */
gpusim_status gs_effects_create(gpusim_sim *sim, gpusim_error *err);
/* A new fault, with what `made` says of it, in the list of its entity. */
gpusim_status gs_fault_add(gpusim_sim *sim, const gs_fault *made, uint32_t *fault,
                           gpusim_error *err);
void gs_fault_remove(gpusim_sim *sim, uint32_t fault);
/* The sums above and at an entity, as its lists have them. */
gs_effect gs_effect_of_rack(const gpusim_sim *sim, uint32_t rack);
gs_effect gs_effect_of_node(const gpusim_sim *sim, uint32_t node);
gs_effect gs_effect_of_gpu(const gpusim_sim *sim, uint32_t gpu);

/* ---- core/fault_tree.c: those of one entity ---- */
/* What somebody among some faults is. */
enum {
    GS_SUM_RESET = 1 << 0,   /* over with a reset */
    GS_SUM_REPAIR = 1 << 1,  /* with a repair */
    GS_SUM_BROKEN = 1 << 2,  /* nothing can run there until somebody does something */
    GS_SUM_CUT = 1 << 3,     /* cut off */
    GS_SUM_IN_NODE = 1 << 4, /* gone when the node has been put right */
};
/* A fault and all below it in its tree; no state. */
typedef struct gs_fault_sum {
    gs_effect effect;
    uint64_t heap; /* its own, the highest of all below it */
    uint32_t count, bits;
} gs_fault_sum;
/* Into and out of the order of its entity; what it does is about to be looked at anew. */
gpusim_status gs_fault_join(gpusim_sim *sim, uint32_t fault, gpusim_error *err);
void gs_fault_leave(gpusim_sim *sim, uint32_t fault);
void gs_fault_refresh(gpusim_sim *sim, uint32_t fault);
/* All of it once the state is there again. */
gpusim_status gs_fault_trees_restore(gpusim_sim *sim, gpusim_error *err);
/* The first of an entity, `next` leading to the others; the first with any of these bits. */
uint32_t gs_fault_first(const gpusim_sim *sim, uint32_t scope, uint32_t entity);
uint32_t gs_fault_with(const gpusim_sim *sim, uint32_t scope, uint32_t entity, uint32_t bits);
/* What they do, on top of a sum. O(1), whether they are many or few. */
gs_effect gs_fault_effects(const gpusim_sim *sim, uint32_t scope, uint32_t entity, gs_effect sum);
int gs_fault_tree_sound(const gpusim_sim *sim, uint32_t scope, uint32_t entity);

/* ---- core/fault_effects.c: what that changes ---- */
/* The set of an entity's faults is another: sums, and what follows from them. */
gpusim_status gs_faults_changed(gpusim_sim *sim, uint32_t scope, uint32_t entity,
                                gpusim_error *err);
/* All sums, from nothing; nothing follows from them. */
void gs_effects_restore(gpusim_sim *sim);
/* Running jobs on an entity: their slots in sim->fault_jobs. */
gpusim_status gs_fault_jobs(gpusim_sim *sim, uint32_t scope, uint32_t entity, gpusim_error *err);
/* They go elsewhere at once, as when the scheduler preempts them: core/node_actions.c. */
gpusim_status gs_requeue_jobs(gpusim_sim *sim, uint32_t scope, uint32_t entity, gpusim_error *err);
/* They lose their GPUs for this reason. */
gpusim_status gs_fault_kill(gpusim_sim *sim, uint32_t scope, uint32_t entity,
                            gpusim_job_reason reason, gpusim_error *err);

/* ---- core/fault_jobs.c: jobs that meet faults ---- */
/* It hangs or not, and has room on its disk or not, as the faults on what it holds say. */
gpusim_status gs_faults_follow(gpusim_sim *sim, uint32_t slot, gpusim_error *err);

/* ---- core/fault_clocks.c: when rules strike ---- */
gpusim_stream gs_fault_stream(const gpusim_sim *sim, uint32_t rule, const char *purpose,
                              uint32_t entity);
/* degC of its hottest GPU; NaN: it has none with a temperature. */
double gs_fault_temperature(const gpusim_sim *sim, uint32_t scope, uint32_t entity);
int gs_node_is_down(const gpusim_sim *sim, uint32_t node);
/* A clock goes on to its next strike. */
gpusim_status gs_clock_next(gpusim_sim *sim, uint32_t clock, gpusim_error *err);
gpusim_status gs_clocks_create(gpusim_sim *sim, uint32_t rule, gpusim_error *err);
/* Those of a node and of its GPUs run at another speed, if they do. */
gpusim_status gs_clocks_of_node(gpusim_sim *sim, uint32_t node, gpusim_error *err);
gpusim_status gs_clocks_burst(gpusim_sim *sim, uint32_t rule, gpusim_error *err);

/* ---- core/fault_errors.c: what drivers count ---- */
gpusim_status gs_gpu_errors_create(gpusim_sim *sim, gpusim_error *err);
/* Before the rate of what is corrected changes. */
void gs_gpu_errors_settle(gpusim_sim *sim, uint32_t gpu);
void gs_gpu_errors_strike(gpusim_sim *sim, uint32_t gpu, const gs_strike *strike);
/* A node starts: what is counted since then begins at 0, and rows are remapped. */
void gs_gpu_errors_restart(gpusim_sim *sim, uint32_t gpu);

/* ---- core/node_life.c: states of nodes that can fail, and crews ---- */
/* Its state follows from faults, crews, jobs and who has drained it. */
gpusim_status gs_node_life_update(gpusim_sim *sim, uint32_t node, gpusim_error *err);
/* Somebody drains it, or gives it back, which starts it anew. */
gpusim_status gs_node_life_drain(gpusim_sim *sim, uint32_t node, int drained, gpusim_error *err);
/* Nodes can be down, and do what faults and actions say, from now on. */
gpusim_status gs_node_life_begin(gpusim_sim *sim, gpusim_error *err);
/* These GS_HELD bits begin and end to hold, and what follows. */
gpusim_status gs_node_hold(gpusim_sim *sim, uint32_t node, uint32_t begin, uint32_t end,
                           gpusim_error *err);
/* It is down for so long, unless it is down anyway. */
gpusim_status gs_node_reboot(gpusim_sim *sim, uint32_t node, gpusim_time span, gpusim_error *err);
/* All faults of it and of its GPUs end, and it need not stay killed. */
gpusim_status gs_node_repair(gpusim_sim *sim, uint32_t node, gpusim_error *err);
/* A GPU of a node that is not down starts again: its jobs fail, and what a reset ends is over. */
gpusim_status gs_gpu_reset(gpusim_sim *sim, uint32_t gpu, gpusim_error *err);
/* A fault is about to go: the crew that was at it has another. */
void gs_node_life_forget(gpusim_sim *sim, uint32_t fault);
gpusim_status gs_crews_assign(gpusim_sim *sim, gpusim_error *err);
uint32_t gs_fault_node(const gpusim_sim *sim, const gs_fault *fault); /* GPUSIM_NONE: above it */

/* ---- core/faults.c: strikes and ends ---- */
/* One strike of a rule on one entity. */
typedef struct gs_struck {
    uint32_t rule, entity, origin, clock;
    uint64_t ordinal, root; /* root UINT64_MAX: itself */
    gpusim_time lasts;      /* GPUSIM_TIME_MAX: as the rule says */
} gs_struck;
/* If it has an effect at all, and what it brings along. */
gpusim_status gs_fault_strike(gpusim_sim *sim, const gs_struck *struck, gpusim_error *err);

/* ---- core/corruption.c ---- */
/* Jobs whose work a strike on an entity would corrupt: those in sim->fault_jobs that are sound. */
uint32_t gs_corruption_finds(const gpusim_sim *sim);
void gs_corruption_strikes(gpusim_sim *sim, uint32_t fault);
/* Somebody finds it: its victims go back to what they had saved before. */
gpusim_status gs_corruption_found(gpusim_sim *sim, uint32_t fault, gpusim_error *err);

/* ---- core/fault_causes.c: faults that follow others ---- */
/* What stands for the ordinal of a strike in the draws of what it brings along on others: two that
 * are struck for the k-th time have nothing in common there. */
uint64_t gs_fault_elsewhere(const gpusim_sim *sim, const gs_struck *struck);
/* A strike has had its effect as fault `root`, or as one of its cascade. */
gpusim_status gs_fault_brings(gpusim_sim *sim, const gs_struck *struck, uint64_t root,
                              gpusim_error *err);
/* One that was to come later is due. */
gpusim_status gs_fault_follows(gpusim_sim *sim, uint32_t coming, gpusim_error *err);
/* The neighbours of an entity, itself among them. */
void gs_fault_neighbours(const gpusim_sim *sim, uint32_t scope, uint32_t entity, uint32_t *first,
                         uint32_t *end);
gpusim_status gs_fault_end(gpusim_sim *sim, uint32_t fault, gpusim_error *err);

#endif
