#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random mails through a real Postfix, recorded, extracted, compared: with what the client gave to
its socket, and with the mailbox, byte for byte. Needs root (a network namespace of its own, a
Postfix of its own under /run), postfix and tcpdump; without them it says 'skipped' and exits 77.

Usage: roundtrip.py PROGRAM [--mails N] [--large MEGABYTES] [--seed S] [--keep]"""
import argparse
import base64
import os
import pathlib
import quopri
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

MAIN = """compatibility_level = 3.6
queue_directory = {0}/spool
data_directory = {0}/data
maillog_file = {0}/mail.log
maillog_file_prefixes = /run
myhostname = mail.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = all
inet_protocols = ipv4
alias_maps =
alias_database =
virtual_mailbox_domains = example.org
virtual_mailbox_base = {0}/mail
virtual_mailbox_maps = static:all/
virtual_mailbox_limit = 0
virtual_uid_maps = static:8
virtual_gid_maps = static:8
virtual_minimum_uid = 1
message_size_limit = 0
always_add_missing_headers = no
smtputf8_enable = no
smtpd_tls_security_level = none
smtpd_client_connection_rate_limit = 0
biff = no
"""
MASTER = """127.0.0.1:25 inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
TEXTS = ["plain text", "grüße aus der übung", "привет", "日本語のメール", "naïve café €", "שלום", ".", "..", ".dot", "From here"]
CHARSETS = ["utf-8", "iso-8859-1", "windows-1252", "koi8-r", "iso-2022-jp", "shift_jis", "utf-7", "utf-16", "x-unknown"]
NAMES = ["a.bin", "../../evil", "CON", "ü.txt", "x" * 200, "", ".hidden"]


class Mail:
    """One random mail: `data` as it is to arrive, `attached` the decoded contents of its files."""

    def __init__(self, rng, number, large=0):
        self.rng, self.attached, self.depth = rng, [], 0
        kind = rng.choice(["text", "text", "mixed", "mixed", "nested", "raw", "empty", "bare"])
        head = b"From: alice@example.org\r\nDate: Mon, 23 Nov 2026 09:00:00 +0100\r\n" \
               b"Message-ID: <%d@example.org>\r\nSubject: =?utf-8?B?%s?=\r\n" % (number, self.word64())
        if large:
            body = self.multipart([self.attachment(large), self.text()])
        elif kind == "mixed":
            body = self.multipart([self.text()] + [self.attachment() for _ in range(rng.randrange(1, 4))])
        elif kind == "nested":
            body = self.multipart([self.text(), self.multipart([self.attachment(), self.multipart([self.text()])])])
        elif kind == "raw":  # no MIME: dots, long lines, bytes above 127
            body = b"\r\n" + b"\r\n".join(self.line() for _ in range(rng.randrange(200))) + b"\r\n"
        elif kind == "bare":
            body = b"\r\n" + bytes(rng.randrange(128, 256) for _ in range(900)) + b"\r\n.\xff\r\n"
        else:
            body = b"\r\n" if kind == "empty" else self.text()
        self.data = head + body
        if not self.data.endswith(b"\r\n"):
            self.data += b"\r\n"

    def word64(self):
        return base64.b64encode(self.rng.choice(TEXTS).encode())

    def line(self):
        return self.rng.choice([b"", b".", b"..", b".x", b"From x", b">From x", b"x" * self.rng.randrange(990),
                                self.rng.choice(TEXTS).encode(), b"tab\tand \x01\x7f", b" trailing  "])

    def encoded(self, content):
        """Header and body of a part with that content; text encodings only where they keep it."""
        lines = content.replace(b"\r\n", b"")
        if b"\r" in lines or b"\n" in lines or self.rng.random() < 0.7:  # Postfix makes a bare CR a blank
            body = base64.encodebytes(content).replace(b"\n", b"\r\n")
            return b"base64", body
        body = b"\r\n".join(quopri.encodestring(line, quotetabs=True).replace(b"\n", b"\r\n")
                            for line in content.split(b"\r\n"))
        return b"quoted-printable", body

    def text(self):
        charset = self.rng.choice(CHARSETS)
        text = "\r\n".join(self.rng.choice(TEXTS) for _ in range(self.rng.randrange(8)))
        content = text.encode(charset if charset != "x-unknown" else "utf-8", "replace")
        name, body = self.encoded(content)
        return b"Content-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: %s\r\n\r\n%s" % (
            charset.encode(), name, body)

    def attachment(self, size=None):
        content = self.rng.randbytes(size if size else self.rng.choice([0, 1, 2, 3, 57, 1000, 20000]))
        self.attached.append(content)
        name = base64.b64encode(self.rng.choice(NAMES).encode())
        return (b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
                b"Content-Disposition: attachment; filename=\"=?utf-8?B?%s?=\"\r\n\r\n%s" %
                (name, base64.encodebytes(content).replace(b"\n", b"\r\n")))

    def multipart(self, parts):
        self.depth += 1
        mark = b"=_%d_%d" % (self.depth, self.rng.randrange(10**6))
        inner = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts)
        return (b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"" + mark +
                b"\"\r\n\r\n" + inner + b"--" + mark + b"--\r\n")


class Client:
    """SMTP over a socket; what is given to it within DATA is written down."""

    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", 25))
        self.file = self.socket.makefile("rb")
        self.reply(b"220")
        self.command(b"HELO client.example.org", b"250")

    def reply(self, code):
        line = self.file.readline()
        while line[3:4] == b"-":
            line = self.file.readline()
        assert line.startswith(code), line

    def command(self, line, code):
        self.socket.sendall(line + b"\r\n")
        self.reply(code)

    def send(self, number, data, rng):
        self.command(b"MAIL FROM:<alice@example.org>", b"250")
        self.command(b"RCPT TO:<box@example.org>", b"250")
        self.command(b"DATA", b"354")
        stuffed = re.sub(rb"(?m)^\.", b"..", data) + b".\r\n"
        given = bytearray()
        while len(given) < len(stuffed):  # odd pieces, so that segments end anywhere
            piece = stuffed[len(given):len(given) + rng.choice([1, 7, 1000, 60000, 1 << 20])]
            self.socket.sendall(piece)
            given += piece
        self.reply(b"250")
        return re.sub(rb"(?m)^\.\.", b".", bytes(given[:-3]))

    def quit(self):
        self.command(b"QUIT", b"221")
        self.socket.close()


def wait(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit("gave up waiting for " + what)
        time.sleep(0.1)


def record(folder, mails, rng):
    """Sends the mails while tcpdump listens; returns what was given to the sockets."""
    capture = folder / "capture.pcap"
    dump = subprocess.Popen(["tcpdump", "-i", "lo", "-U", "--immediate-mode", "-s", "0", "-B", "65536", "-w", str(capture), "tcp", "port", "25"],
                            stderr=subprocess.DEVNULL)
    given = []
    try:
        wait(lambda: capture.exists() and capture.stat().st_size >= 24, "tcpdump")
        client = Client()
        for number, mail in enumerate(mails):
            if number % 20 == 19:
                client.quit()
                client = Client()
            given.append(client.send(number, mail.data, rng))
        client.quit()
        boxes = folder / "mail/all/new"
        wait(lambda: boxes.exists() and len(list(boxes.iterdir())) == len(mails), "the mailbox")
        size = -1
        while size != capture.stat().st_size:
            size = capture.stat().st_size
            time.sleep(1.5)
    finally:
        dump.terminate()
        dump.wait()
    return given


def number_of(data):
    return int(re.search(rb"^Message-ID: <(\d+)@", data, re.M)[1])


def compare(folder, program, mails, given):
    """How many things were compared; exits at the first difference."""
    out = folder / "out"
    done = subprocess.run([program, "extract", str(folder / "capture.pcap"), "-o", str(out)], capture_output=True)
    print(done.stderr.decode().strip().replace(str(folder), ""))
    assert done.returncode == 0
    extracted = {}
    for path in out.rglob("message-*.eml"):
        assert "incomplete" not in path.name, path
        extracted[number_of(path.read_bytes())] = path
    stored = {number_of(p.read_bytes()): p.read_bytes() for p in (folder / "mail/all/new").iterdir()}
    assert len(extracted) == len(stored) == len(mails), (len(extracted), len(stored), len(mails))
    attachments = 0
    for number, mail in enumerate(mails):
        data = extracted[number].read_bytes()
        assert mail.data == given[number], number
        assert data == given[number], "mail %d is not what the client gave" % number
        # The mailbox: lines end with LF, trace fields stand in front.
        witness = stored[number]
        assert witness.endswith(data.replace(b"\r\n", b"\n")), "mail %d is not what the mailbox has" % number
        ending = extracted[number].name[len("message-"):-len(".eml")]
        files = sorted(extracted[number].parent.glob("attachment-%s-*" % ending),
                       key=lambda p: [int(n) for n in p.name.split("-")[2].split(".")])
        assert [p.read_bytes() for p in files] == mail.attached, "attachments of mail %d" % number
        attachments += len(files)
    return len(mails), attachments


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--mails", type=int, default=40)
    parser.add_argument("--large", type=int, default=0, help="megabytes of an attachment of one more mail")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    if os.getuid() != 0 or not shutil.which("postfix") or not shutil.which("tcpdump"):
        print("skipped: needs root, postfix and tcpdump")
        sys.exit(77)
    if "MS_ROUNDTRIP_INSIDE" not in os.environ:  # again, in a network and file systems of its own
        os.environ["MS_ROUNDTRIP_INSIDE"] = "1"
        test = subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True)
        if test.returncode:
            print("skipped: no namespace can be made here")
            sys.exit(77)
        os.execvp("unshare", ["unshare", "-n", "-m", sys.executable, os.path.abspath(__file__), *sys.argv[1:]])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    rng = random.Random(options.seed)
    mails = [Mail(rng, i) for i in range(options.mails)]
    if options.large:
        mails.append(Mail(rng, len(mails), options.large << 20))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mail-trip-", dir="/run"))
    folder.chmod(0o755)
    for name in ("etc", "spool", "data", "mail"):
        (folder / name).mkdir()
    (folder / "etc/main.cf").write_text(MAIN.format(folder))
    (folder / "etc/master.cf").write_text(MASTER)
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", 8, 8)
    postfix = ["postfix", "-c", str(folder / "etc")]
    try:
        subprocess.run(postfix + ["start"], check=True, capture_output=True)
        wait(lambda: not socket.socket().connect_ex(("127.0.0.1", 25)), "Postfix")
        given = record(folder, mails, rng)
        subprocess.run(postfix + ["stop"], capture_output=True)
        print("%d mails, %d attachments: the bytes are those of the socket and of the mailbox" %
              compare(folder, options.program, mails, given))
    finally:
        subprocess.run(postfix + ["stop"], capture_output=True)
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
