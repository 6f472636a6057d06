/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists that are long enough for a file of their own. */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include <jansson.h>

#include "options.h"

/* Lines of text, each four columns to the right; `to` is an int: whether a line begins. */
void cli_write_indented(void *to, const char *text, size_t length);

/* gpusim list gpus: the exit code. */
int cli_list_gpus(const cli_arguments *arguments);

/* gpusim list faults: likewise. */
int cli_list_faults(const cli_arguments *arguments);

/* gpusim list actions. */
void cli_list_actions(int verbose);
json_t *cli_actions_json(void);

#endif
