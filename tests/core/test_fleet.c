/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looks after nodes: heartbeats, nodes that cannot be reached, maintenance, spares, groups that
 * grow and shrink. Times are worked out by hand. */
#include "failing.h"

#include "core/fleet.h"

#include "one_run.h"

#define S GPUSIM_SECOND

static uint32_t actions(void)
{
    return rows.tables[GPUSIM_TABLE_ACTIONS].count;
}

static const gpusim_action_row *ck_action(uint32_t k, double seconds, gpusim_action what,
                                          uint64_t entity)
{
    ck_assert_uint_lt(k, actions());
    const gpusim_action_row *row = &GS_AT(rows.tables[GPUSIM_TABLE_ACTIONS], gpusim_action_row, k);
    ck_assert_msg(row->time == gpusim_time_from_seconds(seconds), "action %u at %g s, not %g", k,
                  gpusim_seconds(row->time), seconds);
    ck_assert_uint_eq(row->what, what);
    ck_assert_uint_eq(row->entity, entity);
    return row;
}

static void ck_event(gpusim_event_type type, uint32_t k, double seconds, uint64_t entity,
                     int64_t detail)
{
    const gpusim_event_row *row = failing_event(&rows, type, k);
    ck_assert_ptr_nonnull(row);
    ck_assert_msg(row->time == gpusim_time_from_seconds(seconds), "event %u at %g s, not %g", k,
                  gpusim_seconds(row->time), seconds);
    ck_assert_uint_eq(row->entity, entity);
    ck_assert_int_eq(row->detail, detail);
}

/* A run that is saved in the middle and goes on elsewhere ends in the same state. */
static void ck_restores(const char *text, double seconds)
{
    gpusim_error err = {0};
    char whole[33], restored[33];
    void *bytes = NULL;
    size_t size = 0;
    gpusim_model *again = compile_text(text);
    gpusim_sim *one = NULL, *other = NULL;
    ASSERT_OK(gpusim_sim_create(again, 1, &one, &err), &err);
    ASSERT_OK(gpusim_sim_create(again, 1, &other, &err), &err);
    failing_run_to(one, seconds);
    ASSERT_OK(gpusim_sim_save(one, &bytes, &size, &err), &err);
    ASSERT_OK(gpusim_sim_restore(other, bytes, size, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(one, GPUSIM_TIME_MAX, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(other, GPUSIM_TIME_MAX, &err), &err);
    ASSERT_OK(gpusim_sim_hash(one, whole, &err), &err);
    ASSERT_OK(gpusim_sim_hash(other, restored, &err), &err);
    ck_assert_str_eq(whole, restored);
    gpusim_free(bytes);
    gpusim_sim_destroy(one);
    gpusim_sim_destroy(other);
    gpusim_model_destroy(again);
}

#define TWO                                                                                        \
    "gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 4}]}\nduration: 10 min\n"              \
    "telemetry: {every: 1 s, sets: [all]}\n"                                                       \
    "workload: [{jobs: [{at: 0 s, duration: 5 min, gpus: 4}]}]\n"

// ---- heartbeats ----

/* Beats every 2 s, offline after 5: silent from 100.5 to 130.5, last heard at 100, offline at 105,
 * heard again at 132. Four seconds of silence (199.5 to 203.5: 198 to 204 between beats) are seen
 * at 203, three (300.5 to 303.5: 300 to 304) are not. */
START_TEST(silence)
{
    static const char text[] =
        TWO "heartbeat: {every: 2 s, offline_after: 5 s}\n"
            "chaos:\n"
            "  - {fault: telemetry-dropout, target: {node: n-0001}, at: 100.5 s, for: 30 s}\n"
            "  - {fault: telemetry-dropout, target: {node: n-0001}, at: 199.5 s, for: 4 s}\n"
            "  - {fault: telemetry-dropout, target: {node: n-0001}, at: 300.5 s, for: 3 s}\n";
    run(text);
    ck_event(GPUSIM_EVENT_OFFLINE, 0, 105, 1, 1);
    ck_event(GPUSIM_EVENT_OFFLINE, 1, 132, 1, 0);
    ck_event(GPUSIM_EVENT_OFFLINE, 2, 203, 1, 1);
    ck_event(GPUSIM_EVENT_OFFLINE, 3, 204, 1, 0);
    ck_assert_ptr_null(failing_event(&rows, GPUSIM_EVENT_OFFLINE, 4));
    ck_restores(text, 103);
    ck_restores(text, 131);
}
END_TEST

/* What makes a node silent makes it offline; what is only slow, or has been removed, does not. */
START_TEST(who_is_silent)
{
    static const char *const causes[] = {
        "actions: [{at: 100 s, do: kill, node: n-0000}]\n",
        "chaos: [{fault: node-hang, target: {node: n-0000}, at: 100 s, for: 60 s}]\n",
        "chaos: [{fault: network-partition, target: {node: n-0000}, at: 100 s, for: 60 s}]\n",
        "actions: [{at: 100 s, do: remove, node: n-0000}]\n",
        "chaos: [{fault: straggler, target: {node: n-0000}, at: 100 s, for: 60 s, slowdown: 2}]\n",
    };
    static char text[2048];
    snprintf(text, sizeof text, TWO "heartbeat: {}\n%s", causes[_i]);
    run(text);
    if (_i < 3) {
        ck_event(GPUSIM_EVENT_OFFLINE, 0, 105, 0, 1);
    } else {
        ck_assert_ptr_null(failing_event(&rows, GPUSIM_EVENT_OFFLINE, 0));
    }
}
END_TEST

/* A rule moves jobs off a node that has been offline for 10 s, which nobody sees before 105 s; it
 * takes jobs again when it is heard at 161 s. */
START_TEST(offline_is_a_condition)
{
    run(TWO "heartbeat: {}\n"
            "chaos: [{fault: telemetry-dropout, target: {node: n-0000}, at: 100 s, for: 60.5 s}]\n"
            "response: [{state: offline, for: 10 s, do: requeue, undo: true}]\n");
    ck_assert_uint_eq(actions(), 2);
    double seen = 116; // samples come before control: 105 is seen at 106
    ck_action(0, seen, GPUSIM_ACTION_REQUEUE, 0);
    ck_action(1, 162, GPUSIM_ACTION_UNCORDON, 0);
}
END_TEST

// ---- nodes that cannot be reached ----

/* Tried at 100, 100.2 and 100.6 s: the third failure opens the breaker for 30 s. At 110 s nothing
 * is tried; at 140 s the node is back, and is told. */
START_TEST(breaker)
{
    static const char text[] =
        TWO "control: {}\n"
            "chaos: [{fault: network-partition, target: {node: n-0000}, at: 90 s, for: 40 s}]\n"
            "actions:\n"
            "  - {at: 100 s, do: pause, node: n-0000}\n"
            "  - {at: 110 s, do: pause, node: n-0000}\n"
            "  - {at: 110 s, do: cordon, node: n-0000}\n"
            "  - {at: 140 s, do: pause, node: n-0000}\n";
    run(text);
    ck_assert_uint_eq(actions(), 6);
    static const double times[] = {100, 100.2, 100.6, 110, 110, 140};
    static const uint8_t outcomes[] = {GPUSIM_OUTCOME_FAILED, GPUSIM_OUTCOME_FAILED,
                                       GPUSIM_OUTCOME_FAILED, GPUSIM_OUTCOME_REFUSED,
                                       GPUSIM_OUTCOME_DONE,   GPUSIM_OUTCOME_DONE};
    for (uint32_t k = 0; k < 6; k++) {
        gpusim_action what = k == 4 ? GPUSIM_ACTION_CORDON : GPUSIM_ACTION_PAUSE;
        ck_assert_uint_eq(ck_action(k, times[k], what, 0)->outcome, outcomes[k]);
    }
    ck_assert(GS_LIFE(sim, 0)->held & GS_HELD_PAUSED);
    ck_restores(text, 100.3);
}
END_TEST

/* A node that answers the second time was told; without `control` all works at once. */
START_TEST(second_try)
{
    static char text[2048];
    snprintf(text, sizeof text,
             TWO
             "%s"
             "chaos: [{fault: network-partition, target: {node: n-0000}, at: 99 s, for: 1.1 s}]\n"
             "actions: [{at: 100 s, do: pause, node: n-0000}]\n",
             _i ? "" : "control: {}\n");
    run(text);
    ck_assert_uint_eq(actions(), _i ? 1 : 2);
    const gpusim_action_row *row = rows.tables[GPUSIM_TABLE_ACTIONS].data;
    ck_assert_uint_eq(row[actions() - 1].outcome, GPUSIM_OUTCOME_DONE);
    ck_assert_int_eq(row[actions() - 1].time, gpusim_time_from_seconds(_i ? 100 : 100.2));
}
END_TEST

// ---- maintenance ----

/* Closed from 60 s, down from 120 to 180, again 240 s later. The job that runs until 300 s is
 * queued again at 120 and goes on on the other node, keeping its work. */
START_TEST(windows)
{
    static const char text[] = TWO "maintenance: [{name: mow, node: n-0000, at: 2 min, for: 1 min, "
                                   "ahead: 1 min, every: 4 min}]\n";
    run(text);
    ck_assert_uint_eq(actions(), 8); // the third begins at the end
    ck_action(0, 60, GPUSIM_ACTION_DRAIN, 0);
    ck_assert(ck_action(1, 120, GPUSIM_ACTION_REBOOT, 0)->value == 60);
    ck_action(2, 180, GPUSIM_ACTION_UNDRAIN, 0);
    ck_action(3, 300, GPUSIM_ACTION_DRAIN, 0);
    ck_action(5, 420, GPUSIM_ACTION_UNDRAIN, 0);
    ck_event(GPUSIM_EVENT_NODE, 0, 60, 0, GPUSIM_NODE_DRAINING);
    ck_event(GPUSIM_EVENT_NODE, 1, 120, 0, GPUSIM_NODE_DOWN);
    ck_event(GPUSIM_EVENT_NODE, 2, 180, 0, GPUSIM_NODE_UP);
    ck_event(GPUSIM_EVENT_PREEMPT, 0, 120, 0, 0);
    ck_assert_int_eq(job_row(&rows, 0)->end, 300 * S);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->failures, 0);
    ck_restores(text, 100);
    ck_restores(text, 150);
}
END_TEST

/* Two windows of one node that overlap: it is down while either is there; and who drains it by hand
 * ends nothing by the end of a window. */
START_TEST(windows_overlap)
{
    run(TWO "maintenance:\n"
            "  - {node: n-0001, at: 100 s, for: 100 s}\n"
            "  - {group: n, at: 150 s, for: 100 s}\n"
            "actions: [{at: 50 s, do: drain, node: n-0001}]\n");
    ck_event(GPUSIM_EVENT_NODE, 0, 50, 1, GPUSIM_NODE_DRAINED);
    ck_event(GPUSIM_EVENT_NODE, 1, 100, 1, GPUSIM_NODE_DOWN);
    ck_event(GPUSIM_EVENT_NODE, 2, 150, 0, GPUSIM_NODE_DRAINING);
    ck_event(GPUSIM_EVENT_NODE, 3, 150, 0, GPUSIM_NODE_DOWN);
    ck_event(GPUSIM_EVENT_NODE, 4, 250, 0, GPUSIM_NODE_UP);
    ck_event(GPUSIM_EVENT_NODE, 5, 250, 1, GPUSIM_NODE_DRAINED);
    ck_assert_ptr_null(failing_event(&rows, GPUSIM_EVENT_NODE, 6));
    ck_assert_int_eq(job_row(&rows, 0)->end, 400 * S);
}
END_TEST

/* A run until it is drained ends though a window comes for ever, stalled or not. */
START_TEST(windows_without_end)
{
    static char text[1024];
    snprintf(text, sizeof text,
             "gpusim: 1\ncluster: {nodes: [{name: n, count: 2, gpus: 4}]}\n"
             "workload: [{jobs: [{duration: 5 min, gpus: %u}]}]\n%s"
             "maintenance: [{node: n-0000, at: 2 min, for: 1 min, every: 4 min}]\n",
             _i ? 8 : 4, _i ? "actions: [{at: 0 s, do: cordon, node: n-0001}]\n" : "");
    run(text);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->stalled, (uint32_t)_i);
}
END_TEST

// ---- spares ----

#define SPARED                                                                                     \
    "gpusim: 1\ncluster: {nodes: [{name: n, count: 4, gpus: 4, spares: 1, join: 20 s}]}\n"         \
    "duration: 10 min\n"                                                                           \
    "workload: [{jobs: [{at: 0 s, duration: 5 min, gpus: 12}]}]\n"

/* The spare joins 20 s after a node is lost at 100 s, and the job goes on there; the node that is
 * repaired at 200 s is the spare, and joins when another is lost at 300 s. */
START_TEST(spare)
{
    static const char text[] = SPARED "actions:\n"
                                      "  - {at: 100 s, do: kill, node: n-0001}\n"
                                      "  - {at: 200 s, do: repair, node: n-0001}\n"
                                      "  - {at: 300 s, do: kill, node: n-0000}\n";
    run(text);
    ck_event(GPUSIM_EVENT_NODE, 0, 0, 3, GPUSIM_NODE_DRAINED);
    ck_event(GPUSIM_EVENT_NODE, 1, 100, 1, GPUSIM_NODE_DOWN);
    ck_event(GPUSIM_EVENT_NODE, 2, 120, 3, GPUSIM_NODE_UP);
    ck_event(GPUSIM_EVENT_START, 1, 120, 0, 0);
    ck_event(GPUSIM_EVENT_NODE, 3, 200, 1, GPUSIM_NODE_UP);
    ck_event(GPUSIM_EVENT_NODE, 4, 200, 1, GPUSIM_NODE_DRAINED);
    ck_event(GPUSIM_EVENT_NODE, 5, 300, 0, GPUSIM_NODE_DOWN);
    ck_event(GPUSIM_EVENT_NODE, 6, 320, 1, GPUSIM_NODE_UP);
    ck_event(GPUSIM_EVENT_START, 2, 320, 0, 0);
    ck_restores(text, 110);
    ck_restores(text, 250);
}
END_TEST

/* Who comes back before the spare has joined goes on as ever, and so does the spare. */
START_TEST(spare_not_needed)
{
    run(SPARED "actions:\n"
               "  - {at: 100 s, do: cordon, node: n-0001}\n"
               "  - {at: 110 s, do: uncordon, node: n-0001}\n");
    ck_assert_uint_eq(GS_NODE(sim, 3)->state, GPUSIM_NODE_DRAINED);
    ck_assert_uint_eq(GS_NODE(sim, 1)->state, GPUSIM_NODE_UP);
    ck_assert_int_eq(job_row(&rows, 0)->end, 300 * S);
    ck_assert_uint_eq(actions(), 2);
}
END_TEST

/* As many are in service as there can be, whatever fails and is repaired when. */
START_TEST(spares_balance)
{
    gpusim_error err = {0};
    model = compile_text(
        "gpusim: 1\nduration: 30 d\n"
        "cluster: {nodes: [{name: n, count: 20, gpus: 4, spares: 3}]}\n"
        "workload: [{synthetic: {arrivals: {process: poisson, rate: 2/h}, gpus: 8, duration: 3 "
        "h}}]\n"
        "chaos: [{fault: node-crash, every: {exponential: {mean: 4 d}}, repair: {exponential: "
        "{mean: 12 h}}}]\n");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    for (int day = 1; day <= 30 * 24; day++) {
        failing_run_to(sim, day * 3600.0);
        uint32_t well = 0, serving = 0;
        for (uint32_t n = 0; n < 20; n++) {
            well += !gs_node_lost(sim, n);
            serving += GS_NODE(sim, n)->state == GPUSIM_NODE_UP;
        }
        ck_assert_uint_eq(serving, well < 17 ? well : 17);
    }
}
END_TEST

// ---- groups that grow and shrink ----

#define GROWING                                                                                    \
    "gpusim: 1\n"                                                                                  \
    "cluster:\n"                                                                                   \
    "  nodes:\n"                                                                                   \
    "    - {name: n, count: 1, max: 4, gpus: 4,\n"                                                 \
    "       autoscale: {queue: 1, join: 1 min, idle: 2 min, step: 2}}\n"

/* One node runs a job for 10 min; a job on three nodes at 30 s makes two join at 90 s, which is not
 * enough while the first is busy: the last joins at 150 s, and the job runs until 270 s. Nobody
 * waits then: two minutes later all three leave. */
START_TEST(grows_and_shrinks)
{
    static const char text[] = GROWING "duration: 1 h\n"
                                       "workload:\n"
                                       "  - jobs:\n"
                                       "      - {at: 0 s, duration: 10 min, gpus: 4}\n"
                                       "      - {at: 30 s, duration: 2 min, gpus: 12}\n";
    run(text);
    ck_assert_uint_eq(actions(), 6);
    ck_action(0, 90, GPUSIM_ACTION_ADD, 1);
    ck_action(1, 90, GPUSIM_ACTION_ADD, 2);
    ck_action(2, 150, GPUSIM_ACTION_ADD, 3);
    for (uint32_t k = 3; k < 6; k++) {
        ck_action(k, 390, GPUSIM_ACTION_REMOVE, k - 2);
    }
    ck_assert_int_eq(job_row(&rows, 1)->end, 270 * S);
    ck_assert_int_eq(job_row(&rows, 0)->end, 600 * S);
    ck_event(GPUSIM_EVENT_NODE, 0, 0, 1, GPUSIM_NODE_REMOVED);
    ck_restores(text, 100);
    ck_restores(text, 300);
}
END_TEST

/* Who is used again in time stays; the run ends though idle nodes would still leave. */
START_TEST(used_again)
{
    run(GROWING "workload:\n"
                "  - jobs:\n"
                "      - {at: 0 s, duration: 10 min, gpus: 4}\n"
                "      - {at: 30 s, duration: 1 min, gpus: 4}\n"
                "      - {at: 200 s, duration: 1 min, gpus: 4}\n");
    // joined at 90 s, busy until 150 s and from 200 to 260 s; the other, never used, leaves at 210
    // s
    ck_assert_int_eq(job_row(&rows, 2)->end, 260 * S);
    ck_assert_uint_eq(actions(), 4);
    ck_action(2, 210, GPUSIM_ACTION_REMOVE, 2);
    ck_action(3, 380, GPUSIM_ACTION_REMOVE, 1);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->stalled, 0);
}
END_TEST

/* Never fewer than `count` and never more than `max`, all jobs end, and a job for which there is
 * not room in all of it ends the run. */
START_TEST(within_bounds)
{
    gpusim_error err = {0};
    int ran = 1;
    model = compile_text(
        GROWING
        "workload: [{synthetic: {arrivals: {process: poisson, rate: 20/h}, gpus: {choice: "
        "{1: 0.5, 4: 0.4, 16: 0.1}}, duration: {exponential: {mean: 10 min}}, count: 300}}]\n");
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    uint32_t most = 0, least = 4;
    while (ran) {
        ASSERT_OK(gpusim_sim_step(sim, &ran, &err), &err);
        uint32_t there = 0;
        for (uint32_t n = 0; n < 4; n++) {
            there += GS_NODE(sim, n)->state != GPUSIM_NODE_REMOVED;
        }
        ck_assert_uint_ge(there, 1);
        most = there > most ? there : most;
        least = there < least ? there : least;
        ck_assert_uint_eq(GS_AT(sim->pools, gs_pool_state, 0).waiting, GS_TOTALS(sim)->queued_now);
    }
    ck_assert_uint_eq(most, 4);
    ck_assert_uint_eq(least, 1);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->completed, 300);
}
END_TEST

/* What cannot be is refused where it is written. */
START_TEST(refused)
{
    static const char *const texts[] = {
        "cluster: {nodes: [{name: n, count: 4, max: 8, gpus: 1}]}\n",
        "cluster: {nodes: [{name: n, count: 4, gpus: 1, autoscale: {}}]}\n",
        "cluster: {nodes: [{name: n, count: 4, max: 2, gpus: 1, autoscale: {}}]}\n",
        "cluster: {nodes: [{name: n, count: 4, gpus: 1, spares: 4}]}\n",
        "cluster: {nodes: [{name: n, count: 4, gpus: 1, join: 1 s}]}\n",
        "cluster: {nodes: [{name: n, gpus: 1}]}\nheartbeat: {every: 5 s, offline_after: 1 s}\n",
        "cluster: {nodes: [{name: n, gpus: 1}]}\nmaintenance: [{at: 1 h, for: 1 h, every: 1 h}]\n",
        "cluster: {nodes: [{name: n, gpus: 1}]}\nmaintenance: [{at: 1 h, for: 1 h, node: n-1}]\n",
        ("cluster: {nodes: [{name: n, gpus: 1}]}\ntelemetry: {every: 1 s}\n"
         "response: [{state: offline, do: drain}]\n"),
    };
    static char text[1024];
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *made = NULL;
    snprintf(text, sizeof text, "gpusim: 1\nduration: 1 h\nworkload: []\n%s", texts[_i]);
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "test", NULL, &spec, &err), &err);
    ck_assert_int_eq(gpusim_model_compile(spec, &made, &err), GPUSIM_SCENARIO);
    gpusim_spec_destroy(spec);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fleet");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 30);
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, silence);
    tcase_add_loop_test(all, who_is_silent, 0, 5);
    tcase_add_test(all, offline_is_a_condition);
    tcase_add_test(all, breaker);
    tcase_add_loop_test(all, second_try, 0, 2);
    tcase_add_test(all, windows);
    tcase_add_test(all, windows_overlap);
    tcase_add_loop_test(all, windows_without_end, 0, 2);
    tcase_add_test(all, spare);
    tcase_add_test(all, spare_not_needed);
    tcase_add_test(all, spares_balance);
    tcase_add_test(all, grows_and_shrinks);
    tcase_add_test(all, used_again);
    tcase_add_test(all, within_bounds);
    tcase_add_loop_test(all, refused, 0, 9);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
