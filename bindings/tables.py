#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make the tables of the bindings, and the layout of the records, out of include/sellable.h.

    tables.py            write what is not as the header gives it
    tables.py --check    write nothing; name every file that is stale, and fail
    tables.py --cc CC    with this C compiler (default: cc)

A table holds names, numbers and words, nothing that anybody decides: what is written by hand in a
binding stands on it. surface.py reads the header.
"""

import argparse
import re
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import surface

ROOT = Path(__file__).resolve().parent.parent
MADE = "Made by bindings/tables.py from include/sellable.h; not to be edited."


@dataclass(frozen=True)
class Kind:
    """An enum of the header as the bindings name it."""

    enum: str          # in C
    prefix: str        # of its members in C
    type: str          # in Go; in Python the type of its names
    member: str        # prefix of its members in Go
    meaning: str
    macro: str = ""    # the header's list, if it has one
    names: tuple = ()  # JSON names that are not the member's own
    plural: str = ""   # of its table in Python, if that is not the type with an S
    go: bool = True    # Go has it; else it asks cgo for the few numbers that it needs

    def rows(self, facts):
        """Its members: C name without prefix, number, JSON name, meaning."""
        members = {m.name: m for m in facts.enums[self.enum]}
        if self.macro:
            return [surface.Row(row.name, members[self.prefix + row.name].number, row.json,
                                row.text) for row in facts.lists[self.macro]]
        special = dict(self.names)
        bare = {name: name.removeprefix(self.prefix) for name in members}
        return [surface.Row(bare[name], member.number,
                            special.get(bare[name], bare[name].lower()), member.text)
                for name, member in members.items()]


KINDS = [
    Kind("sellable_status", "SELLABLE_", "Status", "Status",
         "what a call answers", "SELLABLE_STATUSES", plural="STATUSES"),
    Kind("sellable_event_type", "SELLABLE_", "EventType", "Event",
         "what an event says", "SELLABLE_EVENTS", plural="EVENTS"),
    Kind("sellable_setting", "SELLABLE_SETTING_", "Setting", "Setting",
         "a setting of a channel; a set of them is their sum", "SELLABLE_SETTINGS"),
    Kind("sellable_owned", "SELLABLE_OWNED_", "Owned", "Owned",
         "what a source may own: the events that write it", "SELLABLE_OWNED", plural="OWNED"),
    Kind("sellable_item_setting", "SELLABLE_ITEM_", "ItemSetting", "ItemSetting",
         "a setting of an item; a set of them is their sum", go=False),
    Kind("sellable_location_setting", "SELLABLE_LOCATION_", "LocationSetting", "LocationSetting",
         "a setting of a location; a set of them is their sum", go=False),
    Kind("sellable_hold", "SELLABLE_", "Hold", "Hold",
         "the reasons for holds that are known from the start"),
    Kind("sellable_sourcing", "SELLABLE_", "Sourcing", "Sourcing",
         "how a channel fills an order from its locations"),
    Kind("sellable_mode", "SELLABLE_", "Mode", "Mode",
         "whether an order is taken as a whole, or as far as it can be"),
    Kind("sellable_outcome", "SELLABLE_", "Outcome", "Outcome",
         "what becomes of a return that was inspected", names=(("TO_DAMAGE", "damage"),)),
    Kind("sellable_level", "SELLABLE_LEVEL_", "Level", "Level",
         "how much a channel is told that there is"),
    Kind("sellable_order_state", "SELLABLE_", "OrderState", "Order",
         "what has become of an order"),
    Kind("sellable_binding", "SELLABLE_BINDS_", "Binding", "Binds",
         "what keeps a published figure from being more"),
    Kind("sellable_answering", "SELLABLE_ANSWER_", "Answering", "Answer",
         "when a changing call on a durable engine answers"),
    Kind("sellable_did", "SELLABLE_DID_", "Did", "Did",
         "a change in the audit trail that no event says", plural="DID"),
]
INITIALISMS = {"OK"}


def camel(name):
    """ON_HAND_SET: OnHandSet"""
    return "".join(word if word in INITIALISMS else word.capitalize()
                   for word in name.split("_"))


def kinds(facts):
    """Each kind with its rows. An enum of the header that is new is noticed."""
    left = set(facts.enums) - {kind.enum for kind in KINDS}
    if left:
        raise SystemExit(f"tables.py: KINDS lacks {', '.join(sorted(left))}")
    return [(kind, kind.rows(facts)) for kind in KINDS]


def limits(facts):
    """The header's limits, without its prefix."""
    return {name.removeprefix("SELLABLE_"): value for name, value in facts.limits.items()}


# ---- Go --------------------------------------------------------------------------------------

def go_switch(receiver, kind, rows, what, otherwise):
    cases = [f"\tcase {kind.member}{camel(row.name)}:\n\t\treturn {quoted(what(row))}"
             for row in rows]
    return [f"func {receiver} string {{", "\tswitch v {", *cases, "\t}",
            f"\treturn {quoted(otherwise)}", "}"]


def go_names(signature, kind, rows):
    cases = [f"\tcase {quoted(row.json)}:\n\t\treturn {kind.member}{camel(row.name)}"
             for row in rows]
    return [f"func {signature} {{", "\tswitch name {", *cases, "\t}", "\treturn 0", "}"]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def go_constants(kind, rows):
    """A block of constants, aligned as gofmt has it: anew after each comment."""
    blocks = []
    for row in rows:
        comment = textwrap.wrap(f"{kind.member}{camel(row.name)}: {row.text}", 92)
        if row.text or not blocks:
            blocks.append(([f"\t// {line}" for line in comment if row.text], []))
        blocks[-1][1].append((kind.member + camel(row.name), row.number))
    lines = []
    for comment, constants in blocks:
        width = max(len(name) for name, _ in constants)
        lines += comment + [f"\t{name:{width}} {kind.type} = {number}"
                            for name, number in constants]
    return ["const (", *lines, ")"]


def go(facts):
    lines = ["// Code generated by bindings/tables.py from include/sellable.h. DO NOT EDIT.", "",
             "// SPDX-License-Identifier: Apache-2.0", "", "package sellable", "",
             "// HeaderVersion is the version of the header that these tables were made from.",
             f"const HeaderVersion = {quoted(facts.version)}", "",
             "// Limits and defaults, as the header states them.", "const ("]
    values = {camel(name): value for name, value in limits(facts).items()}
    width = max(map(len, values))
    lines += [f"\t{name:{width}} = {value}" for name, value in values.items()] + [")", ""]
    for kind, rows in kinds(facts):
        if not kind.go:
            continue
        lines += [f"// {kind.type}: {kind.meaning}.", f"type {kind.type} uint32", "",
                  *go_constants(kind, rows), "",
                  "// String is the name in JSON; \"unknown\" for a number that is none.",
                  *go_switch(f"(v {kind.type}) String()", kind, rows, lambda row: row.json,
                             "unknown"), ""]
        if kind.type == "Status":
            lines += ["// Text says what the status means, in English.",
                      *go_switch("(v Status) Text()", kind, rows, lambda row: row.text,
                                 "unknown"), "", *go_errors(rows), ""]
        if kind.type == "EventType":
            lines += ["// EventTypeOf is the type of that name; 0 if there is none.",
                      *go_names("EventTypeOf(name string) EventType", kind, rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def go_errors(rows):
    lines = ["// What errors.Is tells apart: one for each status that is no success.", "var ("]
    errors = [row for row in rows if row.name != "OK"]
    width = max(len(camel(row.name)) for row in errors)
    lines += [f"\tErr{camel(row.name):{width}} error = Status{camel(row.name)}" for row in errors]
    return [*lines, ")"]


# ---- Python ----------------------------------------------------------------------------------

def python_c(facts):
    """What the header has as plain enums, as lists; and the exceptions' names."""
    lines = ["/* SPDX-License-Identifier: Apache-2.0", " *", f" * {MADE}", " *",
             " * Names that the header's own lists do not have: of its plain enums (C name without",
             " * prefix, number, name in JSON), and of the exceptions that stand for statuses. */",
             "#ifndef SELLABLE_PYTHON_TABLES_H", "#define SELLABLE_PYTHON_TABLES_H", ""]
    lines += c_list("STATUS_ERRORS", [f"X({row.name}, {row.number}, {quoted(error_name(row))}, "
                                      f"{quoted(row.text)})" for row in refusals(facts)])
    for kind, rows in kinds(facts):
        if not kind.macro:
            name = kind.enum.removeprefix("sellable_").upper()
            lines += c_list(f"ENUM_{name}", [f"X({row.name}, {row.number}, {quoted(row.json)})"
                                             for row in rows])
    return "\n".join([*lines, "#endif", ""])


def c_list(name, rows):
    lines = [f"#define {name}(X)"]
    for row in rows:
        if len(row) > 94:
            start, rest = row.rsplit(', "', 1)
            lines += [f"    {start},", f'      "{rest}']
        else:
            lines.append(f"    {row}")
    return [f"{line:99}\\" for line in lines[:-1]] + [lines[-1], ""]


# What Python has for such a refusal: a base of the exception.
BUILT_IN = {"UNKNOWN": "LookupError", "INVALID": "ValueError", "OVERFLOW": "OverflowError",
            "NO_MEMORY": "MemoryError"}


def refusals(facts):
    """The statuses that are exceptions in Python."""
    return [row for row in facts.lists["SELLABLE_STATUSES"] if row.name not in ("OK", "DUPLICATE")]


def error_name(row):
    """The name of a status's exception; none is a built-in one's."""
    return "QuantityOverflowError" if row.name == "OVERFLOW" else camel(row.name) + "Error"


def python(facts):
    """Names as types, for the stubs; numbers and meanings by name; limits."""
    lines = ["# SPDX-License-Identifier: Apache-2.0", f'"""{MADE}',
             "", "Names as the JSON has them: as types, and what each means.", '"""', "",
             "from typing import Final, Literal", "", f"HEADER_VERSION: Final = "
             f"{quoted(facts.version)}", ""]
    lines += [f"{name}: Final = {value}" for name, value in limits(facts).items()]
    for kind, rows in kinds(facts):
        plural = kind.plural or re.sub(r"(?<!^)(?=[A-Z])", "_", kind.type).upper() + "S"
        lines += ["", f"# {kind.meaning[0].upper()}{kind.meaning[1:]}.",
                  *wrapped(f"{kind.type} = Literal[", [quoted(row.json) for row in rows], "]"),
                  f"{plural}: Final[dict[{kind.type}, int]] = {{",
                  *(f"    {quoted(row.json)}: {row.number}," for row in rows), "}"]
        if any(row.text for row in rows):
            lines += [f"{plural}_MEAN: Final[dict[{kind.type}, str]] = {{",
                      *(entry for row in rows for entry in meaning(row)), "}"]
    return "\n".join(lines) + "\n"


def python_errors(facts):
    """An exception for each status that is a refusal."""
    lines = ["# SPDX-License-Identifier: Apache-2.0", f"# {MADE}",
             '"""One exception for each status of the library."""', "",
             "from ._error import Error"]
    for row in refusals(facts):
        bases = "Error"
        if base := BUILT_IN.get(row.name) or BUILT_IN.get(row.name.split("_")[0]):
            bases += f", {base}"
        lines += ["", "", f"class {error_name(row)}({bases}):",
                  f'    """{row.json}: {row.text}."""', "",
                  f"    status = {quoted(row.json)}", f"    number = {row.number}"]
    return "\n".join(lines) + "\n"


def meaning(row):
    line = f"    {quoted(row.json)}: {quoted(row.text)},"
    if len(line) <= 100:
        return [line]
    parts = textwrap.wrap(row.text, 84, drop_whitespace=False)
    return [f"    {quoted(row.json)}: (", *(f"        {quoted(part)}" for part in parts), "    ),"]


def wrapped(start, words, end):
    line = start + ", ".join(words) + end
    if len(line) <= 100:
        return [line]
    return [start, *textwrap.wrap(", ".join(words) + ",", 96, initial_indent="    ",
                                  subsequent_indent="    ", break_on_hyphens=False), end]


# ---- layout ----------------------------------------------------------------------------------

def layout(facts):
    lines = [f"# {MADE}", "#",
             "# Every public record: size and alignment, then offset, size, name and type of each",
             "# field, in bytes, as on every 64-bit platform with 8-byte alignment of 64-bit",
             "# integers (LP64 and LLP64). An enum is 4 bytes, a pointer 8."]
    for record in facts.records:
        lines += ["", f"struct {record.name}  size {record.size}  align {record.align}"]
        width = max(len(field.name) for field in record.fields)
        lines += [f"{field.offset:6} {field.size:5}  {field.name:{width}}  {field.type}"
                  for field in record.fields]
    return "\n".join(lines) + "\n"


FILES = {
    "bindings/layout.txt": layout,
    "bindings/go/tables.go": go,
    "bindings/python/src/tables.h": python_c,
    "bindings/python/sellable/_tables.py": python,
    "bindings/python/sellable/_errors.py": python_errors,
}


def stale(root, compiler=("cc",)):
    """The files that are not what the header gives: [(file, what it should be)]."""
    facts = surface.read(root, compiler)
    made = [(Path(root, name), make(facts)) for name, make in FILES.items()]
    return [(file, text) for file, text in made if not file.exists() or file.read_text() != text]


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--check", action="store_true", help="write nothing; fail if one is stale")
    words.add_argument("--cc", default="cc", help="the C compiler; default: cc")
    given = words.parse_args()
    found = stale(ROOT, given.cc.split())
    for file, text in found:
        print(f"{'stale' if given.check else 'written'}: {file.relative_to(ROOT)}")
        if not given.check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    sys.exit(1 if given.check and found else 0)


if __name__ == "__main__":
    main()
