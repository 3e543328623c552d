# SPDX-License-Identifier: Apache-2.0
"""The analyst's example runs as it stands, and says what it is there to say."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import matplotlib.image
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "analyst" / "ring_fence.py"
ADVENTURE_WORKS = ROOT.parent / "shared" / "data" / "adventureworks"
FOLDERS = [ROOT / "examples" / "sample", *([ADVENTURE_WORKS] if ADVENTURE_WORKS.exists() else [])]


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_the_example_plays_a_month_with_and_without_a_fence_and_draws_both(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    command = [sys.executable, EXAMPLE, folder, tmp_path]
    run = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE)
    figures = {line.split()[0]: line.split()[1:] for line in run.stdout.splitlines() if line}
    online = [int(figure) for figure in figures["online"]]
    half = len(online) // 2
    assert sum(online[:half]) == sum(online[half:]), "the same is asked of both"
    if folder == ADVENTURE_WORKS:
        refused, promised = online[:2]
        assert online[2] < refused
        assert online[3] > promised
    for name in ("outlook.png", "ring_fence.png"):
        assert matplotlib.image.imread(tmp_path / name).shape[1] > 600
