/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation of a run failing in turn: creating, running, saving, restoring, finishing. This
 * file's gs_resize takes the place of the library's. */
#include "collect.h"

#include "base/memory.h"

static uint64_t calls;
static uint64_t fails_at = UINT64_MAX;

void *gs_resize(void *memory, size_t size)
{
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return calls++ >= fails_at ? NULL : realloc(memory, size);
}

#define SCENARIO(scheduler) SCENARIO_OF("", scheduler, "")
#define SCENARIO_OF(node, scheduler, metrics)                                                      \
    "gpusim: 1\n"                                                                                  \
    "cluster: {nodes: [{name: n, count: 3, gpus: 4" node                                           \
    "}], virtual_clusters: {red: {quota: 6}}}\n"                                                   \
    "scheduler: {" scheduler "}\n"                                                                 \
    "telemetry: {every: 10 s" metrics "}\n"                                                        \
    "workload:\n"                                                                                  \
    "  - jobs:\n"                                                                                  \
    "      - {id: 1, at: 0 s, duration: 30 s, gpus: 3}\n"                                          \
    "      - {id: 2, at: 1 s, duration: 20 s, gpus: 3}\n"                                          \
    "      - {id: 3, at: 2 s, duration: 10 s, gpus: 9}\n"                                          \
    "      - {id: 4, at: 3 s, duration: 5 s, gpus: 2, vc: red}\n"                                  \
    "      - {id: 5, at: 4 s, duration: 4 s, gpus: 13}\n"                                          \
    "      - {id: 6, at: 12 s, duration: 4 s, gpus: 12}\n"                                         \
    "  - synthetic:\n"                                                                             \
    "      count: 40\n"                                                                            \
    "      arrivals: {process: poisson, rate: 2000/h}\n"                                           \
    "      gpus: {choice: {1: 0.5, 2: 0.3, 3: 0.2}}\n"                                             \
    "      duration: 9 s\n"                                                                        \
    "actions:\n"                                                                                   \
    "  - {at: 5 s, do: drain, node: n-0000}\n"                                                     \
    "  - {at: 30 s, do: undrain, node: n-0000}\n"

/* Power, heat and caps, and everything that controls them. */
#define PLANT(until)                                                                               \
    "gpusim: 1\n"                                                                                  \
    "duration: " until "\n"                                                                        \
    "cluster:\n"                                                                                   \
    "  nodes:\n"                                                                                   \
    "    - name: n\n"                                                                              \
    "      count: 4\n"                                                                             \
    "      per_rack: 2\n"                                                                          \
    "      gpu: A100-SXM4-80GB\n"                                                                  \
    "      gpus: 4\n"                                                                              \
    "      power: {gpu_cap: {steps: [{at: 0 h, value: 300 W}, {at: 2 min, value: 400 W}], "        \
    "repeat: 5 min}}\n"                                                                            \
    "      cooling: {kind: air, airflow: 0.2 m3/s, lane: 2, fans: {levels: 8, minimum: 0.5, "      \
    "start: 40 C, full: 70 C, hysteresis: 3 K}}\n"                                                 \
    "  power: {rack_cap: {steps: [{at: 0 h, value: 2 kW}, {at: 7 min, value: 5 kW}], repeat: 20 "  \
    "min}}\n"                                                                                      \
    "  cooling: {supply: {wave: {mean: 26 C, amplitude: 6 K, period: 1 h, peak: 20 min, step: 1 "  \
    "min}}, recirculation: {self: 0.05, neighbour: 0.1}}\n"                                        \
    "workload:\n"                                                                                  \
    "  - jobs:\n"                                                                                  \
    "      - {id: 1, at: 0 s, duration: 100 h, gpus: 7}\n"                                         \
    "      - {id: 2, at: 5 s, duration: 100 h, gpus: 1, priority: 3}\n"                            \
    "      - {id: 3, at: 6 s, duration: 1 min, gpus: 2}\n"                                         \
    "      - {id: 4, at: 7 s, duration: 1 h, gpu_share: 0.4, profile: {memory_growth: 1 GiB/s}}\n" \
    "      - {id: 5, at: 8 s, duration: 1 min, gpus: 2, gpu_share: 0.3, gpu_memory: 40 GiB}\n"

static const char *const scenarios[] = {
    PLANT("3 min"),
    SCENARIO("order: fifo"),
    SCENARIO("order: sjf, backfill: easy"),
    SCENARIO("order: fifo, backfill: conservative, placement: round-robin"),
    SCENARIO("order: srtf, preemption: repack"),
    SCENARIO("order: las, preemption: repack, placement: random"),
    SCENARIO_OF(", gpu: H100-SXM5-80GB", "order: fifo", ", sets: [all]"),
};

// the whole way; a failure is GPUSIM_MEMORY, it stays, and what is there can still be closed
static gpusim_status all_of_it(const gpusim_model *model)
{
    gpusim_status status;
    gpusim_error err = {0};
    gpusim_sim *sim = NULL, *other = NULL;
    collected rows = {0};
    void *bytes = NULL;
    size_t size = 0;
    gpusim_observer observer = collect_observer(&rows);
    GPUSIM_TRY(gpusim_sim_create(model, 1, &sim, &err));
    GPUSIM_TRY(gpusim_sim_observe(sim, &observer, &err));
    GPUSIM_TRY(gpusim_sim_run_until(sim, 20 * GPUSIM_SECOND, &err));
    GPUSIM_TRY(gpusim_sim_save(sim, &bytes, &size, &err));
    GPUSIM_TRY(gpusim_sim_create(model, 1, &other, &err));
    GPUSIM_TRY(gpusim_sim_restore(other, bytes, size, &err));
    GPUSIM_TRY(gpusim_sim_check(other, &err));
    GPUSIM_TRY(gpusim_sim_run_until(other, GPUSIM_TIME_MAX, &err));
    GPUSIM_TRY(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err));
cleanup:
    if (status != GPUSIM_OK) {
        ck_assert_str_ne(err.message, "");
    }
    for (int i = 0; i < 2 && status != GPUSIM_OK; i++) {
        gpusim_sim *it = i ? other : sim;
        gpusim_error again = {0};
        if (it) {
            gpusim_status second = gpusim_sim_run_until(it, GPUSIM_TIME_MAX, &again);
            ck_assert(second == GPUSIM_OK || second == GPUSIM_MEMORY);
            (void)gpusim_sim_finish(it, &again);
            ck_assert_ptr_nonnull(gpusim_sim_summary(it));
        }
    }
    gpusim_free(bytes);
    gpusim_sim_destroy(sim);
    gpusim_sim_destroy(other);
    collect_release(&rows);
    return status;
}

START_TEST(each_in_turn)
{
    gpusim_model *model = compile_text(scenarios[_i]);
    calls = 0;
    ck_assert_int_eq(all_of_it(model), GPUSIM_OK);
    uint64_t count = calls;
    ck_assert_uint_gt(count, 50);
    for (uint64_t n = 0; n < count; n++) {
        calls = 0;
        fails_at = n;
        gpusim_status status = all_of_it(model);
        fails_at = UINT64_MAX;
        ck_assert_msg(status == GPUSIM_MEMORY, "allocation %llu of %llu failing gives %d",
                      (unsigned long long)n, (unsigned long long)count, (int)status);
    }
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(only_once_each)
{
    // memory is back at once: the run must not go on from a state that is half done
    gpusim_model *model = compile_text(scenarios[_i]);
    gpusim_error err = {0};
    for (uint64_t n = 0;; n++) {
        gpusim_sim *sim = NULL;
        ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
        calls = 0;
        fails_at = n;
        gpusim_status status = gpusim_sim_run_until(sim, 60 * GPUSIM_SECOND, &err);
        fails_at = UINT64_MAX;
        if (status == GPUSIM_OK) {
            gpusim_sim_destroy(sim);
            break;
        }
        ck_assert_int_eq(status, GPUSIM_MEMORY);
        ck_assert_int_eq(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), GPUSIM_MEMORY);
        ck_assert_int_eq(gpusim_sim_drain(sim, 0, &err), GPUSIM_MEMORY);
        ck_assert_int_eq(gpusim_sim_check(sim, &err), GPUSIM_ARGUMENT);
        char hash[33];
        ck_assert_int_eq(gpusim_sim_hash(sim, hash, &err), GPUSIM_ARGUMENT);
        ASSERT_OK(gpusim_sim_finish(sim, &err), &err);
        gpusim_sim_destroy(sim);
    }
    gpusim_model_destroy(model);
}
END_TEST

/* Once it has done everything once, a plant allocates nothing more. */
START_TEST(none_when_warm)
{
    gpusim_model *model = compile_text(PLANT("30 h"));
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, 3 * GPUSIM_HOUR, &err), &err);
    uint64_t events = gpusim_sim_summary(sim)->events;
    calls = 0;
    ASSERT_OK(gpusim_sim_run_until(sim, 29 * GPUSIM_HOUR, &err), &err);
    ck_assert_uint_eq(calls, 0);
    ck_assert_uint_gt(gpusim_sim_summary(sim)->events, 5 * events);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core/memory");
    TCase *cases = tcase_create("all");
    int count = sizeof scenarios / sizeof scenarios[0];
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, each_in_turn, 0, count);
    tcase_add_loop_test(cases, only_once_each, 0, count);
    tcase_add_test(cases, none_when_warm);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
