#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The planner's tests:   run.sh FOLDER OFFER
#
# FOLDER is where its Python is made; OFFER the program that makes the calls. Chromium and its driver
# have to be there. The last line is 'N passed, N failed'.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(realpath -m "$1")
offer=$(realpath "$2")
python=$folder/bin/python

if ! cmp -s "$here/requirements.txt" "$folder/tests.txt"; then
    [[ -x $python ]] || python3 -m venv "$folder"
    "$folder/bin/pip" install --disable-pip-version-check --quiet \
        --requirement "$here/../../bench/plan/requirements.txt" \
        --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$folder/tests.txt"
fi

status=0
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here/../../bench/plan OFFER=$offer \
    "$python" -m pytest -q -p no:cacheprovider --junit-xml="$folder/results.xml" "$here" || status=$?
(cd "$here/../../bench/plan" && "$python" -m mypy --strict --cache-dir="$folder/mypy" ./*.py) ||
    typed=false
"$python" - "$folder/results.xml" "${typed:-true}" <<'PYTHON'
import sys
import xml.etree.ElementTree as tree

suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
bad = sum(int(suite.get(kind)) for kind in ("failures", "errors", "skipped"))
good = int(suite.get("tests")) - bad
typed = sys.argv[2] == "true"
print(f"{good + typed} passed, {bad + (not typed)} failed")
PYTHON
[[ $status == 0 && ${typed:-true} == true ]]
