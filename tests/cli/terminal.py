"""A program on a real pseudo-terminal, its screen seen through pyte."""

import contextlib
import fcntl
import os
import select
import signal
import struct
import termios
import time

import pyte

from harness import ENV, TMP, WSTAP, Failure, equal
from scripted import Conversation

PATIENCE = 20


class Terminal:
    """argv on a terminal of its own. A context manager: what is still
    running at its end is killed."""

    def __init__(self, argv=(), command=None, rows=24, columns=80, env=()):
        self.screen = pyte.HistoryScreen(columns, rows, history=5000)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        # The bytes are kept, and nothing is made of them: that takes long.
        self.blind = False
        self.master, self.slave = os.openpty()
        self.resize(rows, columns, tell=False)
        # The slave stays open here: its modes can be asked for afterwards.
        self.modes_before = termios.tcgetattr(self.slave)
        argv = command or [WSTAP, *argv]
        env = {**ENV, "TERM": "xterm-256color", **dict(env)}
        self.status = None
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self.master)
                os.chdir(TMP)
                os.login_tty(self.slave)
                os.execve(argv[0], argv, env)
            finally:
                os._exit(127)

    def resize(self, rows, columns, tell=True):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            self.screen.resize(rows, columns)

    def pump(self, seconds=0.0):
        """Takes in what the program writes for so long."""
        deadline = time.monotonic() + seconds
        while True:
            left = max(0, deadline - time.monotonic())
            ready, _, _ = select.select([self.master], [], [], left)
            if not ready:
                return
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            self.raw += data
            if not self.blind:
                self.stream.feed(data)

    def type(self, text):
        os.write(self.master, text.encode() if isinstance(text, str) else text)

    def lines(self):
        """The screen, without blanks at the lines' ends."""
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        return "\n".join(self.lines()).rstrip()

    def wait_for(self, condition, what=None, timeout=PATIENCE):
        """Until condition() holds, or a text is on the screen."""
        if isinstance(condition, str):
            what = repr(condition)
            wanted = condition

            def condition():
                return wanted in self.text()
        deadline = time.monotonic() + timeout
        while True:
            self.pump(0.02)
            if condition():
                return
            if time.monotonic() > deadline:
                raise Failure(f"not on the screen in {timeout} s: {what}\n"
                              f"{self.text()}")

    def wait_line(self, line):
        """Until the screen has exactly this line."""
        self.wait_for(lambda: line in self.lines(), f"the line {line!r}")

    def cursor(self):
        """The line that the cursor is in, and its column."""
        at = self.screen.cursor
        return self.lines()[at.y], at.x

    def wait_cursor(self, line, column):
        """Until the cursor is in this line and column."""
        self.wait_for(lambda: self.cursor() == (line, column),
                      f"the cursor at {column} in {line!r}")

    def style(self, text):
        """The first cell of the last place where text is."""
        for y in reversed(range(self.screen.lines)):
            x = self.screen.display[y].rfind(text)
            if x >= 0:
                return self.screen.buffer[y][x]
        raise Failure(f"not on the screen: {text!r}\n{self.text()}")

    def kill(self, number):
        os.kill(self.pid, number)

    def wait(self, timeout=PATIENCE):
        """The exit status, as a shell gives it."""
        deadline = time.monotonic() + timeout
        while self.status is None:
            self.pump(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = (128 + os.WTERMSIG(status)
                               if os.WIFSIGNALED(status) else
                               os.WEXITSTATUS(status))
            elif time.monotonic() > deadline:
                raise Failure(f"still running after {timeout} s\n"
                              f"{self.text()}")
        self.pump(0.05)
        return self.status

    def modes(self):
        return termios.tcgetattr(self.slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            pid, _ = os.waitpid(self.pid, os.WNOHANG)
            if not pid:
                self.kill(signal.SIGKILL)
                os.waitpid(self.pid, 0)
        os.close(self.master)
        os.close(self.slave)


@contextlib.contextmanager
def repl(*options, **how):
    """A REPL at its prompt, and its peer."""
    with Conversation() as server, Terminal([*options, server.url],
                                            **how) as terminal:
        peer = server.connected()
        terminal.wait_cursor(">", 2)
        yield terminal, peer


def goodbye(terminal, peer, code=1000):
    """The closing handshake that the user asked for, and a tidy end."""
    peer.expect_close(code)
    peer.close(code)
    peer.eof()
    equal(terminal.wait(), 0, "status")
    equal(terminal.modes(), terminal.modes_before, "terminal modes")


def end(terminal, peer):
    terminal.type("\x04")
    goodbye(terminal, peer)
