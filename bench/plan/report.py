# SPDX-License-Identifier: Apache-2.0
"""What a plan found, as text for a terminal and as JSON for a program."""

import json
import math
from typing import Any

from measuring import PERCENTILE, Plan
from offering import Step

PERCENTILES = (0.5, 0.9, 0.99, 0.999, 0.9999)
UNITS = (("s", 1e9), ("ms", 1e6), ("us", 1e3), ("ns", 1.0))
WIDTH = 96


def duration(ns: float) -> str:
    """Two or three digits and a unit."""
    if math.isinf(ns):
        return "never"
    for unit, size in UNITS:
        if ns >= size:
            break
    value = ns / size
    return f"{value:.0f} {unit}" if value >= 100 or unit == "ns" else f"{value:.3g} {unit}"


def rate(calls: float) -> str:
    """Calls a second, to three digits."""
    if calls >= 1e6:
        return f"{calls / 1e6:.3g} million"
    return f"{float(f'{calls:.3g}'):,.0f}"


def size(count: float) -> str:
    for unit, one in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= one:
            return f"{count / one:.3g} {unit}"
    return f"{count:.0f} bytes"


def name_of(part: float) -> str:
    return f"p{100 * part:g}"


def count_of(number: float) -> str:
    return "none is enough" if math.isinf(number) else f"{number:.0f}"


def stream(plan: Plan) -> list[str]:
    say, recorded = plan.description, plan.recorded
    assert say.stream and recorded
    spread = "evenly" if say.even or not recorded["span"] else "as they did"
    return [
        f"{recorded['count']:,} events and questions recorded in {say.stream.name}, "
        f"{recorded['passed_over']:,} other lines passed over; {recorded['items']:,} items",
        f"at the peak {rate(plan.asked)} a second, which arrive {spread}; in memory; "
        f"{plan.threads} threads on {plan.processors} processors",
        asked(plan),
    ]


def asked(plan: Plan) -> str:
    return (f"asked: {name_of(PERCENTILE)} within {duration(plan.limit)}, "
            f"{plan.description['service.headroom']:g} times the peak")


def business(plan: Plan) -> list[str]:
    if plan.recorded:
        return stream(plan)
    say = plan.description
    calls = ", ".join(f"{say[f'demand.{name}']:.3g} {name}"
                      for name in ("questions", "reservations", "changes"))
    durability = {"none": "in memory", "durable": "durable before it is answered",
                  "decided": "durable soon after it is answered"}[say["service.durability"]]
    return [
        f"{say['goods.items']:,} items at {say['goods.locations']} locations, "
        f"{say['demand.channels']} channels, skew {say['goods.skew']:g}; "
        f"{say['kept.open_orders']:,} orders open",
        f"at the peak {rate(plan.asked)} calls a second ({calls}), "
        f"{say['demand.burst']:g} times that in {100 * say['demand.burst_part']:g} % of the time",
        f"{say.lines_mean:.2g} lines an order; {durability}; {plan.threads} threads on "
        f"{plan.processors} processors; named by {say['service.names']}",
        asked(plan),
    ]


def verdict(plan: Plan) -> list[tuple[str, str]]:
    """What a planner wants to know, in words and figures."""
    assert plan.peak
    peak = duration(plan.peak.percentile(PERCENTILE))
    kept = "kept" if plan.keeps(plan.peak) else "NOT KEPT"
    found = [
        ("highest rate within the limit",
         f"{rate(plan.sustained)} calls a second" if plan.sustained
         else "none: the limit is broken at the lowest rate that was tried"),
        ("headroom at the peak", f"{plan.headroom:.3g} times"),
        ("at the peak", f"{name_of(PERCENTILE)} {peak}: {kept}"),
        ("memory", f"{size(plan.needed_bytes)}: {plan.item_bytes:.0f} bytes an item, "
                   f"{plan.order_bytes:.0f} an order, {plan.remembered:,.0f} orders remembered"),
    ]
    if plan.recovery:
        found.append(("recovery", recovery(plan)))
    found.append(("shards, on paper",
                  f"{count_of(plan.shards)} ({count_of(plan.shards_for_rate)} for the rate, "
                  f"{plan.shards_for_memory} for {size(plan.machine_bytes)} each)"))
    return found


def recovery(plan: Plan) -> str:
    found = plan.recovery
    return (f"{found['from_checkpoint_seconds']:.2g} s from a checkpoint (which takes "
            f"{found['checkpoint_seconds']:.2g} s to write), and "
            f"{found['ns_a_change'] / 1e3:.2g} us for each change since")


def table(heads: list[str], rows: list[list[str]]) -> list[str]:
    wide = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    return ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, wide))
            for row in [heads, *rows]]


def ladder(plan: Plan) -> list[str]:
    rows = [[rate(step.rate), rate(step.throughput),
             *(duration(step.percentile(part)) for part in PERCENTILES),
             f"{step.unsent:,}" if step.unsent else "", "" if plan.keeps(step) else "beyond"]
            for step in plan.ladder]
    return table(["offered", "answered", *map(name_of, PERCENTILES), "unsent", ""], rows)


def kinds(step: Step) -> list[str]:
    rows = [[kind, f"{took.count:,}", *(duration(took.percentile(part)) for part in PERCENTILES)]
            for kind, took in step.took.items() if took.count]
    return table(["at the peak", "calls", *map(name_of, PERCENTILES)], rows)


def scaling(plan: Plan) -> list[str]:
    assert plan.law
    law = plan.law
    rows = [[f"{step.threads}", rate(step.throughput), rate(law.throughput(step.threads)),
             "more than processors" if step.threads in plan.beyond else ""]
            for step in plan.scaling]
    best = law.best_threads
    most = "it only grows" if math.isinf(best) else f"most at {best:.0f} threads"
    return [*table(["threads", "calls a second", "the law", ""], rows),
            f"  the law, fitted to {law.points} points: contention {law.contention:.3g}, "
            f"coherence {law.coherence:.3g}; {most}"
            + ("; two points cannot tell contention from coherence" if law.points == 2 else "")]


def memory(plan: Plan) -> list[str]:
    return table(["items", "memory"], [[f"{items:,}", size(used)] for items, used in plan.memory])


def text(plan: Plan) -> str:
    assert plan.peak
    wide = max(len(what) for what, _ in verdict(plan))
    out = [plan.description.name, "=" * len(plan.description.name), *business(plan), ""]
    out += [f"{what:<{wide}}  {found}" for what, found in verdict(plan)]
    out += ["", "Latency, from a call's arrival to its answer, as the rate grows", *ladder(plan)]
    out += ["", *kinds(plan.peak)]
    out += ["", "Threads that make one call after the other", *scaling(plan)]
    out += ["", "Memory, without orders", *memory(plan), ""]
    return "\n".join(out)


# ---- JSON ----------------------------------------------------------------------------------------

def finite(value: float) -> float | None:
    return None if math.isinf(value) else value


def step_figures(step: Step) -> dict[str, Any]:
    return {
        "rate": step.rate, "seconds": step.seconds, "threads": step.threads,
        "throughput": step.throughput, "offered": step.offered, "sent": step.sent,
        "unsent": step.unsent, "refused": step.refused,
        "latency_ns": {name_of(part): finite(step.percentile(part)) for part in PERCENTILES},
        "took": {kind: took.buckets for kind, took in step.took.items()},
    }


def figures(plan: Plan) -> dict[str, Any]:
    """Rates in calls a second, latencies in ns, sizes in bytes; null: never, or no number does."""
    assert plan.peak and plan.law
    law = plan.law
    return {
        "name": plan.description.name,
        "description": plan.description.values,
        "machine": {"processors": plan.processors, "memory_bytes": plan.machine_memory},
        "threads": plan.threads,
        "sustained": plan.sustained,
        "headroom": plan.headroom,
        "peak": step_figures(plan.peak) | {"kept": plan.keeps(plan.peak)},
        "ladder": [step_figures(step) | {"kept": plan.keeps(step)} for step in plan.ladder],
        "scaling": [{"threads": step.threads, "throughput": step.throughput,
                     "fitted": step.threads not in plan.beyond} for step in plan.scaling],
        "law": {"one": law.one, "contention": law.contention, "coherence": law.coherence,
                "points": law.points, "worst": law.worst,
                "best_threads": finite(law.best_threads)},
        "memory": {"by_items": [{"items": items, "bytes": used} for items, used in plan.memory],
                   "item_bytes": plan.item_bytes, "order_bytes": plan.order_bytes,
                   "base_bytes": plan.base_bytes, "orders_remembered": plan.remembered,
                   "needed_bytes": plan.needed_bytes},
        "recovery": plan.recovery or None,
        "recorded": plan.recorded,
        "shards": {"all": finite(plan.shards), "for_rate": finite(plan.shards_for_rate),
                   "for_memory": plan.shards_for_memory},
    }


def json_text(plan: Plan) -> str:
    return json.dumps(figures(plan), indent=1) + "\n"
