/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random clusters and jobs under every composition: nothing is used twice (the world refuses it and
 * aborts on what does not add up), no job is lost, state survives being written and read, and what
 * skips leaves nothing idle that a job could use. And a module that decides nonsense. */
#include "harness.h"

#include <string.h>

static uint64_t draw_state;

static uint32_t draw(uint32_t n)
{
    draw_state = draw_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((draw_state >> 33) % n);
}

enum { MOST_JOBS = 60 };

typedef struct scene {
    world_group groups[3];
    uint32_t group_count, quotas[3], vc_count, job_count;
    world_job jobs[MOST_JOBS];
    gs_setup setup;
} scene;

static const char *const orders[] = {"fifo", "las", "priority", "sjf", "smallest", "srsf", "srtf"};
static const char *const placements[] = {"best-fit",    "consolidate", "first-fit",
                                         "round-robin", "spread",      "random"};

// Parameters of any placement: the only one is a byte `scatter`.
static const uint8_t scatters[16] = {1};

// GPUs that a scene's job could ever have, so that none is made that can never start.
static uint32_t most_gpus(const scene *s, uint32_t group, uint32_t vc)
{
    uint32_t most = 0;
    for (uint32_t g = 0; g < s->group_count; g++) {
        if (group == GPUSIM_NONE || g == group) {
            uint32_t gpus = s->groups[g].nodes * s->groups[g].gpus;
            most = gpus > most ? gpus : most;
        }
    }
    if (vc != GPUSIM_NONE && s->quotas[vc] < most) {
        most = s->quotas[vc];
    }
    return most;
}

// Everything in a scene follows from its number.
static void make_scene(uint32_t number, scene *s)
{
    draw_state = number * UINT64_C(2654435761) + 12345;
    memset(s, 0, sizeof *s);
    s->group_count = 1 + draw(3);
    for (uint32_t g = 0; g < s->group_count; g++) {
        static const uint32_t sizes[] = {1, 2, 4, 8};
        s->groups[g] = (world_group){1 + draw(5), sizes[draw(4)], 64, UINT64_C(1) << 20};
    }
    s->vc_count = draw(3) ? 0 : 1 + draw(3);
    for (uint32_t vc = 0; vc < s->vc_count; vc++) {
        s->quotas[vc] = draw(4) ? 1 + draw(12) : GPUSIM_NONE;
    }
    s->job_count = 1 + draw(MOST_JOBS);
    int tight = draw(3) == 0, whole_estimates = draw(2) == 0;
    uint32_t time = 0;
    for (uint32_t i = 0; i < s->job_count; i++) {
        world_job *job = &s->jobs[i];
        time += draw(3) ? draw(40) : 0;
        uint32_t duration = draw(20) ? 1 + draw(200) : 0;
        job->submit = SECONDS(time);
        job->duration = SECONDS(duration);
        job->estimate = whole_estimates ? job->duration : SECONDS(draw(300));
        job->vc = s->vc_count && draw(5) ? draw(s->vc_count) : GPUSIM_NONE;
        job->group = draw(4) ? GPUSIM_NONE : draw(s->group_count);
        job->priority = (int32_t)draw(5) - 2;
        uint32_t most = most_gpus(s, job->group, job->vc);
        job->gpus = draw(12) ? 1 + draw(draw(2) ? most : (most < 3 ? most : 3)) : 0;
        job->cpus = tight ? draw(8) : draw(2);
        job->memory = tight ? draw(1 << 17) : 0;
        if (job->gpus == 0) {
            job->cpus = 1 + draw(32);
        }
    }
    int blocking = draw(2) != 0, kind = (int)draw(6);
    int backfill = kind == 1   ? GS_BACKFILL_EASY
                   : kind == 2 ? GS_BACKFILL_CONSERVATIVE
                               : GS_BACKFILL_NONE;
    int preemption = kind == 3 || kind == 4 ? GS_PREEMPTION_REPACK : GS_PREEMPTION_NONE;
    s->setup = world_setup(orders[draw(7)], blocking, placements[draw(6)], backfill, preemption);
    if (draw(4) == 0) {
        s->setup.placement.parameters = scatters;
    }
}

static world *make_world(const scene *s)
{
    world *w = world_make(s->groups, s->group_count, s->quotas, s->vc_count);
    w->setup = s->setup;
    w->check = 1;
    world_jobs(w, s->jobs, s->job_count);
    return w;
}

// With `blocking: false` and nothing else, no job waits that its placement would place now.
static void nothing_idle(world *w)
{
    const gpusim_placer *placer = w->setup.placement.module->operations;
    gpusim_part parts[64];
    unsigned char state[64] = {0};
    for (uint32_t slot = 0; slot < w->view.job_capacity; slot++) {
        const gpusim_job_info *job = &w->infos[slot];
        if (!job->id.generation || job->state != GPUSIM_JOB_QUEUED) {
            continue;
        }
        if (job->vc != GPUSIM_NONE && w->vcs[job->vc].quota != GPUSIM_NONE && job->gpus &&
            w->vcs[job->vc].used + job->gpus > w->vcs[job->vc].quota) {
            continue;
        }
        gpusim_placement placement = {.parts = parts, .capacity = 64};
        gpusim_context context = {
            .parameters = w->setup.placement.parameters, .state = state, .view = &w->view};
        ck_assert_msg(!placer->place(&context, job, &placement), "job %u could start now",
                      (unsigned)job->order);
    }
}

START_TEST(nothing_is_lost)
{
    scene s;
    for (uint32_t number = (uint32_t)_i * 250; number < (uint32_t)(_i + 1) * 250; number++) {
        make_scene(number, &s);
        world *w = make_world(&s);
        int skips = !s.setup.blocking && s.setup.backfill == GS_BACKFILL_NONE &&
                    s.setup.preemption == GS_PREEMPTION_NONE;
        w->after_pass = skips ? nothing_idle : NULL;
        world_run(w);
        ck_assert_msg(w->refusals == 0, "scene %u: %u refusals", number, (unsigned)w->refusals);
        for (uint32_t i = 0; i < s.job_count; i++) {
            const world_job *job = &w->jobs[i];
            ck_assert_msg(job->end >= 0, "scene %u (%s): job %u of %u GPUs never ran", number,
                          s.setup.order.module->name, i, job->gpus);
            ck_assert_int_ge(job->start, job->submit);
            ck_assert_int_ge(job->end - job->start, job->duration);
            ck_assert(s.setup.preemption || job->end - job->start == job->duration);
        }
        ck_assert_uint_eq(gs_policy_queue_length(w->policy), 0);
        world_free(w);
    }
}
END_TEST

// The same schedule, whether the policy was written and read in between or not.
START_TEST(state_is_all)
{
    scene s;
    for (uint32_t number = 0; number < 600; number++) {
        make_scene(number, &s);
        world *w = make_world(&s), *other = make_world(&s);
        other->restore = 1 + (int)(number % 3);
        world_run(w);
        world_run(other);
        ck_assert_uint_eq(w->passes, other->passes);
        ck_assert_mem_eq(w->jobs, other->jobs, s.job_count * sizeof *w->jobs);
        world_free(w);
        world_free(other);
    }
}
END_TEST

// Nodes that go and come back: nothing starts on them meanwhile, and all ends well.
START_TEST(nodes_come_and_go)
{
    scene s;
    for (uint32_t number = 0; number < 500; number++) {
        make_scene(number, &s);
        world *w = make_world(&s);
        for (uint32_t step = 1; step <= 40; step++) {
            world_run_until(w, SECONDS(step * 25));
            uint32_t node = draw(w->view.node_count);
            int up = w->nodes[node].state == GPUSIM_NODE_UP;
            world_node_state(w, node, up ? GPUSIM_NODE_DRAINING : GPUSIM_NODE_UP);
            w->decisions.wait = w->view.now = SECONDS(step * 25);
        }
        for (uint32_t node = 0; node < w->view.node_count; node++) {
            world_node_state(w, node, GPUSIM_NODE_UP);
        }
        w->decisions.wait = w->view.now;
        world_run(w);
        ck_assert_uint_eq(w->refusals, 0);
        ck_assert_msg(w->ended == s.job_count, "scene %u: %u of %u jobs ended", number, w->ended,
                      s.job_count);
        world_free(w);
    }
}
END_TEST

/* ---- a module that decides nonsense ---- */

typedef struct chaos {
    uint64_t draws;
} chaos;

static uint32_t any(const gpusim_context *context, uint32_t n)
{
    chaos *state = context->state;
    return (uint32_t)gpusim_draw_index(context->stream, state->draws++, n);
}

static gpusim_status chaotic(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                             gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    const gpusim_view *view = context->view;
    gpusim_part parts[4];
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t slot = queued && any(context, 4) ? queue[any(context, queued)]
                                                  : any(context, view->job_capacity + 3);
        gpusim_job_id id = {slot, any(context, 50)};
        uint32_t gpus = 1;
        if (slot < view->job_capacity && any(context, 3)) {
            id = view->jobs[slot].id;
            gpus = view->jobs[slot].gpus;
        }
        gpusim_placement placement = {.parts = parts, .capacity = 4, .count = any(context, 4)};
        for (uint32_t k = 0; k < placement.count; k++) {
            parts[k] = (gpusim_part){.node = any(context, view->node_count + 1),
                                     .first_gpu = GPUSIM_NONE,
                                     .gpus = any(context, 2) ? gpus : any(context, 9),
                                     .milli = 1000};
        }
        switch (any(context, 8)) {
        case 0:
            gpusim_decide_preempt(decisions, id, "whim");
            break;
        case 1:
            gpusim_decide_migrate(decisions, id, &placement, "whim");
            break;
        case 2:
            if (any(context, 10) == 0) {
                gpusim_decide_cancel(decisions, id, "whim");
            }
            break;
        default:
            gpusim_decide_start(decisions, id, &placement, "whim");
        }
    }
    gpusim_decide_wait(decisions, view->now + SECONDS(1 + any(context, 20)));
    return GPUSIM_OK;
}

static const gpusim_scheduler chaotic_operations = {.pass = chaotic};

static const gpusim_module chaotic_module = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "chaotic",
    .version = "1",
    .doc = "Decides at random.",
    .operations = &chaotic_operations,
    .state_bytes = sizeof(chaos),
    .job_bytes = 3,
};

START_TEST(nonsense_is_refused)
{
    scene s;
    uint64_t refusals = 0, starts = 0;
    for (uint32_t number = 0; number < 200; number++) {
        make_scene(number, &s);
        s.setup = (gs_setup){.scheduler.module = &chaotic_module};
        world *w = make_world(&s), *other = make_world(&s);
        other->restore = 2;
        world_run_until(w, SECONDS(3000));
        world_run_until(other, SECONDS(3000));
        ck_assert_uint_eq(w->refusals, other->refusals);
        ck_assert_mem_eq(w->jobs, other->jobs, s.job_count * sizeof *w->jobs);
        refusals += w->refusals;
        for (uint32_t i = 0; i < s.job_count; i++) {
            starts += w->jobs[i].starts;
        }
        world_free(w);
        world_free(other);
    }
    ck_assert_uint_gt(refusals, 1000);
    ck_assert_uint_gt(starts, 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("properties");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 300);
    tcase_add_loop_test(all, nothing_is_lost, 0, 8);
    tcase_add_test(all, state_is_all);
    tcase_add_test(all, nodes_come_and_go);
    tcase_add_test(all, nonsense_is_refused);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
