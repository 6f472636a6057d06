/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one run has to do with another: the same seed gives the same run, alone or beside others on
 * threads; a group of nodes that nobody may use changes nothing for the rest; and no schedule beats
 * the lower bound. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "property/audit.h"
#include "property/maker.h"

#define SCENARIOS 150
#define THREADS   2

/* Of these the schedule once depended on the spare nodes: part of a GPU was promised where all that
 * the node had left was. */
static const uint64_t spare_seeds[] = {460, 523};

typedef struct task {
    const gpusim_model *model;
    uint64_t seed;
    char hash[33];
    gpusim_status status;
} task;

/* Runs to the end without an observer. */
static void *run_task(void *context)
{
    task *t = context;
    gpusim_error err = {0};
    gpusim_sim *sim = NULL;

    t->status = gpusim_sim_create(t->model, t->seed, &sim, &err);
    if (t->status == GPUSIM_OK) {
        t->status = gpusim_sim_run_until(sim, GPUSIM_TIME_MAX, &err);
    }
    if (t->status == GPUSIM_OK) {
        t->status = gpusim_sim_hash(sim, t->hash, &err);
    }
    if (t->status != GPUSIM_OK) {
        print_error("thread", &err);
    }
    gpusim_sim_destroy(sim);
    return NULL;
}

/* Two runs of one model at the same time end as they do one after the other. */
static int try_threads(const char *what, const gpusim_model *model)
{
    pthread_t threads[THREADS];
    task together[THREADS], alone[THREADS];
    int started = 0, wrong = 0;

    for (int i = 0; i < THREADS; i++) {
        together[i] = alone[i] = (task){.model = model, .seed = 7 + (uint64_t)i};
    }
    while (started < THREADS &&
           pthread_create(&threads[started], NULL, run_task, &together[started]) == 0) {
        started++;
    }
    for (int i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        run_task(&alone[i]);
        if (together[i].status != GPUSIM_OK || strcmp(together[i].hash, alone[i].hash) != 0) {
            printf("%s: beside another thread seed %" PRIu64 " ends in another state\n", what,
                   alone[i].seed);
            wrong++;
        }
    }
    return wrong + (started != THREADS);
}

/* The same jobs come; where placement does not depend on chance, they also run at the same times.
 */
static int try_spare(const char *what, uint64_t seed)
{
    static maker_text plain, wider;
    collected a = {0}, b = {0};
    int wrong = 1;

    make_anything(seed, (make_options){.bound = 1, .exact = 1, .sharing = 1}, &plain);
    make_anything(seed, (make_options){.bound = 1, .exact = 1, .spare = 1, .sharing = 1}, &wider);
    gpusim_model *first = parse_model(plain.text, NULL), *second = parse_model(wider.text, NULL);
    if (first != NULL && second != NULL && run_model(first, seed, 0, &a) &&
        run_model(second, seed, 0, &b)) {
        wrong = a.job_count != b.job_count;
        for (size_t i = 0; i < a.job_count && !wrong; i++) {
            const gpusim_job_row *x = &a.jobs[i], *y = &b.jobs[i];
            wrong = x->submit != y->submit || x->duration != y->duration || x->gpus != y->gpus ||
                    x->walltime != y->walltime || x->start != y->start || x->end != y->end ||
                    x->state != y->state || x->preemptions != y->preemptions;
            if (wrong) {
                printf("%s: job %zu is another when nodes are added that it may not use\n", what,
                       i);
            }
        }
    }
    gpusim_model_destroy(first);
    gpusim_model_destroy(second);
    collect_release(&a);
    collect_release(&b);
    return wrong;
}

/* Mean time in system under SRPT on one machine of `gpus` GPUs with work gpus x duration, by
 * looking at all jobs at every arrival and end; and the mean duration, if that is more. */
static double lower_bound(const slow_job *jobs, uint32_t count, double gpus)
{
    double left[MAKER_JOBS], now = 0, sum = 0, plain = 0;
    uint32_t done = 0;

    for (uint32_t j = 0; j < count; j++) {
        left[j] = gpusim_seconds(jobs[j].duration) * jobs[j].gpus / gpus;
        plain += gpusim_seconds(jobs[j].duration);
    }
    while (done < count) {
        uint32_t best = count;
        double next = -1;
        for (uint32_t j = 0; j < count; j++) {
            const double submit = gpusim_seconds(jobs[j].submit);
            if (left[j] >= 0 && submit <= now && (best == count || left[j] < left[best])) {
                best = j;
            } else if (submit > now && (next < 0 || submit < next)) {
                next = submit;
            }
        }
        if (best == count) {
            now = next;
        } else if (next >= 0 && now + left[best] > next) {
            left[best] -= next - now;
            now = next;
        } else {
            now += left[best];
            left[best] = -1;
            sum += now - gpusim_seconds(jobs[best].submit);
            done++;
        }
    }
    return (sum > plain ? sum : plain) / count;
}

/* Rigid jobs, all of which complete: the bound is what we get by hand, and the mean is not below.
 */
static int try_bound(const char *what, uint64_t seed, int *compared)
{
    static puzzle made;
    collected all = {0};
    uint32_t gpus = 0;
    int wrong = 1;

    make_for_twin(seed, &made);
    gpusim_model *model = parse_model(made.yaml.text, NULL);
    for (uint32_t g = 0; g < made.cluster.groups; g++) {
        gpus += made.groups[g].nodes * made.groups[g].gpus;
    }
    if (model != NULL && run_model(model, seed, 0, &all)) {
        const gpusim_summary *s = &all.summary;
        const double bound = lower_bound(made.jobs, made.count, gpus);
        const int all_done = s->completed == made.count;
        *compared += all_done;
        wrong = 0;
        if (all_done &&
            (s->lower_bound_jct_s < bound * (1 - 1e-9) ||
             s->lower_bound_jct_s > bound * (1 + 1e-9) || s->jct_s.mean < bound * (1 - 1e-9))) {
            printf("%s: lower bound %.9f s, by hand %.9f s; mean JCT %.9f s\n", what,
                   s->lower_bound_jct_s, bound, s->jct_s.mean);
            wrong = 1;
        }
    }
    gpusim_model_destroy(model);
    collect_release(&all);
    return wrong;
}

int main(int argc, char **argv)
{
    static maker_text yaml;
    const uint64_t from = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const uint64_t to = argc > 1 ? from : maker_cases(SCENARIOS);
    int wrong = 0, compared = 0;

    for (uint64_t seed = from; seed <= to; seed++) {
        char what[64];
        snprintf(what, sizeof(what), "seed %" PRIu64, seed);
        make_anything(seed, (make_options){.sharing = 1, .physical = 1}, &yaml);
        gpusim_model *model = parse_model(yaml.text, NULL);
        wrong += model == NULL || try_threads(what, model);
        gpusim_model_destroy(model);
        wrong += try_spare(what, seed);
        wrong += try_bound(what, seed, &compared);
    }
    for (size_t i = 0; argc < 2 && i < sizeof(spare_seeds) / sizeof(spare_seeds[0]); i++) {
        wrong += try_spare("a seed of its own", spare_seeds[i]);
    }
    printf("%d schedules compared with the bound\n", compared);
    printf("%d of %" PRIu64 " random scenarios break a promise between runs\n", wrong,
           to - from + 1);
    return wrong > 0;
}
