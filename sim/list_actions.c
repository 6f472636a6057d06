/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim list actions: what can be done to a cluster, by whom, and who looks after its nodes. */
#include <stdio.h>

#include <gpusim/gpusim.h>

#include "list.h"
#include "options.h"

/* A key of the scenario, and what it is a key of: the scenario, or a record of it. */
static const struct {
    const char *of, *key;
} parts[] = {
    {NULL, "actions"},     {NULL, "response"},       {NULL, "remedies"},
    {NULL, "heartbeat"},   {NULL, "control"},        {NULL, "repairs"},
    {NULL, "maintenance"}, {"cluster", "autoscale"}, {"cluster", "spares"},
};
#define PARTS (sizeof parts / sizeof parts[0])

// what a list or a map is of, in the end
static const gpusim_field *element_of(const gpusim_field *field)
{
    while (field && (field->type == GPUSIM_LIST || field->type == GPUSIM_MAP)) {
        field = field->detail.element;
    }
    return field;
}

static const gpusim_field *part_at(size_t i)
{
    const gpusim_record *record = gpusim_spec_record();
    if (parts[i].of) {
        const gpusim_field *cluster = gpusim_record_find(record, parts[i].of);
        record = cluster->detail.record;
        record = element_of(gpusim_record_find(record, "nodes"))->detail.record;
    }
    return gpusim_record_find(record, parts[i].key);
}

// the table of a part; NULL: it is a plain value
static const gpusim_record *table_of(const gpusim_field *part)
{
    const gpusim_field *element = element_of(part);
    return element->type == GPUSIM_RECORD ? element->detail.record : NULL;
}

// the words of its key `do`
static const gpusim_choice *words_of(const gpusim_record *table)
{
    const gpusim_field *what = table ? gpusim_record_find(table, "do") : NULL;
    return what ? what->detail.choices : NULL;
}

void cli_list_actions(int verbose)
{
    for (size_t i = 0; i < PARTS; i++) {
        const gpusim_field *part = part_at(i);
        const gpusim_record *table = table_of(part);
        printf("%s%s%s: %s\n", i ? "\n" : "", part->name,
               parts[i].of ? " (of a group of nodes)" : "", part->doc);
        if (verbose && table) {
            int at_line_start = 1;
            gpusim_record_describe(table, cli_write_indented, &at_line_start);
            continue;
        }
        for (const gpusim_choice *c = words_of(table); c && c->name; c++) {
            printf("    %-10s %s\n", c->name, c->doc);
        }
    }
}

json_t *cli_actions_json(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < PARTS; i++) {
        const gpusim_field *part = part_at(i);
        json_t *entry = json_object(), *words = json_array();
        json_object_set_new(entry, "name", json_string(part->name));
        json_object_set_new(entry, "doc", json_string(part->doc));
        for (const gpusim_choice *c = words_of(table_of(part)); c && c->name; c++) {
            json_t *word = json_object();
            json_object_set_new(word, "name", json_string(c->name));
            json_object_set_new(word, "doc", json_string(c->doc));
            json_array_append_new(words, word);
        }
        json_object_set_new(entry, "do", words);
        json_array_append_new(list, entry);
    }
    return list;
}
