/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs under failure (definitions 3): what they lose, how often they are tried, who goes first. */
#include "failing.h"
#include "placed.h"
#include "plain.h"

#include "one_run.h"

static gpusim_error err;

static void begin(const char *text)
{
    model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
}

static void run_out(void)
{
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
}

#define S   GPUSIM_SECOND
#define ONE "gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 1}]}\n"

/* Without checkpoints everything is lost: 60 s, then 40 s, then 100 s to the end. */
START_TEST(all_work_is_lost)
{
    begin(ONE "workload: [{jobs: [{duration: 100 s, gpus: 1}]}]\n");
    failing_at(sim, 60, 0, GPUSIM_REASON_NODE_FAIL);
    failing_at(sim, 100, 0, GPUSIM_REASON_GPU_ERROR);
    run_out();
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_int_eq(job->end, 200 * S);
    ck_assert_int_eq(job->done, 100 * S);
    ck_assert_int_eq(job->redone, 100 * S);
    ck_assert_int_eq(job->slowed, 0);
    ck_assert_int_eq(job->wait, 0);
    ck_assert_uint_eq(job->failures, 2);
    ck_assert_uint_eq(job->restarts, 2);
    ck_assert_uint_eq(job->state, GPUSIM_JOB_COMPLETED);
    const gpusim_event_row *row = failing_event(&rows, GPUSIM_EVENT_FAIL, 1);
    ck_assert(row && row->time == 100 * S && row->detail == GPUSIM_REASON_GPU_ERROR);
    ck_assert_ptr_null(failing_event(&rows, GPUSIM_EVENT_FAIL, 2));
}
END_TEST

/* Checkpoints after 30 s and 60 s of work take 2 s each. At 63 s the second is being written and
 * does not count: 60 - 30 are lost. At 104 s, 9 s after the second try has written it at 93 to
 * 95 s, nothing but 9 s is. */
START_TEST(back_to_the_last_checkpoint)
{
    begin(ONE "workload: [{jobs: [{duration: 100 s, gpus: 1, "
              "profile: {checkpoint: {every: 30 s, cost: 2 s}}}]}]\n");
    failing_at(sim, 63, 0, GPUSIM_REASON_NODE_FAIL);
    ck_assert_int_eq(GS_JOB(sim, 0)->done, 30 * S);
    failing_at(sim, 104, 0, GPUSIM_REASON_NODE_FAIL);
    ck_assert_int_eq(GS_JOB(sim, 0)->done, 60 * S);
    run_out();
    const gpusim_job_row *job = job_row(&rows, 0);
    // 40 s more, and the checkpoint after 90 s
    ck_assert_int_eq(job->end, (104 + 42) * S);
    ck_assert_int_eq(job->redone, (30 + 9) * S);
    ck_assert_int_eq(job->checkpointing, (2 + 1 + 2 + 2) * S);
    ck_assert_int_eq(job->done + job->redone + job->checkpointing, job->end);
}
END_TEST

START_TEST(retries_are_used_up)
{
    begin(ONE "workload: [{jobs: [{duration: 100 s, gpus: 1, profile: {retries: 2}}]}]\n");
    failing_at(sim, 10, 0, GPUSIM_REASON_NODE_FAIL);
    failing_at(sim, 20, 0, GPUSIM_REASON_NODE_FAIL);
    failing_at(sim, 50, 0, GPUSIM_REASON_GPU_ERROR);
    run_out();
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_uint_eq(job->state, GPUSIM_JOB_FAILED);
    ck_assert_uint_eq(job->reason, GPUSIM_REASON_GPU_ERROR);
    ck_assert_uint_eq(job->failures, 3);
    ck_assert_int_eq(job->end, 50 * S);
    ck_assert_int_eq(job->done, 0);
    ck_assert_int_eq(job->redone, 50 * S);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->failed, 1);
}
END_TEST

/* Who fails keeps the place of its submission, before those who came later. */
START_TEST(first_again_in_the_queue)
{
    begin(ONE "workload: [{jobs: [{duration: 100 s, gpus: 1}, {duration: 10 s, gpus: 1}]}]\n");
    failing_at(sim, 60, 0, GPUSIM_REASON_NODE_FAIL);
    run_out();
    ck_assert_int_eq(job_row(&rows, 0)->end, 160 * S);
    ck_assert_int_eq(job_row(&rows, 1)->start, 160 * S);
}
END_TEST

/* A log that is re-enacted goes on at once, where there is room. */
START_TEST(in_a_replay)
{
    FILE *file = fopen("core_failure.csv", "w");
    ck_assert_ptr_nonnull(file);
    fputs("id,submit_s,duration_s,gpus,start_s,nodes\n"
          "1,0,100,4,5,0\n"
          "2,0,100,4,70,0\n",
          file);
    fclose(file);
    begin("gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 4}]}\n"
          "workload: [{trace: {format: csv, path: core_failure.csv}}]\nreplay: recorded\n");
    failing_at(sim, 65, 0, GPUSIM_REASON_NODE_FAIL);
    run_out();
    remove("core_failure.csv");
    ck_assert_int_eq(job_row(&rows, 0)->start, 5 * S);
    ck_assert_int_eq(job_row(&rows, 0)->end, 165 * S);
    ck_assert_int_eq(job_row(&rows, 1)->start, 165 * S);
}
END_TEST

// ---- starting again ----

#define TO_AND_FRO                                                                                 \
    (const placed[])                                                                               \
    {                                                                                              \
        {0, 0, "0"}, {0, 40 * S, NULL}, {0, 50 * S, "0"}, {0, 60 * S, "0"},                        \
        {                                                                                          \
            .at = -1                                                                               \
        }                                                                                          \
    }

/* 20 s each time: from 60 to 80, of which a failure at 70 is one more; then from 70 to 90. 100 s of
 * work after that. */
START_TEST(restarts_take_time)
{
    begin(ONE "workload: [{jobs: [{duration: 100 s, gpus: 1, profile: {restart: 20 s}}]}]\n");
    failing_at(sim, 60, 0, GPUSIM_REASON_NODE_FAIL);
    failing_run_to(sim, 65);
    ck_assert(GS_JOB(sim, 0)->rate == 0);
    failing_at(sim, 70, 0, GPUSIM_REASON_NODE_FAIL);
    failing_run_to(sim, 89);
    ck_assert_int_eq(gs_job_worked(sim, 0), 0);
    ck_assert_int_eq(gs_job_times(sim, 0).restarting, 29 * S);
    run_out();
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_int_eq(job->end, 190 * S);
    ck_assert_int_eq(job->redone, 60 * S);
    ck_assert_int_eq(job->restarting, 30 * S);
    ck_assert_int_eq(job->slowed, 0);
}
END_TEST

/* Drawn for each attempt: two differ, and are the same in another run. */
START_TEST(restarts_are_drawn)
{
    gpusim_time drawn[2][2];
    for (int i = 0; i < 2; i++) {
        begin(ONE "workload: [{jobs: [{duration: 100 s, gpus: 1, "
                  "profile: {restart: {exponential: {mean: 10 s}}}}]}]\n");
        for (int k = 0; k < 2; k++) {
            failing_at(sim, 60, 0, GPUSIM_REASON_NODE_FAIL);
            failing_run_to(sim, 60);
            drawn[i][k] = GS_LIVE(sim, 0)->loading;
            ck_assert_int_gt(drawn[i][k], 0);
        }
        run_out();
        ck_assert_int_eq(job_row(&rows, 0)->restarting, drawn[i][1]);
        ck_assert_int_ne(drawn[i][0], drawn[i][1]);
        teardown();
    }
    ck_assert_int_eq(drawn[0][0], drawn[1][0]);
    ck_assert_int_eq(drawn[0][1], drawn[1][1]);
}
END_TEST

/* The scheduler takes its GPU from 40 to 50 s, 8 s of work after a checkpoint that took 2 s.
 * `keep`: they are still there, but not saved. `checkpoint`: they are saved, which takes 2 s from
 * 50 s on. `lose`: back to 30 s. So a failure at 53 s loses 8 + 3, 1 and 3. */
START_TEST(preempted)
{
    static const struct {
        const char *manner;
        gpusim_time done, written, redone;
    } cases[] = {{"keep", 41, 2, 11}, {"checkpoint", 39, 4, 1}, {"lose", 33, 2, 8 + 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 ONE "workload: [{jobs: [{duration: 100 s, gpus: 1, profile: {preempted: %s, "
                     "checkpoint: {every: 30 s, cost: 2 s}}}]}]\n",
                 cases[i].manner);
        model = compile_text(text);
        sim = placed_begin(model, TO_AND_FRO, &rows);
        failing_run_to(sim, 53);
        ck_assert_int_eq(gs_job_times(sim, 0).done, cases[i].done * S);
        ck_assert_int_eq(gs_job_times(sim, 0).written, cases[i].written * S);
        failing_at(sim, 53, 0, GPUSIM_REASON_NODE_FAIL);
        ck_assert_int_eq(GS_LIVE(sim, 0)->redone, cases[i].redone * S);
        run_out();
        const gpusim_job_row *job = job_row(&rows, 0);
        ck_assert_int_eq(job->wait, 10 * S + 7 * S);
        ck_assert_int_eq(job->done + job->checkpointing + job->redone + job->wait, job->end);
        teardown();
    }
}
END_TEST

// ---- hanging ----

static void hang(double seconds, int on)
{
    failing_run_to(sim, seconds);
    ASSERT_OK(on ? gs_job_hang(sim, 0, &err) : gs_job_unhang(sim, 0, &err), &err);
    ASSERT_OK(gs_wake(sim, &err), &err);
}

/* From 30 to 50 s, and from 60 s until the collective gives up at 90: back to the begin. */
START_TEST(hangs_until_it_times_out)
{
    begin(ONE "limits: {hang: 30 s}\nworkload: [{jobs: [{duration: 100 s, gpus: 1}]}]\n");
    hang(30, 1);
    hang(40, 1); // it does already
    ck_assert(GS_JOB(sim, 0)->rate == 0);
    hang(50, 0);
    hang(55, 0); // it does not
    ck_assert(GS_JOB(sim, 0)->rate == 1);
    hang(60, 1);
    run_out();
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_int_eq(job->hung, 50 * S);
    ck_assert_int_eq(job->redone, 40 * S);
    ck_assert_int_eq(job->end, 190 * S);
    ck_assert_uint_eq(job->failures, 1);
    const gpusim_event_row *row = failing_event(&rows, GPUSIM_EVENT_FAIL, 0);
    ck_assert(row && row->time == 90 * S && row->detail == GPUSIM_REASON_HANG);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_HANG, 0)->time, 30 * S);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_HANG, 1)->detail, 0);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_HANG, 2)->time, 60 * S);
    ck_assert_ptr_null(failing_event(&rows, GPUSIM_EVENT_HANG, 3));
}
END_TEST

/* A checkpoint of 10 s and 100 GB at 10 GB/s goes on after 20 s in which it hung; so does a
 * restart. */
START_TEST(hangs_whatever_it_does)
{
    static const char *const checkpoints[] = {"cost: 10 s", "size: 100 GB"};
    for (int i = 0; i < 2; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 1}], network: {storage: "
                 "10 GB/s}}\nlimits: {hang: 30 s}\nworkload: [{jobs: [{duration: 100 s, gpus: 1, "
                 "profile: {restart: 8 s, "
                 "checkpoint: {every: 60 s, %s}}}]}]\n",
                 checkpoints[i]);
        begin(text);
        hang(64, 1);
        hang(84, 0);
        failing_run_to(sim, 90);
        ck_assert_int_eq(GS_LIVE(sim, 0)->checkpointed, 60 * S);
        failing_at(sim, 100, 0, GPUSIM_REASON_NODE_FAIL);
        hang(105, 1);
        hang(106, 0);
        run_out();
        const gpusim_job_row *job = job_row(&rows, 0);
        ck_assert_int_eq(job->checkpointing, 10 * S);
        ck_assert_int_eq(job->hung, 21 * S);
        ck_assert_int_eq(job->restarting, 8 * S);
        ck_assert_int_eq(job->redone, 10 * S);
        ck_assert_int_eq(job->end, (100 + 9 + 40) * S);
        teardown();
    }
}
END_TEST

/* 100 and 200 GB at 10 GB/s, from 30 s on. Job 0 hangs from 35 to 45 s, so that job 1 has all of
 * the storage: then 75 GB are left of both, and both share it again until 60 s. */
START_TEST(hangs_beside_one_that_writes)
{
    begin("gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 2}], network: {storage: 10 "
          "GB/s}}\nworkload: [{jobs: ["
          "{duration: 40 s, gpus: 1, profile: {checkpoint: {every: 30 s, size: 100 GB}}}, "
          "{duration: 50 s, gpus: 1, profile: {checkpoint: {every: 30 s, size: 200 GB}}}]}]\n");
    hang(35, 1);
    hang(45, 0);
    run_out();
    ck_assert_int_eq(job_row(&rows, 0)->end, 70 * S);
    ck_assert_int_eq(job_row(&rows, 1)->end, 80 * S);
    ck_assert_int_eq(job_row(&rows, 0)->checkpointing, 20 * S);
}
END_TEST

/* Idle 50 W, with a context 80, busy 400, spinning 100 + 300 / 4. */
START_TEST(what_they_draw)
{
    begin(PLANT("count: 1, gpus: 2, " PLAIN_GPUS,
                "}\n") "limits: {hang: 50 s}\nworkload: [{jobs: [{duration: 1000 s, gpus: 2, "
                       "profile: {intensity: 1, "
                       "restart: 20 s, "
                       "checkpoint: {every: 300 s, cost: 20 s}}}]}]\n");
    failing_run_to(sim, 10);
    ASSERT_NEAR(plant_watts(sim, 1), 400, 1e-9);
    hang(20, 1);
    failing_run_to(sim, 30);
    ASSERT_NEAR(plant_watts(sim, 1), 175, 1e-9);
    ASSERT_NEAR(GS_GPU(sim, 1)->load.spin, 1, 1e-15); // and GPU_UTIL is 100
    hang(40, 0);
    failing_run_to(sim, 50);
    ASSERT_NEAR(plant_watts(sim, 1), 400, 1e-9);
    failing_at(sim, 60, 0, GPUSIM_REASON_GPU_ERROR);
    failing_run_to(sim, 70);
    ASSERT_NEAR(plant_watts(sim, 0), 175, 1e-9);
    failing_run_to(sim, 81);
    ASSERT_NEAR(plant_watts(sim, 0), 400, 1e-9);
    failing_run_to(sim, 390); // 300 s of work from 80 s on
    ASSERT_NEAR(plant_watts(sim, 0), 80, 1e-9);
    hang(395, 1);
    failing_run_to(sim, 396);
    ASSERT_NEAR(plant_watts(sim, 0), 175, 1e-9);
    run_out();
    ck_assert_int_eq(job_row(&rows, 0)->hung, (20 + 50) * S);
}
END_TEST

// ---- checkpoints ----

/* The disk is full from 25 to 45 s and from 61 s on: the first checkpoint cannot be written, the
 * second can, the third breaks off. */
START_TEST(no_room_on_the_disk)
{
    begin(ONE "workload: [{jobs: [{duration: 100 s, gpus: 1, "
              "profile: {checkpoint: {every: 20 s, cost: 2 s}}}]}]\n");
    failing_run_to(sim, 15);
    gs_job_disk(sim, 0, 1);
    failing_run_to(sim, 25);
    ck_assert_int_eq(GS_LIVE(sim, 0)->checkpointed, 0);
    gs_job_disk(sim, 0, 0);
    failing_run_to(sim, 45);
    ck_assert_int_eq(GS_LIVE(sim, 0)->checkpointed, 40 * S);
    failing_run_to(sim, 65);
    gs_job_disk(sim, 0, 1);
    failing_at(sim, 75, 0, GPUSIM_REASON_NODE_FAIL);
    ck_assert_int_eq(GS_JOB(sim, 0)->done, 40 * S);
    run_out();
    // 60 s more and two checkpoints: after 60 s and 80 s of work
    ck_assert_int_eq(job_row(&rows, 0)->end, (75 + 64) * S);
    ck_assert_int_eq(job_row(&rows, 0)->redone, 29 * S);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_CHECKPOINT_LOST, 0)->time, 22 * S);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_CHECKPOINT_LOST, 1)->time, 66 * S);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_CHECKPOINTED, 1)->detail, 60 * S);
}
END_TEST

/* Reference physics.md 4.1: N nodes at 6.5e-3 failures a day. */
START_TEST(optimal_intervals)
{
    static const struct {
        double nodes, cost, young; // min
    } golden[] = {{128, 5, 131.56},     {2048, 5, 32.89},     {16384, 5, 11.63},
                  {128, 1. / 6, 24.02}, {2048, 1. / 6, 6.00}, {16384, 1. / 6, 2.12}};
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        double mttf = 86400 / (golden[i].nodes * 6.5e-3), w = 60 * golden[i].cost;
        ASSERT_NEAR(gs_young_interval(w, mttf) / 60, golden[i].young, 0.006);
        // Daly's own equation: of the waste exp(-lambda D) (exp(lambda (D + w)) - 1) / (lambda D)
        // the minimum is where exp(-lambda (D + w)) = 1 - lambda D, which his series approaches
        double low = 0, high = mttf;
        for (int k = 0; k < 200; k++) {
            double middle = (low + high) / 2;
            *(exp(-(middle + w) / mttf) < 1 - middle / mttf ? &low : &high) = middle;
        }
        ASSERT_NEAR(gs_daly_interval(w, mttf), low, 0.01 * low);
    }
    ck_assert_double_eq(gs_daly_interval(200, 100), 100);
    ck_assert_double_eq(gs_daly_interval(250, 100), 100);
}
END_TEST

/* 600 s a failure: Young's sqrt(2 x 12 x 600) is 120 s; what 120 GB at 10 GB/s cost is the same. */
START_TEST(intervals_in_words)
{
    static const char *const checkpoints[] = {
        "every: young, cost: 12 s", "every: young, size: 120 GB", "every: daly, cost: 12 s"};
    for (int i = 0; i < 3; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 1}], network: {storage: "
                 "10 GB/s}}\nworkload: [{jobs: [{duration: 1 h, gpus: 1, profile: {checkpoint: "
                 "{%s, mttf: 10 min}}}]}]\n",
                 checkpoints[i]);
        begin(text);
        run_out();
        gpusim_time work = failing_event(&rows, GPUSIM_EVENT_CHECKPOINTED, 0)->detail;
        gpusim_time daly = gpusim_time_from_seconds(gs_daly_interval(12, 600));
        ck_assert_int_eq(work, i < 2 ? 120 * S : daly);
        teardown();
    }
}
END_TEST

// ---- what rules make of it ----

/* Nodes that crash every 100 h, GPUs of half of them that fall off every 1000 h, and faults that
 * end no attempt. */
START_TEST(rates_of_rules)
{
    begin("gpusim: 1\ncluster: {nodes: [{name: a, count: 4, gpus: 8}, {name: b, count: 4, gpus: "
          "8}]}\n"
          "chaos:\n"
          "  - {fault: node-crash, every: {exponential: {mean: 100 h}}}\n"
          "  - {fault: xid79, target: {group: a}, every: {weibull: {scale: 500 h, shape: 0.5}}, "
          "probability: 50 %}\n"
          "  - {fault: node-crash, every: 50 h, target: {random: 2}}\n"
          "  - {fault: node-crash, at: 1 h, target: {node: a-0001}}\n"
          "  - {fault: fan-failure, every: {exponential: {mean: 1 h}}}\n"
          "workload: [{jobs: [{duration: 1 h, gpus: 8}]}]\n");
    // the Weibull's mean is 500 h x Gamma(3) = 1000 h
    double node = 1 / 100.0 + 2 / (50.0 * 8), gpu = 0.5 * 0.5 / 1000.0;
    ASSERT_NEAR(gs_chaos_rate(model, &(gs_held_of){.racks = 1, .nodes = 1, .gpus = 8}) * 3600,
                node + 8 * gpu, 1e-9);
    ASSERT_NEAR(gs_chaos_rate(model, &(gs_held_of){.racks = 1, .nodes = 3, .gpus = 20}) * 3600,
                3 * node + 20 * gpu, 1e-9);
}
END_TEST

#define RACKS                                                                                      \
    "gpusim: 1\ncluster: {nodes: [{name: a, count: 8, gpus: 8, per_rack: 4}]}\n"                   \
    "chaos:\n"                                                                                     \
    "  - {fault: rack-pdu-failure, every: {exponential: {mean: 100 h}}}\n"                         \
    "  - {fault: switch-failure, every: {exponential: {mean: 10 h}}}\n"                            \
    "duration: 10 min\n"                                                                           \
    "workload: [{jobs: [{duration: 1 h, gpus: 24, profile: {checkpoint: {every: young, cost: "     \
    "18 s}}}]}]\n"

/* Racks count for who is in them, once each; their switches for who is in several. */
START_TEST(rates_of_racks)
{
    begin(RACKS);
    ASSERT_NEAR(gs_chaos_rate(model, &(gs_held_of){.racks = 1, .nodes = 3, .gpus = 24}) * 3600,
                0.01, 1e-9);
    ASSERT_NEAR(gs_chaos_rate(model, &(gs_held_of){.racks = 2, .nodes = 5, .gpus = 40}) * 3600,
                2 * 0.11, 1e-9);
    teardown();
    begin("gpusim: 1\ncluster: {nodes: [{name: a, count: 8, gpus: 8, per_rack: 4}]}\n"
          "chaos:\n" // shorter than collectives wait, and longer
          "  - {fault: collective-hang, every: {exponential: {mean: 10 h}}, for: 9 min}\n"
          "  - {fault: collective-hang, every: {exponential: {mean: 50 h}}, for: 11 min}\n"
          "workload: []\n");
    ASSERT_NEAR(gs_chaos_rate(model, &(gs_held_of){.racks = 1, .nodes = 1, .gpus = 8}) * 3600, 0.02,
                1e-9);
    teardown();
    begin(RACKS);
    // three nodes of one rack: sqrt(2 x 18 s x 100 h) = 3600 s
    failing_run_to(sim, 1);
    ck_assert_int_eq(GS_LIVE(sim, 0)->every, 3600 * S);
}
END_TEST

/* Two nodes that fail every 20 min on the mean are one job's 600 s. */
START_TEST(intervals_of_rules)
{
    begin("gpusim: 1\ncluster: {nodes: [{name: n, count: 3, gpus: 2}]}\n"
          "chaos: [{fault: node-crash, every: {exponential: {mean: 20 min}}, from: 1000 h}]\n"
          "duration: 10 min\n"
          "workload: [{jobs: [{duration: 1 h, gpus: 4, profile: {checkpoint: {every: young, cost: "
          "12 s}}}]}]\n");
    failing_run_to(sim, 1);
    ck_assert_int_eq(GS_LIVE(sim, 0)->every, 120 * S);
}
END_TEST

/* Two jobs of 2 GPUs and of 1. The first waits for nothing, loses 20 s, starts again for 10 s and
 * completes 100 s of work after 130 s. The second comes at 10 s, gets its GPU at 130 s, and has
 * done 20 s of 100 when the run ends at 150. */
START_TEST(summed_up)
{
    begin("gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 2}]}\nduration: 150 s\n"
          "workload: [{jobs: [{duration: 100 s, gpus: 2, profile: {restart: 10 s}}, "
          "{at: 10 s, duration: 100 s, gpus: 1}]}]\n");
    failing_at(sim, 20, 0, GPUSIM_REASON_NODE_FAIL);
    run_out();
    const gpusim_summary *s = gpusim_sim_summary(sim);
    double a = 100 / 130., b = 20 / 140.;
    ASSERT_NEAR(s->ettr_by_job, (a + b) / 2, 1e-12);
    ASSERT_NEAR(s->ettr, (260 * a + 20 * b) / 280, 1e-12);
    ASSERT_NEAR(s->ettr_scheduled_by_job, (a + 1) / 2, 1e-12);
    ASSERT_NEAR(s->ettr_scheduled, (260 * a + 20) / 280, 1e-12);
    ASSERT_NEAR(s->goodput, 220 / 300., 1e-12);
    ASSERT_NEAR(s->redone_lost_gpu_s, 40, 1e-9);
    ASSERT_NEAR(s->restart_lost_gpu_s, 20, 1e-9);
    ck_assert(s->hang_lost_gpu_s == 0 && s->abandoned_lost_gpu_s == 0);
    ck_assert_uint_eq(s->failures, 1);
}
END_TEST

/* What a job that is given up had saved is abandoned; one that waits still has it. */
START_TEST(summed_up_without_success)
{
    begin(
        "gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 1}]}\nduration: 100 s\n"
        "workload: [{jobs: [{duration: 100 s, gpus: 1, profile: {retries: 0, checkpoint: {every: "
        "30 s, cost: 2 s}}}, {at: 1 s, duration: 100 s, gpus: 1, profile: {checkpoint: {every: 30 "
        "s}}}]}]\nactions: [{at: 75 s, do: drain, node: n-0000}]\n");
    failing_at(sim, 40, 0, GPUSIM_REASON_NODE_FAIL);
    failing_run_to(sim, 75);
    failing_at(sim, 80, 1, GPUSIM_REASON_NODE_FAIL);
    run_out();
    const gpusim_summary *s = gpusim_sim_summary(sim);
    ck_assert_uint_eq(s->failed, 1);
    ck_assert_uint_eq(s->unfinished, 1);
    ASSERT_NEAR(s->abandoned_lost_gpu_s, 30, 1e-9);
    ASSERT_NEAR(s->redone_lost_gpu_s, 8 + 10, 1e-9);
    ASSERT_NEAR(s->checkpoint_lost_gpu_s, 2, 1e-9);
    ASSERT_NEAR(s->goodput, 30 / 100., 1e-12);
    ASSERT_NEAR(s->ettr_by_job, (30 / 40. + 30 / 99.) / 2, 1e-12);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/failure");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, all_work_is_lost);
    tcase_add_test(all, back_to_the_last_checkpoint);
    tcase_add_test(all, retries_are_used_up);
    tcase_add_test(all, first_again_in_the_queue);
    tcase_add_test(all, in_a_replay);
    tcase_add_test(all, restarts_take_time);
    tcase_add_test(all, restarts_are_drawn);
    tcase_add_test(all, preempted);
    tcase_add_test(all, hangs_until_it_times_out);
    tcase_add_test(all, hangs_whatever_it_does);
    tcase_add_test(all, hangs_beside_one_that_writes);
    tcase_add_test(all, what_they_draw);
    tcase_add_test(all, no_room_on_the_disk);
    tcase_add_test(all, optimal_intervals);
    tcase_add_test(all, intervals_in_words);
    tcase_add_test(all, rates_of_rules);
    tcase_add_test(all, rates_of_racks);
    tcase_add_test(all, intervals_of_rules);
    tcase_add_test(all, summed_up);
    tcase_add_test(all, summed_up_without_success);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
