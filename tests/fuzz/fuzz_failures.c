/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a list of failures of a small cluster. */
#include <string.h>

#include "fuzz.h"
#include "scenario/compile_chaos.h"

static const char text[] = "gpusim: 1\n"
                           "duration: 1 d\n"
                           "cluster: {nodes: [{name: n, count: 4, gpus: 8}]}\n"
                           "workload: []\n";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    gpusim_error err;
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    gs_lines *lines = NULL;
    gs_entities entities = {0};
    gs_rule rule = {0};
    gs_compilation at = {0};
    gs_rule_maker m = {.at = &at, .entities = &entities, .rule = &rule};
    if (gpusim_spec_parse(text, strlen(text), "fuzz", NULL, &spec, &err) == GPUSIM_OK &&
        gpusim_model_compile(spec, &model, &err) == GPUSIM_OK &&
        gs_entities_index(model, &entities, &err) == GPUSIM_OK &&
        gs_lines_over("fuzz", bytes, size, NULL, &lines, &err) == GPUSIM_OK) {
        at.model = model;
        m.kind = &gs_fault_kinds[size % 2 ? GS_KIND_NODE_CRASH : GS_KIND_XID79];
        gpusim_status status = gs_failures_read(&m, lines, &err);
        for (uint32_t i = 0; status == GPUSIM_OK && i < rule.list_count; i++) {
            if (rule.list[i].at < 0 || rule.list[i].entity >= model->cluster.gpu_count ||
                (i > 0 && rule.list[i].at < rule.list[i - 1].at)) {
                __builtin_trap();
            }
        }
    }
    gs_lines_close(lines);
    gs_entities_release(&entities);
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
    return 0;
}
