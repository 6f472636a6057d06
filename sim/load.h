/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a scenario's path and the options of the command line to a spec and a model. */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include <gpusim/gpusim.h>

#include "options.h"

/* How many errors are told at once. */
#define CLI_PROBLEMS 20

/* Reads a scenario and applies each --set. *count problems are at *problems (the spec's, or `err`
 * when the file could not be read: *spec is NULL then). 0 when there is none, else the exit code;
 * says nothing. */
int cli_load_spec(const cli_arguments *arguments, const char *path, gpusim_spec **spec,
                  gpusim_error *err, const gpusim_error **problems, uint32_t *count);

/* The same, and compiles it; says what is wrong. 0, or the exit code and *model is NULL. */
int cli_load_model(const cli_arguments *arguments, const char *path, gpusim_model **model);

/* Whole numbers of the command line: 1 when the text is one. */
int cli_parse_number(const char *text, uint64_t *value);

#endif
