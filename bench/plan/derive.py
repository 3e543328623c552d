# SPDX-License-Identifier: Apache-2.0
"""A recipe out of a firm's recorded orders: what it sells, how unequally, in which hours.

    derive.py ORDERS.csv.gz --scale 1000 >recipe.toml

The file has a row for each line of an order: order_id, at (YYYY-MM-DD hh:mm), kind (sale,
cancellation or another), sku. Rates are those of the busiest hour there ever was, times --scale:
the same firm, grown, or many of its like in one engine. Questions and stock changes are not
recorded: how many come with an order is --questions and --changes.
"""

import argparse
import csv
import gzip
import sys
import textwrap
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from description import LINES_MAX

SEARCHED = (0.0, 3.0)  # skews
STEPS = 60             # of the search, each a third off
MOMENT = 10            # minutes: the moments whose unevenness is the burst
BUSY_PART = 0.1        # of the moments


def skew_of(counts: list[int]) -> float:
    """The exponent of Zipf's law over so many ranks that makes what was counted most likely."""
    weights = np.asarray(sorted(counts, reverse=True), dtype=float)
    logs = np.log(np.arange(1, weights.size + 1))

    def unlikely(skew: float) -> float:
        return float(skew * (weights @ logs) + weights.sum() * np.log(np.exp(-skew * logs).sum()))

    low, high = SEARCHED
    for _ in range(STEPS):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, right) if unlikely(left) < unlikely(right) else (left, high)
    return (low + high) / 2


class Orders:
    """What is counted in the file."""

    def __init__(self, path: Path) -> None:
        self.lines: dict[str, set[str]] = defaultdict(set)
        self.at: dict[str, str] = {}
        self.wanted: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                kinds[row["kind"]] += 1
                if row["kind"] == "sale":
                    self.lines[row["order_id"]].add(row["sku"])
                    self.at[row["order_id"]] = row["at"]
                    self.wanted[row["sku"]] += 1
        self.cancelled = kinds["cancellation"] / kinds["sale"]

    @property
    def hours(self) -> Counter[str]:
        return Counter(at[:13] for at in self.at.values())

    @property
    def day(self) -> float:
        """Mean of the day with the busiest hour, over that hour."""
        hour, most = self.hours.most_common(1)[0]
        return sum(at.startswith(hour[:10]) for at in self.at.values()) / 24 / most

    @property
    def burst(self) -> float:
        """The mean of the busiest tenth of all moments in busy hours, over the mean of these hours:
        an hour is busy if it has at least half as many orders as the busiest."""
        hours = self.hours
        busy = {hour for hour, count in hours.items() if count * 2 >= max(hours.values())}
        moments: Counter[tuple[str, int]] = Counter()
        for at in self.at.values():
            if at[:13] in busy:
                moments[at[:13], int(at[14:16]) // MOMENT] += 1
        in_all = len(busy) * (60 // MOMENT)
        counts = sorted(moments.values(), reverse=True)
        top = counts[:max(round(in_all * BUSY_PART), 1)]
        return float(np.mean(top) * in_all / sum(counts))

    def lines_shares(self) -> list[float]:
        """Of orders with 1, 2, ... lines; those with more than LINES_MAX count as having so many."""
        found = Counter(min(len(lines), LINES_MAX) for lines in self.lines.values())
        shares = [round(found[i + 1] / len(self.lines), 4) for i in range(max(found))]
        shares[0] = round(shares[0] + 1 - sum(shares), 4)
        return shares


def listed(shares: list[float]) -> str:
    return "\n".join(textwrap.wrap(", ".join(f"{share:g}" for share in shares), 96,
                                   initial_indent="    ", subsequent_indent="    "))


def recipe(orders: Orders, options: argparse.Namespace) -> str:
    scale, questions, changes = options.scale, options.questions, options.changes
    source = f"# {options.source}\n" if options.source else ""
    a_second = max(orders.hours.values()) * scale / 3600
    of_an_order = 1 + questions + changes
    shares = [round(questions / of_an_order, 5), round(1 / of_an_order, 5)]
    return f"""# Made by derive.py.
{source}# {len(orders.at):,} orders; the busiest hour had {max(orders.hours.values())}, here {scale:g} times as many.
# {questions:g} questions and {changes:g} changes of stock for each order are assumed, not recorded.
name = "{options.name}"

[goods]
items = {len(orders.wanted)}
locations = 2
skew = {skew_of(list(orders.wanted.values())):.3f}

[demand]
calls = {round(a_second * of_an_order)}
questions = {shares[0]}
reservations = {shares[1]}
changes = {round(1 - sum(shares), 5)}
channels = 4
lines = [
{listed(orders.lines_shares())},
]
cancelled = {orders.cancelled:.3f}
burst = {orders.burst:.2f}
burst_part = {BUSY_PART}
day = {orders.day:.3f}

[kept]
open_orders = {round(a_second * 3600)}
retention_days = 7

[service]
limit_ms = 5
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="derive.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders", type=Path)
    parser.add_argument("--name", default="a shop, as recorded")
    parser.add_argument("--source", default="", help="where the orders come from, in words")
    parser.add_argument("--scale", type=float, default=1000)
    parser.add_argument("--questions", type=float, default=100)
    parser.add_argument("--changes", type=float, default=5)
    options = parser.parse_args()
    print(recipe(Orders(options.orders), options), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
