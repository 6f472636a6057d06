/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the page on GPU models from the catalogue, its table and its rules. With a file as
 * argument: is what it says the same? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/reference.h"
#include "cluster/gpu.h"
#include "page.h"

static const char introduction[] =
    "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n"
    "<!-- made by tests/scenario/print_gpus.c; change the catalogue and its tables, not this page "
    "-->\n"
    "# GPU models\n"
    "\n"
    "A scenario names GPUs as `gpusim list gpus` does (`gpu: H100-SXM5-80GB`). What such a GPU "
    "is,\n"
    "the catalogue says: `libgpusim/cluster/gpus.yaml`, which is compiled in.\n"
    "\n"
    "    gpusim list gpus                     the models\n"
    "    gpusim list gpus H100-SXM5-80GB      each figure of one: its source, and `weak` if nobody "
    "checked it\n"
    "    gpusim list gpus --format yaml       the catalogue as it is written\n"
    "\n"
    "## Figures of one's own\n"
    "\n"
    "A single figure is best changed in the scenario:\n"
    "\n"
    "```yaml\n"
    "cluster:\n"
    "  nodes:\n"
    "    - name: train\n"
    "      gpu: H100-SXM5-80GB\n"
    "      gpus: 8\n"
    "      gpu_model: {power: {tdp: 650 W}, thermal: {resistance: 0.04 K/W}}\n"
    "```\n"
    "\n"
    "More of them belong into a catalogue file, which the scenario names with\n"
    "`cluster: {catalogue: my-gpus.yaml}`; `gpusim list gpus --catalogue my-gpus.yaml` checks and "
    "shows it.\n"
    "\n"
    "```yaml\n"
    "gpus:\n"
    "  - name: H200                # a model that is built in: what is not given here stays\n"
    "    power: {idle: 68 W}\n"
    "  - name: H100-NVL            # one that is not: begin with the nearest\n"
    "    base: H100-PCIE-80GB\n"
    "    memory: 95830 MiB\n"
    "    power: {tdp: 400 W}\n"
    "    sources:\n"
    "      - {figures: [memory, power.tdp], from: nvidia-smi of our own, sure: read}\n"
    "```\n"
    "\n"
    "- An entry of a built-in name lies over that one, or over its `base` if it has one. Entries "
    "of a\n"
    "  file may be bases of each other; bases of built-in entries are built in.\n"
    "- A list (`mig`) is replaced as a whole. Whoever gives another `memory` gives `mig` anew.\n"
    "- Who replaces a figure silences the source that spoke of it below.\n"
    "- What is given nowhere follows from the rules below, after all layers: with another `tdp` "
    "the\n"
    "  dynamic power is another.\n"
    "- A model without `power.tdp` has memory and links but neither power nor heat; `generic` is "
    "one.\n"
    "- Refused, where it is written: figures out of range; `cap_min` above `tdp` or `tdp` above "
    "`cap_max`;\n"
    "  `idle` above `context`, `context` above `fixed` and `dynamic` together, leakage above "
    "`fixed`,\n"
    "  the memory's power above `dynamic`; the idle, lowest or grid clock above the highest; "
    "limits "
    "that\n"
    "  do not rise from `operating` over `slowdown` to `shutdown`; MIG profiles that do not fit; a "
    "TDP\n"
    "  without `power.idle`, `clocks.maximum`, `limits.operating` or `thermal.resistance`.\n"
    "\n"
    "## How sure a figure is\n"
    "\n"
    "| `sure` | meaning |\n"
    "|---|---|\n"
    "| `read` | read in the source itself |\n"
    "| `second_hand` | read in notes that quote the source |\n"
    "| `derived` | calculated from figures that were read |\n"
    "| `memory` | from memory, not verified: **weak** |\n"
    "| `assumed` | a rule of thumb, or taken over from a relative: **weak** |\n"
    "\n";

static void print_value(FILE *to, const gpusim_gpu_model *model, const char *figure, double value,
                        gpusim_unit unit)
{
    char text[64] = "-";
    const gpusim_gpu_source *source = gpusim_gpu_source_of(model, figure);
    int weak =
        source && (source->sure == GPUSIM_FIGURE_MEMORY || source->sure == GPUSIM_FIGURE_ASSUMED);
    int known = value - value == 0.0 && value != 0.0;
    if (known) {
        int exact = unit == GPUSIM_UNIT_BYTE || unit == GPUSIM_UNIT_BYTE_PER_SECOND;
        gpusim_quantity_format(value, unit, exact, text, sizeof text);
    }
    fprintf(to, " %s%s |", text, known && weak ? " *" : "");
}

static gpusim_status print_models(FILE *to, gpusim_error *err)
{
    gpusim_catalogue *catalogue = NULL;
    uint32_t count;
    gpusim_status status = gpusim_catalogue_load(NULL, &catalogue, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    const gpusim_gpu_model *models = gpusim_catalogue_models(catalogue, &count);
    fputs("## The models\n\n`*`: weak.\n\n"
          "| name | memory | bandwidth | FP16 | TDP | idle | context | max clock | throttles at | "
          "resistance | NVLink, one way |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
          to);
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_gpu_model *m = &models[i];
        fprintf(to, "| %s |", m->name);
        print_value(to, m, "memory", (double)m->memory, GPUSIM_UNIT_BYTE);
        print_value(to, m, "memory_bandwidth", m->memory_bandwidth, GPUSIM_UNIT_BYTE_PER_SECOND);
        print_value(to, m, "fp16", m->fp16, GPUSIM_UNIT_FLOP_PER_SECOND);
        print_value(to, m, "power.tdp", m->power.tdp, GPUSIM_UNIT_WATT);
        print_value(to, m, "power.idle", m->power.idle, GPUSIM_UNIT_WATT);
        print_value(to, m, "power.context", m->power.context, GPUSIM_UNIT_WATT);
        print_value(to, m, "clocks.maximum", m->clocks.maximum, GPUSIM_UNIT_HERTZ);
        print_value(to, m, "limits.operating", m->limits.operating, GPUSIM_UNIT_CELSIUS);
        print_value(to, m, "thermal.resistance", m->thermal.resistance,
                    GPUSIM_UNIT_KELVIN_PER_WATT);
        print_value(to, m, "links.nvlink", m->links.nvlink, GPUSIM_UNIT_BYTE_PER_SECOND);
        fputs("\n", to);
    }
    gpusim_catalogue_destroy(catalogue);
    return GPUSIM_OK;
}

static void print_rules(FILE *to)
{
    fputs(
        "\n## What is taken for figures that nobody gives\n\nIn this order, so that a rule may use "
        "what those above it gave.\n\n| figure | taken for it | sure |\n|---|---|---|\n",
        to);
    const gpusim_field *sources = gpusim_record_find(gpusim_gpu_record(), "sources");
    const gpusim_field *sure = gpusim_record_find(sources->detail.element->detail.record, "sure");
    for (const gs_gpu_rule *rule = gs_gpu_rules(); rule->figure; rule++) {
        fprintf(to, "| `%s` | %s | %s |\n", rule->figure, rule->from,
                sure->detail.choices[rule->sure].name);
    }
}

int main(int count, char **arguments)
{
    gpusim_error err = {0};
    char *text = NULL;
    size_t length = 0;
    FILE *page = open_memstream(&text, &length);
    if (!page) {
        return EXIT_FAILURE;
    }
    fputs(introduction, page);
    if (print_models(page, &err) != GPUSIM_OK) {
        fprintf(stderr, "%s\n", err.message);
        fclose(page);
        free(text);
        return EXIT_FAILURE;
    }
    print_rules(page);
    cli_reference(page, gpusim_gpu_record());
    fclose(page);
    int same = 1;
    if (count == 1) {
        fputs(text, stdout);
    } else if (!page_is_same(arguments[1], text, length)) {
        same = 0;
        fprintf(stderr, "%s is old: build/tests/scenario/print_gpus > docs/gpus.md\n",
                arguments[1]);
    }
    free(text);
    return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
