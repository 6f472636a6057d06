/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From libyaml's events to a flat tree. */
#include "scenario/yaml.h"

#include <stdio.h>
#include <string.h>

#include <yaml.h>

#include "base/hash.h"

gpusim_status gs_yaml_create(gs_yaml *yaml, gpusim_error *err)
{
    *yaml = (gs_yaml){.nodes = GS_ARRAY(gs_yaml_node), .sources = GS_ARRAY(gs_yaml_source)};
    return gs_array_push(&yaml->nodes, NULL, err);
}

void gs_yaml_release(gs_yaml *yaml)
{
    for (uint32_t i = 0; i < yaml->sources.count; i++) {
        gs_array_release(&GS_AT(yaml->sources, gs_yaml_source, i).lines);
    }
    gs_array_release(&yaml->sources);
    gs_array_release(&yaml->nodes);
    gs_arena_release(&yaml->arena);
}

gpusim_status gs_yaml_push(gs_yaml *yaml, const gs_yaml_node *node, uint32_t *number,
                           gpusim_error *err)
{
    *number = yaml->nodes.count;
    return gs_array_push(&yaml->nodes, node, err);
}

int gs_yaml_is_null(const gs_yaml *yaml, uint32_t number)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    number = gs_yaml_resolve(yaml, number);
    const gs_yaml_node *node = gs_yaml_at(yaml, number);
    if (number == 0) {
        return 1;
    }
    if (node->kind != GS_YAML_SCALAR || node->quoted) {
        return 0;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(node->text, words[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

// ---- words that must be found again: keys of maps, names of anchors ----

typedef struct word {
    const char *text; // NULL: a free place
    uint32_t length;
    uint32_t owner; // the map, or 0 for anchors
    uint32_t node;
} word;

typedef struct reader {
    gs_yaml *yaml;
    gs_problems *problems;
    gpusim_error *err;
    uint32_t source;
    size_t start;
    gs_yaml_cursor cursor;
    gs_array words; // an open hash table; its count is a power of two or 0
    uint32_t word_count;
    uint32_t depth;
    struct {
        uint32_t node; // a list or map that is still open
        uint32_t slot; // of a map: waits for its value; 0: a key comes next
    } open[GS_YAML_DEPTH];
    uint32_t document; // the slot of the document
    int broken;        // a problem after which nothing can be read
} reader;

static word *find_word(const reader *r, const char *text, uint32_t length, uint32_t owner)
{
    uint32_t mask = r->words.count - 1;
    uint32_t i = (uint32_t)gs_hash64(text, length, owner) & mask;
    for (;; i = (i + 1) & mask) {
        word *place = &GS_AT(r->words, word, i);
        if (!place->text || (place->owner == owner && place->length == length &&
                             memcmp(place->text, text, length) == 0)) {
            return place;
        }
    }
}

// the table holds at most half of its places
static gpusim_status grow_words(reader *r)
{
    if (r->word_count * 2 < r->words.count) {
        return GPUSIM_OK;
    }
    gs_array old = r->words;
    r->words = GS_ARRAY(word);
    gpusim_status status = gs_array_resize(&r->words, old.count ? old.count * 2 : 64, r->err);
    if (status != GPUSIM_OK) {
        r->words = old;
        return status;
    }
    for (uint32_t i = 0; i < old.count; i++) {
        const word *moved = &GS_AT(old, word, i);
        if (moved->text) {
            *find_word(r, moved->text, moved->length, moved->owner) = *moved;
        }
    }
    gs_array_release(&old);
    return GPUSIM_OK;
}

// ---- problems ----

static int column_of(reader *r, yaml_mark_t mark)
{
    const gs_yaml_source *source = &GS_AT(r->yaml->sources, gs_yaml_source, r->source);
    return gs_yaml_column(source, r->start, mark.line, mark.column, &r->cursor);
}

static void add_problem(reader *r, yaml_mark_t mark, gpusim_error *problem)
{
    gs_yaml_locate(r->yaml, r->source, (int)mark.line + 1, column_of(r, mark), problem);
    gs_problems_add(r->problems, r->source, problem);
}

static void break_off(reader *r, yaml_mark_t mark, const char *message, const char *hint)
{
    gpusim_error problem;
    gpusim_fail(&problem, GPUSIM_SCENARIO, "%s", message);
    gpusim_error_hint(&problem, "%s", hint);
    add_problem(r, mark, &problem);
    r->broken = 1;
}

// adds a problem at a byte; one at the end of the text goes to the end of its last line that has
// any
static void add_problem_at_byte(reader *r, size_t byte, gpusim_error *problem)
{
    const gs_yaml_source *source = &GS_AT(r->yaml->sources, gs_yaml_source, r->source);
    if (byte >= source->length) {
        byte = source->length;
        while (byte > r->start && strchr(" \r\n", source->text[byte - 1])) {
            byte--;
        }
    }
    uint32_t line = source->lines.count - 1;
    while (line > 0 && GS_AT(source->lines, uint32_t, line) > byte) {
        line--;
    }
    size_t column = byte - GS_AT(source->lines, uint32_t, line);
    gs_yaml_locate(r->yaml, r->source, (int)line + 1, (int)column + 1, problem);
    gs_problems_add(r->problems, r->source, problem);
}

// what libyaml could not read
static gpusim_status add_syntax_problem(reader *r, const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR) {
        return gpusim_fail(r->err, GPUSIM_MEMORY, "no memory to read a scenario");
    }
    gpusim_error problem;
    yaml_mark_t mark = parser->problem_mark;
    const gs_yaml_source *source = &GS_AT(r->yaml->sources, gs_yaml_source, r->source);
    const char *what = parser->problem ? parser->problem : "it cannot be read";
    if (parser->error == YAML_READER_ERROR) {
        gpusim_fail(&problem, GPUSIM_SCENARIO, "not UTF-8 text: %s", what);
        gpusim_error_hint(&problem, "save the file with the encoding UTF-8");
        add_problem_at_byte(r, r->start + parser->problem_offset, &problem);
        r->broken = 1;
        return GPUSIM_OK;
    }
    if (parser->context) {
        gpusim_fail(&problem, GPUSIM_SCENARIO, "not valid YAML: %s (%s, line %zu)", what,
                    parser->context, parser->context_mark.line + 1);
    } else {
        gpusim_fail(&problem, GPUSIM_SCENARIO, "not valid YAML: %s", what);
    }
    if (mark.line >= source->lines.count) {
        add_problem_at_byte(r, source->length, &problem);
    } else {
        add_problem(r, mark, &problem);
    }
    r->broken = 1;

    // the most common reason deserves its own words
    gpusim_error *added = &r->problems->items[r->problems->count - 1];
    if (parser->error == YAML_SCANNER_ERROR && strchr(added->source, '\t')) {
        gpusim_error_hint(added, "indent with spaces: YAML knows no tabs there");
    }
    return GPUSIM_OK;
}

// ---- building ----

static gpusim_status push(reader *r, const gs_yaml_node *node, yaml_mark_t mark, uint32_t *number)
{
    gs_yaml_node new = *node;
    new.source = r->source;
    new.line = (int32_t)mark.line + 1;
    new.column = column_of(r, mark);
    if (r->yaml->nodes.count >= GS_YAML_NODES) {
        break_off(r, mark, "too many values for one file",
                  "long lists of jobs belong into a CSV file: '- trace: {format: csv, path: ...}'");
    }
    return gs_yaml_push(r->yaml, &new, number, r->err);
}

static void link_slot(gs_yaml *yaml, uint32_t parent, uint32_t slot)
{
    gs_yaml_node *node = gs_yaml_at(yaml, parent);
    if (node->last) {
        gs_yaml_at(yaml, node->last)->next = slot;
    } else {
        node->first = slot;
    }
    node->last = slot;
}

// a scalar where a map waits for its next key
static gpusim_status open_key(reader *r, const yaml_event_t *event)
{
    gpusim_status status = grow_words(r);
    if (status != GPUSIM_OK) {
        return status;
    }
    uint32_t map = r->open[r->depth - 1].node;
    gs_yaml_node key = {.kind = GS_YAML_SLOT};
    key.length = (uint32_t)event->data.scalar.length;
    key.text = gs_arena_text(&r->yaml->arena, (const char *)event->data.scalar.value, key.length);
    if (!key.text) {
        return gpusim_fail(r->err, GPUSIM_MEMORY, "no memory for a key");
    }
    uint32_t slot = 0;
    status = push(r, &key, event->start_mark, &slot);
    if (status != GPUSIM_OK) {
        return status;
    }
    r->open[r->depth - 1].slot = slot;

    // the second of two equal keys is an error, and the first one counts
    word *place = find_word(r, key.text, key.length, map);
    if (place->text) {
        gpusim_error problem;
        gpusim_fail(&problem, GPUSIM_SCENARIO, "key '%.60s' is already on line %d", key.text,
                    gs_yaml_at(r->yaml, place->node)->line);
        gpusim_error_hint(&problem, "remove one of the two");
        add_problem(r, event->start_mark, &problem);
        return GPUSIM_OK;
    }
    *place = (word){key.text, key.length, map, slot};
    r->word_count++;
    link_slot(r->yaml, map, slot);
    return GPUSIM_OK;
}

// puts a value where the innermost list, map or document expects one
static gpusim_status place_value(reader *r, const yaml_event_t *event, uint32_t value)
{
    if (r->depth == 0) {
        gs_yaml_at(r->yaml, r->document)->first = value;
        return GPUSIM_OK;
    }
    uint32_t parent = r->open[r->depth - 1].node;
    if (gs_yaml_at(r->yaml, parent)->kind == GS_YAML_LIST) {
        gs_yaml_node slot = {.kind = GS_YAML_SLOT, .first = value};
        uint32_t number = 0;
        gpusim_status status = push(r, &slot, event->start_mark, &number);
        if (status == GPUSIM_OK) {
            link_slot(r->yaml, parent, number);
        }
        return status;
    }
    uint32_t slot = r->open[r->depth - 1].slot;
    if (slot == 0) {
        break_off(r, event->start_mark, "a key must be a single word or number",
                  "lists, maps and aliases cannot be keys");
        return GPUSIM_OK;
    }
    gs_yaml_at(r->yaml, slot)->first = value;
    r->open[r->depth - 1].slot = 0;
    return GPUSIM_OK;
}

static gpusim_status name_anchor(reader *r, const yaml_char_t *anchor, uint32_t node)
{
    if (!anchor) {
        return GPUSIM_OK;
    }
    gpusim_status status = grow_words(r);
    if (status != GPUSIM_OK) {
        return status;
    }
    size_t length = strlen((const char *)anchor);
    const char *text = gs_arena_text(&r->yaml->arena, (const char *)anchor, length);
    if (!text) {
        return gpusim_fail(r->err, GPUSIM_MEMORY, "no memory for an anchor");
    }
    // a name given again means the newer node from here on
    word *place = find_word(r, text, (uint32_t)length, 0);
    r->word_count += !place->text;
    *place = (word){text, (uint32_t)length, 0, node};
    return GPUSIM_OK;
}

static void check_tag(reader *r, const yaml_event_t *event, const yaml_char_t *tag)
{
    static const char standard[] = "tag:yaml.org,2002:";
    const char *text = (const char *)tag;
    if (text && strcmp(text, "!") != 0 && strncmp(text, standard, sizeof standard - 1) != 0) {
        gpusim_error problem;
        gpusim_fail(&problem, GPUSIM_SCENARIO, "the tag '%.60s' means nothing here", text);
        gpusim_error_hint(&problem, "remove it");
        add_problem(r, event->start_mark, &problem);
    }
}

static gpusim_status read_scalar(reader *r, const yaml_event_t *event)
{
    check_tag(r, event, event->data.scalar.tag);
    if (r->depth > 0) {
        uint32_t parent = r->open[r->depth - 1].node;
        if (gs_yaml_at(r->yaml, parent)->kind == GS_YAML_MAP && !r->open[r->depth - 1].slot) {
            return open_key(r, event);
        }
    }
    gs_yaml_node scalar = {.kind = GS_YAML_SCALAR};
    scalar.quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    scalar.length = (uint32_t)event->data.scalar.length;
    scalar.text =
        gs_arena_text(&r->yaml->arena, (const char *)event->data.scalar.value, scalar.length);
    if (!scalar.text) {
        return gpusim_fail(r->err, GPUSIM_MEMORY, "no memory for a value");
    }
    gpusim_status status;
    uint32_t number = 0;
    GPUSIM_TRY(push(r, &scalar, event->start_mark, &number));
    GPUSIM_TRY(name_anchor(r, event->data.scalar.anchor, number));
    GPUSIM_TRY(place_value(r, event, number));
cleanup:
    return status;
}

static gpusim_status read_alias(reader *r, const yaml_event_t *event)
{
    gpusim_status status;
    const char *name = (const char *)event->data.alias.anchor;
    GPUSIM_TRY(grow_words(r));
    const word *anchor = find_word(r, name, (uint32_t)strlen(name), 0);
    char message[160];
    if (!anchor->text) {
        snprintf(message, sizeof message, "nothing is named '&%.60s' before this", name);
        break_off(r, event->start_mark, message, "an alias names something that stands above it");
        return GPUSIM_OK;
    }
    for (uint32_t i = 0; i < r->depth; i++) {
        if (r->open[i].node == anchor->node) {
            snprintf(message, sizeof message, "'*%.60s' would contain itself", name);
            break_off(r, event->start_mark, message, "");
            return GPUSIM_OK;
        }
    }
    gs_yaml_at(r->yaml, anchor->node)->shared = 1;
    gs_yaml_node alias = {.kind = GS_YAML_ALIAS, .first = anchor->node};
    uint32_t number = 0;
    GPUSIM_TRY(push(r, &alias, event->start_mark, &number));
    GPUSIM_TRY(place_value(r, event, number));
cleanup:
    return status;
}

static gpusim_status open_collection(reader *r, const yaml_event_t *event, gs_yaml_kind kind,
                                     const yaml_char_t *anchor)
{
    gpusim_status status;
    if (r->depth == GS_YAML_DEPTH) {
        break_off(r, event->start_mark, "lists and maps are nested too deeply", "");
        return GPUSIM_OK;
    }
    gs_yaml_node node = {.kind = (uint8_t)kind};
    uint32_t number = 0;
    GPUSIM_TRY(push(r, &node, event->start_mark, &number));
    GPUSIM_TRY(name_anchor(r, anchor, number));
    GPUSIM_TRY(place_value(r, event, number));
    r->open[r->depth].node = number;
    r->open[r->depth].slot = 0;
    r->depth++;
cleanup:
    return status;
}

static gpusim_status read_event(reader *r, const yaml_event_t *event, int *documents)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++*documents > 1) {
            break_off(r, event->start_mark, "a second document begins here",
                      "only one document is read; remove the line '---' or what follows");
        }
        return GPUSIM_OK;
    case YAML_ALIAS_EVENT:
        return read_alias(r, event);
    case YAML_SCALAR_EVENT:
        return read_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
        check_tag(r, event, event->data.sequence_start.tag);
        return open_collection(r, event, GS_YAML_LIST, event->data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
        check_tag(r, event, event->data.mapping_start.tag);
        return open_collection(r, event, GS_YAML_MAP, event->data.mapping_start.anchor);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        return GPUSIM_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return GPUSIM_OK;
}

static gpusim_status read_events(reader *r, yaml_parser_t *parser)
{
    gpusim_status status = GPUSIM_OK;
    int documents = 0, ended = 0;
    while (status == GPUSIM_OK && !r->broken && !ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            return add_syntax_problem(r, parser);
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        status = read_event(r, &event, &documents);
        yaml_event_delete(&event);
    }
    return status;
}

gpusim_status gs_yaml_read(gs_yaml *yaml, uint32_t number, size_t start, uint32_t *slot,
                           gs_problems *problems, gpusim_error *err)
{
    gpusim_status status;
    gs_yaml_source source = GS_AT(yaml->sources, gs_yaml_source, number);
    reader r = {.yaml = yaml, .problems = problems, .err = err, .source = number};
    r.start = start < source.begin ? source.begin : start;
    r.words = GS_ARRAY(word);
    *slot = 0;

    yaml_mark_t begin = {0};
    if (source.length > GS_YAML_BYTES) {
        break_off(&r, begin, "larger than 16 MiB",
                  "long lists of jobs belong into a CSV file: '- trace: {format: csv, path: ...}'");
        return GPUSIM_OK;
    }
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory to read a scenario");
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)source.text + r.start,
                                 source.length - r.start);
    gs_yaml_node document = {.kind = GS_YAML_SLOT};
    GPUSIM_TRY(push(&r, &document, begin, &r.document));
    GPUSIM_TRY(read_events(&r, &parser));
    *slot = r.broken ? 0 : r.document;

cleanup:
    yaml_parser_delete(&parser);
    gs_array_release(&r.words);
    return status;
}
