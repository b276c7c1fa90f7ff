#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the command of each golden case and compares what it prints with what was accepted.

Usage: golden.py PROGRAM [--accept] [CASE...]
A case is a folder with `cmd`, a line for bash that calls `mailscope` from the top of the project,
and `expected`: standard output, standard error when there is any, and the exit status.
"""
import difflib
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def run(program, command):
    environment = {"PATH": f"{program.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
                   "TZ": "Asia/Tokyo", "TERM": "xterm"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TMPDIR"):
        if name in os.environ:
            environment[name] = os.environ[name]
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment, timeout=120,
                          stdin=subprocess.DEVNULL, capture_output=True)
    out = done.stdout.decode("utf-8", "backslashreplace")
    if done.stderr:
        out += "--- standard error\n" + done.stderr.decode("utf-8", "backslashreplace")
    return out + f"--- exit status {done.returncode}\n"


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    words = sys.argv[2:]
    accept = "--accept" in words
    wanted = [word for word in words if word != "--accept"]
    cases = sorted(path.parent for path in HERE.glob("*/cmd"))
    if wanted:
        cases = [case for case in cases if case.name in wanted]
    failed = 0
    for case in cases:
        got = run(program, (case / "cmd").read_text(encoding="utf-8").strip())
        expected = case / "expected"
        before = expected.read_text(encoding="utf-8") if expected.exists() else ""
        if got == before:
            continue
        sys.stdout.writelines(difflib.unified_diff(
            before.splitlines(True), got.splitlines(True), f"{case.name}, accepted",
            f"{case.name}, now"))
        if accept:
            expected.write_text(got, encoding="utf-8")
            print(f"accepted: {case.name}")
        else:
            failed += 1
    print(f"{len(cases)} cases, {failed} differ")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
