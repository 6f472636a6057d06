/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field tables of an item of `chaos:`, one for each kind and each mix. A field is declared once
 * here; the catalogue says which kinds have it. */
#include "chaos/tables.h"

#include <math.h>
#include <stddef.h>

#include "chaos/kinds.h"
#include "chaos/mixes.h"

#define AT(struct_, member) .offset = (uint32_t)offsetof(struct_, member)

// ---- whom ----

#define NAMES(name_, member, element_, doc_)                                                       \
    {                                                                                              \
        .name = (name_), .type = GPUSIM_LIST, AT(gs_target_fields, member),                        \
        .flags = GPUSIM_OPTIONAL | GPUSIM_PLAIN, .minimum = 1, .maximum = 1e6,                     \
        .detail = {&(element_)}, .doc = (doc_)                                                     \
    }

static const gpusim_field name_element = {.name = "name", .type = GPUSIM_STRING, .doc = "A name."};

static const gpusim_field lemon_fields[] = {
    {.name = "share",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     AT(gs_lemon_fields, share),
     .flags = GPUSIM_REQUIRED,
     .maximum = 1,
     .doc = "Probability that a target is one, drawn once for each."},
    {.name = "factor",
     .type = GPUSIM_FLOAT64,
     AT(gs_lemon_fields, factor),
     .flags = GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE,
     .maximum = 1e6,
     .doc = "Its clock runs so many times as fast."},
};
static const gpusim_record lemon_record = {"lemons", GPUSIM_FIELDS(lemon_fields),
                                           (uint32_t)sizeof(gs_lemon_fields),
                                           "A few targets that are struck more often than others."};

static const gpusim_choice scopes[] = {{"gpu", GS_FAULT_ON_GPU, "every GPU"},
                                       {"node", GS_FAULT_ON_NODE, "every node"},
                                       {"rack", GS_FAULT_ON_RACK, "every rack"},
                                       {NULL, 0, NULL}};

static const gpusim_field target_fields[] = {
    NAMES("gpu", gpus, name_element, "GPUs by name, NODE/gpuN; one or a list."),
    NAMES("node", nodes, name_element, "Nodes by name; of kinds that strike GPUs: all of theirs."),
    NAMES("rack", racks, name_element, "Racks by name, and what is in them."),
    NAMES("group", groups, name_element, "What is in these node groups."),
    NAMES("cluster", clusters, name_element, "What is in these clusters."),
    NAMES("model", models, name_element, "GPUs of these models, and nodes and racks with them."),
    {.name = "each",
     .type = GPUSIM_ENUM,
     AT(gs_target_fields, each),
     .flags = GPUSIM_OPTIONAL,
     .detail = {scopes},
     .doc = "Every one there is of what this kind strikes."},
    {.name = "random",
     .type = GPUSIM_UINT32,
     AT(gs_target_fields, random),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e6,
     .doc = "So many of those at random, drawn at each strike, which is then one of the rule: with "
            "`every` there is one clock for all."},
    {.name = "hottest",
     .type = GPUSIM_UINT32,
     AT(gs_target_fields, hottest),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e6,
     .doc = "In place of `random`: the so many hottest of those at that time."},
    {.name = "lemons",
     .type = GPUSIM_RECORD,
     AT(gs_target_fields, lemons),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&lemon_record},
     .doc = "Makes some of them worse than others; of rules with `every`."},
};
static const gpusim_record target_record = {
    "fault target", GPUSIM_FIELDS(target_fields), (uint32_t)sizeof(gs_target_fields),
    "Whom a rule strikes: what all the keys given have in common. Without any: every one there "
    "is of what the kind strikes."};

// ---- when ----

static const gpusim_field time_element = {.name = "time",
                                          .type = GPUSIM_TIME,
                                          .unit = GPUSIM_UNIT_SECOND,
                                          .maximum = 9e9,
                                          .doc = "A time."};

static const gpusim_field burst_fields[] = {
    GS_DISTRIBUTION_FIELD("calm", second, gs_burst_fields, calm, GPUSIM_REQUIRED, NULL,
                          "How long it is calm; the run begins so."),
    GS_DISTRIBUTION_FIELD("storm", second, gs_burst_fields, storm, GPUSIM_REQUIRED, NULL,
                          "How long a storm lasts."),
    {.name = "factor",
     .type = GPUSIM_FLOAT64,
     AT(gs_burst_fields, factor),
     .flags = GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE,
     .maximum = 1e9,
     .doc = "Clocks run so many times as fast in a storm."},
};
static const gpusim_record burst_record = {
    "fault bursts", GPUSIM_FIELDS(burst_fields), (uint32_t)sizeof(gs_burst_fields),
    "Calm and storm take turns, for all targets of the rule at once (a Markov-modulated process "
    "when both are exponential)."};

static const gpusim_field heats_fields[] = {
    {.name = "activation",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_ELECTRONVOLT,
     AT(gs_heats_fields, activation),
     .flags = GPUSIM_EXCLUSIVE,
     .fallback = "0.7 eV",
     .maximum = 10,
     .doc = "Energy of activation; 0.7 eV doubles the hazard every 10 to 12 K around 60 C (from "
            "memory)."},
    {.name = "reference",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_CELSIUS,
     AT(gs_heats_fields, reference),
     .fallback = "60 C",
     .minimum = -50,
     .maximum = 150,
     .doc = "Where the clock runs at its nominal speed."},
};
static const gpusim_record heats_record = {
    "hazard by temperature", GPUSIM_FIELDS(heats_fields), (uint32_t)sizeof(gs_heats_fields),
    "Arrhenius: clocks run faster the hotter the GPU, or the hottest of the node. GPUs without "
    "physics have no temperature, and theirs run at their nominal speed."};

// ---- what a strike brings along ----

static const gpusim_choice kind_choices[] = {
#define GS_KIND(ID, id, name_, scope_, flags_, effect_, strike_, doc_, ...)                        \
    {name_, GS_KIND_##ID, doc_},
#include "chaos/catalogue.h"
#undef GS_KIND
    {NULL, 0, NULL}};
static const gpusim_choice whom[] = {
    {"itself", 0, "what was struck, what it stands in, or each thing in it"},
    {"neighbours", 1, "the other GPUs of the node, the other nodes of the rack"},
    {NULL, 0, NULL}};

static const gpusim_field cause_fields[] = {
    {.name = "fault",
     .type = GPUSIM_ENUM,
     AT(gs_cause_fields, kind),
     .flags = GPUSIM_REQUIRED,
     .detail = {kind_choices},
     .doc = "Which, with the defaults of its kind; one that needs more than those cannot be."},
    {.name = "probability",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     AT(gs_cause_fields, probability),
     .fallback = "100 %",
     .maximum = 1,
     .doc = "Of each that it could strike."},
    {.name = "whom",
     .type = GPUSIM_ENUM,
     AT(gs_cause_fields, neighbours),
     .fallback = "itself",
     .detail = {whom},
     .doc = "Whom it strikes."},
    GS_DISTRIBUTION_FIELD("after", second, gs_cause_fields, after, 0, "0 s",
                          "How much later it strikes."),
    GS_DISTRIBUTION_FIELD("for", second, gs_cause_fields, lasts, GPUSIM_OPTIONAL, NULL,
                          "How long it lasts; absent: until what its kind needs, else for ever."),
};
static const gpusim_record cause_record = {"fault that follows", GPUSIM_FIELDS(cause_fields),
                                           (uint32_t)sizeof(gs_cause_fields),
                                           "A fault that comes of another one."};
static const gpusim_field cause_element = {
    .name = "cause", .type = GPUSIM_RECORD, .detail = {&cause_record}, .doc = "What follows."};

static const gpusim_choice clocks[] = {{"wall", 0, "runs whatever the target does"},
                                       {"busy", 1, "runs while a job is on the target"},
                                       {NULL, 0, NULL}};

#define FROM_UNTIL                                                                                 \
    {.name = "from",                                                                               \
     .type = GPUSIM_TIME,                                                                          \
     .unit = GPUSIM_UNIT_SECOND,                                                                   \
     AT(gs_rule_fields, from),                                                                     \
     .fallback = "0 s",                                                                            \
     .maximum = 9e9,                                                                               \
     .doc = "No strike before; clocks begin to run then."},                                        \
    {                                                                                              \
        .name = "until", .type = GPUSIM_TIME, .unit = GPUSIM_UNIT_SECOND,                          \
        AT(gs_rule_fields, until), .flags = GPUSIM_OPTIONAL, .maximum = 9e9,                       \
        .doc = "No strike then or later; what was struck before goes on."                          \
    }

#define CLOCK                                                                                      \
    {.name = "clock",                                                                              \
     .type = GPUSIM_ENUM,                                                                          \
     AT(gs_rule_fields, busy),                                                                     \
     .fallback = "wall",                                                                           \
     .detail = {clocks},                                                                           \
     .doc =                                                                                        \
         "When the clock of a target runs. None runs while its target is down or struck by this "  \
         "rule."},                                                                                 \
    {                                                                                              \
        .name = "burst", .type = GPUSIM_RECORD, AT(gs_rule_fields, burst),                         \
        .flags = GPUSIM_OPTIONAL, .detail = {&burst_record},                                       \
        .doc = "Bursts; of rules with `every`."                                                    \
    }

#define NAME_AND_TARGET(name_doc)                                                                  \
    {.name = "name",                                                                               \
     .type = GPUSIM_STRING,                                                                        \
     AT(gs_rule_fields, name),                                                                     \
     .flags = GPUSIM_OPTIONAL,                                                                     \
     .minimum = 1,                                                                                 \
     .maximum = 100,                                                                               \
     .doc = (name_doc)},                                                                           \
    {                                                                                              \
        .name = "target", .type = GPUSIM_RECORD, AT(gs_rule_fields, target),                       \
        .flags = GPUSIM_OPTIONAL, .detail = {&target_record}, .doc = "Whom."                       \
    }

#define COMMON                                                                                     \
    NAME_AND_TARGET("Unique among rules; its randomness hangs on it. Absent: the kind and a "      \
                    "number, `node-crash-0`."),                                                    \
        {.name = "at",                                                                             \
         .type = GPUSIM_LIST,                                                                      \
         AT(gs_rule_fields, at),                                                                   \
         .flags = GPUSIM_OPTIONAL | GPUSIM_PLAIN,                                                  \
         .minimum = 1,                                                                             \
         .maximum = 1e6,                                                                           \
         .detail = {&time_element},                                                                \
         .doc = "A time or a list of them: every target is struck."},                              \
        {.name = "period",                                                                         \
         .type = GPUSIM_TIME,                                                                      \
         .unit = GPUSIM_UNIT_SECOND,                                                               \
         AT(gs_rule_fields, period),                                                               \
         .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,                                              \
         .maximum = 9e9,                                                                           \
         .doc =                                                                                    \
             "All of `at` again and again, so much later; without `at` the first is one period "   \
             "after `from`."},                                                                     \
        GS_DISTRIBUTION_FIELD("every", second, gs_rule_fields, every, GPUSIM_OPTIONAL, NULL,       \
                              "Time from the end of a strike, or from the beginning, to the next " \
                              "strike, for each target on its own."),                              \
        {.name = "trace",                                                                          \
         .type = GPUSIM_STRING,                                                                    \
         AT(gs_rule_fields, trace),                                                                \
         .flags = GPUSIM_OPTIONAL,                                                                 \
         .doc = "A CSV file of strikes with the columns time, entity and, by choice, duration; "   \
                "times "                                                                           \
                "in seconds or with a unit. It says whom."},                                       \
        FROM_UNTIL,                                                                                \
        {.name = "times",                                                                          \
         .type = GPUSIM_UINT32,                                                                    \
         AT(gs_rule_fields, times),                                                                \
         .flags = GPUSIM_OPTIONAL,                                                                 \
         .minimum = 1,                                                                             \
         .maximum = 1e9,                                                                           \
         .doc = "At most so many strikes on one target."},                                         \
        GS_DISTRIBUTION_FIELD(                                                                     \
            "for", second, gs_rule_fields, lasts, GPUSIM_OPTIONAL, NULL,                           \
            "How long a strike lasts; absent: until what its kind needs, a reset "                 \
            "or a repair, else for ever."),                                                        \
        {.name = "probability",                                                                    \
         .type = GPUSIM_FLOAT64,                                                                   \
         .unit = GPUSIM_UNIT_RATIO,                                                                \
         AT(gs_rule_fields, reaches),                                                              \
         .fallback = "100 %",                                                                      \
         .maximum = 1,                                                                             \
         .doc = "That a strike has an effect at all."},                                            \
        {.name = "while_below",                                                                    \
         .type = GPUSIM_FLOAT64,                                                                   \
         .unit = GPUSIM_UNIT_RATIO,                                                                \
         AT(gs_rule_fields, while_below),                                                          \
         .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,                                              \
         .maximum = 1,                                                                             \
         .doc = "It strikes only while fewer than this share of its targets have a fault, of any " \
                "rule, that struck just them; absent: however many have."},                        \
        CLOCK,                                                                                     \
    {                                                                                              \
        .name = "ages", .type = GPUSIM_BOOL, AT(gs_rule_fields, ages), .fallback = "false",        \
        .doc = "Whether a target that was struck is as old as before; otherwise it is as new. Of " \
               "`every` that is exponential, Weibull or a bathtub."                                \
    }

// mean and median of the repairs in LANL's logs
#define LANL "{lognormal: {mean: 355 min, median: 54 min}}"
#define REPAIR(fallback_)                                                                          \
    GS_DISTRIBUTION_FIELD("repair", second, gs_rule_fields, repair, 0, fallback_,                  \
                          "Work on the node once a crew is there.")
#define RAMP(fallback_)                                                                            \
    {                                                                                              \
        .name = "ramp", .type = GPUSIM_TIME, .unit = GPUSIM_UNIT_SECOND, AT(gs_rule_fields, ramp), \
        .fallback = (fallback_), .maximum = 9e9, .doc = "Time from no effect to the full one."     \
    }
#define SPREADS(fallback_)                                                                         \
    {                                                                                              \
        .name = "spread", .type = GPUSIM_FLOAT64, .unit = GPUSIM_UNIT_RATIO,                       \
        AT(gs_rule_fields, spread), .fallback = (fallback_), .maximum = 1,                         \
        .doc = "Probability that a strike takes each neighbour with it: the other GPUs of the "    \
               "node, the other nodes of the rack."                                                \
    }
// a spread, and what else a strike brings along
#define SPREAD(fallback_)                   SPREAD_AND_CAUSES(fallback_, "[]")
#define SPREAD_AND_CAUSES(spread_, causes_) SPREADS(spread_), CAUSES(causes_)
#define CAUSES(fallback_)                                                                          \
    {                                                                                              \
        .name = "causes", .type = GPUSIM_LIST, AT(gs_rule_fields, causes),                         \
        .fallback = (fallback_), .maximum = 100, .detail = {&cause_element},                       \
        .doc = "Other faults that a strike brings along; in the record of faults all have the "    \
               "first as their root."                                                              \
    }
#define TOGETHER                                                                                   \
    {                                                                                              \
        .name = "together", .type = GPUSIM_BOOL, AT(gs_rule_fields, together),                     \
        .fallback = "false",                                                                       \
        .doc = "Whether all amounts of a strike hang on one draw: who gets much of one gets much " \
               "of all, as quantiles of their distributions."                                      \
    }
#define HEATS                                                                                      \
    {                                                                                              \
        .name = "heats", .type = GPUSIM_RECORD, AT(gs_rule_fields, heats),                         \
        .flags = GPUSIM_OPTIONAL, .detail = {&heats_record},                                       \
        .doc = "A hazard that grows with temperature; of rules with `every`."                      \
    }

// a parameter of the kind: a distribution in `unit_` whose draws lie within [low, high]
#define QUANTITY_OF_KIND(number_, name_, unit_, flags_, fallback_, low, high, doc_)                \
    {                                                                                              \
        .name = (name_), .type = GPUSIM_ONE_OF, AT(gs_rule_fields, parameters[number_]),           \
        .flags = GPUSIM_PLAIN | (flags_), .fallback = (fallback_), .minimum = (low),               \
        .maximum = (high), .detail = {&gs_distribution_record_##unit_}, .doc = (doc_)              \
    }
#define PARAMETER(number_, name_, unit_, fallback_, low, high, doc_)                               \
    QUANTITY_OF_KIND(number_, name_, unit_, 0, fallback_, low, high, doc_)
#define NEEDED(number_, name_, unit_, low, high, doc_)                                             \
    QUANTITY_OF_KIND(number_, name_, unit_, GPUSIM_REQUIRED, NULL, low, high, doc_)

#define POSITIVE(number_, name_, unit_, high, doc_)                                                \
    QUANTITY_OF_KIND(number_, name_, unit_, GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE, NULL, 0, high, doc_)

#define GS_KIND(ID, id, name_, scope_, flags_, effect_, strike_, doc_, does_, signature_, jobs_,   \
                source_, ...)                                                                      \
    static const gpusim_field id##_fields[] = {COMMON, __VA_ARGS__};                               \
    const gpusim_record gs_fault_##id = {name_, GPUSIM_FIELDS(id##_fields),                        \
                                         (uint32_t)sizeof(gs_rule_fields), doc_};
#include "chaos/catalogue.h"
#undef GS_KIND

// ---- mixes ----

static const gpusim_field mix_fields[] = {
    NAME_AND_TARGET("Before the names of its rules: `llama3/faulty-gpu`. Absent: that of the mix."),
    {.name = "scale",
     .type = GPUSIM_FLOAT64,
     AT(gs_rule_fields, scale),
     .flags = GPUSIM_EXCLUSIVE,
     .fallback = "1",
     .maximum = 1e9,
     .doc = "All rates times this."},
    {.name = "shape",
     .type = GPUSIM_FLOAT64,
     AT(gs_rule_fields, shape),
     .flags = GPUSIM_EXCLUSIVE,
     .fallback = "1",
     .maximum = 10,
     .doc = "Shape of the Weibull between strikes on a target, of the same mean; 1 is exponential. "
            "Logs of failures have 0.7 to 0.8 (from memory)."},
    GS_DISTRIBUTION_FIELD("repair", second, gs_rule_fields, repair, 0, LANL,
                          "Until what is down is up again, or what needs a reset had one."),
    FROM_UNTIL,
    CLOCK,
};
static const gpusim_record mix_record = {
    "mix of faults", GPUSIM_FIELDS(mix_fields), (uint32_t)sizeof(gs_rule_fields),
    "One rule for each cause, as often as it was counted; what makes jobs hang lasts a little "
    "longer than their time-out."};

// ---- the alternatives ----

static const gpusim_field alternatives[] = {
#define GS_KIND(ID, id, name_, scope_, flags_, effect_, strike_, doc_, ...)                        \
    [GS_KIND_##                                                                                    \
        ID] = {.name = name_, .type = GPUSIM_RECORD, .detail = {&gs_fault_##id}, .doc = doc_},
#include "chaos/catalogue.h"
#undef GS_KIND
#define GS_MIX(ID, id, name_, doc_)                                                                \
    [GS_KINDS + GS_MIX_##                                                                          \
        ID] = {.name = name_, .type = GPUSIM_RECORD, .detail = {&mix_record}, .doc = doc_},
    GS_MIXES(GS_MIX)
#undef GS_MIX
};
const gpusim_record gs_fault_record = {"fault", GPUSIM_FIELDS(alternatives),
                                       (uint32_t)sizeof(gpusim_one_of),
                                       "What happens to hardware (`gpusim list faults`)."};

const gpusim_field *gs_fault_parameter(uint32_t kind, uint32_t parameter)
{
    const gpusim_record *record = gs_fault_kinds[kind].record;
    uint32_t offset =
        (uint32_t)(offsetof(gs_rule_fields, parameters) + parameter * sizeof(gpusim_one_of));
    for (uint32_t i = 0; i < record->count; i++) {
        if (record->fields[i].offset == offset) {
            return &record->fields[i];
        }
    }
    return NULL;
}

gpusim_unit gs_fault_parameter_unit(const gpusim_field *parameter)
{
    // its first alternative is the constant
    return parameter->detail.record->fields[0].unit;
}
