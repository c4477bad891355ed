"""A server with a script for each connection, for what connects again."""

import re
import socket

from harness import WSTAP, Run, check, equal
from scripted import Server, Unexpected

AGAIN = re.compile(r"^wstap: (.*); connecting again in (\d+\.\d) s "
                   r"\(attempt (\d+)(?: of (\d+))?\)$")


class Sequence(Server):
    """Each connection has a script of its own."""

    def __init__(self, *scripts, port=0, receive=0, **how):
        super().__init__(self.next, **how)
        self.scripts = scripts
        if port or receive:
            self.listener.close()
            self.listener = socket.socket()
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR,
                                     1)
            if receive:
                self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                         receive)
            self.listener.bind(("127.0.0.1", port))
            self.listener.listen()
            self.port = self.listener.getsockname()[1]
            self.url = f"ws://127.0.0.1:{self.port}/"

    def next(self, peer):
        if self.connections > len(self.scripts):
            raise Unexpected(f"connection {self.connections} was not wanted")
        self.scripts[self.connections - 1](peer)

    def __exit__(self, kind, error, trace):
        super().__exit__(kind, error, trace)
        if error is None:
            equal(self.connections, len(self.scripts), "connections")


def end(peer, code=1000):
    """A good end, or whatever the code says."""
    peer.close(code)
    while peer.read_frame().name != "close":
        pass
    peer.eof()
    peer.expect_eof()


def says(*messages, code=None):
    """A script: sends messages, then hangs up, or closes with a code."""
    def script(peer):
        peer.handshake()
        for message in messages:
            peer.frame("text", message)
        if code:
            end(peer, code)
    return script


def refuses(status):
    def script(peer):
        peer.read_head()
        peer.send(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n"
                  .encode())
        peer.drain()
    return script


def again(run):
    """The lines of the attempts: (why, number, of how many)."""
    got = []
    for line in run.text().splitlines():
        match = AGAIN.match(line)
        if match:
            check(float(match[2]) <= 30, f"a wait of {match[2]} s")
            got.append((match[1], int(match[3]), match[4] and int(match[4])))
    return got


def runs(server, *options, status=0, stdin=None):
    """Runs it to its end, its input open where none is given."""
    with server, Run([WSTAP, *options, server.url], stdin=stdin,
                     close_stdin=stdin is not None) as run:
        equal(run.wait(), status, "status")
    return run
