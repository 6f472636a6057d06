/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 200,000 events at one instant cost per event no more than twice what they cost apart. Times are
 * of one process, CPU alone, the least of several rounds of each kind in turn. */
#include <time.h>

#include <gpusim/engine.h>

#include "harness.h"

#define EVENTS 200000
#define ROUNDS 7

typedef struct world {
    gpusim_engine *engine;
    uint64_t left, fired;
    gpusim_time step, last; // the feeder's
} world;

static gpusim_status count(void *context, const gpusim_event *event, gpusim_error *err)
{
    (void)event;
    (void)err;
    ((world *)context)->fired++;
    return GPUSIM_OK;
}

// Schedules one event for the last instant each time it comes.
static gpusim_status feed(void *context, const gpusim_event *event, gpusim_error *err)
{
    world *w = context;
    if (w->left == 0) {
        return GPUSIM_OK;
    }
    gpusim_time time = w->last + (gpusim_time)(event->payload * --w->left);
    gpusim_status status = gpusim_engine_schedule(w->engine, time, w->left % 8, 0, 0, 0, NULL, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    return gpusim_engine_schedule(w->engine, event->time + w->step, 0, 1, 0, event->payload, NULL,
                                  err);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void make(world *w)
{
    gpusim_error err = {0};
    gpusim_engine_config config;
    gpusim_engine_config_default(&config);
    config.capacity = EVENTS + 1;
    config.context = w;
    ASSERT_OK(gpusim_engine_create(&config, &w->engine, &err), &err);
    ASSERT_OK(gpusim_engine_handle(w->engine, 0, "count", count, &err), &err);
    ASSERT_OK(gpusim_engine_handle(w->engine, 1, "feed", feed, &err), &err);
}

// All scheduled beforehand, at one instant or at random times; `now` puts them into this instant.
static gpusim_status scheduled(world *w, int apart, int now, gpusim_error *err)
{
    uint64_t random = 1;
    for (uint32_t i = 0; i < EVENTS; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        gpusim_time time = now ? 0 : apart ? (gpusim_time)(random >> 24) : 1000000000;
        gpusim_status status = gpusim_engine_schedule(w->engine, time, i % 8, 0, 0, 0, NULL, err);
        if (status != GPUSIM_OK) {
            return status;
        }
    }
    return gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, err);
}

// Scheduled one by one while time goes on towards the instant, so that its end is near for the
// queue.
static gpusim_status fed(world *w, int apart, int unused, gpusim_error *err)
{
    (void)unused;
    w->left = EVENTS;
    w->step = 3;
    w->last = EVENTS * 4;
    gpusim_status status =
        gpusim_engine_schedule(w->engine, 0, 0, 1, 0, (uint64_t)apart, NULL, err);
    return status ? status : gpusim_engine_run_until(w->engine, GPUSIM_TIME_MAX, err);
}

typedef gpusim_status (*kind)(world *w, int apart, int now, gpusim_error *err);

// Check's assertions are slow, so none is within what is timed.
static double measure(kind run, int apart, int now)
{
    gpusim_error err = {0};
    world w = {0};
    make(&w);
    double start = seconds();
    gpusim_status status = run(&w, apart, now, &err);
    double took = seconds() - start;
    ASSERT_OK(status, &err);
    ck_assert_uint_eq(w.fired, EVENTS);
    gpusim_engine_destroy(w.engine);
    return took;
}

static void compare(const char *what, kind run, int now)
{
    double together = 1e9, apart = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double a = measure(run, 0, now), b = measure(run, 1, 0);
        together = a < together ? a : together;
        apart = b < apart ? b : apart;
    }
    printf("%s: %.1f ns per event at one instant, %.1f apart\n", what, 1e9 * together / EVENTS,
           1e9 * apart / EVENTS);
    ck_assert_msg(together <= 2 * apart, "%s: %.1f ns against %.1f", what, 1e9 * together / EVENTS,
                  1e9 * apart / EVENTS);
}

START_TEST(ahead)
{
    compare("scheduled ahead", scheduled, 0);
}
END_TEST

START_TEST(without_delay)
{
    compare("without delay", scheduled, 1);
}
END_TEST

START_TEST(one_by_one)
{
    compare("one by one", fed, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("instant");
    TEST_CASE(suite, 60, ahead, without_delay, one_by_one);
    return test_run(suite);
}
