/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The results of a comparison in a file, a line for each run as it ends, so that one that was
 * interrupted goes on where it was. A line ends with a hash of itself: one that was cut off is
 * dropped, and one that somebody changed is an error. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <gpusim/version.h>

#include "base/hash.h"
#include "base/number.h"
#include "study/compare.h"

#define KEYS       5 /* scenario, scheduler, seed, model_hash, gpusim; then the metrics, then check */
#define CHECK_SIZE 16

/* ---- text of a line ---- */

static gpusim_status add_bytes(gs_array *line, const char *text, size_t length, gpusim_error *err)
{
    gpusim_status status = gs_array_reserve(line, line->count + (uint32_t)length + 1, err);
    if (status == GPUSIM_OK) {
        memcpy((char *)line->data + line->count, text, length);
        line->count += (uint32_t)length;
    }
    return status;
}

// quoted where it has to be (RFC 4180)
static gpusim_status add_cell(gs_array *line, const char *text, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    int quoted = strpbrk(text, ",\"\n\r") != NULL;
    if (line->count > 0) {
        GPUSIM_TRY(add_bytes(line, ",", 1, err));
    }
    if (!quoted) {
        return add_bytes(line, text, strlen(text), err);
    }
    GPUSIM_TRY(add_bytes(line, "\"", 1, err));
    for (; *text; text++) {
        GPUSIM_TRY(add_bytes(line, text, 1, err));
        if (*text == '"') {
            GPUSIM_TRY(add_bytes(line, "\"", 1, err));
        }
    }
    GPUSIM_TRY(add_bytes(line, "\"", 1, err));
cleanup:
    return status;
}

static void check_of(const char *line, size_t length, char check[CHECK_SIZE + 1])
{
    snprintf(check, CHECK_SIZE + 1, "%016llx", (unsigned long long)gs_hash64(line, length, 0));
}

static gpusim_status add_check(gs_array *line, gpusim_error *err)
{
    char check[CHECK_SIZE + 1];
    check_of(line->data, line->count, check);
    gpusim_status status = add_cell(line, check, err);
    return status == GPUSIM_OK ? add_bytes(line, "\n", 1, err) : status;
}

static gpusim_status make_header(const gpusim_compare *compare, gs_array *line, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    static const char *const keys[KEYS] = {"scenario", "scheduler", "seed", "model_hash", "gpusim"};
    for (int i = 0; i < KEYS; i++) {
        GPUSIM_TRY(add_cell(line, keys[i], err));
    }
    for (uint32_t m = 0; m < compare->metrics.count; m++) {
        GPUSIM_TRY(add_cell(line, GS_AT(compare->metrics, gpusim_compare_metric, m).name, err));
    }
    GPUSIM_TRY(add_check(line, err));
cleanup:
    return status;
}

static gpusim_status make_line(const gpusim_compare *compare, uint32_t index, gs_array *line,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char number[GS_NUMBER_SIZE];
    gpusim_model_info info;
    gpusim_compare_run run;
    gs_compare_describe(compare, index, &run);
    gpusim_model_info_get(gs_compare_model(compare, index), &info);
    GPUSIM_TRY(add_cell(line, gpusim_compare_scenario(compare, run.scenario), err));
    GPUSIM_TRY(add_cell(line, gpusim_compare_scheduler(compare, run.scheduler), err));
    snprintf(number, sizeof number, "%llu", (unsigned long long)run.seed);
    GPUSIM_TRY(add_cell(line, number, err));
    GPUSIM_TRY(add_cell(line, info.hash, err));
    GPUSIM_TRY(add_cell(line, gpusim_version(), err));
    for (uint32_t m = 0; m < compare->metrics.count; m++) {
        number[0] = '\0';
        if (!isnan(run.values[m])) {
            (void)gs_print_double(run.values[m], number, (int)sizeof number);
        }
        GPUSIM_TRY(add_cell(line, number, err));
    }
    GPUSIM_TRY(add_check(line, err));
cleanup:
    return status;
}

/* ---- writing ---- */

static gpusim_status fail_file(const gpusim_compare *compare, gpusim_error *err, const char *what)
{
    return gpusim_fail(err, GPUSIM_IO, "cannot %s '%.300s': %s", what, compare->path,
                       errno == ENOSPC   ? "no space left"
                       : errno == ENOENT ? "no such folder"
                       : errno == EACCES ? "no permission"
                                         : "input or output failed");
}

static gpusim_status put(gpusim_compare *compare, const gs_array *line, gpusim_error *err)
{
    if (fwrite(line->data, 1, line->count, compare->file) != line->count ||
        fflush(compare->file) != 0) {
        return fail_file(compare, err, "write to");
    }
    return GPUSIM_OK;
}

gpusim_status gs_compare_write(gpusim_compare *compare, uint32_t index, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_array line = GS_ARRAY(char);
    if (compare->file) {
        GPUSIM_TRY(make_line(compare, index, &line, err));
        GPUSIM_TRY(put(compare, &line, err));
    }
cleanup:
    gs_array_release(&line);
    return status;
}

/* ---- reading ---- */

/* A file as it was left. */
typedef struct left {
    gpusim_compare *compare;
    char *text;
    size_t length, kept; /* bytes; of those, lines that are whole */
    int32_t line;
} left;

static gpusim_status fail_line(const left *l, gpusim_error *err, const char *hint,
                               const char *format, ...) GPUSIM_PRINTF(4, 5);

static gpusim_status fail_line(const left *l, gpusim_error *err, const char *hint,
                               const char *format, ...)
{
    char message[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    gpusim_fail(err, GPUSIM_FORMAT, "%s", message);
    gpusim_error_hint(err, "%s", hint);
    if (err) {
        snprintf(err->file, sizeof err->file, "%s", l->compare->path);
        err->line = l->line;
    }
    return GPUSIM_FORMAT;
}

// takes a cell off a line, in place and without its quotes; NULL at the end
static char *take_cell(char **line)
{
    char *from = *line, *to = *line, *cell = *line;
    if (!from) {
        return NULL;
    }
    int quoted = *from == '"';
    from += quoted;
    while (*from && (quoted || *from != ',')) {
        if (quoted && *from == '"') {
            if (from[1] != '"') {
                from++;
                quoted = 0;
                continue;
            }
            from++;
        }
        *to++ = *from++;
    }
    *line = *from == ',' ? from + 1 : NULL;
    *to = '\0';
    return cell;
}

static uint32_t number_of(const gs_array *labels, const char *label)
{
    for (uint32_t i = 0; i < labels->count; i++) {
        if (strcmp(GS_AT(*labels, const char *, i), label) == 0) {
            return i;
        }
    }
    return GPUSIM_NONE;
}

static uint32_t replication_of(const gpusim_compare *compare, const char *text)
{
    uint64_t seed = 0;
    if (!gs_parse_uint64(text, strlen(text), &seed)) {
        return GPUSIM_NONE;
    }
    for (uint32_t i = 0; i < compare->seeds.count; i++) {
        if (GS_AT(compare->seeds, uint64_t, i) == seed) {
            return i;
        }
    }
    return GPUSIM_NONE;
}

// the values of a run that the plan has; others stay in the file and are not looked at
static gpusim_status take_run(const left *l, char *line, gpusim_error *err)
{
    gpusim_compare *compare = l->compare;
    gpusim_model_info info;
    char *keys[KEYS];
    for (int i = 0; i < KEYS; i++) {
        keys[i] = take_cell(&line);
        if (!keys[i]) {
            return fail_line(l, err, "", "a line of results is too short");
        }
    }
    uint32_t scenario = number_of(&compare->scenarios, keys[0]);
    uint32_t scheduler = number_of(&compare->schedulers, keys[1]);
    if (scenario == GPUSIM_NONE || scheduler == GPUSIM_NONE) {
        return GPUSIM_OK;
    }
    uint32_t replication = replication_of(compare, keys[2]);
    uint32_t index = gs_compare_index(compare, scenario, scheduler,
                                      replication == GPUSIM_NONE ? 0 : replication);
    gpusim_model_info_get(gs_compare_model(compare, index), &info);
    if (strcmp(keys[3], info.hash) != 0 || strcmp(keys[4], gpusim_version()) != 0) {
        return fail_line(l, err,
                         "begin anew in another folder: results of two models are no sample",
                         "'%.60s', '%.60s' is not what it was: model %s of gpusim %.16s then, "
                         "%s of %.16s now",
                         keys[0], keys[1], keys[3], keys[4], info.hash, gpusim_version());
    }
    if (replication == GPUSIM_NONE) {
        return GPUSIM_OK;
    }
    double *values = compare->values + (size_t)index * compare->metrics.count;
    for (uint32_t m = 0; m < compare->metrics.count; m++) {
        const char *cell = take_cell(&line);
        values[m] = (double)NAN;
        if (!cell || (cell[0] && !gs_parse_double(cell, strlen(cell), &values[m]))) {
            return fail_line(l, err, "", "metric '%.60s' is no number",
                             GS_AT(compare->metrics, gpusim_compare_metric, m).name);
        }
    }
    compare->runs[index].state = GS_RUN_DONE;
    return GPUSIM_OK;
}

// 1 when a line ends with the hash of what is before; its comma is overwritten
static int is_sound(char *line, size_t length)
{
    char check[CHECK_SIZE + 1];
    if (length < CHECK_SIZE + 1 || line[length - CHECK_SIZE - 1] != ',') {
        return 0;
    }
    check_of(line, length - CHECK_SIZE - 1, check);
    int sound = memcmp(check, line + length - CHECK_SIZE, CHECK_SIZE) == 0;
    line[length - CHECK_SIZE - 1] = '\0';
    return sound;
}

// all whole lines; what was cut off at the end is not kept
static gpusim_status take_lines(left *l, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_array header = GS_ARRAY(char);
    GPUSIM_TRY(make_header(l->compare, &header, err));
    while (l->kept < l->length) {
        char *line = l->text + l->kept;
        char *end = memchr(line, '\n', l->length - l->kept);
        if (!end) {
            break;
        }
        size_t length = (size_t)(end - line);
        l->line++;
        if (l->kept == 0) {
            if (length + 1 != header.count || memcmp(line, header.data, header.count) != 0) {
                status = fail_line(l, err, "begin anew in another folder",
                                   "these are no results of this version and these metrics");
                goto cleanup;
            }
        } else if (!is_sound(line, length)) {
            status = fail_line(l, err, "begin anew in another folder",
                               "this line is not as it was written");
            goto cleanup;
        } else {
            GPUSIM_TRY(take_run(l, line, err));
        }
        l->kept += length + 1;
    }
cleanup:
    gs_array_release(&header);
    return status;
}

static gpusim_status read_all(left *l, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_compare *compare = l->compare;
    if (fseek(compare->file, 0, SEEK_END) != 0) {
        return fail_file(compare, err, "read");
    }
    long size = ftell(compare->file);
    rewind(compare->file);
    if (size < 0) {
        return fail_file(compare, err, "read");
    }
    l->length = (size_t)size;
    GPUSIM_TRY(gs_allocate(&l->text, l->length + 1, 1, err));
    if (fread(l->text, 1, l->length, compare->file) != l->length) {
        status = fail_file(compare, err, "read");
    }
cleanup:
    return status;
}

/* ---- beginning ---- */

static gpusim_status open_file(gpusim_compare *compare, int resume, gpusim_error *err)
{
    FILE *there = fopen(compare->path, "rb");
    if (there) {
        fclose(there);
    }
    if (there && !resume) {
        gpusim_fail(err, GPUSIM_EXISTS, "'%.400s' is there already", compare->path);
        gpusim_error_hint(err, "go on with it (--resume), or write to another folder");
        return GPUSIM_EXISTS;
    }
    compare->file = fopen(compare->path, there ? "r+b" : "w+b");
    return compare->file ? GPUSIM_OK : fail_file(compare, err, "open");
}

gpusim_status gpusim_compare_keep(gpusim_compare *compare, const char *folder, int resume,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_array line = GS_ARRAY(char);
    left l = {.compare = compare};
    if (compare->file || compare->workers) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "the comparison has begun");
    }
    GPUSIM_TRY(gs_compare_lay_out(compare, err));
    GPUSIM_TRY(gs_compare_make_folders(compare, folder, err));
    GPUSIM_TRY(gs_compare_path(compare, &compare->path, err, "%s/results.csv", folder));
    GPUSIM_TRY(open_file(compare, resume, err));
    GPUSIM_TRY(read_all(&l, err));
    GPUSIM_TRY(take_lines(&l, err));
    for (uint32_t i = 0; i < compare->run_count; i++) {
        compare->done += compare->runs[i].state == GS_RUN_DONE;
    }

    // what was cut off goes, and from here on lines are added
    if (fseek(compare->file, (long)l.kept, SEEK_SET) != 0 ||
        ftruncate(fileno(compare->file), (off_t)l.kept) != 0) {
        status = fail_file(compare, err, "write to");
        goto cleanup;
    }
    if (l.kept == 0) {
        GPUSIM_TRY(make_header(compare, &line, err));
        GPUSIM_TRY(put(compare, &line, err));
    }
cleanup:
    gs_array_release(&line);
    gs_release(&l.text);
    return status;
}
