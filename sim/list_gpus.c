/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim list gpus: the catalogue of GPU models, in short, with every figure, or as it is written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "talk.h"

/* ---- one figure ---- */

static const char *const sure_words[] = {"read", "second-hand", "derived", "memory", "assumed"};

static int is_weak(const gpusim_gpu_source *source)
{
    return source &&
           (source->sure == GPUSIM_FIGURE_MEMORY || source->sure == GPUSIM_FIGURE_ASSUMED);
}

// sizes and bandwidths as they are sold, everything else with three or four digits
static void format_number(double value, gpusim_unit unit, char *text, int size)
{
    int exact = unit == GPUSIM_UNIT_BYTE || unit == GPUSIM_UNIT_BYTE_PER_SECOND;
    gpusim_quantity_format(value, unit, exact, text, size);
}

// 0 when there is no value
static int format_figure(const gpusim_field *field, const void *value, char *text, int size)
{
    if (field->type == GPUSIM_FLOAT64) {
        double number = *(const double *)value;
        if (number != number) {
            return 0;
        }
        format_number(number, field->unit, text, size);
    } else if (field->type == GPUSIM_UINT64) {
        format_number((double)*(const uint64_t *)value, field->unit, text, size);
    } else if (field->type == GPUSIM_ENUM) {
        const gpusim_choice *choice = field->detail.choices;
        while (choice->name && choice->value != *(const int32_t *)value) {
            choice++;
        }
        if (!choice->name) {
            return 0;
        }
        snprintf(text, (size_t)size, "%s", choice->name);
    } else {
        return 0;
    }
    return 1;
}

static json_t *figure_json(const gpusim_field *field, const void *value)
{
    if (field->type == GPUSIM_FLOAT64) {
        double number = *(const double *)value;
        return number == number ? json_real(number) : NULL;
    }
    if (field->type == GPUSIM_UINT64) {
        return json_integer((json_int_t) * (const uint64_t *)value);
    }
    char text[64];
    return format_figure(field, value, text, sizeof text) ? json_string(text) : NULL;
}

/* Each figure of a model, sections taken apart. */
typedef void (*visit_figure)(void *to, const gpusim_gpu_model *model, const char *path,
                             const gpusim_field *field, const void *value);

static void each_figure(const gpusim_gpu_model *model, const gpusim_record *record,
                        const char *section, const char *base, visit_figure visit, void *to)
{
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        const void *value = base + field->offset;
        char path[96];
        snprintf(path, sizeof path, "%.40s%s%.40s", section, section[0] ? "." : "", field->name);
        if (field->type == GPUSIM_RECORD) {
            each_figure(model, field->detail.record, path, value, visit, to);
        } else {
            visit(to, model, path, field, value);
        }
    }
}

/* ---- text ---- */

static void print_short(const gpusim_gpu_model *models, uint32_t count)
{
    printf("%-18s %10s %8s %8s %10s %10s\n", "name", "memory", "TDP", "idle", "max clock",
           "bandwidth");
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_gpu_model *m = &models[i];
        const struct {
            double value;
            gpusim_unit unit;
            int width;
        } columns[] = {
            {m->power.tdp, GPUSIM_UNIT_WATT, 8},
            {m->power.idle, GPUSIM_UNIT_WATT, 8},
            {m->clocks.maximum, GPUSIM_UNIT_HERTZ, 10},
            {m->memory_bandwidth, GPUSIM_UNIT_BYTE_PER_SECOND, 10},
        };
        // as nvidia-smi prints it
        char memory[32] = "-";
        if (m->memory) {
            snprintf(memory, sizeof memory, "%.0f MiB", (double)m->memory / 1048576.0);
        }
        printf("%-18s %10s", m->name, memory);
        for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++) {
            char text[64] = "-";
            if (columns[k].value == columns[k].value) {
                format_number(columns[k].value, columns[k].unit, text, sizeof text);
            }
            printf(" %*s", columns[k].width, text);
        }
        puts("");
    }
}

static void print_figure(void *to, const gpusim_gpu_model *model, const char *path,
                         const gpusim_field *field, const void *value)
{
    (void)to;
    char text[64];
    if (!format_figure(field, value, text, sizeof text)) {
        return;
    }
    const gpusim_gpu_source *source = gpusim_gpu_source_of(model, path);
    printf("    %-28s %12s", path, text);
    if (source) {
        printf("  %-11s %-4s  %s", sure_words[source->sure], is_weak(source) ? "weak" : "",
               source->from);
    }
    puts("");
}

static void print_profiles(const gpusim_gpu_model *model)
{
    const gpusim_gpu_source *source = gpusim_gpu_source_of(model, "mig");
    const gpusim_mig_profile *profiles = model->mig.items;
    for (uint32_t i = 0; i < model->mig.count; i++) {
        char memory[64];
        const uint32_t *starts = profiles[i].starts.items;
        format_number((double)profiles[i].memory, GPUSIM_UNIT_BYTE, memory, sizeof memory);
        printf("    mig %-24s %12s  %u of 7 compute, %u of 8 memory slices, from", profiles[i].name,
               memory, profiles[i].compute, profiles[i].memory_slices);
        for (uint32_t k = 0; k < profiles[i].starts.count; k++) {
            printf("%s%u", k ? "," : " ", starts[k]);
        }
        puts("");
    }
    if (model->mig.count && source) {
        printf("    %-28s %12s  %-11s %-4s  %s\n", "mig", "", sure_words[source->sure],
               is_weak(source) ? "weak" : "", source->from);
    }
}

static void print_whole(const gpusim_gpu_model *models, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_gpu_model *model = &models[i];
        printf("%s%s", i ? "\n" : "", model->name);
        if (strcmp(model->product, model->name) != 0) {
            printf(" (%s)", model->product);
        }
        puts("");
        each_figure(model, gpusim_gpu_record(), "", (const char *)model, print_figure, NULL);
        print_profiles(model);
    }
}

// the catalogue as it is written: all of it, or one entry as a catalogue of its own
static int print_source(const char *name)
{
    size_t length;
    const char *text = gpusim_catalogue_text(&length);
    if (!name) {
        fwrite(text, 1, length, stdout);
        return CLI_OK;
    }
    char head[128];
    snprintf(head, sizeof head, "\n  - name: %.100s\n", name);
    const char *entry = strstr(text, head);
    if (!entry) {
        return cli_fail_with(0, GPUSIM_ARGUMENT, "only built-in models can be printed so", NULL);
    }
    const char *end = strstr(entry + strlen(head), "\n  - name: ");
    printf("gpus:%.*s", (int)(end ? end - entry : (long)strlen(entry)), entry);
    return CLI_OK;
}

/* ---- JSON ---- */

static void add_figure(void *to, const gpusim_gpu_model *model, const char *path,
                       const gpusim_field *field, const void *value)
{
    json_t *number = figure_json(field, value);
    if (!number) {
        return;
    }
    const gpusim_gpu_source *source = gpusim_gpu_source_of(model, path);
    json_t *figure = json_object();
    json_object_set_new(figure, "value", number);
    json_object_set_new(figure, "unit", json_string(gpusim_unit_symbol(field->unit)));
    json_object_set_new(figure, "sure",
                        source ? json_string(sure_words[source->sure]) : json_null());
    json_object_set_new(figure, "weak", json_boolean(is_weak(source)));
    json_object_set_new(figure, "from", source ? json_string(source->from) : json_null());
    json_object_set_new(to, path, figure);
}

static json_t *profiles_json(const gpusim_gpu_model *model)
{
    const gpusim_mig_profile *profiles = model->mig.items;
    json_t *list = json_array();
    for (uint32_t i = 0; i < model->mig.count; i++) {
        const uint32_t *starts = profiles[i].starts.items;
        json_t *profile = json_object(), *begins = json_array();
        json_object_set_new(profile, "name", json_string(profiles[i].name));
        json_object_set_new(profile, "compute", json_integer(profiles[i].compute));
        json_object_set_new(profile, "memory_slices", json_integer(profiles[i].memory_slices));
        json_object_set_new(profile, "memory_bytes", json_integer((json_int_t)profiles[i].memory));
        for (uint32_t k = 0; k < profiles[i].starts.count; k++) {
            json_array_append_new(begins, json_integer(starts[k]));
        }
        json_object_set_new(profile, "starts", begins);
        json_array_append_new(list, profile);
    }
    return list;
}

static int print_json(const gpusim_gpu_model *models, uint32_t count)
{
    json_t *object = cli_json_object(), *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_gpu_model *model = &models[i];
        json_t *entry = json_object(), *figures = json_object();
        json_object_set_new(entry, "name", json_string(model->name));
        json_object_set_new(entry, "product", json_string(model->product));
        json_object_set_new(entry, "memory_bytes",
                            model->memory ? json_integer((json_int_t)model->memory) : json_null());
        each_figure(model, gpusim_gpu_record(), "", (const char *)model, add_figure, figures);
        json_object_set_new(entry, "figures", figures);
        json_object_set_new(entry, "mig", profiles_json(model));
        json_array_append_new(list, entry);
    }
    json_object_set_new(object, "gpus", list);
    return cli_json_print(object);
}

/* ---- which of them ---- */

static int unknown_model(const cli_arguments *arguments, const gpusim_gpu_model *models,
                         uint32_t count, const char *name)
{
    char message[160], hint[200] = "";
    const char **names = calloc(count, sizeof *names);
    for (uint32_t i = 0; names && i < count; i++) {
        names[i] = models[i].name;
    }
    if (names) {
        gpusim_suggest(name, names, count, hint, sizeof hint);
    }
    snprintf(message, sizeof message, "no GPU model is called '%.80s'", name);
    free(names);
    return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message,
                         hint[0] ? hint : "`gpusim list gpus` shows the names");
}

int cli_list_gpus(const cli_arguments *arguments)
{
    gpusim_error err = {0};
    gpusim_catalogue *catalogue = NULL;
    const char *name = arguments->operand_count > 1 ? arguments->operands[1] : NULL;
    const char *format = arguments->values[CLI_FORMAT];
    uint32_t count = 0;
    int code = CLI_OK;
    if (format && strcmp(format, "yaml") != 0) {
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, "--format wants yaml", NULL);
    }
    if (gpusim_catalogue_load(arguments->values[CLI_CATALOGUE], &catalogue, &err) != GPUSIM_OK) {
        return cli_fail(arguments->json, &err, 1);
    }
    const gpusim_gpu_model *models = gpusim_catalogue_models(catalogue, &count);
    uint32_t found = 0;
    while (name && found < count && strcmp(models[found].name, name) != 0) {
        found++;
    }
    if (name && found == count) {
        code = unknown_model(arguments, models, count, name);
    } else if (format) {
        code = print_source(name);
    } else if (arguments->json) {
        code = print_json(name ? models + found : models, name ? 1 : count);
    } else if (name || arguments->values[CLI_VERBOSE]) {
        print_whole(name ? models + found : models, name ? 1 : count);
    } else {
        print_short(models, count);
    }
    gpusim_catalogue_destroy(catalogue);
    return code;
}
