/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages as HTML: one file that asks for nothing, reads without JavaScript, and prints. */
#include "page.h"

#include <math.h>
#include <string.h>

#define SHORT 24 // bytes of a text that is not broken

// colours have a contrast of at least 4.5 on what they stand on, in both schemes
static const char style[] =
    ":root{color-scheme:light dark;--ink:#1a1a1a;--dim:#555;--paper:#fff;--line:#c8c8c8;"
    "--head:#f0f2f4;--link:#00528a;--note:#fff3d6;--edge:#a86400}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--dim:#b4b4b4;--paper:#16181b;"
    "--line:#4a4e54;--head:#24282d;--link:#7cc4f5;--note:#3a2f12;--edge:#e0a030}}\n"
    "body{font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;"
    "color:var(--ink);background:var(--paper);max-width:76rem;margin:0 auto;padding:1rem}\n"
    "h1,h2,h3{line-height:1.2;margin:1.8em 0 .5em}h1{margin-top:.5em}"
    "h2{border-bottom:2px solid var(--line)}\n"
    "h1,h2,h3,p,caption,td,th{overflow-wrap:break-word}\n"
    "a{color:var(--link)}p{max-width:50rem}\n"
    ".note{background:var(--note);border-left:4px solid var(--edge);padding:.5em 1em}\n"
    ".wide{overflow-x:auto;margin:1em 0}\n"
    "table{border-collapse:collapse;font-size:.875rem;min-width:min(100%,32rem)}\n"
    "caption{text-align:left;color:var(--dim);padding:.3em 0}\n"
    "th,td{border-bottom:1px solid var(--line);padding:.3em .7em;text-align:left;"
    "vertical-align:top}\n"
    "thead th{background:var(--head)}tbody th{font-weight:normal}\n"
    "td:not(.n,.s){min-width:14rem}.s{white-space:nowrap}\n"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    "th button{font:inherit;font-weight:bold;color:inherit;background:none;border:0;padding:0;"
    "cursor:pointer;text-align:inherit;text-decoration:underline dotted}\n"
    "th[aria-sort=ascending] button::after{content:' \\25B2'}"
    "th[aria-sort=descending] button::after{content:' \\25BC'}\n"
    "figure{margin:1.5em 0}figure svg{max-width:100%;height:auto;background:#fff;"
    "border:1px solid var(--line)}figure svg text{font-family:system-ui,'DejaVu Sans',sans-serif}"
    "figcaption{color:var(--dim)}\n"
    "pre{overflow-x:auto;background:var(--head);padding:1em;font-size:.8rem}\n"
    ":focus-visible{outline:3px solid var(--link);outline-offset:2px}\n"
    "@media "
    "print{:root{--ink:#000;--dim:#333;--paper:#fff;--line:#999;--head:#eee;--link:#000;--note:#"
    "fff;--edge:#000}"
    "body{max-width:none;padding:0;font-size:10pt}nav{display:none}h2{break-before:auto}"
    "h2,h3,caption{break-after:avoid}figure,tr{break-inside:avoid}thead{display:table-header-group}"
    ".wide{overflow:visible}table{font-size:8pt}th,td{padding:.2em .4em}"
    "pre{white-space:pre-wrap;font-size:7pt}figure svg{width:100%}}\n";

// sorts a table by the column whose heading is pressed; a second press turns it round. A fragment
// like #sort=2,3 presses the third column of the second table when the page opens
static const char script[] =
    "'use strict';\n"
    "const key=(row,i)=>{const c=row.cells[i];return c.dataset.k===undefined?c.textContent:"
    "Number(c.dataset.k)};\n"
    "const compare=(a,b)=>typeof a==='number'&&typeof b==='number'?a-b:"
    "String(a).localeCompare(String(b),undefined,{numeric:true});\n"
    "document.querySelectorAll('table').forEach(table=>{\n"
    "  const heads=[...table.tHead.rows[0].cells],body=table.tBodies[0];\n"
    "  if(body.rows.length<2)return;\n"
    "  heads.forEach((head,i)=>{\n"
    "    const button=document.createElement('button');\n"
    "    button.type='button';button.append(...head.childNodes);head.append(button);\n"
    "    button.addEventListener('click',()=>{\n"
    "      const up=head.getAttribute('aria-sort')!=='ascending';\n"
    "      heads.forEach(h=>h.removeAttribute('aria-sort'));\n"
    "      head.setAttribute('aria-sort',up?'ascending':'descending');\n"
    "      const empty=r=>r.cells[i].textContent==='';\n"
    "      body.append(...[...body.rows].sort((a,b)=>empty(a)-empty(b)||"
    "(up?1:-1)*compare(key(a,i),key(b,i))));\n"
    "    });\n"
    "  });\n"
    "});\n"
    "const pressed=/^#sort=(\\d+),(\\d+)$/.exec(location.hash);\n"
    "if(pressed)document.querySelectorAll('table')[pressed[1]-1]?.tHead?.rows[0].cells"
    "[pressed[2]-1]?.querySelector('button')?.click();\n";

void cli_html_text(FILE *to, const char *text)
{
    while (*text) {
        uint32_t length = cli_character(text);
        switch (*text) {
        case '&':
            fputs("&amp;", to);
            break;
        case '<':
            fputs("&lt;", to);
            break;
        case '>':
            fputs("&gt;", to);
            break;
        case '"':
            fputs("&quot;", to);
            break;
        case '\'':
            fputs("&#39;", to);
            break;
        default:
            // what is no character is shown as such
            if (length > 0) {
                fwrite(text, 1, length, to);
            } else {
                fputs("\xEF\xBF\xBD", to);
            }
        }
        text += length > 0 ? length : 1;
    }
}

static void begin(cli_page *page, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n<title>",
          page->to);
    cli_html_text(page->to, title);
    fprintf(page->to, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", style);
}

static void end(cli_page *page)
{
    fprintf(page->to, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", script);
}

static void heading(cli_page *page, const char *text)
{
    fprintf(page->to, "<h%u id=\"h%u\">", page->level, page->headings);
    cli_html_text(page->to, text);
    fprintf(page->to, "</h%u>\n", page->level);
}

static void text_of(cli_page *page, const char *text)
{
    fputs("<p>", page->to);
    cli_html_text(page->to, text);
    fputs("</p>\n", page->to);
}

static void remark(cli_page *page, const char *text)
{
    fputs("<p class=\"note\">", page->to);
    cli_html_text(page->to, text);
    fputs("</p>\n", page->to);
}

static void table(cli_page *page, const char *caption)
{
    // one that is wider than the page is scrolled by itself, by keys, too
    fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"", page->to);
    cli_html_text(page->to, caption);
    fputs("\"><table>\n<caption>", page->to);
    cli_html_text(page->to, caption);
    fputs("</caption>\n<thead><tr>", page->to);
    for (uint32_t i = 0; i < page->column_count; i++) {
        fprintf(page->to, "<th scope=\"col\"%s>", page->columns[i].number ? " class=\"n\"" : "");
        cli_html_text(page->to, page->columns[i].title);
        fputs("</th>", page->to);
    }
    fputs("</tr></thead>\n<tbody>", page->to);
}

static void row(cli_page *page)
{
    fputs("\n<tr>", page->to);
}

static void cell(cli_page *page, double key, const char *text)
{
    const char *name = page->cells == 0 ? "th" : "td";
    int number = page->cells < page->column_count && page->columns[page->cells].number;
    fprintf(page->to, "<%s%s%s", name, page->cells == 0 ? " scope=\"row\"" : "",
            number                 ? " class=\"n\""
            : strlen(text) < SHORT ? " class=\"s\""
                                   : "");
    if (isfinite(key)) {
        fprintf(page->to, " data-k=\"%.12g\"", key);
    }
    fputc('>', page->to);
    cli_html_text(page->to, text);
    fprintf(page->to, "</%s>%s", name, page->cells + 1 == page->column_count ? "</tr>" : "");
}

static void table_end(cli_page *page)
{
    fputs("\n</tbody></table></div>\n", page->to);
}

static void fold(cli_page *page, const char *title)
{
    fputs("<details><summary>", page->to);
    cli_html_text(page->to, title);
    fputs("</summary>\n", page->to);
}

static void fold_end(cli_page *page)
{
    fputs("</details>\n", page->to);
}

static void block(cli_page *page, const char *title, const char *text)
{
    fold(page, title);
    fputs("<pre tabindex=\"0\">", page->to);
    cli_html_text(page->to, text);
    fputs("</pre>", page->to);
    fold_end(page);
}

static int figure(cli_page *page, const char *path, const char *name, const char *says)
{
    char prefix[32];
    (void)name;
    snprintf(prefix, sizeof prefix, "f%u-", page->figures);
    fputs("<figure>\n", page->to);
    int made = cli_svg_inline(page->to, path, prefix, says);
    fputs("<figcaption>", page->to);
    cli_html_text(page->to, says);
    fputs("</figcaption>\n</figure>\n", page->to);
    return made;
}

const cli_page_kind cli_html = {
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
