/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios with hardware for tests: one that is right, edited key by key. */
#ifndef TESTS_SCENARIO_PHYSICAL_H
#define TESTS_SCENARIO_PHYSICAL_H

#include <string.h>

#include "core/model.h"
#include "harness.h"
#include "scenario/spec.h"

/* Two racks of two nodes, with every section of a group. */
static const char *const physical_text =
    "gpusim: 1\n"
    "duration: 1 d\n"
    "cluster:\n"
    "  nodes:\n"
    "    - name: a\n"
    "      count: 4\n"
    "      per_rack: 2\n"
    "      gpu: A100-SXM4-80GB\n"
    "      gpus: 8\n"
    "      power:\n"
    "        sockets: 2\n"
    "        cpu: {idle: 90 W, max: 280 W}\n"
    "        memory: 70 W\n"
    "        nics: 4\n"
    "        nic: {idle: 15 W, max: 20 W}\n"
    "        storage: 30 W\n"
    "        other: 100 W\n"
    "        fans: 400 W\n"
    "        losses: [{constant: 13 W, efficiency: 0.98}]\n"
    "        psu: {count: 6, rating: 3 kW, needed: 3, efficiency: titanium}\n"
    "        cap: 6 kW\n"
    "        gpu_cap: 350 W\n"
    "      cooling:\n"
    "        airflow: 0.25 m3/s\n"
    "        lane: 2\n"
    "        fans: {start: 45 C, full: 75 C}\n"
    "      spread: {speed: 0.02, slow: {share: 0.005, speed: 0.9}, tail: {share: 0.001, speed: "
    "0.667}}\n"
    "      network: {nic: 100 GB/s}\n"
    "      uplink: 400 GB/s\n"
    "  racks: {switches: 250 W, losses: [{constant: 17 W, efficiency: 0.96}]}\n"
    "  power: {pue: 1.2, cdu: 5 kW, rack_cap: 20 kW, carbon: 360 g/kWh, price: 0.36/kWh}\n"
    "  cooling: {supply: 24 C, recirculation: {self: 0.02, neighbour: 0.03}}\n"
    "  network: {spine: 1 TB/s, storage: 100 GB/s}\n"
    "  sharing: {interference: 0.1}\n"
    "workload: []\n";

/* The spec of that text, with edits "KEY=VALUE" (NULL ends them). */
static inline gpusim_spec *physical_spec(const char *folder, const char *const *edits)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    ASSERT_OK(
        gpusim_spec_parse(physical_text, strlen(physical_text), "x.yaml", folder, &spec, &err),
        &err);
    for (; edits && *edits; edits++) {
        char key[256];
        const char *equals = strchr(*edits, '=');
        snprintf(key, sizeof key, "%.*s", (int)(equals - *edits), *edits);
        (void)gpusim_spec_set(spec, key, equals + 1, &err);
    }
    return spec;
}

#endif
