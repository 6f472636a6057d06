/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses a command line by the table of its command, and says what is wrong with it. */
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "talk.h"

#define OPTIONS_MAX 24

static const cli_command *const commands[] = {
    &cli_run,    &cli_compare, &cli_explain,    &cli_learn,  &cli_validate, &cli_describe,
    &cli_list,   &cli_info,    &cli_diff,       &cli_detect, &cli_train,    &cli_tune,
    &cli_watch,  &cli_plot,    &cli_report,     &cli_whatif, &cli_export,   &cli_calibrate,
    &cli_schema, &cli_doctor,  &cli_completion, &cli_man,    &cli_help,
};

const cli_command *const *cli_commands(uint32_t *count)
{
    *count = (uint32_t)(sizeof commands / sizeof commands[0]);
    return commands;
}

const cli_command *cli_command_find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static int wrong_usage(const cli_arguments *arguments, const char *message, const char *hint)
{
    char help[96];
    if (!hint) {
        snprintf(help, sizeof help, "see 'gpusim %s -h'", arguments->command->name);
        hint = help;
    }
    return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message, hint);
}

// an option that no table knows, with the nearest that one does
static int unknown_option(const cli_arguments *arguments, const char *word)
{
    const cli_command *command = arguments->command;
    const char *names[OPTIONS_MAX];
    char bare[64], message[128], hint[128];
    for (uint32_t i = 0; i < command->option_count; i++) {
        names[i] = command->options[i].name;
    }
    snprintf(bare, sizeof bare, "%s", word + strspn(word, "-"));
    bare[strcspn(bare, "=")] = '\0';
    snprintf(message, sizeof message, "'gpusim %s' knows no option '%s%s'", command->name,
             word[1] == '-' ? "--" : "-", bare);
    const char *nearest =
        word[1] == '-' ? gpusim_nearest(bare, names, command->option_count) : NULL;
    snprintf(hint, sizeof hint, "did you mean '--%s'?", nearest ? nearest : "");
    return wrong_usage(arguments, message, nearest ? hint : NULL);
}

// fills getopt's two tables from ours
static void make_tables(const cli_command *command, struct option *longs, char *shorts)
{
    *shorts++ = ':';
    for (uint32_t i = 0; i < command->option_count; i++) {
        const cli_option *option = &command->options[i];
        longs[i].name = option->name;
        longs[i].has_arg = option->value ? required_argument : no_argument;
        longs[i].flag = NULL;
        longs[i].val = 256 + (int)i;
        if (option->letter) {
            *shorts++ = option->letter;
            if (option->value) {
                *shorts++ = ':';
            }
        }
    }
    memset(&longs[command->option_count], 0, sizeof longs[0]);
    *shorts = '\0';
}

static const cli_option *option_of(const cli_command *command, int code)
{
    for (uint32_t i = 0; i < command->option_count; i++) {
        if (code == 256 + (int)i || code == command->options[i].letter) {
            return &command->options[i];
        }
    }
    return NULL;
}

static int take_option(cli_arguments *arguments, const cli_option *option, const char *value)
{
    arguments->values[option->id] = option->value ? value : "";
    if (option->id == CLI_SET) {
        if (arguments->set_count == CLI_SETS_MAX) {
            return wrong_usage(arguments, "too many --set; put them into the scenario", NULL);
        }
        if (!strchr(value, '=') || value[0] == '=') {
            char message[160];
            snprintf(message, sizeof message, "--set wants KEY=VALUE, not '%.80s'", value);
            return wrong_usage(arguments, message, "for example --set scheduler.order=sjf");
        }
        arguments->sets[arguments->set_count++] = value;
    }
    if (option->id == CLI_SCHEDULER || option->id == CLI_DETECTOR) {
        if (arguments->module_count == CLI_MODULES_MAX) {
            return wrong_usage(arguments, "too many of --scheduler or --detector", NULL);
        }
        arguments->modules[arguments->module_count++] = value;
    }
    return CLI_OK;
}

static int check_operands(const cli_arguments *arguments)
{
    const cli_command *command = arguments->command;
    char message[256], hint[160];
    snprintf(hint, sizeof hint, "usage: gpusim %s [OPTION]... %s", command->name,
             command->operands);
    if (arguments->operand_count < command->least) {
        snprintf(message, sizeof message, "'gpusim %s' needs %s", command->name, command->operands);
        return wrong_usage(arguments, message, hint);
    }
    if (arguments->operand_count > command->most) {
        snprintf(message, sizeof message, "'gpusim %s' can do nothing with '%.100s'", command->name,
                 arguments->operands[command->most]);
        return wrong_usage(arguments, message, hint);
    }
    return CLI_OK;
}

int cli_parse(const cli_command *command, int argc, char **argv, cli_arguments *arguments)
{
    struct option longs[OPTIONS_MAX + 1];
    char shorts[2 * OPTIONS_MAX + 2], message[160];
    memset(arguments, 0, sizeof *arguments);
    arguments->command = command;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        arguments->json |= strcmp(argv[i], "--json") == 0;
    }
    make_tables(command, longs, shorts);
    opterr = 0;
    optind = 0;
    for (;;) {
        int code = getopt_long(argc, argv, shorts, longs, NULL);
        if (code == -1) {
            break;
        }
        if (code == '?' && optopt < 256) {
            // a letter stands within a word of letters, a name in the word just read
            char letter[3] = {'-', (char)optopt, '\0'};
            return unknown_option(arguments, optopt ? letter : argv[optind - 1]);
        }
        const cli_option *option = option_of(command, code == '?' || code == ':' ? optopt : code);
        if (code == ':') {
            snprintf(message, sizeof message, "option '--%s' needs %s", option->name,
                     option->value);
            return wrong_usage(arguments, message, NULL);
        }
        if (code == '?') {
            snprintf(message, sizeof message, "option '--%s' takes no value", option->name);
            return wrong_usage(arguments, message, NULL);
        }
        int wrong = take_option(arguments, option, optarg);
        if (wrong) {
            return wrong;
        }
    }
    arguments->json = arguments->values[CLI_JSON] != NULL; // also when it was abbreviated
    arguments->operands = argv + optind;
    arguments->operand_count = (uint32_t)(argc - optind);
    return arguments->values[CLI_HELP] ? CLI_OK : check_operands(arguments);
}
