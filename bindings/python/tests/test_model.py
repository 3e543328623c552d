# SPDX-License-Identifier: Apache-2.0
"""Calls at random against a model in plain Python, and lines at random against the C program."""

from __future__ import annotations

import json
import pathlib
import subprocess
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import sellable
from sellable.replay import Replay

ITEMS = ("A", "B")
PLACES = ("east", "west")
KEYS = [f"O-{number}" for number in range(6)]
SMALL = st.integers(1, 6)


# ---- against a model -----------------------------------------------------------------------------


@dataclass
class Cell:
    on_hand: int = 0
    reserved: int = 0
    allocated: int = 0

    @property
    def free(self) -> int:
        return max(0, self.on_hand - self.reserved - self.allocated)


@dataclass
class Placed:
    reserved: int
    allocated: int = 0
    shipped: int = 0
    released: int = 0


@dataclass
class Order:
    lines: tuple[tuple[str, int], ...]
    placed: dict[tuple[str, str], Placed] = field(default_factory=dict)


class Shop(RuleBasedStateMachine):
    """Two plain items at two locations, one channel that fills from the east first. What the model
    says, in a few lines without anything that is fast, is what the engine has to say."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = sellable.Engine()
        self.cells = {(item, place): Cell() for item in ITEMS for place in PLACES}
        self.orders: dict[str, Order] = {}

    @initialize()
    def open(self) -> None:
        for place in PLACES:
            self.engine.location(place)
        for item in ITEMS:
            self.engine.item(item)
        self.engine.channel("web", locations=list(PLACES))

    def teardown(self) -> None:
        self.engine.close()

    def free(self, item: str) -> int:
        return sum(self.cells[item, place].free for place in PLACES)

    @rule(item=st.sampled_from(ITEMS), place=st.sampled_from(PLACES), quantity=st.integers(-3, 9))
    def adjust(self, item: str, place: str, quantity: int) -> None:
        answer = self.engine.adjust_on_hand(item, place, quantity)
        self.cells[item, place].on_hand += quantity
        assert answer.variance == quantity

    @rule(
        key=st.sampled_from(KEYS),
        lines=st.lists(st.tuples(st.sampled_from(ITEMS), SMALL), min_size=1, max_size=3),
    )
    def reserve(self, key: str, lines: list[tuple[str, int]]) -> None:
        known = self.orders.get(key)
        asked = {
            item: sum(quantity for name, quantity in lines if name == item)
            for item in dict.fromkeys(name for name, _ in lines)
        }
        fits = all(quantity <= self.free(item) for item, quantity in asked.items())
        if known and known.lines != tuple(lines):
            with pytest.raises(sellable.ConflictError):
                self.engine.reserve(key, "web", lines)
        elif known:
            assert self.engine.reserve(key, "web", lines).duplicate
        elif not fits:
            with pytest.raises(sellable.InsufficientError) as raised:
                self.engine.reserve(key, "web", lines)
            assert raised.value.lines == tuple(
                (item, None, quantity, self.free(item))
                for item, quantity in asked.items()
                if quantity > self.free(item)
            )
        else:
            order = self.orders[key] = Order(tuple(lines))
            for item, quantity in asked.items():
                for place in PLACES:
                    taken = min(quantity, self.cells[item, place].free)
                    if taken:
                        order.placed[item, place] = Placed(taken)
                        self.cells[item, place].reserved += taken
                        quantity -= taken
            plan = self.engine.reserve(key, "web", lines).plan
            assert plan == tuple(
                (*where, placed.reserved, 0) for where, placed in order.placed.items()
            )

    def move(self, key: str, verb: str, source: str, target: str) -> None:
        """All of an order that is in one state goes to another."""
        call = getattr(self.engine, verb)
        order = self.orders.get(key)
        if order is None:
            with pytest.raises(sellable.UnknownOrderError):
                call(key)
            return
        if not any(getattr(placed, source) for placed in order.placed.values()):
            with pytest.raises(sellable.WrongStateError):
                call(key)
            return
        call(key)
        for where, placed in order.placed.items():
            quantity = getattr(placed, source)
            setattr(placed, source, 0)
            setattr(placed, target, getattr(placed, target) + quantity)
            cell = self.cells[where]
            if source == "reserved":
                cell.reserved -= quantity
            if source == "allocated":
                cell.allocated = max(0, cell.allocated - quantity)
            if target in ("reserved", "allocated"):
                setattr(cell, target, getattr(cell, target) + quantity)

    @rule(key=st.sampled_from(KEYS))
    def release(self, key: str) -> None:
        self.move(key, "release", "reserved", "released")

    @rule(key=st.sampled_from(KEYS))
    def allocate(self, key: str) -> None:
        self.move(key, "allocate", "reserved", "allocated")

    @rule(key=st.sampled_from(KEYS))
    def deallocate(self, key: str) -> None:
        self.move(key, "deallocate", "allocated", "reserved")

    @rule(key=st.sampled_from(KEYS))
    def ship(self, key: str) -> None:
        order = self.orders.get(key)
        if order is None:
            with pytest.raises(sellable.UnknownOrderError):
                self.engine.ship(key)
            return
        there = [
            (where, one) for where, one in order.placed.items() if one.reserved + one.allocated
        ]
        if not there:
            with pytest.raises(sellable.WrongStateError):
                self.engine.ship(key)
            return
        self.engine.ship(key)
        for where, placed in there:
            cell = self.cells[where]
            cell.on_hand -= placed.reserved + placed.allocated
            cell.reserved -= placed.reserved
            cell.allocated -= placed.allocated
            placed.shipped += placed.reserved + placed.allocated
            placed.reserved = placed.allocated = 0

    @invariant()
    def the_engine_says_what_the_model_says(self) -> None:
        if not self.engine.channels():
            return
        for item in ITEMS:
            free = self.free(item)
            level = "ok" if free else "none"
            assert self.engine.available(item, "web") == (free, free, level)
            for place in PLACES:
                cell, kept = self.engine.cell(item, place), self.cells[item, place]
                assert (cell.on_hand, cell.reserved, cell.allocated, cell.free) == (
                    kept.on_hand,
                    kept.reserved,
                    kept.allocated,
                    kept.free,
                )
        for key, order in self.orders.items():
            lines = self.engine.order(key).lines
            assert {(line.item, line.location): line[2:6] for line in lines} == {
                where: (one.reserved, one.allocated, one.shipped, one.released)
                for where, one in order.placed.items()
            }
        assert self.engine.audit().consistent


class TestShop(Shop.TestCase):  # type: ignore[valid-type,misc]
    settings = settings(
        max_examples=60,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


# ---- against the C program -----------------------------------------------------------------------

NOW = 10**12
DAY = 86400000

item = st.sampled_from([*ITEMS, "SET", "SERVICE", "?"])
place = st.sampled_from([*PLACES, "?"])
channel = st.sampled_from(["web", "shop", "?"])
order = st.sampled_from([*KEYS, "?"])
quantity = st.one_of(SMALL, st.integers(-5, 30), st.sampled_from([10**15, -(10**15), 10**17]))
time = st.integers(-2, 6).map(lambda day: NOW + day * DAY)
unit = st.sampled_from(["case", "half", "?"])
flag = st.booleans()
odd: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        1 << 63,
        (1 << 63) - 1,
        -(1 << 63),
        "",
        "A",
        "x" * 129,
        [],
        {},
        [1],
        [{}],
        {"A": 1},
        "\x00",
        "\ufffd",
    ]
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "item": item,
    "location": place,
    "from": place,
    "to": place,
    "channel": channel,
    "order": order,
    "quantity": quantity,
    "expected": quantity,
    "unit": unit,
    "date": time,
    "due": time,
    "until": time,
    "expires_at": time,
    "at": time,
    "as_of": time,
    "seq": st.integers(1, 9),
    "source": st.sampled_from(["erp", "wms", "?"]),
    "id": st.sampled_from("abc"),
    "reason": st.sampled_from(["quality", "damage", "inspection", "?"]),
    "held": st.sampled_from(["quality", "?"]),
    "reference": st.sampled_from(["PO-1", "PO-2"]),
    "transfer": st.sampled_from(["T1", "T2"]),
    "outcome": st.sampled_from(["restock", "scrap", "damage"]),
    "mode": st.sampled_from(["all", "partial"]),
    "precedence": st.integers(-3, 3),
    "by": st.sampled_from(["number", "impact"]),
    "exception": st.integers(0, 6),
    "after": st.integers(0, 9),
    "limit": st.integers(0, 3),
    "cap": st.integers(0, 9),
    "buffer": st.integers(0, 3),
    "backorder": st.integers(0, 5),
    "horizon": st.integers(0, 4),
    "share": st.integers(0, 10000),
    "minimum": st.integers(0, 5),
    "low": st.integers(0, 5),
    "closed": flag,
    "paused": flag,
    "active": flag,
    "interval": st.sampled_from([0, DAY]),
    "step": st.integers(0, 3),
    "sourcing": st.sampled_from(["split", "most", "single"]),
    "locations": st.lists(st.sampled_from([*PLACES, "us", "?"]), max_size=3),
    "lines": st.lists(
        st.fixed_dictionaries(
            {"item": item, "quantity": quantity},
            optional={
                "unit": unit,
                "location": place,
                "at_least": SMALL,
                "substitutes": st.lists(item, max_size=2),
            },
        ),
        max_size=3,
    ),
}
ORIGIN = ("source", "id", "seq", "at")
# What stands there always, and what may.
TYPES: dict[str, tuple[str, str]] = {
    "advance": ("at", ""),
    "on_hand.set": ("item location quantity", "unit expected as_of"),
    "on_hand.adjust": ("item location quantity", "unit expected reason"),
    **dict.fromkeys(
        ("hold.place", "hold.release", "hold.scrap"), ("item location reason quantity", "unit")
    ),
    **dict.fromkeys(
        ("allocation.set", "allocation.adjust", "safety_stock.set"),
        ("item location quantity", "unit expected"),
    ),
    "ring_fence.set": ("item location channel quantity", "until"),
    "schedule.set": ("item location reference quantity due", "unit"),
    "receipt": ("item location quantity", "reference held"),
    "transfer.ship": ("transfer item from to quantity due", ""),
    "transfer.receive": ("transfer quantity", ""),
    "return.receive": ("item location quantity", "order"),
    "return.disposition": ("item location quantity outcome", ""),
    "reserve": ("order channel lines", "mode date expires_at precedence"),
    "amend": ("order lines", "date"),
    "confirm": ("order", ""),
    "extend": ("order expires_at", ""),
    **dict.fromkeys(("release", "allocate", "deallocate", "ship"), ("order", "lines")),
    "resource": ("order item from to", "quantity"),
    "location": ("location", "active"),
    "policy": (
        "",
        "item channel cap buffer backorder horizon share minimum low closed paused precedence"
        " interval step sourcing locations unit",
    ),
    "available": ("item channel", "date order"),
    "explain": ("item channel", "date order"),
    "cell": ("item location", ""),
    "order": ("order", ""),
    "orders": ("item", "location"),
    "waiting": ("item", "location"),
    "changes": ("channel", "after limit"),
    "shortages": ("", ""),
    "exceptions": ("", "by"),
    "replay": ("exception", ""),
    "discard": ("exception", ""),
    "audit": ("", ""),
}
OPENING: list[dict[str, Any]] = [
    {"type": "advance", "at": NOW},
    {"type": "location", "location": "east", "region": "us"},
    {"type": "location", "location": "west"},
    {"type": "channel", "channel": "web", "horizon": 3},
    {"type": "channel", "channel": "shop", "precedence": 1, "backorder": 4},
    {"type": "source", "source": "erp"},
    {"type": "source", "source": "wms", "max_lag": DAY},
    {"type": "item", "item": "A", "units": {"case": [12, 1], "half": [1, 2]}},
    {"type": "item", "item": "B"},
    {"type": "item", "item": "SERVICE", "tracked": False},
    {"type": "item", "item": "SET", "components": {"A": 2, "B": 1}},
    {"type": "on_hand.set", "item": "A", "location": "east", "quantity": 20},
    {"type": "on_hand.set", "item": "B", "location": "west", "quantity": 9},
]


def line_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    always, perhaps = (names.split() for names in TYPES[kind])
    return st.fixed_dictionaries(
        {"type": st.just(kind), **{name: FIELDS[name] for name in always}},
        optional={name: FIELDS[name] for name in [*perhaps, *ORIGIN] if name not in always},
    )


@st.composite
def spoilt(draw: st.DrawFn, lines: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    line = draw(lines)
    if draw(st.integers(0, 9)) == 0:
        line[draw(st.sampled_from(list(line)))] = draw(odd)
    return line


def sorted_keys(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))


def asked(program: pathlib.Path, lines: list[bytes]) -> list[str]:
    done = subprocess.run([program], input=b"\n".join(lines), capture_output=True, check=True)
    return done.stdout.decode().splitlines()


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    lines=st.lists(
        st.sampled_from(list(TYPES)).flatmap(lambda kind: spoilt(line_of(kind))), max_size=60
    )
)
def test_lines_at_random_get_the_answers_of_the_C_program(
    replay_program: pathlib.Path, lines: list[dict[str, Any]]
) -> None:
    sent = [json.dumps(line).encode() for line in [*OPENING, *lines, {"type": "audit"}]]
    expected = asked(replay_program, sent)
    with sellable.Engine() as engine:
        replay = Replay(engine)
        for line, wanted in zip(sent, expected, strict=True):
            answered = replay.answer(line)
            assert answered is not None
            assert sorted_keys(answered.text) == sorted_keys(wanted), line.decode()
