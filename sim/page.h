/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page that is written once, as HTML or as Markdown: headings, text, tables, figures. All text
 * that comes in is plain, whatever it holds; the page escapes it. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdint.h>
#include <stdio.h>

#include <gpusim/status.h>

#define CLI_COLUMNS_MAX 16

typedef struct cli_page cli_page;

typedef struct cli_column {
    const char *title;
    int number; /* cells are amounts: to the right, sorted by their keys */
} cli_column;

/* How a kind of page writes; texts are raw. */
typedef struct cli_page_kind {
    void (*begin)(cli_page *page, const char *title);
    void (*end)(cli_page *page);
    void (*heading)(cli_page *page, const char *text);
    void (*text)(cli_page *page, const char *text);
    void (*remark)(cli_page *page, const char *text);
    void (*table)(cli_page *page, const char *caption);
    void (*row)(cli_page *page);
    void (*cell)(cli_page *page, double key, const char *text);
    void (*table_end)(cli_page *page);
    void (*fold)(cli_page *page, const char *title);
    void (*fold_end)(cli_page *page);
    void (*block)(cli_page *page, const char *title, const char *text);
    int (*figure)(cli_page *page, const char *path, const char *name, const char *says);
} cli_page_kind;

extern const cli_page_kind cli_html, cli_markdown;

struct cli_page {
    const cli_page_kind *kind;
    FILE *to;
    const char *links; /* Markdown: the folder of its figures, as the page names it */
    const cli_column *columns;
    uint32_t column_count;
    uint32_t level;                    /* of the heading at hand */
    uint32_t headings, figures, cells; /* so many yet; cells: of the row */
};

/* Formats of printf; what is longer than 4,000 bytes is cut. */
void cli_page_heading(cli_page *page, uint32_t level, const char *format, ...) GPUSIM_PRINTF(3, 4);
void cli_page_text(cli_page *page, const char *format, ...) GPUSIM_PRINTF(2, 3);
/* Something that readers must not miss. */
void cli_page_remark(cli_page *page, const char *format, ...) GPUSIM_PRINTF(2, 3);

/* A table: then rows, each begun and filled cell by cell. `columns` lives until its end. */
void cli_page_table(cli_page *page, const cli_column *columns, uint32_t count, const char *format,
                    ...) GPUSIM_PRINTF(4, 5);
void cli_page_row(cli_page *page);
/* With the key that it is sorted by; NaN: by its text. */
void cli_page_cell(cli_page *page, double key, const char *format, ...) GPUSIM_PRINTF(3, 4);
void cli_page_table_end(cli_page *page);

/* What stands between them is behind a click where there are clicks. */
void cli_page_fold(cli_page *page, const char *title);
void cli_page_fold_end(cli_page *page);

/* Lines as they are, of any length. */
void cli_page_block(cli_page *page, const char *title, const char *text);

/* A picture that gnuplot has made: an SVG file. 0 when it cannot be read. */
int cli_page_figure(cli_page *page, const char *path, const char *name, const char *says);

/* ---- characters ---- */

/* Length of the UTF-8 character at `text`, 0 when it is none, or one that no page may hold. */
uint32_t cli_character(const char *text);

/* A text within HTML, also within an attribute in double quotes. */
void cli_html_text(FILE *to, const char *text);

/* Writes an SVG of gnuplot's as an element of HTML whose ids begin with `prefix`, so that several
 * can stand on one page; 0 when it is none. */
int cli_svg_inline(FILE *to, const char *path, const char *prefix, const char *says);

#endif
