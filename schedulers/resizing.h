/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Placements of running elastic jobs that keep GPUs which they have; schedulers/resizing.c. */
#ifndef GS_SCHEDULERS_RESIZING_H
#define GS_SCHEDULERS_RESIZING_H

#include <gpusim/module.h>

/* The first GPUs of those that it has. */
void gs_keep_some(const gpusim_context *context, const gpusim_job_info *job, uint32_t gpus);

/* Those it has and, if there are as many, more: of its own nodes first, then of others of the same
 * cluster in order of number, of groups that `wish` may use. Returns how many it comes to. */
uint32_t gs_keep_and_add(const gpusim_context *context, const gpusim_job_info *wish, uint32_t gpus);

#endif
