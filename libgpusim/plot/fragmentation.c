/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `fragmentation`: what stands idle, and what of it is no use to any kind of job
 * (definitions 21). */
#include <math.h>

#include "base/memory.h"
#include "plot/figures.h"
#include "study/read.h"

#define MILLI 1000.0

// a column of the table as a block of GPUs; each row holds until the next
static double draw(gs_plot *plot, const char *block, const gpusim_fragmentation_row *rows,
                   uint64_t count, int useless, gs_bins *bins)
{
    for (uint64_t i = 0; i < count; i++) {
        double value = useless ? rows[i].useless : (double)rows[i].idle;
        gs_bins_hold(bins, rows[i].time, i + 1 < count ? rows[i + 1].time : plot->to, value);
    }
    return gs_plot_bins(plot, block, bins, MILLI);
}

gpusim_status gs_plot_fragmentation(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status;
    gpusim_fragmentation_row *rows = NULL;
    gs_bins idle = {0}, useless = {0};
    uint64_t count;
    GPUSIM_TRY(gs_whole_table(plot->traces[0], GPUSIM_TABLE_FRAGMENTATION, &rows, &count, err));
    GPUSIM_TRY(gs_bins_create(&idle, plot->from, plot->to, plot->bins, err));
    GPUSIM_TRY(gs_bins_create(&useless, plot->from, plot->to, plot->bins, err));
    double most = draw(plot, "idle", rows, count, 0, &idle);
    (void)draw(plot, "useless", rows, count, 1, &useless);
    // of what is idle, as a share
    for (uint32_t i = 0; count > 0 && i < useless.count; i++) {
        double both = gs_bin_mean(&useless.bins[i]), all = gs_bin_mean(&idle.bins[i]);
        if (i == 0) {
            gs_plot_block(plot, "share");
        }
        const double row[] = {
            gs_plot_time(plot,
                         gs_bins_begin(&useless, i) +
                             (gs_bins_begin(&useless, i + 1) - gs_bins_begin(&useless, i)) / 2),
            all > 0 ? 100 * both / all : (double)NAN};
        gs_plot_row(plot, 2, row);
    }
    gs_plot_say_number(plot, "measured", count > 0);
    gs_plot_say_number(plot, "most_idle", most);
cleanup:
    gs_release(&rows);
    gs_release(&idle.bins);
    gs_release(&useless.bins);
    return status;
}
