#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of `mailscope report` without a browser: well-formed, nothing loaded, nothing but text where something was
captured, every answer there, masked with --redact, the same bytes however it is made, and written under its name only
when it is whole. Usage: page.py PROGRAM CLASS..."""
import base64
import functools
import hashlib
import html
import html.parser
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock as mock
import urllib.parse
import xml.etree.ElementTree
from random import Random

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hostile  # noqa: E402
import wire  # noqa: E402

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else "mailscope"
ROOT = pathlib.Path(__file__).resolve().parents[2]
ALL = sorted((ROOT / "captures").glob("*/capture.pcap*"))
EVERY = int(os.environ.get("MS_EVERY", "1"))
CAPTURES = ALL[::EVERY]
VOID = {"meta", "br", "input"}
ELEMENTS = set("""html head meta title style body header main h1 h2 h3 h4 h5 p b i section ul ol li figure figcaption
    svg g a rect path circle text desc symbol defs use line nav details summary span div article dl dt dd code pre table caption thead tbody tr
    th td br script noscript""".split())
ATTRIBUTES = set("""lang charset http-equiv content name class id href open hidden role aria-labelledby viewbox width
    height x y cx cy r rx d text-anchor colspan scope x1 x2 y1 y2 overflow aria-hidden aria-label preserveaspectratio""".split())


class Page(html.parser.HTMLParser):
    """Reads a page strictly: every element is closed in its turn. What stands in <noscript> is read as well."""
    CDATA_CONTENT_ELEMENTS = ("script", "style")

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.counts, self.texts = [], [], [], {}, []
        self.elements, self.attributes, self.policy, self.raw = set(), set(), None, {}
        self.feed(text)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.elements.add(tag)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        for name, value in attributes:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value)
            if name == "href":
                self.links.append(value)
            if name == "class":
                for word in value.split():
                    self.counts["." + word] = self.counts.get("." + word, 0) + 1
        attributes = dict(attributes)
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> in {self.open} at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data
        else:
            self.texts.append(data)

    def text(self):
        return "".join(self.texts)


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, timeout=120, **options)


@functools.lru_cache(None)
def make(*arguments):
    done = run("report", "-o", "-", *arguments)
    assert done.returncode in (0, 3), done.stderr
    return done.stdout.decode()


@functools.lru_cache(None)
def read(text):
    return Page(text)


def squeezed(text):
    return re.sub(r"\s+", "", text)


class Form(unittest.TestCase):
    """What a page is made of."""

    def check(self, text):
        page = read(text)
        self.assertLessEqual(page.elements, ELEMENTS)
        self.assertLessEqual(page.attributes, ATTRIBUTES)
        self.assertEqual(len(page.ids), len(set(page.ids)), "an id stands twice")
        for link in page.links:
            self.assertRegex(link, r"^#")
            self.assertIn(link[1:], page.ids)
        self.assertEqual((page.counts["script"], page.counts["style"]), (1, 1))
        for kind in "script", "style":
            digest = base64.b64encode(hashlib.sha256(page.raw[kind].encode()).digest()).decode()
            self.assertIn(f"{kind}-src 'sha256-{digest}'", page.policy)
        self.assertTrue(page.policy.startswith("default-src 'none';"))
        self.assertRegex(page.policy, "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
                         "trusted-types mailscope$")
        self.assertNotIn("unsafe", page.policy)
        self.assertNotRegex(page.raw["style"], r"url\(|@import")
        self.assertNotRegex(page.raw["script"], r"innerHTML|insertAdjacent|document\.write|\beval\b|fetch\(|https?:")
        shapes = re.search(r'<svg class="shapes".*?</defs></svg>', text, re.S)
        xml.etree.ElementTree.fromstring(shapes[0])
        for drawing in re.findall(r"<svg.*?</svg>", text.replace(shapes[0], ""), re.S):
            xml.etree.ElementTree.fromstring(drawing)
            self.assertTrue("<title" in drawing or drawing.startswith('<svg aria-hidden="true"><use href="#'))
        return page

    def test_captures(self):
        self.assertGreater(len(ALL), 70)
        for capture in CAPTURES:
            with self.subTest(capture=capture.parent.name):
                self.check(make(capture))

    def test_hostile(self):
        with tempfile.TemporaryDirectory() as folder:
            capture = pathlib.Path(folder, "<script>x<b>&'\".pcap")
            capture.write_bytes(hostile.capture(22))
            text = make(capture)
            every = pathlib.Path(folder, "every.pcap")
            every.write_bytes(hostile.everything())
            others = make(every)
        self.assertEqual(self.check(others).counts[".session"], 4)
        page = self.check(text)
        seen = page.text()
        self.assertEqual(page.counts["h1"], 1)
        self.assertNotIn(".owned", page.counts)
        for wanted in hostile.INLINE, hostile.IMAGE, hostile.CLOSING, "\\xff", "\\x1b", "\\x07":
            self.assertIn(wanted, seen)
        self.assertIn("\\xe2\\x80\\xae", seen)  # U+202E
        for made in text, others:
            body = made[made.index("<body>"):].replace(page.raw["script"], "")
            self.assertNotRegex(body, "[\u202a-\u202e\u2066-\u2069\u200b\u2028\u2029\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f]")  # U+FFFD stands where a charset has nothing

    def test_many(self):
        """Of many sessions the later ones are mere text for a browser with scripts, the rest is bounded."""
        frames = []
        for number in range(30):
            frames += wire.login("alice", "wonderland", port=41000 + number)
        with tempfile.TemporaryDirectory() as folder:
            capture = pathlib.Path(folder, "x.pcap")
            capture.write_bytes(wire.pcap(frames))
            page = self.check(make(capture))
            self.assertEqual(page.counts[".session"], 30)
            self.assertEqual(page.counts["noscript"], 11)  # one says that there are no scripts
            self.assertEqual(page.counts[".timeline"], 1)
            page = self.check(make(capture, "--limit", "report-sessions=7", "--limit", "report-steps=8"))
            self.assertEqual(page.counts[".session"], 7)
            self.assertIn("23 more sessions not on this page", page.text())
            self.assertIn("left out here", page.text())
            page = self.check(make(capture, "--limit", "report-bytes=100000"))
            self.assertLess(page.counts[".session"], 8)
            self.assertIn("more sessions not on this page", page.text())


    def test_many_captures(self):
        """Of more than three captures the overview is folded; all share report-bytes."""
        some = ALL[:5]
        page = self.check(make(*some))
        self.assertEqual(page.counts["details"] - page.counts[".session"] - page.counts[".list"], 5)
        self.assertIn("5 captures", page.text())
        frames = [frame for number in range(9) for frame in wire.login("alice", "wonderland", port=41000 + number)]
        with tempfile.TemporaryDirectory() as folder:
            for name in "ab":
                pathlib.Path(folder, name + ".pcap").write_bytes(wire.pcap(frames))
            one = self.check(make(f"{folder}/a.pcap", "--limit", "report-bytes=100000")).counts[".session"]
            both = make(folder, "--limit", "report-bytes=200000")
            self.assertEqual(self.check(both).counts[".session"], 2 * one)
            self.assertEqual(both.count("not on this page (limits report-sessions, report-bytes)"), 4)
            self.assertEqual(both, make(folder, "--limit", "report-bytes=200000", "-j1"))

    def test_damaged(self):
        """Captures with bytes changed, and limits down to 0: still a page of the right form."""
        random = Random(5)
        limits = ([], ["--redact"], ["--full"], ["report-steps=0"], ["report-line-bytes=0", "report-message-bytes=0"],
                  ["report-groups=0", "report-parts=0", "report-ways=0"], ["report-messages=0", "report-open-sessions=0"])
        with tempfile.TemporaryDirectory() as folder:
            capture = pathlib.Path(folder, "x.pcap")
            for number in range(42):
                data = bytearray(random.choice([path for path in ALL if path.suffix == ".pcap"]).read_bytes()[:100000])
                for _ in range(random.choice((0, 5, 30, 200))):
                    data[random.randrange(24, len(data))] = random.choice(b"\0\r\n<>&\"'.\x1b\xff\x80")
                capture.write_bytes(data)
                options = limits[number % len(limits)]
                options = [word for name in options for word in ([name] if name[0] == "-" else ["--limit", name])]
                done = run("report", "-o", "-", *options, capture)
                self.assertIn(done.returncode, (0, 3), (options, done.stderr))
                self.check(done.stdout.decode())


class Content(unittest.TestCase):
    """Everything that the answers say stands on the page."""

    def test_answers(self):
        lines = 0
        for capture in CAPTURES:
            done = run("answer", "--color", "never", capture)
            sessions = done.stdout.decode().count("\nSession ") + done.stdout.decode().startswith("Session ")
            page = read(make(capture))
            seen = squeezed(page.text())
            for number in range(1, 6):
                self.assertEqual(page.counts.get(f".q{number}", 0), sessions, capture.parent.name)
            asked = False  # behind the title and what is said about the whole session
            for line in done.stdout.decode().splitlines():
                asked = line[:3] == "1  " or asked and not line.startswith("Session ")
                if not asked or line.startswith("   | "):
                    continue
                words = re.match(r"   (?:Filter: )?(?:\S[^@]{0,10}?\s{2,})?(\S[^@]*?)(?:\s+@ .*)?$", line)
                if words and not words[1].startswith("@"):
                    lines += 1
                    wanted = squeezed(words[1]).replace("\\\\", "\\")  # marks tell what is written out
                    self.assertIn(wanted, seen, f"{capture.parent.name}: {line}")
        self.assertGreater(lines, 2000 // EVERY)

    def test_drawings(self):
        page = Page(make(ROOT / "captures/smtp-login/capture.pcap"))
        self.assertEqual(page.counts[".base64"], 2)
        # 24 octets in 8 groups of 3, encoded in 28 characters: 16 and 20 octets are 6 and 7 groups.
        self.assertEqual(page.counts["table"], 13 + 1)
        self.assertEqual(page.counts[".added"], 4)
        way = Page(make(ROOT / "captures/whole-way/capture.pcap"))
        self.assertEqual(way.counts[".way"], 1)
        self.assertEqual(way.counts[".place"], 4)
        self.assertIn("submission", way.text())
        torn = Page(make(ROOT / "captures/smtp-snaplen-96/capture.pcap"))
        self.assertGreater(torn.links.count("#torn"), 5)
        self.assertIn("What is missing or odd", torn.text())
        self.assertNotIn("What is missing or odd", page.text())

    def test_in_short(self):
        """The five answers stand above each session, in every protocol."""
        for name, wanted in (("smtp-login", "Lunch on Friday"), ("pop3-keep", "QUIT"), ("imap-read", "LOGOUT"),
                             ("webmail-roundcube", "correct horse battery staple"),
                             ("smtp-starttls-tls13", "none outside TLS"), ("pop3-apop", ">APOP alice"),
                             ("smtp-snaplen-96", "PLAIN, name and password not readable"), ("smtp-scram", ">SCRAM-SHA-256<")):
            text = make(next((ROOT / "captures" / name).glob("capture.pcap*")))
            short = "".join(re.findall(r'<nav class="glance".*?</nav>', text, re.S))
            self.assertEqual(short.count("<a "), 5 * read(text).counts[".session"])
            self.assertIn(wanted, short)

    def test_webmail(self):
        """A posted mail stands beside its form; its password is in no base64, so none is drawn."""
        text = make(ROOT / "captures/webmail-roundcube/capture.pcap")
        self.assertNotIn(".base64", read(text).counts)
        self.assertRegex(text, r"<dt>Subject</dt><dd>Grüße &amp; 100 % Käse</dd>")
        self.assertIn("<dd><pre>Gr%C3%BC%C3%9Fe+%26+100+%25+K%C3%A4se</pre></dd>", text)
        self.assertIn("<pre>Hello Bob,\n\nis 5 + 5 = 10 &amp; ä = ä?\n\nAlice\n</pre>", text)

    def test_long_way(self):
        """Rows of three hops: the next begins with the place where the one before ended."""
        said = ["S: 220 x ESMTP", "C: EHLO x", "S: 250 ok", "C: MAIL FROM:<a@example.org>", "S: 250 ok",
                "C: RCPT TO:<b@example.org>", "S: 250 ok", "C: DATA", "S: 354 go on", "C: Message-ID: <far@example.org>",
                "C: Subject: far", "C: ", "C: far", "C: .", "S: 250 ok", "C: QUIT", "S: 221 bye"]
        frames = []
        for hop in range(8):
            with mock.patch.multiple(wire, CLIENT=f"192.0.2.{50 + hop}", SERVER=f"192.0.2.{51 + hop}"):
                frames += wire.dialogue(said, port=41000 + hop)
        with tempfile.TemporaryDirectory() as folder:
            capture = pathlib.Path(folder, "x.pcap")
            capture.write_bytes(wire.pcap(frames))
            text = make(capture)
        page = Page(text)
        self.assertEqual(len(page.ids), len(set(page.ids)))
        self.assertEqual([page.counts[c] for c in (".way", ".place", ".step")], [3, 11, 8])
        self.assertEqual(text.count(">User agent<"), 1)
        for drawing in re.findall(r'<svg class="way.*?</svg>', text, re.S):
            self.assertLess(int(re.search(r'width="(\d+)"', drawing)[1]), 1500)

    def test_way_needs_two_sessions(self):
        self.assertNotIn(".way", read(make(ROOT / "captures/imap-read/capture.pcap")).counts)

    def test_as_seen(self):
        """Names decoded; the HTML beside the text as its words; of a long source a part is not for paper."""
        said = ["S: 220 x ESMTP", "C: EHLO x", "S: 250 ok", "C: MAIL FROM:<a@example.org>", "S: 250 ok",
                "C: RCPT TO:<b@example.org>", "S: 250 ok", "C: DATA", "S: 354 go on",
                "C: Received: from b.example by c.example with ESMTPS id 2; Sun, 22 Nov 2026 10:00:01 +0100",
                "C: Received: from <b>a.example by b.example with ESMTP id 1; Sun, 22 Nov 2026 10:00:00 +0100",
                "C: From: =?utf-8?Q?J=C3=BCrgen?= <a@example.org>", "C: To: =?iso-8859-1?Q?Zo=EB?= <b@example.org>",
                "C: Content-Type: multipart/alternative; boundary=cut", "C: ", "C: --cut", "C: ", "C: only words",
                "C: --cut", "C: Content-Type: text/html", "C: Content-Transfer-Encoding: quoted-printable", "C: ",
                "C: <li>please <a href=3D'http://x.example/'>log in</a><p style=3D'display:none'>nevermore</p>",
                "C: --cut--", *["C: long"] * 60, "C: .", "S: 250 ok", "C: QUIT", "S: 221 bye"]
        with tempfile.TemporaryDirectory() as folder:
            capture = pathlib.Path(folder, "x.pcap")
            capture.write_bytes(wire.pcap(wire.dialogue(said)))
            text = make(capture)
        page = Page(text)
        seen = page.text()
        for wanted in ("J\u00fcrgen <a@example.org>", "Zo\u00eb <b@example.org>", "only words",
                       "Part 2, which most mail programs show instead:", "\u2022 please log in [http://x.example/]"):
            self.assertIn(wanted, seen)
        path = re.search(r'<ol class="hops">.*?</ol>', text, re.S)[0]
        self.assertEqual([html.unescape(cell) for cell in re.findall(r">([^<>\n]+)<", path)],
                         ["<b>a.example", "ESMTP", "2026-11-22 09:00:00", "b.example", "ESMTPS", "2026-11-22 09:00:01", "c.example"])
        self.assertEqual((page.counts[".rest"], seen.count("nevermore")), (1, 2))  # in the source and the answer

    def test_attachment(self):
        page = Page(make(ROOT / "captures/smtp-attachment/capture.pcapng"))
        self.assertIn("noise.bin", page.text())
        self.assertIn("15,000 bytes", page.text())


def written(secret):
    """Every way in which a secret may be written: as it is, for a URL, in hex, in base64 whatever stands before it."""
    data = secret.encode()
    forms = {secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret), json.dumps(secret)[1:-1],
             json.dumps(secret, ensure_ascii=False)[1:-1], data.hex(), data.hex(" ")}
    for before in range(3):
        text = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
        inner = text[(0, 2, 3)[before]:len(text) - (1 if (before + len(data)) % 3 else 0)]
        forms |= {inner} if len(inner) > 5 else set()
    return forms


def shared():
    """Captures beside the project, small enough for a page of each."""
    folder = pathlib.Path(os.environ.get("MS_SHARED", ROOT.parent / "shared"))
    found = [path for path in (folder / "captures").rglob("*.pcap*") if path.stat().st_size < 4 << 20]
    return sorted(found + list((folder / "cases").glob("*.pcap*")))[::4 * EVERY]


class Secrets(unittest.TestCase):
    """--redact masks every secret, decoded and encoded, everywhere on the page."""

    def test_masked(self):
        fields = map(json.loads, run("fields", "--json").stdout.splitlines())
        secret = {field["key"] for field in fields if field["secret"]}
        self.assertIn("auth.password", secret)
        masked = {"own": 0, "shared": 0}
        for capture in CAPTURES + shared():
            known = set()
            for line in run("show", "--json", capture).stdout.splitlines():
                for fact in json.loads(line)["facts"]:
                    if fact["key"] in secret and len(str(fact["value"])) >= 4:
                        known.add(str(fact["value"]))
            known -= {"password", "user"}  # somebody's, and words of our own
            if not known:
                continue
            redacted = make("--redact", capture)
            page, open_text = Page(redacted), read(make(capture)).text()
            seen = page.text()
            self.assertIn("Secrets are masked", seen)
            self.assertIn("the .eml files of mailscope extract, are not changed", seen)
            raw = html.unescape(redacted[redacted.index("<body>"):redacted.rindex("<script>")])  # attributes too
            for text in known:
                for form in written(text):
                    masked["own" if ROOT in capture.parents else "shared"] += form in open_text
                    self.assertNotIn(form, raw, f"{capture}: {text}")
            self.assertEqual(page.counts.get(".base64", 0), 0)
        self.assertGreater(masked["own"], 80 // EVERY)
        print(masked)

    def test_in_message(self):
        """A password that the mail repeats is masked in its text, its source and where the source is cut."""
        with tempfile.TemporaryDirectory() as folder:
            capture = pathlib.Path(folder, "x.pcap")
            capture.write_bytes(wire.pcap(wire.login("alice", "wonderland", body="my password is wonderland")))
            for cut in range(20, 70, 3):
                seen = Page(make("--redact", "--limit", f"report-message-bytes={cut}", capture)).text()
                self.assertNotRegex(seen, "wond")


class Output(unittest.TestCase):
    """The same bytes each time, and a file under its name only when it is whole."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.page = self.folder / "report.html"
        self.capture = ROOT / "captures/smtp-login/capture.pcap"

    def report(self, *arguments, **options):
        return run("report", "-o", self.page, *arguments, **options)

    def test_same_bytes(self):
        some = ALL[::8]
        first = make(*some)
        self.assertEqual(first, make("-j1", *some))
        self.assertEqual(first, make("-j4", *some))
        self.assertEqual(Page(first).counts[".capture"], len(some))
        self.assertEqual(self.report(*some).returncode, 0)
        self.assertEqual(self.page.read_bytes().decode(), first)

    def test_joined(self):
        page = Page(make("--joined", *ALL[:3]))
        self.assertEqual(page.counts[".capture"], 1)
        self.assertIn("and 2 more, joined", page.text())

    def test_never_over_a_file(self):
        self.page.write_text("mine")
        done = self.report(self.capture)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"File exists", done.stderr)
        self.assertEqual(self.page.read_text(), "mine")
        self.assertEqual(self.report("--overwrite", self.capture).returncode, 0)
        self.assertIn("<!DOCTYPE html>", self.page.read_text())
        self.page.unlink()
        self.page.symlink_to(self.folder / "elsewhere")
        self.assertEqual(self.report(self.capture).returncode, 3)
        self.assertFalse((self.folder / "elsewhere").exists())

    def test_never_over_what_is_read(self):
        data = self.capture.read_bytes()
        folder = self.folder / "captures"
        folder.mkdir()
        self.page = folder / "lab.pcap"
        self.page.write_bytes(data)
        (self.folder / "link.pcap").symlink_to(self.page)
        for given in (self.page, folder, self.folder / "link.pcap"):
            done = self.report("--overwrite", given)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"lab.pcap' is read here, so it is not replaced", done.stderr)
            self.assertEqual(self.page.read_bytes(), data)

    def test_never_over_a_device(self):
        os.mkfifo(self.page)
        self.assertEqual(self.report("--overwrite", self.capture).returncode, 3)
        self.assertTrue(self.page.is_fifo())
        self.page.unlink()
        self.page.mkdir()
        self.assertEqual(self.report("--overwrite", self.capture).returncode, 3)
        self.assertTrue(self.page.is_dir())

    def test_file_that_comes_meanwhile(self):
        data = self.capture.read_bytes()
        with subprocess.Popen([PROGRAM, "report", "-o", self.page, "-"], stdin=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as child:
            child.stdin.write(data[:3000])
            child.stdin.flush()
            time.sleep(0.2)
            self.page.write_text("mine")
            child.stdin.write(data[3000:])
            child.stdin.close()
            self.assertEqual(child.wait(60), 3)
        self.assertEqual(self.page.read_text(), "mine")
        self.assertEqual(list(self.folder.iterdir()), [self.page])

    def test_nothing_half_written(self):
        def small():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        done = self.report(self.capture, preexec_fn=small)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"cannot write", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])
        done = run("report", "-o", self.folder / "none/report.html", self.capture)
        self.assertEqual(done.returncode, 3)

    def test_trouble(self):
        self.assertEqual(run("report", self.capture).returncode, 2)
        cut = self.folder / "cut.pcap"
        cut.write_bytes(self.capture.read_bytes()[:2500])
        done = run("report", "-o", "-", cut)
        self.assertEqual(done.returncode, 3)
        self.assertIn("is cut in the middle of frame 23", Page(done.stdout.decode()).text())
        nothing = self.folder / "nothing.pcap"
        nothing.write_bytes(wire.pcap([]))
        self.assertIn("No mail was found", Page(make(nothing)).text())

    def test_mode(self):
        os.umask(0o022)
        self.report(self.capture)
        self.assertEqual(self.page.stat().st_mode & 0o777, 0o644)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
