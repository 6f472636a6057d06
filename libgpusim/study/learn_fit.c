/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Least squares of run times: for given tau the weights are linear, for given weights each tau is.
 * Both need sums over jobs alone, so that a round costs the same however many jobs there are. */
#include "study/learn.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_linalg.h>

#include "base/gsl.h"

#define ROUNDS  100000
#define RIDGE   0.01
#define SETTLED 1e-12

/* Of the jobs of one type: n, sums of x, x x', x s, s. */
typedef struct sums {
    double jobs, seconds;
    double x[4], xx[4][4], xs[4];
} sums;

static void add_up(const gs_start *starts, uint32_t count, sums *of)
{
    for (uint32_t i = 0; i < count; i++) {
        sums *to = &of[starts[i].type];
        to->jobs++;
        to->seconds += starts[i].seconds;
        for (int k = 0; k < 4; k++) {
            to->x[k] += starts[i].x[k];
            to->xs[k] += starts[i].x[k] * starts[i].seconds;
            for (int l = 0; l < 4; l++) {
                to->xx[k][l] += starts[i].x[k] * starts[i].x[l];
            }
        }
    }
}

// the normal matrix of theta, factored; with a ridge where it is singular
static int factor(const sums *of, gsl_matrix *normal, gsl_vector *work, uint8_t *ridge)
{
    gsl_matrix *copy = gsl_matrix_alloc(4, 4);
    if (!copy) {
        return GSL_ENOMEM;
    }
    for (size_t k = 0; k < 4; k++) {
        for (size_t l = 0; l < 4; l++) {
            double sum = 0;
            for (int type = 0; type < GPUSIM_RTS_TYPES; type++) {
                sum += of[type].xx[k][l];
            }
            gsl_matrix_set(copy, k, l, sum);
        }
    }
    (void)gsl_matrix_memcpy(normal, copy);
    double rcond = 0;
    int code = gsl_linalg_cholesky_decomp1(normal);
    if (code == GSL_SUCCESS) {
        code = gsl_linalg_cholesky_rcond(normal, &rcond, work);
    }
    if (code != GSL_SUCCESS || rcond < 1e-12) {
        *ridge = 1;
        (void)gsl_matrix_memcpy(normal, copy);
        for (size_t k = 0; k < 4; k++) {
            gsl_matrix_set(normal, k, k, gsl_matrix_get(normal, k, k) + RIDGE);
        }
        code = gsl_linalg_cholesky_decomp1(normal);
    }
    gsl_matrix_free(copy);
    return code;
}

// theta for given tau: seconds / tau - 1 = theta x; how far it has moved
static double fit_theta(const sums *of, const double *tau, const gsl_matrix *normal, gsl_vector *y,
                        double theta[4])
{
    double moved = 0;
    for (size_t k = 0; k < 4; k++) {
        double sum = 0;
        for (int type = 0; type < GPUSIM_RTS_TYPES; type++) {
            sum += tau[type] > 0 ? of[type].xs[k] / tau[type] - of[type].x[k] : 0;
        }
        gsl_vector_set(y, k, sum);
    }
    (void)gsl_linalg_cholesky_svx(normal, y);
    for (size_t k = 0; k < 4; k++) {
        double value = fmin(2, fmax(0, gsl_vector_get(y, k)));
        moved = fmax(moved, fabs(value - theta[k]));
        theta[k] = value;
    }
    return moved;
}

// tau of each type for given theta: seconds = tau f, f = 1 + theta x
static void fit_tau(const sums *of, const double theta[4], double *tau)
{
    for (int type = 0; type < GPUSIM_RTS_TYPES; type++) {
        double above = of[type].seconds, below = of[type].jobs;
        for (int k = 0; k < 4; k++) {
            above += theta[k] * of[type].xs[k];
            below += 2 * theta[k] * of[type].x[k];
            for (int l = 0; l < 4; l++) {
                below += theta[k] * theta[l] * of[type].xx[k][l];
            }
        }
        tau[type] = below > 0 ? above / below : tau[type];
    }
}

gpusim_status gs_learn_fit(const gs_start *starts, uint32_t count, double theta[4], double *tau,
                           uint8_t *ridge, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    sums of[GPUSIM_RTS_TYPES] = {{0}};
    gs_gsl_prepare();
    gsl_matrix *normal = gsl_matrix_alloc(4, 4);
    gsl_vector *y = gsl_vector_alloc(4), *work = gsl_vector_alloc(12);
    *ridge = 0;
    if (!normal || !y || !work) {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for a fit");
        goto cleanup;
    }
    add_up(starts, count, of);
    if (factor(of, normal, work, ridge) != GSL_SUCCESS) {
        status = gpusim_fail(err, GPUSIM_INTERNAL, "the fit of %u jobs has failed", count);
        goto cleanup;
    }
    memset(theta, 0, 4 * sizeof *theta);
    double moved = 1;
    for (int round = 0; round < ROUNDS && moved > SETTLED; round++) {
        fit_tau(of, theta, tau);
        moved = fit_theta(of, tau, normal, y, theta);
    }
    fit_tau(of, theta, tau);
cleanup:
    gsl_matrix_free(normal);
    gsl_vector_free(y);
    gsl_vector_free(work);
    return status;
}
