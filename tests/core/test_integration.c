/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole runs against Runge-Kutta: every GPU of random scenarios is followed by an integrator that
 * holds what the run holds (load, clock, inlet, cooling, the temperature at which leakage was
 * evaluated), makes powers of it by itself, and says where the temperature goes, what it crosses
 * when, and what energy that takes. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include <gpusim/random.h>

#include "core/collect.h"
#include "core/sim.h"
#include "reference/runge_kutta.h"

// ---- random scenarios ----

typedef struct writer {
    char text[65536];
    int length;
    gpusim_stream from;
    uint64_t draws;
} writer;

__attribute__((format(printf, 2, 3))) static void put(writer *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    w->length +=
        vsnprintf(w->text + w->length, sizeof w->text - (size_t)w->length, format, arguments);
    va_end(arguments);
    ck_assert_int_lt(w->length, (int)sizeof w->text);
}

static double between(writer *w, double low, double high)
{
    return low + (high - low) * gpusim_draw_uniform(w->from, w->draws++);
}

static int one_of(writer *w, int count)
{
    return (int)between(w, 0, count);
}

static void put_cooling(writer *w, int gpus)
{
    switch (one_of(w, 3)) {
    case 0:
        put(w, "      cooling: {kind: liquid}\n");
        break;
    case 1:
        put(w, "      cooling: {airflow: %.3f m3/s, lane: %d}\n", between(w, 0.15, 0.4),
            gpus > 1 && one_of(w, 2) ? 2 : 1);
        break;
    default:
        put(w, "      cooling: {airflow: %.3f m3/s, fans: {levels: %d, start: 40 C, full: 75 C}}\n",
            between(w, 0.2, 0.5), 3 + one_of(w, 8));
    }
}

static void put_supply(writer *w)
{
    put(w, "    supply: {steps: [{at: 0 s, value: %.2f C}", between(w, 16, 30));
    double at = 0;
    for (int i = one_of(w, 4); i > 0; i--) {
        at += between(w, 100, 2000);
        put(w, ", {at: %.3f s, value: %.2f C}", at, between(w, 14, 40));
    }
    put(w, "]}\n");
}

static void put_cluster(writer *w)
{
    static const char *const models[] = {"A100-SXM4-80GB", "V100-SXM2-32GB", "H100-SXM5-80GB",
                                         "L40S"};
    int nodes = 1 + one_of(w, 3), gpus = 1 << one_of(w, 3);
    put(w, "gpusim: 1\nuntil: drained\ncluster:\n  nodes:\n");
    put(w, "    - name: n\n      count: %d\n      per_rack: %d\n      gpu: %s\n      gpus: %d\n",
        nodes, nodes, models[one_of(w, 4)], gpus);
    put(w,
        "      gpu_model:\n        thermal: {resistance: %.4f K/W, fast_time: %.2f s, slow_time: "
        "%.1f s, fast_share: %.3f}\n",
        one_of(w, 4) ? between(w, 0.05, 0.19) : between(w, 0.19, 0.5), between(w, 2, 10),
        between(w, 30, 120), between(w, 0.5, 0.95));
    put(w, "        leakage: {power: %.2f W, reference: 45 C, scale: %.1f K}\n", between(w, 5, 40),
        between(w, 35, 50));
    if (one_of(w, 3) == 0) {
        // limits so low that it reaches all of them
        double operating = between(w, 45, 60);
        put(w,
            "        limits: {operating: %.1f C, slowdown: %.1f C, shutdown: %.1f C, memory: %.1f "
            "C}\n",
            operating, operating + 3, operating + 6, between(w, 45, 60));
    }
    put_cooling(w, gpus);
    if (one_of(w, 2)) {
        put(w,
            "      power: {gpu_cap: {steps: [{at: 0 s, value: %.1f W}, {at: %.1f s, value: %.1f "
            "W}]}}\n",
            between(w, 200, 300), between(w, 300, 3000), between(w, 200, 300));
    }
    put(w, "  cooling:\n");
    put_supply(w);
    put(w, "    recirculation: {self: %.3f, neighbour: %.3f}\n", between(w, 0, 0.1),
        between(w, 0, 0.1));
}

static void put_jobs(writer *w)
{
    put(w, "workload:\n  - jobs:\n");
    double at = 0;
    for (int i = 6 + one_of(w, 12); i > 0; i--) {
        at += between(w, 0, 300);
        put(w,
            "      - {at: %.6f s, duration: %.3f s, gpus: 1, profile: {intensity: %.3f, "
            "memory_bound: %.3f, memory_activity: %.3f, host_bound: %.3f}}\n",
            at, between(w, 10, 1500), between(w, 0.2, 1), between(w, 0, 0.8), between(w, 0, 1),
            one_of(w, 2) ? 0 : between(w, 0, 0.5));
    }
    put(w, "scheduler: {order: fifo, blocking: false, placement: spread}\n");
}

// ---- following a run ----

/* What is held of a GPU from one instant to the next, and its twin. */
typedef struct follower {
    gs_gpu held;
    slow_gpu twin;
    gpusim_event_id armed;
    double leak_at;
} follower;

typedef struct findings {
    double kelvin, seconds, energy; /* worst */
    int runs, gpus, instants, crossings[GS_CROSSING_FAN + 1];
} findings;

// clock over its maximum, voltage and power, written down once more
static double clock_of(const gs_node_hardware *node, uint32_t clock)
{
    const gpusim_gpu_clocks *grid = &node->gpu.clocks;
    return fmin(1, (grid->minimum + clock * grid->step) / grid->maximum);
}

static double dynamic_of(const gs_node_hardware *node, double f)
{
    const gpusim_gpu_power *power = &node->gpu.power;
    double v = power->knee_voltage +
               (1 - power->knee_voltage) * (f - power->knee_clock) / (1 - power->knee_clock);
    v = fmax(v, power->knee_voltage);
    return power->dynamic * f * v * v;
}

// watts without leakage, and the share of time that leaks
static double power_of(const gs_node_hardware *node, const gs_gpu *gpu, double *share)
{
    const gpusim_gpu_power *power = &node->gpu.power;
    const gs_gpu_load *load = &gpu->load;
    *share = 0;
    switch (gpu->level) {
    case GS_GPU_BUSY:
        *share = load->busy + load->spin;
        return *share * power->fixed +
               (load->dynamic + power->spin * load->spin) *
                   dynamic_of(node, clock_of(node, gpu->clock)) +
               (1 - *share) * power->context;
    case GS_GPU_CONTEXT:
        return power->context;
    case GS_GPU_IDLE:
        return power->idle;
    default:
        return 0;
    }
}

// the twin takes over what is held now
static void hold(const gpusim_sim *sim, uint32_t g, follower *f)
{
    const gs_node_hardware *node = gs_gpu_hardware(sim, g);
    const gpusim_gpu_leakage *leakage = &node->gpu.leakage;
    f->held = gs_gpu_now(sim, g);
    f->twin.thermal = node->gpu.thermal;
    f->twin.thermal.resistance = GS_PLANT(sim, f->held.node)->resistance;
    f->twin.watts = power_of(node, &f->held, &f->twin.share);
    f->twin.leak =
        leakage->power * (exp((f->held.leak_at - leakage->reference) / leakage->scale) - 1);
    f->twin.memory_rise =
        f->held.level == GS_GPU_OFF
            ? 0
            : node->gpu.thermal.memory_resistance * f->twin.thermal.resistance /
                  node->gpu.thermal.resistance *
                  (node->gpu.power.memory_idle + node->gpu.power.memory * f->held.load.memory);
    if (node->cooling == GS_COOLING_LIQUID) {
        f->twin.drift += f->twin.inlet - f->held.inlet;
    }
    f->twin.inlet = f->held.inlet;

    // the power that this makes is the run's, to the nanowatt
    double watts = slow_power(&f->twin), got = (double)f->held.power / 1e9;
    if (f->held.level == GS_GPU_BUSY && f->held.cap_clock > 0 && watts > f->held.cap) {
        ck_assert_double_lt(watts, f->held.cap * (1 + 1e-9)); // by rounding
        watts = f->held.cap;
    }
    ck_assert_msg(fabs(watts - got) < 2e-9, "GPU %u draws %.12g, not %.12g W", g, got, watts);
}

static void begin(const gpusim_sim *sim, uint32_t g, follower *f)
{
    const gs_gpu now = gs_gpu_now(sim, g);
    *f = (follower){.twin = {.loop_time = sim->model->hardware.loop_time,
                             .inlet = now.inlet,
                             .fast = now.fast,
                             .slow = now.slow,
                             .memory = now.memory,
                             .drift = now.drift}};
    hold(sim, g, f);
    // at rest: P R above what it breathes
    double rise = f->twin.thermal.resistance * slow_power(&f->twin);
    ck_assert_double_eq_tol(gs_gpu_temperature(&now), now.inlet + rise, 1e-9);
}

static void compare(const gpusim_sim *sim, uint32_t g, double t, follower *f, findings *seen)
{
    const gs_gpu now = gs_gpu_now(sim, g);
    slow_advance(&f->twin, t, NULL, 0);
    double apart = fmax(fabs(now.fast + now.slow - f->twin.fast - f->twin.slow),
                        fabs(now.memory - f->twin.memory));
    ck_assert_msg(apart < 0.01, "GPU %u at %.9f s is %g K apart", g, t, apart);
    seen->kelvin = fmax(seen->kelvin, apart);

    // leakage is never held further than its step
    double moved = fabs(slow_temperature(&f->twin) - f->held.leak_at);
    if (f->held.level == GS_GPU_BUSY && f->held.inlet == now.inlet) {
        ck_assert_msg(moved <= sim->model->hardware.leak_step + 1e-5,
                      "GPU %u at %.9f s: leakage is of %g K away", g, t, moved);
    }
}

/* Levels that a temperature is watched for, by the rules of definitions 11 and 12. */
typedef struct watch {
    slow_level levels[16];
    gs_crossing kinds[16];
    int count;
} watch;

static void add(watch *w, double at, int upward, int of_memory, gs_crossing kind)
{
    w->levels[w->count] = (slow_level){at, upward, of_memory};
    w->kinds[w->count++] = kind;
}

static void watch_fans(const gs_node_hardware *node, uint32_t fan, double now, watch *w)
{
    double step = (node->fan_full - node->fan_start) / node->fan_levels;
    double up = node->fan_start + step * fan, down = up - step - node->fan_hysteresis;
    if (fan < node->fan_levels && now < up) {
        add(w, up, 1, 0, GS_CROSSING_FAN);
    }
    if (fan > 0 && now > down + 1e-6) {
        add(w, down, 0, 0, GS_CROSSING_FAN);
    }
}

static watch watch_of(const gpusim_sim *sim, uint32_t g, const gs_gpu *gpu)
{
    const gs_node_hardware *node = gs_gpu_hardware(sim, g);
    const gpusim_gpu_limits *limits = &node->gpu.limits;
    double now = gs_gpu_temperature(gpu), step = sim->model->hardware.leak_step;
    double hysteresis = node->gpu.thermal.hysteresis;
    watch w = {0};
    if (gpu->level == GS_GPU_OFF) {
        watch_fans(node, GS_PLANT(sim, gpu->node)->fan, now, &w); // what it cools with
        return w;
    }
    add(&w, limits->shutdown, 1, 0, GS_CROSSING_SHUTDOWN);
    if (gpu->level == GS_GPU_BUSY && !gpu->steady) {
        add(&w, gpu->leak_at + step, 1, 0, GS_CROSSING_LEAK);
        add(&w, gpu->leak_at - step, 0, 0, GS_CROSSING_LEAK);
    }
    if (!gpu->slowed) {
        add(&w, limits->slowdown, 1, 0, GS_CROSSING_SLOWDOWN);
    } else if (now > limits->slowdown - hysteresis + 1e-6) {
        add(&w, limits->slowdown - hysteresis, 0, 0, GS_CROSSING_SPEEDUP);
    }
    if (gpu->level == GS_GPU_BUSY && gpu->clock > 0) {
        add(&w, fmax(limits->operating, now + 1e-6), 1, 0, GS_CROSSING_THROTTLE);
    }
    if (gpu->thermal_clock + 1 < node->clock_count && now > limits->operating - hysteresis + 1e-6) {
        add(&w, limits->operating - hysteresis, 0, 0, GS_CROSSING_RELEASE);
    }
    if (node->fan_levels > 0) {
        watch_fans(node, GS_PLANT(sim, gpu->node)->fan, now, &w);
    }
    if (gpu->memory_slow) {
        add(&w, limits->memory - hysteresis, 0, 1, GS_CROSSING_MEMORY_DOWN);
    } else if (gpu->load.memory > 0) {
        add(&w, limits->memory, 1, 1, GS_CROSSING_MEMORY_UP);
    }
    return w;
}

// at the limit already, it is back where it is now after a dip that may be of 1e-10 K: when,
// rounding decides, so what is looked at is where
static int check_return(const follower *f, const watch *w, double armed)
{
    slow_gpu ahead = f->twin;
    double now = slow_temperature(&f->twin);
    for (int i = 0; i < w->count; i++) {
        if (w->kinds[i] == GS_CROSSING_THROTTLE && fabs(w->levels[i].at - now) > 2e-6) {
            return 0;
        }
    }
    while (ahead.t < armed) {
        slow_advance(&ahead, fmin(armed, ahead.t + 0.01), NULL, 0);
        ck_assert_double_lt(slow_temperature(&ahead), now + 2e-6);
    }
    ck_assert_double_eq_tol(slow_temperature(&ahead), now, 2e-6);
    return 1;
}

// what is armed is what the twin meets first
static void check_armed(const gpusim_sim *sim, uint32_t g, follower *f, findings *seen)
{
    gpusim_event event = {0};
    int pending = gpusim_engine_pending(sim->engine, f->held.crossing, &event);
    watch w = watch_of(sim, g, &f->held);
    slow_gpu ahead = f->twin;
    double horizon = pending ? gpusim_seconds(event.time) + 0.01 : ahead.t + 2000;
    double end = ahead.inlet + ahead.thermal.resistance * slow_power(&ahead);
    if (!pending) {
        int met = slow_advance(&ahead, horizon, w.levels, w.count);
        ck_assert_msg(met < 0, "GPU %u (level %d) meets %d at %.9f s, and nothing is armed", g,
                      f->held.level, w.kinds[met], ahead.t);
        return;
    }
    seen->crossings[event.payload]++;
    if (event.payload == GS_CROSSING_SETTLED) {
        double settled = sim->model->hardware.settled, before = ahead.t;
        int met = slow_advance(&ahead, horizon - 0.01, w.levels, w.count);
        ck_assert_msg(met < 0, "GPU %u at %.9f s, %.9f C, meets %d at %.9f s, before it settles", g,
                      f->twin.t, slow_temperature(&f->twin), met < 0 ? 0 : (int)w.kinds[met],
                      ahead.t);
        double apart = fabs(slow_temperature(&ahead) - end);
        ck_assert_double_le(apart, settled + 1e-5);
        if (ahead.t > before + 1.001) {
            ck_assert_double_ge(apart, settled - 1e-5); // and no sooner, but for a second's pause
        }
        return;
    }
    if (event.payload == GS_CROSSING_THROTTLE && check_return(f, &w, gpusim_seconds(event.time))) {
        return;
    }
    int met = slow_advance(&ahead, horizon, w.levels, w.count);
    ck_assert_msg(met >= 0, "GPU %u at %.9f s, %.9f C: %d is armed for %.9f s, and never met", g,
                  f->twin.t, slow_temperature(&f->twin), (int)event.payload,
                  gpusim_seconds(event.time));
    double off = fabs(ahead.t - gpusim_seconds(event.time));
    ck_assert_msg(w.kinds[met] == (gs_crossing)event.payload && off < 1e-3,
                  "GPU %u: %d is armed for %.9f s, %d comes at %.9f s", g, (int)event.payload,
                  gpusim_seconds(event.time), w.kinds[met], ahead.t);
    seen->seconds = fmax(seen->seconds, off);
}

// NULL: idle GPUs would already be too hot, which is refused
static gpusim_model *compile_if_possible(const char *text)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "test.yaml", NULL, &spec, &err), &err);
    if (gpusim_model_compile(spec, &model, &err) != GPUSIM_OK) {
        ck_assert_msg(strstr(err.message, "idle GPUs"), "%s", err.message);
    }
    gpusim_spec_destroy(spec);
    return model;
}

static void follow(gpusim_model *model, uint64_t seed, findings *seen)
{
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    ASSERT_OK(gpusim_sim_create(model, seed, &sim, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    uint32_t gpus = sim->gpus.count;
    follower *all = calloc(gpus, sizeof *all);
    for (uint32_t g = 0; g < gpus; g++) {
        begin(sim, g, &all[g]);
    }
    for (gpusim_time next; (next = gpusim_engine_next(sim->engine)) < GPUSIM_TIME_MAX;) {
        ASSERT_OK(gpusim_sim_run_until(sim, next, &err), &err);
        if (GS_TOTALS(sim)->ended) {
            break;
        }
        seen->instants++;
        for (uint32_t g = 0; g < gpus; g++) {
            compare(sim, g, gpusim_seconds(next), &all[g], seen);
            hold(sim, g, &all[g]);
            if (memcmp(&all[g].armed, &all[g].held.crossing, sizeof all[g].armed) != 0) {
                all[g].armed = all[g].held.crossing;
                check_armed(sim, g, &all[g], seen);
            }
        }
    }
    double end = gpusim_seconds(gpusim_engine_now(sim->engine));
    for (uint32_t g = 0; g < gpus; g++) {
        slow_advance(&all[g].twin, end, NULL, 0);
        double joules = gs_joules(gs_gpu_now(sim, g).energy);
        seen->energy = fmax(seen->energy, fabs(joules / all[g].twin.joules - 1));
    }
    seen->gpus += (int)gpus;
    free(all);
    gpusim_sim_destroy(sim);
}

START_TEST(runs_are_followed_by_an_integrator)
{
    static writer w;
    findings seen = {0};
    for (uint64_t seed = 1; seen.runs < 60; seed++) {
        w = (writer){.from = gpusim_stream_indexed(gpusim_stream_make(1, "test", "runs"), seed)};
        put_cluster(&w);
        put_jobs(&w);
        gpusim_model *model = compile_if_possible(w.text);
        if (model) {
            seen.runs++;
            follow(model, seed, &seen);
            gpusim_model_destroy(model);
        }
    }
    printf("%d runs, %d GPUs, %d instants: worst %.2g K, %.2g s, energy %.2g\n", seen.runs,
           seen.gpus, seen.instants, seen.kelvin, seen.seconds, seen.energy);
    printf("armed: leakage %d, settled %d, throttle %d, release %d, slowdown %d, speed-up %d, "
           "shutdown %d, memory %d and %d, fans %d\n",
           seen.crossings[1], seen.crossings[2], seen.crossings[3], seen.crossings[4],
           seen.crossings[5], seen.crossings[6], seen.crossings[7], seen.crossings[8],
           seen.crossings[9], seen.crossings[10]);
    for (int kind = GS_CROSSING_LEAK; kind <= GS_CROSSING_FAN; kind++) {
        ck_assert_msg(seen.crossings[kind] > 0, "no crossing of kind %d", kind);
    }
    ck_assert_double_lt(seen.kelvin, 0.01);
    ck_assert_double_lt(seen.seconds, 1e-3);
    ck_assert_double_lt(seen.energy, 1e-9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("integration");
    TEST_CASE(suite, 550, runs_are_followed_by_an_integrator);
    return test_run(suite);
}
