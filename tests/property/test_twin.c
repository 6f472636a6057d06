/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random scenarios on the simulator and on the slow twin: the same schedule, job by job. A seed as
 * the argument shows that scenario alone. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "property/collect.h"
#include "property/maker.h"

#define SCENARIOS 1500

static gpusim_job_state state_of(slow_state state)
{
    switch (state) {
    case SLOW_COMPLETED:
        return GPUSIM_JOB_COMPLETED;
    case SLOW_TIMEOUT:
        return GPUSIM_JOB_TIMEOUT;
    case SLOW_REJECTED:
        return GPUSIM_JOB_REJECTED;
    default:
        return GPUSIM_JOB_QUEUED;
    }
}

static int compare(uint64_t seed, const puzzle *made, const collected *all)
{
    int wrong = all->job_count != made->count;

    for (size_t i = 0; i < all->job_count && i < made->count; i++) {
        const gpusim_job_row *ours = &all->jobs[i];
        const slow_job *slow = &made->jobs[ours->id];
        if (ours->start != slow->start || ours->end != slow->end ||
            ours->preemptions != slow->preemptions || ours->state != state_of(slow->state)) {
            if (wrong++ < 3) {
                printf("seed %" PRIu64 ": job %" PRId64 " ran %.9f to %.9f, %u preemptions, state "
                       "%u; by the twin %.9f to %.9f, %u, state %d\n",
                       seed, ours->id, gpusim_seconds(ours->start), gpusim_seconds(ours->end),
                       ours->preemptions, ours->state, gpusim_seconds(slow->start),
                       gpusim_seconds(slow->end), slow->preemptions, (int)state_of(slow->state));
            }
        }
    }
    return wrong;
}

static int try_seed(uint64_t seed, int show)
{
    static puzzle made;
    collected all = {0};
    int wrong = 1;

    make_for_twin(seed, &made);
    gpusim_model *model = parse_model(made.yaml.text, NULL);
    if (slow_schedule(&made.cluster, &made.policy, made.jobs, made.count) != 0) {
        printf("seed %" PRIu64 ": the twin is stuck\n", seed);
    } else if (model != NULL && run_model(model, seed, 1, &all)) {
        wrong = compare(seed, &made, &all);
    }
    if (show) {
        printf("%s", made.yaml.text);
        for (size_t i = 0; i < all.job_count; i++) {
            printf("%" PRId64 ": %.0f to %.0f\n", all.jobs[i].id, gpusim_seconds(all.jobs[i].start),
                   gpusim_seconds(all.jobs[i].end));
        }
    }
    gpusim_model_destroy(model);
    collect_release(&all);
    return wrong != 0;
}

int main(int argc, char **argv)
{
    int wrong = 0;

    if (argc > 1) {
        return try_seed(strtoull(argv[1], NULL, 10), 1);
    }
    const uint64_t cases = maker_cases(SCENARIOS);
    for (uint64_t seed = 1; seed <= cases; seed++) {
        wrong += try_seed(seed, 0);
    }
    printf("%d of %" PRIu64 " random scenarios differ from the slow twin\n", wrong, cases);
    return wrong > 0;
}
