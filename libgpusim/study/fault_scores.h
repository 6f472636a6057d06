/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the scores of one run and of several have in common. */
#ifndef GS_STUDY_FAULT_SCORES_H
#define GS_STUDY_FAULT_SCORES_H

#include <gpusim/study.h>

/* Quantiles of its delays, which are reordered. */
void gs_fault_score_delays(gpusim_fault_score *score, double *delays);

/* The rate of false alarms with its interval. *Uses GSL.* */
void gs_fault_scores_rate(gpusim_fault_scores *scores);

/* Copies the names of kinds: whom they are from may go. */
gpusim_status gs_fault_scores_own(gpusim_fault_scores *scores, gpusim_error *err);

#endif
