/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that grow, with numbers that are alike in every locale. */
#include "calibrate/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

#define PIECE 1024

static void add(gs_text *text, const char *piece, size_t length)
{
    if (text->status != GPUSIM_OK || length == 0) {
        return;
    }
    text->bytes.element = 1;
    uint32_t before = text->bytes.count;
    text->status = length < UINT32_MAX - before
                       ? gs_array_resize(&text->bytes, before + (uint32_t)length, NULL)
                       : GPUSIM_MEMORY;
    if (text->status == GPUSIM_OK) {
        memcpy((char *)text->bytes.data + before, piece, length);
    }
}

void gs_text_add(gs_text *text, const char *format, ...)
{
    char piece[PIECE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (length >= 0) {
        add(text, piece, (size_t)length < sizeof piece ? (size_t)length : sizeof piece - 1);
    }
}

double gs_round_to(double value, int digits)
{
    if (value == 0 || !isfinite(value)) {
        return value;
    }
    // powers of ten up to 10^22 are exact, and so is dividing by them once
    int place = digits;
    for (double left = fabs(value); left >= 1; left /= 10) {
        place--;
    }
    for (double left = fabs(value) * 10; left < 1; left *= 10) {
        place++;
    }
    double scale = 1;
    for (int i = 0; i < (place < 0 ? -place : place); i++) {
        scale *= 10;
    }
    return place < 0 ? floor(value / scale + 0.5) * scale : floor(value * scale + 0.5) / scale;
}

void gs_text_number(gs_text *text, double value, int digits)
{
    char number[GS_NUMBER_SIZE];
    if (!isnan(value)) {
        gs_print_double(gs_round_to(value, digits), number, sizeof number);
        gs_text_add(text, "%s", number);
    }
}

void gs_text_quantity(gs_text *text, double value, gpusim_unit unit, int digits)
{
    char quantity[64];
    gpusim_quantity_format(gs_round_to(value, digits), unit, 1, quantity, sizeof quantity);
    gs_text_add(text, "%s", quantity);
}

gpusim_status gs_text_end(gs_text *text, gpusim_error *err)
{
    add(text, "", 1);
    return text->status == GPUSIM_OK ? GPUSIM_OK
                                     : gpusim_fail(err, text->status, "no memory for a text");
}

void gs_text_release(gs_text *text)
{
    gs_array_release(&text->bytes);
}
