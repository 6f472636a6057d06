/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boosted trees as they are kept, and how they come from XGBoost's text:
 *     0:[f2<0.5] yes=1,no=2,missing=1,gain=3,cover=20
 *         1:leaf=0.25,cover=12
 */
#include "boosting.h"

#include <math.h>
#include <string.h>

/* ---- scores ---- */

double gs_boosting_sum(const gs_tree_node *trees, uint32_t rounds, uint32_t room, const float *row,
                       double *shares)
{
    double sum = 0;
    for (uint32_t t = 0; t < rounds; t++) {
        const gs_tree_node *tree = trees + (size_t)t * room;
        uint32_t at = 0;
        while (tree[at].what != GS_TREE_LEAF) {
            uint32_t column = tree[at].what & GS_TREE_LEAF;
            float x = row[column];
            int left = isnan(x) ? (tree[at].what & GS_TREE_MISSING_LEFT) != 0 : x < tree[at].cut;
            uint32_t next = 2 * at + (left ? 1 : 2);
            if (shares) {
                shares[column] += (double)tree[next].mean - (double)tree[at].mean;
            }
            at = next;
        }
        sum += (double)tree[at].cut;
    }
    return sum;
}

int gs_trees_check(const gs_tree_node *trees, uint64_t count, uint32_t room, uint32_t columns)
{
    for (uint64_t t = 0; t < count; t++) {
        for (uint32_t i = 0; i < room; i++) {
            uint32_t what = trees[t * room + i].what;
            if (what != GS_TREE_LEAF &&
                ((what & GS_TREE_LEAF) >= columns || 2 * (uint64_t)i + 2 >= room)) {
                return 0;
            }
        }
    }
    return 1;
}

/* ---- reading ---- */

// Text that is being read; `bad` once it is not what it should be.
typedef struct cursor {
    const char *at;
    int bad;
} cursor;

static void expect(cursor *c, const char *word)
{
    size_t length = strlen(word);
    c->bad |= strncmp(c->at, word, length) != 0;
    c->at += c->bad ? 0 : length;
}

static uint32_t read_whole(cursor *c)
{
    uint64_t value = 0;
    c->bad |= *c->at < '0' || *c->at > '9';
    for (; !c->bad && *c->at >= '0' && *c->at <= '9'; c->at++) {
        value = value * 10 + (uint64_t)(*c->at - '0');
        c->bad |= value > INT32_MAX;
    }
    return (uint32_t)value;
}

// Nine digits name a float, and doubles hold as many and powers of ten exactly.
static double read_number(cursor *c)
{
    double value = 0, power = 1;
    int negative = *c->at == '-', exponent = 0, below = 0;
    c->at += negative;
    c->bad |= *c->at < '0' || *c->at > '9';
    for (; (*c->at >= '0' && *c->at <= '9') || (*c->at == '.' && !below); c->at++) {
        if (*c->at == '.') {
            below = 1;
            continue;
        }
        value = value * 10 + (*c->at - '0');
        exponent -= below;
    }
    if (*c->at == 'e') {
        int down = *++c->at == '-';
        c->at += down || *c->at == '+';
        int written = (int)read_whole(c);
        exponent += down ? -written : written;
    }
    c->bad |= exponent < -100 || exponent > 100;
    for (int i = c->bad ? 0 : exponent < 0 ? -exponent : exponent; i > 0; i--) {
        power *= 10;
    }
    value = exponent < 0 ? value / power : value * power;
    return negative ? -value : value;
}

static void read_line(cursor *c, uint32_t depth, uint32_t columns, uint32_t *place,
                      gs_tree_node *tree, double *cover)
{
    uint32_t room = gs_tree_room(depth);
    while (*c->at == '\t') {
        c->at++;
    }
    uint32_t id = read_whole(c);
    expect(c, ":");
    c->bad |= id >= room || place[id] >= room;
    if (c->bad) {
        return;
    }
    gs_tree_node *node = &tree[place[id]];
    if (*c->at == 'l') {
        expect(c, "leaf=");
        node->cut = (float)read_number(c);
        node->mean = node->cut;
        node->what = GS_TREE_LEAF;
    } else {
        expect(c, "[f");
        uint32_t column = read_whole(c);
        expect(c, "<");
        node->cut = (float)read_number(c);
        expect(c, "] yes=");
        uint32_t yes = read_whole(c);
        expect(c, ",no=");
        uint32_t no = read_whole(c);
        expect(c, ",missing=");
        uint32_t missing = read_whole(c);
        expect(c, ",gain=");
        (void)read_number(c);
        c->bad |= column >= columns || yes >= room || no >= room || 2 * place[id] + 2 >= room;
        if (c->bad) {
            return;
        }
        node->what = column | (missing == yes ? GS_TREE_MISSING_LEFT : 0);
        place[yes] = 2 * place[id] + 1;
        place[no] = 2 * place[id] + 2;
    }
    expect(c, ",cover=");
    cover[place[id]] = read_number(c);
    expect(c, "\n");
}

int gs_tree_read(const char *text, uint32_t depth, uint32_t columns, gs_tree_node *tree)
{
    uint32_t place[GS_TREE_ROOM], room = gs_tree_room(depth);
    double cover[GS_TREE_ROOM] = {0};
    cursor c = {.at = text};
    memset(place, 0xff, sizeof place);
    for (uint32_t i = 0; i < room; i++) {
        tree[i] = (gs_tree_node){.what = GS_TREE_LEAF};
    }
    place[0] = 0;
    c.bad = *c.at == 0;
    while (*c.at && !c.bad) {
        read_line(&c, depth, columns, place, tree, cover);
    }
    for (uint32_t i = room; i-- > 0;) {
        if (tree[i].what != GS_TREE_LEAF) {
            double left = cover[2 * i + 1], right = cover[2 * i + 2], both = left + right;
            tree[i].mean = both > 0 ? (float)(((double)tree[2 * i + 1].mean * left +
                                               (double)tree[2 * i + 2].mean * right) /
                                              both)
                                    : 0;
        }
    }
    return !c.bad;
}
