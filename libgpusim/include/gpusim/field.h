/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Field tables: each set of fields is declared once, and everything else is made from the table
 * (YAML binding, messages, `gpusim list -v`, JSON Schema, HDF5 columns, CSV headers, docs). */
#ifndef GPUSIM_FIELD_H
#define GPUSIM_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a field is stored in its C struct. The scalars serve scenarios and tables of a trace alike;
 * the last five only scenarios. */
typedef enum gpusim_field_type {
    GPUSIM_BOOL,    /* uint8_t, 0 or 1 */
    GPUSIM_INT32,   /* int32_t */
    GPUSIM_UINT32,  /* uint32_t */
    GPUSIM_INT64,   /* int64_t */
    GPUSIM_UINT64,  /* uint64_t; in a scenario also sizes with a unit ("80 GiB") */
    GPUSIM_FLOAT32, /* float */
    GPUSIM_FLOAT64, /* double, in the SI unit of `unit` */
    GPUSIM_TIME,    /* gpusim_time; in a scenario written with a unit ("30 min") */
    GPUSIM_ENUM,    /* int32_t in a scenario, uint8_t in a row; detail.choices names the values */
    GPUSIM_NAME,    /* uint32_t, an index into the names of the model or trace (rows only) */
    GPUSIM_STRING,  /* const char *, owned by what was loaded; NULL when absent (scenario only) */
    GPUSIM_RECORD,  /* a nested struct, inline; detail.record */
    GPUSIM_LIST,    /* gpusim_list of detail.element's type */
    GPUSIM_MAP,     /* gpusim_list of structs that begin with `const char *key`; detail.element
                     * describes the value, its offset counts from the start of that struct, whose
                     * size is the end of the value rounded up to a multiple of 8 */
    GPUSIM_ONE_OF,  /* gpusim_one_of; detail.record's fields are the alternatives */
} gpusim_field_type;

/* What a number measures. The scenario needs the unit to be written (except GPUSIM_UNIT_NONE and
 * GPUSIM_UNIT_RATIO); values are stored in the unit named here. */
typedef enum gpusim_unit {
    GPUSIM_UNIT_NONE,       /* a count or a pure number */
    GPUSIM_UNIT_RATIO,      /* a pure number, usually 0..1; "12 %" is understood */
    GPUSIM_UNIT_SECOND,     /* s; stored as ns when the type is GPUSIM_TIME */
    GPUSIM_UNIT_PER_SECOND, /* 1/s: "40/h" */
    GPUSIM_UNIT_BYTE,       /* B: "80 GiB", "500 GB" */
    GPUSIM_UNIT_BYTE_PER_SECOND,
    GPUSIM_UNIT_WATT,
    GPUSIM_UNIT_JOULE,
    GPUSIM_UNIT_CELSIUS, /* C on the scale; differences are GPUSIM_UNIT_KELVIN */
    GPUSIM_UNIT_KELVIN,
    GPUSIM_UNIT_KELVIN_PER_WATT,
    GPUSIM_UNIT_HERTZ,
    GPUSIM_UNIT_PERCENT,                /* telemetry only */
    GPUSIM_UNIT_FLOP_PER_SECOND,        /* "989 TFLOPS" */
    GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, /* of air or coolant: "0.25 m3/s", "1 L/min" */
    GPUSIM_UNIT_KILOGRAM,
    GPUSIM_UNIT_KILOGRAM_PER_JOULE, /* of CO2: "385 g/kWh" */
    GPUSIM_UNIT_PER_JOULE,          /* of a currency: "0.094/kWh" */
    GPUSIM_UNIT_MEGAHERTZ,          /* telemetry only, as what is below: DCGM's own units */
    GPUSIM_UNIT_MEBIBYTE,
    GPUSIM_UNIT_MEGABYTE,
    GPUSIM_UNIT_MILLIJOULE,
    GPUSIM_UNIT_NANOSECOND,
    GPUSIM_UNIT_KILOGRAM_PER_SECOND,
    GPUSIM_UNIT_ELECTRONVOLT, /* of an activation: "0.7 eV" */
    GPUSIM_UNIT_COUNT
} gpusim_unit;

typedef struct gpusim_list {
    void *items;
    uint32_t count;
    uint32_t reserved;
} gpusim_list;

typedef struct gpusim_one_of {
    void *value;    /* the alternative's storage; NULL when absent */
    uint32_t which; /* index of the alternative in the table */
    uint32_t reserved;
} gpusim_one_of;

typedef struct gpusim_choice {
    const char *name; /* NULL ends the list */
    int32_t value;
    const char *doc;
} gpusim_choice;

enum {
    GPUSIM_REQUIRED = 1 << 0, /* the scenario must give it */
    GPUSIM_OPTIONAL =
        1 << 1, /* absent is a value of its own: NaN, GPUSIM_TIME_MAX, NULL, the type's
                 * maximum for integers, value NULL or count 0, and for a record:
                 * its first field is a uint8_t `present` (never written in YAML) */
    GPUSIM_EXCLUSIVE = 1 << 2,  /* minimum itself is not allowed (range is open below) */
    GPUSIM_PLAIN = 1 << 3,      /* of a one-of: a plain scalar (or list) is the first alternative */
    GPUSIM_TAGGED = 1 << 4,     /* of a one-of: the value of key `tag` picks the alternative, whose
                                 * other keys stand beside it (so alternatives are records); when that
                                 * key is absent, alternative 0 is taken. Without this flag the only
                                 * key of the map picks the alternative */
    GPUSIM_UNMEASURED = 1 << 5, /* of a row: depends on wall time or memory; not in the digest */
    GPUSIM_WORD = 1 << 6,       /* of a time: the bare words in detail.choices are values too, e.g.
                                 * `drained`; stored as the choice's value */
    GPUSIM_EITHER = 1 << 7,     /* of a one-of with GPUSIM_PLAIN and two alternatives: a map is the
                                 * second, a record, whose keys stand in it directly */
    GPUSIM_NAMED = 1 << 8,  /* of a one-of: the bare name of an alternative, a record, takes it with
                             * all its defaults */
    GPUSIM_SILENT = 1 << 9, /* of a row: 0, or no number, leaves no mark in the digest, so that what
                             * came later changes only the digests of runs that use it */
    GPUSIM_OF_USERS =
        1 << 10, /* of a map of gpusim_weight among an order's parameters: its keys are */
    GPUSIM_OF_VCS = 1 << 11, /* names of users, virtual clusters, qualities of service (or of */
    GPUSIM_OF_QOS = 1 << 12, /* several of these); one that nobody has is warned of */
};
/* GPUSIM_PLAIN on a list: a value that is no list is a list of one. GPUSIM_REQUIRED on a one-of
 * with GPUSIM_TAGGED: the tag must be there. A range on a one-of that is a distribution is that of
 * the values it may have. */

typedef struct gpusim_field gpusim_field;
typedef struct gpusim_record gpusim_record;

struct gpusim_field {
    const char *name;
    gpusim_field_type type;
    gpusim_unit unit;
    uint32_t offset; /* offsetof() in the record's struct */
    uint32_t flags;
    const char *fallback;    /* the default, as a user would write it in YAML; NULL: none */
    double minimum, maximum; /* inclusive, in the stored unit (times: seconds); of lists, maps and
                              * strings the length; equal: no range */
    union {
        const void *any; /* set this in a table */
        const gpusim_choice *choices;
        const gpusim_record *record;
        const gpusim_field *element;
    } detail;
    const char *tag; /* with GPUSIM_TAGGED: the key whose value picks the alternative */
    const char *doc; /* one or two sentences; the unit goes without saying */
};

/* A table. `extra` lets an alternative be a list of names known only at run time (modules); NULL
 * for all tables that are constant. */
struct gpusim_record {
    const char *name; /* for messages and the schema: "node group" */
    const gpusim_field *fields;
    uint32_t count;
    uint32_t size; /* sizeof the C struct */
    const char *doc;
};

#define GPUSIM_FIELDS(array) (array), (uint32_t)(sizeof(array) / sizeof((array)[0]))

/* Names and symbols of a unit: "s", "1/s", "B", "W", "degC", ... ("" for pure numbers). */
GPUSIM_API const char *gpusim_unit_symbol(gpusim_unit unit);

/* Parses a quantity as scenarios write it ("7 d", "80 GiB", "30/h", "85 C", "12 %"). The value
 * comes in the unit's stored scale. GPUSIM_ARGUMENT with a message and a hint when the text is no
 * number, lacks its unit or has one of another kind. Same result in every locale. */
GPUSIM_API gpusim_status gpusim_quantity_parse(const char *text, gpusim_unit unit, double *value,
                                               gpusim_error *err);

/* Writes a quantity the way a person would ("7 d", "80 GiB", "1.5 h"); exact enough to read back to
 * the same value when `exact` is not 0. Returns the length like snprintf. */
GPUSIM_API int gpusim_quantity_format(double value, gpusim_unit unit, int exact, char *buffer,
                                      int size);

/* A time written and read exactly, in integers ("90 min" is 5400000000000; "never" is
 * GPUSIM_TIME_MAX). */
GPUSIM_API gpusim_status gpusim_time_parse(const char *text, gpusim_time *value, gpusim_error *err);
GPUSIM_API int gpusim_time_format(gpusim_time value, char *buffer, int size);

/* A date as the time since 1970-01-01: "2026-01-01", "2026-01-01T12:00:00", UTC; a Z may follow. */
GPUSIM_API gpusim_status gpusim_date_parse(const char *text, gpusim_time *since_1970,
                                           gpusim_error *err);

/* The candidate nearest to a word that is none of them (letters changed, missing, added or swapped,
 * or an abbreviation); NULL when none is near. */
GPUSIM_API const char *gpusim_nearest(const char *word, const char *const *candidates,
                                      uint32_t count);

/* "did you mean 'A', 'B' or 'C'?" for names of families ("H100-SXM5-80GB"): all that hold the word,
 * or each of its parts, ignoring case and what is no letter or digit; else the one that the word
 * goes on from; else the nearest. The text is empty when there is none; as many as fit are named.
 */
GPUSIM_API void gpusim_suggest(const char *word, const char *const *candidates, uint32_t count,
                               char *text, size_t size);

/* Writes what there is to say about a table, an entry for each field and those within it: key path,
 * type, unit, default, range, doc. `write` is handed pieces of text, not terminated. */
typedef void (*gpusim_write)(void *to, const char *text, size_t length);
GPUSIM_API void gpusim_record_describe(const gpusim_record *record, gpusim_write write, void *to);

/* The field of that name, or NULL. O(count). */
GPUSIM_API const gpusim_field *gpusim_record_find(const gpusim_record *record, const char *name);

#ifdef __cplusplus
}
#endif
#endif
