# SPDX-License-Identifier: Apache-2.0
"""Columns in, and numpy arrays out: many rows in one call are what as many calls would be."""

from __future__ import annotations

import array
import ctypes
import datetime
import decimal
import sys
import threading
from collections.abc import Callable
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sellable

UTC = datetime.timezone.utc
DAY = datetime.datetime(2026, 1, 1, tzinfo=UTC)
DAY_MS = 1767225600000


def shop(items: int = 4) -> sellable.Engine:
    """Items I0, I1 ... of which each has as many as its number in the east, in pairs for edi."""
    engine = sellable.Engine()
    engine.advance(DAY)
    engine.location("east")
    engine.location("west")
    engine.channel("web")
    engine.channel("edi", unit="pair", minimum=2)
    engine.source("erp")
    for number in range(items):
        engine.item(f"I{number}", units={"pair": (2, 1)})
        engine.set_on_hand(f"I{number}", "east", number)
    return engine


def state(engine: sellable.Engine) -> tuple[str, int]:
    """All that there is; and how many events were refused."""
    return engine.audit().full, engine.exception_counts().last


def on_hand(engine: sellable.Engine, item: str, location: str = "east") -> int:
    return engine.cell(item, location).on_hand


# ---- available -----------------------------------------------------------------------------------

MANY: list[tuple[str, Callable[[list[int]], Any]]] = [
    ("a list of handles", list),
    ("a tuple of handles", tuple),
    ("a list of keys", lambda handles: [f"I{handle - 1}" for handle in handles]),
    ("a list of both", lambda handles: ["I0", *handles[1:]]),
    ("uint32", lambda handles: numpy.array(handles, dtype=numpy.uint32)),
    ("int64", lambda handles: numpy.array(handles, dtype=numpy.int64)),
    ("uint8", lambda handles: numpy.array(handles, dtype=numpy.uint8)),
    ("every other", lambda handles: numpy.repeat(numpy.array(handles), 2)[::2]),
    ("backwards", lambda handles: numpy.array(handles[::-1])[::-1]),
    ("numpy's text", lambda handles: numpy.array([f"I{handle - 1}" for handle in handles])),
    ("objects", lambda handles: numpy.array([f"I{h - 1}" for h in handles], dtype=object)),
    ("array.array", lambda handles: array.array("I", handles)),
    ("memoryview", lambda handles: memoryview(array.array("q", handles))),
    ("range", lambda handles: range(handles[0], handles[-1] + 1)),
    ("pandas", lambda handles: pandas.Series(handles)),
    ("pandas text", lambda handles: pandas.Series([f"I{h - 1}" for h in handles])),
    ("pandas index", lambda handles: pandas.Index([f"I{h - 1}" for h in handles])),
    ("pandas categories", lambda h: pandas.Series([f"I{i - 1}" for i in h], dtype="category")),
    ("polars", lambda handles: polars.Series(handles)),
    ("polars text", lambda handles: polars.Series([f"I{h - 1}" for h in handles])),
    (
        "polars categories",
        lambda h: polars.Series([f"I{i - 1}" for i in h], dtype=polars.Categorical),
    ),
    ("pyarrow", lambda handles: pyarrow.array(handles)),
    ("pyarrow chunks", lambda handles: pyarrow.chunked_array([handles[:1], [], handles[1:]])),
    ("pyarrow text", lambda handles: pyarrow.array([f"I{h - 1}" for h in handles])),
    (
        "pyarrow large text",
        lambda h: pyarrow.array([f"I{i - 1}" for i in h], pyarrow.large_string()),
    ),
    ("pyarrow views", lambda h: pyarrow.array([f"I{i - 1}" for i in h], pyarrow.string_view())),
    (
        "pyarrow dictionary",
        lambda h: pyarrow.array([f"I{i - 1}" for i in h]).dictionary_encode(),
    ),
    (
        "pyarrow dictionary with words that nobody uses",
        lambda h: pyarrow.DictionaryArray.from_arrays(
            pyarrow.array([i - 1 for i in h], "uint8"), ["I0", "I1", "I2", "I3", "", None]
        ),
    ),
    ("pyarrow slice", lambda h: pyarrow.array(["I9", *[f"I{i - 1}" for i in h], "I9"])[1:-1]),
]


@pytest.mark.parametrize(("name", "make"), MANY, ids=[name for name, _ in MANY])
def test_available_of_many_items_is_what_each_of_them_is(
    name: str, make: Callable[[list[int]], Any]
) -> None:
    with shop() as engine:
        handles = [int(handle) for _, handle in engine.items()]
        answers = engine.available(make(handles), "edi")
        assert list(answers) == [engine.available(handle, "edi") for handle in handles], name
        assert answers.promisable.tolist() == [0, 0, 2, 2]
        assert answers.published.dtype == numpy.int64
        assert answers.level.tolist() == ["none", "none", "ok", "ok"]


@given(st.lists(st.integers(-5, 40), min_size=1, max_size=200), st.integers(0, 12), st.data())
def test_a_batch_of_questions_answers_as_single_ones_do(
    stock: list[int], buffer: int, data: st.DataObject
) -> None:
    with shop(len(stock)) as engine:
        handles = [handle for _, handle in engine.items()]
        engine.channel("web", buffer=buffer, low=7, cap=20)
        engine.load_on_hand(item=handles, location="east", quantity=stock).raise_refused()
        asked = data.draw(st.lists(st.sampled_from(handles), max_size=100))
        answers = engine.available(numpy.array(asked, dtype=numpy.uint32), "web")
        assert len(answers) == len(asked)
        for place, handle in enumerate(asked):
            assert answers[place] == engine.available(handle, "web")


def test_available_of_many_takes_a_date_and_an_order() -> None:
    with shop() as engine:
        engine.channel("web", horizon=7)
        engine.set_schedule("I3", "east", "PO", 5, DAY + datetime.timedelta(days=2))
        engine.reserve("O-1", "web", {"I3": 2}, date=DAY)
        keys = ["I2", "I3"]
        assert engine.available(keys, "web").promisable.tolist() == [2, 6]
        assert engine.available(keys, "web", DAY).promisable.tolist() == [2, 1]
        assert engine.available(keys, "web", DAY, "O-1").promisable.tolist() == [2, 3]
        assert engine.available(keys, "web", date=DAY_MS, order="O-1").promisable.tolist() == [2, 3]


def test_an_unknown_item_among_many_is_named_by_its_place() -> None:
    with shop() as engine:
        with pytest.raises(sellable.UnknownItemError, match=r"item\[2\]") as caught:
            engine.available(["I0", "I1", "X", "Y"], "web")
        assert caught.value.field == "item[2]"
        assert caught.value.line == 2
        with pytest.raises(sellable.UnknownItemError, match=r"item\[1\]"):
            engine.available(numpy.array([1, 99]), "web")
        with pytest.raises(sellable.UnknownChannelError, match="channel"):
            engine.available(["I0"], "nowhere")
        with pytest.raises(sellable.UnknownOrderError, match="order"):
            engine.available(["I0"], "web", order="none")
        with pytest.raises(sellable.InvalidError, match="date"):
            engine.available(["I0"], "web", DAY - datetime.timedelta(days=1))
        assert len(engine.available([], "web")) == 0


@pytest.mark.parametrize(
    ("items", "error", "words"),
    [
        (["I0", None], sellable.InvalidError, r"item\[1\]: it is missing"),
        ([1, 0], sellable.InvalidError, r"item\[1\]"),
        ([1, -1], sellable.InvalidError, r"item\[1\]"),
        ([1, 1 << 40], sellable.InvalidError, r"item\[1\]"),
        ([1, 2.5], TypeError, r"item\[1\]"),
        ([1, b"I0"], TypeError, r"item\[1\]"),
        ([1, True], TypeError, r"item\[1\]"),
        (["I0", ""], sellable.InvalidError, r"item\[1\]: it is empty"),
        (["I0", "\ud800"], sellable.InvalidError, r"item\[1\]"),
        (numpy.array([0], dtype=numpy.uint32), sellable.InvalidError, r"item\[0\]"),
        (numpy.array([1.0]), TypeError, "item: a column of .* not of floats"),
        (numpy.array([[1]]), TypeError, "one dimension"),
        (numpy.array(1), TypeError, "item"),
        (numpy.array([True]), TypeError, "item"),
        (pandas.Series([1, None]), TypeError, "not of floats"),
        (pyarrow.array([b"I0"]), TypeError, "item: a column of"),
        (pyarrow.array([[1]]), TypeError, "item: a column of"),
        (pyarrow.array([1, None]), sellable.InvalidError, r"item\[1\]: it is missing"),
        ({"I0", "I1"}, TypeError, "item"),
        ({"I0": 1}, TypeError, "item"),
        (object(), TypeError, "item"),
    ],
)
def test_items_that_are_none_are_refused_with_their_place(
    items: Any, error: type[Exception], words: str
) -> None:
    with shop() as engine, pytest.raises(error, match=words):
        engine.available(items, "web")


def test_the_arrays_are_the_callers_and_outlive_the_engine() -> None:
    with shop() as engine:
        answers = engine.available(["I3", "I2"], "web")
    answers.promisable[0] += 1
    assert answers.promisable.tolist() == [4, 2]
    assert answers[1:].published.tolist() == [2]
    assert "promisable" in repr(answers)
    assert pandas.DataFrame(answers.to_dict()).level.tolist() == ["ok", "ok"]


# ---- apply_columns -------------------------------------------------------------------------------

ROWS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["east", "west", "nowhere"]),
        st.one_of(st.integers(-20, 20), st.just(10**15 + 1)),
        st.one_of(st.none(), st.integers(-20, 20)),
        st.sampled_from([None, "a", "b", "c"]),
        st.one_of(st.none(), st.integers(DAY_MS - 10, DAY_MS)),
    ),
    max_size=30,
)


@given(ROWS, st.sampled_from(["on_hand.set", "on_hand.adjust", "allocation.set"]))
def test_columns_do_what_as_many_calls_of_apply_do(rows: list[Any], kind: Any) -> None:
    with shop() as one, shop() as other:
        expected: list[str] = []
        for item, location, quantity, was, key, at in rows:
            fields = {"expected": was, "id": key, "at": at}
            try:
                answer = one.apply(
                    kind,
                    item=f"I{item}",
                    location=location,
                    quantity=quantity,
                    source="erp",
                    **{name: value for name, value in fields.items() if value is not None},
                )
                expected.append(answer.status)
            except sellable.Error as error:
                assert error.status is not None
                expected.append(error.status)
        columns = list(zip(*rows, strict=True)) if rows else [()] * 6
        applied = other.apply_columns(
            kind,
            item=[f"I{item}" for item in columns[0]],
            location=columns[1],
            quantity=columns[2],
            expected=columns[3],
            id=columns[4],
            at=columns[5],
            source="erp",
        )
        assert applied.statuses == expected
        assert state(other) == state(one)
        assert [row.row for row in applied.refused] == [
            place for place, status in enumerate(expected) if status not in ("ok", "duplicate")
        ]


FRAME = {"item": ["I0", "I1", "I2"], "location": ["east", "west", "east"], "quantity": [7, 8, 9]}

FRAMES: list[tuple[str, Callable[[], Any]]] = [
    ("a dict", lambda: FRAME),
    ("pandas", lambda: pandas.DataFrame(FRAME)),
    ("pandas, a part", lambda: pandas.DataFrame({k: ["x", *v] for k, v in FRAME.items()})[1:]),
    ("pandas of objects", lambda: pandas.DataFrame(FRAME, dtype=object)),
    ("pandas of pyarrow", lambda: pandas.DataFrame(FRAME).convert_dtypes(dtype_backend="pyarrow")),
    ("pandas floats", lambda: pandas.DataFrame(FRAME).astype({"quantity": float})),
    ("pandas categories", lambda: pandas.DataFrame(FRAME).astype({"item": "category"})),
    ("polars", lambda: polars.DataFrame(FRAME)),
    ("polars, narrow", lambda: polars.DataFrame(FRAME).cast({"quantity": polars.Int8})),
    ("pyarrow", lambda: pyarrow.table(FRAME)),
    ("pyarrow batch", lambda: pyarrow.record_batch(FRAME)),
    ("pyarrow reader", lambda: pyarrow.table(FRAME).to_reader(max_chunksize=2)),
    ("pyarrow slice", lambda: pyarrow.table({k: [v[0], *v] for k, v in FRAME.items()})[1:]),
    (
        "pyarrow structs, a part",
        lambda: pyarrow.array([{k: v[0] for k, v in FRAME.items()}]
                              + [dict(zip(FRAME, row, strict=True))
                                 for row in zip(*FRAME.values(), strict=True)])[1:],
    ),
    ("duckdb", lambda: duckdb.sql("select * from made")),
    ("duckdb, summed", lambda: duckdb.sql("select item, location, sum(quantity) quantity from made"
                                          " group by all")),
    ("duckdb, decimals", lambda: duckdb.sql("select item, location, quantity::decimal(9, 2)"
                                            " quantity from made")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make"), FRAMES, ids=[name for name, _ in FRAMES])
def test_a_frame_loads_by_the_names_of_its_columns(name: str, make: Callable[[], Any]) -> None:
    made = pyarrow.table(FRAME)
    duckdb.register("made", made)
    with shop() as engine:
        applied = engine.load_on_hand(make(), source="erp")
        assert applied.raise_refused() is applied
        assert len(applied) == 3
        assert applied.counts == {"ok": 3}, name
        assert sorted(applied.variance.tolist()) == [7, 7, 8]
        assert [on_hand(engine, "I0"), on_hand(engine, "I1", "west"), on_hand(engine, "I2")] == [
            7, 8, 9,
        ]  # fmt: skip


def test_pandas_loads_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    frame = pandas.DataFrame({**FRAME, "expected": pandas.array([0, None, 1], dtype="Int64")})
    with pytest.raises(ImportError):
        frame.__arrow_c_stream__()
    with shop() as engine:
        applied = engine.load_on_hand(frame, at=pandas.Series([DAY] * 3))
        assert applied.statuses == ["ok", "ok", "conflict"]
        assert engine.available(pandas.Series(["I0", "I2"]), "web").promisable.tolist() == [7, 2]


def test_what_is_given_by_keyword_goes_before_the_frame() -> None:
    with shop() as engine:
        engine.load_on_hand(pandas.DataFrame(FRAME), location="west").raise_refused()
        assert on_hand(engine, "I2", "west") == 9
        engine.load_on_hand(polars.DataFrame(FRAME), quantity=[1, 2, 3]).raise_refused()
        assert on_hand(engine, "I2") == 3


def test_a_refused_row_stops_no_other_and_says_why() -> None:
    with shop() as engine:
        applied = engine.apply_columns(
            "on_hand.set",
            item=["I0", "X", "I1", "I2"],
            location=["east", "east", "moon", "east"],
            quantity=[5, 5, 5, 5],
            expected=[0, None, None, 77],
            correlation="night",
        )
        assert applied.statuses == ["ok", "unknown_item", "unknown_location", "conflict"]
        assert applied.codes.tolist() == [0, sellable.UnknownItemError.number, 6, 2]
        assert applied.counts == {
            "ok": 1, "conflict": 1, "unknown_item": 1, "unknown_location": 1
        }  # fmt: skip
        unknown, _, conflict = applied.refused
        assert (unknown.row, unknown.field, unknown.exception) == (1, "item", 1)
        assert (conflict.row, conflict.field, conflict.actual) == (3, "expected", 2)
        assert unknown.reason
        kept = engine.exceptions()
        assert [refused.exception for refused in kept] == [1, 2, 3]
        assert {refused.correlation for refused in kept} == {"night"}
        assert on_hand(engine, "I0") == 5
        with pytest.raises(sellable.UnknownItemError, match=r"item\[1\]") as caught:
            applied.raise_refused()
        assert caught.value.line == 1
        assert "1 unknown_item" in repr(applied)


BAD: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("no column", {"item": "I0", "location": "east", "quantity": 1}, TypeError, "no column"),
    ("unequal", {**FRAME, "quantity": [1, 2]}, sellable.InvalidError,
     "quantity: it has 2 rows, location has 3"),
    ("a field missing", {"item": ["I0"], "location": "east"}, TypeError, "quantity"),
    ("a misspelt field", {**FRAME, "quanttiy": [1, 2, 3]}, TypeError, "quanttiy"),
    ("a part", {**FRAME, "quantity": [1, 2.5, 3]}, ValueError, r"quantity\[1\]"),
    ("a part, pandas", {**FRAME, "quantity": pandas.Series([1, 2, 2.5])}, ValueError, r"\[2\]"),
    ("a part, decimal", {**FRAME, "quantity": [1, 2, decimal.Decimal("2.5")]}, ValueError, "2"),
    (
        "a part, arrow",
        {**FRAME, "quantity": pyarrow.array([decimal.Decimal("1.5")] * 3)},
        ValueError,
        r"quantity\[0\]: it is not whole",
    ),
    ("missing", {**FRAME, "quantity": [1, None, 3]}, sellable.InvalidError,
     r"quantity\[1\]: it is missing"),
    ("pandas' NA", {**FRAME, "quantity": pandas.array([1, 2, None], dtype="Int64")},
     sellable.InvalidError, r"quantity\[2\]: it is missing"),
    ("NaN", {**FRAME, "quantity": numpy.array([1, 2, numpy.nan])}, sellable.InvalidError,
     r"quantity\[2\]: it is missing"),
    ("infinite", {**FRAME, "quantity": [1, 2, float("inf")]}, sellable.InvalidError,
     r"quantity\[2\]: it is no finite number"),
    ("huge", {**FRAME, "quantity": [1, 2, 1 << 70]}, ValueError, r"quantity\[2\]"),
    ("huge, arrow", {**FRAME, "quantity": pyarrow.array([1, 2, 1 << 63], "uint64")}, ValueError,
     r"quantity\[2\]"),
    ("text", {**FRAME, "quantity": ["1", "2", "3"]}, TypeError, r"quantity\[0\]"),
    ("text, arrow", {**FRAME, "quantity": pyarrow.array(["1"] * 3)}, TypeError, "a column of"),
    ("masked", {**FRAME, "quantity": numpy.ma.array([1, 2, 3], mask=[0, 1, 0])},
     sellable.InvalidError, r"quantity\[1\]: it is missing"),
    ("flags", {**FRAME, "quantity": numpy.array([True] * 3)}, TypeError, "quantity"),
    ("numbers for text", {**FRAME, "id": [1, 2, 3]}, TypeError, r"id\[0\]"),
    ("floats for keys", {**FRAME, "item": numpy.array([1.0, 2.0, 3.0])}, TypeError, "item"),
    ("naive", {**FRAME, "at": [datetime.datetime(2026, 1, 1)] * 3}, ValueError, r"at\[0\]"),
    ("naive, numpy", {**FRAME, "at": numpy.array(["2026-01-01"] * 3, "M8[ms]")}, TypeError, "zone"),
    ("naive, pandas", {**FRAME, "at": pandas.Series(pandas.to_datetime(["2026-01-01"] * 3))},
     TypeError, "zone"),
    ("a date", {**FRAME, "at": pyarrow.array([datetime.date(2026, 1, 1)] * 3)}, TypeError, "at"),
    ("sets", {**FRAME, "id": {"a", "b", "c"}}, TypeError, "id"),
    ("a bad scalar", {**FRAME, "at": "noon"}, TypeError, "at"),
    ("lists within", {**FRAME, "quantity": [[1], [2], [3]]}, TypeError, r"quantity\[0\]"),
    ("bytes", {**FRAME, "location": b"east"}, TypeError, "location"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "columns", "error", "words"), BAD, ids=[bad[0] for bad in BAD])
def test_columns_that_cannot_be_read_change_nothing(
    name: str, columns: dict[str, Any], error: type[Exception], words: str
) -> None:
    with shop() as engine:
        before = state(engine)
        with pytest.raises(error, match=words):
            engine.apply_columns("on_hand.set", **columns)
        assert state(engine) == before, name


@pytest.mark.parametrize(
    ("frame", "error", "words"),
    [
        (pandas.DataFrame({**FRAME, "shelf": ["A"] * 3}), TypeError, "no field 'shelf'"),
        (polars.DataFrame({**FRAME, "shelf": ["A"] * 3}), TypeError, "no field 'shelf'"),
        (pandas.DataFrame({**FRAME, "location": [1, 2, 1]}), TypeError, "location.*keys"),
        (polars.DataFrame({**FRAME, "location": [1, 2, 1]}), TypeError, "location.*keys"),
        ({**FRAME, "location": [1, 2, 1]}, TypeError, "location"),
        (pandas.DataFrame([[1, 2]]), TypeError, "names of columns are str"),
        ("item", TypeError, "frame"),
        ([FRAME], TypeError, "frame"),
        (pyarrow.array([1]), TypeError, "frame"),
        (3, TypeError, "frame"),
    ],
)
def test_a_frame_says_what_the_event_has_and_names_things_by_key(
    frame: Any, error: type[Exception], words: str
) -> None:
    with shop() as engine:
        before = state(engine)
        with pytest.raises(error, match=words):
            engine.load_on_hand(frame)
        assert state(engine) == before


@pytest.mark.parametrize(
    "times",
    [
        [DAY, None],
        [DAY_MS, None],
        numpy.array([DAY_MS, numpy.iinfo(numpy.int64).min]),
        pandas.Series([DAY, None]),
        pandas.Series([DAY, None]).astype("datetime64[ns, UTC]"),
        pandas.Series([DAY, None]).dt.tz_convert("America/New_York"),
        polars.Series([DAY, None]),
        polars.Series([DAY, None]).dt.cast_time_unit("ms"),
        *[pyarrow.array([DAY, None], pyarrow.timestamp(u, "UTC")) for u in ("s", "ms", "us", "ns")],
    ],
)
def test_times_of_every_kind_are_the_same_instant(times: Any) -> None:
    with shop() as engine:
        applied = engine.apply_columns(
            "ring_fence.set",
            item=["I3", "I2"],
            location="east",
            channel="web",
            quantity=1,
            until=times if not isinstance(times, list) else [DAY_MS + 5, None],
        )
        if isinstance(times, list):
            assert applied.statuses == ["ok", "ok"]
        else:  # not later than now
            assert applied.statuses == ["invalid", "ok"]
            assert applied.refused[0].field == "until"
        engine.apply_columns(
            "on_hand.set", item=["I3", "I2"], location="east", quantity=9, as_of=times
        ).raise_refused()
        older = engine.apply_columns(
            "on_hand.set", item=["I3"], location="east", quantity=9, as_of=[DAY_MS - 1]
        )
        assert older.statuses == ["stale"]


class Given:
    """An object that gives the same capsules whenever it is asked, as none should."""

    def __init__(self, source: Any, method: str) -> None:
        self.capsules = getattr(source, method)()


class GivenArray(Given):
    def __arrow_c_array__(self, requested_schema: object = None) -> Any:
        return self.capsules


class GivenStream(Given):
    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self.capsules


def test_capsules_that_were_drawn_already_are_refused() -> None:
    column, frame = pyarrow.array(["I0", "I1"]), pyarrow.table(FRAME)
    with shop() as engine:
        for given in (
            GivenArray(column, "__arrow_c_array__"),
            GivenStream(pyarrow.chunked_array([column]), "__arrow_c_stream__"),
        ):
            assert len(engine.available(given, "web")) == 2
            with pytest.raises(ValueError, match="item: its columns were drawn already"):
                engine.available(given, "web")
        for given in (
            GivenArray(frame.to_batches()[0], "__arrow_c_array__"),
            GivenStream(frame, "__arrow_c_stream__"),
        ):
            assert len(engine.load_on_hand(given)) == len(FRAME["item"])
            with pytest.raises(ValueError, match="frame: its columns were drawn already"):
                engine.load_on_hand(given)


def test_rows_that_are_null_are_refused_though_nobody_has_counted_them() -> None:
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    rows = pyarrow.array([{"item": "I0", "location": "east", "quantity": 7}, None])

    def uncounted(array: Any) -> GivenArray:
        given = GivenArray(array, "__arrow_c_array__")
        address = get(given.capsules[1], b"arrow_array")
        ctypes.c_int64.from_address(address + 8).value = -1  # ArrowArray.null_count
        return given

    with shop() as engine:
        with pytest.raises(ValueError, match="frame: it has rows that are null"):
            engine.load_on_hand(uncounted(rows))
        assert engine.load_on_hand(uncounted(rows[:1])).counts == {"ok": 1}


def test_an_array_is_refused_whose_schema_alone_was_drawn() -> None:
    given, other = (GivenArray(pyarrow.array(["I0"]), "__arrow_c_array__") for _ in range(2))
    with shop() as engine:
        engine.available(given, "web")
        for capsules in (
            (given.capsules[0], other.capsules[1]),
            (other.capsules[0], given.capsules[1]),
        ):
            other.capsules = capsules
            with pytest.raises(ValueError, match="drawn already"):
                engine.available(other, "web")


def test_a_time_before_the_epoch_is_rounded_down() -> None:
    with shop() as engine:
        engine.load_schedule(
            item=["I3"],
            location="east",
            reference="PO",
            quantity=1,
            due=pyarrow.array([-1], pyarrow.timestamp("ns", "UTC")),
        ).raise_refused()
        assert engine.cell("I3", "east").schedule[0].due == -1


@pytest.mark.parametrize("size", [1, 4, 5, 12, 13, 128])
def test_text_of_every_size_comes_whole(size: int) -> None:
    keys = [letter * size for letter in "abc"]
    for made in (
        keys,
        numpy.array(keys),
        pandas.Series(keys),
        polars.Series(keys),
        *[pyarrow.array(keys, kind()) for kind in
          (pyarrow.string, pyarrow.large_string, pyarrow.string_view)],
    ):  # fmt: skip
        with sellable.Engine() as engine:
            engine.apply_columns("item", item=made).raise_refused()
            assert [key for key, _ in engine.items()] == keys
    with sellable.Engine() as engine:
        assert engine.apply_columns("item", item=["x" * 129]).statuses == ["invalid"]


@pytest.mark.parametrize("step", [1, 2, -1])
@pytest.mark.parametrize("kind", ["int64", "int16", "uint8", "float64", "float32", ">i8"])
def test_numbers_are_read_wherever_they_lie(step: int, kind: str) -> None:
    with shop(3) as engine:
        quantities = numpy.arange(20, 26, dtype=kind)[::step][:3]
        engine.load_on_hand(item=[1, 2, 3], location="west", quantity=quantities).raise_refused()
        found = [on_hand(engine, f"I{number}", "west") for number in range(3)]
        assert found == quantities.tolist()


def test_values_stand_in_every_row_and_numbers_rise_row_by_row() -> None:
    with shop() as engine:
        applied = engine.apply_columns(
            "on_hand.adjust",
            item=numpy.array([1, 2, 3], dtype=numpy.uint32),
            location="east",
            quantity=numpy.int16(-1),
            source="erp",
            seq=numpy.arange(5, 8),
            at=DAY,
            reason="cycle count",
        )
        assert applied.counts == {"ok": 3}
        assert engine.look_source("erp").seq == 7
        again = engine.apply_columns(
            "on_hand.adjust", item=["I0"], location="east", quantity=1, source="erp", seq=[7]
        )
        assert again.statuses == ["stale"]


def test_masters_and_policies_load_by_column() -> None:
    with sellable.Engine() as engine:
        engine.apply_columns("item", item=["A", "B"], unit="each").raise_refused()
        engine.apply_columns("location", location=["east", "west"], active=True).raise_refused()
        engine.apply_columns("channel", channel=["web", "edi"], locations=["west"]).raise_refused()
        engine.apply_columns(
            "policy", item=["A", "B"], buffer=[3, None], channel="web", low=4
        ).raise_refused()
        assert engine.look_policy("A", "web").buffer == 3
        assert engine.look_policy("B", "web").buffer == 0
        assert engine.look_policy("B", "web").low == 4
        assert engine.look_item("B").unit == "each"
        assert engine.look_policy(channel="edi").locations == ("west",)


def test_life_of_orders_goes_by_column() -> None:
    with shop() as engine:
        keys = [f"O-{number}" for number in range(3)]
        for key in keys:
            engine.reserve(key, "web", {"I3": 1}, expires_at=DAY_MS + 10)
        engine.apply_columns("extend", order=keys, expires_at=[DAY_MS + 20] * 3).raise_refused()
        assert engine.order("O-0").expires_at == DAY_MS + 20
        applied = engine.apply_columns("ship", order=[*keys, "O-9"], source="erp")
        assert applied.statuses == ["ok", "ok", "ok", "unknown_order"]
        assert on_hand(engine, "I3") == 0


def test_zero_is_as_wrong_as_in_a_single_call() -> None:
    with shop() as engine:
        fence = {"location": "east", "channel": "web", "quantity": 1}
        assert engine.load_ring_fences(item=["I3"], **fence, until=[0]).statuses == ["invalid"]
        assert engine.load_ring_fences(item=["I3"], **fence, until=[None]).statuses == ["ok"]
        engine.reserve("O-1", "web", {"I3": 1}, expires_at=DAY_MS + 10)
        with pytest.raises(sellable.InvalidError):
            engine.apply("extend", order="O-1", expires_at=0)
        assert engine.apply_columns("extend", order=["O-1"], expires_at=[0]).statuses == ["invalid"]


def test_a_field_with_parts_is_no_column() -> None:
    with shop() as engine, pytest.raises(TypeError, match="outcome"):
        engine.apply_columns(
            "return.disposition", item=["I0"], location="east", quantity=1, outcome=["restock"]
        )


def test_an_unknown_type_of_events_is_refused() -> None:
    with shop() as engine:
        with pytest.raises(sellable.InvalidError, match="type"):
            engine.apply_columns("on_hand", item=["I0"])  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            engine.apply_columns()  # type: ignore[call-arg]


def test_a_list_that_changes_while_it_is_read_does_no_harm() -> None:
    with shop() as engine:

        class Hostile:
            def __index__(self) -> int:
                values.clear()
                return 1

        values: list[Any] = [1, Hostile(), 2, 3]
        applied = engine.apply_columns("on_hand.set", item=["I0"] * 4, location="east",
                                       quantity=values)  # fmt: skip
        assert len(applied) == 4


def test_an_engine_closed_while_columns_are_read_applies_or_says_so() -> None:
    engine = shop()

    class Closing:
        def __index__(self) -> int:
            engine.close()
            return 1

    with pytest.raises((sellable.Error, ValueError, TypeError)):
        engine.load_on_hand(item=["I0"], location="east", quantity=[Closing()])
        engine.load_on_hand(item=["I0"], location="east", quantity=[1])
    assert engine.closed


def test_several_threads_load_one_engine() -> None:
    with shop() as engine:
        items = numpy.tile(numpy.arange(1, 5, dtype=numpy.uint32), 500)

        def load() -> None:
            engine.apply_columns(
                "on_hand.adjust", item=items, location="west", quantity=1
            ).raise_refused()

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [on_hand(engine, f"I{number}", "west") for number in range(4)] == [2000] * 4
        assert engine.audit().consistent


def test_a_durable_engine_says_what_to_wait_for(tmp_path: Any) -> None:
    with sellable.open(tmp_path / "store", answering="decided") as engine:
        engine.item("A")
        engine.location("east")
        applied = engine.load_on_hand(item=["A"] * 3, location="east", quantity=[1, 2, 3])
        assert applied.position > 0
        engine.durable_wait(applied.position)
        assert engine.durable >= applied.position
    with sellable.open(tmp_path / "store") as engine:
        assert on_hand(engine, "A") == 3


def test_without_numpy_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with shop() as engine:
        with pytest.raises(ImportError, match=r"sellable\[numpy\]"):
            engine.available(["I0"], "web")
        applied = engine.load_on_hand(item=["I0"], location="east", quantity=[4])
        assert applied.statuses == ["ok"]
