/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Field tables with their values, as JSON and as text for people: summaries are printed by it. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdio.h>

#include <jansson.h>

#include <gpusim/gpusim.h>

/* Adds every field of a record to a JSON object; what is absent becomes null. */
void cli_report_json(json_t *object, const gpusim_record *record, const void *values);

/* The same as text: names and values, a table of the groups of statistics. Counts of 0 and what is
 * absent are left out. `currency`: what a field `cost` is in. */
void cli_report_text(FILE *to, const gpusim_record *record, const void *values,
                     const char *currency);

/* What a summary's cost is in, or null. */
json_t *cli_currency_json(const gpusim_summary *summary);

/* The load offered to each GPU model of a scenario, as a list. */
json_t *cli_load_json(const gpusim_model *model);

/* A value as a person would write it ("12.5 min", "61 %", "1,234"); "-" when absent. */
void cli_value_text(const gpusim_field *field, const void *value, char *text, int size);

/* A field's name as a person would write it: "gpu_allocated_fraction" is "gpu allocated fraction",
 * "wait_s" is "wait". */
void cli_label_text(const char *name, char *label, size_t size);

/* What stands behind its value, if it has no unit of its own: "an hour", "GPU-hours", a currency;
 * "": nothing. */
const char *cli_unit_text(const gpusim_field *field, const char *currency);

/* 1 when there is nothing to see of it: no value, or a count of nothing. */
int cli_is_void(const gpusim_field *field, const void *value);

/* 1 for groups of mean and quantiles, which are rows of one table. */
int cli_is_statistics(const gpusim_field *field);

/* The number of a field, for sorting; NaN when absent. */
double cli_number_of(const gpusim_field *field, const void *value);

/* A count as a JSON number, or as a string of digits when it is too large for one. */
json_t *cli_json_whole(uint64_t whole);

/* 12345 as "12,345". */
void cli_count_text(uint64_t value, char *text, int size);

/* A cell of CSV, in quotes where it has to be (RFC 4180). */
void cli_csv_text(FILE *to, const char *text);

#endif
