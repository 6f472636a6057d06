/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Air that comes round again: D = (K - A'K)^-1 - K^-1 with K = diag(rho cp flow_i) (Tang et al.
 * 2007). It is solved once, when a scenario is compiled. */
#include <math.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>

#include "base/gsl.h"
#include "base/memory.h"
#include "physics/heat.h"

double gs_air_rise(double watts, double flow)
{
    return watts / (GS_AIR_DENSITY * GS_AIR_HEAT * flow);
}

// a share is a share, nobody's exhaust comes back whole, and no node breathes exhaust alone
static gpusim_status check_shares(const double *cross, const double *flow, uint32_t nodes,
                                  gpusim_error *err)
{
    for (uint32_t i = 0; i < nodes; i++) {
        double leaves = 0, enters = 0;
        for (uint32_t j = 0; j < nodes; j++) {
            if (!(cross[(size_t)i * nodes + j] >= 0)) {
                return gpusim_fail(err, GPUSIM_ARGUMENT,
                                   "a share of air that comes round again is negative");
            }
            leaves += cross[(size_t)i * nodes + j];
            enters += cross[(size_t)j * nodes + i] * flow[j];
        }
        if (leaves >= 1) {
            return gpusim_fail(err, GPUSIM_ARGUMENT,
                               "all the air that leaves node %u of a rack comes round again", i);
        }
        if (enters >= flow[i]) {
            return gpusim_fail(err, GPUSIM_ARGUMENT,
                               "node %u of a rack would breathe nothing but exhaust", i);
        }
    }
    return GPUSIM_OK;
}

gpusim_status gs_recirculation_matrix(const double *cross, const double *flow, uint32_t nodes,
                                      double *d, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    double *kept = NULL;
    size_t *order = NULL;
    size_t n = nodes;
    GPUSIM_TRY(check_shares(cross, flow, nodes, err));
    GPUSIM_TRY(gs_allocate(&kept, n * n, sizeof *kept, err));
    GPUSIM_TRY(gs_allocate(&order, n, sizeof *order, err));

    // K - A'K: heat that a node takes from the room for each kelvin of its outlet
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double k = GS_AIR_DENSITY * GS_AIR_HEAT * flow[j];
            kept[i * n + j] = (i == j ? k : 0) - cross[j * n + i] * k;
        }
    }

    gs_gsl_prepare();
    gsl_permutation permutation = {n, order};
    gsl_matrix_view matrix = gsl_matrix_view_array(kept, n, n);
    gsl_matrix_view inverse = gsl_matrix_view_array(d, n, n);
    int sign;
    if (gsl_linalg_LU_decomp(&matrix.matrix, &permutation, &sign) != GSL_SUCCESS ||
        gsl_linalg_LU_invert(&matrix.matrix, &permutation, &inverse.matrix) != GSL_SUCCESS) {
        status = gpusim_fail(err, GPUSIM_ARGUMENT, "the air of a rack cannot be solved for");
        goto cleanup;
    }
    for (size_t i = 0; i < n; i++) {
        d[i * n + i] -= 1 / (GS_AIR_DENSITY * GS_AIR_HEAT * flow[i]);
    }
cleanup:
    gs_release(&order);
    gs_release(&kept);
    return status;
}

// y = (diag R + D) diag(slope) x; returns the sum of y
static double apply(const double *d, const double *resistance, const double *slope, uint32_t nodes,
                    const double *x, double *y)
{
    double sum = 0;
    for (uint32_t i = 0; i < nodes; i++) {
        y[i] = resistance[i] * slope[i] * x[i];
        for (uint32_t j = 0; d && j < nodes; j++) {
            y[i] += d[(size_t)i * nodes + j] * slope[j] * x[j];
        }
        sum += y[i];
    }
    return sum;
}

double gs_spectral_radius(const double *d, const double *resistance, const double *slope,
                          uint32_t nodes, double *scratch)
{
    double *x = scratch, *y = scratch + nodes;
    for (uint32_t i = 0; i < nodes; i++) {
        x[i] = 1.0 / nodes;
    }

    // half a step stays where it is, so that a matrix that swaps two nodes converges too; bounds
    // are those of Collatz and Wielandt, of which only the upper one closes in when nodes do not
    // hear of each other: then it is done when it has stayed for as long as the longest way round
    double radius = INFINITY;
    uint32_t same = 0;
    for (int round = 0; round < 10000 && same <= nodes; round++) {
        double sum = apply(d, resistance, slope, nodes, x, y);
        double least = INFINITY, most = 0, total = 0;
        for (uint32_t i = 0; i < nodes; i++) {
            double ratio = y[i] / x[i];
            least = fmin(least, ratio);
            most = fmax(most, ratio);
            x[i] = y[i] + sum * x[i];
            total += x[i];
        }
        same = most < radius ? 0 : same + 1;
        radius = most;
        if (!(most - least > 1e-12 * most) || total == 0) {
            break;
        }
        for (uint32_t i = 0; i < nodes; i++) {
            x[i] /= total;
        }
    }
    return radius;
}
