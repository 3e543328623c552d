# SPDX-License-Identifier: Apache-2.0
"""Of each method of Engine a call that is right, and for each of its arguments what is not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

HUGE = 1 << 80
NAIVE = datetime(2026, 1, 1)


class Thrown(Exception):
    """What an object of a caller's throws goes through as it is."""


class Throws:
    """An object whose every use fails."""

    def fail(self, *_: object) -> NoReturn:
        raise Thrown

    __index__ = __int__ = __len__ = __iter__ = __getitem__ = __contains__ = __bool__ = fail
    __float__ = as_integer_ratio = utcoffset = keys = items = fail
    __hash__ = __eq__ = fail
    __fspath__ = __next__ = fail


class NoIndex:
    """An object whose number is none."""

    def __index__(self) -> int:
        return "one"  # type: ignore[return-value]


class NoRatio:
    def as_integer_ratio(self) -> object:
        return (1, "one", 2)


# ---- what is wrong, by kind of argument ----------------------------------------------------------

NO_STR = [b"A", 5, 1.5, True, ["A"], object(), Throws()]
NO_UTF8 = ["\ud800", "A\udfff"]
NO_KEY = [*NO_STR, *NO_UTF8, "", "x" * 129, "\u20ac" * 43]
NO_HANDLE = [b"A", 1.5, True, (), object(), Throws(), NoIndex(), 0, -1, 1 << 32, HUGE, *NO_UTF8]
NO_NUMBER = ["1", 1.5, b"1", True, [1], object(), Throws(), NoIndex(), HUGE, -HUGE, math.nan]
NO_QUANTITY = [
    "1",
    b"1",
    True,
    [1],
    object(),
    Throws(),
    NoIndex(),
    NoRatio(),
    HUGE,
    -HUGE,
    1.5,
    math.nan,
    math.inf,
    -math.inf,
    1e300,
    Decimal("1.5"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("-Infinity"),
    Decimal("1e99"),
    Fraction(1, 3),
    Fraction(1, HUGE),
    Fraction(HUGE, 3),
    1 << 62,
]
NO_TIME = [
    "now",
    1.5,
    b"1",
    True,
    [1],
    object(),
    Throws(),
    NoIndex(),
    NAIVE,
    date(2026, 1, 1),
    timedelta(1),
    HUGE,
    -HUGE,
    (1 << 53) + 1,
    math.nan,
    Decimal(1),
]
NO_DURATION = [
    "1",
    1.5,
    b"1",
    True,
    object(),
    Throws(),
    NoIndex(),
    HUGE,
    -HUGE,
    (1 << 53) + 1,
    NAIVE,
    timedelta(-1),
    -5,
]
NO_FLAG = ["yes", 1.5, object(), Throws(), 2, -1, HUGE, []]
NO_CHOICE = [b"all", 1, True, object(), Throws(), "", "ALL", "other", "\ud800", "x" * 1000]
NO_LIST = [5, 1.5, object(), Throws()]
NO_LINES = [
    *NO_LIST,
    b"A",
    [],
    {},
    [()],
    [("A",)],
    [("A", 1, None, None, (), None, "more")],
    ["A"],
    [5],
    [None],
    [{}],
    [{"item": "A"}],
    [{"quantity": 1}],
    [{"item": "A", "quantity": 1, "more": 1}],
    [{5: 1}],
    {5.5: 1},
    [("A", 1)] * 257,
    [Throws()],
    [{"item": Throws(), "quantity": 1}],
    [("A", NAIVE)],
    [{"item": "A", "quantity": 1, "substitutes": 5}],
    [{"item": "A", "quantity": 1, "substitutes": [5.5]}],
    [{"item": "A", "quantity": 1, "location": 1.5}],
    [{"item": "A", "quantity": 1, "unit": 1}],
]
NO_UNITS = [
    *NO_LIST,
    ["case"],
    {"": (1, 1)},
    {5: (1, 1)},
    {"case": ()},
    {"case": (1,)},
    {"case": (1, 2, 3)},
    {"case": ("1", 1)},
    {"case": (0, 1)},
    {"case": (1, 0)},
    {"case": (-1, 1)},
    {"case": (HUGE, 1)},
    {"case": "12"},
    {"case": 1.5},
    {"case": math.nan},
    {"case": Fraction(1, HUGE)},
    {"case": Decimal("NaN")},
    {"case": Throws()},
    {"\ud800": (1, 1)},
    {f"u{number}": (number + 1, 1) for number in range(33)},
]
NO_COMPONENTS = [
    *NO_LIST,
    {},
    ["A"],
    {"A": 0},
    {"A": -1},
    {"A": "1"},
    {"A": 1.5},
    {"A": HUGE},
    {"A": Throws()},
    {5.5: 1},
    {"\ud800": 1},
    {"?": 1},
    {0: 1},
]
NO_LOCATIONS = [
    *NO_LIST,
    "east",
    ["?"],
    [0],
    [5.5],
    ["east", "east"],
    [Throws()],
    ["\ud800"],
    b"east",
]
NO_SOURCES = [*NO_LIST, ["?"], [0], [5.5], [Throws()], ["\ud800"], b"erp", ""]
NO_SETTINGS = {
    "locations": NO_LOCATIONS,
    "sourcing": NO_CHOICE,
    "share": [*NO_NUMBER, -1, 10001],
    "buffer": [*NO_NUMBER, -1],
    "precedence": [*NO_NUMBER, 10**6 + 1],
    "closed": NO_FLAG,
    "backorder": [*NO_NUMBER, -1],
    "horizon": [*NO_NUMBER, -1, 3661],
    "unit": NO_KEY,
    "cap": [*NO_NUMBER, -1, 10**15 + 1],
    "minimum": [*NO_NUMBER, -1],
    "low": [*NO_NUMBER, -1],
    "paused": NO_FLAG,
    "interval": NO_DURATION,
    "step": [*NO_NUMBER, -1],
}

# Of each method a call that is right, and for each of its arguments what is not.
Bad = Mapping[str, list[Any]]
CELL: dict[str, Any] = {"item": "A", "location": "east", "quantity": 1}
NO_CELL: Bad = {"item": NO_HANDLE, "location": NO_HANDLE, "quantity": NO_QUANTITY}
NO_ORIGIN: Bad = {
    "source": NO_HANDLE,
    "id": NO_KEY,
    "correlation": NO_KEY,
    "seq": NO_NUMBER,
    "at": NO_TIME,
    "unit": [*NO_STR, *NO_UTF8],
    "content": [5, 1.5, object(), Throws(), "\ud800"],
}
PART: tuple[dict[str, Any], Bad] = (
    {"order": "O", "lines": {"A": 1}},
    {"order": NO_KEY, "lines": NO_LINES},
)
CALLS: dict[str, tuple[dict[str, Any], Bad]] = {
    "advance": ({"now": 1}, {"now": NO_TIME}),
    "item": (
        {"item": "A"},
        {"item": NO_KEY, "unit": NO_KEY, "units": NO_UNITS, "tracked": NO_FLAG},
    ),
    "location": ({"location": "east"}, {"location": NO_KEY, "region": NO_KEY, "active": NO_FLAG}),
    "channel": ({"channel": "web"}, {"channel": NO_KEY, **NO_SETTINGS}),
    "policy": (
        {"item": "A", "channel": "web"},
        {"item": NO_HANDLE, "channel": NO_HANDLE, **NO_SETTINGS},
    ),
    "hold": ({"reason": "quality"}, {"reason": NO_KEY}),
    "source": ({"source": "erp"}, {"source": NO_KEY, "max_lag": NO_DURATION}),
    "owner": (
        {"quantity": "held", "source": "erp"},
        {"quantity": NO_CHOICE, "source": NO_SOURCES, "location": NO_HANDLE},
    ),
    "reserve": (
        {"order": "P", "channel": "web", "lines": {"A": 1}},
        {
            "order": NO_KEY,
            "channel": NO_HANDLE,
            "lines": NO_LINES,
            "mode": NO_CHOICE,
            "expires_at": [*NO_TIME, 0, -5],
            "date": [*NO_TIME, -5],
            "precedence": [*NO_NUMBER, 10**6 + 1],
        },
    ),
    "amend": (
        {"order": "O", "lines": {"A": 1}},
        {"order": NO_KEY, "lines": NO_LINES, "date": [*NO_TIME, -5]},
    ),
    "confirm": ({"order": "O"}, {"order": NO_KEY}),
    "extend": ({"order": "O", "expires_at": 1}, {"order": NO_KEY, "expires_at": [*NO_TIME, 0]}),
    **dict.fromkeys(("release", "allocate", "deallocate", "ship"), PART),
    "resource": (
        {"order": "O", "item": "A", "from_": "east", "to": "west"},
        {
            "order": NO_KEY,
            "item": NO_HANDLE,
            "from_": NO_HANDLE,
            "to": [*NO_HANDLE, "east"],
            "quantity": [*NO_QUANTITY, 0, -1],
        },
    ),
    "set_on_hand": (CELL, {**NO_CELL, **NO_ORIGIN, "expected": NO_QUANTITY, "as_of": NO_TIME}),
    "adjust_on_hand": (CELL, {**NO_CELL, **NO_ORIGIN, "reason": [*NO_STR, *NO_UTF8]}),
    **dict.fromkeys(
        ("place_hold", "release_hold", "scrap_hold"),
        ({**CELL, "reason": "quality"}, {**NO_CELL, "reason": [*NO_KEY, "?"]}),
    ),
    "set_allocation": (CELL, {**NO_CELL, "quantity": [*NO_QUANTITY, -1]}),
    "adjust_allocation": (CELL, NO_CELL),
    "set_safety_stock": (CELL, {**NO_CELL, "quantity": [*NO_QUANTITY, -1]}),
    "set_ring_fence": (
        {**CELL, "channel": "web"},
        {**NO_CELL, "channel": NO_HANDLE, "until": [*NO_TIME, 0]},
    ),
    "set_schedule": (
        {**CELL, "reference": "PO", "due": 5},
        {**NO_CELL, "reference": NO_KEY, "due": NO_TIME},
    ),
    "receive": (CELL, {**NO_CELL, "reference": NO_KEY, "held": [*NO_KEY, "?"]}),
    "ship_transfer": (
        {"transfer": "T", "item": "A", "from_": "east", "to": "west", "quantity": 1, "due": 5},
        {
            "transfer": NO_KEY,
            "item": NO_HANDLE,
            "from_": NO_HANDLE,
            "to": [*NO_HANDLE, "east"],
            "quantity": [*NO_QUANTITY, 0],
            "due": NO_TIME,
        },
    ),
    "receive_transfer": (
        {"transfer": "T", "quantity": 1},
        {"transfer": NO_KEY, "quantity": NO_QUANTITY},
    ),
    "receive_return": (CELL, {**NO_CELL, "order": NO_KEY}),
    "dispose_return": ({**CELL, "outcome": "restock"}, {**NO_CELL, "outcome": NO_CHOICE}),
    "available": (
        {"item": "A", "channel": "web"},
        {
            "item": [one for one in NO_HANDLE if not isinstance(one, tuple)],
            "channel": NO_HANDLE,
            "date": [*NO_TIME, -5],
            "order": NO_KEY,
        },
    ),
    "explain": (
        {"item": "A", "channel": "web"},
        {"item": NO_HANDLE, "channel": NO_HANDLE, "date": [*NO_TIME, -5], "order": NO_KEY},
    ),
    "cell": (
        {"item": "A", "location": "east"},
        {"item": NO_HANDLE, "location": NO_HANDLE},
    ),
    "order": ({"order": "O"}, {"order": NO_KEY}),
    "orders": (
        {},
        {"item": NO_HANDLE, "location": NO_HANDLE, "closed": NO_FLAG},
    ),
    "waiting": ({"item": "A"}, {"item": NO_HANDLE, "location": NO_HANDLE}),
    "changes": (
        {"channel": "web"},
        {"channel": NO_HANDLE, "after": [*NO_NUMBER, -1], "limit": [*NO_NUMBER, -1]},
    ),
    "exceptions": ({}, {"number": [*NO_NUMBER, 0, -1, 99], "by_impact": NO_FLAG}),
    "exception_put": (
        {},
        {"type": NO_CHOICE, "status": NO_CHOICE},
    ),
    "exception_replay": (
        {"number": 1},
        {"number": [*NO_NUMBER, 0, -1], "event": [5, "x", {}, {"type": "?"}, Throws()]},
    ),
    "exception_discard": ({"number": 1}, {"number": [*NO_NUMBER, 0, -1]}),
    "durable_wait": ({}, {"position": [*NO_NUMBER, -1]}),
    "checkpoint": ({}, {"keep_journal": NO_FLAG}),
    "look_policy": ({}, {"item": NO_HANDLE, "channel": NO_HANDLE}),
}
