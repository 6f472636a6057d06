/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shipped scenarios `sage` and `io-guard` as users of those systems expect them: who is killed
 * stays killed, names are compared whole, anomalies come as often and as strong as is said and no
 * more at a time, what is done has its effect and does not flap. */
#include <math.h>

#include "one_run.h"
#include "telemetry/metrics.h"

#define S 1e9

// a shipped scenario with some keys set otherwise: pairs of key and value, NULL at the end
static gpusim_model *compile_file(const char *name, const char *const *set)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *made = NULL;
    char path[1024];
    snprintf(path, sizeof path, "%s/scenarios/gallery/%s", getenv("GPUSIM_SOURCE"), name);
    ASSERT_OK(gpusim_spec_load(path, &spec, &err), &err);
    for (; set && *set; set += 2) {
        ASSERT_OK(gpusim_spec_set(spec, set[0], set[1], &err), &err);
    }
    ASSERT_OK(gpusim_model_compile(spec, &made, &err), &err);
    gpusim_spec_destroy(spec);
    return made;
}

static const gpusim_fault_row *fault(uint32_t i)
{
    return &GS_AT(rows.tables[GPUSIM_TABLE_FAULTS], gpusim_fault_row, i);
}

// ---- sage: the injection ----

/* What a month of injection came to; 99.9 % quantiles of chi-square are what is allowed. */
static double uniform_chi_square(const double *found, uint32_t cells, double sum)
{
    double chi = 0, expected = sum / cells;
    for (uint32_t i = 0; i < cells; i++) {
        chi += (found[i] - expected) * (found[i] - expected) / expected;
    }
    return chi;
}

// S2-06: d on utilisation with 10 d K and 20 d W; or d on memory; or three draws of their own
static uint32_t check_push(const gpusim_fault_row *row)
{
    const char *rule = gpusim_model_name(model, row->rule);
    int all = 1;
    uint32_t which = 2;
    if (strcmp(rule, "utilisation") == 0) {
        which = 0;
        all = row->p0 >= 0.1 && row->p0 <= 0.3 && row->p1 == 0 &&
              fabs(row->p2 - 20 * row->p0) < 1e-9 && fabs(row->p3 - 10 * row->p0) < 1e-9;
    } else if (strcmp(rule, "memory") == 0) {
        which = 1;
        all = row->p1 >= 0.1 && row->p1 <= 0.3 && row->p0 == 0 && row->p2 == 0 && row->p3 == 0;
    } else {
        all = row->p0 >= 0.05 && row->p0 <= 0.1 && row->p1 == 0 && row->p2 >= 10 && row->p2 <= 25 &&
              row->p3 >= 2 && row->p3 <= 5;
    }
    ck_assert_msg(all, "'%s' pushes by %g, %g, %g W, %g K", rule, row->p0, row->p1, row->p2,
                  row->p3);
    return which;
}

// While none is anomalous each poll strikes with 0.07, of any kind and node alike; while one is,
// which of eight is more than a tenth, none does.
START_TEST(sage_injects)
{
    static const char *const quiet[] = {"duration", "30 d",      "response",     "[]", "workload",
                                        "[]",       "telemetry", "{every: 1 d}", NULL};
    static const double poll = 15 * S, p = 0.07;
    model = compile_file("sage.yaml", quiet);
    gpusim_error err = {0};
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    uint32_t count = rows.tables[GPUSIM_TABLE_FAULTS].count;
    double polls = 0, over = 0, lasted = 0, kinds[3] = {0}, nodes[8] = {0};
    ck_assert_uint_gt(count, 2500);
    for (uint32_t i = 0; i + 1 < count; i++) { // the last may be cut short by the horizon
        const gpusim_fault_row *row = fault(i);
        ck_assert_msg((double)row->start >= over, "fault %u begins before the last is over", i);
        polls += floor((double)row->start / poll) - floor(over / poll);
        over = (double)row->end;
        lasted += (double)(row->end - row->start) / S;
        kinds[check_push(row)]++;
        nodes[row->entity]++;
        ck_assert_uint_eq(row->observable, 1);
        ck_assert_int_eq(row->first_effect, row->start); // on an idle node, too
    }
    double n = count - 1, error = 3 / sqrt(n);
    ck_assert_double_eq_tol(polls / n, 1 / p, error * sqrt(1 - p) / p);
    ck_assert_double_eq_tol(lasted / n, 600, error * 600);
    ck_assert_double_le(uniform_chi_square(kinds, 3, n), 13.8);
    ck_assert_double_le(uniform_chi_square(nodes, 8, n), 24.3);
}
END_TEST

// ---- sage: the remedy ----

/* The last sample, and what was done to each node last. */
static struct {
    double temperature[8], fan[8];
    gpusim_time cooled[8], closed[8]; /* since; 0: it is not */
    uint32_t actions, blown;
} seen;

static gpusim_status note_sample(void *context, gpusim_time time, const gpusim_sample *samples,
                                 uint32_t count, gpusim_error *err)
{
    (void)context;
    (void)err;
    for (uint32_t i = 0; i < count; i++) {
        double *to = samples[i].metric == GS_METRIC_GPU_TEMP    ? seen.temperature
                     : samples[i].metric == GS_METRIC_FAN_SPEED ? seen.fan
                                                                : NULL;
        for (uint32_t e = 0; to && e < 8; e++) {
            to[e] = (double)((const float *)samples[i].values)[e];
        }
    }
    // a fan told to turn at 4500 of 6000 rpm does so by the next sample, less what it drifts back
    for (uint32_t n = 0; n < 8; n++) {
        if (seen.cooled[n] && time == seen.cooled[n] + 5 * GPUSIM_SECOND) {
            ck_assert_double_gt(seen.fan[n], 70);
            seen.blown++;
        }
    }
    return GPUSIM_OK;
}

// at 85 degC and more both are done, at 80 and less undone, and never one twice running
static gpusim_status note_row(void *context, gpusim_table table, const void *row, gpusim_error *err)
{
    const gpusim_action_row *action = row;
    if (table == GPUSIM_TABLE_ACTIONS) {
        uint64_t n = action->entity;
        int fan = action->what == GPUSIM_ACTION_FAN;
        int begins = fan ? !isnan(action->value) : action->what == GPUSIM_ACTION_DRAIN;
        gpusim_time *since = fan ? &seen.cooled[n] : &seen.closed[n];
        ck_assert_int_eq(*since == 0, begins);
        *since = begins ? action->time : 0;
        ck_assert(begins ? seen.temperature[n] >= 85 : seen.temperature[n] <= 80);
        seen.actions++;
    }
    return collect_row(context, table, row, err);
}

static uint32_t run_watched(const char *const *set)
{
    gpusim_error err = {0};
    memset(&seen, 0, sizeof seen);
    model = compile_file("sage.yaml", set);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    observer.row = note_row;
    observer.sample = note_sample;
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    return seen.actions;
}

// no job begins on a node that is closed
static void check_closed(void)
{
    const gs_array *actions = &rows.tables[GPUSIM_TABLE_ACTIONS];
    const gs_array *all = &rows.tables[GPUSIM_TABLE_ALLOCATIONS];
    for (uint32_t i = 0; i < actions->count; i++) {
        const gpusim_action_row *drain = &GS_AT(*actions, gpusim_action_row, i);
        uint32_t k = i + 1;
        while (k < actions->count &&
               (GS_AT(*actions, gpusim_action_row, k).what != GPUSIM_ACTION_UNDRAIN ||
                GS_AT(*actions, gpusim_action_row, k).entity != drain->entity)) {
            k++;
        }
        gpusim_time until =
            k < actions->count ? GS_AT(*actions, gpusim_action_row, k).time : GPUSIM_TIME_MAX;
        for (uint32_t a = 0; drain->what == GPUSIM_ACTION_DRAIN && a < all->count; a++) {
            const gpusim_allocation_row *row = &GS_AT(*all, gpusim_allocation_row, a);
            ck_assert(row->node != drain->entity || row->start <= drain->time ||
                      row->start >= until);
        }
    }
}

// S2-22. One who only just gets too hot is not told so again before it has been cool: an action
// takes the fan's word, and with a band of 5 K there are far fewer than with none.
START_TEST(sage_cools_with_hysteresis)
{
    static const char *const longer[] = {"duration", "8 h", NULL};
    uint32_t with = run_watched(longer);
    ck_assert_uint_gt(with, 8);
    ck_assert_uint_gt(seen.blown, 2);
    check_closed();
    // fan and drain come and go together
    uint32_t fans = 0;
    for (uint32_t i = 0; i < with; i++) {
        fans += GS_AT(rows.tables[GPUSIM_TABLE_ACTIONS], gpusim_action_row, i).what ==
                GPUSIM_ACTION_FAN;
    }
    ck_assert_uint_eq(2 * fans, with);
}
END_TEST

// ---- io-guard ----

// Once killed, always killed: neither an end of what was wrong, nor telemetry that says that all is
// well, nor a drain that is taken back makes the third worker work again; a repair does.
START_TEST(killed_stays_killed)
{
    static const char *const set[] = {
        "chaos",
        "[{fault: straggler, target: {node: worker-3-0000}, at: 2 min, for: 30 s, slowdown: 25},"
        " {fault: telemetry-stuck, target: {node: worker-3-0000}, at: 1 min},"
        " {fault: straggler, target: {node: worker-2-0000}, at: 3 min, for: 1 s, slowdown: 25}]",
        "actions",
        "[{at: 4 min, do: drain, node: worker-3-0000},"
        " {at: 5 min, do: undrain, node: worker-3-0000},"
        " {at: 5 min, do: uncordon, node: worker-3-0000},"
        " {at: 2 min, do: kill, node: worker-3-0000},"
        " {at: 9 min, do: repair, node: worker-3-0000}]",
        "duration",
        "8 min",
        NULL};
    model = compile_file("io-guard.yaml", set);
    sim = run_model(model, 1, &rows);
    ck_assert_int_eq(GS_NODE(sim, 2)->state, GPUSIM_NODE_DOWN);
    ck_assert_int_eq(GS_NODE(sim, 1)->state, GPUSIM_NODE_UP);
    const gs_array *all = &rows.tables[GPUSIM_TABLE_ALLOCATIONS];
    for (uint32_t a = 0; a < all->count; a++) {
        const gpusim_allocation_row *row = &GS_AT(*all, gpusim_allocation_row, a);
        ck_assert(row->node != 2 || row->start < 120 * GPUSIM_SECOND);
    }
    teardown();
    static const char *const longer[] = {"actions",
                                         "[{at: 2 min, do: kill, node: worker-3-0000}, {at: 9 min, "
                                         "do: repair, node: worker-3-0000}]",
                                         NULL};
    model = compile_file("io-guard.yaml", longer);
    sim = run_model(model, 1, &rows);
    ck_assert_int_eq(GS_NODE(sim, 2)->state, GPUSIM_NODE_UP);
}
END_TEST

// worker-1 is not worker-10, whether it is killed, struck or one of its GPUs is.
START_TEST(names_are_compared_whole)
{
    run("gpusim: 1\nduration: 10 min\ncluster: {nodes: [{name: worker-10, gpus: 16},"
        " {name: worker-1, gpus: 16}, {name: worker-100, gpus: 16}]}\n"
        "workload: [{jobs: [{at: 0 s, duration: 1 s}]}]\n"
        "chaos: [{fault: straggler, target: {node: worker-1-0000}, at: 1 min, for: 1 min,"
        " slowdown: 2}, {fault: xid79, target: {gpu: worker-1-0000/gpu1}, at: 3 min, for: 1 min},"
        " {fault: node-hang, target: {group: worker-1}, at: 5 min, for: 1 min}]\n"
        "actions: [{at: 7 min, do: kill, node: worker-1-0000}]\n");
    const gs_array *faults = &rows.tables[GPUSIM_TABLE_FAULTS];
    uint32_t of_gpus = 0, off = 0, of_nodes = 0;
    for (uint32_t i = 0; i < faults->count; i++) {
        const gpusim_fault_row *row = fault(i);
        const char *kind = gpusim_model_name(model, row->kind);
        if (row->scope == GPUSIM_OF_NODE) {
            ck_assert_uint_eq(row->entity, 1);
            of_nodes++;
        } else if (strcmp(kind, "xid79") == 0) {
            ck_assert_uint_eq(row->entity, 16 + 1);
            off++;
        } else {
            ck_assert(row->entity >= 16 && row->entity < 32);
            of_gpus++;
        }
    }
    ck_assert_uint_eq(of_gpus, 16);
    ck_assert_uint_eq(off, 1);
    ck_assert_uint_eq(of_nodes, 1);
    for (uint32_t n = 0; n < 3; n++) {
        ck_assert_int_eq(GS_NODE(sim, n)->state, n == 1 ? GPUSIM_NODE_DOWN : GPUSIM_NODE_UP);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("presets");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, sage_injects);
    tcase_add_test(all, sage_cools_with_hysteresis);
    tcase_add_test(all, killed_stays_killed);
    tcase_add_test(all, names_are_compared_whole);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
