#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh - what to run before a commit: format, ladder, build and tests under the sanitizers.
set -eu
cd "$(dirname "$0")/.."
scripts/deps build test plugin
scripts/format.sh
scripts/layers.sh
cmake --preset asan >/dev/null
cmake --build --preset asan -j "$(nproc)"
cd build/asan
exec ctest -j "$(nproc)" --output-on-failure
