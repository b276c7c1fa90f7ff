# SPDX-License-Identifier: GPL-2.0-or-later
"""A mail client as a student writes it in the first week: a bare socket, one recv() a command,
CRLF by hand, no care for dots or errors.   student.py SERVER PORT FROM TO FILE [--no-quit]"""
import socket
import sys

server, port, sender, receiver, name = sys.argv[1:6]
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect((server, int(port)))
print(s.recv(1024))
for line in ["HELO laptop", "MAIL FROM: <" + sender + ">", "RCPT TO: <" + receiver + ">", "DATA"]:
    s.send((line + "\r\n").encode())
    print(s.recv(1024))
s.send(open(name, "rb").read())
s.send(b"\r\n.\r\n")
print(s.recv(1024))
if "--no-quit" not in sys.argv:
    s.send(b"QUIT\r\n")
    print(s.recv(1024))
s.close()
