#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""replay on a store, as a user runs it: test_store.py REPLAY SCENARIOS STORE FAULTS [ROUNDS].

STORE is the tool that reads stores; FAULTS is replay with syncs that fail (fail_sync.c). What was
answered has to be there again, after a kill at any moment too.
"""

import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
import sentences  # noqa: E402
from test_scenarios import (  # noqa: E402
    AUDIT, FEED, FOLDER, REPLAY, SECONDS, SHOP, Replay, answers, equal, shop_floor, stock,
)

STORE = os.path.abspath(sys.argv[3])
FAULTS = os.path.abspath(sys.argv[4])
ROUNDS = int(sys.argv[5]) if len(sys.argv) > 5 else 5


class Directory:
    """Room for stores, gone at the end."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="store")
        return os.path.join(self.path, "store")

    def __exit__(self, *_):
        shutil.rmtree(self.path)


def generator_of(rounds=1):
    """One for each round; the seed of it all is printed."""
    seed = random.randrange(1 << 32)
    print(f"     seed {seed}")
    return [random.Random(seed + number) for number in range(rounds)]


def encoded(lines):
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def on_store(directory, lines, *arguments, code=0, **more):
    """The answers, and what was said on standard error."""
    done = subprocess.run([REPLAY, "--store", directory, *arguments], input=encoded(lines),
                          capture_output=True, timeout=10 * SECONDS, **more)
    equal((done.returncode, done.stderr), (code, done.stderr))
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def audit_of(directory):
    (audit,), _ = on_store(directory, [AUDIT])
    equal(audit["consistent"], True)
    return audit


def sums(audit):
    return {name: audit[name] for name in ("hash", "full", "items", "orders")}


def floor(generator):
    """Some of everything: masters, stock, orders, time, questions, tellings, refusals."""
    items, channels = [f"I{number}" for number in range(12)], ["web", "shop"]
    yield from ({"type": "location", "location": place} for place in ("east", "west"))
    yield {"type": "channel", "channel": "web", "horizon": 2}
    yield {"type": "channel", "channel": "shop", "backorder": 3, "precedence": 1}
    yield {"type": "source", "source": "erp"}
    yield from ({"type": "item", "item": item} for item in items)
    for number, line in enumerate(shop_floor(generator, items, channels)):
        if sellable_event(line) and generator.random() < 0.3:
            line = {**line, "source": "erp", "id": f"e{generator.randrange(number + 1)}"}
        yield line


def sellable_event(line):
    return line["type"] not in ("advance", "changes")


def lines_of(generator, count):
    lines = []
    for line in floor(generator):
        lines.append(line)
        if len(lines) == count:
            return lines
    raise AssertionError("there are not so many")


def in_memory(lines):
    """The answers, and the sums after each of so many lines: of none, of the first, and so on."""
    out = answers([AUDIT, *(each for line in lines for each in (line, AUDIT))])
    return out[1::2], [sums(audit) for audit in out[0::2]]


def without_line(answer):
    return {name: value for name, value in answer.items() if name != "line"}


# ---- started again -------------------------------------------------------------------------------


def started_again_it_goes_on_where_it_was():
    for generator in generator_of(3):
        lines = lines_of(generator, 400)
        expected, sums_after = in_memory(lines)
        with Directory() as directory:
            begin = 0
            while begin < len(lines):
                end = min(len(lines), begin + generator.randrange(1, 200))
                got, said = on_store(directory, lines[begin:end])
                equal([answer["line"] for answer in got], list(range(1, end - begin + 1)))
                equal(list(map(without_line, got)),
                      list(map(without_line, expected[begin:end])))
                equal(said, "")
                equal(sums(audit_of(directory)), sums_after[end])
                begin = end


def scenarios_go_on_as_if_nothing_had_been_between():
    """Each file in two runs; of `stats` the counts begin anew."""
    paths = generator_of()[0].sample(sorted(FOLDER.glob("*.jsonl")), ROUNDS)
    for path in paths:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        lines = [line for line in lines if line.get("type") not in (None, "stats", "checkpoint")]
        expected = list(map(without_line, answers(lines)))
        with Directory() as directory:
            half = len(lines) // 2
            got = on_store(directory, lines[:half])[0] + on_store(directory, lines[half:])[0]
            equal((path.name, list(map(without_line, got))), (path.name, expected))


def an_answer_comes_before_more_input_is_waited_for():
    with Directory() as directory, Replay("--store", directory) as replay:
        for number, line in enumerate([*SHOP, *FEED, AUDIT], 1):
            answer = json.loads(replay.ask(json.dumps(line).encode()))
            equal(answer["line"], number)


def what_is_asked_once_more_is_a_duplicate_as_it_would_be_without_a_pause():
    order = {"type": "reserve", "order": "O-7", "channel": "web", "id": "r7",
             "lines": [{"item": "A", "quantity": 3}]}
    lines = [*SHOP, stock("on_hand.set", "A", "east", 9, id="s"), order]
    with Directory() as directory:
        first, _ = on_store(directory, lines)
        again, _ = on_store(directory, [order, {**order, "id": "r8"}, lines[-2],
                                        {**order, "lines": [{"item": "A", "quantity": 4}]}])
        equal([answer["status"] for answer in again],
              ["duplicate", "duplicate", "duplicate", "conflict"])
        equal(again[1]["plan"], first[-1]["plan"])


# ---- killed --------------------------------------------------------------------------------------


def killed_at_random(directory, lines, generator):
    """What was answered until then."""
    process = subprocess.Popen([REPLAY, "--store", directory], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)

    def send():
        try:
            for line in lines:
                process.stdin.write(encoded([line]))
                if generator.random() < 0.1:
                    process.stdin.flush()
                    time.sleep(generator.random() * 0.01)
            process.stdin.flush()
        except BrokenPipeError:
            pass

    sender = threading.Thread(target=send)
    out, until = b"", generator.randrange(len(lines))
    sender.start()
    while out.count(b"\n") < until:
        data = os.read(process.stdout.fileno(), 1 << 16)
        if not data:
            break
        out += data
    time.sleep(generator.random() * 0.003)
    process.send_signal(signal.SIGKILL)
    while data := os.read(process.stdout.fileno(), 1 << 16):
        out += data
    process.wait()
    sender.join()
    try:
        process.stdin.close()
    except BrokenPipeError:
        pass
    process.stdout.close()
    return [json.loads(line) for line in out.split(b"\n")[:-1]]


def find_again(directory, lines, sums_after, answered):
    """How many of the lines are there: those that were answered, and perhaps some more. An advance
    may have come half of the way: said again it goes the rest."""
    found = audit_of(directory)
    for count in range(answered, len(lines) + 1):
        if sums(found) == sums_after[count]:
            return count
    (stats,), _ = on_store(directory, [{"type": "stats"}])
    for count in range(answered, len(lines)):
        if lines[count] == {"type": "advance", "at": stats["now"]}:
            on_store(directory, [lines[count]])
            equal(sums(audit_of(directory)), sums_after[count + 1])
            return count + 1
    raise AssertionError(f"{answered} were answered, and that is not what is there: {found}")


def with_checkpoints(lines, generator):
    """Some among them, of both kinds; but not first, where there is no answer yet."""
    for place in sorted(generator.sample(range(1, len(lines)), 40), reverse=True):
        lines.insert(place, {"type": "checkpoint", "keep_journal": generator.random() < 0.5})
    return lines


def killed_until_all_is_there(change):
    """`change`: of the lines, by the generator."""
    kills = lost = 0
    for generator in generator_of(ROUNDS):
        lines = change(lines_of(generator, 600), generator)
        expected, sums_after = in_memory(lines)
        for place, line in enumerate(lines):
            if line["type"] == "checkpoint": # there are none in memory
                expected[place] = {"status": "ok"}
        with Directory() as directory:
            done = 0
            while done < len(lines):
                got = killed_at_random(directory, lines[done:], generator)
                kills += 1
                equal(list(map(without_line, got)),
                      list(map(without_line, expected[done:done + len(got)])))
                found = find_again(directory, lines, sums_after, done + len(got))
                lost += found - done - len(got)
                done = found
    print(f"     {kills} kills; {lost} more were there than answered")


def what_was_answered_before_a_kill_is_there_again_and_goes_on():
    killed_until_all_is_there(lambda lines, _: lines)


def a_kill_between_or_within_checkpoints_loses_no_more_than_any():
    killed_until_all_is_there(with_checkpoints)


# ---- checkpoints ---------------------------------------------------------------------------------


def a_checkpoint_changes_nothing_and_what_follows_it_is_there_too():
    for generator in generator_of(2):
        lines = lines_of(generator, 400)
        _, sums_after = in_memory(lines)
        with Directory() as directory:
            for begin in range(0, len(lines), 100):
                part = lines[begin:begin + 100]
                place = generator.randrange(len(part) + 1)
                keeps = {"keep_journal": True} if generator.random() < 0.5 else {}
                part.insert(place, {"type": "checkpoint", **keeps})
                got, _ = on_store(directory, part)
                equal(got[place], {"line": place + 1, "status": "ok"})
                equal(sums(audit_of(directory)), sums_after[begin + 100])
            on_store(directory, [], "--checkpoint")
            equal(sums(audit_of(directory)), sums_after[-1])


def of_a_checkpoint_keep_journal_is_true_or_false():
    with Directory() as directory:
        got, _ = on_store(directory, [{"type": "checkpoint", "keep_journal": 1},
                                      {"type": "checkpoint", "keep_journal": False},
                                      {"type": "checkpoint", "keep_journal": None}])
        equal([(answer["status"], answer.get("field")) for answer in got],
              [("invalid", "keep_journal"), ("ok", None), ("ok", None)])


# ---- what cannot be opened -----------------------------------------------------------------------


def refused(directory, *names):
    """It is not opened; why, on standard error in one line that has these words."""
    got, said = on_store(directory, [AUDIT], code=2)
    equal(got, [])
    assert re.fullmatch(r"replay: [^\n]+\n", said), said
    for name in names:
        assert name in said, (name, said)


def a_store_that_is_in_use_is_refused():
    with Directory() as directory:
        with Replay("--store", directory) as replay:
            equal(json.loads(replay.ask(json.dumps(AUDIT).encode()))["status"], "ok")
            refused(directory, directory, "directory")
        audit_of(directory)


def a_directory_that_is_no_store_or_cannot_be_one_is_refused():
    with Directory() as directory:
        pathlib.Path(directory).write_text("a file")
        refused(directory, directory)
        refused(os.path.join(directory, "below"), "below")
        refused(os.path.join(directory + "-not", "there", "below"), "below")
    for name, text in (("notes", "of mine"), ("lock", "held\n"), ("lock", "not sellable store\n")):
        with Directory() as directory:
            os.mkdir(directory)
            path = pathlib.Path(directory, name)
            path.write_text(text)
            refused(directory, "none of ours")
            equal((os.listdir(directory), path.read_text()), ([name], text))


def change_a_bit(path, place, generator):
    with open(path, "r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 1 << generator.randrange(8)]))


def flip_a_bit(path, generator):
    """Of a byte that is not 0, or next to one. Its place."""
    with open(path, "rb") as file:
        content = file.read().rstrip(b"\0") + bytes(2)
        place = generator.choice([found.start() for found in re.finditer(rb"[^\0]", content)])
        place += generator.randrange(3)
    change_a_bit(path, place, generator)
    return place


def a_store_with_a_bit_flipped_is_refused_or_what_it_was():
    """Of some bits where there is something; each never a crash, nor another state."""
    with Directory() as directory:
        on_store(directory, [*SHOP, *FEED, {"type": "checkpoint", "keep_journal": True},
                             stock("receipt", "A", "west", 2)])
        wanted, found = sums(audit_of(directory)), {True: 0, False: 0}
        generator = generator_of()[0]
        for _ in range(4 * ROUNDS):
            path, copy = generator.choice(["journal", "checkpoints"]), directory + "-copy"
            subprocess.run(["cp", "-r", "--sparse=always", directory, copy], check=True)
            place = flip_a_bit(os.path.join(copy, path), generator)
            done = subprocess.run([REPLAY, "--store", copy], input=encoded([AUDIT]),
                                  capture_output=True, timeout=SECONDS)
            where = (path, place, done.returncode, done.stderr)
            assert done.returncode in (0, 2), where
            if done.returncode == 0:
                equal((where, sums(json.loads(done.stdout))), (where, wanted))
            else:
                assert done.stdout == b"" and done.stderr.startswith(b"replay: "), where
            found[done.returncode == 0] += 1
            shutil.rmtree(copy)
        print(f"     {found[False]} refused, {found[True]} harmless")
        assert found[False] > 0


# ---- disks that fail -----------------------------------------------------------------------------


def in_pieces(directory, lines, generator):
    """Told in pieces, each after the answers to the one before; the log fails meanwhile."""
    process = subprocess.Popen([FAULTS, "--store", directory], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**os.environ, "FAIL_SYNC": str(generator.randrange(1, 20))})
    got = []
    while lines:
        size = generator.randrange(1, 20)
        try:
            process.stdin.write(encoded(lines[:size]))
            process.stdin.flush()
        except BrokenPipeError:
            break
        found = [process.stdout.readline() for _ in lines[:size]]
        if not found[-1]:
            break
        got += map(json.loads, found)
        lines = lines[size:]
    try:
        _, said = process.communicate(timeout=SECONDS)
    except BrokenPipeError:
        said = process.stderr.read()
        process.wait()
    equal(process.returncode, 2)
    return got, said.decode()


def after_a_sync_that_failed_nothing_is_promised_and_what_was_is_there():
    opened = 0
    for generator in generator_of(2 * ROUNDS):
        lines = [line for line in lines_of(generator, 300) if line["type"] != "changes"]
        expected, sums_after = in_memory(lines)
        with Directory() as directory:
            on_store(directory, lines[:1])
            got, said = in_pieces(directory, lines[1:], generator)
            failed = [answer["status"] == "not_durable" for answer in got]
            first = 1 + failed.index(True) if True in failed else 1
            assert len(got) in (0, len(lines) - 1) and "failed" in said, (len(got), said)
            equal(list(map(without_line, got[:first - 1])),
                  list(map(without_line, expected[1:first])))
            for answer in got[first - 1:]:
                # What changes nothing is still answered, out of what was decided.
                assert answer["status"] not in ("ok", "duplicate"), answer
            opened += bool(got)
            find_again(directory, lines, sums_after, first)
    assert opened > 0, "each failed before the first answer"


def what_somebody_does_to_its_files_fails_a_store_and_does_not_end_the_program():
    """Made shorter, deleted, replaced: LMDB would read on in its map."""
    def cut(path):
        os.truncate(path, 0)

    def replace(path):
        shutil.copy(path, path + "-copy")
        os.rename(path + "-copy", path)

    receipt = stock("receipt", "A", "east", 2)
    for name, do in ((name, do) for name in ("journal", "checkpoints")
                     for do in (cut, os.remove, replace)):
        with Directory() as directory:
            process = subprocess.Popen([REPLAY, "--store", directory], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)

            def ask(*lines):
                process.stdin.write(encoded(lines))
                process.stdin.flush()
                return [json.loads(process.stdout.readline()) for _ in lines]

            equal({answer["status"] for answer in ask(*SHOP, receipt)}, {"ok"})
            do(os.path.join(directory, name))
            where = (name, do.__name__)
            if name == "journal":
                equal((where, ask(receipt)[0]["status"]), (where, "not_durable"))
            equal((where, ask({"type": "checkpoint"})[0]["status"]), (where, "not_durable"))
            equal((where, ask(AUDIT)[0]["consistent"]), (where, True))
            if name == "checkpoints":
                equal((where, ask(receipt)[0]["status"]), (where, "ok"))
            process.communicate(timeout=SECONDS)
            equal((where, process.returncode), (where, 2 if name == "journal" else 0))


def a_store_that_has_no_more_room_takes_nothing_and_loses_nothing():
    """Space is taken in advance, and here no more than at first: so the disk is never found full.
    Refused events are kept with their text; all that was answered otherwise than not_durable is
    there again."""
    room = 65 << 20
    lines = [{"type": "receipt", "item": f"{number}", "note": "x" * 60000, "location": "east",
              "quantity": 1} for number in range(1500)]

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    with Directory() as directory:
        got, _ = on_store(directory, [*lines, AUDIT], preexec_fn=limit,
                          restore_signals=False)
        kept = sum(answer["status"] == "unknown_item" for answer in got[:-1])
        refused_ = sum(answer["status"] == "not_durable" for answer in got[:-1])
        equal((kept + refused_, got[-1]["status"]), (len(lines), "ok"))
        assert kept > 100 and refused_ > 100, (kept, refused_)
        (stats,), _ = on_store(directory, [{"type": "stats"}])
        equal(stats["exceptions"]["last"], kept)


# ---- the tool: check, trail, salvage -------------------------------------------------------------


def tool(command, directory, code=0):
    """What it prints, and says on standard error. Code None: whatever it ends with."""
    done = subprocess.run([STORE, command, directory], capture_output=True, timeout=10 * SECONDS)
    said = done.stderr.decode()
    equal((done.returncode if code is not None else None, said), (code, said))
    return done.stdout, said


def trail_of(directory):
    out, said = tool("trail", directory)
    equal(said, "")
    return out


def hash_of_trail(trail):
    done = subprocess.run([REPLAY], input=trail + encoded([AUDIT]), capture_output=True,
                          timeout=10 * SECONDS, check=True)
    return json.loads(done.stdout.splitlines()[-1])["hash"]


def the_trail_fed_to_replay_gives_the_same_hash():
    for generator in generator_of(max(2, ROUNDS // 4)):
        lines = lines_of(generator, 1500)
        with Directory() as directory:
            for begin in range(0, len(lines), 500):
                on_store(directory, [*lines[begin:begin + 500],
                                     {"type": "checkpoint", "keep_journal": True}])
            equal(hash_of_trail(trail_of(directory)), audit_of(directory)["hash"])


def the_trail_of_a_scenario_fed_to_replay_gives_the_same_hash():
    for path in generator_of()[0].sample(sorted(FOLDER.glob("*.jsonl")), 2 * ROUNDS):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        with Directory() as directory:
            on_store(directory, [line for line in lines if line.get("type", "checkpoint") !=
                                 "checkpoint"])
            equal((path.name, hash_of_trail(trail_of(directory))),
                  (path.name, audit_of(directory)["hash"]))


def what_was_replayed_by_hand_stands_in_the_trail_without_its_seq():
    """It was not looked at: replaying the trail it would be stale, or make others so."""
    late = stock("receipt", "A", "east", 5, source="wms", seq=9, reference="PO", held="customs")
    with Directory() as directory:
        got, _ = on_store(directory, [
            *SHOP, late, stock("receipt", "A", "east", 1, source="wms", seq=3),
            {"type": "hold", "reason": "customs"}, {"type": "replay", "exception": 1},
            stock("receipt", "A", "east", 1, source="wms", seq=4), AUDIT])
        equal([answer["status"] for answer in got[len(SHOP):]],
              ["invalid", "ok", "ok", "ok", "ok", "ok"])
        trail = trail_of(directory)
        equal([line.get("seq") for line in map(json.loads, trail.splitlines())
               if line["type"] == "receipt"], [3, None, 4])
        equal(hash_of_trail(trail), got[-1]["hash"])


def the_trail_says_who_changed_what_when_and_what_it_did():
    day = 86400000
    lines = [*SHOP,
             stock("on_hand.set", "A", "east", 9, source="erp", id="e1", seq=4, at=10 ** 9 - 5,
                   correlation="count 7"),
             {"type": "reserve", "order": "O", "channel": "web", "expires_at": 10 ** 9 + day,
              "lines": [{"item": "A", "quantity": 4}]},
             {"type": "changes", "channel": "web"}, {"type": "confirm", "order": "none"},
             {"type": "advance", "at": 10 ** 9 + day}]
    with Directory() as directory:
        on_store(directory, lines)
        trail = [json.loads(line) for line in trail_of(directory).splitlines()]
    positions = [line.pop("position") for line in trail]
    equal(positions, sorted(set(positions)))
    equal([line.pop("now") for line in trail],
          [10 ** 9] * (len(lines) - 1) + [10 ** 9 + day] * 2)
    equal([line["type"] for line in trail],
          [*(line["type"] for line in SHOP), "on_hand.set", "reserve", "told", "refused",
           "advance", "due"])
    cell = {"item": "A", "location": "east"}
    equal(trail[len(SHOP):],
          [{**lines[-5], "did": [{**cell, "on_hand": [0, 9], "net": [0, 9]}]},
           {**lines[-4], "did": [{**cell, "reserved": [0, 4], "net": [9, 5]}]},
           {"type": "told", "channel": "web"}, {"type": "refused"}, lines[-1],
           {"type": "due", "order": "O", "did": [{**cell, "reserved": [4, 0], "net": [5, 9]}]}])


def the_trail_goes_back_to_the_last_checkpoint_that_forgot_the_journal():
    with Directory() as directory:
        on_store(directory, [*SHOP, *FEED, {"type": "checkpoint", "keep_journal": True}])
        before = trail_of(directory)
        equal(before.count(b"transfer.ship"), 1)
        on_store(directory, [{"type": "checkpoint"}, stock("receipt", "A", "west", 2)])
        (line,) = map(json.loads, trail_of(directory).splitlines())
        equal((line["type"], line["quantity"], line["did"][0]["on_hand"]), ("receipt", 2, [0, 2]))


def check_tells_what_a_store_holds():
    with Directory() as directory:
        on_store(directory, [*SHOP, *FEED, {"type": "checkpoint"}, *FEED])
        audit = audit_of(directory)
        checked = json.loads(tool("check", directory)[0])
        equal({name: checked[name] for name in audit if name not in ("line", "status")},
              {name: audit[name] for name in audit if name not in ("line", "status")})
        equal(checked["now"], 10 ** 9)
        equal(checked["position"] - checked["checkpoint"], checked["replayed"])


def batches_of(journal):
    """By position: where in the file it begins (copies that were given up, too); and how long it
    is."""
    content, batches = journal.read_bytes().rstrip(b"\0"), {}
    for found in re.finditer(b"sellable", content):
        size, position = (int.from_bytes(content[found.start() + at:][:8], sys.byteorder)
                          for at in (16, 24))
        if found.start() + size <= len(content) and position > 0:
            batches.setdefault((position, size), []).append(found.start())
    return batches


def salvaged(directory, everything, code=1):
    """The positions that come out; each line of them is one of those before the damage."""
    out, said = tool("salvage", directory, code)
    lines = {json.loads(line)["position"]: line for line in everything.splitlines()}
    found = [json.loads(line) for line in out.splitlines()]
    for line in found:
        whole = json.loads(lines[line["position"]])
        equal({name: line[name] for name in line if name != "did"},
              {name: whole[name] for name in whole if name != "did"})
    return [line["position"] for line in found], said


def fresh_store(directory, generator, pieces):
    """With a batch for each piece; its trail."""
    lines = [line for line in lines_of(generator, 60 * pieces) if line["type"] != "changes"]
    with Replay("--store", directory) as replay:
        for line in lines[:8 * pieces]:
            replay.ask(json.dumps(line).encode())
    return trail_of(directory)


def of_a_journal_with_a_damaged_batch_the_rest_is_salvaged():
    damaged = 0
    for generator in generator_of(4):
        with Directory() as directory:
            everything = fresh_store(directory, generator, 8)
            positions = [json.loads(line)["position"] for line in everything.splitlines()]
            journal = pathlib.Path(directory, "journal")
            (_, size), begins = generator.choice(list(batches_of(journal).items()))
            place = generator.randrange(size)
            for begin in begins:
                change_a_bit(journal, begin + place, generator)
            found, said = salvaged(directory, everything, None)
            missing = [position for position in positions if position not in found]
            if not missing:
                continue # nothing in it shows
            damaged += 1
            out, _ = tool("trail", directory, 1)
            equal(out, b"")
            assert len(missing) < len(positions) / 2 and "left out" in said, (missing, said)
    print(f"     {damaged} times something was lost")
    assert damaged > 0


def of_a_journal_that_cannot_be_opened_the_batches_are_found():
    for generator in generator_of(2):
        with Directory() as directory:
            everything = fresh_store(directory, generator, 8)
            positions = [json.loads(line)["position"] for line in everything.splitlines()]
            journal = pathlib.Path(directory, "journal")
            with open(journal, "r+b") as file:
                file.write(bytes(8192)) # both of its first pages
            equal(tool("trail", directory, 1)[0], b"")
            equal(tool("check", directory, 1)[0], b"")
            found, said = salvaged(directory, everything)
            equal(found, positions)
            assert "batches" in said, said
            equal(hash_of_trail(tool("salvage", directory, 1)[0]), hash_of_trail(everything))


def nothing_is_made_where_there_is_no_store():
    with Directory() as directory:
        for command in ("check", "trail", "salvage"):
            for path in (directory, os.path.dirname(directory)):
                out, said = tool(command, path, 2)
                equal(out, b"")
                assert said.startswith(f"store: {path}: "), said
        equal(os.listdir(os.path.dirname(directory)), [])
        for arguments in ([], ["check"], ["look", "there"], ["check", directory, directory]):
            done = subprocess.run([STORE, *arguments], capture_output=True, timeout=SECONDS)
            equal((done.returncode, done.stdout, done.stderr[:6]), (2, b"", b"usage:"))


def a_store_in_use_is_left_alone():
    with Directory() as directory, Replay("--store", directory) as replay:
        replay.ask(json.dumps(AUDIT).encode())
        for command in ("check", "trail", "salvage"):
            equal(tool(command, directory, 2)[0], b"")


TESTS = [
    started_again_it_goes_on_where_it_was,
    scenarios_go_on_as_if_nothing_had_been_between,
    an_answer_comes_before_more_input_is_waited_for,
    what_is_asked_once_more_is_a_duplicate_as_it_would_be_without_a_pause,
    what_was_answered_before_a_kill_is_there_again_and_goes_on,
    a_kill_between_or_within_checkpoints_loses_no_more_than_any,
    a_checkpoint_changes_nothing_and_what_follows_it_is_there_too,
    of_a_checkpoint_keep_journal_is_true_or_false,
    a_store_that_is_in_use_is_refused,
    a_directory_that_is_no_store_or_cannot_be_one_is_refused,
    a_store_with_a_bit_flipped_is_refused_or_what_it_was,
    after_a_sync_that_failed_nothing_is_promised_and_what_was_is_there,
    what_somebody_does_to_its_files_fails_a_store_and_does_not_end_the_program,
    a_store_that_has_no_more_room_takes_nothing_and_loses_nothing,
    the_trail_fed_to_replay_gives_the_same_hash,
    the_trail_of_a_scenario_fed_to_replay_gives_the_same_hash,
    what_was_replayed_by_hand_stands_in_the_trail_without_its_seq,
    the_trail_says_who_changed_what_when_and_what_it_did,
    the_trail_goes_back_to_the_last_checkpoint_that_forgot_the_journal,
    check_tells_what_a_store_holds,
    of_a_journal_with_a_damaged_batch_the_rest_is_salvaged,
    of_a_journal_that_cannot_be_opened_the_batches_are_found,
    nothing_is_made_where_there_is_no_store,
    a_store_in_use_is_left_alone,
]

if __name__ == "__main__":
    sentences.run(TESTS)
