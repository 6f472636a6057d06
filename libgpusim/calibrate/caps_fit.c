/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fits runs under power caps: searches from many points, standard errors, profile intervals. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#include <gpusim/random.h>

#include "base/memory.h"
#include "calibrate/caps_search.h"

static const gs_least_limits limits = {.iterations = 60, .step = 1e-6};

// a point to begin from: values in which GPUs differ, drawn evenly
static void draw_start(const gs_cap_table *table, uint64_t seed, uint32_t start, double *whole)
{
    static const double least[GS_CAPS_WHOLE] = {0.08, 0.08, 0.4, 0.5, 0.03};
    static const double most[GS_CAPS_WHOLE] = {0.4, 0.4, 0.95, 0.95, 0.4};
    gpusim_stream stream = gpusim_stream_make(seed, "calibrate", "starts");
    for (uint32_t j = 0; j < GS_CAPS_WHOLE; j++) {
        double share = gpusim_draw_uniform(stream, (uint64_t)start * GS_CAPS_WHOLE + j);
        double value = least[j] + share * (most[j] - least[j]);
        if (j == GS_CAPS_FIXED || j == GS_CAPS_CONTEXT) {
            value *= table->cap[table->caps - 1];
        }
        whole[j] = gs_parameter_at(&gs_caps_parameters[j], value);
    }
}

// own parameters anew from several beginnings; the gain summed up
static gpusim_status resolve_all(gs_caps_search *search, const double *whole, int fresh,
                                 double *gain, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    *gain = 0;
    for (uint32_t i = 0; i < search->count; i++) {
        double one;
        GPUSIM_TRY(gs_caps_resolve(search, i, whole, fresh, &one, err));
        *gain += one;
    }
cleanup:
    return status;
}

static gpusim_status solve(gs_caps_search *search, gs_least *least, double *whole, double *sum,
                           uint32_t *iterations, gpusim_error *err)
{
    gpusim_status status =
        gs_least_solve(least, &search->problem, &limits, whole, sum, iterations, err);
    if (status == GPUSIM_OK && search->status != GPUSIM_OK) {
        if (err) {
            *err = search->error;
        }
        status = search->status;
    }
    return status;
}

// to the minimum nearest to `whole`, and on as long as some configuration finds a better place
static gpusim_status descend(gs_caps_search *search, gs_least *least, double *whole, int fresh,
                             double *sum, uint32_t *iterations, gpusim_error *err)
{
    gpusim_status status;
    double gain;
    uint32_t some;
    *iterations = 0;
    GPUSIM_TRY(resolve_all(search, whole, fresh, &gain, err));
    for (int round = 0; round < 6; round++) {
        GPUSIM_TRY(solve(search, least, whole, sum, &some, err));
        *iterations += some;
        GPUSIM_TRY(resolve_all(search, whole, 0, &gain, err));
        if (gain < 1e-5 * *sum) {
            break;
        }
    }
cleanup:
    return status;
}

// sum of squares of the residuals without pulls
static double squares_of(const gs_caps_search *search, const double *whole)
{
    double sum = 0, residual[2 * GS_CAPS_MAX + GS_CAPS_OWN];
    for (uint32_t i = 0; i < search->count; i++) {
        gs_caps_residuals(search, i, whole, search->own[i], residual);
        for (uint32_t r = 0; r + GS_CAPS_OWN < search->rows; r++) {
            sum += residual[r] * residual[r];
        }
    }
    return sum;
}

static double variance_of(const gs_caps_fit *fit)
{
    return fit->squares / (fit->points - fit->parameters);
}

// takes a search's end over into the fit
static gpusim_status keep(gs_caps_fit *fit, gs_caps_search *search, gs_least *least,
                          const double *whole, gpusim_error *err)
{
    gpusim_status status;
    double x[GS_CAPS_WHOLE], covariance[GS_CAPS_WHOLE * GS_CAPS_WHOLE];
    memcpy(x, whole, sizeof x);
    GPUSIM_TRY(solve(search, least, x, &fit->sum, NULL, err));
    memcpy(fit->whole, x, sizeof x);
    memcpy(fit->own, search->accepted, fit->count * sizeof *fit->own);
    memcpy(search->own, search->accepted, fit->count * sizeof *fit->own);
    fit->squares = squares_of(search, x);
    GPUSIM_TRY(gs_least_covariance(least, covariance, err));
    for (uint32_t j = 0; j < GS_CAPS_WHOLE; j++) {
        for (uint32_t k = 0; k < GS_CAPS_WHOLE; k++) {
            fit->covariance[j][k] = covariance[j * GS_CAPS_WHOLE + k] * variance_of(fit);
        }
    }
cleanup:
    return status;
}

static gpusim_status search_starts(gs_caps_fit *fit, gs_caps_search *search, gs_least *least,
                                   uint32_t starts, uint64_t seed, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    double best[GS_CAPS_WHOLE] = {0}, least_sum = (double)INFINITY, *sums = NULL;
    GPUSIM_TRY(gs_allocate(&sums, starts, sizeof *sums, err));
    for (uint32_t s = 0; s < starts; s++) {
        double whole[GS_CAPS_WHOLE];
        uint32_t iterations;
        draw_start(fit->table, seed, s, whole);
        GPUSIM_TRY(descend(search, least, whole, 1, &sums[s], &iterations, err));
        if (sums[s] < least_sum) {
            least_sum = sums[s];
            memcpy(best, whole, sizeof best);
            memcpy(fit->own, search->accepted, fit->count * sizeof *fit->own);
            fit->iterations = iterations;
        }
    }
    for (uint32_t s = 0; s < starts; s++) {
        fit->starts_agreed += sums[s] <= 1.01 * least_sum;
    }
    memcpy(search->accepted, fit->own, fit->count * sizeof *fit->own);
    GPUSIM_TRY(keep(fit, search, least, best, err));
cleanup:
    gs_release(&sums);
    return status;
}

static gpusim_status check_enough(const gs_caps_fit *fit, gpusim_error *err)
{
    static const char *const counts[] = {"are none", "is 1", "are 2"};
    if (fit->table->caps < 3) {
        return gpusim_fail(err, GPUSIM_WORKLOAD, "runs under at least 3 caps are needed, there %s",
                           counts[fit->table->caps]);
    }
    if (fit->count == 0) {
        return gpusim_fail(err, GPUSIM_WORKLOAD, "no configuration was measured under all %u caps",
                           fit->table->caps);
    }
    if (fit->points < fit->parameters + 2) {
        return gpusim_fail(err, GPUSIM_WORKLOAD,
                           "%u measured values are too few for %u parameters: more configurations "
                           "or caps are needed",
                           fit->points, fit->parameters);
    }
    for (uint32_t i = 0; i < fit->count; i++) {
        const double *row = fit->table->power + (size_t)fit->chosen[i] * fit->table->caps;
        if (row[0] < 0.95) {
            return GPUSIM_OK;
        }
    }
    return gpusim_fail(err, GPUSIM_WORKLOAD,
                       "no cap binds: under the lowest, %g W, every configuration draws what it "
                       "draws under the highest",
                       fit->table->cap[0]);
}

gpusim_status gs_caps_fit_make(const gs_cap_table *table, const uint32_t *chosen, uint32_t count,
                               uint32_t starts, uint64_t seed, gs_caps_fit *fit, gpusim_error *err)
{
    gpusim_status status;
    gs_caps_search search = {0};
    gs_least *least = NULL;
    memset(fit, 0, sizeof *fit);
    fit->table = table;
    fit->count = count;
    fit->points = count * (2 * table->caps - 1);
    fit->parameters = GS_CAPS_WHOLE + GS_CAPS_OWN * count;
    GPUSIM_TRY(gs_allocate(&fit->chosen, count + 1, sizeof *fit->chosen, err));
    memcpy(fit->chosen, chosen, count * sizeof *fit->chosen);
    GPUSIM_TRY(check_enough(fit, err));
    GPUSIM_TRY(gs_allocate(&fit->own, count, sizeof *fit->own, err));
    GPUSIM_TRY(gs_caps_search_begin(table, fit->chosen, count, &search, err));
    GPUSIM_TRY(gs_least_create(search.problem.points, GS_CAPS_WHOLE, &least, err));
    GPUSIM_TRY(search_starts(fit, &search, least, starts, seed, err));
cleanup:
    gs_least_destroy(least);
    gs_caps_search_end(&search);
    if (status != GPUSIM_OK) {
        gs_caps_fit_release(fit);
    }
    return status;
}

void gs_caps_fit_release(gs_caps_fit *fit)
{
    gs_release(&fit->chosen);
    gs_release(&fit->own);
}

/* ---- intervals ---- */

static int ended(const void *context, uint32_t which, double x, double direction)
{
    (void)context;
    return gs_parameter_ends(&gs_caps_parameters[which], x, direction);
}

/* Where every search of a profile begins: the fit's own parameters. */
typedef struct renewal {
    gs_caps_search search; // first, so that it is what the problem's context points to
    const gs_caps_fit *fit;
} renewal;

static void renew(void *context)
{
    renewal *r = context;
    memcpy(r->search.accepted, r->fit->own, r->fit->count * sizeof *r->fit->own);
}

// moves the fit to a better point that a profile has met
static gpusim_status move(gs_caps_fit *fit, gs_caps_search *search, double *whole,
                          gpusim_error *err)
{
    gpusim_status status;
    gs_least *least = NULL;
    double sum;
    uint32_t iterations;
    GPUSIM_TRY(gs_least_create(search->problem.points, GS_CAPS_WHOLE, &least, err));
    memcpy(search->accepted, search->own, search->count * sizeof *search->own);
    GPUSIM_TRY(descend(search, least, whole, 0, &sum, &iterations, err));
    GPUSIM_TRY(keep(fit, search, least, whole, err));
cleanup:
    gs_least_destroy(least);
    return status;
}

gpusim_status gs_caps_interval(gs_caps_fit *fit, uint32_t which, double level, double ends[2],
                               uint8_t open[2], int *better, gpusim_error *err)
{
    gpusim_status status;
    renewal r = {.fit = fit};
    double freedom = fit->points - fit->parameters;
    double t = gsl_cdf_tdist_Pinv(0.5 + level / 2, freedom);
    double error = sqrt(fit->covariance[which][which]);
    GPUSIM_TRY(gs_caps_search_begin(fit->table, fit->chosen, fit->count, &r.search, err));
    gs_least_walk walk = {
        .problem = &r.search.problem,
        .limits = &limits,
        .best = fit->whole,
        .best_sum = fit->sum,
        .threshold = fit->sum + t * t * variance_of(fit),
        .which = which,
        .ended = ended,
        .renew = renew,
    };
    *better = 0;
    for (int side = 0; side < 2; side++) {
        gs_least_end end;
        double step = isfinite(error) ? fmin(fmax(t * error, 0.02), 1) : 0.3;
        walk.step = side ? step : -step;
        r.search.problem.context = &r;
        GPUSIM_TRY(gs_least_profile(&walk, &end, err));
        if (end.lower) {
            *better = 1;
            GPUSIM_TRY(move(fit, &r.search, end.at, err));
            break;
        }
        ends[side] = gs_parameter_value(&gs_caps_parameters[which], end.x);
        open[side] = end.open;
    }
cleanup:
    gs_caps_search_end(&r.search);
    return status;
}

/* ---- errors of configurations ---- */

// *inverse = (J'J)^-1 of the own derivatives, cross = J'K with those of the GPU
static gpusim_status normal_equations(const gs_caps_search *search, gsl_matrix *inverse,
                                      double cross[GS_CAPS_OWN][GS_CAPS_WHOLE], gpusim_error *err)
{
    for (uint32_t j = 0; j < GS_CAPS_OWN; j++) {
        for (uint32_t k = 0; k < GS_CAPS_OWN; k++) {
            double sum = 0;
            for (uint32_t r = 0; r < search->rows; r++) {
                sum += search->by_own[r * GS_CAPS_OWN + j] * search->by_own[r * GS_CAPS_OWN + k];
            }
            gsl_matrix_set(inverse, j, k, sum);
        }
        for (uint32_t k = 0; k < GS_CAPS_WHOLE; k++) {
            cross[j][k] = 0;
            for (uint32_t r = 0; r < search->rows; r++) {
                cross[j][k] +=
                    search->by_own[r * GS_CAPS_OWN + j] * search->by_whole[r * GS_CAPS_WHOLE + k];
            }
        }
    }
    int code = gsl_linalg_cholesky_decomp1(inverse);
    code = code == GSL_SUCCESS ? gsl_linalg_cholesky_invert(inverse) : code;
    return code == GSL_SUCCESS
               ? GPUSIM_OK
               : gpusim_fail(err, GPUSIM_WORKLOAD, "least squares failed: %s", gsl_strerror(code));
}

gpusim_status gs_caps_own_errors(const gs_caps_fit *fit, uint32_t i, double errors[GS_CAPS_OWN],
                                 gpusim_error *err)
{
    gpusim_status status;
    gs_caps_search search = {0};
    double cross[GS_CAPS_OWN][GS_CAPS_WHOLE];
    gsl_matrix *inverse = gsl_matrix_alloc(GS_CAPS_OWN, GS_CAPS_OWN);
    if (!inverse) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for standard errors");
    }
    GPUSIM_TRY(gs_caps_search_begin(fit->table, fit->chosen, fit->count, &search, err));
    gs_caps_derivatives(&search, i, fit->whole, fit->own[i]);
    GPUSIM_TRY(normal_equations(&search, inverse, cross, err));
    for (uint32_t j = 0; j < GS_CAPS_OWN; j++) {
        // what the own residuals leave open, and what the GPU's parameters pass on
        double variance = gsl_matrix_get(inverse, j, j) * variance_of(fit);
        double by[GS_CAPS_WHOLE] = {0};
        for (uint32_t k = 0; k < GS_CAPS_WHOLE; k++) {
            for (uint32_t m = 0; m < GS_CAPS_OWN; m++) {
                by[k] -= gsl_matrix_get(inverse, j, m) * cross[m][k];
            }
        }
        for (uint32_t k = 0; k < GS_CAPS_WHOLE; k++) {
            for (uint32_t l = 0; l < GS_CAPS_WHOLE; l++) {
                // of what the residuals do not depend on, nothing is passed on
                double shared = fit->covariance[k][l];
                variance += isnan(shared) ? 0 : by[k] * by[l] * shared;
            }
        }
        errors[j] = sqrt(variance) * fabs(gs_parameter_slope(&gs_caps_own[j], fit->own[i][j]));
        errors[j] *= j == GS_CAPS_DYNAMIC ? fit->table->cap[fit->table->caps - 1] : 1;
    }
cleanup:
    gsl_matrix_free(inverse);
    gs_caps_search_end(&search);
    return status;
}
