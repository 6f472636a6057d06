/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Least squares by GSL's trust-region solver, and profiles of the sum of squares. */
#include "calibrate/least.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <string.h>

#include "base/gsl.h"
#include "base/memory.h"

struct gs_least {
    uint32_t points, parameters;
    const gs_least_problem *problem;
    gsl_multifit_nlinear_workspace *work;
    gsl_multifit_nlinear_fdf functions;
    gsl_vector *start;
    double *residual, *jacobian; // contiguous, as problems want them
};

static gpusim_status fail_gsl(gpusim_error *err, int code)
{
    if (code == GSL_ENOMEM) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for least squares");
    }
    return gpusim_fail(err, GPUSIM_WORKLOAD, "least squares failed: %s", gsl_strerror(code));
}

gpusim_status gs_least_create(uint32_t points, uint32_t parameters, gs_least **least,
                              gpusim_error *err)
{
    gpusim_status status;
    gs_gsl_prepare();
    *least = NULL;
    if (parameters == 0 || parameters > GS_LEAST_PARAMETERS || points < parameters) {
        return gpusim_fail(err, GPUSIM_WORKLOAD, "%u points are too few for %u parameters", points,
                           parameters);
    }
    GPUSIM_TRY(gs_allocate(least, 1, sizeof **least, err));
    gsl_multifit_nlinear_parameters settings = gsl_multifit_nlinear_default_parameters();
    (*least)->points = points;
    (*least)->parameters = parameters;
    GPUSIM_TRY(gs_allocate(&(*least)->residual, points, sizeof(double), err));
    GPUSIM_TRY(gs_allocate(&(*least)->jacobian, (size_t)points * parameters, sizeof(double), err));
    (*least)->start = gsl_vector_alloc(parameters);
    (*least)->work =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &settings, points, parameters);
    if (!(*least)->start || !(*least)->work) {
        status = fail_gsl(err, GSL_ENOMEM);
    }
cleanup:
    if (status != GPUSIM_OK) {
        gs_least_destroy(*least);
        *least = NULL;
    }
    return status;
}

void gs_least_destroy(gs_least *least)
{
    if (least) {
        gsl_multifit_nlinear_free(least->work);
        gsl_vector_free(least->start);
        gs_release(&least->residual);
        gs_release(&least->jacobian);
        gs_release(&least);
    }
}

static int residuals_for_gsl(const gsl_vector *x, void *context, gsl_vector *f)
{
    gs_least *least = context;
    double point[GS_LEAST_PARAMETERS];
    for (uint32_t j = 0; j < least->parameters; j++) {
        point[j] = gsl_vector_get(x, j);
    }
    least->problem->residuals(least->problem->context, point, least->residual);
    for (uint32_t i = 0; i < least->points; i++) {
        if (!isfinite(least->residual[i])) {
            return GSL_EBADFUNC;
        }
        gsl_vector_set(f, i, least->residual[i]);
    }
    return GSL_SUCCESS;
}

static int jacobian_for_gsl(const gsl_vector *x, void *context, gsl_matrix *jacobian)
{
    gs_least *least = context;
    double point[GS_LEAST_PARAMETERS];
    for (uint32_t j = 0; j < least->parameters; j++) {
        point[j] = gsl_vector_get(x, j);
    }
    least->problem->jacobian(least->problem->context, point, least->jacobian);
    for (uint32_t i = 0; i < least->points; i++) {
        for (uint32_t j = 0; j < least->parameters; j++) {
            double value = least->jacobian[(size_t)i * least->parameters + j];
            if (!isfinite(value)) {
                return GSL_EBADFUNC;
            }
            gsl_matrix_set(jacobian, i, j, value);
        }
    }
    return GSL_SUCCESS;
}

static void take_point(gs_least *least, double *x, double *sum)
{
    const gsl_vector *at = gsl_multifit_nlinear_position(least->work);
    const gsl_vector *f = gsl_multifit_nlinear_residual(least->work);
    for (uint32_t j = 0; j < least->parameters; j++) {
        x[j] = gsl_vector_get(at, j);
    }
    (void)gsl_blas_ddot(f, f, sum); // equal lengths, so it cannot fail
}

gpusim_status gs_least_solve(gs_least *least, const gs_least_problem *problem,
                             const gs_least_limits *limits, double *x, double *sum,
                             uint32_t *iterations, gpusim_error *err)
{
    least->problem = problem;
    least->functions = (gsl_multifit_nlinear_fdf){
        .f = residuals_for_gsl,
        .df = problem->jacobian ? jacobian_for_gsl : NULL,
        .n = least->points,
        .p = least->parameters,
        .params = least,
    };
    for (uint32_t j = 0; j < least->parameters; j++) {
        gsl_vector_set(least->start, j, x[j]);
    }
    int code = gsl_multifit_nlinear_init(least->start, &least->functions, least->work);
    if (code != GSL_SUCCESS) {
        return fail_gsl(err, code);
    }
    // no progress and too many iterations are ends like others: the best point is what counts
    int reason = 0;
    code = gsl_multifit_nlinear_driver(limits->iterations, limits->step, 1e-12, 0, NULL, NULL,
                                       &reason, least->work);
    if (code != GSL_SUCCESS && code != GSL_EMAXITER && code != GSL_ENOPROG &&
        code != GSL_EBADFUNC) {
        return fail_gsl(err, code);
    }
    take_point(least, x, sum);
    if (iterations) {
        *iterations = (uint32_t)gsl_multifit_nlinear_niter(least->work);
    }
    return isfinite(*sum) ? GPUSIM_OK : fail_gsl(err, GSL_EBADFUNC);
}

gpusim_status gs_least_covariance(gs_least *least, double *covariance, gpusim_error *err)
{
    uint32_t p = least->parameters;
    gsl_matrix *matrix = gsl_matrix_alloc(p, p);
    if (!matrix) {
        return fail_gsl(err, GSL_ENOMEM);
    }
    int code = gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(least->work), 1e-6, matrix);
    for (uint32_t i = 0; i < p; i++) {
        // GSL leaves zeros where columns depend on each other
        double own = gsl_matrix_get(matrix, i, i);
        for (uint32_t j = 0; j < p; j++) {
            covariance[i * p + j] = own > 0 ? gsl_matrix_get(matrix, i, j) : (double)NAN;
        }
    }
    gsl_matrix_free(matrix);
    return code == GSL_SUCCESS ? GPUSIM_OK : fail_gsl(err, code);
}

/* ---- profiles ---- */

/* The problem with one parameter held. */
typedef struct held {
    const gs_least_problem *problem;
    uint32_t which, reserved;
    double value;
    double *jacobian; // of the whole problem
} held;

static void insert(const held *h, const double *x, double *whole)
{
    uint32_t p = h->problem->parameters;
    for (uint32_t j = 0; j < p; j++) {
        whole[j] = j == h->which ? h->value : x[j - (j > h->which)];
    }
}

static void held_residuals(void *context, const double *x, double *residual)
{
    const held *h = context;
    double whole[GS_LEAST_PARAMETERS] = {0};
    insert(h, x, whole);
    h->problem->residuals(h->problem->context, whole, residual);
}

static void held_jacobian(void *context, const double *x, double *jacobian)
{
    const held *h = context;
    double whole[GS_LEAST_PARAMETERS] = {0};
    uint32_t p = h->problem->parameters;
    insert(h, x, whole);
    h->problem->jacobian(h->problem->context, whole, h->jacobian);
    for (size_t i = 0; i < h->problem->points; i++) {
        for (uint32_t j = 0; j < p; j++) {
            if (j != h->which) {
                jacobian[i * (p - 1) + j - (j > h->which)] = h->jacobian[i * p + j];
            }
        }
    }
}

/* A walk's tools. */
typedef struct walker {
    const gs_least_walk *walk;
    gs_least *least;
    gs_least_problem problem;
    held held;
    double others[GS_LEAST_PARAMETERS]; // where the search for the others begins
} walker;

static gpusim_status sum_at(walker *w, double x, double *sum, gpusim_error *err)
{
    if (w->walk->renew) {
        w->walk->renew(w->walk->problem->context);
    }
    w->held.value = x;
    return gs_least_solve(w->least, &w->problem, w->walk->limits, w->others, sum, NULL, err);
}

// the crossing between x[0], below the threshold, and x[1]: regula falsi on the root of the rise,
// which is nearly straight, kept within the middle of the interval
static gpusim_status narrow(walker *w, double x[2], double rise[2], gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    double goal = sqrt(w->walk->threshold - w->walk->best_sum);
    for (int i = 0; i < 8 && fabs(x[1] - x[0]) > 0.01 * fabs(x[1] - w->walk->best[w->walk->which]);
         i++) {
        double share = (goal - rise[0]) / (rise[1] - rise[0]), sum;
        double at = x[0] + fmin(fmax(share, 0.1), 0.9) * (x[1] - x[0]);
        GPUSIM_TRY(sum_at(w, at, &sum, err));
        int beyond = sum > w->walk->threshold;
        x[beyond] = at;
        rise[beyond] = sqrt(fmax(sum - w->walk->best_sum, 0));
    }
cleanup:
    return status;
}

static gpusim_status step_out(walker *w, gs_least_end *end, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_least_walk *walk = w->walk;
    double step = walk->step, sum;
    double x[2] = {walk->best[walk->which], 0}, rise[2] = {0, 0};
    for (int i = 0; i < 60; i++, step *= 1.6) {
        x[1] = x[0] + step;
        if (walk->ended(walk->end_context, walk->which, x[1], step)) {
            end->open = 1;
            end->x = x[1];
            return GPUSIM_OK;
        }
        GPUSIM_TRY(sum_at(w, x[1], &sum, err));
        if (sum < walk->best_sum * (1 - 1e-5)) {
            end->lower = 1;
            end->sum = sum;
            insert(&w->held, w->others, end->at);
            return GPUSIM_OK;
        }
        rise[1] = sqrt(fmax(sum - walk->best_sum, 0));
        if (sum > walk->threshold) {
            GPUSIM_TRY(narrow(w, x, rise, err));
            double goal = sqrt(walk->threshold - walk->best_sum);
            end->x = x[0] + (goal - rise[0]) / (rise[1] - rise[0]) * (x[1] - x[0]);
            return GPUSIM_OK;
        }
        x[0] = x[1];
        rise[0] = rise[1];
    }
    end->open = 1;
    end->x = x[0];
cleanup:
    return status;
}

gpusim_status gs_least_profile(const gs_least_walk *walk, gs_least_end *end, gpusim_error *err)
{
    gpusim_status status;
    const gs_least_problem *problem = walk->problem;
    walker w = {.walk = walk, .held = {.problem = problem, .which = walk->which}};
    memset(end, 0, sizeof *end);
    GPUSIM_TRY(gs_least_create(problem->points, problem->parameters - 1, &w.least, err));
    if (problem->jacobian) {
        GPUSIM_TRY(gs_allocate(&w.held.jacobian, (size_t)problem->points * problem->parameters,
                               sizeof(double), err));
    }
    w.problem = (gs_least_problem){
        .points = problem->points,
        .parameters = problem->parameters - 1,
        .residuals = held_residuals,
        .jacobian = problem->jacobian ? held_jacobian : NULL,
        .context = &w.held,
    };
    for (uint32_t j = 0; j < problem->parameters; j++) {
        if (j != walk->which) {
            w.others[j - (j > walk->which)] = walk->best[j];
        }
    }
    GPUSIM_TRY(step_out(&w, end, err));
cleanup:
    gs_least_destroy(w.least);
    gs_release(&w.held.jacobian);
    return status;
}
