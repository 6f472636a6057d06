/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Studies of runs that are over: numbers in, numbers out. *Uses GSL:* no. */
#ifndef GPUSIM_STUDY_H
#define GPUSIM_STUDY_H

#include <gpusim/detector.h>
#include <gpusim/evaluate.h>
#include <gpusim/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What stragglers cost a job, estimated from what a monitor and the scheduler's log know: samples
 * of its GPUs, and which those were. Nothing of the simulation's truth is read. Numbers that there
 * are not are NaN. */
typedef struct gpusim_whatif_job {
    uint64_t index;              /* submission order */
    int64_t id;                  /* of its log */
    double observed_s;           /* how long it was seen at work, by whole sampling intervals */
    double slowdown;             /* observed over what it would have been without stragglers */
    double step_s, ideal_step_s; /* means over that time, of the step as it was and without them;
                                  * they need metric step_time */
    double gpu_hours;            /* of the time observed */
    double wasted_gpu_hours;     /* of those, what stragglers cost */
    double blamed_share;         /* of that, what the entity that is blamed costs, 0..1 */
    double blamed_clock;         /* its clock over that of the job's median GPU; needs sm_clock */
    const char *name;            /* the trace's, as `blamed` */
    const char *blamed; /* a GPU, or a node several of whose GPUs were slow; NULL: nobody */
    uint32_t gpus;
    uint32_t reserved;
} gpusim_whatif_job;

typedef struct gpusim_whatif_fleet {
    uint64_t jobs;           /* that ran */
    uint64_t judged;         /* of those, with a slowdown */
    uint64_t straggling;     /* of those, above 1.1 */
    double straggling_share; /* of those judged */
    double gpu_hours;        /* observed of those judged */
    double wasted_gpu_hours;
    double wasted_share;
} gpusim_whatif_fleet;

/* The numbers of those structs; the texts are not among them. */
GPUSIM_API const gpusim_record *gpusim_whatif_job_record(void);
GPUSIM_API const gpusim_record *gpusim_whatif_fleet_record(void);

typedef struct gpusim_whatif gpusim_whatif;

/* What if each straggler of a trace had been as fast as its peers? In each sampling interval the
 * time that a GPU computes is the step less what it waited for others, gr_engine_active -
 * sm_active. Who takes longer than the median by five times the median deviation, and by 2 %, is a
 * straggler; without them a step is so much shorter as the slowest of the others was earlier. Jobs
 * of one GPU, on parts of GPUs, or not seen for a whole interval have no peers to compare with, and
 * what slows all GPUs of a job alike is not seen. GPUSIM_ARGUMENT when the trace lacks these
 * metrics. Texts live as long as the trace is open. */
GPUSIM_API gpusim_status gpusim_whatif_create(gpusim_trace *trace, gpusim_whatif **whatif,
                                              gpusim_error *err);
GPUSIM_API void gpusim_whatif_destroy(gpusim_whatif *whatif);

/* Jobs that ran, in order of submission; *count of them. */
GPUSIM_API const gpusim_whatif_job *gpusim_whatif_jobs(const gpusim_whatif *whatif,
                                                       uint64_t *count);
GPUSIM_API const gpusim_whatif_fleet *gpusim_whatif_of_fleet(const gpusim_whatif *whatif);

/* ---- who had what ---- */

typedef enum gpusim_breakdown_by {
    GPUSIM_BY_CLUSTER, /* where a job ran last, as the three that follow */
    GPUSIM_BY_GROUP,
    GPUSIM_BY_RACK,
    GPUSIM_BY_GPU_MODEL,
    GPUSIM_BY_VC, /* whose a job is, as the two that follow */
    GPUSIM_BY_USER,
    GPUSIM_BY_SOURCE,
    GPUSIM_BREAKDOWNS
} gpusim_breakdown_by;

/* A part of a run. Hours are those on GPUs, attempts that failed included; energy is that which was
 * charged to the jobs. Numbers that there are not are NaN. */
typedef struct gpusim_breakdown_row {
    const char *name;         /* the trace's; "": what has none, or jobs that never ran */
    uint64_t jobs, completed; /* that have ended, or were there at the end; of those, completed */
    double gpus;              /* installed; NaN of virtual clusters, users and sources */
    double gpu_hours;
    double share;     /* of all GPU-hours */
    double allocated; /* GPU-hours over GPUs times the time of the run */
    double wait_s;    /* of jobs that completed, as the next */
    double jct_s;     /* from submission to end */
    double energy_kwh;
} gpusim_breakdown_row;

/* The numbers of a part; its name is not among them. */
GPUSIM_API const gpusim_record *gpusim_breakdown_record(void);
/* "cluster", "group", ... in the order of gpusim_breakdown_by; *count of them. */
GPUSIM_API const char *const *gpusim_breakdown_names(uint32_t *count);

/* The parts of a run, those with the most GPU-hours first; *parts is the caller's (gpusim_free),
 * and its names live as long as the trace is open. O(rows log rows) time and O(rows) memory, of the
 * tables of jobs and allocations. */
GPUSIM_API gpusim_status gpusim_breakdown(gpusim_trace *trace, gpusim_breakdown_by by,
                                          gpusim_breakdown_row **parts, uint32_t *count,
                                          gpusim_error *err);

/* ---- detectors over traces ---- */

/* Frames of a trace's GPUs, with the job on each as the scheduler's log has it. The trace outlives
 * it. Memory does not grow with the run. */
typedef struct gpusim_trace_frames gpusim_trace_frames;
/* `metrics` names metrics or signals, "gauges" or "all"; count 0: gauges of GPUs. A gauge is a
 * signal as it is, a counter its rate (ecc_sbe_vol_total_rate, a second), a mask a signal of 0 and
 * 1 for each bit (clock_throttle_reasons.hw_slowdown); what is of a node or a rack (node/fan_speed)
 * is that of all GPUs there. */
GPUSIM_API gpusim_status gpusim_trace_frames_create(gpusim_trace *trace, const char *const *metrics,
                                                    uint32_t count, gpusim_trace_frames **frames,
                                                    gpusim_error *err);
GPUSIM_API void gpusim_trace_frames_destroy(gpusim_trace_frames *frames);
GPUSIM_API const gpusim_scene *gpusim_trace_frames_scene(const gpusim_trace_frames *frames);
GPUSIM_API gpusim_frames *gpusim_trace_frames_frames(gpusim_trace_frames *frames);
/* From now on frames have labels for those who learn (gpusim_frames_labels): who was within an
 * event of the trace's truth, from its first effect to its last, as gpusim_fault_scores_create
 * knows events. */
GPUSIM_API gpusim_status gpusim_trace_frames_mark(gpusim_trace_frames *frames, gpusim_error *err);
/* From now on frames are only these samples, first .. first + count - 1. */
GPUSIM_API void gpusim_trace_frames_select(gpusim_trace_frames *frames, uint64_t first,
                                           uint64_t count);

/* How well scores[count][GPUs] of samples first .. first + count - 1 find the faults of a trace,
 * definitions 27 and 28: a fault that had an effect where samples are is an event, with what it
 * brought along; an alarm run that meets its time, grace of five samples included, on a GPU it
 * struck or on one of a job that it hit, has found it; any other is false, unless it only touches
 * the grace or a found event. */
typedef struct gpusim_fault_score {
    const char *kind; /* NULL: of all kinds */
    uint64_t events, found;
    uint64_t already; /* of those found, by who was alarmed before: no delays are known of them */
    double delay_p50_s, delay_p95_s; /* NaN: none */
    double found_low, found_high;    /* 95 % interval of the share found, by a bootstrap over runs;
                                      * NaN: of one run, or of no events */
    const double *delays; /* [delay_count] s, of those found that were not alarmed before */
    uint64_t delay_count;
} gpusim_fault_score;

typedef struct gpusim_fault_scores {
    gpusim_fault_score all;
    gpusim_fault_score *kinds; /* in order of name */
    uint32_t kind_count;
    uint32_t reserved;
    uint64_t false_alarms;
    double node_days;     /* up, outside of all windows */
    double alarmed_share; /* of the samples of GPUs outside of all windows, alarmed themselves */
    double false_alarms_per_node_day;
    double rate_low, rate_high; /* its 95 % interval (Poisson) */
    double *room;               /* of all delays */
    char *texts;                /* of all names */
} gpusim_fault_scores;

GPUSIM_API gpusim_status gpusim_fault_scores_create(gpusim_trace *trace, const double *scores,
                                                    uint64_t first, uint64_t count, uint32_t gpus,
                                                    double threshold, uint32_t gap,
                                                    gpusim_fault_scores **result,
                                                    gpusim_error *err);
GPUSIM_API void gpusim_fault_scores_destroy(gpusim_fault_scores *scores);

/* Alarms by the class of the fault that each met first, and by their own, which is that of the
 * signal behind their highest score. */
typedef struct gpusim_confusion {
    uint64_t met[GPUSIM_ANOMALIES][GPUSIM_ANOMALIES]; /* [fault's][alarm's] */
    uint64_t met_none[GPUSIM_ANOMALIES];
} gpusim_confusion;

/* Of the same alarms as gpusim_fault_scores_create counts; causes[count][GPUs] are signals of the
 * scene, or GPUSIM_NONE. Added to what is in `confusion`. */
GPUSIM_API gpusim_status gpusim_fault_confusion(gpusim_trace *trace, const gpusim_scene *scene,
                                                const double *scores, const uint32_t *causes,
                                                uint64_t first, uint64_t count, double threshold,
                                                uint32_t gap, gpusim_confusion *confusion,
                                                gpusim_error *err);

/* Several runs as one: events, alarms and node-days added, delays together, and how sure the share
 * found is, by 2,000 resamples of runs (their draws are those of the seed). *Uses GSL.* */
GPUSIM_API gpusim_status gpusim_fault_scores_pool(const gpusim_fault_scores *const *of,
                                                  uint32_t count, uint64_t seed,
                                                  gpusim_fault_scores **pooled, gpusim_error *err);

/* What a detector of the run (docs/live-detection.md) found, by its rows in /alerts, from when it
 * had learnt. A delay is that of the alert as it was raised. */
typedef struct gpusim_alert_scores {
    const char *detector; /* its name */
    gpusim_time learnt;
    uint64_t alerts;
    gpusim_fault_scores *faults;
    /* Alerts that met a fault, by its class and by their own; and those that met none. */
    uint64_t confusion[GPUSIM_ANOMALIES][GPUSIM_ANOMALIES];
    uint64_t met_none[GPUSIM_ANOMALIES];
} gpusim_alert_scores;

/* Of the detector number `detector`, from 0; *scores is NULL when the run had none such, or it
 * never learnt, or nothing was sampled. */
GPUSIM_API gpusim_status gpusim_alert_scores_create(gpusim_trace *trace, uint32_t detector,
                                                    gpusim_alert_scores **scores,
                                                    gpusim_error *err);
GPUSIM_API void gpusim_alert_scores_destroy(gpusim_alert_scores *scores);

/* Which samples of which GPU are within an event, grace not included: labels[gpus][count]. */
GPUSIM_API gpusim_status gpusim_fault_labels(gpusim_trace *trace, uint64_t first, uint64_t count,
                                             uint32_t gpus, uint8_t *labels, gpusim_error *err);

#ifdef __cplusplus
}
#endif
#endif
