# SPDX-License-Identifier: Apache-2.0
"""Break a copy of the sources as a .mutant file says.

    apply.py MUTANT FOLDER          edit the files below FOLDER
    apply.py MUTANT                 print what the mutant is

A .mutant file begins with a sentence that says what is wrong with that engine. Then come edits:

    @@ lib/commit.c
    - a line that is there
    + a line instead

The lines marked '-' stand in the file one after another, exactly once, whatever their
indentation; those marked '+' replace them. An edit that does not fit so is an error: the mutant has
to be brought up to the source.
"""
import pathlib
import sys


def parse(path):
    sentence, edits = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@@ "):
            edits.append((line[3:].strip(), [], []))
        elif not edits:
            if not line.startswith("#"):
                sentence.append(line.strip())
        elif line[:1] in "-+" and line:
            edits[-1][1 if line[0] == "-" else 2].append(line[1:].strip())
        elif line.strip():
            sys.exit(f"{path}: not a line of an edit: {line}")
    if not edits or any(not old for _, old, _ in edits):
        sys.exit(f"{path}: an edit replaces nothing")
    return " ".join(filter(None, sentence)), edits


def apply(path, folder, edits):
    for name, old, new in edits:
        target = folder / name
        lines = target.read_text(encoding="utf-8").splitlines()
        bare = [line.strip() for line in lines]
        places = [i for i in range(len(lines)) if bare[i : i + len(old)] == old]
        if len(places) != 1:
            sys.exit(f"{path}: fits {len(places)} places of {name}: {old[0]} ...")
        lines[places[0] : places[0] + len(old)] = new
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    path = pathlib.Path(sys.argv[1])
    sentence, edits = parse(path)
    if len(sys.argv) > 2:
        apply(path, pathlib.Path(sys.argv[2]), edits)
    else:
        print(sentence)


main()
