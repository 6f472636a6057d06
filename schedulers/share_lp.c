/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Max-min shares of GPUs of several models by linear programming with GLPK, which
 * keeps its environment by thread; it ends the process when it finds no memory. */
#include "schedulers/share_lp.h"

#include <glpk.h>

/* Rows: the time of each sort, what there is of each type, the rate of each sort. Columns: shares
 * by sort and type, then t. */
typedef struct program {
    glp_prob *lp;
    gs_share_sort *sorts;
    const double *capacity;
    uint32_t count, types;
    double unit; /* the largest target, in best rates: t is in its inverse */
} program;

static double best_rate(const gs_share_sort *sort, uint32_t types)
{
    double best = 0;
    for (uint32_t j = 0; j < types; j++) {
        best = sort->rate[j] > best ? sort->rate[j] : best;
    }
    return best;
}

static int column(const program *p, uint32_t sort, uint32_t type)
{
    return (int)(sort * p->types + type) + 1;
}

static void make_rows(const program *p)
{
    int count = (int)p->count, types = (int)p->types;
    glp_add_rows(p->lp, 2 * count + types);
    for (int c = 1; c <= count; c++) {
        glp_set_row_bnds(p->lp, c, GLP_UP, 0, 1);
        glp_set_row_bnds(p->lp, count + types + c, GLP_LO, 0, 0);
    }
    for (int j = 1; j <= types; j++) {
        glp_set_row_bnds(p->lp, count + j, GLP_UP, 0, p->capacity[j - 1]);
    }
}

static void make_columns(const program *p)
{
    int last = (int)(p->count * p->types) + 1;
    glp_add_cols(p->lp, last);
    for (uint32_t c = 0; c < p->count; c++) {
        const gs_share_sort *sort = &p->sorts[c];
        double best = best_rate(sort, p->types);
        for (uint32_t j = 0; j < p->types; j++) {
            int rows[] = {0, (int)c + 1, (int)(p->count + j) + 1,
                          (int)(p->count + p->types + c) + 1};
            double values[] = {0, 1, sort->jobs * sort->gpus, sort->rate[j] / best};
            int at = column(p, c, j);
            glp_set_mat_col(p->lp, at, 3, rows, values);
            glp_set_col_bnds(p->lp, at, sort->rate[j] > 0 ? GLP_DB : GLP_FX, 0,
                             sort->rate[j] > 0 ? 1 : 0);
        }
    }
    glp_set_col_bnds(p->lp, last, GLP_LO, 0, 0);
    glp_set_obj_coef(p->lp, last, 1);
}

// t stands in the rate of every sort
static void hold_targets(const program *p)
{
    int last = (int)(p->count * p->types) + 1;
    for (uint32_t c = 0; c < p->count; c++) {
        const gs_share_sort *sort = &p->sorts[c];
        int row = (int)(p->count + p->types + c) + 1, columns[GS_SHARE_TYPES + 2];
        double values[GS_SHARE_TYPES + 2];
        int length = glp_get_mat_row(p->lp, row, columns, values);
        columns[++length] = last;
        values[length] = -sort->target / best_rate(sort, p->types) / p->unit;
        glp_set_mat_row(p->lp, row, length, columns, values);
    }
}

// of all shares that do as well for the worst off, those that use GPUs best
static void use_the_rest(const program *p, double least)
{
    int last = (int)(p->count * p->types) + 1;
    for (uint32_t c = 0; c < p->count; c++) {
        const gs_share_sort *sort = &p->sorts[c];
        double best = best_rate(sort, p->types);
        for (uint32_t j = 0; j < p->types; j++) {
            glp_set_obj_coef(p->lp, column(p, c, j),
                             sort->jobs * sort->gpus * sort->rate[j] / best);
        }
    }
    glp_set_obj_coef(p->lp, last, 0);
    glp_set_col_bnds(p->lp, last, GLP_FX, least, least);
}

static int run(const program *p, int presolve)
{
    glp_smcp how;
    glp_init_smcp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.presolve = presolve;
    return glp_simplex(p->lp, &how) == 0 && glp_get_status(p->lp) == GLP_OPT;
}

// from the basis at hand; where numbers fail it, anew from the presolver
static int optimise(const program *p)
{
    return run(p, GLP_OFF) || run(p, GLP_ON);
}

static int solve(const program *p, double *least)
{
    if (!optimise(p)) {
        return 0;
    }
    *least = glp_get_col_prim(p->lp, (int)(p->count * p->types) + 1);
    use_the_rest(p, *least * (1 - 1e-9));
    return optimise(p);
}

int gs_share_solver(void)
{
    return 1;
}

gpusim_status gs_share_solve(gs_share_sort *sorts, uint32_t count, const double *capacity,
                             uint32_t types, double *least, gpusim_error *err)
{
    program p = {.sorts = sorts, .capacity = capacity, .count = count, .types = types};
    for (uint32_t c = 0; c < count; c++) {
        double unit = sorts[c].target / best_rate(&sorts[c], types);
        p.unit = unit > p.unit ? unit : p.unit;
    }
    // GLPK keeps an environment for each thread; one that was not there before goes again
    int begun = glp_init_env();
    if (begun > 1) {
        return gpusim_fail(err, GPUSIM_MEMORY, "GLPK could not begin (%d)", begun);
    }
    int talks = glp_term_out(GLP_OFF);
    p.lp = glp_create_prob();
    glp_set_obj_dir(p.lp, GLP_MAX);
    make_rows(&p);
    make_columns(&p);
    hold_targets(&p);
    int solved = solve(&p, least);
    *least /= p.unit;
    for (uint32_t c = 0; c < count && solved; c++) {
        for (uint32_t j = 0; j < types; j++) {
            double share = glp_get_col_prim(p.lp, column(&p, c, j));
            sorts[c].share[j] = share < 1e-9 ? 0 : share > 1 ? 1 : share;
        }
    }
    glp_delete_prob(p.lp);
    glp_term_out(talks);
    if (begun == 0) {
        glp_free_env();
    }
    return solved ? GPUSIM_OK
                  : gpusim_fail(err, GPUSIM_MODULE, "no shares were found for %u sorts of jobs",
                                count);
}
