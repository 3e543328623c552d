#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The orderings of the library in a model checker.
#
#   run.sh SOURCE_DIR BUILD_DIR [long]
#
# It checks lib/ itself, compiled as C++. In the copy three constants are smaller, so that what is
# rare is frequent: nobody waits for the owner of a mark before helping; records come two at a time;
# blocks move between workers in twos. Then come engines broken on purpose, which must not hold:
# those in broken/, and in the long form those of tests/mutants that break the queue of the log.
set -euo pipefail

source_dir=$(cd "$1" && pwd)
mkdir -p "$2"
build_dir=$(cd "$2" && pwd)
length=${3:-short}
here=$source_dir/tests/relacy

# smaller FILE NAME FROM TO: change a constant in the copy; it must be there.
smaller() {
    grep -q "$2 = $3\b" "$copy/$1" || {
        echo "run.sh: no '$2 = $3' in lib/$1" >&2
        exit 1
    }
    sed -i "s/$2 = $3\b/$2 = $4/" "$copy/$1"
}

# build FOLDER [MUTANT]: the model of a copy of the library, broken or not.
build() {
    copy=$1/lib
    model=$1/orderings
    rm -rf "$copy"
    mkdir -p "$copy"
    cp "$source_dir"/lib/*.[ch] "$copy"
    [[ -z ${2:-} ]] || python3 "$source_dir/tests/mutants/apply.py" "$2" "$1"
    smaller commit.c SBL_PATIENCE 32 0
    smaller worker.c SBL_RECORDS_AT_ONCE 16 2
    smaller memory.h SBL_BATCH 32 2
    # -iquote, not -I: the system has a memory.h, too. -fpermissive, -w: the library is C.
    "${CXX:-g++}" -std=c++17 -O2 -w -fpermissive -iquote "$here" -iquote "$copy" \
        -I"$source_dir/include" "$here/orderings.cpp" -o "$model"
}

# broken MUTANT SCENE...: one of these scenes must fail.
broken() {
    local mutant=$1 scene
    shift
    build "$build_dir/broken" "$mutant"
    for scene in "$@"; do
        if ! "$model" hold 30000 "$scene" >/dev/null 2>&1; then
            printf '%-48s caught by %s\n' "$(basename "$mutant" .mutant)" "$scene"
            return
        fi
    done
    printf '%-48s NOT CAUGHT\n' "$(basename "$mutant" .mutant)"
    status=1
}

build "$build_dir"
status=0
if [[ $length == long ]]; then
    "$model" hold 500000 || status=1
    "$model" search one_read_against_one_change 3 || status=1
    "$model" search one_order_against_one_reader 1 || status=1
    "$model" search one_entry_put_by_two 2 || status=1
    "$model" weaken 200000 || status=1
else
    "$model" hold 20000 || status=1
    "$model" search one_read_against_one_change 2 || status=1
    "$model" search one_entry_put_by_two 1 || status=1
    "$model" weaken 20000 || status=1
fi
for mutant in "$here"/broken/*.mutant; do
    broken "$mutant" "$(sed -n 's/^# caught by //p' "$mutant")"
done
if [[ $length == long ]]; then
    for mutant in "$source_dir"/tests/mutants/entry_*.mutant; do
        broken "$mutant" puts_against_puts puts_used_again puts_used_again_by_two puts_stopped
    done
fi
exit "$status"
