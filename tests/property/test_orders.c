/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several things done to a node at one instant, in every order, beside faults that strike it then:
 * all invariants hold, and the node ends in the state that the last word on each matter says. */
#include <math.h>

#include "core/collect.h"
#include "core/faults.h"

#define MINUTES(n) (INT64_C(60000000000) * (n))

static const gpusim_action things[] = {
    GPUSIM_ACTION_KILL,     GPUSIM_ACTION_REPAIR, GPUSIM_ACTION_REBOOT,  GPUSIM_ACTION_REMOVE,
    GPUSIM_ACTION_ADD,      GPUSIM_ACTION_DRAIN,  GPUSIM_ACTION_UNDRAIN, GPUSIM_ACTION_CORDON,
    GPUSIM_ACTION_UNCORDON, GPUSIM_ACTION_PAUSE,  GPUSIM_ACTION_RESUME,  GPUSIM_ACTION_RESET,
};
enum { THINGS = sizeof things / sizeof things[0] };

/* What holds of a node after some of them. */
typedef struct word {
    int killed, removed, drained, cordoned, paused, down_until_back;
} word;

static void say(word *now, gpusim_action what)
{
    switch (what) {
    case GPUSIM_ACTION_KILL:
    case GPUSIM_ACTION_REPAIR:
        now->killed = what == GPUSIM_ACTION_KILL;
        break;
    case GPUSIM_ACTION_REBOOT:
        now->down_until_back |= !now->killed && !now->removed;
        break;
    case GPUSIM_ACTION_REMOVE:
    case GPUSIM_ACTION_ADD:
        now->removed = what == GPUSIM_ACTION_REMOVE;
        break;
    case GPUSIM_ACTION_DRAIN:
    case GPUSIM_ACTION_UNDRAIN:
        now->drained = what == GPUSIM_ACTION_DRAIN;
        break;
    case GPUSIM_ACTION_CORDON:
    case GPUSIM_ACTION_UNCORDON:
        now->cordoned = what == GPUSIM_ACTION_CORDON;
        break;
    case GPUSIM_ACTION_PAUSE:
    case GPUSIM_ACTION_RESUME:
        now->paused = what == GPUSIM_ACTION_PAUSE;
        break;
    default:
        break;
    }
}

// 1 when the state is that which follows; whether jobs are still there is the scheduler's matter
static int follows(const word *now, uint32_t state)
{
    if (now->removed) {
        return state == GPUSIM_NODE_REMOVED;
    }
    if (now->killed || now->down_until_back) {
        return state == GPUSIM_NODE_DOWN || state == GPUSIM_NODE_REPAIRING;
    }
    if (now->drained || now->cordoned || now->paused) {
        return state == GPUSIM_NODE_DRAINING || state == GPUSIM_NODE_DRAINED;
    }
    return state == GPUSIM_NODE_UP;
}

/* The faults last for a minute, so that what was said is all that counts in the end. */
#define SCENARIO                                                                                   \
    "gpusim: 1\nduration: 1 h\n"                                                                   \
    "cluster: {nodes: [{name: n, count: 2, gpus: 2%s}]}\n"                                         \
    "workload: [{jobs: [{duration: 30 min, gpus: 2}, {duration: 30 min, gpus: 1}]}]\n"             \
    "chaos:\n"                                                                                     \
    "  - {fault: xid79, target: {gpu: n-0000/gpu1}, at: 5 min, for: 1 min}\n"                      \
    "  - {fault: %s, target: {node: n-0000}, at: 5 min, for: 1 min}\n"                             \
    "  - {fault: straggler, target: {gpu: n-0000/gpu0}, at: 5 min, for: 2 min, slowdown: 2}\n"

static void try_order(const gpusim_model *model, const gpusim_action *what, int count)
{
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    word now = {0};
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    ASSERT_OK(gpusim_sim_run_until(sim, MINUTES(5), &err), &err);
    for (int i = 0; i < count; i++) {
        ASSERT_OK(
            gpusim_sim_act(sim, what[i], 0, what[i] == GPUSIM_ACTION_REBOOT ? 180 : NAN, &err),
            &err);
        say(&now, what[i]);
    }
    char told[64];
    snprintf(told, sizeof told, "%d %d %d", (int)what[0], (int)what[1],
             count > 2 ? (int)what[2] : -1);
    ASSERT_OK(gpusim_sim_run_until(sim, MINUTES(7), &err), &err);
    ck_assert_msg(follows(&now, GS_NODE(sim, 0)->state), "%s: state %u before it is back", told,
                  GS_NODE(sim, 0)->state);
    now.down_until_back = 0;
    ASSERT_OK(gpusim_sim_run_until(sim, MINUTES(10), &err), &err);
    ck_assert_msg(follows(&now, GS_NODE(sim, 0)->state), "%s: state %u at last", told,
                  GS_NODE(sim, 0)->state);
    ck_assert_uint_eq(GS_NODE(sim, 1)->state, GPUSIM_NODE_UP);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    gpusim_sim_destroy(sim);
}

/* Every three of them, in every order and repeated, where nothing is physical; every two where all
 * is. */
START_TEST(every_order)
{
    static const char *const hardware[] = {"", ", gpu: H100-SXM5-80GB, power: {other: 300 W}"};
    static const char *const faults[] = {"node-hang", "collective-hang"};
    char text[1024];
    snprintf(text, sizeof text, SCENARIO, hardware[_i], faults[_i]);
    gpusim_model *model = compile_text(text);
    for (int a = 0; a < THINGS; a++) {
        for (int b = 0; b < THINGS; b++) {
            for (int c = 0; c < (_i ? 1 : THINGS); c++) {
                const gpusim_action what[] = {things[a], things[b], things[c]};
                try_order(model, what, _i ? 2 : 3);
            }
        }
    }
    gpusim_model_destroy(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("property/orders");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 240);
    tcase_add_loop_test(all, every_order, 0, 2);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
