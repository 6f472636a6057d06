/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a run is measured: the cohort of jobs and the window of time (definitions 17 and 18), and
 * the integrals that only metrics need. */
#ifndef GS_CORE_MEASURE_H
#define GS_CORE_MEASURE_H

#include "core/sim.h"

/* Sums that only metrics need; state, one of them. */
typedef struct gs_measure_totals {
    gs_wide demand_time;           /* integral of `demand`, thousandths of GPU-nanoseconds */
    double load_sum, load_squares; /* over nodes with GPUs, of the share that is allocated */
    double load_variance;          /* integral of its variance over nodes up to `settled`, ns */
    uint64_t demand;               /* thousandths of GPUs that all live jobs ask for */
    uint64_t cohort_alive;         /* jobs of the cohort */
    gpusim_time settled;           /* when that last changed: looking changes nothing */
} gs_measure_totals;
_Static_assert(sizeof(gs_measure_totals) == 64, "no padding: it is hashed");

#define GS_MEASURED(sim) ((gs_measure_totals *)(sim)->measured.data)

/* Integrals from the beginning of the run up to a moment; the summary looks at differences. */
typedef struct gs_measure_mark {
    double at;              /* s */
    double held, up, queue; /* GPU-seconds, GPU-seconds, job-seconds */
    double active, useful;  /* GPU-seconds */
    double load_variance;   /* s */
    uint64_t completed;     /* jobs */
} gs_measure_mark;

/* The mark of now. */
gs_measure_mark gs_measure_now(gpusim_sim *sim);

/* Begins and ends the window, if the scenario has one. */
gpusim_status gs_measure_create(gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_measure_begin(gpusim_sim *sim, gpusim_error *err);
gpusim_status gs_on_measure(void *context, const gpusim_event *event, gpusim_error *err);

/* 1 when a job is of the cohort, by when it was submitted and as which. */
int gs_measured(const gpusim_model *model, gpusim_time submit, uint64_t order);

/* A job comes, and is over. */
void gs_measure_submitted(gpusim_sim *sim, uint32_t slot);
void gs_measure_ended(gpusim_sim *sim, uint32_t slot);

/* 1 when every job of the cohort has come and ended. */
int gs_measure_over(const gpusim_sim *sim);

/* Mean of what all jobs asked for together while a live one was there, over what is installed. */
double gs_measure_contention(const gpusim_sim *sim, uint32_t slot);

/* A job takes (1) or leaves (-1) its GPUs on a node: thousandths of GPUs. */
void gs_measure_load(gpusim_sim *sim, uint32_t node, uint64_t milli, int sign);

/* The integrals above, from the last moment on: of `span` ns. */
void gs_measure_integrate(gpusim_sim *sim, uint64_t span);

/* An integral of counts over nanoseconds, in seconds. */
double gs_measure_seconds(gs_wide integral);

/* Invariants, by recounting. */
gpusim_status gs_measure_check(const gpusim_sim *sim, gpusim_error *err);

/* GPU-seconds of activity up to now (definitions 18), and the account of all jobs (summary.c). */
double gs_measure_activity(const gpusim_sim *sim);
gs_account gs_measure_account(const gpusim_sim *sim);

#endif
