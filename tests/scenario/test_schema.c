/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON Schema and the description of a table. */
#include "harness.h"

#include <string.h>

#include <jansson.h>

#include "scenario/spec.h"
#include "toy.h"

static json_t *schema_of(const gpusim_record *record)
{
    gpusim_error err = {0};
    json_error_t wrong;
    char *text = NULL;
    ASSERT_OK(gs_schema_write(record, &text, &err), &err);
    json_t *schema = json_loads(text, JSON_REJECT_DUPLICATES, &wrong);
    ck_assert_msg(schema != NULL, "%s", wrong.text);
    gpusim_free(text);
    return schema;
}

static json_t *at(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    ck_assert_msg(value != NULL, "no '%s'", key);
    return value;
}

// every reference leads somewhere
static void follow(json_t *root, json_t *value)
{
    const char *key;
    json_t *inner;
    size_t i;
    if (json_is_array(value)) {
        json_array_foreach(value, i, inner)
        {
            follow(root, inner);
        }
        return;
    }
    json_object_foreach(value, key, inner)
    {
        if (strcmp(key, "$ref") == 0) {
            const char *path = json_string_value(inner);
            ck_assert(strncmp(path, "#/definitions/", 14) == 0);
            at(at(root, "definitions"), path + 14);
        }
        if (json_is_object(inner) || json_is_array(inner)) {
            follow(root, inner);
        }
    }
}

// what a one-of may be: it stands among the definitions
static json_t *alternatives(json_t *root, json_t *field)
{
    json_t *reference = at(json_array_get(at(field, "anyOf"), 0), "$ref");
    const char *path = json_string_value(reference);
    return at(at(at(root, "definitions"), path + strlen("#/definitions/")), "anyOf");
}

START_TEST(the_schema_says_what_the_table_says)
{
    json_t *root = schema_of(&toy_record);
    follow(root, root);
    json_t *definitions = at(root, "definitions");
    json_t *group = at(definitions, "node-group");
    ck_assert(json_is_false(at(group, "additionalProperties")));
    ck_assert_str_eq(json_string_value(json_array_get(at(group, "required"), 0)), "name");
    json_t *count = at(at(group, "properties"), "count");
    ck_assert_str_eq(json_string_value(at(count, "type")), "integer");
    ck_assert_int_eq(json_integer_value(at(count, "minimum")), 1);
    ck_assert_int_eq(json_integer_value(at(count, "maximum")), 1000);
    ck_assert_int_eq(json_integer_value(at(count, "default")), 1);
    ck_assert_str_eq(json_string_value(at(count, "description")), "Nodes in the group.");
    const char *pattern = json_string_value(at(at(at(group, "properties"), "power"), "pattern"));
    ck_assert_str_eq(
        pattern, "^ *[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)? *((GW|MW|kW|W|mW)) *$");
    json_t *order = at(at(at(definitions, "las"), "properties"), "quantum");
    ck_assert_str_eq(json_string_value(at(order, "default")), "1 h");
    json_t *properties = at(at(definitions, "scenario"), "properties");
    ck_assert_int_eq(json_array_size(at(at(properties, "scheduler"), "anyOf")), 3);
    ck_assert_int_eq(json_array_size(alternatives(root, at(properties, "size"))), 2);
    ck_assert_int_eq(json_array_size(alternatives(root, at(properties, "cap"))), 2);
    at(at(at(definitions, "daily-cap"), "properties"), "night");
    ck_assert_int_eq(json_object_size(properties), toy_record.count);
    json_decref(root);
}
END_TEST

START_TEST(the_scenarios_own_schema_is_whole)
{
    char *text = NULL;
    gpusim_error err = {0};
    ASSERT_OK(gpusim_spec_schema(&text, &err), &err);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(root);
    follow(root, root);
    json_decref(root);
    gpusim_free(text);
}
END_TEST

static void write_to(void *to, const char *text, size_t length)
{
    char *buffer = to;
    size_t used = strlen(buffer);
    ck_assert_uint_lt(used + length, 1 << 16);
    memcpy(buffer + used, text, length);
    buffer[used + length] = '\0';
}

START_TEST(every_field_is_described)
{
    static char text[1 << 16];
    static const char *const lines[] = {
        "seed: whole number, default 1\n    Of all randomness.\n",
        "duration: time: drained, default 7 d, more than 0 s, at most 1000000000 s\n",
        "cluster.nodes[].count: whole number, default 1, 1 .. 1000\n",
        "cluster.nodes[].memory: quantity in B, optional\n",
        "cluster.nodes[].name: text, required, 1 .. 100 bytes\n",
        "cluster.tenants.*.quota: whole number, optional\n",
        "scheduler.composition.order: choice: fifo | sjf | las, default fifo\n",
        "size.uniform.min: number, required\n",
        "work[].jobs[]: time\n",
        "cluster.nodes: list, required, 1 .. 100 entries\n",
    };
    gpusim_record_describe(&toy_record, write_to, text);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        ck_assert_msg(strstr(text, lines[i]) != NULL, "no '%s' in\n%s", lines[i], text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schema");
    TEST_CASE(suite, 20, the_schema_says_what_the_table_says, the_scenarios_own_schema_is_whole,
              every_field_is_described);
    return test_run(suite);
}
