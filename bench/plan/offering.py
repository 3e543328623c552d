# SPDX-License-Identifier: Apache-2.0
"""The program that makes the calls (main.c), driven line by line; and what it says of a step."""

import json
import math
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from description import Description

KINDS = ("question", "reservation", "change", "ending")
ARRIVING = KINDS[:3]  # an ending follows on a reservation, and is not in the rate


class Failed(Exception):
    """The program could not do what it was asked for."""


class Offer:
    """`with Offer(program) as offer:` - one run of the program."""

    def __init__(self, program: Path) -> None:
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, encoding="utf-8")

    def __enter__(self) -> "Offer":
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None,
                 trace: TracebackType | None) -> None:
        assert self.process.stdin
        if kind is not None:
            self.process.kill()
        self.process.stdin.close()
        self.process.wait()

    def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        try:
            print(json.dumps({"do": do, **fields}), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Failed(f"the program ended ({self.process.wait()}) at: {do}")
        answer: dict[str, Any] = json.loads(line)
        if not answer.pop("ok"):
            raise Failed(f"{do}: {answer['reason']}")
        return answer

    def open(self, description: Description, threads: int, store: Path | None,
             **instead: Any) -> dict[str, Any]:
        """Open the business that is described; `instead` has other values for some terms."""
        terms = {
            "items": description["goods.items"],
            "locations": description["goods.locations"],
            "skew": description["goods.skew"],
            "channels": description["demand.channels"],
            "questions": description["demand.questions"],
            "reservations": description["demand.reservations"],
            "lines": description["demand.lines"],
            "cancelled": description["demand.cancelled"],
            "open_orders": description["kept.open_orders"],
            "by_key": description["service.names"] == "keys",
            "decided": description["service.durability"] == "decided",
            "linger": description["service.linger_us"],
            "threads": threads,
        }
        if store:
            terms["store"] = str(store)
        return self.ask("open", **terms | instead)

    def step(self, description: Description, rate: float, seconds: float, threads: int,
             idle: bool = False, stop: float = 0) -> "Step":
        """Calls at a rate, 0: as fast as they go. `idle`: they do nothing. `stop`: seconds that a
        thread stands still."""
        told = self.ask("step", rate=rate, seconds=seconds, threads=threads, idle=idle, stop=stop,
                        even=description.even,
                        burst=description["demand.burst"], part=description["demand.burst_part"],
                        period=description["demand.burst_period"])
        return Step(rate, seconds, threads, told["wall"], told["offered"], told["sent"],
                    told["unsent"], told["refused"], told["faults"],
                    {kind: Took(buckets) for kind, buckets in told["took"].items()},
                    told["fault"], told.get("memory"))


@dataclass
class Took:
    """How long calls took: [least ns of a bucket, how many]; each bucket is a sixty-fourth wide."""

    buckets: list[list[int]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(count for _, count in self.buckets)

    def percentile(self, part: float, never: int = 0) -> float:
        """ns that `part` of the calls did not exceed; of those that `never` were answered: inf."""
        wanted = part * (self.count + never)
        seen = 0
        for least, count in self.buckets:
            seen += count
            if seen >= wanted:
                return float(least)
        return math.inf if never or not self.buckets else float(self.buckets[-1][0])

    def __add__(self, other: "Took") -> "Took":
        sums: dict[int, int] = {}
        for least, count in self.buckets + other.buckets:
            sums[least] = sums.get(least, 0) + count
        return Took([[least, sums[least]] for least in sorted(sums)])


@dataclass
class Step:
    """What came of calls at one rate."""

    rate: float     # offered: calls a second
    seconds: float
    threads: int
    wall: float
    offered: int
    sent: int
    unsent: int
    refused: int
    faults: int
    took: dict[str, Took]
    fault: str = ""  # what one of the faults was
    memory: dict[str, int] | None = None  # of a stream: the engine's, at the end

    @property
    def throughput(self) -> float:
        """Calls a second that were answered."""
        return self.sent / self.wall if self.wall else 0.0

    @property
    def arriving(self) -> Took:
        """Of all calls that the rate counts."""
        total = Took()
        for kind in ARRIVING:
            total = total + self.took[kind]
        return total

    def percentile(self, part: float) -> float:
        """ns, from the arrival to the answer; a call that was not sent counts as never answered."""
        return self.arriving.percentile(part, self.unsent)
