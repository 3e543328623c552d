# SPDX-License-Identifier: Apache-2.0
"""The whole of a plan, as its user sees it: the command, the figures, the page in a real browser."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

import derive
from description import read
from plan import RECIPES

PLAN = RECIPES.parent / "plan.py"
UCI = Path(__file__).resolve().parents[3] / "shared/data/uci_online_retail/orders.csv.gz"
SHORT = 'name = "A <small> shop & sons"\n[goods]\nitems = 2000\n[kept]\nopen_orders = 500\n' \
        "[demand]\ncalls = 100\nburst_period = 0.1\n[service]\nlimit_ms = 10000\n"
SIZES = [(1280, 900), (390, 844)]


def planned(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-B", PLAN, "--program", os.environ["OFFER"], *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(name="made", scope="module")
def plan_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan")
    (folder / "shop.toml").write_text(SHORT, encoding="utf-8")
    done = planned(folder / "shop.toml", "--seconds", 4, "--page", folder / "page.html", "--json",
                   folder / "plan.json")
    assert done.returncode == 0, done.stderr
    (folder / "text").write_text(done.stdout, encoding="utf-8")
    return folder


@pytest.fixture(name="browser", scope="module")
def browser_open() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                 "--disable-component-update", "--disable-sync", "--no-first-run"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService("/usr/bin/chromedriver")
    with webdriver.Chrome(options, service) as browser:
        yield browser


def shown(browser: webdriver.Chrome, page: Path, size: tuple[int, int], scheme: str) -> None:
    """The page in a window of the size, for somebody who likes it light or dark."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": scheme}]})
    browser.get(page.as_uri())


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2) of `rgb(r, g, b)`."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=["wide", "narrow"])
def test_the_page_opens_without_an_error_and_nothing_sticks_out(
        made: Path, browser: webdriver.Chrome, size: tuple[int, int], scheme: str) -> None:
    shown(browser, made / "page.html", size, scheme)
    assert browser.get_log("browser") == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]
    visible = [svg for svg in browser.find_elements(By.CSS_SELECTOR, "figure svg")
               if svg.is_displayed()]
    assert len(visible) == 5
    assert all(svg.size["width"] > 200 and svg.size["height"] > 100 for svg in visible)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_words_stand_out_from_the_ground(made: Path, browser: webdriver.Chrome,
                                             scheme: str) -> None:
    shown(browser, made / "page.html", SIZES[0], scheme)
    ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    card = browser.execute_script(
        "return getComputedStyle(document.querySelector('figure')).backgroundColor")
    words = browser.execute_script("return getComputedStyle(document.body).color")
    drawn = browser.execute_script(
        "return getComputedStyle(document.querySelector('figure svg text')).fill")
    assert contrast(ground, words) > 7 and contrast(card, drawn) > 4.5
    assert (luminance(ground) < 0.2) == (scheme == "dark")


def test_it_needs_nothing_but_itself(made: Path) -> None:
    page = (made / "page.html").read_text(encoding="utf-8")
    names = re.findall(r"""(?:src|href)=["']?([^"'\s>]+)""", page)
    assert names and all(name.startswith(("#", "data:")) for name in names)
    assert "<script" not in page and "@import" not in page


def test_names_on_the_page_are_words_and_no_markup(made: Path, browser: webdriver.Chrome) -> None:
    shown(browser, made / "page.html", SIZES[0], "light")
    assert browser.find_element(By.TAG_NAME, "h1").text == "A <small> shop & sons"


def test_each_name_within_the_page_is_given_once(made: Path) -> None:
    page = (made / "page.html").read_text(encoding="utf-8")
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert set(re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', page)) <= set(names)


def test_text_json_and_page_say_the_same(made: Path) -> None:
    figures: dict[str, Any] = json.loads((made / "plan.json").read_text(encoding="utf-8"))
    text = (made / "text").read_text(encoding="utf-8")
    page = (made / "page.html").read_text(encoding="utf-8")
    assert figures["headroom"] == pytest.approx(figures["sustained"] / 100)
    headroom = f"{float(format(figures['headroom'], '.3g')):,.12g} times"
    assert headroom in text and headroom in page
    assert figures["peak"]["kept"] is True and "kept" in text
    assert len(figures["ladder"]) >= 12 and figures["shards"]["all"] == 1


def test_each_rate_up_to_the_highest_kept_the_limit(made: Path) -> None:
    figures = json.loads((made / "plan.json").read_text(encoding="utf-8"))
    kept = {step["rate"]: step["kept"] for step in figures["ladder"]}
    assert all(good for rate, good in kept.items() if rate <= figures["sustained"])
    assert figures["sustained"] in kept


def test_a_broken_description_ends_with_2_and_the_field(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[goods]\nitems = -3\n", encoding="utf-8")
    done = planned(tmp_path / "broken.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("plan: goods.items: is -3")


def test_a_page_that_cannot_be_written_is_said_before_anything_is_measured(
        tmp_path: Path) -> None:
    done = planned("--page", tmp_path / "nowhere" / "page.html")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written" in done.stderr and "filling" not in done.stderr


@pytest.mark.parametrize("durability", ["none", "durable"])
def test_stopped_it_says_so_and_leaves_nothing_behind(tmp_path: Path, durability: str) -> None:
    """On a terminal of 40 columns, no line of which the progress bar may exceed."""
    (tmp_path / "shop.toml").write_text(f"{SHORT}durability = '{durability}'\n", encoding="utf-8")
    program = tmp_path / "offer"  # a store is beside it
    program.symlink_to(os.environ["OFFER"])
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    command = [sys.executable, "-B", PLAN, "--program", program, tmp_path / "shop.toml"]
    with subprocess.Popen(command, stderr=theirs, stdout=theirs) as run:
        os.close(theirs)
        shown = b""
        while b"warming" not in shown:
            shown += os.read(ours, 1000)
        run.send_signal(signal.SIGINT)
        while part := last_words(ours):
            shown += part
    os.close(ours)
    assert run.returncode == 130
    assert shown.endswith(b"plan: stopped\r\n") and b"Traceback" not in shown
    assert max(map(len, re.split(rb"[\r\n]+", shown))) < 40
    assert sorted(path.name for path in tmp_path.iterdir()) == ["offer", "shop.toml"]


def last_words(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1000)
    except OSError:  # nobody has the other end any more
        return b""


def test_the_template_is_a_description(tmp_path: Path) -> None:
    done = planned("--template")
    (tmp_path / "mine.toml").write_text(done.stdout, encoding="utf-8")
    assert read(tmp_path / "mine.toml").name == "my business"


def test_the_derived_recipe_is_what_the_recorded_orders_give(
        capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = (RECIPES / "gift-shop.toml").read_text(encoding="utf-8")
    source = next(line for line in recipe.splitlines() if line.startswith("# Orders"))[2:]
    monkeypatch.setattr(sys, "argv", ["derive.py", str(UCI), "--source", source, "--name",
                                      "A gift shop, a thousand times as large"])
    assert derive.main() == 0
    assert capsys.readouterr().out == recipe
