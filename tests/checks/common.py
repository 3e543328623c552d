# SPDX-License-Identifier: Apache-2.0
"""What the checks share: the files they look at, C without its comments, and how a check ends."""

import re
import subprocess
import sys
from pathlib import Path


def library_files(root):
    """Every C file and header of the library."""
    return sorted([*Path(root, "lib").glob("*.c"), *Path(root, "lib").glob("*.h")])


def without_comments(text, keep_strings=True):
    """C with its comments (and what is in its strings) blanked out; all stays in its place."""

    def blank(match):
        token = match.group()
        if token.startswith("/"):
            return re.sub(r"[^\n]", " ", token)
        return token if keep_strings else token[0] + " " * (len(token) - 2) + token[-1]

    tokens = r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    return re.sub(tokens, blank, text, flags=re.DOTALL)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def public_functions(root):
    """Every function that sellable.h declares, with its line."""
    text = without_comments(Path(root, "include", "sellable.h").read_text())
    text = re.sub(r"^[ \t]*#(?:.*\\\n)*.*$", lambda m: re.sub(r"[^\n]", " ", m.group()), text,
                  flags=re.MULTILINE)
    return {m.group(1): line_of(text, m.start(1))
            for m in re.finditer(r"\b(sellable_\w+)\s*\((?!\*)", text)}


def output(*command):
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout


class Faults:
    """Collects what is wrong, and ends the check."""

    def __init__(self):
        self.count = 0

    def add(self, place, text):
        self.count += 1
        print(f"{place}: {text}")

    def run(self, command, what, **options):
        """Run a command that must succeed; what it prints is shown if it does not."""
        result = subprocess.run([str(word) for word in command], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
        if result.returncode != 0:
            self.add(what, f"failed ({result.returncode}): {' '.join(map(str, command))}")
            print(result.stdout, end="")
        return result

    def end(self, looked_at):
        print(f"looked at {looked_at}: {self.count or 'no'} fault{'s' * (self.count != 1)}")
        sys.exit(1 if self.count else 0)
