/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boosted trees: as text by hand, and what the detector xgboost learns with and without labels. */
#include <math.h>
#include <string.h>

#include "../analysis/detectors/boosting.h"
#include "detect/samples.h"
#include "harness.h"
#include "scenes.h"
#include "watched.h"

static gpusim_error err;

#define ROOT  "0:[f2<-1.5e-01] yes=1,no=2,missing=2,gain=3.5,cover=8\n"
#define LEFT  "\t1:leaf=0.25,cover=2\n"
#define RIGHT "\t2:[f0<4] yes=3,no=4,missing=3,gain=1,cover=6\n"
#define LOW   "\t\t3:leaf=-1,cover=4\n"
#define HIGH  "\t\t4:leaf=2.5,cover=2\n"

static double sum_of(const gs_tree_node *tree, float a, float b, float c, double *shares)
{
    const float row[] = {a, b, c};
    memset(shares, 0, 3 * sizeof *shares);
    return gs_boosting_sum(tree, 1, gs_tree_room(2), row, shares);
}

/* Means: of the right subtree (-1 x 4 + 2.5 x 2) / 6 = 1/6, of all (.25 x 2 + 1/6 x 6) / 8 = .1875.
 */
START_TEST(a_tree_by_hand)
{
    gs_tree_node tree[7];
    double shares[3];
    ck_assert(gs_tree_read(ROOT LEFT RIGHT LOW HIGH, 2, 3, tree));
    ck_assert_double_eq(sum_of(tree, 0, 0, -0.2f, shares), 0.25);
    ck_assert_double_eq_tol(shares[2], 0.25 - 0.1875, 1e-7);
    ck_assert_double_eq(shares[0], 0);
    ck_assert_double_eq(sum_of(tree, 3, 0, 0, shares), -1);
    ck_assert_double_eq_tol(shares[2], 1. / 6 - 0.1875, 1e-7);
    ck_assert_double_eq_tol(shares[0], -1 - 1. / 6, 1e-7);
    // as much as the cut is not less; what is missing goes where the text says
    ck_assert_double_eq(sum_of(tree, 4, 0, -0.15f, shares), 2.5);
    ck_assert_double_eq(sum_of(tree, 5, 0, NAN, shares), 2.5);
    ck_assert_double_eq(sum_of(tree, NAN, 0, 1, shares), -1);
}
END_TEST

START_TEST(no_trees)
{
    gs_tree_node tree[7];
    static const char *const texts[] = {
        "",
        "0:leaf=x,cover=1\n",
        "0:leaf=1\n",
        "0:leaf=1,cover=1",
        "7:leaf=1,cover=1\n",
        "1:leaf=1,cover=1\n",
        "0:[f3<1] yes=1,no=2,missing=1,gain=1,cover=1\n",
        "0:[f0<1] yes=1,no=9,missing=1,gain=1,cover=1\n",
        "0:leaf=1e999,cover=1\n",
        // too deep
        "0:[f0<1] yes=1,no=2,missing=1,gain=1,cover=1\n\t1:[f0<1] yes=3,no=4,missing=3,gain=1,"
        "cover=1\n\t\t3:[f0<1] yes=5,no=6,missing=5,gain=1,cover=1\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_msg(!gs_tree_read(texts[i], 2, 3, tree), "%s", texts[i]);
    }
}
END_TEST

/* ---- with labels ---- */

enum { ROWS = 600 };

// b is a's double but in every 50th to 54th sample; of these the log says so, or says nothing.
static gpusim_samples *log_of(const char *label)
{
    static char text[ROWS * 40];
    int at = snprintf(text, sizeof text, "t,a,b%s\n", label ? ",label" : "");
    for (int i = 0; i < ROWS; i++) {
        int a = i * 7919 % 101, odd = i % 50 < 5 && i > 50;
        at += snprintf(text + at, sizeof text - (size_t)at, "%d,%d,%d", i, a,
                       odd ? 200 - 2 * a : 2 * a);
        at += snprintf(text + at, sizeof text - (size_t)at, label ? ",%d\n" : "\n",
                       label && *label ? *label == '1' : odd);
    }
    gpusim_samples *samples = NULL;
    ASSERT_OK(gs_samples_over("log", text, (size_t)at, &samples, &err), &err);
    return samples;
}

static gpusim_status learn(gpusim_samples *samples, const char *words, gpusim_watcher **watcher,
                           gpusim_parameters **parameters)
{
    const gpusim_module *module;
    ASSERT_OK(gpusim_detector_read(words, &module, parameters, &err), &err);
    ASSERT_OK(gpusim_watcher_create(module, gpusim_parameters_value(*parameters),
                                    gpusim_samples_scene(samples), 1, watcher, &err),
              &err);
    return gpusim_watcher_train(*watcher, gpusim_samples_frames(samples), &err);
}

// What is odd scores higher, in the mean by `apart`.
static void tells_apart(const char *words, double apart)
{
    gpusim_samples *samples = log_of("");
    gpusim_parameters *parameters = NULL;
    gpusim_watcher *watcher = NULL;
    double scores[ROWS], again[ROWS], sums[2] = {0}, counts[2] = {0};
    ASSERT_OK(learn(samples, words, &watcher, &parameters), &err);
    for (int i = 0; i < 2; i++) {
        ASSERT_OK(gpusim_watcher_score(watcher, gpusim_samples_frames(samples), i ? again : scores,
                                       NULL, &err),
                  &err);
        if (i == 0) { // learnt again it says the same, bit for bit
            ASSERT_OK(gpusim_watcher_train(watcher, gpusim_samples_frames(samples), &err), &err);
        }
    }
    ck_assert_int_eq(memcmp(scores, again, sizeof scores), 0);
    for (int i = 0; i < ROWS; i++) {
        int odd = gpusim_samples_labels(samples)[i];
        sums[odd] += scores[i];
        counts[odd]++;
    }
    double more = sums[1] / counts[1] - sums[0] / counts[0];
    ck_assert_msg(more > apart, "%s: what is odd scores %g more", words, more);
    gpusim_watcher_destroy(watcher);
    gpusim_parameters_destroy(parameters);
    gpusim_samples_destroy(samples);
}

START_TEST(forms)
{
    if (gpusim_xgboost_version()) {
        tells_apart("xgboost:form=supervised", 4); // 55 times as likely
        tells_apart("xgboost:form=residual", 1);   // once more what is usual
    }
}
END_TEST

START_TEST(labels_are_needed)
{
    static const char *const labels[] = {NULL, "0", "1"};
    static const char *const messages[] = {"nobody has marked", "none of these is", "all of these"};
    for (int i = 0; i < 3; i++) {
        gpusim_samples *samples = log_of(labels[i]);
        gpusim_parameters *parameters = NULL;
        gpusim_watcher *watcher = NULL;
        ck_assert_int_ne(learn(samples, "xgboost:form=supervised", &watcher, &parameters),
                         GPUSIM_OK);
        ck_assert_msg(strstr(err.message, gpusim_xgboost_version() ? messages[i] : "not there"),
                      "%s", err.message);
        gpusim_watcher_destroy(watcher);
        gpusim_parameters_destroy(parameters);
        gpusim_samples_destroy(samples);
    }
}
END_TEST

/* ---- who is told ---- */

static int told;

static gpusim_status spy(const gpusim_detector_context *context, gpusim_frames *frames,
                         gpusim_learning *learning, gpusim_error *problem)
{
    (void)context, (void)learning, (void)problem;
    gpusim_frame frame;
    told = gpusim_frames_next(frames, &frame) && gpusim_frames_labels(frames);
    return GPUSIM_OK;
}

static int never(const void *parameters)
{
    (void)parameters;
    return 0;
}

// A module without the flag, of an older minor with it, with it, and with parameters against it.
START_TEST(who_is_told)
{
    gpusim_samples *samples = log_of("");
    gpusim_frames *frames = gpusim_samples_frames(samples);
    gpusim_frame frame;
    const gpusim_detector plain = {.train = spy}, refuses = {.train = spy, .reads_labels = never};
    const struct {
        const gpusim_detector *operations;
        uint32_t flags;
        uint16_t minor;
        int told;
    } cases[] = {
        {&plain, 0, 5, 0},
        {&plain, GPUSIM_MODULE_READS_LABELS, 5, 1},
        {&refuses, GPUSIM_MODULE_READS_LABELS, 4, 1},
        {&refuses, GPUSIM_MODULE_READS_LABELS, 5, 0},
        {&plain, GPUSIM_MODULE_STANDARDISED, 5, 0},
        {&plain, GPUSIM_MODULE_STANDARDISED | GPUSIM_MODULE_READS_LABELS, 5, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gpusim_module module = *module_called("zscore");
        gpusim_watcher *watcher;
        module.flags = cases[i].flags;
        module.abi_minor = cases[i].minor;
        module.operations = cases[i].operations;
        ASSERT_OK(
            gpusim_watcher_create(&module, NULL, gpusim_samples_scene(samples), 1, &watcher, &err),
            &err);
        ASSERT_OK(gpusim_watcher_train(watcher, frames, &err), &err);
        ck_assert_msg(told == cases[i].told, "case %zu", i);
        ck_assert_int_eq(gpusim_watcher_reads_labels(watcher), cases[i].told);
        // whoever asks afterwards is told
        ck_assert(gpusim_frames_next(frames, &frame) && gpusim_frames_labels(frames));
        gpusim_watcher_destroy(watcher);
    }
    gpusim_samples_destroy(samples);
}
END_TEST

// It is the form that learns from labels, also of one of several.
START_TEST(which_form_reads_labels)
{
    static const struct {
        const char *words;
        int reads;
    } cases[] = {
        {"xgboost", 0},
        {"xgboost:form=supervised", 1},
        {"ensemble:of=[zscore,xgboost]", 0},
        {"ensemble:of=[zscore,xgboost:form=supervised]", 1},
    };
    gpusim_samples *samples = log_of("");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const gpusim_module *module;
        gpusim_parameters *parameters;
        gpusim_watcher *watcher;
        ASSERT_OK(gpusim_detector_read(cases[i].words, &module, &parameters, &err), &err);
        ASSERT_OK(gpusim_watcher_create(module, gpusim_parameters_value(parameters),
                                        gpusim_samples_scene(samples), 1, &watcher, &err),
                  &err);
        ck_assert_msg(gpusim_watcher_reads_labels(watcher) == cases[i].reads, "%s", cases[i].words);
        gpusim_watcher_destroy(watcher);
        gpusim_parameters_destroy(parameters);
    }
    gpusim_samples_destroy(samples);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("boosting");
    TEST_CASE(suite, 60, a_tree_by_hand, no_trees, forms, labels_are_needed, who_is_told,
              which_form_reads_labels);
    return test_run(suite);
}
