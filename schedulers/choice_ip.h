/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The integer program behind choices of GPU type and number, one a job; schedulers/choice_ip.c. */
#ifndef GS_SCHEDULERS_CHOICE_IP_H
#define GS_SCHEDULERS_CHOICE_IP_H

#include <stdint.h>

#include <gpusim/status.h>

/* Most options of a job. */
enum { GS_CHOICE_OPTIONS = 512 };

/* So many GPUs of a type, and what it is worth to give them to a job: above 0. Options that are
 * `held` are what all jobs of a row have now; a hint from where to begin, at most one of a row. */
typedef struct gs_option {
    double value;
    uint32_t type, gpus;
    uint32_t held, reserved;
} gs_option;

/* Rows of jobs that are all alike, which are asked for their options more than once and answer the
 * same each time; the capacity is of each type, in GPUs. `chosen` is told how many jobs of a row
 * have an option. */
typedef struct gs_choice {
    void *self;
    uint32_t rows, types;
    const double *capacity;
    double gap; /* how far below the best it may stop, as a share of it */
    uint32_t (*options)(void *self, uint32_t row, gs_option *options, uint32_t *jobs);
    void (*chosen)(void *self, uint32_t row, const gs_option *option, uint32_t jobs);
} gs_choice;

typedef struct gs_choice_result {
    double value; /* of all options that were chosen */
    double bound; /* what no choice exceeds, where parts of jobs could be chosen */
    uint32_t branches;
} gs_choice_result;

/* max sum of values such that each job has at most one option, and the options on each type at most
 * its capacity. GLPK's branch and bound, until the gap is closed or after GS_CHOICE_BRANCHES
 * branches; then with the best that was found: rounding of the linear program, if nothing else.
 * GPUSIM_MODULE when the solver finds nothing. */
enum { GS_CHOICE_BRANCHES = 200 };
gpusim_status gs_choice_solve(const gs_choice *choice, gs_choice_result *result, gpusim_error *err);

#endif
