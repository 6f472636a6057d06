/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of commands and options under getopt_long: parsing, help, man page and completion
 * are made from it. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdint.h>
#include <stdio.h>

typedef enum cli_option_id {
    CLI_HELP,
    CLI_JSON,
    CLI_OUTPUT,
    CLI_SEED,
    CLI_SET,
    CLI_UNTIL,
    CLI_QUIET,
    CLI_FORCE,
    CLI_PARANOID,
    CLI_ALERTS,
    CLI_ALERTS_MAX,
    CLI_ALERTS_KEEP,
    CLI_WEBHOOK,
    CLI_REPRODUCIBLE,
    CLI_VERBOSE,
    CLI_EFFECTIVE,
    CLI_DIGEST,
    CLI_TABLE,
    CLI_METRIC,
    CLI_FORMAT,
    CLI_CATALOGUE,
    CLI_NODE,
    CLI_FROM,
    CLI_TO,
    CLI_START,
    CLI_QUERY_GPU,
    CLI_BLANK,
    CLI_NAME,
    CLI_BASE,
    CLI_PROFILES,
    CLI_RESIDUALS,
    CLI_INLET,
    CLI_STEADY,
    CLI_GPU,
    CLI_STARTS,
    CLI_SPLITS,
    CLI_QUICK,
    CLI_JOB,
    CLI_USER,
    CLI_SCHEDULER,
    CLI_SEEDS,
    CLI_JOBS,
    CLI_BASELINE,
    CLI_METRICS,
    CLI_PRIMARY,
    CLI_DETECTOR,
    CLI_TRAIN,
    CLI_SHARE,
    CLI_EVALUATE,
    CLI_QUANTILE,
    CLI_SMOOTH,
    CLI_GAP,
    CLI_WINDOW,
    CLI_BETA,
    CLI_MIN_PRECISION,
    CLI_FALSE_ALARMS,
    CLI_FIGURES,
    CLI_RESUME,
    CLI_RESAMPLE,
    CLI_FIGURE,
    CLI_SIZE,
    CLI_KEEP,
    CLI_ROWS,
    CLI_BY,
    CLI_SPEED,
    CLI_OPTION_COUNT
} cli_option_id;

typedef struct cli_option {
    cli_option_id id;
    char letter; /* 0: none */
    const char *name;
    const char *value; /* what it takes, in capitals; NULL: a flag */
    const char *doc;   /* one sentence without full stop */
} cli_option;

#define CLI_SETS_MAX    64
#define CLI_MODULES_MAX 32

typedef struct cli_command cli_command;

typedef struct cli_arguments {
    const cli_command *command;
    const char *values[CLI_OPTION_COUNT]; /* NULL: not given; "" for a flag */
    const char *sets[CLI_SETS_MAX];       /* each --set */
    const char *modules[CLI_MODULES_MAX]; /* each --scheduler or --detector */
    char *const *operands;
    uint32_t set_count, module_count, operand_count;
    int json; /* also when parsing failed */
} cli_arguments;

struct cli_command {
    const char *name;
    const char *operands; /* as in the usage line: "SCENARIO..." */
    const char *doc;      /* one sentence without full stop */
    const char *examples; /* lines: a command line, a tab, and what it does */
    const char *more;     /* a paragraph, or NULL */
    const cli_option *options;
    uint32_t option_count;
    uint32_t least, most; /* operands */
    int (*run)(const cli_arguments *arguments);
};

#define CLI_OPTIONS(array) (array), (uint32_t)(sizeof(array) / sizeof((array)[0]))

/* Options that several commands share. */
#define CLI_OPTION_HELP                                                                            \
    {                                                                                              \
        CLI_HELP, 'h', "help", NULL, "show this help"                                              \
    }
#define CLI_OPTION_JSON                                                                            \
    {                                                                                              \
        CLI_JSON, 0, "json", NULL, "print one JSON object, errors too"                             \
    }
#define CLI_OPTION_SET                                                                             \
    {                                                                                              \
        CLI_SET, 0, "set", "KEY=VALUE",                                                            \
            "change the scenario: cluster.nodes[0].count=4; may be repeated"                       \
    }

extern const cli_command cli_run, cli_validate, cli_describe, cli_list, cli_info, cli_diff,
    cli_compare, cli_explain, cli_learn, cli_detect, cli_train, cli_tune, cli_watch, cli_whatif,
    cli_export, cli_plot, cli_report, cli_calibrate, cli_schema, cli_doctor, cli_completion,
    cli_man, cli_help;

/* All commands, in the order of the help; *count of them. */
const cli_command *const *cli_commands(uint32_t *count);

/* The command of that name, or NULL. */
const cli_command *cli_command_find(const char *name);

/* Fills *arguments from argv (argv[0] is the command's name); 0, or the exit code after having
 * said what is wrong. */
int cli_parse(const cli_command *command, int argc, char **argv, cli_arguments *arguments);

/* The help of one command, or of all when command is NULL. */
void cli_print_help(FILE *to, const cli_command *command);

#endif
