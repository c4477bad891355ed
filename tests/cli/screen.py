"""A command on a terminal of its own, and what a person sees there.

    with Screen(["wstap", url]) as screen:
        screen.wait_for("Connected")
        screen.type("hello\\r")
        ... screen.lines(), screen.raw ...
"""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pyte
from harness import ENV, TMP, Failure


class Screen:
    """A context manager that leaves no process behind."""

    def __init__(self, command, columns=72, rows=24, env=()):
        self.command = command
        self.columns, self.rows = columns, rows
        self.env = {**ENV, "TERM": "xterm-256color", **dict(env)}
        self.raw = bytearray()  # all that was ever written to the terminal
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)

    def __enter__(self):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ,
                    struct.pack("HHHH", self.rows, self.columns, 0, 0))

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen(
            self.command, stdin=slave, stdout=slave, stderr=slave, cwd=TMP,
            env=self.env, preexec_fn=own_terminal)
        os.close(slave)
        return self

    def take(self, seconds):
        """Takes in what is written within so many seconds; whether the
        other end is still there."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        self.stream.feed(data)
        return bool(data)

    def lines(self):
        """The screen, without the blank lines below."""
        return "\n".join(line.rstrip() for line in
                         self.screen.display).rstrip("\n").split("\n")

    def wait_for(self, text, timeout=15):
        """Until the screen has the text, or satisfies the function."""
        there = text if callable(text) else (
            lambda: text in "\n".join(self.lines()))
        deadline = time.monotonic() + timeout
        while not there():
            if time.monotonic() > deadline or not self.take(0.05):
                if there():
                    break
                raise Failure(f"no {text!r} on the screen of "
                              f"{self.command[-1]}:\n" +
                              "\n".join(self.lines()))

    def type(self, text):
        os.write(self.master, text.encode())

    def wait(self, timeout=15):
        """To the end: the exit status."""
        deadline = time.monotonic() + timeout
        while self.take(0.05) and time.monotonic() < deadline:
            pass
        try:
            return self.process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            raise Failure(f"still there after {timeout} s: "
                          f"{self.command}") from None

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
