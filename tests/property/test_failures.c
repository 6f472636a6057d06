/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random scenarios whose jobs fail, hang and find disks full at random moments: every invariant
 * holds after every batch, every nanosecond of every job is accounted for once, as a ledger of its
 * own counts it; and a run that is saved among all this ends as if it had not been. A seed as the
 * argument shows that scenario alone. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sim.h"
#include "property/audit.h"
#include "property/maker.h"

#define SCENARIOS 300
#define BLOWS     80 /* at most, in one run */

/* What a job has gone through, as seen from outside. */
typedef struct patient {
    gpusim_time hung, stood; /* stood: wrote or started again */
    gpusim_time worked;
    long double work; /* ns at rate 1, kept or lost */
    double rate;      /* until the next batch */
    double fastest;   /* of all of them, at least 1 */
    int changes;      /* of it, and losses: each may round by 1 ns */
    uint32_t failures, attempts, resizes;
    int hangs; /* by our doing, in the attempt and with the size that have these numbers */
} patient;

typedef struct ward {
    patient jobs[4096];
    gpusim_time now;
    uint64_t blows, failures, hangs;
} ward;

// ---- what is done to them ----

static gpusim_status strike(gpusim_sim *sim, maker *m, ward *all, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (sim->running.count == 0 || gpusim_sim_ended(sim)) {
        return GPUSIM_OK;
    }
    uint32_t slot = GS_AT(sim->running, uint32_t, maker_pick(m, 0, (int)sim->running.count - 1));
    const gpusim_job_info *job = GS_JOB(sim, slot);
    patient *it = &all->jobs[job->order];
    all->blows++;
    switch (maker_pick(m, 0, 4)) {
    case 0:
        all->failures++;
        it->failures++;
        it->hangs = 0;
        GPUSIM_TRY(gs_job_fail(sim, slot, GPUSIM_REASON_NODE_FAIL, err));
        break;
    case 1:
    case 2:
        all->hangs += !it->hangs;
        it->hangs = 1;
        it->attempts = job->attempts;
        it->resizes = job->resizes;
        GPUSIM_TRY(gs_job_hang(sim, slot, err));
        break;
    case 3:
        it->hangs = 0;
        GPUSIM_TRY(gs_job_unhang(sim, slot, err));
        break;
    default:
        gs_job_disk(sim, slot, maker_chance(m, 50));
        break;
    }
    GPUSIM_TRY(gs_wake(sim, err));
cleanup:
    return status;
}

// ---- the ledger ----

// before the time moves: what every running job does until it has
static void look(const gpusim_sim *sim, ward *all, char *does)
{
    memset(does, 0, sizeof all->jobs / sizeof all->jobs[0]);
    for (uint32_t i = 0; i < sim->running.count; i++) {
        uint32_t slot = GS_AT(sim->running, uint32_t, i);
        const gpusim_job_info *job = GS_JOB(sim, slot);
        patient *it = &all->jobs[job->order];
        it->changes += it->rate != job->rate;
        it->rate = job->rate;
        it->fastest = fmax(it->fastest, fmax(job->rate, 1));
        int hangs = it->hangs && it->attempts == job->attempts && it->resizes == job->resizes;
        // a gang with a GPU that is off works at no rate
        does[job->order] = hangs                                 ? 'h'
                           : job->rate > 0                       ? 'w'
                           : gs_stands_still(GS_LIVE(sim, slot)) ? 's'
                                                                 : 'w';
    }
}

static void pass_time(ward *all, gpusim_time now, const char *does)
{
    gpusim_time span = now - all->now;
    all->now = now;
    for (size_t i = 0; i < sizeof all->jobs / sizeof all->jobs[0]; i++) {
        all->jobs[i].hung += does[i] == 'h' ? span : 0;
        all->jobs[i].stood += does[i] == 's' ? span : 0;
        all->jobs[i].worked += does[i] == 'w' ? span : 0;
        all->jobs[i].work += does[i] == 'w' ? (long double)all->jobs[i].rate * span : 0;
    }
}

// Each change, loss and end is at a whole nanosecond, in which a job works as fast as it does.
static long double rounding_of(const gpusim_job_row *row, const patient *it)
{
    return (2 + it->changes + row->failures + row->preemptions) * (long double)it->fastest;
}

static int compare(const char *what, const collected *rows, const ward *all)
{
    int wrong = 0;
    for (size_t i = 0; i < rows->job_count; i++) {
        const gpusim_job_row *row = &rows->jobs[i];
        const patient *it = &all->jobs[row->index];
        gpusim_time held = it->hung + it->stood + it->worked;
        gpusim_time end = row->end == GPUSIM_TIME_MAX ? all->now : row->end;
        if (row->hung != it->hung || row->checkpointing + row->restarting != it->stood ||
            row->done + row->redone + row->slowed != it->worked ||
            row->wait + held != end - row->submit || row->redone < 0 || row->restarting < 0 ||
            fabsl(it->work - (long double)(row->done + row->redone)) > rounding_of(row, it) ||
            row->checkpointing < 0 || row->failures < it->failures) {
            printf("%s: job %" PRIu64 ": hung %" PRId64 " (%" PRId64
                   "), checkpoints and restarts %" PRId64 " (%" PRId64 "), work %" PRId64
                   " (%" PRId64 "), wait %" PRId64 " of %" PRId64 "\n",
                   what, row->index, row->hung, it->hung, row->checkpointing + row->restarting,
                   it->stood, row->done + row->redone + row->slowed, it->worked, row->wait,
                   end - row->submit);
            wrong++;
        }
    }
    return wrong;
}

// ---- a run ----

static int try_model(const char *what, const gpusim_model *model, maker *m, ward *all)
{
    static char does[sizeof all->jobs / sizeof all->jobs[0]];
    gpusim_status status = GPUSIM_OK;
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    collected rows = {0};
    gpusim_observer observer;
    void *saved = NULL;
    size_t size = 0;
    char hash[33] = "", again[33] = "";
    int wrong = 0, often = maker_pick(m, 5, 60);
    uint64_t blows = (uint64_t)maker_pick(m, 5, BLOWS);
    collect_into(&rows, &observer);
    GPUSIM_TRY(gpusim_sim_create(model, 1, &sim, &err));
    GPUSIM_TRY(gpusim_sim_observe(sim, &observer, &err));
    gpusim_sim_paranoid(sim, 1);
    for (int ran = 1; ran;) {
        look(sim, all, does);
        GPUSIM_TRY(gpusim_sim_step(sim, &ran, &err));
        pass_time(all, gpusim_sim_now(sim), does);
        if (all->blows < blows && maker_chance(m, often)) {
            GPUSIM_TRY(strike(sim, m, all, &err));
        } else if (all->blows == blows && !saved) {
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

// ---- scenarios: those of the other tests, with what concerns failures written into profiles ----

static void write_more(maker *m, const char *text, maker_text *yaml)
{
    static const char *const preempted[] = {"keep", "checkpoint", "lose"};
    static const char profile[] = "profile: {";
    const char *next;
    yaml->length = 0;
    for (; (next = strstr(text, profile)) != NULL; text = next + strlen(profile)) {
        maker_print(yaml, "%.*s%srestart: %d s, preempted: %s, retries: %d, ", (int)(next - text),
                    text, profile, maker_pick(m, 0, 1) * maker_pick(m, 1, 20),
                    preempted[maker_pick(m, 0, 2)], maker_pick(m, 0, 9));
    }
    maker_print(yaml, "%s", text);
    if (strstr(yaml->text, "limits:") == NULL) {
        maker_print(yaml, "limits: {hang: %d s}\n", maker_pick(m, 1, 60));
    }
}

static int try_seed(uint64_t seed, const char *folder, int show, ward *sum)
{
    static maker_text plain, yaml;
    static ward all;
    maker m = {.state = seed};
    char what[64];
    memset(&all, 0, sizeof all);
    plain.length = 0;
    if (seed % 3 == 0) {
        make_anything(seed, (make_options){.folder = NULL, .sharing = 1, .physical = 1}, &plain);
    } else {
        make_physical(seed, &plain);
    }
    write_more(&m, plain.text, &yaml);
    if (show) {
        printf("%s", yaml.text);
    }
    snprintf(what, sizeof what, "seed %" PRIu64, seed);
    gpusim_model *model = parse_model(yaml.text, folder);
    int wrong = model == NULL || try_model(what, model, &m, &all);
    gpusim_model_destroy(model);
    sum->blows += all.blows;
    sum->failures += all.failures;
    sum->hangs += all.hangs;
    return wrong;
}

int main(int argc, char **argv)
{
    const uint64_t from = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const uint64_t to = argc > 1 ? from : maker_cases(SCENARIOS);
    static ward sum;
    int wrong = 0;
    for (uint64_t seed = from; seed <= to; seed++) {
        wrong += try_seed(seed, NULL, argc > 1, &sum);
    }
    printf("%d of %" PRIu64 " random scenarios lose time; %" PRIu64 " failures and %" PRIu64
           " hangs among %" PRIu64 " blows\n",
           wrong, to - from + 1, sum.failures, sum.hangs, sum.blows);
    return wrong > 0;
}
