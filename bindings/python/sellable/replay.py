# SPDX-License-Identifier: Apache-2.0
"""Events and questions as JSON Lines: one object a line in, one answer a line out.

    python -m sellable <events.jsonl >answers.jsonl
    python -m sellable --store DIRECTORY events.jsonl

Types and fields are those of the inventory model, the same that Engine.apply and the questions take
by keyword; so most types are one line of a table. The answers are those of the program in
examples/replay. In a program of one's own:

    replay = Replay(engine)
    for line in lines:                  # bytes, without the end of the line
        answered = replay.answer(line)
        if answered is not None:
            print(answered.text)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeGuard

from ._error import Error
from ._errors import InsufficientError, NotDurableError, PausedError
from ._lines import FORMS, Fault, Fields, compact, parse, read_line, read_type
from ._records import Cell, Explanation, Order, Refused, Shortage, Stats, Term
from ._sellable import Engine
from ._tables import CONTENT_MAX, EVENTS, STATUSES_MEAN, TIME_MAX, EventType

__all__ = ["Answered", "Replay"]

Members = Mapping[str, Any]

# Arguments of methods that lines call otherwise.
RENAMED: Final = {"now": "at", "number": "exception"}

dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Json(str):
    """JSON that stands in an answer as it is."""


def encode(members: Members) -> str:
    return "{%s}" % ",".join(
        f"{dump(name)}:{value if isinstance(value, Json) else dump(value)}"
        for name, value in members.items()
    )


def given_members(**members: object) -> Members:
    """Those that there are."""
    return {name: value for name, value in members.items() if value is not None}


# ---- the forms of answers ------------------------------------------------------------------------


def form_order(order: Order) -> Members:
    names = ("item", "location", "reserved", "allocated", "shipped", "released")
    members = order._asdict()
    del members["precedence"]
    members["lines"] = [{name: getattr(line, name) for name in names} for line in order.lines]
    return members


def form_shortage(shortage: Shortage) -> Members:
    return {**shortage._asdict(), "orders": [at_risk.order for at_risk in shortage.orders]}


def form_exception(refused: Refused, by_impact: bool) -> str:
    reason = refused.reason or STATUSES_MEAN[refused.status]
    members = {
        "exception": refused.exception,
        "status": refused.status,
        "reason": f"{refused.field}: {reason}" if refused.field else reason,
        # As it came: a number in it may be beyond what an int or a float gives back.
        "event": Json(refused.content.decode()) if refused.content else None,
    }
    return encode({**members, "orders": refused.orders} if by_impact else members)


def form_promised(engine: Engine, item: str, location: str, order: str | None) -> list[Members]:
    """The dated promises of a cell with their orders, but for those of one order."""
    found = [
        (view.date, view.order, line.dated)
        for view in engine.orders(item, location)
        for line in view.lines
        if (line.item, line.location) == (item, location) and line.dated and view.order != order
    ]
    return [
        {"order": key, "due": due, "quantity": quantity} for due, key, quantity in sorted(found)
    ]


def form_cell(engine: Engine, cell: Cell, order: str | None = None) -> Fields:
    plain = ("on_hand", "held", "allocated", "reserved", "backordered", "safety_stock")
    worked_out = ("net", "free", "shared", "short")
    return {
        **{name: getattr(cell, name) for name in plain},
        "ring_fence": cell.ring_fence,
        **{name: getattr(cell, name) for name in worked_out},
        "schedule": [entry._asdict() for entry in cell.schedule],
        "promised": form_promised(engine, cell.item, cell.location, order) if cell.promised else [],
    }


def form_term(engine: Engine, explanation: Explanation, term: Term, order: str | None) -> Members:
    """Where the question is asked for an order, the terms are without what that order has."""
    cell = form_cell(engine, engine.cell(explanation.item, term.location), order)
    fences = {**cell["ring_fence"], explanation.channel: term.fence}
    cell["ring_fence"] = {channel: left for channel, left in fences.items() if left}
    terms = term._asdict()
    for name in ("held", "supply", "demand", "promised", "fence", "waiting"):
        del terms[name]
    terms["unrestricted"] = term.on_hand - term.held
    names = ("held", "ring_fence", "schedule", "promised", "short")
    return {**terms, **{name: cell[name] for name in names}}


def form_explanation(engine: Engine, explanation: Explanation, order: str | None) -> Members:
    names = "pool buffer room unit promisable minimum cap published level because".split()
    members: Fields = {name: getattr(explanation, name) for name in ("item", "channel", "date")}
    members["cells"] = [form_term(engine, explanation, term, order) for term in explanation.terms]
    components = engine.look_item(explanation.item).components
    if components:
        # A horizon may end where no date can be named any more; nothing falls due there.
        date = min(explanation.date, TIME_MAX)
        members["components"] = [
            {
                "item": item,
                "number": number,
                "promisable": engine.available(item, explanation.channel, date, order).promisable,
            }
            for item, number in components.items()
        ]
    return {**members, **{name: getattr(explanation, name) for name in names}}


def form_stats(engine: Engine, stats: Stats) -> Members:
    def source(figures: Fields) -> Members:
        declared = engine.look_source(figures["source"])
        return {**given_members(**figures), "seq": declared.seq, "max_lag": declared.max_lag}

    members = stats._asdict()
    del members["calls_untyped"]
    members["exceptions_by_status"] = dict(stats.exceptions)
    members["exceptions"] = members.pop("exception_counts")._asdict()
    members["memory"] = stats.memory._asdict()
    members["channels"] = [given_members(**one._asdict()) for one in sorted(stats.channels)]
    members["sources"] = [source(one._asdict()) for one in sorted(stats.sources)]
    return members


# ---- the types of lines that are no events -------------------------------------------------------


def advance(engine: Engine, at: int) -> Members:
    engine.advance(at)
    return {}


def changes(engine: Engine, **asked: Any) -> Members:
    told = engine.changes(**asked)
    members = {"changes": [one._asdict() for one in told.changes], "position": told.position}
    return {**members, "more": True} if told.more else members


def discard(engine: Engine, exception: int) -> Members:
    engine.exception_discard(max(exception, 0))
    return {}


def exceptions(engine: Engine, by: str = "number") -> Members:
    impact = by == "impact"
    kept = engine.exceptions(by_impact=impact)
    return {"exceptions": Json(f"[{','.join(form_exception(one, impact) for one in kept)}]")}


def stats(engine: Engine, format: str = "json") -> Members:
    if format == "openmetrics":
        return {"text": engine.metrics()}
    return form_stats(engine, engine.stats())


def checkpoint(engine: Engine, keep_journal: bool = False) -> Members:
    if engine.directory is None:
        raise Fault(None, "there is no store; see --help")
    engine.checkpoint(keep_journal=keep_journal)
    return {}


QUESTIONS: Final[Mapping[str, Callable[..., Members]]] = {
    "advance": advance,
    "available": lambda engine, **asked: engine.available(**asked)._asdict(),
    "explain": lambda engine, order=None, **asked: form_explanation(
        engine, engine.explain(order=order, **asked), order
    ),
    "cell": lambda engine, **asked: form_cell(engine, engine.cell(**asked)),
    "order": lambda engine, order: form_order(engine.order(order)),
    "orders": lambda engine, **asked: {"orders": list(map(form_order, engine.orders(**asked)))},
    "waiting": lambda engine, **asked: {
        "waiting": [one._asdict() for one in engine.waiting(**asked)]
    },
    "changes": changes,
    "shortages": lambda engine: {"shortages": list(map(form_shortage, engine.shortages()))},
    "exceptions": exceptions,
    "discard": discard,
    "audit": lambda engine: given_members(**engine.audit()._asdict()),
    "stats": stats,
    "checkpoint": checkpoint,
}


# ---- events --------------------------------------------------------------------------------------

WITH_VARIANCE: Final = frozenset(("on_hand.set", "on_hand.adjust", "hold.scrap"))
# What these speak of is a source; nobody sends them.
FROM_NOBODY: Final = frozenset(("owner", "source"))


def is_event(kind: str) -> TypeGuard[EventType]:
    return kind in EVENTS


def kept_text(line: bytes) -> bytes | None:
    """What is kept of a line that is refused. One that is too long is not cut, but left out: a part
    of it would be no JSON."""
    text = compact(line)
    return text if len(text) <= CONTENT_MAX else None


def cause(kind: str, given: Fields) -> Fields:
    """What a line that makes no event says of where it comes from, and what it is about, whatever
    is wrong with it."""
    told = {"item", "location", "from", "to", "order", "source", "id", "correlation"}
    if kind in FROM_NOBODY:
        told -= {"location", "source"}
    return {
        field.name: given[field.name]
        for field in FORMS[kind]
        if field.name in told and isinstance(given.get(field.name), str)
    }


class Answered(NamedTuple):
    """The answer to a line. `position`: where its effect stands in a durable engine's log, and all
    that it rests on; 0: it has none."""

    line: int
    text: str
    position: int


class Replay:
    """Answers lines out of an engine, one after another."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.line = 0
        self.rests_on = 0

    def answer(self, line: bytes) -> Answered | None:
        """The answer to a line; None to a blank one, which is counted. If a durable engine answers
        what is decided, the effect need not be durable yet: see `position`."""
        self.line += 1
        if not line.strip(b" \t\r"):
            return None
        begin = self.engine.position
        self.rests_on = 0
        status, members = self.decide(line)
        end = self.engine.position
        text = encode({"line": self.line, "status": status, **members})
        return Answered(self.line, text, end if end > begin else self.rests_on)

    def not_durable(self, line: int) -> Answered:
        """The answer to a line of which it turned out later that it had no effect."""
        return Answered(line, encode({"line": line, "status": "not_durable"}), 0)

    def decide(self, line: bytes) -> tuple[str, Members]:
        try:
            given = parse(line)
            while True:
                try:
                    return self.answer_object(given, line)
                except NotDurableError:
                    # There was no space for the change, of which nothing has happened; or, of what
                    # falls due, a part that does not happen again.
                    if not self.wait_for_space():
                        raise
        except Fault as fault:
            return "invalid", {"field": fault.field, **given_members(reason=fault.reason)}
        except Error as error:
            status = error.status or "invalid"
            field = RENAMED.get(error.field or "", error.field)
            members = given_members(field=field, reason=error.reason)
            return status, {"field": None, **members} if status == "invalid" else members

    def wait_for_space(self) -> bool:
        """Whether there is more space than there was."""
        position = self.engine.position
        if self.engine.durable == position:
            return False
        self.engine.durable_wait(position)
        return True

    def answer_object(self, given: Fields, line: bytes) -> tuple[str, Members]:
        kind = read_type(given)
        if is_event(kind):
            return self.answer_event(kind, given, line)
        if kind == "replay":
            return self.answer_replay(**read_line(kind, given))
        if kind in QUESTIONS:
            return "ok", QUESTIONS[kind](self.engine, **read_line(kind, given))
        raise Fault("type", "there is no such type here")

    def answer_event(self, kind: EventType, given: Fields, line: bytes) -> tuple[str, Members]:
        content = kept_text(line)
        try:
            fields = read_line(kind, given)
        except Fault as fault:
            self.engine.exception_put(
                kind, field=fault.field, reason=fault.reason, content=content, **cause(kind, given)
            )
            raise
        return self.apply(kind, fields, lambda: self.engine.apply(kind, content=content, **fields))

    def answer_replay(self, exception: int, event: Fields | None = None) -> tuple[str, Members]:
        if exception <= 0:
            raise Fault("exception", "there is none of this number")
        if event is None:
            event = self.kept_event(exception)
        kind = read_type(event)
        if not is_event(kind):
            raise Fault("type", "there is no such type of events")
        fields = read_line(kind, event)
        mended = {"type": kind, **fields}
        return self.apply(kind, fields, lambda: self.engine.exception_replay(exception, mended))

    def kept_event(self, exception: int) -> Fields:
        """The event as it came, read once more: what it names may be known by now."""
        content = self.engine.exceptions(exception)[0].content
        if not content:
            raise Fault("event", "its text was too long to be kept")
        return parse(content)

    def apply(self, kind: str, fields: Fields, change: Callable[[], Any]) -> tuple[str, Members]:
        try:
            answer = change()
        except InsufficientError as error:
            return "insufficient", {
                "lines": [given_members(**misfit._asdict()) for misfit in error.lines]
            }
        except PausedError as error:
            return "paused", {"item": fields["lines"][error.line]["item"]}
        except Error as error:
            if error.actual is None:
                raise
            return "conflict", {"actual": error.actual}
        self.rests_on = answer.position
        if answer.plan:
            plan = [placement._asdict() for placement in answer.plan]
            return answer.status, {"plan": plan, "date": answer.date}
        if kind in WITH_VARIANCE and not answer.duplicate:
            return answer.status, {"variance": answer.variance}
        return answer.status, {}
