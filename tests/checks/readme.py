# SPDX-License-Identifier: Apache-2.0
"""The first C program of README.md compiles as it is written there, and runs.

    readme.py ROOT STATIC COMPILER...
"""

import re
import sys
import tempfile
from pathlib import Path

from common import Faults, line_of


def main(root, static, *compiler):
    faults = Faults()
    text = Path(root, "README.md").read_text()
    found = re.search(r"^```c\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    if not found:
        faults.add("README.md:1", "there is no block of C")
        faults.end("README.md")
    line = line_of(text, found.start(1))
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "readme.c"), Path(folder, "readme")
        source.write_text(f'#line {line} "README.md"\n{found.group(1)}')
        faults.run([*compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{root}/include",
                    source, static, "-o", program], f"README.md:{line}")
        if not faults.count:
            print(faults.run([program], f"README.md:{line}").stdout, end="")
    faults.end(f"the program at README.md:{line}")


if __name__ == "__main__":
    main(*sys.argv[1:])
