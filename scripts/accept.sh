#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# accept.sh - accepts what golden cases print now as what they are to print, and shows the change.
# Read it before it is committed. Usage: scripts/accept.sh [CASE...]     (without: all that differ)
set -eu
cd "$(dirname "$0")/.."
cmake --build --preset dev >/dev/null
exec python3 tests/golden/golden.py build/dev/mailscope --accept "$@"
