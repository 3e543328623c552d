# SPDX-License-Identifier: Apache-2.0
"""Each status is an exception of its own, and says what it can."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest

import sellable
from sellable import Engine
from sellable._tables import STATUSES


def refused(kind: type[sellable.Error], call: Callable[[], object]) -> sellable.Error:
    with pytest.raises(sellable.Error) as raised:
        call()
    assert type(raised.value) is kind
    return raised.value


def test_there_is_a_class_for_each_status_that_is_a_refusal() -> None:
    classes = {kind.status: kind for kind in sellable.Error.__subclasses__() if kind.status}
    assert set(classes) == set(STATUSES) - {"ok", "duplicate"}
    for status, kind in classes.items():
        assert (status, kind.number) in STATUSES.items()
        assert getattr(sellable, kind.__name__) is kind
        assert kind.__doc__


def test_the_classes_are_those_that_python_has_for_the_like() -> None:
    assert issubclass(sellable.InvalidError, ValueError)
    for name in ("Item", "Location", "Channel", "Source", "Order"):
        assert issubclass(getattr(sellable, f"Unknown{name}Error"), LookupError)
    assert issubclass(sellable.QuantityOverflowError, OverflowError)
    assert issubclass(sellable.NoMemoryError, MemoryError)


def test_insufficient_says_what_could_be_promised(engine: Engine) -> None:
    error = refused(
        sellable.InsufficientError,
        lambda: engine.reserve("O", "web", [("A", 8), ("A", 4), ("B", 1)]),
    )
    assert error.lines == (("A", None, 12, 10), ("B", None, 1, 0))
    assert (error.lines[0].asked, error.lines[0].promisable) == (12, 10)
    assert error.field is None and error.exception is None


def test_insufficient_names_the_location_that_does_not_cover_its_line(engine: Engine) -> None:
    line = {"item": "A", "quantity": 1, "location": "west"}
    error = refused(sellable.InsufficientError, lambda: engine.reserve("O", "web", [line]))
    assert error.lines == (("A", "west", 1, 0),)


def test_the_same_again_is_an_answer_and_no_error(engine: Engine) -> None:
    first = engine.reserve("O", "web", {"A": 3})
    again = engine.reserve("O", "web", {"A": 3})
    assert (first.status, again.status) == ("ok", "duplicate")
    assert not first.duplicate and again.duplicate
    assert again.plan == first.plan == (("A", "east", 3, 0),)


def test_the_same_key_with_other_content_is_a_conflict(engine: Engine) -> None:
    engine.reserve("O", "web", {"A": 3})
    error = refused(sellable.ConflictError, lambda: engine.reserve("O", "web", {"A": 4}))
    assert error.actual is None


def test_a_failed_comparison_says_what_is_there(engine: Engine) -> None:
    error = refused(
        sellable.ConflictError,
        lambda: engine.apply("on_hand.adjust", item="A", location="east", quantity=1, expected=7),
    )
    assert (error.field, error.actual) == ("expected", 10)
    assert engine.exceptions(error.exception)[0].status == "conflict"


def test_invalid_names_the_field_and_says_why(engine: Engine) -> None:
    error = refused(sellable.InvalidError, lambda: engine.reserve("O", "web", [("A", 1), ("B", 0)]))
    assert (error.field, error.line) == ("lines[1].quantity", 1)
    assert error.reason and error.reason in str(error) and "lines[1].quantity" in str(error)


def test_a_fault_that_is_in_no_line_has_none(engine: Engine) -> None:
    for call in (
        lambda: engine.set_on_hand("A", "east", 10**15 + 1),
        lambda: engine.channel("web", share=-1),
        lambda: engine.reserve("O", "web", []),
        lambda: engine.available("A", "web", date=-1),
    ):
        assert refused(sellable.InvalidError, call).line is None
    unknown = refused(sellable.UnknownChannelError, lambda: engine.reserve("O", "?", {"A": 1}))
    assert unknown.line is None


def test_the_place_of_a_fault_is_told_whatever_it_is_a_list_of(engine: Engine) -> None:
    for field, line, call in (
        ("locations[1]", 1, lambda: engine.channel("web", locations=["east", "?"])),
        ("source[1]", 1, lambda: engine.owner("on_hand", [engine.source("erp"), "?"])),
        ("units.box[1]", 1, lambda: engine.item("N", units={"case": (12, 1), "box": (1, 0)})),
        ("components.?", 1, lambda: engine.item("N", components={"A": 1, "?": 1})),
        ("lines[1].quantity", 1, lambda: engine.reserve("O", "web", [("A", 1), ("A", 1.5)])),
        ("item[2]", 2, lambda: engine.available(["A", "A", "?"], "web")),
    ):
        with pytest.raises(sellable.Error) as raised:
            call()
        assert (raised.value.field, raised.value.line) == (field, line)


def test_a_long_name_stands_whole_in_the_field(engine: Engine) -> None:
    name = "a" + "\N{LATIN SMALL LETTER U WITH DIAERESIS}" * 60
    error = refused(sellable.InvalidError, lambda: engine.item("N", units={name: 2**70}))
    assert error.field == f"units.{name}"
    too_long = refused(sellable.InvalidError, lambda: engine.item("N", units={name * 2: 2**70}))
    assert too_long.field is not None and too_long.field.startswith(f"units.{name}")


def test_a_fraction_of_what_is_not_known_names_that(engine: Engine) -> None:
    half = Fraction(1, 2)
    for kind, field, call in (
        ("Invalid", "unit", lambda: engine.set_on_hand("A", "east", half, unit="stone")),
        ("Invalid", "lines[0].unit", lambda: engine.reserve("O", "web", [("A", half, "stone")])),
        ("UnknownItem", "item", lambda: engine.set_on_hand("?", "east", half)),
        ("UnknownItem", "lines[0].item", lambda: engine.reserve("O", "web", {"?": half})),
    ):
        assert refused(getattr(sellable, f"{kind}Error"), call).field == field


def test_a_range_that_is_named_is_the_one_that_holds(engine: Engine) -> None:
    for quantity, reason in (
        (10**15 + 1, "10^15"),
        (1 << 63, "10^15"),
        (-(1 << 63), "10^15"),
        (Decimal("1e999"), "10^15"),
        (Decimal("1e-999999"), "not whole"),
    ):
        with pytest.raises(sellable.InvalidError) as raised:
            engine.set_on_hand("A", "east", quantity)
        assert raised.value.field == "quantity"
        assert raised.value.reason is not None and reason in raised.value.reason


@pytest.mark.parametrize(
    ("kind", "line", "field"),
    [
        ("UnknownItemError", {"item": "?", "quantity": 1}, "lines[0].item"),
        (
            "UnknownItemError",
            {"item": "A", "quantity": 1, "substitutes": ["?"]},
            "lines[0].substitutes",
        ),
        (
            "UnknownLocationError",
            {"item": "A", "quantity": 1, "location": "?"},
            "lines[0].location",
        ),
        ("InvalidError", {"item": "A", "quantity": 1, "unit": "?"}, "lines[0].unit"),
    ],
)
def test_what_is_wrong_with_a_line_is_named_by_its_path(
    engine: Engine, kind: str, line: dict[str, object], field: str
) -> None:
    error = refused(getattr(sellable, kind), lambda: engine.reserve("O", "web", [line]))
    assert error.field == field
    assert error.line == 0


def test_each_unknown_thing_has_an_error_of_its_own(engine: Engine) -> None:
    refused(sellable.UnknownItemError, lambda: engine.available("?", "web"))
    refused(sellable.UnknownChannelError, lambda: engine.available("A", "?"))
    refused(sellable.UnknownLocationError, lambda: engine.cell("A", "?"))
    refused(sellable.UnknownOrderError, lambda: engine.order("?"))
    refused(sellable.UnknownOrderError, lambda: engine.available("A", "web", order="?"))
    error = refused(
        sellable.UnknownSourceError,
        lambda: engine.apply("on_hand.set", item="A", location="east", quantity=1, source="?"),
    )
    assert error.field == "source"


def test_a_source_that_does_not_own_a_quantity_is_refused_and_kept(engine: Engine) -> None:
    for source in ("erp", "wms"):
        engine.source(source)
    engine.owner("on_hand", "wms")
    error = refused(
        sellable.NotOwnerError,
        lambda: engine.apply(
            "on_hand.set", item="A", location="east", quantity=1, source="erp", correlation="run 7"
        ),
    )
    kept = engine.exceptions(error.exception)[0]
    assert (kept.status, kept.source, kept.correlation) == ("not_owner", "erp", "run 7")
    assert engine.cell("A", "east").on_hand == 10


def test_what_is_older_than_what_is_known_is_stale(engine: Engine) -> None:
    engine.source("erp")
    event = {"item": "A", "location": "east", "quantity": 1, "source": "erp"}
    engine.apply("on_hand.adjust", seq=5, **event)
    error = refused(sellable.StaleError, lambda: engine.apply("on_hand.adjust", seq=5, **event))
    assert error.field == "seq"


def test_a_paused_item_names_its_line(engine: Engine) -> None:
    engine.policy("B", "web", paused=True)
    error = refused(sellable.PausedError, lambda: engine.reserve("O", "web", [("A", 1), ("B", 1)]))
    assert error.line == 1


def test_what_an_order_cannot_do_in_its_state_is_refused(engine: Engine) -> None:
    engine.reserve("O", "web", {"A": 1})
    engine.ship("O")
    for name in ("release", "confirm", "allocate", "deallocate", "ship"):
        refused(sellable.WrongStateError, lambda: getattr(engine, name)("O"))


def test_a_sum_beyond_ten_to_the_fifteenth_overflows(engine: Engine) -> None:
    refused(
        sellable.QuantityOverflowError,
        lambda: engine.apply("on_hand.adjust", item="A", location="east", quantity=10**15),
    )


def test_a_store_that_cannot_be_opened_says_why(tmp_path: pathlib.Path) -> None:
    place = tmp_path / "file"
    place.write_text("no directory")
    error = refused(sellable.InvalidError, lambda: sellable.open(place))
    assert error.field == "directory" and error.reason
    with sellable.open(tmp_path / "store"):
        error = refused(sellable.InvalidError, lambda: sellable.open(tmp_path / "store"))
        assert error.field == "directory" and error.reason


def test_an_error_shows_its_status_field_and_reason(engine: Engine) -> None:
    error = refused(sellable.InvalidError, lambda: engine.advance(1 << 53 | 1))
    assert f"{error.field}: {error.reason}" == str(error)
    assert "InvalidError" in repr(error)
