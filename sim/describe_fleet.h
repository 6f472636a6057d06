/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looks after the nodes of a model, for `describe`. */
#ifndef SIM_DESCRIBE_FLEET_H
#define SIM_DESCRIBE_FLEET_H

#include "hardware.h"

/* Lines on crews, heartbeats, maintenance, spares, detectors and rules; nothing where there are
 * none. */
void cli_fleet_print(const gpusim_model *model, uint32_t groups, cli_group_name name);
json_t *cli_fleet_json(const gpusim_model *model, uint32_t groups, cli_group_name name);

#endif
