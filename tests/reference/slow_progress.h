/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rates of running jobs from nothing but the state of GPUs and placements: every GPU of every gang
 * is looked at, every collective on every link, at every moment. */
#ifndef TESTS_REFERENCE_SLOW_PROGRESS_H
#define TESTS_REFERENCE_SLOW_PROGRESS_H

#include "core/sim.h"

/* The rate a running job must have, given what its collective gets of the network. */
double slow_rate(const gpusim_sim *sim, uint32_t slot);

/* Shares of links are max-min fair: none is overloaded, and each flow has a full link on which
 * nobody gets more, or all that its GPUs reach. What is wrong, or NULL; valid until the next call.
 */
const char *slow_shares(const gpusim_sim *sim);

#endif
