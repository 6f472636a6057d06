/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The silicon lottery: GPUs of one product differ. Most are normal about the nominal speed
 * (same-SKU variation of 8% mean, 22% at most: Sinha et al., SC'22), a few machines are 10% slow
 * (MegaScale), outliers take 1.5 times as long (Sinha et al.). */
#include <gpusim/random.h>

#include "cluster/hardware.h"

/* Standard deviations from the mean at which the normal part is cut. */
#define GS_SPREAD_CUT 4.0

enum { GS_DRAW_CLASS, GS_DRAW_SPEED };

double gs_spread_speed(const gs_node_hardware *node, uint64_t seed, const char *gpu)
{
    if (node->spread <= 0 && node->slow_share <= 0 && node->tail_share <= 0) {
        return 1;
    }
    gpusim_stream stream = gpusim_stream_make(seed, "spread", gpu);
    double class_ = gpusim_draw_uniform(stream, GS_DRAW_CLASS);
    double z = gpusim_draw_normal(stream, GS_DRAW_SPEED);
    z = z < -GS_SPREAD_CUT ? -GS_SPREAD_CUT : z > GS_SPREAD_CUT ? GS_SPREAD_CUT : z;

    // outliers and slow ones are such a factor away from what they would have been
    double factor = class_ < node->tail_share                      ? node->tail
                    : class_ < node->tail_share + node->slow_share ? node->slow
                                                                   : 1;
    return factor * (1 + node->spread * z);
}
