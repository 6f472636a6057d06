/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of what detectors found: precision against recall, and scores over time with the truth
 * behind them. Detector by detector, so that scores of one at a time are in memory. */
#include <math.h>
#include <stdio.h>

#include <gpusim/detect.h>

#include "base/memory.h"
#include "base/whole.h"
#include "plot/figures.h"
#include "stats/scores.h"

#define DETECTORS_MOST 64
#define PANELS_MOST    8
#define PANEL_HEIGHT   150
#define BANDS_MOST     300
#define CURVE_POINTS   1000

static const gpusim_figure precision_figure = {
    .name = "precision", .width = 800, .height = 700, .entity = GPUSIM_NONE};
static const gpusim_figure scores_figure = {.name = "scores", .width = 1200, .entity = GPUSIM_NONE};

/* One of the two. */
typedef struct sheet {
    gs_plot plot;
    gs_whole data, script;
} sheet;

struct gpusim_detection_plot {
    gpusim_detection of;
    gpusim_plot_options options;
    sheet precision, scores;
    uint8_t *labels; // [count][entities]: as scores are
    uint32_t detectors, panels;
};

static gpusim_status open_sheet(sheet *s, const gpusim_figure *figure,
                                const gpusim_detection_plot *p, const char *folder,
                                gpusim_error *err)
{
    gpusim_status status;
    s->plot = (gs_plot){.figure = figure};
    GPUSIM_TRY(gs_whole_open(&s->data, err, "%s/%s.dat", folder, figure->name));
    GPUSIM_TRY(gs_whole_open(&s->script, err, "%s/%s.gp", folder, figure->name));
    s->plot.data = s->data.file;
    s->plot.script = s->script.file;
    fprintf(s->plot.script, "# gnuplot %s.gp\narray label[%d]\n", figure->name, DETECTORS_MOST);
    gs_plot_choose_bins(&s->plot, &p->options);
    gs_plot_say_text(&s->plot, "log_name", "%s", p->of.log);
cleanup:
    return status;
}

// labels as scores lie, and how many of all samples are marked
static gpusim_status turn_labels(gpusim_detection_plot *p, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint64_t marked = 0, all = p->of.count * p->of.entities;
    if (p->of.labels) {
        GPUSIM_TRY(gs_allocate(&p->labels, all + 1, 1, err));
        for (uint64_t i = 0; i < p->of.count; i++) {
            for (uint32_t e = 0; e < p->of.entities; e++) {
                uint8_t label = p->of.labels[e * p->of.count + i];
                p->labels[i * p->of.entities + e] = label;
                marked += label;
            }
        }
    }
    gs_plot_say_number(&p->precision.plot, "marked", (double)marked);
    gs_plot_say_number(&p->precision.plot, "share", (double)marked / (double)all);
cleanup:
    return status;
}

static gpusim_time time_of(const gpusim_detection_plot *p, uint64_t sample)
{
    return gpusim_time_from_seconds(p->of.times[sample]);
}

// what was marked of the entity that is shown
static gpusim_status draw_bands(gpusim_detection_plot *p, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_plot *plot = &p->scores.plot;
    gs_range *events = NULL;
    size_t count = 0;
    if (p->of.labels) {
        GPUSIM_TRY(gs_allocate(&events, (p->of.count + 1) / 2 + 1, sizeof *events, err));
        count = gs_ranges_of(p->of.labels + p->of.entity * p->of.count, p->of.count, events);
    }
    for (size_t i = 0; i < count && i < BANDS_MOST; i++) {
        // a sample stands for the time since the last
        uint64_t before = events[i].first > 0 ? events[i].first - 1 : 0;
        fprintf(plot->script,
                "set object %zu rectangle from %.9g, graph 0 to %.9g, graph 1 behind fillcolor "
                "'#d55e00' fillstyle transparent solid 0.15 noborder\n",
                i + 1, gs_plot_time(plot, time_of(p, before)),
                gs_plot_time(plot, time_of(p, events[i].last)));
    }
    gs_plot_say_number(plot, "bands", count < BANDS_MOST ? (double)count : BANDS_MOST);
    gs_plot_say_number(plot, "events", (double)count);
    gs_plot_say_number(plot, "knows", p->of.labels != NULL);
cleanup:
    gs_release(&events);
    return status;
}

gpusim_status gpusim_detection_plot_open(const gpusim_detection *of,
                                         const gpusim_plot_options *options, const char *folder,
                                         gpusim_detection_plot **result, gpusim_error *err)
{
    gpusim_status status;
    gpusim_detection_plot *p = NULL;
    *result = NULL;
    if (of->count < 2 || of->entity >= of->entities) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "there is nothing to draw");
    }
    GPUSIM_TRY(gs_allocate(&p, 1, sizeof *p, err));
    p->of = *of;
    p->options = *options;
    GPUSIM_TRY(open_sheet(&p->precision, &precision_figure, p, folder, err));
    GPUSIM_TRY(open_sheet(&p->scores, &scores_figure, p, folder, err));
    GPUSIM_TRY(turn_labels(p, err));
    GPUSIM_TRY(gs_plot_span(&p->scores.plot, time_of(p, 0), time_of(p, of->count - 1), err));
    gs_plot_say_text(&p->scores.plot, "entity", "%s", of->name);
    GPUSIM_TRY(draw_bands(p, err));
    *result = p;
    p = NULL;
cleanup:
    return p ? gpusim_detection_plot_close(p, status, err) : status;
}

/* ---- a detector ---- */

// from the highest threshold to the lowest, equal scores as one, thinned
static void draw_curve(gpusim_detection_plot *p, const gs_scored *scored)
{
    gs_plot *plot = &p->precision.plot;
    char block[32];
    double found = 0, last = -1;
    snprintf(block, sizeof block, "curve %u", p->detectors);
    gs_plot_block(plot, block);
    for (size_t i = 0; i < scored->count; i++) {
        found += scored->labels[scored->order[i]];
        int ends = i + 1 == scored->count ||
                   scored->scores[scored->order[i + 1]] < scored->scores[scored->order[i]];
        double recall = found / (double)scored->positives;
        if (ends && (recall - last >= 1.0 / CURVE_POINTS || i + 1 == scored->count)) {
            const double row[] = {recall, found / (double)(i + 1)};
            gs_plot_row(plot, 2, row);
            last = recall;
        }
    }
}

static gpusim_status add_curve(gpusim_detection_plot *p, const char *detector, const double *scores,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_scored scored = {0};
    char name[32];
    double area = (double)NAN;
    if (p->labels) {
        GPUSIM_TRY(gs_scored_make(p->labels, scores, p->of.count * p->of.entities, &scored, err));
        area = gs_auc_pr(&scored);
        if (scored.positives > 0) {
            draw_curve(p, &scored);
        }
    }
    snprintf(name, sizeof name, "label[%u]", p->detectors);
    gs_plot_say_text(&p->precision.plot, name, "%.3f  %s", area, detector);
cleanup:
    gs_scored_release(&scored);
    return status;
}

// the scores of the entity, and when its alarms began
static gpusim_status add_panel(gpusim_detection_plot *p, const char *detector, const double *scores,
                               double threshold, gpusim_error *err)
{
    gpusim_status status;
    gs_plot *plot = &p->scores.plot;
    gs_bins line = {0}, marks = {0};
    double *series = NULL;
    gpusim_alarm *alarms = NULL;
    char name[32];
    p->panels++;
    GPUSIM_TRY(gs_bins_create(&line, plot->from, plot->to, plot->bins, err));
    GPUSIM_TRY(gs_bins_create(&marks, plot->from, plot->to, plot->bins, err));
    GPUSIM_TRY(gs_allocate(&series, p->of.count, sizeof *series, err));
    GPUSIM_TRY(gs_allocate(&alarms, (p->of.count + 1) / 2, sizeof *alarms, err));
    for (uint64_t i = 0; i < p->of.count; i++) {
        series[i] = scores[i * p->of.entities + p->of.entity];
        gs_bins_sample(&line, time_of(p, i), series[i]);
    }
    uint64_t count = gpusim_alarms_of(series, p->of.count, threshold, p->of.gap, alarms);
    for (uint64_t i = 0; i < count; i++) {
        gs_bins_sample(&marks, time_of(p, alarms[i].first), 1);
    }
    snprintf(name, sizeof name, "scores %u", p->panels);
    (void)gs_plot_bins(plot, name, &line, 1);
    snprintf(name, sizeof name, "alarms %u", p->panels);
    (void)gs_plot_bins(plot, name, &marks, 1);
    snprintf(name, sizeof name, "label[%u]", p->panels);
    gs_plot_say_text(plot, name, "%s", detector);
    snprintf(name, sizeof name, "threshold_%u", p->panels);
    gs_plot_say_number(plot, name, threshold);
    snprintf(name, sizeof name, "alarms_%u", p->panels);
    gs_plot_say_number(plot, name, (double)count);
cleanup:
    gs_release(&line.bins);
    gs_release(&marks.bins);
    gs_release(&series);
    gs_release(&alarms);
    return status;
}

gpusim_status gpusim_detection_plot_add(gpusim_detection_plot *p, const char *detector,
                                        const double *scores, double threshold, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (p->detectors == DETECTORS_MOST) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a figure is of at most %d detectors",
                           DETECTORS_MOST);
    }
    p->detectors++;
    GPUSIM_TRY(add_curve(p, detector, scores, err));
    if (p->panels < PANELS_MOST) {
        GPUSIM_TRY(add_panel(p, detector, scores, threshold, err));
    }
cleanup:
    return status;
}

/* ---- the end ---- */

static gpusim_status close_sheet(sheet *s, const gpusim_plot_options *options, uint32_t count,
                                 const char *text, gpusim_status status, gpusim_error *err)
{
    if (s->plot.script) {
        gs_plot_say_number(&s->plot, "n", count);
        gs_plot_terminal(&s->plot, options);
        fputs(gs_script_style, s->plot.script);
        fputs(text, s->plot.script);
    }
    status = gs_whole_close(&s->data, status, err);
    return gs_whole_close(&s->script, status, err);
}

gpusim_status gpusim_detection_plot_close(gpusim_detection_plot *p, gpusim_status status,
                                          gpusim_error *err)
{
    if (!p) {
        return status;
    }
    gpusim_plot_options tall = p->options;
    tall.height = tall.height ? tall.height : 110 + PANEL_HEIGHT * (p->panels > 2 ? p->panels : 2);
    status =
        close_sheet(&p->precision, &p->options, p->detectors, gs_script_precision, status, err);
    status = close_sheet(&p->scores, &tall, p->panels, gs_script_scores, status, err);
    gs_release(&p->labels);
    gs_release(&p);
    return status;
}
