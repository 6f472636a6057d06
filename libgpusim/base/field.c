/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be asked of a field table without data: its fields, and the storage they need. */
#include "base/field.h"

#include <string.h>

const gpusim_field *gpusim_record_find(const gpusim_record *record, const char *name)
{
    for (uint32_t i = 0; record && i < record->count; i++) {
        if (strcmp(record->fields[i].name, name) == 0) {
            return &record->fields[i];
        }
    }
    return NULL;
}

size_t gs_field_size(const gpusim_field *field)
{
    switch (field->type) {
    case GPUSIM_BOOL:
        return sizeof(uint8_t);
    case GPUSIM_INT32:
    case GPUSIM_UINT32:
    case GPUSIM_NAME:
    case GPUSIM_FLOAT32:
    case GPUSIM_ENUM:
        return 4;
    case GPUSIM_INT64:
    case GPUSIM_UINT64:
    case GPUSIM_FLOAT64:
    case GPUSIM_TIME:
        return 8;
    case GPUSIM_STRING:
        return sizeof(const char *);
    case GPUSIM_RECORD:
        return field->detail.record ? field->detail.record->size : 0;
    case GPUSIM_LIST:
    case GPUSIM_MAP:
        return sizeof(gpusim_list);
    case GPUSIM_ONE_OF:
        return sizeof(gpusim_one_of);
    }
    return 0;
}

size_t gs_entry_size(const gpusim_field *element)
{
    size_t size = element->offset + gs_field_size(element);
    return (size + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
}

int gs_field_has_range(const gpusim_field *field)
{
    return field->minimum < field->maximum || field->minimum > field->maximum;
}

const gpusim_choice *gs_choice_named(const gpusim_choice *choices, const char *name)
{
    for (const gpusim_choice *c = choices; c && c->name; c++) {
        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}

const gpusim_choice *gs_choice_of(const gpusim_choice *choices, int64_t value)
{
    for (const gpusim_choice *c = choices; c && c->name; c++) {
        if (c->value == value) {
            return c;
        }
    }
    return NULL;
}
