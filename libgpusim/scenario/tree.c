/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps with merges, and key paths. */
#include "scenario/tree.h"

#include <string.h>

int gs_tree_is_merge(const gs_yaml_node *slot)
{
    return slot->length == 2 && memcmp(slot->text, "<<", 2) == 0;
}

// what a `<<` names: one map or a list of them
static int walk_merged(const gs_yaml *yaml, uint32_t slot, const gs_tree_visitor *visitor)
{
    uint32_t value = gs_yaml_resolve(yaml, gs_yaml_at(yaml, slot)->first);
    const gs_yaml_node *node = gs_yaml_at(yaml, value);
    if (value && node->kind == GS_YAML_MAP) {
        return gs_tree_walk(yaml, value, visitor);
    }
    if (!value || node->kind != GS_YAML_LIST) {
        return visitor->wrong ? visitor->wrong(visitor->self, slot) : 0;
    }
    for (uint32_t i = node->first; i; i = gs_yaml_at(yaml, i)->next) {
        uint32_t item = gs_yaml_resolve(yaml, gs_yaml_at(yaml, i)->first);
        int answer = 0;
        if (*visitor->steps == 0) {
            return -1;
        }
        --*visitor->steps;
        if (gs_yaml_at(yaml, item)->kind == GS_YAML_MAP) {
            answer = gs_tree_walk(yaml, item, visitor);
        } else if (visitor->wrong) {
            answer = visitor->wrong(visitor->self, slot);
        }
        if (answer) {
            return answer;
        }
    }
    return 0;
}

int gs_tree_walk(const gs_yaml *yaml, uint32_t map, const gs_tree_visitor *visitor)
{
    // its own keys first: they win over merged ones
    int merges = 0;
    for (uint32_t i = gs_yaml_at(yaml, map)->first; i; i = gs_yaml_at(yaml, i)->next) {
        if (*visitor->steps == 0) {
            return -1;
        }
        --*visitor->steps;
        if (gs_tree_is_merge(gs_yaml_at(yaml, i))) {
            merges = 1;
            continue;
        }
        int answer = visitor->visit(visitor->self, i);
        if (answer) {
            return answer;
        }
    }
    for (uint32_t i = gs_yaml_at(yaml, map)->first; merges && i; i = gs_yaml_at(yaml, i)->next) {
        if (gs_tree_is_merge(gs_yaml_at(yaml, i))) {
            int answer = walk_merged(yaml, i, visitor);
            if (answer) {
                return answer;
            }
        }
    }
    return 0;
}

typedef struct finder {
    const gs_yaml *yaml;
    const char *key;
    size_t length;
    uint32_t slot;
} finder;

static int visit_found(void *self, uint32_t slot)
{
    finder *f = self;
    const gs_yaml_node *node = gs_yaml_at(f->yaml, slot);
    if (node->length == f->length && memcmp(node->text, f->key, f->length) == 0) {
        f->slot = slot;
        return 1;
    }
    return 0;
}

uint32_t gs_tree_find(const gs_yaml *yaml, uint32_t map, const char *key, size_t length,
                      uint32_t *steps)
{
    finder f = {yaml, key, length, 0};
    gs_tree_visitor visitor = {visit_found, NULL, &f, steps};
    gs_tree_walk(yaml, map, &visitor);
    return f.slot;
}

int gs_tree_next(const char **path, gs_tree_step *step)
{
    const char *at = *path;
    *step = (gs_tree_step){0};
    if (*at == '\0') {
        return 0;
    }
    if (*at == '[') {
        uint64_t index = 0;
        const char *digit = ++at;
        for (; *at >= '0' && *at <= '9' && index < UINT32_MAX; at++) {
            index = index * 10 + (uint64_t)(*at - '0');
        }
        if (at == digit || *at != ']' || index >= UINT32_MAX) {
            return -1;
        }
        step->index = (uint32_t)index;
        *path = at + 1;
        return 1;
    }
    at += *at == '.';
    step->name = at;
    step->length = strcspn(at, ".[");
    *path = at + step->length;
    return step->length ? 1 : -1;
}

uint32_t gs_tree_element(const gs_yaml *yaml, uint32_t list, uint32_t index)
{
    uint32_t slot = gs_yaml_at(yaml, list)->first;
    for (; slot && index; index--) {
        slot = gs_yaml_at(yaml, slot)->next;
    }
    return slot;
}
