#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Live capture on the loopback interface, against a small SMTP server. Usage: live.py PROGRAM
Exit status 77: no right to capture here."""
import hashlib
import json
import os
import pathlib
import select
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
import unittest

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else "mailscope"
MAIL = b"From: <ann@example.org>\r\nTo: <ben@example.org>\r\nSubject: Hello\r\n\r\n.dot\r\nBye\r\n"


class Server:
    """Answers every line with what SMTP wants; one connection after the other."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            with connection, connection.makefile("rb") as lines:
                self.talk(connection, lines)

    @staticmethod
    def talk(connection, lines):
        connection.sendall(b"220 mx.example.org ESMTP\r\n")
        data = False
        for line in lines:
            if data:
                data = line != b".\r\n"
                if not data:
                    connection.sendall(b"250 2.0.0 taken\r\n")
                continue
            verb = line[:4].upper()
            data = verb == b"DATA"
            connection.sendall({b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n",
                                b"EHLO": b"250-mx.example.org\r\n250 AUTH PLAIN\r\n",
                                b"AUTH": b"235 2.7.0 welcome\r\n"}.get(verb, b"250 2.0.0 good\r\n"))
            if verb == b"QUIT":
                return


def may_capture():
    done = subprocess.run([PROGRAM, "live", "-i", "lo", "--seconds=1", "--count=1", "-f", "tcp port 1"],
                          capture_output=True, text=True, timeout=30, check=False)
    return done.returncode == 0, done.stderr


class Live(unittest.TestCase):
    def setUp(self):
        self.server = Server()

    def start(self, *words, stdout=subprocess.PIPE):
        """The program, once it says that it captures."""
        child = subprocess.Popen([PROGRAM, "live", "-i", "lo", "-f", f"tcp port {self.server.port}", *words],
                                 stdout=stdout, stderr=subprocess.PIPE, env={**os.environ, "LC_ALL": "C.UTF-8"})
        self.addCleanup(child.stderr.close)
        if child.stdout:
            self.addCleanup(child.stdout.close)
        self.addCleanup(child.kill)
        self.assertIn(b"capturing on 'lo'", child.stderr.readline())
        return child

    def send(self, text=MAIL, password="opensesame"):
        with smtplib.SMTP("127.0.0.1", self.server.port, timeout=20) as client:
            client.ehlo("pc.example.org")
            client.login("ann", password)
            client.sendmail("ann@example.org", ["ben@example.org"], text)

    def stop(self, child, number):
        child.send_signal(number)
        out, err = child.communicate(timeout=20)
        self.assertEqual(child.returncode, 0, err)
        return out, err.decode()

    def test_session_is_printed_when_it_ends(self):
        child = self.start("--json")
        self.send()
        ready, _, _ = select.select([child.stdout], [], [], 10)
        self.assertTrue(ready, "nothing was printed within ten seconds after the session")
        session = json.loads(child.stdout.readline())
        values = {fact["key"]: fact["value"] for fact in session["facts"]}
        self.assertEqual(values["smtp.mail_from"], "ann@example.org")
        self.assertEqual(values["auth.password"], "opensesame")
        self.assertEqual(values["message.sha256"], hashlib.sha256(MAIL).hexdigest())
        self.assertEqual(values["session.server_port"], self.server.port)
        self.send()
        self.send()
        out, err = self.stop(child, signal.SIGINT)
        self.assertEqual(len(out.splitlines()), 2)
        self.assertRegex(err, r"\d+ frames read, \d+ received by the filter, 0 dropped by the kernel, \d+ by the "
                              r"interface; 3 TCP connections, 3 mail sessions; limits: 0 ")

    def test_open_session_at_the_end(self):
        child = self.start()
        with socket.create_connection(("127.0.0.1", self.server.port)) as client:
            client.recv(100)
            client.sendall(b"EHLO pc.example.org\r\n")
            client.recv(100)
            time.sleep(0.5)
            out, err = self.stop(child, signal.SIGTERM)
        self.assertIn(b"EHLO pc.example.org", out)
        self.assertIn("1 mail session;", err)

    def test_reader_has_enough(self):
        reading, writing = os.pipe()
        child = self.start("--json", stdout=writing)
        os.close(writing)
        os.close(reading)
        self.send()
        child.wait(timeout=20)
        self.assertEqual(child.returncode, 0)

    def test_count_and_seconds(self):
        child = self.start("--count=4")
        self.send()
        out, err = child.communicate(timeout=20)
        self.assertIn("4 frames read", err.decode())
        begun = time.monotonic()
        child = self.start("--seconds=1")
        child.communicate(timeout=20)
        self.assertEqual(child.returncode, 0)
        self.assertLess(time.monotonic() - begun, 5)

    def test_redact(self):
        child = self.start("--redact")
        self.send()
        time.sleep(0.5)
        out, _ = self.stop(child, signal.SIGINT)
        self.assertIn(b"********", out)
        self.assertNotIn(b"opensesame", out)

    def test_privileges_are_gone(self):
        child = self.start()
        status = pathlib.Path(f"/proc/{child.pid}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        self.assertNotIn("0", fields["Uid"].split())
        self.assertNotIn("0", fields["Gid"].split())
        self.assertEqual(fields["Groups"].strip(), "")
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(fields[name], 16), 0, name)
        self.assertEqual(fields["NoNewPrivs"], "1")
        self.stop(child, signal.SIGTERM)

    def test_wrong_words(self):
        for words, status, text in (
                ([], 2, "  lo "),
                (["-i", "nowhere0"], 3, "cannot capture on 'nowhere0': there is no such interface"),
                (["-i", "lo", "-f", "tcp prt 25"], 2, "the filter 'tcp prt 25' is wrong"),
                (["-i", "lo", "--count=-1"], 2, "need a number"),
                (["-i", "lo", "x.pcap"], 2, "not expected: 'x.pcap'")):
            done = subprocess.run([PROGRAM, "live", *words], capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual((done.returncode, done.stdout), (status, ""), words)
            self.assertIn(text, done.stderr)

    def test_not_permitted(self):
        done = subprocess.run([PROGRAM, "live", "-i", "lo"], capture_output=True, text=True, timeout=20, check=False,
                              user=65534, group=65534, extra_groups=[], cwd="/")
        if done.returncode == 126:
            self.skipTest("nobody cannot run the program")
        self.assertEqual(done.returncode, 3)
        self.assertIn("not permitted; run it with sudo", done.stderr)


if __name__ == "__main__":
    allowed, why = may_capture()
    if os.geteuid() != 0 or not allowed:
        print(f"live: skipped: no right to capture here: {why.strip()}")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=1)
