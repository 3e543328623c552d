# SPDX-License-Identifier: Apache-2.0
"""The tables of the bindings, and bindings/layout.txt, are what bindings/tables.py makes of the
header: so a record whose layout changes is seen. And each binding calls every public function.

    bindings.py ROOT COMPILER...
"""

import re
import sys
from pathlib import Path

from common import Faults, public_functions

# NULL stands for a worker.
WORKERS = {"sellable_worker_acquire", "sellable_worker_release"}
# Go has them in its tables.
NAMES = {"sellable_status_name", "sellable_status_text", "sellable_event_name",
         "sellable_event_of", "sellable_level_name", "sellable_order_state_name"}
# Logs of one's own are written in C.
LOGS = {"sellable_recover"}
# By binding: what calls the library, and the functions that it does without.
BINDINGS = {
    "python": (["bindings/python/src/*.[ch]"], WORKERS | LOGS),
    "go": (["bindings/go/*.go", "bindings/go/bridge.*"], WORKERS | LOGS | NAMES),
}


def check_tables(root, compiler, faults):
    sys.path.insert(0, str(Path(root, "bindings")))
    import tables

    for file, text in tables.stale(root, compiler):
        had = file.read_text().splitlines() if file.exists() else []
        line = next((number for number, (old, new) in enumerate(zip(had, text.splitlines()), 1)
                     if old != new), min(len(had), text.count("\n")) + 1)
        faults.add(f"{file.relative_to(root)}:{line}",
                   "is not what the header gives: python3 bindings/tables.py")
    return len(tables.FILES)


def check_calls(root, faults):
    functions = public_functions(root)
    for binding, (patterns, without) in BINDINGS.items():
        files = [file for pattern in patterns for file in Path(root).glob(pattern)]
        called = set(re.findall(r"\bsellable_\w+", "\n".join(f.read_text() for f in files)))
        for name, line in functions.items():
            if name not in called | without:
                faults.add(f"include/sellable.h:{line}", f"{name} is not called in {binding}")
    return len(functions)


def main(root, *compiler):
    faults = Faults()
    made = check_tables(root, compiler, faults)
    functions = check_calls(root, faults)
    faults.end(f"{made} files made out of the header, {functions} functions in "
               f"{len(BINDINGS)} bindings")


if __name__ == "__main__":
    main(*sys.argv[1:])
