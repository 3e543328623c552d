# SPDX-License-Identifier: Apache-2.0
"""No call keeps memory that it does not need, and none is lost where an allocation fails."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import sellable
from conftest import stock
from sellable import Engine
from arguments import CALLS

TIMES = 1_000_000

Call = Callable[[], object]


class Mallinfo(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


def allocated() -> tuple[int, int]:
    """Objects that Python has, and bytes that malloc has given out. (The engine's slabs are mapped
    by itself: they are in neither.)"""
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = Mallinfo
    gc.collect()
    found = mallinfo()
    return sys.getallocatedblocks(), found.uordblks + found.hblkhd


def resident() -> int:
    """Bytes of this process that are in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def attempt(call: Call) -> object:
    try:
        return call()
    except (sellable.Error, TypeError, ValueError) as error:
        return type(error)


@pytest.fixture
def shop(engine: Engine) -> Engine:
    engine.source("erp")
    engine.reserve("O", "web", {"A": 2})
    engine.apply("on_hand.adjust", item="B", location="east", quantity=5, id="e1")
    return engine


def calls_of(engine: Engine) -> dict[str, Call]:
    """Of each kind a call that leaves the engine as it is, so that it may be made for ever."""
    item, web = engine.find_item("A"), engine.find_channel("web")
    wrong: Any = 1.5
    adjust: dict[str, Any] = {"item": "B", "location": "east", "quantity": 5, "id": "e1"}
    return {
        "available by key": lambda: engine.available("A", "web"),
        "available by handle": lambda: engine.available(item, web),
        "available for an order": lambda: engine.available("A", "web", order="O"),
        "available of nothing": lambda: engine.available("?", "web"),
        "available of a wrong type": lambda: engine.available(wrong, "web"),
        "reserve again": lambda: engine.reserve("O", "web", {"A": 2}),
        "reserve too much": lambda: engine.reserve("P", "web", [("A", 99)]),
        "reserve in conflict": lambda: engine.reserve("O", "web", {"A": 3}),
        "reserve a wrong line": lambda: engine.reserve(
            "P", "web", [{"item": "A", "quantity": "1"}]
        ),
        "apply again": lambda: engine.apply("on_hand.adjust", **adjust),
        "apply with a wrong field": lambda: engine.apply("on_hand.adjust", **adjust, other=1),
        "confirm": lambda: engine.confirm("O"),
        "advance": lambda: engine.advance(0),
        "find": lambda: engine.find_item("A"),
        "key": lambda: engine.key(item),
        "cell": lambda: engine.cell("A", "east"),
        "order": lambda: engine.order("O"),
        "explain": lambda: engine.explain("SET", "web"),
        "look": lambda: (engine.look_item("SET"), engine.look_policy("A", "web")),
        "stats": lambda: engine.stats(),
        "orders": lambda: engine.orders(),
        "waiting": lambda: engine.waiting("A"),
        "shortages": lambda: engine.shortages(),
        "exceptions": lambda: engine.exceptions(),
        "changes": lambda: engine.changes("web"),
        "audit": lambda: engine.audit(),
        "metrics": lambda: engine.metrics(),
        "apply_many": lambda: engine.apply_many([{"type": "on_hand.adjust", **adjust}] * 3),
        "reserve_many": lambda: engine.reserve_many(
            [{"order": "O", "channel": "web", "lines": {"A": 2}}] * 3
        ),
        "repr": lambda: repr(engine),
    }


with Engine() as names:
    stock(names)
    KINDS = list(calls_of(names))
# What goes over all there is, or opens something, is made less often.
SLOW = dict.fromkeys(
    (
        "audit",
        "stats",
        "metrics",
        "orders",
        "waiting",
        "shortages",
        "exceptions",
        "explain",
        "look",
        "apply_many",
        "reserve_many",
    ),
    2_000,
)


@pytest.mark.parametrize("kind", KINDS)
def test_calls_without_end_keep_no_memory(shop: Engine, kind: str) -> None:
    call = calls_of(shop)[kind]
    times = SLOW.get(kind, 20_000)
    for _ in range(500):
        attempt(call)
    before = allocated()
    for _ in range(times):
        attempt(call)
    after = allocated()
    assert after[0] - before[0] < 100, "objects of Python are kept"
    assert after[1] - before[1] < 16 * 1024, "memory of malloc is kept"


def test_a_million_calls_do_not_make_the_process_grow(shop: Engine) -> None:
    quick = [call for kind, call in calls_of(shop).items() if kind not in SLOW]
    for call in quick * 100:
        attempt(call)
    before, slabs = resident(), shop.memory().slab_bytes
    for number in range(TIMES):
        attempt(quick[number % len(quick)])
    grown = resident() - before - (shop.memory().slab_bytes - slabs)
    assert grown < 8 << 20, f"{grown} bytes more after {TIMES} calls"


def own(value: object) -> object:
    """A text that nobody else has: one in the source is shared with all who have the same."""
    return "".join(value) if isinstance(value, str) else value


@pytest.mark.parametrize("method", CALLS)
def test_arguments_are_given_back(shop: Engine, method: str) -> None:
    """Whether a call goes well or not, it holds on to nothing that it was given."""
    right, bad = CALLS[method]
    held = {
        name: [own(each) for each in (value, *bad.get(name, []))] for name, value in right.items()
    }
    # Small numbers and single letters are everybody's.
    kept: list[object] = [
        value
        for values in held.values()
        for value in values
        if not isinstance(value, int) and not (isinstance(value, str) and len(value) < 2)
    ]

    def references() -> list[int]:
        return [sys.getrefcount(value) for value in kept]

    def call_all() -> None:
        for name, values in held.items():
            for value in values:
                try:
                    getattr(shop, method)(**{**right, name: value})
                except Exception:
                    pass

    call_all()
    gc.collect()
    before = references()
    for _ in range(3):
        call_all()
    gc.collect()
    assert [after - was for after, was in zip(references(), before, strict=True)] == [0] * len(kept)


def test_engines_are_given_back_entirely() -> None:
    def one() -> None:
        engine = Engine()
        stock(engine)
        engine.reserve("O", "web", {"A": 1})
        fork = engine.fork()
        fork.orders()

    for _ in range(20):
        one()
    before, resident_before = allocated(), resident()
    for _ in range(100):
        one()
    after = allocated()
    assert after[0] - before[0] < 200
    assert after[1] - before[1] < 64 * 1024
    assert resident() - resident_before < 8 << 20


# ---- where there is no memory --------------------------------------------------------------------

nomemory = pytest.importorskip("_testcapi", reason="this Python was built without it")


def failing_at(call: Call) -> Iterator[object]:
    """What a call ends with if the first allocation fails, the second ..., until it goes well."""
    for place in range(1000):
        nomemory.set_nomemory(place, place + 1)
        try:
            result = call()
        except MemoryError:
            continue
        except (sellable.Error, TypeError) as error:
            result = error
        finally:
            nomemory.remove_mem_hooks()
        yield result
        if place > 60:
            return


@pytest.mark.parametrize("method", CALLS)
def test_an_allocation_that_fails_is_a_memory_error_and_nothing_else(
    shop: Engine, method: str
) -> None:
    right, _ = CALLS[method]
    for _ in failing_at(lambda: getattr(shop, method)(**right)):
        pass
    assert shop.audit().consistent
    assert shop.find_item("A") == 1
