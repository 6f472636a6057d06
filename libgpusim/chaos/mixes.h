/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mixes of causes: a line for each, GS_MIX(ID, id, "name", "what it is"), then what they hold. */
#ifndef GS_CHAOS_MIXES_H
#define GS_CHAOS_MIXES_H

#include <gpusim/fault.h>

#define GS_MIXES(GS_MIX)                                                                           \
    GS_MIX(LLAMA3, llama3, "llama3", "Unexpected interruptions of Llama 3 405B's training.")       \
    GS_MIX(RSC1, rsc1, "rsc1", "Node failures of RSC-1, 16,000 A100.")                             \
    GS_MIX(RSC2, rsc2, "rsc2", "Node failures of RSC-2, 8,000 A100.")                              \
    GS_MIX(ACME, acme, "acme", "Infrastructure failures of Acme, 4,704 A100.")                     \
    GS_MIX(DELTA_A100, delta_a100, "delta-a100", "GPU errors of the A100 in Delta.")               \
    GS_MIX(DELTA_H100, delta_h100, "delta-h100", "GPU errors of the H100 in DeltaAI.")             \
    GS_MIX(STRAGGLERS, stragglers, "stragglers", "Slow members of training jobs.")

enum {
#define GS_MIX(ID, id, name, doc) GS_MIX_##ID,
    GS_MIXES(GS_MIX)
#undef GS_MIX
        GS_MIX_COUNT
};

/* In that order. */
extern const gpusim_fault_mix gs_fault_mixes[GS_MIX_COUNT];

#endif
