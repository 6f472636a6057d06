/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores and labels of several logs as one, series behind series: what a threshold is chosen on. */
#ifndef CLI_TUNE_H
#define CLI_TUNE_H

#include "detect.h"

typedef struct cli_pool {
    double *scores;    /* [count], each entity's of each log behind the last one's */
    uint8_t *labels;   /* [count] */
    uint64_t *lengths; /* [series] */
    uint64_t count, anomalous;
    uint32_t series;
    double node_days; /* of nodes in traces, of whatever is watched in logs */
} cli_pool;

/* Adds the scores of what is selected, from sample `first` on, and what the log says of it: labels
 * of a log (none: nothing is anomalous), faults of a trace. */
gpusim_status cli_pool_add(cli_pool *pool, gpusim_watcher *watcher, const cli_log *log,
                           uint64_t first, gpusim_error *err);
void cli_pool_release(cli_pool *pool);

/* Runs of alarms in all series. */
gpusim_status cli_pool_alarms(const cli_pool *pool, double threshold, uint32_t gap,
                              uint64_t *alarms, gpusim_error *err);

#endif
