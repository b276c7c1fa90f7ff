#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Installing: `cmake --install` puts the plugin where this Wireshark looks for all users;
scripts/plugin-install puts it, and the profile, into the personal folders of the user who runs it,
and keeps what that user changed there. Every column, colour and button of the profile uses fields
that exist.

Usage: install.py PLUGIN SOURCE
"""
import csv
import pathlib
import re
import subprocess
import sys

import shark as harness

MINIMUM = 15  # filters in the profile


def filters_of(profile):
    """Every display filter of the profile, with the file it stands in."""
    for line in (profile / "colorfilters").read_text().splitlines():
        if line.startswith("@"):
            yield "colorfilters", line.split("@")[2]
    buttons = [line for line in (profile / "dfilter_buttons").read_text().splitlines()
               if not line.startswith("#")]
    for row in csv.reader(buttons):
        yield "dfilter_buttons", row[2]
    for field in re.findall(r"%Cus:([a-z_0-9.]+):", (profile / "preferences").read_text()):
        yield "preferences", field


def run(shark, arguments):
    source, bad = pathlib.Path(arguments[0]), []
    folders = dict(line.split(":", 1) for line in shark.run("-G", "folders").splitlines())
    everyone = pathlib.Path(folders["Global Plugins"].strip()) / "epan"
    rules = (shark.plugin.resolve().parent / "cmake_install.cmake").read_text()
    if f'"{everyone}/mailscope.so"' not in rules and f'DESTINATION "{everyone}"' not in rules:
        bad.append(f"cmake --install does not put it into {everyone}")

    # A copy of the source that the other user may read, with the plugin built.
    copy = shark.outbox / "source"
    (copy / "scripts").mkdir(parents=True)
    (copy / "build/plugin").mkdir(parents=True)
    for name in ("scripts/plugin-install", "plugin/profile"):
        subprocess.run(["cp", "-r", "--parents", name, copy], cwd=source, check=True)
    subprocess.run(["cp", shark.plugin, copy / "build/plugin"], check=True)
    shark.give(shark.outbox)
    home = shark.folder / "without"
    words = [copy / "scripts/plugin-install", "--build", "build"]
    said = [shark.run(words[0], *words[1:], program="bash", plugin=False)]
    listed = shark.run("-G", "plugins", plugin=False)
    if not re.search(rf"(?m)^mailscope.*{re.escape(str(home))}", listed):
        bad.append(f"not loaded after it was installed: {said[0]}")
    profile = home / ".config/wireshark/profiles/Mailscope"
    column = shark.run("-C", "Mailscope", "-r", shark.copy(source / "captures/smtp-plain/capture.pcap"),
                       plugin=False)
    if "correct horse battery staple" not in column:
        bad.append("the profile's columns do not show the password")
    count = 0
    for file, text in filters_of(profile):
        count += 1
        try:
            shark.run("-r", shark.copy(source / "captures/smtp-plain/capture.pcap"), "-Y", text,
                      plugin=False)
        except harness.Refused as why:
            bad.append(f"{file}: {text}: {why}")
    (profile / "colorfilters").write_text("# mine\n")
    shark.run(words[0], *words[1:], program="bash", plugin=False)
    if (profile / "colorfilters").read_text() != "# mine\n" or \
            not (profile / "colorfilters.new").exists():
        bad.append("a file of the profile that its user changed is not kept")
    shark.run(words[0], "--remove", program="bash", plugin=False)
    if "mailscope" in shark.run("-G", "plugins", plugin=False):
        bad.append("still loaded after --remove")
    print(*bad, sep="\n")
    print(f"Wireshark {shark.version}: {count} filters of the profile tried, {len(bad)} wrong")
    return 1 if bad or count < MINIMUM else 0


if __name__ == "__main__":
    sys.exit(harness.main(run))
