# SPDX-License-Identifier: Apache-2.0
"""What include/sellable.h says, for those who make tables out of it.

The names are read from the header as the C preprocessor leaves it; every value, size and offset is
then asked of the C compiler, by a program that is made of those names, compiled and run. So a name
that was misread does not compile, and a field that was overlooked leaves a hole that is noticed.
"""

import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

# The header's own lists: macro, and the enum that is made of it.
LISTS = {
    "SELLABLE_STATUSES": "sellable_status",
    "SELLABLE_SETTINGS": "sellable_setting",
    "SELLABLE_OWNED": "sellable_owned",
    "SELLABLE_EVENTS": "sellable_event_type",
}
# Members that end an enum, and are none of it.
ENDS = re.compile(r"_(SETTINGS_ALL|COUNT|END)$")


@dataclass(frozen=True)
class Member:
    """A member of an enum: C name, number, and what the header says beside it."""

    name: str
    number: int
    text: str


@dataclass(frozen=True)
class Row:
    """An entry of one of the header's lists."""

    name: str
    number: int
    json: str
    text: str


@dataclass(frozen=True)
class Field:
    name: str
    type: str
    offset: int
    size: int


@dataclass(frozen=True)
class Record:
    name: str
    size: int
    align: int
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Surface:
    version: str
    limits: dict[str, int]
    lists: dict[str, tuple[Row, ...]]
    enums: dict[str, tuple[Member, ...]]
    records: tuple[Record, ...]


def _run(*command, **options):
    result = subprocess.run([str(word) for word in command], text=True, capture_output=True,
                            **options)
    if result.returncode != 0:
        raise SystemExit(f"failed: {' '.join(map(str, command))}\n{result.stderr}")
    return result.stdout


def _words(comment):
    """A comment's text, on one line."""
    return " ".join(comment.removeprefix("/*").removesuffix("*/").split()).rstrip(";,")


def _enums(text):
    """The enums of a preprocessed header with its comments: name -> [(member, comment)]."""
    token = re.compile(r"/\*.*?\*/|\b(?P<name>SELLABLE_\w+)\b(?:\s*=[^,}/]*)?", re.DOTALL)
    found = {}
    for match in re.finditer(r"\benum (sellable_\w+)\s*\{(.*?)\}", text, re.DOTALL):
        members = []
        for part in token.finditer(match.group(2)):
            if part["name"]:
                members.append([part["name"], ""])
            elif members and not members[-1][1]:
                members[-1][1] = _words(part.group())
        found[match.group(1)] = members
    return found


def _declared(text):
    """One declaration within a struct: [(name, type, array)]."""
    function = re.fullmatch(r"(.+?)\(\s*\*\s*(\w+)\s*\)\s*\((.*)\)", text)
    if function:
        result, name, parameters = (" ".join(part.split()) for part in function.groups())
        return [(name, f"{result} (*)({parameters})", "")]
    first, *others = [part.strip() for part in text.split(",")]
    plain = re.fullmatch(r"([\w ]+?)(\s*\**)\s*(\w+)((?:\s*\[\w+\])*)", first)
    if not plain:
        raise SystemExit(f"sellable.h: surface.py cannot read: {text}")
    base, star, name, array = plain.groups()
    declared = [(name, base + (" *" if star.strip() else ""), array)]
    return declared + [(other, base, "") for other in others]


def _records(text):
    """The structs of a preprocessed header: name -> [(field, type, array)]."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    found = {}
    for match in re.finditer(r"\bstruct (sellable_\w+)\s*\{(.*?)\}\s*;", text, re.DOTALL):
        fields = []
        for declaration in match.group(2).split(";"):
            if declaration.strip():
                fields += _declared(" ".join(declaration.split()))
        found[match.group(1)] = fields
    return found


def _program(limits, enums, records):
    """A C program that prints, as one JSON array, what only the compiler knows."""
    lines = ['#include "sellable.h"', "#include <stdalign.h>", "#include <stdio.h>",
             "#define LIST_ROW(NAME, NUMBER, JSON, TEXT) "
             'printf(",[\\"row\\",\\"%s\\",\\"%s\\",%d,\\"%s\\",\\"%s\\"]\\n", list, #NAME, '
             "NUMBER, JSON, TEXT);",
             "int main(void) {", 'printf("[[\\"version\\",\\"%s\\"]\\n", SELLABLE_VERSION);',
             "const char *list;"]

    def show(kind, name, values, key=""):
        form = "".join(",%lld" for _ in values)
        numbers = "".join(f", (long long)({value})" for value in values)
        name = f'\\"{key}\\",\\"{name}\\"' if key else f'\\"{name}\\"'
        lines.append(f'printf(",[\\"{kind}\\",{name}{form}]\\n"{numbers});')

    for macro in LISTS:
        lines.append(f'list = "{macro}"; {macro}(LIST_ROW)')
    for name in limits:
        show("limit", name, [name])
    for enum, members in enums.items():
        for name, _ in members:
            show("member", name, [name], enum)
    for record, fields in records.items():
        c = f"struct {record}"
        show("record", record, [f"sizeof({c})", f"alignof({c})"])
        for name, _, _ in fields:
            at = f"(({c} *)0)->{name}"
            show("field", name, [f"offsetof({c}, {name})", f"sizeof({at})", f"_Alignof({at})"],
                 record)
    return "\n".join([*lines, 'puts("]");', "return 0;", "}"])


def _without_holes(record, aligns):
    """Every byte of a record belongs to a field, or to padding that a field's alignment asks for:
    so no field was overlooked."""
    end = 0
    for field in record.fields:
        if not 0 <= field.offset - end < aligns[field.name]:
            raise SystemExit(f"sellable.h: {record.name}.{field.name} was misread")
        end = field.offset + field.size
    if not 0 <= record.size - end < record.align:
        raise SystemExit(f"sellable.h: the end of {record.name} was misread")


def read(root, compiler=("cc",)):
    """The surface of ROOT/include/sellable.h, as the compiler sees it."""
    header = Path(root, "include", "sellable.h")
    include = f"-I{header.parent}"
    source = '#include "sellable.h"\n'
    text = _run(*compiler, "-E", "-P", "-C", include, "-xc", "-", input=source)
    macros = _run(*compiler, "-E", "-dM", include, "-xc", "-", input=source)
    enums, records = _enums(text), _records(text)
    limits = re.findall(r"^#define (SELLABLE_\w+) ([-(\dI].*)$", macros, re.MULTILINE)
    limits = sorted(name for name, _ in limits if not name.startswith("SELLABLE_VERSION"))
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "facts")
        # _Alignof of an expression is an extension that gcc and clang have.
        _run(*compiler, "-std=gnu11", "-w", include, "-xc", "-", "-o", program,
             input=_program(limits, enums, records), env={**os.environ, "LC_ALL": "C"})
        facts = json.loads(_run(program))
    return _surface(facts, enums, records)


def _surface(facts, enums, records):
    version, limits, lists, numbers, sizes, places = "", {}, {}, {}, {}, {}
    for kind, *rest in facts:
        if kind == "version":
            version = rest[0]
        elif kind == "limit":
            limits[rest[0]] = rest[1]
        elif kind == "row":
            lists.setdefault(rest[0], []).append(Row(*rest[1:]))
        elif kind == "member":
            numbers[tuple(rest[:2])] = rest[2]
        elif kind == "record":
            sizes[rest[0]] = rest[1:]
        else:
            places[tuple(rest[:2])] = rest[2:]
    ends = {name: number for (_, name), number in numbers.items() if ENDS.search(name)}
    named, number = re.compile(r"SELLABLE_\w+"), lambda match: str(ends[match.group()])
    made = []
    for name, fields in records.items():
        record = Record(name, *sizes[name],
                        tuple(Field(field, kind + named.sub(number, array),
                                    *places[name, field][:2])
                              for field, kind, array in fields))
        _without_holes(record, {field: places[name, field][2] for field, _, _ in fields})
        made.append(record)
    return Surface(version, limits, {name: tuple(rows) for name, rows in lists.items()},
                   {enum: tuple(Member(name, numbers[enum, name], text) for name, text in members
                                if name not in ends)
                    for enum, members in enums.items()},
                   tuple(made))
