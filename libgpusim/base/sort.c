/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merge sort from the bottom up. */
#include "base/sort.h"

#include <string.h>

#include "base/memory.h"

// a run's rows: from `at` up to `end`
typedef struct run {
    const char *at, *end;
} run;

static void merge(run left, run right, char *to, size_t size,
                  int (*compare)(const void *a, const void *b))
{
    while (left.at < left.end && right.at < right.end) {
        run *next = compare(left.at, right.at) <= 0 ? &left : &right;
        memcpy(to, next->at, size);
        next->at += size;
        to += size;
    }
    size_t rest = (size_t)(left.end - left.at);
    memcpy(to, left.at, rest);
    memcpy(to + rest, right.at, (size_t)(right.end - right.at));
}

gpusim_status gs_sort(void *rows, size_t count, size_t size,
                      int (*compare)(const void *a, const void *b), gpusim_error *err)
{
    char *spare = NULL, *from = rows;
    if (count < 2) {
        return GPUSIM_OK;
    }
    gpusim_status status = gs_allocate(&spare, count, size, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    char *to = spare;
    size_t bytes = count * size;
    for (size_t width = size; width < bytes; width *= 2) {
        for (size_t left = 0; left < bytes; left += 2 * width) {
            size_t middle = width < bytes - left ? left + width : bytes;
            size_t end = width < bytes - middle ? middle + width : bytes;
            merge((run){from + left, from + middle}, (run){from + middle, from + end}, to + left,
                  size, compare);
        }
        char *swap = from;
        from = to;
        to = swap;
    }
    if (from == spare) {
        memcpy(rows, spare, bytes);
    }
    gs_release(&spare);
    return GPUSIM_OK;
}

void gs_sort_numbers(uint32_t *numbers, size_t count)
{
    // a heap with the largest on top, which goes to the end of what is left
    for (size_t next = count / 2, left = count; left > 1;) {
        uint32_t number;
        if (next > 0) {
            number = numbers[--next];
        } else {
            number = numbers[--left];
            numbers[left] = numbers[0];
        }
        size_t at = next;
        for (size_t child; (child = 2 * at + 1) < left; at = child) {
            child += child + 1 < left && numbers[child + 1] > numbers[child];
            if (numbers[child] <= number) {
                break;
            }
            numbers[at] = numbers[child];
        }
        numbers[at] = number;
    }
}
