#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds every line of JSON in the golden output, and what the program prints for every capture of
the project, against docs/mailscope.schema.json. Exit status 77: skipped, a module is missing.

Usage: schema.py PROGRAM [CAPTURE OR FOLDER...]
"""
import copy
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)


def golden_lines():
    for path in sorted(HERE.glob("*/expected")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith('{"schema":'):
                yield path.parent.name, line


def fresh_lines(program, names):
    for options in ([], ["--redact"]):
        done = subprocess.run([program, "show", "--json", *options, *names], capture_output=True,
                              encoding="utf-8", timeout=300)
        for line in done.stdout.splitlines():
            yield " ".join(options + names), line


def must_fail(validator, session):
    """The schema is strict: each of these changes makes a good session a bad one."""
    def changes():
        yield lambda s: s.update(extra=1)
        yield lambda s: s.pop("session")
        yield lambda s: s.update(schema=2)
        yield lambda s: s.pop("file", None) or s.pop("files", None)
        yield lambda s: s["facts"][0].update(extra=1)
        yield lambda s: s["facts"][0].update(key="no.such")
        yield lambda s: s["facts"][0].update(value=None)
        yield lambda s: s["facts"][0].update(ranges=[[1, 2]])
        yield lambda s: s["facts"].append({"key": "message.size", "value": "5", "ranges": []})
        yield lambda s: s["facts"].append({"key": "tls.started", "value": 1, "ranges": []})
        yield lambda s: s["facts"].append({"key": "session.start", "value": "now", "ranges": []})
        yield lambda s: s["oddities"].append({"oddity": "nonsense", "detail": "", "ranges": []})
    count = 0
    for change in changes():
        bad = copy.deepcopy(session)
        change(bad)
        if validator.is_valid(bad):
            print(f"the schema lets change {count + 1} pass")
            return False
        count += 1
    return count == 12


def main():
    program, names = sys.argv[1], sys.argv[2:]
    schema = json.loads((ROOT / "docs/mailscope.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    validator.check_schema(schema)
    names = [name for name in names if pathlib.Path(name).exists()]
    checked = failed = 0
    first = None
    sources = list(golden_lines()) + (list(fresh_lines(program, names)) if names else [])
    for name, line in sources:
        session = json.loads(line)
        first = first or (session if session["facts"] else None)
        checked += 1
        errors = sorted(validator.iter_errors(session), key=str)
        for error in errors[:3]:
            print(f"{name}: {error.json_path}: {error.message[:200]}")
        failed += bool(errors)
        for fact in session["facts"]:
            if "hex" in fact and fact["value"] != bytes.fromhex(fact["hex"]).decode(
                    "utf-8", "replace") and "\ufffd" not in fact["value"]:
                print(f"{name}: hex and value of {fact['key']} differ")
                failed += 1
    strict = first is not None and must_fail(validator, first)
    print(f"{checked} sessions held against the schema, {failed} fail")
    return 0 if checked and not failed and strict else 1


if __name__ == "__main__":
    sys.exit(main())
