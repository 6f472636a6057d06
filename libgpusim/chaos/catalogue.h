/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue of faults. Whoever includes it says what GS_KIND makes of an entry:
 *
 * GS_KIND(ID, id, "name", SCOPE, flags, effect function or NULL, STRIKE(...), "what it is",
 *         "what it does to the hardware", "what telemetry shows", "what jobs suffer", "source",
 *         the fields it has besides those of all kinds)
 *
 * and the macros that stand in it. No include guard: it is included once for each use. */
#include "chaos/catalogue_node.h"

#include "chaos/catalogue_room.h"

#include "chaos/catalogue_gpu.h"

#include "chaos/catalogue_link.h"

#include "chaos/catalogue_job.h"

#include "chaos/catalogue_telemetry.h"
