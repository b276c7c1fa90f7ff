# SPDX-License-Identifier: GPL-2.0-or-later
"""Records the captures of this collection again:   record.py [NAME...]   as root, after
install.sh. Each session of sessions.py goes to a folder ../NAME: capture.pcap[ng], facts.json,
message.eml and a README.md; then catalogue.py writes the table."""
import hashlib
import json
import pathlib
import re
import shutil
import sys
import time

import lab
import witness

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent
SESSIONS = []


def session(name, shows, look, with_, shuffle=False, suffix="pcap", again=1):
    """Registers a session: its folder, what it shows, what to look at, servers and clients."""
    def register(function):
        SESSIONS.append({"name": name, "shows": shows, "look": look, "with": with_,
                         "shuffle": shuffle, "suffix": suffix, "again": again, "run": function})
        return function
    return register


class Take:
    """One recording: where its files go and what is expected in it."""

    def __init__(self, about, folder):
        self.folder = folder
        self.capture = folder / "capture.pcap"
        self.suffix = about["suffix"]
        self.name = about["name"]
        self.facts = []
        self.mails = []

    def recorder(self, **options):
        return lab.Recorder(self.capture, **options)

    def mail(self, sender, to, subject, body, more=""):
        """A message as bytes with CRLF; kept in message.eml (message-2.eml, ...)."""
        number = len(self.mails) + 1
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
        head = (f"Date: {date}\nFrom: <{sender}>\nTo: <{to}>\nSubject: {subject}\n"
                f"Message-ID: <{self.name}.{number}@{sender.split('@')[1]}>\n{more}\n")
        return self.keep((head + body).replace("\n", "\r\n").encode())

    def keep(self, data):
        number = len(self.mails) + 1
        path = self.folder / ("message.eml" if number == 1 else f"message-{number}.eml")
        path.write_bytes(data)
        self.mails.append(path)
        return path

    def at_least(self, filter, count):
        """Fails the take unless tshark finds that many such frames in it."""
        found = len(witness.tshark(self.capture, "-Y", filter).splitlines())
        if found < count:
            sys.exit(f"only {found} frames for {filter}")

    def expect(self, auth=(), messages=(), end="quit", oddities=(), protocol="smtp", **more):
        """What is expected of the next session in the capture; addresses are filled in later."""
        self.facts.append({"protocol": protocol, "auth": list(auth), "messages": list(messages),
                           "end": end, "oddities": list(oddities), **more})


def login(mechanism, username, password, outcome="success"):
    """An expected attempt; the password is None where the mechanism does not show it."""
    found = {"mechanism": mechanism, "username": username, "outcome": outcome}
    if password is not None:
        found["password"] = password
    return found


def message(sender, rcpt, path=None, rejected=(), outcome="accepted", complete=True, **more):
    """An expected message; size and hash come from the file the client was given."""
    found = {"from": sender, "rcpt": [rcpt] if isinstance(rcpt, str) else list(rcpt),
             "rcpt_rejected": list(rejected), "outcome": outcome, "complete": complete, **more}
    found = {key: value for key, value in found.items() if value is not None}
    if path is not None:
        data = path.read_bytes()
        found["size"] = len(data)
        found["sha256"] = hashlib.sha256(data).hexdigest()
    return found


def check(take, path):
    """Fills in the addresses and holds messages against tshark's view of the capture."""
    found = witness.streams(path)
    if len(found) != len(take.facts):
        return f"{len(found)} TCP streams, not {len(take.facts)}"
    for number, (addresses, facts) in enumerate(zip(found, take.facts)):
        client, client_port, server, server_port = addresses
        facts.update(client=client, client_port=client_port, server=server,
                     server_port=server_port)
        expected = [m for m in facts["messages"] if m.get("complete")]
        by, how = witness.ended_by(path, number, (client, client_port))
        if by:
            facts["end_by"] = by
        if facts["end"] != "quit" and facts["end"] != (how or "open"):
            return f"stream {number}: ends with {how}, not {facts['end']}"
        if facts.pop("unseen", False) or "tls" in facts:
            continue
        if witness.holes(path, number):
            return f"stream {number}: bytes are missing"
        data = witness.client_bytes(path, number, (client, client_port))
        if facts["protocol"] == "pop3":
            server_bytes = witness.side_bytes(path, number, (client, client_port), False)
            seen = witness.fetched(data or b"", server_bytes or b"")
        elif facts["protocol"] == "imap":
            server_bytes = witness.side_bytes(path, number, (client, client_port), False)
            seen = witness.sections(data or b"", server_bytes or b"")
        else:
            seen = witness.messages(data or b"")
        if len(seen) != len(expected):
            return f"stream {number}: {len(seen)} whole messages, not {len(expected)}"
        for one, want in zip(seen, expected):
            digest = hashlib.sha256(one).hexdigest()
            if want.setdefault("sha256", digest) != digest:
                return f"stream {number}: message of {len(one)} bytes is not the one given"
            want.setdefault("size", len(one))
    return None


def versions():
    """The programs in use with the versions of their packages, without Debian's part."""
    packages = {"Postfix": "postfix", "Dovecot": "dovecot-core", "swaks": "swaks", "curl": "curl",
                "msmtp": "msmtp", "Python": "python3", "tcpdump": "tcpdump",
                "netcat": "netcat-openbsd", "mpop": "mpop", "fetchmail": "fetchmail",
                "isync": "isync", "mutt": "mutt"}
    found = {name: lab.run("dpkg-query", "-Wf", "${Version}", package).stdout.decode()
             for name, package in packages.items()}
    found["Exim"] = (HERE / "exim-root/version").read_text().strip()
    return {name: re.sub(r"^\d+:|[-+].*", "", version) for name, version in found.items()}


def finish(about, take):
    """Puts the capture into its format and writes the texts beside it."""
    path = take.folder / f"capture.{about['suffix']}"
    if about["suffix"] == "pcapng":
        lab.run("editcap", "-F", "pcapng", str(take.capture), str(path))
        take.capture.unlink()
    problem = check(take, path)
    order = ("protocol", "client", "client_port", "server", "server_port")
    facts = [{**{key: one[key] for key in order if key in one}, **one} for one in take.facts]
    facts_text = json.dumps({"sessions": facts}, indent=1, ensure_ascii=False)
    (take.folder / "facts.json").write_text(facts_text + "\n")
    used = ", ".join(f"{name} {VERSIONS[name]}" if name in VERSIONS else name
                     for name in about["with"])
    (take.folder / "README.md").write_text(
        f"# {about['name']}\n\n{about['shows']}.\n\n- What to look at: {about['look']}.\n"
        f"- Recorded with {used} by `captures/record/record.py {about['name']}`"
        f" ({about['run'].__doc__.strip()}).\n"
        "- Hosts, users, passwords and texts are made up; addresses are those for documentation.\n")
    return problem


def main(names):
    import sessions  # registers its sessions; so do
    import troubles
    import retrieval
    import mailboxes
    global VERSIONS
    VERSIONS = versions()
    wanted = [about for about in SESSIONS if not names or about["name"] in names]
    unknown = set(names) - {about["name"] for about in SESSIONS}
    if unknown:
        sys.exit(f"no such session: {', '.join(sorted(unknown))}")
    failed = 0
    for shuffle in (False, True):
        part = [about for about in wanted if about["shuffle"] == shuffle]
        if not part:
            continue
        with lab.Lab(shuffle=shuffle):
            for about in part:
                for _ in range(about["again"]):
                    folder = lab.DIR / "take" / about["name"]
                    shutil.rmtree(folder, ignore_errors=True)
                    folder.mkdir(parents=True)
                    take = Take(about, folder)
                    try:
                        about["run"](take)
                        problem = finish(about, take)
                    except SystemExit as error:  # a client or tool failed
                        problem = str(error)
                    if not problem:
                        break
                    print(f"{about['name']}: {problem}", file=sys.stderr, flush=True)
                if problem:
                    failed += 1
                    shutil.copytree(folder, f"/tmp/failed-{about['name']}", dirs_exist_ok=True)
                else:
                    shutil.rmtree(OUT / about["name"], ignore_errors=True)
                    shutil.copytree(folder, OUT / about["name"])
                    print(f"{about['name']}: recorded", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    sys.modules["record"] = sys.modules["__main__"]
    main(sys.argv[1:])
