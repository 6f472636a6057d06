/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs gnuplot; labels of what it draws. */
#include "gnuplot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// after fork nothing but the exec
int cli_gnuplot(const char *folder, const char *script)
{
    int state = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (chdir(folder) == 0) {
            execlp("gnuplot", "gnuplot", script, (char *)NULL);
        }
        _exit(127);
    }
    if (child < 0) {
        return 0;
    }
    while (waitpid(child, &state, 0) < 0) {
        if (errno != EINTR) {
            return 0;
        }
    }
    return WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

void cli_trace_label(const char *path, char *label, size_t size)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *end = strrchr(name, '.');
    size_t length = end && end > name ? (size_t)(end - name) : strlen(name);
    snprintf(label, size, "%.*s", (int)(length < size ? length : size - 1), name);
}
