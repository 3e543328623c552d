# SPDX-License-Identifier: Apache-2.0
"""Plans of any length come whole, and what they tell of is done once."""

from __future__ import annotations

import pathlib
import threading
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

import sellable
from sellable import Engine

LOCATIONS = 40


def spread(engine: Engine) -> Engine:
    """One of each of two items at each of many locations, and a kit of both."""
    for number in range(LOCATIONS):
        location = engine.location(f"L{number}")
        for item in ("A", "B"):
            engine.item(item)
            engine.set_on_hand(item, location, 1)
    engine.item("SET", components={"A": 1, "B": 1})
    engine.channel("web")
    return engine


def one(answers: list[sellable.Answer | Exception]) -> sellable.Answer:
    assert isinstance(answers[0], sellable.Answer)
    return answers[0]


LINES = {"A": LOCATIONS}
RESERVES: dict[str, Callable[[Engine, Any], sellable.Answer]] = {
    "reserve": lambda engine, lines: engine.reserve("O", "web", lines),
    "apply": lambda engine, lines: engine.apply(
        "reserve", id="e", order="O", channel="web", lines=lines
    ),
    "reserve_many": lambda engine, lines: one(
        engine.reserve_many([{"order": "O", "channel": "web", "lines": lines}])
    ),
}
AMENDS: dict[str, Callable[[Engine, Any], sellable.Answer]] = {
    "amend": lambda engine, lines: engine.amend("O", lines),
    "apply": lambda engine, lines: engine.apply("amend", id="e", order="O", lines=lines),
    "apply_many": lambda engine, lines: one(
        engine.apply_many([{"type": "amend", "order": "O", "lines": lines}])
    ),
}


def total(answer: sellable.Answer) -> int:
    return sum(placement.quantity for placement in answer.plan)


@pytest.mark.parametrize("way", RESERVES)
def test_an_order_over_many_locations_is_reserved_once(way: str) -> None:
    with spread(Engine()) as engine:
        answer = RESERVES[way](engine, LINES)
        assert (answer.status, len(answer.plan), total(answer)) == ("ok", LOCATIONS, LOCATIONS)
        assert engine.stats().calls["reserve"] == {"ok": 1}
        assert RESERVES["reserve"](engine, LINES).plan == answer.plan


@pytest.mark.parametrize("way", AMENDS)
def test_an_order_over_many_locations_is_amended_once(way: str, tmp_path: pathlib.Path) -> None:
    with spread(sellable.open(tmp_path / "store")) as engine:
        engine.reserve("O", "web", {"A": 1})
        before = engine.position
        answer = AMENDS[way](engine, LINES)
        assert (answer.status, len(answer.plan), total(answer)) == ("ok", LOCATIONS, LOCATIONS)
        assert engine.stats().calls["amend"] == {"ok": 1}
        assert engine.position == answer.position == before + 1


def test_all_of_many_items_that_do_not_fit_are_named_and_asked_for_once() -> None:
    with spread(Engine()) as engine:
        for number in range(100):
            engine.item(f"I{number}")
        with pytest.raises(sellable.InsufficientError) as raised:
            lines = {f"I{number}": 1 for number in range(100)}
            engine.reserve("O", "web", {**lines, "SET": LOCATIONS + 1})
        assert len(raised.value.lines) == 102
        assert engine.stats().calls["reserve"] == {"insufficient": 1}


def test_a_plan_has_room_for_kits_and_substitutes() -> None:
    with spread(Engine()) as engine:
        lines = [{"item": "A", "quantity": 10}, {"item": "SET", "quantity": 30}]
        plan = engine.reserve("O", "web", lines).plan
        assert {item: sum(p.quantity for p in plan if p.item == item) for item in "AB"} == {
            "A": 40,
            "B": 30,
        }
        line = {"item": "A", "quantity": 10, "substitutes": ["SET", "B"]}
        assert total(engine.reserve("P", "web", [line])) == 10
        assert engine.stats().calls["reserve"] == {"ok": 2}


def test_the_first_plan_comes_whole_again_of_a_kit_that_has_become_smaller() -> None:
    with spread(Engine()) as engine:
        first = engine.reserve("O", "web", {"SET": LOCATIONS})
        assert len(first.plan) == 2 * LOCATIONS
        engine.item("SET", components={"A": 1})
        again = engine.reserve("O", "web", {"SET": LOCATIONS})
        assert again.duplicate and again.plan == first.plan


def test_an_exception_that_is_a_duplicate_gets_the_first_plan_too() -> None:
    with spread(Engine()) as engine:
        with pytest.raises(sellable.UnknownChannelError) as raised:
            engine.apply("reserve", order="O", channel="nowhere", lines={"SET": LOCATIONS})
        first = engine.reserve("O", "web", {"SET": LOCATIONS})
        engine.item("SET", components={"A": 1})
        event = {"type": "reserve", "order": "O", "channel": "web", "lines": {"SET": LOCATIONS}}
        assert raised.value.exception is not None
        again = engine.exception_replay(raised.value.exception, event)
        assert again.duplicate and again.plan == first.plan


def test_room_for_a_plan_is_made_for_what_is_ordered_not_for_all_locations() -> None:
    with Engine() as engine:
        engine.item("A")
        engine.channel("web")
        for number in range(5000):
            engine.location(f"L{number}")
        engine.set_on_hand("A", "L0", 1)
        tracemalloc.start()
        try:
            engine.reserve("O", "web", {"A": 1})
            assert tracemalloc.get_traced_memory()[1] < 20_000
        finally:
            tracemalloc.stop()


def test_plans_are_whole_while_locations_come_and_amendments_are_made_once(
    tmp_path: pathlib.Path,
) -> None:
    """The threads meet in a durable engine, which is called without the interpreter's lock."""
    rounds, threads = 25, 3
    with spread(sellable.open(tmp_path / "store", answering="decided")) as engine:
        engine.reserve("O", "web", {"A": 1})
        wrong: list[object] = []

        def amend(quantity: int) -> None:
            for _ in range(rounds):
                answer = engine.amend("O", {"A": quantity})
                if total(answer) != quantity:
                    wrong.append(answer)

        def grow() -> None:
            for number in range(100):
                location = engine.location(f"M{number}")
                engine.set_on_hand("A", location, 1)

        workers = [threading.Thread(target=amend, args=(LOCATIONS - n,)) for n in range(threads)]
        workers.append(threading.Thread(target=grow))
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert wrong == []
        assert engine.stats().calls["amend"] == {"ok": rounds * threads}
