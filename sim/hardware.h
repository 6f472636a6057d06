/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hardware of a model in words and as JSON, for `describe`. */
#ifndef SIM_HARDWARE_H
#define SIM_HARDWARE_H

#include <jansson.h>

#include <gpusim/gpusim.h>

/* Lines on power, cooling and network; nothing where nothing is said of them. `name` gives the name
 * of a group. */
typedef const char *(*cli_group_name)(const gpusim_model *model, uint32_t group);
void cli_hardware_print(const gpusim_model *model, uint32_t groups, cli_group_name name);

/* An object with the figures of a group, null where there is none; and of the facility. */
json_t *cli_group_hardware_json(const gpusim_model *model, uint32_t group);
json_t *cli_facility_hardware_json(const gpusim_model *model);

#endif
