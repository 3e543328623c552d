# SPDX-License-Identifier: Apache-2.0
"""What calls answer with: small immutable records.

Each is a named tuple: fields by name, comparison by value, a repr that shows them. Things are named
by their keys (str). Quantities count the item's smallest unit; times are milliseconds since the
Unix epoch (to_datetime makes a datetime of them); None is "there is none". The C extension fills
them in and checks, when it is imported, that it knows the same fields.
"""

# Annotations are what they say, not their text: help() shows them in the signatures.
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple, SupportsIndex

from ._tables import Binding, Did, EventType, Level, OrderState, Owned, Sourcing, Status


class Line(NamedTuple):
    """A line of an order that is to be promised (Engine.reserve, Engine.amend).

    item         key or handle
    quantity     1 to 10^15, in `unit`; a Decimal or Fraction that comes out whole in the smallest
    unit         one of the item's units; None: its smallest
    location     fill it there only; None: anywhere
    substitutes  items that may stand for it, in order, at most 16
    at_least     mode "partial": nothing below this; a number as `quantity`; None: 1
    """

    item: str | SupportsIndex
    quantity: SupportsIndex | float | Decimal | Fraction
    unit: str | None = None
    location: str | SupportsIndex | None = None
    substitutes: Sequence[str | SupportsIndex] = ()
    at_least: SupportsIndex | float | Decimal | Fraction | None = None


class Placement(NamedTuple):
    """So many of an item from a location, of which `backordered` are beyond its stock and wait."""

    item: str
    location: str
    quantity: int
    backordered: int


class Misfit(NamedTuple):
    """An item that does not fit: all lines with it summed, kits taken apart.

    `location` is given where the item as a whole fits, but not what its lines ask of that location.
    """

    item: str
    location: str | None
    asked: int
    promisable: int


class Answer(NamedTuple):
    """What an accepted change has to say.

    status    "ok"; or "duplicate": this was done before, and the first answer is given again
    plan      reserve, amend: which location gives how many of what, in the order filled; else ()
    date      reserve, amend: the time for which it is promised (ms); else None
    variance  supply: on_hand after - before; else None
    position  of a durable engine: where the change stands in its log (Engine.durable_wait); else 0
    """

    status: Literal["ok", "duplicate"]
    plan: tuple[Placement, ...]
    date: int | None
    variance: int | None
    position: int

    @property
    def duplicate(self) -> bool:
        """Whether the same was accepted before."""
        return self.status == "duplicate"


class Availability(NamedTuple):
    """How much a channel may promise of an item.

    promisable  the most that one order could promise at this instant
    published   what the channel is told: `promisable` under its cap and above its minimum
    level       "none", "low" or "ok", of `published`
    """

    promisable: int
    published: int
    level: Level


class Term(NamedTuple):
    """One location in an explanation: the terms of the formula in the order in which they are used,
    at the date of the question. Quantities in the smallest unit."""

    location: str
    on_hand: int
    held: int
    allocated: int
    reserved: int
    safety_stock: int
    net: int
    supply: int
    demand: int
    promised: int
    projected: int
    low: int
    free: int
    fenced: int
    backordered: int
    shared: int
    fence: int
    own: int
    seen: int
    waiting: int


class Explanation(NamedTuple):
    """Why a figure is what it is: every term of it, of one instant, and in words what keeps it from
    being more (`because`).

    terms      one for each of the channel's active locations, in its order; () of a kit, and of
               what is not tracked
    binds      which term keeps `published` from being more ("stock", "buffer", "cap" ...);
               `location` says where, `component` of which part of a kit, if it is one of these
    missing    how far that term has to move to raise the figure; 0: it alone does not
    unit       promisable is a multiple of it
    cap        None: no such end
    """

    item: str
    channel: str
    now: int
    date: int
    share: int
    closed: bool
    paused: bool
    sourcing: Sourcing
    pool: int
    buffer: int
    backorder: int
    room: int
    unit: int
    promisable: int
    minimum: int
    cap: int | None
    published: int
    level: Level
    binds: Binding
    component: str | None
    location: str | None
    missing: int
    because: str
    terms: tuple[Term, ...]


class Fence(NamedTuple):
    """What is left for a channel at a cell; until None: it has no end."""

    channel: str
    quantity: int
    until: int | None


class Scheduled(NamedTuple):
    """An entry of a cell's schedule: > 0 supply, < 0 demand."""

    reference: str
    due: int
    quantity: int


class Promised(NamedTuple):
    """What was promised at a cell for a later time (Engine.orders tells to whom)."""

    due: int
    quantity: int


class Cell(NamedTuple):
    """All that is kept of one item at one location, and what follows from it, of now.

    held      by reason; reasons of 0 are left out
    fences    by channel
    schedule  by due, then reference
    promised  by due
    short     how much of what is promised there is not there
    """

    item: str
    location: str
    on_hand: int
    held: Mapping[str, int]
    allocated: int
    reserved: int
    backordered: int
    safety_stock: int
    net: int
    free: int
    shared: int
    short: int
    fences: tuple[Fence, ...]
    schedule: tuple[Scheduled, ...]
    promised: tuple[Promised, ...]

    @property
    def ring_fence(self) -> dict[str, int]:
        """What is left of the fences, by channel."""
        return {fence.channel: fence.quantity for fence in self.fences}


class OrderLine(NamedTuple):
    """One placement of an order and what became of it: its quantity is
    reserved + allocated + shipped + released.

    dated        of reserved: promised for the order's date, which is yet to come
    backordered  of reserved: it waits for stock
    """

    item: str
    location: str
    reserved: int
    allocated: int
    shipped: int
    released: int
    dated: int
    backordered: int


class Order(NamedTuple):
    """An order, as it is at one instant.

    expires_at  None: no timeout is running
    date        the time for which it is promised
    precedence  the order's own; None: the channel's
    """

    order: str
    state: OrderState
    channel: str
    expires_at: int | None
    date: int
    precedence: int | None
    lines: tuple[OrderLine, ...]


class Waiting(NamedTuple):
    """A backordered quantity that stock covers now."""

    order: str
    item: str
    location: str
    quantity: int


class AtRisk(NamedTuple):
    """An order, and what it has at the cell that is short."""

    order: str
    quantity: int


class Shortage(NamedTuple):
    """A cell that is short by `short`, and as many orders as cover it: lowest precedence first."""

    item: str
    location: str
    short: int
    orders: tuple[AtRisk, ...]


class Refused(NamedTuple):
    """A refused event that is kept, to be mended and replayed, or discarded.

    exception    its number, from 1
    type         None: it was none
    field        what is wrong; None: it is no field
    content      what the sender gave to be kept; None: nothing
    event        the event itself, as Engine.apply takes it; None: it could not be kept
    kept_at      the engine's time
    orders       open orders at the cells that it names; 0 unless asked for by impact
    """

    exception: int
    status: Status
    type: EventType | None
    field: str | None
    reason: str | None
    source: str | None
    id: str | None
    correlation: str | None
    content: bytes | None
    event: dict[str, Any] | None
    kept_at: int
    orders: int


class ExceptionCounts(NamedTuple):
    """kept: now; last: the last number given; lost: how many left because there were too many."""

    kept: int
    last: int
    lost: int


class Change(NamedTuple):
    """What a channel is told of an item."""

    item: str
    published: int
    promisable: int
    level: Level


class Changes(NamedTuple):
    """changes: what was told; position: how many the channel was ever told, to be given as `after`
    if an answer was lost; more: there is more to be told."""

    changes: tuple[Change, ...]
    position: int
    more: bool


class Audit(NamedTuple):
    """consistent: every cell is what the orders make of it; else `item` and `location` are the
    first that is not. hash: 32 hex digits over masters, cells and orders; full: over all that is
    remembered, too. orders: the open ones."""

    consistent: bool
    item: str | None
    location: str | None
    hash: str
    full: str
    items: int
    orders: int


class ItemView(NamedTuple):
    """What is known of an item. unit: the name of the smallest, None: it has none; units: how many
    of the smallest the others are; components: of a kit, how many of each item."""

    item: str
    unit: str | None
    units: Mapping[str, Fraction]
    tracked: bool
    components: Mapping[str, int]


class LocationView(NamedTuple):
    """What is known of a location."""

    location: str
    region: str | None
    active: bool


class SourceView(NamedTuple):
    """What is known of a source. max_lag: ms of silence after which it is listed as silent, None:
    for ever; seq: the last applied, None: none was; gaps: how often one was left out."""

    source: str
    max_lag: int | None
    seq: int | None
    gaps: int


class Policy(NamedTuple):
    """The settings in force; `set` names those that were set somewhere, the others have their
    default. locations: keys of locations and regions as they were named, () if none were (then it
    is all of them, unless "locations" is in `set`: then nowhere). interval in ms."""

    locations: tuple[str, ...]
    sourcing: Sourcing
    share: int
    buffer: int
    precedence: int
    closed: bool
    backorder: int
    horizon: int
    unit: str | None
    cap: int | None
    minimum: int
    low: int
    paused: bool
    interval: int
    step: int
    set: frozenset[str]


class ChannelStats(NamedTuple):
    """accepted, refused: orders; units: of the accepted reserves; told: its position;
    untold_since: no change that it was not told is older (ms), None: there is none."""

    channel: str
    listens: bool
    accepted: int
    refused: int
    units: int
    told: int
    untold_since: int | None


class SourceStats(NamedTuple):
    """Events of a source by what became of them; newest_at: the latest `at` of its applied events
    (ms); lag: now - newest_at (ms); silent: its lag is beyond its max_lag."""

    source: str
    silent: bool
    applied: int
    duplicates: int
    stale: int
    refused: int
    gaps: int
    newest_at: int | None
    lag: int | None


class Memory(NamedTuple):
    """slab_bytes: taken from the system; row_bytes, block_bytes: used for items, and for the rest;
    items, orders, event_ids, transfers: how many are remembered."""

    slab_bytes: int
    row_bytes: int
    block_bytes: int
    items: int
    orders: int
    event_ids: int
    transfers: int


class Stats(NamedTuple):
    """Figures for operations, counted since the engine was opened.

    calls           {type: {status: how many}}; those of 0 are left out, and so is what was no event
    calls_untyped   {status: how many}: events whose type was none
    events          sent to apply, or replayed; events_applied, events_duplicate: of those
    replays_applied exceptions that were replayed, ok
    exceptions      {status: how many}: kept in all
    balances        on_hand.set that were ok; variances: of those with a variance;
                    variance_sum, variance_absolute: their sum, and that of their absolute values
    units_short     by how much cells are short now; units_promised: what is promised now
    """

    now: int
    calls: Mapping[EventType, Mapping[Status, int]]
    calls_untyped: Mapping[Status, int]
    events: int
    events_applied: int
    events_duplicate: int
    replays_applied: int
    exceptions: Mapping[Status, int]
    exception_counts: ExceptionCounts
    balances: int
    variances: int
    variance_sum: int
    variance_absolute: int
    orders_open: int
    orders_expired: int
    cells_short: int
    units_short: int
    units_promised: int
    memory: Memory
    channels: tuple[ChannelStats, ...]
    sources: tuple[SourceStats, ...]

    @property
    def reservation_accuracy(self) -> float:
        """1 - units_short / units_promised, at least 0."""
        return max(0.0, 1 - self.units_short / self.units_promised) if self.units_promised else 1.0

    @property
    def without_a_hand(self) -> float:
        """The part of all events that took effect, or were known, without anybody's help."""
        by_itself = self.events_applied + self.events_duplicate - self.replays_applied
        return by_itself / self.events if self.events else 1.0


class Recovery(NamedTuple):
    """What was found on opening. position: the last change that is there, 0: none; checkpoint: the
    position of the one that was used, 0: none; replayed: changes applied from the journal."""

    position: int
    checkpoint: int
    replayed: int


class Figures(NamedTuple):
    """Figures of a cell, in an audit trail."""

    on_hand: int
    held: int
    allocated: int
    reserved: int
    backordered: int
    safety_stock: int
    promised: int
    net: int


class TrailCell(NamedTuple):
    """A cell that a change touched."""

    item: str
    location: str
    before: Figures
    after: Figures


class TrailEntry(NamedTuple):
    """One change in the log.

    position  where it stands
    now       the engine's time, at its decision or a little before
    event     what was said, as Engine.apply takes it; None: no event
    did       then what it was ("advance", "due", "tell", "refuse", "grow", "lost")
    channel   tell: to whom
    order     due: the order that expired, was moved to now, or left
    cells     the cells that it touched
    reason    lost: why it cannot be read; lost: the last position that is not there, 0: unknown
    """

    position: int
    now: int
    event: dict[str, Any] | None
    did: Did | None
    channel: str | None
    order: str | None
    cells: tuple[TrailCell, ...]
    reason: str | None
    lost: int


__all__ = [
    "Line", "Placement", "Misfit", "Answer", "Availability", "Term", "Explanation", "Fence",
    "Scheduled", "Promised", "Cell", "OrderLine", "Order", "Waiting", "AtRisk", "Shortage",
    "Refused", "ExceptionCounts", "Change", "Changes", "Audit", "ItemView", "LocationView",
    "SourceView", "Policy", "ChannelStats", "SourceStats", "Memory", "Stats", "Recovery",
    "Figures", "TrailCell", "TrailEntry",
]
