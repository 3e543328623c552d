# SPDX-License-Identifier: Apache-2.0
"""A recorded stream is played as it was: its masters first, its events in their times."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from description import OF_A_STREAM, Unclear, defaults, parsed
from measuring import Measuring
from offering import Failed, Offer
from report import at_peak, figures

PROGRAM = Path(os.environ["OFFER"])
START = 1_767_225_600_000
EVENTS = 400

MASTERS: list[dict[str, Any]] = [
    {"type": "location", "location": "east"}, {"type": "channel", "channel": "web", "buffer": 1},
    {"type": "item", "item": "A", "units": {"case": [6, 1]}},
    {"type": "item", "item": "B", "units": {"case": [6, 1]}},
    {"type": "item", "item": "KIT", "components": {"A": 2, "B": 1}}]


def events(count: int = EVENTS) -> list[dict[str, Any]]:
    """A second of stock, then 100 s in which every ten seconds bring ten orders at once."""
    out: list[dict[str, Any]] = [{"type": "advance", "at": START}]
    for item in "AB":
        out.append({"type": "on_hand.set", "item": item, "location": "east", "quantity": 100_000,
                    "at": START})
    for i in range(count):
        at = START + 10_000 * (i // 40)
        order = f"O-{i // 4}"
        out.append(([{"type": "reserve", "order": order, "channel": "web", "at": at,
                      "lines": [{"item": "KIT", "quantity": 1},
                                {"item": "A", "quantity": 1, "unit": "case",
                                 "substitutes": ["B"]}]}]
                    + [{"type": "available", "item": "KIT", "channel": "web"}] * 2
                    + [{"type": "ship", "order": order, "at": at,
                        "lines": [{"item": "KIT", "quantity": 1}]}])[i % 4])
    return [*out, {"type": "advance", "at": START + 100_000}, {"type": "cell", "item": "A"}]


def written(folder: Path, lines: list[dict[str, Any]]) -> Path:
    path = folder / "stream.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_every_event_and_question_arrives_once_and_is_answered(tmp_path: Path) -> None:
    with Offer(PROGRAM) as offer:
        told = offer.ask("stream", file=str(written(tmp_path, [*MASTERS, *events()])))
        assert told["count"] == EVENTS + 4 and told["passed_over"] == 1
        assert told["span"] == 100_000
        for threads in (1, 2, 7):
            step = offer.step(defaults(), 0, 5, threads)
            assert step.sent == EVENTS + 4
            if threads == 1:  # else an order may overtake the stock that it is about
                assert step.refused == 0 and step.memory
                assert step.memory["orders"] == EVENTS / 4
            assert step.took["question"].count == EVENTS / 2
            assert step.took["reservation"].count == EVENTS / 4


def test_what_came_together_comes_together_or_evenly_if_so_asked(tmp_path: Path) -> None:
    """At 400 a second the stream takes a second; ten times forty calls come at one instant."""
    path = written(tmp_path, [*MASTERS, *events()])
    with Offer(PROGRAM) as offer:
        offer.ask("stream", file=str(path))
        description = parsed(f"[stream]\nfile = '{path}'\n", "test", tmp_path)
        assert not description.even
        step = offer.step(description, EVENTS + 4, 3, 1)
        assert step.sent == EVENTS + 4 and 0.95 < step.wall < 2
        evenly = parsed(f"[stream]\nfile = '{path}'\narrive = 'evenly'\n", "test", tmp_path)
        assert offer.step(evenly, EVENTS + 4, 3, 1).sent == EVENTS + 4


@pytest.mark.parametrize("lines, why", [
    ([{"type": "location"}], "line 1: "),
    ([*MASTERS, {"type": "receipt", "item": "A"}], "line 6: "),
    ([*MASTERS, {"item": "A"}], "line 6: "),
    (MASTERS, "nothing arrives"),
])
def test_a_line_that_cannot_be_played_is_named(tmp_path: Path, lines: list[dict[str, Any]],
                                               why: str) -> None:
    with Offer(PROGRAM) as offer, pytest.raises(Failed, match=why):
        offer.ask("stream", file=str(written(tmp_path, lines)))


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.jsonl").write_text('{"type":"item","item":"A"}\n{"type":\n',
                                           encoding="utf-8")
    with Offer(PROGRAM) as offer, pytest.raises(Failed, match="line 2"):
        offer.ask("stream", file=str(tmp_path / "broken.jsonl"))


@pytest.mark.parametrize("path", OF_A_STREAM)
def test_what_the_stream_says_itself_is_not_to_be_described(tmp_path: Path, path: str) -> None:
    stream = written(tmp_path, MASTERS)
    table, name = path.split(".")
    value = defaults()[path]
    said = f"'{value}'" if isinstance(value, str) else value
    with pytest.raises(Unclear) as caught:
        parsed(f"[{table}]\n{name} = {said}\n[stream]\nfile = '{stream.name}'\n", "x", tmp_path)
    assert caught.value.field == f"stream, {path}"


def test_a_whole_plan_can_be_made_of_it(tmp_path: Path) -> None:
    path = written(tmp_path, [*MASTERS, *events(3 * EVENTS)])
    description = parsed(f"[stream]\nfile = '{path}'\n[demand]\nburst_period = 0.1\n", "x",
                         tmp_path)
    plan = Measuring(description, PROGRAM, 2, lambda part, what: None).run()
    assert plan.recorded and plan.recorded["orders"] == 3 * EVENTS / 4
    assert plan.item_bytes > 0 and plan.peak and len(plan.ladder) >= 12
    assert "demand.questions" not in figures(plan)["description"]


def test_a_stream_too_short_to_tell_the_percentile_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, [*MASTERS, *events()])
    description = parsed(f"[stream]\nfile = '{path}'\n", "x", tmp_path)
    with pytest.raises(Unclear, match="p99.9 takes at least 1,000") as caught:
        Measuring(description, PROGRAM, 2, lambda part, what: None).run()
    assert caught.value.field == "stream.file"


def test_how_many_were_refused_is_said(tmp_path: Path) -> None:
    unknown = [{"type": "available", "item": "NOT-ONE", "channel": "web"}] * 2000
    description = parsed(f"[stream]\nfile = '{written(tmp_path, [*MASTERS, *unknown])}'\n"
                         "[demand]\nburst_period = 0.1\n", "x", tmp_path)
    plan = Measuring(description, PROGRAM, 2, lambda part, what: None).run()
    assert "100 % of the calls were refused" in at_peak(plan)
