/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of built-in scheduler modules. */
#include "registry.h"

#include <stddef.h>

#define ADDRESS(identifier, name, doc) &gs_module_##identifier,

const gpusim_module *const gs_orders[] = {GS_ORDER_LIST(ADDRESS) NULL};
const gpusim_module *const gs_placements[] = {GS_PLACEMENT_LIST(ADDRESS) NULL};
const gpusim_module *const gs_schedulers[] = {GS_SCHEDULER_LIST(ADDRESS) NULL};
