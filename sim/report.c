/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Field tables with their values, as JSON and as text for people. */
#include "report.h"

#include <math.h>
#include <string.h>

#define LABEL_WIDTH   26
#define LINE_WIDTH    96
#define CELL_WIDTH    10

#define LEAST_SECONDS 1e-6 // what people are told of: less is what rounding leaves of sums

/* ---- values ---- */

static uint64_t unsigned_of(const gpusim_field *field, const void *value)
{
    uint64_t whole = 0;
    switch (field->type) {
    case GPUSIM_BOOL:
        return *(const uint8_t *)value;
    case GPUSIM_UINT32:
    case GPUSIM_INT32: {
        uint32_t part;
        memcpy(&part, value, sizeof part);
        return part;
    }
    default:
        memcpy(&whole, value, sizeof whole);
        return whole;
    }
}

static double real_of(const gpusim_field *field, const void *value)
{
    double real;
    if (field->type == GPUSIM_FLOAT32) {
        float small;
        memcpy(&small, value, sizeof small);
        return (double)small;
    }
    memcpy(&real, value, sizeof real);
    return real;
}

static int is_real(const gpusim_field *field)
{
    return field->type == GPUSIM_FLOAT64 || field->type == GPUSIM_FLOAT32;
}

json_t *cli_json_whole(uint64_t whole)
{
    // jansson's numbers end where signed ones do; beyond, the digits stand in a string
    if (whole > (uint64_t)INT64_MAX) {
        char digits[24];
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)whole);
        return json_string(digits);
    }
    return json_integer((json_int_t)whole);
}

static json_t *value_json(const gpusim_field *field, const void *value)
{
    if (is_real(field)) {
        double real = real_of(field, value);
        return isfinite(real) ? json_real(real) : json_null();
    }
    if (field->type == GPUSIM_BOOL) {
        return json_boolean(*(const uint8_t *)value);
    }
    uint64_t whole = unsigned_of(field, value);
    if (field->type == GPUSIM_TIME) {
        gpusim_time time = (gpusim_time)whole;
        return time == GPUSIM_TIME_MAX ? json_null() : json_real(gpusim_seconds(time));
    }
    return field->type == GPUSIM_UINT64 ? cli_json_whole(whole) : json_integer((json_int_t)whole);
}

void cli_report_json(json_t *object, const gpusim_record *record, const void *values)
{
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        const void *value = (const char *)values + field->offset;
        if (field->type == GPUSIM_RECORD) {
            json_t *group = json_object();
            cli_report_json(group, field->detail.record, value);
            json_object_set_new(object, field->name, group);
        } else {
            json_object_set_new(object, field->name, value_json(field, value));
        }
    }
}

json_t *cli_currency_json(const gpusim_summary *summary)
{
    return summary->cost_currency[0] ? json_string(summary->cost_currency) : json_null();
}

json_t *cli_load_json(const gpusim_model *model)
{
    uint32_t count;
    const gpusim_load *loads = gpusim_model_load(model, &count);
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "gpu", json_string(loads[i].gpu));
        json_object_set_new(entry, "gpus", json_integer(loads[i].gpus));
        json_object_set_new(entry, "load",
                            isfinite(loads[i].load) ? json_real(loads[i].load) : json_null());
        json_array_append_new(list, entry);
    }
    return list;
}

/* ---- text ---- */

void cli_count_text(uint64_t value, char *text, int size)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    int at = 0;
    for (int i = 0; i < length && at < size - 2; i++) {
        if (i && (length - i) % 3 == 0) {
            text[at++] = ',';
        }
        text[at++] = digits[i];
    }
    text[at] = '\0';
}

// four digits; thousands as counts are written
static void number_text(double real, char *text, int size)
{
    if (real >= 999.95 && real < 1e15) {
        cli_count_text((uint64_t)(real + 0.5), text, size);
    } else {
        snprintf(text, (size_t)size, "%.4g", real);
    }
}

void cli_value_text(const gpusim_field *field, const void *value, char *text, int size)
{
    if (is_real(field)) {
        double real = real_of(field, value);
        if (!isfinite(real)) {
            snprintf(text, (size_t)size, "-");
        } else if (field->unit == GPUSIM_UNIT_RATIO) {
            snprintf(text, (size_t)size, "%.1f %%", 100.0 * real);
        } else if (field->unit == GPUSIM_UNIT_SECOND && fabs(real) < LEAST_SECONDS) {
            snprintf(text, (size_t)size, "0 s");
        } else if (field->unit == GPUSIM_UNIT_NONE) {
            number_text(real, text, size);
        } else {
            gpusim_quantity_format(real, (gpusim_unit)field->unit, 0, text, size);
        }
        return;
    }
    uint64_t whole = unsigned_of(field, value);
    if (field->unit == GPUSIM_UNIT_NONE || whole == 0) {
        cli_count_text(whole, text, size);
    } else {
        gpusim_quantity_format((double)whole, (gpusim_unit)field->unit, 0, text, size);
    }
}

int cli_is_void(const gpusim_field *field, const void *value)
{
    return is_real(field) ? !isfinite(real_of(field, value)) : unsigned_of(field, value) == 0;
}

double cli_number_of(const gpusim_field *field, const void *value)
{
    return is_real(field) ? real_of(field, value) : (double)unsigned_of(field, value);
}

static int is_void_group(const gpusim_record *record, const void *values)
{
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        if (!cli_is_void(field, (const char *)values + field->offset)) {
            return 0;
        }
    }
    return 1;
}

void cli_label_text(const char *name, char *label, size_t size)
{
    static const char *const units[] = {"_s",     "_j",  "_w",     "_c",
                                        "_gpu_h", "_kg", "_bytes", "_per_h"};
    snprintf(label, size, "%s", name);
    size_t length = strlen(label);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t end = strlen(units[i]);
        if (length > end && strcmp(label + length - end, units[i]) == 0) {
            label[length - end] = '\0';
            break;
        }
    }
    for (char *c = label; *c; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
}

static int ends_in(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);
    return length > tail && strcmp(name + length - tail, end) == 0;
}

const char *cli_unit_text(const gpusim_field *field, const char *currency)
{
    return ends_in(field->name, "_per_h")     ? "an hour"
           : ends_in(field->name, "_gpu_h")   ? "GPU-hours"
           : strcmp(field->name, "cost") == 0 ? currency
                                              : "";
}

static void print_scalar(FILE *to, const gpusim_field *field, const void *value,
                         const char *currency)
{
    char label[48], text[64];
    cli_label_text(field->name, label, sizeof label);
    cli_value_text(field, value, text, sizeof text);
    if (strcmp(field->name, "oracle") == 0) {
        snprintf(text, sizeof text, "the scheduler knew true run times");
    }
    const char *unit = cli_unit_text(field, currency);
    fprintf(to, "  %-*s  %s%s%s\n", LABEL_WIDTH + 2, label, text, unit[0] ? " " : "", unit);
}

// the unit that suits the largest of a group's amounts, so that they can be compared: its word, and
// how much it is; NULL when amounts of this kind go by no unit
static const char *common_unit(const gpusim_record *record, const void *values, char *text,
                               int size, double *one)
{
    double largest = 0;
    gpusim_unit unit = (gpusim_unit)record->fields[0].unit;
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        if (!is_real(field) || (gpusim_unit)field->unit != unit || unit == GPUSIM_UNIT_NONE) {
            return NULL;
        }
        double amount = fabs(real_of(field, (const char *)values + field->offset));
        largest = amount > largest ? amount : largest;
    }
    gpusim_quantity_format(largest, unit, 0, text, size);
    char *word = strchr(text, ' ');
    if (!word || !(largest > 0 && isfinite(largest))) {
        return NULL;
    }
    char unity[48];
    snprintf(unity, sizeof unity, "1%s", word);
    return gpusim_quantity_parse(unity, unit, one, NULL) == GPUSIM_OK ? word : NULL;
}

// four digits, and no more than four behind the point
static void amount_text(double number, const char *word, char *text, size_t size)
{
    if (fabs(number) >= 1000) {
        snprintf(text, size, "%.0f%s", number, word);
        return;
    }
    double rounded = (double)(int64_t)(number * 1e4 + (number < 0 ? -0.5 : 0.5)) / 1e4;
    snprintf(text, size, "%.4g%s", rounded, word);
}

// a group of counts or amounts in a row: "6,720 submitted, 6,700 completed"; what is nothing is
// left out, and a row that is too long goes on below
static void print_counts(FILE *to, const gpusim_field *group, const void *values)
{
    char label[48], text[64], entry[112], name[48];
    cli_label_text(group->name, label, sizeof label);
    fprintf(to, "  %-*s  ", LABEL_WIDTH + 2, label);
    const gpusim_record *record = group->detail.record;
    int column = LABEL_WIDTH + 6;
    char unit[64];
    double one = 1;
    const char *word = common_unit(record, values, unit, sizeof unit, &one);
    for (uint32_t i = 0, printed = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        const void *value = (const char *)values + field->offset;
        int nothing = cli_is_void(field, value) || (is_real(field) && real_of(field, value) == 0.0);
        if (i > 0 && nothing) {
            continue;
        }
        if (word && isfinite(real_of(field, value))) {
            amount_text(real_of(field, value) / one, word, text, sizeof text);
        } else {
            cli_value_text(field, value, text, sizeof text);
        }
        cli_label_text(field->name, name, sizeof name);
        int length = snprintf(entry, sizeof entry, "%s %s", text, name);
        if (printed && column + 2 + length > LINE_WIDTH) {
            fprintf(to, ",\n%*s", LABEL_WIDTH + 6, "");
            column = LABEL_WIDTH + 6;
        } else if (printed) {
            fputs(", ", to);
            column += 2;
        }
        fputs(entry, to);
        column += length;
        printed++;
    }
    fputc('\n', to);
}

int cli_is_statistics(const gpusim_field *field)
{
    return field->type == GPUSIM_RECORD && gpusim_record_find(field->detail.record, "p50");
}

static void print_statistics(FILE *to, const gpusim_field *group, const void *values, int first)
{
    char text[64];
    const gpusim_record *record = group->detail.record;
    if (first) {
        fprintf(to, "\n  %-*s", LABEL_WIDTH, "");
        for (uint32_t i = 0; i < record->count; i++) {
            fprintf(to, " %*s", CELL_WIDTH, record->fields[i].name);
        }
        fputc('\n', to);
    }
    cli_label_text(group->name, text, sizeof text);
    fprintf(to, "  %-*s", LABEL_WIDTH, text);
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        cli_value_text(field, (const char *)values + field->offset, text, sizeof text);
        fprintf(to, " %*s", CELL_WIDTH, text);
    }
    fputc('\n', to);
}

// means over jobs that ended say less when others have not: never in silence
static void print_censored(FILE *to, const gpusim_record *record, const void *values)
{
    char text[32];
    const gpusim_field *jobs = gpusim_record_find(record, "jobs");
    const gpusim_field *unfinished =
        jobs ? gpusim_record_find(jobs->detail.record, "unfinished") : NULL;
    if (!unfinished) {
        return;
    }
    const void *value = (const char *)values + jobs->offset + unfinished->offset;
    if (!cli_is_void(unfinished, value)) {
        cli_value_text(unfinished, value, text, sizeof text);
        fprintf(to, "  censored: the %s unfinished are not in this table\n", text);
    }
}

void cli_report_text(FILE *to, const gpusim_record *record, const void *values,
                     const char *currency)
{
    int in_table = 0;
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        const void *value = (const char *)values + field->offset;
        if (cli_is_statistics(field)) {
            print_statistics(to, field, value, !in_table);
            in_table = 1;
            continue;
        }
        // a blank line after the table
        if (in_table) {
            print_censored(to, record, values);
            fputc('\n', to);
            in_table = 0;
        }
        if (field->type == GPUSIM_RECORD) {
            if (!is_void_group(field->detail.record, value)) {
                print_counts(to, field, value);
            }
        } else if (!cli_is_void(field, value)) {
            print_scalar(to, field, value, currency);
        }
    }
}

void cli_csv_text(FILE *to, const char *text)
{
    if (!strpbrk(text, ",\"\n")) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"') {
            fputc('"', to);
        }
        fputc(*text, to);
    }
    fputc('"', to);
}
