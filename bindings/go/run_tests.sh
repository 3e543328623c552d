#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# All that has to hold of the Go module: run_tests.sh BUILD_FOLDER
#
# Makes sellable.c and sellable.h, looks at the code (gofmt, vet, staticcheck), and runs the tests,
# also under the race detector, and those of the histories; and builds it in the other ways that there
# are. BUILD_FOLDER has the C programs that are compared with (examples/replay), the library and its
# file for pkg-config (meson-uninstalled), and is where what is made here goes. A test that is skipped
# has failed. The last line is "N passed, N failed".
set -u
if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: run_tests.sh BUILD_FOLDER" >&2
    exit 2
fi
build=$(cd "$1" && pwd)
cd "$(dirname "$0")" || exit 2
SELLABLE_REPLAY="$build/examples/replay"
export SELLABLE_REPLAY
results="$build/go-tests.json"
linter="$build/staticcheck"
passed=0
failed=0

# One thing that has to succeed; what it prints is shown if it does not.
step() {
    name=$1
    shift
    if output=$("$@" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n%s\n' "$name" "$output"
    fi
}

formatted() {
    files=$(gofmt -l .)
    [ -z "$files" ] || { echo "gofmt changes $files"; false; }
}

# Tests of the module in a folder, with further words for `go test`: each test counts.
tests() {
    folder=$1
    shift
    go test -C "$folder" -json "$@" >"$results" 2>"$results.errors"
    status=$?
    here=$(grep -c '"Action":"pass".*"Test":' "$results")
    broken=$(grep -c '"Action":"\(fail\|skip\)".*"Test":' "$results")
    if [ "$status" -ne 0 ] && [ "$broken" -eq 0 ]; then
        broken=1 # it does not build, or died
    fi
    passed=$((passed + here))
    failed=$((failed + broken))
    if [ "$broken" -ne 0 ]; then
        echo "FAILED go test -C $folder $*"
        cat "$results.errors"
        sed -n 's/.*"Action":"\(build-\)\{0,1\}output".*"Output":"\(.*\)\\n".*/\2/p' "$results" |
            grep -v '^=== \|^--- PASS\|^PASS\|^ok ' | tail -n 60
    fi
    echo "$here passed, $broken failed: go test -C $folder $*"
}

# The other ways to build the library in, by their tag: replay has to answer.
answers() {
    program="$build/go-replay-$1"
    PKG_CONFIG_PATH="$build/meson-uninstalled" go build -tags "$1" -o "$program" ./cmd/replay || return
    answer=$(echo '{"type":"channel","channel":"web"}' | LD_LIBRARY_PATH="$build" "$program")
    echo "it answers: $answer"
    rm -f "$program"
    case $answer in *'"status":"ok"'*) ;; *) false ;; esac
}

step amalgamate python3 -B ../amalgamate.py .
step gofmt formatted
step "vet" go vet ./...
step "vet histories" go vet -C histories ./...
step "staticcheck" sh -c "go build -C tools -o '$linter' honnef.co/go/tools/cmd/staticcheck && \
    '$linter' ./... && cd histories && '$linter' ./..."
step "without LMDB" answers sellable_nolmdb
step "with the library that pkg-config finds" answers sellable_pkgconfig
tests . -race ./...
tests . . # what needs exact figures: allocations, memory
tests histories -race ./... -histories 300
tests histories ./... -histories 4000
rm -f "$results" "$results.errors"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
