/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mixes of causes as data: how often each was counted, and in how many hours of GPUs and nodes. */
#include "chaos/mixes.h"

// a cause, and in how many hours of what its kind strikes it was counted
#define CAUSE(name_, kind_, count_, hours_)                                                        \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .count = (count_), .hours = (hours_) / (count_)          \
    }

/* ---- Llama 3: 419 unexpected interruptions, 54 days, 16,384 H100 in 2,048 nodes ---- */

#define LLAMA3_GPUS  (54.0 * 24 * 16384)
#define LLAMA3_NODES (54.0 * 24 * 2048)

// The causes of its table, the count of each times `s`. Each interrupts a job, or makes it hang
// until it is. Corruption was counted when somebody noticed: it stands here as a job that fails.
#define LLAMA3_CAUSES(s, gpus, nodes)                                                              \
    CAUSE("faulty-gpu", "xid79", 148 * (s), gpus), CAUSE("hbm3", "ecc-dbe", 72 * (s), gpus),       \
        CAUSE("software-bug", "job-crash", 54 * (s), nodes),                                       \
        CAUSE("switch-cable", "network-partition", 35 * (s), nodes),                               \
        CAUSE("host-maintenance", "node-crash", 32 * (s), nodes),                                  \
        CAUSE("gpu-sram", "ecc-dbe", 19 * (s), gpus), CAUSE("gsp", "gsp-timeout", 17 * (s), gpus), \
        CAUSE("nic", "network-partition", 7 * (s), nodes),                                         \
        CAUSE("nccl-watchdog", "collective-hang", 7 * (s), nodes),                                 \
        CAUSE("silent-data-corruption", "job-crash", 6 * (s), nodes),                              \
        CAUSE("thermal-interface", "xid79", 6 * (s), gpus),                                        \
        CAUSE("ssd", "node-crash", 3 * (s), nodes), CAUSE("psu", "node-crash", 3 * (s), nodes),    \
        CAUSE("chassis", "node-crash", 2 * (s), nodes),                                            \
        CAUSE("io-board", "node-crash", 2 * (s), nodes),                                           \
        CAUSE("dependency", "job-crash", 2 * (s), nodes),                                          \
        CAUSE("cpu", "node-crash", 2 * (s), nodes),                                                \
        CAUSE("system-memory", "node-crash", 2 * (s), nodes)

static const gpusim_fault_cause llama3_causes[] = {
    LLAMA3_CAUSES(1.0, LLAMA3_GPUS, LLAMA3_NODES),
};

/* ---- RSC: a rate of nodes; its split is not published, and is that of Llama 3 ---- */

#define RSC_GPUS  (1000.0 * 24 * 8)
#define RSC_NODES (1000.0 * 24)

static const gpusim_fault_cause rsc1_causes[] = {LLAMA3_CAUSES(6.50 / 419, RSC_GPUS, RSC_NODES)};
static const gpusim_fault_cause rsc2_causes[] = {LLAMA3_CAUSES(2.34 / 419, RSC_GPUS, RSC_NODES)};

/* ---- Acme: its table counts, its hours are all hours of all GPUs ---- */

#define ACME_GPUS  (184.0 * 24 * 4704)
#define ACME_NODES (ACME_GPUS / 8)

static const gpusim_fault_cause acme_causes[] = {
    CAUSE("nvlink", "nvlink-error", 54, ACME_GPUS),
    CAUSE("cuda", "mmu-fault", 21, ACME_GPUS),
    CAUSE("node", "node-crash", 16, ACME_NODES),
    CAUSE("ecc", "ecc-dbe", 12, ACME_GPUS),
    CAUSE("network", "network-partition", 12, ACME_NODES),
    CAUSE("connection", "job-crash", 147, ACME_NODES),
    CAUSE("s3-storage", "job-crash", 10, ACME_NODES),
    CAUSE("nccl-timeout", "collective-hang", 6, ACME_NODES),
    CAUSE("nccl-remote", "collective-hang", 3, ACME_NODES),
};

/* ---- Delta: errors in the log of the driver, coalesced over 5 s ---- */

#define A100_HOURS 9.6e6
#define H100_HOURS 2.1e6

static const gpusim_fault_cause delta_a100_causes[] = {
    CAUSE("mmu", "mmu-fault", 8863, A100_HOURS),
    CAUSE("gsp", "gsp-timeout", 3857, A100_HOURS),
    CAUSE("nvlink", "nvlink-error", 1922, A100_HOURS),
    CAUSE("pmu", "pmu-error", 77, A100_HOURS),
    CAUSE("uncorrectable-ecc", "ecc-dbe", A100_HOURS / 283271, A100_HOURS),
};
static const gpusim_fault_cause delta_h100_causes[] = {
    CAUSE("mmu", "mmu-fault", 1737, H100_HOURS),
    CAUSE("gsp", "gsp-timeout", 3, H100_HOURS),
    CAUSE("uncorrectable-ecc", "ecc-dbe", H100_HOURS / 88768, H100_HOURS),
};

/* ---- stragglers: fitted to what they cost a fleet, not counted ---- */

#define STRAGGLER_HOURS 1e6

// a cause that makes a GPU slow by such a factor at least, for so many hours
#define SLOW(name_, count_, lasts_, least_, tail_)                                                 \
    {                                                                                              \
        .name = (name_), .kind = "straggler", .count = (count_),                                   \
        .hours = STRAGGLER_HOURS / (count_), .lasts = (lasts_), .least = (least_), .tail = (tail_) \
    }

// Rate and shape of the first are fitted to 42.5 % of jobs with a slowdown above 1.1 and 10.4 % of
// GPU-hours wasted, at 256 GPUs a job. The second is 1.7 % of those jobs, at its mean, as
// published.
static const gpusim_fault_cause stragglers_causes[] = {
    SLOW("imbalance", 66.7, 96, 1, 10.2),
    SLOW("worker", 0.294, 96, 3.04, 0),
};

/* ---- all of them ---- */

#define LLAMA3_SOURCE                                                                              \
    "Grattafiori 2024: 419 in 54 days on 16,384 H100 (read second-hand; the paper "                \
    "prints "                                                                                      \
    "30.1 % for 148 of 419)"
#define RSC_SPLIT                                                                                  \
    ". Its split by cause is not given and is that of Llama 3: assumed. The MTTF measured at 8 "   \
    "and "                                                                                         \
    "1,024 GPUs is 3.2 to 3.7 times shorter: `scale:` 3.4 for all causes"
#define RSC1_SOURCE "Kokolis 2024: 6.50 failures in 1,000 node-days" RSC_SPLIT
#define RSC2_SOURCE "Kokolis 2024: 2.34 failures in 1,000 node-days" RSC_SPLIT
#define ACME_SOURCE                                                                                \
    "Hu 2024, table 3, counts of infrastructure failures (second-hand). The hours are those of "   \
    "all "                                                                                         \
    "4,704 GPUs in six months, from memory: a lower bound of the rates, as GPUs also idled"
#define DELTA_A100_SOURCE                                                                          \
    "DELTA: errors of 448 A100 in 895 days, 9.6 million GPU-hours; uncorrectable ECC from a mean " \
    "time of 283,271 h (second-hand). Those that spread were counted too, so none spread here"
#define DELTA_H100_SOURCE                                                                          \
    "DELTA: errors of 608 GH200 in 146 days, 2.1 million GPU-hours; uncorrectable ECC from a "     \
    "mean "                                                                                        \
    "time of 88,768 h (second-hand); no NVLink and no PMU errors were seen"
#define STRAGGLERS_SOURCE                                                                          \
    "Lin 2025 (OSDI), 3,079 jobs of ByteDance (second-hand): 42.5 % slowed by more than 1.1, "     \
    "10.4 % of GPU-hours wasted, to which rate and shape of the imbalance are fitted for jobs of " \
    "256 GPUs; workers explain 1.7 % of the slow jobs, at 3.04 in the mean. Counts are in a "      \
    "million GPU-hours; how long they last is assumed, and that imbalance sits on a GPU, so that " \
    "larger jobs are slower"
#define LLAMA3_HOURS     LLAMA3_GPUS, .node_hours = LLAMA3_NODES
#define RSC1_HOURS       RSC_GPUS, .node_hours = RSC_NODES
#define RSC2_HOURS       RSC_GPUS, .node_hours = RSC_NODES
#define ACME_HOURS       ACME_GPUS, .node_hours = ACME_NODES
#define DELTA_A100_HOURS A100_HOURS, .node_hours = A100_HOURS / 4
#define DELTA_H100_HOURS H100_HOURS, .node_hours = H100_HOURS / 4
#define STRAGGLERS_HOURS STRAGGLER_HOURS, .node_hours = STRAGGLER_HOURS / 8

const gpusim_fault_mix gs_fault_mixes[GS_MIX_COUNT] = {
#define GS_MIX(ID, id, name_, doc_)                                                                \
    [GS_MIX_##ID] = {.name = name_,                                                                \
                     .doc = doc_,                                                                  \
                     .source = ID##_SOURCE,                                                        \
                     .gpu_hours = ID##_HOURS,                                                      \
                     .causes = id##_causes,                                                        \
                     .count = (uint32_t)(sizeof id##_causes / sizeof id##_causes[0])},
    GS_MIXES(GS_MIX)
#undef GS_MIX
};
