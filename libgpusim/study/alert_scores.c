/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts that a run raised against the faults that it had: what each detector found, how soon, what
 * was false, and whether it put the cause where it was. */
#include <string.h>

#include <gpusim/study.h>

#include "base/memory.h"
#include "study/read.h"
#include "study/truth.h"

// A detector as its event tells: when it had learnt, and its name.
static gpusim_status find_detector(gpusim_trace *trace, uint32_t detector,
                                   gpusim_alert_scores *made, int *found, gpusim_error *err)
{
    gpusim_status status;
    gpusim_event_row *events = NULL;
    uint64_t count = 0;
    *found = 0;
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_EVENTS, &events, &count, err));
    for (uint64_t i = 0; i < count && !*found; i++) {
        if (events[i].type == GPUSIM_EVENT_LEARNT && events[i].entity == 1 + (uint64_t)detector) {
            made->learnt = events[i].time;
            made->detector = gpusim_trace_name(trace, (uint32_t)events[i].detail);
            *found = made->detector != NULL;
        }
    }
cleanup:
    gs_release(&events);
    return status;
}

// The first sample that it scored: the one after those it learnt from, if that were several.
static gpusim_status find_first(gpusim_trace *trace, gpusim_time learnt, uint64_t *first,
                                gpusim_error *err)
{
    gpusim_status status;
    double *times = NULL;
    uint64_t samples = gpusim_trace_get_info(trace)->samples, before = 0;
    GPUSIM_TRY(gs_allocate(&times, samples + 1, sizeof *times, err));
    GPUSIM_TRY(gpusim_trace_times(trace, 0, samples, times, err));
    while (before < samples && gpusim_time_from_seconds(times[before]) <= learnt) {
        before++;
    }
    *first = before > 1 ? before : 0;
cleanup:
    gs_release(&times);
    return status;
}

// Where the windows of a GPU are, which stand in its order.
static void find_windows(const gs_truth *t, uint32_t gpu, uint32_t *first, uint32_t *end)
{
    *first = 0;
    while (*first < t->windows.count && GS_AT(t->windows, gs_window, *first).gpu < gpu) {
        ++*first;
    }
    for (*end = *first; *end < t->windows.count && GS_AT(t->windows, gs_window, *end).gpu == gpu;) {
        ++*end;
    }
}

static void judge(gs_truth *t, const gpusim_alert_row *alert, gpusim_alert_scores *made)
{
    uint32_t first, end;
    gpusim_time to = alert->end == GPUSIM_TIME_MAX ? gs_truth_end(t) : alert->end;
    uint32_t own = alert->class_ < GPUSIM_ANOMALIES ? alert->class_ : 0;
    find_windows(t, alert->entity, &first, &end);
    made->alerts++;
    if (gs_truth_meet(t, first, end, alert->begin, to, alert->time) == 0) {
        made->faults->false_alarms++;
        made->met_none[own]++;
        return;
    }
    // the first fault that it met is what it was about
    int of = gs_truth_class(t, first, end, alert->begin, to);
    if (of >= 0) {
        made->confusion[of][own]++;
    }
}

static gpusim_status judge_all(gs_truth *t, gpusim_alert_scores *made, gpusim_error *err)
{
    gpusim_status status;
    gpusim_alert_row *alerts = NULL;
    uint64_t count = 0;
    GPUSIM_TRY(gs_whole_table(t->trace, GPUSIM_TABLE_ALERTS, &alerts, &count, err));
    for (uint64_t i = 0; i < count; i++) {
        const char *by = gpusim_trace_name(t->trace, alerts[i].detector);
        if (alerts[i].entity >= t->gpus || !by) {
            GPUSIM_TRY(gpusim_fail(err, GPUSIM_FORMAT, "alert %llu is on no GPU of the trace",
                                   (unsigned long long)i));
        }
        if (strcmp(by, made->detector) == 0) {
            judge(t, &alerts[i], made);
        }
    }
cleanup:
    gs_release(&alerts);
    return status;
}

gpusim_status gpusim_alert_scores_create(gpusim_trace *trace, uint32_t detector,
                                         gpusim_alert_scores **scores, gpusim_error *err)
{
    gpusim_status status;
    const gpusim_trace_info *info = gpusim_trace_get_info(trace);
    gpusim_alert_scores *made = NULL;
    gs_truth t = {0};
    uint64_t first = 0;
    int found = 0;
    *scores = NULL;
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    GPUSIM_TRY(find_detector(trace, detector, made, &found, err));
    GPUSIM_TRY(find_first(trace, made->learnt, &first, err));
    if (!found || first >= info->samples) {
        goto cleanup;
    }
    GPUSIM_TRY(gs_allocate(&made->faults, 1, sizeof *made->faults, err));
    GPUSIM_TRY(gs_truth_read(trace, first, info->samples - first,
                             (uint32_t)info->rows[GPUSIM_TABLE_GPUS], GS_TRUTH_GRACE, &t, err));
    GPUSIM_TRY(judge_all(&t, made, err));
    GPUSIM_TRY(gs_truth_score(&t, made->faults, err));
    *scores = made;
    made = NULL;
cleanup:
    gpusim_alert_scores_destroy(made);
    gs_truth_release(&t);
    return status;
}

void gpusim_alert_scores_destroy(gpusim_alert_scores *scores)
{
    if (scores) {
        gpusim_fault_scores_destroy(scores->faults);
        gs_release(&scores);
    }
}
