/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of GPUs: who runs out of it and when, to the nanosecond, worked out by hand. GPUs here
 * have 10 GiB, all of them for jobs. */

#include "core/sim.h"
#include "telemetry/metrics.h"

#include "one_run.h"

static gpusim_error err;

#define NODES(gpus)                                                                                \
    "gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, gpus: " gpus ", gpu: A100-SXM4-40GB, " \
    "gpu_model: {memory: 10 GiB, memory_reserved: 0 B}}]}\n"
#define JOBS  "workload:\n  - jobs:\n"
#define SHARE "duration: 10 d, gpu_share: 0.5"

static void out_of_memory(uint64_t job, gpusim_time at)
{
    const gpusim_job_row *row = job_row(&rows, job);
    ck_assert_msg(
        row->state == GPUSIM_JOB_OOM && row->reason == GPUSIM_REASON_GPU_MEMORY && row->end == at,
        "job %llu ends in state %u (reason %u) at %lld ns, not %lld", (unsigned long long)job,
        row->state, row->reason, (long long)row->end, (long long)at);
}

static void well(uint64_t job)
{
    ck_assert_msg(job_row(&rows, job)->state == GPUSIM_JOB_COMPLETED, "job %llu ends in state %u",
                  (unsigned long long)job, job_row(&rows, job)->state);
}

START_TEST(a_leak_alone)
{
    run(NODES("4") JOBS
        // 8 GiB at 8 MiB/s, and at 3: 8192/3 s are no whole number of nanoseconds
        "    - {at: 7 s, duration: 1 d, profile: {memory_used: 2 GiB, memory_growth: 8 MiB/s}}\n"
        "    - {at: 7 s, duration: 1 d, profile: {memory_used: 2 GiB, memory_growth: 3 MiB/s}}\n"
        // what it asks for is what it holds, when nothing else is said; and one that stays small
        "    - {at: 7 s, duration: 1 d, gpu_memory: 9 GiB, profile: {memory_growth: 1 MiB/s}}\n"
        "    - {at: 7 s, duration: 1 d, profile: {memory_used: 10 GiB}}\n");
    out_of_memory(0, (7 + 1024) * GPUSIM_SECOND);
    out_of_memory(1, 7 * GPUSIM_SECOND + INT64_C(2730666666667));
    out_of_memory(2, (7 + 1024) * GPUSIM_SECOND);
    well(3);
    ck_assert_uint_eq(gpusim_sim_summary(sim)->oom, 3);
}
END_TEST

START_TEST(too_much_from_the_start)
{
    run(NODES("1") JOBS "    - {at: 0 s, " SHARE ", profile: {memory_used: 6 GiB}}\n"
                        "    - {at: 10 s, " SHARE
                        ", gpu_memory: 1 GiB, profile: {memory_used: 4097 MiB}}\n"
                        "    - {at: 20 s, " SHARE ", profile: {memory_used: 4 GiB}}\n"
                        // alone on the GPU, when the others have ended
                        "    - {at: 30 s, duration: 1 h, profile: {memory_used: 10241 MiB}}\n");
    well(0);
    out_of_memory(1, 10 * GPUSIM_SECOND);
    well(2);
    const gpusim_job_row *last = job_row(&rows, 3);
    ck_assert_int_eq(last->state, GPUSIM_JOB_OOM);
    ck_assert(last->end == last->start && last->start > 20 * GPUSIM_DAY);
}
END_TEST

START_TEST(two_growers)
{
    run(NODES("1") JOBS
        "    - {at: 0 s, " SHARE ", profile: {memory_used: 1 GiB, memory_growth: 2 MiB/s}}\n"
        "    - {at: 100 s, " SHARE ", profile: {memory_used: 2 GiB, memory_growth: 4 MiB/s}}\n");
    // 1024 + 2 t + 2048 + 4 (t - 100) = 10240 at 7568/6 s, and the faster one has had its last;
    // then 1024 + 2 t = 10240
    out_of_memory(1, INT64_C(1261333333334));
    out_of_memory(0, 4608 * GPUSIM_SECOND);
}
END_TEST

START_TEST(equal_growers)
{
    run(NODES("2") JOBS
        // the one that came later; of two that came together, the one that was submitted later
        "    - {id: 0, at: 0 s, " SHARE ", profile: {memory_used: 2 GiB, memory_growth: 1 MiB/s}}\n"
        "    - {id: 1, at: 2 s, " SHARE ", profile: {memory_used: 2 GiB, memory_growth: 1 MiB/s}}\n"
        "    - {id: 2, at: 4 s, " SHARE ", profile: {memory_used: 2 GiB, memory_growth: 1 MiB/s}}\n"
        "    - {id: 3, at: 4 s, " SHARE
        ", profile: {memory_used: 2 GiB, memory_growth: 1 MiB/s}}\n");
    // 4096 + t + (t - 2) = 10240, and 4096 + 2 (t - 4) = 10240
    out_of_memory(1, 3073 * GPUSIM_SECOND);
    out_of_memory(3, 3076 * GPUSIM_SECOND);
    out_of_memory(0, 8192 * GPUSIM_SECOND);
    out_of_memory(2, 8196 * GPUSIM_SECOND);
}
END_TEST

// who does not grow is never at fault, however much it holds
START_TEST(only_the_offender)
{
    run(NODES("1") JOBS
        "    - {id: 0, at: 0 s, duration: 1 h, gpu_share: 0.4, profile: {memory_used: 8 GiB}}\n"
        "    - {id: 1, at: 0 s, " SHARE ", profile: {memory_used: 1 MiB, memory_growth: 1 MiB/s}}\n"
        "    - {id: 2, at: 1 s, duration: 1 h, gpu_share: 0.1, profile: {memory_used: 1 GiB}}\n");
    out_of_memory(1, 1023 * GPUSIM_SECOND);
    well(0);
    well(2);
}
END_TEST

// one that leaves in time makes room: 2 t = 10240 instead of 5120 + 2 t
START_TEST(room_that_others_leave)
{
    run(NODES("1") JOBS
        "    - {id: 0, at: 0 s, duration: 1000 s, gpu_share: 0.5, profile: {memory_used: 5 GiB}}\n"
        "    - {id: 1, at: 0 s, " SHARE ", profile: {memory_used: 0 B, memory_growth: 2 MiB/s}}\n");
    well(0); // its 1000 s take 2000
    out_of_memory(1, 5120 * GPUSIM_SECOND);
}
END_TEST

// a job of several GPUs fails with the first that is full
START_TEST(a_gang_fails_on_its_fullest_gpu)
{
    run(NODES("2") JOBS "    - {id: 0, at: 0 s, " SHARE ", profile: {memory_used: 6 GiB}}\n"
                        "    - {id: 1, at: 1 s, " SHARE
                        ", gpus: 2, profile: {memory_growth: 1 MiB/s}}\n");
    out_of_memory(1, (1 + 4096) * GPUSIM_SECOND);
    well(0);
}
END_TEST

// each instance has its own
START_TEST(instances_are_apart)
{
    run("gpusim: 1\nuntil: drained\n"
        "cluster: {nodes: [{name: n, gpus: 1, gpu: A100-SXM4-40GB, mig: true}]}\n" JOBS
        "    - {id: 0, duration: 1 d, mig: 1g.5gb, profile: {memory_used: 64 MiB,"
        " memory_growth: 1 MiB/s}}\n"
        "    - {id: 1, duration: 1 h, mig: 1g.5gb, gpu_memory: 4 GiB}\n"
        "    - {id: 2, duration: 1 h, mig: 3g.20gb, profile: {memory_used: 20 GiB}}\n");
    out_of_memory(0, 4800 * GPUSIM_SECOND); // 4864 MiB
    well(1);
    out_of_memory(2, 0); // 19968 MiB
}
END_TEST

// ---- a job that moves takes its memory along; one that starts anew begins anew ----

static int moves; // and not: is stopped and started again

static gpusim_status pass(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                          gpusim_decisions *decisions, gpusim_error *error)
{
    (void)error;
    const gpusim_view *view = context->view;
    gpusim_part part = {.node = 0, .first_gpu = 0, .gpus = 1, .milli = 1000};
    gpusim_placement placement = {.parts = &part, .count = 1, .capacity = 1};
    if (queued > 0) {
        part.first_gpu = view->jobs[queue[0]].attempts;
        gpusim_decide_start(decisions, view->jobs[queue[0]].id, &placement, NULL);
        gpusim_decide_wait(decisions, 500 * GPUSIM_SECOND);
    } else if (view->now == 500 * GPUSIM_SECOND && view->running_count == 1) {
        part.first_gpu = 1;
        gpusim_job_id id = view->jobs[view->running[0]].id;
        if (moves) {
            gpusim_decide_migrate(decisions, id, &placement, NULL);
        } else {
            gpusim_decide_preempt(decisions, id, NULL);
            gpusim_decide_start(decisions, id, &placement, NULL);
        }
    }
    return GPUSIM_OK;
}

static const gpusim_scheduler operations = {.pass = pass};
static const gpusim_module mover = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "mover",
    .version = "1",
    .doc = "Moves a job once.",
    .operations = &operations,
};

START_TEST(memory_moves_along)
{
    moves = _i;
    model = compile_text(NODES(
        "2") JOBS "    - {duration: 1 d, profile: {memory_used: 2 GiB, memory_growth: 8 MiB/s}}\n");
    model->setup.scheduler = (gs_chosen_module){.module = &mover};
    sim = run_model(model, 1, &rows);
    out_of_memory(0, (moves ? 1024 : 500 + 1024) * GPUSIM_SECOND);
}
END_TEST

// a run that is saved while somebody leaks goes on the same
START_TEST(saved_on_the_way)
{
    void *bytes = NULL;
    size_t size = 0;
    model = compile_text(
        NODES("1") JOBS
        "    - {at: 0 s, " SHARE ", profile: {memory_used: 1 GiB, memory_growth: 2 MiB/s}}\n"
        "    - {at: 100 s, " SHARE ", profile: {memory_used: 2 GiB, memory_growth: 4 MiB/s}}\n");
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, 777 * GPUSIM_SECOND, &err), &err);
    ck_assert_uint_eq(gs_vram_used(sim, 0), (UINT64_C(1024) + 1554 + 2048 + 2708) << 20);
    ASSERT_OK(gpusim_sim_save(sim, &bytes, &size, &err), &err);
    gpusim_sim_destroy(sim);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    ASSERT_OK(gpusim_sim_restore(sim, bytes, size, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    gpusim_free(bytes);
    out_of_memory(1, INT64_C(1261333333334));
    out_of_memory(0, 4608 * GPUSIM_SECOND);
}
END_TEST

// ---- what telemetry says of it ----

static double told[3][64]; // MiB used, free and reserved of GPU 0, by sample

static gpusim_status hear(void *context, gpusim_time time, const gpusim_sample *samples,
                          uint32_t count, gpusim_error *error)
{
    (void)error;
    static const uint32_t metrics[] = {GS_METRIC_FB_USED, GS_METRIC_FB_FREE, GS_METRIC_FB_RESERVED};
    uint32_t at = ((collected *)context)->samples++;
    ck_assert_int_eq(time, (at + 1) * 10 * GPUSIM_SECOND);
    for (uint32_t i = 0; i < count && at < 64; i++) {
        for (uint32_t m = 0; m < 3; m++) {
            if (samples[i].metric == metrics[m]) {
                told[m][at] = (double)((const float *)samples[i].values)[0];
            }
        }
    }
    return GPUSIM_OK;
}

static void said(uint32_t second, double used)
{
    uint32_t at = second / 10 - 1;
    ck_assert_msg(told[0][at] == used && told[1][at] == 9728 - used && told[2][at] == 512,
                  "at %u s %g MiB are used, %g free, %g reserved", second, told[0][at], told[1][at],
                  told[2][at]);
}

START_TEST(frame_buffer)
{
    model = compile_text("gpusim: 1\nduration: 600 s\ntelemetry: {every: 10 s, sets: [dcgm]}\n"
                         "cluster: {nodes: [{name: n, gpus: 1, gpu: A100-SXM4-40GB,"
                         " gpu_model: {memory: 10 GiB, memory_reserved: 512 MiB}}]}\n" JOBS
                         "    - {at: 0 s, " SHARE
                         ", profile: {memory_used: 1 GiB, memory_growth: 16 MiB/s}}\n"
                         "    - {at: 30 s, duration: 50 s, gpu_share: 0.25, gpu_memory: 3 GiB}\n");
    gpusim_observer observer = collect_observer(&rows);
    observer.sample = hear;
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, 1);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    said(10, 1024 + 160);
    said(30, 1024 + 480); // the interval that ends now
    said(40, 1024 + 640 + 3072);
    said(230, 1024 + 3680 + 3072);
    said(240, 1024 + 3840); // the second one has gone, after 200 s
    said(540, 1024 + 8640);
    out_of_memory(0, 544 * GPUSIM_SECOND);
    said(550, 0);
}
END_TEST

// the scenario that shows sharing shows this, too
START_TEST(the_service_that_leaks)
{
    char path[1024];
    gpusim_spec *spec = NULL;
    snprintf(path, sizeof path, "%s/scenarios/sharing.yaml", getenv("GPUSIM_SOURCE"));
    ASSERT_OK(gpusim_spec_load(path, &spec, &err), &err);
    ASSERT_OK(gpusim_model_compile(spec, &model, &err), &err);
    gpusim_spec_destroy(spec);
    sim = run_model(model, 7, &rows);
    const gs_array *jobs = &rows.tables[GPUSIM_TABLE_JOBS];
    uint32_t instances = 0, parts = 0;
    for (uint32_t i = 0; i < jobs->count; i++) {
        const gpusim_job_row *row = &GS_AT(*jobs, gpusim_job_row, i);
        int leaks = strcmp(gpusim_model_name(model, row->name), "leaking") == 0;
        instances += row->mig && row->state == GPUSIM_JOB_COMPLETED;
        parts += !row->mig && row->milli < 1000 && row->state == GPUSIM_JOB_COMPLETED;
        ck_assert_int_eq(row->state == GPUSIM_JOB_OOM, leaks);
        // 81920 - 834 MiB, less its own 20 GiB and 36 of two notebooks, at 2 MiB/s: 11871 s
        ck_assert(!leaks || row->end == GPUSIM_HOUR + 11871 * GPUSIM_SECOND);
    }
    ck_assert_uint_eq(gpusim_sim_summary(sim)->oom, 1);
    ck_assert(instances > 100 && parts > 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vram");
    const TTest *const functions[] = {a_leak_alone,
                                      too_much_from_the_start,
                                      two_growers,
                                      equal_growers,
                                      only_the_offender,
                                      room_that_others_leave,
                                      a_gang_fails_on_its_fullest_gpu,
                                      instances_are_apart,
                                      saved_on_the_way,
                                      frame_buffer,
                                      the_service_that_leaks};
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, NULL, teardown);
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        tcase_add_test(all, functions[i]);
    }
    tcase_add_loop_test(all, memory_moves_along, 0, 2);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
