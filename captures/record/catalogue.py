# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes captures/README.md: a line for each capture, from the texts and files beside it."""
import hashlib
import pathlib
import re
import subprocess

OUT = pathlib.Path(__file__).resolve().parent.parent
HEAD = """# Captures

Real mail sessions, recorded from real servers and clients in network namespaces, and a few written
byte by byte where a recording is not possible (*written* in the last column but two). Scripts in
[record/](record/README.md) make all of them again. Hosts, users, passwords and texts are made up.
Each folder has a README.md (what to look at), `facts.json` (what is to be found, checked by hand
and with tshark), and `message.eml` where the bytes the client was given are known: as they are
before dots are doubled.

Licence of everything in these folders: CC0 1.0 (no rights reserved); of the scripts in record/:
GPL-2.0-or-later, like the program.

| capture | what it shows | with | frames | SHA-256 of the capture |
|---|---|---|---|---|
"""


def main():
    rows = []
    for path in sorted(OUT.glob("*/capture.pcap*")):
        text = (path.parent / "README.md").read_text()
        shows = re.search(r"^# .*\n\n(.*?)\.\n", text)[1]
        used = re.search(r"Recorded with (.*) by `", text)
        frames = len(subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-e",
                                     "frame.number"], check=True, stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL).stdout.splitlines())
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        name = f"{path.parent.name}/{path.name}"
        rows.append(f"| [{name}]({name}) | {shows} | {used[1] if used else 'written'} | {frames} "
                    f"| `{digest}` |")
    (OUT / "README.md").write_text(HEAD + "\n".join(rows) + "\n")
    print(f"{len(rows)} captures")


if __name__ == "__main__":
    main()
