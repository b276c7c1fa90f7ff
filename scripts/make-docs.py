#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the parts of the documentation that come from tables of the program.

Usage: make-docs.py PROGRAM [--check]
Asks the program for its fields, oddities and limits and writes docs/FIELDS.md, the rules of webmail in docs/PROTOCOLS.md, the generated parts
of docs/mailscope.1 and the lists of names in docs/mailscope.schema.json. With --check nothing is
written: says what is out of date and fails. Also checks that every option of --help is in the
manual and in the completion.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def ask(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True,
                          encoding="utf-8").stdout


def rows(program, verb):
    return [json.loads(line) for line in ask(program, verb, "--json").splitlines()]


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    return "\\&" + text if text[:1] in ".'" else text


def between(text, name, lines):
    start, end = f'.\\" generated: {name}\n', f'.\\" end: {name}\n'
    head, rest = text.split(start)
    return head + start + "".join(line + "\n" for line in lines) + end + rest.split(end)[1]


def man_fields(fields):
    for field in fields:
        notes = [field["type"], field["scope"]]
        notes += [flag for flag in ("many", "secret") if field[flag]]
        yield ".TP"
        yield f'.BR {roff(field["key"])} " ({", ".join(notes)})"'
        rfc = f' (RFC {field["rfc"]})' if field["rfc"] else ""
        yield roff(field["meaning"] + rfc + ".")


def man_oddities(oddities):
    for oddity in oddities:
        yield ".TP"
        yield f'.B {roff(oddity["oddity"])}'
        yield roff(oddity["meaning"][0].upper() + oddity["meaning"][1:] + ".")


def man_limits(limits):
    for limit in limits:
        yield ".TP"
        yield f'.BR {roff(limit["limit"])} " ({limit["default"]} {limit["unit"]})"'
        yield roff(limit["meaning"] + ".")


def make_fields(program):
    return ("# Facts\n\n"
            "Every fact mailscope can find: `mailscope fields` prints this list, and\n"
            "[JSON.md](JSON.md) says how facts look in JSON. *Of* says what a fact belongs to;\n"
            "*many*: it may occur more than once there; *secret*: masked by `--redact`.\n"
            "Written by the build target `docs` from `analyzer/fact/fields.def`; not to be edited.\n\n"
            + ask(program, "fields", "--markdown")
            + "\n## Oddities\n\n"
            "What a capture may lack or contradict, or a session do wrong.\n"
            "`mailscope oddities` prints this list, from `analyzer/fact/oddity.def`.\n\n"
            + ask(program, "oddities", "--markdown"))


def make_schema(text, fields, oddities):
    schema = json.loads(text)
    names = schema["$defs"]
    names["key"]["enum"] = [field["key"] for field in fields]
    kinds = {"number": ("uint",), "boolean": ("bool",), "time": ("time",)}
    for name, types in kinds.items():
        names[f"{name}_key"]["enum"] = [f["key"] for f in fields if f["type"] in types]
    names["oddity_name"]["enum"] = [oddity["oddity"] for oddity in oddities]
    return json.dumps(schema, indent=2) + "\n"


def rules(name):
    """The rows of one macro of webmail.def: their arguments, C strings unquoted."""
    text = (ROOT / "analyzer/dialogue/webmail.def").read_text(encoding="utf-8")
    for row in re.findall(rf"^MS_WEBMAIL_{name}\((.*)\)$", text, re.M):
        yield [json.loads(one) if one.startswith('"') else one
               for one in re.findall(r'"(?:[^"\\]|\\.)*"|\w+', row)]


def code(text):
    return f"`{text}`" if text else ""


def make_webmail():
    """Markdown tables of the rules by which webmail is recognised."""
    systems = {row[0]: row[1:] for row in rules("SYSTEM")}
    yield "| system | method | in the target | parameters | what it does |"
    yield "|---|---|---|---|---|"
    for system, method, piece, *keys, action in rules("REQUEST"):
        asked = ", ".join(f"`{key}={value}`" for key, value in zip(keys[::2], keys[1::2]) if key)
        yield (f"| {systems[system][0]} | {method or 'any'} | {code(piece)} | {asked} | "
               f"{action.lower()} |")
    for method, segment, action in rules("SEGMENT"):
        yield (f"| any, at a place named like webmail | {method or 'any'} | `/{segment}` | | "
               f"{action.lower()} |")
    yield ""
    yield ("Requests without a form are looked at when their target holds: "
           + ", ".join(f"{code(word)} ({name})" for name, word in systems.values()) + ".")
    yield ""
    yield "| places named like webmail | words |"
    yield "|---|---|"
    for where, title in (("HOST", "a label of the host"), ("PATH", "a segment of the path"),
                         ("COOKIE", "a cookie")):
        yield f"| {title} | {', '.join(code(word) for at, word in rules('PLACE') if at == where)} |"
    yield ""
    yield "| field | names, the first that is there counts |"
    yield "|---|---|"
    for role in dict.fromkeys(role for _, role in rules("FIELD")):
        names = ", ".join(code(name) for name, one in rules("FIELD") if one == role)
        yield f"| {role.lower()} | {names} |"
    yield ""
    yield "| answer to | where | words | went well |"
    yield "|---|---|---|---|"
    for asked, where, words, answer in rules("ANSWER"):
        place = "redirect" if where == "PLACE" else "body"
        yield f"| {asked.lower()} | {place} | {code(words) or 'any'} | {answer.lower()} |"


def make_protocols(text):
    start, end = "<!-- generated: webmail -->\n", "<!-- end: webmail -->\n"
    head, rest = text.split(start)
    return head + start + "".join(line + "\n" for line in make_webmail()) + end + rest.split(end)[1]


def options(program):
    found = set()
    for verb in ("show", "answer", "fields", "oddities", "limits"):
        for line in ask(program, verb, "--help").splitlines():
            if re.match(r"^  -", line):
                found.update(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line.split("  ")[1]))
    return sorted(found)


def has_option(text, option):
    return re.search(r"(?<![\w-])" + re.escape(option) + r"(?![\w-])", text) is not None


def main():
    program, check = sys.argv[1], "--check" in sys.argv[2:]
    fields, oddities, limits = (rows(program, verb) for verb in ("fields", "oddities", "limits"))
    manual = DOCS / "mailscope.1"
    text = manual.read_text(encoding="utf-8")
    text = between(text, "fields", man_fields(fields))
    text = between(text, "oddities", man_oddities(oddities))
    text = between(text, "limits", man_limits(limits))
    schema = DOCS / "mailscope.schema.json"
    made = {DOCS / "FIELDS.md": make_fields(program), manual: text,
            schema: make_schema(schema.read_text(encoding="utf-8"), fields, oddities)}
    protocols = DOCS / "PROTOCOLS.md"
    made[protocols] = make_protocols(protocols.read_text(encoding="utf-8"))
    failed = 0
    for path, wanted in made.items():
        if path.exists() and path.read_text(encoding="utf-8") == wanted:
            continue
        if check:
            print(f"{path.relative_to(ROOT)} is out of date: build the target `docs`")
            failed += 1
        else:
            path.write_text(wanted, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")
    plain = text.replace("\\-", "-")
    completion = (ROOT / "scripts/completion/mailscope").read_text(encoding="utf-8")
    known = options(program)
    for option in known:
        for where, content in (("manual", plain), ("completion", completion)):
            if not has_option(content, option):
                print(f"option {option} is not in the {where}")
                failed += 1
    if len(known) < 10:
        print(f"only {len(known)} options found in --help: looking in the wrong place")
        failed += 1
    print(f"{len(fields)} fields, {len(oddities)} oddities, {len(limits)} limits, "
          f"{len(known)} options")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
