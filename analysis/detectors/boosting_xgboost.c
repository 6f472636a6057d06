/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boosted trees by XGBoost's C API. The library is loaded when something is to be learnt and not
 * before: it takes as long to load as all else that a short command does. */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <xgboost/c_api.h>

#include <gpusim/detect.h>

#include "boosting.h"

// The name that programs linked with it would ask for.
#define LIBRARY "libxgboost.so.0"

// What is called of it.
typedef struct xgboost {
    void *library;
    void (*version)(int *major, int *minor, int *patch);
    const char *(*last_error)(void);
    int (*matrix)(const float *, bst_ulong, bst_ulong, float, DMatrixHandle *, int);
    int (*matrix_set)(DMatrixHandle, const char *, const float *, bst_ulong);
    int (*matrix_free)(DMatrixHandle);
    int (*create)(const DMatrixHandle *, bst_ulong, BoosterHandle *);
    int (*set)(BoosterHandle, const char *, const char *);
    int (*update)(BoosterHandle, int, DMatrixHandle);
    int (*dump)(BoosterHandle, const char *, int, const char *, bst_ulong *, const char ***);
    int (*destroy)(BoosterHandle);
} xgboost;

static int load(xgboost *x)
{
    const struct {
        const char *name;
        void *function;
    } wanted[] = {
        {"XGBoostVersion", &x->version},
        {"XGBGetLastError", &x->last_error},
        {"XGDMatrixCreateFromMat_omp", &x->matrix},
        {"XGDMatrixSetFloatInfo", &x->matrix_set},
        {"XGDMatrixFree", &x->matrix_free},
        {"XGBoosterCreate", &x->create},
        {"XGBoosterSetParam", &x->set},
        {"XGBoosterUpdateOneIter", &x->update},
        {"XGBoosterDumpModelEx", &x->dump},
        {"XGBoosterFree", &x->destroy},
    };
    // threads that OpenMP keeps may not find it gone
    x->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    int there = x->library != NULL;
    for (size_t i = 0; there && i < sizeof wanted / sizeof wanted[0]; i++) {
        void *function = dlsym(x->library, wanted[i].name);
        memcpy(wanted[i].function, &function, sizeof function);
        there = function != NULL;
    }
    return there;
}

static void unload(xgboost *x)
{
    if (x->library) {
        dlclose(x->library);
    }
}

uint32_t gpusim_xgboost_version(void)
{
    xgboost x = {0};
    int major = 0, minor = 0, patch = 0;
    if (load(&x)) {
        x.version(&major, &minor, &patch);
    }
    unload(&x);
    return (uint32_t)(major * 10000 + minor * 100 + patch);
}

static gpusim_status complain(const xgboost *x, gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_MODULE, "XGBoost failed: %.200s", x->last_error());
}

static int set_up(const xgboost *x, BoosterHandle booster, const gs_boosting_options *options)
{
    char rate[32], depth[16], bins[16];
    // in millionths: digits look the same in every locale
    unsigned long millionths = (unsigned long)lround(options->rate * 1e6);
    snprintf(rate, sizeof rate, "%lu.%06lu", millionths / 1000000, millionths % 1000000);
    snprintf(depth, sizeof depth, "%u", options->depth);
    snprintf(bins, sizeof bins, "%u", options->bins);
    const char *const settings[][2] = {
        {"verbosity", "0"},
        {"nthread", "1"},
        {"seed", "0"},
        {"tree_method", "hist"},
        {"grow_policy", "depthwise"},
        {"objective", options->logistic ? "binary:logistic" : "reg:squarederror"},
        {"base_score", options->logistic ? "0.5" : "0"},
        {"disable_default_eval_metric", "1"},
        {"eta", rate},
        {"max_depth", depth},
        {"max_bin", bins},
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        failed |= x->set(booster, settings[i][0], settings[i][1]);
    }
    return failed;
}

static gpusim_status take_trees(const xgboost *x, BoosterHandle booster, uint32_t columns,
                                const gs_boosting_options *options, gs_tree_node *trees,
                                gpusim_error *err)
{
    bst_ulong count = 0;
    const char **texts = NULL;
    if (x->dump(booster, "", 1, "text", &count, &texts)) {
        return complain(x, err);
    }
    for (uint32_t t = 0; t < options->rounds; t++) {
        gs_tree_node *tree = trees + (size_t)t * gs_tree_room(options->depth);
        if (t >= count || !gs_tree_read(texts[t], options->depth, columns, tree)) {
            return gpusim_fail(err, GPUSIM_MODULE, "XGBoost's tree %u cannot be read", t);
        }
    }
    return GPUSIM_OK;
}

static gpusim_status learn(const xgboost *x, DMatrixHandle matrix, BoosterHandle booster,
                           uint32_t columns, const gs_boosting_options *options,
                           gs_tree_node *trees, gpusim_error *err)
{
    if (set_up(x, booster, options)) {
        return complain(x, err);
    }
    for (uint32_t i = 0; i < options->rounds; i++) {
        if (x->update(booster, (int)i, matrix)) {
            return complain(x, err);
        }
    }
    return take_trees(x, booster, columns, options, trees, err);
}

gpusim_status gs_boosting_learn(const float *rows, uint64_t count, uint32_t columns,
                                const float *targets, const float *weights,
                                const gs_boosting_options *options, gs_tree_node *trees,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    xgboost x = {0};
    DMatrixHandle matrix = NULL;
    BoosterHandle booster = NULL;
    if (!load(&x)) {
        unload(&x);
        return gpusim_fail(err, GPUSIM_MODULE, "%s is not there, or is no XGBoost", LIBRARY);
    }
    if (x.matrix(rows, count, columns, NAN, &matrix, 1) ||
        x.matrix_set(matrix, "label", targets, count) ||
        x.matrix_set(matrix, "weight", weights, count) || x.create(&matrix, 1, &booster)) {
        status = complain(&x, err);
    } else {
        status = learn(&x, matrix, booster, columns, options, trees, err);
    }
    if (booster) {
        x.destroy(booster);
    }
    if (matrix) {
        x.matrix_free(matrix);
    }
    unload(&x);
    return status;
}
