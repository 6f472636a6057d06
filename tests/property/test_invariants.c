/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random scenarios of everything there is: the state is checked after every batch, the rows are
 * audited, and a run is the same run however it is cut: with or without observers, in steps, saved
 * and restored. A seed as the argument shows that scenario alone. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "property/audit.h"
#include "property/maker.h"

#define SCENARIOS 400

/* A run, and the hash it ends with. */
typedef struct outcome {
    collected all;
    char hash[33];
    uint64_t batches;
} outcome;

static int same(const char *what, const char *how, const outcome *a, const outcome *b, size_t from)
{
    if (strcmp(a->hash, b->hash) != 0) {
        printf("%s: %s ends in another state\n", what, how);
        return 0;
    }
    if (a->all.size - from != b->all.size ||
        (b->all.size > 0 && memcmp(a->all.bytes + from, b->all.bytes, b->all.size) != 0)) {
        printf("%s: %s tells other rows (%zu and %zu bytes)\n", what, how, a->all.size - from,
               b->all.size);
        return 0;
    }
    return 1;
}

/* Steps through the run with every check on; saves the state after `save_at` batches. */
static gpusim_status run_in_steps(const gpusim_model *model, uint64_t seed, uint64_t save_at,
                                  outcome *out, void **saved, size_t *saved_size, size_t *rows,
                                  gpusim_error *err)
{
    gpusim_status status;
    gpusim_sim *sim = NULL;
    gpusim_observer observer;

    collect_into(&out->all, &observer);
    GPUSIM_TRY(gpusim_sim_create(model, seed, &sim, err));
    GPUSIM_TRY(gpusim_sim_observe(sim, &observer, err));
    gpusim_sim_paranoid(sim, 1);
    for (int ran = 1; ran;) {
        if (out->batches == save_at && *saved == NULL && !gpusim_sim_ended(sim)) {
            *rows = out->all.size;
            GPUSIM_TRY(gpusim_sim_save(sim, saved, saved_size, err));
        }
        GPUSIM_TRY(gpusim_sim_step(sim, &ran, err));
        out->batches += ran != 0;
        GPUSIM_TRY(gpusim_sim_check(sim, err));
    }
    GPUSIM_TRY(gpusim_sim_hash(sim, out->hash, err));
    GPUSIM_TRY(gpusim_sim_finish(sim, err));
    collect_vcs(&out->all, sim);
cleanup:
    gpusim_sim_destroy(sim);
    return status;
}

/* Runs to the end, from saved bytes if there are any, with an observer or without. */
static gpusim_status run_on(const gpusim_model *model, uint64_t seed, const void *saved,
                            size_t saved_size, int observed, outcome *out, gpusim_error *err)
{
    gpusim_status status;
    gpusim_sim *sim = NULL;
    gpusim_observer observer;

    collect_into(&out->all, &observer);
    GPUSIM_TRY(gpusim_sim_create(model, seed, &sim, err));
    if (observed) {
        GPUSIM_TRY(gpusim_sim_observe(sim, &observer, err));
    }
    if (saved != NULL) {
        GPUSIM_TRY(gpusim_sim_restore(sim, saved, saved_size, err));
        GPUSIM_TRY(gpusim_sim_check(sim, err));
    }
    GPUSIM_TRY(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, err));
    GPUSIM_TRY(gpusim_sim_hash(sim, out->hash, err));
    GPUSIM_TRY(gpusim_sim_finish(sim, err));
cleanup:
    gpusim_sim_destroy(sim);
    return status;
}

static int try_model(const char *what, const gpusim_model *model, uint64_t seed, maker *m)
{
    gpusim_status status;
    gpusim_error err = {0};
    outcome first = {0}, steps = {0}, blind = {0}, restored = {0};
    void *saved = NULL;
    size_t saved_size = 0, rows = 0;
    int wrong = 0;

    // the whole run, then in steps with all checks, then without an observer
    GPUSIM_TRY(run_on(model, seed, NULL, 0, 1, &first, &err));
    GPUSIM_TRY(run_in_steps(model, seed, (uint64_t)maker_pick(m, 0, 200), &steps, &saved,
                            &saved_size, &rows, &err));
    wrong += !same(what, "a run in steps", &first, &steps, 0);
    wrong += audit(what, model, &steps.all);
    GPUSIM_TRY(run_on(model, seed, NULL, 0, 0, &blind, &err));
    if (strcmp(first.hash, blind.hash) != 0) {
        printf("%s: without an observer it ends in another state\n", what);
        wrong++;
    }

    // from the middle, in a fresh simulation
    if (saved != NULL) {
        GPUSIM_TRY(run_on(model, seed, saved, saved_size, 1, &restored, &err));
        wrong += !same(what, "a restored run", &first, &restored, rows);
    }
cleanup:
    if (status != GPUSIM_OK) {
        print_error(what, &err);
        wrong++;
    }
    gpusim_free(saved);
    collect_release(&first.all);
    collect_release(&steps.all);
    collect_release(&blind.all);
    collect_release(&restored.all);
    return wrong;
}

static int try_seed(uint64_t seed, const char *folder, int show)
{
    static maker_text yaml;
    maker m = {.state = seed};
    char what[64];

    make_anything(seed, (make_options){.folder = folder, .sharing = 1, .physical = 1}, &yaml);
    if (show) {
        printf("%s", yaml.text);
    }
    snprintf(what, sizeof(what), "seed %" PRIu64, seed);
    gpusim_model *model = parse_model(yaml.text, folder);
    const int wrong = model == NULL || try_model(what, model, seed, &m);
    gpusim_model_destroy(model);
    return wrong;
}

int main(int argc, char **argv)
{
    const uint64_t from = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const uint64_t to = argc > 1 ? from : maker_cases(SCENARIOS);
    char folder[] = "/tmp/gpusim-property-XXXXXX", path[64];
    int wrong = 0;

    if (mkdtemp(folder) == NULL) {
        printf("no folder for logs\n");
        return 1;
    }
    for (uint64_t seed = from; seed <= to; seed++) {
        wrong += try_seed(seed, folder, argc > 1) != 0;
    }
    printf("%d of %" PRIu64 " random scenarios break a promise\n", wrong, to - from + 1);
    snprintf(path, sizeof(path), "%s/jobs.csv", folder);
    remove(path);
    rmdir(folder);
    return wrong > 0;
}
