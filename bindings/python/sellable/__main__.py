# SPDX-License-Identifier: Apache-2.0
"""python -m sellable: events and questions as JSON Lines; `plot FILE` draws a picture of them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from ._error import Error
from ._errors import NotDurableError
from ._sellable import Engine
from ._sellable import open as open_store
from .replay import Answered, Replay

PROGRAM = "python -m sellable"
DESCRIPTION = """\
Reads events and questions, one JSON object a line, and prints an answer for each, one JSON object a
line: {"line":8,"status":"ok",...}. Blank lines are counted and left out. What can be said and what
is answered is in the inventory model; help(sellable) has it, too.

    {"type":"item","item":"A"}
    {"type":"on_hand.set","item":"A","location":"east","quantity":10}
    {"type":"reserve","order":"O-1","channel":"web","lines":[{"item":"A","quantity":2}]}
    {"type":"available","item":"A","channel":"web"}

    python -m sellable plot --help    draws what a channel can sell over the next days
"""
EPILOG = """\
Exit code: 0 at the end of the input, whatever was answered; 2 if it cannot go on, or the store's
log has failed.
"""

# So many bytes of input and of output are answered at most before they are given out: what is
# decided and not durable takes room in the engine's queue.
INPUT = 1 << 20
OUTPUT = 1 << 16
# Nested deeper, a line is no JSON; so Python must be able to parse what is not.
DEPTH = 2048


class Failure(Exception):
    """The program cannot go on."""


def say(words: object) -> None:
    print(f"{PROGRAM}: {words}", file=sys.stderr)


def read_lines(descriptor: int) -> Iterator[bytes | None]:
    """Lines without their ends; None where more input has to be waited for."""
    rest: list[bytes] = []
    while piece := os.read(descriptor, INPUT):
        first, *others = piece.split(b"\n")
        rest.append(first)
        if others:
            yield b"".join(rest)
            yield from others[:-1]
            rest = [others[-1]]
        yield None
    if any(rest):
        yield b"".join(rest)


def write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


class Output:
    """Answers, given out once their effects are durable: one wait for all that came together."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.answers: list[Answered] = []
        self.input = self.output = 0
        self.log_failed = False

    def answer(self, line: bytes) -> None:
        answered = self.replay.answer(line)
        if answered is None:
            return
        self.answers.append(answered)
        self.input += len(line)
        self.output += len(answered.text)
        if self.input >= INPUT or self.output >= OUTPUT:
            self.give_out()

    def give_out(self) -> None:
        if self.answers:
            self.settle()
            text = "".join(answered.text + "\n" for answered in self.answers)
            write_all(sys.stdout.fileno(), text.encode())
            self.answers, self.input, self.output = [], 0, 0

    def settle(self) -> None:
        """If the log has failed, what it has taken stays answered as it was."""
        engine = self.replay.engine
        try:
            engine.durable_wait()
        except NotDurableError:
            if not self.log_failed:
                say("the log has failed; changes are not_durable from here on")
            self.log_failed = True
            durable = engine.durable
            self.answers = [
                answered if answered.position <= durable else self.replay.not_durable(answered.line)
                for answered in self.answers
            ]


def answer_file(descriptor: int, output: Output) -> None:
    for line in read_lines(descriptor):
        if line is None:
            output.give_out()
        else:
            output.answer(line)
    output.give_out()


def answer_files(files: Sequence[str], output: Output) -> None:
    if not files:
        answer_file(sys.stdin.fileno(), output)
    for name in files:
        with open(name, "rb", buffering=0) as file:
            answer_file(file.fileno(), output)


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("file", nargs="*", help="read these; without any, standard input")
    parser.add_argument(
        "--store",
        metavar="DIRECTORY",
        help="keep it all there: an answer is printed once its effect would survive a crash of the"
        " machine, and the next run with the same directory (which is made if it is not there) goes"
        " on from what was answered",
    )
    parser.add_argument(
        "--checkpoint",
        action="store_true",
        help="write a checkpoint at the end: the next run reads that instead of each change",
    )
    options = parser.parse_args(arguments)
    if options.checkpoint and options.store is None:
        parser.error("--checkpoint needs --store")
    return options


def run(options: argparse.Namespace) -> int:
    store: str | None = options.store
    try:
        engine = Engine() if store is None else open_store(store, answering="decided")
    except Error as error:
        raise Failure(f"{store}: {error}") from None
    with engine:
        output = Output(Replay(engine))
        answer_files(options.file, output)
        if options.checkpoint and not output.log_failed:
            try:
                engine.checkpoint()
            except Error as error:
                raise Failure(f"the checkpoint: {error}") from None
        return 2 if output.log_failed else 0


def main(arguments: Sequence[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["plot"]:
        from .plot import main as plot

        return plot(arguments[1:])
    options = read_options(arguments)
    sys.setrecursionlimit(max(sys.getrecursionlimit(), DEPTH + 200))
    try:
        return run(options)
    except Failure as failure:
        say(failure)
    except OSError as error:
        say(error if error.filename is None else f"{error.filename}: {error.strerror}")
    return 2


if __name__ == "__main__":
    sys.exit(main())
