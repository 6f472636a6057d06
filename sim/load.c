/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a scenario, applies what --set changes, compiles it. */
#include "load.h"

#include <stdio.h>
#include <string.h>

#include "talk.h"

// KEY=VALUE
static gpusim_status apply_set(gpusim_spec *spec, const char *set, gpusim_error *err)
{
    char key[sizeof err->key];
    size_t length = strcspn(set, "=");
    if (length >= sizeof key) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "the key of --set is too long");
    }
    memcpy(key, set, length);
    key[length] = '\0';
    return gpusim_spec_set(spec, key, set + length + 1, err);
}

int cli_load_spec(const cli_arguments *arguments, const char *path, gpusim_spec **spec,
                  gpusim_error *err, const gpusim_error **problems, uint32_t *count)
{
    *spec = NULL;
    *problems = err;
    *count = 1;
    gpusim_status status = gpusim_spec_load(path, spec, err);
    if (!*spec) {
        return cli_exit_code(status);
    }

    // what is set may also mend what is wrong in the file, so problems are looked at afterwards
    for (uint32_t i = 0; i < arguments->set_count; i++) {
        status = apply_set(*spec, arguments->sets[i], err);
        int unread = status == GPUSIM_SCENARIO && strcmp(err->file, "--set") == 0;
        if (status == GPUSIM_ARGUMENT || status == GPUSIM_MEMORY || unread) {
            return cli_exit_code(status);
        }
    }
    *problems = gpusim_spec_problems(*spec, count);
    return *count ? cli_exit_code((gpusim_status)(*problems)[0].status) : CLI_OK;
}

int cli_load_model(const cli_arguments *arguments, const char *path, gpusim_model **model)
{
    gpusim_spec *spec;
    gpusim_error err = {0}, all[CLI_PROBLEMS];
    const gpusim_error *problems;
    uint32_t count;
    *model = NULL;
    int code = cli_load_spec(arguments, path, &spec, &err, &problems, &count);
    if (code) {
        cli_fail(arguments->json, problems, count);
    } else if (gpusim_model_compile_all(spec, model, all, CLI_PROBLEMS, &count) != GPUSIM_OK) {
        code = cli_fail(arguments->json, all, count);
    }
    gpusim_spec_destroy(spec);
    return code;
}

int cli_parse_number(const char *text, uint64_t *value)
{
    uint64_t number = 0;
    if (!text[0]) {
        return 0;
    }
    for (; *text; text++) {
        if (*text < '0' || *text > '9') {
            return 0;
        }
        uint64_t digit = (uint64_t)(*text - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            return 0;
        }
        number = number * 10 + digit;
    }
    *value = number;
    return 1;
}
