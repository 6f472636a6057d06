/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim list faults: the catalogue of faults and the mixes of causes. */
#include <stdio.h>
#include <string.h>

#include "list.h"
#include "talk.h"

/* ---- text ---- */

static void print_short(void)
{
    gpusim_fault_kind kind;
    uint32_t count;
    const gpusim_fault_mix *mixes = gpusim_fault_mixes(&count);
    puts("kinds, for `chaos: [{fault: NAME, ...}]`");
    for (uint32_t i = 0; gpusim_fault_kind_at(i, &kind); i++) {
        printf("    %-21s %-8s %s\n", kind.name, kind.strikes, kind.doc);
    }
    puts("\nmixes of causes as they were counted");
    for (uint32_t i = 0; i < count; i++) {
        printf("    %-21s %-8u %s\n", mixes[i].name, mixes[i].count, mixes[i].doc);
    }
}

// the keys that are its own: parameters and what their defaults are
static int is_own(const gpusim_field *field)
{
    static const char *const others[] = {"name",  "target", "at",    "period",      "every",
                                         "trace", "from",   "until", "times",       "for",
                                         "clock", "burst",  "ages",  "probability", "heats"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(others[i], field->name) == 0) {
            return 0;
        }
    }
    return 1;
}

// what a key is when it is not given: `[required]`, `[optional]`, or its default in brackets
static void print_key(const gpusim_field *field)
{
    const char *otherwise = field->fallback ? field->fallback : "required";
    if (!field->fallback && field->flags & GPUSIM_OPTIONAL) {
        otherwise = "optional";
    } else if (strcmp(otherwise, "[]") == 0) {
        otherwise = "none";
    }
    printf("    %-12s %s [%s]\n", field->name, field->doc, otherwise);
}

static void print_kind(const gpusim_fault_kind *kind)
{
    printf("%s: %s\n", kind->name, kind->doc);
    printf("    strikes      %s\n", kind->strikes);
    printf("    does         %s\n", kind->does);
    printf("    telemetry    %s\n", kind->shows);
    printf("    jobs         %s\n", kind->jobs);
    printf("    ends         %s%s\n", kind->ends ? "after `for:`, else by " : "at once",
           kind->ends ? kind->ends : "");
    for (uint32_t i = 0; i < kind->record->count; i++) {
        const gpusim_field *field = &kind->record->fields[i];
        if (is_own(field)) {
            print_key(field);
        }
    }
    printf("    source       %s\n", kind->source);
}

// what a cause says besides how often it comes
static void print_effect(const gpusim_fault_cause *cause)
{
    char text[48];
    if (cause->lasts > 0) {
        gpusim_quantity_format(cause->lasts * 3600, GPUSIM_UNIT_SECOND, 0, text, sizeof text);
        printf("    %-24s for %s in the mean\n", "", text);
    }
    if (cause->tail > 0) {
        printf("    %-24s slowdown: Pareto from %g, shape %g\n", "", cause->least, cause->tail);
    } else if (cause->least > 0) {
        printf("    %-24s slowdown: %g\n", "", cause->least);
    }
}

static void print_mix(const gpusim_fault_mix *mix)
{
    printf("%s: %s\n", mix->name, mix->doc);
    printf("    source       %s\n", mix->source);
    printf("    %-24s %-18s %10s %20s\n", "cause", "kind", "count", "mean time of one");
    for (uint32_t i = 0; i < mix->count; i++) {
        char text[48];
        gpusim_quantity_format(mix->causes[i].hours * 3600, GPUSIM_UNIT_SECOND, 0, text,
                               sizeof text);
        printf("    %-24s %-18s %10.4g %20s\n", mix->causes[i].name, mix->causes[i].kind,
               mix->causes[i].count, text);
        print_effect(&mix->causes[i]);
    }
}

static void print_all(void)
{
    gpusim_fault_kind kind;
    uint32_t count;
    const gpusim_fault_mix *mixes = gpusim_fault_mixes(&count);
    for (uint32_t i = 0; gpusim_fault_kind_at(i, &kind); i++) {
        print_kind(&kind);
        putchar('\n');
    }
    for (uint32_t i = 0; i < count; i++) {
        print_mix(&mixes[i]);
        fputs(i + 1 < count ? "\n" : "", stdout);
    }
}

/* ---- JSON ---- */

static json_t *kind_json(const gpusim_fault_kind *kind)
{
    json_t *object = json_object(), *keys = json_array();
    json_object_set_new(object, "name", json_string(kind->name));
    json_object_set_new(object, "strikes", json_string(kind->strikes));
    json_object_set_new(object, "doc", json_string(kind->doc));
    json_object_set_new(object, "does", json_string(kind->does));
    json_object_set_new(object, "telemetry", json_string(kind->shows));
    json_object_set_new(object, "jobs", json_string(kind->jobs));
    json_object_set_new(object, "ends_by", kind->ends ? json_string(kind->ends) : json_null());
    json_object_set_new(object, "source", json_string(kind->source));
    for (uint32_t i = 0; i < kind->record->count; i++) {
        const gpusim_field *field = &kind->record->fields[i];
        json_t *key = json_object();
        json_object_set_new(key, "name", json_string(field->name));
        json_object_set_new(key, "default",
                            field->fallback ? json_string(field->fallback) : json_null());
        json_object_set_new(key, "doc", json_string(field->doc));
        json_array_append_new(keys, key);
    }
    json_object_set_new(object, "keys", keys);
    return object;
}

static json_t *mix_json(const gpusim_fault_mix *mix)
{
    json_t *object = json_object(), *causes = json_array();
    json_object_set_new(object, "name", json_string(mix->name));
    json_object_set_new(object, "doc", json_string(mix->doc));
    json_object_set_new(object, "source", json_string(mix->source));
    json_object_set_new(object, "gpu_hours", json_real(mix->gpu_hours));
    json_object_set_new(object, "node_hours", json_real(mix->node_hours));
    for (uint32_t i = 0; i < mix->count; i++) {
        json_t *cause = json_object();
        json_object_set_new(cause, "name", json_string(mix->causes[i].name));
        json_object_set_new(cause, "kind", json_string(mix->causes[i].kind));
        json_object_set_new(cause, "count", json_real(mix->causes[i].count));
        json_object_set_new(cause, "hours", json_real(mix->causes[i].hours));
        json_object_set_new(cause, "lasts_hours", json_real(mix->causes[i].lasts));
        json_object_set_new(cause, "least", json_real(mix->causes[i].least));
        json_object_set_new(cause, "tail", json_real(mix->causes[i].tail));
        json_array_append_new(causes, cause);
    }
    json_object_set_new(object, "causes", causes);
    return object;
}

// all of them, or the one of that name
static int print_json(const char *name)
{
    gpusim_fault_kind kind;
    uint32_t count;
    const gpusim_fault_mix *mixes = gpusim_fault_mixes(&count);
    json_t *object = cli_json_object(), *kinds = json_array(), *list = json_array();
    for (uint32_t i = 0; gpusim_fault_kind_at(i, &kind); i++) {
        if (!name || strcmp(name, kind.name) == 0) {
            json_array_append_new(kinds, kind_json(&kind));
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!name || strcmp(name, mixes[i].name) == 0) {
            json_array_append_new(list, mix_json(&mixes[i]));
        }
    }
    json_object_set_new(object, "faults", kinds);
    json_object_set_new(object, "mixes", list);
    return cli_json_print(object);
}

/* ---- the command ---- */

#define NAMES 128

static int unknown_fault(const cli_arguments *arguments, const char *name)
{
    const char *names[NAMES];
    gpusim_fault_kind kind;
    uint32_t known = 0, count;
    const gpusim_fault_mix *mixes = gpusim_fault_mixes(&count);
    while (known < NAMES && gpusim_fault_kind_at(known, &kind)) {
        names[known++] = kind.name;
    }
    for (uint32_t i = 0; i < count && known < NAMES; i++) {
        names[known++] = mixes[i].name;
    }
    char message[160], hint[160] = "`gpusim list faults` shows the names";
    const char *nearest = gpusim_nearest(name, names, known);
    snprintf(message, sizeof message, "no fault is called '%.80s'", name);
    if (nearest) {
        snprintf(hint, sizeof hint, "did you mean '%s'?", nearest);
    }
    return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message, hint);
}

int cli_list_faults(const cli_arguments *arguments)
{
    const char *name = arguments->operand_count > 1 ? arguments->operands[1] : NULL;
    gpusim_fault_kind kind;
    uint32_t count, i = 0, m = 0;
    const gpusim_fault_mix *mixes = gpusim_fault_mixes(&count);
    int found = 0;
    while (name && (found = gpusim_fault_kind_at(i, &kind)) && strcmp(kind.name, name) != 0) {
        i++;
    }
    while (name && m < count && strcmp(mixes[m].name, name) != 0) {
        m++;
    }
    if (name && !found && m == count) {
        return unknown_fault(arguments, name);
    }
    if (arguments->json) {
        return print_json(name);
    }
    if (found) {
        print_kind(&kind);
    } else if (name) {
        print_mix(&mixes[m]);
    } else if (arguments->values[CLI_VERBOSE]) {
        print_all();
    } else {
        print_short();
    }
    return CLI_OK;
}
