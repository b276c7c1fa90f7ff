#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# layers.sh - fails on an include that climbs the ladder of folders (docs/ARCHITECTURE.md):
# base < fact < stream < dialogue < message < mime < record, engine < capture, front < lab < extract, report,
# grade < make < run < main.c
set -u
cd "$(dirname "$0")/../analyzer" || exit 1

# Every quoted include, as "file<TAB>included file", both relative to analyzer/.
includes()
{
    find . -name '*.[ch]' -o -name '*.def' | sort | while read -r file; do
        sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' "$file" | while read -r name; do
            echo "${file#./} $(realpath -m --relative-to=. "$(dirname "$file")/$name")"
        done
    done
}

includes | awk '
function level(path, parts)
{
    if (path ~ /^\.\./)
        return 99
    if (split(path, parts, "/") == 1)
        return path == "main.c" ? 15 : 6
    return parts[1] in ladder ? ladder[parts[1]] : 98
}
BEGIN {
    n = split("base fact stream dialogue message mime", name, " ")
    for (i = 1; i <= n; i++)
        ladder[name[i]] = i - 1
    ladder["session"] = 6 # the inside of engine.c
    ladder["capture"] = 7
    ladder["front"] = 8
    ladder["lab"] = 9
    ladder["extract"] = 10
    ladder["report"] = 11
    ladder["grade"] = 12
    ladder["make"] = 13
    ladder["run"] = 14
}
{
    count++
    from = level($1)
    to = level($2)
    # capture knows of the engine only the segment it fills in.
    bad = to > from || (from == 7 && to > 1 && to < 7 && $2 != "stream/segment.h")
    if (from >= 98)
        bad = 1
    if (bad) {
        printf "%s includes %s, which is above it\n", $1, $2
        failed++
    }
}
END {
    if (count == 0) {
        print "layers: no include found: looking in the wrong place"
        exit 1
    }
    printf "layers: %d includes, %d climb\n", count, failed
    exit failed > 0
}'
