/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a detector has learnt, in a file: a head with a checksum, the signals that it knows, then
 * scales and model, of each detector that is under it too. Little-endian, as the machines are that
 * this runs on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <gpusim/spec.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/whole.h"
#include "detect/bytes.h"
#include "detect/watcher.h"

#define MAGIC   "gpusimwm"
#define VERSION 1

typedef struct head {
    char magic[8];
    uint32_t version, reserved;
    uint64_t bytes, checksum; /* of what follows */
} head;

/* ---- writing ---- */

// What one detector learnt, and those under it.
static gpusim_status put_learnt(gs_array *to, const gpusim_watcher *watcher, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_bytes_put_text(to, watcher->module->version, err));
    GPUSIM_TRY(gs_bytes_put(to, &watcher->stream, sizeof watcher->stream, err));
    GPUSIM_TRY(
        gs_bytes_put(to, watcher->scales, watcher->scene.signal_count * sizeof(gs_scale), err));
    GPUSIM_TRY(gs_bytes_put(to, &watcher->model_bytes, sizeof watcher->model_bytes, err));
    GPUSIM_TRY(gs_bytes_put(to, watcher->model, watcher->model_bytes, err));
    for (uint32_t i = 0; i < watcher->members.count; i++) {
        GPUSIM_TRY(put_learnt(to, watcher->members.watchers[i], err));
    }
cleanup:
    return status;
}

static gpusim_status put_signals(gs_array *to, const gpusim_scene *scene, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gs_bytes_put(to, &scene->signal_count, sizeof scene->signal_count, err));
    for (uint32_t s = 0; s < scene->signal_count; s++) {
        uint32_t unit = scene->signals[s].unit;
        GPUSIM_TRY(gs_bytes_put(to, &unit, sizeof unit, err));
        GPUSIM_TRY(gs_bytes_put_text(to, scene->signals[s].name, err));
    }
cleanup:
    return status;
}

gpusim_status gpusim_watcher_save(const gpusim_watcher *watcher, const char *words,
                                  double threshold, const char *path, gpusim_error *err)
{
    gpusim_status status;
    gs_array body = GS_ARRAY(char);
    gs_whole file = {0};
    if (!watcher->trained) {
        GPUSIM_TRY(
            gpusim_fail(err, GPUSIM_ARGUMENT, "%s has learnt nothing yet", watcher->module->name));
    }
    GPUSIM_TRY(gs_bytes_put_text(&body, words, err));
    GPUSIM_TRY(gs_bytes_put(&body, &threshold, sizeof threshold, err));
    GPUSIM_TRY(put_signals(&body, &watcher->scene, err));
    GPUSIM_TRY(put_learnt(&body, watcher, err));
    head h = {.version = VERSION, .bytes = body.count};
    memcpy(h.magic, MAGIC, sizeof h.magic);
    h.checksum = gs_hash64(body.data, body.count, VERSION);
    GPUSIM_TRY(gs_whole_open(&file, err, "%s", path));
    // what could not be written is noticed as it is closed
    (void)fwrite(&h, sizeof h, 1, file.file);
    (void)fwrite(body.data, 1, body.count, file.file);
cleanup:
    gs_array_release(&body);
    return gs_whole_close(&file, status, err);
}

/* ---- reading ---- */

// The signals that it knows have to be those of the scene.
static gpusim_status check_signals(gs_rest *from, const gpusim_scene *scene, gpusim_error *err)
{
    gpusim_status status;
    uint32_t count = 0, unit = 0;
    GPUSIM_TRY(gs_rest_take(from, &count, sizeof count, err));
    for (uint32_t s = 0; s < count; s++) {
        const char *name = "";
        GPUSIM_TRY(gs_rest_take(from, &unit, sizeof unit, err));
        GPUSIM_TRY(gs_rest_take_text(from, &name, err));
        if (s >= scene->signal_count || strcmp(scene->signals[s].name, name) != 0) {
            GPUSIM_TRY(gpusim_fail(
                err, GPUSIM_ARGUMENT, "signal %u is %s, where the detector learnt from %s", s + 1,
                s < scene->signal_count ? scene->signals[s].name : "nothing", name));
        }
        if (unit != scene->signals[s].unit) {
            GPUSIM_TRY(gpusim_fail(
                err, GPUSIM_ARGUMENT, "signal %s is in '%s', where the detector learnt it in '%s'",
                name, gpusim_unit_symbol(scene->signals[s].unit),
                unit < GPUSIM_UNIT_COUNT ? gpusim_unit_symbol((gpusim_unit)unit) : "?"));
        }
    }
    if (count < scene->signal_count) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_ARGUMENT,
                               "signal %u is %s, where the detector learnt from nothing", count + 1,
                               scene->signals[count].name));
    }
cleanup:
    return status;
}

static gpusim_status take_learnt(gs_rest *from, gpusim_watcher *watcher, gpusim_error *err)
{
    gpusim_status status;
    const char *version = "";
    uint64_t model_bytes = 0;
    GPUSIM_TRY(gs_rest_take_text(from, &version, err));
    if (strcmp(version, watcher->module->version) != 0) {
        GPUSIM_TRY(
            gpusim_fail(err, GPUSIM_ARGUMENT,
                        "detector %s has version %s, and what was learnt is of version %.40s",
                        watcher->module->name, watcher->module->version, version));
    }
    GPUSIM_TRY(gs_rest_take(from, &watcher->stream, sizeof watcher->stream, err));
    GPUSIM_TRY(
        gs_rest_take(from, watcher->scales, watcher->scene.signal_count * sizeof(gs_scale), err));
    GPUSIM_TRY(gs_rest_take(from, &model_bytes, sizeof model_bytes, err));
    GPUSIM_TRY(gs_rest_take_block(from, &watcher->model, &watcher->model_bytes, model_bytes, err));
    GPUSIM_TRY(gs_watcher_check(watcher, err));
    for (uint32_t i = 0; i < watcher->members.count; i++) {
        GPUSIM_TRY(take_learnt(from, watcher->members.watchers[i], err));
    }
    watcher->trained = 1;
cleanup:
    return status;
}

// All bytes of a file; no more than what could be one.
static gpusim_status read_file(const char *path, gs_array *bytes, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    FILE *file = fopen(path, "rb");
    if (!file) {
        return gpusim_fail(err, GPUSIM_IO, "cannot open '%s': %s", path, strerror(errno));
    }
    for (size_t got = 1; got && bytes->count <= GS_BYTES_MOST;) {
        GPUSIM_TRY(gs_array_reserve(bytes, bytes->count + 65536, err));
        got = fread((char *)bytes->data + bytes->count, 1, 65536, file);
        bytes->count += (uint32_t)got;
    }
cleanup:
    fclose(file);
    return status;
}

// What stands behind a head, once that and its checksum are as they should be.
static gpusim_status check_head(const char *path, const void *bytes, size_t count, gs_rest *body,
                                gpusim_error *err)
{
    head h;
    if (count < sizeof h || memcmp(bytes, MAGIC, sizeof h.magic) != 0) {
        return gpusim_fail(err, GPUSIM_FORMAT, "'%s' is not the file of a detector", path);
    }
    memcpy(&h, bytes, sizeof h);
    if (h.version != VERSION || h.reserved != 0) {
        return gpusim_fail(err, GPUSIM_FORMAT, "'%s' has version %u, and %d is known", path,
                           h.version, VERSION);
    }
    *body = (gs_rest){(const char *)bytes + sizeof h, count - sizeof h};
    return body->bytes == h.bytes && gs_hash64(body->at, body->bytes, VERSION) == h.checksum
               ? GPUSIM_OK
               : gpusim_fail(err, GPUSIM_FORMAT, "'%s' is damaged", path);
}

gpusim_status gpusim_watcher_load(const char *path, const gpusim_scene *scene,
                                  gpusim_watcher **watcher, double *threshold, gpusim_error *err)
{
    gpusim_status status;
    gs_array bytes = GS_ARRAY(char);
    *watcher = NULL;
    GPUSIM_TRY(read_file(path, &bytes, err));
    GPUSIM_TRY(gs_watcher_read(path, bytes.data, bytes.count, scene, watcher, threshold, err));
cleanup:
    gs_array_release(&bytes);
    return status;
}

gpusim_status gs_watcher_read(const char *path, const void *bytes, size_t count,
                              const gpusim_scene *scene, gpusim_watcher **result, double *threshold,
                              gpusim_error *err)
{
    gpusim_status status;
    gs_rest from;
    gpusim_watcher *watcher = NULL;
    gpusim_parameters *parameters = NULL;
    const gpusim_module *module = NULL;
    const char *words = "";
    double learnt = 0;
    *result = NULL;
    GPUSIM_TRY(check_head(path, bytes, count, &from, err));
    GPUSIM_TRY(gs_rest_take_text(&from, &words, err));
    GPUSIM_TRY(gs_rest_take(&from, &learnt, sizeof learnt, err));
    GPUSIM_TRY(check_signals(&from, scene, err));
    GPUSIM_TRY(gpusim_detector_read(words, &module, &parameters, err));
    GPUSIM_TRY(gpusim_watcher_create(
        module, parameters ? gpusim_parameters_value(parameters) : NULL, scene, 0, &watcher, err));
    if (parameters) {
        gpusim_parameters_destroy(watcher->defaults);
        watcher->defaults = parameters;
        parameters = NULL;
    }
    GPUSIM_TRY(take_learnt(&from, watcher, err));
    GPUSIM_TRY(gs_allocate(&watcher->words, strlen(words) + 1, 1, err));
    memcpy(watcher->words, words, strlen(words) + 1);
    GPUSIM_TRY(gpusim_watcher_restart(watcher, err));
    if (threshold) {
        *threshold = learnt;
    }
    *result = watcher;
    watcher = NULL;
cleanup:
    gpusim_watcher_destroy(watcher);
    gpusim_parameters_destroy(parameters);
    return status;
}

const char *gpusim_watcher_words(const gpusim_watcher *watcher)
{
    return watcher->words;
}
