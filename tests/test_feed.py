#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The feed as a user runs it: test_feed.py EXECUTABLE [FOLDER...].

The shuffled run has to end as the clean one does, whatever the seed; the clean run's figures are
computed again here from the files; and what is wrong with options, files and rows has to be named.
"""

import contextlib
import csv
import datetime
import gzip
import json
import os
import pathlib
import pty
import random
import shutil
import subprocess
import sys
import tempfile
import traceback

EXECUTABLE = os.path.abspath(sys.argv[1])
SAMPLE = pathlib.Path(__file__).resolve().parent.parent / "examples" / "sample_feed"
RUN_SECONDS = 60
DAY = datetime.timedelta(days=1)
HEADERS = {
    "items": "sku,name,unit_package,outer_package,qty_per_outer,reorder_level",
    "customers": "customer_id,channel",
    "orders": "order_id,order_date,customer_id,sku,qty,picked_on",
    "inbound": "po_id,order_date,expected_date,sku,ordered_outers",
    "transactions": "transaction_id,at,type,sku,qty,po_id",
    "on_hand": "sku,qty",
}
# Names with settings of their own, and one without; shares as in examples/feed/rules.c.
SHARES = {"Corporate": 10000, "Computer Store": 9000, "Gift Store": 8000, "Novelty Shop": 9000,
          "Market": 10000}
MUCH = ("--duplicates", 30, "--late", 40, "--late-days", 5, "--outages", 30, "--swapped", 40)

# ---- running it ---------------------------------------------------------------------------------


def run(*arguments, code=0, cwd=None):
    done = subprocess.run(
        [EXECUTABLE, *map(str, arguments)], capture_output=True, timeout=RUN_SECONDS, cwd=cwd
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, f"exit code {done.returncode}, not {code}\n{out}{err}"
    return out, err


def report(folder, *arguments):
    """Everything the program found out, and its tables."""
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place, "report.json")
        run(folder, "--json", path, *arguments)
        return json.loads(path.read_text())


def equal(actual, expected, what=""):
    assert actual == expected, f"{what}\n     got {actual}\nexpected {expected}"


def contains(text, part):
    assert part in text, f"expected {part!r} in\n{text}"


# ---- folders ------------------------------------------------------------------------------------


def read(folder, name):
    path = pathlib.Path(folder, f"{name}.csv")
    with path.open() if path.exists() else gzip.open(f"{path}.gz", "rt") as lines:
        return list(csv.DictReader(lines))


@contextlib.contextmanager
def folder_of(files):
    """A temporary folder; bytes and texts are written as they are, rows below their header."""
    with tempfile.TemporaryDirectory(prefix="feed") as path:
        for name, content in files.items():
            if isinstance(content, list):
                rows = [",".join(map(str, row)) for row in content]
                content = "\n".join([HEADERS[name], *rows, ""])
            pathlib.Path(path, f"{name}.csv").write_text(content)
        yield path


@contextlib.contextmanager
def sample_with(**files):
    """The sample, with other files in place of some; None leaves one out."""
    with tempfile.TemporaryDirectory(prefix="feed") as path:
        shutil.copytree(SAMPLE, path, dirs_exist_ok=True)
        for name, content in files.items():
            if content is None:
                pathlib.Path(path, f"{name}.csv").unlink()
            else:
                pathlib.Path(path, f"{name}.csv").write_text(content)
        yield path


class Firm:
    """A firm at random: it orders too little, too late, or not at all; receives in parts, more or
    less than it ordered, and what nobody ordered; ships when it can, some lines days later; counts;
    and of some items its transactions are at fault."""

    def __init__(self, generator):
        self.draw = generator
        self.first = datetime.date(2023, 12, 20)
        self.days = generator.randint(8, 50)
        self.items = {f"I{i}": generator.choice([1, 4, 12]) for i in range(8)}
        plenty = generator.choice([20, 60, 300])
        self.stock = {i: generator.randint(0, plenty) for i in self.items}
        self.customers = {f"K{i}": generator.choice(list(SHARES)) for i in range(9)}
        self.orders, self.inbound, self.transactions, self.coming = [], [], [], []
        for day in range(self.days):
            self.live(self.first + day * DAY)

    def move(self, at, kind, item, quantity, purchase=""):
        number = len(self.transactions) + 1
        self.transactions.append([f"T{number}", at, kind, item, quantity, purchase])
        self.stock[item] += quantity

    def live(self, day):
        draw = self.draw
        early = draw.random() < 0.8
        if early:
            self.receive(day, 5, 11)
        for _ in range(draw.randint(0, 6)):
            key, customer = f"O{len(self.orders)}", draw.choice(list(self.customers))
            for item in draw.choices(list(self.items), k=draw.randint(1, 4)):
                self.orders.append([key, day, customer, item, draw.randint(1, 9), ""])
        for order in self.orders:
            if not order[5] and self.stock[order[3]] >= order[4] and draw.random() < 0.8:
                order[5] = day
                self.move(f"{day} 12:00", "issue", order[3], -order[4])
        if draw.random() < 0.5:
            item = draw.choice(list(self.items))
            self.move(f"{day} {draw.choice(['14:00', '09:30'])}", "stocktake", item,
                      draw.randint(-min(3, self.stock[item]), 3))
        if not early:
            self.receive(day, 15, 17)
        self.buy(day)

    def receive(self, day, first_hour, last_hour):
        for come in [c for c in self.coming if c[0] == day]:
            hour = self.draw.randint(first_hour, last_hour)
            self.move(f"{day} {hour:02d}:{self.draw.randint(0, 59):02d}", "receipt", *come[1:])

    def buy(self, day):
        draw = self.draw
        for item in draw.sample(list(self.items), draw.randint(0, 3)):
            key, outers = f"P{len(self.inbound)}", draw.randint(1, 4)
            due = draw.randint(1, 12)
            self.inbound.append([key, day, day + due * DAY, item, outers])
            for _ in range(draw.choice([0, 1, 1, 1, 1, 2])):
                share = draw.choice([1, 1, 1, 0.5, 1.5])
                quantity = max(1, int(outers * self.items[item] * share))
                self.coming.append((day + draw.randint(1, due + 2) * DAY, item, quantity, key))
        if draw.random() < 0.3:
            self.coming.append((day + DAY, draw.choice(list(self.items)), draw.randint(1, 9), ""))

    def files(self):
        draw = self.draw
        # The count is another one than the transactions say: too small to be true, or more.
        count = {i: q if draw.random() < 0.7 else draw.choice([-50, q // 3, q + 7])
                 for i, q in self.stock.items()}
        return {
            "items": [[i, f"Item {i}", "Each", "Each" if n == 1 else "Box", n, draw.randint(0, 5)]
                      for i, n in self.items.items()],
            "customers": list(self.customers.items()),
            "orders": self.orders,
            "inbound": self.inbound,
            "transactions": sorted(self.transactions, key=lambda t: t[1]),
            "on_hand": [row for row in count.items() if draw.random() < 0.95],
        }


def firms(count):
    seed = random.randrange(1 << 32)
    print(f"     seed {seed}")
    generator = random.Random(seed)
    for _ in range(count):
        files = Firm(generator).files()
        if files["orders"]:
            yield files


# ---- the same figures, computed again -----------------------------------------------------------


def date(text):
    return datetime.date.fromisoformat(text[:10])


class Expected:
    """What a clean run up to the end of `until` has to find, from the files alone."""

    def __init__(self, folder, until=None):
        self.items = {r["sku"]: r for r in read(folder, "items")}
        self.channel = {r["customer_id"]: r["channel"] for r in read(folder, "customers")}
        self.counts = {r["sku"]: int(r["qty"]) for r in read(folder, "on_hand")}
        self.inbound = read(folder, "inbound")
        orders, ledger = read(folder, "orders"), read(folder, "transactions")
        days = [date(r[k]) for r in orders for k in ("order_date", "picked_on") if r[k]]
        days += [date(r["at"]) for r in ledger] + [date(r["order_date"]) for r in self.inbound]
        self.first, last = min(days), max(days)
        self.last = min(last, until or last)
        self.counted = self.last == last
        self.open_stock(ledger)
        self.orders = [r for r in orders if date(r["order_date"]) <= self.last]
        self.shipped = [r for r in self.orders
                        if r["picked_on"] and date(r["picked_on"]) <= self.last]
        self.begun = {r["order_id"] for r in self.shipped}
        self.open = [r for r in self.orders
                     if not r["picked_on"] or date(r["picked_on"]) > self.last]
        self.moved = [r for r in ledger
                      if r["type"] != "issue" and date(r["at"]) <= self.last]
        self.lead = max([0, *((date(r["expected_date"]) - date(r["order_date"])).days
                              for r in self.inbound)])

    def open_stock(self, ledger):
        self.opening, self.unexplained = {}, set()
        for item in self.items:
            total = low = 0
            for row in (r for r in ledger if r["sku"] == item):
                total += int(row["qty"])
                low = min(low, total)
            opening = self.counts.get(item, 0) - total
            if item in self.counts and opening + low < 0:
                self.unexplained.add(item)
            if item not in self.counts or item in self.unexplained:
                opening = -low
            self.opening[item] = opening

    def book(self):
        """On hand at the close, before the count."""
        stock = dict(self.opening)
        for row in self.moved:
            stock[row["sku"]] += int(row["qty"])
        for row in self.shipped:
            stock[row["sku"]] -= int(row["qty"])
        return stock

    def on_hand(self):
        return {**self.book(), **(self.counts if self.counted else {})}

    def tallies(self):
        """Orders, units, lines shipped, units shipped of each channel that there is."""
        tallies = {c: [set(), 0, 0, 0] for c in self.channel.values()}
        for row in self.orders:
            tally = tallies[self.channel[row["customer_id"]]]
            tally[0].add(row["order_id"])
            tally[1] += int(row["qty"])
        for row in self.shipped:
            tally = tallies[self.channel[row["customer_id"]]]
            tally[2] += 1
            tally[3] += int(row["qty"])
        return {c: [len(t[0]), *t[1:]] for c, t in tallies.items()}

    def variance(self, items):
        book = self.book()
        off = [self.counts[i] - book[i] for i in self.counts if i in items]
        return [len(off), sum(v != 0 for v in off), sum(off),
                max((abs(v) for v in off), default=0)]

    def owed(self):
        """Ordered and not shipped, of each item."""
        owed = dict.fromkeys(self.items, 0)
        for row in self.open:
            owed[row["sku"]] += int(row["qty"])
        return owed

    def entries(self, item):
        """Of an item's purchase orders: when due, and what has not come."""
        per_outer = int(self.items[item]["qty_per_outer"])
        for row in self.inbound:
            if row["sku"] != item or date(row["order_date"]) > self.last:
                continue
            come = sum(int(r["qty"]) for r in self.moved
                       if (r["po_id"], r["sku"]) == (row["po_id"], item))
            yield date(row["expected_date"]), max(0, int(row["ordered_outers"]) * per_outer - come)

    def short(self, item, end):
        """By how much commitments exceed what is there, at the worst time from `end` on.

        An order is promised for a day beyond all supply, but allocated once it is picked in part.
        """
        steps = [(due, quantity) for due, quantity in self.entries(item) if due > end]
        for row in (r for r in self.open if r["sku"] == item):
            due = date(row["order_date"]) + (self.lead + 1) * DAY
            now = row["order_id"] in self.begun or due < end
            steps.append((end if now else due, -int(row["qty"])))
        left = self.on_hand()[item]
        worst = left + sum(quantity for due, quantity in steps if due <= end)
        for day in sorted({day for day, _ in steps}):
            left += sum(quantity for due, quantity in steps if due == day)
            worst = min(worst, left)
        return max(0, -worst)

    def could_sell(self):
        """Units and items with none, of each channel at the end of each day up to the close.

        What is there, and comes by a purchase order that is not yet due, less all that is owed;
        what waits beyond stock is in neither.
        """
        per_outer = {i: int(r["qty_per_outer"]) for i, r in self.items.items()}
        left = dict(self.opening)
        open_purchases, receipts, days = {}, {}, {}
        for row in self.moved:
            receipts.setdefault(date(row["at"]), []).append(row)
        by_day = {}
        for row in self.orders:
            by_day.setdefault(date(row["order_date"]), []).append(row)
        day = self.first
        while day <= self.last:
            for row in receipts.get(day, []):
                left[row["sku"]] += int(row["qty"])
                key = row["po_id"], row["sku"]
                if key in open_purchases:
                    due, to_come = open_purchases[key]
                    open_purchases[key] = due, max(0, to_come - int(row["qty"]))
            for row in by_day.get(day, []):
                left[row["sku"]] -= int(row["qty"])
            for row in self.inbound:
                if date(row["order_date"]) == day:
                    open_purchases[row["po_id"], row["sku"]] = (
                        date(row["expected_date"]),
                        int(row["ordered_outers"]) * per_outer[row["sku"]])
            coming = dict.fromkeys(self.items, 0)
            for (_, item), (due, quantity) in open_purchases.items():
                coming[item] += quantity if due > day else 0
            days[day] = self.figures({i: left[i] + coming[i] for i in self.items})
            day += DAY
        return days

    def figures(self, left):
        figures = {}
        for channel in set(self.channel.values()):
            units = [max(0, max(0, left[i]) * SHARES.get(channel, 10000) // 10000
                         - int(row["reorder_level"])) for i, row in self.items.items()]
            figures[channel] = sum(units), sum(u == 0 for u in units)
        return figures


def check_clean_run(answer, expected):
    result, end = answer["runs"][0], date(answer["ends"])
    equal({i["item"]: i["on_hand"] for i in result["items"]}, expected.on_hand(), "on hand")
    equal({c["channel"]: [c["orders"], c["units"], c["lines_shipped"], c["units_shipped"]]
           for c in result["channels"]}, expected.tallies(), "orders")
    equal({i["item"]: i["reserved"] + i["promised"] + i["allocated"] + i["backordered"]
           for i in result["items"]}, expected.owed(), "owed")
    if expected.counted:
        for name, items in (("count", expected.items.keys() - expected.unexplained),
                            ("count_unexplained", expected.unexplained)):
            variance = result[name]
            equal([variance["cells"], variance["differing"], variance["sum"],
                   abs(variance["largest"])], expected.variance(items), name)
    for item in result["items"]:
        if item["backordered"] == 0:  # else what waits for stock has a say, too
            equal(item["short"], expected.short(item["item"], end), f"short of {item['item']}")
    equal(result["refused"], 0)
    equal(result["exceptions"], [])


def check_days(result, expected, before_count):
    """What could be sold is the same on every day, told in order or not."""
    days = expected.could_sell()
    rows = {date(r["first"]): r for r in result["rows"]}
    for day, figures in days.items():
        equal({c["channel"]: (c["units"], c["items_with_none"]) for c in rows[day]["channels"]},
              figures, f"{day}")
    assert len(days) > before_count


def the_clean_run_gives_the_figures_computed_from_the_files():
    with contextlib.ExitStack() as stack:
        folders = [(SAMPLE, None), (SAMPLE, datetime.date(2024, 3, 20))]
        folders += [(folder, None) for folder in sys.argv[2:]]
        for files in firms(12):
            folders.append((stack.enter_context(folder_of(files)), None))
            folders.append((folders[-1][0], files["orders"][-1][1]))
        short = unexplained = 0
        for folder, until in folders:
            expected = Expected(folder, until)
            arguments = ("--until", until) if until else ()
            answer = report(folder, "--clean", *arguments)
            equal(len(answer["runs"]), 1)
            check_clean_run(answer, expected)
            check_days(answer["runs"][0], expected, 0)
            short += sum(i["short"] > 0 for i in answer["runs"][0]["items"])
            unexplained += len(expected.unexplained)
    print(f"     {short} items short, {unexplained} whose transactions are at fault")
    assert short > 0 and unexplained > 0


# ---- in order and shuffled ----------------------------------------------------------------------


def the_shuffled_run_ends_as_the_clean_one_whatever_the_seed():
    seen = {}
    with contextlib.ExitStack() as stack:
        folders = [SAMPLE, *sys.argv[2:]]
        folders += [stack.enter_context(folder_of(files)) for files in firms(16)]
        for folder in folders:
            for seed, arguments in ((1, ()), (2, MUCH), (3, MUCH)):
                answer = report(folder, "--shuffle", seed, *arguments)
                clean, shuffled = answer["runs"]
                what = f"{folder} --shuffle {seed} {arguments}"
                equal(answer["same"], True, what)
                equal(shuffled["hash"], clean["hash"], what)
                equal([r["consistent"] for r in answer["runs"]], [True, True], what)
                equal(shuffled["channels"], clean["channels"], what)
                equal(shuffled["items"], clean["items"], what)
                equal(shuffled["exceptions_left"], 0, what)
                check_days(shuffled, Expected(folder), 0)
                for reason in shuffled["exceptions"]:
                    for became in ("replayed", "known", "discarded"):
                        key = reason["status"], became
                        seen[key] = seen.get(key, 0) + reason[became]
                for key in ("duplicates", "refused"):
                    seen[key] = seen.get(key, 0) + shuffled[key]
                seen["gaps"] = seen.get("gaps", 0) + sum(shuffled["gaps"].values())
    print("     " + ", ".join(f"{k}: {v}" for k, v in seen.items() if v))
    for key in (("stale", "replayed"), ("stale", "known"), ("stale", "discarded"),
                ("unknown_order", "replayed"), "duplicates", "refused", "gaps"):
        assert seen.get(key, 0) > 0, f"{key} never occurred: {seen}"


def late_movements_show_in_the_variance_of_the_count():
    """They happened before it, and are told after it: on hand they leave alone."""
    answer = report(SAMPLE, "--late", 100, "--duplicates", 0, "--outages", 0, "--swapped", 0)
    clean, shuffled = answer["runs"]
    equal(clean["count"]["differing"], 0)
    assert shuffled["count"]["differing"] > 0, shuffled["count"]
    equal(shuffled["items"], clean["items"])


def threads_end_in_the_same_state():
    with contextlib.ExitStack() as stack:
        folders = [SAMPLE, *sys.argv[2:]]
        folders += [stack.enter_context(folder_of(files)) for files in firms(4)]
        for folder in folders:
            for disorder in ((), MUCH):
                answers = [report(folder, "--shuffle", 5, "--threads", threads, *disorder)
                           for threads in (1, 2, 3)]
                hashes = {result["hash"] for answer in answers for result in answer["runs"]}
                equal(len(hashes), 1, f"{folder}: {hashes}")
                equal([answer["threads"] for answer in answers], [1, 2, 3])


def another_history_has_another_hash():
    orders = (SAMPLE / "orders.csv").read_text().splitlines()
    unpicked = [row if i != len(orders) // 2 else row.rsplit(",", 1)[0] + ","
                for i, row in enumerate(orders)]
    with sample_with(orders="\n".join(unpicked)) as folder:
        assert (report(folder)["runs"][0]["hash"] != report(SAMPLE)["runs"][0]["hash"])


# ---- what is shown ------------------------------------------------------------------------------


def tables_show_days_events_exceptions_variance_and_the_end():
    out, err = run(SAMPLE, *MUCH)
    for part in ("What each channel could sell", "What came in", "Exceptions by reason (in order)",
                 "Exceptions by reason (shuffled)", "stale", "unknown_order",
                 "Variance of the final count", "Short on ", "a second, from 1 thread",
                 "Both runs ended in the same state."):
        contains(out, part)
    contains(err, "orders.csv: ")
    assert max(map(len, out.splitlines())) <= 100, "a table is wider than 100 columns"
    equal(run("--help")[0].split()[0], "feed")


def rows_are_days_or_weeks_the_last_30_or_all():
    def rows(*arguments):
        out, _ = run(SAMPLE, "--clean", *arguments)
        return [line[:10] for line in out.splitlines() if line[:2] == "20"]

    answer = report(SAMPLE, "--clean")["runs"][0]["rows"]
    equal(rows("--all"), [r["first"] for r in answer] * 2)
    equal(rows(), [r["first"] for r in answer[-30:]] * 2)
    weeks = report(SAMPLE, "--clean", "--by", "week")["runs"][0]["rows"]
    equal(rows("--by", "week"), [r["first"] for r in weeks] * 2)
    equal([r["first"] for r in weeks], [r["first"] for r in answer[::7]])
    equal(weeks[1]["applied"], sum(r["applied"] for r in answer[7:14]))
    equal(weeks[1]["channels"], answer[13]["channels"])


def a_run_can_end_early_and_then_has_no_count():
    out, _ = run(SAMPLE, "--until", "2024-03-20")
    contains(out, "2024-03-01 to 2024-03-20")
    contains(out, "No final count")
    contains(out, "Both runs ended in the same state.")


def the_progress_bar_is_for_terminals_only():
    equal("shuffled [" in run(SAMPLE)[1], False)
    parent, child = pty.openpty()
    done = subprocess.Popen([EXECUTABLE, SAMPLE], stdout=subprocess.DEVNULL, stderr=child)
    os.close(child)
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(parent, 65536):
            shown += piece
    equal(done.wait(RUN_SECONDS), 0)
    contains(shown.decode(), "shuffled [")
    contains(shown.decode(), "in order [")


def the_usual_folder_is_found():
    with tempfile.TemporaryDirectory() as root:
        project = pathlib.Path(root, "project")
        shutil.copytree(SAMPLE, project / "examples" / "sample_feed")
        contains(run(cwd=project)[0], "folder      examples/sample_feed")
        shutil.copytree(SAMPLE, pathlib.Path(root, "shared", "data", "wideworldimporters"))
        contains(run(cwd=project)[0], "folder      ../shared/data/wideworldimporters")


# ---- what is wrong ------------------------------------------------------------------------------


def bad_options_are_named():
    for arguments, part in (
        (["--shuffle", "x"], "--shuffle: \"x\""),
        (["--duplicates", "101"], "--duplicates: \"101\" is not from 0 to 100"),
        (["--late", "-1"], "--late: \"-1\""),
        (["--late-days", "0"], "--late-days: \"0\" is not from 1 to 30"),
        (["--outages", ""], "--outages: \"\""),
        (["--swapped", "2.5"], "--swapped: \"2.5\""),
        (["--threads", "4"], "--threads: \"4\" is not from 1 to 3"),
        (["--by", "year"], "--by: \"year\" is neither day nor week"),
        (["--until", "2024-02-30"], "--until: \"2024-02-30\" is no day"),
        (["--until", "2024-02-29"], "begins on 2024-03-01"),
        (["--json", "/nowhere/at/all"], "--json: /nowhere/at/all: "),
        (["--nothing"], "see --help"),
        (["twice"], "one folder only, not also \"twice\""),
    ):
        out, err = run(SAMPLE, *arguments, code=2)
        contains(err, part)
        equal(out, "")


def a_missing_file_or_column_is_named():
    for name, header in HEADERS.items():
        with sample_with(**{name: None}) as folder:
            contains(run(folder, code=2)[1], f"{folder}/{name}.csv: no such file")
        for column in header.split(","):
            if column == "name":
                continue
            rows = (SAMPLE / f"{name}.csv").read_text().replace(column, "other", 1)
            with sample_with(**{name: rows}) as folder:
                contains(run(folder, code=2)[1],
                         f"{folder}/{name}.csv:1: column {column}: not in the header")
    with folder_of({name: [] for name in HEADERS}) as folder:
        contains(run(folder, code=2)[1], "nothing happened")


BROKEN = (
    ("items", "C1,Again,Each,Carton,12,30", "sku: the item stands in line 2 already"),
    ("items", "X1,None,Each,Carton,0,30", "qty_per_outer: 0 is not from 1"),
    ("items", "X1,None,Each,Carton,12", "reorder_level: missing"),
    ("items", f"{'x' * 51},None,Each,Carton,12,30", "sku: not of 1 to 50 bytes"),
    ("customers", "101,Corporate", "customer_id: the customer stands in an earlier line"),
    ("on_hand", "C1,1", "sku: the item is counted in an earlier line already"),
    ("on_hand", "nil,1", "sku: no item \"nil\" in items.csv"),
    ("orders", "9,2024-03-32,101,C1,1,", "order_date: \"2024-03-32\" is no date"),
    ("orders", "9,2024-03-02,nobody,C1,1,", "customer_id: no customer \"nobody\""),
    ("orders", "9,2024-03-02,101,C1,0,", "qty: 0 is not from 1"),
    ("orders", "9,2024-03-02,101,C1,one,", "qty: \"one\" is not a whole number"),
    ("orders", "9,2024-03-02,101,C1,1,2024-03-01", "picked_on: before the order's day"),
    ("orders", "1001,2024-03-09,101,C1,1,", "order_date: the order has another day before"),
    ("orders", "9,2024-03-02,101,\"C1,1,", "sku: a quote is not closed"),
    ("inbound", "51,2024-03-01,2024-03-11,C3,1", "expected_date|sku"),
    ("inbound", "99,2024-03-05,2024-03-05,C1,1", "expected_date: not 1 to 3659 days after"),
    ("transactions", "x,2024-03-05,issue,C1,-1,", "at: \"2024-03-05\" is no time"),
    ("transactions", "x,2024-03-05 25:00,issue,C1,-1,", "at: \"2024-03-05 25:00\" is no time"),
    ("transactions", "x,2024-03-05 12:00,gift,C1,-1,", "type: \"gift\" is neither issue"),
    ("transactions", "x,2024-03-05 12:00,issue,C1,1,", "qty: 1 is not from"),
    ("transactions", "x,2024-03-05 07:00,receipt,C1,1,none", "po_id: no such purchase order"),
)


def a_broken_row_is_named_by_file_and_line_and_left_out():
    whole = report(SAMPLE, "--clean")["runs"][0]["hash"]
    for name, row, reason in BROKEN:
        text = (SAMPLE / f"{name}.csv").read_text()
        if reason == "expected_date|sku":  # once more a line that is there
            row = text.splitlines()[1]
            reason = "sku: the purchase order has this item in line 2 already"
        with sample_with(**{name: text + row + "\n"}) as folder:
            _, err = run(folder)
            line = len(text.splitlines()) + 1
            contains(err, f"{folder}/{name}.csv:{line}: column {reason}")
            contains(err, "1 broken and left out")
            equal(report(folder, "--clean")["runs"][0]["hash"], whole, row)


TESTS = (
    the_clean_run_gives_the_figures_computed_from_the_files,
    the_shuffled_run_ends_as_the_clean_one_whatever_the_seed,
    late_movements_show_in_the_variance_of_the_count,
    threads_end_in_the_same_state,
    another_history_has_another_hash,
    tables_show_days_events_exceptions_variance_and_the_end,
    rows_are_days_or_weeks_the_last_30_or_all,
    a_run_can_end_early_and_then_has_no_count,
    the_progress_bar_is_for_terminals_only,
    the_usual_folder_is_found,
    bad_options_are_named,
    a_missing_file_or_column_is_named,
    a_broken_row_is_named_by_file_and_line_and_left_out,
)


def main():
    failed = 0
    for test in TESTS:
        try:
            test()
            print(f"ok   {test.__name__}")
        except Exception:
            failed += 1
            print(f"FAIL {test.__name__}")
            traceback.print_exc(file=sys.stdout)
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
