# SPDX-License-Identifier: Apache-2.0
"""Runs tests that are functions, each named as the sentence that it proves."""

import sys
import traceback


def run(tests):
    """Run each; the process ends with 0 if none failed."""
    failed = 0
    for test in tests:
        try:
            test()
            print(f"ok   {test.__name__}")
        except Exception:
            failed += 1
            print(f"FAIL {test.__name__}")
            traceback.print_exc(file=sys.stdout)
    print(f"{len(tests) - failed} of {len(tests)} passed")
    sys.exit(failed != 0)
