#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What Wireshark offers for fields works with ours: filters, columns, output formats, expert notes,
tables, exported messages, preferences; and captures that are hard on a plugin: odd ports, TCP
quoted by ICMP, merged files, live capture, TLS on an odd port.

Usage: features.py PLUGIN PROGRAM CAPTURES
"""
import base64
import hashlib
import collections
import json
import os
import pathlib
import struct
import subprocess
import sys
import unittest

import shark as harness

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "written"))
import wire  # noqa: E402

SHARK, PROGRAM, ROOT = None, None, None


def capture(name):
    return next((ROOT / name).glob("capture.pcap*"))


def written(name, data):
    """A capture file made here."""
    path = SHARK.outbox / name
    path.write_bytes(data)
    path.chmod(0o644)
    return path


def records(path):
    """(time and lengths, bytes) of each frame of a little-endian pcap file."""
    data, offset = pathlib.Path(path).read_bytes(), 24
    while offset < len(data):
        size = struct.unpack_from("<I", data, offset + 8)[0]
        yield data[offset:offset + 16], data[offset + 16:offset + 16 + size]
        offset += 16 + size


def all_facts(path, two_pass=True, options=()):
    """Facts at home, as a sorted list without frames: what a change of frames leaves as it is."""
    return sorted((fact.session, fact.key, fact.value)
                  for _, tree in harness.pdml(SHARK, path, two_pass, options)
                  for fact, element in harness.tree_facts(tree)
                  if element.find("field[@name='mailscope.known_in']") is None)


class Filters(unittest.TestCase):
    def test_filters(self):
        """Frames by filter, written down by hand from `mailscope show --json`."""
        rows = [("smtp-plain", 'mailscope.auth.username == "alice"', [11]),
                ("smtp-plain", 'mailscope.auth.password contains "horse"', [11]),
                ("smtp-plain", "mailscope.auth.password", [11]),
                ("smtp-plain", 'mailscope.auth.username == "bob"', []),
                ("smtp-plain", 'mailscope.smtp.rcpt_to contains "@"', [15]),
                ("smtp-plain", 'mailscope.message.subject matches "(?i)lunch"', [19]),
                ("smtp-plain", "mailscope.session.server_port == 587 && "
                               "mailscope.session.client == 192.0.2.25", ([8], [3, 8])),
                ("smtp-plain", "mailscope.smtp.quit_code == 221", [22]),
                ("smtp-ipv6", "mailscope.session.server6 == 2001:db8::/32", None),
                ("smtp-port-2525", "mailscope.smtp.mail_from", None),
                ("smtp-wrong-password", 'mailscope.auth.outcome == "failure"', [11]),
                ("smtp-wrong-password", "mailscope.attempt == 2 && mailscope.auth.password", [12]),
                ("smtp-loss", "mailscope.message.complete == 1", None),
                ("smtp-two-mails", "mailscope.message == 2", None)]
        with harness.Sharkd(SHARK) as window:
            for name, text, frames in rows:
                window.load(capture(name))
                for all_read in (False, True):
                    with self.subTest(name, filter=text, all_read=all_read):
                        found = window.frames(text) if all_read else SHARK.frames(
                            capture(name), text)
                        if frames is None:
                            self.assertTrue(found)
                        elif isinstance(frames, tuple):  # one pass, all read
                            self.assertEqual(found, frames[all_read])
                        else:
                            self.assertEqual(found, frames)
        self.assertEqual(len(rows), 14)

    def test_every_field_can_be_asked_for(self):
        """tshark accepts each key as a filter, and finds the ones that the program finds."""
        path = capture("smtp-plain")
        session, = harness.program_json(PROGRAM, path)
        there = sorted({fact["key"] for fact in session["facts"]})
        rows = SHARK.fields(path, *[f"mailscope.{key}" for key in there], two_pass=True)
        for number, key in enumerate(there):
            self.assertTrue(any(row[number] for row in rows), key)
        absent = [key for key in harness.field_types(PROGRAM) if key not in there]
        found = SHARK.frames(path, " || ".join(f"mailscope.{key}" for key in absent), True)
        self.assertEqual(found, [])
        self.assertGreater(len(there), 40)


class Output(unittest.TestCase):
    def test_fields(self):
        rows = SHARK.fields(capture("smtp-login"), "frame.number", "mailscope.auth.username",
                            "mailscope.auth.password", filter="mailscope.auth.encoded")
        self.assertEqual(rows, [["13", "erin@example.com", ""], ["15", "", "Grüße aus Köln ☂"]])

    def test_json(self):
        said = json.loads(SHARK.read(capture("smtp-plain"), "-Y", "mailscope.auth.username", "-T",
                                     "json"))
        text = json.dumps(said[0]["_source"]["layers"]["mailscope"])
        self.assertIn('"mailscope.auth.username": "alice"', text)
        self.assertIn('"mailscope.auth.password": "correct horse battery staple"', text)

    def test_ek(self):
        lines = SHARK.read(capture("smtp-plain"), "-Y", "mailscope.auth.username", "-T",
                           "ek").splitlines()
        layer = json.dumps(json.loads(lines[1])["layers"]["mailscope"])
        self.assertIn("mailscope_mailscope_auth_username", layer)
        self.assertIn("alice", layer)

    def test_custom_column(self):
        column = '"No.","%m","User","%Cus:mailscope.auth.username:0:R"'
        said = SHARK.read(capture("smtp-plain"), "-o", f"gui.column.format:{column}")
        rows = [line.split() for line in said.splitlines()]
        self.assertEqual([row for row in rows if len(row) > 1], [["11", "alice"]])

    def test_info_column(self):
        said = SHARK.read(capture("smtp-plain"), "-Y", "frame.number == 11")
        self.assertIn("alice", said)
        quiet = SHARK.read(capture("smtp-plain"), *harness.QUIET, "-Y", "frame.number == 11")
        self.assertNotIn("alice", quiet)

    def test_expert(self):
        clear = {"smtp-plain": [11], "smtp-wrong-password": [9, 12], "smtp-login": [15],
                 "pop3-wrong-password": [9, 15], "pop3-plain-initial": [9], "pop3-port-8110": [14],
                 "imap-wrong-password": [9, 12], "imap-plain-initial": [9], "imap-literals": [11],
                 "imap-compress": [6], "webmail-roundcube": [60], "webmail-wrong-password": [62],
                 # what is computed from a password does not give it away
                 "smtp-cram-md5": [], "smtp-digest-md5": [], "smtp-scram": [], "pop3-apop": [],
                 "pop3-cram-md5": [], "imap-cram-md5": [],
                 # encrypted
                 "pop3-tls": [], "pop3-stls": [], "imap-starttls": [], "smtp-starttls-tls13": []}
        self.assertEqual(len(clear), 22)
        rows = [*((name, "mailscope.auth.cleartext", frames) for name, frames in clear.items()),
                ("written-conflict", "mailscope.conflict", None),
                ("smtp-smuggling", "mailscope.smuggling", None),
                ("smtp-snaplen-96", "mailscope.gap", None),
                ("smtp-reset", "mailscope.reset", None)]
        with harness.Sharkd(SHARK) as window:
            for name, field, frames in rows:
                with self.subTest(name, field=field):
                    window.load(capture(name))
                    found = window.frames(field)
                    if frames is None:
                        self.assertTrue(found)
                    else:
                        self.assertEqual(found, frames)
        self.assertIn("Credentials in clear text",
                      SHARK.read(capture("smtp-plain"), "-q", "-z", "expert"))

    def test_reply_in_words(self):
        rows = SHARK.fields(capture("smtp-plain"), "mailscope.meaning",
                            filter="mailscope.auth.reply_code")
        self.assertIn("login succeeded", rows[0][0])

    def test_lab_answers(self):
        """The five questions under the session, and links to the frames that answers cite."""
        said = SHARK.read(capture("smtp-plain"), "-O", "mailscope", "-V", two_pass=True)
        start = said.index("Lab answers")
        for word in ("alice", "correct horse battery staple", "220 mail.example.com ESMTP Postfix",
                     "192.0.2.25", "254b66adb9640ebedda1c0475dc08625063851c8beffb6511cba5b0e5ab774ff",
                     "QUIT"):
            self.assertIn(word, said[start:])
        cited = SHARK.fields(capture("smtp-plain"), "mailscope.answer_frame", two_pass=True,
                             filter="mailscope.answers")
        self.assertIn("11", ",".join(row[0] for row in cited).split(","))


class Tables(unittest.TestCase):
    def rows(self, name, table, two_pass=False):
        """The cells of each row of a table that begins with a number, or with a protocol."""
        said = SHARK.read(capture(name), "-q", "-z", f"mailscope,{table}", two_pass=two_pass)
        rows = [[cell.strip() for cell in line.strip(" |").split("|")]
                for line in said.splitlines()]
        return [row for row in rows if row[0].isdigit() or row[0] in ("SMTP", "POP3", "IMAP", "HTTP")]

    def test_sessions(self):
        for two_pass in (False, True):
            sessions = harness.program_json(PROGRAM, capture("smtp-relay"))
            rows = self.rows("smtp-relay", "sessions", two_pass)
            self.assertEqual([row[0] for row in rows],
                             [str(number + 1) for number in range(len(sessions))])
            self.assertEqual(rows[0][1], "smtp")
            self.assertEqual(rows[0][4], "alice")

    def test_credentials(self):
        rows = self.rows("smtp-wrong-password", "credentials")
        self.assertEqual([row[2:6] for row in rows],
                         [["PLAIN", "carol", "password", "failure"],
                          ["PLAIN", "carol", 'p%40ss=w/rd+"quoted" \\back', "success"]])

    def test_replies(self):
        for name, protocol, keys in (
                ("smtp-plain", "SMTP", ("smtp.reply_code", "smtp.greeting_code")),
                ("pop3-wrong-password", "POP3", ("pop3.status", "pop3.greeting_status")),
                ("imap-wrong-password", "IMAP", ("imap.status", "imap.greeting_status")),
                ("webmail-roundcube", "HTTP", ("http.status",))):
            rows = self.rows(name, "replies")
            expected = collections.Counter(
                str(fact["value"]) for session in harness.program_json(PROGRAM, capture(name))
                for fact in session["facts"] if fact["key"] in keys)
            self.assertGreater(len(expected), 1)
            self.assertEqual({row[0] for row in rows}, {protocol})
            self.assertEqual({row[1]: row[-1] for row in rows},
                             {code: str(count) for code, count in expected.items()})
            self.assertNotIn("", [row[2] for row in rows])


class Export(unittest.TestCase):
    def export(self, path, two_pass, options=()):
        target = SHARK.outbox / f"eml-{path.parent.name}-{path.stem[-60:]}-{two_pass}-{len(options)}"
        SHARK.read(path, *options, "-q", "--export-objects", f"mailscope,{target}",
                   two_pass=two_pass)
        if not target.is_dir():
            return {}
        return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in target.iterdir()}

    def test_every_message(self):
        """Each .eml is the message of the program, by SHA-256; what is not whole says so."""
        whole = 0
        for path, _ in harness.together(SHARK, ROOT):
            expected, incomplete = [], 0
            for session in harness.program_json(PROGRAM, path):
                for fact in session["facts"]:
                    if fact["key"] == "message.sha256":
                        expected.append(fact["value"])
                    incomplete += fact["key"] == "message.complete" and fact["value"] is False
            found = self.export(path, True)
            complete = [value for name, value in found.items() if "INCOMPLETE" not in name]
            with self.subTest(path.parent.name):
                self.assertEqual(sorted(complete), sorted(expected))
                self.assertEqual(len(found) - len(complete), incomplete)
            whole += len(complete)
        self.assertGreater(whole, 30)

    def test_one_pass(self):
        for name in ("smtp-plain", "smtp-chunking", "smtp-port-2525", "smtp-dots-utf8"):
            expected = hashlib.sha256((ROOT / name / "message.eml").read_bytes()).hexdigest()
            self.assertIn(expected, self.export(capture(name), False).values(), name)

    def test_decrypted(self):
        for name in ("smtp-starttls-tls12", "smtp-starttls-tls13", "smtp-implicit-tls",
                     "smtp-implicit-tls12"):
            expected = hashlib.sha256((ROOT / name / "message.eml").read_bytes()).hexdigest()
            log = ["-o", f"tls.keylog_file:{SHARK.copy(ROOT / name / 'keys.log')}"]
            for two_pass in (False, True):
                found = self.export(capture(name), two_pass, log)
                self.assertEqual(list(found.values()), [expected], (name, two_pass))


class Preferences(unittest.TestCase):
    def test_secrets_hidden(self):
        """With show_secrets off no password is in anything of ours, decoded or as sent."""
        for name, secrets in (("smtp-plain", ["correct horse battery staple"]),
                              ("smtp-login", ["Grüße aus Köln ☂"])):
            off = ["-o", "mailscope.show_secrets:FALSE"]
            path = capture(name)
            for two_pass in (False, True):
                said = SHARK.read(path, *off, "-V", "-O", "mailscope", "-Y", "mailscope",
                                  two_pass=two_pass)
                said += SHARK.read(path, *off, "-q", "-z", "mailscope,credentials",
                                   two_pass=two_pass)
                self.assertIn("********", said)
                for secret in secrets:
                    self.assertNotIn(secret, said)
                    self.assertNotIn(base64.b64encode(secret.encode()).decode(), said)
            self.assertEqual(SHARK.frames(path, f'mailscope.auth.password == "{secrets[0]}"',
                                          options=off), [])

    def test_changed(self):
        """A Wireshark that stays open: a preference is changed, the capture read again, another
        one opened."""
        with harness.Sharkd(SHARK) as window:
            def texts():
                return "\n".join(node["l"] for node in harness.nodes(window.frame(11)[0]))

            def change(name, value):
                window.ask("setconf", name=f"mailscope.{name}", value=value)
                window.load(capture("smtp-plain"))
            secret = "correct horse battery staple"
            window.load(capture("smtp-plain"))
            first = texts()
            self.assertIn(secret, first)
            change("show_secrets", "FALSE")
            self.assertNotIn(secret, texts())
            self.assertIn("********", texts())
            change("show_secrets", "TRUE")
            self.assertEqual(texts(), first)
            change("smtp", "FALSE")
            self.assertEqual(texts(), "")
            change("smtp", "TRUE")
            window.load(capture("smtp-attachment"))
            self.assertEqual(window.frames("mailscope.part.filename"), [])
            change("parts", "TRUE")
            window.load(capture("smtp-attachment"))
            self.assertTrue(window.frames("mailscope.part.filename"))
            change("parts", "FALSE")
            self.assertEqual(texts(), first)

    def test_protocol_off(self):
        self.assertEqual(SHARK.frames(capture("smtp-plain"), "mailscope",
                                      options=["-o", "mailscope.smtp:FALSE"]), [])

    def test_disabled(self):
        self.assertEqual(SHARK.frames(capture("smtp-plain"), "mailscope",
                                      options=["--disable-protocol", "mailscope"]), [])


class Captures(unittest.TestCase):
    def test_quoted_by_icmp(self):
        """An ICMP error quotes a packet of a session: the error is no frame of it."""
        frames, path = [], capture("smtp-plain")
        for head, data in records(path):
            frames.append((head, data))
            if len(data) > 60 and data[12:14] == b"\x08\x00":
                quoted = data[14:14 + 20 + 20 + 40]
                message = struct.pack(">BBHI", 3, 1, 0, 0) + quoted
                message = message[:2] + struct.pack(">H", wire.checksum(message)) + message[4:]
                packet = wire.ipv4(message, protocol=1, ends=("198.51.100.1", "192.0.2.25"))
                frame = wire.ethernet(packet)
                frames.append((head[:8] + struct.pack("<II", len(frame), len(frame)), frame))
        head = path.read_bytes()[:24]
        made = written("icmp.pcap", head + b"".join(a + b for a, b in frames))
        self.assertEqual(all_facts(made), all_facts(path))
        for two_pass in (False, True):
            self.assertEqual(SHARK.frames(made, "icmp && mailscope", two_pass), [])
        self.assertGreater(len(SHARK.frames(made, "icmp")), 10)

    def test_tunnel(self):
        """The same in IP in IP, GRE and two VLANs, but for the addresses of the link."""
        def facts(made):
            return [row for row in all_facts(made) if not row[1].endswith("_mac")]

        path = capture("smtp-plain")
        expected = facts(path)
        wraps = {"ipip": lambda p: wire.ethernet(wire.ipv4(p, protocol=4)),
                 "gre": lambda p: wire.ethernet(wire.ipv4(b"\0\0\x08\0" + p, protocol=47)),
                 "qinq": lambda p: wire.ethernet(p, tags=(0x88A8, 0x8100))}
        for name, wrap in wraps.items():
            data = path.read_bytes()[:24]
            for head, frame in records(path):
                if frame[12:14] == b"\x08\x00":
                    frame = wrap(frame[14:])
                data += head[:8] + struct.pack("<II", len(frame), len(frame)) + frame
            self.assertEqual(facts(written(f"{name}.pcap", data)), expected, name)

    def test_merged(self):
        """Two captures in one file, in order of time and one after the other."""
        names = ("smtp-plain", "smtp-login")
        separate = sorted((key, value) for name in names
                          for _, key, value in all_facts(capture(name)))
        for option in ([], ["-a"]):
            target = SHARK.outbox / f"merged{len(option)}.pcapng"
            SHARK.run(*option, "-w", target, *[SHARK.copy(capture(name)) for name in names],
                      program="mergecap")
            self.assertEqual(sorted((k, v) for _, k, v in all_facts(target)), separate)

    def test_swapped(self):
        """Neighbouring segments of the client in the wrong order."""
        path = capture("smtp-attachment")
        plain = SHARK.outbox / "attachment.pcap"
        SHARK.run("-F", "pcap", SHARK.copy(path), plain, program="editcap")
        frames = list(records(plain))
        swaps = 0
        for i in range(10, len(frames) - 1):
            a, b = frames[i][1], frames[i + 1][1]
            if min(len(a), len(b)) > 1000 and swaps < 5 and i % 2 == 0:
                frames[i], frames[i + 1] = ((frames[i][0][:8] + frames[i + 1][0][8:], b),
                                            (frames[i + 1][0][:8] + frames[i][0][8:], a))
                swaps += 1
        self.assertGreater(swaps, 2)
        made = written("swapped.pcap", plain.read_bytes()[:24] + b"".join(a + b for a, b in frames))
        hashes = [value for _, key, value in all_facts(made) if key == "message.sha256"]
        self.assertEqual(hashes, [value for _, key, value in all_facts(path)
                                  if key == "message.sha256"])
        self.assertEqual(len(hashes), 1)

    @unittest.skipIf("MS_PRELOAD" in os.environ, "dumpcap may hang at its end with a sanitizer preloaded")
    def test_live(self):
        """As a live capture: tshark reads the frames from a pipe as they come."""
        path = SHARK.copy(capture("smtp-plain"))
        with open(path, "rb") as pipe:
            done = subprocess.run(
                SHARK.command("tshark", "-n", "-i", "-", "-Y", "mailscope.auth.password", "-T",
                              "fields", "-e", "frame.number", "-e", "mailscope.auth.password"),
                stdin=pipe, capture_output=True, env=SHARK.environment(), timeout=60, cwd="/tmp")
        said = done.stdout.decode()
        self.assertEqual(said, "11\tcorrect horse battery staple\n", done.stderr.decode())

    def odd_port(self, name, port):
        """A capture with the server's port changed, checksums and all else as they are."""
        data = capture(name).read_bytes()[:24]
        for head, frame in records(capture(name)):
            if frame[12:14] == b"\x08\x00" and frame[23] == 6:
                at = 14 + (frame[14] & 15) * 4
                ends = [struct.unpack_from(">H", frame, at + i)[0] for i in (0, 2)]
                ends = [port if end in (587, 465) else end for end in ends]
                frame = frame[:at] + struct.pack(">HH", *ends) + frame[at + 4:]
            data += head + frame
        return written(f"{name}-{port}.pcap", data)

    def test_starttls_on_an_odd_port(self):
        """Wireshark's hand-over to TLS works there through our help with odd ports."""
        for name in ("smtp-starttls-tls12", "smtp-starttls-tls13"):
            path = self.odd_port(name, 2527)
            log = ["-o", f"tls.keylog_file:{SHARK.copy(ROOT / name / 'keys.log')}"]
            for two_pass in (False, True):
                found = SHARK.fields(path, "frame.number", "mailscope.auth.username",
                                     filter="mailscope.auth.username", two_pass=two_pass,
                                     options=log)
                self.assertEqual(found, [["19", "alice"]], (name, two_pass))

    def test_built_in_trees_on_odd_ports(self):
        """With the help, Wireshark's own tree is there; without, it is not."""
        path = capture("smtp-port-2525")
        self.assertTrue(SHARK.frames(path, "smtp.req.command"))
        self.assertEqual(SHARK.frames(path, "smtp.req.command", options=harness.QUIET), [])


def run(shark, arguments):
    global SHARK, PROGRAM, ROOT
    SHARK, PROGRAM, ROOT = shark, arguments[0], pathlib.Path(arguments[1])
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    if len(arguments) > 2:
        suite = unittest.TestSuite(test for group in suite for test in group
                                   if any(word in test.id() for word in arguments[2:]))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(harness.main(run))
