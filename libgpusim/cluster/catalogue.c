/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPU models by the driver's product name, with the memory that nvidia-smi or rocm-smi prints. */
#include "cluster/catalogue.h"

#include <string.h>

#define MIB(n) ((uint64_t)(n) << 20)

// memory.total in MiB: "read" = printed by a real driver; "nominal" = the data sheet's figure,
// weaker
static const gpusim_gpu_model models[] = {
    {"generic", 0, "no physics and no memory limit: for pure scheduling studies"},
    {"A100-PCIE-40GB", MIB(40960), "read: nvidia-smi"},
    {"A100-PCIE-80GB", MIB(81920), "read: nvidia-smi"},
    {"A100-SXM4-40GB", MIB(40960), "read: nvidia-smi"},
    {"A100-SXM4-80GB", MIB(81920), "read: nvidia-smi"},
    {"B200", MIB(183359), "read: nvidia-smi"},
    {"GB200", MIB(177383), "nominal: 186 GB in MiB, data sheet, weak"},
    {"GeForce RTX 4090", MIB(24564), "read: nvidia-smi"},
    {"H100-PCIE-80GB", MIB(81559), "read: nvidia-smi"},
    {"H100-SXM5-80GB", MIB(81559), "read: nvidia-smi"},
    {"H200", MIB(143771), "read: nvidia-smi"},
    {"L4", MIB(23034), "read: nvidia-smi"},
    {"L40S", MIB(46068), "read: nvidia-smi"},
    {"MI250X", MIB(131072), "nominal: 128 GiB, weak"},
    {"MI300X", MIB(196608), "nominal: 192 GiB, weak"},
    {"T4", MIB(15360), "read: nvidia-smi"},
    {"V100-PCIE-16GB", MIB(16384), "nominal: 16 GiB, weak"},
    {"V100-PCIE-32GB", MIB(32510), "read: nvidia-smi"},
    {"V100-SXM2-16GB", MIB(16384), "nominal: 16 GiB, weak"},
    {"V100-SXM2-32GB", MIB(32510), "read: nvidia-smi"},
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
