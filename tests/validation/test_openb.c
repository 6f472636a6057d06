/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPU sharing against the openb trace: every placement, and fragmentation after every arrival,
 * against another implementation; and what was published of FGD's evaluation. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "core/collect.h"

#define CLUSTER 6212 // GPUs

typedef struct policy {
    const char *placement, *golden, *published;
    uint32_t failed[2]; // of the file's order, and of seed 42
    uint64_t used[2];   // thousandths at the end
} policy;

static const policy policies[] = {
    {"fgd", "FGD", "06-FGD", {266, 2532}, {5857560, 5919410}},
    {"best-fit-weighted", "BestFit", "05-BestFit", {457, 2676}, {5685920, 5785450}},
    {"dot-product", "DotProd", "02-DotProd", {777, 2874}, {5417520, 5624470}},
    {"gpu-packing", "GpuPacking", "04-GpuPacking", {614, 2794}, {5541790, 5688580}},
    {"gpu-clustering", "GpuClustering", "03-GpuClustering", {663, 2797}, {5502550, 5686120}},
};
#define POLICIES ((int)(sizeof policies / sizeof policies[0]))

/* After one arrival: thousandths of GPUs. */
typedef struct moment {
    uint64_t arrived, used, idle;
    double useless;
} moment;

/* A run: where each job went, and what was there after each arrival. */
typedef struct outcome {
    gpusim_model *model;
    collected rows;
    const gpusim_allocation_row **first; // by job: its first row; NULL: it failed
    moment *moments;
    uint32_t jobs, failed;
} outcome;

static char data[900];
static int differ;

static void complain(const char *what, const char *line)
{
    if (differ++ < 10) {
        printf("%s: %s\n", what, line);
    }
}

static void run_one(const char *scenario, const char *placement, uint64_t seed, int paranoid,
                    outcome *it)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_sim *sim = NULL;
    char path[1024];
    memset(it, 0, sizeof *it);
    snprintf(path, sizeof path, "%s/scenarios/validation/%s.yaml", getenv("GPUSIM_SOURCE"),
             scenario);
    ASSERT_OK(gpusim_spec_load(path, &spec, &err), &err);
    ASSERT_OK(gpusim_spec_set(spec, "scheduler.placement", placement, &err), &err);
    if (paranoid) {
        ASSERT_OK(gpusim_spec_set(spec, "workload[0].trace.select", "{first: 1000}", &err), &err);
    }
    ASSERT_OK(gpusim_model_compile(spec, &it->model, &err), &err);
    gpusim_spec_destroy(spec);
    ASSERT_OK(gpusim_sim_create(it->model, seed, &sim, &err), &err);
    gpusim_observer observer = collect_observer(&it->rows);
    ASSERT_OK(gpusim_sim_observe(sim, &observer, &err), &err);
    gpusim_sim_paranoid(sim, paranoid);
    ASSERT_OK(gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err), &err);
    gpusim_sim_destroy(sim);
}

// what the rows say, by job; one is submitted each second
static void sort_out(outcome *it)
{
    const gs_array *jobs = &it->rows.tables[GPUSIM_TABLE_JOBS];
    const gs_array *allocations = &it->rows.tables[GPUSIM_TABLE_ALLOCATIONS];
    const gs_array *states = &it->rows.tables[GPUSIM_TABLE_FRAGMENTATION];
    it->jobs = jobs->count;
    it->first = calloc(it->jobs, sizeof *it->first);
    it->moments = calloc(it->jobs, sizeof *it->moments);
    for (uint32_t i = allocations->count; i-- > 0;) {
        const gpusim_allocation_row *row = &GS_AT(*allocations, gpusim_allocation_row, i);
        it->first[row->job] = row;
    }
    for (uint32_t i = 0; i < it->jobs; i++) {
        const gpusim_job_row *row = &GS_AT(*jobs, gpusim_job_row, i);
        it->moments[row->index].arrived = (uint64_t)row->gpus * (row->gpus ? row->milli : 0);
        ck_assert_int_eq(row->submit, (gpusim_time)row->index * GPUSIM_SECOND);
        if (row->state == GPUSIM_JOB_FAILED) {
            ck_assert_uint_eq(row->reason, GPUSIM_REASON_NO_FIT);
            it->failed++;
        } else {
            ck_assert_uint_eq(row->state, GPUSIM_JOB_RUNNING);
        }
    }
    uint32_t at = 0;
    uint64_t arrived = 0;
    for (uint32_t i = 0; i < it->jobs; i++) {
        while (at + 1 < states->count && GS_AT(*states, gpusim_fragmentation_row, at + 1).time <=
                                             (gpusim_time)i * GPUSIM_SECOND) {
            at++;
        }
        const gpusim_fragmentation_row *state = &GS_AT(*states, gpusim_fragmentation_row, at);
        arrived += it->moments[i].arrived;
        it->moments[i] = (moment){arrived, state->used, state->idle, state->useless};
    }
}

static void run(const char *scenario, const char *placement, uint64_t seed, int paranoid,
                outcome *it)
{
    run_one(scenario, placement, seed, paranoid, it);
    sort_out(it);
}

static void release(outcome *it)
{
    free(it->first);
    free(it->moments);
    collect_release(&it->rows);
    gpusim_model_destroy(it->model);
}

// ---- line by line ----

// "openb-node-0022,0-1-2-3", or a comma alone
static void write_place(const outcome *it, uint32_t job, char *text, size_t size)
{
    const gpusim_allocation_row *row = it->first[job];
    if (!row) {
        snprintf(text, size, ",");
        return;
    }
    int length = gpusim_model_entity_name(it->model, GPUSIM_OF_NODE, row->node, text, (int)size);
    const gs_array *rows = &it->rows.tables[GPUSIM_TABLE_ALLOCATIONS];
    const gpusim_allocation_row *end = (const gpusim_allocation_row *)rows->data + rows->count;
    const char *before = ",";
    if (row->first_gpu == GPUSIM_NONE) {
        snprintf(text + length, size - (size_t)length, ",");
        return;
    }
    for (; row < end && row->job == job; row++) {
        for (uint32_t g = 0; g < row->gpus; g++) {
            length +=
                snprintf(text + length, size - (size_t)length, "%s%u", before, row->first_gpu + g);
            before = "-";
        }
    }
}

static void write_moment(const outcome *it, uint32_t job, char *text, size_t size)
{
    const moment *m = &it->moments[job];
    snprintf(text, size, "%llu,%llu,%.2f,%.2f", (unsigned long long)m->arrived,
             (unsigned long long)m->used, m->useless, 100 * m->useless / (double)m->idle);
}

/* Compares a golden file: `skip` columns after the number, then the text that `write` makes. Lines
 * that are cut off (some of these files are) say nothing; their number is returned. */
static uint32_t compare(const outcome *it, const char *folder, const char *kind, const char *name,
                        int skip, void (*write)(const outcome *, uint32_t, char *, size_t))
{
    char path[1024], line[512], mine[512];
    snprintf(path, sizeof path, "%s/%s/%s_%s.csv.gz", data, folder, kind, name);
    gzFile file = gzopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot read %s", path);
    uint32_t rows = 0;
    ck_assert(gzgets(file, line, sizeof line) != NULL);
    while (gzgets(file, line, sizeof line) != NULL) {
        char *end = strchr(line, '\n');
        char *rest = strchr(line, ',');
        if (!end || !rest) {
            break; // cut off
        }
        *end = '\0';
        uint32_t job = (uint32_t)strtoul(line, NULL, 10);
        for (int k = 0; k < skip && rest; k++) {
            rest = strchr(rest + 1, ',');
        }
        ck_assert(rest != NULL && job < it->jobs);
        write(it, job, mine, sizeof mine);
        size_t length = strlen(mine);
        if (strncmp(rest + 1, mine, length) != 0 ||
            (rest[1 + length] != '\0' && rest[1 + length] != ',')) {
            char both[1100];
            snprintf(both, sizeof both, "%s, but %s", line, mine);
            complain(path, both);
        }
        rows++;
    }
    gzclose(file);
    return rows;
}

static void golden(const char *scenario, const char *folder, int which, uint32_t jobs,
                   const policy *rule)
{
    outcome it;
    run(scenario, rule->placement, 1, 0, &it);
    ck_assert_uint_eq(it.jobs, jobs);
    ck_assert_uint_eq(it.failed, rule->failed[which]);
    ck_assert_uint_eq(it.moments[jobs - 1].used, rule->used[which]);
    uint32_t placed = compare(&it, folder, "placements", rule->golden, 1, write_place);
    uint32_t told = compare(&it, folder, "series", rule->golden, 0, write_moment);
    ck_assert_uint_ge(placed, jobs * 97 / 100);
    ck_assert_uint_ge(told, jobs * 97 / 100);
    printf("%s %s: %u placements and %u moments equal\n", scenario, rule->golden, placed, told);
    release(&it);
    ck_assert_int_eq(differ, 0);
}

START_TEST(in_the_order_of_the_file)
{
    golden("openb", "golden_file_order", 0, 8152, &policies[_i]);
}
END_TEST

START_TEST(seed_42)
{
    golden("openb-seed42", "golden_seed42", 1, 10866, &policies[_i]);
}
END_TEST

START_TEST(every_invariant_holds)
{
    outcome it;
    run("openb", "fgd", 1, 1, &it);
    ck_assert_uint_eq(it.failed, 0);
    release(&it);
}
END_TEST

// ---- what was published ----

static double two_digits(double value)
{
    return nearbyint(value * 100) / 100;
}

/* Means over the arrivals whose GPUs asked for are so many per cent of the cluster, all told; of
 * one more and one less where there are none. */
static void at_percent(const outcome *it, int percent, double *allocated, double *useless,
                       double *of_idle)
{
    for (int width = 0; width < 2; width++) {
        uint32_t count = 0;
        *allocated = *useless = *of_idle = 0;
        for (uint32_t i = 0; i < it->jobs; i++) {
            const moment *m = &it->moments[i];
            int bin = (int)nearbyint((double)m->arrived / CLUSTER / 10);
            if (abs(bin - percent) <= width) {
                *allocated += two_digits((double)m->used / (CLUSTER * 10));
                *useless += m->useless;
                *of_idle += two_digits(100 * m->useless / (double)m->idle);
                count++;
            }
        }
        if (count > 0) {
            *allocated = *allocated / count;
            *useless = 100 * *useless / count / (CLUSTER * 1000.0);
            *of_idle /= count;
            return;
        }
    }
}

static void hold_against(const outcome *it, char *line, const char *header)
{
    char names[2048];
    snprintf(names, sizeof names, "%s", header);
    char *of_name = NULL, *of_value = NULL;
    char *name = strtok_r(names, ",\n", &of_name), *value = strtok_r(line, ",\n", &of_value);
    int columns = 0;
    for (; name && value;
         name = strtok_r(NULL, ",\n", &of_name), value = strtok_r(NULL, ",\n", &of_value)) {
        int percent = 0;
        double got[3], *mine = sscanf(name, "alloc_pct_%d", &percent) == 1       ? &got[0]
                               : sscanf(name, "frag_pct_%d", &percent) == 1      ? &got[1]
                               : sscanf(name, "fragratio_pct_%d", &percent) == 1 ? &got[2]
                                                                                 : NULL;
        if (!mine) {
            continue;
        }
        at_percent(it, percent, &got[0], &got[1], &got[2]);
        // rounded to two digits, the last to four: half of the last digit, and what a half that is
        // rounded to the other side makes
        double tolerance = mine == &got[2] ? 0.0001 : 0.0051;
        if (!(fabs(*mine - strtod(value, NULL)) <= tolerance)) {
            char both[128];
            snprintf(both, sizeof both, "%s, but %.4f", value, *mine);
            complain(name, both);
        }
        columns++;
    }
    ck_assert_int_eq(columns, 21);
}

static void published(const policy *rule, int seed)
{
    outcome it;
    char scenario[32], path[1024], header[2048], line[2048], key[64];
    snprintf(scenario, sizeof scenario, "openb-seed%d", seed);
    snprintf(path, sizeof path, "%s/published_default.csv", data);
    snprintf(key, sizeof key, ",%s,1.3,%d,", rule->published, seed);
    run(scenario, rule->placement, 1, 0, &it);
    FILE *file = fopen(path, "r");
    ck_assert(file != NULL && fgets(header, sizeof header, file) != NULL);
    int found = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strstr(line, key) != NULL) {
            hold_against(&it, line, header);
            found++;
        }
    }
    fclose(file);
    release(&it);
    ck_assert_int_eq(found, 1);
    ck_assert_int_eq(differ, 0);
}

START_TEST(as_published)
{
    published(&policies[_i % POLICIES], 42 + _i / POLICIES);
}
END_TEST

// that of others draws other numbers: only the mean over seeds can be the same
START_TEST(random_as_published)
{
    double sum = 0;
    for (int i = 0; i < 10; i++) {
        char scenario[32];
        double allocated, useless, of_idle;
        outcome it;
        snprintf(scenario, sizeof scenario, "openb-seed%d", 42 + i % 3);
        run(scenario, "random-gpu", (uint64_t)i, 0, &it);
        at_percent(&it, 100, &allocated, &useless, &of_idle);
        sum += allocated;
        release(&it);
    }
    printf("random: %.3f %% allocated at 100 %%\n", sum / 10);
    ck_assert(fabs(sum / 10 - 86.30) <= 0.45);
}
END_TEST

int main(void)
{
    const char *shared = getenv("GPUSIM_SHARED");
    snprintf(data, sizeof data, "%s/data/openb", shared ? shared : "");
    char path[1024];
    snprintf(path, sizeof path, "%s/nodes.csv", data);
    FILE *file = shared ? fopen(path, "r") : NULL;
    if (file == NULL) {
        printf("skipped: no openb trace (GPUSIM_SHARED)\n");
        return 77;
    }
    fclose(file);
    Suite *suite = suite_create("openb");
    TCase *cases = tcase_create("all");
    tcase_set_timeout(cases, 250);
    tcase_add_loop_test(cases, in_the_order_of_the_file, 0, POLICIES);
    tcase_add_loop_test(cases, seed_42, 0, POLICIES);
    tcase_add_test(cases, every_invariant_holds);
    tcase_add_loop_test(cases, as_published, 0, 3 * POLICIES);
    tcase_add_test(cases, random_as_published);
    suite_add_tcase(suite, cases);
    return test_run(suite);
}
