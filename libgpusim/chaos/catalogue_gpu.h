/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of GPUs: see chaos/catalogue.h. */
GS_KIND(
    XID79, xid79, "xid79", GPU, GS_FAULT_OFF, NULL,
    STRIKE(.xid = 79, .kills = GS_KILLS_JOBS, .needs = GS_NEEDS_RESET), "A GPU falls off the bus.",
    "The GPU draws nothing and computes nothing.", "XID 79 once, then its series vanish.",
    "Jobs on it fail (gpu_lost); the GPU is lost until its node is rebooted.",
    "NVIDIA's XID catalogue. It comes with 43 % and 63 % of PCIe errors on two clusters (Kokolis "
    "2024; second-hand): see pcie-degrade.",
    SPREAD("0 %"), HEATS)

GS_KIND(THERMAL_RUNAWAY, thermal_runaway, "thermal-runaway", GPU, 0, effect_resistance,
        STRIKE(.needs = GS_NEEDS_REPAIR), "The heat sink of one GPU comes loose.",
        "Its thermal resistance grows by a factor; its neighbours are as before.",
        "As fan-failure, of one GPU, while its neighbours stay cool.",
        "A straggler; killed when the GPU shuts down (XID 79).", "The factor: assumed.",
        PARAMETER(0, "resistance", number, "4", 1, 1000, "Factor on the thermal resistance."),
        RAMP("0 s"), REPAIR(LANL), SPREAD("0 %"), HEATS)

GS_KIND(GPU_POWER_CAP, gpu_power_cap, "gpu-power-cap", GPU, 0, effect_cap,
        STRIKE(.needs = GS_NEEDS_NOTHING), "A GPU's power limit is set too low.",
        "Its driver holds it at that power, if that is less than what it may draw anyway.",
        "Both power limits show it; bit 0x4; power pinned at the cap; power violation time grows; "
        "clocks fall.",
        "Slow, along the curve of power and clock: a straggler among its peers.",
        "The physics of caps (docs/physics.md).",
        POSITIVE(0, "power", watt, 1e9, "What the GPU may draw."), SPREAD("0 %"))

GS_KIND(STRAGGLER, straggler, "straggler", GPU, 0, effect_slowdown,
        STRIKE(.needs = GS_NEEDS_NOTHING), "A GPU computes slowly for no visible reason.",
        "Each step takes so many times as long on it. With `ramp` it worsens slowly; with `every` "
        "and `for` it comes and goes.",
        "Its own power sinks, and that of its peers, whose utilisation stays at 100 %.",
        "The gang runs at the pace of its slowest member.",
        "Slowdowns of 1.16 to 3: Lin 2025 (OSDI), and Greyhound (ATC 2025).",
        NEEDED(0, "slowdown", number, 1, 1e6, "So many times as long for each step."), RAMP("0 s"),
        SPREAD("0 %"), HEATS)

GS_KIND(HBM_THROTTLE, hbm_throttle, "hbm-throttle", GPU, 0, effect_memory,
        STRIKE(.needs = GS_NEEDS_NOTHING), "A GPU's memory slows down to cool.",
        "What waits for memory takes so many times as long.",
        "DRAM activity falls; the memory's temperature is high, the core's is not.",
        "Memory-bound jobs are slow.",
        "3.1 to 2.3 TB/s while the core stayed at 58 to 60 C, a factor of 1.35 (second-hand).",
        PARAMETER(0, "slowdown", number, "1.35", 1, 1e6, "Of what waits for memory."), RAMP("0 s"),
        SPREAD("0 %"), HEATS)

GS_KIND(ECC_SBE_STORM, ecc_sbe_storm, "ecc-sbe-storm", GPU, 0, effect_correctable,
        STRIKE(.xid = 92, .needs = GS_NEEDS_NOTHING), "A GPU corrects many single-bit errors.",
        "None.", "XID 92; counters of corrected errors climb.", "None.",
        "XID 92: high rate of single-bit errors (from memory). The rate: assumed.",
        PARAMETER(0, "rate", per_second, "100/h", 0, 1e6, "Errors corrected."), RAMP("0 s"),
        SPREAD("0 %"), HEATS)

GS_KIND(ECC_DBE, ecc_dbe, "ecc-dbe", GPU, 0, NULL,
        STRIKE(.xid = 48, .uncorrectable = 1, .remapped = 1, .kills = GS_KILLS_JOBS,
               .needs = GS_NEEDS_NOTHING),
        "A double-bit error, which cannot be corrected.",
        "One row of memory is remapped at the next reset.",
        "XID 48; one more uncorrectable error; one more row remapped.",
        "Jobs on it fail (gpu_error).",
        "NVIDIA's XID catalogue. Remapping succeeds in 92 % of cases on H100 (DELTA).",
        SPREAD("0 %"), HEATS)

GS_KIND(ROW_REMAP, row_remap, "row-remap", GPU, 0, NULL,
        STRIKE(.xid = 63, .remapped = 1, .needs = GS_NEEDS_NOTHING),
        "A row of memory is marked to be remapped.", "None until the next reset.",
        "XID 63; one more row remapped.", "None.", "NVIDIA's XID catalogue; 512 rows at most.",
        SPREAD("0 %"), HEATS)

GS_KIND(ROW_REMAP_FAILURE, row_remap_failure, "row-remap-failure", GPU, GS_FAULT_OFF, NULL,
        STRIKE(.xid = 64, .remapped = GPUSIM_NONE, .kills = GS_KILLS_JOBS,
               .needs = GS_NEEDS_REPAIR),
        "A row of memory cannot be remapped: the GPU has to be replaced.",
        "The GPU is not to be used.", "XID 64; a remapping failed.", "Jobs on it fail (gpu_lost).",
        "NVIDIA's XID catalogue.", REPAIR(LANL), SPREAD("0 %"), HEATS)

GS_KIND(GSP_TIMEOUT, gsp_timeout, "gsp-timeout", GPU, GS_FAULT_HANG, NULL,
        STRIKE(.xid = 119, .needs = GS_NEEDS_RESET), "The GPU's system processor does not answer.",
        "The GPU computes nothing until its node is rebooted.",
        "XID 119; utilisation stays where it was.",
        "Jobs on it hang until their collectives time out.",
        "NVIDIA's XID catalogue; in 99 % of cases an error follows (DELTA).", SPREAD("0 %"), HEATS)

GS_KIND(PMU_ERROR, pmu_error, "pmu-error", GPU, 0, NULL,
        STRIKE(.xid = 122, .kills = GS_KILLS_JOBS, .needs = GS_NEEDS_NOTHING),
        "The GPU's power management does not answer.", "None that is modelled.", "XID 122.",
        "Jobs on it fail (gpu_error).",
        "NVIDIA's XID catalogue; an MMU error follows in 82 % of cases (DELTA; second-hand).",
        SPREAD_AND_CAUSES("0 %", "[{fault: mmu-fault, probability: 82 %}]"), HEATS)

GS_KIND(MMU_FAULT, mmu_fault, "mmu-fault", GPU, 0, NULL,
        STRIKE(.xid = 31, .kills = GS_KILLS_JOBS, .needs = GS_NEEDS_NOTHING),
        "An access to an address that is not mapped, mostly the program's own fault.", "None.",
        "XID 31.", "Jobs on it fail.", "NVIDIA's XID catalogue.", SPREAD("0 %"), HEATS)

GS_KIND(
    SDC, sdc, "sdc", GPU, 0, NULL, STRIKE(.corrupts = 1, .silent = 1, .needs = GS_NEEDS_NOTHING),
    "Silent data corruption: a GPU computes wrong numbers.", "None.", "No sign at all.",
    "Their work is wrong from then on, and so is what they save. If somebody finds it, they go "
    "back to the last checkpoint from before (reason corrupted); else they complete, and only "
    "the record of faults says how many (corrupted).",
    "6 of 419 interruptions of Llama 3 (Grattafiori 2024); diagnostics recall 70 % (ByteRobust; "
    "second-hand). How long it takes them: assumed.",
    PARAMETER(0, "found", ratio, "70 %", 0, 1, "Probability that somebody finds it."),
    PARAMETER(1, "after", second, "{exponential: {mean: 1 h}}", 0, 9e9, "How long that takes."),
    SPREAD("0 %"), HEATS)
