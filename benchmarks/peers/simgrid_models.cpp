/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The benchmarks' models in SimGrid: `hold timers|actors PENDING`, `mm1 timers|actors`. Prints ns of
 * CPU time per hold or customer. */
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u.hpp>

namespace sg4 = simgrid::s4u;
using simgrid::kernel::timer::Timer;

static std::mt19937_64 generator(1);
static std::vector<double> delays;

static double cpu_seconds()
{
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

static double exponential()
{
    static std::exponential_distribution<double> distribution(1.0);
    return distribution(generator);
}

// Timers run while an actor lives; this one outlives all of them.
static void wait_for_all()
{
    sg4::this_actor::sleep_for(1e12);
}

static double started, took;
static long left, holds;

static void hold_ends(long count)
{
    took = cpu_seconds() - started;
    std::printf("%.2f\n", 1e9 * took / double(count));
    std::fflush(stdout);
    std::_Exit(0);
}

static void hold_timer()
{
    if (--left == holds)
        started = cpu_seconds();
    if (left == 0)
        hold_ends(holds);
    Timer::set(sg4::Engine::get_clock() + delays[std::size_t(left) % delays.size()], hold_timer);
}

static void hold_actor(std::size_t i)
{
    sg4::this_actor::sleep_for(delays[i % delays.size()]);
    for (;;) {
        if (--left == holds)
            started = cpu_seconds();
        if (left <= 0)
            hold_ends(holds);
        sg4::this_actor::sleep_for(delays[std::size_t(left) % delays.size()]);
    }
}

// M/M/1 at load 0.9.
static std::deque<double> queue;
static double waited;
static bool busy;
static long customers, served;

static void depart_timer()
{
    if (++served == customers)
        hold_ends(customers);
    busy = !queue.empty();
    if (busy) {
        waited += sg4::Engine::get_clock() - queue.front();
        queue.pop_front();
        Timer::set(sg4::Engine::get_clock() + exponential(), depart_timer);
    }
}

static void arrive_timer()
{
    double now = sg4::Engine::get_clock();
    if (busy) {
        queue.push_back(now);
    } else {
        busy = true;
        Timer::set(now + exponential(), depart_timer);
    }
    Timer::set(now + exponential() / 0.9, arrive_timer);
}

static void arrivals_actor(sg4::SemaphorePtr waiting)
{
    for (;;) {
        sg4::this_actor::sleep_for(exponential() / 0.9);
        queue.push_back(sg4::Engine::get_clock());
        waiting->release();
    }
}

static void server_actor(sg4::SemaphorePtr waiting)
{
    for (;;) {
        waiting->acquire();
        waited += sg4::Engine::get_clock() - queue.front();
        queue.pop_front();
        sg4::this_actor::sleep_for(exponential());
        if (++served == customers)
            hold_ends(customers);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    std::string model = argv[1], kind = argv[2];
    sg4::Engine engine(&argc, argv);
    auto *zone = sg4::create_full_zone("zone");
    auto *host = zone->create_host("host", 1e9);
    zone->seal();
    for (int i = 0; i < 2048; i++)
        delays.push_back(exponential() + 1e-9);

    long pending = argc > 3 ? std::atol(argv[3]) : 0;
    holds = kind == "timers" ? 200000 : 50000;
    customers = 200000;
    left = holds + pending;
    if (model == "hold" && kind == "timers") {
        sg4::Actor::create("main", host, wait_for_all);
        for (long i = 0; i < pending; i++)
            Timer::set(delays[std::size_t(i) % delays.size()] + double(i % 997) * 1e-9, hold_timer);
    } else if (model == "hold") {
        for (long i = 0; i < pending; i++)
            sg4::Actor::create("hold", host, hold_actor, std::size_t(i));
    } else if (kind == "timers") {
        sg4::Actor::create("main", host, wait_for_all);
        Timer::set(0, arrive_timer);
    } else {
        auto waiting = sg4::Semaphore::create(0);
        sg4::Actor::create("arrivals", host, arrivals_actor, waiting);
        sg4::Actor::create("server", host, server_actor, waiting);
    }
    started = cpu_seconds();
    engine.run();
    return 1;
}
