#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`mailscope extract` held against facts.json, against hostile captures and against a hostile file
system. Usage: run.py PROGRAM CAPTURES"""
import hashlib
import json
import mailbox
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "written"))
import wire  # noqa: E402

PROGRAM = CAPTURES = None
SANITIZED = False  # built with AddressSanitizer, which needs memory of its own
ATTACHMENT = b"what is attached\r\n\0\xff"
NAMES = [  # as they stand in the mail; none of them may become a path
    b"plain.txt", b"PLAIN.TXT", b"../../../escaped.txt", b"/tmp/escaped.txt", b"..\\\\escaped.txt", b"..", b".", b"",
    b".hidden", b"-rf", b"CON", b"nul.txt", b"a" * 300 + b".txt", b"a/b", b"tab\there", b"\xff\xfe.bin",
    b"a\xe2\x80\xaegpj.exe", b"trailing. ", b"manifest.json", b"dialogue.txt", b"message-1.eml", b"x:y", b"$(id)",
]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def run(*arguments, **more):
    return subprocess.run([PROGRAM, "extract", *map(str, arguments)], capture_output=True, timeout=120, **more)


def files(folder):
    """Every file below a folder: its relative name and bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def session(mails, port=40001, lost=(), step=1000):
    """Frames of an SMTP session; `lost`: numbers of segments of the first mail that are left out; `step`: bytes of a
    mail in each segment."""
    seq, ack, frames = [1000], [5000], []

    def say(up, data, flags=wire.ACK | wire.PSH, keep=True):
        at, other = (seq, ack) if up else (ack, seq)
        part = wire.Segment(up, at[0], other[0], flags, data)
        if keep:
            frames.append(wire.ethernet(wire.packet4(part, (port, 25)), up))
        at[0] += len(data) + bool(flags & (wire.SYN | wire.FIN))

    say(True, b"", wire.SYN)
    say(False, b"", wire.SYN | wire.ACK)
    say(False, b"220 mail.example.org ESMTP\r\n")
    say(True, b"EHLO client.example.org\r\n")
    say(False, b"250 mail.example.org\r\n")
    for mail in mails:
        for line, reply in ((b"MAIL FROM:<alice@example.org>", b"250 ok"), (b"RCPT TO:<bob@example.org>", b"250 ok"),
                            (b"DATA", b"354 go on")):
            say(True, line + b"\r\n")
            say(False, reply + b"\r\n")
        data = re.sub(rb"^\.", b"..", mail, flags=re.M) + b".\r\n"
        for i in range(0, len(data), step):
            say(True, data[i:i + step], keep=mail is not mails[0] or i // step not in lost)
        say(False, b"250 queued\r\n")
    say(True, b"QUIT\r\n")
    say(False, b"221 bye\r\n")
    return frames


def limit_memory():
    """400 MB of address space, most of which is libraries and what files are mapped."""
    resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))


def hostile():
    import base64
    parts = b"".join(b"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
                     b"Content-Disposition: attachment; filename=\"" + name + b"\"\r\n\r\n" +
                     base64.encodebytes(ATTACHMENT).replace(b"\n", b"\r\n") for name in NAMES)
    return (b"From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + parts +
            b"--b--\r\n")


PLAIN = b"Subject: quoting\r\n\r\nFrom here\r\n>From there\r\n>>From\r\n>> From\r\n.dot\r\nFro\r\nFromage\r\n"


class Extract(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-extract-"))
        self.out = self.folder / "out"

    def tearDown(self):
        shutil.rmtree(self.folder)

    def capture(self, *sessions, name="x.pcap"):
        path = self.folder / name
        path.write_bytes(wire.pcap([frame for one in sessions for frame in one]))
        return path

    def good(self, *arguments, **more):
        done = run(*arguments, **more)
        self.assertEqual((done.returncode, done.stdout), (0, b""), done.stderr)
        return done

    def test_facts(self):
        """Every complete message of captures/ as facts.json has it, and its manifest."""
        compared = 0
        for facts in sorted(CAPTURES.glob("*/facts.json")):
            capture = next(facts.parent.glob("capture.pcap*"))
            out = self.folder / facts.parent.name
            run(capture, "-o", out)
            want = sorted(m["sha256"] for one in json.loads(facts.read_text())["sessions"] for m in one["messages"]
                          if m.get("sha256"))
            got = [sha256(p.read_bytes()) for p in out.rglob("message-*.eml") if "incomplete" not in p.name]
            self.assertFalse(set(want) - set(got), facts.parent.name)
            for manifest in out.rglob("manifest.json"):
                self.check_manifest(manifest)
            compared += len(want)
        self.assertGreaterEqual(compared, 60)

    def check_manifest(self, path):
        """Names every file beside it, and nothing else, with size and hashes."""
        manifest = json.loads(path.read_text(encoding="utf-8"))
        rows = [manifest["dialogue"]] if "dialogue" in manifest else []
        for message in manifest["messages"]:
            rows += [message] if "file" in message else []
            rows += message["attachments"]
        rows += manifest.get("posted", [])
        self.assertEqual(sorted(r["file"] for r in rows) + ["manifest.json"],
                         sorted((p.name for p in path.parent.iterdir() if p.name != "manifest.json")) +
                         ["manifest.json"])
        for row in rows:
            data = (path.parent / row["file"]).read_bytes()
            self.assertEqual((len(data), sha256(data), hashlib.md5(data).hexdigest()),
                             (row["size"], row["sha256"], row["md5"]))
        return manifest

    def test_posted(self):
        """A mail posted by webmail: what the form said, from which frames."""
        capture = next((CAPTURES / "webmail-roundcube").glob("capture.pcap*"))
        done = self.good(capture, "-o", self.out, "--only", "messages")
        self.assertIn(b"0 messages, 0 attachments, 1 form posted to a webmail", done.stderr)
        path = next(self.out.rglob("posted-1.txt"))
        text = path.read_text(encoding="utf-8")
        for line in ("To: Bob <bob@example.com>", "Subject: Gr\u00fc\u00dfe & 100 % K\u00e4se", "Outcome: accepted",
                     "Hello Bob,\n\nis 5 + 5 = 10 & \u00e4 = \u00e4?\n\nAlice\n"):
            self.assertIn(line, text)
        row = self.check_manifest(path.parent / "manifest.json")["posted"][0]
        self.assertEqual((row["message"], sorted({r[0] for r in row["ranges"]})), (1, [104]))
        login = next((CAPTURES / "webmail-wrong-password").glob("capture.pcap*"))
        self.good(login, "-o", self.folder / "login", "--only", "messages")
        self.assertEqual(files(self.folder / "login"), {})

    def test_names(self):
        mail = hostile()
        self.good(self.capture(session([mail])), "-o", self.out)
        written = list(self.out.rglob("*"))
        self.assertEqual(len(files(self.folder)), len(NAMES) + 4)  # capture, mail, dialogue, manifest
        attached = [p for p in written if p.name.startswith("attachment-")]
        self.assertEqual(len(attached), len(NAMES))
        for path in attached:
            self.assertEqual(path.read_bytes(), ATTACHMENT)
            self.assertRegex(path.name, r"\A[^/\\:*?\"<>|\x00-\x1f\x7f\u202e]{1,100}\Z")
            self.assertEqual(path.stat().st_mode & 0o111, 0)
        self.assertEqual(len({p.name.casefold() for p in written}), len(written))
        manifest = self.check_manifest(next(self.out.rglob("manifest.json")))
        self.assertEqual([a.get("name", "") for a in manifest["messages"][0]["attachments"]][2], "../../../escaped.txt")
        self.assertEqual((next(self.out.rglob("message-1.eml"))).read_bytes(), mail)

    def test_hole(self):
        mail = b"Subject: hole\r\n\r\n" + b"".join(b"line %06d\r\n" % i for i in range(400))
        self.good(self.capture(session([mail], lost={2})), "-o", self.out)
        path = next(self.out.rglob("*.eml"))
        self.assertEqual(path.name, "message-1-incomplete.eml")
        self.assertEqual(path.read_bytes(), mail[:2000] + mail[3000:])
        row = self.check_manifest(path.parent / "manifest.json")["messages"][0]
        self.assertEqual((row["complete"], row["missing"], row["holes"]), (False, 1000, [2000]))

    def test_existing(self):
        capture = self.capture(session([PLAIN]))
        self.good(capture, "-o", self.out)
        before = files(self.out)
        done = run(capture, "-o", self.out)
        self.assertEqual((done.returncode, done.stderr.count(b"\n")), (3, 1), done.stderr)
        self.assertIn(b"File exists", done.stderr)
        self.assertEqual(files(self.out), before)
        path = next(self.out.rglob("*.eml"))
        path.write_bytes(b"old")
        self.good(capture, "-o", self.out, "--overwrite")
        self.assertEqual(files(self.out), before)

    def test_never_over_what_is_read(self):
        data = self.capture(session([PLAIN])).read_bytes()
        for name in ("lab.tar", "lab.mbox"):
            path = self.folder / name
            path.write_bytes(data)
            done = run(path, "-o", path, "--overwrite")
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"is read here, so it is not replaced", done.stderr)
            self.assertEqual(path.read_bytes(), data)

    def test_standard_error_closed(self):
        """What is said without a standard error must not end up in a file that is written."""
        capture = self.capture(session([PLAIN]))
        for name in ("x.tar", "x.mbox"):
            self.good(capture, "-o", self.folder / name)
            data = (self.folder / name).read_bytes()
            (self.folder / name).unlink()
            for closed in ("2>&-", ">&- 2>&-", "0<&- >&- 2>&-"):
                subprocess.run(["sh", "-c", f'exec "$0" "$@" {closed}', PROGRAM, "extract", capture, "nowhere.pcap",
                                "-o", self.folder / name], timeout=60)
                self.assertEqual((self.folder / name).read_bytes(), data, closed)
                (self.folder / name).unlink()

    def test_links(self):
        """Links planted in the folder are not followed."""
        capture = self.capture(session([PLAIN]))
        self.good(capture, "-o", self.out)
        inner = next(self.out.iterdir())
        outside = self.folder / "outside"
        outside.mkdir()
        (outside / "victim").write_bytes(b"mine")
        for option in ((), ("--overwrite",)):
            shutil.rmtree(inner) if inner.is_dir() and not inner.is_symlink() else inner.unlink()
            inner.symlink_to(outside)
            done = run(capture, "-o", self.out, *option)
            self.assertEqual(done.returncode, 3)
            self.assertEqual(files(outside), {"victim": b"mine"})
        inner.unlink()
        inner.mkdir()
        for name in ("message-1.eml", "manifest.json", ".mailscope-part"):
            (inner / name).symlink_to(outside / "victim")
        self.good(capture, "-o", self.out, "--overwrite")
        self.assertEqual(files(outside), {"victim": b"mine"})
        self.assertFalse((inner / "message-1.eml").is_symlink())

    def test_no_folder(self):
        capture = self.capture(session([PLAIN]))
        (self.folder / "file").write_bytes(b"")
        for out in (self.folder / "file", self.folder / "none" / "out", self.folder / "none" / "x.tar"):
            done = run(capture, "-o", out)
            self.assertEqual((done.returncode, done.stderr.count(b"\n")), (3, 1), done.stderr)
            self.assertIn(b"cannot write", done.stderr)
        done = run(capture)
        self.assertEqual(done.returncode, 2)

    def test_section(self):
        """The content of a part that IMAP fetched alone is decoded as BODYSTRUCTURE said; not all of it: said so."""
        import base64
        coded = base64.encodebytes(ATTACHMENT * 20).replace(b"\n", b"\r\n")
        parts = (b'(("text" "plain" ("charset" "iso-8859-1") NIL NIL "quoted-printable" 9 1)("image" "png" NIL NIL NIL'
                 b' "base64" %d NIL ("attachment" ("filename*" "utf-8\'\'%%C3%%A9%%2Fx.png")))("image" "gif" NIL NIL NIL "base64" 999)'
                 b' "mixed")' % len(coded))
        said = wire.Connection(mss=300)
        said.s(b"* OK IMAP4rev1 ready\r\n").c(b"a LOGIN u p\r\n").s(b"a OK in\r\n")
        said.c(b"b SELECT INBOX\r\n").s(b"* 1 EXISTS\r\nb OK [READ-WRITE] x\r\n")
        said.c(b"c FETCH 1 (BODYSTRUCTURE)\r\n").s(b"* 1 FETCH (BODYSTRUCTURE " + parts + b")\r\nc OK\r\n")
        said.c(b"d FETCH 1 (BODY[1] BODY[2] BODY[3])\r\n")
        said.s(b"* 1 FETCH (BODY[1] {9}\r\ncaf=E9=20 BODY[2] {%d}\r\n%s BODY[3] {4}\r\nR0lG)\r\nd OK\r\n" % (len(coded), coded))
        said.c(b"e LOGOUT\r\n").s(b"* BYE\r\ne OK\r\n").close()
        frames = [wire.ethernet(wire.packet4(part, (40001, 143)), part.up) for part in said.segments]
        capture = self.capture(frames)
        self.good(capture, "-o", self.out)
        got = {p.name: p.read_bytes() for p in self.out.rglob("attachment-*")}
        self.assertEqual(got, {"attachment-2-2-x.png": ATTACHMENT * 20, "attachment-3-3-incomplete-image-gif": b"GIF"})
        folder = next(self.out.rglob("manifest.json"))
        self.check_manifest(folder)
        shown = subprocess.run([PROGRAM, "show", "--mime", "--json", capture], capture_output=True, timeout=60, check=True)
        facts = {(f.get("message"), f["key"]): f for f in json.loads(shown.stdout)["facts"]}
        self.assertEqual(facts[1, "message.text"]["value"], "caf\u00e9 ")
        self.assertEqual(facts[2, "part.filename"]["value"], "\u00e9/x.png")
        cited = b"".join(frames[r[0] - 1][r[1]:r[1] + r[2]] for r in facts[2, "part.type"]["ranges"])
        self.assertEqual(cited, b"imagepngbase64%dattachmentfilename*utf-8\'\'%%C3%%A9%%2Fx.png" % len(coded))
        cited = b"".join(frames[r[0] - 1][r[1]:r[1] + r[2]] for r in facts[2, "part.sha256"]["ranges"])
        self.assertEqual((cited, facts[2, "part.sha256"]["value"]), (coded, sha256(ATTACHMENT * 20)))

    def test_uuencode(self):
        """A file in the text of a mail without MIME, as it was done before."""
        import binascii
        data = ATTACHMENT * 30
        lines = b"".join(binascii.b2a_uu(data[i:i + 45]).replace(b"\n", b"\r\n") for i in range(0, len(data), 45))
        mail = b"Subject: old\r\n\r\nbegin 644 ../\xe2\x80\xaefile.bin\r\n" + lines + b"`\r\nend\r\nbye\r\n"
        self.good(self.capture(session([mail])), "-o", self.out)
        got = {p.name: p.read_bytes() for p in self.out.rglob("attachment-*")}
        self.assertEqual(got, {"attachment-1-1+1-_file.bin": data})
        self.check_manifest(next(self.out.rglob("manifest.json")))

    def test_only_attachments(self):
        """A session in which nothing is attached leaves nothing; one with bytes missing says so."""
        capture = self.capture(session([PLAIN]), session([hostile()], 40002))
        for name in ("out", "x.tar"):
            done = self.good(capture, "-o", self.folder / name, "--only", "attachments")
            self.assertIn(b"1 session, 0 messages, %d attachments" % len(NAMES), done.stderr)
        self.assertEqual({p.split("/")[0] for p in files(self.out)}, {"x-0002-192.0.2.10"})
        with tarfile.open(self.folder / "x.tar") as opened:
            self.assertEqual(sorted(opened.getnames()), sorted(files(self.out)))
        lost = self.capture(session([PLAIN * 100], lost={1}))
        self.good(lost, "-o", self.folder / "lost", "--only", "attachments")
        self.assertEqual(len(files(self.folder / "lost")), 1)

    def test_no_container(self):
        for name in ("x.tar.gz", "x.ZIP", "x.tgz"):
            done = run(self.capture(session([PLAIN])), "-o", self.folder / name)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"containers are .tar and .mbox", done.stderr)
            self.assertFalse((self.folder / name).exists())

    def limited(self, capture, out, *options):
        """With files limited to 8 KB: writing fails."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
        return run(capture, "-o", out, *options, preexec_fn=limit)

    def test_write_error(self):
        """One clear error, and no file under a final name that is not whole."""
        mail = b"Subject: large\r\n\r\n" + b"0123456789\r\n" * 5000
        capture = self.capture(session([mail]))
        for name in ("out", "x.tar", "x.mbox"):
            done = self.limited(capture, self.folder / name)
            self.assertEqual((done.returncode, done.stderr.count(b"\n")), (3, 1), done.stderr)
            self.assertIn(b"File too large", done.stderr)
        self.assertEqual(sorted(p.split("/")[-1] for p in files(self.folder)), ["dialogue.txt", "x.pcap"])

    def test_full_disk(self):
        mail = b"Subject: large\r\n\r\n" + b"0123456789\r\n" * 20000
        self.capture(session([mail]))
        mount = self.folder / "disk"
        mount.mkdir()
        script = ('mount -t tmpfs -o size=64k none "$2" || exit 77; "$1" extract "$3" -o "$2/$4"; status=$?;'
                  'find "$2" -name "*.eml" -o -name "*part*" -o -name "*.tar*"; exit $status')
        for name in ("out", "x.tar"):
            done = subprocess.run(["unshare", "-m", "sh", "-c", script, "-", PROGRAM, str(mount),
                                   str(self.folder / "x.pcap"), name], capture_output=True, timeout=60)
            if done.returncode in (1, 77) or b"unshare" in done.stderr:
                self.skipTest("no file system can be mounted here")
            self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (3, b"", 1), done)
            self.assertIn(b"No space left on device", done.stderr)

    def test_tar(self):
        captures = [self.capture(session([PLAIN, hostile()]), session([PLAIN], 40002), name=n)
                    for n in ("a.pcap", "b.pcap")]
        self.good(*captures, "-o", self.out)
        tar = self.folder / "x.tar"
        self.good(*captures, "-o", tar)
        with tarfile.open(tar) as opened:
            members = opened.getmembers()
            content = {m.name: opened.extractfile(m).read() for m in members}
            self.assertEqual({(m.mode, m.uid, m.gid, m.mtime) for m in members}, {(0o644, 0, 0, wire.START // 10**9)})
        self.assertEqual(content, files(self.out))
        listed = subprocess.run(["tar", "-tf", tar], capture_output=True, check=True)
        self.assertEqual(len(listed.stdout.splitlines()), len(content))
        for jobs in ("-j1", "-j2"):
            again = self.folder / ("again%s.tar" % jobs)
            self.good(*captures, "-o", again, jobs)
            self.assertEqual(again.read_bytes(), tar.read_bytes())
            out = self.folder / ("out" + jobs)
            self.good(*captures, "-o", out, jobs)
            self.assertEqual(files(out), content)

    def test_bombs(self):
        """What would cost a reader of mail its memory or its stack: the message itself is whole, and that not all
        parts were read is said."""
        top = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        bombs = {
            "groups": b"To: " + b"a:" * 100000 + b"\r\n\r\nbody\r\n",
            "header": b"Subject: x\r\n" + b" 0123456789 0123456789 0123456789 0123456789\r\n" * 200000 + b"\r\nbody\r\n",
            "nested": b"".join(b"Content-Type: multipart/mixed; boundary=c%d\r\n\r\n--c%d\r\n" % (i, i)
                               for i in range(5000)),
            "attached": b"Content-Type: message/rfc822\r\n\r\n" * 5000 + b"x\r\n",
            "parts": top + b"--b\r\n\r\n" * 300000,
        }
        # AddressSanitizer's realloc() copies at every step that GMime's header grows by
        limits = ("--limit", "mime-header-bytes=524288") if SANITIZED else ()
        for name, mail in bombs.items():
            capture, out = self.capture(session([mail], step=60000), name=name + ".pcap"), self.folder / name
            before = time.monotonic()
            done = self.good(capture, "-o", out, *limits, preexec_fn=None if SANITIZED else limit_memory)
            self.assertLess(time.monotonic() - before, 60, name)
            self.assertIn(b"parts of 1 message beyond a limit", done.stderr, name)
            self.assertEqual(next(out.rglob("message-1.eml")).read_bytes(), mail, name)
            self.assertIn("not all were read", self.check_manifest(next(out.rglob("manifest.json")))["messages"][0]["parts"])
            shown = subprocess.run([PROGRAM, "show", "--mime", "--json", *limits, capture], capture_output=True, timeout=120)
            self.assertIn("limit", [o["oddity"] for o in json.loads(shown.stdout)["oddities"]], name)

    def test_tar_memory(self):
        """A session larger than what may wait, while one that began earlier goes on: the same members, little memory."""
        large = (b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
                 b"application/octet-stream\r\n\r\n" + b"0123456789abcde\r\n" * 600000 + b"\r\n--b--\r\n")
        first = session([PLAIN])
        middle = session([PLAIN, large, large], 40002, step=60000) + session([PLAIN], 40003)
        capture = self.capture(first[:6], middle, first[6:])
        self.good(capture, "-o", self.out)
        tar = self.folder / "x.tar"
        usage = self.folder / "usage"
        script = ("import resource, subprocess, sys; done = subprocess.run(sys.argv[2:]); open(sys.argv[1], 'w').write("
                  "str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)); sys.exit(done.returncode)")
        limits = [f"--limit={name}=1048576" for name in ("output-wait-bytes", "message-memory-bytes")]
        subprocess.run([sys.executable, "-c", script, usage, PROGRAM, "extract", capture, "-o", tar, *limits],
                       check=True, capture_output=True)
        with tarfile.open(tar) as opened:
            content = {m.name: opened.extractfile(m).read() for m in opened.getmembers()}
        self.assertEqual(content, files(self.out))
        self.assertEqual(len(content), 3 * 3 + 2 + 2)  # a mail, dialogue, manifest each; two mails, two attachments
        if not SANITIZED:
            self.assertLess(int(usage.read_text()), 24 * 1024)  # KiB; the session has 40 MB
        box = self.folder / "x.mbox"
        self.good(capture, "-o", box)
        with open(box, "rb") as file:
            self.assertEqual(sum(line.startswith(b"From ") for line in file), 5)

    def test_mbox(self):
        mails = [PLAIN, b"Subject: \xff\r\n\r\n>From\r\nFrom \r\n", b"From x\r\n\r\n"]
        box = self.folder / "x.mbox"
        self.good(self.capture(session(mails)), "-o", box)
        messages = re.split(rb"^From .*\n", box.read_bytes(), flags=re.M)
        self.assertEqual(messages[0], b"")
        self.assertEqual([re.sub(rb"^>(>*From )", rb"\1", m[:-1], flags=re.M) for m in messages[1:]], mails)
        self.assertIn(b"From alice@example.org Tue Nov 14 22:13:20 2023\n", box.read_bytes())
        opened = mailbox.mbox(box)
        self.assertEqual([m["Subject"] for m in opened][0], "quoting")
        opened.close()

    def test_only(self):
        capture = self.capture(session([hostile()]))
        kinds = {"messages": {".eml"}, "attachments": {"attachment"}, "dialogues": {"dialogue"}}
        for only, kind in kinds.items():
            out = self.folder / only
            self.good(capture, "-o", out, "--only", only)
            names = {n.split("/")[-1] for n in files(out)} - {"manifest.json"}
            self.assertTrue(names)
            for name in names:
                self.assertTrue(any(k in name for k in kind) or only == "messages" and name == "message-1.eml", name)
            self.check_manifest(next(out.rglob("manifest.json")))

    def test_filter(self):
        capture = self.capture(session([hostile()]), session([PLAIN], 40002))
        for number, expression in ((1, 'part.filename contains "hidden"'), (2, 'message.subject == "quoting"'),
                                   (2, "session.client_port == 40002 and smtp.mail_from")):
            out = self.folder / expression.replace("/", "_")
            self.good(capture, "-o", out, "--filter", expression)
            self.assertEqual([p.name for p in out.iterdir()], ["x-%04d-192.0.2.10" % number])
            shown = subprocess.run([PROGRAM, "show", "--json", "--filter", expression, capture], capture_output=True)
            self.assertEqual([json.loads(line)["session"] for line in shown.stdout.splitlines()], [number])
            answered = subprocess.run([PROGRAM, "answer", "--filter", expression, capture], capture_output=True)
            self.assertEqual(re.findall(rb"^Session (\d+)", answered.stdout, re.M), [b"%d" % number])
        done = run(capture, "-o", self.folder / "none", "--filter", "smtp.mail_from ==")
        self.assertEqual((done.returncode, (self.folder / "none").exists()), (2, False))
        self.assertIn(b"character 18", done.stderr)

    def test_redact(self):
        capture = next((CAPTURES / "smtp-login").glob("capture.pcap*"))
        password = json.loads((CAPTURES / "smtp-login" / "facts.json").read_text())["sessions"][0]["auth"][0]["password"]
        plain, masked = self.folder / "plain", self.folder / "masked"
        run(capture, "-o", plain)
        done = run(capture, "-o", masked, "--redact")
        self.assertIn(b"not masked", done.stderr)
        read = {name.split("/")[-1]: data for name, data in files(masked).items()}
        self.assertIn(password.encode(), files(plain)[next(n for n in files(plain) if n.endswith("dialogue.txt"))])
        self.assertNotIn(password.encode(), read["dialogue.txt"])
        self.assertNotIn(password.encode(), read["manifest.json"])
        self.assertIn("redacted", json.loads(read["manifest.json"]))


if __name__ == "__main__":
    PROGRAM, CAPTURES = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    SANITIZED = b"__asan_init" in pathlib.Path(PROGRAM).read_bytes()
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
