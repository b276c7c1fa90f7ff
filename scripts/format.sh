#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# format.sh - brings the C source into the format of .clang-format; with --check only says what is
# not in it. clang-format 14 is what counts: others differ in details.
set -u
cd "$(dirname "$0")/.." || exit 1
tool=$(command -v clang-format-14 || command -v clang-format) || {
    echo "format: there is no clang-format (Debian package clang-format-14)" >&2
    exit 1
}
# Tables (*.def) are kept by hand.
mapfile -d '' files < <(find analyzer tests captures plugin \( -name '*.c' -o -name '*.h' \) -print0 2>/dev/null)
if [ "${1-}" = --check ]; then
    "$tool" --dry-run --Werror "${files[@]}" || {
        echo "format: run scripts/format.sh" >&2
        exit 1
    }
else
    "$tool" -i "${files[@]}"
fi
echo "format: ${#files[@]} files"
