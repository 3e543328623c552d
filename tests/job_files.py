# SPDX-License-Identifier: Apache-2.0
"""The main job on folders in other forms, with broken rows, and such that cannot be used at all."""

import csv
import gzip
import io
import os

from job_folder import (
    INBOUND, ITEMS, NAMES, ORDERS, SAMPLE, SMALL, Folder, contains, equal, fails, figures, report,
    run,
)

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
        equal(answer["now"], "2014-06-01")
        answer = report(folder, "--now", "2014-06-20")
        equal((answer["period"], answer["now"]), ("2014-06", "2014-06-20"))
        answer = report(folder, "--now", "2014-04-20", "--month", "2014-06")
        equal((answer["period"], answer["now"]), ("2014-06", "2014-04-20"))
    undated = "\n".join(",".join(r.split(",")[:2] + r.split(",")[3:]) for r in ORDERS.split())
    with Folder(orders=undated) as folder:
        answer = report(folder)
        equal((answer["period"], answer["all"]["calls"]), (None, 5))
        equal(answer["now"], "2014-05-01")
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
    ("inbound", "P9,1,2014-04-20,2014-05-10,X,1", "sku", 'no item "X"'),
    ("inbound", "P9,1,2014-04-31,2014-05-10,A,1", "order_date", "no date"),
    ("inbound", "P9,1,,2014-05-10,A,1", "order_date", "no date"),
    ("inbound", "P9,1,2014-04-20,10.05.2014,A,1", "due_date", "no date"),
    ("inbound", "P9,1,2014-04-20,,A,1", "due_date", "no date"),
    ("inbound", "P9,1,2014-04-20,2014-05-10,A,0", "order_qty", "0 is not from 1"),
    ("inbound", "P9,1,2014-04-20,2014-05-10,A,-1", "order_qty", "-1 is not from 1"),
    ("inbound", "P9,1,2014-04-20,2014-05-10,A,1.5", "order_qty", "not a whole number"),
    ("inbound", f"P9,1,2014-04-20,2014-05-10,A,{10**15}", "order_qty", "beyond 10^15"),
    ("inbound", "P9,x,2014-04-20,2014-05-10,A,1", "po_line_id", "not a whole number"),
    ("inbound", "P1,1,2014-04-20,2014-05-12,A,1", "po_line_id", "line 2 already"),
    ("inbound", ",1,2014-04-20,2014-05-10,A,1", "po_id", "not of 1 to"),
    ("inbound", LONG + ",1,2014-04-20,2014-05-10,A,1", "po_id", "not of 1 to"),
    ("inbound", "P9,1,2014-04-20,2014-05-10,A", "order_qty", "missing"),
    ("inbound", "P9,1,2014-04-20,2014-05-10,A,1,1", "7", "one too many"),
    ("inbound", '"P9,1,2014-04-20,2014-05-10,A,1', "po_id", "quote"),
    ("inbound", b"P9,1,2014-04-20,2014-05-10,A\xff,1", "sku", "not UTF-8"),
    ("inbound", "P9,1,2013-04-20,2013-05-10,X,1", "sku", 'no item "X"'),
]


def a_broken_row_is_shown_counted_and_left_out():
    with Folder() as folder:
        answer = report(folder, "--threads", 1)
        expected, totals = figures(answer), answer["totals"]
    for name, row, column, reason in BROKEN_ROWS:
        data = row if isinstance(row, bytes) else row.encode()
        for where in ("amid", "last"):
            lines = SMALL[name].encode().splitlines()
            at = 3 if where == "amid" else len(lines)
            lines.insert(at, data)
            with Folder(**{name: b"\n".join(lines)}) as folder:
                answer = report(folder, "--threads", 1)
                equal(figures(answer), expected, f"{name}: {row!r} {where}")
                equal(answer["totals"], totals, f"{name}: {row!r} {where}")
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


def a_cell_has_at_most_1024_purchase_orders():
    rows = [f"P9,{i},2014-04-20,2014-05-10,B,1" for i in range(1025)]
    with Folder(inbound=INBOUND + "\n".join(rows)) as folder:
        answer = report(folder)
        equal((answer["purchase_orders"]["lines"], answer["files"][4]["broken"]), (2 + 1024, 1))
        equal((answer["files"][4]["faults"][0]["line"]), 1030)


def purchase_orders_come_in_where_most_is_or_at_the_first_location():
    # Of D nothing is anywhere, of C only in the west; the first location of the file counts.
    with Folder(items=ITEMS + "D,Date,0\n", locations="location_id\nwest\neast\n",
                inbound=INBOUND + "P9,1,2014-04-20,2014-05-10,D,3\n",
                orders=ORDERS + "9,1,2014-05-09,reseller,D,1\n") as folder:
        for location, item, promised in (("west", "D", 3), ("east", "D", 0), ("west", "A", 4),
                                         ("east", "A", 29)):
            answer = report(folder, "--share", 10000, "--horizon", 14, "--locations", location)
            figure = next(w for w in answer["wanted"] if w["item"] == item)["channels"][1]
            equal(figure["promisable"], promised, (location, item))


def an_order_has_at_most_256_lines():
    rows = [f"9,{i},2014-05-09,online,A,1" for i in range(257)]
    for count, left_out in ((256, 0), (257, 1)):
        with Folder(orders=ORDERS + "\n".join(rows[:count])) as folder:
            equal(report(folder)["orders_left_out"], left_out, count)


# ---- what cannot be used at all -----------------------------------------------------------------


def a_missing_file_is_named():
    for name in NAMES[:-1]:
        fails(f"FOLDER/{name}.csv: no such file, nor {name}.csv.gz", **{name: None})
    _, err = run("/nowhere/at/all", code=2)
    contains(err, "/nowhere/at/all/items.csv: no such file")
    with Folder(items=None) as folder:
        os.mkdir(os.path.join(folder, "items.csv"))
        contains(run(folder, code=2)[1], "items.csv")


def a_folder_need_not_have_purchase_orders():
    with Folder(inbound=None) as folder:
        answer = report(folder)
        equal((answer["purchase_orders"]["lines"], len(answer["files"])), (0, 4))
        assert "\nto come" not in run(folder)[0]
    with Folder(inbound="nothing\n") as folder:
        equal(len(report(folder, "--no-purchase-orders")["files"]), 4)
        equal(len(report(folder, "--plain")["files"]), 4)


def a_missing_column_is_named():
    needed = {
        "items": ("sku", "safety_stock"),
        "locations": ("location_id",),
        "on_hand": ("sku", "location_id", "qty"),
        "orders": ("order_id", "channel", "sku", "qty"),
        "inbound": ("po_id", "po_line_id", "order_date", "due_date", "sku", "order_qty"),
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
        ("--now", "2014-05"), ("--now", "2014-02-30"), ("--now", "1969-12-31"), ("--ahead", "1"),
        ("--share", "10001"), ("--share", "reseller=-1"), ("--share", "phone=1"), ("--share", ""),
        ("--horizon", "3661"), ("--precedence", "1000001"), ("--precedence", "online=x"),
        ("--sourcing", "all"), ("--safety", "much"), ("--locations", "nowhere"),
        ("--locations", "1,1"), ("--locations", "1,,2"), ("--plain=yes",),
    ):
        out, err = run(SAMPLE, *arguments, code=2)
        equal(out, "", arguments)
        assert err, arguments
    contains(run(SAMPLE, SAMPLE, code=2)[1], "one folder only")


TESTS = [
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
    a_cell_has_at_most_1024_purchase_orders,
    purchase_orders_come_in_where_most_is_or_at_the_first_location,
    an_order_has_at_most_256_lines,
    a_missing_file_is_named,
    a_folder_need_not_have_purchase_orders,
    a_missing_column_is_named,
    a_header_that_is_none_is_named,
    a_file_cut_off_is_named,
    a_period_without_orders_is_an_error,
    wrong_options_are_errors,
]
