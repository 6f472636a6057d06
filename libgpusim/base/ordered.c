/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Treaps (Seidel and Aragon 1996) in a flat array, each node with the least value below it. */
#include "base/ordered.h"

#include <string.h>

static int before(const gs_ordered *a, const gs_ordered *b)
{
    return a->key < b->key || (a->key == b->key && a->order < b->order);
}

// the finaliser of MurmurHash3, which spreads consecutive numbers over all bits
static uint64_t weight_of(uint64_t order)
{
    uint64_t x = order + UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ (x >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ (x >> 33);
}

static void sum_up(gs_ordered *nodes, uint32_t i)
{
    gs_ordered *node = &nodes[i];
    node->least = node->value;
    if (node->left != GPUSIM_NONE && nodes[node->left].least < node->least) {
        node->least = nodes[node->left].least;
    }
    if (node->right != GPUSIM_NONE && nodes[node->right].least < node->least) {
        node->least = nodes[node->right].least;
    }
}

// What stands before the pivot, and what does not.
static void split(gs_ordered *nodes, uint32_t root, const gs_ordered *pivot, uint32_t *left,
                  uint32_t *right)
{
    if (root == GPUSIM_NONE) {
        *left = *right = GPUSIM_NONE;
        return;
    }
    if (before(&nodes[root], pivot)) {
        split(nodes, nodes[root].right, pivot, &nodes[root].right, right);
        *left = root;
    } else {
        split(nodes, nodes[root].left, pivot, left, &nodes[root].left);
        *right = root;
    }
    sum_up(nodes, root);
}

// All of left stands before all of right.
static uint32_t merge(gs_ordered *nodes, uint32_t left, uint32_t right)
{
    if (left == GPUSIM_NONE) {
        return right;
    }
    if (right == GPUSIM_NONE) {
        return left;
    }
    if (nodes[left].weight >= nodes[right].weight) {
        nodes[left].right = merge(nodes, nodes[left].right, right);
        sum_up(nodes, left);
        return left;
    }
    nodes[right].left = merge(nodes, left, nodes[right].left);
    sum_up(nodes, right);
    return right;
}

void gs_ordered_insert(gs_ordered *nodes, uint32_t *root, uint32_t element, double key,
                       uint64_t order, int64_t value)
{
    gs_ordered *node = &nodes[element];
    *node = (gs_ordered){.key = key,
                         .order = order,
                         .value = value,
                         .least = value,
                         .weight = weight_of(order),
                         .left = GPUSIM_NONE,
                         .right = GPUSIM_NONE};

    // down to where its weight lets it be a root
    uint32_t *link = root;
    while (*link != GPUSIM_NONE && nodes[*link].weight >= node->weight) {
        gs_ordered *above = &nodes[*link];
        if (value < above->least) {
            above->least = value;
        }
        link = before(node, above) ? &above->left : &above->right;
    }
    split(nodes, *link, node, &node->left, &node->right);
    sum_up(nodes, element);
    *link = element;
}

static uint32_t without(gs_ordered *nodes, uint32_t root, uint32_t element)
{
    if (root == element) {
        return merge(nodes, nodes[root].left, nodes[root].right);
    }
    gs_ordered *node = &nodes[root];
    if (before(&nodes[element], node)) {
        node->left = without(nodes, node->left, element);
    } else {
        node->right = without(nodes, node->right, element);
    }
    sum_up(nodes, root);
    return root;
}

void gs_ordered_remove(gs_ordered *nodes, uint32_t *root, uint32_t element)
{
    *root = without(nodes, *root, element);
    memset(&nodes[element], 0, sizeof nodes[element]);
}

uint32_t gs_ordered_first(const gs_ordered *nodes, uint32_t root)
{
    uint32_t first = root;
    while (root != GPUSIM_NONE) {
        first = root;
        root = nodes[root].left;
    }
    return first;
}

uint32_t gs_ordered_next(const gs_ordered *nodes, uint32_t root, uint32_t element)
{
    uint32_t next = GPUSIM_NONE;
    while (root != GPUSIM_NONE) {
        if (before(&nodes[element], &nodes[root])) {
            next = root;
            root = nodes[root].left;
        } else {
            root = nodes[root].right;
        }
    }
    return next;
}

uint32_t gs_ordered_from(const gs_ordered *nodes, uint32_t root, double key)
{
    uint32_t first = GPUSIM_NONE;
    while (root != GPUSIM_NONE) {
        if (nodes[root].key >= key) {
            first = root;
            root = nodes[root].left;
        } else {
            root = nodes[root].right;
        }
    }
    return first;
}

uint32_t gs_ordered_seek(const gs_ordered *nodes, uint32_t root, int64_t bound)
{
    if (root == GPUSIM_NONE || nodes[root].least > bound) {
        return GPUSIM_NONE;
    }
    // something below qualifies: left of here, here, or right of here
    for (;;) {
        const gs_ordered *node = &nodes[root];
        if (node->left != GPUSIM_NONE && nodes[node->left].least <= bound) {
            root = node->left;
        } else if (node->value <= bound) {
            return root;
        } else {
            root = node->right;
        }
    }
}

uint32_t gs_ordered_list(const gs_ordered *nodes, uint32_t root, uint32_t *elements)
{
    uint32_t count = 0;
    for (; root != GPUSIM_NONE; root = nodes[root].right) {
        count += gs_ordered_list(nodes, nodes[root].left, elements + count);
        elements[count++] = root;
    }
    return count;
}

int gs_ordered_valid(const gs_ordered *nodes, uint32_t root, uint32_t *count)
{
    *count = 0;
    if (root == GPUSIM_NONE) {
        return 1;
    }
    const gs_ordered *node = &nodes[root];
    int64_t least = node->value;
    uint32_t below[2] = {node->left, node->right};
    for (int side = 0; side < 2; side++) {
        uint32_t child = below[side], size = 0;
        if (!gs_ordered_valid(nodes, child, &size)) {
            return 0;
        }
        *count += size;
        if (child == GPUSIM_NONE) {
            continue;
        }
        const gs_ordered *other = &nodes[child];
        if (other->weight > node->weight || before(other, node) == (side == 1)) {
            return 0;
        }
        if (other->least < least) {
            least = other->least;
        }
    }
    *count += 1;
    return node->least == least;
}
