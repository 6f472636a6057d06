/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPU models by name: the catalogue that is compiled in, a user's file over it, and what a scenario
 * overrides. */
#ifndef GS_SCENARIO_CATALOGUE_H
#define GS_SCENARIO_CATALOGUE_H

#include <gpusim/gpu.h>

#include "base/memory.h"
#include "scenario/problems.h"

/* Opens the catalogue, with a user's file over it (NULL: none), which is read and checked as a
 * whole. Of what is compiled in nothing is read before it is asked for, and nothing twice. What is
 * wrong with the file goes to `problems` and *catalogue is NULL then; other failures (GPUSIM_IO,
 * GPUSIM_MEMORY) are returned. What its models point to lives in the arena (NULL: its own), which
 * may outlive it. */
gpusim_status gs_catalogue_open(const char *path, gs_arena *arena, gs_problems *problems,
                                gpusim_catalogue **catalogue, gpusim_error *err);

/* The same for the text of a file. */
gpusim_status gs_catalogue_parse(const char *text, size_t length, gs_arena *arena,
                                 gs_problems *problems, gpusim_catalogue **catalogue,
                                 gpusim_error *err);

/* Fills *model, whole and checked: the entry of that name over its bases, over it `figures` (NULL:
 * none; bound by gs_gpu_override_record), and derived defaults for what is left.
 * GPUSIM_SCENARIO: err->key is empty when there is no such name (the nearest is in the hint), else
 * the figure at fault within `figures` ("power.cap_min"). */
gpusim_status gs_catalogue_resolve(gpusim_catalogue *catalogue, const char *name,
                                   const gpusim_gpu_model *figures, gpusim_gpu_model *model,
                                   gpusim_error *err);

/* The text of the user's file, for the model's hash; NULL: there is none. */
const char *gs_catalogue_file_text(const gpusim_catalogue *catalogue);

#endif
