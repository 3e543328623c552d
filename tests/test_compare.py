#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench --compare as a user runs it: test_compare.py BENCH.

One run of the gates at tiny size is made; then copies of it, with other figures, are compared with
each other, so that no verdict here hangs on how long anything took.
"""

import copy
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "bench"))
import sentences  # noqa: E402
import tables  # noqa: E402

BENCH = os.path.abspath(sys.argv[1])
RUN_SECONDS = 100
MEASURED = ("--smoke", "--section", "gates", "--large", 0)
ROW = "gates, 5000 items, mix: reserve by handle, chained"
REFERENCE = "gates, 5000 items, mix: two CASes, chained"
BYTES = "gates, 5000 items, mix: an open one-line order, less its key"
VERDICT = re.compile(r"^(.*?) +\S+ \+-\S+ +\S+ \+-\S+ +[+-]\S+%  (\w+)$", re.MULTILINE)


def equal(actual, expected, what=""):
    assert actual == expected, f"{what}\n     got {actual}\nexpected {expected}"


def bench(*arguments):
    return subprocess.run([BENCH, *map(str, arguments)], capture_output=True, text=True,
                          timeout=RUN_SECONDS)


def figure(run, name):
    return next(figure for figure in run["figures"] if figure["name"] == name)


def steady(run):
    """The same in each of seven rounds: no noise."""
    run = copy.deepcopy(run)
    for each in run["figures"]:
        if "ns" in each:
            each["ns"] = [statistics.median(each["ns"])] * 7
    return run


def times(run, name, factor, kind="ns"):
    run = copy.deepcopy(run)
    figure(run, name)[kind] = [value * factor for value in figure(run, name)[kind]]
    return run


def file(name, content):
    path = FOLDER / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def compared(stored, now):
    """The status, and the verdict on each row."""
    done = bench("--compare", file("stored.json", stored), "--run", file("now.json", now))
    verdicts = dict(VERDICT.findall(done.stdout))
    counts = re.search(r"^(\d+) rows: (\d+) same, (\d+) better, (\d+) worse, (\d+) too noisy",
                       done.stdout, re.MULTILINE)
    assert counts, done.stdout + done.stderr
    every = list(verdicts.values())
    equal([int(count) for count in counts.groups()],
          [len(every), *map(every.count, ("same", "better", "worse", "noisy"))])
    return done.returncode, verdicts


def others(verdicts, *names):
    return {verdict for name, verdict in verdicts.items() if name not in names}


def a_run_beside_itself_is_the_same_everywhere():
    status, verdicts = compared(RUN, RUN)
    equal(status, 0)
    equal(set(verdicts.values()), {"same"})
    with_reference = [each["name"] for each in RUN["figures"]
                      if "reference" in each or "bytes" in each]
    equal(sorted(verdicts), sorted(with_reference))


def a_row_that_took_half_before_is_worse():
    status, verdicts = compared(times(STEADY, ROW, 0.5), STEADY)
    equal((status, verdicts[ROW], others(verdicts, ROW)), (1, "worse", {"same"}))


def a_row_that_took_twice_before_is_better():
    status, verdicts = compared(times(STEADY, ROW, 2), STEADY)
    equal((status, verdicts[ROW], others(verdicts, ROW)), (0, "better", {"same"}))


def a_machine_that_is_half_as_fast_changes_nothing():
    slow = copy.deepcopy(STEADY)
    for each in slow["figures"]:
        if "ns" in each:
            each["ns"] = [value * 2 for value in each["ns"]]
    status, verdicts = compared(STEADY, slow)
    equal((status, set(verdicts.values())), (0, {"same"}))


def a_row_is_judged_by_its_own_run_s_reference():
    status, verdicts = compared(times(STEADY, REFERENCE, 2), STEADY)
    equal((status, verdicts[ROW]), (1, "worse"))
    equal(others(verdicts, ROW), {"same"})


def a_little_more_is_the_same():
    status, verdicts = compared(STEADY, times(STEADY, ROW, 1.04))
    equal((status, set(verdicts.values())), (0, {"same"}))


def a_difference_within_the_noise_of_both_is_noisy():
    wide = copy.deepcopy(STEADY)
    middle = figure(STEADY, ROW)["ns"][0]
    figure(wide, ROW)["ns"] = [middle * part for part in (.7, .8, .9, 1, 1.1, 1.2, 1.3)]
    status, verdicts = compared(wide, times(wide, ROW, 1.2))
    equal((status, verdicts[ROW], others(verdicts, ROW)), (0, "noisy", {"same"}))


def single_disturbed_rounds_hide_nothing():
    disturbed = copy.deepcopy(STEADY)
    figure(disturbed, ROW)["ns"][3] *= 100
    status, verdicts = compared(disturbed, times(STEADY, ROW, 1.2))
    equal((status, verdicts[ROW]), (1, "worse"))


def more_bytes_are_worse():
    status, verdicts = compared(STEADY, times(STEADY, BYTES, 1.1, "bytes"))
    equal((status, verdicts[BYTES], others(verdicts, BYTES)), (1, "worse", {"same"}))


def rows_that_one_run_lacks_are_left_out():
    less = copy.deepcopy(STEADY)
    less["figures"].remove(figure(less, ROW))
    for stored, now in ((less, STEADY), (STEADY, less)):
        status, verdicts = compared(stored, now)
        equal((status, ROW in verdicts, set(verdicts.values())), (0, False, {"same"}))


def a_broken_file_is_a_clear_error():
    unnamed, texts, none = (copy.deepcopy(STEADY) for _ in range(3))
    del unnamed["figures"][3]["name"]
    figure(texts, ROW)["ns"][1] = "fast"
    figure(none, ROW)["ns"] = []
    strange = copy.deepcopy(STEADY)
    for each in strange["figures"]:
        each["name"] = "else, " + each["name"]
        if "reference" in each:
            each["reference"] = "else, " + each["reference"]
    asked = {key: value for key, value in STEADY.items() if key != "options"}
    for content, expected in (("", "line 1"), ("{\n\n\"figures\":", "line 3"), ("[]", "no list"),
                              ({"figures": 7}, "no list"), (unnamed, "no name"),
                              (texts, f"\"{ROW}\" has no numbers"),
                              (none, f"\"{ROW}\" has no numbers"),
                              (asked, "measured with"), (strange, "no row together")):
        done = bench("--compare", file("broken.json", content), "--run",
                     file("now.json", STEADY))
        equal(done.returncode, 2, expected)
        assert expected in done.stderr, f"{expected}: {done.stderr}"
    done = bench("--compare", FOLDER / "nowhere.json")
    equal((done.returncode, "nowhere.json" in done.stderr), (2, True))


def a_run_is_measured_as_the_stored_one_and_every_row_gets_a_verdict():
    done = bench("--json", "--compare", file("stored.json", RUN))
    run = json.loads(done.stdout)
    verdicts = {each["name"]: each["verdict"] for each in run["compared"]}
    equal(run["options"], RUN["options"])
    equal(sorted(verdicts), sorted(compared(RUN, RUN)[1]))
    equal(done.returncode, 1 if "worse" in verdicts.values() else 0, verdicts)


def what_is_stored_of_a_run_can_be_compared_with_it():
    stored = json.loads(tables.trimmed(copy.deepcopy(RUN)))
    equal(stored["options"], RUN["options"])
    equal(compared(stored, RUN), compared(RUN, RUN))


def tables_of_a_stored_run_are_found_stale_when_it_changes():
    root = FOLDER / "root"
    (root / "bench").mkdir(parents=True)
    (root / tables.STORED).write_text(tables.trimmed(copy.deepcopy(RUN)))
    text = "Before.\n\n<!-- figures: begin gates -->\nold\n<!-- figures: end -->\n\nAfter.\n"
    for name in tables.DOCUMENTS:
        (root / name).write_text(text)
    equal(len(tables.stale(root)[0]), 2)
    tables.main([root])
    equal(tables.stale(root), ([], 2))
    written = (root / "README.md").read_text()
    assert written.startswith("Before.\n\n") and written.endswith("\n\nAfter.\n"), written
    gate = RUN["sections"][0]["gates"]["table"][0]
    assert f'| {gate["gate"]} | {gate["against"]} |' in written, written
    (root / tables.STORED).write_text(tables.trimmed(copy.deepcopy(RUN)).replace('"met"', '"ok"'))
    equal(len(tables.stale(root)[0]), 2)


def verdicts_are_in_the_json_too():
    done = bench("--json", "--compare", file("stored.json", times(STEADY, ROW, 0.5)), "--run",
                 file("now.json", STEADY))
    verdicts = {each["name"]: each["verdict"] for each in json.loads(done.stdout)["compared"]}
    equal((done.returncode, verdicts[ROW], others(verdicts, ROW)), (1, "worse", {"same"}))


TESTS = (
    a_run_beside_itself_is_the_same_everywhere,
    a_row_that_took_half_before_is_worse,
    a_row_that_took_twice_before_is_better,
    a_machine_that_is_half_as_fast_changes_nothing,
    a_row_is_judged_by_its_own_run_s_reference,
    a_little_more_is_the_same,
    a_difference_within_the_noise_of_both_is_noisy,
    single_disturbed_rounds_hide_nothing,
    more_bytes_are_worse,
    rows_that_one_run_lacks_are_left_out,
    a_broken_file_is_a_clear_error,
    a_run_is_measured_as_the_stored_one_and_every_row_gets_a_verdict,
    verdicts_are_in_the_json_too,
    what_is_stored_of_a_run_can_be_compared_with_it,
    tables_of_a_stored_run_are_found_stale_when_it_changes,
)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = pathlib.Path(folder)
        RUN = json.loads(bench(*MEASURED, "--json").stdout)
        STEADY = steady(RUN)
        sentences.run(TESTS)
