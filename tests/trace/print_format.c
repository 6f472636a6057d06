/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the reference of the trace format from the tables that the writer uses. With a file as
 * argument: is what it says the same? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpusim/sim.h>
#include <gpusim/trace.h>
#include <gpusim/version.h>

static const char introduction[] =
    "# The trace format\n"
    "\n"
    "A trace is one HDF5 file (libver v110, written SWMR). Any HDF5 reader opens it. This page is\n"
    "made from the tables that the writer uses: `tests/trace/print_format.c` prints it, and a "
    "test\n"
    "holds it against them.\n"
    "\n"
    "- Times in tables are int64 nanoseconds from the scenario's start; 9223372036854775807 is\n"
    "  *never*. Sample times are float64 seconds.\n"
    "- `name` columns are uint32 numbers of rows of `/names`, strings of fixed width (UTF-8, at "
    "most\n"
    "  255 bytes; longer ones end in `...`). Number 0 is the empty name.\n"
    "- `enum` columns are HDF5 enums over uint8.\n"
    "- *optional*: the type's maximum, or NaN, means that there is no value.\n"
    "- Every table has attributes `column_units`, `column_kind` and `column_doc`, lists in the "
    "order\n"
    "  of the columns, and `long_name`.\n"
    "- A run that was killed leaves a file with `complete` = 0. The first gpusim command that "
    "meets\n"
    "  it puts it right; so does `h5clear -s --increment=0`.\n"
    "- What came later is absent from older traces, and these are read all the same: a table "
    "without\n"
    "  rows, a column, a metric or a number of the summary without a value. Their digests stay "
    "what\n"
    "  they were. From 1.2 on every table is there. `tests/trace/golden` has a trace of each "
    "version.\n"
    "\n"
    "## Attributes of the root\n"
    "\n"
    "| attribute | meaning |\n"
    "|---|---|\n"
    "| `format_version`, `format_minor` | of this format; a minor version adds columns, tables or "
    "attributes |\n"
    "| `gpusim_version`, `creator` | what wrote the file |\n"
    "| `file_time` | when it was begun, ISO 8601, UTC; absent with `--reproducible` |\n"
    "| `complete` | 1 when the run reached its end |\n"
    "| `seed`, `model_hash`, `scheduler`, `name` | what was run |\n"
    "| `scenario_file`, `scenario`, `effective_scenario` | its text as read, and with every "
    "default "
    "spelled out |\n"
    "| `NX_class`, `default` | for viewers that know NeXus |\n"
    "\n"
    "## Tables\n";

static const char telemetry[] =
    "## Telemetry\n"
    "\n"
    "`/telemetry/<entity>/<metric>` has the axes [entity, sample], with "
    "`/telemetry/<entity>/name`\n"
    "and `/telemetry/time` as their dimension scales; each group holds the latter as `time` too.\n"
    "Chunks hold 16 entities and 8 to 512 samples, shuffled and deflated: one entity's series is\n"
    "cheap to read. Missing values are NaN, or the\n"
    "type's maximum. Attributes: `units`, `long_name`, and where DCGM has the metric `dcgm_field`\n"
    "and `dcgm_id`.\n"
    "\n"
    "| metric | type | unit | DCGM | meaning |\n"
    "|---|---|---|---|---|\n";

static const char summary[] =
    "\n"
    "## Summary\n"
    "\n"
    "Attributes of `/summary` and of the groups in it; the same names as `gpusim run --json`.\n"
    "*not in the digest*: depends on the machine. `stall_reason` says why a run could not go on,\n"
    "`cost_currency` what `cost` is in.\n"
    "\n"
    "| attribute | type | unit | meaning |\n"
    "|---|---|---|---|\n";

static const char digest[] =
    "\n"
    "## Digest\n"
    "\n"
    "`gpusim info --digest` is XXH3-128 over the decoded values in this order: `model_hash`,\n"
    "`scheduler`, `seed`, `complete`, `/names`, the tables (their columns' names, then row by "
    "row),\n"
    "sample times, entity names, the metrics (blocks of 16 entities by 4,096 samples), the "
    "summary.\n"
    "Left out are versions, stamps, paths, the scenario's name and texts (`model_hash` stands for\n"
    "them), wall times and memory. All NaN count as one.\n";

static const char *type_name(gpusim_field_type type)
{
    static const char *const names[] = {
        [GPUSIM_BOOL] = "uint8",      [GPUSIM_INT32] = "int32",   [GPUSIM_UINT32] = "uint32",
        [GPUSIM_INT64] = "int64",     [GPUSIM_UINT64] = "uint64", [GPUSIM_FLOAT32] = "float32",
        [GPUSIM_FLOAT64] = "float64", [GPUSIM_TIME] = "int64",    [GPUSIM_ENUM] = "enum",
        [GPUSIM_NAME] = "name"};
    return names[type];
}

static const char *unit(const gpusim_field *field)
{
    return field->type == GPUSIM_TIME ? "ns" : gpusim_unit_symbol(field->unit);
}

static void print_table(FILE *out, const gpusim_record *record)
{
    fprintf(out, "\n### /%s\n\n%s\n\n", record->name, record->doc);
    fprintf(out, "| column | type | unit | meaning |\n|---|---|---|---|\n");
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        fprintf(out, "| `%s` | %s | %s | %s%s", field->name, type_name(field->type), unit(field),
                field->doc, field->flags & GPUSIM_OPTIONAL ? " *Optional.*" : "");
        fprintf(out, " |\n");
    }

    // what each number of an enumeration is
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_choice *choice = record->fields[i].detail.choices;
        if (record->fields[i].type != GPUSIM_ENUM || !choice) {
            continue;
        }
        fprintf(out, "\n`%s`:\n\n", record->fields[i].name);
        for (; choice->name; choice++) {
            fprintf(out, "- %d `%s`: %s\n", choice->value, choice->name, choice->doc);
        }
    }
}

static void print_metrics(FILE *out)
{
    static const char *const entities[] = {"gpu", "node", "rack", "cluster"};
    uint32_t count = 0;
    const gpusim_metric *metrics = gpusim_metrics(&count);
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_metric *metric = &metrics[i];
        fprintf(out, "| `%s/%s` | %s | %s | %s | %s |\n", entities[metric->entity], metric->name,
                type_name((gpusim_field_type)metric->type),
                gpusim_unit_symbol((gpusim_unit)metric->unit), metric->dcgm ? metric->dcgm : "",
                metric->doc);
    }
}

static void print_summary(FILE *out, const char *prefix, const gpusim_record *record)
{
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        if (field->type == GPUSIM_RECORD) {
            char path[128];
            snprintf(path, sizeof path, "%s%s/", prefix, field->name);
            print_summary(out, path, field->detail.record);
        } else {
            fprintf(out, "| `%s%s` | %s | %s | %s%s |\n", prefix, field->name,
                    type_name(field->type), unit(field), field->doc,
                    field->flags & GPUSIM_UNMEASURED ? " *Not in the digest.*" : "");
        }
    }
}

static void print_all(FILE *out)
{
    fputs(introduction, out);
    for (int i = 0; i < GPUSIM_TABLE_COUNT; i++) {
        print_table(out, gpusim_table_record((gpusim_table)i));
    }
    fputc('\n', out);
    fputs(telemetry, out);
    print_metrics(out);
    fputs(summary, out);
    print_summary(out, "", gpusim_summary_record());
    fputs(digest, out);
}

int main(int count, char **arguments)
{
    if (count < 2) {
        print_all(stdout);
        return EXIT_SUCCESS;
    }
    char *made = NULL, *kept = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&made, &size), *file = fopen(arguments[1], "r");
    if (!out || !file) {
        perror(arguments[1]);
        return EXIT_FAILURE;
    }
    print_all(out);
    fclose(out);
    kept = calloc(size + 2, 1);
    size_t got = fread(kept, 1, size + 1, file);
    fclose(file);
    int same = got == size && memcmp(made, kept, size) == 0;
    if (!same) {
        printf("%s is not what %s prints: write it anew\n", arguments[1], arguments[0]);
    }
    free(made);
    free(kept);
    return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
