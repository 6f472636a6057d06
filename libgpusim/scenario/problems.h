/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with a spec: at most 20 errors, in order of appearance. */
#ifndef GS_SCENARIO_PROBLEMS_H
#define GS_SCENARIO_PROBLEMS_H

#include <gpusim/status.h>

#define GS_PROBLEMS 20

typedef struct gs_problems {
    gpusim_error items[GS_PROBLEMS];
    uint32_t sources[GS_PROBLEMS]; /* the text each is in: the file is 0, edits follow */
    uint32_t count;
    uint32_t dropped; /* found but without room */
} gs_problems;

/* Keeps the errors that come first by (source, line, column); one that is there already (the same
 * message at the same place, as aliases make them) is not added again. */
void gs_problems_add(gs_problems *problems, uint32_t source, const gpusim_error *err);

#endif
