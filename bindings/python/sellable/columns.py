# SPDX-License-Identifier: Apache-2.0
"""Columns: what calls on many rows at once take, and what they answer with.

    engine.available(items, channel)             several items: Availabilities, as numpy arrays
    engine.apply_columns(type, frame, **columns) an event for each row: Applied
    engine.load_on_hand(frame), ...              the same of one type
    engine.availability(), .cells(), .order_lines(), .view()
                                                 tables for everything that reads Arrow

A column that goes in is a list or tuple, a numpy array (any buffer of numbers), or a column of
pandas, polars, pyarrow or whatever else speaks the Arrow PyCapsule interface. Whole numbers of any
width, floats and decimals that are whole, text (also as categories) and times with a time zone are
read. None, null and NaN are "not given".

Two kinds of faults. A column that cannot be read stops it all, and nothing is applied: TypeError if
it is of a wrong type; InvalidError, with the row in its field ("quantity[7]"), if a value that must
be there is missing, is 2.5 or infinite, is beyond 64 bits or an empty key; and if columns are not
of one length. Everything else is for the engine to say, row by row, and stops that row alone: what
is not known, out of its range, not the source's to write, stale.

A frame is a DataFrame of pandas or polars, a table of pyarrow or duckdb, or a mapping of columns by
name. Its columns are the fields of the event by their names (EVENT_FIELDS), and no others; things
are named by key in it, so that a number that some other system calls an item by is not taken for a
handle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from . import _errors
from ._error import Error
from ._records import Availability
from ._tables import STATUSES, Level, Status

if TYPE_CHECKING:
    import numpy
    import numpy.typing

    _Numbers = numpy.typing.NDArray[numpy.int64]
    _Codes = numpy.typing.NDArray[numpy.uint8]

__all__ = ["Applied", "Availabilities", "RefusedRow"]

_LEVELS: tuple[Level, ...] = ("none", "low", "ok")
_STATUS_NAMES: dict[int, Status] = {number: name for name, number in STATUSES.items()}
_DONE = (STATUSES["ok"], STATUSES["duplicate"])


def _need(module: str, extra: str, what: str) -> Any:
    """An optional package."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"{what} needs {module}: pip install 'sellable[{extra}]'") from error


# ---- out -----------------------------------------------------------------------------------------


class Availabilities(Sequence[Availability]):
    """How much a channel may promise of each of several items, in the order they were asked for.

    promisable  numpy array of int64: the most that one order could promise of it
    published   numpy array of int64: what the channel is told
    level       numpy array of str: "none", "low" or "ok", of `published`

    Each is of an instant of its own, within the call. As a sequence it gives Availability records.
    The arrays are the caller's.
    """

    __slots__ = ("_codes", "promisable", "published")

    promisable: _Numbers
    published: _Numbers

    def __init__(self, promisable: _Numbers, published: _Numbers, codes: _Codes) -> None:
        self.promisable = promisable
        self.published = published
        self._codes = codes

    @property
    def level(self) -> numpy.typing.NDArray[numpy.str_]:
        """Of `published`: "none", "low" or "ok"."""
        import numpy

        return numpy.array(_LEVELS)[self._codes]

    def to_dict(self) -> dict[str, Any]:
        """The arrays by name, as a DataFrame is made of them."""
        return {"promisable": self.promisable, "published": self.published, "level": self.level}

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, index: int, /) -> Availability: ...
    @overload
    def __getitem__(self, index: slice, /) -> Availabilities: ...
    def __getitem__(self, index: int | slice, /) -> Availability | Availabilities:
        promisable, published = self.promisable[index], self.published[index]
        codes = self._codes[index]
        if isinstance(index, slice):
            return Availabilities(promisable, published, codes)
        return Availability(int(promisable), int(published), _LEVELS[int(codes)])

    def __repr__(self) -> str:
        return (
            f"Availabilities(promisable={self.promisable!r}, published={self.published!r}, "
            f"level={self.level!r})"
        )


def _availabilities(promisable: bytearray, published: bytearray, codes: bytearray) -> Any:
    numpy = _need("numpy", "numpy", "available of several items")
    return Availabilities(
        numpy.frombuffer(promisable, dtype=numpy.int64),
        numpy.frombuffer(published, dtype=numpy.int64),
        numpy.frombuffer(codes, dtype=numpy.uint8),
    )


class RefusedRow(NamedTuple):
    """A row that was refused, and has changed nothing.

    row        its place, from 0
    status     why, by the name of the status
    field      the field that is wrong; None: none in particular
    reason     why, in English; or None
    actual     of an `expected` that was not so: the quantity that is there; else None
    exception  the number under which the event is kept (Engine.exceptions); None: it is not
    """

    row: int
    status: Status
    field: str | None
    reason: str | None
    actual: int | None
    exception: int | None

    def error(self) -> Error:
        """The exception that Engine.apply raises for it; its field names the row."""
        where = f"{self.field}[{self.row}]" if self.field else f"row {self.row}"
        error = _ERRORS[self.status](f"{where}: {self.reason or self.status}")
        error.field, error.reason = self.field, self.reason
        error.actual, error.exception = self.actual, self.exception
        error.line = self.row
        return error


_ERRORS: dict[str, type[Error]] = {
    kind.status: kind
    for kind in vars(_errors).values()
    if isinstance(kind, type) and issubclass(kind, Error) and kind.status is not None
}


class Applied:
    """What became of the rows of Engine.apply_columns.

    refused   list of RefusedRow: the rows that were refused, and why
    counts    how many rows had which status
    statuses  list of str: the status of each row
    codes     numpy array of uint8: the same as numbers: 0 ok, 1 duplicate, else the `number` of
              the exception (UnknownItemError.number)
    variance  numpy array of int64: on_hand after - before, of each row; 0 where there is none
    position  of a durable engine: what to wait for (Engine.durable_wait); else 0
    """

    __slots__ = ("_codes", "_refused", "_variance", "position")

    position: int

    def __init__(
        self,
        codes: bytearray,
        variance: bytearray,
        refused: tuple[tuple[Any, ...], ...],
        position: int,
    ) -> None:
        self._codes = codes
        self._variance = variance
        self._refused = refused
        self.position = position

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def refused(self) -> list[RefusedRow]:
        """The rows that were refused, in their order, and why."""
        return [RefusedRow(*row) for row in self._refused]

    @property
    def counts(self) -> dict[Status, int]:
        """How many rows had which status, those that there were."""
        counts: dict[Status, int] = {
            name: self._codes.count(number) for name, number in STATUSES.items()
        }
        return {name: count for name, count in counts.items() if count}

    @property
    def statuses(self) -> list[Status]:
        """The status of each row."""
        return [_STATUS_NAMES[code] for code in self._codes]

    @property
    def codes(self) -> _Codes:
        """The status of each row as its number: 0 ok, 1 duplicate, else that of the exception."""
        array: _Codes = _need("numpy", "numpy", "Applied.codes").frombuffer(self._codes, "uint8")
        return array

    @property
    def variance(self) -> _Numbers:
        """on_hand after - before, of each row; 0 where there is none."""
        numpy = _need("numpy", "numpy", "Applied.variance")
        array: _Numbers = numpy.frombuffer(self._variance, "int64")
        return array

    def raise_refused(self) -> Applied:
        """Raise the exception of the first row that was refused; if there is none, itself."""
        for row in self._refused[:1]:
            raise RefusedRow(*row).error()
        return self

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        return f"<sellable.columns.Applied {len(self)} rows: {counts}>"


def _applied(
    codes: bytearray, variance: bytearray, refused: tuple[tuple[Any, ...], ...], position: int
) -> Applied:
    return Applied(codes, variance, refused, position)


def _to_pandas(table: Any) -> Any:
    """A table as a pandas.DataFrame (Table.to_pandas)."""
    _need("pandas", "pandas", "to_pandas")
    arrow = _need("pyarrow", "pandas", "to_pandas")
    return arrow.table(table).to_pandas()


# ---- in ------------------------------------------------------------------------------------------


def _plain(name: str, value: Any) -> Any:
    """A list, or a buffer, of a column that is neither, and is none of Arrow's."""
    if isinstance(value, (set, frozenset, Mapping)):
        raise TypeError(f"{name}: a column has an order, a {type(value).__name__} has none")
    if hasattr(value, "isna") and hasattr(value, "to_numpy"):  # pandas: columns, and their arrays
        gone = value.isna()
        return [None if no else one for one, no in zip(value.astype(object), gone, strict=True)]
    if hasattr(value, "dtype") and hasattr(value, "tolist"):  # numpy
        if getattr(value, "ndim", 1) != 1:
            raise TypeError(f"{name}: a column has one dimension, not {value.ndim}")
        if value.dtype.kind in "mM":
            raise TypeError(
                f"{name}: numpy's {value.dtype} knows no time zone; give ms since the epoch "
                "(int64), or datetimes that know theirs"
            )
        return value.tolist()
    return list(value)


def _frame(frame: Any) -> Any:
    """The columns of a frame by name; or the frame, if it is read as Arrow's."""
    if isinstance(frame, Mapping):
        return dict(frame)
    if hasattr(frame, "iloc") and hasattr(frame, "columns"):  # pandas; its index is no column
        return {name: frame[name] for name in frame.columns}
    if hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__"):
        return frame
    raise TypeError(
        "frame: a DataFrame, an Arrow table or a mapping of columns is wanted, "
        f"not {type(frame).__name__}"
    )

