#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The orderings of the library in a model checker.
#
#   run.sh SOURCE_DIR BUILD_DIR [long]
#
# It checks lib/ itself, compiled as C++. In the copy three constants are smaller, so that what is
# rare is frequent: nobody waits for the owner of a mark before helping; records come two at a time;
# blocks move between workers in twos.
set -euo pipefail

source_dir=$(cd "$1" && pwd)
mkdir -p "$2"
build_dir=$(cd "$2" && pwd)
length=${3:-short}
here=$source_dir/tests/relacy
copy=$build_dir/lib

# smaller FILE NAME FROM TO: change a constant in the copy; it must be there.
smaller() {
    grep -q "$2 = $3\b" "$copy/$1" || {
        echo "run.sh: no '$2 = $3' in lib/$1" >&2
        exit 1
    }
    sed -i "s/$2 = $3\b/$2 = $4/" "$copy/$1"
}

rm -rf "$copy"
mkdir "$copy"
cp "$source_dir"/lib/*.[ch] "$copy"
smaller commit.c SBL_PATIENCE 32 0
smaller worker.c SBL_RECORDS_AT_ONCE 16 2
smaller memory.h SBL_BATCH 32 2

# -iquote, not -I: the system has a memory.h, too. -fpermissive, -w: the library is C.
model=$build_dir/orderings
"${CXX:-g++}" -std=c++17 -O2 -w -fpermissive -iquote "$here" -iquote "$copy" \
    -I"$source_dir/include" "$here/orderings.cpp" -o "$model"

status=0
if [[ $length == long ]]; then
    "$model" hold 500000 || status=1
    "$model" search one_read_against_one_change 3 || status=1
    "$model" search one_order_against_one_reader 1 || status=1
    "$model" weaken 200000 || status=1
else
    "$model" hold 20000 || status=1
    "$model" search one_read_against_one_change 2 || status=1
    "$model" weaken 20000 || status=1
fi
exit "$status"
