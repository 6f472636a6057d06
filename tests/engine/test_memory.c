/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation failing in turn, and none at all once the engine is warm. This file's gs_resize
 * takes the place of the library's. */
#include "base/memory.h"

#include "engine/engine.h"

#include "engine/program_engine.h"

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

typedef struct world {
    gpusim_engine *engine;
    uint64_t fired;
} world;

static gpusim_status repeat(void *context, const gpusim_event *event, gpusim_error *err)
{
    world *w = context;
    if (++w->fired >= 4000) {
        return GPUSIM_OK;
    }
    // two for one, now or later, until there are hundreds
    gpusim_status status =
        gpusim_engine_schedule(w->engine, event->time + (gpusim_time)(w->fired % 3), 1, 0, 0,
                               event->payload + 1, NULL, err);
    if (status == GPUSIM_OK && gpusim_engine_count(w->engine) < 700) {
        status = gpusim_engine_schedule(w->engine, event->time + 1000, 2, 0, 0, 0, NULL, err);
    }
    return status;
}

// A whole life: create, schedule, run, save, restore. Stops at the first failure.
static gpusim_status live(gpusim_error *err)
{
    gpusim_status status;
    world w = {0};
    gs_state state = {0};
    gpusim_engine_config config;
    void *bytes = NULL;
    gpusim_engine_config_default(&config);
    config.capacity = 2;
    config.context = &w;
    GPUSIM_TRY(gpusim_engine_create(&config, &w.engine, err));
    GPUSIM_TRY(gpusim_engine_handle(w.engine, 0, "repeat", repeat, err));
    GPUSIM_TRY(gs_engine_register(w.engine, &state, err));
    GPUSIM_TRY(gpusim_engine_schedule(w.engine, 5, 0, 0, 0, 0, NULL, err));
    GPUSIM_TRY(gpusim_engine_run_until(w.engine, 1500, err));
    GPUSIM_TRY(gs_engine_before_save(w.engine, err));
    bytes = malloc(gs_state_size(&state));
    gs_state_write(&state, bytes);
    GPUSIM_TRY(gs_state_read(&state, bytes, gs_state_size(&state), err));
    GPUSIM_TRY(gs_engine_after_restore(w.engine, err));
    GPUSIM_TRY(gpusim_engine_run_until(w.engine, GPUSIM_TIME_MAX, err));
cleanup:
    // what a failure leaves is whole, but for a handler's batch that was cut short
    if (w.engine) {
        gpusim_error broken = {0};
        ASSERT_OK(gs_engine_check(w.engine, &broken), &broken);
    }
    gpusim_engine_destroy(w.engine);
    free(bytes);
    return status;
}

START_TEST(every_allocation_fails)
{
    gpusim_error err = {0};
    calls = 0;
    ASSERT_OK(live(&err), &err);
    uint64_t all = calls;
    ck_assert_uint_gt(all, 20);
    for (uint64_t n = 0; n < all; n++) {
        calls = 0;
        fails_at = n;
        ck_assert_int_eq(live(&err), GPUSIM_MEMORY);
        ck_assert_int_eq(err.status, GPUSIM_MEMORY);
        ck_assert_uint_ne(err.message[0], 0);
    }
    fails_at = all;
    calls = 0;
    ASSERT_OK(live(&err), &err);
    fails_at = UINT64_MAX;
}
END_TEST

START_TEST(a_failure_can_be_survived)
{
    gpusim_error err = {0};
    world w = {.fired = 4000};
    gpusim_engine_config config;
    gpusim_engine_config_default(&config);
    config.capacity = 8;
    config.context = &w;
    ASSERT_OK(gpusim_engine_create(&config, &w.engine, &err), &err);
    ASSERT_OK(gpusim_engine_handle(w.engine, 0, "repeat", repeat, &err), &err);
    calls = 0;
    fails_at = 0;
    gpusim_event_id id = {1, 2};
    for (int i = 0; i < 8; i++) {
        ASSERT_OK(gpusim_engine_schedule(w.engine, i, 0, 0, 0, 0, &id, &err), &err);
    }
    ck_assert_int_eq(gpusim_engine_schedule(w.engine, 9, 0, 0, 0, 0, NULL, &err), GPUSIM_MEMORY);
    // a move needs no memory even then
    ASSERT_OK(gpusim_engine_move(w.engine, &id, 100, &err), &err);
    fails_at = UINT64_MAX;
    ASSERT_OK(gpusim_engine_schedule(w.engine, 9, 0, 0, 0, 0, NULL, &err), &err);
    ASSERT_OK(gpusim_engine_run_until(w.engine, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_uint_eq(gpusim_engine_fired(w.engine), 9);
    ck_assert_int_eq(gpusim_engine_now(w.engine), 100);
    gpusim_engine_destroy(w.engine);
}
END_TEST

START_TEST(warm_engines_do_not_allocate)
{
    gpusim_error err = {0};
    for (uint64_t seed = 1; seed < 6; seed++) {
        program start = {.random = seed, .target = seed * 100, .quiet = 30};
        on_engine m = {.program = start};
        on_engine_create(&m);
        program_delay(&m.program);
        // room for as many as there ever are, and for a few that come within one batch
        ASSERT_OK(gpusim_engine_run_until(m.engine, 10, &err), &err);
        uint64_t most = 0;
        calls = 0;
        for (int i = 0; i < 20000; i++) {
            while (m.program.does->count(&m) < m.program.target) {
                program_act(&m.program);
            }
            int ran;
            uint64_t before = calls, count = gpusim_engine_count(m.engine);
            most = count > most ? count : most;
            size_t from = m.program.lines;
            ASSERT_OK(gpusim_engine_step(m.engine, GPUSIM_TIME_MAX - 1, &ran, &err), &err);
            uint64_t peak = 0;
            for (size_t k = from; k < m.program.lines; k++) {
                uint64_t pending = m.program.log[k].pending + 3;
                peak = pending > peak ? pending : peak;
            }
            ck_assert_msg(calls == before || peak > most, "%llu calls at %llu pending, %llu known",
                          (unsigned long long)(calls - before), (unsigned long long)count,
                          (unsigned long long)most);
            most = peak > most ? peak : most;
        }
        on_engine_destroy(&m);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TEST_CASE(suite, 60, every_allocation_fails, a_failure_can_be_survived,
              warm_engines_do_not_allocate);
    return test_run(suite);
}
