/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom rules strike: names, filters, picks at random, neighbours, probabilities. */
#include <gsl/gsl_cdf.h>

#include "../base/fit.h"
#include "rules.h"

static void assert_targets(const gs_rule *rule, uint32_t count, const uint32_t *targets)
{
    ck_assert_msg(rule->target_count == count, "%s: %u targets, not %u", rule->name,
                  rule->target_count, count);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_msg(rule->targets[i] == targets[i], "%s: target %u is %u, not %u", rule->name, i,
                      rule->targets[i], targets[i]);
    }
}

START_TEST(names_lead_to_targets)
{
    gpusim_model *model = rules_model(
        32, "  - {fault: xid79, at: 1 h, target: {gpu: n-0003/gpu2}}\n"
            "  - {fault: xid79, at: 1 h, target: {node: n-0001}}\n"
            "  - {fault: node-crash, at: 1 h, target: {node: [n-0030, n-0002]}}\n"
            "  - {fault: node-crash, at: 1 h, target: {rack: rack-01}}\n"
            "  - {fault: node-crash, at: 1 h, target: {rack: rack-01, node: [n-0016, n-0003]}}\n"
            "  - {fault: rack-pdu-failure, at: 1 h, target: {each: rack}}\n"
            "  - {fault: heat-wave, at: 1 h, rise: 8 K}\n"
            "  - {fault: node-crash, every: 9 d}\n"
            "  - {fault: xid79, every: 9 d, target: {model: H100-SXM5-80GB, group: n}}\n");
    const gs_rule *r = model->chaos.rules;
    assert_targets(&r[0], 1, (uint32_t[]){26});
    assert_targets(&r[1], 8, (uint32_t[]){8, 9, 10, 11, 12, 13, 14, 15});
    assert_targets(&r[2], 2, (uint32_t[]){2, 30});
    assert_targets(&r[3], 16,
                   (uint32_t[]){16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31});
    assert_targets(&r[4], 1, (uint32_t[]){16});
    assert_targets(&r[5], 2, (uint32_t[]){0, 1});
    assert_targets(&r[6], 1, (uint32_t[]){0});
    ck_assert_uint_eq(r[7].target_count, 32);
    ck_assert_uint_eq(r[8].target_count, 256);
    ck_assert_uint_eq(model->chaos.crews, GPUSIM_NONE);
    ck_assert_int_eq(model->chaos.hang_timeout, INT64_C(600000000000));
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(unnamed_rules_are_counted_by_kind)
{
    gpusim_model *model = rules_model(16, "  - {fault: node-crash, every: 9 d}\n"
                                          "  - {fault: xid79, every: 9 d}\n"
                                          "  - {fault: node-crash, every: 9 d}\n"
                                          "  - {fault: node-crash, name: mine, every: 9 d}\n"
                                          "  - {fault: delta-h100}\n"
                                          "  - {fault: delta-h100, name: twice, scale: 2}\n");
    static const char *const names[] = {"node-crash-0",
                                        "xid79-0",
                                        "node-crash-1",
                                        "mine",
                                        "delta-h100/mmu",
                                        "delta-h100/gsp",
                                        "delta-h100/uncorrectable-ecc",
                                        "twice/mmu",
                                        "twice/gsp",
                                        "twice/uncorrectable-ecc"};
    ck_assert_uint_eq(model->chaos.count, 10);
    for (uint32_t i = 0; i < 10; i++) {
        ck_assert_str_eq(model->chaos.rules[i].name, names[i]);
    }
    gpusim_model_destroy(model);
}
END_TEST

// every target is as likely as any other, and so is every pair
START_TEST(picks_are_fair)
{
    enum { PICKS = 30000, OF = 16, PAIRS = OF * (OF - 1) / 2 };
    gpusim_model *model =
        rules_model(OF, "  - {fault: job-crash, every: 1 h, target: {random: 5}}\n"
                        "  - {fault: job-crash, every: 1 h, target: {random: 99}}\n");
    const gs_rule *rule = model->chaos.rules;
    uint64_t pairs[PAIRS] = {0};
    uint32_t chosen[OF];
    ck_assert_uint_eq(rule->when, GS_WHEN_POOL);
    for (uint64_t k = 0; k < PICKS; k++) {
        ck_assert_uint_eq(gs_rule_pick(rule, 7, k, chosen), 5);
        for (uint32_t i = 0; i < 5; i++) {
            ck_assert(chosen[i] < OF && (i == 0 || chosen[i] > chosen[i - 1]));
            for (uint32_t j = 0; j < i; j++) {
                pairs[chosen[i] * (chosen[i] - 1) / 2 + chosen[j]]++;
            }
        }
    }
    // pairs of one pick depend on each other, so each is looked at alone
    double expected = PICKS * 10.0 / PAIRS, largest = 0;
    for (uint32_t i = 0; i < PAIRS; i++) {
        largest =
            fmax(largest, fabs((double)pairs[i] - expected) / sqrt(expected * (1 - 10.0 / PAIRS)));
    }
    ck_assert_msg(largest < 4, "a pair is %g standard deviations off", largest);
    uint64_t singles[OF] = {0};
    for (uint64_t k = 0; k < PICKS; k++) {
        uint32_t count = gs_rule_pick(rule, 8, k, chosen);
        singles[chosen[gpusim_draw_index(gpusim_stream_make(1, "one", ""), k, count)]]++;
    }
    ASSERT_FITS(fit_equal(singles, OF, PICKS), "singles");
    ck_assert_uint_eq(gs_rule_pick(&model->chaos.rules[1], 7, 0, chosen), OF);
    for (uint32_t i = 0; i < OF; i++) {
        ck_assert_uint_eq(chosen[i], i);
    }
    gpusim_model_destroy(model);
}
END_TEST

static void assert_share(const char *what, double found, double count, double share)
{
    double error = sqrt(share * (1 - share) / count);
    ck_assert_msg(fabs(found / count - share) < 3 * error, "%s: %g of %g +- %g", what,
                  found / count, share, error);
}

START_TEST(probabilities_are_kept)
{
    enum { STRIKES = 20000 };
    gpusim_model *model =
        rules_model(16, "  - {fault: nvlink-error, every: 1 d}\n"
                        "  - {fault: node-crash, every: 1 d, spread: 10 %, probability: 30 %}\n"
                        "  - {fault: node-crash, every: 1 d}\n");
    const gs_rule *r = model->chaos.rules;
    double nvlink = 0, node = 0, reached = 0, some = 0;
    for (uint64_t k = 0; k < STRIKES; k++) {
        nvlink += gs_rule_spreads(&r[0], rules_stream(&r[0], "spread", 3), k, (uint32_t)k % 7);
        node += gs_rule_spreads(&r[1], rules_stream(&r[1], "spread", 3), k, (uint32_t)k % 15);
        reached += gs_rule_reaches(&r[1], rules_stream(&r[1], "reaches", 3), k);
        int neighbours = 0;
        for (uint32_t n = 0; n < 7; n++) {
            neighbours += gs_rule_spreads(&r[0], rules_stream(&r[0], "spread", 4), k, n);
        }
        some += neighbours > 0 && neighbours < 7;
        ck_assert(!gs_rule_spreads(&r[2], rules_stream(&r[2], "spread", 3), k, 1));
        ck_assert(gs_rule_reaches(&r[2], rules_stream(&r[2], "reaches", 3), k));
    }
    assert_share("nvlink", nvlink, STRIKES, 0.42);
    assert_share("spread", node, STRIKES, 0.10);
    assert_share("probability", reached, STRIKES, 0.30);
    // each neighbour on its own
    assert_share("some", some, STRIKES, 1 - pow(0.42, 7) - pow(0.58, 7));
    gpusim_model_destroy(model);
}
END_TEST

/* Two parameters of one strike have nothing to do with each other: over many their correlation is
 * within four standard errors of none. */
START_TEST(parameters_are_apart)
{
    enum { STRIKES = 4000 };
    double sum = 0;
    gpusim_model *model = rules_model(16, "  - {fault: packet-loss, every: 1 d, loss: {uniform: "
                                          "{min: 0 %, max: 50 %}}, bandwidth: {uniform: {min: 0 "
                                          "%, max: 50 %}}}\n");
    const gs_rule *rule = model->chaos.rules;
    for (uint64_t k = 0; k < STRIKES; k++) {
        double p[GS_FAULT_PARAMETERS];
        gs_rule_parameters(rule, rules_stream(rule, "parameters", 3), k, p);
        sum += (p[0] - 0.25) * (p[1] - 0.25);
    }
    ck_assert_double_lt(fabs(sum * 12 / 0.25 / STRIKES), 4 / sqrt(STRIKES));
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(parameters_keep_to_their_bounds)
{
    gpusim_model *model = rules_model(
        16, "  - {fault: straggler, every: 1 d, slowdown: {normal: {mean: 1.2, sd: 0.5}}}\n"
            "  - {fault: packet-loss, every: 1 d, loss: 10 %, bandwidth: {uniform: {min: 0, max: "
            "1}}}\n"
            "  - {fault: telemetry-spoof, every: 1 d, bias: -20 K}\n");
    const gs_rule *r = model->chaos.rules;
    double sum = 0, least = 9;
    for (uint64_t k = 0; k < 2000; k++) {
        double p[GS_FAULT_PARAMETERS], again[GS_FAULT_PARAMETERS];
        gs_rule_parameters(&r[0], rules_stream(&r[0], "parameters", 3), k, p);
        gs_rule_parameters(&r[0], rules_stream(&r[0], "parameters", 3), k, again);
        ck_assert(p[0] >= 1 && p[0] == again[0] && p[1] == 0);
        least = fmin(least, p[0]);
        gs_rule_parameters(&r[1], rules_stream(&r[1], "parameters", 3), k, p);
        ck_assert(p[0] == 0.1 && p[1] >= 0 && p[1] <= 1);
        sum += p[1] / 2000;
        gs_rule_parameters(&r[2], rules_stream(&r[2], "parameters", 3), k, p);
        ck_assert(p[0] == -20);
    }
    ck_assert(least == 1 && fabs(sum - 0.5) < 3 * sqrt(1.0 / 12 / 2000));
    gpusim_model_destroy(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("targets");
    TEST_CASE(suite, 60, names_lead_to_targets, unnamed_rules_are_counted_by_kind,
              parameters_are_apart, picks_are_fair, probabilities_are_kept,
              parameters_keep_to_their_bounds);
    return test_run(suite);
}
