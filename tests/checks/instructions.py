# SPDX-License-Identifier: Apache-2.0
"""How many instructions a call on each hot path takes: no more than the table in the tree says.

    instructions.py [--renew | --report] VALGRIND PROGRAM TABLE COMPILER

Runs PROGRAM (tests/instructions/hot_paths.c) under callgrind, which counts what is executed, so
that neither the machine nor its load shows in the figures. COMPILER ("gcc 12 x86_64") names the
column of TABLE to compare with; a compiler that has none is held to the largest figure of any
column and a wide slack. A path that takes more than its figure and the slack fails; one that
takes clearly less is named. Then it is said how to renew the table.

--renew writes the column anew, or adds it. --report compares nothing; it counts also what misses a
simulated first cache (D1), a last one that holds but a part of the rows (LL), and the branches that
a simulated predictor gets wrong.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from common import Faults

SLACK = 0.03  # upwards: what a library's update or a rebuilt compiler may bring
WIDE_SLACK = 0.25  # upwards, for a compiler that nobody has measured
FEWER = 0.10  # downwards: what is worth a new table

ITEMS = 8192
REPORT_ITEMS = 65536
REPORT_OPTIONS = ["--cache-sim=yes", "--branch-sim=yes", "--I1=32768,8,64", "--D1=32768,8,64",
                  "--LL=1048576,16,64"]
# Each with the events that it is the sum of, and its decimals.
REPORT_COLUMNS = {"instructions": (["Ir"], 0), "D1 misses": (["D1mr", "D1mw"], 2),
                  "LL misses": (["DLmr", "DLmw"], 2), "code misses": (["I1mr"], 2),
                  "wrong branches": (["Bcm", "Bim"], 2)}

HEAD = """\
# Instructions of a call, by path and compiler; of a release build, which keeps its asserts.
# Written by: ninja -C BUILD renew-instructions
"""


def run(valgrind, program, items, options):
    """What callgrind counted: {path: {event: count per call}}, in the order of the program."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        result = subprocess.run(
            [valgrind, "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no",
             f"--callgrind-out-file={out}", *options, program, str(items)],
            text=True, capture_output=True)
        if result.returncode != 0:
            sys.exit(f"{program} under callgrind failed ({result.returncode}):\n"
                     f"{result.stdout}{result.stderr}")
        counted = dict(counts_of(path.read_text()) for path in Path(folder).glob("out.*"))
    measured = {}
    for line in result.stdout.splitlines():
        name, calls = line.split("\t")
        if name not in counted:
            sys.exit(f"callgrind has counted nothing for '{name}'")
        measured[name] = {event: count / int(calls) for event, count in counted[name].items()}
    if not measured:
        sys.exit(f"{program} has named no path")
    return measured


def counts_of(dump):
    """The name of a dump, and what was counted in it by event."""
    name = re.search(r"^desc: Trigger: Client Request: (.*)$", dump, re.MULTILINE)
    events = re.search(r"^events: (.*)$", dump, re.MULTILINE).group(1).split()
    totals = re.search(r"^totals: (.*)$", dump, re.MULTILINE)
    counts = [int(word) for word in totals.group(1).split()] if totals else []
    counts += [0] * (len(events) - len(counts))
    return name.group(1) if name else "", dict(zip(events, counts))


def read_table(path):
    """The columns, and {path: {column: figure}}."""
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"] \
        if path.exists() else []
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    columns = rows[0][1:] if rows else []
    return columns, {row[0]: {column: int(cell) for column, cell in zip(columns, row[1:])
                              if cell != "-"}
                     for row in rows[1:]}


def write_table(path, columns, table):
    width = max(map(len, table))
    lines = [" | ".join([f"{'path':{width}}", *columns])]
    for name, figures in table.items():
        cells = (f"{figures.get(column, '-'):>{len(column)}}" for column in columns)
        lines.append(" | ".join([f"{name:{width}}", *cells]))
    path.write_text(HEAD + "\n".join(line.rstrip() for line in lines) + "\n")


def renew(measured, path, compiler):
    columns, table = read_table(path)
    columns = sorted({*columns, compiler})
    write_table(path, columns,
                {name: {**table.get(name, {}), compiler: round(counts["Ir"])}
                 for name, counts in measured.items()})
    print(f"{path}: column {compiler} has {len(measured)} figures")


def report(measured):
    width = max(map(len, measured))
    print(" | ".join([f"{'of a call':{width}}", *REPORT_COLUMNS]))
    for name, counts in measured.items():
        cells = (f"{sum(counts[event] for event in events):{len(column)}.{decimals}f}"
                 for column, (events, decimals) in REPORT_COLUMNS.items())
        print(" | ".join([f"{name:{width}}", *cells]))


def compare(measured, path, compiler):
    columns, table = read_table(path)
    known = compiler in columns
    slack = SLACK if known else WIDE_SLACK
    faults, fewer = Faults(), []
    if not known:
        print(f"no column for {compiler}: held to the largest of {', '.join(columns)}, "
              f"+ {WIDE_SLACK:.0%}")
    width = max(map(len, measured))
    print(f"{'instructions of a call':{width}}   now  table")
    for name, counts in measured.items():
        figures = table.get(name, {})
        figure = figures.get(compiler) if known else max(figures.values(), default=None)
        now = counts["Ir"]
        print(f"{name:{width}} {now:5.0f}  {'-' if figure is None else figure:>5}")
        if figure is None:
            faults.add(path.name, f"'{name}' is not in it")
        elif now > figure * (1 + slack) + 1:
            faults.add(name, f"{now:.0f} instructions, more than {figure} + {slack:.0%}")
        elif known and now < figure * (1 - FEWER):
            fewer.append(name)
    for name in table.keys() - measured.keys():
        faults.add(path.name, f"'{name}' was not run")
    for name in fewer:
        print(f"{name}: at least {FEWER:.0%} fewer than the table says")
    if fewer or faults.count:
        print("the table is renewed by: ninja -C BUILD renew-instructions")
    faults.end(f"{len(measured)} paths, {compiler}")


def main(arguments):
    mode = arguments.pop(0) if arguments[0].startswith("--") else None
    if mode not in (None, "--renew", "--report") or len(arguments) != 4:
        sys.exit(__doc__)
    valgrind, program, table, compiler = arguments
    if mode == "--report":
        report(run(valgrind, program, REPORT_ITEMS, REPORT_OPTIONS))
        return
    measured = run(valgrind, program, ITEMS, [])
    if mode == "--renew":
        renew(measured, Path(table), compiler)
    else:
        compare(measured, Path(table), compiler)


if __name__ == "__main__":
    main(sys.argv[1:])
