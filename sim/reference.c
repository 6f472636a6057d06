/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reference of the scenario in Markdown, made from its tables: a section for each table, in the
 * order in which they are met. */
#include "reference.h"

#include <ctype.h>
#include <string.h>

#define RECORDS_MAX 1024

/* The tables met so far; those from `next` on have no section yet. */
typedef struct sections {
    const gpusim_record *records[RECORDS_MAX];
    const gpusim_field
        *owners[RECORDS_MAX]; // the one-of a table holds the alternatives of, or NULL
    const gpusim_record *among[RECORDS_MAX]; // the tagged alternatives that a table is one of
    uint32_t count, next;
} sections;

static void meet(sections *all, const gpusim_record *record, const gpusim_field *owner)
{
    for (uint32_t i = 0; i < all->count; i++) {
        if (all->records[i] == record) {
            return;
        }
    }
    if (record && all->count < RECORDS_MAX) {
        all->records[all->count] = record;
        all->owners[all->count++] = owner;
    }
}

// a link to the section of a table, as GitHub names its headings: a name that came before is
// counted
static void print_link(FILE *to, const gpusim_record *record, const gpusim_field *owner,
                       sections *all)
{
    uint32_t before = 0;
    meet(all, record, owner);
    for (uint32_t i = 0; i < all->count && all->records[i] != record; i++) {
        before += strcmp(all->records[i]->name, record->name) == 0;
    }
    fprintf(to, "[%s](#", record->name);
    for (const char *c = record->name; *c; c++) {
        fputc(*c == ' ' ? '-' : tolower((unsigned char)*c), to);
    }
    if (before) {
        fprintf(to, "-%u", before);
    }
    fputc(')', to);
}

// ---- keys that most of many tagged alternatives have: they are told once ----

#define MANY 8

static int has_same(const gpusim_record *record, const gpusim_field *field)
{
    const gpusim_field *own = record ? gpusim_record_find(record, field->name) : NULL;
    return own && strcmp(own->doc, field->doc) == 0;
}

static int is_shared(const gpusim_record *alternatives, const gpusim_field *field)
{
    uint32_t same = 0;
    for (uint32_t i = 0; i < alternatives->count; i++) {
        const gpusim_field *one = &alternatives->fields[i];
        same += one->type == GPUSIM_RECORD && has_same(one->detail.record, field);
    }
    return alternatives->count >= MANY && same * 4 >= alternatives->count * 3;
}

static int is_bare(const gpusim_field *field)
{
    return field->unit == GPUSIM_UNIT_NONE || field->unit == GPUSIM_UNIT_RATIO;
}

static void print_choices(FILE *to, const gpusim_choice *choices)
{
    for (const gpusim_choice *c = choices; c && c->name; c++) {
        fprintf(to, "%s`%s`", c == choices ? "" : ", ", c->name);
    }
}

static void print_type(FILE *to, const gpusim_field *field, sections *all)
{
    switch (field->type) {
    case GPUSIM_BOOL:
        fputs("`true` or `false`", to);
        break;
    case GPUSIM_INT32:
    case GPUSIM_UINT32:
    case GPUSIM_INT64:
    case GPUSIM_UINT64:
        fprintf(to, "%s", is_bare(field) ? "whole number" : "quantity in ");
        fprintf(to, "%s", is_bare(field) ? "" : gpusim_unit_symbol(field->unit));
        break;
    case GPUSIM_FLOAT32:
    case GPUSIM_FLOAT64:
        fprintf(to, "%s", is_bare(field) ? "number" : "quantity in ");
        fprintf(to, "%s", is_bare(field) ? "" : gpusim_unit_symbol(field->unit));
        break;
    case GPUSIM_TIME:
        fputs("time", to);
        if (field->flags & GPUSIM_WORD) {
            fputs(", or ", to);
            print_choices(to, field->detail.choices);
        }
        break;
    case GPUSIM_ENUM:
        print_choices(to, field->detail.choices);
        break;
    case GPUSIM_NAME:
    case GPUSIM_STRING:
        fputs("text", to);
        break;
    case GPUSIM_RECORD:
        print_link(to, field->detail.record, NULL, all);
        break;
    case GPUSIM_ONE_OF:
        if (field->flags & GPUSIM_EITHER) {
            print_type(to, &field->detail.record->fields[0], all);
            fputs(", or ", to);
            print_link(to, field->detail.record->fields[1].detail.record, NULL, all);
            break;
        }
        fputs("one of ", to);
        print_link(to, field->detail.record, field, all);
        break;
    case GPUSIM_LIST:
        fputs("list of ", to);
        print_type(to, field->detail.element, all);
        break;
    case GPUSIM_MAP:
        fputs("map by name of ", to);
        print_type(to, field->detail.element, all);
        break;
    }
}

static void print_default(FILE *to, const gpusim_field *field)
{
    if (field->flags & GPUSIM_REQUIRED) {
        fputs("required", to);
    } else if (field->fallback) {
        fprintf(to, "`%s`", field->fallback);
    } else {
        fputs("none", to);
    }
}

// what a value must keep to, in the unit of the scenario
static void print_range(FILE *to, const gpusim_field *field)
{
    int counted =
        field->type == GPUSIM_LIST || field->type == GPUSIM_MAP || field->type == GPUSIM_STRING;
    if (!(field->minimum < field->maximum)) {
        return;
    }
    char low[48], high[48];
    gpusim_unit unit = field->type == GPUSIM_TIME ? GPUSIM_UNIT_SECOND : field->unit;
    unit = counted ? GPUSIM_UNIT_NONE : unit;
    gpusim_quantity_format(field->minimum, unit, 1, low, sizeof low);
    gpusim_quantity_format(field->maximum, unit, 1, high, sizeof high);
    fprintf(to, " %s %s", field->flags & GPUSIM_EXCLUSIVE ? "More than" : "At least", low);
    if (field->maximum < 1e15) {
        fprintf(to, ", at most %s", high);
    }
    fputs(counted ? (field->type == GPUSIM_STRING ? " bytes." : " entries.") : ".", to);
}

// Markdown's tables are cut at bars
static void print_cell(FILE *to, const char *text)
{
    for (; text && *text; text++) {
        if (*text == '|') {
            fputc('\\', to);
        }
        fputc(*text, to);
    }
}

static void print_row(FILE *to, const gpusim_field *field, int is_alternative, sections *all)
{
    fprintf(to, "| `%s` | ", field->name);
    print_type(to, field, all);
    fputs(" | ", to);
    if (is_alternative) {
        fputs("-", to);
    } else {
        print_default(to, field);
    }
    fputs(" | ", to);
    print_cell(to, field->doc);
    print_range(to, field);
    fputs(" |\n", to);
}

static void print_head(FILE *to)
{
    fputs("\n| key | type | default | meaning |\n|---|---|---|---|\n", to);
}

// what the words of a choice mean
static void print_words(FILE *to, const gpusim_field *field)
{
    int worded = field->type == GPUSIM_ENUM || (field->flags & GPUSIM_WORD);
    const gpusim_choice *choices = worded ? field->detail.choices : NULL;
    if (!choices || !choices->name || !choices->doc) {
        return;
    }
    fprintf(to, "\n`%s`:\n\n", field->name);
    for (const gpusim_choice *c = choices; c->name; c++) {
        fprintf(to, "- `%s`: %s\n", c->name, c->doc ? c->doc : "");
    }
}

// the shared keys, as the first alternative has them
static void print_shared(FILE *to, const gpusim_record *alternatives, sections *all)
{
    const gpusim_record *first = alternatives->fields[0].detail.record;
    int any = 0;
    for (uint32_t i = 0; first && i < first->count; i++) {
        if (!is_shared(alternatives, &first->fields[i])) {
            continue;
        }
        if (!any) {
            fputs("\nKeys that they have where their sections do not say otherwise:\n", to);
            print_head(to);
        }
        any = 1;
        print_row(to, &first->fields[i], 0, all);
    }
    for (uint32_t i = 0; any && i < first->count; i++) {
        if (is_shared(alternatives, &first->fields[i])) {
            print_words(to, &first->fields[i]);
        }
    }
}

// which of the shared keys an alternative lacks
static void print_lacking(FILE *to, const gpusim_record *record, const gpusim_record *among)
{
    const gpusim_record *first = among->fields[0].detail.record;
    int any = 0;
    for (uint32_t i = 0; i < first->count; i++) {
        if (is_shared(among, &first->fields[i]) &&
            !gpusim_record_find(record, first->fields[i].name)) {
            fprintf(to, "%s`%s`", any ? ", " : "\nIt does not have: ", first->fields[i].name);
            any = 1;
        }
    }
    fputs(any ? ".\n" : "", to);
}

static void print_section(FILE *to, uint32_t number, sections *all)
{
    const gpusim_record *record = all->records[number], *among = all->among[number];
    const gpusim_field *owner = all->owners[number];
    int tagged = owner && (owner->flags & GPUSIM_TAGGED);
    fprintf(to, "\n## %s\n\n", record->name);
    if (record->doc) {
        fprintf(to, "%s\n", record->doc);
    }
    if (tagged) {
        fprintf(to, "The key `%s` picks one of these, whose keys stand beside it.\n", owner->tag);
    } else if (owner) {
        fprintf(to, "Exactly one of these keys.%s\n",
                owner->flags & GPUSIM_PLAIN   ? " A plain value is the first."
                : owner->flags & GPUSIM_NAMED ? " Its bare name takes one with all its defaults."
                                              : "");
    }
    if (record->count == 0) {
        fputs("No parameters.\n", to);
        return;
    }
    int rows = 0;
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        if (among && is_shared(among, field)) {
            continue;
        }
        if (!rows++) {
            print_head(to);
        }
        print_row(to, field, owner != NULL, all);
        if (tagged && field->type == GPUSIM_RECORD) {
            for (uint32_t k = 0; k < all->count; k++) {
                all->among[k] = all->records[k] == field->detail.record ? record : all->among[k];
            }
        }
    }
    if (among) {
        print_lacking(to, record, among);
    }
    if (tagged && record->fields[0].type == GPUSIM_RECORD) {
        print_shared(to, record, all);
    }
    for (uint32_t i = 0; i < record->count; i++) {
        if (!among || !is_shared(among, &record->fields[i])) {
            print_words(to, &record->fields[i]);
        }
    }
}

void cli_reference(FILE *to, const gpusim_record *record)
{
    sections all = {0};
    meet(&all, record, NULL);
    for (; all.next < all.count; all.next++) {
        print_section(to, all.next, &all);
    }
}
