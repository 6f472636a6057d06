/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random people and programs who look after a group of nodes: heartbeats, control that fails,
 * maintenance, spares, groups that grow, rules that act, and whatever else can be done to a node.
 */
#include "property/maker.h"

maker_fleet make_fleet(uint64_t seed, int nodes, int gpus, int physical)
{
    maker_fleet f = {
        .m = {seed * 49979687 + 13}, .nodes = nodes, .gpus = gpus, .physical = physical};
    f.some = maker_chance(&f.m, 60);
    if (f.some && maker_chance(&f.m, 35)) {
        f.grown = maker_pick(&f.m, 1, 4);
    } else if (f.some && nodes > 1 && maker_chance(&f.m, 60)) {
        f.spares = maker_pick(&f.m, 1, nodes - 1);
    }
    return f;
}

void make_fleet_group(maker_fleet *f, maker_text *yaml)
{
    maker *m = &f->m;
    if (f->grown) {
        maker_print(yaml, ", max: %d, autoscale: {queue: %d", f->nodes + f->grown,
                    maker_pick(m, 1, 4));
        maker_print(yaml, ", join: %d s", maker_pick(m, 0, 300));
        maker_print(yaml, ", idle: %d s", maker_pick(m, 0, 900));
        maker_print(yaml, ", step: %d}", maker_pick(m, 1, 3));
    }
    if (f->spares) {
        maker_print(yaml, ", spares: %d", f->spares);
    }
    if (f->spares && maker_chance(m, 60)) {
        maker_print(yaml, ", join: %d s", maker_pick(m, 1, 600));
    }
}

static void make_window(maker *m, maker_text *yaml, int last)
{
    int span = maker_pick(m, 1, 600);
    maker_print(yaml, "  - {at: %d s, for: %d s", maker_pick(m, 0, 3000), span);
    maker_print(yaml, ", ahead: %d s", maker_pick(m, 0, 900));
    if (maker_chance(m, 40)) {
        maker_print(yaml, ", every: %d s", span + maker_pick(m, 1, 1500));
    }
    if (maker_chance(m, 50)) {
        maker_print(yaml, ", node: [g-%04d]", maker_pick(m, 0, last));
    } else if (maker_chance(m, 50)) {
        maker_print(yaml, ", rack: [rack-00]");
    }
    maker_print(yaml, "}\n");
}

static void make_response(maker *m, maker_text *yaml, const maker_fleet *f, int heard)
{
    static const char *const states[] = {"down", "repairing", "drained", "offline"};
    static const char *const cures[] = {"repair",
                                        "reboot, takes: 30 s",
                                        "requeue, undo: true",
                                        "drain, undo: true, restart_jobs: true",
                                        "cordon, undo: true, keep: 5 min",
                                        "remove, undo: true",
                                        "undrain",
                                        "pause, undo: true",
                                        "kill",
                                        "ignore",
                                        "add"};
    static const char *const gpu_cures[] = {"reset", "cancel", "requeue", "move",
                                            "cap, power: 200 W"};
    maker_print(yaml, "  - {");
    int of_gpus = f->physical && maker_chance(m, 30);
    if (of_gpus) {
        maker_print(yaml, "metric: gpu_temp, above: %d", maker_pick(m, 30, 70));
    } else if (maker_chance(m, 30)) {
        maker_print(yaml, "metric: node/gpus_allocated, above: %d", maker_pick(m, 1, f->gpus));
    } else {
        maker_print(yaml, "state: %s", states[maker_pick(m, 0, heard ? 3 : 2)]);
    }
    const char *cure = of_gpus ? gpu_cures[maker_pick(m, 0, 4)] : cures[maker_pick(m, 0, 10)];
    maker_print(yaml, ", do: %s", cure);
    maker_print(yaml, ", for: %d s", maker_pick(m, 0, 5) * 60);
    maker_print(yaml, ", delay: %d s", maker_pick(m, 0, 3) * 40);
    if (maker_chance(m, 40)) {
        maker_print(yaml, ", budget: %d", maker_pick(m, 1, 9));
    }
    maker_print(yaml, "}\n");
}

void make_fleet_keys(maker_fleet *f, maker_text *yaml)
{
    maker *m = &f->m;
    int last = f->nodes + f->grown - 1;
    if (!f->some) {
        return;
    }
    int heard = maker_chance(m, 60);
    if (heard) {
        int every = maker_pick(m, 1, 60);
        maker_print(yaml, "heartbeat: {every: %d s", every);
        maker_print(yaml, ", offline_after: %d s}\n", every * maker_pick(m, 1, 5));
    }
    if (maker_chance(m, 60)) {
        maker_print(yaml, "control: {retries: %d", maker_pick(m, 0, 3));
        maker_print(yaml, ", backoff: %d ms", maker_pick(m, 1, 20000));
        maker_print(yaml, ", failures: %d", maker_pick(m, 1, 4));
        maker_print(yaml, ", open: %d s}\n", maker_pick(m, 1, 300));
    }
    if (maker_chance(m, 50)) {
        maker_print(yaml, "maintenance:\n");
        for (int i = maker_pick(m, 1, 3); i > 0; i--) {
            make_window(m, yaml, last);
        }
    }
    if (maker_chance(m, 70)) {
        maker_print(yaml, "response:\n");
        for (int i = maker_pick(m, 1, 4); i > 0; i--) {
            make_response(m, yaml, f, heard);
        }
    }
}

void make_fleet_actions(maker_fleet *f, maker_text *yaml)
{
    static const char *const whats[] = {"drain, restart_jobs: true",
                                        "undrain",
                                        "cordon",
                                        "uncordon",
                                        "kill",
                                        "repair",
                                        "pause",
                                        "reboot, for: 77 s",
                                        "remove",
                                        "add",
                                        "resume",
                                        "requeue",
                                        "cap, power: 2 kW",
                                        "undrain"};
    maker *m = &f->m;
    for (int i = f->some ? maker_pick(m, 0, 12) : 0; i > 0; i--) {
        int at = maker_pick(m, 0, 3500), node = maker_pick(m, 0, f->nodes + f->grown - 1);
        int what = maker_pick(m, 0, f->physical ? 13 : 11);
        maker_print(yaml, "  - {at: %d s, node: g-%04d, do: %s}\n", at, node, whats[what]);
        if (maker_chance(m, 20)) {
            maker_print(yaml, "  - {at: %d s, gpu: g-%04d/gpu0, do: reset}\n", at, node);
        }
    }
}
