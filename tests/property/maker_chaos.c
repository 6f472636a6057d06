/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random scenarios in which everything breaks: faults of many kinds that overlap, on clusters with
 * and without power and heat, with checkpoints, restarts, drains and few crews. */
#include "property/maker.h"

static void make_target(maker *m, maker_text *yaml, const char *scope)
{
    switch (maker_pick(m, 0, 2)) {
    case 0:
        maker_print(yaml, "target: {each: %s}", scope);
        break;
    case 1:
        maker_print(yaml, "target: {random: %d}", maker_pick(m, 1, 3));
        break;
    default:
        maker_print(yaml, "target: {hottest: %d}", maker_pick(m, 1, 2));
        break;
    }
}

// how long after its begin, and how often
static void make_when(maker *m, maker_text *yaml)
{
    if (maker_chance(m, 40)) {
        maker_print(yaml, ", at: [%d s, %d s]", maker_pick(m, 0, 1500), maker_pick(m, 1500, 3500));
        return;
    }
    static const char *const shapes[] = {"{exponential: {mean: %d s}}",
                                         "{weibull: {shape: 0.8, scale: %d s}}", "%d s"};
    maker_print(yaml, ", every: ");
    maker_print(yaml, shapes[maker_pick(m, 0, 2)], maker_pick(m, 300, 9000));
    if (maker_chance(m, 20)) {
        maker_print(yaml, ", clock: busy");
    }
    if (maker_chance(m, 20)) {
        maker_print(yaml, ", burst: {calm: 900 s, storm: 200 s, factor: 5}");
    }
    if (maker_chance(m, 20)) {
        maker_print(yaml, ", from: %d s, until: %d s", maker_pick(m, 0, 900),
                    maker_pick(m, 1000, 3000));
    }
}

void make_fault(maker *m, maker_text *yaml)
{
    static const struct {
        const char *name, *scope, *own;
        int repaired, reset, ramps;
    } kinds[] = {
        {"node-crash", "node", "", 1, 0, 0},
        {"node-hang", "node", "", 1, 0, 0},
        {"fan-failure", "node", ", resistance: {uniform: {min: 1.2, max: 3}}", 1, 0, 1},
        {"power-cap", "node", ", power: {uniform: {min: 900 W, max: 4 kW}}", 0, 0, 0},
        {"psu-brownout", "node", "", 0, 0, 0},
        {"disk-full", "node", "", 0, 0, 0},
        {"maintenance", "node", "", 0, 0, 0},
        {"network-partition", "node", "", 0, 0, 0},
        {"xid79", "gpu", "", 0, 1, 0},
        {"straggler", "gpu", ", slowdown: {uniform: {min: 1.1, max: 4}}", 0, 0, 1},
        {"ecc-dbe", "gpu", "", 0, 0, 0},
        {"job-oom", "gpu", "", 0, 0, 0},
        {"memory-leak", "gpu", ", rate: {uniform: {min: 1 MiB/s, max: 200 MiB/s}}", 0, 0, 0},
        {"gpu-power-cap", "gpu", ", power: {uniform: {min: 90 W, max: 500 W}}", 0, 0, 0},
        {"psu-loss", "node", ", supplies: {choice: {1: 0.6, 3: 0.4}}", 1, 0, 0},
        {"pcie-degrade", "gpu",
         ", causes: [{fault: xid79, probability: 0.4, after: {exponential: {mean: 20 s}}, for: 99 "
         "s}]",
         0, 1, 1},
        {"nvlink-error", "gpu",
         ", causes: [{fault: driver-crash, probability: 0.2}, {fault: ecc-dbe, whom: neighbours, "
         "probability: 0.5, after: 7 s}]",
         0, 0, 0},
        {"gsp-timeout", "gpu", "", 0, 1, 0},
        {"rack-pdu-failure", "rack", "", 1, 0, 0},
        {"telemetry-dropout", "node", "", 0, 0, 0},
        {"clock-skew", "node", ", skew: {uniform: {min: 1 s, max: 300 s}}", 0, 0, 1},
        {"driver-crash", "node", "", 0, 0, 0},
        {"collective-hang", "node", "", 0, 0, 0},
        {"job-crash", "node", "", 0, 0, 0},
        {"packet-loss", "node", ", loss: {uniform: {min: 0, max: 0.5}}", 0, 0, 1},
        {"telemetry-stuck", "node", "", 0, 0, 0},
        {"telemetry-spoof", "node", ", bias: {uniform: {min: -30 K, max: 30 K}}", 0, 0, 1},
        {"thermal-runaway", "gpu", "", 0, 1, 1},
        {"ecc-sbe-storm", "gpu", "", 0, 0, 1},
        {"row-remap-failure", "gpu", "", 0, 0, 0},
        {"nvlink-down", "gpu", "", 0, 0, 1},
        {"cooling-loop-failure", "rack", "", 0, 0, 1},
        {"switch-failure", "rack", "", 0, 0, 1},
        {"stray-process", "gpu",
         ", together: true, while_below: 40 %, utilisation: {uniform: {min: 0, max: 0.6}}, memory: "
         "{uniform: {min: 0, max: 0.8}}, power: {uniform: {min: 0 W, max: 90 W}}, temperature: 4 K",
         0, 0, 1},
        {"sdc", "gpu", ", found: 0.7, after: {exponential: {mean: 300 s}}", -1, 0, 0},
    };
    int k = maker_pick(m, 0, (int)(sizeof kinds / sizeof kinds[0]) - 1);
    maker_print(yaml, "  - {fault: %s, ", kinds[k].name);
    make_target(m, yaml, kinds[k].scope);
    make_when(m, yaml);
    maker_print(yaml, "%s", kinds[k].own);
    if (kinds[k].repaired < 0) {
        // it lasts until somebody finds it
    } else if (kinds[k].repaired && maker_chance(m, 60)) {
        maker_print(yaml, ", repair: {exponential: {mean: %d s}}", maker_pick(m, 60, 900));
    } else {
        maker_print(yaml, ", for: %d s", maker_pick(m, 1, 900));
    }
    if (kinds[k].ramps && maker_chance(m, 40)) {
        maker_print(yaml, ", ramp: %d s", maker_pick(m, 1, 600));
    }
    if (maker_chance(m, 30)) {
        maker_print(yaml, ", probability: 0.%d", maker_pick(m, 1, 9));
    }
    maker_print(yaml, "}\n");
}

static void make_work(maker *m, maker_text *yaml)
{
    int rate = maker_pick(m, 10, 80), median = maker_pick(m, 60, 900);
    maker_print(yaml,
                "workload:\n  - synthetic:\n      arrivals: {process: poisson, rate: %d/h}\n"
                "      gpus: {choice: {1: 0.6, 2: 0.2, 4: 0.1, 8: 0.1}}\n"
                "      duration: {lognormal: {median: %d s, sigma: 1}}\n",
                rate, median);
    int restart = maker_pick(m, 0, 60), retries = maker_pick(m, 0, 20);
    int every = maker_pick(m, 30, 400), cost = maker_pick(m, 0, 9);
    maker_print(
        yaml,
        "      profile: {restart: %d s, retries: %d, checkpoint: {every: %d s, cost: %d s}, "
        "communication: {step: 200 ms, volume: %d MB}}\n",
        restart, retries, every, cost, maker_pick(m, 0, 500));
}

void make_chaos(uint64_t seed, maker_text *yaml)
{
    static const char *const models[] = {
        (", gpu: H100-SXM5-80GB, power: {other: 300 W, psu: {count: 3, rating: 3 kW, efficiency: "
         "titanium}}"),
        ", gpu: A100-SXM4-80GB, power: {other: 300 W, nics: 2}, network: {nic: 20 GB/s}", ""};
    maker m = {seed};
    yaml->length = 0;
    int nodes = maker_pick(&m, 1, 6), gpus = maker_pick(&m, 1, 8), rack = maker_pick(&m, 1, 3);
    int model = maker_pick(&m, 0, 2);
    maker_fleet fleet = make_fleet(seed, nodes, gpus, model < 2);
    maker_print(yaml,
                "gpusim: 1\nduration: 1 h\ncluster:\n  nodes:\n"
                "    - {name: g, count: %d, gpus: %d, per_rack: %d%s",
                nodes, gpus, rack, models[model]);
    make_fleet_group(&fleet, yaml);
    maker_print(yaml, "}\n");
    make_work(&m, yaml);
    int crews = maker_pick(&m, 1, 3), hang = maker_pick(&m, 10, 600);
    maker_print(yaml, "limits: {hang: %d s}\nrepairs: {crews: %d}\ntelemetry: {every: 60 s}\n",
                hang, crews);
    make_fleet_keys(&fleet, yaml);
    int begin = maker_pick(&m, 0, 1800), end = maker_pick(&m, 1800, 3500);
    maker_print(yaml,
                "actions:\n  - {at: %d s, do: drain, node: g-0000}\n"
                "  - {at: %d s, do: undrain, node: g-0000}\n",
                begin, end);
    make_fleet_actions(&fleet, yaml);
    maker_print(yaml, "chaos:\n");
    for (int i = maker_pick(&m, 1, 8); i > 0; i--) {
        make_fault(&m, yaml);
    }
}
