/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random scenarios in which everything breaks: every invariant holds after every batch, every
 * nanosecond of every job is accounted for, what is saved goes on the same, a rule that is added
 * changes nothing before it strikes, and what faults do does not depend on the order in which they
 * came. A seed as the argument shows that scenario. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "core/faults.h"
#include "property/collect.h"
#include "property/maker.h"

#define SCENARIOS    150
#define MOST_BATCHES 400000 /* of an hour: everything failing ends */

static uint64_t failures, faults_seen;

static gpusim_sim *create(const gpusim_model *model, const gpusim_observer *observer)
{
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;
    if (gpusim_sim_create(model, 1, &sim, &err) != GPUSIM_OK ||
        (observer && gpusim_sim_observe(sim, observer, &err) != GPUSIM_OK)) {
        print_error("create", &err);
    }
    return sim;
}

static int run_to(gpusim_sim *sim, gpusim_time until)
{
    gpusim_error err = {0};
    if (gpusim_sim_run_until(sim, until, &err) != GPUSIM_OK) {
        print_error("run", &err);
        return 0;
    }
    return 1;
}

// ---- accounts ----

static int check_accounts(uint64_t seed, const gpusim_model *model)
{
    collected all = {0};
    int good = run_model(model, 1, 1, &all);
    for (size_t i = 0; good && i < all.job_count; i++) {
        const gpusim_job_row *job = &all.jobs[i];
        gpusim_time end = job->end == GPUSIM_TIME_MAX ? 3600 * GPUSIM_SECOND : job->end;
        gpusim_time sum = job->wait + job->done + job->slowed + job->checkpointing + job->redone +
                          job->restarting + job->hung;
        failures += job->failures;
        if (sum != end - job->submit || job->done < 0 || job->redone < 0 || job->hung < 0) {
            printf("seed %" PRIu64 ": job %" PRIu64 " is %" PRId64 " ns short\n", seed, job->index,
                   end - job->submit - sum);
            good = 0;
        }
    }
    if (all.summary.batches > MOST_BATCHES || all.backward > 0) {
        printf("seed %" PRIu64 ": %" PRIu64 " batches\n", seed, all.summary.batches);
        good = 0;
    }
    faults_seen += all.summary.faults;
    collect_release(&all);
    return good;
}

// ---- saved and restored ----

static int check_restore(uint64_t seed, const gpusim_model *model, gpusim_time at)
{
    gpusim_error err = {0};
    gpusim_sim *one = create(model, NULL), *two = create(model, NULL);
    void *bytes = NULL;
    size_t size = 0;
    char a[33] = "", b[33] = "";
    int good = run_to(one, at) && gpusim_sim_save(one, &bytes, &size, &err) == GPUSIM_OK &&
               gpusim_sim_restore(two, bytes, size, &err) == GPUSIM_OK &&
               run_to(one, 3500 * GPUSIM_SECOND) && run_to(two, 3500 * GPUSIM_SECOND) &&
               gpusim_sim_hash(one, a, &err) == GPUSIM_OK &&
               gpusim_sim_hash(two, b, &err) == GPUSIM_OK;
    if (!good || strcmp(a, b) != 0) {
        printf("seed %" PRIu64 ": not the same after a restore\n", seed);
        good = 0;
    }
    gpusim_free(bytes);
    gpusim_sim_destroy(one);
    gpusim_sim_destroy(two);
    return good;
}

// ---- a rule more ----

/* All that is told before a time. */
typedef struct told {
    const gpusim_model *model;
    const gpusim_sim *sim;
    gpusim_time until;
    gs_block hash;
    uint64_t pieces;
} told;

static void hear(told *all, const void *bytes, size_t size)
{
    if (gpusim_sim_now(all->sim) < all->until) {
        gs_block next = gs_hash128(bytes, size, 0);
        gs_block both[2] = {all->hash, next};
        all->hash = gs_hash128(both, sizeof both, 0);
        all->pieces++;
    }
}

static gpusim_status on_row(void *context, gpusim_table table, const void *row, gpusim_error *err)
{
    const gpusim_record *record = gpusim_table_record(table);
    told *all = context;
    char copy[512];
    (void)err;
    memcpy(copy, row, record->size);
    for (uint32_t i = 0; i < record->count; i++) {
        uint32_t name;
        if (record->fields[i].type == GPUSIM_NAME) {
            // a rule more has a name more
            memcpy(&name, copy + record->fields[i].offset, sizeof name);
            memset(copy + record->fields[i].offset, 0, sizeof name);
            const char *text = gpusim_model_name(all->model, name);
            hear(all, text, strlen(text));
        }
    }
    hear(all, copy, record->size);
    return GPUSIM_OK;
}

static gpusim_status on_sample(void *context, gpusim_time time, const gpusim_sample *samples,
                               uint32_t count, gpusim_error *err)
{
    const gpusim_metric *metrics = gpusim_metrics(&(uint32_t){0});
    (void)time, (void)err;
    for (uint32_t i = 0; i < count; i++) {
        size_t bytes = metrics[samples[i].metric].type == GPUSIM_UINT64 ? 8 : 4;
        hear(context, samples[i].values, bytes * samples[i].count);
    }
    return GPUSIM_OK;
}

static told tell(const char *yaml, gpusim_time until)
{
    told all = {.until = until};
    gpusim_model *model = parse_model(yaml, ".");
    gpusim_observer observer;
    gpusim_observer_default(&observer);
    observer.context = &all;
    observer.row = on_row;
    observer.sample = on_sample;
    gpusim_sim *sim = create(model, &observer);
    all.sim = sim;
    all.model = model;
    (void)run_to(sim, GPUSIM_TIME_MAX);
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    return all;
}

static int check_one_more(uint64_t seed, const maker_text *yaml)
{
    static const char *const rules[] = {
        "{fault: straggler, name: more, target: {each: gpu}, at: %d s, for: 5 min, slowdown: 3}",
        "{fault: node-crash, name: more, target: {random: 1}, at: %d s, repair: 5 min}",
        "{fault: power-cap, name: more, target: {hottest: 1}, at: %d s, for: 5 min, power: 1500 W}",
    };
    static maker_text more;
    int at = 200 + (int)(seed * 97 % 3000);
    more = *yaml;
    maker_print(&more, "  - ");
    maker_print(&more, rules[seed % 3], at);
    maker_print(&more, "\n");
    told without = tell(yaml->text, at * GPUSIM_SECOND);
    told with = tell(more.text, at * GPUSIM_SECOND);
    if (memcmp(&without.hash, &with.hash, sizeof with.hash) != 0 || with.pieces == 0) {
        printf("seed %" PRIu64 ": a rule changes what was before it\n", seed);
        return 0;
    }
    return 1;
}

// ---- in any order ----

#define OVERLAPS 6

// the same faults on the same nodes, begun and ended in another order
static gpusim_sim *overlap(uint64_t seed, uint64_t order, gpusim_model **model)
{
    static const char *const kinds[] = {
        "straggler, target: {gpu: n-0000/gpu1}, slowdown: {uniform: {min: 1, max: 4}}",
        "straggler, target: {each: gpu}, slowdown: {uniform: {min: 1, max: 4}}",
        "fan-failure, target: {node: n-0000}, resistance: {uniform: {min: 1, max: 1.3}}",
        "fan-failure, target: {each: node}, resistance: {uniform: {min: 1, max: 1.3}}",
        "power-cap, target: {node: n-0001}, power: {uniform: {min: 2 kW, max: 4 kW}}",
        "power-cap, target: {each: node}, power: {uniform: {min: 2 kW, max: 4 kW}}",
        "hbm-throttle, target: {each: gpu}, slowdown: {uniform: {min: 1, max: 2}}",
        "packet-delay, target: {each: node}, delay: 1 ms",
    };
    static maker_text yaml;
    maker chosen = {seed}, times = {order};
    yaml.length = 0;
    maker_print(&yaml, "gpusim: 1\nduration: 1 h\ncluster: {nodes: [{name: n, count: 2, gpus: 4, "
                       "gpu: H100-SXM5-80GB}]}\n"
                       "workload: [{jobs: [{duration: 50 min, gpus: 8}]}]\nchaos:\n");
    for (int i = 0; i < OVERLAPS; i++) {
        int begins = maker_pick(&times, 10, 1000), ends = maker_pick(&times, 2000, 3000);
        maker_print(&yaml, "  - {fault: %s, at: %d s, for: %d s}\n",
                    kinds[maker_pick(&chosen, 0, 7)], begins, ends - begins);
    }
    *model = parse_model(yaml.text, ".");
    return create(*model, NULL);
}

static int same_effects(const gpusim_sim *a, const gpusim_sim *b)
{
    return memcmp(a->gpu_effects.data, b->gpu_effects.data,
                  a->gpu_effects.count * sizeof(gs_effect)) == 0 &&
           memcmp(a->node_effects.data, b->node_effects.data,
                  a->node_effects.count * sizeof(gs_effect)) == 0;
}

static int check_orders(uint64_t seed)
{
    gpusim_model *models[2];
    gpusim_sim *a = overlap(seed, seed + 1000, &models[0]);
    gpusim_sim *b = overlap(seed, seed + 2000, &models[1]);
    int good = run_to(a, 1500 * GPUSIM_SECOND) && run_to(b, 1500 * GPUSIM_SECOND);
    good = good && same_effects(a, b) && GS_FAULT_TOTALS(a)->active >= OVERLAPS;
    good = good && run_to(a, 3100 * GPUSIM_SECOND) && run_to(b, 3100 * GPUSIM_SECOND);
    for (uint32_t g = 0; good && g < a->gpu_effects.count; g++) {
        good = memcmp(gs_gpu_effect(a, g), &gs_effect_none, sizeof gs_effect_none) == 0 &&
               same_effects(a, b) && GS_GPU(a, g)->slowdown == 1 && GS_GPU(a, g)->resistance == 1;
    }
    if (!good) {
        printf("seed %" PRIu64 ": the order of faults matters\n", seed);
    }
    gpusim_sim_destroy(a);
    gpusim_sim_destroy(b);
    gpusim_model_destroy(models[0]);
    gpusim_model_destroy(models[1]);
    return good;
}

int main(int argc, char **argv)
{
    static maker_text yaml;
    uint64_t bad = 0, first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t cases = argc > 1 ? 1 : maker_cases(SCENARIOS);
    for (uint64_t seed = first; seed < first + cases; seed++) {
        make_chaos(seed, &yaml);
        if (argc > 1) {
            fputs(yaml.text, stdout);
        }
        gpusim_model *model = parse_model(yaml.text, ".");
        if (!model) {
            fputs(yaml.text, stdout);
            return 1;
        }
        int good = check_accounts(seed, model) &&
                   check_restore(seed, model, (gpusim_time)(seed * 31 % 3400) * GPUSIM_SECOND) &&
                   check_one_more(seed, &yaml) && check_orders(seed);
        bad += !good;
        gpusim_model_destroy(model);
    }
    printf("%" PRIu64 " of %" PRIu64 " scenarios are wrong; %" PRIu64 " faults, %" PRIu64
           " attempts ended by them\n",
           bad, cases, faults_seen, failures);
    return bad > 0 || (argc == 1 && failures < cases);
}
