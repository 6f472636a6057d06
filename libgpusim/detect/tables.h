/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scenario or a program may say of a detector by its name. */
#ifndef GS_DETECT_TABLES_H
#define GS_DETECT_TABLES_H

#include <gpusim/detect.h>

/* The alternatives of a one-of: every built-in detector with its own parameters. */
extern const gpusim_record gs_detector_record;

/* The module of an alternative. */
const gpusim_module *gs_detector_of(uint32_t which);

#endif
