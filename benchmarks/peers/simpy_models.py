#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks' models in SimPy, 2 (Debian's) or newer: `hold processes|callbacks PENDING`,
`mm1 customers|processes|callbacks`
(a process for each customer, or two for all). Prints ns of CPU time per hold or customer; exit status 3: this SimPy has
no such thing (SimPy 2 knows processes alone), 4: no SimPy."""
import collections
import random
import sys
import time

try:
    import simpy  # 3 and newer
except ImportError:
    simpy = None
    try:
        from SimPy.Simulation import (Process, Resource, Simulation, hold, passivate, release,
                                      request)
    except ImportError:
        sys.exit(4)

HOLDS = 100000
CUSTOMERS = 60000
LOAD = 0.9

rng = random.Random(1)
delays = [rng.expovariate(1) for _ in range(2048)]
holds = customers = 0
started = 0.0


def finish(count):
    print('%.2f' % (1e9 * (time.process_time() - started) / count))
    sys.stdout.flush()
    sys.exit(0)


def count_hold(warm_up):
    """Counts one hold; the first `warm_up` are not timed."""
    global holds, started
    holds += 1
    if holds == warm_up:
        started = time.process_time()
    if holds == warm_up + HOLDS:
        finish(HOLDS)
    return delays[holds % 2048]


def hold_2(pending):
    class Holder(Process):
        def run(self):
            while True:
                yield hold, self, count_hold(pending)

    sim = Simulation()
    for i in range(pending):
        holder = Holder(sim=sim)
        sim.activate(holder, holder.run(), at=delays[i % 2048])
    sim.simulate(until=1e12)


def mm1_2():
    sim = Simulation()
    queue = collections.deque()

    class Server(Process):
        idle = True

        def run(self):
            served = 0
            while True:
                while queue:
                    queue.popleft()
                    yield hold, self, rng.expovariate(1)
                    served += 1
                    if served == CUSTOMERS:
                        finish(CUSTOMERS)
                self.idle = True
                yield passivate, self

    class Arrivals(Process):
        def run(self):
            while True:
                queue.append(self.sim.now())
                if server.idle:
                    server.idle = False
                    self.sim.reactivate(server)
                yield hold, self, rng.expovariate(LOAD)

    server, arrivals = Server(sim=sim), Arrivals(sim=sim)
    sim.activate(server, server.run())
    sim.activate(arrivals, arrivals.run())
    sim.simulate(until=1e12)


def mm1_2_customers():
    sim = Simulation()
    server = Resource(capacity=1, sim=sim)

    class Customer(Process):
        def run(self):
            global customers
            yield request, self, server
            yield hold, self, rng.expovariate(1)
            yield release, self, server
            customers += 1
            if customers == CUSTOMERS:
                finish(CUSTOMERS)

    class Arrivals(Process):
        def run(self):
            while True:
                customer = Customer(sim=self.sim)
                self.sim.activate(customer, customer.run())
                yield hold, self, rng.expovariate(LOAD)

    arrivals = Arrivals(sim=sim)
    sim.activate(arrivals, arrivals.run())
    sim.simulate(until=1e12)


def after(env, delay, callback):
    timeout = simpy.Timeout(env, delay)
    timeout.callbacks.append(callback)


def hold_3(pending, kind):
    env = simpy.Environment()

    def holder(first):
        yield env.timeout(first)
        while True:
            yield env.timeout(count_hold(pending))

    def callback(_):
        after(env, count_hold(pending), callback)

    for i in range(pending):
        if kind == 'processes':
            env.process(holder(delays[i % 2048]))
        else:
            after(env, delays[i % 2048], callback)
    env.run()


def mm1_3(kind):
    env = simpy.Environment()
    if kind == 'processes':
        store = simpy.Store(env)

        def arrivals():
            while True:
                yield env.timeout(rng.expovariate(LOAD))
                store.put(env.now)

        def server():
            for _ in range(CUSTOMERS):
                yield store.get()
                yield env.timeout(rng.expovariate(1))
            finish(CUSTOMERS)

        env.process(arrivals())
        env.process(server())
        env.run()
        return
    if kind == 'customers':
        resource = simpy.Resource(env)

        def customer():
            global customers
            with resource.request() as turn:
                yield turn
                yield env.timeout(rng.expovariate(1))
            customers += 1
            if customers == CUSTOMERS:
                finish(CUSTOMERS)

        def source():
            while True:
                env.process(customer())
                yield env.timeout(rng.expovariate(LOAD))

        env.process(source())
        env.run()
        return
    queue = collections.deque()

    def arrive(_):
        queue.append(env.now)
        if len(queue) == 1:
            after(env, rng.expovariate(1), depart)
        after(env, rng.expovariate(LOAD), arrive)

    def depart(_):
        global customers
        customers += 1
        if customers == CUSTOMERS:
            finish(CUSTOMERS)
        queue.popleft()
        if queue:
            after(env, rng.expovariate(1), depart)

    after(env, 0, arrive)
    env.run()


model, kind = sys.argv[1], sys.argv[2]
if simpy is None and kind == 'callbacks':
    sys.exit(3)
started = time.process_time()
if model == 'hold':
    pending = int(sys.argv[3])
    hold_2(pending) if simpy is None else hold_3(pending, kind)
else:
    if simpy is not None:
        mm1_3(kind)
    elif kind == 'customers':
        mm1_2_customers()
    else:
        mm1_2()
