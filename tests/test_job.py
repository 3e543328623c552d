#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The main job as a user runs it: test_job.py EXECUTABLE.

Its figures are computed again here, slowly and from the files alone; and every way in which a
folder can be broken has to end in a message that names file, line and column.
"""

import csv
import gzip
import io
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
SAMPLE = pathlib.Path(__file__).resolve().parent.parent / "examples" / "sample"
NAMES = ("items", "locations", "on_hand", "orders")
RUN_SECONDS = 60

ITEMS = "sku,name,safety_stock\nA,Apple,1\nB,Bread,0\nC,Cheese,2\n"
LOCATIONS = "location_id,name\neast,East\nwest,West\n"
ON_HAND = "sku,location_id,qty\nA,east,10\nA,west,5\nB,east,7\nC,west,9\n"
ORDERS = (
    "order_id,line_no,order_date,channel,sku,qty\n"
    "1,1,2014-05-01,online,A,2\n"
    "1,2,2014-05-01,online,B,1\n"
    "2,1,2014-05-02,reseller,C,3\n"
    "3,1,2014-05-03,online,A,4\n"
    "4,1,2014-05-04,online,B,100\n"
    "5,1,2014-06-01,online,A,1\n"
)
SMALL = {"items": ITEMS, "locations": LOCATIONS, "on_hand": ON_HAND, "orders": ORDERS}


# ---- folders and runs ---------------------------------------------------------------------------


class Folder:
    """A temporary folder; what is given replaces the small one's files, None leaves one out."""

    def __init__(self, **files):
        self.files = {f"{name}.csv": files.get(name, SMALL[name]) for name in NAMES}
        self.files.update({k.replace("__", "."): v for k, v in files.items() if k not in NAMES})

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="job")
        for name, content in self.files.items():
            if content is not None:
                data = content.encode() if isinstance(content, str) else content
                pathlib.Path(self.path, name).write_bytes(data)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)


def run(*arguments, code=0, cwd=None):
    done = subprocess.run(
        [EXECUTABLE, *map(str, arguments)], capture_output=True, timeout=RUN_SECONDS, cwd=cwd
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, f"exit code {done.returncode}, not {code}\n{out}{err}"
    return out, err


def report(folder, *arguments):
    out, _ = run(folder, "--json", *arguments)
    answer = json.loads(out)
    assert answer["audit"]["passed"], answer["audit"]
    return answer


def equal(actual, expected, what=""):
    assert actual == expected, f"{what}\n     got {actual}\nexpected {expected}"


def contains(text, part):
    assert part in text, f"expected {part!r} in\n{text}"


def fails(part, *arguments, **files):
    """The folder cannot be used: exit code 2, nothing on stdout, the message on stderr."""
    with Folder(**files) as folder:
        out, err = run(folder, *arguments, code=2)
        equal(out, "")
        contains(err, part.replace("FOLDER", folder))


def figures(answer):
    """What does not depend on time: per channel orders and lines accepted and refused, units."""
    return {
        c["channel"]: (
            c["orders"]["accepted"],
            c["orders"]["refused"],
            c["lines"]["accepted"],
            c["lines"]["refused"],
            c["units_promised"],
        )
        for c in answer["channels"]
    }


# ---- the same figures, computed again -----------------------------------------------------------


def read_csv(folder, name):
    path = pathlib.Path(folder, f"{name}.csv")
    opened = open(path, newline="") if path.exists() else gzip.open(f"{path}.gz", "rt", newline="")
    with opened as file:
        return list(csv.DictReader(file))


def expected_figures(folder, plain, per_line, month="2014-05"):
    left = {
        (r["sku"], r["location_id"]): int(r["qty"]) for r in read_csv(folder, "on_hand")
    }
    if not plain:
        fullest = {}
        for (sku, location), quantity in left.items():
            if sku not in fullest or quantity > left[sku, fullest[sku]]:
                fullest[sku] = location
        for r in read_csv(folder, "items"):
            if r["sku"] in fullest:
                left[r["sku"], fullest[r["sku"]]] -= int(r["safety_stock"])

    def seen(sku, location, channel):
        share = 6000 if channel == "reseller" and not plain else 10000
        return max(0, left[sku, location]) * share // 10000

    def take(rows):
        channel, needed = rows[0]["channel"], {}
        for r in rows:
            needed[r["sku"]] = needed.get(r["sku"], 0) + int(r["qty"])
        places = {s: sorted((l for i, l in left if i == s), key=str.encode) for s in needed}
        if any(q > sum(seen(s, l, channel) for l in places[s]) for s, q in needed.items()):
            return False
        for sku, quantity in needed.items():
            for location in places[sku]:
                taken = min(quantity, seen(sku, location, channel))
                left[sku, location] -= taken
                quantity -= taken
        return True

    rows = [r for r in read_csv(folder, "orders") if r["order_date"].startswith(month)]
    groups = {}
    for number, r in enumerate(rows):
        groups.setdefault(number if per_line else r["order_id"], []).append(r)
    counts = {c: [0, 0, 0, 0, 0] for c in ("online", "reseller")}
    orders = {}
    for group in groups.values():
        count, accepted = counts[group[0]["channel"]], take(group)
        count[2 if accepted else 3] += len(group)
        count[4] += sum(int(r["qty"]) for r in group) if accepted else 0
        order = orders.setdefault(group[0]["order_id"], [count, True])
        order[1] = order[1] and accepted
    for count, accepted in orders.values():
        count[0 if accepted else 1] += 1
    return {channel: tuple(count) for channel, count in counts.items()}


def random_folder(generator):
    items = [f"I{i}" for i in range(12)]
    places = ["10", "2", "30", "4"]
    rows = [f"{i},{generator.randint(0, 9)}" for i in items]
    cells = [
        f"{i},{p},{generator.randint(-5, 60)}"
        for i in items
        for p in places
        if generator.random() < 0.6
    ]
    lines = []
    for order in range(120):
        channel = generator.choice(["online", "reseller"])
        for line in range(generator.randint(1, 5)):
            item, quantity = generator.choice(items), generator.randint(1, 6)
            lines.append(f"{order},{line},2014-05-{1 + order // 4:02d},{channel},{item},{quantity}")
    return {
        "items": "\n".join(["sku,safety_stock", *rows]),
        "locations": "\n".join(["location_id", *places]),
        "on_hand": "\n".join(["sku,location_id,qty", *cells]),
        "orders": "\n".join(["order_id,line_no,order_date,channel,sku,qty", *lines]),
    }


def one_thread_gives_the_figures_computed_from_the_files():
    seed = random.randrange(1 << 32)
    print(f"     seed {seed}")
    generator = random.Random(seed)
    folders = [SMALL] + [random_folder(generator) for _ in range(5)]
    folders.append({n: pathlib.Path(SAMPLE, f"{n}.csv").read_text() for n in NAMES})
    for files in folders:
        with Folder(**files) as folder:
            for plain in ([], ["--plain"]):
                for per in ("order", "line"):
                    answer = report(folder, "--threads", 1, "--per", per, *plain)
                    expected = expected_figures(folder, bool(plain), per == "line")
                    equal(figures(answer), expected, f"{plain} --per {per}")


def many_threads_take_every_order_once():
    with Folder(**random_folder(random.Random(7))) as folder:
        for threads in (2, 3, 8):
            answer = report(folder, "--threads", threads)
            orders = answer["all"]["orders"]
            equal(orders["accepted"] + orders["refused"], 120)
            equal(answer["all"]["calls"], 120)
            equal(answer["threads"], threads)
            equal((len(answer["calls_by_thread"]), sum(answer["calls_by_thread"])), (threads, 120))
            equal(answer["memory"]["orders"], orders["accepted"])


# ---- what is shown ------------------------------------------------------------------------------


def the_sample_runs_without_a_folder_named():
    with tempfile.TemporaryDirectory() as root:
        project = pathlib.Path(root, "project")
        shutil.copytree(SAMPLE, project / "examples" / "sample")
        out, _ = run(cwd=project)
        contains(out, "examples/sample")
        shared = pathlib.Path(root, "shared", "data", "adventureworks")
        shutil.copytree(SAMPLE, shared)
        out, _ = run(cwd=project)
        contains(out, "../shared/data/adventureworks")


def tables_show_questions_orders_memory_and_audit():
    out, err = run(SAMPLE)
    for part in (
        "What each channel may sell now of the 10 most wanted items",
        "Why may reseller sell ",
        "because",
        "p99.9",
        "Memory: ",
        "Audit passed",
    ):
        contains(out, part)
    contains(err, "orders.csv: 208 rows")
    equal(run("--help")[0].split()[0], "run")


def the_wanted_table_says_what_each_channel_may_sell():
    with Folder() as folder:
        wanted = report(folder, "--top", 2)["wanted"]
    equal([(w["item"], w["name"], w["ordered"]) for w in wanted],
          [("B", "Bread", 101), ("A", "Apple", 6)])
    # A: 9 + 5 free; a reseller sees 60 % of each, rounded down in each cell.
    equal([c["published"] for c in wanted[1]["channels"]], [14, 5 + 3])


def the_explanation_shows_every_term():
    with Folder() as folder:
        why = report(folder)["explained"]
        out, _ = run(folder)
        contains(out, why["because"])
    equal((why["item"], why["channel"], why["share"]), ("B", "reseller", 6000))
    equal([(c["location"], c["on_hand"], c["seen"]) for c in why["cells"]], [("east", 7, 4)])
    assert why["because"], why


def json_is_alone_on_stdout_and_escapes_names():
    name = 'quote " back \\ tab \t bell \a Ü'
    items = ITEMS.replace("Bread", '"' + name.replace('"', '""') + '"')
    with Folder(items=items, orders=ORDERS + "x,1,2014-05-01,online,A,none\n") as folder:
        equal(report(folder)["wanted"][0]["name"], name)


def a_progress_bar_is_drawn_on_a_terminal_only():
    master, slave = pty.openpty()
    done = subprocess.run(
        [EXECUTABLE, SAMPLE, "--json"], stdout=subprocess.PIPE, stderr=slave, timeout=RUN_SECONDS
    )
    os.close(slave)
    shown = os.read(master, 1 << 16).decode()
    os.close(master)
    json.loads(done.stdout)
    contains(shown, "#####")
    contains(shown, "100 %")
    assert "###" not in run(SAMPLE)[1]


# ---- the same content in other forms ------------------------------------------------------------


def packed_shuffled_and_foreign_forms_read_the_same():
    def shuffled(text):
        rows = list(csv.reader(io.StringIO(text)))
        out = io.StringIO()
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerows([["", *reversed(r)] if i else ["extra", *reversed(r)]
                          for i, r in enumerate(rows)])
        return "\ufeff" + out.getvalue()

    with Folder() as folder:
        expected = figures(report(folder, "--threads", 1))
    other = {name: shuffled(text) for name, text in SMALL.items()}
    packed = {f"{n}__csv__gz": gzip.compress(t.encode()) for n, t in other.items()}
    no_end = {name: text.rstrip("\n") for name, text in SMALL.items()}
    blank = {name: text.replace("\n", "\n\n \n") for name, text in SMALL.items()}
    for files in (other, {**dict.fromkeys(NAMES), **packed}, no_end, blank):
        with Folder(**files) as folder:
            equal(figures(report(folder, "--threads", 1)), expected)


def an_orders_rows_need_not_stand_together():
    header, *rows = ORDERS.splitlines()
    rows = [rows[0], rows[3], rows[2], rows[1], rows[5], rows[4]]
    with Folder(orders="\n".join([header, *rows])) as folder:
        equal(figures(report(folder, "--threads", 1))["online"], (2, 1, 3, 1, 7))


def the_same_item_on_two_lines_is_added_up():
    orders = ORDERS.splitlines()[0] + (
        "\n1,1,2014-05-01,online,B,4\n1,2,2014-05-01,online,B,4\n"
        "2,1,2014-05-01,online,B,4\n2,2,2014-05-01,online,B,3\n"
    )
    with Folder(orders=orders) as folder:
        equal(figures(report(folder, "--threads", 1))["online"], (1, 1, 2, 2, 7))
        equal(figures(report(folder, "--threads", 1, "--per", "line"))["online"],
              (0, 2, 2, 2, 7))


def an_order_for_more_than_can_be_counted_is_refused():
    most = 10**15
    row = f"2014-05-09,online,A,{most}\n"
    with Folder(orders=ORDERS + "9,1," + row + "9,2," + row) as folder:
        for per in ("order", "line"):
            equal(figures(report(folder, "--threads", 1, "--per", per))["online"],
                  (2, 2, 3, 3, 7), per)


def another_month_or_no_dates_at_all():
    with Folder() as folder:
        answer = report(folder, "--month", "2014-06")
        equal((answer["period"], answer["all"]["calls"]), ("2014-06", 1))
    undated = "\n".join(",".join(r.split(",")[:2] + r.split(",")[3:]) for r in ORDERS.split())
    with Folder(orders=undated) as folder:
        answer = report(folder)
        equal((answer["period"], answer["all"]["calls"]), (None, 5))
    with Folder(orders=ORDERS.replace("2014-05-01,", "2014-05-01 23:59:59,")) as folder:
        equal(report(folder)["all"]["calls"], 4)


# ---- broken rows --------------------------------------------------------------------------------

LONG = "k" * 129
ORDER = "9,1,2014-05-09,online,A,1"

# file, the broken row, its column, a part of the reason
BROKEN_ROWS = [
    ("items", "A,Again,1", "sku", "line 2 already"),
    ("items", ",None,1", "sku", ""),
    ("items", LONG + ",Long,1", "sku", ""),
    ("items", "D,Date", "safety_stock", "missing"),
    ("items", "D,Date,1,1", "4", "one too many"),
    ("items", "D,Date,-1", "safety_stock", "-1 is not from 0 to 1,000,000,000,000,000"),
    ("items", "D,Date,1.5", "safety_stock", '"1.5" is not a whole number'),
    ("items", "D,Date,", "safety_stock", "not a whole number"),
    ("items", 'D,"Date,1', "name", "quote"),
    ("items", 'D,Da"te,1', "name", "quote"),
    ("items", 'D,"Da"te,1', "name", "quote"),
    ("items", b"D,Dat\xe9,1", "name", "not UTF-8"),
    ("locations", "east,Again", "location_id", "earlier line"),
    ("locations", LONG + ",Long", "location_id", ""),
    ("locations", "north", "name", "missing"),
    ("on_hand", "A,east,1", "sku", "line 2 already"),
    ("on_hand", "X,east,1", "sku", 'no item "X"'),
    ("on_hand", "A,north,1", "location_id", 'no location "north"'),
    ("on_hand", "B,west,1000000000000001", "qty", "1,000,000,000,000,000"),
    ("on_hand", "B,west,99999999999999999999", "qty", "1,000,000,000,000,000"),
    ("on_hand", "B,west,+1", "qty", "not a whole number"),
    ("on_hand", b"B\xff,west,1", "sku", "not UTF-8"),
    ("orders", "9,1,2014-05-09,online,X,1", "sku", 'no item "X"'),
    ("orders", "9,1,2014-05-09,phone,A,1", "channel", "neither online nor reseller"),
    ("orders", "9,1,2014-05-32,online,A,1", "order_date", "no date"),
    ("orders", "9,1,2014-02-29,online,A,1", "order_date", "no date"),
    ("orders", "9,1,,online,A,1", "order_date", "no date"),
    ("orders", "9,1,2014-05-09,online,A,0", "qty", "0 is not from 1"),
    ("orders", "9,1,2014-05-09,online,A,-1", "qty", "-1 is not from 1"),
    ("orders", "9,1,2014-05-09,online,A,two", "qty", '"two" is not a whole number'),
    ("orders", "9,x,2014-05-09,online,A,1", "line_no", '"x" is not a whole number'),
    ("orders", "9,1,2014-05-09,online,A", "qty", "missing: the row has 5 of 6 fields"),
    ("orders", ORDER + ",7", "7", "one too many"),
    ("orders", '9,1,2014-05-09,online,"A,1', "sku", "quote"),
    ("orders", '"9,1,2014-05-09,online,A,1', "order_id", "quote"),
    ("orders", b"9,1,2014-05-09,online,A\xc0\x80,1", "sku", "not UTF-8"),
    ("orders", b"9,1,2014-05-09,online,A,1\x00", "qty", "not a whole number"),
    ("orders", "," + ORDER.split(",", 1)[1], "order_id", "not of 1 to"),
    ("orders", LONG + "," + ORDER.split(",", 1)[1], "order_id", "not of 1 to"),
]


def a_broken_row_is_shown_counted_and_left_out():
    with Folder() as folder:
        expected = figures(report(folder, "--threads", 1))
    for name, row, column, reason in BROKEN_ROWS:
        data = row if isinstance(row, bytes) else row.encode()
        for where in ("amid", "last"):
            lines = SMALL[name].encode().splitlines()
            at = 3 if where == "amid" else len(lines)
            lines.insert(at, data)
            with Folder(**{name: b"\n".join(lines)}) as folder:
                answer = report(folder, "--threads", 1)
                equal(figures(answer), expected, f"{name}: {row!r} {where}")
                for file in answer["files"]:
                    count = int(file["path"].endswith(f"/{name}.csv"))
                    equal(file["broken"], count, f"{file['path']}: {row!r}")
                [fault] = answer["files"][NAMES.index(name)]["faults"]
                equal((fault["line"], fault["column"]), (at + 1, column), f"{row!r}: {fault}")
                contains(fault["reason"], reason)
                _, err = run(folder)
                contains(err, f"{folder}/{name}.csv:{at + 1}: column {column}: ")


def a_broken_line_leaves_out_its_whole_order():
    for row in (
        "3,2,2014-05-03,online,X,1",
        "3,2,2014-05-03,online,B,0",
        "3,2,2014-05-03,online,B",
        '3,2,2014-05-03,online,"B,1',
        "3,2,2014-05-03,reseller,B,1",
        "3,2,2014-06-03,online,B,1",
        "3,1,2014-05-03,online,B,1",
    ):
        with Folder(orders=ORDERS + row + "\n") as folder:
            answer = report(folder, "--threads", 1)
            equal(answer["orders_left_out"], 1, row)
            equal(figures(answer)["online"], (1, 1, 2, 1, 3), row)
            equal(figures(report(folder, "--threads", 1, "--per", "line"))["online"],
                  (2, 1, 3, 1, 7), row)


def a_wrong_quote_swallows_no_good_row():
    orders = ORDERS.splitlines()
    for quote in ('0,1,"2014', '"', '0,"', '0,1,2014-05-01,online,"A,1'):
        with Folder(orders="\n".join([orders[0], quote, *orders[1:]])) as folder:
            answer = report(folder)
            equal(answer["files"][3]["broken"], 1, quote)
            equal(answer["all"]["calls"], 4, quote)


def a_field_may_go_on_over_lines():
    with Folder(items=ITEMS.replace("Bread", '"Bread,\nfresh"') + "D,Date,x\n") as folder:
        answer = report(folder)
        equal(answer["wanted"][0]["name"], "Bread,\nfresh")
        equal(answer["files"][0]["faults"][0]["line"], 6)
        assert "Bread,?fresh" in run(folder)[0]


def only_the_first_faults_are_shown_and_all_are_counted():
    with Folder(orders=ORDERS + "9,1,2014-05-09,online,X,1\n" * 12) as folder:
        answer = report(folder)
        equal((answer["files"][3]["broken"], len(answer["files"][3]["faults"])), (12, 5))
        contains(run(folder)[1], "and 7 more")


def an_order_has_at_most_256_lines():
    rows = [f"9,{i},2014-05-09,online,A,1" for i in range(257)]
    for count, left_out in ((256, 0), (257, 1)):
        with Folder(orders=ORDERS + "\n".join(rows[:count])) as folder:
            equal(report(folder)["orders_left_out"], left_out, count)


# ---- what cannot be used at all -----------------------------------------------------------------


def a_missing_file_is_named():
    for name in NAMES:
        fails(f"FOLDER/{name}.csv: no such file, nor {name}.csv.gz", **{name: None})
    _, err = run("/nowhere/at/all", code=2)
    contains(err, "/nowhere/at/all/items.csv: no such file")
    with Folder(items=None) as folder:
        os.mkdir(os.path.join(folder, "items.csv"))
        contains(run(folder, code=2)[1], "items.csv")


def a_missing_column_is_named():
    needed = {
        "items": ("sku", "safety_stock"),
        "locations": ("location_id",),
        "on_hand": ("sku", "location_id", "qty"),
        "orders": ("order_id", "channel", "sku", "qty"),
    }
    for name, columns in needed.items():
        for column in columns:
            header, rest = SMALL[name].split("\n", 1)
            header = ",".join("other" if c == column else c for c in header.split(","))
            fails(f"FOLDER/{name}.csv:1: column {column}: not in the header",
                  **{name: header + "\n" + rest})


def a_header_that_is_none_is_named():
    fails("FOLDER/items.csv:1: the file is empty", items="")
    fails("FOLDER/items.csv:1: the file is empty", items="\n \n")
    fails("FOLDER/items.csv:1: column 2: sku stands in the header twice", items="sku,sku\n")
    fails("FOLDER/items.csv:1: column 2: a quote", items='sku,"name\nA,1\n')


def a_file_cut_off_is_named():
    packed = gzip.compress(ORDERS.encode())
    for size in (10, len(packed) // 2, len(packed) - 1):
        fails("FOLDER/orders.csv.gz:", orders=None, orders__csv__gz=packed[:size])
    changed = packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]
    fails("FOLDER/orders.csv.gz:", orders=None, orders__csv__gz=changed)


def a_period_without_orders_is_an_error():
    fails("no order in 2013-01; choose another month", "--month", "2013-01")
    fails("orders.csv: no order", orders="order_id,channel,sku,qty\n")
    fails("column order_date: not in the header, so --month cannot be used", "--month", "2014-05",
          orders="order_id,channel,sku,qty\n1,online,A,1\n")


def wrong_options_are_errors():
    for arguments in (
        ("--threads", "0"), ("--threads", "two"), ("--threads", "1025"), ("--threads", ""),
        ("--threads", "99999999999999999999999"), ("--per", "item"), ("--month", "May"),
        ("--month", "2014-13"), ("--month", "2014-5"), ("--top", "-1"), ("--unknown",), ("--per",),
    ):
        out, err = run(SAMPLE, *arguments, code=2)
        equal(out, "", arguments)
        assert err, arguments
    contains(run(SAMPLE, SAMPLE, code=2)[1], "one folder only")


TESTS = [
    one_thread_gives_the_figures_computed_from_the_files,
    many_threads_take_every_order_once,
    the_sample_runs_without_a_folder_named,
    tables_show_questions_orders_memory_and_audit,
    the_wanted_table_says_what_each_channel_may_sell,
    the_explanation_shows_every_term,
    json_is_alone_on_stdout_and_escapes_names,
    a_progress_bar_is_drawn_on_a_terminal_only,
    packed_shuffled_and_foreign_forms_read_the_same,
    an_orders_rows_need_not_stand_together,
    the_same_item_on_two_lines_is_added_up,
    an_order_for_more_than_can_be_counted_is_refused,
    another_month_or_no_dates_at_all,
    a_broken_row_is_shown_counted_and_left_out,
    a_broken_line_leaves_out_its_whole_order,
    a_wrong_quote_swallows_no_good_row,
    a_field_may_go_on_over_lines,
    only_the_first_faults_are_shown_and_all_are_counted,
    an_order_has_at_most_256_lines,
    a_missing_file_is_named,
    a_missing_column_is_named,
    a_header_that_is_none_is_named,
    a_file_cut_off_is_named,
    a_period_without_orders_is_an_error,
    wrong_options_are_errors,
]


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
    print(f"{len(TESTS) - failed} of {len(TESTS)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
