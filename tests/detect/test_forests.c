/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kmeans, isolation-forest and random-cut-forest where their answers are known by hand. */
#include <math.h>
#include <string.h>

#include "harness.h"
#include "scenes.h"

static scene_frames *line(const double *values, uint32_t count)
{
    scene_frames *s = scene_make(1, 1, NULL);
    for (uint32_t i = 0; i < count; i++) {
        scene_add(s, &values[i], NULL);
    }
    return s;
}

/* -1, -1, 1, 1 has mean 0 and deviation 1: two centres lie on it, and 4 is 3 from the nearer. */
START_TEST(centres_by_hand)
{
    scene_frames *learnt = line((const double[]){-1, 1, -1, 1}, 4);
    scene_frames *seen = line((const double[]){-1, 0.25, 4, -3}, 4);
    for (uint64_t seed = 0; seed < 5; seed++) {
        watched w = watch("kmeans", "{centres: 2}", seed, learnt);
        uint32_t *causes;
        double *scores = scores_of(&w, seen, &causes);
        const double wanted[] = {0, 0.75, 3, 2};
        for (int i = 0; i < 4; i++) {
            ck_assert_double_eq_tol(scores[i], wanted[i], 1e-12);
        }
        ck_assert_uint_eq(causes[2], 0);
        free(scores);
        free(causes);
        watched_free(&w);
    }
    scene_free(learnt);
    scene_free(seen);
}
END_TEST

/* Two samples: one cut, depth 1 on either side, and a search that fails is 1 deep: 2^-1. Samples
 * that are all the same cannot be cut: depth 0 and what a search among 4 adds, which is the norm:
 * 2^-1 again. */
START_TEST(trees_by_hand)
{
    scene_frames *two = line((const double[]){0, 1}, 2);
    scene_frames *same = line((const double[]){5, 5, 5, 5}, 4);
    watched w = watch("isolation-forest", "{trees: 7}", 1, two);
    double *scores = scores_of(&w, two, NULL);
    ck_assert_double_eq_tol(scores[0], 0.5, 1e-15);
    ck_assert_double_eq_tol(scores[1], 0.5, 1e-15);
    free(scores);
    watched_free(&w);
    w = watch("isolation-forest", "", 1, same);
    scores = scores_of(&w, same, NULL);
    ck_assert_double_eq_tol(scores[3], 0.5, 1e-15);
    free(scores);
    watched_free(&w);
    scene_free(two);
    scene_free(same);
}
END_TEST

/* 0 0 0 6: deviation sqrt(27/4); the first cut sets 6 apart from three that are the same: depths 1
 * and 1 + c(3), c(3) = 2 (ln 2 + Euler) - 4/3; of four, c(4) = 2 (ln 3 + Euler) - 6/4. */
START_TEST(depths_by_hand)
{
    const double euler = 0.57721566490153286;
    const double three = 2 * (log(2) + euler) - 4. / 3, four = 2 * (log(3) + euler) - 1.5;
    scene_frames *s = line((const double[]){0, 0, 0, 6}, 4);
    watched w = watch("isolation-forest", "", 3, s);
    double *scores = scores_of(&w, s, NULL);
    ck_assert_double_eq_tol(scores[0], exp2(-(1 + three) / four), 1e-12);
    ck_assert_double_eq_tol(scores[3], exp2(-1 / four), 1e-12);
    free(scores);
    watched_free(&w);
    scene_free(s);
}
END_TEST

/* A tree of one kept value, thrice: such a sample is worth 1 / log2(4) times log2(samples + 1), any
 * other is set apart at once: 1 times that. */
START_TEST(cuts_by_hand)
{
    scene_frames *learnt = line((const double[]){2, 2, 2}, 3);
    scene_frames *seen = line((const double[]){2, 2.05}, 2);
    watched w = watch("random-cut-forest", "{trees: 3, samples: 3, memory: 1000000}", 1, learnt);
    uint32_t *causes;
    double *scores = scores_of(&w, seen, &causes);
    ck_assert_double_eq_tol(scores[0], 1, 1e-12);
    ck_assert_double_eq_tol(scores[1], 2, 1e-12);
    ck_assert_uint_eq(causes[1], 0);
    free(scores);
    free(causes);
    watched_free(&w);
    scene_free(learnt);
    scene_free(seen);
}
END_TEST

/* 0 and 8 (z: -1 and 1) make one cut. A sample at 16 (z: 3) is set apart at the root with chance 2
 * of 4, else it meets the leaf of 8 one deeper and is told from it there: 1/2 + 1/2 x 1/2; of what
 * is in the tree, 1/(1 + log2 2). All times log2 3. */
START_TEST(chances_by_hand)
{
    scene_frames *learnt = line((const double[]){0, 8}, 2);
    scene_frames *seen = line((const double[]){16}, 1), *known = line((const double[]){8}, 1);
    watched w = watch("random-cut-forest", "{trees: 5, samples: 2}", 1, learnt);
    double *scores = scores_of(&w, seen, NULL);
    ck_assert_double_eq_tol(scores[0], 0.75 * log2(3), 1e-12);
    free(scores);
    scores = scores_of(&w, known, NULL);
    ck_assert_double_eq_tol(scores[0], 0.5 * log2(3), 1e-12);
    free(scores);
    watched_free(&w);
    scene_free(learnt);
    scene_free(seen);
    scene_free(known);
}
END_TEST

// What stays becomes normal: that is what going on learning means.
START_TEST(goes_on_learning)
{
    scene_frames *learnt = scene_make(2, 2, NULL), *seen = scene_make(2, 2, NULL);
    for (int i = 0; i < 300; i++) {
        double x = i % 7, y = i % 5;
        scene_add(learnt, (const double[]){x, y, y, x}, NULL);
        scene_add(seen, (const double[]){x + 20, y, y, x}, NULL);
    }
    watched w = watch("random-cut-forest", "{trees: 20, samples: 64, memory: 100}", 1, learnt);
    uint32_t *causes;
    double *scores = scores_of(&w, seen, &causes);
    ck_assert_double_gt(scores[0], 2 * scores[1]);
    ck_assert_uint_eq(causes[0], 0);
    double late[2] = {0, 0};
    for (int i = 0; i < 35; i++) {
        late[0] += scores[2 * (265 + i)];
        late[1] += scores[2 * (265 + i) + 1];
    }
    ck_assert_double_lt(late[0], 1.5 * late[1]);
    free(scores);
    free(causes);
    watched_free(&w);
    scene_free(learnt);
    scene_free(seen);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("forests");
    TEST_CASE(suite, 30, centres_by_hand, trees_by_hand, depths_by_hand, cuts_by_hand,
              chances_by_hand, goes_on_learning);
    return test_run(suite);
}
