# SPDX-License-Identifier: Apache-2.0
"""The tables of the READMEs are what bench/tables.py makes of the stored run.

    figures.py ROOT
"""

import sys
from pathlib import Path

from common import Faults


def main(root):
    sys.path.insert(0, str(Path(root, "bench")))
    import tables

    faults = Faults()
    places, blocks = tables.stale(root)
    for place, text in places:
        faults.add(place, text)
    if blocks == 0:
        faults.add("bench/README.md:1", "there is no table of figures")
    faults.end(f"{blocks} tables")


if __name__ == "__main__":
    main(*sys.argv[1:])
