#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of `mailscope report` in a real browser, headless Chromium: no complaint, nothing loaded, pointer, tap and
keys, light and dark, paper, 2,000 sessions, and what a capture full of markup can do: nothing, by escaping and again by
the page's policy. Usage: browser.py PROGRAM GENERATOR"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import chromium  # noqa: E402
import hostile  # noqa: E402

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else "mailscope"
GENERATOR = sys.argv[2] if len(sys.argv) > 2 else None
ROOT = pathlib.Path(__file__).resolve().parents[2]
LOAD_SECONDS = 10  # for 2,000 sessions, on a slow machine; 2 s were measured


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = chromium.Chromium()
        folder = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(folder.name)
        cls.addClassCleanup(folder.cleanup)
        cls.addClassCleanup(cls.browser.__exit__)

    def setUp(self):
        self.browser.size(1300, 900)
        self.browser.media()

    def report(self, *arguments):
        page = self.folder / f"{self.id()}.html"
        subprocess.run([PROGRAM, "report", "--overwrite", "-o", page, *arguments], check=True, timeout=60)
        return page

    def open(self, name, scheme="light"):
        page = self.report(next((ROOT / "captures" / name).glob("capture.pcap*")))
        self.browser.media(scheme)
        self.browser.open(page)
        return page

    def clean(self, page):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [page.resolve().as_uri()])

    def value(self, script):
        return self.browser.run(script)

    def test_opens(self):
        for name in ("smtp-login", "smtp-starttls-tls13", "imap-read", "pop3-keep", "webmail-roundcube", "whole-way",
                     "smtp-snaplen-96", "smtp-attachment"):
            with self.subTest(name):
                page = self.open(name)
                self.clean(page)
                self.assertEqual(self.value("getComputedStyle(document.body).margin"), "0px")  # the style sheet counts
                self.assertEqual(self.value("document.documentElement.scrollWidth"), 1300)
                self.assertGreater(self.value("document.querySelectorAll('.session[open] div.ladder a').length"), 3)

    def test_many_captures(self):
        page = self.report(*sorted((ROOT / "captures").glob("smtp-[lp]*/capture.pcap*")))
        self.browser.open(page)
        self.assertGreater(self.value("document.querySelectorAll('details.overview').length"), 3)
        self.browser.click("details.overview summary")
        self.assertTrue(self.value("document.querySelector('details.overview').open"))
        self.browser.click("details.overview a")
        self.assertEqual(self.value("location.hash"), "#c1")
        self.clean(page)

    def test_pointer_and_tap(self):
        page = self.open("smtp-login")
        panel = "document.querySelector('.panel').textContent"
        self.assertIn("Point at a step", self.value(panel))
        step = "document.querySelectorAll('div.ladder a')[%d]"
        at = self.value(f"(() => {{ const r = {step % 17}.getBoundingClientRect();"
                        "scrollTo(0, r.y - 300); const s = " + step % 17 + ".getBoundingClientRect();"
                        "return [s.x + 250, s.y + 12]; })()")
        self.browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=at[0], y=at[1])
        self.assertIn("prompt: Username:", self.value(panel) + self.value(step % 17 + ".textContent"))
        self.browser.click(".ladder a:nth-of-type(19)")
        shown = self.value(panel)
        self.assertIn("ZXJpbkBleGFtcGxlLmNvbQ==", shown)
        self.assertIn("user name: erin@example.com", shown)
        self.assertIn("frame 13, bytes 66-89", shown)
        self.assertIn("frame.number == 13", shown)
        self.assertIn("5a 58 4a 70 62 6b 42 6c", shown)  # the first bytes in hex
        self.assertEqual(self.value("location.hash"), "")  # the page did not move
        self.browser.click(".panel .copy")
        self.assertRegex(self.value("new Promise(r => setTimeout(r, 200)).then(() => "
                                    "document.querySelector('.panel .copy').textContent)"), "Copied|Ctrl")
        self.clean(page)

    def test_touch(self):
        self.browser.size(390, 844, mobile=True)
        self.open("smtp-login")
        self.assertEqual(self.value("document.documentElement.scrollWidth"), 390)
        self.assertEqual(self.value("getComputedStyle(document.querySelector('.panel')).display"), "none")
        self.browser.call("Emulation.setTouchEmulationEnabled", enabled=True)
        at = self.value("(() => { const a = document.querySelector('.ladder a:nth-of-type(4)');"
                        "a.scrollIntoView({block: 'center'}); const r = a.querySelector('.m').getBoundingClientRect();"
                        "return [r.x + 5, r.y + 5]; })()")
        self.browser.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": at[0], "y": at[1]}])
        self.browser.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.assertIn("EHLO laptop.example.org", self.value(
            "new Promise(r => setTimeout(r, 400)).then(() => document.querySelector('.panel').textContent)"))
        self.browser.call("Emulation.setTouchEmulationEnabled", enabled=False)

    def test_keys(self):
        page = self.open("smtp-login")
        panel = "document.querySelector('.panel').textContent"
        for _ in range(8):  # summary, the answers in short, first step
            self.browser.key("Tab")
            if self.value("document.activeElement.closest('.ladder') !== null"):
                break
        self.assertTrue(self.value("document.activeElement.closest('.ladder') !== null"))
        self.assertIn("SYN", self.value(panel))
        for _ in range(3):
            self.browser.key("ArrowDown")
        self.assertIn("EHLO laptop.example.org", self.value(panel))
        self.browser.key("ArrowUp")
        self.assertIn("220 mail.example.com", self.value(panel))
        self.browser.key("End")
        self.assertIn("FIN", self.value(panel))
        self.browser.key("Tab")  # a ladder is one stop, however long
        self.assertFalse(self.value("document.activeElement.closest('.ladder') !== null"))
        self.browser.key("Tab", shift=True)
        self.assertIn("FIN", self.value("document.activeElement.textContent"))
        self.assertEqual(self.value("document.activeElement.matches(':focus-visible')"), True)
        self.clean(page)

    def test_names(self):
        """What a screen reader is told of the drawings."""
        self.open("whole-way")
        self.value("document.querySelectorAll('details').forEach(d => d.open = true), 1")
        nodes = self.browser.call("Accessibility.getFullAXTree")["nodes"]
        names = [node.get("name", {}).get("value", "") for node in nodes if not node.get("ignored")]
        for wanted in ("Ladder of the dialogue: client on the left", "Way of the mail submission from 192.0.2.25",
                       "Timeline of 3 sessions"):
            self.assertTrue(any(wanted in re.sub(r"\s+", " ", name) for name in names), wanted)
        self.assertTrue(any("EHLO" in name for name in names))

    def test_light_and_dark(self):
        """WCAG 2 AA: every text of a page stands out from what is behind it, by 4.5 to 1."""
        script = """(() => {
            const part = (value) => { value /= 255; return value <= 0.04045 ? value / 12.92
                : ((value + 0.055) / 1.055) ** 2.4; };
            const bright = (color) => { const [r, g, b] = color.match(/[\\d.]+/g).map(Number);
                return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b); };
            const behind = (node) => { for (; node; node = node.parentElement) {
                const color = getComputedStyle(node).backgroundColor;
                if (!/, 0\\)$/.test(color)) { return color; } } return "rgb(255, 255, 255)"; };
            const found = {}; let count = 0;
            document.querySelectorAll("details").forEach((node) => { node.open = true; });
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const node = walker.currentNode.parentElement;
                if (!walker.currentNode.data.trim() || node.closest("script, noscript, title, desc, .vh")) { continue; }
                const style = getComputedStyle(node);
                const [one, other] = [bright(node.closest("svg") ? style.fill : style.color), bright(behind(node))];
                const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
                count++;
                if (ratio < 4.5) { found[`${node.localName}.${node.className} ${ratio.toFixed(2)}`] = 1; }
            }
            return [count, Object.keys(found), bright(behind(document.querySelector(".session")))];
        })()"""
        for name in "smtp-login", "smtp-snaplen-96", "smtp-starttls-tls13", "whole-way", "webmail-roundcube":
            looks = {}
            for scheme in "light", "dark":
                self.open(name, scheme)
                self.value("document.querySelector('.ladder a').focus(), 1")
                count, poor, looks[scheme] = self.value(script)
                self.assertEqual(poor, [], f"{name} {scheme}")
                self.assertGreater(count, 150)
            self.assertGreater(looks["light"], 0.9)
            self.assertLess(looks["dark"], 0.05)

    def test_telephone(self):
        """Nothing is wider than the screen, but what scrolls in a box of its own."""
        self.browser.size(390, 844, mobile=True)
        names = sorted(path.parent.name for path in (ROOT / "captures").glob("*/capture.pcap*"))[::14]
        for name in names + ["whole-way", "webmail-roundcube", "smtp-snaplen-96", "smtp-attachment"]:
            self.open(name)
            self.value("document.querySelectorAll('details').forEach((node) => { node.open = true; }), 1")
            self.assertEqual(self.value("document.documentElement.scrollWidth"), 390, name)
            wide = "[...document.querySelectorAll('.ladder, .ladder .m, .base64 table')]"
            self.assertEqual(self.value(wide + ".filter((node) => node.getBoundingClientRect().right > 390).length"), 0)

    def test_nothing_moves(self):
        css = (ROOT / "analyzer/report/report.css").read_text()
        self.assertNotRegex(css, "animation|transition|scroll-behavior")
        self.assertNotIn("smooth", (ROOT / "analyzer/report/report.js").read_text())

    def test_paper(self):
        page = self.open("smtp-login")
        pdf = self.browser.paper()
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertGreaterEqual(len(re.findall(rb"/Type\s*/Page\b", pdf)), 2)
        self.browser.media(media="print")
        self.assertEqual(self.value("getComputedStyle(document.querySelector('.panel')).display"), "none")
        self.assertEqual(self.value("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
        self.clean(page)

    def test_paper_says_what_is_on_it(self):
        """Up to twenty sessions are printed whole, of more those that are open; the paper says so."""
        seen = {}
        for count in 3, 21:
            capture = self.folder / "some.pcap"
            capture.write_bytes(hostile.capture(count))
            self.browser.open(self.report(capture))
            self.browser.media(media="print")
            self.value("dispatchEvent(new Event('beforeprint')), 1")
            seen[count] = self.value("[...document.querySelectorAll('.paper, details.session')].filter((node) => "
                                     "node.checkVisibility()).map((node) => node.className)")
            words = self.value("document.querySelector('.paper').textContent")
            self.value("dispatchEvent(new Event('afterprint')), 1")
            self.assertEqual(self.value("document.querySelectorAll('details.session[open]').length"), 1)
        self.assertEqual(seen, {3: ["session"] * 3, 21: ["paper", "session"]})
        self.assertIn("Printed: 1 of 21 sessions", words)

    def test_without_scripts(self):
        capture = self.folder / "many.pcap"
        capture.write_bytes(hostile.capture(22))
        page = self.report(capture)
        self.browser.call("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.browser.open(page)
            nodes = self.browser.call("DOM.getDocument", depth=0)["root"]["nodeId"]
            found = self.browser.call("DOM.querySelectorAll", nodeId=nodes, selector="#c1s22 div.ladder a")
            self.assertGreater(len(found["nodeIds"]), 20)  # also of a session that scripts would build later
        finally:
            self.browser.call("Emulation.setScriptExecutionDisabled", value=False)

    def test_hostile(self):
        """Whatever is opened, pointed at, clicked: nothing of a capture runs, and nothing is asked for."""
        for name, data, sessions in (("many", hostile.capture(22), 22), ("every", hostile.everything(), 4)):
            capture = self.folder / f"{name}.pcap"
            capture.write_bytes(data)
            page = self.report(capture)
            self.browser.open(page)
            self.value("document.querySelectorAll('details').forEach(d => d.open = true), 1")
            self.browser.run("new Promise(r => setTimeout(r, 300))")
            self.assertEqual(self.value("document.querySelectorAll('details.session').length"), sessions)
            for step in range(0, self.value("document.querySelectorAll('.ladder a').length"), 3):
                self.value(f"document.querySelectorAll('.ladder a')[{step}].focus(), 1")
            self.value("document.querySelectorAll('a, button').forEach(node => node.dispatchEvent("
                       "new MouseEvent('click', {bubbles: true, cancelable: true}))), 1")
            self.value("document.querySelectorAll('*').forEach(node => node.dispatchEvent("
                       "new MouseEvent('pointerover', {bubbles: true}))), 1")
            self.browser.run("new Promise(r => setTimeout(r, 300))")
            self.assertIsNone(self.value("window.owned === undefined ? null : window.owned"))
            self.assertEqual(self.value("document.querySelectorAll('.owned, img, iframe, object, embed, link, base, form')"
                                        ".length"), 0)
            self.assertEqual(self.value("document.querySelectorAll('meta[http-equiv=refresh]').length"), 0)
            self.assertEqual(self.value("[...document.querySelectorAll('[href], [src]')].filter(node => "
                                        "!node.getAttribute('href')?.startsWith('#')).length"), 0)
            self.assertEqual(self.value("[...document.querySelectorAll('*')].filter(node => node.getAttributeNames()"
                                        ".some(name => /^on|style/.test(name))).length"), 0)
            self.assertEqual(self.value("document.scripts.length"), 1)
            text = self.value(f"document.querySelector('#c1s{sessions if name == 'many' else 1}').textContent")
            for wanted in hostile.INLINE, hostile.IMAGE, hostile.CLOSING, "\\xff", "\\xe2\\x80\\xae", "\\xe2\\x80\\xa8":
                self.assertIn(wanted, text)
            self.clean(page)

    def test_hex(self):
        """What is written out is one byte again; words of our own are none."""
        capture = self.folder / "bytes.pcap"
        capture.write_bytes(hostile.wire.pcap(hostile.wire.dialogue(
            ["S: 220 a\udcff\x1b\\x41\t\u202e ESMTP", "C: ", "S: 500 what", "C: QUIT", "S: 221 bye"])))
        self.browser.open(self.report(capture))
        self.value("document.querySelectorAll('div.ladder a')[2].focus(), 1")
        dump = re.sub(r"  \S*$", "", self.value("document.querySelector('.panel .hex').textContent"), flags=re.M)
        self.assertIn("61 ff 1b 5c 78 34 31 09 e2 80 ae 20 45",
                      " ".join(word for line in dump.splitlines() for word in line.split()[1:9]))
        self.value("document.querySelectorAll('div.ladder a')[3].focus(), 1")
        self.assertIn("(empty line)", self.value("document.querySelector('.panel').textContent"))
        for step in 3, 0:  # an empty line; a SYN is told in words, its bytes are not these
            self.value(f"document.querySelectorAll('div.ladder a')[{step}].focus(), 1")
            self.assertTrue(self.value("document.querySelector('.panel .hex') === null"))

    def test_policy(self):
        """Had escaping failed, the policy would stop what got through."""
        page = self.open("smtp-login")
        text = page.read_text()
        evil = ("<script>window.owned=1</script><img src=x onerror=window.owned=2>"
                "<img src=http://192.0.2.1/y><style>body{margin:77px}</style>"
                "<b id=evil style='color:rgb(1,2,3)' onclick=window.owned=3>x</b><iframe src='javascript:top.owned=4'>"
                "</iframe><link rel=stylesheet href=http://192.0.2.1/z><base href=http://192.0.2.1/>")
        broken = self.folder / "broken.html"
        broken.write_text(text.replace("<main>", "<main>" + evil, 1))
        self.browser.open(broken)
        self.browser.run("new Promise(r => setTimeout(r, 300))")
        self.value("document.getElementById('evil').click(), 1")
        self.assertIsNone(self.value("window.owned === undefined ? null : window.owned"))
        self.assertEqual(self.value("getComputedStyle(document.body).margin"), "0px")
        self.assertNotEqual(self.value("getComputedStyle(document.getElementById('evil')).color"), "rgb(1, 2, 3)")
        found = "\n".join(self.browser.complaints())
        for kind in "inline script", "image", "inline style", "inline event handler", "stylesheet", "base":
            self.assertRegex(found, f"log: [^\\n]*{kind}[^\\n]*violates the following Content Security Policy")
        # The same page without its policy is owned: so it is the policy that helps.
        without = self.folder / "without.html"
        without.write_text(re.sub(r"<meta http-equiv=.Content-Security-Policy.*?>", "", broken.read_text(), flags=re.S))
        self.browser.open(without)
        self.assertIsNotNone(self.value("window.owned === undefined ? null : window.owned"))

    def test_many(self):
        if not GENERATOR:
            self.skipTest("no generator of captures given")
        capture = self.folder / "many.pcap"
        subprocess.run([GENERATOR, "w3", "0.01", "1", capture], check=True, stdout=subprocess.DEVNULL)
        page = self.report(capture)
        took = self.browser.open(page)
        self.assertEqual(self.value("document.querySelectorAll('details.session').length"), 2000)
        self.assertLess(took, LOAD_SECONDS)
        self.assertLess(self.value("document.querySelectorAll('*').length"), 60000)
        print(f"2,000 sessions: {page.stat().st_size >> 20} MiB, loaded in {took:.1f} s")
        self.value("(() => { const f = document.querySelector('#find'); f.value = '10.0.5';"
                   "f.dispatchEvent(new Event('input')); })()")
        self.assertEqual(self.value("document.querySelectorAll('details.session:not([hidden])').length"), 256)
        stops = "[...document.querySelectorAll('.timeline a')].filter((node) => node.tabIndex === 0).length"
        self.assertEqual(self.value(stops), 1)  # of the Tab key, before what comes next
        self.value("document.querySelector('.timeline a').focus(), 1")
        self.browser.key("End")
        self.assertEqual(self.value("document.activeElement.getAttribute('href')"), "#c1s2000")
        self.assertEqual(self.value(stops), 1)
        self.value("location.hash = '#c1s1900l4', 1")
        self.browser.run("new Promise(r => setTimeout(r, 300))")
        self.assertTrue(self.value("document.querySelector('#c1s1900').open"))
        self.assertGreater(self.value("document.querySelectorAll('#c1s1900 div.ladder a').length"), 10)
        top = self.value("document.querySelector('#c1s1900l4').getBoundingClientRect().top")
        self.assertTrue(0 <= top < 900, top)
        self.clean(page)


if __name__ == "__main__":
    if not chromium.program():
        print("skipped: no Chromium here")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
