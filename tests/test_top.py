#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The live view as a user runs it: test_top.py TOP FEED [FOLDER...].

Without a terminal, and on one of a given size: its frames have to fit, and to say what the report
of the feed says; the terminal has to be left as it was found, however the program ends.
"""

import contextlib
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

sys.dont_write_bytecode = True
import sentences  # noqa: E402

TOP, FEED = map(os.path.abspath, sys.argv[1:3])
SAMPLE = pathlib.Path(__file__).resolve().parent.parent / "examples" / "sample_feed"
RUN_SECONDS = 60
MUCH = ("--shuffle", 7, "--duplicates", 30, "--late", 40, "--late-days", 5, "--outages", 30,
        "--swapped", 40, "--lost", 40)
# The sample in a second and a half, and slow enough to never end by itself.
FAST, SLOW = ("--speed", 30), ("--speed", 0.5)
ENTER, LEAVE = b"\x1b[?1049h\x1b[?25l", b"\x1b[?25h\x1b[?1049l"


def equal(actual, expected, what=""):
    assert actual == expected, f"{what}\n     got {actual}\nexpected {expected}"


def contains(text, part):
    assert part in text, f"expected {part!r} in\n{text}"


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "LINES", "COLUMNS")}
    return {**kept, "TERM": "xterm", **{k: str(v) for k, v in more.items()}}


# ---- without a terminal -------------------------------------------------------------------------


def run(*arguments, code=0, **more):
    """What it prints, and what it says beside."""
    done = subprocess.run([TOP, *map(str, arguments)], capture_output=True, timeout=RUN_SECONDS,
                          stdin=subprocess.DEVNULL, env=environment(**more))
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, f"exit code {done.returncode}, not {code}\n{out}{err}"
    return out, err


def report(folder, *arguments):
    """What the feed reports of its last run."""
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place, "report.json")
        subprocess.run([FEED, str(folder), "--json", str(path), *map(str, arguments)], check=True,
                       timeout=RUN_SECONDS, capture_output=True)
        return json.loads(path.read_text())["runs"][-1]


# ---- on a terminal ------------------------------------------------------------------------------


class Screen:
    """What a terminal of this size shows. What does not fit on it is a failure."""

    def __init__(self, rows, columns):
        self.resize(rows, columns)
        self.frames = []  # texts, as they stood when the next one began
        self.left = b""

    def resize(self, rows, columns):
        self.rows, self.columns, self.row, self.column = rows, columns, 0, 0
        self.cells = [[" "] * columns for _ in range(rows)]

    def text(self):
        return ["".join(row).rstrip() for row in self.cells]

    def control(self, numbers, letter):
        if letter == "H":
            if any(self.text()):
                self.frames.append(self.text())
            self.row = self.column = 0
        elif letter == "K":
            self.cells[self.row][self.column:] = [" "] * (self.columns - self.column)
        elif letter == "J":
            self.cells = [[" "] * self.columns for _ in range(self.rows)]
        else:
            assert letter in "mhl", f"ESC [ {numbers} {letter}"

    def put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.row += 1
            assert self.row < self.rows, f"a frame is higher than {self.rows}"
        else:
            assert self.column < self.columns, f"a frame is wider than {self.columns}"
            self.cells[self.row][self.column] = character
            self.column += 1

    def show(self, data):
        """Of the bytes so far, all but a sequence or character that is not whole yet."""
        self.left += data
        text = self.left.decode(errors="ignore")
        whole = re.search(r"\x1b(\[[?0-9;]*)?$", text)
        text = text[:whole.start()] if whole else text
        self.left = self.left[len(text.encode()):]
        for numbers, letter, character in re.findall(r"\x1b\[([?0-9;]*)(\w)|([^\x1b])", text):
            if letter:
                self.control(numbers, letter)
            else:
                self.put(character)


class Session:
    """The program on a terminal; what it shows is followed until it leaves the screen again."""

    def __init__(self, rows, columns, *arguments, **more):
        self.parent, self.child = pty.openpty()
        self.size(rows, columns)
        self.found = termios.tcgetattr(self.child)
        self.screen, self.out, self.shown = Screen(rows, columns), b"", 0
        self.process = subprocess.Popen(
            [TOP, *map(str, arguments)], stdin=self.child, stdout=self.child,
            stderr=subprocess.DEVNULL, env=environment(**more), preexec_fn=self.take_terminal)

    def take_terminal(self):
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def size(self, rows, columns):
        fcntl.ioctl(self.child, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """What comes within that time; False: nothing did."""
        if not select.select([self.parent], [], [], seconds)[0]:
            return False
        self.out += os.read(self.parent, 65536)
        entered, left = self.out.find(ENTER), self.out.find(LEAVE)
        if entered >= 0:
            # What may be the beginning of LEAVE waits for the rest of it.
            end = left if left >= 0 else len(self.out) - len(LEAVE) + 1
            begin = max(self.shown, entered + len(ENTER))
            self.screen.show(self.out[begin:end])
            self.shown = max(begin, end)
        return True

    def until(self, condition, what):
        end = time.monotonic() + RUN_SECONDS
        while not condition():
            assert time.monotonic() < end, f"never: {what}\n" + "\n".join(self.screen.text())
            self.read(0.05)

    def until_shown(self, pattern):
        def shown():
            return any(re.search(pattern, "\n".join(f)) for f in self.screen.frames[-1:])
        self.until(shown, pattern)
        return self.screen.frames[-1]

    def press(self, keys):
        os.write(self.parent, keys)

    def end(self):
        """Its exit code; the terminal has to be as it was."""
        self.until(lambda: self.process.poll() is not None, "its end")
        while self.read(0.1):
            pass
        equal(termios.tcgetattr(self.child), self.found, "the terminal's settings")
        if ENTER in self.out:
            equal([self.out.count(ENTER), self.out.count(LEAVE)], [1, 1], "screens")
        return self.process.returncode

    def printed(self):
        """What it prints after it has left its screen."""
        return self.out.split(LEAVE)[1].decode().replace("\r\n", "\n")


@contextlib.contextmanager
def session(rows, columns, *arguments, **more):
    opened = Session(rows, columns, *arguments, **more)
    try:
        yield opened
    finally:
        if opened.process.poll() is None:
            opened.process.kill()
            opened.process.wait()
        os.close(opened.parent)
        os.close(opened.child)


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


# ---- what a frame says --------------------------------------------------------------------------


def number(text):
    return int(text.replace(",", ""))


def total(frame, name):
    found = re.search(rf"(?:^|   ){name} +([-\d.,]+(?: [%MA-Z]\w*|)|\w+)", frame, re.MULTILINE)
    assert found, f"no {name!r} in\n{frame}"
    return found[1]


TITLES = ("CHANNEL ", "SOURCE ", "EXCEPTIONS ", "SHORT ")


def place_of(lines, title):
    return next((i, line.index(title)) for i, line in enumerate(lines) if title in line)


def table(frame, title):
    """The rows below this title, in fields. What is short may stand beside it, at the right."""
    lines, rows = frame.splitlines(), []
    (at, begins), (beside, ends) = place_of(lines, title), place_of(lines, "SHORT ")
    ends = ends if beside <= at and ends > begins else None
    for line in lines[at + 1:]:
        row = line[begins:ends]
        if not row.strip() or row.startswith(TITLES):
            break
        rows.append(re.split(r" {2,}", row.strip()))
    return rows


def check_frame(frame, expected):
    """The figures of the last frame are those of the feed's report."""
    operations = expected["operations"]
    refused = (operations["events"] - operations["events_applied"]
               - operations["events_duplicate"])
    for name, figure in (
        ("came", operations["events"]), ("applied", operations["events_applied"]),
        ("known already", operations["events_duplicate"]), ("refused", refused),
        ("applied by hand", operations["replays_applied"]),
        ("exceptions open", expected["exceptions_left"]),
        ("orders open", operations["orders_open"]),
        ("orders expired", operations["orders_expired"]),
        ("units promised", operations["units_promised"]),
        ("units short", operations["units_short"]), ("cells short", operations["cells_short"]),
    ):
        equal(number(total(frame, name)), figure, name)
    for name, share in (("without a hand", operations["without_a_hand"]),
                        ("units covered", operations["reservation_accuracy"])):
        equal(total(frame, name), f"{share // 100}.{share % 100:02} %", name)
    equal(total(frame, "audit"), "consistent")
    told = {t["channel"]: t["told"] for t in expected["told"]}
    equal([[row[0], *map(number, row[1:5])] for row in table(frame, "CHANNEL ")],
          [[c["channel"], c["orders"], c["refused"], c["units"], told[c["channel"]]]
           for c in expected["channels"]])
    equal(sorted([row[0], *map(number, row[1:6])] for row in table(frame, "SOURCE ")),
          sorted([s[k] for k in ("source", "applied", "duplicates", "stale", "refused", "gaps")]
                 for s in expected["sources"]))
    kept = {}
    for reason in expected["exceptions"]:
        kept[reason["status"]] = kept.get(reason["status"], 0) + reason["kept"]
    equal({row[0]: number(row[1]) for row in table(frame, "EXCEPTIONS ") if len(row) > 1}, kept)
    # The largest first; of equals the earlier item.
    shortages = sorted(expected["shortages"], key=lambda s: -s["short"])
    equal([[row[0].split()[0], number(row[-2]), number(row[-1])]
           for row in table(frame, "SHORT ") if len(row) > 1],
          [[s["item"], s["short"], len(s["orders"])] for s in shortages])


def the_last_frame_says_what_the_feed_reports():
    for folder in (SAMPLE, *sys.argv[3:]):
        for arguments in ((), ("--clean",), MUCH, (*MUCH, "--until", "2024-03-20")):
            if "--until" in arguments and folder != SAMPLE:
                continue
            expected = report(folder, *arguments)
            for size in ({"LINES": 60, "COLUMNS": 200}, {"LINES": 200, "COLUMNS": 110}):
                out, _ = run(folder, "--once", *arguments, **size)
                contains(out, "ENDED")
                contains(out, "100 %")
                check_frame(out, expected)


def the_last_frame_on_a_terminal_says_it_too():
    expected = report(SAMPLE, *MUCH)
    with session(60, 200, SAMPLE, *FAST, *MUCH) as top:
        equal(top.end(), 0)
        check_frame(plain(top.printed()), expected)
        assert len(top.screen.frames) > 3, "too few frames"


def openmetrics_say_it_too():
    expected = report(SAMPLE, *MUCH)
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place, "metrics")
        run(SAMPLE, "--once", *MUCH, "--openmetrics", path)
        text = path.read_text()
    assert text.endswith("# EOF\n"), text[-200:]
    contains(text, f"\nsellable_orders_open {expected['operations']['orders_open']}\n")
    for told in expected["told"]:
        contains(text, f'\nsellable_channel_told_total{{channel="{told["channel"]}"}} '
                       f'{told["told"]}\n')


# ---- how it looks -------------------------------------------------------------------------------


def frames_fit_the_terminal():
    for rows, columns in ((24, 80), (60, 200), (50, 100), (12, 40), (5, 150), (3, 9), (1, 1)):
        with session(rows, columns, SAMPLE, *FAST, *MUCH) as top:
            equal(top.end(), 0, f"{rows} x {columns}")
            assert len(top.screen.frames) > 3, f"too few frames of {rows} x {columns}"
            printed = plain(top.printed()).splitlines()
            assert max(map(len, printed)) <= columns and len(printed) <= rows, printed
            if rows >= 24 and columns >= 80:
                for frame in top.screen.frames[2:]:
                    for part in ("PLAYING", "came", "CHANNEL", "Novelty Shop", "SOURCE", "oms",
                                 "EXCEPTIONS", "SHORT", "q end"):
                        contains("\n".join(frame), part)


def a_frame_follows_the_size_of_the_terminal():
    with session(24, 80, SAMPLE, *SLOW) as top:
        top.until_shown("PLAYING")
        top.screen.resize(60, 200)
        top.size(60, 200)
        frame = top.until_shown(r"(?m)^\[[-#]{150,}\]")
        assert max(map(len, frame)) > 80
        top.press(b"q")
        equal(top.end(), 0)


def without_colours_there_are_none():
    for more, some in (({}, True), ({"NO_COLOR": 1}, False)):
        with session(24, 80, SAMPLE, *FAST, **more) as top:
            equal(top.end(), 0)
            equal(re.search(rb"\x1b\[[0-9;]*m", top.out) is not None, some, more)


def without_a_terminal_a_plain_frame_comes_every_so_often():
    out, _ = run(SAMPLE, *FAST, "--every", 0.3, LINES=24, COLUMNS=80)
    assert "\x1b" not in out
    frames = out.strip().split("\n\n")
    assert 4 <= len(frames) <= 60, len(frames)
    for frame in frames:
        lines = frame.splitlines()
        assert max(map(len, lines)) <= 80 and len(lines) <= 24, frame
    for frame in frames[:-1]:
        contains(frame, "PLAYING")
    contains(frames[-1], "ENDED")
    came = [number(total(frame, "came")) for frame in frames]
    equal(came, sorted(came))
    assert came[0] < came[-1], came
    equal(len(run(SAMPLE, "--once")[0].strip().split("\n\n")[0].splitlines()), 3)
    with session(24, 80, SAMPLE, *FAST, TERM="dumb") as top:
        equal(top.end(), 0)
        assert b"\x1b" not in top.out


# ---- keys, signals ------------------------------------------------------------------------------


def q_ends_it():
    with session(24, 80, SAMPLE, *SLOW) as top:
        top.until_shown("PLAYING")
        began = time.monotonic()
        top.press(b"q")
        equal(top.end(), 0)
        assert time.monotonic() - began < 5
        contains(plain(top.printed()), "STOPPED")


def p_pauses_and_goes_on():
    with session(24, 80, SAMPLE, "--speed", 5) as top:
        top.until_shown("PLAYING")
        top.press(b"p")
        top.until_shown("PAUSED")
        time.sleep(0.5)  # the shift that is played ends
        top.screen.frames.clear()
        first = total("\n".join(top.until_shown("PAUSED")), "came")
        time.sleep(1)
        top.screen.frames.clear()
        equal(total("\n".join(top.until_shown("PAUSED")), "came"), first)
        top.press(b"p")
        top.until_shown("PLAYING")
        top.until(lambda: total("\n".join(top.screen.frames[-1]), "came") != first, "more")
        top.press(b"pq")
        equal(top.end(), 0)


def plus_and_minus_change_the_speed():
    with session(24, 80, SAMPLE, *SLOW) as top:
        for keys, speed in ((b"", "0.5"), (b"+", "1"), (b"++", "4"), (b"-", "2")):
            top.press(keys)
            top.until_shown(f" of {speed} days/s")
        top.press(b"+" * 12)
        equal(top.end(), 0)  # as fast as it goes
        contains(plain(top.printed()), "ENDED")


def a_signal_ends_it_and_the_terminal_is_as_it_was():
    for send, number_ in ((lambda top: top.press(b"\x03"), signal.SIGINT),
                          (lambda top: top.process.terminate(), signal.SIGTERM)):
        with session(24, 80, SAMPLE, *SLOW) as top:
            top.until_shown("PLAYING")
            send(top)
            equal(top.end(), -number_)


def a_stop_gives_the_terminal_back_until_it_goes_on():
    with session(24, 80, SAMPLE, *SLOW) as top:
        top.until_shown("PLAYING")
        top.press(b"\x1a")
        top.until(lambda: LEAVE in top.out, "left")
        # Only then has it stopped, and changes nothing more.
        os.waitid(os.P_PID, top.process.pid, os.WSTOPPED | os.WNOWAIT)
        equal(termios.tcgetattr(top.child), top.found, "the terminal's settings")
        top.process.send_signal(signal.SIGCONT)
        top.until(lambda: top.out.count(ENTER) == 2, "entered again")
        top.press(b"q")
        top.until(lambda: top.process.poll() is not None, "its end")
        equal(top.process.returncode, 0)
        equal(termios.tcgetattr(top.child), top.found, "the terminal's settings")


# ---- what is wrong ------------------------------------------------------------------------------


def bad_options_are_named():
    for arguments, part in (
        (["--speed", "fast"], "--speed: \"fast\" is not from 0 to 1000000"),
        (["--speed", "-1"], "--speed: \"-1\""),
        (["--speed", "inf"], "--speed: \"inf\""),
        (["--speed", ""], "--speed: \"\""),
        (["--every", "0"], "--every: \"0\" is not from 0.05 to 86400"),
        (["--until", "2024-02-30"], "--until: \"2024-02-30\" is no day"),
        (["--until", "2024-02-29"], "begins on 2024-03-01"),
        (["--shuffle", "x"], "--shuffle: \"x\""),
        (["--openmetrics", "/nowhere/at/all"], "--openmetrics: /nowhere/at/all: "),
        (["--nothing"], "see --help"),
        (["twice"], "one folder only, not also \"twice\""),
    ):
        out, err = run(SAMPLE, *arguments, code=2)
        contains(err, part)
        equal(out, "")
    equal(run("--help")[0].split()[0], "top")


def a_reader_that_goes_away_ends_it():
    top = subprocess.Popen([TOP, str(SAMPLE), *map(str, SLOW), "--every", "0.05"],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    top.stdout.readline()
    top.stdout.close()
    equal(top.wait(RUN_SECONDS), 2)
    contains(top.stderr.read().decode(), "cannot be written")


TESTS = (
    the_last_frame_says_what_the_feed_reports,
    the_last_frame_on_a_terminal_says_it_too,
    openmetrics_say_it_too,
    frames_fit_the_terminal,
    a_frame_follows_the_size_of_the_terminal,
    without_colours_there_are_none,
    without_a_terminal_a_plain_frame_comes_every_so_often,
    q_ends_it,
    p_pauses_and_goes_on,
    plus_and_minus_change_the_speed,
    a_signal_ends_it_and_the_terminal_is_as_it_was,
    a_stop_gives_the_terminal_back_until_it_goes_on,
    bad_options_are_named,
    a_reader_that_goes_away_ends_it,
)


if __name__ == "__main__":
    sentences.run(TESTS)
