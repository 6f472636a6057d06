/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim schema: the table of a scenario as JSON Schema, for editors, or as a reference to read. */
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "reference.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_FORMAT, 0, "format", "FORMAT", "json (JSON Schema draft-7, the default) or markdown"},
    CLI_OPTION_HELP,
};

static int schema(const cli_arguments *arguments)
{
    const char *format = arguments->values[CLI_FORMAT];
    if (format && strcmp(format, "markdown") == 0) {
        fputs(
            "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n"
            "<!-- made by `gpusim schema --format markdown`; change the tables, not this page -->\n"
            "# Reference of the scenario\n\n"
            "Quantities carry units (`7 d`, `80 GiB`, `30/h`); counts and ratios are bare "
            "numbers.\n",
            stdout);
        cli_reference(stdout, gpusim_spec_record());
        return CLI_OK;
    }
    if (format && strcmp(format, "json") != 0) {
        return cli_fail_with(0, GPUSIM_ARGUMENT, "--format wants json or markdown", NULL);
    }
    char *text = NULL;
    gpusim_error err = {0};
    if (gpusim_spec_schema(&text, &err) != GPUSIM_OK) {
        return cli_fail(0, &err, 1);
    }
    size_t length = strlen(text);
    printf("%s%s", text, length && text[length - 1] == '\n' ? "" : "\n");
    gpusim_free(text);
    return CLI_OK;
}

const cli_command cli_schema = {
    .name = "schema",
    .operands = "",
    .doc = "print the scenario's JSON Schema, or its reference",
    .examples = "gpusim schema > gpusim.schema.json\tfor an editor that completes and checks YAML\n"
                "gpusim schema --format markdown\tevery key, its type, default and meaning\n",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .run = schema,
};
