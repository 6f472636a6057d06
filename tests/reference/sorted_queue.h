/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slow twin of the event engine: one list sorted by (time, batch, class, sequence), walked from
 * its end for every insertion. Obviously right, and O(pending) per event. */
#ifndef TESTS_REFERENCE_SORTED_QUEUE_H
#define TESTS_REFERENCE_SORTED_QUEUE_H

#include <stdint.h>
#include <stdlib.h>

typedef struct sorted_event {
    int64_t time;
    uint64_t batch, sequence, payload;
    int class_;
    struct sorted_event *before, *after;
} sorted_event;

typedef struct sorted_queue {
    sorted_event *first, *last;
    int64_t now;
    uint64_t batch; /* of what fired last at this instant; 0: nothing has */
    uint64_t sequence, count;
} sorted_queue;

static inline int sorted_less(const sorted_event *a, const sorted_event *b)
{
    if (a->time != b->time) {
        return a->time < b->time;
    }
    if (a->batch != b->batch) {
        return a->batch < b->batch;
    }
    if (a->class_ != b->class_) {
        return a->class_ < b->class_;
    }
    return a->sequence < b->sequence;
}

/* Returns the sequence number, which is the event's handle. */
static inline uint64_t sorted_schedule(sorted_queue *queue, int64_t time, int class_,
                                       uint64_t payload)
{
    sorted_event *event = calloc(1, sizeof *event);
    event->time = time;
    event->batch = time == queue->now ? queue->batch + 1 : 1;
    event->class_ = class_;
    event->sequence = ++queue->sequence;
    event->payload = payload;
    sorted_event *before = queue->last;
    while (before && sorted_less(event, before)) {
        before = before->before;
    }
    event->before = before;
    event->after = before ? before->after : queue->first;
    *(event->after ? &event->after->before : &queue->last) = event;
    *(before ? &before->after : &queue->first) = event;
    queue->count++;
    return event->sequence;
}

static inline sorted_event *sorted_find(const sorted_queue *queue, uint64_t handle)
{
    for (sorted_event *event = queue->first; event; event = event->after) {
        if (event->sequence == handle) {
            return event;
        }
    }
    return NULL;
}

static inline void sorted_remove(sorted_queue *queue, sorted_event *event)
{
    *(event->before ? &event->before->after : &queue->first) = event->after;
    *(event->after ? &event->after->before : &queue->last) = event->before;
    queue->count--;
    free(event);
}

static inline int sorted_cancel(sorted_queue *queue, uint64_t handle)
{
    sorted_event *event = sorted_find(queue, handle);
    if (event) {
        sorted_remove(queue, event);
    }
    return event != NULL;
}

/* Takes the next event at or before `until` into *fired and moves the clock; 0 if there is none. */
static inline int sorted_take(sorted_queue *queue, int64_t until, sorted_event *fired)
{
    if (!queue->first || queue->first->time > until) {
        return 0;
    }
    *fired = *queue->first;
    queue->now = fired->time;
    queue->batch = fired->batch;
    sorted_remove(queue, queue->first);
    return 1;
}

/* The clock moves on to where nothing happens. */
static inline void sorted_wait(sorted_queue *queue, int64_t until)
{
    if (until > queue->now) {
        queue->now = until;
        queue->batch = 0;
    }
}

static inline void sorted_clear(sorted_queue *queue)
{
    while (queue->first) {
        sorted_remove(queue, queue->first);
    }
}

#endif
