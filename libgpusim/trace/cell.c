/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One value as text. */
#include "trace/cell.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

void gs_cell_seconds(gpusim_time time, char buffer[GS_CELL_BYTES])
{
    uint64_t size = time < 0 ? 0 - (uint64_t)time : (uint64_t)time;
    int length = snprintf(buffer, GS_CELL_BYTES, "%s%" PRIu64 ".%09" PRIu64, time < 0 ? "-" : "",
                          size / 1000000000u, size % 1000000000u);
    while (buffer[length - 1] == '0') {
        length--;
    }
    length -= buffer[length - 1] == '.';
    buffer[length] = 0;
}

int gs_cell_fixed(double value, int decimals, char buffer[GS_CELL_BYTES])
{
    uint64_t scale = 1;
    for (int i = 0; i < decimals; i++) {
        scale *= 10;
    }
    double size = (value < 0 ? -value : value) * (double)scale + 0.5;
    if (!(size < 9e18)) {
        return 0;
    }
    uint64_t rounded = (uint64_t)size, rest = rounded % scale;
    int length = snprintf(buffer, GS_CELL_BYTES, "%s%" PRIu64 "%s", value < 0 && rounded ? "-" : "",
                          rounded / scale, decimals > 0 ? "." : "");
    for (int i = decimals; i > 0; i--) {
        buffer[length + i - 1] = (char)('0' + rest % 10);
        rest /= 10;
    }
    buffer[length + decimals] = 0;
    return 1;
}

static gs_cell_kind real(double value, char buffer[GS_CELL_BYTES])
{
    if (value != value) {
        buffer[0] = 0;
        return GS_CELL_NONE;
    }
    (void)gs_print_double(value, buffer, GS_CELL_BYTES);
    return value - value == 0 ? GS_CELL_NUMBER : GS_CELL_TEXT; // infinity is a word
}

// the shortest decimals that are the same float
static gs_cell_kind real32(float value, char buffer[GS_CELL_BYTES])
{
    gs_cell_kind kind = real((double)value, buffer);
    double again = 0;
    for (int digits = 6; kind == GS_CELL_NUMBER && digits < 9; digits++) {
        char shorter[64];
        int length = snprintf(shorter, sizeof shorter, "%.*e", digits - 1, (double)value);
        char *comma = strchr(shorter, ',');
        if (comma) {
            *comma = '.'; // a locale's
        }
        if (gs_parse_double(shorter, (size_t)length, &again) && (float)again == value) {
            return real(again, buffer);
        }
    }
    return kind;
}

int gs_cell_fixed32(float value, int decimals, char buffer[GS_CELL_BYTES])
{
    double shortest = 0;
    return real32(value, buffer) == GS_CELL_NUMBER &&
           gs_parse_double(buffer, strlen(buffer), &shortest) &&
           gs_cell_fixed(shortest, decimals, buffer);
}

static gs_cell_kind whole(int is_none, const char *sign, uint64_t size, char buffer[GS_CELL_BYTES])
{
    buffer[0] = 0;
    if (!is_none) {
        snprintf(buffer, GS_CELL_BYTES, "%s%" PRIu64, sign, size);
    }
    return is_none ? GS_CELL_NONE : GS_CELL_NUMBER;
}

static gs_cell_kind word_of(const gpusim_choice *choice, uint8_t value, char buffer[GS_CELL_BYTES])
{
    while (choice->name && choice->value != value) {
        choice++;
    }
    if (choice->name) {
        snprintf(buffer, GS_CELL_BYTES, "%s", choice->name);
    } else {
        snprintf(buffer, GS_CELL_BYTES, "%u", value); // of a newer minor version
    }
    return GS_CELL_TEXT;
}

static gs_cell_kind signed_cell(const gpusim_field *field, int64_t value,
                                char buffer[GS_CELL_BYTES])
{
    int optional = (field->flags & GPUSIM_OPTIONAL) != 0;
    return whole(optional && value == INT64_MAX, value < 0 ? "-" : "",
                 value < 0 ? 0 - (uint64_t)value : (uint64_t)value, buffer);
}

gs_cell_kind gs_cell(const gpusim_trace *trace, const gpusim_field *field, const void *row,
                     char buffer[GS_CELL_BYTES])
{
    const unsigned char *at = (const unsigned char *)row + field->offset;
    int optional = (field->flags & GPUSIM_OPTIONAL) != 0;
    union {
        uint8_t u8;
        int32_t i32;
        uint32_t u32;
        int64_t i64;
        uint64_t u64;
        float f32;
        double f64;
    } value = {0};
    memcpy(&value, at, gs_h5_bytes(field->type));
    switch (field->type) {
    case GPUSIM_BOOL:
        return whole(0, "", value.u8, buffer);
    case GPUSIM_ENUM:
        return word_of(field->detail.choices, value.u8, buffer);
    case GPUSIM_INT32:
        return signed_cell(field, value.i32, buffer);
    case GPUSIM_INT64:
        return signed_cell(field, value.i64, buffer);
    case GPUSIM_UINT32:
        return whole(optional && value.u32 == UINT32_MAX, "", value.u32, buffer);
    case GPUSIM_UINT64:
        return whole(optional && value.u64 == UINT64_MAX, "", value.u64, buffer);
    case GPUSIM_FLOAT32:
        return real32(value.f32, buffer);
    case GPUSIM_FLOAT64:
        return real(value.f64, buffer);
    case GPUSIM_TIME:
        buffer[0] = 0;
        if (value.i64 == GPUSIM_TIME_MAX) {
            return GS_CELL_NONE;
        }
        gs_cell_seconds(value.i64, buffer);
        return GS_CELL_NUMBER;
    case GPUSIM_NAME: {
        const char *name = gpusim_trace_name(trace, value.u32);
        snprintf(buffer, GS_CELL_BYTES, "%s", name ? name : "");
        return GS_CELL_TEXT;
    }
    default:
        buffer[0] = 0;
        return GS_CELL_NONE;
    }
}

gs_cell_kind gs_cell_value(gpusim_field_type type, const void *value, char buffer[GS_CELL_BYTES])
{
    gpusim_field field = {.type = type, .flags = GPUSIM_OPTIONAL};
    return gs_cell(NULL, &field, value, buffer);
}

int gs_cell_equal(const gpusim_trace *a, const void *row_a, const gpusim_trace *b,
                  const void *row_b, const gpusim_field *field)
{
    const unsigned char *at_a = (const unsigned char *)row_a + field->offset;
    const unsigned char *at_b = (const unsigned char *)row_b + field->offset;
    if (field->type != GPUSIM_NAME && memcmp(at_a, at_b, gs_h5_bytes(field->type)) == 0) {
        return 1;
    }
    if (field->type != GPUSIM_NAME && field->type != GPUSIM_FLOAT32 &&
        field->type != GPUSIM_FLOAT64) {
        return 0;
    }
    char text_a[GS_CELL_BYTES], text_b[GS_CELL_BYTES];
    gs_cell_kind kind_a = gs_cell(a, field, row_a, text_a);
    gs_cell_kind kind_b = gs_cell(b, field, row_b, text_b);
    return kind_a == kind_b && strcmp(text_a, text_b) == 0;
}
