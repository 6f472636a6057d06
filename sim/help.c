/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help, the man page and bash's completion, all from the table of commands and options. */
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "talk.h"

static const char purpose[] = "a discrete-event simulator of GPU clusters";

static const char examples[] =
    "gpusim run scenarios/quickstart.yaml -o week.h5\tsimulate, and write a trace\n"
    "gpusim run scenarios/quickstart.yaml --set scheduler.order=sjf --json\tchange one thing\n"
    "gpusim info week.h5\twhat a trace holds\n"
    "gpusim list schedulers -v\twhat there is to choose from\n";

static const struct {
    int code;
    const char *doc;
} exit_codes[] = {
    {CLI_OK, "all went well (diff: the traces are the same)"},
    {CLI_FAILED, "the run failed (diff: the traces differ)"},
    {CLI_USAGE, "the command line is wrong"},
    {CLI_INVALID, "the scenario is invalid, or a job log that it names"},
    {CLI_IO, "a file cannot be read or written, or is no trace"},
    {CLI_MODULE, "a module failed"},
    {CLI_INTERRUPTED, "interrupted; the trace is closed and readable"},
};
#define EXIT_CODES (sizeof exit_codes / sizeof exit_codes[0])

// lines of `left<TAB>right` in two columns
static void print_examples(FILE *to, const char *lines)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        size_t left = strcspn(lines, "\t\n");
        if (left < length) {
            fprintf(to, "  # %.*s\n", (int)(length - left - 1), lines + left + 1);
        }
        fprintf(to, "  %.*s\n", (int)left, lines);
        lines += length + (lines[length] == '\n');
    }
}

// "-o, --output FILE" into text
static void option_words(const cli_option *option, char *text, size_t size)
{
    char letter[8] = "    ";
    if (option->letter) {
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    }
    snprintf(text, size, "%s--%s%s%s", letter, option->name, option->value ? " " : "",
             option->value ? option->value : "");
}

static void print_command_help(FILE *to, const cli_command *command)
{
    fprintf(to, "gpusim %s: %s\n\nExamples:\n", command->name, command->doc);
    print_examples(to, command->examples);
    fprintf(to, "\nUsage: gpusim %s [OPTION]...%s%s\n\n", command->name,
            command->operands[0] ? " " : "", command->operands);
    if (command->more) {
        fprintf(to, "%s\n\n", command->more);
    }
    fputs("Options:\n", to);
    for (uint32_t i = 0; i < command->option_count; i++) {
        char words[64];
        option_words(&command->options[i], words, sizeof words);
        fprintf(to, "  %-24s %s\n", words, command->options[i].doc);
    }
}

void cli_print_help(FILE *to, const cli_command *command)
{
    if (command) {
        print_command_help(to, command);
        return;
    }
    uint32_t count;
    const cli_command *const *commands = cli_commands(&count);
    fprintf(to, "gpusim %s: %s\n\nExamples:\n", gpusim_version(), purpose);
    print_examples(to, examples);
    fputs("\nUsage: gpusim COMMAND [OPTION]... [OPERAND]...\n\nCommands:\n", to);
    for (uint32_t i = 0; i < count; i++) {
        fprintf(to, "  %-11s %s\n", commands[i]->name, commands[i]->doc);
    }
    fputs("\n'gpusim COMMAND -h' says more; 'gpusim --version' says which version this is.\n"
          "Data goes to stdout, talk to stderr; NO_COLOR is honoured.\n\nExit codes:\n",
          to);
    for (size_t i = 0; i < EXIT_CODES; i++) {
        fprintf(to, "  %3d  %s\n", exit_codes[i].code, exit_codes[i].doc);
    }
}

/* ---- gpusim help ---- */

static int help_run(const cli_arguments *arguments)
{
    if (arguments->operand_count == 0) {
        cli_print_help(stdout, NULL);
        return CLI_OK;
    }
    const cli_command *command = cli_command_find(arguments->operands[0]);
    if (!command) {
        char message[160];
        snprintf(message, sizeof message, "there is no command '%.80s'", arguments->operands[0]);
        return cli_fail_with(0, GPUSIM_ARGUMENT, message, "see 'gpusim -h'");
    }
    cli_print_help(stdout, command);
    return CLI_OK;
}

static const cli_option help_options[] = {CLI_OPTION_HELP};
const cli_command cli_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .doc = "show the help of gpusim or of a command",
    .examples = "gpusim help run\n",
    .options = help_options,
    .option_count = 1,
    .most = 1,
    .run = help_run,
};

/* ---- gpusim man ---- */

// roff takes a backslash, a leading full stop and a hyphen for something else
static void print_roff(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '-') {
            fputs("\\-", stdout);
        } else if (*c == '\\') {
            fputs("\\e", stdout);
        } else {
            fputc(*c, stdout);
        }
    }
}

static void print_roff_examples(const char *lines)
{
    while (*lines) {
        char line[160];
        size_t length = strcspn(lines, "\n");
        snprintf(line, sizeof line, "%.*s", (int)strcspn(lines, "\t\n"), lines);
        fputs(".br\n", stdout);
        print_roff(line);
        fputc('\n', stdout);
        lines += length + (lines[length] == '\n');
    }
}

static int man_run(const cli_arguments *arguments)
{
    (void)arguments;
    uint32_t count;
    const cli_command *const *commands = cli_commands(&count);
    printf(".TH GPUSIM 1 \"\" \"gpusim %s\" \"User Commands\"\n.SH NAME\ngpusim \\- %s\n"
           ".SH SYNOPSIS\n.B gpusim\nCOMMAND [OPTION]... [OPERAND]...\n.SH EXAMPLES\n",
           gpusim_version(), purpose);
    print_roff_examples(examples);
    puts(".SH COMMANDS");
    for (uint32_t i = 0; i < count; i++) {
        printf(".SS ");
        print_roff(commands[i]->name);
        printf(" %s\n", commands[i]->operands);
        print_roff(commands[i]->doc);
        puts(".");
        if (commands[i]->more) {
            puts(".PP");
            print_roff(commands[i]->more);
            fputc('\n', stdout);
        }
        for (uint32_t k = 0; k < commands[i]->option_count; k++) {
            char words[64];
            option_words(&commands[i]->options[k], words, sizeof words);
            puts(".TP");
            print_roff(words + strspn(words, " "));
            fputc('\n', stdout);
            print_roff(commands[i]->options[k].doc);
            fputc('\n', stdout);
        }
    }
    puts(".SH EXIT STATUS");
    for (size_t i = 0; i < EXIT_CODES; i++) {
        printf(".TP\n.B %d\n", exit_codes[i].code);
        print_roff(exit_codes[i].doc);
        fputc('\n', stdout);
    }
    return CLI_OK;
}

static const cli_option man_options[] = {CLI_OPTION_HELP};
const cli_command cli_man = {
    .name = "man",
    .operands = "",
    .doc = "print the man page",
    .examples = "gpusim man | man -l -\n",
    .options = man_options,
    .option_count = 1,
    .run = man_run,
};

/* ---- gpusim completion ---- */

static int completion_run(const cli_arguments *arguments)
{
    if (strcmp(arguments->operands[0], "bash") != 0) {
        return cli_fail_with(0, GPUSIM_ARGUMENT, "only bash's completion is known",
                             "gpusim completion bash");
    }
    uint32_t count;
    const cli_command *const *commands = cli_commands(&count);
    puts("# bash completion for gpusim; source it, or put it where bash-completion looks\n"
         "_gpusim() {\n"
         "    local word=${COMP_WORDS[COMP_CWORD]} words=\n"
         "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "        words=\"--help --version");
    for (uint32_t i = 0; i < count; i++) {
        printf("            %s\n", commands[i]->name);
    }
    puts("        \"\n    else\n        case ${COMP_WORDS[1]} in");
    for (uint32_t i = 0; i < count; i++) {
        printf("        %s) words=\"", commands[i]->name);
        for (uint32_t k = 0; k < commands[i]->option_count; k++) {
            printf("%s--%s", k ? " " : "", commands[i]->options[k].name);
        }
        if (commands[i] == &cli_list) {
            printf(" schedulers gpus formats metrics");
        }
        puts("\" ;;");
    }
    puts("        esac\n"
         "        case $word in -*) ;; *) COMPREPLY=($(compgen -f -- \"$word\")) ;; esac\n"
         "    fi\n"
         "    COMPREPLY+=($(compgen -W \"$words\" -- \"$word\"))\n"
         "}\n"
         "complete -o filenames -F _gpusim gpusim");
    return CLI_OK;
}

static const cli_option completion_options[] = {CLI_OPTION_HELP};
const cli_command cli_completion = {
    .name = "completion",
    .operands = "bash",
    .doc = "print a script that completes command lines",
    .examples = "source <(gpusim completion bash)\n",
    .options = completion_options,
    .option_count = 1,
    .least = 1,
    .most = 1,
    .run = completion_run,
};
