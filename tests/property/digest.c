/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what must be equal on every machine and with every compiler: a digest of the rows and
 * samples of some runs, and of the states they end in. With `--libm` a digest of libm's own exp. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "property/collect.h"
#include "property/maker.h"

#define RANDOM_SCENARIOS 60

/* FNV-1a, 64 bits: good enough to tell two runs apart, and nobody else's code. */
static uint64_t digest(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* Samples are told as 4 or 8 bytes a value. */
static gpusim_status on_sample(void *context, gpusim_time time, const gpusim_sample *samples,
                               uint32_t count, gpusim_error *err)
{
    uint64_t *hash = ((collected *)context)->user;
    uint32_t known = 0;
    const gpusim_metric *metrics = gpusim_metrics(&known);

    (void)err;
    *hash = digest(*hash, &time, sizeof(time));
    for (uint32_t i = 0; i < count; i++) {
        const size_t size = metrics[samples[i].metric].type == GPUSIM_UINT64 ? 8 : 4;
        *hash = digest(*hash, samples[i].values, samples[i].count * size);
    }
    return GPUSIM_OK;
}

static int print_run(const char *name, const gpusim_model *model, uint64_t seed)
{
    gpusim_status status;
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    gpusim_observer observer;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    collected all = {.user = &hash};
    char state[33] = "";

    if (model == NULL) {
        return 1;
    }
    collect_into(&all, &observer);
    observer.sample = on_sample;
    GPUSIM_TRY(gpusim_sim_create(model, seed, &sim, &err));
    GPUSIM_TRY(gpusim_sim_observe(sim, &observer, &err));
    GPUSIM_TRY(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err));
    GPUSIM_TRY(gpusim_sim_hash(sim, state, &err));
    GPUSIM_TRY(gpusim_sim_finish(sim, &err));
    hash = digest(hash, all.bytes, all.size);
    printf("%s: state %s, %zu bytes of rows, digest %016" PRIx64 ", mean JCT %.17g s\n", name,
           state, all.size, hash, all.summary.jct_s.mean);
cleanup:
    if (status != GPUSIM_OK) {
        print_error(name, &err);
    }
    gpusim_sim_destroy(sim);
    collect_release(&all);
    return status != GPUSIM_OK;
}

static void print_libm(void)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (int i = 0; i < 1000000; i++) {
        volatile double x = -20 + i * 4.1e-5; // volatile: libm itself is asked, not the compiler
        const double y = exp(x);
        hash = digest(hash, &y, sizeof(y));
    }
    printf("%016" PRIx64 "\n", hash);
}

int main(int argc, char **argv)
{
    static maker_text yaml;
    char name[1024];
    int wrong = 0;

    if (argc > 1 && strcmp(argv[1], "--libm") == 0) {
        print_libm();
        return 0;
    }
    snprintf(name, sizeof(name), "%s/scenarios/quickstart.yaml", argc > 1 ? argv[1] : ".");
    gpusim_model *model = load_model(name);
    wrong += print_run("quickstart", model, 42);
    gpusim_model_destroy(model);
    for (uint64_t seed = 1; seed <= RANDOM_SCENARIOS; seed++) {
        make_anything(seed, (make_options){.sharing = 1, .physical = 1}, &yaml);
        snprintf(name, sizeof(name), "random %" PRIu64, seed);
        model = parse_model(yaml.text, NULL);
        wrong += print_run(name, model, seed);
        gpusim_model_destroy(model);
    }
    return wrong > 0;
}
