/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variable projection: within a configuration the residuals' part that its own parameters explain
 * is taken out, so that the search for the GPU's parameters sees what is left. */
#include "calibrate/caps_search.h"

#include <math.h>
#include <string.h>

// Parameters that a configuration does not show (it never meets a cap, say) would wander off; they
// are pulled to these coordinates, so weakly that a thousandth of the uncapped value in any one
// measurement counts as much as a whole coordinate.
#define PULL 0.001
static const double centres[GS_CAPS_OWN] = {1.5, -0.8, -1.5};

typedef struct inner_context {
    gs_caps_search *search;
    const double *whole;
    uint32_t i;
} inner_context;

void gs_caps_residuals(const gs_caps_search *search, uint32_t i, const double *whole,
                       const double *own, double *residual)
{
    const gs_cap_table *table = search->table;
    uint32_t caps = table->caps, c = search->chosen[i];
    double throughput[GS_CAPS_MAX], power[GS_CAPS_MAX];
    gs_caps_curve(whole, own, table, c, throughput, power, NULL, NULL);
    for (uint32_t k = 0; k + 1 < caps; k++) {
        residual[k] = throughput[k] - table->throughput[c * caps + k];
    }
    for (uint32_t k = 0; k < caps; k++) {
        residual[caps - 1 + k] = power[k] - table->power[c * caps + k];
    }
    for (uint32_t j = 0; j < GS_CAPS_OWN; j++) {
        residual[2 * caps - 1 + j] = PULL * (own[j] - centres[j]);
    }
}

static void inner_residuals(void *context, const double *x, double *residual)
{
    const inner_context *inner = context;
    gs_caps_residuals(inner->search, inner->i, inner->whole, x, residual);
}

static void inner_jacobian(void *context, const double *x, double *jacobian)
{
    const inner_context *inner = context;
    gs_caps_search *search = inner->search;
    gs_caps_derivatives(search, inner->i, inner->whole, x);
    memcpy(jacobian, search->by_own, (size_t)search->rows * GS_CAPS_OWN * sizeof *jacobian);
}

// the own parameters of configuration i at `whole`, from x on
static gpusim_status solve_own(gs_caps_search *search, uint32_t i, const double *whole, double *x,
                               double *sum, gpusim_error *err)
{
    static const gs_least_limits limits = {.iterations = 40, .step = 1e-6};
    inner_context context = {search, whole, i};
    gs_least_problem problem = {
        .points = search->rows,
        .parameters = GS_CAPS_OWN,
        .residuals = inner_residuals,
        .jacobian = inner_jacobian,
        .context = &context,
    };
    return gs_least_solve(search->inner, &problem, &limits, x, sum, NULL, err);
}

gpusim_status gs_caps_resolve(gs_caps_search *search, uint32_t i, const double *whole, int fresh,
                              double *gain, gpusim_error *err)
{
    // little or much memory-bound, little or much host-bound
    static const double beginnings[][2] = {{-2, -2.5}, {0.5, -2.5}, {-1, -0.5}, {0, 1}};
    gpusim_status status = GPUSIM_OK;
    double best = (double)INFINITY, before = best, sum;
    const gs_cap_table *table = search->table;
    double top = table->top_power[search->chosen[i]] / table->cap[table->caps - 1];
    if (!fresh) {
        memcpy(search->own[i], search->accepted[i], sizeof search->own[i]);
        GPUSIM_TRY(solve_own(search, i, whole, search->own[i], &before, err));
        best = before;
    }
    for (size_t k = 0; k < sizeof beginnings / sizeof beginnings[0]; k++) {
        double x[GS_CAPS_OWN] = {gs_parameter_at(&gs_caps_own[GS_CAPS_DYNAMIC], top),
                                 beginnings[k][0], beginnings[k][1]};
        GPUSIM_TRY(solve_own(search, i, whole, x, &sum, err));
        if (sum < best) {
            best = sum;
            memcpy(search->own[i], x, sizeof x);
        }
    }
    memcpy(search->accepted[i], search->own[i], sizeof search->own[i]);
    *gain = fresh ? 0 : before - best;
cleanup:
    return status;
}

/* ---- as a problem in the GPU's parameters ---- */

static void outer_residuals(void *context, const double *x, double *residual)
{
    gs_caps_search *search = context;
    for (uint32_t i = 0; i < search->count; i++) {
        double sum;
        memcpy(search->own[i], search->accepted[i], sizeof search->own[i]);
        gpusim_status status = solve_own(search, i, x, search->own[i], &sum, &search->error);
        if (status != GPUSIM_OK && search->status == GPUSIM_OK) {
            search->status = status;
        }
        gs_caps_residuals(search, i, x, search->own[i], residual + (size_t)i * search->rows);
    }
}

void gs_caps_derivatives(gs_caps_search *search, uint32_t i, const double *whole, const double *own)
{
    uint32_t caps = search->table->caps;
    double throughput[GS_CAPS_MAX], power[GS_CAPS_MAX];
    gs_caps_curve(whole, own, search->table, search->chosen[i], throughput, power, search->by_all,
                  search->by_all + caps);
    // the highest cap's throughput is 1 and no residual
    for (uint32_t r = 0; r < 2 * caps - 1; r++) {
        const double *row = search->by_all[r < caps - 1 ? r : r + 1];
        memcpy(search->by_whole + r * GS_CAPS_WHOLE, row, GS_CAPS_WHOLE * sizeof *row);
        memcpy(search->by_own + r * GS_CAPS_OWN, row + GS_CAPS_WHOLE, GS_CAPS_OWN * sizeof *row);
    }
    double *pulls = search->by_own + (2 * caps - 1) * GS_CAPS_OWN;
    memset(pulls, 0, GS_CAPS_OWN * GS_CAPS_OWN * sizeof *pulls);
    memset(search->by_whole + (2 * caps - 1) * GS_CAPS_WHOLE, 0,
           GS_CAPS_OWN * GS_CAPS_WHOLE * sizeof *pulls);
    for (uint32_t j = 0; j < GS_CAPS_OWN; j++) {
        pulls[j * GS_CAPS_OWN + j] = PULL;
    }
}

// dot product of two columns of matrices with rows of `a_width` and `b_width`
static double dot(const double *a, uint32_t a_width, const double *b, uint32_t b_width,
                  uint32_t rows)
{
    double sum = 0;
    for (uint32_t r = 0; r < rows; r++) {
        sum += a[r * a_width] * b[r * b_width];
    }
    return sum;
}

static void subtract(double *a, uint32_t a_width, const double *b, uint32_t b_width, uint32_t rows,
                     double factor)
{
    for (uint32_t r = 0; r < rows; r++) {
        a[r * a_width] -= factor * b[r * b_width];
    }
}

// takes out of by_whole what by_own spans (modified Gram and Schmidt; the pulls keep by_own's
// columns independent)
static void project(gs_caps_search *search)
{
    double *own = search->by_own, *whole = search->by_whole;
    uint32_t rows = search->rows;
    for (uint32_t j = 0; j < GS_CAPS_OWN; j++) {
        double length = sqrt(dot(own + j, GS_CAPS_OWN, own + j, GS_CAPS_OWN, rows));
        for (uint32_t r = 0; r < rows; r++) {
            own[r * GS_CAPS_OWN + j] /= length;
        }
        for (uint32_t k = j + 1; k < GS_CAPS_OWN; k++) {
            double along = dot(own + j, GS_CAPS_OWN, own + k, GS_CAPS_OWN, rows);
            subtract(own + k, GS_CAPS_OWN, own + j, GS_CAPS_OWN, rows, along);
        }
        for (uint32_t k = 0; k < GS_CAPS_WHOLE; k++) {
            double along = dot(own + j, GS_CAPS_OWN, whole + k, GS_CAPS_WHOLE, rows);
            subtract(whole + k, GS_CAPS_WHOLE, own + j, GS_CAPS_OWN, rows, along);
        }
    }
}

static void outer_jacobian(void *context, const double *x, double *jacobian)
{
    gs_caps_search *search = context;
    size_t block = (size_t)search->rows * GS_CAPS_WHOLE;
    memcpy(search->accepted, search->own, search->count * sizeof *search->own);
    for (uint32_t i = 0; i < search->count; i++) {
        gs_caps_derivatives(search, i, x, search->own[i]);
        project(search);
        memcpy(jacobian + i * block, search->by_whole, block * sizeof *jacobian);
    }
}

gpusim_status gs_caps_search_begin(const gs_cap_table *table, const uint32_t *chosen,
                                   uint32_t count, gs_caps_search *search, gpusim_error *err)
{
    gpusim_status status;
    memset(search, 0, sizeof *search);
    search->table = table;
    search->chosen = chosen;
    search->count = count;
    search->rows = 2 * table->caps - 1 + GS_CAPS_OWN;
    GPUSIM_TRY(gs_allocate(&search->own, count, sizeof *search->own, err));
    GPUSIM_TRY(gs_allocate(&search->accepted, count, sizeof *search->accepted, err));
    GPUSIM_TRY(
        gs_allocate(&search->by_own, (size_t)search->rows * GS_CAPS_OWN, sizeof(double), err));
    GPUSIM_TRY(
        gs_allocate(&search->by_whole, (size_t)search->rows * GS_CAPS_WHOLE, sizeof(double), err));
    GPUSIM_TRY(gs_allocate(&search->by_all, (size_t)2 * table->caps, sizeof *search->by_all, err));
    GPUSIM_TRY(gs_least_create(search->rows, GS_CAPS_OWN, &search->inner, err));
    search->problem = (gs_least_problem){
        .points = search->rows * count,
        .parameters = GS_CAPS_WHOLE,
        .residuals = outer_residuals,
        .jacobian = outer_jacobian,
        .context = search,
    };
cleanup:
    if (status != GPUSIM_OK) {
        gs_caps_search_end(search);
    }
    return status;
}

void gs_caps_search_end(gs_caps_search *search)
{
    gs_release(&search->own);
    gs_release(&search->accepted);
    gs_release(&search->by_own);
    gs_release(&search->by_whole);
    gs_release(&search->by_all);
    gs_least_destroy(search->inner);
    search->inner = NULL;
}
