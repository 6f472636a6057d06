/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs gnuplot; labels of what it draws. */
#ifndef CLI_GNUPLOT_H
#define CLI_GNUPLOT_H

#include <stddef.h>

/* 1 when gnuplot has run the script within its folder without complaint. */
int cli_gnuplot(const char *folder, const char *script);

/* How a trace is called in figures: its file's name without folder and ending. */
void cli_trace_label(const char *path, char *label, size_t size);

#endif
