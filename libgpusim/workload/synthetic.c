/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Synthetic jobs: what each asks for, a function of the seed, its source's name and its ordinal. */
#include "workload/synthetic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "workload/list.h"
#include "workload/variate.h"

// what a draw is for, within the source's stream
enum {
    DRAW_ARRIVAL,
    DRAW_GPUS,
    DRAW_DURATION,
    DRAW_CPUS,
    DRAW_MEMORY,
    DRAW_GPU_MEMORY,
    DRAW_PRIORITY,
    DRAW_FACTOR,
    DRAW_USER,
    DRAW_VC,
    DRAW_STATE,
    DRAW_SHARE,
    DRAW_QOS,
    DRAW_KIND,
    DRAW_PREEMPTIBLE,
    DRAW_DEADLINE,
    DRAW_LATENCY,
    DRAW_THRIFT,
    DRAW_STORAGE
};

// names drawn by weight: upto[i] is the share of the first i + 1, the last is 1
typedef struct lottery {
    uint32_t *names;
    double *upto;
    uint32_t count, reserved;
} lottery;

struct gs_synthetic {
    const char *text; // its name
    uint32_t name, group, cluster, mig, profile, models, selector;
    uint64_t count;
    gpusim_time until, round_up, slack;
    gs_arrivals arrivals;
    gs_distribution gpus, duration, cpus, memory, gpu_memory, storage, priority, factor, share, due;
    gs_distribution latency, thrift;
    lottery users, vcs, qos, kinds;
    gs_elastic_fields elastic;
    double failed, cancelled, preemptible;
    double mig_share; // of the compute slices
    uint8_t has_walltime, has_deadline, reserved[6];
};

static gpusim_status make(const gpusim_one_of *written, gpusim_unit unit, double fallback,
                          const char *key, gs_arena *arena, gs_distribution *distribution,
                          gpusim_error *err)
{
    if (!written->value) {
        *distribution = gs_distribution_constant(fallback);
        return GPUSIM_OK;
    }
    gpusim_status status = gs_distribution_make(written, unit, arena, distribution, err);
    if (status != GPUSIM_OK) {
        gs_error_key(err, "%s", key);
    }
    return status;
}

static gpusim_status make_lottery(lottery *l, uint32_t count, gs_arena *arena, gpusim_error *err)
{
    l->count = count;
    l->names = gs_arena_get(arena, count * sizeof *l->names);
    l->upto = gs_arena_get(arena, count * sizeof *l->upto);
    if (!l->names || !l->upto) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u names", (unsigned)count);
    }
    return GPUSIM_OK;
}

// from weights, summed up, to shares
static void settle(lottery *l)
{
    for (uint32_t i = 0; i + 1 < l->count; i++) {
        l->upto[i] /= l->upto[l->count - 1];
    }
    l->upto[l->count - 1] = 1;
}

static gpusim_status make_users(gs_synthetic *s, const gs_synthetic_fields *fields, gs_names *names,
                                gs_arena *arena, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (fields->users == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(make_lottery(&s->users, fields->users, arena, err));
    double sum = 0;
    for (uint32_t i = 0; i < fields->users; i++) {
        char text[24];
        int length = snprintf(text, sizeof text, "user-%u", (unsigned)i + 1);
        GPUSIM_TRY(gs_names_add(names, text, (size_t)length, &s->users.names[i], err));
        sum += gpusim_pow(i + 1.0, -fields->user_skew);
        s->users.upto[i] = sum;
    }
    settle(&s->users);
cleanup:
    return status;
}

// names and their weights, as a map has them
static gpusim_status make_weighted(lottery *l, const gpusim_list *map, const char *key,
                                   const char *what, gs_names *names, gs_arena *arena,
                                   gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_tenant_fields *tenants = map->items;
    if (map->count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(make_lottery(l, map->count, arena, err));
    double sum = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        GPUSIM_TRY(gs_names_add(names, tenants[i].key, strlen(tenants[i].key), &l->names[i], err));
        sum += tenants[i].weight;
        l->upto[i] = sum;
    }
    if (!(sum > 0 && sum < (double)INFINITY)) {
        status = gpusim_fail(err, GPUSIM_SCENARIO, "the weights of %s are all zero", what);
        gs_error_key(err, "%s", key);
        return status;
    }
    settle(l);
cleanup:
    return status;
}

static gpusim_status make_sizes(gs_synthetic *s, const gs_synthetic_fields *f, gs_arena *arena,
                                gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(make(&f->gpus, GPUSIM_UNIT_NONE, 1, "gpus", arena, &s->gpus, err));
    GPUSIM_TRY(make(&f->duration, GPUSIM_UNIT_SECOND, 0, "duration", arena, &s->duration, err));
    GPUSIM_TRY(make(&f->cpus, GPUSIM_UNIT_NONE, 0, "cpus", arena, &s->cpus, err));
    GPUSIM_TRY(make(&f->memory, GPUSIM_UNIT_BYTE, 0, "memory", arena, &s->memory, err));
    GPUSIM_TRY(make(&f->storage, GPUSIM_UNIT_BYTE, 0, "storage", arena, &s->storage, err));
    GPUSIM_TRY(make(&f->gpu_memory, GPUSIM_UNIT_BYTE, 0, "gpu_memory", arena, &s->gpu_memory, err));
    GPUSIM_TRY(make(&f->priority, GPUSIM_UNIT_NONE, 0, "priority", arena, &s->priority, err));
    GPUSIM_TRY(make(&f->latency, GPUSIM_UNIT_NONE, 0, "latency", arena, &s->latency, err));
    GPUSIM_TRY(make(&f->thrift, GPUSIM_UNIT_NONE, 0, "cost_sensitivity", arena, &s->thrift, err));
    s->has_walltime = f->walltime.present;
    s->round_up = f->walltime.round_up;
    if (s->has_walltime) {
        GPUSIM_TRY(make(&f->walltime.factor, GPUSIM_UNIT_NONE, 1, "walltime.factor", arena,
                        &s->factor, err));
    }
    s->has_deadline = f->deadline.present;
    s->slack = f->deadline.slack;
    if (s->has_deadline) {
        GPUSIM_TRY(
            make(&f->deadline.factor, GPUSIM_UNIT_NONE, 1, "deadline.factor", arena, &s->due, err));
    }
cleanup:
    return status;
}

// the part of each GPU that jobs ask for
static gpusim_status make_share(gs_synthetic *s, const gs_synthetic_fields *fields, gs_names *names,
                                gs_arena *arena, gpusim_error *err)
{
    gpusim_status status;
    GPUSIM_TRY(make(&fields->gpu_share, GPUSIM_UNIT_RATIO, 1, "gpu_share", arena, &s->share, err));
    double least = gs_distribution_least(&s->share);
    if (gs_milli_of(least) == 0) {
        status = gpusim_fail(err, GPUSIM_SCENARIO, "less than a thousandth of a GPU");
        gs_error_key(err, "gpu_share");
        return status;
    }
    if (fields->mig && !(least == 1)) {
        status = gpusim_fail(err, GPUSIM_SCENARIO,
                             "a MIG instance is a part of a GPU already: `mig` and `gpu_share` do "
                             "not go together");
        gs_error_key(err, "gpu_share");
        return status;
    }
    GPUSIM_TRY(gs_models_name(&fields->gpu_models, names, &s->models, err));
    GPUSIM_TRY(gs_labels_name(&fields->selector, 1, names, &s->selector, err));
    if (fields->mig) {
        GPUSIM_TRY(gs_names_add(names, fields->mig, strlen(fields->mig), &s->mig, err));
        // profiles are called by their compute slices, of seven: 3g.20gb
        int slices = fields->mig[0] - '0';
        s->mig_share = slices >= 1 && slices <= 7 && fields->mig[1] == 'g' ? slices / 7.0 : 1;
    }
cleanup:
    return status;
}

// of shares that are drawn some may be whole GPUs, whose jobs are elastic then
static gpusim_status make_elastic(gs_synthetic *s, const gs_synthetic_fields *fields,
                                  gpusim_error *err)
{
    double least = gs_distribution_least(&s->share);
    int parts = s->mig != 0 || (least < 1 && least == gs_distribution_mean(&s->share));
    if (fields->elastic.present && parts) {
        gs_fail_elastic_parts(err);
        gs_error_key(err, "elastic");
        return GPUSIM_SCENARIO;
    }
    s->elastic = fields->elastic;
    return GPUSIM_OK;
}

gpusim_status gs_synthetic_make(const gs_synthetic_fields *fields, uint32_t name, uint32_t profile,
                                gs_names *names, gs_arena *arena, const gs_synthetic **source,
                                gpusim_error *err)
{
    gpusim_status status;
    gs_synthetic *s = gs_arena_get(arena, sizeof *s);
    const char *text = gs_names_text(names, name);
    if (!s || !(s->text = gs_arena_text(arena, text, strlen(text)))) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a synthetic source");
    }
    s->name = name;
    s->profile = profile;
    s->count = fields->count;
    s->until = fields->until;
    s->failed = fields->failed;
    s->cancelled = fields->cancelled;
    s->preemptible = fields->preemptible;
    if (s->failed + s->cancelled > 1) {
        status = gpusim_fail(err, GPUSIM_SCENARIO, "failed and cancelled are more than all jobs");
        gs_error_key(err, "failed");
        return status;
    }
    if (fields->group) {
        GPUSIM_TRY(gs_names_add(names, fields->group, strlen(fields->group), &s->group, err));
    }
    if (fields->cluster) {
        GPUSIM_TRY(gs_names_add(names, fields->cluster, strlen(fields->cluster), &s->cluster, err));
    }
    GPUSIM_TRY(make_sizes(s, fields, arena, err));
    GPUSIM_TRY(make_share(s, fields, names, arena, err));
    GPUSIM_TRY(make_elastic(s, fields, err));
    GPUSIM_TRY(make_users(s, fields, names, arena, err));
    GPUSIM_TRY(make_weighted(&s->vcs, &fields->vc, "vc", "virtual clusters", names, arena, err));
    GPUSIM_TRY(
        make_weighted(&s->qos, &fields->qos, "qos", "qualities of service", names, arena, err));
    GPUSIM_TRY(make_weighted(&s->kinds, &fields->kind, "kind", "sorts of work", names, arena, err));
    status = gs_arrivals_make(&fields->arrivals, fields->from, arena, &s->arrivals, err);
    if (status == GPUSIM_SCENARIO && err) {
        char key[32];
        snprintf(key, sizeof key, "%.31s", err->key);
        gs_error_key(err, "arrivals.%s", key);
    }
    *source = s;
cleanup:
    return status;
}

static uint32_t draw_name(const lottery *l, gpusim_stream source, uint64_t purpose,
                          uint64_t ordinal)
{
    if (l->count == 0) {
        return 0;
    }
    // the first whose share reaches u
    double u = gpusim_draw_uniform(gpusim_stream_indexed(source, purpose), ordinal);
    uint32_t low = 0;
    uint32_t high = l->count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (l->upto[middle] < u) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return l->names[low];
}

// a count from a variate: what is above 0 is 1 at least
static uint32_t to_count(double value)
{
    if (!(value > 0)) {
        return 0;
    }
    return value < 1 ? 1 : value >= 4e9 ? UINT32_C(4000000000) : (uint32_t)(value + 0.5);
}

gpusim_time gs_due(gpusim_time duration, double factor, gpusim_time slack)
{
    double span = (double)duration * factor;
    gpusim_time scaled = !(span > 0) ? 0 : span < 9e18 ? (gpusim_time)span : GPUSIM_TIME_MAX;
    return gpusim_time_add(scaled, slack);
}

// 0 .. 10
static uint8_t to_scale(double value)
{
    return value > 0 ? (uint8_t)(value < 10 ? value + 0.5 : 10) : 0;
}

static int32_t to_priority(double value)
{
    if (value >= 2e9 || value <= -2e9) {
        return value > 0 ? 2000000000 : -2000000000;
    }
    return (int32_t)(value + (value < 0 ? -0.5 : 0.5));
}

// a multiple of the run time on what the job asks for: a share of a GPU is that much slower
static gpusim_time draw_walltime(const gs_synthetic *s, gpusim_stream source, uint64_t ordinal,
                                 const gs_job *job)
{
    double factor = gs_variate(&s->factor, source, DRAW_FACTOR, ordinal);
    double share = s->mig ? s->mig_share : job->milli / 1000.0;
    double limit = (double)job->duration * factor / share;
    if (!(limit < 9e18)) {
        return GPUSIM_TIME_MAX;
    }
    gpusim_time time = limit >= 1 ? (gpusim_time)limit : 1;
    time += (double)time < limit;
    if (s->round_up > 0 && time % s->round_up) {
        time = gpusim_time_add(time, s->round_up - time % s->round_up);
    }
    return time;
}

gpusim_status gs_synthetic_job(const gs_synthetic *s, uint64_t seed, uint64_t ordinal,
                               gpusim_time previous, gs_job *job, int *more, gpusim_error *err)
{
    (void)err;
    *more = 0;
    if (ordinal >= s->count) {
        return GPUSIM_OK;
    }
    gpusim_stream source = gpusim_stream_make(seed, "workload", s->text);
    gpusim_time submit = gs_arrivals_next(&s->arrivals, gpusim_stream_indexed(source, DRAW_ARRIVAL),
                                          ordinal, previous);
    if (submit >= s->until || submit == GPUSIM_TIME_MAX) {
        return GPUSIM_OK;
    }

    double seconds = gs_variate(&s->duration, source, DRAW_DURATION, ordinal);
    *job = (gs_job){
        .id = (int64_t)ordinal,
        .submit = submit,
        .duration = gpusim_time_from_seconds(seconds > 0 ? seconds : 0),
        .walltime = GPUSIM_TIME_MAX,
        .memory = gs_variate_bytes(gs_variate(&s->memory, source, DRAW_MEMORY, ordinal)),
        .storage = gs_variate_bytes(gs_variate(&s->storage, source, DRAW_STORAGE, ordinal)),
        .gpu_memory =
            gs_variate_bytes(gs_variate(&s->gpu_memory, source, DRAW_GPU_MEMORY, ordinal)),
        .source = s->name,
        .user = draw_name(&s->users, source, DRAW_USER, ordinal),
        .vc = draw_name(&s->vcs, source, DRAW_VC, ordinal),
        .group = s->group,
        .cluster = s->cluster,
        .gpus = to_count(gs_variate(&s->gpus, source, DRAW_GPUS, ordinal)),
        .cpus = gs_thousandths(gs_variate(&s->cpus, source, DRAW_CPUS, ordinal)),
        .priority = to_priority(gs_variate(&s->priority, source, DRAW_PRIORITY, ordinal)),
        .latency = to_scale(gs_variate(&s->latency, source, DRAW_LATENCY, ordinal)),
        .thrift = to_scale(gs_variate(&s->thrift, source, DRAW_THRIFT, ordinal)),
        .milli = 1000,
        .profile = s->profile,
        .extra = GPUSIM_NONE,
        .due = GPUSIM_TIME_MAX,
        .qos = draw_name(&s->qos, source, DRAW_QOS, ordinal),
        .kind = draw_name(&s->kinds, source, DRAW_KIND, ordinal),
        .selector = s->selector,
        .final_state = GPUSIM_JOB_COMPLETED};
    if (job->gpus > 0) {
        uint32_t milli = gs_milli_of(gs_variate(&s->share, source, DRAW_SHARE, ordinal));
        job->milli = milli > 0 ? milli : 1;
        job->mig = s->mig;
        job->models = s->models;
        gs_make_elastic(&s->elastic, job);
    }
    if (s->has_walltime) {
        job->walltime = draw_walltime(s, source, ordinal, job);
    }
    if (s->has_deadline) {
        job->due =
            gs_due(job->duration, gs_variate(&s->due, source, DRAW_DEADLINE, ordinal), s->slack);
    }
    if (s->preemptible > 0) {
        gpusim_stream stream = gpusim_stream_indexed(source, DRAW_PREEMPTIBLE);
        job->preemptible = gpusim_draw_uniform(stream, ordinal) < s->preemptible;
    }
    if (s->failed + s->cancelled > 0) {
        double u = gpusim_draw_uniform(gpusim_stream_indexed(source, DRAW_STATE), ordinal);
        if (u < s->failed) {
            job->final_state = GPUSIM_JOB_FAILED;
        } else if (u < s->failed + s->cancelled) {
            job->final_state = GPUSIM_JOB_CANCELLED;
        }
    }
    *more = 1;
    return GPUSIM_OK;
}

double gs_synthetic_load(const gs_synthetic *s)
{
    // a share runs that much slower, so work does not depend on it
    double load = gs_distribution_mean(&s->gpus) * gs_distribution_mean(&s->duration) *
                  gs_arrivals_rate(&s->arrivals);
    return load < (double)INFINITY ? load : (double)NAN;
}

int gs_synthetic_ends(const gs_synthetic *source)
{
    return source->count != UINT64_MAX || source->until != GPUSIM_TIME_MAX;
}

int gs_synthetic_shares(const gs_synthetic *source)
{
    return source->mig != 0 || source->share.kind != GS_CONSTANT || source->share.a < 1;
}

uint32_t gs_synthetic_models(const gs_synthetic *s)
{
    return s->models;
}

uint32_t gs_synthetic_selector(const gs_synthetic *s)
{
    return s->selector;
}

uint32_t gs_synthetic_name(const gs_synthetic *s)
{
    return s->name;
}

static const lottery *lottery_of(const gs_synthetic *source, gs_job_name which)
{
    return which == GS_JOB_USER ? &source->users : which == GS_JOB_VC ? &source->vcs : &source->qos;
}

uint32_t gs_job_names_next(gs_job_names *names)
{
    const gs_workload *workload = names->workload;
    while (names->job < workload->jobs.count) {
        const gs_job *job = &GS_AT(workload->jobs, gs_job, names->job++);
        uint32_t name = names->which == GS_JOB_USER ? job->user
                        : names->which == GS_JOB_VC ? job->vc
                                                    : job->qos;
        if (name != 0) {
            return name;
        }
    }
    while (names->source < workload->synthetic_count) {
        const lottery *all = lottery_of(workload->synthetic[names->source], names->which);
        while (names->at < all->count) {
            uint32_t name = all->names[names->at++];
            if (name != 0) {
                return name;
            }
        }
        names->at = 0;
        names->source++;
    }
    return 0;
}
