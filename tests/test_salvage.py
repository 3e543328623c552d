#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is left of damaged stores: test_salvage.py REPLAY SCENARIOS STORE ODD_STORE [ROUNDS].

ODD_STORE makes stores that replay does not (odd_store.c). Stores of several kinds are damaged, one
copy after another, in every way there is: whatever comes out of `store salvage` has to be what was
there; whatever does not has to be named; and each batch that is still whole on the disk has to come
out. ROUNDS 0: every place there is.
"""

import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import sentences  # noqa: E402
from test_scenarios import SECONDS, equal  # noqa: E402
from test_store import (  # noqa: E402
    Directory, STORE, encoded, hash_of_trail, lines_of, on_store, tool, trail_of,
)

ODD_STORE = os.path.abspath(sys.argv[4])
ROUNDS = int(sys.argv[5]) if len(sys.argv) > 5 else 3
PAGE = 4096
SEED = random.randrange(1 << 32)


# ---- stores --------------------------------------------------------------------------------------


def grown(directory, generator, checkpoints=(), pieces=8):
    """A batch for each piece; after some of them a checkpoint."""
    lines = [line for line in lines_of(generator, 40 * pieces) if line["type"] != "changes"]
    size = len(lines) // pieces
    for number in range(pieces):
        part = lines[number * size:(number + 1) * size]
        if number in checkpoints:
            part.append({"type": "checkpoint", "keep_journal": checkpoints[number]})
        on_store(directory, part)


def plain(directory, generator):
    grown(directory, generator)


def with_a_checkpoint(directory, generator):
    grown(directory, generator, {4: True})


def with_the_journal_forgotten(directory, generator):
    grown(directory, generator, {2: True, 4: False})


def with_batches_in_parts(directory, _):
    subprocess.run([ODD_STORE, directory, "6", "150"], check=True, timeout=SECONDS)
    pathlib.Path(directory, "lock").write_text("sellable store\n") # so that it can be opened


KINDS = [plain, with_a_checkpoint, with_the_journal_forgotten, with_batches_in_parts]


class Store:
    """A store, what its trail is, and which batches lie where in its journal."""

    def __init__(self, directory, make, generator):
        self.directory, self.name = directory, make.__name__
        make(directory, generator)
        self.lines = {}
        for line in trail_of(directory).splitlines():
            line = json.loads(line)
            self.lines[line["position"]] = line
        self.content = {name: pathlib.Path(directory, name).read_bytes().rstrip(b"\0")
                        for name in ("journal", "checkpoints")}
        self.pages = {name: len(content) // PAGE + 1 for name, content in self.content.items()}

    def copy(self):
        copy = self.directory + "-copy"
        shutil.rmtree(copy, ignore_errors=True)
        subprocess.run(["cp", "-r", self.directory, copy], check=True)
        return copy


def whole_in(content, large):
    """Positions of the batches that lie in one piece in these bytes, whole as far as can be told
    from where they are in the undamaged file."""
    found = {}
    for start in (match.start() for match in re.finditer(b"sellable", content)):
        kind, size, first, last = (int.from_bytes(content[start + at:][:8], sys.byteorder)
                                   for at in (8, 16, 24, 32))
        if kind >> 32 == 2 and not (large and size > 8192) and start + size <= len(content):
            found[start] = (size, first, last)
    return found


# ---- what comes out ------------------------------------------------------------------------------


def named(said):
    """The positions that are said to be left out, as ranges; one without an end has none."""
    return [(int(first), int(last) if last else 1 << 60) for first, last in
            re.findall(r"changes from (\d+) (?:to (\d+) |on )", said)]


def salvaged(store, directory):
    """What comes out: each line right, the rest named if it was in the middle."""
    done = subprocess.run([STORE, "salvage", directory], capture_output=True, timeout=SECONDS)
    said = done.stderr.decode()
    assert done.returncode in (0, 1), (done.returncode, said)
    before = 0
    positions = []
    for line in map(json.loads, done.stdout.splitlines()):
        assert line["position"] > before, "not in order"
        before = line["position"]
        positions.append(before)
        whole = store.lines.get(before)
        if whole is None:
            continue # forgotten, but still there
        for name, value in line.items():
            # A thing without a key is told; everything else has to be what it was.
            if value is not None and name in whole:
                equal((before, name, value), (before, name, whole[name]))
            assert name in whole or value is None, (before, name, value)
    return positions, said, done.returncode


def check(store, directory, unharmed):
    """`unharmed`: positions of which the batch is still whole in the journal."""
    positions, said, code = salvaged(store, directory)
    left_out = named(said)
    missing = [position for position in store.lines if position not in positions]
    end = max(positions, default=0)
    for position in missing:
        assert code == 1, said
        assert position not in unharmed or any(
            first <= position <= last and "nothing confirms" in said for first, last in left_out), (
                position, said)
        assert position > end or any(first <= position <= last for first, last in left_out), (
            position, left_out, said)
    return len(missing)


def unharmed_by(store, begin, end):
    """Positions of the batches that lie outside of these bytes of the journal."""
    positions = set()
    content = store.content["journal"]
    for start, (size, first, last) in whole_in(content, "parts" in store.name).items():
        if start >= end or start + size <= begin:
            positions.update(range(first, last + 1))
    return positions & set(store.lines)


def everywhere(generator, pages):
    every = list(range(pages))
    return every if ROUNDS == 0 else generator.sample(every, min(ROUNDS, pages))


def damage(paths, do, unharmed):
    """Of every kind of store, each page of its files in turn."""
    print(f"     seed {SEED}")
    lost = tried = 0
    for make in KINDS:
        generator = random.Random(SEED)
        with Directory() as directory:
            store = Store(directory, make, generator)
            for name in paths:
                for page in everywhere(generator, store.pages[name]):
                    copy = store.copy()
                    with open(os.path.join(copy, name), "r+b") as file:
                        begin, end = do(file, page, generator)
                    whole = unharmed(store, begin, end) if name == "journal" else store.lines
                    lost += check(store, copy, whole) > 0
                    tried += 1
            shutil.rmtree(store.directory + "-copy")
    print(f"     {tried} damaged, of {lost} something was lost")
    return lost


def truncate(file, page, _):
    file.truncate(page * PAGE)
    return page * PAGE, 1 << 60


def cut_within_a_page(file, page, generator):
    begin = page * PAGE + generator.randrange(PAGE)
    file.truncate(begin)
    return begin, 1 << 60


def zero(file, page, _):
    file.seek(page * PAGE)
    file.write(bytes(PAGE))
    return page * PAGE, (page + 1) * PAGE


def flip(file, page, generator):
    place = page * PAGE + generator.randrange(PAGE)
    file.seek(place)
    byte = file.read(1) or b"\0"
    file.seek(place)
    file.write(bytes([byte[0] ^ 1 << generator.randrange(8)]))
    return place, place + 1


def scribble(file, page, generator):
    size = generator.randrange(1, 5 * PAGE)
    file.seek(page * PAGE)
    file.write(generator.randbytes(size))
    return page * PAGE, page * PAGE + size


def of_a_store_cut_off_after_any_page_all_that_is_whole_is_salvaged():
    assert damage(["journal", "checkpoints"], truncate, unharmed_by) > 0
    assert damage(["journal", "checkpoints"], cut_within_a_page, unharmed_by) > 0


def of_a_store_with_any_page_gone_all_that_is_whole_is_salvaged():
    assert damage(["journal", "checkpoints"], zero, unharmed_by) > 0


def of_a_store_with_bits_flipped_all_that_is_whole_is_salvaged():
    damage(["journal", "checkpoints"], flip, unharmed_by)


def of_a_store_that_was_scribbled_over_all_that_is_whole_is_salvaged():
    assert damage(["journal", "checkpoints"], scribble, unharmed_by) > 0


def of_a_whole_store_all_is_salvaged_and_nothing_is_said_to_be_missing():
    for make in KINDS:
        with Directory() as directory:
            store = Store(directory, make, random.Random(SEED))
            positions, said, code = salvaged(store, directory)
            equal((make.__name__, positions, code), (make.__name__, list(store.lines), 0))
            assert "left out" not in said, said


def without_both_of_its_first_pages_batches_in_parts_are_put_together():
    for make in (plain, with_batches_in_parts):
        with Directory() as directory:
            store = Store(directory, make, random.Random(SEED))
            whole = hash_of_trail(trail_of(directory))
            with open(os.path.join(directory, "journal"), "r+b") as file:
                file.write(bytes(2 * PAGE))
            positions, said, _ = salvaged(store, directory)
            equal((make.__name__, positions, said), (make.__name__, list(store.lines), said))
            equal(hash_of_trail(tool("salvage", directory, 1)[0]), whole)


def behind_early_damage_what_changes_did_is_known_from_a_checkpoint_on():
    with Directory() as directory:
        store = Store(directory, with_a_checkpoint, random.Random(SEED))
        checkpoint = json.loads(tool("check", directory)[0])["checkpoint"]
        start, (size, first, last) = sorted(whole_in(store.content["journal"], False).items(),
                                            key=lambda found: found[1][1])[1]
        for begin in (at for at, found in whole_in(store.content["journal"], False).items()
                      if found == (size, first, last)):
            with open(os.path.join(directory, "journal"), "r+b") as file:
                file.seek(begin + size - 8)
                file.write(bytes(8))
        out, said = tool("salvage", directory, 1)
        lines = {json.loads(line)["position"]: json.loads(line) for line in out.splitlines()}
        assert last < checkpoint and first not in lines, (first, last, checkpoint, said)
        behind = [line for position, line in store.lines.items() if position > checkpoint]
        equal([lines[line["position"]] for line in behind], behind)
        between = [position for position in store.lines if last < position <= checkpoint]
        assert all(position in lines and "did" not in lines[position] for position in between)
        assert "no key" not in said, said


def files_of_another_store_are_told_from_ones_own():
    with Directory() as directory, Directory() as other:
        store = Store(directory, with_a_checkpoint, random.Random(SEED))
        strange = Store(other, with_a_checkpoint, random.Random(SEED + 1))
        for name, expected in (("journal", strange), ("checkpoints", store)):
            copy = store.copy()
            shutil.copy(os.path.join(other, name), os.path.join(copy, name))
            equal(tool("check", copy, 1)[0], b"")
            positions, said, code = salvaged(expected, copy)
            equal((positions, code), (list(expected.lines), 1))
            assert "no checkpoint is whole, and of this journal" in said, said


def of_a_commit_that_never_ended_nothing_is_taken_if_there_is_another_version_of_it():
    """The journal of a moment ago goes on in another way; pages of the first way are left in the
    file, and what leads to everything is gone."""
    with Directory() as directory:
        generator = random.Random(SEED)
        lines = [line for line in lines_of(generator, 300) if line["type"] != "changes"]
        for begin in range(0, 150, 30):
            on_store(directory, lines[begin:begin + 30])
        early = directory + "-early"
        shutil.copytree(directory, early)
        on_store(directory, lines[150:180])
        later = pathlib.Path(directory, "journal").read_bytes()
        shutil.rmtree(directory)
        shutil.copytree(early, directory)
        on_store(directory, lines[200:230])
        store = {json.loads(line)["position"] for line in trail_of(directory).splitlines()}
        journal = pathlib.Path(directory, "journal")
        old, (size, first, last) = max(whole_in(later, False).items(),
                                       key=lambda found: found[1][2])
        mine = bytearray(journal.read_bytes())
        used = len(bytes(mine).rstrip(b"\0")) // PAGE + 2
        mine[used * PAGE:used * PAGE + size] = later[old:old + size]
        whole = bytes(mine)
        journal.write_bytes(whole)
        expected = trail_of(directory)
        equal(tool("salvage", directory)[0], expected)
        journal.write_bytes(bytes(2 * PAGE) + whole[2 * PAGE:])
        out, said = tool("salvage", directory, 1)
        positions = {json.loads(line)["position"] for line in out.splitlines()}
        assert not any(first <= position for position in positions), (first, said)
        equal({position for position in store if position < first}, positions)
        assert (first, last) in [(low, last) for low, _ in named(said)], (first, last, said)
        shutil.rmtree(early)


# ---- check ---------------------------------------------------------------------------------------


def sum_of(path):
    """Of what was written in it; where nothing was, there is nothing to be read."""
    digest, at = hashlib.sha256(), 0
    with open(path, "rb", buffering=0) as file:
        while True:
            try:
                begin = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:
                return digest.hexdigest()
            at = os.lseek(file.fileno(), begin, os.SEEK_HOLE)
            digest.update(begin.to_bytes(8, "little") + os.pread(file.fileno(), at - begin, begin))


def sums_of(directory):
    """Of all files: names, contents, times."""
    sums = {}
    for path in sorted(pathlib.Path(directory).iterdir()):
        status = path.stat()
        sums[path.name] = (sum_of(path), status.st_size, status.st_mtime_ns, status.st_ino,
                           status.st_mode)
    return sums, os.stat(directory).st_mtime_ns


def the_tool_changes_nothing():
    """Not of a whole store, nor of one that a kill left behind, nor of a damaged one."""
    for make in KINDS:
        with Directory() as directory:
            store = Store(directory, make, random.Random(SEED))
            for do in (None, zero, truncate):
                for page in (1, 3, store.pages["journal"] - 1):
                    copy = store.copy()
                    if do is not None:
                        with open(os.path.join(copy, "journal"), "r+b") as file:
                            do(file, page, random.Random(SEED))
                    before = sums_of(copy)
                    for command in ("check", "trail", "salvage"):
                        tool(command, copy, None)
                    equal((make.__name__, sums_of(copy)), (make.__name__, before))
            shutil.rmtree(store.directory + "-copy")


def check_counts_what_is_there():
    for make in KINDS:
        with Directory() as directory:
            store = Store(directory, make, random.Random(SEED))
            checked = json.loads(tool("check", directory)[0])
            journal, kinds = checked["journal"], {}
            for line in store.lines.values():
                kinds[line["type"]] = kinds.get(line["type"], 0) + 1
            behind = {} if "forgotten" not in make.__name__ else None
            if behind is not None: # of one that forgot, the batch it stands behind is there, too
                equal({name: count for name, count in journal["changes"].items()
                       if name != "other"}, kinds)
                equal(journal["from"], 1)
            equal(sum(journal["changes"].values()), journal["to"] - journal["from"] + 1)
            equal((journal["to"], checked["position"] - checked["replayed"]),
                  (checked["position"], checked["checkpoint"]))
            assert journal["batches"] > 1 and journal["bytes"] > 64 * journal["batches"], journal
            equal(checked["checkpoints"]["batches"] > 0, checked["checkpoint"] > 0)


def a_store_that_was_never_written_to_is_whole_and_empty():
    with Directory() as directory:
        on_store(directory, [])
        checked = json.loads(tool("check", directory)[0])
        equal((checked["position"], checked["journal"]["from"], checked["journal"]["changes"]),
              (0, 0, {}))
        for command in ("trail", "salvage"):
            equal(tool(command, directory)[0], b"")


def two_may_read_a_store_at_once_and_meanwhile_it_cannot_be_opened():
    with Directory() as directory:
        with_batches_in_parts(directory, None)
        with subprocess.Popen([STORE, "trail", directory], stdout=subprocess.PIPE,
                              bufsize=0) as reader:
            first = reader.stdout.read(1) # nobody takes the rest, which no pipe holds
            tool("check", directory)
            _, said = on_store(directory, [], code=2)
            assert "in use" in said, said
            rest, _ = reader.communicate(timeout=SECONDS)
            assert len(rest) > 1 << 16, len(rest)
            equal((first + rest).count(b"\n"), trail_of(directory).count(b"\n"))


def what_replay_cannot_read_back_is_told():
    with Directory() as directory:
        subprocess.run([ODD_STORE, directory, "0", "0"], check=True, timeout=SECONDS)
        for command in ("trail", "salvage"):
            out, said = tool(command, directory)
            assert any("b\0x" in json.loads(line).get("units", {}) for line in out.splitlines())
            assert "in 1 events a unit or component has U+0000" in said, said


TESTS = [
    of_a_store_cut_off_after_any_page_all_that_is_whole_is_salvaged,
    of_a_store_with_any_page_gone_all_that_is_whole_is_salvaged,
    of_a_store_with_bits_flipped_all_that_is_whole_is_salvaged,
    of_a_store_that_was_scribbled_over_all_that_is_whole_is_salvaged,
    of_a_whole_store_all_is_salvaged_and_nothing_is_said_to_be_missing,
    without_both_of_its_first_pages_batches_in_parts_are_put_together,
    behind_early_damage_what_changes_did_is_known_from_a_checkpoint_on,
    files_of_another_store_are_told_from_ones_own,
    of_a_commit_that_never_ended_nothing_is_taken_if_there_is_another_version_of_it,
    the_tool_changes_nothing,
    check_counts_what_is_there,
    a_store_that_was_never_written_to_is_whole_and_empty,
    two_may_read_a_store_at_once_and_meanwhile_it_cannot_be_opened,
    what_replay_cannot_read_back_is_told,
]

if __name__ == "__main__":
    sentences.run(TESTS)
