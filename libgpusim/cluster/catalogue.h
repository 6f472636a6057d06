/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPU models by the driver's product name. */
#ifndef GS_CLUSTER_CATALOGUE_H
#define GS_CLUSTER_CATALOGUE_H

#include <gpusim/model.h>

/* The model of that name, or NULL. The index in gpusim_gpu_models is model - gpusim_gpu_models().
 */
const gpusim_gpu_model *gs_gpu_model_find(const char *name);

#endif
