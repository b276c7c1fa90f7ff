# SPDX-License-Identifier: GPL-2.0-or-later
"""Records the visits to a webmail:   webmail.py [NAME...]   as root, after install.sh. Two hosts of
their own stand in for the lab's client and mail server, with Postfix and Dovecot from the same
settings, and Apache with Debian's Roundcube."""
import json
import os
import pathlib
import re
import shutil
import sys

import lab
import witness

lab.DIR = pathlib.Path("/run/webmail-lab")
lab.HOSTS = {"browser": "laptop.example.org", "webmail": "mail.example.com"}
OUT = lab.HERE.parent
ALICE = ("alice", "correct horse battery staple")
VISITS = {
    "webmail-roundcube": (
        "A visit to Roundcube: login, list, a message read, a mail posted, logout",
        "the percent-encoded values in the bodies of the POSTs; pages come compressed, in chunks",
        [*ALICE, "read", "send"]),
    "webmail-wrong-password": (
        "A login at Roundcube with a wrong password",
        "the 401 with the login page again", [ALICE[0], "battery & staple"])}


class WebLab(lab.Lab):
    def network(self):
        for host in lab.HOSTS:
            lab.run("ip", "netns", "add", f"lab-{host}")
            folder = pathlib.Path(f"/etc/netns/lab-{host}")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "hosts").write_text(lab.NAMES)
            (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
            (folder / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
            lab.on(host, "ip", "link", "set", "lo", "up")
        self.link("browser", "eth0", "webmail", "eth0", "192.0.2.25/24")
        for address in ("198.51.100.10/24", "198.51.100.11/24", "192.0.2.1/24",
                        "2001:db8:5::10/64"):
            self.address("webmail", "eth0", address)
        lab.on("browser", "ip", "route", "add", "default", "via", "192.0.2.1")

    def postfix(self):
        for name in ("main", "master"):
            lab.fill(f"postfix-{name}.cf", lab.DIR / f"postfix/etc/{name}.cf")
        for folder in ("spool", "data"):
            (lab.DIR / "postfix" / folder).mkdir()
        shutil.chown(lab.DIR / "postfix/data", "postfix")
        lab.on("webmail", "postfix", "-c", lab.DIR / "postfix/etc", "start")
        lab.fill("dovecot.conf", lab.DIR / "dovecot.conf")
        config = lab.DIR / "dovecot.conf"
        text = re.sub(r"(?m)^protocols = .*", "protocols = imap lmtp", config.read_text())
        config.write_text(text)
        lab.fill("users", lab.DIR / "users")
        (lab.DIR / "mail").mkdir()
        box = lab.DIR / "mail/alice"
        for folder in ("cur", "new", "tmp"):
            (box / folder).mkdir(parents=True)
        (box / "new/1").write_text(
            "From: Bob <bob@example.com>\nTo: alice@example.com\nSubject: Lunch\n"
            "Date: Mon, 02 Nov 2026 09:00:00 +0000\nMessage-ID: <lunch@example.com>\n\n"
            "At noon?\n")
        lab.run("chown", "-R", "8:8", lab.DIR / "mail")
        self.start("webmail", "dovecot", "-F", "-c", config)

    def exim(self):
        """No second server here: the webmail in its place."""
        place = lab.DIR / "roundcube"
        shutil.copytree("/etc/roundcube", place / "config")
        lab.fill("roundcube.php", place / "config/config.inc.php")
        for folder in ("temp", "logs"):
            (place / folder).mkdir()
        lab.run("sqlite3", place / "roundcube.db",
                ".read /usr/share/roundcube/SQL/sqlite.initial.sql")
        lab.run("chown", "-R", "www-data", place)
        place.chmod(0o755)
        lab.fill("apache.conf", lab.DIR / "apache.conf")
        self.start("webmail", "env", f"ROUNDCUBE_CONFIG_DIR={place}/config",
                   "apache2", "-X", "-f",
                   lab.DIR / "apache.conf")

    def wait(self):
        for address, port in (("198.51.100.10", 25), ("198.51.100.10", 24)):
            for _ in range(100):
                ask = f"(sleep 0.3; echo QUIT) | nc -w 1 {address} {port}"
                if b"220" in lab.on("webmail", "sh", "-c", ask, check=False).stdout:
                    break
            else:
                sys.exit(f"no server at {address} port {port}: see the logs in {lab.DIR}")


def facts(path, name):
    """What the browser did, and the addresses as tshark has them."""
    client, client_port, server, server_port = witness.streams(path)[0]
    by, how = witness.ended_by(path, 0, (client, client_port))
    session = {"protocol": "http", "client": client, "client_port": client_port, "server": server,
               "server_port": server_port, "end": how or "open", "oddities": [], "messages": []}
    if by:
        session["end_by"] = by
    user, password, *steps = VISITS[name][2]
    session["auth"] = [{"mechanism": "FORM", "username": user, "password": password,
                        "outcome": "success" if steps else "failure"}]
    session["system"] = "Roundcube"
    session["actions"] = ["login"]
    if steps:
        session["actions"] += ["list", "list", "read", "compose", "compose", "send", "logout"]
        session["read"] = "1"
        session["posted"] = [{"to": "Bob <bob@example.com>", "cc": "carol@example.com",
                              "subject": "Grüße & 100 % Käse",
                              "text": "Hello Bob,\r\n\r\nis 5 + 5 = 10 & ä = ä?\r\n\r\nAlice\r\n",
                              "outcome": "accepted"}]
    return {"sessions": [session]}


def main(names):
    versions = {name: re.sub(r"^\d+:|[-+].*", "", lab.run(
        "dpkg-query", "-Wf", "${Version}", package).stdout.decode())
        for name, package in (("Roundcube", "roundcube-core"), ("Apache", "apache2-bin"),
                              ("PHP", "php8.2-cli"), ("Dovecot", "dovecot-core"),
                              ("Postfix", "postfix"))}
    used = ", ".join(f"{name} {version}" for name, version in versions.items())
    for name in names or VISITS:
        shows, look, command = VISITS[name]
        with WebLab():
            folder = lab.DIR / "take"
            folder.mkdir()
            path = folder / "capture.pcap"
            with lab.Recorder(path, host="browser"):
                done = lab.on("browser", "/usr/bin/python3", lab.HERE / "browser.py", *command)
            print(name, done.stdout.decode(), flush=True)
            (folder / "facts.json").write_text(
                json.dumps(facts(path, name), indent=1, ensure_ascii=False) + "\n")
            (folder / "README.md").write_text(
                f"# {name}\n\n{shows}.\n\n- What to look at: {look}.\n"
                f"- Recorded with {used}, browser.py by `captures/record/webmail.py {name}`"
                " (on one connection kept alive).\n- Hosts, users, passwords and texts are made"
                " up; addresses are those for documentation.\n")
            if os.environ.get("KEEP_LOGS"):
                shutil.copytree(lab.DIR, os.environ["KEEP_LOGS"], dirs_exist_ok=True,
                                ignore=lambda *_: ["spool", "run", "dovecot"])
            shutil.rmtree(OUT / name, ignore_errors=True)
            shutil.copytree(folder, OUT / name)


if __name__ == "__main__":
    main(sys.argv[1:])
