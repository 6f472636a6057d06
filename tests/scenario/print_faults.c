/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the page on faults from the catalogue and the mixes. With a file as argument: is what it
 * says the same? */
#include <gpusim/gpusim.h>

#include "page.h"

static const char introduction[] =
    "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n"
    "<!-- made by tests/scenario/print_faults.c; change the catalogue and its tables, not this "
    "page -->\n"
    "# Faults\n"
    "\n"
    "What fails, when and where, a scenario says under `chaos:`, a list of rules. `gpusim list "
    "faults`\n"
    "shows the kinds there are, `gpusim list faults NAME` all about one; every key is in\n"
    "[scenario.md](scenario.md#fault).\n"
    "\n"
    "```yaml\n"
    "chaos:\n"
    "  # at a time, on one GPU\n"
    "  - {fault: straggler, target: {gpu: train-0003/gpu2}, at: 2 h, for: 30 min, slowdown: 2.5}\n"
    "  # a renewal process on each node\n"
    "  - fault: node-crash\n"
    "    every: {exponential: {mean: 150 d}}\n"
    "    repair: {lognormal: {mean: 355 min, median: 54 min}}\n"
    "  # hotter GPUs fail more often, a few lemons carry most of it\n"
    "  - fault: xid79\n"
    "    every: {weibull: {scale: 400 d, shape: 0.75}}\n"
    "    target: {group: train, lemons: {share: 5 %, factor: 20}}\n"
    "    heats: {activation: 0.7 eV, reference: 60 C}\n"
    "  # every Monday night, the same nodes\n"
    "  - {fault: maintenance, target: {rack: rack-00}, at: 2 h, period: 7 d, for: 4 h}\n"
    "  # as a log has it\n"
    "  - {fault: node-crash, trace: failures.csv}\n"
    "  # a mix of causes: one rule for each, called llama3/faulty-gpu, ...\n"
    "  - {fault: llama3, scale: 1.0}\n"
    "repairs: {crews: 4}\n"
    "limits: {hang: 10 min}\n"
    "```\n"
    "\n"
    "## When\n"
    "\n"
    "Each rule has one of these.\n"
    "\n"
    "- `at`: a time or a list of them, on every target. With `period` all of them again and "
    "again.\n"
    "- `every`: a distribution. Each target has a clock of its own. The gap that was drawn is "
    "counted\n"
    "  down, the target is struck, and when that is over the next gap begins. A clock pauses while "
    "its\n"
    "  target is down; `clock: busy` lets it run only while a job is there.\n"
    "- `trace`: a CSV file with the columns `time,entity` and, by choice, `duration`; times in "
    "seconds\n"
    "  or with a unit. What is wrong in it is reported with its line and column.\n"
    "\n"
    "A clock runs at nominal speed, so that `every` is simulated time, unless something makes it "
    "run\n"
    "faster; these multiply:\n"
    "\n"
    "- `target: {lemons: {share: S, factor: F}}`: each target is a lemon with probability S, and "
    "its\n"
    "  clock runs F times as fast. Lemons then have the share S F / (S F + 1 - S) of all strikes.\n"
    "- `heats`: exp(E/k (1/T0 - 1/T)) at the temperature T of the GPU (Arrhenius).\n"
    "- `burst: {calm: ..., storm: ..., factor: F}`: calm and storm take turns, for all targets of "
    "the\n"
    "  rule at once; in a storm clocks run F times as fast.\n"
    "\n"
    "A clock at speed v strikes when the integral of v h over time has reached a unit exponential, "
    "with\n"
    "h the hazard of the distribution at the time that the clock has counted. The draw is that of "
    "the\n"
    "strike's number whatever happens meanwhile, so what changes the speed moves strikes and draws "
    "none\n"
    "anew. With `ages: true` a target that was struck is as old as before: the hazard of a bathtub "
    "or a\n"
    "Weibull goes on where it was.\n"
    "\n"
    "`from` and `until` bound a rule, `times` limits the strikes on a target, `probability` lets "
    "some\n"
    "have no effect, `spread` is the probability that a strike takes each neighbour with it (the "
    "other\n"
    "GPUs of the node, the other nodes of the rack), and `for` says how long a strike lasts. With\n"
    "`while_below: 10 %` it strikes only while fewer than a tenth of its targets have a fault, of "
    "any\n"
    "rule, that struck just them: a strike that is left out counts as one, and the next draws as "
    "ever.\n"
    "\n"
    "## What follows\n"
    "\n"
    "`causes` lists faults of other kinds that a strike brings along:\n"
    "\n"
    "```yaml\n"
    "  - fault: pcie-degrade\n"
    "    every: {exponential: {mean: 300 d}}\n"
    "    causes:\n"
    "      - {fault: xid79, probability: 43 %, after: {exponential: {mean: 10 s}}}\n"
    "      - {fault: nvlink-error, whom: neighbours, probability: 10 %}\n"
    "```\n"
    "\n"
    "They strike what was struck; what it stands in, where the kind is of something larger; each "
    "thing in\n"
    "it, where it is of something smaller; or the `neighbours`. Each is a rule of its own behind "
    "the one\n"
    "that it follows, `pcie-degrade-0/xid79`, with the defaults of its kind. In the record of "
    "faults all\n"
    "of a cascade have the first as their `root`. What a kind is known to bring along is its "
    "default\n"
    "(pmu-error); rules of mixes bring nothing along, as their sources counted what followed, "
    "too.\n"
    "\n"
    "## Whom\n"
    "\n"
    "`target` names GPUs, nodes, racks, node groups, clusters or GPU models, one or a list of "
    "each;\n"
    "several keys mean what is in all of them. `random: N` takes N of those at each strike,\n"
    "`hottest: N` the hottest; with `every` there is then one clock for the whole rule. Without a "
    "target a rule with a "
    "clock\n"
    "strikes everything of its kind; a rule with times has to say so (`target: {each: node}`).\n"
    "\n"
    "## Randomness\n"
    "\n"
    "Each draw is a function of the seed, the rule's name, what it is for, the target's name and "
    "the\n"
    "strike's number. Adding a rule shifts nothing of the others; renaming one draws it anew.\n"
    "\n"
    "## Overlaps\n"
    "\n"
    "What faults do to a GPU, node or rack is a function of the set of those that are active: "
    "factors\n"
    "multiply, additions add, caps take the smallest, bits unite. Nothing is saved and restored, "
    "so "
    "they\n"
    "may end in any order.\n"
    "\n";

static void print_row(FILE *to, const char *what, const char *text)
{
    fprintf(to, "| %s | %s |\n", what, text);
}

static const char *const common[] = {"name", "target",      "at",    "period",     "every", "trace",
                                     "from", "until",       "times", "for",        "clock", "burst",
                                     "ages", "probability", "heats", "while_below"};

// what most have, and have by the same default
static int is_usual(const gpusim_field *field)
{
    return strcmp(field->name, "causes") == 0 && strcmp(field->fallback, "[]") == 0;
}

// the keys of its own
static void print_keys(FILE *to, const gpusim_record *record)
{
    int any = 0;
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        int shared = is_usual(field);
        for (size_t c = 0; c < sizeof common / sizeof common[0]; c++) {
            shared |= strcmp(common[c], field->name) == 0;
        }
        if (shared) {
            continue;
        }
        fprintf(to, "%s`%s`", any++ ? ", " : "| keys | ", field->name);
        if (field->fallback) {
            fprintf(to, " (%s)", field->fallback);
        } else {
            fputs(" (required)", to);
        }
    }
    fputs(any ? " |\n" : "", to);
}

static void print_kinds(FILE *to)
{
    gpusim_fault_kind kind;
    fputs("## Kinds\n\n| kind | strikes | |\n|---|---|---|\n", to);
    for (uint32_t i = 0; gpusim_fault_kind_at(i, &kind); i++) {
        fprintf(to, "| [%s](#%s) | %s | %s |\n", kind.name, kind.name, kind.strikes, kind.doc);
    }
    for (uint32_t i = 0; gpusim_fault_kind_at(i, &kind); i++) {
        fprintf(to, "\n### %s\n\n%s\n\n| | |\n|---|---|\n", kind.name, kind.doc);
        print_row(to, "strikes", kind.strikes);
        print_row(to, "does", kind.does);
        print_row(to, "telemetry", kind.shows);
        print_row(to, "jobs", kind.jobs);
        fprintf(to, "| ends | %s%s |\n", kind.ends ? "after `for`, else by " : "at once",
                kind.ends ? kind.ends : "");
        print_keys(to, kind.record);
        print_row(to, "source", kind.source);
    }
}

static void print_mixes(FILE *to)
{
    uint32_t count;
    const gpusim_fault_mix *mixes = gpusim_fault_mixes(&count);
    fputs(
        "\n## Mixes\n\nEach cause becomes a rule with exponential gaps (`shape:` makes them "
        "Weibull) on every GPU\nor node; the mean time is that of one of them. What needs a reset "
        "is back after the time of a repair.\n",
        to);
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_fault_mix *mix = &mixes[i];
        fprintf(to,
                "\n### %s\n\n%s %s.\n\n| cause | kind | count | mean time of one |\n"
                "|---|---|---|---|\n",
                mix->name, mix->doc, mix->source);
        for (uint32_t c = 0; c < mix->count; c++) {
            char text[48];
            gpusim_quantity_format(mix->causes[c].hours * 3600, GPUSIM_UNIT_SECOND, 0, text,
                                   sizeof text);
            fprintf(to, "| %s | %s | %.4g | %s |\n", mix->causes[c].name, mix->causes[c].kind,
                    mix->causes[c].count, text);
            if (mix->causes[c].tail > 0) {
                fprintf(to, "| | `slowdown: {pareto: {minimum: %g, shape: %g}}` | | for %g h |\n",
                        mix->causes[c].least, mix->causes[c].tail, mix->causes[c].lasts);
            } else if (mix->causes[c].least > 0) {
                fprintf(to, "| | `slowdown: %g` | | for %g h |\n", mix->causes[c].least,
                        mix->causes[c].lasts);
            }
        }
    }
}

int main(int count, char **arguments)
{
    char *text = NULL;
    size_t length = 0;
    FILE *page = open_memstream(&text, &length);
    if (!page) {
        return EXIT_FAILURE;
    }
    fputs(introduction, page);
    print_kinds(page);
    print_mixes(page);
    fclose(page);
    int same = 1;
    if (count == 1) {
        fputs(text, stdout);
    } else if (!page_is_same(arguments[1], text, length)) {
        same = 0;
        fprintf(stderr, "%s is old: build/tests/scenario/print_faults > docs/faults.md\n",
                arguments[1]);
    }
    free(text);
    return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
