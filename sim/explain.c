/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim explain: why a job waited, and why it went where it went. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpusim/story.h>

#include "options.h"
#include "report.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_JOB, 'j', "job", "JOB", "the job: SOURCE/ID, its id, or its name"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

// ---- tables ----

/* What is looked at of a trace. */
typedef struct story_of {
    gpusim_trace *trace;
    gpusim_story *story;
    const gpusim_story_tables *tables;
    gpusim_decision_row *decisions;
    uint64_t decision_count;
} story_of;

static const char *name_of(const story_of *story, uint32_t name)
{
    const char *text = gpusim_trace_name(story->trace, name);
    return text ? text : "";
}

static gpusim_status read_story(story_of *story, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(gpusim_story_create(story->trace, &story->story, err));
    story->tables = gpusim_story_get_tables(story->story);
    story->decision_count = gpusim_trace_get_info(story->trace)->rows[GPUSIM_TABLE_DECISIONS];
    story->decisions = calloc((size_t)story->decision_count + 1, sizeof *story->decisions);
    if (!story->decisions) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for decisions");
    }
    GPUSIM_TRY(gpusim_trace_rows(story->trace, GPUSIM_TABLE_DECISIONS, 0, story->decision_count,
                                 story->decisions, err));
cleanup:
    return status;
}

static void forget(story_of *story)
{
    free(story->decisions);
    gpusim_story_destroy(story->story);
}

static const char *node_name(const story_of *story, uint32_t node)
{
    return node < story->tables->node_count ? name_of(story, story->tables->nodes[node].name)
                                            : "nowhere";
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

// ---- the job ----

static int is_meant(const story_of *story, const gpusim_job_row *job, const char *word)
{
    char id[40], whole[300];
    snprintf(id, sizeof id, "%lld", (long long)job->id);
    snprintf(whole, sizeof whole, "%.255s/%s", name_of(story, job->source), id);
    return strcmp(word, id) == 0 || strcmp(word, whole) == 0 ||
           (job->name != 0 && strcmp(word, name_of(story, job->name)) == 0);
}

static const gpusim_job_row *find_job(const story_of *story, const char *word, gpusim_error *err)
{
    const gpusim_job_row *found = NULL;
    for (uint64_t i = 0; i < story->tables->job_count; i++) {
        const gpusim_job_row *job = &story->tables->jobs[i];
        if (!is_meant(story, job, word)) {
            continue;
        }
        if (found) {
            gpusim_fail(err, GPUSIM_ARGUMENT, "several jobs are '%.80s'", word);
            gpusim_error_hint(err, "say which: %.80s/%lld or %.80s/%lld",
                              name_of(story, found->source), (long long)found->id,
                              name_of(story, job->source), (long long)job->id);
            return NULL;
        }
        found = job;
    }
    if (!found) {
        gpusim_fail(err, GPUSIM_ARGUMENT, "the trace has no job '%.80s'", word);
        gpusim_error_hint(err, "`gpusim export TRACE --table jobs` lists them");
    }
    return found;
}

// ---- text ----

static const char *time_text(gpusim_time time, char text[40])
{
    gpusim_quantity_format(gpusim_seconds(time), GPUSIM_UNIT_SECOND, 0, text, 40);
    return text;
}

static void print_head(const story_of *story, const gpusim_job_row *job)
{
    char at[40], run[40];
    printf("job %s/%lld", name_of(story, job->source), (long long)job->id);
    if (job->name != 0) {
        printf(" '%s'", name_of(story, job->name));
    }
    printf(": %u GPU%s", job->gpus, job->gpus == 1 ? "" : "s");
    if (job->milli != 1000) {
        printf(" to %g", job->milli / 1000.0);
    }
    printf(", %s of work, submitted at %s\n", time_text(job->duration, run),
           time_text(job->submit, at));
    if (job->selector != 0) {
        printf("only on nodes with %s\n", name_of(story, job->selector));
    }
    printf("scheduler: %s\n", gpusim_trace_get_info(story->trace)->scheduler);
}

static void print_wait(const gpusim_job_row *job, const gpusim_wait *wait)
{
    char span[40];
    if (wait->to == wait->from) {
        printf("    it did not wait\n");
        return;
    }
    const char *where = wait->bound ? " on nodes that it may use" : "";
    printf("    it waited for %s; %g GPUs were free%s when it came\n",
           time_text(gpusim_time_between(wait->from, wait->to), span),
           (double)wait->free_then / 1000, where);
    double wanted = job->gpus * (job->milli / 1000.0);
    if (job->gpus > 0 && wait->too_few > 0) {
        printf("    %3.0f %% of that fewer than %g GPUs were free%s\n", 100 * wait->too_few, wanted,
               wait->bound ? where : " in all");
    }
    if (job->gpus > 0 && wait->scattered > 0) {
        printf("    %3.0f %% of that %g were free, but not on one node\n", 100 * wait->scattered,
               wanted);
    }
    if (job->gpus > 0 && wait->enough > 0) {
        printf("    %3.0f %% of that enough were free: it was not its turn, or cores, memory, "
               "storage, a "
               "quota, or the scheduler's own rules were in the way\n",
               100 * wait->enough);
    }
    printf("    meanwhile %llu that came before it started, and %llu that came after it\n",
           (unsigned long long)wait->before, (unsigned long long)wait->after);
}

static void print_decision(const story_of *story, const gpusim_decision_row *row)
{
    char at[40];
    printf("%12s  %s", time_text(row->time, at),
           choice_name(GPUSIM_TABLE_DECISIONS, "what", row->what));
    if (row->node != GPUSIM_NONE) {
        printf(" on %s", node_name(story, row->node));
    }
    if (row->reason != 0) {
        printf(": %s", name_of(story, row->reason));
    }
    if (!isnan(row->score)) {
        printf(", score %.6g", row->score);
    }
    if (row->second != GPUSIM_NONE && !isnan(row->second_score)) {
        printf("; next would have been %s with %.6g", node_name(story, row->second),
               row->second_score);
    }
    if (row->refused) {
        printf("; refused: %s", choice_name(GPUSIM_TABLE_DECISIONS, "refused", row->refused));
    }
    putchar('\n');
}

static void print_places(const story_of *story, const gpusim_job_row *job, gpusim_time start)
{
    const char *before = "    on";
    for (uint64_t i = 0; i < story->tables->allocation_count; i++) {
        const gpusim_allocation_row *row = &story->tables->allocations[i];
        if (row->job == job->index && row->start == start) {
            printf("%s %s", before, node_name(story, row->node));
            if (row->gpus > 0) {
                printf(" (%u from GPU %u)", row->gpus, row->first_gpu);
            }
            before = ",";
        }
    }
    puts(before[0] == ',' ? "" : "    on nothing that the trace has");
}

static void print_event(const gpusim_event_row *row)
{
    char at[40];
    const char *why = "";
    if (row->type == GPUSIM_EVENT_END) {
        why = choice_name(GPUSIM_TABLE_JOBS, "state", (int)row->detail);
    } else if (row->type == GPUSIM_EVENT_FAIL) {
        why = choice_name(GPUSIM_TABLE_JOBS, "reason", (int)row->detail);
    }
    printf("%12s  %s%s%s\n", time_text(row->time, at),
           choice_name(GPUSIM_TABLE_EVENTS, "type", row->type), why[0] ? ": " : "", why);
}

// ---- JSON ----

static json_t *wait_json(const gpusim_wait *wait)
{
    json_t *object = json_object();
    json_object_set_new(object, "from_s", json_real(gpusim_seconds(wait->from)));
    json_object_set_new(object, "to_s", json_real(gpusim_seconds(wait->to)));
    json_object_set_new(object, "free_gpus_at_first", json_real((double)wait->free_then / 1000));
    json_object_set_new(object, "too_few_free", json_real(wait->too_few));
    json_object_set_new(object, "scattered", json_real(wait->scattered));
    json_object_set_new(object, "enough_free", json_real(wait->enough));
    json_object_set_new(object, "only_some_nodes", json_boolean(wait->bound));
    json_object_set_new(object, "started_before", json_integer((json_int_t)wait->before));
    json_object_set_new(object, "started_after", json_integer((json_int_t)wait->after));
    return object;
}

static json_t *number_or_null(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *decision_json(const story_of *story, const gpusim_decision_row *row)
{
    json_t *object = json_object();
    int second = row->second != GPUSIM_NONE, placed = row->node != GPUSIM_NONE;
    json_object_set_new(object, "time_s", json_real(gpusim_seconds(row->time)));
    json_object_set_new(object, "what",
                        json_string(choice_name(GPUSIM_TABLE_DECISIONS, "what", row->what)));
    json_object_set_new(object, "node",
                        placed ? json_string(node_name(story, row->node)) : json_null());
    json_object_set_new(object, "score", number_or_null(row->score));
    json_object_set_new(object, "second",
                        second ? json_string(node_name(story, row->second)) : json_null());
    json_object_set_new(object, "second_score", number_or_null(row->second_score));
    json_object_set_new(object, "reason", json_string(name_of(story, row->reason)));
    json_object_set_new(object, "refused",
                        json_string(choice_name(GPUSIM_TABLE_DECISIONS, "refused", row->refused)));
    return object;
}

// ---- the story ----

/* Where what is found goes: a list of JSON objects, or stdout. */
typedef struct teller {
    const story_of *story;
    const gpusim_job_row *job;
    json_t *waits, *decisions; /* NULL: as text */
    gpusim_time queued;        /* since when; -1: it is not */
} teller;

static gpusim_status tell_wait(teller *told, gpusim_time to, gpusim_error *err)
{
    gpusim_wait wait;
    gpusim_status status =
        gpusim_story_wait(told->story->story, told->job, told->queued, to, &wait, err);
    told->queued = -1;
    if (status == GPUSIM_OK && told->waits) {
        json_array_append_new(told->waits, wait_json(&wait));
    } else if (status == GPUSIM_OK) {
        print_wait(told->job, &wait);
    }
    return status;
}

static gpusim_status tell_event(teller *told, const gpusim_event_row *row, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    int leaves = row->type == GPUSIM_EVENT_END || row->type == GPUSIM_EVENT_START;
    if (told->queued >= 0 && leaves) {
        GPUSIM_TRY(tell_wait(told, row->time, err));
    }
    if (!told->waits) {
        print_event(row);
        if (row->type == GPUSIM_EVENT_START || row->type == GPUSIM_EVENT_MIGRATE ||
            row->type == GPUSIM_EVENT_RESIZE) {
            print_places(told->story, told->job, row->time);
        }
    }
    if (row->type == GPUSIM_EVENT_SUBMIT || row->type == GPUSIM_EVENT_PREEMPT ||
        row->type == GPUSIM_EVENT_FAIL) {
        told->queued = row->time;
    }
cleanup:
    return status;
}

static int is_of_job(uint8_t type)
{
    switch (type) {
    case GPUSIM_EVENT_SUBMIT:
    case GPUSIM_EVENT_START:
    case GPUSIM_EVENT_END:
    case GPUSIM_EVENT_PREEMPT:
    case GPUSIM_EVENT_MIGRATE:
    case GPUSIM_EVENT_RESIZE:
    case GPUSIM_EVENT_CHECKPOINT:
    case GPUSIM_EVENT_CHECKPOINTED:
    case GPUSIM_EVENT_CHECKPOINT_LOST:
    case GPUSIM_EVENT_FAIL:
    case GPUSIM_EVENT_HANG:
        return 1;
    default:
        return 0; // its entity is something else
    }
}

// events and decisions of one job, merged by time; a decision comes before what follows from it
static gpusim_status tell(teller *told, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const story_of *story = told->story;
    uint64_t d = 0;
    for (uint64_t e = 0; e <= story->tables->event_count; e++) {
        const gpusim_event_row *event =
            e < story->tables->event_count ? &story->tables->events[e] : NULL;
        if (event && (event->entity != told->job->index || !is_of_job(event->type))) {
            continue; // of something else
        }
        for (; d < story->decision_count &&
               (!event || story->decisions[d].time < event->time ||
                (story->decisions[d].time == event->time && event->type != GPUSIM_EVENT_SUBMIT));
             d++) {
            const gpusim_decision_row *row = &story->decisions[d];
            if (row->job == told->job->index && told->decisions) {
                json_array_append_new(told->decisions, decision_json(story, row));
            } else if (row->job == told->job->index) {
                print_decision(story, row);
            }
        }
        if (event) {
            GPUSIM_TRY(tell_event(told, event, err));
        }
    }
cleanup:
    return status;
}

static int explain_job(const cli_arguments *arguments, story_of *story, gpusim_error *err)
{
    gpusim_status status;
    json_t *object = NULL;
    GPUSIM_TRY(read_story(story, err));
    const gpusim_job_row *job = find_job(story, arguments->values[CLI_JOB], err);
    if (!job) {
        return cli_fail(arguments->json, err, 1);
    }
    teller told = {.story = story, .job = job, .queued = -1};
    if (!arguments->json) {
        print_head(story, job);
        GPUSIM_TRY(tell(&told, err));
        return CLI_OK;
    }
    object = cli_json_object();
    told.waits = json_array();
    told.decisions = json_array();
    json_object_set_new(object, "source", json_string(name_of(story, job->source)));
    json_object_set_new(object, "id", json_integer((json_int_t)job->id));
    json_object_set_new(object, "waits", told.waits);
    json_object_set_new(object, "decisions", told.decisions);
    GPUSIM_TRY(tell(&told, err));
    return cli_json_print(object);
cleanup:
    json_decref(object);
    return cli_fail(arguments->json, err, 1);
}

static int explain(const cli_arguments *arguments)
{
    gpusim_error err = {0};
    story_of story = {0};
    if (!arguments->values[CLI_JOB]) {
        return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, "which job?", "--job SOURCE/ID");
    }
    if (gpusim_trace_open(arguments->operands[0], &story.trace, &err) != GPUSIM_OK) {
        return cli_fail(arguments->json, &err, 1);
    }
    int code = explain_job(arguments, &story, &err);
    forget(&story);
    gpusim_trace_close(story.trace);
    return code;
}

const cli_command cli_explain = {
    .name = "explain",
    .operands = "TRACE",
    .doc = "tell why a job waited, and why it went where it went",
    .examples = "gpusim explain week.h5 --job batch/17\n",
    .more = "What was decided about it with scores and reasons, how many GPUs were free while it "
            "waited, and who started meanwhile.",
    CLI_OPTIONS(options),
    .least = 1,
    .most = 1,
    .run = explain,
};
