# SPDX-License-Identifier: Apache-2.0
"""The lines of Python in the READMEs run as they are written."""

from __future__ import annotations

import pathlib
import re

from conftest import ROOT
from test_life import run_python


def blocks(path: pathlib.Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL)


def test_the_five_lines_of_the_readme_run_as_written() -> None:
    lines, *_ = blocks(ROOT / "README.md")
    assert len(lines.splitlines()) <= 7
    printed = run_python(lines).split()
    assert printed, "they show nothing"
    for comment in re.findall(r"# (.*)$", lines, re.MULTILINE):
        assert " ".join(printed) == comment or comment.split()[0] in printed, (printed, comment)
