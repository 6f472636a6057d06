/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nodes and racks draw at the ends of their range: for checks and descriptions. */
#ifndef GS_PHYSICS_DRAW_H
#define GS_PHYSICS_DRAW_H

#include "cluster/hardware.h"

/* Everything idle and fans at their lowest, or everything at full power, W. */
typedef struct gs_draw {
    double gpu;    /* of one GPU */
    double output; /* of a node, what its power supplies deliver */
    double input;  /* of a node */
    double rack;   /* at the input of a rack of `nodes` */
} gs_draw;

/* gpus of a node, nodes of a rack. At full power a GPU draws its cap; less where its figures do
 * not reach that at the operating limit, more where its lowest clock does not hold it. */
gs_draw gs_draw_idle(const gs_node_hardware *node, const gs_rack_hardware *rack, uint32_t gpus,
                     uint32_t nodes);
/* W of a GPU whose kernels are as intense as they get, at its lowest clock; `leak` is what
 * gs_leakage says. No cap holds it below that. */
double gs_draw_floor(const gs_node_hardware *node, double leak);
gs_draw gs_draw_peak(const gs_node_hardware *node, const gs_rack_hardware *rack, uint32_t gpus,
                     uint32_t nodes);

#endif
