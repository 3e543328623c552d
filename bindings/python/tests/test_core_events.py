# SPDX-License-Identifier: Apache-2.0
"""Events by the table of fields: each type goes in and comes back as it was sent."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
import sellable
from sellable import _tables

CELL = {"item": "A", "location": "east"}
EVENTS: dict[str, dict[str, Any]] = {
    "on_hand.set": {**CELL, "quantity": 3, "as_of": 5, "unit": "case", "expected": 0},
    "on_hand.adjust": {**CELL, "quantity": -3, "reason": "count"},
    "hold.place": {**CELL, "reason": "quality", "quantity": 1},
    "hold.release": {**CELL, "reason": "quality", "quantity": 1},
    "hold.scrap": {**CELL, "reason": "damage", "quantity": 1},
    "allocation.set": {**CELL, "quantity": 4},
    "allocation.adjust": {**CELL, "quantity": -1, "expected": 4},
    "safety_stock.set": {**CELL, "quantity": 0},
    "ring_fence.set": {**CELL, "channel": "web", "quantity": 3, "until": 99},
    "schedule.set": {**CELL, "reference": "PO-7", "quantity": 40, "due": 0},
    "receipt": {**CELL, "quantity": 40, "reference": "PO-7", "held": "inspection"},
    "transfer.ship": {"transfer": "T", "item": "A", "from": "east", "to": "west", "quantity": 5,
                      "due": 9},
    "transfer.receive": {"transfer": "T", "quantity": 5},
    "return.receive": {**CELL, "quantity": 1, "order": "O"},
    "return.disposition": {**CELL, "quantity": 1, "outcome": "damage"},
    "reserve": {"order": "O", "channel": "web", "mode": "partial", "expires_at": 7, "date": 0,
                "precedence": -5,
                "lines": [{"item": "A", "quantity": 2, "unit": "case", "location": "east",
                           "substitutes": ["B"], "at_least": 1}]},
    "amend": {"order": "O", "lines": [{"item": "A", "quantity": 1}], "date": 3},
    "confirm": {"order": "O"},
    "extend": {"order": "O", "expires_at": 8},
    "release": {"order": "O", "lines": [{"item": "A", "quantity": 1}], "reason": "credit"},
    "allocate": {"order": "O", "lines": [{"item": "A", "quantity": 1, "location": "east"}]},
    "deallocate": {"order": "O"},
    "ship": {"order": "O"},
    "resource": {"order": "O", "item": "A", "from": "east", "to": "west", "quantity": 1},
    "item": {"item": "K", "unit": "each", "units": {"case": (12, 1)}, "tracked": True,
             "components": {"A": 2}},
    "location": {"location": "north", "region": None, "active": False},
    "channel": {"channel": "desk", "locations": ["west", "east"], "sourcing": "most", "share": 5,
                "buffer": 1, "precedence": -2, "closed": True, "backorder": 3, "horizon": 4,
                "unit": "case", "cap": None, "minimum": 6, "low": 7, "paused": False,
                "interval": 8, "step": 9},
    "policy": {"item": "A", "channel": "web", "cap": 50, "locations": []},
    "hold": {"reason": "customs"},
    "owner": {"quantity": "on_hand", "source": ["erp"], "location": "east"},
    "source": {"source": "tms", "max_lag": 60000},
}
ORIGIN = {"id": "e", "at": 2, "correlation": "c"}


def shop() -> sellable.Engine:
    engine = sellable.Engine()
    for location in ("east", "west"):
        engine.location(location)
    engine.channel("web")
    engine.source("erp")
    for item in ("A", "B"):
        engine.item(item, units={"case": 12})
    return engine


def test_each_type_of_event_is_tried_here() -> None:
    assert list(EVENTS) == list(_tables.EVENTS) == list(sellable.EVENT_FIELDS)
    for kind, names in sellable.REQUIRED_FIELDS.items():
        assert names == sellable.EVENT_FIELDS[kind][: len(names)]


@pytest.mark.parametrize("kind", EVENTS)
def test_a_refused_event_comes_back_as_it_was_sent(kind: str) -> None:
    origin = dict(ORIGIN) if kind in ("owner", "source") else {**ORIGIN, "source": "erp", "seq": 4}
    with shop() as engine:
        engine.owner(kind, [])  # type: ignore[arg-type]
        sent = {"type": kind, **EVENTS[kind], **origin}
        with pytest.raises(sellable.Error) as raised:  # not_owner; of orders: there is none
            engine.apply(**sent)
        (kept,) = engine.exceptions()
        assert raised.value.exception == kept.exception == 1
        assert kept.event == sent
        assert (kept.id, kept.correlation) == ("e", "c")
        with pytest.raises(type(raised.value)):
            engine.exception_replay(1, kept.event)


@pytest.mark.parametrize("kind", EVENTS)
def test_a_required_field_that_is_missing_is_named(kind: str) -> None:
    with shop() as engine:
        before = engine.audit()
        for name in sellable.REQUIRED_FIELDS[kind]:  # type: ignore[index]
            fields = {key: value for key, value in EVENTS[kind].items() if key != name}
            with pytest.raises(TypeError, match=f"'{name}'"):
                engine.apply(kind, **fields)  # type: ignore[arg-type]
        assert engine.audit() == before


def test_rows_of_a_batch_rest_on_those_before_them() -> None:
    def rows() -> Iterator[dict[str, Any]]:
        yield {"type": "item", "item": "C", "units": {"case": 12}}
        yield {"type": "location", "location": "north", "region": "us"}
        yield {"type": "channel", "channel": "desk", "locations": ["us"]}
        yield {"type": "on_hand.set", "item": "C", "location": "north",
               "quantity": Fraction(5, 2), "unit": "case"}
        yield {"type": "reserve", "order": "O", "channel": "desk",
               "lines": [("C", Fraction(1, 3), "case")]}

    with sellable.Engine() as engine:
        assert [type(answer) for answer in engine.apply_many(rows())] == [sellable.Answer] * 5
        assert engine.available("C", "desk").promisable == 26


def test_a_trail_replayed_gives_the_same_state(tmp_path: pathlib.Path) -> None:
    with sellable.open(tmp_path / "store") as engine:
        for location in ("east", "west"):
            engine.location(location, region="us")
        engine.channel("web", locations=["us"], backorder=2)
        engine.item("A", units={"case": 12})
        engine.set_on_hand("A", "east", 5, unit="case")
        engine.reserve("O", "web", {"A": 7})
        engine.ship("O", {"A": 3})
        audit = engine.audit()
    with sellable.trail(tmp_path / "store") as trail, sellable.Engine() as again:
        for entry in trail:
            if entry.event is not None:
                again.apply(**entry.event)
        assert again.audit().hash == audit.hash
