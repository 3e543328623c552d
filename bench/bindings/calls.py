# SPDX-License-Identifier: Apache-2.0
"""The library's calls from Python, asked for over a Unix socket in the current folder.

    calls.py BUILT ITEMS

BUILT is the folder that build.sh has filled. A request is a line of a number and a call's name; the
answer is the processor time that so many elements took, in ns, and how many went wrong; `-1 0`, if
there is no such call here. `sums` is answered with what all cells have on hand and reserved, and
with 1 if the audit finds them consistent.
"""

import ctypes
import random
import socket
import sys
from itertools import cycle, islice
from pathlib import Path
from threading import Lock
from time import thread_time_ns

import numpy
import sellable

BATCH, DRAWN = 1024, 1 << 16
STOCK = 1_000_000_000
RETENTION = 1000
LOCATIONS = ["east", "north", "south", "west"]


class Timer:
    """with Timer() as timer: ...; timer.ns is then what it took of the processor: of this thread,
    which is the only one here that works (numpy's wait for work in a loop)."""

    def __enter__(self):
        self.start = thread_time_ns()
        return self

    def __exit__(self, *_):
        self.ns = thread_time_ns() - self.start


class Library:
    """Calls of the package, on an engine of its own."""

    def __init__(self, items):
        self.engine = engine = sellable.Engine(items=items, retention=RETENTION)
        self.locations = [engine.location(key) for key in LOCATIONS]
        self.channel = engine.channel("web")
        self.keys = [f"item-{row:011x}" for row in range(items)]
        self.items = [engine.item(key) for key in self.keys]
        for item in self.items:
            for location in self.locations:
                engine.set_on_hand(item, location, STOCK)
        draw = random.Random(1)
        self.drawn = [draw.randrange(items) for _ in range(DRAWN)]
        self.drawn_items = [self.items[row] for row in self.drawn]
        self.drawn_keys = [self.keys[row] for row in self.drawn]
        self.drawn_locations = [draw.choice(self.locations) for _ in range(DRAWN)]
        self.item_column = numpy.array(self.drawn_items, dtype=numpy.uint32)
        self.location_column = numpy.array(self.drawn_locations, dtype=numpy.uint32)
        self.ones = numpy.ones(BATCH, dtype=numpy.int64)
        self.orders = 0

    # ---- calls: ns, and how many went wrong ------------------------------------------------------

    def available(self, things, channel, count):
        available = self.engine.available
        with Timer() as timer:
            for item in islice(cycle(things), count):
                available(item, channel)
        return timer.ns, 0

    def available_by_key(self, count):
        return self.available(self.drawn_keys, "web", count)

    def available_by_handle(self, count):
        return self.available(self.drawn_items, self.channel, count)

    def available_batch(self, count):
        available, channel, column = self.engine.available, self.channel, self.item_column
        with Timer() as timer:
            for first in range(0, count, BATCH):
                first &= DRAWN - 1
                available(column[first:first + BATCH], channel)
        return timer.ns, 0

    def with_orders(self, count, reserve):
        """Reserve under fresh keys; not timed, close the orders again."""
        keys = [f"order-{number:010x}" for number in range(self.orders, self.orders + count)]
        self.orders += count
        with Timer() as timer:
            reserve(keys)
        wrong = abs(self.engine.stats().orders_open - count)
        for key in keys:
            self.engine.release(key)
        return timer.ns, wrong

    def reserve(self, count):
        def all_of_them(keys):
            reserve, channel = self.engine.reserve, self.channel
            for key, item in zip(keys, cycle(self.drawn_items)):
                reserve(key, channel, [(item, 1)])
        return self.with_orders(count, all_of_them)

    def reserve_batch(self, count):
        def all_of_them(keys):
            reserve_many, channel = self.engine.reserve_many, self.channel
            items = cycle(self.drawn_items)
            for first in range(0, count, BATCH):
                reserve_many([{"order": key, "channel": channel, "lines": [(item, 1)]}
                              for key, item in zip(keys[first:first + BATCH], items)])
        return self.with_orders(count, all_of_them)

    def adjust(self, count):
        adjust = self.engine.adjust_on_hand
        cells = zip(cycle(self.drawn_items), cycle(self.drawn_locations))
        with Timer() as timer:
            for item, location in islice(cells, count):
                adjust(item, location, 1)
        return timer.ns, 0

    def adjust_batch(self, count):
        apply, items, locations = self.engine.apply_columns, self.item_column, self.location_column
        with Timer() as timer:
            for first in range(0, count, BATCH):
                first &= DRAWN - 1
                apply("on_hand.adjust", item=items[first:first + BATCH],
                      location=locations[first:first + BATCH], quantity=self.ones)
        return timer.ns, 0

    # ---- between the calls -----------------------------------------------------------------------

    def forget(self):
        """Let the time pass for which what is closed, and what has moved, is remembered."""
        self.engine.advance(self.engine.now + 2 * RETENTION)

    def sums(self):
        cells = [self.engine.cell(item, location)
                 for item in self.items for location in self.locations]
        return (sum(cell.on_hand for cell in cells), sum(cell.reserved for cell in cells),
                int(self.engine.audit().consistent))


class Table:
    """What one writes without the library: a dict, and a lock around the check and the change."""

    def __init__(self, keys, drawn):
        self.stock, self.drawn, self.lock = dict.fromkeys(keys, STOCK), drawn, Lock()
        self.taken = 0

    def take(self, key, quantity):
        with self.lock:
            if self.stock[key] < quantity:
                return False
            self.stock[key] -= quantity
            return True

    def run(self, count):
        take = self.take
        with Timer() as timer:
            for key in islice(cycle(self.drawn), count):
                take(key, 1)
        self.taken += count
        return timer.ns, len(self.stock) * STOCK - sum(self.stock.values()) - self.taken


class Key(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_char_p), ("size", ctypes.c_uint64)]


class Question(ctypes.Structure):
    _fields_ = [("item_key", Key), ("channel_key", Key), ("item", ctypes.c_uint32),
                ("channel", ctypes.c_uint32), ("order", Key), ("date", ctypes.c_int64),
                ("has_date", ctypes.c_uint32), ("reserved", ctypes.c_uint32)]


class Availability(ctypes.Structure):
    _fields_ = [("promisable", ctypes.c_int64), ("published", ctypes.c_int64),
                ("level", ctypes.c_uint32), ("reserved", ctypes.c_uint32)]


class Event(ctypes.Structure):
    """As far as on_hand.set needs it; bindings/layout.txt has the rest."""

    _fields_ = [("type", ctypes.c_uint32), ("has_expected", ctypes.c_uint32),
                ("item_key", Key), ("location_key", Key), ("item", ctypes.c_uint32),
                ("location", ctypes.c_uint32), ("reason", Key), ("quantity", ctypes.c_int64),
                ("rest", ctypes.c_char * (400 - 72))]


class Foreign:
    """The same library, called by ctypes: what one has without an extension."""

    def __init__(self, library, empty, keys, drawn):
        self.library, self.empty = ctypes.CDLL(library), ctypes.CDLL(empty).nothing
        self.engine = ctypes.c_void_p()
        self.ok(self.library.sellable_open(None, ctypes.byref(self.engine)))
        locations = [self.put("location", key) for key in LOCATIONS]
        self.channel = self.put("channel", "web")
        items = [self.put("item", key) for key in keys]
        for item in items:
            for location in locations:
                event = Event(type=1, item=item, location=location, quantity=STOCK)
                self.ok(self.library.sellable_apply(self.engine, None, ctypes.byref(event), None))
        self.drawn = [items[row] for row in drawn]
        # Said once, so that ctypes need not guess with each call.
        pointers = [ctypes.c_void_p] * 3
        self.available_function = self.library.sellable_available
        self.available_function.argtypes = self.empty.argtypes = pointers

    @staticmethod
    def ok(status):
        if status != 0:
            raise RuntimeError(f"status {status}")

    def put(self, master, key):
        handle = ctypes.c_uint32()
        self.ok(getattr(self.library, f"sellable_{master}_put")(
            self.engine, None, Key(key.encode(), len(key)), None, ctypes.byref(handle), None))
        return handle.value

    def nothing(self, count):
        empty, engine = self.empty, self.engine
        question, availability = ctypes.byref(Question()), ctypes.byref(Availability())
        with Timer() as timer:
            for _ in range(count):
                empty(engine, question, availability)
        return timer.ns, 0

    def available(self, count):
        available, engine, wrong = self.available_function, self.engine, 0
        question, availability = Question(channel=self.channel), Availability()
        to_question, to_availability = ctypes.byref(question), ctypes.byref(availability)
        with Timer() as timer:
            for item in islice(cycle(self.drawn), count):
                question.item = item
                if available(engine, to_question, to_availability) != 0:
                    wrong += 1
                availability.promisable
        return timer.ns, wrong


def nothing(items, channel, count):
    """An empty C function, called as Engine.available is."""
    from nothing import call
    with Timer() as timer:
        for item in islice(cycle(items), count):
            call(item, channel)
    return timer.ns, 0


def main(built, items):
    sys.path.insert(0, built)
    library = Library(int(items))
    table = Table(library.keys, library.drawn_keys)
    foreign = Foreign(str(Path(built, "libsellable.so")), str(Path(built, "libnothing.so")),
                      library.keys, library.drawn)
    calls = {
        "an empty function": lambda count: nothing(library.drawn_items, library.channel, count),
        "available by key": library.available_by_key,
        "available by handle": library.available_by_handle,
        "available, a batch": library.available_batch,
        "reserve": library.reserve,
        "reserve, a batch": library.reserve_batch,
        "on_hand.adjust": library.adjust,
        "on_hand.adjust, a batch": library.adjust_batch,
        "a table and a lock": table.run,
        "ctypes: an empty function": foreign.nothing,
        "ctypes: available by handle": foreign.available,
    }
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        server.listen(1)
        with server.accept()[0].makefile("rw") as line:
            for request in line:
                count, name = request.rstrip("\n").split(" ", 1)
                if name == "sums":
                    answer = library.sums()
                else:
                    answer = calls[name](int(count)) if name in calls else (-1, 0)
                    library.forget()
                print(*answer, file=line, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
