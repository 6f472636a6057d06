/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving at random moments and going on from there, in the same engine and in another. */
#include "engine/engine.h"

#include <string.h>

#include "engine/program_engine.h"

typedef struct saved {
    void *bytes;
    size_t size;
} saved;

static saved save(on_engine *m, gs_state *state)
{
    gpusim_error err = {0};
    ASSERT_OK(gs_engine_before_save(m->engine, &err), &err);
    saved s = {.size = gs_state_size(state)};
    s.bytes = malloc(s.size);
    gs_state_write(state, s.bytes);
    return s;
}

static gpusim_status restore(on_engine *m, gs_state *state, saved s, gpusim_error *err)
{
    gpusim_status status = gs_state_read(state, s.bytes, s.size, err);
    return status ? status : gs_engine_after_restore(m->engine, err);
}

static void assert_same(saved a, saved b)
{
    ck_assert_uint_eq(a.size, b.size);
    ck_assert_mem_eq(a.bytes, b.bytes, a.size);
}

// A leg of the program; legs end between batches, within gaps and after stops alike.
static void leg(on_engine *m, uint64_t which)
{
    gpusim_error err = {0};
    while (m->program.does->count(m) < m->program.target / 2 + 1) {
        program_act(&m->program);
    }
    program driver = {.random = which};
    gpusim_time until =
        gpusim_time_add(gpusim_engine_now(m->engine), program_delay(&driver) % 100000);
    if (which % 3) {
        ASSERT_OK(gpusim_engine_run_until(m->engine, until, &err), &err);
    } else {
        int ran;
        ASSERT_OK(gpusim_engine_step(m->engine, until, &ran, &err), &err);
    }
}

static void compare(const program *a, const program *b)
{
    ck_assert_uint_eq(a->lines, b->lines);
    if (a->lines) {
        ck_assert_mem_eq(a->log, b->log, a->lines * sizeof *a->log);
    }
}

// Takes over what is not the engine's: handles and the program's own state.
static void adopt(on_engine *to, const on_engine *from)
{
    memcpy(to->ids, from->ids, sizeof to->ids);
    program_line *log = to->program.log;
    size_t room = to->program.room;
    to->program = from->program;
    to->program.machine = to;
    to->program.log = log;
    to->program.room = room;
    to->program.lines = 0;
}

static void journey(uint64_t seed, uint64_t target, int quiet)
{
    gpusim_error err = {0};
    program start = {.random = seed, .target = target, .quiet = quiet};
    on_engine a = {.program = start}, b = {.program = start}, never = {.program = start};
    on_engine_create(&a);
    on_engine_create(&b);
    on_engine_create(&never);
    gs_state state_a = {0}, state_b = {0}, state_never = {0};
    ASSERT_OK(gs_engine_register(a.engine, &state_a, &err), &err);
    ASSERT_OK(gs_engine_register(b.engine, &state_b, &err), &err);
    ASSERT_OK(gs_engine_register(never.engine, &state_never, &err), &err);

    for (uint64_t i = 0; i < 60; i++) {
        leg(&a, seed + i);
        leg(&never, seed + i);

        // b is wherever it was before, and becomes what a is
        saved now = save(&a, &state_a);
        ASSERT_OK(restore(&b, &state_b, now, &err), &err);
        ASSERT_OK(gs_engine_check(b.engine, &err), &err);
        adopt(&b, &a);
        saved again = save(&b, &state_b);
        assert_same(now, again);

        // it goes on alike
        size_t lines = a.program.lines;
        a.program.lines = 0;
        program_line *kept = a.program.log;
        size_t room = a.program.room;
        a.program.log = NULL;
        a.program.room = 0;
        for (uint64_t k = 1; k < 4; k++) {
            leg(&a, seed + i + 1000 * k);
            leg(&b, seed + i + 1000 * k);
            leg(&never, seed + i + 1000 * k);
        }
        compare(&a.program, &b.program);
        ck_assert_mem_eq(a.ids, b.ids, sizeof a.ids);
        saved later_a = save(&a, &state_a), later_b = save(&b, &state_b);
        assert_same(later_a, later_b);
        free(a.program.log);
        a.program.log = kept;
        a.program.room = room;
        a.program.lines = lines;
        free(now.bytes);
        free(again.bytes);
        free(later_a.bytes);
        free(later_b.bytes);
    }

    // and saving has changed nothing: one that never saved has the same bytes
    saved last = save(&a, &state_a), other = save(&never, &state_never);
    assert_same(last, other);
    ck_assert_mem_eq(a.ids, never.ids, sizeof a.ids);
    free(last.bytes);
    free(other.bytes);
    on_engine_destroy(&a);
    on_engine_destroy(&b);
    on_engine_destroy(&never);
}

START_TEST(going_on)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        journey(seed, seed * seed * 4, (int)(seed % 4) * 20);
    }
}
END_TEST

START_TEST(history_leaves_no_trace)
{
    // the same future by another way: many more cancelled, none of them left
    gpusim_error err = {0};
    on_engine a = {.program = {.target = 1}}, b = {.program = {.target = 1}};
    on_engine_create(&a);
    on_engine_create(&b);
    gs_state state_a = {0}, state_b = {0};
    ASSERT_OK(gs_engine_register(a.engine, &state_a, &err), &err);
    ASSERT_OK(gs_engine_register(b.engine, &state_b, &err), &err);
    for (int i = 0; i < 50; i++) {
        on_engine_schedule(&a, 1000 - i, i % 8, 3, 0);
        on_engine_schedule(&b, 1000 - i, i % 8, 3, 0);
    }
    for (int i = 0; i < 30; i++) {
        on_engine_schedule(&a, 10000 + i, 0, 3, 1);
        ck_assert_int_eq(gpusim_engine_cancel(a.engine, &a.ids[1]), 1);
        on_engine_schedule(&b, 50 + i, 0, 3, 1);
        ck_assert_int_eq(gpusim_engine_cancel(b.engine, &b.ids[1]), 1);
    }
    saved x = save(&a, &state_a), y = save(&b, &state_b);
    assert_same(x, y);
    free(x.bytes);
    free(y.bytes);
    on_engine_destroy(&a);
    on_engine_destroy(&b);
}
END_TEST

START_TEST(late_handlers_are_kept)
{
    gpusim_error err = {0}, other = {0};
    program start = {.random = 5, .target = 0, .quiet = 0};
    on_engine a = {.program = start}, b = {.program = start};
    on_engine_create(&a);
    on_engine_create(&b);
    gs_state state_a = {0}, state_b = {0};
    ASSERT_OK(gs_engine_register(a.engine, &state_a, &err), &err);
    ASSERT_OK(gs_engine_register(b.engine, &state_b, &err), &err);

    // handler 0 up to the last batches, then handler 1: both are in the message, restored or not
    while (gs_engine_batches(a.engine) < GPUSIM_BATCHES_MAX - 8) {
        on_engine_schedule(&a, 0, 0, 3, 0);
        ASSERT_OK(gpusim_engine_run_until(a.engine, 0, &err), &err);
    }
    ck_assert_uint_lt(gs_engine_batches(a.engine), GPUSIM_BATCHES_MAX);
    saved now = save(&a, &state_a);
    ASSERT_OK(restore(&b, &state_b, now, &err), &err);
    adopt(&b, &a);
    gpusim_status first = GPUSIM_OK, second = GPUSIM_OK;
    for (int i = 0; i < 20; i++) {
        on_engine_schedule(&a, 0, 0, 1, 0);
        on_engine_schedule(&b, 0, 0, 1, 0);
        first = gpusim_engine_run_until(a.engine, 0, &err);
        second = gpusim_engine_run_until(b.engine, 0, &other);
    }
    ck_assert_int_eq(first, GPUSIM_LOOP);
    ck_assert_int_eq(second, GPUSIM_LOOP);
    ck_assert_str_eq(err.message, other.message);
    ck_assert_ptr_nonnull(strstr(err.message, "handlers: event 0, event 1"));
    free(now.bytes);
    on_engine_destroy(&a);
    on_engine_destroy(&b);
}
END_TEST

START_TEST(broken_bytes)
{
    gpusim_error err = {0};
    program start = {.random = 99, .target = 40, .quiet = 20};
    on_engine a = {.program = start}, b = {.program = start};
    on_engine_create(&a);
    on_engine_create(&b);
    gs_state state_a = {0}, state_b = {0};
    ASSERT_OK(gs_engine_register(a.engine, &state_a, &err), &err);
    ASSERT_OK(gs_engine_register(b.engine, &state_b, &err), &err);
    for (uint64_t i = 0; i < 20; i++) {
        leg(&a, i);
    }
    saved good = save(&a, &state_a);
    program driver = {.random = 7};
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
        saved bad = {.bytes = malloc(good.size), .size = good.size};
        memcpy(bad.bytes, good.bytes, good.size);
        size_t at = program_random(&driver) % good.size;
        ((unsigned char *)bad.bytes)[at] ^= (unsigned char)(1 + program_random(&driver) % 255);
        // refused, and then nothing is pending; or a state that is whole
        gpusim_status status = gs_state_read(&state_b, bad.bytes, bad.size, &err);
        if (status == GPUSIM_OK) {
            status = gs_engine_after_restore(b.engine, &err);
            ck_assert(status == GPUSIM_OK || gpusim_engine_count(b.engine) == 0);
        }
        ck_assert(status == GPUSIM_OK || status == GPUSIM_FORMAT);
        refused += status != GPUSIM_OK;
        gpusim_status checked = gs_engine_check(b.engine, &err);
        ck_assert_msg(checked == GPUSIM_OK, "byte %zu: %s", at, err.message);
        free(bad.bytes);
    }
    ck_assert_int_gt(refused, 1000);
    ASSERT_OK(restore(&b, &state_b, good, &err), &err);
    free(good.bytes);
    on_engine_destroy(&a);
    on_engine_destroy(&b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("save");
    TEST_CASE(suite, 60, going_on, history_leaves_no_trace, late_handlers_are_kept, broken_bytes);
    return test_run(suite);
}
