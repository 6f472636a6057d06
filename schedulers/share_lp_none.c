/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In place of share_lp.c where there is no GLPK. */
#include "schedulers/share_lp.h"

int gs_share_solver(void)
{
    return 0;
}

gpusim_status gs_share_solve(gs_share_sort *sorts, uint32_t count, const double *capacity,
                             uint32_t types, double *least, gpusim_error *err)
{
    (void)sorts, (void)count, (void)capacity, (void)types, (void)least;
    return gpusim_fail(err, GPUSIM_MODULE, "gpusim was built without GLPK");
}
