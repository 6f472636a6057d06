/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waits and utilisation of M/M/1, M/G/1 and M/M/c against theory, through the public API.
 *
 * Each figure is the mean of 40 replications with seeds 1 to 40; each measures at least 10^5
 * customers after a warm-up of 20,000 (at load 0.95 the relaxation time of M/M/1 is 1,600
 * customers, of the hyperexponential one 4,000). At load 0.95 they are longer, for a standard error
 * of 1%. Theory: Pollaczek-Khinchine, E[Wq] = lambda E[S^2] / (2 (1 - rho)); Erlang C for c
 * servers.
 */
#include <math.h>
#include <string.h>

#include <gpusim/engine.h>
#include <gpusim/random.h>

#include "harness.h"

#define REPLICATIONS 40
#define CUSTOMERS    100000
#define WARM_UP      20000
#define ROOM         65536 /* customers waiting at once */

// Theory's error margin in standard errors, and how large a standard error may be.
#define MARGIN    4.0
#define PRECISION 0.01

typedef enum service {
    DETERMINISTIC,
    ERLANG_2,
    EXPONENTIAL,
    HYPEREXPONENTIAL
} service_kind; // all of mean 1 s

typedef struct queue {
    gpusim_engine *engine;
    gpusim_stream arrivals, services, phases;
    double load, gap; // mean time between arrivals, in s
    service_kind service;
    uint32_t servers, busy;
    gpusim_time *waiting; // arrival times, a ring of ROOM
    uint64_t first, end;
    uint64_t arrived, started, customers;
    double waited;    // sum over measured customers, in s
    double busy_area; // servers x s since the warm-up
    gpusim_time measured_from, changed;
} queue;

enum { ARRIVAL, DEPARTURE };

static gpusim_time draw_service(const queue *q, uint64_t k)
{
    // two exponentials of balanced means: p / rate_1 = (1 - p) / rate_2, CV^2 = 4
    const double p = 0.5 * (1 + 0.77459666924148337704 /* sqrt(3/5) */);
    double draw = 1;
    switch (q->service) {
    case DETERMINISTIC:
        break;
    case ERLANG_2:
        draw = 0.5 * (gpusim_draw_exponential(q->services, 2 * k) +
                      gpusim_draw_exponential(q->services, 2 * k + 1));
        break;
    case EXPONENTIAL:
        draw = gpusim_draw_exponential(q->services, k);
        break;
    case HYPEREXPONENTIAL:
        draw = gpusim_draw_exponential(q->services, k) /
               (2 * (gpusim_draw_uniform(q->phases, k) < p ? p : 1 - p));
        break;
    }
    return gpusim_time_from_seconds(draw);
}

static void busy_changes(queue *q, gpusim_time now, int by)
{
    q->busy_area += (double)(now - q->changed) * 1e-9 * q->busy;
    q->changed = now;
    q->busy += (uint32_t)by;
}

static gpusim_status start(queue *q, gpusim_time arrived, gpusim_time now, gpusim_error *err)
{
    uint64_t k = q->started++;
    if (k == WARM_UP) {
        q->measured_from = now;
        q->busy_area = 0;
    }
    if (k >= WARM_UP) {
        q->waited += gpusim_seconds(now - arrived);
    }
    if (q->started == q->customers) {
        gpusim_engine_stop(q->engine);
    }
    return gpusim_engine_schedule(q->engine, now + draw_service(q, k), 0, DEPARTURE, 0, 0, NULL,
                                  err);
}

static gpusim_status arrive(void *context, const gpusim_event *event, gpusim_error *err)
{
    queue *q = context;
    if (q->busy < q->servers) {
        busy_changes(q, event->time, 1);
        gpusim_status status = start(q, event->time, event->time, err);
        if (status != GPUSIM_OK) {
            return status;
        }
    } else {
        if (q->end - q->first == ROOM) {
            return gpusim_fail(err, GPUSIM_MEMORY, "the queue is longer than was thought");
        }
        q->waiting[q->end++ % ROOM] = event->time;
    }
    double gap = gpusim_draw_exponential(q->arrivals, q->arrived++) * q->gap;
    return gpusim_engine_schedule(q->engine, event->time + gpusim_time_from_seconds(gap), 1,
                                  ARRIVAL, 0, 0, NULL, err);
}

static gpusim_status depart(void *context, const gpusim_event *event, gpusim_error *err)
{
    queue *q = context;
    if (q->first == q->end) {
        busy_changes(q, event->time, -1);
        return GPUSIM_OK;
    }
    return start(q, q->waiting[q->first++ % ROOM], event->time, err);
}

// One replication: mean wait in s, and the utilisation.
static void replicate(queue *q, const char *name, uint64_t seed, double *wait, double *utilisation)
{
    gpusim_error err = {0};
    gpusim_engine_config config;
    gpusim_engine_config_default(&config);
    config.context = q;
    ASSERT_OK(gpusim_engine_create(&config, &q->engine, &err), &err);
    ASSERT_OK(gpusim_engine_handle(q->engine, ARRIVAL, "arrival", arrive, &err), &err);
    ASSERT_OK(gpusim_engine_handle(q->engine, DEPARTURE, "departure", depart, &err), &err);
    q->arrivals = gpusim_stream_make(seed, "arrivals", name);
    q->services = gpusim_stream_make(seed, "services", name);
    q->phases = gpusim_stream_make(seed, "phases", name);
    ASSERT_OK(gpusim_engine_schedule(q->engine, 0, 1, ARRIVAL, 0, 0, NULL, &err), &err);
    ASSERT_OK(gpusim_engine_run_until(q->engine, GPUSIM_TIME_MAX, &err), &err);

    gpusim_time now = gpusim_engine_now(q->engine);
    busy_changes(q, now, 0);
    *wait = q->waited / (double)(q->customers - WARM_UP);
    *utilisation = q->busy_area / gpusim_seconds(now - q->measured_from) / q->servers;
    gpusim_engine_destroy(q->engine);
}

static double standard_error(const double *values, double *mean)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < REPLICATIONS; i++) {
        sum += values[i] / REPLICATIONS;
    }
    for (int i = 0; i < REPLICATIONS; i++) {
        squares += (values[i] - sum) * (values[i] - sum);
    }
    *mean = sum;
    return sqrt(squares / (REPLICATIONS - 1) / REPLICATIONS);
}

// `length`: how many times 10^5 customers a replication measures.
static void hold_against(const char *what, double theory, service_kind service, uint32_t servers,
                         double load, uint64_t length)
{
    double waits[REPLICATIONS], uses[REPLICATIONS], wait, use;
    char name[64]; // draws of its own for each queue, so that chance does not strike all alike
    snprintf(name, sizeof name, "%s, c = %u, load %.2f", what, servers, load);
    gpusim_time *waiting = malloc(ROOM * sizeof *waiting);
    for (int i = 0; i < REPLICATIONS; i++) {
        queue q = {.load = load,
                   .service = service,
                   .servers = servers,
                   .gap = 1 / (load * servers),
                   .customers = WARM_UP + length * CUSTOMERS,
                   .waiting = waiting};
        replicate(&q, name, (uint64_t)i + 1, &waits[i], &uses[i]);
    }
    free(waiting);
    double wait_error = standard_error(waits, &wait), use_error = standard_error(uses, &use);
    printf("%-9s c = %2u, load %.2f: wait %.5f s, theory %.5f (%+.2f SE, SE %.2f%%); "
           "utilisation %.5f (%+.2f SE)\n",
           what, servers, load, wait, theory, (wait - theory) / wait_error,
           100 * wait_error / theory, use, (use - load) / use_error);
    ck_assert_double_le(fabs(wait - theory), MARGIN * wait_error);
    ck_assert_double_le(wait_error, PRECISION * theory);
    ck_assert_double_le(fabs(use - load), MARGIN * use_error);
}

static void hold_m_g_1(const char *what, service_kind service, double squared_cv,
                       const uint64_t lengths[3])
{
    const double loads[] = {0.5, 0.8, 0.95};
    for (int i = 0; i < 3; i++) {
        double theory = loads[i] * (1 + squared_cv) / (2 * (1 - loads[i]));
        hold_against(what, theory, service, 1, loads[i], lengths[i]);
    }
}

START_TEST(m_m_1)
{
    hold_m_g_1("M/M/1", EXPONENTIAL, 1, (const uint64_t[]){1, 1, 7});
}
END_TEST

START_TEST(m_d_1)
{
    hold_m_g_1("M/D/1", DETERMINISTIC, 0, (const uint64_t[]){1, 1, 4});
}
END_TEST

START_TEST(m_e2_1)
{
    hold_m_g_1("M/E2/1", ERLANG_2, 0.5, (const uint64_t[]){1, 1, 5});
}
END_TEST

START_TEST(m_h2_1)
{
    hold_m_g_1("M/H2/1", HYPEREXPONENTIAL, 4, (const uint64_t[]){1, 2, 25});
}
END_TEST

// Mean wait of M/M/c with unit service times, by Erlang's B recursion and C from B.
static double erlang_wait(uint32_t servers, double load)
{
    double offered = load * servers, blocked = 1;
    for (uint32_t c = 1; c <= servers; c++) {
        blocked = offered * blocked / (c + offered * blocked);
    }
    double waits = blocked / (1 - load * (1 - blocked));
    return waits / (servers - offered);
}

START_TEST(m_m_c)
{
    // Erlang C by hand: c = 2, load 0.5: P(wait) = 1/3, E[Wq] = 1/3
    ck_assert_double_eq_tol(erlang_wait(2, 0.5), 1.0 / 3, 1e-15);
    ck_assert_double_eq_tol(erlang_wait(1, 0.8), 4, 1e-14);
    const uint32_t servers[] = {4, 32};
    const double loads[] = {0.5, 0.8, 0.95};
    const uint64_t lengths[2][3] = {{1, 1, 8}, {0, 4, 12}};
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 3; k++) {
            if (lengths[i][k] == 0) {
                continue; // m_m_32_at_half
            }
            hold_against("M/M/c", erlang_wait(servers[i], loads[k]), EXPONENTIAL, servers[i],
                         loads[k], lengths[i][k]);
        }
    }
}
END_TEST

// One customer in 3,400 waits, so it takes 1.2 10^9 of them: a minute and a half.
START_TEST(m_m_32_at_half)
{
    hold_against("M/M/c", erlang_wait(32, 0.5), EXPONENTIAL, 32, 0.5, 300);
}
END_TEST

// With any argument the long test, without one the others.
int main(int count, char **arguments)
{
    (void)arguments;
    Suite *suite = suite_create("queueing");
    if (count > 1) {
        TEST_CASE(suite, 1800, m_m_32_at_half);
    } else {
        TEST_CASE(suite, 600, m_m_1, m_d_1, m_e2_1, m_h2_1, m_m_c);
    }
    return test_run(suite);
}
