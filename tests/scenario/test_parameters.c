/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that a scheduler's parameters stand in: what is wrong with one is an error at its place in
 * it, never a default in its stead. */
#include <string.h>
#include <unistd.h>

#include <gpusim/sim.h>

#include "core/model.h"
#include "harness.h"

static char folder[64];

static void write_file(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void setup(void)
{
    snprintf(folder, sizeof folder, "/tmp/gpusim-parameters-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    char path[200];
    snprintf(path, sizeof path, "%s/p.yaml", folder);
    (void)unlink(path);
    (void)rmdir(folder);
}

static gpusim_status compile(const char *scheduler, gpusim_model **model, gpusim_error *err)
{
    char text[1000];
    gpusim_spec *spec = NULL;
    snprintf(text, sizeof text,
             "gpusim: 1\ncluster: {nodes: [{name: w, count: 2, gpus: 4}]}\n"
             "workload: [{jobs: [{at: 0 s, duration: 9 s, gpus: 1}]}]\nscheduler: %s\n",
             scheduler);
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "test.yaml", folder, &spec, err), err);
    gpusim_status status = gpusim_model_compile(spec, model, err);
    gpusim_spec_destroy(spec);
    return status;
}

static const struct {
    const char *file, *scheduler; // file NULL: there is none
    const char *message, *where;
    int line, column;
} wrong[] = {
    {"theta: {gpu: 0.5}\naffinity: {gpu-heavy: {w-0000: 1}}\n", "{module: rts, parameters: p.yaml}",
     "unknown key 'gpu-heavy' in affinity of types", "p.yaml", 2, 12},
    {"affinity:\n  mixed: {w-0001: 1, w-0002: 1}\n", "{module: rts, parameters: p.yaml}",
     "the cluster has no node 'w-0002'", "p.yaml", 2, 30},
    {"penalty: {w-0000: 1, w: 2}\n", "{module: rts, parameters: p.yaml}",
     "the cluster has no node 'w'", "p.yaml", 1, 25},
    {"theta: {gpu: -1}\n", "{module: rts, parameters: p.yaml}", "", "p.yaml", 1, 14},
    {"theta: [1\n", "{module: rts, parameters: p.yaml}", "", "p.yaml", 0, 0},
    {"parameters: q.yaml\n", "{module: rts, parameters: p.yaml}",
     "a file of parameters names no other", "p.yaml", 1, 13},
    {"alpha: 3\n", "{module: rts, alpha: 2, parameters: p.yaml}",
     "'alpha' stands in the file of parameters", "test.yaml", 4, 33},
    {NULL, "{module: rts, parameters: p.yaml}", "no such file", "test.yaml", 4, 38},
    {NULL, "{module: rts, affinity: {mixed: {w-0005: 1}}}", "the cluster has no node 'w-0005'",
     "test.yaml", 4, 53},
    {NULL, "{order: las, las: {limits: [2 h, 1 h]}}", "the times of `limits` do not rise",
     "test.yaml", 4, 45},
    {NULL, "{order: 2d-las, 2d-las: {limits: [-1 h]}}", "below 0", "test.yaml", 4, 46},
    {NULL, "{order: gittins, gittins: {sizes: [3 h, 3 h, 1 h]}}",
     "the times of `sizes` do not rise", "test.yaml", 4, 57},
};

START_TEST(is_an_error)
{
    gpusim_error err = {0};
    gpusim_model *model = NULL;
    if (wrong[_i].file) {
        write_file("p.yaml", wrong[_i].file);
    }
    ck_assert_int_ne(compile(wrong[_i].scheduler, &model, &err), GPUSIM_OK);
    ck_assert_ptr_null(model);
    ck_assert_ptr_nonnull(strstr(err.message, wrong[_i].message));
    ck_assert_ptr_nonnull(strstr(err.file, wrong[_i].where));
    if (wrong[_i].line) {
        ck_assert_int_eq(err.line, wrong[_i].line);
        ck_assert_int_eq(err.column, wrong[_i].column);
    }
}
END_TEST

// what the file says counts, also in the model's hash; the rest are the defaults
START_TEST(counts)
{
    gpusim_error err = {0};
    gpusim_model *model = NULL, *other = NULL, *plain = NULL;
    write_file("p.yaml", "alpha: 3\naffinity: {mixed: {w-0001: 1.5}}\n");
    ASSERT_OK(compile("{module: rts, parameters: p.yaml}", &model, &err), &err);
    write_file("p.yaml", "alpha: 4\naffinity: {mixed: {w-0001: 1.5}}\n");
    ASSERT_OK(compile("{module: rts, parameters: p.yaml}", &other, &err), &err);
    ASSERT_OK(compile("{module: rts}", &plain, &err), &err);
    ck_assert_str_ne(model->info.hash, other->info.hash);

    // by the module's own table
    const gpusim_record *record = model->setup.scheduler.module->parameters;
    const char *values[] = {model->setup.scheduler.parameters, other->setup.scheduler.parameters,
                            plain->setup.scheduler.parameters};
    static const double alphas[] = {3, 4, 10};
    for (int i = 0; i < 3; i++) {
        double alpha, beta;
        memcpy(&alpha, values[i] + gpusim_record_find(record, "alpha")->offset, sizeof alpha);
        memcpy(&beta, values[i] + gpusim_record_find(record, "beta")->offset, sizeof beta);
        ck_assert_double_eq(alpha, alphas[i]);
        ck_assert_double_eq(beta, 1);
    }
    gpusim_model_destroy(model);
    gpusim_model_destroy(other);
    gpusim_model_destroy(plain);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parameters");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, is_an_error, 0, sizeof wrong / sizeof wrong[0]);
    tcase_add_test(cases, counts);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
