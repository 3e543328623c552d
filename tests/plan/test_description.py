# SPDX-License-Identifier: Apache-2.0
"""What can be said of a business, and what cannot."""

from pathlib import Path

import pytest

from description import FIELDS, Unclear, defaults, parsed, read, template
from plan import RECIPES


def said(text: str) -> str:
    """The field that is not clear, and why."""
    with pytest.raises(Unclear) as caught:
        parsed(text, "test", Path())
    return f"{caught.value.field}|{caught.value.reason}"


def test_nothing_said_is_every_default() -> None:
    assert parsed("", "test", Path()).values == defaults().values


def test_the_template_says_every_field_and_is_all_defaults() -> None:
    made = parsed(template(), "test", Path())
    assert made.values == defaults().values
    assert made.said == {field.path for field in FIELDS}


@pytest.mark.parametrize("text, field, why", [
    ("[goods]\nitem = 3", "goods.item", "no such field"),
    ("[good]\nitems = 3", "good", "no such table"),
    ("goods = 3", "goods", "has to be a table"),
    ("[goods]\nitems = 0", "goods.items", "1 to"),
    ("[goods]\nitems = 2.5", "goods.items", "whole"),
    ("[goods]\nitems = true", "goods.items", "a number"),
    ("[goods]\nitems = '3'", "goods.items", "a number"),
    ("[goods]\nskew = nan", "goods.skew", "a number"),
    ("[goods]\nskew = -1", "goods.skew", "0 to 3"),
    ("[demand]\nlines = 3", "demand.lines", "a list"),
    ("[demand]\nlines = []", "demand.lines", "a list"),
    ("[demand]\nlines = [0.5, 'x']", "demand.lines[1]", "a number"),
    ("[demand]\nlines = [0.5, 0.4]", "demand.lines", "add up to 1"),
    ("[service]\ndurability = 'maybe'", "service.durability", "one of none, decided, durable"),
    ("name = 3", "name", "words"),
    ("name = '\\u001b[31m'".replace("'", '"'), "name", "words"),
    (f"[goods]\nitems = 1{400 * '0'}", "goods.items", "far too large"),
    ("[goods]\nskew = inf", "goods.skew", "0 to 3"),
    ("[service]\nmemory_gib = 1e-320", "service.memory_gib", "at least"),
    ("[stream]\nfile = 'nothing.jsonl'", "stream.file", "no file"),
    ("[stream]\nfiles = 'x'", "stream", "has to have file"),
])
def test_what_is_no_value_is_named(text: str, field: str, why: str) -> None:
    found = said(text)
    assert found.startswith(field + "|") and why in found


@pytest.mark.parametrize("text, fields", [
    ("[demand]\nquestions = 0.5\nreservations = 0.1\nchanges = 0.1",
     "demand.questions, demand.reservations, demand.changes"),
    ("[demand]\nburst = 20\nburst_part = 0.1", "demand.burst, demand.burst_part"),
    ("[service]\nlinger_us = 100", "service.linger_us"),
    ("[demand]\nquestions = 1\nreservations = 0\nchanges = 0\n[kept]\nopen_orders = 5",
     "kept.open_orders, demand.reservations"),
    ("[goods]\nitems = 2", "demand.lines, goods.items"),
])
def test_what_contradicts_itself_names_all_that_do(text: str, fields: str) -> None:
    assert said(text).split("|")[0] == fields


def test_what_is_no_toml_says_where() -> None:
    assert "line 2" in said("[goods]\nitems = = 3")


@pytest.mark.parametrize("text", [f"x = 1{5000 * '0'}", f"x = {5000 * '['}"],
                         ids=["long", "deep"])
def test_what_no_reader_can_take_is_refused_as_well(text: str) -> None:
    assert "is no TOML" in said(text)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unclear, match="cannot be read"):
        read(tmp_path / "nothing.toml")


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_each_recipe_is_understood(recipe: Path) -> None:
    assert read(recipe).name
