/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of GPUs and of what runs on them: see chaos/catalogue.h. */
GS_KIND(XID79, xid79, "xid79", GPU, GS_FAULT_OFF, NULL,
        STRIKE(.xid = 79, .kills = GS_KILLS_JOBS, .needs = GS_NEEDS_RESET),
        "A GPU falls off the bus.", "The GPU draws nothing and computes nothing.",
        "XID 79 once, then its series vanish.",
        "Jobs on it fail (gpu_lost); the GPU is lost until its node is rebooted.",
        "XID catalogue of NVIDIA's driver; co-occurs with PCIe errors in 43 % and 63 % of cases "
        "(RSC-1, RSC-2: Kokolis 2024).",
        SPREAD("0 %"), HEATS)

GS_KIND(STRAGGLER, straggler, "straggler", GPU, 0, effect_slowdown,
        STRIKE(.needs = GS_NEEDS_NOTHING), "A GPU computes slowly for no visible reason.",
        "Each step takes so many times as long on it. With `ramp` it worsens slowly; with `every` "
        "and `for` it comes and goes.",
        "Its own power sinks, and that of its peers, whose utilisation stays at 100 %.",
        "The gang runs at the pace of its slowest member.",
        "Factors between 1.1 and 3: Wu 2024 (Falcon), Lin 2025 (OSDI).",
        PARAMETER(0, "slowdown", number, NULL, 1, 1e6, "So many times as long for each step."),
        RAMP("0 s"), SPREAD("0 %"), HEATS)
