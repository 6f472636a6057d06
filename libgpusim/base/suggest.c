/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nearest names by edit distance: insertions, deletions, substitutions, and two letters swapped. */
#include "base/suggest.h"

#include <stdio.h>
#include <string.h>

#include <gpusim/field.h>

#define LONGEST 64 // names beyond this get no suggestion

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static uint32_t least(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t m = a < b ? a : b;
    return m < c ? m : c;
}

// optimal string alignment (Damerau 1964, Wagner and Fischer 1974), letters of either case alike
static uint32_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    uint32_t rows[3][LONGEST + 1];
    uint32_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (uint32_t j = 0; j <= b_length; j++) {
        last[j] = j;
    }
    for (uint32_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (uint32_t j = 1; j <= b_length; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);
            row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]) &&
                before[j - 2] + 1 < row[j]) {
                row[j] = before[j - 2] + 1;
            }
        }
        uint32_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b_length];
}

void gs_suggest(gs_suggestion *suggestion, const char *candidate)
{
    size_t word = strlen(suggestion->word), length = strlen(candidate);
    if (word == 0 || word > LONGEST || length > LONGEST) {
        return;
    }
    uint32_t distance = edit_distance(suggestion->word, word, candidate, length);
    uint32_t limit = word < 4 ? 1 : (uint32_t)(word + 2) / 3;
    if (distance <= limit && distance < length &&
        (!suggestion->best || distance < suggestion->distance)) {
        suggestion->best = candidate;
        suggestion->distance = distance;
    }
    if (word > 1 && length > word && strncmp(suggestion->word, candidate, word) == 0) {
        suggestion->beginning = candidate;
        suggestion->beginnings++;
    }
}

const char *gs_suggested(const gs_suggestion *suggestion)
{
    // an abbreviation that only one name can stand for is as good as a small mistake
    if (suggestion->beginnings == 1) {
        return suggestion->beginning;
    }
    return suggestion->best;
}

// ---- families of names ----

static int is_letter(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
}

// letters and digits alone, in lower case; returns how much of `from` it has read
static size_t squash(const char *from, int one_part, char *to, size_t size)
{
    size_t used = 0, at = 0;
    for (; from[at] && !(one_part && used > 0 && !is_letter(from[at])); at++) {
        if (is_letter(from[at]) && used + 1 < size) {
            to[used++] = lower(from[at]);
        }
    }
    to[used] = '\0';
    return at;
}

// the candidate has the word in it, or all of its parts
static int holds(const char *candidate, const char *word)
{
    char whole[LONGEST + 1], part[LONGEST + 1];
    squash(candidate, 0, whole, sizeof whole);
    squash(word, 0, part, sizeof part);
    if (strlen(part) < 2) {
        return 0;
    }
    int found = strstr(whole, part) != NULL;
    for (int all = !found; all;) {
        word += squash(word, 1, part, sizeof part);
        found = part[0] == '\0';
        all = !found && strstr(whole, part) != NULL;
    }
    return found;
}

// "H200-141GB" goes on from "H200"
static const char *stem_of(const char *word, const char *const *candidates, uint32_t count)
{
    char whole[LONGEST + 1], stem[LONGEST + 1];
    const char *longest = NULL;
    squash(word, 0, whole, sizeof whole);
    for (uint32_t i = 0; i < count; i++) {
        squash(candidates[i], 0, stem, sizeof stem);
        if (strlen(stem) > 1 && strncmp(whole, stem, strlen(stem)) == 0 &&
            (!longest || strlen(candidates[i]) > strlen(longest))) {
            longest = candidates[i];
        }
    }
    return longest;
}

void gpusim_suggest(const char *word, const char *const *candidates, uint32_t count, char *text,
                    size_t size)
{
    const char *names[8];
    uint32_t found = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < count && found < 8; i++) {
        if (holds(candidates[i], word)) {
            names[found++] = candidates[i];
        }
    }
    if (found == 0) {
        names[0] = stem_of(word, candidates, count);
        names[0] = names[0] ? names[0] : gpusim_nearest(word, candidates, count);
        found = names[0] != NULL;
    }

    // what does not fit is left out, from the end
    size_t length = strlen("did you mean ?") + 1;
    for (uint32_t i = 0; i < found; i++) {
        length += strlen(names[i]) + strlen("'', ") + (i == 1 ? strlen(" or ") : 0);
        found = length > size ? i : found;
    }
    for (uint32_t i = 0; i < found; i++) {
        const char *between = i == 0 ? "did you mean " : i + 1 < found ? ", " : " or ";
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s'%s'%s", between, names[i],
                 i + 1 == found ? "?" : "");
    }
}

const char *gpusim_nearest(const char *word, const char *const *candidates, uint32_t count)
{
    gs_suggestion suggestion = {.word = word};
    if (!word) {
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        gs_suggest(&suggestion, candidates[i]);
    }
    return gs_suggested(&suggestion);
}
