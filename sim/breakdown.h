/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each part of a run had: clusters, groups, users and so on. */
#ifndef CLI_BREAKDOWN_H
#define CLI_BREAKDOWN_H

#include <jansson.h>

#include <gpusim/gpusim.h>

/* `by` as --by has it; GPUSIM_ARGUMENT with a hint when it is nothing to split by. */
gpusim_status cli_breakdown_print(gpusim_trace *trace, const char *by, gpusim_error *err);
gpusim_status cli_breakdown_json(gpusim_trace *trace, const char *by, json_t *list,
                                 gpusim_error *err);

#endif
