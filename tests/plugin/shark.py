# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin's tests share: tshark with and without the plugin, run as an unprivileged user in
a home of its own, and the facts of `mailscope show --json` and of the plugin's tree in one form.

Wireshark does not load personal plugins for root, and says nothing about it: hence the other user,
and hence `assert_loaded()`, which every test calls first.
"""
import base64
import collections
import concurrent.futures
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree

SKIPPED = 77
USER = 65534  # nobody
# Out of the way of a comparison with what Wireshark says by itself: what the plugin adds elsewhere.
QUIET = ["-o", "mailscope.info_column:FALSE", "-o", "mailscope.odd_ports:FALSE"]
CAPTURES = (".pcap", ".pcapng", ".cap")


class Refused(AssertionError):
    """tshark ended with a complaint."""


Fact = collections.namedtuple("Fact", "session key value ranges")  # ranges: (frame, offset, length)


class Shark:
    """A tshark with the plugin, and the same without. Use as a context manager."""

    def __init__(self, plugin):
        self.plugin = pathlib.Path(plugin)
        said = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True)
        words = said.stdout.split("\n")[0].split()
        self.version = next(word for word in words if word[0].isdigit()).rstrip(".")
        self.minor = ".".join(self.version.split(".")[:2])
        self.lock = threading.Lock()

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-plugin-"))
        for home in ("with", "without"):
            (self.folder / home).mkdir()
        place = self.folder / "with" / ".local/lib/wireshark/plugins" / self.minor / "epan"
        place.mkdir(parents=True)
        shutil.copy(self.plugin, place / "mailscope.so")
        self.outbox = self.folder / "outbox"  # where tshark may write
        self.outbox.mkdir()
        self.give(self.folder)
        self.folder.chmod(0o755)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def give(self, path):
        """Makes the other user the owner of a file or of all that is in a folder."""
        if os.geteuid() == 0:
            for one in [path, *path.rglob("*")] if path.is_dir() else [path]:
                os.chown(one, USER, USER)

    def copy(self, capture):
        """A copy of a capture that the other user may read; the same one for the same capture."""
        capture = pathlib.Path(capture).resolve()
        if self.folder in capture.parents:
            return capture
        place = self.folder / "captures" / str(capture).strip("/").replace("/", "~")[-200:]
        with self.lock:
            if not place.exists():
                place.parent.mkdir(exist_ok=True)
                shutil.copyfile(capture, place)
                self.give(place)
        return place

    def merged(self, captures, name):
        """All these captures in one file, one after another."""
        target = self.outbox / f"{name}.pcapng"
        self.run("-a", "-w", target, *[self.copy(path) for path in captures], program="mergecap")
        return target

    def prefer(self, **preferences):
        """The preferences of the user with the plugin, and no others; __ stands for a dot."""
        place = self.folder / "with/.config/wireshark/preferences"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("".join(f"{name.replace('__', '.')}: {value}\n"
                                 for name, value in preferences.items()))
        self.give(self.folder / "with")

    def environment(self, plugin=True, program="tshark"):
        home = str(self.folder / ("with" if plugin else "without"))
        keep = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                "WIRESHARK_DEBUG_WMEM_OVERRIDE") if name in os.environ}
        if "MS_PRELOAD" in os.environ and "shark" in program:  # the sanitizers' libraries
            keep["LD_PRELOAD"] = os.environ["MS_PRELOAD"]
        # No capture tools beside Wireshark: starting them hangs under a sanitizer.
        return {**keep, "HOME": home, "LC_ALL": "C.UTF-8", "TZ": "UTC",
                "WIRESHARK_EXTCAP_DIR": str(self.outbox)}

    def command(self, *words):
        words = [str(word) for word in words]
        if os.geteuid() == 0:
            words = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *words]
        return words

    def run(self, *words, plugin=True, check=True, text=True, program="tshark"):
        """What tshark prints. A capture that was cut is no failure: tshark says so behind the
        frames; everything else it has against a run is one."""
        done = subprocess.run(self.command(program, *words), stdin=subprocess.DEVNULL,
                              capture_output=True, env=self.environment(plugin, program), timeout=300,
                              cwd=self.folder)
        said = done.stderr.decode(errors="replace")
        if check and done.returncode != 0 and "cut short" not in said:
            raise Refused(f"{program} {' '.join(map(str, words))}: {done.returncode}: {said}")
        return done.stdout.decode(errors="replace") if text else done.stdout

    def read(self, capture, *words, two_pass=False, **named):
        """tshark on a capture."""
        return self.run(*(["-2"] if two_pass else []), "-n", "-r", self.copy(capture), *words,
                        **named)

    def fields(self, capture, *names, filter=None, two_pass=False, options=()):
        """One list of values a frame, as `-T fields` prints them."""
        words = [*options, *(["-Y", filter] if filter else []), "-T", "fields"]
        for name in names:
            words += ["-e", name]
        said = self.read(capture, *words, two_pass=two_pass)
        return [line.split("\t") for line in said.split("\n")[:-1]]

    def frames(self, capture, filter, two_pass=False, options=()):
        return [int(row[0]) for row in self.fields(capture, "frame.number", filter=filter,
                                                   two_pass=two_pass, options=options)]

    def assert_loaded(self):
        """The plugin is there, and is not where it should not be."""
        listed = [line.split("\t") for line in self.run("-G", "plugins").split("\n")]
        mine = [row for row in listed if row[0].startswith("mailscope")]
        assert mine, f"tshark {self.version} did not load {self.plugin}"
        assert len(mine) == 1 and str(self.folder) in mine[0][-1], \
            f"another mailscope plugin is installed: {mine}"
        assert not any(line.startswith("mailscope")
                       for line in self.run("-G", "plugins", plugin=False).split("\n")), \
            "the plugin is also there without its file"


# Facts that are the bytes they come from.
QUOTED = {"smtp.command", "smtp.mail_from", "smtp.rcpt_to", "smtp.helo", "smtp.mail_parameter",
          "smtp.rcpt_parameter", "auth.encoded", "message.subject", "message.date", "message.id",
          "session.client_first", "session.server_first", "smtp.extension", "smtp.reply_code",
          "smtp.rcpt_reply", "smtp.mail_reply", "smtp.final_reply", "smtp.quit_code"}


def highlighted(node, sources):
    """The bytes that a click on a node of sharkd's tree marks."""
    offset, length = node["h"]
    data = sources[node.get("ds", 0)][offset:offset + length]
    assert len(data) == length, f"{node['f']} reaches behind its bytes"
    return data


def is_quotation(node, sources):
    """Whether the highlighted bytes are the value of the field; None: it is no quotation, or its
    bytes lie in several places."""
    found = re.fullmatch(r'mailscope\.([a-z_.0-9]+) == "?(.*?)"?', node.get("f", ""), re.S)
    places = [one for one in node.get("n", []) if one.get("f", "").startswith("mailscope.range")
              or one.get("f", "").startswith(("mailscope.frame", "mailscope.known_in"))]
    if not found or found[1] not in QUOTED or "h" not in node or len(places) != 1:
        return None
    value = re.sub(r"\\(.)", r"\1", found[2])
    return highlighted(node, sources).decode(errors="replace") == value


class Sharkd:
    """One Wireshark that stays open, as its window does: load(), frame() in any order."""

    def __init__(self, shark, plugin=True):
        words = shark.command("sharkd", "-")
        self.shark, self.id = shark, 0
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env=shark.environment(plugin),
                                        cwd=shark.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self.process.stdout.close()

    def ask(self, method, **parameters):
        self.id += 1
        request = {"jsonrpc": "2.0", "id": self.id, "method": method, "params": parameters}
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"sharkd ended at {method} {parameters}"
        answer = json.loads(line)
        assert "result" in answer, f"sharkd: {method} {parameters}: {answer}"
        return answer["result"]

    def load(self, capture):
        self.ask("load", file=str(self.shark.copy(capture)))

    def frames(self, filter):
        """Numbers of the frames that a display filter leaves. sharkd remembers what a filter left,
        even of another capture: no two are the same."""
        once = f"({filter}) && frame.number < {1000000 + self.id}"
        return [row["num"] for row in self.ask("frames", filter=once)]

    def frame(self, number):
        """The plugin's tree of a frame as sharkd gives it, and the bytes of its data sources."""
        answer = self.ask("frame", frame=number, proto=True, bytes=True)
        sources = [answer.get("bytes", "")] + [one["bytes"] for one in answer.get("ds", [])]
        trees = [node for node in answer["tree"] if node.get("f") == "mailscope"
                 or node["l"].startswith("Mailscope")]
        return trees, [base64.b64decode(one) for one in sources]

    def memory(self):
        """Resident bytes."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in text.split("\n")
                    if line.startswith("VmRSS"))


def nodes(trees):
    """Every node of sharkd's trees, the outer ones first."""
    for node in trees:
        yield node
        yield from nodes(node.get("n", []))


def open_shark(plugin):
    """A Shark, or None with the reason said when there is nothing to test with."""
    for name in ("tshark", "setpriv"):
        if not shutil.which(name):
            print(f"skipped: there is no {name}")
            return None
    if not plugin or not pathlib.Path(plugin).is_file():
        print("skipped: the plugin was not built")
        return None
    return Shark(plugin)


def captures_in(*folders):
    """Every capture in these folders, in order; folders that are not there are said."""
    for folder in map(pathlib.Path, folders):
        if not folder.is_dir():
            print(f"skipped: {folder} is not there")
            continue
        yield from sorted(path for path in folder.rglob("*") if path.suffix in CAPTURES)


# All tests of the plugin, as the matrix wants them: each capture by itself.
EACH = bool(os.environ.get("MS_EACH"))
GROUP = 20  # captures


def together(shark, folder):
    """Every capture of a folder. Starting tshark takes longer than reading a capture: so most come
    together in one file, and what is said of one is said of it in there; with MS_EACH, and where
    they cannot be put together, each comes by itself. (path, how many captures are in it)"""
    paths = list(captures_in(folder))
    for first in range(0, len(paths), GROUP):
        group = paths[first:first + GROUP]
        name = str(group[0]).strip("/").replace("/", "~")[-150:]
        try:
            if EACH:
                raise Refused
            yield shark.merged(group, name), len(group)
        except Refused:
            yield from ((path, 1) for path in group)


def program_json(program, capture, *words):
    done = subprocess.run([program, "show", "--json", *words, capture], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=120)
    assert done.returncode in (0, 3), done.stderr.decode(errors="replace")
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


def field_types(program):
    """Type of each fact by key, as `mailscope fields` lists them."""
    listed = subprocess.run([program, "fields"], capture_output=True, text=True, check=True)
    return dict(line.split()[:2] for line in listed.stdout.splitlines())


def program_facts(session):
    """The facts of one session of the program, and its oddities: Fact."""
    for fact in session["facts"]:
        value = fact["value"]
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif "hex" in fact and not isinstance(value, str):
            value = fact["hex"]
        yield Fact(session["session"], fact["key"], str(value), places(fact))
    for oddity in session["oddities"]:
        yield Fact(session["session"], "oddity", oddity["oddity"], places(oddity))


def places(fact):
    return tuple(tuple(one[:3]) for one in fact["ranges"])


def plain(kind, value):
    """A value as text in one form for program and plugin, by the fact's type. Wireshark writes what
    is no letter in its own way, differently in each version: in strings all that is one dot."""
    if kind == "bool":
        return {"1": "true", "0": "false"}.get(value, value.lower())
    if kind == "time" and not value.endswith("Z"):  # Nov 22, 2026 22:59:09.386912000 UTC
        stamp, _, nanoseconds = value.removesuffix(" UTC").partition(".")
        moment = datetime.datetime.strptime(" ".join(stamp.split()), "%b %d, %Y %H:%M:%S")
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds:<09}Z"
    if kind == "bytes" and re.fullmatch("[0-9a-f]{2}(:[0-9a-f]{2})*", value):
        return bytes.fromhex(value.replace(":", "")).decode("latin-1")
    if kind in ("string", "bytes"):
        return re.sub(r"[^!-\[\]-~]+", ".", re.sub(r"\\[0-7]{3}|\\x[0-9a-f]{2}|\\.", ".", value))
    return value


def pdml(shark, capture, two_pass=False, options=()):
    """The plugin's tree of each frame that has one: (frame number, element)."""
    said = shark.read(capture, *options, "-Y", "mailscope", "-T", "pdml", "-J", "mailscope",
                      two_pass=two_pass, text=False)
    for packet in xml.etree.ElementTree.fromstring(said).iter("packet"):
        number = next(int(field.get("show")) for field in packet.iter("field")
                      if field.get("name") == "num")
        for proto in packet.findall("proto"):
            if proto.get("name") == "mailscope":
                yield number, proto


def tree_facts(tree):
    """Every fact and oddity in a frame's tree: (Fact, element)."""
    def walk(element, session):
        for field in element.findall("field"):
            name = field.get("name").removeprefix("mailscope.")
            if name == "session":
                yield from walk(field, int(field.get("show")))
            elif "." in name or name == "oddity":
                ranges = tuple(place(one.get("show")) for one in
                               field.findall("field[@name='mailscope.range']"))
                if name.endswith("6") and ":" in field.get("show"):
                    name = name[:-1]  # an IPv6 address has a field of its own
                yield Fact(session, name, field.get("show"), ranges), field
            else:
                yield from walk(field, session)
    return walk(tree, None)


def place(text):
    """(frame, offset, length) of a mailscope.range, and "d" when it is in decrypted bytes."""
    frame, _, rest = text.partition(":")
    offset, _, length = rest.rstrip("d").partition("+")
    return (int(frame), int(offset), int(length)) + (("d",) if rest.endswith("d") else ())


def in_turn(function, jobs):
    """What `function` gives for each job, two at a time, in order."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        yield from pool.map(function, jobs)


def main(run):
    """Runs `run(shark, arguments)` with the plugin named first; the exit status of a test."""
    shark = open_shark(sys.argv[1])
    if not shark:
        return SKIPPED
    with shark:
        shark.assert_loaded()
        return run(shark, sys.argv[2:])
