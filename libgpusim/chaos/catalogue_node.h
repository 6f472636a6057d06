/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of nodes: see chaos/catalogue.h. */
GS_KIND(NODE_CRASH, node_crash, "node-crash", NODE, GS_FAULT_DOWN, NULL,
        STRIKE(.kills = GS_KILLS_JOBS, .needs = GS_NEEDS_REPAIR), "A node is gone until repaired.",
        "The node draws nothing and cools down.", "All its series stop; its heartbeat is lost.",
        "Jobs on it fail (node_fail), the whole gang of each, and are queued again.",
        "Repair: lognormal with the mean and the median of LANL's logs, 355 and 54 min (Schroeder "
        "and Gibson 2006), second-hand.",
        REPAIR(LANL), SPREAD("0 %"), HEATS)

GS_KIND(NODE_HANG, node_hang, "node-hang", NODE, GS_FAULT_HANG | GS_FAULT_STUCK | GS_FAULT_MUTE,
        NULL, STRIKE(.needs = GS_NEEDS_REPAIR), "A node stops answering, but stays on.",
        "Its GPUs compute nothing and draw what a waiting GPU draws.",
        "Series go on with the values they had; its heartbeat is lost.",
        "Jobs on it hang until the time-out of their collectives (`limits: {hang: ...}`), then "
        "fail.",
        "Time-outs of 10 to 30 min are NCCL's defaults (from memory). Repair is a reboot: assumed.",
        REPAIR("10 min"), SPREAD("0 %"), HEATS)

GS_KIND(DRIVER_CRASH, driver_crash, "driver-crash", NODE, GS_FAULT_DOWN, NULL,
        STRIKE(.kills = GS_KILLS_JOBS, .needs = GS_NEEDS_REPAIR),
        "The GPU driver of a node fails; a reboot mends it.",
        "As a crash of the node, for as long as a reboot takes.",
        "All its series stop; its heartbeat is lost.", "Jobs on it fail (node_fail).",
        "Time of a reboot: assumed.", REPAIR("10 min"), SPREAD("0 %"), HEATS)

GS_KIND(MAINTENANCE, maintenance, "maintenance", NODE, GS_FAULT_CLOSED, NULL,
        STRIKE(.needs = GS_NEEDS_NOTHING), "A node takes no new jobs: planned work.",
        "None; its jobs finish first.", "The node is cordoned; its series go on.",
        "None start there; those that run go on.",
        "47 of 466 interruptions of Llama 3 were planned (Grattafiori 2024).", SPREAD("0 %"))

GS_KIND(FAN_FAILURE, fan_failure, "fan-failure", NODE, 0, effect_resistance,
        STRIKE(.needs = GS_NEEDS_REPAIR), "Fans of a node fail, or dust clogs it.",
        "The way from its GPUs to the air gets worse by a factor; fans that are left turn up.",
        "Temperatures rise with their time constants; clocks fall (bits 0x20, then 0x40 and 0x8); "
        "thermal violation time grows.",
        "Slow; killed where a GPU shuts down.", "Factors of 1.5 to 3: assumed.",
        PARAMETER(0, "resistance", number, "2", 1, 1000, "Factor on the thermal resistance."),
        RAMP("0 s"), REPAIR(LANL), SPREAD("0 %"), HEATS)

GS_KIND(POWER_CAP, power_cap, "power-cap", NODE, 0, effect_cap, STRIKE(.needs = GS_NEEDS_NOTHING),
        "A node is given less power.", "Its input power is capped; its GPUs share what is left.",
        "Bit 0x4; power pinned at the cap; power violation time grows; clocks fall.",
        "Slow, along the curve of power and clock.", "The physics of caps (docs/physics.md).",
        POSITIVE(0, "power", watt, 1e9, "What the node may draw."), SPREAD("0 %"))

GS_KIND(
    PSU_LOSS, psu_loss, "psu-loss", NODE, 0, effect_supplies, STRIKE(.needs = GS_NEEDS_REPAIR),
    "Power supplies of a node fail.",
    "Those that are left carry its load, at the efficiency that each has then, and limit what the "
    "node may draw, as a cap of it does. Without any it is down. Nodes whose supplies are not "
    "modelled (`power: {psu: ...}`) feel nothing.",
    "Their state and load; clocks below the maximum, and bits 0x80 and 0x8 where no clock is low "
    "enough.",
    "None, or as slow as under such a cap; without supplies they fail (node_fail).",
    "DGX H100: six supplies, three needed (second-hand).",
    PARAMETER(0, "supplies", number, "1", 1, 64, "How many."), REPAIR(LANL), SPREAD("0 %"), HEATS)

GS_KIND(PSU_BROWNOUT, psu_brownout, "psu-brownout", NODE, GS_FAULT_BRAKE, NULL,
        STRIKE(.needs = GS_NEEDS_NOTHING), "The supply of a node sags.",
        "The hardware's power brake: clocks at half at most.", "Bits 0x80 and 0x8; clocks at half.",
        "Slow, by a factor of 2 where they wait for the GPU.",
        "HW power brake slowdown of NVIDIA's driver.", SPREAD("0 %"))

GS_KIND(DISK_FULL, disk_full, "disk-full", NODE, GS_FAULT_NO_DISK, NULL,
        STRIKE(.needs = GS_NEEDS_NOTHING), "There is no room for checkpoints.", "None.",
        "`node/disk_used` is at 100 %; nothing that a GPU would show.",
        "Checkpoints fail; whoever fails later goes back to the last one that was written.",
        "Catalogue of Litmus (disk-fill).", SPREAD("0 %"))
