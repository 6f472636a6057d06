/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that commands write: nothing that is there is lost unasked, and what is read never is. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <gpusim/gpusim.h>

#include "options.h"

/* How a file is written: replaced by one that is whole, or as it comes, which may be into a device
 * or a pipe. */
typedef enum cli_output { CLI_REPLACED, CLI_STREAMED } cli_output;

/* GPUSIM_OK when nothing is in the way; what is there already needs --force. */
gpusim_status cli_may_write(const cli_arguments *arguments, const char *path, cli_output how,
                            gpusim_error *err);

#endif
