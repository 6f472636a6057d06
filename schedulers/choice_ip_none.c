/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In place of choice_ip.c where there is no GLPK. */
#include "schedulers/choice_ip.h"

gpusim_status gs_choice_solve(const gs_choice *choice, gs_choice_result *result, gpusim_error *err)
{
    (void)choice, (void)result;
    return gpusim_fail(err, GPUSIM_MODULE, "gpusim was built without GLPK");
}
