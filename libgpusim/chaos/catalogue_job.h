/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of what runs: see chaos/catalogue.h. */
GS_KIND(JOB_CRASH, job_crash, "job-crash", NODE, 0, NULL,
        STRIKE(.kills = GS_KILLS_JOBS, .needs = GS_NEEDS_NOTHING),
        "What runs on a node fails; the node is well.", "None.", "None but the end of the jobs.",
        "Jobs on it fail and are queued again.",
        "Software bugs: 54 of 419 interruptions of Llama 3 (Grattafiori 2024).", SPREAD("0 %"),
        HEATS)

GS_KIND(JOB_OOM, job_oom, "job-oom", GPU, 0, NULL,
        STRIKE(.kills = GS_KILLS_BY_MEMORY, .needs = GS_NEEDS_NOTHING),
        "What runs on a GPU runs out of its memory.", "None.",
        "Memory used falls to 0: it is full for less than a sample.", "Jobs on it end (oom).",
        "Philly: 487 failures (Jeon 2019).", SPREAD("0 %"))

GS_KIND(MEMORY_LEAK, memory_leak, "memory-leak", GPU, 0, effect_leak,
        STRIKE(.needs = GS_NEEDS_NOTHING), "What runs on a GPU leaks its memory.",
        "Each job on it loses memory at that rate, in its MIG instance where it has one. GPUs "
        "without a memory limit (`generic`) never run out of it.",
        "Memory used rises in a line.",
        "Who grows fastest ends (oom) at the nanosecond at which it is full; an attempt, or a move "
        "to another GPU, begins without the leak.",
        "Catalogue of Litmus (pod-memory-hog).",
        NEEDED(0, "rate", byte_per_second, 0, 0x1p40, "How fast."), SPREAD("0 %"))

GS_KIND(STRAY_PROCESS, stray_process, "stray-process", GPU, 0, effect_stray,
        STRIKE(.needs = GS_NEEDS_NOTHING),
        "What is no job runs on a GPU: left behind by an earlier one, past the scheduler, a miner.",
        "It takes a share of the GPU's time and memory, draws power on top of what runs there, and "
        "makes the GPU warmer than power alone does, as if its coolant were.",
        "Utilisation, memory used, power and temperature are higher by as much, on an idle GPU, "
        "too.",
        "Jobs get the rest of its time: a step takes 1 / (1 - utilisation) as long; who no longer "
        "fits beside it in memory ends (oom).",
        "Anomalies of the Self-Adaptive GPU Ecosystem, which adds such amounts to utilisation, "
        "memory, power and temperature; that jobs are slowed down and run out is ours.",
        PARAMETER(0, "utilisation", ratio, "0 %", 0, 0.99, "Share of the GPU's time."),
        PARAMETER(1, "memory", ratio, "0 %", 0, 1, "Share of its memory."),
        PARAMETER(2, "power", watt, "0 W", 0, 1e6, "What it draws."),
        PARAMETER(3, "temperature", kelvin, "0 K", 0, 1000, "How much warmer the GPU is besides."),
        TOGETHER, RAMP("0 s"), SPREAD("0 %"), HEATS)

GS_KIND(COLLECTIVE_HANG, collective_hang, "collective-hang", NODE, GS_FAULT_HANG, NULL,
        STRIKE(.needs = GS_NEEDS_NOTHING), "What runs on a node waits for ever.",
        "Its GPUs spin: 100 % utilisation at little power.",
        "Utilisation 100 %, power low, no progress.",
        "Jobs on it hang until their collectives time out. Whoever comes while it lasts hangs too.",
        "NCCL's watchdog: 7 of 419 interruptions of Llama 3 (Grattafiori 2024).", SPREAD("0 %"))
