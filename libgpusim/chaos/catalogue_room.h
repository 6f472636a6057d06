/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of racks and of the room they stand in: see chaos/catalogue.h. */
GS_KIND(RACK_PDU_FAILURE, rack_pdu_failure, "rack-pdu-failure", RACK, GS_FAULT_DOWN, NULL,
        STRIKE(.kills = GS_KILLS_JOBS, .needs = GS_NEEDS_REPAIR),
        "The power distribution of a rack fails.", "All nodes of the rack are down.",
        "All series of the rack stop in the same sample.", "All jobs with a node in it fail.",
        "Repair: power and air conditioning, mean 572 min (LANL, Schroeder and Gibson 2006, "
        "second-hand); exponential: assumed.",
        REPAIR("{exponential: {mean: 572 min}}"), CAUSES("[]"))

GS_KIND(RACK_POWER_CAP, rack_power_cap, "rack-power-cap", RACK, 0, effect_cap,
        STRIKE(.needs = GS_NEEDS_NOTHING), "A rack is given less power.",
        "Its input power is capped; its nodes share what is left.",
        "Bit 0x4; power pinned at the cap; clocks fall.",
        "Slow, along the curve of power and clock.", "The physics of caps (docs/physics.md).",
        POSITIVE(0, "power", watt, 1e9, "What the rack may draw."), CAUSES("[]"))

GS_KIND(COOLING_LOOP_FAILURE, cooling_loop_failure, "cooling-loop-failure", RACK, 0, effect_loop,
        STRIKE(.needs = GS_NEEDS_NOTHING), "The coolant of a rack gets warmer and flows less.",
        "Inlets of all its nodes rise, and the way from GPU to coolant gets worse by a factor. "
        "Name the racks of a loop together.",
        "Inlet temperatures of the whole loop rise together, then those of its GPUs.",
        "All slow together; killed where GPUs shut down.",
        "Loops answer after 20 s with 35 s (Summit; the default ramp is three times that). The "
        "rise: assumed.",
        PARAMETER(0, "rise", kelvin, "15 K", 0, 200, "Of the coolant."),
        PARAMETER(1, "resistance", number, "1", 1, 1000, "Factor on the thermal resistance."),
        RAMP("105 s"), CAUSES("[]"))

GS_KIND(HEAT_WAVE, heat_wave, "heat-wave", CLUSTER, 0, effect_rise,
        STRIKE(.needs = GS_NEEDS_NOTHING), "The supply of air or coolant is warmer.",
        "All inlets are warmer by so much.",
        "Inlet temperatures rise, those of GPUs by a little more (leakage).",
        "Slow by what thermal limits take.",
        "Throughput of Llama 3 swung by 1 to 2 % a day (Grattafiori 2024).",
        NEEDED(0, "rise", kelvin, 0, 200, "By how much."), RAMP("1 h"), CAUSES("[]"))

GS_KIND(SWITCH_FAILURE, switch_failure, "switch-failure", RACK, GS_FAULT_CUT_OFF, NULL,
        STRIKE(.needs = GS_NEEDS_NOTHING), "The switch of a rack fails.",
        "No traffic leaves its nodes, nor comes.",
        "Traffic 0; GPUs of jobs across racks at 100 % with little power: they spin.",
        "Jobs with nodes within and without hang until their collectives time out.",
        "Switches and cables: 35 of 419 interruptions of Llama 3 (Grattafiori 2024).", RAMP("0 s"),
        CAUSES("[]"))
