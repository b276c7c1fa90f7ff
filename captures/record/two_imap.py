#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""two_imap.py HOST USER PASSWORD: two devices of one user. The first idles (RFC 2177), the second
reads, flags, adds and removes messages."""
import imaplib
import socket
import sys
import time

host, user, password = sys.argv[1:]


class Phone:
    def __init__(self):
        self.socket = socket.create_connection((host, 143), timeout=15)
        self.file = self.socket.makefile("rwb")
        self.wait(b"* OK")

    def wait(self, word):
        while not self.file.readline().startswith(word):
            pass

    def say(self, line, word):
        self.file.write(line.encode() + b"\r\n")
        self.file.flush()
        self.wait(word)


phone = Phone()
phone.say(f'p1 LOGIN {user} "{password}"', b"p1")
phone.say("p2 SELECT INBOX", b"p2")
phone.say("p3 IDLE", b"+")
laptop = imaplib.IMAP4(host)
laptop.login(user, password)
laptop.select()
laptop.store("1", "+FLAGS", r"(\Flagged)")
phone.wait(b"* 1 FETCH")
laptop.fetch("2", "(BODY[])")
phone.wait(b"* 2 FETCH")
laptop.append("INBOX", None, None,
              b"From: <bob@example.com>\r\nSubject: A note to myself\r\n\r\nMilk, bread.\r\n")
phone.wait(b"* 3 EXISTS")
laptop.store("1", "+FLAGS", r"(\Deleted)")
laptop.expunge()
phone.wait(b"* 1 EXPUNGE")
laptop.logout()
phone.say("DONE", b"p3")
phone.say("p4 UID FETCH 1:* (FLAGS)", b"p4")
phone.say("p5 LOGOUT", b"p5")
time.sleep(0.2)
