/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of built-in detectors. */
#include "registry.h"

#include <stddef.h>

#define ADDRESS(identifier) &gs_detector_##identifier,

const gpusim_module *const gs_detectors[] = {GS_DETECTOR_LIST(ADDRESS) NULL};
