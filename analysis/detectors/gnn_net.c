/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A masked conditional regressor on cliques. With z the sample, e its moving mean, and f the signal
 * that is asked for and masked among a node's own:
 *
 *   m_j = relu(Wm_r [z_j; e_j] + bm_r)                      a message by relation r
 *   x_i = [own z, fast, slow without f; one-hot f; has job; youth;
 *          for each r: mean of z_j, mean of m_j over the peers j of i, i left out]
 *   y_i = V_f . relu(W x_i + b) + c_f
 *
 * Means without oneself follow from sums over groups, (S_g - m_i) / (n_g - 1), and so do gradients:
 * with d_i what the mean of i is to blame for and D_g = sum d_i, that of m_j is
 * (D_g - d_j) / (n_g - 1). O(nodes) for a sample, without lists of edges. */
#include "gnn_net.h"

#include <math.h>
#include <string.h>

enum { H = GS_GNN_HIDDEN, M = GS_GNN_MESSAGE };

/* ---- where what is ---- */

// Parts of the vector of parameters.
typedef struct layout {
    size_t inputs; // of a hidden unit
    size_t one_hot, job,
        peers[GS_GNN_RELATIONS]; // where in the inputs: peers' means, messages behind
    size_t w, b, wm[GS_GNN_RELATIONS], bm[GS_GNN_RELATIONS], v, c, all;
} layout;

static layout layout_of(uint32_t signals)
{
    size_t d = signals;
    layout l = {.one_hot = 3 * d, .job = 4 * d};
    l.peers[0] = 4 * d + 2;
    l.peers[1] = l.peers[0] + d + M;
    l.inputs = l.peers[1] + d + M;
    l.b = H * l.inputs;
    size_t at = l.b + H;
    for (size_t r = 0; r < GS_GNN_RELATIONS; r++) {
        l.wm[r] = at;
        l.bm[r] = at + M * 2 * d;
        at = l.bm[r] + M;
    }
    l.v = at;
    l.c = at + d * H;
    l.all = l.c + d;
    return l;
}

// Parts of the work space: of each relation, then inputs and hidden units of one node.
typedef struct space {
    double *messages[GS_GNN_RELATIONS]; // [nodes][M]
    double *blame[GS_GNN_RELATIONS];    // [nodes][M]
    double *sums[GS_GNN_RELATIONS];     // [groups][signals + M]
    double *blames[GS_GNN_RELATIONS];   // [groups][M]
    double *count[GS_GNN_RELATIONS];    // [groups]
    double *x, *h;
} space;

size_t gs_gnn_parameters(uint32_t signals)
{
    return layout_of(signals).all;
}

size_t gs_gnn_work(uint32_t nodes, uint32_t signals, uint32_t groups)
{
    size_t one = 2 * (size_t)nodes * M + (size_t)groups * (signals + 2 * (size_t)M + 1);
    return GS_GNN_RELATIONS * one + layout_of(signals).inputs + H;
}

static space space_of(const gs_gnn_tick *tick, double *work)
{
    space s = {0};
    for (size_t r = 0; r < GS_GNN_RELATIONS; r++) {
        s.messages[r] = work;
        s.blame[r] = s.messages[r] + (size_t)tick->nodes * M;
        s.sums[r] = s.blame[r] + (size_t)tick->nodes * M;
        s.blames[r] = s.sums[r] + (size_t)tick->groups[r] * (tick->signals + M);
        s.count[r] = s.blames[r] + (size_t)tick->groups[r] * M;
        work = s.count[r] + tick->groups[r];
    }
    s.x = work;
    s.h = s.x + layout_of(tick->signals).inputs;
    return s;
}

// The group of a node; UINT32_MAX where it has no peers by this relation.
static uint32_t group_of(const gs_gnn_tick *tick, size_t r, uint32_t node)
{
    return tick->group[r] ? tick->group[r][node] : UINT32_MAX;
}

/* ---- forward ---- */

static void send(const double *p, const layout *l, size_t r, const gs_gnn_tick *tick, uint32_t node,
                 double *message)
{
    uint32_t d = tick->signals;
    const float *now = tick->now + (size_t)node * d, *mean = tick->fast + (size_t)node * d;
    for (uint32_t k = 0; k < M; k++) {
        const double *w = p + l->wm[r] + (size_t)k * 2 * d;
        double sum = p[l->bm[r] + k];
        for (uint32_t s = 0; s < d; s++) {
            sum += w[s] * (double)now[s] + w[d + s] * (double)mean[s];
        }
        message[k] = sum > 0 ? sum : 0;
    }
}

void gs_gnn_exchange(const double *p, const gs_gnn_tick *tick, double *work)
{
    layout l = layout_of(tick->signals);
    space s = space_of(tick, work);
    uint32_t d = tick->signals;
    for (size_t r = 0; r < GS_GNN_RELATIONS; r++) {
        if (!tick->group[r]) {
            continue;
        }
        memset(s.sums[r], 0, (size_t)tick->groups[r] * (d + M) * sizeof *s.sums[r]);
        memset(s.count[r], 0, tick->groups[r] * sizeof *s.count[r]);
        for (uint32_t i = 0; i < tick->nodes; i++) {
            uint32_t g = tick->group[r][i];
            if (g == UINT32_MAX) {
                continue;
            }
            double *message = s.messages[r] + (size_t)i * M, *sum = s.sums[r] + (size_t)g * (d + M);
            send(p, &l, r, tick, i, message);
            for (uint32_t k = 0; k < d; k++) {
                sum[k] += (double)tick->now[(size_t)i * d + k];
            }
            for (uint32_t k = 0; k < M; k++) {
                sum[d + k] += message[k];
            }
            s.count[r][g]++;
        }
    }
}

// Inputs of a node with nothing masked.
static void gather(const layout *l, const gs_gnn_tick *tick, const space *s, uint32_t node,
                   double *x)
{
    uint32_t d = tick->signals;
    memset(x, 0, l->inputs * sizeof *x);
    for (uint32_t k = 0; k < d; k++) {
        x[k] = (double)tick->now[(size_t)node * d + k];
        x[d + k] = (double)tick->fast[(size_t)node * d + k];
        x[2 * d + k] = (double)tick->slow[(size_t)node * d + k];
    }
    x[l->job] = (double)tick->has_job[node];
    x[l->job + 1] = (double)tick->young[node];
    for (size_t r = 0; r < GS_GNN_RELATIONS; r++) {
        uint32_t g = group_of(tick, r, node);
        if (g == UINT32_MAX || s->count[r][g] < 2) {
            continue;
        }
        const double *sum = s->sums[r] + (size_t)g * (d + M);
        const double *own = s->messages[r] + (size_t)node * M;
        double others = s->count[r][g] - 1;
        for (uint32_t k = 0; k < d; k++) {
            x[l->peers[r] + k] = (sum[k] - x[k]) / others;
        }
        for (uint32_t k = 0; k < M; k++) {
            x[l->peers[r] + d + k] = (sum[d + k] - own[k]) / others;
        }
    }
}

static void mask(const layout *l, uint32_t d, uint32_t signal, double *x)
{
    x[signal] = x[d + signal] = x[2 * d + signal] = 0;
    x[l->one_hot + signal] = 1;
}

static double answer(const double *p, const layout *l, uint32_t signal, const double *h)
{
    double y = p[l->c + signal];
    for (uint32_t k = 0; k < H; k++) {
        y += p[l->v + (size_t)signal * H + k] * h[k];
    }
    return y;
}

static void hide(const double *p, const layout *l, const double *x, double *h)
{
    for (uint32_t k = 0; k < H; k++) {
        const double *w = p + (size_t)k * l->inputs;
        double sum = p[l->b + k];
        for (size_t i = 0; i < l->inputs; i++) {
            sum += w[i] * x[i];
        }
        h[k] = sum;
    }
}

void gs_gnn_foretell(const double *p, const gs_gnn_tick *tick, const uint32_t *of, double *work,
                     double *foretold)
{
    layout l = layout_of(tick->signals);
    space s = space_of(tick, work);
    for (uint32_t i = 0; i < tick->nodes; i++) {
        gather(&l, tick, &s, i, s.x);
        mask(&l, tick->signals, of[i], s.x);
        hide(p, &l, s.x, s.h);
        for (uint32_t k = 0; k < H; k++) {
            s.h[k] = s.h[k] > 0 ? s.h[k] : 0;
        }
        foretold[i] = answer(p, &l, of[i], s.h);
    }
}

void gs_gnn_foretell_all(const double *p, const gs_gnn_tick *tick, uint32_t node,
                         const double *work, double *foretold)
{
    layout l = layout_of(tick->signals);
    space s = space_of(tick, (double *)work);
    uint32_t d = tick->signals;
    double h[H];
    gather(&l, tick, &s, node, s.x);
    hide(p, &l, s.x, s.h);
    for (uint32_t f = 0; f < d; f++) {
        for (uint32_t k = 0; k < H; k++) {
            const double *w = p + (size_t)k * l.inputs;
            double sum = s.h[k] - w[f] * s.x[f] - w[d + f] * s.x[d + f] -
                         w[2 * d + f] * s.x[2 * d + f] + w[l.one_hot + f];
            h[k] = sum > 0 ? sum : 0;
        }
        foretold[f] = answer(p, &l, f, h);
    }
}

/* ---- backward ---- */

// Back through one node; what its peers' messages are to blame for goes into space.blame.
static double back_node(const double *p, const layout *l, const gs_gnn_tick *tick, const space *s,
                        uint32_t node, uint32_t signal, double *gradient)
{
    uint32_t d = tick->signals;
    gather(l, tick, s, node, s->x);
    mask(l, d, signal, s->x);
    hide(p, l, s->x, s->h);
    double h[H];
    for (uint32_t k = 0; k < H; k++) {
        h[k] = s->h[k] > 0 ? s->h[k] : 0;
    }
    double off = answer(p, l, signal, h) - (double)tick->now[(size_t)node * d + signal];
    double slope = fmin(fmax(off, -1), 1) / tick->nodes;
    gradient[l->c + signal] += slope;
    for (uint32_t k = 0; k < H; k++) {
        gradient[l->v + (size_t)signal * H + k] += slope * h[k];
        double down = s->h[k] > 0 ? slope * p[l->v + (size_t)signal * H + k] : 0;
        if (down == 0) {
            continue;
        }
        gradient[l->b + k] += down;
        const double *w = p + (size_t)k * l->inputs;
        double *g = gradient + (size_t)k * l->inputs;
        for (size_t i = 0; i < l->inputs; i++) {
            g[i] += down * s->x[i];
        }
        for (size_t r = 0; r < GS_GNN_RELATIONS; r++) {
            for (uint32_t m = 0; tick->group[r] && m < M; m++) {
                s->blame[r][(size_t)node * M + m] += down * w[l->peers[r] + d + m];
            }
        }
    }
    return fabs(off) <= 1 ? 0.5 * off * off : fabs(off) - 0.5;
}

// Back through the messages of one relation.
static void back_messages(const layout *l, const gs_gnn_tick *tick, const space *s, size_t r,
                          double *gradient)
{
    uint32_t d = tick->signals;
    memset(s->blames[r], 0, (size_t)tick->groups[r] * M * sizeof *s->blames[r]);
    for (uint32_t i = 0; i < tick->nodes; i++) {
        uint32_t g = tick->group[r][i];
        for (uint32_t m = 0; g != UINT32_MAX && m < M; m++) {
            s->blames[r][(size_t)g * M + m] += s->blame[r][(size_t)i * M + m];
        }
    }
    for (uint32_t j = 0; j < tick->nodes; j++) {
        uint32_t g = tick->group[r][j];
        if (g == UINT32_MAX || s->count[r][g] < 2) {
            continue;
        }
        const float *now = tick->now + (size_t)j * d, *mean = tick->fast + (size_t)j * d;
        for (uint32_t m = 0; m < M; m++) {
            if (s->messages[r][(size_t)j * M + m] <= 0) {
                continue;
            }
            double down = (s->blames[r][(size_t)g * M + m] - s->blame[r][(size_t)j * M + m]) /
                          (s->count[r][g] - 1);
            double *w = gradient + l->wm[r] + (size_t)m * 2 * d;
            gradient[l->bm[r] + m] += down;
            for (uint32_t k = 0; k < d; k++) {
                w[k] += down * (double)now[k];
                w[d + k] += down * (double)mean[k];
            }
        }
    }
}

double gs_gnn_gradient(const double *p, const gs_gnn_tick *tick, const uint32_t *of, double *work,
                       double *gradient)
{
    layout l = layout_of(tick->signals);
    space s = space_of(tick, work);
    double loss = 0;
    memset(gradient, 0, l.all * sizeof *gradient);
    gs_gnn_exchange(p, tick, work);
    for (size_t r = 0; r < GS_GNN_RELATIONS; r++) {
        memset(s.blame[r], 0, (size_t)tick->nodes * M * sizeof *s.blame[r]);
    }
    for (uint32_t i = 0; i < tick->nodes; i++) {
        loss += back_node(p, &l, tick, &s, i, of[i], gradient);
    }
    for (size_t r = 0; r < GS_GNN_RELATIONS; r++) {
        if (tick->group[r]) {
            back_messages(&l, tick, &s, r, gradient);
        }
    }
    return loss / tick->nodes;
}
