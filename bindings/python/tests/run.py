#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Build and install the Python package into a folder of its own, and test it there.

    run.py FOLDER [--replay PROGRAM] [--prepare] [--asan] [--only PART] [-- ARGUMENTS OF PYTEST]

FOLDER keeps the virtual environment and the build from one run to the next. The parts are mypy,
stubtest and pyright over the package and its typed examples, and beside them pytest; and, only if
asked for, a million calls of each kind. The last line says how many have passed and how many failed:
of pytest each test counts, and one that was skipped or did not come to an end has failed.

--replay   the program of examples/replay, which is asked the same as `python -m sellable`; not
           given: FOLDER/../examples/replay
--prepare  install what the tests need, and no more
--asan     the package is built with AddressSanitizer and UndefinedBehaviorSanitizer, Python takes
           its memory from malloc, and pytest alone runs, without what measures memory
"""

from __future__ import annotations

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import time
import venv
import xml.etree.ElementTree
from collections.abc import Mapping, Sequence
from typing import NamedTuple

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
REQUIREMENTS = HERE / "requirements.txt"
SECONDS = 300
SECONDS_SANITIZED = 1500
# What measures memory means nothing where the sanitizer keeps what was given back.
MEASURES = "keep_no_memory or process_grow or given_back_entirely or nothing_behind"
PARTS = ("mypy", "typed", "stubtest", "pyright", "pytest", "million")


class Result(NamedTuple):
    passed: int
    failed: int


def say(*words: object) -> None:
    print(*words, flush=True)


def run(
    name: str,
    command: Sequence[object],
    environment: Mapping[str, str],
    seconds: int = SECONDS,
) -> bool:
    """Whether a part ends well; what it says is shown once it has ended."""
    started = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=HERE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        words, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        words = process.communicate()[0] + f"\nstopped after {seconds} s\n"
    say(f"---- {name}, {time.monotonic() - started:.0f} s\n{words.rstrip()}")
    return process.returncode == 0


# ---- the environment -----------------------------------------------------------------------------


def wanted_environment() -> str:
    """What an environment has to be made for."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    return f"{sys.executable} {sys.version}\n{digest}\n"


def make_environment(folder: pathlib.Path) -> pathlib.Path:
    """The bin folder of the environment, which is made anew if anything it rests on has changed."""
    home, stamp = folder / "venv", folder / "venv.made"
    if not stamp.exists() or stamp.read_text() != wanted_environment():
        stamp.unlink(missing_ok=True)
        shutil.rmtree(folder / "build", ignore_errors=True)  # It names the Python that it is for.
        say("installing what the tests need")
        venv.create(home, clear=True, with_pip=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, "install", "--quiet", "--no-compile", "-r", str(REQUIREMENTS)], check=True
        )
        stamp.write_text(wanted_environment())
    return home / "bin"


def install(folder: pathlib.Path, binaries: pathlib.Path, asan: bool) -> None:
    """The package as anybody would install it; what was compiled before is not compiled again."""
    build = folder / ("build-asan" if asan else "build")
    settings = [f"builddir={build}"]
    if asan:
        settings += [
            "setup-args=-Db_sanitize=address,undefined",
            "setup-args=-Db_lundef=false",
            "setup-args=-Dbuildtype=debugoptimized",
        ]
    build.mkdir(exist_ok=True)
    environment = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"}
    pip = [str(binaries / "python"), "-m", "pip", "--disable-pip-version-check"]
    options = [f"--config-settings={setting}" for setting in settings]
    subprocess.run(
        [*pip, "install", "--quiet", "--force-reinstall", "--no-deps", "--no-build-isolation"]
        + [*options, str(ROOT)],
        check=True,
        env=environment,
    )


# ---- the parts -----------------------------------------------------------------------------------


def count_tests(report: pathlib.Path) -> Result:
    """Out of pytest's report; none at all, if it did not get so far."""
    if not report.exists():
        return Result(0, 1)
    suite = xml.etree.ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    total = int(suite.attrib["tests"])
    failed = sum(int(suite.attrib[kind]) for kind in ("failures", "errors", "skipped"))
    return Result(total - failed, failed)


def run_pytest(
    folder: pathlib.Path, command: Sequence[object], environment: Mapping[str, str]
) -> Result:
    report = folder / "pytest.xml"
    report.unlink(missing_ok=True)
    seconds = SECONDS_SANITIZED if "LD_PRELOAD" in environment else SECONDS
    well = run("pytest", [*command, f"--junitxml={report}"], environment, seconds)
    result = count_tests(report)
    return result if result.failed or well else Result(result.passed, 1)


def run_checks(checks: Mapping[str, Sequence[object]], environment: Mapping[str, str]) -> Result:
    well = [run(name, command, environment) for name, command in checks.items()]
    return Result(well.count(True), well.count(False))


def sanitized(environment: Mapping[str, str]) -> dict[str, str]:
    """For a Python that is not built with the sanitizer itself. It never gives back all of its
    memory at the end: leaks are looked for by the tests, which count."""
    compiler = os.environ.get("CC", "cc")
    # The second, since an exception of C++ in somebody's module is looked for where the first looks.
    libraries = [
        subprocess.run(
            [compiler, f"-print-file-name={name}"], capture_output=True, text=True, check=True
        ).stdout.strip()
        for name in ("libasan.so", "libstdc++.so")
    ]
    return {
        **environment,
        "LD_PRELOAD": " ".join(map(os.path.realpath, libraries)),
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        "PYTHONMALLOC": "malloc",
    }


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=lambda name: pathlib.Path(name).resolve())
    parser.add_argument("--replay", type=lambda name: pathlib.Path(name).resolve())
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("--asan", action="store_true")
    parser.add_argument("--only", choices=PARTS)
    own = sys.argv[1:]
    end = own.index("--") if "--" in own else len(own)
    options = parser.parse_args(own[:end])
    options.arguments = own[end + 1 :]
    options.only = "pytest" if options.asan else options.only
    options.replay = options.replay or options.folder.parent / "examples" / "replay"
    return options


def main() -> int:
    options = read_options()
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        binaries = make_environment(options.folder)
        if options.prepare:
            return 0
        install(options.folder, binaries, options.asan)
    except subprocess.CalledProcessError:
        say("0 passed, 1 failed")
        return 1

    python = binaries / "python"
    environment = {
        **os.environ,
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "MPLBACKEND": "Agg",
        # Nothing is written beside the sources.
        "PYTHONDONTWRITEBYTECODE": "1",
        "MYPY_CACHE_DIR": str(options.folder / "mypy"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(options.folder / "hypothesis"),
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    }
    checks: dict[str, Sequence[object]] = {
        "mypy": [python, "-m", "mypy", "--config-file", "mypy.ini", "-p", "sellable"],
        "typed": [python, "-m", "mypy", "--config-file", "mypy.ini", "typed.py"],
        "stubtest": [python, "-m", "mypy.stubtest", "sellable", "--allowlist", "stubtest.txt"],
        "pyright": [python, "-m", "pyright", "--pythonpath", python, "-p", "pyright.json"],
    }
    if options.only == "million":
        checks = {"million": [python, "million.py"]}
    elif options.only:
        checks = {name: command for name, command in checks.items() if name == options.only}
    tests = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    tests += [f"--replay={options.replay}", *options.arguments]
    if options.asan:
        tests += ["-k", f"not ({MEASURES})"]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        parts = [pool.submit(run_checks, checks, environment)]
        if options.only in (None, "pytest"):
            inside = sanitized(environment) if options.asan else environment
            parts.append(pool.submit(run_pytest, options.folder, tests, inside))
    results = [part.result() for part in parts]
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
