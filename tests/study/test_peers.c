/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who of a gang is a straggler: cases worked out by hand. */
#include <math.h>

#include "harness.h"
#include "study/peers.h"

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

START_TEST(test_one_straggler)
{
    // median 1, median deviation 0.01: the limit is 1.05
    double times[] = {0.99, 1.5, 1.0, 1.01, 1.03, 0.98, 1.0}, scratch[COUNT(times)];
    gs_peers peers = gs_peers_compare(times, COUNT(times), scratch);
    ck_assert_double_eq(peers.slowest, 1.5);
    ck_assert_double_eq(peers.ideal, 1.03);
    ck_assert_double_eq_tol(peers.limit, 1.05, 1e-12);
}
END_TEST

START_TEST(test_equals)
{
    // all are the same but for less than 2 %: nobody is a straggler
    double times[] = {1, 1, 1, 1, 1.019}, scratch[COUNT(times)];
    gs_peers peers = gs_peers_compare(times, COUNT(times), scratch);
    ck_assert_double_eq(peers.slowest, peers.ideal);
    times[4] = 1.021;
    peers = gs_peers_compare(times, COUNT(times), scratch);
    ck_assert_double_eq(peers.ideal, 1);
    ck_assert_double_eq(peers.slowest, 1.021);
}
END_TEST

START_TEST(test_two)
{
    // the faster of two is the measure; the slower is found
    double times[] = {2, 1}, scratch[2];
    gs_peers peers = gs_peers_compare(times, 2, scratch);
    ck_assert_double_eq(peers.ideal, 1);
    ck_assert_double_eq(peers.slowest, 2);
}
END_TEST

START_TEST(test_a_node_of_many)
{
    // a whole node of eight in a gang of 32 is slow
    double times[32], scratch[32];
    for (uint32_t i = 0; i < 32; i++) {
        times[i] = i < 8 ? 1.4 : 1 + 0.001 * (double)(i % 3);
    }
    gs_peers peers = gs_peers_compare(times, 32, scratch);
    ck_assert_double_eq(peers.ideal, 1.002);
    ck_assert_double_eq(peers.slowest, 1.4);
}
END_TEST

START_TEST(test_missing)
{
    double times[] = {NAN, 1, NAN, 1.5, 1}, scratch[COUNT(times)];
    gs_peers peers = gs_peers_compare(times, COUNT(times), scratch);
    ck_assert_double_eq(peers.slowest, 1.5);
    ck_assert_double_eq(peers.ideal, 1);

    // one, or nobody, has no peers
    ck_assert(isnan(gs_peers_compare(times, 2, scratch).slowest));
    ck_assert(isnan(gs_peers_compare(times, 1, scratch).slowest));
    ck_assert(isnan(gs_peers_median(times, 1, scratch)));
    ck_assert_double_eq(gs_peers_median(times + 1, 2, scratch), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("peers");
    TEST_CASE(suite, 20, test_one_straggler, test_equals, test_two, test_a_node_of_many,
              test_missing);
    return test_run(suite);
}
