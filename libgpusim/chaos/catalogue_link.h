/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of links and networks: see chaos/catalogue.h. */
GS_KIND(NVLINK_DOWN, nvlink_down, "nvlink-down", GPU, 0, effect_nvlink,
        STRIKE(.xid = 74, .needs = GS_NEEDS_RESET), "Some of a GPU's NVLinks are down.",
        "The bandwidth that is left is a share of what there was.",
        "XID 74; CRC, replay and recovery counters.", "Slow where collectives stay in the node.",
        "NVIDIA's XID catalogue; 42 % reach other GPUs (DELTA), here each neighbour with "
        "`spread`.",
        PARAMETER(0, "bandwidth", ratio, "94.4 %", 0, 1, "Share that is left: 17 of 18 links."),
        RAMP("0 s"), SPREAD("0 %"), HEATS)

GS_KIND(NVLINK_ERROR, nvlink_error, "nvlink-error", GPU, 0, NULL,
        STRIKE(.xid = 74, .kills = GS_KILLS_JOBS, .needs = GS_NEEDS_NOTHING),
        "An NVLink fails so that collectives break.", "None that lasts: a reset mends it.",
        "XID 74; CRC, replay and recovery counters.", "Jobs on it fail (gpu_error).",
        "NVIDIA's XID catalogue; 42 % reach other GPUs of the node (DELTA; 16 % in an "
        "earlier version).",
        SPREAD("42 %"), HEATS)

GS_KIND(PCIE_DEGRADE, pcie_degrade, "pcie-degrade", GPU, 0, effect_pcie,
        STRIKE(.needs = GS_NEEDS_RESET), "A GPU's PCIe link falls back to fewer or slower lanes.",
        "The bandwidth to the host that is left is a share of what there was.",
        "Link generation or width falls; replays; traffic falls.",
        "Loading and checkpoints are slow; collectives too where there is no NVLink.",
        "Generation 5 to 3, or 16 lanes to 4: a quarter. Comes with XID 79 in 43 % and 63 % of "
        "cases on two clusters (Kokolis 2024; second-hand): `causes: [{fault: xid79, probability: "
        "43 %}]`.",
        PARAMETER(0, "bandwidth", ratio, "25 %", 0, 1, "Share that is left."), RAMP("0 s"),
        SPREAD("0 %"), HEATS)

GS_KIND(NETWORK_PARTITION, network_partition, "network-partition", NODE, GS_FAULT_CUT_OFF, NULL,
        STRIKE(.needs = GS_NEEDS_NOTHING), "A node is cut off from all others.",
        "No traffic leaves it, nor comes.",
        "Traffic 0; GPUs at 100 % with little power: they spin.",
        "Jobs on it and elsewhere hang until their collectives time out.",
        "Catalogue of Chaos Mesh (partition).", SPREAD("0 %"), HEATS)

GS_KIND(PACKET_DELAY, packet_delay, "packet-delay", NODE, 0, effect_delay,
        STRIKE(.needs = GS_NEEDS_NOTHING), "Messages to and from a node take longer.",
        "So much on top of every message.", "Steps take longer, power sinks.",
        "Slow where collectives wait for messages.", "Catalogue of Chaos Mesh (delay).",
        NEEDED(0, "delay", second, 0, 1e4, "Of every message."), RAMP("0 s"), SPREAD("0 %"), HEATS)

GS_KIND(PACKET_LOSS, packet_loss, "packet-loss", NODE, 0, effect_loss,
        STRIKE(.needs = GS_NEEDS_NOTHING),
        "Packets to and from a node are lost, or its links are slow.",
        "What is lost is sent again: the share 1 - loss of the bandwidth is left, of what "
        "`bandwidth` leaves.",
        "Traffic falls, steps take longer, power sinks.", "Slow where collectives leave the node.",
        "Selective repeat; go-back-N loses more: say so with `bandwidth`.",
        PARAMETER(0, "loss", ratio, "0 %", 0, 0.99, "Share of packets that is lost."),
        PARAMETER(1, "bandwidth", ratio, "100 %", 0, 1, "Share of the links that is left."),
        RAMP("0 s"), SPREAD("0 %"), HEATS)
