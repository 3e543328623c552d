# SPDX-License-Identifier: Apache-2.0
"""What a plan found, as text for a terminal and as JSON for a program."""

import json
import math
from typing import Any

from measuring import CALLS_MIN, PERCENTILE, Plan
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


def counted(count: float, what: str) -> str:
    return f"{count:,.0f} {what}" + ("" if round(count) == 1 else "s")


def stream(plan: Plan) -> list[str]:
    say, recorded = plan.description, plan.recorded
    assert say.stream and recorded
    spread = "evenly" if say.even or not recorded["span"] else "as they did"
    return [
        f"{recorded['count']:,} events and questions recorded in {say.stream.name}, "
        f"{recorded['passed_over']:,} other lines passed over; {recorded['items']:,} items",
        f"at the peak {rate(plan.asked)} a second, of which it has "
        f"{duration(recorded['count'] / plan.asked * 1e9)}; they arrive {spread}; in memory; "
        f"{where(plan)}",
        asked(plan),
    ]


def where(plan: Plan) -> str:
    return f"{counted(plan.threads, 'thread')} on {counted(plan.processors, 'processor')}"


def asked(plan: Plan) -> str:
    return (f"asked: 999 of 1,000 calls ({name_of(PERCENTILE)}) answered within "
            f"{duration(plan.limit)}, also at {plan.description['service.headroom']:g} times the "
            "peak")


def business(plan: Plan) -> list[str]:
    if plan.recorded:
        return stream(plan)
    say = plan.description
    calls = ", ".join(f"{100 * say[f'demand.{name}']:.3g} % {name}"
                      for name in ("questions", "reservations", "changes"))
    durability = {"none": "in memory", "durable": "durable before it is answered",
                  "decided": "durable soon after it is answered"}[say["service.durability"]]
    return [
        f"{say['goods.items']:,} items at {say['goods.locations']} locations, "
        f"{say['demand.channels']} channels, skew {say['goods.skew']:g}; "
        f"{say['kept.open_orders']:,} orders open",
        f"at the peak {rate(plan.asked)} calls a second ({calls}), "
        f"{say['demand.burst']:g} times that in {100 * say['demand.burst_part']:g} % of the time",
        f"{say.lines_mean:.2g} lines an order; {durability}; {where(plan)}; "
        f"named by {say['service.names']}",
        asked(plan),
    ]


def verdict(plan: Plan) -> list[tuple[str, str]]:
    """What a planner wants to know, in words and figures."""
    found = [
        ("highest rate within the limit", highest(plan)),
        ("headroom at the peak", headroom(plan)),
        ("at the peak", at_peak(plan)),
        ("memory", f"{size(plan.needed_bytes)}: {plan.item_bytes:.0f} bytes an item, "
                   f"{plan.order_bytes:.0f} an order, {plan.remembered:,.0f} orders remembered"),
    ]
    found += [("recovery", recovery(plan)), ("shards, on paper", shards(plan))]
    return found


def headroom(plan: Plan) -> str:
    return f"{float(f'{plan.headroom:.3g}'):,.12g} times" if plan.sustained else "none"


def highest(plan: Plan) -> str:
    if not plan.sustained:
        return (f"none: the limit is broken at {rate(plan.ladder[0].rate)} calls a second, the "
                "lowest that was tried")
    return f"{rate(plan.sustained)} calls a second" + \
        (", and more: it is the highest that was tried" if plan.all_kept else "")


def at_peak(plan: Plan) -> str:
    assert plan.peak
    peak = plan.peak
    out = f"{name_of(PERCENTILE)} {duration(peak.percentile(PERCENTILE))}: " + \
        ("kept" if plan.keeps(peak) else "NOT KEPT") + alone(plan)
    if peak.offered < CALLS_MIN:
        out += f" (of {counted(peak.offered, 'call')} only)"
    if peak.refused:
        out += f"; {100 * peak.refused / peak.sent:.3g} % of the calls were refused"
    return out


def alone(plan: Plan) -> str:
    """What the machine itself adds to a call."""
    assert plan.alone and plan.peak
    took = duration(plan.alone.percentile(PERCENTILE))
    if plan.keeps(plan.peak) or plan.keeps(plan.alone):
        return f" ({took} for calls that do nothing)"
    return f", but calls that do nothing took {took}, too: the machine was too busy to tell"


def shards(plan: Plan) -> str:
    memory = f"{plan.shards_for_memory:,} for {size(plan.machine_bytes)} each"
    if math.isinf(plan.shards):
        return f"no number: each would be too slow ({memory})"
    return f"{plan.shards:,.0f} ({plan.shards_for_rate:,.0f} for the rate, {memory})"


def recovery(plan: Plan) -> str:
    found = plan.recovery
    if plan.recorded:
        return "none: all is in memory"
    if not found:
        return f"none: all is in memory, and was filled in {plan.filled:.2g} s"
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
    rows = [[f"{step.threads}", rate(step.throughput),
             rate(law.throughput(step.threads)) if law.points > 1 else "",
             "more than processors" if step.threads in plan.beyond else ""]
            for step in plan.scaling]
    best = law.best_threads
    most = "it only grows" if math.isinf(best) else f"most at {counted(best, 'thread')}"
    fitted = f"  the law, fitted to {law.points} points: contention {law.contention:.3g}, " \
             f"coherence {law.coherence:.3g}; {most}"
    if law.points == 1:
        fitted = "  one thread for a processor is all there can be: there is no law to fit"
    elif law.points == 2:
        fitted += "; two points cannot tell contention from coherence"
    return [*table(["threads", "calls a second", "the law", ""], rows), fitted]


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
    assert plan.peak and plan.alone and plan.law
    law = plan.law
    return {
        "name": plan.description.name,
        "description": {field.path: plan.description[field.path]
                        for field in plan.description.fields},
        "stream": str(plan.description.stream) if plan.description.stream else None,
        "machine": {"processors": plan.processors, "memory_bytes": plan.machine_memory},
        "threads": plan.threads,
        "sustained": plan.sustained, "all_kept": plan.all_kept,
        "headroom": plan.headroom,
        "peak": step_figures(plan.peak) | {"kept": plan.keeps(plan.peak)},
        "alone": step_figures(plan.alone),
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
        "filled_seconds": plan.filled,
        "recovery": plan.recovery or None,
        "recorded": plan.recorded,
        "shards": {"all": finite(plan.shards), "for_rate": finite(plan.shards_for_rate),
                   "for_memory": plan.shards_for_memory},
    }


def json_text(plan: Plan) -> str:
    return json.dumps(figures(plan), indent=1) + "\n"
