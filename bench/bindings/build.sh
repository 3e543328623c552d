#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Build what the section `bindings` of the bench calls, as far as what it needs is here:
#
#     build.sh BUILD_FOLDER [PYTHON]    into BUILD_FOLDER/called
#
# Python: a virtual environment with the package, as `pip install .` makes it (its requirements come
# from PyPI). Go: the program of go/, with the library as sellable.c in its module (./dev amalgamate
# before). Ends with 1 if one of them could not be built; what could, is.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${1:?build.sh BUILD_FOLDER [PYTHON]}" && pwd)
python=${2:-python3}
folder=$build/called
failed=0
mkdir -p "$folder"

# The library and the empty function, as ctypes finds them.
shared() {
    ninja -C "$build" bench-called &&
        cp -fL "$build/libsellable.so" "$build/bench/libnothing.so" "$folder"
}

# Is the package as the sources are?
fresh() {
    [[ -f $folder/python/built ]] &&
        [[ -z $(find "$here" "$root"/{lib,include,bindings/python,meson.build,pyproject.toml} \
            -type f -newer "$folder/python/built" -print -quit) ]]
}

package() {
    ! fresh || return 0
    rm -rf "$folder/python"
    touch "$folder/begun"
    "$python" -m venv "$folder/python" &&
        "$folder/python/bin/pip" install --disable-pip-version-check --quiet numpy "$root" || return
    local include
    include=$("$folder/python/bin/python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    "${CC:-cc}" -O2 -fPIC -shared -I"$include" -o "$folder/nothing.so" \
        "$here/nothing_module.c" "$here/nothing.c" &&
        mv "$folder/begun" "$folder/python/built"
}

program() { (cd "$here/go" && go build -o "$folder/calls" .); }

shared || failed=1
package || {
    echo "build.sh: the Python package could not be built" >&2
    rm -rf "$folder/python"
    failed=1
}
program || {
    echo "build.sh: the Go program could not be built" >&2
    rm -f "$folder/calls"
    failed=1
}
exit "$failed"
