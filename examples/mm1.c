/* SPDX-License-Identifier: 0BSD */
/* An M/M/1 queue: customers come at random, one server takes them in the order of their coming. The
 * program measures how long they wait and holds it against theory.
 *
 * It uses gpusim's event engine and random numbers, and nothing else of gpusim:
 *     cc mm1.c -o mm1 $(pkg-config --cflags --libs gpusim)
 */
#include <stdio.h>

#include <gpusim/engine.h>
#include <gpusim/random.h>

#define CUSTOMERS 1000000
#define LOAD      0.8    /* customers per second; the server needs a second for each on average */
#define ROOM      100000 /* customers waiting at once */

/* The two things that happen. Each has a number, a name (for error messages) and a handler. */
enum { ARRIVAL, DEPARTURE };

/* At one instant, departures come before arrivals: who comes as another leaves need not wait. */
enum { DEPARTURES_FIRST, ARRIVALS_SECOND };

/* What the simulation knows. The engine hands it to every handler. */
typedef struct shop {
    gpusim_engine *engine;
    gpusim_stream gaps, services; /* where random numbers come from */
    uint64_t came, served;
    gpusim_time came_at[ROOM]; /* when customer k came is at k % ROOM */
    double waited;             /* seconds, all customers together */
} shop;

/* The next customer's service begins. It ends after an exponential time of mean 1 s: an event. */
static gpusim_status begin_service(shop *s, gpusim_time now, gpusim_error *err)
{
    s->waited += gpusim_seconds(now - s->came_at[s->served % ROOM]);
    double service = gpusim_draw_exponential(s->services, s->served);
    gpusim_time end = gpusim_time_add(now, gpusim_time_from_seconds(service));
    return gpusim_engine_schedule(s->engine, end, DEPARTURES_FIRST, DEPARTURE, 0, 0, NULL, err);
}

static gpusim_status on_arrival(void *context, const gpusim_event *event, gpusim_error *err)
{
    shop *s = context;
    gpusim_status status = GPUSIM_OK;
    if (s->came - s->served == ROOM) {
        return gpusim_fail(err, GPUSIM_MEMORY, "more than %d customers are waiting", ROOM);
    }

    /* the customer is served at once when nobody else is there, else waits */
    s->came_at[s->came++ % ROOM] = event->time;
    if (s->came - s->served == 1) {
        GPUSIM_TRY(begin_service(s, event->time, err));
    }

    /* and the next one will come; its gap is draw number `came`, whatever else is drawn */
    double gap = gpusim_draw_exponential(s->gaps, s->came) / LOAD;
    gpusim_time next = gpusim_time_add(event->time, gpusim_time_from_seconds(gap));
    GPUSIM_TRY(gpusim_engine_schedule(s->engine, next, ARRIVALS_SECOND, ARRIVAL, 0, 0, NULL, err));
cleanup:
    return status;
}

static gpusim_status on_departure(void *context, const gpusim_event *event, gpusim_error *err)
{
    shop *s = context;
    s->served++;
    if (s->served == CUSTOMERS) {
        gpusim_engine_stop(s->engine);
        return GPUSIM_OK;
    }
    return s->came > s->served ? begin_service(s, event->time, err) : GPUSIM_OK;
}

int main(void)
{
    static shop s;
    gpusim_error err = {0};
    gpusim_status status;

    /* one stream of random numbers for each purpose, so that neither disturbs the other */
    s.gaps = gpusim_stream_make(/*seed=*/1, "gaps", "shop");
    s.services = gpusim_stream_make(/*seed=*/1, "services", "shop");

    /* an engine, and what it does with each kind of event */
    gpusim_engine_config config;
    gpusim_engine_config_default(&config);
    config.context = &s;
    GPUSIM_TRY(gpusim_engine_create(&config, &s.engine, &err));
    GPUSIM_TRY(gpusim_engine_handle(s.engine, ARRIVAL, "arrival", on_arrival, &err));
    GPUSIM_TRY(gpusim_engine_handle(s.engine, DEPARTURE, "departure", on_departure, &err));

    /* the first customer comes at time 0, and the rest follows from that */
    GPUSIM_TRY(gpusim_engine_schedule(s.engine, 0, ARRIVALS_SECOND, ARRIVAL, 0, 0, NULL, &err));
    GPUSIM_TRY(gpusim_engine_run_until(s.engine, GPUSIM_TIME_MAX, &err));

    printf("mean wait  %.3f s over %d customers\n", s.waited / CUSTOMERS, CUSTOMERS);
    printf("theory     %.3f s\n", LOAD / (1 - LOAD));
    printf("events     %llu in %.0f simulated seconds\n",
           (unsigned long long)gpusim_engine_fired(s.engine),
           gpusim_seconds(gpusim_engine_now(s.engine)));

cleanup:
    if (status != GPUSIM_OK) {
        fprintf(stderr, "mm1: %s\n", err.message);
    }
    gpusim_engine_destroy(s.engine);
    return status != GPUSIM_OK;
}
