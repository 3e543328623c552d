# SPDX-License-Identifier: Apache-2.0
"""What this machine carries of a business, before its peak season.

Describe the business in a short TOML file, or take a recipe; plan runs it here, at a growing rate,
and says at which rate answers become too slow, what is left at the asked peak, and how much memory,
time to recover and machines it takes.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

import page
import report
from description import Description, Unclear, defaults, read, template
from measuring import USUAL, Measuring
from offering import Failed

RECIPES = Path(__file__).resolve().parent / "recipes"
BAR = 20


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev plan", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE",
                        help="the description; without it, nothing but defaults")
    parser.add_argument("--recipe", choices=sorted(path.stem for path in RECIPES.glob("*.toml")),
                        help="one that is there, in place of FILE")
    parser.add_argument("--template", action="store_true",
                        help="print a description with every field at its default, and end")
    parser.add_argument("--seconds", type=float, default=USUAL, metavar="N",
                        help=f"that the steps take in all, about, each of them at least one "
                             f"burst_period; default {USUAL:g}")
    parser.add_argument("--page", type=Path, metavar="FILE", help="where the page goes (HTML)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the figures go")
    parser.add_argument("--program", type=Path, required=True, help=argparse.SUPPRESS)
    return parser


def described(options: argparse.Namespace) -> Description:
    if options.file and options.recipe:
        raise Unclear("", "a FILE or a --recipe, not both")
    if options.recipe:
        return read(RECIPES / f"{options.recipe}.toml")
    return read(options.file) if options.file else defaults()


class Bar:
    """How far it is, on a terminal; elsewhere a line for each step."""

    def __init__(self) -> None:
        self.drawn = sys.stderr.isatty()

    @property
    def width(self) -> int:
        """One less than the terminal's, or a line would wrap."""
        return max(os.get_terminal_size(sys.stderr.fileno()).columns, 20) - 1

    def __call__(self, part: float, what: str) -> None:
        if self.drawn:
            full = "#" * round(part * BAR)
            line = f"[{full:<{BAR}}] {part:4.0%}  {what}"
            print(f"\r{line:<{self.width}.{self.width}}", end="", file=sys.stderr, flush=True)
        else:
            print(f"{part:4.0%}  {what}", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self.drawn:
            print(f"\r{'':<{self.width}}\r", end="", file=sys.stderr, flush=True)


def writable(path: Path | None) -> None:
    """Unclear, before minutes are spent, if the file could not be written in the end."""
    try:
        if path:
            path.open("ab").close()
    except OSError as fault:
        raise Unclear("", f"{path} cannot be written: {fault.strerror}") from None


def made(options: argparse.Namespace) -> None:
    description = described(options)
    writable(options.page)
    writable(options.json)
    bar = Bar()
    try:
        plan = Measuring(description, options.program, options.seconds, bar).run()
    finally:
        bar.end()
    print(report.text(plan))
    if options.json:
        options.json.write_text(report.json_text(plan), encoding="utf-8")
    if options.page:
        options.page.write_text(page.html(plan), encoding="utf-8")
        print(f"The page: {options.page}")


def main() -> int:
    options = arguments().parse_args()
    if options.template:
        print(template(), end="")
        return 0
    if not 1 <= options.seconds <= 86_400:
        print("plan: --seconds: has to be 1 to 86,400", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was begun is undone
    try:
        made(options)
    except Unclear as fault:
        print(f"plan: {fault}", file=sys.stderr)
        return 2
    except (Failed, OSError) as fault:
        print(f"plan: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("plan: stopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
