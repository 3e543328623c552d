# SPDX-License-Identifier: Apache-2.0
"""Files of the project name no path of one machine, leave nothing open, and name their licence.

    tree.py ROOT
"""

import re
import subprocess
import sys
from pathlib import Path

from common import Faults, line_of, output

# Written so that this file does not find itself.
RULES = [
    (re.compile(r"(?<![\w.)}\-/])/(?:work|farm|root|home)(?:/|\b(?![\w-]))"),
     "a path of one machine"),
    (re.compile(r"\b(?:TO" r"DO|FIX" r"ME|HA" r"CK)\b"), "something left open"),
]
LICENSED = {".c", ".h", ".cpp", ".hpp", ".py", ".sh", ".map", ".build"}


def project_files(root):
    """What git tracks, or would; without git, what is there beside the build folders."""
    try:
        listed = output("git", "-C", root, "ls-files", "-z", "--cached", "--others",
                        "--exclude-standard")
        paths = {Path(root, name) for name in listed.split("\0") if name}
    except (OSError, subprocess.CalledProcessError):
        paths = {path for path in Path(root).rglob("*")
                 if not re.match(r"build|\.git$", path.relative_to(root).parts[0])}
    return sorted(path for path in paths if path.is_file())


def main(root):
    faults = Faults()
    looked_at = 0
    for path in project_files(root):
        content = path.read_bytes()
        if b"\0" in content:
            continue
        looked_at += 1
        name, text = path.relative_to(root), content.decode(errors="replace")
        for pattern, what in RULES:
            for match in pattern.finditer(text):
                faults.add(f"{name}:{line_of(text, match.start())}", f"{what}: {match.group()}")
        if path.suffix in LICENSED and "SPDX-License-Identifier: Apache-2.0" not in text[:200]:
            faults.add(f"{name}:1", "the licence is not named")
    faults.end(f"{looked_at} files")


if __name__ == "__main__":
    main(sys.argv[1])
