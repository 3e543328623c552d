# SPDX-License-Identifier: Apache-2.0
"""Includes in lib/ follow the layers: a file includes its own layer, or lower ones.

    layers.py ROOT
"""

import re
import sys

from common import Faults, library_files, line_of, without_comments

# The one list. A name stands for its .c and its .h; one with an ending only for itself.
LAYERS = [
    ["sellable.h", "base", "sort", "atomic", "status", "memory", "reach", "recent", "entry", "frame", "directory"],  # 0  the ground
    ["worker", "carry", "kept", "commit", "snapshot", "told"],              # 1  lines, records, transactions
    ["keys", "index", "seek"],                                     # 2  keys to ids
    ["cell", "stock", "row", "form", "cell_now", "edit", "dated", "movement", "raise", "item", "policy", "asker", "availability", "columns"],  # 3  cells, settings, the formulas
    ["order", "claim", "expiry"],                          # 4  the life of an order, its times
    ["engine.h"],                                          # 5  the engine: all of it put together
    ["names", "sight", "glance", "route", "content", "origin", "kinds", "source.h", "owner.h", "feed.h",
     "transfer", "exception", "tally", "outlook"],                             # 6  facts, read together; events' origin
    ["hand", "resource", "ask", "direct", "plan", "request", "gather", "fill", "look", "offer", "instant"],  # 7  orders and questions, worked out
    # 8  the public functions
    ["source.c", "owner.c", "master", "place", "channel", "supply", "plain", "plain_event", "simple", "reserve", "batch", "difference", "plain_change", "change",
     "due", "advance", "ahead", "rehint", "builder", "capture", "fork", "question", "explain", "feed.c", "visit", "view", "view_available", "view_apart", "view_walk",
     "view_cells", "view_orders", "shortage", "event", "refused", "audit", "audit_masters",
     "audit_record", "audit_stock", "audit_rest",
     "stats", "metrics", "engine.c",
     "log_record", "journal", "checkpoint", "lmdb_check", "lmdb_file", "log_lmdb", "log_none",
     "recover", "store", "trail"],
]

# Pure functions of plain values: these headers do not reach them, on whatever way.
PURE = ["cell", "stock", "availability", "columns"]
SHARED = ["atomic.h", "memory.h", "commit.h"]

# From outside comes what C itself has, memory from the system, and one hash function. So there is
# no way to a clock, a lock, a thread, a locale, the environment, or an allocator.
OUTSIDE = {
    "assert.h", "inttypes.h", "limits.h", "stdalign.h", "stdatomic.h", "stdbool.h", "stddef.h",
    "stdint.h", "stdio.h", "string.h", "sys/mman.h", "xxhash.h",
    "errno.h", "pthread.h", "signal.h", "time.h",
    "dirent.h", "fcntl.h", "lmdb.h", "stdlib.h", "sys/file.h", "sys/random.h", "sys/stat.h", "unistd.h",
}

# Headers that belong to these files alone.
ONLY_IN = {
    "stdatomic.h": {"atomic.h"},
    "sys/mman.h": {"memory.c", "directory.c", "log_lmdb.c"},
    "xxhash.h": {"keys.c", "frame.c", "log_record.c"},
    # What is durable waits, and has files: here, and nowhere else.
    "pthread.h": {"journal.h"},
    "signal.h": {"journal.c"},
    "time.h": {"journal.c"},
    "errno.h": {"journal.c", "directory.c", "lmdb_check.c", "lmdb_file.c", "log_lmdb.c"},
    "lmdb.h": {"lmdb_file.h"},
    "dirent.h": {"directory.c"},
    "sys/file.h": {"directory.c"},
    "fcntl.h": {"directory.c", "lmdb_file.c"},
    "sys/stat.h": {"directory.c", "lmdb_check.c", "lmdb_file.c"},
    "sys/random.h": {"recover.c"},
    "stdlib.h": {"directory.c", "lmdb_check.c", "lmdb_file.c", "log_lmdb.c", "store.c", "trail.c"},
    "unistd.h": {"directory.c", "lmdb_check.c", "lmdb_file.c"},
    "worker.h": {"worker.c", "kept.c", "commit.c", "snapshot.c", "carry.h", "log_record.c"},
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def layer_of(name):
    stem = name.rsplit(".", 1)[0]
    for number, names in enumerate(LAYERS):
        if name in names or stem in names:
            return number
    return None


def reached(name, includes, seen):
    """Every header that a file includes, directly or by way of others."""
    for other, _ in includes.get(name, []):
        if other not in seen:
            seen.add(other)
            reached(other, includes, seen)
    return seen


def main(root):
    faults = Faults()
    files = library_files(root)
    includes = {}
    for path in files:
        text = without_comments(path.read_text())
        includes[path.name] = []
        if layer_of(path.name) is None:
            faults.add(f"lib/{path.name}:1", "stands in no layer of tests/checks/layers.py")
        for match in INCLUDE.finditer(text):
            place = f"lib/{path.name}:{line_of(text, match.start(0))}"
            inside, outside = match.groups()
            if outside == "sellable.h":
                inside, outside = outside, None
            header = inside or outside
            if path.name not in ONLY_IN.get(header, [path.name]):
                faults.add(place, f"{header} belongs to {', '.join(sorted(ONLY_IN[header]))} alone")
            if outside:
                if outside not in OUTSIDE:
                    faults.add(place, f"<{outside}> is not what the library takes from outside")
                continue
            includes[path.name].append((inside, place))
            own, other = layer_of(path.name), layer_of(inside)
            if other is None:
                faults.add(place, f'"{inside}" stands in no layer of tests/checks/layers.py')
            elif own is not None and other > own:
                faults.add(place, f'layer {own} includes "{inside}" of layer {other}')

    for path in files:
        if path.stem in PURE:
            for shared in sorted(reached(path.name, includes, set()) & set(SHARED)):
                faults.add(f"lib/{path.name}:1", f'is pure, but "{shared}" reaches it')

    there = {path.name for path in files} | {path.stem for path in files} | {"sellable.h"}
    for name in (name for names in LAYERS for name in names if name not in there):
        print(f"note: {name} is in the list of layers, but not in lib/")
    faults.end(f"{sum(map(len, includes.values()))} includes of {len(files)} files in lib/")


if __name__ == "__main__":
    main(sys.argv[1])
