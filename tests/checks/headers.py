# SPDX-License-Identifier: Apache-2.0
"""Each header compiles alone: the public one as C11 and as C++17, those in lib/ as C11.

    headers.py ROOT COMPILER...

With the compiler of the build, and with every other one that is here.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from common import Faults

STRICT = ["-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
C = ["-xc", "-std=c11", "-Wconversion", "-Wsign-conversion"]


def main(root, *compiler):
    faults = Faults()
    compilers = {name: path for name in ["gcc", "clang"] if (path := shutil.which(name))}
    in_c = [list(compiler), *([path] for path in compilers.values())]
    in_cpp = [[path] for name in ["g++", "clang++"] if (path := shutil.which(name))]
    if not in_cpp:
        faults.add("headers.py", "there is no C++ compiler")
    public = Path(root, "include", "sellable.h")
    internal = sorted(Path(root, "lib").glob("*.h"))
    runs = [(words + C + ["-pedantic"], public) for words in in_c]
    runs += [(words + ["-xc++", "-std=c++17", "-pedantic"], public) for words in in_cpp]
    runs += [(words + C, header) for words in in_c for header in internal]
    for words, header in runs:
        # From standard input, as a file that includes nothing else, and twice.
        include = f'#include "{header.name}"\n' * 2
        command = [*words, *STRICT, f"-I{root}/include", f"-I{root}/lib", "-"]
        result = subprocess.run(command, input=include, text=True, capture_output=True)
        if result.returncode != 0:
            found = re.search(r"(\S+?:\d+):.*?error: (.*)", result.stderr)
            place = found.group(1).removeprefix(f"{root}/") if found else f"{header.name}:1"
            faults.add(place, f"{header.name} does not compile alone: {' '.join(words)}")
            print(result.stderr, end="")
    faults.end(f"{1 + len(internal)} headers, compiled in {len(runs)} ways")


if __name__ == "__main__":
    main(*sys.argv[1:])
