# SPDX-License-Identifier: Apache-2.0
"""`meson install` puts everything in its place, and a stranger's program builds against that.

    install.py ROOT BUILD VERSION COMPILER...
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from common import Faults

PROGRAM = """
#include <sellable.h>
#include <string.h>
int main(void) {
    struct sellable *engine;
    if (sellable_open(NULL, &engine) != SELLABLE_OK)
        return 1;
    sellable_close(engine);
    return strcmp(sellable_version(), SELLABLE_VERSION) != 0;
}
"""


def main(root, build, version, *compiler):
    faults = Faults()
    meson = shutil.which("meson")
    with tempfile.TemporaryDirectory() as folder:
        faults.run([meson, "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", folder],
                   "meson install")
        found = {path.name: path for path in Path(folder).rglob("*")}
        names = ["sellable.h", "libsellable.a", "libsellable.so", "libsellable.so.0",
                 f"libsellable.so.{version}", "sellable.pc"]
        for name in names:
            if name not in found:
                faults.add(folder, f"{name} is not installed")
        if faults.count:
            faults.end("an installation")

        if f'#define SELLABLE_VERSION "{version}"' not in found["sellable.h"].read_text():
            faults.add("include/sellable.h:1", f"is not of version {version}, as meson.build is")
        for name in found.keys() - set(names):
            if found[name].is_file():
                faults.add(folder, f"{name} is installed, too")

        # The flags of sellable.pc, by pkg-config where there is one, else read plainly.
        flags = [f"-I{found['sellable.h'].parent}", f"-L{found['libsellable.so'].parent}",
                 "-lsellable"]
        if shutil.which("pkg-config"):
            environment = {**os.environ, "PKG_CONFIG_PATH": str(found["sellable.pc"].parent),
                           "PKG_CONFIG_SYSROOT_DIR": folder}
            answer = faults.run(["pkg-config", "--cflags", "--libs", "sellable"], "sellable.pc",
                                env=environment)
            flags = answer.stdout.split()
        program = Path(folder, "program")
        Path(folder, "program.c").write_text(PROGRAM)
        libraries = str(found["libsellable.so"].parent)
        for way, more in [("shared", []), ("static", ["-static"])]:
            faults.run([*compiler, "-std=c11", Path(folder, "program.c"), "-o", program, *more,
                        *flags], f"{way} build")
            if not faults.count:
                faults.run([program], f"{way} program",
                           env={**os.environ, "LD_LIBRARY_PATH": libraries})
    faults.end(f"{len(names)} installed files, and a program built in 2 ways")


if __name__ == "__main__":
    main(*sys.argv[1:])
