/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim list: what there is to choose from. */
#include <stdio.h>
#include <string.h>

#include "list.h"
#include "options.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_VERBOSE, 'v', "verbose", NULL, "parameters, units, sources"},
    {CLI_CATALOGUE, 0, "catalogue", "FILE", "of GPU models, laid over the built-in one"},
    {CLI_FORMAT, 0, "format", "FORMAT", "yaml: GPU models as a catalogue file has them"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

// The first table within `record` that has a field of this name and type, and the field.
static const gpusim_record *find_table(const gpusim_record *record, const char *name,
                                       gpusim_field_type type, int depth)
{
    if (!record || depth > 16) {
        return NULL;
    }
    const gpusim_field *named = gpusim_record_find(record, name);
    if (named && named->type == type) {
        return record;
    }
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        while (field && (field->type == GPUSIM_LIST || field->type == GPUSIM_MAP)) {
            field = field->detail.element;
        }
        if (field && (field->type == GPUSIM_RECORD || field->type == GPUSIM_ONE_OF)) {
            const gpusim_record *found = find_table(field->detail.record, name, type, depth + 1);
            if (found) {
                return found;
            }
        }
    }
    return NULL;
}

static json_t *choices_json(const gpusim_choice *choices)
{
    json_t *list = json_array();
    for (const gpusim_choice *c = choices; c && c->name; c++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "name", json_string(c->name));
        json_object_set_new(entry, "doc", json_string(c->doc));
        json_array_append_new(list, entry);
    }
    return list;
}

/* ---- schedulers ---- */

// the table of a composed scheduler: each choice in it is a part to choose
static const gpusim_record *composition(void)
{
    return find_table(gpusim_spec_record(), "placement", GPUSIM_ENUM, 0);
}

void cli_write_indented(void *to, const char *text, size_t length)
{
    int *at_line_start = to;
    for (size_t i = 0; i < length; i++) {
        if (*at_line_start && text[i] != '\n') {
            fputs("    ", stdout);
        }
        *at_line_start = text[i] == '\n';
        fputc(text[i], stdout);
    }
}

// modules that decide everything: what `scheduler:` may be besides a composition
static const gpusim_record *alternatives(void)
{
    const gpusim_field *scheduler = gpusim_record_find(gpusim_spec_record(), "scheduler");
    return scheduler ? scheduler->detail.record : NULL;
}

static int is_module(const gpusim_field *alternative)
{
    return alternative->type == GPUSIM_RECORD && alternative->detail.record != composition();
}

static void list_modules(int verbose)
{
    const gpusim_record *all = alternatives();
    puts("\nmodule: One that decides everything: `scheduler: {module: NAME, ...}`.");
    for (uint32_t i = 0; all && i < all->count; i++) {
        const gpusim_field *module = &all->fields[i];
        if (!is_module(module)) {
            continue;
        }
        printf("    %-18s %s\n", module->name, module->doc);
        if (verbose) {
            int at_line_start = 1;
            printf("        %s\n", module->detail.record->doc);
            gpusim_record_describe(module->detail.record, cli_write_indented, &at_line_start);
        }
    }
}

static json_t *modules_json(void)
{
    const gpusim_record *all = alternatives();
    json_t *list = json_array();
    for (uint32_t i = 0; all && i < all->count; i++) {
        if (is_module(&all->fields[i])) {
            json_t *entry = json_object();
            json_object_set_new(entry, "name", json_string(all->fields[i].name));
            json_object_set_new(entry, "doc", json_string(all->fields[i].doc));
            json_array_append_new(list, entry);
        }
    }
    return list;
}

static void list_schedulers(int verbose)
{
    const gpusim_record *table = composition();
    for (uint32_t i = 0; table && i < table->count; i++) {
        const gpusim_field *field = &table->fields[i];
        if (field->type != GPUSIM_ENUM) {
            continue;
        }
        printf("%s%s: %s\n", i ? "\n" : "", field->name, field->doc);
        for (const gpusim_choice *c = field->detail.choices; c->name; c++) {
            printf("    %-14s %s\n", c->name, c->doc);
        }
    }
    list_modules(verbose);
    if (verbose && table) {
        int at_line_start = 1;
        puts("\nkeys of `scheduler:`");
        gpusim_record_describe(table, cli_write_indented, &at_line_start);
    }
}

static json_t *schedulers_json(void)
{
    const gpusim_record *table = composition();
    json_t *object = json_object();
    for (uint32_t i = 0; table && i < table->count; i++) {
        const gpusim_field *field = &table->fields[i];
        if (field->type == GPUSIM_ENUM) {
            json_object_set_new(object, field->name, choices_json(field->detail.choices));
        }
    }
    json_object_set_new(object, "module", modules_json());
    return object;
}

/* ---- formats of job logs ---- */

static const gpusim_choice *formats(void)
{
    const gpusim_record *table = find_table(gpusim_spec_record(), "format", GPUSIM_ENUM, 0);
    return table ? gpusim_record_find(table, "format")->detail.choices : NULL;
}

static void list_formats(int verbose)
{
    (void)verbose;
    for (const gpusim_choice *c = formats(); c && c->name; c++) {
        printf("%-8s %s\n", c->name, c->doc);
    }
}

static json_t *formats_json(void)
{
    return choices_json(formats());
}

/* ---- metrics ---- */

static const char *const entities[] = {"gpu", "node", "rack", "cluster"};

static const char *type_of(const gpusim_metric *metric)
{
    return metric->type == GPUSIM_UINT64   ? "counter, uint64"
           : metric->type == GPUSIM_UINT32 ? "bits, uint32"
                                           : "gauge, float32";
}

// what the sensor does to what is there
static const char *noise_of(const gpusim_metric *metric)
{
    return metric->noise == GPUSIM_NOISE_TEMPERATURE ? "noise"
           : metric->noise == GPUSIM_NOISE_POWER     ? "noise, overshoot under load"
                                                     : NULL;
}

static void explain_metric(const gpusim_metric *metric)
{
    const char *unit = gpusim_unit_symbol((gpusim_unit)metric->unit), *noise = noise_of(metric);
    if (metric->dcgm) {
        printf("    %s (%u)\n", metric->dcgm, metric->dcgm_id);
    }
    printf("    %s%s%s", type_of(metric), unit[0] ? ", " : "", unit);
    if (metric->step > 0) {
        printf("; steps of %g%s%s", metric->step, unit[0] ? " " : "", unit);
    }
    printf("%s%s\n    sets:", noise ? "; " : "", noise ? noise : "");
    for (const gpusim_choice *set = gpusim_metric_sets(); set->name; set++) {
        if (metric->sets & (uint32_t)set->value) {
            printf(" %s", set->name);
        }
    }
    putchar('\n');
}

static void list_metrics(int verbose)
{
    uint32_t count;
    const gpusim_metric *metrics = gpusim_metrics(&count);
    for (uint32_t i = 0; i < count; i++) {
        const char *unit = gpusim_unit_symbol((gpusim_unit)metrics[i].unit);
        char name[64];
        snprintf(name, sizeof name, "%s/%s", entities[metrics[i].entity], metrics[i].name);
        printf("%-37s %-4s %s\n", name, unit, metrics[i].doc);
        if (verbose) {
            explain_metric(&metrics[i]);
        }
    }
    if (verbose) {
        puts("\nsets, for `telemetry: {sets: [...]}`");
        for (const gpusim_choice *set = gpusim_metric_sets(); set->name; set++) {
            printf("    %-10s %s\n", set->name, set->doc);
        }
    }
}

static json_t *sets_json(const gpusim_metric *metric)
{
    json_t *list = json_array();
    for (const gpusim_choice *set = gpusim_metric_sets(); set->name; set++) {
        if (metric->sets & (uint32_t)set->value) {
            json_array_append_new(list, json_string(set->name));
        }
    }
    return list;
}

static json_t *metrics_json(void)
{
    static const char *const types[] = {"gauge", "counter", "bits"};
    uint32_t count;
    const gpusim_metric *metrics = gpusim_metrics(&count);
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_metric *metric = &metrics[i];
        const char *unit = gpusim_unit_symbol((gpusim_unit)metric->unit), *noise = noise_of(metric);
        int type = metric->type == GPUSIM_UINT64 ? 1 : metric->type == GPUSIM_UINT32 ? 2 : 0;
        json_t *entry = json_object();
        json_object_set_new(entry, "entity", json_string(entities[metric->entity]));
        json_object_set_new(entry, "name", json_string(metric->name));
        json_object_set_new(entry, "unit", json_string(unit));
        json_object_set_new(entry, "type", json_string(types[type]));
        json_object_set_new(entry, "dcgm", metric->dcgm ? json_string(metric->dcgm) : json_null());
        json_object_set_new(entry, "dcgm_id",
                            metric->dcgm ? json_integer(metric->dcgm_id) : json_null());
        json_object_set_new(entry, "step",
                            metric->step > 0 ? json_real(metric->step) : json_null());
        json_object_set_new(entry, "noise", noise ? json_string(noise) : json_null());
        json_object_set_new(entry, "sets", sets_json(metric));
        json_object_set_new(entry, "doc", json_string(metric->doc));
        json_array_append_new(list, entry);
    }
    return list;
}

/* ---- detectors ---- */

static void list_detectors(int verbose)
{
    for (const gpusim_module *const *m = gpusim_detectors(); *m; m++) {
        printf("%-18s %s\n", (*m)->name, (*m)->doc);
        if (verbose && (*m)->parameters) {
            int at_line_start = 1;
            gpusim_record_describe((*m)->parameters, cli_write_indented, &at_line_start);
        }
    }
}

static json_t *detectors_json(void)
{
    json_t *list = json_array();
    for (const gpusim_module *const *m = gpusim_detectors(); *m; m++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "name", json_string((*m)->name));
        json_object_set_new(entry, "doc", json_string((*m)->doc));
        json_array_append_new(list, entry);
    }
    return list;
}

/* ---- figures ---- */

static void list_figures(int verbose)
{
    uint32_t count;
    const gpusim_figure *figures = gpusim_figures(&count);
    for (uint32_t i = 0; i < count; i++) {
        printf("%-14s %s\n", figures[i].name, figures[i].doc);
        if (verbose) {
            printf("%-14s %s, %u x %u pixels\n", "", figures[i].traces ? "one run" : "several runs",
                   figures[i].width, figures[i].height);
        }
    }
}

static json_t *figures_json(void)
{
    uint32_t count;
    const gpusim_figure *figures = gpusim_figures(&count);
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "name", json_string(figures[i].name));
        json_object_set_new(entry, "doc", json_string(figures[i].doc));
        json_object_set_new(entry, "several", json_boolean(figures[i].traces == 0));
        json_array_append_new(list, entry);
    }
    return list;
}

static const struct {
    const char *name;
    void (*print)(int verbose);
    json_t *(*json)(void);
} topics[] = {
    {"schedulers", list_schedulers, schedulers_json},
    {"gpus", NULL, NULL}, // these have a file of their own
    {"faults", NULL, NULL},
    {"formats", list_formats, formats_json},
    {"metrics", list_metrics, metrics_json},
    {"detectors", list_detectors, detectors_json},
    {"actions", cli_list_actions, cli_actions_json},
    {"figures", list_figures, figures_json},
};
#define TOPICS (sizeof topics / sizeof topics[0])

static int unknown_topic(const cli_arguments *arguments, const char *word)
{
    const char *names[TOPICS];
    char message[160], hint[96];
    for (size_t i = 0; i < TOPICS; i++) {
        names[i] = topics[i].name;
    }
    const char *nearest = gpusim_nearest(word, names, TOPICS);
    snprintf(message, sizeof message, "there is no list of '%.80s'", word);
    if (nearest) {
        snprintf(hint, sizeof hint, "did you mean '%s'?", nearest);
    } else {
        snprintf(hint, sizeof hint, "one of %.*s", (int)strcspn(cli_list.operands, " "),
                 cli_list.operands);
    }
    return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message, hint);
}

static int list(const cli_arguments *arguments)
{
    for (size_t i = 0; i < TOPICS; i++) {
        if (strcmp(topics[i].name, arguments->operands[0]) != 0) {
            continue;
        }
        if (strcmp(topics[i].name, "gpus") == 0) {
            return cli_list_gpus(arguments);
        }
        if (arguments->values[CLI_CATALOGUE] || arguments->values[CLI_FORMAT]) {
            return cli_fail_with(arguments->json, GPUSIM_ARGUMENT,
                                 "--catalogue and --format are for `list gpus`", NULL);
        }
        if (!topics[i].print) {
            return cli_list_faults(arguments);
        }
        if (arguments->operand_count > 1) {
            return cli_fail_with(arguments->json, GPUSIM_ARGUMENT,
                                 "a name is for `list gpus` and `list faults`", NULL);
        }
        if (arguments->json) {
            json_t *object = cli_json_object();
            json_object_set_new(object, topics[i].name, topics[i].json());
            return cli_json_print(object);
        }
        topics[i].print(arguments->values[CLI_VERBOSE] != NULL);
        return CLI_OK;
    }
    return unknown_topic(arguments, arguments->operands[0]);
}

const cli_command cli_list = {
    .name = "list",
    .operands = "schedulers|detectors|gpus|faults|actions|formats|metrics|figures [NAME]",
    .doc = "list what there is to choose from",
    .examples =
        "gpusim list schedulers -v\torders, placements, ... and their parameters\n"
        "gpusim list gpus\tthe GPU models of the catalogue\n"
        "gpusim list gpus H100-SXM5-80GB\tall figures of one, their sources, what is weak\n"
        "gpusim list gpus H200 --format yaml > my-gpus.yaml\tto begin a catalogue with\n"
        "gpusim list faults\twhat can fail, and mixes of causes that were measured\n"
        "gpusim list faults xid79\tall about one\n"
        "gpusim list actions -v\twhat is done to nodes and jobs, by rules, crews and windows\n"
        "gpusim list detectors -v\tdetectors of anomalies and their parameters\n"
        "gpusim list formats\tformats of job logs\n"
        "gpusim list metrics\twhat telemetry samples\n"
        "gpusim list figures\twhat `gpusim plot` draws\n",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = 2,
    .run = list,
};
