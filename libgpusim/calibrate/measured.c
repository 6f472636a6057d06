/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sees by the header what a file of measurements holds. */
#include "calibrate/measured.h"

gpusim_status gs_measured_read(gs_lines *lines, int32_t gpu, gs_arena *arena, gs_measured *measured,
                               gpusim_error *err)
{
    gpusim_status status;
    gs_columns columns = {0};
    GPUSIM_TRY(gs_columns_open(lines, arena, &columns, err));
    if (gs_columns_find(&columns, &gs_column_cap) != GPUSIM_NONE) {
        measured->kind = GPUSIM_CALIBRATION_CAPS;
        GPUSIM_TRY(gs_cap_table_read(&columns, arena, &measured->caps, err));
    } else if (gs_columns_find(&columns, &gs_column_temperature) != GPUSIM_NONE) {
        measured->kind = GPUSIM_CALIBRATION_HEAT;
        GPUSIM_TRY(gs_heat_log_read(&columns, gpu, arena, &measured->heat, err));
    } else {
        status = gs_lines_fail(columns.lines, NULL, err,
                               "the header has neither '%s' nor '%s': this is no table of runs "
                               "under power caps and no log of temperatures",
                               gs_column_cap.names[0], gs_column_temperature.names[0]);
        gpusim_error_hint(err, "'gpusim calibrate -h' says which columns are understood");
    }
cleanup:
    gs_columns_close(&columns);
    return status;
}
