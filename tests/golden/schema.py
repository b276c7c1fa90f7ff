#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds every line of JSON in the golden output, and what the program prints for every capture of
the project, against docs/mailscope.schema.json. Exit status 77: skipped, a module is missing.

Usage: schema.py PROGRAM [CAPTURE OR FOLDER...]
"""
import copy
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)


TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")


def golden_lines():
    for path in sorted(HERE.glob("*/expected")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith('{"schema":'):
                yield path.parent.name, line


# What an answer of the bank has beside facts and oddities (docs/JSON.md).
ANSWER = {"question": str, "title": str, "answered": bool, "answer": list, "why": list}


# What a hop of a path has always.
HOP = {"session", "message", "role", "from", "client", "server", "server_port", "size", "complete",
       "ranges", "added"}


def as_session(answer):
    """An answer of the bank as a session with the same facts and oddities; None when its own members
    are not as they have to be."""
    if any(not isinstance(answer.get(name), kind) for name, kind in ANSWER.items()):
        return None
    if answer["answered"] != (len(answer["answer"]) > 0) or answer["answered"] == ("reason" in answer):
        return None
    if any(sorted(term) != ["name", "rfc", "text"] for term in answer["why"]):
        return None
    session = {name: value for name, value in answer.items()
               if name not in ANSWER and name not in ("reason", "filter")}
    session["facts"] = [{name: value for name, value in row.items() if name != "note"}
                        for row in answer["answer"] if "key" in row]
    session["oddities"] = [dict(row, detail="") for row in answer["answer"] if "oddity" in row]
    return session


def fresh_lines(program, names):
    for options in ([], ["--redact"]):
        done = subprocess.run([program, "show", "--json", *options, *names], capture_output=True,
                              encoding="utf-8", timeout=300)
        for line in done.stdout.splitlines():
            yield " ".join(options + names), line


def shape(item):
    """What the schema looks at in a fact or an oddity: without the digits of times and of numbers
    that are not 0, and without the text of values."""
    kept = dict(item)
    if isinstance(kept.get("value"), str) and not TIME.fullmatch(kept["value"]):
        kept["value"] = "x"
    for name in ("value", "time"):
        if isinstance(kept.get(name), str):
            kept[name] = re.sub(r"\d", "1", kept[name])
    kept["ranges"] = sorted({(len(r), *map(bool, r)) for r in kept["ranges"]})
    kept["detail"] = isinstance(kept.get("detail"), str)
    if "hex" in kept:
        kept["hex"] = bool(re.fullmatch(r"([0-9a-f]{2})+", kept["hex"]))
    return re.sub(r"(?<![\w.])[1-9]\d*(?!\w)", "1", json.dumps(kept, sort_keys=True))


def thin(session, seen):
    """The session without facts and oddities whose shape was held against the schema before."""
    thinned = dict(session)
    for name in ("facts", "oddities"):
        thinned[name] = []
        for item in session[name]:
            form = name + shape(item)
            if form not in seen:
                seen.add(form)
                thinned[name].append(item)
    return thinned


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
    seen = set()
    sources = list(golden_lines()) + (list(fresh_lines(program, names)) if names else [])
    for name, line in sources:
        session = json.loads(line)
        if "hops" in session:
            bad = [hop for hop in session["hops"] if not HOP <= set(hop) or not hop["ranges"]]
            if bad or not session["hops"] or ("message_id" in session) == ("body_sha256" in session):
                print(f"{name}: a path is not as docs/JSON.md says")
                failed += 1
            continue
        if "question" in session:
            session = as_session(session)
            if session is None:
                print(f"{name}: an answer is not as docs/JSON.md says")
                failed += 1
                continue
        first = first or (session if session["facts"] else None)
        checked += 1
        errors = sorted(validator.iter_errors(thin(session, seen)), key=str)
        for error in errors[:3]:
            print(f"{name}: {error.json_path}: {error.message[:200]}")
        failed += bool(errors)
        for fact in session["facts"]:
            if "hex" in fact and fact["value"] != bytes.fromhex(fact["hex"]).decode(
                    "utf-8", "replace") and "\ufffd" not in fact["value"]:
                print(f"{name}: hex and value of {fact['key']} differ")
                failed += 1
    strict = first is not None and must_fail(validator, first)
    print(f"{checked} sessions held against the schema, {len(seen)} shapes, {failed} fail")
    return 0 if checked and not failed and strict else 1


if __name__ == "__main__":
    sys.exit(main())
