#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A million calls of each kind, and by how much the process grows: million.py [TIMES].

The kinds are those of test_memory.py; of those that go over all there is, a hundredth. What the
engine takes from the system for itself is taken off. Not a part of the tests: it takes a minute."""

from __future__ import annotations

import sys
import time

import sellable
from conftest import stock
from test_memory import SLOW, attempt, calls_of, resident

ALLOWED = 4 << 20


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    grew = 0
    with sellable.Engine() as engine:
        stock(engine)
        engine.source("erp")
        engine.reserve("O", "web", {"A": 2})
        engine.apply("on_hand.adjust", item="B", location="east", quantity=5, id="e1")
        for kind, call in calls_of(engine).items():
            count = times // 100 if kind in SLOW else times
            for _ in range(1000):
                attempt(call)
            before, slabs, started = resident(), engine.memory().slab_bytes, time.monotonic()
            for _ in range(count):
                attempt(call)
            seconds = time.monotonic() - started
            grown = resident() - before - (engine.memory().slab_bytes - slabs)
            grew += grown > ALLOWED
            print(f"{kind:28} {count:9,} calls {seconds:6.1f} s {grown / 1024:+9.0f} KiB")
    return 1 if grew else 0


if __name__ == "__main__":
    sys.exit(main())
