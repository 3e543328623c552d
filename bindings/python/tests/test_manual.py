# SPDX-License-Identifier: Apache-2.0
"""help(sellable) is a manual: every public thing is in it, and says what it does."""

from __future__ import annotations

import inspect
import pydoc
from collections.abc import Iterator
from typing import Any

import pytest

import sellable
from sellable import Engine

PUBLIC = sellable.__all__


def members(kind: type) -> Iterator[tuple[str, Any]]:
    for name, member in vars(kind).items():
        if not name.startswith("_"):
            yield f"{kind.__name__}.{name}", member


DOCUMENTED = [
    *((name, getattr(sellable, name)) for name in PUBLIC),
    *members(Engine),
    *members(sellable.Trail),
]


def test_help_mentions_every_public_name() -> None:
    text = pydoc.plain(pydoc.render_doc(sellable)) + " __version__"  # as VERSION
    missing = [name for name, _ in DOCUMENTED if name.split(".")[-1] not in text]
    assert missing == []


def test_the_package_says_what_it_is_and_how_it_is_used() -> None:
    assert sellable.__doc__ is not None
    for word in (
        "Engine",
        "reserve",
        "available",
        "milliseconds",
        "smallest unit",
        "datetime",
        "InsufficientError",
        "THREADS",
        "sellable.open",
    ):
        assert word in sellable.__doc__, word


def test_the_signatures_of_records_are_as_they_would_be_written() -> None:
    for record in (sellable.Answer, sellable.Cell, sellable.Line, sellable.Explanation):
        assert "ForwardRef" not in pydoc.plain(pydoc.render_doc(record))


def test_exceptions_are_named_as_they_are_caught() -> None:
    errors = [name for name in PUBLIC if name.endswith("Error")]
    assert {getattr(sellable, name).__module__ for name in errors} == {"sellable"}


@pytest.mark.parametrize(
    ("name", "thing"),
    [
        one
        for one in DOCUMENTED
        if callable(one[1]) or isinstance(one[1], property) or inspect.isdatadescriptor(one[1])
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_public_thing_has_a_docstring(name: str, thing: Any) -> None:
    text = inspect.getdoc(thing)
    assert text and len(text) > 10, name
    assert text != inspect.getdoc(object) and text != inspect.getdoc(tuple), name


@pytest.mark.parametrize("name", [name for name, _ in members(Engine)])
def test_the_signature_of_each_method_can_be_asked_for(name: str) -> None:
    method = getattr(Engine, name.split(".")[1])
    if callable(method):
        parameters = inspect.signature(method).parameters
        assert next(iter(parameters)) == "self"


def test_no_docstring_goes_beyond_a_terminal() -> None:
    long = [
        (name, line)
        for name, thing in [("sellable", sellable), *DOCUMENTED]
        for line in (inspect.getdoc(thing) or "").splitlines()
        if len(line) > 100
    ]
    assert long == []


def test_dir_shows_the_public_names_and_no_helper() -> None:
    public = {name for name in vars(sellable) if not name.startswith("_")}
    helpers = {
        name for name in public - set(PUBLIC) if not inspect.ismodule(getattr(sellable, name))
    }
    assert helpers <= {"annotations"}


# ---- what is shown -------------------------------------------------------------------------------


def test_every_answer_shows_its_figures(engine: Engine) -> None:
    shown = {
        "Placement(item='A', location='east', quantity=2, backordered=0)": engine.reserve(
            "O", "web", {"A": 2}
        ),
        "Availability(promisable=8, published=8, level='ok')": engine.available("A", "web"),
        "on_hand=10": engine.cell("A", "east"),
        "state='reserved'": engine.order("O"),
        "because=": engine.explain("A", "web"),
        "Change(item='A', published=8, promisable=8, level='ok')": engine.changes("web"),
        "consistent=True": engine.audit(),
        "units_promised=2": engine.stats(),
        "components={'A': 2, 'B': 1}": engine.look_item("SET"),
        "precedence=0": engine.look_policy("A", "web"),
        "Item(1)": engine.find_item("A"),
        "Channel(1)": engine.find_channel("web"),
    }
    for text, answer in shown.items():
        assert text in repr(answer)


def test_lists_can_be_gone_through_while_the_engine_changes(engine: Engine) -> None:
    for number in range(5):
        engine.reserve(f"O-{number}", "web", {"A": 1})
    for order in engine.orders():
        engine.release(order.order)
    assert engine.orders() == [] and len(engine.orders(closed=True)) == 5
    assert [order.order for order in engine.orders(closed=True)] == sorted(
        f"O-{number}" for number in range(5)
    )
    for key, handle in engine.items():
        assert engine.key(handle) == key
