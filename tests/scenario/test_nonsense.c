/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hardware that cannot be is refused where it is written: each line of the table below is an edit
 * of the scenario of physical.h, and what is said to it is a golden text (nonsense.txt). With
 * GPUSIM_UPDATE_GOLDENS=1 in the environment it is written anew, to be reviewed as a diff. */
#include "harness.h"

#include "physical.h"

static const char *golden;

/* Edits of one case, "KEY=VALUE"; and at least one message follows. */
static const char *const cases[][3] = {
    // the GPU
    {"cluster.nodes[0].gpu=A100-SXM4-8GB"},
    {"cluster.nodes[0].gpu_model={thermal: {resistance: -0.05 K/W}}"},
    {"cluster.nodes[0].gpu_model={limits: {operating: 95 C}}"},
    {"cluster.nodes[0].gpu_model={limits: {slowdown: 90 C, shutdown: 89 C}}"},
    {"cluster.nodes[0].gpu_model={power: {cap_min: 500 W}}"},
    {"cluster.nodes[0].gpu_model={pwer: {}}"},
    // caps
    {"cluster.nodes[0].power.gpu_cap=80 W"},
    {"cluster.nodes[0].power.gpu_cap=900 W"},
    {"cluster.nodes[0].power.gpu_cap=-1 W"},
    {"cluster.nodes[0].power.gpu_cap={steps: [{at: 0 s, value: 300 W}, {at: 1 h, value: 50 W}]}"},
    {"cluster.nodes[0].power.cap=500 W"},
    {"cluster.power.rack_cap=1500 W"},
    {"cluster.power.rack_cap={wave: {mean: 3 kW, amplitude: 2 kW}}"},
    // heat
    {"cluster.cooling.supply=92 C"},
    {"cluster.cooling.supply=86 C"},
    {"cluster.cooling.supply={wave: {mean: 60 C, amplitude: 30 K}}"},
    {"cluster.nodes[0].cooling={kind: liquid}", "cluster.cooling.water=85 C"},
    {"cluster.nodes[0].gpu_model={thermal: {resistance: 2 K/W}}"},
    {"cluster.nodes[0].cooling.lane=3"},
    {"cluster.nodes[0].cooling.lane=16"},
    {"cluster.nodes[0].cooling={lane: 2}"},
    {"cluster.nodes[0].cooling={airflow: 0 m3/s}"},
    {"cluster.nodes[0].cooling.airflow=-1 m3/s"},
    {"cluster.nodes[0].cooling.airflow=1e-9 m3/s"},
    {"cluster.nodes[0].cooling.fans={start: 80 C, full: 70 C}"},
    {"cluster.nodes[0].cooling.fans={minimum: 0}"},
    {"cluster.nodes[0].cooling.cold_plate=oai-water"},
    {"cluster.nodes[0].cooling={kind: liquid, cold_plate: oai-watr}"},
    {"cluster.nodes[0].cooling={kind: liquid, cold_plate: quartz}"},
    {"cluster.nodes[0].cooling={kind: liquid, cold_plate: oai-water}",
     "cluster.nodes[0].gpu_model={thermal: {resistance: 0.01 K/W}}"},
    {"cluster.nodes[0].cooling={kind: liquid, cold_plate: {points: [{flow: 2 L/min, resistance: "
     "0.02 K/W}, {flow: 1 L/min, resistance: 0.03 K/W}]}}"},
    {"cluster.nodes[0].cooling={kind: liquid, lane: 2}"},
    {"cluster.cooling.recirculation={self: 0.6, neighbour: 0.4}"},
    {"cluster.cooling.recirculation={self: 1.5}"},
    {"cluster.cooling.recirculation={self: -0.1}"},
    {"cluster.cooling.recirculation={matrix: [[0.1, 0.1]]}"},
    {"cluster.cooling.recirculation={matrix: [[0.1, 0.1], [0.1]]}"},
    {"cluster.cooling.recirculation={self: 0.1, matrix: [[0.1, 0.1], [0.1, 0.1]]}"},
    {"cluster.nodes[0].count=600", "cluster.nodes[0].per_rack=0"},
    {"cluster.cooling.leak_step=0 K"},
    // power supplies and losses
    {"cluster.nodes[0].power.psu.needed=7"},
    {"cluster.nodes[0].power.psu.needed=1"},
    {"cluster.nodes[0].power.psu={count: 2, rating: 1 kW, efficiency: gold}"},
    {"cluster.nodes[0].power.psu.efficiency=titanum"},
    {"cluster.nodes[0].power.psu.efficiency=bronze"},
    {"cluster.nodes[0].power.psu.efficiency={points: [{load: 0.5, efficiency: 0.9}, {load: 0.5, "
     "efficiency: 0.9}]}"},
    {"cluster.nodes[0].power.psu.efficiency={points: [{load: 0.5, efficiency: 1.1}]}"},
    {"cluster.nodes[0].power.psu.efficiency={points: [{load: 0.5, efficiency: 0.45}, {load: 0.6, "
     "efficiency: 0.9}]}"},
    {"cluster.nodes[0].power.psu.efficiency={points: [{load: 0.5, efficiency: 0}]}"},
    {"cluster.nodes[0].power.losses=[{constant: 13 W, efficiency: 1.02}]"},
    {"cluster.nodes[0].power.losses=[{constant: -13 W}]"},
    {"cluster.racks.losses=[{efficiency: 0}]"},
    {"cluster.nodes[0].power.losses=[{efficiency: 1e-9}]", "cluster.nodes[0].power.psu=null"},
    // CPUs, NICs
    {"cluster.nodes[0].power.cpu={idle: 300 W, max: 280 W}"},
    {"cluster.nodes[0].power.cpu.epsilon=290 W"},
    {"cluster.nodes[0].power.cpu_states=[{idle: 90 W, max: 280 W}]"},
    {"cluster.nodes[0].power={cpu_states: [{idle: 90 W, max: 80 W}]}"},
    {"cluster.nodes[0].power.nic={idle: 25 W, max: 20 W}"},
    // the rest
    {"cluster.nodes[0].gpu_model={clocks: {step: 0.5 MHz}}"},
    {"cluster.nodes[0].spread={slow: {share: 0.7, speed: 0.9}, tail: {share: 0.4, speed: 0.5}}"},
    {"cluster.nodes[0].spread.speed=0.5"},
    {"cluster.power.overhead={linear: 0.2}"},
    {"cluster.power.pue=0.9"},
    {"cluster.network.tiers.node={measured: [{size: 1 MiB, bandwidth: 1 GB/s}, {size: 1 KiB, "
     "bandwidth: 1 GB/s}], measured_ranks: 8}"},
    {"cluster.network.tiers.node={measured: [{size: 1 KiB, bandwidth: 1 GB/s}, {size: 1 MiB, "
     "bandwidth: 1 GB/s}]}"},
    {"cluster.nodes[0].legacy=astra"},
    {"cluster.nodes[0].gpu=T4", "cluster.nodes[0].mig=true"},
    // physics of what has none
    {"cluster.nodes[0]={name: a, gpus: 4, power: {memory: 10 W}}"},
    {"cluster.nodes[0]={name: a, gpus: 4, cooling: {}}"},
    {"cluster.nodes[0]={name: a, gpus: 0, spread: {speed: 0.02}}"},
    {"cluster.nodes[0]={name: a, gpus: 4, gpu: T4, legacy: {sage: {}}, cooling: {}}"},
    // series
    {"cluster.cooling.supply={}"},
    {"cluster.cooling.supply={steps: []}"},
    {"cluster.cooling.supply={steps: [{at: 1 h, value: 20 C}]}"},
    {"cluster.cooling.supply={steps: [{at: 0 h, value: 20 C}, {at: 0 h, value: 21 C}]}"},
    {"cluster.cooling.supply={steps: [{at: 0 h, value: 20 C}, {at: 2 h, value: 21 C}], repeat: 1 "
     "h}"},
    {"cluster.cooling.supply={steps: [{at: 0 h, value: 200 C}]}"},
    {"cluster.cooling.supply={steps: [{at: 0 h, value: 20 K}]}"},
    {"cluster.cooling.supply={wave: {mean: 22 C, amplitude: 4 K, step: 7 h}}"},
    {"cluster.cooling.supply={wave: {mean: 22 C, amplitude: 4 K, period: 9e9 s, step: 1 s}}"},
    {"cluster.cooling.supply={wave: {mean: 22 C, amplitude: 99 K}}"},
    {"cluster.cooling.supply={wave: {mean: 22 C, amplitude: 4 K}, repeat: 1 d}"},
    {"cluster.cooling.supply={file: a.csv, wave: {mean: 22 C, amplitude: 4 K}}"},
    {"cluster.cooling.supply={file: /nowhere/supply.csv}"},
    {"cluster.power.price=12"},
    {"cluster.power.carbon=12 g"},
    // timed actions
    {"actions=[{at: 0 s, do: cap, gpu: a-0000/gpu3}]"},
    {"actions=[{at: 0 s, do: cap, gpu: a-0000/gpu3, node: a-0000, power: 300 W}]"},
    {"actions=[{at: 0 s, do: cap, gpu: a-0000/gpu3, power: 300 W, state: 1}]"},
    {"actions=[{at: 0 s, do: cap, gpu: a-0000/gpu8, power: 300 W}]"},
    {"actions=[{at: 0 s, do: cap, gpu: a-0004/gpu0, power: 300 W}]"},
    {"actions=[{at: 0 s, do: cap, gpu: a-0000, power: 300 W}]"},
    {"actions=[{at: 0 s, do: cap, gpu: a-0000/gpu0, power: 50 W}]"},
    {"actions=[{at: 0 s, do: cap, gpu: a-0000/gpu0, power: 0 W}]"},
    {"actions=[{at: 0 s, do: cap, gpu: a-0000/gpu0, power: off}]"},
    {"actions=[{at: 0 s, do: cap, node: b-0000, power: 4 kW}]"},
    {"actions=[{at: 0 s, do: cap, node: a-0000, power: 400 W}]"},
    {"actions=[{at: 0 s, do: cap, rack: rack-9, power: 4 kW}]"},
    {"actions=[{at: 0 s, do: cap, rack: rack-00, power: 2 kW}]"},
    {"actions=[{at: 0 s, do: cap, power: 90 W}]"},
    {"actions=[{at: 0 s, do: cap, power: 300 W}]", "cluster.physics=false"},
    {"actions=[{at: 0 s, do: cap, node: a-0000, power: 4 kW}]", "cluster.physics=false"},
    {"actions=[{at: 0 s, do: pstate, node: a-0000}]"},
    {"actions=[{at: 0 s, do: pstate, node: a-0000, state: 1}]"},
    {"actions=[{at: 0 s, do: pstate, node: a-0000, state: 0, power: 3 W}]"},
    {"actions=[{at: 0 s, do: drain, node: a-0000, power: 3 W}]"},
    {"actions=[{at: 0 s, do: reboot, node: a-0000}]"},
    {"actions=[{at: 0 s, do: fan, node: b-0000, speed: 50 %}]"},
    {"actions=[{at: 0 s, do: fan, node: a-0000, speed: 150 %}]"},
    {"actions=[{at: 0 s, do: reset, node: a-0000}]"},
    {"actions=[{at: 0 s, do: kill, node: a-00001}]"},
    // responses
    {"response=[{metric: gpu_temp, above: 85, do: drain}]"},
    {"telemetry={every: 1 s, metrics: [gpu_temp]}",
     "response=[{metric: power_usage, above: 85, do: drain}]"},
    {"telemetry={every: 1 s, metrics: [cluster/queue_length]}",
     "response=[{metric: queue_length, above: 85, do: drain}]"},
    {"telemetry={every: 1 s, metrics: [gpu_temp]}",
     "response=[{metric: gpu_temp, above: 85, below: 3, do: drain}]"},
    {"telemetry={every: 1 s, metrics: [gpu_temp]}",
     "response=[{metric: gpu_temp, above: 85, until: 90, do: drain}]"},
    {"telemetry={every: 1 s, metrics: [gpu_temp]}",
     "response=[{metric: gpu_temp, above: 85, do: kill, undo: true}]"},
    {"telemetry={every: 1 s, metrics: [gpu_temp]}",
     "response=[{metric: gpu_temp, above: 85, do: reboot}]"},
    {"telemetry={every: 1 s, metrics: [gpu_temp]}",
     "response=[{metric: gpu_temp, above: 85, do: drain, speed: 50 %}]"},
    {"telemetry={every: 1 s, metrics: [gpu_temp]}",
     "response=[{metric: gpu_temp, above: 85, do: drain, group: nobody}]"},
    {"telemetry={every: 1 s, metrics: [gpu_temp]}", "response=[{state: down, do: reset}]"},
};

static void say(char *out, size_t size, const char *text)
{
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s\n", text);
}

static void check_case(const char *const *edits, char *out, size_t size)
{
    gpusim_error all[GS_PROBLEMS] = {0};
    gpusim_model *model = NULL;
    char text[4096];
    uint32_t count = 0;
    gpusim_spec *spec = physical_spec(NULL, edits);
    for (const char *const *edit = edits; *edit; edit++) {
        snprintf(text, sizeof text, "== %s", *edit);
        say(out, size, text);
    }
    (void)gpusim_model_compile_all(spec, &model, all, GS_PROBLEMS, &count);
    ck_assert_msg(model == NULL && count > 0, "%s is nonsense", edits[0]);
    for (uint32_t i = 0; i < count; i++) {
        gpusim_error_format(&all[i], text, sizeof text);
        say(out, size, text);
    }
    say(out, size, "");
    gpusim_spec_destroy(spec);
}

START_TEST(nonsense_is_refused_where_it_is_written)
{
    static char out[1 << 20], expected[1 << 20];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_case(cases[i], out, sizeof out);
    }
    FILE *file = fopen(golden, getenv("GPUSIM_UPDATE_GOLDENS") ? "wb" : "rb");
    ck_assert_msg(file != NULL, "%s cannot be opened", golden);
    if (getenv("GPUSIM_UPDATE_GOLDENS")) {
        ck_assert(fputs(out, file) >= 0);
        ck_assert_int_eq(fclose(file), 0);
        return;
    }
    size_t length = fread(expected, 1, sizeof expected - 1, file);
    fclose(file);
    ck_assert_msg(length == strlen(out) && memcmp(expected, out, length) == 0,
                  "the messages are not those of %s:\n%s", golden, out);
}
END_TEST

// files that are no series: the place is in the file
START_TEST(files_that_are_no_series)
{
    static const struct {
        const char *text;
        int32_t line;
        const char *message;
    } files[] = {
        {"", 0, "a series begins with the line 'time_s,value', the file is empty"},
        {"time,value\n0,1\n", 1,
         "a series begins with the line 'time_s,value', found 'time,value'"},
        {"time_s,value\n", 0, "the series has no values"},
        {"time_s,value\n5,20\n", 2, "the first value must be at 0 s, found '5'"},
        {"time_s,value\n0,20\n10,21\n10,22\n", 4,
         "values must be in order of time: '10' s is not after the line before"},
        {"time_s,value\n0,20\n\nx,21\n", 4, "expected a time in seconds, found 'x'"},
        {"time_s,value\n0,20\n-3,21\n", 3, "expected a time in seconds, found '-3'"},
        {"time_s,value\n0,20 K\n", 2, "'20 K' is no possible value"},
        {"time_s,value\n0,200\n", 2, "'200' is no possible value"},
        {"time_s,value\n0\n", 2, "expected 'time_s,value', found '0'"},
        {"time_s,value\n0,22\n99,nan\n", 3, "'nan' is no possible value"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[] = "/tmp/gpusim-series-XXXXXX", edit[96];
        int handle = mkstemp(path);
        ck_assert(handle >= 0);
        FILE *file = fdopen(handle, "wb");
        ck_assert(file && fputs(files[i].text, file) >= 0 && fclose(file) == 0);
        snprintf(edit, sizeof edit, "cluster.cooling.supply={file: %s}", path);
        gpusim_error err = {0};
        gpusim_model *model = NULL;
        gpusim_spec *spec = physical_spec(NULL, (const char *const[]){edit, NULL});
        ck_assert_int_ne(gpusim_model_compile(spec, &model, &err), GPUSIM_OK);
        ck_assert_msg(strcmp(err.message, files[i].message) == 0, "case %zu: %s", i, err.message);
        ck_assert_msg(files[i].line == 0 || err.line == files[i].line, "case %zu: line %d", i,
                      err.line);
        ck_assert_str_eq(err.file, path);
        ck_assert_msg(err.hint[0], "case %zu has no hint", i);
        gpusim_spec_destroy(spec);
        remove(path);
    }
}
END_TEST

int main(int count, char **arguments)
{
    golden = count > 1 ? arguments[1] : "tests/scenario/nonsense.txt";
    Suite *suite = suite_create("nonsense");
    TEST_CASE(suite, 60, nonsense_is_refused_where_it_is_written, files_that_are_no_series);
    return test_run(suite);
}
