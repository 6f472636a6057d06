/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A terminal that is drawn on: frames of lines, keys, and everything put back as it was. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <termios.h>

#include <gpusim/gpusim.h>

#define CLI_SCREEN_BYTES 65536

typedef enum cli_style { CLI_PLAIN, CLI_BOLD, CLI_FAINT } cli_style;

typedef struct cli_screen {
    struct termios before;
    int open, keys; /* keys: stdin is a terminal, too */
    int columns, rows;
    int drawn_columns, drawn_rows; /* of the frame that is shown */
    int utf8;
    int line; /* of the frame that is made */
    size_t used;
    char frame[CLI_SCREEN_BYTES];
} cli_screen;

/* 0, and nothing has happened, when stdout is no terminal or one that cannot be drawn on. */
int cli_screen_open(cli_screen *screen);
/* The terminal is as it was. May be called twice. */
void cli_screen_close(cli_screen *screen);

/* A frame begins, at the size that the terminal has now. */
void cli_screen_begin(cli_screen *screen);
/* A line, cut to the width; lines beyond the last row are dropped. */
void cli_screen_line(cli_screen *screen, cli_style style, const char *format, ...)
    GPUSIM_PRINTF(3, 4);
void cli_screen_show(cli_screen *screen);

#define CLI_SCREEN_GONE (-1)

/* A key that comes within so many seconds; 0 when none does, CLI_SCREEN_GONE when none can come any
 * more: somebody has closed the window. */
int cli_screen_key(cli_screen *screen, double seconds);

#endif
