# SPDX-License-Identifier: Apache-2.0
"""The library in one file (bindings/amalgamate.py) is the library.

    test_amalgamation.py ROOT SUPPORT LMDB COMPILER...

SUPPORT is the library that the test programs share; LMDB is 1 if there is one. What is proved:

    it compiles as C11 without a warning, with gcc and with clang, with LMDB and without
    what it shows is what sellable.h declares, and it needs libc, and LMDB, alone
    programs of this folder pass when they are linked to it
    two files that call something the same, and a header that is missing, do not get through
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAMS = ["status", "promising", "kits", "amend", "events", "exceptions", "view", "audit",
            "durable"]
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Werror"]


def run(*command, **options):
    """Run a command that has to succeed."""
    result = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, **options)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {result.returncode}\n{result.stdout}")
    return result.stdout


def compiles_everywhere(folder, compiler, macros):
    """Each compiler that is there, with each set of macros."""
    found = [[path] for name in ("gcc", "clang") if (path := shutil.which(name))]
    compilers = {os.path.realpath(shutil.which(words[-1])): words for words in [compiler, *found]}
    for words in compilers.values():
        for chosen in [[], macros]:
            run(*words, *WARNINGS, *chosen, "-fsyntax-only", folder / "sellable.c")
    return len(compilers)


def shows_what_is_declared(root, shared):
    """Of the shared library."""
    sys.path.insert(0, str(root / "tests" / "checks"))
    from common import public_functions
    lines = run("nm", "-D", shared).splitlines()
    shown = {line.split()[-1] for line in lines if " T " in line}
    declared = set(public_functions(root))
    assert shown == declared, f"shown or declared, but not both: {sorted(shown ^ declared)}"
    assert not any(line.split()[1] in "BD" for line in lines if len(line.split()) == 3), lines
    foreign = {line.split()[-1] for line in lines if " U " in line}
    assert not any(name.startswith(("XXH", "sbl_", "sellable_")) for name in foreign), foreign
    return len(shown)


def passes_the_tests(root, folder, compiler, support, libraries):
    """Programs of this folder, linked to the one object file."""
    for name in PROGRAMS:
        program = folder / f"test_{name}"
        run(*compiler, "-std=c11", "-D_DEFAULT_SOURCE", "-O0", f"-I{folder}", f"-I{root / 'tests'}",
            root / "tests" / f"test_{name}.c", folder / "sellable.o", support, "-lcmocka",
            *libraries, "-o", program)
        run(program, cwd=folder)


def refuses_what_it_cannot_join(root, folder):
    """A tree with a fault of each kind: nothing is written, and the fault is named."""
    faults = {
        "lib/sort.c": ("#include \"gone.h\"\n", "lib/gone.h: it is included"),
        "meson.build": ("", "the list of sources is not where it was"),
    }
    for place, (text, said) in faults.items():
        tree = folder / "tree"
        for name in ("lib", "include", "bindings"):
            shutil.copytree(root / name, tree / name, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("python", "go", "java"))
        shutil.copy(root / "meson.build", tree)
        (tree / place).write_text(text)
        result = subprocess.run([sys.executable, "-B", tree / "bindings/amalgamate.py",
                                 folder / "none"], text=True, capture_output=True)
        assert result.returncode == 1 and said in result.stderr, (place, result)
        assert not (folder / "none").exists()
        shutil.rmtree(tree)
    return len(faults)


def main(root, support, lmdb, *compiler):
    root, compiler = Path(root), list(compiler)
    macros = ["-DSELLABLE_WITH_LMDB"] if lmdb == "1" else []
    libraries = (["-llmdb"] if macros else []) + ["-lpthread"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-B", root / "bindings" / "amalgamate.py", folder)
        written = os.stat(folder / "sellable.c").st_mtime_ns
        run(sys.executable, "-B", root / "bindings" / "amalgamate.py", folder)
        again = os.stat(folder / "sellable.c").st_mtime_ns
        assert again == written, "written again, though it is the same"
        compilers = compiles_everywhere(folder, compiler, macros)
        run(*compiler, *WARNINGS, *macros, "-O0", "-fPIC", "-fvisibility=hidden", "-c",
            folder / "sellable.c", "-o", folder / "sellable.o")
        run(*compiler, "-shared", folder / "sellable.o", *libraries, "-o", folder / "sellable.so")
        functions = shows_what_is_declared(root, folder / "sellable.so")
        passes_the_tests(root, folder, compiler, support, libraries)
        refused = refuses_what_it_cannot_join(root, folder)
    print(f"compiled by {compilers} compilers, {functions} functions, {len(PROGRAMS)} programs, "
          f"{refused} faults refused")


if __name__ == "__main__":
    main(*sys.argv[1:])
