# SPDX-License-Identifier: Apache-2.0
"""Several Python threads on one engine: nothing is oversold, and nobody waits for a long call."""

from __future__ import annotations

import gc
import itertools
import operator
import pathlib
import sys
import threading
from collections.abc import Callable, Iterable

import pytest

import sellable
from conftest import stock
from sellable import Engine
from test_life import in_threads

THREADS = 4


def test_threads_sell_what_there_is_and_not_one_more(engine: Engine) -> None:
    engine.set_on_hand("A", "east", 700)
    engine.set_on_hand("A", "west", 300)
    sold = [0] * THREADS
    start = threading.Barrier(THREADS)

    def sell(thread: int) -> None:
        start.wait()
        for number in range(500):
            try:
                plan = engine.reserve(f"{thread}-{number}", "web", {"A": 1 + number % 3}).plan
                sold[thread] += sum(placement.quantity for placement in plan)
            except sellable.InsufficientError:
                pass

    assert in_threads(*(lambda thread=thread: sell(thread) for thread in range(THREADS))) == []
    assert sum(sold) == 1000
    assert engine.available("A", "web").promisable == 0
    assert engine.audit().consistent


def test_kits_and_their_components_are_sold_from_one_stock(engine: Engine) -> None:
    engine.set_on_hand("A", "east", 600)
    engine.set_on_hand("B", "east", 200)
    start = threading.Barrier(THREADS)

    def sell(thread: int) -> None:
        item = ("SET", "A", "B", "SET")[thread]
        start.wait()
        for number in range(400):
            try:
                engine.reserve(f"{thread}-{number}", "web", {item: 1})
                if number % 5 == 0:
                    engine.release(f"{thread}-{number}")
            except sellable.InsufficientError:
                pass

    assert in_threads(*(lambda thread=thread: sell(thread) for thread in range(THREADS))) == []
    kept = {item: 0 for item in "AB"}
    for order in engine.orders():
        for line in order.lines:
            kept[line.item] += line.reserved
    for item, there in (("A", 600), ("B", 200)):
        assert engine.available(item, "web").promisable == there - kept[item] >= 0
        assert engine.cell(item, "east").reserved == kept[item]
    assert engine.available("SET", "web").promisable == 0
    assert engine.audit().consistent


def test_one_key_from_several_threads_is_one_order(engine: Engine) -> None:
    start = threading.Barrier(THREADS)
    statuses: list[str] = []

    def promise() -> None:
        start.wait()
        for number in range(300):
            statuses.append(engine.reserve(f"O-{number % 10}", "web", {"A": 1}).status)

    assert in_threads(*[promise] * THREADS) == []
    assert statuses.count("ok") == 10 and len(statuses) == 300 * THREADS
    assert engine.available("A", "web").promisable == 0


def test_batches_of_several_threads_are_applied_entirely(engine: Engine) -> None:
    start = threading.Barrier(THREADS)
    adjust = {"type": "on_hand.adjust", "item": "A", "location": "east", "quantity": 1}

    def count(thread: int) -> None:
        start.wait()
        for number in range(10):
            events = [{**adjust, "id": f"{thread}-{number}-{row}"} for row in range(100)]
            assert all(isinstance(answer, sellable.Answer) for answer in engine.apply_many(events))

    assert in_threads(*(lambda thread=thread: count(thread) for thread in range(THREADS))) == []
    assert engine.cell("A", "east").on_hand == 10 + 1000 * THREADS


def test_changes_told_to_several_threads_are_told_to_one_of_them_each(engine: Engine) -> None:
    for number in range(300):
        engine.item(f"I{number}")
        engine.set_on_hand(f"I{number}", "east", 1 + number)
    heard: list[sellable.Change] = []
    start = threading.Barrier(THREADS)

    def listen() -> None:
        start.wait()
        for _ in range(30):
            heard.extend(engine.changes("web", limit=20).changes)

    assert in_threads(*[listen] * THREADS) == []
    assert sorted(change.item for change in heard) == sorted(
        ["A", *(f"I{number}" for number in range(300))]
    )


# ---- the lock of the interpreter -----------------------------------------------------------------

# Another thread wants the interpreter all the time. While one goes through calls without a step of
# Python between them (a chain of iterators in C), it gets it only where a call gives it up.

Calls = Iterable[object]


def calls(call: Callable[[], object], times: int) -> Calls:
    return itertools.starmap(call, itertools.repeat((), times))


def others_go_on(calls_once_more: Callable[[], Calls], attempts: int = 100) -> bool:
    """Whether another thread runs while these calls are made; at some attempt: it may be that the
    machine has other things to do."""
    progress, stop = [0], threading.Event()
    running = threading.Event()

    def count() -> None:
        running.set()
        while not stop.is_set():
            progress[0] += 1

    look: Callable[[list[int]], int] = operator.itemgetter(0)
    other = threading.Thread(target=count)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    gc.disable()  # Others look at what it does, by steps of Python.
    other.start()
    try:
        assert running.wait(60)
        for _ in range(attempts):
            made = [map(look, [progress]), calls_once_more(), map(look, [progress])]
            first, *_, last = itertools.chain.from_iterable(made)
            if last != first:
                return True
        return False
    finally:
        stop.set()
        other.join()
        gc.enable()
        sys.setswitchinterval(interval)


LONG: dict[str, Callable[[Engine], Calls]] = {
    "audit": lambda engine: calls(engine.audit, 500),
    "fork": lambda engine: calls(engine.fork, 50),
    "stats": lambda engine: calls(engine.stats, 500),
    "metrics": lambda engine: calls(engine.metrics, 500),
    "advance": lambda engine: map(engine.advance, range(engine.now + 1, engine.now + 1000)),
    "orders": lambda engine: calls(engine.orders, 1000),
    "shortages": lambda engine: calls(engine.shortages, 1000),
    "exceptions": lambda engine: calls(engine.exceptions, 1000),
    "waiting": lambda engine: map(engine.waiting, ["A"] * 1000),
    "apply_many": lambda engine: map(
        engine.apply_many, [[{"type": "item", "item": f"I{n}"} for n in range(64)]] * 100
    ),
    "reserve_many": lambda engine: map(
        engine.reserve_many, [[{"order": "O", "channel": "web", "lines": {"A": 1}}] * 64] * 100
    ),
}
DURABLE: dict[str, Callable[[Engine], Calls]] = {
    "reserve": lambda engine: itertools.starmap(
        engine.reserve, [(f"O-{engine.position}-{n}", "web", {"B": 1}) for n in range(50)]
    ),
    "item": lambda engine: map(engine.item, [f"I{engine.position}-{n}" for n in range(50)]),
    "set_on_hand": lambda engine: itertools.starmap(
        engine.set_on_hand, [("A", "east", number) for number in range(50)]
    ),
    "checkpoint": lambda engine: calls(engine.checkpoint, 5),
}


@pytest.mark.parametrize("name", LONG)
def test_other_threads_go_on_while_a_call_takes_long(engine: Engine, name: str) -> None:
    assert others_go_on(lambda: LONG[name](engine))


@pytest.mark.parametrize("name", DURABLE)
def test_other_threads_go_on_while_a_call_waits_for_the_disk(
    tmp_path: pathlib.Path, name: str
) -> None:
    with sellable.open(tmp_path / "store") as engine:
        stock(engine)
        engine.channel("web", backorder=10**9)
        assert others_go_on(lambda: DURABLE[name](engine))


def test_a_question_that_is_quick_keeps_the_interpreter(engine: Engine) -> None:
    """So the tests above can fail."""
    assert not others_go_on(lambda: itertools.starmap(engine.available, [("A", "web")] * 2000))
