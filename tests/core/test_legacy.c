/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Node models of other simulators in a run: temperatures, powers and energies are those of the same
 * ticks taken one after the other. */
#include <math.h>

#include "core/collect.h"
#include "core/sim.h"
#include "physics/legacy.h"
#include "telemetry/metrics.h"

#define MODEL(text, model)                                                                         \
    "gpusim: 1\nduration: 10 min\ncluster:\n  nodes:\n    - {name: n, count: 2, gpu: generic, "    \
    "gpus: "                                                                                       \
    "1, legacy: " model "}\n" text "scheduler: {order: fifo, blocking: false}\n"
#define ONE_JOB "workload:\n  - jobs:\n      - {at: 10.5 s, duration: 300 s, gpus: 1, name: one}\n"

static gpusim_sim *start(const char *text, gpusim_model **model)
{
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    *model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(*model, 1, &sim, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    return sim;
}

static void run_to(gpusim_sim *sim, double seconds)
{
    gpusim_error err = {0};
    ASSERT_OK(gpusim_sim_run_until(sim, (gpusim_time)(seconds * 1e9), &err), &err);
}

static gs_legacy_state twin_of(const char *gpu)
{
    return (gs_legacy_state){.stream = gpusim_stream_make(1, "legacy", gpu)};
}

static double power_of(const gpusim_sim *sim, uint32_t g)
{
    return (double)GS_GPU(sim, g)->power / 1e9;
}

START_TEST(astera_pays_for_what_it_draws)
{
    gpusim_error err = {0};
    gpusim_model *model = NULL;
    collected rows = {0};
    gpusim_sim *sim = start(MODEL(ONE_JOB, "astera"), &model);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    const gs_astera *of = model->hardware.groups[0].legacy_model;
    gs_legacy_state busy = twin_of("n-0000/gpu0"), idle = twin_of("n-0001/gpu0");
    gs_astera_begin(of, &busy);
    gs_astera_begin(of, &idle);
    double joules = 0, job = 0;
    for (int second = 0; second < 600; second++) {
        run_to(sim, second + 0.1);
        const gs_gpu gpu = gs_gpu_now(sim, 0);
        ck_assert_double_eq(gs_gpu_temperature(&gpu), busy.temperature);
        ck_assert_double_eq_tol(power_of(sim, 0), busy.power, 1e-9);
        ck_assert_double_eq_tol(power_of(sim, 1), idle.power, 1e-9);
        ck_assert_uint_eq(gpu.reasons, busy.throttled ? GS_THROTTLE_SW_THERMAL : 0);
        joules += busy.power + idle.power;
        job += second >= 11 && second < 310    ? busy.power
               : second == 10 || second == 310 ? busy.power / 2
                                               : 0;
        gs_astera_tick(of, second >= 10 && second < 310, &busy);
        gs_astera_tick(of, 0, &idle);
    }
    run_to(sim, 600);
    const gpusim_summary *summary = gpusim_sim_summary(sim);
    ck_assert_double_eq_tol(summary->energy_gpu_j, joules, 1e-9 * joules);
    ck_assert_double_eq_tol(summary->energy_facility_j, joules, 1e-9 * joules);
    ck_assert_double_eq_tol(job_row(&rows, 0)->energy_gpu_j, job, 1e-9 * job);
    ck_assert_int_eq(job_row(&rows, 0)->end, 310500000000); // it goes on while throttled
    collect_release(&rows);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(sage_wanders_by_itself)
{
    gpusim_model *model = NULL;
    gpusim_sim *sim = start(MODEL(ONE_JOB, "{sage: {power: 160 W}}"), &model);
    const gs_sage *of = model->hardware.groups[0].legacy_model;
    gs_legacy_state node = twin_of("n-0001/gpu0");
    gs_sage_begin(of, &node);
    double joules = 0;
    for (int tick = 0; tick < 300; tick++) {
        run_to(sim, 2 * tick + 1);
        const gs_gpu gpu = gs_gpu_now(sim, 1);
        ck_assert_double_eq(gs_gpu_temperature(&gpu), node.temperature);
        ck_assert_double_eq(gs_legacy_of(sim, 1)->fan, node.fan);
        ck_assert_double_eq_tol(power_of(sim, 1), node.power, 1e-9);
        joules += 2 * node.power;
        gs_sage_tick(of, &node);
    }
    run_to(sim, 600);
    ck_assert_double_eq_tol(gs_joules(gs_gpu_now(sim, 1).energy), joules, 1e-9 * joules);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

/* Fans that a rule or somebody turns up cool a SAGE node tick by tick as its loop has it: 75 % of
 * 6000 rpm at 101 s, from where noise and reversion go on; the other node never notices. */
START_TEST(sage_fans_cool)
{
    gpusim_model *model = NULL;
    gpusim_sim *sim =
        start(MODEL(ONE_JOB "actions: [{at: 101 s, do: fan, node: n-0001, speed: 75 %}, "
                            "{at: 401 s, do: fan, node: n-0001, speed: auto}]\n",
                    "sage"),
              &model);
    const gs_sage *of = model->hardware.groups[0].legacy_model;
    gs_legacy_state turned = twin_of("n-0001/gpu0"), other = twin_of("n-0000/gpu0");
    gs_sage_begin(of, &turned);
    gs_sage_begin(of, &other);
    for (int tick = 0; tick < 250; tick++) {
        run_to(sim, 2 * tick + 1.5);
        turned.fan = tick == 50 ? 4500 : tick == 200 ? 2000 : turned.fan;
        ck_assert_double_eq(gs_legacy_of(sim, 1)->temperature, turned.temperature);
        ck_assert_double_eq(gs_legacy_of(sim, 1)->fan, turned.fan);
        ck_assert_double_eq(gs_legacy_of(sim, 0)->temperature, other.temperature);
        gs_sage_tick(of, &turned);
        gs_sage_tick(of, &other);
        if (tick == 100) {
            ck_assert_double_lt(turned.temperature, other.temperature - 5);
        }
    }
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

/* io-Guard's fans held at full speed take away 4 K every tick, whatever the temperature. */
START_TEST(ioguard_fans_are_held)
{
    gpusim_model *model = NULL;
    gpusim_sim *sim = start(MODEL("workload: []\n"
                                  "actions: [{at: 0 s, do: fan, node: n-0001, speed: 100 %}]\n",
                                  "{ioguard: {start: 45 C}}"),
                            &model);
    run_to(sim, 0.6);
    ck_assert_double_eq(gs_legacy_of(sim, 1)->temperature, 41);
    ck_assert_double_eq(gs_legacy_of(sim, 1)->fan, 1);
    ck_assert_double_eq(gs_legacy_of(sim, 0)->temperature, 45);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

// a job of five minutes of work on half a network: each tick has a step time of its own, and the
// work of all ticks is the job's
START_TEST(ioguard_slows_its_jobs)
{
    gpusim_error err = {0};
    gpusim_model *model = NULL;
    collected rows = {0};
    gpusim_sim *sim =
        start("gpusim: 1\nuntil: drained\ncluster:\n  nodes:\n    - {name: n, count: 1, "
              "gpu: generic, gpus: 1, legacy: {ioguard: {network: 0.5, fans: 0.1}}}\n" //
              ONE_JOB,
              &model);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    run_to(sim, 1e6);

    const gs_ioguard *of = model->hardware.groups[0].legacy_model;
    gs_legacy_state node = twin_of("n-0000/gpu0");
    gs_ioguard_begin(of, &node);
    double t = 0, work = 300, lowest = 1;
    int64_t end = job_row(&rows, 0)->end;
    for (;; t += 0.5) {
        // from 10.5 s on; the tick of that moment comes after the job's start in its batch, and
        // looks at the load of before
        double done = t >= 10.5 ? 0.5 / node.slowdown : 0;
        if (done >= work) {
            t += work * node.slowdown;
            break;
        }
        work -= done;
        gs_ioguard_tick(of, t >= 10.5, &node);
        lowest = node.clock < lowest ? node.clock : lowest;
    }
    ck_assert_double_eq_tol(lowest, of->lowest, 1e-12); // weak fans: it throttles too
    ck_assert_double_eq_tol((double)end / 1e9, t, 1e-6);
    ck_assert_double_eq(gpusim_sim_summary(sim)->energy_gpu_j, 0);
    collect_release(&rows);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

// what faults leave of io-Guard's parts is what its constants would say
START_TEST(faults_are_broken_parts)
{
    static const char *const parts[] = {"fans: 0.1, network: 0.5", ""};
    static const char *const faults[] = {
        "", "  - {fault: fan-failure, target: {each: node}, at: 0 s, resistance: 10}\n"
            "  - {fault: packet-loss, target: {each: node}, at: 0 s, bandwidth: 50 %}\n"};
    gpusim_time end[2];
    char text[1024];
    for (int i = 0; i < 2; i++) {
        gpusim_error err = {0};
        gpusim_model *model = NULL;
        collected rows = {0};
        snprintf(text, sizeof text,
                 "gpusim: 1\nduration: 2 h\ncluster:\n  nodes:\n    - {name: n, count: 1, "
                 "gpu: generic, gpus: 1, legacy: {ioguard: {%s}}}\nchaos:%s\n%s" ONE_JOB,
                 parts[i], i ? "" : " []", faults[i]);
        gpusim_sim *sim = start(text, &model);
        gpusim_observer observer = collect_observer(&rows);
        ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
        run_to(sim, 7200);
        end[i] = job_row(&rows, 0)->end;
        collect_release(&rows);
        gpusim_sim_destroy(sim);
        gpusim_model_destroy(model);
    }
    ck_assert_int_gt(end[0], 600 * GPUSIM_SECOND);
    ck_assert_int_eq(end[0], end[1]);
}
END_TEST

// a node that is gone draws nothing, and something again when it is back
START_TEST(who_is_down_draws_nothing)
{
    gpusim_model *model = NULL;
    gpusim_sim *sim =
        start("gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 1, gpu: generic, gpus: "
              "1, legacy: sage}]}\nworkload: []\nchaos: [{fault: node-crash, target: {node: "
              "n-0000}, at: 10 min, for: 10 min}]\n",
              &model);
    run_to(sim, 599);
    ck_assert_int_gt(GS_GPU(sim, 0)->power, 0);
    run_to(sim, 603);
    ck_assert_int_eq(GS_GPU(sim, 0)->power, 0);
    run_to(sim, 1203);
    ck_assert_int_gt(GS_GPU(sim, 0)->power, 0);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

// without jitter each step takes four times as long from the first moment on, and is told so
START_TEST(slow_from_the_beginning)
{
    gpusim_error err = {0};
    gpusim_model *model = NULL;
    collected rows = {0};
    gpusim_sim *sim =
        start("gpusim: 1\nuntil: drained\ncluster:\n  nodes:\n    - {name: n, count: 1, "
              "gpu: generic, gpus: 1, legacy: {ioguard: {network: 0.25, jitter: 0 s}}}\n"
              "workload: [{jobs: [{at: 0 s, duration: 10 s, gpus: 1}]}]\n"
              "scheduler: {order: fifo}\n",
              &model);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    run_to(sim, 1e6);
    ck_assert_int_eq(job_row(&rows, 0)->end, 40000000000);
    collect_release(&rows);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
}
END_TEST

static void run_and_hash(const gpusim_model *model, int stop, char hash[33])
{
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    if (stop) {
        void *bytes = NULL;
        size_t size = 0;
        run_to(sim, 123.4);
        ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
        gpusim_sim_destroy(sim);
        sim = NULL;
        ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
        ASSERT_OK(gpusim_sim_restore(sim, bytes, size, &err), &err);
        free(bytes);
    }
    run_to(sim, 600);
    ASSERT_OK(gpusim_sim_hash(sim, hash, &err), &err);
    gpusim_sim_destroy(sim);
}

START_TEST(saved_and_restored_it_goes_on_alike)
{
    static const char *const texts[] = {MODEL(ONE_JOB, "ioguard"), MODEL(ONE_JOB, "sage"),
                                        MODEL(ONE_JOB, "astera")};
    for (int i = 0; i < 3; i++) {
        char whole[33], parted[33];
        gpusim_model *model = compile_text(texts[i]);
        run_and_hash(model, 0, whole);
        run_and_hash(model, 1, parted);
        ck_assert_str_eq(whole, parted);
        gpusim_model_destroy(model);
    }
}
END_TEST

// draws belong to a node's name: another group beside it, with physics, changes nothing
START_TEST(neighbours_change_nothing)
{
    gpusim_model *alone = NULL, *beside = NULL;
    gpusim_sim *a = start(MODEL(ONE_JOB, "astera"), &alone);
    gpusim_sim *b =
        start("gpusim: 1\nduration: 10 min\ncluster:\n  nodes:\n    - {name: m, count: 3, gpu: "
              "V100-SXM2-32GB, gpus: 2}\n    - {name: n, count: 2, gpu: generic, gpus: 1, "
              "legacy: astera}\n" //
              "scheduler: {order: fifo}\nworkload: []\n",
              &beside);
    run_to(a, 9);
    run_to(b, 9);
    for (uint32_t g = 0; g < 2; g++) {
        ck_assert_int_eq(GS_GPU(a, g)->power, GS_GPU(b, g + 6)->power);
        ck_assert_ptr_null(gs_legacy_of(b, g));
    }
    const gpusim_summary *summary = gpusim_sim_summary(b);
    ck_assert_double_gt(summary->energy_gpu_j, 6 * 20 * 9);
    gpusim_sim_destroy(a);
    gpusim_sim_destroy(b);
    gpusim_model_destroy(alone);
    gpusim_model_destroy(beside);
}
END_TEST

/* What the observer below heard last, by metric. */
typedef struct heard {
    const gpusim_sim *sim;
    float values[GS_METRIC_COUNT][4];
    uint32_t reasons;
    uint64_t joules;
    int samples;
} heard;

static gpusim_status hear(void *context, gpusim_time time, const gpusim_sample *samples,
                          uint32_t count, gpusim_error *err)
{
    (void)time;
    (void)err;
    heard *heard_ = context;
    heard_->samples++;
    for (uint32_t i = 0; i < count; i++) {
        if (samples[i].metric == GS_METRIC_CLOCK_THROTTLE_REASONS) {
            heard_->reasons = ((const uint32_t *)samples[i].values)[0];
        } else if (samples[i].metric == GS_METRIC_TOTAL_ENERGY_CONSUMPTION) {
            heard_->joules = ((const uint64_t *)samples[i].values)[0];
        } else {
            memcpy(heard_->values[samples[i].metric], samples[i].values, 2 * sizeof(float));
        }
    }
    return GPUSIM_OK;
}

// metrics say what the models do, as they do: no noise, no steps of ours
static heard listen(const char *model_text)
{
    gpusim_error err = {0};
    char text[4096];
    snprintf(
        text, sizeof text,
        "gpusim: 1\nduration: 2 min\ncluster:\n  nodes:\n    - {name: n, count: 2, gpu: T4, gpus: "
        "1, legacy: %s}\n" ONE_JOB
        "telemetry: {every: 100.1 s, metrics: [gpu_util, gpu_temp, power_usage, sm_clock, "
        "fan_speed, step_time, clock_throttle_reasons, total_energy_consumption, node/power]}\n",
        model_text);
    gpusim_model *model = NULL;
    gpusim_sim *sim = start(text, &model);
    heard heard_ = {0};
    gpusim_observer observer;
    gpusim_observer_default(&observer);
    observer.context = &heard_;
    observer.sample = hear;
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    run_to(sim, 100.2);
    ck_assert_int_eq(heard_.samples, 1);
    ck_assert_double_eq(heard_.values[GS_METRIC_GPU_TEMP][0],
                        (float)gs_legacy_of(sim, 0)->temperature);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    return heard_;
}

START_TEST(metrics_say_what_models_do)
{
    heard io = listen("{ioguard: {network: 0.5, fans: 0.2}}");
    ck_assert(io.values[GS_METRIC_GPU_UTIL][0] > 80 && io.values[GS_METRIC_GPU_UTIL][0] < 99);
    ck_assert_double_eq(io.values[GS_METRIC_GPU_UTIL][1], 0);
    ck_assert(isnan(io.values[GS_METRIC_POWER_USAGE][0]));
    ck_assert(isnan(io.values[GS_METRIC_NODE_POWER][0]));
    ck_assert_double_le(io.values[GS_METRIC_SM_CLOCK][0], 1590);
    ck_assert_double_eq(io.values[GS_METRIC_FAN_SPEED][0], 100); // hot
    ck_assert(io.values[GS_METRIC_STEP_TIME][0] >= 0.2 && io.values[GS_METRIC_STEP_TIME][0] < 5);
    ck_assert(io.joules == UINT64_MAX);

    heard sage = listen("sage");
    ck_assert_double_eq(sage.values[GS_METRIC_GPU_UTIL][0], 100);
    ck_assert_double_eq_tol(sage.values[GS_METRIC_POWER_USAGE][0], 150, 10);
    ck_assert_double_eq_tol(sage.values[GS_METRIC_NODE_POWER][0],
                            sage.values[GS_METRIC_POWER_USAGE][0], 0.5); // in whole watts
    ck_assert_double_eq_tol(sage.values[GS_METRIC_FAN_SPEED][0], 100.0 / 3, 2);
    ck_assert(isnan(sage.values[GS_METRIC_SM_CLOCK][0]));
    ck_assert_double_eq_tol((double)sage.joules, 150 * 100.1 * 1000, 1e6);

    heard astera = listen("astera");
    ck_assert(astera.reasons == 0 ? astera.values[GS_METRIC_POWER_USAGE][0] > 200
                                  : astera.values[GS_METRIC_POWER_USAGE][0] < 30);
    ck_assert_double_eq(astera.values[GS_METRIC_GPU_UTIL][1], 0);
    ck_assert(isnan(astera.values[GS_METRIC_FAN_SPEED][0]));
}
END_TEST

START_TEST(shipped_scenarios_run)
{
    static const char *const names[] = {"ioguard", "sage", "astera"};
    for (int i = 0; i < 3; i++) {
        gpusim_error err = {0};
        gpusim_spec *spec = NULL;
        gpusim_model *model = NULL;
        gpusim_sim *sim = NULL;
        char path[4096];
        snprintf(path, sizeof path, "%s/scenarios/legacy-%s.yaml", getenv("GPUSIM_SOURCE"),
                 names[i]);
        ASSERT_OK(gpusim_spec_load(path, &spec, &err), &err);
        ASSERT_OK(gpusim_model_compile(spec, &model, &err), &err);
        ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
        gpusim_sim_paranoid(sim, 1);
        ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
        ck_assert_uint_gt(gpusim_sim_summary(sim)->completed, 2);
        gpusim_sim_destroy(sim);
        gpusim_model_destroy(model);
        gpusim_spec_destroy(spec);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("legacy");
    TEST_CASE(suite, 60, astera_pays_for_what_it_draws, sage_wanders_by_itself, sage_fans_cool,
              ioguard_fans_are_held, ioguard_slows_its_jobs, faults_are_broken_parts,
              who_is_down_draws_nothing, slow_from_the_beginning,
              saved_and_restored_it_goes_on_alike, neighbours_change_nothing,
              metrics_say_what_models_do, shipped_scenarios_run);
    return test_run(suite);
}
