#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compile the Java of ../README.md, and run it: it has to print what the page says.
#
#     run.sh BUILD_FOLDER     which has libsellable.so; its folder java/ is written
#
# Needs a JDK 17 or newer and JNA (Debian: default-jdk-headless, libjna-java; elsewhere JNA_JAR says
# where jna.jar lies, net.java.dev.jna:jna of Maven Central). The last line counts.
set -euo pipefail

page=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/README.md
build=$(cd "${1:?run.sh BUILD_FOLDER}" && pwd)
jna=${JNA_JAR:-/usr/share/java/jna.jar}
folder=$build/java
passed=0 failed=0

# block LANGUAGE: what stands on the page in the first fence of that language.
block() { awk -v start='```'"$1" '$0 == "```" { inside = 0 } inside; $0 == start && !seen++ { inside = 1 }' "$page"; }

# proves WHAT COMMAND...: count it.
proves() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $what"
    fi
}

compiles() { javac -Xlint:all -Werror -cp "$jna" -d "$folder" "$folder/Shop.java"; }
prints_what_the_page_says() {
    java -cp "$jna:$folder" -Djna.library.path="$build" Shop >"$folder/printed.txt" &&
        diff -u "$folder/expected.txt" "$folder/printed.txt"
}

rm -rf "$folder"
mkdir -p "$folder"
block java >"$folder/Shop.java"
block text >"$folder/expected.txt"
proves "the page has lines of Java, and what they print" \
    test -s "$folder/Shop.java" -a -s "$folder/expected.txt"
proves "the page's Java compiles without a warning" compiles
proves "the page's Java prints what the page says" prints_what_the_page_says
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
