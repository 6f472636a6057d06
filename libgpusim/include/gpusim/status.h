/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every call can answer: a status, and an error that says what went wrong and where. */
#ifndef GPUSIM_STATUS_H
#define GPUSIM_STATUS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define GPUSIM_API                 __attribute__((visibility("default")))
#define GPUSIM_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#define GPUSIM_API
#define GPUSIM_PRINTF(text, first)
#endif

/* One list gives the enum, its names and its texts. Append only: the numbers are part of the API.
 */
#define GPUSIM_STATUS_LIST(X)                                                                      \
    X(OK, "success")                                                                               \
    X(ARGUMENT, "invalid argument")                                                                \
    X(MEMORY, "out of memory")                                                                     \
    X(IO, "input or output failed")                                                                \
    X(EXISTS, "file exists")                                                                       \
    X(FORMAT, "not a readable file of this format")                                                \
    X(SCENARIO, "the scenario is invalid")                                                         \
    X(WORKLOAD, "the job log is invalid")                                                          \
    X(MODULE, "a module failed")                                                                   \
    X(LOOP, "too many batches at one instant")                                                     \
    X(STALLED, "no job can ever run again")                                                        \
    X(INTERRUPTED, "interrupted")                                                                  \
    X(INTERNAL, "a broken invariant; please report it")

typedef enum gpusim_status {
#define GPUSIM_STATUS_ENUM(name, text) GPUSIM_##name,
    GPUSIM_STATUS_LIST(GPUSIM_STATUS_ENUM)
#undef GPUSIM_STATUS_ENUM
} gpusim_status;

/* Filled by a call that fails; untouched by one that succeeds. Fixed arrays, nothing to free; the
 * size is frozen. Strings too long for their array end in "...". line and column count from 1;
 * 0 means that there is none. */
typedef struct gpusim_error {
    int32_t status;    /* a gpusim_status */
    int32_t line;      /* in file, from 1 */
    int32_t column;    /* in line, from 1, in bytes */
    int32_t caret;     /* where column is in `source` if the line was cut on its left; 0: column */
    char message[512]; /* one sentence, no full stop, no new line */
    char file[512];    /* path as the caller wrote it, or "" */
    char key[128];     /* path of the key at fault ("cluster.nodes[0].gpus"), or "" */
    char source[256];  /* the offending line of the file, or "" */
    char hint[256];    /* what to do about it ("did you mean 'count'?"), or "" */
} gpusim_error;

/* Name of a status ("GPUSIM_IO") and a short English text for it. Never NULL. */
GPUSIM_API const char *gpusim_status_name(gpusim_status status);
GPUSIM_API const char *gpusim_status_text(gpusim_status status);

/* Clears *err and fills status and message; returns status, so that a function can end with
 * `return gpusim_fail(err, GPUSIM_IO, "cannot open '%s'", path);`. err may be NULL. */
GPUSIM_API gpusim_status gpusim_fail(gpusim_error *err, gpusim_status status, const char *format,
                                     ...) GPUSIM_PRINTF(3, 4);

/* Adds a hint to an error already filled. err may be NULL. */
GPUSIM_API void gpusim_error_hint(gpusim_error *err, const char *format, ...) GPUSIM_PRINTF(2, 3);

/* Writes the error as people read it (location, message, source line with a caret, key, hint) into
 * buffer, always terminated; returns the length it has or would have, like snprintf. */
GPUSIM_API int gpusim_error_format(const gpusim_error *err, char *buffer, int size);

/* Leaves for the label `cleanup` when a call fails; needs a local `gpusim_status status`. */
#define GPUSIM_TRY(call)                                                                           \
    do {                                                                                           \
        if ((status = (call)) != GPUSIM_OK) {                                                      \
            goto cleanup;                                                                          \
        }                                                                                          \
    } while (0)

#ifdef __cplusplus
}
#endif
#endif
