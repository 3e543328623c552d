# SPDX-License-Identifier: Apache-2.0
"""What the tests share: the programs and folders that they are about, and a small shop."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import hypothesis
import pytest

import sellable

ROOT = pathlib.Path(__file__).resolve().parents[3]

# No test depends on how fast the machine is today; what hypothesis draws is printed when it fails.
hypothesis.settings.register_profile("here", deadline=None, print_blob=True, max_examples=100)
hypothesis.settings.load_profile("here")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--replay", type=pathlib.Path, help="the program of examples/replay")


@pytest.fixture(scope="session")
def replay_program(request: pytest.FixtureRequest) -> pathlib.Path:
    """The program that `python -m sellable` is compared with."""
    program = request.config.getoption("--replay")
    assert program is not None, "give --replay=PROGRAM, the program of examples/replay"
    assert isinstance(program, pathlib.Path) and program.is_file(), f"{program} is not there"
    return program


@pytest.fixture(scope="session")
def scenario_folder() -> pathlib.Path:
    return ROOT / "tests" / "scenarios"


@pytest.fixture
def engine() -> Iterator[sellable.Engine]:
    """Items A (10 in the east) and B, a kit of them; locations east and west; a channel, web."""
    with sellable.Engine() as engine:
        stock(engine)
        yield engine


def stock(engine: sellable.Engine) -> None:
    for location in ("east", "west"):
        engine.location(location)
    engine.channel("web")
    for item in ("A", "B"):
        engine.item(item, units={"case": (12, 1)})
    engine.item("SET", components={"A": 2, "B": 1})
    engine.apply("on_hand.set", item="A", location="east", quantity=10)
