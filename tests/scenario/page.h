/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages that are printed from tables: is what a file holds what would be printed? */
#ifndef TESTS_SCENARIO_PAGE_H
#define TESTS_SCENARIO_PAGE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 1 when a file holds exactly this text */
static inline int page_is_same(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "rb");
    char *found = calloc(1, length + 2);
    size_t got = file && found ? fread(found, 1, length + 1, file) : 0;
    int same = got == length && memcmp(found, text, length) == 0;
    if (file) {
        fclose(file);
    }
    free(found);
    return same;
}

#endif
