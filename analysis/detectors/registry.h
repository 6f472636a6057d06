/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detectors that are built in: one line each. */
#ifndef GS_DETECTORS_REGISTRY_H
#define GS_DETECTORS_REGISTRY_H

#include <gpusim/detector.h>

/* X(identifier), in order of name */
#define GS_DETECTOR_LIST(X)                                                                        \
    X(ar)                                                                                          \
    X(bocd)                                                                                        \
    X(cusum)                                                                                       \
    X(ecod)                                                                                        \
    X(ensemble)                                                                                    \
    X(ewma)                                                                                        \
    X(first_difference)                                                                            \
    X(gnn)                                                                                         \
    X(isolation_forest)                                                                            \
    X(job_peer)                                                                                    \
    X(kmeans)                                                                                      \
    X(knn)                                                                                         \
    X(liveness)                                                                                    \
    X(lof)                                                                                         \
    X(mahalanobis)                                                                                 \
    X(pca)                                                                                         \
    X(rack_peer)                                                                                   \
    X(random)                                                                                      \
    X(random_cut_forest)                                                                           \
    X(rolling_mad)                                                                                 \
    X(sub_pca)                                                                                     \
    X(threshold)                                                                                   \
    X(trend)                                                                                       \
    X(var)                                                                                         \
    X(xgboost)                                                                                     \
    X(zscore)

#define GS_DETECTOR_EXTERN(identifier) extern const gpusim_module gs_detector_##identifier;
GS_DETECTOR_LIST(GS_DETECTOR_EXTERN)
#undef GS_DETECTOR_EXTERN

/* X(identifier, name): those with parameters, each of which exports its table as
 * gs_detector_record_<identifier>, and those without. */
#define GS_DETECTOR_PARAMETERS_LIST(X)                                                             \
    X(ar, "ar")                                                                                    \
    X(bocd, "bocd")                                                                                \
    X(cusum, "cusum")                                                                              \
    X(ensemble, "ensemble")                                                                        \
    X(ewma, "ewma")                                                                                \
    X(gnn, "gnn")                                                                                  \
    X(isolation_forest, "isolation-forest")                                                        \
    X(job_peer, "job-peer")                                                                        \
    X(kmeans, "kmeans")                                                                            \
    X(knn, "knn")                                                                                  \
    X(lof, "lof")                                                                                  \
    X(mahalanobis, "mahalanobis")                                                                  \
    X(pca, "pca")                                                                                  \
    X(rack_peer, "rack-peer")                                                                      \
    X(random_cut_forest, "random-cut-forest")                                                      \
    X(rolling_mad, "rolling-mad")                                                                  \
    X(sub_pca, "sub-pca")                                                                          \
    X(threshold, "threshold")                                                                      \
    X(trend, "trend")                                                                              \
    X(var, "var")                                                                                  \
    X(xgboost, "xgboost")                                                                          \
    X(zscore, "zscore")

#define GS_DETECTOR_PLAIN_LIST(X)                                                                  \
    X(ecod, "ecod")                                                                                \
    X(first_difference, "first-difference")                                                        \
    X(liveness, "liveness")                                                                        \
    X(random, "random")

#define GS_DETECTOR_RECORD(identifier, name)                                                       \
    extern const gpusim_record gs_detector_record_##identifier;
GS_DETECTOR_PARAMETERS_LIST(GS_DETECTOR_RECORD)
#undef GS_DETECTOR_RECORD

/* The modules as a table, ended by NULL. */
extern const gpusim_module *const gs_detectors[];

#endif
