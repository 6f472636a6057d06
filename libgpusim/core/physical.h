/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The physical state of a run: GPUs, nodes, racks and the facility with their power, heat and
 * energy; and how a change travels through them.
 *
 * Whatever happens in a batch only *marks*: jobs whose rate may have changed, GPUs whose load, cap
 * or cooling has, nodes whose power has. gs_physics_flush works the marks off once after the batch
 * and once after the scheduler's pass: network, jobs, GPUs, nodes, racks, facility, in this order.
 * It ends, because nothing in it goes back: a clock depends on cap, intensity, leakage and
 * temperature, never on what other GPUs do in the same instant; caps of nodes and racks, fans and
 * inlets react after hardware.reaction.
 *
 * Power is integer nanowatts, so that sums over nodes and racks are exact, and energy is exact in
 * nW ns (1e-18 J). All arrays are empty where nothing is physical.
 */
#ifndef GS_CORE_PHYSICAL_H
#define GS_CORE_PHYSICAL_H

#include <gpusim/engine.h>
#include <gpusim/record.h>

#include "base/array.h"
#include "cluster/hardware.h"
#include "physics/legacy.h"
#include "workload/profile.h"

__extension__ typedef unsigned __int128 gs_wide; /* exact sums over time */

/* Why a clock is not what it could be: the driver's bits (NVML). */
enum {
    GS_THROTTLE_IDLE = 0x1,
    GS_THROTTLE_SW_POWER_CAP = 0x4,
    GS_THROTTLE_HW_SLOWDOWN = 0x8,
    GS_THROTTLE_SW_THERMAL = 0x20,
    GS_THROTTLE_HW_THERMAL = 0x40,
    GS_THROTTLE_POWER_BRAKE = 0x80,
};

/* Bits that lower a clock for want of power, and for heat. */
#define GS_THROTTLE_CAP  (GS_THROTTLE_SW_POWER_CAP | GS_THROTTLE_POWER_BRAKE)
#define GS_THROTTLE_HEAT (GS_THROTTLE_SW_THERMAL | GS_THROTTLE_HW_THERMAL)

typedef enum gs_gpu_level { GS_GPU_OFF, GS_GPU_IDLE, GS_GPU_CONTEXT, GS_GPU_BUSY } gs_gpu_level;

/* What runs on a GPU, all tenants together; held between flushes. */
typedef struct gs_gpu_load {
    double busy;      /* share of time in kernels of its own */
    double spin;      /* share of time waiting in collectives: utilised, at little power */
    double dynamic;   /* sum over tenants of busy x intensity */
    double active;    /* sum over tenants of busy: below it where MIG instances overlap */
    double intensity; /* of the busy phases: what a cap has to hold back */
    double memory;    /* mean share of the memory's bandwidth */
    double tensor;    /* mean share of the tensor pipes */
    double nvlink, pcie_rx, pcie_tx; /* B/s */
    double network;                  /* B/s through its node's NICs for it, one way */
    uint32_t tenants;
    uint32_t reserved;
} gs_gpu_load;

/* What a GPU's temperature does next; the payload of its pending event. */
typedef enum gs_crossing {
    GS_CROSSING_NONE,
    GS_CROSSING_LEAK,      /* leakage has to be evaluated again */
    GS_CROSSING_SETTLED,   /* close enough to the steady state to take leakage's fixed point */
    GS_CROSSING_THROTTLE,  /* up through the operating limit */
    GS_CROSSING_RELEASE,   /* down through it less the hysteresis */
    GS_CROSSING_SLOWDOWN,  /* up through the slowdown limit */
    GS_CROSSING_SPEEDUP,   /* down through it less the hysteresis */
    GS_CROSSING_SHUTDOWN,  /* up through the shutdown limit */
    GS_CROSSING_MEMORY_UP, /* the memory's limit, and down through it less the hysteresis */
    GS_CROSSING_MEMORY_DOWN,
    GS_CROSSING_FAN, /* a threshold of its node's present fan level */
} gs_crossing;

/* Work that waits for the memory takes so much longer while that throttles: 3.1 TB/s fall to 2.3
 * (reference physics.md 3.4). */
#define GS_MEMORY_SLOWDOWN (3.1 / 2.3)

/* What a GPU that has turned itself off leaves in the log. */
#define GS_XID_OFF_BUS 79u

/* One GPU. What changes by itself holds at `settled`. */
typedef struct gs_gpu {
    gs_wide energy; /* nW ns */
    gpusim_time settled;
    gpusim_event_id crossing;  /* the next that its temperature will do */
    int64_t power;             /* nW, mean over a step of what runs */
    double inlet;              /* degC: what it breathes, held */
    double drift;              /* K: still to go of the inlet's last change (liquid loops) */
    double fast, slow, memory; /* K above the inlet: both modes of the die, and the memory's */
    double leak;               /* W beyond the reference's, held */
    double leak_at;            /* degC it was evaluated at */
    double speed;              /* of this very GPU, 1: nominal */
    double slowdown;           /* by faults, >= 1: a step takes so many times as long */
    double memory_slowdown;    /* by faults: so does what waits for the memory */
    double resistance;         /* by faults: the way to the coolant is so many times as bad */
    double own_cap;            /* W: by action; INFINITY: the scenario's */
    double fault_cap;          /* W: by faults; INFINITY: none */
    double stray;              /* W: by faults, on top of what runs */
    double node_cap, rack_cap; /* W: its part of its node's and its rack's cap; INFINITY: none */
    double cap;                /* W: what holds of all these, when it was last updated */
    double demand;             /* W it would draw but for the caps of node and rack */
    gs_gpu_load load;
    double utilised; /* ns x (busy + spin): GPU_UTIL */
    double engine;   /* ns x busy: activity (definitions 2) */
    double active;   /* ns x active: what tenants use of it (definitions 18) */
    double tensor, dram;
    double nvlink, pcie_rx, pcie_tx;                /* B: integrals */
    gpusim_time power_violation, thermal_violation; /* ns below the clock for that reason */
    uint32_t clock;                                 /* on the grid */
    uint32_t cap_clock;                             /* the highest that its cap allows */
    uint32_t thermal_clock;                         /* the highest that its temperature allows */
    uint32_t reasons;                               /* GS_THROTTLE bits */
    uint32_t node;
    uint32_t first_tenant; /* in tenants, or GPUSIM_NONE */
    uint32_t xid;          /* the last; 0: none */
    uint32_t faults;       /* GS_FAULT bits of the active ones */
    uint8_t level;         /* gs_gpu_level */
    uint8_t marked;
    uint8_t steady; /* leakage and clock are at their joint fixed point, until an input moves */
    uint8_t slowed; /* hardware slowdown */
    uint8_t memory_slow; /* the memory throttles: see GS_MEMORY_SLOWDOWN */
    uint8_t settling;    /* the event has come at which it may take its steady state */
    uint8_t fresh;       /* its cap or what it runs is another: its clock may rise */
    uint8_t shut;        /* it has turned itself off */
    uint8_t reserved[12];
} gs_gpu;
_Static_assert(sizeof(gs_gpu) == 416, "no padding: it is hashed");

/* Errors of a GPU that its driver counts; what is corrected holds at `settled`. Those since its
 * node last started are the difference. */
typedef struct gs_gpu_errors {
    gpusim_time settled;
    double correctable, correctable_before; /* in all, and at the last start */
    uint32_t uncorrectable, uncorrectable_before;
    uint32_t remapped, remapped_correctable; /* rows, by what was wrong with them */
    uint32_t links;                          /* times that its NVLinks had to recover */
    uint8_t failed, pending; /* a row could not be remapped; will be at the next start */
    uint8_t reserved[2];
} gs_gpu_errors;
_Static_assert(sizeof(gs_gpu_errors) == 48, "no padding: it is hashed");

/* What a fault makes each job on a GPU lose of its memory. */
typedef struct gs_leak {
    gpusim_time since; /* the leak was last another */
    double lost;       /* B until then, by whoever was there all the time */
} gs_leak;
_Static_assert(sizeof(gs_leak) == 16, "no padding: it is hashed");

/* One job on one GPU (or part of it). */
typedef struct gs_tenant {
    gs_wide energy;       /* nW ns of the GPU that this tenant pays, at `gs_gpu.settled` */
    double input;         /* J of the same at the node's input, losses pro rata */
    double mark;          /* the node's `ratio` integral at that time */
    int64_t power;        /* nW */
    uint32_t job;         /* slot */
    uint32_t gpu;         /* over the whole cluster */
    uint32_t next_on_gpu; /* GPUSIM_NONE: the last */
    uint32_t next_of_job;
    uint32_t milli;
    uint32_t slices; /* MIG: bits of its memory slices; 0: not MIG */
} gs_tenant;

/* A link that flows share: NICs of a node, uplink of a rack, the spine, the storage. */
typedef struct gs_network gs_network; /* scratch of core/network.c */

typedef struct gs_link {
    uint32_t first; /* of its hops, or GPUSIM_NONE */
    uint32_t hops;  /* how many */
    uint32_t marked;
    uint32_t reserved;
} gs_link;

/* One job's flow on one link. */
typedef struct gs_hop {
    uint32_t job; /* slot */
    uint32_t link;
    uint32_t next_on_link, previous_on_link; /* or GPUSIM_NONE */
    uint32_t next_of_job;
    uint32_t times; /* it crosses the link, each taking as much again */
} gs_hop;

/* Where power goes. Each has its exact energy in gs_facility. */
typedef enum gs_component {
    GS_POWER_GPU,
    GS_POWER_CPU,
    GS_POWER_MEMORY,
    GS_POWER_NIC,
    GS_POWER_STORAGE,
    GS_POWER_OTHER,
    GS_POWER_FANS,
    GS_POWER_NODE_LOSS,
    GS_POWER_SWITCH,
    GS_POWER_RACK_LOSS,
    GS_POWER_CDU,
    GS_POWER_OVERHEAD,
    GS_COMPONENTS
} gs_component;

typedef struct gs_node {
    gs_wide energy; /* nW ns at its input */
    gpusim_time settled;
    gpusim_event_id control;               /* pending reaction of cap or fans */
    int64_t power[GS_POWER_NODE_LOSS + 1]; /* nW by component */
    int64_t input;                         /* nW: their sum */
    double ratio;                          /* s: integral of input / output */
    double rest;                           /* J: integral of what is not GPU, at the input */
    double inlet;                          /* degC: what the node breathes, held by its GPUs */
    double target;                         /* degC: where that would be now */
    double cap;                            /* W: by action; INFINITY: the scenario's */
    int64_t busy_cpus;                     /* cores x activity, 1e-9: sums are exact */
    double network;                        /* B/s through its NICs, one way */
    double fan_speed;                      /* 0..1 of full, at its level */
    double fan_held;                       /* ... by action, whatever its level; 0: not */
    double resistance;                     /* K/W of each GPU at that speed, or its flow */
    uint32_t fan;                          /* level */
    uint32_t fan_gpu;                      /* within the node: the one that asked for it */
    uint32_t cpu_state;
    uint8_t marked;
    uint8_t brake; /* its cap cannot be held by clocks */
    uint8_t reserved[10];
} gs_node;

typedef struct gs_rack_state {
    gs_wide energy;
    gpusim_time settled;
    gpusim_event_id control; /* pending reaction of its cap and its inlets */
    int64_t nodes;           /* nW of its nodes' inputs */
    int64_t switches;        /* nW */
    int64_t losses;          /* nW */
    int64_t power;           /* nW at its AC input: the sum of the three */
    double cap;              /* W: by action; INFINITY: the scenario's */
    uint8_t marked;
    uint8_t brake;
    uint8_t reserved[6];
} gs_rack_state;

typedef struct gs_facility {
    gs_wide energy[GS_COMPONENTS]; /* nW ns */
    gs_wide jobs;                  /* nW ns of GPUs that ended tenants have paid */
    gs_wide throttled_ns;          /* GPU-ns below the clock for heat, of what was settled */
    gs_wide capped_ns;             /* ... for a cap */
    gs_wide unheld_ns;             /* ... in which a cap could not be held: see gs_gpu_unheld */
    gpusim_time settled;
    int64_t power[GS_COMPONENTS]; /* nW now */
    int64_t peak;                 /* nW: highest that lasted, up to `settled` */
    double carbon, cost;          /* kg, currency: up to `settled` */
    double jobs_input;            /* J at their nodes' input that jobs which left have paid */
    double hottest;               /* degC: highest of any GPU at any event; -INFINITY: none yet */
    uint64_t shutdowns;
    uint64_t updates; /* of GPUs: what a change costs */
} gs_facility;
_Static_assert(sizeof(gs_tenant) == 64 && sizeof(gs_node) == 208 && sizeof(gs_rack_state) == 80 &&
                   sizeof(gs_facility) == 416,
               "no padding: they are hashed");

struct gpusim_sim;

/* ---- core/physics.c: marks and their working off ---- */
gpusim_status gs_physics_create(struct gpusim_sim *sim, gpusim_error *err); /* steady at time 0 */
int gs_is_physical(const struct gpusim_sim *sim);
/* A job has got its GPUs, or is about to leave them: its nodes and GPUs are marked. */
void gs_physics_join(struct gpusim_sim *sim, uint32_t slot);
void gs_physics_leave(struct gpusim_sim *sim, uint32_t slot);
/* A node is up again: GPUs that were off come back, cold. And one of them. */
void gs_physics_node_up(struct gpusim_sim *sim, uint32_t node);
void gs_physics_gpu_up(struct gpusim_sim *sim, uint32_t gpu);
/* Events that bring no waiting job forward (crossings, controls, steps, ticks, samples) are
 * scheduled, cancelled and received through these: a run is stalled when nothing else is pending.
 */
gpusim_status gs_background_schedule(struct gpusim_sim *sim, gpusim_time time, uint16_t handler,
                                     uint32_t entity, uint64_t payload, gpusim_event_id *id,
                                     gpusim_error *err);
void gs_background_cancel(struct gpusim_sim *sim, gpusim_event_id *id);
void gs_background_fired(struct gpusim_sim *sim); /* first thing in the handler */
gpusim_status gs_physics_flush(struct gpusim_sim *sim, gpusim_error *err);
void gs_mark_job(struct gpusim_sim *sim, uint32_t slot); /* its rate or loads may be others */
void gs_mark_gpu(struct gpusim_sim *sim, uint32_t gpu);  /* its load, cap or cooling is another */
void gs_mark_node(struct gpusim_sim *sim, uint32_t node);
/* GPUs without tenants, at their clocks' top; for physics and for sharing. Once. */
gpusim_status gs_gpus_create(struct gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_physics_check(const struct gpusim_sim *sim, gpusim_error *err);

/* ---- core/gpu.c: one GPU: clock, power, heat, crossings ---- */
const gs_node_hardware *gs_gpu_hardware(const struct gpusim_sim *sim, uint32_t gpu);
uint32_t gs_gpu_node(const struct gpusim_sim *sim, uint32_t gpu);
double gs_gpu_clock(const struct gpusim_sim *sim, uint32_t gpu); /* over the maximum; 0: off */
/* W the driver or the scenario allows it, whatever node and rack do. */
double gs_gpu_own_cap(const struct gpusim_sim *sim, const gs_gpu *gpu);
/* It draws more than it may, or its node or rack does: their clocks are at the minimum. */
int gs_gpu_unheld(const struct gpusim_sim *sim, const gs_gpu *gpu);
void gs_gpu_settle(struct gpusim_sim *sim, uint32_t gpu);
/* A copy of a GPU as it is now, without settling it: for samples and checks. */
gs_gpu gs_gpu_now(const struct gpusim_sim *sim, uint32_t gpu);
/* Its temperatures alone as they are now, die and memory. */
void gs_gpu_temperatures(const struct gpusim_sim *sim, uint32_t gpu, double *die, double *memory);
double gs_gpu_temperature(const gs_gpu *gpu); /* of what gs_gpu_now returned, degC */
double gs_gpu_memory_temperature(const gs_gpu *gpu);
gpusim_status gs_gpu_update(struct gpusim_sim *sim, uint32_t gpu, gpusim_error *err); /* in flush */
gpusim_status gs_on_crossing(void *context, const gpusim_event *event, gpusim_error *err);

/* ---- core/node.c, core/rack.c: what is not GPU, conversion, caps, fans, inlets ---- */
gpusim_status gs_node_update(struct gpusim_sim *sim, uint32_t node, gpusim_error *err);
gpusim_status gs_rack_update(struct gpusim_sim *sim, uint32_t rack, gpusim_error *err);
gpusim_status gs_on_node_control(void *context, const gpusim_event *event, gpusim_error *err);
gpusim_status gs_on_rack_control(void *context, const gpusim_event *event, gpusim_error *err);
/* A held step of supply, caps, carbon or price has come. */
gpusim_status gs_on_step(void *context, const gpusim_event *event, gpusim_error *err);
/* Sets the P-state of a node's CPUs. */
void gs_pstate(struct gpusim_sim *sim, uint32_t node, uint32_t state);
/* Caps by action; INFINITY lifts. */
gpusim_status gs_cap(struct gpusim_sim *sim, gpusim_entity what, uint32_t index, double watts,
                     gpusim_error *err);

/* ---- core/energy.c: accounts ---- */
void gs_energy_settle(struct gpusim_sim *sim);             /* facility up to now */
gs_facility gs_facility_now(const struct gpusim_sim *sim); /* a copy, without settling it */
double gs_joules(gs_wide energy);
/* What a running job has been charged so far, J: at its GPUs, and at the input of its nodes. */
double gs_energy_of_job(const struct gpusim_sim *sim, uint32_t slot, double *gpu);

/* ---- core/progress.c: rates, work, milestones of a running job ---- */
/* A job has got its GPUs (or others), and tenants: its rate, and the event of its next milestone.
 */
gpusim_status gs_progress_start(struct gpusim_sim *sim, uint32_t slot, gpusim_error *err);
/* It is about to leave them: settles the work done. The event is the caller's to cancel. */
void gs_progress_stop(struct gpusim_sim *sim, uint32_t slot);
/* What it has done since its last checkpoint is lost. */
gpusim_status gs_progress_lose(struct gpusim_sim *sim, uint32_t slot, gpusim_error *err);
/* It leaves them for others, and is then settled and started again; or returns to them at once. */
void gs_progress_leave(struct gpusim_sim *sim, uint32_t slot);
void gs_progress_back(struct gpusim_sim *sim, uint32_t slot);
void gs_progress_settle(struct gpusim_sim *sim, uint32_t slot);
/* It stands still for another reason than before, or goes on: its rate, milestone and loads. */
gpusim_status gs_progress_changed(struct gpusim_sim *sim, uint32_t slot, gpusim_error *err);
/* The event of a milestone has come: *over says whether it is the job's end. */
gpusim_status gs_progress_reached(struct gpusim_sim *sim, uint32_t slot, int *over,
                                  gpusim_error *err);
/* When its next milestone comes if nothing changes. */
gpusim_time gs_progress_end(const struct gpusim_sim *sim, uint32_t slot);
/* Its step on one of its GPUs, over the reference's computing; INFINITY: the GPU is off. */
double gs_gpu_time(const struct gpusim_sim *sim, uint32_t slot, uint32_t gpu);
double gs_gpu_time_at(const struct gpusim_sim *sim, uint32_t slot, const gs_gpu *gpu, double clock);
/* In flush, after the network: rate and milestone of a marked job, and if its step is another by
 * more than 1%, marks its GPUs. */
gpusim_status gs_job_update(struct gpusim_sim *sim, uint32_t slot, gpusim_error *err);
/* Clock, memory or speed of a GPU is another: O(1) for each tenant that need not wait for it, whose
 * rates are then the same; the others are marked. So also for jobs without GPUs on a node in
 * another P-state. */
void gs_progress_gpu(struct gpusim_sim *sim, uint32_t gpu);

/* ---- core/load.c: what jobs make of a GPU ---- */
/* Goes with the GPU's present clock. */
void gs_load_of_gpu(const struct gpusim_sim *sim, uint32_t gpu, gs_gpu_load *load);
/* What one tenant adds to that: its busy, spin and dynamic say what it pays. */
void gs_load_of_tenant(const struct gpusim_sim *sim, uint32_t tenant, gs_gpu_load *load);

/* ---- core/network.c: links and storage shared max-min ---- */
gpusim_status gs_network_create(struct gpusim_sim *sim, gpusim_error *err);
void gs_network_destroy(struct gpusim_sim *sim);
void gs_network_join(struct gpusim_sim *sim, uint32_t slot);
void gs_network_leave(struct gpusim_sim *sim, uint32_t slot);
/* A checkpoint is written from here on, and no longer. */
void gs_network_write(struct gpusim_sim *sim, uint32_t slot);
void gs_network_written(struct gpusim_sim *sim, uint32_t slot);
/* First in flush: shares of the links that something joined or left, and of all that are coupled to
 * them; marks the jobs that have another. O(1) when there are none. */
gpusim_status gs_network_update(struct gpusim_sim *sim, gpusim_error *err);
/* Faults leave another share of a node's NICs. */
void gs_network_degrade(struct gpusim_sim *sim, uint32_t node);
uint32_t gs_link_of_storage(const struct gpusim_sim *sim);
double gs_link_capacity(const struct gpusim_sim *sim, uint32_t link); /* B/s; INFINITY: no limit */

/* ---- core/collective.c: what an all-reduce costs ---- */
/* Seconds a step, now; and consolidated, alone on its links. */
double gs_collective_time(const struct gpusim_sim *sim, uint32_t slot);
double gs_collective_reference(const struct gpusim_sim *sim, uint32_t slot);
/* B/s through the NICs that its GPUs reach, on the node where it has fewest. */
double gs_network_rails(const struct gpusim_sim *sim, uint32_t slot);

/* ---- core/tenants.c: who is on which GPU ---- */
gpusim_status gs_tenants_add(struct gpusim_sim *sim, uint32_t slot, gpusim_error *err);
void gs_tenants_remove(struct gpusim_sim *sim, uint32_t slot);

/* ---- core/check_progress.c: invariants ---- */
gpusim_status gs_progress_check(const struct gpusim_sim *sim, uint32_t slot, gpusim_error *err);
gpusim_status gs_network_check(const struct gpusim_sim *sim, gpusim_error *err);

/* ---- core/legacy.c: node models of other simulators, by their own ticks ---- */
gpusim_status gs_legacy_begin(struct gpusim_sim *sim, gpusim_error *err);
/* What the model of its group says of a GPU; NULL when that is ours. */
const gs_legacy_state *gs_legacy_of(const struct gpusim_sim *sim, uint32_t gpu);
/* Share of full speed of its fans; NaN: the model has none. */
double gs_legacy_fan(const gs_node_hardware *hardware, const gs_legacy_state *node);
gpusim_status gs_on_legacy(void *context, const gpusim_event *event, gpusim_error *err);

#endif
