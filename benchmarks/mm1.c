/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An M/M/1 queue at load 0.9 through the public API: prints ns of CPU time per customer. */
#include <stdio.h>

#include <gpusim/engine.h>

#include "clock.h"

#define CUSTOMERS 5000000
#define LOAD      0.9
#define ROOM      (1u << 16)

typedef struct queue {
    gpusim_engine *engine;
    gpusim_stream arrivals, services;
    uint64_t arrived, served, waiting;
    gpusim_time arrival[ROOM];
    double waited;
} queue;

enum { ARRIVAL, DEPARTURE };

// Cut to ns; gpusim_time_from_seconds would round, and take care of what does not fit.
static gpusim_time time_of(double seconds)
{
    return (gpusim_time)(seconds * 1e9);
}

static gpusim_status serve(queue *q, gpusim_time now, gpusim_error *err)
{
    q->waited += gpusim_seconds(now - q->arrival[q->served % ROOM]);
    double service = gpusim_draw_exponential(q->services, q->served);
    return gpusim_engine_schedule(q->engine, now + time_of(service), 0, DEPARTURE, 0, 0, NULL, err);
}

static gpusim_status arrive(void *context, const gpusim_event *event, gpusim_error *err)
{
    queue *q = context;
    q->arrival[q->arrived++ % ROOM] = event->time;
    if (q->waiting++ == 0) {
        gpusim_status status = serve(q, event->time, err);
        if (status != GPUSIM_OK) {
            return status;
        }
    }
    double gap = gpusim_draw_exponential(q->arrivals, q->arrived) * (1 / LOAD);
    return gpusim_engine_schedule(q->engine, event->time + time_of(gap), 1, ARRIVAL, 0, 0, NULL,
                                  err);
}

static gpusim_status depart(void *context, const gpusim_event *event, gpusim_error *err)
{
    queue *q = context;
    if (++q->served == CUSTOMERS) {
        gpusim_engine_stop(q->engine);
    }
    return --q->waiting ? serve(q, event->time, err) : GPUSIM_OK;
}

int main(void)
{
    static queue q;
    gpusim_error err = {0};
    gpusim_status status;
    gpusim_engine_config config;
    gpusim_engine_config_default(&config);
    config.context = &q;
    double start = cpu_seconds();
    q.arrivals = gpusim_stream_make(1, "arrivals", "queue");
    q.services = gpusim_stream_make(1, "services", "queue");
    GPUSIM_TRY(gpusim_engine_create(&config, &q.engine, &err));
    GPUSIM_TRY(gpusim_engine_handle(q.engine, ARRIVAL, "arrival", arrive, &err));
    GPUSIM_TRY(gpusim_engine_handle(q.engine, DEPARTURE, "departure", depart, &err));
    GPUSIM_TRY(gpusim_engine_schedule(q.engine, 0, 1, ARRIVAL, 0, 0, NULL, &err));
    GPUSIM_TRY(gpusim_engine_run_until(q.engine, GPUSIM_TIME_MAX, &err));
    double took = cpu_seconds() - start;
    printf("%.2f\n", 1e9 * took / CUSTOMERS);
    fprintf(stderr, "mean wait %.3f (theory %.3f)\n", q.waited / CUSTOMERS, LOAD / (1 - LOAD));
cleanup:
    if (status != GPUSIM_OK) {
        fprintf(stderr, "mm1: %s\n", err.message);
    }
    gpusim_engine_destroy(q.engine);
    return status != GPUSIM_OK;
}
