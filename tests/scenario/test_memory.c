/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Out of memory at the n-th allocation, for every n that reading, editing, binding and writing a
 * scenario come to. */
#include "harness.h"

#include <string.h>

#include "physical.h"
#include "scenario/catalogue.h"
#include "scenario/spec.h"
#include "toy.h"

static long left = -1; // allocations that still succeed; -1: all

// the library's allocator, in place of base/resize.c
void *gs_resize(void *memory, size_t size)
{
    if (size == 0) {
        free(memory);
        return NULL;
    }
    if (left == 0) {
        return NULL;
    }
    left -= left > 0;
    return realloc(memory, size);
}

static const char good[] = "name: x\n"
                           "cluster:\n"
                           "  nodes: [&a {name: a}, *a, {<<: *a, name: b}]\n"
                           "  labels: {k: v, <<: {l: w}}\n"
                           "size: {choice: {1: 1}}\n"
                           "telemetry: {every: 1 s}\n"
                           "work: [{jobs: [1 s]}]\n";
static const char bad[] = "seed: x\nseed: 2\nclustr: {}\ncluster: {nodes: [{}]}\n";

// all that there is to do with a spec; GPUSIM_OK, or the first status that is not
static gpusim_status do_all(gpusim_error *err)
{
    gpusim_status status;
    gpusim_spec *spec = NULL, *wrong = NULL;
    gs_arena arena = {0};
    toy values;
    const char *text = NULL;
    size_t length = 0;
    GPUSIM_TRY(gs_spec_parse_as(&toy_record, good, strlen(good), "x", ".", &spec, err));
    GPUSIM_TRY(gs_spec_bind(spec, &arena, &values, err));
    GPUSIM_TRY(gpusim_spec_set(spec, "cluster.nodes[1].count", "3", err));
    GPUSIM_TRY(gpusim_spec_set(spec, "cluster.tenants.a.quota", "3", err));
    GPUSIM_TRY(gpusim_spec_effective(spec, &text, &length, err));
    status = gs_spec_parse_as(&toy_record, bad, strlen(bad), "y", NULL, &wrong, err);
    ck_assert((status == GPUSIM_SCENARIO) == (wrong != NULL));
    status = status == GPUSIM_SCENARIO ? GPUSIM_OK : status;
cleanup:
    gpusim_spec_destroy(wrong);
    gpusim_spec_destroy(spec);
    gs_arena_release(&arena);
    return status;
}

START_TEST(every_allocation_may_fail)
{
    gpusim_status status = GPUSIM_MEMORY;
    long n = 0;
    for (; status != GPUSIM_OK && n < 100000; n++) {
        gpusim_error err = {0};
        left = n;
        status = do_all(&err);
        left = -1;
        ck_assert_msg(status == GPUSIM_OK || status == GPUSIM_MEMORY, "allocation %ld: %s", n,
                      err.message);
        ck_assert_int_eq(err.status == GPUSIM_MEMORY, status == GPUSIM_MEMORY);
    }
    ck_assert_int_eq(status, GPUSIM_OK);
    ck_assert_int_gt(n, 30);
}
END_TEST

// hardware from the text to the model, recirculation and catalogue included
static gpusim_status compile_hardware(gpusim_error *err)
{
    gpusim_status status;
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    GPUSIM_TRY(gpusim_spec_parse(physical_text, strlen(physical_text), "x", NULL, &spec, err));
    GPUSIM_TRY(gpusim_spec_set(spec, "cluster.cooling.supply",
                               "{wave: {mean: 22 C, amplitude: 4 K}}", err));
    GPUSIM_TRY(gpusim_model_compile(spec, &model, err));
cleanup:
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
    return status;
}

static void assert_compiling_may_fail(gpusim_status (*compile)(gpusim_error *err))
{
    gpusim_status status = GPUSIM_MEMORY;
    long n = 0;
    for (; status != GPUSIM_OK && n < 100000; n++) {
        gpusim_error err = {0};
        left = n;
        status = compile(&err);
        left = -1;
        ck_assert_msg(status == GPUSIM_OK || status == GPUSIM_MEMORY, "allocation %ld: %s", n,
                      err.message);
        ck_assert_int_eq(err.status == GPUSIM_MEMORY, status == GPUSIM_MEMORY);
    }
    ck_assert_int_eq(status, GPUSIM_OK);
    ck_assert_int_gt(n, 100);
}

START_TEST(every_allocation_of_compiling_hardware_may_fail)
{
    assert_compiling_may_fail(compile_hardware);
}
END_TEST

static const char chaotic[] =
    "gpusim: 1\n"
    "duration: 1 d\n"
    "cluster: {nodes: [{name: n, count: 4, per_rack: 2, gpus: 8}]}\n"
    "workload: []\n"
    "chaos:\n"
    "  - {fault: straggler, target: {gpu: n-0003/gpu2}, at: [2 h, 1 h], slowdown: 2.5}\n"
    "  - {fault: node-crash, target: {node: [n-0000, n-0003], rack: rack-00, group: n,\n"
    "     model: generic, lemons: {share: 5 %, factor: 20}},\n"
    "     every: {bathtub: {early_scale: 9 d, mean: 9 d, wear_scale: 9 d}}, ages: true,\n"
    "     burst: {calm: {choice: {1 d: 1, 2 d: 1}}, storm: 1 h, factor: 9}}\n"
    "  - {fault: node-crash, trace: failures.csv}\n"
    "  - {fault: delta-h100, shape: 0.75}\n"
    "repairs: {crews: 2}\n";

// rules, targets, a list of failures, a mix
static gpusim_status compile_chaotic(gpusim_error *err)
{
    gpusim_status status;
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/tests/cli/scenarios", getenv("GPUSIM_SOURCE"));
    GPUSIM_TRY(gpusim_spec_parse(chaotic, strlen(chaotic), "x", folder, &spec, err));
    GPUSIM_TRY(gpusim_model_compile(spec, &model, err));
    ck_assert_uint_eq(model->chaos.count, 6);
cleanup:
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
    return status;
}

START_TEST(every_allocation_of_compiling_chaos_may_fail)
{
    assert_compiling_may_fail(compile_chaotic);
}
END_TEST

// the effective scenario after one more edit, so that it is made anew
static char *effective_after(gpusim_spec *spec)
{
    gpusim_error err = {0};
    const char *text = NULL;
    size_t length = 0;
    ASSERT_OK(gpusim_spec_set(spec, "seed", "5", &err), &err);
    ASSERT_OK(gpusim_spec_effective(spec, &text, &length, &err), &err);
    return strdup(text);
}

START_TEST(an_edit_that_runs_out_of_memory_changes_nothing)
{
    gpusim_status status = GPUSIM_MEMORY;
    long n = 0;
    for (; status != GPUSIM_OK; n++) {
        gpusim_error err = {0};
        gpusim_spec *spec = NULL, *untouched = NULL;
        ASSERT_OK(gs_spec_parse_as(&toy_record, good, strlen(good), "x", ".", &spec, &err), &err);
        ASSERT_OK(gs_spec_parse_as(&toy_record, good, strlen(good), "x", ".", &untouched, &err),
                  &err);
        left = n;
        status = gpusim_spec_set(spec, "cluster.nodes[1].power", "3 W", &err);
        left = -1;
        char *text = effective_after(spec), *expected = effective_after(untouched);
        ck_assert((strcmp(text, expected) == 0) == (status != GPUSIM_OK));
        free(text);
        free(expected);
        gpusim_spec_destroy(spec);
        gpusim_spec_destroy(untouched);
    }
    ck_assert_int_gt(n, 5);
}
END_TEST

// a catalogue with good and bad entries of the user's, and one resolved; or the first other status
static gpusim_status use_catalogue(const char *text, int right, gpusim_error *err)
{
    gpusim_status status;
    gs_arena arena = {0};
    gpusim_catalogue *catalogue = NULL;
    gpusim_gpu_model model;
    gs_problems *problems = calloc(1, sizeof *problems);
    GPUSIM_TRY(gs_catalogue_parse(text, strlen(text), &arena, problems, &catalogue, err));
    ck_assert(right ? catalogue && problems->count == 0 : !catalogue && problems->count > 0);
    if (catalogue) {
        GPUSIM_TRY(gs_catalogue_resolve(catalogue, "mine", NULL, &model, err));
    }
cleanup:
    gpusim_catalogue_destroy(catalogue);
    gs_arena_release(&arena);
    free(problems);
    return status;
}

START_TEST(every_allocation_of_a_catalogue_may_fail)
{
    static const char *const texts[] = {
        "gpus: [{name: mine, base: V100-SXM2-32GB, power: {tdp: 290 W},\n"
        "        sources: [{figures: [power], from: me, sure: read}]}]\n",
        "gpus: [{name: mine, base: nobody}, {name: other, base: T4, power: {cap_min: 99 W}}]\n"};
    for (int i = 0; i < 2; i++) {
        gpusim_status status = GPUSIM_MEMORY;
        long n = 0;
        for (; status != GPUSIM_OK && n < 100000; n++) {
            gpusim_error err = {0};
            left = n;
            status = use_catalogue(texts[i], i == 0, &err);
            left = -1;
            ck_assert_msg(status == GPUSIM_OK || status == GPUSIM_MEMORY, "allocation %ld: %s", n,
                          err.message);
        }
        ck_assert_int_eq(status, GPUSIM_OK);
        ck_assert_int_gt(n, 20);
    }
}
END_TEST

START_TEST(the_whole_catalogue_may_run_out_of_memory)
{
    gpusim_status status = GPUSIM_MEMORY;
    long n = 0;
    for (; status != GPUSIM_OK && n < 100000; n += n < 200 ? 1 : 17) {
        gpusim_error err = {0};
        gpusim_catalogue *catalogue = NULL;
        left = n;
        status = gpusim_catalogue_load(NULL, &catalogue, &err);
        left = -1;
        ck_assert((status == GPUSIM_OK) == (catalogue != NULL));
        ck_assert(status == GPUSIM_OK || (status == GPUSIM_MEMORY && err.status == GPUSIM_MEMORY));
        gpusim_catalogue_destroy(catalogue);
    }
    ck_assert_int_eq(status, GPUSIM_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TEST_CASE(suite, 60, every_allocation_may_fail, every_allocation_of_compiling_hardware_may_fail,
              every_allocation_of_compiling_chaos_may_fail,
              an_edit_that_runs_out_of_memory_changes_nothing,
              every_allocation_of_a_catalogue_may_fail, the_whole_catalogue_may_run_out_of_memory);
    return test_run(suite);
}
