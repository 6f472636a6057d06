/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue of GPU models: each figure has its source, weak ones are marked, all entries are
 * consistent; bases, a user's file and a scenario's figures laid over each other. */
#include "harness.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include <gpusim/model.h>

#include "cluster/gpu.h"
#include "core/model.h"
#include "scenario/catalogue.h"
#include "scenario/overlay.h"
#include "workload/profile.h"

static gpusim_catalogue *load(const char *path)
{
    gpusim_error err = {0};
    gpusim_catalogue *catalogue = NULL;
    ASSERT_OK(gpusim_catalogue_load(path, &catalogue, &err), &err);
    return catalogue;
}

static const gpusim_gpu_model *find(const gpusim_catalogue *catalogue, const char *name)
{
    uint32_t count;
    const gpusim_gpu_model *models = gpusim_catalogue_models(catalogue, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(models[i].name, name) == 0) {
            return &models[i];
        }
    }
    ck_abort_msg("no model '%s'", name);
}

// a user's file with this text; the caller removes it
static const char *write_file(const char *text)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/gpusim-catalogue-%ld.yaml", (long)getpid());
    FILE *file = fopen(path, "wb");
    ck_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
    return path;
}

static gpusim_catalogue *load_text(const char *text)
{
    const char *path = write_file(text);
    gpusim_catalogue *catalogue = load(path);
    remove(path);
    return catalogue;
}

static int is_weak(const gpusim_gpu_source *source)
{
    return source->sure == GPUSIM_FIGURE_MEMORY || source->sure == GPUSIM_FIGURE_ASSUMED;
}

static int sure_of(const gpusim_gpu_model *model, const char *figure)
{
    const gpusim_gpu_source *source = gpusim_gpu_source_of(model, figure);
    ck_assert_msg(source != NULL, "%s: %s has no source", model->name, figure);
    return source->sure;
}

// ---- what is built in ----

START_TEST(every_figure_has_a_source)
{
    gpusim_catalogue *catalogue = load(NULL);
    gpusim_error err = {0};
    gs_gpu_figures figures;
    uint32_t count;
    const gpusim_gpu_model *models = gpusim_catalogue_models(catalogue, &count);
    ASSERT_OK(gs_gpu_figures_make(&figures, &err), &err);
    ck_assert_uint_ge(figures.count, 45);
    for (uint32_t m = 0; m < count; m++) {
        uint64_t given = gs_gpu_given(&figures, &models[m]);
        for (uint32_t i = 0; i < figures.count; i++) {
            const gpusim_gpu_source *source =
                gpusim_gpu_source_of(&models[m], figures.items[i].name);
            int product = strcmp(figures.items[i].name, "product") == 0;
            if ((given >> i & 1) == 0) {
                ck_assert_msg(!source, "%s: a source for %s, which has no value", models[m].name,
                              figures.items[i].name);
            } else if (!product || strcmp(models[m].product, models[m].name) != 0) {
                ck_assert_msg(source && source->from[0], "%s: no source for %s", models[m].name,
                              figures.items[i].name);
            }
        }
    }
    gpusim_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(every_source_speaks_of_what_its_entry_gives)
{
    // as a user's file all of it is read and checked: unknown figures, figures not given
    size_t length;
    gpusim_catalogue *built_in = load(NULL);
    gpusim_catalogue *copied = load_text(gpusim_catalogue_text(&length));
    uint32_t count, again;
    const gpusim_gpu_model *models = gpusim_catalogue_models(built_in, &count);
    const gpusim_gpu_model *copies = gpusim_catalogue_models(copied, &again);
    gpusim_error err = {0};
    gs_gpu_figures figures;
    ASSERT_OK(gs_gpu_figures_make(&figures, &err), &err);
    ck_assert_uint_eq(count, again);
    for (uint32_t m = 0; m < count; m++) {
        ck_assert_str_eq(models[m].name, copies[m].name);
        for (uint32_t i = 0; i < figures.count; i++) {
            if (figures.items[i].field->type == GPUSIM_FLOAT64) {
                ck_assert(memcmp((const char *)&models[m] + figures.items[i].offset,
                                 (const char *)&copies[m] + figures.items[i].offset, 8) == 0);
            }
        }
    }
    gpusim_catalogue_destroy(built_in);
    gpusim_catalogue_destroy(copied);
}
END_TEST

START_TEST(names_are_in_order_and_memory_is_as_the_driver_prints_it)
{
    // MiB of memory.total, as real drivers print it
    static const struct {
        const char *name;
        uint64_t mib;
    } printed[] = {
        {"T4", 15360},
        {"L4", 23034},
        {"GeForce RTX 4090", 24564},
        {"V100-PCIE-32GB", 32510},
        {"V100-SXM2-32GB", 32510},
        {"A100-PCIE-40GB", 40960},
        {"A100-SXM4-40GB", 40960},
        {"L40S", 46068},
        {"H100-PCIE-80GB", 81559},
        {"H100-SXM5-80GB", 81559},
        {"A100-PCIE-80GB", 81920},
        {"A100-SXM4-80GB", 81920},
        {"H200", 143771},
        {"B200", 183359},
        {"V100-SXM2-16GB", 16384},
        {"P100-PCIE-16GB", 16280},
        {"A40", 46068},
    };
    static const char *const others[] = {"generic", "V100-PCIE-16GB", "GB200",
                                         "MI250X",  "MI300X",         "Quadro RTX 6000"};
    gpusim_catalogue *catalogue = load(NULL);
    uint32_t count;
    const gpusim_gpu_model *models = gpusim_catalogue_models(catalogue, &count);
    ck_assert_str_eq(models[0].name, "generic");
    ck_assert_uint_eq(models[0].memory, 0);
    ck_assert(!gs_gpu_is_physical(&models[0]));
    for (uint32_t i = 2; i < count; i++) {
        ck_assert_msg(strcmp(models[i - 1].name, models[i].name) < 0, "%s", models[i].name);
    }
    for (size_t i = 0; i < sizeof printed / sizeof printed[0]; i++) {
        const gpusim_gpu_model *model = find(catalogue, printed[i].name);
        ck_assert_uint_eq(model->memory, printed[i].mib << 20);
        ck_assert_int_eq(sure_of(model, "memory"), GPUSIM_FIGURE_READ);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        find(catalogue, others[i]);
    }
    ck_assert_uint_eq(count, sizeof printed / sizeof printed[0] + sizeof others / sizeof others[0]);
    gpusim_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(figures_are_those_of_their_sources)
{
    // entered a second time by hand: W, W, W, degC, degC, B/s, FLOP/s, Hz
    static const struct {
        const char *name;
        double tdp, cap_min, idle, operating, shutdown, bandwidth, fp16, clock;
    } table[] = {
        {"T4", 70, 60, 14, 85, 96, 320e9, 65e12, 1590e6},
        {"V100-PCIE-16GB", 250, 100, 24.5, 83, 90, 900e9, 112e12, 1380e6},
        {"V100-SXM2-32GB", 300, 150, 44.5, 83, 90, 900e9, 125e12, 1530e6},
        {"A100-PCIE-80GB", 300, 150, 44, 85, 92, 1935e9, 312e12, 1410e6},
        {"A100-SXM4-40GB", 400, 100, 56, 85, 92, 1555e9, 312e12, 1410e6},
        {"A100-SXM4-80GB", 400, 100, 63.5, 85, 92, 2e12, 312e12, 1410e6},
        {"A40", 300, 100, 24, 88, 98, 696e9, 149.7e12, 1740e6},
        {"L4", 72, 40, 16, 84, 89, 300e9, 121e12, 2040e6},
        {"L40S", 350, 100, 22, 89, 96, 864e9, 362e12, 2520e6},
        {"GeForce RTX 4090", 450, 150, 15, 84, 95, 1008e9, 165e12, 2520e6},
        {"H100-PCIE-80GB", 350, 200, 50, 87, 92, 2e12, 756e12, 1755e6},
        {"H100-SXM5-80GB", 700, 200, 72, 87, 92, 3.35e12, 989e12, 1980e6},
        {"H200", 700, 200, 74.6, 87, 95, 4.8e12, 989e12, 1980e6},
        {"B200", 1000, 200, 140, 85, 95, 8e12, 2250e12, 1965e6},
        {"GB200", 1200, 200, 145, 85, 95, 8e12, 2500e12, 2062e6},
        {"MI250X", 500, 200, 88, 100, 110, 3.28e12, 383e12, 1700e6},
        {"MI300X", 750, 300, 176, 100, 110, 5.3e12, 1300e12, 2100e6},
    };
    gpusim_catalogue *catalogue = load(NULL);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const gpusim_gpu_model *m = find(catalogue, table[i].name);
        const double found[] = {
            m->power.tdp,       m->power.cap_min,    m->power.idle, m->limits.operating,
            m->limits.shutdown, m->memory_bandwidth, m->fp16,       m->clocks.maximum};
        for (size_t k = 0; k < sizeof found / sizeof found[0]; k++) {
            double expected = (&table[i].tdp)[k];
            ck_assert_msg(fabs(found[k] - expected) <= 1e-12 * expected, "%s, column %zu: %.17g",
                          table[i].name, k, found[k]);
        }
    }

    // memories at rest: an H100's at 37 C beside 33 C while 93 W were drawn, a V100's never above
    // its GPU
    static const struct {
        const char *name;
        double watts, least, most; // W of the GPU, K of the memory above it
    } resting[] = {{"H100-SXM5-80GB", 93, 3, 5},
                   {"V100-SXM2-32GB", 44.5, -4, 0},
                   {"V100-PCIE-32GB", 58.8, -4, 0}};
    for (size_t i = 0; i < sizeof resting / sizeof resting[0]; i++) {
        const gpusim_gpu_model *m = find(catalogue, resting[i].name);
        double above = m->thermal.memory_resistance * m->power.memory_idle -
                       (1 - m->thermal.memory_coupling) * m->thermal.resistance * resting[i].watts;
        ck_assert_msg(above >= resting[i].least && above <= resting[i].most, "%s: %g K", m->name,
                      above);
    }
    ck_assert_double_eq(find(catalogue, "H200")->power.memory_idle, 41.8);

    // the fits to power caps
    const gpusim_gpu_model *v100 = find(catalogue, "V100-PCIE-16GB"), *a40 = find(catalogue, "A40");
    ck_assert(v100->power.fixed == 45 && v100->power.knee_clock == 0.75 &&
              v100->power.knee_voltage == 0.86 && v100->power.dynamic == 205);
    ck_assert(a40->power.fixed == 68 && a40->power.knee_clock == 0.88 &&
              a40->power.knee_voltage == 0.84 && a40->power.dynamic == 232);
    gpusim_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(what_is_weak_is_marked)
{
    static const struct {
        const char *name, *figure;
        int weak;
    } table[] = {
        {"T4", "memory_bandwidth", 1},
        {"T4", "power.idle", 0},
        {"T4", "limits.operating", 0},
        {"V100-PCIE-16GB", "clocks.maximum", 0},
        {"V100-PCIE-16GB", "fp16", 1},
        {"V100-PCIE-16GB", "memory", 1},
        {"V100-SXM2-16GB", "power.idle", 0},
        {"A100-SXM4-80GB", "power.context", 0},
        {"A100-SXM4-80GB", "leakage.power", 1},
        {"A100-PCIE-80GB", "links.nvlink", 1},
        {"L4", "limits.shutdown", 0},
        {"L40S", "limits.operating", 1},
        {"GeForce RTX 4090", "memory_bandwidth", 1},
        {"H100-PCIE-80GB", "power.tdp", 1},
        {"H100-SXM5-80GB", "limits.shutdown", 0},
        {"H100-SXM5-80GB", "power.knee_clock", 1},
        {"H100-SXM5-80GB", "thermal.hysteresis", 1},
        {"H100-SXM5-80GB", "clocks.step", 1},
        {"H200", "power.idle", 0},
        {"H200", "limits.slowdown", 0},
        {"H200", "limits.memory", 1},
        {"B200", "limits.operating", 1},
        {"B200", "power.idle", 0},
        {"GB200", "power.idle", 1},
        {"MI250X", "power.idle", 0},
        {"MI250X", "limits.operating", 1},
        {"MI300X", "limits.memory", 1},
    };
    gpusim_catalogue *catalogue = load(NULL);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const gpusim_gpu_model *model = find(catalogue, table[i].name);
        const gpusim_gpu_source *source = gpusim_gpu_source_of(model, table[i].figure);
        ck_assert_msg(source && is_weak(source) == table[i].weak, "%s: %s", table[i].name,
                      table[i].figure);
    }

    // whatever a rule made up is weak, but for arithmetic
    for (const gs_gpu_rule *rule = gs_gpu_rules(); rule->figure; rule++) {
        int arithmetic = strcmp(rule->figure, "links.pcie") == 0;
        ck_assert_msg(rule->sure == GPUSIM_FIGURE_MEMORY || rule->sure == GPUSIM_FIGURE_ASSUMED ||
                          arithmetic,
                      "%s", rule->figure);
    }
    gpusim_catalogue_destroy(catalogue);
}
END_TEST

static double leakage_at(const gpusim_gpu_model *m, double celsius)
{
    return m->leakage.power * exp((celsius - m->leakage.reference) / m->leakage.scale);
}

START_TEST(entries_are_consistent)
{
    gpusim_catalogue *catalogue = load(NULL);
    uint32_t count;
    const gpusim_gpu_model *models = gpusim_catalogue_models(catalogue, &count);
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_gpu_model *m = &models[i];
        gpusim_error err = {0};
        ASSERT_OK(gs_gpu_check(m, &err), &err);
        if (!gs_gpu_is_physical(m)) {
            continue;
        }
        double busy = m->power.fixed + m->power.dynamic;
        ck_assert_msg(m->power.idle <= m->power.context && m->power.context <= m->power.fixed &&
                          m->power.fixed < busy && busy >= m->power.tdp &&
                          m->power.cap_min <= m->power.tdp && m->power.tdp <= m->power.cap_max,
                      "%s", m->name);

        // at its TDP and 25 C it is far from throttling and from running away
        double temperature = 25.0 + m->thermal.resistance * m->power.tdp;
        double leak = leakage_at(m, temperature);
        ck_assert_msg(temperature < m->limits.operating, "%s: %g C", m->name, temperature);
        ck_assert_msg(m->thermal.resistance * leak / m->leakage.scale < 0.5, "%s", m->name);

        // a job without a profile is not capped, not even at 35 C
        double usual = m->power.fixed + gs_profile_defaults.intensity * m->power.dynamic;
        double warm = 35.0 + m->thermal.resistance * m->power.tdp;
        ck_assert_msg(usual + leakage_at(m, warm) - m->leakage.power <= m->power.tdp, "%s",
                      m->name);

        // its memory stays below its limit at full bandwidth
        double memory = 25.0 +
                        m->thermal.memory_resistance * (m->power.memory + m->power.memory_idle) +
                        m->thermal.memory_coupling * (temperature - 25.0);
        ck_assert_msg(isnan(m->limits.memory) || memory < m->limits.memory, "%s: memory at %g C",
                      m->name, memory);

        // MIG: profiles fill what they say, and one takes all of it
        const gpusim_mig_profile *profiles = m->mig.items;
        for (uint32_t k = 0; k < m->mig.count; k++) {
            double share = (double)profiles[k].memory / (double)m->memory;
            double slices = profiles[k].memory_slices / 8.0;
            ck_assert_msg(share > 0.9 * slices && share <= slices, "%s: %s", m->name,
                          profiles[k].name);
            ck_assert_int_eq(profiles[k].name[0] - '0', (int)profiles[k].compute);
        }
        ck_assert(m->mig.count == 0 || profiles[m->mig.count - 1].compute == 7);
    }
    ck_assert_uint_eq(find(catalogue, "A100-SXM4-40GB")->mig.count, 6);
    ck_assert_uint_eq(find(catalogue, "B200")->mig.count, 6);
    gpusim_catalogue_destroy(catalogue);
}
END_TEST

// ---- laid over each other ----

START_TEST(a_users_file_replaces_what_it_gives)
{
    gpusim_catalogue *catalogue =
        load_text("gpus:\n"
                  "  - name: H100-SXM5-80GB\n"
                  "    power: {tdp: 650 W}\n"
                  "    mig: [{name: 7g.80gb, compute: 7, memory_slices: 8, memory: 79 GiB,\n"
                  "           starts: [0]}]\n"
                  "  - name: H100-EXTRA\n"
                  "    base: H100-SXM5-80GB\n"
                  "    memory: 94 GiB\n"
                  "    power: {idle: 60 W}\n"
                  "    sources: [{figures: [power, memory], from: mine, sure: derived}]\n");
    const gpusim_gpu_model *changed = find(catalogue, "H100-SXM5-80GB");
    const gpusim_gpu_model *extra = find(catalogue, "H100-EXTRA");

    // what is given, what is not, and what follows from both
    ck_assert(changed->power.tdp == 650 && changed->power.idle == 72);
    ck_assert(changed->power.cap_max == 650 && changed->power.dynamic == 650 - 138);
    ck_assert_uint_eq(changed->memory, UINT64_C(81559) << 20);
    ck_assert_uint_eq(changed->mig.count, 1);

    // who speaks of a figure that was replaced speaks of it no more
    ck_assert_ptr_null(gpusim_gpu_source_of(changed, "power.tdp"));
    ck_assert_ptr_null(gpusim_gpu_source_of(changed, "mig"));
    ck_assert_int_eq(sure_of(changed, "power.idle"), GPUSIM_FIGURE_READ);

    // a base is the entry as the file has it
    ck_assert(extra->power.tdp == 650 && extra->power.idle == 60 && extra->power.context == 138);
    ck_assert_uint_eq(extra->memory, UINT64_C(94) << 30);
    ck_assert_str_eq(extra->product, "NVIDIA H100 80GB HBM3");
    ck_assert_uint_eq(extra->mig.count, 0); // they were of another memory
    ck_assert_ptr_null(gpusim_gpu_source_of(extra, "mig"));
    ck_assert_str_eq(gpusim_gpu_source_of(extra, "memory")->from, "mine");
    ck_assert_str_eq(gpusim_gpu_source_of(extra, "power.idle")->from, "mine");
    ck_assert_ptr_null(gpusim_gpu_source_of(extra, "power.tdp"));
    ck_assert_int_eq(sure_of(extra, "power.context"), GPUSIM_FIGURE_READ);
    gpusim_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(built_in_bases_are_built_in)
{
    // V100-SXM2-32GB builds on V100-SXM2-16GB as it is built in
    gpusim_catalogue *catalogue = load_text("gpus:\n"
                                            "  - name: V100-SXM2-16GB\n"
                                            "    power: {tdp: 270 W}\n"
                                            "  - name: alone\n"
                                            "    power: {tdp: 100 W, idle: 10 W}\n"
                                            "    clocks: {maximum: 1 GHz}\n"
                                            "    limits: {operating: 80 C}\n"
                                            "    thermal: {resistance: 0.2 K/W}\n"
                                            "  - name: slices\n"
                                            "    memory: 16 GiB\n");
    const gpusim_gpu_model *alone = find(catalogue, "alone"), *slices = find(catalogue, "slices");
    ck_assert(find(catalogue, "V100-SXM2-16GB")->power.tdp == 270);
    ck_assert(find(catalogue, "V100-SXM2-32GB")->power.tdp == 300);

    // all that can be left out, by the rules
    ck_assert(alone->power.cap_max == 100 && alone->power.cap_min == 40);
    ck_assert(alone->power.context == 20 && alone->power.fixed == 20 && alone->power.dynamic == 80);
    ck_assert(alone->power.memory == 0 && alone->power.memory_idle == 0 &&
              alone->thermal.memory_resistance == 0);
    ck_assert(alone->leakage.power == 7.5 && alone->leakage.reference == 45 &&
              alone->leakage.scale == 50);
    ck_assert(alone->clocks.step == 15e6 && alone->clocks.idle == 150e6 &&
              alone->clocks.minimum == 150e6);
    ck_assert(alone->limits.slowdown == 84 && alone->limits.shutdown == 87);
    ck_assert(isnan(alone->limits.memory));
    ck_assert(alone->thermal.fast_time == 5 && alone->thermal.fast_share == 0.87 &&
              alone->thermal.slow_time == 60 && alone->thermal.hysteresis == 4);
    ck_assert(fabs(alone->links.pcie - 31.508e9) < 1e6);
    ck_assert_int_eq(alone->sensor.power, GPUSIM_SENSOR_MEAN);
    ck_assert_int_eq(sure_of(alone, "power.context"), GPUSIM_FIGURE_ASSUMED);
    ck_assert_str_eq(alone->product, "alone");

    // one without a TDP has memory and nothing else
    ck_assert(!gs_gpu_is_physical(slices) && isnan(slices->power.idle));
    ck_assert_uint_eq(slices->memory, UINT64_C(16) << 30);
    gpusim_catalogue_destroy(catalogue);
}
END_TEST

// ---- in a scenario ----

static gpusim_status compile(const char *nodes, gpusim_model **model, gpusim_error *err)
{
    char text[1024];
    gpusim_spec *spec = NULL;
    snprintf(text, sizeof text,
             "gpusim: 1\nuntil: drained\ncluster:\n  %s\nworkload: [{jobs: [{at: 0 s, duration: 1 "
             "s, gpus: 1}]}]\nscheduler: {order: fifo}\n",
             nodes);
    gpusim_status status = gpusim_spec_parse(text, strlen(text), "x.yaml", NULL, &spec, err);
    if (status == GPUSIM_OK) {
        status = gpusim_model_compile(spec, model, err);
    }
    gpusim_spec_destroy(spec);
    return status;
}

START_TEST(a_scenario_overrides_figures)
{
    gpusim_error err = {0};
    gpusim_model *model = NULL;
    ASSERT_OK(compile("nodes:\n"
                      "    - {name: a, gpus: 2, gpu: H100-SXM5-80GB,\n"
                      "       gpu_model: {memory: 60 GiB, power: {tdp: 650 W}}}\n"
                      "    - {name: b, gpus: 2, gpu: generic}\n"
                      "    - {name: c, gpus: 2, gpu: H100-SXM5-80GB}",
                      &model, &err),
              &err);
    const gs_cluster *cluster = &model->cluster;
    const gs_node_hardware *nodes = model->hardware.groups;
    ck_assert(nodes[0].gpu.power.tdp == 650 && nodes[2].gpu.power.tdp == 700);
    ck_assert(nodes[0].gpu.power.dynamic == 512 && nodes[0].gpu.thermal.resistance == 0.05);
    ck_assert(nodes[0].physical && !nodes[1].physical && nodes[2].physical);
    // jobs get what the driver leaves: it keeps 328 MiB
    ck_assert_uint_eq(cluster->groups[0].gpu_memory, (UINT64_C(60) * 1024 - 328) << 20);
    ck_assert_uint_eq(cluster->groups[2].gpu_memory, (UINT64_C(81559) - 328) << 20);

    // kinds of GPU are counted as groups name them
    ck_assert_uint_eq(cluster->groups[0].gpu_model, 0);
    ck_assert_uint_eq(cluster->groups[1].gpu_model, 1);
    ck_assert_uint_eq(cluster->groups[2].gpu_model, 0);
    gpusim_model_destroy(model);
}
END_TEST

START_TEST(what_a_scenario_gets_wrong_is_said_where_it_stands)
{
    static const struct {
        const char *nodes, *key, *message, *hint;
        int line, column;
    } cases[] = {
        {"nodes:\n    - {name: a, gpus: 1, gpu: H100-SXM5-80G}", "cluster.nodes[0].gpu",
         "no GPU model is called 'H100-SXM5-80G'", "did you mean 'H100-SXM5-80GB'?", 5, 31},
        {"nodes:\n    - {name: a, gpus: 1, gpu: T4, gpu_model: {power: {cap_min: 90 W}}}",
         "cluster.nodes[0].gpu_model.power.cap_min",
         "'power.cap_min' (90 W) has to be at most 'power.tdp' (70 W)", "", 5, 64},
        {"nodes:\n    - {name: a, gpus: 1, gpu: T4, gpu_model: {limits: {shutdown: 90 C}}}",
         "cluster.nodes[0].gpu_model.limits.slowdown",
         "'limits.slowdown' (93 C) has to be below 'limits.shutdown' (90 C)", "", 5, 47},
        {"nodes:\n    - {name: a, gpus: 1, gpu_model: {thermal: {resistance: 0.1 K/W}}}",
         "cluster.nodes[0].gpu_model.thermal.resistance",
         "GPU model 'generic' has no TDP, so 'thermal.resistance' says nothing",
         "give power.tdp too: then it has power and heat", 5, 60},
        {"catalogue: /nowhere/gpus.yaml\n  nodes: [{name: a, gpus: 1}]", "cluster.catalogue",
         "cannot open '/nowhere/gpus.yaml': no such file", "", 4, 14},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gpusim_error err = {0};
        gpusim_model *model = NULL;
        ck_assert_int_ne(compile(cases[i].nodes, &model, &err), GPUSIM_OK);
        ck_assert_ptr_null(model);
        ck_assert_str_eq(err.message, cases[i].message);
        ck_assert_str_eq(err.key, cases[i].key);
        ck_assert_str_eq(err.hint, cases[i].hint);
        ck_assert_str_eq(err.file, "x.yaml");
        ck_assert_msg(err.line == cases[i].line && err.column == cases[i].column, "%s: %d:%d",
                      cases[i].key, err.line, err.column);
    }
}
END_TEST

START_TEST(a_file_is_part_of_the_models_hash)
{
    // as inputs are, byte by byte: the last one only has a remark
    static const char *const files[] = {"gpus: [{name: T4, power: {idle: 13 W}}]\n",
                                        "gpus: [{name: T4, power: {idle: 12 W}}]\n",
                                        "gpus: [{name: T4, power: {idle: 12 W}}] # mine\n"};
    char hash[3][33];
    for (int i = 0; i < 3; i++) {
        char nodes[128];
        gpusim_error err = {0};
        gpusim_model *model = NULL;
        gpusim_model_info info;
        const char *path = write_file(files[i]);
        snprintf(nodes, sizeof nodes, "catalogue: %s\n  nodes: [{name: a, gpus: 1, gpu: T4}]",
                 path);
        ASSERT_OK(compile(nodes, &model, &err), &err);
        remove(path);
        ck_assert(model->hardware.groups[0].gpu.power.idle == (i ? 12 : 13));
        gpusim_model_info_get(model, &info);
        memcpy(hash[i], info.hash, sizeof hash[i]);
        gpusim_model_destroy(model);
    }
    ck_assert_str_ne(hash[0], hash[1]);
    ck_assert_str_ne(hash[1], hash[2]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalogue");
    TEST_CASE(suite, 20, every_figure_has_a_source, every_source_speaks_of_what_its_entry_gives,
              names_are_in_order_and_memory_is_as_the_driver_prints_it,
              figures_are_those_of_their_sources, what_is_weak_is_marked, entries_are_consistent,
              a_users_file_replaces_what_it_gives, built_in_bases_are_built_in,
              a_scenario_overrides_figures, what_a_scenario_gets_wrong_is_said_where_it_stands,
              a_file_is_part_of_the_models_hash);
    return test_run(suite);
}
