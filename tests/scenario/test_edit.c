/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Editing by key path, and the effective scenario that is read back to the same values. */
#include "harness.h"

#include <dirent.h>
#include <string.h>

#include "scenario/spec.h"
#include "toy.h"

static gpusim_spec *load(const char *text)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gs_spec_parse_as(&toy_record, text, strlen(text), "x.yaml", NULL, &spec, &err);
    ck_assert_ptr_nonnull(spec);
    return spec;
}

static const char *effective(gpusim_spec *spec)
{
    const char *text = NULL;
    size_t length = 0;
    gpusim_error err = {0};
    ASSERT_OK(gpusim_spec_effective(spec, &text, &length, &err), &err);
    ck_assert_int_eq(length, strlen(text));
    return text;
}

static void set(gpusim_spec *spec, const char *key, const char *value)
{
    gpusim_error err = {0};
    ASSERT_OK(gpusim_spec_set(spec, key, value, &err), &err);
}

static void has(gpusim_spec *spec, const char *line)
{
    const char *text = effective(spec);
    ck_assert_msg(strstr(text, line) != NULL, "no '%s' in\n%s", line, text);
}

START_TEST(every_default_is_spelled_out)
{
    gpusim_spec *spec = load("cluster: {nodes: [{name: a}]}");
    ck_assert_str_eq(effective(spec), "seed: 1\n"
                                      "duration: 7 d\n"
                                      "cluster:\n"
                                      "  nodes:\n"
                                      "    - name: a\n"
                                      "      count: 1\n"
                                      "      share: 1\n"
                                      "  tenants: {}\n"
                                      "scheduler:\n"
                                      "  module: composition\n"
                                      "  order: fifo\n"
                                      "  blocking: true\n"
                                      "  las:\n"
                                      "    quantum: 1 h\n"
                                      "size: 1\n"
                                      "work: []\n");
    gpusim_spec_destroy(spec);
}
END_TEST

static const char *const varied[] = {
    "cluster: {nodes: [{name: a}]}",
    "name: 'two racks: #1'\n"
    "seed: 18446744073709551615\n"
    "duration: drained\n"
    "cluster:\n"
    "  nodes:\n"
    "    - {name: a, count: 1e2, memory: 1.5 TiB, power: 4.35 kW, share: 0.1}\n"
    "    - {name: \"tab\\tquote\\\"caf\\u00e9\\x01\", memory: 123456789 B, power: 0.1 W}\n"
    "  tenants: {blue: {quota: 4}, 'a: b': {}}\n"
    "  labels: {site: x, 1: on, null: '~', e: ''}\n"
    "scheduler: {module: random, salt: -7}\n"
    "size: {choice: {1: 0.55, 2: 45 %}}\n"
    "telemetry: {every: 333 ms}\n"
    "matrix: [[1, -2], [], [3]]\n"
    "work:\n"
    "  - trace: {path: a b.swf}\n"
    "  - jobs: [1 s, 2 min, 1 ns, never]\n"
    "  - jobs: []\n",
    "cluster: {nodes: [{name: a}]}\ntelemetry: {every: 1 d, metrics: null}\n"
    "size: {uniform: {min: -1e300, max: 5e-324}}\nscheduler: {module: nothing}\n",
    "cluster: {nodes: [{name: a}]}\nsize: {empirical: [1, 0.333333333333, 1e22]}\n"
    "telemetry: {every: 1 d, metrics: []}\nmatrix: [[], []]\n",
    "cluster: {nodes: [{name: \"\\x85 \\x80 \\u2028 \\ufeff \\ufffe \\U0001F600 \\a\\n\"}]}\n"
    "name: ' - : # [] {} & * '\n",
};

START_TEST(the_effective_scenario_reads_back_to_itself)
{
    for (size_t i = 0; i < sizeof varied / sizeof varied[0]; i++) {
        gpusim_spec *spec = load(varied[i]);
        gpusim_spec *again = load(effective(spec));
        ck_assert_str_eq(effective(again), effective(spec));
        gpusim_spec_destroy(again);
        gpusim_spec_destroy(spec);
    }
}
END_TEST

START_TEST(the_effective_scenario_has_every_value)
{
    gpusim_spec *spec = load(varied[1]);
    static const char *const lines[] = {
        "name: \"two racks: #1\"\n",
        "seed: 18446744073709551615\n",
        "duration: drained\n",
        "      count: 100\n      memory: 1536 GiB\n      power: 4350 W\n      share: 0.1",
        "    - name: \"tab\\x09quote\\\"caf\xC3\xA9\\x01\"\n      count: 1\n      memory: "
        "123456789 "
        "B\n",
        "    \"a: b\": {}\n",
        "    \"null\": \"~\"\n    e: \"\"\n",
        "scheduler:\n  module: random\n  salt: -7\n",
        "size:\n  choice:\n    1: 0.55\n    2: 0.45\n",
        "  every: 333 ms\n  metrics:\n    - gpu_util\n    - \"node power\"\n",
        "matrix:\n  -\n    - 1\n    - -2\n  - []\n  -\n    - 3\n",
        "  - trace:\n      path: \"a b.swf\"\n",
        "  - jobs:\n      - 1 s\n      - 2 min\n      - 1 ns\n      - never\n  - jobs: []\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        has(spec, lines[i]);
    }
    gpusim_spec_destroy(spec);
}
END_TEST

START_TEST(values_are_set_by_key_path)
{
    gpusim_spec *spec = load("cluster: {nodes: [{name: a}]}\nwork: [{trace: {path: x}}]\n");
    set(spec, "seed", "7");
    set(spec, "cluster.nodes[0].count", "12");
    set(spec, "cluster.nodes[1]", "{name: b, memory: 1 GiB}");
    set(spec, "cluster.nodes[2].name", "c");
    set(spec, "cluster.tenants.blue.quota", "3");
    set(spec, "scheduler.order", "sjf");
    set(spec, "scheduler.las.quantum", "5 min");
    set(spec, "size.uniform", "{min: 1, max: 2}");
    set(spec, "telemetry.every", "30 s");
    set(spec, "work[0].trace.path", "y");
    set(spec, "work[1].jobs[0]", "4 s");
    has(spec, "seed: 7\n");
    has(spec, "    - name: a\n      count: 12\n");
    has(spec, "    - name: b\n      count: 1\n      memory: 1 GiB\n");
    has(spec, "    - name: c\n");
    has(spec, "  tenants:\n    blue:\n      quota: 3\n");
    has(spec, "  order: sjf\n");
    has(spec, "    quantum: 5 min\n");
    has(spec, "size:\n  uniform:\n    min: 1\n    max: 2\n");
    has(spec, "telemetry:\n  every: 30 s\n");
    has(spec, "      path: y\n  - jobs:\n      - 4 s\n");

    // a plain value gives way to a map of its own and back
    set(spec, "cap", "3 kW");
    has(spec, "cap: 3 kW\n");
    set(spec, "cap.day", "2 kW");
    has(spec, "cap:\n  day: 2 kW\n  night: 50 W\n");
    set(spec, "cap", "1 kW");
    has(spec, "cap: 1 kW\n");

    // a plain value gives way to an alternative, a module to another, and back
    set(spec, "size", "3");
    set(spec, "size.choice.8", "1");
    has(spec, "size:\n  choice:\n    8: 1\n");
    set(spec, "scheduler", "{module: random}");
    set(spec, "scheduler.salt", "9");
    has(spec, "scheduler:\n  module: random\n  salt: 9\n");
    gpusim_spec_destroy(spec);
}
END_TEST

START_TEST(an_edit_mends_a_scenario)
{
    gpusim_spec *spec = load("seed: many\ncluster: {nodes: []}\n");
    uint32_t count = 0;
    gpusim_spec_problems(spec, &count);
    ck_assert_int_eq(count, 2);
    set(spec, "seed", "1");
    gpusim_spec_problems(spec, &count);
    ck_assert_int_eq(count, 1);
    set(spec, "cluster.nodes[0].name", "a");
    gpusim_spec_problems(spec, &count);
    ck_assert_int_eq(count, 0);
    has(spec, "    - name: a\n");

    // and breaks it again
    gpusim_error err = {0};
    const char *text = NULL;
    size_t length = 0;
    set(spec, "seed", "x");
    ck_assert_int_eq(gpusim_spec_effective(spec, &text, &length, &err), GPUSIM_SCENARIO);
    ck_assert_str_eq(err.file, "--set");
    ck_assert_str_eq(err.source, "seed=x");
    gpusim_spec_destroy(spec);
}
END_TEST

START_TEST(an_edit_changes_what_it_names_and_nothing_that_shares_it)
{
    gpusim_spec *spec = load("cluster:\n"
                             "  nodes:\n"
                             "    - &a {name: a, count: 4}\n"
                             "    - *a\n"
                             "    - {<<: *a, name: c}\n"
                             "  tenants: {x: &t {quota: 1}, y: *t, z: *t}\n");
    set(spec, "cluster.nodes[1].count", "5");
    has(spec,
        "- name: a\n      count: 4\n      share: 1\n    - name: a\n      count: 5\n      share: "
        "1\n    - name: c\n      count: 4\n");
    set(spec, "cluster.nodes[0].count", "6");
    has(spec,
        "count: 6\n      share: 1\n    - name: a\n      count: 5\n      share: 1\n    - name: "
        "c\n      count: 4\n");
    set(spec, "cluster.nodes[2].count", "7");
    has(spec, "- name: c\n      count: 7\n");
    set(spec, "cluster.tenants.y.quota", "2");
    has(spec, "    x:\n      quota: 1\n    y:\n      quota: 2\n    z:\n      quota: 1\n");
    gpusim_spec_destroy(spec);
}
END_TEST

START_TEST(a_refused_edit_changes_nothing)
{
    gpusim_spec *spec = load("cluster: {nodes: [{name: a}]}\nduration: 604800 s\n");
    char *before = strdup(effective(spec));
    static const char *const edits[][2] = {
        {"cluster.nodes[2].name", "x"},
        {"cluster.nodes[0].nam", "x"},
        {"seed", "{a"},
        {"scheduler.las.quantum.x", "1"},
        {"scheduler[0]", "1"},
        {"", "1"},
        {"cluster.nodes[99999999999]", "1"},
        {"cluster.nodes[0", "1"},
        {"seed", "1\n---\n2"},
        {"seed.", "1"},
        {"cluster.nodes[-1]", "1"},
    };
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        gpusim_error err = {0};
        ck_assert_msg(gpusim_spec_set(spec, edits[i][0], edits[i][1], &err) != GPUSIM_OK, "%s",
                      edits[i][0]);
        set(spec, "duration", "7 d"); // so that it is made anew
        ck_assert_str_eq(effective(spec), before);
    }
    free(before);
    gpusim_spec_destroy(spec);
}
END_TEST

START_TEST(the_text_is_kept_as_read)
{
    static const char text[] = "# a comment\ncluster: {nodes: [{name: a}]}\n";
    gpusim_spec *spec = load(text);
    size_t length = 0;
    set(spec, "seed", "5");
    ck_assert_str_eq(gpusim_spec_text(spec, &length), text);
    ck_assert_int_eq(length, strlen(text));
    gpusim_spec_destroy(spec);
}
END_TEST

// all files of a folder and of those in it
static int read_back_all(const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort), done = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        const char *name = entries[i]->d_name;
        size_t length = strlen(name);
        snprintf(path, sizeof path, "%s/%s", folder, name);
        gpusim_error err = {0};
        gpusim_spec *spec = NULL, *again = NULL;
        if (name[0] != '.' && !strchr(name, '.')) {
            done += read_back_all(path);
        } else if (length > 5 && strcmp(name + length - 5, ".yaml") == 0) {
            ASSERT_OK(gpusim_spec_load(path, &spec, &err), &err);
            const char *text = effective(spec);
            ASSERT_OK(gpusim_spec_parse(text, strlen(text), name, NULL, &again, &err), &err);
            ck_assert_str_eq(effective(again), text);
            gpusim_spec_destroy(again);
            gpusim_spec_destroy(spec);
            done++;
        }
        free(entries[i]);
    }
    free(entries);
    return done;
}

START_TEST(shipped_scenarios_read_back_to_themselves)
{
    const char *source = getenv("GPUSIM_SOURCE");
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/scenarios", source ? source : ".");
    ck_assert_int_ge(read_back_all(folder), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edit");
    TEST_CASE(suite, 60, every_default_is_spelled_out, the_effective_scenario_reads_back_to_itself,
              the_effective_scenario_has_every_value, values_are_set_by_key_path,
              an_edit_mends_a_scenario, an_edit_changes_what_it_names_and_nothing_that_shares_it,
              a_refused_edit_changes_nothing, the_text_is_kept_as_read,
              shipped_scenarios_read_back_to_themselves);
    return test_run(suite);
}
