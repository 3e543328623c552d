#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The feed as a user runs it: test_feed.py EXECUTABLE [FOLDER...].

The shuffled run has to end as the clean one does, whatever the seed; the clean run's figures are
computed again here from the files; each channel has to have been told what it would see; what the
engine counts has to be what is counted message by message; and what is wrong with options, files
and rows has to be named.
"""

import contextlib
import datetime
import json
import os
import pathlib
import pty
import random
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import sentences  # noqa: E402
from feed_expected import Expected, date  # noqa: E402
from feed_firm import Firm  # noqa: E402

EXECUTABLE = os.path.abspath(sys.argv[1])
SAMPLE = pathlib.Path(__file__).resolve().parent.parent / "examples" / "sample_feed"
RUN_SECONDS = 60
HEADERS = {
    "items": "sku,name,unit_package,outer_package,qty_per_outer,reorder_level",
    "customers": "customer_id,channel",
    "orders": "order_id,order_date,customer_id,sku,qty,picked_on",
    "inbound": "po_id,order_date,expected_date,sku,ordered_outers",
    "transactions": "transaction_id,at,type,sku,qty,po_id",
    "on_hand": "sku,qty",
}
MUCH = ("--duplicates", 30, "--late", 40, "--late-days", 5, "--outages", 30, "--swapped", 40,
        "--lost", 40)

# ---- running it ---------------------------------------------------------------------------------


def run(*arguments, code=0, cwd=None):
    done = subprocess.run(
        [EXECUTABLE, *map(str, arguments)], capture_output=True, timeout=RUN_SECONDS, cwd=cwd
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, f"exit code {done.returncode}, not {code}\n{out}{err}"
    return out, err


def report(folder, *arguments):
    """Everything that the program found out."""
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place, "report.json")
        run(folder, "--json", path, *arguments)
        return json.loads(path.read_text())


def equal(actual, expected, what=""):
    assert actual == expected, f"{what}\n     got {actual}\nexpected {expected}"


def contains(text, part):
    assert part in text, f"expected {part!r} in\n{text}"


# ---- folders ------------------------------------------------------------------------------------


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


def firms(count):
    seed = random.randrange(1 << 32)
    print(f"     seed {seed}")
    generator = random.Random(seed)
    for _ in range(count):
        files = Firm(generator).files()
        if files["orders"]:
            yield files


# ---- the same figures, computed again -----------------------------------------------------------


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
    check_told(result)
    check_counted(result)
    for item in result["items"]:
        if item["backordered"] == 0:  # else what waits for stock has a say, too
            equal(item["short"], expected.short(item["item"], end), f"short of {item['item']}")
    equal(result["refused"], 0)
    equal(result["exceptions"], [])


def check_days(result, expected):
    """What could be sold is the same on every day, told in order or not."""
    days = expected.could_sell()
    rows = {date(r["first"]): r for r in result["rows"]}
    for day, figures in days.items():
        equal({c["channel"]: (c["units"], c["items_with_none"]) for c in rows[day]["channels"]},
              figures, f"{day}")
    assert days


def check_told(result):
    """Each channel knows each item as it is, and every item that it knows was told it."""
    equal(result["told_right"], True)
    for told in result["told"]:
        equal([told["wrong"], told["first_wrong"]], [0, None], told["channel"])
        equal(sum(told["levels"].values()), len(result["items"]), "levels")
        equal(told["items"], len(result["items"]))  # beyond stock each may promise some of each
        assert told["items"] <= told["heard"] <= told["told"], told
        assert told["lost"] <= told["asked"] and 1 <= len(told["last"]) <= told["heard"], told
        if told["lost"] == 0:
            equal(told["heard"], told["told"], "nothing was lost")
    if result["in_order"]:
        equal(sum(told["lost"] for told in result["told"]), 0)


def check_counted(result):
    """What the engine counts is what was counted message by message, and shift by shift."""
    operations, rows = result["operations"], result["rows"]
    for key in ("applied", "duplicates", "refused"):
        equal(result[key], sum(row[key] for row in rows), key)
    equal(result["messages"], sum(result[k] for k in ("applied", "duplicates", "refused")))
    equal(operations["replays_applied"], sum(row["replayed"] for row in rows))
    equal(operations["events_applied"], result["applied"] + operations["replays_applied"])
    equal(sum(c["orders"] for c in result["channels"]), sum(row["orders"] for row in rows))
    equal(operations["orders_open"], result["open_orders"])
    equal({s["item"]: s["short"] for s in result["shortages"]},
          {i["item"]: i["short"] for i in result["items"] if i["short"] > 0})
    equal([operations["cells_short"], operations["units_short"]],
          [len(result["shortages"]), sum(s["short"] for s in result["shortages"])])
    equal(operations["units_promised"],
          sum(i["reserved"] + i["promised"] + i["allocated"] + i["backordered"]
              for i in result["items"]))
    for answer in result["answers"]:
        assert answer["count"] > 0, answer
    equal(sum(a["count"] for a in result["answers"]), operations["events"])
    equal({s["source"]: s["gaps"] for s in result["sources"]}, result["gaps"])


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
            check_days(answer["runs"][0], expected)
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
                equal(shuffled["shortages"], clean["shortages"], what)
                equal([told["levels"] for told in shuffled["told"]],
                      [told["levels"] for told in clean["told"]], what)
                for result in answer["runs"]:
                    check_told(result)
                    check_counted(result)
                seen["lost"] = seen.get("lost", 0) + sum(t["lost"] for t in shuffled["told"])
                check_days(shuffled, Expected(folder))
                for reason in shuffled["exceptions"]:
                    for became in ("replayed", "known", "discarded"):
                        key = reason["status"], became
                        seen[key] = seen.get(key, 0) + reason[became]
                for key in ("duplicates", "refused"):
                    seen[key] = seen.get(key, 0) + shuffled[key]
                seen["gaps"] = seen.get("gaps", 0) + sum(shuffled["gaps"].values())
    print("     " + ", ".join(f"{k}: {v}" for k, v in seen.items() if v))
    for key in (("stale", "replayed"), ("stale", "known"), ("stale", "discarded"),
                ("unknown_order", "replayed"), "duplicates", "refused", "gaps", "lost"):
        assert seen.get(key, 0) > 0, f"{key} never occurred: {seen}"


def late_movements_show_in_the_variance_of_the_count():
    """They happened before it, and are told after it: on hand they leave alone."""
    answer = report(SAMPLE, "--late", 100, "--duplicates", 0, "--outages", 0, "--swapped", 0)
    clean, shuffled = answer["runs"]
    equal(clean["count"]["differing"], 0)
    assert shuffled["count"]["differing"] > 0, shuffled["count"]
    equal(shuffled["items"], clean["items"])


def what_is_lost_on_its_way_is_told_again():
    """With every second answer lost a channel still knows all, and only then."""
    answer = report(SAMPLE, "--lost", 50)
    for told in answer["runs"][1]["told"]:
        assert told["lost"] > 5 and told["told"] > told["heard"], told
    equal(answer["runs"][1]["told_right"], True)
    everything = report(SAMPLE, "--lost", 100)["runs"][1]
    for told in everything["told"]:
        # All but the last, which goes on until it is heard.
        equal([told["heard"], told["lost"]], [len(everything["items"]), told["asked"] - 1])
    equal(everything["told_right"], True)


def an_interval_tells_less_and_in_the_end_the_same():
    """The Novelty Shop hears of an item at most every 7 days, the Gift Store every 2."""
    result = report(SAMPLE, "--clean")["runs"][0]
    told = {t["channel"]: t for t in result["told"]}
    assert (told["Novelty Shop"]["told"] < told["Gift Store"]["told"]
            < told["Corporate"]["told"]), told
    assert told["Novelty Shop"]["coalesced"] > told["Corporate"]["coalesced"], told
    days = len(result["rows"])
    assert told["Novelty Shop"]["told"] <= len(result["items"]) * (days / 7 + 2), told


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
                 "What each channel was told (in order)", "What each channel was told (shuffled)",
                 "What each was told last of each item is what it would see now.",
                 "What each heard last (shuffled)", "reservation accuracy", "without a hand",
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
        (["--lost", "101"], "--lost: \"101\" is not from 0 to 100"),
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


# A row, or None: the file's first once more.
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
    ("inbound", None, "sku: the purchase order has this item in line 2 already"),
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
        row = row or text.splitlines()[1]
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
    what_is_lost_on_its_way_is_told_again,
    an_interval_tells_less_and_in_the_end_the_same,
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


if __name__ == "__main__":
    sentences.run(TESTS)
