/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chaos:` from the text to the model: files, the effective scenario, the hash. */
#include <string.h>

#include "core/model.h"
#include "harness.h"
#include "scenario/compile_chaos.h"
#include "scenario/spec.h"

static const char *folder(void)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/tests/cli/scenarios", getenv("GPUSIM_SOURCE"));
    return path;
}

static gpusim_spec *parse(const char *text)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "x.yaml", folder(), &spec, &err), &err);
    return spec;
}

static gpusim_model *compile(const gpusim_spec *spec)
{
    gpusim_error err = {0};
    gpusim_model *model = NULL;
    gpusim_status status = gpusim_model_compile(spec, &model, &err);
    ck_assert_msg(status == GPUSIM_OK, "%s:%u: %s", err.file, err.line, err.message);
    return model;
}

static const char cluster[] =
    "gpusim: 1\nduration: 1 d\n"
    "cluster: {nodes: [{name: n, count: 4, per_rack: 2, gpu: H100-SXM5-80GB, gpus: 8}]}\n"
    "workload: []\n";

static gpusim_model *with(const char *rules)
{
    char text[4096];
    snprintf(text, sizeof text, "%s%s", cluster, rules);
    gpusim_spec *spec = parse(text);
    gpusim_model *model = compile(spec);
    gpusim_spec_destroy(spec);
    return model;
}

// a rule of every kind: what the effective scenario says means the same, and says the same again
START_TEST(the_effective_scenario_says_all_rules)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    char path[4200];
    const char *text = NULL, *again = NULL;
    size_t length = 0;
    snprintf(path, sizeof path, "%s/chaos.yaml", folder());
    ASSERT_OK(gpusim_spec_load(path, &spec, &err), &err);
    ASSERT_OK(gpusim_spec_effective(spec, &text, &length, &err), &err);
    gpusim_spec *second = parse(text);
    ASSERT_OK(gpusim_spec_effective(second, &again, &length, &err), &err);
    ck_assert_str_eq(text, again);

    gpusim_model *one = compile(spec), *two = compile(second);
    ck_assert_str_eq(one->info.hash, two->info.hash);
    ck_assert_uint_eq(one->chaos.count, two->chaos.count);
    ck_assert_uint_ge(one->chaos.count, 41 + 18 * 4);
    ck_assert_uint_eq(one->chaos.crews, 2);
    ck_assert_int_eq(one->chaos.hang_timeout, INT64_C(1200000000000));
    for (uint32_t i = 0; i < one->chaos.count; i++) {
        ck_assert_str_eq(one->chaos.rules[i].name, two->chaos.rules[i].name);
        // names of rules are there for tables of a trace
        const char *name = one->chaos.rules[i].name;
        ck_assert(gs_names_find(one->names, name, strlen(name)) != GPUSIM_NONE);
    }
    gpusim_model_destroy(one);
    gpusim_model_destroy(two);
    gpusim_spec_destroy(spec);
    gpusim_spec_destroy(second);
}
END_TEST

START_TEST(lists_of_failures_are_read)
{
    gpusim_model *model = with("chaos: [{fault: node-crash, trace: failures.csv}]\n");
    const gs_rule *rule = model->chaos.rules;
    const gs_listed_fault expected[] = {
        {INT64_C(3600000000000), GPUSIM_TIME_MAX, 0, 0},
        {INT64_C(5400000000000), INT64_C(5400000000000), 2, 0},
        {INT64_C(7200000000000), INT64_C(1800000000000), 1, 0},
    };
    ck_assert_uint_eq(rule->when, GS_WHEN_TRACE);
    ck_assert_uint_eq(rule->list_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_int_eq(rule->list[i].at, expected[i].at);
        ck_assert_int_eq(rule->list[i].lasts, expected[i].lasts);
        ck_assert_uint_eq(rule->list[i].entity, expected[i].entity);
    }
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(rules_and_lists_are_in_the_hash)
{
    static const char *const rules[] = {
        "",
        "chaos: []\n",
        "chaos: [{fault: node-crash, every: 9 d}]\n",
        "chaos: [{fault: node-crash, every: 8 d}]\n",
        "chaos: [{fault: node-hang, every: 8 d}]\n",
        "chaos: [{fault: llama3}]\n",
        "chaos: [{fault: llama3, scale: 2}]\n",
        "chaos: [{fault: node-crash, trace: failures.csv}]\n",
        "repairs: {crews: 3}\n",
        "limits: {hang: 20 min}\n",
    };
    enum { MANY = sizeof rules / sizeof rules[0] };
    char hashes[MANY][40];
    for (int i = 0; i < MANY; i++) {
        gpusim_model *model = with(rules[i]);
        snprintf(hashes[i], sizeof hashes[i], "%s", model->info.hash);
        gpusim_model_destroy(model);
        for (int k = 0; k < i; k++) {
            // no rule is no rule, however it is written
            ck_assert_msg((strcmp(hashes[i], hashes[k]) == 0) == (i == 1 && k == 0), "%d and %d", i,
                          k);
        }
    }
}
END_TEST

// odd rows of a list: what is read of them, or what is said of them and where
static const struct {
    const char *text, *message; // NULL: it is read
    uint32_t count;
    int32_t line, column;
} lists[] = {
    {"time,entity\n\n10,n-0000\n\n20,n-0001\n", NULL, 2, 0, 0},
    {"\xef\xbb\xbftime,entity\r\n10,n-0000\r\n20,n-0001\r\n", NULL, 2, 0, 0},
    {"entity,time\nn-0001,10\nn-0001,10\nn-0000,5", NULL, 3, 0, 0},
    {"time,entity,duration\n10,n-0000,\n0,n-0001,0\n9e9,n-0002,9e9\n", NULL, 3, 0, 0},
    {"time, entity\n\"10\", \"n-0000\"\n", NULL, 1, 0, 0},
    {"", "there is no failure in it", 0, 0, 0},
    {"time,entity\n\n", "there is no failure in it", 0, 2, 0},
    {"time\n10\n", "the header has no column 'entity'", 0, 1, 0},
    {"10,n-0000\n", "no column is called '10'", 0, 1, 1},
    {"time;entity\n10;n-0000\n", "no column is called 'time;entity'", 0, 1, 1},
    {"time,entity,time\n1,n-0000,1\n", "column 'time' stands here twice", 0, 1, 13},
    {"time,entity\n10\n", "the line has 1 column, the header 2", 0, 2, 0},
    {"time,entity\n10,n-0000,7\n", "the line has 3 columns, the header 2", 0, 2, 0},
    {"time,entity\n10,\n", "the line has no entity", 0, 2, 0},
    {"time,entity\n\n,n-0000\n", "the line has no time", 0, 3, 0},
    {"time,entity\n-5,n-0000\n", "time is '-5', not a time within", 0, 2, 1},
    {"time,entity\n9.1e9,n-0000\n", "time is '9.1e9', not a time within", 0, 2, 1},
    {"time,entity\nnan,n-0000\n", "time is 'nan', not a time within", 0, 2, 1},
    {"time,entity,duration\n10,n-0000,-3\n", "duration is '-3', not a time", 0, 2, 11},
    {"time,entity\n10,N-0000\n", "no node is called 'N-0000'", 0, 2, 4},
    {"time,entity\n10,n-00001\n", "no node is called 'n-00001'", 0, 2, 4},
    {"time,entity\n10,\"n-0000\n", "the quote is never closed", 0, 2, 4},
};

START_TEST(odd_rows)
{
    gpusim_error err = {0};
    gs_lines *lines = NULL;
    gs_entities entities = {0};
    gs_rule rule = {0};
    gs_compilation at = {0};
    gs_rule_maker m = {.at = &at,
                       .entities = &entities,
                       .rule = &rule,
                       .kind = &gs_fault_kinds[GS_KIND_NODE_CRASH]};
    at.model = with("");
    ASSERT_OK(gs_entities_index(at.model, &entities, &err), &err);
    ASSERT_OK(gs_lines_over("list.csv", lists[_i].text, strlen(lists[_i].text), NULL, &lines, &err),
              &err);
    gpusim_status status = gs_failures_read(&m, lines, &err);
    gs_lines_close(lines);
    gs_entities_release(&entities);
    gpusim_model_destroy(at.model);
    if (!lists[_i].message) {
        ASSERT_OK(status, &err);
        ck_assert_uint_eq(rule.list_count, lists[_i].count);
        return;
    }
    ck_assert_msg(status != GPUSIM_OK && strstr(err.message, lists[_i].message), "%d: %s", _i,
                  err.message);
    ck_assert_msg(err.line == lists[_i].line && err.column == lists[_i].column, "%d: %d:%d", _i,
                  err.line, err.column);
}
END_TEST

// a list of the same name with other bytes is another scenario
START_TEST(the_bytes_of_lists_are_in_the_hash)
{
    char place[] = "/tmp/gpusim-chaos-XXXXXX", path[64], text[512], hashes[3][40];
    static const char *const lines[] = {"3600,n-0000", "3601,n-0000", "3600,n-0000"};
    ck_assert_ptr_nonnull(mkdtemp(place));
    snprintf(path, sizeof path, "%s/list.csv", place);
    snprintf(text, sizeof text, "%schaos: [{fault: node-crash, trace: list.csv}]\n", cluster);
    for (int i = 0; i < 3; i++) {
        gpusim_error err = {0};
        gpusim_spec *spec = NULL;
        FILE *file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        fprintf(file, "time,entity\n%s\n", lines[i]);
        fclose(file);
        ASSERT_OK(gpusim_spec_parse(text, strlen(text), "x.yaml", place, &spec, &err), &err);
        gpusim_model *model = compile(spec);
        snprintf(hashes[i], sizeof hashes[i], "%s", model->info.hash);
        gpusim_model_destroy(model);
        gpusim_spec_destroy(spec);
    }
    remove(path);
    remove(place);
    ck_assert_str_ne(hashes[0], hashes[1]);
    ck_assert_str_eq(hashes[0], hashes[2]);
}
END_TEST

// which are lemons, and all else that is random, is not yet known to the model
START_TEST(the_seed_does_not_change_the_model)
{
    gpusim_model *one = with("seed: 1\nchaos: [{fault: xid79, every: 9 d, target: {lemons: {share: "
                             "0.3, factor: 9}}}]\n");
    gpusim_model *two = with("seed: 2\nchaos: [{fault: xid79, every: 9 d, target: {lemons: {share: "
                             "0.3, factor: 9}}}]\n");
    ck_assert_str_eq(one->info.hash, two->info.hash);
    ck_assert_uint_eq(one->chaos.rules[0].target_count, 32);
    uint32_t lemons[3] = {0};
    for (uint32_t i = 0; i < 32; i++) {
        char name[32];
        snprintf(name, sizeof name, "n-%04u/gpu%u", i / 8, i % 8);
        int first = gs_rule_lemon(&one->chaos.rules[0], 1, name) > 1;
        int second = gs_rule_lemon(&two->chaos.rules[0], 2, name) > 1;
        lemons[0] += (uint32_t)first;
        lemons[1] += (uint32_t)second;
        lemons[2] += first != second;
    }
    ck_assert(lemons[0] > 0 && lemons[1] > 0 && lemons[2] > 0);
    gpusim_model_destroy(one);
    gpusim_model_destroy(two);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chaos");
    TEST_CASE(suite, 60, the_effective_scenario_says_all_rules, lists_of_failures_are_read,
              rules_and_lists_are_in_the_hash, the_bytes_of_lists_are_in_the_hash,
              the_seed_does_not_change_the_model);
    TCase *rows = tcase_create("rows");
    tcase_add_loop_test(rows, odd_rows, 0, (int)(sizeof lists / sizeof lists[0]));
    suite_add_tcase(suite, rows);
    return test_run(suite);
}
