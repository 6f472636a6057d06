/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work is conserved: in random scenarios with caps, heat, shared links and checkpoints the rates
 * that are shown, integrated batch by batch, are the work that each job has done, to 1 ns for each
 * change; each rate is what definitions 1 says of the state at that moment, shares of links are
 * max-min fair, and a run that is saved and restored is the same run. A seed as the argument shows
 * that scenario. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "property/audit.h"
#include "property/maker.h"
#include "reference/slow_progress.h"

#define SCENARIOS 300

/* What the twin has added up of a job, by order of submission. */
typedef struct account {
    long double work; /* ns: integral of the rate */
    double rate;      /* held since the last batch */
    uint32_t changes;
} account;

typedef struct ledger {
    account jobs[MAKER_JOBS];
    gpusim_time at;
    uint64_t changes, slow; /* of all rates; batches at which somebody was not at rate 1 */
} ledger;

// time passes at the rates that were shown
static void pass_time(ledger *all, gpusim_time now)
{
    for (uint32_t j = 0; j < MAKER_JOBS; j++) {
        all->jobs[j].work += (long double)all->jobs[j].rate * (long double)(now - all->at);
    }
    all->at = now;
}

static int look(const char *what, const gpusim_sim *sim, ledger *all)
{
    double rates[MAKER_JOBS] = {0};
    int wrong = 0, slow = 0;
    for (uint32_t i = 0; i < sim->running.count; i++) {
        uint32_t slot = GS_AT(sim->running, uint32_t, i);
        const gpusim_job_info *job = GS_JOB(sim, slot);
        double rate = slow_rate(sim, slot);
        rates[job->order] = job->rate;
        slow |= job->rate != 1;
        if (fabs(GS_LIVE(sim, slot)->rate / rate - 1) > 1e-12) {
            printf("%s: at %" PRId64 " job %" PRIu64 " does %.17g, not %.17g\n", what,
                   gpusim_sim_now(sim), job->order, GS_LIVE(sim, slot)->rate, rate);
            wrong++;
        }
        if (job->rate != (GS_LIVE(sim, slot)->writes ? 0 : GS_LIVE(sim, slot)->rate)) {
            printf("%s: job %" PRIu64 " is shown another rate\n", what, job->order);
            wrong++;
        }
    }
    for (uint32_t j = 0; j < MAKER_JOBS; j++) {
        all->jobs[j].changes += rates[j] != all->jobs[j].rate;
        all->changes += rates[j] != all->jobs[j].rate;
        all->jobs[j].rate = rates[j];
    }
    all->slow += (uint64_t)slow;
    const char *unfair = slow_shares(sim);
    if (unfair) {
        printf("%s: at %" PRId64 " %s\n", what, gpusim_sim_now(sim), unfair);
    }
    return wrong + (unfair != NULL);
}

static int compare(const char *what, const collected *rows, const ledger *all)
{
    int wrong = 0;
    for (size_t i = 0; i < rows->job_count; i++) {
        const gpusim_job_row *row = &rows->jobs[i];
        const account *job = &all->jobs[row->index];
        long double done =
            (long double)(row->done + row->redone); // a GPU may have turned itself off
        if (fabsl(job->work - done) > 1 + job->changes + row->failures) {
            printf("%s: job %" PRIu64 " has done %" PRId64 " ns, its rates say %.3Lf\n", what,
                   row->index, row->done, job->work);
            wrong++;
        }
    }
    return wrong;
}

static int try_model(const char *what, const gpusim_model *model, maker *m, ledger *all)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    collected rows = {0};
    gpusim_observer observer;
    void *saved = NULL;
    size_t size = 0;
    char hash[33] = "", again[33] = "";
    int wrong = 0, save_at = maker_pick(m, 0, 150);
    collect_into(&rows, &observer);
    GPUSIM_TRY(gpusim_sim_create(model, 1, &sim, &err));
    GPUSIM_TRY(gpusim_sim_observe(sim, &observer, &err));
    gpusim_sim_paranoid(sim, 1);
    for (int ran = 1, batch = 0; ran && wrong < 5; batch++) {
        GPUSIM_TRY(gpusim_sim_step(sim, &ran, &err));
        pass_time(all, gpusim_sim_now(sim));
        wrong += look(what, sim, all);
        if (batch == save_at) {
            GPUSIM_TRY(gpusim_sim_save(sim, &saved, &size, &err));
        }
    }
    GPUSIM_TRY(gpusim_sim_hash(sim, hash, &err));
    GPUSIM_TRY(gpusim_sim_finish(sim, &err));
    wrong += compare(what, &rows, all) + audit(what, model, &rows);
    if (saved) {
        GPUSIM_TRY(collect_resumed(model, saved, size, again, &err));
        if (strcmp(hash, again) != 0) {
            printf("%s: restored it ends in another state\n", what);
            wrong++;
        }
    }
cleanup:
    if (status != GPUSIM_OK) {
        print_error(what, &err);
        wrong++;
    }
    gpusim_free(saved);
    gpusim_sim_destroy(sim);
    collect_release(&rows);
    return wrong;
}

int main(int argc, char **argv)
{
    const uint64_t from = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const uint64_t to = argc > 1 ? from : maker_cases(SCENARIOS);
    uint64_t changes = 0, slow = 0;
    int wrong = 0;
    for (uint64_t seed = from; seed <= to; seed++) {
        static maker_text yaml;
        static ledger all;
        maker m = {.state = seed};
        char what[64];
        memset(&all, 0, sizeof all);
        make_physical(seed, &yaml);
        if (argc > 1) {
            printf("%s", yaml.text);
        }
        snprintf(what, sizeof what, "seed %" PRIu64, seed);
        gpusim_model *model = parse_model(yaml.text, NULL);
        wrong += model == NULL || try_model(what, model, &m, &all);
        gpusim_model_destroy(model);
        changes += all.changes;
        slow += all.slow;
    }
    printf("%d of %" PRIu64 " random scenarios lose work; %" PRIu64 " changes of rates, %" PRIu64
           " batches with somebody slowed\n",
           wrong, to - from + 1, changes, slow);
    return wrong > 0;
}
