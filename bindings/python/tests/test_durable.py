# SPDX-License-Identifier: Apache-2.0
"""What a durable engine answered for is there after its process was killed."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

import sellable
from conftest import stock
from test_life import SECONDS, run_python

ROUNDS = 6

# Threads reserve orders, and tell each one that was answered; some also move, ship and check.
SELLER = """
import os, sys, threading, sellable
directory, round, answering = sys.argv[1:]
engine = sellable.open(directory, answering=answering)
tell = lambda words: os.write(1, (words + "\\n").encode())
def sell(thread):
    number = 0
    while True:
        order = f"{round}-{thread}-{number}"
        answer = engine.reserve(order, "web", {"A": 1})
        if answering == "decided":
            engine.durable_wait(answer.position)
        tell("reserved " + order)
        if number % 3 == 0:
            position = engine.ship(order).position
            if answering == "decided":
                engine.durable_wait(position)
            tell("shipped " + order)
        if thread == "0" and number % 50 == 25:
            engine.checkpoint()
        number += 1
for thread in "012":
    threading.Thread(target=sell, args=(thread,)).start()
"""


def killed_amid(directory: pathlib.Path, round: int, answering: str, answers: int) -> list[str]:
    """What a seller told before it was killed, at some moment after so many answers."""
    seller = subprocess.Popen(
        [sys.executable, "-c", SELLER, str(directory), str(round), answering],
        stdout=subprocess.PIPE,
    )
    assert seller.stdout is not None
    told: list[bytes] = []
    for line in seller.stdout:
        told.append(line)
        if len(told) == answers:
            os.kill(seller.pid, signal.SIGKILL)
            break
    rest = seller.stdout.read()
    told += [line for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    assert seller.wait(SECONDS) == -signal.SIGKILL
    return [line.decode().strip() for line in told]


@pytest.mark.parametrize("answering", ["durable", "decided"])
def test_each_order_that_was_answered_is_there_after_a_kill(
    tmp_path: pathlib.Path, answering: str
) -> None:
    directory = tmp_path / "store"
    with sellable.open(directory) as engine:
        stock(engine)
        engine.set_on_hand("A", "east", 10**9)
    told: list[str] = []
    for round in range(ROUNDS):
        told += killed_amid(directory, round, answering, 30 + 37 * round)
        with sellable.open(directory) as engine:
            assert engine.recovery is not None and engine.recovery.position >= 1
            for line in told:
                what, order = line.split()
                (placed,) = engine.order(order).lines
                assert placed.reserved + placed.shipped == 1, line
                assert what != "shipped" or placed.shipped == 1, line
            orders = engine.orders(closed=True)
            shipped = sum(line.shipped for order in orders for line in order.lines)
            assert engine.cell("A", "east").on_hand == 10**9 - shipped
            assert engine.audit().consistent


def test_a_store_opens_with_what_was_left_in_it(tmp_path: pathlib.Path) -> None:
    directory = tmp_path / "store"
    with sellable.open(directory) as engine:
        stock(engine)
        first = engine.reserve("O", "web", {"A": 4})
        engine.advance(1767225600000)
        audit = engine.audit()
        assert engine.directory == str(directory)
        assert 0 < first.position <= engine.durable <= engine.position
    with sellable.open(directory) as engine:
        assert engine.audit() == audit
        again = engine.reserve("O", "web", {"A": 4})
        assert again.duplicate and again.plan == first.plan
        assert engine.now == 1767225600000
        assert engine.recovery is not None and engine.recovery.checkpoint == 0


def test_a_checkpoint_is_what_the_next_opening_begins_with(tmp_path: pathlib.Path) -> None:
    with sellable.open(tmp_path / "store") as engine:
        stock(engine)
        engine.checkpoint()
        position = engine.position
        engine.reserve("O", "web", {"A": 4})
        audit = engine.audit()
    with sellable.open(tmp_path / "store") as engine:
        assert engine.recovery is not None
        assert engine.recovery.checkpoint >= position > engine.recovery.replayed
        assert engine.audit() == audit


def test_what_is_decided_is_waited_for_by_its_position(tmp_path: pathlib.Path) -> None:
    with sellable.open(tmp_path / "store", answering="decided") as engine:
        stock(engine)
        answer = engine.reserve("O", "web", {"A": 4})
        assert answer.position > engine.durable
        engine.durable_wait(answer.position)
        assert engine.durable >= answer.position
        engine.reserve("P", "web", {"A": 4})
        engine.durable_wait()
        assert engine.durable == engine.position


def test_a_thread_of_the_librarys_own_makes_durable(tmp_path: pathlib.Path) -> None:
    options = {"answering": "decided", "linger": timedelta(microseconds=100)}
    with sellable.open(tmp_path / "store", **options) as engine:  # type: ignore[arg-type]
        engine.committer_start()
        with pytest.raises(sellable.WrongStateError):
            engine.committer_start()
        stock(engine)
        engine.durable_wait()
        engine.committer_stop()
        with pytest.raises(sellable.WrongStateError):
            engine.committer_stop()


def test_an_engine_in_memory_has_nothing_to_wait_for() -> None:
    with sellable.Engine() as engine:
        engine.durable_wait()
        assert (engine.position, engine.durable, engine.directory) == (0, 0, None)
        assert engine.recovery is None
        for call in (engine.checkpoint, engine.committer_start, engine.committer_stop):
            with pytest.raises(sellable.InvalidError):
                call()


def test_a_store_is_open_in_one_process_at_a_time(tmp_path: pathlib.Path) -> None:
    with sellable.open(tmp_path / "store"):
        out = run_python(
            "import sys, sellable\n"
            "try:\n    sellable.open(sys.argv[1])\n"
            "except sellable.InvalidError as error:\n    print(error.field, '|', error.reason)\n",
            tmp_path / "store",
        )
        assert out.startswith("directory |") and len(out) > 20


def test_the_trail_tells_what_was_said_and_what_it_did(tmp_path: pathlib.Path) -> None:
    with sellable.open(tmp_path / "store") as engine:
        stock(engine)
        engine.source("erp")
        engine.apply(
            "on_hand.adjust",
            item="A",
            location="east",
            quantity=-3,
            source="erp",
            id="e1",
            correlation="run 7",
        )
        engine.reserve("O", "web", {"A": 4})
        last = engine.position
        fields = engine.cell("A", "east")
    with sellable.trail(tmp_path / "store") as trail:
        entries = list(trail)
    positions = [entry.position for entry in entries]
    assert positions == sorted(set(positions)) and positions[-1] == last
    said = [entry for entry in entries if entry.event]
    adjusted = next(one for one in said if one.event and one.event["type"] == "on_hand.adjust")
    assert adjusted.event is not None
    assert (adjusted.event["quantity"], adjusted.event["source"]) == (-3, "erp")
    assert (adjusted.event["id"], adjusted.event["correlation"]) == ("e1", "run 7")
    assert [(cell.before.on_hand, cell.after.on_hand) for cell in adjusted.cells] == [(10, 7)]
    reserved = next(one for one in said if one.event and one.event["type"] == "reserve")
    assert reserved.cells[0].after.reserved == fields.reserved == 4


def test_a_trail_that_is_applied_to_a_new_engine_leaves_the_same_hash(
    tmp_path: pathlib.Path,
) -> None:
    with sellable.open(tmp_path / "store") as engine:
        stock(engine)
        engine.advance(5)
        engine.channel("web", locations=["west", "east"], cap=7, sourcing="most")
        engine.set_schedule("B", "west", "PO-1", 12, due=10**9)
        for number in range(5):
            engine.reserve(f"O-{number}", "web", [{"item": "A", "quantity": 1}])
        engine.ship("O-1")
        engine.release("O-2")
        audit = engine.audit()
    with sellable.Engine() as engine, sellable.trail(tmp_path / "store") as trail:
        for entry in trail:
            if entry.event:
                engine.apply(**entry.event)
            elif entry.did == "advance":
                engine.advance(entry.now)
        assert engine.audit().hash == audit.hash


def test_a_trail_may_be_left_before_its_end_and_is_closed_then(tmp_path: pathlib.Path) -> None:
    with sellable.open(tmp_path / "store") as engine:
        stock(engine)
    trail = sellable.trail(tmp_path / "store")
    next(trail)
    trail.close()
    trail.close()
    with pytest.raises(sellable.ClosedError):
        next(trail)
    with pytest.raises(sellable.InvalidError):
        sellable.trail(tmp_path / "none")
