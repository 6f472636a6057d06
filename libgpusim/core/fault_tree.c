/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The active faults of one entity, in order, and what they do together: a list for those who look
 * at each, and over it a tree whose every node knows the sum below it, so that one fault more or
 * less costs the logarithm of how many there are.
 *
 * The tree is a treap: in order by what no order of events changes, and heaped by a hash of that.
 * Its shape, and with it each bit of its sums, is then a function of the set (definitions 10). Few
 * faults are added up one after the other.
 */
#include "base/hash.h"
#include "core/faults.h"

/* So many at most are added up without the tree. */
#define GS_FEW             32u

#define GS_SUM(sim, fault) (&GS_AT((sim)->fault_sums, gs_fault_sum, fault))

static uint32_t *root_of(const gpusim_sim *sim, uint32_t scope, uint32_t entity)
{
    const gs_cluster *cluster = &sim->model->cluster;
    uint32_t list = entity;
    if (scope == GS_FAULT_ON_NODE) {
        list = cluster->gpu_count + entity;
    } else if (scope == GS_FAULT_ON_RACK) {
        list = cluster->gpu_count + cluster->node_count + entity;
    } else if (scope == GS_FAULT_ON_CLUSTER) {
        list = cluster->gpu_count + cluster->node_count + cluster->rack_count;
    }
    return &GS_AT(sim->fault_lists, uint32_t, list);
}

// ---- order ----

// the rule, which of its strikes, and where that was; what is equal in these does the same
static int comes_before(const gs_fault *a, const gs_fault *b)
{
    if (a->rule != b->rule) {
        return a->rule < b->rule;
    }
    if (a->ordinal != b->ordinal) {
        return a->ordinal < b->ordinal;
    }
    return a->origin != b->origin ? a->origin < b->origin : a->index < b->index;
}

static int is_above(const gpusim_sim *sim, uint32_t a, uint32_t b)
{
    return GS_SUM(sim, a)->heap > GS_SUM(sim, b)->heap;
}

// ---- sums ----

static uint32_t bits_of(const gpusim_sim *sim, const gs_fault *fault)
{
    uint32_t flags = GS_KIND_OF(sim, fault->rule)->flags, bits = 0;
    int stuck = (flags & GS_FAULT_HANG) && fault->mend != GS_MEND_TIME;
    bits |= fault->mend == GS_MEND_RESET ? GS_SUM_RESET : 0u;
    bits |= fault->mend == GS_MEND_REPAIR ? GS_SUM_REPAIR : 0u;
    bits |= (flags & GS_FAULT_OFF) || stuck ? GS_SUM_BROKEN : 0u;
    bits |= flags & GS_FAULT_CUT_OFF ? GS_SUM_CUT : 0u;
    bits |= GS_KIND_OF(sim, fault->rule)->strike.corrupts ? 0u : GS_SUM_IN_NODE;
    return bits;
}

static gs_effect effect_of(const gpusim_sim *sim, const gs_fault *fault)
{
    const gs_rule *rule = GS_RULE(sim, fault->rule);
    double severity = rule->ramp > 0 ? (double)fault->worsened / GS_RAMP_STEPS : 1;
    return gs_fault_effect(rule->kind, fault->parameters, severity);
}

// its sum from its own and those of its two sides
static void add_up(gpusim_sim *sim, uint32_t fault)
{
    const gs_fault *at = GS_FAULT(sim, fault);
    gs_fault_sum *sum = GS_SUM(sim, fault);
    gs_effect own = effect_of(sim, at);
    sum->effect = at->left != GPUSIM_NONE ? GS_SUM(sim, at->left)->effect : gs_effect_none;
    sum->bits = bits_of(sim, at);
    sum->count = 1;
    gs_effect_add(&sum->effect, &own);
    if (at->left != GPUSIM_NONE) {
        sum->bits |= GS_SUM(sim, at->left)->bits;
        sum->count += GS_SUM(sim, at->left)->count;
    }
    if (at->right != GPUSIM_NONE) {
        gs_effect_add(&sum->effect, &GS_SUM(sim, at->right)->effect);
        sum->bits |= GS_SUM(sim, at->right)->bits;
        sum->count += GS_SUM(sim, at->right)->count;
    }
}

gs_effect gs_fault_effects(const gpusim_sim *sim, uint32_t scope, uint32_t entity, gs_effect sum)
{
    uint32_t root = *root_of(sim, scope, entity);
    if (root == GPUSIM_NONE) {
        return sum;
    }
    if (GS_SUM(sim, root)->count > GS_FEW) {
        gs_effect_add(&sum, &GS_SUM(sim, root)->effect);
        return sum;
    }
    for (uint32_t f = gs_fault_first(sim, scope, entity); f != GPUSIM_NONE;
         f = GS_FAULT(sim, f)->next) {
        gs_effect one = effect_of(sim, GS_FAULT(sim, f));
        gs_effect_add(&sum, &one);
    }
    return sum;
}

// ---- who is there ----

uint32_t gs_fault_first(const gpusim_sim *sim, uint32_t scope, uint32_t entity)
{
    uint32_t fault = *root_of(sim, scope, entity);
    while (fault != GPUSIM_NONE && GS_FAULT(sim, fault)->left != GPUSIM_NONE) {
        fault = GS_FAULT(sim, fault)->left;
    }
    return fault;
}

uint32_t gs_fault_with(const gpusim_sim *sim, uint32_t scope, uint32_t entity, uint32_t bits)
{
    uint32_t fault = *root_of(sim, scope, entity);
    if (fault == GPUSIM_NONE || !(GS_SUM(sim, fault)->bits & bits)) {
        return GPUSIM_NONE;
    }
    for (;;) {
        const gs_fault *at = GS_FAULT(sim, fault);
        if (at->left != GPUSIM_NONE && (GS_SUM(sim, at->left)->bits & bits)) {
            fault = at->left;
        } else if (bits_of(sim, at) & bits) {
            return fault;
        } else {
            fault = at->right;
        }
    }
}

// ---- coming and going ----

static uint32_t join(gpusim_sim *sim, uint32_t root, uint32_t fault)
{
    if (root == GPUSIM_NONE) {
        add_up(sim, fault);
        return fault;
    }
    gs_fault *at = GS_FAULT(sim, root);
    int left = comes_before(GS_FAULT(sim, fault), at);
    uint32_t *side = left ? &at->left : &at->right;
    uint32_t child = *side = join(sim, *side, fault);
    if (!is_above(sim, child, root)) {
        add_up(sim, root);
        return root;
    }

    // it rises above, and takes over the root on its other side
    gs_fault *risen = GS_FAULT(sim, child);
    *side = left ? risen->right : risen->left;
    *(left ? &risen->right : &risen->left) = root;
    add_up(sim, root);
    add_up(sim, child);
    return child;
}

static uint32_t merge(gpusim_sim *sim, uint32_t left, uint32_t right)
{
    if (left == GPUSIM_NONE || right == GPUSIM_NONE) {
        return left == GPUSIM_NONE ? right : left;
    }
    if (is_above(sim, right, left)) {
        GS_FAULT(sim, right)->left = merge(sim, left, GS_FAULT(sim, right)->left);
        add_up(sim, right);
        return right;
    }
    GS_FAULT(sim, left)->right = merge(sim, GS_FAULT(sim, left)->right, right);
    add_up(sim, left);
    return left;
}

static uint32_t leave(gpusim_sim *sim, uint32_t root, uint32_t fault)
{
    gs_fault *at = GS_FAULT(sim, root);
    if (root == fault) {
        return merge(sim, at->left, at->right);
    }
    uint32_t *side = comes_before(GS_FAULT(sim, fault), at) ? &at->left : &at->right;
    *side = leave(sim, *side, fault);
    add_up(sim, root);
    return root;
}

// the one before it in order, whether it is there already or not; GPUSIM_NONE: it is the first
static uint32_t before(const gpusim_sim *sim, const gs_fault *fault)
{
    uint32_t at = *root_of(sim, fault->scope, fault->entity), found = GPUSIM_NONE;
    while (at != GPUSIM_NONE) {
        int behind = comes_before(GS_FAULT(sim, at), fault);
        found = behind ? at : found;
        at = behind ? GS_FAULT(sim, at)->right : GS_FAULT(sim, at)->left;
    }
    return found;
}

static void heap_up(gpusim_sim *sim, uint32_t fault)
{
    const gs_fault *at = GS_FAULT(sim, fault);
    const uint64_t key[3] = {at->ordinal, at->rule, at->origin};
    GS_SUM(sim, fault)->heap = gs_hash64(key, sizeof key, 0);
}

gpusim_status gs_fault_join(gpusim_sim *sim, uint32_t fault, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_fault *joins = GS_FAULT(sim, fault);
    uint32_t *root = root_of(sim, joins->scope, joins->entity), previous = before(sim, joins);
    if (sim->fault_sums.count < sim->faults.count) {
        GPUSIM_TRY(gs_array_resize(&sim->fault_sums, sim->faults.count, err));
    }
    joins->left = joins->right = GPUSIM_NONE;
    joins->next = previous != GPUSIM_NONE ? GS_FAULT(sim, previous)->next
                                          : gs_fault_first(sim, joins->scope, joins->entity);
    if (previous != GPUSIM_NONE) {
        GS_FAULT(sim, previous)->next = fault;
    }
    heap_up(sim, fault);
    *root = join(sim, *root, fault);
cleanup:
    return status;
}

void gs_fault_leave(gpusim_sim *sim, uint32_t fault)
{
    gs_fault *leaves = GS_FAULT(sim, fault);
    uint32_t *root = root_of(sim, leaves->scope, leaves->entity), previous = before(sim, leaves);
    if (previous != GPUSIM_NONE) {
        GS_FAULT(sim, previous)->next = leaves->next;
    }
    *root = leave(sim, *root, fault);
}

static void refresh(gpusim_sim *sim, uint32_t root, uint32_t fault)
{
    const gs_fault *at = GS_FAULT(sim, root);
    if (root != fault) {
        refresh(sim, comes_before(GS_FAULT(sim, fault), at) ? at->left : at->right, fault);
    }
    add_up(sim, root);
}

void gs_fault_refresh(gpusim_sim *sim, uint32_t fault)
{
    const gs_fault *at = GS_FAULT(sim, fault);
    refresh(sim, *root_of(sim, at->scope, at->entity), fault);
}

// ---- after a restore ----

static void restore(gpusim_sim *sim, uint32_t root)
{
    if (root == GPUSIM_NONE) {
        return;
    }
    heap_up(sim, root);
    restore(sim, GS_FAULT(sim, root)->left);
    restore(sim, GS_FAULT(sim, root)->right);
    add_up(sim, root);
}

gpusim_status gs_fault_trees_restore(gpusim_sim *sim, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_array_resize(&sim->fault_sums, sim->faults.count, err));
    for (uint32_t i = 0; i < sim->fault_lists.count; i++) {
        restore(sim, GS_AT(sim->fault_lists, uint32_t, i));
    }
cleanup:
    return status;
}

// ---- invariants ----

static int is_sound(const gpusim_sim *sim, uint32_t root, uint32_t *count, uint32_t *bits)
{
    if (root == GPUSIM_NONE) {
        return 1;
    }
    const gs_fault *at = GS_FAULT(sim, root);
    uint32_t below = 1, own = bits_of(sim, at);
    int sound = (at->left == GPUSIM_NONE || !is_above(sim, at->left, root)) &&
                (at->right == GPUSIM_NONE || !is_above(sim, at->right, root)) &&
                is_sound(sim, at->left, &below, &own) && is_sound(sim, at->right, &below, &own) &&
                GS_SUM(sim, root)->count == below && GS_SUM(sim, root)->bits == own;
    *count += below;
    *bits |= own;
    return sound;
}

int gs_fault_tree_sound(const gpusim_sim *sim, uint32_t scope, uint32_t entity)
{
    uint32_t count = 0, bits = 0, listed = 0;
    const gs_fault *last = NULL;
    int sound = is_sound(sim, *root_of(sim, scope, entity), &count, &bits);
    for (uint32_t f = gs_fault_first(sim, scope, entity); f != GPUSIM_NONE && sound;
         f = GS_FAULT(sim, f)->next) {
        sound = !last || comes_before(last, GS_FAULT(sim, f));
        last = GS_FAULT(sim, f);
        listed++;
    }
    return sound && listed == count;
}
