/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Posts to a program that listens on this machine. */
#ifndef CLI_WEBHOOK_H
#define CLI_WEBHOOK_H

#include <gpusim/gpusim.h>

typedef struct cli_webhook {
    char path[512];
    uint32_t port;   /* 0: nobody listens, or not any more */
    uint32_t failed; /* posts in a row */
    uint64_t posted, lost;
} cli_webhook;

/* http://127.0.0.1:PORT/PATH or http://localhost:PORT/PATH; GPUSIM_ARGUMENT for any other place. */
gpusim_status cli_webhook_read(const char *url, cli_webhook *hook, gpusim_error *err);

/* One JSON object. What cannot be posted is lost, with a warning for the first one; after ten in a
 * row nothing is posted any more. */
void cli_webhook_post(cli_webhook *hook, const char *json);
/* Says how many were lost. */
void cli_webhook_end(const cli_webhook *hook);

#endif
