# SPDX-License-Identifier: Apache-2.0
"""Every operation in lib/ that orders memory names its edge, and every edge has two ends.

    edges.py ROOT

An edge is a word in capitals, the first argument of the operation. It is described once, in the
comment at the top of lib/atomic.h, in a line of its own that begins " *   EDGE   what it carries".
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

from common import Faults, library_files, line_of, without_comments

# Which operations are an acquiring end, and which a releasing one. A read-modify-write is both.
ACQUIRES = r"load_acquire|cas\w*|exchange\w*|fetch_\w+"
RELEASES = r"store_release|cas\w*|exchange\w*|fetch_\w+"
OPERATION = re.compile(rf"\bsbl_({ACQUIRES}|{RELEASES})\s*\(\s*([^\s,()]*)")
DESCRIBED = re.compile(r"^ \*   ([A-Z][A-Z0-9_]*) {2,}\S", re.MULTILINE)
LABEL = re.compile(r"[A-Z][A-Z0-9_]*")
# What would go past lib/atomic.h.
RAW = re.compile(r"\b(atomic_\w+|memory_order\w*|__atomic_\w+|__sync_\w+|_Atomic|volatile)\b")


def main(root):
    faults = Faults()
    acquiring, releasing = defaultdict(list), defaultdict(list)
    files = library_files(root)
    for path in files:
        text = without_comments(path.read_text(), keep_strings=False)
        if path.name == "atomic.h":
            continue
        for match in RAW.finditer(text):
            faults.add(f"lib/{path.name}:{line_of(text, match.start())}",
                       f"{match.group()} outside of lib/atomic.h")
        for match in OPERATION.finditer(text):
            operation, label = match.groups()
            place = f"lib/{path.name}:{line_of(text, match.start())}"
            if not LABEL.fullmatch(label):
                faults.add(place, f"sbl_{operation} without the name of its edge")
                continue
            if re.fullmatch(ACQUIRES, operation):
                acquiring[label].append(place)
            if re.fullmatch(RELEASES, operation):
                releasing[label].append(place)

    table = Path(root, "lib", "atomic.h").read_text()
    described = {}
    for match in DESCRIBED.finditer(table):
        label, place = match.group(1), f"lib/atomic.h:{line_of(table, match.start())}"
        if label in described:
            faults.add(place, f"{label} is described twice")
        described[label] = place

    for label in sorted({*acquiring, *releasing}):
        used = (acquiring[label] + releasing[label])[0]
        if label not in described:
            faults.add(used, f"{label} is not described in lib/atomic.h")
        if not acquiring[label]:
            faults.add(used, f"{label} is released, and nowhere acquired")
        if not releasing[label]:
            faults.add(used, f"{label} is acquired, and nowhere released")
        print(f"{label}: {len(acquiring[label])} acquiring, {len(releasing[label])} releasing")
    for label, place in described.items():
        if not acquiring[label] and not releasing[label]:
            faults.add(place, f"{label} is described, and not used")
    faults.end(f"{len(described)} edges in {len(files)} files")


if __name__ == "__main__":
    main(sys.argv[1])
