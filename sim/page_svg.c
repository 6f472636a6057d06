/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of gnuplot's within a page: their ids made unique, their own head left out. */
#include "page.h"

#include <stdlib.h>
#include <string.h>

// a whole file, terminated; NULL when it cannot be read
static char *read_whole(const char *path)
{
    FILE *from = fopen(path, "rb");
    char *text = NULL;
    long size = -1;
    if (from && fseek(from, 0, SEEK_END) == 0) {
        size = ftell(from);
        rewind(from);
    }
    if (size >= 0) {
        text = malloc((size_t)size + 1);
    }
    if (text) {
        text[fread(text, 1, (size_t)size, from)] = '\0';
    }
    if (from) {
        fclose(from);
    }
    return text;
}

// behind which of these words an id stands
static size_t before_id(const char *at)
{
    static const char *const words[] = {" id=\"", " id='", "href='#", "href=\"#", "url(#"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(at, words[i], strlen(words[i])) == 0) {
            return strlen(words[i]);
        }
    }
    return 0;
}

// tags get the prefix where they name things; titles, which gnuplot makes of its own names, go
static void put_body(FILE *to, const char *at, const char *prefix)
{
    int in_tag = 0;
    while (*at) {
        const char *title_end = NULL;
        if (strncmp(at, "<title>", 7) == 0 && (title_end = strstr(at, "</title>")) != NULL) {
            at = title_end + 8;
            continue;
        }
        in_tag = *at == '<' ? 1 : *at == '>' ? 0 : in_tag;
        size_t length = in_tag ? before_id(at) : 0;
        if (length > 0) {
            fwrite(at, 1, length, to);
            fputs(prefix, to);
            at += length;
        } else {
            fputc(*at++, to);
        }
    }
}

int cli_svg_inline(FILE *to, const char *path, const char *prefix, const char *says)
{
    char *whole = read_whole(path);
    char *begin = whole ? strstr(whole, "<svg") : NULL;
    char *box = begin ? strstr(begin, "viewBox=\"") : NULL;
    char *body = begin ? strchr(begin, '>') : NULL;
    // <desc> is gnuplot's name
    char *skipped = body ? strstr(body, "</desc>") : NULL;
    char *end = body ? strstr(body, "</svg>") : NULL;
    int good = box && box < body && skipped && end;
    if (good) {
        *end = '\0';
        box += strlen("viewBox=\"");
        fprintf(to,
                "<svg role=\"img\" aria-labelledby=\"%stitle\" viewBox=\"%.*s\"><title id=\"%s"
                "title\">",
                prefix, (int)strcspn(box, "\""), box, prefix);
        cli_html_text(to, says);
        fputs("</title>", to);
        put_body(to, skipped + 7, prefix);
        fputs("</svg>\n", to);
    }
    free(whole);
    return good;
}
