# SPDX-License-Identifier: Apache-2.0
"""What the built library shows, what it needs, and what it keeps.

    symbols.py ROOT SHARED STATIC

The shared library shows exactly the functions of sellable.h. In the static library every global
name begins with sellable_ or sbl_. The library needs nothing from outside but what is listed here:
so it has no clock, no lock, no thread, no locale, no environment and no allocator. It keeps no
state: no object file has a byte of data that can be written.
"""

import re
import sys
from pathlib import Path

from common import Faults, output, public_functions

NEEDED = {
    "mmap", "mmap64", "munmap", "madvise",
    "memcpy", "memmove", "memset", "memcmp", "memchr", "strlen",
    "__assert_fail", "__stack_chk_fail",
    "__memcpy_chk", "__memmove_chk", "__memset_chk",
}
# What the files of a durable engine need, and its log by default (lib/directory.c, lmdb_*.c).
ON_DISK = {
    "__errno_location", "access", "calloc", "close", "closedir", "faccessat", "fdatasync",
    "fdopendir", "flock", "free", "fstat", "fsync", "ftruncate", "getpid", "malloc", "mkdir", "open", "openat",
    "posix_fallocate", "pread", "pwrite", "readdir", "realloc", "rename", "snprintf", "stat",
    "strcmp", "sysconf", "unlink", "__snprintf_chk", "fcntl",
    "clock_gettime", "clock_nanosleep", "getrandom", "pthread_cond_broadcast",
    "pthread_cond_destroy", "pthread_cond_init", "pthread_cond_signal", "pthread_cond_timedwait",
    "pthread_cond_wait", "pthread_condattr_destroy", "pthread_condattr_init",
    "pthread_condattr_setclock", "pthread_create", "pthread_join", "pthread_mutex_destroy",
    "pthread_mutex_init", "pthread_mutex_lock", "pthread_mutex_unlock", "pthread_sigmask",
    "sigfillset",
}
ON_DISK |= {name + "64" for name in ON_DISK}
LMDB = re.compile(r"mdb_\w+")
# What the compiler's start files want, if it is there.
START = {"__cxa_finalize", "__gmon_start__", "_ITM_deregisterTMCloneTable",
         "_ITM_registerTMCloneTable"}
WRITABLE = re.compile(r"\.(data|bss|tdata|tbss)(\.(?!rel\.ro).*)?")


def names(*command):
    """Of what nm prints: the last word of each line, without its version."""
    return {line.split()[-1].split("@")[0] for line in output(*command).splitlines()
            if len(line.split()) > 1}


def main(root, shared, static):
    faults = Faults()
    functions = public_functions(root)
    shown = {name for name in names("nm", "-D", "--defined-only", shared)
             if not name.startswith("SELLABLE_")}  # the version's own name
    for name in sorted(shown - set(functions)):
        faults.add(Path(shared).name, f"shows {name}, which sellable.h does not declare")
    for name in sorted(set(functions) - shown):
        faults.add(f"include/sellable.h:{functions[name]}", f"{name} is not in {Path(shared).name}")

    for name in sorted(names("nm", "-D", "--undefined-only", shared) - NEEDED - ON_DISK - START):
        if not LMDB.fullmatch(name):
            faults.add(Path(shared).name, f"needs {name} from outside")

    for name in sorted(names("nm", "--extern-only", "--defined-only", static)):
        if not name.startswith(("sellable_", "sbl_")):
            faults.add(Path(static).name, f"global name {name}")

    member = "?"
    for line in output("objdump", "-h", static).splitlines():
        if found := re.match(r"(\S+):\s+file format", line):
            member = found.group(1)
        found = re.match(r"\s*\d+\s+(\S+)\s+([0-9a-f]+)\s", line)
        if found and WRITABLE.fullmatch(found.group(1)) and int(found.group(2), 16) > 0:
            size = int(found.group(2), 16)
            faults.add(f"{Path(static).name}({member})",
                       f"keeps state: {size} bytes in {found.group(1)}")
    faults.end(f"{len(functions)} functions of sellable.h, {len(shown)} names shown by "
               f"{Path(shared).name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
