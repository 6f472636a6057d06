/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML as a flat tree that remembers where everything stands; aliases share what they name. */
#ifndef GS_SCENARIO_YAML_H
#define GS_SCENARIO_YAML_H

#include "base/array.h"
#include "base/memory.h"
#include "scenario/problems.h"

/* Limits that no honest scenario meets. */
#define GS_YAML_BYTES (16u << 20) /* of a text */
#define GS_YAML_NODES 2000000u    /* in a tree */
#define GS_YAML_DEPTH 64          /* of lists and maps within each other */

typedef enum gs_yaml_kind {
    GS_YAML_SLOT,   /* a place for a value: `first`; of a map `text` is the key */
    GS_YAML_SCALAR, /* `text` */
    GS_YAML_LIST,   /* slots from `first` to `last`, linked by `next` */
    GS_YAML_MAP,
    GS_YAML_ALIAS, /* stands for node `first` */
} gs_yaml_kind;

/* Node numbers: 0 is none. */
typedef struct gs_yaml_node {
    const char *text; /* terminated, in the tree's arena; NULL: none */
    uint32_t length;
    int32_t line, column; /* from 1, in bytes */
    uint32_t first, last, next;
    uint32_t source; /* the text it was read from */
    uint8_t kind;    /* gs_yaml_kind */
    uint8_t quoted;  /* a scalar in quotes or a block: never null */
    uint8_t shared;  /* an alias names it */
    uint8_t reserved;
} gs_yaml_node;

/* A text that nodes were read from. */
typedef struct gs_yaml_source {
    const char *name; /* for messages */
    const char *text;
    size_t length;
    size_t begin;   /* where the first line begins: after a byte order mark */
    gs_array lines; /* uint32_t: where each line begins */
} gs_yaml_source;

typedef struct gs_yaml {
    gs_array nodes;   /* gs_yaml_node; [0] is unused */
    gs_array sources; /* gs_yaml_source */
    gs_arena arena;
} gs_yaml;

gpusim_status gs_yaml_create(gs_yaml *yaml, gpusim_error *err);
void gs_yaml_release(gs_yaml *yaml);

/* Adds a text (copied) and gives its number. */
gpusim_status gs_yaml_add_source(gs_yaml *yaml, const char *name, const char *text, size_t length,
                                 uint32_t *source, gpusim_error *err);

/* Reads the one document of a text from byte `start` on (0, or after the "KEY=" of an edit). *slot
 * is a new slot whose value is 0 when the document is empty. What is wrong is added to `problems`;
 * *slot is 0 when that leaves no tree (syntax). Fails only for want of memory. */
gpusim_status gs_yaml_read(gs_yaml *yaml, uint32_t source, size_t start, uint32_t *slot,
                           gs_problems *problems, gpusim_error *err);

/* Appends a node. */
gpusim_status gs_yaml_push(gs_yaml *yaml, const gs_yaml_node *node, uint32_t *number,
                           gpusim_error *err);

static inline gs_yaml_node *gs_yaml_at(const gs_yaml *yaml, uint32_t number)
{
    return &GS_AT(yaml->nodes, gs_yaml_node, number);
}

/* The node itself, or what an alias stands for; 0 stays 0. */
static inline uint32_t gs_yaml_resolve(const gs_yaml *yaml, uint32_t number)
{
    const gs_yaml_node *node = gs_yaml_at(yaml, number);
    return number && node->kind == GS_YAML_ALIAS ? node->first : number;
}

/* 1 for a value that is written as nothing: none, ~ or null. */
int gs_yaml_is_null(const gs_yaml *yaml, uint32_t number);

/* Fills file, line, column, source line and caret of *err. */
void gs_yaml_locate(const gs_yaml *yaml, uint32_t source, int line, int column, gpusim_error *err);

/* Byte column (from 1) of the character that libyaml counts as `column` (from 0) of `line` (from
 * 0). *cache makes calls in order of appearance cheap; zero it to begin with. */
typedef struct gs_yaml_cursor {
    size_t line, column, byte;
} gs_yaml_cursor;
int gs_yaml_column(const gs_yaml_source *source, size_t start, size_t line, size_t column,
                   gs_yaml_cursor *cursor);

#endif
