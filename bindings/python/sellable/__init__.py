# SPDX-License-Identifier: Apache-2.0
"""sellable: what can this channel sell right now? - answered, and promised, in one breath.

An engine keeps, for each item at each location, what is physically there, what of it is held,
allocated and kept back, and what has been promised. For a channel it answers how much may still be
promised, and takes a promise (an order) exactly when every line of it fits.

    import sellable

    with sellable.Engine() as engine:
        engine.location("east")
        engine.channel("web", buffer=2)
        engine.item("hat")
        engine.set_on_hand("hat", "east", 10)
        engine.available("hat", "web")              # Availability(promisable=8, published=8, ...)
        answer = engine.reserve("order 1", "web", {"hat": 3})
        answer.plan                                 # which location gives how many
        try:
            engine.reserve("order 2", "web", {"hat": 6})
        except sellable.InsufficientError as error:
            error.lines[0].promisable               # 5

THINGS are named by their key (str, 1 to 128 bytes of UTF-8) or by their handle (a small int, which
saves the look-up: Item, Location, Channel, Source). What makes a thing answers with its handle;
answers name things by their keys.

QUANTITIES are whole numbers of an item's smallest unit, within +-10^15, or of another unit of it
where `unit` says so. A Decimal or Fraction of a unit must come out whole in the smallest; a float
must be whole.

TIME is given by the caller (Engine.advance): an engine reads no clock. Wherever a time goes in, it
is a datetime that knows its time zone, or an int: milliseconds since the Unix epoch, within +-2^53.
A datetime without a time zone is an error. Answers have the int; to_datetime makes a datetime of
it. Durations are a timedelta of whole milliseconds, or milliseconds.

ANSWERS are immutable named tuples. A change answers with an Answer, whose status is "ok" or, of
what was done before, "duplicate". Every other status is an exception, and nothing has changed:

    Error                    the base of them all
      ConflictError          the same key with other content, or another value than expected
      InsufficientError      does not fit; lines: what could be had
      PausedError            the channel takes no new order with the item
      UnknownItemError, UnknownLocationError, UnknownChannelError, UnknownSourceError,
      UnknownOrderError      also a LookupError
      NotOwnerError          the source may not write this quantity
      StaleError             older than what is known already
      InvalidError           a field is out of its range; also a ValueError
      WrongStateError        not possible in this state
      QuantityOverflowError  beyond 10^15; also an OverflowError
      NoMemoryError          also a MemoryError
      NotDurableError        the log cannot take the change
      ClosedError            the engine is closed; also a ValueError

`field` and `reason` say what is wrong and why; a value of the wrong type is a TypeError that begins
with the field's name.

EVENTS are what comes in from other systems, with an origin (source, seq, id, at ...): Engine.apply,
and short names for those of supply (set_on_hand, receive ...). The direct calls (reserve, item,
channel ...) are the same changes without an origin. A refused event is kept: Engine.exceptions.

THREADS. Every method may be called from any thread at any time. Each call takes effect, or looks at
the whole state, at one instant. The interpreter's lock is released by what takes long or waits:
whatever changes a durable engine, close, fork, advance, audit, stats, metrics, checkpoint, lists
over all orders, views, columns, and batches of 64 and more; single calls on an engine in memory
keep it. close() waits for calls on other threads. In a process that was forked off every call is a
ClosedError. The module asks a free-threaded build of Python for the interpreter's lock, and loads
in the subinterpreters that share it; in one with a lock of its own the import fails.

DURABLE engines keep what they do in a directory: sellable.open. Columns (lists, numpy arrays,
DataFrames, Arrow) go in and out as a whole: Engine.available, apply_columns, load_on_hand,
availability, cells, order_lines; these need the extras numpy, or arrow. `python -m sellable` runs
events and questions, one JSON object a line; `python -m sellable plot FILE` draws what they lead
to.

help(sellable.Engine) tells of every method, help(sellable.Answer) of what it answers with.

Not copied, not pickled: an engine is what it is (Engine.fork makes another of it).
"""

from ._error import ClosedError, Error
from ._errors import (
    ConflictError,
    InsufficientError,
    InvalidError,
    NoMemoryError,
    NotDurableError,
    NotOwnerError,
    PausedError,
    QuantityOverflowError,
    StaleError,
    UnknownChannelError,
    UnknownItemError,
    UnknownLocationError,
    UnknownOrderError,
    UnknownSourceError,
    WrongStateError,
)
from ._handles import Channel, Item, Location, Source
from ._records import (
    Answer,
    AtRisk,
    Audit,
    Availability,
    Cell,
    Change,
    Changes,
    ChannelStats,
    ExceptionCounts,
    Explanation,
    Fence,
    Figures,
    ItemView,
    Line,
    LocationView,
    Memory,
    Misfit,
    Order,
    OrderLine,
    Placement,
    Policy,
    Promised,
    Recovery,
    Refused,
    Scheduled,
    Shortage,
    SourceStats,
    SourceView,
    Stats,
    Term,
    TrailCell,
    TrailEntry,
    Waiting,
)
from ._sellable import (
    EVENT_FIELDS,
    REQUIRED_FIELDS,
    Engine,
    Table,
    Trail,
    View,
    __version__,
    open,
    to_milliseconds,
    trail,
)
from ._time import to_datetime
from .columns import Applied, Availabilities, RefusedRow

__all__ = [
    "EVENT_FIELDS",
    "REQUIRED_FIELDS",
    "Answer",
    "Applied",
    "AtRisk",
    "Audit",
    "Availabilities",
    "Availability",
    "Cell",
    "Change",
    "Changes",
    "Channel",
    "ChannelStats",
    "ClosedError",
    "ConflictError",
    "Engine",
    "Error",
    "ExceptionCounts",
    "Explanation",
    "Fence",
    "Figures",
    "InsufficientError",
    "InvalidError",
    "Item",
    "ItemView",
    "Line",
    "Location",
    "LocationView",
    "Memory",
    "Misfit",
    "NoMemoryError",
    "NotDurableError",
    "NotOwnerError",
    "Order",
    "OrderLine",
    "PausedError",
    "Placement",
    "Policy",
    "Promised",
    "QuantityOverflowError",
    "Recovery",
    "Refused",
    "RefusedRow",
    "Scheduled",
    "Shortage",
    "Source",
    "SourceStats",
    "SourceView",
    "StaleError",
    "Stats",
    "Table",
    "Term",
    "Trail",
    "TrailCell",
    "TrailEntry",
    "UnknownChannelError",
    "UnknownItemError",
    "UnknownLocationError",
    "UnknownOrderError",
    "UnknownSourceError",
    "View",
    "Waiting",
    "WrongStateError",
    "__version__",
    "open",
    "to_datetime",
    "to_milliseconds",
    "trail",
]

# A traceback names an exception as it is caught.
for _name in __all__:
    if _name.endswith("Error"):
        globals()[_name].__module__ = __name__
