/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scheduler that decides at random, much of it nonsense: nodes that are not there, GPUs that are
 * taken, jobs that have gone. Nothing is oversubscribed and every invariant holds after each batch;
 * each refusal is told once and changes nothing; a run that was saved goes on as it would have. A
 * seed as the argument tries that scenario alone. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpusim/placement.h>

#include "core/model.h"
#include "property/audit.h"
#include "property/maker.h"

#define SCENARIOS 150
#define PARTS     8
#define PASSES    6 /* of one instant in which it does as it likes */

/* Kept with the run. */
typedef struct wild_state {
    uint64_t draws, refused, tried;
    gpusim_time last;
    uint64_t passes; /* of the instant `last` */
} wild_state;

static uint64_t refusals, accepted; /* of the run at hand */

static uint32_t pick(const gpusim_context *context, uint32_t from, uint32_t to)
{
    wild_state *state = context->state;
    return from + (uint32_t)gpusim_draw_index(context->stream, state->draws++, to - from + 1);
}

static int chance(const gpusim_context *context, uint32_t percent)
{
    return pick(context, 0, 99) < percent;
}

static void count(gpusim_refusal refusal)
{
    refusals += refusal != GPUSIM_ACCEPTED;
    accepted += refusal == GPUSIM_ACCEPTED;
}

// one that waits, one that runs, or what is neither
static gpusim_job_id any_job(const gpusim_context *context, const uint32_t *queue, uint32_t queued)
{
    const gpusim_view *view = context->view;
    if (queued > 0 && chance(context, 50)) {
        return view->jobs[queue[pick(context, 0, queued - 1)]].id;
    }
    if (view->running_count > 0 && chance(context, 80)) {
        return view->jobs[view->running[pick(context, 0, view->running_count - 1)]].id;
    }
    return (gpusim_job_id){.index = pick(context, 0, 100), .generation = pick(context, 0, 3)};
}

static uint32_t first_node(const gpusim_context *context, const gpusim_search *search)
{
    (void)context;
    return gpusim_search_first(search, search->first);
}

// parts at random, not far from what a job might want
static gpusim_placement any_place(const gpusim_context *context, gpusim_part parts[PARTS])
{
    static const uint32_t millis[] = {1000, 1000, 500, 250, 0, 7000};
    gpusim_placement placement = {.parts = parts, .capacity = PARTS};
    placement.count = pick(context, 0, 3);
    for (uint32_t i = 0; i < placement.count; i++) {
        parts[i].node = pick(context, 0, context->view->node_count + 1);
        parts[i].first_gpu = chance(context, 50) ? GPUSIM_NONE : pick(context, 0, 9);
        parts[i].gpus = pick(context, 0, 9);
        parts[i].milli = millis[pick(context, 0, 5)];
        parts[i].slices = chance(context, 80) ? 0 : pick(context, 0, 300);
    }
    return placement;
}

static void decide(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                   gpusim_decisions *decisions)
{
    gpusim_part parts[PARTS] = {0};
    gpusim_job_id job = any_job(context, queue, queued);
    gpusim_placement place = any_place(context, parts);
    switch (pick(context, 0, 7)) {
    case 0:
        count(gpusim_decide_preempt(decisions, job, "whim"));
        break;
    case 1:
        count(gpusim_decide_migrate(decisions, job, &place, NULL));
        break;
    case 2:
        count(gpusim_decide_resize(decisions, job, &place, "whim"));
        break;
    case 3:
        if (chance(context, 10)) {
            count(gpusim_decide_cancel(decisions, job, "whim"));
        }
        break;
    case 4:
        gpusim_decide_wait(decisions,
                           context->view->now + (int)pick(context, 0, 9) * GPUSIM_SECOND);
        break;
    default:
        count(gpusim_decide_start(decisions, job, &place, NULL));
    }
}

static gpusim_status pass(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                          gpusim_decisions *decisions, gpusim_error *err)
{
    wild_state *state = context->state;
    (void)err;
    state->passes = state->last == context->view->now ? state->passes + 1 : 0;
    state->last = context->view->now;
    for (uint32_t i = pick(context, 0, 6); i > 0 && state->passes < PASSES; i--) {
        decide(context, queue, queued, decisions);
    }

    // something has to come of it: one that fits where it may
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &context->view->jobs[queue[i]];
        const int there = job->id.generation != 0 && job->state == GPUSIM_JOB_QUEUED;
        if (there && gpusim_place_job(context, job, context->placement, first_node, 1)) {
            count(gpusim_decide_start(decisions, job->id, context->placement, NULL));
            break;
        }
    }
    return GPUSIM_OK;
}

static const gpusim_scheduler operations = {.pass = pass};
static const gpusim_module wild = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "wild",
    .version = "1",
    .doc = "Decides at random.",
    .operations = &operations,
    .state_bytes = sizeof(wild_state),
};

/* Step by step with every check on; saved in the middle where `saved` is given. */
static gpusim_status run(const gpusim_model *model, uint64_t save_at, void **saved, size_t *size,
                         collected *all, char hash[33], gpusim_error *err)
{
    gpusim_status status;
    gpusim_sim *sim = NULL;
    gpusim_observer observer;
    uint64_t batches = 0;

    collect_into(all, &observer);
    refusals = accepted = 0;
    GPUSIM_TRY(gpusim_sim_create(model, 1, &sim, err)); // as collect_resumed has it
    GPUSIM_TRY(gpusim_sim_observe(sim, &observer, err));
    gpusim_sim_paranoid(sim, 1);
    for (int ran = 1; ran;) {
        if (batches++ == save_at && !gpusim_sim_ended(sim)) {
            GPUSIM_TRY(gpusim_sim_save(sim, saved, size, err));
        }
        GPUSIM_TRY(gpusim_sim_step(sim, &ran, err));
    }
    GPUSIM_TRY(gpusim_sim_hash(sim, hash, err));
    GPUSIM_TRY(gpusim_sim_finish(sim, err));
    collect_vcs(all, sim);
cleanup:
    gpusim_sim_destroy(sim);
    return status;
}

static int try_seed(uint64_t seed, uint64_t *refused, int *ended)
{
    static maker_text yaml;
    maker m = {.state = seed};
    gpusim_error err = {0};
    collected all = {0};
    char what[64], hash[33], again[33];
    void *saved = NULL;
    size_t size = 0;
    int wrong = 0;

    snprintf(what, sizeof(what), "seed %" PRIu64, seed);
    make_anything(seed, (make_options){.sharing = 1, .physical = seed % 3 == 0}, &yaml);
    gpusim_model *model = parse_model(yaml.text, NULL);
    if (model == NULL) {
        return 1;
    }
    model->setup = (gs_setup){.estimates = model->setup.estimates, .scheduler = {.module = &wild}};
    snprintf(model->setup.text, sizeof(model->setup.text), "wild");
    gpusim_status status =
        run(model, (uint64_t)maker_pick(&m, 0, 100), &saved, &size, &all, hash, &err);
    *refused += refusals;
    if (status == GPUSIM_OK) {
        (*ended)++;
        wrong += audit(what, model, &all);
        if (all.summary.refused != refusals) {
            printf("%s: %" PRIu64 " refusals are told, %" PRIu64 " were given\n", what,
                   all.summary.refused, refusals);
            wrong++;
        }
        if (saved != NULL && (collect_resumed(model, saved, size, again, &err) != GPUSIM_OK ||
                              strcmp(hash, again) != 0)) {
            printf("%s: a restored run ends in another state %s\n", what, err.message);
            wrong++;
        }
    } else if (status != GPUSIM_MODULE) { // refused too often, and said so
        print_error(what, &err);
        wrong++;
    }
    gpusim_free(saved);
    collect_release(&all);
    gpusim_model_destroy(model);
    return wrong != 0;
}

int main(int argc, char **argv)
{
    const uint64_t from = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const uint64_t to = argc > 1 ? from : maker_cases(SCENARIOS);
    uint64_t refused = 0;
    int wrong = 0, ended = 0;

    for (uint64_t seed = from; seed <= to; seed++) {
        wrong += try_seed(seed, &refused, &ended);
    }
    printf("%d runs ended, %" PRIu64 " decisions were refused\n", ended, refused);
    printf("%d of %" PRIu64 " random schedulers break a promise\n", wrong, to - from + 1);
    return wrong > 0 || (argc < 2 && (ended < (int)(to / 2) || refused < 1000));
}
