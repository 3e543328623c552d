# SPDX-License-Identifier: Apache-2.0
"""Pictures: the figures that they show, the files that they become, and what is said otherwise."""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Iterator

import matplotlib.image
import numpy
import pytest

import sellable
from sellable import plot
from sellable.__main__ import main

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples" / "analyst"
DAY = 86_400_000


@pytest.fixture
def shop() -> Iterator[sellable.Engine]:
    """A in the east: 5 now, 7 more in two days; web promises 1 day ahead, edi 30."""
    with sellable.Engine() as engine:
        engine.advance(100 * DAY)
        engine.location("east")
        engine.channel("web", horizon=1)
        engine.channel("edi", horizon=30, share=5_000)
        engine.item("A", unit="each")
        engine.item("PAIR", components={"A": 2})
        engine.item("S", tracked=False)
        engine.set_on_hand("A", "east", 5)
        engine.set_schedule("A", "east", "PO", 7, 102 * DAY)
        yield engine


def test_the_outlook_is_what_is_answered_for_each_day(shop: sellable.Engine) -> None:
    full = shop.audit().full
    outlook = plot.look_ahead(shop, days=3)
    figures = {(series.item, series.channel): series for series in outlook.series}
    assert outlook.items() == ["A", "PAIR", "S"]
    assert outlook.channels() == ["web", "edi"]
    assert figures["A", "web"].promisable == (5, 5, 12, 12)
    assert figures["A", "edi"].promisable == (2, 2, 6, 6)
    assert figures["PAIR", "web"].promisable == (2, 2, 6, 6)
    assert figures["A", "web"].horizon == figures["PAIR", "web"].horizon == 1
    assert figures["A", "edi"].horizon == 30
    assert figures["A", "web"].unit == "each"
    assert shop.audit().full == full, "the engine stays as it is"


def test_the_outlook_asks_for_what_it_is_told_to(shop: sellable.Engine) -> None:
    outlook = plot.look_ahead(shop, ["A"], ["edi"], days=1)
    assert [series[:2] for series in outlook.series] == [("A", "edi")]
    assert len(outlook.series[0].promisable) == 2
    with pytest.raises(sellable.UnknownItemError):
        plot.look_ahead(shop, ["X"])
    with pytest.raises(sellable.UnknownChannelError):
        plot.look_ahead(shop, channels=["X"])
    for days in (0, 3661):
        with pytest.raises(ValueError, match="days"):
            plot.look_ahead(shop, days=days)


def test_a_picture_has_a_panel_for_each_item_and_its_figures_as_lines(
    shop: sellable.Engine,
) -> None:
    outlook = plot.look_ahead(shop, days=3)
    figure = plot.draw(outlook, items=["A", "PAIR"])
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == ["A", "PAIR"]
    assert [axes.get_ylabel() for axes in shown] == ["promisable (each)", "promisable (units)"]
    lines = [list(line.get_ydata()) for line in shown[0].lines]
    assert lines == [[5, 5], [5, 12, 12], [2, 2, 6, 6], [6]]
    assert [line.get_alpha() for line in shown[0].lines] == [None, plot.PALE, None, plot.PALE]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["web", "edi", "beyond the channel's horizon"]
    assert shown[0].get_ylim()[0] == 0


def test_a_what_if_is_drawn_beside_what_is(shop: sellable.Engine) -> None:
    with shop.fork() as fork:
        fork.set_ring_fence("A", "east", "edi", 4)
        figure = plot.draw(plot.look_ahead(shop, ["A"]), plot.look_ahead(fork, ["A"]))
    styles = {line.get_linestyle() for line in figure.axes[0].lines}
    assert styles == {"-", "--"}
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[2:4] == ["as it is", "what if"]


def test_of_many_items_those_are_shown_of_which_there_is_most_to_see() -> None:
    with sellable.Engine() as engine:
        engine.location("east")
        engine.channel("web")
        engine.item("S", tracked=False)
        for number in range(20):
            engine.item(f"I{number:02}")
            engine.set_on_hand(f"I{number:02}", "east", number)
        outlook = plot.look_ahead(engine)
        shown = [axes.get_title(loc="left") for axes in plot.draw(outlook).axes]
        assert shown == [f"I{number}" for number in range(14, 20)]
        with engine.fork() as fork:
            fork.set_on_hand("I03", "east", 9)
            changed = plot.draw(outlook, plot.look_ahead(fork))
        assert "I03" in [axes.get_title(loc="left") for axes in changed.axes]
        with pytest.raises(ValueError, match="no item"):
            plot.draw(plot.look_ahead(engine, []))


def test_the_command_writes_a_light_picture_of_some_size(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "week.png"
    files = [str(EXAMPLES / "week.jsonl"), "--what-if", str(EXAMPLES / "fence.jsonl")]
    assert main(["plot", *files, "--output", str(picture)]) == 0
    assert capsys.readouterr().out == f"{picture}\n"
    pixels = matplotlib.image.imread(picture)
    assert pixels.shape[0] > 600
    assert pixels.shape[1] > 900
    assert numpy.median(pixels[..., :3]) == 1, "white"
    assert pixels[..., :3].min() < 0.2, "something dark on it"


def test_the_command_writes_what_the_name_of_the_picture_says(tmp_path: pathlib.Path) -> None:
    events = tmp_path / "week.jsonl"
    events.write_bytes((EXAMPLES / "week.jsonl").read_bytes())
    assert main(["plot", str(events), "--item", "kettle", "--channel", "web", "--days", "5"]) == 0
    assert (tmp_path / "week.png").read_bytes().startswith(b"\x89PNG")
    assert main(["plot", str(events), "--output", str(tmp_path / "week.svg")]) == 0
    assert b"<svg" in (tmp_path / "week.svg").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.jsonl"], "nowhere.jsonl"),
        ([str(EXAMPLES / "week.jsonl"), "--item", "X"], "no item"),
        ([str(EXAMPLES / "week.jsonl"), "--channel", "X"], "no channel"),
        ([str(EXAMPLES / "week.jsonl"), "--days", "0"], "days"),
        ([str(EXAMPLES / "week.jsonl"), "--output", "week.nonsense"], "nonsense"),
        ([str(EXAMPLES / "week.jsonl"), "--output", "nowhere/week.png"], "nowhere"),
    ],
)
def test_the_command_says_what_is_wrong(
    arguments: list[str],
    words: str,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plot", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_the_command_says_which_lines_were_refused(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = tmp_path / "some.jsonl"
    events.write_bytes(
        (EXAMPLES / "week.jsonl").read_bytes() + b'{"type":"on_hand.set","item":"X"}\n\nno JSON\n'
    )
    assert main(["plot", str(events)]) == 0
    refused = capsys.readouterr().err.splitlines()
    assert len(refused) == 2
    assert '"status":"invalid"' in refused[0]


def test_without_matplotlib_the_error_names_the_extra(
    shop: sellable.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"sellable\[plot\]"):
        plot.draw(plot.look_ahead(shop))
