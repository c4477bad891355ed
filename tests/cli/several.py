"""A server whose connections the test itself speaks for, one after another,
or several at once; and several such servers on one terminal."""

import contextlib
import queue

from harness import equal
from scripted import PATIENCE, Peer, Server, Unexpected
from terminal import Terminal


class Several(Server):
    """next() gives the peer of the next connection, upgraded."""

    def __init__(self, **how):
        super().__init__(None, **how)
        self.peers, self.kept = queue.Queue(), []

    def serve(self, sock):
        try:
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
            peer = Peer(sock)
            self.kept.append(peer)
            peer.handshake()
            self.peers.put(peer)
        except Exception as error:  # pylint: disable=broad-except
            self.error = self.error or error

    def next(self):
        try:
            return self.peers.get(timeout=PATIENCE)
        except queue.Empty:
            raise self.error or Unexpected("no connection came") from None

    def stop(self):
        super().stop()
        for peer in self.kept:
            peer.hangup()


@contextlib.contextmanager
def stage(*options, servers=1, where="{}", **how):
    """A terminal at the prompt of the first server, and the servers; where:
    the URL, {} standing for host and port."""
    with contextlib.ExitStack() as stack:
        all_of_them = [stack.enter_context(Several()) for _ in range(servers)]
        authority = f"127.0.0.1:{all_of_them[0].port}"
        terminal = stack.enter_context(
            Terminal([*options, where.format(authority)], **how))
        yield terminal, all_of_them


def close(peer, code=1000, reason=b""):
    """The server closes, and sees it answered."""
    peer.close(code, reason)
    peer.expect_close(code)
    peer.eof()
    peer.expect_eof()


def closed(peer, code=1000):
    """The client does."""
    peer.expect_close(code)
    peer.close(code)
    peer.eof()
    peer.expect_eof()


def prompt(terminal):
    terminal.wait_cursor(">", 2)


def left(terminal, status=0):
    """It has ended, and the terminal is as it was."""
    equal(terminal.wait(), status, "status")
    equal(terminal.modes(), terminal.modes_before, "terminal modes")


def command(terminal, line):
    terminal.type(line + "\r")


def bye(terminal, peer):
    """The user leaves."""
    terminal.type("\x04")
    closed(peer)
    left(terminal)


def goodbye(peer, code=1000):
    """A client closes, and sees it answered."""
    peer.close(code)
    peer.expect_close(code)
    peer.expect_eof()
    peer.hangup()
