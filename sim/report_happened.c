/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened in a run, for its report: its worst minutes, the jobs that waited longest, faults
 * and what was done about them, detectors against the truth. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "report_page.h"

#define MINUTES 3
#define KINDS   64
#define MINUTE  60.0 /* s */

typedef struct told {
    cli_page *page;
    const cli_reported *run;
    gpusim_story *story;
    const gpusim_story_tables *tables;
} told;

/* ---- words ---- */

static const char *name_of(const told *t, uint32_t name)
{
    const char *text = gpusim_trace_name(t->run->trace, name);
    return text ? text : "";
}

static const char *choice_name(gpusim_table table, const char *column, int value)
{
    const gpusim_field *field = gpusim_record_find(gpusim_table_record(table), column);
    for (const gpusim_choice *c = field ? field->detail.choices : NULL; c && c->name; c++) {
        if (c->value == value) {
            return c->name;
        }
    }
    return "";
}

// what the number of an entity is called
static const char *entity_name(const told *t, uint32_t scope, uint64_t entity, char text[300])
{
    gpusim_rack_row rack;
    gpusim_error err;
    snprintf(text, 300, "%s %llu", scope == GPUSIM_OF_CLUSTER ? "cluster" : "no. ",
             (unsigned long long)entity);
    for (uint64_t n = 0; scope == GPUSIM_OF_GPU && n < t->tables->node_count; n++) {
        const gpusim_node_row *node = &t->tables->nodes[n];
        if (entity >= node->first_gpu && entity - node->first_gpu < node->gpus) {
            snprintf(text, 300, "%s/gpu%u", name_of(t, node->name),
                     (uint32_t)entity - node->first_gpu);
        }
    }
    if (scope == GPUSIM_OF_NODE && entity < t->tables->node_count) {
        snprintf(text, 300, "%s", name_of(t, t->tables->nodes[entity].name));
    }
    if (scope == GPUSIM_OF_RACK && entity < t->run->info->rows[GPUSIM_TABLE_RACKS] &&
        gpusim_trace_rows(t->run->trace, GPUSIM_TABLE_RACKS, entity, 1, &rack, &err) == GPUSIM_OK) {
        snprintf(text, 300, "%s", name_of(t, rack.name));
    }
    return text;
}

// a time of the run as a clock shows it: "2 d 07:30:00"
static void put_time(const told *t, gpusim_time time)
{
    long long seconds = (long long)(time / GPUSIM_SECOND), days = seconds / 86400;
    char day[32] = "";
    if (time == GPUSIM_TIME_MAX) {
        cli_page_cell(t->page, NAN, "%s", "");
        return;
    }
    if (days > 0) {
        snprintf(day, sizeof day, "%lld d ", days);
    }
    cli_page_cell(t->page, gpusim_seconds(time), "%s%02d:%02d:%02d", day,
                  (int)(seconds / 3600 % 24), (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static void put_span(const told *t, double seconds)
{
    char text[40];
    cli_page_cell(t->page, seconds, "%s", cli_amount(seconds, GPUSIM_UNIT_SECOND, text));
}

static void put_count(const told *t, uint64_t count)
{
    char text[40];
    cli_count_text(count, text, sizeof text);
    cli_page_cell(t->page, (double)count, "%s", text);
}

// four digits; thousands as counts are written
static void put_number(const told *t, double number)
{
    char text[40];
    if (number >= 1000) {
        cli_count_text((uint64_t)(number + 0.5), text, sizeof text);
    } else {
        snprintf(text, sizeof text, "%.4g", number);
    }
    cli_page_cell(t->page, number, "%s", text);
}

static void put_gpu_minutes(const told *t, double gpu_seconds)
{
    put_number(t, gpu_seconds / MINUTE);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- minutes ---- */

static void put_minute(const told *t, const gpusim_minute *minute)
{
    char text[700] = "";
    if (minute->worst) {
        char what[300];
        snprintf(text, sizeof text, "%s on %s", name_of(t, minute->worst->kind),
                 entity_name(t, minute->worst->scope, minute->worst->entity, what));
    }
    cli_page_row(t->page);
    put_time(t, minute->from);
    put_gpu_minutes(t, minute->lost_gpu_s);
    put_gpu_minutes(t, minute->out_of_service_gpu_s);
    put_gpu_minutes(t, minute->undone_gpu_s);
    put_gpu_minutes(t, minute->unused_gpu_s);
    put_gpu_minutes(t, minute->queued_gpu_s);
    put_count(t, minute->waiting);
    put_count(t, minute->failed);
    put_count(t, minute->alerts);
    if (minute->under_way > 1) {
        cli_page_cell(t->page, NAN, "%s, and %llu more", text,
                      (unsigned long long)minute->under_way - 1);
    } else {
        cli_page_cell(t->page, NAN, "%s", text);
    }
}

static gpusim_status tell_minutes(const told *t, gpusim_error *err)
{
    static const cli_column columns[] = {
        {"from", 1},   {"lost", 1},         {"out of service", 1}, {"undone", 1}, {"unused", 1},
        {"queued", 1}, {"jobs waiting", 1}, {"jobs failed", 1},    {"alerts", 1}, {"faults", 0}};
    gpusim_status status;
    gpusim_minute minutes[MINUTES];
    uint32_t count;
    GPUSIM_TRY(gpusim_story_minutes(t->story, MINUTES, minutes, &count, err));
    if (count == 0) {
        cli_page_text(t->page, "In no minute was GPU time lost, nor did a job wait.");
        return GPUSIM_OK;
    }
    cli_page_text(t->page,
                  "In GPU minutes. Lost is what was out of service (on nodes that were not up), "
                  "undone (done since the last checkpoint by jobs that a fault ended in this "
                  "minute) or unused (free while jobs waited that wanted as much). Queued is what "
                  "waiting jobs wanted. The minutes are chosen at least a tenth of the run, or an "
                  "hour, apart.");
    cli_page_table(t->page, columns, 10, "The worst minute%s", plural(count));
    for (uint32_t i = 0; i < count; i++) {
        put_minute(t, &minutes[i]);
    }
    cli_page_table_end(t->page);
cleanup:
    return status;
}

/* ---- waits ---- */

// why, in a sentence
static void put_reason(const told *t, const gpusim_waited *waited)
{
    const gpusim_wait *wait = &waited->wait;
    const char *where = wait->bound ? " that it may use" : "";
    char why[200];
    if (waited->job->gpus == 0) {
        snprintf(why, sizeof why, "it wants no GPUs");
    } else if (wait->too_few >= wait->scattered && wait->too_few >= wait->enough) {
        snprintf(why, sizeof why, "%.0f %% of it fewer GPUs%s were free than it wants",
                 100 * wait->too_few, where);
    } else if (wait->scattered >= wait->enough) {
        snprintf(why, sizeof why, "%.0f %% of it enough GPUs%s were free, but on no one node",
                 100 * wait->scattered, where);
    } else {
        snprintf(why, sizeof why,
                 "%.0f %% of it enough GPUs%s were free: it was not its turn, or other resources, "
                 "a quota or the scheduler's own rules were in the way",
                 100 * wait->enough, where);
    }
    cli_page_cell(t->page, NAN, "%s%s", why,
                  wait->unended ? "; it waited still when the run ended" : "");
}

static gpusim_status tell_waits(const told *t, gpusim_error *err)
{
    static const cli_column columns[] = {{"job", 0},       {"user", 0}, {"GPUs", 1},
                                         {"waited", 1},    {"from", 1}, {"free then", 1},
                                         {"passed by", 1}, {"why", 0}};
    gpusim_status status = GPUSIM_OK;
    gpusim_waited *waits = calloc(t->run->rows, sizeof *waits);
    uint32_t count = 0;
    if (!waits) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for waits");
    }
    uint32_t most = t->run->rows < 10 ? t->run->rows : 10;
    GPUSIM_TRY(gpusim_story_waits(t->story, most, waits, &count, err));
    if (count == 0) {
        cli_page_text(t->page, "No job waited.");
        goto cleanup;
    }
    cli_page_table(t->page, columns, 8,
                   "The %u job%s with the longest wait; passed by: jobs that came later and "
                   "started before",
                   count, plural(count));
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_job_row *job = waits[i].job;
        const gpusim_wait *wait = &waits[i].wait;
        cli_page_row(t->page);
        cli_page_cell(t->page, NAN, "%s/%lld%s%s", name_of(t, job->source), (long long)job->id,
                      job->name ? " " : "", job->name ? name_of(t, job->name) : "");
        cli_page_cell(t->page, NAN, "%s", job->user ? name_of(t, job->user) : "");
        cli_page_cell(t->page, job->gpus, "%g", job->gpus * (job->milli / 1000.0));
        put_span(t, gpusim_seconds(gpusim_time_between(wait->from, wait->to)));
        put_time(t, wait->from);
        cli_page_cell(t->page, (double)wait->free_then, "%g", (double)wait->free_then / 1000);
        put_count(t, wait->after);
        put_reason(t, &waits[i]);
    }
    cli_page_table_end(t->page);
cleanup:
    free(waits);
    return status;
}

/* ---- faults ---- */

/* Faults of one kind. */
typedef struct kind {
    uint32_t name;
    uint64_t faults, jobs_hit, found, acted_on;
} kind;

static void put_kinds(const told *t, const gpusim_fault_story *faults, uint64_t count)
{
    static const cli_column columns[] = {{"kind", 0},
                                         {"faults", 1},
                                         {"job attempts hit", 1},
                                         {"met by alerts", 1},
                                         {"something done", 1}};
    kind kinds[KINDS];
    uint32_t known = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t k = 0;
        while (k < known && kinds[k].name != faults[i].fault->kind) {
            k++;
        }
        if (k == known) {
            if (known == KINDS) {
                continue; // more than there are kinds
            }
            kinds[known++] = (kind){.name = faults[i].fault->kind};
        }
        kinds[k].faults++;
        kinds[k].jobs_hit += faults[i].jobs_hit;
        kinds[k].found += faults[i].alerts > 0;
        kinds[k].acted_on += faults[i].actions > 0;
    }
    cli_page_table(t->page, columns, 5,
                   "Faults by kind; those that others brought along are counted with these");
    for (uint32_t k = 0; k < known; k++) {
        cli_page_row(t->page);
        cli_page_cell(t->page, NAN, "%s", name_of(t, kinds[k].name));
        put_count(t, kinds[k].faults);
        put_count(t, kinds[k].jobs_hit);
        put_count(t, kinds[k].found);
        put_count(t, kinds[k].acted_on);
    }
    cli_page_table_end(t->page);
}

// who told of it first, and after how long
static void put_alert(const told *t, const gpusim_fault_story *one)
{
    char delay[40];
    const gpusim_alert_row *alert = one->first;
    if (!alert) {
        cli_page_cell(t->page, NAN, "%s", "");
        return;
    }
    double seconds = gpusim_seconds(gpusim_time_between(one->fault->start, alert->time));
    cli_page_cell(t->page, NAN, "%s %s%s", name_of(t, alert->detector),
                  seconds < 0 ? "alarmed before" : "after ",
                  seconds < 0 ? "" : cli_amount(seconds, GPUSIM_UNIT_SECOND, delay));
}

static void put_action(const told *t, const gpusim_fault_story *one)
{
    char delay[40], more[40] = "";
    const gpusim_action_row *action = one->action;
    if (!action) {
        cli_page_cell(t->page, NAN, "%s", "");
        return;
    }
    if (one->actions > 1) {
        snprintf(more, sizeof more, ", and %llu more", (unsigned long long)one->actions - 1);
    }
    cli_page_cell(t->page, NAN, "%s by %s after %s%s%s",
                  choice_name(GPUSIM_TABLE_ACTIONS, "what", action->what), name_of(t, action->who),
                  cli_amount(gpusim_seconds(gpusim_time_between(one->fault->start, action->time)),
                             GPUSIM_UNIT_SECOND, delay),
                  action->outcome == GPUSIM_OUTCOME_DONE ? "" : ", in vain", more);
}

static void put_fault(const told *t, const gpusim_fault_story *one)
{
    char what[300];
    const gpusim_fault_row *fault = one->fault;
    cli_page_row(t->page);
    cli_page_cell(t->page, NAN, "%s", name_of(t, fault->kind));
    cli_page_cell(t->page, NAN, "%s", entity_name(t, fault->scope, fault->entity, what));
    put_time(t, fault->start);
    if (fault->end == GPUSIM_TIME_MAX) {
        cli_page_cell(t->page, INFINITY, "%s", "to the end");
    } else {
        put_span(t, gpusim_seconds(gpusim_time_between(fault->start, fault->end)));
    }
    put_count(t, one->jobs_hit);
    put_count(t, one->brought);
    put_alert(t, one);
    put_action(t, one);
}

static gpusim_status tell_faults(const told *t, gpusim_error *err)
{
    static const cli_column columns[] = {{"fault", 0},        {"on", 0},
                                         {"from", 1},         {"for", 1},
                                         {"attempts hit", 1}, {"brought along", 1},
                                         {"first alert", 0},  {"first thing done", 0}};
    gpusim_status status;
    const gpusim_fault_story *faults;
    uint64_t count, shown;
    GPUSIM_TRY(gpusim_story_faults(t->story, &faults, &count, err));
    if (count == 0) {
        cli_page_text(t->page, "There were no faults.");
        return GPUSIM_OK;
    }
    put_kinds(t, faults, count);
    shown = count > t->run->rows ? t->run->rows : count;
    if (count > t->run->rows) {
        cli_page_table(t->page, columns, 8,
                       "The %llu faults of %llu that hit most jobs, and then lasted longest",
                       (unsigned long long)shown, (unsigned long long)count);
    } else {
        cli_page_table(t->page, columns, 8, "All faults, those first that hit most jobs");
    }
    for (uint64_t i = 0; i < shown; i++) {
        put_fault(t, &faults[i]);
    }
    cli_page_table_end(t->page);
cleanup:
    return status;
}

/* ---- detectors ---- */

static void put_detector(const told *t, const gpusim_alert_scores *scores)
{
    const gpusim_fault_scores *faults = scores->faults;
    cli_page_row(t->page);
    cli_page_cell(t->page, NAN, "%s", scores->detector);
    put_time(t, scores->learnt);
    put_count(t, scores->alerts);
    put_count(t, faults->all.events);
    put_count(t, faults->all.found);
    put_span(t, faults->all.delay_p50_s);
    put_span(t, faults->all.delay_p95_s);
    put_count(t, faults->false_alarms);
    cli_page_cell(t->page, faults->false_alarms_per_node_day, "%.3g",
                  faults->false_alarms_per_node_day);
}

static gpusim_status tell_detectors(const told *t, uint32_t level, gpusim_error *err)
{
    static const cli_column columns[] = {
        {"detector", 0},  {"learnt by", 1}, {"alerts", 1}, {"faults", 1},          {"found", 1},
        {"delay p50", 1}, {"delay p95", 1}, {"false", 1},  {"false a node-day", 1}};
    gpusim_status status = GPUSIM_OK;
    uint32_t i = 0;
    for (;; i++) {
        gpusim_alert_scores *scores = NULL;
        status = gpusim_alert_scores_create(t->run->trace, i, &scores, err);
        if (!scores) {
            break;
        }
        if (i == 0) {
            cli_page_heading(t->page, level, "Alerts against the truth");
            cli_page_table(t->page, columns, 9, "What the detectors of the run found, once learnt");
        }
        put_detector(t, scores);
        gpusim_alert_scores_destroy(scores);
    }
    if (i > 0) {
        cli_page_table_end(t->page);
    }
    return status;
}

/* ---- jobs ---- */

static double held_gpu_s(const gpusim_job_row *job)
{
    // as numbers that cannot overflow, whatever a file says
    double held = (double)job->done + (double)job->slowed + (double)job->checkpointing +
                  (double)job->redone + (double)job->restarting + (double)job->hung;
    return job->gpus * (job->milli / 1000.0) * (held / 1e9);
}

static int by_held(const void *a, const void *b)
{
    const gpusim_job_row *x = *(const gpusim_job_row *const *)a;
    const gpusim_job_row *y = *(const gpusim_job_row *const *)b;
    double p = held_gpu_s(x), q = held_gpu_s(y);
    return p != q ? (p < q) - (p > q) : (x->index > y->index) - (x->index < y->index);
}

static void put_job(const told *t, const gpusim_job_row *job)
{
    char text[40];
    int began = job->start != GPUSIM_TIME_MAX;
    cli_page_row(t->page);
    cli_page_cell(t->page, (double)job->index, "%s/%lld", name_of(t, job->source),
                  (long long)job->id);
    cli_page_cell(t->page, NAN, "%s", job->name ? name_of(t, job->name) : "");
    cli_page_cell(t->page, NAN, "%s", job->user ? name_of(t, job->user) : "");
    cli_page_cell(t->page, NAN, "%s", choice_name(GPUSIM_TABLE_JOBS, "state", job->state));
    cli_page_cell(t->page, job->gpus, "%g", job->gpus * (job->milli / 1000.0));
    put_time(t, job->submit);
    put_span(t, began ? gpusim_seconds(job->wait) : (double)NAN);
    put_span(t, job->end != GPUSIM_TIME_MAX
                    ? gpusim_seconds(gpusim_time_between(job->submit, job->end))
                    : (double)NAN);
    put_number(t, held_gpu_s(job) / 3600);
    put_count(t, (uint64_t)job->preemptions + job->failures);
    cli_page_cell(t->page, job->energy_j, "%s", cli_amount(job->energy_j, GPUSIM_UNIT_JOULE, text));
}

gpusim_status cli_report_jobs(cli_page *page, const cli_reported *run, uint32_t level,
                              gpusim_error *err)
{
    const told own = {page, run, run->story, gpusim_story_get_tables(run->story)}, *t = &own;
    static const cli_column columns[] = {{"job", 0},         {"name", 0},       {"user", 0},
                                         {"state", 0},       {"GPUs", 1},       {"came", 1},
                                         {"wait", 1},        {"completion", 1}, {"GPU-hours", 1},
                                         {"interrupted", 1}, {"energy", 1}};
    uint64_t count = t->tables->job_count;
    uint64_t shown = count < t->run->rows ? count : t->run->rows;
    cli_page_heading(t->page, level, "Jobs");
    if (count == 0) {
        cli_page_text(t->page, "There were no jobs.");
        return GPUSIM_OK;
    }
    const gpusim_job_row **jobs = calloc((size_t)count, sizeof *jobs);
    if (!jobs) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for jobs");
    }
    for (uint64_t i = 0; i < count; i++) {
        jobs[i] = &t->tables->jobs[i];
    }
    qsort(jobs, (size_t)count, sizeof *jobs, by_held);
    if (shown < count) {
        char all[40];
        cli_count_text(count, all, sizeof all);
        cli_page_table(t->page, columns, 11, "The %llu jobs of %s that held most GPU time",
                       (unsigned long long)shown, all);
    } else {
        cli_page_table(t->page, columns, 11, "All jobs, those first that held most GPU time");
    }
    for (uint64_t i = 0; i < shown; i++) {
        put_job(t, jobs[i]);
    }
    cli_page_table_end(t->page);
    free(jobs);
    return GPUSIM_OK;
}

/* ---- all of it ---- */

gpusim_status cli_report_happened(cli_page *page, const cli_reported *run, uint32_t level,
                                  gpusim_error *err)
{
    gpusim_status status;
    const told t = {page, run, run->story, gpusim_story_get_tables(run->story)};
    cli_page_heading(page, level, "What happened");
    cli_page_heading(page, level + 1, "The worst minutes");
    GPUSIM_TRY(tell_minutes(&t, err));
    cli_page_heading(page, level + 1, "The jobs that waited longest, and why");
    GPUSIM_TRY(tell_waits(&t, err));
    cli_page_heading(page, level + 1, "Faults, and what was done about them");
    GPUSIM_TRY(tell_faults(&t, err));
    GPUSIM_TRY(tell_detectors(&t, level + 1, err));
cleanup:
    return status;
}
