/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The known name nearest to one that is not known. */
#ifndef GS_BASE_SUGGEST_H
#define GS_BASE_SUGGEST_H

#include <stdint.h>

/* Zero all but `word`, offer candidates, and read `best`: NULL when none is near. */
typedef struct gs_suggestion {
    const char *word;
    const char *best;      /* few edits away */
    const char *beginning; /* longer than the word and begins with it */
    uint32_t distance;     /* of best */
    uint32_t beginnings;   /* candidates that begin with the word */
} gs_suggestion;

void gs_suggest(gs_suggestion *suggestion, const char *candidate);
const char *gs_suggested(const gs_suggestion *suggestion);

#endif
