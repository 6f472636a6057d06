/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that a scenario names besides its logs: their bytes are part of the model's hash. */
#ifndef GS_SCENARIO_FILES_H
#define GS_SCENARIO_FILES_H

#include "scenario/compile.h"
#include "workload/lines.h"

/* The path of a file named at `key`, which counts from the scenario's folder; gs_release it. */
gpusim_status gs_input_path(const gs_compilation *at, const char *path, char **full,
                            gpusim_error *err);

/* Opens a text file named at `key`: its bytes go into the hash of inputs while they are read. The
 * caller closes *lines, then releases *full. An error that is no fault of a line of it stands at
 * `key`. */
gpusim_status gs_open_input(const gs_compilation *at, const char *key, const char *path,
                            char **full, gs_lines **lines, gpusim_error *err);

/* Adds the bytes of a whole file to the hash of inputs. */
gpusim_status gs_hash_input(const gs_compilation *at, const char *key, const char *path,
                            gpusim_error *err);

#endif
