/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people are told on stderr, the JSON of an error, and the exit codes. */
#include "talk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cli_exit_code(gpusim_status status)
{
    switch (status) {
    case GPUSIM_OK:
        return CLI_OK;
    case GPUSIM_ARGUMENT:
        return CLI_USAGE;
    case GPUSIM_IO:
    case GPUSIM_EXISTS:
    case GPUSIM_FORMAT:
        return CLI_IO;
    case GPUSIM_SCENARIO:
    case GPUSIM_WORKLOAD:
        return CLI_INVALID;
    case GPUSIM_MODULE:
        return CLI_MODULE;
    case GPUSIM_INTERRUPTED:
        return CLI_INTERRUPTED;
    case GPUSIM_MEMORY:
    case GPUSIM_LOOP:
    case GPUSIM_STALLED:
    case GPUSIM_INTERNAL:
        return CLI_FAILED;
    }
    return CLI_FAILED;
}

int cli_terminal(void)
{
    return isatty(STDERR_FILENO);
}

int cli_coloured(void)
{
    const char *no = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return cli_terminal() && !(no && no[0]) && !(terminal && strcmp(terminal, "dumb") == 0);
}

// the text of an error with the word `error:` in red
static void say_error(const gpusim_error *err)
{
    char text[4096];
    gpusim_error_format(err, text, (int)sizeof text);
    char *word = strstr(text, "error: ");
    if (!word || !cli_coloured()) {
        fprintf(stderr, "%s\n", text);
        return;
    }
    fprintf(stderr, "%.*s\033[1;31merror:\033[0m%s\n", (int)(word - text), text,
            word + strlen("error:"));
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text[0]) {
        json_object_set_new(object, key, json_string(text));
    }
}

json_t *cli_json_error(const gpusim_error *err)
{
    json_t *object = json_object();
    json_object_set_new(object, "status",
                        json_string(gpusim_status_name((gpusim_status)err->status)));
    json_object_set_new(object, "message", json_string(err->message));
    set_text(object, "file", err->file);
    if (err->line > 0) {
        json_object_set_new(object, "line", json_integer(err->line));
    }
    if (err->column > 0) {
        json_object_set_new(object, "column", json_integer(err->column));
    }
    set_text(object, "key", err->key);
    set_text(object, "source", err->source);
    set_text(object, "hint", err->hint);
    return object;
}

int cli_fail(int json, const gpusim_error *errors, uint32_t count)
{
    int code = count ? cli_exit_code((gpusim_status)errors[0].status) : CLI_FAILED;
    for (uint32_t i = 0; i < count; i++) {
        say_error(&errors[i]);
    }
    if (json) {
        json_t *object = cli_json_object();
        json_t *list = json_array();
        for (uint32_t i = 0; i < count; i++) {
            json_array_append_new(list, cli_json_error(&errors[i]));
        }
        json_object_set_new(object, "exit_code", json_integer(code));
        json_object_set_new(object, "errors", list);
        cli_json_print(object);
    }
    return code;
}

int cli_fail_with(int json, gpusim_status status, const char *message, const char *hint)
{
    gpusim_error err = {0};
    gpusim_fail(&err, status, "%s", message);
    if (hint && hint[0]) {
        gpusim_error_hint(&err, "%s", hint);
    }
    return cli_fail(json, &err, 1);
}

void cli_warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs(cli_coloured() ? "\033[1;33mwarning:\033[0m " : "warning: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

void cli_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

json_t *cli_json_object(void)
{
    json_t *object = json_object();
    json_object_set_new(object, "schema_version", json_integer(CLI_SCHEMA_VERSION));
    return object;
}

int cli_json_print(json_t *object)
{
    int failed = !object || json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    fputc('\n', stdout);
    json_decref(object);
    return failed ? CLI_FAILED : CLI_OK;
}
