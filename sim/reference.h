/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reference of a field table in Markdown: a section for each table within it. */
#ifndef CLI_REFERENCE_H
#define CLI_REFERENCE_H

#include <stdio.h>

#include <gpusim/field.h>

void cli_reference(FILE *to, const gpusim_record *record);

#endif
