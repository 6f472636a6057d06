/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's order, event by event, against a sorted list with explicit keys. */
#include "engine/engine.h"

#include "engine/program_engine.h"
#include "reference/sorted_queue.h"

typedef struct on_list {
    sorted_queue queue;
    uint64_t handles[PROGRAM_HANDLES];
    program program;
} on_list;

static void on_list_schedule(void *machine, int64_t time, int class_, uint64_t payload, int handle)
{
    on_list *m = machine;
    m->handles[handle] = sorted_schedule(&m->queue, time, class_, payload);
}

static int on_list_cancel(void *machine, int handle)
{
    on_list *m = machine;
    return sorted_cancel(&m->queue, m->handles[handle]);
}

static int on_list_move(void *machine, int handle, int64_t time)
{
    on_list *m = machine;
    sorted_event *event = sorted_find(&m->queue, m->handles[handle]);
    if (!event) {
        return 0;
    }
    sorted_event was = *event;
    sorted_remove(&m->queue, event);
    m->handles[handle] = sorted_schedule(&m->queue, time, was.class_, was.payload);
    return 1;
}

static int64_t on_list_now(void *machine)
{
    return ((on_list *)machine)->queue.now;
}

static uint64_t on_list_count(void *machine)
{
    return ((on_list *)machine)->queue.count;
}

static const program_machine on_list_does = {on_list_schedule, on_list_cancel, on_list_move,
                                             on_list_now, on_list_count};

// Runs one batch and its pass; 0 when nothing is left at or before `until`.
static int on_list_step(on_list *m, int64_t until)
{
    sorted_event event;
    if (!sorted_take(&m->queue, until, &event)) {
        return 0;
    }
    program_event(&m->program, event.payload);
    uint64_t batch = event.batch;
    while (m->queue.first && m->queue.first->time == m->queue.now &&
           m->queue.first->batch == batch) {
        sorted_take(&m->queue, until, &event);
        program_event(&m->program, event.payload);
    }
    program_pass(&m->program);
    return 1;
}

static void compare_logs(const program *engine, const program *list, size_t *from)
{
    ck_assert_uint_eq(engine->lines, list->lines);
    for (; *from < list->lines; (*from)++) {
        const program_line *a = &engine->log[*from], *b = &list->log[*from];
        ck_assert_msg(a->time == b->time && a->payload == b->payload && a->pending == b->pending,
                      "line %zu: %lld/%llu/%llu is not %lld/%llu/%llu", *from, (long long)a->time,
                      (unsigned long long)a->payload, (unsigned long long)a->pending,
                      (long long)b->time, (unsigned long long)b->payload,
                      (unsigned long long)b->pending);
    }
}

static void outside_actions(program *engine, program *list)
{
    for (uint64_t n = program_random(engine) % 8; n--;) {
        program_act(engine);
    }
    for (uint64_t n = program_random(list) % 8; n--;) {
        program_act(list);
    }
}

// The same program on both, in legs of random length that end within a gap, or after one batch.
static size_t race(uint64_t seed, uint64_t target, int quiet, size_t lines)
{
    program start = {.random = seed, .target = target, .quiet = quiet};
    on_engine a = {.program = start};
    on_list b = {.program = start};
    gpusim_error err = {0};
    on_engine_create(&a);
    b.program.does = &on_list_does;
    b.program.machine = &b;
    program driver = {.random = ~seed};

    size_t compared = 0;
    while (compared < lines) {
        while (a.program.does->count(&a) < target / 2 + 1) {
            program_act(&a.program);
        }
        while (b.program.does->count(&b) < target / 2 + 1) {
            program_act(&b.program);
        }
        outside_actions(&a.program, &b.program);
        ck_assert_int_eq(gpusim_engine_next(a.engine),
                         b.queue.first ? b.queue.first->time : GPUSIM_TIME_MAX);
        gpusim_time until = gpusim_time_add(b.queue.now, program_delay(&driver));
        if (program_random(&driver) % 2) {
            ASSERT_OK(gpusim_engine_run_until(a.engine, until, &err), &err);
            while (on_list_step(&b, until)) {
            }
            sorted_wait(&b.queue, until);
        } else {
            int ran;
            ASSERT_OK(gpusim_engine_step(a.engine, until, &ran, &err), &err);
            ck_assert_int_eq(ran, on_list_step(&b, until));
        }
        ck_assert_int_eq(gpusim_engine_now(a.engine), b.queue.now);
        ASSERT_OK(gs_engine_check(a.engine, &err), &err);
        compare_logs(&a.program, &b.program, &compared);
    }
    ck_assert_int_eq(gpusim_engine_count(a.engine), b.queue.count);
    sorted_clear(&b.queue);
    free(b.program.log);
    on_engine_destroy(&a);
    return compared;
}

START_TEST(few_pending)
{
    for (uint64_t seed = 1; seed <= 40; seed++) {
        race(seed, 1 + seed % 10, (int)(seed % 4) * 20, 5000);
    }
}
END_TEST

START_TEST(some_pending)
{
    for (uint64_t seed = 100; seed < 120; seed++) {
        race(seed, 60 + seed, (int)(seed % 4) * 15, 10000);
    }
}
END_TEST

START_TEST(many_pending)
{
    for (uint64_t seed = 200; seed < 204; seed++) {
        race(seed, 1500, (int)(seed % 4) * 15, 30000);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order");
    TEST_CASE(suite, 60, few_pending, some_pending, many_pending);
    return test_run(suite);
}
