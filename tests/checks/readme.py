# SPDX-License-Identifier: Apache-2.0
"""The first C program of README.md compiles as it is written there, and runs; and each of its blocks
of JSON Lines is answered as it says there.

    readme.py ROOT REPLAY STATIC COMPILER...
"""

import re
import sys
import tempfile
from pathlib import Path

from common import Faults, line_of


def compile_and_run(faults, text, root, static, compiler):
    found = re.search(r"^```c\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    if not found:
        faults.add("README.md:1", "there is no block of C")
        return
    line = line_of(text, found.start(1))
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "readme.c"), Path(folder, "readme")
        source.write_text(f'#line {line} "README.md"\n{found.group(1)}')
        faults.run([*compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{root}/include",
                    source, static, "-o", program], f"README.md:{line}")
        if not faults.count:
            print(faults.run([program], f"README.md:{line}").stdout, end="")


def replay_blocks(faults, text, replay):
    """Lines of a block are input, and indented ones the answer; without one it is ok alone."""
    blocks = 0
    for block in re.finditer(r"^```jsonl\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        blocks += 1
        start, asked, expected = line_of(text, block.start(1)), [], []
        for offset, line in enumerate(block.group(1).splitlines()):
            if line.startswith(" "):
                expected[-1] = (start + offset, line.strip())
            else:
                asked.append(line)
                expected.append((start + offset, f'{{"line":{len(asked)},"status":"ok"}}'))
        done = faults.run([replay], f"README.md:{start}", input="\n".join(asked) + "\n")
        answers = done.stdout.splitlines()
        for (place, wanted), answer in zip(expected, answers):
            if wanted != answer:
                faults.add(f"README.md:{place}", f"the answer is {answer}")
        if len(answers) != len(expected):
            faults.add(f"README.md:{start}", f"{len(answers)} answers to {len(expected)} lines")
    if blocks == 0:
        faults.add("README.md:1", "there is no block of JSON Lines")


def main(root, replay, static, *compiler):
    faults = Faults()
    text = Path(root, "README.md").read_text()
    compile_and_run(faults, text, root, static, compiler)
    replay_blocks(faults, text, replay)
    faults.end("the programs of README.md")


if __name__ == "__main__":
    main(*sys.argv[1:])
