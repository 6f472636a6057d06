/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page of any kind: texts are put together here, and handed to the kind. */
#include "page.h"

#include <stdarg.h>
#include <string.h>

#define TEXT_MOST 4000

// formats into `text`
#define PUT_TOGETHER(text, format)                                                                 \
    char text[TEXT_MOST];                                                                          \
    va_list arguments;                                                                             \
    va_start(arguments, format);                                                                   \
    (void)vsnprintf(text, sizeof text, format, arguments);                                         \
    va_end(arguments)

void cli_page_heading(cli_page *page, uint32_t level, const char *format, ...)
{
    PUT_TOGETHER(text, format);
    page->level = level;
    page->headings++;
    page->kind->heading(page, text);
}

void cli_page_text(cli_page *page, const char *format, ...)
{
    PUT_TOGETHER(text, format);
    page->kind->text(page, text);
}

void cli_page_remark(cli_page *page, const char *format, ...)
{
    PUT_TOGETHER(text, format);
    page->kind->remark(page, text);
}

void cli_page_table(cli_page *page, const cli_column *columns, uint32_t count, const char *format,
                    ...)
{
    PUT_TOGETHER(text, format);
    page->columns = columns;
    page->column_count = count;
    page->kind->table(page, text);
    page->cells = 0;
}

void cli_page_row(cli_page *page)
{
    page->kind->row(page);
    page->cells = 0;
}

void cli_page_cell(cli_page *page, double key, const char *format, ...)
{
    PUT_TOGETHER(text, format);
    page->kind->cell(page, key, text);
    page->cells++;
}

void cli_page_table_end(cli_page *page)
{
    page->kind->table_end(page);
}

void cli_page_fold(cli_page *page, const char *title)
{
    page->kind->fold(page, title);
}

void cli_page_fold_end(cli_page *page)
{
    page->kind->fold_end(page);
}

void cli_page_block(cli_page *page, const char *title, const char *text)
{
    page->kind->block(page, title, text);
}

int cli_page_figure(cli_page *page, const char *path, const char *name, const char *says)
{
    page->figures++;
    return page->kind->figure(page, path, name, says);
}

/* ---- characters ---- */

// so many bytes of 10xxxxxx
static int follow(const unsigned char *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return 1;
}

uint32_t cli_character(const char *text)
{
    const unsigned char *b = (const unsigned char *)text;
    if (b[0] < 0x80) {
        return b[0] == '\t' || b[0] == '\n' || (b[0] >= 0x20 && b[0] != 0x7F);
    }
    // overlong forms, surrogates and what lies beyond Unicode are none
    if (b[0] >= 0xC2 && b[0] <= 0xDF) {
        return follow(b + 1, 1) ? 2 : 0;
    }
    if (b[0] >= 0xE0 && b[0] <= 0xEF && follow(b + 1, 2)) {
        return (b[0] == 0xE0 && b[1] < 0xA0) || (b[0] == 0xED && b[1] > 0x9F) ? 0 : 3;
    }
    if (b[0] >= 0xF0 && b[0] <= 0xF4 && follow(b + 1, 3)) {
        return (b[0] == 0xF0 && b[1] < 0x90) || (b[0] == 0xF4 && b[1] > 0x8F) ? 0 : 4;
    }
    return 0;
}
