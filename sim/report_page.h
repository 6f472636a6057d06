/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `gpusim report` share. */
#ifndef CLI_REPORT_PAGE_H
#define CLI_REPORT_PAGE_H

#include <gpusim/gpusim.h>

#include "page.h"

#define CLI_TRACES_MAX 16

/* A trace that is reported. */
typedef struct cli_reported {
    const char *path;
    char label[128];
    gpusim_trace *trace;
    const gpusim_trace_info *info;
    gpusim_summary summary;
    int has_summary;     /* 0: the run was killed */
    uint32_t rows;       /* of a table at most */
    gpusim_story *story; /* while it is reported */
} cli_reported;

/* Sections of one trace below a heading of `level` - 1; tables, which are at most as long as `rows`
 * says, and texts. */
void cli_report_summary(cli_page *page, const cli_reported *run, uint32_t level);
void cli_report_provenance(cli_page *page, const cli_reported *run, const char *digest,
                           const char *command, uint32_t level);
gpusim_status cli_report_happened(cli_page *page, const cli_reported *run, uint32_t level,
                                  gpusim_error *err);
gpusim_status cli_report_jobs(cli_page *page, const cli_reported *run, uint32_t level,
                              gpusim_error *err);

/* Several beside each other. */
void cli_report_several(cli_page *page, const cli_reported *runs, uint32_t count, uint32_t level);

/* A quantity as text; what is no number is nothing. */
const char *cli_amount(double value, gpusim_unit unit, char text[40]);

#endif
