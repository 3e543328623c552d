# SPDX-License-Identifier: Apache-2.0
"""How throughput grows with threads: Gunther's Universal Scalability Law, fitted.

    X(n) = n * one / (1 + contention * (n - 1) + coherence * n * (n - 1))

`one` is the throughput of a single thread; `contention` the part of the work that one thread does at
a time; `coherence` what each pair of threads costs by telling each other. (N. J. Gunther, "Guerrilla
Capacity Planning", Springer 2007, chapters 4 to 6.)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np


@dataclass(frozen=True)
class Law:
    one: float
    contention: float
    coherence: float
    points: int     # that it was fitted to
    worst: float    # the largest relative difference between a point and the law

    def throughput(self, threads: float) -> float:
        return self.one * threads / (1 + self.contention * (threads - 1)
                                     + self.coherence * threads * (threads - 1))

    @property
    def best_threads(self) -> float:
        """Where it is largest; infinite, if it only grows."""
        if self.coherence <= 0:
            return math.inf
        return math.sqrt(max(1 - self.contention, 0) / self.coherence)


def fitted(threads: Sequence[float], throughput: Sequence[float]) -> Law:
    """The law with the least relative differences, none of its coefficients below 0.

    n / X(n) is a sum of 1, n - 1 and n * (n - 1), with what is looked for as weights: linear least
    squares, each point divided by what it is. A weight that comes out negative, or a contention
    above 1, is better left out; with so few of them all choices are tried. As many points are
    needed as there are weights: of two points the law has contention, or if that cannot be,
    coherence; of one nothing but `one`.
    """
    n = np.asarray(threads, dtype=float)
    x = np.asarray(throughput, dtype=float)
    if n.size == 0 or n.size != x.size or np.any(n <= 0) or np.any(x <= 0):
        raise ValueError("as many throughputs as threads are needed, all above 0")
    terms = np.column_stack([np.ones_like(n), n - 1, n * (n - 1)])
    wanted = n / x
    weights = min((w for w in candidates(terms, wanted, len(set(threads)))),
                  key=lambda w: round(float(np.sum((terms @ w / wanted - 1) ** 2)), 12))
    one = 1 / weights[0]
    law = Law(one, weights[1] * one, weights[2] * one, n.size, 0)
    worst = max(abs(law.throughput(float(a)) / b - 1) for a, b in zip(n, x))
    return Law(law.one, law.contention, law.coherence, law.points, float(worst))


def candidates(terms: np.ndarray, wanted: np.ndarray, points: int) -> list[np.ndarray]:
    """The weights that fit best, of each choice of terms that has the first, if none is negative."""
    found = []
    for count in range(min(points, 3)):
        for others in combinations((1, 2), count):
            chosen = [0, *others]
            scaled = terms[:, chosen] / wanted[:, None]
            solved, *_ = np.linalg.lstsq(scaled, np.ones(len(wanted)), rcond=None)
            weights = np.zeros(3)
            weights[chosen] = solved
            if weights[0] > 0 and np.all(weights >= 0) and weights[1] <= weights[0]:
                found.append(weights)
    return found
