/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedulers in a few words: "fifo+best-fit+easy", "las:limits=[1 h]+repack". The words are those
 * of the table behind `scheduler:`, so whatever is added there can be said here. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "policy/policy.h"
#include "scenario/spec.h"
#include "scenario/tree.h"

#define OWN        "scenario" // stands for what the scenario says
#define FIELDS_MAX 64
#define NAMES_MAX  256
#define ADVICE     "write one like 'fifo+best-fit+easy', 'las:limits=[1 h]' or 'order=sjf'"

typedef struct reader {
    gpusim_spec *spec;
    const char *text;
    const gpusim_record *composition;
    const gpusim_field *module; // of the last word that has parameters; NULL: none
    const char *words[FIELDS_MAX];
    size_t lengths[FIELDS_MAX]; // of the words that chose each field
    int composed;               // words or keys of a composition came
    int whole;                  // a module that decides everything
    gpusim_error *err;
} reader;

static gpusim_status wrong(const reader *r, const char *hint, const char *format, ...)
    GPUSIM_PRINTF(3, 4);

static gpusim_status wrong(const reader *r, const char *hint, const char *format, ...)
{
    char message[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    gpusim_fail(r->err, GPUSIM_ARGUMENT, "scheduler '%.120s': %s", r->text, message);
    gpusim_error_hint(r->err, "%s", hint);
    return GPUSIM_ARGUMENT;
}

static int same(const char *name, const char *word, size_t length)
{
    return strlen(name) == length && memcmp(name, word, length) == 0;
}

// an edit whose messages point at the whole text
static gpusim_status edit(const reader *r, const char *key, const char *value)
{
    char name[160];
    snprintf(name, sizeof name, "-S '%.120s'", r->text);
    return gs_spec_set_as(r->spec, name, key, value, r->err);
}

static gpusim_status set(const reader *r, const char *key, const char *value, size_t length)
{
    char path[160], text[512];
    if (length >= sizeof text) {
        return wrong(r, "put long ones into a scenario", "a value of more than %zu bytes",
                     sizeof text - 1);
    }
    snprintf(path, sizeof path, "scheduler.%s", key);
    snprintf(text, sizeof text, "%.*s", (int)length, value);
    return edit(r, path, text);
}

// ---- pieces ----

// Where a piece ends: at '+' or ',' outside brackets and quotes. A '+' before a digit is part of a
// number.
static size_t piece_length(const char *text)
{
    int depth = 0;
    char quote = '\0';
    size_t i = 0;
    for (; text[i]; i++) {
        char c = text[i];
        if (quote) {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[' || c == '{') {
            depth++;
        } else if (c == ']' || c == '}') {
            depth--;
        } else if (depth <= 0 &&
                   (c == ',' || (c == '+' && !(text[i + 1] >= '0' && text[i + 1] <= '9')))) {
            break;
        }
    }
    return i;
}

static void trim(const char **word, size_t *length)
{
    while (*length && **word == ' ') {
        ++*word;
        --*length;
    }
    while (*length && (*word)[*length - 1] == ' ') {
        --*length;
    }
}

// ---- words ----

static const gpusim_choice *find_choice(const gpusim_field *field, const char *word, size_t length)
{
    const gpusim_choice *choice = field->type == GPUSIM_ENUM ? field->detail.choices : NULL;
    for (; choice && choice->name; choice++) {
        if (same(choice->name, word, length)) {
            return choice;
        }
    }
    return NULL;
}

// the known words, for the nearest one
static gpusim_status fail_word(const reader *r, const char *word, size_t length)
{
    const char *names[NAMES_MAX];
    char shown[64], hint[256];
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->composition->count; i++) {
        const gpusim_field *field = &r->composition->fields[i];
        const gpusim_choice *choice = field->type == GPUSIM_ENUM ? field->detail.choices : NULL;
        for (; choice && choice->name && count < NAMES_MAX; choice++) {
            names[count++] = choice->name;
        }
    }
    for (uint32_t i = 1; i < gs_scheduler_record.count && count < NAMES_MAX; i++) {
        names[count++] = gs_scheduler_record.fields[i].name;
    }
    snprintf(shown, sizeof shown, "%.*s", (int)length, word);
    gpusim_suggest(shown, names, count, hint, sizeof hint);
    return wrong(r, hint[0] ? hint : "see 'gpusim list schedulers'",
                 "there is no order, placement, backfill or preemption '%s'", shown);
}

static gpusim_status take_word(reader *r, const char *word, size_t length)
{
    for (uint32_t i = 1; i < gs_scheduler_record.count; i++) {
        const gpusim_field *alternative = &gs_scheduler_record.fields[i];
        if (same(alternative->name, word, length)) {
            if (r->composed || r->whole) {
                return wrong(r, "leave the rest away", "'%s' decides everything by itself",
                             alternative->name);
            }
            char value[96];
            snprintf(value, sizeof value, "{module: %s}", alternative->name);
            r->whole = 1;
            r->module = alternative;
            return edit(r, "scheduler", value);
        }
    }

    // the first field that has such a value and none yet
    const gpusim_field *taken = NULL;
    for (uint32_t i = 0; i < r->composition->count && i < FIELDS_MAX; i++) {
        const gpusim_field *field = &r->composition->fields[i];
        const gpusim_choice *choice = find_choice(field, word, length);
        if (!choice) {
            continue;
        }
        if (r->words[i]) {
            taken = field;
            continue;
        }
        if (r->whole) {
            return wrong(r, "leave the rest away", "a module that decides everything has no %s",
                         field->name);
        }
        const gpusim_field *parameters = gpusim_record_find(r->composition, choice->name);
        r->module = parameters && parameters->type == GPUSIM_RECORD ? parameters : NULL;
        r->words[i] = word;
        r->lengths[i] = length;
        r->composed = 1;
        return set(r, field->name, word, length);
    }
    if (taken) {
        uint32_t i = (uint32_t)(taken - r->composition->fields);
        return wrong(r, "name one of each kind", "two of the kind `%s`: '%.*s' and '%.*s'",
                     taken->name, (int)r->lengths[i], r->words[i], (int)length, word);
    }
    return fail_word(r, word, length);
}

// ---- options ----

// KEY=VALUE: of the module named last, or else of the composition
static gpusim_status take_option(reader *r, const char *piece, size_t length)
{
    const char *names[2 * FIELDS_MAX];
    char key[96], path[128], hint[256];
    size_t key_length = strcspn(piece, "=");
    const char *value = piece + key_length + 1;
    size_t value_length = length - key_length - 1;
    uint32_t count = 0;
    trim(&piece, &key_length);
    trim(&value, &value_length);
    snprintf(key, sizeof key, "%.*s", (int)key_length, piece);
    size_t first = strcspn(key, ".[");

    const gpusim_record *records[2] = {r->module ? r->module->detail.record : NULL,
                                       r->whole ? NULL : r->composition};
    for (int k = 0; k < 2; k++) {
        for (uint32_t i = 0; records[k] && i < records[k]->count; i++) {
            const char *name = records[k]->fields[i].name;
            if (same(name, key, first)) {
                snprintf(path, sizeof path, "%s%s%s", k || r->whole ? "" : r->module->name,
                         k || r->whole ? "" : ".", key);
                r->composed |= !r->whole;
                return set(r, path, value, value_length);
            }
            if (count < 2 * FIELDS_MAX) {
                names[count++] = name;
            }
        }
    }
    gpusim_suggest(key, names, count, hint, sizeof hint);
    return wrong(r, hint[0] ? hint : "see 'gpusim list schedulers -v'", "unknown option '%s'%s%s",
                 key, r->module ? " of " : "", r->module ? r->module->name : "");
}

// WORD, WORD:KEY=VALUE or KEY=VALUE
static gpusim_status take_piece(reader *r, const char *piece, size_t length)
{
    gpusim_status status = GPUSIM_OK;
    trim(&piece, &length);
    size_t word = strcspn(piece, ":=");
    if (length == 0 || word == 0) {
        return wrong(r, ADVICE, "something is missing");
    }
    if (word >= length) {
        return take_word(r, piece, length);
    }
    if (piece[word] == ':') {
        GPUSIM_TRY(take_word(r, piece, word));
        piece += word + 1;
        length -= word + 1;
        word = strcspn(piece, "=");
        if (word == 0 || word >= length) {
            return wrong(r, ADVICE, "behind ':' stands KEY=VALUE");
        }
    }
    GPUSIM_TRY(take_option(r, piece, length));
cleanup:
    return status;
}

// ---- what it begins with ----

// the node of what the scenario says, 0: nothing
static uint32_t scheduler_of(gpusim_spec *spec, uint32_t *steps)
{
    uint32_t whole =
        spec->document
            ? gs_yaml_resolve(&spec->yaml, gs_yaml_at(&spec->yaml, spec->document)->first)
            : 0;
    if (!whole || gs_yaml_at(&spec->yaml, whole)->kind != GS_YAML_MAP) {
        return 0;
    }
    uint32_t slot = gs_tree_find(&spec->yaml, whole, "scheduler", strlen("scheduler"), steps);
    uint32_t value = slot ? gs_yaml_resolve(&spec->yaml, gs_yaml_at(&spec->yaml, slot)->first) : 0;
    return value && gs_yaml_at(&spec->yaml, value)->kind == GS_YAML_MAP ? value : 0;
}

// What decides is forgotten; what is known about jobs, and parameters of modules, stay.
static gpusim_status forget(const reader *r)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t steps = GS_TREE_STEPS;
    uint32_t said = scheduler_of(r->spec, &steps);
    if (!said || gs_tree_find(&r->spec->yaml, said, "module", strlen("module"), &steps)) {
        return edit(r, "scheduler", "{}");
    }
    for (uint32_t i = 0; i < r->composition->count; i++) {
        const gpusim_field *field = &r->composition->fields[i];
        int stays = field->type == GPUSIM_RECORD || strcmp(field->name, "estimates") == 0 ||
                    strcmp(field->name, "noise") == 0;
        said = scheduler_of(r->spec, &steps);
        if (!stays &&
            gs_tree_find(&r->spec->yaml, said, field->name, strlen(field->name), &steps)) {
            const char *value = field->fallback ? field->fallback : "null";
            GPUSIM_TRY(set(r, field->name, value, strlen(value)));
        }
    }
cleanup:
    return status;
}

gpusim_status gpusim_spec_set_scheduler(gpusim_spec *spec, const char *text, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (!spec || !text) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "spec and text are needed");
    }
    reader r = {.spec = spec,
                .text = text,
                .composition = gs_scheduler_record.fields[0].detail.record,
                .err = err};
    size_t length = piece_length(text);
    if (same(OWN, text, length)) {
        text += length;
        if (*text == '\0') {
            return GPUSIM_OK;
        }
        text++;
    } else {
        GPUSIM_TRY(forget(&r));
    }
    for (;;) {
        length = piece_length(text);
        GPUSIM_TRY(take_piece(&r, text, length));
        if (text[length] == '\0') {
            break;
        }
        text += length + 1;
    }
cleanup:
    return status;
}
