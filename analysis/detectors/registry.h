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
    X(zscore)

#define GS_DETECTOR_EXTERN(identifier) extern const gpusim_module gs_detector_##identifier;
GS_DETECTOR_LIST(GS_DETECTOR_EXTERN)
#undef GS_DETECTOR_EXTERN

/* The same as a table, ended by NULL. */
extern const gpusim_module *const gs_detectors[];

#endif
