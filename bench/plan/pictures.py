# SPDX-License-Identifier: Apache-2.0
"""The plots of a plan, as SVG that takes its colours from the page around it.

matplotlib draws with colours that stand for something (INKS); in the SVG they become the page's
variables, so one picture serves light and dark. Text stays text.
"""

import io
import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (after the backend is chosen)
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.ticker import (FuncFormatter, MaxNLocator, MultipleLocator,  # noqa: E402
                               NullFormatter)

from measuring import Plan  # noqa: E402
from report import PERCENTILES, duration, name_of, rate, size  # noqa: E402

INKS = {"#010203": "var(--ink)", "#d1d2d3": "var(--grid)", "#a10101": "var(--s1)",
        "#a20202": "var(--s2)", "#a30303": "var(--s3)", "#a40404": "var(--s4)",
        "#a50505": "var(--s5)", "#e1e1e1": "var(--limit)"}
INK, GRID, *SERIES, LIMIT = INKS
WIDE, NARROW = (6.4, 3.7), (3.9, 3.4)  # inches; 72 points each
FINEST = 5  # nines of the distribution

STYLE: Any = {
    "svg.fonttype": "none", "svg.hashsalt": "plan", "font.family": "sans-serif", "font.size": 10,
    "axes.edgecolor": INK, "axes.labelcolor": INK, "axes.titlecolor": INK, "text.color": INK,
    "xtick.color": INK, "ytick.color": INK, "grid.color": GRID, "axes.grid": True,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
    "legend.frameon": False, "legend.fontsize": 9, "figure.constrained_layout.use": True,
    "lines.linewidth": 1.8, "lines.markersize": 4.5,
}


class Picture(NamedTuple):
    title: str
    says: str  # for whoever does not see it
    wide: str
    narrow: str


def pictures(plan: Plan) -> Iterator[Picture]:
    for number, (title, says, draw) in enumerate(plots(plan)):
        wide, narrow = (drawn(draw, plan, of, f"f{number}{name}")
                        for name, of in (("w", WIDE), ("n", NARROW)))
        yield Picture(title, says, wide, narrow)


def plots(plan: Plan) -> Iterator[tuple[str, str, Callable[[Axes, Plan], None]]]:
    assert plan.law
    yield ("Throughput against offered rate",
           f"Answered calls a second against offered ones; the limit holds up to "
           f"{rate(plan.sustained)}.", throughput)
    yield ("Latency against load",
           "Percentiles of the time from a call's arrival to its answer, by offered rate.", latency)
    yield ("Latency at the asked peak",
           f"Which part of the calls took longer than how long, at {rate(plan.asked)} a second.",
           distribution)
    yield ("Scaling over threads",
           f"Calls a second by threads, and the fitted law: contention "
           f"{plan.law.contention:.3g}, coherence {plan.law.coherence:.3g}.", scaling)
    yield ("Memory against items",
           f"{plan.item_bytes:.0f} bytes an item, without orders.", memory)


def drawn(draw: Callable[[Axes, Plan], None], plan: Plan, inches: tuple[float, float],
          name: str) -> str:
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=inches)
        draw(axes, plan)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
        plt.close(figure)
    return adopted(out.getvalue(), name)


def adopted(svg: str, name: str) -> str:
    """The SVG as an element of the page: its colours, and names that no other has."""
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\b(id="|xlink:href="#|url\(#)', rf"\g<1>{name}-", svg)
    for ink, variable in INKS.items():
        svg = svg.replace(ink, variable)
    svg = re.sub(r'<svg ([^>]*?)width="[^"]*" ', r"<svg \1", svg, count=1)
    return re.sub(r'<svg ([^>]*?)height="[^"]*" ', r"<svg \1", svg, count=1)


def shows(formatter: Callable[[float], str]) -> Any:
    return FuncFormatter(lambda value, _: formatter(value) if value > 0 else "0")


def short_rate(calls: float) -> str:
    for unit, one in (("M", 1e6), ("k", 1e3)):
        if calls >= one:
            return f"{calls / one:g}{unit}"
    return f"{calls:g}"


def of_rates(axes: Axes, plan: Plan) -> None:
    axes.set_xlabel("offered, calls a second")
    axes.xaxis.set_major_formatter(shows(short_rate))
    axes.set_xlim(0, 1.05 * highest(plan))
    axes.axvline(plan.asked, color=LIMIT, linestyle=":", label=f"asked peak, {rate(plan.asked)}")
    if plan.sustained:
        axes.axvline(plan.sustained, color=LIMIT, linestyle="--",
                     label=f"limit kept to {rate(plan.sustained)}")


def highest(plan: Plan) -> float:
    """The highest rate that is shown: a peak far beyond all that was answered is not."""
    others = max(step.rate for step in plan.ladder if step is not plan.peak)
    return max(others, min(plan.asked, 2 * others))


def throughput(axes: Axes, plan: Plan) -> None:
    rates = [step.rate for step in plan.ladder]
    axes.plot(rates, rates, color=LIMIT, linewidth=1, label="all that is offered")
    axes.plot(rates, [step.throughput for step in plan.ladder], "o-", color=SERIES[0],
              label="answered")
    of_rates(axes, plan)
    axes.set_ylabel("calls a second")
    axes.yaxis.set_major_formatter(shows(short_rate))
    axes.set_ylim(0, 1.05 * highest(plan))
    axes.legend()


def latency(axes: Axes, plan: Plan) -> None:
    for part, color in zip(PERCENTILES, SERIES):
        known = [(step.rate, step.percentile(part)) for step in plan.ladder
                 if not math.isinf(step.percentile(part))]
        if known:
            axes.plot(*zip(*known), "o-", color=color, label=name_of(part))
    axes.axhline(plan.limit, color=LIMIT, label="limit")
    of_rates(axes, plan)
    axes.set_xscale("log")  # the asked peak may be far below what the machine can
    axes.xaxis.set_major_formatter(shows(short_rate))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(left=0.8 * plan.ladder[0].rate)
    axes.set_yscale("log")
    axes.set_ylabel("from arrival to answer")
    axes.yaxis.set_major_formatter(shows(duration))
    figure: Any = axes.figure
    figure.legend(loc="outside lower center", fontsize=8,
                  ncols=4 if figure.get_figwidth() > NARROW[0] else 2)


def distribution(axes: Axes, plan: Plan) -> None:
    """Each further nine has as much room as the one before."""
    assert plan.peak
    for (kind, took), color in zip(plan.peak.took.items(), SERIES):
        if took.count:
            parts = [1 - 10 ** (-i / 20) for i in range(20 * FINEST + 1)
                     if 10 ** (i / 20) <= took.count]
            axes.plot([1 / (1 - part) for part in parts],
                      [max(took.percentile(part), 1) for part in parts], color=color, label=kind)
    axes.axhline(plan.limit, color=LIMIT, label="limit")
    axes.set_xscale("log")
    axes.set_yscale("log")
    nines = [10**i for i in range(FINEST + 1)]
    axes.set_xticks(nines, ["0", "90", "99", "99.9", "99.99", "99.999"][:len(nines)])
    axes.minorticks_off()
    axes.set_xlabel("% of the calls were answered within")
    axes.yaxis.set_major_formatter(shows(duration))
    axes.legend(fontsize=8)


def scaling(axes: Axes, plan: Plan) -> None:
    assert plan.law
    counted = [step for step in plan.scaling if step.threads not in plan.beyond]
    others = [step for step in plan.scaling if step.threads in plan.beyond]
    most = max(step.threads for step in plan.scaling)
    fine = [1 + (most - 1) * i / 100 for i in range(101)]
    if plan.law.points > 1:
        axes.plot(fine, [plan.law.throughput(n) for n in fine], color=SERIES[1], label="the law")
    axes.plot([step.threads for step in counted], [step.throughput for step in counted], "o",
              color=SERIES[0], label="measured")
    if others:
        axes.plot([step.threads for step in others], [step.throughput for step in others], "x",
                  color=SERIES[2], label="more threads than processors")
    axes.set_xlabel("threads")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel("calls a second")
    axes.yaxis.set_major_formatter(shows(short_rate))
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    axes.legend()


def memory(axes: Axes, plan: Plan) -> None:
    axes.plot([items for items, _ in plan.memory], [used for _, used in plan.memory], "o",
              color=SERIES[0], label="measured")
    most = plan.memory[-1][0]
    axes.plot([0, most], [plan.base_bytes, plan.base_bytes + plan.item_bytes * most],
              color=SERIES[1], label=f"{plan.item_bytes:.0f} bytes an item")
    axes.set_xlabel("items")
    axes.set_ylabel("memory")
    axes.yaxis.set_major_locator(MultipleLocator(2 ** int(math.log2(plan.memory[-1][1] / 3))))
    axes.xaxis.set_major_formatter(shows(short_rate))
    axes.yaxis.set_major_formatter(shows(size))
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    axes.legend()
