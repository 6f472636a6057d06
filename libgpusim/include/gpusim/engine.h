/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event engine on its own: a queue of events in simulated time, cancellable by handle, and the
 * loop that hands them to their handlers. It knows nothing of clusters.
 *
 * Order: (time, batch, class), first in first out. Events of one instant that were scheduled before
 * the instant's current batch began are its batch; what a handler schedules with zero delay, of any
 * class, is the next batch of the same instant. After each batch the pass function is called once.
 */
#ifndef GPUSIM_ENGINE_H
#define GPUSIM_ENGINE_H

#include <stdint.h>

#include <gpusim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GPUSIM_CLASSES     8    /* event classes, 0 first */
#define GPUSIM_BATCHES_MAX 1000 /* batches at one instant before GPUSIM_LOOP */

typedef struct gpusim_engine gpusim_engine;

/* Handle of a pending event. The zero value is no event; one that has fired or was cancelled is
 * recognised as such for 2^32 reuses of its slot. */
typedef struct gpusim_event_id {
    uint32_t slot;
    uint32_t generation;
} gpusim_event_id;

/* What a handler is told. */
typedef struct gpusim_event {
    gpusim_time time;
    uint64_t payload;
    uint32_t entity;
    uint16_t handler; /* which handler, 0 .. */
    uint16_t class_;  /* 0 .. GPUSIM_CLASSES - 1 */
    gpusim_event_id id;
} gpusim_event;

/* Acts on one event; a failure ends the run with that status. */
typedef gpusim_status (*gpusim_event_fn)(void *context, const gpusim_event *event,
                                         gpusim_error *err);

/* Called once after each batch. */
typedef gpusim_status (*gpusim_pass_fn)(void *context, gpusim_time now, gpusim_error *err);

typedef struct gpusim_engine_config {
    uint32_t size;       /* filled by gpusim_engine_config_default */
    uint32_t capacity;   /* pending events to make room for; grows when needed */
    void *context;       /* handed to handlers and to the pass */
    gpusim_pass_fn pass; /* may be NULL */
} gpusim_engine_config;

#define gpusim_engine_config_default(config)                                                       \
    gpusim_engine_config_init((config), (uint32_t)sizeof(gpusim_engine_config))
GPUSIM_API void gpusim_engine_config_init(gpusim_engine_config *config, uint32_t size);

GPUSIM_API gpusim_status gpusim_engine_create(const gpusim_engine_config *config,
                                              gpusim_engine **engine, gpusim_error *err);
GPUSIM_API void gpusim_engine_destroy(gpusim_engine *engine);

/* Names handler number `handler` (0 .. 255); the name appears in errors and must outlive the
 * engine. */
GPUSIM_API gpusim_status gpusim_engine_handle(gpusim_engine *engine, uint16_t handler,
                                              const char *name, gpusim_event_fn function,
                                              gpusim_error *err);

/* Schedules an event at `time` >= now (GPUSIM_ARGUMENT otherwise; at GPUSIM_TIME_MAX it never
 * comes, and *id is no event). id may be NULL. Amortised O(1); allocates only when more events are
 * pending than ever before. */
GPUSIM_API gpusim_status gpusim_engine_schedule(gpusim_engine *engine, gpusim_time time,
                                                uint16_t class_, uint16_t handler, uint32_t entity,
                                                uint64_t payload, gpusim_event_id *id,
                                                gpusim_error *err);

/* Cancels a pending event; returns 1, or 0 if it has fired or was cancelled. Sets *id to no event.
 * O(1): the entry is left to be skipped, and swept when such entries become the majority. */
GPUSIM_API int gpusim_engine_cancel(gpusim_engine *engine, gpusim_event_id *id);

/* Cancelled and scheduled anew at `time`, with the same class, handler, entity and payload. */
GPUSIM_API gpusim_status gpusim_engine_move(gpusim_engine *engine, gpusim_event_id *id,
                                            gpusim_time time, gpusim_error *err);

/* 1 and *event filled when the event is pending, else 0. event may be NULL. */
GPUSIM_API int gpusim_engine_pending(const gpusim_engine *engine, gpusim_event_id id,
                                     gpusim_event *event);

GPUSIM_API gpusim_time gpusim_engine_now(const gpusim_engine *engine);
GPUSIM_API gpusim_time gpusim_engine_next(const gpusim_engine *engine); /* GPUSIM_TIME_MAX: empty */
GPUSIM_API uint64_t gpusim_engine_count(const gpusim_engine *engine);   /* pending events */
GPUSIM_API uint64_t gpusim_engine_fired(const gpusim_engine *engine);   /* events so far */

/* Runs all batches with time <= `until`; afterwards now is `until`, or the time of the last event
 * when `until` is GPUSIM_TIME_MAX. Fails with what a handler failed with, or GPUSIM_LOOP. */
GPUSIM_API gpusim_status gpusim_engine_run_until(gpusim_engine *engine, gpusim_time until,
                                                 gpusim_error *err);

/* Runs one batch and its pass; *ran is 0 when nothing is pending at or before `until`. */
GPUSIM_API gpusim_status gpusim_engine_step(gpusim_engine *engine, gpusim_time until, int *ran,
                                            gpusim_error *err);

/* Ends run_until after the batch at hand; for use in handlers. */
GPUSIM_API void gpusim_engine_stop(gpusim_engine *engine);

#ifdef __cplusplus
}
#endif
#endif
