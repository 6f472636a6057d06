/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors that draw, in the mean over ten seeds and all machines, against what other
 * implementations reached with one seed; and what drawing alone reaches. Only the latter when not
 * called with `whole`. */
#include <math.h>
#include <string.h>

#include "harness.h"
#include "watched.h"

static const recipe recipes[] = {
    {"kmeans", "", "kmeans20"},
    {"isolation-forest", "", "iforest"},
    {"xgboost", "", "xgb_xreg"},
};

typedef struct machine {
    const char *set, *name;
} machine;

static const machine machines[] = {
    {"asd", "omi-1"},       {"asd", "omi-2"},       {"asd", "omi-3"},       {"smd", "machine-3-2"},
    {"smd", "machine-1-2"}, {"smd", "machine-1-5"}, {"smd", "machine-2-1"},
};

#define MACHINES (sizeof machines / sizeof machines[0])
#define SEEDS    10

static gpusim_error err;
static int whole;

// Means of what was found and of what others found.
typedef struct means {
    double roc, pr, vus_roc, vus_pr;
} means;

static void add(means *sum, double roc, double pr, double vus_roc, double vus_pr, double weight)
{
    sum->roc += roc * weight;
    sum->pr += pr * weight;
    sum->vus_roc += vus_roc * weight;
    sum->vus_pr += vus_pr * weight;
}

static gpusim_evaluation evaluate(gpusim_samples *train, gpusim_samples *test, const recipe *r,
                                  uint64_t seed, int smooth)
{
    gpusim_evaluate_options options;
    gpusim_evaluation found;
    scored_logs scores = score_logs(r, seed, train, test);
    gpusim_evaluate_options_default(&options);
    gpusim_scores_smooth(scores.test, gpusim_samples_count(test), (uint32_t)smooth, scores.work);
    ASSERT_OK(gpusim_evaluate(gpusim_samples_labels(test), scores.test, gpusim_samples_count(test),
                              &options, &found, &err),
              &err);
    scored_logs_free(&scores);
    return found;
}

static void near(const char *who, const char *what, double found, double wanted)
{
    ck_assert_msg(fabs(found - wanted) <= 0.03, "%s: the mean %s is %.4f, not %.4f", who, what,
                  found, wanted);
}

// Over machines from `first` on: others tried not all of theirs on all.
static void compare(const recipe *r, size_t first, uint64_t seeds, int smooth)
{
    means ours = {0}, theirs = {0};
    double share = 1. / (double)(MACHINES - first);
    for (size_t m = first; m < MACHINES; m++) {
        gpusim_samples *train = machine_log(machines[m].set, machines[m].name, "train");
        gpusim_samples *test = machine_log(machines[m].set, machines[m].name, "test");
        baseline b;
        ck_assert(baseline_of(machines[m].set, machines[m].name, r->theirs, smooth, &b));
        add(&theirs, b.roc, b.pr, b.vus_roc, b.vus_pr, share);
        for (uint64_t seed = 0; seed < seeds; seed++) {
            gpusim_evaluation e = evaluate(train, test, r, seed, smooth);
            add(&ours, e.auc_roc, e.auc_pr, e.vus_roc, e.vus_pr, share / (double)seeds);
        }
        gpusim_samples_destroy(train);
        gpusim_samples_destroy(test);
    }
    printf("%s over %d: AUC-ROC %.4f (%.4f) AUC-PR %.4f (%.4f) VUS-ROC %.4f (%.4f) VUS-PR %.4f "
           "(%.4f)\n",
           r->ours, smooth, ours.roc, theirs.roc, ours.pr, theirs.pr, ours.vus_roc, theirs.vus_roc,
           ours.vus_pr, theirs.vus_pr);
    near(r->ours, "AUC-ROC", ours.roc, theirs.roc);
    near(r->ours, "AUC-PR", ours.pr, theirs.pr);
    near(r->ours, "VUS-ROC", ours.vus_roc, theirs.vus_roc);
    near(r->ours, "VUS-PR", ours.vus_pr, theirs.vus_pr);
}

START_TEST(centres)
{
    for (int smooth = 0; whole && test_shared("data/anomaly") && smooth <= 15; smooth += 15) {
        compare(&recipes[0], 0, SEEDS, smooth);
    }
}
END_TEST

START_TEST(forests)
{
    for (int smooth = 0; whole && test_shared("data/anomaly") && smooth <= 15; smooth += 15) {
        compare(&recipes[1], 0, SEEDS, smooth);
    }
}
END_TEST

// Trees do not draw: one seed will do.
START_TEST(boosted_trees)
{
    int there = whole && test_shared("data/anomaly") && gpusim_xgboost_version();
    for (int smooth = 0; there && smooth <= 15; smooth += 15) {
        compare(&recipes[2], 3, 1, smooth);
    }
}
END_TEST

// AUC-ROC of scores that know nothing is Mann and Whitney's U: its mean .5, its variance known.
START_TEST(chance)
{
    static const recipe r = {"random", "", "random"};
    size_t count = test_shared("data/anomaly") ? MACHINES : 0;
    double sum = 0, variance = 0, tries = 0;
    for (size_t m = 0; m < count; m++) {
        gpusim_samples *test = machine_log(machines[m].set, machines[m].name, "test");
        for (uint64_t seed = 0; seed < SEEDS; seed++, tries++) {
            gpusim_evaluation e = evaluate(test, test, &r, seed, 0);
            double marked = (double)e.anomalous, normal = (double)(e.samples - e.anomalous);
            double one = (marked + normal + 1) / (12 * marked * normal);
            ck_assert_msg(fabs(e.auc_roc - 0.5) <= 4 * sqrt(one), "%s: AUC-ROC %.4f of chance",
                          machines[m].name, e.auc_roc);
            sum += e.auc_roc;
            variance += one;
        }
        gpusim_samples_destroy(test);
    }
    ck_assert(tries == 0 || fabs(sum / tries - 0.5) <= 4 * sqrt(variance) / tries);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("seeded");
    whole = argc > 1 && strcmp(argv[1], "whole") == 0;
    TEST_CASE(suite, 900, centres, forests, boosted_trees, chance);
    int failed = test_run(suite);
    return failed ? failed : test_shared("data/anomaly/smd/baselines.csv") ? 0 : TEST_SKIPPED;
}
