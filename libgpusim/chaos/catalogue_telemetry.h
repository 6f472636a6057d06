/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of what is seen, not of what is: see chaos/catalogue.h. */
GS_KIND(TELEMETRY_DROPOUT, telemetry_dropout, "telemetry-dropout", NODE, GS_FAULT_SILENT, NULL,
        STRIKE(.needs = GS_NEEDS_NOTHING), "The agent of a node sends nothing.", "None.",
        "A gap in all its series; its heartbeat is lost.",
        "None, but for what somebody does who believes the node dead.",
        "nvml and DCGM can be paused like this (dcgmi test --pause).", SPREAD("0 %"))

GS_KIND(TELEMETRY_STUCK, telemetry_stuck, "telemetry-stuck", NODE, GS_FAULT_STUCK, NULL,
        STRIKE(.needs = GS_NEEDS_NOTHING), "Sensors of a node repeat their last value.", "None.",
        "No variance at all; the heartbeat goes on.", "None.", "Assumed.", SPREAD("0 %"))

GS_KIND(TELEMETRY_NOISE, telemetry_noise, "telemetry-noise", NODE, 0, effect_noise,
        STRIKE(.needs = GS_NEEDS_NOTHING), "Sensors of a node are noisy.", "None.",
        "Readings scatter by a share of themselves.", "None.", "Assumed.",
        PARAMETER(0, "noise", ratio, "5 %", 0, 1, "Standard deviation, of the reading."),
        RAMP("0 s"), SPREAD("0 %"))

GS_KIND(CLOCK_SKEW, clock_skew, "clock-skew", NODE, 0, effect_skew,
        STRIKE(.needs = GS_NEEDS_NOTHING), "The clock of a node is fast.", "None.",
        "What is exported of it, and what detectors of a trace see, has the times that its clock "
        "gave; `clock_offset` says by how much. /telemetry/time stays true.",
        "None.", "Catalogues of Chaos Mesh (TimeChaos) and Gremlin (time travel).",
        NEEDED(0, "skew", second, 0, 9e9, "By how much."), RAMP("0 s"), SPREAD("0 %"))

GS_KIND(TELEMETRY_SPOOF, telemetry_spoof, "telemetry-spoof", NODE, 0, effect_bias,
        STRIKE(.silent = 1, .needs = GS_NEEDS_NOTHING),
        "Somebody lies about a node's temperatures.", "None.",
        "Temperatures that are off by so much and look right.", "None.",
        "Injected temperatures of nvml-mock-ctl and dcgmi test --inject.",
        NEEDED(0, "bias", kelvin, -200, 200, "What is added; below 0 hides heat."), RAMP("0 s"),
        SPREAD("0 %"))
