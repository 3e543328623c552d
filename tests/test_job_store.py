#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The main job on a store: test_job_store.py EXECUTABLE [ROUNDS]."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import sentences  # noqa: E402
from job_folder import EXECUTABLE, SAMPLE, Folder, contains, equal, report, run  # noqa: E402

ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 6


class Directory:
    """Room for a store, gone at the end."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="job")
        return os.path.join(self.path, "store")

    def __exit__(self, *_):
        shutil.rmtree(self.path)


def figures(answer):
    """What came of the orders, and what the engine keeps: the same however often it runs."""
    return (answer["audit"], answer["purchase_orders"],
            [(channel["channel"], channel["orders"], channel["lines"], channel["units_promised"],
              channel["units_later"]) for channel in answer["channels"]])


def run_again_on_its_store_the_job_gives_the_same_figures_and_says_so():
    with Folder() as small:
        for folder in (small, SAMPLE):
            for options in ([], ["--per", "line"], ["--partial", "--safety", "cell"], ["--plain"]):
                expected = report(folder, "--threads", 1, *options)
                equal(expected["store"], None)
                with Directory() as directory:
                    first = report(folder, "--threads", 1, "--store", directory, *options)
                    again = report(folder, "--threads", 4, "--store", directory, *options)
                    promised = sum(expected["all"]["orders"][what]
                                   for what in ("accepted", "in_part"))
                    if "line" in options:
                        promised = expected["all"]["lines"]["accepted"]
                    equal([figures(first), figures(again)], [figures(expected)] * 2)
                    equal(first["store"]["found"], {"position": 0, "checkpoint": 0, "replayed": 0,
                                                    "items": 0, "orders": 0})
                    found = again["store"]["found"]
                    equal((found["position"], found["orders"], found["items"]),
                          (first["store"]["position"], promised, expected["items"]))
                    equal((first["store"]["known"], again["store"]["known"]), (0, promised))
                    for answer in (first, again):
                        equal(answer["store"]["durable"], answer["store"]["position"])
                    out, _ = run(folder, "--store", directory, *options)
                    contains(out, f"{promised} of them were in the store already")


def after_a_kill_at_any_moment_the_job_runs_again_to_the_same_end():
    seed = random.randrange(1 << 32)
    print(f"     seed {seed}")
    generator = random.Random(seed)
    expected = figures(report(SAMPLE, "--threads", 1))
    with Directory() as directory:
        begin = time.monotonic()
        report(SAMPLE, "--threads", 1, "--store", directory)
        took = time.monotonic() - begin
    known = 0
    for _ in range(ROUNDS):
        with Directory() as directory:
            for _ in range(3):
                process = subprocess.Popen(
                    [EXECUTABLE, str(SAMPLE), "--threads", "1", "--store", directory],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(generator.random() * took)
                process.send_signal(signal.SIGKILL)
                process.wait()
            answer = report(SAMPLE, "--threads", 1, "--store", directory)
            known += answer["store"]["known"]
            equal(figures(answer), expected)
    print(f"     {known} orders found")


def with_many_threads_all_that_was_promised_is_there_again():
    with Directory() as directory:
        first = report(SAMPLE, "--threads", 16, "--store", directory)
        again = report(SAMPLE, "--threads", 16, "--store", directory)
        equal(figures(again), figures(first))


def the_store_of_another_job_is_refused():
    with Folder() as folder, Directory() as directory:
        report(folder, "--store", directory)
        for options, words in ((["--now", "2014-05-02"], "the store is of 2014-05-01"),
                               (["--per", "line"], 'has an order "1"'),
                               (["--partial"], 'has an order "1" with other content'),
                               (["--month", "2014-06", "--now", "2014-05-01"],
                                'has an order "1"')):
            out, err = run(folder, "--store", directory, *options, code=2)
            equal(out, "")
            contains(err, words)
        # and it is as it was
        equal(report(folder, "--store", directory)["store"]["known"], 3)


def a_store_that_is_none_is_refused():
    with Folder() as folder:
        out, err = run(folder, "--store", os.path.join(folder, "items.csv"), code=2)
        equal(out, "")
        contains(err, "run: " + os.path.join(folder, "items.csv") + ": ")


TESTS = [
    run_again_on_its_store_the_job_gives_the_same_figures_and_says_so,
    after_a_kill_at_any_moment_the_job_runs_again_to_the_same_end,
    with_many_threads_all_that_was_promised_is_there_again,
    the_store_of_another_job_is_refused,
    a_store_that_is_none_is_refused,
]

if __name__ == "__main__":
    sentences.run(TESTS)
