/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A terminal that is drawn on, by the sequences that all of today's understand (ECMA-48, and the
 * second screen of xterm). */
#include "screen.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "signals.h"

#define LEAVE         "\033[?25h\033[?1049l"
#define LEAST_COLUMNS 20
#define LEAST_ROWS    8

// the terminal's own settings, for who leaves without notice
static struct termios own;
static volatile sig_atomic_t changed;

static void leave_at_once(void)
{
    (void)!write(STDOUT_FILENO, LEAVE, sizeof LEAVE - 1);
    if (changed) {
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &own);
    }
}

int cli_screen_open(cli_screen *screen)
{
    const char *kind = getenv("TERM");
    memset(screen, 0, sizeof *screen);
    if (!isatty(STDOUT_FILENO) || !kind || !kind[0] || strcmp(kind, "dumb") == 0) {
        return 0;
    }
    (void)setlocale(LC_CTYPE, "");
    screen->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    screen->keys = tcgetattr(STDIN_FILENO, &screen->before) == 0;
    if (screen->keys) {
        // keys come one by one and unseen; Ctrl-C still interrupts, Ctrl-Z and Ctrl-\ do
        // nothing
        struct termios raw = screen->before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        raw.c_cc[VSUSP] = _POSIX_VDISABLE;
        raw.c_cc[VQUIT] = _POSIX_VDISABLE;
        raw.c_cc[VMIN] = 0;
        raw.c_cc[VTIME] = 0;
        own = screen->before;
        changed = 1;
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    cli_signals_leave_by(leave_at_once);
    fputs("\033[?1049h\033[?25l", stdout);
    fflush(stdout);
    return screen->open = 1;
}

void cli_screen_close(cli_screen *screen)
{
    if (screen->open) {
        cli_signals_leave_by(NULL);
        fputs(LEAVE, stdout);
        fflush(stdout);
        if (screen->keys) {
            (void)tcsetattr(STDIN_FILENO, TCSANOW, &screen->before);
        }
        screen->open = 0;
    }
}

/* ---- frames ---- */

static void put(cli_screen *screen, const char *bytes, size_t count)
{
    if (screen->used + count <= sizeof screen->frame) {
        memcpy(screen->frame + screen->used, bytes, count);
        screen->used += count;
    }
}

static void put_text(cli_screen *screen, const char *text)
{
    put(screen, text, strlen(text));
}

void cli_screen_begin(cli_screen *screen)
{
    struct winsize size = {0};
    int known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    screen->columns = known ? size.ws_col : 80;
    screen->rows = known ? size.ws_row : 24;
    screen->columns = screen->columns < LEAST_COLUMNS ? LEAST_COLUMNS : screen->columns;
    screen->rows = screen->rows < LEAST_ROWS ? LEAST_ROWS : screen->rows;
    screen->line = 0;
    screen->used = 0;
    // what another size has left behind goes; else lines are drawn over lines, which does not
    // flicker
    int same = screen->columns == screen->drawn_columns && screen->rows == screen->drawn_rows;
    put_text(screen, same ? "\033[H" : "\033[2J\033[H");
    screen->drawn_columns = screen->columns;
    screen->drawn_rows = screen->rows;
}

void cli_screen_line(cli_screen *screen, cli_style style, const char *format, ...)
{
    static const char *const begins[] = {"", "\033[1m", "\033[2m"};
    char text[2048];
    va_list list;
    if (screen->line >= screen->rows) {
        return;
    }
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    put_text(screen, screen->line++ > 0 ? "\r\n" : "");
    put_text(screen, begins[style]);
    int column = 0;
    for (char *at = text; *at; at++) {
        // bytes within a character of UTF-8 take no column; the last stays free, or it would wrap
        column += ((unsigned char)*at & 0xC0) != 0x80;
        if (column >= screen->columns) {
            break;
        }
        char byte = (unsigned char)*at < 0x20 || *at == 0x7F ? '?' : *at;
        put(screen, &byte, 1);
    }
    put_text(screen, "\033[0m\033[K");
}

void cli_screen_show(cli_screen *screen)
{
    put_text(screen, "\033[J");
    fwrite(screen->frame, 1, screen->used, stdout);
    fflush(stdout);
}

/* ---- keys ---- */

int cli_screen_key(cli_screen *screen, double seconds)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char key = 0;
    int there = poll(&input, screen->keys ? 1 : 0, (int)(seconds * 1000));
    if (there <= 0) {
        return 0;
    }
    return read(STDIN_FILENO, &key, 1) == 1 ? key : CLI_SCREEN_GONE;
}
