/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields of a summary, declared once for `--json` and for /summary of a trace. */
#include <gpusim/sim.h>

/* A field of `owner` whose offset counts from `first`, the member its record begins at. */
#define FIELD(owner, first, name_, member, type_, unit_, flags_, doc_)                             \
    {                                                                                              \
        .name = (name_), .type = GPUSIM_##type_, .unit = GPUSIM_UNIT_##unit_,                      \
        .offset = (uint32_t)(offsetof(owner, member) - offsetof(owner, first)), .flags = (flags_), \
        .doc = (doc_)                                                                              \
    }
#define SUMMARY(member, type, unit, flags, doc)                                                    \
    FIELD(gpusim_summary, size, #member, member, type, unit, flags, doc)

/* A nested record that begins at `member`. */
#define GROUP(name_, member, record_, doc_)                                                        \
    {                                                                                              \
        .name = (name_), .type = GPUSIM_RECORD,                                                    \
        .offset = (uint32_t)offsetof(gpusim_summary, member), .detail = {&(record_)},              \
        .doc = (doc_)                                                                              \
    }

#define JOBS(member, doc) FIELD(gpusim_summary, submitted, #member, member, UINT64, NONE, 0, doc)
static const gpusim_field job_fields[] = {
    JOBS(submitted, "Jobs submitted before the end of the run."),
    JOBS(completed, "Jobs that did all their work."),
    JOBS(failed, "Jobs ended by a failure of their own."),
    JOBS(cancelled, "Jobs ended by their user, the scheduler or the log."),
    JOBS(timeout, "Jobs that reached their walltime limit."),
    JOBS(oom, "Jobs that exceeded the memory of their GPUs."),
    JOBS(rejected, "Jobs that could never have run."),
    JOBS(unfinished, "Jobs still queued or running at the end of the run."),
    JOBS(restarts, "Times that jobs were started again."),
    JOBS(preemptions, "Times that the scheduler sent a job back to the queue."),
    JOBS(failures, "Times that a fault took a job off its GPUs."),
};
static const gpusim_record job_record = {
    "jobs", GPUSIM_FIELDS(job_fields),
    (uint32_t)(offsetof(gpusim_summary, refused) - offsetof(gpusim_summary, submitted)),
    "What became of the jobs."};

#define STATISTICS(unit)                                                                           \
    {                                                                                              \
        FIELD(gpusim_statistics, count, "count", count, UINT64, NONE, 0, "Values."),               \
            FIELD(gpusim_statistics, count, "mean", mean, FLOAT64, unit, GPUSIM_OPTIONAL,          \
                  "Arithmetic mean."),                                                             \
            FIELD(gpusim_statistics, count, "p50", p50, FLOAT64, unit, GPUSIM_OPTIONAL,            \
                  "Median."),                                                                      \
            FIELD(gpusim_statistics, count, "p95", p95, FLOAT64, unit, GPUSIM_OPTIONAL,            \
                  "95th percentile."),                                                             \
            FIELD(gpusim_statistics, count, "p99", p99, FLOAT64, unit, GPUSIM_OPTIONAL,            \
                  "99th percentile."),                                                             \
            FIELD(gpusim_statistics, count, "max", max, FLOAT64, unit, GPUSIM_OPTIONAL,            \
                  "Largest."),                                                                     \
    }
static const gpusim_field time_fields[] = STATISTICS(SECOND);
static const gpusim_field number_fields[] = STATISTICS(NONE);
static const gpusim_record time_record = {"statistics", GPUSIM_FIELDS(time_fields),
                                          (uint32_t)sizeof(gpusim_statistics),
                                          "Mean and type-7 quantiles of times."};
static const gpusim_record number_record = {"statistics", GPUSIM_FIELDS(number_fields),
                                            (uint32_t)sizeof(gpusim_statistics),
                                            "Mean and type-7 quantiles of pure numbers."};

#define ENERGY(name, member, doc)                                                                  \
    FIELD(gpusim_summary, energy_gpu_j, name, member, FLOAT64, JOULE, GPUSIM_OPTIONAL, doc)
static const gpusim_field energy_fields[] = {
    ENERGY("gpu", energy_gpu_j, "Of the GPUs."),
    ENERGY("cpu", energy_cpu_j, "Of the CPUs."),
    ENERGY("memory", energy_memory_j, "Of the host memory."),
    ENERGY("nic", energy_nic_j, "Of the network cards."),
    ENERGY("storage", energy_storage_j, "Of the nodes' storage."),
    ENERGY("other", energy_other_j, "Of what else is in the nodes."),
    ENERGY("fans", energy_fans_j, "Of the nodes' fans."),
    ENERGY("node_losses", energy_node_losses_j, "Lost in the nodes' power supplies."),
    ENERGY("switches", energy_switches_j, "Of the racks' switches."),
    ENERGY("rack_losses", energy_rack_losses_j, "Lost in the racks' power supplies."),
    ENERGY("it", energy_it_j, "At the racks' input: all of the above."),
    ENERGY("cdu", energy_cdu_j, "Of the pumps that distribute coolant."),
    ENERGY("overhead", energy_overhead_j, "Of cooling and distribution."),
    ENERGY("facility", energy_facility_j, "All of it."),
    ENERGY("jobs", energy_jobs_j,
           "Charged to jobs: their GPUs and part of their nodes, at the nodes' input."),
    ENERGY("unallocated", energy_unallocated_j,
           "Of the facility's, charged to nobody; 0 where no more is left than rounding."),
};
static const gpusim_record energy_record = {
    "energy", GPUSIM_FIELDS(energy_fields),
    (uint32_t)(offsetof(gpusim_summary, power_mean_w) - offsetof(gpusim_summary, energy_gpu_j)),
    "Energy used."};

#define POWER(name, member, doc)                                                                   \
    FIELD(gpusim_summary, power_mean_w, name, member, FLOAT64, WATT, GPUSIM_OPTIONAL, doc)
static const gpusim_field power_fields[] = {
    POWER("mean", power_mean_w, "Over the run."),
    POWER("peak", power_peak_w, "Highest at any moment, of all together."),
};
static const gpusim_record power_record = {
    "power", GPUSIM_FIELDS(power_fields), (uint32_t)(2 * sizeof(double)), "Power of the facility."};

#define COHORT(name, member, doc)                                                                  \
    FIELD(gpusim_summary, cohort_jobs, name, member, UINT64, NONE, 0, doc)
static const gpusim_field cohort_fields[] = {
    COHORT("jobs", cohort_jobs, "Jobs that are measured: those of `measure.cohort`, or all."),
    COHORT("unfinished", cohort_unfinished, "Of those, still queued or running at the end."),
};
static const gpusim_record cohort_record = {"cohort", GPUSIM_FIELDS(cohort_fields),
                                            (uint32_t)(2 * sizeof(uint64_t)),
                                            "Jobs that are measured."};

#define FAIRNESS(name, member, unit, doc)                                                          \
    FIELD(gpusim_fairness, count, name, member, FLOAT64, unit, GPUSIM_OPTIONAL, doc)
static const gpusim_field fairness_fields[] = {
    FIELD(gpusim_fairness, count, "count", count, UINT64, NONE, 0, "Jobs."),
    FAIRNESS("mean", mean, NONE, "Mean of their ratios."),
    FAIRNESS("worst", worst, NONE, "Largest."),
    FAIRNESS("above_1", above_1, RATIO, "Share of them above 1."),
};
static const gpusim_record fairness_record = {"fairness", GPUSIM_FIELDS(fairness_fields),
                                              (uint32_t)sizeof(gpusim_fairness),
                                              "Completion times over fair ones."};

#define SPLIT(member, unit, doc)                                                                   \
    FIELD(gpusim_split, count, #member, member, FLOAT64, unit, GPUSIM_OPTIONAL, doc)
static const gpusim_field split_fields[] = {
    FIELD(gpusim_split, count, "count", count, UINT64, NONE, 0, "Completed jobs."),
    SPLIT(jct_s, SECOND, "Mean completion time."),
    SPLIT(wait_s, SECOND, "Mean wait."),
    SPLIT(bounded_slowdown, NONE, "Mean bounded slowdown."),
};
static const gpusim_record split_record = {"split", GPUSIM_FIELDS(split_fields),
                                           (uint32_t)sizeof(gpusim_split), "Jobs of one kind."};

static const gpusim_field summary_fields[] = {
    SUMMARY(seed, UINT64, NONE, 0, "Seed of the run."),
    SUMMARY(sim_time_s, FLOAT64, SECOND, 0, "Simulated time at the end."),
    SUMMARY(wall_time_s, FLOAT64, SECOND, GPUSIM_UNMEASURED, "Time that the run took."),
    SUMMARY(events, UINT64, NONE, 0, "Events handled."),
    SUMMARY(batches, UINT64, NONE, 0, "Batches of events of one instant."),
    SUMMARY(passes, UINT64, NONE, 0, "Times that the scheduler was asked."),
    GROUP("jobs", submitted, job_record, "What became of the jobs."),
    SUMMARY(refused, UINT64, NONE, 0, "Decisions of the scheduler that were refused."),
    SUMMARY(bad_lines, UINT64, NONE, 0, "Lines of job logs that were skipped."),
    GROUP("wait_s", wait_s, time_record, "Time without GPUs between submission and end."),
    GROUP("first_wait_s", first_wait_s, time_record, "Time between submission and first start."),
    GROUP("jct_s", jct_s, time_record, "Completion time of completed jobs: end - submit."),
    GROUP("bounded_slowdown", bounded_slowdown, number_record,
          "max(1, completion time / max(work at rate 1, 10 s))."),
    SUMMARY(makespan_s, FLOAT64, SECOND, GPUSIM_OPTIONAL, "First submission to last end."),
    SUMMARY(gpu_allocated_fraction, FLOAT64, RATIO, GPUSIM_OPTIONAL,
            "GPU time allocated over GPU time installed."),
    SUMMARY(gpu_allocated_fraction_of_up, FLOAT64, RATIO, GPUSIM_OPTIONAL,
            "GPU time allocated over GPU time of nodes that are up."),
    SUMMARY(gpu_utilization, FLOAT64, RATIO, GPUSIM_OPTIONAL,
            "GPU activity over GPU time installed."),
    SUMMARY(goodput, FLOAT64, RATIO, GPUSIM_OPTIONAL,
            "GPU time that useful work takes on nominal GPUs over GPU time installed."),
    SUMMARY(
        ettr, FLOAT64, RATIO, GPUSIM_OPTIONAL,
        "Work done and kept, in run time at rate 1 or, of elastic jobs, in the time it took, over "
        "time since submission: mean over jobs that ran, weighted by GPU time."),
    SUMMARY(ettr_by_job, FLOAT64, RATIO, GPUSIM_OPTIONAL, "The same, every job weighing the same."),
    SUMMARY(ettr_scheduled, FLOAT64, RATIO, GPUSIM_OPTIONAL,
            "Work done and kept over time on GPUs: mean over jobs that ran, weighted by GPU time."),
    SUMMARY(ettr_scheduled_by_job, FLOAT64, RATIO, GPUSIM_OPTIONAL,
            "The same, every job weighing the same."),
    SUMMARY(slowdown_lost_gpu_s, FLOAT64, SECOND, 0,
            "GPU time that jobs held beyond what their work, kept or lost, takes on their share of "
            "nominal GPUs; below 0 where faster GPUs took less."),
    SUMMARY(checkpoint_lost_gpu_s, FLOAT64, SECOND, 0,
            "GPU time in which checkpoints were written."),
    SUMMARY(redone_lost_gpu_s, FLOAT64, SECOND, 0, "GPU time of work that failures undid."),
    SUMMARY(restart_lost_gpu_s, FLOAT64, SECOND, 0, "GPU time in which jobs started again."),
    SUMMARY(hang_lost_gpu_s, FLOAT64, SECOND, 0, "GPU time in which jobs hung."),
    SUMMARY(abandoned_lost_gpu_s, FLOAT64, SECOND, 0,
            "GPU time of work of jobs that ended otherwise than by completing."),
    SUMMARY(throughput_per_h, FLOAT64, NONE, GPUSIM_OPTIONAL, "Jobs completed per hour."),
    SUMMARY(lower_bound_jct_s, FLOAT64, SECOND, GPUSIM_OPTIONAL,
            "No schedule of rigid jobs has a smaller mean completion time."),
    SUMMARY(longest_wait_s, FLOAT64, SECOND, GPUSIM_OPTIONAL,
            "Longest wait of any job, ended or not."),
    SUMMARY(deadlines, UINT64, NONE, 0, "Jobs that ended and had a deadline."),
    SUMMARY(deadlines_met, UINT64, NONE, 0, "Those of them that completed by it."),
    SUMMARY(resizes, UINT64, NONE, GPUSIM_SILENT,
            "Times that elastic jobs were given another number of GPUs."),
    SUMMARY(predictions, UINT64, NONE, 0,
            "Jobs that completed and whose run time the order had predicted."),
    SUMMARY(predicted_twofold, UINT64, NONE, 0,
            "Those of them for which it was right within a factor of two."),
    SUMMARY(prediction_error_s, FLOAT64, SECOND, GPUSIM_OPTIONAL,
            "How far off predictions were on average."),
    SUMMARY(queue_peak, UINT32, NONE, 0, "Longest queue."),
    SUMMARY(queue_mean, FLOAT64, NONE, GPUSIM_OPTIONAL, "Mean length of the queue over time."),
    SUMMARY(
        fragmentation, FLOAT64, RATIO, GPUSIM_OPTIONAL | GPUSIM_SILENT,
        "GPUs that stood idle and were no use to jobs as `fragmentation.target` has them, on the "
        "mean over these and over time, of all GPUs."),
    SUMMARY(fragmentation_of_idle, FLOAT64, RATIO, GPUSIM_OPTIONAL | GPUSIM_SILENT,
            "The same as a share of what stood idle."),
    SUMMARY(fragmentation_demands, UINT64, NONE, GPUSIM_SILENT,
            "Kinds of jobs that it is measured against."),
    SUMMARY(oracle, UINT32, NONE, 0,
            "1 when the scheduler decided by estimates that came of true durations."),
    GROUP("energy_j", energy_gpu_j, energy_record, "Energy used."),
    GROUP("power_w", power_mean_w, power_record, "Power of the facility."),
    SUMMARY(carbon_kg, FLOAT64, KILOGRAM, GPUSIM_OPTIONAL, "CO2 of the energy used."),
    SUMMARY(cost, FLOAT64, NONE, GPUSIM_OPTIONAL, "Price of the energy used, in `cost_currency`."),
    SUMMARY(hottest_c, FLOAT64, CELSIUS, GPUSIM_OPTIONAL, "Highest temperature of any GPU."),
    SUMMARY(throttled_gpu_h, FLOAT64, NONE, GPUSIM_OPTIONAL,
            "GPU-hours below the clock because of heat."),
    SUMMARY(capped_gpu_h, FLOAT64, NONE, GPUSIM_OPTIONAL,
            "GPU-hours below the clock because of a cap."),
    SUMMARY(
        cap_not_held_gpu_h, FLOAT64, NONE, GPUSIM_OPTIONAL,
        "GPU-hours in which the cap of a GPU, its node or its rack could not be held: the lowest "
        "clock draws more."),
    SUMMARY(shutdowns, UINT64, NONE, 0, "Times that a GPU turned itself off."),
    SUMMARY(faults, UINT64, NONE, 0, "Faults that struck."),
    SUMMARY(responses, UINT64, NONE, 0, "Actions of `response`."),
    SUMMARY(response_cost, FLOAT64, NONE, GPUSIM_OPTIONAL,
            "What those cost, as the rules and `remedies` have it."),
    SUMMARY(
        waste_cost, FLOAT64, NONE, GPUSIM_OPTIONAL,
        "What hot, slow and full-fan states wasted as telemetry had them, by `remedies`; none: no "
        "rule weighs that."),
    GROUP("cohort", cohort_jobs, cohort_record, "Jobs that are measured."),
    SUMMARY(starved, UINT64, NONE, 0,
            "Jobs that waited longer than `measure.starvation` times their run time."),
    GROUP("ftf_themis", ftf_themis, fairness_record,
          "Completion time over run time x max(1, mean demand / GPUs)."),
    GROUP("ftf_isolated", ftf_isolated, fairness_record,
          "Completion time over that in a static share of the cluster, first come, first served, "
          "as large for every tenant (virtual cluster, or else user)."),
    SUMMARY(jain_users, FLOAT64, NONE, GPUSIM_OPTIONAL,
            "Jain's index over users of run time over completion time."),
    SUMMARY(jain_vcs, FLOAT64, NONE, GPUSIM_OPTIONAL, "The same over virtual clusters."),
    SUMMARY(load_variance, FLOAT64, NONE, GPUSIM_OPTIONAL,
            "Variance over nodes of the share of their GPUs that is allocated, mean over time."),
    GROUP("size_0", sizes[0], split_record, "Jobs without GPUs."),
    GROUP("size_1", sizes[1], split_record, "Jobs of one GPU or a part of one."),
    GROUP("size_2_4", sizes[2], split_record, "Jobs of 2 to 4 GPUs."),
    GROUP("size_5_8", sizes[3], split_record, "Jobs of 5 to 8 GPUs."),
    GROUP("size_over_8", sizes[4], split_record, "Jobs of more than 8 GPUs."),
    SUMMARY(alerts, UINT64, NONE, 0, "Alerts raised."),
    SUMMARY(detectors_us, FLOAT64, NONE, GPUSIM_OPTIONAL | GPUSIM_UNMEASURED,
            "Wall time of all detectors for one sample, in microseconds."),
    SUMMARY(peak_memory_bytes, UINT64, BYTE, GPUSIM_UNMEASURED, "Memory of the state at its peak."),
    SUMMARY(stalled, UINT32, NONE, 0, "1 when the run ended because no job could ever run again."),
};
static const gpusim_record summary_record = {"summary", GPUSIM_FIELDS(summary_fields),
                                             (uint32_t)sizeof(gpusim_summary),
                                             "What a run comes to."};

const gpusim_record *gpusim_summary_record(void)
{
    return &summary_record;
}
