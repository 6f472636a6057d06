/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of faults and repairs, but for those of the kinds (chaos/tables.c). */
#include <stddef.h>

#include "chaos/tables.h"
#include "scenario/scenario.h"

const gpusim_field gs_chaos_element = {
    .name = "fault",
    .type = GPUSIM_ONE_OF,
    .flags = GPUSIM_TAGGED | GPUSIM_REQUIRED,
    .detail.record = &gs_fault_record,
    .tag = "fault",
    .doc = "A rule by which something fails.",
};

static const gpusim_field repairs_fields[] = {
    {.name = "crews",
     .type = GPUSIM_UINT32,
     .offset = (uint32_t)offsetof(gs_repairs_fields, crews),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e6,
     .doc = "Nodes under repair at a time, first come, first served; absent: all at once."},
};

const gpusim_record gs_repairs_record = {
    .name = "repairs",
    GPUSIM_FIELDS(repairs_fields),
    .size = sizeof(gs_repairs_fields),
    .doc = "Who repairs nodes that are down.",
};
