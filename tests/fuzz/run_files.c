/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzz target on files and folders: what was found once must not come back. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "cannot open %s\n", path);
        return 0;
    }
    size_t size = 0, room = 1 << 16;
    uint8_t *data = malloc(room);
    for (size_t got = 1; data && got; size += got) {
        if (size == room) {
            room *= 2;
            data = realloc(data, room);
        }
        got = data ? fread(data + size, 1, room - size, file) : 0;
    }
    fclose(file);
    if (!data) {
        return 0;
    }
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static int run_path(const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        return 0;
    }
    if (!S_ISDIR(about.st_mode)) {
        return run_file(path);
    }
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort), done = 0;
    for (int i = 0; i < count; i++) {
        char inner[4096];
        if (entries[i]->d_name[0] != '.') {
            snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
            done += run_path(inner);
        }
        free(entries[i]);
    }
    free(entries);
    return done;
}

int main(int count, char **arguments)
{
    int done = 0;
    for (int i = 1; i < count; i++) {
        done += run_path(arguments[i]);
    }
    printf("%d files\n", done);
    return done > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
