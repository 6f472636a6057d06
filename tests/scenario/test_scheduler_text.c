/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedulers in a few words: what they come to, and what is said about those that are wrong. */
#include "harness.h"

#include <string.h>

#include <gpusim/model.h>

static const char scenario[] = "gpusim: 1\n"
                               "duration: 1 d\n"
                               "cluster: {nodes: [{name: n, gpus: 4}]}\n"
                               "workload: [{jobs: [{at: 0 s, duration: 1 s, gpus: 1}]}]\n"
                               "scheduler: {order: las, placement: spread, preemption: repack, "
                               "estimates: exact, las: {limits: [1 h]}}\n";

static gpusim_spec *load(void)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    ASSERT_OK(gpusim_spec_parse(scenario, strlen(scenario), "x.yaml", NULL, &spec, &err), &err);
    return spec;
}

// the effective scenario holds each of these lines
static void becomes(const char *words, const char *const *lines)
{
    gpusim_error err = {0};
    gpusim_spec *spec = load();
    const char *text = NULL;
    size_t length = 0;
    uint32_t count = 0;
    ASSERT_OK(gpusim_spec_set_scheduler(spec, words, &err), &err);
    const gpusim_error *problems = gpusim_spec_problems(spec, &count);
    ck_assert_msg(count == 0, "%s: %s", words, count ? problems[0].message : "");
    ASSERT_OK(gpusim_spec_effective(spec, &text, &length, &err), &err);
    for (; *lines; lines++) {
        ck_assert_msg(strstr(text, *lines) != NULL, "%s: no '%s' in\n%s", words, *lines, text);
    }
    gpusim_spec_destroy(spec);
}
#define BECOMES(words, ...) becomes(words, (const char *const[]){__VA_ARGS__, NULL})

START_TEST(compositions)
{
    // what is not said is the default, not the scenario's; estimates and parameters stay
    BECOMES("fifo", "  order: fifo\n", "  placement: first-fit\n", "  backfill: none\n",
            "  preemption: none\n", "  estimates: exact\n", "      - 1 h\n");
    BECOMES("fifo+best-fit+easy", "  order: fifo\n", "  placement: best-fit\n",
            "  backfill: easy\n");
    BECOMES("easy + best-fit, sjf", "  order: sjf\n", "  placement: best-fit\n",
            "  backfill: easy\n");
    BECOMES("las+repack", "  order: las\n", "  placement: first-fit\n", "  preemption: repack\n");
    BECOMES("sjf+requested", "  order: sjf\n", "  estimates: requested\n");
    BECOMES("easy", "  order: fifo\n", "  backfill: easy\n");
}
END_TEST

START_TEST(options)
{
    BECOMES("sjf:blocking=false", "  order: sjf\n", "  blocking: false\n");
    BECOMES("las:limits=[1 h, 4 h]+repack+random:scatter=true", "      - 1 h\n      - 4 h\n",
            "  preemption: repack\n", "  placement: random\n", "    scatter: true\n");
    BECOMES("order=sjf,placement=spread,backfill=easy", "  order: sjf\n", "  placement: spread\n",
            "  backfill: easy\n");
    BECOMES("fifo+noise,noise=1e+1", "  estimates: noise\n", "  noise: 10\n");
    BECOMES("sjf,best-fit.scatter=true", "    scatter: true\n");
    // a key of the module named last goes before one of the composition
    BECOMES("fifo+best-fit:scatter=true,blocking=false", "    scatter: true\n",
            "  blocking: false\n");
}
END_TEST

START_TEST(the_scenarios_own)
{
    BECOMES("scenario", "  order: las\n", "  placement: spread\n", "  preemption: repack\n");
    BECOMES("scenario,order=sjf", "  order: sjf\n", "  placement: spread\n",
            "  preemption: repack\n");
    BECOMES("scenario+best-fit", "  order: las\n", "  placement: best-fit\n");
}
END_TEST

static void fails(const char *words, const char *message, const char *hint)
{
    gpusim_error err = {0};
    gpusim_spec *spec = load();
    ck_assert_int_eq(gpusim_spec_set_scheduler(spec, words, &err), GPUSIM_ARGUMENT);
    ck_assert_msg(strstr(err.message, message) != NULL, "%s: %s", words, err.message);
    ck_assert_msg(strstr(err.hint, hint) != NULL, "%s: %s", words, err.hint);
    gpusim_spec_destroy(spec);
}

START_TEST(what_is_wrong)
{
    fails("sjff", "no order, placement, backfill or preemption 'sjff'", "'sjf'");
    fails("fifo+bestfit", "'bestfit'", "'best-fit'");
    fails("fifo+sjf", "two of the kind `order`: 'fifo' and 'sjf'", "one of each");
    fails("las:limit=[1 h]", "unknown option 'limit' of las", "'limits'");
    fails("fifo:blokcing=false", "unknown option 'blokcing'", "'blocking'");
    fails("", "something is missing", "fifo+best-fit+easy");
    fails("fifo+", "something is missing", "fifo+best-fit+easy");
    fails("fifo:", "KEY=VALUE", "fifo+best-fit+easy");
    fails("=1", "something is missing", "fifo+best-fit+easy");
    fails("scenario+", "something is missing", "fifo+best-fit+easy");

    // a value that cannot be is a problem of the spec
    gpusim_error err = {0};
    gpusim_spec *spec = load();
    uint32_t count = 0;
    ASSERT_OK(gpusim_spec_set_scheduler(spec, "fifo:blocking=perhaps", &err), &err);
    const gpusim_error *problems = gpusim_spec_problems(spec, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(problems[0].file, "-S 'fifo:blocking=perhaps'");
    gpusim_spec_destroy(spec);
    ck_assert_int_eq(gpusim_spec_set_scheduler(NULL, "fifo", &err), GPUSIM_ARGUMENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario/scheduler_text");
    TEST_CASE(suite, 20, compositions, options, the_scenarios_own, what_is_wrong);
    return test_run(suite);
}
