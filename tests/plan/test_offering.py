# SPDX-License-Identifier: Apache-2.0
"""The calls are made at the rate that was asked for, and no time that somebody waited is left out."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from description import Description, defaults, parsed
from offering import Failed, Offer, Step, Took

PROGRAM = Path(os.environ["OFFER"])
SMALL = "[goods]\nitems = 2000\n[kept]\nopen_orders = 500\n[demand]\nquestions = 0.8\n" \
        "reservations = 0.1\nchanges = 0.1\n"
RATE = 2000.0


def described(more: str = "") -> Description:
    return parsed(SMALL + more, "small", Path())


@pytest.fixture(name="offer")
def opened() -> Iterator[Offer]:
    with Offer(PROGRAM) as offer:
        offer.open(described(), 2, None)
        yield offer


def test_as_many_calls_arrive_as_the_rate_says(offer: Offer) -> None:
    step = offer.step(described(), RATE, 3, 2)
    assert abs(step.offered - 3 * RATE) < 5 * math.sqrt(3 * RATE)  # Poisson: 5 standard deviations
    assert step.sent + step.unsent == step.offered


def test_each_kind_of_call_has_its_share(offer: Offer) -> None:
    step = offer.step(described(), 10 * RATE, 1, 2)
    reservations = step.took["reservation"].count
    assert reservations == step.took["ending"].count
    assert sum(step.took[kind].count for kind in ("question", "reservation", "change")) == step.sent
    assert 0.07 * step.sent < reservations < 0.13 * step.sent
    assert step.refused == 0 and step.faults == 0


def test_a_burst_comes_in_its_part_of_the_time_and_the_mean_stays(offer: Offer) -> None:
    even = offer.step(described("burst = 1\n"), RATE, 4, 1)
    burst = offer.step(described("burst = 9\nburst_part = 0.1\n"), RATE, 4, 1)
    for step in (even, burst):
        assert abs(step.offered - 4 * RATE) < 5 * math.sqrt(4 * RATE)


def test_a_stop_of_a_tenth_of_a_second_shows_in_p99_9(offer: Offer) -> None:
    """One of two threads stands still: its calls go on arriving, and wait for up to 100 ms."""
    stopped = offer.step(described(), RATE, 4, 2, stop=0.1)
    assert stopped.percentile(0.999) > 50e6
    waited = sum(count for least, count in stopped.arriving.buckets if least > 10e6)
    assert waited > 0.5 * RATE / 2 * 0.09  # all that arrived at it in the 90 ms before its last 10


def test_what_cannot_be_sent_is_counted_and_is_never_answered(offer: Offer) -> None:
    step = offer.step(described(), 5e7, 1, 2)
    assert step.unsent > 0
    assert step.sent + step.unsent == step.offered
    assert abs(step.offered - 5e7) < 5 * math.sqrt(5e7)
    assert math.isinf(step.percentile(0.999))


def test_without_a_rate_one_call_follows_the_other(offer: Offer) -> None:
    step = offer.step(described(), 0, 0.5, 1)
    assert step.unsent == 0 and step.sent == step.offered > 1000


def test_as_many_orders_stay_open(offer: Offer) -> None:
    before = offer.ask("memory")["memory"]["orders"]
    offer.step(described(), 0, 0.5, 2)
    offer.step(described(), 100, 1.5, 2)  # closed ones are forgotten after a second
    offer.step(described(), 100, 1.5, 2)
    assert before == 500
    assert offer.ask("memory")["memory"]["orders"] < 1000


def test_a_store_is_found_again_as_it_was(tmp_path: Path) -> None:
    with Offer(PROGRAM) as offer:
        description = described("[service]\ndurability = 'durable'\n")
        offer.open(description, 4, tmp_path / "store")
        offer.step(description, 0, 0.3, 4)
        found = offer.ask("recover")
        assert found["replayed"] > 2000 and found["seconds"] > 0
        offer.ask("checkpoint")
        assert offer.ask("recover")["replayed"] < found["replayed"]
        assert offer.step(description, 0, 0.3, 4).faults == 0


@pytest.mark.parametrize("fields", [
    {"rate": 10, "seconds": 0, "threads": 1, "burst": 1, "part": 0.5, "period": 1},
    {"rate": 10, "seconds": 1, "threads": 3, "burst": 1, "part": 0.5, "period": 1},
    {"rate": 10, "seconds": 1, "threads": 1, "burst": 3, "part": 0.5, "period": 1},
])
def test_a_step_that_makes_no_sense_is_refused_and_the_program_goes_on(
        offer: Offer, fields: dict[str, float]) -> None:
    with pytest.raises(Failed, match="no sense"):
        offer.ask("step", **fields)
    assert offer.ask("memory")["memory"]["items"] == 2000


def test_without_a_business_there_is_no_step() -> None:
    with Offer(PROGRAM) as offer, pytest.raises(Failed, match="nothing is open"):
        offer.ask("memory")


def test_calls_faster_than_the_disk_wait_for_it_and_do_not_fail(tmp_path: Path) -> None:
    """What may be decided and not yet written is 64 MiB; all calls change something here."""
    with Offer(PROGRAM) as offer:
        description = parsed("[goods]\nitems = 2000\n[kept]\nopen_orders = 500\n[demand]\n"
                             "questions = 0\nreservations = 0.1\nchanges = 0.9\n[service]\n"
                             "durability = 'decided'\nlinger_us = 1000000\n", "x", tmp_path)
        offer.open(description, 4, tmp_path / "store")
        assert offer.step(description, 0, 2, 4).faults == 0


def test_percentiles_count_what_was_never_answered() -> None:
    took = Took([[10, 90], [1000, 10]])
    assert took.percentile(0.5) == 10 and took.percentile(0.95) == 1000
    assert took.percentile(0.95, never=10) == math.inf
    assert (took + Took([[10, 1], [20, 2]])).buckets == [[10, 91], [20, 2], [1000, 10]]


def test_a_step_says_what_was_answered_a_second() -> None:
    step = Step(100, 2, 1, 2.0, 200, 190, 10, 0, 0,
                {kind: Took([[5, 1]]) for kind in ("question", "reservation", "change", "ending")})
    assert step.throughput == 95 and step.arriving.count == 3
    assert defaults()["demand.calls"] > 0
