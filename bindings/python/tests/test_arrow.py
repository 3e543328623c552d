# SPDX-License-Identifier: Apache-2.0
"""Tables: everything at one instant, for whatever reads the Arrow PyCapsule interface."""

from __future__ import annotations

import ctypes
import datetime
import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sellable

UTC = datetime.timezone.utc
DAY = 1767225600000
MANY = 150_000  # items: more than two batches


def filled(items: int = 3) -> sellable.Engine:
    """Items I0, I1 ..., each with its number in the east and 1 in the west; two channels. Of I0 in
    the east, where there is none, nothing is kept."""
    engine = sellable.Engine()
    engine.advance(DAY)
    engine.location("east")
    engine.location("west", region="us")
    engine.channel("web")
    engine.channel("edi", locations=["west"], buffer=1)
    keys = [f"I{number}" for number in range(items)]
    engine.apply_columns("item", item=keys).raise_refused()
    engine.load_on_hand(
        item=keys, location="east", quantity=numpy.arange(items)
    ).raise_refused()
    engine.load_on_hand(item=keys, location="west", quantity=[1] * items).raise_refused()
    return engine


@pytest.fixture
def engine() -> Iterator[sellable.Engine]:
    with filled() as engine:
        yield engine


@pytest.fixture(scope="module")
def many() -> Iterator[sellable.Engine]:
    with filled(MANY) as engine:
        yield engine


def rows(table: Any) -> list[tuple[Any, ...]]:
    """Of an Arrow table, in an order of their own."""
    return sorted(tuple(row.values()) for row in pyarrow.table(table).to_pylist())


EXPECTED = [
    ("I0", "edi", 0, 0, "none"), ("I0", "web", 1, 1, "ok"), ("I1", "edi", 0, 0, "none"),
    ("I1", "web", 2, 2, "ok"), ("I2", "edi", 0, 0, "none"), ("I2", "web", 3, 3, "ok"),
]  # fmt: skip


# ---- readers -------------------------------------------------------------------------------------


def test_pyarrow_reads_availability(engine: sellable.Engine) -> None:
    table = pyarrow.table(engine.availability())
    table.validate(full=True)
    assert table.column_names == ["item", "channel", "promisable", "published", "level"]
    assert table.schema.field("item").type == pyarrow.string()
    assert table.schema.field("promisable").type == pyarrow.int64()
    assert table.schema.field("channel").type == pyarrow.dictionary(pyarrow.int32(), "string")
    assert rows(table) == EXPECTED


def test_polars_reads_availability(engine: sellable.Engine) -> None:
    frame = polars.DataFrame(engine.availability())
    assert sorted(frame.rows()) == EXPECTED
    assert frame.filter(polars.col("channel") == "web")["promisable"].sum() == 6


def test_duckdb_reads_availability(engine: sellable.Engine) -> None:
    figures = engine.availability()
    assert figures is not None
    query = "select channel, sum(promisable)::bigint from figures group by all order by all"
    assert duckdb.sql(query).fetchall() == [("edi", 0), ("web", 6)]
    assert duckdb.sql("select count(*) from figures").fetchall() == [(6,)]


def test_pandas_reads_availability(engine: sellable.Engine) -> None:
    frame = pandas.DataFrame.from_arrow(engine.availability())
    assert sorted(frame.itertuples(index=False, name=None)) == EXPECTED
    again = engine.availability().to_pandas()
    assert sorted(again.itertuples(index=False, name=None)) == EXPECTED
    assert again.level.dtype == "category"


def test_every_reader_reads_every_table(engine: sellable.Engine) -> None:
    engine.reserve("O-1", "web", {"I2": 2})
    for shown in (engine.availability(), engine.cells(), engine.order_lines()):
        arrow = pyarrow.table(shown)
        arrow.validate(full=True)
        assert arrow.num_rows > 0
        assert list(shown.columns) == arrow.column_names
        assert polars.DataFrame(shown).shape == arrow.shape
        assert duckdb.sql("from shown").shape == arrow.shape
        assert pandas.DataFrame.from_arrow(shown).shape == arrow.shape
        assert shown.to_pandas().shape == arrow.shape
        assert pyarrow.schema(shown) == arrow.schema


# ---- what they show ------------------------------------------------------------------------------


def test_channels_are_asked_for_by_key_or_handle_and_one_or_several(
    engine: sellable.Engine,
) -> None:
    edi = engine.find_channel("edi")
    for asked in ("edi", edi, ["edi"], [edi], (int(edi),), numpy.array([edi])):
        assert {row[1] for row in rows(engine.availability(asked))} == {"edi"}
    assert pyarrow.table(engine.availability(["web", "edi"]))["channel"][0].as_py() == "web"
    with pytest.raises(sellable.InvalidError, match=r"channels\[1\]: it is named twice"):
        engine.availability(["web", engine.find_channel("web")])
    assert pyarrow.table(engine.availability([])).num_rows == 0
    with pytest.raises(sellable.UnknownChannelError, match=r"channels\[1\]"):
        engine.availability(["web", "nowhere"])
    with pytest.raises(sellable.UnknownChannelError, match=r"channels\[0\]"):
        engine.availability([77])
    with pytest.raises(TypeError, match="channels"):
        engine.availability([1.5])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="channels: a channel, or several"):
        engine.availability(3.5)  # type: ignore[arg-type]


def test_an_empty_engine_has_tables_without_rows() -> None:
    with sellable.Engine() as engine:
        for empty in (engine.availability(), engine.cells(), engine.order_lines()):
            assert pyarrow.table(empty).num_rows == 0
            assert polars.DataFrame(empty).shape == (0, len(empty.columns))
            assert duckdb.sql("from empty").fetchall() == []
        engine.item("A")
        engine.channel("web")
        assert rows(engine.availability()) == [("A", "web", 0, 0, "none")]
        assert pyarrow.table(engine.cells()).num_rows == 0


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["east", "west"]), st.integers(-9, 30)),
        max_size=40,
    ),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 8)), max_size=20),
)
def test_tables_say_what_single_questions_answer(
    stock: list[tuple[int, str, int]], wanted: list[tuple[int, int]]
) -> None:
    with filled(10) as engine:
        engine.item("SET", components={"I1": 2, "I2": 1})
        engine.hold("customs")
        for item, location, quantity in stock:
            engine.apply("on_hand.adjust", item=f"I{item}", location=location, quantity=quantity)
        engine.apply_columns(
            "hold.place", item=["I3", "I4"], location="east", reason=["customs", "damage"],
            quantity=[1, 2],
        )  # fmt: skip
        engine.set_ring_fence("I5", "east", "web", 2)
        for number, (item, quantity) in enumerate(wanted):
            try:
                engine.reserve(f"O-{number}", "web", {f"I{item}": quantity})
            except sellable.InsufficientError:
                continue
        for item, channel, promisable, published, level in rows(engine.availability()):
            assert engine.available(item, channel) == (promisable, published, level)
        for row in pyarrow.table(engine.cells()).to_pylist():
            cell = engine.cell(row["item"], row["location"])
            for name in ("on_hand", "allocated", "reserved", "backordered", "safety_stock", "net",
                         "free", "shared", "short"):  # fmt: skip
                assert row[name] == getattr(cell, name)
            assert row["held"] == sum(cell.held.values())
            assert row["held_customs"] == cell.held.get("customs", 0)
            assert row["held_damage"] == cell.held.get("damage", 0)
            assert row["fenced"] == sum(cell.ring_fence.values())
        lines = [
            (order.order, *line)
            for order in engine.orders()
            for line in ((x.item, x.location, x.reserved) for x in order.lines)
        ]
        assert [
            (row["order"], row["item"], row["location"], row["reserved"])
            for row in pyarrow.table(engine.order_lines()).to_pylist()
        ] == lines


def test_order_lines_tell_states_times_and_what_is_closed(engine: sellable.Engine) -> None:
    engine.channel("web", horizon=5, backorder=10)
    engine.item("S", tracked=False)
    engine.reserve("O-1", "web", {"I2": 1}, expires_at=DAY + 5)
    engine.reserve("O-2", "web", [("I1", 2), ("S", 4)])
    engine.allocate("O-2")
    engine.ship("O-2")
    engine.reserve("O-3", "web", {"I0": 4}, date=DAY + 1000)
    table = pyarrow.table(engine.order_lines())
    table.validate(full=True)
    lines = table.to_pylist()
    assert [line["order"] for line in lines] == ["O-1", "O-3", "O-3"][: len(lines)]
    assert lines[0]["state"] == "reserved"
    assert lines[0]["channel"] == "web"
    assert lines[0]["expires_at"] == datetime.datetime(2026, 1, 1, 0, 0, 0, 5000, tzinfo=UTC)
    assert lines[1]["expires_at"] is None
    assert lines[1]["date"] == datetime.datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert sum(line["reserved"] for line in lines[1:]) == 4
    assert sum(line["backordered"] for line in lines[1:]) == 3
    assert table["expires_at"].null_count == len(lines) - 1
    everything = pyarrow.table(engine.order_lines(closed=True)).to_pylist()
    shipped = [line for line in everything if line["order"] == "O-2"]
    assert {line["state"] for line in shipped} == {"shipped"}
    assert {(line["item"], line["shipped"]) for line in shipped} >= {("S", 4)}


def test_rows_come_in_batches_and_none_is_missing(many: sellable.Engine) -> None:
    reader = pyarrow.RecordBatchReader.from_stream(many.availability())
    batches = list(reader)
    assert len(batches) > 2
    assert max(batch.num_rows for batch in batches) <= 65536
    table = pyarrow.Table.from_batches(batches)
    table.validate(full=True)
    assert table.num_rows == 2 * MANY
    web = table.filter(pyarrow.compute.equal(table["channel"].cast("string"), "web"))
    assert web["item"].to_pylist() == [f"I{number}" for number in range(MANY)]
    assert web["promisable"].to_pylist() == [number + 1 for number in range(MANY)]
    cells = pyarrow.table(many.cells())
    assert cells.num_rows == 2 * MANY - 1
    places = zip(cells["item"].to_pylist(), cells["location"].to_pylist(), strict=True)
    assert len(set(places)) == 2 * MANY - 1


def test_no_key_is_written_twice_for_several_channels(many: sellable.Engine) -> None:
    """The batches of a block of items share the memory of their keys."""
    reader = pyarrow.RecordBatchReader.from_stream(many.availability())
    first, second = (next(reader) for _ in range(2))
    assert first["channel"][0].as_py() != second["channel"][0].as_py()
    addresses = [[b.address for b in x["item"].buffers() if b is not None] for x in (first, second)]
    assert addresses[0] == addresses[1]


def test_an_order_longer_than_a_batch_has_room_for_comes_whole() -> None:
    with filled(300) as engine:
        lines = {f"I{number}": 1 for number in range(1, 201)}
        orders = [f"O-{number:04}" for number in range(700)]
        engine.load_on_hand(item=list(lines), location="east", quantity=[10_000] * 200)
        for order in orders:
            engine.reserve(order, "web", lines)
        table = pyarrow.table(engine.order_lines())
        assert table.num_rows == 200 * 700
        assert table["order"].to_pylist() == [order for order in orders for _ in range(200)]
        assert table["item"].to_pylist()[:200] == list(lines)
        assert table["reserved"].to_pylist() == [1] * (200 * 700)


# ---- one instant ---------------------------------------------------------------------------------


def test_a_table_shows_its_instant_however_late_it_is_read(engine: sellable.Engine) -> None:
    engine.reserve("O-1", "web", {"I2": 2})
    tables = (engine.availability(), engine.cells(), engine.order_lines())
    before = [rows(table) for table in tables]
    engine.release("O-1")
    engine.reserve("O-2", "web", {"I1": 1})
    engine.set_on_hand("I0", "east", 50)
    engine.item("I9")
    engine.location("north")
    engine.channel("later")
    engine.advance(DAY + 5)
    assert [rows(table) for table in tables] == before
    assert {table.now for table in tables} == {DAY}
    assert rows(engine.order_lines()) != before[2]


def test_tables_of_a_view_are_of_one_instant(engine: sellable.Engine) -> None:
    with engine.view() as view:
        engine.reserve("O-1", "web", {"I2": 2})
        assert rows(view.order_lines()) == []
        assert sum(row["reserved"] for row in pyarrow.table(view.cells()).to_pylist()) == 0
        assert rows(view.availability()) == EXPECTED
        assert view.now == DAY
        assert not view.closed
        engine.channel("later")
        with pytest.raises(sellable.UnknownChannelError):
            view.availability(["later"])
    assert view.closed


def test_figures_add_up_while_others_write() -> None:
    """What is said in two tables of a view is said of the same instant."""
    with filled() as engine:
        engine.set_on_hand("I0", "east", 1000)
        orders = [f"O-{number}" for number in range(20)]
        for order in orders:
            engine.reserve(order, "web", {"I0": 1})
        stop = threading.Event()

        def amend() -> None:
            quantity = 1
            while not stop.is_set():
                quantity = quantity % 30 + 1
                for order in orders:
                    engine.amend(order, {"I0": quantity})

        thread = threading.Thread(target=amend)
        thread.start()
        sums = set()
        try:
            for _ in range(200):
                with engine.view() as view:
                    cells = pyarrow.table(view.cells())["reserved"]
                    lines = pyarrow.table(view.order_lines())["reserved"]
                assert pyarrow.compute.sum(lines) == pyarrow.compute.sum(cells)
                sums.add(pyarrow.compute.sum(cells).as_py())
        finally:
            stop.set()
            thread.join()
        assert len(sums) > 1


# ---- consumers that stop, and engines that close -------------------------------------------------


def test_a_stream_may_be_dropped_midway(many: sellable.Engine) -> None:
    for make in (many.availability, many.cells):
        reader = pyarrow.RecordBatchReader.from_stream(make())
        batch = reader.read_next_batch()
        del reader
        gc.collect()
        batch.validate(full=True)
        capsule = make().__arrow_c_stream__()
        del capsule
        schema = make().__arrow_c_schema__()
        del schema


def test_batches_outlive_table_view_and_engine_in_any_order() -> None:
    engine = filled(70_000)
    with engine.view() as view:
        reader = pyarrow.RecordBatchReader.from_stream(view.availability())
        batches = list(reader)
        del reader
    engine.close()
    del engine
    gc.collect()
    expected = sum(number + 1 for number in range(70_000))
    total = 0
    while batches:
        batch = batches.pop(len(batches) // 2)
        batch.validate(full=True)
        item, level = batch["item"], batch["level"]
        if batch["channel"][0].as_py() == "web":
            total += pyarrow.compute.sum(batch["promisable"]).as_py()
        del batch
        assert item[0].as_py().startswith("I")
        assert level[0].as_py() in ("none", "low", "ok")
    assert total == expected


def test_a_closed_engine_or_view_ends_a_stream_with_an_error() -> None:
    engine = filled(70_000)
    table, view = engine.availability(), engine.view()
    cells = view.cells()
    reader = pyarrow.RecordBatchReader.from_stream(table)
    of_view = pyarrow.RecordBatchReader.from_stream(cells)
    first, second = reader.read_next_batch(), of_view.read_next_batch()
    view.close()
    view.close()
    with pytest.raises((pyarrow.ArrowException, OSError), match="the view is closed"):
        of_view.read_next_batch()
    with pytest.raises((pyarrow.ArrowException, OSError), match="the view is closed"):
        of_view.read_next_batch()
    with pytest.raises(sellable.ClosedError, match="view"):
        view.order_lines()
    reader.read_next_batch()
    engine.close()
    with pytest.raises((pyarrow.ArrowException, OSError), match="the engine is closed"):
        reader.read_next_batch()
    with pytest.raises((pyarrow.ArrowException, OSError), match="the engine is closed"):
        pyarrow.table(table)
    with pytest.raises(Exception, match="closed"):
        polars.DataFrame(table)
    with pytest.raises(sellable.ClosedError):
        engine.availability()
    for made in (engine.view, view.availability, view.cells):
        with pytest.raises(sellable.ClosedError):
            made()
    assert view.closed
    assert "closed" in repr(view)
    assert "closed" in repr(table)
    first.validate(full=True)
    second.validate(full=True)


@pytest.mark.parametrize("what", ["engine", "view"])
def test_closing_while_others_read_ends_what_they_read_and_nothing_else(what: str) -> None:
    """Each reader gets all rows, or an error that says why not."""
    for _ in range(20):
        engine = filled(2000)
        engine.reserve("O-1", "web", {"I5": 1})
        view = engine.view()
        tables = [view.availability(), view.cells(), view.order_lines(), engine.cells()]
        reading, outcomes = threading.Barrier(len(tables) + 1), [""] * len(tables)

        def read(
            place: int,
            tables: list[sellable.Table] = tables,
            reading: threading.Barrier = reading,
            outcomes: list[str] = outcomes,
        ) -> None:
            reading.wait()
            try:
                while True:
                    assert pyarrow.table(tables[place]).num_rows in (4000, 3999, 1)
            except (pyarrow.ArrowException, OSError) as error:
                outcomes[place] = str(error)

        threads = [threading.Thread(target=read, args=(n,)) for n in range(len(tables))]
        for thread in threads:
            thread.start()
        reading.wait()
        view.close() if what == "view" else engine.close()
        if what == "view":
            engine.close()
        for thread in threads:
            thread.join()
        assert all("is closed" in outcome for outcome in outcomes), outcomes


def test_a_view_closes_with_its_last_table(engine: sellable.Engine) -> None:
    """A view keeps old values: an engine whose views are gone gives that memory back."""
    table = engine.view().cells()
    assert len(rows(table)) == 5
    del table
    for _ in range(10_000):
        engine.view()
    engine.set_on_hand("I0", "east", 7)
    assert engine.audit().consistent


def test_a_table_is_read_by_several_threads_at_once(many: sellable.Engine) -> None:
    many.reserve("O-1", "web", {"I5": 1})
    with many.view() as view:
        tables = [view.availability(), view.cells(), view.order_lines()] * 3
        sizes: list[int | None] = [None] * len(tables)

        def read(place: int) -> None:
            sizes[place] = pyarrow.table(tables[place]).num_rows

        threads = [threading.Thread(target=read, args=(n,)) for n in range(len(tables))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    many.release("O-1")
    assert sizes == [2 * MANY, 2 * MANY - 1, 1] * 3


def test_python_goes_on_while_a_batch_is_filled() -> None:
    """A consumer that holds the interpreter's lock gives it up meanwhile: of another thread, which
    gives it up by itself at once, nothing is seen before unless that is so."""
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    draw = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    ticks, stop = 0, threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not stop.is_set():
            ticks += 1
            time.sleep(0)

    thread = threading.Thread(target=tick)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)  # No thread is asked to give up the lock.
    thread.start()
    try:
        with filled(65_536) as engine:
            for _ in range(200):
                capsule = engine.availability().__arrow_c_stream__()
                stream = (ctypes.c_void_p * 5).from_address(get(capsule, b"arrow_array_stream"))
                batch = (ctypes.c_void_p * 10)()
                next_batch = draw(stream[1])
                before = ticks
                error = next_batch(ctypes.addressof(stream), ctypes.addressof(batch))
                after = ticks
                assert error == 0
                assert batch[8] is not None
                ctypes.CFUNCTYPE(None, ctypes.c_void_p)(batch[8])(ctypes.addressof(batch))
                if after > before:
                    break
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        thread.join()
    assert after > before


def test_streams_are_left_alone_by_what_consumers_ask_in_vain(engine: sellable.Engine) -> None:
    wish = pyarrow.schema([("item", pyarrow.large_string())]).__arrow_c_schema__()
    capsule = engine.cells().__arrow_c_stream__(requested_schema=wish)
    assert pyarrow.RecordBatchReader._import_from_c_capsule(capsule).read_all().num_rows == 5
    with pytest.raises(TypeError):
        engine.cells().__arrow_c_stream__(1, 2)  # type: ignore[call-arg]


def test_a_channel_that_closes_what_is_read_is_told_that_it_is_closed() -> None:
    engine = filled()
    view = engine.view()

    class Closing:
        def __init__(self, what: sellable.View | sellable.Engine) -> None:
            self.what = what

        def __index__(self) -> int:
            self.what.close()
            return 1

    with pytest.raises(sellable.ClosedError, match="view"):
        view.availability([Closing(view)])
    with pytest.raises(sellable.ClosedError):
        engine.availability([Closing(engine)])
    assert engine.closed


@pytest.mark.parametrize("kind", [sellable.Table, sellable.View])
def test_views_and_tables_are_made_by_engines_only(kind: type) -> None:
    with pytest.raises(TypeError):
        kind()


EXPORT = """
import os, pyarrow, sellable
keys = [f"item-{number:06}" for number in range(250_000)]
with sellable.Engine() as engine:
    engine.apply_columns("item", item=keys).raise_refused()
    engine.channel("web")
    for location in ("n", "e", "s", "w"):
        engine.location(location)
        engine.load_on_hand(item=keys, location=location, quantity=[5] * len(keys))
    for _ in range(10):
        rows = 0
        for table in (engine.cells(), engine.availability(), engine.order_lines()):
            for batch in pyarrow.RecordBatchReader.from_stream(table):
                rows += batch.num_rows
        assert rows == 1_250_000
        pyarrow.RecordBatchReader.from_stream(engine.cells()).read_next_batch()
        pyarrow.RecordBatchReader.from_stream(engine.availability()).read_next_batch()
        with open("/proc/self/statm") as statm:
            print(int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
"""


def test_a_million_cells_exported_again_and_again_leave_nothing_behind() -> None:
    """In a process of its own, whose allocator gives back large memory at once."""
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_ARENA_MAX": "1"}
    run = subprocess.run(
        [sys.executable, "-c", EXPORT], env=environment, stdout=subprocess.PIPE, check=True
    )
    sizes = [int(size) for size in run.stdout.split()]
    # One export is 150 MiB; a sanitizer keeps what is freed for a while.
    most = (1 if "ASAN_OPTIONS" not in os.environ else 400) << 20
    assert len(sizes) == 10
    assert sizes[-1] - sizes[1] < most, sizes
