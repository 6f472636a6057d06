/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dcgm-exporter answers to scrapes, one behind the other, as samples: Prometheus' text format,
 * NAME{LABEL="VALUE",...} VALUE [MILLISECONDS]. Metrics that are no gauges of GPUs are left out. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "detect/readings.h"

#define TEXT_BYTES 256
#define METRICS    256u /* there are fewer that are gauges */

/* What DCGM says where it has nothing, and for 15 numbers on why: of 32 bits, 64 bits, doubles. */
#define BLANK_INT32  2147483632.0
#define BLANK_DOUBLE 140737488355328.0
#define BLANK_INT64  9223372036854775792.0
#define BLANKS       15.0

typedef struct scrape {
    gs_lines *lines;
    gs_readings readings;
    gs_array
        seen; // uint64_t, by entity and signal: the scrape that it was in, of lines without times
    uint64_t scrapes;
} scrape;

/* One line. */
typedef struct sample_line {
    char name[TEXT_BYTES], gpu[TEXT_BYTES], uuid[TEXT_BYTES], host[TEXT_BYTES],
        instance[TEXT_BYTES];
    double value;
    gpusim_time time;
    int has_time;
    int reserved;
} sample_line;

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}

static size_t name_length(const char *text)
{
    size_t length = 0;
    while (is_letter(text[length]) || (length && text[length] >= '0' && text[length] <= '9')) {
        length++;
    }
    return length;
}

static const char *skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t') {
        at++;
    }
    return at;
}

int gs_is_prometheus(const char *line, size_t length)
{
    if (length >= 6 && (memcmp(line, "# HELP", 6) == 0 || memcmp(line, "# TYPE", 6) == 0)) {
        return 1;
    }
    size_t name = name_length(line);
    return name > 0 && name < length && line[name] == '{';
}

/* ---- one line ---- */

static void keep(char to[TEXT_BYTES], const char *text, size_t length)
{
    length = length < TEXT_BYTES - 1 ? length : TEXT_BYTES - 1;
    memcpy(to, text, length);
    to[length] = '\0';
}

// A quoted value without its escapes; NULL: it does not end.
static const char *read_quoted(const char *at, char value[TEXT_BYTES])
{
    size_t length = 0;
    for (at++; *at && *at != '"'; at++) {
        int escaped = *at == '\\' && at[1];
        at += escaped;
        if (length < TEXT_BYTES - 1) {
            value[length++] = *at == 'n' && escaped ? '\n' : *at;
        }
    }
    value[length] = '\0';
    return *at == '"' ? at + 1 : NULL;
}

static void take_label(sample_line *line, const char *name, const char *value)
{
    const struct {
        const char *name;
        char *to;
    } labels[] = {{"gpu", line->gpu},       {"UUID", line->uuid},     {"uuid", line->uuid},
                  {"Hostname", line->host}, {"hostname", line->host}, {"GPU_I_ID", line->instance}};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (strcmp(labels[i].name, name) == 0) {
            memcpy(labels[i].to, value, TEXT_BYTES);
        }
    }
}

// Behind the labels, or NULL with the place where they go wrong.
static const char *read_labels(const char *at, sample_line *line, const char **wrong)
{
    char name[TEXT_BYTES], value[TEXT_BYTES];
    for (at = skip_blanks(at + 1); *at != '}'; at = skip_blanks(at)) {
        size_t length = name_length(at);
        *wrong = at;
        keep(name, at, length);
        at = skip_blanks(at + length);
        if (!length || *at != '=') {
            return NULL;
        }
        at = skip_blanks(at + 1);
        *wrong = at;
        at = *at == '"' ? read_quoted(at, value) : NULL;
        if (!at) {
            return NULL;
        }
        take_label(line, name, value);
        at = skip_blanks(at);
        *wrong = at;
        if (*at != ',' && *at != '}') {
            return NULL;
        }
        at += *at == ',';
    }
    return at + 1;
}

static int read_value(const char *text, size_t length, double *value)
{
    static const char *const none[] = {"NaN", "Nan", "+Inf", "-Inf", "Inf"};
    *value = NAN;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        if (strlen(none[i]) == length && memcmp(none[i], text, length) == 0) {
            return 1;
        }
    }
    if (!gs_parse_double(text, length, value)) {
        return 0;
    }
    const double blanks[] = {BLANK_INT32, BLANK_DOUBLE, BLANK_INT64};
    for (int i = 0; i < 3; i++) {
        if (*value >= blanks[i] && *value <= blanks[i] + BLANKS) {
            *value = NAN;
        }
    }
    return 1;
}

static gpusim_status read_line(const gs_lines *lines, const char *text, sample_line *line,
                               gpusim_error *err)
{
    const char *wrong = text;
    size_t length = name_length(text);
    *line = (sample_line){.value = NAN};
    keep(line->name, text, length);
    const char *at = skip_blanks(text + length);
    if (!length) {
        return gs_lines_fail(lines, text, err, "the line has no metric");
    }
    if (*at == '{') {
        at = read_labels(at, line, &wrong);
        if (!at) {
            return gs_lines_fail(lines, wrong, err, "a label is not NAME=\"VALUE\"");
        }
    }
    at = skip_blanks(at);
    length = strcspn(at, " \t");
    if (!read_value(at, length, &line->value)) {
        return gs_lines_fail(lines, at, err, "the value is not a number");
    }
    at = skip_blanks(at + length);
    length = strcspn(at, " \t");
    int64_t milliseconds = 0;
    line->has_time = *at != '\0';
    if (line->has_time && (!gs_parse_int64(at, length, &milliseconds) ||
                           milliseconds > INT64_MAX / 1000000 || milliseconds < 0)) {
        return gs_lines_fail(lines, at, err, "the time is not in milliseconds");
    }
    line->time = milliseconds * 1000000;
    return GPUSIM_OK;
}

/* ---- all ---- */

static const gpusim_metric *gauge_called(const char *name)
{
    uint32_t count;
    const gpusim_metric *metrics = gpusim_metrics(&count);
    for (uint32_t i = 0; i < count; i++) {
        if (metrics[i].dcgm && metrics[i].entity == GPUSIM_OF_GPU &&
            metrics[i].type == GPUSIM_FLOAT32 && strcmp(metrics[i].dcgm, name) == 0) {
            return &metrics[i];
        }
    }
    return NULL;
}

// A GPU by its own number, else by its host and index; instances of MIG on their own.
static gpusim_status find_entity(scrape *s, const sample_line *line, uint32_t *entity,
                                 gpusim_error *err)
{
    char name[4 * TEXT_BYTES];
    if (line->host[0] && line->gpu[0]) {
        snprintf(name, sizeof name, "%s/gpu%s%s%s", line->host, line->gpu,
                 line->instance[0] ? "/" : "", line->instance);
    } else {
        snprintf(name, sizeof name, "%s%s%s", line->uuid[0] ? line->uuid : line->gpu,
                 line->instance[0] ? "/" : "", line->instance);
    }
    return gs_readings_entity(&s->readings, name, line->host, entity, err);
}

// Lines without times are of the same scrape until one comes again; scrapes are a second apart.
static gpusim_status time_of(scrape *s, uint32_t entity, uint32_t signal, gpusim_time *time,
                             gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    static const uint64_t never = 0;
    uint32_t at = entity * METRICS + signal;
    while (s->seen.count <= at) {
        GPUSIM_TRY(gs_array_push(&s->seen, &never, err));
    }
    uint64_t *seen = &GS_AT(s->seen, uint64_t, at);
    s->scrapes += *seen == s->scrapes;
    *seen = s->scrapes;
    *time = gpusim_time_from_seconds((double)s->scrapes);
cleanup:
    return status;
}

static gpusim_status take_line(scrape *s, const char *text, gpusim_error *err)
{
    gpusim_status status;
    sample_line line;
    uint32_t entity, signal;
    GPUSIM_TRY(read_line(s->lines, text, &line, err));
    const gpusim_metric *metric = gauge_called(line.name);
    if (!metric) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(find_entity(s, &line, &entity, err));
    GPUSIM_TRY(gs_readings_signal(&s->readings, metric->name, &signal, err));
    if (!line.has_time) {
        GPUSIM_TRY(time_of(s, entity, signal, &line.time, err));
    }
    GPUSIM_TRY(gs_readings_add(&s->readings, line.time, entity, signal, line.value, err));
cleanup:
    return status;
}

gpusim_status gs_samples_prometheus(gpusim_samples *samples, gs_lines *lines, gpusim_error *err)
{
    gpusim_status status;
    scrape s = {.lines = lines, .seen = GS_ARRAY(uint64_t)};
    const char *text;
    size_t length;
    int more;
    GPUSIM_TRY(gs_readings_begin(&s.readings, err));
    for (;;) {
        GPUSIM_TRY(gs_lines_next(lines, &text, &length, &more, err));
        if (!more) {
            break;
        }
        text = skip_blanks(text);
        if (*text && *text != '#') {
            GPUSIM_TRY(take_line(&s, text, err));
        }
    }
    if (s.readings.rows.count == 0) {
        GPUSIM_TRY(gs_lines_fail(lines, NULL, err, "no line of the log is a gauge of a GPU"));
    }
    GPUSIM_TRY(gs_readings_sample(&s.readings, samples, err));
cleanup:
    gs_lines_close(lines);
    gs_array_release(&s.seen);
    gs_readings_end(&s.readings);
    return status;
}
