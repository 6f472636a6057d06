/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors by name. */
#include <gpusim/detect.h>

#include "../analysis/detectors/registry.h"

const gpusim_module *const *gpusim_detectors(void)
{
    return gs_detectors;
}
