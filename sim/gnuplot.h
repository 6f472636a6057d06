/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs gnuplot. */
#ifndef CLI_GNUPLOT_H
#define CLI_GNUPLOT_H

/* 1 when gnuplot has run the script within its folder without complaint. */
int cli_gnuplot(const char *folder, const char *script);

#endif
