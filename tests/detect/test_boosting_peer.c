/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees as we keep them say what XGBoost says of its own, on rows that it did not learn from. */
#include <math.h>
#include <stdlib.h>

#include <xgboost/c_api.h>

#include "../analysis/detectors/boosting.h"
#include "harness.h"

enum { ROWS = 2000, LEARNT = 1000, COLUMNS = 6 };

static float rows[ROWS][COLUMNS], targets[ROWS], weights[ROWS];
static gpusim_error err;

static float uniform(void)
{
    return (float)rand() / (float)RAND_MAX;
}

// A target that depends on two columns and on one that is missing in a fifth of the rows.
static void make_rows(int logistic)
{
    srand(7);
    for (int r = 0; r < ROWS; r++) {
        for (int c = 0; c < COLUMNS; c++) {
            rows[r][c] =
                c == 2 && uniform() < 0.2f ? NAN : (uniform() - 0.5f) * powf(10.f, (float)c - 3);
        }
        float y = rows[r][3] * rows[r][4] + (isnan(rows[r][2]) ? 1.f : rows[r][2]) + uniform();
        targets[r] = logistic ? y > 0.7f : y;
        weights[r] = (float)(r % 3 > 0);
    }
}

// The same by XGBoost alone.
static void foretell(const gs_boosting_options *o, float *answers)
{
    DMatrixHandle learnt, asked;
    BoosterHandle booster;
    bst_ulong count;
    const float *out;
    char number[32];
    ck_assert(!XGDMatrixCreateFromMat(&rows[0][0], LEARNT, COLUMNS, NAN, &learnt));
    ck_assert(!XGDMatrixCreateFromMat(&rows[LEARNT][0], ROWS - LEARNT, COLUMNS, NAN, &asked));
    ck_assert(!XGDMatrixSetFloatInfo(learnt, "label", targets, LEARNT));
    ck_assert(!XGDMatrixSetFloatInfo(learnt, "weight", weights, LEARNT));
    ck_assert(!XGBoosterCreate(&learnt, 1, &booster));
    ck_assert(!XGBoosterSetParam(booster, "tree_method", "hist"));
    ck_assert(!XGBoosterSetParam(booster, "verbosity", "0"));
    ck_assert(!XGBoosterSetParam(booster, "nthread", "1"));
    ck_assert(!XGBoosterSetParam(booster, "objective",
                                 o->logistic ? "binary:logistic" : "reg:squarederror"));
    ck_assert(!XGBoosterSetParam(booster, "base_score", o->logistic ? "0.5" : "0"));
    snprintf(number, sizeof number, "%g", o->rate);
    ck_assert(!XGBoosterSetParam(booster, "eta", number));
    snprintf(number, sizeof number, "%u", o->depth);
    ck_assert(!XGBoosterSetParam(booster, "max_depth", number));
    snprintf(number, sizeof number, "%u", o->bins);
    ck_assert(!XGBoosterSetParam(booster, "max_bin", number));
    for (uint32_t i = 0; i < o->rounds; i++) {
        ck_assert(!XGBoosterUpdateOneIter(booster, (int)i, learnt));
    }
    ck_assert(!XGBoosterPredict(booster, asked, 1, 0, 0, &count, &out)); // 1: log-odds
    ck_assert_uint_eq(count, ROWS - LEARNT);
    for (bst_ulong i = 0; i < count; i++) {
        answers[i] = out[i];
    }
    XGBoosterFree(booster);
    XGDMatrixFree(learnt);
    XGDMatrixFree(asked);
}

START_TEST(says_the_same)
{
    static float theirs[ROWS - LEARNT];
    gs_boosting_options o = {
        .rate = 0.3, .rounds = 30, .depth = _i % 2 ? 8 : 3, .bins = 64, .logistic = _i / 2};
    uint32_t room = gs_tree_room(o.depth);
    gs_tree_node *trees = calloc((size_t)o.rounds * room, sizeof *trees);
    make_rows(o.logistic);
    ASSERT_OK(gs_boosting_learn(&rows[0][0], LEARNT, COLUMNS, targets, weights, &o, trees, &err),
              &err);
    foretell(&o, theirs);
    double spread = 0;
    for (int i = 0; i < ROWS - LEARNT; i++) {
        double ours = gs_boosting_sum(trees, o.rounds, room, rows[LEARNT + i], NULL);
        // they add up floats, 30 of them and not above ten
        ck_assert_double_eq_tol(ours, (double)theirs[i], 30 * 10 * 6e-8);
        spread = fmax(spread, fabs(ours));
    }
    ck_assert_double_gt(spread, 0.1);
    free(trees);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("boosting-peer");
    TCase *cases = tcase_create("all");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, says_the_same, 0, 4);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
