/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a spec's tree to the C structs that field tables describe. */
#ifndef GS_SCENARIO_BIND_H
#define GS_SCENARIO_BIND_H

#include <gpusim/spec.h>

#include "base/memory.h"

/* Fills the struct of gpusim_spec_record (scenario/scenario.h) from a spec that has no problems;
 * strings and lists live in the arena. */
gpusim_status gs_spec_bind(const gpusim_spec *spec, gs_arena *arena, void *scenario,
                           gpusim_error *err);

/* The folder that relative paths count from (NULL: the working folder), and the file's name. */
const char *gs_spec_folder(const gpusim_spec *spec);
const char *gs_spec_file(const gpusim_spec *spec);

/* Fills the position (file, line, column, source, key) of what stands at a key path into *err, for
 * errors found only when compiling ("no such file", "node group 'x' does not exist"). */
void gs_spec_locate(const gpusim_spec *spec, const char *key, gpusim_error *err);

#endif
