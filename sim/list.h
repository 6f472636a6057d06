/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists that are long enough for a file of their own. */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "options.h"

/* gpusim list gpus: the exit code. */
int cli_list_gpus(const cli_arguments *arguments);

/* gpusim list faults: likewise. */
int cli_list_faults(const cli_arguments *arguments);

#endif
