/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a summary. */
#ifndef GS_CORE_SUMMARY_H
#define GS_CORE_SUMMARY_H

#include "core/measure.h"

/* 1 when a job is of the cohort. */
int gs_summary_counts(const gpusim_sim *sim, const gs_ended *job);

/* summary_jobs.c: times of jobs, waits, kinds. */
gpusim_status gs_summary_jobs(gpusim_sim *sim, gpusim_error *err);

/* summary_fair.c: finish-time fairness and Jain's index. */
gpusim_status gs_summary_fairness(gpusim_sim *sim, gpusim_error *err);

#endif
