# SPDX-License-Identifier: Apache-2.0
"""The Universal Scalability Law, fitted to figures that were made by it."""

import math
import random

import pytest

from law import Law, fitted


def made(law: Law, threads: list[int], noise: float = 0, seed: int = 0) -> list[float]:
    draw = random.Random(seed)
    return [law.throughput(n) * (1 + noise * draw.uniform(-1, 1)) for n in threads]


@pytest.mark.parametrize("one, contention, coherence", [
    (1e6, 0.0, 0.0), (1e6, 0.05, 0.0), (3e5, 0.02, 0.0003), (42.0, 0.3, 0.01), (1e6, 0.0, 0.002)])
def test_it_gives_back_the_coefficients_that_made_the_figures(
        one: float, contention: float, coherence: float) -> None:
    threads = [1, 2, 4, 8, 16, 32]
    law = fitted(threads, made(Law(one, contention, coherence, 0, 0), threads))
    assert law.one == pytest.approx(one, rel=1e-6)
    assert law.contention == pytest.approx(contention, abs=1e-7)
    assert law.coherence == pytest.approx(coherence, abs=1e-8)
    assert law.worst < 1e-6


def test_two_percent_of_noise_moves_them_a_little() -> None:
    threads = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
    true = Law(1e6, 0.04, 0.0005, 0, 0)
    law = fitted(threads, made(true, threads, 0.02, 7))
    assert law.contention == pytest.approx(0.04, abs=0.02)
    assert law.coherence == pytest.approx(0.0005, abs=0.0003)


def test_no_coefficient_is_below_0_whatever_the_figures() -> None:
    law = fitted([1, 2, 4], [100.0, 220.0, 500.0])  # better than linear
    assert law.contention == 0 and law.coherence == 0


def test_where_it_is_most_is_where_one_thread_more_is_less() -> None:
    law = Law(1000, 0.05, 0.001, 0, 0)
    best = law.best_threads
    assert law.throughput(best) > law.throughput(best - 1)
    assert law.throughput(best) > law.throughput(best + 1)
    assert math.isinf(Law(1000, 0.05, 0, 0, 0).best_threads)


def test_two_points_give_contention_or_if_it_falls_coherence() -> None:
    law = fitted([1, 2], [100.0, 180.0])
    assert law.throughput(2) == pytest.approx(180)
    assert law.contention == pytest.approx(2 * 100 / 180 - 1) and law.coherence == 0
    falls = fitted([1, 2], [100.0, 80.0])
    assert falls.throughput(2) == pytest.approx(80)
    assert falls.contention == 0 and falls.coherence == pytest.approx((2 * 100 / 80 - 1) / 2)


def test_what_is_no_measurement_is_refused() -> None:
    for threads, figures in (([], []), ([1, 2], [1.0]), ([1, 2], [1.0, 0.0])):
        with pytest.raises(ValueError):
            fitted(threads, figures)
