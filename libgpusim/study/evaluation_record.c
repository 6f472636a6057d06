/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of an evaluation, declared once for tables, CSV, JSON and people. */
#include <gpusim/evaluate.h>

#include <math.h>
#include <stddef.h>
#include <string.h>

#define FIELD(member_, type_, unit_, doc_)                                                         \
    {                                                                                              \
        .name = #member_, .type = GPUSIM_##type_, .unit = GPUSIM_UNIT_##unit_,                     \
        .offset = (uint32_t)offsetof(gpusim_evaluation, member_), .flags = GPUSIM_OPTIONAL,        \
        .doc = (doc_)                                                                              \
    }

static const gpusim_field fields[] = {
    FIELD(events, UINT64, NONE, "Events: runs of samples that are marked."),
    FIELD(found, UINT64, NONE, "Events with an alarm in them, at the threshold."),
    FIELD(delay_p50_s, FLOAT64, SECOND, "Median time from an event's begin to its first alarm."),
    FIELD(delay_p95_s, FLOAT64, SECOND, "95 % of events found were found within this."),
    FIELD(false_alarms, UINT64, NONE, "Runs of alarms that meet no event."),
    FIELD(false_alarms_per_day, FLOAT64, NONE, "The same for each day of normal samples."),
    FIELD(threshold, FLOAT64, NONE, "A score that reaches it is an alarm."),
    FIELD(auc_pr, FLOAT64, NONE, "Average precision over all thresholds."),
    FIELD(auc_roc, FLOAT64, NONE,
          "Probability that a marked sample scores above one that is not marked."),
    FIELD(vus_pr, FLOAT64, NONE, "The same as auc_pr, where what is near an event counts in part."),
    FIELD(vus_roc, FLOAT64, NONE,
          "The same as auc_roc, where what is near an event counts in part."),
    FIELD(f1, FLOAT64, NONE, "The best F1 of samples over all thresholds."),
    FIELD(event_f1, FLOAT64, NONE, "The best F1 of the recall of events and precision of samples."),
    FIELD(range_f1, FLOAT64, NONE, "The best F1 of ranges."),
    FIELD(affiliation_f1, FLOAT64, NONE, "The best F1 of affiliation."),
    FIELD(adjusted_f1, FLOAT64, NONE,
          "The best point-adjusted F1. It misleads: scores drawn at random reach .79 on SMD."),
    FIELD(nab, FLOAT64, NONE,
          "Score of the Numenta benchmark at the threshold, normalised by these events."),
    FIELD(samples, UINT64, NONE, "Samples."),
    FIELD(anomalous, UINT64, NONE, "Samples that are marked."),
};

static const gpusim_record record = {
    .name = "evaluation",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(gpusim_evaluation),
    .doc = "How well scores find what is marked.",
};

const gpusim_record *gpusim_evaluation_record(void)
{
    return &record;
}

// A count added, or a number taken into a mean of those that are known.
static void take(const gpusim_field *field, const gpusim_evaluation *of, uint32_t count,
                 gpusim_evaluation *mean)
{
    uint64_t all = 0;
    double sum = 0;
    uint32_t known = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t whole;
        double number;
        memcpy(&whole, (const char *)&of[i] + field->offset, sizeof whole);
        memcpy(&number, (const char *)&of[i] + field->offset, sizeof number);
        all += whole;
        if (!isnan(number)) {
            sum += number;
            known++;
        }
    }
    double average = known ? sum / known : NAN;
    memcpy((char *)mean + field->offset,
           field->type == GPUSIM_UINT64 ? (const void *)&all : &average, sizeof all);
}

void gpusim_evaluation_mean(const gpusim_evaluation *of, uint32_t count, gpusim_evaluation *mean)
{
    for (uint32_t f = 0; f < record.count; f++) {
        take(&fields[f], of, count, mean);
    }
}
