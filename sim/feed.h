/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a live view shows of a run beside its state now: counts, how it came to this, and what has
 * happened last. Fed by an observer. */
#ifndef CLI_FEED_H
#define CLI_FEED_H

#include <gpusim/gpusim.h>

#define CLI_FEED_LINES 64
#define CLI_FEED_PAST  512

/* The state of a run at one moment, as anybody may see it. */
typedef struct cli_moment {
    uint32_t nodes[6]; /* by gpusim_node_state */
    uint32_t gpus, running, waiting;
    uint32_t reserved;
    double held;    /* GPUs; of shared ones their parts */
    double power;   /* W at the input of all nodes; NaN: they have none */
    double hottest; /* degC; NaN */
} cli_moment;

/* Words for the states of nodes, by gpusim_node_state. */
extern const char *const cli_node_states[6];

typedef enum cli_series { CLI_WAITING, CLI_HELD, CLI_POWER, CLI_SERIES } cli_series;

typedef struct cli_feed {
    const gpusim_model *model;
    const gpusim_sim *sim;
    uint64_t ended, failed, failures, alerts, alerts_on;
    uint64_t lines;                         /* that were ever said */
    char said[CLI_FEED_LINES][160];         /* the last ones, line n at n % CLI_FEED_LINES */
    double past[CLI_SERIES][CLI_FEED_PAST]; /* the most of each step of the run */
    uint32_t steps;                         /* that have begun */
    uint32_t reserved;
    gpusim_time step;
} cli_feed;

/* Fills *feed and the observer that feeds it. `length` of the run, GPUSIM_TIME_MAX: unknown. */
void cli_feed_begin(cli_feed *feed, const gpusim_model *model, const gpusim_sim *sim,
                    gpusim_time length, gpusim_observer *observer);

/* Looks at the run, at this time of it, and remembers what it sees. */
cli_moment cli_feed_look(cli_feed *feed, gpusim_time now);

#endif
