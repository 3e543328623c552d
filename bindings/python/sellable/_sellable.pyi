# SPDX-License-Identifier: Apache-2.0
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from types import TracebackType
from typing import Any, Final, Protocol, SupportsIndex, TypeAlias, final, overload

from typing_extensions import Buffer, Self

from ._handles import Channel, Item, Location, Source
from ._records import (
    Answer, Audit, Availability, Cell, Changes, ExceptionCounts, Explanation, ItemView, Line,
    LocationView, Memory, Order, Policy, Recovery, Refused, Shortage, SourceView, Stats, TrailEntry,
    Waiting,
)
from .columns import Applied, Availabilities
from ._tables import Answering, EventType, Mode, Outcome, Owned, Sourcing, Status

_Thing: TypeAlias = str | SupportsIndex
_Time: TypeAlias = datetime | SupportsIndex
_Duration: TypeAlias = timedelta | SupportsIndex
_Quantity: TypeAlias = SupportsIndex | float | Decimal | Fraction
_Factor: TypeAlias = SupportsIndex | Fraction | Decimal | tuple[SupportsIndex, SupportsIndex]
_Lines: TypeAlias = (
    Mapping[Any, _Quantity]  # a mapping's keys would all have to be of one type
    | Iterable[Line | tuple[_Thing, _Quantity] | Mapping[str, Any]]
)

# One handle, also of numpy; its arrays are SupportsIndex, too.
class _Handle(SupportsIndex, Protocol):
    def bit_count(self) -> int: ...

class _Array(Protocol):
    @property
    def __array_interface__(self) -> dict[str, Any]: ...

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]: ...

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

# A column of any library: see sellable.columns.
_Column: TypeAlias = Sequence[Any] | Buffer | _Array | _ArrowArray | _ArrowStream

__version__: Final[str]
EVENT_FIELDS: Final[Mapping[EventType, tuple[str, ...]]]
REQUIRED_FIELDS: Final[Mapping[EventType, tuple[str, ...]]]

def to_milliseconds(time: _Time, /) -> int: ...
def open(
    directory: str | os.PathLike[str],
    *,
    answering: Answering = "durable",
    linger: _Duration = 0,
    batch: int = 0,
    queue: int = 0,
    items: int = 0,
    orders: int = 0,
    seed: int | None = None,
    retention: _Duration | None = None,
    event_ids: int = 0,
    exceptions: int = 0,
    ahead: _Duration | None = None,
) -> Engine: ...
def trail(directory: str | os.PathLike[str], *, salvage: bool = False) -> Trail: ...

@final
class Engine:
    def __new__(
        cls,
        *,
        items: int = 0,
        orders: int = 0,
        seed: int | None = None,
        retention: _Duration | None = None,
        event_ids: int = 0,
        exceptions: int = 0,
        ahead: _Duration | None = None,
    ) -> Self: ...

    # The engine
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        type: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...
    def fork(self) -> Engine: ...
    def advance(self, now: _Time) -> Answer: ...
    @property
    def closed(self) -> bool: ...
    @property
    def now(self) -> int: ...

    # Masters
    def item(
        self,
        item: str,
        *,
        unit: str | None = ...,
        units: Mapping[str, _Factor] | None = ...,
        tracked: bool | None = ...,
        components: Mapping[Any, SupportsIndex] | None = ...,
    ) -> Item: ...
    def location(
        self, location: str, *, region: str | None = ..., active: bool | None = ...
    ) -> Location: ...
    def channel(
        self,
        channel: str,
        *,
        locations: Sequence[_Thing] | None = ...,
        sourcing: Sourcing | None = ...,
        share: int | None = ...,
        buffer: int | None = ...,
        precedence: int | None = ...,
        closed: bool | None = ...,
        backorder: int | None = ...,
        horizon: int | None = ...,
        unit: str | None = ...,
        cap: int | None = ...,
        minimum: int | None = ...,
        low: int | None = ...,
        paused: bool | None = ...,
        interval: _Duration | None = ...,
        step: int | None = ...,
    ) -> Channel: ...
    def policy(
        self,
        item: _Thing | None = None,
        channel: _Thing | None = None,
        *,
        locations: Sequence[_Thing] | None = ...,
        sourcing: Sourcing | None = ...,
        share: int | None = ...,
        buffer: int | None = ...,
        precedence: int | None = ...,
        closed: bool | None = ...,
        backorder: int | None = ...,
        horizon: int | None = ...,
        unit: str | None = ...,
        cap: int | None = ...,
        minimum: int | None = ...,
        low: int | None = ...,
        paused: bool | None = ...,
        interval: _Duration | None = ...,
        step: int | None = ...,
    ) -> Answer: ...
    def hold(self, reason: str) -> int: ...
    def source(self, source: str, *, max_lag: _Duration | None = ...) -> Source: ...
    def owner(
        self,
        quantity: Owned | EventType,
        source: _Thing | Sequence[_Thing] | None,
        *,
        location: _Thing | None = None,
    ) -> Answer: ...
    def find_item(self, key: str, /) -> Item: ...
    def find_location(self, key: str, /) -> Location: ...
    def find_region(self, key: str, /) -> Location: ...
    def find_channel(self, key: str, /) -> Channel: ...
    def find_source(self, key: str, /) -> Source: ...
    def key(self, handle: Item | Location | Channel | Source, /) -> str: ...
    def items(self) -> list[tuple[str, Item]]: ...
    def locations(self) -> list[tuple[str, Location]]: ...
    def channels(self) -> list[tuple[str, Channel]]: ...
    def sources(self) -> list[tuple[str, Source]]: ...
    def holds(self) -> list[str]: ...
    def look_item(self, item: _Thing, /) -> ItemView: ...
    def look_location(self, location: _Thing, /) -> LocationView: ...
    def look_source(self, source: _Thing, /) -> SourceView: ...
    def look_policy(self, item: _Thing | None = None, channel: _Thing | None = None) -> Policy: ...

    # Orders
    def reserve(
        self,
        order: str,
        channel: _Thing,
        lines: _Lines,
        *,
        mode: Mode = "all",
        expires_at: _Time | None = None,
        date: _Time | None = None,
        precedence: int | None = None,
    ) -> Answer: ...
    def reserve_many(self, orders: Iterable[Mapping[str, Any]], /) -> list[Answer | Exception]: ...
    def amend(self, order: str, lines: _Lines, *, date: _Time | None = None) -> Answer: ...
    def confirm(self, order: str) -> Answer: ...
    def extend(self, order: str, expires_at: _Time) -> Answer: ...
    def release(self, order: str, lines: _Lines | None = None) -> Answer: ...
    def allocate(self, order: str, lines: _Lines | None = None) -> Answer: ...
    def deallocate(self, order: str, lines: _Lines | None = None) -> Answer: ...
    def ship(self, order: str, lines: _Lines | None = None) -> Answer: ...
    def resource(
        self,
        order: str,
        item: _Thing,
        from_: _Thing,
        to: _Thing,
        *,
        quantity: _Quantity | None = None,
    ) -> Answer: ...

    # Events
    def apply(self, type: EventType, **fields: Any) -> Answer: ...
    def apply_many(self, events: Iterable[Mapping[str, Any]], /) -> list[Answer | Exception]: ...
    def set_on_hand(
        self, item: _Thing, location: _Thing, quantity: _Quantity, **fields: Any
    ) -> Answer: ...
    def adjust_on_hand(
        self, item: _Thing, location: _Thing, quantity: _Quantity, **fields: Any
    ) -> Answer: ...
    def place_hold(
        self, item: _Thing, location: _Thing, reason: str, quantity: _Quantity, **fields: Any
    ) -> Answer: ...
    def release_hold(
        self, item: _Thing, location: _Thing, reason: str, quantity: _Quantity, **fields: Any
    ) -> Answer: ...
    def scrap_hold(
        self, item: _Thing, location: _Thing, reason: str, quantity: _Quantity, **fields: Any
    ) -> Answer: ...
    def set_allocation(
        self, item: _Thing, location: _Thing, quantity: _Quantity, **fields: Any
    ) -> Answer: ...
    def adjust_allocation(
        self, item: _Thing, location: _Thing, quantity: _Quantity, **fields: Any
    ) -> Answer: ...
    def set_safety_stock(
        self, item: _Thing, location: _Thing, quantity: _Quantity, **fields: Any
    ) -> Answer: ...
    def set_ring_fence(
        self, item: _Thing, location: _Thing, channel: _Thing, quantity: _Quantity, **fields: Any
    ) -> Answer: ...
    def set_schedule(
        self,
        item: _Thing,
        location: _Thing,
        reference: str,
        quantity: _Quantity,
        due: _Time = ...,
        **fields: Any,
    ) -> Answer: ...
    def receive(
        self, item: _Thing, location: _Thing, quantity: _Quantity, **fields: Any
    ) -> Answer: ...
    def ship_transfer(
        self,
        transfer: str,
        item: _Thing,
        from_: _Thing,
        to: _Thing,
        quantity: _Quantity,
        due: _Time,
        **fields: Any,
    ) -> Answer: ...
    def receive_transfer(self, transfer: str, quantity: _Quantity, **fields: Any) -> Answer: ...
    def receive_return(
        self, item: _Thing, location: _Thing, quantity: _Quantity, **fields: Any
    ) -> Answer: ...
    def dispose_return(
        self, item: _Thing, location: _Thing, quantity: _Quantity, outcome: Outcome, **fields: Any
    ) -> Answer: ...

    # Exceptions
    def exceptions(
        self, number: int | None = None, *, by_impact: bool = False
    ) -> list[Refused]: ...
    def exception_counts(self) -> ExceptionCounts: ...
    def exception_put(
        self,
        type: EventType | None = None,
        *,
        status: Status = "invalid",
        field: str | None = None,
        reason: str | None = None,
        **fields: Any,
    ) -> int: ...
    def exception_replay(
        self, number: int, event: Mapping[str, Any] | None = None
    ) -> Answer: ...
    def exception_discard(self, number: int) -> Answer: ...

    # Questions
    @overload
    def available(
        self,
        item: str | _Handle,
        channel: _Thing,
        date: _Time | None = None,
        order: str | None = None,
    ) -> Availability: ...
    @overload
    def available(
        self,
        item: _Column,
        channel: _Thing,
        date: _Time | None = None,
        order: str | None = None,
    ) -> Availabilities: ...
    def explain(
        self,
        item: _Thing,
        channel: _Thing,
        date: _Time | None = None,
        order: str | None = None,
    ) -> Explanation: ...
    def cell(self, item: _Thing, location: _Thing) -> Cell: ...
    def order(self, order: str) -> Order: ...
    def orders(
        self, item: _Thing | None = None, location: _Thing | None = None, *, closed: bool = False
    ) -> list[Order]: ...
    def waiting(self, item: _Thing, location: _Thing | None = None) -> list[Waiting]: ...
    def shortages(self) -> list[Shortage]: ...
    def changes(
        self, channel: _Thing, *, after: int | None = None, limit: int | None = None
    ) -> Changes: ...
    def audit(self) -> Audit: ...
    def stats(self) -> Stats: ...
    def metrics(self) -> str: ...
    def memory(self) -> Memory: ...

    # Durability
    @property
    def directory(self) -> str | None: ...
    @property
    def recovery(self) -> Recovery | None: ...
    @property
    def position(self) -> int: ...
    @property
    def durable(self) -> int: ...
    def durable_wait(self, position: int | None = None) -> None: ...
    def committer_start(self) -> None: ...
    def committer_stop(self) -> None: ...
    def checkpoint(self, *, keep_journal: bool = False) -> None: ...

    # Columns
    def view(self) -> View: ...
    def availability(self, channels: _Thing | Iterable[_Thing] | None = None) -> Table: ...
    def cells(self) -> Table: ...
    def order_lines(self, *, closed: bool = False) -> Table: ...
    def apply_columns(
        self, type: EventType, frame: Any = None, /, **columns: Any
    ) -> Applied: ...
    def load_on_hand(self, frame: Any = None, /, **columns: Any) -> Applied: ...
    def load_allocations(self, frame: Any = None, /, **columns: Any) -> Applied: ...
    def load_safety_stock(self, frame: Any = None, /, **columns: Any) -> Applied: ...
    def load_ring_fences(self, frame: Any = None, /, **columns: Any) -> Applied: ...
    def load_schedule(self, frame: Any = None, /, **columns: Any) -> Applied: ...

@final
class View:
    @property
    def now(self) -> int: ...
    @property
    def closed(self) -> bool: ...
    def availability(self, channels: _Thing | Iterable[_Thing] | None = None) -> Table: ...
    def cells(self) -> Table: ...
    def order_lines(self, *, closed: bool = False) -> Table: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        type: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...

@final
class Table:
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def now(self) -> int: ...
    def to_pandas(self) -> Any: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

@final
class Trail:
    def __iter__(self) -> Self: ...
    def __next__(self) -> TrailEntry: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        type: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...
    def close(self) -> None: ...
