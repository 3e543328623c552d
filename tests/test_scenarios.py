#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the inventory model, one file each, through replay: test_scenarios.py REPLAY FOLDER.

A file FOLDER/*.jsonl is named after the rule that it tests. Its lines:

    {"type":...}        is sent to replay, which has to answer before the next one is sent
    {"send":"..."}      the same, of a line that is these characters (no JSON, perhaps)
    {"expect":{...}}    what the last answer has to be: of objects the keys that are given (all of
                        those in EXACT), arrays element by element. An answer of which nothing is
                        expected has to be ok
    {"text":"..."}      what the last answer has to be, to the letter
    {"note":"..."}      how the figures that follow come about: they are worked out by hand

And what replay does with input that makes no sense at all.
"""

import json
import os
import pathlib
import random
import re
import select
import subprocess
import sys
import traceback

REPLAY = os.path.abspath(sys.argv[1])
FOLDER = pathlib.Path(sys.argv[2])
SECONDS = 60
EXACT = {"held", "ring_fence", "calls", "exceptions_by_status"}


class Replay:
    """A replay that is told one line at a time, and has to answer each at once."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([REPLAY, *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.rest = b""

    def ask(self, line):
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], SECONDS)
            assert ready, f"no answer within {SECONDS} s to {line[:200]!r}"
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            assert data, f"replay has ended (code {self.process.wait()}) at {line[:200]!r}"
            self.rest += data
        answer, self.rest = self.rest.split(b"\n", 1)
        return answer

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.process.kill()
        out, _ = self.process.communicate(timeout=SECONDS)
        if not kind:
            assert self.rest + out == b"", f"more answers than lines: {self.rest + out!r}"
            assert self.process.returncode == 0, f"exit code {self.process.returncode}"


def all_at_once(data, *arguments):
    done = subprocess.run([REPLAY, *arguments], input=data, capture_output=True,
                          timeout=10 * SECONDS)
    assert done.returncode == 0, f"exit code {done.returncode}: {done.stderr.decode()}"
    return done.stdout


def differs(expected, got, path=""):
    """Where an answer is not as expected, or None."""
    if isinstance(expected, dict) and isinstance(got, dict) and path.split(".")[-1] not in EXACT:
        for key, value in expected.items():
            if key not in got:
                return f"{path}.{key} is missing"
            found = differs(value, got[key], f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        found = (differs(e, g, f"{path}[{i}]") for i, (e, g) in enumerate(zip(expected, got)))
        return next((f for f in found if f), None)
    same = type(expected) is type(got) and expected == got
    return None if same else f"{path} is {json.dumps(got)}, not {json.dumps(expected)}"


def scenario(path):
    """Run one file; what is wrong with it, as a list."""
    faults, sent, answers = [], [], []
    number = checked = 0

    def finish(expect):
        """The last answer, if any, against what is expected of it."""
        nonlocal checked
        if answers and checked < len(answers):
            checked = len(answers)
            expect = {"line": checked, **(expect or {"status": "ok"})}
            found = differs(expect, json.loads(answers[-1]))
            if found:
                faults.append(f"{path.name}:{number}: {found}\n     after {sent[-1].decode()}\n"
                              f"  expected {json.dumps(expect)}\n       got {answers[-1].decode()}")

    with Replay() as replay:
        for line_number, text in enumerate(path.read_text().splitlines(), 1):
            line = json.loads(text)
            if "note" in line and "type" not in line:
                continue
            if "expect" in line:
                number = line_number
                finish(line["expect"])
            elif "text" in line:
                checked = len(answers)
                if answers[-1].decode() != line["text"]:
                    faults.append(f"{path.name}:{line_number}:\n  expected {line['text']}\n"
                                  f"       got {answers[-1].decode()}")
            else:
                finish(None)
                number = line_number
                sent.append(line["send"].encode() if "send" in line else text.encode())
                answers.append(replay.ask(sent[-1]))
        finish(None)
    for number, answer in enumerate(answers, 1):
        if not answer.startswith(b'{"line":%d,"status":"' % number):
            faults.append(f"{path.name}: an answer begins otherwise: {answer.decode()}")
    # All at once, the last line without an end: the same answers.
    if all_at_once(b"\n".join(sent)) != b"".join(answer + b"\n" for answer in answers):
        faults.append(f"{path.name}: sent all at once, the answers are others")
    return faults


# ---- input that makes no sense -------------------------------------------------------------------


def statuses(data):
    lines = all_at_once(data).splitlines()
    for line in lines:
        line.decode()
    return [json.loads(line)["status"] for line in lines]


def equal(got, expected):
    assert got == expected, f"expected {expected!r}, got {got!r}"


def answers(lines, *arguments):
    """What is answered to objects."""
    data = "\n".join(map(json.dumps, lines)).encode()
    return [json.loads(line) for line in all_at_once(data, *arguments).splitlines()]


AUDIT = {"type": "audit"}


def consistent_after(lines):
    """The statuses of bytes that may make no sense, after all of which the state does."""
    answered = all_at_once(b"\n".join([*lines, json.dumps(AUDIT).encode()])).splitlines()
    for answer in answered:
        answer.decode()
    answered = list(map(json.loads, answered))
    equal((answered[-1]["status"], answered[-1].get("consistent")), ("ok", True))
    return [answer["status"] for answer in answered[:-1]]


def bytes_at_random_are_answered_line_by_line():
    seed = random.randrange(1 << 32)
    print(f"     seed {seed}")
    generator = random.Random(seed)
    lines = []
    for _ in range(3000):
        size = generator.randrange(1, 60)
        lines.append(b"x" + generator.randbytes(size).replace(b"\n", b"\r"))
    equal(statuses(b"\n".join(lines)), ["invalid"] * len(lines))


def lines_with_bytes_changed_never_stop_it():
    seed = random.randrange(1 << 32)
    print(f"     seed {seed}")
    generator = random.Random(seed)
    corpus = [line.encode() for path in sorted(FOLDER.glob("*.jsonl"))
              for line in path.read_text().splitlines() if line.startswith('{"type"')]
    lines = []
    for _ in range(20000):
        line = bytearray(generator.choice(corpus))
        for _ in range(generator.randrange(3)):
            place = generator.randrange(len(line))
            line[place] = generator.choice(b'"{}[]:,0123456789-.eE\\u\x00\xff ntf' + bytes(line))
        lines.append(bytes(line).replace(b"\n", b" ") or b"x")
    # In parts: a line that makes sense by chance may shut out much of what comes after it.
    answered = [status for begin in range(0, len(lines), 2000)
                for status in consistent_after(lines[begin:begin + 2000])]
    equal(len(answered), len(lines))
    for status in ("ok", "invalid", "insufficient", "duplicate", "not_owner", "stale"):
        assert status in answered, (status, set(answered))


def a_byte_of_zero_makes_a_line_no_json():
    answered = statuses(b'{"type":"advance","at":1\x00}\n{"type":"advance","at":1}\x00\n'
                        b'{"type":"exceptions"}')
    equal(answered, ["invalid", "invalid", "ok"])


def fields_of_any_kind_never_stop_it():
    generator = random.Random(3)
    kinds = [None, True, False, 0, 1, -1, 5, 10**15, 10**15 + 1, 2**53 + 1, 2**63 - 1, -2**63,
             2**63, 10**400, 1.5, 1e300, "", "A", "x" * 128, "x" * 129, "\u0000",
             "\u00e9\U0001f600", [], {}, [1, 2], ["A"], ["A", "A"], [{}], [[]], {"A": 1},
             "erp", "on_hand", {"type": "receipt"}, {"type": "replay", "exception": 1},
             {"A": [1, 2]}, {"": [1, 1]},
             [{"item": "A", "quantity": 1}]]
    lines = [json.loads(line) for path in sorted(FOLDER.glob("*.jsonl"))
             for line in path.read_text().splitlines() if line.startswith('{"type"')]
    out = []
    for _ in range(20000):
        line = dict(generator.choice(lines))
        line[generator.choice(list(line))] = generator.choice(kinds)
        out.append(json.dumps(line).encode())
    answered = consistent_after(out)
    equal(len(answered), len(out))
    assert "invalid" in answered and "ok" in answered


def deep_nesting_is_invalid_or_ignored():
    for deep in (10, 1000, 100000, 1000000):
        data = b'{"x":' + b"[" * deep + b"]" * deep + b',"type":"advance","at":1}\n'
        data += b"[" * deep + b"\n" + b'{"a":' * deep + b"\n"
        found = statuses(data)
        equal(found[0] in (["ok"] if deep == 10 else ["ok", "invalid"]), True)
        equal(found[1:], ["invalid"] * 2)
        # In an event that is kept, and in one that is to take its place.
        nested = b"[" * deep + b"]" * deep
        data = (b'{"type":"receipt","x":' + nested + b'}\n{"type":"exceptions"}\n'
                b'{"type":"replay","exception":1,"event":{"type":"receipt","x":' + nested + b"}}\n"
                b'{"type":"replay","exception":1}')
        out = all_at_once(data).splitlines()
        equal([line.split(b'"')[5] for line in out], [b"invalid", b"ok", b"invalid", b"invalid"])
        equal(nested in out[1], deep <= 1000)


def huge_lines_are_read_in_one_piece():
    filler = "x" * (4 << 20)
    lines = [
        '{"type":"advance","at":7,"filler":"%s"}' % filler,
        '{"type":"item","item":"%s"}' % filler,
        '{"type":"reserve","order":"O","channel":"web","lines":[%s]}'
        % ",".join(['{"item":"A","quantity":1}'] * 100000),
        '{"type":"' + filler + '"}',
        '{"type":"advance","at":%s}' % ("9" * (1 << 20)),
        '{"type":"advance","at":5,"filler":[%s]}' % ",".join(["1e999"] * 100000),
    ]
    equal(statuses("\n".join(lines).encode()),
          ["ok", "invalid", "invalid", "invalid", "invalid", "ok"])


def a_text_too_long_to_be_kept_is_left_out():
    """Of an event up to 65,536 bytes are kept; a part of a longer one would be no JSON."""
    start = '{"type":"receipt","item":"A","location":"east","quantity":1,"note":"'
    lines = [start + "x" * (size - len(start) - 2) + '"}' for size in (65536, 65537, 4 << 20)]
    lines += ['{"type":"exceptions"}', '{"type":"replay","exception":2}',
              '{"type":"item","item":"A"}', '{"type":"location","location":"east"}',
              '{"type":"replay","exception":1}', '{"type":"replay","exception":2}',
              '{"type":"replay","exception":2,"event":' + lines[1] + "}", '{"type":"exceptions"}']
    out = [json.loads(line) for line in all_at_once("\n".join(lines).encode()).splitlines()]
    equal([answer["status"] for answer in out],
          ["unknown_item"] * 3 + ["ok", "invalid", "ok", "ok", "ok", "invalid", "ok", "ok"])
    kept = out[3]["exceptions"]
    equal([one["event"] for one in kept], [json.loads(lines[0]), None, None])
    equal(out[8]["field"], "event")
    equal([one["exception"] for one in out[10]["exceptions"]], [3])


def of_more_than_4096_exceptions_the_oldest_leave():
    lines = [{"type": "confirm", "order": f"O-{number}"} for number in range(1, 5001)]
    lines += [{"type": "exceptions"}, {"type": "stats"}, {"type": "discard", "exception": 904},
              {"type": "discard", "exception": 905}, {"type": "stats"}]
    out = answers(lines)[5000:]
    equal([(one["exception"], one["event"]["order"]) for one in out[0]["exceptions"]],
          [(number, f"O-{number}") for number in range(905, 5001)])
    equal(out[1]["exceptions"], {"kept": 4096, "last": 5000, "lost": 904})
    equal([out[2]["status"], out[3]["status"]], ["invalid", "ok"])
    equal(out[4]["exceptions"], {"kept": 4095, "last": 5000, "lost": 904})


def nul_bytes_are_no_end_of_anything():
    lines = [
        b'{"type":"advance","at":1}\0',
        b'\0{"type":"advance","at":1}',
        b'{"type":"advance\\u0000","at":1}',
        b'{"type":"advance","at":1,"x":"\\u0000"}',
        b"\0",
        b'{"type":"item","item":"A\\u0000B"}',
        b'{"type":"item","item":"A"}',
        b'{"type":"location","location":"east"}',
        b'{"type":"on_hand.set","item":"A\\u0000B","location":"east","quantity":3}',
        b'{"type":"cell","item":"A","location":"east"}',
        b'{"type":"cell","item":"A\\u0000C","location":"east"}',
        b'{"type":"on_hand.adjust","item":"A","location":"east","quantity":1,"id":"e\\u0000"}',
        b'{"type":"on_hand.adjust","item":"A","location":"east","quantity":2,"id":"e\\u0000x"}',
        b'{"type":"on_hand.adjust","item":"A","location":"east","quantity":1,"id":"e\\u0000"}',
        b'{"type":"receipt\\u0000","item":"A","location":"east","quantity":1}',
    ]
    out = all_at_once(b"\n".join(lines)).splitlines()
    equal([json.loads(line)["status"] for line in out],
          ["invalid", "invalid", "invalid", "ok", "invalid", "ok", "ok", "ok", "ok", "ok",
           "unknown_item", "ok", "ok", "duplicate", "invalid"])
    equal(json.loads(out[9])["on_hand"], 0)


def keys_come_back_as_they_were_sent():
    keys = ['"', "\\", "/", "\b\f\n\r\t", "\u0001\u001f\u007f", "\u0000", "\u00e9", "\u2028",
            "\U0001f600", "x" * 128, "\u00e9" * 64, "{}", " "]
    lines = [json.dumps({"type": "location", "location": "east"}),
             json.dumps({"type": "channel", "channel": "web"})]
    for ascii_only in (True, False):
        for number, key in enumerate(keys):
            order = key if ascii_only else f"O-{number}"
            lines += [json.dumps(line, ensure_ascii=ascii_only) for line in (
                {"type": "item", "item": key},
                {"type": "on_hand.set", "item": key, "location": "east", "quantity": 9},
                {"type": "reserve", "order": order, "channel": "web",
                 "lines": [{"item": key, "quantity": 1}]})]
    out = [json.loads(line) for line in all_at_once("\n".join(lines).encode()).splitlines()]
    equal([answer["plan"][0]["item"] for answer in out if "plan" in answer], keys * 2)


def blank_lines_are_counted_and_not_answered():
    out = all_at_once(b'\n  \r\n{"type":"advance","at":1}\r\n\n\t\n{"type":"advance","at":2}')
    equal(out, b'{"line":3,"status":"ok"}\n{"line":6,"status":"ok"}\n')
    equal(all_at_once(b""), b"")
    equal(all_at_once(b"\n\n"), b"")


def an_order_with_a_long_plan_is_answered_in_full():
    """Beyond the room that there is for plans from the start."""
    items, locations = 60, 280
    lines = [{"type": "channel", "channel": "web"}]
    lines += [{"type": "location", "location": f"L{number:03}"} for number in range(locations)]
    for item in range(items):
        lines.append({"type": "item", "item": f"I{item}"})
        lines += [{"type": "on_hand.set", "item": f"I{item}", "location": f"L{number:03}",
                   "quantity": 1} for number in range(locations)]
    order = [{"item": f"I{item}", "quantity": locations} for item in range(items)]
    more = [{"item": f"I{item}", "quantity": locations + 1} for item in range(items)]
    reserve = {"type": "reserve", "order": "O", "channel": "web", "lines": order, "id": "1"}
    lines += [reserve,
              {"type": "amend", "order": "O", "lines": order, "id": "2"},
              {"type": "order", "order": "O"},
              {"type": "reserve", "order": "P", "channel": "web", "lines": more},
              reserve, {**reserve, "id": "3"}]
    out = answers(lines)[-6:]
    plan = [{"item": f"I{item}", "location": f"L{number:03}", "quantity": 1, "backordered": 0}
            for item in range(items) for number in range(locations)]
    for answer in out[:2]:
        equal((answer["status"], answer["plan"] == plan), ("ok", True))
    equal(len(out[2]["lines"]), items * locations)
    equal((out[3]["status"], out[3]["lines"]),
          ("insufficient", [{"item": f"I{item}", "asked": locations + 1, "promisable": 0}
                            for item in range(items)]))
    equal((out[4]["status"], "plan" in out[4]), ("duplicate", False))
    equal((out[5]["status"], out[5]["plan"]), ("duplicate", plan))


def the_limits_of_an_order_are_the_models():
    lines = [{"type": "channel", "channel": "web"}, {"type": "location", "location": "east"},
             {"type": "item", "item": "A"}, {"type": "item", "item": "B"},
             {"type": "on_hand.set", "item": "A", "location": "east", "quantity": 1000}]

    def reserve(count, substitutes=0):
        line = {"item": "A", "quantity": 1, "substitutes": ["B"] * substitutes}
        lines.append({"type": "reserve", "order": f"O-{count}-{substitutes}", "channel": "web",
                      "lines": [line] * count})

    def kit(count):
        components = {f"C{number}": 1 for number in range(count)}
        lines.append({"type": "item", "item": f"K{count}", "components": components})

    def units(count):
        lines.append({"type": "item", "item": "U",
                      "units": {f"u{number}": [number + 1, 1] for number in range(count)}})

    lines += [{"type": "item", "item": f"C{number}"} for number in range(65)]
    for count in (256, 257):
        reserve(count)
    for count in (16, 17):
        reserve(1, count)
    for count in (64, 65):
        kit(count)
    for count in (32, 33):
        units(count)
    # 1,024 items of an order, once kits are taken apart: 16 kits of 64.
    for number in range(17):
        components = {f"P{number}-{part}": 1 for part in range(64)}
        lines += [{"type": "item", "item": item} for item in components]
        lines.append({"type": "item", "item": f"PACK{number}", "components": components})
    for count in (16, 17):
        lines.append({"type": "reserve", "order": "P", "channel": "web",
                      "lines": [{"item": f"PACK{number}", "quantity": 1}
                                for number in range(count)]})
    out = answers(lines)
    equal([answer["status"] for answer in out[-2:]], ["insufficient", "invalid"])
    equal([len(out[-2]["lines"]), out[-1]["field"]], [1024, "lines"])
    out = [answer for answer, line in zip(out, lines)
           if line["type"] == "reserve" and line["order"] != "P"
           or len(line.get("components", "")) > 1 and line["item"].startswith("K")
           or "units" in line]
    equal([(answer["status"], answer.get("field")) for answer in out],
          [("ok", None), ("invalid", "lines"), ("ok", None), ("invalid", "lines[0].substitutes"),
           ("ok", None), ("invalid", "components"), ("ok", None), ("invalid", "units")])


# ---- the hashes of an audit ----------------------------------------------------------------------

SHOP = [{"type": "advance", "at": 10 ** 9}, {"type": "location", "location": "east"},
        {"type": "location", "location": "west"}, {"type": "channel", "channel": "web"},
        {"type": "source", "source": "erp"}, {"type": "source", "source": "wms"},
        {"type": "item", "item": "A"}, {"type": "item", "item": "B"}]


def stock(kind, item, location, quantity, **more):
    return {"type": kind, "item": item, "location": location, "quantity": quantity, **more}


FEED = [stock("on_hand.set", "A", "east", 20, source="erp", id="1"),
        stock("receipt", "A", "east", 5, source="wms", id="1"),
        {"type": "reserve", "order": "O-1", "channel": "web", "source": "erp", "id": "2",
         "lines": [{"item": "A", "quantity": 4}]},
        stock("hold.place", "A", "east", 2, reason="quality", source="wms", id="2"),
        stock("on_hand.set", "B", "west", 7, source="erp", id="3"),
        {"type": "ship", "order": "O-1", "source": "wms", "id": "3"},
        {"type": "transfer.ship", "transfer": "T", "item": "B", "from": "west", "to": "east",
         "quantity": 3, "due": 2 * 10 ** 9, "source": "wms", "id": "4"},
        stock("receipt", "C", "east", 1, source="wms", id="5"),
        {"type": "transfer.receive", "transfer": "T", "quantity": 1, "source": "wms", "id": "6"}]


def hashes(lines):
    audit = answers([*lines, AUDIT])[-1]
    equal(audit["consistent"], True)
    for name in ("hash", "full"):
        assert len(audit[name]) == 32 and set(audit[name]) <= set("0123456789abcdef"), audit
    return audit["hash"], audit["full"]


def a_feed_sent_twice_leaves_the_hashes_of_one_sent_once():
    """But for its refused event, which is kept each time."""
    good = [event for event in FEED if event.get("item") != "C"]
    equal(hashes(SHOP + good + good), hashes(SHOP + good))
    equal(hashes(SHOP + [event for event in good for _ in range(3)]), hashes(SHOP + good))
    once, twice = hashes(SHOP + FEED), hashes(SHOP + FEED + FEED)
    equal(once[0], twice[0])
    assert once[1] != twice[1], "an exception is not in `full`"
    equal(hashes(SHOP + FEED)[0], hashes(SHOP + good)[0])


def independent_events_leave_the_same_hashes_in_any_order():
    generator = random.Random(4)
    lines = [event for event in FEED if event.get("item") != "C"]
    a, b = ([event for event in lines if (event.get("item") == "B" or "transfer" in event) is mine]
            for mine in (False, True))
    expected = hashes(SHOP + lines)
    for _ in range(10):
        masters, order = SHOP[1:], [0] * len(a) + [1] * len(b)
        generator.shuffle(masters)
        generator.shuffle(order)
        sides = [iter(a), iter(b)]
        equal(hashes(SHOP[:1] + masters + [next(sides[side]) for side in order]), expected)


def whatever_differs_differs_in_a_hash():
    lines = SHOP + [event for event in FEED if event.get("item") != "C"]
    before = hashes(lines)
    for kept in (stock("on_hand.adjust", "A", "east", 1), {"type": "item", "item": "D"},
                 {"type": "policy", "channel": "web", "buffer": 1},
                 {"type": "hold", "reason": "customs"},
                 {"type": "source", "source": "tms"},
                 {"type": "owner", "quantity": "held", "source": "wms"},
                 {"type": "reserve", "order": "O-2", "channel": "web",
                  "lines": [{"item": "A", "quantity": 1}]}):
        after = hashes([*lines, kept])
        assert after[0] != before[0] and after[1] != before[1], kept
    for remembered in (stock("on_hand.set", "A", "east", 21, as_of=10 ** 9),
                       stock("on_hand.adjust", "A", "east", 0, id="x"),
                       stock("on_hand.adjust", "A", "east", 0, source="erp", seq=1),
                       stock("receipt", "C", "east", 1)):
        after = hashes([*lines, remembered])
        assert after[0] == before[0] and after[1] != before[1], remembered


def what_was_told_is_in_full_and_not_in_hash():
    lines = SHOP + FEED + [{"type": "channel", "channel": "shop"}]
    ask = {"type": "changes", "channel": "web"}
    found = [hashes(lines + asked) for asked in (
        [], [ask], [{**ask, "channel": "shop"}], [{**ask, "limit": 1}], [ask, {**ask, "after": 0}],
        [ask, {**ask, "after": 0, "limit": 0}])]
    equal(len({hash for hash, _ in found}), 1)
    equal(len({full for _, full in found}), len(found))
    # Asked in vain, or twice, or in two steps: what was told is the same.
    equal(hashes([*lines, ask, ask, {**ask, "after": 9}]), found[1])
    equal(hashes([*lines, {**ask, "limit": 1}, ask]), found[1])
    equal(hashes([*SHOP, {**ask, "limit": 0}]), hashes(SHOP))
    later = {"type": "advance", "at": 10 ** 9 + 1}
    assert hashes([*lines, ask, later])[1] != hashes([*lines, later, ask])[1]


def a_nightly_export_before_amid_or_after_its_movements_leaves_the_same_hash():
    hour, midnight = 3600000, 10 ** 9
    opening = SHOP + [stock("on_hand.set", "A", "east", 90, as_of=midnight - 9 * hour),
                      stock("hold.place", "A", "east", 3, reason="damage"),
                      {"type": "reserve", "order": "O", "channel": "web",
                       "lines": [{"item": "A", "quantity": 4}]},
                      {"type": "advance", "at": midnight + 9 * hour}]
    moved = [stock("receipt", "A", "east", 20, at=midnight - 2 * hour),
             stock("hold.scrap", "A", "east", 1, reason="damage", at=midnight - hour),
             stock("on_hand.adjust", "A", "east", -7, at=midnight),
             {"type": "ship", "order": "O", "at": midnight + hour},
             stock("return.receive", "A", "east", 2, at=midnight + 2 * hour),
             {"type": "transfer.ship", "transfer": "T", "item": "A", "from": "east", "to": "west",
              "quantity": 5, "due": 2 * 10 ** 9, "at": midnight + 3 * hour}]
    export = stock("on_hand.set", "A", "east", 100, as_of=midnight)
    cell = {"type": "cell", "item": "A", "location": "east"}
    found = set()
    for place in range(len(moved) + 1):
        for backwards in (False, True):
            feed = [*moved[:place], export, *moved[place:]]
            feed = feed[::-1] if backwards else feed
            # 100, and since midnight - 4 + 2 - 5
            equal(answers(opening + feed + [cell])[-1]["on_hand"], 93)
            found.add(hashes(opening + feed)[0])
    equal(len(found), 1)


# ---- what goes out -------------------------------------------------------------------------------


def without_a_limit_all_changes_stand_in_one_answer():
    count = 5000
    lines = [{"type": "location", "location": "east"}, {"type": "channel", "channel": "web"}]
    items = [f"an item whose key differs at its end only {number:04}" for number in range(count)]
    for number in random.Random(5).sample(range(count), count):
        lines += [{"type": "item", "item": items[number]},
                  stock("on_hand.set", items[number], "east", number + 1)]
    ask = {"type": "changes", "channel": "web"}
    told = [{"item": item, "published": number, "promisable": number, "level": "ok"}
            for number, item in enumerate(items, 1)]
    out = answers([*lines, ask, {**ask, "after": count - 7}, {**ask, "after": 0}, ask])[-4:]
    equal([answer["changes"] for answer in out], [told, told[-7:], told, []])
    equal([answer["position"] for answer in out],
          [count, count + 7, 2 * count + 7, 2 * count + 7])
    equal([answer.get("more") for answer in out], [None] * 4)
    at_a_time = 300
    rounds = -(-count // at_a_time)
    out = answers(lines + [{**ask, "limit": at_a_time}] * rounds)[-rounds:]
    equal([change for answer in out for change in answer["changes"]], told)
    equal([answer.get("more") for answer in out], [True] * (rounds - 1) + [None])


def shop_floor(generator, items, channels):
    """Lines at random: what moves figures, the time, and questions for changes."""
    now = 10 ** 9
    for number in range(3000):
        item, place = generator.choice(items), generator.choice(["east", "west"])
        channel = generator.choice(channels)
        yield generator.choice([
            stock("on_hand.set", item, place, generator.randrange(9)),
            stock("on_hand.adjust", item, place, generator.randrange(-3, 6)),
            {"type": "reserve", "order": f"O-{number}", "channel": channel,
             "expires_at": now + generator.choice([10 ** 3, 10 ** 8]),
             "lines": [{"item": item, "quantity": 1}]},
            {"type": "release", "order": f"O-{number - generator.randrange(1, 30)}"},
            stock("ring_fence.set", item, place, generator.randrange(4), channel=channel,
                  until=now + 10 ** 7),
            stock("schedule.set", item, place, generator.randrange(5), reference="PO",
                  due=now + generator.choice([10 ** 7, 2 * 10 ** 8])),
            {"type": "policy", "item": item, "channel": channel,
             "cap": generator.choice([None, 3])},
            {"type": "changes", "channel": channel,
             "limit": generator.choice([0, 1, 5, None])}])
        if generator.random() < 0.03:
            now += generator.choice([10 ** 3, 10 ** 7, 10 ** 8])
            yield {"type": "advance", "at": now}


def what_channels_heard_is_what_there_is_though_answers_were_lost():
    """One channel loses each third answer, and asks again from where it was: it misses nothing.
    The others are told nothing twice."""
    seed = random.randrange(1 << 32)
    print(f"     seed {seed}")
    generator = random.Random(seed)
    items, channels, loses = [f"I{number}" for number in range(40)], ["web", "shop", "desk"], "desk"
    lines = [{"type": "location", "location": "east"}, {"type": "location", "location": "west"},
             {"type": "channel", "channel": "web", "horizon": 2},
             {"type": "channel", "channel": "shop", "precedence": 1, "buffer": 1},
             {"type": "channel", "channel": loses, "locations": ["west"], "backorder": 2}]
    lines += [{"type": "item", "item": item} for item in items]
    lines.append({"type": "item", "item": "SET", "components": {"I1": 2, "I2": 1}})
    heard, position = {}, 0

    def hear(channel, answer):
        for change in answer["changes"]:
            key, figures = (channel, change["item"]), (change["published"], change["level"])
            assert channel == loses or heard.get(key) != figures, (channel, change)
            heard[key] = figures
        return answer["position"]

    with Replay() as replay:
        for line in [*lines, *shop_floor(generator, items, channels),
                     *({"type": "changes", "channel": channel} for channel in channels)]:
            asks = line["type"] == "changes"
            if asks and line["channel"] == loses:
                line["after"] = position
            answer = json.loads(replay.ask(json.dumps(line).encode()))
            if asks and line["channel"] != loses:
                hear(line["channel"], answer)
            elif asks and ("limit" not in line or generator.random() < 0.67):
                position = hear(loses, answer)
        for channel in channels:
            for item in [*items, "SET"]:
                line = {"type": "available", "channel": channel, "item": item}
                answer = json.loads(replay.ask(json.dumps(line).encode()))
                equal((channel, item, *heard.get((channel, item), (0, "none"))),
                      (channel, item, answer["published"], answer["level"]))


def figures_that_there_are_not_are_left_out():
    ask, stats = {"type": "changes", "channel": "web"}, {"type": "stats"}
    sent = stock("on_hand.set", "A", "east", 5, source="erp")
    out = answers([*SHOP, stats, sent, ask, stats, {**sent, "quantity": 6}, stats,
                   {**ask, "limit": 0}, stats, ask, stats])
    out = [answer for answer in out if "channels" in answer]
    equal([sorted(set(source) & {"newest_at", "lag"}) for source in out[0]["sources"]], [[], []])
    equal([sorted(set(source) & {"newest_at", "lag"}) for source in out[1]["sources"]],
          [["lag", "newest_at"], []])
    # Of a channel that does not listen nothing is untold, nor of one that was told everything.
    equal([answer["channels"][0].get("untold_since") for answer in out],
          [None, None, 10 ** 9, 10 ** 9, None])
    equal([answer["channels"][0]["listens"] for answer in out], [False, True, True, True, True])


def every_channel_and_source_has_its_figures():
    names = [f"{number:03}" for number in range(400)]
    lines = [{"type": kind, kind: name} for name in names[::-1] for kind in ("channel", "source")]
    lines += [{"type": "location", "location": "east"}, {"type": "item", "item": "A"}]
    lines += [stock("on_hand.adjust", "A", "east", 1, source=name) for name in names[::2]]
    lines += [{"type": "reserve", "order": name, "channel": name,
               "lines": [{"item": "A", "quantity": 1}]} for name in names[::4]]
    stats = answers([*lines, {"type": "stats"}])[-1]
    equal([(one["source"], one["applied"]) for one in stats["sources"]],
          [(name, 1 - number % 2) for number, name in enumerate(names)])
    equal([(one["channel"], one["accepted"], one["units"]) for one in stats["channels"]],
          [(name, int(number % 4 == 0), int(number % 4 == 0)) for number, name in enumerate(names)])


def samples_of(text):
    """The samples of a text in OpenMetrics, by name and labels; each family in one piece."""
    lines = text.split("\n")
    equal(lines[-2:], ["# EOF", ""])
    family, kinds, samples = None, {}, {}
    label = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
    for line in lines[:-2]:
        if line.startswith("# "):
            what, name, rest = line[2:].split(" ", 2)
            assert what in ("TYPE", "UNIT", "HELP"), line
            equal(what == "TYPE", name not in kinds)
            kinds.setdefault(name, rest)
            family = name
            continue
        found = re.fullmatch(rf"([a-z_]+)((?:{{{label}(?:,{label})*}})?) (-?[0-9]+(?:\.[0-9]+)?)",
                             line)
        assert found, line
        equal(found[1], family + {"counter": "_total", "gauge": ""}[kinds[family]])
        assert found[1] + found[2] not in samples, line
        samples[found[1] + found[2]] = found[3]
    return samples


def metrics_are_the_figures_of_stats():
    channel = 'we"b\\\n'
    lines = [line for line in SHOP + FEED if line["type"] != "reserve"]
    lines += [{"type": "channel", "channel": channel}, {"type": "changes", "channel": channel},
              {"type": "reserve", "order": "O", "channel": channel,
               "lines": [{"item": "A", "quantity": 2}]}]
    lines += [{"type": "stats"}, {"type": "stats", "format": "openmetrics"}]
    stats, text = answers(lines)[-2:]
    samples = samples_of(text["text"])
    expected = {'sellable_events_total': stats["events"],
                'sellable_channel_units_total{channel="we\\"b\\\\\\n"}': 2,
                'sellable_source_applied_total{source="wms"}': stats["sources"][1]["applied"],
                'sellable_units_promised': 2}
    for kind, statuses_of in stats["calls"].items():
        for status, count in statuses_of.items():
            expected[f'sellable_calls_total{{type="{kind}",status="{status}"}}'] = count
    equal({name: samples.get(name) for name in expected},
          {name: str(value) for name, value in expected.items()})
    equal(sum(name.startswith("sellable_calls_total") for name in samples),
          sum(map(len, stats["calls"].values())))


def help_is_given_and_arguments_are_none():
    done = subprocess.run([REPLAY, "--help"], capture_output=True, timeout=SECONDS)
    equal((done.returncode, done.stdout[:6], done.stderr), (0, b"usage:", b""))
    for wrong in (["file"], ["--store"], ["--checkpoint"], ["--no-such-option"]):
        done = subprocess.run([REPLAY, *wrong], capture_output=True, timeout=SECONDS)
        equal((done.returncode, done.stdout), (2, b""))


TESTS = [
    bytes_at_random_are_answered_line_by_line,
    lines_with_bytes_changed_never_stop_it,
    a_byte_of_zero_makes_a_line_no_json,
    fields_of_any_kind_never_stop_it,
    deep_nesting_is_invalid_or_ignored,
    huge_lines_are_read_in_one_piece,
    a_text_too_long_to_be_kept_is_left_out,
    of_more_than_4096_exceptions_the_oldest_leave,
    nul_bytes_are_no_end_of_anything,
    keys_come_back_as_they_were_sent,
    blank_lines_are_counted_and_not_answered,
    an_order_with_a_long_plan_is_answered_in_full,
    the_limits_of_an_order_are_the_models,
    a_feed_sent_twice_leaves_the_hashes_of_one_sent_once,
    independent_events_leave_the_same_hashes_in_any_order,
    whatever_differs_differs_in_a_hash,
    what_was_told_is_in_full_and_not_in_hash,
    a_nightly_export_before_amid_or_after_its_movements_leaves_the_same_hash,
    without_a_limit_all_changes_stand_in_one_answer,
    what_channels_heard_is_what_there_is_though_answers_were_lost,
    figures_that_there_are_not_are_left_out,
    every_channel_and_source_has_its_figures,
    metrics_are_the_figures_of_stats,
    help_is_given_and_arguments_are_none,
]


def main():
    paths = sorted(FOLDER.glob("*.jsonl"))
    assert paths, f"no scenarios in {FOLDER}"
    failed = 0
    for test in [*paths, *TESTS]:
        name = test.stem if isinstance(test, pathlib.Path) else test.__name__
        try:
            faults = scenario(test) if isinstance(test, pathlib.Path) else test()
        except Exception:
            faults = [traceback.format_exc()]
        print(f"{'FAIL' if faults else 'ok  '} {name}", *(faults or []), sep="\n")
        failed += bool(faults)
    print(f"{len(paths) + len(TESTS) - failed} of {len(paths) + len(TESTS)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
