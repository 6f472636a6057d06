/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The random program on the engine that is tested. */
#ifndef TESTS_ENGINE_PROGRAM_ENGINE_H
#define TESTS_ENGINE_PROGRAM_ENGINE_H

#include "engine/program.h"
#include "harness.h"

#include <gpusim/engine.h>

typedef struct on_engine {
    gpusim_engine *engine;
    gpusim_event_id ids[PROGRAM_HANDLES];
    program program;
} on_engine;

static inline void on_engine_schedule(void *machine, int64_t time, int class_, uint64_t payload,
                                      int handle)
{
    on_engine *m = machine;
    gpusim_error err = {0};
    ASSERT_OK(gpusim_engine_schedule(m->engine, time, (uint16_t)class_, (uint16_t)(payload % 3),
                                     (uint32_t)payload * 7, payload, &m->ids[handle], &err),
              &err);
}

static inline int on_engine_cancel(void *machine, int handle)
{
    on_engine *m = machine;
    int pending = gpusim_engine_pending(m->engine, m->ids[handle], NULL);
    int cancelled = gpusim_engine_cancel(m->engine, &m->ids[handle]);
    ck_assert_int_eq(pending, cancelled);
    return cancelled;
}

static inline int on_engine_move(void *machine, int handle, int64_t time)
{
    on_engine *m = machine;
    gpusim_event was, is;
    if (!gpusim_engine_pending(m->engine, m->ids[handle], &was)) {
        return 0;
    }
    gpusim_error err = {0};
    ASSERT_OK(gpusim_engine_move(m->engine, &m->ids[handle], time, &err), &err);
    ck_assert_int_eq(gpusim_engine_pending(m->engine, was.id, NULL), 0);
    ck_assert_int_eq(gpusim_engine_pending(m->engine, m->ids[handle], &is), 1);
    ck_assert(is.time == time && is.payload == was.payload && is.class_ == was.class_ &&
              is.handler == was.handler && is.entity == was.entity);
    return 1;
}

static inline int64_t on_engine_now(void *machine)
{
    return gpusim_engine_now(((on_engine *)machine)->engine);
}

static inline uint64_t on_engine_count(void *machine)
{
    return gpusim_engine_count(((on_engine *)machine)->engine);
}

static const program_machine on_engine_does = {on_engine_schedule, on_engine_cancel, on_engine_move,
                                               on_engine_now, on_engine_count};

static inline gpusim_status on_engine_event(void *context, const gpusim_event *event,
                                            gpusim_error *err)
{
    (void)err;
    on_engine *m = context;
    ck_assert_int_eq(event->time, gpusim_engine_now(m->engine));
    ck_assert_uint_eq(event->handler, event->payload % 3);
    ck_assert_uint_eq(event->entity, (uint32_t)event->payload * 7);
    ck_assert_int_eq(gpusim_engine_pending(m->engine, event->id, NULL), 0);
    program_event(&m->program, event->payload);
    return GPUSIM_OK;
}

static inline gpusim_status on_engine_pass(void *context, gpusim_time now, gpusim_error *err)
{
    (void)err;
    on_engine *m = context;
    ck_assert_int_eq(now, gpusim_engine_now(m->engine));
    program_pass(&m->program);
    return GPUSIM_OK;
}

/* m->program has been filled but for the machine. */
static inline void on_engine_create(on_engine *m)
{
    gpusim_error err = {0};
    gpusim_engine_config config;
    gpusim_engine_config_default(&config);
    config.capacity = 4;
    config.context = m;
    config.pass = on_engine_pass;
    ASSERT_OK(gpusim_engine_create(&config, &m->engine, &err), &err);
    static const char *const names[] = {"event 0", "event 1", "event 2"};
    for (uint16_t i = 0; i < 3; i++) {
        ASSERT_OK(gpusim_engine_handle(m->engine, i, names[i], on_engine_event, &err), &err);
    }
    m->program.does = &on_engine_does;
    m->program.machine = m;
}

static inline void on_engine_destroy(on_engine *m)
{
    gpusim_engine_destroy(m->engine);
    free(m->program.log);
}

#endif
