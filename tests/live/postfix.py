#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Live capture between two hosts: swaks and curl send to a real Postfix over a pair of interfaces, each
end in a network namespace of its own; then many sessions at once, with the program's memory watched.
Needs root, namespaces, postfix, swaks and curl; without them it says 'skipped' and exits 77.

Usage: postfix.py PROGRAM [--sessions N]"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "extract"))
import roundtrip  # noqa: E402

CLIENT, SERVER = "10.77.0.1", "10.77.0.2"
TOOLS = ("postfix", "smtp-source", "smtp-sink", "swaks", "curl", "ip", "unshare", "nsenter")


def skip(why):
    print("skipped: " + why)
    sys.exit(77)


class Server:
    """The other host: a namespace that lives as long as a process that sleeps in it."""

    def __init__(self):
        self.sleeper = subprocess.Popen(["unshare", "-n", "sleep", "1000"])
        time.sleep(0.3)
        pid = str(self.sleeper.pid)
        for words in ((["link", "add", "mail0", "type", "veth", "peer", "name", "mail1"]),
                      (["link", "set", "mail1", "netns", pid]),
                      (["addr", "add", CLIENT + "/24", "dev", "mail0"]), (["link", "set", "mail0", "up"])):
            subprocess.run(["ip", *words], check=True)
        for words in ((["addr", "add", SERVER + "/24", "dev", "mail1"]), (["link", "set", "mail1", "up"]),
                      (["link", "set", "lo", "up"])):
            subprocess.run(self.inside("ip", *words), check=True)

    def inside(self, *command):
        return ["nsenter", "-t", str(self.sleeper.pid), "-n", *command]


class Program:
    """mailscope live --json in a file."""

    def __init__(self, program, folder, *words):
        self.out = folder / "live.json"
        with open(self.out, "wb") as out:
            self.child = subprocess.Popen([program, "live", "-i", "mail0", "--json", *words], stdout=out,
                                          stderr=subprocess.PIPE)
        line = self.child.stderr.readline()
        assert b"capturing on 'mail0'" in line, line

    def status(self, name):
        text = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return re.search(rf"^{name}:\s*(.*)$", text, re.M)[1].split()

    def sessions(self):
        return [json.loads(line) for line in self.out.read_text().splitlines()]

    def stop(self):
        self.child.send_signal(signal.SIGINT)
        _, err = self.child.communicate(timeout=60)
        assert self.child.returncode == 0, err
        return err.decode()


def run(*command):
    done = subprocess.run(command, capture_output=True)
    if done.returncode:
        sys.exit(f"{command[0]}: {done.returncode}\n{done.stdout[-1500:].decode()}\n{done.stderr[-500:].decode()}")


def values(session, key):
    return [fact["value"] for fact in session["facts"] if fact["key"] == key]


def real_mails(options, folder, server):
    """swaks and curl to Postfix: envelope, size and outcome of each; the mailbox as a witness."""
    live = Program(options.program, folder, "-f", "tcp port 25")
    assert "0" not in live.status("Uid") + live.status("Gid"), live.status("Uid")
    assert int(live.status("CapEff")[0], 16) == 0 == int(live.status("CapPrm")[0], 16)
    run("swaks", "--server", SERVER, "--from", "swaks@example.org", "--to", "box@example.org", "--body",
        ".dots\n..two\n", "--attach", "@/bin/true")
    mail = folder / "mail.txt"
    mail.write_bytes(b"Message-ID: <curl@example.org>\r\nSubject: by curl\r\n\r\n.dot\r\n" + b"x" * 70000 + b"\r\n")
    run("curl", "-sS", "smtp://" + SERVER, "--mail-from", "curl@example.org", "--mail-rcpt", "box@example.org",
        "--mail-rcpt", "other@example.org", "-T", mail)
    roundtrip.wait(lambda: live.out.read_text().count("\n") >= 2, "both sessions", 20)
    err = live.stop()
    sessions = {values(one, "smtp.mail_from")[0]: one for one in live.sessions()}
    assert sorted(sessions) == ["curl@example.org", "swaks@example.org"], sorted(sessions)
    for one in sessions.values():
        assert values(one, "message.outcome") == ["accepted"] and values(one, "message.complete") == [True], one
        assert values(one, "session.end") == ["quit"]
    digest = hashlib.sha256(mail.read_bytes()).hexdigest()
    assert values(sessions["curl@example.org"], "message.sha256") == [digest]
    assert len(values(sessions["curl@example.org"], "smtp.rcpt_to")) == 2
    boxes = folder / "mail/all/new"
    roundtrip.wait(lambda: boxes.exists() and len(list(boxes.iterdir())) == 3, "the mailbox")
    assert re.search(r"\d+ frames read, \d+ received by the filter, 0 dropped by the kernel.*; 2 TCP connections, "
                     r"2 mail sessions; limits: 0 connections given up", err), err
    print("swaks and curl to Postfix: " + err.strip().splitlines()[-1])


def many(options, folder, server):
    """Thousands of sessions, many at once: none is missed, and memory stays where it was."""
    sink = subprocess.Popen(server.inside("smtp-sink", "-u", "nobody", f"{SERVER}:2525", "500"))
    try:
        live = Program(options.program, folder, "-f", "tcp port 2525")
        roundtrip.wait(lambda: subprocess.run(["smtp-source", "-m", "1", "-f", "a@example.org", "-t", "b@example.org",
                                               f"{SERVER}:2525"], capture_output=True).returncode == 0, "smtp-sink")
        peaks, sent = [], 1
        for _ in range(2):
            count = options.sessions // 2
            source = subprocess.Popen(["smtp-source", "-s", "50", "-l", "3000", "-m", str(count), "-f",
                                       "a@example.org", "-t", "b@example.org", f"{SERVER}:2525"])
            peak = 0
            while source.poll() is None:
                peak = max(peak, int(live.status("RssAnon")[0]))  # without the kernel's ring of frames
                time.sleep(0.02)
            assert source.returncode == 0
            sent += count
            peaks.append(peak)
            time.sleep(3)  # what is over stays two seconds
        err = live.stop()
    finally:
        sink.terminate()
        sink.wait()
    print("%d mails: peak memory %d KiB in the first half, %d KiB in the second; %s" %
          (sent, *peaks, err.strip().splitlines()[-1]))
    sessions = live.sessions()
    mails = [outcome for one in sessions for outcome in values(one, "message.outcome")]
    if " 0 dropped by the kernel" in err:
        assert mails == ["accepted"] * sent, (len(mails), sent)
    if b"__asan_init" not in pathlib.Path(options.program).read_bytes():  # its quarantine grows by itself
        assert 0 < peaks[1] < peaks[0] + 8192, peaks  # KiB
    assert re.search(r"%d mail sessions; limits: 0 " % len(sessions), err), err


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--sessions", type=int, default=4000, help="mails of the test of memory")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if os.getuid() != 0 or missing:
        skip("needs root" if os.getuid() else "needs " + ", ".join(missing))
    if "MS_LIVE_INSIDE" not in os.environ:
        os.environ["MS_LIVE_INSIDE"] = "1"
        if subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True).returncode:
            skip("no namespace can be made here")
        os.execvp("unshare", ["unshare", "-n", "-m", sys.executable, os.path.abspath(__file__), *sys.argv[1:]])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mail-live-", dir="/run"))
    folder.chmod(0o755)
    for name in ("etc", "spool", "data", "mail"):
        (folder / name).mkdir()
    (folder / "etc/main.cf").write_text(roundtrip.MAIN.format(folder).replace("127.0.0.0/8", "10.77.0.0/24"))
    (folder / "etc/master.cf").write_text(roundtrip.MASTER.replace("127.0.0.1:25", SERVER + ":25"))
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", 8, 8)
    server = Server()
    postfix = server.inside("postfix", "-c", str(folder / "etc"))
    try:
        subprocess.run(postfix + ["start"], check=True, capture_output=True)
        real_mails(options, folder, server)
        subprocess.run(postfix + ["stop"], capture_output=True)
        many(options, folder, server)
    finally:
        subprocess.run(postfix + ["stop"], capture_output=True)
        server.sleeper.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
