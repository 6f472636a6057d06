/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each part of a run had: clusters, groups, users and so on. */
#include "breakdown.h"

#include <stdio.h>
#include <string.h>

#include <gpusim/study.h>

#include "report.h"

#define SHOWN 40 /* in text */

static gpusim_status split(gpusim_trace *trace, const char *word, gpusim_breakdown_row **parts,
                           uint32_t *count, gpusim_error *err)
{
    uint32_t ways;
    const char *const *names = gpusim_breakdown_names(&ways);
    for (uint32_t i = 0; i < ways; i++) {
        if (strcmp(word, names[i]) == 0) {
            return gpusim_breakdown(trace, (gpusim_breakdown_by)i, parts, count, err);
        }
    }
    const char *nearest = gpusim_nearest(word, names, ways);
    gpusim_status status =
        gpusim_fail(err, GPUSIM_ARGUMENT, "nothing to split by is called '%.80s'", word);
    if (nearest) {
        gpusim_error_hint(err, "did you mean '%s'?", nearest);
    } else {
        gpusim_error_hint(err, "cluster, group, rack, gpu-model, vc, user or source");
    }
    return status;
}

static void print_heading(const char *by)
{
    const gpusim_record *record = gpusim_breakdown_record();
    printf("\n%-24s", by);
    for (uint32_t f = 0; f < record->count; f++) {
        const char *name = record->fields[f].name;
        // values say their seconds themselves
        int length = (int)(strlen(name) - (record->fields[f].unit == GPUSIM_UNIT_SECOND ? 2 : 0));
        printf(" %11.*s", length, name);
    }
    putchar('\n');
}

static void print_part(const gpusim_breakdown_row *part)
{
    const gpusim_record *record = gpusim_breakdown_record();
    printf("%-24s", part->name[0] ? part->name : "(none)");
    for (uint32_t f = 0; f < record->count; f++) {
        char text[32];
        const char *value = (const char *)part + record->fields[f].offset;
        cli_value_text(&record->fields[f], value, text, sizeof text);
        printf(" %11s", text);
    }
    putchar('\n');
}

gpusim_status cli_breakdown_print(gpusim_trace *trace, const char *by, gpusim_error *err)
{
    gpusim_breakdown_row *parts = NULL;
    uint32_t count;
    gpusim_status status = split(trace, by, &parts, &count, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    print_heading(by);
    for (uint32_t i = 0; i < count && i < SHOWN; i++) {
        print_part(&parts[i]);
    }
    if (count > SHOWN) {
        printf("... and %u more, which --json lists\n", count - SHOWN);
    }
    gpusim_free(parts);
    return GPUSIM_OK;
}

gpusim_status cli_breakdown_json(gpusim_trace *trace, const char *by, json_t *list,
                                 gpusim_error *err)
{
    gpusim_breakdown_row *parts = NULL;
    uint32_t count;
    gpusim_status status = split(trace, by, &parts, &count, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    for (uint32_t i = 0; i < count; i++) {
        json_t *part = json_object();
        json_object_set_new(part, "name", json_string(parts[i].name));
        cli_report_json(part, gpusim_breakdown_record(), &parts[i]);
        json_array_append_new(list, part);
    }
    gpusim_free(parts);
    return GPUSIM_OK;
}
