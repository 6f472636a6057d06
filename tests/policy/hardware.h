/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hardware of a few nodes as a test says it is, for a view without a simulation behind it. */
#ifndef TESTS_POLICY_HARDWARE_H
#define TESTS_POLICY_HARDWARE_H

#include <math.h>
#include <string.h>

#include "harness.h"

typedef struct known_hardware {
    gpusim_hardware_info nodes[16];
    gs_view_host host;
} known_hardware;

static inline void known_read(void *core, uint32_t node, gpusim_hardware_info *info)
{
    *info = ((known_hardware *)core)->nodes[node];
}

/* The view asks this; all is NaN, and nobody has failed, until a test says otherwise. */
static inline void known_begin(known_hardware *known, gpusim_view *view)
{
    view->host = NULL;
    for (uint32_t i = 0; i < 16; i++) {
        gpusim_view_hardware(view, GPUSIM_NONE, &known->nodes[i]);
    }
    known->host = (gs_view_host){.core = known, .hardware = known_read};
    view->host = &known->host;
}

#endif
