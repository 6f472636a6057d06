/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choices of one option a job by integer programming with GLPK, which keeps its environment by
 * thread; it ends the process when it finds no memory. */
#include "schedulers/choice_ip.h"

#include <glpk.h>
#include <math.h>

/* Rows: what there is of each type, then the jobs of each row. Columns: jobs that have an option,
 * row by row. */
typedef struct program {
    const gs_choice *choice;
    glp_prob *lp;
    double *left, *taken; /* of GLPK's memory: GPUs of each type, jobs of each column */
    uint32_t branches;
} program;

static int row_of(const program *p, uint32_t row)
{
    return (int)(p->choice->types + row) + 1;
}

static void make(const program *p)
{
    const gs_choice *choice = p->choice;
    gs_option options[GS_CHOICE_OPTIONS];
    glp_set_obj_dir(p->lp, GLP_MAX);
    glp_add_rows(p->lp, (int)(choice->types + choice->rows));
    for (uint32_t t = 0; t < choice->types; t++) {
        glp_set_row_bnds(p->lp, (int)t + 1, GLP_UP, 0, choice->capacity[t]);
    }
    for (uint32_t r = 0; r < choice->rows; r++) {
        uint32_t jobs = 0, count = choice->options(choice->self, r, options, &jobs);
        glp_set_row_bnds(p->lp, row_of(p, r), GLP_UP, 0, jobs);
        int first = count ? glp_add_cols(p->lp, (int)count) : 0;
        for (uint32_t i = 0; i < count; i++) {
            int rows[] = {0, (int)options[i].type + 1, row_of(p, r)}, column = first + (int)i;
            double values[] = {0, options[i].gpus, 1};
            glp_set_mat_col(p->lp, column, 2, rows, values);
            glp_set_col_kind(p->lp, column, GLP_IV);
            glp_set_col_bnds(p->lp, column, GLP_DB, 0, jobs);
            glp_set_obj_coef(p->lp, column, options[i].value);
            if (options[i].held) { // the simplex begins where things are
                glp_set_col_stat(p->lp, column, GLP_BS);
                glp_set_row_stat(p->lp, row_of(p, r), GLP_NU);
            }
        }
    }
}

// ---- rounding ----

// as many more whole jobs in this column as there is room for
static double fill(const program *p, const gs_option *option, double jobs)
{
    double fit = floor(p->left[option->type] / option->gpus), more = jobs < fit ? jobs : fit;
    p->left[option->type] -= more * option->gpus;
    return more;
}

/* Whole jobs of the linear program stay; the parts of jobs that are left, of which it has one for
 * each type at most, go where they are worth most and there is room. */
static void round_parts(program *p, glp_tree *tree)
{
    const gs_choice *choice = p->choice;
    gs_option options[GS_CHOICE_OPTIONS];
    glp_prob *lp = glp_ios_get_prob(tree);
    int column = 1;
    for (uint32_t t = 0; t < choice->types; t++) {
        p->left[t] = choice->capacity[t];
    }
    for (uint32_t r = 0; r < choice->rows; r++) {
        uint32_t jobs = 0, count = choice->options(choice->self, r, options, &jobs);
        for (uint32_t i = 0; i < count; i++, column++) {
            p->taken[column] = floor(glp_get_col_prim(lp, column) + 1e-6);
            p->left[options[i].type] -= p->taken[column] * options[i].gpus;
        }
    }
    column = 1;
    for (uint32_t r = 0; r < choice->rows; r++) {
        uint32_t jobs = 0, count = choice->options(choice->self, r, options, &jobs);
        double more = jobs;
        for (uint32_t i = 0; i < count; i++) {
            more -= p->taken[column + (int)i];
        }
        while (more > 0) {
            int best = -1;
            for (int i = 0; i < (int)count; i++) {
                if (options[i].gpus <= p->left[options[i].type] &&
                    (best < 0 || options[i].value > options[best].value)) {
                    best = i;
                }
            }
            if (best < 0) {
                break;
            }
            double filled = fill(p, &options[best], more);
            p->taken[column + best] += filled;
            more -= filled;
        }
        column += (int)count;
    }
    glp_ios_heur_sol(tree, p->taken);
}

static void watch(glp_tree *tree, void *self)
{
    program *p = self;
    switch (glp_ios_reason(tree)) {
    case GLP_ISELECT:
        if (p->branches++ == GS_CHOICE_BRANCHES) {
            glp_ios_terminate(tree);
        }
        break;
    case GLP_IHEUR:
        round_parts(p, tree);
        break;
    default:
        break;
    }
}

// ---- the solution ----

static int simplex(const program *p, int presolve)
{
    glp_smcp how;
    glp_init_smcp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.presolve = presolve;
    return glp_simplex(p->lp, &how) == 0 && glp_get_status(p->lp) == GLP_OPT;
}

// from where things are; where numbers fail that, anew from the presolver
static int relax(const program *p)
{
    return simplex(p, GLP_OFF) || simplex(p, GLP_ON);
}

static int branch(program *p)
{
    glp_iocp how;
    glp_init_iocp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.cb_func = watch;
    how.cb_info = p;
    how.mip_gap = p->choice->gap;
    glp_intopt(p->lp, &how); // that it stopped early is no failure
    int status = glp_mip_status(p->lp);
    return status == GLP_OPT || status == GLP_FEAS;
}

static void tell(const program *p)
{
    const gs_choice *choice = p->choice;
    gs_option options[GS_CHOICE_OPTIONS];
    int column = 1;
    for (uint32_t r = 0; r < choice->rows; r++) {
        uint32_t jobs = 0, count = choice->options(choice->self, r, options, &jobs);
        for (uint32_t i = 0; i < count; i++, column++) {
            uint32_t chosen = (uint32_t)(glp_mip_col_val(p->lp, column) + 0.5);
            if (chosen > 0) {
                choice->chosen(choice->self, r, &options[i], chosen);
            }
        }
    }
}

gpusim_status gs_choice_solve(const gs_choice *choice, gs_choice_result *result, gpusim_error *err)
{
    // GLPK keeps an environment for each thread; one that was not there before goes again
    int begun = glp_init_env();
    if (begun > 1) {
        return gpusim_fail(err, GPUSIM_MEMORY, "GLPK could not begin (%d)", begun);
    }
    int talks = glp_term_out(GLP_OFF);
    program p = {.choice = choice, .lp = glp_create_prob()};
    *result = (gs_choice_result){.value = 0};
    make(&p);
    int columns = glp_get_num_cols(p.lp), solved = columns == 0;
    p.left = glp_alloc((int)choice->types + 1, sizeof *p.left);
    p.taken = glp_alloc(columns + 1, sizeof *p.taken);
    if (columns > 0 && relax(&p)) {
        result->bound = glp_get_obj_val(p.lp);
        solved = branch(&p);
        if (solved) {
            result->value = glp_mip_obj_val(p.lp);
            result->branches = p.branches;
            tell(&p);
        }
    }
    glp_free(p.taken);
    glp_free(p.left);
    glp_delete_prob(p.lp);
    glp_term_out(talks);
    if (begun == 0) {
        glp_free_env();
    }
    return solved ? GPUSIM_OK
                  : gpusim_fail(err, GPUSIM_MODULE, "no choice was found for %u rows of jobs",
                                choice->rows);
}
