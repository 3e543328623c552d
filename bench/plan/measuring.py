# SPDX-License-Identifier: Apache-2.0
"""What is measured for a plan, in which order, and what follows from it."""

import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from description import Description, Unclear
from law import Law, fitted
from offering import Failed, Offer, Step

# Parts of the rate that the machine carried when each call waited for the one before.
LADDER = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1)
BISECTIONS = 4
SIZES = (0.125, 0.25, 0.5, 1.0)  # of the items, for what they take
AGAIN = 3  # rates that break the limit are measured a second time
REST = 2.0         # seconds after all that goes: who lends a machine takes back what was too much
ALONE = 50_000.0   # calls a second that do nothing
DURABLE_THREADS = 32
PERCENTILE = 0.999
THREADS_MAX = 256

# What a plan of the usual length spends on a step of each kind; other lengths in proportion.
SECONDS = {"warming": 1.0, "scaling": 1.5, "alone": 1.0, "peak": 6.0, "ladder": 2.5,
           "search": 3.0}
USUAL = 60.0

# Fewer do not tell the slope: memory is taken in large pieces.
ITEMS_MIN, CELLS_MIN, ORDERS_MIN = 50_000, 1_000_000, 100_000
SAMPLE = 200_000   # items or orders, times locations, for a forecast of what all take
OWN_BYTES = 48     # an item, for the program that calls
JSON_TIMES = 25    # a stream takes so many times its file, about
CALLS_MIN = 1_000  # fewer have no p99.9
CHANGES_MAX = 2_000_000  # in the journal, when a step begins

Progress = Callable[[float, str], None]  # part of the steps' time that is over, what comes now


@dataclass
class Plan:
    """All that was found. Rates are calls a second, latencies ns, sizes bytes."""

    description: Description
    threads: int
    processors: int
    machine_memory: int
    scaling: list[Step] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)  # of those, threads without a processor each
    law: Law | None = None
    ladder: list[Step] = field(default_factory=list)  # by rate; those of the search among them
    peak: Step | None = None                          # at the asked rate
    alone: Step | None = None                         # of calls that do nothing
    sustained: float = 0.0         # the highest rate that kept the limit
    memory: list[tuple[int, int]] = field(default_factory=list)  # items, bytes
    item_bytes: float = 0.0
    order_bytes: float = 0.0
    base_bytes: float = 0.0
    filled: float = 0.0            # seconds that it took to fill the engine
    recovery: dict[str, float] = field(default_factory=dict)
    recorded: dict[str, Any] | None = None       # of a stream: what is in it

    @property
    def limit(self) -> float:
        return float(self.description["service.limit_ms"]) * 1e6

    @property
    def asked(self) -> float:
        return float(self.description["demand.calls"])

    @property
    def headroom(self) -> float:
        return self.sustained / self.asked

    @property
    def remembered(self) -> float:
        """Orders that are there at a time: the open ones, and those that closed not long ago. Of a
        stream, those at its end."""
        if self.recorded:
            return float(self.recorded["orders"])
        return float(self.description["kept.open_orders"]
                     + self.description.orders_a_day * self.description["kept.retention_days"])

    @property
    def needed_bytes(self) -> float:
        return float(self.base_bytes + self.item_bytes * self.items
                     + self.order_bytes * self.remembered)

    @property
    def items(self) -> int:
        return int(self.recorded["items"] if self.recorded else self.description["goods.items"])

    @property
    def machine_bytes(self) -> float:
        asked = self.description["service.memory_gib"]
        return float(asked * 2**30 if asked else self.machine_memory)

    @property
    def shards_for_rate(self) -> float:
        """Infinite, if not even the lowest rate kept the limit."""
        needed = self.asked * self.description["service.headroom"]
        return math.ceil(needed / self.sustained) if self.sustained else math.inf

    @property
    def shards_for_memory(self) -> int:
        return math.ceil(self.needed_bytes / self.machine_bytes)

    @property
    def shards(self) -> float:
        return max(self.shards_for_rate, self.shards_for_memory)

    @property
    def all_kept(self) -> bool:
        """No rate that was tried broke the limit: it may be far above."""
        return all(self.keeps(step) for step in self.ladder)

    def keeps(self, step: Step) -> bool:
        return step.percentile(PERCENTILE) <= self.limit


def machine_memory(which: str = "MemTotal") -> int:
    with open("/proc/meminfo", encoding="ascii") as lines:
        return int(next(line for line in lines if line.startswith(which)).split()[1]) * 1024


def scaling_threads(description: Description, threads: int, processors: int) -> list[int]:
    """1, 2, 4, ... up to all that call; in memory each up to the processors, where they are few."""
    most = min(max(threads, 2 * processors), THREADS_MAX)
    counts = {threads, most, *(2**i for i in range(most.bit_length()))}
    if description["service.durability"] == "none":
        counts |= set(range(1, min(processors, 8) + 1))
    return sorted(counts)


class Measuring:
    """One run. `length`: seconds that the steps take in all, about."""

    def __init__(self, description: Description, program: Path, length: float,
                 progress: Progress) -> None:
        self.description = description
        self.program = program
        self.scale = length / USUAL
        self.progress = progress
        self.done = 0.0
        self.whole = 1.0   # seconds, of all steps
        self.changes = 0   # in the journal, about
        self.again = AGAIN

    def run(self) -> Plan:
        durable = self.description["service.durability"] != "none"
        folder = Path(tempfile.mkdtemp(prefix="plan-", dir=self.program.parent)) if durable else None
        try:
            with Offer(self.program) as offer:
                return self.measured(offer, folder)
        finally:
            if folder:
                shutil.rmtree(folder, ignore_errors=True)

    def measured(self, offer: Offer, folder: Path | None) -> Plan:
        processors = len(os.sched_getaffinity(0))
        threads = self.description["service.threads"] or \
            (DURABLE_THREADS if folder else max(processors - 1, 1))
        counts = scaling_threads(self.description, threads, processors)
        plan = Plan(self.description, threads, processors, machine_memory())
        kinds = ["warming", "alone", "alone", "peak", *AGAIN * ["ladder"],
                 *len(counts) * ["scaling"], *len(LADDER) * ["ladder"], *BISECTIONS * ["search"]]
        self.whole = sum(self.seconds(kind) for kind in kinds)
        if self.description.stream:
            self.tell("reading the stream")
            plan.recorded = self.recorded(offer, self.description.stream)
        else:
            self.tell("filling the engine")
            self.fits(offer)
            opened = offer.open(self.description, counts[-1], folder / "store" if folder else None)
            plan.filled = opened["filled"]
        self.warm(offer, threads)
        self.scaling(plan, offer, [threads])
        self.rest()
        self.peak(plan, offer)
        self.ladder(plan, offer)
        self.scaling(plan, offer, [count for count in counts if count != threads])
        if folder:
            self.recovery(plan, offer)
        if plan.recorded:
            self.stream_memory(plan)
        else:
            self.memory(plan, offer)
        self.done = self.whole
        self.tell("done")
        return plan

    def recorded(self, offer: Offer, stream: Path) -> dict[str, Any]:
        need_room("stream.file", stream.stat().st_size * JSON_TIMES)
        told = offer.ask("stream", file=str(stream))
        if told["count"] < CALLS_MIN:
            raise Unclear("stream.file", f"{told['count']} events and questions arrive in it, and "
                          f"p99.9 takes at least {CALLS_MIN:,}")
        return told

    def fits(self, offer: Offer) -> None:
        """Unclear, before memory is taken, if this machine has not enough."""
        say = self.description
        items = min(say["goods.items"], SAMPLE // say["goods.locations"])
        orders = SAMPLE // say["goods.locations"]
        taken = [used(offer.open(say, 1, None, items=count, open_orders=open_orders)["memory"])
                 for count, open_orders in ((1, 0), (items, 0), (items, orders))]
        offer.ask("close")
        an_item, an_order = (taken[1] - taken[0]) / items, (taken[2] - taken[1]) / orders
        need_room("goods.items, goods.locations, kept.open_orders",
                  say["goods.items"] * (an_item + OWN_BYTES)
                  + say["kept.open_orders"] * an_order)

    # -- steps -----------------------------------------------------------------------------------

    def tell(self, what: str) -> None:
        self.progress(self.done / self.whole, what)

    def seconds(self, kind: str) -> float:
        """About as long as such a step takes; bursts and the rest have the time they should."""
        period = float(self.description["demand.burst_period"])
        return max(round(SECONDS[kind] * self.scale / period), 1) * period

    def step(self, offer: Offer, kind: str, rate: float, threads: int, what: str,
             idle: bool = False) -> Step:
        self.tell(what)
        if self.changes > CHANGES_MAX and self.description["service.durability"] != "none":
            offer.ask("checkpoint")  # a journal of minutes at full speed would fill the disk
            self.changes = 0
        step = offer.step(self.description, rate, self.seconds(kind), threads, idle)
        self.done += self.seconds(kind)
        self.changes += sum(took.count for kind, took in step.took.items() if kind != "question")
        if step.faults:
            raise Failed(f"{step.faults:,} calls failed: {step.fault}")
        return step

    def warm(self, offer: Offer, threads: int) -> None:
        self.step(offer, "warming", 0, threads, "warming up")

    def rest(self) -> None:
        self.tell("resting")
        time.sleep(REST)

    def scaling(self, plan: Plan, offer: Offer, counts: list[int]) -> None:
        for threads in counts:
            plan.scaling.append(self.step(offer, "scaling", 0, threads,
                                          f"{threads} threads, one call after the other"))
        plan.scaling.sort(key=lambda step: step.threads)
        # A thread in memory that has no processor is no thread more; one that waits for a disk is.
        in_memory = self.description["service.durability"] == "none"
        plan.beyond = [step.threads for step in plan.scaling
                       if in_memory and step.threads > plan.processors]
        counted = [step for step in plan.scaling if step.threads not in plan.beyond]
        plan.law = fitted([step.threads for step in counted],
                          [step.throughput for step in counted])

    def ladder(self, plan: Plan, offer: Offer) -> None:
        """Up to the first rate that breaks the limit; between that and the one before; then those
        above, which tell no more than how the machine goes beyond."""
        most = next(step.throughput for step in plan.scaling if step.threads == plan.threads)
        rates = [part * most for part in LADDER]
        while rates and plan.all_kept:
            self.rung(plan, offer, "ladder", rates.pop(0))
        for _ in range(0 if plan.all_kept else BISECTIONS):
            self.rung(plan, offer, "search", sum(bounds(plan)) / 2)
        plan.sustained = bounds(plan)[0]
        for rate in rates:
            self.rung(plan, offer, "ladder", rate)

    def rung(self, plan: Plan, offer: Offer, kind: str, rate: float) -> Step:
        """A rate that breaks the limit, and would be the lowest that does, is tried a second time: a
        machine that others share has bad moments. The better try counts."""
        what = f"{rate:,.0f} calls a second"
        step = self.step(offer, kind, rate, plan.threads, what)
        if not plan.keeps(step) and rate < bounds(plan)[1] and self.again > 0:
            self.again -= 1
            step = better(step, self.step(offer, kind, rate, plan.threads, f"{what}, again"))
        plan.ladder.append(step)
        plan.ladder.sort(key=lambda step: step.rate)
        return step

    def peak(self, plan: Plan, offer: Offer) -> None:
        """The asked rate, which is one of those tried; and what it takes to do nothing."""
        tries = [self.step(offer, "alone", ALONE, plan.threads, "calls that do nothing", idle=True)
                 for _ in range(2)]
        plan.alone = better(*tries)
        plan.peak = self.rung(plan, offer, "peak", plan.asked)

    # -- what stays ------------------------------------------------------------------------------

    def recovery(self, plan: Plan, offer: Offer) -> None:
        """Opened again as it is: the changes since the start; then from a checkpoint."""
        self.tell("recovering")
        whole = offer.ask("recover")
        checkpoint = offer.ask("checkpoint")
        after = offer.ask("recover")
        plan.recovery = {
            "journal_changes": whole["replayed"],
            "journal_seconds": whole["seconds"],
            "checkpoint_seconds": checkpoint["seconds"],
            "from_checkpoint_seconds": after["seconds"],
            "ns_a_change": max(whole["seconds"] - after["seconds"], 0) * 1e9
                           / max(whole["replayed"], 1),
        }

    def stream_memory(self, plan: Plan) -> None:
        """With the masters alone, and after the longest part of the stream that was played."""
        assert plan.recorded
        ends = [step.memory for step in [*plan.scaling, *plan.ladder] if step.memory]
        most = max(ends, key=lambda memory: memory["orders"])
        empty = plan.recorded["memory"]
        plan.recorded |= {"items": most["items"], "orders": most["orders"]}
        plan.memory = [(most["items"], used(empty))]
        plan.item_bytes = used(empty) / max(most["items"], 1)
        plan.order_bytes = max(used(most) - used(empty), 0) / max(most["orders"], 1)

    def memory(self, plan: Plan, offer: Offer) -> None:
        """Engines of several sizes, without orders; and what orders add."""
        fewest = CELLS_MIN // self.description["goods.locations"]
        items = max(self.description["goods.items"], min(ITEMS_MIN, fewest))
        for part in SIZES:
            count = max(round(items * part), 1)
            self.tell(f"{count:,} items: what they take")
            opened = offer.open(self.description, 1, None, items=count, open_orders=0)
            plan.memory.append((count, used(opened["memory"])))
        (few, less), (many, more) = plan.memory[0], plan.memory[-1]
        plan.item_bytes = (more - less) / (many - few) if many > few else more / many
        plan.base_bytes = max(more - plan.item_bytes * many, 0)
        orders = max(self.description["kept.open_orders"], 10_000, min(ORDERS_MIN, fewest))
        self.tell(f"{orders:,} orders: what they take")
        opened = offer.open(self.description, 1, None, items=many, open_orders=orders)
        plan.order_bytes = max(used(opened["memory"]) - more, 0) / orders
        offer.ask("close")


def better(one: Step, other: Step) -> Step:
    return min(one, other, key=lambda step: step.percentile(PERCENTILE))


def need_room(fields: str, needed: float) -> None:
    free = machine_memory("MemAvailable")
    if needed > free:
        raise Unclear(fields, f"take about {needed / 2**30:,.3g} GiB, and {free / 2**30:,.3g} GiB "
                      "are free here: describe what one shard would have")


def used(memory: dict[str, Any]) -> int:
    """What an engine has taken from the machine."""
    return int(memory["slab_bytes"])


def bounds(plan: Plan) -> tuple[float, float]:
    """The highest rate below all that broke the limit (0: there is none), and the lowest of these."""
    broke = [step.rate for step in plan.ladder if not plan.keeps(step)]
    high = min(broke, default=math.inf)
    kept = [step.rate for step in plan.ladder if plan.keeps(step) and step.rate < high]
    return max(kept, default=0.0), high
