/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages as Markdown (CommonMark, with the tables of GitHub's); figures are files beside it. */
#include "page.h"

#include <string.h>

// on one line; what Markdown would make something of stands behind a backslash
static void put(FILE *to, const char *text)
{
    while (*text) {
        uint32_t length = cli_character(text);
        if (*text == '\n' || *text == '\t') {
            fputc(' ', to);
        } else if (length == 0) {
            fputs("\xEF\xBF\xBD", to);
        } else {
            fputs(strchr("\\`*_[]<>#|~&$", *text) ? "\\" : "", to);
            fwrite(text, 1, length, to);
        }
        text += length > 0 ? length : 1;
    }
}

static void begin(cli_page *page, const char *title)
{
    (void)page;
    (void)title;
}

static void end(cli_page *page)
{
    (void)page;
}

static void heading(cli_page *page, const char *text)
{
    fprintf(page->to, "%s%.*s ", page->headings > 1 ? "\n" : "", (int)page->level, "######");
    put(page->to, text);
    fputs("\n", page->to);
}

static void text_of(cli_page *page, const char *text)
{
    fputc('\n', page->to);
    put(page->to, text);
    fputc('\n', page->to);
}

static void remark(cli_page *page, const char *text)
{
    fputs("\n> ", page->to);
    put(page->to, text);
    fputc('\n', page->to);
}

static void table(cli_page *page, const char *caption)
{
    text_of(page, caption);
    fputs("\n|", page->to);
    for (uint32_t i = 0; i < page->column_count; i++) {
        fputc(' ', page->to);
        put(page->to, page->columns[i].title);
        fputs(" |", page->to);
    }
    fputs("\n|", page->to);
    for (uint32_t i = 0; i < page->column_count; i++) {
        fputs(page->columns[i].number ? "---:|" : "---|", page->to);
    }
}

static void row(cli_page *page)
{
    fputs("\n|", page->to);
}

static void cell(cli_page *page, double key, const char *text)
{
    (void)key;
    fputc(' ', page->to);
    put(page->to, text);
    fputs(" |", page->to);
}

static void table_end(cli_page *page)
{
    fputc('\n', page->to);
}

// there are no clicks: the table's caption says what it is
static void fold(cli_page *page, const char *title)
{
    (void)page;
    (void)title;
}

static void fold_end(cli_page *page)
{
    (void)page;
}

// indented, so that nothing in it can end it
static void block(cli_page *page, const char *title, const char *text)
{
    text_of(page, title);
    fputc('\n', page->to);
    while (*text) {
        size_t length = strcspn(text, "\n");
        fputs("    ", page->to);
        for (const char *c = text; c < text + length;) {
            uint32_t bytes = cli_character(c);
            fwrite(bytes > 0 ? c : "?", 1, bytes > 0 ? bytes : 1, page->to);
            c += bytes > 0 ? bytes : 1;
        }
        fputc('\n', page->to);
        text += length + (text[length] == '\n');
    }
}

static int figure(cli_page *page, const char *path, const char *name, const char *says)
{
    (void)path;
    fputs("\n![", page->to);
    put(page->to, says);
    fprintf(page->to, "](<%s/%s>)\n", page->links, name);
    return 1;
}

const cli_page_kind cli_markdown = {
    .begin = begin,
    .end = end,
    .heading = heading,
    .text = text_of,
    .remark = remark,
    .table = table,
    .row = row,
    .cell = cell,
    .table_end = table_end,
    .fold = fold,
    .fold_end = fold_end,
    .block = block,
    .figure = figure,
};
