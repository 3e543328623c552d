#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The main job as a user runs it: test_job.py EXECUTABLE [FOLDER...].

Its figures are computed again in job_expected.py, also for the folders named; and every way in
which a folder can be broken (job_files.py) has to end in a message that names file, line and
column.
"""

import contextlib
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
import job_files  # noqa: E402
import sentences  # noqa: E402
from job_expected import CHANNELS, Job, forecast, tallies  # noqa: E402
from job_folder import (  # noqa: E402
    EXECUTABLE, ITEMS, ORDERS, RUN_SECONDS, SAMPLE, Folder, contains, equal, figures, report, run,
)

# ---- the same figures, computed again -----------------------------------------------------------


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
    lines, purchases = [], []
    for line in range(30):
        ordered, due = generator.randint(20, 32), generator.randint(29, 48)
        ordered, due = (f"2014-{4 + d // 31:02d}-{d % 31 + d // 31:02d}" for d in (ordered, due))
        quantity = generator.randint(1, 30)
        item = generator.choice(items)
        purchases.append(f"P{line // 3},{line},{ordered},{due},{item},{quantity}")
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
        "inbound": "\n".join(
            ["po_id,po_line_id,order_date,due_date,sku,order_qty", *purchases]),
    }


def random_job(generator):
    settings = {}
    for channel in CHANNELS:
        settings[channel] = {
            "share": generator.choice([10000, 6000, 3333, 0]),
            "horizon": generator.choice([0, 3, 14, 40]),
            "sourcing": generator.choice(["split", "most", "single"]),
        }
        if generator.random() < 0.3:
            settings[channel]["locations"] = generator.sample(["10", "2", "30", "4"], 2)
    return Job(
        plain=generator.random() < 0.2,
        per_line=generator.random() < 0.5,
        partial=generator.random() < 0.5,
        now=generator.choice([None, None, "2014-04-25", "2014-05-06"]),
        safety=generator.choice([None, "buffer", "cell", "none"]),
        purchase_orders=generator.random() < 0.9,
        ahead=generator.choice([2, 13, 40]),
        **settings,
    )


@contextlib.contextmanager
def all_folders():
    """The small one, the sample, those that were named, and some at random; jobs for each."""
    usual = [Job(plain=plain, per_line=per_line, partial=partial)
             for plain in (False, True) for per_line in (False, True) for partial in (False, True)]
    seed = random.randrange(1 << 32)
    print(f"     seed {seed}")
    generator = random.Random(seed)
    with contextlib.ExitStack() as stack:
        folders = [(stack.enter_context(Folder()), usual), (SAMPLE, usual)]
        folders += [(folder, usual) for folder in sys.argv[2:]]
        for _ in range(8):
            folder = stack.enter_context(Folder(**random_folder(generator)))
            folders.append((folder, usual[::3] + [random_job(generator) for _ in range(8)]))
        yield folders


def one_thread_gives_the_figures_computed_from_the_files():
    later = in_part = 0
    with all_folders() as folders:
        for folder, jobs in folders:
            for job in jobs:
                answer = report(folder, "--threads", 1, *job.arguments)
                expected = tallies(folder, job)
                actual = {
                    c["channel"]: {
                        "orders": [c["orders"][k] for k in ("accepted", "in_part", "refused")],
                        "lines": [c["lines"][k] for k in ("accepted", "in_part", "refused")],
                        "units": c["units_promised"],
                        "later": c["units_later"],
                    }
                    for c in answer["channels"]
                }
                equal(actual, expected, f"{folder} {job.arguments}")
                equal(answer["audit"]["promised_later"], answer["all"]["units_later"])
                later += answer["all"]["units_later"]
                in_part += answer["all"]["lines"]["in_part"]
    print(f"     {later} units for later, {in_part} lines in part")
    assert later > 0 and in_part > 0


def the_tables_show_what_may_be_promised_on_each_date():
    changes = 0
    with all_folders() as folders:
        for folder, jobs in folders:
            for job in jobs:
                answer = report(folder, "--top", 1000, *job.arguments)
                expected = forecast(folder, job)
                wanted = [e for e in expected if e[1] > 0]
                changed = [e for e in expected
                           if any(f not in (None, figures[0])
                                  for figures in e[3].values() for f in figures)]
                for name, items in (("wanted", wanted), ("changed", changed)):
                    shown = [(w["item"], w["ordered"], w["to_come"],
                              {c["channel"]: [d["promisable"] for d in c["dates"]]
                               for c in w["channels"]}) for w in answer[name]]
                    equal(shown, items, f"{name}: {folder} {job.arguments}")
                totals = {t["channel"]: [(d["items"], d["promisable"]) for d in t["dates"]]
                          for t in answer["totals"]}
                for channel in CHANNELS:
                    columns = list(zip(*(e[3][channel] for e in expected)))
                    equal(totals[channel],
                          [(None, None) if None in column else
                           (sum(f > 0 for f in column), sum(column)) for column in columns],
                          f"totals: {folder} {job.arguments}")
                changes += len(changed)
    print(f"     {changes} figures change")
    assert changes > 0


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
        "today       2014-05-01",
        "What each channel may promise, over all items",
        "What each channel may promise of the most wanted items",
        "The same of the most wanted items of which purchase orders bring more",
        "Why may reseller promise ",
        "because",
        "p99.9",
        "Memory: ",
        "Audit passed",
    ):
        contains(out, part)
    contains(err, "orders.csv: 208 rows")
    contains(err, "inbound.csv: 11 rows")
    equal(run("--help")[0].split()[0], "run")


def no_line_is_wider_than_a_hundred_columns():
    for folder in (SAMPLE, *sys.argv[2:]):
        for arguments in ((), ("--plain",), ("--partial",), ("--partial", "--per", "line"),
                          ("--horizon", "14", "--safety", "cell"), ("--help",)):
            for line in run(folder, *arguments)[0].splitlines():
                assert len(line) <= 100, (len(line), line)
                assert line.isprintable(), line


def the_tables_say_what_each_channel_may_promise():
    with Folder() as folder:
        answer = report(folder, "--top", 2)
        out, _ = run(folder)
    equal([(w["item"], w["name"], w["ordered"], w["to_come"]) for w in answer["wanted"]],
          [("B", "Bread", 101, 0), ("A", "Apple", 6, 20)])
    # A: 10 + 5, and 20 more on the tenth; 1 kept back. A reseller sees 60 % of each cell, rounded
    # down; online does not look ahead.
    online, reseller = answer["wanted"][1]["channels"]
    equal([d["date"] for d in online["dates"]], ["2014-05-01", "2014-05-08", "2014-05-15"])
    equal([d["promisable"] for d in online["dates"]], [15 - 1, None, None])
    equal([d["promisable"] for d in reseller["dates"]], [6 + 3 - 1, 6 + 3 - 1, 18 + 3 - 1])
    equal((online["published"], reseller["published"]), (14, 20))
    equal([w["item"] for w in answer["changed"]], ["A"])
    equal(answer["purchase_orders"], {"lines": 2, "units": 24})
    contains(" ".join(out.split()), "A Apple 6 20 14 - - 8 8 20")
    contains(" ".join(out.split()), "reseller 3 15 3 15 3 27")


def the_explanation_shows_every_term():
    with Folder() as folder:
        why = report(folder)["explained"]
        out, _ = run(folder)
        contains(" ".join(out.split()), " ".join(why["because"].split()))
    equal((why["item"], why["channel"], why["share"], why["date"]),
          ("A", "reseller", 6000, "2014-05-15"))
    equal([(c["location"], c["on_hand"], c["supply"], c["low"], c["seen"]) for c in why["cells"]],
          [("east", 10, 20, 30, 18), ("west", 5, 0, 5, 3)])
    equal((why["pool"], why["buffer"], why["promisable"]), (21, 1, 20))
    assert why["because"], why


def options_change_the_settings():
    with Folder() as folder:
        def reseller(*arguments):
            answer = report(folder, *arguments)
            return [d["promisable"] for w in answer["wanted"] if w["item"] == "A"
                    for d in w["channels"][1]["dates"]]

        equal(reseller("--share", "10000"), [14, 14, 34])
        equal(reseller("--share", "reseller=5000"), [5 + 2 - 1, 6, 15 + 2 - 1])
        equal(reseller("--share", "online=5000"), [8, 8, 20])
        equal(reseller("--horizon", "13"), [8, 8, None])
        equal(reseller("--horizon", "7", "--horizon", "reseller=14"), [8, 8, 20])
        equal(reseller("--safety", "none"), [9, 9, 21])
        equal(reseller("--safety", "cell"), [5 + 3, 8, 17 + 3])
        equal(reseller("--sourcing", "single"), [5, 5, 17])
        equal(reseller("--locations", "reseller=west"), [2, 2, 2])
        equal(reseller("--locations", ""), [0, 0, 0])
        equal(reseller("--no-purchase-orders"), [8, 8, 8])
        equal(reseller("--now", "2014-05-09"), [8, 20, 20])
        equal(reseller("--ahead", "8"), [8, 8, 8])
        equal(reseller("--plain"), [15, None, None])
        equal(reseller("--share", "reseller=6000", "--plain"), [9, None, None])
        settings = report(folder, "--precedence", "online=-5", "--sourcing", "most",
                          "--locations", "west,east")["settings"]
    equal(settings, [
        {"channel": "online", "precedence": -5, "share": 10000, "horizon": 0, "sourcing": "most",
         "locations": ["west", "east"]},
        {"channel": "reseller", "precedence": 0, "share": 6000, "horizon": 14, "sourcing": "most",
         "locations": ["west", "east"]},
    ])


def what_is_to_come_is_promised_for_when_it_comes():
    orders = ORDERS.splitlines()[0] + (
        "\n1,1,2014-05-01,reseller,A,15\n2,1,2014-05-01,online,A,10\n2,2,2014-05-01,online,A,5\n"
    )
    with Folder(orders=orders) as folder:
        answer = report(folder, "--threads", 1)
        out, _ = run(folder, "--threads", 1)
    # 15 of 20 for the tenth, all from the east; of the 10 + 5 of today 1 has to stay.
    equal(figures(answer), {"online": (0, 1, 0, 2, 0), "reseller": (1, 0, 1, 0, 15)})
    equal((answer["all"]["units_later"], answer["all"]["calls_later"]), (15, 1))
    equal((answer["audit"]["reserved"], answer["audit"]["promised_later"]), (0, 15))
    contains(out, "For later: ")
    with Folder(orders=orders) as folder:
        answer = report(folder, "--threads", 1, "--partial")
    equal(figures(answer)["online"], (0, 0, 1, 0, 14))
    equal((answer["all"]["orders"]["in_part"], answer["all"]["lines"]["in_part"]), (1, 1))


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


TESTS = [
    one_thread_gives_the_figures_computed_from_the_files,
    the_tables_show_what_may_be_promised_on_each_date,
    many_threads_take_every_order_once,
    the_sample_runs_without_a_folder_named,
    tables_show_questions_orders_memory_and_audit,
    no_line_is_wider_than_a_hundred_columns,
    the_tables_say_what_each_channel_may_promise,
    the_explanation_shows_every_term,
    options_change_the_settings,
    what_is_to_come_is_promised_for_when_it_comes,
    json_is_alone_on_stdout_and_escapes_names,
    a_progress_bar_is_drawn_on_a_terminal_only,
    *job_files.TESTS,
]


if __name__ == "__main__":
    sentences.run(TESTS)
