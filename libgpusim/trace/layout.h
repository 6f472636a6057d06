/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What writer and reader agree on: names, widths and the version of the format. */
#ifndef GS_TRACE_LAYOUT_H
#define GS_TRACE_LAYOUT_H

#include <gpusim/record.h>

/* Attribute `format_minor`: it counts up as columns, tables or attributes are added. Readers accept
 * every minor version of their own GPUSIM_TRACE_FORMAT. 2: all tables are there; before, those that
 * had not been invented yet were not. */
#define GS_TRACE_FORMAT_MINOR 2

/* Names longer than this are cut; their last three bytes are then "...". */
#define GS_NAME_BYTES   255

#define GS_ENTITY_KINDS 4
extern const char *const gs_entity_groups[GS_ENTITY_KINDS]; /* by gpusim_entity */

#endif
