# SPDX-License-Identifier: Apache-2.0
"""What the tests of the main job share: small folders, and runs of the program on them."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

EXECUTABLE = os.path.abspath(sys.argv[1])
SAMPLE = pathlib.Path(__file__).resolve().parent.parent / "examples" / "sample"
NAMES = ("items", "locations", "on_hand", "orders", "inbound")
RUN_SECONDS = 60

ITEMS = "sku,name,safety_stock\nA,Apple,1\nB,Bread,0\nC,Cheese,2\n"
LOCATIONS = "location_id,name\neast,East\nwest,West\n"
ON_HAND = "sku,location_id,qty\nA,east,10\nA,west,5\nB,east,7\nC,west,9\n"
ORDERS = (
    "order_id,line_no,order_date,channel,sku,qty\n"
    "1,1,2014-05-01,online,A,2\n"
    "1,2,2014-05-01,online,B,1\n"
    "2,1,2014-05-02,reseller,C,3\n"
    "3,1,2014-05-03,online,A,4\n"
    "4,1,2014-05-04,online,B,100\n"
    "5,1,2014-06-01,online,A,1\n"
)
INBOUND = (
    "po_id,po_line_id,order_date,due_date,sku,order_qty\n"
    "P1,1,2014-04-20,2014-05-10,A,20\n"
    "P1,2,2014-04-20,2014-05-16,C,4\n"
    "P2,1,2014-05-01,2014-05-10,B,50\n"
    "P3,1,2014-04-20,2014-05-01,B,50\n"
)
SMALL = {"items": ITEMS, "locations": LOCATIONS, "on_hand": ON_HAND, "orders": ORDERS,
         "inbound": INBOUND}


class Folder:
    """A temporary folder; what is given replaces the small one's files, None leaves one out."""

    def __init__(self, **files):
        self.files = {f"{name}.csv": files.get(name, SMALL[name]) for name in NAMES}
        self.files.update({k.replace("__", "."): v for k, v in files.items() if k not in NAMES})

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="job")
        for name, content in self.files.items():
            if content is not None:
                data = content.encode() if isinstance(content, str) else content
                pathlib.Path(self.path, name).write_bytes(data)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)


def run(*arguments, code=0, cwd=None):
    done = subprocess.run(
        [EXECUTABLE, *map(str, arguments)], capture_output=True, timeout=RUN_SECONDS, cwd=cwd
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, f"exit code {done.returncode}, not {code}\n{out}{err}"
    return out, err


def report(folder, *arguments):
    out, _ = run(folder, "--json", *arguments)
    answer = json.loads(out)
    assert answer["audit"]["passed"], answer["audit"]
    return answer


def equal(actual, expected, what=""):
    assert actual == expected, f"{what}\n     got {actual}\nexpected {expected}"


def contains(text, part):
    assert part in text, f"expected {part!r} in\n{text}"


def fails(part, *arguments, **files):
    """The folder cannot be used: exit code 2, nothing on stdout, the message on stderr."""
    with Folder(**files) as folder:
        out, err = run(folder, *arguments, code=2)
        equal(out, "")
        contains(err, part.replace("FOLDER", folder))


def figures(answer):
    """What does not depend on time: per channel orders and lines accepted and refused, units."""
    return {
        c["channel"]: (
            c["orders"]["accepted"],
            c["orders"]["refused"],
            c["lines"]["accepted"],
            c["lines"]["refused"],
            c["units_promised"],
        )
        for c in answer["channels"]
    }
