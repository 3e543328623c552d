# SPDX-License-Identifier: Apache-2.0
"""Which rates are tried, and what is refused before it is begun."""

import math
from pathlib import Path
from typing import Any

import pytest

import measuring
import report
from description import Description, Unclear, parsed
from measuring import LADDER, Measuring, Plan
from offering import KINDS, Step, Took

MOST = 100_000.0  # calls a second, one after the other


class Machine:
    """Answers within 1 us up to a rate, and within a second beyond; 250 bytes an item."""

    def __init__(self, good_up_to: float, moments: tuple[int, ...] = ()) -> None:
        self.good_up_to = good_up_to
        self.moments = moments  # bad ones: at which steps
        self.asked: list[str] = []
        self.tried: list[float] = []

    def step(self, description: Description, rate: float, seconds: float, threads: int,
             idle: bool = False) -> Step:
        self.tried.append(rate)
        bad = rate > self.good_up_to and not idle or len(self.tried) in self.moments
        ns = 1_000_000_000 if bad else 1000
        count = round((rate or MOST) * seconds)
        took = {kind: Took([[ns, count]] if kind == "change" else []) for kind in KINDS}
        return Step(rate, seconds, threads, seconds, count, count, 0, 0, 0, took)

    def open(self, description: Description, threads: int, store: Path | None, *, items: int,
             open_orders: int) -> dict[str, Any]:
        return {"memory": {"slab_bytes": 5_000_000 + 250 * (items + open_orders)}}

    def ask(self, do: str) -> dict[str, Any]:
        self.asked.append(do)
        return {}


def measured(machine: Machine, text: str = "") -> Plan:
    description = parsed(f"[demand]\ncalls = 500\n{text}", "test", Path())
    plan = Plan(description, 1, 1, 2**34)
    run = Measuring(description, Path(), 80, lambda part, what: None)
    run.scaling(plan, machine, [1])  # type: ignore[arg-type]
    run.peak(plan, machine)          # type: ignore[arg-type]
    run.ladder(plan, machine)        # type: ignore[arg-type]
    return plan


def test_the_highest_rate_is_found_between_two_that_were_tried() -> None:
    plan = measured(Machine(MOST / 2 + 1000))
    assert MOST / 2 <= plan.sustained <= MOST / 2 + 1000 and not plan.all_kept


def test_where_the_lowest_part_is_too_much_the_search_goes_below_it() -> None:
    plan = measured(Machine(2500))  # above the asked peak, below MOST / 20
    assert 2000 < plan.sustained <= 2500
    plan = measured(Machine(200))   # below the asked peak, too
    assert 100 < plan.sustained <= 200


def test_a_peak_that_was_kept_is_a_rate_that_was_kept() -> None:
    plan = measured(Machine(500))
    assert plan.sustained == 500 and plan.headroom == 1
    assert plan.peak in plan.ladder and plan.shards_for_rate == 2


def test_nothing_kept_is_said_with_the_lowest_that_was_tried() -> None:
    plan = measured(Machine(0))
    assert plan.sustained == 0 and math.isinf(plan.shards)
    assert "none: the limit is broken at 31 calls a second" in report.highest(plan)
    assert "no number" in report.shards(plan)


def test_a_highest_rate_that_nothing_broke_is_said_to_be_no_bound() -> None:
    plan = measured(Machine(math.inf))
    assert plan.sustained == max(LADDER) * MOST and plan.all_kept
    assert "and more" in report.highest(plan)


def test_one_processor_gives_no_law() -> None:
    assert "no law" in report.scaling(measured(Machine(500)))[-1]


def test_a_journal_is_cut_off_before_it_fills_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "CHANGES_MAX", 1_200_000)
    machine = Machine(math.inf)
    measured(machine, "[service]\ndurability = 'decided'\n")
    assert machine.asked.count("checkpoint") == 1  # 2.1 million changes by the end
    machine = Machine(math.inf)
    measured(machine)
    assert machine.asked == []


@pytest.mark.parametrize("items, there", [(1_000_000, 2**28), (200_000_000, 2**35)])
def test_what_does_not_fit_the_memory_is_said_before_it_is_taken(
        monkeypatch: pytest.MonkeyPatch, items: int, there: int) -> None:
    monkeypatch.setattr(measuring, "machine_memory", lambda which: there)
    description = parsed(f"[goods]\nitems = {items}\n[kept]\nopen_orders = 0\n", "test", Path())
    run = Measuring(description, Path(), 80, lambda part, what: None)
    with pytest.raises(Unclear, match="GiB are free here") as caught:
        run.fits(Machine(0))  # type: ignore[arg-type]
    assert "goods.items" in caught.value.field
    monkeypatch.setattr(measuring, "machine_memory", lambda which: 2 * there)
    run.fits(Machine(0))  # type: ignore[arg-type]


def test_one_bad_moment_does_not_end_the_search() -> None:
    quiet, once = measured(Machine(MOST / 2)), Machine(MOST / 2, moments=(7,))
    assert measured(once).sustained == quiet.sustained
    assert once.tried[6] == once.tried[7] < MOST / 2  # tried again, at once
    assert measured(Machine(MOST / 2, moments=(7, 8))).sustained < once.tried[6]


def test_what_the_machine_takes_itself_is_said_beside_the_peak() -> None:
    assert "(1 us for calls that do nothing)" in report.at_peak(measured(Machine(math.inf)))
    assert "too busy" not in report.at_peak(measured(Machine(math.inf, moments=(2, 3))))
    assert "too busy" not in report.at_peak(measured(Machine(0)))
    assert "too busy to tell" in report.at_peak(measured(Machine(0, moments=(2, 3))))
