#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make one sellable.c, and its sellable.h, out of lib/: python3 bindings/amalgamate.py OUTDIR

They need libc and POSIX threads, nothing else: the header of xxHash (BSD 2-clause) is inside, with
its licence. The log on LMDB is compiled in with -DSELLABLE_WITH_LMDB, and then needs -llmdb.

    cc -std=c11 -O3 -fvisibility=hidden -c sellable.c

Which files, and in which order, is what meson.build says. Each header stands where it is first
included. What two files each call by the same name (a static function, a struct's tag, a constant
of an enum) is renamed in both to NAME_of_FILE, token by token; macros of a file end with it. If a
name is still there twice, or a source is not there, nothing is written.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LMDB = "SELLABLE_WITH_LMDB"
SYSTEM_NAMES = {"raise"}  # of libc's headers, which one file includes and another one need not know

HEAD = """\
//go:build !sellable_pkgconfig

/* SPDX-License-Identifier: Apache-2.0 AND BSD-2-Clause
 *
 * sellable {version}, in one file: made by bindings/amalgamate.py out of lib/, not to be changed. The
 * manual is sellable.h. Compile with -DSELLABLE_WITH_LMDB, and link with -llmdb, to have
 * sellable_store_open and sellable_lmdb_open; without, they answer invalid. The part that is
 * xxHash has its own licence, which stands with it. (The first line is for Go.) */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* strict C11 hides mmap's flags */
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunused-function" /* of a header, which not every file uses */
#endif

"""

TOKEN = re.compile(
    r"""(?P<space>\s+|/\*.*?\*/|//[^\n]*|\\\n)
      | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
      | (?P<name>[A-Za-z_]\w*)
      | (?P<number>\.?\d(?:[\w.]|[eEpP][+-])*)
      | (?P<mark>->|\.\.\.|\#\#|.)""",
    re.X | re.S,
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(?:"([^"]+)"|<([^>]+)>)[^\n]*\n', re.M)
TAGGED = ("struct", "union", "enum")
NAME = re.compile(r"[A-Za-z_]\w*")
NO_NAMES = ("__attribute__", "_Alignas", "SBL_ALIGNED", "void", "int", "bool")  # before a bracket


class Fault(Exception):
    """Why no amalgamation can be made."""


def sources_of(meson):
    """The sources that meson.build names: (all, those of LMDB, those without it)."""
    def listed(pattern):
        found = re.search(pattern, meson, re.S | re.M)
        if not found:
            raise Fault("meson.build: the list of sources is not where it was")
        return re.findall(r"'(lib/[^']+)'", found[1])

    return (listed(r"^sources = files\((.*?)^\)"),
            listed(r"if lmdb_dep\.found\(\)\s*sources \+= files\((.*?)\)"),
            listed(r"else\s*sources \+= files\(('lib/log_none.*?)\)"))


def tokens(text):
    """All tokens of a file, as [kind, text]; joined they are the file again."""
    return [[match.lastgroup, match.group()] for match in TOKEN.finditer(text)]


class Source:
    """One file: its tokens, and where in it names stand at which level."""

    def __init__(self, path, text=None):
        self.path = path
        self.tokens = tokens(path.read_text() if text is None else text)
        self.names = {}  # name -> "tag", "constant" or "plain"
        self.macros = []
        self._look()

    def _code(self):
        """(place, kind, text, is it in a directive) of all that is not space."""
        directive, fresh = False, True
        for place, (kind, text) in enumerate(self.tokens):
            if kind == "space":
                if "\n" in text and not text.startswith(("/*", "\\")):
                    directive, fresh = False, True
                continue
            if fresh and text == "#":
                directive = True
            fresh = False
            yield place, kind, text, directive

    def _look(self):
        """Note the names that this file declares at its own level, and its macros."""
        open_braces = []  # what each belongs to: "struct", "enum", ... or "other"
        statement = []  # what was read since the last declaration of the file's level ended
        directive_text = []
        for _, kind, text, directive in self._code():
            directive_text = directive_text + [text] if directive else []
            if directive:
                if directive_text[-2:-1] == ["define"]:
                    self.macros.append(text)
                continue
            statement.append(text)
            if text == "{":
                open_braces.append(self._open(statement[:-1], not open_braces))
            elif text == "}":
                owner = open_braces.pop()
                if not open_braces and owner == "body":
                    statement = []
            elif not open_braces and text == ";":
                self._declare(statement)
                statement = []
            elif open_braces[-1:] == ["enum"] and kind == "name":
                if statement[-2] in ("{", ","):
                    self.names[text] = "constant"

    def _open(self, before, outermost):
        """What a brace belongs to; and note the tag, or the function, that it comes with."""
        if before[-1] in TAGGED:
            return before[-1]
        if before[-2:-1] and before[-2] in TAGGED:
            if outermost:
                self.names[before[-1]] = "tag"
            return before[-2]
        if outermost and before[-1] == ")":
            self._declare(before)
            return "body"
        return "other"

    def _declare(self, statement):
        """Note what a static declaration, or its head, declares."""
        if "static" not in statement:
            return
        depth = 0
        for at, text in enumerate(statement):
            name = statement[at - 1] if at else ""
            if depth == 0 and text in ("(", "[", "=", ";") and NAME.fullmatch(name) \
                    and name not in NO_NAMES:
                self.names.setdefault(name, "plain")
                return
            depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))

    def rename(self, clashing):
        """Give what clashes a name of its own, token by token."""
        mine = {name: f"{name}_of_{self.path.stem}" for name in self.names if name in clashing}
        stack, previous, bracket = [], ["", ""], 0
        for place, kind, text, _ in self._code():
            if text == "{":
                head = previous[-1] if previous[-1] in TAGGED else previous[-2]
                stack.append(head if head in TAGGED else "")
            elif text == "}" and stack:
                stack.pop()
            bracket += (text == "[") - (text == "]")
            if kind == "name" and text in mine and previous[-1] not in (".", "->"):
                sort, tagged = self.names[text], previous[-1] in TAGGED
                field = stack[-1:] in (["struct"], ["union"]) and not bracket
                if tagged == (sort == "tag") and (tagged or sort == "constant" or not field):
                    self.tokens[place][1] = mine[text]
            previous = [previous[-1], text]

    def text(self):
        return "".join(text for _, text in self.tokens)


class Amalgamation:
    """What is written so far."""

    def __init__(self, xxhash):
        self.xxhash = xxhash
        self.out = []
        self.seen = set()

    def include(self, name, system):
        """What stands in place of an #include."""
        if name in self.seen:
            return ""
        self.seen.add(name)
        if name == "xxhash.h":
            return f"\n/* ==== xxhash.h ==== */\n{self.xxhash}\n"
        if system or name == "sellable.h":
            return f"#include {'<' + name + '>' if system else chr(34) + name + chr(34)}\n"
        path = ROOT / "lib" / name
        if not path.is_file():
            raise Fault(f"lib/{name}: it is included, and is not there")
        return f"\n/* ==== lib/{name} ==== */\n{self.expand(path.read_text())}\n"

    def expand(self, text):
        """Put in place of each #include what it names, the first time."""
        return INCLUDE.sub(lambda found: self.include(found[1] or found[2], found[1] is None), text)

    def add(self, source):
        body = self.expand(source.text())
        self.out.append(f"\n/* ==== lib/{source.path.name} ==== */\n{body}")
        self.out.extend(f"#undef {name}\n" for name in dict.fromkeys(source.macros)
                        if not name.startswith("XXH_"))


def find_xxhash():
    """The text of the installed xxhash.h."""
    for folder in ("/usr/include", "/usr/local/include", "/opt/homebrew/include"):
        path = pathlib.Path(folder, "xxhash.h")
        if path.is_file():
            return path.read_text()
    raise Fault("xxhash.h is missing (Debian: libxxhash-dev)")


def clashing(groups):
    """Names that two files of the same group declare, each for itself."""
    found = set()
    for group in groups:
        counted = collections.Counter(name for source in group for name in source.names)
        found |= {name for name, count in counted.items() if count > 1}
    return found


def check_names(groups):
    """Fail if a file-level name is still there twice."""
    left = clashing([[Source(source.path, source.text()) for source in group] for group in groups])
    if left:
        raise Fault("declared by two files: " + ", ".join(sorted(left)))


def amalgamate():
    """The text of sellable.c."""
    common, lmdb, none = ([Source(ROOT / name) for name in names]
                          for names in sources_of((ROOT / "meson.build").read_text()))
    groups = [common + lmdb, common + none]
    twice = clashing(groups) | SYSTEM_NAMES
    for source in common + lmdb + none:
        source.rename(twice)
    check_names(groups)

    header = (ROOT / "include" / "sellable.h").read_text()
    version = re.search(r'#define SELLABLE_VERSION "([^"]+)"', header)[1]
    made = Amalgamation(find_xxhash())
    made.out.append(HEAD.format(version=version))
    for source in common:
        made.add(source)
    seen = set(made.seen)
    made.out.append(f"\n#ifdef {LMDB}\n")
    for source in lmdb:
        made.add(source)
    made.seen = seen
    made.out.append(f"\n#else /* {LMDB} */\n")
    for source in none:
        made.add(source)
    made.out.append(f"\n#endif /* {LMDB} */\n")
    return "".join(made.out), header


def write(path, text):
    """Write a file, but leave it alone if it says that already: what is built from it is kept."""
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)


def main(arguments):
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    folder = pathlib.Path(arguments[0])
    try:
        source, header = amalgamate()
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / "sellable.c", source)
        write(folder / "sellable.h", header)
    except (Fault, OSError) as fault:
        print(f"amalgamate: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
