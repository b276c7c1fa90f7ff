# SPDX-License-Identifier: GPL-2.0-or-later
"""A proxy for one connection at a time: HTTP CONNECT on port 3128, SOCKS5 on port 1080.
  proxy.py ADDRESS"""
import select
import socket
import sys


def connect(client):
    """Reads an HTTP CONNECT or a SOCKS5 request and returns the connection asked for."""
    first = client.recv(4096)
    if first[:1] == b"\x05":
        client.sendall(b"\x05\x00")
        request = client.recv(4096)
        port = int.from_bytes(request[-2:], "big")
        host = (request[5:-2].decode() if request[3] == 3 else
                socket.inet_ntop(socket.AF_INET if request[3] == 1 else socket.AF_INET6,
                                 request[4:-2]))
        server = socket.create_connection((host, port))
        client.sendall(b"\x05\x00\x00\x01\xc6\x33\x64\x01\x9c\x40")  # bound: 198.51.100.1:40000
    else:
        host, port = first.split(b" ")[1].rsplit(b":", 1)
        server = socket.create_connection((host.decode(), int(port)))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    return server


def main(address):
    listeners = []
    for port in (3128, 1080):
        listeners.append(socket.create_server((address, port)))
    while True:
        client = select.select(listeners, [], [])[0][0].accept()[0]
        server = connect(client)
        pair = {client: server, server: client}
        while pair:
            for source in select.select(list(pair), [], [])[0]:
                data = source.recv(65536)
                if not data:
                    pair.clear()
                    break
                pair[source].sendall(data)
        client.close()
        server.close()


main(sys.argv[1])
