# SPDX-License-Identifier: Apache-2.0
"""A line of JSON, taken apart: what fields each type has, of what kind each is, and the first that
is missing or of another kind. What values are right is the engine's to say."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ._tables import (
    COMPONENTS_MAX,
    EVENTS,
    KEY_MAX,
    LINES_MAX,
    LOCATIONS_MAX,
    MODES,
    OUTCOMES,
    OWNED,
    SOURCINGS,
    SUBSTITUTES_MAX,
    UNITS_MAX,
)

SOURCES_MAX: Final = 65535

Fields = dict[str, Any]


class Fault(Exception):
    """Which field, as a path (None: the line as a whole), and what is wrong with it."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


# ---- kinds ---------------------------------------------------------------------------------------

# A kind gives back the value, or raises Fault if it is of another; `at` is the value's path.
Kind = Callable[[str, Any], Any]


def is_key(text: str) -> bool:
    return 0 < len(text) <= KEY_MAX and len(text.encode()) <= KEY_MAX


def is_number(value: Any) -> bool:
    return type(value) is int and -(1 << 63) <= value < 1 << 63


def of_type(kind: type, reason: str) -> Kind:
    def check(at: str, value: Any) -> Any:
        if type(value) is not kind:
            raise Fault(at, reason)
        return value

    return check


words = of_type(str, "it is no string")
flag = of_type(bool, "it is neither true nor false")
array = of_type(list, "it is no array")
mapping = of_type(dict, "it is no object")


def key(at: str, value: Any) -> Any:
    if not is_key(words(at, value)):
        raise Fault(at, "it does not have 1 to 128 bytes")
    return value


def whole(reason: str) -> Kind:
    def check(at: str, value: Any) -> Any:
        if not is_number(value):
            raise Fault(at, reason)
        return value

    return check


sequence = whole("it is no whole number of 64 bits, without fraction and exponent")


def negatable(value: int) -> int:
    """The least number of 64 bits has no negative; the one above it is as wrong for what counts."""
    return max(value, 1 - (1 << 63))


def number(at: str, value: Any) -> Any:
    return negatable(sequence(at, value))


def count(at: str, value: Any) -> Any:
    if number(at, value) < 0:
        raise Fault(at, "it is less than 0")
    return value


def small(at: str, value: Any) -> Any:
    """Beyond 32 bits: the largest or least of them, which is as wrong."""
    return min(max(number(at, value), -(1 << 31)), (1 << 31) - 1)


def factor(at: str, value: Any) -> Any:
    if type(value) is not list or len(value) != 2 or not all(map(is_number, value)):
        raise Fault(at, "a factor is no array of two whole numbers")
    return tuple(map(negatable, value))


def owned(at: str, value: Any) -> Any:
    if key(at, value) not in OWNED and value not in EVENTS:
        raise Fault(at, "it is neither a quantity nor a type of events")
    return value


def one_of(*choices: str) -> Kind:
    def check(at: str, value: Any) -> Any:
        if type(value) is not str or value not in choices:
            raise Fault(at, "it is none of the words that can stand here")
        return value

    return check


def many(kind: Kind, most: int) -> Kind:
    """An array. Of more than `most` one is kept: that they are too many is the engine's to say."""

    def check(at: str, value: Any) -> Any:
        some = array(at, value)[: most + 1]
        return [kind(f"{at}[{index}]", element) for index, element in enumerate(some)]

    return check


def some_or_all(kind: Kind, most: int) -> Kind:
    """Some of what there is; not given is all of it. None of it would be nothing at all."""

    def check(at: str, value: Any) -> Any:
        if not array(at, value):
            raise Fault(at, "it names no line")
        return several(at, value)

    several = many(kind, most)
    return check


def one_or_many(kind: Kind, most: int) -> Kind:
    """null, too: nobody."""

    def check(at: str, value: Any) -> Any:
        if value is None:
            return None
        return several(at, value) if type(value) is list else kind(at, value)

    several = many(kind, most)
    return check


def named(what: str, kind: Kind, most: int) -> Kind:
    """An object of values by their names; `what` they are. A fault is one of all of it."""

    def check(at: str, value: Any) -> Any:
        found = {}
        for name, content in list(mapping(at, value).items())[: most + 1]:
            if not is_key(name):
                raise Fault(at, f"a {what} does not have 1 to 128 bytes")
            found[name] = kind(at, content)
        return found

    return check


def record(fields: str) -> Kind:
    def check(at: str, value: Any) -> Any:
        return read(form, mapping(at, value), at + ".")

    form = form_of(fields)
    return check


# ---- the fields of each type ---------------------------------------------------------------------


class Field(NamedTuple):
    name: str
    kind: Kind
    # "!": required; "?": null is as if it were not given; "~": null takes it back; "-": it has to
    # be of its kind, and is not used.
    presence: str


# Of these kinds are fields of these names, and all others are keys. "name:kind" is of another kind.
KINDS: dict[str, Kind] = {
    "key": key,
    "number": number,
    "seq": sequence,
    "words": words,
    "owned": owned,
    "keys": many(key, LOCATIONS_MAX),
    "sources": one_or_many(key, SOURCES_MAX),
    "substitutes": many(key, SUBSTITUTES_MAX),
    "units": named("name", factor, UNITS_MAX),
    "components": named("key", whole("a number is no whole number"), COMPONENTS_MAX),
    "sourcing": one_of(*SOURCINGS),
    "mode": one_of(*MODES),
    "outcome": one_of(*OUTCOMES),
    "by": one_of("number", "impact"),
    "format": one_of("json", "openmetrics"),
    "event": mapping,
    **dict.fromkeys(("after", "limit"), count),
    **dict.fromkeys(("share", "precedence"), small),
    **dict.fromkeys(("tracked", "active", "closed", "paused", "keep_journal"), flag),
    **dict.fromkeys(
        "quantity expected at as_of until due date expires_at at_least max_lag buffer"
        " backorder horizon cap minimum low interval step exception".split(),
        number,
    ),
}

Form = tuple[Field, ...]


def form_of(fields: str) -> Form:
    """Of "item! quantity! reason:words?"; in the order in which faults are named."""

    def field(word: str) -> Field:
        name, _, kind = word[:-1].partition(":")
        return Field(name, KINDS.get(kind or name, key), word[-1])

    return tuple(map(field, fields.split()))


KINDS["line"] = record("item! quantity! unit? location? substitutes? at_least?")
KINDS["new_line"] = record("item! quantity! unit? location? substitutes?")
KINDS["part"] = record("item! quantity! unit? location?")
KINDS["lines"] = many(KINDS["line"], LINES_MAX)
KINDS["new_lines"] = many(KINDS["new_line"], LINES_MAX)
KINDS["parts"] = some_or_all(KINDS["part"], LINES_MAX)

CELL = "item! location! "
COUNTED = CELL + "quantity! unit? "
BALANCE = COUNTED + "expected? "
HELD = CELL + "reason! quantity! unit? "
PARTS = "order! lines:parts? "
SETTINGS = (
    "locations:keys~ sourcing~ share~ buffer~ backorder~ horizon~ unit~ cap~ minimum~ low~"
    " precedence~ closed~ paused~ interval~ step~ "
)

EVENT_FORMS: Final = {
    "on_hand.set": BALANCE + "as_of?",
    "on_hand.adjust": BALANCE + "reason:words?",
    "hold.place": HELD,
    "hold.release": HELD,
    "hold.scrap": HELD,
    "allocation.set": BALANCE,
    "allocation.adjust": BALANCE,
    "safety_stock.set": BALANCE,
    "ring_fence.set": BALANCE + "channel! until?",
    "schedule.set": BALANCE + "reference! due!",
    "receipt": COUNTED + "reference? held?",
    "transfer.ship": "transfer! item! from! to! quantity! unit? due!",
    "transfer.receive": "transfer! quantity! unit?",
    "return.receive": COUNTED + "order?",
    "return.disposition": COUNTED + "outcome!",
    "reserve": "order! channel! lines! mode? expires_at? date? precedence?",
    "amend": "order! lines:new_lines! date?",
    "confirm": "order!",
    "extend": "order! expires_at!",
    "release": PARTS + "reason:words?",
    "allocate": PARTS,
    "deallocate": PARTS,
    "ship": PARTS,
    "resource": "order! item! from! to! quantity?",
    "item": "item! unit~ units~ tracked~ components~",
    "location": "location! region~ active~",
    "channel": "channel! " + SETTINGS,
    "policy": "channel? item? " + SETTINGS,
    "hold": "reason!",
    "owner": "quantity:owned! location? source:sources!",
    "source": "source! max_lag~",
}
QUESTION_FORMS: Final = {
    "advance": "at!",
    "available": "item! channel! date? order?",
    "explain": "item! channel! date? order?",
    "cell": "item! location!",
    "order": "order!",
    "orders": "item! location?",
    "waiting": "item! location?",
    "changes": "channel! after? limit?",
    "shortages": "",
    "exceptions": "by?",
    "replay": "exception! event?",
    "discard": "exception!",
    "audit": "",
    "stats": "format?",
    "checkpoint": "keep_journal?",
}
# Where an event comes from. What these two speak of is a source: nobody sends them, and no sequence
# counts them.
ORIGIN: Final = " source? id? correlation? seq? at?"
FROM_NOBODY: Final[dict[str, str]] = dict.fromkeys(
    ("owner", "source"), " id? correlation? seq- at?"
)

FORMS: Final[dict[str, Form]] = {
    name: form_of(fields + FROM_NOBODY.get(name, ORIGIN) if name in EVENT_FORMS else fields)
    for name, fields in {**EVENT_FORMS, **QUESTION_FORMS}.items()
}
# An entry of a schedule that is taken away is due no more.
TAKEN_AWAY: Final = form_of(BALANCE + "reference! due?" + ORIGIN)


def read(form: Form, given: Fields, path: str = "") -> Fields:
    """The fields of a form out of all that is given, each of its kind; Fault for the first that is
    not. A setting that is taken back is None."""
    found: Fields = {}
    for name, kind, presence in form:
        if name not in given:
            if presence == "!":
                raise Fault(path + name, "it is missing")
            continue
        value = given[name]
        if value is None and presence != "!":
            if presence == "~":
                found[name] = None
            continue
        value = kind(path + name, value)
        if presence != "-":
            found[name] = value
    return found


def read_type(given: Fields) -> str:
    if "type" not in given:
        raise Fault("type", "it is missing")
    name: str = key("type", given["type"])
    return name


def read_line(kind: str, given: Fields) -> Fields:
    """The fields of a line of this type."""
    away = kind == "schedule.set" and type(given.get("quantity")) is int and not given["quantity"]
    return read(TAKEN_AWAY if away else FORMS[kind], given)


# ---- JSON ----------------------------------------------------------------------------------------


def refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


decode = json.JSONDecoder(parse_constant=refuse).decode
# Of numbers with more digits than an int is made of; a float is as wrong wherever a number counts.
decode_huge = json.JSONDecoder(parse_constant=refuse, parse_int=float).decode


def parse(line: bytes) -> Fields:
    """A line as an object; Fault if it is none."""
    try:
        text = line.decode()
        try:
            given = decode(text)
        except json.JSONDecodeError:
            raise
        except ValueError:
            given = decode_huge(text)
        if "\\u" in text:
            json.dumps(given, ensure_ascii=False).encode()  # Half a surrogate pair is no text.
    except (ValueError, RecursionError):
        given = None
    if type(given) is not dict:
        raise Fault(None, "the line is no JSON object")
    return given


def compact(line: bytes) -> bytes:
    """A line that is JSON, without what JSON does not look at: the blanks."""
    pieces = line.split(b'"')
    quoted = False
    for index, piece in enumerate(pieces):
        if not quoted:
            pieces[index] = piece.translate(None, b" \t\r\n")
            quoted = True
        else:
            # A quote behind an odd number of backslashes is a part of the string.
            quoted = (len(piece) - len(piece.rstrip(b"\\"))) % 2 == 1
    return b'"'.join(pieces)
