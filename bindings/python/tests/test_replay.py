# SPDX-License-Identifier: Apache-2.0
"""python -m sellable: the rules of the model, line by line, and the answers of the C program."""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

import sellable
from conftest import ROOT
from sellable.replay import Replay
from test_life import SECONDS
from test_model import asked, sorted_keys

SCENARIOS = sorted((ROOT / "tests" / "scenarios").glob("*.jsonl"))
PROGRAM = [sys.executable, "-m", "sellable"]


def load_c_tests() -> ModuleType:
    """tests/test_scenarios.py, which tests a program that it is told; here it is this one."""
    path = ROOT / "tests" / "test_scenarios.py"
    spec = importlib.util.spec_from_file_location("scenarios_of_c", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    arguments, sys.argv = sys.argv, [str(path), "none", str(ROOT / "tests" / "scenarios")]
    try:
        spec.loader.exec_module(module)
    finally:
        sys.argv = arguments
    return module


C_TESTS = load_c_tests()


def lines_of(scenario: pathlib.Path) -> Iterator[tuple[str, Any]]:
    """What a file does, in its order: "send" a line, "expect" an answer, or its "text"."""
    for text in scenario.read_text().splitlines():
        line = json.loads(text)
        for what in ("expect", "text", "send"):
            if what in line:
                yield what, line[what].encode() if what == "send" else line[what]
                break
        else:
            if "type" in line:
                yield "send", text.encode()


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) > 100


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_the_rule_holds_in_python_as_in_c(
    scenario: pathlib.Path, replay_program: pathlib.Path
) -> None:
    sent, answers = [], []
    with sellable.Engine() as engine:
        replay = Replay(engine)
        for what, content in lines_of(scenario):
            if what == "send":
                answered = replay.answer(content)
                assert answered is not None
                sent.append(content)
                answers.append(answered.text)
            elif what == "text":
                assert answers[-1] == content
            else:
                wanted = {"line": len(answers), **content}
                differs = C_TESTS.differs(wanted, json.loads(answers[-1]))
                assert differs is None, f"{differs} after {sent[-1].decode()}"
    expected = asked(replay_program, sent)
    assert list(map(sorted_keys, answers)) == list(map(sorted_keys, expected))


# N stands for a number at the bounds of 64 bits.
BOUNDED = """
{"type":"on_hand.set","item":"A","location":"east","quantity":N}
{"type":"on_hand.set","item":"A","location":"east","quantity":1,"expected":N}
{"type":"on_hand.set","item":"A","location":"east","quantity":1,"at":N}
{"type":"on_hand.set","item":"A","location":"east","quantity":1,"as_of":N}
{"type":"on_hand.adjust","item":"A","location":"east","quantity":1,"source":"erp","seq":N}
{"type":"source","source":"erp","max_lag":N}
{"type":"channel","channel":"web","interval":N}
{"type":"channel","channel":"web","share":N,"cap":N,"horizon":N}
{"type":"item","item":"B","units":{"case":[N,1]}}
{"type":"item","item":"B","units":{"case":[1,N]}}
{"type":"item","item":"B","components":{"A":N}}
{"type":"reserve","order":"O","channel":"web","lines":[{"item":"A","quantity":N}]}
{"type":"reserve","order":"O","channel":"web","lines":[{"item":"A","quantity":1,"at_least":N}]}
{"type":"reserve","order":"O","channel":"web","lines":[{"item":"A","quantity":1}],"date":N}
{"type":"reserve","order":"O","channel":"web","lines":[{"item":"A","quantity":1}],"expires_at":N}
{"type":"reserve","order":"O","channel":"web","lines":[{"item":"A","quantity":1}],"precedence":N}
{"type":"extend","order":"O","expires_at":N}
{"type":"resource","order":"O","item":"A","from":"east","to":"east","quantity":N}
{"type":"schedule.set","item":"A","location":"east","reference":"PO","quantity":1,"due":N}
{"type":"ring_fence.set","item":"A","location":"east","channel":"web","quantity":1,"until":N}
{"type":"available","item":"A","channel":"web","date":N}
{"type":"changes","channel":"web","after":N}
{"type":"changes","channel":"web","limit":N}
{"type":"discard","exception":N}
{"type":"replay","exception":N}
{"type":"exceptions"}
{"type":"audit"}
{"type":"stats"}
{"type":"advance","at":N}
"""


@pytest.mark.parametrize("bound", [-(1 << 63), 1 - (1 << 63), (1 << 63) - 1, 1 << 63])
def test_numbers_at_the_bounds_get_the_answers_of_the_c_program(
    replay_program: pathlib.Path, bound: int
) -> None:
    source = b'{"type":"source","source":"erp"}\n'
    sent = (SHOP + source + BOUNDED.strip().replace("N", str(bound)).encode()).splitlines()
    with Inside() as program:
        answers = [(program.ask(line) or b"").decode() for line in sent]
    assert list(map(sorted_keys, answers)) == list(map(sorted_keys, asked(replay_program, sent)))


class Inside:
    """As a program that is told one line at a time, in this process."""

    def __init__(self) -> None:
        self.engine = sellable.Engine()
        self.replay = Replay(self.engine)

    def ask(self, line: bytes) -> bytes | None:
        answered = self.replay.answer(line)
        return None if answered is None else answered.text.encode()

    def __enter__(self) -> Inside:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()


def all_at_once(data: bytes) -> bytes:
    with Inside() as program:
        answers = map(program.ask, data.split(b"\n"))
        return b"".join(answer + b"\n" for answer in answers if answer is not None)


@pytest.mark.parametrize("test", C_TESTS.TESTS, ids=lambda test: test.__name__)
def test_the_tests_of_the_c_program_pass(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, test: Callable[[], object]
) -> None:
    program = tmp_path / "replay"
    program.write_text(f'#!/bin/sh\nexec {" ".join(PROGRAM)} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(C_TESTS, "REPLAY", str(program))
    monkeypatch.setattr(C_TESTS, "Replay", Inside)
    if test.__name__ != "deep_nesting_is_invalid_or_ignored":
        monkeypatch.setattr(C_TESTS, "all_at_once", all_at_once)
    test()


# ---- the program ---------------------------------------------------------------------------------


def run(
    *arguments: object, input: bytes = b"", code: int = 0
) -> tuple[list[dict[str, Any]], bytes]:
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)], input=input, capture_output=True, timeout=SECONDS
    )
    assert done.returncode == code, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


SHOP = b"""{"type":"item","item":"A"}
{"type":"location","location":"east"}
{"type":"channel","channel":"web"}
{"type":"on_hand.set","item":"A","location":"east","quantity":10}
"""
RESERVE = b'{"type":"reserve","order":"O","channel":"web","lines":[{"item":"A","quantity":4}]}\n'
ASK = b'{"type":"available","item":"A","channel":"web"}\n'


def test_help_says_how_it_is_used() -> None:
    done = subprocess.run([*PROGRAM, "--help"], capture_output=True, timeout=SECONDS)
    assert done.returncode == 0 and done.stderr == b""
    for word in (b"usage: python -m sellable", b"--store", b"--checkpoint", b"plot", b"Exit code"):
        assert word in done.stdout


@pytest.mark.parametrize(
    "wrong", [["--store"], ["--checkpoint"], ["--no-such-option"], ["no.jsonl"]]
)
def test_wrong_arguments_end_it_with_2(wrong: list[str]) -> None:
    answers, words = run(*wrong, code=2)
    assert answers == [] and b"python -m sellable" in words and b"Traceback" not in words


def test_files_are_read_one_after_another(tmp_path: pathlib.Path) -> None:
    (tmp_path / "one").write_bytes(SHOP.rstrip())
    (tmp_path / "two").write_bytes(b"\n" + ASK)
    answers, _ = run(tmp_path / "one", tmp_path / "two")
    assert answers[-1] == {
        "line": 6,
        "status": "ok",
        "promisable": 10,
        "published": 10,
        "level": "ok",
    }


def test_each_line_is_answered_before_the_next_is_waited_for() -> None:
    with subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdin is not None and program.stdout is not None
        for number, line in enumerate(SHOP.splitlines(keepends=True), 1):
            program.stdin.write(line)
            program.stdin.flush()
            assert select.select([program.stdout], [], [], SECONDS)[0]
            assert json.loads(program.stdout.readline())["line"] == number
        program.stdin.close()
        assert program.stdout.read() == b""
        assert program.wait(SECONDS) == 0


def test_a_store_goes_on_where_it_was(tmp_path: pathlib.Path) -> None:
    store = ["--store", tmp_path / "store"]
    run(*store, input=SHOP + RESERVE)
    answers, _ = run(*store, "--checkpoint", input=RESERVE + ASK)
    assert [answer["status"] for answer in answers] == ["duplicate", "ok"]
    assert answers[1]["promisable"] == 6
    answers, _ = run(*store, input=ASK + b'{"type":"checkpoint","keep_journal":true}')
    assert [answer["status"] for answer in answers] == ["ok", "ok"]
    assert answers[0]["promisable"] == 6


def test_what_was_answered_is_there_after_a_kill(tmp_path: pathlib.Path) -> None:
    arguments = [*PROGRAM, "--store", str(tmp_path / "store")]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdin is not None and program.stdout is not None
        program.stdin.write(SHOP + RESERVE)
        program.stdin.flush()
        for _ in range(5):
            assert json.loads(program.stdout.readline())["status"] == "ok"
        os.kill(program.pid, signal.SIGKILL)
    answers, _ = run("--store", tmp_path / "store", input=RESERVE + ASK)
    assert (answers[0]["status"], answers[1]["promisable"]) == ("duplicate", 6)


def test_a_store_that_cannot_be_opened_ends_it_with_2(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("none of ours")
    answers, words = run("--store", tmp_path / "file", input=SHOP, code=2)
    assert answers == [] and b"file" in words and b"Traceback" not in words


def test_a_store_of_the_c_program_opens_in_python_and_the_other_way(
    tmp_path: pathlib.Path, replay_program: pathlib.Path
) -> None:
    store, audit = str(tmp_path / "store"), b'{"type":"audit"}\n'

    def c(data: bytes) -> dict[str, Any]:
        done = subprocess.run(
            [replay_program, "--store", store], input=data, capture_output=True, check=True
        )
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    first = c(SHOP + RESERVE + audit)
    answers, _ = run("--store", store, input=audit + b'{"type":"ship","order":"O"}\n' + audit)
    assert (answers[0]["hash"], answers[0]["full"]) == (first["hash"], first["full"])
    last = c(audit)
    assert (last["hash"], last["full"]) == (answers[2]["hash"], answers[2]["full"])
    assert last["hash"] != first["hash"]


def test_events_are_kept_that_are_not_even_records() -> None:
    with sellable.Engine() as engine:
        replay = Replay(engine)
        line = b'{"type":"receipt", "item":"A", "location":5, "id":"r1", "correlation":"run 7"}'
        answered = replay.answer(line)
        assert answered is not None and json.loads(answered.text)["field"] == "location"
        (kept,) = engine.exceptions()
        assert (kept.type, kept.field, kept.id, kept.correlation) == (
            "receipt",
            "location",
            "r1",
            "run 7",
        )
        assert kept.content == line.replace(b", ", b",")
