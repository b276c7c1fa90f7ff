#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks every question of the bank and compares the answers with questions.json, which was reviewed
by hand: for each question a session that answers it (`yes`: capture, session, first values), and
one that does not, with the reason (`no`). `always` are questions that every session answers: without
a session the program says that there is no mail. `waiting` are questions that no capture here can
answer yet, each with its reason.

Usage: questions.py PROGRAM CAPTURES
"""
import json
import pathlib
import subprocess
import sys
import tempfile

QUESTIONS = 96
HERE = pathlib.Path(__file__).resolve().parent
EMPTY = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000")  # a pcap without frames


def ask(program, *arguments):
    done = subprocess.run([program, "answer", *arguments], capture_output=True, encoding="utf-8",
                          check=True)
    return done.stdout


class Bank:
    def __init__(self, program, captures):
        self.program, self.captures, self.known = program, captures, {}

    def answers(self, name):
        """The answers of a capture by session and question."""
        if name not in self.known:
            path, = pathlib.Path(self.captures, name).glob("capture.pcap*")
            rows = [json.loads(line) for line in ask(self.program, "--json", path).splitlines()]
            self.known[name] = {(row["session"], row["question"]): row for row in rows}
        return self.known[name]


def value(row):
    if "key" in row:
        return f"{row['key']}={row['value']}"
    return row["words"] if "words" in row else f"oddity {row['oddity']}"


def check_yes(bank, question, expected):
    capture, session, values = expected
    answer = bank.answers(capture)[session, question]
    found = [value(row) for row in answer["answer"]]
    if not answer["answered"] or found[:len(values)] != values:
        yield f"{question}: {capture} {session} answers {found}, not {values}"
    if not values:
        yield f"{question}: nothing is expected of {capture}"
    if not any(row.get("ranges") for row in answer["answer"]) or not answer.get("filter"):
        yield f"{question}: {capture} {session} has no evidence"


def check_no(bank, question, expected):
    capture, session, reason = expected
    answer = bank.answers(capture)[session, question]
    if answer["answered"] or answer.get("reason") != reason:
        yield f"{question}: {capture} {session} is {answer.get('reason')!r}, not {reason!r}"


def main():
    bank = Bank(sys.argv[1], sys.argv[2])
    table = json.loads((HERE / "questions.json").read_text())
    ids = [line.split()[0] for line in ask(sys.argv[1], "--questions").splitlines()]
    problems = []
    checked = {"yes": 0, "no": 0}
    for question in ids:
        row = table["questions"].get(question, {})
        for kind, check in (("yes", check_yes), ("no", check_no)):
            if kind in row:
                problems += check(bank, question, row[kind])
                checked[kind] += 1
        if "yes" not in row and question not in table["waiting"]:
            problems.append(f"{question}: no capture answers it")
        if "no" not in row and question not in table["always"]:
            problems.append(f"{question}: no capture lacks the answer")
    with tempfile.NamedTemporaryFile(suffix=".pcap") as empty:
        empty.write(EMPTY)
        empty.flush()
        if "no mail found" not in ask(sys.argv[1], "--all", empty.name):
            problems.append("a capture without mail is not called so")
    if len(ids) != QUESTIONS or len(set(ids)) != QUESTIONS:
        problems.append(f"{len(ids)} questions, not {QUESTIONS}")
    if sorted(table["questions"]) != sorted(ids):
        problems.append("questions.json and the bank have different ids")
    if checked["yes"] != QUESTIONS - len(table["waiting"]):
        problems.append(f"{checked['yes']} questions are answered")
    if checked["no"] != QUESTIONS - len(table["always"]):
        problems.append(f"{checked['no']} questions lack an answer")
    print(*problems, sep="\n")
    print(f"questions: {checked['yes']} answered, {checked['no']} not, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
