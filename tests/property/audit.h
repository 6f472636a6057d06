/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An independent audit of what a run has told: it reads rows and knows nothing of the state. */
#ifndef TESTS_AUDIT_H
#define TESTS_AUDIT_H

#include "property/collect.h"

/* Number of things wrong, each printed after `what`:
 * - more than all of a GPU or a memory slice used at once, GPUs that a node does not have, more
 *   cores than a node has, more GPUs of a VC than its quota;
 * - a job told of twice or not at all, or with times out of order; a completed job that did not run
 *   for its duration on all its GPUs;
 * - rows that go back in time;
 * - a summary that does not add up. */
int audit(const char *what, const gpusim_model *model, const collected *all);

#endif
