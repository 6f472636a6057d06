/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of nodes, racks and the room they stand in: see chaos/catalogue.h. */
GS_KIND(NODE_CRASH, node_crash, "node-crash", NODE, GS_FAULT_DOWN, NULL,
        STRIKE(.kills = GS_KILLS_JOBS, .needs = GS_NEEDS_REPAIR), "A node is gone until repaired.",
        "The node draws nothing and cools down.", "All its series stop and its heartbeat is lost.",
        "Jobs on it fail (node_fail), the whole gang of each.",
        "Repair: lognormal by mean and median of LANL's logs (Schroeder and Gibson 2006).",
        REPAIR("{lognormal: {mean: 355 min, median: 54 min}}"), SPREAD("0 %"), HEATS)

GS_KIND(FAN_FAILURE, fan_failure, "fan-failure", NODE, 0, effect_resistance,
        STRIKE(.needs = GS_NEEDS_REPAIR), "Fans of a node fail, or dust clogs it.",
        "The way from its GPUs to the air gets worse by a factor; the other fans go up.",
        "Temperatures rise with their time constants, clocks fall (bits 0x20, then 0x40 and 0x8), "
        "thermal violation time grows.",
        "Slow, and killed where a GPU shuts down.", "Factors of 1.5 to 3: assumed.",
        PARAMETER(0, "resistance", number, "2", 1, 1000, "Factor on the thermal resistance."),
        RAMP("0 s"), REPAIR("{lognormal: {mean: 355 min, median: 54 min}}"), SPREAD("0 %"), HEATS)

GS_KIND(POWER_CAP, power_cap, "power-cap", NODE, 0, effect_cap, STRIKE(.needs = GS_NEEDS_NOTHING),
        "A node is given less power.", "Its input power is capped, GPUs share what is left.",
        "Bit 0x4, power pinned at the cap, power violation time grows, clocks fall.",
        "Slow, along the curve of power and clock.", "The physics of caps: docs/physics.md.",
        PARAMETER(0, "power", watt, NULL, 0, 1e9, "What the node may draw."), SPREAD("0 %"))
