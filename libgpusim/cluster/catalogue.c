/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPU models by the driver's product name, with the memory that nvidia-smi or rocm-smi prints. */
#include "cluster/catalogue.h"

#include <string.h>

#define MIB(n) ((uint64_t)(n) << 20)

// memory.total in MiB: "read" = printed by a real driver; "nominal" = the data sheet's figure,
// weaker
static const gpusim_gpu_model models[] = {
    {.name = "generic", .memory = 0},
    {.name = "A100-PCIE-40GB", .memory = MIB(40960)},
    {.name = "A100-PCIE-80GB", .memory = MIB(81920)},
    {.name = "A100-SXM4-40GB", .memory = MIB(40960)},
    {.name = "A100-SXM4-80GB", .memory = MIB(81920)},
    {.name = "B200", .memory = MIB(183359)},
    {.name = "GB200", .memory = MIB(177383)},
    {.name = "GeForce RTX 4090", .memory = MIB(24564)},
    {.name = "H100-PCIE-80GB", .memory = MIB(81559)},
    {.name = "H100-SXM5-80GB", .memory = MIB(81559)},
    {.name = "H200", .memory = MIB(143771)},
    {.name = "L4", .memory = MIB(23034)},
    {.name = "L40S", .memory = MIB(46068)},
    {.name = "MI250X", .memory = MIB(131072)},
    {.name = "MI300X", .memory = MIB(196608)},
    {.name = "T4", .memory = MIB(15360)},
    {.name = "V100-PCIE-16GB", .memory = MIB(16384)},
    {.name = "V100-PCIE-32GB", .memory = MIB(32510)},
    {.name = "V100-SXM2-16GB", .memory = MIB(16384)},
    {.name = "V100-SXM2-32GB", .memory = MIB(32510)},
};

const gpusim_gpu_model *gpusim_gpu_models(uint32_t *count)
{
    if (count) {
        *count = (uint32_t)(sizeof models / sizeof models[0]);
    }
    return models;
}

const gpusim_gpu_model *gs_gpu_model_find(const char *name)
{
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        if (strcmp(models[i].name, name) == 0) {
            return &models[i];
        }
    }
    return NULL;
}
