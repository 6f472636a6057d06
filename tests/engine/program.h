/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A random program of events: each one that fires schedules, cancels and moves others, with ties,
 * zero delays and delays of every magnitude. It runs alike on anything that has the five
 * operations, and keeps a log of all it saw. */
#ifndef TESTS_ENGINE_PROGRAM_H
#define TESTS_ENGINE_PROGRAM_H

#include <stdint.h>
#include <stdlib.h>

#define PROGRAM_HANDLES 256

typedef struct program_machine {
    void (*schedule)(void *machine, int64_t time, int class_, uint64_t payload, int handle);
    int (*cancel)(void *machine, int handle);
    int (*move)(void *machine, int handle, int64_t time);
    int64_t (*now)(void *machine);
    uint64_t (*count)(void *machine);
} program_machine;

typedef struct program_line {
    int64_t time;
    uint64_t payload; /* of the event; or 0: a pass */
    uint64_t pending;
} program_line;

typedef struct program {
    const program_machine *does;
    void *machine;
    uint64_t random, payload, target; /* about so many pending */
    int quiet;                        /* percent of cancels and moves among the actions */
    program_line *log;
    size_t lines, room;
} program;

static inline uint64_t program_random(program *p)
{
    // splitmix64
    uint64_t z = p->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline int64_t program_delay(program *p)
{
    uint64_t r = program_random(p);
    switch (r % 8) {
    case 0:
        return 0;
    case 1:
    case 2:
        return (int64_t)(r >> 8 & 0xffff) % 10 * 100; // ties
    case 3:
        return (int64_t)(r >> 8) % 5;
    case 4:
    case 5:
        return (int64_t)(r >> 8) % 10000;
    case 6:
        return (int64_t)(r >> 8) % 1000 * 1000;
    default:
        return (int64_t)((r >> 14) >> (r >> 8) % 44); // any magnitude up to 2^50
    }
}

static inline void program_log(program *p, uint64_t payload)
{
    if (p->lines == p->room) {
        p->room = p->room * 2 + 1024;
        p->log = realloc(p->log, p->room * sizeof *p->log);
    }
    p->log[p->lines++] = (program_line){.time = p->does->now(p->machine),
                                        .payload = payload,
                                        .pending = p->does->count(p->machine)};
}

/* One action: mostly schedules when few are pending, and cancels when many are. */
static inline void program_act(program *p)
{
    uint64_t r = program_random(p);
    int handle = (int)(r % PROGRAM_HANDLES);
    int what = (int)((r >> 32) % 100);
    if (what < p->quiet) {
        if (r >> 63) {
            p->payload += (uint64_t)p->does->cancel(p->machine, handle);
        } else {
            int64_t time = p->does->now(p->machine) + program_delay(p);
            p->payload += (uint64_t)p->does->move(p->machine, handle, time);
        }
    } else {
        int64_t time = p->does->now(p->machine) + program_delay(p);
        p->does->schedule(p->machine, time, (int)((r >> 16) % 8), ++p->payload, handle);
    }
}

/* What an event does when it fires. */
static inline void program_event(program *p, uint64_t payload)
{
    program_log(p, payload);
    uint64_t pending = p->does->count(p->machine);
    uint64_t actions = pending < p->target ? 1 + program_random(p) % 3 : program_random(p) % 2;
    while (actions--) {
        program_act(p);
    }
}

/* What is done after each batch. */
static inline void program_pass(program *p)
{
    program_log(p, 0);
    if (program_random(p) % 4 == 0) {
        program_act(p);
    }
}

#endif
