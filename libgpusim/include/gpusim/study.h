/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Studies of runs that are over: numbers in, numbers out. *Uses GSL:* no. */
#ifndef GPUSIM_STUDY_H
#define GPUSIM_STUDY_H

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

#ifdef __cplusplus
}
#endif
#endif
