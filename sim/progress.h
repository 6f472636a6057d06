/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A progress bar on stderr, fed by an observer: how far, how fast, how long still. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <gpusim/gpusim.h>

typedef struct cli_progress {
    const gpusim_sim *sim;
    gpusim_time end; /* of the run; GPUSIM_TIME_MAX: unknown */
    uint64_t jobs;   /* known before the run; 0: unknown */
    uint64_t ended, rows;
    double began, shown; /* monotonic seconds */
} cli_progress;

/* Fills *progress and the observer that feeds it. */
void cli_progress_begin(cli_progress *progress, const gpusim_sim *sim, gpusim_time end,
                        uint64_t jobs, gpusim_observer *observer);

/* Wipes the bar off the terminal. */
void cli_progress_end(cli_progress *progress);

#endif
