/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actions on nodes and GPUs: which state each leads to, and what each does to jobs and physics. */
#include "failing.h"

#include "one_run.h"

#define S GPUSIM_SECOND

static gpusim_observer observer;

static void begin(const char *text)
{
    gpusim_error err = {0};
    model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
}

static void act(gpusim_action what, uint32_t entity, double value)
{
    gpusim_error err = {0};
    ASSERT_OK(gpusim_sim_act(sim, what, entity, value, &err), &err);
}

static double celsius(uint32_t gpu)
{
    const gs_gpu *at = GS_GPU(sim, gpu);
    return at->inlet + at->fast + at->slow;
}

#define H100(count)                                                                                \
    "gpusim: 1\ncluster: {nodes: [{name: n, count: " #count ", gpu: H100-SXM5-80GB, gpus: 2}]}\n"

// ---- the states ----

/* How a node comes into a state before the action: letters of actions below, `f` for a crash. */
static const struct {
    const char *how;
    const char *after; /* of drain, undrain, cordon, uncordon, kill, repair, reboot, remove, add,
                          pause, resume */
} table[] = {
    {"", "dUdUoUo-UdU"},   // up, idle
    {"j", "gUgUoUo-UgU"},  // up, busy
    {"jd", "gUggogo-ggg"}, // draining
    {"d", "dUddodo-ddd"},  // drained
    {"c", "dddUodo-ddd"},  // cordoned, which ends by its own opposite alone
    {"dc", "ddddodo-ddd"}, // both
    {"k", "oooooUo-ooo"},  // killed: only a repair helps, ...
    {"kd", "ooooodo-ooo"}, // ... and leads to what was said meanwhile
    {"b", "ooooooo-ooo"},  // it reboots
    {"jp", "ggggogo-ggU"}, // its job stands still
    {"f", "RRRRRUR-RRR"},  // a crew is there
    {"m", "--------U--"},  // removed
    {"km", "--------o--"}, // killed before
    {"fm", "--------R--"}, // a crew begins anew
};

static const struct {
    char letter;
    gpusim_action what;
    double value;
} letters[] = {
    {'d', GPUSIM_ACTION_DRAIN, 0},    {'u', GPUSIM_ACTION_UNDRAIN, 0},
    {'c', GPUSIM_ACTION_CORDON, 0},   {'C', GPUSIM_ACTION_UNCORDON, 0},
    {'k', GPUSIM_ACTION_KILL, 0},     {'r', GPUSIM_ACTION_REPAIR, 0},
    {'b', GPUSIM_ACTION_REBOOT, 900}, {'m', GPUSIM_ACTION_REMOVE, 0},
    {'a', GPUSIM_ACTION_ADD, 0},      {'p', GPUSIM_ACTION_PAUSE, 0},
    {'P', GPUSIM_ACTION_RESUME, 0},
};

static char shown(uint32_t node)
{
    switch ((gpusim_node_state)GS_NODE(sim, node)->state) {
    case GPUSIM_NODE_UP:
        return 'U';
    case GPUSIM_NODE_DRAINING:
        return 'g';
    case GPUSIM_NODE_DRAINED:
        return 'd';
    case GPUSIM_NODE_DOWN:
        return 'o';
    case GPUSIM_NODE_REPAIRING:
        return 'R';
    default:
        return '-';
    }
}

static void act_by(char letter)
{
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (letters[i].letter == letter) {
            act(letters[i].what, 1, letters[i].value);
        }
    }
}

/* One node in the state at hand; its neighbours, one of which bears its name and a digit more, stay
 * as they were, whatever is done. */
START_TEST(which_action_in_which_state)
{
    static char text[1024];
    const char *how = table[_i].how;
    for (uint32_t k = 0; k < 11; k++) {
        snprintf(text, sizeof text,
                 "gpusim: 1\n"
                 "cluster:\n"
                 "  nodes:\n"
                 "    - {name: a, count: 1, gpu: H100-SXM5-80GB, gpus: 1}\n"
                 "    - {name: w-1, count: 1, gpu: H100-SXM5-80GB, gpus: 2}\n"
                 "    - {name: w-10, count: 1, gpu: H100-SXM5-80GB, gpus: 2}\n"
                 "duration: 2 h\n"
                 "workload: [{jobs: [{at: %s, duration: 3 h, gpus: 2, group: w-1}]}]\n%s",
                 strchr(how, 'j') ? "0 s" : "100 min",
                 strchr(how, 'f') ? "chaos: [{fault: node-crash, target: {node: w-1-0000}, at: 1 "
                                    "min, repair: 90 min}]\n"
                                  : "");
        begin(text);
        failing_run_to(sim, 120);
        for (const char *letter = how; *letter; letter++) {
            act_by(*letter);
        }
        failing_run_to(sim, 121);
        act_by("ducCkrbmapP"[k]);
        failing_run_to(sim, 122);
        ck_assert_msg(shown(1) == table[_i].after[k], "after '%s', '%c' leads to '%c', not '%c'",
                      how, "ducCkrbmapP"[k], shown(1), table[_i].after[k]);
        ck_assert_int_eq(shown(0), 'U');
        ck_assert_int_eq(shown(2), 'U');
        int dead = strchr("oR-", shown(1)) != NULL;
        ck_assert_int_eq(GS_PLANT(sim, 1)->input == 0, dead);
        ck_assert(GS_PLANT(sim, 2)->input > 0);
        failing_run_to(sim, 2000); // a reboot is over by then
        ck_assert_int_eq(shown(2), 'U');
        teardown();
    }
}
END_TEST

// ---- what they do ----

/* The job goes on elsewhere, from its begin; the node stays dead through whatever is said, until it
 * is repaired. */
START_TEST(killed_stays_killed)
{
    begin(H100(2) "duration: 3 h\n"
                  "workload: [{jobs: [{duration: 1 h, gpus: 2}]}]\n"
                  "actions:\n"
                  "  - {at: 10 min, do: kill, node: n-0000}\n"
                  "  - {at: 20 min, do: undrain, node: n-0000}\n"
                  "  - {at: 20 min, do: uncordon, node: n-0000}\n"
                  "  - {at: 20 min, do: add, node: n-0000}\n"
                  "  - {at: 20 min, do: reboot, node: n-0000, for: 1 min}\n"
                  "  - {at: 20 min, do: reset, gpu: n-0000/gpu0}\n"
                  "  - {at: 2 h, do: repair, node: n-0000}\n");
    failing_run_to(sim, 7199);
    ck_assert_int_eq(shown(0), 'o');
    ck_assert(GS_PLANT(sim, 0)->input == 0);
    ck_assert_int_eq(GS_GPU(sim, 0)->level, GS_GPU_OFF);
    ck_assert_int_eq(job_row(&rows, 0)->end, 4200 * S);
    ck_assert_int_eq(job_row(&rows, 0)->redone, 600 * S);
    failing_run_to(sim, 7201);
    ck_assert_int_eq(shown(0), 'U');
    ck_assert(GS_PLANT(sim, 0)->input > 0);
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_ACTIONS].count, 7);
    const gpusim_action_row *row = rows.tables[GPUSIM_TABLE_ACTIONS].data;
    ck_assert_uint_eq(row[0].what, GPUSIM_ACTION_KILL);
    ck_assert_uint_eq(row[0].entity, 0);
    ck_assert_str_eq(gpusim_model_name(model, row[0].who), "scenario");
    ck_assert(row[4].value == 60);
}
END_TEST

/* Down for five minutes; links that a reset mends are whole again. */
START_TEST(reboot)
{
    begin(H100(1) "duration: 3 h\n"
                  "workload: [{jobs: [{duration: 1 h, gpus: 2}]}]\n"
                  "chaos: [{fault: nvlink-down, target: {gpu: n-0000/gpu1}, at: 5 min}]\n"
                  "actions: [{at: 10 min, do: reboot, node: n-0000, for: 5 min}]\n");
    failing_run_to(sim, 899);
    ck_assert_int_eq(shown(0), 'o');
    failing_run_to(sim, 10000);
    ck_assert_int_eq(job_row(&rows, 0)->end, 4500 * S);
    const gpusim_fault_row *fault = rows.tables[GPUSIM_TABLE_FAULTS].data;
    ck_assert_uint_eq(rows.tables[GPUSIM_TABLE_FAULTS].count, 1);
    ck_assert_int_eq(fault->end, 900 * S);
}
END_TEST

/* A GPU off the bus is back after a reset, cold, and its node takes jobs again. */
START_TEST(reset)
{
    begin(H100(1) "duration: 3 h\n"
                  "workload: [{jobs: [{duration: 1 h, gpus: 2}]}]\n"
                  "chaos: [{fault: xid79, target: {gpu: n-0000/gpu1}, at: 5 min}]\n"
                  "actions: [{at: 10 min, do: reset, gpu: n-0000/gpu1}]\n");
    failing_run_to(sim, 599);
    ck_assert_int_eq(GS_GPU(sim, 1)->level, GS_GPU_OFF);
    ck_assert_int_eq(shown(0), 'd');
    failing_run_to(sim, 601);
    ck_assert_int_eq(GS_GPU(sim, 1)->level, GS_GPU_BUSY);
    ck_assert_int_eq(shown(0), 'U');
    failing_run_to(sim, 10000);
    ck_assert_int_eq(job_row(&rows, 0)->end, 4200 * S);
}
END_TEST

/* Whoever runs there is queued again and runs elsewhere from where it was. */
START_TEST(drain_restarts_jobs)
{
    begin(H100(2) "duration: 3 h\n"
                  "workload: [{jobs: [{duration: 1 h, gpus: 2}]}]\n"
                  "actions: [{at: 10 min, do: drain, node: n-0000, restart_jobs: true}]\n");
    failing_run_to(sim, 601);
    ck_assert_int_eq(shown(0), 'd');
    ck_assert_uint_eq(GS_NODE(sim, 1)->jobs, 1);
    failing_run_to(sim, 10000);
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_uint_eq(job->preemptions, 1);
    ck_assert_int_eq(job->end, 3600 * S);
    ck_assert_int_eq(failing_event(&rows, GPUSIM_EVENT_PREEMPT, 0)->time, 600 * S);
    const gpusim_action_row *row = rows.tables[GPUSIM_TABLE_ACTIONS].data;
    ck_assert(row->value == 1);
}
END_TEST

/* Five minutes of standing still, at the end of which the job is where it was. */
START_TEST(pause)
{
    begin("gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpus: 2}]}\nduration: 3 h\n"
          "workload: [{jobs: [{duration: 1 h, gpus: 2}]}]\n"
          "actions:\n"
          "  - {at: 10 min, do: pause, node: n-0000}\n"
          "  - {at: 15 min, do: resume, node: n-0000}\n");
    failing_run_to(sim, 800);
    ck_assert_int_eq(shown(0), 'g');
    failing_run_to(sim, 10000);
    const gpusim_job_row *job = job_row(&rows, 0);
    ck_assert_int_eq(job->end, 3900 * S);
    ck_assert_int_eq(job->hung, 300 * S);
    ck_assert_uint_eq(job->failures, 0);
}
END_TEST

/* Fans held at full speed cool and draw their power; at a crawl they do neither; `auto` leads back
 * to where they were. */
START_TEST(fans)
{
    begin("gpusim: 1\ncluster: {nodes: [{name: n, count: 1, gpu: H100-SXM5-80GB, gpus: 2, power: "
          "{fans: 160 W}, cooling: {kind: air, fans: {levels: 8, minimum: 0.3}}}]}\n"
          "duration: 5 h\n"
          "workload: [{jobs: [{duration: 4 h, gpus: 2}]}]\n"
          "actions:\n"
          "  - {at: 1 h, do: fan, node: n-0000, speed: 100 %}\n"
          "  - {at: 2 h, do: fan, node: n-0000, speed: 25 %}\n"
          "  - {at: 3 h, do: fan, node: n-0000, speed: auto}\n");
    double at[4], fan_watts[4], speed[4];
    for (int h = 0; h < 4; h++) {
        failing_run_to(sim, 3600 * (h + 1) - 1);
        gs_gpu_settle(sim, 0);
        at[h] = celsius(0);
        fan_watts[h] = (double)GS_PLANT(sim, 0)->power[GS_POWER_FANS] * 1e-9;
        speed[h] = GS_PLANT(sim, 0)->fan_speed;
    }
    ck_assert(speed[1] == 1 && speed[2] == 0.25);
    ck_assert_msg(at[1] < at[0] - 2, "%g degC at full speed, %g before", at[1], at[0]);
    ck_assert_msg(at[2] > at[0] + 2, "%g degC at a crawl, %g before", at[2], at[0]);
    ck_assert(fan_watts[1] > fan_watts[0] && fan_watts[2] < fan_watts[0]);
    ck_assert_msg(fabs(at[3] - at[0]) < 3, "%g degC again, %g before", at[3], at[0]);
    ck_assert(isnan(GS_AT(rows.tables[GPUSIM_TABLE_ACTIONS], gpusim_action_row, 2).value));
}
END_TEST

/* A state saved after the first action of a program, in a run without any fault, goes on the same.
 */
START_TEST(saved_and_restored)
{
    gpusim_error err = {0};
    void *bytes = NULL;
    size_t size = 0;
    char straight[33], restored[33];
    const char *text = H100(2) "duration: 2 h\n"
                               "workload: [{jobs: [{duration: 1 h, gpus: 2}]}]\n";
    begin(text);
    failing_run_to(sim, 60);
    act(GPUSIM_ACTION_DRAIN, 1, (double)NAN);
    act(GPUSIM_ACTION_KILL, 0, (double)NAN);
    failing_run_to(sim, 90);
    ck_assert_int_eq(shown(1), 'd'); // as it was before nodes could be down
    ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
    gpusim_sim *other = NULL;
    ASSERT_OK(gpusim_sim_create(model, 1, &other, &err), &err);
    gpusim_sim_paranoid(other, 1);
    ASSERT_OK(gpusim_sim_restore(other, bytes, size, &err), &err);
    for (int k = 0; k < 2; k++) {
        gpusim_sim *at = k ? other : sim;
        ASSERT_OK(gpusim_sim_act(at, GPUSIM_ACTION_REPAIR, 0, (double)NAN, &err), &err);
        failing_run_to(at, 5000);
        ASSERT_OK(gpusim_sim_hash(at, k ? restored : straight, &err), &err);
    }
    ck_assert_str_eq(straight, restored);
    gpusim_free(bytes);
    gpusim_sim_destroy(other);
}
END_TEST

START_TEST(what_cannot_be)
{
    gpusim_error err = {0};
    begin(H100(1) "duration: 1 h\nworkload: [{jobs: [{duration: 1 s, gpus: 2}]}]\n");
    failing_run_to(sim, 60);
    char before[33], after[33];
    ASSERT_OK(gpusim_sim_hash(sim, before, &err), &err);
    ck_assert_int_eq(gpusim_sim_act(sim, GPUSIM_ACTION_KILL, 1, 0, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_sim_act(sim, GPUSIM_ACTION_RESET, 2, 0, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_sim_act(sim, GPUSIM_ACTION_REBOOT, 0, 0, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_sim_act(sim, GPUSIM_ACTION_REBOOT, 0, NAN, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_sim_act(sim, GPUSIM_ACTION_FAN, 0, 1.5, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_sim_act(sim, GPUSIM_ACTION_CAP_GPU, 0, 300, &err), GPUSIM_ARGUMENT);
    ASSERT_OK(gpusim_sim_hash(sim, after, &err), &err);
    ck_assert_str_eq(before, after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("actions");
    TCase *states = tcase_create("states");
    tcase_set_timeout(states, 60);
    tcase_add_checked_fixture(states, NULL, teardown);
    tcase_add_loop_test(states, which_action_in_which_state, 0,
                        (int)(sizeof table / sizeof table[0]));
    tcase_add_test(states, killed_stays_killed);
    tcase_add_test(states, reboot);
    tcase_add_test(states, reset);
    tcase_add_test(states, drain_restarts_jobs);
    tcase_add_test(states, pause);
    tcase_add_test(states, fans);
    tcase_add_test(states, saved_and_restored);
    tcase_add_test(states, what_cannot_be);
    suite_add_tcase(suite, states);
    return test_run(suite);
}
