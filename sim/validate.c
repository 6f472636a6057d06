/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim validate: says all that is wrong with scenarios and runs none. */
#include <stdio.h>

#include "load.h"
#include "options.h"
#include "talk.h"

static const cli_option options[] = {
    CLI_OPTION_SET,
    {CLI_QUIET, 'q', "quiet", NULL, "say nothing about scenarios that are valid"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

static json_t *file_json(const char *path, const gpusim_error *problems, uint32_t count,
                         const gpusim_model *model)
{
    json_t *object = json_object(), *list = json_array(), *warnings = json_array();
    for (uint32_t i = 0; i < count; i++) {
        json_array_append_new(list, cli_json_error(&problems[i]));
    }
    gpusim_model_info info = {0};
    if (model) {
        gpusim_model_info_get(model, &info);
    }
    for (uint32_t i = 0; i < info.warnings; i++) {
        json_array_append_new(warnings, json_string(gpusim_model_warning(model, i)));
    }
    json_object_set_new(object, "file", json_string(path));
    json_object_set_new(object, "valid", json_boolean(count == 0));
    json_object_set_new(object, "errors", list);
    json_object_set_new(object, "warnings", warnings);
    return object;
}

static void say_file(const cli_arguments *arguments, const char *path, const gpusim_model *model)
{
    gpusim_model_info info = {0};
    gpusim_model_info_get(model, &info);
    for (uint32_t i = 0; i < info.warnings; i++) {
        cli_warn("%s: %s", path, gpusim_model_warning(model, i));
    }
    if (!arguments->values[CLI_QUIET] && !arguments->json) {
        printf("%s: valid\n", path);
    }
}

// one file: its problems are printed or appended to `list`; returns its exit code
static int validate_file(const cli_arguments *arguments, const char *path, json_t *list)
{
    gpusim_spec *spec;
    gpusim_model *model = NULL;
    gpusim_error err = {0}, all[CLI_PROBLEMS];
    const gpusim_error *problems;
    uint32_t count;
    int code = cli_load_spec(arguments, path, &spec, &err, &problems, &count);
    if (code == CLI_OK &&
        gpusim_model_compile_all(spec, &model, all, CLI_PROBLEMS, &count) != GPUSIM_OK) {
        problems = all;
        code = cli_exit_code((gpusim_status)all[0].status);
    }
    if (count) {
        cli_fail(0, problems, count);
    } else {
        say_file(arguments, path, model);
    }
    if (list) {
        json_array_append_new(list, file_json(path, problems, count, model));
    }
    gpusim_model_destroy(model);
    gpusim_spec_destroy(spec);
    return code;
}

static int validate(const cli_arguments *arguments)
{
    int worst = CLI_OK;
    json_t *list = arguments->json ? json_array() : NULL;
    for (uint32_t i = 0; i < arguments->operand_count; i++) {
        int code = validate_file(arguments, arguments->operands[i], list);
        worst = code > worst ? code : worst;
    }
    if (list) {
        json_t *object = cli_json_object();
        json_object_set_new(object, "exit_code", json_integer(worst));
        json_object_set_new(object, "files", list);
        cli_json_print(object);
    }
    return worst;
}

const cli_command cli_validate = {
    .name = "validate",
    .operands = "SCENARIO...",
    .doc = "say all that is wrong with scenarios",
    .examples = "gpusim validate scenarios/quickstart.yaml\n"
                "gpusim validate scenarios/*.yaml --json\tmany at once, for a program to read\n",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = UINT32_MAX,
    .run = validate,
};
