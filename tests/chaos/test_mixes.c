/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mixes of causes: their rates are those of the tables they come from. */
#include <gsl/gsl_cdf.h>

#include "../base/fit.h"
#include "rules.h"

// strikes of a rule in `days`, in the mean, on all its targets
static double expectation(const gs_rule *rule, double days)
{
    return rule->target_count * days * 86400 / gs_distribution_mean(&rule->every);
}

static double total(const gpusim_model *model, double days)
{
    double sum = 0;
    for (uint32_t i = 0; i < model->chaos.count; i++) {
        sum += expectation(&model->chaos.rules[i], days);
    }
    return sum;
}

static double of_mix(const char *rule, unsigned nodes, double days)
{
    gpusim_model *model = rules_model(nodes, rule);
    double sum = total(model, days);
    gpusim_model_destroy(model);
    return sum;
}

START_TEST(rates_are_those_of_the_tables)
{
    ck_assert_double_eq_tol(of_mix("  - {fault: llama3}", 2048, 54), 419, 1e-9);
    ck_assert_double_eq_tol(of_mix("  - {fault: llama3, scale: 2}", 2048, 54), 838, 1e-9);
    ck_assert_double_eq_tol(of_mix("  - {fault: llama3, shape: 0.75}", 2048, 54), 419, 1e-6);
    ck_assert_double_eq_tol(of_mix("  - {fault: rsc1}", 1000, 1), 6.50, 1e-12);
    ck_assert_double_eq_tol(of_mix("  - {fault: rsc2}", 1000, 1), 2.34, 1e-12);
    // Acme counted 281 in 184 days of 588 nodes
    ck_assert_double_eq_tol(of_mix("  - {fault: acme}", 588, 184), 281, 1e-9);

    // mean time to failure of 2,048 and 16,384 nodes at 6.5 in 1,000 node-days
    ck_assert_double_eq_tol(24 / of_mix("  - {fault: rsc1}", 2048, 1), 1.803, 0.0005);
    ck_assert_double_eq_tol(24 / of_mix("  - {fault: rsc1}", 16384, 1), 0.225, 0.0005);
}
END_TEST

// uncorrectable ECC: a mean time of 283,271 h on A100 and 88,768 h on H100, 3.19 to 1
START_TEST(delta_differs_by_generation)
{
    gpusim_model *model = rules_model(16, "  - {fault: delta-a100}\n  - {fault: delta-h100}\n");
    double hours[2] = {0};
    for (uint32_t i = 0; i < model->chaos.count; i++) {
        const gs_rule *rule = &model->chaos.rules[i];
        if (strstr(rule->name, "uncorrectable-ecc")) {
            hours[strstr(rule->name, "h100") != NULL] = gs_distribution_mean(&rule->every) / 3600;
        }
    }
    ck_assert_double_eq_tol(hours[0], 283271, 1e-6);
    ck_assert_double_eq_tol(hours[1], 88768, 1e-6);
    ck_assert_double_eq_tol(hours[0] / hours[1], 3.19, 0.005);
    gpusim_model_destroy(model);
}
END_TEST

// strikes of a rule within 54 days, on all its targets
static uint64_t strikes_within(const gpusim_model *model, const gs_rule *rule, uint64_t seed)
{
    uint64_t strikes = 0;
    int of_gpus = gs_fault_kinds[rule->kind].scope == GS_FAULT_ON_GPU;
    for (uint32_t i = 0; i < rule->target_count; i++) {
        char name[64];
        uint32_t node = of_gpus ? rule->targets[i] / 8 : rule->targets[i];
        snprintf(name, sizeof name, of_gpus ? "%s/gpu%u" : "%s",
                 gs_names_text(model->names, model->cluster.node_name[node]),
                 of_gpus ? rule->targets[i] % 8 : 0);
        gpusim_stream stream = gs_rule_stream(rule, seed, "gap", name);
        double at = 0;
        for (uint64_t k = 0; (at += (double)gs_rule_gap(rule, stream, k, NULL)) < 54 * DAY; k++) {
            strikes++;
        }
    }
    return strikes;
}

// the counts of the paper's table, whose sum is 419
static const double counted[18] = {148, 72, 54, 35, 32, 19, 17, 7, 7, 6, 6, 3, 3, 2, 2, 2, 2, 2};

// 20 times 54 days of 2,048 nodes: 419 each, and the causes as often as they were counted
START_TEST(llama3_has_its_mix)
{
    enum { SEEDS = 20 };
    gpusim_model *model = rules_model(2048, "  - {fault: llama3}\n");
    uint32_t rules = model->chaos.count;
    uint64_t counts[32] = {0}, all = 0;
    double expected[32] = {0}, squares = 0;
    ck_assert_uint_eq(rules, 18);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t of_seed = 0;
        for (uint32_t i = 0; i < rules; i++) {
            uint64_t strikes = strikes_within(model, &model->chaos.rules[i], seed);
            counts[i] += strikes;
            of_seed += strikes;
        }
        all += of_seed;
        squares += ((double)of_seed - 419) * ((double)of_seed - 419) / 419;
    }
    for (uint32_t i = 0; i < rules; i++) {
        expected[i] = SEEDS * counted[i];
    }
    printf("llama3: %.1f strikes in 54 days, mean of %d seeds\n", (double)all / SEEDS, SEEDS);
    ck_assert_msg(fabs((double)all - SEEDS * 419.0) < 3 * sqrt(SEEDS * 419.0), "%g",
                  (double)all / SEEDS);
    // cells are Poisson: no sum is given, so there is a degree of freedom more than cells less one
    double chi = 0;
    for (uint32_t i = 0; i < rules; i++) {
        chi += ((double)counts[i] - expected[i]) * ((double)counts[i] - expected[i]) / expected[i];
    }
    ASSERT_FITS(2 * fmin(gsl_cdf_chisq_P(chi, rules), gsl_cdf_chisq_Q(chi, rules)), "causes");
    ASSERT_FITS(2 * fmin(gsl_cdf_chisq_P(squares, SEEDS), gsl_cdf_chisq_Q(squares, SEEDS)),
                "scatter of seeds");
    gpusim_model_destroy(model);
}
END_TEST

// what hangs lasts longer than the time-out of collectives; what needs a reset gets one
START_TEST(causes_end)
{
    gpusim_model *model = rules_model(16, "  - {fault: llama3, repair: 20 min}\n");
    uint32_t hanging = 0, reset = 0;
    for (uint32_t i = 0; i < model->chaos.count; i++) {
        const gs_rule *rule = &model->chaos.rules[i];
        const gs_fault_kind *kind = &gs_fault_kinds[rule->kind];
        gpusim_time lasts = gs_rule_lasts(rule, rules_stream(rule, "lasts", 0), 0);
        if (kind->strike.needs == GS_NEEDS_RESET) {
            reset++;
            ck_assert_int_eq(lasts, (gpusim_time)(1200e9));
        } else if (kind->flags & (GS_FAULT_HANG | GS_FAULT_CUT_OFF)) {
            hanging++;
            ck_assert_int_eq(lasts, (gpusim_time)(601e9));
        } else {
            ck_assert_int_eq(lasts, GPUSIM_TIME_MAX);
            ck_assert_int_eq(gs_rule_repair(rule, rules_stream(rule, "repair", 0), 0),
                             (gpusim_time)(1200e9));
        }
    }
    ck_assert_uint_eq(hanging, 3);
    ck_assert_uint_eq(reset, 3);
    gpusim_model_destroy(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mixes");
    TEST_CASE(suite, 120, rates_are_those_of_the_tables, delta_differs_by_generation,
              llama3_has_its_mix, causes_end);
    return test_run(suite);
}
