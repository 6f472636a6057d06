/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A short sorted list of errors. */
#include "scenario/problems.h"

#include <string.h>

// < 0 when problem i of the list comes before the new one
static int compare(const gs_problems *problems, uint32_t i, uint32_t source,
                   const gpusim_error *err)
{
    const gpusim_error *item = &problems->items[i];
    if (problems->sources[i] != source) {
        return problems->sources[i] < source ? -1 : 1;
    }
    if (item->line != err->line) {
        return item->line < err->line ? -1 : 1;
    }
    return item->column < err->column ? -1 : item->column > err->column;
}

void gs_problems_add(gs_problems *problems, uint32_t source, const gpusim_error *err)
{
    // its place is after those that come before it or stand at the same place
    uint32_t place = problems->count;
    while (place > 0) {
        int order = compare(problems, place - 1, source, err);
        if (order < 0) {
            break;
        }
        if (order == 0) {
            if (strcmp(problems->items[place - 1].message, err->message) == 0) {
                return;
            }
            // equals keep the order in which they were found, but are still looked at above
            uint32_t same = place - 1;
            while (same > 0 && compare(problems, same - 1, source, err) == 0) {
                same--;
                if (strcmp(problems->items[same].message, err->message) == 0) {
                    return;
                }
            }
            break;
        }
        place--;
    }

    // the last one leaves a full list
    if (place == GS_PROBLEMS) {
        problems->dropped++;
        return;
    }
    if (problems->count == GS_PROBLEMS) {
        problems->count--;
        problems->dropped++;
    }
    uint32_t moved = problems->count - place;
    memmove(&problems->items[place + 1], &problems->items[place], moved * sizeof *err);
    memmove(&problems->sources[place + 1], &problems->sources[place],
            moved * sizeof problems->sources[0]);
    problems->items[place] = *err;
    problems->sources[place] = source;
    problems->count++;
}
