/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `topology`: a gang reaches no further than it must.
 *
 * Within a node GPUs talk over NVLink, within a rack over its switch, and beyond over the spine. A
 * job that a node can hold gets one node, the tightest. A larger one gets as few racks as can be
 * and in these as few nodes as can be, partly used ones, too: of racks that can hold the rest of it
 * the one where that takes fewest nodes, else the one with the tightest fit; while no rack can hold
 * the rest, all of the roomiest one. */
#include <gpusim/placement.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD};

const gpusim_record gs_parameters_topology = {
    .name = "topology",
    .fields = fields,
    .count = 1,
    .size = sizeof(gpusim_scatter),
    .doc = "Parameters of the placement topology.",
};

/* Nodes of one rack; `room`: GPUs' worth of the job that they can take now. */
typedef struct rack {
    uint32_t first, end;
    uint64_t room;
} rack;

static rack next_rack(const gpusim_view *view, const gpusim_job_info *job, uint32_t from,
                      uint32_t end)
{
    rack found = {.first = from, .end = from};
    while (found.end < end && view->nodes[found.end].rack == view->nodes[from].rack) {
        found.room += gpusim_view_room(view, job, found.end++);
    }
    return found;
}

/* Takes `need` GPUs, or all there are, of a rack: the roomiest nodes whole, then the tightest that
 * holds the rest. Those that were taken come first by room and number, so that the next ones follow
 * the last. */
static uint32_t fill_rack(const gpusim_view *view, const gpusim_job_info *job, rack of,
                          uint32_t need, gpusim_placement *placement)
{
    uint32_t last = GPUSIM_NONE, last_room = UINT32_MAX;
    while (need > 0) {
        uint32_t roomiest = GPUSIM_NONE, most = 0, tightest = GPUSIM_NONE, least = UINT32_MAX;
        for (uint32_t node = of.first; node < of.end; node++) {
            uint32_t room = gpusim_view_room(view, job, node);
            int follows =
                last == GPUSIM_NONE || room < last_room || (room == last_room && node > last);
            if (room == 0 || !follows) {
                continue;
            }
            if (room > most) {
                roomiest = node;
                most = room;
            }
            if (room >= need && room < least) {
                tightest = node;
                least = room;
            }
        }
        if (roomiest == GPUSIM_NONE) {
            break;
        }
        uint32_t node = tightest != GPUSIM_NONE ? tightest : roomiest;
        uint32_t gpus = tightest != GPUSIM_NONE ? need : most;
        placement->parts[placement->count++] =
            (gpusim_part){.node = node, .first_gpu = GPUSIM_NONE, .gpus = gpus, .milli = 1000};
        need -= gpus;
        last = node;
        last_room = most;
    }
    return need;
}

// racks are taken whole in this order: the roomiest first
static int comes_after(rack last, rack r)
{
    return r.room < last.room || (r.room == last.room && r.first > last.first);
}

// one rack after those that were taken whole for all that is needed: that of the fewest nodes, then
// of the least room left
static int place_in_one(const gpusim_view *view, const gpusim_job_info *job, uint32_t first,
                        uint32_t end, uint32_t need, rack last, gpusim_placement *placement)
{
    uint32_t before = placement->count, fewest = UINT32_MAX;
    rack best = {0};
    for (rack r = next_rack(view, job, first, end); r.first < end;
         r = next_rack(view, job, r.end, end)) {
        if (r.room < need || !comes_after(last, r)) {
            continue;
        }
        (void)fill_rack(view, job, r, need, placement);
        uint32_t nodes = placement->count - before;
        placement->count = before;
        if (nodes < fewest || (nodes == fewest && r.room < best.room)) {
            fewest = nodes;
            best = r;
        }
    }
    return fewest != UINT32_MAX && fill_rack(view, job, best, need, placement) == 0;
}

// the first of them after another
static rack roomiest_after(const gpusim_view *view, const gpusim_job_info *job, uint32_t first,
                           uint32_t end, rack last)
{
    rack best = {0};
    for (rack r = next_rack(view, job, first, end); r.first < end;
         r = next_rack(view, job, r.end, end)) {
        if (comes_after(last, r) && r.room > best.room) {
            best = r;
        }
    }
    return best;
}

static int place_within(const gpusim_view *view, const gpusim_job_info *job, uint32_t first,
                        uint32_t end, gpusim_placement *placement, uint32_t *racks)
{
    uint32_t need = job->gpus;
    rack last = {.room = UINT64_MAX};
    placement->count = 0;
    for (*racks = 1; !place_in_one(view, job, first, end, need, last, placement); ++*racks) {
        last = roomiest_after(view, job, first, end, last);
        if (last.room == 0) {
            return 0;
        }
        need = fill_rack(view, job, last, need, placement);
    }
    return 1;
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_view *view = context->view;
    const gpusim_scatter *given = context->parameters;
    gpusim_search all = {
        .view = view, .job = job, .taken = placement, .gpus = job->gpus, .end = view->node_count};
    placement->count = 0;
    uint32_t node = view->group_count ? gpusim_search_tightest(&all) : GPUSIM_NONE;
    if (node != GPUSIM_NONE) {
        placement->parts[placement->count++] =
            (gpusim_part){.node = node, .first_gpu = GPUSIM_NONE, .gpus = job->gpus, .milli = 1000};
        return 1;
    }
    int one_would_do = job->gpus <= gpusim_search_largest(&all);
    if (job->gpus < 2 || (one_would_do && !(given && given->scatter))) {
        return 0;
    }

    // the group in which it needs the fewest racks, then nodes; all of them when none is enough
    uint32_t best = GPUSIM_NONE, fewest = UINT32_MAX, nodes = UINT32_MAX, racks = 0;
    for (uint32_t g = 0; g < view->group_count; g++) {
        const gpusim_group_info *group = &view->groups[g];
        if (place_within(view, job, group->first_node, group->first_node + group->nodes, placement,
                         &racks) &&
            (racks < fewest || (racks == fewest && placement->count < nodes))) {
            best = g;
            fewest = racks;
            nodes = placement->count;
        }
    }
    const gpusim_group_info *group = &view->groups[best == GPUSIM_NONE ? 0 : best];
    return best == GPUSIM_NONE ? given && given->scatter &&
                                     place_within(view, job, 0, view->node_count, placement, &racks)
                               : place_within(view, job, group->first_node,
                                              group->first_node + group->nodes, placement, &racks);
}

static const gpusim_placer operations = {.place = place};

const gpusim_module gs_module_topology = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "topology",
    .version = "1.0.0",
    .doc = "The tightest node with room; a job larger than a node takes the fewest racks, and in "
           "these the fewest nodes, partly used ones, too, of one group (of several with "
           "`scatter`).",
    .parameters = &gs_parameters_topology,
    .operations = &operations,
};
