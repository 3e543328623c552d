# SPDX-License-Identifier: Apache-2.0
"""A business as a planner describes it: a short TOML file, every field of which has a default.

FIELDS is the one list of what can be said: it reads the file, refuses what makes no sense with the
name of the field, writes the template, and says what each figure means.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

LINES_MAX = 64
THREADS_MAX = 256
MEMORY_MIN = 0.001  # GiB
HUGE = 1e100  # not worth being shown
SHARES_WITHIN = 1e-6  # how far shares may be from adding up to 1

DURABILITIES = ("none", "decided", "durable")
NAMES = ("keys", "handles")
ARRIVALS = ("recorded", "evenly")  # how a stream's calls are spread over time

# What a stream says itself.
OF_A_STREAM = ("goods.items", "goods.locations", "goods.skew", "demand.questions",
               "demand.reservations", "demand.changes", "demand.channels", "demand.lines",
               "demand.cancelled", "demand.burst", "demand.burst_part", "demand.day",
               "kept.open_orders", "kept.retention_days", "service.names")


class Unclear(Exception):
    """The description is not to be understood; `field` says where."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


class Field(NamedTuple):
    """One thing that can be said."""

    table: str
    name: str
    default: Any
    low: float | None  # of numbers
    high: float | None
    says: str

    @property
    def path(self) -> str:
        return f"{self.table}.{self.name}"


FIELDS = (
    Field("goods", "items", 100_000, 1, 200_000_000, "items (SKUs) that are sold"),
    Field("goods", "locations", 4, 1, 1_000, "locations that stock lies at; each item at each"),
    Field("goods", "skew", 0.9, 0, 3,
          "how unequally items are wanted: the i-th most wanted weighs 1 / i^skew (Zipf)"),
    Field("demand", "calls", 5_000, 1, 1e9,
          "calls a second, mean over the busiest hour; of all channels"),
    Field("demand", "questions", 0.97, 0, 1, "share of them that asks what may be promised"),
    Field("demand", "reservations", 0.01, 0, 1, "share that promises an order"),
    Field("demand", "changes", 0.02, 0, 1, "share that changes stock: receipts, counts"),
    Field("demand", "channels", 4, 1, 4_096, "channels that sell"),
    Field("demand", "lines", [0.6, 0.25, 0.1, 0.05], 0, 1,
          f"shares of the orders with 1, 2, ... lines; up to {LINES_MAX}"),
    Field("demand", "cancelled", 0.1, 0, 1, "share of the orders that are released, not shipped"),
    Field("demand", "burst", 3.0, 1, 1_000,
          "calls come at so many times the mean in their busiest moments"),
    Field("demand", "burst_part", 0.1, 0.001, 0.999, "part of the time that is such moments"),
    Field("demand", "burst_period", 1.0, 0.01, 60, "seconds from one such moment to the next"),
    Field("demand", "day", 0.4, 0.001, 1, "mean of a whole day over the mean of the busiest hour"),
    Field("kept", "open_orders", 50_000, 0, 50_000_000, "orders that are open at a time"),
    Field("kept", "retention_days", 7.0, 0.001, 3_660, "days that closed orders are remembered"),
    Field("service", "limit_ms", 1.0, 0.001, 60_000,
          "of a thousand calls 999 have to be answered within so many ms (p99.9)"),
    Field("service", "headroom", 1.5, 1, 100, "what has to be carried, over the asked peak"),
    Field("service", "memory_gib", 0.0, 0, 100_000, "memory of one machine; 0: as this one has"),
    Field("service", "durability", "none", None, None,
          "none: in memory; durable: on disk before it is answered; decided: soon after"),
    Field("service", "linger_us", 0, 0, 1_000_000,
          "microseconds that a commit waits for more to share it"),
    Field("service", "threads", 0, 0, THREADS_MAX,
          "threads that call; 0: one fewer than processors, at least 1; with durability 32"),
    Field("service", "names", "keys", None, None,
          "keys: items and channels are named by their keys in each call; handles: looked up once"),
)
CHOICES = {"service.durability": DURABILITIES, "service.names": NAMES}
TABLES = tuple(dict.fromkeys(field.table for field in FIELDS))


@dataclass
class Description:
    """What was said, and the defaults for what was not; by path, as in FIELDS."""

    name: str
    values: dict[str, Any]
    said: frozenset[str]  # the paths that were
    stream: Path | None = None  # recorded events, in place of made calls;
    even: bool = False          # they arrive one like the other, not as they did

    def __getitem__(self, path: str) -> Any:
        return self.values[path]

    @property
    def fields(self) -> list[Field]:
        """What is meant: of a recorded stream not what it says itself."""
        return [field for field in FIELDS if not (self.stream and field.path in OF_A_STREAM)]

    @property
    def lines_mean(self) -> float:
        return float(sum((i + 1) * share for i, share in enumerate(self["demand.lines"])))

    @property
    def orders_a_day(self) -> float:
        return float(self["demand.calls"] * self["demand.reservations"] * self["demand.day"]
                     * 86_400)


def defaults(name: str = "a business of nothing but defaults") -> Description:
    return Description(name, {field.path: field.default for field in FIELDS}, frozenset())


def whole(field: Field) -> bool:
    return isinstance(field.default, int)


def checked(field: Field, value: Any) -> Any:
    """The value as it is to be used; Unclear if it is none for the field."""
    if field.path in CHOICES:
        if value not in CHOICES[field.path]:
            raise Unclear(field.path, f"is {value!r}, and has to be one of "
                          f"{', '.join(CHOICES[field.path])}")
        return value
    if isinstance(field.default, list):
        if not isinstance(value, list) or not 1 <= len(value) <= LINES_MAX:
            raise Unclear(field.path, f"has to be a list of 1 to {LINES_MAX} shares")
        return [number(field, share, f"{field.path}[{i}]") for i, share in enumerate(value)]
    return number(field, value, field.path)


def number(field: Field, value: Any, path: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise Unclear(path, f"is {value!r}, and has to be a number")
    assert field.low is not None and field.high is not None
    if not field.low <= value <= field.high:
        shown = f"{value:,.12g}" if abs(value) < HUGE else "far too large"
        raise Unclear(path, f"is {shown}, and has to be {field.low:,.12g} to {field.high:,.12g}")
    if whole(field) and value != int(value):
        raise Unclear(path, f"is {value!r}, and has to be a whole number")
    return int(value) if whole(field) else float(value)


def understood(description: Description) -> Description:
    """The same, if its fields agree with each other."""
    if description.stream:
        for path in OF_A_STREAM:
            if path in description.said:
                raise Unclear(f"stream, {path}", "the recorded stream says that itself")
        if description["service.durability"] != "none":
            raise Unclear("stream, service.durability", "a recorded stream is played in memory")
    shares = [f"demand.{name}" for name in ("questions", "reservations", "changes")]
    total = sum(description[path] for path in shares)
    if abs(total - 1) > SHARES_WITHIN:
        raise Unclear(", ".join(shares), f"add up to {total:g}, and have to add up to 1")
    lines = sum(description["demand.lines"])
    if abs(lines - 1) > SHARES_WITHIN:
        raise Unclear("demand.lines", f"adds up to {lines:g}, and has to add up to 1")
    if description["demand.burst"] * description["demand.burst_part"] > 1 + SHARES_WITHIN:
        raise Unclear("demand.burst, demand.burst_part",
                      "more calls come in the busiest moments than in all: "
                      "burst * burst_part has to be at most 1")
    if description["service.durability"] == "none" and description["service.linger_us"]:
        raise Unclear("service.linger_us", "nothing is committed with durability none")
    if 0 < description["service.memory_gib"] < MEMORY_MIN:
        raise Unclear("service.memory_gib", f"has to be at least {MEMORY_MIN:g}, or 0")
    if description["kept.open_orders"] and not description["demand.reservations"] and \
            "kept.open_orders" in description.said:
        raise Unclear("kept.open_orders, demand.reservations",
                      "orders are open, and none is ever placed")
    if description["demand.lines"] and \
            len(description["demand.lines"]) > description["goods.items"]:
        raise Unclear("demand.lines, goods.items", "an order has more lines than there are items")
    return description


def parsed(text: str, name: str, folder: Path) -> Description:
    """A description out of TOML; `folder` is what a stream's file is looked for in."""
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Unclear("", f"{name} is no TOML: {fault}") from None
    made = defaults(name)
    said = set()
    by_path = {field.path: field for field in FIELDS}
    for table, fields in tables.items():
        if table == "name":
            if not isinstance(fields, str) or not fields or not fields.isprintable():
                raise Unclear("name", "has to be words")
            made.name = fields
            continue
        if table == "stream":
            made.stream, made.even = stream_of(fields, folder)
            continue
        if table not in TABLES:
            raise Unclear(table, f"there is no such table; there are {', '.join(TABLES)}, stream")
        if not isinstance(fields, dict):
            raise Unclear(table, "has to be a table")
        for field, value in fields.items():
            path = f"{table}.{field}"
            if path not in by_path:
                known = ", ".join(f.name for f in FIELDS if f.table == table)
                raise Unclear(path, f"there is no such field; {table} has {known}")
            made.values[path] = checked(by_path[path], value)
            said.add(path)
    made.said = frozenset(said)
    return understood(made)


def stream_of(fields: Any, folder: Path) -> tuple[Path, bool]:
    if not isinstance(fields, dict) or not set(fields) <= {"file", "arrive"} or \
            not isinstance(fields.get("file"), str):
        raise Unclear("stream", "has to have file, the path of recorded events; may have arrive")
    path = folder / fields["file"]
    if not path.is_file():
        raise Unclear("stream.file", f"there is no file {fields['file']}")
    arrive = fields.get("arrive", ARRIVALS[0])
    if arrive not in ARRIVALS:
        raise Unclear("stream.arrive", f"is {arrive!r}, and has to be one of {', '.join(ARRIVALS)}")
    return path.resolve(), arrive == "evenly"


def read(path: Path) -> Description:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as fault:
        raise Unclear("", f"{path} cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise Unclear("", f"{path} is no UTF-8") from None
    return parsed(text, path.stem, path.parent)


def template() -> str:
    """A description with every field at its default, to begin with."""
    out = ['name = "my business"']
    for table in TABLES:
        out += ["", f"[{table}]"]
        for field in FIELDS:
            if field.table == table:
                value = field.default
                shown = f'"{value}"' if isinstance(value, str) else f"{value}"
                out.append(f"{field.name} = {shown}".ljust(32) + f"# {field.says}")
    return "\n".join(out) + "\n"
