# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab: four hosts as network namespaces, the mail servers in them, and a recorder.

  client 192.0.2.25 ---- router ---- mail.example.com 198.51.100.10 (Postfix, Dovecot)
     2001:db8:c::25        |
                           +-------- mx.example.net   198.51.100.20 (Exim)

With `shuffle` a host without an address stands between client and router; it swaps packets.
No route leads out of the lab.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
DIR = pathlib.Path("/run/mail-lab")
HOSTS = {"client": "laptop.example.org", "router": "router.example.org",
         "mail": "mail.example.com", "mx": "mx.example.net", "shuffle": "shuffle.example.org"}
NAMES = """127.0.0.1 localhost
::1 localhost
192.0.2.25 laptop.example.org laptop
2001:db8:c::25 laptop6.example.org
198.51.100.10 mail.example.com mail
2001:db8:5::10 mail6.example.com
198.51.100.11 small.example.com small
198.51.100.20 mx.example.net mx
2001:db8:5::20 mx6.example.net
"""


def run(*command, check=True, **options):
    """Runs a command to its end; its output is shown only when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.stdout.decode(errors='replace')}")
    return done


def inside(host, *command):
    """The command, to be run on a host of the lab: its network, host name and host table."""
    return ["ip", "netns", "exec", f"lab-{host}", "unshare", "--uts", "sh", "-c",
            f'hostname {HOSTS[host].split(".")[0]}; exec "$@"', "sh", *map(str, command)]


def on(host, *command, **options):
    return run(*inside(host, *command), **options)


def fill(name, target):
    """Copies hosts/NAME to its place, with the lab's folder put in."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text((HERE / "hosts" / name).read_text().replace("@DIR@", str(DIR)))


class Lab:
    def __init__(self, shuffle=False):
        self.shuffle = shuffle
        self.running = []

    def __enter__(self):
        self.clear()
        DIR.mkdir(parents=True)
        DIR.chmod(0o755)
        self.network()
        self.certificate()
        self.postfix()
        self.exim()
        self.wait()
        return self

    def __exit__(self, *_):
        run("postfix", "-c", str(DIR / "postfix/etc"), "stop", check=False)
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait()
        self.clear()

    def clear(self):
        """Takes away what this or an interrupted run set up."""
        for host in HOSTS:
            if pathlib.Path(f"/run/netns/lab-{host}").exists():
                for pid in run("ip", "netns", "pids", f"lab-{host}").stdout.split():
                    try:
                        os.kill(int(pid), signal.SIGKILL)
                    except ProcessLookupError:
                        pass
                run("ip", "netns", "del", f"lab-{host}")
            shutil.rmtree(f"/etc/netns/lab-{host}", ignore_errors=True)
        for inner in ("proc", "dev", "run"):
            run("umount", "-l", str(DIR / "exim/root" / inner), check=False)
        run("umount", "-l", str(DIR / "exim/root"), check=False)
        shutil.rmtree(DIR, ignore_errors=True)

    def link(self, host, device, peer_host, peer_device, *addresses):
        run("ip", "link", "add", device, "netns", f"lab-{host}", "type", "veth", "peer", "name",
            peer_device, "netns", f"lab-{peer_host}")
        for where, name in ((host, device), (peer_host, peer_device)):
            # Frames as on a cable: no segments larger than the MTU, checksums filled in.
            on(where, "ethtool", "-K", name, "tso", "off", "gso", "off", "gro", "off", "tx", "off",
               "rx", "off", check=False)
            on(where, "ip", "link", "set", name, "up")
        for address in addresses:
            self.address(host, device, address)

    def address(self, host, device, address):
        more = ["nodad"] if ":" in address else []
        on(host, "ip", "address", "add", address, "dev", device, *more)

    def network(self):
        hosts = [host for host in HOSTS if host != "shuffle" or self.shuffle]
        for host in hosts:
            run("ip", "netns", "add", f"lab-{host}")
            folder = pathlib.Path(f"/etc/netns/lab-{host}")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "hosts").write_text(NAMES)
            (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
            (folder / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
            on(host, "sysctl", "-qw", "net.ipv6.conf.default.accept_ra=0",
               "net.ipv6.conf.default.router_solicitations=0",
               "net.ipv6.conf.default.accept_dad=0")
            on(host, "ip", "link", "set", "lo", "up")
        near = "shuffle" if self.shuffle else "router"
        self.link("client", "eth0", near, "near", "192.0.2.25/24", "2001:db8:c::25/64")
        if self.shuffle:
            self.link("shuffle", "far", "router", "near")
            self.start("shuffle", "python3", HERE / "shuffle.py", "near", "far")
        self.address("router", "near", "192.0.2.1/24")
        self.address("router", "near", "2001:db8:c::1/64")
        on("router", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        on("router", "ip", "link", "add", "servers", "type", "bridge", "mcast_snooping", "0")
        on("router", "ip", "link", "set", "servers", "up")
        self.address("router", "servers", "198.51.100.1/24")
        self.address("router", "servers", "2001:db8:5::1/64")
        for host, number in (("mail", 10), ("mx", 20)):
            self.link(host, "eth0", "router", f"to-{host}", f"198.51.100.{number}/24",
                      f"2001:db8:5::{number}/64")
            on("router", "ip", "link", "set", f"to-{host}", "master", "servers")
        self.start("router", "python3", HERE / "proxy.py", "192.0.2.1")
        self.address("mail", "eth0", "198.51.100.11/24")
        for host, four, six in (("client", "192.0.2.1", "2001:db8:c::1"),
                                ("mail", "198.51.100.1", "2001:db8:5::1"),
                                ("mx", "198.51.100.1", "2001:db8:5::1")):
            on(host, "ip", "route", "add", "default", "via", four)
            on(host, "ip", "-6", "route", "add", "default", "via", six)

    def start(self, host, *command):
        log = open(DIR / "start.log", "ab")
        process = subprocess.Popen(inside(host, *command), stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def certificate(self):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "3650", "-subj", "/CN=mail.example.com",
            "-addext", "subjectAltName=DNS:mail.example.com,DNS:mx.example.net",
            "-keyout", str(DIR / "key.pem"), "-out", str(DIR / "cert.pem"))
        (DIR / "key.pem").chmod(0o644)

    def postfix(self):
        fill("postfix-main.cf", DIR / "postfix/etc/main.cf")
        fill("postfix-master.cf", DIR / "postfix/etc/master.cf")
        (DIR / "postfix/spool").mkdir()
        (DIR / "postfix/data").mkdir()
        shutil.chown(DIR / "postfix/data", "postfix")
        on("mail", "postfix", "-c", DIR / "postfix/etc", "start")
        fill("dovecot.conf", DIR / "dovecot.conf")
        fill("users", DIR / "users")
        (DIR / "mail").mkdir()
        shutil.chown(DIR / "mail", 8, 8)
        (DIR / "mail/dave").write_text("a file where the folder should be: delivery fails\n")
        self.start("mail", "dovecot", "-F", "-c", DIR / "dovecot.conf")
        fill("mailbox.conf", DIR / "mailbox.conf")
        self.start("mail", "dovecot", "-F", "-c", DIR / "mailbox.conf")

    def exim(self):
        """Exim runs over the machine's own files with its package laid on top."""
        for part in ("upper", "work", "root"):
            (DIR / "exim" / part).mkdir(parents=True)
        root = DIR / "exim/root"
        run("mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir=/,upperdir={DIR}/exim/upper,workdir={DIR}/exim/work", str(root))
        for inner in ("proc", "dev", "run"):
            run("mount", "--rbind", f"/{inner}", str(root / inner))
        run("cp", "-a", f"{HERE}/exim-root/.", str(root))
        if b"Debian-exim" not in run("cat", f"{root}/etc/passwd").stdout:
            run("chroot", str(root), "useradd", "-r", "-M", "-s", "/usr/sbin/nologin",
                "Debian-exim")
        fill("exim.conf", root / "etc/exim4/exim4.conf")
        (root / "etc/hosts").write_text(NAMES)
        (root / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
        for folder in ("var/spool/exim4", "var/log/exim4"):
            (root / folder).mkdir(parents=True, exist_ok=True)
            run("chroot", str(root), "chown", "Debian-exim:", "/" + folder)
        self.start("mx", "chroot", root, "/usr/sbin/exim4", "-bdf", "-q1h")

    def wait(self):
        """Waits until the servers greet."""
        for host, address, port, word in (("mail", "198.51.100.10", 25, b"220"),
                                          ("mail", "198.51.100.10", 24, b"220"),
                                          ("mail", "198.51.100.11", 25, b"220"),
                                          ("mail", "198.51.100.10", 110, b"+OK"),
                                          ("mail", "198.51.100.10", 143, b"* OK"),
                                          ("mx", "198.51.100.20", 25, b"220")):
            end = time.monotonic() + 15
            ask = f"(sleep 0.2; echo QUIT) | nc -w 1 {address} {port}"
            while word not in on(host, "sh", "-c", ask, check=False).stdout:
                if time.monotonic() > end:
                    sys.exit(f"no server at {address} port {port}: see the logs in {DIR}")
                time.sleep(0.2)


class Recorder:
    """tcpdump on one interface of the lab, as a context."""

    def __init__(self, path, host="client", device="eth0", filter="", snaplen=65535, nano=False):
        self.command = ["tcpdump", "-Z", "root", "-n", "-U", "--immediate-mode", "-B", "65536",
                        "-i", device, "-s", str(snaplen), "-w", str(path)]
        if nano:
            self.command += ["--time-stamp-precision=nano"]
        self.command += filter.split()
        self.host = host

    def __enter__(self):
        self.process = subprocess.Popen(inside(self.host, *self.command),
                                        stderr=subprocess.PIPE)
        while b"listening on" not in (line := self.process.stderr.readline()):
            if not line:
                sys.exit("tcpdump did not start")
        time.sleep(0.2)
        return self

    def stop(self):
        time.sleep(0.5)
        self.process.send_signal(signal.SIGINT)
        self.process.wait()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
