# SPDX-License-Identifier: Apache-2.0
"""What mypy and pyright make of the package, seen from outside: each assert_type is checked by
both. A line that has to be refused says so; where it is not, mypy finds the comment unused."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import numpy
from typing_extensions import assert_type

import sellable
from sellable import Answer, Engine, Error, InsufficientError


def opened() -> None:
    engine = Engine(items=1000, retention=timedelta(days=3))
    with Engine() as same:
        assert_type(same, Engine)
    with sellable.open("store", answering="decided", linger=timedelta(microseconds=50)) as durable:
        assert_type(durable.position, int)
        assert_type(durable.durable_wait(), None)
    assert_type(engine.fork(), Engine)
    assert_type(engine.now, int)
    Engine(1000)  # type: ignore[call-arg]
    sellable.open("store", answering="soon")  # type: ignore[arg-type]


def masters(engine: Engine) -> None:
    item = engine.item("A", unit="each", units={"case": (12, 1), "box": Fraction(5, 2)})
    assert_type(item, sellable.Item)
    east = engine.location("east", region="us", active=True)
    assert_type(east, sellable.Location)
    web = engine.channel("web", locations=["east", "us"], sourcing="most", interval=timedelta(0))
    assert_type(web, sellable.Channel)
    engine.policy(item="A", channel=web, cap=None)
    engine.owner("on_hand", ["erp", "wms"], location=east)
    engine.owner("receipt", None)
    assert_type(engine.look_item(item).units["case"], Fraction)
    assert_type(engine.look_policy(channel="web").cap, int | None)
    engine.channel("web", sourcing="all")  # type: ignore[arg-type]


def orders(engine: Engine) -> None:
    now = datetime.now(timezone.utc)
    answer = engine.reserve(
        "O-1",
        "web",
        [("A", 2), {"item": "B", "quantity": Decimal("1.5"), "unit": "box"}],
        mode="partial",
        expires_at=now + timedelta(minutes=5),
        date=1767312000000,
    )
    assert_type(answer, Answer)
    assert_type(answer.plan[0].location, str)
    assert_type(answer.plan[0].quantity, int)
    assert_type(answer.date, int | None)
    assert_type(answer.duplicate, bool)
    engine.reserve("O-2", "web", {"A": 2, "B": 1})
    engine.reserve("O-5", "web", {engine.find_item("A"): 2, "B": 1})
    engine.reserve("O-6", "web", [sellable.Line("A", Fraction(5, 2), "box", at_least=Decimal(1))])
    sellable.Line("A", "2")  # type: ignore[arg-type]
    engine.amend("O-2", [sellable.Line("A", 1, unit="case")])
    engine.ship("O-1", lines={"A": 1})
    try:
        engine.reserve("O-3", "web", {"A": 10**6})
    except InsufficientError as error:
        assert_type(error.lines[0].promisable, int)
        assert_type(error.lines[0].location, str | None)
    except Error as error:
        assert_type(error.field, str | None)
        assert_type(error.actual, int | None)
        assert_type(error.line, int | None)
    engine.reserve("O-4", "web", {"A": 1}, mode="some")  # type: ignore[arg-type]
    engine.extend("O-4", "tomorrow")  # type: ignore[arg-type]


def events(engine: Engine) -> None:
    assert_type(engine.apply("on_hand.set", item="A", location="east", quantity=10), Answer)
    engine.apply("on_hand.put", item="A")  # type: ignore[arg-type]
    engine.apply(**json.loads('{"type": "confirm", "order": "O-1"}'))
    for answered in engine.apply_many([{"type": "confirm", "order": "O-1"}]):
        assert_type(answered, Answer | Exception)
    for refused in engine.exceptions():
        assert_type(refused.exception, int)
        assert_type(refused.content, bytes | None)


def questions(engine: Engine) -> None:
    assert_type(engine.available("A", "web").promisable, int)
    assert_type(engine.available(numpy.int64(1), "web"), sellable.Availability)
    assert_type(engine.available(numpy.array([1, 2]), "web"), sellable.Availabilities)
    assert_type(engine.available(["A", "B"], "web"), sellable.Availabilities)
    assert_type(engine.explain("A", "web").because, str)
    assert_type(engine.cell("A", "east").schedule[0].due, int)
    assert_type(engine.order("O-1").lines[0].reserved, int)
    for change in engine.changes("web", after=41, limit=1000).changes:
        assert_type(change.published, int)
    for shortage in engine.shortages():
        assert_type(shortage.orders[0].order, str)
    assert_type(engine.audit().consistent, bool)
    assert_type(engine.stats().reservation_accuracy, float)
    for entry in sellable.trail("store"):
        assert_type(entry.position, int)
