#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages of `mailscope grade`: well nested, nothing in them but the program's own elements, whatever students are
called; their numbers; what is masked; and in headless Chromium: sorting, finding, keys, light and dark, telephones,
paper, 2,000 students. Usage: pages.py PROGRAM Form|Browser"""
import base64
import csv
import hashlib
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "report"))
import chromium  # noqa: E402

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
LOGIN = ROOT / "captures" / "smtp-login" / "capture.pcap"
MARKUP = "<script>window.owned = 1</script>\"><img src=x onerror=window.owned=2></td></title></style>"
HOSTILE = "=1+2 " + MARKUP + " \u202egpj\u2066 'x' &amp; \x1b[31mred\x07 \x9b2J"

ANSWERS = f"""[assignment]
title = Mail lab {MARKUP}
kind = answers
points = 10
[question client]
title = Which host is the client? {MARKUP}
fact = session.client
expect = 192.0.2.25
near = 0.25 swapped server
[question server]
fact = session.server
expect = 198.51.100.10
[question user]
title = User name
fact = auth.username
expect = erin@example.com
near = 0.5 base64
hint = Look behind AUTH {MARKUP}
points = 2
[question password]
title = Password
fact = auth.password
expect = swordfish
needs = user
"""
CAPTURES = """[assignment]
title = Your own client
[require own]
title = A session of your own
fact = auth.username
expect = {email}
[question quit]
title = QUIT
fact = smtp.quit_code
expect = 221
[question password]
title = Password
fact = auth.password
expect = other
"""
CYCLE = [  # answers, points of 10
    (["192.0.2.25", "198.51.100.10", "erin@example.com", "swordfish"], 10.0),
    (["198.51.100.10", "198.51.100.10", "ZXJpbkBleGFtcGxlLmNvbQ==", ""], 5.63),
    (["x", "198.51.100.10", "erin@example.com", "y"], 6.0),
    (["192.0.2.25", "", "bob", "swordfish"], 2.5),
]
VOID = {"meta", "br", "input", "link", "img"}
OWN = set("html head meta title style body main header h1 h2 p b i span code ol ul li dl dt dd div section svg g rect "
          "path text a table thead tbody tr th td button label input script br".split())


class Page(html.parser.HTMLParser):
    """Checks nesting; keeps elements, texts, and rows of tables."""
    def __init__(self, data):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.texts, self.rows, self.links = [], [], [], [], []
        self.feed(data.decode())
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        assert tag in OWN, tag
        assert not any(name.startswith("on") or name in ("style", "src") for name, _ in attributes), attributes
        assert len(dict(attributes)) == len(attributes)
        self.elements.append((tag, dict(attributes)))
        if tag == "a":
            self.links.append(dict(attributes)["href"])
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag in OWN and "svg" in self.open, tag

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.texts.append(data)
            if self.rows and ("td" in self.open or "th" in self.open):
                self.rows[-1][-1] += data

    @property
    def text(self):
        return re.sub(r"\s+", " ", "".join(self.texts))


def check_policy(data):
    """Everything that runs or styles is named by its hash; nothing may be loaded."""
    text = data.decode()
    policy = re.search('http-equiv="Content-Security-Policy" content="([^"]*)"', text).group(1)
    assert policy.startswith("default-src 'none'; "), policy
    for element, directive in ("style", "style-src"), ("script", "script-src"):
        found = re.findall(f"<{element}>(.*?)</{element}>", text, re.S)
        hashes = ["'sha256-%s'" % base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in found]
        allowed = re.search(directive + " ([^;]*)", policy)
        assert hashes == (allowed.group(1).split() if allowed else []), directive
    assert "unsafe" not in policy


class Class(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-pages-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "work").mkdir()

    def students(self, count):
        """Every 10th hands in nothing, every 10th rubbish; the first one has a name of markup."""
        with open(self.folder / "class.csv", "w", newline="") as file:
            roster = csv.writer(file)
            roster.writerow(["id", "name", "email"])
            for i in range(count):
                roster.writerow(["s%04d" % i, HOSTILE if i == 0 else "Student %d" % i, "s%d@example.org" % i])
                if i % 10 == 8:
                    continue
                text = "".join("%d: %s\n" % (n + 1, answer) for n, answer in enumerate(CYCLE[i % 4][0]))
                if i == 19:  # handed in, but nothing that can be read: not missing
                    (self.folder / "work" / ("s%04d.docx" % i)).write_bytes(b"x")
                else:
                    (self.folder / "work" / ("s%04d.txt" % i)).write_bytes(b"1: \xff\n" if i % 10 == 9 else text.encode())

    def grade(self, assignment=ANSWERS, *options, name="out"):
        (self.folder / "lab.ini").write_text(assignment)
        done = subprocess.run([PROGRAM, "grade", self.folder / "lab.ini", self.folder / "work", "-o", self.folder / name,
                               "--roster", self.folder / "class.csv", *options], capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.folder / name


class Form(Class):
    def test_class_page(self):
        self.students(40)
        out = self.grade()
        data = (out / "class.html").read_bytes()
        check_policy(data)
        page = Page(data)
        self.assertNotRegex(data.decode(), "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
        self.assertIn(MARKUP, page.text)
        self.assertNotIn("swordfish", page.text)
        for words in ("40students", "36handed in", "Handed in nothing (4)", "To be looked at", "not UTF-8", "no file of answers was handed in"):
            self.assertIn(words, page.text.replace(" students", "students"))
        rows = [row for row in page.rows if len(row) == 8 and row[1].startswith("s0")]
        self.assertEqual(len(rows), 40)
        names = [row[0] for row in rows]
        self.assertEqual(names[1:], sorted(names[1:]))
        expected = {"s%04d" % i: "" if i % 10 == 8 else "0" if i % 10 == 9 else "%g" % CYCLE[i % 4][1] for i in range(40)}
        self.assertEqual({row[1]: row[2] for row in rows}, expected)
        for link in page.links:
            self.assertTrue((out / link).is_file(), link)
        # bars of the drawing add up to those who handed in
        heights = [int(text) for text in re.findall(r"<text x=\"\d+\" y=\"\d+\">(\d+)</text></g>", data.decode())]
        self.assertEqual(sum(heights), 36)

    def test_feedback(self):
        self.students(12)
        for style, options in enumerate(([], ["--reveal"], ["--reveal", "--show-secrets"])):
            out = self.grade(ANSWERS, *options, name="out%d" % style)
            pages = sorted(out.glob("feedback/*.html"))
            self.assertEqual(len(pages), 12)
            for i, path in enumerate(pages):
                data = path.read_bytes()
                check_policy(data)
                page = Page(data)
                self.assertNotIn("script", {tag for tag, _ in page.elements})
                self.assertEqual("192.0.2.25" in page.text, style > 0 and i % 10 != 9 or style > 0, path)
                self.assertEqual("swordfish" in page.text, style > 1)
                self.assertEqual("masked" in page.text, style == 1)
                self.assertNotRegex(page.text.replace("s%04d" % i, ""), r"s\d{4}|Student (?!%d )\d" % i)
            text = Page(pages[3].read_bytes()).text
            for words in ("2.5 of 10 points", "not there", "Not counted", "as it needs to be right: User name",
                          "Look behind AUTH " + MARKUP):
                self.assertIn(words, text)
            self.assertIn("not decoded from base64", Page(pages[1].read_bytes()).text)

    def test_where_to_look(self):
        with open(self.folder / "class.csv", "w") as file:
            file.write("id,name,email\nerin,Erin,erin@example.com\neve,Eve,eve@example.org\n")
        for name in "erin", "eve":
            shutil.copy(LOGIN, self.folder / "work" / (name + ".pcap"))
        out = self.grade(CAPTURES)
        erin = Page((out / "feedback/erin.html").read_bytes()).text
        self.assertIn("Where to look", erin)
        self.assertIn("frame.number", erin)
        self.assertIn("Password auth.password", erin)
        self.assertNotIn("swordfish", erin)
        results = [json.loads(line) for line in (out / "results.ndjson").read_text().splitlines()]
        row = results[0]["questions"][1]
        self.assertEqual(len(row["frames"]), 1)
        first, last = row["frames"][0]
        self.assertIn(("frame %d " if first == last else "frames %d-") % first, erin.replace("Display", " Display"))
        self.assertIn("required, but not so: A session of your own", Page((out / "feedback/eve.html").read_bytes()).text)
        self.assertNotIn("erin@", Page((out / "feedback/eve.html").read_bytes()).text)


class Browser(Class):
    @classmethod
    def setUpClass(cls):
        cls.browser = chromium.Chromium()
        cls.addClassCleanup(cls.browser.__exit__)

    def names(self):
        return self.browser.run("[...document.querySelectorAll('tbody tr:not([hidden]) th')].map(n => n.textContent)")

    def clean(self, page):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [page.resolve().as_uri()])
        self.assertIsNone(self.browser.run("window.owned === undefined ? null : window.owned"))
        self.assertEqual(self.browser.run("document.querySelectorAll('img, iframe, form').length"), 0)

    def test_class_page(self):
        self.students(40)
        page = self.grade() / "class.html"
        self.browser.size(1300, 900)
        for scheme, bright in ("light", "rgb(246, 245, 241)"), ("dark", "rgb(20, 23, 27)"):
            self.browser.media(scheme)
            self.browser.open(page)
            self.assertEqual(self.browser.run("getComputedStyle(document.body).backgroundColor"), bright)
            self.assertEqual(self.browser.run("document.documentElement.scrollWidth"), 1300)
        points = "[...document.querySelectorAll('tbody td.points')].map(n => n.textContent)"
        self.browser.click("thead th:nth-child(3) button")
        up = self.browser.run(points)
        self.assertEqual(up[:4], [""] * 4)  # who handed in nothing
        self.assertEqual(up[4:], sorted(up[4:], key=float))
        self.browser.click("thead th:nth-child(3) button")
        self.assertEqual(self.browser.run(points), up[::-1])
        self.assertEqual(self.browser.run("document.querySelector('[aria-sort]').getAttribute('aria-sort')"), "descending")
        self.browser.run("document.querySelector('thead th:nth-child(1) button').focus(), 1")
        self.browser.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", text="\r",
                          windowsVirtualKeyCode=13)
        self.assertEqual(self.names()[1:4], ["Student 1", "Student 2", "Student 3"])
        self.browser.click("input")
        self.browser.call("Input.insertText", text="student 1")
        self.assertEqual(self.names(), ["Student 1"] + ["Student %d" % i for i in range(10, 20)])
        self.assertIn("11 of 40", self.browser.run("document.querySelector('[role=status]').textContent"))
        self.clean(page)
        self.browser.size(390, 844, mobile=True)
        self.browser.open(page)
        self.assertEqual(self.browser.run("document.documentElement.scrollWidth"), 390)
        self.assertTrue(self.browser.paper().startswith(b"%PDF"))
        self.clean(page)

    def test_feedback(self):
        self.students(2)
        page = self.grade() / "feedback" / "s0000.html"
        for width in 1000, 390:
            self.browser.size(width, 844, mobile=width < 500)
            self.browser.open(page)
            self.assertEqual(self.browser.run("document.documentElement.scrollWidth"), width)
            self.assertEqual(self.browser.run("getComputedStyle(document.body).margin"), "0px")
            self.clean(page)

    def test_contrast(self):
        """WCAG 2 AA: 4.5 to 1 for every text."""
        self.students(12)
        out = self.grade()
        script = """(() => {
            const part = (value) => { value /= 255; return value <= 0.04045 ? value / 12.92
                : ((value + 0.055) / 1.055) ** 2.4; };
            const bright = (color) => { const [r, g, b] = color.match(/[\\d.]+/g).map(Number);
                return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b); };
            const behind = (node) => { for (; node; node = node.parentElement) {
                const color = getComputedStyle(node).backgroundColor;
                if (!/, 0\\)$/.test(color)) { return color; } } };
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const found = {}; let count = 0;
            while (walker.nextNode()) {
                const node = walker.currentNode.parentElement;
                if (!walker.currentNode.data.trim() || node.closest("script, title")) { continue; }
                const style = getComputedStyle(node);
                const [one, other] = [bright(node.closest("svg") ? style.fill : style.color), bright(behind(node))];
                const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
                count++;
                if (ratio < 4.5) { found[`${node.localName}.${node.className} ${ratio.toFixed(2)}`] = 1; }
            }
            return [count, Object.keys(found)];
        })()"""
        for scheme in "light", "dark":
            self.browser.media(scheme)
            for name in "class.html", "feedback/s0001.html", "feedback/s0009.html":
                self.browser.open(out / name)
                count, poor = self.browser.run(script)
                self.assertEqual(poor, [], f"{name} {scheme}")
                self.assertGreater(count, 8)

    def test_many(self):
        self.students(2000)
        page = self.grade(ANSWERS, "-j2") / "class.html"
        self.browser.size(1300, 900)
        self.assertLess(self.browser.open(page), 10)
        self.assertEqual(len(self.names()), 2000)
        took = self.browser.run("(() => { const start = performance.now();"
                                "document.querySelector('thead th:nth-child(3) button').click();"
                                "document.body.getBoundingClientRect(); return performance.now() - start; })()")
        self.assertLess(took, 5000)  # 0.2 s were measured
        self.clean(page)


if __name__ == "__main__":
    wanted = sys.argv[2]
    if wanted == "Browser" and not chromium.program():
        print("skipped: no Chromium")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], wanted])
