# SPDX-License-Identifier: Apache-2.0
"""How an engine is opened and closed: by hand, by `with`, by nobody, amid calls, after a fork."""

from __future__ import annotations

import copy
import gc
import os
import pathlib
import pickle
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable

import pytest

import sellable
from sellable import Engine

SECONDS = 60


def run_python(program: str, *arguments: object) -> str:
    """What a program prints, which has to end well."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, f"exit code {done.returncode}: {done.stderr}"
    return done.stdout


def in_threads(*calls: Callable[[], object]) -> list[BaseException]:
    """What the threads of these calls ended with that was no end."""
    failed: list[BaseException] = []

    def run(call: Callable[[], object]) -> None:
        try:
            call()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(call,), daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive(), "a thread does not come back"
    return failed


# ---- by hand, by `with`, by nobody ---------------------------------------------------------------


def test_with_closes_the_engine_whatever_happens_inside() -> None:
    with Engine() as engine:
        assert not engine.closed
    assert engine.closed
    with pytest.raises(KeyError), Engine() as engine:
        raise KeyError
    assert engine.closed


def test_closing_again_is_nothing(engine: Engine) -> None:
    engine.close()
    engine.close()
    assert engine.closed


def test_each_call_on_a_closed_engine_says_that_it_is_closed(engine: Engine) -> None:
    fork = engine.fork()
    engine.close()
    calls: list[Callable[[], object]] = [
        lambda: engine.now,
        lambda: engine.position,
        lambda: engine.durable,
        engine.fork,
        lambda: engine.advance(1),
        lambda: engine.item("A"),
        lambda: engine.location("east"),
        lambda: engine.channel("web"),
        lambda: engine.hold("x"),
        lambda: engine.source("erp"),
        lambda: engine.policy("A", cap=1),
        lambda: engine.owner("held", None),
        lambda: engine.find_item("A"),
        engine.items,
        engine.holds,
        lambda: engine.look_item("A"),
        lambda: engine.reserve("O", "web", {"A": 1}),
        lambda: engine.reserve_many([]),
        lambda: engine.amend("O", {"A": 1}),
        lambda: engine.confirm("O"),
        lambda: engine.apply("confirm", order="O"),
        lambda: engine.apply_many([]),
        lambda: engine.set_on_hand("A", "east", 1),
        engine.exceptions,
        engine.exception_counts,
        lambda: engine.exception_put(),
        lambda: engine.exception_replay(1),
        lambda: engine.available("A", "web"),
        lambda: engine.available(["A"], "web"),
        lambda: engine.explain("A", "web"),
        lambda: engine.cell("A", "east"),
        lambda: engine.order("O"),
        engine.orders,
        lambda: engine.waiting("A"),
        engine.shortages,
        lambda: engine.changes("web"),
        engine.audit,
        engine.stats,
        engine.metrics,
        engine.memory,
        engine.durable_wait,
        engine.committer_start,
        engine.checkpoint,
        engine.__enter__,
    ]
    for call in calls:
        with pytest.raises(sellable.ClosedError):
            call()
    assert fork.available("A", "web").promisable == 10
    fork.close()


def test_the_repr_says_what_there_is_and_whether_it_is_closed(engine: Engine) -> None:
    shown = repr(engine)
    assert "Engine" in shown and "3 items" in shown
    engine.close()
    assert "closed" in repr(engine)


def test_an_engine_that_nobody_holds_is_given_back() -> None:
    engine = Engine()
    gone = weakref.ref(engine)
    del engine
    gc.collect()
    assert gone() is None


def test_an_engine_in_a_cycle_is_given_back() -> None:
    engine = Engine()
    cycle: list[object] = [engine]
    cycle.append(cycle)
    gone = weakref.ref(engine)
    del engine, cycle
    gc.collect()
    assert gone() is None


def test_what_was_answered_outlives_the_engine(engine: Engine) -> None:
    answer = engine.reserve("O", "web", {"A": 1})
    cell = engine.cell("A", "east")
    engine.close()
    assert answer.plan[0].item == "A"
    assert cell.on_hand == 10 and cell.item == "A"


def test_an_engine_can_be_neither_copied_nor_pickled(engine: Engine) -> None:
    for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="Engine"):
            duplicate(engine)
    assert engine.fork().available("A", "web").promisable == 10


def test_answers_and_handles_can_be_copied_and_pickled(engine: Engine) -> None:
    for value in (
        engine.reserve("O", "web", {"A": 1}),
        engine.cell("A", "east"),
        engine.order("O"),
        engine.find_item("A"),
        engine.available("A", "web"),
    ):
        assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value
        assert type(pickle.loads(pickle.dumps(value))) is type(value)


def test_errors_can_be_pickled_with_what_they_say(engine: Engine) -> None:
    with pytest.raises(sellable.InsufficientError) as raised:
        engine.reserve("O", "web", {"A": 11})
    again = pickle.loads(pickle.dumps(raised.value))
    assert type(again) is sellable.InsufficientError
    assert (str(again), again.lines) == (str(raised.value), raised.value.lines)


def test_the_type_can_neither_be_derived_from_nor_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(TypeError):
        type("Mine", (Engine,), {})
    with pytest.raises(TypeError):
        monkeypatch.setattr(Engine, "reserve", None)
    with Engine() as engine, pytest.raises(AttributeError):
        engine.other = 1  # type: ignore[attr-defined]


def test_the_module_can_be_had_in_another_interpreter_or_says_that_it_cannot() -> None:
    run_python(
        "import sys\n"
        "try:\n"
        "    import _xxsubinterpreters as interpreters\n"
        "except ImportError:\n"
        "    import _interpreters as interpreters\n"
        "one = interpreters.create()\n"
        'code = \'try:\\n import sellable\\n engine = sellable.Engine()\\n engine.item("A")\\n'
        'except ImportError as error:\\n assert "interpreter" in str(error), error\'\n'
        "failed = interpreters.run_string(one, code)\n"
        "assert failed is None, failed\n"
        "interpreters.destroy(one)\n"
    )


# ---- while others are inside ---------------------------------------------------------------------


def test_close_amid_the_calls_of_other_threads_ends_them_all(engine: Engine) -> None:
    busy = threading.Barrier(5)

    def repeat(call: Callable[[int], object]) -> None:
        busy.wait(SECONDS)
        with pytest.raises(sellable.ClosedError):
            for number in range(1 << 62):
                call(number)

    def promise(number: int) -> None:
        try:
            engine.reserve(f"{threading.get_ident()}-{number}", "web", {"A": 1})
        except sellable.InsufficientError:
            engine.apply("on_hand.adjust", item="A", location="east", quantity=100)

    def look(_: int) -> None:
        engine.orders()
        engine.stats()
        engine.fork().close()

    def close() -> None:
        busy.wait(SECONDS)
        before = engine.audit().orders
        while engine.audit().orders < before + 500:
            pass
        engine.close()

    failed = in_threads(
        lambda: repeat(promise),
        lambda: repeat(promise),
        lambda: repeat(lambda _: engine.available("A", "web")),
        lambda: repeat(look),
        close,
    )
    assert failed == []


def test_close_waits_for_a_call_that_is_reading_its_arguments(engine: Engine) -> None:
    inside, go = threading.Event(), threading.Event()
    ended: list[str] = []

    class Waits:
        def __index__(self) -> int:
            inside.set()
            assert go.wait(SECONDS)
            return 5

    def call() -> None:
        try:
            engine.apply("on_hand.adjust", item="A", location="east", quantity=Waits())
        except sellable.ClosedError:
            pass
        ended.append("call")

    def close() -> None:
        assert inside.wait(SECONDS)
        threading.Timer(0.05, go.set).start()
        engine.close()
        assert go.is_set(), "it did not wait"
        ended.append("close")

    assert in_threads(call, close) == []
    assert sorted(ended) == ["call", "close"] and engine.closed


def test_an_engine_is_closed_once_by_several_threads(engine: Engine) -> None:
    start = threading.Barrier(4)

    def close() -> None:
        start.wait(SECONDS)
        engine.close()
        assert engine.closed

    assert in_threads(close, close, close, close) == []


# ---- in a process that was forked off ------------------------------------------------------------

CHILD = """
import gc, os, sys, sellable
engine = sellable.open(sys.argv[1]) if len(sys.argv) > 1 else sellable.Engine()
engine.item("A"); engine.location("east"); engine.channel("web")
engine.set_on_hand("A", "east", 10)
child = os.fork()
if child == 0:
    for call in (lambda: engine.available("A", "web"), lambda: engine.reserve("O", "web", {"A": 1}),
                 lambda: engine.advance(5), engine.audit, engine.fork, engine.orders,
                 engine.checkpoint, lambda: engine.now):
        try:
            call()
        except sellable.ClosedError as error:
            assert "fork" in str(error) or "process" in str(error), error
        else:
            os._exit(3)
    engine.close()
    with sellable.Engine() as own:
        own.item("B")
    del engine
    gc.collect()
    os._exit(0)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 0, status
assert engine.reserve("O", "web", {"A": 10}).plan[0].quantity == 10
assert engine.audit().consistent
engine.close()
"""


def test_in_a_child_process_an_engine_is_closed_and_the_parents_goes_on() -> None:
    run_python(CHILD)


def test_a_child_process_leaves_the_parents_store_alone(tmp_path: pathlib.Path) -> None:
    run_python(CHILD, tmp_path / "store")
    with sellable.open(tmp_path / "store") as engine:
        assert engine.order("O").lines[0].reserved == 10


def test_at_the_end_of_the_interpreter_engines_may_be_left_open(tmp_path: pathlib.Path) -> None:
    run_python(
        "import sys, threading, sellable\n"
        "engine = sellable.Engine()\n"
        "store = sellable.open(sys.argv[1])\n"
        "store.committer_start()\n"
        "store.item('A')\n"
        "view = [engine, store]; view.append(view)\n"
        "def work():\n"
        "    while True:\n"
        "        engine.item('A')\n"
        "threading.Thread(target=work, daemon=True).start()\n",
        tmp_path / "store",
    )
    with sellable.open(tmp_path / "store") as engine:
        assert [key for key, _ in engine.items()] == ["A"]


def test_the_environment_of_the_test_is_the_installed_package() -> None:
    assert sellable.__file__ is not None
    assert pathlib.Path(__file__).parents[1] not in pathlib.Path(sellable.__file__).parents
    assert os.path.isfile(pathlib.Path(sellable.__file__).with_name("py.typed"))
