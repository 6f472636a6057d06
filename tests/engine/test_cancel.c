/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cancelling most of what is pending: nothing else changes, memory stays, and dead entries go. */
#include "engine/engine.h"

#include "engine/private.h"
#include "harness.h"

#define EVENTS 100000

typedef struct world {
    gpusim_engine *engine;
    gpusim_event_id ids[EVENTS];
    uint64_t fired[EVENTS]; // payloads in the order they came
    gpusim_time last;
    uint64_t count, cancelled, random;
} world;

static uint64_t draw(world *w)
{
    w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return w->random >> 33;
}

static gpusim_status record(void *context, const gpusim_event *event, gpusim_error *err)
{
    (void)err;
    world *w = context;
    ck_assert_int_ge(event->time, w->last);
    w->last = event->time;
    w->fired[w->count++ % EVENTS] = event->payload;
    return GPUSIM_OK;
}

// Cancels others of its own batch and schedules as many anew: all but one of ten dies.
static gpusim_status cull(void *context, const gpusim_event *event, gpusim_error *err)
{
    world *w = context;
    w->count++;
    for (int i = 0; i < 9; i++) {
        w->cancelled +=
            (uint64_t)gpusim_engine_cancel(w->engine, &w->ids[draw(w) % (EVENTS / 100)]);
    }
    gpusim_time delay = (gpusim_time)(draw(w) % 4) * 10;
    for (int i = 0; i < 10 && gpusim_engine_count(w->engine) < EVENTS / 100; i++) {
        gpusim_event_id *id = &w->ids[draw(w) % (EVENTS / 100)];
        gpusim_status status =
            gpusim_engine_schedule(w->engine, event->time + delay, draw(w) % 8, 1, 0, 0, id, err);
        if (status != GPUSIM_OK) {
            return status;
        }
    }
    return GPUSIM_OK;
}

static world *make(uint32_t capacity)
{
    gpusim_error err = {0};
    world *w = calloc(1, sizeof *w);
    gpusim_engine_config config;
    gpusim_engine_config_default(&config);
    config.capacity = capacity;
    config.context = w;
    ASSERT_OK(gpusim_engine_create(&config, &w->engine, &err), &err);
    ASSERT_OK(gpusim_engine_handle(w->engine, 0, "record", record, &err), &err);
    ASSERT_OK(gpusim_engine_handle(w->engine, 1, "cull", cull, &err), &err);
    return w;
}

static void discard(world *w)
{
    gpusim_engine_destroy(w->engine);
    free(w);
}

START_TEST(nine_of_ten)
{
    gpusim_error err = {0};
    world *w = make(EVENTS);
    uint64_t memory = gs_engine_memory(w->engine);
    // every tenth stays; times come in runs of eight that tie
    for (uint64_t i = 0; i < EVENTS; i++) {
        ASSERT_OK(gpusim_engine_schedule(w->engine, (gpusim_time)(i / 8 * 7919 % 99991 + 1), 0, 0,
                                         0, i, &w->ids[i], &err),
                  &err);
    }
    uint64_t expected = 0;
    for (uint64_t i = 0; i < EVENTS; i++) {
        if (i % 10 != 3) {
            ck_assert_int_eq(gpusim_engine_cancel(w->engine, &w->ids[i]), 1);
            ck_assert_int_eq(gpusim_engine_cancel(w->engine, &w->ids[i]), 0);
        } else {
            expected++;
        }
    }
    ASSERT_OK(gs_engine_check(w->engine, &err), &err);
    ck_assert_uint_eq(gpusim_engine_count(w->engine), expected);

    // as many again after the sweep, behind those that stayed
    for (uint64_t i = 0; i < EVENTS; i++) {
        if (i % 10 != 3) {
            ASSERT_OK(gpusim_engine_schedule(w->engine, 200000, 0, 0, 0, i, &w->ids[i], &err),
                      &err);
        }
    }
    ASSERT_OK(gs_engine_check(w->engine, &err), &err);
    ck_assert_uint_eq(gs_engine_memory(w->engine), memory);
    ASSERT_OK(gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_uint_eq(w->count, EVENTS);
    for (uint64_t i = 0; i < expected; i++) {
        ck_assert_uint_eq(w->fired[i] % 10, 3);
    }
    uint64_t next = 0;
    for (uint64_t i = expected; i < EVENTS; i++, next++) {
        next += next % 10 == 3;
        ck_assert_uint_eq(w->fired[i], next);
    }
    discard(w);
}
END_TEST

START_TEST(all)
{
    gpusim_error err = {0};
    world *w = make(16);
    for (int round = 0; round < 5; round++) {
        for (uint64_t i = 0; i < EVENTS / 10; i++) {
            gpusim_time time = gpusim_engine_now(w->engine) + (gpusim_time)(i % 1000 * (i % 7));
            ASSERT_OK(gpusim_engine_schedule(w->engine, time, i % 8, 0, 0, i, &w->ids[i], &err),
                      &err);
        }
        for (uint64_t i = EVENTS / 10; i-- > 0;) {
            ck_assert_int_eq(gpusim_engine_cancel(w->engine, &w->ids[i]), 1);
        }
        ASSERT_OK(gs_engine_check(w->engine, &err), &err);
        ck_assert_uint_eq(gpusim_engine_count(w->engine), 0);
        ck_assert_int_eq(gpusim_engine_next(w->engine), GPUSIM_TIME_MAX);
        // no event, no batch, and the clock goes where it is sent
        gpusim_time until = round % 2 ? GPUSIM_TIME_MAX : gpusim_engine_now(w->engine) + 100;
        ASSERT_OK(gpusim_engine_run_until(w->engine, until, &err), &err);
        ck_assert_uint_eq(gs_engine_batches(w->engine), 0);
    }
    ck_assert_uint_eq(w->count, 0);
    ck_assert_int_eq(gpusim_engine_now(w->engine), 300);
    discard(w);
}
END_TEST

START_TEST(for_ever)
{
    // a time-out that is moved and moved again leaves nothing behind
    gpusim_error err = {0};
    world *w = make(100);
    uint64_t memory = gs_engine_memory(w->engine);
    for (uint64_t i = 0; i < 100; i++) {
        ASSERT_OK(gpusim_engine_schedule(w->engine, 1000000000, 0, 0, 0, i, &w->ids[i], &err),
                  &err);
    }
    for (uint64_t i = 0; i < 1000000; i++) {
        gpusim_event_id *id = &w->ids[draw(w) % 100];
        ASSERT_OK(
            gpusim_engine_move(w->engine, id, (gpusim_time)(draw(w) % 3 * (draw(w) >> 2)), &err),
            &err);
    }
    ASSERT_OK(gs_engine_check(w->engine, &err), &err);
    ck_assert_uint_eq(gs_engine_memory(w->engine), memory);
    ck_assert_uint_eq(gpusim_engine_count(w->engine), 100);
    ASSERT_OK(gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_uint_eq(w->count, 100);
    discard(w);
}
END_TEST

START_TEST(from_handlers)
{
    gpusim_error err = {0};
    world *w = make(EVENTS / 100 + 64);
    uint64_t memory = gs_engine_memory(w->engine);
    for (uint64_t i = 0; i < EVENTS / 100; i++) {
        ASSERT_OK(gpusim_engine_schedule(w->engine, 10, i % 8, 1, 0, i, &w->ids[i], &err), &err);
    }
    for (int i = 0; i < 20000; i++) {
        int ran;
        ASSERT_OK(gpusim_engine_step(w->engine, GPUSIM_TIME_MAX, &ran, &err), &err);
        ck_assert_int_eq(ran, 1);
        if (i % 10 == 0) {
            ASSERT_OK(gs_engine_check(w->engine, &err), &err);
        }
    }
    ck_assert_uint_gt(w->cancelled, w->count);
    ck_assert_uint_eq(gs_engine_memory(w->engine), memory);
    discard(w);
}
END_TEST

// what has been swept leaves no instant behind: the next batch is that of the first live event
START_TEST(no_batch_of_the_dead)
{
    gpusim_error err = {0};
    for (uint64_t cancelled = 120; cancelled < 150; cancelled++) {
        world *w = make(256);
        for (uint64_t i = 0; i < 200; i++) {
            ASSERT_OK(gpusim_engine_schedule(w->engine, (gpusim_time)(1000 + i), 0, 0, 0, i,
                                             &w->ids[i], &err),
                      &err);
        }
        for (uint64_t i = 0; i < cancelled; i++) {
            ck_assert_int_eq(gpusim_engine_cancel(w->engine, &w->ids[i]), 1);
        }
        int ran = 0;
        ASSERT_OK(gs_engine_check(w->engine, &err), &err);
        ASSERT_OK(gpusim_engine_step(w->engine, GPUSIM_TIME_MAX, &ran, &err), &err);
        ck_assert_int_eq(ran, 1);
        ck_assert_uint_eq(w->count, 1);
        ck_assert_int_eq(gpusim_engine_now(w->engine), (gpusim_time)(1000 + cancelled));
        discard(w);
    }
}
END_TEST

START_TEST(generations_begin_anew)
{
    gpusim_error err = {0};
    world *w = make(4);
    for (int from_handler = 0; from_handler < 2; from_handler++) {
        // an entry of the slot's first generation is left behind, dead
        gpusim_time now = gpusim_engine_now(w->engine);
        gpusim_event_id id;
        w->engine->slots.data[0].generation = 1;
        ASSERT_OK(gpusim_engine_schedule(w->engine, now + 1000, 0, 0, 0, 1, &id, &err), &err);
        ck_assert_uint_eq(id.slot, 0);
        ck_assert_int_eq(gpusim_engine_cancel(w->engine, &id), 1);

        // 2^32 - 1 events later the slot has that generation again
        w->engine->slots.data[0].generation = UINT32_MAX;
        ASSERT_OK(gpusim_engine_schedule(w->engine, now + 10, 0, 0, 0, 2, &id, &err), &err);
        if (from_handler) {
            ASSERT_OK(gpusim_engine_run_until(w->engine, now + 20, &err), &err);
        } else {
            ck_assert_int_eq(gpusim_engine_cancel(w->engine, &id), 1);
        }
        ASSERT_OK(gpusim_engine_schedule(w->engine, now + 2000, 0, 0, 0, 3, &id, &err), &err);
        ck_assert_uint_eq(id.generation, 1);
        ASSERT_OK(gs_engine_check(w->engine, &err), &err);
        ASSERT_OK(gpusim_engine_run_until(w->engine, now + 1500, &err), &err);
        ck_assert_int_eq(gpusim_engine_pending(w->engine, id, NULL), 1);
        ASSERT_OK(gpusim_engine_run_until(w->engine, now + 2000, &err), &err);
        ck_assert_int_eq(gpusim_engine_pending(w->engine, id, NULL), 0);
    }
    discard(w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cancel");
    TEST_CASE(suite, 60, nine_of_ten, all, for_ever, from_handlers, no_batch_of_the_dead,
              generations_begin_anew);
    return test_run(suite);
}
