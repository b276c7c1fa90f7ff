#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the examples of the README and the documentation: every `$ command` in a console block must print what stands
below it. Usage: examples.py PROGRAM; with --accept as second argument the blocks are written anew."""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```console\n((?:.*\n)*?)```$", re.M)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.M)


def run(command, program):
    env = dict(os.environ, PATH="%s:%s" % (program.parent, os.environ["PATH"]), LC_ALL="C.UTF-8")
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    accept = sys.argv[2:] == ["--accept"]
    examples = wrong = 0
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = path.read_text()

        def check(match):
            nonlocal examples, wrong
            command, expected = match.groups()
            examples += 1
            printed = run(command, program)
            if printed != expected and not accept:
                wrong += 1
                print("%s: `%s` prints something else:\n%s" % (path.name, command, printed))
            return "$ %s\n%s" % (command, printed)
        new = BLOCK.sub(lambda block: "```console\n%s```" % COMMAND.sub(check, block[1]), text)
        if accept:
            path.write_text(new)
    print("%d examples, %d wrong" % (examples, wrong))
    return 1 if wrong or examples < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
