# SPDX-License-Identifier: Apache-2.0
"""Pictures of what channels can sell over the next days, before and after a change.

    python -m sellable plot FILE --what-if FILE --output PICTURE

    outlook = sellable.plot.look_ahead(engine, items=["A", "B"], days=14)
    sellable.plot.draw(outlook).savefig("outlook.png")

Needs matplotlib: pip install 'sellable[plot]'.
"""

from __future__ import annotations

import argparse
import datetime
import pathlib
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ._sellable import Engine
from ._tables import DAY, HORIZON_MAX, QUANTITY_MAX
from ._time import to_datetime
from .columns import _need

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

__all__ = ["Outlook", "draw", "look_ahead", "main"]

PANELS = 6  # items, if none are named
# Told apart by most eyes, also in grey (Okabe and Ito).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
PALE = 0.35


class Series(NamedTuple):
    """What a channel can promise of an item: one figure a day, from today on; and how many days
    ahead the channel promises at all (its horizon)."""

    item: str
    channel: str
    unit: str
    horizon: int
    promisable: tuple[int, ...]


class Outlook(NamedTuple):
    """now (ms), and a Series for each item and channel."""

    now: int
    series: tuple[Series, ...]

    def items(self) -> list[str]:
        return list(dict.fromkeys(series.item for series in self.series))

    def channels(self) -> list[str]:
        return list(dict.fromkeys(series.channel for series in self.series))


# ---- figures -------------------------------------------------------------------------------------


def _parts(engine: Engine, item: str) -> list[str]:
    """The item, or what a kit is made of: whose horizons count."""
    components = engine.look_item(item).components
    return list(components) if components else [item]


def _look(engine: Engine, ahead: Engine, item: str, channel: str, days: int) -> Series:
    parts = _parts(engine, item)
    horizon = min(engine.look_policy(part, channel).horizon for part in parts)
    for part in parts:
        ahead.policy(part, channel, horizon=days)
    dates = (ahead.now + day * DAY for day in range(days + 1))
    promisable = tuple(ahead.available(item, channel, date).promisable for date in dates)
    unit = engine.look_item(item).unit or "units"
    return Series(item, channel, unit, horizon, promisable)


def look_ahead(
    engine: Engine,
    items: Iterable[str] | None = None,
    channels: Iterable[str] | None = None,
    days: int = 14,
) -> Outlook:
    """What channels can promise of items on each of the next days.

    items, channels: keys; None: all. days: 1 to 3,660 (else ValueError). The engine stays as it is:
    a fork of it is asked, in which every channel looks that far ahead. Raises UnknownItemError,
    UnknownChannelError. Cost: a fork, and a question for each item, channel and day.
    """
    if not 1 <= days <= HORIZON_MAX:
        raise ValueError(f"days: not from 1 to {HORIZON_MAX}")
    keys = [key for key, _ in engine.items()] if items is None else list(items)
    names = [key for key, _ in engine.channels()] if channels is None else list(channels)
    with engine.fork() as ahead:
        series = [_look(engine, ahead, key, name, days) for key in keys for name in names]
    return Outlook(engine.now, tuple(series))


def _movement(outlook: Outlook, item: str) -> tuple[int, int]:
    """How much there is to see of an item: how far its figures move, then how large they are."""
    moved = most = 0
    for series in outlook.series:
        if series.item == item and max(series.promisable) < QUANTITY_MAX:
            moved += max(series.promisable) - min(series.promisable)
            most += max(series.promisable)
    return moved, most


def _select(outlook: Outlook, what_if: Outlook | None, count: int) -> list[str]:
    """The items of which there is most to see, in the outlook's order."""

    def interest(item: str) -> tuple[int, int, int]:
        changed = 0
        if what_if is not None:
            then = {(s.item, s.channel): s.promisable for s in what_if.series}
            for series in outlook.series:
                after = then.get((series.item, series.channel))
                if series.item == item and after is not None:
                    changed += sum(
                        abs(a - b) for a, b in zip(after, series.promisable, strict=False)
                    )
        return changed, *_movement(outlook, item)

    best = sorted(outlook.items(), key=interest, reverse=True)[:count]
    return [item for item in outlook.items() if item in best]


# ---- the picture ---------------------------------------------------------------------------------


def _draw_series(
    axes: matplotlib.axes.Axes, now: int, series: Series, colour: str, width: float, style: str
) -> None:
    """A step a day; what lies beyond the horizon is pale."""
    dates = _need("matplotlib.dates", "plot", "plot")
    days = range(len(series.promisable))
    times = dates.date2num([to_datetime(now + day * DAY) for day in days])
    within = min(series.horizon, len(days) - 1) + 1
    if within == 1:
        axes.plot(times[:1], series.promisable[:1], color=colour, marker="o", markersize=width + 3)
    for part, alpha in ((slice(within), None), (slice(within - 1, None), PALE)):
        axes.step(
            times[part],
            series.promisable[part],
            where="post",
            color=colour,
            linestyle=style,
            linewidth=width,
            alpha=alpha,
        )


def _draw_panel(
    axes: matplotlib.axes.Axes, item: str, outlook: Outlook, style: str, colours: dict[str, str]
) -> str:
    """All channels of an item; answers its unit. Where two are the same, the wider line shows
    around the other; what is dashed is thin."""
    unit = ""
    shown = [series for series in outlook.series if series.item == item]
    for place, series in enumerate(shown):
        width = 1.5 + min(1.3, 6 / len(shown)) * (len(shown) - 1 - place) if style == "-" else 1.3
        _draw_series(axes, outlook.now, series, colours[series.channel], width, style)
        unit = series.unit
    return unit


def _finish_panel(axes: matplotlib.axes.Axes, item: str, unit: str) -> None:
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    dates = _need("matplotlib.dates", "plot", "plot")
    axes.set_title(item, fontsize=11, loc="left", fontweight="bold")
    axes.set_ylabel(f"promisable ({unit})")
    axes.set_ylim(bottom=0, top=max(axes.get_ylim()[1], 1) * 1.05)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=True))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    locator = dates.AutoDateLocator(minticks=3, maxticks=7, tz=datetime.timezone.utc)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=datetime.timezone.utc))
    axes.grid(True, color="#e6e6e6", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _legend(figure: matplotlib.figure.Figure, colours: dict[str, str], compared: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=colour, linewidth=3) for colour in colours.values()]
    labels = list(colours)
    if compared:
        handles += [Line2D([], [], color="#555555", linestyle=style) for style in ("--", "-")]
        labels += ["as it is", "what if"]
    handles.append(Line2D([], [], color="#555555", linewidth=3, alpha=PALE))
    labels.append("beyond the channel's horizon")
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(len(labels), 4), frameon=False
    )


def draw(
    outlook: Outlook, what_if: Outlook | None = None, items: Sequence[str] | None = None
) -> matplotlib.figure.Figure:
    """A picture: a panel for each item, a line for each channel.

    what_if: drawn as solid lines, and the outlook is dashed then, over them. items: which to show,
    in their order; None: at most six, those of which there is most to see. Figures beyond a
    channel's horizon, which it does not promise yet, are pale. Returns a matplotlib Figure: savefig
    writes it, a notebook shows it. Raises ImportError if matplotlib is not there, ValueError if
    nothing is to be shown.
    """
    _need("matplotlib", "plot", "plot")
    from matplotlib.figure import Figure

    shown = _select(outlook, what_if, PANELS) if items is None else list(items)
    if not shown:
        raise ValueError("there is no item to show, or no channel")
    columns = 1 if len(shown) == 1 else 2 if len(shown) <= 4 else 3
    rows = -(-len(shown) // columns)
    names = outlook.channels()
    colours = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}
    figure = Figure(
        figsize=(1.2 + 4.6 * columns, 1.6 + 2.7 * rows), layout="constrained", facecolor="white"
    )
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True).flat
    for axes, item in zip(grid, shown, strict=False):
        if what_if is not None:
            _draw_panel(axes, item, what_if, "-", colours)
        unit = _draw_panel(axes, item, outlook, "-" if what_if is None else "--", colours)
        _finish_panel(axes, item, unit)
    for axes in list(grid)[len(shown) :]:
        axes.set_visible(False)
    now = to_datetime(outlook.now)
    figure.suptitle(f"What each channel can promise, from {now:%Y-%m-%d %H:%M} UTC on")
    _legend(figure, colours, what_if is not None)
    return figure


# ---- python -m sellable plot ---------------------------------------------------------------------


def _play(engine: Engine, path: pathlib.Path) -> None:
    """All lines of a file; what is refused is said, and left out."""
    from .replay import Replay

    replay = Replay(engine)
    with path.open("rb") as lines:
        for line in lines:
            answered = replay.answer(line.rstrip(b"\n"))
            if answered is not None and '"status":"ok"' not in answered.text:
                print(f"{path}: {answered.text}", file=sys.stderr)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sellable plot",
        description="Draw what each channel can promise over the next days. FILE has events as "
        "JSON Lines, as `python -m sellable` reads them.",
    )
    parser.add_argument("file", metavar="FILE", type=pathlib.Path)
    parser.add_argument(
        "--what-if",
        metavar="FILE",
        type=pathlib.Path,
        help="events for a fork of that: both are drawn",
    )
    parser.add_argument(
        "--output",
        metavar="PICTURE",
        type=pathlib.Path,
        help="where to: .png, .svg or .pdf by its name; if not given, FILE's name with .png",
    )
    parser.add_argument("--days", type=int, default=14, help="how far ahead; if not given, 14")
    parser.add_argument(
        "--item", action="append", metavar="KEY", help="of this item; may be given several times"
    )
    parser.add_argument(
        "--channel", action="append", metavar="KEY", help="of this channel; may be given again"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """python -m sellable plot: 0; or 2, and standard error says why."""
    options = _options(arguments)
    output: pathlib.Path = options.output or options.file.with_suffix(".png")
    try:
        with Engine() as engine:
            _play(engine, options.file)
            outlook = look_ahead(engine, options.item, options.channel, options.days)
            what_if = None
            if options.what_if is not None:
                with engine.fork() as fork:
                    _play(fork, options.what_if)
                    what_if = look_ahead(fork, options.item, options.channel, options.days)
            draw(outlook, what_if, options.item).savefig(output, dpi=144)
    except (OSError, ValueError, LookupError, ImportError) as error:
        print(f"python -m sellable plot: {error}", file=sys.stderr)
        return 2
    print(output)
    return 0
