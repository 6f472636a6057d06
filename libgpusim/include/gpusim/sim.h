/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sim is one run of a model: its state, its clock, its summary. Owned by one thread. */
#ifndef GPUSIM_SIM_H
#define GPUSIM_SIM_H

#include <stddef.h>

#include <gpusim/model.h>
#include <gpusim/record.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gpusim_sim gpusim_sim;

/* Creates the run with this seed. The model must outlive it. *Uses GSL* where the scenario has
 * detectors. */
GPUSIM_API gpusim_status gpusim_sim_create(const gpusim_model *model, uint64_t seed,
                                           gpusim_sim **sim, gpusim_error *err);
GPUSIM_API void gpusim_sim_destroy(gpusim_sim *sim);

/* Adds an observer (its struct is copied); only before the first event. */
GPUSIM_API gpusim_status gpusim_sim_observe(gpusim_sim *sim, const gpusim_observer *observer,
                                            gpusim_error *err);

/* Runs to `until`, or to the end of the scenario if that comes first. Returns GPUSIM_OK in both
 * cases; gpusim_sim_ended tells them apart. A run that ended `stalled` is complete, and says so in
 * its summary. After GPUSIM_INTERRUPTED it may go on; after any other failure it cannot, and
 * whoever asks is told the same again: finish it, or restore an earlier state. */
GPUSIM_API gpusim_status gpusim_sim_run_until(gpusim_sim *sim, gpusim_time until,
                                              gpusim_error *err);

/* Runs one batch; *ran is 0 when the run has ended. */
GPUSIM_API gpusim_status gpusim_sim_step(gpusim_sim *sim, int *ran, gpusim_error *err);
GPUSIM_API int gpusim_sim_ended(const gpusim_sim *sim);
GPUSIM_API gpusim_time gpusim_sim_now(const gpusim_sim *sim);

/* Asks the run to stop after the batch at hand, which then returns GPUSIM_INTERRUPTED. The one
 * function that is safe in a signal handler and from another thread. */
GPUSIM_API void gpusim_sim_interrupt(gpusim_sim *sim);

/* Ends the run now: unfinished jobs get their rows, observers hear the end. Idempotent; destroy
 * does not do it. */
GPUSIM_API gpusim_status gpusim_sim_finish(gpusim_sim *sim, gpusim_error *err);

/* Checks every invariant of the state; GPUSIM_INTERNAL says which one is broken. O(state). */
GPUSIM_API gpusim_status gpusim_sim_check(const gpusim_sim *sim, gpusim_error *err);

/* With paranoid = 1 that check runs after every batch. */
GPUSIM_API void gpusim_sim_paranoid(gpusim_sim *sim, int paranoid);

/* The whole state as bytes, freed with gpusim_free; a sim of the same model and seed restored from
 * them goes on as if never interrupted, also as one that had ended. Only between batches. Bytes of
 * another model or seed, or damaged ones, are GPUSIM_FORMAT and change nothing. */
GPUSIM_API gpusim_status gpusim_sim_save(const gpusim_sim *sim, void **bytes, size_t *size,
                                         gpusim_error *err);
GPUSIM_API gpusim_status gpusim_sim_restore(gpusim_sim *sim, const void *bytes, size_t size,
                                            gpusim_error *err);

/* XXH3-128 of what saving would write, 32 hexadecimal digits and a zero. */
GPUSIM_API gpusim_status gpusim_sim_hash(const gpusim_sim *sim, char hash[33], gpusim_error *err);

/* ---- actions of a program that drives the run ---- */

/* Cancels a job by its index (submission order); GPUSIM_ARGUMENT when it has ended or not begun. */
GPUSIM_API gpusim_status gpusim_sim_cancel(gpusim_sim *sim, uint64_t job, gpusim_error *err);
/* Drains a node: no new jobs; `drained` when the last has left. Undrain makes it `up`. */
GPUSIM_API gpusim_status gpusim_sim_drain(gpusim_sim *sim, uint32_t node, gpusim_error *err);
GPUSIM_API gpusim_status gpusim_sim_undrain(gpusim_sim *sim, uint32_t node, gpusim_error *err);

/* Does something to a node (or, for GPUSIM_ACTION_RESET, a GPU): drain, undrain, cordon, uncordon,
 * kill, repair, reboot, remove, add, fan, reset, pause, resume, requeue, move. `value` is that of
 * gpusim_action_row, NaN where it means nothing. GPUSIM_ARGUMENT when there is no such thing, or it
 * cannot have that value. */
GPUSIM_API gpusim_status gpusim_sim_act(gpusim_sim *sim, gpusim_action what, uint32_t index,
                                        double value, gpusim_error *err);

/* Limits what a GPU, a node or a rack may draw, in W, in place of what the scenario says; INFINITY
 * makes that hold again. GPUSIM_ARGUMENT when it draws nothing, or the GPU's driver would not take
 * such a cap. */
GPUSIM_API gpusim_status gpusim_sim_cap(gpusim_sim *sim, gpusim_entity what, uint32_t index,
                                        double watts, gpusim_error *err);

/* What a module would be shown now. */
GPUSIM_API const gpusim_view *gpusim_sim_view(const gpusim_sim *sim);

/* ---- the summary ---- */

/* Mean and type-7 quantiles (Hyndman and Fan 1996); NaN when there is no value. */
typedef struct gpusim_statistics {
    uint64_t count;
    double mean, p50, p95, p99, max;
} gpusim_statistics;

/* Ratios of completed jobs to what would be fair (definitions 20); NaN when there is none. */
typedef struct gpusim_fairness {
    uint64_t count;
    double mean, worst;
    double above_1; /* share of jobs that fared worse than fair */
} gpusim_fairness;

/* Means over jobs of one kind. */
typedef struct gpusim_split {
    uint64_t count; /* completed */
    double jct_s, wait_s, bounded_slowdown;
} gpusim_split;

/* Kinds by GPUs: none, 1 (or a part of one), 2 to 4, 5 to 8, more (Jeon et al. 2019). */
#define GPUSIM_SIZE_CLASSES 5

struct gpusim_summary {
    uint32_t size;
    uint32_t stalled; /* 1: ended because no job could ever run again */
    uint64_t seed;
    double sim_time_s, wall_time_s;
    uint64_t events, batches, passes;
    uint64_t submitted, completed, failed, cancelled, timeout, oom, rejected, unfinished;
    uint64_t restarts, preemptions, failures; /* failures: of attempts, by faults */
    uint64_t refused;
    uint64_t bad_lines; /* of logs */
    gpusim_statistics wait_s, first_wait_s, jct_s, bounded_slowdown;
    double makespan_s; /* first submit to last end */
    double gpu_allocated_fraction, gpu_allocated_fraction_of_up, gpu_utilization, goodput;
    /* Useful time over time since submission, and over time on GPUs (definitions 19): means by GPU
     * time and by job. */
    double ettr, ettr_by_job, ettr_scheduled, ettr_scheduled_by_job;
    /* What GPU time that jobs held went into beside useful work; abandoned: into work of jobs that
     * ended otherwise than by completing. */
    double slowdown_lost_gpu_s, checkpoint_lost_gpu_s, redone_lost_gpu_s, restart_lost_gpu_s;
    double hang_lost_gpu_s, abandoned_lost_gpu_s;
    double throughput_per_h; /* jobs completed */
    double
        lower_bound_jct_s; /* no schedule of rigid jobs has a smaller mean JCT (definitions 22) */
    double longest_wait_s; /* of any job, ended or not */
    uint32_t queue_peak;   /* longest queue */
    uint32_t oracle;       /* 1: it decided by estimates made of true durations */
    double queue_mean;     /* time-weighted */
    /* Definitions 21; NaN: not asked for, and no GPU is shared. Time-weighted, as shares of all
     * GPUs and of what was idle; and how many kinds of jobs M has. */
    double fragmentation, fragmentation_of_idle;
    uint64_t fragmentation_demands;
    /* NaN where nothing has power. IT is all that the racks draw; the facility's sum is jobs +
     * unallocated. */
    double energy_gpu_j, energy_cpu_j, energy_memory_j, energy_nic_j, energy_storage_j;
    double energy_other_j, energy_fans_j, energy_node_losses_j, energy_switches_j;
    double energy_rack_losses_j, energy_it_j, energy_cdu_j, energy_overhead_j, energy_facility_j;
    double energy_jobs_j, energy_unallocated_j;
    double power_mean_w, power_peak_w;    /* of the facility; the peak is event-exact */
    double carbon_kg, cost;               /* NaN: no intensity, no price given */
    double hottest_c;                     /* of any GPU */
    double throttled_gpu_h, capped_gpu_h; /* below the clock for heat, and for a cap */
    double cap_not_held_gpu_h; /* caps of GPU, node or rack below what the lowest clocks draw */
    uint64_t shutdowns;        /* of GPUs */
    uint64_t faults, alerts;
    uint64_t responses;   /* actions of rules */
    double response_cost; /* of all of them; NaN: there are no rules */
    double waste_cost;    /* of states that remedies are weighed against; NaN: there are none */
    uint64_t peak_memory_bytes; /* of the state */
    /* Jobs that are measured: the cohort, or all. */
    uint64_t cohort_jobs, cohort_unfinished;
    uint64_t starved; /* that waited longer than `measure.starvation` times their run time */
    gpusim_fairness ftf_themis;
    gpusim_fairness ftf_isolated;
    double jain_users, jain_vcs; /* of the speed at which they were served; 1: all alike */
    double load_variance; /* over nodes, of the share of their GPUs that is allocated; over time */
    gpusim_split sizes[GPUSIM_SIZE_CLASSES];
    char stall_reason[256];
    char cost_currency[24]; /* what `cost` is in; "" without it */
    /* Jobs that ended and had a deadline, and those of them that completed by it. */
    uint64_t deadlines, deadlines_met;
    /* Jobs that completed and whose run time the order had predicted; within a factor of two; and
     * how far off the predictions were on average, NaN without any. */
    uint64_t predictions, predicted_twofold;
    double prediction_error_s;
    double detectors_us; /* wall time of all detectors, us a sample; NaN: there are none */
    uint64_t resizes;    /* times that elastic jobs were given other numbers of GPUs */
};

/* A detector of the run. */
typedef struct gpusim_detector_info {
    const char *name, *detector; /* of the scenario's, and which one it is */
    gpusim_time learnt;          /* GPUSIM_TIME_MAX: not yet */
    double threshold;            /* NaN: not known yet */
    uint64_t alerts;             /* raised */
    uint64_t samples;            /* that it has scored while this sim was there */
    double us_per_sample;        /* wall time of that; NaN: none */
} gpusim_detector_info;

/* 1, and 0 when there is no such detector. */
GPUSIM_API int gpusim_sim_detector(const gpusim_sim *sim, uint32_t detector,
                                   gpusim_detector_info *info);

/* The summary up to now; valid until the sim goes on or is destroyed. O(jobs ended). */
GPUSIM_API const gpusim_summary *gpusim_sim_summary(gpusim_sim *sim);

/* How jobs of a virtual cluster fared; 0 when there is no such one. O(jobs ended). */
GPUSIM_API int gpusim_sim_vc_split(const gpusim_sim *sim, uint32_t vc, gpusim_split *split);

/* Its fields, for printing: the table that --json and /summary are made from. Nested groups are
 * records. */
GPUSIM_API const gpusim_record *gpusim_summary_record(void);

#ifdef __cplusplus
}
#endif
#endif
