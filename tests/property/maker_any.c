/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random scenarios of everything there is. */
#include <stdio.h>

#include "../schedulers/share_lp.h"
#include "property/maker.h"

typedef struct outline {
    make_options options;
    int groups, nodes[MAKER_GROUPS], vcs;
    int sharing;             /* some jobs take parts of GPUs */
    int cut[MAKER_GROUPS];   /* into MIG instances */
    int physical;            /* some groups have power and heat */
    int model[MAKER_GROUPS]; /* of a group with hardware; -1: it has none */
    maker *hardware;         /* draws it, so that what has none stays as it was */
    int served;              /* jobs have users, deadlines, qualities and may be preemptible */
    maker *service;          /* draws that */
    maker *pace;             /* draws how fast kinds are on GPU models, and elasticity */
    int clusters;            /* groups are in two of them: the even ones, and the odd ones */
    maker *places;           /* draws who wants to be in which */
    maker *labels;           /* draws what nodes are labelled with, and who asks for it */
    char zone[MAKER_GROUPS]; /* 0: none */
} outline;

/* A part of each GPU, or a MIG instance where some GPUs are cut; 0: neither. */
static int make_share(maker *m, maker_text *yaml, const outline *shape)
{
    static const char *const instances[] = {"1g.5gb",  "1g.10gb", "2g.10gb",
                                            "3g.20gb", "4g.20gb", "7g.40gb"};
    int cut = 0;

    for (int g = 0; g < shape->groups; g++) {
        cut += shape->cut[g];
    }
    if (!shape->sharing || maker_chance(m, 30)) {
        return 0;
    }
    if (cut > 0 && maker_chance(m, 50)) {
        maker_print(yaml, ", mig: %s", instances[maker_pick(m, 0, 5)]);
    } else {
        maker_print(yaml, ", gpu_share: 0.%03d", maker_pick(m, 1, 999));
    }
    return 1;
}

static void make_nodes(maker *m, maker_text *yaml, outline *shape)
{
    static const char *const models[] = {"generic", "H100-SXM5-80GB", "A100-SXM4-40GB", "T4"};

    shape->groups = maker_pick(m, 1, MAKER_GROUPS);
    shape->vcs = !shape->options.bound && maker_chance(m, 30) ? maker_pick(m, 1, 3) : 0;
    maker_print(yaml, "cluster:\n  nodes:\n");
    for (int g = 0; g < shape->groups; g++) {
        shape->nodes[g] = maker_pick(m, 1, 6);
        const int gpus = maker_pick(m, 1, 8);
        const int per_rack = maker_pick(m, 0, 3);
        const int model = maker_chance(m, 70) ? 0 : maker_pick(m, 1, 3);
        shape->cut[g] = shape->sharing && maker_chance(m, 30);
        maker_print(yaml, "    - {name: g%d, count: %d, gpus: %d, per_rack: %d", g, shape->nodes[g],
                    gpus, per_rack);
        shape->model[g] = -1;
        if (shape->physical && !shape->cut[g] && maker_chance(shape->hardware, 80)) {
            shape->model[g] = make_hardware(shape->hardware, yaml, gpus);
        } else {
            maker_print(yaml, ", gpu: %s", shape->cut[g] ? models[2] : models[model]);
        }
        if (shape->physical && shape->model[g] < 0 && (shape->cut[g] || model > 0)) {
            maker_print(yaml, ", cooling: {airflow: 0.3 m3/s}"); // recirculation asks for it
        }
        if (shape->cut[g]) {
            maker_print(yaml, ", mig: true");
        }
        if (maker_chance(m, 30)) {
            maker_print(yaml, ", cpus: %d", maker_pick(m, 2, 64));
        }
        if (maker_chance(m, 30)) {
            maker_print(yaml, ", memory: %d GiB", maker_pick(m, 8, 512));
        }
        if (shape->clusters) {
            maker_print(yaml, ", cluster: c%d", g % 2);
        }
        if (maker_chance(shape->labels, 30)) {
            maker_print(yaml, ", storage: %d GiB", maker_pick(shape->labels, 100, 999));
        }
        if (maker_chance(shape->labels, 50)) {
            shape->zone[g] = (char)maker_pick(shape->labels, 'a', 'b');
            maker_print(yaml, ", labels: {zone: %c}", shape->zone[g]);
        }
        maker_print(yaml, "}\n");
    }
    if (shape->options.spare) {
        maker_print(yaml, "    - {name: spare, count: 3, gpus: 8}\n");
    }
    if (shape->physical) {
        make_facility(shape->hardware, yaml);
    }
    if (maker_chance(shape->pace, 40)) {
        const int slow = maker_pick(shape->pace, 1, 9);
        maker_print(yaml,
                    "  throughput:\n    rates: {a: {generic: 0.%d, T4: 2, H100-SXM5-80GB: 0}, b: "
                    "{generic: %d, A100-SXM4-40GB: 0.3}}\n",
                    slow, maker_pick(shape->pace, 1, 3));
    }
    if (shape->vcs > 0) {
        maker_print(yaml, "  virtual_clusters:\n");
    }
    for (int v = 0; v < shape->vcs; v++) {
        if (maker_chance(m, 80)) {
            maker_print(yaml, "    vc-%c: {quota: %d}\n", 'a' + v, maker_pick(m, 1, 16));
        } else {
            maker_print(yaml, "    vc-%c: {}\n", 'a' + v);
        }
    }
}

/* Orders that look at users, deadlines or what has been learnt; preemption, borrowing, periods. */
static void make_fair_scheduler(maker *m, maker_text *yaml)
{
    static const char *const orders[] = {"hrrn",   "edf",         "gittins", "2d-las",  "max-min",
                                         "themis", "multifactor", "qssf",    "priority"};
    static const char *const parameters[] = {
        "",
        ", gittins: {by: time}",
        ", 2d-las: {limits: [10 s, 60 s], promote: 2}",
        ", max-min: {by: vc, round: 5 s}",
        ", max-min: {weights: {ann: 2}, round: 7 s}",
        ", themis: {lease: 9 s}",
        (", multifactor: {age: 9, size: 5, qos: 3, half_life: 30 s,"
         " max_age: 60 s, period: 10 s, qos_factors: {high: 1}}"),
        ", multifactor: {period: 0 s, fair_share: 10, favor: small, size: 3}"};
    static const char *const preemptions[] = {"none", "priority", "spot", "repack"};
    const int preemption = maker_pick(m, 0, 3);
    const int borrow = preemption != 3 && maker_chance(m, 60);
    // one by one: compilers differ in the order in which they look at arguments
    const int order = maker_pick(m, 0, 8);
    const int blocking = maker_chance(m, 50);

    maker_print(yaml, "scheduler: {order: %s, blocking: %s, preemption: %s", orders[order],
                blocking ? "true" : "false", preemptions[preemption]);
    if (borrow) {
        maker_print(yaml, ", borrow: true");
    }
    if (maker_chance(m, 15)) {
        maker_print(yaml, ", evict: random, evict_every: 30 s, evict_above: 0.%d",
                    maker_pick(m, 2, 9));
    }
    if (preemption != 3) {
        maker_print(yaml, ", backfill: %s",
                    maker_chance(m, 40)   ? "none"
                    : maker_chance(m, 50) ? "easy"
                                          : "conservative");
    }
    if (maker_chance(m, 25)) {
        static const int periods[] = {1, 2, 3, 5, 6, 10, 15}; // of which 30 is a multiple
        maker_print(yaml, ", period: %d s", periods[maker_pick(m, 0, 6)]);
    }
    maker_print(yaml, "%s}\n", parameters[maker_pick(m, 0, 7)]);
}

/* What such a scheduler looks at. */
static void make_service(maker_text *yaml, const outline *shape)
{
    static const char *const users[] = {"ann", "bob", "eve"};
    maker *m = shape->service;

    if (!shape->served) {
        return;
    }
    if (maker_chance(m, 80)) {
        maker_print(yaml, ", user: %s", users[maker_pick(m, 0, 2)]);
    }
    if (maker_chance(m, 50)) {
        maker_print(yaml, ", preemptible: true");
    }
    if (maker_chance(m, 30)) {
        maker_print(yaml, ", deadline: {factor: %d, slack: 3 s}", maker_pick(m, 0, 3));
    }
    if (maker_chance(m, 30)) {
        maker_print(yaml, ", qos: %s, kind: a", maker_chance(m, 50) ? "high" : "low");
    }
}

static void make_scheduler(maker *m, maker_text *yaml, const outline *shape)
{
    static const char *const orders[] = {"fifo", "sjf",  "smallest", "priority",
                                         "srtf", "srsf", "las"};
    static const char *const placements[] = {"first-fit", "best-fit",    "consolidate",
                                             "spread",    "round-robin", "random"};
    static const char *const estimates[] = {"requested", "exact", "noise"};
    const int repack = maker_chance(m, 35);
    const int placement = maker_pick(m, 0, shape->options.exact ? 3 : 5);
    const int order = maker_pick(m, 0, 6);
    const int blocking = maker_chance(m, 50);
    const int estimate = maker_pick(m, 0, 2);
    const int limit = maker_pick(m, 1, 20);

    if (!shape->options.exact && maker_chance(shape->pace, 25)) {
        const int period = maker_pick(shape->pace, 0, 12);
        maker_print(yaml, "scheduler: {module: pollux, period: %d s, delay: %d s}\n", period,
                    maker_pick(shape->pace, 0, 9));
        return;
    }
    if (gs_share_solver() && !shape->options.exact && maker_chance(shape->pace, 20)) {
        static const char *const modules[] = {"gavel-max-min", "gavel-makespan"};
        const int module = maker_pick(shape->pace, 0, 2);
        const int aware = maker_chance(shape->pace, 70);
        if (module == 2) {
            const int round = maker_pick(shape->pace, 3, 30);
            maker_print(yaml, "scheduler: {module: sia, round: %d s, delay: %d s, p: %s}\n", round,
                        maker_pick(shape->pace, 0, 9), aware ? "-0.5" : "0.5");
            return;
        }
        maker_print(yaml, "scheduler: {module: %s, round: %d s, aware: %s}\n", modules[module],
                    maker_pick(shape->pace, 3, 30), aware ? "true" : "false");
        return;
    }
    if (shape->served) {
        make_fair_scheduler(shape->service, yaml);
        return;
    }
    maker_print(yaml, "scheduler: {order: %s, blocking: %s, placement: %s, estimates: %s",
                orders[order], blocking ? "true" : "false", placements[placement],
                estimates[estimate]);
    if (repack) {
        maker_print(yaml, ", preemption: repack");
    } else {
        maker_print(yaml, ", backfill: %s",
                    maker_chance(m, 40)   ? "none"
                    : maker_chance(m, 50) ? "easy"
                                          : "conservative");
    }
    if (maker_chance(m, 20)) {
        maker_print(yaml, ", %s: {scatter: true}", placements[placement]);
    }
    maker_print(yaml, ", las: {limits: [%d s, %d s]}}\n", limit, maker_pick(m, 21, 90));
}

/* Storage; a zone that there is, or two nodes. */
static void make_selector(maker_text *yaml, const outline *shape)
{
    maker *m = shape->labels;
    const int g = maker_pick(m, 0, shape->groups - 1);

    if (maker_chance(m, 20)) {
        maker_print(yaml, ", storage: %d GiB", maker_pick(m, 1, 200));
    }
    if (!maker_chance(m, 20)) {
        return;
    }
    if (shape->zone[g] != 0 && maker_chance(m, 60)) {
        maker_print(yaml, ", selector: {zone: %c}", shape->zone[g]);
    } else {
        maker_print(yaml, ", selector: {node: g%d-0000|g0-0000}", g);
    }
}

/* Of half the jobs, whatever the scheduler makes of it. */
static void make_elastic(maker *m, maker_text *yaml, const char *before, const char *after)
{
    if (maker_chance(m, 50)) {
        const int least = maker_pick(m, 1, 4);
        const int most = maker_pick(m, 2, 16);
        const int serial = maker_pick(m, 0, 40);
        maker_print(yaml, "%selastic: {min: %d, max: %d, serial: 0.%02d, cost: %d s}%s", before,
                    least, most, serial, maker_pick(m, 0, 6), after);
    }
}

/* What any job may have, beside its times. */
static void make_wishes(maker *m, maker_text *yaml, const outline *shape)
{
    if (maker_chance(m, 30)) {
        maker_print(yaml, ", cpus: %d", maker_pick(m, 1, 4));
    }
    if (maker_chance(m, 20)) {
        maker_print(yaml, ", memory: %d GiB", maker_pick(m, 1, 32));
    }
    if (maker_chance(m, 15)) {
        maker_print(yaml, ", gpu_memory: %d GiB", maker_pick(m, 1, 90));
    }
    if (shape->options.bound || maker_chance(m, 15)) {
        maker_print(yaml, ", group: g%d",
                    shape->options.bound ? 0 : maker_pick(m, 0, shape->groups - 1));
    } else if (shape->clusters && maker_chance(shape->places, 20)) {
        maker_print(yaml, ", cluster: c%d", maker_pick(shape->places, 0, shape->groups > 1));
    }
    make_selector(yaml, shape);
}

static void make_list(maker *m, maker_text *yaml, const outline *shape)
{
    static const char *const states[] = {"completed", "failed", "cancelled"};
    const int count = maker_pick(m, 1, 40);
    int at = 0;

    maker_print(yaml, "  - jobs:\n");
    for (int id = 0; id < count; id++) {
        at += maker_chance(m, 40) ? 0 : maker_pick(m, 1, 10);
        const int duration = maker_chance(m, 8) ? 0 : maker_pick(m, 1, 60);
        const int large = maker_chance(m, 20);
        maker_print(yaml, "    - {id: %d, name: job-%d, at: %d s, duration: %d s, gpus: %d", id, id,
                    at, duration, maker_pick(m, 0, large ? 24 : 6));
        make_wishes(m, yaml, shape);
        const int shares = make_share(m, yaml, shape);
        make_service(yaml, shape);
        if (!shares) {
            make_elastic(shape->pace, yaml, ", ", "");
        }
        if (maker_chance(m, 50)) {
            maker_print(yaml, ", walltime: %d s", maker_pick(m, 1, 60));
        }
        if (shape->vcs > 0 && maker_chance(m, 70)) {
            maker_print(yaml, ", vc: vc-%c", 'a' + maker_pick(m, 0, shape->vcs - 1));
        }
        if (id > 0 && maker_chance(m, 15)) {
            const int after = maker_pick(m, 0, id - 1);
            maker_print(yaml, ", after: %d, think: %d s", after, maker_pick(m, 0, 5));
        }
        if (maker_chance(m, 10)) {
            maker_print(yaml, ", state: %s", states[maker_pick(m, 0, 2)]);
        }
        maker_print(yaml, ", priority: %d}\n", maker_pick(m, -3, 3));
    }
}

/* The same as a log of the library's own format. */
static void make_log(maker *m, maker_text *yaml, const outline *shape)
{
    char path[512];
    const int count = maker_pick(m, 1, 60);
    int at = 0;

    snprintf(path, sizeof(path), "%s/jobs.csv", shape->options.folder);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return;
    }
    fprintf(file, "id,submit_s,duration_s,gpus,walltime_s,user,vc\n");
    for (int id = 0; id < count; id++) {
        at += maker_chance(m, 40) ? 0 : maker_pick(m, 1, 10);
        const int duration = maker_pick(m, 0, 60);
        const int gpus = maker_pick(m, 1, 8);
        const int walltime = maker_pick(m, 1, 80);
        fprintf(file, "%d,%d.5,%d.25,%d,%d,u%d,vc-%c\n", id, at, duration, gpus, walltime, id % 3,
                'a' + maker_pick(m, 0, 2));
    }
    maker_print(yaml, "  - trace: {format: csv, path: jobs.csv, name: log, speed: %d}\n",
                maker_pick(m, 1, 3));
    fclose(file);
}

static void make_generator(maker *m, maker_text *yaml, const outline *shape, int number)
{
    const int size = maker_pick(m, 2, 9);
    const int spacing = maker_pick(m, 0, 2);

    maker_print(yaml, "  - synthetic:\n      name: s%d\n      count: %d\n", number,
                maker_pick(m, 1, 60));
    switch (maker_pick(m, 0, 3)) {
    case 0:
        maker_print(yaml, "      arrivals: {process: poisson, rate: %d/h}\n",
                    maker_pick(m, 60, 3600));
        break;
    case 1:
        maker_print(yaml, "      arrivals: {process: periodic, every: %d s}\n",
                    maker_pick(m, 1, 9));
        break;
    case 2:
        maker_print(yaml,
                    "      arrivals: {process: bursts, rate: %d/h, size: %d, spacing: %d s}\n",
                    maker_pick(m, 30, 600), size, spacing);
        break;
    default:
        maker_print(yaml,
                    "      arrivals: {process: renewal, interarrival: {uniform: {min: 0 s, "
                    "max: %d s}}}\n",
                    maker_pick(m, 1, 12));
    }
    maker_print(yaml, "      gpus: {choice: {1: 0.5, 2: 0.2, 4: 0.2, %d: 0.1}}\n",
                maker_pick(m, 5, 16));
    maker_print(yaml, "      duration: {%s: {mean: %d s}}\n", "exponential", maker_pick(m, 1, 50));
    if (maker_chance(m, 40)) {
        maker_print(yaml,
                    "      walltime: {factor: {uniform: {min: 0.5, max: 3}}, round_up: %d s}\n",
                    maker_pick(m, 1, 10));
    }
    if (maker_chance(m, 30)) {
        maker_print(yaml, "      failed: 0.1\n      cancelled: 0.1\n");
    }
    if (maker_chance(m, 30)) {
        maker_print(yaml, "      cpus: %d\n", maker_pick(m, 1, 4));
    }
    if (shape->sharing) {
        maker_print(yaml, "      gpu_share: {choice: {0.1: 1, 0.25: 1, 0.5: 1, 1: 1}}\n");
    }
    if (shape->vcs > 0 && maker_chance(m, 70)) {
        maker_print(yaml, "      vc: {vc-a: 1}\n");
    }
    make_elastic(shape->pace, yaml, "      ", "\n");
    if (shape->options.bound) {
        maker_print(yaml, "      group: g0\n");
    } else if (shape->clusters && maker_chance(shape->places, 30)) {
        maker_print(yaml, "      cluster: c0\n");
    }
    if (shape->served) {
        maker_print(yaml, "      users: 4\n      preemptible: 0.4\n      qos: {high: 1, low: 2}\n"
                          "      kind: {a: 1, b: 1}\n      deadline: {factor: {uniform: {min: 1, "
                          "max: 4}}}\n");
    }
}

static void make_actions(maker *m, maker_text *yaml, const outline *shape, int has_list)
{
    const int count = maker_pick(m, 1, 6);

    maker_print(yaml, "actions:\n");
    for (int i = 0; i < count; i++) {
        const int group = shape->options.bound ? 0 : maker_pick(m, 0, shape->groups - 1);
        const int at = maker_pick(m, 0, 200);
        const int node = maker_pick(m, 0, shape->nodes[group] - 1);
        if (has_list && maker_chance(m, 30)) {
            maker_print(yaml, "  - {at: %d s, do: cancel, job: job-0}\n", at);
            continue;
        }
        if (shape->model[group] >= 0 && maker_chance(shape->hardware, 60)) {
            char name[32];
            snprintf(name, sizeof(name), "g%d-%04d", group, node);
            make_power_action(shape->hardware, yaml, at, name, shape->model[group]);
        }
        maker_print(yaml, "  - {at: %d s, do: drain, node: g%d-%04d}\n", at, group, node);
        if (maker_chance(m, 80)) {
            maker_print(yaml, "  - {at: %d s, do: undrain, node: g%d-%04d}\n",
                        at + maker_pick(m, 0, 60), group, node);
        }
    }
}

void make_anything(uint64_t seed, make_options options, maker_text *yaml)
{
    maker m = {.state = seed * 7919 + 1};
    outline shape = {.options = options};
    maker other = {.state = seed * 104729 + 5}; // what has no sharing stays as it was

    shape.sharing = options.sharing && maker_chance(&other, 50);
    maker hardware = {.state = seed * 15485863 + 3};
    shape.hardware = &hardware;
    maker service = {.state = seed * 32452843 + 7};
    shape.service = &service;
    maker pace = {.state = seed * 49979687 + 11};
    shape.pace = &pace;
    maker labels = {.state = seed * 86028121 + 11};
    shape.labels = &labels;
    shape.served = !options.exact && maker_chance(&service, 40);
    maker places = {.state = seed * 67867967 + 13};
    shape.places = &places;
    shape.clusters = !options.exact && maker_chance(&places, 30);
    shape.physical = options.physical && maker_chance(&hardware, 50);
    const int generators = maker_pick(&m, 0, 2);
    const int has_list = generators == 0 || maker_chance(&m, 60);
    const int horizon = maker_pick(&m, 20, 400);

    yaml->length = 0;
    maker_print(yaml, "gpusim: 1\nname: anything\n");
    if (maker_chance(&m, 30)) {
        maker_print(yaml, "duration: %d s\n", horizon);
    } else {
        maker_print(yaml, "until: drained\n");
    }
    make_nodes(&m, yaml, &shape);
    make_scheduler(&m, yaml, &shape);
    const int kill = maker_chance(&m, 50);
    maker_print(yaml, "limits: {walltime: %s, grace: %d s}\n", kill ? "kill" : "auto",
                maker_chance(&m, 50) ? 0 : 3);
    if (maker_chance(&m, 30)) {
        maker_print(yaml, "telemetry: {every: %d s}\n", maker_pick(&m, 1, 30));
    }
    if (maker_chance(&labels, 20)) {
        maker_print(yaml, "fragmentation: {target: window, jobs: %d}\n",
                    maker_pick(&labels, 1, 20));
    }
    maker_print(yaml, "workload:\n");
    for (int i = 0; i < generators; i++) {
        make_generator(&m, yaml, &shape, i);
    }
    if (options.folder != NULL && maker_chance(&m, 30)) {
        make_log(&m, yaml, &shape);
    }
    if (has_list) {
        make_list(&m, yaml, &shape);
    }
    if (maker_chance(&m, 40)) {
        make_actions(&m, yaml, &shape, has_list);
    }
}
