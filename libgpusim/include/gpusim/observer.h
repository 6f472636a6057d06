/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Observers hear what happens in a run and can change nothing: with and without them a simulation's
 * hash is the same. A trace, a progress bar and a live view are observers. */
#ifndef GPUSIM_OBSERVER_H
#define GPUSIM_OBSERVER_H

#include <gpusim/record.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gpusim_model gpusim_model;
typedef struct gpusim_summary gpusim_summary;

/* Each function may be NULL. A failure ends the run with that status. What pointers point at is the
 * caller's and valid during the call. */
typedef struct gpusim_observer {
    uint32_t size; /* filled by gpusim_observer_default */
    uint32_t reserved;
    void *context;
    /* Before the first event, after the constant tables can be read from the model. */
    gpusim_status (*begin)(void *context, const gpusim_model *model, uint64_t seed,
                           gpusim_error *err);
    /* A row of a table; its struct is the one that gpusim_table_record describes. */
    gpusim_status (*row)(void *context, gpusim_table table, const void *row, gpusim_error *err);
    /* All metrics selected in the scenario, sampled at one time. */
    gpusim_status (*sample)(void *context, gpusim_time time, const gpusim_sample *samples,
                            uint32_t count, gpusim_error *err);
    /* After the last event (complete = 1), or when the run was given up. */
    gpusim_status (*end)(void *context, const gpusim_summary *summary, int complete,
                         gpusim_error *err);
    /* An alert is raised (its end is GPUSIM_TIME_MAX), or over: as in GPUSIM_TABLE_ALERTS, at
     * once. */
    gpusim_status (*alert)(void *context, const gpusim_alert_row *alert, int over,
                           gpusim_error *err);
} gpusim_observer;

#define gpusim_observer_default(observer)                                                          \
    gpusim_observer_init((observer), (uint32_t)sizeof(gpusim_observer))
GPUSIM_API void gpusim_observer_init(gpusim_observer *observer, uint32_t size);

#ifdef __cplusplus
}
#endif
#endif
