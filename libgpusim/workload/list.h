/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs listed in the scenario itself. */
#ifndef GS_WORKLOAD_LIST_H
#define GS_WORKLOAD_LIST_H

#include "workload/log.h"

/* Jobs of a list (gs_listed_job) in order of submission into log->jobs and extras; log->names and
 * source are set, and `profile` to the number of the first profile. Errors carry the key within the
 * list: "[3].after". */
gpusim_status gs_list_read(const gpusim_list *list, gs_log *log, gpusim_error *err);

/* Names the key at fault in an error; err may be NULL. */
void gs_error_key(gpusim_error *err, const char *format, ...) GPUSIM_PRINTF(2, 3);

/* The name of labels: key=value of each, with , between them; 0 for none. Values of selectors may
 * be several, with | between them. GPUSIM_SCENARIO, its key within the list, for what cannot be. */
gpusim_status gs_labels_name(const gpusim_list *labels, int selector, gs_names *names,
                             uint32_t *name, gpusim_error *err);
/* 1 when a text is a selector. */
int gs_is_selector(const char *text, size_t length);
/* The name of GPU models that a job may use: all of the list with | between them; 0 for none. */
gpusim_status gs_models_name(const gpusim_list *models, gs_names *names, uint32_t *name,
                             gpusim_error *err);

#endif
