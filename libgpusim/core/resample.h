/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs drawn anew for each seed (definitions 23). */
#ifndef GS_CORE_RESAMPLE_H
#define GS_CORE_RESAMPLE_H

#include "core/sim.h"

/* A job of the log at another time. */
typedef struct gs_drawn {
    gpusim_time submit;
    uint32_t job; /* in the workload's jobs */
    uint32_t reserved;
} gs_drawn;

/* Draws the run's log, if the scenario says so: sim->drawn, sorted by submission. */
gpusim_status gs_resample(gpusim_sim *sim, gpusim_error *err);

/* Jobs of the log in this run; the i-th, and when it comes. */
uint64_t gs_log_count(const gpusim_sim *sim);
uint32_t gs_log_next(const gpusim_sim *sim, uint64_t i, gpusim_time *submit);

#endif
