/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program `gpusim`: finds the command, lets it run, and makes sure that its output arrived. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "talk.h"

#define COMMANDS_MAX 32

static int unknown_command(const char *word)
{
    uint32_t count;
    const cli_command *const *commands = cli_commands(&count);
    const char *names[COMMANDS_MAX];
    for (uint32_t i = 0; i < count; i++) {
        names[i] = commands[i]->name;
    }
    char message[160], hint[96];
    int option = word[0] == '-';
    const char *nearest = option ? NULL : gpusim_nearest(word, names, count);
    snprintf(message, sizeof message, "there is no %s '%.80s'", option ? "option" : "command",
             word);
    if (nearest) {
        snprintf(hint, sizeof hint, "did you mean '%s'?", nearest);
    } else {
        snprintf(hint, sizeof hint, "see 'gpusim -h'%s",
                 option ? "; options stand behind a command" : "");
    }
    return cli_fail_with(0, GPUSIM_ARGUMENT, message, hint);
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        cli_print_help(stderr, NULL);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
        cli_print_help(stdout, NULL);
        return CLI_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("gpusim %s\n", gpusim_version());
        return CLI_OK;
    }
    const cli_command *command = cli_command_find(argv[1]);
    if (!command) {
        return unknown_command(argv[1]);
    }
    cli_arguments arguments;
    int wrong = cli_parse(command, argc - 1, argv + 1, &arguments);
    if (wrong) {
        return wrong;
    }
    if (arguments.values[CLI_HELP]) {
        cli_print_help(stdout, command);
        return CLI_OK;
    }
    return command->run(&arguments);
}

int main(int argc, char **argv)
{
    // a file that may not grow any more is an error to report, not a reason to die
    signal(SIGXFSZ, SIG_IGN);

    int code = dispatch(argc, argv);
    int unwritten = fflush(stdout) != 0;
    if (unwritten || ferror(stdout)) {
        fprintf(stderr, "error: cannot write to stdout: %s\n",
                unwritten ? strerror(errno) : "some of the output was lost");
        return code > CLI_FAILED ? code : CLI_IO; // lost output is no result
    }
    return code;
}
