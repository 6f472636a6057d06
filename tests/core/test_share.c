/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs that share GPUs, from the scenario to the rows: who is where and when, worked out by hand;
 * quotas; what can never run; who pays; a module that picks the GPU; and that under EASY backfill
 * parts of GPUs never delay the first in the queue. */
#include "plain.h"

#include "one_run.h"

static gpusim_error err;

static const gpusim_allocation_row *allocation_of(uint64_t job)
{
    const gs_array *all = &rows.tables[GPUSIM_TABLE_ALLOCATIONS];
    for (uint32_t i = 0; i < all->count; i++) {
        const gpusim_allocation_row *row = &GS_AT(*all, gpusim_allocation_row, i);
        if (row->job == job) {
            return row;
        }
    }
    ck_abort_msg("job %llu never ran", (unsigned long long)job);
    return NULL;
}

// ends are rounded up to whole nanoseconds, and rates are not exact in binary
static int about(gpusim_time time, double seconds)
{
    gpusim_time expected = gpusim_time_from_seconds(seconds);
    return time >= expected && time <= expected + 4;
}

static void ran(uint64_t job, uint32_t node, uint32_t gpu, double start_s, double end_s)
{
    const gpusim_allocation_row *row = allocation_of(job);
    ck_assert_msg(row->node == node && row->first_gpu == gpu && about(row->start, start_s) &&
                      about(row->end, end_s),
                  "job %llu ran on node %u, GPU %u from %.9f to %.9f s", (unsigned long long)job,
                  row->node, row->first_gpu, gpusim_seconds(row->start), gpusim_seconds(row->end));
}

#define HEAD "gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, count: 1, gpus: 2}]}\n"

// a share runs that much slower: 60 s of work at 600 thousandths take 100 s
START_TEST(by_hand)
{
    run(HEAD "workload:\n  - jobs:\n"
             "    - {id: 0, at: 0 s, duration: 60 s, gpu_share: 0.6}\n"
             "    - {id: 1, at: 0 s, duration: 20 s, gpu_share: 0.4}\n"  // beside 0: 50 s
             "    - {id: 2, at: 1 s, duration: 10 s, gpu_share: 0.1}\n"  // GPU 1: 100 s
             "    - {id: 3, at: 60 s, duration: 12 s, gpu_share: 0.4}\n" // beside 0 again: 30 s
             "    - {id: 4, at: 61 s, duration: 10 s}\n" // a whole one: when 0 is gone
             "    - {id: 5, at: 62 s, duration: 9 s, gpu_share: 0.9}\n"); // behind 4 in the queue
    ran(0, 0, 0, 0, 100);
    ran(1, 0, 0, 0, 50);
    ran(2, 0, 1, 1, 101);
    ran(3, 0, 0, 60, 90);
    ran(4, 0, 0, 100, 110);
    ran(5, 0, 1, 100, 110);
    const gpusim_job_row *row = job_row(&rows, 3);
    ck_assert_uint_eq(row->milli, 400);
    ck_assert_uint_eq(row->gpus, 1);
    ck_assert_uint_eq(allocation_of(3)->milli, 400);
    ck_assert_uint_eq(row->mig, 0);

    // 100 x 0.6 + 50 x 0.4 + 100 x 0.1 + 30 x 0.4 + 10 + 10 x 0.9 of 2 x 110
    ck_assert_double_eq_tol(gpusim_sim_summary(sim)->gpu_allocated_fraction, 121.0 / 220, 1e-9);
    ck_assert_double_eq_tol(gpusim_sim_summary(sim)->goodput, 121.0 / 220, 1e-9);
    ck_assert_double_eq_tol(gpusim_sim_summary(sim)->slowdown_lost_gpu_s, 0, 1e-7);
}
END_TEST

// sharers slow each other down by what the others hold: 0.5 (1 - 0.4 x 0.5) = 0.4 together
START_TEST(interference)
{
    run("gpusim: 1\nuntil: drained\n"
        "cluster: {nodes: [{name: n, gpus: 1}], sharing: {interference: 0.4}}\n"
        "workload:\n  - jobs:\n"
        "    - {id: 0, at: 0 s, duration: 20 s, gpu_share: 0.5}\n"
        "    - {id: 1, at: 10 s, duration: 8 s, gpu_share: 0.5}\n");
    ran(1, 0, 0, 10, 30);          // 8 s at 0.4
    ran(0, 0, 0, 0, 10 + 20 + 14); // 5 s of work alone, 8 s beside the other, 7 s alone at 0.5
    // each has held half a GPU for 20 s that brought 8 s of work
    ck_assert_double_eq_tol(gpusim_sim_summary(sim)->slowdown_lost_gpu_s, 2 * (10 - 8), 1e-7);
}
END_TEST

// two of each GPU, and a quota that counts thousandths
START_TEST(gangs_and_quotas)
{
    run("gpusim: 1\nuntil: drained\n"
        "cluster:\n"
        "  nodes: [{name: n, count: 2, gpus: 2}]\n"
        "  virtual_clusters: {small: {quota: 1}}\n"
        "workload:\n  - jobs:\n"
        "    - {id: 0, at: 0 s, duration: 30 s, gpus: 2, gpu_share: 0.3}\n"
        "    - {id: 1, at: 1 s, duration: 70 s, gpus: 2, gpu_share: 0.7}\n"
        "    - {id: 2, at: 2 s, duration: 10 s, gpus: 2, gpu_share: 0.5, vc: small}\n"
        "    - {id: 3, at: 3 s, duration: 1 s, gpu_share: 0.001, vc: small}\n"
        "    - {id: 4, at: 4 s, duration: 10 s, gpus: 3, gpu_share: 0.5}\n");
    for (uint64_t job = 0; job < 2; job++) {
        ck_assert_uint_eq(allocation_of(job)->node, 0);
        ck_assert_uint_eq(allocation_of(job)->gpus, 1); // a row for each shared GPU
    }
    ck_assert_uint_eq(allocation_of(2)->node, 1);
    ck_assert(about(job_row(&rows, 2)->start, 2));
    ck_assert(about(job_row(&rows, 3)->start, 22));             // a quota of 1 is used up
    ck_assert(job_row(&rows, 4)->start >= 101 * GPUSIM_SECOND); // three GPUs: two nodes, free ones
}
END_TEST

START_TEST(instances)
{
    run("gpusim: 1\nuntil: drained\n"
        "cluster:\n"
        "  physics: false\n"
        "  nodes:\n"
        "    - {name: n, gpus: 1, gpu: A100-SXM4-40GB, mig: true}\n"
        "    - {name: whole, gpus: 1, gpu: A100-SXM4-40GB}\n"
        "workload:\n  - jobs:\n"
        "    - {id: 0, duration: 30 s, mig: 3g.20gb}\n"
        "    - {id: 1, duration: 10 s, mig: 2g.10gb}\n"
        "    - {id: 2, duration: 10 s, mig: 1g.5gb}\n"
        "    - {id: 3, duration: 10 s, mig: 1g.5gb}\n"
        "    - {id: 4, duration: 10 s, mig: 1g.5gb}\n"  // no slice is left
        "    - {id: 5, duration: 70 s, mig: 7g.40gb}\n" // all of it
        "    - {id: 6, duration: 5 s}\n");              // goes to the other node, which is not cut
    static const uint32_t slices[] = {0xf0, 0x03, 0x04, 0x08, 0, 0xff};
    for (uint64_t i = 0; i < 6; i++) {
        ck_assert_uint_eq(allocation_of(i)->node, 0);
        if (i != 4) {
            ck_assert_uint_eq(allocation_of(i)->slices, slices[i]);
        }
        ck_assert_str_eq(gpusim_model_name(model, allocation_of(i)->mig),
                         gpusim_model_name(model, job_row(&rows, i)->mig));
    }
    ck_assert_uint_eq(job_row(&rows, 0)->milli, 428); // 3 of 7
    ck_assert_uint_eq(allocation_of(6)->node, 1);
    ck_assert_uint_eq(job_row(&rows, 6)->state, GPUSIM_JOB_COMPLETED);

    // each is as fast as its compute slices: 30 s at 3/7, 10 s at 2/7 and at 1/7
    ck_assert(about(job_row(&rows, 0)->end, 70));
    ck_assert(about(job_row(&rows, 1)->end, 35));
    ck_assert(about(job_row(&rows, 2)->end, 70));
    ck_assert(about(job_row(&rows, 4)->start, 35));
    ck_assert(about(job_row(&rows, 5)->start, 105));
    ck_assert(about(job_row(&rows, 5)->end, 175));
}
END_TEST

START_TEST(what_can_never_run)
{
    FILE *file = fopen("never.csv", "w");
    ck_assert_ptr_nonnull(file);
    fputs("id,submit_s,duration_s,gpus,gpu_milli,mig,gpu_memory,group\n"
          "0,0,1,1,,4g.40gb,,\n"     // another model's profile
          "1,0,1,1,500,,,n\n"        // a part of one that is cut
          "2,0,1,1,,,,n\n"           // and a whole one
          "3,0,1,1,,1g.5gb,6 GiB,\n" // more than the instance has
          "4,0,1,3,,1g.5gb,,\n"      // of more GPUs than there are
          "5,0,1,1,500,,41 GiB,\n"   // more than a GPU has
          "6,0,1,2,500,,,\n",        // fine
          file);
    fclose(file);
    run("gpusim: 1\nuntil: drained\n"
        "cluster:\n"
        "  physics: false\n"
        "  nodes:\n"
        "    - {name: n, gpus: 2, gpu: A100-SXM4-40GB, mig: true}\n"
        "    - {name: whole, gpus: 2, gpu: A100-SXM4-40GB}\n"
        "workload: [{trace: {format: csv, path: never.csv}}]\n");
    remove("never.csv");
    static const uint8_t reasons[] = {GPUSIM_REASON_NO_MIG,    GPUSIM_REASON_CUT,
                                      GPUSIM_REASON_CUT,       GPUSIM_REASON_NO_GPU_MEMORY,
                                      GPUSIM_REASON_TOO_LARGE, GPUSIM_REASON_NO_GPU_MEMORY,
                                      GPUSIM_REASON_NONE};
    for (uint64_t i = 0; i < 7; i++) {
        ck_assert_msg(job_row(&rows, i)->reason == reasons[i], "job %llu: reason %u",
                      (unsigned long long)i, job_row(&rows, i)->reason);
    }
    gpusim_model_info info;
    gpusim_model_info_get(model, &info);
    ck_assert_uint_eq(info.never_fit, 6); // known before the run
}
END_TEST

START_TEST(profiles_that_no_gpu_has)
{
    static const char text[] =
        "gpusim: 1\n"
        "cluster: {nodes: [{name: n, gpus: 1, gpu: A100-SXM4-40GB, mig: true}]}\n"
        "workload: [{jobs: [{duration: 1 s, mig: 1g.5g}]}]\n";
    gpusim_spec *spec = NULL;
    char shown[512];
    ASSERT_OK(gpusim_spec_parse(text, sizeof text - 1, "test.yaml", NULL, &spec, &err), &err);
    ck_assert_int_eq(gpusim_model_compile(spec, &model, &err), GPUSIM_SCENARIO);
    gpusim_error_format(&err, shown, sizeof shown);
    ck_assert_str_eq(shown, "test.yaml:3:41: error: no GPU is cut into MIG instances '1g.5g'\n"
                            "    workload: [{jobs: [{duration: 1 s, mig: 1g.5g}]}]\n"
                            "                                            ^\n"
                            "    in: workload[0].jobs[0].mig\n"
                            "    hint: did you mean '1g.5gb'?");
    gpusim_spec_destroy(spec);
}
END_TEST

// ---- what the scheduler expects ----

// limits are time on what a job asks for, true durations are work; both before it has ever run
START_TEST(expected_run_times)
{
    static const char *const estimates[] = {"exact", "requested"};
    static const double expected[][4] = {{100, 7, 4, 10}, {33, 33, 33, 33}};
    char text[1024];
    snprintf(text, sizeof text,
             "gpusim: 1\ncluster: {nodes: [{name: n, gpus: 1}, {name: m, gpus: 1, "
             "gpu: A100-SXM4-40GB, mig: true}]}\nscheduler: {order: fifo, estimates: %s}\n"
             "workload:\n  - jobs:\n"
             "    - {at: 0 s, duration: 1 h}\n    - {at: 0 s, duration: 1 h, mig: 7g.40gb}\n"
             "    - {at: 1 s, duration: 30 s, gpu_share: 0.3, walltime: 33 s}\n"
             "    - {at: 1 s, duration: 1 s, mig: 1g.5gb, walltime: 33 s}\n"
             "    - {at: 1 s, duration: 2286 ms, mig: 4g.20gb, walltime: 33 s}\n"
             "    - {at: 1 s, duration: 10 s, walltime: 33 s}\n",
             estimates[_i]);
    model = compile_text(text);
    ASSERT_OK(gpusim_sim_create(model, 1, &sim, &err), &err);
    ASSERT_OK(gpusim_sim_run_until(sim, 2 * GPUSIM_SECOND, &err), &err);
    const gpusim_view *view = gpusim_sim_view(sim);
    for (uint32_t slot = 2; slot < 6; slot++) {
        gpusim_time left = gpusim_view_remaining(view, &view->jobs[slot]);
        double seconds = expected[_i][slot - 2] + (_i == 0 && slot == 4 ? 0.0005 : 0);
        ck_assert_int_eq(view->jobs[slot].state, GPUSIM_JOB_QUEUED);
        // work is whole nanoseconds, up to 7 of time each, and never too little
        gpusim_time least = gpusim_time_from_seconds(seconds);
        ck_assert_msg(left >= least && left <= least + 7, "job %u is to take %.9f s, not %.9f",
                      slot, gpusim_seconds(left), seconds);
    }
}
END_TEST

// ---- power ----

static void pays(uint32_t slot, double watts)
{
    double joules = 0;
    (void)gs_energy_of_job(sim, slot, &joules);
    ck_assert_double_eq_tol(joules, 100 * watts, 1e-5);
}

/* 100 W while it works and 80 W while it could, shared by what is held; 300 W by activity. */
START_TEST(who_pays_for_a_shared_gpu)
{
    model = compile_text(PLANT("gpus: 1, " PLAIN_GPUS, "}\n") //
                         "workload:\n  - jobs:\n"
                         "    - {duration: 1 h, gpu_share: 0.5, profile: {intensity: 1}}\n"
                         "    - {duration: 1 h, gpu_share: 0.25, profile: {intensity: 0.5}}\n");
    sim = plant_begin(model, NULL);
    plant_to(sim, 100);
    // three quarters of the time somebody's kernels run
    ck_assert_double_eq_tol(plant_watts(sim, 0), 0.75 * 100 + 0.25 * 80 + 300 * 0.625, 1e-6);
    pays(0, 0.5 * (75 + 20) + 300 * 0.5);
    pays(1, 0.25 * (75 + 20) + 300 * 0.125);
}
END_TEST

// instances work side by side: all of the time somebody does
START_TEST(who_pays_for_instances)
{
    model = compile_text(PLANT("gpus: 1, mig: true, " PLAIN_GPUS, "}\n") //
                         "workload:\n  - jobs:\n"
                         "    - {duration: 1 h, mig: 3g.40gb, profile: {intensity: 1}}\n"
                         "    - {duration: 1 h, mig: 2g.20gb, profile: {intensity: 0.5}}\n");
    sim = plant_begin(model, NULL);
    plant_to(sim, 100);
    ck_assert_double_eq_tol(plant_watts(sim, 0), 100 + 300 * (3 + 1) / 7.0, 1e-6);
    pays(0, 0.428 * 100 + 300 * 3 / 7.0);
    pays(1, 0.285 * 100 + 300 * 1 / 7.0);
}
END_TEST

// ---- a module that looks at GPUs ----

// packs from the last GPU down, whatever the host would do
static gpusim_status pack_backwards(const gpusim_context *context, const uint32_t *queue,
                                    uint32_t queued, gpusim_decisions *decisions,
                                    gpusim_error *error)
{
    (void)error;
    const gpusim_view *view = context->view;
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &view->jobs[queue[i]];
        for (uint32_t g = view->node_first_gpu[view->node_count]; g-- > 0;) {
            if (view->gpus[g].free_milli >= job->milli) {
                gpusim_part part = {.node = 0, .first_gpu = g, .gpus = 1, .milli = job->milli};
                gpusim_placement placement = {.parts = &part, .count = 1, .capacity = 1};
                ck_assert_int_eq(gpusim_decide_start(decisions, job->id, &placement, NULL),
                                 GPUSIM_ACCEPTED);
                break;
            }
        }
    }
    return GPUSIM_OK;
}

static const gpusim_scheduler backwards_operations = {.pass = pack_backwards};
static const gpusim_module backwards = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "backwards",
    .version = "1",
    .doc = "Packs from the last GPU down.",
    .operations = &backwards_operations,
};

START_TEST(a_module_picks_the_gpu)
{
    model = compile_text("gpusim: 1\nuntil: drained\n"
                         "cluster: {nodes: [{name: n, gpus: 3}]}\n"
                         "workload:\n  - jobs:\n"
                         "    - {id: 0, at: 0 s, duration: 5 s, gpu_share: 0.5}\n"
                         "    - {id: 1, at: 1 s, duration: 5 s, gpu_share: 0.4}\n"
                         "    - {id: 2, at: 2 s, duration: 5 s, gpu_share: 0.2}\n"
                         "    - {id: 3, at: 3 s, duration: 5 s}\n");
    model->setup.scheduler = (gs_chosen_module){.module = &backwards};
    sim = run_model(model, 1, &rows);
    static const uint32_t gpus[] = {2, 2, 1, 0};
    for (uint64_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(allocation_of(i)->first_gpu, gpus[i]);
    }
}
END_TEST

// ---- EASY: the first in the queue is never delayed ----

typedef struct future {
    gpusim_time end;
    uint32_t slot;
} future;

static int by_end(const void *a, const void *b)
{
    const future *x = a, *y = b;
    return (x->end > y->end) - (x->end < y->end);
}

// on one node there are so many GPUs with so much left
static int fits(const gpusim_view *view, const uint32_t *left, const gpusim_job_info *job)
{
    for (uint32_t n = 0; n < view->node_count; n++) {
        uint32_t room = 0;
        for (uint32_t g = view->node_first_gpu[n]; g < view->node_first_gpu[n + 1]; g++) {
            room += left[g] >= job->milli;
        }
        if (room >= job->gpus) {
            return 1;
        }
    }
    return 0;
}

// when the first that waits could start if nobody else did before: everybody's end is known
static gpusim_time earliest_start(const gpusim_view *view, const gpusim_job_info *head)
{
    uint32_t left[64], gpus = view->node_first_gpu[view->node_count];
    future ends[64];
    ck_assert_uint_le(gpus, 64);
    ck_assert_uint_le(view->running_count, 64);
    for (uint32_t g = 0; g < gpus; g++) {
        left[g] = view->gpus[g].free_milli;
    }
    for (uint32_t i = 0; i < view->running_count; i++) {
        uint32_t slot = view->running[i];
        ends[i] = (future){
            gpusim_time_add(view->now, gpusim_view_remaining(view, &view->jobs[slot])), slot};
    }
    qsort(ends, view->running_count, sizeof ends[0], by_end);
    if (fits(view, left, head)) {
        return view->now;
    }
    for (uint32_t i = 0; i < view->running_count; i++) {
        uint32_t count = 0;
        const gpusim_part *parts = gpusim_view_parts(view, &view->jobs[ends[i].slot], &count);
        for (uint32_t p = 0; p < count; p++) {
            for (uint32_t g = 0; g < parts[p].gpus; g++) {
                left[view->node_first_gpu[parts[p].node] + parts[p].first_gpu + g] +=
                    parts[p].milli;
            }
        }
        int last = i + 1 == view->running_count || ends[i + 1].end > ends[i].end;
        if (last && fits(view, left, head)) {
            return ends[i].end;
        }
    }
    return GPUSIM_TIME_MAX;
}

static const gpusim_job_info *first_waiting(const gpusim_view *view)
{
    const gpusim_job_info *first = NULL;
    for (uint32_t slot = 0; slot < view->job_capacity; slot++) {
        const gpusim_job_info *job = &view->jobs[slot];
        if (job->id.generation != 0 && job->state == GPUSIM_JOB_QUEUED &&
            (!first || job->order < first->order)) {
            first = job;
        }
    }
    return first;
}

START_TEST(the_first_is_never_delayed)
{
    static const char *const placements[] = {"first-fit", "best-fit", "spread", "random"};
    char text[2048];
    uint32_t looked = 0, waited = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        snprintf(
            text, sizeof text,
            "gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, count: %u, gpus: %u}]}\n"
            "scheduler: {order: fifo, placement: %s, backfill: easy, estimates: exact}\n"
            "workload:\n"
            "  - synthetic: {name: parts, count: 120,\n"
            "      arrivals: {process: poisson, rate: 300/h},\n"
            "      gpus: {choice: {1: 6, 2: 1}},\n"
            "      gpu_share: {choice: {0.1: 1, 0.25: 1, 0.5: 1, 0.75: 1}},\n"
            "      duration: {uniform: {min: 5 s, max: 90 s}}}\n"
            "  - synthetic: {name: whole, count: 60,\n"
            "      arrivals: {process: poisson, rate: 120/h},\n"
            "      gpus: {choice: {1: 2, 2: 1}}, duration: {uniform: {min: 5 s, max: 90 s}}}\n",
            (unsigned)(1 + seed % 3), (unsigned)(2 + seed % 2), placements[seed % 4]);
        model = compile_text(text);
        ASSERT_OK(gpusim_sim_create(model, seed, &sim, &err), &err);
        gpusim_sim_paranoid(sim, 1);
        gpusim_time promised = GPUSIM_TIME_MAX;
        uint64_t head = UINT64_MAX;
        for (int went_on = 1; went_on;) {
            ASSERT_OK(gpusim_sim_step(sim, &went_on, &err), &err);
            const gpusim_view *view = gpusim_sim_view(sim);
            const gpusim_job_info *first = first_waiting(view);
            if (!first) {
                head = UINT64_MAX;
                continue;
            }
            gpusim_time start = earliest_start(view, first);
            if (first->order != head) {
                head = first->order;
                promised = GPUSIM_TIME_MAX;
                waited++;
            }
            // ends are rounded up to whole nanoseconds, once for each change of a rate
            ck_assert_msg(promised == GPUSIM_TIME_MAX || start <= promised + 1000,
                          "seed %llu: job %llu, promised %lld, starts at %lld",
                          (unsigned long long)seed, (unsigned long long)head, (long long)promised,
                          (long long)start);
            promised = start < promised ? start : promised;
            looked++;
        }
        gpusim_sim_destroy(sim);
        gpusim_model_destroy(model);
        sim = NULL;
        model = NULL;
    }
    ck_assert_uint_gt(looked, 3000);
    ck_assert_uint_gt(waited, 500);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("share");
    const TTest *const functions[] = {by_hand,
                                      interference,
                                      gangs_and_quotas,
                                      instances,
                                      what_can_never_run,
                                      profiles_that_no_gpu_has,
                                      who_pays_for_a_shared_gpu,
                                      who_pays_for_instances,
                                      a_module_picks_the_gpu,
                                      the_first_is_never_delayed};
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, NULL, teardown);
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        tcase_add_test(all, functions[i]);
    }
    tcase_add_loop_test(all, expected_run_times, 0, 2);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
