/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batches, passes, stopping, failing and refusing; instants that do not end. */
#include "engine/engine.h"

#include <string.h>

#include "harness.h"

typedef struct world {
    gpusim_engine *engine;
    char log[4096]; // letters of the events, | for each pass
    int stop_at, fail_at, nest;
    gpusim_time again; // delay with which handler 1 repeats itself
    uint64_t repeats;
    gpusim_event_id victim;
    gpusim_status nested;
} world;

static void note(world *w, char letter)
{
    size_t length = strlen(w->log);
    if (length + 1 < sizeof w->log) {
        w->log[length] = letter;
    }
}

static gpusim_status letter(void *context, const gpusim_event *event, gpusim_error *err)
{
    world *w = context;
    note(w, (char)event->payload);
    if ((int)event->payload == w->stop_at) {
        gpusim_engine_stop(w->engine);
    }
    if ((int)event->payload == w->fail_at) {
        return gpusim_fail(err, GPUSIM_MODULE, "enough");
    }
    if (w->nest) {
        w->nested = gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, err);
    }
    gpusim_engine_cancel(w->engine, &w->victim);
    return GPUSIM_OK;
}

static gpusim_status again(void *context, const gpusim_event *event, gpusim_error *err)
{
    world *w = context;
    if (w->repeats-- == 0) {
        return GPUSIM_OK;
    }
    return gpusim_engine_schedule(w->engine, gpusim_time_add(event->time, w->again), event->class_,
                                  event->handler, event->entity, event->payload, NULL, err);
}

static gpusim_status pass(void *context, gpusim_time now, gpusim_error *err)
{
    (void)now;
    (void)err;
    note(context, '|');
    return GPUSIM_OK;
}

static world *make(gpusim_pass_fn function)
{
    gpusim_error err = {0};
    world *w = calloc(1, sizeof *w);
    gpusim_engine_config config;
    gpusim_engine_config_default(&config);
    config.context = w;
    config.pass = function;
    ASSERT_OK(gpusim_engine_create(&config, &w->engine, &err), &err);
    ASSERT_OK(gpusim_engine_handle(w->engine, 0, "letter", letter, &err), &err);
    ASSERT_OK(gpusim_engine_handle(w->engine, 1, "thermal-check", again, &err), &err);
    ASSERT_OK(gpusim_engine_handle(w->engine, 255, "alert-rule", again, &err), &err);
    return w;
}

static void discard(world *w)
{
    gpusim_engine_destroy(w->engine);
    free(w);
}

static gpusim_event_id at(world *w, gpusim_time time, uint16_t class_, char payload)
{
    gpusim_error err = {0};
    gpusim_event_id id;
    ASSERT_OK(gpusim_engine_schedule(w->engine, time, class_, 0, 0, (uint64_t)payload, &id, &err),
              &err);
    return id;
}

START_TEST(classes_within_an_instant)
{
    gpusim_error err = {0};
    world *w = make(pass);
    at(w, 20, 0, 'f');
    at(w, 10, 7, 'd');
    at(w, 10, 1, 'b');
    at(w, 10, 7, 'e');
    at(w, 10, 1, 'c');
    at(w, 0, 3, 'a');
    ASSERT_OK(gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_str_eq(w->log, "a|bcde|f|");
    ck_assert_int_eq(gpusim_engine_now(w->engine), 20);
    ck_assert_uint_eq(gpusim_engine_fired(w->engine), 6);
    ck_assert_uint_eq(gs_engine_batches(w->engine), 3);
    ck_assert_int_eq(gpusim_engine_next(w->engine), GPUSIM_TIME_MAX);
    discard(w);
}
END_TEST

START_TEST(until_and_after)
{
    gpusim_error err = {0};
    world *w = make(pass);
    // a far event must not keep nearer ones from being scheduled later
    at(w, 1000000, 0, 'z');
    ASSERT_OK(gpusim_engine_run_until(w->engine, 500, &err), &err);
    ck_assert_int_eq(gpusim_engine_now(w->engine), 500);
    for (int i = 0; i < 100; i++) {
        at(w, 600 - i, 0, 'm');
    }
    at(w, 500, 0, 'a');
    ck_assert_int_eq(gpusim_engine_next(w->engine), 500);
    ASSERT_OK(gpusim_engine_run_until(w->engine, 500, &err), &err);
    ck_assert_str_eq(w->log, "a|");
    ck_assert_int_eq(gpusim_engine_next(w->engine), 501);
    ASSERT_OK(gpusim_engine_run_until(w->engine, 400, &err), &err);
    ck_assert_int_eq(gpusim_engine_now(w->engine), 500);
    ASSERT_OK(gpusim_engine_run_until(w->engine, 600, &err), &err);
    ck_assert_uint_eq(gpusim_engine_fired(w->engine), 101);
    ASSERT_OK(gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_int_eq(gpusim_engine_now(w->engine), 1000000);
    discard(w);
}
END_TEST

START_TEST(stopping)
{
    gpusim_error err = {0};
    world *w = make(pass);
    at(w, 10, 0, 'a');
    at(w, 10, 1, 'b');
    at(w, 20, 0, 'c');
    w->stop_at = 'a';
    ASSERT_OK(gpusim_engine_run_until(w->engine, 100, &err), &err);
    ck_assert_str_eq(w->log, "ab|");
    ck_assert_int_eq(gpusim_engine_now(w->engine), 10);
    ASSERT_OK(gpusim_engine_run_until(w->engine, 100, &err), &err);
    ck_assert_str_eq(w->log, "ab|c|");
    ck_assert_int_eq(gpusim_engine_now(w->engine), 100);
    discard(w);
}
END_TEST

START_TEST(failing)
{
    gpusim_error err = {0};
    world *w = make(pass);
    at(w, 10, 0, 'a');
    at(w, 10, 1, 'b');
    at(w, 10, 2, 'c');
    w->fail_at = 'b';
    ck_assert_int_eq(gpusim_engine_run_until(w->engine, 100, &err), GPUSIM_MODULE);
    ck_assert_str_eq(err.message, "enough");
    ck_assert_str_eq(w->log, "ab");
    // what the failure left of the batch can still be run
    ck_assert_int_eq(gpusim_engine_next(w->engine), 10);
    ck_assert_int_eq(gs_engine_before_save(w->engine, &err), GPUSIM_INTERNAL);
    ASSERT_OK(gpusim_engine_run_until(w->engine, 100, &err), &err);
    ck_assert_str_eq(w->log, "abc|");
    discard(w);

    // or not
    w = make(NULL);
    at(w, 10, 0, 'b');
    at(w, 10, 0, 'c');
    w->fail_at = 'b';
    ck_assert_int_eq(gpusim_engine_run_until(w->engine, 100, &err), GPUSIM_MODULE);
    discard(w);
}
END_TEST

START_TEST(refusing)
{
    gpusim_error err = {0};
    world *w = make(pass);
    gpusim_engine *engine = w->engine;
    gpusim_event_id id = {7, 7};
    ASSERT_OK(gpusim_engine_run_until(engine, 50, &err), &err);
    ck_assert_int_eq(gpusim_engine_schedule(engine, 49, 0, 0, 0, 0, &id, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_engine_schedule(engine, 50, 8, 0, 0, 0, &id, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_engine_schedule(engine, 50, 0, 2, 0, 0, &id, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_engine_schedule(engine, 50, 0, 256, 0, 0, &id, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_engine_handle(engine, 256, "a", letter, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_engine_handle(engine, 3, "a", NULL, &err), GPUSIM_ARGUMENT);

    // never
    ASSERT_OK(gpusim_engine_schedule(engine, GPUSIM_TIME_MAX, 0, 0, 0, 0, &id, &err), &err);
    ck_assert_uint_eq(id.generation, 0);
    ck_assert_int_eq(gpusim_engine_pending(engine, id, NULL), 0);
    ck_assert_int_eq(gpusim_engine_move(engine, &id, 60, &err), GPUSIM_ARGUMENT);
    ck_assert_uint_eq(gpusim_engine_count(engine), 0);

    // moved to never, or to the past
    id = at(w, 60, 0, 'a');
    ck_assert_int_eq(gpusim_engine_move(engine, &id, 40, &err), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_engine_pending(engine, id, NULL), 1);
    ASSERT_OK(gpusim_engine_move(engine, &id, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_uint_eq(gpusim_engine_count(engine), 0);

    // a handler cannot run its own engine
    w->nest = 1;
    at(w, 70, 0, 'a');
    ASSERT_OK(gpusim_engine_run_until(engine, 80, &err), &err);
    ck_assert_int_eq(w->nested, GPUSIM_ARGUMENT);
    discard(w);
    gpusim_engine_destroy(NULL);
}
END_TEST

START_TEST(handles)
{
    gpusim_error err = {0};
    world *w = make(pass);
    gpusim_event event;
    gpusim_event_id first = at(w, 10, 0, 'a'), zero = {0};
    gpusim_event_id copy = first;
    ck_assert_int_eq(gpusim_engine_pending(w->engine, zero, NULL), 0);
    ck_assert_int_eq(gpusim_engine_pending(w->engine, first, &event), 1);
    ck_assert(event.time == 10 && event.payload == 'a');

    // the victim is of the same batch, and comes no more
    w->victim = at(w, 10, 1, 'b');
    gpusim_event_id victim = w->victim;
    ASSERT_OK(gpusim_engine_run_until(w->engine, 20, &err), &err);
    ck_assert_str_eq(w->log, "a|");
    ck_assert_int_eq(gpusim_engine_pending(w->engine, victim, NULL), 0);
    ck_assert_int_eq(gpusim_engine_cancel(w->engine, &victim), 0);
    ck_assert_uint_eq(victim.generation, 0);

    // the slots are used again, and the old handles do not match
    for (int i = 0; i < 100; i++) {
        at(w, 30 + i, 0, 'c');
    }
    ck_assert_int_eq(gpusim_engine_pending(w->engine, first, NULL), 0);
    ck_assert_int_eq(gpusim_engine_cancel(w->engine, &copy), 0);
    ck_assert_uint_eq(gpusim_engine_count(w->engine), 100);
    gpusim_event_id wild = {1000000, 1};
    ck_assert_int_eq(gpusim_engine_cancel(w->engine, &wild), 0);
    discard(w);
}
END_TEST

START_TEST(an_instant_without_end)
{
    gpusim_error err = {0};
    world *w = make(NULL);
    // 999 repetitions make 1,000 batches, which is the most there may be
    w->repeats = GPUSIM_BATCHES_MAX - 1;
    ASSERT_OK(gpusim_engine_schedule(w->engine, 12500000000, 3, 1, 0, 0, NULL, &err), &err);
    at(w, 12500000000, 2, 'a');
    ASSERT_OK(gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_uint_eq(gs_engine_batches(w->engine), GPUSIM_BATCHES_MAX);

    // the next one is an error that names who is at it, and not who was there before
    w->repeats = UINT64_MAX;
    at(w, 13500000000, 2, 'a');
    ASSERT_OK(gpusim_engine_schedule(w->engine, 13500000000, 3, 1, 0, 0, NULL, &err), &err);
    ASSERT_OK(gpusim_engine_schedule(w->engine, 13500000000, 3, 255, 0, 0, NULL, &err), &err);
    ck_assert_int_eq(gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, &err), GPUSIM_LOOP);
    ck_assert_str_eq(err.message,
                     "1000 batches at 13.500000000 s and no end: events without delay follow each "
                     "other through these handlers: thermal-check, alert-rule");
    ck_assert_uint_eq(gs_engine_batches(w->engine), 2 * GPUSIM_BATCHES_MAX);
    ASSERT_OK(gs_engine_check(w->engine, &err), &err);
    ck_assert_int_eq(gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, &err), GPUSIM_LOOP);
    discard(w);

    // a delay of 1 ns is an end
    w = make(NULL);
    w->again = 1;
    w->repeats = 5000;
    ASSERT_OK(gpusim_engine_schedule(w->engine, 0, 3, 1, 0, 0, NULL, &err), &err);
    ASSERT_OK(gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, &err), &err);
    ck_assert_int_eq(gpusim_engine_now(w->engine), 5000);
    discard(w);
}
END_TEST

START_TEST(a_long_list_of_names)
{
    static const char name[] = "a-handler-with-quite-a-long-name";
    gpusim_error err = {0};
    world *w = make(NULL);
    w->repeats = UINT64_MAX;
    for (uint16_t i = 0; i < 256; i++) {
        ASSERT_OK(gpusim_engine_handle(w->engine, i, name, again, &err), &err);
        ASSERT_OK(gpusim_engine_schedule(w->engine, 5, i % 8, i, 0, 0, NULL, &err), &err);
    }
    ck_assert_int_eq(gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, &err), GPUSIM_LOOP);
    size_t length = strlen(err.message);
    ck_assert_uint_lt(length, sizeof err.message);
    ck_assert_str_eq(err.message + length - 3, "...");
    discard(w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loop");
    TEST_CASE(suite, 60, classes_within_an_instant, until_and_after, stopping, failing, refusing,
              handles, an_instant_without_end, a_long_list_of_names);
    return test_run(suite);
}
