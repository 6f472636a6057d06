/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random scenarios: chance, text, and what the slow twin understands. */
#include "property/maker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

uint64_t maker_cases(uint64_t usual)
{
    const char *wanted = getenv("GPUSIM_CASES");
    const uint64_t cases = wanted != NULL ? strtoull(wanted, NULL, 10) : 0;

    return cases > usual ? cases : usual;
}

/* Draws are made in statements of their own: the order of arguments is the compiler's. */
uint64_t maker_draw(maker *m)
{
    uint64_t z = (m->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

int maker_pick(maker *m, int low, int high)
{
    return low + (int)(maker_draw(m) % (uint64_t)(high - low + 1));
}

int maker_chance(maker *m, int percent)
{
    return maker_pick(m, 0, 99) < percent;
}

void maker_print(maker_text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const int written = vsnprintf(text->text + text->length,
                                  sizeof(text->text) - (size_t)text->length, format, arguments);
    va_end(arguments);
    text->length += written;
}

/* ---- the cluster ---- */

static void make_cluster(maker *m, maker *clusters, maker *labels, puzzle *made)
{
    made->cluster = (slow_cluster){.group = made->groups, .quota = made->quota};
    made->cluster.groups = (uint32_t)maker_pick(m, 1, MAKER_GROUPS);
    made->cluster.vcs = (uint32_t)(maker_chance(m, 30) ? maker_pick(m, 1, 3) : 0);
    maker_print(&made->yaml, "cluster:\n  nodes:\n");
    for (uint32_t g = 0; g < made->cluster.groups; g++) {
        slow_group *group = &made->groups[g];
        group->nodes = (uint32_t)maker_pick(m, 1, 4);
        group->gpus = (uint32_t)maker_pick(m, 1, 8);
        group->cpus = group->storage = UINT32_MAX;
        maker_print(&made->yaml, "    - {name: g%u, count: %u, gpus: %u", g, group->nodes,
                    group->gpus);
        if (maker_chance(m, 30)) {
            group->cpus = (uint32_t)maker_pick(m, 2, 24);
            maker_print(&made->yaml, ", cpus: %u", group->cpus);
        }
        if (made->clusters) {
            group->cluster = g == 0 ? 0 : (uint32_t)maker_pick(clusters, 0, 1);
            maker_print(&made->yaml, ", cluster: c%u", group->cluster);
        }
        if (maker_chance(labels, 30)) {
            group->storage = (uint32_t)maker_pick(labels, 100, 999);
            maker_print(&made->yaml, ", storage: %u GiB", group->storage);
        }
        if (maker_chance(labels, 70)) {
            made->zone[g] = (char)maker_pick(labels, 'a', 'b');
            maker_print(&made->yaml, ", labels: {zone: %c, disk: ssd}", made->zone[g]);
        }
        maker_print(&made->yaml, "}\n");
    }
    if (made->cluster.vcs > 0) {
        maker_print(&made->yaml, "  virtual_clusters:\n");
    }
    for (uint32_t v = 0; v < made->cluster.vcs; v++) {
        made->quota[v] = (uint32_t)maker_pick(m, 1, 12);
        maker_print(&made->yaml, "    vc-%c: {quota: %u}\n", 'a' + (int)v, made->quota[v]);
    }
}

/* ---- the scheduler ---- */

static void make_policy(maker *m, maker *stops, puzzle *made)
{
    static const char *const preemptions[] = {"none", "priority", "spot"};
    static const char *const orders[] = {"fifo", "sjf", "smallest", "priority", "srtf",
                                         "srsf", "las", "edf",      "max-min"};
    static const char *const placements[] = {"first-fit", "best-fit", "consolidate", "spread"};
    static const char *const backfills[] = {"none", "easy", "conservative"};
    slow_policy *p = &made->policy;

    p->order = (slow_order)maker_pick(m, 0, 6);
    p->placement = (slow_placement)maker_pick(m, 0, 3);
    p->blocking = maker_chance(m, 50);
    p->kill = maker_chance(m, 50);
    p->limits[0] = maker_pick(m, 1, 10) * SECOND;
    p->limits[1] = maker_pick(m, 11, 30) * SECOND;
    if (maker_chance(m, 35)) {
        p->repack = 1;
    } else if (maker_chance(m, 60)) {
        p->backfill = maker_chance(m, 50) ? SLOW_EASY : SLOW_CONSERVATIVE;
    }
    // those that leave a ring of moves by a stop begin a new attempt, with a new walltime
    p->kill = p->kill && !p->repack;
    made->exact = maker_chance(m, 50);
    if (!p->repack && maker_chance(stops, 40)) {
        p->stops = (slow_stops)maker_pick(stops, 0, 2);
        p->borrow = maker_chance(stops, 60);
        // of an estimate that is used up nothing is left: see make_job
        made->exact |= p->backfill == SLOW_CONSERVATIVE;
    }
    if (maker_chance(stops, 25)) {
        p->order = p->repack || maker_chance(stops, 40) ? SLOW_EDF : SLOW_MAX_MIN;
    }
    maker_print(&made->yaml,
                "scheduler:\n  order: %s\n  blocking: %s\n  placement: %s\n  backfill: %s\n"
                "  preemption: %s\n  borrow: %s\n  estimates: %s\n  las: {limits: [%d s, %d s]}\n"
                "limits: {walltime: %s}\n",
                orders[p->order], p->blocking ? "true" : "false", placements[p->placement],
                backfills[p->backfill], p->repack ? "repack" : preemptions[p->stops],
                p->borrow ? "true" : "false", made->exact ? "exact" : "requested",
                (int)(p->limits[0] / SECOND), (int)(p->limits[1] / SECOND),
                p->kill ? "kill" : "extend");
}

/* ---- jobs ---- */

/* A zone, and sometimes one or two nodes beside it, of zones that are there. */
static void make_selector(maker *m, puzzle *made, slow_job *job)
{
    const uint32_t g = (uint32_t)maker_pick(m, 0, (int)made->cluster.groups - 1);
    const char zone = made->zone[g];
    const int by_zone = zone != 0 && maker_chance(m, 60), by_node = !by_zone || maker_chance(m, 50);
    const uint32_t first = (uint32_t)maker_pick(m, 0, (int)made->groups[g].nodes - 1);
    const uint32_t second = (uint32_t)maker_pick(m, 0, (int)made->groups[0].nodes - 1);

    for (uint32_t k = 0, node = 0; k < made->cluster.groups; k++) {
        for (uint32_t n = 0; n < made->groups[k].nodes; n++, node++) {
            const int named = (k == g && n == first) || (k == 0 && n == second);
            if ((by_zone && made->zone[k] != zone) || (by_node && !named)) {
                job->not_on |= UINT32_C(1) << node;
            }
        }
    }
    job->words = 1 + (uint32_t)by_zone * (uint32_t)zone +
                 1024 * (uint32_t)by_node * (1 + g * 1024 + first * 64 + second);
    maker_print(&made->yaml, ", selector: {");
    if (by_zone) {
        maker_print(&made->yaml, "zone: %c%s", zone, by_node ? ", " : "");
    }
    if (by_node) {
        maker_print(&made->yaml, "node: g%u-%04u|g0-%04u", g, first, second);
    }
    maker_print(&made->yaml, "}");
}

static void make_job(maker *m, maker *clusters, maker *labels, maker *stops, puzzle *made,
                     slow_job *job, int id, int at)
{
    // under conservative backfill jobs without length compete for holes without length, in an order
    // that nothing defines
    const int none = maker_chance(m, 5) && made->policy.backfill != SLOW_CONSERVATIVE;
    const int duration = none ? 0 : maker_pick(m, 1, 40);
    const int large = maker_chance(m, 15);
    const int gpus = maker_pick(m, 1, large ? 20 : 6);

    *job = (slow_job){.submit = at * made->unit * SECOND,
                      .duration = duration * made->unit * SECOND,
                      .walltime = SLOW_NEVER,
                      .gpus = (uint32_t)gpus,
                      .group = SLOW_ANY,
                      .cluster = SLOW_ANY,
                      .vc = SLOW_NO_VC,
                      .priority = maker_pick(m, -2, 2)};
    maker_print(&made->yaml, "    - {id: %d, at: %d s, duration: %d s, gpus: %u, priority: %d", id,
                at * made->unit, duration * made->unit, job->gpus, job->priority);
    if (maker_chance(m, 60)) {
        const int walltime =
            maker_chance(m, 70) ? duration + maker_pick(m, 0, 20) : maker_pick(m, 1, 30);
        job->walltime = (walltime > 0 ? walltime : 1) * made->unit * SECOND;
        maker_print(&made->yaml, ", walltime: %d s", (int)(job->walltime / SECOND));
    }
    if (maker_chance(m, 40)) {
        job->cpus = (uint32_t)maker_pick(m, 1, 3);
        maker_print(&made->yaml, ", cpus: %u", job->cpus);
    }
    if (maker_chance(m, 15)) {
        job->group = (uint32_t)maker_pick(m, 0, (int)made->cluster.groups - 1);
        maker_print(&made->yaml, ", group: g%u", job->group);
    } else if (made->clusters && maker_chance(clusters, 20)) {
        // one that is there: that of some group
        job->cluster = made->groups[maker_pick(clusters, 0, (int)made->cluster.groups - 1)].cluster;
        maker_print(&made->yaml, ", cluster: c%u", job->cluster);
    }
    if (maker_chance(labels, 30)) {
        job->storage = (uint32_t)maker_pick(labels, 10, 200);
        maker_print(&made->yaml, ", storage: %u GiB", job->storage);
    }
    if (maker_chance(labels, 20)) {
        make_selector(labels, made, job);
    }
    if (made->cluster.vcs > 0 && maker_chance(m, 70)) {
        job->vc = (uint32_t)maker_pick(m, 0, (int)made->cluster.vcs - 1);
        maker_print(&made->yaml, ", vc: vc-%c", 'a' + (int)job->vc);
    }
    job->user = (uint32_t)maker_pick(stops, 0, 3);
    maker_print(&made->yaml, ", user: u%u", job->user);
    job->deadline = SLOW_NEVER;
    if (maker_chance(stops, 60)) {
        const int slack = maker_pick(stops, 0, 99);
        job->deadline = job->submit + job->duration + slack * SECOND;
        maker_print(&made->yaml, ", deadline: {factor: 1, slack: %d s}", slack);
    }
    if (maker_chance(stops, 50)) {
        job->preemptible = 1;
        maker_print(&made->yaml, ", preemptible: true");
    }
    maker_print(&made->yaml, "}\n");
    job->estimate = job->walltime != SLOW_NEVER && !made->exact ? job->walltime : job->duration;
}

void make_for_twin(uint64_t seed, puzzle *made)
{
    maker m = {.state = seed}, labels = {.state = seed * 32452867 + 3};
    maker clusters = {.state = seed * 49979687 + 11}; // what has one cluster stays as it was
    maker stops = {.state = seed * 15485867 + 17};
    int at = 0;

    memset(made, 0, sizeof(*made));
    maker_print(&made->yaml, "gpusim: 1\nuntil: drained\n");
    made->clusters = maker_chance(&clusters, 40);
    make_cluster(&m, &clusters, &labels, made);
    make_policy(&m, &stops, made);
    maker_print(&made->yaml, "workload:\n  - jobs:\n");
    made->count = (uint32_t)maker_pick(&m, 1, MAKER_JOBS);
    made->unit = maker_chance(&m, 70) ? 1 : maker_chance(&m, 50) ? 60 : 600;
    for (uint32_t i = 0; i < made->count; i++) {
        at += maker_chance(&m, 40) ? 0 : maker_pick(&m, 1, 8);
        make_job(&m, &clusters, &labels, &stops, made, &made->jobs[i], (int)i, at);
    }
}
