/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hold model: take the next event, schedule another an exponential delay later, with a constant
 * number pending. `hold engine|bare|table PENDING` prints ns of CPU time per hold.
 *   engine: the public API, events that can be cancelled
 *   bare:   a radix heap of keys
 *   table:  the same with what an event needs beside its key: function and argument in a table
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpusim/engine.h>

#include "bare.h"
#include "clock.h"

#define WARM_UP_HOLDS 3 // times the number pending, and as many as delays at least

static int64_t delays[DELAYS];

typedef struct engine_world {
    gpusim_engine *engine;
    uint64_t left;
    gpusim_event_id id; // what could cancel the newest event
} engine_world;

static gpusim_status hold(void *context, const gpusim_event *event, gpusim_error *err)
{
    engine_world *world = context;
    if (--world->left == 0) {
        gpusim_engine_stop(world->engine);
    }
    return gpusim_engine_schedule(world->engine, event->time + delays[world->left % DELAYS], 0, 0,
                                  event->entity, event->payload, &world->id, err);
}

static double run_engine(uint32_t pending, uint64_t warm_up, uint64_t holds)
{
    gpusim_error err = {0};
    engine_world world = {0};
    gpusim_engine_config config;
    gpusim_engine_config_default(&config);
    config.capacity = pending;
    config.context = &world;
    gpusim_status status = GPUSIM_OK;
    double took = -1;
    GPUSIM_TRY(gpusim_engine_create(&config, &world.engine, &err));
    GPUSIM_TRY(gpusim_engine_handle(world.engine, 0, "hold", hold, &err));
    for (uint32_t i = 0; i < pending; i++) {
        GPUSIM_TRY(gpusim_engine_schedule(world.engine, delays[i % DELAYS] + i % 997, 0, 0, i, i,
                                          &world.id, &err));
    }
    world.left = warm_up;
    GPUSIM_TRY(gpusim_engine_run_until(world.engine, GPUSIM_TIME_MAX, &err));
    world.left = holds;
    double start = cpu_seconds();
    GPUSIM_TRY(gpusim_engine_run_until(world.engine, GPUSIM_TIME_MAX, &err));
    took = cpu_seconds() - start;
cleanup:
    if (status != GPUSIM_OK) {
        fprintf(stderr, "hold: %s\n", err.message);
    }
    gpusim_engine_destroy(world.engine);
    return took;
}

static volatile uint64_t sink;

static double run_bare(uint32_t pending, uint64_t warm_up, uint64_t holds)
{
    bare_heap *heap = calloc(1, sizeof *heap);
    if (!heap) {
        return -1;
    }
    heap->limit = -1;
    for (uint32_t i = 0; i < pending; i++) {
        bare_push(heap, delays[i % DELAYS] + i % 997, i);
    }
    double start = 0;
    uint64_t sum = 0;
    for (uint64_t left = warm_up + holds; left; left--) {
        if (left == holds) {
            start = cpu_seconds();
        }
        bare_entry entry = bare_pop(heap);
        sum += entry.payload;
        bare_push(heap, entry.time + delays[left % DELAYS], entry.payload);
    }
    double took = cpu_seconds() - start;
    sink = sum;
    for (int i = 0; i < 64; i++) {
        free(heap->buckets[i].entries);
    }
    free(heap);
    return took;
}

// An event's function and argument; a free one links to the next.
typedef struct table_event {
    uint32_t (*function)(struct table_event *event);
    uint64_t argument;
    uint32_t next, class_;
    uint64_t more;
} table_event;

static uint32_t table_function(table_event *event)
{
    return (uint32_t)event->argument;
}

static double run_table(uint32_t pending, uint64_t warm_up, uint64_t holds)
{
    bare_heap *heap = calloc(1, sizeof *heap);
    table_event *table = calloc(pending, sizeof *table);
    double start = 0, took = -1;
    uint64_t sum = 0;
    uint32_t first_free = UINT32_MAX;
    if (!heap || !table) {
        goto cleanup;
    }
    heap->limit = -1;
    for (uint32_t i = 0; i < pending; i++) {
        table[i] = (table_event){.function = table_function, .argument = i};
        bare_push(heap, delays[i % DELAYS] + i % 997, i);
    }
    for (uint64_t left = warm_up + holds; left; left--) {
        if (left == holds) {
            start = cpu_seconds();
        }
        // the event's record is read and given back; the next event takes it
        bare_entry entry = bare_pop(heap);
        table_event *event = &table[entry.payload];
        uint32_t argument = event->function(event);
        sum += argument;
        event->next = first_free;
        first_free = (uint32_t)entry.payload;
        uint32_t index = first_free;
        first_free = table[index].next;
        table[index] = (table_event){.function = table_function, .argument = argument};
        bare_push(heap, entry.time + delays[left % DELAYS], index);
    }
    took = cpu_seconds() - start;
    sink = sum;
cleanup:
    for (int i = 0; heap && i < 64; i++) {
        free(heap->buckets[i].entries);
    }
    free(heap);
    free(table);
    return took;
}

int main(int count, char **arguments)
{
    long pending = count > 2 ? strtol(arguments[2], NULL, 10) : 0;
    if (pending < 1 || pending > 100000000) {
        fprintf(stderr, "usage: hold engine|bare|table PENDING\n");
        return 2;
    }
    draw_delays(delays);
    uint64_t holds = 4000000, warm_up = WARM_UP_HOLDS * (uint64_t)pending + DELAYS;
    double took =
        strcmp(arguments[1], "engine") == 0 ? run_engine((uint32_t)pending, warm_up, holds)
        : strcmp(arguments[1], "bare") == 0 ? run_bare((uint32_t)pending, warm_up, holds)
                                            : run_table((uint32_t)pending, warm_up, holds);
    printf("%.2f\n", 1e9 * took / (double)holds);
    return took < 0;
}
