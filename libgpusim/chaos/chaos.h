/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults: which kinds there are, what each does to what it strikes, when rules strike. Pure: it
 * returns times and effects, and applies none. */
#ifndef GS_CHAOS_CHAOS_H
#define GS_CHAOS_CHAOS_H

#include "base/distribution.h"

/* What a fault strikes. Effects on a node reach its GPUs, effects on a rack its nodes. */
typedef enum gs_fault_scope {
    GS_FAULT_ON_GPU,
    GS_FAULT_ON_NODE,
    GS_FAULT_ON_RACK,
    GS_FAULT_ON_CLUSTER,
    GS_FAULT_SCOPES
} gs_fault_scope;

extern const char *const gs_fault_scope_names[GS_FAULT_SCOPES]; /* "GPU", "node", ... */

/* What holds while any active fault says so. */
enum {
    GS_FAULT_DOWN = 1 << 0,    /* of a node: it is gone, its jobs fail, it waits for repair */
    GS_FAULT_OFF = 1 << 1,     /* of a GPU: fallen off the bus; jobs on it fail, series vanish */
    GS_FAULT_HANG = 1 << 2,    /* whoever computes here does not get on, and its peers wait */
    GS_FAULT_BRAKE = 1 << 3,   /* HW power brake: the clock at half at most, bits 0x80 | 0x8 */
    GS_FAULT_SILENT = 1 << 4,  /* heartbeat and series are missing */
    GS_FAULT_STUCK = 1 << 5,   /* series repeat their last value */
    GS_FAULT_CUT_OFF = 1 << 6, /* no traffic leaves the node, nor comes */
    GS_FAULT_NO_DISK = 1 << 7, /* checkpoints fail */
    GS_FAULT_CLOSED = 1 << 8,  /* cordoned: no new jobs (maintenance) */
    GS_FAULT_MUTE = 1 << 9,    /* the heartbeat is missing, the series go on */
};

/* What all active faults of one GPU, node or rack do together: a function of their set, whatever
 * the order in which they came (definitions 10). gs_effect_none is that of no fault. */
typedef struct gs_effect {
    double slowdown;    /* product, >= 1: a step takes so many times as long */
    double memory;      /* product, >= 1: so does what waits for the GPU's memory */
    double resistance;  /* product: of the way from GPU to coolant */
    double inlet;       /* K, sum: warmer than it would breathe */
    double cap;         /* W, minimum; INFINITY: none */
    double nvlink;      /* product, 0..1: bandwidth that is left */
    double pcie;        /* the same */
    double network;     /* the same of a node's NICs */
    double delay;       /* s, sum: on every message between nodes */
    double noise;       /* share of the reading, root of the sum of squares: telemetry */
    double bias;        /* K, sum: telemetry lies by so much (spoofing) */
    double skew;        /* s, sum: telemetry's time is off by so much */
    double correctable; /* 1/s, sum: single-bit errors */
    double leak;        /* B/s, sum: of the GPU's memory, by whoever runs there */
    double load;        /* sum: of the GPU's time, taken by what is no job */
    double held;        /* sum: share of its memory, the same */
    double power;       /* W, sum: drawn by it */
    double warmth;      /* K, sum: this GPU alone is warmer than it would be */
    uint32_t flags;     /* GS_FAULT bits, union */
    uint32_t supplies;  /* of a node, sum: power supplies lost */
} gs_effect;

extern const gs_effect gs_effect_none;
void gs_effect_add(gs_effect *sum, const gs_effect *one);

typedef enum gs_fault_kills {
    GS_KILLS_NOBODY,
    GS_KILLS_JOBS,
    GS_KILLS_BY_MEMORY, /* as out of memory, which is how they end */
} gs_fault_kills;

/* What a strike does once, at its beginning. */
typedef struct gs_strike {
    uint32_t xid;           /* written to the driver's log; 0: none */
    uint32_t uncorrectable; /* double-bit errors counted */
    uint32_t remapped;      /* rows remapped; GPUSIM_NONE: a remapping failed */
    uint8_t kills;          /* gs_fault_kills: jobs on it fail at once */
    uint8_t corrupts;       /* silently: nobody is told */
    uint8_t needs;          /* gs_fault_needs: what ends it when the rule has no `for:` */
    uint8_t silent;         /* leaves no sign in telemetry */
} gs_strike;

typedef enum gs_fault_needs {
    GS_NEEDS_NOTHING, /* it is over at once, or with its `for:` */
    GS_NEEDS_RESET,   /* of the GPU */
    GS_NEEDS_REPAIR,  /* of the node: `repair:` says how long that takes */
} gs_fault_needs;

/* ---- kinds ---- */

/* Numbers of a rule that its kind gives a meaning; drawn anew at every strike. */
enum { GS_FAULT_PARAMETERS = 4 };

/* What it is like in words: gpusim_fault_kind_at (gpusim/fault.h). */
typedef struct gs_fault_kind {
    const char *name; /* "node-crash" */
    uint32_t scope;   /* gs_fault_scope */
    uint32_t flags;   /* GS_FAULT bits of its effect */
    gs_strike strike;
    const gpusim_record *record; /* the table of its rules: chaos/tables.h */
    /* Fills in what parameters do; NULL: the flags are all. Called by gs_fault_effect alone. */
    void (*effect)(const double *parameters, double severity, gs_effect *effect);
} gs_fault_kind;

extern const gs_fault_kind gs_fault_kinds[];
extern const uint32_t gs_fault_kind_count;

/* The effect of one strike with these parameters, `severity` (0 .. 1) of the way there: a ramp. */
gs_effect gs_fault_effect(uint32_t kind, const double *parameters, double severity);

/* ---- rules, as a model holds them ---- */

typedef enum gs_when {
    GS_WHEN_AT,      /* at given times, on every target of the rule */
    GS_WHEN_EVERY,   /* a renewal process on each target: the next begins when one is over */
    GS_WHEN_POOL,    /* one renewal process of the rule (its target is called ""): each strike takes
                      * `pick` of the targets, and the clock goes on at once */
    GS_WHEN_TRACE,   /* as a file lists them: times and targets */
    GS_WHEN_FOLLOWS, /* as strikes of the rule before it bring it along */
} gs_when;

/* One line of a list of failures. */
typedef struct gs_listed_fault {
    gpusim_time at, lasts; /* lasts: GPUSIM_TIME_MAX: not given */
    uint32_t entity, reserved;
} gs_listed_fault;

typedef struct gs_rule {
    const char *name;       /* its streams hang on it */
    uint32_t kind;          /* in gs_fault_kinds */
    uint32_t when;          /* gs_when */
    gs_distribution every;  /* s between strikes on one target */
    gs_distribution lasts;  /* s; unused when `ends` is 0 */
    gs_distribution repair; /* s of work on the node once a crew is there */
    gs_distribution parameters[GS_FAULT_PARAMETERS];
    gs_distribution calm, storm; /* s that bursts are away and there; unused when `burst` is 0 */
    double burst;                /* clocks run so many times as fast in a storm; 0: no bursts */
    const gpusim_time *at;       /* [at_count], rising */
    const gs_listed_fault *list; /* [list_count], rising by time */
    const uint32_t *targets;     /* [target_count] entities of the kind's scope, rising */
    gpusim_time period;          /* all of `at` again, so much later, for ever; 0: once */
    gpusim_time from, until;     /* strikes only within [from, until) */
    gpusim_time ramp;            /* from nothing to full effect; 0: at once */
    uint32_t at_count, list_count, target_count;
    uint32_t most;       /* strikes on one target; GPUSIM_NONE: no limit */
    uint32_t pick;       /* of the targets, at random, at each time of `at` or of a pool; 0: all */
    uint8_t ends;        /* a strike lasts `lasts`; else until what it needs, or for ever */
    uint8_t hottest;     /* `pick` are the hottest of the targets, the lowest index first */
    uint8_t busy;        /* its clock runs only while a job is on the target */
    uint8_t ages;        /* a target that was struck is as old as before, not as new */
    uint8_t together;    /* all parameters of a strike hang on one draw */
    double lemon_share;  /* of the targets are lemons ... */
    double lemon_factor; /* ... whose clocks run so many times as fast; 1: there are none */
    double activation;   /* eV: clocks run faster the hotter the GPU (Arrhenius); 0: not */
    double reference;    /* degC at which that clock runs at its nominal speed */
    double spread;       /* probability that it takes each neighbour with it: the other GPUs of
                          * the node, the other nodes of the rack */
    double reaches;      /* probability that a strike has an effect at all; 1 */
    double while_below;  /* it strikes only while fewer than this share of its targets have a fault
                          * of their own; 0: whoever has */
    gs_distribution after; /* s behind the strike that it follows */
    uint32_t causes;       /* so many rules behind this one follow it */
    uint32_t neighbours;   /* it strikes those of what was struck, if they are of its kind */
} gs_rule;

/* What a model has of them. */
typedef struct gs_chaos {
    const gs_rule *rules;
    uint32_t count;
    uint32_t crews;           /* nodes under repair at a time; GPUSIM_NONE: no limit */
    gpusim_time hang_timeout; /* of collectives: whoever hangs so long fails */
} gs_chaos;

/* ---- clocks: when a rule strikes a target; ordinals count its strikes from 0 ----
 *
 * A clock counts nominal time: at speed 1 that is simulated time. It strikes when it has counted
 * the gap that was drawn. The integral of the hazard is then the unit exponential of that draw,
 * whatever the speed was on the way (a hazard at a speed v and an age a is v h(a)). */

/* The stream of a rule for a purpose ("gap", "lasts", "repair", ...) on a target, by their names.
 */
gpusim_stream gs_rule_stream(const gs_rule *rule, uint64_t seed, const char *purpose,
                             const char *target);

/* The nominal time from when the target's clock started (the begin of the run, or the end of its
 * strike ordinal - 1) to its strike `ordinal`, ns; `stream` is that of purpose "gap".
 * GPUSIM_TIME_MAX: never. *age is that of a target of a rule that ages, 0 before its first
 * strike; the gap is added to it. Others need none. */
gpusim_time gs_rule_gap(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal, double *age);

/* The time of strike `ordinal` of a rule with `at`; GPUSIM_TIME_MAX: there is none. */
gpusim_time gs_rule_time(const gs_rule *rule, uint64_t ordinal);

/* Which of its targets (indices into `targets`, rising) strike `ordinal` of a rule that picks at
 * random takes: pick numbers, or all of them when there are no more. How many. `chosen` has room
 * for all targets. O(targets). */
uint32_t gs_rule_pick(const gs_rule *rule, uint64_t seed, uint64_t ordinal, uint32_t *chosen);

/* How long a strike lasts (GPUSIM_TIME_MAX: for ever, or the rule does not say), and the work of
 * its repair, ns; streams of purposes "lasts" and "repair". */
gpusim_time gs_rule_lasts(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal);
gpusim_time gs_rule_repair(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal);

/* How much later a strike follows that of the rule that brings it along; stream "after". */
gpusim_time gs_rule_after(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal);

/* The parameters of a strike, within the bounds of its kind's table; stream "parameters". */
void gs_rule_parameters(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal,
                        double parameters[GS_FAULT_PARAMETERS]);

/* 1 when a strike has an effect at all; stream "reaches". */
int gs_rule_reaches(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal);
/* 1 when strike `ordinal` on a target takes this neighbour of it along; stream "spread" of the
 * target. */
int gs_rule_spreads(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal,
                    uint32_t neighbour);

/* How fast a target's clock runs because of who it is (lemons). */
double gs_rule_lemon(const gs_rule *rule, uint64_t seed, const char *target);
/* ... and because of the temperature of its GPU (the hottest one of a node), NaN where there is
 * none. What it is besides comes on top: multiply. */
double gs_rule_heat(const gs_rule *rule, double celsius);
/* Bursts: the length of period `ordinal` of a rule; even ones are calm, odd ones storms. Stream
 * "burst" of target "". */
gpusim_time gs_rule_period(const gs_rule *rule, gpusim_stream stream, uint64_t ordinal);

/* Strikes of one clock in a second, in the long run: lemons and bursts in the mean, at the nominal
 * temperature, if strikes took no time. */
double gs_rule_rate(const gs_rule *rule);

/* Acceleration of a hazard at a temperature over that at the reference (Arrhenius). */
double gs_arrhenius(double activation, double reference, double celsius);

/* Simulated time until a clock that has `left` ns to count strikes, rounded up; GPUSIM_TIME_MAX:
 * never. And what is left to count after `elapsed` ns at that speed, 0 at least. */
gpusim_time gs_clock_due(double left, double speed);
double gs_clock_left(double left, double speed, gpusim_time elapsed);

#endif
