#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How the program behaves on the command line: exit statuses, inputs of every kind, order, joining,
colours, secrets. Usage: cli.py PROGRAM"""
import base64
import gzip
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import wire

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else "mailscope"
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CAPTURES = ROOT / "captures"


def open_terminal(test):
    """A pseudo terminal; a bare root may have none (no devpts), and then the test is skipped."""
    try:
        return pty.openpty()
    except OSError as error:
        return test.skipTest(f"no pseudo terminal: {error}")


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.raw = done.stdout or b""
        self.out = self.raw.decode("utf-8", "backslashreplace")
        self.err = done.stderr.decode("utf-8", "backslashreplace") if done.stderr else ""

    def sessions(self):
        return [json.loads(line) for line in self.out.splitlines()]


def values(session, key):
    return [fact["value"] for fact in session["facts"] if fact["key"] == key]


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mailscope-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_program(self, *words, stdin=b"", stdout=subprocess.PIPE, **environment):
        env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
        return Result(subprocess.run([PROGRAM, *map(str, words)], cwd=self.folder, env=env,
                                     input=stdin, stdout=stdout, stderr=subprocess.PIPE,
                                     timeout=120))

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return name

    def write_login(self, name, user="alice", password="wonderland", start=wire.START, **options):
        return self.write(name, wire.pcap(wire.login(user, password, **options), start=start))


class Inputs(Case):
    def test_file(self):
        self.write_login("a.pcap")
        result = self.run_program("show", "--json", "a.pcap")
        self.assertEqual((result.status, result.err), (0, ""))
        (session,) = result.sessions()
        self.assertEqual(session["file"], "a.pcap")
        self.assertEqual(values(session, "auth.username"), ["alice"])
        self.assertEqual(values(session, "auth.password"), ["wonderland"])
        self.assertEqual(self.run_program("--json", "a.pcap").out, result.out)

    def test_mistyped_verb(self):
        self.write_login("a.pcap")
        for word, verb in (("anwser", "answer"), ("shwo", "show"), ("limit", "limits")):
            result = self.run_program(word, "a.pcap")
            self.assertEqual((result.status, result.out), (2, ""))
            self.assertIn(f"'{word}' is neither a verb nor a file; '{verb}' is a verb", result.err)
        for word in ("capture", "Show", "sho.p"):  # a missing file
            self.assertEqual(self.run_program(word, "a.pcap").status, 3)
        self.write_login("shwo")
        self.assertEqual(self.run_program("shwo").status, 0)

    def test_stdin(self):
        data = wire.pcap(wire.login("alice", "wonderland"))
        result = self.run_program("--json", "-", stdin=data)
        self.assertEqual((result.status, result.err), (0, ""))
        self.assertEqual(result.sessions()[0]["file"], "-")
        packed = self.run_program("--json", "-", stdin=gzip.compress(data))
        self.assertEqual(packed.out, result.out)

    def test_folder(self):
        for name in ("d/b.pcap", "d/a.pcap", "d/sub/c.pcap", "d/z.pcap.gz"):
            self.write_login(name)
        path = self.folder / "d/z.pcap.gz"
        path.write_bytes(gzip.compress(path.read_bytes()))
        self.write("d/notes.txt", b"no capture")
        self.write("d/empty", b"")
        self.write("d/other.gz", gzip.compress(b"no capture either"))
        (self.folder / "d/loop").symlink_to(self.folder / "d")
        result = self.run_program("--json", "d")
        self.assertEqual((result.status, result.err), (0, ""))
        self.assertEqual([s["file"] for s in result.sessions()],
                         ["d/a.pcap", "d/b.pcap", "d/sub/c.pcap", "d/z.pcap.gz"])

    def test_bad_inputs(self):
        self.write_login("good.pcap")
        self.write("empty.pcap", b"")
        self.write("text.pcap", b"this is no capture at all, sorry")
        (self.folder / "folder").mkdir()
        self.write("folder/x.txt", b"x")
        whole = (self.folder / "good.pcap").read_bytes()
        self.write("cut.pcap", whole[:-10])
        for name, words in (("missing.pcap", "No such file"), ("empty.pcap", "empty"),
                            ("text.pcap", "no capture"), ("folder", "no capture"),
                            ("cut.pcap", "cut")):
            with self.subTest(name):
                result = self.run_program("--json", name, "good.pcap")
                self.assertEqual(result.status, 3)
                self.assertEqual(len(result.err.splitlines()), 1, result.err)
                self.assertIn(f"mailscope: ", result.err)
                self.assertIn(name, result.err)
                self.assertIn(words, result.err)
                files = [s["file"] for s in result.sessions()]
                self.assertEqual(files, [name, "good.pcap"] if name == "cut.pcap"
                                 else ["good.pcap"])

    @unittest.skipIf(os.geteuid() == 0, "root may read every file")
    def test_unreadable(self):
        self.write_login("a.pcap")
        (self.folder / "a.pcap").chmod(0)
        result = self.run_program("a.pcap")
        self.assertEqual(result.status, 3)
        self.assertIn("Permission denied", result.err)

    def test_hostile_name(self):
        name = self.write_login("a\x1b[31m\n.pcap")
        self.write("b\x1b[2J.pcap", b"nothing of the kind")
        result = self.run_program(name, "b\x1b[2J.pcap")
        self.assertNotIn("\x1b", result.out + result.err)
        self.assertEqual(len(result.err.splitlines()), 1)
        result = self.run_program("--json", name)
        self.assertEqual(result.sessions()[0]["file"], name)

    def test_no_mail(self):
        self.write("web.pcap", wire.pcap(wire.dialogue(
            ["C: GET / HTTP/1.1", "C: ", "S: HTTP/1.1 200 OK", "S: "], server_port=80)))
        result = self.run_program("web.pcap")
        self.assertEqual((result.status, result.err), (0, ""))
        self.assertIn("no mail found (10 frames, 1 TCP connection)", result.out)
        result = self.run_program("--json", "web.pcap")
        self.assertEqual((result.status, result.out, result.err), (0, "", ""))

    def test_unsupported_link(self):
        data = bytearray(wire.pcap(wire.login("alice", "wonderland")))
        data[20] = 147
        self.write("user0.pcap", bytes(data))
        result = self.run_program("user0.pcap")
        self.assertEqual(result.status, 0)
        self.assertIn("unsupported link type 147, 25 frames", result.err)


class Several(Case):
    def test_threads_print_the_same(self):
        names = []
        for number in range(30):
            names.append(self.write_login(f"{number:02}.pcap", password=f"secret{number}"))
            if number % 7 == 3:
                names.append(self.write(f"{number:02}.bad", b"not a capture, not even close"))
            if number % 5 == 3:
                names.append(f"{number:02}.missing")
        for options in ([], ["--json"], ["answer"], ["--json", "--redact"]):
            one = self.run_program(*options, "-j1", *names)
            four = self.run_program(*options, "-j4", *names)
            self.assertEqual(one.raw, four.raw)
            self.assertEqual(one.err, four.err)
            self.assertEqual((one.status, four.status), (3, 3))
        self.assertEqual(len(self.run_program("--json", "-j4", *names).sessions()), 30)

    def test_large_output_waits_in_files(self):
        body = "x" * 60000
        frames = []
        for port in range(41000, 41100):
            frames += wire.login("alice", "wonderland", body=body[:900], port=port)
        for name in ("a", "b", "c"):
            self.write(f"{name}.pcap", wire.pcap(frames))
        one = self.run_program("--full", "-j1", "a.pcap", "b.pcap", "c.pcap")
        two = self.run_program("--full", "-j2", "a.pcap", "b.pcap", "c.pcap")
        self.assertEqual(one.raw, two.raw)
        self.assertGreater(len(one.raw), 100000)

    def test_order_of_sessions(self):
        """The first connection ends last, and still comes first."""
        first = wire.login("first", "password1", port=41001)
        second = wire.login("second", "password2", port=41002)
        self.write("a.pcap", wire.pcap(first[:8] + second + first[8:]))
        for options, expected in (([], ["first", "second"]),
                                  (["--limit", "output-wait-bytes=10"], ["second", "first"])):
            result = self.run_program("--json", *options, "a.pcap")
            self.assertEqual([values(s, "auth.username")[0] for s in result.sessions()], expected)
            numbers = [s["session"] for s in result.sessions()]
            self.assertEqual(sorted(numbers), [1, 2])


class Joined(Case):
    def split(self, *parts):
        """Writes a session's frames to several files, cut at frame numbers `parts`."""
        frames = wire.login("alice", "wonderland")
        step = 1000
        cuts = [0, *parts, len(frames)]
        names = []
        for index, (begin, end) in enumerate(zip(cuts, cuts[1:])):
            data = bytearray(wire.pcap(frames[begin:end], step))
            at = 24
            for number in range(begin, end):  # the time it has in the whole capture
                data[at + 4:at + 8] = (number * step).to_bytes(4, "little")
                at += 16 + len(frames[number])
            names.append(self.write(f"{index}.pcap", bytes(data)))
        return names

    def test_rotated(self):
        names = self.split(5, 11)
        for order in (names, names[::-1]):
            result = self.run_program("--json", "--joined", *order)
            self.assertEqual((result.status, result.err), (0, ""))
            (session,) = result.sessions()
            self.assertEqual(session["files"], order)
            self.assertNotIn("file", session)
            self.assertEqual(values(session, "auth.password"), ["wonderland"])
            self.assertEqual(values(session, "session.end"), ["quit"])
            (password,) = [f for f in session["facts"] if f["key"] == "auth.password"]
            frame, _, _, file = password["ranges"][0]
            self.assertEqual((frame, order[file - 1]), (3, names[1]))  # frame 8 of all
            self.assertEqual(session["oddities"], [])

    def test_rotated_show(self):
        names = self.split(5, 11)
        result = self.run_program("show", "--joined", *names)
        lines = result.out.splitlines()
        at = [lines.index("  frames of " + name) for name in names]
        self.assertEqual(at, sorted(at))
        self.assertRegex(lines[at[1] + 1], "^ +1 ")  # frame 6 of all
        self.assertRegex(result.out, r"; last frame \d+ of " + re.escape(names[2]))
        result = self.run_program("show", *names[:1])
        self.assertNotIn("frames of", result.out)

    def test_apart(self):
        names = self.split(5, 11)
        result = self.run_program("--json", *names)
        self.assertGreater(len(result.sessions()), 1)

    def test_one_missing(self):
        names = self.split(11)
        result = self.run_program("--json", "--joined", names[0], "missing.pcap", names[1])
        self.assertEqual(result.status, 3)
        self.assertEqual(len(result.err.splitlines()), 1)
        (session,) = result.sessions()
        self.assertEqual(values(session, "auth.password"), ["wonderland"])

    def test_stdin_among_them(self):
        names = self.split(11)
        result = self.run_program("--json", "--joined", "-", names[0],
                                  stdin=(self.folder / names[1]).read_bytes())
        self.assertEqual((result.status, result.err), (0, ""))
        self.assertEqual(len(result.sessions()), 1)

    def test_equal_times(self):
        """Frames with one time come in the order of the files."""
        frames = wire.login("alice", "wonderland")
        self.write("a.pcap", wire.pcap(frames[:12], step=0))
        self.write("b.pcap", wire.pcap(frames[12:], step=0))
        result = self.run_program("--json", "--joined", "a.pcap", "b.pcap")
        (session,) = result.sessions()
        self.assertEqual(session["oddities"], [])

    def test_many_files(self):
        """More files than can be open at once."""
        frames = wire.login("alice", "wonderland")
        for number in range(1500):
            data = wire.pcap([frames[number % len(frames)]] if number < len(frames) else [],
                             start=wire.START + number)
            self.write(f"many/{number:05}.pcap", data)
        result = self.run_program("--json", "--joined", "many")
        self.assertEqual((result.status, result.err), (0, ""))
        (session,) = result.sessions()
        self.assertEqual(values(session, "session.end"), ["quit"])


class Output(Case):
    def test_usage(self):
        for words in ([], ["--bogus", "a"], ["answer"], ["--limit", "x=1", "a"], ["-", "-"],
                      ["fields", "a"], ["--color=blue", "a"], ["-j", "many", "a"]):
            with self.subTest(words):
                result = self.run_program(*words)
                self.assertEqual(result.status, 2)
                self.assertEqual(result.out, "")
                self.assertEqual(len(result.err.splitlines()), 1)
                self.assertIn("--help", result.err)

    def test_help(self):
        for words in (["--help"], ["-h"], ["show", "--help"], ["answer", "--help"],
                      ["fields", "--help"], ["limits", "--help"], ["oddities", "-h"],
                      ["--version"]):
            result = self.run_program(*words)
            self.assertEqual((result.status, result.err), (0, ""))
            self.assertIn("mailscope", result.out)

    def test_lists(self):
        for verb, least in (("fields", 60), ("oddities", 20), ("limits", 20)):
            text = self.run_program(verb).out.splitlines()
            rows = self.run_program(verb, "--json").sessions()
            markdown = self.run_program(verb, "--markdown").out.splitlines()
            self.assertGreaterEqual(len(rows), least)
            self.assertEqual((len(text), len(markdown)), (len(rows), len(rows) + 2))
        keys = [row["key"] for row in self.run_program("fields", "--json").sessions()]
        self.assertEqual(keys, sorted(set(keys)))

    def test_full_disk(self):
        self.write_login("a.pcap")
        with open("/dev/full", "wb") as full:
            for words in (["a.pcap"], ["--json", "a.pcap", "a.pcap"], ["fields"], ["--help"],
                          ["-j2", "--json", "a.pcap", "a.pcap"]):
                result = Result(subprocess.run([PROGRAM, *words], cwd=self.folder, stdout=full,
                                               stderr=subprocess.PIPE, timeout=60))
                self.assertEqual(result.status, 3)
                self.assertEqual(result.err.splitlines(),
                                 ["mailscope: cannot write the output: No space left on device"])

    def test_no_standard_output(self):
        """A closed standard output is an error that is told, not a number for the next file."""
        self.write_login("a.pcap")
        for words in ("show a.pcap", "answer a.pcap", "report -o - a.pcap", "path a.pcap", "limits"):
            done = subprocess.run(["sh", "-c", f'exec "$0" {words} >&-', PROGRAM], cwd=self.folder,
                                  stderr=subprocess.PIPE, text=True, timeout=60)
            self.assertEqual((done.returncode, "Bad file descriptor" in done.stderr), (3, True), words)
        done = subprocess.run(["sh", "-c", 'exec "$0" show - <&-', PROGRAM], cwd=self.folder,
                              stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 3)
        self.assertIn("standard input", done.stderr)

    def test_words_of_trouble(self):
        """Each complaint about a file is one line in our own words: what, which file, why."""
        self.write_login("a.pcap")
        self.write("lab.ini", (self.run_program("grade", "--init", "a.pcap").out).encode())
        self.write("text", b"hello\n")
        self.write("roster.csv", b"id\nada\n")
        (self.folder / "work").mkdir()
        (self.folder / "work" / "ada.txt").write_text("s1-user: x\n")
        (self.folder / "out").mkdir()
        missing = "cannot open 'no': No such file or directory"
        for words, status, why in (
                ("show no", 3, missing), ("answer no", 3, missing), ("path no", 3, missing),
                ("report no -o r.html", 3, missing), ("grade --init no", 3, missing),
                ("grade no work -o g", 3, missing), ("grade --check no", 3, missing),
                ("grade --sheet no", 3, missing), ("grade lab.ini no -o g", 3, missing),
                ("grade lab.ini no.ndjson -o g", 3, missing.replace("no'", "no.ndjson'")),
                ("grade lab.ini work -o g --worksheet no", 3, missing),
                ("grade lab.ini work -o g --canvas no", 3, missing),
                ("grade lab.ini work -o g --gradescope no", 3, missing),
                ("grade lab.ini work -o g --roster no", 3, missing.replace("open", "read the roster")),
                ("grade work work -o g", 3, "cannot open 'work': Is a directory"),
                ("grade lab.ini work -o out", 3, "'out' is there already; --overwrite writes into it"),
                ("grade lab.ini work -o text/x", 3, "cannot make 'text/x': Not a directory"),
                ("grade --init text", 3, "'text' is no capture: neither pcap nor pcapng"),
                ("make --roster no -o m", 3, missing.replace("open", "read the roster")),
                ("make no --roster roster.csv -o m", 3, missing),
                ("make --roster roster.csv -o no/no", 3, "cannot make the folder 'no/no': No such file or directory"),
                ("make --roster text -o m", 2, "cannot use the roster 'text': its first row names no column 'id'"),
                ("report a.pcap -o text", 3, "cannot write 'text': File exists; --overwrite replaces it"),
                ("report a.pcap -o out", 3, "cannot write 'out': Is a directory"),
                ("extract a.pcap -o text", 3, "cannot write 'text': Not a directory"),
                ("show --filter 'eml.x == 1' a.pcap", 2, None),
                ("show --no-hash --filter 'smtp.helo || message.sha256 == \"0\"' a.pcap", 2,
                 "--filter asks for a hash, and --no-hash leaves it out"),
                ("show --filter 'smtp.helo matches \"(\"' a.pcap", 2,
                 "filter, character 19: a bad pattern: missing "),
                ("show --limit streams=99999999999999999999 a.pcap", 2,
                 "--limit needs NAME=VALUE with a whole number, not 'streams=99999999999999999999'"
                 " (mailscope show --help explains)")):
            result = Result(subprocess.run(["sh", "-c", f'exec "$0" {words}', PROGRAM], cwd=self.folder,
                                           capture_output=True, timeout=60))
            self.assertEqual(result.status, status, (words, result.err))
            self.assertNotRegex(result.err, "[“”‘’]|Failed|Error opening")
            if why:
                self.assertIn(f"mailscope: {why}", result.err, words)
            if "grade" in words:
                self.assertEqual(result.out, "", words)
        for name in ("out/x.tar", "out/x"):
            self.run_program("extract", "a.pcap", "-o", name)
            self.assertRegex(self.run_program("extract", "a.pcap", "-o", name).err,
                             f"^mailscope: cannot write '{name}(/[^']*)?': File exists; --overwrite replaces it\n$")

    def test_reader_goes_away(self):
        self.write_login("a.pcap")
        names = ["a.pcap"] * 400
        for options in (["-j1"], ["-j2"]):
            process = subprocess.Popen([PROGRAM, "--json", *options, *names], cwd=self.folder,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            process.stdout.read(10)
            process.stdout.close()
            err = process.stderr.read()
            process.stderr.close()
            self.assertEqual((process.wait(60), err), (0, b""))

    def on_terminal(self, *words, **environment):
        """What the program writes when standard output is a terminal."""
        ours, theirs = open_terminal(self)
        env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        env.update({"TERM": "xterm", **environment})
        process = subprocess.Popen([PROGRAM, *words], cwd=self.folder, env=env, stdout=theirs,
                                   stderr=subprocess.DEVNULL)
        os.close(theirs)
        out = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:
                break
            if not block:
                break
            out += block
        os.close(ours)
        process.wait(60)
        return out

    def test_colors(self):
        self.write_login("a.pcap")
        self.assertNotIn(b"\x1b", self.run_program("a.pcap").raw)
        self.assertIn(b"\x1b[", self.run_program("--color=always", "a.pcap").raw)
        self.assertIn(b"\x1b[", self.run_program("--color=always", "a.pcap", NO_COLOR="1").raw)
        self.assertIn(b"\x1b[", self.on_terminal("a.pcap"))
        self.assertNotIn(b"\x1b", self.on_terminal("a.pcap", NO_COLOR="1"))
        self.assertNotIn(b"\x1b", self.on_terminal("--color=never", "a.pcap"))
        self.assertNotIn(b"\x1b", self.on_terminal("--color=auto", "a.pcap", TERM="dumb"))

    def test_terminal_is_safe(self):
        """Escape sequences of a peer never reach the terminal."""
        self.write("a.pcap", wire.pcap(wire.dialogue([
            "S: 220 mx", "C: EHLO pc", "S: 250 \x1b]0;owned\x07\x1b[31m", "C: MAIL FROM:<a@b.example>",
            "S: 250 ok", "C: RCPT TO:<\x1b[2J\x9b1m\u202e>", "S: 250 ok", "C: DATA", "S: 354 ok",
            "C: Subject: \x1b[2J\x9b1m\u202e", "C: ", "C: \x1b[2J\x9b1m\u202e", "C: .", "S: 250 \x1b[1m",
            "C: QUIT", "S: 221 bye"])))
        for verb in ("show", "answer"):
            result = self.run_program(verb, "a.pcap")
            self.assertEqual(len(self.run_program("--json", "a.pcap").sessions()), 1)
            for byte in ("\x1b", "\x07", "\x9b", "\u202e"):
                self.assertNotIn(byte, result.out)

    def test_progress(self):
        """A line on the terminal when the work takes more than a second, gone at the end."""
        data = wire.pcap(wire.login("alice", "wonderland") * 1500)
        half = len(data) // 2
        for terminal in (True, False):
            ours, theirs = open_terminal(self) if terminal else os.pipe()
            process = subprocess.Popen([PROGRAM, "--json", "-"], stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL, stderr=theirs)
            os.close(theirs)
            process.stdin.write(data[:half])
            process.stdin.flush()
            time.sleep(1.3)
            process.stdin.write(data[half:])
            process.stdin.close()
            self.assertEqual(process.wait(60), 0)
            said = b""
            try:
                while part := os.read(ours, 65536):
                    said += part
            except OSError:
                pass  # how a terminal says that nobody writes to it any more
            os.close(ours)
            if terminal:
                self.assertIn(b" MB -", said)
                self.assertTrue(said.endswith(b"\r\x1b[K"), said)
            else:
                self.assertEqual(said, b"")

    def test_time_zone_and_locale(self):
        self.write_login("a.pcap")
        for options in (["--json"], ["show"], ["answer"]):
            here = self.run_program(*options, "a.pcap", TZ="UTC", LC_ALL="C")
            there = self.run_program(*options, "a.pcap", TZ="Asia/Tokyo", LC_ALL="de_DE.UTF-8")
            self.assertEqual(here.raw, there.raw)

    def test_no_hash(self):
        self.write_login("a.pcap")
        with_hash = self.run_program("--json", "a.pcap").sessions()[0]
        without = self.run_program("--json", "--no-hash", "a.pcap").sessions()[0]
        self.assertEqual(len(values(with_hash, "message.sha256")), 1)
        self.assertEqual(values(without, "message.sha256"), [])
        self.assertEqual([f for f in with_hash["facts"] if f["key"] != "message.sha256"],
                         without["facts"])


# Words that the program itself uses when it talks to people; passwords in some captures.
OWN_WORDS = (b"password", b"login", b"secret", b"user")


class Secrets(Case):
    def forms(self, secret):
        """The texts that must not be in the output: as it is, and in base64 at any alignment."""
        data = secret.encode()
        yield data
        for before in range(3):
            encoded = base64.b64encode(b"\0" * before + data)
            core = encoded[(before * 8 + 5) // 6:(before + len(data)) * 8 // 6]
            if len(core) >= 6:
                yield core

    def test_nowhere(self):
        token = base64.b64encode(b"\0carol\0correct horse battery").decode()
        early = wire.dialogue([
            "S: 220 mx ESMTP", "C: EHLO pc", "S: 250 ok", "C: MAIL FROM:<a@example.org>", "S: 250 ok",
            "C: RCPT TO:<b@example.net>", "S: 250 ok", "C: DATA", "S: 354 go",
            "C: Subject: your password is wonderland", "C: ", "C: wonderland it is,",
            f"C: or {token}", "C: .", "S: 250 ok", "C: QUIT", "S: 221 bye"], port=41001)
        late = wire.login("alice", "wonderland", port=41002)
        other = wire.login("carol", "correct horse battery", body="wonderland", port=41003)
        typed = wire.dialogue([
            "S: 220 mx", "C: EHLO x", "S: 250 AUTH LOGIN", "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6",
            "C: ZGF2ZQ==", "S: 334 UGFzc3dvcmQ6", "C: ZGF2ZXMtc2VjcmV0", "S: 535 no",
            "C: NOOP daves-secret", "S: 250 ZGF2ZXMtc2VjcmV0 is what you said", "C: QUIT", "S: 221 x"],
            port=41004)
        self.write("a.pcap", wire.pcap(early + late + other + typed))
        for options in (["--json"], ["show"], ["show", "--full"], ["answer"],
                        ["show", "--color=always"]):
            plain = self.run_program(*options, "a.pcap")
            masked = self.run_program(*options, "--redact", "a.pcap")
            self.assertEqual((plain.status, masked.status), (0, 0))
            for secret in ("wonderland", "correct horse battery", "daves-secret"):
                self.assertIn(secret.encode(), plain.raw)
                for form in self.forms(secret):
                    self.assertNotIn(form, masked.raw, f"{options}")
            self.assertIn("********", masked.out)
            self.assertIn("alice", masked.out)

    def secrets_of(self, name):
        for session in self.run_program("--json", name).sessions():
            for fact in session["facts"]:
                if fact["key"] in ("auth.password", "auth.encoded", "auth.digest", "auth.token"):
                    if len(fact["value"]) >= 4 and "hex" not in fact:
                        yield fact["value"]

    def test_captures(self):
        """No secret of any capture of the project is left in any output."""
        names = sorted(CAPTURES.rglob("*.pcap*"))
        checked = 0
        for name in names:
            secrets = sorted(set(self.secrets_of(name)))
            if not secrets:
                continue
            data = name.read_bytes()  # not by name: it may hold the word that is the secret
            for options in (["--json"], ["show", "--full"], ["answer"]):
                masked = self.run_program(*options, "--redact", "-", stdin=data).raw
                masked = masked.replace(b'"key":"auth.password"', b"")
                for secret in secrets:
                    if secret.encode() in OWN_WORDS and options != ["--json"]:
                        continue
                    for form in self.forms(secret):
                        self.assertNotIn(form, masked, f"{name} {options}")
                    checked += 1
        if names:
            self.assertGreater(checked, 20)

    def test_pipe(self):
        """From a pipe as from a file, also when the secret comes after the text to be masked."""
        early = wire.login("alice", "wonderland", body="looking-glass", port=41001)
        late = wire.login("carol", "looking-glass", port=41002)
        data = wire.pcap(early + late)
        self.write("-.pcap", data)
        for options in (["--json"], ["show"], ["answer"]):
            piped = self.run_program(*options, "--redact", "-", stdin=data)
            read = self.run_program(*options, "--redact", "./-.pcap")
            self.assertEqual(piped.raw, read.raw.replace(b"./-.pcap", b"-"))
            self.assertEqual((piped.status, piped.err), (0, ""))
            self.assertNotIn("looking-glass", piped.out)
        empty = self.run_program("--redact", "-")
        self.assertEqual((empty.status, empty.err), (3, "mailscope: standard input is empty\n"))


class Limits(Case):
    def test_clock_goes_back(self):
        """A session that ends before it begins does not last less than nothing."""
        data = (CAPTURES / "smtp-plain" / "capture.pcap").read_bytes()
        at, back = 24, bytearray(data)
        while at < len(data):
            seconds, _, length = struct.unpack_from("<III", data, at)
            struct.pack_into("<I", back, at, seconds - at)
            at += 16 + length
        self.write("back.pcap", bytes(back))
        for verb in ("show", "answer"):
            result = self.run_program(verb, "back.pcap")
            self.assertRegex(" ".join(result.out.split()), r"go back: its last frame is -\d+\.\d+ s from the first")
            self.assertNotIn("lasts -", result.out)

    def test_limit_is_said(self):
        self.write_login("a.pcap", body="y" * 5000)
        result = self.run_program("--json", "--limit", "session-facts=5", "a.pcap")
        self.assertEqual(result.status, 0)
        (session,) = result.sessions()
        (whole,) = self.run_program("--json", "a.pcap").sessions()
        self.assertLess(len(session["facts"]), len(whole["facts"]) / 2)
        self.assertIn("limit", [oddity["oddity"] for oddity in session["oddities"]])

    def test_zero(self):
        """A limit of 0 gives up everything and harms nothing."""
        self.write_login("a.pcap")
        for row in self.run_program("limits", "--json").sessions():
            for options in (["--json"], ["show", "--full"], ["answer", "--redact"]):
                result = self.run_program(*options, "--limit", f"{row['limit']}=0", "a.pcap")
                self.assertEqual((result.status, result.err), (0, ""), row["limit"])

    def test_lavish_and_mean(self):
        """Nor does one that is larger than all memory, or 0 where requests wait."""
        names = [row["limit"] for row in self.run_program("limits", "--json").sessions()]
        self.assertGreater(len(names), 50)
        files = [str(CAPTURES / name / "capture.pcap") for name in ("webmail-roundcube", "imap-compress", "smtp-reorder")]
        for value in (0, 1, 2**64 - 1):
            for name in names:
                result = self.run_program("--mime", "--limit", f"{name}={value}", *files)
                self.assertEqual((result.status, result.err), (0, ""), (name, value))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
