# SPDX-License-Identifier: Apache-2.0
"""Times, durations and quantities in the forms that Python has for them."""

from __future__ import annotations

import pathlib
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sellable
from sellable import Engine

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@given(st.datetimes(timezones=st.timezones()))
def test_a_datetime_is_its_milliseconds_since_the_epoch_rounded_down(time: datetime) -> None:
    try:
        since = time.astimezone(UTC) - EPOCH
    except OverflowError:
        return  # Beyond the years of datetime, in UTC.
    assert sellable.to_milliseconds(time) == since // MILLISECOND


@given(st.integers(-62135596800000, 253402300799999))
def test_milliseconds_make_a_datetime_and_come_back(milliseconds: int) -> None:
    time = sellable.to_datetime(milliseconds)
    assert time.tzinfo is UTC
    assert time == EPOCH + milliseconds * MILLISECOND
    assert sellable.to_milliseconds(time) == milliseconds


def test_milliseconds_beyond_the_years_of_datetime_say_so() -> None:
    for beyond in (1 << 53, -(1 << 53), 253402300800000, 1 << 80):
        with pytest.raises((ValueError, OverflowError)):
            sellable.to_datetime(beyond)


def test_datetimes_and_milliseconds_are_the_same_everywhere(engine: Engine) -> None:
    time = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    engine.advance(time)
    assert engine.now == 1767261600000
    engine.channel("web", horizon=10)
    day = timedelta(days=1)
    engine.set_schedule("A", "east", "PO", 5, due=time + day)
    assert engine.cell("A", "east").schedule == (("PO", 1767261600000 + 86400000, 5),)
    answer = engine.reserve("O", "web", {"A": 12}, date=time + 2 * day, expires_at=time + 3 * day)
    assert answer.date == sellable.to_milliseconds(time + 2 * day)
    assert engine.order("O").expires_at == sellable.to_milliseconds(time + 3 * day)
    assert engine.available("A", "web", time).promisable == 3
    assert engine.available("A", "web", sellable.to_milliseconds(time + day)).promisable == 3


def test_a_datetime_without_a_time_zone_is_refused_and_says_so(engine: Engine) -> None:
    with pytest.raises(sellable.InvalidError, match="time zone") as raised:
        engine.advance(datetime(2026, 1, 1))
    assert raised.value.field == "now"


def test_a_time_zone_that_fails_lets_its_exception_through(engine: Engine) -> None:
    class Broken(tzinfo):
        def utcoffset(self, time: datetime | None) -> timedelta:
            raise ZeroDivisionError

        tzname = dst = utcoffset  # type: ignore[assignment]

    with pytest.raises(ZeroDivisionError):
        engine.advance(datetime(2026, 1, 1, tzinfo=Broken()))
    assert engine.now == 0


def test_a_timedelta_is_a_duration_in_milliseconds(engine: Engine) -> None:
    engine.channel("web", interval=timedelta(minutes=5))
    assert engine.look_policy(channel="web").interval == 300000
    engine.source("erp", max_lag=timedelta(seconds=1.5))
    assert engine.look_source("erp").max_lag == 1500
    with Engine(retention=timedelta(hours=1), ahead=timedelta(hours=2)) as other:
        stock_for_retention(other)


def stock_for_retention(engine: Engine) -> None:
    """An order that was closed is forgotten after the retention of an hour."""
    engine.location("east")
    engine.channel("web")
    engine.item("A")
    engine.set_on_hand("A", "east", 1)
    engine.advance(10**12)
    engine.reserve("O", "web", {"A": 1})
    engine.release("O")
    engine.advance(10**12 + 3599999)
    assert engine.order("O").state == "released"
    engine.advance(10**12 + 2 * 3600000)
    with pytest.raises(sellable.UnknownOrderError):
        engine.order("O")


@pytest.mark.parametrize(
    ("quantity", "unit", "whole"),
    [
        (Decimal("2.5"), "half", None),
        (Decimal("2.5"), "case", 30),
        (Decimal("0.25"), "case", 3),
        (Fraction(1, 3), "case", 4),
        (Fraction(7, 12), "case", 7),
        (Fraction(1, 5), "case", None),
        (Decimal("1e2"), "case", 1200),
        (Decimal("3.000"), None, 3),
        (2.0, "case", 24),
        (4, "half", 2),
        (3, "half", None),
        (Fraction(8, 2), None, 4),
        (Decimal("1.5"), None, None),
    ],
)
def test_a_quantity_is_exact_in_its_unit_or_refused(
    engine: Engine, quantity: Any, unit: str | None, whole: int | None
) -> None:
    engine.item("A", units={"case": (12, 1), "half": Fraction(1, 2)})

    def call() -> sellable.Answer:
        return engine.set_on_hand("A", "west", quantity, unit=unit)

    if whole is None:
        with pytest.raises(sellable.InvalidError) as raised:
            call()
        assert raised.value.field == "quantity"
    else:
        assert call().variance == whole
        assert engine.cell("A", "west").on_hand == whole


@given(
    quantity=st.fractions(-1000, 1000, max_denominator=50),
    factor=st.fractions(Fraction(1, 20), 100, max_denominator=20),
)
def test_quantities_and_units_multiply_as_fractions_do(
    quantity: Fraction, factor: Fraction
) -> None:
    with Engine() as engine:
        engine.location("east")
        engine.item("A", units={"unit": factor})
        whole = quantity * factor
        if whole.denominator == 1:
            assert engine.set_on_hand("A", "east", quantity, unit="unit").variance == whole
        else:
            with pytest.raises(sellable.InvalidError):
                engine.set_on_hand("A", "east", quantity, unit="unit")
        assert engine.look_item("A").units == {"unit": factor}


def test_a_timedelta_of_no_whole_milliseconds_is_refused(engine: Engine) -> None:
    with pytest.raises(sellable.InvalidError) as raised:
        engine.channel("web", interval=timedelta(microseconds=1))
    assert raised.value.field == "interval"
    with pytest.raises(sellable.InvalidError):
        Engine(retention=timedelta(milliseconds=1, microseconds=500))


def test_a_timedelta_beyond_64_bits_is_refused_as_out_of_range(
    engine: Engine, tmp_path: pathlib.Path
) -> None:
    for lag in (timedelta.max, timedelta.min, timedelta(microseconds=1 << 63)):
        with pytest.raises(sellable.InvalidError, match=r"0 to 2\^53"):
            engine.channel("web", interval=lag)
    with pytest.raises(sellable.InvalidError, match="linger: not from 0 to 1,000,000"):
        sellable.open(tmp_path / "store", linger=timedelta(microseconds=(1 << 64) + 500))


@pytest.mark.parametrize(
    ("quantity", "at_least", "had"),
    [
        (2, 1.0, None),
        (2, Decimal(1), None),
        (2, Decimal("0.5"), 10),
        (Fraction(5, 4), Fraction(3, 4), 10),
        (Fraction(5, 4), 1, None),
    ],
)
def test_at_least_takes_what_quantity_takes(
    engine: Engine, quantity: Any, at_least: Any, had: int | None
) -> None:
    """Of 10 that there are; quantities in cases of 12."""
    line = sellable.Line("A", quantity, "case", at_least=at_least)
    if had is None:
        with pytest.raises(sellable.InsufficientError):
            engine.reserve("O", "web", [line], mode="partial")
    else:
        plan = engine.reserve("O", "web", [line], mode="partial").plan
        assert [placement.quantity for placement in plan] == [had]


def test_a_float_that_is_not_whole_is_refused_and_told_what_would_do(engine: Engine) -> None:
    with pytest.raises(sellable.InvalidError, match="Decimal"):
        engine.set_on_hand("A", "east", 2.5, unit="case")


def test_units_may_be_fractions_decimals_pairs_or_whole(engine: Engine) -> None:
    units: dict[str, Any] = {
        "case": 12,
        "pair": (2, 1),
        "half": Decimal("0.5"),
        "third": Fraction(1, 3),
    }
    engine.item("A", units=units)
    assert engine.look_item("A").units == {
        "case": 12,
        "pair": 2,
        "half": Fraction(1, 2),
        "third": Fraction(1, 3),
    }


def test_lines_may_be_a_mapping_pairs_records_or_mappings(engine: Engine) -> None:
    engine.set_on_hand("A", "east", 1000)
    handle = engine.find_item("A")
    lines: list[Any] = [
        {"A": 12},
        {handle: 12},
        [("A", 12)],
        [(handle, 12)],
        [sellable.Line("A", 12)],
        [{"item": "A", "quantity": 12}],
        (("A", number) for number in (5, 7)),
        [{"item": "A", "quantity": 1, "unit": "case"}],
        [sellable.Line("A", 1, "case")],
    ]
    for number, one in enumerate(lines):
        assert engine.reserve(f"O-{number}", "web", one).plan == (("A", "east", 12, 0),)


def test_keys_are_text_of_any_kind(engine: Engine) -> None:
    keys = ("\u0000", "\u00e9" * 64, "\U0001f4e6" * 32, " ", "\n", "'\"", "x" * 128)
    for number, key in enumerate(keys):
        handle = engine.item(key)
        assert engine.find_item(key) == handle and engine.key(handle) == key
        engine.set_on_hand(key, "east", 1)
        assert engine.reserve(f"O-{number}", "web", {key: 1}).plan[0].item == key
