/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people are told on stderr, and the exit codes. stdout is for data. */
#ifndef CLI_TALK_H
#define CLI_TALK_H

#include <jansson.h>

#include <gpusim/gpusim.h>

#define CLI_SCHEMA_VERSION 1 /* of every JSON object printed */

enum {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_INVALID = 3, /* the scenario, or a log it names */
    CLI_IO = 4,      /* also an unreadable trace */
    CLI_MODULE = 5,
    CLI_INTERRUPTED = 130
};

/* The exit code for a status of the library. */
int cli_exit_code(gpusim_status status);

/* 1 when stderr is a terminal, and when it may be coloured. */
int cli_terminal(void);
int cli_coloured(void);

/* Says `count` errors on stderr and, with json, as one object on stdout. Returns the exit code of
 * the first. */
int cli_fail(int json, const gpusim_error *errors, uint32_t count);

/* The same for one error made here. */
int cli_fail_with(int json, gpusim_status status, const char *message, const char *hint);

/* A warning, a remark: one line on stderr. */
void cli_warn(const char *format, ...) GPUSIM_PRINTF(1, 2);
void cli_say(const char *format, ...) GPUSIM_PRINTF(1, 2);

/* An object with schema_version; prints and releases one. 0, or the exit code. */
json_t *cli_json_object(void);
int cli_json_print(json_t *object);

/* An error as an object. */
json_t *cli_json_error(const gpusim_error *err);

#endif
