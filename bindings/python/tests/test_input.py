# SPDX-License-Identifier: Apache-2.0
"""Whatever comes in as an argument: an exception that names it, and an engine that is as it was."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

import sellable
from arguments import CALLS, HUGE, NO_DURATION, NoIndex, Thrown, Throws
from sellable import Engine

CASES = [(method, argument) for method, (_, bad) in CALLS.items() for argument in bad]


class State(NamedTuple):
    hash: str
    full: str
    now: int
    counts: sellable.ExceptionCounts


def state(engine: Engine) -> State:
    audit = engine.audit()
    return State(audit.hash, audit.full, engine.now, engine.exception_counts())


@pytest.fixture
def shop(engine: Engine) -> Engine:
    engine.source("erp")
    engine.reserve("O", "web", {"A": 2})
    with pytest.raises(sellable.UnknownItemError):
        engine.apply("on_hand.set", item="?", location="east", quantity=1)
    return engine


@pytest.mark.parametrize(("method", "argument"), CASES)
def test_a_wrong_argument_is_named_and_changes_nothing(
    shop: Engine, method: str, argument: str
) -> None:
    right, bad = CALLS[method]
    call: Callable[..., object] = getattr(shop, method)
    path = "from" if argument == "from_" else argument
    before = state(shop)
    for value in bad[argument]:
        shown = f"{method}({argument}={'...' if isinstance(value, Throws) else repr(value)[:80]})"
        with pytest.raises(Exception) as raised:
            call(**{**right, argument: value})
            pytest.fail(f"{shown} was accepted")
        error = raised.value
        if isinstance(error, Thrown):
            continue
        assert isinstance(error, (TypeError, sellable.Error)), f"{shown}: {error!r}"
        if str(error).startswith("__index__ returned"):
            continue  # Python's own words for an object whose number is none.
        named = error.field if isinstance(error, sellable.Error) else str(error)
        # Of an event that is to be replayed, its own fields are named; and some statuses have none.
        if argument != "event" and getattr(error, "status", None) not in (
            "unknown_order",
            "overflow",
        ):
            assert named is not None and named.startswith(path), f"{shown}: {error!r}"
        if isinstance(error, sellable.Error) and error.exception:
            before = kept(shop, error.exception, before)
        assert state(shop) == before, f"{shown}: {error!r} has changed something"


def kept(engine: Engine, exception: int, before: State) -> State:
    """The state with the exception that a refused event is kept as, and with nothing else."""
    engine.exception_discard(exception)
    after = state(engine)
    return after._replace(hash=before.hash, now=before.now)


@pytest.mark.parametrize("method", CALLS)
def test_what_is_not_asked_for_is_refused(shop: Engine, method: str) -> None:
    right, _ = CALLS[method]
    call: Callable[..., object] = getattr(shop, method)
    before = state(shop)
    with pytest.raises(TypeError, match="other"):
        call(**right, other=1)
    with pytest.raises(TypeError):
        call(*range(30))
    for name in right:
        rest = {key: value for key, value in right.items() if key != name}
        if name not in ("lines", "event", "due", "item", "channel"):
            with pytest.raises(TypeError, match=name.rstrip("_")):
                call(**rest)
    assert state(shop) == before


@pytest.mark.parametrize("kind", sellable.EVENT_FIELDS)
def test_a_field_of_another_type_of_events_is_refused(shop: Engine, kind: Any) -> None:
    before = state(shop)
    with pytest.raises(TypeError, match="no_field"):
        shop.apply(kind, no_field=1)
    for name in sellable.REQUIRED_FIELDS[kind]:
        rest = {other: "x" for other in sellable.REQUIRED_FIELDS[kind] if other != name}
        with pytest.raises((TypeError, sellable.InvalidError)):
            shop.apply(kind, **rest)
    assert state(shop) == before


@pytest.mark.parametrize("kind", ["", "on_hand.put", 5, None, b"reserve", "\ud800", Throws()])
def test_an_event_of_no_type_is_refused(shop: Engine, kind: Any) -> None:
    before = state(shop)
    with pytest.raises((TypeError, sellable.InvalidError), match="type"):
        shop.apply(kind, item="A")
    with pytest.raises(TypeError, match="type"):
        shop.apply()  # type: ignore[call-arg]
    assert state(shop) == before


def test_a_handle_of_another_kind_is_refused(shop: Engine) -> None:
    east, item, web = shop.find_location("east"), shop.find_item("A"), shop.find_channel("web")
    with pytest.raises(TypeError, match="^item"):
        shop.available(east, web)
    with pytest.raises(TypeError, match="^channel"):
        shop.available(item, item)
    with pytest.raises(sellable.UnknownItemError):
        shop.available(99, web)
    assert shop.available(int(item), int(web)) == shop.available("A", "web")


def test_a_batch_answers_each_row_and_goes_on_behind_a_wrong_one(shop: Engine) -> None:
    event = {"type": "on_hand.adjust", "item": "A", "location": "east", "quantity": 1}
    rows: list[Any] = [
        event,
        {**event, "quantity": "1"},
        {**event, "type": "?"},
        {},
        {**event, "item": "?"},
        {**event, "more": 1},
        event,
    ]
    answers = shop.apply_many(rows)
    kinds = [type(answer).__name__ for answer in answers]
    assert kinds[0] == kinds[6] == "Answer"
    assert kinds[4] == "UnknownItemError"
    assert all(
        isinstance(answers[place], (TypeError, sellable.InvalidError)) for place in (1, 2, 3, 5)
    )
    assert shop.cell("A", "east").on_hand == 12


def test_rows_that_rest_on_those_before_may_come_from_a_generator(shop: Engine) -> None:
    quantities = [Fraction(1), Fraction(1, 4), Fraction(2), Fraction(1, 3)]
    answers = shop.apply_many(
        {
            "type": "on_hand.adjust",
            "item": "A",
            "location": "east",
            "quantity": quantity,
            "unit": "".join(["ca", "se"]),
        }
        for quantity in quantities
    )
    assert [answer.variance for answer in answers if isinstance(answer, sellable.Answer)] == [
        quantity * 12 for quantity in quantities
    ]
    known = shop.apply_many(
        {"type": kind, **fields}
        for number in range(5)
        for kind, fields in (
            ("location", {"location": f"L{number}", "region": "us"}),
            ("channel", {"channel": f"C{number}", "locations": [f"L{number}", "us"]}),
        )
    )
    assert all(isinstance(answer, sellable.Answer) for answer in known)
    assert shop.look_policy(channel="C4").locations == ("L4", "us")


def test_a_batch_that_is_none_is_refused(shop: Engine) -> None:
    before = state(shop)
    for rows in (5, None, object(), "abc", b"abc", {"type": "item", "item": "N"}):
        for call in (shop.apply_many, shop.reserve_many):
            with pytest.raises(TypeError):
                call(rows)  # type: ignore[arg-type]
    with pytest.raises(Thrown):
        shop.apply_many(Throws())
    assert state(shop) == before


def test_a_generator_that_fails_midway_lets_its_exception_through(shop: Engine) -> None:
    def rows() -> Iterator[Mapping[str, Any]]:
        yield {"type": "item", "item": "N"}
        raise Thrown

    with pytest.raises(Thrown):
        shop.apply_many(rows())
    with pytest.raises(Thrown):
        shop.reserve("P", "web", (Throws() for _ in range(2)))  # type: ignore[misc]


def test_a_generator_without_end_is_drawn_no_further_than_one_too_many(shop: Engine) -> None:
    def endless(value: Any, most: int) -> Iterator[Any]:
        for number in itertools.count():
            assert number <= most, "drawn on and on"
            yield value

    line = {"item": "A", "quantity": 1}
    for most, field, call in (
        (256, "lines", lambda rows: shop.reserve("P", "web", rows)),
        (256, "lines", lambda rows: shop.amend("O", rows)),
        (256, "lines", lambda rows: shop.ship("O", rows)),
    ):
        with pytest.raises(sellable.InvalidError) as raised:
            call(endless(line, most))
        assert raised.value.field == field
    for most, field, call in (
        (16, "lines[0].substitutes",
         lambda rows: shop.reserve("P", "web", [{**line, "substitutes": rows}])),
        (65535, "locations", lambda rows: shop.channel("web", locations=rows)),
        (65535, "source", lambda rows: shop.owner("on_hand", rows)),
    ):  # fmt: skip
        with pytest.raises(sellable.InvalidError) as raised:
            call(endless("A" if most == 16 else "erp" if field == "source" else "east", most))
        assert raised.value.field is not None and raised.value.field.startswith(field)


def test_what_a_generator_gave_before_its_run_ended_is_applied_after_it(shop: Engine) -> None:
    def rows(count: int) -> Iterator[Mapping[str, Any]]:
        for number in range(count):
            yield {"type": "item", "item": f"N{number}"}
        raise Thrown

    with pytest.raises(Thrown):
        shop.apply_many(rows(300))
    known = {key for key, _ in shop.items() if key.startswith("N")}
    assert known == {f"N{number}" for number in range(256)}


# ---- objects that change the world while they are read -------------------------------------------


class Closes:
    """An object that closes the engine when it is looked at."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __index__(self) -> int:
        self.engine.close()
        return 1

    def as_integer_ratio(self) -> tuple[int, int]:
        self.engine.close()
        return (1, 1)

    def __iter__(self) -> Iterator[Any]:
        self.engine.close()
        return iter([("A", 1)])

    def keys(self) -> list[str]:
        self.engine.close()
        return ["A"]

    def __getitem__(self, key: str) -> int:
        self.engine.close()
        return 1


@pytest.mark.parametrize(("method", "argument"), CASES)
def test_an_argument_that_closes_the_engine_ends_in_an_exception(
    method: str, argument: str
) -> None:
    with Engine() as engine:
        for location in ("east", "west"):
            engine.location(location)
        engine.channel("web")
        engine.item("A")
        engine.source("erp")
        right, _ = CALLS[method]
        value = Closes(engine)
        try:
            getattr(engine, method)(**{**right, argument: value})
        except (TypeError, sellable.Error):
            pass
        # It may not have been looked at; if it was, the engine is closed and all that follows ends so
        if engine.closed:
            with pytest.raises(sellable.ClosedError):
                engine.audit()


class Reenters:
    """An object that changes the engine while its number is asked for."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __index__(self) -> int:
        self.engine.apply("on_hand.adjust", item="A", location="east", quantity=5)
        return 2


def test_an_argument_may_use_the_engine_itself(engine: Engine) -> None:
    engine.apply("on_hand.adjust", item="A", location="east", quantity=Reenters(engine))
    assert engine.cell("A", "east").on_hand == 10 + 5 + 2
    assert engine.audit().consistent


def test_nesting_without_end_is_an_exception(engine: Engine) -> None:
    nested: Any = []
    nested.append(nested)
    for call in (
        lambda: engine.reserve("P", "web", nested),
        lambda: engine.channel("web", locations=nested),
        lambda: engine.owner("held", nested),
        lambda: engine.apply("reserve", order="P", channel="web", lines=nested),
        lambda: engine.item("A", units={"case": nested}),
    ):
        with pytest.raises((TypeError, sellable.InvalidError)):
            call()
    assert engine.audit().consistent


def test_options_that_cannot_be_are_named() -> None:
    options: dict[str, list[Any]] = {
        "items": [-1, 1 << 32, "1", 1.5, HUGE, Throws()],
        "orders": [-1, 1 << 32, "1"],
        "seed": ["1", 1.5, Throws()],
        "retention": NO_DURATION,
        "event_ids": [-1, 1 << 32, "1"],
        "exceptions": [-1, 1 << 32, "1"],
        "ahead": NO_DURATION,
    }
    for name, values in options.items():
        for value in values:
            with pytest.raises((TypeError, sellable.InvalidError, Thrown)) as raised:
                Engine(**{name: value})
            if not isinstance(raised.value, Thrown) and not isinstance(value, NoIndex):
                assert name in str(raised.value), repr(value)
    with pytest.raises(TypeError, match="other"):
        Engine(other=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Engine(1000)  # type: ignore[call-arg]
