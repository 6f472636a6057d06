/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What detectors of a run are worth, and their alerts as they come. */
#ifndef CLI_ALERTS_H
#define CLI_ALERTS_H

#include <stdio.h>

#include <gpusim/gpusim.h>
#include <jansson.h>

#include "webhook.h"

/* The detectors of a trace against its faults: printed, or added to a list. Nothing where there are
 * none. */
gpusim_status cli_detectors_print(gpusim_trace *trace, gpusim_error *err);
gpusim_status cli_detectors_json(gpusim_trace *trace, json_t *list, gpusim_error *err);
/* A confusion of classes, without what is empty: lines with an indent before all but the first, or
 * two members of an object. */
void cli_confusion_print(const gpusim_confusion *confusion, const char *indent);
void cli_confusion_json(const gpusim_confusion *confusion, json_t *object);
/* The detectors of a run that has ended. */
json_t *cli_run_detectors_json(const gpusim_sim *sim);

/* Alerts as JSON lines, two for each: as it is raised, and as it is over. With a limit a file that
 * has become as large is put aside as FILE.1, that as FILE.2, and so on; the oldest beyond `keep`
 * go.
 */
typedef struct cli_alerts {
    const char *path; /* NULL: no file */
    const gpusim_model *model;
    FILE *file;
    cli_webhook hook;
    uint64_t limit, written; /* bytes; limit 0: none */
    uint32_t keep;
    uint32_t reserved;
} cli_alerts;

/* Opens the file, which `force` may overwrite. The observer is to be registered. */
gpusim_status cli_alerts_open(cli_alerts *alerts, int force, gpusim_observer *observer,
                              gpusim_error *err);
void cli_alerts_close(cli_alerts *alerts);

#endif
