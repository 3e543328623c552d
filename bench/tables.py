# SPDX-License-Identifier: Apache-2.0
"""The tables of bench/README.md and README.md, made from a stored run, bench/figures.json.

    tables.py ROOT             write them between their markers
    tables.py ROOT RUN         first keep of RUN, which ./dev bench --json wrote, what is needed

A marker is a line `<!-- figures: begin NAME -->`; what follows up to `<!-- figures: end -->` is the
table of that name: see TABLES at the end."""

import json
import re
import sys
from pathlib import Path
from statistics import median

STORED = "bench/figures.json"
DOCUMENTS = ["README.md", "bench/README.md"]
BLOCK = re.compile(r"(<!-- figures: begin (\w+) -->\n)(.*?)(<!-- figures: end -->)", re.DOTALL)
SECTIONS = ("gates, ", "rows, ", "others, ", "durable", "bindings, ")


# ---- a run ---------------------------------------------------------------------------------------

def trimmed(run):
    """What tables and comparisons need. One figure a line, so that two runs can be read beside each
    other."""
    if not run.get("correct"):
        sys.exit("tables.py: answers of this run were wrong")
    figures = [figure for figure in run["figures"] if figure["name"].startswith(SECTIONS)]
    gates = [section["gates"] for section in run["sections"] if "gates" in section]
    latencies = [{"items": section["items"], "threads": section["latency_threads"],
                  "calls": section["latencies"]}
                 for section in run["sections"] if section.get("latency_threads")]
    lines = [json.dumps({key: run[key]})[1:-1] for key in ("sellable", "machine", "options")]
    others = [section["others"] for section in run["sections"] if "others" in section]
    for row in others[0]["rows"] if others else []:
        row.pop("wall", None)  # they are among the figures
    durable = [section["durable"] for section in run["sections"] if "durable" in section]
    for row in durable[0]["rows"] if durable else []:
        for kind in ("wall", "p50", "p99"):
            row.pop(kind, None)
    called = [section["bindings"] for section in run["sections"] if "bindings" in section]
    lines.append(f'"latencies": {json.dumps(latencies)}')
    lines.append(f'"bindings": {json.dumps(called[0] if called else None, indent=0)}')
    lines.append(f'"durable": {json.dumps(durable[0] if durable else None, indent=0)}')
    lines.append(f'"others": {json.dumps(others[0] if others else None, indent=0)}')
    lines.append(f'"gates": {listed(gates[0]["table"] if gates else [])}')
    lines.append(f'"figures": {listed(figures)}')
    return "{" + ",\n".join(lines) + "}\n"


def listed(entries):
    return "[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "]"


class Run:
    def __init__(self, path):
        self.run = json.loads(path.read_text())
        self.figures = {figure["name"]: figure for figure in self.run["figures"]}

    def ns(self, name):
        """The median over the rounds, or None."""
        figure = self.figures.get(name)
        return median(figure["ns"]) if figure and "ns" in figure else None

    def ratio(self, name):
        """The median of the ratios to the reference, round by round; or None."""
        figure = self.figures.get(name)
        beside = self.figures.get(figure.get("reference")) if figure else None
        if not beside or min(beside["ns"]) <= 0:
            return None
        return median(own / other for own, other in zip(figure["ns"], beside["ns"]))

    def items(self):
        """The number of items that the gates are for."""
        counts = self.run["options"]["items"]
        return 1000000 if 1000000 in counts else counts[-1]


# ---- tables --------------------------------------------------------------------------------------

def number(value):
    """As short as it can be read: three digits, or all of a larger one."""
    if value is None:
        return ""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def table(head, rows):
    align = [":---" if column in ("what", "against", "what it carries") or number == 0 else "---:"
             for number, column in enumerate(head)]
    lines = [head, align, *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def machine(run):
    on, options = run.run["machine"], run.run["options"]
    return (f'Measured on {on["date"]}: {on["processor"]}, {on["processors"]} processors, '
            f'{on["kernel"]}, huge pages {on["huge_pages"]}, {on["compiler"]}; '
            f'{run.items():,} items, medians of {options["rounds"]} rounds of '
            f'{options["requests"]:,} requests, {options["open_orders"]:,} orders open.\n')


def said(gate):
    bound = f'≤ {gate["at_most"]:g}' if "at_most" in gate else f'≥ {gate["at_least"]:g}'
    return [gate["gate"], gate.get("against") or gate["counted"], bound]


def measured(found):
    """ns, beside those of the reference, and their ratio; or bytes."""
    if found["verdict"] == "not measured":
        return ["", "", ""]
    if "bytes" in found:
        return [f'{found["bytes"]:.1f} bytes', "", found["verdict"]]
    return [f'{number(found["ns"])} / {number(found["reference_ns"])}',
            f'{found["measured"]:.2f}', found["verdict"]]


def gates(run):
    rows = [[*said(gate), *measured(gate["mix"]), *measured(gate["defaults"])]
            for gate in run.run["gates"] if "mix" in gate]
    return table(["what", "against", "bound", "stated mix, ns", "ratio", "",
                  "nothing but defaults, ns", "ratio", ""], rows)


def mixed(run):
    """The same, short: of the stated mix alone."""
    rows = [[*said(gate), *measured(gate["mix"])]
            for gate in run.run["gates"] if "mix" in gate]
    return table(["what", "against", "bound", "ns", "ratio", ""], rows)


def large(run):
    rows = [[gate["gate"], *measured(gate["large"])]
            for gate in run.run["gates"] if "large" in gate]
    if not rows:
        return "Not measured in this run.\n"
    return table(["what", "ns, larger / smaller", "ratio (≤ 1.6)", ""], rows)


def rows_named(run, beginning, ending):
    """Names of rows in their order, without their modes."""
    names = []
    for name in run.figures:
        if name.startswith(beginning) and name.endswith(ending):
            row = name[len(beginning):-len(ending)].rpartition(", ")[0]
            if row not in names:
                names.append(row)
    return names


def rows(run):
    """All rows, uniform, one thread: by how calls hang together."""
    beginning, ending = f"rows, {run.items()} items, uniform: ", ", 1 thread"
    modes = ["independent", "chained", "fenced", "batch"]
    lines = []
    for row in rows_named(run, beginning, ending):
        cells = []
        for mode in modes:
            name = f"{beginning}{row}, {mode}{ending}"
            ratio = run.ratio(name)
            cells.append(number(run.ns(name)) + (f" ({ratio:.2f})" if ratio else ""))
        lines.append([row, *cells])
    return table(["1 thread, ns (× reference)", *modes], lines)


PEERS = [("sellable", "reserve by handle", "available by handle"),
         ("uthash, one mutex", "reserve, one mutex", "available, one mutex"),
         ("uthash, 1,024 mutexes", "reserve, 1,024 mutexes", "available, 1,024 mutexes"),
         ("uthash, spin-lock in the row", "reserve, spin-lock in the row",
          "available, spin-lock in the row"),
         ("Concurrency Kit, spin-lock in the row", "reserve, Concurrency Kit",
          "available, Concurrency Kit")]


def peers(run):
    """What one would write: independent calls, by distribution and threads."""
    tails = {call["call"]: call["p99.9"] for latency in run.run["latencies"]
             if latency["items"] == run.items() for call in latency["calls"]}
    lines = []
    for peer, reserve, available in PEERS:
        cells = []
        for distribution, row, threads in (("uniform", available, "1 thread"),
                                           ("uniform", reserve, "1 thread"),
                                           ("uniform", reserve, "2 threads"),
                                           ("one hot item", reserve, "2 threads")):
            cells.append(number(run.ns(f"rows, {run.items()} items, {distribution}: {row}, "
                                       f"independent, {threads}")))
        tail = tails.get(reserve if peer == "sellable" else reserve.partition(", ")[2])
        lines.append([peer, *cells, number(tail)])
    return table(["ns of a call", "available", "reserve", "reserve, 2 threads",
                  "one hot item, 2 threads", "one hot item, 8 threads, p99.9"], lines)


def others(run):
    """What runs outside of the process; and what was published by others."""
    found = run.run["others"]
    if not found:
        return "Not measured in this run.\n"
    lines = []
    for row in found["rows"]:
        if "not_measured" in row:
            cells = ["", "", "", "", f'not measured: {row["not_measured"]}']
        else:
            ns = run.ns(f'others, {found["items"]} items: {row["operation"]}')
            cells = [number(ns), number(1e9 / ns), times(row["single_ratio"]),
                     times(row["batch_ratio"]), row["carries"]]
        lines.append([row["operation"], *cells])
    text = table(["a reservation of one unit", "ns", "a second", "× single", "× batch",
                  "what it carries"], lines)
    text += f'\n{found["items"]:,} items; quoted as published, not measured here:\n\n'
    for quote in found["quoted"]:
        text += f'- {quote["system"]}: {quote["figure"]} ({quote["source"]})\n'
    return text


def times(ratio):
    return f"{ratio:.2f}" if ratio < 100 else f"{ratio:,.0f}"


def share(ratio):
    """A ratio that may be far below 1."""
    return f"{ratio:.3f}" if ratio < 0.1 else times(ratio)


def durable(run):
    """What is on the disk before it is answered."""
    found = run.run.get("durable")
    if not found:
        return "Not measured in this run.\n"
    lines = []
    for row in found["rows"]:
        callers = row["callers"]
        if "not_measured" in row:
            cells = ["", "", "", "", "", "", f'not measured: {row["not_measured"]}']
        else:
            name = (f'durable, {found["items"]} items: {row["operation"]}, '
                    f'{callers} caller{"s" if callers > 1 else ""}')
            half, hundredth = (run.ns(f"{name}, {part}") / 1e3 for part in ("p50", "p99"))
            cells = [number(1e9 / run.ns(name)), share(row["write_ratio"]), number(half),
                     number(hundredth), number(row["commit"] or None),
                     number(row["bytes"] or None), row["carries"]]
        lines.append([row["operation"], str(callers), *cells])
    text = table(["a reservation of one unit", "callers", "a second", "× write", "p50, µs",
                  "p99, µs", "a commit", "bytes", "what it carries"], lines)
    return (text + f'\n{found["items"]:,} items; {found["file_system"]} on {found["device"]}.\n'
            + "The disk there is memory: these figures mean nothing.\n" * found["memory"])


def recovery(run):
    """Coming back from the disk."""
    found = (run.run.get("durable") or {}).get("recovery")
    if not found:
        return "Not measured in this run.\n"
    if "not_measured" in found:
        return f'Not measured: {found["not_measured"]}.\n'
    items, changes = found["items"], found["changes"]
    alone, both = median(found["checkpoint"]), median(found["both"])
    beside = [median(own / read for own, read in zip(found[part], found[f"{part}_read"]))
              for part in ("checkpoint", "both")]
    written = found["checkpoint_write"] / 1e9
    rows = [["from the checkpoint alone", f"{alone / 1e9:.2f}", f"{number(alone / items)} an item",
             times(beside[0]), f'{number(found["checkpoint_bytes"] / items)} an item'],
            ["the journal after it", f"{(both - alone) / 1e9:.2f}",
             f"{number((both - alone) / changes)} a change", "",
             f'{number(found["journal_bytes"] / changes)} a change'],
            ["from both", f"{both / 1e9:.2f}", "", times(beside[1]), ""]]
    return (table(["back again", "seconds", "ns", "× reading as many bytes", "bytes"], rows)
            + f"\n{items:,} items, {changes:,} journalled changes; the checkpoint took "
            f"{written:.2f} s to be written. A reservation of one unit, in a batch of 128, has "
            f'{number(found["reservation_bytes"])} bytes in the journal.\n')


def bindings(run):
    """Calls from other languages: ns, and beside them times the same from C."""
    found = run.run.get("bindings")
    if not found:
        return "Not measured in this run.\n"
    languages = found["languages"]
    calls = list(dict.fromkeys(row["call"] for language in languages for row in language["calls"]))
    lines = []
    for call in calls:
        cells = []
        for language in languages:
            name = f'bindings, {found["items"]} items: {language["language"]}, {call}'
            ns = run.ns(name)
            beside = run.figures[name].get("reference", "") if ns else ""
            cells.append(number(ns) + (f" ({number(run.ratio(name))})"
                                       if f": C, {call}" in beside else ""))
        lines.append([call, *cells])
    head = [f'{found["items"]:,} items, ns (× C)', *(row["language"] for row in languages)]
    missing = [f'{language["language"]} was not measured: {language["not_measured"]}.\n'
               for language in languages if "not_measured" in language]
    return table(head, lines) + "".join(["\n", *missing] if missing else [])


TABLES = {"machine": machine, "gates": gates, "mixed": mixed, "large": large, "rows": rows,
          "peers": peers, "others": others, "durable": durable, "recovery": recovery,
          "bindings": bindings}


# ---- documents -----------------------------------------------------------------------------------

def written(text, run):
    """The document with its tables as they should be."""
    def fill(block):
        if block[2] not in TABLES:
            sys.exit(f"tables.py: there is no table {block[2]}")
        return f"{block[1]}\n{TABLES[block[2]](run)}\n{block[4]}"
    return BLOCK.sub(fill, text)


def stale(root):
    """Places whose table is something else, and what is wrong; and how many tables there are."""
    run, places, blocks = Run(Path(root, STORED)), [], 0
    for name in DOCUMENTS:
        text = Path(root, name).read_text()
        for block in BLOCK.finditer(text):
            blocks += 1
            if written(block[0], run) != block[0]:
                line = text.count("\n", 0, block.start()) + 1
                places.append((f"{name}:{line}",
                               f"the table {block[2]} is not what tables.py makes of {STORED}"))
    return places, blocks


def main(arguments):
    root, *run = arguments
    if run:
        kept = trimmed(json.loads(Path(run[0]).read_text()))
        Path(root, STORED).write_text(kept)
    stored = Run(Path(root, STORED))
    for name in DOCUMENTS:
        path = Path(root, name)
        text = path.read_text()
        new = written(text, stored)
        if new != text:
            path.write_text(new)
            print(f"{name}: written anew")


if __name__ == "__main__":
    main(sys.argv[1:])
