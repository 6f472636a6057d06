/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In place of boosting_xgboost.c where there is no XGBoost to build with. */
#include <gpusim/detect.h>

#include "boosting.h"

uint32_t gpusim_xgboost_version(void)
{
    return 0;
}

gpusim_status gs_boosting_learn(const float *rows, uint64_t count, uint32_t columns,
                                const float *targets, const float *weights,
                                const gs_boosting_options *options, gs_tree_node *trees,
                                gpusim_error *err)
{
    (void)rows, (void)count, (void)columns, (void)targets, (void)weights, (void)options,
        (void)trees;
    return gpusim_fail(err, GPUSIM_MODULE, "gpusim was built without XGBoost");
}
