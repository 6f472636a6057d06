/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a live view shows of a run beside its state now. */
#include "feed.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STEP_UNKNOWN (60 * GPUSIM_SECOND) /* at first, where nobody knows how long the run is */

const char *const cli_node_states[6] = {"up",   "draining",  "drained",
                                        "down", "repairing", "removed"};

/* ---- what is said ---- */

static void GPUSIM_PRINTF(3, 4) say(cli_feed *feed, gpusim_time time, const char *format, ...)
{
    char when[32];
    char *line = feed->said[feed->lines++ % CLI_FEED_LINES];
    va_list list;
    gpusim_quantity_format(gpusim_seconds(time), GPUSIM_UNIT_SECOND, 0, when, sizeof when);
    int length = snprintf(line, sizeof feed->said[0], "%12s  ", when);
    va_start(list, format);
    vsnprintf(line + length, sizeof feed->said[0] - (size_t)length, format, list);
    va_end(list);
}

static const char *name_of(const cli_feed *feed, gpusim_entity what, uint64_t i, char *text,
                           size_t size)
{
    text[0] = 0;
    (void)gpusim_model_entity_name(feed->model, what, (uint32_t)i, text, (int)size);
    return text;
}

// the word of a value in the table of a column
static const char *word_of(gpusim_table table, const char *column, int64_t value)
{
    const gpusim_field *field = gpusim_record_find(gpusim_table_record(table), column);
    for (const gpusim_choice *c = field ? field->detail.choices : NULL; c && c->name; c++) {
        if ((int64_t)c->value == value) {
            return c->name;
        }
    }
    return "?";
}

static void say_decision(cli_feed *feed, const gpusim_decision_row *row)
{
    char node[64];
    const char *reason = gpusim_model_name(feed->model, row->reason);
    if (row->refused != GPUSIM_ACCEPTED) {
        return;
    }
    if (row->what == GPUSIM_DECISION_START && row->node != GPUSIM_NONE) {
        say(feed, row->time, "job %llu: %u GPU%s from %s%s%s%s", (unsigned long long)row->job,
            row->gpus, row->gpus == 1 ? "" : "s",
            name_of(feed, GPUSIM_OF_NODE, row->node, node, sizeof node),
            reason && reason[0] ? " (" : "", reason ? reason : "", reason && reason[0] ? ")" : "");
    } else {
        say(feed, row->time, "job %llu: %s%s%s", (unsigned long long)row->job,
            word_of(GPUSIM_TABLE_DECISIONS, "what", row->what), reason && reason[0] ? ", " : "",
            reason ? reason : "");
    }
}

static void say_event(cli_feed *feed, const gpusim_event_row *row)
{
    char name[64];
    unsigned long long entity = (unsigned long long)row->entity;
    switch ((gpusim_event_type)row->type) {
    case GPUSIM_EVENT_FAIL:
        feed->failures++;
        say(feed, row->time, "job %llu loses its GPUs: %s", entity,
            word_of(GPUSIM_TABLE_JOBS, "reason", row->detail));
        return;
    case GPUSIM_EVENT_NODE:
        say(feed, row->time, "%s is %s",
            name_of(feed, GPUSIM_OF_NODE, row->entity, name, sizeof name),
            cli_node_states[row->detail >= 0 && row->detail < 6 ? row->detail : 5]);
        return;
    case GPUSIM_EVENT_OFFLINE:
        say(feed, row->time, "%s is %s",
            name_of(feed, GPUSIM_OF_NODE, row->entity, name, sizeof name),
            row->detail ? "not heard of any more" : "heard of again");
        return;
    case GPUSIM_EVENT_XID:
    case GPUSIM_EVENT_GPU_OFF:
        say(feed, row->time, "%s: XID %lld%s",
            name_of(feed, GPUSIM_OF_GPU, row->entity, name, sizeof name), (long long)row->detail,
            row->type == GPUSIM_EVENT_GPU_OFF ? ", it turns itself off" : "");
        return;
    case GPUSIM_EVENT_HANG:
        say(feed, row->time, row->detail ? "job %llu hangs" : "job %llu goes on", entity);
        return;
    default:
        return;
    }
}

static gpusim_status on_row(void *context, gpusim_table table, const void *row, gpusim_error *err)
{
    cli_feed *feed = context;
    (void)err;
    if (table == GPUSIM_TABLE_EVENTS) {
        say_event(feed, row);
    } else if (table == GPUSIM_TABLE_DECISIONS) {
        say_decision(feed, row);
    } else if (table == GPUSIM_TABLE_JOBS) {
        const gpusim_job_row *job = row;
        if (job->state == GPUSIM_JOB_QUEUED || job->state == GPUSIM_JOB_RUNNING) {
            return GPUSIM_OK; // the run is over, and it is not
        }
        feed->ended++;
        feed->failed += job->state == GPUSIM_JOB_FAILED;
    }
    return GPUSIM_OK;
}

static gpusim_status on_alert(void *context, const gpusim_alert_row *alert, int over,
                              gpusim_error *err)
{
    cli_feed *feed = context;
    char name[64];
    (void)err;
    (void)name_of(feed, (gpusim_entity)alert->scope, alert->entity, name, sizeof name);
    const char *detector = gpusim_model_name(feed->model, alert->detector);
    feed->alerts += !over;
    feed->alerts_on = over ? feed->alerts_on - (feed->alerts_on > 0) : feed->alerts_on + 1;
    say(feed, over ? alert->end : alert->time, "%s: alert of %s%s", name, detector ? detector : "",
        over ? " is over" : "");
    return GPUSIM_OK;
}

void cli_feed_begin(cli_feed *feed, const gpusim_model *model, const gpusim_sim *sim,
                    gpusim_time length, gpusim_observer *observer)
{
    memset(feed, 0, sizeof *feed);
    feed->model = model;
    feed->sim = sim;
    feed->step = length == GPUSIM_TIME_MAX ? STEP_UNKNOWN : length / (CLI_FEED_PAST - 1) + 1;
    gpusim_observer_default(observer);
    observer->context = feed;
    observer->row = on_row;
    observer->alert = on_alert;
}

/* ---- what is seen ---- */

static void look_at_node(const gpusim_view *view, uint32_t n, cli_moment *moment)
{
    const gpusim_node_info *node = &view->nodes[n];
    gpusim_hardware_info hardware;
    moment->nodes[node->state < 6 ? node->state : 5]++;
    moment->gpus += node->state == GPUSIM_NODE_REMOVED ? 0 : node->gpus;
    moment->held += node->gpus - node->free_gpus;
    // `free_gpus` are those that nobody has a part of: what is left of the others is free, too
    for (uint32_t g = 0; view->gpus && g < node->gpus; g++) {
        uint32_t milli = view->gpus[view->node_first_gpu[n] + g].free_milli;
        moment->held -= milli < 1000 ? milli / 1000.0 : 0;
    }
    gpusim_view_hardware(view, n, &hardware);
    if (!isnan(hardware.power)) {
        moment->power = (isnan(moment->power) ? 0 : moment->power) + hardware.power;
    }
    moment->hottest = fmax(moment->hottest, hardware.temperature);
}

// the most of each step; when there are too many steps, two become one
static void remember(cli_feed *feed, gpusim_time now, const cli_moment *moment)
{
    const double values[CLI_SERIES] = {moment->waiting, moment->held, moment->power};
    while ((uint64_t)(now / feed->step) >= CLI_FEED_PAST) {
        for (uint32_t s = 0; s < CLI_SERIES; s++) {
            for (uint32_t i = 0; i < CLI_FEED_PAST / 2; i++) {
                feed->past[s][i] = fmax(feed->past[s][2 * i], feed->past[s][2 * i + 1]);
            }
        }
        feed->steps = (feed->steps + 1) / 2;
        feed->step *= 2;
    }
    uint32_t at = (uint32_t)(now / feed->step);
    for (uint32_t s = 0; s < CLI_SERIES; s++) {
        // steps that nobody looked at were as the last one
        for (uint32_t i = feed->steps; i < at; i++) {
            feed->past[s][i] = i ? feed->past[s][i - 1] : values[s];
        }
        feed->past[s][at] = feed->steps > at ? fmax(feed->past[s][at], values[s]) : values[s];
    }
    feed->steps = at + 1;
}

cli_moment cli_feed_look(cli_feed *feed, gpusim_time now)
{
    const gpusim_view *view = gpusim_sim_view(feed->sim);
    cli_moment moment = {.power = (double)NAN, .hottest = (double)NAN};
    for (uint32_t n = 0; n < view->node_count; n++) {
        look_at_node(view, n, &moment);
    }
    moment.running = view->running_count;
    for (uint32_t slot = 0; slot < view->job_capacity; slot++) {
        const gpusim_job_info *job = &view->jobs[slot];
        moment.waiting += job->id.generation != 0 && job->state == GPUSIM_JOB_QUEUED;
    }
    remember(feed, now, &moment);
    return moment;
}
