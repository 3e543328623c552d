# SPDX-License-Identifier: Apache-2.0
"""The module as a whole: what it checks when it is imported, and closing amid its own calls."""

from __future__ import annotations

import gc
import importlib.metadata
import subprocess
import sys
import weakref

import pytest
import sellable
from sellable._tables import HEADER_VERSION


def test_records_with_other_fields_are_refused_at_import() -> None:
    program = (
        "import sys, types, typing, importlib.util as util\n"
        "import sellable._records as records\n"
        "Other = typing.NamedTuple('Misfit', [('item', str)])\n"
        "package = sys.modules['sellable']\n"
        "records.Misfit = Other\n"
        "del sys.modules['sellable._sellable']\n"
        "import sellable._sellable\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 1
    assert "ImportError: sellable: Misfit has other fields" in done.stderr


def test_the_package_the_library_and_the_header_are_of_one_version() -> None:
    assert importlib.metadata.version("sellable") == sellable.__version__ == HEADER_VERSION


class Closes:
    """A number that closes the engine while it is looked at."""

    def __init__(self, engine: sellable.Engine, number: int) -> None:
        self.engine, self.number = engine, number

    def __index__(self) -> int:
        self.engine.close()
        return self.number


def test_a_call_amid_which_its_own_thread_closes_is_finished_and_then_closed() -> None:
    engine = sellable.Engine()
    engine.location("east")
    engine.item("A")
    answer = engine.set_on_hand("A", "east", Closes(engine, 7))
    assert answer.variance == 7
    assert engine.closed
    with pytest.raises(sellable.ClosedError):
        engine.cell("A", "east")


def test_rows_that_close_the_engine_are_answered_to_the_last() -> None:
    engine = sellable.Engine()
    engine.location("east")
    engine.item("A")
    row = {"type": "on_hand.set", "item": "A", "location": "east"}
    quantities = (1, Closes(engine, 2), 3)
    answers = engine.apply_many({**row, "quantity": quantity} for quantity in quantities)
    assert [answer.variance for answer in answers if isinstance(answer, sellable.Answer)] == [1] * 3
    assert engine.closed


def test_an_engine_in_a_cycle_is_collected() -> None:
    class Holder:
        engine: sellable.Engine
        me: Holder

    holder = Holder()
    holder.engine, holder.me = sellable.Engine(), holder
    gone = weakref.ref(holder.engine)
    del holder
    gc.collect()
    assert gone() is None


def test_a_durable_engine_that_is_left_open_is_warned_of(tmp_path: object) -> None:
    engine = sellable.open(f"{tmp_path}/store")
    with pytest.warns(ResourceWarning, match="unclosed engine"):
        del engine
        gc.collect()
    sellable.open(f"{tmp_path}/store").close()


def test_answers_of_plain_figures_are_no_matter_of_the_cycle_collector() -> None:
    with sellable.Engine() as engine:
        engine.location("east")
        engine.channel("web")
        engine.item("A")
        engine.set_on_hand("A", "east", 7)
        answer = engine.reserve("O", "web", {"A": 1})
        assert not gc.is_tracked(answer)
        assert not gc.is_tracked(answer.plan)
        assert not gc.is_tracked(engine.available("A", "web"))
