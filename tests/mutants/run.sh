#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Engines broken on purpose: each is built with a test, which has to fail: test_linear, or the one
# that the mutant names ("# caught by NAME").
#
#    run.sh SOURCE SCRATCH [MUTANT...]
#
# SOURCE is the top of the tree, SCRATCH a folder for what is built, MUTANT the name of one (without
# .mutant); without names all are run, and before them the engine as it is, which has to pass every
# one of those tests. CC names the compiler. The end is a table, and 0 if every mutant was caught.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$1" && pwd)
mkdir -p "$2"
scratch=$(cd "$2" && pwd)
shift 2
histories=100000 # of each way, at most: what is caught late shows in one of some 20,000
seconds=300      # more than they take: a mutant that hangs is caught, too
flags=(-std=c11 -D_DEFAULT_SOURCE -DSBL_STEPS -O1 -g)

compile() { # FOLDER FILE...: the objects of a copy of the library
    local folder=$1
    shift
    printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' sh -c \
        '"$0" "$@" -I"'"$source"'/include" -I"'"$folder"'/lib" -c "'"$folder"'/lib/{}" \
            -o "'"$folder"'/{}.o"' "${CC:-cc}" "${flags[@]}"
}

sources() { # as where no LMDB is found
    (cd "$source/lib" && find . -name '*.c' ! -name 'lmdb_*' ! -name log_lmdb.c -printf '%P\n' | sort)
}

prepare() {
    rm -rf "$scratch/plain" "$scratch"/*.o
    mkdir -p "$scratch/plain"
    cp -r "$source/lib" "$scratch/plain/lib"
    mapfile -t all < <(sources)
    compile "$scratch/plain" "${all[@]}"
    local name
    for name in $(cd "$source/tests" && basename -s .c -- linear*.c test_linear.c); do
        "${CC:-cc}" "${flags[@]}" -I"$source/include" -c "$source/tests/$name.c" \
            -o "$scratch/$name.linear.o"
        [[ $name == test_* ]] || ln -f "$scratch/$name.linear.o" "$scratch/$name.linear_log.o"
    done
    for name in $(others); do
        "${CC:-cc}" "${flags[@]}" -I"$source/include" -I"$source/lib" \
            -c "$source/tests/test_$name.c" -o "$scratch/test_$name.$name.o"
        if [[ $(nm "$scratch/test_$name.$name.o") != *" T sbl_step"* ]]; then # it stops at no step
            printf 'void sbl_step(const char *, int);\nvoid sbl_step(const char *file, int line) %s' \
                '{ (void)file; (void)line; }' >"$scratch/no_step.c"
            "${CC:-cc}" "${flags[@]}" -c "$scratch/no_step.c" -o "$scratch/no_step.$name.o"
        fi
    done
}

caught_by() { # MUTANT: the test that has to fail
    local program
    program=$(sed -n 's/^# caught by //p' "$here/$1.mutant")
    printf '%s\n' "${program:-linear}"
}

others() { sed -n 's/^# caught by //p' "$here"/*.mutant | sort -u; }

# one NAME: prints "NAME<tab>caught or not<tab>seconds<tab>how".
one() {
    local name=$1 folder=$scratch/$1 status=0 began=$SECONDS how file program arguments=()
    local log=$scratch/$name.log
    rm -rf "$folder"
    cp -r "$scratch/plain" "$folder"
    if [[ $name == plain.* ]]; then
        program=${name#plain.}
    else
        program=$(caught_by "$name")
        python3 "$here/apply.py" "$here/$name.mutant" "$folder" || return
        local changed=()
        for file in "$folder"/lib/*; do
            cmp -s "$file" "$scratch/plain/lib/$(basename "$file")" || changed+=("$(basename "$file")")
        done
        if [[ " ${changed[*]} " == *".h "* ]]; then
            mapfile -t changed < <(sources)
        fi
        compile "$folder" "${changed[@]}" || return
    fi
    "${CC:-cc}" -o "$folder/test" "$folder"/*.o "$scratch"/*."$program".o -lcmocka -lpthread ||
        return
    [[ $program != linear* ]] || arguments=(histories "$histories")
    timeout --kill-after=5 "$seconds" "$folder/test" "${arguments[@]}" >"$log" 2>&1 || status=$?
    case $status in
    0) how="no test shows it" ;;
    124 | 137) how="a call does not end" ;;
    1[3-9]*) how="it crashes, signal $((status - 128))" ;;
    *)
        how=$(grep -m1 -oE '(in turns|at once): .*: seed [0-9]+|[0-9]+ steps, and calls.*' "$log" ||
            sed -n 's/^\[  FAILED  \] \([a-z_]*\)$/\1/p' "$log" | head -1)
        ;;
    esac
    printf '%s\t%s\t%d\t%s\n' "$name" "$([[ $status == 0 ]] && echo "NOT CAUGHT" || echo caught)" \
        $((SECONDS - began)) "$how"
    [[ $status == 0 ]] || rm -rf "$folder"
}

if [[ ${1:-} == --one ]]; then
    one "$2"
    exit
fi

prepare
if (($#)); then
    names=("$@")
else
    mapfile -t names < <(cd "$here" && basename -s .mutant -- *.mutant)
    for program in linear $(others); do
        if [[ $(histories=20000 one "plain.$program" | cut -f 2) == caught ]]; then
            echo "the engine as it is fails: see $scratch/plain.$program.log" >&2
            exit 1
        fi
    done
fi
broken=0
printf '%s\n' "${names[@]}" |
    xargs -P 2 -I '{}' "${BASH_SOURCE[0]}" "$source" "$scratch" --one '{}' \
        >"$scratch/table" || broken=1
sort "$scratch/table" | awk -F '\t' '
    { printf "%-36s %-11s %4d s  %s\n", $1, $2, $3, $4; caught += $2 == "caught" }
    END { printf "\n%d of %d caught\n", caught, NR }'
if ((broken)) || [[ $(grep -c $'\tcaught\t' "$scratch/table") != "${#names[@]}" ]]; then
    exit 1
fi
