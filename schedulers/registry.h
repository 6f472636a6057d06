/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The modules that are built in: one line each. */
#ifndef GS_SCHEDULERS_REGISTRY_H
#define GS_SCHEDULERS_REGISTRY_H

#include <gpusim/module.h>

/* X(identifier, name, what the choice means in a word or two) */
#define GS_ORDER_LIST(X)                                                                           \
    X(las_2d, "2d-las", "least attained GPU time, in queues, with promotion")                      \
    X(edf, "edf", "earliest deadline first")                                                       \
    X(fifo, "fifo", "first come, first served")                                                    \
    X(gittins, "gittins", "largest Gittins index first")                                           \
    X(hrrn, "hrrn", "highest response ratio first")                                                \
    X(las, "las", "least attained service, in queues")                                             \
    X(max_min, "max-min", "whoever holds the fewest GPUs for their weight first")                  \
    X(multifactor, "multifactor", "largest weighted sum of age, size, fair share and more first")  \
    X(priority, "priority", "largest priority first")                                              \
    X(qssf, "qssf", "shortest predicted GPU time first")                                           \
    X(sjf, "sjf", "shortest estimate first")                                                       \
    X(smallest, "smallest", "fewest GPUs first")                                                   \
    X(srsf, "srsf", "least remaining time x GPUs first")                                           \
    X(srtf, "srtf", "least remaining time first")                                                  \
    X(themis, "themis", "worst finish-time fairness first")

#define GS_PLACEMENT_LIST(X)                                                                       \
    X(best_fit, "best-fit", "the node with the fewest free GPUs that fits")                        \
    X(best_fit_weighted, "best-fit-weighted", "the node with least cores and GPUs left over")      \
    X(consolidate, "consolidate", "best-fit; the rest of a large job on the emptiest node")        \
    X(dot_product, "dot-product", "the node with little left of what the job wants most")          \
    X(fgd, "fgd", "where it makes GPUs least useless to the other jobs")                           \
    X(first_fit, "first-fit", "the first node that fits")                                          \
    X(gpu_clustering, "gpu-clustering", "nodes with jobs of as many GPUs")                         \
    X(gpu_packing, "gpu-packing", "GPUs in use, then nodes in use, then idle ones")                \
    X(power, "power", "the rack that is furthest below its power cap")                             \
    X(random, "random", "any node that fits")                                                      \
    X(random_gpu, "random-gpu", "any node and any GPU that fits")                                  \
    X(reliable, "reliable", "the node that has failed least of late")                              \
    X(round_robin, "round-robin", "the next node that fits after the last one used")               \
    X(spread, "spread", "the node with the most free GPUs")                                        \
    X(thermal, "thermal", "the coolest node")                                                      \
    X(topology, "topology", "the fewest racks, then the fewest nodes")

/* Those that decide everything: each exports its table as gs_parameters_<identifier>, too. */
#define GS_SCHEDULER_LIST(X)                                                                       \
    X(astera_fifo, "astera-fifo", "first come, first idle node")                                   \
    X(astera_score, "astera-score", "the coolest and least utilised idle node")                    \
    X(cloudai_aggressive, "cloudai-aggressive", "large jobs first, then the gaps, then anywhere")  \
    X(cloudai_balanced, "cloudai-balanced", "where loads differ least afterwards")                 \
    X(cloudai_multi, "cloudai-multi", "job and node by utilisation, makespan, balance and wait")   \
    X(cloudai_predictive, "cloudai-predictive", "the longest first, where it ends first")          \
    X(gavel_makespan, "gavel-makespan", "shares of GPU models by which all end soonest")           \
    X(gavel_max_min, "gavel-max-min", "max-min fair shares of GPU models, by how fast jobs are")   \
    X(greedy, "greedy", "whoever fits, on the first node that fits")                               \
    X(pollux, "pollux", "elastic jobs where another GPU speeds up most")                           \
    X(roundrobin, "roundrobin", "whoever fits, on the next node that fits")                        \
    X(route_rule, "route-rule", "edge, cloud or gpu nodes by priority, wishes and loads")          \
    X(rts, "rts", "the node of the least risk of missing the deadline")                            \
    X(sage_least, "sage-least", "the least loaded node that answers and is not hot")               \
    X(sage_score, "sage-score", "by room, trust and load, of nodes that answer and are not hot")   \
    X(sia, "sia", "numbers and models of GPUs by goodput")

/* Those with parameters: each exports its table as gs_parameters_<identifier>. */
#define GS_PARAMETERS_LIST(X)                                                                      \
    X(las, "las")                                                                                  \
    X(best_fit, "best-fit")                                                                        \
    X(consolidate, "consolidate")                                                                  \
    X(first_fit, "first-fit")                                                                      \
    X(random, "random")                                                                            \
    X(round_robin, "round-robin")                                                                  \
    X(spread, "spread")                                                                            \
    X(thermal, "thermal")                                                                          \
    X(topology, "topology")                                                                        \
    X(power, "power")                                                                              \
    X(reliable, "reliable")                                                                        \
    X(las_2d, "2d-las")                                                                            \
    X(gittins, "gittins")                                                                          \
    X(max_min, "max-min")                                                                          \
    X(multifactor, "multifactor")                                                                  \
    X(qssf, "qssf")                                                                                \
    X(themis, "themis")                                                                            \
    X(best_fit_weighted, "best-fit-weighted")                                                      \
    X(dot_product, "dot-product")                                                                  \
    X(fgd, "fgd")                                                                                  \
    X(gpu_clustering, "gpu-clustering")                                                            \
    X(gpu_packing, "gpu-packing")                                                                  \
    X(random_gpu, "random-gpu")

#define GS_MODULE_NUMBER(identifier, name, doc) GS_MODULE_##identifier,
typedef enum gs_order_number { GS_ORDER_LIST(GS_MODULE_NUMBER) GS_ORDER_COUNT } gs_order_number;
typedef enum gs_placement_number {
    GS_PLACEMENT_LIST(GS_MODULE_NUMBER) GS_PLACEMENT_COUNT
} gs_placement_number;
typedef enum gs_scheduler_number {
    GS_SCHEDULER_LIST(GS_MODULE_NUMBER) GS_SCHEDULER_COUNT
} gs_scheduler_number;
#undef GS_MODULE_NUMBER

#define GS_MODULE_EXTERN(identifier, name, doc) extern const gpusim_module gs_module_##identifier;
GS_ORDER_LIST(GS_MODULE_EXTERN)
GS_PLACEMENT_LIST(GS_MODULE_EXTERN)
GS_SCHEDULER_LIST(GS_MODULE_EXTERN)
#undef GS_MODULE_EXTERN

#define GS_PARAMETERS_EXTERN(identifier, name)                                                     \
    extern const gpusim_record gs_parameters_##identifier;
GS_PARAMETERS_LIST(GS_PARAMETERS_EXTERN)
#define GS_SCHEDULER_EXTERN(identifier, name, doc)                                                 \
    extern const gpusim_record gs_parameters_##identifier;
GS_SCHEDULER_LIST(GS_SCHEDULER_EXTERN)
#undef GS_SCHEDULER_EXTERN
#undef GS_PARAMETERS_EXTERN

/* The same as tables, in order of name, each ended by NULL. */
extern const gpusim_module *const gs_orders[];
extern const gpusim_module *const gs_placements[];
extern const gpusim_module *const gs_schedulers[];

#endif
