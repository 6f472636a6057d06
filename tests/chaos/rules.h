/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules made from scenarios, as everybody makes them. */
#ifndef TESTS_CHAOS_RULES_H
#define TESTS_CHAOS_RULES_H

#include <string.h>

#include <gpusim/gpusim.h>

#include "core/model.h"
#include "harness.h"

#define DAY  86400e9
#define HOUR 3600e9

/* A model of `nodes` nodes with 8 GPUs, 16 a rack, and these rules. */
static inline gpusim_model *rules_model(unsigned nodes, const char *rules)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    static char text[16384];
    snprintf(
        text, sizeof text,
        "gpusim: 1\nduration: 1 d\n"
        "cluster: {nodes: [{name: n, count: %u, per_rack: 16, gpu: H100-SXM5-80GB, gpus: 8}]}\n"
        "workload: []\nchaos:\n%s\n",
        nodes, rules);
    ASSERT_OK(gpusim_spec_parse(text, strlen(text), "x.yaml", NULL, &spec, &err), &err);
    gpusim_status status = gpusim_model_compile(spec, &model, &err);
    ck_assert_msg(status == GPUSIM_OK, "%s: %s", err.key, err.message);
    gpusim_spec_destroy(spec);
    return model;
}

/* The stream of a purpose for target number i. */
static inline gpusim_stream rules_stream(const gs_rule *rule, const char *purpose, unsigned i)
{
    char name[32];
    snprintf(name, sizeof name, "n-%04u", i);
    return gs_rule_stream(rule, 7, purpose, name);
}

#endif
