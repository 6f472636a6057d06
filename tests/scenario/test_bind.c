/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binding: every kind of field, defaults, absence, merges, and aliases that would explode. */
#include "harness.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "scenario/spec.h"
#include "toy.h"

static gs_arena arena;
static gpusim_spec *spec;

static toy bind(const char *text)
{
    gpusim_error err = {0};
    toy values;
    memset(&values, 0xAB, sizeof values); // what was there before must not matter
    ASSERT_OK(gs_spec_parse_as(&toy_record, text, strlen(text), "x.yaml", NULL, &spec, &err), &err);
    ASSERT_OK(gs_spec_bind(spec, &arena, &values, &err), &err);
    return values;
}

static void finish(void)
{
    gpusim_spec_destroy(spec);
    gs_arena_release(&arena);
    spec = NULL;
}

#define ITEM(list, type, i) (((const type *)(list).items)[i])

START_TEST(defaults_stand_for_what_is_absent)
{
    toy t = bind("cluster: {nodes: [{name: a}]}");
    ck_assert_ptr_null(t.name);
    ck_assert_int_eq(t.seed, 1);
    ck_assert_int_eq(t.duration, 7 * GPUSIM_DAY);
    ck_assert_int_eq(t.cluster.nodes.count, 1);
    const toy_group *group = &ITEM(t.cluster.nodes, toy_group, 0);
    ck_assert_str_eq(group->name, "a");
    ck_assert_int_eq(group->count, 1);
    ck_assert(group->memory == UINT64_MAX);
    ck_assert(isnan(group->power));
    ck_assert(group->share == 1.0f);
    ck_assert_int_eq(t.cluster.tenants.count, 0);
    ck_assert_int_eq(t.scheduler.which, 0);
    const toy_composition *composition = t.scheduler.value;
    ck_assert_int_eq(composition->order, TOY_FIFO);
    ck_assert_int_eq(composition->blocking, 1);
    ck_assert_int_eq(composition->quantum, GPUSIM_HOUR);
    ck_assert_int_eq(t.size.which, 0);
    ck_assert(*(const double *)t.size.value == 1.0);
    ck_assert_int_eq(t.telemetry.present, 0);
    ck_assert_int_eq(t.matrix.count, 0);
    ck_assert_int_eq(t.work.count, 0);
    finish();
}
END_TEST

START_TEST(every_kind_is_bound)
{
    toy t = bind("name: 'two racks'\n"
                 "seed: 18446744073709551615\n"
                 "duration: drained\n"
                 "cluster:\n"
                 "  nodes:\n"
                 "    - {name: a, count: 1e2, memory: 1.5 TiB, power: 4.35 kW, share: 25 %}\n"
                 "    - {name: 7}\n"
                 "  tenants: {blue: {quota: 4}, red: {}}\n"
                 "  labels: {site: \"caf\\u00e9\", 1: on}\n"
                 "scheduler: {order: las, blocking: off, las: {quantum: 90 min}}\n"
                 "size: {choice: {1: 0.55, 2: 45 %}}\n"
                 "telemetry: {every: 30 s}\n"
                 "matrix: [[1, -2], [], [3]]\n"
                 "work:\n"
                 "  - trace: {path: a b.swf}\n"
                 "  - jobs: [1 s, 2 min]\n");
    ck_assert_str_eq(t.name, "two racks");
    ck_assert(t.seed == UINT64_MAX);
    ck_assert_int_eq(t.duration, TOY_DRAINED);
    const toy_group *group = &ITEM(t.cluster.nodes, toy_group, 0);
    ck_assert_int_eq(group->count, 100);
    ck_assert(group->memory == UINT64_C(1649267441664));
    ck_assert(group->power == 4350.0);
    ck_assert(group->share == 0.25f);
    ck_assert_str_eq(ITEM(t.cluster.nodes, toy_group, 1).name, "7");
    ck_assert_int_eq(t.cluster.tenants.count, 2);
    ck_assert_str_eq(ITEM(t.cluster.tenants, toy_tenant, 0).key, "blue");
    ck_assert_int_eq(ITEM(t.cluster.tenants, toy_tenant, 0).quota, 4);
    ck_assert_str_eq(ITEM(t.cluster.tenants, toy_tenant, 1).key, "red");
    ck_assert(ITEM(t.cluster.tenants, toy_tenant, 1).quota == UINT32_MAX);
    ck_assert_str_eq(ITEM(t.cluster.labels, toy_label, 0).text, "caf\xC3\xA9");
    ck_assert_str_eq(ITEM(t.cluster.labels, toy_label, 1).key, "1");
    ck_assert_str_eq(ITEM(t.cluster.labels, toy_label, 1).text, "on");
    const toy_composition *composition = t.scheduler.value;
    ck_assert_int_eq(composition->order, TOY_LAS);
    ck_assert_int_eq(composition->blocking, 0);
    ck_assert_int_eq(composition->quantum, 90 * GPUSIM_MINUTE);
    ck_assert_int_eq(t.size.which, 2);
    const gpusim_list *choice = t.size.value;
    ck_assert_int_eq(choice->count, 2);
    ck_assert_str_eq(ITEM(*choice, toy_weight, 1).key, "2");
    ck_assert(ITEM(*choice, toy_weight, 1).weight == 0.45);
    ck_assert_int_eq(t.telemetry.present, 1);
    ck_assert_int_eq(t.telemetry.every, 30 * GPUSIM_SECOND);
    ck_assert_int_eq(t.telemetry.metrics.count, 2);
    ck_assert_str_eq(ITEM(t.telemetry.metrics, char *, 1), "node power");
    ck_assert_int_eq(t.matrix.count, 3);
    ck_assert_int_eq(ITEM(ITEM(t.matrix, gpusim_list, 0), int32_t, 1), -2);
    ck_assert_int_eq(ITEM(t.matrix, gpusim_list, 1).count, 0);
    ck_assert_int_eq(t.work.count, 2);
    ck_assert_int_eq(ITEM(t.work, gpusim_one_of, 0).which, 0);
    ck_assert_str_eq(((const toy_trace *)ITEM(t.work, gpusim_one_of, 0).value)->path, "a b.swf");
    const gpusim_list *jobs = ITEM(t.work, gpusim_one_of, 1).value;
    ck_assert_int_eq(ITEM(*jobs, gpusim_time, 1), 2 * GPUSIM_MINUTE);
    finish();
}
END_TEST

START_TEST(a_tag_picks_the_alternative)
{
    toy t = bind("cluster: {nodes: [{name: a}]}\nscheduler: {salt: 5, module: random}");
    ck_assert_int_eq(t.scheduler.which, 1);
    ck_assert_int_eq(((const toy_random *)t.scheduler.value)->salt, 5);
    finish();
    t = bind("cluster: {nodes: [{name: a}]}\nscheduler: {module: random}");
    ck_assert_int_eq(((const toy_random *)t.scheduler.value)->salt, -3);
    finish();
    t = bind("cluster: {nodes: [{name: a}]}\nscheduler: {module: nothing}");
    ck_assert_int_eq(t.scheduler.which, 2);
    ck_assert_ptr_nonnull(t.scheduler.value);
    finish();
    t = bind("cluster: {nodes: [{name: a}]}\nscheduler: {module: composition, order: sjf}");
    ck_assert_int_eq(t.scheduler.which, 0);
    ck_assert_int_eq(((const toy_composition *)t.scheduler.value)->order, TOY_SJF);
    finish();
    t = bind("cluster: {nodes: [{name: a}]}\nscheduler:\n");
    ck_assert_int_eq(t.scheduler.which, 0);
    finish();
}
END_TEST

START_TEST(a_value_may_be_plain_or_a_map_of_its_own)
{
    toy t = bind("cluster: {nodes: [{name: a}]}\ncap: 3 kW");
    ck_assert_int_eq(t.cap.which, 0);
    ck_assert(*(const double *)t.cap.value == 3000);
    finish();
    t = bind("cluster: {nodes: [{name: a}]}\ncap: {day: 3 kW, repeat: 1 d}");
    const toy_daily *daily = t.cap.value;
    ck_assert_int_eq(t.cap.which, 1);
    ck_assert(daily->day == 3000 && daily->night == 50);
    ck_assert_int_eq(daily->repeat, GPUSIM_DAY);
    finish();
    t = bind("cluster: {nodes: [{name: a}]}\ncap:");
    ck_assert_ptr_null(t.cap.value);
    finish();
}
END_TEST

START_TEST(merges_give_what_is_not_written)
{
    toy t = bind("cluster:\n"
                 "  nodes:\n"
                 "    - &a {name: a, count: 4, power: 3 kW}\n"
                 "    - &b {<<: *a, name: b, count: 5}\n"
                 "    - {<<: [{share: 0.5}, *b, {share: 0.25}], name: c}\n"
                 "    - *a\n"
                 "  labels: {<<: &l {x: 1, y: 2}, y: 3, z: 4}\n");
    const toy_group *groups = t.cluster.nodes.items;
    ck_assert_int_eq(t.cluster.nodes.count, 4);
    ck_assert_str_eq(groups[1].name, "b");
    ck_assert_int_eq(groups[1].count, 5);
    ck_assert(groups[1].power == 3000.0);
    ck_assert_str_eq(groups[2].name, "c");
    ck_assert_int_eq(groups[2].count, 5);
    ck_assert(groups[2].share == 0.5f && groups[2].power == 3000.0);
    ck_assert_str_eq(groups[3].name, "a");
    // its own keys first, and they win
    const toy_label *labels = t.cluster.labels.items;
    ck_assert_int_eq(t.cluster.labels.count, 3);
    ck_assert_str_eq(labels[0].key, "y");
    ck_assert_str_eq(labels[0].text, "3");
    ck_assert_str_eq(labels[2].key, "x");
    finish();
}
END_TEST

START_TEST(an_anchor_given_again_means_the_newer)
{
    toy t = bind("cluster:\n"
                 "  nodes:\n"
                 "    - &a {name: a, count: 4, power: 3 kW}\n"
                 "    - {<<: *a, name: b}\n"
                 "    - &a {name: c, count: 6, power: 5 kW}\n"
                 "    - {<<: *a, name: d}\n");
    const toy_group *groups = t.cluster.nodes.items;
    ck_assert_int_eq(t.cluster.nodes.count, 4);
    ck_assert_int_eq(groups[1].count, 4);
    ck_assert_int_eq(groups[3].count, 6);
    finish();
}
END_TEST

// time of a call, and what it found first
static double problem_of(const char *text, gpusim_error *err)
{
    clock_t before = clock();
    ck_assert_int_eq(gs_spec_parse_as(&toy_record, text, strlen(text), "x", NULL, &spec, err),
                     GPUSIM_SCENARIO);
    gpusim_spec_destroy(spec);
    spec = NULL;
    return (double)(clock() - before) / CLOCKS_PER_SEC;
}

START_TEST(aliases_do_not_explode)
{
    // a list of lists of lists ...: ten to the ninth, in places where the table looks at each
    char text[8192] = "cluster: {nodes: [{name: a}]}\nwork:\n  - jobs: &a0 [1 s]\n";
    for (int i = 1; i < 10; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used,
                 "  - jobs: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i,
                 i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    }
    gpusim_error err = {0};
    ck_assert(problem_of(text, &err) < 5.0);
    ck_assert_str_eq(err.message, "expected a time such as '30 min', found a list");

    // merges of merges: each doubles the number of keys to be looked at
    strcpy(text, "cluster:\n  nodes: [{name: a}]\n  labels:\n    <<: &m0 {x: 1}\n"
                 "  tenants:\n");
    for (int i = 1; i < 40; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "    t%d: &m%d {<<: [*m%d, *m%d]}\n", i, i, i - 1,
                 i - 1);
    }
    ck_assert(problem_of(text, &err) < 5.0);
}
END_TEST

START_TEST(a_million_values_are_the_limit)
{
    // a hundred rows of ten thousand, shared: more values than the file has
    size_t size = 1 << 20;
    char *text = calloc(1, size);
    strcpy(text, "cluster: {nodes: [{name: a}]}\nmatrix:\n  - &r [1");
    for (int i = 0; i < 9999; i++) {
        strcat(text + 40, ",1");
    }
    strcat(text, "]\n");
    for (int i = 0; i < 120; i++) {
        strcat(text, "  - *r\n");
    }
    gpusim_error err = {0};
    ck_assert(problem_of(text, &err) < 5.0);
    ck_assert_str_eq(err.message, "aliases make this file larger than 1000000 values");
    ck_assert_int_eq(err.line, 102); // the hundredth row
    free(text);
}
END_TEST

START_TEST(long_files_are_read_in_linear_time)
{
    // one line of 100,000 keys, and as many lines with an anchor and an alias
    size_t size = 8u << 20, used = 0;
    char *text = calloc(1, size);
    used += (size_t)sprintf(text, "cluster: {nodes: [{name: a}], labels: {");
    for (int i = 0; i < 100000; i++) {
        used += (size_t)sprintf(text + used, "k%d: v,", i);
    }
    used += (size_t)sprintf(text + used, "}}\nmatrix:\n");
    for (int i = 0; i < 100000; i++) {
        used += (size_t)sprintf(text + used, "- &a%d []\n- *a%d\n", i, i);
    }
    clock_t before = clock();
    toy t = bind(text);
    double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    ck_assert_int_eq(t.cluster.labels.count, 100000);
    ck_assert_int_eq(t.matrix.count, 200000);
    ck_assert_msg(seconds < 10.0, "%g s", seconds);
    finish();
    free(text);
}
END_TEST

START_TEST(places_are_found_by_key_path)
{
    bind("cluster:\n"
         "  nodes:\n"
         "    - &a {name: a, count: 4}\n"
         "    - <<: *a\n"
         "      name: b\n");
    static const struct {
        const char *key;
        int line, column;
    } cases[] = {
        {"cluster.nodes[1].name", 5, 13},
        {"cluster.nodes[1].count", 3, 27},
        {"cluster.nodes[0].memory", 3, 7},
        {"cluster.tenants.blue", 1, 1},
        {"seed", 1, 1},
        {"cluster.nodes[9]", 2, 3},
        {"cluster.nodes", 3, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gpusim_error err = {0};
        gpusim_fail(&err, GPUSIM_SCENARIO, "not so");
        gs_spec_locate(spec, cases[i].key, &err);
        ck_assert_str_eq(err.message, "not so");
        ck_assert_str_eq(err.key, cases[i].key);
        ck_assert_str_eq(err.file, "x.yaml");
        ck_assert_msg(err.line == cases[i].line && err.column == cases[i].column, "%s: %d:%d",
                      cases[i].key, err.line, err.column);
    }
    finish();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bind");
    TEST_CASE(suite, 60, defaults_stand_for_what_is_absent, every_kind_is_bound,
              a_tag_picks_the_alternative, a_value_may_be_plain_or_a_map_of_its_own,
              merges_give_what_is_not_written, an_anchor_given_again_means_the_newer,
              aliases_do_not_explode, a_million_values_are_the_limit,
              long_files_are_read_in_linear_time, places_are_found_by_key_path);
    return test_run(suite);
}
